use std::sync::Arc;

use serde::Serialize;
use warmline_desk::{DeskError, office::OfficeView};

use crate::{
    desktop::{UiDesktop, UiDialRequest},
    ending::UiEnding,
    people::UiNote,
    presenter::said,
    quality::UiQuality,
    recent::UiRecent,
    recording::UiRecording,
    settings::UiWindow,
    sign_in::{self, UiLine, UiSignIn},
    sound::UiSound,
    transfer::{UiGroup, UiRecovery, UiReferral, UiSuspicion, UiTransfer},
};

/// Everything the pages show, complete each time. They keep no state of calls of their own.
///
/// Times are milliseconds since the phone started, on a clock that never jumps: a page shows
/// `now_ms - answered_at_ms` and counts on from there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiSnapshot {
    /// When this snapshot was taken.
    pub now_ms: u64,
    /// Who the agent is and whether calls can reach them.
    pub account: UiAccount,
    /// The sign-ins, the agent's own first; empty where the profile asks for none.
    pub sign_ins: Vec<UiSignIn>,
    /// The lines of an agent who serves several customers; empty for one.
    pub lines: Vec<UiLine>,
    /// In the order in which they began. Ended calls stay until dismissed.
    pub calls: Vec<UiCall>,
    /// Customers on the way to somebody else.
    pub transfers: Vec<UiTransfer>,
    /// People who hear each other by way of this phone.
    pub group: Option<UiGroup>,
    /// Calls that stood when Warmline was stopped, and can be taken up again.
    pub recovery: Option<UiRecovery>,
    /// What the agent should know now: no microphone, a failed action.
    pub notices: Vec<UiNotice>,
    /// Devices and loudness.
    pub sound: UiSound,
    /// Calls that are over, the newest first; at most 100.
    pub recents: Arc<[UiRecent]>,
    /// How long they are kept; none without a phone.
    pub keeps: Option<UiKeeps>,
    /// The window was asked to close while a call is up: ask the agent.
    pub closing: bool,
    /// The window itself, and the program in it.
    pub window: UiWindow,
    /// Somebody is to be called whom the agent has not typed: ask the agent.
    pub dial_request: Option<UiDialRequest>,
    /// What the agent has set of the desktop.
    pub desktop: UiDesktop,
}

/// How long calls that are over are kept, and how many.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiKeeps {
    /// Days.
    pub days: u32,
    /// The newest so many.
    pub calls: u32,
}

impl UiSnapshot {
    /// What is shown as long as no phone runs; `office` is where the agent signs in, if the profile asks for it,
    /// and `faults` is what has failed meanwhile.
    pub fn without_phone(
        account: UiAccount,
        office: Option<&OfficeView>,
        faults: &[DeskError],
    ) -> Self {
        let mut notices = Vec::new();
        for notice in faults.iter().map(UiNotice::fault) {
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
        Self {
            now_ms: 0,
            account,
            sign_ins: office.map_or_else(Vec::new, sign_in::sign_ins),
            lines: Vec::new(),
            calls: Vec::new(),
            transfers: Vec::new(),
            group: None,
            recovery: None,
            notices,
            sound: UiSound::default(),
            recents: Arc::default(),
            keeps: None,
            closing: false,
            window: UiWindow::default(),
            dial_request: None,
            desktop: UiDesktop::default(),
        }
    }

    /// Whether a page that shows `self` would show the same by `other`: only time has passed.
    pub fn looks_like(&self, other: &Self) -> bool {
        let Self {
            now_ms: _,
            account,
            sign_ins,
            lines,
            calls,
            transfers,
            group,
            recovery,
            notices,
            sound,
            recents,
            keeps,
            closing,
            window,
            dial_request,
            desktop,
        } = self;
        *account == other.account
            && *sign_ins == other.sign_ins
            && *lines == other.lines
            && *calls == other.calls
            && *transfers == other.transfers
            && *group == other.group
            && *recovery == other.recovery
            && *notices == other.notices
            && *sound == other.sound
            && (Arc::ptr_eq(recents, &other.recents) || *recents == other.recents)
            && *keeps == other.keeps
            && *closing == other.closing
            && *window == other.window
            && *dial_request == other.dial_request
            && *desktop == other.desktop
    }
}

/// What a page is sent. Levels change all the time and a hundred calls that are over do not.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiShown {
    /// The snapshot; without its calls that are over, if those are the same.
    pub snapshot: UiSnapshot,
    /// They are those that were sent last.
    pub same_recents: bool,
}

