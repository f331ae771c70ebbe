use proptest::prelude::*;

use super::*;
use crate::vectors::{ARRAY, EPOS, JABRA, KEYBOARD, PAIR, POLY};

const ALL: Lights = Lights {
    off_hook: true,
    ring: true,
    mute: true,
    hold: true,
};

#[test]
fn one_report_of_16_bits_as_jabra_has_it() {
    let layout = Layout::read(JABRA).unwrap();
    assert_eq!(layout.action(Control::Hook), Some(Action::Switch));
    assert_eq!(layout.action(Control::Mute), Some(Action::Button));
    let mut values = layout.values(&[2, 0b10_0101, 0]);
    values.retain(|(_, value)| *value != 0);
    values.sort_unstable();
    assert_eq!(
        values,
        [(Control::Hook, 1), (Control::Mute, 1), (Control::Reject, 1)]
    );
    // The volume keys' report says nothing of calls.
    assert_eq!(layout.values(&[1, 0xFF]), []);
    let off_hook = Lights {
        off_hook: true,
        ..Lights::default()
    };
    assert_eq!(layout.reports(off_hook), [[2, 0b0001, 0]]);
    // It has a light for mute, so that for the microphone stays as it is.
    assert_eq!(layout.reports(ALL), [[2, 0b1111, 0]]);
}

#[test]
fn a_report_for_each_light_as_poly_has_it() {
    let layout = Layout::read(POLY).unwrap();
    assert_eq!(layout.action(Control::Hook), Some(Action::Switch));
    assert_eq!(layout.action(Control::Mute), Some(Action::Button));
    assert_eq!(layout.values(&[8, 0b101]).len(), 3);
    assert_eq!(layout.reports(ALL), [[9, 1], [0x18, 1], [0x17, 1]]);
    assert_eq!(
        layout.reports(Lights::default()),
        [[9, 0], [0x18, 0], [0x17, 0]]
    );
}

#[test]
fn reports_without_numbers_as_epos_has_them() {
    let layout = Layout::read(EPOS).unwrap();
    assert_eq!(layout.action(Control::Mute), Some(Action::Switch));
    let values = layout.values(&[0b010]);
    let expected = [(Control::Hook, 0), (Control::Mute, 1), (Control::Drop, 0)];
    assert_eq!(values, expected);
    // No light but the microphone's for mute, and none for hold.
    assert_eq!(layout.reports(ALL), [[0, 0b111]]);
}

#[test]
fn an_array_names_what_is_pressed() {
    let layout = Layout::read(ARRAY).unwrap();
    let pressed = |report: &[u8]| {
        let mut values = layout.values(report);
        values.retain(|(_, value)| *value != 0);
        values
            .into_iter()
            .map(|(control, _)| control)
            .collect::<Vec<_>>()
    };
    assert_eq!(pressed(&[5, 0x00]), []);
    assert_eq!(pressed(&[5, 0x01]), [Control::Hook]);
    assert_eq!(pressed(&[5, 0x23]), [Control::Mute, Control::Drop]);
    assert_eq!(layout.action(Control::Hook), Some(Action::Button));
    assert_eq!(layout.reports(ALL), Vec::<Vec<u8>>::new());
}

#[test]
fn two_bits_may_be_minus_one() {
    let layout = Layout::read(PAIR).unwrap();
    assert_eq!(layout.action(Control::Hook), Some(Action::Pair));
    let expected = [(Control::Hook, -1), (Control::Mute, 1)];
    assert_eq!(layout.values(&[0b0111]), expected);
}

#[test]
fn a_keyboard_is_no_headset() {
    assert_eq!(Layout::read(KEYBOARD), Err(LayoutError::NoHeadset));
    assert_eq!(Layout::read(&[]), Err(LayoutError::NoHeadset));
    let broken = Err(LayoutError::Broken(DescriptorError::CutOff));
    assert_eq!(Layout::read(&[0x05]), broken);
}

#[test]
fn a_report_that_is_cut_off_says_less() {
    let layout = Layout::read(JABRA).unwrap();
    assert_eq!(layout.values(&[2]), []);
    assert_eq!(layout.values(&[]), []);
}

proptest! {
    #[test]
    fn whatever_a_headset_sends_is_read(
        which in 0..5_usize,
        report in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let layout = Layout::read([JABRA, POLY, EPOS, ARRAY, PAIR][which]).unwrap();
        for (control, value) in layout.values(&report) {
            prop_assert!((-2..=1).contains(&value), "{control:?} {value}");
        }
    }

    #[test]
    fn whatever_a_headset_is_its_lights_can_be_sent(
        which in 0..5_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        report in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = [JABRA, POLY, EPOS, ARRAY, PAIR][which].to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(layout) = Layout::read(&bytes) {
            layout.values(&report);
            layout.reports(ALL);
        }
    }
}
