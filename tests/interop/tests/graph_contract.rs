//! Every request of ours to Microsoft Graph is held against Microsoft's own description of it, by Prism; and
//! so is what practice answers.
//!
//! The description is Microsoft's and no part of this project: where it is (`WARMLINE_GRAPH_OPENAPI`, or
//! beside the project in `../shared/graph/openapi-subset.json`), this check runs; elsewhere it says that it
//! is left out.
#![cfg(target_os = "linux")]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use serde_json::Value;
use warmline_entra::{
    AccessToken, Audience, Cloud, Consent, Entra, Keeping, Opener, Scopes, State, TokenError,
    Tokens,
};
use warmline_graph::{Ask, Config, Graph, PersonId, Told, Trouble};
use warmline_interop::{Prism, test};
use warmline_practice::{Office, Practice, Scenario};
use warmline_redact::Pii;

/// What the description at hand leaves out; these are held against Microsoft's pages by people.
const NOT_COVERED: &[(&str, &str)] = &[
    ("tags", "/teams/{team-id}/tags/{teamworkTag-id}"),
    (
        "members of tags",
        "/teams/{team-id}/tags/{teamworkTag-id}/members",
    ),
    ("free or busy", "/me/calendar/getSchedule"),
    (
        "numbers of Teams",
        "/admin/teams/userConfigurations/{teamsUserConfiguration-id}",
    ),
    (
        "small photos",
        "/users/{user-id}/photos/{profilePhoto-id}/$value",
    ),
];

#[test]
fn every_request_is_as_microsoft_describes_it() {
    let Some(document) = document() else { return };
    let text = std::fs::read(&document).expect("the description can be read");
    let described: Value = serde_json::from_slice(&text).expect("the description is JSON");
    for (what, path) in NOT_COVERED {
        say(&format!(
            "not covered by the description at hand: {what} ({path})"
        ));
        assert!(
            described["paths"][path].is_null(),
            "{what} can be checked now"
        );
    }
    test(|lab| {
        let mut prism = lab.prism(&document)?;
        ask_wrongly(&prism);
        let runtime = runtime();
        let graph = Graph::new(&config(&prism, "b1f7"), Arc::new(Bearer));
        // What Prism makes up for an answer means nothing: that it answers counts.
        let answers = runtime.block_on(async {
            let people = ask_of_people(
                &graph,
                "9a0b4f00-0000-4000-8000-000000000001",
                "Nadia \"O\\sei & Söhne\"",
            )
            .await;
            let rest = do_everything(&graph, &id("1f6c90aa-52d7"), "b1f7").await;
            format!("{people:?}\n{rest:?}")
        });
        let heard = prism.heard(EXPECTED.len() + 1);
        let heard = heard.inspect_err(|_| say(&answers))?;
        // Otherwise this test would prove nothing.
        assert_eq!(heard[0].1, 422, "what is not described was taken");
        for ((request, status), expected) in heard[1..].iter().zip(EXPECTED) {
            let whole = request == expected;
            assert!(
                whole || expected.ends_with('/') && request.starts_with(expected),
                "{request}"
            );
            let log = prism.log_tail();
            assert!((200..300).contains(status), "{request}: {status}\n{log}");
        }
        assert_eq!(heard.len(), EXPECTED.len() + 1);
        Ok(())
    });
}