impl UiShown {
    /// For a page that was sent `before` last.
    pub fn after(before: Option<&UiSnapshot>, now: UiSnapshot) -> Self {
        let same = |before: &UiSnapshot| before.recents == now.recents;
        let same_recents = before.is_some_and(same);
        let recents = match same_recents {
            true => Arc::default(),
            false => now.recents.clone(),
        };
        Self {
            snapshot: UiSnapshot { recents, ..now },
            same_recents,
        }
    }
}

/// Who the agent is, if a profile says so.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum UiAccount {
    /// The phone is still reading its profile.
    Starting,
    /// There is no profile that can be used.
    FirstRun(UiFirstRun),
    /// The agent has to sign in first, or to wait for what follows: see [`UiSnapshot::sign_ins`].
    SignIn,
    /// A profile is in use.
    SignedIn(UiRegistration),
}

/// What to do before the phone can be used.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiFirstRun {
    /// Where the profile is looked for.
    pub path: String,
    /// A profile to start from.
    pub example: String,
    /// Why it cannot be used; none if there is no profile yet.
    pub problem: Option<UiProblem>,
}

/// Why there is no phone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiProblem {
    /// What the page offers.
    pub kind: UiProblemKind,
    /// What is the matter, in a sentence.
    pub words: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiProblemKind {
    /// The profile cannot be read, or something it names cannot.
    Profile,
    /// The profile is good and there is no password yet.
    Password,
    /// The system's keychain cannot be used: locked, absent or forbidden.
    Keychain,
    /// The practice contact centre cannot be started.
    Practice,
}

/// The agent's registration with the server.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiRegistration {
    /// What others see of the agent: a name, else the number.
    pub name: String,
    /// The address of record without its scheme; a telephone number as people write it, without its domain.
    pub address: String,
    /// Whether calls can come in.
    pub reachability: UiReachability,
    /// Why not, in an English sentence for who mends it.
    pub reason: Option<String>,
    /// What to do about it, in such a sentence.
    pub advice: Option<String>,
    /// When the phone tries again by itself.
    pub retry_at_ms: Option<u64>,
}

/// Whether calls can come in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiReachability {
    /// On the way: connecting or registering.
    Connecting,
    /// Registered.
    Reachable,
    /// Not registered; the phone tries again by itself.
    Unreachable,
    /// Not registered, and only a person can change that.
    Refused,
    /// Signed off.
    Off,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiCall {
    /// Names the call in a [`UiAction`](crate::UiAction).
    pub id: u32,
    /// Who began it.
    pub direction: UiDirection,
    /// How far it is.
    pub state: UiCallState,
    /// Who is at the other end.
    pub party: UiParty,
    /// Whose customer it is, for an agent who serves several: the line it came in on, or went out by.
    pub customer: Option<String>,
    /// What the agent has written down about it.
    pub note: UiNote,
    /// What the call said of itself: queue, subject, who passed it on.
    pub details: Vec<UiDetail>,
    /// When it began.
    pub started_at_ms: u64,
    /// When it was answered.
    pub answered_at_ms: Option<u64>,
    /// How long the caller had been waiting when it began here, if the call says so.
    pub waited_ms: Option<u64>,
    /// Whether our sound is kept from the other end.
    pub muted: bool,
    /// Our hold.
    pub hold: UiHold,
    /// Since when the other end has waited on our hold, if it does.
    pub held_since_ms: Option<u64>,
    /// Whether the other end holds us.
    pub held_by_them: bool,
    /// Whether this is the call that the agent hears.
    pub heard: bool,
    /// How the sound is, once there are figures.
    pub quality: Option<UiQuality>,
    /// How loud this person is to everybody, in percent of how they come in: 0 to 200.
    pub volume_percent: u8,
    /// Nobody hears this person.
    pub silenced: bool,
    /// Whether it is recorded; none where it may not be.
    pub recording: Option<UiRecording>,
    /// Why this may be a machine.
    pub suspicion: Option<UiSuspicion>,
    /// The other end asks the agent to call somebody else.
    pub referral: Option<UiReferral>,
    /// It is being taken up again after Warmline was stopped; there is no sound yet.
    pub recovering: bool,
    /// The sound path is interrupted; another one is looked for.
    pub interrupted: bool,
    /// The longest time without sound in this call, if there was any.
    pub longest_gap_ms: Option<u64>,
    /// Digits sent so far.
    pub dtmf_sent: String,
    /// How it ended, if it did.
    pub ending: Option<UiEnding>,
}

