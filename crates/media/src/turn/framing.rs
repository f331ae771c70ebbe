//! Where one message ends and the next begins on a stream (RFC 8656 section 12.5, RFC 8489 section
//! 6.2.2). Pure.
//!
//! Nothing is put around the messages: a STUN message tells its own length, and so does
//! ChannelData, which is padded to a multiple of four bytes on a stream.

/// What has to be there to know a message's length: its type or channel, and the length.
const HEADER: usize = 4;
/// What the length of a STUN message leaves out.
const STUN_HEADER: usize = 20;
/// More than this no network carries in a packet of sound. What names a greater length is something
/// else: `HTTP` would pass for 21 KiB of ChannelData.
const MAX_LENGTH: usize = 16 * 1024;
/// Bytes 4 to 7 of every STUN message (RFC 8489 section 5).
pub(super) const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// First bytes of ChannelData (RFC 8656 section 12: channels 0x4000 to 0x4FFF).
const CHANNELS: std::ops::RangeInclusive<u8> = 0x40..=0x4f;
/// STUN types of the Send and Data indications (RFC 8656 section 18).
const SEND_INDICATION: [u8; 2] = [0x00, 0x16];
const DATA_INDICATION: [u8; 2] = [0x00, 0x17];

/// Takes messages out of a stream of bytes, however that is cut into pieces.
#[derive(Debug, Default)]
pub(super) struct Framing {
    bytes: Vec<u8>,
}

/// What comes is neither STUN nor ChannelData. There is no telling where the next message begins:
/// the connection has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what the server sends is not TURN")]
pub(super) struct NotTurn;

impl Framing {
    /// Takes what was read. The messages it completes are to be taken before more is put in.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message, without its padding, if it is complete.
    pub(super) fn take(&mut self) -> Result<Option<Vec<u8>>, NotTurn> {
        let Some(length) = length(&self.bytes)? else {
            return Ok(None);
        };
        let on_stream = length.next_multiple_of(4);
        if self.bytes.len() < on_stream {
            return Ok(None);
        }
        let mut message: Vec<u8> = self.bytes.drain(..on_stream).collect();
        message.truncate(length);
        Ok(Some(message))
    }
}

/// A datagram as it goes on a stream; `None` if it is no message.
pub(super) fn on_stream(datagram: &[u8]) -> Option<Vec<u8>> {
    let length = length(datagram).ok()??;
    // A datagram may be padded already.
    let mut message = datagram.get(..length)?.to_vec();
    message.resize(length.next_multiple_of(4), 0);
    Some(message)
}

/// Whether a message carries what a peer sent or is to get. What is late of that is of no use;
/// requests and their responses are not to be lost on a stream.
pub(super) fn carries_data(message: &[u8]) -> bool {
    let channel_data = message.first().is_some_and(|byte| CHANNELS.contains(byte));
    channel_data || message.starts_with(&SEND_INDICATION) || message.starts_with(&DATA_INDICATION)
}

