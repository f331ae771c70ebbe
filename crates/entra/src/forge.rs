//! ID tokens for tests, by keys that are used nowhere else.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa::PublicKeyComponents,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};

/// Who signs.
pub(crate) struct Forge {
    pair: RsaKeyPair,
    /// What the key is called.
    pub(crate) id: &'static str,
}

impl Forge {
    /// The identity provider.
    pub(crate) fn issuer() -> Self {
        Self::new(include_bytes!("forge/issuer.pk8"), "issuer")
    }

    /// Somebody else.
    pub(crate) fn stranger() -> Self {
        Self::new(include_bytes!("forge/stranger.pk8"), "stranger")
    }

    fn new(key: &[u8], id: &'static str) -> Self {
        let pair = RsaKeyPair::from_pkcs8(key).unwrap();
        Self { pair, id }
    }

    /// The key, as in a key set.
    pub(crate) fn key(&self) -> Value {
        let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(self.pair.public());
        json!({ "kty": "RSA", "use": "sig", "kid": self.id, "n": encode(&n), "e": encode(&e) })
    }

    /// A signed token.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_with(
            &json!({ "alg": "RS256", "typ": "JWT", "kid": self.id }),
            claims,
        )
    }

    /// One with this header.
    pub(crate) fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{signed}.{}", encode(&signature))
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
