//! The office over real sockets, by a plain HTTP client.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use warmline_practice::{Deed, Order, OrderError, Practice, Scenario};

const SCENARIO: &str = r#"
[agent]
name = "Robin Adeyemi"
number = "+49 30 23125 100"
[directory]
people = 20
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
presence = "available"
favourite = true
"#;

async fn practice() -> Practice {
    let scenario = Scenario::parse(SCENARIO, None).expect("a scenario");
    Practice::start(scenario).await.expect("it starts")
}

fn client() -> Client {
    // Others may have chosen already; it is the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().redirect(Policy::none()).no_proxy();
    client.build().expect("a client")
}

/// Signs in for these scopes, as a phone does.
async fn token(client: &Client, practice: &Practice, scope: &str) -> String {
    let office = practice.office();
    let place = format!("{}/{}/oauth2/v2.0", office.authority(), office.tenant());
    let verifier = "a-verifier-of-at-least-forty-three-letters-0123";
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let redirect = "http://localhost:51001";
    let page = client
        .get(format!("{place}/authorize"))
        .header("X-Practice-Agree", "yes")
        .query(&[
            ("client_id", office.client_id()),
            ("response_type", "code"),
            ("redirect_uri", redirect),
            ("scope", scope),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
    let answer = page.send().await.expect("an answer");
    let location = answer.headers()["location"].to_str().expect("text");
    let code = location.strip_prefix("http://localhost:51001?code=");
    let form = [
        ("client_id", office.client_id()),
        ("grant_type", "authorization_code"),
        ("code", code.expect("a code")),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ];
    let answer = client.post(format!("{place}/token")).form(&form).send();
    let tokens: Value = answer.await.expect("sent").json().await.expect("JSON");
    tokens["access_token"].as_str().expect("one").to_owned()
}

async fn until(deeds: &mut tokio::sync::broadcast::Receiver<(String, Deed)>, deed: Deed) {
    let heard = async { while deeds.recv().await.expect("practice runs").1 != deed {} };
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, heard).await.expect("in time");
}

#[tokio::test]
async fn a_phone_signs_in_and_is_given_its_line() {
    let (practice, client) = (practice().await, client());
    let office = practice.office();
    let mut deeds = practice.deeds();
    let token = token(&client, &practice, office.provider_scope()).await;
    until(&mut deeds, Deed::SignsIn).await;
    let answer = client.get(office.provisioning()).bearer_auth(&token).send();
    let phone: Value = answer.await.expect("sent").json().await.expect("JSON");
    let folder = tempfile::tempdir().expect("a folder");
    let profile = practice.write_profile(folder.path()).expect("written");
    let profile = std::fs::read_to_string(profile).expect("there");
    let profile: toml::Table = profile.parse().expect("TOML");
    let line = &phone["lines"][0];
    // The same phone, whichever way it comes.
    assert_eq!(line["servers"][0].as_str(), profile["server"].as_str());
    assert_eq!(line["aor"].as_str(), profile["aor"].as_str());
    let password = std::fs::read_to_string(folder.path().join("password.txt")).expect("there");
    assert_eq!(line["auth"]["password"].as_str(), Some(password.trim()));
    let authority = std::fs::read_to_string(folder.path().join("authority.pem")).expect("there");
    assert_eq!(line["caCertificates"].as_str(), Some(&*authority));
    let other = self::practice().await;
    office.also_serves("Contact GmbH", other.office());
    let answer = client.get(office.provisioning()).bearer_auth(&token).send();
    let phone: Value = answer.await.expect("sent").json().await.expect("JSON");
    let line = &phone["lines"][1];
    assert_eq!(
        (&line["id"], &line["customer"]),
        (&json!("contact-gmbh"), &json!("Contact GmbH"))
    );
    assert_eq!(
        line["tenant"]["tenant"].as_str(),
        Some(other.office().tenant())
    );
    assert_ne!(other.office().tenant(), office.tenant());
}

#[tokio::test]
async fn what_is_told_to_teams_can_be_read_by_whoever_runs_it() {
    let (practice, client) = (practice().await, client());
    let office = practice.office();
    let token = token(&client, &practice, "User.Read Presence.ReadWrite").await;
    assert_eq!(office.presence_set(), None);
    let busy = json!({
        "sessionId": office.client_id(), "availability": "Busy", "activity": "InACall",
        "expirationDuration": "PT5M",
    });
    let set = format!("{}/me/presence/setPresence", office.graph());
    let answer = client
        .post(set)
        .bearer_auth(&token)
        .json(&busy)
        .send()
        .await;
    assert_eq!(answer.expect("sent").status(), StatusCode::OK);
    let shown = ("Busy".to_owned(), "InACall".to_owned());
    assert_eq!(office.presence_set(), Some(shown));
    assert_eq!(office.graph_requests(), 1);
    let nadia = office.person("Nadia Haddad").expect("an expert");
    assert_eq!(office.favourites(), [nadia]);
    assert!(office.messages_to("Nadia Haddad").is_empty());
    let (who, text) = ("Nobody".to_owned(), String::new());
    assert_eq!(
        office.obey(Order::Reply { who, text }),
        Err(OrderError::Nobody)
    );
}

#[tokio::test]
async fn it_goes_away_and_comes_back() {
    let (practice, client) = (practice().await, client());
    let office = practice.office();
    let page = format!(
        "{}/{}/discovery/v2.0/keys",
        office.authority(),
        office.tenant()
    );
    let ask = || client.get(&page).send();
    assert_eq!(ask().await.expect("an answer").status(), StatusCode::OK);
    office.obey(Order::Down { down: true }).expect("done");
    assert!(ask().await.is_err(), "nobody is there");
    office.obey(Order::Down { down: false }).expect("done");
    assert_eq!(ask().await.expect("an answer").status(), StatusCode::OK);
    office.obey(Order::Slow { ms: 60_000 }).expect("done");
    let hurried = client.get(&page).timeout(Duration::from_millis(200)).send();
    assert!(hurried.await.is_err_and(|error| error.is_timeout()));
}

#[test]
fn orders_are_written_as_json() {
    let read = |text: &str| serde_json::from_str::<Order>(text).map_err(|error| error.to_string());
    assert_eq!(read(r#"{"office": "revoke"}"#), Ok(Order::Revoke));
    assert_eq!(
        read(r#"{"office": "challenge"}"#),
        Ok(Order::Challenge { asks: false })
    );
    let who = "Nadia Haddad".to_owned();
    let presence = "away".to_owned();
    let order = r#"{"office": "presence", "who": "Nadia Haddad", "presence": "away"}"#;
    assert_eq!(read(order), Ok(Order::Presence { who, presence }));
    assert_eq!(
        read(r#"{"office": "teamsCall", "up": true}"#),
        Ok(Order::TeamsCall { up: true })
    );
    assert!(read(r#"{"office": "burn"}"#).is_err());
}
