//! How notes and spares lie in the padding of an Opus packet.
//!
//! A packet of one frame (code 0, RFC 6716 section 3.2) becomes one with padding (code 3), and the
//! padding holds one extension as draft-ietf-mlcodec-opus-extension has them: an id that libopus' own
//! experiments (124 and 126) leave free, then two bytes that say whose it is, then loss, wish and
//! distance, a byte each, then the spare, to the end of the packet.

use std::ops::Range;

use super::{FARTHEST, Note};

/// The extension's id, 125, and that it reaches to the end of the padding.
const ID: u8 = 125 << 1;
const OURS: [u8; 2] = *b"Ws";
/// What comes before the spare.
const HEADER: usize = 6;
/// Code 3: a byte follows that says how many frames there are. Code 0: there is one.
const CODE: u8 = 3;
const ONE_PADDED_FRAME: u8 = 0x41;

/// What lay in the padding of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unpacked {
    /// Where in the payload the packet is, as it was before.
    pub(crate) packet: Range<usize>,
    pub(crate) note: Note,
    /// How many packets ago the spare was sent, from 1 to [`FARTHEST`], and where in the payload it is.
    pub(crate) spare: Option<(u8, Range<usize>)>,
}

/// Puts a note into the packet in the first `length` bytes of `payload`, and a spare of `distance`
/// packets ago if there is room for both. Gives the new length: the old one if nothing was put in.
pub(crate) fn pack(
    payload: &mut [u8],
    length: usize,
    note: Note,
    spare: Option<(u8, &[u8])>,
) -> usize {
    // A packet without sound, or of several frames, is left as it is.
    if length < 2 || payload[0] & CODE != 0 {
        return length;
    }
    let fits = |spare: &[u8]| packed_length(length, spare.len()) <= payload.len();
    let (distance, spare) = match spare {
        Some((distance, spare)) if fits(spare) => (distance, spare),
        _ => (0, [].as_slice()),
    };
    let packed = packed_length(length, spare.len());
    if packed > payload.len() {
        return length;
    }
    let padding = HEADER + spare.len();
    let frame = 2 + size_bytes(padding);
    payload.copy_within(1..length, frame);
    payload[0] |= CODE;
    payload[1] = ONE_PADDED_FRAME;
    let mut left = padding;
    for size in &mut payload[2..frame] {
        // 255 stands for 254 bytes and more to come.
        *size = left.min(255) as u8;
        left = left.saturating_sub(254);
    }
    let header = [ID, OURS[0], OURS[1], note.lost, note.wish, distance];
    let end = frame + length - 1;
    payload[end..end + HEADER].copy_from_slice(&header);
    payload[end + HEADER..packed].copy_from_slice(spare);
    packed
}

/// Finds what lies in the padding, and makes the packet what it was before. `None`: there is nothing
/// of ours, and the payload was left as it is.
pub(crate) fn unpack(payload: &mut [u8]) -> Option<Unpacked> {
    let [first, ONE_PADDED_FRAME, ..] = *payload else {
        return None;
    };
    if first & CODE != CODE {
        return None;
    }
    let mut frame = 2;
    let mut padding = 0;
    loop {
        let size = *payload.get(frame)?;
        frame += 1;
        padding += usize::from(size.min(254));
        if size < 255 {
            break;
        }
    }
    let end = payload.len().checked_sub(padding)?;
    if end < frame {
        return None;
    }
    let [ID, w, s, lost, wish, distance, ..] = payload[end..] else {
        return None;
    };
    if [w, s] != OURS {
        return None;
    }
    let spare = end + HEADER..payload.len();
    payload[frame - 1] = first & !CODE;
    Some(Unpacked {
        packet: frame - 1..end,
        note: Note {
            lost: lost.min(100),
            wish: wish.min(FARTHEST),
        },
        spare: ((1..=FARTHEST).contains(&distance) && !spare.is_empty())
            .then_some((distance, spare)),
    })
}

/// How many bytes it takes to say how long the padding is.
fn size_bytes(padding: usize) -> usize {
    padding.saturating_sub(1) / 254 + 1
}

fn packed_length(length: usize, spare: usize) -> usize {
    let padding = HEADER + spare;
    length + 1 + size_bytes(padding) + padding
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_out_as_it_was(
            frame in prop::collection::vec(any::<u8>(), 1..300),
            code in 0u8..32,
            lost in 0u8..=100,
            wish in 0..=FARTHEST,
            distance in 1..=FARTHEST,
            spare in prop::collection::vec(any::<u8>(), 1..600),
        ) {
            let packet = [&[code << 3], frame.as_slice()].concat();
            let mut payload = [0; 512];
            payload[..packet.len()].copy_from_slice(&packet);
            let note = Note { lost, wish };
            let length = pack(&mut payload, packet.len(), note, Some((distance, &spare)));
            prop_assert!(length <= payload.len());
            let unpacked = unpack(&mut payload[..length]).expect("a note fits");
            prop_assert_eq!(unpacked.note, note);
            prop_assert_eq!(&payload[unpacked.packet], &packet[..]);
            match unpacked.spare {
                Some((at, place)) => {
                    prop_assert_eq!(at, distance);
                    prop_assert_eq!(&payload[place], &spare[..]);
                }
                None => prop_assert!(packed_length(packet.len(), spare.len()) > payload.len()),
            }
        }

        #[test]
        fn whatever_comes_is_read_or_left_alone(
            mut payload in prop::collection::vec(any::<u8>(), 0..700),
            padded in any::<bool>(),
        ) {
            if padded && payload.len() > 2 {
                payload[0] |= CODE;
                payload[1] = ONE_PADDED_FRAME;
            }
            let before = payload.clone();
            match unpack(&mut payload) {
                Some(unpacked) => {
                    prop_assert!(unpacked.packet.end <= payload.len());
                    prop_assert!(!unpacked.packet.is_empty());
                }
                None => prop_assert_eq!(before, payload),
            }
        }
    }

    #[test]
    fn a_decoder_that_knows_nothing_of_it_hears_the_same() {
        let mut encoder = opus::Encoder::new(48_000, opus::Channels::Mono, opus::Application::Voip)
            .expect("starts");
        let mut decoders =
            [(); 2].map(|()| opus::Decoder::new(48_000, opus::Channels::Mono).expect("starts"));
        let mut before = Vec::new();
        for sound in crate::testing::babble(48_000).chunks_exact(960) {
            let mut payload = [0; 512];
            let length = encoder.encode_float(sound, &mut payload).expect("encodes");
            let plain = payload[..length].to_vec();
            let spare = (!before.is_empty()).then_some((1, before.as_slice()));
            let length = pack(&mut payload, length, Note::default(), spare);
            assert!(length > plain.len());
            let [mut one, mut other] = [[0.0; 960]; 2];
            decoders[0]
                .decode_float(&plain, &mut one, false)
                .expect("own packet");
            decoders[1]
                .decode_float(&payload[..length], &mut other, false)
                .expect("own packet");
            assert_eq!(one, other);
            before = plain;
        }
    }

    #[test]
    fn what_cannot_be_padded_is_left_as_it_is() {
        let mut payload = [0; 512];
        payload[0] = 0x48;
        assert_eq!(pack(&mut payload, 1, Note::default(), None), 1);
        payload[0] = 0x4B;
        assert_eq!(pack(&mut payload, 80, Note::default(), None), 80);
        payload[0] = 0x48;
        assert_eq!(pack(&mut payload, 506, Note::default(), None), 506);
    }
}
