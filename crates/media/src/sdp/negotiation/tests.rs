//! Offers and answers between us and a peer made of text.

use super::*;
use crate::sdp::Candidate;

const CODECS: [Codec; 3] = [Codec::Opus, Codec::Pcmu, Codec::Pcma];

fn transport() -> LocalTransport {
    let candidate = Candidate::parse("1 1 udp 9 192.0.2.10 40000 typ host");
    LocalTransport {
        ufrag: "uuuu".to_owned(),
        pwd: "pppppppppppppppppppppp".to_owned(),
        fingerprint: ["0F"; 32].join(":"),
        candidates: candidate.into_iter().collect(),
        role: Setup::Active,
    }
}

fn peer(formats: &str, attributes: &str) -> Peer {
    let text = format!(
        "v=0\r\nc=IN IP4 198.51.100.7\r\nm=audio 30000 UDP/TLS/RTP/SAVPF {formats}\r\n\
         a=rtpmap:96 opus/48000/2\r\na=rtpmap:111 opus/48000/2\r\n\
         a=rtpmap:100 telephone-event/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=rtpmap:110 telephone-event/48000\r\na=setup:active\r\na=rtcp-mux\r\n\
         a=ice-ufrag:abcd\r\na=ice-pwd:efgh\r\na=fingerprint:sha-256 {}\r\n{attributes}",
        ["AB"; 32].join(":")
    );
    Peer::parse(&text).expect("acceptable")
}

fn negotiation() -> Negotiation {
    Negotiation::new(&CODECS, 20, 1)
}

fn line<'a>(text: &'a str, start: &str) -> &'a str {
    text.lines()
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no {start} in\n{text}"))
}

fn offered(direction: Direction, negotiation: &mut Negotiation) -> String {
    negotiation.offer(direction, &transport()).expect("offered")
}

#[test]
fn a_first_offer_lists_everything_once() {
    let text = offered(Direction::SendRecv, &mut negotiation());
    assert_eq!(
        line(&text, "m="),
        "m=audio 40000 UDP/TLS/RTP/SAVPF 111 0 8 110 101"
    );
    assert_eq!(line(&text, "o="), "o=- 1 1 IN IP4 192.0.2.10");
    assert_eq!(line(&text, "c="), "c=IN IP4 192.0.2.10");
    assert_eq!(line(&text, "a=setup"), "a=setup:actpass");
    assert_eq!(line(&text, "a=mid"), "a=mid:0");
    assert_eq!(line(&text, "a=rtcp-mux"), "a=rtcp-mux");
    assert_eq!(line(&text, "a=rtpmap:0 "), "a=rtpmap:0 PCMU/8000");
}

#[test]
fn silence_is_left_out_only_if_both_want_that() {
    let mut silent = negotiation().with_dtx(true);
    let text = offered(Direction::SendRecv, &mut silent);
    assert!(line(&text, "m=").ends_with(" 111 0 8 13 110 101"), "{text}");
    assert_eq!(line(&text, "a=rtpmap:13 "), "a=rtpmap:13 CN/8000");
    for (taken, expected) in [("0 13 101", Some(13)), ("0 101", None), ("111 13", None)] {
        let mut negotiation = silent.clone();
        let agreed = negotiation.accept(&peer(taken, ""), true);
        let agreed = agreed.expect("accepted");
        assert_eq!(agreed.comfort_noise, expected, "{taken}");
    }
    // Who does not leave it out lets others do so.
    let (text, agreed) = negotiation()
        .answer(&peer("0 13 101", ""), &transport())
        .expect("answered");
    assert!(line(&text, "m=").ends_with(" 0 13 101"), "{text}");
    assert_eq!(agreed.comfort_noise, None);
    assert!(agreed.payloads().contains(&(13, Payload::ComfortNoise)));
    let (_, agreed) = negotiation()
        .with_dtx(true)
        .answer(&peer("0 13 101", ""), &transport())
        .expect("answered");
    assert_eq!(agreed.comfort_noise, Some(13));
}

