//! A recording as Ogg Opus (RFC 7845): the agent left, the others right, each a stream of its own
//! (mapping family 1 without coupling), so that nobody is heard on the other side.

mod page;

use std::io::{self, Read, Seek, SeekFrom, Write};

use opus::{Application, Bitrate, MSEncoder};

use super::file::Repaired;
use crate::frame::{FRAME, Frame, SAMPLE_RATE};
use page::{CONTINUES, FIRST, LAST, Page};

/// Takes sound and makes pages of it: what is in the file is whole after each one.
pub(super) struct OpusStream<W> {
    out: W,
    encoder: MSEncoder,
    serial: u32,
    /// The page that is being filled.
    page: Page,
    pages: u32,
    /// 20 ms of both sides, in turn; the first 10 ms may be there.
    packet: Vec<f32>,
    /// Samples that a player leaves out at the beginning.
    pre_skip: u64,
    /// Samples taken.
    taken: u64,
    /// Samples encoded.
    encoded: u64,
}

impl<W: Write> OpusStream<W> {
    pub(super) fn begin(out: W, serial: u32) -> io::Result<Self> {
        let mut encoder = MSEncoder::new(SAMPLE_RATE, 2, 0, &[0, 1], Application::Voip)
            .map_err(io::Error::other)?;
        encoder
            .set_bitrate(Bitrate::Bits(BITRATE))
            .map_err(io::Error::other)?;
        let lookahead = encoder.get_lookahead().map_err(io::Error::other)?;
        let pre_skip = u16::try_from(lookahead).unwrap_or_default();
        let mut stream = Self {
            out,
            encoder,
            serial,
            page: Page::default(),
            pages: 0,
            packet: Vec::with_capacity(PACKET * 2),
            pre_skip: pre_skip.into(),
            taken: 0,
            encoded: 0,
        };
        stream.page.flags = FIRST;
        stream.page.add(&head(pre_skip));
        stream.turn()?;
        stream.page.add(&tags());
        stream.turn()?;
        stream.out.flush()?;
        Ok(stream)
    }

    pub(super) fn take(&mut self, left: &Frame, right: &Frame) -> io::Result<()> {
        self.taken += FRAME as u64;
        for (left, right) in left.iter().zip(right) {
            self.packet.extend([*left, *right]);
        }
        if self.packet.len() < PACKET * 2 {
            return Ok(());
        }
        self.encode()?;
        if self.page.packets() >= PACKETS_PER_PAGE || !self.page.has_room() {
            self.turn()?;
        }
        Ok(())
    }

    /// What is to be had of the encoder, and the end of the stream.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let end = self.pre_skip + self.taken;
        while self.encoded < end {
            self.packet.resize(PACKET * 2, 0.0);
            if !self.page.has_room() {
                self.turn()?;
            }
            self.encode()?;
        }
        self.page.flags |= LAST;
        // The last packet is played up to here.
        self.page.granule = end;
        self.turn()?;
        self.out.flush()
    }

    fn encode(&mut self) -> io::Result<()> {
        let mut data = [0; LONGEST_PACKET];
        let length = self
            .encoder
            .encode_float(&self.packet, &mut data)
            .map_err(io::Error::other)?;
        self.packet.clear();
        self.encoded += PACKET as u64;
        self.page.add(&data[..length]);
        self.page.granule = self.encoded;
        Ok(())
    }

    /// Writes the page and begins the next one.
    fn turn(&mut self) -> io::Result<()> {
        let mut page = std::mem::take(&mut self.page);
        page.serial = self.serial;
        page.number = self.pages;
        self.pages += 1;
        self.out.write_all(&page.bytes())
    }
}

/// What can be kept of a file that was left: its whole pages, the last of which ends the stream.
pub(super) fn repair<F: Read + Write + Seek>(file: &mut F) -> io::Result<Repaired> {
    let mut text = Vec::new();
    let (mut whole, mut last) = (0_u64, None);
    let mut pages = 0;
    file.rewind()?;
    {
        let mut reader = io::BufReader::new(&mut *file);
        while let Some(page) = Page::read(&mut reader, &mut text)? {
            let serial = last.as_ref().map_or(page.serial, |last: &Page| last.serial);
            if page.number != pages || page.serial != serial || page.flags & CONTINUES != 0 {
                break;
            }
            pages += 1;
            whole += text.len() as u64;
            last = Some(page);
        }
    }
    // The first two say only what follows.
    let Some(mut last) = last.filter(|_| pages > 2) else {
        return Ok(Repaired::Empty);
    };
    if last.flags & LAST == 0 {
        last.flags |= LAST;
        let bytes = last.bytes();
        file.seek(SeekFrom::Start(whole - bytes.len() as u64))?;
        file.write_all(&bytes)?;
    }
    Ok(Repaired::Whole { length: whole })
}

/// RFC 7845 section 5.1.
fn head(pre_skip: u16) -> Vec<u8> {
    let mut head = b"OpusHead".to_vec();
    // Version 1, two channels.
    head.extend([1, 2]);
    head.extend(pre_skip.to_le_bytes());
    head.extend(SAMPLE_RATE.to_le_bytes());
    // No gain; family 1, two streams of one channel each, left and right.
    head.extend([0, 0, 1, 2, 0, 0, 1]);
    head
}

/// RFC 7845 section 5.2: who made it, and nothing about whom.
fn tags() -> Vec<u8> {
    let mut tags = b"OpusTags".to_vec();
    tags.extend((VENDOR.len() as u32).to_le_bytes());
    tags.extend(VENDOR.as_bytes());
    tags.extend(0_u32.to_le_bytes());
    tags
}

const VENDOR: &str = "Warmline";
/// Of both sides together.
const BITRATE: i32 = 48_000;
/// Samples of a side in a packet.
const PACKET: usize = 2 * FRAME;
/// A second.
const PACKETS_PER_PAGE: usize = 50;
/// Of two streams: 1,275 bytes each, and the length of the first.
const LONGEST_PACKET: usize = 2 * 1_277;
