use serde::{Deserialize, Serialize};
use warmline_desk::{Desk, policy::Shortcuts, press::Hands};
use warmline_desktop::{
    AskedBy, DesktopView, Standing,
    phone::{AtHand, CallNow, CallNumber, PhoneNow, Stage},
    shortcut::{self, Conflict, Deed},
    tongue::Tongue,
};

use crate::number::UiNumber;
use crate::snapshot::{UiAccount, UiCall, UiCallState, UiDirection, UiReachability, UiSnapshot};

/// What the agent has set of the desktop, and what somebody else has.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDesktop {
    /// Callers are told that the agent is busy.
    pub do_not_disturb: bool,
    /// Whether Warmline starts when the agent logs in.
    pub start_at_login: bool,
    /// That is not the agent's to say.
    pub start_managed: bool,
    /// Whether links to numbers in other programs are opened in Warmline.
    pub open_links: UiOpenLinks,
    /// That is not the agent's to say.
    pub links_managed: bool,
    /// Shortcuts that work in every window, set or not; empty where there may be none.
    pub shortcuts: Vec<UiShortcut>,
}

/// Whether links to numbers in other programs are opened in Warmline.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiOpenLinks {
    /// They are not.
    #[default]
    Off,
    /// The system offers Warmline for them, and the agent has to choose it there.
    Offered,
    /// They are.
    On,
    /// The agent chooses in the system's settings, and Warmline knows nothing of it.
    System,
}

/// A shortcut that works in every window.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiShortcut {
    /// What it does.
    pub deed: UiDeed,
    /// Its keys, as `Ctrl+Shift+F9`; none if it is not set.
    pub keys: Option<String>,
    /// Why it does not work.
    pub conflict: Option<UiConflict>,
}

/// What a shortcut can do.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDeed {
    /// Take the call that rings.
    Answer,
    /// End the call that is heard, or refuse the one that rings.
    HangUp,
    /// Mute it, or no longer.
    Mute,
    /// Put it on hold, or go on.
    Hold,
    /// Call the expert on top of the panel about it.
    Consult,
}

/// Why a shortcut does not work.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiConflict {
    /// It is no combination of keys.
    NoKeys,
    /// Typing would set it off: it needs Ctrl, Alt or the Windows key, and not Ctrl and Alt with a letter.
    Types,
    /// All programs or the system need it.
    Reserved,
    /// Another one of these shortcuts has it.
    Ours,
    /// Another program has it.
    Taken,
    /// This desktop lets no program have any.
    Desktop,
}

/// A number that the agent has not typed, and is asked about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDialRequest {
    /// Which.
    #[serde(flatten)]
    pub number: UiNumber,
    /// Where it comes from.
    pub by: UiAskedBy,
}

/// Where a number comes from that the agent has not typed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiAskedBy {
    /// A link in another program.
    Link,
    /// The agent has copied it.
    Clipboard,
}

/// The few words of tray and notifications, in the language of the window.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiTongue {
    /// Show the window.
    pub open: String,
    /// Call the number that the agent has copied.
    pub call_copied: String,
    /// Be left alone; also that the agent is.
    pub do_not_disturb: String,
    /// Mute the call.
    pub mute: String,
    /// End the call.
    pub hang_up: String,
    /// Close the phone.
    pub quit: String,
    /// Calls cannot come in.
    pub unreachable: String,
    /// They can.
    pub reachable: String,
    /// One rings.
    pub ringing: String,
    /// The agent is on the phone.
    pub talking: String,
    /// What a notification is of.
    pub incoming: String,
    /// Take the call.
    pub answer: String,
    /// Refuse it.
    pub reject: String,
}

impl UiTongue {
    /// Each of them.
    pub(crate) fn all(&self) -> [&str; 13] {
        [
            &self.open,
            &self.call_copied,
            &self.do_not_disturb,
            &self.mute,
            &self.hang_up,
            &self.quit,
            &self.unreachable,
            &self.reachable,
            &self.ringing,
            &self.talking,
            &self.incoming,
            &self.answer,
            &self.reject,
        ]
    }
}

impl From<UiTongue> for Tongue {
    fn from(said: UiTongue) -> Self {
        Self {
            open: said.open,
            call_copied: said.call_copied,
            do_not_disturb: said.do_not_disturb,
            mute: said.mute,
            hang_up: said.hang_up,
            quit: said.quit,
            unreachable: said.unreachable,
            reachable: said.reachable,
            ringing: said.ringing,
            talking: said.talking,
            incoming: said.incoming,
            answer: said.answer,
            reject: said.reject,
        }
    }
}

impl UiDesktop {
    /// What is to be seen of it, with these shortcuts set.
    fn of(view: &DesktopView, set: &Shortcuts) -> Self {
        let wrong = |deed: Deed| view.wrong.iter().find(|(of, _)| *of == deed);
        let shortcut = |deed: Deed| UiShortcut {
            deed: deed.into(),
            keys: shortcut::keys(set, deed).map(str::to_owned),
            conflict: wrong(deed).map(|(_, conflict)| (*conflict).into()),
        };
        Self {
            do_not_disturb: view.do_not_disturb,
            start_at_login: view.starts,
            start_managed: view.start_managed,
            open_links: view.opens_links.into(),
            links_managed: view.links_managed,
            shortcuts: if view.no_shortcuts {
                Vec::new()
            } else {
                Deed::ALL.map(shortcut).into()
            },
        }
    }
}

