//! Sending within the dialogs, over whatever flow there is.

use std::time::{Duration, Instant};

use rsipstack::sip::Request;

use super::offer::RETRY_REFRESH;
use super::{Call, Stage};
use crate::agent::{ReferId, SipEvent};
use crate::digest::Attempt;
use crate::line::{Line, Output};
use crate::timers::SessionTimer;
use crate::transactions::ClientId;

/// A request of ours within a dialog.
#[derive(Debug)]
pub(super) struct Sent {
    /// `None` while there is no flow to send it over.
    pub(super) id: Option<ClientId>,
    /// Which dialog; without meaning for a CANCEL, which belongs to none.
    pub(super) leg: usize,
    pub(super) request: Request,
    pub(super) purpose: Purpose,
    pub(super) attempt: Attempt,
    /// The ACK that a repeated 2xx to a re-INVITE wants again; set once it is answered.
    pub(super) ack: Option<Box<Request>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Prack,
    /// The desk's offer, by re-INVITE or UPDATE.
    Reoffer,
    /// Keeps the session alive, and tells the other side where we are.
    Refresh,
    Info,
    Refer(ReferId),
    /// Tells what has come of their REFER.
    Notify(ReferId),
    /// With it the subscription ends.
    LastNotify(ReferId),
    Bye,
    Cancel,
}

impl Call {
    /// Sends a request within a dialog.
    pub(super) fn send(
        &mut self,
        line: &mut Line,
        now: Instant,
        leg: usize,
        request: Request,
        purpose: Purpose,
    ) {
        self.sent.push(Sent {
            id: None,
            leg,
            request,
            purpose,
            attempt: Attempt::default(),
            ack: None,
        });
        if line.up {
            self.transmit(line, now, self.sent.len() - 1);
        } else {
            self.lost_request(line, now, self.sent.len() - 1);
        }
    }

    /// Sends a request for the first time, or again: with a number, a branch and credentials of its own.
    pub(super) fn transmit(&mut self, line: &mut Line, now: Instant, at: usize) {
        if self.is_over() {
            self.keep_until(now + line.transaction_timeout() + GRACE);
        }
        let Self { sent, legs, .. } = self;
        let sent = &mut sent[at];
        if sent.purpose == Purpose::Cancel {
            sent.id = Some(line.send_stamped(sent.request.clone()));
            return;
        }
        let dialog = &mut legs[sent.leg].dialog;
        let seq = dialog.next_seq();
        sent.id = Some(line.send(&mut sent.request, seq, &mut dialog.auth));
        if let Purpose::Refer(refer) = sent.purpose {
            self.referring_as(refer, seq);
        }
    }

    /// Takes a request whose flow has broken: some can wait for the next flow, the others have failed.
    pub(super) fn lost_request(&mut self, line: &mut Line, now: Instant, at: usize) {
        match self.sent[at].purpose {
            Purpose::Bye | Purpose::Cancel | Purpose::Prack => {
                self.sent[at].id = None;
                // Until then they hold the dialog: a BYE can still be of use (RFC 4028 §10).
                let interval = self.session.as_ref().map(SessionTimer::interval);
                self.keep_until(now + interval.unwrap_or(HELD_BY_THEM));
            }
            // The call lives, and those who referred us still wait for word.
            Purpose::Notify(_) | Purpose::LastNotify(_)
                if !self.is_over() && !self.is_outdated(at) =>
            {
                self.sent[at].id = None;
            }
            Purpose::Notify(_) | Purpose::LastNotify(_) => drop(self.sent.remove(at)),
            Purpose::Refer(refer) => {
                let sent = self.sent.remove(at).id.is_some();
                self.refer_unanswered(line, refer, 503, sent);
            }
            // Comes again with `recovered`, or when a server that does not register us carries it.
            Purpose::Refresh => {
                self.sent.remove(at);
                let talking = matches!(self.stage, Stage::Talking(_));
                self.refresh_at = talking.then(|| now + RETRY_REFRESH);
            }
            Purpose::Reoffer if self.sent[at].ack.is_some() => drop(self.sent.remove(at)),
            Purpose::Reoffer => {
                self.sent.remove(at);
                if self.resume_again() {
                    return;
                }
                self.tell(
                    line,
                    SipEvent::ReofferRefused {
                        dialog: self.key,
                        status: 503,
                    },
                );
            }
            Purpose::Info => {
                self.sent.remove(at);
                self.tell(
                    line,
                    SipEvent::InfoAnswered {
                        dialog: self.key,
                        status: 503,
                    },
                );
            }
        }
    }

    pub(super) fn keep_until(&mut self, at: Instant) {
        self.deadline = Some(self.deadline.map_or(at, |deadline| deadline.max(at)));
    }

    /// Time is up for what is still open.
    pub(super) fn give_up(&mut self, line: &mut Line, now: Instant) {
        self.deadline = None;
        if self.is_over() {
            if let Some(id) = self.invitation.take().and_then(|i| i.id) {
                line.out.push(Output::Abandon(id));
            }
            for id in self.sent.drain(..).filter_map(|s| s.id) {
                line.out.push(Output::Abandon(id));
            }
            // No ACK has come, nor word that none will: they may have our 200 all the same.
            if let Some(unacked) = self.unacked.take().filter(|unacked| unacked.bye) {
                self.bye(line, now, unacked.leg, None);
            }
        } else {
            self.sent.retain(|s| s.id.is_some());
        }
    }
}

/// Beyond the transaction layer's own time limit, before we give up in its stead.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// How long the other side may hold a dialog without session timer: RFC 4028 §4's usual interval.
const HELD_BY_THEM: Duration = Duration::from_secs(1800);
