//! Digest authentication (RFC 7616, RFC 8760): challenges read, the strongest answered.
//!
//! One [`Authenticator`] belongs to one dialog or to the registration: it remembers each
//! realm's last challenge, counts its nonce, and answers later requests without being asked.

use md5::{Digest as _, Md5};
use rand::RngExt as _;
use rsipstack::sip::{Header, Headers, Request, Response};
use sha2::{Sha256, Sha512_256};

use crate::headers;
use crate::redact::Secret;

/// Credentials and what the servers on the way have asked for so far.
#[derive(Clone, Debug)]
pub(crate) struct Authenticator {
    user: Secret<String>,
    password: Secret<String>,
    challenges: Vec<Challenge>,
}

/// What has been tried for one request; ends endless loops and finds a wrong password.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    answered: Vec<(Kind, String)>,
    rounds: u8,
}

/// Why a 401 or 407 cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthFailure {
    /// The answer to a fresh nonce was refused: user or password is wrong.
    Refused,
    /// No challenge, or none of a kind we know.
    Unsupported,
}

impl Authenticator {
    pub(crate) fn new(user: &str, password: Secret<String>) -> Self {
        Self {
            user: Secret::from(user),
            password,
            challenges: Vec::new(),
        }
    }

    /// Takes the challenges of a 401 or 407. After `Ok`, send the request again with [`Self::sign`].
    pub(crate) fn challenged(
        &mut self,
        response: &Response,
        attempt: &mut Attempt,
    ) -> Result<(), AuthFailure> {
        let offered = offered(&response.headers);
        if offered.is_empty() {
            return Err(AuthFailure::Unsupported);
        }
        let refused = |c: &Challenge| {
            !c.stale
                && attempt
                    .answered
                    .iter()
                    .any(|(kind, realm)| *kind == c.kind && *realm == c.realm)
        };
        if attempt.rounds >= MAX_ROUNDS || offered.iter().all(refused) {
            return Err(AuthFailure::Refused);
        }
        attempt.rounds += 1;
        attempt.answered.clear();
        for challenge in offered {
            attempt
                .answered
                .push((challenge.kind, challenge.realm.clone()));
            self.challenges
                .retain(|c| c.kind != challenge.kind || c.realm != challenge.realm);
            self.challenges.push(challenge);
        }
        Ok(())
    }

    /// Puts an answer to every known challenge on `request`, in place of earlier ones.
    pub(crate) fn sign(&mut self, request: &mut Request, rng: &mut impl rand::Rng) {
        request
            .headers
            .retain(|h| !matches!(h, Header::Authorization(_) | Header::ProxyAuthorization(_)));
        let (method, uri) = (request.method.to_string(), request.uri.to_string());
        for challenge in &mut self.challenges {
            let cnonce = format!("{:032x}", rng.random::<u128>());
            let value = challenge.answer(
                self.user.expose(),
                self.password.expose(),
                &method,
                &uri,
                &cnonce,
            );
            request.headers.push(match challenge.kind {
                Kind::Server => Header::Authorization(value.into()),
                Kind::Proxy => Header::ProxyAuthorization(value.into()),
            });
        }
    }

    /// Takes the next nonce of an `Authentication-Info` (RFC 7616 §3.5) from a success.
    pub(crate) fn succeeded(&mut self, headers: &Headers) {
        for (name, kind) in [
            ("Authentication-Info", Kind::Server),
            ("Proxy-Authentication-Info", Kind::Proxy),
        ] {
            let Some(info) = headers::get(headers, name) else {
                continue;
            };
            let next = pairs(info)
                .into_iter()
                .find(|(n, _)| n == "nextnonce")
                .map(|(_, v)| v);
            if let (Some(nonce), Some(challenge)) =
                (next, self.challenges.iter_mut().find(|c| c.kind == kind))
            {
                challenge.nonce = nonce;
                challenge.count = 0;
            }
        }
    }

    /// Forgets every challenge, as after a change of account or server.
    pub(crate) fn forget(&mut self) {
        self.challenges.clear();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Server,
    Proxy,
}

/// Weakest first, so that `max` is the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
    Sha512_256,
}

#[derive(Clone, Debug)]
struct Challenge {
    kind: Kind,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    hash: Hash,
    session: bool,
    /// The algorithm as the server wrote it; absent if it was (RFC 2617 servers).
    token: Option<String>,
    qop: bool,
    stale: bool,
    count: u32,
}