#[test]
fn practice_answers_as_microsoft_describes_it() {
    let Some(document) = document() else { return };
    test(|lab| {
        let runtime = runtime();
        let practice = runtime.block_on(Practice::start(Scenario::built_in()));
        let practice = practice.expect("practice begins");
        let office = practice.office();
        let mut prism = lab.prism_before(&office.graph(), &document)?;
        runtime.block_on(async {
            let entra = signed_in(office).await;
            let group = group(office, &entra).await;
            let graph = Graph::new(&config(&prism, office.client_id()), Arc::new(entra));
            // So few that there is no next page: it would lie behind the proxy, and is not followed there.
            let experts = ask_of_people(&graph, &group, "Nadia").await;
            let experts = experts.unwrap_or_else(|why| panic!("{why}\n{}", prism.log_tail()));
            let done = do_everything(
                &graph,
                experts.first().expect("an expert"),
                office.client_id(),
            )
            .await;
            done.unwrap_or_else(|why| panic!("{why}\n{}", prism.log_tail()));
        });
        let heard = prism.heard(EXPECTED.len())?;
        let well = heard.iter().all(|(_, status)| (200..300).contains(status));
        assert!(well, "{heard:?}\n{}", prism.log_tail());
        Ok(())
    });
}

/// What [`ask_of_people`] and [`do_everything`] come to at a server.
const EXPECTED: &[&str] = &[
    "get /groups/9a0b4f00-0000-4000-8000-000000000001/transitiveMembers/graph.user",
    "get /users",
    "post /communications/getPresencesByUserId",
    "get /users",
    // And somebody's id.
    "get /users/",
    "get /me",
    "post /chats",
    "post /chats/string/messages",
    "get /chats/string/messages",
    "post /me/presence/setPresence",
    "get /me/presence",
    "post /me/presence/clearPresence",
];

/// One question after another; who belongs to the group.
async fn ask_of_people(graph: &Graph, group: &str, name: &str) -> Result<Vec<PersonId>, String> {
    let members = Ask::Members {
        group: group.to_owned(),
        page: None,
    };
    let members = told(graph, &members).await;
    let ids = match &members {
        Ok(Told::Members { people, .. }) => people.iter().map(|person| person.id.clone()).collect(),
        _ => vec![id("1f6c90aa-52d7")],
    };
    let some: Vec<_> = ids.iter().take(15).cloned().collect();
    let these = told(graph, &Ask::These(some)).await;
    let presences = told(graph, &Ask::Presences(ids.clone())).await;
    let found = told(graph, &Ask::Search(Pii::from(name))).await;
    let skills = match ids.first() {
        Some(id) => told(graph, &Ask::Skills(id.clone())).await,
        None => Err("nobody is in the group".to_owned()),
    };
    for told in [members, these, presences, found, skills] {
        told?;
    }
    Ok(ids)
}

async fn told(graph: &Graph, ask: &Ask) -> Result<Told, String> {
    assert!(is_covered(ask));
    graph
        .answer(ask)
        .await
        .told
        .map_err(|failure| format!("{ask:?}: {failure:?}"))
}

/// A word to an expert, and the agent's own presence.
async fn do_everything(graph: &Graph, expert: &PersonId, session: &str) -> Result<(), String> {
    let trouble = |trouble: Trouble| format!("{trouble:?}");
    let agent = graph.me().await.map_err(trouble)?;
    let chat = graph.chat(&agent, expert).await.map_err(trouble)?;
    let text = "Robin is about to call you.\nCustomer: <Ada> & \"Söhne\"";
    let posted = graph.message(&chat.id, text).await.map_err(trouble)?;
    let messages = graph.messages(&chat.id).await;
    graph.set_busy(session, "PT5M").await.map_err(trouble)?;
    let own = graph.own_presence().await;
    graph.clear_busy(session).await.map_err(trouble)?;
    posted.ok_or("it is not told when the message was written")?;
    messages.map_err(trouble)?;
    own.map(drop).map_err(trouble)
}

/// Somebody who has agreed to everything that the client asks for here.
async fn signed_in(office: &Office) -> Entra {
    let entra = warmline_entra::start(warmline_entra::Config {
        cloud: Cloud {
            authority: office.authority().to_owned(),
            graph: office.graph(),
        },
        tenant: office.tenant().to_owned(),
        client_id: office.client_id().to_owned(),
        provider_scope: Some(office.provider_scope().to_owned()),
        device_code: false,
        keeping: Keeping::Nowhere,
        opener: Opener::new(warmline_practice::agree),
        extra_ca: None,
    });
    let wanted: Scopes = Consent::LADDER
        .iter()
        .flat_map(|rung| rung.scopes)
        .copied()
        .collect();
    entra.sign_in();
    let mut state = entra.state();
    let some = |state: &State| matches!(state, State::SignedIn { .. });
    state.wait_for(some).await.expect("somebody signs in");
    entra.ask(wanted.clone());
    let all = |state: &State| matches!(state, State::SignedIn { granted, .. } if granted.is_superset(&wanted));
    state.wait_for(all).await.expect("everything is granted");
    entra
}

