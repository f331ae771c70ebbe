//! What is done for the agent: a word to an expert, and what Teams shows of the agent.

use std::time::SystemTime;

use serde_json::{Value, json};
use warmline_entra::Scope;

use super::{
    Graph, PAGE, SMALL,
    chat::{self, Chat, ChatId, Message},
    get,
    place::query,
    post, read,
    wire::{Priority, Trouble},
};
use crate::{ask::Failure, clock::Moment, person::PersonId, presence::Presence, words};

impl Graph {
    /// Who the agent is.
    pub async fn me(&self) -> Result<PersonId, Trouble> {
        let place = self.place()?;
        let url = query(place.at(["me"]), &[("$select", "id")]);
        let reply = self
            .say(get("me", url, &[Scope::UserRead], Priority::High, SMALL))
            .await?;
        let me: Value =
            serde_json::from_slice(&reply.body).map_err(|_| Trouble::surely(Failure::Broken))?;
        me["id"]
            .as_str()
            .and_then(PersonId::new)
            .ok_or(Trouble::surely(Failure::Broken))
    }

    /// The chat of the two, opened if there is none yet. May be asked for again: there is only ever one.
    pub async fn chat(&self, agent: &PersonId, expert: &PersonId) -> Result<Chat, Trouble> {
        let place = self.place()?;
        let reply = self
            .say(post(
                "chat",
                place.at(["chats"]),
                &[Scope::ChatCreate],
                chat::open(place, agent, expert),
            ))
            .await?;
        chat::opened(&reply.body, reply.date).map_err(Trouble::surely)
    }

    /// Says this in the chat; when it was written down, if that is told. Not to be asked for again unless
    /// nothing was done for sure.
    pub async fn message(&self, chat: &ChatId, text: &str) -> Result<Option<SystemTime>, Trouble> {
        let place = self.place()?;
        let request = post(
            "message",
            place.at(["chats", chat.as_str(), "messages"]),
            &[Scope::ChatMessageSend],
            chat::message(&words::to_html(text)),
        );
        let reply = self.say(request).await?;
        Ok(chat::posted(&reply.body).ok())
    }

    /// What was written in the chat last.
    pub async fn messages(&self, chat: &ChatId) -> Result<Vec<Message>, Trouble> {
        let place = self.place()?;
        let url = query(
            place.at(["chats", chat.as_str(), "messages"]),
            &[("$top", "20"), ("$orderby", "createdDateTime desc")],
        );
        let request = get("messages", url, &[Scope::ChatRead], Priority::Normal, PAGE);
        let reply = self.say(request).await?;
        chat::messages(place, &reply.body).map_err(Trouble::surely)
    }

    /// Has Teams show that the agent is in a call, until it is cleared or has expired.
    pub async fn set_busy(&self, session: &str, expiry: &str) -> Result<(), Trouble> {
        let body = json!({
            "sessionId": session,
            "availability": "Busy",
            "activity": "InACall",
            "expirationDuration": expiry,
        });
        self.set("set-presence", "setPresence", body).await
    }

    /// Takes it back.
    pub async fn clear_busy(&self, session: &str) -> Result<(), Trouble> {
        let body = json!({ "sessionId": session });
        self.set("clear-presence", "clearPresence", body).await
    }

    /// How Teams shows the agent.
    pub async fn own_presence(&self) -> Result<Presence, Trouble> {
        let url = self.place()?.at(["me", "presence"]);
        let scopes = &[Scope::PresenceReadAll];
        let reply = self
            .say(get("own-presence", url, scopes, Priority::Normal, PAGE))
            .await?;
        read::own_presence(&reply.body, Moment::now()).map_err(Trouble::surely)
    }

    async fn set(
        &self,
        kind: &'static str,
        action: &'static str,
        body: Value,
    ) -> Result<(), Trouble> {
        let url = self.place()?.at(["me", "presence", action]);
        self.say(post(kind, url, &[Scope::PresenceReadWrite], body))
            .await
            .map(drop)
    }
}
