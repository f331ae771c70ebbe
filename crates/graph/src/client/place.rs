//! Where Graph is, and which addresses are Graph's.

use url::{Host, Url};

/// The base of the configured Graph, with the version: `https://graph.microsoft.com/v1.0`.
#[derive(Clone)]
pub(super) struct Place(Url);

impl Place {
    /// Of what is configured. None unless it is HTTPS: tokens go there. HTTP is good for this very machine
    /// only (practice, tests).
    pub(super) fn new(base: &str) -> Option<Self> {
        let mut url = Url::parse(base.trim_end_matches('/')).ok()?;
        let plain = url.scheme() == "http" && on_this_machine(&url);
        let fits = (plain || url.scheme() == "https")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none();
        url.set_query(None);
        url.set_fragment(None);
        fits.then_some(Self(url))
    }

    /// Whether it is on this very machine, where no proxy stands between.
    pub(super) fn is_here(&self) -> bool {
        on_this_machine(&self.0)
    }

    /// An address below the base. Segments are escaped: none of them can lead elsewhere.
    pub(super) fn at<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        // A base with a host always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Where an answer says that it goes on, if that is the same server and below the same base: the token
    /// goes nowhere else.
    pub(super) fn link(&self, link: &str) -> Option<Url> {
        let url = Url::parse(link).ok()?;
        let base = self.0.path().trim_end_matches('/');
        let below = url
            .path()
            .strip_prefix(base)
            .is_some_and(|rest| rest.starts_with('/'));
        (url.origin() == self.0.origin()
            && below
            && url.username().is_empty()
            && url.password().is_none())
        .then_some(url)
    }
}

/// Adds a query, each value escaped as RFC 3986 has it: Graph reads `+` as what it is in some places.
pub(super) fn query(mut url: Url, pairs: &[(&str, &str)]) -> Url {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        for part in url::form_urlencoded::byte_serialize(value.as_bytes()) {
            // It writes a space as `+`, and a `+` as `%2B`.
            text.push_str(&part.replace('+', "%20"));
        }
    }
    url.set_query(Some(&text));
    url
}

fn on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_http_is_good_for_this_machine_only() {
        for base in [
            "https://graph.microsoft.com/v1.0",
            "https://graph.microsoft.com/v1.0/",
            "http://127.0.0.1:8080/v1.0",
            "http://[::1]:8080/v1.0",
            "http://localhost:8080",
        ] {
            assert!(Place::new(base).is_some(), "{base}");
        }
        for base in [
            "http://graph.microsoft.com/v1.0",
            "http://127.0.0.1.example.com/v1.0",
            "https://user:word@graph.microsoft.com/v1.0",
            "ftp://127.0.0.1/v1.0",
            "file:///v1.0",
            "",
        ] {
            assert!(Place::new(base).is_none(), "{base}");
        }
    }

    #[test]
    fn a_link_leads_to_the_same_graph_or_nowhere() {
        let place = Place::new("https://graph.microsoft.com/v1.0").unwrap();
        assert!(
            place
                .link("https://graph.microsoft.com/v1.0/groups/1/members?$skiptoken=x")
                .is_some()
        );
        for link in [
            "http://graph.microsoft.com/v1.0/groups",
            "https://graph.microsoft.com:444/v1.0/groups",
            "https://graph.microsoft.com.example.com/v1.0/groups",
            "https://graph.microsoft.com/beta/groups",
            "https://graph.microsoft.com/v1.0x/groups",
            "https://graph.microsoft.com/v1.0/../beta/groups",
            "https://you@graph.microsoft.com/v1.0/groups",
            "/v1.0/groups",
            "//example.com/v1.0/groups",
            "",
        ] {
            assert!(place.link(link).is_none(), "{link}");
        }
    }

    #[test]
    fn addresses_and_queries_are_escaped() {
        let place = Place::new("http://127.0.0.1:1/v1.0").unwrap();
        let url = query(
            place.at(["groups", "a/../b?c#d"]),
            &[("$top", "999"), ("$search", "\"displayName:a+b &\"")],
        );
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:1/v1.0/groups/a%2F..%2Fb%3Fc%23d?$top=999&$search=%22displayName%3Aa%2Bb%20%26%22"
        );
    }

    proptest! {
        #[test]
        fn no_link_leads_elsewhere(link in "(https?://)?(graph\\.microsoft\\.com)?[/:@.\\\\?#%a-z0-9]{0,40}") {
            let place = Place::new("https://graph.microsoft.com/v1.0").unwrap();
            if let Some(url) = place.link(&link) {
                prop_assert_eq!(url.host_str(), Some("graph.microsoft.com"));
                prop_assert!(url.path().starts_with("/v1.0/"));
                prop_assert_eq!(url.scheme(), "https");
            }
        }

        #[test]
        fn no_segment_leads_elsewhere(segment in "\\PC{0,20}") {
            let place = Place::new("https://graph.microsoft.com/v1.0").unwrap();
            let url = place.at(["groups", &segment, "members"]);
            prop_assert!(url.path().starts_with("/v1.0/groups/"));
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }
}
