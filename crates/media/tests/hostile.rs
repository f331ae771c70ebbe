//! Descriptions that no one should send: whatever comes, an answer or an error, never a panic.

use proptest::collection::vec;
use proptest::prelude::*;
use warmline_media::sdp::{Candidate, Direction, LocalTransport, Negotiation, Peer, Setup, stack};
use warmline_media::{Codec, MediaError};

const OFFERS: [&str; 12] = [
    include_str!("offers/1_sbc_nomid_nobundle_mux.sdp"),
    include_str!("offers/2_sbc_icelite.sdp"),
    include_str!("offers/3_nomux_rtcp.sdp"),
    include_str!("offers/4_savp_profile.sdp"),
    include_str!("offers/5_noice_dtls.sdp"),
    include_str!("offers/6_sdes.sdp"),
    include_str!("offers/7_avp.sdp"),
    include_str!("offers/8_sendonly_hold.sdp"),
    include_str!("offers/9_audio_plus_video.sdp"),
    include_str!("offers/10_tel48k_only_and_8k.sdp"),
    include_str!("offers/11_g729_static_no_rtpmap.sdp"),
    include_str!("offers/12_fp_sha1_session.sdp"),
];

/// One way to spoil a description. Positions are taken modulo its length.
#[derive(Clone, Debug)]
enum Spoil {
    Drop(usize),
    Repeat(usize),
    Swap(usize, usize),
    Insert(usize, String),
    ReplaceByte(usize, u8),
    ReplaceWord(usize, String),
    CutOff(usize),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    let word = prop_oneof![
        Just(String::new()),
        Just("0".to_owned()),
        Just("-1".to_owned()),
        Just("4294967296".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("::".to_owned()),
        Just("sha-256".to_owned()),
        Just("ä\u{0}\u{2028}".to_owned()),
        "[ -~]{0,40}",
        any::<u32>().prop_map(|number| number.to_string()),
    ];
    let line = prop_oneof![
        "[a-z]=.{0,60}",
        Just("a=group:BUNDLE".to_owned()),
        Just("a=rtpmap:".to_owned()),
        Just("a=rtpmap:0".to_owned()),
        Just("a=candidate:".to_owned()),
        Just("a=mid:".to_owned()),
        Just("m=audio 1 RTP/AVP".to_owned()),
        Just("m=audio".to_owned()),
        Just("c=IN IP6 ::".to_owned()),
        word.clone(),
    ];
    prop_oneof![
        any::<usize>().prop_map(Spoil::Drop),
        any::<usize>().prop_map(Spoil::Repeat),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Spoil::Swap(a, b)),
        (any::<usize>(), line).prop_map(|(at, line)| Spoil::Insert(at, line)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Spoil::ReplaceByte(at, byte)),
        (any::<usize>(), word).prop_map(|(at, word)| Spoil::ReplaceWord(at, word)),
        any::<usize>().prop_map(Spoil::CutOff),
    ]
}

fn spoiled(offer: &str, spoils: &[Spoil]) -> String {
    let mut text = offer.to_owned();
    for spoil in spoils {
        let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
        let count = lines.len();
        match spoil {
            Spoil::Drop(at) => drop(lines.remove(at % count)),
            Spoil::Repeat(at) => {
                let line = lines[at % count].clone();
                lines.insert(at % count, line);
            }
            Spoil::Swap(a, b) => lines.swap(a % count, b % count),
            Spoil::Insert(at, line) => lines.insert(at % count, line.clone()),
            Spoil::ReplaceWord(at, word) => {
                let line = &mut lines[at % count];
                let mut words: Vec<&str> = line.split([' ', ':', '/', '=']).collect();
                let index = at / count % words.len();
                words[index] = word;
                *line = words.join(" ").replacen(' ', "=", 1);
            }
            Spoil::ReplaceByte(at, byte) => {
                let mut bytes = lines.join("\r\n").into_bytes();
                if !bytes.is_empty() {
                    let at = at % bytes.len();
                    bytes[at] = *byte;
                }
                let text = String::from_utf8_lossy(&bytes).into_owned();
                lines = text.split("\r\n").map(str::to_owned).collect();
            }
            Spoil::CutOff(at) => {
                let text = lines.join("\r\n");
                let kept: String = text.chars().take(at % (text.len() + 1)).collect();
                lines = vec![kept];
            }
        }
        text = lines.join("\r\n");
        if text.is_empty() {
            break;
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_offer_makes_us_panic(index in 0..OFFERS.len(), spoils in vec(spoil(), 1..8)) {
        check(&spoiled(OFFERS[index], &spoils));
    }

    #[test]
    fn no_text_makes_us_panic(text in "(v=0\r?\n)?(.{0,40}\r?\n){0,12}") {
        check(&text);
    }

    #[test]
    fn no_answer_makes_us_panic(index in 0..OFFERS.len(), spoils in vec(spoil(), 0..8)) {
        let mut negotiation = negotiation();
        negotiation
            .offer(Direction::SendRecv, &transport())
            .expect("nothing was offered before");
        if let Ok(peer) = Peer::parse(&spoiled(OFFERS[index], &spoils)) {
            let _ = stack::answer(&peer.transport);
            if negotiation.accept(&peer, true).is_ok() {
                negotiation
                    .offer(Direction::SendOnly, &transport())
                    .expect("answered");
            }
        }
    }
}

/// What is answered is a description that could be answered in turn, with no line from the offer
/// that is not one line.
fn check(text: &str) {
    let peer = match Peer::parse(text) {
        Ok(peer) => peer,
        Err(MediaError::NotAcceptable { reason }) => {
            assert!(!reason.is_empty());
            return;
        }
        Err(_) => return,
    };
    let told = Peer::parse(&stack::offer(&peer.transport)).expect("the stack can read it");
    assert_eq!(told.transport.ufrag, peer.transport.ufrag);
    let mut negotiation = negotiation();
    let Ok((answer, agreed)) = negotiation.answer(&peer, &transport()) else {
        return;
    };
    let ours = Peer::parse(&answer).expect("our own answer can be read");
    assert_eq!(ours.sections.len(), peer.sections.len());
    assert_eq!(ours.chosen, peer.chosen);
    assert_eq!(ours.direction, agreed.direction);
    assert!(ours.formats.iter().any(|format| format.codec().is_some()));
}

fn negotiation() -> Negotiation {
    let codecs = [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma];
    Negotiation::new(&codecs, 20, 1)
}

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
