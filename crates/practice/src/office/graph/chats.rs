//! Chats: a word to an expert, and what they write back.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::fault::Fault;
use super::{Asked, Graph, News};
use crate::office::clock;
use crate::office::http::Answer;
use crate::office::staff::{Colleague, REPLIES_AFTER};

/// All chats, by id.
#[derive(Debug, Default)]
pub(super) struct Chats(BTreeMap<String, Chat>);

#[derive(Debug)]
struct Chat {
    /// Whom the agent writes to.
    with: String,
    begun: SystemTime,
    /// Also those that are on their way.
    messages: Vec<Message>,
}

#[derive(Clone, Debug)]
struct Message {
    id: u64,
    from: String,
    name: String,
    kind: &'static str,
    content: String,
    at: SystemTime,
}

impl Chats {
    pub(super) fn messages_to(&self, id: &str) -> Vec<String> {
        let theirs = self.0.values().filter(|chat| chat.with == id);
        let messages = theirs.flat_map(|chat| &chat.messages);
        let received = messages.filter(|message| message.from != id);
        received.map(|message| message.content.clone()).collect()
    }
}

impl Chat {
    fn add(
        &mut self,
        by: &Colleague,
        kind: &'static str,
        content: String,
        at: SystemTime,
    ) -> Message {
        let last = self.messages.iter().map(|message| message.id).max();
        let ms = at
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let message = Message {
            // An id is the time in ms, and never the same twice.
            id: (ms.as_millis() as u64).max(last.unwrap_or_default() + 1),
            from: by.id.clone(),
            name: by.name.clone(),
            kind,
            content,
            at,
        };
        self.messages.push(message.clone());
        message
    }
}

impl Graph {
    /// `POST /chats`: the same two have the same chat each time.
    pub(super) fn begin_chat(&mut self, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["Chat.Create", "Chat.ReadWrite"])?;
        let body = asked.json()?;
        if body["chatType"] != "oneOnOne" {
            return Err(Fault::BadBody);
        }
        let members = body["members"].as_array().ok_or(Fault::BadBody)?;
        let mut both = Vec::new();
        for member in members {
            let kind = &member["@odata.type"];
            let owner = member["roles"]
                .as_array()
                .is_some_and(|roles| roles.contains(&json!("owner")));
            if kind != "#microsoft.graph.aadUserConversationMember" || !owner {
                return Err(Fault::BadBody);
            }
            let user = member["user@odata.bind"].as_str().ok_or(Fault::BadBody)?;
            both.push(bound(user).ok_or(Fault::BadBody)?);
        }
        let me = asked.staff.agent.id.clone();
        let [one, other] = &both[..] else {
            return Err(Fault::BadBody);
        };
        let with = match (
            one.eq_ignore_ascii_case(&me),
            other.eq_ignore_ascii_case(&me),
        ) {
            (true, false) => other,
            (false, true) => one,
            _ => return Err(Fault::BadBody),
        };
        let with = asked.staff.find(with).ok_or(Fault::NotThere)?.id.clone();
        let (first, second) = if me < with {
            (&me, &with)
        } else {
            (&with, &me)
        };
        let id = format!("19:{first}_{second}@unq.gbl.spaces");
        let chat = self.chats.0.entry(id.clone()).or_insert_with(|| Chat {
            with,
            begun: asked.now,
            messages: Vec::new(),
        });
        let updated = chat.messages.last().map_or(chat.begun, |last| last.at);
        Ok(Answer::json(
            201,
            &json!({
                "@odata.context": format!("{}/$metadata#chats/$entity", self.base),
                "id": id, "topic": Value::Null, "chatType": "oneOnOne", "tenantId": self.tenant,
                "createdDateTime": clock::precise(chat.begun),
                "lastUpdatedDateTime": clock::precise(updated.min(asked.now)),
                "webUrl": format!("https://teams.microsoft.com/l/chat/{id}/0?tenantId={}", self.tenant),
                "onlineMeetingInfo": Value::Null, "viewpoint": Value::Null,
            }),
        ))
    }

    /// `POST /chats/{id}/messages`.
    pub(super) fn write(&mut self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["ChatMessage.Send", "Chat.ReadWrite"])?;
        let body = asked.json()?;
        let content = body["body"]["content"].as_str().ok_or(Fault::BadBody)?;
        let kind = match body["body"]["contentType"].as_str() {
            None | Some("text") => "text",
            Some("html") => "html",
            Some(_) => return Err(Fault::BadBody),
        };
        if content.len() > LONGEST {
            return Err(Fault::TooLong);
        }
        let chat = self.chats.0.get_mut(id).ok_or(Fault::NotThere)?;
        let sent = chat.add(&asked.staff.agent, kind, content.to_owned(), asked.now);
        let answer = self.message(id, &sent);
        let chat = self.chats.0.get_mut(id).ok_or(Fault::NotThere)?;
        if let Some(one) = asked.staff.find(&chat.with) {
            if let Some(reply) = &one.reply {
                // As Teams writes what is typed there.
                let html = format!("<p>{}</p>", crate::office::http::escape(reply));
                chat.add(one, "html", html, asked.now + REPLIES_AFTER);
            }
            self.news
                .push(News::Reads(one.name.clone(), content.to_owned()));
        }
        Ok(Answer::json(201, &answer))
    }

    /// `GET /chats/{id}/messages`: the newest first.
    pub(super) fn read(&self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["Chat.Read", "Chat.ReadWrite"])?;
        let chat = self.chats.0.get(id).ok_or(Fault::NotThere)?;
        let mut there: Vec<_> = chat
            .messages
            .iter()
            .filter(|one| one.at <= asked.now)
            .collect();
        there.sort_by_key(|message| std::cmp::Reverse((message.at, message.id)));
        let there = there.into_iter().map(|one| self.message(id, one)).collect();
        self.page(&asked, there, 20, 50, "chats/messages")
    }

    fn message(&self, chat: &str, message: &Message) -> Value {
        let at = clock::precise(message.at);
        json!({
            "id": message.id.to_string(), "chatId": chat, "messageType": "message",
            "createdDateTime": at, "lastModifiedDateTime": at,
            "lastEditedDateTime": Value::Null, "deletedDateTime": Value::Null,
            "etag": message.id.to_string(), "replyToId": Value::Null, "subject": Value::Null,
            "summary": Value::Null, "importance": "normal", "locale": "en-us",
            "webUrl": Value::Null, "channelIdentity": Value::Null,
            "policyViolation": Value::Null, "eventDetail": Value::Null,
            "from": {
                "application": Value::Null, "device": Value::Null,
                "user": {
                    "@odata.type": "#microsoft.graph.teamworkUserIdentity",
                    "id": message.from, "displayName": message.name,
                    "userIdentityType": "aadUser", "tenantId": self.tenant,
                },
            },
            "body": { "contentType": message.kind, "content": message.content },
            "attachments": [], "mentions": [], "reactions": [],
        })
    }
}

/// The id in `https://graph…/v1.0/users('id')` or `…/users/id`.
fn bound(user: &str) -> Option<String> {
    let (_, id) = user.rsplit_once("/users")?;
    let id = match id.strip_prefix("('") {
        Some(id) => id.strip_suffix("')")?,
        None => id.strip_prefix('/')?,
    };
    Some(id.to_owned())
}

/// Source: Microsoft Teams limits: a message is about 28 KB at most.
const LONGEST: usize = 28 * 1024;
