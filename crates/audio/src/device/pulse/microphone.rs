//! A microphone's stream, read by the sound thread itself.
//!
//! The server sends a microphone in pieces of 5 ms or less, head and sound apart, and a thread that waits
//! for them is woken three hundred times a second: a fifth of what a call costs. Nobody needs the sound
//! before the sound thread does its next 10 ms, so that thread takes what has come by then; it never
//! waits. A further thread sleeps until the server has something else to say, which is when the stream
//! moves or ends.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;

use pulseaudio::protocol::{self, Command, DESCRIPTOR_SIZE};
use rtrb::{Consumer, Producer, RingBuffer};

use super::connection::Connection;
use super::{SAMPLE, Shift};
use crate::device::ring::CaptureFeed;

/// Room for the longest piece of sound that the server sends at once, and another.
const BUFFER: usize = 160 * 1024;

/// What the server says beside sound that waits to be read, and how long it may be.
const NOTES: usize = 8;
const LONGEST_NOTE: usize = 512;

/// A message that is no sound; an empty one is the end of the stream.
pub(super) struct Note {
    bytes: [u8; LONGEST_NOTE],
    length: usize,
}

impl Note {
    fn of(message: &[u8]) -> Self {
        let mut bytes = [0; LONGEST_NOTE];
        bytes[..message.len()].copy_from_slice(message);
        Self {
            bytes,
            length: message.len(),
        }
    }

