//! The sound thread: every 10 ms, all that is between the rings of the devices and of the legs.

mod faults;
mod ringer;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer};

use crate::device::bell::MOST_RINGERS;
use crate::device::ring::{Capture, Playout};
use crate::engine::Shared;
use crate::frame::{Frame, SILENCE};
use crate::greeting;
use crate::hold_music::HoldMusic;
use crate::leg::{LegEnd, Words};
use crate::level::Meter;
use crate::line::Line;
use crate::mixer::{self, Fade, Limiter};
use crate::pace::{Clockwork, Pace, Step};
use crate::processing::{Microphone, Processor, Reported, Voice};
use crate::recording::{Tap, Taps};
use crate::ring_tone::RingTone;
use crate::tone::{Region, Told, TonePlayer};
use crate::trial::TrialEnd;
use faults::Faults;
use ringer::Ringer;

/// Legs that can be open at once.
pub(crate) const MOST_LEGS: usize = 16;

/// What a tick has to make sound for, in µs: one that takes longer is behind.
const TICK_US: u32 = 10_000;

/// What the sound thread is told. Things are made by others and only put in place here.
pub(crate) enum Command {
    Leg(Box<LegEnd>),
    Trial(Box<TrialEnd>),
    Capture(Option<Box<Capture>>),
    Playout(Option<Box<Playout>>),
    /// In this place of [`MOST_RINGERS`].
    RingPlayout(usize, Option<Box<Playout>>),
    Record(Box<Tap>),
    Processor(Box<Processor>),
}

/// What the sound thread has no more use for; others drop it.
pub(crate) enum Leftover {
    Leg {
        _end: Box<LegEnd>,
    },
    Capture {
        _end: Box<Capture>,
    },
    Playout {
        _end: Box<Playout>,
    },
    Trial {
        _end: Box<TrialEnd>,
    },
    Tap {
        _end: Box<Tap>,
    },
    Processor {
        _old: Box<Processor>,
    },
    /// It panicked.
    BrokenLeg {
        broken: Box<LegEnd>,
    },
    /// It panicked.
    BrokenProcessor {
        broken: Box<Processor>,
    },
}

impl Leftover {
    /// Drops it. Gives what the sound thread is to get in its place, if anything.
    pub(crate) fn settle(self) -> Option<Command> {
        match self {
            Self::BrokenProcessor { broken } => {
                tracing::error!("voice processing broke, and is built anew");
                Some(Command::Processor(broken.substitute()))
            }
            Self::BrokenLeg { mut broken } => {
                tracing::error!("the sound of a call broke, and is built anew");
                match broken.rebuild() {
                    Ok(()) => Some(Command::Leg(broken)),
                    Err(error) => {
                        tracing::error!(%error, "the sound of a call cannot be built anew");
                        None
                    }
                }
            }
            Self::Leg { .. }
            | Self::Capture { .. }
            | Self::Playout { .. }
            | Self::Trial { .. }
            | Self::Tap { .. }
            | Self::Processor { .. } => None,
        }
    }
}

