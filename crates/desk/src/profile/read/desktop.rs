//! `[links]` and `[desktop]`: what of the desktop is not for the agent to say.

use warmline_policy::Theme;

use super::Table;
use crate::{
    error::DeskError,
    profile::{DesktopPolicy, Links, language_of},
};

pub(super) fn read(root: &Table<'_>) -> Result<DesktopPolicy, DeskError> {
    let mut policy = DesktopPolicy::default();
    if let Some(table) = root.table("links")? {
        table.only(&["dial", "register"])?;
        policy.links = links(&table)?;
        policy.register_links = table.switch("register")?;
    }
    if let Some(table) = root.table("desktop")? {
        table.only(KEYS)?;
        policy.no_shortcuts = table.switch("shortcuts")? == Some(false);
        policy.start_at_login = table.switch("start_at_login")?;
        policy.always_on_top = table.switch("always_on_top")?;
        policy.theme = theme(&table)?;
        policy.language = language(&table)?;
        let managed_by = table.string("managed_by")?;
        policy.managed_by = managed_by.map(|said| said.value.to_owned());
    }
    Ok(policy)
}

fn links(table: &Table<'_>) -> Result<Links, DeskError> {
    let Some(said) = table.string("dial")? else {
        return Ok(Links::default());
    };
    match said.value {
        "ask" => Ok(Links::Ask),
        "at_once" => Ok(Links::AtOnce),
        "off" => Ok(Links::Off),
        _ => Err(said.wrong("this is not what a link can lead to.", LINKS_ADVICE)),
    }
}

fn theme(table: &Table<'_>) -> Result<Option<Theme>, DeskError> {
    let Some(said) = table.string("theme")? else {
        return Ok(None);
    };
    match said.value {
        "light" => Ok(Some(Theme::Light)),
        "dark" => Ok(Some(Theme::Dark)),
        _ => Err(said.wrong("the window has no such colours.", THEME_ADVICE)),
    }
}

fn language(table: &Table<'_>) -> Result<Option<String>, DeskError> {
    let Some(said) = table.string("language")? else {
        return Ok(None);
    };
    if language_of(said.value).is_none() {
        return Err(said.wrong("the window does not speak this language.", LANGUAGE_ADVICE));
    }
    Ok(Some(said.value.to_owned()))
}

const KEYS: &[&str] = &[
    "shortcuts",
    "start_at_login",
    "language",
    "theme",
    "always_on_top",
    "managed_by",
];

const THEME_ADVICE: &str = "Choose \"light\" or \"dark\".";

const LANGUAGE_ADVICE: &str = "Choose from \"de\", \"en\", \"es\", \"fr\", \"ja\" and \"ko\", with a region if you like, as in \"de-AT\".";

const LINKS_ADVICE: &str = "Choose from \"ask\", \"at_once\" and \"off\".";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::profile::{LANGUAGES, Profile};

    fn policy(text: &str) -> Result<DesktopPolicy, DeskError> {
        let text = format!(
            "server = \"wss://sbc.example/ws\"\naor = \"sip:2001@example.com\"\n\
             password_file = \"p\"\n{text}"
        );
        Profile::parse(&text, Path::new("")).map(|profile| profile.desktop)
    }

    #[test]
    fn the_agent_is_asked_and_has_a_say_unless_the_profile_says_otherwise() {
        assert_eq!(policy("").unwrap(), DesktopPolicy::default());
        let read = policy(
            "[links]\ndial = \"off\"\nregister = true\n[desktop]\nshortcuts = false\nstart_at_login = true\n",
        );
        let expected = DesktopPolicy {
            links: Links::Off,
            register_links: Some(true),
            no_shortcuts: true,
            start_at_login: Some(true),
            ..DesktopPolicy::default()
        };
        assert_eq!(read.unwrap(), expected);
        let read = policy(
            "[desktop]\nlanguage = \"ko\"\ntheme = \"dark\"\nalways_on_top = false\n\
             managed_by = \"Contoso IT\"\n",
        );
        let expected = DesktopPolicy {
            language: Some("ko".to_owned()),
            theme: Some(Theme::Dark),
            always_on_top: Some(false),
            managed_by: Some("Contoso IT".to_owned()),
            ..DesktopPolicy::default()
        };
        assert_eq!(read.unwrap(), expected);
        assert_eq!(
            policy("[links]\ndial = \"at_once\"\n").unwrap().links,
            Links::AtOnce
        );
    }

    #[test]
    fn what_cannot_be_is_said_with_its_line() {
        for (text, says) in [
            ("[links]\ndial = \"never\"\n", "\"at_once\""),
            ("[links]\ndail = \"ask\"\n", "Did you mean `dial`?"),
            ("[links]\nregsiter = true\n", "Did you mean `register`?"),
            ("[links]\nregister = \"yes\"\n", "must be true or false"),
            ("[desktop]\nshortcuts = 1\n", "must be true or false"),
            ("[desktop]\ntheme = \"blue\"\n", "\"light\" or \"dark\""),
            ("[desktop]\nlanguage = \"Deutsch\"\n", "\"de-AT\""),
            ("[desktop]\nlanguage = \"pt\"\n", "\"ko\""),
        ] {
            let error = policy(text).unwrap_err();
            let words = format!("{} {}", error.what, error.advice);
            assert!(words.contains("Line 5") && words.contains(says), "{words}");
        }
        for language in LANGUAGES {
            let advised = format!("\"{language}\"");
            assert!(LANGUAGE_ADVICE.contains(&advised), "{language}");
        }
    }
}