impl UiSnapshot {
    /// The desktop looks like this, with these shortcuts set.
    pub fn on_desktop(&mut self, view: DesktopView, set: &Shortcuts) {
        self.desktop = UiDesktop::of(&view, set);
        self.dial_request = view.request.map(|question| UiDialRequest {
            number: question.number.into(),
            by: match question.by {
                AskedBy::Link => UiAskedBy::Link,
                AskedBy::Clipboard => UiAskedBy::Clipboard,
            },
        });
    }

    /// As much of it as the tray and notifications need. `desk` is the phone that runs, if one does.
    pub fn phone_now(&self, desk: Option<&Desk>) -> PhoneNow {
        let reachable = match &self.account {
            UiAccount::SignedIn(registration) => {
                registration.reachability == UiReachability::Reachable
            }
            UiAccount::Starting | UiAccount::FirstRun(_) | UiAccount::SignIn => false,
        };
        PhoneNow {
            reachable,
            do_not_disturb: desk.map(|desk| desk.snapshot().borrow().do_not_disturb),
            at_hand: desk.map_or_else(AtHand::default, |desk| {
                Hands::of(&desk.snapshot().borrow()).into()
            }),
            calls: self.calls.iter().filter_map(call_now).collect(),
        }
    }
}

fn call_now(call: &UiCall) -> Option<CallNow> {
    let stage = match (call.state, call.direction) {
        (UiCallState::Ended, _) => return None,
        (UiCallState::Ringing, UiDirection::Incoming) => Stage::Ringing,
        (UiCallState::Calling | UiCallState::Ringing | UiCallState::Early, _) => Stage::Calling,
        (UiCallState::Connecting | UiCallState::Active, _) => Stage::Talking,
    };
    let party = &call.party;
    Some(CallNow {
        number: CallNumber(call.id.into()),
        stage,
        who: party.name.clone().unwrap_or_else(|| party.number.clone()),
    })
}

impl From<Option<Standing>> for UiOpenLinks {
    fn from(standing: Option<Standing>) -> Self {
        match standing {
            Some(Standing::Off) => Self::Off,
            Some(Standing::Offered) => Self::Offered,
            Some(Standing::On) => Self::On,
            None => Self::System,
        }
    }
}

impl From<Deed> for UiDeed {
    fn from(deed: Deed) -> Self {
        match deed {
            Deed::Answer => Self::Answer,
            Deed::HangUp => Self::HangUp,
            Deed::Mute => Self::Mute,
            Deed::Hold => Self::Hold,
            Deed::Consult => Self::Consult,
        }
    }
}

impl From<UiDeed> for Deed {
    fn from(deed: UiDeed) -> Self {
        match deed {
            UiDeed::Answer => Self::Answer,
            UiDeed::HangUp => Self::HangUp,
            UiDeed::Mute => Self::Mute,
            UiDeed::Hold => Self::Hold,
            UiDeed::Consult => Self::Consult,
        }
    }
}

impl From<Conflict> for UiConflict {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::NoKeys => Self::NoKeys,
            Conflict::Types => Self::Types,
            Conflict::Reserved => Self::Reserved,
            Conflict::Ours(_) => Self::Ours,
            Conflict::Taken => Self::Taken,
            Conflict::Desktop => Self::Desktop,
        }
    }
}

#[cfg(test)]
mod tests {
    use warmline_desk::{DeskError, ErrorCode};

    use super::*;

    #[test]
    fn every_shortcut_is_shown_with_what_is_wrong_with_it_unless_there_may_be_none() {
        let set = shortcut::with(Shortcuts::default(), Deed::Mute, Some("F13"));
        let mut view = DesktopView {
            do_not_disturb: false,
            starts: false,
            start_managed: false,
            opens_links: Some(Standing::Off),
            links_managed: false,
            no_shortcuts: false,
            wrong: vec![(Deed::Mute, Conflict::Taken)],
            request: None,
        };
        let shown = UiDesktop::of(&view, &set).shortcuts;
        assert_eq!((shown.len(), shown[0].keys.as_deref()), (5, None));
        assert_eq!(shown[2].keys.as_deref(), Some("F13"));
        assert_eq!(shown[2].conflict, Some(UiConflict::Taken));
        view.no_shortcuts = true;
        assert!(UiDesktop::of(&view, &set).shortcuts.is_empty());
    }

    #[test]
    fn without_a_phone_nobody_can_call() {
        let snapshot = UiSnapshot::without_phone(UiAccount::Starting, None, &[]);
        assert_eq!(snapshot.phone_now(None), PhoneNow::default());
    }

    #[test]
    fn without_a_phone_too_the_agent_is_told_what_failed_and_of_each_once() {
        let no_link = DeskError::new(ErrorCode::BadNumber, "The link is none to call.", "");
        let faults = [no_link.clone(), no_link];
        let snapshot = UiSnapshot::without_phone(UiAccount::Starting, None, &faults);
        let words: Vec<_> = snapshot
            .notices
            .iter()
            .map(|n| n.words.as_deref())
            .collect();
        assert_eq!(words, [Some("The link is none to call.")]);
    }
}
