//! What a press means that names no call: a headset's button, a shortcut, an entry of the tray. It is the
//! same for all of them, and [`Hands`] is pure.

use warmline_call::{CallId, Hold, Rejection, State, UserAction as CallAction};

use crate::{
    action::Done,
    error::DeskError,
    run::Running,
    snapshot::{CallView, Snapshot},
};

/// A press of something that names no call. Nobody whom the agent does not hear is hung up on, muted or held
/// by one; where there is nothing that it could mean, nothing happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Press {
    /// Take the call that rings.
    Answer,
    /// Turn it away: the caller hears that the agent is busy.
    Reject,
    /// End the call that is heard, or that the agent has begun. Away from a group that is heard: its people go
    /// on without the agent.
    HangUp,
    /// The same; without one, turn away the call that rings.
    HangUpOrReject,
    /// Put the call that is heard on hold, or go on with the one that is. In a consultation, talk to the other
    /// one of customer and expert.
    ToggleHold,
    /// Keep the agent's voice from what is heard (`true`), or no longer.
    Mute(bool),
    /// The other one of both.
    ToggleMute,
}

/// What the agent has in hand, as far as a press is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Hands<'a> {
    snapshot: &'a Snapshot,
}

impl<'a> Hands<'a> {
    /// Those of a phone that is like this.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        Self { snapshot }
    }

    /// The call that is heard; of a group any.
    pub fn heard(self) -> Option<CallId> {
        self.spoken().next().map(|call| call.id)
    }

    /// Whether there is a call that the agent hears, has begun or has answered.
    pub fn talking(self) -> bool {
        self.spoken().next().is_some() || self.begun().is_some()
    }

    /// Whether the agent is muted where they are heard, or will be; none where they are not.
    pub fn muted(self) -> Option<bool> {
        let calls = self.voiced();
        (!calls.is_empty()).then(|| calls.iter().all(|call| call.muted))
    }

    /// Whether there is a call on hold.
    pub(crate) fn holding(self) -> bool {
        self.on_hold().next().is_some()
    }

    /// What the phone is asked for by a press.
    pub(crate) fn meant(self, press: Press) -> Vec<CallAction> {
        let one = |of: Option<CallId>, action: fn(CallId) -> CallAction| of.map(action);
        let ringing = || {
            let mut calls = self.calls();
            let ringing = calls.find(|call| call.state == State::Incoming);
            ringing.map(|call| call.id)
        };
        let reject = || one(ringing(), |call| CallAction::Reject(call, Rejection::Busy));
        let mute = |muted| {
            let calls = self.voiced().into_iter();
            calls
                .map(|call| CallAction::Mute(call.id, muted))
                .collect::<Vec<_>>()
        };
        let action = match press {
            Press::Answer => one(ringing(), CallAction::Answer),
            Press::Reject => reject(),
            Press::HangUp => self.hang_up(),
            Press::HangUpOrReject => self.hang_up().or_else(reject),
            Press::ToggleHold => match self.spoken().next() {
                Some(call) => Some(self.turn_away(call.id)),
                None => one(
                    self.on_hold().last().map(|call| call.id),
                    CallAction::Resume,
                ),
            },
            Press::Mute(muted) => return mute(muted),
            Press::ToggleMute => return mute(self.muted() == Some(false)),
        };
        action.into_iter().collect()
    }

    fn hang_up(self) -> Option<CallAction> {
        let call = self.spoken().next().or_else(|| self.begun())?;
        // People of a group go on without the agent, who can come back: nobody is hung up on whom a single
        // press cannot name.
        Some(if self.in_group(call.id) {
            CallAction::Hold(call.id)
        } else {
            CallAction::Hangup(call.id)
        })
    }

    /// Off the call that is heard: to the other one of customer and expert, or to nobody.
    fn turn_away(self, call: CallId) -> CallAction {
        let consulted = self.snapshot.transfers.iter().find(|transfer| {
            let expert = transfer
                .expert
                .and_then(|expert| self.snapshot.call(expert));
            let answered = expert.is_some_and(|expert| expert.state == State::Established);
            answered && (transfer.customer == call || transfer.expert == Some(call))
        });
        match consulted {
            Some(transfer) => CallAction::Swap(transfer.customer),
            None => CallAction::Hold(call),
        }
    }

    fn calls(self) -> impl DoubleEndedIterator<Item = &'a CallView> {
        self.snapshot.calls.iter()
    }

    /// Those where the agent talks, or is about to again.
    fn spoken(self) -> impl Iterator<Item = &'a CallView> {
        self.calls().filter(move |call| self.is_spoken(call))
    }

    fn on_hold(self) -> impl Iterator<Item = &'a CallView> {
        let established = |call: &&CallView| call.state == State::Established;
        let held = move |call: &&CallView| !self.is_spoken(call);
        self.calls().filter(established).filter(held)
    }

    /// The one that the agent has begun or answered, and nobody talks there yet.
    fn begun(self) -> Option<&'a CallView> {
        self.calls().find(|call| {
            matches!(
                call.state,
                State::Answering | State::Dialing | State::Ringing { .. }
            )
        })
    }

    /// Those where muting matters.
    fn voiced(self) -> Vec<&'a CallView> {
        let spoken: Vec<_> = self.spoken().collect();
        if spoken.is_empty() {
            self.begun().into_iter().collect()
        } else {
            spoken
        }
    }

    fn is_spoken(self, call: &CallView) -> bool {
        let on = matches!(call.hold, Hold::No | Hold::Resuming);
        // The people of a group are never on hold, and hear each other also while the agent is away.
        let away =
            self.in_group(call.id) && !self.snapshot.focus.is_some_and(|of| self.in_group(of));
        call.state == State::Established && on && !away
    }

    fn in_group(self, call: CallId) -> bool {
        let group = self.snapshot.group.as_ref();
        group.is_some_and(|group| group.members.contains(&call))
    }
}

impl Running {
    /// Has the phone do what a press means, and says whether it did all of it.
    pub(crate) fn press(&mut self, press: Press) -> Result<Done, DeskError> {
        let mut done = Ok(Done::Accepted);
        for action in Hands::of(&self.state).meant(press) {
            done = done.and(self.phone(action));
        }
        done
    }
}

#[cfg(test)]
pub(crate) mod tests;
