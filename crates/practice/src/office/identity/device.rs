//! Sign-in by a code that is typed in elsewhere (RFC 8628).

use std::time::{Duration, SystemTime};

use rand::RngExt as _;
use serde_json::json;

use super::fault::Fault;
use super::scopes::Asked;
use super::token::Grant;
use super::{Claims, Identity, News, page, secret};
use crate::office::http::{Answer, Fields};

/// A device that waits.
#[derive(Debug)]
pub(super) struct Device {
    user_code: String,
    asked: Asked,
    claims: Claims,
    expires: SystemTime,
    /// What the agent has said.
    agreed: Option<bool>,
}

impl Identity {
    pub(super) fn device_code(&mut self, now: SystemTime, fields: &Fields) -> Answer {
        if fields.get("client_id") != Some(&*self.names.client) {
            return Fault::NoClient.answer(now);
        }
        let asked = fields.get("scope").ok_or(Fault::Malformed);
        let (asked, claims) = match (
            asked.and_then(Asked::parse),
            self.claims(fields.get("claims")),
        ) {
            (Ok(asked), Ok(claims)) => (asked, claims),
            (Err(fault), _) | (_, Err(fault)) => return fault.answer(now),
        };
        if asked.graph.iter().any(|scope| self.refused.contains(scope)) {
            return Fault::NeedsAdministrator.answer(now);
        }
        let (device_code, user_code) = (secret(80), user_code());
        let page = format!("{}/{}/device", self.names.origin, self.names.tenant);
        let answer = json!({
            "user_code": user_code, "device_code": device_code, "verification_uri": page,
            "expires_in": LIVES.as_secs(), "interval": INTERVAL_S,
            "message": format!("Open {page} and type the code {user_code} to sign in."),
        });
        self.devices.insert(
            device_code,
            Device {
                user_code,
                asked,
                claims,
                expires: now + LIVES,
                agreed: None,
            },
        );
        Answer::json(200, &answer).with("Cache-Control", "no-store")
    }

    pub(super) fn device_page(&self, fields: &Fields) -> Answer {
        let action = format!("/{}/device", self.names.tenant);
        let code = fields.get("user_code").unwrap_or_default();
        page::device(&action, code, &self.agent.name)
    }

    pub(super) fn device_agreed(&mut self, now: SystemTime, fields: &Fields) -> Answer {
        let typed = fields.get("user_code").unwrap_or_default();
        let typed = typed.trim().to_ascii_uppercase();
        let agreed = fields.get("agree") == Some("yes");
        let waiting = self.devices.values_mut().find(|device| {
            device.user_code == typed && device.expires > now && device.agreed.is_none()
        });
        let Some(device) = waiting else {
            return page::says(
                400,
                "No such code",
                "It was not typed right, or is too old.",
            );
        };
        device.agreed = Some(agreed);
        if agreed {
            self.consented.extend(device.asked.graph.iter().cloned());
        }
        let text = match agreed {
            true => "Warmline goes on by itself. This page can be closed.",
            false => "Nobody was signed in. This page can be closed.",
        };
        page::says(200, "Thank you", text)
    }

    pub(super) fn by_device(&mut self, now: SystemTime, fields: &Fields) -> Result<Grant, Fault> {
        let code = fields.get("device_code").ok_or(Fault::Malformed)?;
        let device = self.devices.get(code).ok_or(Fault::BadDevice)?;
        match device.agreed {
            None if device.expires <= now => Err(Fault::DeviceExpired),
            None => Err(Fault::Pending),
            Some(false) => Err(Fault::DeviceDeclined),
            Some(true) => {
                let device = self.devices.remove(code).ok_or(Fault::BadDevice)?;
                self.families += 1;
                self.news.push(News::SignedIn);
                let mut asked = device.asked;
                if asked.is_of_two() {
                    asked.provider = false;
                }
                Ok(Grant {
                    family: self.families,
                    asked,
                    claims: device.claims,
                    nonce: None,
                })
            }
        }
    }
}

/// Nine letters that nobody takes for others.
fn user_code() -> String {
    const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut rng = rand::rng();
    (0..9)
        .map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]))
        .collect()
}

pub(super) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

const LIVES: Duration = Duration::from_secs(900);

/// How often a device may ask. Entra says 5; whoever practises does not like to wait.
const INTERVAL_S: u64 = 1;
