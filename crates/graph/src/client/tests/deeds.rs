use std::time::Duration;

use serde_json::json;

use super::{graph, id};
use crate::{
    presence::Activity,
    stage::{Server, Speech},
};

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
