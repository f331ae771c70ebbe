//! What the provider says of the desktop.

use serde::Deserialize;
use warmline_policy::Theme;

use crate::profile::{DesktopPolicy, LANGUAGES, Links, language_of};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DesktopSaid {
    links: Option<LinksSaid>,
    register_links: Option<bool>,
    shortcuts: Option<bool>,
    start_at_login: Option<bool>,
    language: Option<String>,
    theme: Option<ThemeSaid>,
    always_on_top: Option<bool>,
    managed_by: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ThemeSaid {
    Light,
    Dark,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum LinksSaid {
    Ask,
    AtOnce,
    Off,
}

impl DesktopSaid {
    pub(super) fn read(self) -> DesktopPolicy {
        DesktopPolicy {
            links: match self.links {
                None | Some(LinksSaid::Ask) => Links::Ask,
                Some(LinksSaid::AtOnce) => Links::AtOnce,
                Some(LinksSaid::Off) => Links::Off,
            },
            register_links: self.register_links,
            no_shortcuts: self.shortcuts == Some(false),
            start_at_login: self.start_at_login,
            language: self.language.filter(|tag| is_spoken(tag)),
            theme: self.theme.map(|theme| match theme {
                ThemeSaid::Light => Theme::Light,
                ThemeSaid::Dark => Theme::Dark,
            }),
            always_on_top: self.always_on_top,
            managed_by: self.managed_by,
        }
    }
}

/// Whether the window speaks it. An agent can be called in every language: another one is the agent's to choose.
fn is_spoken(tag: &str) -> bool {
    let spoken = language_of(tag).is_some();
    if !spoken {
        let choices = LANGUAGES.join(", ");
        tracing::warn!(
            "the provider's `desktop.language` is left out: the window speaks {choices}"
        );
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> DesktopPolicy {
        serde_json::from_str::<DesktopSaid>(json)
            .expect("as it should be")
            .read()
    }

    #[test]
    fn what_is_said_holds_and_the_rest_is_the_agents_to_say() {
        assert_eq!(read("{}"), DesktopPolicy::default());
        let said = read(
            r#"{"links": "atOnce", "registerLinks": true, "shortcuts": false, "startAtLogin": true}"#,
        );
        let expected = DesktopPolicy {
            links: Links::AtOnce,
            register_links: Some(true),
            no_shortcuts: true,
            start_at_login: Some(true),
            ..DesktopPolicy::default()
        };
        assert_eq!(said, expected);
        let said = read(
            r#"{"language": "ko", "theme": "dark", "alwaysOnTop": true, "managedBy": "Contoso IT"}"#,
        );
        let expected = DesktopPolicy {
            language: Some("ko".to_owned()),
            theme: Some(Theme::Dark),
            always_on_top: Some(true),
            managed_by: Some("Contoso IT".to_owned()),
            ..DesktopPolicy::default()
        };
        assert_eq!(said, expected);
        assert_eq!(read(r#"{"links": "off"}"#).links, Links::Off);
    }
}
