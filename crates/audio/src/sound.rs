//! The sound thread: every 10 ms, all that is between the rings of the devices and of the legs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::Instant;

use rtrb::{Consumer, Producer};

use crate::device::ring::{Capture, Playout};
use crate::engine::Shared;
use crate::frame::{Frame, SILENCE, ramp};
use crate::leg::LegEnd;
use crate::level::Meter;
use crate::mixer::Limiter;
use crate::pace::{Clockwork, Pace, Step};
use crate::ring_tone::RingTone;
use crate::tone::{Region, Tone, TonePlayer};

/// Legs that can be open at once.
pub(crate) const MOST_LEGS: usize = 16;

/// Ring-tone frames made per tick at most, so that a strange device cannot hold up calls.
const RING_BURST: usize = 3;

/// What the sound thread is told. Things are made by others and only put in place here.
pub(crate) enum Command {
    Leg(Box<LegEnd>),
    Tone(Option<Tone>),
    Ring(bool),
    Capture(Option<Box<Capture>>),
    Playout(Option<Box<Playout>>),
    RingPlayout(Option<Box<Playout>>),
}

/// What the sound thread has no more use for; others drop it.
pub(crate) enum Leftover {
    Leg { _end: Box<LegEnd> },
    Capture { _end: Box<Capture> },
    Playout { _end: Box<Playout> },
}

/// Everything the sound thread owns.
pub(crate) struct Sound {
    shared: Arc<Shared>,
    commands: Consumer<Command>,
    leftovers: Producer<Leftover>,
    /// Who drops leftovers, to be woken for it.
    undertaker: Option<Thread>,
    legs: [Option<Box<LegEnd>>; MOST_LEGS],
    capture: Option<Box<Capture>>,
    playout: Option<Box<Playout>>,
    ring_playout: Option<Box<Playout>>,
    meter: Meter,
    microphone_gain: f32,
    tones: TonePlayer,
    ring_tone: RingTone,
    limiter: Limiter,
    pace: Pace,
}

impl Sound {
    pub(crate) fn new(
        shared: Arc<Shared>,
        commands: Consumer<Command>,
        leftovers: Producer<Leftover>,
        undertaker: Option<Thread>,
        region: Region,
    ) -> Self {
        Self {
            shared,
            commands,
            leftovers,
            undertaker,
            legs: [const { None }; MOST_LEGS],
            capture: None,
            playout: None,
            ring_playout: None,
            meter: Meter::default(),
            microphone_gain: 1.0,
            tones: TonePlayer::new(region),
            ring_tone: RingTone::default(),
            limiter: Limiter::new(),
            pace: Pace::default(),
        }
    }

    /// Works until told to stop. Sleeps without any wake-up while there is nothing to do.
    pub(crate) fn run(mut self) {
        while !self.shared.stopping.load(Ordering::Acquire) {
            self.obey();
            if !self.has_work() {
                self.rest();
                std::thread::park();
                continue;
            }
            let now = Instant::now();
            match self.pace.next(now, self.clockwork()) {
                Step::Tick => {
                    self.tick(now);
                    let took = now.elapsed().as_micros().min(u128::from(u32::MAX)) as u32;
                    self.shared
                        .busy_us
                        .fetch_add(u64::from(took), Ordering::Relaxed);
                    self.shared
                        .longest_tick_us
                        .fetch_max(took, Ordering::Relaxed);
                }
                Step::WaitUntil(then) => std::thread::park_timeout(then - now),
            }
        }
    }

