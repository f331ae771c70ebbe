//! Owns one WebRTC session per call: SDP that real session border controllers understand, RTP,
//! telephone events, statistics.
//!
//! A [`Session`] is made for each call. It speaks SDP with its owner, which carries it over SIP,
//! and RTP with a leg of the [`Engine`](warmline_audio::Engine). Offers and answers are our own
//! ([`sdp`]): the WebRTC stack below is told only what it needs for ICE and DTLS-SRTP, so what it
//! does not understand of telephony never meets it.

mod address;
mod config;
mod error;
mod gate;
mod leg;
mod link;
mod progress;
pub mod quality;
mod rtcp;
mod rtp;
pub mod sdp;
mod session;
pub mod statistics;
mod tap;
mod task;
mod telephone_event;
mod transport;
mod trust;
mod turn;

pub use config::{IceServer, IceServerError, IceTransport, MediaConfig};
pub use error::{DtmfError, MediaError};
pub use sdp::Direction;
pub use session::{Fork, MediaEvent, Session};
pub use statistics::Stats;
pub use trust::Trust;
pub use turn::{ReachError, measure, reach};
pub use warmline_audio::{Codec, Greeting};
