//! Torture messages in the manner of RFC 4475, one fault (or oddity) each, over real connections.
//!
//! After each one the same connection still answers an OPTIONS. The messages are in `tests/torture/`:
//! lines end with LF there and with CRLF on the wire, `\xNN` stands for one byte, and `{length}`
//! for the length of the body.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tokio::time::timeout;
use warmline_sip::{SipEvent, SipRequest};

use crate::bench::Bench;
use crate::peer::{Kind, PATIENCE, options};

/// What comes back: a final status, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// A call reaches the desk, which says 486.
    Rings,
    Status(u16),
    Nothing,
}
use Answer::{Nothing, Rings, Status};

/// Name, section of RFC 4475 it is modelled on, what it gets.
const MESSAGES: &[(&str, &str, Answer)] = &[
    // Odd, but valid.
    ("wsinv", "3.1.1.1", Rings),
    ("intmeth", "3.1.1.2", Status(501)),
    ("esc01", "3.1.1.3", Rings),
    ("escnull", "3.1.1.4", Status(405)),
    ("esc02", "3.1.1.5", Status(501)),
    ("lwsdisp", "3.1.1.6", Status(200)),
    ("longreq", "3.1.1.7", Rings),
    ("dblreq", "3.1.1.8", Status(405)),
    ("semiuri", "3.1.1.9", Status(200)),
    ("transports", "3.1.1.10", Status(200)),
    ("mpart01", "3.1.1.11", Status(405)),
    ("unreason", "3.1.1.12", Nothing),
    ("noreason", "3.1.1.13", Nothing),
    // Invalid.
    // Stray separators separate nothing.
    ("badinv01", "3.1.2.1", Rings),
    ("clerr", "3.1.2.2", Status(400)),
    ("ncl", "3.1.2.3", Status(400)),
    ("scalar02", "3.1.2.4", Status(400)),
    ("scalarlg", "3.1.2.5", Nothing),
    ("quotbal", "3.1.2.6", Status(400)),
    ("ltgtruri", "3.1.2.7", Status(400)),
    ("lwsruri", "3.1.2.8", Status(400)),
    ("lwsstart", "3.1.2.9", Status(400)),
    ("trws", "3.1.2.10", Status(400)),
    ("escruri", "3.1.2.11", Status(400)),
    // A date nobody reads hurts nobody.
    ("baddate", "3.1.2.12", Rings),
    ("regbadct", "3.1.2.13", Status(405)),
    // Understood all the same.
    ("badaspec", "3.1.2.14", Status(200)),
    ("baddn", "3.1.2.15", Status(200)),
    ("badvers", "3.1.2.16", Status(505)),
    ("mismatch01", "3.1.2.17", Status(400)),
    ("mismatch02", "3.1.2.18", Status(400)),
    ("bigcode", "3.1.2.19", Nothing),
    // For the transaction layer.
    ("badbranch", "3.2.1", Status(200)),
    // For the user agent.
    ("insuf", "3.3.1", Status(400)),
    ("unkscm", "3.3.2", Status(416)),
    ("novelsc", "3.3.3", Status(416)),
    ("unksm2", "3.3.4", Status(405)),
    ("bext01", "3.3.5", Status(420)),
    ("invut", "3.3.6", Status(415)),
    ("regaut01", "3.3.7", Status(405)),
    ("multi01", "3.3.8", Status(400)),
    ("mcl01", "3.3.9", Status(400)),
    ("bcast", "3.3.10", Nothing),
    ("zeromf", "3.3.11", Status(200)),
    ("cparam01", "3.3.12", Status(405)),
    ("cparam02", "3.3.13", Status(405)),
    ("regescrt", "3.3.14", Status(405)),
    ("sdp01", "3.3.15", Rings),
    ("inv2543", "3.4.1", Rings),
];

#[tokio::test]
async fn every_fixture_is_used() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let listed: BTreeSet<String> = MESSAGES
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    assert_eq!(files, listed);
}

#[tokio::test]
async fn a_websocket_outlives_every_message() {
    outlives(Kind::Ws).await;
}

#[tokio::test]
async fn a_tls_stream_outlives_every_message() {
    outlives(Kind::Tls).await;
}

async fn outlives(kind: Kind) {
    let (mut bench, mut link, ..) = Bench::registered(kind).await;
    for (n, (name, section, expected)) in MESSAGES.iter().enumerate() {
        let bytes = fixture(name);
        let body = bytes.len() - bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap() - 4;
        link.send(bytes).await;
        // On a stream a body shorter than its length takes what comes next for itself.
        if kind == Kind::Tls && *name == "clerr" {
            link.send(" ".repeat(9999 - body)).await;
        }
        link.send(options(n)).await;
        let mut got = Nothing;
        if *expected == Rings {
            let event = timeout(PATIENCE, bench.events.recv()).await;
            let Ok(Some(SipEvent::Incoming { dialog, .. })) = event else {
                panic!("{name}: {event:?}")
            };
            bench.ask(SipRequest::Reject {
                dialog,
                status: 486,
                reason: None,
            });
            assert!(matches!(bench.event().await, SipEvent::Ended { .. }));
        }
        // Both answers, in whatever order.
        let (mut options_answered, mut rings_answered) = (false, *expected != Rings);
        while !(options_answered && rings_answered) {
            let answer = link.next().await;
            if answer.header("Call-ID") == Some(&format!("options-{n}")) {
                assert_eq!(answer.status(), 200, "{name}: {answer:?}");
                options_answered = true;
            } else if answer.status() == 486 {
                got = Rings;
                rings_answered = true;
                if *name == "inv2543" {
                    assert!(!answer.get("From").contains("tag="), "{answer:?}");
                }
            } else if answer.status() > 100 {
                got = Status(answer.status());
                assert!(*expected != Rings, "{name}: {answer:?}");
            }
        }
        if kind == Kind::Tls && *name == "clerr" {
            // With its body filled up by what followed, it is whole.
            assert_eq!(got, Status(415), "{name}");
            continue;
        }
        assert_eq!(got, *expected, "{name} (RFC 4475 §{section})");
    }
    assert!(
        bench.events.try_recv().is_err(),
        "nothing else reached the desk"
    );
}

fn fixture(name: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(folder().join(name).with_extension("sip")).unwrap();
    let mut bytes = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("\\x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap());
        rest = &rest[at + 4..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    let wire: Vec<u8> = bytes
        .iter()
        .flat_map(|&b| {
            if b == b'\n' {
                vec![b'\r', b'\n']
            } else {
                vec![b]
            }
        })
        .collect();
    let body = wire
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .map_or(0, |end| wire.len() - end - 4);
    match wire.windows(8).position(|w| w == b"{length}") {
        Some(at) => [&wire[..at], body.to_string().as_bytes(), &wire[at + 8..]].concat(),
        None => wire,
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/torture")
}
