//! Echo cancelling: takes out of the microphone what the speaker plays.

use sonora_aec3::block::Block;
use sonora_aec3::block_processor::BlockProcessor;
use sonora_aec3::config::EchoCanceller3Config;

use super::bands::{DelayLine, LOW, LOW_RATE, Low};

/// Samples that are worked on at once, 4 ms.
const BLOCK: usize = 64;
/// 10 ms are 2.5 blocks: half a block must wait.
const WAITING: usize = LOW % BLOCK;
/// Half a block waits, and each overlaps with the next.
pub(super) const DELAY: usize = WAITING + BLOCK;
/// A reference below this makes no echo that could be heard (-66 dBFS).
const SILENT: f32 = 16.0;
/// Ticks for which the echo of what was played may still ring out.
const RINGS_OUT: u32 = 60;

/// One canceller, fed with what was played and with what came in, in the same ticks.
///
/// It rests while nothing is played: what it knows of the room stays, and half the work is saved, since
/// in a call about half the time the other one listens.
pub(super) struct EchoCanceller {
    blocks: BlockProcessor,
    played: Block,
    heard: Block,
    /// What waits to fill a block, of both.
    waiting: [[f32; BLOCK]; 2],
    waits: usize,
    /// What was cleaned and not taken yet.
    clean: [f32; LOW + BLOCK],
    cleaned: usize,
    /// What came in, as late as the clean sound.
    raw: DelayLine<{ DELAY + LOW }>,
    /// Ticks of silence in the reference.
    silence: u32,
    output: Output,
}

/// What is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    /// What came in.
    Raw,
    /// The same, while the canceller's memory fills.
    Waking,
    /// What is left of it without the echo.
    Clean,
}

impl EchoCanceller {
    pub(super) fn new() -> Self {
        Self {
            blocks: BlockProcessor::new(&config(), LOW_RATE as usize, 1, 1),
            played: Block::new(1, 1),
            heard: Block::new(1, 1),
            waiting: [[0.0; BLOCK]; 2],
            waits: 0,
            clean: [0.0; LOW + BLOCK],
            cleaned: WAITING,
            raw: DelayLine::new(DELAY),
            silence: RINGS_OUT,
            output: Output::Raw,
        }
    }

    /// Says how long, in ms, sound takes from the reference to the speaker and from the microphone to
    /// here, as far as known: where to look first.
    pub(super) fn hint_delay(&mut self, ms: u32) {
        self.blocks.set_audio_buffer_delay(ms.min(500) as i32);
    }

    /// Takes the echo of all that was `played` so far out of `heard`, which comes out later by
    /// [`DELAY`]. Gives what came in, as late.
    pub(super) fn process(&mut self, heard: &mut Low, played: &Low) -> Low {
        let mut raw = *heard;
        self.raw.pass(&mut raw);
        if played.iter().all(|sample| sample.abs() < SILENT) {
            self.silence = self.silence.saturating_add(1);
        } else {
            self.silence = 0;
        }
        let rests = self.silence > RINGS_OUT;
        if rests && self.output == Output::Raw {
            *heard = raw;
            return raw;
        }
        self.cancel(heard, played);
        let (next, from, to) = match (self.output, rests) {
            (Output::Raw, _) => (Output::Waking, 0.0, 0.0),
            (Output::Waking | Output::Clean, true) => (Output::Raw, 1.0, 0.0),
            (Output::Waking, false) => (Output::Clean, 0.0, 1.0),
            (Output::Clean, false) => (Output::Clean, 1.0, 1.0),
        };
        // A canceller that is just waking is not heard yet, so there is nothing to fade out.
        let from = if self.output == Output::Clean {
            from
        } else {
            0.0
        };
        self.output = next;
        if from < 1.0 || to < 1.0 {
            for (n, (sample, raw)) in heard.iter_mut().zip(&raw).enumerate() {
                let part = from + (to - from) * (n + 1) as f32 / LOW as f32;
                *sample = raw + (*sample - raw) * part;
            }
        }
        raw
    }

    fn cancel(&mut self, heard: &mut Low, played: &Low) {
        for (played, heard) in played.iter().zip(&*heard) {
            self.waiting[0][self.waits] = *played;
            self.waiting[1][self.waits] = *heard;
            self.waits += 1;
            if self.waits < BLOCK {
                continue;
            }
            self.waits = 0;
            self.played.view_mut(0, 0).copy_from_slice(&self.waiting[0]);
            self.heard.view_mut(0, 0).copy_from_slice(&self.waiting[1]);
            let saturated = self.waiting[1]
                .iter()
                .any(|sample| sample.abs() >= 32_700.0);
            self.blocks.buffer_render(&self.played);
            self.blocks
                .process_capture(false, saturated, None, &mut self.heard);
            self.clean[self.cleaned..self.cleaned + BLOCK].copy_from_slice(self.heard.view(0, 0));
            self.cleaned += BLOCK;
        }
        heard.copy_from_slice(&self.clean[..LOW]);
        self.clean.copy_within(LOW..self.cleaned, 0);
        self.cleaned -= LOW;
    }
}

fn config() -> EchoCanceller3Config {
    let mut config = EchoCanceller3Config::default();
    // Where the echo lies in time is looked for at 2 kHz instead of 4 kHz, which finds it as well and
    // saves a third of the work.
    config.delay.down_sampling_factor = 8;
    config
}
