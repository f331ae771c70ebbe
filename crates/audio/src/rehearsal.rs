//! The engine without devices, threads and clock.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::AudioError;
use crate::engine::Shared;
use crate::frame::FRAME;
use crate::leg::{self, Leg, LegConfig};
use crate::processing::{Microphone, Processing, Processor};
use crate::sound::{Command, Leftover, MOST_LEGS, Sound};
use crate::tone::Region;

/// A call in virtual time: what [`Engine`](crate::Engine) does on its thread, done when the caller
/// says, between a microphone and a headset that are the caller's. A minute takes well under a second,
/// and the same sound over the same packets comes out the same, so sound can be measured in bulk.
pub struct Rehearsal {
    sound: Sound,
    commands: Producer<Command>,
    leftovers: Consumer<Leftover>,
    shared: Arc<Shared>,
}

impl Rehearsal {
    /// An engine nobody has called yet.
    pub fn new() -> Self {
        let (commands, commanded) = RingBuffer::new(MOST_LEGS);
        let (leaving, leftovers) = RingBuffer::new(2 * MOST_LEGS);
        let shared = Arc::new(Shared::default());
        let sound = Sound::new(shared.clone(), commanded, leaving, None, Region::default());
        Self {
            sound,
            commands,
            leftovers,
            shared,
        }
    }

    /// Opens a leg, neither heard nor sending yet. Its packets come by
    /// [`PacketSource::try_recv`](crate::PacketSource::try_recv) and go by
    /// [`PacketSink::push_at`](crate::PacketSink::push_at).
    ///
    /// # Errors
    /// Settings that cannot work, a codec that will not start, or too many legs since the last tick.
    pub fn open_leg(&mut self, config: LegConfig) -> Result<Leg, AudioError> {
        let (leg, end) = leg::open(&config, self.shared.presence.clone())?;
        self.commands
            .push(Command::Leg(end))
            .map_err(|_| AudioError::Busy)?;
        Ok(leg)
    }

    /// Changes what is done to the agent's voice, which is nothing at first.
    ///
    /// # Errors
    /// Too much was asked since the last tick.
    pub fn set_processing(&mut self, processing: Processing) -> Result<(), AudioError> {
        self.commands
            .push(Command::Processor(Processor::new(processing)))
            .map_err(|_| AudioError::Busy)
    }

    /// Only what is done to the agent's voice: makes of 10 ms that the microphone heard what would be
    /// sent, now that this was played in the tick before.
    pub fn refine(&mut self, microphone: &[f32; FRAME], played: &[f32; FRAME]) -> [f32; FRAME] {
        self.sound.obey();
        while self.leftovers.pop().is_ok() {}
        self.sound.refine(*microphone, played)
    }

    /// Does 10 ms at 48 kHz: takes what the microphone heard until `now`, gives what the headset plays
    /// from `now` on. `now` never goes back; the caller decides how far it goes.
    pub fn tick(&mut self, now: Instant, microphone: &[f32; FRAME]) -> [f32; FRAME] {
        self.sound.obey();
        let device = Microphone::Device { delay_ms: 0 };
        let heard = self.sound.exchange(now, microphone, device);
        self.sound.played(&heard);
        while let Ok(leftover) = self.leftovers.pop() {
            if let Some(command) = leftover.settle() {
                // Only as many are sent as were left.
                let _ = self.commands.push(command);
            }
        }
        heard
    }
}

impl Default for Rehearsal {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Rehearsal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rehearsal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{babble, correlation};
    use crate::{Codec, CodecSpec, Payload};

    #[test]
    fn what_one_says_the_other_hears_the_same_each_time() {
        let spoken = babble(48_000 * 2);
        let first = call(&spoken);
        let (likeness, lag) = correlation(&spoken[24_000..72_000], &first[24_000..], 4_800);
        assert!(likeness > 0.9, "{likeness}");
        assert!((480..3_000).contains(&lag), "{lag} samples late");
        assert_eq!(first, call(&spoken));
    }

    fn call(spoken: &[f32]) -> Vec<f32> {
        let config = LegConfig {
            send: CodecSpec {
                codec: Codec::Pcmu,
                payload_type: 0,
            },
            receive: vec![(0, Payload::Audio(Codec::Pcmu))],
            telephone_event: None,
            comfort_noise: None,
            ptime_ms: 20,
            first_timestamp: 7,
            opus: crate::OpusSettings::default(),
        };
        let (mut near, mut far) = (Rehearsal::new(), Rehearsal::new());
        let mut speaks = near.open_leg(config.clone()).expect("opens");
        let mut hears = far.open_leg(config).expect("opens");
        speaks.control.set_sending(true);
        hears.control.set_heard(true);
        let start = Instant::now();
        let (mut sequence, mut heard) = (0, Vec::new());
        for (tick, frame) in spoken.as_chunks::<FRAME>().0.iter().enumerate() {
            let now = start + Duration::from_millis(10 * tick as u64);
            near.tick(now, frame);
            while let Some(packet) = speaks.source.try_recv() {
                hears
                    .sink
                    .push_at(now, sequence, packet.timestamp, 0, &packet.payload);
                sequence += 1;
            }
            heard.extend(far.tick(now, &[0.0; FRAME]));
        }
        heard
    }
}
