use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use warmline_entra::TokenError;

use super::*;
use crate::{
    person::DialledAs,
    presence::{Activity, Availability},
    stage::{self, Purse, Seen, Server, Speech},
};

fn graph(server: &Server) -> Graph {
    graph_with(server, Arc::default())
}

fn graph_with(server: &Server, purse: Arc<Purse>) -> Graph {
    Graph::new(&stage::config(server), purse)
}

fn id(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn members() -> Ask {
    Ask::Members {
        group: "9a0b".to_owned(),
        page: None,
    }
}

async fn failure(server: &Server, ask: &Ask) -> Option<Failure> {
    graph(server).answer(ask).await.told.err()
}

/// The first and only request.
fn only(server: &Server) -> Seen {
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    seen.into_iter().next().unwrap()
}

#[tokio::test]
async fn members_are_asked_for_as_an_advanced_query_and_page_by_page() {
    let server = Server::start(|seen| match seen.query.get("$skiptoken") {
        None => {
            let host = &seen.headers["host"];
            Speech::json(
                200,
                json!({
                    "value": [{ "id": "A1", "displayName": "Nadia" }],
                    "@odata.nextLink": format!("http://{host}/v1.0{}?$skiptoken=2", seen.path),
                }),
            )
        }
        Some(_) => Speech::json(
            200,
            json!({ "value": [{ "id": "b2", "displayName": "Jun" }] }),
        ),
    })
    .await;
    let graph = graph(&server);
    let Ok(Told::Members { people, next }) = graph.answer(&members()).await.told else {
        panic!("no members");
    };
    assert_eq!(people[0].id, id("a1"));
    assert!(people[0].expert);
    let rest = Ask::Members {
        group: "9a0b".to_owned(),
        page: next,
    };
    let Ok(Told::Members { people, next }) = graph.answer(&rest).await.told else {
        panic!("no second page");
    };
    assert_eq!((people[0].id.clone(), next), (id("b2"), None));
    let seen = server.seen();
    for seen in &seen {
        assert_eq!(seen.method, "GET");
        assert_eq!(seen.path, "/groups/9a0b/transitiveMembers/graph.user");
        assert_eq!(seen.headers["consistencylevel"], "eventual");
        assert_eq!(seen.headers["authorization"], "Bearer token-1");
        assert_eq!(seen.headers["x-ms-throttle-priority"], "Low");
        assert_eq!(seen.headers["client-request-id"].len(), 36);
    }
    assert_eq!(seen[0].query["$top"], "999");
    assert_eq!(seen[0].query["$count"], "true");
    assert!(!seen[0].query["$select"].contains("skills"));
    let ids: Vec<_> = seen
        .iter()
        .map(|seen| &seen.headers["client-request-id"])
        .collect();
    assert_ne!(ids[0], ids[1]);
}

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
async fn a_tag_is_its_name_and_its_members() {
    let server = Server::start(|seen| {
        if seen.path.ends_with("/members") {
            let members = json!([{ "id": "x==", "userId": "A1" }, { "userId": "b2" }]);
            Speech::json(200, json!({ "value": members }))
        } else {
            Speech::json(200, json!({ "id": "t==", "displayName": "Billing" }))
        }
    })
    .await;
    let ask = Ask::Tagged {
        tag: TeamTag {
            team: "9a0b".to_owned(),
            tag: "MjQ/x==".to_owned(),
        },
        page: None,
    };
    let Ok(Told::Tagged { skill, ids, next }) = graph(&server).answer(&ask).await.told else {
        panic!("no tag");
    };
    assert_eq!((skill.expose().as_str(), next), ("Billing", None));
    assert_eq!(ids, [id("a1"), id("b2")]);
    let paths: Vec<_> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths,
        [
            "/teams/9a0b/tags/MjQ%2Fx==",
            "/teams/9a0b/tags/MjQ%2Fx==/members"
        ]
    );
}

#[tokio::test]
async fn these_are_asked_for_by_id() {
    let people =
        json!({ "value": [{ "id": "a1", "displayName": "Nadia", "mail": "n@x.example" }] });
    let server = Server::saying(Speech::json(200, people)).await;
    let told = graph(&server)
        .answer(&Ask::These(vec![id("a1"), id("b2")]))
        .await
        .told;
    let Ok(Told::Found(people)) = told else {
        panic!("nobody");
    };
    assert!(!people[0].expert);
    let seen = only(&server);
    assert_eq!(seen.path, "/users");
    assert_eq!(seen.query["$filter"], "id in ('a1','b2')");
}

