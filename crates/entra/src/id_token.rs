//! ID tokens, checked before anything in them is believed (OpenID Connect Core §3.1.3.7).

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::{Deserialize, de::DeserializeOwned};
use warmline_redact::Pii;

use crate::state::Account;

/// What an ID token must say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// Either of these.
    pub(crate) issuers: [&'a str; 2],
    pub(crate) audience: &'a str,
    /// The tenant's id.
    pub(crate) tenant: &'a str,
    /// None for a device code, which carries none.
    pub(crate) nonce: Option<&'a str>,
    /// Seconds since 1970.
    pub(crate) at: u64,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flaw {
    /// It is no signed token of the one kind that is taken, RS256.
    Form,
    /// The key that it names is not among those known.
    UnknownKey,
    /// The signature is not of that key.
    Signature,
    /// Another issuer.
    Issuer,
    /// For another application.
    Audience,
    /// Of another tenant.
    Tenant,
    /// The answer to another sign-in.
    Nonce,
    /// Too old, or from the future.
    Time,
}

/// The identity provider's public keys.
#[derive(Clone, Debug)]
pub(crate) struct Keys(Vec<Key>);

#[derive(Clone, Debug)]
struct Key {
    id: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl Keys {
    /// Reads a JSON Web Key Set. Keys of other kinds are left out; none at all is no set.
    pub(crate) fn read(document: &[u8]) -> Option<Self> {
        let set: RawKeys = serde_json::from_slice(document).ok()?;
        let key = |raw: RawKey| {
            let fits = raw.kty == "RSA"
                && raw.usage.is_none_or(|usage| usage == "sig")
                && raw.alg.is_none_or(|alg| alg == ALGORITHM);
            fits.then_some(())?;
            Some(Key {
                id: raw.kid?,
                modulus: decode(&raw.n?)?,
                exponent: decode(&raw.e?)?,
            })
        };
        let read = |value| serde_json::from_value(value).ok().and_then(key);
        let keys: Vec<_> = set.keys.into_iter().filter_map(read).collect();
        (!keys.is_empty()).then_some(Self(keys))
    }
}

/// Whose it is.
///
/// # Errors
/// It is not to be believed.
pub(crate) fn check(token: &str, expected: Expected<'_>, keys: &Keys) -> Result<Account, Flaw> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Flaw::Form)?;
    let (header, claims) = signed.split_once('.').ok_or(Flaw::Form)?;
    let header: Header = json(header)?;
    if header.alg != ALGORITHM || header.crit.is_some() {
        return Err(Flaw::Form);
    }
    let named = |key: &&Key| header.kid.as_ref() == Some(&key.id);
    let key = keys.0.iter().find(named).ok_or(Flaw::UnknownKey)?;
    let key = RsaPublicKeyComponents {
        n: &key.modulus,
        e: &key.exponent,
    };
    let signature = decode(signature).ok_or(Flaw::Form)?;
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .map_err(|_| Flaw::Signature)?;
    believed(json(claims)?, expected)
}

fn believed(claims: Claims, expected: Expected<'_>) -> Result<Account, Flaw> {
    let checks = [
        (
            expected.issuers.contains(&claims.iss.as_str()),
            Flaw::Issuer,
        ),
        (claims.aud == expected.audience, Flaw::Audience),
        (
            claims.tid.eq_ignore_ascii_case(expected.tenant),
            Flaw::Tenant,
        ),
        (!claims.oid.is_empty(), Flaw::Form),
        (
            expected.nonce.is_none() || claims.nonce.as_deref() == expected.nonce,
            Flaw::Nonce,
        ),
        (in_time(&claims, expected.at), Flaw::Time),
    ];
    if let Some((_, flaw)) = checks.into_iter().find(|(good, _)| !good) {
        return Err(flaw);
    }
    let username = claims.preferred_username.unwrap_or_default();
    Ok(Account {
        id: claims.oid.into(),
        tenant: claims.tid,
        name: Pii::new(claims.name.unwrap_or_else(|| username.clone())),
        username: username.into(),
    })
}

fn in_time(claims: &Claims, at: u64) -> bool {
    let begun = |time: u64| time <= at.saturating_add(SKEW_S);
    at < claims.exp.saturating_add(SKEW_S) && begun(claims.iat) && claims.nbf.is_none_or(begun)
}

fn json<T: DeserializeOwned>(part: &str) -> Result<T, Flaw> {
    serde_json::from_slice(&decode(part).ok_or(Flaw::Form)?).map_err(|_| Flaw::Form)
}

fn decode(part: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(part).ok()
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: u64,
    iat: u64,
    nbf: Option<u64>,
    nonce: Option<String>,
    tid: String,
    oid: String,
    name: Option<String>,
    preferred_username: Option<String>,
}

#[derive(Deserialize)]
struct RawKeys {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct RawKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// The one that Entra signs with. `none`, and whatever a forger may choose, is not among them.
const ALGORITHM: &str = "RS256";

/// How far the clocks may be apart.
const SKEW_S: u64 = 300;

#[cfg(test)]
mod tests;
