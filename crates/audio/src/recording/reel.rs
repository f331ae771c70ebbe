//! What of a call goes into the file: the blocks in their order, a mark where something was left out
//! on purpose, and silence where something was lost.

use std::f32::consts::TAU;
use std::io::{self, Seek, Write};

use super::RecordingFormat;
use super::ogg::OpusStream;
use super::tap::Block;
use super::wav::WavStream;
use crate::frame::{FRAME, Frame, SAMPLE_RATE, SILENCE, from_i16, ramp, samples};

/// Writes one recording.
pub(super) struct Reel<W> {
    film: Film<W>,
    /// Ticks of 10 ms in it.
    ticks: u64,
}

/// The file, whose format it has.
enum Film<W> {
    Wav(WavStream<W>),
    Opus(Box<OpusStream<W>>),
}

impl<W: Write + Seek> Reel<W> {
    /// Begins an empty file. `serial` tells Ogg streams apart.
    pub(super) fn begin(out: W, format: RecordingFormat, serial: u32) -> io::Result<Self> {
        let film = match format {
            RecordingFormat::Wav => Film::Wav(WavStream::begin(out)?),
            RecordingFormat::Opus => Film::Opus(Box::new(OpusStream::begin(out, serial)?)),
        };
        Ok(Self { film, ticks: 0 })
    }

    /// Takes the next 10 ms.
    pub(super) fn take(&mut self, block: &Block) -> io::Result<()> {
        if block.after_gap && !self.is_empty() {
            for at in 0..MARK / FRAME {
                let mark = mark(at * FRAME);
                self.film(&mark, &mark)?;
            }
        }
        for _ in 0..block.missing {
            self.film(&SILENCE, &SILENCE)?;
        }
        let mut sides = [block.left, block.right].map(|side| side.map(from_i16));
        if block.after_gap {
            for side in &mut sides {
                ramp(side, 0.0, 1.0);
            }
        }
        let [left, right] = sides;
        self.film(&left, &right)
    }

    /// Makes what was taken so far safe from the end of this program.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.film {
            Film::Wav(wav) => wav.flush(),
            // It writes page by page.
            Film::Opus(_) => Ok(()),
        }
    }

    /// Writes what is left, and the end.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match &mut self.film {
            Film::Wav(wav) => wav.finish(),
            Film::Opus(opus) => opus.finish(),
        }
    }

    /// Whether nothing was recorded yet.
    pub(super) fn is_empty(&self) -> bool {
        self.ticks == 0
    }

    /// How long it is, in ms.
    pub(super) fn length_ms(&self) -> u64 {
        self.ticks * 10
    }

    fn film(&mut self, left: &Frame, right: &Frame) -> io::Result<()> {
        self.ticks += 1;
        match &mut self.film {
            Film::Wav(wav) => {
                wav.take(left, right);
                Ok(())
            }
            Film::Opus(opus) => opus.take(left, right),
        }
    }
}

/// 10 ms of the short beep that stands where something was left out, from `at` on.
fn mark(at: usize) -> Frame {
    std::array::from_fn(|n| {
        let at = at + n;
        let envelope = (at.min(MARK - at) as f32 / EDGE as f32).min(1.0);
        LOUD * envelope * (at as f32 * MARK_HZ / SAMPLE_RATE as f32 * TAU).sin()
    })
}

/// Not the tone that announces, which may stand beside it.
const MARK_HZ: f32 = 800.0;
/// Some -26 dBFS (RMS).
const LOUD: f32 = 0.07;

// In samples:
/// A whole number of frames.
pub(super) const MARK: usize = samples(200);
const EDGE: usize = samples(10);
