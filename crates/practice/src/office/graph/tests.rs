mod chats;
mod people;
mod presence;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::office::Order;
use crate::office::clock;
use crate::office::http::{Answer, with_query};
use crate::office::trial::{CLIENT, TENANT, Trial, bearing, body, header, text};
use crate::person::Deed;

const ALL: &str = "User.Read User.ReadBasic.All Presence.Read.All Presence.ReadWrite Chat.Create \
                   ChatMessage.Send Chat.Read Calendars.Read";

/// Somebody who may do everything.
fn signed_in() -> (Trial, String) {
    let mut trial = Trial::new();
    let token = trial.token(ALL);
    trial.deeds.clear();
    (trial, token)
}

fn get(trial: &mut Trial, token: &str, path: &str) -> Answer {
    trial.graph(token, "GET", path, &Value::Null)
}

/// A query of the directory that is advanced.
fn eventual(trial: &mut Trial, token: &str, path: &str) -> Answer {
    let mut request = bearing(token, "GET", &format!("/v1.0{path}"));
    request
        .headers
        .push(("consistencylevel".into(), "eventual".into()));
    trial.asks(request)
}

fn id(trial: &mut Trial, name: &str) -> String {
    trial.state.staff.named(name).expect("somebody").id.clone()
}

/// Status and code of a refusal, in Graph's shape.
fn refusal(answer: &Answer) -> (u16, String) {
    let error = body(answer)["error"].clone();
    assert!(error["message"].is_string() && error["innerError"]["request-id"].is_string());
    (
        answer.status,
        error["code"].as_str().expect("a code").to_owned(),
    )
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        refusal(answer),
        (status, code.to_owned()),
        "{}",
        text(answer)
    );
}

fn members(trial: &Trial, query: &[(&str, &str)]) -> String {
    let path = format!(
        "/groups/{}/transitiveMembers/graph.user",
        trial.state.staff.group
    );
    with_query(&path, query)
}

#[test]
fn a_token_is_needed_and_it_must_let_do_it() {
    let mut trial = Trial::new();
    let nobody = get(&mut trial, "guessed", "/me");
    is(&nobody, 401, "InvalidAuthenticationToken");
    assert!(header(&nobody, "WWW-Authenticate").is_some_and(|says| says.starts_with("Bearer ")));
    let token = trial.token("User.Read");
    assert_eq!(get(&mut trial, &token, "/me").status, 200);
    let group = trial.state.staff.group.clone();
    let nadia = id(&mut trial, "Nadia Haddad");
    let mine = [
        "/me/presence/setPresence",
        "/me/presence/clearPresence",
        "/chats",
    ];
    for path in mine.iter().copied().chain([
        "/communications/getPresencesByUserId",
        "/me/calendar/getSchedule",
    ]) {
        is(
            &trial.graph(&token, "POST", path, &json!({})),
            403,
            "Authorization_RequestDenied",
        );
    }
    // What the administrator has granted is there; what the agent has not is not.
    let path = format!("/groups/{group}/members/graph.user?$count=true");
    assert_eq!(eventual(&mut trial, &token, &path).status, 200);
    assert_eq!(
        get(
            &mut trial,
            &token,
            &format!("/admin/teams/userConfigurations/{nadia}")
        )
        .status,
        200
    );
    assert_eq!(
        get(&mut trial, &token, "/users").status,
        200,
        "User.Read.All"
    );
    let scopes = [
        "User.Read.All",
        "GroupMember.ReadBasic.All",
        "TeamworkTag.Read",
        "TeamsUserConfiguration.Read.All",
    ];
    let scopes = scopes.map(str::to_owned).to_vec();
    trial
        .state
        .obey(trial.now, Order::Refuse { scopes })
        .expect("done");
    let team = trial.state.staff.team.clone();
    for path in [
        "/users".to_owned(),
        format!("/users/{nadia}"),
        format!("/users/{nadia}/photos/48x48/$value"),
        format!("/users/{nadia}/presence"),
        format!("/groups/{group}/transitiveMembers/graph.user"),
        format!("/teams/{team}/tags"),
        format!("/admin/teams/userConfigurations/{nadia}"),
        "/me/presence".to_owned(),
        "/chats/x/messages".to_owned(),
    ] {
        is(
            &get(&mut trial, &token, &path),
            403,
            "Authorization_RequestDenied",
        );
    }
}

