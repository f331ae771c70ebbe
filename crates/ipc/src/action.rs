use serde::Deserialize;
use warmline_desk::{
    CallId, DeviceRole, LineId, Loudness, Rejection, UserAction, office::OfficeAsk, policy::Voice,
};
use warmline_desktop::News;

use crate::{
    desktop::{UiDeed, UiTongue},
    error::UiError,
    limits,
    recording::UiRecord,
    settings::{UiMode, UiTextSize, UiTheme, WindowAsk},
    sound::{self, UiDeviceRole, UiLoudness, UiNoiseSuppression},
};

/// What the agent asks for. Whether it happened shows in the next snapshot.
#[derive(Clone, Deserialize, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum UiAction {
    /// Call a number, `user@host` or `sip:` address as typed.
    Dial {
        /// What was typed.
        to: String,
        /// By which line ([`UiLine::line`](crate::UiLine::line)); the first one without.
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        line: Option<u32>,
    },
    /// Take a ringing call; the one being heard is put on hold.
    Answer {
        /// Which.
        call: u32,
    },
    /// Refuse a ringing call.
    Reject {
        /// Which.
        call: u32,
        /// What the caller is told.
        with: UiRejection,
    },
    /// End a call, or give up calling.
    HangUp {
        /// Which.
        call: u32,
    },
    /// Put a call on hold.
    Hold {
        /// Which.
        call: u32,
    },
    /// Go on with a held call; another one being heard is put on hold.
    Resume {
        /// Which.
        call: u32,
    },
    /// Keep our sound from the other end.
    Mute {
        /// Which.
        call: u32,
    },
    /// Let our sound through again.
    Unmute {
        /// Which.
        call: u32,
    },
    /// Send digits: 0–9, `*`, `#`, A–D.
    Dtmf {
        /// Which.
        call: u32,
        /// In the order to send.
        digits: String,
    },
    /// Put an ended call's card away.
    Dismiss {
        /// Which.
        call: u32,
    },
    /// Call somebody about a call, which is held meanwhile.
    Consult {
        /// The customer's call.
        call: u32,
        /// What was typed.
        to: String,
    },
    /// One click: the customer is held, the expert called; where policy says so, it completes by itself
    /// some seconds after a person has answered.
    HandOver {
        /// The customer's call.
        call: u32,
        /// What was typed.
        to: String,
    },
    /// Send the customer to somebody without talking to them first.
    BlindTransfer {
        /// The customer's call.
        call: u32,
        /// What was typed.
        to: String,
    },
    /// Talk to the other one of customer and expert.
    Swap {
        /// The customer's call.
        call: u32,
    },
    /// Back to the customer; the expert's call is ended.
    Back {
        /// The customer's call.
        call: u32,
    },
    /// Connect customer and expert, and leave. Without `sure` it is refused, with a notice, if the
    /// expert may be a machine ([`UiCall::suspicion`](crate::UiCall::suspicion)): ask first.
    Complete {
        /// The customer's call.
        call: u32,
        /// Whether the agent was asked.
        sure: bool,
    },
    /// Do not complete by itself.
    KeepConsulting {
        /// The customer's call.
        call: u32,
    },
    /// Let the people of two calls hear each other as well, or take one into the group of the other.
    Merge {
        /// One.
        call: u32,
        /// The other.
        with: u32,
    },
    /// Leave the group to the two others in it.
    Leave {
        /// Any call of the group.
        call: u32,
    },
    /// Make one person louder or softer, to everybody.
    SetPersonVolume {
        /// Whose call.
        call: u32,
        /// From 0 to 200; 100 is as they come in.
        percent: u8,
    },
    /// Let nobody hear this person (`true`), or everybody again.
    Silence {
        /// Whose call.
        call: u32,
        /// Whether they are to be silent.
        on: bool,
    },
    /// Record a call, or no longer ([`UiCall::recording`](crate::UiCall::recording)).
    Record {
        /// Which.
        call: u32,
        /// What is to become of its recording.
        what: UiRecord,
    },
    /// Do (`true`) what the other end asks for by [`UiCall::referral`](crate::UiCall::referral), or not.
    Follow {
        /// Which call.
        call: u32,
        /// Whether to.
        really: bool,
    },
    /// Take the calls of [`UiSnapshot::recovery`](crate::UiSnapshot::recovery) up again (`true`), or
    /// give them up.
    Recover {
        /// Whether to.
        really: bool,
    },
    /// Forget a call that is over ([`UiRecent::id`](crate::UiRecent::id)); all of them without one.
    Forget {
        /// Which.
        recent: Option<u64>,
    },
    /// The agent looks at the devices (`true`): they are listed, and the microphone is measured also
    /// without a call; or no longer does.
    LookAtSound {
        /// Whether they are shown.
        looking: bool,
    },
    /// Use another device.
    ChooseDevice {
        /// For what.
        role: UiDeviceRole,
        /// Which; none for the system's default, [`EVERYWHERE`](crate::EVERYWHERE) to ring on all.
        id: Option<String>,
    },
    /// Play a short sound on a device, to hear which it is and how loud.
    TryDevice {
        /// Which: the speaker or the ringer.
        role: UiDeviceRole,
    },
    /// Make something louder or softer.
    SetLoudness {
        /// What.
        of: UiLoudness,
        /// From 0 (silent) to 100.
        percent: u8,
    },
    /// Do something else to the agent's voice; what is not named stays.
    SetVoice {
        /// Whether to take out what the speaker plays.
        echo_cancellation: Option<bool>,
        /// How much to take out of what is no voice.
        noise_suppression: Option<UiNoiseSuppression>,
        /// Whether to raise a soft voice.
        automatic_gain: Option<bool>,
    },
    /// What is to be seen of the panel of experts: from now on it is sent, or no longer.
    LookAtPeople {
        /// Whether the panel is to be seen.
        shown: bool,
        /// What stands in its search.
        search: String,
        /// The place of the first row that is to be seen.
        first: u32,
        /// How many are; at most 200.
        rows: u32,
    },
    /// Mark an expert (`on`), or take the mark away.
    Favourite {
        /// Whom.
        person: String,
        /// Whether to.
        on: bool,
    },
    /// Bring an expert in: about a call, which is held meanwhile, or just call them.
    CallPerson {
        /// Whom.
        person: String,
        /// The customer's call, if it is about one. The expert gets a note in Teams then.
        call: Option<u32>,
        /// The customer is to be handed over: see [`UiAction::HandOver`].
        hand_over: bool,
    },
    /// Write down something about a call, in place of what was written before.
    Note {
        /// Which.
        call: u32,
        /// What was tried so far.
        tried: String,
        /// Anything else.
        note: String,
    },
    /// Sign in, in the browser. Also when signed out in the middle of a call.
    SignIn {
        /// Where ([`UiSignIn::tenant`](crate::UiSignIn::tenant)).
        tenant: u32,
        /// By device code instead of a browser here.
        device_code: bool,
    },
    /// Show the page of the sign-in under way again.
    OpenSignInPage {
        /// Where.
        tenant: u32,
    },
    /// Give up a sign-in under way.
    CancelSignIn {
        /// Where.
        tenant: u32,
    },
    /// Sign out: what is kept is wiped. Calls go on until they end.
    SignOut {
        /// Where.
        tenant: u32,
    },
    /// Ask the tenant for a rung of the ladder ([`UiConsent::rung`](crate::UiConsent::rung)).
    AskConsent {
        /// Which.
        rung: u32,
    },
    /// Fetch the phone's profile from the provider again.
    Provision,
    /// Register now instead of waiting for the next try.
    Register,
    /// Read the profile again, after a first run or an edit.
    ReadProfile,
    /// As long as there is no phone: practise on the contact centre inside (`true`), or give that up
    /// and go by the profile.
    Practise {
        /// Which of both.
        on: bool,
    },
    /// Show all of the window, or a bar with the call at hand.
    SetMode {
        /// How much.
        mode: UiMode,
    },
    /// Keep the window above others, or let it go below them.
    SetAlwaysOnTop {
        /// Which of both.
        on: bool,
    },
    /// Speak a language, and remember it.
    SetLanguage {
        /// A BCP 47 tag; none for the system's.
        language: Option<String>,
    },
    /// The window speaks another language: tray and notifications are to speak it, too.
    Speak {
        /// What they say.
        words: Box<UiTongue>,
    },
    /// Take these colours, and remember them.
    SetTheme {
        /// Which.
        theme: UiTheme,
    },
    /// Show all of the window so large, and remember it.
    SetTextSize {
        /// How large.
        size: UiTextSize,
    },
    /// Begin the check before a shift ([`UiSound::check`](crate::UiSound::check)), or have done with it.
    CheckSound {
        /// Whether to begin.
        on: bool,
    },
    /// The first steps were shown, or skipped: remember it.
    FirstStepsDone,
    /// Show the folder that the log is in.
    OpenLogFolder,
    /// The answer to [`UiSnapshot::dial_request`](crate::UiSnapshot::dial_request): call (`true`), or
    /// forget it.
    AnswerDialRequest {
        /// The number that was asked about ([`UiNumber::to`](crate::UiNumber::to)): the answer means no other.
        to: String,
        /// Whether to.
        really: bool,
    },
    /// Call the number in the clipboard, after asking by
    /// [`UiSnapshot::dial_request`](crate::UiSnapshot::dial_request).
    CallCopied,
    /// Tell callers that the agent is busy (`on`), or no longer.
    SetDoNotDisturb {
        /// Whether to.
        on: bool,
    },
    /// Start when the agent logs in (`on`), or no longer.
    StartAtLogin {
        /// Whether to.
        on: bool,
    },
    /// Open links to numbers of other programs (`on`), or no longer. Where the system lets the agent alone choose,
    /// it shows them where.
    OpenLinks {
        /// Whether to.
        on: bool,
    },
    /// Let a shortcut that works in every window have other keys.
    SetShortcut {
        /// Which.
        deed: UiDeed,
        /// As `Ctrl+Shift+F9`; none to have none.
        keys: Option<String>,
    },
    /// The agent presses keys that are to be a shortcut: none works meanwhile (`on`), or all again.
    RecordKeys {
        /// Whether they do.
        on: bool,
    },
    /// The answer to [`UiSnapshot::closing`](crate::UiSnapshot::closing): end the calls and close,
    /// or stay.
    Close {
        /// Whether to close.
        really: bool,
    },
}

