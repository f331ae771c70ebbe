use super::*;

const SSRC: u32 = 7;

/// Packets of 20 ms at 8000 Hz, each `(sequence number, arrival in ms)`.
fn received(packets: &[(u16, u64)]) -> (Reception, Instant) {
    let start = Instant::now();
    let mut reception = Reception::default();
    for &(sequence_number, ms) in packets {
        let timestamp = u32::from(sequence_number) * 160;
        let now = start + Duration::from_millis(ms);
        reception.on_packet(now, SSRC, sequence_number, timestamp, Some(8_000));
    }
    (reception, start)
}

#[test]
fn nothing_received_is_nothing_reported() {
    let mut reception = Reception::default();
    assert_eq!(reception.report(Instant::now()), None);
    assert_eq!((reception.received(), reception.lost()), (0, 0));
}

#[test]
fn a_clean_stream_has_no_loss_and_no_jitter() {
    let packets: Vec<_> = (0..100u16).map(|n| (n, u64::from(n) * 20)).collect();
    let (mut reception, start) = received(&packets);
    assert_eq!((reception.received(), reception.lost()), (100, 0));
    assert!(reception.jitter_ms() < 1e-9);
    let report = reception.report(start).expect("received");
    assert_eq!(report.highest_sequence_number, 99);
    assert_eq!((report.fraction_lost, report.lost), (0, 0));
}

#[test]
fn loss_by_appendix_a_3() {
    let (mut reception, start) = received(&[(10, 0), (11, 20), (14, 80), (15, 100)]);
    assert_eq!((reception.received(), reception.lost()), (4, 2));
    let report = reception.report(start).expect("received");
    assert_eq!(report.lost, 2);
    assert_eq!(report.fraction_lost, (2 * 256 / 6) as u8);
    // The next interval begins now: half of it lost.
    let now = start + Duration::from_millis(400);
    for sequence_number in [17, 19] {
        reception.on_packet(now, SSRC, sequence_number, 0, None);
    }
    let report = reception.report(now).expect("received");
    assert_eq!(report.fraction_lost, 128);
    assert_eq!(report.lost, 4);
    // A late one makes the total smaller; nothing was expected, so no fraction.
    reception.on_packet(now, SSRC, 16, 0, None);
    let report = reception.report(now).expect("received");
    assert_eq!((report.fraction_lost, report.lost), (0, 3));
}

#[test]
fn duplicates_make_the_loss_negative() {
    let (mut reception, start) = received(&[(1, 0), (1, 1), (1, 2)]);
    assert_eq!(reception.lost(), -2);
    assert_eq!(reception.report(start).expect("received").lost, -2);
}

#[test]
fn what_is_not_sent_on_hold_is_not_lost() {
    let (mut reception, start) = received(&[(1, 0), (2, 20), (4, 60)]);
    reception.forgive_gap();
    for sequence_number in [54, 55, 57] {
        reception.on_packet(start, SSRC, sequence_number, 0, None);
    }
    assert_eq!((reception.received(), reception.lost()), (6, 2));
    let report = reception.report(start).expect("received");
    assert_eq!((report.lost, report.highest_sequence_number), (2, 57));
    // No gap at all is forgiven as well.
    reception.forgive_gap();
    reception.on_packet(start, SSRC, 58, 0, None);
    assert_eq!(reception.lost(), 2);
    Reception::default().forgive_gap();
}

#[test]
fn sequence_numbers_wrap() {
    let (mut reception, start) = received(&[(65_534, 0), (65_535, 20), (0, 40), (1, 60)]);
    assert_eq!(reception.lost(), 0);
    let report = reception.report(start).expect("received");
    assert_eq!(report.highest_sequence_number, 0x1_0001);
    // Late across the wrap: counted, the highest stays.
    let (reception, _) = received(&[(65_534, 0), (0, 40), (65_535, 41)]);
    assert_eq!((reception.received(), reception.lost()), (3, 0));
}

#[test]
fn a_single_stray_number_changes_nothing_two_in_a_row_start_anew() {
    let (reception, _) = received(&[(1, 0), (2, 20), (30_000, 30), (3, 40)]);
    assert_eq!((reception.received(), reception.lost()), (3, 0));
    let packets = [(1, 0), (3, 40), (30_000, 60), (30_001, 80), (30_002, 100)];
    let (reception, _) = received(&packets);
    assert_eq!((reception.received(), reception.lost()), (4, 1));
}

