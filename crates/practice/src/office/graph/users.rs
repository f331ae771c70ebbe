//! People: in a list, in a group, by a search, one by one, and their photo.

use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::query::{Search, ids};
use super::{Asked, Graph};
use crate::office::http::Answer;
use crate::office::staff::{Colleague, portrait};

impl Graph {
    /// `/users`, with `$search`, or `$filter` by ids.
    pub(super) fn users(&self, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["User.ReadBasic.All", "User.Read.All"])?;
        let query = &asked.request.query;
        let search = match query.get("$search") {
            Some(_) if asked.request.header("consistencylevel") != Some("eventual") => {
                return Err(Fault::NotEventual);
            }
            Some(text) => Some(Search::parse(text).ok_or(Fault::BadQuery)?),
            None => None,
        };
        let filter = match query.get("$filter") {
            Some(text) => Some(ids(text)?),
            None => None,
        };
        let fields = Selected::new(&asked)?;
        fields.in_list()?;
        let found = asked.staff.everybody();
        let found = found.filter(|one| search.as_ref().is_none_or(|search| search.finds(one)));
        let found = found.filter(|one| filter.as_ref().is_none_or(|ids| ids.contains(&one.id)));
        let found = found.map(|one| fields.of(one)).collect();
        self.page(&asked, found, 100, 999, "users")
    }

    /// `/users/{id}`, and `/me`.
    pub(super) fn user(&self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        match asked.own(id) {
            Ok(()) => asked.needs(&["User.Read", "User.ReadBasic.All", "User.Read.All"])?,
            Err(_) => asked.needs(&["User.ReadBasic.All", "User.Read.All"])?,
        }
        let fields = Selected::new(&asked)?;
        let one = asked.staff.find(id).ok_or(Fault::NotThere)?;
        let mut user = match asked.own(id) {
            Ok(()) => fields.all_of(one),
            Err(_) => fields.of(one),
        };
        user["@odata.context"] = json!(format!("{}/$metadata#users/$entity", self.base));
        Ok(Answer::json(200, &user))
    }

    /// `/groups/{id}/transitiveMembers/microsoft.graph.user`.
    pub(super) fn members(&self, group: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["GroupMember.ReadBasic.All", "GroupMember.Read.All"])?;
        // A list of one kind of members is an advanced query.
        let counts = asked.request.query.get("$count") == Some("true");
        if !(counts && asked.request.header("consistencylevel") == Some("eventual")) {
            return Err(Fault::NotEventual);
        }
        if !asked.staff.group.eq_ignore_ascii_case(group) {
            return Err(Fault::NotThere);
        }
        let fields = Selected::new(&asked)?;
        fields.in_list()?;
        let members = asked.staff.experts.iter();
        let members = members.map(|one| fields.of(one)).collect();
        self.page(&asked, members, 100, 999, "users")
    }

    /// `/users/{id}/photos/48x48/$value`.
    pub(super) fn photo(&self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        match asked.own(id) {
            Ok(()) => asked.needs(&["User.Read", "User.ReadBasic.All", "User.Read.All"])?,
            Err(_) => asked.needs(&["User.ReadBasic.All", "User.Read.All"])?,
        }
        let one = asked.staff.find(id).ok_or(Fault::NotThere)?;
        let picture = one.photo.then(|| portrait(&one.id)).flatten();
        let mut answer = Answer::empty(200).with("Content-Type", "image/png");
        answer.body = picture.ok_or(Fault::NoPhoto)?;
        Ok(answer)
    }
}

/// What of somebody is wanted, and may be seen.
struct Selected {
    names: Vec<String>,
    /// `User.Read.All`: everything.
    full: bool,
    /// `User.ReadBasic.All`: name and address; else only the id.
    basic: bool,
}

impl Selected {
    fn new(asked: &Asked<'_>) -> Result<Self, Fault> {
        let names: Vec<String> = match asked.request.query.get("$select") {
            Some(text) => text.split(',').map(|name| name.trim().to_owned()).collect(),
            None => USUAL.iter().map(|name| (*name).to_owned()).collect(),
        };
        if !names.iter().all(|name| EVERYTHING.contains(&&**name)) {
            return Err(Fault::BadQuery);
        }
        Ok(Self {
            names,
            full: asked.may("User.Read.All"),
            basic: asked.may("User.ReadBasic.All"),
        })
    }

    /// Some properties lie elsewhere than in the directory, and are not fetched for a whole list.
    ///
    /// Source: Microsoft Graph, list users, "properties not supported in user collections".
    fn in_list(&self) -> Result<(), Fault> {
        let single = self
            .names
            .iter()
            .any(|name| SINGLE.contains(&name.as_str()));
        (!single).then_some(()).ok_or(Fault::NotInLists)
    }

    fn of(&self, one: &Colleague) -> Value {
        self.those(one, self.full, self.full || self.basic)
    }

    fn all_of(&self, one: &Colleague) -> Value {
        self.those(one, true, true)
    }

    fn those(&self, one: &Colleague, full: bool, basic: bool) -> Value {
        let mut user = Map::new();
        user.insert("@odata.type".to_owned(), json!("#microsoft.graph.user"));
        user.insert("id".to_owned(), json!(one.id));
        for name in self.names.iter().filter(|name| *name != "id") {
            let seen = full || basic && BASIC.contains(&name.as_str());
            let list = matches!(&**name, "businessPhones" | "skills" | "responsibilities");
            let value = match (seen, list) {
                (true, _) => property(one, name),
                (false, true) => json!([]),
                (false, false) => Value::Null,
            };
            user.insert(name.clone(), value);
        }
        Value::Object(user)
    }
}

pub(super) fn property(one: &Colleague, name: &str) -> Value {
    let (given, family) = one.name.split_once(' ').unwrap_or((&one.name, ""));
    match name {
        "displayName" => json!(one.name),
        "givenName" => json!(given),
        "surname" => json!(family),
        "mail" | "userPrincipalName" => json!(one.username),
        "jobTitle" => json!(one.profile.title),
        "department" => json!(one.profile.department),
        "businessPhones" => json!(one.number.iter().map(|n| spaced(n)).collect::<Vec<_>>()),
        "skills" => json!(one.profile.skills),
        "responsibilities" => json!([]),
        "accountEnabled" => json!(true),
        "userType" => json!("Member"),
        "preferredLanguage" => json!("en-GB"),
        "mailboxSettings" => json!({ "timeZone": "W. Europe Standard Time" }),
        _ => Value::Null,
    }
}

/// As people write numbers into a directory: `+49 (30) 23125201`.
fn spaced(number: &str) -> String {
    let Some((country, rest)) = ["+49", "+44", "+1"]
        .iter()
        .find_map(|code| Some((*code, number.strip_prefix(code)?)))
    else {
        return number.to_owned();
    };
    let (area, rest) = rest.split_at(rest.len().min(2));
    format!("{country} ({area}) {rest}")
}

/// What is given if nothing is selected.
const USUAL: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// What `User.ReadBasic.All` shows.
const BASIC: &[&str] = &[
    "displayName",
    "givenName",
    "id",
    "mail",
    "surname",
    "userPrincipalName",
];

/// What is only given of one user at a time.
const SINGLE: &[&str] = &["skills", "responsibilities", "mailboxSettings"];

const EVERYTHING: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
    "department",
    "companyName",
    "accountEnabled",
    "userType",
    "skills",
    "responsibilities",
    "mailboxSettings",
];
