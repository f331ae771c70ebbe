//! What Graph tells, read into what we know. An entry of a list that cannot be read is left out; a list of
//! which nothing can be read is no list.

use std::{cell::Cell, collections::BTreeSet, time::Duration};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use warmline_redact::Pii;

use super::place::Place;
use crate::{
    ask::{Failure, Page},
    clock::Moment,
    date, number,
    person::{Dialable, DialledAs, Person, PersonId},
    presence::{Activity, Availability, OutOfOffice, Presence},
    words,
};

/// A part of a list.
pub(super) struct Listed<T> {
    pub(super) entries: Vec<T>,
    /// Where it goes on.
    pub(super) next: Option<Page>,
}

/// Reads a list: `value`, and `@odata.nextLink`.
pub(super) fn list<R: DeserializeOwned, T>(
    place: &Place,
    body: &[u8],
    read: impl Fn(R) -> Option<T>,
) -> Result<Listed<T>, Failure> {
    let list: List = serde_json::from_slice(body).map_err(|_| Failure::Broken)?;
    let told = list.value.len();
    let entries: Vec<T> = list
        .value
        .into_iter()
        .filter_map(|entry| serde_json::from_value(entry).ok().and_then(&read))
        .collect();
    if entries.is_empty() && told > 0 {
        return Err(Failure::Broken);
    }
    let next = match list.next {
        None => None,
        // It goes on elsewhere: not with our token, and half a list is a wrong one.
        Some(link) if place.link(&link).is_none() => return Err(Failure::Broken),
        Some(link) => Some(Page(link)),
    };
    Ok(Listed { entries, next })
}

/// People of the directory. Where the tenant lets Warmline see who belongs to a group and not who they are,
/// Graph lists them all without a name.
pub(super) fn people(place: &Place, body: &[u8], expert: bool) -> Result<Listed<Person>, Failure> {
    let nameless = Cell::new(false);
    let listed = list(place, body, |user: User| {
        let somebody = PersonId::new(&user.id).is_some();
        let person = person(user, expert);
        nameless.set(nameless.get() || somebody && person.is_none());
        person
    });
    match listed {
        Err(Failure::Broken) if nameless.get() => Err(Failure::NotGranted),
        listed => listed,
    }
}

fn person(user: User, expert: bool) -> Option<Person> {
    let id = PersonId::new(&user.id)?;
    let line = |text: Option<String>| {
        text.map(|text| words::tidy(&text, LONGEST_NAME))
            .filter(|text| !text.is_empty())
            .map(Pii::new)
    };
    let dialable = user
        .business_phones
        .into_iter()
        .flatten()
        .find_map(|text| number::dialable(&text))
        .map(|number| Dialable {
            number,
            dialled_as: DialledAs::Directory,
        });
    Some(Person {
        id,
        name: line(user.display_name)?,
        title: line(user.job_title),
        department: line(user.department),
        mail: address(user.mail).or_else(|| address(user.user_principal_name)),
        skills: each_once(user.skills),
        dialable,
        time_zone: user
            .mailbox_settings
            .and_then(|settings| settings.time_zone)
            .map(|zone| words::tidy(&zone, LONGEST_NAME))
            .filter(|zone| !zone.is_empty()),
        expert,
    })
}

/// Who carries a tag.
pub(super) fn tagged(member: TagMember) -> Option<PersonId> {
    PersonId::new(&member.user_id)
}

/// The name of a tag.
pub(super) fn tag_name(body: &[u8]) -> Result<Pii<String>, Failure> {
    let tag: Tag = serde_json::from_slice(body).map_err(|_| Failure::Broken)?;
    let name = words::tidy(&tag.display_name, LONGEST_NAME);
    (!name.is_empty())
        .then(|| Pii::new(name))
        .ok_or(Failure::Broken)
}

/// How somebody is.
pub(super) fn presence(told: ToldPresence, now: Moment) -> Option<(PersonId, Presence)> {
    Some((PersonId::new(&told.id)?, told.read(now)))
}

/// How the agent is. The id does not matter: it is the agent's.
pub(super) fn own_presence(body: &[u8], now: Moment) -> Result<Presence, Failure> {
    let told: ToldPresence = serde_json::from_slice(body).map_err(|_| Failure::Broken)?;
    Ok(told.read(now))
}

/// The number by which Teams calls somebody, the primary one first.
pub(super) fn teams_number(body: &[u8]) -> Result<Option<Dialable>, Failure> {
    let told: UserConfiguration = serde_json::from_slice(body).map_err(|_| Failure::Broken)?;
    // Without Enterprise Voice Teams does not answer at it.
    if told.is_enterprise_voice_enabled == Some(false) {
        return Ok(None);
    }
    let mut numbers = told.telephone_numbers.unwrap_or_default();
    numbers.sort_by_key(|number| {
        let category = number.assignment_category.as_deref().unwrap_or_default();
        !category.eq_ignore_ascii_case("primary")
    });
    Ok(numbers
        .iter()
        .find_map(|assigned| number::dialable(assigned.telephone_number.as_deref()?))
        .map(|number| Dialable {
            number,
            dialled_as: DialledAs::Teams,
        }))
}

/// What somebody knows.
pub(super) fn skills(body: &[u8]) -> Result<Vec<Pii<String>>, Failure> {
    let told: Skilled = serde_json::from_slice(body).map_err(|_| Failure::Broken)?;
    Ok(each_once(told.skills))
}

fn each_once(skills: Option<Vec<String>>) -> Vec<Pii<String>> {
    let mut seen = BTreeSet::new();
    let skills = skills.into_iter().flatten();
    let skills = skills.map(|skill| words::tidy(&skill, LONGEST_SKILL));
    skills
        .filter(|skill| !skill.is_empty() && seen.insert(skill.to_lowercase()))
        .take(MOST_SKILLS)
        .map(Pii::new)
        .collect()
}

