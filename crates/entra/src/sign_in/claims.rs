//! The `claims` parameter: what Warmline can do, and what a resource asks for.
//!
//! Source: Microsoft Entra "Claims challenges, claims requests, and client capabilities".

use base64::{Engine as _, alphabet, engine};
use serde_json::{Map, Value, json};

/// What a `WWW-Authenticate` header asks for, base64; nothing if it makes no sense.
pub(super) fn challenge(claims: &str) -> Option<Value> {
    let claims = claims.trim().replace('-', "+").replace('_', "/");
    parse(&ANY_PADDING.decode(claims).ok()?)
}

/// What a refusal of the identity provider asks for, JSON.
pub(super) fn parse(claims: &[u8]) -> Option<Value> {
    if claims.len() > MOST {
        return None;
    }
    serde_json::from_slice(claims).ok().filter(Value::is_object)
}

/// The parameter: Warmline knows what to do with such a challenge, and this answers one.
pub(super) fn parameter(challenge: Option<&Value>) -> String {
    let mut claims = challenge.cloned().unwrap_or_else(|| json!({}));
    let token = member(&mut claims, "access_token");
    let capabilities = token
        .get("xms_cc")
        .and_then(|asked| asked.get("values"))
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut values: Vec<Value> = capabilities;
    if !values.iter().any(|value| value == CAPABILITY) {
        values.push(CAPABILITY.into());
    }
    token.insert("xms_cc".to_owned(), json!({ "values": values }));
    claims.to_string()
}

/// The member of this name, an object whatever it was before.
fn member<'a>(claims: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    if !claims[name].is_object() {
        claims[name] = json!({});
    }
    claims[name]
        .as_object_mut()
        .expect("made an object a line before")
}

const ANY_PADDING: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::STANDARD,
    engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(engine::DecodePaddingMode::Indifferent),
);

/// "Can answer claims challenges."
const CAPABILITY: &str = "cp1";

/// Bytes; a real one has a few hundred.
const MOST: usize = 8_192;

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn what_is_asked_for_is_joined_with_what_warmline_can_do() {
        assert_eq!(
            parameter(None),
            r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#
        );
        let asked = json!({
            "access_token": { "nbf": { "essential": true, "value": "1604106651" }, "xms_cc": { "values": ["x"] } },
            "id_token": { "acrs": null },
        });
        let joined: Value = serde_json::from_str(&parameter(Some(&asked))).unwrap();
        assert_eq!(joined["access_token"]["nbf"], asked["access_token"]["nbf"]);
        assert_eq!(
            joined["access_token"]["xms_cc"]["values"],
            json!(["x", "cp1"])
        );
        assert_eq!(joined["id_token"], asked["id_token"]);
        let odd: Value =
            serde_json::from_str(&parameter(Some(&json!({ "access_token": 1 })))).unwrap();
        assert_eq!(odd["access_token"]["xms_cc"]["values"], json!(["cp1"]));
    }

    #[test]
    fn a_challenge_is_read_with_and_without_padding_and_nonsense_is_none() {
        let asked = json!({ "access_token": { "nbf": { "value": "1?>~" } } });
        for text in [
            BASE64_STANDARD.encode(asked.to_string()),
            BASE64_URL_SAFE_NO_PAD.encode(asked.to_string()),
        ] {
            assert_eq!(challenge(&text), Some(asked.clone()));
        }
        assert_eq!(challenge("%%%"), None);
        assert_eq!(challenge(&BASE64_STANDARD.encode("[1]")), None);
        assert_eq!(
            challenge(&BASE64_STANDARD.encode(" ".repeat(9_000) + "{}")),
            None
        );
    }
}
