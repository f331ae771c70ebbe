//! When somebody is free: `/me/calendar/getSchedule`.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::fault::Fault;
use super::{Asked, Graph};
use crate::office::clock;
use crate::office::http::Answer;
use crate::office::staff::Colleague;
use crate::scenario::Status;

impl Graph {
    pub(super) fn schedule(&self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["Calendars.ReadBasic", "Calendars.Read"])?;
        asked.own(id)?;
        let body = asked.json()?;
        let wanted = body["schedules"].as_array().ok_or(Fault::BadBody)?;
        if wanted.is_empty() {
            return Err(Fault::BadBody);
        }
        if wanted.len() > MOST {
            return Err(Fault::TooMany);
        }
        let (from, to) = (time(&body["startTime"])?, time(&body["endTime"])?);
        let slot = match body.get("availabilityViewInterval") {
            None | Some(Value::Null) => 30,
            Some(minutes) => minutes.as_u64().ok_or(Fault::BadBody)?,
        };
        let long = to.duration_since(from).map_err(|_| Fault::BadBody)?;
        if !(5..=1_440).contains(&slot) || long > LONGEST {
            return Err(Fault::BadBody);
        }
        let slot = Duration::from_secs(slot * 60);
        let mut all = Vec::new();
        for address in wanted {
            let address = address.as_str().ok_or(Fault::BadBody)?;
            // By address alone: an id is none.
            let one = asked.staff.find_mut(address);
            let one = one.filter(|one| one.username.eq_ignore_ascii_case(address));
            all.push(match one {
                Some(one) => {
                    let busy = self.busy(one, asked.now);
                    schedule(address, &busy, from, to, slot)
                }
                None => json!({
                    "scheduleId": address,
                    "error": {
                        "message": "There is no such mailbox.",
                        "responseCode": "ErrorMailRecipientNotFound",
                    },
                }),
            });
        }
        let context = format!(
            "{}/$metadata#Collection(microsoft.graph.scheduleInformation)",
            self.base
        );
        Ok(Answer::json(
            200,
            &json!({ "@odata.context": context, "value": all }),
        ))
    }

    /// When somebody is not free, and how: the meeting they are in, and the next one.
    fn busy(
        &self,
        one: &mut Colleague,
        now: SystemTime,
    ) -> Vec<(SystemTime, SystemTime, &'static str)> {
        let mut busy = Vec::new();
        let (status, since) = one.status(now);
        if status == Status::InAMeeting {
            busy.push((since, now + MEETING, "busy"));
        }
        if one.profile.out_of_office.is_some() {
            busy.push((self.started, self.started + LONGEST, "oof"));
        }
        if let Some(next) = one.profile.next_meeting {
            let begins = self.started + next;
            busy.push((begins, begins + MEETING, "busy"));
        }
        busy
    }
}

fn schedule(
    address: &str,
    busy: &[(SystemTime, SystemTime, &str)],
    from: SystemTime,
    to: SystemTime,
    slot: Duration,
) -> Value {
    let within = |begins: SystemTime, ends: SystemTime| {
        let mut busy = busy.iter();
        busy.rfind(|(b, e, _)| *b < ends && *e > begins)
    };
    let mut view = String::new();
    let mut at = from;
    while at < to {
        view.push(match within(at, at + slot) {
            Some((.., "oof")) => '3',
            Some(_) => '2',
            None => '0',
        });
        at += slot;
    }
    let time = |at| json!({ "dateTime": clock::zoneless(at), "timeZone": "UTC" });
    let items: Vec<Value> = busy
        .iter()
        .filter(|(begins, ends, _)| *begins < to && *ends > from)
        .map(|(begins, ends, status)| {
            json!({
                "status": status, "start": time(*begins), "end": time(*ends),
                "isPrivate": false, "isMeeting": true, "isRecurring": false,
            })
        })
        .collect();
    json!({
        "scheduleId": address, "availabilityView": view, "scheduleItems": items,
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000",
            "timeZone": { "name": "W. Europe Standard Time" },
        },
    })
}

/// A time in UTC; of other zones nothing is known here.
fn time(value: &Value) -> Result<SystemTime, Fault> {
    let utc = ["UTC", "Etc/UTC", "Etc/GMT"];
    let zone = value["timeZone"].as_str().ok_or(Fault::BadBody)?;
    if !utc.contains(&zone) {
        return Err(Fault::BadBody);
    }
    let text = value["dateTime"].as_str().ok_or(Fault::BadBody)?;
    clock::parse(text).ok_or(Fault::BadBody)
}

/// Source: Microsoft Graph, getSchedule: so many schedules, and so long, in one request.
const MOST: usize = 20;
const LONGEST: Duration = Duration::from_secs(62 * 86_400);

/// How long a meeting takes here.
const MEETING: Duration = Duration::from_secs(1_800);