    fn message(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The sound thread's end of the stream.
pub(super) struct Reader {
    socket: UnixStream,
    channel: u32,
    buffer: Box<[u8]>,
    filled: usize,
    notes: Producer<Note>,
    /// Who reads the notes.
    watcher: Option<Thread>,
    ended: bool,
}

impl Reader {
    /// Takes over a connection on which a stream has just been opened; its notes go to the other end.
    pub(super) fn new(
        connection: &mut Connection,
        channel: u32,
    ) -> io::Result<(Self, Consumer<Note>)> {
        let socket = connection.socket().try_clone()?;
        // What came right after the server's answer has been read with it.
        Self::over(socket, connection.reader.buffer(), channel)
    }

    fn over(socket: UnixStream, early: &[u8], channel: u32) -> io::Result<(Self, Consumer<Note>)> {
        let mut buffer = vec![0; BUFFER].into_boxed_slice();
        let filled = early.len().min(BUFFER);
        buffer[..filled].copy_from_slice(&early[..filled]);
        socket.set_nonblocking(true)?;
        let (notes, reader) = RingBuffer::new(NOTES);
        let end = Self {
            socket,
            channel,
            buffer,
            filled,
            notes,
            watcher: None,
            ended: false,
        };
        Ok((end, reader))
    }

    /// Says who is to be woken for a note.
    pub(super) fn watched_by(mut self, watcher: Option<Thread>) -> Self {
        self.watcher = watcher;
        self
    }

    /// Hands over what has come since the last time. Neither waits nor allocates.
    pub(super) fn fetch(&mut self, feed: &mut CaptureFeed) {
        while !self.ended {
            self.deliver(feed);
            let room = self.buffer.len() - self.filled;
            match self.socket.read(&mut self.buffer[self.filled..]) {
                Ok(0) => self.end(),
                Ok(more) => {
                    self.filled += more;
                    if more < room {
                        // That was all: to ask once more would only say so.
                        return self.deliver(feed);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => self.end(),
            }
        }
    }

    /// Takes all whole messages from the front of the buffer.
    fn deliver(&mut self, feed: &mut CaptureFeed) {
        let mut at = 0;
        while let Some((head, rest)) =
            self.buffer[at..self.filled].split_first_chunk::<DESCRIPTOR_SIZE>()
        {
            let head = protocol::read_descriptor(&mut head.as_slice());
            let Some((length, channel)) = head.ok().map(|h| (h.length as usize, h.channel)) else {
                return self.end();
            };
            if length > BUFFER - DESCRIPTOR_SIZE {
                return self.end();
            }
            let Some(message) = rest.get(..length) else {
                break;
            };
            if channel == self.channel {
                let samples = message.as_chunks::<SAMPLE>().0;
                feed.write(samples.len(), |n| f32::from_ne_bytes(samples[n]));
            } else if (1..=LONGEST_NOTE).contains(&length) {
                // If all have to wait, one more says nothing new.
                let _ = self.notes.push(Note::of(message));
                self.wake();
            }
            at += DESCRIPTOR_SIZE + length;
        }
        self.buffer.copy_within(at..self.filled, 0);
        self.filled -= at;
    }

    fn end(&mut self) {
        self.ended = true;
        let _ = self.notes.push(Note::of(&[]));
        self.wake();
    }

    fn wake(&self) {
        if let Some(watcher) = &self.watcher {
            watcher.unpark();
        }
    }
}

/// Reads notes until the stream ends or is closed.
pub(super) fn watch(
    connection: &Connection,
    notes: &mut Consumer<Note>,
    shift: &Shift,
    closing: &AtomicBool,
) -> io::Result<()> {
    while !closing.load(Ordering::Acquire) {
        while let Ok(note) = notes.pop() {
            if note.message().is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match connection.parse(note.message()) {
                Some(Command::RecordStreamKilled(_)) => {
                    return Err(io::ErrorKind::NotConnected.into());
                }
                Some(Command::RecordStreamMoved(moved)) => shift.to(&moved.device_name),
                _ => {}
            }
        }
        std::thread::park();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::time::Instant;

    use protocol::{Descriptor, DescriptorFlags};

    use super::*;
    use crate::device::ring::{Clock, capture_ring};
    use crate::testing::allocations;

    /// A message as it lies on the wire.
    fn message(channel: u32, content: &[u8]) -> Vec<u8> {
        let mut head = [0; DESCRIPTOR_SIZE];
        protocol::encode_descriptor(
            &mut head,
            &Descriptor {
                length: content.len() as u32,
                channel,
                offset: 0,
                flags: DescriptorFlags::empty(),
            },
        );
        [&head, content].concat()
    }

    fn sound(from: u16, samples: u16) -> Vec<u8> {
        let samples = from..from + samples;
        samples.flat_map(|n| f32::from(n).to_ne_bytes()).collect()
    }

    #[test]
    fn sound_is_taken_as_it_comes_and_the_rest_is_passed_on() {
        let (mut server, ours) = UnixStream::pair().expect("a pair");
        let early = message(7, &sound(0, 100));
        let (mut reader, mut notes) = Reader::over(ours, &early, 7).expect("made");
        let (mut feed, mut end, counters) = capture_ring(48_000, Clock::Device);
        let whole = [
            message(7, &sound(100, 240)),
            message(u32::MAX, &[1, 2, 3]),
            message(3, &[0; 2_000]),
            message(7, &sound(340, 300)),
        ]
        .concat();
        // In parts that begin and end anywhere.
        for part in whole.chunks(333) {
            server.write_all(part).expect("sent");
            let asked = allocations(|| reader.fetch(&mut feed));
            assert_eq!(asked, 0);
        }
        assert_eq!(counters.lost.load(Ordering::Relaxed), 0);
        let mut frame = [0.0; 480];
        end.take(&mut frame);
        let ramped = frame[96..].windows(2);
        assert!(
            ramped.clone().all(|pair| pair[1] - pair[0] == 1.0),
            "in order"
        );
        let mut told = || notes.pop().ok().map(|note| note.message().to_vec());
        // The other one is too long to mean anything.
        assert_eq!(told(), Some(vec![1, 2, 3]));
        assert_eq!(told(), None);
        drop(server);
        reader.fetch(&mut feed);
        reader.fetch(&mut feed);
        assert_eq!(told(), Some(vec![]));
        assert_eq!(told(), None, "it ends once");
    }

    #[test]
    fn nonsense_ends_the_stream() {
        let (mut server, ours) = UnixStream::pair().expect("a pair");
        let (mut reader, mut notes) = Reader::over(ours, &[], 7).expect("made");
        let (mut feed, _end, _counters) = capture_ring(48_000, Clock::Device);
        server.write_all(&[0xFF; 100]).expect("sent");
        reader.fetch(&mut feed);
        assert!(notes.pop().is_ok_and(|note| note.message().is_empty()));
    }

    /// What is fetched in pieces of so many samples by a clock 100 ppm too fast: how far the echo wanders in
    /// two minutes once the clocks are known, in ms.
    fn wander(piece: usize) -> f64 {
        let (mut feed, mut end, _) = capture_ring(48_000, Clock::Device);
        let due = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let mut given = 0;
        end.fetched_by(Box::new({
            let due = std::sync::Arc::clone(&due);
            move || {
                while given + piece <= due.load(Ordering::Relaxed) {
                    feed.write_at(Instant::now(), piece, |_| 0.1);
                    given += piece;
                }
            }
        }));
        let (mut least, mut most) = (f64::MAX, f64::MIN);
        let mut taken = 0.0;
        for tick in 0..18_000_u32 {
            let captured = f64::from(tick) * 480.0 * 1.000_1;
            due.store(captured as usize, Ordering::Relaxed);
            end.keep_time(Instant::now());
            let mut frame = [0.0; 480];
            let there = f64::from(end.fill_us());
            end.take(&mut frame);
            taken += there - f64::from(end.fill_us());
            if tick >= 6_000 {
                let lag = captured / 48.0 - taken / 1_000.0;
                (least, most) = (least.min(lag), most.max(lag));
            }
        }
        most - least
    }

    #[test]
    fn a_microphones_clock_is_followed_although_nobody_knows_when_its_pieces_came() {
        let wandered = wander(crate::device::pulse::CAPTURE_FRAGMENT as usize);
        assert!(wandered < 0.6, "{wandered} ms");
        // What it would be with pieces that go into a tick.
        assert!(wander(240) > 3.0);
    }
}
