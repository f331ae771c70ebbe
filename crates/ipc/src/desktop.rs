use serde::{Deserialize, Serialize};
use warmline_desk::policy::Shortcuts;
use warmline_desktop::{
    phone::{CallNow, CallNumber, PhoneNow, Stage},
    shortcut::{Conflict, Deed},
};

use crate::snapshot::{
    UiAccount, UiCall, UiCallState, UiDirection, UiHold, UiReachability, UiSnapshot,
};

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
    /// Shortcuts that work in every window, set or not; empty where there may be none.
    pub shortcuts: Vec<UiShortcut>,
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

/// What of the desktop the agent has asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DesktopAsk {
    /// The answer to [`UiSnapshot::dial_request`]: call (`true`), or forget it.
    Dial(bool),
    /// Be left alone, or no longer.
    DoNotDisturb(bool),
    /// Start at login, or no longer.
    StartAtLogin(bool),
    /// Let a shortcut be these keys, or none.
    Shortcut(Deed, Option<String>),
}

impl UiDesktop {
    /// The shortcuts that are set, and what is wrong with some of them.
    pub fn set_shortcuts(&mut self, set: &Shortcuts, wrong: &[(Deed, Conflict)]) {
        let shown = DEEDS.map(|deed| UiShortcut {
            deed: deed.into(),
            keys: keys(set, deed).cloned(),
            conflict: wrong
                .iter()
                .find(|(of, _)| *of == deed)
                .map(|(_, conflict)| (*conflict).into()),
        });
        self.shortcuts = shown.into();
    }
}

/// The shortcuts that are set, in the order in which they get their keys.
pub fn shortcuts_set(set: &Shortcuts) -> impl Iterator<Item = (Deed, &str)> {
    DEEDS
        .into_iter()
        .filter_map(|deed| keys(set, deed).map(|keys| (deed, keys.as_str())))
}

/// These shortcuts, with other keys for one of them.
pub fn with_shortcut(mut set: Shortcuts, deed: Deed, keys: Option<String>) -> Shortcuts {
    let one = match deed {
        Deed::Answer => &mut set.answer,
        Deed::HangUp => &mut set.hang_up,
        Deed::Mute => &mut set.mute,
        Deed::Hold => &mut set.hold,
        Deed::Consult => &mut set.consult,
    };
    *one = keys.filter(|keys| !keys.trim().is_empty() && keys.len() <= LONGEST_KEYS);
    set
}

fn keys(set: &Shortcuts, deed: Deed) -> Option<&String> {
    match deed {
        Deed::Answer => set.answer.as_ref(),
        Deed::HangUp => set.hang_up.as_ref(),
        Deed::Mute => set.mute.as_ref(),
        Deed::Hold => set.hold.as_ref(),
        Deed::Consult => set.consult.as_ref(),
    }
}

impl UiSnapshot {
    /// As much of it as the tray and notifications need.
    pub fn phone_now(&self) -> PhoneNow {
        let reachable = match &self.account {
            UiAccount::SignedIn(registration) => {
                registration.reachability == UiReachability::Reachable
            }
            UiAccount::Starting | UiAccount::FirstRun(_) | UiAccount::SignIn => false,
        };
        PhoneNow {
            reachable,
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
        heard: call.heard,
        muted: call.muted,
        held: matches!(
            call.hold,
            UiHold::Holding | UiHold::Held | UiHold::LocalOnly
        ),
    })
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

const DEEDS: [Deed; 5] = [
    Deed::Answer,
    Deed::HangUp,
    Deed::Mute,
    Deed::Hold,
    Deed::Consult,
];

/// Longer ones are none, bytes.
const LONGEST_KEYS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcut_is_set_and_taken_away_and_the_others_stay() {
        let set = with_shortcut(Shortcuts::default(), Deed::Mute, Some("F13".into()));
        let set = with_shortcut(set, Deed::Answer, Some("Ctrl+F9".into()));
        let all: Vec<_> = shortcuts_set(&set).collect();
        assert_eq!(all, [(Deed::Answer, "Ctrl+F9"), (Deed::Mute, "F13")]);
        let mut shown = UiDesktop::default();
        shown.set_shortcuts(&set, &[(Deed::Mute, Conflict::Taken)]);
        let mute = &shown.shortcuts[2];
        assert_eq!(mute.keys.as_deref(), Some("F13"));
        assert_eq!(mute.conflict, Some(UiConflict::Taken));
        let set = with_shortcut(set, Deed::Answer, None);
        assert_eq!(shortcuts_set(&set).count(), 1);
    }

    #[test]
    fn without_a_phone_nobody_can_call() {
        let snapshot = UiSnapshot::without_phone(UiAccount::Starting, None);
        assert_eq!(snapshot.phone_now(), PhoneNow::default());
    }
}
