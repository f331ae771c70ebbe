//! The sound thread's side of a leg.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use rtrb::Consumer;

use super::carriage::Carriage;
use super::faults::Record;
use super::shared::LegShared;
use crate::CodecSpec;
use crate::codec::{Encoded, Encoder, MAX_PACKET, MAX_RECEIVED_PAYLOAD, MAX_SENT_PAYLOAD};
use crate::frame::{FRAME, Frame, SAMPLE_RATE, SILENCE};
use crate::greeting::GreetingWatch;
use crate::jitter::{JitterBuffer, Received};
use crate::level::Meter;
use crate::mixer::{self, Fade, Limiter};
use crate::source::{PacketFeed, SentPacket};
use crate::telephone_event::{Digit, EventSender, Slot};
use crate::volume::voice_gain;

/// A received packet on its way between the threads.
#[derive(Debug)]
pub(super) struct ReceivedPacket {
    pub(super) arrived: Instant,
    /// Whether another source begins with it.
    pub(super) turns: bool,
    pub(super) sequence_number: u16,
    pub(super) timestamp: u32,
    pub(super) payload_type: u8,
    pub(super) length: usize,
    pub(super) data: [u8; MAX_RECEIVED_PAYLOAD],
}

pub(super) struct Events {
    pub(super) payload_type: u8,
    pub(super) digits: Consumer<Digit>,
    pub(super) sender: EventSender,
}

/// What there is to say in a tick.
pub(crate) struct Words<'a> {
    pub(crate) microphone: &'a Frame,
    /// All that the mixed legs were given, each its own too.
    pub(crate) group: &'a Frame,
    pub(crate) music: &'a Frame,
    /// That the call is recorded: for all whom the agent hears.
    pub(crate) announced: Option<&'a Frame>,
}

/// How far music comes or goes in 10 ms.
const MUSIC_FADE: f32 = 1.0 / 30.0;

/// The sound thread's side of a leg. Nothing here allocates or waits.
pub(crate) struct LegEnd {
    pub(super) shared: Arc<LegShared>,
    pub(super) inbox: Consumer<ReceivedPacket>,
    pub(super) jitter: JitterBuffer,
    pub(super) carriage: Carriage,
    pub(super) meter: Meter,
    /// How loud the person is, to everybody.
    pub(super) volume: Fade,
    pub(super) heard: Fade,
    /// How far the leg takes part in the group.
    pub(super) mixed: Fade,
    /// What came in this tick, and then what of it is given to the group.
    pub(super) came: Frame,
    /// Who listens to how the far end greets.
    pub(super) watch: Option<GreetingWatch>,
    /// For a recording: what the agent says, and what the agent hears of the call.
    pub(super) sides: [Frame; 2],
    /// The id of the recording that they are made for in this tick; 0 for none.
    pub(super) records: u32,
    pub(super) has_received: bool,
    pub(super) feed: PacketFeed,
    pub(super) encoder: Encoder,
    pub(super) spec: CodecSpec,
    /// Payload type of comfort noise, if the encoder makes any.
    pub(super) noise_type: u8,
    /// The agent's voice, silent once muted.
    pub(super) said: Fade,
    /// The rest of the group.
    pub(super) others: Fade,
    pub(super) music: Fade,
    /// Whether the packet that is being filled ends music.
    pub(super) rings_out: bool,
    pub(super) limiter: Limiter,
    pub(super) packet: [f32; MAX_PACKET],
    pub(super) filled: usize,
    pub(super) packet_length: usize,
    pub(super) ptime_ms: u32,
    /// RTP timestamp of the first sample in `packet`.
    pub(super) timestamp: u32,
    /// Whether the next packet begins a talk spurt.
    pub(super) spurt: bool,
    pub(super) events: Option<Events>,
    pub(super) record: Record,
}

impl LegEnd {
    /// Whether the other side has let go.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// Whether the agent's voice is sent on the leg, or would be if it were not muted.
    pub(crate) fn takes_voice(&self) -> bool {
        is(&self.shared.sending) && !is(&self.shared.music) && !self.is_closed()
    }

    pub(crate) fn is_muted(&self) -> bool {
        is(&self.shared.muted)
    }

    /// Whether nobody hears the person any more: who hangs up in the middle of a word leaves no click.
    pub(crate) fn has_faded(&self) -> bool {
        self.heard.has_ended() && self.mixed.has_ended()
    }