/// Who carries out an action.
#[derive(Debug)]
pub enum Asked {
    /// The desk.
    Desk(UserAction),
    /// The window: forget one call that is over, or all.
    Forget(Option<u64>),
    /// The window: list the devices and measure the microphone for as long as the agent looks.
    LookAtSound(bool),
    /// The window: use another device and remember it.
    ChooseDevice(DeviceRole, Option<String>),
    /// The window: make something louder or softer and remember it.
    SetLoudness(Loudness, u8),
    /// The window: do this to the agent's voice too, and remember it.
    SetVoice(Voice),
    /// The window: what concerns sign-in and experts.
    Office(OfficeAsk),
    /// The window: begin practice, or go by the profile.
    Practise(bool),
    /// The window: read the profile again.
    ReadProfile,
    /// The window: something of its own.
    Window(WindowAsk),
    /// The window: what concerns the desktop.
    Desktop(News),
    /// The window: close, ending all calls (`true`), or stay open.
    Close(bool),
}

impl UiAction {
    /// Who carries it out, and as what.
    ///
    /// # Errors
    /// A text in it is too long.
    pub fn asked(self) -> Result<Asked, UiError> {
        limits::check(&self)?;
        Ok(self.carried_out())
    }

    fn carried_out(self) -> Asked {
        let id = |call: u32| CallId::new(call.into());
        Asked::Desk(match self {
            Self::Dial { to, line } => UserAction::Dial {
                to,
                line: line.map(LineId),
            },
            Self::Answer { call } => UserAction::Answer(id(call)),
            Self::Reject { call, with } => UserAction::Reject(
                id(call),
                match with {
                    UiRejection::Busy => Rejection::Busy,
                    UiRejection::Decline => Rejection::Decline,
                },
            ),
            Self::HangUp { call } => UserAction::Hangup(id(call)),
            Self::Hold { call } => UserAction::Hold(id(call)),
            Self::Resume { call } => UserAction::Resume(id(call)),
            Self::Mute { call } => UserAction::Mute(id(call), true),
            Self::Unmute { call } => UserAction::Mute(id(call), false),
            Self::Dtmf { call, digits } => UserAction::Dtmf(id(call), digits),
            Self::Dismiss { call } => UserAction::Dismiss(id(call)),
            Self::Consult { call, to } => UserAction::Consult {
                customer: id(call),
                to,
                hand_over: false,
            },
            Self::HandOver { call, to } => UserAction::Consult {
                customer: id(call),
                to,
                hand_over: true,
            },
            Self::BlindTransfer { call, to } => UserAction::BlindTransfer {
                customer: id(call),
                to,
            },
            Self::Swap { call } => UserAction::Swap(id(call)),
            Self::Back { call } => UserAction::Back(id(call)),
            Self::Complete { call, sure } => UserAction::Complete {
                customer: id(call),
                sure,
            },
            Self::KeepConsulting { call } => UserAction::KeepConsulting(id(call)),
            Self::Merge { call, with } => UserAction::Merge(id(call), id(with)),
            Self::Leave { call } => UserAction::Leave(id(call)),
            Self::SetPersonVolume { call, percent } => UserAction::PersonVolume(id(call), percent),
            Self::Silence { call, on } => UserAction::Silence(id(call), on),
            Self::Record { call, what } => UserAction::Record(id(call), what.into()),
            Self::Follow { call, really } => UserAction::Follow(id(call), really),
            Self::Recover { really } => UserAction::Recover(really),
            Self::TryDevice { role } => UserAction::TryDevice(role.into()),
            Self::CheckSound { on } => UserAction::CheckSound(on),
            Self::Register => UserAction::Register,
            Self::Forget { recent } => return Asked::Forget(recent),
            Self::LookAtSound { looking } => return Asked::LookAtSound(looking),
            Self::ChooseDevice { role, id } => return Asked::ChooseDevice(role.into(), id),
            Self::SetLoudness { of, percent } => {
                return Asked::SetLoudness(of.into(), percent.min(100));
            }
            Self::SetVoice {
                echo_cancellation,
                noise_suppression,
                automatic_gain,
            } => {
                return Asked::SetVoice(sound::voice(
                    echo_cancellation,
                    noise_suppression,
                    automatic_gain,
                ));
            }
            Self::LookAtPeople {
                shown,
                search,
                first,
                rows,
            } => {
                return Asked::Office(OfficeAsk::Look {
                    shown,
                    search: search.into(),
                    first: first as usize,
                    rows: rows as usize,
                });
            }
            Self::Favourite { person, on } => {
                return Asked::Office(OfficeAsk::Favourite(person.into(), on));
            }
            Self::CallPerson {
                person,
                call,
                hand_over,
            } => {
                return Asked::Office(OfficeAsk::Call {
                    person: person.into(),
                    about: call.map(id),
                    hand_over,
                });
            }
            Self::Note { call, tried, note } => UserAction::Note {
                call: id(call),
                tried,
                note,
            },
            Self::SignIn {
                tenant,
                device_code,
            } => {
                return Asked::Office(OfficeAsk::SignIn {
                    tenant: tenant as usize,
                    device_code,
                });
            }
            Self::OpenSignInPage { tenant } => {
                return Asked::Office(OfficeAsk::OpenPage(tenant as usize));
            }
            Self::CancelSignIn { tenant } => {
                return Asked::Office(OfficeAsk::CancelSignIn(tenant as usize));
            }
            Self::SignOut { tenant } => {
                return Asked::Office(OfficeAsk::SignOut(tenant as usize));
            }
            Self::AskConsent { rung } => {
                return Asked::Office(OfficeAsk::Consent(rung as usize));
            }
            Self::Provision => return Asked::Office(OfficeAsk::Provision),
            Self::Practise { on } => return Asked::Practise(on),
            Self::ReadProfile => return Asked::ReadProfile,
            Self::SetMode { mode } => return Asked::Window(WindowAsk::Mode(mode)),
            Self::SetAlwaysOnTop { on } => return Asked::Window(WindowAsk::AlwaysOnTop(on)),
            Self::SetLanguage { language } => {
                // It is kept in a file: what is no tag is no language.
                let language = language.filter(|tag| is_tag(tag));
                return Asked::Window(WindowAsk::Language(language));
            }
            Self::Speak { words } => {
                return Asked::Desktop(News::Speak(Box::new((*words).into())));
            }
            Self::SetTheme { theme } => return Asked::Window(WindowAsk::Theme(theme)),
            Self::SetTextSize { size } => return Asked::Window(WindowAsk::TextSize(size)),
            Self::FirstStepsDone => return Asked::Window(WindowAsk::FirstStepsDone),
            Self::OpenLogFolder => return Asked::Window(WindowAsk::OpenLogFolder),
            Self::AnswerDialRequest { to, really } => {
                return Asked::Desktop(News::Dial { to, really });
            }
            Self::CallCopied => return Asked::Desktop(News::CallCopied),
            Self::SetDoNotDisturb { on } => return Asked::Desktop(News::DoNotDisturb(on)),
            Self::StartAtLogin { on } => return Asked::Desktop(News::StartAtLogin(on)),
            Self::OpenLinks { on } => return Asked::Desktop(News::OpenLinks(on)),
            Self::SetShortcut { deed, keys } => {
                return Asked::Desktop(News::Shortcut(deed.into(), keys));
            }
            Self::RecordKeys { on } => return Asked::Desktop(News::RecordingKeys(on)),
            Self::Close { really } => return Asked::Close(really),
        })
    }
}

