use warmline_desk::policy::Shortcuts;

use super::Deed;

/// The shortcuts that are set, in the order in which they get their keys.
pub fn set(shortcuts: &Shortcuts) -> impl Iterator<Item = (Deed, &str)> {
    let keys = move |deed| keys(shortcuts, deed).map(|keys| (deed, keys));
    Deed::ALL.into_iter().filter_map(keys)
}

/// The keys of one, if it is set.
pub fn keys(shortcuts: &Shortcuts, deed: Deed) -> Option<&str> {
    let keys = match deed {
        Deed::Answer => &shortcuts.answer,
        Deed::HangUp => &shortcuts.hang_up,
        Deed::Mute => &shortcuts.mute,
        Deed::Hold => &shortcuts.hold,
        Deed::Consult => &shortcuts.consult,
    };
    keys.as_deref()
}

/// These shortcuts, with other keys for one of them.
pub fn with(mut shortcuts: Shortcuts, deed: Deed, keys: Option<&str>) -> Shortcuts {
    let one = match deed {
        Deed::Answer => &mut shortcuts.answer,
        Deed::HangUp => &mut shortcuts.hang_up,
        Deed::Mute => &mut shortcuts.mute,
        Deed::Hold => &mut shortcuts.hold,
        Deed::Consult => &mut shortcuts.consult,
    };
    let keys = keys.map(str::trim).filter(|keys| !keys.is_empty());
    *one = keys.map(str::to_owned);
    shortcuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortcut_is_set_and_taken_away_and_the_others_stay() {
        let shortcuts = with(Shortcuts::default(), Deed::Mute, Some("F13"));
        let shortcuts = with(shortcuts, Deed::Answer, Some(" Ctrl+F9"));
        let all: Vec<_> = set(&shortcuts).collect();
        assert_eq!(all, [(Deed::Answer, "Ctrl+F9"), (Deed::Mute, "F13")]);
        let shortcuts = with(shortcuts, Deed::Answer, None);
        assert_eq!(set(&shortcuts).count(), 1);
    }
}
