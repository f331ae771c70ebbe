//! The agent wants to be left alone: calls that come in are refused before anything of them is seen or heard.

use std::time::Instant;

use crate::{
    command::{Command, Notice},
    party::Party,
    phone::Phone,
    reason::EndReason,
    state::{Call, CallId, Direction, State},
};

impl Phone {
    /// Whether callers are told that the agent is busy.
    pub fn do_not_disturb(&self) -> bool {
        self.do_not_disturb
    }

    /// From now on, or no longer. What rings is refused too.
    pub(crate) fn set_do_not_disturb(
        &mut self,
        now: Instant,
        on: bool,
        commands: &mut Vec<Command>,
    ) {
        self.do_not_disturb = on;
        if on {
            let ringing = |call: &&Call| call.state == State::Incoming;
            let ringing: Vec<CallId> = self.calls.values().filter(ringing).map(|c| c.id).collect();
            for id in ringing {
                self.end(now, id, EndReason::DoNotDisturb, BUSY_HERE, commands);
            }
        }
    }

    /// A call that has just come in. It is there for as long as it takes to write down that it was missed.
    pub(crate) fn refuse_unseen(
        &mut self,
        now: Instant,
        id: CallId,
        from: Party,
        commands: &mut Vec<Command>,
    ) {
        let mut call = Call::new(id, Direction::Incoming, from, now);
        call.unseen = true;
        self.calls.insert(id, call);
        self.end(now, id, EndReason::DoNotDisturb, BUSY_HERE, commands);
        if let Some(call) = self.calls.get_mut(&id) {
            // However many call, none of them stays.
            call.deadline = Some(now);
        }
        commands.push(Command::Notice(Notice::Undisturbed(id)));
    }
}

/// RFC 3261 §21.4.24: the PBX finds somebody else.
const BUSY_HERE: u16 = 486;
