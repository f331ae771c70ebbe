//! Offer and answer (RFC 3264): what is offered, what was agreed, what may come next.

use warmline_audio::{Codec, CodecSpec, OpusSettings, Payload, TelephoneEventSpec};

use super::format::{codec_name, comfort_noise, telephone_event};
use super::local::{Local, Origin};
use super::{Content, Direction, Format, LocalTransport, Peer, PeerTransport, Section, Setup};
use crate::MediaError;

/// The offer/answer state of one session. It never touches the network: whoever owns it reads the
/// peer's description ([`Peer::parse`]), sees to the transport, and then states the answer.
#[derive(Clone, Debug)]
pub struct Negotiation {
    codecs: Vec<Codec>,
    ptime_ms: u32,
    dtx: bool,
    session_id: u64,
    origin: Option<Origin>,
    version: u64,
    last: String,
    wish: Direction,
    offered: Option<Offered>,
    agreed: Option<Agreed>,
    arrangement: Option<Arrangement>,
}

/// What both sides have agreed on.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreed {
    /// Codec to send, and the peer's payload type for it.
    pub send: CodecSpec,
    /// What each payload type may be that the peer sends, with its RTP clock rate in Hz.
    pub receive: Vec<Format>,
    /// How to send telephone events, if the peer takes them.
    pub telephone_event: Option<TelephoneEventSpec>,
    /// Payload type by which silence is described in place of being sent, if both sides want that.
    pub comfort_noise: Option<u8>,
    /// How Opus is sent, if that is what is sent: as the peer wants it, and without silence if either
    /// side would leave it out.
    pub opus: OpusSettings,
    /// Sound in a packet we send, in ms.
    pub ptime_ms: u32,
    /// Which way media flows, as seen by us.
    pub direction: Direction,
    /// Which way the peer would have it flow, as seen by the peer and whatever we wish:
    /// `SendOnly` and `Inactive` mean that we are on hold.
    pub peer_direction: Direction,
    /// Whether RTCP may be sent (on the RTP port; there is no other).
    pub rtcp: bool,
    /// Whether RTCP may be sent earlier than every five seconds (RFC 4585).
    pub early_rtcp: bool,
    /// How to reach the peer.
    pub transport: PeerTransport,
}

impl Agreed {
    /// The receivable payload types in the audio engine's terms.
    pub fn payloads(&self) -> Vec<(u8, Payload)> {
        let payload = |format: &Format| match format.content {
            Content::Audio(codec) => Payload::Audio(codec),
            Content::ComfortNoise => Payload::ComfortNoise,
            Content::TelephoneEvent { .. } => Payload::TelephoneEvent,
        };
        self.receive
            .iter()
            .map(|format| (format.payload_type, payload(format)))
            .collect()
    }
}

/// An offer of ours that has no final answer yet.
#[derive(Clone, Debug)]
struct Offered {
    formats: Vec<Format>,
    direction: Direction,
    early: bool,
}

/// The media sections as the last offer/answer exchange left them. Later ones keep their order
/// (RFC 3264 section 8).
#[derive(Clone, Debug)]
struct Arrangement {
    sections: Vec<Section>,
    chosen: usize,
    bundled: bool,
    formats: Vec<Format>,
    rtcp_mux: bool,
}

impl Negotiation {
    /// A session that speaks `codecs`, best first, and sends packets of `ptime_ms` unless the peer
    /// would rather have another length. `session_id` should be random, below 2⁶².
    pub fn new(codecs: &[Codec], ptime_ms: u32, session_id: u64) -> Negotiation {
        Negotiation {
            codecs: codecs.to_vec(),
            ptime_ms,
            dtx: false,
            session_id,
            origin: None,
            version: 0,
            last: String::new(),
            wish: Direction::SendRecv,
            offered: None,
            agreed: None,
            arrangement: None,
        }
    }

    /// Silence may be left out, if the peer takes comfort noise in its place.
    #[must_use]
    pub fn with_dtx(self, dtx: bool) -> Negotiation {
        Negotiation { dtx, ..self }
    }

