//! When the messages of a call crossed the wire, from the PBX's log: the same clock for every phone.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Turns times of day, as logs have them, into instants.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    instant: Instant,
    since_1970: Duration,
}

/// When an outgoing call's messages crossed the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Invited {
    /// The PBX got the first INVITE.
    pub invite: Duration,
    /// The PBX sent the 200 to it, or to the one that followed its 401.
    pub answered: Duration,
}

impl Clock {
    /// Set now.
    pub fn now() -> Clock {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Clock {
            instant: Instant::now(),
            since_1970,
        }
    }

    /// Time since 1970, for an instant after this clock was set.
    pub fn since_1970(&self, instant: Instant) -> Duration {
        self.since_1970 + instant.saturating_duration_since(self.instant)
    }
}

/// Finds the first call in Asterisk's log that began after `after` (since 1970) and was answered.
pub fn answered_call(log: &Path, after: Duration) -> Option<Invited> {
    let text = String::from_utf8_lossy(&std::fs::read(log).ok()?).into_owned();
    parse(&text, after)
}

fn parse(text: &str, after: Duration) -> Option<Invited> {
    let mut invite = None;
    let mut message: Option<(Duration, Direction, String)> = None;
    for line in text.lines().chain(["["]) {
        let heading = line.strip_prefix('[');
        if heading.is_some() || line.starts_with("<---") {
            // A message ends where the next log line begins.
            if let Some((at, direction, body)) = message.take() {
                match direction {
                    Direction::Received if body.starts_with("INVITE ") => {
                        invite = invite.or(Some(at))
                    }
                    Direction::Sent if body.starts_with("SIP/2.0 200") && is_invite(&body) => {
                        if let Some(invite) = invite {
                            return Some(Invited {
                                invite,
                                answered: at,
                            });
                        }
                    }
                    _ => {}
                }
            }
        }
        if let Some(heading) = heading {
            let at = heading
                .split(']')
                .next()
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs_f64);
            let direction = match () {
                () if line.contains("<--- Received SIP") => Some(Direction::Received),
                () if line.contains("<--- Transmitting SIP") => Some(Direction::Sent),
                () => None,
            };
            message = at
                .filter(|at| *at >= after)
                .zip(direction)
                .map(|(at, direction)| (at, direction, String::new()));
        } else if let Some((_, _, body)) = &mut message {
            body.push_str(line);
            body.push('\n');
        }
    }
    None
}

fn is_invite(body: &str) -> bool {
    body.lines()
        .any(|line| line.starts_with("CSeq:") && line.contains("INVITE"))
}

#[derive(Clone, Copy)]
enum Direction {
    Received,
    Sent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_timed_from_the_first_invite() {
        let log = "[100.000] VERBOSE[1] x.c: <--- Received SIP request (1 bytes) from UDP:127.0.0.1:1 --->\n\
                   INVITE sip:old SIP/2.0\nCSeq: 1 INVITE\n\n\
                   [200.000] VERBOSE[1] x.c: <--- Received SIP request (1 bytes) from UDP:127.0.0.1:1 --->\n\
                   INVITE sip:a SIP/2.0\nCSeq: 1 INVITE\n\n\
                   [200.001] VERBOSE[1] x.c: <--- Transmitting SIP response (1 bytes) to UDP:127.0.0.1:1 --->\n\
                   SIP/2.0 401 Unauthorized\nCSeq: 1 INVITE\n\n\
                   [200.002] VERBOSE[1] x.c: <--- Received SIP request (1 bytes) from UDP:127.0.0.1:1 --->\n\
                   INVITE sip:a SIP/2.0\nCSeq: 2 INVITE\n\n\
                   [200.003] VERBOSE[1] x.c: <--- Transmitting SIP response (1 bytes) to UDP:127.0.0.1:1 --->\n\
                   SIP/2.0 200 OK\nCSeq: 9 REGISTER\n\n\
                   [200.010] VERBOSE[1] x.c: <--- Transmitting SIP response (1 bytes) to UDP:127.0.0.1:1 --->\n\
                   SIP/2.0 200 OK\nCSeq: 2 INVITE\n\n";
        let found = parse(log, Duration::from_secs(150)).unwrap();
        assert_eq!(found.invite, Duration::from_secs(200));
        assert_eq!(found.answered, Duration::from_millis(200_010));
        assert_eq!(parse(log, Duration::from_secs(300)), None);
    }
}