#[test]
fn members_come_page_by_page_each_once() {
    let (mut trial, token) = signed_in();
    let first = members(
        &trial,
        &[
            ("$top", "90"),
            ("$count", "true"),
            ("$select", "id,displayName"),
        ],
    );
    let mut next = Some(first);
    let (mut seen, mut pages) = (BTreeSet::new(), 0);
    while let Some(path) = next.take() {
        let page = body(&eventual(&mut trial, &token, &path));
        assert_eq!(page["@odata.count"], 203);
        pages += 1;
        for member in page["value"].as_array().expect("some") {
            let id = member["id"].as_str().expect("an id").to_owned();
            assert!(member["displayName"].is_string() && member.get("mail").is_none());
            assert!(seen.insert(id));
        }
        next = page["@odata.nextLink"].as_str().map(|link| {
            let path = link.strip_prefix("http://127.0.0.1:4000/v1.0");
            path.expect("of this Graph").to_owned()
        });
    }
    assert_eq!((seen.len(), pages), (203, 3));
    let plain = members(&trial, &[]);
    is(
        &get(&mut trial, &token, &plain),
        400,
        "Request_UnsupportedQuery",
    );
    let other = "/groups/00000000-0000-4000-8000-000000000000/members/graph.user?$count=true";
    is(
        &eventual(&mut trial, &token, other),
        404,
        "Request_ResourceNotFound",
    );
    for (name, value) in [
        ("$top", "0"),
        ("$top", "1000"),
        ("$skiptoken", "x"),
        ("$select", "shoeSize"),
    ] {
        let path = members(&trial, &[("$count", "true"), (name, value)]);
        is(
            &eventual(&mut trial, &token, &path),
            400,
            "Request_BadRequest",
        );
    }
    let skills = members(&trial, &[("$count", "true"), ("$select", "id,skills")]);
    is(&eventual(&mut trial, &token, &skills), 400, "NotSupported");
}

#[test]
fn too_many_requests_are_throttled_and_it_is_said_before() {
    let (mut trial, token) = signed_in();
    let used = "x-ms-throttle-limit-percentage";
    for n in 1..=1_500 {
        let answer = get(&mut trial, &token, "/me");
        assert_eq!(answer.status, 200);
        assert_eq!(header(&answer, used).is_some(), n >= 1_200, "{n}");
    }
    trial.passes(10);
    let over = get(&mut trial, &token, "/me");
    is(&over, 429, "TooManyRequests");
    assert_eq!(
        (header(&over, "Retry-After"), header(&over, used)),
        (Some("20"), Some("1.00"))
    );
    trial.passes(20);
    assert_eq!(get(&mut trial, &token, "/me").status, 200);
    trial
        .state
        .obey(trial.now, Order::Throttle { s: 5, says: false })
        .expect("done");
    let over = get(&mut trial, &token, "/me");
    assert_eq!((over.status, header(&over, "Retry-After")), (429, None));
    trial.passes(5);
    assert_eq!(get(&mut trial, &token, "/me").status, 200);
}

#[test]
fn it_can_be_broken() {
    let (mut trial, token) = signed_in();
    trial
        .state
        .obey(trial.now, Order::Fail { status: Some(503) })
        .expect("done");
    is(&get(&mut trial, &token, "/me"), 503, "serviceNotAvailable");
    trial
        .state
        .obey(trial.now, Order::Fail { status: None })
        .expect("done");
    assert_eq!(get(&mut trial, &token, "/me").status, 200);
    is(
        &get(&mut trial, &token, "/planner/tasks"),
        400,
        "BadRequest",
    );
}
