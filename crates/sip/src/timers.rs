//! Waiting: back-off after failures, and session timers (RFC 4028). Pure: told the time, never asking it.

use std::time::{Duration, Instant};

use rand::RngExt as _;
use rand::rngs::StdRng;
use rsipstack::sip::{Header, Headers};

use crate::headers;
use crate::saved::SavedSession;

/// Growing waits with jitter: half to all of `first · 2ⁿ`, at most `max` (RFC 5626 §4.5).
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    first: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        Self {
            first,
            max,
            failures: 0,
        }
    }

    /// The next wait.
    pub(crate) fn next(&mut self, rng: &mut StdRng) -> Duration {
        let full = self
            .first
            .saturating_mul(1 << self.failures.min(20))
            .min(self.max);
        self.failures += 1;
        full.mul_f64(rng.random_range(0.5..=1.0))
    }

    /// Starts again from the first wait.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Smallest session interval we take or offer, seconds (RFC 4028 §5).
pub(crate) const MIN_SE: u32 = 90;

/// What we ask for: the interval, and the least the servers so far would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionWish {
    pub(crate) expires_s: u32,
    pub(crate) min_s: u32,
}

impl SessionWish {
    pub(crate) fn new(expires_s: u32) -> Self {
        Self {
            expires_s: expires_s.max(MIN_SE),
            min_s: MIN_SE,
        }
    }

    /// Headers of an INVITE or UPDATE; `refresher` once the session has one.
    pub(crate) fn write(&self, headers: &mut Headers, refresher: Option<Side>) {
        headers.retain(|h| !matches!(h, Header::SessionExpires(_) | Header::MinSE(_)));
        // We send this request, so we are its "uac".
        let role = match refresher {
            None => "",
            Some(Side::Local) => ";refresher=uac",
            Some(Side::Remote) => ";refresher=uas",
        };
        headers.push(Header::SessionExpires(
            format!("{}{role}", self.expires_s).into(),
        ));
        headers.push(Header::MinSE(self.min_s.to_string().into()));
    }

    /// Takes the `Min-SE` of a 422; `false` if asking again cannot help.
    pub(crate) fn too_small(&mut self, headers: &Headers) -> bool {
        match headers::get(headers, "Min-SE").and_then(headers::number) {
            Some(min) if min > self.min_s && min <= MAX_SE => {
                self.min_s = min;
                self.expires_s = self.expires_s.max(min);
                true
            }
            _ => false,
        }
    }
}

/// One of the two ends of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Local,
    Remote,
}

/// A running session timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionTimer {
    interval: Duration,
    refresher: Side,
    refreshed: Instant,
    asked: bool,
}

/// What a session timer wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionDue {
    /// Refresh the session.
    Refresh,
    /// Nobody has refreshed it: end it.
    Expired,
}

impl SessionTimer {
    /// From the 2xx to our INVITE or UPDATE (RFC 4028 §7.2); `None`: the session does not expire.
    pub(crate) fn from_response(headers: &Headers, now: Instant) -> Option<Self> {
        let (interval, refresher) = read(headers)?;
        // In a response to us, "uac" is us; without a word, refreshing is ours to do.
        let refresher = if refresher == Some(Role::Uas) {
            Side::Remote
        } else {
            Side::Local
        };
        Some(Self::new(interval, refresher, now))
    }

    /// For a request from the other side: the timer, and what to put in our 2xx (RFC 4028 §9).
    pub(crate) fn from_request(
        headers: &Headers,
        wish: SessionWish,
        now: Instant,
    ) -> (Self, Vec<Header>) {
        let peer_can = headers::has_token(headers, "Supported", "timer");
        let asked = read(headers);
        let least = headers::get(headers, "Min-SE")
            .and_then(headers::number)
            .unwrap_or(MIN_SE);
        let interval = match asked {
            Some((interval, _)) => interval.min(wish.expires_s.max(least)).max(MIN_SE),
            None => wish.expires_s.max(least),
        };
        let refresher = match asked {
            Some((_, Some(Role::Uac))) if peer_can => Side::Remote,
            Some((_, Some(Role::Uas))) => Side::Local,
            Some((_, None)) if peer_can => Side::Remote,
            _ => Side::Local,
        };
        let role = if refresher == Side::Remote {
            "uac"
        } else {
            "uas"
        };
        let mut answer = vec![Header::SessionExpires(
            format!("{interval};refresher={role}").into(),
        )];
        if refresher == Side::Remote {
            answer.push(Header::Require("timer".into()));
        }
        (Self::new(interval, refresher, now), answer)
    }

    /// One that another process has kept: from now on, as nobody knows since when.
    pub(crate) fn restored(saved: SavedSession, now: Instant) -> Self {
        let refresher = if saved.ours {
            Side::Local
        } else {
            Side::Remote
        };
        Self::new(saved.interval_s, refresher, now)
    }

    /// What [`Self::restored`] needs.
    pub(crate) fn saved(&self) -> SavedSession {
        SavedSession {
            // At most a day, as it was made.
            interval_s: self.interval.as_secs().try_into().unwrap_or(MAX_SE),
            ours: self.refresher == Side::Local,
        }
    }

    /// Whether a request asks for an interval too short for us (RFC 4028 §9: then 422).
    pub(crate) fn too_small(headers: &Headers) -> bool {
        headers::has_token(headers, "Supported", "timer")
            && read(headers).is_some_and(|(interval, _)| interval < MIN_SE)
    }

    fn new(interval_s: u32, refresher: Side, now: Instant) -> Self {
        Self {
            interval: Duration::from_secs(interval_s.clamp(1, MAX_SE).into()),
            refresher,
            refreshed: now,
            asked: false,
        }
    }

    /// Who refreshes.
    pub(crate) fn refresher(&self) -> Side {
        self.refresher
    }

    /// How long the session lives without a refresh.
    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    /// When to call [`Self::due`] next.
    pub(crate) fn poll_timeout(&self) -> Instant {
        let refresh = match self.refresher {
            Side::Local if !self.asked => Some(self.refreshed + self.interval / 2),
            Side::Local | Side::Remote => None,
        };
        refresh.map_or(self.ends(), |refresh| refresh.min(self.ends()))
    }

    /// What is to be done by now.
    pub(crate) fn due(&mut self, now: Instant) -> Option<SessionDue> {
        if now >= self.ends() {
            return Some(SessionDue::Expired);
        }
        if now < self.poll_timeout() {
            return None;
        }
        self.asked = true;
        Some(SessionDue::Refresh)
    }

    /// When the session is dead: at its end for the refresher; for the other a third of the
    /// interval, at most 32 s, before it (RFC 4028 §10).
    fn ends(&self) -> Instant {
        let margin = match self.refresher {
            Side::Local => Duration::ZERO,
            Side::Remote => (self.interval / 3).min(Duration::from_secs(32)),
        };
        self.refreshed + self.interval - margin
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Uac,
    Uas,
}

fn read(headers: &Headers) -> Option<(u32, Option<Role>)> {
    let value = headers::get(headers, "Session-Expires")?;
    let interval = headers::number(value)?;
    let role = headers::params(value)
        .into_iter()
        .find(|(n, _)| n.eq_ignore_ascii_case("refresher"))
        .and_then(|(_, v)| v);
    let role = match role.map(|r| r.to_ascii_lowercase()).as_deref() {
        Some("uac") => Some(Role::Uac),
        Some("uas") => Some(Role::Uas),
        _ => None,
    };
    Some((interval, role))
}

/// A day: longer intervals are nonsense or an attack on arithmetic.
const MAX_SE: u32 = 86_400;

#[cfg(test)]
mod tests;
