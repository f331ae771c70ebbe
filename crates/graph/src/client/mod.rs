//! A thin client of Microsoft Graph v1.0: one function for each thing that is asked, exactly as Graph has
//! it. What is asked, when, and what follows from it is decided elsewhere.
//!
//! The log learns what kind of request it was, its status and how long it took: never an address (they
//! hold ids), a body or a token.

mod calendar;
mod chat;
mod place;
mod read;
mod wire;

use std::{sync::Arc, time::Duration};

use reqwest::{Certificate, Client, Method, redirect::Policy};
use serde_json::{Value, json};
use tracing::error;
use url::Url;
use warmline_entra::{Scope, Tokens};
use warmline_redact::Pii;

use self::{
    place::{Place, query},
    wire::{Heard, Priority, Reply, Request, Wire},
};
use crate::{
    ask::{Answer, Ask, Failure, Page, Told},
    clock::Moment,
    config::{Config, TeamTag},
    person::{Person, PersonId},
    presence::Presence,
    words,
};

pub use self::{
    chat::{Chat, ChatId, Message},
    wire::Trouble,
};

/// Microsoft Graph, asked for one agent.
#[derive(Clone)]
pub struct Graph {
    /// None if what is configured is not an address that a token may be sent to.
    place: Option<Place>,
    wire: Wire,
}

impl Graph {
    /// Needs the process's TLS provider to be installed.
    pub fn new(config: &Config, tokens: Arc<dyn Tokens>) -> Self {
        Self::within(config, tokens, LIMIT)
    }

    fn within(config: &Config, tokens: Arc<dyn Tokens>, limit: Duration) -> Self {
        let place = Place::new(&config.cloud.graph);
        if place.is_none() {
            error!("what is configured as Microsoft Graph is no HTTPS address");
        }
        let here = place.as_ref().is_some_and(Place::is_here);
        let client = client(here, config.extra_ca.as_deref(), limit)
            .inspect_err(|error| error!(%error, "no HTTP client for Microsoft Graph"))
            .ok();
        Self {
            place,
            wire: Wire {
                client,
                tokens,
                limit,
            },
        }
    }

