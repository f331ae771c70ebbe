//! Calls that outlive the process: what is written down of one, and one that is made again from it.

use std::time::{Duration, Instant};

use super::{Call, EndCause, Leg, Stage};
use crate::agent::{DialogKey, ForkId, SipEvent};
use crate::dialog::Dialog;
use crate::line::Line;
use crate::saved::SavedDialog;
use crate::timers::SessionTimer;

/// The offer that tells the other side of a restored call where we are now.
#[derive(Debug)]
pub(super) struct Resuming {
    offer: String,
    wait: Wait,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// Until there is a flow.
    Flow,
    /// Until we are registered over it, but no longer than this.
    Registration(Instant),
    /// For a moment that suits: an offer of theirs is being answered.
    Turn,
    /// For the answer.
    Sent,
}

impl Call {
    /// Makes an answered call of another process again. One that cannot be read ends at once.
    pub(crate) fn restored(
        line: &mut Line,
        now: Instant,
        key: DialogKey,
        saved: Box<SavedDialog>,
        offer: String,
    ) -> Self {
        let mut call = Self::new(key, Stage::Talking(0), line);
        let Some(dialog) = Dialog::restored(&saved, line.authenticator()) else {
            let cause = EndCause::local("what was saved of this call cannot be read");
            call.end(line, now, cause);
            return call;
        };
        call.legs.push(Leg {
            fork: ForkId(0),
            dialog,
            rseq: None,
            early_sdp: None,
            answered: true,
            hung_up: false,
        });
        call.unproven = true;
        call.session = saved
            .session
            .map(|session| SessionTimer::restored(session, now));
        call.saved = Some(saved);
        call.local_sdp.clone_from(&offer);
        call.resuming = Some(Resuming {
            offer,
            wait: Wait::Flow,
        });
        call
    }

    /// Hangs up on the other side of a call of another process.
    pub(crate) fn departed(
        line: &mut Line,
        now: Instant,
        key: DialogKey,
        saved: Box<SavedDialog>,
    ) -> Self {
        let mut call = Self::restored(line, now, key, saved, String::new());
        call.resuming = None;
        call.hang_up(line, now);
        call
    }

    /// After everything that has happened: goes on with what waits, and writes down what is new.
    pub(crate) fn settle(&mut self, line: &mut Line, now: Instant) {
        if line.up && self.edge != line.edge {
            self.edge = line.edge;
            self.unproven = true;
        }
        self.resume(line, now);
        self.save(line);
    }

    /// Tells what the next process has to know of this call, if that is news.
    pub(super) fn save(&mut self, line: &mut Line) {
        let Stage::Talking(at) = self.stage else {
            return;
        };
        let session = self.session.as_ref().map(SessionTimer::saved);
        let dialog = &self.legs[at].dialog;
        let known = self.saved.as_ref();
        if known.is_some_and(|saved| dialog.is_saved_in(saved, session)) {
            return;
        }
        let saved = Box::new(dialog.saved(session));
        self.saved = Some(saved.clone());
        line.emit(SipEvent::Saved {
            dialog: self.key,
            saved,
        });
    }

    /// Another offer in place of the one that waits; handed back if none does.
    pub(super) fn resume_with(&mut self, offer: String) -> Option<String> {
        match &mut self.resuming {
            Some(resuming) if resuming.wait != Wait::Sent => {
                resuming.offer = offer;
                None
            }
            _ => Some(offer),
        }
    }

    /// Whether the other side still has to hear of us by an offer.
    pub(super) fn is_resuming(&self) -> bool {
        self.resuming.is_some()
    }

    /// The flow that carried the offer is gone: it waits for the next. `false` if it was not that offer.
    pub(super) fn resume_again(&mut self) -> bool {
        match &mut self.resuming {
            Some(resuming) if resuming.wait == Wait::Sent => {
                resuming.wait = Wait::Flow;
                true
            }
            _ => false,
        }
    }

    /// An offer of theirs is answered: ours is from before, and void.
    pub(super) fn give_way(&mut self, line: &mut Line) {
        let waiting = |resuming: &mut Resuming| resuming.wait != Wait::Sent;
        if self.resuming.take_if(waiting).is_some() {
            line.emit(SipEvent::ReofferRefused {
                dialog: self.key,
                status: 491,
            });
        }
    }

    /// When to try without a registration.
    pub(super) fn resume_due(&self) -> Option<Instant> {
        match self.resuming.as_ref()?.wait {
            Wait::Registration(until) => Some(until),
            Wait::Flow | Wait::Turn | Wait::Sent => None,
        }
    }

    fn resume(&mut self, line: &mut Line, now: Instant) {
        let Stage::Talking(at) = self.stage else {
            self.resuming = None;
            return;
        };
        let busy = self.asked.is_some() || self.unacked.is_some() || self.offering();
        let Some(resuming) = &mut self.resuming else {
            return;
        };
        resuming.wait = match resuming.wait {
            Wait::Sent if busy => Wait::Sent,
            Wait::Sent => {
                self.resuming = None;
                return;
            }
            _ if !line.up => Wait::Flow,
            _ if line.registered => Wait::Turn,
            // A server that does not register us may carry requests all the same.
            Wait::Registration(until) if now >= until => Wait::Turn,
            Wait::Flow => Wait::Registration(now + REGISTRATION),
            wait @ (Wait::Registration(_) | Wait::Turn) => wait,
        };
        if resuming.wait == Wait::Turn && !busy {
            resuming.wait = Wait::Sent;
            let offer = resuming.offer.clone();
            self.offer(line, now, at, rsipstack::sip::Method::Invite, &offer);
        }
    }
}

/// How long an offer waits for the registration once there is a flow.
const REGISTRATION: Duration = Duration::from_secs(5);
