//! The key that signs ID tokens: RSA with 2,048 bits, since Entra signs by RS256 alone.
//!
//! It is made when it is first needed and lives as long as the program. `ring` signs, and checks the key;
//! it only does not make any, and the `rsa` crate has an advisory without a remedy (RUSTSEC-2023-0071), so
//! the primes are found here.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use num_bigint::BigUint;
use rand::Rng as _;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::PracticeError;

/// A key pair, and its name.
pub(crate) struct Key {
    pair: RsaKeyPair,
    id: String,
    modulus: String,
}

impl Key {
    /// The key of this run; takes a moment the first time.
    pub(crate) fn of_this_run() -> &'static Self {
        static KEY: OnceLock<Key> = OnceLock::new();
        KEY.get_or_init(|| {
            // A pair that `ring` does not like: p and q too close, say. Another one will do.
            loop {
                if let Ok(key) = Self::new() {
                    return key;
                }
            }
        })
    }

    fn new() -> Result<Self, PracticeError> {
        let (p, q) = (prime(), prime());
        // `ring` wants the greater one first.
        let (p, q) = if p > q { (p, q) } else { (q, p) };
        let one = BigUint::from(1_u8);
        let (p_1, q_1) = (&p - &one, &q - &one);
        let e = BigUint::from(EXPONENT);
        let refused = || PracticeError::Certificate("no key can be made".to_owned());
        let d = e.modinv(&(&p_1 * &q_1)).ok_or_else(refused)?;
        let n = &p * &q;
        let modulus = n.to_bytes_be();
        let fields = [
            BigUint::ZERO,
            n,
            e,
            d.clone(),
            p.clone(),
            q.clone(),
            &d % p_1,
            &d % q_1,
            q.modinv(&p).ok_or_else(refused)?,
        ];
        let pair = RsaKeyPair::from_der(&sequence(&fields)).map_err(|_| refused())?;
        let id = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&modulus)[..20]);
        Ok(Self {
            pair,
            id,
            modulus: BASE64_URL_SAFE_NO_PAD.encode(modulus),
        })
    }

    /// What whoever checks a signature needs (RFC 7517), with the issuer as Entra adds it.
    pub(crate) fn jwk(&self, issuer: &str) -> Value {
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "x5t": self.id,
            "n": self.modulus,
            "e": BASE64_URL_SAFE_NO_PAD.encode(BigUint::from(EXPONENT).to_bytes_be()),
            "issuer": issuer,
        })
    }

    /// These claims, signed (RFC 7519); none if the system gives no chance.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": self.id });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .ok()?;
        Some(format!(
            "{text}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(signature)
        ))
    }
}

/// A prime of half the key's length, its two highest bits set so that the product has the whole length.
fn prime() -> BigUint {
    let small: Vec<u32> = (3..2_000_u32)
        .filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0))
        .collect();
    let mut bytes = [0; HALF / 8];
    loop {
        rand::rng().fill_bytes(&mut bytes);
        bytes[0] |= 0b1100_0000;
        bytes[HALF / 8 - 1] |= 1;
        let candidate = BigUint::from_bytes_be(&bytes);
        let divided = small
            .iter()
            .any(|divisor| &candidate % divisor == BigUint::ZERO);
        // e must have an inverse.
        let fits = &candidate % EXPONENT != BigUint::from(1_u8);
        if !divided && fits && probably_prime(&candidate) {
            return candidate;
        }
    }
}

/// Miller and Rabin's test with chance bases. For 1,024 random bits even few rounds leave less doubt than
/// the machine itself (FIPS 186-5, table B.1 asks for 5 with error 2⁻¹¹²).
fn probably_prime(n: &BigUint) -> bool {
    let one = BigUint::from(1_u8);
    let last = n - &one;
    let twos = last.trailing_zeros().unwrap_or_default();
    let odd = &last >> twos;
    (0..ROUNDS).all(|_| {
        let mut bytes = [0; HALF / 8 - 1];
        rand::rng().fill_bytes(&mut bytes);
        let mut x = (BigUint::from_bytes_be(&bytes) + 2_u8).modpow(&odd, n);
        if x == one || x == last {
            return true;
        }
        (1..twos).any(|_| {
            x = &x * &x % n;
            x == last
        })
    })
}

/// An ASN.1 sequence of whole numbers: what a PKCS #1 key is (RFC 8017, appendix A.1.2).
fn sequence(numbers: &[BigUint]) -> Vec<u8> {
    let mut content = Vec::new();
    for number in numbers {
        let mut bytes = number.to_bytes_be();
        // Else it would be negative.
        if bytes[0] & 0x80 != 0 {
            bytes.insert(0, 0);
        }
        content.extend(element(0x02, &bytes));
    }
    element(0x30, &content)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut element = vec![tag];
    match content.len() {
        ..0x80 => element.push(content.len() as u8),
        _ => {
            element.push(0x80 | length.len() as u8);
            element.extend(length);
        }
    }
    element.extend(content);
    element
}

/// Bits of one prime.
const HALF: usize = 1024;
const EXPONENT: u32 = 65_537;
const ROUNDS: usize = 5;

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;

    #[test]
    fn what_it_signs_can_be_checked_by_what_it_publishes() {
        let key = Key::of_this_run();
        let jwk = key.jwk("https://issuer.example");
        let part = |name: &str| {
            let text = jwk[name].as_str().expect("a text");
            BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64")
        };
        let (n, e) = (part("n"), part("e"));
        assert_eq!(n.len(), 256);
        let token = key.sign(&json!({ "sub": "somebody" })).expect("signed");
        let (text, signature) = token.rsplit_once('.').expect("three parts");
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64");
        let public = RsaPublicKeyComponents { n, e };
        let check =
            |text: &str| public.verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature);
        assert!(check(text).is_ok());
        assert!(check(&format!("{text}x")).is_err());
    }

    #[test]
    fn numbers_are_told_apart() {
        for (number, prime) in [(1_000_003_u32, true), (1_000_001, false), (561, false)] {
            assert_eq!(probably_prime(&BigUint::from(number)), prime, "{number}");
        }
    }
}
