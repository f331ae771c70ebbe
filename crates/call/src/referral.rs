//! The peer asks us to call somebody else (RFC 3515): declined, asked about, or done, by policy.

use std::time::{Duration, Instant};

use crate::{
    command::{Because, Command, Refusal, SipCommand},
    party::Party,
    phone::Phone,
    state::{CallId, Leg, Referral},
};

/// What is done about a peer's REFER.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Referrals {
    /// It is declined.
    Decline,
    /// The agent is asked.
    #[default]
    Ask,
    /// It is done.
    Follow,
}

impl Phone {
    pub(crate) fn referred(
        &mut self,
        now: Instant,
        id: CallId,
        referral: Referral,
        new: CallId,
        commands: &mut Vec<Command>,
    ) {
        let decline = SipCommand::AnswerRefer {
            call: id,
            refer: referral.refer,
            status: 603,
        };
        let policy = self.config.referrals;
        let Some(call) = self.alive(id, Leg::Confirmed) else {
            commands.push(Command::Sip(decline));
            return;
        };
        // One at a time.
        if policy == Referrals::Decline || call.referral.is_some() {
            commands.push(Command::Sip(decline));
            return;
        }
        call.referral = Some(referral);
        if policy == Referrals::Follow {
            // If it cannot be done, the agent sees what is asked.
            let _ = self.follow(now, id, new, commands);
        }
    }

    pub(crate) fn follow(
        &mut self,
        now: Instant,
        id: CallId,
        new: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        if self.is_completing(id) {
            return Err(Refusal::Transferring);
        }
        let call = self.established(id)?;
        let referral = call.referral.clone().ok_or(Refusal::NothingAsked)?;
        let because = Because::Referred {
            call: id,
            refer: referral.refer,
        };
        self.dial(now, new, referral.to, Some(because), commands)?;
        if let Some(call) = self.calls.get_mut(&id) {
            call.referral = None;
        }
        commands.push(Command::Sip(SipCommand::AnswerRefer {
            call: id,
            refer: referral.refer,
            status: 202,
        }));
        Ok(())
    }

    pub(crate) fn do_not_follow(
        &mut self,
        id: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let call = self.established(id)?;
        let referral = call.referral.take().ok_or(Refusal::NothingAsked)?;
        commands.push(Command::Sip(SipCommand::AnswerRefer {
            call: id,
            refer: referral.refer,
            status: 603,
        }));
        Ok(())
    }

    /// Declines what the agent has not decided about in time.
    pub(crate) fn referrals_due(&mut self, now: Instant, commands: &mut Vec<Command>) {
        for call in self.calls.values_mut() {
            let due = |referral: &mut Referral| referral.until <= now;
            if let Some(referral) = call.referral.take_if(due) {
                commands.push(Command::Sip(SipCommand::AnswerRefer {
                    call: call.id,
                    refer: referral.refer,
                    status: 603,
                }));
            }
        }
    }

    /// Tells who referred us how far our call is. True if it is one that somebody referred us to.
    pub(crate) fn tell_referrer(&self, new: CallId, status: u16, commands: &mut Vec<Command>) {
        let because = self.calls.get(&new).and_then(|call| call.because);
        if let Some(Because::Referred { call, refer }) = because
            && self.calls.get(&call).is_some_and(|call| call.live())
        {
            commands.push(Command::Sip(SipCommand::NotifyRefer {
                call,
                refer,
                status,
            }));
        }
    }
}

impl Referral {
    pub(crate) fn new(now: Instant, refer: u32, to: Party) -> Self {
        Self {
            to,
            until: now + DECIDE_WITHIN,
            refer,
        }
    }
}

/// Before the SIP user agent declines it itself: half of 64·T1 (RFC 4320).
const DECIDE_WITHIN: Duration = Duration::from_secs(15);
