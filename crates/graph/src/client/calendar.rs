//! `getSchedule`: until when people are free.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    place::Place,
    read::{self, DateTimeTimeZone},
};
use crate::{ask::Failure, date, person::Person, person::PersonId};

/// What is asked: of these, from now on, for as long as a working day is.
pub(super) fn question(people: &[&Person], now: SystemTime) -> Value {
    let point = |at| json!({ "dateTime": date::to_local(at), "timeZone": "UTC" });
    let addresses: Vec<&str> = people
        .iter()
        .filter_map(|person| Some(person.mail.as_ref()?.expose().as_str()))
        .collect();
    json!({
        "schedules": addresses,
        "startTime": point(now),
        "endTime": point(now + AHEAD),
        "availabilityViewInterval": VIEW_MINUTES,
    })
}

/// When the next meeting of each begins: now, if one runs.
pub(super) fn answer(
    place: &Place,
    body: &[u8],
    people: &[&Person],
    asked: SystemTime,
) -> Result<Vec<(PersonId, Option<SystemTime>)>, Failure> {
    let listed = read::list(place, body, |schedule: Schedule| {
        let id = people
            .iter()
            .find(|person| {
                let mail = person.mail.as_ref().map(|mail| mail.expose());
                mail.is_some_and(|mail| mail.eq_ignore_ascii_case(&schedule.schedule_id))
            })
            .map(|person| person.id.clone());
        Some((id, schedule))
    })?;
    Ok(listed
        .entries
        .into_iter()
        // Of a mailbox that cannot be read nothing is known, which is not the same as no meeting.
        .filter(|(_, schedule)| schedule.error.is_none())
        .filter_map(|(id, schedule)| Some((id?, schedule.next(asked))))
        .collect())
}

/// `scheduleInformation`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    schedule_id: String,
    availability_view: Option<String>,
    schedule_items: Option<Vec<Item>>,
    error: Option<Value>,
}

/// `scheduleItem`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    status: Option<String>,
    start: Option<DateTimeTimeZone>,
    end: Option<DateTimeTimeZone>,
}

impl Schedule {
    fn next(&self, asked: SystemTime) -> Option<SystemTime> {
        let items = self.schedule_items.as_deref().unwrap_or_default();
        let by_items = items
            .iter()
            .filter(|item| item.is_busy())
            .filter_map(|item| Some((point(item.start.as_ref())?, point(item.end.as_ref())?)))
            .filter(|(begins, ends)| *ends > asked && *begins < asked + AHEAD)
            .map(|(begins, _)| begins.max(asked))
            .min();
        // Who may see less sees only a digit for each stretch of time.
        by_items.or_else(|| {
            let view = self.availability_view.as_deref()?;
            let first = view
                .bytes()
                .position(|digit| BUSY_DIGITS.contains(&digit))?;
            let ahead = VIEW_MINUTES.checked_mul(60)?.checked_mul(first as u64)?;
            let begins = asked.checked_add(Duration::from_secs(ahead))?;
            (begins < asked + AHEAD).then_some(begins)
        })
    }
}

impl Item {
    fn is_busy(&self) -> bool {
        let status = self.status.as_deref().unwrap_or_default();
        BUSY.iter().any(|busy| status.eq_ignore_ascii_case(busy))
    }
}

/// We asked in UTC, and `Prefer` asks for answers in it; whatever comes in another zone cannot be read.
fn point(at: Option<&DateTimeTimeZone>) -> Option<SystemTime> {
    let at = at.filter(|at| at.is_utc())?;
    date::local(&at.date_time)
}

