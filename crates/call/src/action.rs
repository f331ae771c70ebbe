use std::time::Instant;

use crate::{
    command::{Because, Command, MediaCommand, Notice, Refusal},
    event::{Digit, Rejection, UserAction},
    party::Party,
    phone::Phone,
    reason::EndReason,
    state::{Call, CallId, Direction, State},
    transfer::{How, Transfer},
};

impl Phone {
    /// Carry out what the agent asks for, or say why not.
    pub(crate) fn act(&mut self, now: Instant, action: UserAction, commands: &mut Vec<Command>) {
        let (call, outcome) = match action {
            UserAction::Dial { call, to } => (call, self.dial(now, call, to, None, commands)),
            UserAction::Answer(id) => (id, self.answer(now, id, commands)),
            UserAction::Reject(id, rejection) => (id, self.reject(now, id, rejection, commands)),
            UserAction::DoNotDisturb(on) => return self.set_do_not_disturb(now, on, commands),
            UserAction::Hangup(id) => (id, self.hang_up(now, id, commands)),
            UserAction::Hold(id) => (id, self.hold(id)),
            UserAction::Resume(id) => (id, self.resume(id)),
            UserAction::Mute(id, muted) => (id, self.mute(id, muted)),
            UserAction::Dtmf(id, digits) => (id, self.dtmf(id, digits, commands)),
            UserAction::Dismiss(id) => (id, self.dismiss(id)),
            UserAction::Consult {
                customer,
                expert,
                to,
                hand_over,
            } => {
                let how = if hand_over {
                    How::HandOver
                } else {
                    How::Consult
                };
                let transfer = Transfer::new(customer, Some(expert), to, how);
                (customer, self.consult(now, transfer, commands))
            }
            UserAction::BlindTransfer { customer, to } => {
                (customer, self.blind(now, customer, to, commands))
            }
            UserAction::Swap(id) => (id, self.swap(id)),
            UserAction::Back(id) => (id, self.back(now, id, commands)),
            UserAction::Complete { customer, sure } => {
                (customer, self.complete(now, customer, sure, commands))
            }
            UserAction::KeepConsulting(id) => (id, self.keep_consulting(id)),
            UserAction::Merge { call, with, focus } => {
                (call, self.merge(now, call, with, focus, commands))
            }
            UserAction::Leave(id) => (id, self.leave(now, id, commands)),
            UserAction::Volume(id, percent) => (id, self.volume(id, percent)),
            UserAction::Silence(id, silenced) => (id, self.silence(id, silenced)),
            UserAction::Follow { call, new } => (call, self.follow(now, call, new, commands)),
            UserAction::DoNotFollow(id) => (id, self.do_not_follow(id, commands)),
        };
        if let Err(refusal) = outcome {
            commands.push(Command::Notice(Notice::Refused { call, refusal }));
        }
    }

    pub(crate) fn dial(
        &mut self,
        now: Instant,
        id: CallId,
        to: Party,
        because: Option<Because>,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        if self.calls.contains_key(&id) {
            return Err(Refusal::IdInUse);
        }
        if self.live() >= self.config.max_calls {
            return Err(Refusal::TooManyCalls);
        }
        let mut call = Call::new(id, Direction::Outgoing, to, now);
        call.because = because;
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
        self.established(id)?;
        // An established call is held, or in focus, or in a group that the agent is away from.
        if !self.in_focus(id) {
            return Err(Refusal::OnHold);
        }
        self.drop_focus();
        Ok(())
    }

    fn resume(&mut self, id: CallId) -> Result<(), Refusal> {
        self.established(id)?;
        if self.in_focus(id) {
            return Err(Refusal::NotOnHold);
        }
        self.talk_to(id);
        Ok(())
    }

    fn mute(&mut self, id: CallId, muted: bool) -> Result<(), Refusal> {
        self.living(id)?.muted = muted;
        // To a group the agent speaks as one.
        if self.grouped(id) {
            for member in self.group.clone() {
                self.living(member)?.muted = muted;
            }
        }
        Ok(())
    }

    fn volume(&mut self, id: CallId, percent: u8) -> Result<(), Refusal> {
        self.living(id)?.volume = percent.min(LOUDEST);
        Ok(())
    }

    fn silence(&mut self, id: CallId, silenced: bool) -> Result<(), Refusal> {
        self.living(id)?.silenced = silenced;
        Ok(())
    }

    fn dtmf(
        &mut self,
        id: CallId,
        digits: Vec<Digit>,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        self.established(id)?;
        if !self.in_focus(id) {
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

    fn living(&mut self, id: CallId) -> Result<&mut Call, Refusal> {
        let call = self.found(id)?;
        if !call.live() {
            return Err(Refusal::Ended);
        }
        Ok(call)
    }

    pub(crate) fn established(&mut self, id: CallId) -> Result<&mut Call, Refusal> {
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

/// Twice as loud, in percent.
const LOUDEST: u8 = 200;
