use std::{sync::Arc, time::Duration};

use warmline_desk::{
    CallId, DeskError, ErrorCode, Levels, LineId, LineView, Profile, Snapshot,
    journal::{Journal, Remembered},
    office::OfficeView,
};

use crate::{
    call,
    desktop::UiDesktop,
    devices::Devices,
    history::LookBack,
    party::Agent,
    people, quality,
    recent::{UiRecent, recent},
    registration,
    settings::UiWindow,
    sign_in,
    sign_in::UiLine,
    snapshot::{UiAccount, UiCall, UiKeeps, UiNotice, UiNoticeKind, UiSnapshot},
    transfer,
};

/// Makes what the pages show of what the desk says. Remembers only what a single snapshot of the
/// desk cannot tell: faults that the agent should still see.
#[derive(Debug)]
pub struct Presenter {
    /// Who the agent is on each line; at least one.
    agents: Vec<Agent>,
    faults: Vec<Fault>,
    devices: Devices,
    recents: Arc<[UiRecent]>,
    keeps: UiKeeps,
}

impl Presenter {
    /// For an agent of these lines: the first one, and the others in the order in which the desk has them.
    pub fn of_lines(first: &Profile, others: &[Profile]) -> Self {
        let agent = |profile: &Profile| Agent {
            name: profile.display_name.clone(),
            user: profile.aor.user().to_owned(),
            domain: profile.aor.domain().to_owned(),
            server: profile.server().host().to_owned(),
            country: profile.country,
        };
        let kept = Profile::history_of(first, others);
        Self {
            agents: std::iter::once(first).chain(others).map(agent).collect(),
            faults: Vec::new(),
            devices: Devices::default(),
            recents: Arc::default(),
            keeps: UiKeeps {
                days: u32::try_from(kept.age.as_secs() / DAY_S).unwrap_or(u32::MAX),
                calls: u32::try_from(kept.calls).unwrap_or(u32::MAX),
            },
        }
    }

    /// Something failed that no snapshot shows. It is shown for a while from `at` on, counted from
    /// the start of the desk.
    pub fn fault(&mut self, at: Duration, error: &DeskError) {
        // Devices are shown for as long as they are missing.
        if matches!(
            error.code,
            ErrorCode::NoMicrophone
                | ErrorCode::MicrophoneDenied
                | ErrorCode::NoSpeaker
                | ErrorCode::NoRinger
        ) {
            return;
        }
        self.faults.retain(|fault| fault.code != error.code);
        self.faults.push(Fault {
            code: error.code,
            until: at + FAULT_SHOWN,
            notice: UiNotice::fault(error),
        });
    }

    /// The calls that are over, the newest first, are these now.
    pub fn look_back_on(&mut self, calls: &[Remembered]) {
        let shown = calls.iter().map(|call| recent(call, &self.agents[0]));
        self.recents = shown.collect();
    }

    /// All calls that this journal keeps, as this agent looks back on them.
    pub fn look_back(&self, journal: Journal) -> LookBack {
        LookBack {
            journal,
            agent: self.agents[0].clone(),
        }
    }