#[test]
fn an_answer_decides_what_is_sent() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    let agreed = negotiation.accept(&peer("0 101", ""), true);
    let agreed = agreed.expect("accepted");
    assert_eq!(agreed.send.codec, Codec::Pcmu);
    let events = agreed.telephone_event.expect("negotiated");
    assert_eq!((events.payload_type, events.clock_rate), (101, 8_000));
    assert_eq!(agreed.direction, Direction::SendRecv);
    assert!(agreed.rtcp && agreed.early_rtcp);
    assert!(!negotiation.is_waiting());
}

#[test]
fn the_peers_payload_types_are_sent_and_both_are_received() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    let agreed = negotiation.accept(&peer("96 100", ""), true);
    let agreed = agreed.expect("accepted");
    assert_eq!(agreed.send.payload_type, 96);
    let payloads = agreed.payloads();
    for expected in [
        (111, Payload::Audio(Codec::Opus)),
        (96, Payload::Audio(Codec::Opus)),
        (101, Payload::TelephoneEvent),
        (100, Payload::TelephoneEvent),
    ] {
        assert!(payloads.contains(&expected), "{expected:?}");
    }
    // What we offer later keeps the meaning our numbers had.
    let text = offered(Direction::SendOnly, &mut negotiation);
    assert_eq!(line(&text, "m="), "m=audio 40000 UDP/TLS/RTP/SAVPF 111 101");
}

#[test]
fn a_hold_changes_nothing_about_codecs() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    let answer = peer("111 110", "");
    let before = negotiation.accept(&answer, true).expect("accepted");
    offered(Direction::SendOnly, &mut negotiation);
    let after = negotiation.accept(&answer, true).expect("accepted");
    assert_eq!(after.receive, before.receive);
    assert_eq!(after.send, before.send);
    assert_eq!(after.telephone_event, before.telephone_event);
    let (_, after) = negotiation.answer(&answer, &transport()).expect("answered");
    assert_eq!(after.receive, before.receive);
}

#[test]
fn an_offer_of_everything_keeps_the_meaning_of_numbers() {
    let mut negotiation = negotiation();
    // The peer has 111 for something else than we would.
    let text = format!(
        "v=0\r\nc=IN IP4 198.51.100.7\r\nm=audio 30000 UDP/TLS/RTP/SAVPF 0 111\r\n\
         a=rtpmap:111 telephone-event/8000\r\na=ice-ufrag:abcd\r\na=ice-pwd:efgh\r\n\
         a=fingerprint:sha-256 {}\r\n",
        ["AB"; 32].join(":")
    );
    let theirs = Peer::parse(&text).expect("acceptable");
    negotiation.answer(&theirs, &transport()).expect("answered");
    let text = negotiation.offer_all(Direction::SendRecv, &transport());
    let text = text.expect("offered");
    assert_eq!(
        line(&text, "m="),
        "m=audio 40000 UDP/TLS/RTP/SAVPF 96 0 8 110 111"
    );
    assert_eq!(line(&text, "a=rtpmap:96 "), "a=rtpmap:96 opus/48000/2");
    assert_eq!(line(&text, "a=rtcp-mux"), "a=rtcp-mux");
    let agreed = negotiation.accept(&peer("96 110", ""), true);
    assert_eq!(agreed.expect("accepted").send.codec, Codec::Opus);
}

#[test]
fn the_version_goes_up_only_with_something_new() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    let whole = peer("111 0 8 13 110 101", "");
    negotiation.accept(&whole, true).expect("accepted");
    for (direction, version) in [
        (Direction::SendRecv, "o=- 1 1 "),
        (Direction::SendOnly, "o=- 1 2 "),
        (Direction::SendOnly, "o=- 1 2 "),
        (Direction::SendRecv, "o=- 1 3 "),
    ] {
        let text = offered(direction, &mut negotiation);
        assert!(line(&text, "o=").starts_with(version), "{text}");
        negotiation.accept(&whole, true).expect("accepted");
    }
    let (text, _) = negotiation.answer(&whole, &transport()).expect("answered");
    assert!(line(&text, "o=").starts_with("o=- 1 4 "));
    let (again, _) = negotiation.answer(&whole, &transport()).expect("answered");
    assert_eq!(text, again);
}