    /// Carries out what was commanded since the last time.
    pub(crate) fn obey(&mut self) {
        while let Ok(command) = self.commands.pop() {
            match command {
                Command::Leg(leg) => self.seat(leg),
                Command::Tone(tone) => self.tones.set(tone),
                Command::Ring(ringing) => self.ring_tone.set(ringing),
                Command::Capture(capture) => {
                    let old = std::mem::replace(&mut self.capture, capture);
                    self.leave(old.map(|end| Leftover::Capture { _end: end }));
                }
                Command::Playout(playout) => {
                    let old = std::mem::replace(&mut self.playout, playout);
                    self.leave(old.map(|end| Leftover::Playout { _end: end }));
                }
                Command::RingPlayout(playout) => {
                    let old = std::mem::replace(&mut self.ring_playout, playout);
                    self.leave(old.map(|end| Leftover::Playout { _end: end }));
                }
            }
        }
        for seat in 0..MOST_LEGS {
            if self.legs[seat].as_ref().is_some_and(|leg| leg.is_closed()) {
                let old = self.legs[seat].take();
                self.leave(old.map(|end| Leftover::Leg { _end: end }));
            }
        }
    }

    /// Does 10 ms of everything, to be played from `now` on.
    pub(crate) fn tick(&mut self, now: Instant) {
        let microphone = self.listen();
        let mut mix = SILENCE;
        for leg in self.legs.iter_mut().flatten() {
            leg.say(&microphone);
            leg.hear(now, &mut mix);
        }
        let shared = &self.shared;
        self.tones.add(&mut mix, shared.tone_volume());
        let tone_changed = shared.presence.tone_is(self.tones.is_playing());
        self.limiter.limit(&mut mix);
        if let Some(playout) = &mut self.playout {
            let missing = playout.adapt();
            shared.playout_missing.fetch_add(missing, Ordering::Relaxed);
            playout.write(&mix);
            shared
                .playout_fill_us
                .store(playout.fill_us(), Ordering::Relaxed);
        }
        self.ring();
        if tone_changed {
            self.wake_undertaker();
        }
        self.shared.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// The microphone's next 10 ms, measured, then muted if it is to be.
    fn listen(&mut self) -> Frame {
        let mut frame = SILENCE;
        let shared = &self.shared;
        let Some(capture) = &mut self.capture else {
            self.meter.measure(&frame, &shared.level);
            return frame;
        };
        if shared.presence.input_is_wanted() {
            capture.take(&mut frame);
        } else {
            capture.discard();
        }
        let (dropped, missing) = capture.take_faults();
        shared.capture_dropped.fetch_add(dropped, Ordering::Relaxed);
        shared.capture_missing.fetch_add(missing, Ordering::Relaxed);
        shared
            .capture_fill_us
            .store(capture.fill_us(), Ordering::Relaxed);
        if capture.has_ended() && !shared.wav_ended.swap(true, Ordering::Relaxed) {
            self.wake_undertaker();
        }
        self.meter.measure(&frame, &self.shared.level);
        let gain = if self.shared.muted.load(Ordering::Relaxed) {
            0.0
        } else {
            1.0
        };
        if gain != 1.0 || self.microphone_gain != 1.0 {
            ramp(&mut frame, self.microphone_gain, gain);
            self.microphone_gain = gain;
        }
        frame
    }

    /// Keeps the ring device fed while it rings.
    fn ring(&mut self) {
        let Some(playout) = &mut self.ring_playout else {
            return;
        };
        playout.adapt();
        let mut frame = SILENCE;
        let volume = self.shared.ring_volume();
        if playout.paces() {
            for _ in 0..RING_BURST {
                if !playout.wants() {
                    break;
                }
                self.ring_tone.play(&mut frame, volume);
                playout.write(&frame);
            }
        } else {
            self.ring_tone.play(&mut frame, volume);
            playout.write(&frame);
        }
    }

    fn clockwork(&self) -> Clockwork {
        match &self.playout {
            Some(playout) if playout.paces() => {
                if playout.wants() {
                    Clockwork::DeviceWants
                } else {
                    Clockwork::DeviceHasEnough
                }
            }
            _ => Clockwork::Timer,
        }
    }

    /// Whether there is anything to hear, say or feed.
    fn has_work(&self) -> bool {
        // A device that is still open for a moment is fed silence, so that it does not run dry.
        self.legs.iter().any(Option::is_some)
            || self.tones.is_playing()
            || self.playout.is_some()
            || self.ring_playout.is_some()
    }

    fn rest(&mut self) {
        self.pace.reset();
        self.meter.reset(&self.shared.level);
    }

    fn seat(&mut self, leg: Box<LegEnd>) {
        match self.legs.iter_mut().find(|seat| seat.is_none()) {
            Some(seat) => *seat = Some(leg),
            // The engine counts legs before it sends one, so this is only a leg in excess of one
            // that has just been closed: it ends at once rather than being dropped here.
            None => self.leave(Some(Leftover::Leg { _end: leg })),
        }
    }

    fn leave(&mut self, leftover: Option<Leftover>) {
        let Some(leftover) = leftover else { return };
        if let Err(rtrb::PushError::Full(leftover)) = self.leftovers.push(leftover) {
            // Better a leak than to free memory on this thread; the ring is larger than all that
            // can be left at once.
            std::mem::forget(leftover);
        }
        self.wake_undertaker();
    }

    fn wake_undertaker(&self) {
        if let Some(thread) = &self.undertaker {
            thread.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rtrb::RingBuffer;

    use super::*;
    use crate::device::ring::{Clock, capture_ring, playout_ring};
    use crate::leg::{self, Leg, LegConfig, Payload, TelephoneEventSpec};
    use crate::testing::{allocations, babble, correlation};
    use crate::{Codec, CodecSpec};

    const CODECS: [(u8, Codec); 4] = [
        (111, Codec::Opus),
        (9, Codec::G722),
        (0, Codec::Pcmu),
        (8, Codec::Pcma),
    ];

    struct Bench {
        sound: Sound,
        commands: rtrb::Producer<Command>,
        leftovers: rtrb::Consumer<Leftover>,
        shared: Arc<Shared>,
    }

    fn bench() -> Bench {
        let (commands, commanded) = RingBuffer::new(64);
        let (leaving, leftovers) = RingBuffer::new(64);
        let shared = Arc::new(Shared::default());
        let sound = Sound::new(shared.clone(), commanded, leaving, None, Region::Europe);
        Bench {
            sound,
            commands,
            leftovers,
            shared,
        }
    }

    impl Bench {
        fn open(&mut self, payload_type: u8, codec: Codec) -> Leg {
            let mut receive: Vec<_> = CODECS.map(|(t, c)| (t, Payload::Audio(c))).to_vec();
            receive.push((101, Payload::TelephoneEvent));
            let config = LegConfig {
                send: CodecSpec {
                    codec,
                    payload_type,
                },
                receive,
                telephone_event: Some(TelephoneEventSpec {
                    payload_type: 101,
                    clock_rate: codec.clock_rate(),
                }),
                ptime_ms: 20,
                first_timestamp: 1_000,
            };
            let (leg, end) =
                leg::open(&config, self.shared.presence.clone()).expect("settings that work");
            assert!(self.commands.push(Command::Leg(end)).is_ok());
            leg
        }

        fn command(&mut self, command: Command) {
            assert!(self.commands.push(command).is_ok());
        }
    }

    /// Carries what a leg sends back to it, as an echo service does, without async.
    fn echo(leg: &mut Leg, now: Instant, sequence: &mut u16, lose: bool) {
        use std::task::{Context, Poll, Waker};
        let mut context = Context::from_waker(Waker::noop());
        loop {
            let mut received = std::pin::pin!(leg.source.recv());
            let Poll::Ready(Some(packet)) = received.as_mut().poll(&mut context) else {
                return;
            };
            *sequence = sequence.wrapping_add(1);
            if !lose {
                leg.sink.push_at(
                    now,
                    *sequence,
                    packet.timestamp,
                    packet.payload_type,
                    &packet.payload,
                );
            }
        }
    }

    #[test]
    fn neither_callbacks_nor_ticks_allocate() {
        let mut bench = bench();
        let mut legs: Vec<Leg> = CODECS.iter().map(|(t, c)| bench.open(*t, *c)).collect();
        // Devices at other rates, so that the resamplers work too.
        let (mut microphone, capture, _) = capture_ring(44_100, Clock::Device);
        let (mut speaker, playout, _) = playout_ring(96_000, Clock::Device, None);
        let (mut bell, ring_playout, _) = playout_ring(48_000, Clock::Device, None);
        bench.command(Command::Capture(Some(capture)));
        bench.command(Command::Playout(Some(playout)));
        bench.command(Command::RingPlayout(Some(ring_playout)));
        for leg in &legs {
            leg.control.set_heard(true);
            leg.control.set_sending(true);
        }
        let voice = babble(44_100);
        let start = Instant::now();
        let mut sequences = [0_u16; 4];
        let (mut ticks, mut callbacks, mut pushes) = (0, 0, 0);
        for n in 0..1_500_usize {
            if n % 300 == 10 {
                bench.command(Command::Tone(Some(Tone::Busy)));
                bench.command(Command::Ring(n % 600 == 10));
                for leg in &legs {
                    leg.control.dtmf('5', 100).expect("room in the queue");
                    leg.control.set_expected_loss(10);
                }
            }
            let at = (n * 441) % 40_000;
            let heard = allocations(|| {
                microphone.write(441, |i| voice[at + i]);
                speaker.read(960, |_, sample| assert!(sample.abs() <= 1.0));
                bell.read(480, |_, sample| assert!(sample.abs() <= 1.0));
            });
            let now = start + Duration::from_millis(10 * n as u64);
            let ticked = allocations(|| {
                bench.sound.obey();
                bench.sound.tick(now);
            });
            for (leg, sequence) in legs.iter_mut().zip(&mut sequences) {
                echo(leg, now, sequence, n % 17 == 3);
            }
            let pushed = allocations(|| legs[0].sink.push(7, 7, 77, false, &[7; 100]));
            if n > 200 {
                callbacks += heard;
                ticks += ticked;
                pushes += pushed;
            }
        }
        assert_eq!((callbacks, ticks, pushes), (0, 0, 0));
        assert!(legs[0].control.stats().recovered + legs[2].control.stats().concealed_ms > 0);
    }

    #[test]
    fn a_voice_comes_back_through_each_codec_and_mute_silences_it() {
        for (payload_type, codec) in CODECS {
            let mut bench = bench();
            let mut leg = bench.open(payload_type, codec);
            let (mut microphone, capture, _) = capture_ring(48_000, Clock::Device);
            let (mut speaker, playout, _) = playout_ring(48_000, Clock::Device, None);
            bench.command(Command::Capture(Some(capture)));
            bench.command(Command::Playout(Some(playout)));
            leg.control.set_heard(true);
            leg.control.set_sending(true);
            let voice = babble(48_000 * 6);
            let (start, mut sequence, mut heard) = (Instant::now(), 0, Vec::new());
            for n in 0..590 {
                bench.shared.muted.store(n >= 450, Ordering::Relaxed);
                microphone.write(480, |i| voice[n * 480 + i]);
                bench.sound.obey();
                let now = start + Duration::from_millis(10 * n as u64);
                bench.sound.tick(now);
                echo(&mut leg, now, &mut sequence, false);
                speaker.read(480, |_, sample| heard.push(sample));
            }
            let said = &voice[96_000..144_000];
            let (likeness, lag) = correlation(said, &heard[96_000..], 9_600);
            assert!(likeness > 0.9, "{codec:?}: {likeness}");
            assert!(lag < 48 * 75, "{codec:?}: {} ms round trip", lag / 48);
            let muted = crate::frame::mean_square(&heard[480 * 480..]);
            assert!(muted < 1e-6, "{codec:?}: {muted}");
            assert!(
                bench.shared.level.peak_dbfs() > -30.0,
                "measured though muted"
            );
        }
    }

    #[test]
    fn with_a_tenth_lost_the_voice_is_still_much_the_same() {
        for ((payload_type, codec), least) in CODECS.into_iter().zip([0.8, 0.85, 0.85, 0.85]) {
            let mut bench = bench();
            let mut leg = bench.open(payload_type, codec);
            let (mut microphone, capture, _) = capture_ring(48_000, Clock::Device);
            let (mut speaker, playout, _) = playout_ring(48_000, Clock::Device, None);
            bench.command(Command::Capture(Some(capture)));
            bench.command(Command::Playout(Some(playout)));
            leg.control.set_heard(true);
            leg.control.set_sending(true);
            leg.control.set_expected_loss(10);
            let voice = babble(48_000 * 10);
            let (start, mut sequence, mut heard) = (Instant::now(), 0, Vec::new());
            for n in 0..990 {
                microphone.write(480, |i| voice[n * 480 + i]);
                bench.sound.obey();
                let now = start + Duration::from_millis(10 * n as u64);
                bench.sound.tick(now);
                // Two ticks are a packet; one packet in ten, of no fixed rhythm with the voice.
                echo(&mut leg, now, &mut sequence, (n / 2) * 7 % 10 == 3);
                speaker.read(480, |_, sample| heard.push(sample));
            }
            let said = &voice[48_000 * 5..48_000 * 8];
            let (likeness, _) = correlation(said, &heard[48_000 * 5..], 9_600);
            assert!(likeness > least, "{codec:?}: {likeness}");
            let stats = leg.control.stats();
            assert!(stats.recovered * 20 + stats.concealed_ms > 500, "{stats:?}");
        }
    }

    #[test]
    fn a_closed_leg_leaves_and_its_source_ends() {
        let mut bench = bench();
        let mut leg = bench.open(0, Codec::Pcmu);
        bench.sound.obey();
        assert!(bench.sound.has_work() && bench.shared.presence.output_is_wanted());
        leg.control.set_sending(true);
        assert!(bench.shared.presence.input_is_wanted());
        drop(leg.control);
        assert!(!bench.shared.presence.input_is_wanted());
        bench.sound.obey();
        assert!(!bench.sound.has_work() && !bench.shared.presence.output_is_wanted());
        assert!(matches!(bench.leftovers.pop(), Ok(Leftover::Leg { .. })));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let ended = std::pin::pin!(leg.source.recv())
            .as_mut()
            .poll(&mut context);
        assert_eq!(ended, std::task::Poll::Ready(None));
    }

    #[test]
    fn a_leg_in_excess_is_turned_away_without_harm() {
        let mut bench = bench();
        let mut legs = Vec::new();
        for _ in 0..=MOST_LEGS {
            legs.push(bench.open(0, Codec::Pcmu));
            bench.sound.obey();
        }
        assert!(bench.leftovers.pop().is_ok());
        bench.sound.tick(Instant::now());
    }

    #[test]
    fn hold_sends_nothing_and_the_timestamps_go_on() {
        let mut bench = bench();
        let mut leg = bench.open(0, Codec::Pcmu);
        let start = Instant::now();
        let mut stamps = Vec::new();
        for n in 0..300_u64 {
            leg.control.set_sending(!(100..200).contains(&n));
            bench.sound.obey();
            bench.sound.tick(start + Duration::from_millis(10 * n));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            while let std::task::Poll::Ready(Some(packet)) = std::pin::pin!(leg.source.recv())
                .as_mut()
                .poll(&mut context)
            {
                stamps.push((packet.timestamp, packet.marker));
            }
        }
        assert_eq!(stamps.len(), 100, "one second of three is held");
        assert_eq!((stamps[0], stamps[1]), ((1_000, true), (1_160, false)));
        assert_eq!(stamps[49], (1_000 + 49 * 160, false));
        assert_eq!(
            stamps[50],
            (1_000 + 100 * 160, true),
            "a new spurt after the hold"
        );
    }
}
