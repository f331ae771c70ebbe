//! What was asked for against what there is.

use super::{DeviceChoice, DeviceInfo};

/// How well a device serves a wish; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It was asked for, in this place.
    Chosen(usize),
    /// It is the system's default.
    Default,
    /// It is there.
    Any,
}

/// The devices that can serve, the best first. By id before by name; then the default, then any.
pub(super) fn best_first(
    preferences: &[DeviceChoice],
    devices: &[DeviceInfo],
) -> Vec<(DeviceInfo, Rank)> {
    let ranked = devices.iter().filter_map(|device| {
        let rank = rank(device, preferences, devices);
        // A sound server whose last microphone is gone makes a monitor the default: the caller
        // would hear themselves.
        let usable = !device.is_monitor || matches!(rank, Rank::Chosen(_));
        usable.then(|| (device.clone(), rank))
    });
    let mut order: Vec<_> = ranked.collect();
    // Stable: among equals, the system's order.
    order.sort_by_key(|(_, rank)| *rank);
    order
}

/// How well this one serves.
pub(super) fn rank(
    device: &DeviceInfo,
    preferences: &[DeviceChoice],
    devices: &[DeviceInfo],
) -> Rank {
    let chosen = preferences
        .iter()
        .position(|choice| named(choice, devices).is_some_and(|named| named.id == device.id));
    match chosen {
        Some(place) => Rank::Chosen(place),
        None if device.is_default && !device.is_monitor => Rank::Default,
        None => Rank::Any,
    }
}

/// The device that a choice means, if it is there.
fn named<'a>(choice: &DeviceChoice, devices: &'a [DeviceInfo]) -> Option<&'a DeviceInfo> {
    let by_id = devices
        .iter()
        .find(|device| Some(&device.id) == choice.id.as_ref());
    by_id.or_else(|| {
        devices
            .iter()
            .find(|device| Some(&device.name) == choice.name.as_ref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices() -> Vec<DeviceInfo> {
        let device = |id: &str, is_default, is_monitor| DeviceInfo {
            id: id.into(),
            name: format!("The {id}"),
            is_default,
            is_monitor,
        };
        vec![
            device("webcam", false, false),
            device("headset", false, false),
            device("built-in", true, false),
            device("monitor", false, true),
        ]
    }

    fn choice(id: Option<&str>, name: Option<&str>) -> DeviceChoice {
        DeviceChoice {
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
        }
    }

    fn order(preferences: &[DeviceChoice]) -> Vec<(String, Rank)> {
        best_first(preferences, &devices())
            .into_iter()
            .map(|(device, rank)| (device.id, rank))
            .collect()
    }

    fn expect(list: &[(&str, Rank)]) -> Vec<(String, Rank)> {
        list.iter()
            .map(|(id, rank)| ((*id).into(), *rank))
            .collect()
    }

    #[test]
    fn the_id_is_tried_before_the_name_then_the_default_then_any() {
        use Rank::{Any, Chosen, Default};
        let both = choice(Some("headset"), Some("The webcam"));
        let rest = [
            ("headset", Chosen(0)),
            ("built-in", Default),
            ("webcam", Any),
        ];
        assert_eq!(order(&[both]), expect(&rest));
        let renamed = choice(Some("unplugged"), Some("The webcam"));
        let rest = [
            ("webcam", Chosen(0)),
            ("built-in", Default),
            ("headset", Any),
        ];
        assert_eq!(order(&[renamed]), expect(&rest));
    }

    #[test]
    fn the_first_of_several_that_is_there_is_the_best() {
        use Rank::{Any, Chosen, Default};
        let gone = choice(Some("unplugged"), None);
        let headset = choice(None, Some("The headset"));
        let webcam = choice(Some("webcam"), None);
        let rest = [
            ("headset", Chosen(1)),
            ("webcam", Chosen(2)),
            ("built-in", Default),
        ];
        assert_eq!(
            order(&[gone, headset.clone(), webcam.clone()]),
            expect(&rest)
        );
        let rest = [
            ("webcam", Chosen(0)),
            ("headset", Chosen(1)),
            ("built-in", Default),
        ];
        assert_eq!(order(&[webcam, headset]), expect(&rest));
        let rest = [("built-in", Default), ("webcam", Any), ("headset", Any)];
        assert_eq!(order(&[]), expect(&rest));
    }

    #[test]
    fn a_monitor_is_no_microphone_unless_it_was_asked_for() {
        let monitor = choice(Some("monitor"), None);
        assert_eq!(order(&[monitor])[0], ("monitor".into(), Rank::Chosen(0)));
        let mut devices = devices();
        devices.retain(|device| device.is_monitor);
        devices[0].is_default = true;
        let order = best_first(&[], &devices);
        assert!(order.is_empty(), "{order:?}");
    }
}
