//! People of several calls who hear each other by way of this phone, and the agent among them or away.

use std::time::Instant;

use crate::{
    command::{Command, Refusal},
    phone::Phone,
    state::{CallId, State},
    transfer::{How, Transfer, TransferNews},
};

impl Phone {
    /// Those who hear each other, in the order in which they came; empty or at least two.
    pub fn group(&self) -> &[CallId] {
        &self.group
    }

    pub(crate) fn merge(
        &mut self,
        now: Instant,
        call: CallId,
        with: CallId,
        focus: Option<CallId>,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        if self.is_completing(call) || self.is_completing(with) {
            return Err(Refusal::Transferring);
        }
        for id in [call, with] {
            if self.established(id)?.recovering() {
                return Err(Refusal::NotEstablished);
            }
        }
        if let Some(focus) = focus.filter(|_| self.config.conference.is_some()) {
            return self.confer(now, [call, with], focus, commands);
        }
        self.join(call, with)?;
        self.take_focus(call);
        self.say(call, Some(with), TransferNews::Merged, None, commands);
        Ok(())
    }

    /// Both become members of the group; the agent too, unless they are on another call.
    pub(crate) fn join(&mut self, call: CallId, with: CallId) -> Result<(), Refusal> {
        if call == with || (self.grouped(call) && self.grouped(with)) {
            return Err(Refusal::Grouped);
        }
        if !self.group.is_empty() && !self.grouped(call) && !self.grouped(with) {
            return Err(Refusal::Grouped);
        }
        let new: Vec<CallId> = [call, with]
            .into_iter()
            .filter(|id| !self.grouped(*id))
            .collect();
        if self.group.len() + new.len() > MAX_GROUP {
            return Err(Refusal::GroupFull);
        }
        // As the agent was heard, or not, so they are heard by all.
        let talked_to = [call, with].into_iter().find(|id| self.in_focus(*id));
        let talked_to = self.calls.get(&talked_to.unwrap_or(call));
        let muted = talked_to.is_some_and(|call| call.muted);
        self.group.extend(new);
        for id in &self.group {
            if let Some(call) = self.calls.get_mut(id) {
                call.negotiation.want(false);
                call.muted = muted;
            }
        }
        let group = &self.group;
        let inside = |id: Option<CallId>| id.is_some_and(|id| group.contains(&id));
        self.transfers
            .retain(|t| !(inside(Some(t.customer())) && inside(t.expert())));
        if self.focus.is_none() {
            self.take_focus(call);
        }
        Ok(())
    }

    /// The two others are connected by the server, and the agent is gone.
    pub(crate) fn leave(
        &mut self,
        now: Instant,
        id: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        self.established(id)?;
        if !self.grouped(id) {
            return Err(Refusal::NotGrouped);
        }
        let [one, other] = self.group[..] else {
            return Err(Refusal::TooManyToLeave);
        };
        self.free(one)?;
        self.free(other)?;
        let to = self.established(other)?.party.clone();
        self.transfers
            .push(Transfer::new(one, Some(other), to, How::Leave));
        self.ask(now, one, commands);
        Ok(())
    }

    /// Call the server's conference, to send both there (RFC 4579 §5.5); or if one of them is that
    /// conference, the other.
    fn confer(
        &mut self,
        now: Instant,
        people: [CallId; 2],
        focus: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let Some(to) = self.config.conference.clone() else {
            return Err(Refusal::NotGrouped);
        };
        let is_conference = |id: &CallId| self.calls.get(id).is_some_and(|call| call.party == to);
        let there = people.into_iter().find(is_conference);
        let new: Vec<CallId> = people.into_iter().filter(|id| !is_conference(id)).collect();
        if people[0] == people[1] || new.is_empty() {
            return Err(Refusal::Grouped);
        }
        let under_way = |t: &Transfer| t.how() == How::Conference && new.contains(&t.customer());
        if self.transfers.iter().any(under_way) {
            return Err(Refusal::Transferring);
        }
        if there.is_none() {
            self.dial(now, focus, to.clone(), None, commands)?;
        }
        let inside = |id: &CallId| new.contains(id);
        self.transfers
            .retain(|t| !inside(&t.customer()) && !t.expert().as_ref().is_some_and(inside));
        for id in new {
            let focus = Some(there.unwrap_or(focus));
            self.transfers
                .push(Transfer::new(id, focus, to.clone(), How::Conference));
            if there.is_some() {
                self.ask(now, id, commands);
            }
        }
        Ok(())
    }

    /// The server's conference has answered: send them there whom it was called for.
    pub(crate) fn conference_answered(
        &mut self,
        now: Instant,
        focus: CallId,
        commands: &mut Vec<Command>,
    ) {
        let theirs = |t: &&Transfer| t.expert() == Some(focus) && t.how() == How::Conference;
        let waiting: Vec<CallId> = self
            .transfers
            .iter()
            .filter(theirs)
            .map(Transfer::customer)
            .collect();
        for customer in waiting {
            self.ask(now, customer, commands);
        }
    }

    pub(crate) fn grouped(&self, id: CallId) -> bool {
        self.group.contains(&id)
    }

    /// Whether the agent hears this call: it is in focus, or of the group that is.
    pub(crate) fn in_focus(&self, id: CallId) -> bool {
        let group = || self.grouped(id) && self.focus.is_some_and(|focus| self.grouped(focus));
        self.focus == Some(id) || group()
    }

    /// A member is gone. One alone is no group: with the agent an ordinary call, else on hold.
    pub(crate) fn ungroup(&mut self, id: CallId) {
        if !self.grouped(id) {
            return;
        }
        self.group.retain(|member| *member != id);
        if self.focus == Some(id) {
            self.focus = self.group.first().copied();
        }
        if let [last] = self.group[..] {
            self.group.clear();
            let away = self.focus != Some(last);
            if let Some(call) = self.calls.get_mut(&last)
                && call.state == State::Established
            {
                call.negotiation.want(away);
            }
        }
    }
}

/// Members beside the agent: six people in all.
const MAX_GROUP: usize = 5;