/// Until when there is nothing to do.
enum Rest {
    None,
    For(Duration),
    UntilWoken,
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
    ringers: [Ringer; MOST_RINGERS],
    meter: Meter,
    output_meter: Meter,
    ring_meter: Meter,
    tones: TonePlayer,
    /// The latest tone that was asked for and has been begun.
    tone_told: Told,
    rings: bool,
    hold_music: HoldMusic,
    taps: Taps,
    limiter: Limiter,
    voice: Voice,
    /// What the undertaker was woken to tell.
    reported: Reported,
    pace: Pace,
    faults: Faults,
    /// Who tries the devices.
    trial: Option<Box<TrialEnd>>,
    /// Who is here in place of devices, and what they heard last.
    line: Option<(Box<dyn Line>, Frame)>,
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
            ringers: [const { Ringer::new() }; MOST_RINGERS],
            meter: Meter::default(),
            output_meter: Meter::default(),
            ring_meter: Meter::default(),
            tones: TonePlayer::new(region),
            tone_told: Told::default(),
            rings: false,
            hold_music: HoldMusic::default(),
            taps: Taps::default(),
            limiter: Limiter::new(),
            voice: Voice::new(),
            reported: Reported::default(),
            pace: Pace::default(),
            faults: Faults::default(),
            trial: None,
            line: None,
        }
    }

    /// Puts a program in the place of the devices.
    pub(crate) fn on_line(mut self, line: Option<Box<dyn Line>>) -> Self {
        self.line = line.map(|line| (line, SILENCE));
        self
    }

    /// Works until told to stop. Sleeps without any wake-up while there is nothing to do. A panic costs what
    /// was left of a tick, and a pause; a thread that gets no tick done any more ends, which the supervisor
    /// tells.
    pub(crate) fn run(mut self) {
        while !self.shared.stopping.load(Ordering::Acquire) {
            match catch_unwind(AssertUnwindSafe(|| self.round())) {
                Ok(Rest::None) => {}
                Ok(Rest::For(time)) => std::thread::park_timeout(time),
                Ok(Rest::UntilWoken) => {
                    self.faults.rest();
                    std::thread::park();
                }
                Err(_) => {
                    self.shared.overruns.fetch_add(1, Ordering::Relaxed);
                    let ticks = self.shared.ticks.load(Ordering::Relaxed);
                    match self.faults.broke(Instant::now(), ticks) {
                        Some(pause) => std::thread::sleep(pause),
                        None => break,
                    }
                }
            }
        }
        let undertaker = self.undertaker.clone();
        // By the other end of its commands others see that it is gone, even if a part of it panics once more.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(self)));
        if let Some(thread) = undertaker {
            thread.unpark();
        }
    }

    /// Does what there is to do now.
    fn round(&mut self) -> Rest {
        self.obey();
        if !self.has_work() {
            self.rest();
            return Rest::UntilWoken;
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
                if took > TICK_US {
                    self.shared.overruns.fetch_add(1, Ordering::Relaxed);
                }
                Rest::None
            }
            Step::WaitUntil(then) => Rest::For(then - now),
        }
    }

    /// Carries out what was commanded since the last time.
    pub(crate) fn obey(&mut self) {
        // These are states and no commands: a queue that is full would lose a ring.
        if let Some(tone) = self.shared.tone.news(&mut self.tone_told) {
            self.tones.set(tone);
        }
        let rings = self.shared.presence.ring_is_wanted();
        if self.rings != rings {
            self.rings = rings;
            for ringer in &mut self.ringers {
                ringer.tone.set(rings);
            }
        }
        while let Ok(command) = self.commands.pop() {
            match command {
                Command::Leg(leg) => self.seat(leg),
                Command::Processor(processor) => {
                    let old = self.voice.set(processor);
                    self.leave(old.map(|old| Leftover::Processor { _old: old }));
                }
                Command::Trial(trial) => {
                    let old = self.trial.replace(trial);
                    self.leave(old.map(|end| Leftover::Trial { _end: end }));
                }
                Command::Capture(capture) => {
                    let old = std::mem::replace(&mut self.capture, capture);
                    self.leave(old.map(|end| Leftover::Capture { _end: end }));
                }
                Command::Playout(playout) => {
                    let old = std::mem::replace(&mut self.playout, playout);
                    self.leave(old.map(|end| Leftover::Playout { _end: end }));
                }
                Command::RingPlayout(place, playout) => {
                    // Every device rings from the beginning of the figure, at its own clock.
                    let tone = RingTone::begun(self.rings);
                    let ringer = Ringer { tone, playout };
                    let old = std::mem::replace(&mut self.ringers[place], ringer).playout;
                    self.leave(old.map(|end| Leftover::Playout { _end: end }));
                }
                Command::Record(tap) => {
                    let excess = self.taps.seat(tap);
                    self.leave(excess.map(|end| Leftover::Tap { _end: end }));
                }
            }
        }
        if self.trial.as_ref().is_some_and(|trial| trial.is_over()) {
            let old = self.trial.take();
            self.leave(old.map(|end| Leftover::Trial { _end: end }));
        }
        while let Some(tap) = self.taps.take_closed() {
            self.leave(Some(Leftover::Tap { _end: tap }));
        }
        for seat in 0..MOST_LEGS {
            let leg = self.legs[seat].as_ref();
            if leg.is_some_and(|leg| leg.is_broken()) {
                let broken = self.legs[seat].take();
                self.leave(broken.map(|broken| Leftover::BrokenLeg { broken }));
            } else if leg.is_some_and(|leg| leg.is_closed() && leg.has_faded()) {
                let old = self.legs[seat].take();
                self.leave(old.map(|end| Leftover::Leg { _end: end }));
            }
        }
    }

    /// Does 10 ms of everything, to be played from `now` on.
    pub(crate) fn tick(&mut self, now: Instant) {
        let microphone = self.listen(now);
        let mut mix = self.exchange(now, &microphone, self.microphone());
        if let Some(trial) = &mut self.trial {
            trial.tick(&microphone, &mut mix);
        }
        let shared = &self.shared;
        let mut played = false;
        if let Some((_, heard)) = &mut self.line {
            *heard = mix;
        }
        if let Some(playout) = &mut self.playout {
            let missing = playout.adapt();
            shared.playout_missing.fetch_add(missing, Ordering::Relaxed);
            played = playout.write(&mix);
            shared
                .playout_fill_us
                .store(playout.fill_us(), Ordering::Relaxed);
            shared
                .playout_period_us
                .store(playout.period_us(), Ordering::Relaxed);
            shared
                .playout_beyond_us
                .store(playout.beyond_us(), Ordering::Relaxed);
            self.output_meter.measure(&mix, &shared.output_level);
        } else {
            shared.playout_fill_us.store(0, Ordering::Relaxed);
            shared.playout_period_us.store(0, Ordering::Relaxed);
            shared.playout_beyond_us.store(0, Ordering::Relaxed);
            self.output_meter.measure(&SILENCE, &shared.output_level);
        }
        self.voice.played(if played { &mix } else { &SILENCE });
        self.ring(shared.faders.gains().ring);
        self.shared.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// What is between microphone and headset: gives all legs what is said in 10 ms, and gives what is
    /// to be played from `now` on.
    pub(crate) fn exchange(&mut self, now: Instant, heard: &Frame, from: Microphone) -> Frame {
        let microphone = &self.work_on(*heard, from);
        let mut mix = SILENCE;
        let shared = &self.shared;
        let volumes = shared.faders.gains();
        // All are heard before anybody is spoken to, so that a group's voices go on in the same tick.
        let mut group = SILENCE;
        let spoken = greeting::is_spoken(microphone);
        for leg in self.legs.iter_mut().flatten() {
            leg.begins(now);
            leg.works(|leg| {
                leg.receive(now, spoken);
                leg.hear(volumes.calls, &mut mix, &mut group);
            });
        }
        let mut music = SILENCE;
        if self.legs.iter().flatten().any(|leg| leg.plays_music()) {
            self.hold_music.play(&mut music);
        } else {
            self.hold_music.stop();
        }
        let announced = self.taps.begin(&self.legs);
        if let Some(announced) = &announced {
            mixer::add(&mut mix, announced, Fade::at(volumes.calls));
        }
        let words = Words {
            microphone,
            group: &group,
            music: &music,
            announced: announced.as_ref(),
        };
        for leg in self.legs.iter_mut().flatten() {
            leg.works(|leg| leg.say(&words));
        }
        self.taps.take(&self.legs);
        self.tones.add(&mut mix, volumes);
        let tone_changed = shared.presence.tone_is(self.tones.is_playing());
        self.limiter.limit(&mut mix);
        if tone_changed {
            self.wake_undertaker();
        }
        mix
    }

    /// Makes of what the microphone heard what is to be sent.
    fn work_on(&mut self, mut sound: Frame, from: Microphone) -> Frame {
        let legs = self.legs.iter().flatten();
        let (mut sent, mut muted) = (false, true);
        for leg in legs.filter(|leg| leg.takes_voice()) {
            sent = true;
            muted &= leg.is_muted();
        }
        let noticed = &self.shared.noticed;
        if sent {
            let broken = self.voice.process(&mut sound, from, muted, noticed);
            self.leave(broken.map(|broken| Leftover::BrokenProcessor { broken }));
        } else {
            self.voice.rest(noticed);
        }
        self.shared
            .processing_us
            .store(self.voice.delay_us(), Ordering::Relaxed);
        let noticed = &self.shared.noticed;
        if self.reported.is_behind(noticed) {
            while self.reported.next(noticed).is_some() {}
            self.wake_undertaker();
        }
        sound
    }

    /// Says what was played in this tick, of which an echo may come back.
    pub(crate) fn played(&mut self, sound: &Frame) {
        self.voice.played(sound);
    }

    /// The same without legs: as if one sent, after this was played.
    pub(crate) fn refine(&mut self, mut sound: Frame, played: &Frame) -> Frame {
        self.played(played);
        let device = Microphone::Device { delay_ms: 0 };
        let noticed = &self.shared.noticed;
        let broken = self.voice.process(&mut sound, device, false, noticed);
        self.leave(broken.map(|broken| Leftover::BrokenProcessor { broken }));
        sound
    }

    /// Whose sound [`Self::listen`] takes.
    fn microphone(&self) -> Microphone {
        match &self.capture {
            Some(_) if self.line.is_some() => Microphone::None,
            Some(capture) if capture.is_file() => Microphone::File,
            Some(capture) => {
                let playout = self.playout.as_ref().map_or(0, |playout| playout.fill_us());
                Microphone::Device {
                    delay_ms: (capture.fill_us() + playout) / 1_000,
                }
            }
            None => Microphone::None,
        }
    }

    /// The microphone's next 10 ms, measured.
    fn listen(&mut self, now: Instant) -> Frame {
        let mut frame = SILENCE;
        let shared = &self.shared;
        if let Some((line, heard)) = &mut self.line {
            line.tick(heard, &mut frame);
            self.meter.measure(&frame, &shared.level);
            return frame;
        }
        let Some(capture) = &mut self.capture else {
            shared.capture_fill_us.store(0, Ordering::Relaxed);
            shared.capture_period_us.store(0, Ordering::Relaxed);
            self.meter.measure(&frame, &shared.level);
            return frame;
        };
        if shared.presence.input_is_wanted() {
            capture.keep_time(now);
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
        shared
            .capture_period_us
            .store(capture.period_us(), Ordering::Relaxed);
        if capture.has_ended() && !shared.wav_ended.swap(true, Ordering::Relaxed) {
            self.wake_undertaker();
        }
        self.meter.measure(&frame, &self.shared.level);
        frame
    }

    /// Keeps the ring devices fed while they ring.
    fn ring(&mut self, volume: f32) {
        let mut loudest = SILENCE;
        for ringer in &mut self.ringers {
            ringer.feed(volume, &mut loudest);
        }
        self.ring_meter.measure(&loudest, &self.shared.ring_level);
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

    /// Whether there is anything to hear, say, feed or measure.
    fn has_work(&self) -> bool {
        // A device that is still open for a moment is fed silence, so that it does not run dry.
        let feeds = |playout: &Option<Box<Playout>>| playout.as_ref().is_some_and(|p| p.paces());
        self.legs.iter().any(Option::is_some)
            || self.trial.is_some()
            || self.tones.is_playing()
            || feeds(&self.playout)
            || self.ringers.iter().any(Ringer::has_work)
            || self.capture.as_ref().is_some_and(|capture| {
                // One that is fetched stands still, and so looks broken, unless somebody does.
                capture.is_fetched() || self.shared.presence.is_monitored()
            })
    }

    fn rest(&mut self) {
        self.pace.reset();
        self.meter.reset(&self.shared.level);
        self.output_meter.reset(&self.shared.output_level);
        self.ring_meter.reset(&self.shared.ring_level);
        if self.shared.presence.tone_is(false) {
            self.wake_undertaker();
        }
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
            // Better a leak than to free memory on this thread; it takes a supervisor that hangs in a sound
            // system.
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
