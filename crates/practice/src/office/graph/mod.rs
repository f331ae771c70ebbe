//! Microsoft Graph v1.0, as much of it as a phone needs: answers in its shapes, and its refusals.

mod budget;
mod calendar;
mod chats;
mod fault;
mod presence;
mod query;
mod teams;
#[cfg(test)]
mod tests;
mod users;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::office::http::{Answer, Request, with_query};
use crate::office::identity::{Identity, Refusal, Resource};
use crate::office::staff::Staff;

use budget::Budget;
use chats::Chats;
use fault::Fault;
use presence::Own;

/// What Graph remembers of one tenant.
#[derive(Debug)]
pub(crate) struct Graph {
    /// `http://127.0.0.1:port/v1.0`.
    base: String,
    client: String,
    tenant: String,
    started: SystemTime,
    budget: Budget,
    chats: Chats,
    /// What the phone has told Teams of the agent.
    own: Own,
    /// Every request is refused with this, until it is taken back.
    pub(crate) fails: Option<u16>,
    /// Every request is too much, until then; and whether it is said for how long.
    pub(crate) throttled: Option<(SystemTime, bool)>,
    /// That somebody was written to, or is shown otherwise, for whoever wants to know.
    pub(crate) news: Vec<News>,
    pub(crate) requests: u64,
}

/// What becomes known outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// This text reached somebody of this name.
    Reads(String, String),
    /// Teams shows the agent so.
    Shows(String),
}

/// One request, and all that it may see.
struct Asked<'a> {
    now: SystemTime,
    request: &'a Request,
    scopes: &'a BTreeSet<String>,
    staff: &'a mut Staff,
}

impl Graph {
    pub(crate) fn new(identity: &Identity, now: SystemTime) -> Self {
        let names = identity.names();
        Self {
            base: format!("{}/v1.0", names.origin),
            client: names.client.clone(),
            tenant: names.tenant.clone(),
            started: now,
            budget: Budget::default(),
            chats: Chats::default(),
            own: Own::default(),
            fails: None,
            throttled: None,
            news: Vec::new(),
            requests: 0,
        }
    }

    /// Answers what begins with the version; the rest of the path is given.
    pub(crate) fn answer(
        &mut self,
        now: SystemTime,
        rest: &[&str],
        request: &Request,
        identity: &Identity,
        staff: &mut Staff,
    ) -> Answer {
        self.requests += 1;
        let answer = self.budgeted(now, rest, request, identity, staff);
        let used = self.budget.used();
        // It is only said once it gets tight.
        match used >= 0.8 {
            true => answer.with("x-ms-throttle-limit-percentage", &format!("{used:.2}")),
            false => answer,
        }
    }

    fn budgeted(
        &mut self,
        now: SystemTime,
        rest: &[&str],
        request: &Request,
        identity: &Identity,
        staff: &mut Staff,
    ) -> Answer {
        if let Some(status) = self.fails {
            return Fault::Fails(status).answer(now);
        }
        let over = self.budget.take(now);
        match (self.throttled, over) {
            (Some((until, says)), _) if now < until => {
                let left = until.duration_since(now).unwrap_or_default();
                return Fault::Throttled(says.then_some(left)).answer(now);
            }
            (_, Some(left)) => return Fault::Throttled(Some(left)).answer(now),
            _ => self.throttled = None,
        }
        let access = match request.bearer() {
            Some(token) => identity.access(now, token),
            None => Err(Refusal::Invalid),
        };
        let access = match access {
            Ok(access) if access.resource == Resource::Graph => access,
            Ok(_) | Err(Refusal::Invalid) => {
                return Fault::NoToken.answer(now).with("WWW-Authenticate", BEARER);
            }
            Err(Refusal::Challenged(claims)) => {
                let claims = crate::office::http::base64(&claims);
                let header =
                    format!("{BEARER}, error=\"insufficient_claims\", claims=\"{claims}\"");
                return Fault::NoToken.answer(now).with("WWW-Authenticate", &header);
            }
        };
        let asked = Asked {
            now,
            request,
            scopes: &access.scopes,
            staff,
        };
        self.route(rest, asked)
            .unwrap_or_else(|fault| fault.answer(now))
    }

