//! What a client asks to be allowed.

use std::collections::BTreeSet;

use super::fault::Fault;

/// Whom an access token is for; each is for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Microsoft Graph.
    Graph,
    /// The provider's own services.
    Provider,
}

/// The scopes of one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// An ID token.
    pub(super) openid: bool,
    /// A refresh token.
    pub(super) offline: bool,
    pub(super) graph: BTreeSet<String>,
    /// What stands before a Graph scope, if the client writes it in full.
    pub(super) prefix: String,
    pub(super) provider: bool,
}

impl Asked {
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let mut asked = Self::default();
        for scope in text.split_whitespace() {
            match scope {
                "openid" => asked.openid = true,
                "offline_access" => asked.offline = true,
                "profile" | "email" => {}
                PROVIDER_SCOPE => asked.provider = true,
                _ => {
                    let start = scope.rfind('/').map_or(0, |at| at + 1);
                    let (prefix, name) = scope.split_at(start);
                    let full = prefix.starts_with("https://") || prefix.starts_with("http://");
                    if !(prefix.is_empty() || full) {
                        return Err(Fault::NoScope);
                    }
                    let known = AGENTS.iter().chain(ADMINISTRATORS);
                    let Some(known) = known
                        .copied()
                        .find(|known| known.eq_ignore_ascii_case(name))
                    else {
                        return Err(Fault::NoScope);
                    };
                    prefix.clone_into(&mut asked.prefix);
                    asked.graph.insert(known.to_owned());
                }
            }
        }
        Ok(asked)
    }

    /// Whose token it is to be: Graph's, if nobody is named.
    pub(super) fn resource(&self) -> Resource {
        match self.graph.is_empty() && self.provider {
            true => Resource::Provider,
            false => Resource::Graph,
        }
    }

    pub(super) fn is_of_two(&self) -> bool {
        self.provider && !self.graph.is_empty()
    }
}

/// The scope of the provider's own services.
pub(crate) const PROVIDER_SCOPE: &str = "api://practice/Phone.Read";

/// What the agent may agree to.
///
/// Source: Microsoft Graph permissions reference, which has who may consent by default.
const AGENTS: &[&str] = &[
    "User.Read",
    "User.ReadBasic.All",
    "Presence.Read.All",
    "Presence.ReadWrite",
    "Chat.Create",
    "Chat.Read",
    "Chat.ReadWrite",
    "ChatMessage.Send",
    "Calendars.Read",
];

/// What only an administrator may, and in this tenant has, for everybody.
pub(super) const ADMINISTRATORS: &[&str] = &[
    "User.Read.All",
    "GroupMember.ReadBasic.All",
    "TeamworkTag.Read",
    "TeamsUserConfiguration.Read.All",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_entra_does() {
        let asked = Asked::parse(
            "openid profile offline_access https://graph.microsoft.com/User.Read presence.read.all",
        );
        let asked = asked.expect("known");
        assert!(asked.openid && asked.offline && !asked.is_of_two());
        assert_eq!(asked.resource(), Resource::Graph);
        assert!(asked.graph.contains("Presence.Read.All"));
        let provider = Asked::parse("openid api://practice/Phone.Read").expect("known");
        assert_eq!(provider.resource(), Resource::Provider);
        let both = Asked::parse("User.Read api://practice/Phone.Read").expect("known");
        assert!(both.is_of_two());
        for unknown in ["Files.Read", "api://other/Phone.Read", "api://x/User.Read"] {
            assert_eq!(Asked::parse(unknown).err(), Some(Fault::NoScope));
        }
    }
}