impl Challenge {
    fn parse(kind: Kind, value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let pairs = pairs(rest);
        let field = |name: &str| {
            pairs
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.clone())
        };
        let token = field("algorithm");
        let (hash, session) = match token
            .as_deref()
            .unwrap_or("MD5")
            .to_ascii_uppercase()
            .as_str()
        {
            "MD5" => (Hash::Md5, false),
            "MD5-SESS" => (Hash::Md5, true),
            "SHA-256" => (Hash::Sha256, false),
            "SHA-256-SESS" => (Hash::Sha256, true),
            "SHA-512-256" => (Hash::Sha512_256, false),
            "SHA-512-256-SESS" => (Hash::Sha512_256, true),
            _ => return None,
        };
        let qop = match field("qop") {
            None => false,
            Some(offered)
                if headers::split(&offered, b',')
                    .iter()
                    .any(|q| q.eq_ignore_ascii_case("auth")) =>
            {
                true
            }
            Some(offered) if offered.trim().is_empty() => false,
            Some(_) => return None,
        };
        Some(Self {
            kind,
            realm: field("realm")?,
            nonce: field("nonce")?,
            opaque: field("opaque"),
            hash,
            session,
            token,
            qop,
            stale: field("stale").is_some_and(|s| s.eq_ignore_ascii_case("true")),
            count: 0,
        })
    }

    fn answer(
        &mut self,
        user: &str,
        password: &str,
        method: &str,
        uri: &str,
        cnonce: &str,
    ) -> String {
        self.count += 1;
        let nc = format!("{:08x}", self.count);
        let mut ha1 = self.hash.hex(&format!("{user}:{}:{password}", self.realm));
        if self.session {
            ha1 = self.hash.hex(&format!("{ha1}:{}:{cnonce}", self.nonce));
        }
        let ha2 = self.hash.hex(&format!("{method}:{uri}"));
        let response = if self.qop {
            self.hash
                .hex(&format!("{ha1}:{}:{nc}:{cnonce}:auth:{ha2}", self.nonce))
        } else {
            self.hash.hex(&format!("{ha1}:{}:{ha2}", self.nonce))
        };
        let mut value = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\"",
            headers::quote(user),
            headers::quote(&self.realm),
            headers::quote(&self.nonce),
            headers::quote(uri),
        );
        if let Some(token) = &self.token {
            value.push_str(&format!(", algorithm={token}"));
        }
        if self.qop {
            value.push_str(&format!(", qop=auth, nc={nc}, cnonce=\"{cnonce}\""));
        } else if self.session {
            value.push_str(&format!(", cnonce=\"{cnonce}\""));
        }
        if let Some(opaque) = &self.opaque {
            value.push_str(&format!(", opaque={}", headers::quote(opaque)));
        }
        value
    }
}

impl Hash {
    fn hex(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
            Self::Sha512_256 => hex(&Sha512_256::digest(text)),
        }
    }
}

/// For each realm the strongest challenge we can answer.
fn offered(headers: &Headers) -> Vec<Challenge> {
    let mut best: Vec<Challenge> = Vec::new();
    for header in headers.iter() {
        let kind = match header {
            Header::WwwAuthenticate(_) => Kind::Server,
            Header::ProxyAuthenticate(_) => Kind::Proxy,
            _ => continue,
        };
        let Some(challenge) = Challenge::parse(kind, header.value()) else {
            continue;
        };
        match best
            .iter_mut()
            .find(|c| c.kind == kind && c.realm == challenge.realm)
        {
            Some(known) if known.hash < challenge.hash => *known = challenge,
            Some(_) => {}
            None => best.push(challenge),
        }
    }
    best
}

