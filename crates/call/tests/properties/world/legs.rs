//! What peers and server know of each leg, and who may let go of it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use warmline_call::{
    Because, CallId, Event, MediaEvent, MediaFailure, SipCommand, SipEvent, State, UserAction,
};

use super::{Broken, Kept, Promise, World, keeps};

#[derive(Clone, Debug, Default)]
pub(super) struct Leg {
    pub(super) outgoing: bool,
    pub(super) answered: bool,
    /// When CANCEL was sent.
    cancelled: Option<Instant>,
    pub(super) farewells: u32,
    pub(super) ended_by_peer: bool,
    /// Whose offer is open.
    pub(super) ours: bool,
    pub(super) theirs: bool,
    /// Of an earlier run.
    pub(super) of_earlier_run: bool,
    /// The same, and nobody has been asked about it yet.
    pub(super) restored: bool,
    /// The peer did not take it up.
    untaken: bool,
    /// The call that is made in its place then.
    pub(super) replacement: Option<CallId>,
    /// The leg whose place this one takes, at the peer's wish or at ours.
    pub(super) instead_of: Option<CallId>,
    /// The REFERs that were sent in it.
    pub(super) refers: BTreeMap<u32, Refer>,
    /// The REFERs that came in it.
    asked: BTreeMap<u32, Asked>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Refer {
    replaces: Option<CallId>,
    pub(super) answered: bool,
}

/// What has come of a peer's REFER.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    status: Option<u16>,
    /// The call that was made for it.
    made: Option<CallId>,
    /// The last word was said.
    told: bool,
}

impl Leg {
    pub(super) fn restored(replacement: CallId) -> Self {
        Self {
            answered: true,
            restored: true,
            of_earlier_run: true,
            replacement: Some(replacement),
            ..Self::default()
        }
    }

    /// Somebody is on it, and believes to be in a call with the agent.
    pub(super) fn stands(&self) -> bool {
        self.answered && !self.ended_by_peer && self.farewells == 0
    }

    /// Our CANCEL is on its way, and the peer's 200 may be.
    pub(super) fn waits_for_answer(&self) -> bool {
        self.cancelled.is_some() && !self.answered && !self.ended_by_peer
    }

    pub(super) fn is_orphaned(&self) -> bool {
        !self.ended_by_peer && self.farewells != 1
    }
}

impl World {
    pub(super) fn note_sip_event(&mut self, event: &SipEvent) {
        match event {
            SipEvent::Invited { call, replaces, .. } => {
                let leg = Leg {
                    instead_of: *replaces,
                    ..Leg::default()
                };
                self.legs.entry(*call).or_insert(leg);
            }
            SipEvent::Answered { call, .. } => self.with_leg(*call, |leg, now| {
                leg.answered = true;
                // A 200 that crossed the CANCEL undoes that farewell.
                if leg.cancelled.is_some_and(|at| now < at + CROSSING) {
                    leg.farewells = 0;
                }
            }),
            SipEvent::Ended { call, .. } => self.with_leg(*call, |leg, _| leg.ended_by_peer = true),
            SipEvent::ReofferClosed(call) => self.with_leg(*call, |leg, _| leg.theirs = false),
            SipEvent::ReofferAccepted(call) => self.with_leg(*call, |leg, _| {
                leg.ours = false;
                leg.replacement = None;
            }),
            SipEvent::ReofferRefused { call, .. } => self.with_leg(*call, |leg, _| {
                leg.ours = false;
                leg.untaken |= leg.replacement.is_some();
            }),
            SipEvent::ReferAnswered { call, refer, .. } => self.with_leg(*call, |leg, _| {
                if let Some(refer) = leg.refers.get_mut(refer) {
                    refer.answered = true;
                }
            }),
            SipEvent::Referred { call, refer, .. } => self.with_leg(*call, |leg, _| {
                leg.asked.insert(*refer, Asked::default());
            }),
            SipEvent::Ringing { .. }
            | SipEvent::Early { .. }
            | SipEvent::Reoffered(_)
            | SipEvent::Unreachable { .. }
            | SipEvent::ReferProgress { .. } => {}
        }
    }

    fn with_leg(&mut self, call: CallId, change: impl FnOnce(&mut Leg, Instant)) {
        if let Some(leg) = self.legs.get_mut(&call) {
            change(leg, self.now);
        }
    }

