//! The way to the peer: ICE, DTLS and SRTP of one webrtc peer connection.
//!
//! The stack is told of one codec with one payload type ([`stack`]) and negotiates once; it is
//! asked again only when ICE restarts. A packet to be sent carries its real payload type where its
//! sequence number belongs, as nothing above the [`Tap`] looks there and the tap numbers packets
//! anyway: so a codec change is none of the stack's business, and costs no copy.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rtc::crypto::SignatureScheme;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{Registry, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::certificate::{CertificateParams, RTCCertificate};
use rtc::peer_connection::configuration::media_engine::MIME_TYPE_OPUS;
use rtc::peer_connection::configuration::{RTCIceTransportPolicy, RTCOfferOptions};
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::rtp;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use tokio::sync::watch;
use warmline_audio::EncodedPacket;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, RTCConfigurationBuilder,
    RTCSessionDescription, SettingEngineBuilder,
};

use crate::address::{self, Servers};
use crate::gate::{Gate, GatedRuntime};
use crate::progress::{Observer, Progress, Reporter};
use crate::rtp::RtpSession;
use crate::sdp::{Description, LocalTransport, PeerTransport, Setup, stack};
use crate::tap::Tap;
use crate::{MediaConfig, MediaError};

/// Time between connectivity checks while connecting (RFC 8445 section 14.2).
const CHECK_INTERVAL: Duration = Duration::from_millis(50);
/// Checks of a pair before it is given up. A peer may answer long before it listens, and the stack
/// never revives a failed pair.
const CHECKS: u16 = 400;
/// How long pairs are given before a worse kind of them is nominated.
const REFLEXIVE_WAIT: Duration = Duration::from_millis(200);
/// The same for pairs over a relay.
const RELAY_WAIT: Duration = Duration::from_millis(400);
/// The source the stack takes all our packets to have; the tap gives the real one.
const SSRC: u32 = 1;

/// What makes a transport the same to a peer even if it is built anew: certificate, ICE
/// credentials, ports.
#[derive(Clone)]
pub(crate) struct Identity {
    certificate: RTCCertificate,
    credentials: Option<(String, String)>,
    addresses: Vec<SocketAddr>,
}

/// The way to the peer.
pub(crate) struct Transport {
    connection: Arc<dyn PeerConnection>,
    track: Arc<TrackLocalStaticRTP>,
    observer: Arc<Observer>,
    open: Arc<AtomicBool>,
    certificate: RTCCertificate,
    pinned: bool,
    gathering_limit: Duration,
    runtime: tokio::runtime::Handle,
    closed: bool,
}

impl Identity {
    /// One that nobody knows yet.
    pub(crate) fn new() -> Result<Identity, MediaError> {
        let crypto = rtc::crypto::default_provider().map_err(refused)?;
        // A random name, as the stack would choose: it says nothing about us.
        let name = format!("{:016x}", rand::random::<u64>());
        let certificate = RTCCertificate::generate(
            crypto.crypto(),
            SignatureScheme::EcdsaP256Sha256,
            CertificateParams::new(vec![name]).map_err(refused)?,
        )
        .map_err(refused)?;
        Ok(Identity {
            certificate,
            credentials: None,
            addresses: Vec::new(),
        })
    }

    /// The same, wherever there is room.
    pub(crate) fn on_any_port(self) -> Identity {
        Identity {
            addresses: Vec::new(),
            ..self
        }
    }
}