    /// What was agreed on last.
    pub fn agreed(&self) -> Option<&Agreed> {
        self.agreed.as_ref()
    }

    /// Whether an offer of ours waits for its answer; an early answer is one.
    pub fn is_waiting(&self) -> bool {
        self.offered.as_ref().is_some_and(|offered| !offered.early)
    }

    /// Whether an offer of ours may still be answered, even if there are early answers.
    pub fn is_offering(&self) -> bool {
        self.offered.is_some()
    }

    /// Writes an offer. The first lists all we speak; later ones list what was agreed on, with the
    /// payload types agreed on, so that a hold never changes the codec.
    ///
    /// # Errors
    /// The offer before is not answered yet.
    pub fn offer(
        &mut self,
        direction: Direction,
        transport: &LocalTransport,
    ) -> Result<String, MediaError> {
        let arrangement = match &self.arrangement {
            Some(arrangement) => arrangement.clone(),
            None => self.everything(),
        };
        self.offer_as(arrangement, direction, transport)
    }

    /// Writes an offer of all we speak, even within a session: what a request without an offer
    /// asks for (RFC 3261 section 14.2), perhaps on behalf of someone new. Payload types keep the
    /// meaning they have.
    ///
    /// # Errors
    /// The offer before is not answered yet.
    pub fn offer_all(
        &mut self,
        direction: Direction,
        transport: &LocalTransport,
    ) -> Result<String, MediaError> {
        self.offer_as(self.everything(), direction, transport)
    }

    fn offer_as(
        &mut self,
        arrangement: Arrangement,
        direction: Direction,
        transport: &LocalTransport,
    ) -> Result<String, MediaError> {
        if self.is_waiting() {
            return Err(MediaError::WrongState("our offer is not answered yet"));
        }
        let text = self.state(Local {
            origin: self.origin(transport),
            transport,
            setup: Setup::ActPass,
            direction,
            formats: &arrangement.formats,
            ptime_ms: self.ptime(),
            rtcp_mux: arrangement.rtcp_mux,
            sections: &arrangement.sections,
            chosen: arrangement.chosen,
            bundled: arrangement.bundled,
        });
        self.offered = Some(Offered {
            formats: arrangement.formats,
            direction,
            early: false,
        });
        Ok(text)
    }

    /// All we speak, in the arrangement there is.
    fn everything(&self) -> Arrangement {
        let arrangement = self.arrangement.clone();
        let arrangement = arrangement.unwrap_or_else(Arrangement::own);
        // What a number stands for now comes first; what it stood for before, second.
        let known: Vec<Format> = self
            .arrangement
            .iter()
            .flat_map(|arrangement| &arrangement.formats)
            .chain(self.agreed.iter().flat_map(|agreed| &agreed.receive))
            .copied()
            .collect();
        let mut formats: Vec<Format> = Vec::new();
        for mut format in Format::offered(&self.codecs, self.dtx) {
            let taken = |payload_type: u8| {
                let mut all = known.iter().chain(&formats);
                all.any(|known| known.payload_type == payload_type)
            };
            if let Some(same) = known.iter().find(|known| known.content == format.content) {
                format.payload_type = same.payload_type;
            } else if taken(format.payload_type) {
                let free = (96..=127).find(|payload_type| !taken(*payload_type));
                let Some(free) = free else { continue };
                format.payload_type = free;
            }
            formats.push(format);
        }
        Arrangement {
            formats,
            rtcp_mux: true,
            ..arrangement
        }
    }

