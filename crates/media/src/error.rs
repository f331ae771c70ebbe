//! What can go wrong with a session.

use warmline_audio::AudioError;

/// Why a session could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The peer's SDP is not SDP, or too large.
    #[error("the session description cannot be read: {0}")]
    Malformed(#[from] crate::sdp::SyntaxError),
    /// The peer's SDP is understood but nothing in it can be accepted: SIP status 488.
    #[error("the peer's session description cannot be accepted: {reason}")]
    NotAcceptable {
        /// Why, in words that help whoever set up the peer.
        reason: String,
    },
    /// Asked for something that the offer/answer state does not allow (RFC 3264), for example an
    /// answer where nothing was offered.
    #[error("{0}")]
    WrongState(&'static str),
    /// No local address can be used, nor one on a relay.
    #[error("no network address can be used for media: no network, or no TURN server that answers")]
    NoAddress,
    /// The WebRTC stack refused.
    #[error("WebRTC: {0}")]
    Transport(String),
    /// The audio engine refused.
    #[error("audio: {0}")]
    Audio(#[from] AudioError),
}

/// Why a digit could not be sent as a telephone event.
#[derive(Debug, thiserror::Error)]
pub enum DtmfError {
    /// The peer does not take telephone events, or nothing is negotiated yet: send SIP INFO.
    #[error("telephone events were not negotiated")]
    NotNegotiated,
    /// The audio engine refused.
    #[error("audio: {0}")]
    Audio(#[from] AudioError),
}