impl Transport {
    /// Binds sockets and starts the stack; nothing is sent yet. Whenever candidates are gathered,
    /// the servers have `gathering_limit` to answer.
    pub(crate) async fn new(
        config: &MediaConfig,
        servers: Servers,
        gathering_limit: Duration,
        rtp: Arc<RtpSession>,
        identity: Identity,
    ) -> Result<Transport, MediaError> {
        let codec = RTCRtpCodec {
            mime_type: MIME_TYPE_OPUS.to_owned(),
            clock_rate: 48_000,
            channels: 2,
            ..RTCRtpCodec::default()
        };
        let mut engine = MediaEngine::default();
        let parameters = RTCRtpCodecParameters {
            rtp_codec: codec.clone(),
            payload_type: stack::PAYLOAD_TYPE,
        };
        engine
            .register_codec(parameters, RtpCodecKind::Audio)
            .map_err(refused)?;
        let track = Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(
            "call".to_owned(),
            "audio".to_owned(),
            "audio".to_owned(),
            RtpCodecKind::Audio,
            vec![RTCRtpEncodingParameters {
                rtp_coding_parameters: RTCRtpCodingParameters {
                    ssrc: Some(SSRC),
                    ..RTCRtpCodingParameters::default()
                },
                codec,
                ..RTCRtpEncodingParameters::default()
            }],
        )));
        let policy = if config.relay_only {
            RTCIceTransportPolicy::Relay
        } else {
            RTCIceTransportPolicy::All
        };
        if config.relay_only && servers.ice.iter().all(|server| server.username.is_empty()) {
            return Err(MediaError::NoAddress);
        }
        let pinned = identity.credentials.is_some();
        let gate = Arc::new(Gate::default());
        let observer = Arc::new(Observer::new(gate.clone()));
        let open = Arc::new(AtomicBool::new(false));
        let connection = PeerConnectionBuilder::new()
            .with_configuration(
                RTCConfigurationBuilder::new()
                    .with_ice_servers(servers.ice)
                    .with_ice_transport_policy(policy)
                    .with_certificates(vec![identity.certificate.clone()])
                    .build(),
            )
            .with_media_engine(engine)
            .with_setting_engine(settings(identity.credentials).build())
            .with_interceptor_registry(
                Registry::new().with(Slot::ReceiverReport, Tap::new(rtp, open.clone())),
            )
            .with_handler(observer.clone())
            .with_runtime(Arc::new(GatedRuntime::new(gate, servers.streams)))
            .with_udp_addrs(address::to_bind(config, &identity.addresses))
            .build()
            .await
            .map_err(refused)?;
        let connection: Arc<dyn PeerConnection> = Arc::new(connection);
        connection
            .add_track(track.clone() as Arc<dyn TrackLocal>)
            .await
            .map_err(refused)?;
        Ok(Transport {
            connection,
            track,
            observer,
            open,
            certificate: identity.certificate,
            pinned,
            gathering_limit,
            runtime: tokio::runtime::Handle::current(),
            closed: false,
        })
    }

    /// Starts as the offerer; with `restart`, ICE anew.
    pub(crate) async fn offer(&self, restart: bool) -> Result<LocalTransport, MediaError> {
        // Asked for here and not by `restart_ice`, which has the stack gather twice.
        let options = RTCOfferOptions {
            ice_restart: restart,
        };
        let offer = self.connection.create_offer(Some(options));
        let offer = offer.await.map_err(refused)?;
        self.describe(offer, Setup::ActPass, restart).await
    }

    /// Takes the peer's answer.
    pub(crate) async fn set_answer(&self, peer: &PeerTransport) -> Result<(), MediaError> {
        let answer = RTCSessionDescription::answer(stack::answer(peer)).map_err(refused)?;
        self.connection
            .set_remote_description(answer)
            .await
            .map_err(refused)
    }

    /// Starts as the answerer, or follows the peer's ICE restart.
    pub(crate) async fn answer(&self, peer: &PeerTransport) -> Result<LocalTransport, MediaError> {
        let offer = RTCSessionDescription::offer(stack::offer(peer)).map_err(refused)?;
        self.connection
            .set_remote_description(offer)
            .await
            .map_err(refused)?;
        let answer = self.connection.create_answer(None).await.map_err(refused)?;
        // A first answer, or one to an ICE restart.
        self.describe(answer, stack::role(peer.setup), true).await
    }

    /// Where packets are sent.
    pub(crate) fn route(&self) -> Route {
        Route {
            track: self.track.clone(),
            progress: self.observer.progress(),
        }
    }

    /// Whether packets pass; not at first.
    pub(crate) fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::Relaxed);
    }

    /// What tells the session's owner how it fares.
    pub(crate) fn reporter(&self, rtp: Arc<RtpSession>) -> Reporter {
        Reporter::new(&self.observer, self.open.clone(), rtp)
    }

    /// Whether its ICE credentials are fixed, so that ICE cannot restart in place.
    pub(crate) fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// What another needs to pass for this one. It has its ports, too, if this one is closed
    /// before the other is made.
    pub(crate) fn identity(&self, local: &LocalTransport) -> Identity {
        Identity {
            certificate: self.certificate.clone(),
            credentials: Some((local.ufrag.clone(), local.pwd.clone())),
            addresses: self.observer.bases(),
        }
    }

    /// Ends it: sockets and relay allocations are given back.
    pub(crate) async fn close(mut self) {
        self.shut().await;
    }

    async fn shut(&mut self) {
        self.closed = true;
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "closing a peer connection");
        }
    }

    /// Applies a description of the stack's own and waits for candidates, all or those found within
    /// the time limit. With `anew`, those found before are of no use any more.
    async fn describe(
        &self,
        description: RTCSessionDescription,
        role: Setup,
        anew: bool,
    ) -> Result<LocalTransport, MediaError> {
        let (ufrag, pwd, fingerprint) = credentials(&description.sdp)
            .ok_or_else(|| refused("its description names no credentials"))?;
        let mut gathered = self.observer.restart_gathering(anew);
        self.connection
            .set_local_description(description)
            .await
            .map_err(refused)?;
        let complete = gathered.wait_for(|complete| *complete);
        if tokio::time::timeout(self.gathering_limit, complete)
            .await
            .is_err()
        {
            tracing::info!("STUN or TURN servers are slow: going on with the candidates so far");
        }
        let candidates = self.observer.candidates();
        if candidates.is_empty() {
            return Err(MediaError::NoAddress);
        }
        Ok(LocalTransport {
            ufrag,
            pwd,
            fingerprint,
            candidates,
            role,
        })
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        if !self.closed {
            // Left alone, the stack's task would live on with its sockets.
            let connection = self.connection.clone();
            self.runtime.spawn(async move {
                let _ = connection.close().await;
            });
        }
    }
}

