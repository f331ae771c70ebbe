use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::watch;
use warmline_policy::Theme;

use super::*;

fn document() -> Value {
    json!({
        "version": 1,
        "agent": { "name": "Robin Adeyemi" },
        "lines": [{
            "id": "contact",
            "customer": "Contact GmbH",
            "servers": ["wss://sbc.contact.example/ws"],
            "aor": "sip:+493023125100@contact.example",
            "auth": { "kind": "digest", "password": "hush" },
            "codecs": ["g722", "pcma"],
            "iceServers": [{
                "urls": ["turn:turn.contact.example"], "username": "robin", "credential": "hush"
            }],
            "transfer": { "completeOnAnswerS": 5, "referrals": "ask" },
            "recording": { "allowed": true, "folder": "/srv/calls", "start": "always", "keepDays": 30 },
            "history": { "keepDays": 14, "keepCalls": 500 },
            "experts": { "groups": ["1b4e28ba-2fa1-11d2-883f-0016d3cca427"], "agents": 500 }
        }],
        "policy": { "shareTeamsPresence": true, "card": { "redactNumbers": true } }
    })
}

fn read(document: &Value) -> Result<Provisioned, NotProvisioned> {
    let (_, bearer) = watch::channel(None);
    super::read(document.to_string().as_bytes(), &bearer)
}

#[test]
fn a_line_is_a_profile_of_its_own() {
    let provisioned = read(&document()).unwrap();
    let [line] = &provisioned.lines[..] else {
        panic!("one line");
    };
    let profile = &line.profile;
    assert_eq!(profile.aor.user(), "+493023125100");
    assert_eq!(profile.display_name.as_deref(), Some("Robin Adeyemi"));
    assert_eq!(profile.country.map(Country::name), Some("Germany"));
    assert_eq!(profile.codecs, [Codec::G722, Codec::Pcma]);
    assert_eq!(profile.password().unwrap().expose(), "hush");
    assert_eq!(profile.ice_servers().unwrap().len(), 1);
    let after = profile.transfer.complete_on_answer;
    assert_eq!(after, Some(Duration::from_secs(5)));
    let recording = profile.recording.as_ref().unwrap();
    assert_eq!(recording.start, RecordingStart::Always);
    assert!(recording.folder.ends_with(Path::new("srv/calls")));
    assert_eq!(recording.announce, Announcement::Tone);
    assert_eq!(recording.keep, Some(30 * DAY));
    let history = profile.history;
    assert_eq!((history.age, history.calls), (14 * DAY, 500));
    assert_eq!(line.tenant, None);
    assert_eq!(line.experts.as_ref().unwrap().agents, 500);
    let policy = provisioned.policy;
    assert!(policy.share_presence && !policy.experts_of_other_customers);
    let card = policy.card.unwrap();
    assert!(card.redact_numbers && card.redact_digits && card.template.contains("{topic}"));
}

#[test]
fn another_customer_has_a_line_and_a_tenant_of_their_own() {
    let mut two = document();
    let mut other = two["lines"][0].clone();
    other["customer"] = json!("Fabrikam");
    other["aor"] = json!("sip:2001@fabrikam.example");
    other["auth"] = json!({ "kind": "bearer" });
    other["tenant"] = json!({ "cloud": "public", "tenant": "fabrikam.example", "clientId": "7d9" });
    two["lines"].as_array_mut().unwrap().push(other);
    let lines = read(&two).unwrap().lines;
    assert!(matches!(lines[1].profile.auth, Auth::Bearer(_)));
    let tenant = lines[1].tenant.as_ref().unwrap();
    assert_eq!(tenant.tenant, "fabrikam.example");
    assert_eq!(Some(&tenant.cloud), Cloud::named("public").as_ref());
}

#[test]
fn a_sentence_that_nobody_would_hear_is_a_mistake() {
    let mut wrong = document();
    wrong["lines"][0]["recording"]["sentence"] = json!("told.wav");
    let error = read(&wrong).unwrap_err();
    assert!(error.error.what.contains("`announce`"), "{}", error.error);
}

#[test]
fn a_language_that_the_window_does_not_speak_keeps_no_agent_from_the_phone() {
    let mut said = document();
    for (language, kept) in [("de-AT", Some("de-AT")), ("nl-NL", None), ("Deutsch", None)] {
        said["lines"][0]["desktop"] = json!({ "language": language, "theme": "light" });
        let desktop = read(&said).unwrap().lines[0].profile.desktop.clone();
        assert_eq!(desktop.language.as_deref(), kept);
        assert_eq!(desktop.theme, Some(Theme::Light), "the rest holds");
    }
}

#[test]
fn what_cannot_be_used_is_said_without_the_value() {
    for (pointer, value, says) in [
        ("/version", json!(2), "of a version"),
        ("/lines", json!([]), "it has no line"),
        (
            "/lines/0/servers",
            json!([]),
            "line 1 of the phone: it has no server",
        ),
        (
            "/lines/0/servers/0",
            json!("http://secret.example"),
            "a server is not an address",
        ),
        ("/lines/0/aor", json!("secret"), "`aor` is not"),
        (
            "/lines/0/recording/keepDays",
            json!(0),
            "`keepDays` is not a number of days",
        ),
        (
            "/lines/0/history/keepCalls",
            json!(20_001),
            "`keepCalls` is not a number of calls",
        ),
        (
            "/lines/0/auth/kind",
            json!("secret"),
            "is not as it should be",
        ),
        (
            "/lines/0/codecs/0",
            json!("secret"),
            "is not as it should be",
        ),
    ] {
        let mut wrong = document();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let error = read(&wrong).unwrap_err();
        assert!(error.error.what.contains(says), "{}", error.error);
        assert!(!error.error.what.contains("secret"), "{}", error.error);
        assert!(!error.passes);
    }
}

proptest! {
    #[test]
    fn no_text_does_harm(text: Vec<u8>) {
        let (_, bearer) = watch::channel(None);
        let _ = super::read(&text, &bearer);
    }
}
