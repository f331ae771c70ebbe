//! One page of an Ogg stream (RFC 3533 section 6), whose packets never go on in the next.

use std::io::{self, Read};

/// Its first packet began on the page before.
pub(super) const CONTINUES: u8 = 1;
/// It begins the stream.
pub(super) const FIRST: u8 = 2;
/// It ends the stream.
pub(super) const LAST: u8 = 4;

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) flags: u8,
    /// Samples that can be played up to its end.
    pub(super) granule: u64,
    pub(super) serial: u32,
    pub(super) number: u32,
    /// Lengths of the pieces of its packets.
    segments: Vec<u8>,
    body: Vec<u8>,
    packets: usize,
}

impl Page {
    pub(super) fn add(&mut self, packet: &[u8]) {
        let whole = packet.len() / 255;
        self.segments.resize(self.segments.len() + whole, 255);
        self.segments.push((packet.len() % 255) as u8);
        self.body.extend(packet);
        self.packets += 1;
    }

    pub(super) fn packets(&self) -> usize {
        self.packets
    }

    /// Whether another packet fits, however long.
    pub(super) fn has_room(&self) -> bool {
        self.segments.len() + super::LONGEST_PACKET / 255 < MOST_SEGMENTS
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        debug_assert!(self.segments.len() <= MOST_SEGMENTS);
        let mut bytes = MAGIC.to_vec();
        bytes.extend([0, self.flags]);
        bytes.extend(self.granule.to_le_bytes());
        bytes.extend(self.serial.to_le_bytes());
        bytes.extend(self.number.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.push(self.segments.len() as u8);
        bytes.extend(&self.segments);
        bytes.extend(&self.body);
        let sum = checksum(&bytes);
        bytes[CHECKSUM..CHECKSUM + 4].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The next page, and its `text` as it stands there; none where there is no whole one.
    pub(super) fn read(from: &mut impl Read, text: &mut Vec<u8>) -> io::Result<Option<Self>> {
        text.clear();
        if !more(from, text, HEADER)? || text[..5] != [b'O', b'g', b'g', b'S', 0] {
            return Ok(None);
        }
        let segments = usize::from(text[HEADER - 1]);
        if !more(from, text, segments)? {
            return Ok(None);
        }
        let body = text[HEADER..].iter().map(|length| usize::from(*length));
        let body = body.sum();
        if !more(from, text, body)? {
            return Ok(None);
        }
        let said = number(text, CHECKSUM, 4);
        text[CHECKSUM..CHECKSUM + 4].fill(0);
        let sum = checksum(text);
        text[CHECKSUM..CHECKSUM + 4].copy_from_slice(&sum.to_le_bytes());
        if u64::from(sum) != said {
            return Ok(None);
        }
        let page = Self {
            flags: text[5],
            granule: number(text, 6, 8),
            serial: number(text, 14, 4) as u32,
            number: number(text, 18, 4) as u32,
            segments: text[HEADER..HEADER + segments].to_vec(),
            body: text[HEADER + segments..].to_vec(),
            packets: 0,
        };
        Ok(Some(page))
    }
}

/// Adds so many bytes to `text`; false if there are not as many.
fn more(from: &mut impl Read, text: &mut Vec<u8>, length: usize) -> io::Result<bool> {
    let had = text.len();
    let got = from.by_ref().take(length as u64).read_to_end(text)?;
    debug_assert_eq!(text.len(), had + got);
    Ok(got == length)
}

/// A number of at most eight bytes, the lowest first.
fn number(text: &[u8], at: usize, bytes: usize) -> u64 {
    let bytes = text[at..at + bytes].iter().rev();
    bytes.fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// CRC-32 with the polynomial 0x04c11db7, not reflected, from 0.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| {
        (sum << 8) ^ TABLE[(((sum >> 24) as u8) ^ byte) as usize]
    })
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 256 {
        let mut sum = (n as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = (sum << 1)
                ^ (if sum & 0x8000_0000 == 0 {
                    0
                } else {
                    0x04c1_1db7
                });
            bit += 1;
        }
        table[n] = sum;
        n += 1;
    }
    table
};

const MAGIC: &[u8; 4] = b"OggS";
const HEADER: usize = 27;
const CHECKSUM: usize = 22;
const MOST_SEGMENTS: usize = 255;