/// `name=value, …` pairs, names lower case, values unquoted.
fn pairs(text: &str) -> Vec<(String, String)> {
    headers::split(text, b',')
        .into_iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            (
                name.trim().to_ascii_lowercase(),
                headers::unquote(value.trim()),
            )
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

const MAX_ROUNDS: u8 = 4;

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rsipstack::sip::{Method, StatusCode, Uri};

    use super::*;

    /// RFC 7616 §3.9.1, the same exchange in MD5 and SHA-256.
    #[test]
    fn rfc_7616_vectors() {
        let offer = |algorithm| {
            format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        };
        for (algorithm, expected) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            (
                "SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ] {
            let mut challenge = Challenge::parse(Kind::Server, &offer(algorithm)).unwrap();
            let value = challenge.answer(
                "Mufasa",
                "Circle of Life",
                "GET",
                "/dir/index.html",
                "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            );
            let fields = pairs(value.strip_prefix("Digest ").unwrap());
            let field = |name: &str| {
                fields
                    .iter()
                    .find(|(n, _)| n == name)
                    .map(|(_, v)| v.as_str())
            };
            assert_eq!(field("response"), Some(expected), "{algorithm}");
            assert_eq!(field("nc"), Some("00000001"));
            assert_eq!(field("algorithm"), Some(algorithm));
            assert_eq!(
                field("opaque"),
                Some("FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")
            );
        }
    }

    /// RFC 2617 §3.5 has qop; without it the RFC 2069 form holds: checked against hashes made by hand.
    #[test]
    fn a_challenge_without_qop_or_algorithm_is_md5_of_the_old_form() {
        let mut challenge =
            Challenge::parse(Kind::Server, "Digest realm=\"r\", nonce=\"n\"").unwrap();
        let value = challenge.answer("u", "p", "REGISTER", "sip:x", "c");
        let md5 = |text: &str| Hash::Md5.hex(text);
        let expected = md5(&format!("{}:n:{}", md5("u:r:p"), md5("REGISTER:sip:x")));
        assert_eq!(
            value,
            format!(
                "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"{expected}\""
            )
        );
    }

    #[test]
    fn session_hashes_take_nonce_and_cnonce_into_the_first_half() {
        let mut challenge = Challenge::parse(
            Kind::Server,
            "Digest realm=\"r\",nonce=\"n\",qop=\"auth\",algorithm=MD5-sess",
        )
        .unwrap();
        let value = challenge.answer("u", "p", "INVITE", "sip:x", "c");
        let md5 = |text: &str| Hash::Md5.hex(text);
        let ha1 = md5(&format!("{}:n:c", md5("u:r:p")));
        let expected = md5(&format!("{ha1}:n:00000001:c:auth:{}", md5("INVITE:sip:x")));
        assert!(
            value.contains(&format!("response=\"{expected}\"")),
            "{value}"
        );
    }

    #[test]
    fn the_strongest_known_algorithm_of_each_realm_is_answered() {
        let mut auth = authenticator();
        let mut attempt = Attempt::default();
        let refusal = response(&[
            Header::WwwAuthenticate(
                "Digest realm=\"a\",nonce=\"1\",algorithm=MD5,qop=\"auth\"".into(),
            ),
            Header::WwwAuthenticate(
                "Digest realm=\"a\",nonce=\"2\",algorithm=SHA-256,qop=\"auth\"".into(),
            ),
            Header::WwwAuthenticate(
                "Digest realm=\"a\",nonce=\"3\",algorithm=SHA-999,qop=\"auth\"".into(),
            ),
            Header::WwwAuthenticate("Bearer realm=\"a\"".into()),
            Header::ProxyAuthenticate("digest realm=\"p\",nonce=\"4\"".into()),
        ]);
        auth.challenged(&refusal, &mut attempt).unwrap();
        let request = signed(&mut auth);
        let values: Vec<String> = request.headers.iter().map(|h| h.to_string()).collect();
        assert_eq!(values.len(), 2);
        assert!(
            values[0].starts_with("Authorization: ") && values[0].contains("nonce=\"2\""),
            "{values:?}"
        );
        assert!(
            values[1].starts_with("Proxy-Authorization: ") && values[1].contains("nonce=\"4\""),
            "{values:?}"
        );
    }

    #[test]
    fn the_nonce_count_goes_up_and_starts_again_with_a_new_nonce() {
        let mut auth = authenticator();
        let challenge = |nonce: &str, stale: &str| {
            response(&[Header::WwwAuthenticate(
                format!("Digest realm=\"a\",nonce=\"{nonce}\",qop=\"auth\"{stale}").into(),
            )])
        };
        let mut attempt = Attempt::default();
        auth.challenged(&challenge("1", ""), &mut attempt).unwrap();
        for nc in ["nc=00000001", "nc=00000002", "nc=00000003"] {
            assert!(signed(&mut auth).headers.to_string().contains(nc));
        }
        auth.challenged(&challenge("2", ",stale=TRUE"), &mut attempt)
            .unwrap();
        let text = signed(&mut auth).headers.to_string();
        assert!(
            text.contains("nc=00000001") && text.contains("nonce=\"2\""),
            "{text}"
        );
        auth.succeeded(
            &vec![Header::Other(
                "Authentication-Info".into(),
                "nextnonce=\"3\", qop=auth".into(),
            )]
            .into(),
        );
        let text = signed(&mut auth).headers.to_string();
        assert!(
            text.contains("nc=00000001") && text.contains("nonce=\"3\""),
            "{text}"
        );
    }

    #[test]
    fn a_second_refusal_of_a_fresh_nonce_is_a_wrong_password() {
        let mut auth = authenticator();
        let refusal = response(&[Header::WwwAuthenticate(
            "Digest realm=\"a\",nonce=\"1\"".into(),
        )]);
        let proxy = response(&[Header::ProxyAuthenticate(
            "Digest realm=\"p\",nonce=\"1\"".into(),
        )]);
        // A proxy first, then the registrar: two challenges, each new.
        let mut attempt = Attempt::default();
        assert_eq!(auth.challenged(&proxy, &mut attempt), Ok(()));
        assert_eq!(auth.challenged(&refusal, &mut attempt), Ok(()));
        assert_eq!(
            auth.challenged(&refusal, &mut attempt),
            Err(AuthFailure::Refused)
        );
        // An old nonce refused without `stale` is not yet a wrong password.
        let mut attempt = Attempt::default();
        assert_eq!(auth.challenged(&refusal, &mut attempt), Ok(()));
    }

    #[test]
    fn endless_stale_nonces_end() {
        let mut auth = authenticator();
        let stale = response(&[Header::WwwAuthenticate(
            "Digest realm=\"a\",nonce=\"1\",stale=true".into(),
        )]);
        let mut attempt = Attempt::default();
        let rounds = (0..10)
            .take_while(|_| auth.challenged(&stale, &mut attempt).is_ok())
            .count();
        assert_eq!(rounds, usize::from(MAX_ROUNDS));
    }

    #[test]
    fn what_we_cannot_answer_is_said_so() {
        let mut auth = authenticator();
        for header in [
            "Basic realm=\"a\"",
            "Digest realm=\"a\",nonce=\"1\",qop=\"auth-int\"",
            "Digest nonce=\"1\"",
            "Digest",
        ] {
            let refusal = response(&[Header::WwwAuthenticate(header.into())]);
            assert_eq!(
                auth.challenged(&refusal, &mut Attempt::default()),
                Err(AuthFailure::Unsupported),
                "{header}"
            );
        }
        assert_eq!(
            auth.challenged(&response(&[]), &mut Attempt::default()),
            Err(AuthFailure::Unsupported)
        );
    }

    #[test]
    fn quotes_in_names_stay_inside_their_quotes() {
        let mut auth = Authenticator::new("a\"b", Secret::from("p"));
        let refusal = response(&[Header::WwwAuthenticate(
            "Digest realm=\"x\\\"y\",nonce=\"1\"".into(),
        )]);
        auth.challenged(&refusal, &mut Attempt::default()).unwrap();
        let text = signed(&mut auth).headers.to_string();
        assert!(text.contains(r#"username="a\"b", realm="x\"y""#), "{text}");
        assert!(!format!("{auth:?}").contains("a\"b"));
    }

    fn authenticator() -> Authenticator {
        Authenticator::new("alice", Secret::from("pw"))
    }

    fn response(headers: &[Header]) -> Response {
        Response {
            status_code: StatusCode::Unauthorized,
            headers: headers.to_vec().into(),
            ..Response::default()
        }
    }

    fn signed(auth: &mut Authenticator) -> Request {
        let mut request = Request {
            method: Method::Register,
            uri: Uri::try_from("sip:example.com").unwrap(),
            version: rsipstack::sip::Version::V2,
            headers: Headers::default(),
            body: Vec::new(),
        };
        auth.sign(&mut request, &mut rand::rngs::StdRng::seed_from_u64(1));
        request
    }
}
