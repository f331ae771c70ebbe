//! What a peer's description says of the one audio stream we would share with it.

use std::net::{IpAddr, SocketAddr};

use warmline_audio::{Codec, OpusSettings};

use super::{Candidate, CandidateType, Description, Direction, Format, Media, Setup, opus};
use crate::MediaError;

/// Most candidates of a peer that are looked at.
const MAX_CANDIDATES: usize = 32;

/// What a peer's description says of the one audio stream we would share with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// All media sections in order; an answer mirrors them.
    pub sections: Vec<Section>,
    /// Which of them is ours.
    pub chosen: usize,
    /// Whether the chosen section is in a BUNDLE group (RFC 9143).
    pub bundled: bool,
    /// The formats we know, in the peer's order.
    pub formats: Vec<Format>,
    /// What the peer wants of Opus, for each payload type of `formats` that holds it.
    pub opus: Vec<(u8, OpusSettings)>,
    /// All formats by name, for an explanation.
    pub format_names: String,
    /// Which way the peer wants media to flow, old-style hold (RFC 3264 section 8.4) included.
    pub direction: Direction,
    /// Whether RTP and RTCP share a port (RFC 5761).
    pub rtcp_mux: bool,
    /// Length in ms of the sound in a packet that the peer would like.
    pub ptime_ms: Option<u32>,
    /// Longest it takes, in ms.
    pub maxptime_ms: Option<u32>,
    /// How to reach it.
    pub transport: PeerTransport,
}

/// What an answer has to mirror of a media section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `audio`, `video`, …
    pub kind: String,
    /// Such as `UDP/TLS/RTP/SAVPF`.
    pub protocol: String,
    /// The formats as listed.
    pub formats: Vec<String>,
    /// Its `mid`, if it has one (RFC 5888).
    pub mid: Option<String>,
}

/// How to reach a peer: what ICE and DTLS need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerTransport {
    /// ICE user name fragment.
    pub ufrag: String,
    /// ICE password.
    pub pwd: String,
    /// Whether it is an ICE lite agent (RFC 8445 section 2.5).
    pub ice_lite: bool,
    /// SHA-256 fingerprint of its certificate, as `AB:CD:…` in capitals.
    pub fingerprint: String,
    /// Its part in the DTLS handshake.
    pub setup: Setup,
    /// Where it can be reached.
    pub candidates: Vec<Candidate>,
}

impl PeerTransport {
    /// Whether both are the same end of one association: same ICE session, same certificate.
    /// Candidates may have been added.
    pub fn is_same(&self, other: &PeerTransport) -> bool {
        self.ufrag == other.ufrag && self.pwd == other.pwd && self.fingerprint == other.fingerprint
    }

    /// Whether both can be reached at an address they have in common.
    pub fn shares_address_with(&self, other: &PeerTransport) -> bool {
        let mut candidates = self.candidates.iter();
        candidates.any(|ours| {
            let mut others = other.candidates.iter();
            others.any(|theirs| theirs.address == ours.address)
        })
    }
}

impl Peer {
    /// Reads a description and picks the first audio section that can be accepted.
    ///
    /// # Errors
    /// [`MediaError::Malformed`], or [`MediaError::NotAcceptable`] with what the peer would have
    /// to change.
    pub fn parse(text: &str) -> Result<Peer, MediaError> {
        let description = Description::parse(text)?;
        let mut refusal = None;
        for (index, media) in description.media.iter().enumerate() {
            if !media.kind.eq_ignore_ascii_case("audio") {
                continue;
            }
            match read(&description, media, index) {
                Ok(peer) => return Ok(peer),
                Err(reason) => refusal = refusal.or(Some(reason)),
            }
        }
        Err(MediaError::NotAcceptable {
            reason: refusal.unwrap_or_else(|| "there is no audio in it".to_owned()),
        })
    }
}

