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
fn what_is_seen_of_people_is_what_was_granted() {
    let (mut trial, token) = signed_in();
    let nadia = id(&mut trial, "Nadia Haddad");
    let path = format!("/users/{nadia}?$select=id,displayName,jobTitle,businessPhones,skills,mail");
    let full = body(&get(&mut trial, &token, &path));
    assert_eq!(full["jobTitle"], "Head of billing");
    assert_eq!(full["businessPhones"], json!(["+49 (30) 23125201"]));
    assert_eq!(full["skills"], json!(["Billing", "Refunds"]));
    let scopes = vec!["User.Read.All".to_owned()];
    trial
        .state
        .obey(trial.now, Order::Refuse { scopes })
        .expect("done");
    let basic = body(&get(&mut trial, &token, &path));
    assert_eq!(basic["displayName"], "Nadia Haddad");
    assert_eq!(
        (&basic["jobTitle"], &basic["businessPhones"]),
        (&Value::Null, &json!([]))
    );
    let me = body(&get(
        &mut trial,
        &token,
        "/me?$select=id,jobTitle,userPrincipalName",
    ));
    assert_eq!(
        (&me["jobTitle"], &me["userPrincipalName"]),
        (&json!("Agent"), &json!("robin.adeyemi@practice.example"))
    );
    let scopes = vec!["User.Read.All".to_owned(), "User.ReadBasic.All".to_owned()];
    trial
        .state
        .obey(trial.now, Order::Refuse { scopes })
        .expect("done");
    let path = members(&trial, &[("$count", "true"), ("$top", "1")]);
    let least = body(&eventual(&mut trial, &token, &path));
    assert_eq!(
        (&least["value"][0]["id"], &least["value"][0]["displayName"]),
        (&json!(nadia), &Value::Null)
    );
    is(
        &get(&mut trial, &token, "/users/somebody@practice.example"),
        403,
        "Authorization_RequestDenied",
    );
}

#[test]
fn skills_are_told_of_one_person_at_a_time() {
    let (mut trial, token) = signed_in();
    let nadia = id(&mut trial, "Nadia Haddad");
    let one = get(
        &mut trial,
        &token,
        &format!("/users/{nadia}?$select=skills"),
    );
    assert_eq!(body(&one)["skills"], json!(["Billing", "Refunds"]));
    assert!(body(&one).get("displayName").is_none());
    let of_nobody = "/users/00000000-0000-4000-8000-000000000000?$select=skills";
    let nobody = get(&mut trial, &token, of_nobody);
    is(&nobody, 404, "Request_ResourceNotFound");
    let filter = format!("id in ('{nadia}')");
    let lists = [
        with_query("/users", &[("$select", "id,skills")]),
        with_query("/users", &[("$filter", &filter), ("$select", "skills")]),
        with_query(
            "/users",
            &[("$search", "\"displayName:nad\""), ("$select", "skills")],
        ),
        members(&trial, &[("$count", "true"), ("$select", "skills")]),
    ];
    for list in lists {
        is(&eventual(&mut trial, &token, &list), 400, "NotSupported");
    }
}

#[test]
fn people_are_found_by_what_is_typed_and_by_their_ids() {
    let (mut trial, token) = signed_in();
    let search = |text: &str| {
        with_query(
            "/users",
            &[("$search", text), ("$select", "id,displayName")],
        )
    };
    is(
        &get(&mut trial, &token, &search("\"displayName:nad\"")),
        400,
        "Request_UnsupportedQuery",
    );
    let names = |answer: Answer| -> Vec<String> {
        let found = body(&answer);
        let found = found["value"].as_array().expect("a list").iter();
        found
            .map(|one| one["displayName"].as_str().expect("a name").to_owned())
            .collect()
    };
    let found = names(eventual(
        &mut trial,
        &token,
        &search("\"displayName:HAD nad\""),
    ));
    assert_eq!(found, ["Nadia Haddad"]);
    let found = names(eventual(
        &mut trial,
        &token,
        &search("\"displayName:zzz\" OR \"mail:jonas.w\""),
    ));
    assert_eq!(found, ["Jonas Weber"]);
    is(
        &eventual(&mut trial, &token, &search("nadia")),
        400,
        "Request_BadRequest",
    );
    let (nadia, jonas) = (
        id(&mut trial, "Nadia Haddad"),
        id(&mut trial, "Jonas Weber"),
    );
    let filter = format!("id in ('{}','{jonas}','unknown')", nadia.to_uppercase());
    let path = with_query("/users", &[("$filter", &filter)]);
    assert_eq!(
        names(get(&mut trial, &token, &path)),
        ["Nadia Haddad", "Jonas Weber"]
    );
}

