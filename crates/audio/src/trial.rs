//! Devices tried without a call: sound out, and what the microphone gives.

use std::sync::Arc;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::engine::Presence;
use crate::frame::{Frame, samples};
use crate::mixer;

/// Sound that can wait to be played.
const PLAYED: usize = samples(10_000);
/// Sound of the microphone that waits to be taken; beyond, the newest is dropped.
const HEARD: usize = samples(2_000);

/// Microphone and speaker, open for as long as this lives, whether or not there are calls. What is
/// played and heard is raw, 48 kHz mono: no volume, no processing.
#[derive(Debug)]
pub struct Trial {
    play: Producer<f32>,
    heard: Consumer<f32>,
    presence: Arc<Presence>,
}

impl Trial {
    /// Has sound played after what waits already, 10 s of it at most; gives how many samples found
    /// room.
    pub fn play(&mut self, sound: &[f32]) -> usize {
        let room = self.play.slots().min(sound.len());
        if let Ok(chunk) = self.play.write_chunk_uninit(room) {
            chunk.fill_from_iter(sound[..room].iter().copied());
        }
        room
    }

    /// Adds what the microphone has given since the last time to `sound`: 10 ms for every 10 ms, silence
    /// where there is no device. To be asked for at least every 2 s.
    pub fn take(&mut self, sound: &mut Vec<f32>) {
        if let Ok(chunk) = self.heard.read_chunk(self.heard.slots()) {
            let (first, second) = chunk.as_slices();
            sound.extend_from_slice(first);
            sound.extend_from_slice(second);
            chunk.commit_all();
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.presence.tries(false);
    }
}

/// The sound thread's end.
#[derive(Debug)]
pub(crate) struct TrialEnd {
    play: Consumer<f32>,
    heard: Producer<f32>,
}

impl TrialEnd {
    /// Takes 10 ms of the microphone, and adds what is to be played to `mix`.
    pub(crate) fn tick(&mut self, microphone: &Frame, mix: &mut Frame) {
        let room = self.heard.slots().min(microphone.len());
        if let Ok(chunk) = self.heard.write_chunk_uninit(room) {
            chunk.fill_from_iter(microphone[..room].iter().copied());
        }
        let mut frame = crate::frame::SILENCE;
        for sample in &mut frame {
            let Ok(next) = self.play.pop() else { break };
            *sample = next;
        }
        mixer::add(mix, &frame, mixer::Fade::at(1.0));
    }

    /// Whether the other end is gone.
    pub(crate) fn is_over(&self) -> bool {
        self.heard.is_abandoned()
    }
}

/// Both ends of a new trial.
pub(crate) fn trial(presence: Arc<Presence>) -> (Trial, Box<TrialEnd>) {
    let (play, playing) = RingBuffer::new(PLAYED);
    let (hearing, heard) = RingBuffer::new(HEARD);
    presence.tries(true);
    let trial = Trial {
        play,
        heard,
        presence,
    };
    let end = TrialEnd {
        play: playing,
        heard: hearing,
    };
    (trial, Box::new(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{FRAME, SILENCE};
    use crate::testing::allocations;

    #[test]
    fn what_is_played_goes_out_in_order_and_what_is_heard_comes_back() {
        let (mut trial, mut end) = trial(Arc::default());
        let said: Vec<f32> = (0..700).map(|n| n as f32 / 1_000.0).collect();
        assert_eq!(trial.play(&said), 700);
        let (mut heard, mut out) = (Vec::new(), Vec::new());
        for n in 0..3 {
            let mut mix = SILENCE;
            end.tick(&[n as f32; FRAME], &mut mix);
            out.extend_from_slice(&mix);
        }
        trial.take(&mut heard);
        assert_eq!(out[..700], said);
        assert!(out[700..].iter().all(|sample| *sample == 0.0));
        assert_eq!(
            (heard.len(), heard[0], heard[2 * FRAME]),
            (3 * FRAME, 0.0, 2.0)
        );
    }

    #[test]
    fn nobody_waits_for_who_does_not_take_and_it_ends_with_its_owner() {
        let presence = Arc::<Presence>::default();
        let (trial, mut end) = trial(Arc::clone(&presence));
        assert!(presence.input_is_wanted() && presence.output_is_wanted());
        let mut mix = SILENCE;
        let allocated = allocations(|| {
            for _ in 0..300 {
                end.tick(&SILENCE, &mut mix);
            }
        });
        assert_eq!(allocated, 0);
        assert!(!end.is_over());
        drop(trial);
        assert!(end.is_over());
        assert!(!presence.input_is_wanted() && !presence.output_is_wanted());
    }
}
