//! One device's post: what was chosen for it, what serves it, and who could.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::ring::StreamCounters;
use super::{DeviceChoice, DeviceInfo, Devices, Input, Moved, Output};
use crate::{AudioEvent, Role};

/// A device that does not call back for this long is lost.
const SILENT: Duration = Duration::from_millis(700);
/// But it may take this long to begin.
const FIRST_CALL: Duration = Duration::from_secs(3);
/// A stream that wants to be built anew twice within this time is given up.
const REBUILT_AGAIN: Duration = Duration::from_secs(2);
/// Waits between tries when nothing can be opened.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(4);

/// A choice for either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Device(DeviceChoice),
    Wav(PathBuf),
    Silent,
}

impl From<Input> for Choice {
    fn from(input: Input) -> Self {
        match input {
            Input::Default => Choice::Device(DeviceChoice::default()),
            Input::Device(choice) => Choice::Device(choice),
            Input::Wav(path) => Choice::Wav(path),
            Input::Silent => Choice::Silent,
        }
    }
}

impl From<Output> for Choice {
    fn from(output: Output) -> Self {
        match output {
            Output::Default => Choice::Device(DeviceChoice::default()),
            Output::Device(choice) => Choice::Device(choice),
            Output::Wav(path) => Choice::Wav(path),
            Output::Silent => Choice::Silent,
        }
    }
}

/// One role and what serves it.
pub(super) struct Post {
    pub(super) choice: Choice,
    pub(super) open: Option<Open>,
    pub(super) needed_until: Option<Instant>,
    pub(super) retry: Option<Retry>,
    pub(super) look_for_better: Option<Instant>,
    /// The device lost last, and until when it is avoided.
    pub(super) avoid: Option<(String, Instant)>,
    /// When the stream was last built anew because the system wanted that.
    pub(super) rebuilt: Option<Instant>,
    /// The last thing said about this role, so that it is said once.
    pub(super) announced: Option<AudioEvent>,
    pub(super) broken_file: bool,
}

impl Post {
    pub(super) fn new(choice: Choice) -> Self {
        Self {
            choice,
            open: None,
            needed_until: None,
            retry: None,
            look_for_better: None,
            avoid: None,
            rebuilt: None,
            announced: None,
            broken_file: false,
        }
    }

    /// Whether it is to be on whatever device is the default.
    pub(super) fn follows_default(&self) -> bool {
        matches!(&self.choice, Choice::Device(choice) if *choice == DeviceChoice::default())
    }

    /// Why the open stream is of no more use, if it is not.
    pub(super) fn fault(&mut self, now: Instant) -> Option<Fault> {
        let open = self.open.as_mut()?;
        if open.counters.failed.load(Ordering::Acquire) {
            // A device that goes on doing so is no better than one that has gone.
            let rebuilt_before = self
                .rebuilt
                .is_some_and(|then| now.saturating_duration_since(then) < REBUILT_AGAIN);
            let invalidated = open.counters.invalidated.load(Ordering::Relaxed);
            return Some(if invalidated && !rebuilt_before {
                Fault::Invalidated
            } else {
                Fault::Gone
            });
        }
        if open.is_file {
            return None;
        }
        let calls = open.counters.callbacks.load(Ordering::Relaxed);
        if calls != open.calls {
            open.calls = calls;
            open.called = Some(now);
        }
        // Some devices fill their buffer and then take their time to begin.
        let grace = open.since + (FIRST_CALL - SILENT);
        let quiet_since = open.called.map_or(grace, |called| called.max(grace));
        let silent = now.saturating_duration_since(quiet_since) > SILENT;
        silent.then_some(Fault::Silent)
    }
}

/// What is wrong with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Gone,
    Silent,
    /// The device is there, but its stream must be built anew: its rate changed, for example.
    Invalidated,
}

/// A stream at work.
pub(super) struct Open {
    /// Kept for its end.
    pub(super) _stream: Box<dyn Send>,
    pub(super) counters: Arc<StreamCounters>,
    pub(super) moved: Moved,
    pub(super) device: DeviceInfo,
    pub(super) preferred: bool,
    pub(super) is_file: bool,
    /// Callbacks seen, and when they last grew.
    pub(super) calls: u64,
    pub(super) called: Option<Instant>,
    pub(super) since: Instant,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    pub(super) at: Instant,
    pub(super) wait: Duration,
}

impl Retry {
    pub(super) fn first(now: Instant) -> Self {
        Self {
            at: now + FIRST_RETRY,
            wait: FIRST_RETRY,
        }
    }