#[test]
fn presence_is_told_of_many_at_once_and_not_of_too_many() {
    let (mut trial, token) = signed_in();
    let [nadia, jonas, sofia] =
        ["Nadia Haddad", "Jonas Weber", "Sofia Marino"].map(|name| id(&mut trial, name));
    let ask = |trial: &mut Trial, ids: Value| {
        trial.graph(
            &token,
            "POST",
            "/communications/getPresencesByUserId",
            &json!({ "ids": ids }),
        )
    };
    let told = body(&ask(&mut trial, json!([nadia, jonas, sofia, "unknown"])));
    let told = told["value"].as_array().expect("a list").clone();
    assert_eq!(told.len(), 3);
    assert_eq!(
        (&told[0]["availability"], &told[0]["activity"]),
        (&json!("Available"), &json!("Available"))
    );
    assert_eq!(
        told[0]["statusMessage"]["message"]["content"],
        "Month-end: short answers only"
    );
    assert_eq!(
        (&told[1]["availability"], &told[1]["activity"]),
        (&json!("Busy"), &json!("InACall"))
    );
    assert_eq!(
        told[2]["outOfOfficeSettings"],
        json!({ "isOutOfOffice": true, "message": "Back on Monday." })
    );
    let before = told[0]["sequenceNumber"].as_str().expect("one").to_owned();
    trial.passes(5);
    let one = trial.state.staff.named("Nadia Haddad").expect("there");
    one.calls(true, trial.now);
    let told = body(&ask(&mut trial, json!([nadia])));
    assert_eq!(told["value"][0]["activity"], "InACall");
    assert!(
        told["value"][0]["sequenceNumber"]
            .as_str()
            .is_some_and(|after| *after > *before)
    );
    assert_eq!(ask(&mut trial, json!(vec![&nadia; 650])).status, 200);
    is(
        &ask(&mut trial, json!(vec![&nadia; 651])),
        400,
        "BadRequest",
    );
    is(&ask(&mut trial, json!([])), 400, "BadRequest");
    is(&ask(&mut trial, json!([7])), 400, "BadRequest");
    let path = format!("/users/{jonas}/presence");
    assert_eq!(body(&get(&mut trial, &token, &path))["activity"], "InACall");
}

#[test]
fn an_order_changes_how_somebody_is_shown() {
    let (mut trial, token) = signed_in();
    let path = format!("/users/{}/presence", id(&mut trial, "Nadia Haddad"));
    let order = |who: &str, presence: &str| Order::Presence {
        who: who.to_owned(),
        presence: presence.to_owned(),
    };
    trial
        .state
        .obey(trial.now, order("Nadia Haddad", "doNotDisturb"))
        .expect("done");
    assert_eq!(
        body(&get(&mut trial, &token, &path))["availability"],
        "DoNotDisturb"
    );
    assert!(
        trial
            .state
            .obey(trial.now, order("Nobody", "away"))
            .is_err()
    );
    assert!(
        trial
            .state
            .obey(trial.now, order("Nadia Haddad", "asleep"))
            .is_err()
    );
}

