//! Calls that go on: those of an earlier run of the program, and those whose place another call takes.

use std::time::Instant;

use crate::{
    command::{Because, Command, SipCommand},
    event::Restored,
    phone::Phone,
    reason::EndReason,
    state::{Call, CallId, Direction, Leg, State},
    transfer::Transfer,
};

/// What is tried first to take a call of an earlier run up; then the other.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RecoverBy {
    /// A new call in its place (RFC 3891): some servers cannot begin a second DTLS association within
    /// a call, and hang up.
    #[default]
    Replaces,
    /// A re-INVITE within its dialog.
    Reinvite,
}

impl Phone {
    /// Take a call of an earlier run up again. The customer's comes before the expert's.
    pub(crate) fn restored(
        &mut self,
        now: Instant,
        restored: Restored,
        commands: &mut Vec<Command>,
    ) {
        let id = restored.call;
        if self.calls.contains_key(&id) {
            return;
        }
        let mut call = Call::new(id, restored.direction, restored.party, restored.started);
        call.state = State::Established;
        call.leg = Leg::Unrestored;
        call.answered = Some(restored.answered);
        call.muted = restored.muted;
        call.greeted = true;
        call.replacement = Some(restored.replacement);
        call.path.was_up();
        call.negotiation.restored(restored.held);
        let to = call.party.clone();
        self.calls.insert(id, call);
        if !restored.held && self.focus.is_none() {
            self.take_focus(id);
        } else if let Some(call) = self.calls.get_mut(&id) {
            call.negotiation.want(true);
        }
        // If it cannot be, both are the agent's all the same.
        if let Some(customer) = restored.consults_for
            && self.established(customer).is_ok()
            && !self.has_part(customer)
        {
            self.transfers.push(Transfer::restored(customer, id, to));
        }
        if let Some(with) = restored.group_with
            && self.established(with).is_ok()
        {
            let _ = self.join(with, id);
        }
        match self.config.recover_by {
            RecoverBy::Reinvite => self.open_media(now, id, commands),
            RecoverBy::Replaces => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.replacement = None;
                }
                self.call_in_place(now, id, restored.replacement, commands);
            }
        }
    }

    /// The offer that takes the dialog up again is at hand.
    pub(crate) fn restore(&mut self, id: CallId, commands: &mut Vec<Command>) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.leg = Leg::Restoring;
            call.deadline = None;
            call.negotiation.restoring();
            commands.push(Command::Sip(SipCommand::Restore(id)));
        }
    }

    /// The peer has taken the call up again.
    pub(crate) fn taken_up(&mut self, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id)
            && call.leg == Leg::Restoring
        {
            call.leg = Leg::Confirmed;
            call.replacement = None;
        }
    }

    /// The peer does not take the dialog up, though it may know it: a new call in its place may do.
    /// True if one is made.
    pub(crate) fn replace_unrestored(
        &mut self,
        now: Instant,
        id: CallId,
        commands: &mut Vec<Command>,
    ) -> bool {
        let Some(call) = self.alive(id, Leg::Restoring) else {
            return false;
        };
        call.leg = Leg::Confirmed;
        call.untaken = true;
        let new = call.replacement.take();
        new.is_some_and(|new| self.call_in_place(now, id, new, commands))
    }

    /// The dialog of a call leads nowhere any more: a new call in its place goes another way.
    pub(crate) fn unreachable(
        &mut self,
        now: Instant,
        id: CallId,
        new: CallId,
        commands: &mut Vec<Command>,
    ) {
        let replaced = |call: &Call| call.replaces == Some(id) && call.live();
        if self.alive(id, Leg::Confirmed).is_some()
            && !self.is_completing(id)
            && !self.calls.values().any(replaced)
        {
            self.call_in_place(now, id, new, commands);
        }
    }

    /// Makes a call that is to take the place of another. False if it cannot be.
    fn call_in_place(
        &mut self,
        now: Instant,
        old: CallId,
        new: CallId,
        commands: &mut Vec<Command>,
    ) -> bool {
        let Some(to) = self.calls.get(&old).map(|call| call.party.clone()) else {
            return false;
        };
        if self.calls.contains_key(&new) {
            return false;
        }
        let mut call = Call::new(new, Direction::Outgoing, to, now);
        call.because = Some(Because::Replaces(old));
        call.instead = true;
        call.replaces = Some(old);
        self.calls.insert(new, call);
        self.open_media(now, new, commands);
        true
    }

    /// `new` is what `old` was, or has been until now, to the agent and to transfers.
    pub(crate) fn take_place(&mut self, new: CallId, old: CallId) {
        let Some((muted, volume, silenced)) = self
            .calls
            .get(&old)
            .map(|call| (call.muted, call.volume, call.silenced))
        else {
            return;
        };
        self.goes_on_as(new, old);
        // Unless the agent has done something else with it since.
        if !self.grouped(new) {
            for member in self.group.iter_mut().filter(|member| **member == old) {
                *member = new;
            }
        }
        if !self.has_part(new) {
            for transfer in &mut self.transfers {
                transfer.rename(old, new);
            }
        }
        for (_, replaces) in self.calls.values_mut().flat_map(|call| &mut call.refers) {
            if *replaces == Some(old) {
                *replaces = Some(new);
            }
        }
        if self.focus == Some(old) {
            self.focus = Some(new);
        }
        let heard = self.in_focus(new) || self.grouped(new);
        if let Some(call) = self.calls.get_mut(&old) {
            call.negotiation.want(true);
        }
        if let Some(call) = self.calls.get_mut(&new) {
            call.muted = muted;
            call.volume = volume;
            call.silenced = silenced;
            call.greeted = true;
            call.negotiation.want(!heard);
        }
    }

    /// To the agent a call of an earlier run is the same call, by whatever dialog it goes on.
    fn goes_on_as(&mut self, new: CallId, old: CallId) {
        let earlier = |call: &&Call| matches!(call.leg, Leg::Unrestored | Leg::Restoring);
        let Some(old) = self.calls.get(&old).filter(earlier) else {
            return;
        };
        let (direction, started, answered) = (old.direction, old.started, old.answered);
        if let Some(call) = self.calls.get_mut(&new) {
            call.direction = direction;
            call.started = started;
            call.answered = answered;
        }
    }

    /// Why a call ended that the peer has ended: for one whose place another has taken, that is why.
    pub(crate) fn reason_if_replaced(&self, id: CallId, reason: EndReason) -> EndReason {
        let takes = |call: &&Call| {
            call.replaces == Some(id) && call.live() && call.state == State::Established
        };
        match self.calls.values().find(takes) {
            Some(_) => EndReason::Replaced,
            None => reason,
        }
    }

    /// A call that has taken another's place carries sound: the other one has had its time (RFC 3891
    /// §3). Until then it is what the agent falls back on.
    pub(crate) fn place_taken(&mut self, now: Instant, id: CallId, commands: &mut Vec<Command>) {
        let Some(call) = self.alive(id, Leg::Confirmed) else {
            return;
        };
        if call.path.is_up()
            && let Some(old) = call.replaces.take()
        {
            self.end(now, old, EndReason::Replaced, 480, commands);
        }
    }

    /// One of two calls is over of which one was to take the other's place. If we have ended it, that
    /// was meant for both; else the other one goes on, if it does.
    pub(crate) fn place_given_back(
        &mut self,
        now: Instant,
        ended: CallId,
        reason: EndReason,
        commands: &mut Vec<Command>,
    ) {
        let ours = matches!(reason, EndReason::HungUp | EndReason::Transferred);
        let waits = |call: &&Call| {
            call.replaces == Some(ended) && call.live() && call.state != State::Established
        };
        if ours && let Some(new) = self.calls.values().find(waits).map(|call| call.id) {
            self.end(now, new, EndReason::Cancelled, 486, commands);
        }
        let Some(call) = self.calls.get_mut(&ended) else {
            return;
        };
        let (because, established) = (call.because, call.answered.is_some());
        let Some(old) = call.replaces.take() else {
            return;
        };
        if !self.calls.get(&old).is_some_and(Call::live) {
            return;
        }
        let takes =
            |call: &&mut Call| call.replaces == Some(ended) && call.state == State::Established;
        let heir = self.calls.values_mut().find(takes);
        if let Some(heir) = heir.filter(|_| reason == EndReason::Replaced) {
            // It has replaced this one, and carries no sound yet.
            heir.replaces = Some(old);
        } else if ours || reason == EndReason::Replaced {
            self.end(now, old, reason, 480, commands);
        } else if matches!(because, Some(Because::Replaces(_))) {
            if self.alive(old, Leg::Unrestored).is_some() {
                // The other way to take it up.
                return self.open_media(now, old, commands);
            }
            // As long as there may be sound, nobody is hung up on.
            if !self.calls.get(&old).is_some_and(|call| call.untaken) {
                return;
            }
            // Neither the old dialog nor a new one in its place: there is nothing left.
            self.end(now, old, EndReason::CallLost, 480, commands);
        } else if established {
            self.take_place(old, ended);
        }
    }
}
