//! A call that stands, as it must be known to take it up again after a crash.

use std::fmt;

use crate::{
    past_call::{Direction, Outcome, PastCall},
    step::{self, Step},
};

/// A call that stands. Its `Debug` form shows nobody.
#[derive(Clone, Eq, PartialEq)]
pub struct OpenCall {
    /// Names the call in its run of the program.
    pub key: u64,
    /// Who began it.
    pub direction: Direction,
    /// The name of the other end, if it had one.
    pub name: Option<String>,
    /// The other end's address, as it would be dialled.
    pub address: String,
    /// The queue it came from.
    pub queue: Option<String>,
    /// When it began, milliseconds since 1970 (UTC).
    pub began_unix_ms: u64,
    /// When it was answered, milliseconds since 1970 (UTC).
    pub answered_unix_ms: Option<u64>,
    /// Whether the agent has put it on hold.
    pub held: bool,
    /// Whether the agent is muted in it.
    pub muted: bool,
    /// The key of the customer's call that this one is a consultation for.
    pub consults_for: Option<u64>,
    /// The SIP dialog (RFC 3261 §12), in a form only its owner reads; none until it is confirmed. It
    /// holds people, and must not hold keys of the media.
    pub dialog: Option<String>,
    /// Whether it is part of a group call.
    pub grouped: bool,
    /// The address of the line it goes by; none in what an earlier version has written down.
    pub line: Option<String>,
}

/// A call left open by a program that ended without closing it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unfinished {
    /// The call. [`OpenCall::key`] and [`OpenCall::consults_for`] name calls among the unfinished, not
    /// those of any run.
    pub call: OpenCall,
    /// The last sign of life of that program, milliseconds since 1970 (UTC).
    pub left_unix_ms: u64,
    /// What was done to hand the call over, the first step first.
    pub steps: Vec<Step>,
}

/// How safe is what the journal was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It survives the death of the program.
    Durable,
    /// The disk is slow or full. It is written as soon as that can be done.
    NotYet,
    /// There is no file that can be used, or no such call.
    Nowhere,
}

impl Unfinished {
    /// What is remembered if nobody takes it up.
    pub(crate) fn interrupted(&self) -> PastCall {
        let call = &self.call;
        let words = match (call.answered_unix_ms, call.direction) {
            (Some(_), _) => "Warmline was stopped in the call.",
            (None, Direction::Incoming) => "Warmline was stopped before you answered.",
            (None, Direction::Outgoing) => "Warmline was stopped before anyone answered.",
        };
        let talked_ms = |answered| self.left_unix_ms.saturating_sub(answered);
        PastCall {
            direction: call.direction,
            name: call.name.clone(),
            address: call.address.clone(),
            queue: call.queue.clone(),
            began_unix_ms: call.began_unix_ms,
            talked_s: call
                .answered_unix_ms
                .map(|answered| talked_ms(answered) / 1000),
            outcome: Outcome::Interrupted,
            words: words.to_owned(),
            status: None,
            transfer: step::transferred(&self.steps),
            longest_gap_ms: None,
            ring: None,
            recordings: Vec::new(),
        }
    }
}

impl fmt::Debug for OpenCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} call {} ‹pii›", self.direction, self.key)
    }
}

#[cfg(test)]
impl OpenCall {
    /// An answered call of somebody who is told apart by `key`.
    pub(crate) fn example(key: u64) -> Self {
        Self {
            key,
            direction: Direction::Incoming,
            name: Some(format!("Customer {key}")),
            address: format!("sip:+4930{key:06}@sbc.example"),
            queue: Some("Support".into()),
            began_unix_ms: crate::writer::tests::NOW_MS + key,
            answered_unix_ms: Some(crate::writer::tests::NOW_MS + key),
            held: false,
            muted: false,
            consults_for: None,
            dialog: Some(format!(r#"{{"call_id":"dialog-{key}"}}"#)),
            grouped: false,
            line: Some("sip:robin@provider.example".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_an_open_call_shows_nobody() {
        let left = Unfinished {
            call: OpenCall::example(3),
            left_unix_ms: 1,
            steps: Vec::new(),
        };
        assert_eq!(format!("{:?}", left.call), "Incoming call 3 ‹pii›");
        let all = format!("{left:?}");
        assert!(!all.contains("Customer") && !all.contains("4930") && !all.contains("dialog-3"));
    }

    #[test]
    fn an_interrupted_call_says_how_far_it_came() {
        let mut left = Unfinished {
            call: OpenCall::example(0),
            left_unix_ms: crate::writer::tests::NOW_MS + 61_999,
            steps: Vec::new(),
        };
        let past = left.interrupted();
        assert_eq!(
            (past.outcome, past.talked_s),
            (Outcome::Interrupted, Some(61))
        );
        assert_eq!(past.words, "Warmline was stopped in the call.");
        // A clock that was set back in the call.
        left.left_unix_ms = 5;
        assert_eq!(left.interrupted().talked_s, Some(0));
        left.call.answered_unix_ms = None;
        let ringing = left.interrupted();
        assert_eq!(ringing.talked_s, None);
        assert_eq!(ringing.words, "Warmline was stopped before you answered.");
        left.call.direction = Direction::Outgoing;
        assert_eq!(
            left.interrupted().words,
            "Warmline was stopped before anyone answered."
        );
    }
}
