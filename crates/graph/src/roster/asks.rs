//! What to ask now, and when to ask next.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::RngExt as _;
use warmline_entra::Scope;

use super::{
    Roster,
    known::{Known, Slot},
    lane::Kind,
};
use crate::{
    ask::{Ask, Failure, RequestId},
    event::Command,
    person::PersonId,
};

impl Roster {
    /// Everything that is due, and when the next is.
    pub(super) fn ask(&mut self, now: Instant) -> Vec<Command> {
        let mut commands = Vec::new();
        for kind in Kind::ALL {
            if self.due(kind, now).is_some_and(|due| due <= now)
                && let Some(ask) = self.next_ask(kind, now)
            {
                let id = RequestId(self.next_id);
                self.next_id += 1;
                self.lane_mut(kind).ask(now, id, ask.clone());
                commands.push(Command::Ask(id, ask));
            }
        }
        let kinds = Kind::ALL.into_iter();
        self.wake = kinds.filter_map(|kind| self.due(kind, now)).min();
        commands
    }

    /// When something of this kind is to be asked; none if nothing is, or if an answer is still to come.
    fn due(&self, kind: Kind, now: Instant) -> Option<Instant> {
        let lane = self.lane(kind);
        let scopes = self.granted.as_ref().filter(|_| lane.is_free())?;
        let refused = lane.trouble == Some(Failure::NotGranted);
        let wanted = match kind {
            Kind::Directory => self.directory.due(now, self.looking(), scopes),
            _ if refused || !self.looking() => None,
            Kind::Search => self.searching.due.filter(|_| self.may_search()),
            Kind::Presence => self.presence_due(now),
            Kind::Number => self.extra_due(kind, self.number_wanted(now).map(|_| now)),
            Kind::Skills => self.extra_due(kind, self.skills_wanted(now).map(|_| now)),
            Kind::Photo => self.extra_due(kind, self.photo_wanted(now).map(|_| now)),
            Kind::Meetings => self.extra_due(kind, self.meetings_due(now)),
        }?;
        Some(lane.open_at().map_or(wanted, |at| wanted.max(at)))
    }

    fn next_ask(&mut self, kind: Kind, now: Instant) -> Option<Ask> {
        match kind {
            Kind::Directory => {
                let scopes = self.granted.as_ref()?;
                if self.directory.is_due(now) {
                    self.directory.begin(now, scopes, &mut self.rng);
                }
                self.directory.next(now, scopes)
            }
            Kind::Search => {
                self.searching.due = None;
                Some(Ask::Search(self.look.search.clone()))
            }
            Kind::Presence => self.presences(now),
            Kind::Number => self.number_wanted(now).cloned().map(Ask::Number),
            Kind::Skills => self.skills_wanted(now).cloned().map(Ask::Skills),
            Kind::Photo => self.photo_wanted(now).cloned().map(Ask::Photo),
            Kind::Meetings => {
                let wanted = self.seen().filter(|known| {
                    known.person.mail.is_some() && meeting_until(known, now) <= now
                });
                let people = wanted.map(|known| Arc::clone(&known.person));
                Some(Ask::Meetings(people.take(MEETINGS).collect()))
            }
        }
    }

    fn presence_due(&self, now: Instant) -> Option<Instant> {
        if !self.may(Scope::PresenceReadAll) || self.known.len() == 0 {
            return None;
        }
        let regular = match self.lane(Kind::Presence).last {
            Some(last) => self.pace.regular(self.need(), last, self.jitter),
            None => now,
        };
        let urgent = self.urgent.map(|at| at.max(self.pace.urgent()));
        Some(urgent.map_or(regular, |urgent| urgent.min(regular)))
    }

    /// Those who are to be seen, and in what room is left others who may be soon: those who know what the
    /// call is about, then those of whom nothing was heard for longest.
    fn presences(&mut self, now: Instant) -> Option<Ask> {
        self.urgent = None;
        self.jitter = self.rng.random_range(0.85..1.15);
        let mut slots: Vec<Slot> = self.lists.seen.iter().copied().take(PRESENCES).collect();
        let room = PRESENCES - slots.len();
        if room > 0 {
            slots.extend(self.others(now, room));
        }
        if slots.is_empty() {
            // Everybody was asked for lately, and nobody is looked at.
            self.lane_mut(Kind::Presence).last = Some(now);
            return None;
        }
        self.pace.spend();
        let ids: Vec<PersonId> = slots
            .into_iter()
            .map(|slot| {
                let known = self.known.get_mut(slot);
                known.presence_asked = Some(now);
                known.person.id.clone()
            })
            .collect();
        Some(Ask::Presences(ids))
    }

