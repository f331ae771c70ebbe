//! What must hold after every event, and at the end.

use std::time::Duration;

use warmline_call::{Call, CallId, Event, Hold, Phase, SipEvent, State, Tone, UserAction};

use super::{Kept, Leg, MOST_CALLS, Session, World, keeps};

impl World {
    pub(super) fn promises_are_kept(&self) -> Kept {
        self.who_is_heard_and_who_waits()?;
        self.sounds_have_their_reason()?;
        self.transfers_have_their_people()?;
        if self.strict {
            self.whoever_is_on_a_leg_is_shown()?;
            self.referrers_are_told()?;
            self.there_are_not_too_many()?;
        }
        Ok(())
    }

    /// Not even between two commands: one call, or those of one group, the old or the new one.
    pub(super) fn nobody_else_is_heard(&self) -> Kept {
        let alone = |heard: &dyn Fn(&Session) -> bool, group: &[CallId]| {
            let heard = self.sessions.iter().filter(|(_, session)| heard(session));
            let (inside, outside): (Vec<_>, Vec<_>) =
                heard.partition(|(call, _)| group.contains(call));
            outside.len() + usize::from(!inside.is_empty()) <= 1
        };
        let kept = |heard| alone(heard, self.phone.group()) || alone(heard, &self.group);
        keeps!(OneHeard, kept(&|s| s.heard), "two calls are heard");
        keeps!(OneHeard, kept(&|s| s.speaks()), "two calls hear us");
        Ok(())
    }

    fn who_is_heard_and_who_waits(&self) -> Kept {
        let (focus, group) = (self.phone.focus(), self.phone.group());
        keeps!(OneHeard, group.len() != 1, "a group of one");
        let agent_in_group = focus.is_some_and(|focus| group.contains(&focus));
        for call in self.phone.calls() {
            let (id, grouped) = (call.id(), group.contains(&call.id()));
            let session = self.sessions.get(&id).copied().unwrap_or_default();
            let with_agent = focus == Some(id) || (grouped && agent_in_group);
            let established = call.state() == State::Established;
            keeps!(OneHeard, !grouped || established, "grouped: {call:?}");
            if session.open {
                keeps!(
                    OneHeard,
                    session.mixed == grouped
                        && session.muted == (call.muted() || (grouped && !with_agent)),
                    "{session:?} of {call:?}, grouped: {grouped}"
                );
            }
            keeps!(
                OneHeard,
                call.sending() == session.speaks() && call.heard() == session.heard,
                "{call:?} does not say how it is: {session:?}"
            );
            if !established {
                let quiet = !session.sending && !session.music;
                keeps!(OneHeard, quiet, "{session:?} before the answer");
                continue;
            }
            let free = matches!(call.hold(), Hold::No | Hold::Resuming);
            keeps!(
                OneHeard,
                free == (with_agent || grouped)
                    && session.heard == with_agent
                    && session.sending == free,
                "{session:?} of {call:?}"
            );
            keeps!(
                NothingLeft,
                call.held_since().is_some() != free,
                "nobody knows since when they wait: {call:?}"
            );
            keeps!(
                OneHeard,
                session.music == (self.config.hold_music && !free),
                "who waits hears nothing: {session:?} of {call:?}"
            );
        }
        Ok(())
    }

    fn sounds_have_their_reason(&self) -> Kept {
        let any = |test: fn(State) -> bool| self.phone.calls().any(|call| test(call.state()));
        let incoming = any(|state| state == State::Incoming);
        keeps!(NothingLeft, !self.ring || incoming, "ringing for nobody");
        keeps!(
            NobodyLost,
            !incoming || self.ring || self.tone == Some(Tone::CallWaiting),
            "nobody told the agent"
        );
        let reason = match self.tone {
            Some(Tone::Ringback) => any(|state| matches!(state, State::Ringing { .. })),
            Some(Tone::CallWaiting) => incoming,
            Some(Tone::Busy | Tone::Congestion | Tone::Ended) => self.phone.focus().is_none(),
            None => true,
        };
        keeps!(NothingLeft, reason, "{:?} for nobody", self.tone);
        Ok(())
    }

