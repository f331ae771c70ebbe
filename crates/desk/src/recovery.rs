//! Calls that must outlive the program: written down before each command, taken up again after a crash.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;
use tracing::{info, warn};
use warmline_call::{Call, CallId, Direction, Event, Hold, Party, Restored, State};
use warmline_journal::{self as journal, Kept, OpenCall, Step, StepKind, Unfinished};
use warmline_sip::{SavedDialog, SipRequest};

use crate::{
    action::Done,
    error::{DeskError, ErrorCode},
    event::DeskEvent,
    history::unix_ms,
    lines::{Line, LineId},
    run::Running,
    snapshot::{RecoveryView, Registration},
    told,
};

/// A call that an earlier run left, and its dialog.
pub(crate) type LeftCall = (Unfinished, SavedDialog);

/// A call that was taken up again.
#[derive(Debug)]
pub(crate) struct TakenUp {
    /// Its key in the journal.
    key: u64,
    call: CallId,
    /// The one in its place, if that is how it goes on.
    replacement: CallId,
    grouped: bool,
}

/// Calls that an earlier run left, while they may be taken up again.
#[derive(Debug)]
pub(crate) struct Left {
    calls: Vec<LeftCall>,
    /// Until when the other ends can be expected to wait.
    pub(crate) until: Instant,
}

impl Running {
    /// Writes down every call that has changed. Comes before the commands that the change leads to.
    pub(crate) fn keep_calls(&mut self) {
        let Some(journal) = self.journal().cloned() else {
            return;
        };
        let stands = |call: &&Call| call.end_reason().is_none() && !call.is_hidden();
        let live = self.phone.calls().filter(stands);
        let open: Vec<OpenCall> = live.map(|call| self.open_call(call)).collect();
        for call in open {
            let leg = self.legs.entry(CallId::new(call.key)).or_default();
            if leg.kept.as_ref() != Some(&call) {
                if journal.keep(call.clone()) == Kept::NotYet {
                    warn!(
                        call = call.key,
                        "the disk is slow: a call goes on before it is written down"
                    );
                }
                leg.kept = Some(call);
            }
        }
    }

    /// Adds a step of a transfer to the customer's call.
    pub(crate) fn keep_step(&self, customer: CallId, kind: StepKind) {
        if let Some(journal) = self.journal() {
            let at_unix_ms = unix_ms(SystemTime::now());
            journal.step(customer.get(), Step { at_unix_ms, kind });
        }
    }

    /// The program lives, and so do its calls.
    pub(crate) fn sign_of_life(&self) {
        if let Some(journal) = self.journal() {
            journal.alive();
        }
    }

    /// An earlier run has left these calls.
    pub(crate) fn left(&mut self, unfinished: &Arc<[Unfinished]>) {
        if self.left.is_some() {
            return;
        }
        let (mut calls, mut lost) = (Vec::new(), Vec::new());
        // A slow disk may show what is dealt with once more.
        let new = |left: &&Unfinished| !self.left_before.contains(&left.call.key);
        for left in unfinished.iter().filter(new) {
            let saved = left.call.dialog.as_deref().map(serde_json::from_str);
            match saved {
                Some(Ok(saved))
                    if left.call.answered_unix_ms.is_some()
                        && self.lines.at(left.call.line.as_deref()).is_some() =>
                {
                    calls.push((left.clone(), saved));
                }
                _ => lost.push(left.call.key),
            }
        }
        if let Some(journal) = self.journal().filter(|_| !lost.is_empty()) {
            journal.give_up(lost);
        }
        // A customer's call comes before the one about it.
        calls.sort_by_key(|(left, _)| (left.call.consults_for.is_some(), left.call.began_unix_ms));
        let newest = calls.iter().map(|(left, _)| left.left_unix_ms).max();
        let Some(newest) = newest else {
            return;
        };
        let ago = Duration::from_millis(unix_ms(SystemTime::now()).saturating_sub(newest));
        let until = Instant::now() + journal::RECOVERABLE.saturating_sub(ago);
        info!(
            calls = calls.len(),
            "calls of an earlier run can be taken up again"
        );
        let party = |(left, _): &LeftCall| party(&left.call);
        self.state.recovery = Some(RecoveryView {
            parties: calls.iter().map(party).collect(),
            until: self.since_start(until),
        });
        self.left = Some(Left { calls, until });
        self.publish();
        self.tell(DeskEvent::Recoverable);
    }

    /// Takes up what an earlier run has left, or gives it up.
    pub(crate) fn recover(&mut self, really: bool) -> Result<Done, DeskError> {
        let Some(left) = self.left.take() else {
            return Err(DeskError::new(
                ErrorCode::NotNow,
                "There is no call that could be taken up again.",
                "Call the customer back: the number is in the list of recent calls.",
            ));
        };
        self.state.recovery = None;
        if really {
            // Without a connection to the server there is nothing to take them up by.
            self.to_take_up = left.calls;
            let registered =
                |line: &&Line| matches!(line.registration, Registration::Registered { .. });
            let lines = self.lines.iter().filter(registered).map(|line| line.id);
            for line in lines.collect::<Vec<_>>() {
                self.take_up(line);
            }
        } else {
            self.give_up(left.calls);
        }
        Ok(Done::Accepted)
    }

