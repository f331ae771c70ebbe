//! A `mimeapps.list`: which program opens what. It has much in it that is not ours, and that stays as it is. Pure.

/// The program that opens what is of this kind first, if the list says so.
pub(super) fn first<'a>(list: &'a str, kind: &str) -> Option<&'a str> {
    let mut first = None;
    // Of what is said twice, the last counts.
    for line in Lines::of(list) {
        if let Some(said) = line
            .said
            .filter(|said| line.of_defaults && said.kind == kind)
        {
            first = said.programs().next();
        }
    }
    first
}

/// The list with `program` before all others for all of these kinds.
pub(super) fn with(list: &str, program: &str, kinds: &[String]) -> String {
    let mut missing: Vec<&String> = kinds.iter().collect();
    let mut changed = String::new();
    // Behind the head of the group.
    let mut place = None;
    for line in Lines::of(list) {
        match line
            .said
            .filter(|said| line.of_defaults && kinds.iter().any(|kind| kind == said.kind))
        {
            Some(said) => {
                missing.retain(|kind| *kind != said.kind);
                let others = said.programs().filter(|other| *other != program);
                changed.push_str(&written(said.kind, [program].into_iter().chain(others)));
            }
            None => changed.push_str(line.text),
        }
        if line.begins_defaults {
            on_its_own(&mut changed);
            place.get_or_insert(changed.len());
        }
    }
    if missing.is_empty() {
        return changed;
    }
    let place = place.unwrap_or_else(|| {
        on_its_own(&mut changed);
        changed.push_str(DEFAULTS);
        changed.push('\n');
        changed.len()
    });
    let missing = missing.iter().map(|kind| written(kind, [program]));
    changed.insert_str(place, &missing.collect::<String>());
    changed
}

/// The list without `program`, whatever it is to open.
pub(super) fn without(list: &str, program: &str) -> String {
    let mut changed = String::new();
    for line in Lines::of(list) {
        match line.said {
            Some(said) if said.programs().any(|known| known == program) => {
                let mut others = said.programs().filter(|other| *other != program).peekable();
                if others.peek().is_some() {
                    changed.push_str(&written(said.kind, others));
                }
            }
            _ => changed.push_str(line.text),
        }
    }
    changed
}

fn written<'a>(kind: &str, programs: impl IntoIterator<Item = &'a str>) -> String {
    let programs: String = programs
        .into_iter()
        .flat_map(|program| [program, ";"])
        .collect();
    format!("{kind}={programs}\n")
}

/// Ends the last line, if it does not end.
fn on_its_own(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

struct Lines<'a> {
    rest: std::str::SplitInclusive<'a, char>,
    of_defaults: bool,
}

struct Line<'a> {
    /// With its end.
    text: &'a str,
    said: Option<Said<'a>>,
    /// It stands in the group of those that open something, and is not only able to.
    of_defaults: bool,
    /// It is the head of that group.
    begins_defaults: bool,
}

#[derive(Clone, Copy)]
struct Said<'a> {
    kind: &'a str,
    programs: &'a str,
}

impl<'a> Said<'a> {
    fn programs(self) -> impl Iterator<Item = &'a str> {
        let programs = self.programs.split(';').map(str::trim);
        programs.filter(|program| !program.is_empty())
    }
}

impl<'a> Lines<'a> {
    fn of(list: &'a str) -> Self {
        Self {
            rest: list.split_inclusive('\n'),
            of_defaults: false,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let text = self.rest.next()?;
        let bare = text.trim();
        let begins_group = bare.starts_with('[');
        if begins_group {
            self.of_defaults = bare == DEFAULTS;
        }
        let said = bare.split_once('=').map(|(kind, programs)| Said {
            kind: kind.trim(),
            programs,
        });
        Some(Line {
            text,
            said: said.filter(|_| !begins_group && !bare.starts_with('#')),
            of_defaults: self.of_defaults,
            begins_defaults: begins_group && self.of_defaults,
        })
    }
}

const DEFAULTS: &str = "[Default Applications]";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds() -> [String; 2] {
        ["x-scheme-handler/tel", "x-scheme-handler/sip"].map(str::to_owned)
    }

    #[test]
    fn what_is_missing_is_added_where_it_belongs() {
        for (before, after) in [
            (
                "",
                "[Default Applications]\nx-scheme-handler/tel=w.desktop;\nx-scheme-handler/sip=w.desktop;\n",
            ),
            (
                "[Added Associations]\nx-scheme-handler/tel=a.desktop",
                "[Added Associations]\nx-scheme-handler/tel=a.desktop\n\
                 [Default Applications]\nx-scheme-handler/tel=w.desktop;\nx-scheme-handler/sip=w.desktop;\n",
            ),
            (
                "[Default Applications]",
                "[Default Applications]\nx-scheme-handler/tel=w.desktop;\nx-scheme-handler/sip=w.desktop;\n",
            ),
            (
                "[Default Applications]\n x-scheme-handler/sip = a.desktop ; w.desktop\r\ntext/html=b\r\n",
                "[Default Applications]\nx-scheme-handler/tel=w.desktop;\n\
                 x-scheme-handler/sip=w.desktop;a.desktop;\ntext/html=b\r\n",
            ),
        ] {
            assert_eq!(with(before, "w.desktop", &kinds()), after, "{before:?}");
        }
    }

    #[test]
    fn who_comes_first_is_read_from_the_right_group_and_the_last_line() {
        let list = "[Added Associations]\nx=a;\n[Default Applications]\n#x=b;\nx=c;d;\nx= e ;f\n[Other]\nx=g\n";
        assert_eq!(first(list, "x"), Some("e"));
        assert_eq!(first(list, "y"), None);
        assert_eq!(first("[Default Applications]\nx=\n", "x"), None);
    }

    #[test]
    fn of_ours_nothing_is_left() {
        let list = "[Added Associations]\nx=w;a\n[Default Applications]\nx=w\ny=a;w;\nz=a\n";
        let left = "[Added Associations]\nx=a;\n[Default Applications]\ny=a;\nz=a\n";
        assert_eq!(without(list, "w"), left);
    }

    proptest! {
        #[test]
        fn no_line_of_others_is_lost(
            lines in prop::collection::vec("(\\[Default Applications\\]|\\[x\\]|#?[a-c]=[d-f;]{0,4}|[ -~]{0,8})", 0..9)
        ) {
            let list = lines.join("\n");
            let (kinds, changed) = (kinds(), with(&list, "w.desktop", &kinds()));
            for kind in &kinds {
                prop_assert_eq!(first(&changed, kind), Some("w.desktop"));
            }
            for line in list.lines() {
                prop_assert!(changed.lines().any(|kept| kept == line), "{line:?} in {changed:?}");
            }
            prop_assert_eq!(with(&changed, "w.desktop", &kinds), changed.clone());
            let left = without(&changed, "w.desktop");
            prop_assert!(left.starts_with(list.trim_end_matches('\n')), "{left:?}");
        }
    }
}