#[derive(Deserialize)]
struct List {
    value: Vec<Value>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

/// `user`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    display_name: Option<String>,
    job_title: Option<String>,
    department: Option<String>,
    mail: Option<String>,
    user_principal_name: Option<String>,
    business_phones: Option<Vec<String>>,
    skills: Option<Vec<String>>,
    mailbox_settings: Option<MailboxSettings>,
}

/// `user`, of which nothing else was asked.
#[derive(Deserialize)]
struct Skilled {
    skills: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MailboxSettings {
    time_zone: Option<String>,
}

/// `teamworkTag`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tag {
    display_name: String,
}

/// `teamworkTagMember`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagMember {
    user_id: String,
}

/// `presence`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToldPresence {
    id: String,
    availability: Option<String>,
    activity: Option<String>,
    out_of_office_settings: Option<OutOfOfficeSettings>,
    sequence_number: Option<String>,
    status_message: Option<StatusMessage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutOfOfficeSettings {
    is_out_of_office: Option<bool>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusMessage {
    message: Option<ItemBody>,
    expiry_date_time: Option<DateTimeTimeZone>,
}

/// `itemBody`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemBody {
    content: Option<String>,
    content_type: Option<String>,
}

/// `dateTimeTimeZone`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DateTimeTimeZone {
    pub(super) date_time: String,
    pub(super) time_zone: Option<String>,
}

/// `teamsUserConfiguration`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserConfiguration {
    is_enterprise_voice_enabled: Option<bool>,
    telephone_numbers: Option<Vec<AssignedNumber>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignedNumber {
    telephone_number: Option<String>,
    assignment_category: Option<String>,
}

impl ToldPresence {
    fn read(self, now: Moment) -> Presence {
        let out_of_office = self
            .out_of_office_settings
            .filter(|settings| settings.is_out_of_office == Some(true))
            .map(|settings| OutOfOffice {
                // What it is written in is not said; Outlook writes HTML.
                message: Pii::new(words::tidy(
                    &words::from_html(&settings.message.unwrap_or_default()),
                    LONGEST_MESSAGE,
                )),
            });
        let status_message = self
            .status_message
            .filter(|status| {
                let expiry = status.expiry_date_time.as_ref();
                !expiry.is_some_and(|expiry| expiry.is_over(now))
            })
            .and_then(|status| status.message)
            .map(|message| message.line(LONGEST_MESSAGE))
            .filter(|message| !message.is_empty())
            .map(Pii::new);
        Presence {
            availability: availability(self.availability.as_deref().unwrap_or_default()),
            activity: activity(self.activity.as_deref().unwrap_or_default()),
            out_of_office,
            status_message,
            sequence_number: self
                .sequence_number
                .filter(|number| number.len() <= LONGEST_NAME)
                .unwrap_or_default(),
            read_at: now.instant,
        }
    }
}

impl ItemBody {
    /// As text on one line.
    pub(super) fn line(&self, most: usize) -> String {
        let content = self.content.as_deref().unwrap_or_default();
        let html = self.content_type.as_deref().unwrap_or_default();
        if html.eq_ignore_ascii_case("html") {
            words::tidy(&words::from_html(content), most)
        } else {
            words::tidy(content, most)
        }
    }
}

impl DateTimeTimeZone {
    pub(super) fn is_utc(&self) -> bool {
        let zone = self.time_zone.as_deref().unwrap_or("UTC");
        UTC.iter().any(|name| zone.eq_ignore_ascii_case(name))
    }

    /// Whether it has passed for sure, wherever its time zone is.
    fn is_over(&self, now: Moment) -> bool {
        let slack = if self.is_utc() {
            Duration::ZERO
        } else {
            FARTHEST_WEST
        };
        date::local(&self.date_time)
            .and_then(|at| at.checked_add(slack))
            .is_some_and(|at| at <= now.wall)
    }
}

/// In any case of letters: Microsoft's pages have both `Available` and `available`.
fn availability(text: &str) -> Availability {
    match text.to_ascii_lowercase().as_str() {
        "available" => Availability::Available,
        "availableidle" => Availability::AvailableIdle,
        "away" => Availability::Away,
        "berightback" => Availability::BeRightBack,
        "busy" => Availability::Busy,
        "busyidle" => Availability::BusyIdle,
        "donotdisturb" => Availability::DoNotDisturb,
        "offline" => Availability::Offline,
        _ => Availability::Unknown,
    }
}

fn activity(text: &str) -> Activity {
    match text.to_ascii_lowercase().as_str() {
        "inacall" => Activity::InACall,
        "inaconferencecall" => Activity::InAConferenceCall,
        "inameeting" => Activity::InAMeeting,
        "presenting" => Activity::Presenting,
        "urgentinterruptionsonly" => Activity::UrgentInterruptionsOnly,
        "focusing" => Activity::Focusing,
        "outofoffice" => Activity::OutOfOffice,
        "offwork" => Activity::OffWork,
        _ => Activity::Nothing,
    }
}

fn address(text: Option<String>) -> Option<Pii<String>> {
    let text = text?;
    let fits = text.len() <= LONGEST_NAME
        && text.contains('@')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    fits.then(|| Pii::new(text))
}

const LONGEST_NAME: usize = 256;
const LONGEST_MESSAGE: usize = 280;
const MOST_SKILLS: usize = 50;
const LONGEST_SKILL: usize = 100;
const UTC: &[&str] = &["UTC", "Etc/UTC", "Etc/GMT", "GMT", "Z", ""];
/// How far the clocks in the west are behind UTC at most.
const FARTHEST_WEST: Duration = Duration::from_secs(12 * 60 * 60);

#[cfg(test)]
mod tests;