    /// Takes what was received and makes 10 ms of it. `spoken` says whether the agent speaks now.
    pub(crate) fn receive(&mut self, now: Instant, spoken: bool) {
        self.carriage.tick(now);
        while let Ok(mut packet) = self.inbox.pop() {
            self.has_received = true;
            if packet.turns {
                self.jitter.begin_stream();
                self.carriage.turn();
            }
            let carried = self.carriage.unload(&mut packet);
            let place = carried.as_ref().map(|carried| carried.packet.clone());
            let received = Received {
                sequence_number: packet.sequence_number,
                timestamp: packet.timestamp,
                payload_type: packet.payload_type,
                payload: &packet.data[place.unwrap_or(0..packet.length)],
            };
            self.jitter.push(packet.arrived, received);
            if let Some((distance, place)) = carried.and_then(|carried| carried.spare) {
                let spare = &packet.data[place];
                self.jitter.push_spare(&received, distance, spare);
            }
        }
        self.jitter.pull(now, &mut self.came);
        self.meter.measure(&self.came, &self.shared.level);
        self.watch(spoken);
        self.publish();
    }

    /// Adds what came to `mix`, `volume` times as loud, and to `group` if the leg is mixed.
    pub(crate) fn hear(&mut self, volume: f32, mix: &mut Frame, group: &mut Frame) {
        let open = !self.is_closed();
        let shared = &*self.shared;
        let sound = &mut self.came;
        let loud = if is(&shared.silenced) {
            0.0
        } else {
            voice_gain(shared.volume.0.load(Ordering::Relaxed))
        };
        self.volume.toward(loud).apply(sound);
        self.records = shared.recorded.load(Ordering::Relaxed);
        if self.records != 0 {
            self.sides = [SILENCE, *sound];
        }
        let heard = if open && is(&shared.heard) {
            volume
        } else {
            0.0
        };
        mixer::add(mix, sound, self.heard.toward(heard));
        let mixed = if open && is(&shared.mixed) { 1.0 } else { 0.0 };
        self.mixed.toward(mixed).apply(sound);
        mixer::add(group, sound, Fade::at(1.0));
    }

    /// Whether the agent is to hear the call.
    pub(crate) fn is_heard(&self) -> bool {
        is(&self.shared.heard)
    }

    /// Whether anything is to be sent on it.
    pub(crate) fn is_sending(&self) -> bool {
        is(&self.shared.sending)
    }

    /// Whether the leg is to take part in the group.
    pub(crate) fn is_mixed(&self) -> bool {
        is(&self.shared.mixed)
    }

    /// The id of the recording that takes its sound in this tick; 0 for none. What was asked for since the
    /// tick began is for the next one: there are no sides for it yet but those of a recording before.
    pub(crate) fn recorded(&self) -> u32 {
        self.records
    }

    /// What the agent said in this tick, and what was heard on the call, where it is recorded.
    pub(crate) fn sides(&self) -> (&Frame, &Frame) {
        (&self.sides[0], &self.sides[1])
    }

    /// Whether music is to be heard on the leg, or dies away.
    pub(crate) fn plays_music(&self) -> bool {
        is(&self.shared.music) || !self.music.has_ended()
    }

    /// Takes 10 ms of what there is to say and sends a packet when one is full.
    pub(crate) fn say(&mut self, words: &Words) {
        let step = self.spec.codec.clock_rate() / 100;
        let (sending, music) = (is(&self.shared.sending), is(&self.shared.music));
        self.rings_out = self.plays_music() || (self.rings_out && !sending && self.filled > 0);
        if !sending && !self.rings_out {
            // Time goes on, so that the far end sees a pause and not a jump.
            let held = (self.filled / FRAME) as u32 * step;
            self.timestamp = self.timestamp.wrapping_add(held + step);
            self.filled = 0;
            self.spurt = true;
            self.carriage.begin();
            // Nothing is on the air that would have to fade.
            self.said = Fade::at(0.0);
            self.others = Fade::at(0.0);
            self.limiter = Limiter::new();
            return;
        }
        let said = &mut self.packet[self.filled..self.filled + FRAME];
        said.copy_from_slice(words.microphone);
        let to = |wanted| if wanted { 1.0 } else { 0.0 };
        let speaks = sending && !music && !is(&self.shared.muted);
        self.said.toward(to(speaks)).apply(said);
        let music = self.music.edge_toward(to(music), MUSIC_FADE);
        mixer::add(said, words.music, music);
        let announced = words.announced.filter(|_| is(&self.shared.heard));
        if let Some(announced) = announced {
            mixer::add(said, announced, Fade::at(1.0));
        }
        if self.records != 0 {
            self.sides[0].copy_from_slice(said);
        }
        let others = self.others.toward(to(sending && is(&self.shared.mixed)));
        if !others.is_silent() {
            let mut voices = *words.group;
            for (sum, own) in voices.iter_mut().zip(&self.came) {
                *sum -= own;
            }
            mixer::add(said, &voices, others);
            if self.records != 0 {
                mixer::add(&mut self.sides[1], &voices, others);
            }
        }
        // The agent alone is never too loud.
        if !others.is_silent() || announced.is_some() || self.limiter.holds() {
            self.limiter.limit(said);
        }
        self.filled += FRAME;
        if self.filled < self.packet_length {
            return;
        }
        let slot = match &mut self.events {
            Some(events) => events
                .sender
                .step(self.timestamp, self.ptime_ms, || events.digits.pop().ok()),
            None => Slot::Sound,
        };
        match slot {
            Slot::Sound => self.send_sound(),
            Slot::Event(event) => {
                let mut data = [0; MAX_SENT_PAYLOAD];
                data[..4].copy_from_slice(&event.payload);
                let payload_type = self.events.as_ref().map_or(0, |e| e.payload_type);
                self.carriage.pass(event.timestamp);
                self.send(payload_type, event.timestamp, event.marker, 4, data);
            }
            Slot::Pause => {}
        }
        self.filled = 0;
        self.timestamp = self.timestamp.wrapping_add(self.step());
    }