#[test]
fn losses_in_a_row_are_one_run_and_packets_have_a_length() {
    let packets: Vec<_> = (0..300u16)
        .filter(|n| !(100..104).contains(n) && *n != 150)
        .map(|n| (65_400_u16.wrapping_add(n), u64::from(n) * 20))
        .collect();
    let start = Instant::now();
    let mut reception = Reception::default();
    for (number, ms) in packets {
        let timestamp = (ms * 8) as u32;
        let now = start + Duration::from_millis(ms);
        reception.on_packet(now, SSRC, number, timestamp, Some(8_000));
    }
    assert_eq!((reception.lost(), reception.loss_runs()), (5, (2, 5)));
    assert_eq!(reception.packet_ms(), Some(20));
}

#[test]
fn jitter_by_appendix_a_8() {
    // Packets come alternately on time and 8 ms late: D is 8 ms from the second on.
    let packets: Vec<_> = (0..17u16)
        .map(|n| (n, u64::from(n) * 20 + u64::from(n % 2) * 8))
        .collect();
    let (mut reception, start) = received(&packets);
    let expected = 8.0 * (1.0 - (15.0_f64 / 16.0).powi(16));
    assert!((reception.jitter_ms() - expected).abs() < 1e-6);
    let report = reception.report(start).expect("received");
    assert_eq!(report.jitter, (expected * 8.0) as u32);
}

#[test]
fn jitter_knows_the_clock() {
    let start = Instant::now();
    let mut reception = Reception::default();
    for n in 0..400u32 {
        let now = start + Duration::from_millis(u64::from(n) * 20 + u64::from(n % 2) * 5);
        reception.on_packet(now, SSRC, n as u16, n * 960, Some(48_000));
    }
    assert!((reception.jitter_ms() - 5.0).abs() < 0.01);
    assert_eq!(reception.report(start).expect("received").jitter, 239);
}

#[test]
fn a_new_timeline_is_not_jitter() {
    let start = Instant::now();
    let mut reception = Reception::default();
    for n in 0..50u32 {
        let timestamp = if n < 25 {
            n * 160
        } else {
            4_000_000_000 + n * 160
        };
        let now = start + Duration::from_millis(u64::from(n) * 20);
        reception.on_packet(now, SSRC, n as u16, timestamp, Some(8_000));
    }
    assert!(reception.jitter_ms() < 1e-9);
}

#[test]
fn telephone_events_count_but_do_not_disturb_the_jitter() {
    let start = Instant::now();
    let mut reception = Reception::default();
    for n in 0..50u32 {
        let now = start + Duration::from_millis(u64::from(n) * 20);
        let (timestamp, clock_rate) = if (10..20).contains(&n) {
            (1_600, None)
        } else {
            (n * 160, Some(8_000))
        };
        reception.on_packet(now, SSRC, n as u16, timestamp, clock_rate);
    }
    assert_eq!((reception.received(), reception.lost()), (50, 0));
    assert!(reception.jitter_ms() < 1e-9);
}

#[test]
fn the_newest_source_wins_and_totals_go_on() {
    let (mut reception, start) = received(&[(1, 0), (2, 20), (4, 60)]);
    let at = |ms| start + Duration::from_millis(ms);
    assert!(reception.on_packet(at(80), 8, 500, 0, Some(8_000)));
    assert!(!reception.on_packet(at(81), SSRC, 5, 800, Some(8_000)));
    assert!(reception.on_packet(at(100), 8, 501, 160, Some(8_000)));
    assert_eq!((reception.received(), reception.lost()), (5, 1));
    assert_eq!(reception.report(at(100)).expect("received").ssrc, 8);
    // The newer one falls silent: the older one is heard again.
    assert!(reception.on_packet(at(300), SSRC, 6, 960, Some(8_000)));
    assert_eq!((reception.received(), reception.lost()), (6, 1));
}

#[test]
fn the_delay_since_the_last_sender_report_is_told() {
    let (mut reception, start) = received(&[(1, 0)]);
    reception.on_sender_report(start, SSRC + 1, 0xb44d_b705_2000_0000);
    let report = reception.report(start).expect("received");
    assert_eq!((report.last_sender_report, report.delay), (0, 0));
    reception.on_sender_report(start, SSRC, 0xb44d_b705_2000_0000);
    // RFC 3550 figure 2: 5.250 s later.
    let later = start + Duration::from_millis(5_250);
    let report = reception.report(later).expect("received");
    assert_eq!(report.last_sender_report, 0xb705_2000);
    assert_eq!(report.delay, 0x0005_4000);
}
