//! The sound thread's work, in virtual time and without devices.

mod broken;
mod group;
mod music;
mod silence;

use std::time::Duration;

use rtrb::RingBuffer;

use super::*;
use crate::Volumes;
use crate::device::ring::{Clock, capture_ring, playout_ring};
use crate::leg::{self, Leg};
use crate::recording::{Announced, TapShared};
use crate::testing::{CODECS, allocations, babble, correlation, leg_config, sine};
use crate::tone::Tone;
use crate::{Codec, PeerReport, Processing, RecordingId};

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
        let (leg, end) = self.make(payload_type, codec);
        self.command(Command::Leg(end));
        leg
    }

    fn make(&self, payload_type: u8, codec: Codec) -> (Leg, Box<LegEnd>) {
        let config = leg_config(payload_type, codec);
        leg::open(&config, self.shared.presence.clone()).expect("settings that work")
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
fn a_ring_and_a_tone_are_not_lost_to_a_queue_that_is_full() {
    let mut bench = bench();
    let (mut bell, ring_playout, _) = playout_ring(48_000, Clock::Device, None);
    let (mut speaker, playout, _) = playout_ring(48_000, Clock::Device, None);
    bench.command(Command::RingPlayout(0, Some(ring_playout)));
    bench.command(Command::Playout(Some(playout)));
    while bench.commands.push(Command::Capture(None)).is_ok() {}
    bench.shared.presence.rings(true);
    bench.shared.tone.ask(Some(Tone::Busy));
    let (mut rung, mut heard) = (0.0_f32, 0.0_f32);
    let start = Instant::now();
    for n in 0..50 {
        bench.sound.obey();
        bench.sound.tick(start + Duration::from_millis(10 * n));
        bell.read(480, |_, sample| rung = rung.max(sample.abs()));
        speaker.read(480, |_, sample| heard = heard.max(sample.abs()));
    }
    assert!(rung > 0.1 && heard > 0.1, "{rung} and {heard}");
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
    bench.command(Command::RingPlayout(0, Some(ring_playout)));
    // The echo canceller is the one part that asks for memory: what, its own test says.
    let processing = Processing {
        echo_cancellation: false,
        ..Processing::default()
    };
    bench.command(Command::Processor(Processor::new(processing)));
    for leg in &legs {
        leg.control.set_heard(true);
        leg.control.set_sending(true);
        leg.control.set_mixed(true);
        leg.control.watch_greeting(true);
    }
    let told = Arc::new(TapShared::default());
    let (tap, mut blocks) = Tap::new(1, Announced::Tone, told.clone());
    bench.command(Command::Record(tap));
    legs[1].control.set_recorded(Some(RecordingId(1)));
    let voice = babble(44_100);
    let start = Instant::now();
    let mut sequences = [0_u16; 4];
    let (mut ticks, mut callbacks, mut pushes) = (0, 0, 0);
    for n in 0..1_500_usize {
        if n % 300 == 10 {
            bench.shared.tone.ask(Some(Tone::Busy));
            bench.shared.presence.rings(n % 600 == 10);
            bench.shared.faders.set(Volumes {
                calls: (n / 20) as u8,
                ..Volumes::default()
            });
            bench.shared.presence.monitors(n % 600 == 10);
            told.paused.store(n % 600 == 310, Ordering::Relaxed);
            while blocks.pop().is_ok() {}
            for leg in &legs {
                leg.control.dtmf('5', 100).expect("room in the queue");
                leg.control.report(TENTH_LOST);
                leg.control.set_volume((n / 10) as u8);
                leg.control.set_silenced(n % 600 == 10);
                leg.control.set_music(n % 600 == 10);
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
        let pushed = allocations(|| legs[0].sink.push(7, 7, 77, &[7; 100]));
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
            leg.control.set_muted(n >= 450);
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
        let sent = leg.control.stats().sent;
        assert!(sent >= 294, "{codec:?}: packets go on: {sent} of 295");
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
        leg.control.report(TENTH_LOST);
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
        let stats = leg.control.stats();
        assert!(likeness > least, "{codec:?}: {likeness}, {stats:?}");
        assert!(
            (stats.recovered + stats.spared) * 20 + stats.concealed_ms > 500,
            "{stats:?}"
        );
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

#[test]
fn people_are_as_loud_as_was_set_and_a_change_is_no_click() {
    let mut bench = bench();
    let mut leg = bench.open(111, Codec::Opus);
    let (mut microphone, capture, _) = capture_ring(48_000, Clock::Device);
    let (mut speaker, playout, _) = playout_ring(48_000, Clock::Device, None);
    bench.command(Command::Capture(Some(capture)));
    bench.command(Command::Playout(Some(playout)));
    leg.control.set_heard(true);
    leg.control.set_sending(true);
    let tone = sine(500.0, 48_000 * 6);
    let (start, mut sequence, mut heard) = (Instant::now(), 0, Vec::new());
    let mut levels = Vec::new();
    for n in 0..600 {
        if n == 300 {
            bench.shared.faders.set(Volumes {
                calls: 50,
                ..Volumes::default()
            });
        }
        microphone.write(480, |i| tone[n * 480 + i]);
        bench.sound.obey();
        let now = start + Duration::from_millis(10 * n as u64);
        bench.sound.tick(now);
        echo(&mut leg, now, &mut sequence, false);
        speaker.read(480, |_, sample| heard.push(sample));
        levels.push(bench.shared.output_level.peak_dbfs());
    }
    let power = |from: usize| crate::frame::mean_square(&heard[from..from + 48_000]);
    let (full, half) = (power(48_000 * 2), power(48_000 * 4));
    let db = 10.0 * (half / full).log10();
    assert!((db + 18.06).abs() < 0.3, "{db} dB");
    let step = heard[48_000 * 2..]
        .windows(2)
        .map(|w| (w[1] - w[0]).abs())
        .fold(0.0, f32::max);
    // The steepest of 500 Hz at half of full scale moves by 0.033.
    assert!(step < 0.04, "{step}");
    assert!((levels[290] + 6.0).abs() < 1.0, "{} dBFS", levels[290]);
    assert!((levels[590] + 24.0).abs() < 1.0, "{} dBFS", levels[590]);
    let said = bench.shared.level.peak_dbfs();
    assert!((said + 6.0).abs() < 1.0, "the microphone is left alone");
}

#[test]
fn who_monitors_measures_the_microphone_without_a_call_until_they_look_away() {
    let mut bench = bench();
    let (mut microphone, capture, _) = capture_ring(48_000, Clock::Device);
    bench.command(Command::Capture(Some(capture)));
    bench.sound.obey();
    assert!(!bench.sound.has_work(), "nobody listens");
    bench.shared.presence.monitors(true);
    assert!(bench.sound.has_work() && bench.shared.presence.input_is_wanted());
    assert!(!bench.shared.presence.output_is_wanted());
    let tone = sine(500.0, 48_000);
    for n in 0..50 {
        microphone.write(480, |i| tone[n * 480 + i]);
        bench.sound.tick(Instant::now());
    }
    assert!((bench.shared.level.peak_dbfs() + 6.0).abs() < 0.5);
    bench.shared.presence.monitors(false);
    assert!(!bench.sound.has_work() && !bench.shared.presence.input_is_wanted());
    bench.sound.rest();
    assert_eq!(bench.shared.level.peak_dbfs(), -100.0);
}

#[test]
fn a_beep_is_told_once_on_the_leg_that_was_asked_and_only_after_it_was() {
    use crate::codec::{Encoder, MAX_SENT_PAYLOAD};
    let mut bench = bench();
    let mut legs = [(); 2].map(|()| bench.open(0, Codec::Pcmu));
    let mut encoder = Encoder::new(Codec::Pcmu).expect("starts");
    let tone = sine(1_000.0, 24_000);
    let start = Instant::now();
    let mut told = Vec::new();
    for n in 0..600_usize {
        if n == 200 {
            legs[0].control.watch_greeting(true);
        }
        let now = start + Duration::from_millis(10 * n as u64);
        if n % 2 == 0 {
            // Half a second in two, before and after.
            let at = n % 200 * 480;
            let sound = tone.get(at..at + 960).unwrap_or(&[0.0; 960]);
            let mut payload = [0; MAX_SENT_PAYLOAD];
            let length = encoder.encode(sound, &mut payload);
            let sequence = n as u16 / 2;
            let timestamp = u32::from(sequence) * 160;
            // One packet in ten is lost.
            for leg in legs.iter_mut().filter(|_| sequence % 10 != 3) {
                leg.sink
                    .push_at(now, sequence, timestamp, 0, &payload[..length]);
            }
        }
        bench.sound.obey();
        bench.sound.tick(now);
        told.extend(legs[0].control.take_greeting().map(|found| (found, n)));
        assert_eq!(legs[1].control.take_greeting(), None);
    }
    assert_eq!(told.len(), 1, "{told:?}");
    let (found, tick) = told[0];
    assert_eq!(found, crate::Greeting::Beep);
    assert!((310..340).contains(&tick), "{tick}");
}

#[test]
fn voice_processing_that_panics_is_replaced_and_no_packet_is_missing() {
    use crate::processing::{Processing, Processor};
    let mut bench = bench();
    let mut leg = bench.open(0, Codec::Pcmu);
    let (mut microphone, capture, _) = capture_ring(48_000, Clock::Device);
    bench.command(Command::Capture(Some(capture)));
    bench.command(Command::Processor(Processor::breaking_in(
        50,
        Processing::default(),
    )));
    leg.control.set_sending(true);
    let voice = babble(48_000);
    let (start, mut sent, mut substitutes) = (Instant::now(), Vec::new(), 0);
    for n in 0..200_usize {
        microphone.write(480, |i| voice[(n * 480 + i) % 48_000]);
        bench.sound.obey();
        bench
            .sound
            .tick(start + Duration::from_millis(10 * n as u64));
        while let Ok(leftover) = bench.leftovers.pop() {
            if let Some(command) = leftover.settle() {
                substitutes += 1;
                bench.command(command);
            }
        }
        while let Some(packet) = leg.source.try_recv() {
            sent.push(packet.timestamp);
        }
    }
    assert_eq!(substitutes, 1);
    assert_eq!(sent.len(), 100);
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] == 160));
}

/// What a far end reports that loses a tenth.
const TENTH_LOST: PeerReport = PeerReport {
    fraction_lost: 0.1,
    jitter_ms: 1.0,
    round_trip_ms: None,
};
