//! What the encoder should aim for, by what the far end says of how its packets come through.
//!
//! Pure, and told the time. Loss goes up within a second and down within ten. Loss alone is answered
//! with protection, since it says nothing of room: error correction, and spares if they are asked for.
//! Loss while the round trip grows is congestion: then there are fewer bits and no spares, until it has
//! been calm for a time that doubles if it was not long enough. Figures: docs/bench/redundancy.md.

use std::time::{Duration, Instant};

use crate::codec::OpusSettings;
use crate::spare::Note;

/// What the far end reported of the packets it gets: a reception report (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeerReport {
    /// Share of packets lost since its report before, 0 to 1.
    pub fraction_lost: f32,
    /// Interarrival jitter in ms.
    pub jitter_ms: f32,
    /// Round trip in ms, if the report tells.
    pub round_trip_ms: Option<f32>,
}

/// What the encoder should aim for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aim {
    /// Bits a second, of the packets without what they carry along.
    pub(crate) bitrate: u32,
    /// Loss in percent to protect against; 0: without error correction.
    pub(crate) expected_loss: u8,
    /// How far behind the spares lie that are carried along; 0: none are.
    pub(crate) distance: u8,
}

/// Bits a second without loss: Opus says all it can of speech up to 8 kHz.
pub(crate) const CLEAN: u32 = 48_000;
/// With error correction, which takes a good third of them.
pub(crate) const PROTECTED: u32 = 64_000;
/// With a spare in each packet, which is as large as the packet.
pub(crate) const SPARED: u32 = 40_000;
/// With both.
pub(crate) const SPARED_AND_PROTECTED: u32 = 48_000;
/// Bits a second in all at most and at least: two packets of the best in one, and what is still speech.
pub(crate) const CEILING: u32 = 2 * SPARED_AND_PROTECTED;
pub(crate) const FLOOR: u32 = 16_000;
/// What a peer takes at least (RFC 7587 section 6.1).
const LEAST_TAKEN: u32 = 6_000;
/// With fewer bits than this for each of the two, a spare costs more than it brings.
const LEAST_SPARED: u32 = 24_000;

/// Loss at which error correction begins and ends. Without any loss it costs 0.25 of PESQ-wb.
const PROTECT: Switch = Switch {
    on: 0.01,
    off: 0.004,
};
/// The same beside spares, which leave little to correct until much is lost.
const PROTECT_TOO: Switch = Switch {
    on: 0.12,
    off: 0.08,
};
/// Above this the encoder would starve the present to protect the past, in percent.
const MOST_EXPECTED: u8 = 20;
/// How far the expected loss must have fallen before the encoder is told, in percent.
const STEP: u8 = 5;

/// How fast loss is believed, and forgotten.
const UP: f32 = 1.0;
const DOWN: f32 = 8.0;
/// How long a report and a note count. Reports come every few seconds, notes every tenth of one.
const REPORT_COUNTS: Duration = Duration::from_secs(15);
const NOTE_COUNTS: Duration = Duration::from_secs(2);

/// Loss below which nothing is congested.
const CONGESTED_LOSS: f32 = 0.02;
/// Growth of the round trip that queues explain better than chance, and times the jitter beside it.
const QUEUE_MS: f32 = 60.0;
const JITTERS: f32 = 2.0;
/// Growth of the jitter that does the same where the round trip is not known.
const JITTER_GROWTH: f32 = 3.0;
const JITTER_MS: f32 = 30.0;
/// What a congested report leaves of the bits, and what comes back per second.
const BACK_OFF: f32 = 0.75;
const RECOVERY: f32 = 2_000.0;
/// How long it must have been calm before bits come back, at first and at most.
const HOLD: Duration = Duration::from_secs(10);
const LONGEST_HOLD: Duration = Duration::from_secs(80);
/// The smallest round trip and jitter are those of the last one to two windows: a longer way is known as
/// one by then, and no queue stands for so long.
const WINDOW: Duration = Duration::from_secs(120);

/// Decides what the encoder aims for.
#[derive(Debug)]
pub(crate) struct Steering {
    /// Bits a second that the peer takes, and whether it uses error correction, and spares, for which packets
    /// must not all be as long.
    most: u32,
    corrects: bool,
    spares: bool,
    loss: f32,
    looked: Option<Instant>,
    reported: Option<(f32, Instant)>,
    noted: Option<(Note, Instant)>,
    protects: bool,
    protects_too: bool,
    expected: u8,
    round_trip: Least,
    jitter: Least,
    /// Congested reports in a row.
    suspicions: u32,
    ceiling: f32,
    congested: Option<Instant>,
    hold: Duration,
    aim: Aim,
}

impl Steering {
    /// For a peer that wants this.
    pub(crate) fn new(wanted: &OpusSettings) -> Self {
        Self {
            most: wanted.max_bitrate.clamp(LEAST_TAKEN, CEILING),
            corrects: wanted.fec,
            spares: !wanted.cbr,
            loss: 0.0,
            looked: None,
            reported: None,
            noted: None,
            protects: false,
            protects_too: false,
            expected: 0,
            round_trip: Least::default(),
            jitter: Least::default(),
            suspicions: 0,
            ceiling: CEILING as f32,
            congested: None,
            hold: HOLD,
            aim: Aim::default(),
        }
    }

    /// What to aim for before anything was said.
    pub(crate) fn start(&self) -> Aim {
        Aim {
            bitrate: CLEAN.min(self.most),
            ..Aim::default()
        }
    }