    pub(super) fn note_sip(&mut self, command: &SipCommand) -> Kept {
        if !self.strict {
            return Ok(());
        }
        let call = match command {
            SipCommand::Invite { call, because, .. } => {
                let leg = Leg {
                    outgoing: true,
                    instead_of: match because {
                        Some(Because::Replaces(old)) => Some(*old),
                        Some(Because::Referred { .. }) | None => None,
                    },
                    ..Leg::default()
                };
                let before = self.legs.insert(*call, leg);
                keeps!(NoLegOrphaned, before.is_none(), "invited twice: {call}");
                return Ok(());
            }
            // An answer to whatever the peer thinks there is.
            SipCommand::RefuseReoffer { .. } => return Ok(()),
            SipCommand::Ring(call)
            | SipCommand::Accept(call)
            | SipCommand::Cancel(call)
            | SipCommand::Bye(call)
            | SipCommand::AnswerReoffer(call)
            | SipCommand::Restore(call)
            | SipCommand::Reject { call, .. }
            | SipCommand::Reoffer { call, .. }
            | SipCommand::Refer { call, .. }
            | SipCommand::AnswerRefer { call, .. }
            | SipCommand::NotifyRefer { call, .. } => *call,
        };
        let Some(leg) = self.legs.get(&call) else {
            let how = format!("{command:?} without a leg");
            let promise = Promise::NoLegOrphaned;
            return Err(Broken { promise, how });
        };
        keeps!(
            NoLegOrphaned,
            !leg.ended_by_peer || is_refusal_of_refer(command),
            "{command:?} after the peer's end"
        );
        keeps!(
            NoLegOrphaned,
            leg.farewells == 0 || is_refusal_of_refer(command),
            "{command:?} after a farewell"
        );
        let fits = match command {
            SipCommand::Cancel(_) => leg.outgoing && !leg.answered,
            SipCommand::Reject { .. } | SipCommand::Accept(_) => !leg.outgoing && !leg.answered,
            SipCommand::Bye(_) => leg.answered,
            SipCommand::Restore(_) => leg.restored,
            SipCommand::Refer { .. } => leg.answered && !leg.restored,
            SipCommand::Reoffer { .. } | SipCommand::AnswerReoffer(_) => leg.answered,
            SipCommand::Ring(_)
            | SipCommand::AnswerRefer { .. }
            | SipCommand::NotifyRefer { .. }
            | SipCommand::Invite { .. }
            | SipCommand::RefuseReoffer { .. } => true,
        };
        keeps!(NoLegOrphaned, fits, "{command:?} on {leg:?}");
        match command {
            SipCommand::Cancel(_) | SipCommand::Reject { .. } | SipCommand::Bye(_) => {
                self.farewell(command, call)
            }
            SipCommand::Reoffer { .. } | SipCommand::Restore(_) | SipCommand::AnswerReoffer(_) => {
                keeps!(OneOffer, !leg.ours && !leg.theirs, "two offers on {call}");
                let theirs = matches!(command, SipCommand::AnswerReoffer(_));
                self.with_leg(call, |leg, _| {
                    leg.ours = !theirs;
                    leg.theirs = theirs;
                    leg.restored = false;
                });
                Ok(())
            }
            SipCommand::Accept(_) => {
                self.with_leg(call, |leg, _| leg.answered = true);
                Ok(())
            }
            SipCommand::Refer {
                refer, replaces, ..
            } => self.note_refer(call, *refer, *replaces),
            SipCommand::AnswerRefer { refer, status, .. } => {
                let made = self.made_for_a_referral();
                let asked = self.asked(call, *refer)?;
                keeps!(
                    NothingLeft,
                    asked.status.is_none(),
                    "REFER is answered twice"
                );
                asked.status = Some(*status);
                asked.made = made.filter(|_| *status == 202);
                Ok(())
            }
            SipCommand::NotifyRefer { refer, status, .. } => {
                let asked = self.asked(call, *refer)?;
                keeps!(
                    NothingLeft,
                    asked.status == Some(202) && !asked.told,
                    "{command:?} after the last word"
                );
                asked.told = *status >= 200;
                Ok(())
            }
            SipCommand::Ring(_) | SipCommand::Invite { .. } | SipCommand::RefuseReoffer { .. } => {
                Ok(())
            }
        }
    }

    /// A transfer has two people who are there.
    fn note_refer(&mut self, call: CallId, number: u32, replaces: Option<CallId>) -> Kept {
        let expert = replaces.and_then(|expert| self.legs.get(&expert));
        keeps!(
            NobodyLost,
            replaces.is_none() || expert.is_some_and(Leg::stands),
            "{call} is handed over to nobody: {expert:?}"
        );
        let refer = Refer {
            replaces,
            answered: false,
        };
        self.with_leg(call, |leg, _| {
            leg.refers.insert(number, refer);
        });
        Ok(())
    }