    /// Carries out one question.
    pub async fn answer(&self, ask: &Ask) -> Answer {
        let Some(place) = &self.place else {
            return Answer {
                told: Err(Failure::Broken),
                used: None,
            };
        };
        let mut used = None;
        let told = match ask {
            Ask::Members { group, page } => self.members(place, group, page, &mut used).await,
            Ask::Tagged { tag, page } => self.tagged(place, tag, page, &mut used).await,
            Ask::These(ids) => self.these(place, ids, &mut used).await,
            Ask::Presences(ids) => self.presences(place, ids, &mut used).await,
            Ask::Search(typed) => self.search(place, typed, &mut used).await,
            Ask::Meetings(people) => self.meetings(place, people, &mut used).await,
            Ask::Number(id) => self.number(place, id, &mut used).await,
            Ask::Photo(id) => self.photo(place, id, &mut used).await,
        };
        Answer { told, used }
    }

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
    pub async fn message(
        &self,
        chat: &ChatId,
        text: &str,
    ) -> Result<Option<std::time::SystemTime>, Trouble> {
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

    async fn members(
        &self,
        place: &Place,
        group: &str,
        page: &Option<Page>,
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        let url = on(place, page, || {
            // `graph.user` is `microsoft.graph.user` by the alias of its schema. A cast is an advanced
            // query: it wants `$count` and the header.
            let segments = ["groups", group, "transitiveMembers", "graph.user"];
            let pairs = [("$select", PERSON), ("$top", "999"), ("$count", "true")];
            query(place.at(segments), &pairs)
        })?;
        let scopes = &[Scope::GroupMemberReadBasicAll, Scope::UserReadBasicAll];
        let request = get("members", url, scopes, Priority::Low, PAGE).eventual();
        let reply = self.ask(request, used).await?;
        let listed = read::people(place, &reply.body, true)?;
        Ok(Told::Members {
            people: listed.entries,
            next: listed.next,
        })
    }

    async fn tagged(
        &self,
        place: &Place,
        tag: &TeamTag,
        page: &Option<Page>,
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        let scopes = &[Scope::TeamworkTagRead];
        let TeamTag { team, tag } = tag;
        let url = query(
            place.at(["teams", team, "tags", tag]),
            &[("$select", "id,displayName")],
        );
        let reply = self
            .ask(get("tag", url, scopes, Priority::Low, SMALL), used)
            .await?;
        let skill = read::tag_name(&reply.body)?;
        let url = on(place, page, || {
            place.at(["teams", team, "tags", tag, "members"])
        })?;
        let reply = self
            .ask(get("tag-members", url, scopes, Priority::Low, PAGE), used)
            .await?;
        let listed = read::list(place, &reply.body, read::tagged)?;
        Ok(Told::Tagged {
            skill,
            ids: listed.entries,
            next: listed.next,
        })
    }

    async fn these(
        &self,
        place: &Place,
        ids: &[PersonId],
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        if ids.is_empty() {
            return Ok(Told::Found(Vec::new()));
        }
        // An id holds letters, digits and dashes only.
        let quoted: Vec<_> = ids.iter().map(|id| format!("'{}'", id.as_str())).collect();
        let filter = format!("id in ({})", quoted.join(","));
        let url = query(
            place.at(["users"]),
            &[("$select", PERSON), ("$filter", &filter)],
        );
        let scopes = &[Scope::UserReadBasicAll];
        let reply = self
            .ask(get("these", url, scopes, Priority::Low, PAGE), used)
            .await?;
        Ok(Told::Found(
            read::people(place, &reply.body, false)?.entries,
        ))
    }

    async fn presences(
        &self,
        place: &Place,
        ids: &[PersonId],
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        if ids.is_empty() {
            return Ok(Told::Presences(Vec::new()));
        }
        let ids: Vec<_> = ids.iter().map(PersonId::as_str).collect();
        let request = Request {
            limit: PAGE,
            priority: Priority::Normal,
            ..post(
                "presences",
                place.at(["communications", "getPresencesByUserId"]),
                &[Scope::PresenceReadAll],
                json!({ "ids": ids }),
            )
        };
        let reply = self.ask(request, used).await?;
        let now = Moment::now();
        let listed = read::list(place, &reply.body, |told| read::presence(told, now))?;
        Ok(Told::Presences(listed.entries))
    }

    async fn search(
        &self,
        place: &Place,
        typed: &Pii<String>,
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        let Some(clause) = search_clause(typed.expose()) else {
            return Ok(Told::Found(Vec::new()));
        };
        let url = query(
            place.at(["users"]),
            &[("$search", &clause), ("$select", PERSON), ("$top", "25")],
        );
        let scopes = &[Scope::UserReadBasicAll];
        let request = get("search", url, scopes, Priority::High, PAGE).eventual();
        let reply = self.ask(request, used).await?;
        Ok(Told::Found(
            read::people(place, &reply.body, false)?.entries,
        ))
    }

    async fn meetings(
        &self,
        place: &Place,
        people: &[Arc<Person>],
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        let people: Vec<&Person> = people
            .iter()
            .map(Arc::as_ref)
            .filter(|person| person.mail.is_some())
            .collect();
        if people.is_empty() {
            return Ok(Told::Meetings(Vec::new()));
        }
        let asked = Moment::now().wall;
        let request = Request {
            limit: PAGE,
            priority: Priority::Low,
            headers: &[("prefer", "outlook.timezone=\"UTC\"")],
            ..post(
                "meetings",
                place.at(["me", "calendar", "getSchedule"]),
                &[Scope::CalendarsRead],
                calendar::question(&people, asked),
            )
        };
        let reply = self.ask(request, used).await?;
        calendar::answer(place, &reply.body, &people, asked).map(Told::Meetings)
    }

    async fn number(
        &self,
        place: &Place,
        id: &PersonId,
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        let url = place.at(["admin", "teams", "userConfigurations", id.as_str()]);
        let scopes = &[Scope::TeamsUserConfigurationReadAll];
        let request = get("number", url, scopes, Priority::Low, SMALL);
        let reply = self.ask(request, used).await?;
        read::teams_number(&reply.body).map(Told::Number)
    }

    async fn photo(
        &self,
        place: &Place,
        id: &PersonId,
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        let url = place.at(["users", id.as_str(), "photos", "48x48", "$value"]);
        let scopes = &[Scope::UserReadBasicAll];
        let request = Request {
            accept: "image/*",
            ..get("photo", url, scopes, Priority::Low, SMALL)
        };
        match self.ask(request, used).await {
            Ok(reply) if is_picture(&reply.body) => Ok(Told::Photo(Some(reply.body.into()))),
            Ok(_) => Err(Failure::Broken),
            // So Graph says that somebody has none.
            Err(Failure::NotThere) => Ok(Told::Photo(None)),
            Err(failure) => Err(failure),
        }
    }

    async fn ask(&self, request: Request, used: &mut Option<f32>) -> Result<Reply, Failure> {
        let Heard { reply, used: told } = self.wire.carry(request).await;
        *used = told.or(*used);
        reply.map_err(|trouble| trouble.failure)
    }

    async fn say(&self, request: Request) -> Result<Reply, Trouble> {
        self.wire.carry(request).await.reply
    }

    fn place(&self) -> Result<&Place, Trouble> {
        self.place.as_ref().ok_or(Trouble::surely(Failure::Broken))
    }
}

impl Request {
    /// An advanced query of the directory.
    fn eventual(self) -> Self {
        Self {
            headers: &[("consistencylevel", "eventual")],
            ..self
        }
    }
}

fn client(here: bool, extra_ca: Option<&[u8]>, limit: Duration) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!("Warmline/", env!("CARGO_PKG_VERSION")))
        // Graph does not redirect what we ask, and a token must not be carried elsewhere.
        .redirect(Policy::none())
        .https_only(!here)
        .connect_timeout(limit / 3)
        .read_timeout(limit / 2)
        .pool_max_idle_per_host(4);
    if here {
        builder = builder.no_proxy();
    }
    if let Some(pem) = extra_ca {
        builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
    }
    builder.build()
}

