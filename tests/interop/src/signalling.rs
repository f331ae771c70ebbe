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
    answered(&messages(&read(log)?, after))
}

/// When Asterisk has sent the first INVITE after `after` (both since 1970), by its log.
pub fn sent_invite(log: &Path, after: Duration) -> Option<Duration> {
    first_sent(&messages(&read(log)?, after), |body| {
        body.starts_with("INVITE ")
    })
}

/// When Asterisk has first let somebody register after `after` (both since 1970), by its log.
pub fn registered(log: &Path, after: Duration) -> Option<Duration> {
    first_sent(&messages(&read(log)?, after), |body| {
        body.starts_with("SIP/2.0 200") && is_of("REGISTER", body)
    })
}

fn read(log: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&std::fs::read(log).ok()?).into_owned())
}

fn answered(messages: &[Message]) -> Option<Invited> {
    let mut invite = None;
    for Message {
        at,
        direction,
        body,
    } in messages
    {
        match direction {
            Direction::Received if body.starts_with("INVITE ") => {
                invite = invite.or(Some(*at));
            }
            Direction::Sent if body.starts_with("SIP/2.0 200") && is_of("INVITE", body) => {
                if let Some(invite) = invite {
                    return Some(Invited {
                        invite,
                        answered: *at,
                    });
                }
            }
            Direction::Received | Direction::Sent => {}
        }
    }
    None
}

fn first_sent(messages: &[Message], wanted: impl Fn(&str) -> bool) -> Option<Duration> {
    messages
        .iter()
        .find(|message| message.direction == Direction::Sent && wanted(&message.body))
        .map(|message| message.at)
}

/// What crossed the wire from `after` on.
fn messages(text: &str, after: Duration) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut message: Option<Message> = None;
    for line in text.lines() {
        let heading = line.strip_prefix('[');
        if heading.is_some() || line.starts_with("<---") {
            // A message ends where the next log line begins.
            messages.extend(message.take());
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
                .map(|(at, direction)| Message {
                    at,
                    direction,
                    body: String::new(),
                });
        } else if let Some(message) = &mut message {
            message.body.push_str(line);
            message.body.push('\n');
        }
    }
    messages.extend(message);
    messages
}

/// Whether a message belongs to a request of this method.
fn is_of(method: &str, body: &str) -> bool {
    body.lines()
        .any(|line| line.starts_with("CSeq:") && line.contains(method))
}

struct Message {
    at: Duration,
    direction: Direction,
    body: String,
}

#[derive(Clone, Copy, PartialEq)]
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
        let found = answered(&messages(log, Duration::from_secs(150))).unwrap();
        assert_eq!(found.invite, Duration::from_secs(200));
        assert_eq!(found.answered, Duration::from_millis(200_010));
        assert_eq!(answered(&messages(log, Duration::from_secs(300))), None);
    }

    #[test]
    fn what_the_pbx_sends_first_is_found() {
        let log = "[100.000] VERBOSE[1] x.c: <--- Transmitting SIP response (1 bytes) to WSS:127.0.0.1:1 --->\n\
                   SIP/2.0 401 Unauthorized\nCSeq: 1 REGISTER\n\n\
                   [100.002] VERBOSE[1] x.c: <--- Transmitting SIP response (1 bytes) to WSS:127.0.0.1:1 --->\n\
                   SIP/2.0 200 OK\nCSeq: 2 REGISTER\n\n\
                   [200.000] VERBOSE[1] x.c: <--- Transmitting SIP request (1 bytes) to WSS:127.0.0.1:1 --->\n\
                   INVITE sip:a SIP/2.0\nCSeq: 1 INVITE\n\n";
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), log).unwrap();
        let since = Duration::from_secs(50);
        assert_eq!(
            registered(file.path(), since),
            Some(Duration::from_millis(100_002))
        );
        assert_eq!(
            sent_invite(file.path(), since),
            Some(Duration::from_secs(200))
        );
        assert_eq!(sent_invite(file.path(), Duration::from_secs(201)), None);
    }
}