    /// Takes an answer to our offer. An early one (`last` unset) leaves the offer open: another
    /// fork may answer it otherwise. It closes when either side makes another offer, though
    /// (RFC 6337 section 2.1).
    ///
    /// # Errors
    /// Nothing was offered, or nothing in the answer is of what was offered. What was agreed on
    /// before then still holds, and the offer is still open.
    pub fn accept(&mut self, peer: &Peer, last: bool) -> Result<Agreed, MediaError> {
        let Some(offered) = &self.offered else {
            return Err(MediaError::WrongState("nothing was offered"));
        };
        let taken = |format: &Format| -> bool {
            let mut formats = offered.formats.iter();
            formats.any(|ours| ours.content == format.content)
        };
        let answered: Vec<Format> = peer.formats.iter().copied().filter(taken).collect();
        // The peer sends with our payload types (RFC 3264 section 5.1). Some send with those of
        // their own answer: understood too, where they mean nothing else.
        let receive = self.receivable(&offered.formats, &answered);
        let wish = offered.direction;
        let peer_direction = willingness(peer.direction, wish, self.agreed.as_ref());
        let direction = wish.and(peer.direction.reversed());
        let agreed = self.agree(peer, &answered, receive, direction, peer_direction)?;
        // Later offers list what is left, with the payload types we offered.
        let formats = answered
            .iter()
            .filter_map(|format| {
                let mut formats = offered.formats.iter();
                formats.find(|ours| ours.content == format.content)
            })
            .copied()
            .collect();
        let mut arrangement = self.arrangement.take().unwrap_or_else(Arrangement::own);
        arrangement.formats = formats;
        arrangement.rtcp_mux = peer.rtcp_mux;
        self.arrangement = Some(arrangement);
        self.wish = wish;
        if last {
            self.offered = None;
        } else if let Some(offered) = &mut self.offered {
            offered.early = true;
        }
        self.agreed = Some(agreed.clone());
        Ok(agreed)
    }

    /// Whether an offer could be answered: a codec in common, and none of ours unanswered. To be
    /// asked before the transport is touched.
    ///
    /// # Errors
    /// As [`Negotiation::answer`].
    pub fn check_offer(&self, peer: &Peer) -> Result<(), MediaError> {
        if self.is_waiting() {
            return Err(MediaError::WrongState("our own offer is not answered yet"));
        }
        let answered = Format::answered(&peer.formats, &self.codecs);
        if answered.is_empty() {
            return Err(self.no_common_codec(peer));
        }
        Ok(())
    }

    /// Answers an offer. Formats are those of the offer that are configured, in its order and with
    /// its payload types; the direction is what the peer wants and we allow.
    ///
    /// # Errors
    /// No codec in common, or an offer of ours is unanswered (glare).
    pub fn answer(
        &mut self,
        peer: &Peer,
        transport: &LocalTransport,
    ) -> Result<(String, Agreed), MediaError> {
        self.check_offer(peer)?;
        let answered = Format::answered(&peer.formats, &self.codecs);
        let direction = self.wish.and(peer.direction.reversed());
        let receive = self.receivable(&answered, &[]);
        let agreed = self.agree(peer, &answered, receive, direction, peer.direction)?;
        let arrangement = Arrangement {
            sections: peer.sections.clone(),
            chosen: peer.chosen,
            bundled: peer.bundled,
            formats: answered,
            rtcp_mux: peer.rtcp_mux,
        };
        let text = self.state(Local {
            origin: self.origin(transport),
            transport,
            setup: transport.role,
            direction,
            formats: &arrangement.formats,
            ptime_ms: agreed.ptime_ms,
            rtcp_mux: peer.rtcp_mux,
            sections: &arrangement.sections,
            chosen: arrangement.chosen,
            bundled: arrangement.bundled,
        });
        self.offered = None;
        self.arrangement = Some(arrangement);
        self.agreed = Some(agreed.clone());
        Ok((text, agreed))
    }

    /// Our offer was refused: what was agreed on before holds.
    pub fn withdraw(&mut self) {
        self.offered = None;
    }

