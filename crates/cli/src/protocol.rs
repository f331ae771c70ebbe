//! What `warmline-cli run` reads and writes, version 1: one JSON object a line. The user's side of
//! this is `docs/cli.md`.

use serde::{Deserialize, Serialize};

/// The version `hello` names. A field is never renamed or removed within it.
pub(crate) const PROTOCOL: u32 = 1;

/// A line on stdin.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Request {
    /// Given back in what this command causes.
    pub id: Option<String>,
    /// What to do.
    #[serde(flatten)]
    pub command: Command,
}

/// What a line on stdin asks for. `call` names a call; without it the one is meant that it can only be.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "cmd", rename_all = "snake_case")]
pub(crate) enum Command {
    Dial {
        to: String,
        /// By which line, counted from 0 in the order of the profiles.
        line: Option<u32>,
    },
    Answer {
        call: Option<u64>,
    },
    Reject {
        call: Option<u64>,
        status: Option<u16>,
    },
    Hangup {
        call: Option<u64>,
    },
    Hold {
        call: Option<u64>,
    },
    Resume {
        call: Option<u64>,
    },
    Mute {
        call: Option<u64>,
    },
    Unmute {
        call: Option<u64>,
    },
    Dtmf {
        call: Option<u64>,
        digits: String,
    },
    Stats {
        call: Option<u64>,
    },
    Consult {
        call: Option<u64>,
        to: String,
    },
    Transfer {
        call: Option<u64>,
        to: String,
        #[serde(default)]
        blind: bool,
    },
    Swap {
        call: Option<u64>,
    },
    Back {
        call: Option<u64>,
    },
    Complete {
        call: Option<u64>,
        #[serde(default)]
        sure: bool,
    },
    Merge {
        call: Option<u64>,
        with: Option<u64>,
    },
    Leave {
        call: Option<u64>,
    },
    Record {
        call: Option<u64>,
        what: Recorded,
    },
    Follow {
        call: Option<u64>,
    },
    Decline {
        call: Option<u64>,
    },
    Recover {
        #[serde(default = "yes")]
        really: bool,
    },
    Quit,
}

/// What is to become of a recording.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Recorded {
    Start,
    Pause,
    Resume,
    Stop,
}

fn yes() -> bool {
    true
}

/// A line on stdout.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// Milliseconds since the program started.
    pub t_ms: u64,
    /// The call it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<u64>,
}

/// A device that does not ring although it should.
#[derive(Debug, Serialize)]
pub(crate) struct Unheard {
    pub name: String,
    pub reason: String,
}

/// What happened.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    Hello {
        protocol: u32,
        version: &'static str,
    },
    Registered {
        expires_s: u32,
        /// Which line, where there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    Unregistered {
        reason: Reason,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_in_ms: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    Dialing {
        to: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    Incoming {
        from: Party,
        to: String,
        headers: Vec<(String, String)>,
        waiting: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    Ringing,
    Early,
    Active,
    FirstAudio,
    Held {
        by: By,
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
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        duration_ms: u64,
    },
    Stats(Box<Stats>),
    Transfer {
        phase: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        expert: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    Referred {
        to: String,
    },
    Recoverable {
        calls: Vec<Party>,
        until_ms: u64,
    },
    Recording {
        state: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        files: Vec<String>,
    },
    Gap {
        ms: u64,
    },
    Alarm {
        alarm: &'static str,
        raised: bool,
    },
    Ring {
        heard_on: Vec<String>,
        not_heard: Vec<Unheard>,
    },
    Device {
        role: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        state: &'static str,
    },
    /// The agent speaks while every call is muted.
    SpokeMuted,
    MicrophoneSilent {
        silent: bool,
    },
    Error {
        #[serde(flatten)]
        reason: Reason,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

/// Who is at the other end.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Party {
    /// The display name, empty where none was sent.
    pub name: String,
    /// The number or `user@host`.
    pub number: String,
}

/// A code a program may act on, and the sentence for a person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reason {
    pub code: String,
    pub message: String,
}

/// Which end holds.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    Me,
    Peer,
}

/// Counters of one call.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Stats {
    pub codec: Option<&'static str>,
    /// Packets.
    pub sent: u64,
    /// Packets.
    pub received: u64,
    /// Packets.
    pub lost: i64,
    pub jitter_ms: f64,
    /// None before the first RTCP report.
    pub round_trip_ms: Option<f64>,
    /// Packets of ours that the peer reports lost.
    pub remote_lost: Option<i64>,
    pub remote_jitter_ms: Option<f64>,
    pub buffer_ms: u32,
    pub concealed_ms: u64,
    pub microphone_dbfs: f64,
    /// None until it can be judged.
    pub mos: Option<f64>,
    /// What the other end hears.
    pub remote_mos: Option<f64>,
    pub delay: Option<Delay>,
    pub trouble: Option<&'static str>,
    pub culprit: Option<&'static str>,
    pub alarms: Vec<&'static str>,
}

/// From mouth to ear, ms.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Delay {
    pub mouth_to_ear_ms: f64,
    pub capture_ms: f64,
    pub encode_ms: f64,
    /// None before the first RTCP report.
    pub network_ms: Option<f64>,
    pub far_ms: f64,
    pub buffer_ms: f64,
    pub playout_ms: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, serde_json::Error> {
        serde_json::from_str(line)
    }

    #[test]
    fn commands_are_read_with_and_without_a_call() {
        assert_eq!(
            parsed(r#"{"cmd":"dial","to":"600","id":"a"}"#).unwrap(),
            Request {
                id: Some("a".into()),
                command: Command::Dial {
                    to: "600".into(),
                    line: None,
                }
            }
        );
        assert_eq!(
            parsed(r#"{"cmd":"hold","call":3}"#).unwrap().command,
            Command::Hold { call: Some(3) }
        );
        assert_eq!(
            parsed(r#"{"cmd":"hold"}"#).unwrap().command,
            Command::Hold { call: None }
        );
        assert_eq!(parsed(r#"{"cmd":"quit"}"#).unwrap().command, Command::Quit);
    }

    #[test]
    fn what_is_no_command_says_what_would_be() {
        let error = parsed(r#"{"cmd":"dail","to":"600"}"#)
            .unwrap_err()
            .to_string();
        assert!(error.contains("dail") && error.contains("dial"), "{error}");
        let error = parsed(r#"{"cmd":"dial"}"#).unwrap_err().to_string();
        assert!(error.contains("`to`"), "{error}");
    }

    #[test]
    fn events_are_flat_lines() {
        let line = Line {
            event: Event::Ended {
                reason: Reason {
                    code: "busy".into(),
                    message: "They are busy.".into(),
                },
                status: Some(486),
                duration_ms: 0,
            },
            t_ms: 12,
            call: Some(1),
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"event":"ended","reason":{"code":"busy","message":"They are busy."},"status":486,"duration_ms":0,"t_ms":12,"call":1}"#
        );
        let stats = Line {
            event: Event::Stats(Box::default()),
            t_ms: 1,
            call: None,
        };
        assert!(
            serde_json::to_string(&stats)
                .unwrap()
                .starts_with(r#"{"event":"stats","codec":null,"sent":0,"#)
        );
    }
}
