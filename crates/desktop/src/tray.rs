//! What the icon in the tray shows, and what its menu offers.

use crate::{
    phone::{PhoneNow, Stage},
    tongue::Tongue,
};

/// Whether there can be a tray. On Linux it takes a library that not every desktop brings along, and without it
/// the first icon would end the program.
#[cfg(not(any(target_os = "macos", windows)))]
pub fn is_there() -> bool {
    static FOUND: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *FOUND.get_or_init(|| {
        LIBRARIES.iter().any(|name| {
            // SAFETY: loading it runs nothing but what it runs for every program that shows an icon.
            let library = unsafe { libloading::Library::new(name) };
            // The icon uses it until the end.
            library.map(std::mem::forget).is_ok()
        })
    })
}

/// Whether there can be a tray: here always.
#[cfg(any(target_os = "macos", windows))]
pub fn is_there() -> bool {
    true
}

/// As `libappindicator-sys` looks for them.
#[cfg(not(any(target_os = "macos", windows)))]
const LIBRARIES: [&str; 4] = [
    "libayatana-appindicator3.so.1",
    "libappindicator3.so.1",
    "libayatana-appindicator3.so",
    "libappindicator3.so",
];

/// The icon and its menu at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tray {
    /// What the icon says.
    pub state: State,
    /// The same in a few words. Nobody's name: the tray is seen by who stands behind the agent.
    pub words: String,
    /// From top to bottom.
    pub entries: Vec<Entry>,
}

/// What the icon says. The colour of its dot says it too, never alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Calls cannot come in.
    Unreachable,
    /// They can.
    Reachable,
    /// Callers are told that the agent is busy.
    DoNotDisturb,
    /// A call rings.
    Ringing,
    /// The agent is on the phone.
    Talking,
}

/// One entry of the menu.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// What it does.
    pub item: Item,
    /// What stands there.
    pub words: String,
    /// Whether it is ticked, if it is one to tick.
    pub ticked: Option<bool>,
    /// Whether it can be chosen.
    pub enabled: bool,
}

/// What can stand in the menu.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Item {
    /// Show the window.
    Open,
    /// What the icon says, in words.
    State,
    /// Call the number that the agent has copied.
    CallCopied,
    /// Be left alone, or no longer.
    DoNotDisturb,
    /// Mute the call that is heard, or no longer.
    Mute,
    /// End it, or leave the group that is heard.
    HangUp,
    /// Close the phone.
    Quit,
}

impl Item {
    /// Names it in the menu.
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "tray-open",
            Self::State => "tray-state",
            Self::CallCopied => "tray-call-copied",
            Self::DoNotDisturb => "tray-do-not-disturb",
            Self::Mute => "tray-mute",
            Self::HangUp => "tray-hang-up",
            Self::Quit => "tray-quit",
        }
    }

    /// The one of that name.
    pub fn of(id: &str) -> Option<Self> {
        let all = [
            Self::Open,
            Self::State,
            Self::CallCopied,
            Self::DoNotDisturb,
            Self::Mute,
            Self::HangUp,
            Self::Quit,
        ];
        all.into_iter().find(|item| item.id() == id)
    }
}

impl Tray {
    /// That of this phone, in these words.
    pub fn of(phone: &PhoneNow, do_not_disturb: bool, tongue: &Tongue) -> Self {
        let state = if phone.ringing().next().is_some() && !do_not_disturb {
            State::Ringing
        } else if phone.calls.iter().any(|call| call.stage != Stage::Ringing) {
            State::Talking
        } else if do_not_disturb {
            State::DoNotDisturb
        } else if phone.reachable {
            State::Reachable
        } else {
            State::Unreachable
        };
        let entry = |item, words: &str| Entry {
            item,
            words: words.to_owned(),
            ticked: None,
            enabled: true,
        };
        let at_hand = phone.at_hand;
        let words = state.words(tongue);
        Self {
            state,
            words: words.to_owned(),
            entries: vec![
                entry(Item::Open, &tongue.open),
                Entry {
                    enabled: false,
                    ..entry(Item::State, words)
                },
                entry(Item::CallCopied, &tongue.call_copied),
                Entry {
                    ticked: Some(do_not_disturb),
                    ..entry(Item::DoNotDisturb, &tongue.do_not_disturb)
                },
                Entry {
                    ticked: Some(at_hand.muted == Some(true)),
                    enabled: at_hand.muted.is_some(),
                    ..entry(Item::Mute, &tongue.mute)
                },
                Entry {
                    enabled: at_hand.talking,
                    ..entry(Item::HangUp, &tongue.hang_up)
                },
                entry(Item::Quit, &tongue.quit),
            ],
        }
    }
}

impl State {
    fn words(self, tongue: &Tongue) -> &str {
        match self {
            Self::Unreachable => &tongue.unreachable,
            Self::Reachable => &tongue.reachable,
            Self::DoNotDisturb => &tongue.do_not_disturb,
            Self::Ringing => &tongue.ringing,
            Self::Talking => &tongue.talking,
        }
    }

    fn colour(self) -> [u8; 3] {
        match self {
            Self::Unreachable => [0x8a, 0x8a, 0x8a],
            Self::Reachable => [0x13, 0xa1, 0x0e],
            Self::DoNotDisturb => [0xc5, 0x0f, 0x1f],
            Self::Ringing => [0xff, 0xb9, 0x00],
            Self::Talking => [0x0f, 0x6c, 0xbd],
        }
    }

