use url::{Host, Url};

use crate::{
    config::Config,
    scope::{Scope, Scopes},
};

/// What the machine needs to know of the [`Config`].
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where the identity provider describes itself; none if the configuration makes no sense.
    pub(crate) discovery: Option<Url>,
    /// The tenant, as configured.
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) provider_scope: Option<String>,
    pub(crate) device_code: bool,
    /// Graph's scopes come back with this before their names.
    graph: Option<String>,
}

impl Settings {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            discovery: discovery(&config.cloud.authority, &config.tenant),
            tenant: config.tenant.clone(),
            client_id: config.client_id.clone(),
            provider_scope: config.provider_scope.clone(),
            device_code: config.device_code,
            graph: Url::parse(&config.cloud.graph)
                .ok()
                .map(|graph| graph.origin().ascii_serialization()),
        }
    }

    /// A `scope` parameter: whatever is for Graph needs no prefix, Entra takes it for Graph's.
    pub(crate) fn scope(&self, graph: &Scopes, provider: bool) -> String {
        let provider = self.provider_scope.as_deref().filter(|_| provider);
        OPENID
            .iter()
            .copied()
            .chain(graph.iter().map(|scope| scope.as_str()))
            .chain(provider)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Those of a `scope` of an answer that are Graph's and known.
    pub(crate) fn granted(&self, scope: &str) -> Scopes {
        let own = |word: &str| {
            let graph = self.graph.as_deref().into_iter().chain([PUBLIC_GRAPH]);
            let short = graph
                .filter_map(|graph| word.strip_prefix(graph)?.strip_prefix('/'))
                .next();
            Scope::named(short.unwrap_or(word))
        };
        scope.split_ascii_whitespace().filter_map(own).collect()
    }
}

/// Whether this host is the machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn discovery(authority: &str, tenant: &str) -> Option<Url> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let shared = SHARED.iter().any(|name| tenant.eq_ignore_ascii_case(name));
    if shared || tenant.is_empty() || !tenant.chars().all(plain) || tenant.starts_with('.') {
        return None;
    }
    let authority = Url::parse(authority).ok()?;
    // Plain HTTP is for practice and tests: it leaves the machine never.
    let safe =
        authority.scheme() == "https" || authority.scheme() == "http" && is_loopback(&authority);
    let bare =
        authority.path() == "/" && authority.username().is_empty() && authority.query().is_none();
    let path = format!("/{tenant}/v2.0/.well-known/openid-configuration");
    (safe && bare).then(|| authority.join(&path).ok()).flatten()
}

/// Who somebody is, and a refresh token.
const OPENID: [&str; 3] = ["openid", "profile", "offline_access"];

/// Stands before its scopes, whichever cloud answers.
const PUBLIC_GRAPH: &str = "https://graph.microsoft.com";

/// Everybody's tenants: an account of any other would do.
const SHARED: [&str; 3] = ["common", "organizations", "consumers"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_of_everybody_and_an_authority_in_the_open_are_no_configuration() {
        let found = |authority, tenant| discovery(authority, tenant).map(String::from);
        assert_eq!(
            found("https://login.microsoftonline.com", "contoso.com").as_deref(),
            Some(
                "https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration"
            ),
        );
        assert!(found("http://127.0.0.1:5", "t").is_some());
        assert!(found("http://localhost:5/", "t").is_some());
        for (authority, tenant) in [
            ("http://login.example.com", "t"),
            ("http://localhost.example.com", "t"),
            ("https://login.example.com", "common"),
            ("https://login.example.com", "Organizations"),
            ("https://login.example.com", "../x"),
            ("https://login.example.com", "a/b"),
            ("https://login.example.com", ""),
            ("https://login.example.com/x", "t"),
            ("https://user@login.example.com", "t"),
            ("nonsense", "t"),
        ] {
            assert_eq!(found(authority, tenant), None, "{authority} {tenant}");
        }
    }
}
