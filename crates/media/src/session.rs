//! One call's media.

use tokio::sync::mpsc;
use warmline_audio::Engine;

use crate::{Direction, DtmfError, MediaConfig, MediaError, Stats};

/// One call's media. Clones share it; it closes when the last is dropped.
#[derive(Clone, Debug)]
pub struct Session {}

/// Which of several answers to one offer (a forked INVITE, RFC 3261 section 16.7) is meant. Any
/// number, as long as different forks have different ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fork(pub u64);

/// Something that happened to a session unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaEvent {
    /// Packets can flow: ICE found a path and DTLS is up. Again after each ICE restart.
    Connected,
    /// The path is broken; it may heal by itself. An ICE restart may help.
    Disconnected,
    /// The path is broken for good, or never came about.
    Failed {
        /// Why, in words.
        reason: String,
    },
    /// The first packet of sound has come.
    FirstAudio,
    /// The peer pressed a key (RFC 4733). Once per key.
    Dtmf(char),
    /// The peer's own direction has changed: `SendOnly` and `Inactive` mean it has put us on
    /// hold.
    RemoteDirection(Direction),
}

impl Session {
    /// Makes a session; nothing touches the network before the first offer or answer. At most 64
    /// events wait to be taken.
    pub fn new(config: &MediaConfig, engine: Engine) -> (Session, mpsc::Receiver<MediaEvent>) {
        let _ = (config, engine);
        unimplemented!()
    }

    /// The first offer, with candidates (not trickled).
    ///
    /// # Errors
    /// No address, the WebRTC stack refuses, or something was negotiated before.
    pub async fn offer(&self) -> Result<String, MediaError> {
        unimplemented!()
    }

    /// The answer to the peer's offer: the first one or any later one (hold, resume, refresh, new
    /// address).
    ///
    /// # Errors
    /// [`MediaError::NotAcceptable`] and [`MediaError::Malformed`] mean 488; what was negotiated
    /// before then still holds. [`MediaError::WrongState`] if our own offer is unanswered (glare).
    pub async fn answer(&self, offer: &str) -> Result<String, MediaError> {
        let _ = offer;
        unimplemented!()
    }

    /// An answer in a provisional response (early media). May be given several times and for
    /// several forks; the newest is heard.
    ///
    /// # Errors
    /// As [`Session::set_answer`].
    pub async fn set_early_answer(&self, fork: Fork, answer: &str) -> Result<(), MediaError> {
        let _ = (fork, answer);
        unimplemented!()
    }

    /// The final answer to our offer or re-offer. It may come from another fork than the early
    /// media did.
    ///
    /// # Errors
    /// The answer cannot be read or does not fit the offer; nothing was offered.
    pub async fn set_answer(&self, fork: Fork, answer: &str) -> Result<(), MediaError> {
        let _ = (fork, answer);
        unimplemented!()
    }

    /// A new offer within the call: hold (`SendOnly` or `Inactive`), resume (`SendRecv`), and with
    /// `restart` an ICE restart (RFC 8839 section 4.4.1.1) to move to another network path.
    ///
    /// # Errors
    /// Nothing was negotiated yet, an offer is unanswered, or the WebRTC stack refuses.
    pub async fn reoffer(&self, direction: Direction, restart: bool) -> Result<String, MediaError> {
        let _ = (direction, restart);
        unimplemented!()
    }

    /// The peer refused our re-offer (or it met its own: 491): what was negotiated before holds.
    pub async fn withdraw_offer(&self) {
        unimplemented!()
    }

    /// Whether the call is mixed into the speaker. Starts off.
    pub fn set_heard(&self, heard: bool) {
        let _ = heard;
        unimplemented!()
    }

    /// Whether sound is sent. Starts off. Packets flow only if the negotiated direction allows it.
    pub fn set_sending(&self, sending: bool) {
        let _ = sending;
        unimplemented!()
    }

    /// Sends a digit (0-9, *, #, A-D) of `duration_ms` as a telephone event (RFC 4733).
    ///
    /// # Errors
    /// [`DtmfError::NotNegotiated`]: use SIP INFO.
    pub fn dtmf(&self, digit: char, duration_ms: u32) -> Result<(), DtmfError> {
        let _ = (digit, duration_ms);
        unimplemented!()
    }

    /// The session's statistics now.
    pub fn stats(&self) -> Stats {
        unimplemented!()
    }

    /// Ends the session and gives back what it held (sockets, relay allocations, the audio leg).
    pub async fn close(&self) {
        unimplemented!()
    }
}