/// Where packets are sent.
#[derive(Clone)]
pub(crate) struct Route {
    track: Arc<TrackLocalStaticRTP>,
    progress: watch::Receiver<Progress>,
}

impl Route {
    /// Whether packets can flow.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            *self.progress.borrow(),
            Progress::Connected | Progress::Disconnected
        )
    }

    /// Sends a packet of the audio leg. Waits if the stack is behind.
    pub(crate) async fn send(&self, packet: EncodedPacket) {
        let packet = rtp::Packet {
            header: rtp::Header {
                version: 2,
                marker: packet.marker,
                payload_type: stack::PAYLOAD_TYPE,
                sequence_number: u16::from(packet.payload_type),
                timestamp: packet.timestamp,
                ssrc: SSRC,
                ..rtp::Header::default()
            },
            payload: packet.payload,
        };
        if let Err(error) = self.track.write_rtp(packet).await {
            tracing::debug!(%error, "a packet is not sent: the transport is closing");
        }
    }
}

fn settings(credentials: Option<(String, String)>) -> SettingEngineBuilder {
    let settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        // With an ice-lite peer the stack would have both ends wait (RFC 5763 section 5: the
        // answerer had better be active).
        .with_answering_dtls_role(RTCDtlsRole::Client)
        .with_ice_connection_attempts(Some(CHECK_INTERVAL), Some(CHECKS))
        .with_srflx_acceptance_min_wait(Some(REFLEXIVE_WAIT))
        .with_prflx_acceptance_min_wait(Some(REFLEXIVE_WAIT))
        .with_relay_acceptance_min_wait(Some(RELAY_WAIT))
        // An ICE restart is for another network: bind anew.
        .with_discard_local_candidates_during_ice_restart(true);
    match credentials {
        Some((ufrag, pwd)) => settings.with_ice_credentials(ufrag, pwd),
        None => settings,
    }
}

/// ICE credentials and fingerprint of a description of the stack.
fn credentials(sdp: &str) -> Option<(String, String, String)> {
    let description = Description::parse(sdp).ok()?;
    let media = description.media.first()?;
    let value = |name| description.values(media, name).next();
    let (hash, fingerprint) = value("fingerprint")?.split_once(' ')?;
    hash.eq_ignore_ascii_case("sha-256").then_some(())?;
    Some((
        value("ice-ufrag")?.to_owned(),
        value("ice-pwd")?.to_owned(),
        fingerprint.to_ascii_uppercase(),
    ))
}

fn refused(error: impl std::fmt::Display) -> MediaError {
    MediaError::Transport(error.to_string())
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::MediaEvent;
    use crate::sdp::Negotiation;
    use crate::{Codec, Direction, sdp::Peer};

    struct End {
        transport: Transport,
        events: mpsc::Receiver<MediaEvent>,
        _reporter: crate::task::Task,
    }

    async fn end() -> End {
        let (sender, events) = mpsc::channel(16);
        let rtp = Arc::new(RtpSession::new(sender));
        let config = MediaConfig {
            loopback: true,
            ..MediaConfig::default()
        };
        let identity = Identity::new().expect("made");
        let limit = config.gathering_limit;
        let transport =
            Transport::new(&config, Servers::default(), limit, rtp.clone(), identity).await;
        let transport = transport.expect("bound");
        transport.set_open(true);
        End {
            _reporter: crate::task::Task::spawn(transport.reporter(rtp).run()),
            transport,
            events,
        }
    }

    impl End {
        async fn connected(&mut self) {
            let event = tokio::time::timeout(Duration::from_secs(20), self.events.recv());
            assert_eq!(event.await.expect("in time"), Some(MediaEvent::Connected));
        }
    }

    /// What the other end reads of a transport.
    fn seen(local: &LocalTransport) -> PeerTransport {
        let mut negotiation = Negotiation::new(&[Codec::Pcmu], 20, 1);
        let text = negotiation.offer(Direction::SendRecv, local);
        let peer = Peer::parse(&text.expect("offered")).expect("valid");
        PeerTransport {
            setup: local.role,
            ..peer.transport
        }
    }

    #[tokio::test]
    async fn negotiating_again_changes_nothing_by_itself() {
        let (mut ours, mut theirs) = (end().await, end().await);
        let offer = ours.transport.offer(false).await.expect("offered");
        let answer = theirs.transport.answer(&seen(&offer)).await;
        let answer = seen(&answer.expect("answered"));
        let set = ours.transport.set_answer(&answer).await;
        set.expect("taken");
        ours.connected().await;
        theirs.connected().await;
        let again = ours.transport.offer(false).await.expect("offered");
        assert_eq!(again, offer);
        // Other credentials of the peer at the same place are taken, too.
        let answer = PeerTransport {
            ufrag: "other".to_owned(),
            ..answer
        };
        let set = ours.transport.set_answer(&answer).await;
        set.expect("taken");
        assert!(ours.events.try_recv().is_err());
    }
}
