//! What the pages show of the sound devices, and what of them a call misses.

use std::time::Duration;

use warmline_desk::{
    CallView, DeviceInfo, DeviceState, DeviceView, Devices as Listed, Levels, Snapshot, State,
};

use crate::{
    UiCheck,
    snapshot::{UiNotice, UiNoticeKind},
    sound::{
        UiDevice, UiDeviceChoice, UiDeviceChoices, UiDeviceState, UiHeadset, UiSound, UiVoice,
    },
};

/// Since when each device has been needed and could not be used: microphone, speaker, ringer.
#[derive(Debug, Default)]
pub(crate) struct Devices {
    unusable: [Option<Duration>; 3],
}

impl Devices {
    /// Devices and loudness, and what the agent is told unasked: a call misses one of them.
    pub(crate) fn present(
        &mut self,
        snapshot: &Snapshot,
        levels: Levels,
    ) -> (UiSound, Vec<UiNotice>) {
        let needs = needs(snapshot);
        let views = [&snapshot.microphone, &snapshot.speaker, &snapshot.ringer];
        let mut states = [UiDeviceState::Closed; 3];
        let mut notices = Vec::new();
        for (n, (need, view)) in needs.into_iter().zip(views).enumerate() {
            states[n] = self.state(n, need, view, snapshot.at);
            if need != Need::Call {
                continue;
            }
            match states[n] {
                UiDeviceState::Missing => notices.push(UiNotice::of(MISSING[n])),
                UiDeviceState::Denied => notices.push(UiNotice::of(DENIED[n])),
                UiDeviceState::Closed | UiDeviceState::InUse | UiDeviceState::StandIn => {}
            }
        }
        let listed = snapshot.devices.as_deref();
        let inputs = listed.map(|listed| listed.inputs.as_slice());
        let outputs = listed.map(|listed| listed.outputs.as_slice());
        let device = |view: &DeviceView, state, known, level, volume_percent| UiDevice {
            chosen: chosen(view, known),
            name: view.name.clone(),
            state,
            level_percent: level_percent(level),
            volume_percent,
        };
        notices.extend(of_microphone(snapshot));
        let [microphone, speaker, ringer] = views;
        let volumes = snapshot.volumes;
        let sound = UiSound {
            microphone: device(microphone, states[0], inputs, levels.input, 100),
            speaker: device(speaker, states[1], outputs, levels.output, volumes.calls),
            ringer: device(ringer, states[2], outputs, levels.ring, volumes.ring),
            headset: snapshot.headset.as_ref().map(UiHeadset::of),
            tones_percent: volumes.tones,
            voice: UiVoice::of(snapshot),
            check: snapshot.check.as_ref().map(UiCheck::of),
            choices: listed.map(choices),
        };
        (sound, notices)
    }

    /// A device that nobody needs is closed, and one that is only being opened is not missing.
    fn state(&mut self, n: usize, need: Need, view: &DeviceView, now: Duration) -> UiDeviceState {
        let usable = match view.state {
            _ if need == Need::Nobody => Some(UiDeviceState::Closed),
            DeviceState::InUse => Some(UiDeviceState::InUse),
            DeviceState::StandIn => Some(UiDeviceState::StandIn),
            DeviceState::Denied => Some(UiDeviceState::Denied),
            DeviceState::Closed | DeviceState::None | DeviceState::Lost => None,
        };
        match usable {
            Some(state) => {
                self.unusable[n] = None;
                state
            }
            None if now - *self.unusable[n].get_or_insert(now) >= OPENING => UiDeviceState::Missing,
            None => UiDeviceState::Closed,
        }
    }
}

/// What is told of a microphone that is there.
fn of_microphone(snapshot: &Snapshot) -> Option<UiNotice> {
    let talks = |call: &&CallView| call.state == State::Established && call.heard;
    let mut talks = snapshot.calls.iter().filter(talks).peekable();
    talks.peek()?;
    let muted = talks.all(|call| call.muted);
    let spoke = snapshot.spoke_muted_at;
    if muted && spoke.is_some_and(|at| snapshot.at < at + SPOKE_SHOWN) {
        return Some(UiNotice::of(UiNoticeKind::SpeaksMuted));
    }
    let silent = UiNotice::of(UiNoticeKind::MicrophoneSilent);
    snapshot.microphone_silent.then_some(silent)
}

/// Who needs a device now.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Need {
    Nobody,
    /// The agent, who looks at it.
    Looker,
    Call,
}

/// Who needs microphone, speaker and ringer.
fn needs(snapshot: &Snapshot) -> [Need; 3] {
    let any = |is: fn(&State) -> bool| snapshot.calls.iter().any(|call| is(&call.state));
    let talking = any(|state| matches!(state, State::Established | State::Answering));
    let calling = any(|state| matches!(state, State::Dialing | State::Ringing { .. }));
    // A call that comes in during another is heard in the headset.
    let ringing = any(|state| *state == State::Incoming) && !talking && !calling;
    let of = |needed, otherwise| if needed { Need::Call } else { otherwise };
    let looker = match snapshot.devices {
        Some(_) => Need::Looker,
        None => Need::Nobody,
    };
    [
        of(talking, looker),
        of(talking || calling, Need::Nobody),
        of(ringing, Need::Nobody),
    ]
}