fn read(description: &Description<'_>, media: &Media<'_>, index: usize) -> Result<Peer, String> {
    if media.port == 0 {
        return Err("the audio is turned off (port 0)".to_owned());
    }
    let transport = read_transport(description, media)?;
    let sections: Vec<Section> = description.media.iter().map(section).collect();
    let bundled = sections[index].mid.as_deref().is_some_and(|mid| {
        let mut groups = description
            .attributes
            .iter()
            .filter(|attribute| attribute.name.eq_ignore_ascii_case("group"));
        groups.any(|group| {
            let mut words = group.value.split_ascii_whitespace();
            words.next() == Some("BUNDLE") && words.any(|word| word == mid)
        })
    });
    let formats = Format::read(description, media);
    let opus = formats
        .iter()
        .filter(|format| format.codec() == Some(Codec::Opus))
        .map(|format| {
            let settings = opus::settings(description, media, format.payload_type);
            (format.payload_type, settings)
        })
        .collect();
    Ok(Peer {
        sections,
        chosen: index,
        bundled,
        formats,
        opus,
        format_names: Format::names(description, media),
        direction: direction(description, media),
        rtcp_mux: description.values(media, "rtcp-mux").next().is_some(),
        ptime_ms: milliseconds(description, media, "ptime"),
        maxptime_ms: milliseconds(description, media, "maxptime"),
        transport,
    })
}

fn section(media: &Media<'_>) -> Section {
    Section {
        kind: media.kind.to_owned(),
        protocol: media.protocol.to_owned(),
        formats: media.formats.iter().map(|&word| word.to_owned()).collect(),
        mid: media.values("mid").next().map(str::to_owned),
    }
}

/// The fingerprint decides, not the profile: peers put DTLS-SRTP under several names.
fn read_transport(
    description: &Description<'_>,
    media: &Media<'_>,
) -> Result<PeerTransport, String> {
    let protocol = media.protocol.to_ascii_uppercase();
    if !protocol.contains("RTP/") {
        return Err(format!("its protocol {} is not RTP", media.protocol));
    }
    if protocol.starts_with("TCP") {
        return Err("it is RTP over TCP, which is not supported".to_owned());
    }
    let fingerprint = read_fingerprint(description, media, &protocol)?;
    let credential = |name, least: usize| {
        let found = description.values(media, name).next();
        found.filter(|value| {
            (least..=256).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic())
        })
    };
    let (Some(ufrag), Some(pwd)) = (credential("ice-ufrag", 1), credential("ice-pwd", 1)) else {
        return Err(
            "it has no ICE (ice-ufrag and ice-pwd), which DTLS-SRTP needs here: \
                    turn on ICE, at least ICE lite, at the peer"
                .to_owned(),
        );
    };
    let setup = match description.values(media, "setup").next() {
        None => Setup::ActPass,
        Some(value) => match value.to_ascii_lowercase().as_str() {
            "active" => Setup::Active,
            "passive" => Setup::Passive,
            "actpass" => Setup::ActPass,
            _ => return Err(format!("its setup attribute is {value:?}")),
        },
    };
    let listed = description.values(media, "candidate");
    let mut candidates: Vec<Candidate> = listed
        .filter_map(Candidate::parse)
        .take(MAX_CANDIDATES)
        .collect();
    if description.values(media, "candidate").next().is_none() {
        candidates.extend(unlisted_candidate(description, media));
    }
    Ok(PeerTransport {
        ufrag: ufrag.to_owned(),
        pwd: pwd.to_owned(),
        ice_lite: description
            .attributes
            .iter()
            .any(|attribute| attribute.name.eq_ignore_ascii_case("ice-lite"))
            || media.has("ice-lite"),
        fingerprint,
        setup,
        candidates,
    })
}

