//! Customer and expert: what the agent asks for, until the server is asked.

use std::time::{Duration, Instant};

use crate::{
    command::{Command, MediaCommand, Refusal},
    party::Party,
    phone::Phone,
    reason::EndReason,
    state::{Call, CallId, State, Suspicion},
    transfer::{How, Phase, Transfer, TransferNews, TransferReason},
};

impl Phone {
    pub(crate) fn consult(
        &mut self,
        now: Instant,
        transfer: Transfer,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let (customer, expert) = (transfer.customer, transfer.expert);
        self.free(customer)?;
        let (Some(expert), to) = (expert, transfer.to.clone()) else {
            return Err(Refusal::NotConsulting);
        };
        self.dial(now, expert, to, None, commands)?;
        self.transfers.push(transfer);
        self.say(
            customer,
            Some(expert),
            TransferNews::Calling,
            None,
            commands,
        );
        Ok(())
    }

    pub(crate) fn blind(
        &mut self,
        now: Instant,
        customer: CallId,
        to: Party,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        self.free(customer)?;
        if self.grouped(customer) {
            return Err(Refusal::Grouped);
        }
        // Not held first: an offer beside the REFER makes some servers hang up before their last word.
        self.transfers
            .push(Transfer::new(customer, None, to, How::Blind));
        self.ask(now, customer, commands);
        Ok(())
    }

    pub(crate) fn swap(&mut self, customer: CallId) -> Result<(), Refusal> {
        let (expert, phase) = self.consultation(customer)?;
        if phase == Phase::Completing {
            return Err(Refusal::Transferring);
        }
        let to = if self.focus == Some(customer) {
            expert
        } else {
            customer
        };
        self.talk_to(to);
        self.keep_consulting(customer)
    }

    pub(crate) fn back(
        &mut self,
        now: Instant,
        customer: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let (expert, phase) = self.consultation(customer)?;
        if phase == Phase::Completing {
            return Err(Refusal::Transferring);
        }
        self.transfers.retain(|t| t.customer != customer);
        self.say(
            customer,
            Some(expert),
            TransferNews::Over,
            Some(TransferReason::Back),
            commands,
        );
        let reason = match self.calls.get(&expert).map(|call| call.state) {
            Some(State::Established) => EndReason::HungUp,
            _ => EndReason::Cancelled,
        };
        self.end(now, expert, reason, 480, commands);
        self.talk_to(customer);
        Ok(())
    }

    pub(crate) fn complete(
        &mut self,
        now: Instant,
        customer: CallId,
        sure: bool,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let (expert, phase) = self.consultation(customer)?;
        match phase {
            Phase::Calling => return Err(Refusal::ExpertNotThere),
            Phase::Completing => return Err(Refusal::Transferring),
            Phase::Consulting => {}
        }
        if self.established(customer)?.recovering() || self.established(expert)?.recovering() {
            return Err(Refusal::NotEstablished);
        }
        if let Some(suspicion) = self.calls.get(&expert).and_then(|call| call.suspicion)
            && !sure
        {
            return Err(Refusal::MaybeMachine(suspicion));
        }
        self.ask(now, customer, commands);
        Ok(())
    }

    pub(crate) fn keep_consulting(&mut self, customer: CallId) -> Result<(), Refusal> {
        let transfer = self.transfer_mut(customer).ok_or(Refusal::NotConsulting)?;
        transfer.completes_at = None;
        // Nor later, if the expert has not answered yet.
        if transfer.how == How::HandOver {
            transfer.how = How::Consult;
        }
        Ok(())
    }

    /// The expert has answered.
    pub(crate) fn expert_answered(
        &mut self,
        now: Instant,
        expert: CallId,
        commands: &mut Vec<Command>,
    ) {
        let after = self.config.complete_on_answer;
        let Some(transfer) = self.transfers.iter_mut().find(|t| {
            t.expert == Some(expert) && t.phase == Phase::Calling && t.how != How::Conference
        }) else {
            return;
        };
        transfer.phase = Phase::Consulting;
        let customer = transfer.customer;
        if transfer.how == How::HandOver {
            transfer.completes_at = after.map(|after| now + after);
        }
        self.say(
            customer,
            Some(expert),
            TransferNews::Consulting,
            None,
            commands,
        );
        commands.push(Command::Media(MediaCommand::WatchGreeting(expert)));
        let at_once = |call: &&Call| {
            let within = |sent| now.saturating_duration_since(sent) <= AT_ONCE;
            !call.rang && call.invited.is_some_and(within)
        };
        if self.calls.get(&expert).filter(at_once).is_some() {
            self.suspicious(expert, Suspicion::AnsweredAtOnce, commands);
        }
    }

    /// The far end may be a machine. It is said, and nothing is done by itself any more.
    pub(crate) fn suspicious(
        &mut self,
        expert: CallId,
        suspicion: Suspicion,
        commands: &mut Vec<Command>,
    ) {
        let Some(transfer) = self
            .transfers
            .iter_mut()
            .find(|t| t.expert == Some(expert) && t.phase == Phase::Consulting)
        else {
            return;
        };
        transfer.completes_at = None;
        let customer = transfer.customer;
        if let Some(call) = self.calls.get_mut(&expert) {
            call.suspicion = Some(suspicion);
        }
        self.say(
            customer,
            Some(expert),
            TransferNews::Consulting,
            Some(TransferReason::MaybeMachine(suspicion)),
            commands,
        );
    }
}

/// An answer without ringing within this time is one that no person gives.
const AT_ONCE: Duration = Duration::from_millis(300);
