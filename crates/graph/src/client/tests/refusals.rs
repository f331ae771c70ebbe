use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use warmline_entra::{Scope, TokenError};

use super::{graph, graph_with, id, members};
use crate::{
    ask::{Ask, Failure, Page},
    client::{Graph, PAGE, Trouble},
    stage::{self, Purse, Server, Speech},
};

#[tokio::test]
async fn a_list_that_goes_on_elsewhere_is_refused_and_the_token_stays() {
    let elsewhere = Server::saying(Speech::json(200, json!({ "value": [] }))).await;
    let link = format!("{}/groups/9a0b/x", elsewhere.base());
    let body = json!({ "value": [{ "id": "a1", "displayName": "N" }], "@odata.nextLink": link });
    let server = Server::saying(Speech::json(200, body)).await;
    assert_eq!(failure(&server, &members()).await, Some(Failure::Broken));
    let smuggled = Ask::Members {
        group: "9a0b".to_owned(),
        page: Some(Page(link)),
    };
    assert_eq!(failure(&server, &smuggled).await, Some(Failure::Broken));
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_with_what_is_claimed() {
    const CHALLENGE: &str =
        "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3MiOnt9fQ==\"";
    let server = Server::start(|seen| match seen.headers["authorization"].as_str() {
        "Bearer token-1" => Speech::with(401, &[("www-authenticate", CHALLENGE)]),
        _ => Speech::json(200, json!({ "value": [] })),
    })
    .await;
    let purse = Arc::<Purse>::default();
    let graph = graph_with(&server, purse.clone());
    assert!(graph.answer(&members()).await.told.is_ok());
    assert_eq!(purse.refused(), [Some("eyJhY2Nlc3MiOnt9fQ==".to_owned())]);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn two_refused_tokens_are_enough() {
    let server = Server::saying(Speech::with(401, &[])).await;
    let purse = Arc::<Purse>::default();
    let told = graph_with(&server, purse.clone())
        .answer(&members())
        .await
        .told;
    assert_eq!(told.err(), Some(Failure::Broken));
    assert_eq!(purse.refused(), [None, None]);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Server::saying(Speech::json(200, json!({ "value": [] }))).await;
    for (without, wanted) in [
        (TokenError::SignedOut, Failure::SignedOut),
        (
            TokenError::NotGranted(Scope::UserReadAll),
            Failure::NotGranted,
        ),
        (TokenError::Unreachable, Failure::Offline),
    ] {
        let purse = Purse::without(without);
        let told = graph_with(&server, Arc::new(purse))
            .answer(&members())
            .await
            .told;
        assert_eq!(told.err(), Some(wanted));
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn each_way_to_say_no_is_understood() {
    let throttled = |seconds: Option<u64>| Failure::Throttled {
        retry_after: seconds.map(Duration::from_secs),
    };
    let gone_by = "Sun, 06 Nov 1994 08:49:37 GMT";
    let no_presence =
        json!({ "error": { "message": "Resource not found for the segment 'communications'." } });
    for (speech, wanted) in [
        (Speech::with(403, &[]), Failure::NotGranted),
        (Speech::with(404, &[]), Failure::NotThere),
        (Speech::json(400, no_presence), Failure::NotThere),
        (Speech::with(400, &[]), Failure::Broken),
        (
            Speech::with(429, &[("retry-after", "17")]),
            throttled(Some(17)),
        ),
        (
            Speech::with(429, &[("retry-after", gone_by)]),
            throttled(Some(0)),
        ),
        (
            Speech::with(429, &[("retry-after", "soon")]),
            throttled(None),
        ),
        (Speech::with(429, &[]), throttled(None)),
        (
            Speech::with(503, &[("retry-after", "5")]),
            throttled(Some(5)),
        ),
        (Speech::with(503, &[]), Failure::Offline),
        (Speech::with(500, &[]), Failure::Offline),
        (Speech::with(504, &[("retry-after", "5")]), Failure::Offline),
        (
            Speech::with(302, &[("location", "/v1.0/users")]),
            Failure::Broken,
        ),
        (Speech::Full(204, Vec::new(), Vec::new()), Failure::Broken),
        (Speech::Gone, Failure::Offline),
        (Speech::Cut(b"{\"value\":[]}".to_vec()), Failure::Broken),
        (Speech::Endless, Failure::Broken),
        (Speech::json(200, json!({ "value": 7 })), Failure::Broken),
        (Speech::json(200, Value::Null), Failure::Broken),
        (
            Speech::Full(200, Vec::new(), b"<html>".to_vec()),
            Failure::Broken,
        ),
        (
            Speech::Full(200, Vec::new(), vec![b' '; PAGE + 1]),
            Failure::Broken,
        ),
    ] {
        let name = format!("{speech:.80?}");
        let server = Server::saying(speech).await;
        assert_eq!(
            failure(&server, &members()).await,
            Some(wanted),
            "{}",
            &name[..name.len().min(80)]
        );
        assert_eq!(server.seen().len(), 1, "asked once");
    }
}

#[tokio::test]
async fn who_is_silent_is_offline() {
    let server = Server::saying(Speech::Silence).await;
    let config = stage::config(&server);
    let limit = Duration::from_millis(1_500);
    let graph = Graph::within(&config, Arc::new(Purse::default()), limit);
    assert_eq!(
        graph.answer(&members()).await.told.err(),
        Some(Failure::Offline)
    );
    let trouble = graph.chat(&id("a1"), &id("b2")).await.unwrap_err();
    assert!(trouble.perhaps_done);
    let base = server.base();
    drop(server);
    let mut config = config;
    // Nobody listens there any more.
    config.cloud.graph = base;
    let graph = Graph::within(&config, Arc::new(Purse::default()), limit);
    let trouble = graph.chat(&id("a1"), &id("b2")).await.unwrap_err();
    assert_eq!(trouble, Trouble::surely(Failure::Offline));
}

#[tokio::test]
async fn how_much_of_the_budget_is_used_is_heard_whatever_is_said() {
    for (status, text, wanted) in [
        (200, "0.85", Some(0.85)),
        (429, " 1.2 ", Some(1.2)),
        (200, "NaN", None),
        (200, "-1", None),
        (200, "much", None),
    ] {
        let server = Server::saying(Speech::with(
            status,
            &[("x-ms-throttle-limit-percentage", text)],
        ))
        .await;
        let answer = graph(&server).answer(&members()).await;
        assert_eq!(answer.used, wanted, "{text}");
    }
}

#[tokio::test]
async fn no_token_goes_to_plain_http_elsewhere() {
    stage::provide_tls();
    let server = Server::saying(Speech::json(200, json!({ "value": [] }))).await;
    let mut config = stage::config(&server);
    config.cloud.graph = "http://graph.example/v1.0".to_owned();
    let graph = Graph::new(&config, Arc::new(Purse::default()));
    assert_eq!(
        graph.answer(&members()).await.told.err(),
        Some(Failure::Broken)
    );
    let trouble = graph.me().await.unwrap_err();
    assert_eq!(trouble, Trouble::surely(Failure::Broken));
}

#[tokio::test]
async fn only_who_is_vouched_for_gets_a_token() {
    stage::provide_tls();
    let ours = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let chain = vec![ours.cert.der().clone()];
    let key = ours.signing_key.serialize_der().try_into().unwrap();
    let tls = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let nobody = Speech::json(200, json!({ "value": [] }));
    let server = Server::secure(Arc::new(tls).into(), nobody).await;
    let mut config = stage::config(&server);
    let stranger = Graph::new(&config, Arc::new(Purse::default()));
    let told = stranger.answer(&members()).await.told;
    assert_eq!(told.err(), Some(Failure::Offline));
    assert!(server.seen().is_empty());
    config.extra_ca = Some(ours.cert.pem().into_bytes());
    let trusting = Graph::new(&config, Arc::new(Purse::default()));
    assert!(trusting.answer(&members()).await.told.is_ok());
    config.extra_ca =
        Some(b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----".to_vec());
    let misled = Graph::new(&config, Arc::new(Purse::default()));
    let told = misled.answer(&members()).await.told;
    assert_eq!(told.err(), Some(Failure::Broken));
}

async fn failure(server: &Server, ask: &Ask) -> Option<Failure> {
    graph(server).answer(ask).await.told.err()
}