/// As long as a working day is; `getSchedule` takes at most 62 days.
const AHEAD: Duration = Duration::from_secs(9 * 60 * 60);
const VIEW_MINUTES: u64 = 15;
/// Those that keep somebody from a call. Tentative may be one or not; who works elsewhere works.
const BUSY: &[&str] = &["busy", "oof"];
/// The same in `availabilityView`.
const BUSY_DIGITS: &[u8] = b"23";

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;
    use warmline_redact::Pii;

    use super::*;

    fn somebody(id: &str, mail: &str) -> Person {
        Person {
            id: PersonId::new(id).unwrap(),
            name: Pii::from("Nadia"),
            title: None,
            department: None,
            mail: Some(Pii::from(mail)),
            skills: Vec::new(),
            dialable: None,
            time_zone: None,
            expert: true,
        }
    }

    /// 1994-11-06T08:49:37Z
    fn asked() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    fn told(schedules: Value) -> Vec<(String, Option<u64>)> {
        let place = Place::new("http://127.0.0.1:1/v1.0").unwrap();
        let people = [somebody("a", "a@x.example"), somebody("b", "b@x.example")];
        let people: Vec<_> = people.iter().collect();
        let body = json!({ "value": schedules }).to_string();
        answer(&place, body.as_bytes(), &people, asked())
            .unwrap()
            .into_iter()
            .map(|(id, next)| {
                let minutes = next.map(|next| next.duration_since(asked()).unwrap().as_secs() / 60);
                (id.as_str().to_owned(), minutes)
            })
            .collect()
    }

    fn meeting(status: &str, begins: &str, ends: &str, zone: &str) -> Value {
        json!({
            "status": status,
            "start": { "dateTime": format!("1994-11-06T{begins}:37.0000000"), "timeZone": zone },
            "end": { "dateTime": format!("1994-11-06T{ends}:37.0000000"), "timeZone": zone },
        })
    }

    #[test]
    fn the_next_meeting_is_the_earliest_that_is_not_over() {
        let schedules = json!([
            { "scheduleId": "A@X.example", "availabilityView": "0", "scheduleItems": [
                meeting("busy", "10:49", "11:49", "UTC"),
                meeting("tentative", "09:19", "09:49", "UTC"),
                meeting("Busy", "09:49", "10:49", "UTC"),
                meeting("busy", "07:49", "08:49", "UTC"),
                meeting("busy", "08:59", "09:49", "Tokyo Standard Time"),
            ] },
            { "scheduleId": "b@x.example", "scheduleItems": [meeting("oof", "06:00", "18:00", "UTC")] },
        ]);
        assert_eq!(
            told(schedules),
            [("a".to_owned(), Some(60)), ("b".to_owned(), Some(0))]
        );
    }

    #[test]
    fn who_shows_less_is_read_by_digits_and_who_shows_nothing_is_left_out() {
        let schedules = json!([
            { "scheduleId": "a@x.example", "availabilityView": "01420", "scheduleItems": [] },
            { "scheduleId": "b@x.example", "error": { "message": "no", "responseCode": "ErrorMailRecipientNotFound" } },
            { "scheduleId": "stranger@x.example", "availabilityView": "2" },
        ]);
        assert_eq!(told(schedules), [("a".to_owned(), Some(45))]);
        let free = json!([{ "scheduleId": "a@x.example", "availabilityView": "0104" }]);
        assert_eq!(told(free), [("a".to_owned(), None)]);
    }

    #[test]
    fn addresses_and_times_are_asked_for_and_nobody_without_one() {
        let mut nameless = somebody("c", "c@x.example");
        nameless.mail = None;
        let asked = question(&[&somebody("a", "a@x.example"), &nameless], asked());
        assert_eq!(asked["schedules"], json!(["a@x.example"]));
        assert_eq!(asked["startTime"]["dateTime"], "1994-11-06T08:49:37");
        assert_eq!(asked["endTime"]["dateTime"], "1994-11-06T17:49:37");
    }

    proptest! {
        #[test]
        fn no_schedule_does_harm(view in "[0-9a-z\\PC]{0,60}", date in "[0-9T:.Z-]{0,30}", zone in "\\PC{0,8}") {
            let schedules = json!([{
                "scheduleId": "a@x.example",
                "availabilityView": view,
                "scheduleItems": [{
                    "status": "busy",
                    "start": { "dateTime": &date, "timeZone": zone },
                    "end": { "dateTime": &date },
                }],
            }]);
            for (_, minutes) in told(schedules) {
                prop_assert!(minutes.is_none_or(|minutes| minutes < 9 * 60));
            }
        }
    }
}
