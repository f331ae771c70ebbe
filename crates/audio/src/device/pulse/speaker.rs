//! A speaker's stream: a thread that gives the server what it asks for.
//!
//! The server's buffer begins as short as a quiet machine can bear. Each time it ran out, it is made longer
//! by a step, and stays so while the stream is open: to make it shorter again is a skip that is heard, and a
//! machine that was late once will be again. The next call opens another stream, which begins a step shorter
//! than the last one ended: what was learnt of a moment is forgotten, call by call.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use pulseaudio::protocol::stream::BufferAttr;
use pulseaudio::protocol::{
    self, Command, CommandTag, DESCRIPTOR_SIZE, Descriptor, DescriptorFlags,
    SetPlaybackStreamBufferAttrParams,
};

use super::connection::Connection;
use super::{SAMPLE, Shift};
use crate::device::ring::PlayoutFeed;

/// The server's buffer in samples: at first, by how much it grows, and at most. How much of it is wanted at
/// once.
const LEAST: u32 = 480;
const STEP: u32 = 240;
const MOST: u32 = 1_920;
const REQUEST_FRAMES: u32 = 240;
/// One stall may be many underruns, but it is one lesson.
const LESSON: Duration = Duration::from_millis(500);

/// A number of 32 bits, with the letter before it that says so.
const TAGGED: usize = 5;
/// What a message begins with by which the server asks for more sound.
const REQUEST: u32 = CommandTag::Request as u32;

/// What the streams so far have learnt of the length that the server's buffer needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Learnt(Arc<AtomicU32>);

/// The server's buffer.
pub(super) struct Buffer {
    frames: u32,
    grown: Option<Instant>,
    learnt: Learnt,
}

impl Buffer {
    /// Of another stream.
    pub(super) fn new(learnt: &Learnt) -> Self {
        let last = learnt.0.load(Ordering::Relaxed);
        let frames = last.saturating_sub(STEP).max(LEAST);
        learnt.0.store(frames, Ordering::Relaxed);
        Self {
            frames,
            grown: None,
            learnt: learnt.clone(),
        }
    }

    /// How it is asked of the server.
    pub(super) fn attributes(&self) -> BufferAttr {
        BufferAttr {
            target_length: self.frames * SAMPLE as u32,
            minimum_request_length: REQUEST_FRAMES * SAMPLE as u32,
            // Begin at once, and never stop to fill up again.
            pre_buffering: 0,
            ..BufferAttr::default()
        }
    }

    /// It has run out; whether it is longer now.
    fn ran_out(&mut self, now: Instant) -> bool {
        let learnt = |grown: Instant| now.saturating_duration_since(grown) < LESSON;
        if self.frames >= MOST || self.grown.is_some_and(learnt) {
            return false;
        }
        self.frames += STEP;
        self.grown = Some(now);
        self.learnt.0.store(self.frames, Ordering::Relaxed);
        true
    }
}

/// Moves sound to a speaker, as much as the server asks for, until the connection ends.
pub(super) fn play(
    connection: &mut Connection,
    channel: u32,
    first: usize,
    feed: &mut PlayoutFeed,
    mut buffer: Buffer,
    shift: &Shift,
) -> io::Result<()> {
    feed.buffered_beyond(buffer.frames);
    let mut message = Vec::with_capacity(64 * 1024);
    let mut block = vec![0; DESCRIPTOR_SIZE + 64 * 1024];
    let mut wanted = first;
    loop {
        while wanted >= SAMPLE {
            let frames = (wanted.min(block.len() - DESCRIPTOR_SIZE)) / SAMPLE;
            let bytes = frames * SAMPLE;
            let (header, samples) = block.split_at_mut(DESCRIPTOR_SIZE);
            let header: &mut [u8; DESCRIPTOR_SIZE] = header.try_into().expect("split there");
            protocol::encode_descriptor(
                header,
                &Descriptor {
                    length: bytes as u32,
                    channel,
                    offset: 0,
                    flags: DescriptorFlags::empty(),
                },
            );
            let samples = samples.as_chunks_mut::<SAMPLE>().0;
            feed.read(frames, |n, sample| samples[n] = sample.to_ne_bytes());
            connection
                .socket()
                .write_all(&block[..DESCRIPTOR_SIZE + bytes])?;
            wanted -= bytes;
        }
        let descriptor = connection.read_message(&mut message)?;
        if descriptor.channel != u32::MAX {
            continue;
        }
        if let Some([REQUEST, _, of, length]) = numbers(&message) {
            if of == channel {
                wanted += length as usize;
            }
            continue;
        }
        match connection.parse(&message) {
            Some(Command::PlaybackStreamKilled(_)) => {
                return Err(io::ErrorKind::NotConnected.into());
            }
            Some(Command::PlaybackStreamMoved(moved)) => shift.to(&moved.device_name),
            Some(Command::Underflow(underflow)) if underflow.channel == channel => {
                // For how long is not said; less than it asks for at once would not have been noticed.
                feed.missed(REQUEST_FRAMES);
                if buffer.ran_out(Instant::now()) {
                    tracing::debug!(frames = buffer.frames, "the sound server ran out of sound");
                    feed.buffered_beyond(buffer.frames);
                    lengthen(connection, channel, &buffer)?;
                }
            }
            _ => {}
        }
    }
}

