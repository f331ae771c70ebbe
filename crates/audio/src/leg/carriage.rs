//! What Opus packets carry beside their sound, both ways, and what is steered by it.

use std::time::Instant;

use super::end::ReceivedPacket;
use super::{LegConfig, Payload};
use crate::codec::{Codec, MAX_SENT_PAYLOAD};
use crate::spare::{self, Losses, Note, Shelf, Unpacked};
use crate::steering::{Aim, PeerReport, Steering};

/// Packets from one note to the next that carry none, while there is something to note.
const NOTE_EVERY: u32 = 5;

/// The far end's losses and ours, and what is done about them.
#[derive(Debug)]
pub(super) struct Carriage {
    /// Payload types that are Opus, a bit for each.
    opus: u128,
    sends_opus: bool,
    /// Whether packets may carry anything: not where each is to be as long as every other.
    loads: bool,
    losses: Losses,
    steering: Steering,
    aim: Aim,
    shelf: Shelf,
    since_note: u32,
    now: Option<Instant>,
}

impl Carriage {
    pub(super) fn new(config: &LegConfig) -> Self {
        let opus = config
            .receive
            .iter()
            .filter(|(_, payload)| *payload == Payload::Audio(Codec::Opus))
            .fold(0, |all, (payload_type, _)| {
                all | 1_u128.checked_shl(u32::from(*payload_type)).unwrap_or(0)
            });
        let steering = Steering::new(&config.opus);
        let sends_opus = config.send.codec == Codec::Opus;
        Self {
            opus,
            sends_opus,
            loads: sends_opus && !config.opus.cbr,
            losses: Losses::default(),
            aim: steering.start(),
            steering,
            shelf: Shelf::new(),
            since_note: 0,
            now: None,
        }
    }

    /// Tells the time.
    pub(super) fn tick(&mut self, now: Instant) {
        self.now = Some(now);
    }

    /// Another source begins.
    pub(super) fn turn(&mut self) {
        self.losses.turn();
    }

    /// Takes note of a packet that has come, and takes out of it what it carries.
    pub(super) fn unload(&mut self, packet: &mut ReceivedPacket) -> Option<Unpacked> {
        self.losses.on_packet(packet.sequence_number);
        let kind = 1_u128.checked_shl(u32::from(packet.payload_type))?;
        if self.opus & kind == 0 {
            return None;
        }
        let unpacked = spare::unpack(&mut packet.data[..packet.length])?;
        self.steering.on_note(packet.arrived, unpacked.note);
        Some(unpacked)
    }

    /// What the next packet should aim for, `None` if the codec cannot aim.
    pub(super) fn steer(&mut self, report: Option<PeerReport>) -> Option<Aim> {
        let now = self.now.filter(|_| self.sends_opus)?;
        if let Some(report) = report {
            self.steering.on_report(now, report);
        }
        self.aim = self.steering.aim(now);
        Some(self.aim)
    }

    /// Puts into a packet of sound what it is to carry along; gives its new length. `step` is what the
    /// timestamp grows by from packet to packet.
    pub(super) fn load(
        &mut self,
        data: &mut [u8; MAX_SENT_PAYLOAD],
        length: usize,
        timestamp: u32,
        step: u32,
    ) -> usize {
        if !self.loads {
            return length;
        }
        self.shelf.keep(timestamp, &data[..length]);
        let distance = self.aim.distance;
        let then = timestamp.wrapping_sub(u32::from(distance) * step);
        let spare = self.shelf.take_down(distance, then);
        let note = self.note();
        self.since_note += 1;
        let due = note != Note::default() && self.since_note >= NOTE_EVERY;
        if spare.is_none() && !due {
            return length;
        }
        self.since_note = 0;
        spare::pack(data, length, note, spare.map(|spare| (distance, spare)))
    }

    /// Puts into a packet of background what there is to note, if there is: few are sent, and they are
    /// all that a listener sends. Gives its new length.
    pub(super) fn load_background(
        &mut self,
        data: &mut [u8; MAX_SENT_PAYLOAD],
        length: usize,
        timestamp: u32,
    ) -> usize {
        self.pass(timestamp);
        let note = self.note();
        if note == Note::default() || !self.loads {
            return length;
        }
        self.since_note = 0;
        spare::pack(data, length, note, None)
    }

    /// What the far end should know, if it can send what is asked for.
    fn note(&self) -> Note {
        if self.opus == 0 {
            Note::default()
        } else {
            self.losses.note()
        }
    }

    /// Another packet was sent, in which nothing is carried and which is no spare.
    pub(super) fn pass(&mut self, timestamp: u32) {
        self.shelf.keep(timestamp, &[]);
    }

    /// What was sent before has nothing to do with what comes.
    pub(super) fn begin(&mut self) {
        self.shelf.clear();
    }
}
