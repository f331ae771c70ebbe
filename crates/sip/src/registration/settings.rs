//! What every REGISTER of an account says alike.

use rand::rngs::StdRng;

use crate::account::{Account, Timing};
use crate::headers;
use crate::message;

#[derive(Debug)]
pub(super) struct Settings {
    pub(super) registrar: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) call_id: String,
    /// `<urn:uuid:…>`, the value of `+sip.instance`.
    pub(super) instance: String,
    pub(super) user_agent: String,
    pub(super) timing: Timing,
}

impl Settings {
    pub(super) fn new(account: &Account, rng: &mut StdRng) -> Self {
        let aor = account.aor.uri();
        Self {
            registrar: format!("sip:{}", account.aor.domain()),
            from: format!("<{aor}>;tag={}", message::token(rng)),
            to: format!("<{aor}>"),
            call_id: message::token(rng),
            instance: format!(
                "<urn:uuid:{}>",
                account
                    .instance
                    .replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "")
            ),
            user_agent: headers::plain(&account.user_agent),
            timing: account.timing.clone(),
        }
    }
}