/// The id of the chosen device; where it goes by another now, the one it goes by.
fn chosen(view: &DeviceView, known: Option<&[DeviceInfo]>) -> Option<String> {
    if view.everywhere {
        return Some(EVERYWHERE.to_owned());
    }
    let chosen = view.chosen.as_ref()?;
    let known = known.unwrap_or_default();
    let by_id = |device: &&DeviceInfo| Some(&device.id) == chosen.id.as_ref();
    let by_name = |device: &&DeviceInfo| Some(&device.name) == chosen.name.as_ref();
    let found = known.iter().find(by_id);
    let found = found.or_else(|| known.iter().find(by_name));
    let id = found.map(|device| device.id.clone());
    id.or_else(|| chosen.id.clone())
        .or_else(|| chosen.name.clone())
}

/// Stands for all devices, among the ids: no system has a device of that name.
pub const EVERYWHERE: &str = "everywhere";

fn choices(listed: &Listed) -> UiDeviceChoices {
    let offered = |devices: &[DeviceInfo]| {
        let devices = devices.iter().filter(|device| !device.is_monitor);
        let choice = |device: &DeviceInfo| UiDeviceChoice {
            id: device.id.clone(),
            name: device.name.clone(),
            is_default: device.is_default,
        };
        devices.map(choice).collect()
    };
    UiDeviceChoices {
        microphones: offered(&listed.inputs),
        speakers: offered(&listed.outputs),
    }
}

/// -60 dBFS and below is silence to the eye.
fn level_percent(dbfs: f32) -> u8 {
    ((dbfs + 60.0) / 60.0 * 100.0).clamp(0.0, 100.0).round() as u8
}

/// Long enough to be seen by who speaks.
const SPOKE_SHOWN: Duration = Duration::from_secs(8);

/// A device takes so long to be opened at most.
const OPENING: Duration = Duration::from_secs(2);

const DENIED: [UiNoticeKind; 3] = [
    UiNoticeKind::MicrophoneDenied,
    UiNoticeKind::SpeakerDenied,
    UiNoticeKind::RingerDenied,
];