#[tokio::test]
async fn presences_are_read_and_those_that_are_not_known_are_unknown() {
    let presences = json!({ "value": [
        { "id": "A1", "availability": "busy", "activity": "inACall", "sequenceNumber": "A7" },
        { "id": "b2", "availability": "Levitating", "activity": "Levitating" },
        { "id": "not an id", "availability": "Available" },
    ] });
    let server = Server::saying(Speech::json(200, presences)).await;
    let told = graph(&server)
        .answer(&Ask::Presences(vec![id("a1"), id("b2")]))
        .await
        .told;
    let Ok(Told::Presences(presences)) = told else {
        panic!("nobody");
    };
    let read: Vec<_> = presences
        .iter()
        .map(|(id, presence)| (id.as_str(), presence.availability, presence.activity))
        .collect();
    assert_eq!(
        read,
        [
            ("a1", Availability::Busy, Activity::InACall),
            ("b2", Availability::Unknown, Activity::Nothing)
        ]
    );
    assert_eq!(presences[0].1.sequence_number, "A7");
    let seen = only(&server);
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("POST", "/communications/getPresencesByUserId")
    );
    assert_eq!(seen.body, json!({ "ids": ["a1", "b2"] }));
}

#[tokio::test]
async fn what_was_typed_stays_in_its_quotes() {
    let people = json!({ "value": [{ "id": "a1", "displayName": "Nadia" }] });
    let server = Server::saying(Speech::json(200, people)).await;
    let graph = graph(&server);
    let typed = Ask::Search(Pii::from("  Na\"dia\\ OR \n mail:x & $top=1 "));
    assert!(
        matches!(graph.answer(&typed).await.told, Ok(Told::Found(people)) if people.len() == 1)
    );
    let seen = only(&server);
    assert_eq!(
        seen.query["$search"],
        "\"displayName:Na\\\"dia\\\\ OR mail:x & $top=1\""
    );
    assert_eq!(seen.query["$top"], "25");
    assert_eq!(seen.headers["consistencylevel"], "eventual");
    assert_eq!(seen.headers["x-ms-throttle-priority"], "High");
    let nothing = graph.answer(&Ask::Search(Pii::from(" \t"))).await.told;
    assert!(matches!(nothing, Ok(Told::Found(people)) if people.is_empty()));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn meetings_are_asked_for_by_address() {
    let server = Server::start(|seen| {
        let begins = &seen.body["endTime"]["dateTime"];
        let item = json!({
            "status": "busy",
            "start": { "dateTime": seen.body["startTime"]["dateTime"], "timeZone": "UTC" },
            "end": { "dateTime": begins, "timeZone": "UTC" },
        });
        let schedule = json!({ "scheduleId": "nadia@x.example", "scheduleItems": [item] });
        Speech::json(200, json!({ "value": [schedule] }))
    })
    .await;
    let person = |id: &str, mail: Option<&str>| {
        Arc::new(Person {
            id: PersonId::new(id).unwrap(),
            name: Pii::from("Nadia"),
            title: None,
            department: None,
            mail: mail.map(Pii::from),
            skills: Vec::new(),
            dialable: None,
            time_zone: None,
            expert: true,
        })
    };
    let people = vec![person("a1", Some("nadia@x.example")), person("b2", None)];
    let graph = graph(&server);
    let before = SystemTime::now();
    let Ok(Told::Meetings(meetings)) = graph.answer(&Ask::Meetings(people.clone())).await.told
    else {
        panic!("no meetings");
    };
    assert_eq!(meetings[0].0, id("a1"));
    assert!(meetings[0].1.unwrap() >= before);
    let seen = only(&server);
    assert_eq!(seen.path, "/me/calendar/getSchedule");
    assert_eq!(seen.body["schedules"], json!(["nadia@x.example"]));
    assert_eq!(seen.headers["prefer"], "outlook.timezone=\"UTC\"");
    // Nobody of these has an address: there is nothing to ask.
    assert!(
        graph
            .answer(&Ask::Meetings(people[1..].to_vec()))
            .await
            .told
            .is_ok()
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn numbers_come_from_teams_and_photos_as_pictures() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/admin/teams/userConfigurations/a1" => Speech::json(
            200,
            json!({ "telephoneNumbers": [{ "telephoneNumber": "+15550000001" }] }),
        ),
        "/users/a1/photos/48x48/$value" => {
            Speech::Full(200, Vec::new(), vec![0xff, 0xd8, 0xff, 0xe0])
        }
        "/users/b2/photos/48x48/$value" => Speech::json(404, json!({})),
        "/users/c3/photos/48x48/$value" => Speech::Full(200, Vec::new(), b"<html>".to_vec()),
        _ => Speech::json(400, json!({})),
    })
    .await;
    let graph = graph(&server);
    let told = graph.answer(&Ask::Number(id("a1"))).await.told;
    assert!(
        matches!(told, Ok(Told::Number(Some(number))) if number.dialled_as == DialledAs::Teams)
    );
    let told = graph.answer(&Ask::Photo(id("a1"))).await.told;
    assert!(matches!(told, Ok(Told::Photo(Some(photo))) if photo.len() == 4));
    let told = graph.answer(&Ask::Photo(id("b2"))).await.told;
    assert!(matches!(told, Ok(Told::Photo(None))));
    let told = graph.answer(&Ask::Photo(id("c3"))).await.told;
    assert_eq!(told.err(), Some(Failure::Broken));
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
async fn a_chat_is_opened_written_in_and_read() {
    let server = Server::start(|seen| match (seen.method.as_str(), seen.path.as_str()) {
        ("GET", "/me") => Speech::json(200, json!({ "id": "A0" })),
        ("POST", "/chats") => Speech::Full(
            201,
            vec![("date", "Sun, 06 Nov 1994 08:49:37 GMT".to_owned())],
            br#"{"id":"19:x_y@unq.gbl.spaces"}"#.to_vec(),
        ),
        ("POST", _) => Speech::json(201, json!({ "createdDateTime": "1994-11-06T08:49:38.2Z" })),
        _ => Speech::json(200, json!({ "value": [{
            "createdDateTime": "1994-11-06T08:49:39Z",
            "from": { "user": { "id": "b2" } }, "body": { "contentType": "text", "content": "2 min" },
        }] })),
    })
    .await;
    let graph = graph(&server);
    let agent = graph.me().await.unwrap();
    let chat = graph.chat(&agent, &id("b2")).await.unwrap();
    let opened = chat.opened.unwrap();
    let at = graph.message(&chat.id, "<b>&\nx").await.unwrap().unwrap();
    assert_eq!(
        at.duration_since(opened).unwrap(),
        Duration::from_millis(1_200)
    );
    let messages = graph.messages(&chat.id).await.unwrap();
    assert_eq!(messages[0].text.expose(), "2 min");
    let seen = server.seen();
    assert_eq!(
        seen[1].body["members"][0]["user@odata.bind"],
        format!("{}/users('a0')", server.base())
    );
    assert_eq!(seen[2].path, "/chats/19:x_y@unq.gbl.spaces/messages");
    assert_eq!(
        seen[2].body,
        json!({ "body": { "contentType": "html", "content": "&lt;b&gt;&amp;<br>x" } })
    );
    assert_eq!(seen[3].query["$orderby"], "createdDateTime desc");
}

#[tokio::test]
async fn own_presence_is_set_cleared_and_read() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/me/presence" => Speech::json(
            200,
            json!({ "id": "a0", "availability": "Busy", "activity": "InACall" }),
        ),
        _ => Speech::Full(200, Vec::new(), Vec::new()),
    })
    .await;
    let graph = graph(&server);
    graph.set_busy("b1f7", "PT5M").await.unwrap();
    graph.clear_busy("b1f7").await.unwrap();
    assert_eq!(
        graph.own_presence().await.unwrap().activity,
        Activity::InACall
    );
    let seen = server.seen();
    assert_eq!(seen[0].path, "/me/presence/setPresence");
    assert_eq!(
        seen[0].body,
        json!({ "sessionId": "b1f7", "availability": "Busy", "activity": "InACall", "expirationDuration": "PT5M" })
    );
    assert_eq!(seen[1].path, "/me/presence/clearPresence");
    assert_eq!(seen[1].body, json!({ "sessionId": "b1f7" }));
}
