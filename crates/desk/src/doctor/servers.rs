//! Which STUN and TURN servers answer over UDP, TCP and TLS, and what that says of the network.

use std::time::Duration;

use tokio::task::JoinSet;
use warmline_media::{IceServer, IceTransport, MediaConfig, ReachError, reach};

use super::{Finding, Subject, Verdict};

/// Asks every server over every transport, whether the profile names that or not: what answers says
/// what is left where something does not. Takes as long as the slowest, at most 3 s.
pub(super) async fn look(media: &MediaConfig) -> Finding {
    let mut asked = JoinSet::new();
    for (place, (server, named)) in to_ask(&media.ice_servers).into_iter().enumerate() {
        let trust = media.trust.clone();
        asked.spawn(async move {
            let outcome = reach(&server, &trust, PATIENCE).await;
            let way = Way {
                server,
                named,
                outcome,
            };
            (place, way)
        });
    }
    let mut ways = asked.join_all().await;
    ways.sort_by_key(|(place, _)| *place);
    let ways: Vec<_> = ways.into_iter().map(|(_, way)| way).collect();
    judge(&ways)
}

/// A server over one transport.
#[derive(Clone, Debug)]
struct Way {
    server: IceServer,
    /// Whether the profile names it.
    named: bool,
    outcome: Result<Duration, ReachError>,
}

impl Way {
    fn is(&self, transport: IceTransport) -> bool {
        self.server.transport() == transport
    }

    fn answers(&self) -> bool {
        self.outcome.is_ok()
    }

    /// `TLS 12 ms`, `UDP no answer`
    fn in_words(&self) -> String {
        let transport = self.server.transport().as_str();
        match &self.outcome {
            Ok(time) => format!("{transport} {} ms", time.as_millis().max(1)),
            Err(error) => format!("{transport} {error}"),
        }
    }
}

/// The servers of the profile, host by host, and each host over the transports it is not named with.
fn to_ask(servers: &[IceServer]) -> Vec<(IceServer, bool)> {
    let mut hosts: Vec<&str> = Vec::new();
    for server in servers {
        if !hosts.contains(&server.host()) {
            hosts.push(server.host());
        }
    }
    let mut ways: Vec<(IceServer, bool)> = Vec::new();
    for host in hosts {
        let here = || servers.iter().filter(|server| server.host() == host);
        for transport in TRANSPORTS {
            let mut named = here()
                .filter(|server| server.transport() == transport)
                .peekable();
            if named.peek().is_some() {
                ways.extend(named.map(|server| (server.clone(), true)));
            } else if let Some(server) = here().find(|server| server.is_turn()).or(here().next()) {
                ways.push((server.over(transport), false));
            }
        }
    }
    ways
}

fn judge(ways: &[Way]) -> Finding {
    let finding = |verdict| Finding::new(Subject::Servers, verdict, in_words(ways));
    if ways.is_empty() {
        return Finding::new(
            Subject::Servers,
            Verdict::Right,
            "the profile names none: sound goes straight to the server",
        );
    }
    if !ways.iter().any(Way::answers) {
        return finding(Verdict::Doubtful).advise(
            "Check the names in `ice_servers` of the profile, and the network connection. Calls work \
             only where sound can go straight to the server.",
        );
    }
    let silent = |way: &&Way| {
        way.named && way.is(IceTransport::Udp) && way.outcome == Err(ReachError::Silent)
    };
    let over_udp = |way: &Way| way.is(IceTransport::Udp) && way.outcome != Err(ReachError::Silent);
    if let Some(silent) = ways.iter().find(silent)
        && !ways.iter().any(over_udp)
    {
        return blocked(ways, &silent.server, finding);
    }
    let failing: Vec<_> = ways
        .iter()
        .filter(|way| way.named && !way.answers())
        .map(|way| format!("`{}`", way.server))
        .collect();
    if failing.is_empty() {
        return finding(Verdict::Right);
    }
    finding(Verdict::Doubtful).advise(format!(
        "Check {} in the profile's `ice_servers`: where nothing else is let through, calls have no \
         sound.",
        failing.join(", ")
    ))
}

/// No UDP comes back, but something else does.
fn blocked(ways: &[Way], silent: &IceServer, finding: impl Fn(Verdict) -> Finding) -> Finding {
    let open = format!(
        "ask whoever runs this network to let UDP pass to {}, port {}",
        silent.host(),
        silent.port()
    );
    let relay = |named: bool| {
        ways.iter().find(|way| {
            way.named == named
                && way.answers()
                && way.server.is_turn()
                && !way.is(IceTransport::Udp)
        })
    };
    if let Some(way) = relay(true) {
        return finding(Verdict::Doubtful).advise(format!(
            "This network lets no UDP pass. Calls work all the same, by way of TURN over {}, but sound \
             can falter where the network is busy. For better sound, {open}.",
            way.server.transport().as_str()
        ));
    }
    let advice = match relay(false) {
        Some(way) => format!(
            "This network lets no UDP pass: calls would connect, and nobody would hear anything. Add \
             `{}`, which answers, to `ice_servers` in the profile, or {open}.",
            way.server
        ),
        None => format!(
            "This network lets no UDP pass: calls would connect, and nobody would hear anything. Name a \
             TURN server over TCP or TLS in `ice_servers` of the profile, or {open}."
        ),
    };
    finding(Verdict::Wrong).advise(advice)
}