    fn others(&self, now: Instant, room: usize) -> Vec<Slot> {
        let only_experts = self.known.any_expert();
        let old = |known: &Known| {
            known
                .presence_asked
                .is_none_or(|at| now >= at + OTHERS_LAST)
        };
        let others = self.known.iter().filter(|(slot, known)| {
            (known.person.expert || !only_experts) && old(known) && !self.lists.is_seen(*slot)
        });
        let mut others: Vec<(bool, Option<Instant>, Slot)> = others
            .map(|(slot, known)| {
                let knows = self.known.vocabulary.asked(&known.skills).next().is_some();
                (!knows, known.presence_asked, slot)
            })
            .collect();
        if others.len() > room {
            others.select_nth_unstable(room);
            others.truncate(room);
        }
        others.into_iter().map(|(_, _, slot)| slot).collect()
    }

    /// What is good to have waits while Graph wants fewer requests for presence, and takes its time.
    fn extra_due(&self, kind: Kind, wanted: Option<Instant>) -> Option<Instant> {
        let silent = self.lane(Kind::Presence).silent_until;
        let share = self.pace.refill();
        let spacing = match kind {
            Kind::Number | Kind::Skills => (share / 20).max(Duration::from_secs(1)),
            Kind::Meetings => (share / 10).max(Duration::from_secs(2)),
            _ => (share / 40).max(Duration::from_millis(250)),
        };
        let spaced = self.lane(kind).last.map(|last| last + spacing);
        wanted.map(|wanted| {
            wanted
                .max(spaced.unwrap_or(wanted))
                .max(silent.unwrap_or(wanted))
        })
    }

    fn number_wanted(&self, now: Instant) -> Option<&PersonId> {
        let wanted = |known: &Known| known.number.is_due(now);
        self.first_seen(Scope::TeamsUserConfigurationReadAll, wanted)
    }

    fn skills_wanted(&self, now: Instant) -> Option<&PersonId> {
        let wanted = |known: &Known| known.own_skills.is_due(now);
        self.first_seen(Scope::UserReadAll, wanted)
    }

    fn photo_wanted(&self, now: Instant) -> Option<&PersonId> {
        let wanted = |known: &Known| known.photo.is_due(now);
        if !self.look.visible {
            return None;
        }
        self.first_seen(Scope::UserReadBasicAll, wanted)
    }

    /// When the first meeting of those who are to be seen is old.
    fn meetings_due(&self, now: Instant) -> Option<Instant> {
        if !self.may(Scope::CalendarsRead) {
            return None;
        }
        let with_mail = self.seen().filter(|known| known.person.mail.is_some());
        with_mail.map(|known| meeting_until(known, now)).min()
    }

    fn first_seen(&self, scope: Scope, wanted: impl Fn(&Known) -> bool) -> Option<&PersonId> {
        if !self.may(scope) {
            return None;
        }
        let first = self.seen().find(|known| wanted(known));
        first.map(|known| &known.person.id)
    }

    fn seen(&self) -> impl Iterator<Item = &Known> {
        self.lists.seen.iter().map(|slot| self.known.get(*slot))
    }

    fn may_search(&self) -> bool {
        self.look.visible && self.may(Scope::UserReadBasicAll)
    }
}

/// Until when what is known of somebody's meetings lasts.
fn meeting_until(known: &Known, now: Instant) -> Instant {
    known.meeting.map_or(now, |(at, _)| at + MEETINGS_LAST)
}

/// Ids in one request. Source: Microsoft Graph, cloudCommunications: getPresencesByUserId.
const PRESENCES: usize = 650;

/// People in one request. Source: Microsoft Graph, calendar: getSchedule.
const MEETINGS: usize = 20;

/// Those who are not to be seen are asked for no sooner.
const OTHERS_LAST: Duration = Duration::from_secs(60);

const MEETINGS_LAST: Duration = Duration::from_secs(300);