#[test]
fn directions_follow_rfc_3264() {
    for (wish, theirs, expected) in [
        (Direction::SendRecv, "sendrecv", "sendrecv"),
        (Direction::SendRecv, "sendonly", "recvonly"),
        (Direction::SendRecv, "recvonly", "sendonly"),
        (Direction::SendRecv, "inactive", "inactive"),
        (Direction::SendOnly, "sendrecv", "sendonly"),
        (Direction::SendOnly, "sendonly", "inactive"),
        (Direction::SendOnly, "recvonly", "sendonly"),
        (Direction::Inactive, "sendrecv", "inactive"),
    ] {
        let mut negotiation = negotiation();
        offered(wish, &mut negotiation);
        negotiation
            .accept(&peer("0", "a=inactive\r\n"), true)
            .expect("accepted");
        let offer = peer("0", &format!("a={theirs}\r\n"));
        let (text, agreed) = negotiation.answer(&offer, &transport()).expect("answered");
        assert_eq!(agreed.direction.name(), expected, "{wish:?} {theirs}");
        assert!(text.contains(&format!("a={expected}\r\n")));
    }
}

#[test]
fn our_own_hold_is_not_taken_for_the_peers() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    let mut answer = |direction, attribute: &str| {
        if !negotiation.is_waiting() {
            offered(direction, &mut negotiation);
        }
        let answer = peer("0", &format!("a={attribute}\r\n"));
        let agreed = negotiation.accept(&answer, true).expect("accepted");
        (agreed.direction, agreed.peer_direction)
    };
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    assert_eq!(answer(SendRecv, "sendrecv"), (SendRecv, SendRecv));
    assert_eq!(answer(SendOnly, "recvonly"), (SendOnly, SendRecv));
    assert_eq!(answer(SendOnly, "inactive"), (Inactive, SendOnly));
    assert_eq!(answer(Inactive, "inactive"), (Inactive, SendOnly));
    assert_eq!(answer(SendRecv, "sendonly"), (RecvOnly, SendOnly));
    assert_eq!(answer(SendRecv, "sendrecv"), (SendRecv, SendRecv));
    // An answer that takes more than was offered gets no more.
    assert_eq!(answer(SendOnly, "sendrecv"), (SendOnly, SendRecv));
}

#[test]
fn forks_may_answer_one_offer_each_their_way() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    let early = negotiation.accept(&peer("111 110", ""), false);
    assert_eq!(early.expect("accepted").send.codec, Codec::Opus);
    let other = negotiation.accept(&peer("8 101", ""), false);
    assert_eq!(other.expect("accepted").send.codec, Codec::Pcma);
    let last = negotiation.accept(&peer("0 101", ""), true);
    assert_eq!(last.expect("accepted").send.codec, Codec::Pcmu);
    let none = negotiation.accept(&peer("0 101", ""), true);
    assert!(matches!(none, Err(MediaError::WrongState(_))));
}

#[test]
fn an_early_answer_lets_either_side_offer_again() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    negotiation.accept(&peer("0", ""), false).expect("accepted");
    let mut other = negotiation.clone();
    offered(Direction::SendOnly, &mut negotiation);
    assert!(negotiation.is_waiting());
    let answered = other.answer(&peer("0", ""), &transport());
    assert!(answered.is_ok());
    assert!(other.accept(&peer("0", ""), true).is_err());
}