/// `turn.example.com: UDP 12 ms, TCP 14 ms, TLS refused; stun.example.com: …`
fn in_words(ways: &[Way]) -> String {
    let hosts = ways.chunk_by(|one, other| one.server.host() == other.server.host());
    let hosts = hosts.map(|ways| {
        let each: Vec<_> = ways.iter().map(Way::in_words).collect();
        format!("{}: {}", ways[0].server.host(), each.join(", "))
    });
    hosts.collect::<Vec<_>>().join("; ")
}

const TRANSPORTS: [IceTransport; 3] = [IceTransport::Udp, IceTransport::Tcp, IceTransport::Tls];
/// As long as a call would wait for its candidates, twice over.
const PATIENCE: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> IceServer {
        let credential = || Some("x".to_owned());
        IceServer::new(url, credential(), credential()).unwrap()
    }

    const SILENT: Result<u64, ReachError> = Err(ReachError::Silent);
    const REFUSED: Result<u64, ReachError> = Err(ReachError::Refused);

    /// A profile's servers, with how UDP, TCP and TLS come out on every host.
    fn judged(urls: &[&str], outcomes: [Result<u64, ReachError>; 3]) -> Finding {
        let servers: Vec<_> = urls.iter().map(|url| server(url)).collect();
        let ways = to_ask(&servers).into_iter().map(|(server, named)| {
            let at = TRANSPORTS.iter().position(|t| *t == server.transport());
            let outcome = outcomes[at.unwrap()].clone();
            Way {
                server,
                named,
                outcome: outcome.map(Duration::from_millis),
            }
        });
        judge(&ways.collect::<Vec<_>>())
    }

    const UDP: &str = "turn:t.example.org";
    const TCP: &str = "turn:t.example.org?transport=tcp";

    #[test]
    fn every_host_is_asked_over_everything_once() {
        let servers = ["stun:s.example.org", UDP, "turns:t.example.org:443"].map(server);
        let asked = to_ask(&servers).into_iter().map(|(server, named)| {
            let transport = server.transport().as_str();
            format!("{transport} {}:{} {named}", server.host(), server.port())
        });
        assert_eq!(
            asked.collect::<Vec<_>>(),
            [
                "UDP s.example.org:3478 true",
                "TCP s.example.org:3478 false",
                "TLS s.example.org:5349 false",
                "UDP t.example.org:3478 true",
                "TCP t.example.org:3478 false",
                "TLS t.example.org:443 true",
            ]
        );
    }

    #[test]
    fn where_all_that_is_named_answers_it_is_right() {
        let right = judged(&[UDP], [Ok(12), Ok(0), REFUSED]);
        assert_eq!(right.verdict, Verdict::Right);
        assert_eq!(
            right.found,
            "t.example.org: UDP 12 ms, TCP 1 ms, TLS refused"
        );
        assert_eq!(right.advice, "");
        // The server may have no UDP; nobody said that it should.
        assert_eq!(
            judged(&[TCP], [SILENT, Ok(9), REFUSED]).verdict,
            Verdict::Right
        );
        assert_eq!(
            judged(&[], [SILENT, SILENT, SILENT]).verdict,
            Verdict::Right
        );
    }

    #[test]
    fn blocked_udp_is_said_with_what_is_left() {
        let through = judged(&[UDP, TCP], [SILENT, Ok(15), SILENT]);
        assert_eq!(through.verdict, Verdict::Doubtful);
        assert!(through.found.contains("UDP no answer"), "{}", through.found);
        for part in ["lets no UDP pass", "TURN over TCP", "port 3478"] {
            assert!(through.advice.contains(part), "{}", through.advice);
        }
        let unused = judged(&[UDP], [SILENT, REFUSED, Ok(20)]);
        assert_eq!(unused.verdict, Verdict::Wrong);
        let add = "Add `turns:t.example.org:5349`";
        assert!(unused.advice.contains(add), "{}", unused.advice);
        let stun = judged(&["stun:s.example.org"], [SILENT, Ok(5), SILENT]);
        assert_eq!(stun.verdict, Verdict::Wrong);
        assert!(
            stun.advice.contains("Name a TURN server"),
            "{}",
            stun.advice
        );
    }

    #[test]
    fn a_server_that_is_down_is_not_a_network_that_blocks() {
        let nothing = judged(&[UDP, TCP], [SILENT, SILENT, SILENT]);
        assert_eq!(nothing.verdict, Verdict::Doubtful);
        assert!(!nothing.advice.contains("UDP"), "{}", nothing.advice);
        // It says itself that it has no UDP.
        let refused = judged(&[UDP, TCP], [REFUSED, Ok(3), SILENT]);
        assert_eq!(refused.verdict, Verdict::Doubtful);
        let check = "Check `turn:t.example.org:3478` in";
        assert!(refused.advice.starts_with(check), "{}", refused.advice);
    }
}
