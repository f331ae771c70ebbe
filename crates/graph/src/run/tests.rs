use std::{sync::Mutex, time::UNIX_EPOCH};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use warmline_redact::Pii;

use super::*;
use crate::{
    event::Past,
    look::{CallInHand, Look},
    presence::{Activity, Availability},
    stage::{self, Purse, Seen, Server, Speech},
};

/// A tenant with an expert, who writes back.
fn tenant(seen: &Seen) -> Speech {
    let nadia = json!({
        "id": NADIA, "displayName": "Nadia Osei", "jobTitle": "Advisor", "mail": "nadia@contact.example",
        "businessPhones": ["+49 30 5550101"],
    });
    match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/me") => Speech::json(200, json!({ "id": ROBIN })),
        ("GET", "/me/presence") => Speech::json(
            200,
            json!({ "id": ROBIN, "availability": "Busy", "activity": "InAConferenceCall" }),
        ),
        ("POST", "/me/presence/setPresence" | "/me/presence/clearPresence") => {
            Speech::Full(200, Vec::new(), Vec::new())
        }
        ("GET", "/groups/9a0b/transitiveMembers/graph.user" | "/users") => {
            Speech::json(200, json!({ "value": [nadia] }))
        }
        ("POST", "/communications/getPresencesByUserId") => Speech::json(
            200,
            json!({ "value": [{
                "id": NADIA, "availability": "Available", "activity": "Available", "sequenceNumber": "A1",
                "statusMessage": { "message": { "contentType": "text", "content": "Mondkalb" } },
            }] }),
        ),
        ("POST", "/chats") => Speech::json(201, json!({ "id": "19:x_y@unq.gbl.spaces" })),
        ("POST", "/chats/19:x_y@unq.gbl.spaces/messages") => {
            Speech::json(201, json!({ "createdDateTime": "2026-11-30T07:00:00Z" }))
        }
        ("GET", "/chats/19:x_y@unq.gbl.spaces/messages") => Speech::json(
            200,
            json!({ "value": [{
                "messageType": "message", "createdDateTime": "2026-11-30T07:00:05Z",
                "from": { "user": { "id": NADIA } },
                "body": { "contentType": "html", "content": "<p>2&nbsp;min</p>" },
            }] }),
        ),
        _ => Speech::json(404, json!({})),
    }
}

fn all() -> Scopes {
    [
        Scope::UserRead,
        Scope::UserReadBasicAll,
        Scope::PresenceReadAll,
        Scope::PresenceReadWrite,
        Scope::ChatCreate,
        Scope::ChatMessageSend,
        Scope::ChatRead,
        Scope::GroupMemberReadBasicAll,
        Scope::UserReadAll,
    ]
    .into()
}

fn looking() -> Look {
    Look {
        visible: true,
        call: Some(CallInHand {
            topic: vec![Pii::from("Invoice")],
        }),
        rows: 20,
        ..Look::default()
    }
}

fn card() -> Card {
    Card {
        customer: Some(Pii::from("Ada Lindqvist")),
        number: Some(Pii::from("+46855501234")),
        agent: Some(Pii::from("Robin Adeyemi")),
        note: Some(Pii::from("Mondkalb")),
        ..Card::default()
    }
}

fn nadia() -> PersonId {
    PersonId::new(NADIA).unwrap()
}

async fn seen_nadia(experts: &Experts) -> Arc<People> {
    let mut people = experts.people();
    let people = people
        .wait_for(|people| {
            people
                .find(&nadia())
                .is_some_and(|ranked| ranked.presence.is_some())
        })
        .await
        .unwrap();
    people.clone()
}

#[tokio::test]
async fn experts_appear_with_their_presence_and_nothing_is_asked_before() {
    let server = Server::start(tenant).await;
    let experts = start(stage::config(&server), Arc::new(Purse::default()));
    experts.look(looking());
    experts.granted(Some(all()));
    let people = seen_nadia(&experts).await;
    let ranked = people.find(&nadia()).unwrap();
    let presence = ranked.presence.as_ref().unwrap();
    assert_eq!(presence.availability, Availability::Available);
    let person = experts.person(&nadia()).unwrap();
    assert_eq!(person.name.expose(), "Nadia Osei");
    assert_eq!(
        person.dialable.as_ref().unwrap().number.expose(),
        "+49305550101"
    );
    assert!(experts.person(&PersonId::new("nobody").unwrap()).is_none());
    let first = server.seen().into_iter().next().unwrap();
    assert!(!first.headers["authorization"].is_empty());
}

#[tokio::test]
async fn a_card_is_sent_and_the_reply_is_heard() {
    let server = Server::start(tenant).await;
    let experts = start(stage::config(&server), Arc::new(Purse::default()));
    let mut view = experts.send_card(nadia(), card());
    let replied = |view: &CardView| matches!(&view.state, CardState::Sent { reply: Some(_) });
    let last = view.wait_for(replied).await.unwrap().clone();
    assert_eq!(
        last.state,
        CardState::Sent {
            reply: Some(Pii::from("2 min"))
        }
    );
    let text = last.text.expose();
    assert!(text.contains("Ada Lindqvist +46855501234"), "{text}");
    let written = |seen: &Seen| seen.method == "POST" && seen.path.ends_with("/messages");
    assert_eq!(server.seen().iter().filter(|seen| written(seen)).count(), 1);
    // Who the agent is is asked once.
    let mut again = experts.send_card(nadia(), card());
    let sent = |view: &CardView| matches!(view.state, CardState::Sent { .. });
    again.wait_for(sent).await.unwrap();
    assert_eq!(
        server
            .seen()
            .iter()
            .filter(|seen| seen.path == "/me")
            .count(),
        1
    );
}

