//! Cuts a byte stream (SIP over TLS) into messages by `Content-Length` (RFC 3261 §18.3).
//!
//! A stream that has lost its place (a length that is wrong, bytes that are no SIP) finds it again
//! at the next line that can be a start line, so one broken message never costs the connection.

use crate::wire::{MAX_BODY, MAX_HEAD};

/// Bytes in, frames out.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    buffer: Vec<u8>,
    /// How many bytes of an oversized body are still to be thrown away.
    skip: usize,
}

/// What the stream held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Message(Vec<u8>),
    /// The head of a message whose body is longer than [`MAX_BODY`]; the body is not kept.
    TooLarge(Vec<u8>),
    Ping,
    Pong,
}

impl Framer {
    /// Takes what has been read.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.buffer.extend_from_slice(&bytes[skipped..]);
    }

    /// The next whole frame.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        loop {
            match self.buffer.first()? {
                b'\r' | b'\n' => {
                    if self.buffer.starts_with(b"\r\n\r\n") {
                        self.buffer.drain(..4);
                        return Some(Frame::Ping);
                    }
                    if self.buffer == b"\r" {
                        return None;
                    }
                    let pong = self.buffer.starts_with(b"\r\n");
                    self.buffer.drain(..if pong { 2 } else { 1 });
                    if pong {
                        return Some(Frame::Pong);
                    }
                    continue;
                }
                _ => {}
            }
            let line_end = self.buffer.iter().position(|&b| b == b'\n');
            match line_end {
                Some(end) if !is_start_line(&self.buffer[..end]) => {
                    self.buffer.drain(..=end);
                    continue;
                }
                None if self.buffer.len() > MAX_HEAD => {
                    self.buffer.clear();
                    return None;
                }
                None => return None,
                Some(_) => {}
            }
            let Some(head) = head_end(&self.buffer) else {
                if self.buffer.len() > MAX_HEAD {
                    // Too long a head: drop its start line, and with it all until the next one.
                    self.buffer.drain(..=line_end.unwrap_or(0));
                    continue;
                }
                return None;
            };
            let length = content_length(&self.buffer[..head]);
            if length > MAX_BODY {
                let frame = Frame::TooLarge(self.buffer.drain(..head).collect());
                // A length beyond belief is a lie: then the next start line tells where to go on.
                if length <= MAX_SKIP {
                    let here = length.min(self.buffer.len());
                    self.buffer.drain(..here);
                    self.skip = length - here;
                }
                return Some(frame);
            }
            if self.buffer.len() < head + length {
                return None;
            }
            return Some(Frame::Message(self.buffer.drain(..head + length).collect()));
        }
    }
}

/// `METHOD uri SIP/2.0`, or `SIP/2.0 200 OK`; any version, so that it can be refused.
fn is_start_line(line: &[u8]) -> bool {
    line.starts_with(b"SIP/") || line.windows(5).any(|w| w == b" SIP/")
}

/// Position after the empty line.
fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(n) = bytes[at..].iter().position(|&b| b == b'\n') {
        let line = &bytes[at..at + n];
        at += n + 1;
        if line.is_empty() || line == b"\r" {
            return Some(at);
        }
    }
    None
}

/// The body's length; 0 if it is not said, or said wrongly or in two ways (the reader refuses those).
fn content_length(head: &[u8]) -> usize {
    let mut lengths = head.split(|&b| b == b'\n').filter_map(|line| {
        let colon = line.iter().position(|&b| b == b':')?;
        let name = line[..colon].trim_ascii_end();
        let known = name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l");
        known.then(|| {
            std::str::from_utf8(&line[colon + 1..])
                .ok()?
                .trim()
                .parse::<usize>()
                .ok()
        })
    });
    match (lengths.next(), lengths.next()) {
        (Some(Some(length)), None) => length,
        _ => 0,
    }
}

const MAX_SKIP: usize = 16 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(body: &str) -> Vec<u8> {
        format!(
            "OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    fn frames(framer: &mut Framer) -> Vec<Frame> {
        std::iter::from_fn(|| framer.next()).collect()
    }

    proptest! {
        #[test]
        fn frames_do_not_depend_on_how_the_stream_is_cut(
            bodies in proptest::collection::vec("[a-z\r\n:]{0,40}", 1..6),
            cuts in proptest::collection::vec(1usize..50, 0..40),
        ) {
            let stream: Vec<u8> = bodies.iter().flat_map(|body| message(body)).collect();
            let mut framer = Framer::default();
            let (mut rest, mut got) = (&stream[..], Vec::new());
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                framer.push(now);
                got.extend(frames(&mut framer));
                rest = later;
            }
            framer.push(rest);
            got.extend(frames(&mut framer));
            let expected: Vec<Frame> = bodies.iter().map(|body| Frame::Message(message(body))).collect();
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn any_bytes_leave_the_buffer_small_and_the_next_message_readable(noise in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut framer = Framer::default();
            // Content-Length is left out: a true-looking length legitimately swallows what follows.
            let noise: Vec<u8> = noise.into_iter().filter(|b| !matches!(b, b'l' | b'L')).collect();
            framer.push(&noise);
            framer.push(b"\r\n\r\n");
            frames(&mut framer);
            framer.push(&message("end"));
            prop_assert!(frames(&mut framer).contains(&Frame::Message(message("end"))));
            prop_assert!(framer.buffer.is_empty());
        }
    }

    #[test]
    fn keepalives_are_told_from_messages() {
        let mut framer = Framer::default();
        framer.push(b"\r\n\r\n");
        framer.push(&message(""));
        framer.push(b"\r\n");
        assert_eq!(
            frames(&mut framer),
            [Frame::Ping, Frame::Message(message("")), Frame::Pong]
        );
    }

    #[test]
    fn a_wrong_length_costs_one_message_at_most() {
        for length in ["-5", "x", "99999999999999999999", "1\r\nContent-Length: 3"] {
            let broken = format!(
                "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: {length}\r\n\r\nab\r\nc: d\r\n"
            );
            let mut framer = Framer::default();
            framer.push(broken.as_bytes());
            framer.push(&message("good"));
            assert_eq!(
                frames(&mut framer).last(),
                Some(&Frame::Message(message("good"))),
                "{length}"
            );
        }
    }

    #[test]
    fn an_oversized_body_is_thrown_away_while_it_comes() {
        let head = format!(
            "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: {}\r\n\r\n",
            MAX_BODY + 1
        );
        let mut framer = Framer::default();
        framer.push(head.as_bytes());
        assert_eq!(frames(&mut framer), [Frame::TooLarge(head.into_bytes())]);
        for piece in vec![b'x'; MAX_BODY + 1].chunks(1000) {
            framer.push(piece);
        }
        assert!(framer.buffer.is_empty());
        framer.push(&message("next"));
        assert_eq!(frames(&mut framer), [Frame::Message(message("next"))]);
    }

    #[test]
    fn an_endless_head_is_not_kept() {
        let mut framer = Framer::default();
        framer.push(b"OPTIONS sip:a@b SIP/2.0\r\n");
        let lines = "a: b\r\n".repeat(500);
        for _ in 0..100 {
            framer.push(lines.as_bytes());
            assert_eq!(framer.next(), None);
            assert!(framer.buffer.len() <= MAX_HEAD + lines.len());
        }
        framer.push(&vec![b'x'; MAX_HEAD + 1]);
        assert_eq!(framer.next(), None);
        framer.push(b"\r\n");
        framer.push(&message("next"));
        assert_eq!(
            frames(&mut framer).last(),
            Some(&Frame::Message(message("next")))
        );
    }
}