    fn route(&mut self, rest: &[&str], asked: Asked<'_>) -> Result<Answer, Fault> {
        let me = asked.staff.agent.id.clone();
        // "me" is a user like any other, by another name.
        let rest: Vec<&str> = match rest {
            ["me", more @ ..] => ["users", &*me]
                .into_iter()
                .chain(more.iter().copied())
                .collect(),
            rest => rest.to_vec(),
        };
        match (asked.request.method.as_str(), &rest[..]) {
            ("GET", ["users"]) => self.users(asked),
            ("GET", ["users", id]) => self.user(id, asked),
            ("GET", ["users", id, "photos", "48x48", "$value"])
            | ("GET", ["users", id, "photo", "$value"]) => self.photo(id, asked),
            ("GET", ["users", id, "presence"]) => self.presence(id, asked),
            ("POST", ["users", id, "presence", "setPresence"]) => self.set_presence(id, asked),
            ("POST", ["users", id, "presence", "clearPresence"]) => self.clear_presence(id, asked),
            ("POST", ["users", id, "calendar", "getSchedule"]) => self.schedule(id, asked),
            ("POST", ["communications", "getPresencesByUserId"]) => self.presences(asked),
            ("GET", ["groups", id, "members" | "transitiveMembers", kind])
                if matches!(*kind, "microsoft.graph.user" | "graph.user") =>
            {
                self.members(id, asked)
            }
            ("GET", ["teams", team, "tags"]) => self.tags(team, asked),
            ("GET", ["teams", team, "tags", tag]) => self.tag(team, tag, asked),
            ("GET", ["teams", team, "tags", tag, "members"]) => self.tagged(team, tag, asked),
            ("GET", ["admin", "teams", "userConfigurations", id]) => self.number(id, asked),
            ("POST", ["chats"]) => self.begin_chat(asked),
            ("POST", ["chats", id, "messages"]) => self.write(id, asked),
            ("GET", ["chats", id, "messages"]) => self.read(id, asked),
            _ => Err(Fault::NoSegment),
        }
    }

    /// A part of a list, and where it goes on: as many as `$top` says, or so many.
    fn page(
        &self,
        asked: &Asked<'_>,
        all: Vec<Value>,
        usual: usize,
        most: usize,
        kind: &str,
    ) -> Result<Answer, Fault> {
        let query = &asked.request.query;
        let number = |name: &str| match query.get(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| Fault::BadQuery),
        };
        let top: usize = number("$top")?.unwrap_or(usual);
        let first: usize = number("$skiptoken")?.unwrap_or(0);
        if top == 0 || top > most || first > all.len() {
            return Err(Fault::BadQuery);
        }
        let total = all.len();
        let some: Vec<Value> = all.into_iter().skip(first).take(top).collect();
        let next = first + some.len();
        let mut body = json!({
            "@odata.context": format!("{}/$metadata#{kind}", self.base),
        });
        if query.get("$count") == Some("true") {
            body["@odata.count"] = json!(total);
        }
        if next < total {
            let path = asked.request.path[1..].join("/");
            let token = next.to_string();
            let mut fields: Vec<_> = query
                .iter()
                .filter(|(name, _)| *name != "$skiptoken")
                .collect();
            fields.push(("$skiptoken", &token));
            let link = with_query(&format!("{}/{path}", self.base), &fields);
            body["@odata.nextLink"] = json!(link);
        }
        body["value"] = json!(some);
        Ok(Answer::json(200, &body))
    }

    /// What Teams shows of the agent because the phone said so.
    pub(crate) fn shown(&self, now: SystemTime) -> Option<(String, String)> {
        self.own.set(now)
    }

    /// Texts that somebody was sent.
    pub(crate) fn messages_to(&self, id: &str) -> Vec<String> {
        self.chats.messages_to(id)
    }

    /// Teams itself has a call with the agent, or no longer.
    pub(crate) fn teams_calls(&mut self, up: bool, now: SystemTime) {
        self.own.teams_calls(up, now);
    }
}

impl Asked<'_> {
    /// One of these is enough.
    fn needs(&self, any_of: &[&str]) -> Result<(), Fault> {
        let granted = any_of.iter().any(|scope| self.scopes.contains(*scope));
        granted.then_some(()).ok_or(Fault::NotGranted)
    }

    fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    fn json(&self) -> Result<Value, Fault> {
        self.request.json().ok_or(Fault::BadBody)
    }

    /// Only the agent's own: nobody else's is theirs to set.
    fn own(&self, id: &str) -> Result<(), Fault> {
        let own = self.staff.agent.id.eq_ignore_ascii_case(id);
        own.then_some(()).ok_or(Fault::NotGranted)
    }
}

const BEARER: &str = "Bearer realm=\"\", client_id=\"00000003-0000-0000-c000-000000000000\"";

/// Over how long requests are counted.
const WINDOW: Duration = Duration::from_secs(30);
