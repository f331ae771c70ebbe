use std::time::Duration;

use warmline_desk::{DeskError, DeviceState, DeviceView, ErrorCode, Profile, Snapshot, State};

use crate::{
    call,
    party::Agent,
    quality::Meters,
    registration,
    snapshot::{UiAccount, UiNotice, UiSnapshot},
    sound::{UiDevice, UiDeviceState, UiSound},
};

/// Makes what the pages show of what the desk says. Remembers only what a single snapshot of the
/// desk cannot tell: figures of the last seconds, and faults that the agent should still see.
#[derive(Debug)]
pub struct Presenter {
    agent: Agent,
    meters: Meters,
    faults: Vec<Fault>,
    /// Since when a call has needed a device that cannot be used: microphone, speaker, ringer.
    missing: [Option<Duration>; 3],
}

impl Presenter {
    /// For the agent of this profile.
    pub fn new(profile: &Profile) -> Self {
        Self {
            agent: Agent {
                name: profile.display_name.clone(),
                user: profile.aor.user().to_owned(),
                domain: profile.aor.domain().to_owned(),
                server: profile.server.host().to_owned(),
            },
            meters: Meters::default(),
            faults: Vec::new(),
            missing: [None; 3],
        }
    }

    /// Something failed that no snapshot shows. It is shown for a while from `at` on, counted from
    /// the start of the desk.
    pub fn fault(&mut self, at: Duration, error: &DeskError) {
        // Devices are shown for as long as they are missing.
        if matches!(
            error.code,
            ErrorCode::NoMicrophone | ErrorCode::NoSpeaker | ErrorCode::NoRinger
        ) {
            return;
        }
        self.faults.retain(|fault| fault.code != error.code);
        self.faults.push(Fault {
            code: error.code,
            until: at + FAULT_SHOWN,
            notice: notice(&error.what, &error.advice),
        });
    }

    /// The pages' snapshot. `microphone_dbfs` is the level now, from -100 to 0; `closing` says that
    /// the window waits for the agent's leave to close.
    pub fn present(
        &mut self,
        snapshot: &Snapshot,
        microphone_dbfs: f32,
        closing: bool,
    ) -> UiSnapshot {
        self.faults.retain(|fault| snapshot.at < fault.until);
        let qualities = self.meters.read(snapshot);
        let calls: Vec<_> = snapshot
            .calls
            .iter()
            .map(|view| call::call(view, &self.agent, qualities.get(&view.id).cloned()))
            .collect();
        let mut notices = self.device_notices(snapshot);
        notices.extend(self.faults.iter().map(|fault| fault.notice.clone()));
        UiSnapshot {
            now_ms: millis(snapshot.at),
            account: UiAccount::SignedIn(registration::registration(snapshot, &self.agent)),
            calls,
            notices,
            sound: UiSound {
                microphone: UiDevice {
                    level_percent: level_percent(microphone_dbfs),
                    ..device(&snapshot.microphone)
                },
                speaker: device(&snapshot.speaker),
                ringer: device(&snapshot.ringer),
                tones_percent: 50,
                choices: None,
            },
            recents: Vec::new(),
            closing,
        }
    }
}

impl Presenter {
    /// What of what the calls need now is missing. A device that nobody needs is closed, and one that
    /// is only being opened is not missing.
    fn device_notices(&mut self, snapshot: &Snapshot) -> Vec<UiNotice> {
        let any = |is: fn(&State) -> bool| snapshot.calls.iter().any(|call| is(&call.state));
        let talking = any(|state| matches!(state, State::Established | State::Answering));
        let calling = any(|state| matches!(state, State::Dialing | State::Ringing { .. }));
        let ringing = any(|state| *state == State::Incoming);
        let needed = [
            (talking, &snapshot.microphone),
            (talking || calling, &snapshot.speaker),
            (ringing, &snapshot.ringer),
        ];
        let mut notices = Vec::new();
        for ((since, (needed, device)), (words, advice)) in
            self.missing.iter_mut().zip(needed).zip(MISSING)
        {
            if !needed || usable(device) {
                *since = None;
            } else if snapshot.at - *since.get_or_insert(snapshot.at) >= OPENING {
                notices.push(notice(words, advice));
            }
        }
        notices
    }
}

/// Milliseconds since the start of the desk.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A text, unless it is empty.
pub(crate) fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[derive(Debug)]
struct Fault {
    code: ErrorCode,
    until: Duration,
    notice: UiNotice,
}

fn notice(words: &str, advice: &str) -> UiNotice {
    UiNotice {
        words: words.to_owned(),
        advice: said(advice),
    }
}

fn usable(device: &DeviceView) -> bool {
    matches!(device.state, DeviceState::InUse | DeviceState::StandIn)
}