/// SHA-256 is what the stack below can check, and what everyone sends.
fn read_fingerprint(
    description: &Description<'_>,
    media: &Media<'_>,
    protocol: &str,
) -> Result<String, String> {
    let mut others = Vec::new();
    for value in description.values(media, "fingerprint") {
        let (hash, print) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        if !hash.eq_ignore_ascii_case("sha-256") {
            others.push(hash.to_ascii_lowercase());
            continue;
        }
        let print = print.trim().to_ascii_uppercase();
        let bytes: Vec<&str> = print.split(':').collect();
        let hex = |byte: &&str| byte.len() == 2 && byte.bytes().all(|b| b.is_ascii_hexdigit());
        if bytes.len() == 32 && bytes.iter().all(hex) {
            return Ok(print);
        }
        return Err("its SHA-256 fingerprint is not 32 bytes in hexadecimal".to_owned());
    }
    if !others.is_empty() {
        let others = others.join(", ");
        return Err(format!(
            "its certificate fingerprint is {others}; only sha-256 can be checked"
        ));
    }
    Err(
        if media.has("crypto") || description.values(media, "crypto").next().is_some() {
            "its encryption is SDES (a=crypto); only DTLS-SRTP is supported: \
         set the peer's media encryption to DTLS"
                .to_owned()
        } else if protocol.contains("TLS") || protocol.contains("SAVP") {
            "it has no certificate fingerprint, which DTLS-SRTP needs".to_owned()
        } else {
            "its media is not encrypted; only DTLS-SRTP is supported: \
         set the peer's media encryption to DTLS"
                .to_owned()
        },
    )
}

/// An ICE peer that lists no candidate at all: where its media line points to.
fn unlisted_candidate(description: &Description<'_>, media: &Media<'_>) -> Option<Candidate> {
    let ip: IpAddr = description.address(media)?.parse().ok()?;
    let usable = !ip.is_unspecified() && !ip.is_multicast() && media.port != 9;
    usable.then(|| Candidate {
        foundation: "1".to_owned(),
        priority: 2_130_706_431,
        address: SocketAddr::new(ip, media.port),
        kind: CandidateType::Host,
        related: None,
    })
}

fn direction(description: &Description<'_>, media: &Media<'_>) -> Direction {
    let of = |attributes: &[super::Attribute<'_>]| {
        attributes.iter().find_map(|attribute| {
            [
                Direction::SendRecv,
                Direction::SendOnly,
                Direction::RecvOnly,
                Direction::Inactive,
            ]
            .into_iter()
            .find(|direction| attribute.name.eq_ignore_ascii_case(direction.name()))
        })
    };
    let stated = of(&media.attributes)
        .or_else(|| of(&description.attributes))
        .unwrap_or_default();
    // Port 9 with no address says "see the candidates" (RFC 9429 section 5.2.1), another port is
    // the hold of RFC 2543: nothing is to be sent there.
    let nowhere = description
        .address(media)
        .and_then(|address| address.parse::<IpAddr>().ok())
        .is_some_and(|ip| ip.is_unspecified());
    if nowhere && media.port != 9 {
        Direction::new(stated.sends(), false)
    } else {
        stated
    }
}

