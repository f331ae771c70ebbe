//! Presence: of many, of one, and the agent's own, which a phone may set for a while.

use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::fault::Fault;
use super::{Asked, Graph, News};
use crate::office::clock;
use crate::office::http::Answer;
use crate::office::staff::Colleague;
use crate::scenario::Status;

/// What is known of the agent besides what Teams knows of everybody.
#[derive(Debug, Default)]
pub(super) struct Own {
    set: Option<Session>,
    /// Teams itself has a call with the agent, since then.
    teams_call: Option<SystemTime>,
}

/// A presence that an application has set.
#[derive(Debug)]
struct Session {
    availability: String,
    activity: String,
    since: SystemTime,
    expires: SystemTime,
}

impl Own {
    pub(super) fn set(&self, now: SystemTime) -> Option<(String, String)> {
        let session = self.set.as_ref().filter(|session| now < session.expires)?;
        Some((session.availability.clone(), session.activity.clone()))
    }

    pub(super) fn teams_calls(&mut self, up: bool, now: SystemTime) {
        self.teams_call = up.then_some(now);
    }
}

impl Graph {
    /// `/communications/getPresencesByUserId`.
    pub(super) fn presences(&self, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["Presence.Read.All"])?;
        let body = asked.json()?;
        let ids = body["ids"].as_array().ok_or(Fault::BadBody)?;
        if ids.is_empty() {
            return Err(Fault::BadBody);
        }
        if ids.len() > MOST_IDS {
            return Err(Fault::TooMany);
        }
        let mut found = Vec::new();
        for id in ids {
            let id = id.as_str().ok_or(Fault::BadBody)?;
            if let Some(one) = asked.staff.find_mut(id) {
                found.push(self.shows(one, asked.now));
            }
        }
        let context = format!(
            "{}/$metadata#Collection(microsoft.graph.presence)",
            self.base
        );
        Ok(Answer::json(
            200,
            &json!({ "@odata.context": context, "value": found }),
        ))
    }

    /// `/users/{id}/presence`, and `/me/presence`.
    pub(super) fn presence(&self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        match asked.own(id) {
            Ok(()) => asked.needs(&["Presence.Read", "Presence.Read.All", "Presence.ReadWrite"])?,
            Err(_) => asked.needs(&["Presence.Read.All"])?,
        }
        let one = asked.staff.find_mut(id).ok_or(Fault::NotThere)?;
        let mut presence = self.shows(one, asked.now);
        if asked.own(id).is_ok() {
            presence = self.own_presence(presence, asked.now);
        }
        presence["@odata.context"] =
            json!(format!("{}/$metadata#users/presence/$entity", self.base));
        Ok(Answer::json(200, &presence))
    }

    /// `/me/presence/setPresence`.
    pub(super) fn set_presence(&mut self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["Presence.ReadWrite"])?;
        asked.own(id)?;
        let body = asked.json()?;
        self.is_ours(&body)?;
        let text = |name: &str| body[name].as_str().ok_or(Fault::BadBody);
        let (availability, activity) = (text("availability")?, text("activity")?);
        if !TOGETHER.contains(&(availability, activity)) {
            return Err(Fault::BadBody);
        }
        let lasts = match body.get("expirationDuration") {
            None | Some(Value::Null) => LEAST,
            Some(text) => text
                .as_str()
                .and_then(|text| text.parse::<SignedDuration>().ok())
                .and_then(|lasts| Duration::try_from(lasts).ok())
                .filter(|lasts| (LEAST..=MOST).contains(lasts))
                .ok_or(Fault::BadBody)?,
        };
        self.own.set = Some(Session {
            availability: availability.to_owned(),
            activity: activity.to_owned(),
            since: asked.now,
            expires: asked.now + lasts,
        });
        self.news.push(News::Shows(activity.to_owned()));
        Ok(Answer::empty(200))
    }

    /// `/me/presence/clearPresence`.
    pub(super) fn clear_presence(&mut self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["Presence.ReadWrite"])?;
        asked.own(id)?;
        self.is_ours(&asked.json()?)?;
        let session = self.own.set.take();
        if session.is_none_or(|session| session.expires <= asked.now) {
            return Err(Fault::NotThere);
        }
        self.news.push(News::Shows("Cleared".to_owned()));
        Ok(Answer::empty(200))
    }

    /// The session is the application's, named by its id.
    fn is_ours(&self, body: &Value) -> Result<(), Fault> {
        let session = body["sessionId"].as_str().ok_or(Fault::BadBody)?;
        let ours = session.eq_ignore_ascii_case(&self.client);
        ours.then_some(()).ok_or(Fault::BadBody)
    }

    /// What Teams shows of the agent: its own calls come before what applications say.
    fn own_presence(&self, mut presence: Value, now: SystemTime) -> Value {
        let (availability, activity, since) = match (self.own.teams_call, &self.own.set) {
            (Some(since), _) => ("Busy", "InACall", since),
            (None, Some(session)) if now < session.expires => {
                (&*session.availability, &*session.activity, session.since)
            }
            (None, _) => return presence,
        };
        presence["availability"] = json!(availability);
        presence["activity"] = json!(activity);
        presence["sequenceNumber"] = json!(sequence(since));
        presence
    }

    fn shows(&self, one: &mut Colleague, now: SystemTime) -> Value {
        let (status, since) = one.status(now);
        let (availability, activity) = status.in_graph();
        let out = one.profile.out_of_office.as_ref();
        let away = out.is_some() || status == Status::OutOfOffice;
        let message = one.profile.status_message.as_ref().map(|text| {
            json!({
                "message": { "contentType": "text", "content": text },
                "publishedDateTime": clock::date_time(self.started),
                "expiryDateTime": { "dateTime": "9999-12-30T23:00:00.0000000", "timeZone": "UTC" },
            })
        });
        json!({
            "id": one.id, "availability": availability, "activity": activity,
            "statusMessage": message,
            "outOfOfficeSettings": { "isOutOfOffice": away, "message": out },
            "workLocation": Value::Null, "sequenceNumber": sequence(since),
        })
    }
}

/// The later, the greater, as texts.
fn sequence(since: SystemTime) -> String {
    let since = since.duration_since(SystemTime::UNIX_EPOCH);
    format!("A{:015}", since.unwrap_or_default().as_millis())
}

/// Source: Microsoft Graph, getPresencesByUserId.
const MOST_IDS: usize = 650;

/// Source: Microsoft Graph, setPresence: 5 minutes to 4 hours, 5 minutes if nothing is said.
const LEAST: Duration = Duration::from_secs(300);
const MOST: Duration = Duration::from_secs(14_400);

/// What may be set together. Source: as above.
const TOGETHER: &[(&str, &str)] = &[
    ("Available", "Available"),
    ("Busy", "InACall"),
    ("Busy", "InAConferenceCall"),
    ("Away", "Away"),
    ("DoNotDisturb", "Presenting"),
];