    /// The pages' snapshot. `levels` are those of now; `closing` says that the window waits for the
    /// agent's leave to close; `office` is what stands around the phone, where the profile asks for a sign-in.
    pub fn present(
        &mut self,
        snapshot: &Snapshot,
        levels: Levels,
        closing: bool,
        office: Option<&OfficeView>,
    ) -> UiSnapshot {
        self.faults.retain(|fault| snapshot.at < fault.until);
        let lines = self.lines(snapshot);
        let calls: Vec<_> = snapshot
            .calls
            .iter()
            .map(|view| {
                let quality = quality::quality(view);
                let customer = lines.get(view.line.0 as usize);
                UiCall {
                    customer: customer.map(|line| line.customer.clone()),
                    ..call::call(view, self.agent(view.line), quality)
                }
            })
            .collect();
        let (sound, mut notices) = self.devices.present(snapshot, levels);
        if office.is_some_and(|office| office.in_teams_call) {
            notices.push(UiNotice::of(UiNoticeKind::InTeamsCall));
        }
        notices.extend(self.faults.iter().map(|fault| fault.notice.clone()));
        UiSnapshot {
            now_ms: millis(snapshot.at),
            account: UiAccount::SignedIn(registration::registration(
                &snapshot.registration,
                &self.agents[0],
            )),
            sign_ins: office.map_or_else(Vec::new, sign_in::sign_ins),
            lines,
            calls,
            transfers: snapshot
                .transfers
                .iter()
                .map(|view| {
                    let agent = self.agent_in(view.customer, snapshot);
                    let card = office.and_then(|office| office.cards.get(&view.customer));
                    let mut shown =
                        transfer::transfer(view, snapshot, agent, card.map(people::card));
                    let name = office.and_then(|office| office.asked.get(&view.customer));
                    shown.to.name = name.map(|name| name.expose().clone()).or(shown.to.name);
                    shown
                })
                .collect(),
            group: snapshot
                .group
                .as_ref()
                .map(|view| transfer::group(view, snapshot)),
            recovery: snapshot
                .recovery
                .as_ref()
                .map(|view| transfer::recovery(view, &self.agents[0])),
            notices,
            sound,
            recents: self.recents.clone(),
            keeps: Some(self.keeps),
            closing,
            window: UiWindow::default(),
            // Who has the window says so.
            dial_request: None,
            desktop: UiDesktop::default(),
        }
    }

    /// The lines as they are shown: not at all if there is but one.
    fn lines(&self, snapshot: &Snapshot) -> Vec<UiLine> {
        if snapshot.lines.len() < 2 {
            return Vec::new();
        }
        let line = |view: &LineView| UiLine {
            line: view.id.0,
            // A line that is nobody's in particular goes by its address.
            customer: view.customer.clone().unwrap_or_else(|| {
                let address = view.address.expose();
                address.trim_start_matches("sip:").to_owned()
            }),
            registration: registration::registration(&view.registration, self.agent(view.id)),
        };
        snapshot.lines.iter().map(line).collect()
    }

    /// Who the agent is on this line.
    fn agent(&self, line: LineId) -> &Agent {
        self.agents.get(line.0 as usize).unwrap_or(&self.agents[0])
    }