    pub(super) fn later(self, now: Instant) -> Self {
        let wait = (self.wait * 2).min(LAST_RETRY);
        Self {
            at: now + wait,
            wait,
        }
    }
}

/// Devices in the order to try them, each with whether it is what was asked for: by id, by name,
/// the default, then any. One to avoid comes last.
pub(super) fn candidates(
    role: Role,
    choice: &DeviceChoice,
    devices: &Devices,
    avoid: Option<&str>,
) -> Vec<(DeviceInfo, bool)> {
    let list = match role {
        Role::Input => &devices.inputs,
        Role::Output | Role::Ring => &devices.outputs,
    };
    let asks = choice.id.is_some() || choice.name.is_some();
    let by_id = list
        .iter()
        .find(|device| Some(&device.id) == choice.id.as_ref());
    let chosen = by_id.or_else(|| {
        list.iter()
            .find(|device| choice.name.is_some() && Some(&device.name) == choice.name.as_ref())
    });
    // A sound server whose last microphone is gone makes a monitor the default: the caller would hear
    // themselves.
    let usable = |device: &&DeviceInfo| !device.is_monitor;
    let default = list.iter().filter(usable).find(|device| device.is_default);
    let mut order: Vec<(DeviceInfo, bool)> = Vec::new();
    let mut add = |device: &DeviceInfo, preferred: bool| {
        if !order.iter().any(|(known, _)| known.id == device.id) {
            order.push((device.clone(), preferred));
        }
    };
    if let Some(chosen) = chosen {
        add(chosen, true);
    }
    if let Some(default) = default {
        add(default, !asks);
    }
    for device in list.iter().filter(usable) {
        add(device, false);
    }
    // A stable sort: only the one to avoid moves.
    order.sort_by_key(|(device, _)| avoid == Some(device.id.as_str()));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn devices() -> Devices {
        let device = |id: &str, is_default, is_monitor| DeviceInfo {
            id: id.into(),
            name: format!("The {id}"),
            is_default,
            is_monitor,
        };
        Devices {
            host: "test".into(),
            inputs: vec![
                device("webcam", false, false),
                device("headset", false, false),
                device("built-in", true, false),
                device("monitor", false, true),
            ],
            outputs: vec![device("speaker", true, false)],
        }
    }

    fn order(choice: DeviceChoice, avoid: Option<&str>) -> Vec<(String, bool)> {
        candidates(Role::Input, &choice, &devices(), avoid)
            .into_iter()
            .map(|(device, preferred)| (device.id, preferred))
            .collect()
    }

    fn expect(list: &[(&str, bool)]) -> Vec<(String, bool)> {
        list.iter()
            .map(|(id, preferred)| ((*id).into(), *preferred))
            .collect()
    }

    #[test]
    fn the_id_is_tried_before_the_name_then_the_default_then_any() {
        let both = DeviceChoice {
            id: Some("headset".into()),
            name: Some("The webcam".into()),
        };
        let rest = [("headset", true), ("built-in", false), ("webcam", false)];
        assert_eq!(order(both, None), expect(&rest));
        let renamed = DeviceChoice {
            id: Some("unplugged".into()),
            name: Some("The webcam".into()),
        };
        let rest = [("webcam", true), ("built-in", false), ("headset", false)];
        assert_eq!(order(renamed, None), expect(&rest));
    }

    #[test]
    fn without_a_choice_the_default_is_preferred_and_monitors_are_never_stand_ins() {
        let rest = [("built-in", true), ("webcam", false), ("headset", false)];
        assert_eq!(order(DeviceChoice::default(), None), expect(&rest));
        let monitor = DeviceChoice {
            id: Some("monitor".into()),
            name: None,
        };
        assert_eq!(order(monitor, None)[0], ("monitor".into(), true));
    }

    #[test]
    fn a_monitor_is_no_microphone_though_it_be_the_default() {
        let mut devices = devices();
        devices.inputs.retain(|device| device.is_monitor);
        devices.inputs[0].is_default = true;
        let order = candidates(Role::Input, &DeviceChoice::default(), &devices, None);
        assert!(order.is_empty(), "{order:?}");
    }

    #[test]
    fn a_lost_device_is_tried_last() {
        let rest = [("webcam", false), ("headset", false), ("built-in", true)];
        assert_eq!(
            order(DeviceChoice::default(), Some("built-in")),
            expect(&rest)
        );
    }

    #[test]
    fn retries_come_ever_later_up_to_a_bound() {
        let now = Instant::now();
        let mut retry = Retry::first(now);
        for _ in 0..10 {
            retry = retry.later(now);
        }
        assert_eq!(retry.at - now, LAST_RETRY);
    }
}
