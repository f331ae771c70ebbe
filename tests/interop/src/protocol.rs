//! The protocol of `warmline-cli run`, as `docs/cli.md` has it.

use std::time::Instant;

use serde::{Deserialize, Serialize};

/// What a phone can be told.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "cmd", rename_all = "snake_case")]
#[allow(missing_docs)] // docs/cli.md
pub enum Command {
    Dial {
        to: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    Answer {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Reject {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        status: u16,
    },
    Hangup {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Hold {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Resume {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Mute {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Unmute {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Dtmf {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        digits: String,
    },
    Stats {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Consult {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        to: String,
    },
    Transfer {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        to: String,
        blind: bool,
    },
    Swap {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Back {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Merge {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Complete {
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        sure: bool,
    },
    Leave,
    Recover,
    Quit,
}

/// Something a phone says.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Milliseconds since the phone started.
    pub t_ms: f64,
    /// Which call it is about.
    pub call: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub kind: Kind,
    /// When the harness read it.
    #[serde(skip, default = "Instant::now")]
    pub at: Instant,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs)] // docs/cli.md
pub enum Kind {
    Hello {
        protocol: u32,
    },
    Registered {
        expires_s: u64,
        line: Option<u32>,
    },
    Unregistered {
        reason: Reason,
        retry_in_ms: Option<u64>,
        line: Option<u32>,
    },
    Dialing {
        to: String,
    },
    Incoming {
        from: Caller,
        to: String,
        headers: Vec<(String, String)>,
        waiting: bool,
    },
    Ringing,
    Early,
    Active,
    FirstAudio,
    Held {
        by: String,
    },
    Muted {
        muted: bool,
    },
    Media {
        connected: bool,
    },
    Dtmf {
        digit: char,
    },
    Ended {
        reason: Reason,
        status: Option<u16>,
        duration_ms: Option<u64>,
    },
    Transfer {
        phase: Phase,
        expert: Option<u64>,
        reason: Option<Reason>,
    },
    Recoverable {
        calls: Vec<Caller>,
    },
    Gap {
        ms: u64,
    },
    Stats(Box<Stats>),
    Device {
        role: String,
        name: Option<String>,
        state: String,
    },
    Error {
        code: String,
        message: String,
    },
    #[serde(other)]
    Other,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // docs/cli.md
pub enum Phase {
    Calling,
    Consulting,
    Completing,
    Done,
    Failed,
    Merged,
    Over,
}

/// Why something came about: a code for programs, words for people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reason {
    /// One of the codes of `docs/cli.md`.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Caller {
    /// The display name.
    pub name: Option<String>,
    /// The number, or the user part of the address.
    pub number: Option<String>,
}

/// How a call's sound is doing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Stats {
    /// `opus`, `g722`, `pcmu` or `pcma`.
    pub codec: Option<String>,
    /// Packets sent.
    pub sent: u64,
    /// Packets received.
    pub received: u64,
    /// Packets lost on the way here.
    pub lost: i64,
    /// Interarrival jitter.
    pub jitter_ms: f64,
    /// From the peer's RTCP reports.
    pub round_trip_ms: Option<f64>,
    /// What the peer lost of ours.
    pub remote_lost: Option<i64>,
    /// Sound that was invented for what was lost.
    pub concealed_ms: Option<f64>,
}