    fn agree(
        &self,
        peer: &Peer,
        answered: &[Format],
        receive: Vec<Format>,
        direction: Direction,
        peer_direction: Direction,
    ) -> Result<Agreed, MediaError> {
        let send = answered.iter().find_map(|format| {
            format.codec().map(|codec| CodecSpec {
                codec,
                payload_type: format.payload_type,
            })
        });
        let send = send.ok_or_else(|| self.no_common_codec(peer))?;
        let events = telephone_event(answered, send.codec.clock_rate());
        let mut of_peer = peer.opus.iter();
        let wanted = of_peer.find(|(payload_type, _)| *payload_type == send.payload_type);
        let mut opus = wanted.map_or_else(OpusSettings::default, |(_, settings)| *settings);
        opus.dtx = self.dtx;
        Ok(Agreed {
            send,
            opus,
            receive,
            telephone_event: events.map(|format| TelephoneEventSpec {
                payload_type: format.payload_type,
                clock_rate: format.clock_rate(),
            }),
            comfort_noise: comfort_noise(answered, send.codec.clock_rate()).filter(|_| self.dtx),
            ptime_ms: packet_time(
                send.codec,
                peer.ptime_ms.unwrap_or(self.ptime_ms),
                peer.maxptime_ms,
            ),
            direction,
            peer_direction,
            rtcp: peer.rtcp_mux,
            early_rtcp: peer.sections[peer.chosen].protocol.ends_with(['f', 'F']),
            transport: peer.transport.clone(),
        })
    }

    /// What each payload type stands for that may be received: as stated now, as the peer might
    /// take it, and as it was before (a number keeps its meaning: RFC 3264 section 8.3.2). In order
    /// of numbers, so that what is the same looks the same.
    fn receivable(&self, stated: &[Format], perhaps: &[Format]) -> Vec<Format> {
        let before = self.agreed.iter().flat_map(|agreed| &agreed.receive);
        let mut receive: Vec<Format> = Vec::new();
        for format in stated.iter().chain(perhaps).chain(before) {
            let mut known = receive.iter();
            if !known.any(|known| known.payload_type == format.payload_type) {
                receive.push(*format);
            }
        }
        receive.sort_by_key(|format| format.payload_type);
        receive
    }

    fn no_common_codec(&self, peer: &Peer) -> MediaError {
        let ours: Vec<&str> = self.codecs.iter().map(|codec| codec_name(*codec)).collect();
        MediaError::NotAcceptable {
            reason: format!(
                "no codec in common: the peer has {}; this phone has {}",
                peer.format_names,
                ours.join(", ")
            ),
        }
    }

    fn origin(&self, transport: &LocalTransport) -> Origin {
        self.origin
            .unwrap_or_else(|| Origin::new(self.session_id, transport))
    }

    fn ptime(&self) -> u32 {
        self.agreed
            .as_ref()
            .map_or(self.ptime_ms, |agreed| agreed.ptime_ms)
    }

    /// Writes a description; the version goes up if it says anything new (RFC 3264 section 8).
    fn state(&mut self, local: Local<'_>) -> String {
        self.origin = Some(local.origin);
        let same = local.write(self.version);
        if same == self.last {
            return same;
        }
        self.version += 1;
        self.last = local.write(self.version);
        self.last.clone()
    }
}

impl Arrangement {
    /// That of our first offer.
    fn own() -> Arrangement {
        Arrangement {
            sections: vec![Section::own()],
            chosen: 0,
            bundled: true,
            formats: Vec::new(),
            rtcp_mux: true,
        }
    }
}

/// Which way the peer would have media flow, read from its answer to an offer of `wish`: what the
/// offer did not allow it to say, it is taken to be willing to, or as willing as before.
fn willingness(answered: Direction, wish: Direction, before: Option<&Agreed>) -> Direction {
    if wish == Direction::Inactive {
        return before.map_or(Direction::SendRecv, |agreed| agreed.peer_direction);
    }
    Direction::new(
        answered.sends() || !wish.receives(),
        answered.receives() || !wish.sends(),
    )
}

/// Length in ms of the packets we send: the longest that we can make and is no longer than the
/// peer would like and takes.
fn packet_time(codec: Codec, wanted: u32, longest: Option<u32>) -> u32 {
    let limit = wanted.min(longest.unwrap_or(u32::MAX));
    [60, 40, 30, 20, 10]
        .into_iter()
        .filter(|ms| *ms != 30 || codec != Codec::Opus)
        .find(|ms| *ms <= limit)
        .unwrap_or(10)
}

#[cfg(test)]
mod tests;
