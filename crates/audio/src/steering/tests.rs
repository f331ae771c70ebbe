use proptest::prelude::*;

use super::*;

/// A call in virtual time: packets every 20 ms, a report every 2 s.
struct Call {
    steering: Steering,
    start: Instant,
    ms: u64,
    aims: Vec<Aim>,
}

impl Call {
    fn new() -> Self {
        Self::with(u32::MAX)
    }

    fn with(most: u32) -> Self {
        Self {
            steering: Steering::new(&taking(most)),
            start: Instant::now(),
            ms: 0,
            aims: Vec::new(),
        }
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.ms)
    }

    /// Lets `seconds` go by, with reports and a note ten times a second, if there is one.
    fn go(&mut self, seconds: u64, report: impl Fn(u64) -> PeerReport, note: Option<Note>) -> Aim {
        let end = self.ms + seconds * 1_000;
        while self.ms < end {
            let now = self.now();
            if self.ms.is_multiple_of(2_000) {
                self.steering.on_report(now, report(self.ms / 2_000));
            }
            if let Some(note) = note.filter(|_| self.ms.is_multiple_of(100)) {
                self.steering.on_note(now, note);
            }
            let aim = self.steering.aim(now);
            self.aims.push(aim);
            self.ms += 20;
        }
        *self.aims.last().expect("some time went by")
    }

    /// How often the aim has changed.
    fn changes(&self) -> usize {
        self.aims.windows(2).filter(|two| two[0] != two[1]).count()
    }
}

fn taking(max_bitrate: u32) -> OpusSettings {
    OpusSettings {
        max_bitrate,
        ..OpusSettings::default()
    }
}

#[test]
fn who_has_no_use_for_protection_gets_none() {
    let wish = Some(Note { lost: 10, wish: 6 });
    for (fec, cbr) in [(false, false), (true, true), (false, true)] {
        let mut call = Call::new();
        call.steering = Steering::new(&OpusSettings {
            fec,
            cbr,
            ..OpusSettings::default()
        });
        let aim = call.go(20, lost(0.15), wish);
        assert_eq!(aim.expected_loss > 0, fec, "{aim:?}");
        assert_eq!(aim.distance > 0, !cbr, "{aim:?}");
        if !fec && cbr {
            assert_eq!(aim.bitrate, CLEAN);
        }
    }
}

fn lost(fraction_lost: f32) -> impl Fn(u64) -> PeerReport {
    move |_| PeerReport {
        fraction_lost,
        jitter_ms: 5.0,
        round_trip_ms: Some(40.0),
    }
}

const CLEAR: Aim = Aim {
    bitrate: CLEAN,
    expected_loss: 0,
    distance: 0,
};

#[test]
fn a_clean_network_gets_no_protection() {
    let mut call = Call::new();
    assert_eq!(call.go(600, lost(0.0), None), CLEAR);
    assert_eq!(call.changes(), 0);
}

#[test]
fn random_loss_is_protected_against_at_once_and_until_it_has_been_calm() {
    let mut call = Call::new();
    call.go(60, lost(0.0), None);
    let aim = call.go(2, lost(0.1), None);
    assert_eq!(aim.bitrate, PROTECTED);
    assert!((8..=10).contains(&aim.expected_loss), "{aim:?}");
    call.go(60, lost(0.1), None);
    let aim = call.go(4, lost(0.0), None);
    assert_eq!(aim.bitrate, PROTECTED, "down slowly");
    assert_eq!(call.go(60, lost(0.0), None), CLEAR);
    assert!(call.changes() < 25, "{}", call.changes());
}

#[test]
fn spares_come_when_they_are_asked_for_and_go_when_nobody_asks() {
    let mut call = Call::new();
    let note = Note { lost: 5, wish: 6 };
    let aim = call.go(10, lost(0.05), Some(note));
    let spared = Aim {
        bitrate: SPARED,
        expected_loss: 0,
        distance: 6,
    };
    assert_eq!(aim, spared);
    // Much is lost: what spares leave is corrected.
    let note = Note { lost: 20, wish: 6 };
    let aim = call.go(10, lost(0.2), Some(note));
    assert_eq!((aim.bitrate, aim.distance), (SPARED_AND_PROTECTED, 6));
    assert_eq!(aim.expected_loss, 20);
    // Whoever asked is gone, and with it the way by which notes came: a server decodes now.
    let aim = call.go(3, lost(0.2), None);
    assert_eq!((aim.bitrate, aim.distance), (PROTECTED, 0));
}

#[test]
fn what_the_far_end_notes_counts_where_reports_only_know_the_next_server() {
    let mut call = Call::new();
    let note = Note { lost: 8, wish: 0 };
    let aim = call.go(5, lost(0.0), Some(note));
    assert_eq!(aim.bitrate, PROTECTED);
    assert!(aim.expected_loss >= 7);
}

