use std::time::Instant;

use crate::{
    command::HoldFailure,
    glare::{Jitter, back_off},
    state::{Direction, Hold},
};

/// Agrees with the peer, by new offers, on whether it is held.
///
/// There is at most one offer open in either direction (RFC 3261 §14.1). What
/// the agent wants may change at any time; the next offer follows as soon as it
/// may be sent.
#[derive(Clone, Debug)]
pub(crate) struct Negotiation {
    direction: Direction,
    /// The dialog is established, so that offers may be sent.
    open: bool,
    wanted: bool,
    agreed: bool,
    /// An offer went out and nobody knows what became of it: the peer may have taken it.
    doubtful: bool,
    exchange: Exchange,
    attempts: u32,
    retry_at: Option<Instant>,
    /// The peer will not have what is wanted: do not ask again.
    refused: bool,
}

/// Whose offer is open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Exchange {
    Nobodys,
    Ours(Offer),
    Theirs,
}

/// What we offer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Offer {
    /// Hold the peer.
    pub(crate) hold: bool,
    /// Look for another way (ICE restart).
    pub(crate) restart: bool,
}

/// What became of our offer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// Nothing to be done.
    Settled,
    /// Given up: what was agreed before stands.
    GivenUp { hold: bool, failure: HoldFailure },
    /// The peer knows no such dialog, or is gone.
    DialogGone,
}

impl Negotiation {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            direction,
            open: false,
            wanted: false,
            agreed: false,
            doubtful: false,
            exchange: Exchange::Nobodys,
            attempts: 0,
            retry_at: None,
            refused: false,
        }
    }

    pub(crate) fn hold(&self) -> Hold {
        match (self.wanted, self.agreed) {
            (false, false) if self.doubtful => Hold::Resuming,
            (false, false) => Hold::No,
            (true, true) => Hold::Held,
            (true, false) if self.refused => Hold::LocalOnly,
            (true, false) => Hold::Holding,
            (false, true) => Hold::Resuming,
        }
    }

    /// The dialog is established.
    pub(crate) fn open(&mut self) {
        self.open = true;
    }

    /// What was agreed in an earlier run.
    pub(crate) fn restored(&mut self, held: bool) {
        self.wanted = held;
        self.agreed = held;
    }

    /// The dialog is taken up by an offer of ours, which does not hold the peer.
    pub(crate) fn restoring(&mut self) {
        self.open = true;
        self.exchange = Exchange::Ours(Offer {
            hold: false,
            restart: false,
        });
    }

    /// The dialog is over.
    pub(crate) fn close(&mut self) {
        self.open = false;
        self.retry_at = None;
    }

    pub(crate) fn wanted(&self) -> bool {
        self.wanted
    }

    /// Wish the peer held or not.
    pub(crate) fn want(&mut self, hold: bool) {
        if self.wanted != hold {
            self.wanted = hold;
            self.refused = false;
            self.attempts = 0;
            // A pending back-off stays: it is what keeps the two ends apart.
        }
    }

    /// The offer to send now, if any; it counts as sent. With `restart` there is one as soon as it
    /// may be sent.
    pub(crate) fn next_offer(&mut self, now: Instant, restart: bool) -> Option<Offer> {
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
        }
        let due = self.open
            && self.exchange == Exchange::Nobodys
            && self.retry_at.is_none()
            && (restart || ((self.wanted != self.agreed || self.doubtful) && !self.refused));
        let offer = Offer {
            hold: self.wanted,
            restart,
        };
        due.then(|| {
            self.exchange = Exchange::Ours(offer);
            self.attempts += 1;
            offer
        })
    }

    pub(crate) fn accepted(&mut self) {
        if let Exchange::Ours(offer) = self.exchange {
            self.agreed = offer.hold;
            self.doubtful = false;
            self.exchange = Exchange::Nobodys;
            self.attempts = 0;
        }
    }

    pub(crate) fn refused(&mut self, now: Instant, status: u16, jitter: &mut Jitter) -> Outcome {
        let Exchange::Ours(Offer { hold, .. }) = self.exchange else {
            return Outcome::Settled;
        };
        self.exchange = Exchange::Nobodys;
        let failure = match status {
            // RFC 3261 §12.2.1.2. Whether silence (408) ends it as well, the user agent knows.
            481 => return Outcome::DialogGone,
            491 => {
                // Also when the agent has changed their mind: the next offer
                // must keep its distance from the peer's.
                self.retry_at = Some(now + back_off(self.direction, &mut *jitter));
                if self.attempts < GLARE_ATTEMPTS {
                    return Outcome::Settled;
                }
                HoldFailure::Glare {
                    attempts: self.attempts,
                }
            }
            status => {
                // A lost connection reads as 503 (RFC 3261 §8.1.3.1): the answer may have been lost with
                // it, as it may have been where none came.
                self.doubtful |= matches!(status, 408 | 503) && hold != self.agreed;
                HoldFailure::Refused { status }
            }
        };
        if self.wanted == self.agreed {
            // In doubt still, but not for the agent to hear of.
            self.refused = self.doubtful;
            return Outcome::Settled;
        }
        self.refused = true;
        Outcome::GivenUp { hold, failure }
    }

    /// The peer offers. The status to refuse it with, if it must be refused.
    pub(crate) fn offered(&mut self) -> Result<(), u16> {
        if !self.open {
            return Err(491);
        }
        match self.exchange {
            Exchange::Ours(_) => Err(491),
            // RFC 3261 §14.2: a second INVITE before the final response to the first.
            Exchange::Theirs => Err(500),
            Exchange::Nobodys => {
                self.exchange = Exchange::Theirs;
                Ok(())
            }
        }
    }

    pub(crate) fn offer_closed(&mut self) {
        if self.exchange == Exchange::Theirs {
            self.exchange = Exchange::Nobodys;
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.retry_at
    }
}

/// How often one wish is offered before glare counts as a refusal.
const GLARE_ATTEMPTS: u32 = 5;
