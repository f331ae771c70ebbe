//! Mouth and ear of somebody in a call: what the sound thread plays, and what it hears meanwhile.

use std::f32::consts::TAU;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use warmline_audio::Line;

use crate::music::Music;
use crate::voices::Recording;

/// Says what is played now; shared with the sound thread, which never waits for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Mouth(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    playing: Mutex<Playing>,
    /// How many recordings were played to their end.
    said: AtomicU64,
    /// Bits of the loudness of what is heard, RMS over some 50 ms, 0 to 1.
    loudness: AtomicU32,
}

#[derive(Debug, Default)]
enum Playing {
    #[default]
    Nothing,
    Recording {
        of: Recording,
        at: usize,
    },
    Music(Music),
    Beep {
        at: usize,
    },
    Echo,
    /// Takes down what is heard; room was made beforehand.
    Record(Vec<f32>),
}

impl Mouth {
    /// What an engine is started on.
    pub(super) fn line(&self) -> impl Line + 'static {
        self.clone()
    }

    pub(super) fn silence(&self) {
        *self.playing() = Playing::Nothing;
    }

    pub(super) fn say(&self, of: Recording) {
        *self.playing() = Playing::Recording { of, at: 0 };
    }

    pub(super) fn music(&self) {
        *self.playing() = Playing::Music(Music::default());
    }

    pub(super) fn beep(&self) {
        *self.playing() = Playing::Beep { at: 0 };
    }

    pub(super) fn echo(&self) {
        *self.playing() = Playing::Echo;
    }

    /// Takes down what is heard, half a minute at most.
    pub(super) fn record(&self) {
        let room = Vec::with_capacity(LONGEST_MESSAGE);
        *self.playing() = Playing::Record(room);
    }

    /// Ends taking down, and gives what was said.
    pub(super) fn recorded(&self) -> Option<Recording> {
        match std::mem::take(&mut *self.playing()) {
            Playing::Record(samples) if !samples.is_empty() => Some(samples.into()),
            _ => None,
        }
    }

    /// How many recordings and beeps were played to their end.
    pub(super) fn said(&self) -> u64 {
        self.0.said.load(Ordering::Acquire)
    }

    /// Loudness of what is heard, in dBFS from -100.
    pub(super) fn heard_dbfs(&self) -> f32 {
        let loudness = f32::from_bits(self.0.loudness.load(Ordering::Relaxed));
        (20.0 * loudness.max(1e-5).log10()).max(-100.0)
    }

    fn playing(&self) -> MutexGuard<'_, Playing> {
        self.0
            .playing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line for Mouth {
    fn tick(&mut self, heard: &[f32; 480], said: &mut [f32; 480]) {
        let now = (heard.iter().map(|sample| sample * sample).sum::<f32>() / 480.0).sqrt();
        let before = f32::from_bits(self.0.loudness.load(Ordering::Relaxed));
        let loudness = before + (now - before) * if now > before { 0.5 } else { 0.2 };
        self.0.loudness.store(loudness.to_bits(), Ordering::Relaxed);
        // Somebody changes what is played: 10 ms of silence do not matter.
        let Ok(mut playing) = self.0.playing.try_lock() else {
            return;
        };
        let done = match &mut *playing {
            Playing::Nothing => false,
            Playing::Recording { of, at } => {
                let rest = &of.samples()[*at..];
                let length = rest.len().min(said.len());
                said[..length].copy_from_slice(&rest[..length]);
                *at += length;
                rest.len() <= said.len()
            }
            Playing::Music(music) => {
                music.play(said);
                false
            }
            Playing::Beep { at } => {
                for (n, sample) in said.iter_mut().enumerate() {
                    *sample = 0.25 * (TAU * 1_000.0 * (*at + n) as f32 / 48_000.0).sin();
                }
                *at += said.len();
                *at >= BEEP
            }
            Playing::Echo => {
                *said = *heard;
                false
            }
            Playing::Record(samples) => {
                let room = samples.capacity() - samples.len();
                samples.extend_from_slice(&heard[..heard.len().min(room)]);
                false
            }
        };
        if done {
            // A recording is shared, so that nothing is freed here.
            *playing = Playing::Nothing;
            drop(playing);
            self.0.said.fetch_add(1, Ordering::Release);
        }
    }
}

/// Samples of a message at most: half a minute.
const LONGEST_MESSAGE: usize = 30 * 48_000;

/// Samples of the tone before a message.
const BEEP: usize = 24_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(mouth: &mut Mouth, heard: f32) -> [f32; 480] {
        let mut said = [0.0; 480];
        mouth.tick(&[heard; 480], &mut said);
        said
    }

    #[test]
    fn a_recording_is_said_to_its_end_and_then_there_is_silence() {
        let mut mouth = Mouth::default();
        mouth.say(vec![0.5; 700].into());
        assert_eq!(tick(&mut mouth, 0.0), [0.5; 480]);
        assert_eq!(mouth.said(), 0);
        let last = tick(&mut mouth, 0.0);
        assert_eq!((last[219], last[220], mouth.said()), (0.5, 0.0, 1));
        assert_eq!(tick(&mut mouth, 0.0), [0.0; 480]);
        assert_eq!(mouth.said(), 1);
    }

    #[test]
    fn what_is_heard_is_measured_echoed_and_taken_down() {
        let mut mouth = Mouth::default();
        for _ in 0..20 {
            tick(&mut mouth, 0.1);
        }
        assert!(
            (mouth.heard_dbfs() + 20.0).abs() < 0.5,
            "{}",
            mouth.heard_dbfs()
        );
        mouth.echo();
        assert_eq!(tick(&mut mouth, 0.3), [0.3; 480]);
        mouth.record();
        tick(&mut mouth, 0.2);
        assert_eq!(mouth.recorded(), Some(vec![0.2; 480].into()));
        assert_eq!(mouth.recorded(), None);
        mouth.beep();
        for _ in 0..50 {
            tick(&mut mouth, 0.0);
        }
        assert_eq!(mouth.said(), 1);
    }

    #[test]
    fn a_message_ends_where_there_is_no_more_room() {
        let mut mouth = Mouth::default();
        mouth.record();
        for _ in 0..(LONGEST_MESSAGE / 480 + 5) {
            tick(&mut mouth, 0.2);
        }
        let message = mouth.recorded().expect("a message");
        assert_eq!(message.samples().len(), LONGEST_MESSAGE);
    }
}
