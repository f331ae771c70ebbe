//! Digest authentication (RFC 8760: SHA-256), the server's side.

use sha2::{Digest as _, Sha256};

/// What a REGISTER is challenged with.
pub(super) fn challenge(realm: &str, nonce: &str, stale: bool) -> String {
    let stale = if stale { ", stale=true" } else { "" };
    format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm=SHA-256, qop=\"auth\"{stale}")
}

/// What an `Authorization` header claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    username: String,
    realm: String,
    pub(super) nonce: String,
    uri: String,
    response: String,
    cnonce: String,
    nc: String,
    /// How often the nonce has been used, this time included.
    pub(super) count: u32,
}

impl Claim {
    /// Reads the header; none if something is missing or it is another algorithm.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let rest = value.trim().strip_prefix("Digest")?;
        let fields: Vec<(String, String)> = fields(rest);
        let get = |wanted: &str| {
            let found = fields
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone())
        };
        let sha256 = get("algorithm").is_some_and(|name| name.eq_ignore_ascii_case("SHA-256"));
        let auth = get("qop").is_some_and(|qop| qop == "auth");
        (sha256 && auth).then_some(())?;
        let nc = get("nc")?;
        Some(Self {
            count: u32::from_str_radix(&nc, 16).ok()?,
            username: get("username")?,
            realm: get("realm")?,
            nonce: get("nonce")?,
            uri: get("uri")?,
            response: get("response")?,
            cnonce: get("cnonce")?,
            nc,
        })
    }

    /// Whether whoever wrote it knows the password, and means this request (RFC 7616 §3.4.6).
    pub(super) fn proves(
        &self,
        (method, uri): (&str, &str),
        user: &str,
        realm: &str,
        password: &str,
    ) -> bool {
        let secret = hash(&format!("{user}:{realm}:{password}"));
        let request = hash(&format!("{method}:{uri}"));
        let Self {
            nonce, nc, cnonce, ..
        } = self;
        let expected = hash(&format!("{secret}:{nonce}:{nc}:{cnonce}:auth:{request}"));
        self.username == user
            && self.uri == uri
            && self.realm == realm
            && self.response.eq_ignore_ascii_case(&expected)
    }
}

/// `name=value, name="va,lue"`.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let (mut quoted, mut start) = (false, 0);
    for (at, c) in text.char_indices().chain([(text.len(), ',')]) {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted || at == text.len() => {
                if let Some((name, value)) = text[start..at].split_once('=') {
                    fields.push((
                        name.trim().to_owned(),
                        value.trim().trim_matches('"').to_owned(),
                    ));
                }
                start = (at + 1).min(text.len());
            }
            _ => {}
        }
    }
    fields
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7616 §3.9.1, where GET is the method.
    #[test]
    fn the_example_of_the_rfc_proves_its_password() {
        let header = "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm=SHA-256, \
            nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", \
            qop=auth, response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\", opaque=\"x\"";
        let claim = Claim::parse(header).expect("complete");
        let realm = "http-auth@example.org";
        let proves = |request, user, realm, password| claim.proves(request, user, realm, password);
        let get = ("GET", "/dir/index.html");
        assert!(proves(get, "Mufasa", realm, "Circle of Life"));
        assert!(!proves(get, "Mufasa", realm, "Circle of life"));
        assert!(!proves(get, "Scar", realm, "Circle of Life"));
        assert!(!proves(get, "Mufasa", "elsewhere", "Circle of Life"));
        for other in [("REGISTER", "/dir/index.html"), ("GET", "/dir/other.html")] {
            assert!(!proves(other, "Mufasa", realm, "Circle of Life"));
        }
        assert_eq!(claim.count, 1);
        assert_eq!(Claim::parse(&header.replace("nc=0", "nc=x")), None);
        assert_eq!(Claim::parse(&header.replace("SHA-256", "MD5")), None);
        assert_eq!(Claim::parse("Digest"), None);
    }
}