#[tokio::test]
async fn where_no_cards_are_wanted_none_is_sent() {
    let server = Server::start(tenant).await;
    let mut config = stage::config(&server);
    config.card = None;
    let experts = start(config, Arc::new(Purse::default()));
    let mut view = experts.send_card(nadia(), card());
    let failed = |view: &CardView| view.state == CardState::Failed(Failure::NotGranted);
    assert!(view.wait_for(failed).await.is_ok());
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_card_that_nobody_looks_at_any_more_listens_no_more() {
    let server = Server::start(tenant).await;
    let (sender, mut view) = watch::channel(CardView::default());
    let delivery = deliver::Delivery {
        graph: Graph::new(&stage::config(&server), Arc::new(Purse::default())),
        agent: Arc::default(),
        view: sender,
    };
    let delivery = tokio::spawn(delivery.run(nadia(), "Ada calls".to_owned()));
    let sent = |view: &CardView| matches!(view.state, CardState::Sent { .. });
    view.wait_for(sent).await.unwrap();
    drop(view);
    delivery.await.unwrap();
    let listened = |seen: &Seen| seen.method == "GET" && seen.path.ends_with("/messages");
    assert!(!server.seen().iter().any(listened));
}

#[tokio::test]
async fn teams_shows_the_call_until_it_ends_and_a_call_of_its_own_is_seen() {
    let server = Server::start(tenant).await;
    let experts = start(stage::config(&server), Arc::new(Purse::default()));
    experts.granted(Some(all()));
    experts.in_call(true);
    let set = server
        .until(|seen| seen.path == "/me/presence/setPresence")
        .await;
    assert_eq!(set.body["sessionId"], "b1f7");
    assert_eq!(set.body["expirationDuration"], "PT5M");
    experts.teams_call().wait_for(|call| *call).await.unwrap();
    let own = experts.own().borrow().clone().unwrap();
    assert_eq!(own.activity, Activity::InAConferenceCall);
    experts.in_call(false);
    server
        .until(|seen| seen.path == "/me/presence/clearPresence")
        .await;
    experts.granted(None);
    experts.own().wait_for(Option::is_none).await.unwrap();
}

#[tokio::test]
async fn a_phone_that_closes_takes_back_what_it_has_set() {
    let server = Server::start(tenant).await;
    let experts = start(stage::config(&server), Arc::new(Purse::default()));
    experts.granted(Some(all()));
    experts.in_call(true);
    server
        .until(|seen| seen.path == "/me/presence/setPresence")
        .await;
    let mut people = experts.people();
    drop(experts);
    server
        .until(|seen| seen.path == "/me/presence/clearPresence")
        .await;
    // The task has ended with the last handle, and so has what it shows.
    while people.changed().await.is_ok() {}
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_name_number_id_or_token_is_in_the_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("warmline_graph=trace")
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // Of this thread: the runtime has no other.
    let listening = tracing::subscriber::set_default(subscriber);
    let server = Server::start(tenant).await;
    let experts = start(stage::config(&server), Arc::new(Purse::default()));
    experts.granted(Some(all()));
    experts.look(Look {
        search: Pii::from("Nadia"),
        ..looking()
    });
    experts.favourite(nadia(), true);
    experts.called(nadia());
    experts.remember(vec![Past {
        number: Pii::from("+49305550101"),
        called_at: UNIX_EPOCH,
        today: 1,
    }]);
    experts.in_call(true);
    experts.woke();
    seen_nadia(&experts).await;
    server
        .until(|seen| seen.query.contains_key("$search"))
        .await;
    server
        .until(|seen| seen.path == "/me/presence/setPresence")
        .await;
    let mut view = experts.send_card(nadia(), card());
    let sent = |view: &CardView| matches!(view.state, CardState::Sent { .. });
    view.wait_for(sent).await.unwrap();
    // What cannot be read is logged as little.
    let broken = Server::saying(Speech::Cut(b"Mondkalb".to_vec())).await;
    let graph = Graph::new(&stage::config(&broken), Arc::new(Purse::default()));
    assert!(graph.me().await.is_err());
    let shown = format!(
        "{experts:?} {view:?} {:?} {:?}",
        card(),
        experts.people().borrow()
    );
    drop(listening);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for kind in [
        "members",
        "presences",
        "search",
        "set-presence",
        "chat",
        "message",
        "me",
    ] {
        assert!(
            log.contains(&format!("kind=\"{kind}\"")),
            "{kind} is not logged:\n{log}"
        );
    }
    assert!(
        log.contains("status=200") && log.contains("failure=Broken"),
        "{log}"
    );
    for word in [
        "Nadia",
        "Osei",
        "Ada",
        "Lindqvist",
        "Robin",
        "Mondkalb",
        "4930555",
        "4685550",
        "contact.example",
        "token-",
        "Bearer",
        NADIA,
        ROBIN,
        "9a0b",
        "19:x_y",
        "/v1.0",
        "127.0.0.1",
    ] {
        assert!(!log.contains(word), "{word} is in the log:\n{log}");
        assert!(!shown.contains(word), "{word} is in {shown}");
    }
}

const NADIA: &str = "1f6c90aa-52d7";
const ROBIN: &str = "77e0c2bb-93b1";
