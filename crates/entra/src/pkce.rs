use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::{Rng as _, rngs::StdRng};
use ring::digest::{SHA256, digest};
use warmline_redact::Secret;

/// What one sign-in is recognised by: three words that nobody can guess.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// Comes back with the browser.
    pub(crate) state: Secret<String>,
    /// Comes back in the ID token.
    pub(crate) nonce: Secret<String>,
    /// Proves that whoever redeems the code has asked for it (RFC 7636).
    pub(crate) verifier: Secret<String>,
}

impl Words {
    pub(crate) fn new(rng: &mut StdRng) -> Self {
        let mut word = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes))
        };
        Self {
            state: word(),
            nonce: word(),
            verifier: word(),
        }
    }

    /// The verifier's digest, which everybody may see (`S256`).
    pub(crate) fn challenge(&self) -> String {
        challenge(self.verifier.expose())
    }
}

fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn no_two_words_are_alike_and_a_seed_repeats_them() {
        let mut rng = StdRng::seed_from_u64(7);
        let (a, b) = (Words::new(&mut rng), Words::new(&mut rng));
        let all = |words: &Words| {
            [&words.state, &words.nonce, &words.verifier].map(|word| word.expose().clone())
        };
        let mut words: Vec<_> = all(&a).into_iter().chain(all(&b)).collect();
        assert!(words.iter().all(|word| word.len() == 43));
        words.sort();
        words.dedup();
        assert_eq!(words.len(), 6);
        assert_eq!(all(&Words::new(&mut StdRng::seed_from_u64(7))), all(&a));
    }
}