    /// Nobody is left on a line that leads nowhere.
    fn give_up(&mut self, calls: Vec<LeftCall>) {
        let keys = calls.iter().map(|(left, _)| left.call.key).collect();
        self.left_before.extend(&keys);
        if let Some(journal) = self.journal() {
            journal.give_up(keys);
        }
        for (left, saved) in calls {
            if let Some(line) = self.lines.at(left.call.line.as_deref()) {
                line.agent.send(SipRequest::Farewell {
                    dialog: line.agent.next_dialog(),
                    saved: Box::new(saved),
                });
            }
        }
    }

    /// Takes up what the agent has asked to, as far as it goes by this line.
    pub(crate) fn take_up(&mut self, line: LineId) {
        let by_line = |(left, _): &mut LeftCall| {
            let of = self.lines.at(left.call.line.as_deref());
            of.is_none_or(|of| of.id == line)
        };
        let calls: Vec<LeftCall> = self.to_take_up.extract_if(.., by_line).collect();
        for (left, saved) in calls {
            let old = &left.call;
            self.left_before.push(old.key);
            let (call, replacement) = (self.lines.new_call(line), self.lines.new_call(line));
            let customer = |taken: &&TakenUp| Some(taken.key) == old.consults_for;
            let consults_for = self.taken_up.iter().find(customer);
            let consults_for = consults_for.map(|taken| taken.call);
            let member = self
                .taken_up
                .iter()
                .filter(|taken| taken.grouped && old.grouped);
            let standing = |id: &CallId| {
                let call = self.phone.call(*id);
                call.is_some_and(|call| call.state() == State::Established)
            };
            let group_with = member
                .flat_map(|taken| [taken.call, taken.replacement])
                .find(standing);
            let restored = Restored {
                call,
                replacement,
                direction: match old.direction {
                    journal::Direction::Incoming => Direction::Incoming,
                    journal::Direction::Outgoing => Direction::Outgoing,
                },
                party: party(old),
                started: instant(old.began_unix_ms),
                answered: instant(old.answered_unix_ms.unwrap_or(old.began_unix_ms)),
                held: old.held,
                muted: old.muted,
                consults_for,
                group_with,
            };
            let leg = self.legs.entry(call).or_default();
            leg.saved = Some(saved);
            leg.unrestored = true;
            leg.notes.began =
                Some(SystemTime::UNIX_EPOCH + Duration::from_millis(old.began_unix_ms));
            let now = OpenCall {
                key: call.get(),
                consults_for: consults_for.map(CallId::get),
                ..old.clone()
            };
            leg.kept = Some(now.clone());
            let began = leg.notes.began;
            let place = self.legs.entry(replacement).or_default();
            place.notes.began = began;
            place.kept = Some(OpenCall {
                key: replacement.get(),
                dialog: None,
                ..now.clone()
            });
            if let Some(journal) = self.journal() {
                journal.take_up(old.key, now);
            }
            self.keep_step(call, StepKind::Recovered);
            self.taken_up.push(TakenUp {
                key: old.key,
                call,
                replacement,
                grouped: old.grouped,
            });
            info!(call = %call, "taking a call up again");
            self.feed(Event::Restored(restored));
        }
    }

    fn open_call(&self, call: &Call) -> OpenCall {
        let id = call.id();
        let leg = self.legs.get(&id);
        let notes = leg.map(|leg| &leg.notes);
        let began = notes
            .and_then(|notes| notes.began)
            .unwrap_or_else(SystemTime::now);
        let invite = notes.and_then(|notes| notes.invite.as_deref());
        let before = leg.and_then(|leg| leg.kept.as_ref());
        let established = call.state() == State::Established;
        let saved = leg.and_then(|leg| leg.saved.as_ref());
        let transfer = self.phone.transfers().find(|t| t.expert() == Some(id));
        OpenCall {
            key: id.get(),
            direction: match call.direction() {
                Direction::Incoming => journal::Direction::Incoming,
                Direction::Outgoing => journal::Direction::Outgoing,
            },
            name: call.party().name.clone(),
            address: call.party().address.clone(),
            queue: invite
                .and_then(|invite| told::queue(invite, began))
                .or_else(|| before.and_then(|before| before.queue.clone())),
            began_unix_ms: unix_ms(began),
            answered_unix_ms: before
                .and_then(|before| before.answered_unix_ms)
                .or_else(|| established.then(|| unix_ms(SystemTime::now()))),
            held: matches!(call.hold(), Hold::Holding | Hold::Held | Hold::LocalOnly),
            muted: call.muted(),
            consults_for: transfer.map(|transfer| transfer.customer().get()),
            dialog: saved.and_then(|saved| serde_json::to_string(saved).ok()),
            grouped: self.phone.group().contains(&id),
            line: Some(self.lines.of(id).address.expose().clone()),
        }
    }
}

fn party(call: &OpenCall) -> Party {
    Party {
        name: call.name.clone(),
        address: call.address.clone(),
    }
}

/// A time of the clock on the wall on the one that never jumps.
fn instant(unix_ms: u64) -> std::time::Instant {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(unix_ms);
    let ago = SystemTime::now().duration_since(at).unwrap_or_default();
    let now = Instant::now().into_std();
    // Before the machine was started there is no such instant on some systems.
    now.checked_sub(ago).unwrap_or(now)
}
