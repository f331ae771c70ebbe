use std::time::Duration;

use warmline_desk::{DeskError, ErrorCode, Levels, Profile, Snapshot, journal::Remembered};

use crate::{
    call,
    devices::Devices,
    party::Agent,
    quality::Meters,
    recent::{UiRecent, recent},
    registration,
    snapshot::{UiAccount, UiNotice, UiSnapshot},
    transfer,
};

/// Makes what the pages show of what the desk says. Remembers only what a single snapshot of the
/// desk cannot tell: figures of the last seconds, and faults that the agent should still see.
#[derive(Debug)]
pub struct Presenter {
    agent: Agent,
    meters: Meters,
    faults: Vec<Fault>,
    devices: Devices,
    recents: Vec<UiRecent>,
}

impl Presenter {
    /// For the agent of this profile.
    pub fn new(profile: &Profile) -> Self {
        Self {
            agent: Agent {
                name: profile.display_name.clone(),
                user: profile.aor.user().to_owned(),
                domain: profile.aor.domain().to_owned(),
                server: profile.server().host().to_owned(),
                country: profile.country,
            },
            meters: Meters::default(),
            faults: Vec::new(),
            devices: Devices::default(),
            recents: Vec::new(),
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

    /// The calls that are over, the newest first, are these now.
    pub fn look_back_on(&mut self, calls: &[Remembered]) {
        let shown = calls.iter().map(|call| recent(call, &self.agent));
        self.recents = shown.collect();
    }

    /// The pages' snapshot. `levels` are those of now; `closing` says that the window waits for the
    /// agent's leave to close.
    pub fn present(&mut self, snapshot: &Snapshot, levels: Levels, closing: bool) -> UiSnapshot {
        self.faults.retain(|fault| snapshot.at < fault.until);
        let qualities = self.meters.read(snapshot);
        let calls: Vec<_> = snapshot
            .calls
            .iter()
            .map(|view| call::call(view, &self.agent, qualities.get(&view.id).cloned()))
            .collect();
        let (sound, mut notices) = self.devices.present(snapshot, levels);
        notices.extend(self.faults.iter().map(|fault| fault.notice.clone()));
        UiSnapshot {
            now_ms: millis(snapshot.at),
            account: UiAccount::SignedIn(registration::registration(snapshot, &self.agent)),
            sign_ins: Vec::new(),
            lines: Vec::new(),
            calls,
            transfers: snapshot
                .transfers
                .iter()
                .map(|view| transfer::transfer(view, snapshot, &self.agent))
                .collect(),
            group: snapshot
                .group
                .as_ref()
                .map(|view| transfer::group(view, snapshot)),
            recovery: snapshot
                .recovery
                .as_ref()
                .map(|view| transfer::recovery(view, &self.agent)),
            notices,
            sound,
            recents: self.recents.clone(),
            closing,
        }
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

pub(crate) fn notice(words: &str, advice: &str) -> UiNotice {
    UiNotice {
        words: words.to_owned(),
        advice: said(advice),
    }
}

/// Long enough to be read beside a conversation.
const FAULT_SHOWN: Duration = Duration::from_secs(15);

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use warmline_desk::{
        CallId, CallView, DeviceState, DeviceView, Direction, Hold, Party, Pii, Registration,
        State, Volumes,
    };

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
            chosen: None,
        }
    }

    /// A phone without calls, after so many seconds.
    pub(crate) fn idle(at_s: u64) -> Snapshot {
        Snapshot {
            at: Duration::from_secs(at_s),
            registration: Registration::Registered { expires_s: 600 },
            calls: Vec::new(),
            focus: None,
            transfers: Vec::new(),
            group: None,
            recovery: None,
            microphone: device(DeviceState::InUse),
            speaker: device(DeviceState::StandIn),
            ringer: device(DeviceState::InUse),
            volumes: Volumes::default(),
            devices: None,
            stopped: false,
        }
    }

    #[test]
    fn a_fault_is_shown_for_a_while_and_once() {
        let mut presenter = presenter();
        let error = DeskError::new(ErrorCode::HoldFailed, "They refused to hold.", "");
        presenter.fault(Duration::from_secs(1), &error);
        presenter.fault(Duration::from_secs(2), &error);
        let notices = presenter
            .present(&idle(3), Levels::default(), false)
            .notices;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].words, "They refused to hold.");
        assert_eq!(notices[0].advice, None);
        assert!(
            presenter
                .present(&idle(17), Levels::default(), false)
                .notices
                .is_empty()
        );
    }

    #[test]
    fn calls_that_are_over_are_shown_until_others_are() {
        let mut presenter = presenter();
        let shown = |presenter: &mut Presenter| {
            let snapshot = presenter.present(&idle(1), Levels::default(), false);
            let ids = snapshot.recents.iter().map(|recent| recent.id);
            ids.collect::<Vec<_>>()
        };
        let journal = |id| Remembered {
            id,
            call: crate::recent::tests::call(),
            steps: Vec::new(),
        };
        presenter.look_back_on(&[journal(2), journal(1)]);
        assert_eq!(shown(&mut presenter), [2, 1]);
        assert_eq!(shown(&mut presenter), [2, 1]);
        presenter.look_back_on(&[]);
        assert!(shown(&mut presenter).is_empty());
    }

    /// One that comes in.
    pub(crate) fn call() -> CallView {
        CallView {
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
            volume_percent: 100,
            silenced: false,
            suspicion: None,
            referral: None,
            recovering: false,
            longest_gap: None,
            handed: None,
            began: std::time::SystemTime::UNIX_EPOCH,
            started_at: Duration::ZERO,
            answered_at: None,
            first_audio_at: None,
            note: warmline_desk::Note::default(),
            dtmf_sent: Pii::new(String::new()),
            stats: None,
            ending: None,
        }
    }
}
