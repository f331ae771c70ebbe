//! How a transport fares, as the WebRTC stack tells it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rtc::peer_connection::transport::RTCIceCandidate;
use tokio::sync::watch;
use webrtc::peer_connection::{
    PeerConnectionEventHandler, RTCIceConnectionState, RTCIceGatheringState,
    RTCPeerConnectionIceEvent, RTCPeerConnectionState,
};

use crate::MediaEvent;
use crate::gate::Gate;
use crate::rtp::RtpSession;
use crate::sdp::{Candidate, CandidateType};

/// How long DTLS may take once there is a path. The stack itself waits for ever.
const DTLS_LIMIT: Duration = Duration::from_secs(10);

/// How a transport fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Not there yet.
    Connecting,
    /// ICE has found a path, DTLS is not up yet.
    Reached,
    /// Packets can flow.
    Connected,
    /// The peer is not heard at the moment.
    Disconnected,
    /// No path, or no longer.
    Failed,
}

/// Tells a session's owner how a transport fares, while it is the one in use.
pub(crate) struct Reporter {
    progress: watch::Receiver<Progress>,
    open: Arc<AtomicBool>,
    rtp: Arc<RtpSession>,
}

impl Reporter {
    /// `open` says whether it is in use.
    pub(crate) fn new(
        observer: &Observer,
        open: Arc<AtomicBool>,
        rtp: Arc<RtpSession>,
    ) -> Reporter {
        Reporter {
            progress: observer.progress(),
            open,
            rtp,
        }
    }

    /// Runs as long as the transport.
    pub(crate) async fn run(mut self) {
        let mut was_connected = false;
        loop {
            let now = *self.progress.borrow_and_update();
            match now {
                Progress::Connecting | Progress::Reached => {}
                Progress::Connected => {
                    was_connected = true;
                    self.tell(MediaEvent::Connected);
                }
                Progress::Disconnected => self.tell(MediaEvent::Disconnected),
                Progress::Failed if was_connected => {
                    self.fail("the network path to the peer is lost");
                }
                Progress::Failed => self.fail("no network path to the peer was found (ICE)"),
            }
            let change = self.progress.changed();
            let change = if now == Progress::Reached {
                let Ok(change) = tokio::time::timeout(DTLS_LIMIT, change).await else {
                    self.fail("the peer was reached, but encryption could not be agreed on (DTLS)");
                    return;
                };
                change
            } else {
                change.await
            };
            if change.is_err() {
                return;
            }
        }
    }

    fn fail(&self, reason: &str) {
        self.tell(MediaEvent::Failed {
            reason: reason.to_owned(),
        });
    }

    fn tell(&self, event: MediaEvent) {
        if self.open.load(Ordering::Relaxed) {
            self.rtp.tell(event);
        }
    }
}

/// Listens to the stack.
#[derive(Debug)]
pub(crate) struct Observer {
    progress: watch::Sender<Progress>,
    gathered: watch::Sender<bool>,
    found: Mutex<Vec<Candidate>>,
    gate: Arc<Gate>,
}

impl Observer {
    /// Opens `gate` when there is a path.
    pub(crate) fn new(gate: Arc<Gate>) -> Observer {
        Observer {
            progress: watch::Sender::new(Progress::Connecting),
            gathered: watch::Sender::new(false),
            found: Mutex::default(),
            gate,
        }
    }

    /// How the transport fares, now and from now on.
    pub(crate) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Candidates are gathered again, and with `anew` those known are forgotten. Whether all are
    /// found is told by the result.
    pub(crate) fn restart_gathering(&self, anew: bool) -> watch::Receiver<bool> {
        self.gathered.send_replace(false);
        if anew {
            self.found().clear();
        }
        self.gathered.subscribe()
    }

    /// The candidates found so far.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        self.found().clone()
    }

    /// The local addresses that sockets are bound to.
    pub(crate) fn bases(&self) -> Vec<SocketAddr> {
        let mut bases: Vec<SocketAddr> = Vec::new();
        for candidate in self.found().iter() {
            let base = match candidate.kind {
                CandidateType::Host => Some(candidate.address),
                _ => candidate.related,
            };
            bases.extend(base.filter(|base| !bases.contains(base)));
        }
        bases
    }

    fn found(&self) -> MutexGuard<'_, Vec<Candidate>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Observer {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        if let Some(candidate) = read_candidate(&event.candidate) {
            let mut found = self.found();
            if !found.contains(&candidate) {
                found.push(candidate);
            }
        }
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send_replace(true);
        }
    }

    async fn on_ice_connection_state_change(&self, state: RTCIceConnectionState) {
        if matches!(
            state,
            RTCIceConnectionState::Connected | RTCIceConnectionState::Completed
        ) {
            self.gate.open();
            self.progress.send_if_modified(|progress| {
                let first = *progress == Progress::Connecting;
                if first {
                    *progress = Progress::Reached;
                }
                first
            });
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let progress = match state {
            RTCPeerConnectionState::Connected => Progress::Connected,
            RTCPeerConnectionState::Disconnected => Progress::Disconnected,
            RTCPeerConnectionState::Failed => Progress::Failed,
            _ => return,
        };
        self.progress.send_replace(progress);
    }
}

fn read_candidate(candidate: &RTCIceCandidate) -> Option<Candidate> {
    let text = candidate.to_json().ok()?.candidate;
    Candidate::parse(text.strip_prefix("candidate:").unwrap_or(&text))
}
