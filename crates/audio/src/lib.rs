//! Owns the sound of a phone: microphone, speaker, ringer, codecs, jitter buffer, mixer.
//!
//! One thread does all the work in ticks of 10 ms at 48 kHz mono ([`Engine::start`]). A device
//! callback copies samples to or from a ring and returns. Calls meet the engine through a [`Leg`]:
//! an async [`PacketSource`] of what to send and a never-blocking [`PacketSink`] for what was
//! received, both in RTP terms. Devices come and go while the legs stay.

mod codec;
mod engine;
mod error;
mod leg;
mod source;

pub use codec::{Codec, CodecSpec};
pub use engine::{
    DeviceChoice, DeviceInfo, Devices, Engine, EngineConfig, EngineStats, Input, Output, Region,
    Tone,
};
pub use error::{AudioError, AudioEvent, Role};
pub use leg::{Leg, LegConfig, LegControl, LegStats, PacketSink, Payload, TelephoneEventSpec};
pub use source::{EncodedPacket, PacketSource};
