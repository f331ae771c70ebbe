//! A recording as a WAV file: 16 kHz, 16 bit, the agent left, the others right.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::file::Repaired;
use crate::frame::{FRAME, Frame, SAMPLE_RATE, to_i16};
use crate::resample::Decimator;

/// Takes sound and makes a file of it, whole after each [`flush`](WavStream::flush).
pub(super) struct WavStream<W> {
    out: W,
    /// From 48 kHz, of each side.
    decimators: [Decimator; 2],
    /// Taken, and not in the file yet.
    waiting: Vec<u8>,
    /// Bytes of sound in the file.
    written: u32,
}

impl<W: Write + Seek> WavStream<W> {
    pub(super) fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(&header(0))?;
        out.flush()?;
        Ok(Self {
            out,
            decimators: [Decimator::new(FACTOR, FRAME), Decimator::new(FACTOR, FRAME)],
            waiting: Vec::new(),
            written: 0,
        })
    }

    pub(super) fn take(&mut self, left: &Frame, right: &Frame) {
        let mut sides = [[0.0; FRAME / FACTOR]; 2];
        let [left_out, right_out] = &mut sides;
        self.decimators[0].process(left, left_out);
        self.decimators[1].process(right, right_out);
        for (left, right) in sides[0].iter().zip(&sides[1]) {
            for sample in [*left, *right] {
                self.waiting.extend(to_i16(sample).to_le_bytes());
            }
        }
    }

    /// Writes what was taken, and then what the header says of it: whoever looks in between finds a
    /// file that ends a little earlier.
    ///
    /// # Errors
    /// The file cannot be written, or is as long as its header can say.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let length = u32::try_from(self.waiting.len()).ok();
        let length = length.and_then(|more| self.written.checked_add(more));
        let Some(length) = length.filter(|length| *length <= LONGEST) else {
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.out.write_all(&self.waiting)?;
        self.written = length;
        self.waiting.clear();
        self.out.rewind()?;
        self.out.write_all(&header(self.written))?;
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.flush()
    }
}

/// What can be kept of a file that was left: all whole samples, whatever its header says.
pub(super) fn repair<F: Read + Write + Seek>(file: &mut F) -> io::Result<Repaired> {
    let length = file.seek(SeekFrom::End(0))?;
    let sound = length.saturating_sub(HEADER) / SAMPLE * SAMPLE;
    if sound == 0 {
        return Ok(Repaired::Empty);
    }
    let said = u32::try_from(sound).unwrap_or(LONGEST).min(LONGEST);
    file.rewind()?;
    file.write_all(&header(said))?;
    Ok(Repaired::Whole {
        length: HEADER + u64::from(said),
    })
}

/// RIFF, `fmt ` and `data`, for so many bytes of sound.
fn header(sound: u32) -> [u8; HEADER as usize] {
    let mut header = [0; HEADER as usize];
    let rate = SAMPLE_RATE / FACTOR as u32;
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"RIFF");
    put(4, &(sound + HEADER as u32 - 8).to_le_bytes());
    put(8, b"WAVEfmt ");
    put(16, &16_u32.to_le_bytes());
    // PCM, two channels.
    put(20, &1_u16.to_le_bytes());
    put(22, &2_u16.to_le_bytes());
    put(24, &rate.to_le_bytes());
    put(28, &(rate * SAMPLE as u32).to_le_bytes());
    put(32, &(SAMPLE as u16).to_le_bytes());
    put(34, &16_u16.to_le_bytes());
    put(36, b"data");
    put(40, &sound.to_le_bytes());
    header
}

/// All that a telephone call has, at a third of the size.
const FACTOR: usize = 3;
const HEADER: u64 = 44;
/// Bytes of one moment: two sides.
const SAMPLE: u64 = 4;
/// What a header can say, in whole samples: more than 18 hours.
const LONGEST: u32 = (u32::MAX - HEADER as u32) / SAMPLE as u32 * SAMPLE as u32;