    /// Who the agent is in this call.
    fn agent_in(&self, call: CallId, snapshot: &Snapshot) -> &Agent {
        let line = snapshot.call(call).map(|view| view.line);
        self.agent(line.unwrap_or_default())
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

/// Seconds.
const DAY_S: u64 = 24 * 60 * 60;

/// Long enough to be read beside a conversation.
const FAULT_SHOWN: Duration = Duration::from_secs(15);

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use warmline_desk::{
        CallId, CallView, DeviceState, DeviceView, Direction, Hold, Party, Pii, Processing,
        RecordingView, Registration, State, Volumes, policy::Voice,
    };

    use super::*;
    use crate::UiShown;

    fn presenter() -> Presenter {
        let text = "server = \"wss://sbc.contact.example/ws\"\naor = \"sip:2001@contact.example\"\n\
                    password_file = \"password.txt\"\n";
        let profile = Profile::parse(text, Path::new("")).expect("a good profile");
        Presenter::of_lines(&profile, &[])
    }

    fn device(state: DeviceState) -> DeviceView {
        DeviceView {
            name: Some("Headset".into()),
            state,
            refusal: None,
            chosen: None,
            everywhere: false,
        }
    }

    fn line(id: u32, customer: Option<&str>) -> LineView {
        LineView {
            id: LineId(id),
            customer: customer.map(str::to_owned),
            address: Pii::new(format!("sip:robin@line{id}.example")),
            registration: Registration::Registered { expires_s: 600 },
        }
    }

    #[test]
    fn several_lines_are_shown_and_a_call_says_whose_it_is() {
        let mut presenter = presenter();
        let mut snapshot = idle(1);
        let second = |line| CallView { line, ..call() };
        snapshot.calls = vec![second(LineId(1))];
        let alone = presenter.present(&snapshot, Levels::default(), false, None);
        assert!(alone.lines.is_empty() && alone.calls[0].customer.is_none());

        snapshot.lines = vec![line(0, None), line(1, Some("Contact GmbH"))];
        let shown = presenter.present(&snapshot, Levels::default(), false, None);
        let customers: Vec<_> = shown.lines.iter().map(|line| &line.customer).collect();
        assert_eq!(customers, ["robin@line0.example", "Contact GmbH"]);
        assert_eq!(shown.lines[1].line, 1);
        assert_eq!(shown.calls[0].customer.as_deref(), Some("Contact GmbH"));
    }

    /// A phone without calls, after so many seconds.
    pub(crate) fn idle(at_s: u64) -> Snapshot {
        Snapshot {
            at: Duration::from_secs(at_s),
            registration: Registration::Registered { expires_s: 600 },
            lines: vec![line(0, None)],
            calls: Vec::new(),
            focus: None,
            do_not_disturb: false,
            transfers: Vec::new(),
            group: None,
            recovery: None,
            microphone: device(DeviceState::InUse),
            speaker: device(DeviceState::StandIn),
            ringer: device(DeviceState::InUse),
            headset: None,
            volumes: Volumes::default(),
            processing: Processing::default(),
            managed_voice: Voice::default(),
            spoke_muted_at: None,
            microphone_silent: false,
            check: None,
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
            .present(&idle(3), Levels::default(), false, None)
            .notices;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].words.as_deref(), Some("They refused to hold."));
        assert_eq!(notices[0].advice, None);
        assert!(
            presenter
                .present(&idle(17), Levels::default(), false, None)
                .notices
                .is_empty()
        );
    }

    #[test]
    fn calls_that_are_over_are_sent_once_and_to_every_page() {
        let mut presenter = presenter();
        let journal = |id| Remembered {
            id,
            call: crate::recent::tests::call(),
            steps: Vec::new(),
        };
        presenter.look_back_on(&[journal(1)]);
        let mut look = |at| presenter.present(&idle(at), Levels::default(), false, None);
        let (first, second) = (look(1), look(2));
        let sent = |before, now: &UiSnapshot| {
            let news = UiShown::after(before, now.clone());
            (news.snapshot.recents.len(), news.same_recents)
        };
        assert_eq!(sent(None, &first), (1, false));
        assert_eq!(sent(Some(&first), &second), (0, true));
        presenter.look_back_on(&[journal(2), journal(1)]);
        let third = presenter.present(&idle(3), Levels::default(), false, None);
        assert_eq!(sent(Some(&second), &third), (2, false));
        assert_eq!(
            sent(None, &third),
            (2, false),
            "a page that is loaded again"
        );
    }

    #[test]
    fn calls_that_are_over_are_shown_until_others_are() {
        let mut presenter = presenter();
        let shown = |presenter: &mut Presenter| {
            let snapshot = presenter.present(&idle(1), Levels::default(), false, None);
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
            line: LineId::default(),
            direction: Direction::Incoming,
            state: State::Incoming,
            party: Party::new("sip:2002@contact.example"),
            invite: None,
            hold: Hold::No,
            held_since: None,
            remote_hold: false,
            muted: false,
            heard: false,
            music: false,
            connected: false,
            volume_percent: 100,
            silenced: false,
            suspicion: None,
            referral: None,
            recovering: false,
            longest_gap: None,
            ring: None,
            recording: RecordingView::NotAllowed,
            recording_stays: false,
            recordings: Vec::new(),
            handed: None,
            began: std::time::SystemTime::UNIX_EPOCH,
            started_at: Duration::ZERO,
            answered_at: None,
            first_audio_at: None,
            note: warmline_desk::Note::default(),
            dtmf_sent: Pii::new(String::new()),
            stats: None,
            quality: None,
            ending: None,
        }
    }
}
