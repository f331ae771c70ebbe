use std::time::Instant;

use crate::{
    command::{Command, MediaCommand, Notice, Refusal},
    event::{Digit, Rejection, UserAction},
    party::Party,
    phone::Phone,
    reason::EndReason,
    state::{Call, CallId, Direction, State},
};

impl Phone {
    /// Carry out what the agent asks for, or say why not.
    pub(crate) fn act(&mut self, now: Instant, action: UserAction, commands: &mut Vec<Command>) {
        let (call, outcome) = match action {
            UserAction::Dial { call, to } => (call, self.dial(now, call, to, commands)),
            UserAction::Answer(id) => (id, self.answer(now, id, commands)),
            UserAction::Reject(id, rejection) => (id, self.reject(now, id, rejection, commands)),
            UserAction::Hangup(id) => (id, self.hang_up(now, id, commands)),
            UserAction::Hold(id) => (id, self.hold(id)),
            UserAction::Resume(id) => (id, self.resume(id)),
            UserAction::Mute(id, muted) => (id, self.mute(id, muted)),
            UserAction::Dtmf(id, digits) => (id, self.dtmf(id, digits, commands)),
            UserAction::Dismiss(id) => (id, self.dismiss(id)),
        };
        if let Err(refusal) = outcome {
            commands.push(Command::Notice(Notice::Refused { call, refusal }));
        }
    }

    fn dial(
        &mut self,
        now: Instant,
        id: CallId,
        to: Party,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        if self.calls.contains_key(&id) {
            return Err(Refusal::IdInUse);
        }
        if self.live() >= self.config.max_calls {
            return Err(Refusal::TooManyCalls);
        }
        let call = Call::new(id, Direction::Outgoing, to, now);
        self.calls.insert(id, call);
        self.take_focus(id);
        self.open_media(now, id, commands);
        Ok(())
    }

    fn answer(
        &mut self,
        now: Instant,
        id: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let call = self.found(id)?;
        match call.state {
            State::Incoming => {
                call.state = State::Answering;
                self.take_focus(id);
                self.open_media(now, id, commands);
                Ok(())
            }
            State::Ended(_) => Err(Refusal::Ended),
            State::Answering | State::Dialing | State::Ringing { .. } | State::Established => {
                Err(Refusal::NotRinging)
            }
        }
    }

    fn reject(
        &mut self,
        now: Instant,
        id: CallId,
        rejection: Rejection,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        match self.found(id)?.state {
            State::Incoming => {
                self.end(now, id, EndReason::Rejected, rejection.status(), commands);
                Ok(())
            }
            State::Ended(_) => Err(Refusal::Ended),
            State::Answering | State::Dialing | State::Ringing { .. } | State::Established => {
                Err(Refusal::NotRinging)
            }
        }
    }

    fn hang_up(
        &mut self,
        now: Instant,
        id: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let reason = match self.found(id)?.state {
            State::Incoming | State::Answering => EndReason::Rejected,
            State::Dialing | State::Ringing { .. } => EndReason::Cancelled,
            State::Established => EndReason::HungUp,
            // The peer was faster: what the agent wants has happened.
            State::Ended(_) => return Ok(()),
        };
        self.end(now, id, reason, Rejection::Busy.status(), commands);
        Ok(())
    }

    fn hold(&mut self, id: CallId) -> Result<(), Refusal> {
        if self.established(id)?.negotiation.wanted() {
            return Err(Refusal::OnHold);
        }
        // An established call that is not to be held is the one in focus.
        self.drop_focus();
        Ok(())
    }

    fn resume(&mut self, id: CallId) -> Result<(), Refusal> {
        let call = self.established(id)?;
        if !call.negotiation.wanted() {
            return Err(Refusal::NotOnHold);
        }
        call.negotiation.want(false);
        self.take_focus(id);
        Ok(())
    }

    fn mute(&mut self, id: CallId, muted: bool) -> Result<(), Refusal> {
        let call = self.found(id)?;
        if !call.live() {
            return Err(Refusal::Ended);
        }
        call.muted = muted;
        Ok(())
    }

    fn dtmf(
        &mut self,
        id: CallId,
        digits: Vec<Digit>,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        if self.established(id)?.negotiation.wanted() {
            return Err(Refusal::OnHold);
        }
        let digit = |digit| Command::Media(MediaCommand::Dtmf(id, digit));
        commands.extend(digits.into_iter().map(digit));
        Ok(())
    }

    fn dismiss(&mut self, id: CallId) -> Result<(), Refusal> {
        let call = self.found(id)?;
        if call.live() {
            return Err(Refusal::NotEnded);
        }
        call.dismissed = true;
        Ok(())
    }

    fn found(&mut self, id: CallId) -> Result<&mut Call, Refusal> {
        let call = self.calls.get_mut(&id).filter(|call| !call.dismissed);
        call.ok_or(Refusal::NoSuchCall)
    }

    fn established(&mut self, id: CallId) -> Result<&mut Call, Refusal> {
        let call = self.found(id)?;
        match call.state {
            State::Established => Ok(call),
            State::Ended(_) => Err(Refusal::Ended),
            State::Incoming | State::Answering | State::Dialing | State::Ringing { .. } => {
                Err(Refusal::NotEstablished)
            }
        }
    }
}
