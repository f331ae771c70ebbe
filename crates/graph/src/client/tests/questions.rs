use std::{sync::Arc, time::SystemTime};

use serde_json::json;
use warmline_redact::Pii;

use super::{graph, id, members, only};
use crate::{
    ask::{Ask, Failure, Told},
    config::TeamTag,
    person::{DialledAs, Person, PersonId},
    presence::{Activity, Availability},
    stage::{Server, Speech},
};

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
    // Some servers have not learnt to filter.
    let people = json!({ "value": [{ "id": "a1", "displayName": "Nadia" }, { "id": "c3", "displayName": "Jun" }] });
    let server = Server::saying(Speech::json(200, people)).await;
    let told = graph(&server)
        .answer(&Ask::These(vec![id("a1"), id("b2")]))
        .await
        .told;
    let Ok(Told::Found(people)) = told else {
        panic!("nobody");
    };
    assert_eq!(people.len(), 1);
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
async fn numbers_come_from_teams_skills_from_the_directory_and_photos_as_pictures() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/admin/teams/userConfigurations/a1" => Speech::json(
            200,
            json!({ "telephoneNumbers": [{ "telephoneNumber": "+15550000001" }] }),
        ),
        "/users/a1" => Speech::json(200, json!({ "skills": ["Billing", "billing"] })),
        "/users/b2" => Speech::json(404, json!({})),
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
    let told = graph.answer(&Ask::Skills(id("a1"))).await.told;
    assert!(matches!(told, Ok(Told::Skills(skills)) if skills == ["Billing".into()]));
    let seen = server.seen();
    assert_eq!(seen[1].query["$select"], "skills");
    assert_eq!(seen[1].headers["x-ms-throttle-priority"], "Low");
    let told = graph.answer(&Ask::Skills(id("b2"))).await.told;
    assert_eq!(told.err(), Some(Failure::NotThere));
    let told = graph.answer(&Ask::Photo(id("a1"))).await.told;
    assert!(matches!(told, Ok(Told::Photo(Some(photo))) if photo.len() == 4));
    let told = graph.answer(&Ask::Photo(id("b2"))).await.told;
    assert!(matches!(told, Ok(Told::Photo(None))));
    let told = graph.answer(&Ask::Photo(id("c3"))).await.told;
    assert_eq!(told.err(), Some(Failure::Broken));
}