#[test]
fn glare_is_an_error_and_withdrawing_ends_it() {
    let mut negotiation = negotiation();
    offered(Direction::SendRecv, &mut negotiation);
    let offer = peer("0", "");
    let glare = negotiation.answer(&offer, &transport());
    assert!(matches!(glare, Err(MediaError::WrongState(_))));
    let twice = negotiation.offer(Direction::SendRecv, &transport());
    assert!(matches!(twice, Err(MediaError::WrongState(_))));
    negotiation.withdraw();
    assert!(negotiation.answer(&offer, &transport()).is_ok());
}

#[test]
fn nothing_in_common_is_said_with_names() {
    let mut negotiation = Negotiation::new(&[Codec::G722], 20, 1);
    let refused = negotiation.answer(&peer("0 18 96", ""), &transport());
    let Err(MediaError::NotAcceptable { reason }) = refused else {
        panic!("answered");
    };
    assert_eq!(
        reason,
        "no codec in common: the peer has PCMU/8000, G729/8000, opus/48000/2; \
         this phone has G722/8000"
    );
}

#[test]
fn packet_times_are_those_the_peer_likes_and_we_can_make() {
    for (codec, wanted, longest, expected) in [
        (Codec::Pcmu, 20, None, 20),
        (Codec::Pcmu, 30, None, 30),
        (Codec::Opus, 30, None, 20),
        (Codec::Opus, 120, None, 60),
        (Codec::Opus, 60, Some(40), 40),
        (Codec::Pcma, 5, None, 10),
        (Codec::Pcma, 20, Some(10), 10),
    ] {
        assert_eq!(packet_time(codec, wanted, longest), expected);
    }
}

#[test]
fn a_reoffer_keeps_the_peers_arrangement() {
    let text = format!(
        "v=0\r\nc=IN IP4 198.51.100.7\r\na=group:BUNDLE a\r\n\
         m=audio 30000 UDP/TLS/RTP/SAVP 8\r\na=mid:a\r\na=ice-ufrag:abcd\r\na=ice-pwd:efgh\r\n\
         a=fingerprint:sha-256 {}\r\nm=video 30002 RTP/AVP 31 34\r\n",
        ["AB"; 32].join(":")
    );
    let peer = Peer::parse(&text).expect("acceptable");
    let mut negotiation = negotiation();
    let (_, agreed) = negotiation.answer(&peer, &transport()).expect("answered");
    assert!(!agreed.rtcp && !agreed.early_rtcp);
    let text = offered(Direction::Inactive, &mut negotiation);
    assert_eq!(line(&text, "m=audio"), "m=audio 40000 UDP/TLS/RTP/SAVP 8");
    assert_eq!(line(&text, "m=video"), "m=video 0 RTP/AVP 31 34");
    assert_eq!(line(&text, "a=group"), "a=group:BUNDLE a");
    assert_eq!(line(&text, "a=mid"), "a=mid:a");
    assert_eq!(line(&text, "b=RS"), "b=RS:0");
    assert!(!text.contains("rtcp-mux"));
}

#[test]
fn opus_is_sent_as_the_peer_wants_it() {
    let limits = "a=fmtp:96 maxaveragebitrate=24000;usedtx=1\r\na=fmtp:111 usedtx=1\r\n";
    let mut negotiation = negotiation();
    let (_, agreed) = negotiation
        .answer(&peer("96 111 0", limits), &transport())
        .expect("answered");
    assert_eq!(agreed.send.payload_type, 96);
    assert_eq!((agreed.opus.max_bitrate, agreed.opus.dtx), (24_000, false));
    // Silence is left out by policy alone.
    let mut silent = negotiation.with_dtx(true);
    let (_, agreed) = silent
        .answer(&peer("96 111 0", limits), &transport())
        .expect("answered");
    assert!(agreed.opus.dtx);
    let (_, agreed) = silent
        .answer(&peer("0 96", limits), &transport())
        .expect("answered");
    assert_eq!(agreed.opus.max_bitrate, 510_000, "nothing of Opus is sent");
}
