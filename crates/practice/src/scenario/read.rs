//! TOML to a [`Scenario`]. What a trainer may write is in `docs/practice.md`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::{Agent, Customer, Expert, Lines, Manner, Pace, Profile, Scenario, Status, Transfer};
use crate::voices::Recording;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    seed: u64,
    agent: WrittenAgent,
    #[serde(default)]
    pace: WrittenPace,
    #[serde(default)]
    customer: Vec<WrittenCustomer>,
    #[serde(default)]
    expert: Vec<WrittenExpert>,
    #[serde(default)]
    lines: WrittenLines,
    #[serde(default)]
    directory: WrittenDirectory,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenDirectory {
    people: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAgent {
    name: String,
    number: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenPace {
    first_call_s: f64,
    next_call_s: (f64, f64),
    second_call: f64,
    repeat: bool,
    answer_s: f64,
}

impl Default for WrittenPace {
    fn default() -> Self {
        Self {
            first_call_s: 10.0,
            next_call_s: (8.0, 20.0),
            second_call: 0.2,
            repeat: true,
            answer_s: 7.0,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCustomer {
    name: String,
    number: String,
    queue: Option<String>,
    topic: Option<String>,
    waited_s: Option<f64>,
    passed_on_by: Option<String>,
    #[serde(default)]
    data: toml::Table,
    #[serde(default = "patience")]
    patience_s: f64,
    #[serde(default)]
    says: Vec<String>,
    still_there: Option<String>,
    farewell: Option<String>,
    transfer: Option<toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExpert {
    name: String,
    number: String,
    extension: Option<String>,
    /// `answers`, `busy`, `declines`, `away` or `silent`.
    #[serde(default = "answers")]
    manner: String,
    #[serde(default = "soon")]
    after_s: f64,
    #[serde(default)]
    says: Vec<String>,
    holds_s: Option<f64>,
    title: Option<String>,
    department: Option<String>,
    #[serde(default)]
    skills: Vec<String>,
    presence: Option<String>,
    status_message: Option<String>,
    out_of_office: Option<String>,
    next_meeting_in_min: Option<f64>,
    reply: Option<String>,
    #[serde(default = "yes")]
    verified_number: bool,
    #[serde(default)]
    favourite: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLines {
    echo: Option<String>,
    music: Option<String>,
    voicemail: Option<String>,
}

pub(super) fn scenario(text: &str, folder: Option<&Path>) -> Result<Scenario, String> {
    let written: Written = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let mut numbers = Numbers::default();
    let agent = Agent {
        number: numbers.telephone("agent", &written.agent.number)?,
        name: named("agent", written.agent.name)?,
    };
    let waits = seconds("pace", "answer_s", written.pace.answer_s)?;
    let mut customers = Vec::new();
    for (n, customer) in written.customer.into_iter().enumerate() {
        customers.push(read_customer(n, customer, waits, &mut numbers, folder)?);
    }
    let mut experts = Vec::new();
    for (n, expert) in written.expert.into_iter().enumerate() {
        experts.push(read_expert(n, expert, waits, &mut numbers, folder)?);
    }
    if written.directory.people > MOST_PEOPLE {
        return Err(format!("directory: `people` is {MOST_PEOPLE} at most."));
    }
    let mut line = |what: &str, number: Option<String>| {
        let number = number.map(|number| numbers.short(&format!("lines.{what}"), &number));
        number.transpose()
    };
    Ok(Scenario {
        seed: written.seed,
        agent,
        pace: read_pace(&written.pace)?,
        customers,
        experts,
        lines: Lines {
            echo: line("echo", written.lines.echo)?,
            music: line("music", written.lines.music)?,
            voicemail: line("voicemail", written.lines.voicemail)?,
        },
        colleagues: written.directory.people,
    })
}

fn read_pace(written: &WrittenPace) -> Result<Pace, String> {
    let (least, most) = written.next_call_s;
    if least > most {
        return Err(
            "pace: `next_call_s` is [least, most]; the first must not be greater.".to_owned(),
        );
    }
    if !(0.0..=1.0).contains(&written.second_call) {
        return Err("pace: `second_call` is a chance, from 0 to 1.".to_owned());
    }
    Ok(Pace {
        first_call: seconds("pace", "first_call_s", written.first_call_s)?,
        next_call: seconds("pace", "next_call_s", least)?..=seconds("pace", "next_call_s", most)?,
        second_call: written.second_call,
        repeat: written.repeat,
    })
}

fn read_customer(
    n: usize,
    written: WrittenCustomer,
    waits: Duration,
    numbers: &mut Numbers,
    folder: Option<&Path>,
) -> Result<Customer, String> {
    let who = format!("customer {} ({})", n + 1, written.name);
    let voice =
        |name: &String| Recording::find(name, folder).map_err(|error| format!("{who}: {error}."));
    let mut data = Vec::new();
    for (key, value) in written.data {
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(truth) => truth.to_string(),
            _ => {
                return Err(format!(
                    "{who}: `data.{key}` is a text, a whole number, true or false."
                ));
            }
        };
        if [&key, &value]
            .into_iter()
            .any(|text| text.contains([';', '=']) || text.chars().any(char::is_control))
        {
            return Err(format!(
                "{who}: `data.{key}` must not contain ; or = or line breaks."
            ));
        }
        data.push((key, value));
    }
    let texts = data
        .iter()
        .map(|(key, value)| key.len() + 1 + value.len() + 1);
    // The last one has no `;` after it.
    let length = texts.sum::<usize>().saturating_sub(1);
    if length > LONGEST_DATA {
        return Err(format!(
            "{who}: `data` is too long: {length} of {LONGEST_DATA} bytes."
        ));
    }
    Ok(Customer {
        number: numbers.telephone(&who, &written.number)?,
        queue: written
            .queue
            .map(|text| one_line(&who, "queue", text))
            .transpose()?,
        topic: written
            .topic
            .map(|text| one_line(&who, "topic", text))
            .transpose()?,
        waited: written
            .waited_s
            .map(|s| seconds(&who, "waited_s", s))
            .transpose()?,
        passed_on_by: written
            .passed_on_by
            .map(|number| telephone(&who, "passed_on_by", &number))
            .transpose()?,
        data,
        patience: seconds(&who, "patience_s", written.patience_s)?,
        waits,
        says: written.says.iter().map(voice).collect::<Result<_, _>>()?,
        still_there: written.still_there.as_ref().map(voice).transpose()?,
        farewell: written.farewell.as_ref().map(voice).transpose()?,
        transfer: read_transfer(&who, written.transfer.as_ref())?,
        name: named(&who, written.name)?,
    })
}

fn read_transfer(who: &str, written: Option<&toml::Value>) -> Result<Transfer, String> {
    match written {
        None => Ok(Transfer::Accepted),
        Some(toml::Value::String(word)) if word == "accepted" => Ok(Transfer::Accepted),
        Some(toml::Value::String(word)) if word == "silent" => Ok(Transfer::Silent),
        Some(toml::Value::Integer(status)) if (400..700).contains(status) => {
            // In range, so it fits.
            Ok(Transfer::Refused(u16::try_from(*status).unwrap_or(603)))
        }
        Some(_) => Err(format!(
            "{who}: `transfer` is \"accepted\", \"silent\", or the SIP status that refuses it, 400 to 699."
        )),
    }
}

fn read_expert(
    n: usize,
    mut written: WrittenExpert,
    waits: Duration,
    numbers: &mut Numbers,
    folder: Option<&Path>,
) -> Result<Expert, String> {
    let who = format!("expert {} ({})", n + 1, written.name);
    let after = seconds(&who, "after_s", written.after_s)?;
    let voice =
        |name: &String| Recording::find(name, folder).map_err(|error| format!("{who}: {error}."));
    let profile = read_profile(&who, &mut written)?;
    Ok(Expert {
        profile,
        number: numbers.telephone(&who, &written.number)?,
        extension: written
            .extension
            .map(|number| numbers.short(&who, &number))
            .transpose()?,
        manner: match written.manner.as_str() {
            "answers" => Manner::Answers(after),
            "busy" => Manner::Busy,
            "declines" => Manner::Declines,
            "away" => Manner::Away(after),
            "silent" => Manner::Silent,
            _ => {
                return Err(format!(
                    "{who}: `manner` is answers, busy, declines, away or silent."
                ));
            }
        },
        says: written.says.iter().map(voice).collect::<Result<_, _>>()?,
        holds: written
            .holds_s
            .map(|s| seconds(&who, "holds_s", s))
            .transpose()?,
        waits,
        name: named(&who, written.name)?,
    })
}

fn read_profile(who: &str, written: &mut WrittenExpert) -> Result<Profile, String> {
    let line =
        |key: &str, text: Option<String>| text.map(|text| one_line(who, key, text)).transpose();
    let presence = written.presence.take().map(|word| {
        Status::named(&word).ok_or_else(|| {
            let known = Status::ALL.map(|(status, ..)| format!("{status:?}"));
            format!("{who}: `presence` is one of {}.", known.join(", "))
        })
    });
    let skills = std::mem::take(&mut written.skills).into_iter();
    Ok(Profile {
        title: line("title", written.title.take())?,
        department: line("department", written.department.take())?,
        skills: skills
            .map(|skill| one_line(who, "skills", skill))
            .collect::<Result<_, _>>()?,
        presence: presence.transpose()?,
        status_message: line("status_message", written.status_message.take())?,
        out_of_office: line("out_of_office", written.out_of_office.take())?,
        next_meeting: written
            .next_meeting_in_min
            .map(|min| seconds(who, "next_meeting_in_min", min * 60.0))
            .transpose()?,
        reply: line("reply", written.reply.take())?,
        verified_number: written.verified_number,
        favourite: written.favourite,
    })
}

/// Every number can be given once.
#[derive(Default)]
struct Numbers(BTreeSet<String>);

impl Numbers {
    fn telephone(&mut self, who: &str, written: &str) -> Result<String, String> {
        let number = telephone(who, "number", written)?;
        self.once(who, number)
    }

    fn short(&mut self, who: &str, written: &str) -> Result<String, String> {
        let number = compact(written);
        if !(1..=8).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format!(
                "{who}: {written:?} is not a short number, 1 to 8 digits."
            ));
        }
        self.once(who, number)
    }

    fn once(&mut self, who: &str, number: String) -> Result<String, String> {
        if !self.0.insert(number.clone()) {
            return Err(format!("{who}: the number {number} is taken."));
        }
        Ok(number)
    }
}

fn telephone(who: &str, key: &str, written: &str) -> Result<String, String> {
    let number = compact(written);
    let digits = number.strip_prefix('+').unwrap_or_default();
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "{who}: `{key}` is {written:?}; write it as +49 30 23125 100, with + and 7 to 15 digits."
        ));
    }
    Ok(number)
}

fn compact(number: &str) -> String {
    number.chars().filter(|c| !" -()./".contains(*c)).collect()
}

fn named(who: &str, name: String) -> Result<String, String> {
    let name = one_line(who, "name", name)?;
    if name.trim().is_empty() {
        return Err(format!("{who}: `name` is empty."));
    }
    Ok(name)
}

fn one_line(who: &str, key: &str, text: String) -> Result<String, String> {
    if text.len() > 200 || text.chars().any(char::is_control) {
        return Err(format!("{who}: `{key}` is one line of 200 bytes at most."));
    }
    Ok(text)
}

fn seconds(who: &str, key: &str, written: f64) -> Result<Duration, String> {
    match Duration::try_from_secs_f64(written) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        _ => Err(format!(
            "{who}: `{key}` is {written}; give seconds, 0 to 86400."
        )),
    }
}