#[test]
fn loss_with_a_growing_round_trip_takes_bits_and_spares_away() {
    let queue = |n: u64| PeerReport {
        fraction_lost: 0.08,
        jitter_ms: 12.0,
        round_trip_ms: Some(40.0 + 60.0 * n.min(8) as f32),
    };
    let mut call = Call::new();
    call.go(20, lost(0.0), None);
    let aim = call.go(60, queue, Some(Note { lost: 8, wish: 4 }));
    assert_eq!(aim.distance, 0);
    assert!(aim.bitrate <= CLEAN / 2, "{aim:?}");
    assert!(aim.bitrate >= FLOOR);
    // Calm again: all of it comes back, but not before the hold is over.
    let held = call.go(5, lost(0.0), None);
    assert!(held.bitrate <= aim.bitrate, "{held:?}");
    assert_eq!(call.go(120, lost(0.0), None), CLEAR);
}

#[test]
fn jitter_that_grows_with_loss_is_congestion_where_no_round_trip_is_known() {
    let of = |jitter_ms| {
        move |_| PeerReport {
            fraction_lost: 0.05,
            jitter_ms,
            round_trip_ms: None,
        }
    };
    let mut call = Call::new();
    assert_eq!(call.go(30, of(10.0), None).bitrate, PROTECTED);
    assert!(call.go(20, of(90.0), None).bitrate < CLEAN);
}

#[test]
fn random_loss_with_steady_jitter_is_no_congestion() {
    // Trips as jitter of 30 ms on both ways makes them, from a fixed seed.
    let trip = |n: u64| 80.0 + (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57) as f32 * 0.9;
    let report = |n| PeerReport {
        fraction_lost: 0.1,
        jitter_ms: 28.0,
        round_trip_ms: Some(trip(n)),
    };
    let mut call = Call::new();
    call.go(2, report, None);
    let before = call.changes();
    assert_eq!(call.go(600, report, None).bitrate, PROTECTED);
    assert!(call.changes() - before < 10);
}

#[test]
fn a_bottleneck_is_settled_below_and_seldom_tried() {
    // Half a second of queue, and loss, whenever more than 40 kbit/s go in; from a fixed start.
    let mut call = Call::new();
    call.go(10, lost(0.0), None);
    let mut tried = 0;
    for _ in 0..300 {
        let aim = *call.aims.last().expect("began");
        let full = aim.bitrate * if aim.distance > 0 { 2 } else { 1 } > 40_000;
        tried += usize::from(full);
        let report = move |_| PeerReport {
            fraction_lost: if full { 0.06 } else { 0.0 },
            jitter_ms: 15.0,
            round_trip_ms: Some(if full { 500.0 } else { 40.0 }),
        };
        call.go(2, report, None);
    }
    assert!(tried < 300 / 4, "{tried} of 300 reports were congested");
    let low = call.aims.iter().map(|aim| aim.bitrate).min();
    assert!(low >= Some(24_000), "{low:?}");
}

#[test]
fn the_peers_limit_holds_with_spares_too() {
    for most in [20_000, 30_000, 50_000, 64_000] {
        let mut call = Call::with(most);
        assert!(call.go(5, lost(0.0), None).bitrate <= most);
        assert!(call.go(5, lost(0.1), None).bitrate <= most);
        let aim = call.go(5, lost(0.1), Some(Note { lost: 10, wish: 6 }));
        let times = if aim.distance > 0 { 2 } else { 1 };
        assert!(aim.bitrate * times <= most, "{most}: {aim:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_reported_the_aim_is_within_bounds(
        said in prop::collection::vec(
            (any::<f32>(), any::<f32>(), any::<Option<f32>>(), any::<Option<(u8, u8)>>(), 0u64..20_000),
            1..200,
        ),
    ) {
        let mut steering = Steering::new(&taking(u32::MAX));
        let mut now = Instant::now();
        for (fraction_lost, jitter_ms, round_trip_ms, note, ms) in said {
            steering.on_report(now, PeerReport { fraction_lost, jitter_ms, round_trip_ms });
            if let Some((lost, wish)) = note {
                steering.on_note(now, Note { lost, wish });
            }
            let aim = steering.aim(now);
            prop_assert!((FLOOR..=PROTECTED).contains(&aim.bitrate), "{aim:?}");
            let all = aim.bitrate * if aim.distance > 0 { 2 } else { 1 };
            prop_assert!(all <= CEILING, "{aim:?}");
            prop_assert!(aim.expected_loss <= MOST_EXPECTED);
            now += Duration::from_millis(ms);
        }
    }

    /// Whatever came before, two minutes of the same bring one aim, and it stays.
    #[test]
    fn it_converges(
        before in prop::collection::vec((0.0f32..0.5, 0.0f32..80.0, 10.0f32..900.0), 0..60),
        fraction_lost in 0.0f32..0.4,
    ) {
        let mut call = Call::new();
        for (fraction_lost, jitter_ms, trip) in before {
            let report = move |_| PeerReport { fraction_lost, jitter_ms, round_trip_ms: Some(trip) };
            call.go(2, report, None);
        }
        call.go(240, lost(fraction_lost), None);
        let settled = call.changes();
        let aim = call.go(60, lost(fraction_lost), None);
        prop_assert_eq!(call.changes(), settled);
        let protects = fraction_lost >= PROTECT.on;
        if protects {
            prop_assert_eq!(aim.bitrate, PROTECTED);
        } else if fraction_lost < PROTECT.off {
            prop_assert_eq!(aim, CLEAR);
        }
    }
}