/// Where the page before said that it goes on, or the first page.
fn on(place: &Place, page: &Option<Page>, first: impl FnOnce() -> Url) -> Result<Url, Failure> {
    match page {
        None => Ok(first()),
        Some(Page(link)) => place.link(link).ok_or(Failure::Broken),
    }
}

/// `"displayName:…"`, with what was typed between quotes that it cannot leave; none of nothing.
fn search_clause(typed: &str) -> Option<String> {
    let typed = words::tidy(typed, LONGEST_SEARCH);
    if typed.is_empty() {
        return None;
    }
    let mut clause = String::from("\"displayName:");
    for character in typed.chars() {
        if matches!(character, '"' | '\\') {
            clause.push('\\');
        }
        clause.push(character);
    }
    clause.push('"');
    Some(clause)
}

/// By how JPEG and PNG begin.
fn is_picture(body: &[u8]) -> bool {
    body.starts_with(&[0xff, 0xd8, 0xff]) || body.starts_with(b"\x89PNG\r\n\x1a\n")
}

fn get(
    kind: &'static str,
    url: Url,
    scopes: &'static [Scope],
    priority: Priority,
    limit: usize,
) -> Request {
    Request {
        kind,
        method: Method::GET,
        url,
        scopes,
        priority,
        limit,
        body: None,
        accept: JSON,
        headers: &[],
    }
}

fn post(kind: &'static str, url: Url, scopes: &'static [Scope], body: Value) -> Request {
    Request {
        kind,
        method: Method::POST,
        url,
        scopes,
        priority: Priority::High,
        limit: SMALL,
        body: Some(body),
        accept: JSON,
        headers: &[],
    }
}

/// What is asked of people. `skills` and `mailboxSettings` are not among it: Graph gives them of one person
/// at a time only, and refuses a list with them.
const PERSON: &str = "id,displayName,jobTitle,department,mail,userPrincipalName,businessPhones";
/// For a token, and for each try of a request.
const LIMIT: Duration = Duration::from_secs(30);
/// The largest list: 999 people, or 650 presences with what they wrote.
const PAGE: usize = 4 * 1024 * 1024;
/// The largest answer about one thing: a person, a photo of 48 by 48, a message of ours.
const SMALL: usize = 256 * 1024;
const JSON: &str = "application/json";
const LONGEST_SEARCH: usize = 64;

#[cfg(test)]
mod tests;
