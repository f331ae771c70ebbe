//! One call from its INVITE to its end.

use std::time::{Duration, Instant};

use crate::{
    command::{Command, HoldFailure, MediaCommand, Notice, SipCommand},
    event::SipEvent,
    hold::Outcome,
    party::Party,
    phone::Phone,
    reason::{Cause, EndReason, MediaFailure},
    state::{Call, CallId, Direction, Flow, Leg, Referral, State},
};

impl Phone {
    pub(crate) fn sip(&mut self, now: Instant, event: SipEvent, commands: &mut Vec<Command>) {
        match event {
            SipEvent::Invited {
                call,
                from,
                unacceptable,
                replaces,
            } => self.invited(now, call, from, (unacceptable, replaces), commands),
            SipEvent::Ringing { call, status } => self.ringing(call, status, commands),
            SipEvent::Early { call, fork } => {
                if self.alive(call, Leg::Calling).is_some() {
                    commands.push(Command::Media(MediaCommand::UseEarly { call, fork }));
                }
            }
            SipEvent::Answered { call, fork } => self.answered(now, call, fork, commands),
            SipEvent::Ended { call, cause } => self.peer_ended(now, call, cause, commands),
            SipEvent::Reoffered(id) => {
                let Some(call) = self.calls.get_mut(&id) else {
                    return;
                };
                commands.push(Command::Sip(match call.negotiation.offered() {
                    Ok(()) => SipCommand::AnswerReoffer(id),
                    Err(status) => SipCommand::RefuseReoffer { call: id, status },
                }));
            }
            SipEvent::ReofferClosed(id) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.negotiation.offer_closed();
                }
            }
            SipEvent::ReofferAccepted(id) => {
                self.taken_up(id);
                if let Some(call) = self.calls.get_mut(&id) {
                    call.negotiation.accepted();
                }
            }
            SipEvent::ReofferRefused { call, status } => {
                self.reoffer_refused(now, call, status, commands);
            }
            SipEvent::Unreachable { call, replacement } => {
                self.unreachable(now, call, replacement, commands);
            }
            SipEvent::ReferAnswered {
                call,
                refer,
                status,
                subscribed,
            } => self.refer_answered(now, call, refer, status, subscribed, commands),
            SipEvent::ReferProgress {
                call,
                refer,
                status,
                terminated,
            } => self.refer_progress(now, call, refer, status, terminated, commands),
            SipEvent::Referred {
                call,
                refer,
                to,
                new,
            } => self.referred(now, call, Referral::new(now, refer, to), new, commands),
        }
    }

    fn invited(
        &mut self,
        now: Instant,
        id: CallId,
        from: Party,
        (unacceptable, replaces): (Option<MediaFailure>, Option<CallId>),
        commands: &mut Vec<Command>,
    ) {
        if self.calls.contains_key(&id) {
            return;
        }
        let established = |call: &&Call| call.state == State::Established;
        let replaced = replaces.filter(|old| self.calls.get(old).filter(established).is_some());
        if replaced.is_none() && self.do_not_disturb {
            return self.refuse_unseen(now, id, from, commands);
        }
        if replaced.is_none() && self.live() >= self.config.max_calls {
            let refusal = SipCommand::Reject {
                call: id,
                status: 486,
            };
            commands.push(Command::Sip(refusal));
            return;
        }
        let mut call = Call::new(id, Direction::Incoming, from, now);
        call.deadline = Some(now + self.config.ring_for);
        self.calls.insert(id, call);
        if let Some(failure) = unacceptable {
            let reason = EndReason::MediaFailed(failure);
            self.end(now, id, reason, failure.status(), commands);
        } else if let Some(call) = self.calls.get_mut(&id).filter(|_| replaced.is_some()) {
            // The agent has answered this one already, as another (RFC 3891 §3).
            call.state = State::Answering;
            call.instead = true;
            call.replaces = replaced;
            self.open_media(now, id, commands);
        } else {
            commands.push(Command::Sip(SipCommand::Ring(id)));
        }
    }

    fn ringing(&mut self, id: CallId, status: u16, commands: &mut Vec<Command>) {
        // 181 to 183 say that something happens, not that anybody is alerted
        // (RFC 3261 §21.1); only 180 is worth a ringback tone.
        if let Some(call) = self.alive(id, Leg::Calling)
            && status == 180
        {
            if call.state == State::Dialing {
                call.state = State::Ringing { early_media: false };
            }
            if !std::mem::replace(&mut call.rang, true) {
                self.tell_referrer(id, 180, commands);
            }
        }
    }

    fn answered(&mut self, now: Instant, id: CallId, fork: u32, commands: &mut Vec<Command>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match call.leg {
            Leg::Calling => {
                commands.push(Command::Media(MediaCommand::UseAnswer { call: id, fork }));
                self.establish(now, id);
                self.place_taken(now, id, commands);
                self.tell_referrer(id, 200, commands);
                self.expert_answered(now, id, commands);
                self.conference_answered(now, id, commands);
            }
            // The 200 crossed our CANCEL: the far end believes to be in a call.
            Leg::Cancelling => {
                call.leg = Leg::Gone;
                call.deadline = Some(now + self.config.keep_ended);
                commands.push(Command::Sip(SipCommand::Bye(id)));
            }
            Leg::Unsent
            | Leg::Called
            | Leg::Confirmed
            | Leg::Unrestored
            | Leg::Restoring
            | Leg::Gone => {}
        }
    }

    fn peer_ended(&mut self, now: Instant, id: CallId, cause: Cause, commands: &mut Vec<Command>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let established = call.state == State::Established;
        let reason = EndReason::from_cause(cause, call.direction, established);
        // Whatever the leg was due as a farewell is no longer due.
        call.leg = Leg::Gone;
        if call.live() {
            if !established {
                self.tell_referrer(id, cause.status.unwrap_or(480), commands);
            }
            let reason = self.reason_if_replaced(id, reason);
            self.end(now, id, reason, 480, commands);
        }
    }

    fn reoffer_refused(
        &mut self,
        now: Instant,
        id: CallId,
        status: u16,
        commands: &mut Vec<Command>,
    ) {
        if self.alive(id, Leg::Restoring).is_some() {
            if status == 481 || !self.replace_unrestored(now, id, commands) {
                // Neither the old dialog nor a new one in its place: there is nothing left.
                self.end(now, id, EndReason::CallLost, 480, commands);
            }
            return;
        }
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match call.negotiation.refused(now, status, &mut self.jitter) {
            Outcome::Settled => {}
            Outcome::DialogGone => {
                let reason = self.reason_if_replaced(id, EndReason::CallLost);
                self.end(now, id, reason, 480, commands);
            }
            Outcome::GivenUp { hold, failure } => self.hold_failed(id, hold, failure, commands),
        }
    }

    /// The peer will not be held or taken back: the session stays as it was
    /// (RFC 3261 §14.1). A call that cannot be held stays silent on our side:
    /// the agent who pressed Hold must not be on the air again unasked.
    fn hold_failed(
        &mut self,
        id: CallId,
        hold: bool,
        failure: HoldFailure,
        commands: &mut Vec<Command>,
    ) {
        if !hold {
            self.ungroup(id);
            self.focus = self.focus.filter(|focus| *focus != id);
            if let Some(call) = self.calls.get_mut(&id) {
                call.negotiation.want(true);
            }
        }
        commands.push(Command::Notice(Notice::HoldFailed {
            call: id,
            hold,
            failure,
        }));
    }

    pub(crate) fn media_ready(&mut self, now: Instant, id: CallId, commands: &mut Vec<Command>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match (call.state, call.leg) {
            (State::Answering, Leg::Called) => {
                commands.push(Command::Sip(SipCommand::Accept(id)));
                self.establish(now, id);
            }
            (State::Dialing, Leg::Unsent) => {
                call.leg = Leg::Calling;
                call.deadline = Some(now + self.config.no_answer);
                call.invited = Some(now);
                let (to, because) = (call.party.clone(), call.because);
                commands.push(Command::Sip(SipCommand::Invite {
                    call: id,
                    to,
                    because,
                }));
            }
            (State::Established, Leg::Unrestored) => self.restore(id, commands),
            _ => {}
        }
    }

    fn establish(&mut self, now: Instant, id: CallId) {
        let focused = self.in_focus(id);
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.state = State::Established;
        call.leg = Leg::Confirmed;
        call.answered = Some(now);
        call.deadline = None;
        call.negotiation.open();
        // The agent has gone on to another call while this one was under way.
        call.negotiation.want(!focused);
        let replaces = call.replaces;
        if let Some(old) = replaces.filter(|old| self.calls.get(old).is_some_and(Call::live)) {
            self.take_place(id, old);
        }
    }

    /// End a live call, with the farewell its leg is due (`status` if that is a
    /// refusal), and close what was open.
    pub(crate) fn end(
        &mut self,
        now: Instant,
        id: CallId,
        reason: EndReason,
        status: u16,
        commands: &mut Vec<Command>,
    ) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.live()) else {
            return;
        };
        let farewell = match call.leg {
            Leg::Called => Some(SipCommand::Reject { call: id, status }),
            Leg::Calling => Some(SipCommand::Cancel(id)),
            Leg::Confirmed | Leg::Unrestored | Leg::Restoring => Some(SipCommand::Bye(id)),
            Leg::Unsent | Leg::Cancelling | Leg::Gone => None,
        };
        let unanswered = call.leg != Leg::Gone && call.state != State::Established;
        let linger = if call.leg == Leg::Calling {
            call.leg = Leg::Cancelling;
            self.config.keep_ended.max(CANCEL_LINGERS)
        } else {
            call.leg = Leg::Gone;
            self.config.keep_ended
        };
        call.state = State::Ended(reason);
        call.ended = Some(now);
        call.deadline = Some(now + linger);
        call.referral = None;
        call.negotiation.close();
        call.path.close();
        let open = call.media.take().is_some();
        if unanswered {
            self.tell_referrer(id, 487, commands);
        }
        commands.extend(farewell.map(Command::Sip));
        if open {
            commands.push(Command::Media(MediaCommand::Close(id)));
        }
        self.place_given_back(now, id, reason, commands);
        self.ungroup(id);
        if self.focus == Some(id) {
            self.focus = None;
            let lasts = self.config.farewell_tone;
            self.sounds.say_farewell(now, reason, lasts);
        }
        self.transfers_after(now, id, reason, commands);
    }

    pub(crate) fn open_media(&mut self, now: Instant, id: CallId, commands: &mut Vec<Command>) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.deadline = Some(now + self.config.media_ready);
            call.media = Some(Flow::closed());
            commands.push(Command::Media(MediaCommand::Open(id)));
        }
    }

    pub(crate) fn alive(&mut self, id: CallId, leg: Leg) -> Option<&mut Call> {
        let call = self.calls.get_mut(&id)?;
        (call.live() && call.leg == leg).then_some(call)
    }
}

/// How long a 200 may still cross a CANCEL: twice the 32 s (64·T1) for which a
/// peer repeats it (RFC 3261 §13.3.1.4).
const CANCEL_LINGERS: Duration = Duration::from_secs(64);
