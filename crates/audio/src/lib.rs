//! Owns the sound of a phone: microphone, speaker, ringer, codecs, jitter buffer, mixer.
//!
//! One thread does all the work in ticks of 10 ms at 48 kHz mono ([`Engine::start`]). A device
//! callback copies samples to or from a ring and returns. Calls meet the engine through a [`Leg`]:
//! an async [`PacketSource`] of what to send and a never-blocking [`PacketSink`] for what was
//! received, both in RTP terms. Devices come and go while the legs stay.

mod codec;
mod device;
mod engine;
mod error;
mod frame;
mod greeting;
mod hold_music;
mod jitter;
mod leg;
mod level;
mod line;
pub mod measure;
mod mixer;
mod pace;
mod pitch;
mod priority;
mod processing;
mod recording;
mod rehearsal;
mod resample;
mod ring_tone;
mod sound;
mod source;
mod spare;
mod steering;
mod telephone_event;
mod tone;
mod trial;
mod volume;

#[cfg(test)]
mod testing;

pub use codec::{Codec, CodecSpec, OpusSettings};
pub use device::{DeviceChoice, DeviceInfo, Devices, Input, Output};
pub use engine::{Engine, EngineConfig, EngineStats, Levels};
pub use error::{AudioError, AudioEvent, Refusal, RingFault, RingProof, Role};
pub use greeting::Greeting;
pub use leg::{Leg, LegConfig, LegControl, LegStats, PacketSink, Payload, TelephoneEventSpec};
pub use line::Line;
pub use processing::{NoiseSuppression, Processing};
pub use recording::{
    Announcement, Recording, RecordingConfig, RecordingFailure, RecordingFormat, RecordingId,
    RecordingState, RecordingStatus, tidy_recordings,
};
pub use rehearsal::Rehearsal;
pub use source::{EncodedPacket, PacketSource};
pub use steering::PeerReport;
pub use tone::{Region, Tone};
pub use trial::Trial;
pub use volume::Volumes;
