//! Every request of ours to Microsoft Graph is held against Microsoft's own description of it, by Prism.
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
use warmline_entra::{AccessToken, Audience, Cloud, TokenError, Tokens};
use warmline_graph::{Ask, Config, Graph, PersonId};
use warmline_interop::{Prism, test};
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
    let Some(document) = document() else {
        say("LEFT OUT: Microsoft's description of Graph is not here \
             (WARMLINE_GRAPH_OPENAPI, or ../shared/graph/openapi-subset.json beside the project)");
        return;
    };
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
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(ask_everything(&prism));
        let heard = prism.heard(EXPECTED.len() + 1)?;
        // Otherwise this test would prove nothing.
        assert_eq!(heard[0].1, 422, "what is not described was taken");
        for ((request, status), expected) in heard[1..].iter().zip(EXPECTED) {
            assert_eq!(request, expected);
            let log = prism.log_tail();
            assert!((200..300).contains(status), "{request}: {status}\n{log}");
        }
        assert_eq!(heard.len(), EXPECTED.len() + 1);
        Ok(())
    });
}

// The place for the stand-in of practice: `Lab::prism_before` puts Prism between client and stand-in, and
// checks the requests and the answers.

/// What [`ask_everything`] comes to at the server.
const EXPECTED: &[&str] = &[
    "get /groups/9a0b4f00-0000-4000-8000-000000000001/transitiveMembers/graph.user",
    "get /users",
    "post /communications/getPresencesByUserId",
    "get /users",
    "get /me",
    "post /chats",
    "post /chats/string/messages",
    "get /chats/string/messages",
    "post /me/presence/setPresence",
    "post /me/presence/clearPresence",
    "get /me/presence",
];

/// One request after another. What Prism makes up for an answer means nothing: that it answers counts.
async fn ask_everything(prism: &Prism) {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let graph = Graph::new(&config(prism), Arc::new(Bearer));
    let (agent, expert) = (id("77e0c2bb-93b1"), id("1f6c90aa-52d7"));
    let asks = [
        Ask::Members {
            group: "9a0b4f00-0000-4000-8000-000000000001".to_owned(),
            page: None,
        },
        Ask::These(vec![agent.clone(), expert.clone()]),
        Ask::Presences(vec![agent.clone(), expert.clone()]),
        Ask::Search(Pii::from("Nadia \"O\\sei & Söhne\"")),
    ];
    for ask in &asks {
        assert!(is_covered(ask));
        let _ = graph.answer(ask).await;
    }
    let _ = graph.me().await;
    let chat = graph.chat(&agent, &expert).await;
    let chat = chat.unwrap_or_else(|trouble| panic!("{trouble:?}\n{}", prism.log_tail()));
    let text = "Robin is about to call you.\nCustomer: <Ada> & \"Söhne\"";
    let _ = graph.message(&chat.id, text).await;
    let _ = graph.messages(&chat.id).await;
    let _ = graph.set_busy("b1f7", "PT5M").await;
    let _ = graph.clear_busy("b1f7").await;
    let _ = graph.own_presence().await;
}

/// Whether the description at hand has it. Whoever adds a question finds this place.
fn is_covered(ask: &Ask) -> bool {
    match ask {
        Ask::Members { .. } | Ask::These(_) | Ask::Presences(_) | Ask::Search(_) => true,
        Ask::Tagged { .. } | Ask::Meetings(_) | Ask::Number(_) | Ask::Photo(_) => false,
    }
}

/// A request with a property that nobody has described.
fn ask_wrongly(prism: &Prism) {
    let host = prism.base().replace("http://", "");
    let body = r#"{"sessionId":"x","availability":"Busy","wrong":1}"#;
    let request = format!(
        "POST /me/presence/setPresence HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer x\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(&host).expect("Prism listens");
    stream.write_all(request.as_bytes()).expect("Prism reads");
    stream.read_to_end(&mut Vec::new()).expect("Prism answers");
}

/// Past the test harness, which keeps what a good test prints to itself.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn document() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = match std::env::var_os("WARMLINE_GRAPH_OPENAPI").filter(|file| !file.is_empty()) {
        Some(file) => root.join(file),
        None => root.join("../shared/graph/openapi-subset.json"),
    };
    file.is_file().then_some(file)
}

fn config(prism: &Prism) -> Config {
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
        client_id: "b1f7".to_owned(),
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