    fn asked(&mut self, call: CallId, refer: u32) -> Result<&mut Asked, Broken> {
        let leg = self.legs.get_mut(&call);
        leg.and_then(|leg| leg.asked.get_mut(&refer)).ok_or(Broken {
            promise: Promise::NothingLeft,
            how: format!("an answer to a REFER that nobody sent in {call}"),
        })
    }

    fn made_for_a_referral(&self) -> Option<CallId> {
        match &self.event {
            Event::Sip(SipEvent::Referred { new, .. })
            | Event::User(UserAction::Follow { new, .. }) => Some(*new),
            _ => None,
        }
    }

    fn farewell(&mut self, command: &SipCommand, call: CallId) -> Kept {
        keeps!(
            NobodyLost,
            self.may_let_go(call),
            "{command:?} at {:?}",
            self.event
        );
        self.with_leg(call, |leg, now| {
            leg.farewells += 1;
            if matches!(command, SipCommand::Cancel(_)) {
                leg.cancelled = Some(now);
            }
        });
        Ok(())
    }

    /// Whether what happens now lets go of a leg: the agent does, the server says that it has
    /// connected that person, or there is nothing left to hold on to.
    fn may_let_go(&self, call: CallId) -> bool {
        let leg = &self.legs[&call];
        // Those in each other's place are one call to the agent.
        let is = |other: CallId| self.first_of(call) == self.first_of(other);
        let its_restoration =
            |new: CallId| leg.untaken && (leg.replacement == Some(new) || is(new));
        let has_taken_its_place = |new: CallId| {
            let answered = self.legs.get(&new).is_some_and(|new| new.answered);
            answered && new != call && is(new)
        };
        match &self.event {
            Event::User(UserAction::Hangup(id) | UserAction::Reject(id, _)) => {
                is(*id) || its_restoration(*id)
            }
            Event::User(UserAction::Back(_)) => self.expert.is_some_and(is),
            Event::User(UserAction::DoNotDisturb(true)) => self.ringing.contains(&call),
            Event::User(_) => false,
            Event::Sip(SipEvent::ReferProgress {
                call: told,
                refer,
                status: 200..300,
                ..
            }) => {
                let refer = self.legs.get(told).and_then(|leg| leg.refers.get(refer));
                refer.is_some_and(|refer| is(*told) || refer.replaces.is_some_and(is))
            }
            Event::Sip(SipEvent::Answered { call: id, .. }) => {
                (*id == call && leg.cancelled.is_some()) || has_taken_its_place(*id)
            }
            // RFC 3261 §12.2.1.2.
            Event::Sip(SipEvent::ReofferRefused {
                call: id,
                status: 481,
            }) => *id == call || its_restoration(*id),
            Event::Sip(SipEvent::Invited { call: id, .. }) => *id == call,
            Event::Sip(SipEvent::Ended { call: id, .. }) => its_restoration(*id),
            Event::Sip(_) => false,
            Event::Media(MediaEvent::Failed(id, failure)) => {
                let session = self.sessions.get(id);
                let had_a_way = session.is_some_and(|session| session.connected)
                    && *failure == MediaFailure::NoConnection;
                (*id == call && !(leg.answered && had_a_way)) || its_restoration(*id)
            }
            // The new leg carries sound: the one whose place it takes is over.
            Event::Media(MediaEvent::Connected(id)) => has_taken_its_place(*id),
            Event::Media(_) | Event::Restored(_) | Event::NetworkChanged { .. } => false,
            Event::Timeout => !leg.answered || leg.restored || leg.untaken,
        }
    }

    /// The leg whose place one has taken, and the one whose place that had taken, and so on.
    fn first_of(&self, call: CallId) -> CallId {
        let old = self.legs.get(&call).and_then(|leg| leg.instead_of);
        old.map_or(call, |old| self.first_of(old))
    }

    /// A peer who was told that its REFER is followed is told what has come of that.
    pub(super) fn referrers_are_told(&self) -> Kept {
        for (call, leg) in self.legs.iter().filter(|(_, leg)| leg.stands()) {
            for asked in leg.asked.values() {
                let waits = asked.status == Some(202) && !asked.told;
                let made = asked.made.and_then(|made| self.phone.call(made));
                let under_way = made.is_some_and(|made| {
                    !matches!(made.state(), State::Established | State::Ended(_))
                });
                keeps!(
                    NothingLeft,
                    !waits || under_way,
                    "{call} is not told what has come of its REFER: {made:?}"
                );
            }
        }
        Ok(())
    }
}

/// To a REFER that came too late there is an answer all the same.
fn is_refusal_of_refer(command: &SipCommand) -> bool {
    matches!(command, SipCommand::AnswerRefer { status: 603, .. })
}

/// How long after a CANCEL a 200 is still answered by BYE.
const CROSSING: Duration = Duration::from_secs(64);