/// Asks for a longer buffer. What it answers is passed over: it asks for what fills it.
fn lengthen(connection: &mut Connection, channel: u32, buffer: &Buffer) -> io::Result<()> {
    let asked = SetPlaybackStreamBufferAttrParams {
        index: channel,
        buffer_attr: buffer.attributes(),
        adjust_latency: true,
        early_requests: false,
    };
    connection.send(&Command::SetPlaybackStreamBufferAttr(asked))
}

/// The numbers a message begins with, if it is one of nothing but so many. What comes 200 times a second is
/// read by this: a [`Command`], which may be any, is a kilobyte to move about.
fn numbers<const COUNT: usize>(message: &[u8]) -> Option<[u32; COUNT]> {
    let (tagged, []) = message.as_chunks::<TAGGED>() else {
        return None;
    };
    let mut numbers = [0; COUNT];
    if tagged.len() != COUNT {
        return None;
    }
    for (number, tagged) in numbers.iter_mut().zip(tagged) {
        let [b'L', bytes @ ..] = tagged else {
            return None;
        };
        *number = u32::from_be_bytes(*bytes);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::device::ring::{Clock, playout_ring};
    use crate::device::{Alarm, Moved};
    use pulseaudio::protocol::{Request, Underflow};

    const CHANNEL: u32 = 3;

    #[test]
    fn a_request_is_read_as_the_library_writes_it() {
        let mut message = Vec::new();
        let request = Command::Request(Request {
            channel: CHANNEL,
            length: 960,
        });
        protocol::write_command_message(&mut message, u32::MAX, &request, protocol::MAX_VERSION)
            .unwrap();
        let message = &message[DESCRIPTOR_SIZE..];
        assert_eq!(numbers(message), Some([REQUEST, u32::MAX, 3, 960]));
        assert_eq!(numbers::<3>(message), None);
        assert_eq!(numbers::<4>(&message[..19]), None);
    }

    /// All that is on the way, as the server reads it.
    fn commands(server: UnixStream) -> Vec<Command> {
        let mut server = Connection::over(server);
        let (mut message, mut read) = (Vec::new(), Vec::new());
        while let Ok(descriptor) = server.read_message(&mut message) {
            if descriptor.channel == u32::MAX {
                read.extend(server.parse(&message));
            }
        }
        read
    }

    #[test]
    fn a_server_that_ran_out_of_sound_is_asked_for_a_longer_buffer_and_it_is_counted() {
        let (mut server, ours) = UnixStream::pair().expect("a pair");
        for channel in [CHANNEL, CHANNEL + 1, CHANNEL] {
            let ran_out = Command::Underflow(Underflow { channel, offset: 0 });
            let version = protocol::MAX_VERSION;
            protocol::write_command_message(&mut server, u32::MAX, &ran_out, version)
                .expect("written");
        }
        server.shutdown(std::net::Shutdown::Write).expect("shut");
        let (mut feed, mut playout, counters) = playout_ring(48_000, Clock::Device, None);
        let shift = Shift::new(&Moved::default(), &Alarm::new(std::thread::current()));
        let mut connection = Connection::over(ours);
        let buffer = Buffer::new(&Learnt::default());
        play(&mut connection, CHANNEL, 0, &mut feed, buffer, &shift)
            .expect_err("the server is gone");
        drop(connection);
        // Two in a moment are one lesson, and both are told.
        let asked = commands(server);
        let [Command::SetPlaybackStreamBufferAttr(asked)] = asked.as_slice() else {
            panic!("{asked:?}");
        };
        assert_eq!((asked.index, asked.adjust_latency), (CHANNEL, true));
        assert_eq!(asked.buffer_attr.target_length, (LEAST + STEP) * 4);
        assert_eq!(playout.adapt(), u64::from(2 * REQUEST_FRAMES));
        assert_eq!(playout.adapt(), 0);
        assert_eq!(counters.beyond.load(Ordering::Relaxed), LEAST + STEP);
    }

    #[test]
    fn the_servers_buffer_grows_to_its_bound_and_no_further() {
        let (mut buffer, mut now) = (Buffer::new(&Learnt::default()), Instant::now());
        let mut grown = 0;
        for _ in 0..20 {
            grown += u32::from(buffer.ran_out(now));
            now += LESSON;
        }
        assert_eq!((buffer.frames, grown), (MOST, (MOST - LEAST) / STEP));
    }

    #[test]
    fn another_stream_begins_a_step_shorter_than_the_last_one_ended() {
        let (learnt, mut now) = (Learnt::default(), Instant::now());
        let mut first = Buffer::new(&learnt);
        assert_eq!(first.frames, LEAST);
        for _ in 0..3 {
            first.ran_out(now);
            now += LESSON;
        }
        let frames = [(); 4].map(|()| Buffer::new(&learnt).frames);
        let shorter = [LEAST + 2 * STEP, LEAST + STEP, LEAST, LEAST];
        assert_eq!(frames, shorter);
    }
}