/// Before any client of TLS is made. The other test of this process may have been first.
fn runtime() -> tokio::runtime::Runtime {
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Runtime::new().expect("a runtime")
}

/// Whether the description at hand has it. Whoever adds a question finds this place.
fn is_covered(ask: &Ask) -> bool {
    match ask {
        Ask::Members { .. }
        | Ask::These(_)
        | Ask::Presences(_)
        | Ask::Search(_)
        | Ask::Skills(_) => true,
        Ask::Tagged { .. } | Ask::Meetings(_) | Ask::Number(_) | Ask::Photo(_) => false,
    }
}

/// A request with a property that nobody has described.
fn ask_wrongly(prism: &Prism) {
    let body = r#"{"sessionId":"x","availability":"Busy","wrong":1}"#;
    let head = format!(
        "content-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    let url = format!("{}/me/presence/setPresence", prism.base());
    plain("POST", &url, "any", &format!("{head}\r\n{body}"));
}

/// The group of the experts, as the provider tells it to a phone.
async fn group(office: &Office, entra: &Entra) -> String {
    let token = entra.token(Audience::Provider).await.expect("a token");
    let url = office.provisioning();
    let phone = tokio::task::spawn_blocking(move || plain("GET", &url, token.expose(), "\r\n"));
    let phone = phone.await.expect("an answer");
    let (_, body) = phone.split_once("\r\n\r\n").expect("a body");
    let phone: Value = serde_json::from_str(body).expect("JSON");
    let group = &phone["lines"][0]["experts"]["groups"][0];
    group.as_str().expect("a group").to_owned()
}

/// A request over plain HTTP, by hand: `rest` is what follows the head that every request has.
fn plain(method: &str, url: &str, token: &str, rest: &str) -> String {
    let address = url.strip_prefix("http://").expect("plain HTTP");
    let (host, path) = address.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host).expect("somebody listens");
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n"
    );
    write!(stream, "{head}{rest}").expect("they read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("they answer");
    answer
}

/// Past the test harness, which keeps what a good test prints to itself.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The description, if it is here.
fn document() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = match std::env::var_os("WARMLINE_GRAPH_OPENAPI").filter(|file| !file.is_empty()) {
        Some(file) => root.join(file),
        None => root.join("../shared/graph/openapi-subset.json"),
    };
    if !file.is_file() {
        say("LEFT OUT: Microsoft's description of Graph is not here \
             (WARMLINE_GRAPH_OPENAPI, or ../shared/graph/openapi-subset.json beside the project)");
        return None;
    }
    Some(file)
}

fn config(prism: &Prism, client_id: &str) -> Config {
    Config {
        cloud: Cloud {
            authority: "https://login.example".to_owned(),
            graph: prism.base(),
        },
        groups: Vec::new(),
        tags: Vec::new(),
        agents: 1,
        card: None,
        share_presence: true,
        client_id: client_id.to_owned(),
        extra_ca: None,
        seed: 1,
    }
}

fn id(id: &str) -> PersonId {
    PersonId::new(id).expect("an id")
}

/// Prism takes any token.
struct Bearer;

#[async_trait]
impl Tokens for Bearer {
    async fn token(&self, _: Audience<'_>) -> Result<AccessToken, TokenError> {
        Ok(AccessToken::new("any"))
    }

    async fn refused(&self, _: &AccessToken, _: Option<&str>) {}
}