/// Where TOML does not fit, in a sentence.
fn syntax(text: &str, error: &toml::de::Error) -> String {
    let line = error
        .span()
        .map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
    let what = error
        .message()
        .trim_end_matches('.')
        .lines()
        .collect::<Vec<_>>()
        .join(" ");
    match line {
        Some(line) => format!("Line {line}: {what}."),
        None => format!("{what}."),
    }
}

fn patience() -> f64 {
    45.0
}

fn answers() -> String {
    "answers".to_owned()
}

fn soon() -> f64 {
    3.0
}

fn yes() -> bool {
    true
}

const LONGEST: Duration = Duration::from_secs(86_400);

/// As many as there are numbers for, with some to spare.
const MOST_PEOPLE: usize = 5_000;

/// What fits into a User-to-User header that gateways still pass on, bytes.
const LONGEST_DATA: usize = 128;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALL: &str = "[agent]\nname = \"Robin\"\nnumber = \"+49 30 23125 100\"\n";

    fn fault(more: &str) -> String {
        match scenario(&format!("{SMALL}{more}"), None) {
            Ok(_) => panic!("taken: {more}"),
            Err(error) => error,
        }
    }

    #[test]
    fn little_is_needed() {
        let small = scenario(SMALL, None).expect("enough");
        assert_eq!(small.agent.number, "+493023125100");
        assert_eq!(small.pace.first_call, Duration::from_secs(10));
        assert!(small.customers.is_empty() && small.pace.repeat);
    }

    #[test]
    fn the_built_in_scenario_is_one_and_has_everything() {
        let morning = Scenario::built_in();
        assert!(morning.customers.len() >= 5);
        assert!(
            morning
                .customers
                .iter()
                .all(|customer| customer.queue.is_some() && !customer.says.is_empty())
        );
        let has = |manner: fn(&Manner) -> bool| {
            morning.experts.iter().any(|expert| manner(&expert.manner))
        };
        assert!(has(|manner| matches!(manner, Manner::Answers(_))));
        assert!(
            has(|manner| matches!(manner, Manner::Busy))
                && has(|manner| matches!(manner, Manner::Away(_)))
        );
        let lines = morning.lines;
        assert!(lines.echo.is_some() && lines.music.is_some() && lines.voicemail.is_some());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(
            scenario("[agent]\nname = 3\n", None).err().as_deref(),
            Some("Line 2: invalid type: integer `3`, expected a string.")
        );
        let unknown =
            fault("[[customer]]\nname = \"Maria\"\nnumber = \"+49 30 23125 177\"\nvoice = \"x\"\n");
        assert!(
            unknown.starts_with("Line 7: unknown field `voice`"),
            "{unknown}"
        );
        let customer = |more: &str| {
            fault(&format!(
                "[[customer]]\nname = \"Maria\"\nnumber = \"+49 30 23125 177\"\n{more}\n"
            ))
        };
        for (more, says) in [
            (
                "says = [\"nobody\"]",
                "customer 1 (Maria): there is no voice \"nobody\"",
            ),
            ("data = { a = \"b;c\" }", "`data.a` must not contain"),
            ("data = { a = [1] }", "`data.a` is a text"),
            ("waited_s = -1", "`waited_s` is -1"),
            ("transfer = 200", "`transfer` is"),
            ("passed_on_by = \"12\"", "`passed_on_by` is \"12\""),
            ("topic = \"a\\nb\"", "`topic` is one line"),
        ] {
            let said = customer(more);
            assert!(said.contains(says), "{said}");
        }
        let twice = fault("[[expert]]\nname = \"Nadia\"\nnumber = \"+49 (30) 23125-100\"\n");
        assert_eq!(
            twice,
            "expert 1 (Nadia): the number +493023125100 is taken."
        );
        let manner = fault(
            "[[expert]]\nname = \"Nadia\"\nnumber = \"+49 30 23125 201\"\nmanner = \"rude\"\n",
        );
        assert!(manner.contains("`manner` is answers, busy"), "{manner}");
        assert!(fault("[pace]\nnext_call_s = [9, 1]\n").contains("[least, most]"));
        assert!(fault("[pace]\nsecond_call = 2\n").contains("from 0 to 1"));
        let expert = |more: &str| {
            fault(&format!(
                "[[expert]]\nname = \"Nadia\"\nnumber = \"+49 30 23125 201\"\n{more}\n"
            ))
        };
        let presence = expert("presence = \"asleep\"");
        assert!(
            presence.contains("`presence` is one of Available, "),
            "{presence}"
        );
        assert!(expert("skills = [\"a\\nb\"]").contains("`skills` is one line"));
        assert!(expert("next_meeting_in_min = -1").contains("`next_meeting_in_min` is -60"));
        assert!(fault("[directory]\npeople = 9000\n").contains("5000 at most"));
        assert!(fault("[lines]\necho = \"abc\"\n").contains("not a short number"));
    }

    #[test]
    fn what_teams_says_of_an_expert_is_read() {
        let read = scenario(
            &format!(
                "{SMALL}[directory]\npeople = 3\n[[expert]]\nname = \"Nadia\"\nnumber = \"+49 30 23125 201\"\n\
                 skills = [\"Returns\"]\npresence = \"inacall\"\nnext_meeting_in_min = 1.5\nfavourite = true\n\
                 [[expert]]\nname = \"Viktor\"\nnumber = \"+49 30 23125 202\"\npresence = \"availableIdle\"\n\
                 verified_number = false\n"
            ),
            None,
        );
        let read = read.expect("good");
        assert_eq!(read.colleagues, 3);
        let [nadia, viktor] = &read.experts[..] else {
            panic!("two experts");
        };
        assert_eq!(nadia.profile.skills, ["Returns"]);
        assert_eq!(nadia.profile.presence, Some(Status::InACall));
        assert_eq!(nadia.profile.next_meeting, Some(Duration::from_secs(90)));
        assert!(nadia.profile.favourite && nadia.profile.verified_number);
        assert_eq!(viktor.profile.presence, Some(Status::AvailableIdle));
        assert!(!viktor.profile.verified_number);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,120}", key in "[a-z_]{1,12}") {
            let _ = scenario(&text, None);
            let _ = scenario(&format!("{SMALL}{key} = {text}\n"), None);
        }
    }
}