const MISSING: [UiNoticeKind; 3] = [
    UiNoticeKind::NoMicrophone,
    UiNoticeKind::NoSpeaker,
    UiNoticeKind::NoRinger,
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use warmline_desk::{CallId, DeviceChoice, Direction, Volumes};

    use super::*;
    use crate::presenter::tests::{call, idle};

    fn device(state: DeviceState) -> DeviceView {
        DeviceView {
            name: Some("Headset".into()),
            state,
            refusal: None,
            chosen: None,
            everywhere: false,
        }
    }

    fn with(at_s: u64, calls: &[State]) -> Snapshot {
        let calls = calls.iter().zip(1..).map(|(state, n)| CallView {
            id: CallId::new(n),
            direction: Direction::Incoming,
            state: *state,
            ..call()
        });
        Snapshot {
            calls: calls.collect(),
            ringer: device(DeviceState::None),
            ..idle(at_s)
        }
    }

    fn shown(devices: &mut Devices, snapshot: &Snapshot) -> (UiSound, Vec<UiNoticeKind>) {
        let (sound, notices) = devices.present(snapshot, Levels::default());
        (sound, notices.into_iter().map(|n| n.kind).collect())
    }

    #[test]
    fn who_speaks_muted_is_told_for_a_while_and_of_a_silent_microphone_as_long_as_it_is() {
        let words = |snapshot: &Snapshot| shown(&mut Devices::default(), snapshot).1;
        let mut talking = with(10, &[State::Established]);
        talking.calls[0].heard = true;
        talking.spoke_muted_at = Some(Duration::from_secs(9));
        assert!(words(&talking).is_empty(), "not muted any more");
        talking.calls[0].muted = true;
        assert_eq!(words(&talking), [UiNoticeKind::SpeaksMuted]);
        talking.at = Duration::from_secs(20);
        assert!(words(&talking).is_empty());
        talking.calls[0].muted = false;
        talking.microphone_silent = true;
        assert_eq!(words(&talking), [UiNoticeKind::MicrophoneSilent]);
        talking.calls.clear();
        assert!(words(&talking).is_empty());
    }

    #[test]
    fn a_device_is_missed_only_while_a_call_needs_it_and_it_had_time_to_open() {
        let mut devices = Devices::default();
        let mut ringer = |snapshot: &Snapshot| {
            let (sound, words) = shown(&mut devices, snapshot);
            (sound.ringer.state, words.len())
        };
        assert_eq!(ringer(&with(1, &[])), (UiDeviceState::Closed, 0));
        let ringing = |at_s| with(at_s, &[State::Incoming]);
        assert_eq!(ringer(&ringing(2)), (UiDeviceState::Closed, 0));
        assert_eq!(ringer(&ringing(4)), (UiDeviceState::Missing, 1));
        let plugged_in = Snapshot {
            ringer: device(DeviceState::StandIn),
            ..ringing(5)
        };
        assert_eq!(ringer(&plugged_in), (UiDeviceState::StandIn, 0));
        assert_eq!(ringer(&ringing(6)), (UiDeviceState::Closed, 0));
        let waiting = with(9, &[State::Established, State::Incoming]);
        assert_eq!(ringer(&waiting), (UiDeviceState::Closed, 0));
    }

    #[test]
    fn who_looks_at_no_microphone_sees_that_and_is_not_warned_of_it() {
        let mut devices = Devices::default();
        let looking = |at_s| Snapshot {
            devices: Some(Arc::default()),
            microphone: device(DeviceState::None),
            ..idle(at_s)
        };
        shown(&mut devices, &looking(1));
        let (sound, words) = shown(&mut devices, &looking(3));
        assert_eq!(sound.microphone.state, UiDeviceState::Missing);
        assert_eq!(sound.speaker.state, UiDeviceState::Closed);
        assert!(words.is_empty(), "{words:?}");
        let talking = Snapshot {
            calls: with(4, &[State::Established]).calls,
            ..looking(4)
        };
        let (_, words) = shown(&mut devices, &talking);
        assert_eq!(words, [UiNoticeKind::NoMicrophone]);
    }

    #[test]
    fn who_may_not_listen_is_told() {
        let snapshot = Snapshot {
            microphone: device(DeviceState::Denied),
            ..with(1, &[State::Established])
        };
        let (sound, notices) = Devices::default().present(&snapshot, Levels::default());
        assert_eq!(sound.microphone.state, UiDeviceState::Denied);
        assert_eq!(notices[0].kind, UiNoticeKind::MicrophoneDenied);
    }

    #[test]
    fn a_repeater_of_a_speaker_is_not_offered() {
        let info = |id: &str, is_default, is_monitor| DeviceInfo {
            id: id.into(),
            name: format!("The {id}"),
            is_default,
            is_monitor,
        };
        let listed = Listed {
            host: "test".into(),
            inputs: vec![info("mic", false, false), info("monitor", false, true)],
            outputs: vec![info("headset", true, false)],
        };
        let snapshot = Snapshot {
            devices: Some(Arc::new(listed)),
            ..idle(1)
        };
        let (sound, _) = shown(&mut Devices::default(), &snapshot);
        let choices = sound.choices.expect("the agent looks");
        assert_eq!(choices.microphones.len(), 1);
        assert_eq!(choices.microphones[0].name, "The mic");
        assert!(choices.speakers[0].is_default);
        let (sound, _) = shown(&mut Devices::default(), &idle(1));
        assert_eq!(sound.choices, None);
    }

    #[test]
    fn a_chosen_device_is_found_by_its_name_where_its_id_has_changed() {
        let view = DeviceView {
            chosen: Some(DeviceChoice {
                id: Some("socket-1".into()),
                name: Some("Headset".into()),
            }),
            ..device(DeviceState::InUse)
        };
        let known = |id: &str| DeviceInfo {
            id: id.into(),
            name: "Headset".into(),
            is_default: false,
            is_monitor: false,
        };
        let among = |known: &[DeviceInfo]| chosen(&view, Some(known));
        assert_eq!(among(&[known("socket-2")]).as_deref(), Some("socket-2"));
        let both = [known("socket-2"), known("socket-1")];
        assert_eq!(among(&both).as_deref(), Some("socket-1"));
        assert_eq!(among(&[]).as_deref(), Some("socket-1"));
        assert_eq!(chosen(&view, None).as_deref(), Some("socket-1"));
        assert_eq!(chosen(&device(DeviceState::InUse), None), None);
        let everywhere = DeviceView {
            everywhere: true,
            ..device(DeviceState::InUse)
        };
        assert_eq!(chosen(&everywhere, None).as_deref(), Some(EVERYWHERE));
    }

    #[test]
    fn levels_and_volumes_go_to_their_devices() {
        let snapshot = Snapshot {
            volumes: Volumes {
                calls: 90,
                tones: 40,
                ring: 20,
            },
            ..idle(1)
        };
        let levels = Levels {
            input: -30.0,
            output: -15.0,
            ring: -60.0,
        };
        let (sound, _) = Devices::default().present(&snapshot, levels);
        let of = |device: UiDevice| (device.level_percent, device.volume_percent);
        assert_eq!(of(sound.microphone).0, 50);
        assert_eq!(of(sound.speaker), (75, 90));
        assert_eq!(of(sound.ringer), (0, 20));
        assert_eq!(sound.tones_percent, 40);
    }

    #[test]
    fn levels_fill_the_meter_from_silence_to_full_scale() {
        assert_eq!(level_percent(-100.0), 0);
        assert_eq!(level_percent(-30.0), 50);
        assert_eq!(level_percent(0.0), 100);
        assert_eq!(level_percent(3.0), 100);
    }
}