/// Whether this may be a BCP 47 tag.
fn is_tag(text: &str) -> bool {
    let of_a_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (2..=LONGEST_TAG).contains(&text.len()) && text.bytes().all(of_a_tag)
}

/// RFC 5646 §4.4.1, bytes.
const LONGEST_TAG: usize = 35;

/// What the caller is told when a call is refused.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiRejection {
    /// 486 Busy Here: the caller may be passed to somebody else.
    Busy,
    /// 603 Decline: nobody here takes the call.
    Decline,
}

/// Numbers and digits are never printed.
impl std::fmt::Debug for UiAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, call) = match self {
            Self::Dial { .. } => ("Dial", None),
            Self::Answer { call } => ("Answer", Some(call)),
            Self::Reject { call, .. } => ("Reject", Some(call)),
            Self::HangUp { call } => ("HangUp", Some(call)),
            Self::Hold { call } => ("Hold", Some(call)),
            Self::Resume { call } => ("Resume", Some(call)),
            Self::Mute { call } => ("Mute", Some(call)),
            Self::Unmute { call } => ("Unmute", Some(call)),
            Self::Dtmf { call, .. } => ("Dtmf", Some(call)),
            Self::Dismiss { call } => ("Dismiss", Some(call)),
            Self::Consult { call, .. } => ("Consult", Some(call)),
            Self::HandOver { call, .. } => ("HandOver", Some(call)),
            Self::BlindTransfer { call, .. } => ("BlindTransfer", Some(call)),
            Self::Swap { call } => ("Swap", Some(call)),
            Self::Back { call } => ("Back", Some(call)),
            Self::Complete { call, .. } => ("Complete", Some(call)),
            Self::KeepConsulting { call } => ("KeepConsulting", Some(call)),
            Self::Merge { call, .. } => ("Merge", Some(call)),
            Self::Leave { call } => ("Leave", Some(call)),
            Self::SetPersonVolume { call, .. } => ("SetPersonVolume", Some(call)),
            Self::Silence { call, .. } => ("Silence", Some(call)),
            Self::Record { call, .. } => ("Record", Some(call)),
            Self::Follow { call, .. } => ("Follow", Some(call)),
            Self::Recover { .. } => ("Recover", None),
            Self::Forget { .. } => ("Forget", None),
            Self::LookAtSound { .. } => ("LookAtSound", None),
            Self::ChooseDevice { .. } => ("ChooseDevice", None),
            Self::TryDevice { .. } => ("TryDevice", None),
            Self::SetLoudness { .. } => ("SetLoudness", None),
            Self::SetVoice { .. } => ("SetVoice", None),
            Self::LookAtPeople { .. } => ("LookAtPeople", None),
            Self::Favourite { .. } => ("Favourite", None),
            Self::CallPerson { .. } => ("CallPerson", None),
            Self::Note { call, .. } => ("Note", Some(call)),
            Self::SignIn { .. } => ("SignIn", None),
            Self::OpenSignInPage { .. } => ("OpenSignInPage", None),
            Self::CancelSignIn { .. } => ("CancelSignIn", None),
            Self::SignOut { .. } => ("SignOut", None),
            Self::AskConsent { .. } => ("AskConsent", None),
            Self::Provision => ("Provision", None),
            Self::Register => ("Register", None),
            Self::ReadProfile => ("ReadProfile", None),
            Self::Practise { .. } => ("Practise", None),
            Self::SetMode { .. } => ("SetMode", None),
            Self::SetAlwaysOnTop { .. } => ("SetAlwaysOnTop", None),
            Self::SetLanguage { .. } => ("SetLanguage", None),
            Self::Speak { .. } => ("Speak", None),
            Self::SetTheme { .. } => ("SetTheme", None),
            Self::SetTextSize { .. } => ("SetTextSize", None),
            Self::CheckSound { .. } => ("CheckSound", None),
            Self::FirstStepsDone => ("FirstStepsDone", None),
            Self::OpenLogFolder => ("OpenLogFolder", None),
            Self::AnswerDialRequest { .. } => ("AnswerDialRequest", None),
            Self::CallCopied => ("CallCopied", None),
            Self::SetDoNotDisturb { .. } => ("SetDoNotDisturb", None),
            Self::StartAtLogin { .. } => ("StartAtLogin", None),
            Self::OpenLinks { .. } => ("OpenLinks", None),
            Self::SetShortcut { .. } => ("SetShortcut", None),
            Self::RecordKeys { .. } => ("RecordKeys", None),
            Self::Close { .. } => ("Close", None),
        };
        match call {
            Some(call) => write!(f, "{name}({call})"),
            None => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests;