    /// What the timestamp grows by from packet to packet.
    fn step(&self) -> u32 {
        let clock_rate = u64::from(self.spec.codec.clock_rate());
        (self.packet_length as u64 * clock_rate / u64::from(SAMPLE_RATE)) as u32
    }

    fn send_sound(&mut self) {
        if let Some(aim) = self.carriage.steer(self.shared.report.take()) {
            self.encoder.aim(aim);
            self.shared.aim.store(aim);
        }
        let mut data = [0; MAX_SENT_PAYLOAD];
        let sound = &self.packet[..self.packet_length];
        match self.encoder.encode_or_rest(sound, &mut data) {
            Encoded::Sound(length) => {
                let step = self.step();
                let length = self.carriage.load(&mut data, length, self.timestamp, step);
                let spurt = std::mem::take(&mut self.spurt);
                self.send(self.spec.payload_type, self.timestamp, spurt, length, data);
            }
            Encoded::Noise(length) => {
                self.spurt = true;
                self.send(self.noise_type, self.timestamp, false, length, data);
            }
            Encoded::Background(length) => {
                self.spurt = true;
                let time = self.timestamp;
                let length = self.carriage.load_background(&mut data, length, time);
                self.send(self.spec.payload_type, time, false, length, data);
            }
            Encoded::Nothing => self.spurt = true,
        }
    }

    fn send(
        &mut self,
        payload_type: u8,
        timestamp: u32,
        marker: bool,
        length: usize,
        data: [u8; MAX_SENT_PAYLOAD],
    ) {
        let queued = self.feed.push(SentPacket {
            payload_type,
            timestamp,
            marker,
            length,
            data,
        });
        let counter = if queued {
            &self.shared.sent
        } else {
            // It gets no number, by which spares are found.
            self.carriage.begin();
            &self.shared.send_overflow
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Listens to how the far end greets, if somebody wants to know.
    fn watch(&mut self, spoken: bool) {
        let shared = &*self.shared;
        if !is(&shared.watching) {
            self.watch = None;
        } else if self.has_received {
            let watch = self.watch.get_or_insert_with(GreetingWatch::new);
            let sent = is(&shared.sending) && !is(&shared.muted) && !is(&shared.music);
            let spoken = spoken && sent;
            if let Some(greeting) = watch.listen(&self.came, spoken) {
                shared.greetings.tell(greeting);
            }
        }
    }

    fn publish(&self) {
        let counters = self.jitter.counters();
        let shared = &self.shared;
        let count = |counter: &AtomicU64, value| counter.store(value, Ordering::Relaxed);
        count(&shared.late, counters.late);
        count(&shared.duplicate, counters.duplicate);
        count(&shared.unreadable, counters.unreadable);
        count(&shared.recovered, counters.recovered);
        count(&shared.missed, counters.missed);
        count(&shared.spared, counters.spared);
        count(&shared.restarts, counters.restarts);
        count(&shared.stretched_ms, counters.stretched_ms());
        count(&shared.concealed_ms, counters.concealed_ms());
        let gauge = |gauge: &AtomicU32, value| gauge.store(value, Ordering::Relaxed);
        gauge(&shared.jitter_ms, counters.jitter_ms.to_bits());
        gauge(&shared.buffer_ms, counters.buffer_ms);
        gauge(&shared.delay_ms, counters.delay_ms);
        gauge(&shared.target_ms, counters.target_ms);
    }
}

fn is(switch: &AtomicBool) -> bool {
    switch.load(Ordering::Relaxed)
}
