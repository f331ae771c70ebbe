//! Shortcuts that work whatever window the agent is in, and what keeps one from working.

mod grabbed;
mod set;

use global_hotkey::hotkey::{Code, HotKey, Modifiers};

pub use grabbed::{Pressing, grab};
pub use set::{keys, set, with};

/// What a shortcut can do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Deed {
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

impl Deed {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Answer,
        Self::HangUp,
        Self::Mute,
        Self::Hold,
        Self::Consult,
    ];
}

/// Why a shortcut does not work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Conflict {
    /// It is no combination of keys.
    NoKeys,
    /// It has no Ctrl, Alt or Windows key: typing would set it off.
    Types,
    /// All programs or the system need it.
    Reserved,
    /// It is another shortcut of ours already.
    Ours(Deed),
    /// Another program has it.
    Taken,
    /// The desktop lets no program have any: Wayland.
    Desktop,
}

/// The shortcuts that may be had, and those that may not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What each does, and its keys.
    pub good: Vec<(Deed, HotKey)>,
    /// What is wrong with the others.
    pub bad: Vec<(Deed, Conflict)>,
}

impl Plan {
    /// What can be said of these without asking the system. The first one of two that are the same has the
    /// keys.
    pub fn of<'a>(wanted: impl IntoIterator<Item = (Deed, &'a str)>) -> Self {
        let mut plan = Self::default();
        for (deed, keys) in wanted {
            match keys_of(keys) {
                Ok(keys) => match plan.good.iter().find(|(_, other)| *other == keys) {
                    Some((other, _)) => plan.bad.push((deed, Conflict::Ours(*other))),
                    None => plan.good.push((deed, keys)),
                },
                Err(conflict) => plan.bad.push((deed, conflict)),
            }
        }
        plan
    }
}

/// The keys that a text like `Ctrl+Shift+F9` means, named as UI Events names them (`KeyA`, or `A`).
///
/// # Errors
/// They are none, or none that a program should take from all others.
pub fn keys_of(text: &str) -> Result<HotKey, Conflict> {
    let keys: HotKey = text.trim().parse().map_err(|_| Conflict::NoKeys)?;
    let chord = Modifiers::CONTROL | Modifiers::ALT | Modifiers::META;
    if !keys.mods.intersects(chord) && !types_nothing(keys.key) {
        return Err(Conflict::Types);
    }
    // AltGr is Ctrl+Alt on Windows: in many languages that types € or @.
    let alt_gr = Modifiers::CONTROL | Modifiers::ALT;
    if keys.mods.difference(Modifiers::SHIFT) == alt_gr && types_a_character(keys.key) {
        return Err(Conflict::Types);
    }
    let reserved = RESERVED
        .iter()
        .any(|(mods, key)| keys.mods == *mods && keys.key == *key);
    if reserved {
        Err(Conflict::Reserved)
    } else {
        Ok(keys)
    }
}

/// Keys that are on some keyboards for just this.
fn types_nothing(key: Code) -> bool {
    matches!(
        key,
        Code::F13
            | Code::F14
            | Code::F15
            | Code::F16
            | Code::F17
            | Code::F18
            | Code::F19
            | Code::F20
            | Code::F21
            | Code::F22
            | Code::F23
            | Code::F24
    )
}

/// Letters, digits and what stands beside them.
fn types_a_character(key: Code) -> bool {
    let name = key.to_string();
    let letter = name.starts_with("Key") || name.starts_with("Digit");
    letter
        || matches!(
            key,
            Code::Backquote
                | Code::Backslash
                | Code::BracketLeft
                | Code::BracketRight
                | Code::Comma
                | Code::Equal
                | Code::IntlBackslash
                | Code::Minus
                | Code::Period
                | Code::Quote
                | Code::Semicolon
                | Code::Slash
        )
}

/// Taken from all others, these would make the machine hard to use, or are never given to a program.
const RESERVED: &[(Modifiers, Code)] = &[
    (Modifiers::CONTROL, Code::KeyA),
    (Modifiers::CONTROL, Code::KeyC),
    (Modifiers::CONTROL, Code::KeyF),
    (Modifiers::CONTROL, Code::KeyP),
    (Modifiers::CONTROL, Code::KeyS),
    (Modifiers::CONTROL, Code::KeyV),
    (Modifiers::CONTROL, Code::KeyX),
    (Modifiers::CONTROL, Code::KeyZ),
    (Modifiers::META, Code::KeyA),
    (Modifiers::META, Code::KeyC),
    (Modifiers::META, Code::KeyL),
    (Modifiers::META, Code::KeyQ),
    (Modifiers::META, Code::KeyV),
    (Modifiers::META, Code::KeyX),
    (Modifiers::META, Code::KeyZ),
    (Modifiers::META, Code::Tab),
    (Modifiers::ALT, Code::F4),
    (Modifiers::ALT, Code::Tab),
    (Modifiers::ALT, Code::Escape),
    (Modifiers::CONTROL, Code::Escape),
    (Modifiers::CONTROL.union(Modifiers::ALT), Code::Delete),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_that_nobody_types_are_good() {
        for keys in [
            "Ctrl+Shift+F9",
            "ctrl + alt + f1",
            "Alt+Shift+A",
            "F13",
            "Super+F12",
        ] {
            assert!(keys_of(keys).is_ok(), "{keys}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_others_is_said() {
        for (keys, conflict) in [
            ("", Conflict::NoKeys),
            ("Ctrl+", Conflict::NoKeys),
            ("Ctrl", Conflict::NoKeys),
            ("Ctrl+A+B", Conflict::NoKeys),
            ("A", Conflict::Types),
            ("Shift+A", Conflict::Types),
            ("F1", Conflict::Types),
            ("Ctrl+Alt+E", Conflict::Types),
            ("Ctrl+Alt+Shift+7", Conflict::Types),
            ("Ctrl+C", Conflict::Reserved),
            ("Alt+F4", Conflict::Reserved),
            ("Ctrl+Alt+Delete", Conflict::Reserved),
        ] {
            assert_eq!(keys_of(keys).err(), Some(conflict), "{keys}");
        }
    }

    #[test]
    fn two_deeds_have_no_keys_in_common() {
        let plan = Plan::of([
            (Deed::Answer, "Ctrl+Shift+F9"),
            (Deed::HangUp, "shift+control+F9"),
            (Deed::Mute, "A"),
        ]);
        let good: Vec<Deed> = plan.good.iter().map(|(deed, _)| *deed).collect();
        assert_eq!(good, [Deed::Answer]);
        let expected = [
            (Deed::HangUp, Conflict::Ours(Deed::Answer)),
            (Deed::Mute, Conflict::Types),
        ];
        assert_eq!(plan.bad, expected);
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text: String) {
            let _ = keys_of(&text);
        }
    }
}