    /// Takes a report.
    pub(crate) fn on_report(&mut self, now: Instant, report: PeerReport) {
        let lost = within(report.fraction_lost, 1.0);
        self.reported = Some((lost, now));
        let jitter = within(report.jitter_ms, 10_000.0);
        let least_jitter = self.jitter.of(now, jitter);
        let queued = match report.round_trip_ms {
            Some(trip) => {
                let trip = within(trip, 60_000.0);
                trip - self.round_trip.of(now, trip) > QUEUE_MS + JITTERS * jitter
            }
            None => jitter > JITTER_MS + JITTER_GROWTH * least_jitter,
        };
        if !queued || lost < CONGESTED_LOSS {
            self.suspicions = 0;
            return;
        }
        self.suspicions += 1;
        // One late report is an accident.
        if self.suspicions >= 2 {
            self.back_off(now);
        }
    }

    /// Takes a note.
    pub(crate) fn on_note(&mut self, now: Instant, note: Note) {
        self.noted = Some((note, now));
    }

    /// What to aim for now.
    pub(crate) fn aim(&mut self, now: Instant) -> Aim {
        let seconds = self.looked.map_or(0.0, |then| {
            now.saturating_duration_since(then).as_secs_f32()
        });
        self.looked = Some(now);
        self.believe(now, seconds);
        self.recover(now, seconds);
        self.protects = PROTECT.turn(self.protects, self.loss);
        self.protects_too = PROTECT_TOO.turn(self.protects_too, self.loss);
        let cap = (self.ceiling as u32).min(self.most);
        let wish = self.note(now).map_or(0, |note| note.wish);
        let spares = self.spares && wish > 0 && !self.is_held(now) && cap >= 2 * LEAST_SPARED;
        let protects = self.corrects
            && if spares {
                self.protects_too
            } else {
                self.protects
            };
        let wanted = match (spares, protects) {
            (false, false) => CLEAN.min(cap),
            (false, true) => PROTECTED.min(cap),
            (true, false) => SPARED.min(cap / 2),
            (true, true) => SPARED_AND_PROTECTED.min(cap / 2),
        };
        self.aim = Aim {
            bitrate: wanted / 1_000 * 1_000,
            expected_loss: if protects { self.expect() } else { 0 },
            distance: if spares { wish } else { 0 },
        };
        self.aim
    }

    /// Lets loss follow what was said of it.
    fn believe(&mut self, now: Instant, seconds: f32) {
        let reported = self
            .reported
            .filter(|(_, at)| now.saturating_duration_since(*at) < REPORT_COUNTS)
            .map_or(0.0, |(lost, _)| lost);
        let noted = self
            .note(now)
            .map_or(0.0, |note| f32::from(note.lost) / 100.0);
        let said = reported.max(noted);
        let pace = if said > self.loss { UP } else { DOWN };
        self.loss += (said - self.loss) * (1.0 - (-seconds / pace).exp());
    }

    fn note(&self, now: Instant) -> Option<Note> {
        let (note, at) = self.noted?;
        (now.saturating_duration_since(at) < NOTE_COUNTS).then_some(note)
    }

    /// The loss in percent that the encoder is told. It falls in steps.
    fn expect(&mut self) -> u8 {
        let percent = ((self.loss * 100.0).ceil() as u8).clamp(1, MOST_EXPECTED);
        if percent > self.expected || percent + STEP <= self.expected {
            self.expected = percent;
        }
        self.expected
    }

    fn back_off(&mut self, now: Instant) {
        let spent = self.aim.bitrate * if self.aim.distance > 0 { 2 } else { 1 };
        let spent = (spent as f32).min(self.ceiling);
        self.ceiling = (spent * BACK_OFF).max(FLOOR as f32);
        // Bits had begun to come back, and it was too soon.
        let since = self.congested.map(|at| now.saturating_duration_since(at));
        self.hold = match since {
            Some(since) if since < self.hold => self.hold,
            Some(since) if since < 4 * self.hold => (2 * self.hold).min(LONGEST_HOLD),
            _ => HOLD,
        };
        self.congested = Some(now);
    }

    fn is_held(&self, now: Instant) -> bool {
        self.congested
            .is_some_and(|at| now.saturating_duration_since(at) < self.hold)
    }

    fn recover(&mut self, now: Instant, seconds: f32) {
        if !self.is_held(now) {
            self.ceiling = (self.ceiling + RECOVERY * seconds).min(CEILING as f32);
        }
    }
}

/// Turns on at one level and off at a lower one.
struct Switch {
    on: f32,
    off: f32,
}

impl Switch {
    fn turn(&self, is_on: bool, level: f32) -> bool {
        level >= if is_on { self.off } else { self.on }
    }
}

/// The smallest value of the last one to two windows.
#[derive(Debug, Default)]
struct Least {
    values: Option<[f32; 2]>,
    since: Option<Instant>,
}

impl Least {
    fn of(&mut self, now: Instant, value: f32) -> f32 {
        let since = *self.since.get_or_insert(now);
        let [mut current, mut before] = self.values.unwrap_or([value; 2]);
        if now.saturating_duration_since(since) > WINDOW {
            self.since = Some(now);
            (before, current) = (current, value);
        }
        current = current.min(value);
        self.values = Some([current, before]);
        current.min(before)
    }
}

/// What came over the network may be anything.
fn within(value: f32, most: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, most)
    }
}

#[cfg(test)]
mod tests;