fn milliseconds(
    description: &Description<'_>,
    media: &Media<'_>,
    name: &'static str,
) -> Option<u32> {
    let value = description.values(media, name).next()?;
    let number: f32 = value.parse().ok()?;
    (1.0..=1_000.0).contains(&number).then_some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\n\
                        t=0 0\r\n";
    const PRINT: &str = "9C:38:A4:E0:CA:BE:A9:61:4C:C0:EC:34:9D:62:3A:12:BF:A8:CA:AF:7D:E6:2C:58:\
                         33:82:79:E5:C8:4F:09:EC";

    fn offer(section: &str) -> String {
        format!(
            "{HEAD}{section}a=ice-ufrag:dIyu1234\r\na=ice-pwd:c7RUkwK2oqE+2lsYyVsV7Ugm1234\r\n\
             a=fingerprint:sha-256 {PRINT}\r\n"
        )
    }

    fn reason(text: &str) -> String {
        match Peer::parse(text) {
            Err(MediaError::NotAcceptable { reason }) => reason,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn attributes_of_the_session_count_for_the_section() {
        let text = format!(
            "{HEAD}a=setup:passive\r\na=ice-lite\r\na=fingerprint:SHA-256 {}\r\na=ice-ufrag:a\r\n\
             a=ice-pwd:b\r\na=sendonly\r\nm=audio 4000 UDP/TLS/RTP/SAVP 0\r\n",
            PRINT.to_lowercase()
        );
        let peer = Peer::parse(&text).expect("acceptable");
        assert_eq!(peer.transport.setup, Setup::Passive);
        assert!(peer.transport.ice_lite);
        assert_eq!(peer.transport.fingerprint, PRINT);
        assert_eq!(peer.direction, Direction::SendOnly);
        assert!(!peer.rtcp_mux);
        let address = peer.transport.candidates[0].address;
        assert_eq!(address.to_string(), "198.51.100.7:4000");
    }

    #[test]
    fn old_style_hold_is_told_from_trickle_ice() {
        let held = "m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\n";
        let peer = Peer::parse(&offer(held)).expect("acceptable");
        assert_eq!(peer.direction, Direction::SendOnly);
        assert_eq!(peer.transport.candidates, []);
        let inactive = "m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=recvonly\r\n";
        let peer = Peer::parse(&offer(inactive)).expect("acceptable");
        assert_eq!(peer.direction, Direction::Inactive);
        let trickle = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\n";
        let peer = Peer::parse(&offer(trickle)).expect("acceptable");
        assert_eq!(peer.direction, Direction::SendRecv);
    }

    #[test]
    fn the_first_audio_that_can_be_accepted_is_taken() {
        let text = format!(
            "{HEAD}a=group:BUNDLE a1 v1\r\nm=audio 4000 RTP/AVP 0\r\na=mid:x\r\n\
             m=video 4002 UDP/TLS/RTP/SAVPF 97\r\na=mid:v1\r\n\
             m=audio 4004 UDP/TLS/RTP/SAVPF 0\r\na=mid:a1\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\n\
             a=fingerprint:sha-256 {PRINT}\r\n"
        );
        let peer = Peer::parse(&text).expect("acceptable");
        assert_eq!(peer.chosen, 2);
        assert_eq!(peer.sections.len(), 3);
        assert!(peer.bundled);
    }

    #[test]
    fn a_refusal_says_what_to_change() {
        let no_audio = format!("{HEAD}m=video 4000 UDP/TLS/RTP/SAVPF 97\r\n");
        assert_eq!(reason(&no_audio), "there is no audio in it");
        let off = "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\n";
        assert_eq!(reason(&offer(off)), "the audio is turned off (port 0)");
        let tcp = "m=audio 4000 TCP/TLS/RTP/SAVPF 0\r\n";
        assert!(reason(&offer(tcp)).contains("TCP"));
        let not_rtp = "m=audio 4000 udptl t38\r\n";
        assert_eq!(reason(&offer(not_rtp)), "its protocol udptl is not RTP");
        let setup = "m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=setup:holdconn\r\n";
        assert!(reason(&offer(setup)).contains("holdconn"));
        let bare = format!("{HEAD}m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n");
        assert!(reason(&bare).contains("no certificate fingerprint"));
        let sha1 =
            format!("{HEAD}m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-1 AB:CD\r\n");
        assert!(reason(&sha1).contains("sha-1"));
        let short =
            format!("{HEAD}m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 AB\r\n");
        assert!(reason(&short).contains("32 bytes"));
    }

    #[test]
    fn several_fingerprints_are_fine_if_one_is_sha_256() {
        let text = offer("m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-1 AB:CD\r\n");
        let peer = Peer::parse(&text).expect("acceptable");
        assert_eq!(peer.transport.fingerprint, PRINT);
    }

    #[test]
    fn packet_times_are_read() {
        let text = offer("m=audio 1 RTP/SAVPF 0\r\na=ptime:30\r\na=maxptime:60.0\r\n");
        let peer = Peer::parse(&text).expect("acceptable");
        assert_eq!((peer.ptime_ms, peer.maxptime_ms), (Some(30), Some(60)));
        let text = offer("m=audio 1 RTP/SAVPF 0\r\na=ptime:0\r\na=maxptime:x\r\n");
        let peer = Peer::parse(&text).expect("acceptable");
        assert_eq!((peer.ptime_ms, peer.maxptime_ms), (None, None));
    }
}
