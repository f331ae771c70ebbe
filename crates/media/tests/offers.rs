//! Offers as session border controllers send them, each with the answer it must get.
//!
//! `offers/NAME.sdp` is the offer, `offers/NAME.answer.sdp` our answer, or `offers/NAME.refused`
//! the reason why there is none. With `BLESS=1` in the environment the answers are written anew.

use std::fs;
use std::path::{Path, PathBuf};

use warmline_media::sdp::{
    Candidate, Description, LocalTransport, Negotiation, Peer, Setup, stack,
};
use warmline_media::{Codec, MediaError};

#[test]
fn each_offer_gets_its_answer() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut seen = 0;
    for path in offers() {
        seen += 1;
        let offer = fs::read_to_string(&path).expect("readable");
        let (answer, file) = match answer(&offer) {
            Ok(answer) => (answer, path.with_extension("answer.sdp")),
            Err(MediaError::NotAcceptable { reason }) => {
                (reason + "\n", path.with_extension("refused"))
            }
            Err(error) => panic!("{}: {error}", path.display()),
        };
        if bless {
            fs::write(&file, &answer).expect("writable");
        }
        let expected = fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}; got:\n{answer}", file.display()));
        assert_eq!(answer, expected, "{}", file.display());
    }
    assert_eq!(seen, 12);
}

#[test]
fn an_answer_mirrors_its_offer() {
    for path in offers() {
        let name = path.display();
        let offer = fs::read_to_string(&path).expect("readable");
        let Ok(text) = answer(&offer) else {
            continue;
        };
        let offer = Description::parse(&offer).expect("valid");
        let answer = Description::parse(&text).expect("valid");
        assert_eq!(offer.media.len(), answer.media.len(), "{name}");
        for (theirs, ours) in offer.media.iter().zip(&answer.media) {
            assert_eq!(theirs.kind, ours.kind, "{name}");
            assert_eq!(theirs.protocol, ours.protocol, "{name}");
            assert_eq!(theirs.kind == "audio", ours.port != 0, "{name}");
            let mut formats = ours.formats.clone();
            formats.retain(|format| theirs.formats.contains(format));
            formats.dedup();
            assert_eq!(formats, ours.formats, "{name}");
            assert!(!ours.has("rtcp-mux") || theirs.has("rtcp-mux"), "{name}");
        }
        let audio = &answer.media[0];
        assert!(!text.contains("a=setup:actpass"), "{name}");
        assert!(!text.contains("PCMU/8000/1"), "{name}");
        assert_eq!(answer.address(audio), Some("203.0.113.20"), "{name}");
        for candidate in audio.values("candidate") {
            assert_eq!(candidate.split(' ').nth(1), Some("1"), "{name}");
        }
    }
}

#[test]
fn the_stack_hears_of_the_transport_only() {
    for path in offers() {
        let offer = fs::read_to_string(&path).expect("readable");
        let Ok(peer) = Peer::parse(&offer) else {
            continue;
        };
        for text in [
            stack::offer(&peer.transport),
            stack::answer(&peer.transport),
        ] {
            let told = Peer::parse(&text).expect("acceptable");
            assert_eq!(told.transport.ufrag, peer.transport.ufrag);
            assert_eq!(told.transport.fingerprint, peer.transport.fingerprint);
            assert_eq!(told.transport.ice_lite, peer.transport.ice_lite);
            assert_eq!(told.transport.candidates, peer.transport.candidates);
            assert_eq!(told.sections.len(), 1);
            assert_eq!(told.sections[0].formats, ["127"]);
            assert!(told.bundled && told.rtcp_mux);
        }
    }
}

fn offers() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/offers");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".sdp") && !name.ends_with(".answer.sdp")
        })
        .collect();
    paths.sort();
    paths
}

fn answer(offer: &str) -> Result<String, MediaError> {
    let codecs = [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma];
    let mut negotiation = Negotiation::new(&codecs, 20, 4_711);
    let peer = Peer::parse(offer)?;
    negotiation.check_offer(&peer)?;
    let (answer, _) = negotiation.answer(&peer, &transport(stack::role(peer.transport.setup)))?;
    Ok(answer)
}

fn transport(role: Setup) -> LocalTransport {
    let candidates = [
        "1 1 udp 2130706431 192.0.2.10 40000 typ host",
        "2 1 udp 1694498815 203.0.113.20 50000 typ srflx raddr 192.0.2.10 rport 40000",
    ];
    LocalTransport {
        ufrag: "uuuu".to_owned(),
        pwd: "pppppppppppppppppppppp".to_owned(),
        fingerprint: ["0F"; 32].join(":"),
        candidates: candidates
            .into_iter()
            .filter_map(Candidate::parse)
            .collect(),
        role,
    }
}