#[test]
fn the_agents_own_presence_is_set_for_a_while() {
    let (mut trial, token) = signed_in();
    let own = |trial: &mut Trial| {
        let presence = body(&get(trial, &token, "/me/presence"));
        presence["activity"].as_str().expect("one").to_owned()
    };
    let set = |trial: &mut Trial, body: Value| {
        trial.graph(&token, "POST", "/me/presence/setPresence", &body)
    };
    let busy = json!({ "sessionId": CLIENT, "availability": "Busy", "activity": "InACall", "expirationDuration": "PT10M" });
    assert_eq!(own(&mut trial), "Available");
    assert_eq!(set(&mut trial, busy.clone()).status, 200);
    assert_eq!(own(&mut trial), "InACall");
    trial.passes(599);
    assert_eq!(own(&mut trial), "InACall");
    trial.passes(1);
    assert_eq!(own(&mut trial), "Available");
    assert_eq!(trial.state.graph.shown(trial.now), None);
    assert_eq!(set(&mut trial, busy.clone()).status, 200);
    let ours = json!({ "sessionId": CLIENT });
    let clear =
        |trial: &mut Trial| trial.graph(&token, "POST", "/me/presence/clearPresence", &ours);
    assert_eq!(clear(&mut trial).status, 200);
    is(&clear(&mut trial), 404, "Request_ResourceNotFound");
    assert_eq!(own(&mut trial), "Available");
    for (name, value) in [
        ("sessionId", json!("another")),
        ("activity", json!("Sleeping")),
        ("availability", json!("Available")),
        ("expirationDuration", json!("PT4M")),
        ("expirationDuration", json!("PT5H")),
        ("expirationDuration", json!("soon")),
    ] {
        let mut wrong = busy.clone();
        wrong[name] = value;
        is(&set(&mut trial, wrong), 400, "BadRequest");
    }
    let nadia = id(&mut trial, "Nadia Haddad");
    let theirs = format!("/users/{nadia}/presence/setPresence");
    is(
        &trial.graph(&token, "POST", &theirs, &busy),
        403,
        "Authorization_RequestDenied",
    );
    trial
        .state
        .obey(trial.now, Order::TeamsCall { up: true })
        .expect("done");
    assert_eq!(own(&mut trial), "InACall");
    let shows = |activity: &str| ("Robin Adeyemi".to_owned(), Deed::Shows(activity.to_owned()));
    assert_eq!(
        trial.deeds,
        [shows("InACall"), shows("InACall"), shows("Cleared")]
    );
}

/// A chat with somebody.
fn begin(trial: &mut Trial, token: &str, with: &str) -> Answer {
    let me = trial.state.staff.agent.id.clone();
    let member = |bind: String| {
        json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": ["owner"],
            "user@odata.bind": bind,
        })
    };
    let both = [
        member(format!("http://127.0.0.1:4000/v1.0/users('{me}')")),
        member(format!("https://graph.microsoft.com/v1.0/users/{with}")),
    ];
    trial.graph(
        token,
        "POST",
        "/chats",
        &json!({ "chatType": "oneOnOne", "members": both }),
    )
}

fn messages(chat: &str) -> String {
    // As a URL has it.
    format!(
        "/chats/{}/messages",
        chat.replace(':', "%3A").replace('@', "%40")
    )
}

#[test]
fn an_expert_reads_what_is_written_and_writes_back() {
    let (mut trial, token) = signed_in();
    let nadia = id(&mut trial, "Nadia Haddad");
    let chat = begin(&mut trial, &token, &nadia);
    assert_eq!(chat.status, 201);
    let chat = body(&chat)["id"].as_str().expect("an id").to_owned();
    let again = body(&begin(&mut trial, &token, &nadia));
    assert_eq!(again["id"], json!(chat), "the same two have the same chat");
    let path = messages(&chat);
    let card = json!({ "body": { "contentType": "html", "content": "Tom<br>charged twice" } });
    let sent = trial.graph(&token, "POST", &path, &card);
    assert_eq!(sent.status, 201);
    assert_eq!(body(&sent)["from"]["user"]["displayName"], "Robin Adeyemi");
    let read = |trial: &mut Trial| body(&get(trial, &token, &path))["value"].clone();
    assert_eq!(read(&mut trial).as_array().map(Vec::len), Some(1));
    trial.passes(3);
    let all = read(&mut trial);
    // The newest first, and as Teams writes it.
    assert_eq!(
        all[0]["body"],
        json!({ "contentType": "html", "content": "<p>2 min</p>" })
    );
    assert_eq!(all[0]["from"]["user"]["id"], json!(nadia));
    assert_eq!(all[1]["body"], card["body"]);
    assert!(all[0]["createdDateTime"].as_str() > all[1]["createdDateTime"].as_str());
    assert_eq!(
        trial.state.graph.messages_to(&nadia),
        ["Tom<br>charged twice"]
    );
    let reads = Deed::Reads("Tom<br>charged twice".to_owned());
    assert_eq!(trial.deeds, [("Nadia Haddad".to_owned(), reads)]);
}