/// The length of the message that begins here, without padding, once enough of it is there.
fn length(bytes: &[u8]) -> Result<Option<usize>, NotTurn> {
    let Some(first) = bytes.first() else {
        return Ok(None);
    };
    let stun = first >> 6 == 0;
    if !stun && !CHANNELS.contains(first) {
        return Err(NotTurn);
    }
    let Some(header) = bytes.get(..HEADER) else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if length > MAX_LENGTH {
        return Err(NotTurn);
    }
    if !stun {
        return Ok(Some(HEADER + length));
    }
    let cookie = bytes[HEADER..].iter().zip(MAGIC_COOKIE);
    if !length.is_multiple_of(4) || cookie.into_iter().any(|(one, other)| *one != other) {
        return Err(NotTurn);
    }
    Ok(Some(STUN_HEADER + length))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn stun(kind: u16, body: &[u8]) -> Vec<u8> {
        let mut message = kind.to_be_bytes().to_vec();
        message.extend((body.len() as u16).to_be_bytes());
        message.extend(MAGIC_COOKIE);
        message.extend([7; 12]);
        message.extend(body);
        message
    }

    fn channel_data(channel: u16, data: &[u8]) -> Vec<u8> {
        let mut message = channel.to_be_bytes().to_vec();
        message.extend((data.len() as u16).to_be_bytes());
        message.extend(data);
        message
    }

    /// All messages, or all up to where it stops being TURN.
    fn read(framing: &mut Framing) -> (Vec<Vec<u8>>, bool) {
        let mut messages = Vec::new();
        loop {
            match framing.take() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => return (messages, true),
                Err(NotTurn) => return (messages, false),
            }
        }
    }

    #[test]
    fn channel_data_is_padded_on_a_stream_and_nowhere_else() {
        let datagram = channel_data(0x4001, &[1, 2, 3, 4, 5]);
        let stream = on_stream(&datagram).expect("a message");
        assert_eq!(stream.len(), 12);
        let mut framing = Framing::default();
        framing.push(&stream);
        assert_eq!(read(&mut framing), (vec![datagram.clone()], true));
        // Padded as a datagram, too, which is allowed.
        let padded: Vec<u8> = datagram.iter().copied().chain([0; 3]).collect();
        assert_eq!(on_stream(&padded), Some(stream));
        let request = stun(0x0003, &[0; 8]);
        assert_eq!(on_stream(&request), Some(request));
    }

    #[test]
    fn what_is_no_message_is_not_sent() {
        for datagram in [
            &[][..],
            &[0x40],
            &[0x40, 0, 0, 9, 1],
            &[0x50, 0, 0, 0],
            &[0x80; 40],
            &[0; 40],
        ] {
            assert_eq!(on_stream(datagram), None, "{datagram:?}");
        }
    }

    #[test]
    fn garbage_ends_it_as_soon_as_it_is_seen() {
        for garbage in [
            &b"HTTP/1.1 400"[..],
            &[0x50, 0],
            &[0xff],
            &[0x01, 0x01, 0, 4, 9],
            &[0x01, 0x01, 0, 3, 0x21],
        ] {
            let mut framing = Framing::default();
            framing.push(&channel_data(0x4000, &[1; 4]));
            framing.push(garbage);
            let (messages, goes_on) = read(&mut framing);
            assert_eq!((messages.len(), goes_on), (1, false), "{garbage:?}");
        }
    }

    #[test]
    fn sound_is_told_from_requests() {
        assert!(carries_data(&channel_data(0x4fff, &[])));
        assert!(carries_data(&stun(0x0016, &[])));
        assert!(carries_data(&stun(0x0017, &[])));
        // Allocate, Refresh, the refusal of an Allocate.
        for kind in [0x0003, 0x0004, 0x0113] {
            assert!(!carries_data(&stun(kind, &[])));
        }
    }

    fn message() -> impl Strategy<Value = Vec<u8>> {
        let body = vec(any::<u8>(), 0..80);
        prop_oneof![
            (0u16..0x4000, vec(any::<[u8; 4]>(), 0..20))
                .prop_map(|(kind, words)| stun(kind, &words.concat())),
            (0x4000u16..0x5000, body).prop_map(|(channel, data)| channel_data(channel, &data)),
        ]
    }

    proptest! {
        #[test]
        fn any_cut_of_a_stream_gives_the_same_messages(
            messages in vec(message(), 0..12),
            cuts in vec(1usize..50, 1..40),
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|m| on_stream(m).unwrap()).collect();
            let mut framing = Framing::default();
            let mut found = Vec::new();
            let mut rest = &stream[..];
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                framing.push(piece);
                let (more, goes_on) = read(&mut framing);
                prop_assert!(goes_on);
                found.extend(more);
                rest = after;
            }
            prop_assert_eq!(found, messages);
            prop_assert_eq!(framing.take(), Ok(None));
        }

        #[test]
        fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..400)) {
            let mut framing = Framing::default();
            framing.push(&bytes);
            let (messages, _) = read(&mut framing);
            let taken: usize = messages.iter().map(Vec::len).sum();
            prop_assert!(taken <= bytes.len());
            let _ = on_stream(&bytes);
        }
    }
}