/// Who began a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDirection {
    /// They called.
    Incoming,
    /// We called.
    Outgoing,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiCallState {
    /// Ours, and nobody rings yet.
    Calling,
    /// Ours: it rings there. Theirs: it rings here.
    Ringing,
    /// Ours: there is sound before the answer.
    Early,
    /// Answered, and sound is being connected.
    Connecting,
    /// Answered.
    Active,
    /// Over: see [`UiCall::ending`].
    Ended,
}

/// Our hold, as the other end agreed to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiHold {
    /// Not held.
    Off,
    /// Asked for.
    Holding,
    /// Held.
    Held,
    /// Asked to go on.
    Resuming,
    /// Held here only: the other end would not be held, and hears music of this phone.
    LocalOnly,
}

/// Who is at the other end.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiParty {
    /// The display name, if there is one that says more than the number.
    pub name: Option<String>,
    /// The number or address to show.
    pub number: String,
    /// What to dial to call back; empty if the number is withheld.
    pub address: String,
}

/// People are never printed.
impl std::fmt::Debug for UiParty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹pii›")
    }
}

/// One thing a call said of itself.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDetail {
    /// What kind of thing: the pages give queue and subject more room.
    pub kind: UiDetailKind,
    /// What it is, where the pages have a name for it.
    pub named: Option<UiDetailName>,
    /// What the contact centre calls it; empty where it is [named](Self::named).
    pub label: String,
    /// What it says.
    pub value: String,
    /// Why it was passed on, of who did.
    pub why: Option<UiDivertedFor>,
}

impl std::fmt::Debug for UiDetail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} ‹pii›", self.kind)
    }
}

/// What a call said of itself, where that has a name of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDetailName {
    /// What it is about.
    About,
    /// Who passed it on.
    PassedOnBy,
    /// It is urgent.
    Urgent,
    /// It is an emergency.
    Emergency,
    /// Whom they called, if not the agent.
    TheyCalled,
    /// The number that they give, where the network knows another.
    TheyGive,
    /// Whom they belong to.
    Organization,
    /// A page about them.
    Link,
}

/// Why a call was passed on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDivertedFor {
    /// Busy there.
    Busy,
    /// Nobody answered there.
    NoAnswer,
    /// Not reachable.
    NotReachable,
    /// Out of service.
    OutOfService,
    /// So it is at this time of day.
    TimeOfDay,
    /// Not to be disturbed.
    DoNotDisturb,
    /// Away.
    Away,
    /// Not known there.
    Unknown,
    /// Declined there.
    Declined,
}

/// What kind of thing a [`UiDetail`] is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDetailKind {
    /// The queue or skill that the caller waited in.
    Queue,
    /// What it is about (RFC 3261 Subject).
    Subject,
    /// Who passed it on (RFC 5806 Diversion, RFC 7044 History-Info).
    Diverted,
    /// Anything else.
    Other,
}

/// Something the agent should know now.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiNotice {
    /// What is the matter.
    pub kind: UiNoticeKind,
    /// What failed, in English; only of a fault.
    pub words: Option<String>,
    /// What to do about that, in English.
    pub advice: Option<String>,
}

/// What the agent should know now.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiNoticeKind {
    /// A call misses a microphone.
    NoMicrophone,
    /// A call misses a headset or speaker.
    NoSpeaker,
    /// A call cannot ring.
    NoRinger,
    /// The system does not let Warmline use the microphone.
    MicrophoneDenied,
    /// The system does not let Warmline play calls.
    SpeakerDenied,
    /// The system does not let Warmline ring.
    RingerDenied,
    /// The agent speaks and is muted.
    SpeaksMuted,
    /// The microphone gives nothing but silence.
    MicrophoneSilent,
    /// The agent is in a call in Teams.
    InTeamsCall,
    /// Something failed.
    Fault,
}

impl UiNotice {
    /// One that the pages have words for.
    pub(crate) fn of(kind: UiNoticeKind) -> Self {
        Self {
            kind,
            words: None,
            advice: None,
        }
    }

    /// What failed, as the desk says it.
    pub(crate) fn fault(error: &DeskError) -> Self {
        Self {
            kind: UiNoticeKind::Fault,
            words: Some(error.what.clone()),
            advice: said(&error.advice),
        }
    }
}
