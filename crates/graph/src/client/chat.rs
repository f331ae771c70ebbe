//! Chats of Teams, as Graph has them: what is asked, and what is told.

use std::time::SystemTime;

use serde::Deserialize;
use serde_json::{Value, json};
use warmline_redact::Pii;

use super::{
    place::Place,
    read::{self, ItemBody},
};
use crate::{ask::Failure, date, person::PersonId};

/// A chat between two people. Its id names neither, and is a person's all the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChatId(Pii<String>);

impl ChatId {
    pub(super) fn as_str(&self) -> &str {
        self.0.expose()
    }

    #[cfg(test)]
    pub(crate) fn for_tests(id: &str) -> Self {
        Self(Pii::from(id))
    }
}

/// A chat, open.
#[derive(Clone, Debug)]
pub struct Chat {
    /// Names it.
    pub id: ChatId,
    /// When it was opened, or found, on Graph's clock, where that is told.
    pub opened: Option<SystemTime>,
}

/// Something that was written in a chat.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Who wrote it.
    pub by: PersonId,
    /// When, on the clock of Graph.
    pub at: SystemTime,
    /// On one line, and of a length to be shown.
    pub text: Pii<String>,
}

/// A chat of the two. Graph gives the one they have, if they have one.
pub(super) fn open(place: &Place, agent: &PersonId, expert: &PersonId) -> Value {
    let member = |id: &PersonId| {
        let bind = format!("{}('{}')", place.at(["users"]), id.as_str());
        json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "roles": ["owner"],
            "user@odata.bind": bind,
        })
    };
    json!({ "chatType": "oneOnOne", "members": [member(agent), member(expert)] })
}

pub(super) fn opened(body: &[u8], at: Option<SystemTime>) -> Result<Chat, Failure> {
    let chat: ToldChat = serde_json::from_slice(body).map_err(|_| Failure::Broken)?;
    let fits = (1..=LONGEST_ID).contains(&chat.id.len())
        && !chat
            .id
            .contains(|c: char| c.is_whitespace() || c.is_control());
    fits.then(|| Chat {
        id: ChatId(Pii::new(chat.id)),
        opened: at,
    })
    .ok_or(Failure::Broken)
}

/// A message of this HTML.
pub(super) fn message(html: &str) -> Value {
    json!({ "body": { "contentType": "html", "content": html } })
}

/// When it was written down.
pub(super) fn posted(body: &[u8]) -> Result<SystemTime, Failure> {
    let message: ToldMessage = serde_json::from_slice(body).map_err(|_| Failure::Broken)?;
    message
        .created_date_time
        .and_then(|at| date::offset(&at))
        .ok_or(Failure::Broken)
}

/// What people wrote, in whatever order Graph has it. What the system or an app wrote is left out, and what
/// was taken back.
pub(super) fn messages(place: &Place, body: &[u8]) -> Result<Vec<Message>, Failure> {
    let listed = read::list(place, body, |message: ToldMessage| Some(message.read()))?;
    Ok(listed.entries.into_iter().flatten().collect())
}

#[derive(Deserialize)]
struct ToldChat {
    id: String,
}

/// `chatMessage`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldMessage {
    message_type: Option<String>,
    created_date_time: Option<String>,
    deleted_date_time: Option<String>,
    from: Option<From>,
    body: Option<ItemBody>,
}

#[derive(Deserialize)]
struct From {
    user: Option<Identity>,
}

#[derive(Deserialize)]
struct Identity {
    id: Option<String>,
}

impl ToldMessage {
    fn read(self) -> Option<Message> {
        let typed = self
            .message_type
            .is_none_or(|kind| kind.eq_ignore_ascii_case("message"));
        if !typed || self.deleted_date_time.is_some() {
            return None;
        }
        let text = self.body?.line(LONGEST_REPLY);
        Some(Message {
            by: PersonId::new(&self.from?.user?.id?)?,
            at: date::offset(&self.created_date_time?)?,
            text: (!text.is_empty()).then(|| Pii::new(text))?,
        })
    }
}

const LONGEST_ID: usize = 256;
/// What the consult shows of a reply.
const LONGEST_REPLY: usize = 280;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> Place {
        Place::new("https://graph.microsoft.com/v1.0").unwrap()
    }

    #[test]
    fn both_are_members_and_bound_by_address() {
        let (agent, expert) = (PersonId::new("A1").unwrap(), PersonId::new("b2").unwrap());
        let chat = open(&place(), &agent, &expert);
        assert_eq!(chat["chatType"], "oneOnOne");
        let bound: Vec<_> = chat["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member["user@odata.bind"].as_str().unwrap())
            .collect();
        assert_eq!(
            bound,
            [
                "https://graph.microsoft.com/v1.0/users('a1')",
                "https://graph.microsoft.com/v1.0/users('b2')"
            ]
        );
    }

    #[test]
    fn only_what_people_wrote_and_stand_by_is_read() {
        let written = |kind: &str, by: Value, deleted: Value| {
            json!({
                "messageType": kind, "createdDateTime": "2026-11-30T07:00:00.25Z", "deletedDateTime": deleted,
                "from": by, "body": { "contentType": "html", "content": "<p>2&nbsp;min</p>" },
            })
        };
        let nadia = json!({ "user": { "id": "B2", "displayName": "Nadia" } });
        let body = json!({ "value": [
            written("message", nadia.clone(), Value::Null),
            written("systemEventMessage", nadia.clone(), Value::Null),
            written("message", json!({ "application": { "id": "x" } }), Value::Null),
            written("message", Value::Null, Value::Null),
            written("message", nadia, json!("2026-11-30T07:01:00Z")),
        ] });
        let read = messages(&place(), body.to_string().as_bytes()).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].by.as_str(), "b2");
        assert_eq!(read[0].text.expose(), "2 min");
        assert_eq!(
            messages(&place(), br#"{"value":"x"}"#).unwrap_err(),
            Failure::Broken
        );
    }

    #[test]
    fn an_odd_chat_is_none() {
        for body in [
            "{}",
            "[]",
            r#"{"id":""}"#,
            r#"{"id":"a b"}"#,
            r#"{"id":7}"#,
            "",
            "<html>",
        ] {
            assert_eq!(opened(body.as_bytes(), None).unwrap_err(), Failure::Broken);
        }
        let chat = opened(
            br#"{"id":"19:a_b@unq.gbl.spaces","chatType":"oneOnOne"}"#,
            None,
        );
        assert_eq!(chat.unwrap().id.as_str(), "19:a_b@unq.gbl.spaces");
    }

    proptest! {
        #[test]
        fn no_text_does_harm(text in "\\PC{0,80}", id in "\\PC{0,20}") {
            let _ = (opened(text.as_bytes(), None), posted(text.as_bytes()));
            let body = json!({ "value": [{ "from": { "user": { "id": id } }, "createdDateTime": text,
                "body": { "contentType": "html", "content": text } }] });
            let read = messages(&place(), body.to_string().as_bytes()).unwrap();
            prop_assert!(read.iter().all(|message| message.text.expose().chars().count() <= LONGEST_REPLY));
        }
    }
}