    /// The program's icon with a dot of the state in its lower right corner. `icon` is RGBA, `width` pixels
    /// wide; one that is not whole is left as it is.
    pub fn painted(self, icon: &[u8], width: usize) -> Vec<u8> {
        let mut painted = icon.to_vec();
        let row = width * PIXEL;
        if row == 0 || icon.is_empty() || !icon.len().is_multiple_of(row) {
            return painted;
        }
        let height = icon.len() / row;
        // Half-pixels, so that the dot has a middle in icons of any size.
        let radius = width.min(height) / 2;
        let middle = |length: usize| 2 * length - radius - 1;
        let (x0, y0) = (middle(width), middle(height));
        let [red, green, blue] = self.colour();
        for (at, pixel) in painted.chunks_exact_mut(PIXEL).enumerate() {
            let (x, y) = (2 * (at % width), 2 * (at / width));
            let distance = x.abs_diff(x0).pow(2) + y.abs_diff(y0).pow(2);
            let inner = radius.saturating_sub(RIM);
            if distance <= inner * inner {
                pixel.copy_from_slice(&[red, green, blue, u8::MAX]);
            } else if distance <= radius * radius {
                // A clear rim sets it off against whatever is below.
                pixel.copy_from_slice(&[0; PIXEL]);
            }
        }
        painted
    }
}

/// Bytes of one.
const PIXEL: usize = 4;

/// Half-pixels.
const RIM: usize = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::phone::{AtHand, CallNow, CallNumber};

    fn phone(stages: &[Stage]) -> PhoneNow {
        let call = |(number, stage): (u64, &Stage)| CallNow {
            number: CallNumber(number),
            stage: *stage,
            who: "Robin".into(),
        };
        let talking = stages.iter().any(|stage| *stage != Stage::Ringing);
        PhoneNow {
            reachable: true,
            do_not_disturb: None,
            at_hand: AtHand {
                talking,
                muted: talking.then_some(true),
                ..AtHand::default()
            },
            calls: (0..).zip(stages).map(call).collect(),
        }
    }

    fn tray(phone: &PhoneNow, do_not_disturb: bool) -> Tray {
        Tray::of(phone, do_not_disturb, &Tongue::default())
    }

    #[test]
    fn it_speaks_as_the_window_does() {
        let tongue = Tongue {
            reachable: "Bereit für Anrufe".into(),
            mute: "Stummschalten".into(),
            ..Tongue::default()
        };
        let tray = Tray::of(&phone(&[]), false, &tongue);
        let entries: Vec<_> = tray.entries.iter().map(|entry| &*entry.words).collect();
        assert_eq!(tray.words, "Bereit für Anrufe");
        assert_eq!(entries[1], "Bereit für Anrufe");
        assert_eq!(entries[4], "Stummschalten");
    }

    fn enabled(tray: &Tray, item: Item) -> bool {
        let entry = tray.entries.iter().find(|entry| entry.item == item);
        entry.is_some_and(|entry| entry.enabled)
    }

    #[test]
    fn what_is_most_urgent_is_said() {
        let state = |stages: &[Stage], quiet| tray(&phone(stages), quiet).state;
        assert_eq!(state(&[], false), State::Reachable);
        assert_eq!(state(&[], true), State::DoNotDisturb);
        assert_eq!(state(&[Stage::Talking], true), State::Talking);
        let both = [Stage::Talking, Stage::Ringing];
        assert_eq!(state(&both, false), State::Ringing);
        assert_eq!(state(&both, true), State::Talking);
        let off = tray(&PhoneNow::default(), false);
        assert_eq!(off.state, State::Unreachable);
    }

    #[test]
    fn what_needs_a_call_is_there_in_a_call() {
        for (stages, there) in [
            (vec![], false),
            (vec![Stage::Ringing], false),
            (vec![Stage::Calling], true),
            (vec![Stage::Talking], true),
        ] {
            let tray = tray(&phone(&stages), false);
            assert_eq!(enabled(&tray, Item::HangUp), there, "{stages:?}");
            assert_eq!(enabled(&tray, Item::Mute), there, "{stages:?}");
            assert!(enabled(&tray, Item::Quit));
        }
    }

    #[test]
    fn with_a_customer_on_hold_there_is_nobody_to_hang_up_on_or_to_mute() {
        let on_hold = PhoneNow {
            at_hand: AtHand::default(),
            ..phone(&[Stage::Talking])
        };
        let tray = tray(&on_hold, false);
        assert_eq!(tray.state, State::Talking);
        assert!(!enabled(&tray, Item::HangUp) && !enabled(&tray, Item::Mute));
    }

    #[test]
    fn an_entry_is_known_by_its_name() {
        for entry in tray(&phone(&[]), false).entries {
            assert_eq!(Item::of(entry.item.id()), Some(entry.item));
        }
        assert_eq!(Item::of("quit"), None);
    }

    #[test]
    fn the_dot_is_in_the_corner_and_the_rest_stays() {
        let painted = State::Talking.painted(&[7; 32 * 32 * PIXEL], 32);
        let pixel = |x: usize, y: usize| &painted[(y * 32 + x) * PIXEL..][..PIXEL];
        assert_eq!(pixel(0, 0), [7; PIXEL]);
        assert_eq!(pixel(24, 24), [0x0f, 0x6c, 0xbd, 0xff]);
    }

    proptest! {
        #[test]
        fn no_icon_does_harm(icon: Vec<u8>, width in 0..20_usize) {
            prop_assert_eq!(State::Ringing.painted(&icon, width).len(), icon.len());
        }
    }
}
