//! Presence and calendars.

use super::*;

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
