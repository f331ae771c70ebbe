//! The questions of a roster, each as Graph has it.

use std::sync::Arc;

use serde_json::json;
use url::Url;
use warmline_entra::Scope;
use warmline_redact::Pii;

use super::{
    Graph, PAGE, SMALL, calendar, get,
    place::{Place, query},
    post, read,
    wire::{Priority, Request},
};
use crate::{
    ask::{Answer, Ask, Failure, Page, Told},
    clock::Moment,
    config::TeamTag,
    person::{Person, PersonId},
    words,
};

impl Graph {
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
            Ask::Skills(id) => self.skills(place, id, &mut used).await,
            Ask::Photo(id) => self.photo(place, id, &mut used).await,
        };
        Answer { told, used }
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
        let mut people = read::people(place, &reply.body, false)?.entries;
        people.retain(|person| ids.contains(&person.id));
        Ok(Told::Found(people))
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

    async fn skills(
        &self,
        place: &Place,
        id: &PersonId,
        used: &mut Option<f32>,
    ) -> Result<Told, Failure> {
        let url = query(place.at(["users", id.as_str()]), &[("$select", "skills")]);
        let scopes = &[Scope::UserReadAll];
        let request = get("skills", url, scopes, Priority::Low, SMALL);
        let reply = self.ask(request, used).await?;
        read::skills(&reply.body).map(Told::Skills)
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

/// What is asked of people. `skills` ([`Ask::Skills`]) and `mailboxSettings` are not among it: Graph gives
/// them of one person at a time only, and refuses a list with them.
const PERSON: &str = "id,displayName,jobTitle,department,mail,userPrincipalName,businessPhones";
const LONGEST_SEARCH: usize = 64;