#[test]
fn experts_write_back_by_their_manner_or_as_they_are_told() {
    let (mut trial, token) = signed_in();
    let order = Order::Reply {
        who: "Sofia Marino".to_owned(),
        text: "a < b".to_owned(),
    };
    for (who, order, says) in [
        ("Jonas Weber", None, Some("<p>can't now</p>")),
        ("Sofia Marino", None, None),
        ("Sofia Marino", Some(order), Some("<p>a &lt; b</p>")),
    ] {
        if let Some(order) = order {
            trial.state.obey(trial.now, order).expect("done");
        }
        let one = id(&mut trial, who);
        let chat = body(&begin(&mut trial, &token, &one))["id"]
            .as_str()
            .expect("one")
            .to_owned();
        trial.graph(
            &token,
            "POST",
            &messages(&chat),
            &json!({ "body": { "content": "hello" } }),
        );
        trial.passes(60);
        let all = body(&get(&mut trial, &token, &messages(&chat)))["value"].clone();
        let newest = all[0]["body"]["content"]
            .as_str()
            .filter(|text| *text != "hello");
        assert_eq!(
            newest.map(|text| text.replace("&#39;", "'")).as_deref(),
            says,
            "{who}"
        );
    }
}

#[test]
fn a_chat_that_cannot_be_is_refused() {
    let (mut trial, token) = signed_in();
    let me = trial.state.staff.agent.id.clone();
    is(&begin(&mut trial, &token, &me), 400, "BadRequest");
    is(
        &begin(&mut trial, &token, "unknown"),
        404,
        "Request_ResourceNotFound",
    );
    let group = json!({ "chatType": "group", "members": [] });
    is(
        &trial.graph(&token, "POST", "/chats", &group),
        400,
        "BadRequest",
    );
    is(
        &trial.graph(&token, "POST", "/chats", &Value::Null),
        400,
        "BadRequest",
    );
    let hello = json!({ "body": { "content": "hello" } });
    is(
        &trial.graph(&token, "POST", "/chats/unknown/messages", &hello),
        404,
        "Request_ResourceNotFound",
    );
    let nadia = id(&mut trial, "Nadia Haddad");
    let chat = body(&begin(&mut trial, &token, &nadia))["id"]
        .as_str()
        .expect("one")
        .to_owned();
    let long = json!({ "body": { "content": "x".repeat(28 * 1024 + 1) } });
    is(
        &trial.graph(&token, "POST", &messages(&chat), &long),
        413,
        "RequestEntityTooLarge",
    );
}