fn device(view: &DeviceView) -> UiDevice {
    UiDevice {
        name: view.name.clone(),
        state: match view.state {
            DeviceState::InUse => UiDeviceState::InUse,
            DeviceState::StandIn => UiDeviceState::StandIn,
            DeviceState::None | DeviceState::Lost => UiDeviceState::Closed,
        },
        volume_percent: 50,
        ..UiDevice::default()
    }
}

/// -60 dBFS and below is silence to the eye.
fn level_percent(dbfs: f32) -> u8 {
    ((dbfs + 60.0) / 60.0 * 100.0).clamp(0.0, 100.0).round() as u8
}

/// Long enough to be read beside a conversation.
const FAULT_SHOWN: Duration = Duration::from_secs(15);

/// A device takes so long to be opened at most.
const OPENING: Duration = Duration::from_secs(2);

const MISSING: [(&str, &str); 3] = [
    (
        "There is no microphone.",
        "Nobody can hear you. Plug in a headset: it is used at once.",
    ),
    (
        "There is no headset or speaker.",
        "You cannot hear anybody. Plug in a headset: it is used at once.",
    ),
    (
        "There is nothing to ring on.",
        "Calls come in silently. Plug in a headset or speaker: it is used at once.",
    ),
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use warmline_desk::{CallId, CallView, Direction, Hold, Party, Pii, Registration};

    use super::*;

    fn presenter() -> Presenter {
        let text = "server = \"wss://sbc.contact.example/ws\"\naor = \"sip:2001@contact.example\"\n\
                    password_file = \"password.txt\"\n";
        let profile = Profile::parse(text, Path::new("")).expect("a good profile");
        Presenter::new(&profile)
    }

    fn device(state: DeviceState) -> DeviceView {
        DeviceView {
            name: Some("Headset".into()),
            state,
        }
    }

    fn idle(at_s: u64) -> Snapshot {
        Snapshot {
            at: Duration::from_secs(at_s),
            registration: Registration::Registered { expires_s: 600 },
            calls: Vec::new(),
            focus: None,
            microphone: device(DeviceState::InUse),
            speaker: device(DeviceState::StandIn),
            ringer: device(DeviceState::InUse),
            stopped: false,
        }
    }

    #[test]
    fn a_fault_is_shown_for_a_while_and_once() {
        let mut presenter = presenter();
        let error = DeskError::new(ErrorCode::HoldFailed, "They refused to hold.", "");
        presenter.fault(Duration::from_secs(1), &error);
        presenter.fault(Duration::from_secs(2), &error);
        let notices = presenter.present(&idle(3), -100.0, false).notices;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].words, "They refused to hold.");
        assert_eq!(notices[0].advice, None);
        assert!(
            presenter
                .present(&idle(17), -100.0, false)
                .notices
                .is_empty()
        );
    }

    fn ringing(at_s: u64) -> Snapshot {
        Snapshot {
            calls: vec![CallView {
                id: CallId::new(1),
                direction: Direction::Incoming,
                state: State::Incoming,
                party: Party::new("sip:2002@contact.example"),
                invite: None,
                hold: Hold::No,
                remote_hold: false,
                muted: false,
                heard: false,
                connected: false,
                started_at: Duration::ZERO,
                answered_at: None,
                first_audio_at: None,
                dtmf_sent: Pii::new(String::new()),
                stats: None,
                ending: None,
            }],
            ringer: device(DeviceState::None),
            ..idle(at_s)
        }
    }

    #[test]
    fn a_device_is_missed_only_while_a_call_needs_it_and_it_had_time_to_open() {
        let mut presenter = presenter();
        let mut words = |snapshot: &Snapshot| {
            let shown = presenter.present(snapshot, -100.0, false).notices;
            shown
                .into_iter()
                .map(|notice| notice.words)
                .collect::<Vec<_>>()
        };
        let closed = Snapshot {
            ringer: device(DeviceState::None),
            ..idle(1)
        };
        assert!(words(&closed).is_empty());
        assert!(words(&ringing(2)).is_empty());
        assert_eq!(words(&ringing(4)), ["There is nothing to ring on."]);
        let plugged_in = Snapshot {
            ringer: device(DeviceState::StandIn),
            ..ringing(5)
        };
        assert!(words(&plugged_in).is_empty());
        assert!(words(&ringing(6)).is_empty());
    }

    #[test]
    fn levels_fill_the_meter_from_silence_to_full_scale() {
        assert_eq!(level_percent(-100.0), 0);
        assert_eq!(level_percent(-30.0), 50);
        assert_eq!(level_percent(0.0), 100);
        assert_eq!(level_percent(3.0), 100);
    }
}
