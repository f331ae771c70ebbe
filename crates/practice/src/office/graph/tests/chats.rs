//! Chats with experts.

use super::*;

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