    fn transfers_have_their_people(&self) -> Kept {
        let live = |call: &&Call| call.end_reason().is_none();
        for transfer in self.phone.transfers() {
            let customer = self.phone.call(transfer.customer()).filter(live);
            keeps!(NothingLeft, customer.is_some(), "without: {transfer:?}");
            let others = self.phone.transfers();
            let of_them = others.filter(|t| t.customer() == transfer.customer());
            keeps!(NothingLeft, of_them.count() == 1, "twice: {transfer:?}");
            if let Some(id) = transfer.expert() {
                let expert = self.phone.call(id);
                keeps!(NothingLeft, expert.is_some(), "dismissed: {transfer:?}");
                // The server may have begun with the expert's leg.
                let lives = expert.filter(live).is_some();
                let completing = transfer.phase() == Phase::Completing;
                keeps!(NothingLeft, lives || completing, "over: {transfer:?}");
                let answered = expert.is_some_and(|e| e.state() == State::Established);
                let consulting = transfer.phase() == Phase::Consulting;
                keeps!(NothingLeft, answered || !consulting, "{transfer:?}");
            }
            let waits = self.phone.poll_timeout().is_some();
            keeps!(
                NothingLeft,
                waits || transfer.phase() != Phase::Completing,
                "nobody waits for the word: {transfer:?}"
            );
        }
        Ok(())
    }

    /// Nobody waits on a leg of which the agent knows nothing.
    fn whoever_is_on_a_leg_is_shown(&self) -> Kept {
        for (id, leg) in self.legs.iter().filter(|(_, leg)| leg.stands()) {
            let call = self.phone.call(*id);
            keeps!(
                NobodyLost,
                call.is_some_and(|call| call.state() == State::Established),
                "on {leg:?} there is somebody, on the phone {call:?}"
            );
            let old = leg.instead_of.and_then(|old| self.legs.get(&old));
            keeps!(
                NoLegOrphaned,
                !call.is_some_and(Call::connected) || !old.is_some_and(Leg::stands),
                "{id} carries sound, and the leg whose place it has taken stands"
            );
        }
        Ok(())
    }

    fn there_are_not_too_many(&self) -> Kept {
        // A call in another's place, and one of an earlier run, there are in any case.
        let ordinary = |call: &&Call| {
            let id = call.id();
            let leg = self.legs.get(&id);
            let in_place = |(_, event): &(Duration, Event)| {
                matches!(
                    event,
                    Event::Sip(SipEvent::Unreachable { replacement, .. }) if *replacement == id
                )
            };
            call.end_reason().is_none()
                && leg.is_none_or(|leg| leg.instead_of.is_none() && !leg.of_earlier_run)
                && !self.legs.values().any(|leg| leg.replacement == Some(id))
                && (self.phone.calls().count() <= MOST_CALLS || !self.events.iter().any(in_place))
        };
        let live = self.phone.calls().filter(ordinary).count();
        keeps!(NothingLeft, live <= MOST_CALLS, "too many calls");
        Ok(())
    }

    pub(super) fn everybody_can_be_talked_to(&mut self) -> Kept {
        for (id, leg) in self.legs.iter().filter(|(_, leg)| leg.stands()) {
            let mut phone = self.phone.clone();
            phone.handle(self.now, Event::User(UserAction::Resume(*id)));
            let call = phone.call(*id);
            keeps!(
                NobodyLost,
                call.is_some_and(Call::heard),
                "somebody on {leg:?} cannot be talked to: {call:?}"
            );
        }
        Ok(())
    }

    pub(super) fn nothing_is_left(&self) -> Kept {
        for (call, leg) in &self.legs {
            keeps!(
                NoLegOrphaned,
                !self.strict || !leg.is_orphaned(),
                "leg {call} is orphaned: {leg:?}"
            );
        }
        let open = self.sessions.values().any(|session| session.open);
        keeps!(NothingLeft, !open, "a session is left open");
        let sounds = self.ring || self.tone.is_some();
        keeps!(NothingLeft, !sounds, "something still sounds");
        let phone = &self.phone;
        keeps!(NothingLeft, phone.calls().count() == 0, "a call is left");
        let transfers = phone.transfers().count();
        keeps!(NothingLeft, transfers == 0, "a transfer is left");
        keeps!(NothingLeft, phone.group().is_empty(), "a group is left");
        keeps!(NothingLeft, phone.focus().is_none(), "a focus is left");
        let timeout = phone.poll_timeout();
        keeps!(NothingLeft, timeout.is_none(), "a time-out is left");
        Ok(())
    }
}