#[test]
fn a_tag_has_a_name_and_members() {
    let (mut trial, token) = signed_in();
    let team = trial.state.staff.team.clone();
    let tags = body(&get(&mut trial, &token, &format!("/teams/{team}/tags")));
    let tags = tags["value"].as_array().expect("a list").clone();
    let refunds = tags
        .iter()
        .find(|tag| tag["displayName"] == "Refunds")
        .expect("one");
    let path = format!(
        "/teams/{team}/tags/{}",
        refunds["id"].as_str().expect("an id")
    );
    assert_eq!(
        body(&get(
            &mut trial,
            &token,
            &format!("{path}?$select=id,displayName")
        ))["displayName"],
        "Refunds"
    );
    let members = body(&get(&mut trial, &token, &format!("{path}/members")));
    assert_eq!(
        members["value"][0]["userId"],
        json!(id(&mut trial, "Nadia Haddad"))
    );
    assert_eq!(members["value"][0]["tenantId"], TENANT);
    is(
        &get(&mut trial, &token, &format!("/teams/{team}/tags/x")),
        404,
        "Request_ResourceNotFound",
    );
    is(
        &get(&mut trial, &token, "/teams/x/tags"),
        404,
        "Request_ResourceNotFound",
    );
}

#[test]
fn teams_knows_a_number_or_does_not() {
    let (mut trial, token) = signed_in();
    for (who, numbers) in [
        (
            "Nadia Haddad",
            json!([{ "telephoneNumber": "+493023125201", "assignmentCategory": "primary" }]),
        ),
        ("Jonas Weber", json!([])),
    ] {
        let path = format!("/admin/teams/userConfigurations/{}", id(&mut trial, who));
        let told = body(&get(&mut trial, &token, &path));
        assert_eq!(told["telephoneNumbers"], numbers);
        assert_eq!(
            told["isEnterpriseVoiceEnabled"],
            json!(numbers != json!([]))
        );
    }
}

#[test]
fn some_have_a_photo() {
    let (mut trial, token) = signed_in();
    let ids: Vec<_> = trial
        .state
        .staff
        .experts
        .iter()
        .map(|one| (one.id.clone(), one.photo))
        .collect();
    let (with, without) = (
        ids.iter().find(|(_, photo)| *photo),
        ids.iter().find(|(_, photo)| !photo),
    );
    let path = |one: Option<&(String, bool)>| {
        format!("/users/{}/photos/48x48/$value", one.expect("one").0)
    };
    let photo = get(&mut trial, &token, &path(with));
    assert_eq!(header(&photo, "Content-Type"), Some("image/png"));
    assert!(photo.body.starts_with(b"\x89PNG"));
    is(
        &get(&mut trial, &token, &path(without)),
        404,
        "ImageNotFound",
    );
}

#[test]
fn calendars_say_when_the_next_meeting_begins() {
    let (mut trial, token) = signed_in();
    let now = trial.now;
    let time = |at| json!({ "dateTime": clock::zoneless(at), "timeZone": "UTC" });
    let question = |schedules: Value| {
        json!({
            "schedules": schedules, "startTime": time(now),
            "endTime": time(now + Duration::from_secs(9 * 3_600)), "availabilityViewInterval": 15,
        })
    };
    let ask = |trial: &mut Trial, question: &Value| {
        trial.graph(&token, "POST", "/me/calendar/getSchedule", question)
    };
    let nadia = "nadia.haddad@practice.example";
    let told = body(&ask(
        &mut trial,
        &question(json!([
            nadia,
            "jonas.weber@practice.example",
            "x@y.example"
        ])),
    ));
    let told = &told["value"];
    assert_eq!(told[0]["scheduleId"], nadia);
    assert_eq!(
        told[0]["scheduleItems"][0]["start"],
        time(now + Duration::from_secs(25 * 60))
    );
    assert!(
        told[0]["availabilityView"]
            .as_str()
            .is_some_and(|view| view.starts_with("02220") && view.len() == 36)
    );
    assert_eq!(told[1]["scheduleItems"], json!([]));
    assert_eq!(
        told[2]["error"]["responseCode"],
        "ErrorMailRecipientNotFound"
    );
    is(
        &ask(&mut trial, &question(json!(vec![nadia; 21]))),
        400,
        "BadRequest",
    );
    is(&ask(&mut trial, &question(json!([]))), 400, "BadRequest");
    let mut elsewhere = question(json!([nadia]));
    elsewhere["startTime"]["timeZone"] = json!("Mars");
    is(&ask(&mut trial, &elsewhere), 400, "BadRequest");
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
