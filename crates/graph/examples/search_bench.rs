//! How long each keystroke takes in a directory of 100,000 people: from the letter typed until the rows of the
//! panel are there, by the clock on the wall and by the work of the core. Prints JSON; milliseconds.

#![allow(clippy::print_stdout, reason = "it is a program that prints")]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use warmline_entra::{Cloud, Scope};
use warmline_graph::{
    Activity, Answer, Ask, Availability, CallInHand, Command, Config, Dialable, DialledAs, Event,
    Look, Person, PersonId, Presence, Roster, Told,
};

fn main() {
    let mut rng = StdRng::seed_from_u64(7);
    let people: Vec<Person> = (0..PEOPLE).map(|n| person(n, &mut rng)).collect();
    let now = Instant::now();
    let mut roster = Roster::new(&config(), now, SystemTime::UNIX_EPOCH);
    let scopes = [Scope::GroupMemberReadBasicAll, Scope::PresenceReadAll];
    let mut commands = roster.handle(now, Event::Granted(scopes.into_iter().collect()));
    let loaded = Instant::now();
    // The directory and everybody's presence are read, as if nobody were in a hurry.
    let mut at = now;
    for _ in 0..PEOPLE / 650 + 10 {
        for command in std::mem::take(&mut commands) {
            if let Command::Ask(id, ask) = command {
                let told = Ok(told(&ask, &people, at, &mut rng));
                let answer = Answer { told, used: None };
                commands.extend(roster.handle(at, Event::Answered(id, answer)));
            }
        }
        commands.extend(roster.handle(at, Event::Look(look(""))));
        at += Duration::from_secs(10);
        commands.extend(roster.handle(at, Event::Timeout));
    }
    let loading = loaded.elapsed();
    let mut all = Times::default();
    let mut between = Times::default();
    let mut searches = Vec::new();
    let mut letters: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for typed in TYPED {
        let mut times = Times::default();
        let mut matches = 0;
        for _ in 0..ROUNDS {
            // Letter by letter, and back to nothing at once.
            let ends = typed
                .char_indices()
                .map(|(end, letter)| end + letter.len_utf8());
            for end in ends.chain([0]) {
                at += Duration::from_millis(150);
                // What is due without a letter happens between the letters, as it does in the application.
                if roster.poll_timeout().is_some_and(|due| due <= at) {
                    let began = Began::now();
                    commands.extend(roster.handle(at, Event::Timeout));
                    between.add(&began);
                }
                while let Some(command) = commands.pop() {
                    if let Command::Ask(id, ask) = command {
                        let told = Ok(told(&ask, &people, at, &mut rng));
                        let answer = Event::Answered(id, Answer { told, used: None });
                        let began = Began::now();
                        commands.extend(roster.handle(at, answer));
                        between.add(&began);
                    }
                }
                let look = Event::Look(look(&typed[..end]));
                let began = Began::now();
                commands = roster.handle(at, look);
                let shown = roster.people(at);
                times.add(&began);
                let worked = times.worked.last().copied();
                letters.entry(&typed[..end]).or_default().extend(worked);
                matches = if end > 0 { shown.all.total } else { matches };
            }
        }
        let mut search = times.figures();
        search["typed"] = json!(typed);
        search["matches"] = json!(matches);
        searches.push(search);
        all.append(times);
    }
    let slowest = letters.into_iter().map(|(typed, mut times)| {
        times.sort_by(f64::total_cmp);
        (rounded(times[times.len() / 2]), typed)
    });
    let slowest = slowest.max_by(|one, other| one.0.total_cmp(&other.0));
    let figures = json!({
        "people": PEOPLE,
        "keystrokes": all.wall.len(),
        "first": all.first(),
        "slowestByMedianCpuMs": slowest,
        "all": all.figures(),
        "otherEvents": between.wall.len(),
        "other": between.figures(),
        "loadingS": (loading.as_secs_f64() * 100.0).round() / 100.0,
        "searches": searches,
    });
    println!("{figures:#}");
}

/// The clock on the wall, and how long this thread has worked: that does not count who else had the core.
struct Began {
    wall: Instant,
    worked: f64,
}

impl Began {
    fn now() -> Self {
        Self {
            wall: Instant::now(),
            worked: worked(),
        }
    }
}

/// Milliseconds.
#[derive(Default)]
struct Times {
    wall: Vec<f64>,
    worked: Vec<f64>,
}

impl Times {
    fn add(&mut self, began: &Began) {
        self.wall.push(began.wall.elapsed().as_secs_f64() * 1_000.0);
        self.worked.push(worked() - began.worked);
    }

    fn append(&mut self, mut other: Self) {
        self.wall.append(&mut other.wall);
        self.worked.append(&mut other.worked);
    }

    /// The very first letter after everybody was read.
    fn first(&self) -> Value {
        json!({ "wallMs": rounded(self.wall[0]), "cpuMs": rounded(self.worked[0]) })
    }

    fn figures(&self) -> Value {
        json!({ "wallMs": shares(&self.wall), "cpuMs": shares(&self.worked) })
    }
}

fn shares(times: &[f64]) -> Value {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let share = |share: f64| {
        let place = ((times.len() as f64 * share) as usize).min(times.len() - 1);
        rounded(times[place])
    };
    json!({ "median": share(0.5), "p99": share(0.99), "max": share(1.0) })
}

fn rounded(millis: f64) -> f64 {
    (millis * 1_000.0).round() / 1_000.0
}

/// How long this thread has worked, in milliseconds.
#[cfg(unix)]
fn worked() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1_000.0 + time.tv_nsec as f64 / 1_000_000.0
}

/// Nobody measures it elsewhere.
#[cfg(not(unix))]
fn worked() -> f64 {
    0.0
}

fn look(typed: &str) -> Look {
    let topic = vec!["Billing of cloud licences".into()];
    Look {
        visible: true,
        call: Some(CallInHand { topic }),
        search: typed.into(),
        rows: 30,
        ..Look::default()
    }
}

fn told(ask: &Ask, people: &[Person], at: Instant, rng: &mut StdRng) -> Told {
    match ask {
        Ask::Presences(ids) => {
            let mut presence = |id: &PersonId| {
                let free = [
                    Availability::Available,
                    Availability::Busy,
                    Availability::Away,
                ];
                let presence = Presence {
                    availability: free[rng.random_range(0..free.len())],
                    activity: Activity::Nothing,
                    out_of_office: None,
                    status_message: None,
                    sequence_number: "A1".to_owned(),
                    read_at: at,
                };
                (id.clone(), presence)
            };
            Told::Presences(ids.iter().map(&mut presence).collect())
        }
        _ => Told::Members {
            people: people.to_vec(),
            next: None,
        },
    }
}

fn person(number: usize, rng: &mut StdRng) -> Person {
    let mut one = |of: &[&str]| of[rng.random_range(0..of.len())].to_owned();
    let (first, last) = (one(FIRST), one(LAST));
    // Some have two of each, and some names are made up, so that not all are alike.
    let name = match number % 7 {
        0 => format!("{first}-{} {last}", one(FIRST)),
        1 => format!("{first} {last}-{}", one(LAST)),
        2 => format!("{last}{}", one(KOREAN)),
        3 => format!(
            "{first} {}{}{}",
            one(SYLLABLES),
            one(SYLLABLES).to_lowercase(),
            one(ENDS)
        ),
        _ => format!("{first} {last}"),
    };
    let id = PersonId::new(&format!("{number:08x}-0000-4000-8000-000000000000"));
    Person {
        id: id.unwrap_or_else(|| unreachable!("hexadecimal digits and dashes fit")),
        name: name.into(),
        title: Some(format!("{} {}", one(GRADES), one(JOBS)).into()),
        department: Some(one(DEPARTMENTS).into()),
        mail: None,
        skills: vec![one(SKILLS).into(), one(SKILLS).into()],
        dialable: Some(Dialable {
            number: format!("+4930{:08}", (number * 7_919) % 100_000_000).into(),
            dialled_as: DialledAs::Teams,
        }),
        time_zone: None,
        expert: true,
    }
}

fn config() -> Config {
    Config {
        cloud: Cloud {
            authority: String::new(),
            graph: String::new(),
        },
        groups: vec!["experts".to_owned()],
        tags: Vec::new(),
        agents: 1,
        card: None,
        share_presence: false,
        client_id: String::new(),
        extra_ca: None,
        seed: 7,
    }
}

const PEOPLE: usize = 100_000;

const ROUNDS: usize = 30;

const TYPED: &[&str] = &[
    "a",
    "e",
    "anna müller",
    "zoë",
    "billing lead",
    "son an",
    "x",
    "nobody at all",
    "+49 30 0079",
    "ㅁㅅ",
    "민수",
];

const FIRST: &[&str] = &[
    "Anna", "Zoë", "Jörg", "Nadia", "Robin", "Aysel", "Łukasz", "Inês", "Søren", "Chloé", "Priya",
    "Omar", "Mei", "Tomás", "Hanna", "Jean", "Olga", "Kofi", "Freya", "Matteo",
];

const LAST: &[&str] = &[
    "Müller",
    "Adeyemi",
    "Østergård",
    "García",
    "Nowak",
    "Smith",
    "Şahin",
    "Fernandes",
    "Dubois",
    "Rossi",
    "Andersson",
    "Kowalczyk",
    "O’Brien",
    "Schäfer",
    "Novák",
    "Okafor",
    "Petersen",
    "Lindqvist",
];

const KOREAN: &[&str] = &[" 김민수", " 이지은", " 박서준", " 최민서", " 정하늘"];

const SYLLABLES: &[&str] = &[
    "Bar", "Ke", "Lo", "Ma", "Ni", "Pet", "Ro", "San", "Ti", "Vel", "Wi", "Zan",
];

const ENDS: &[&str] = &["son", "ski", "ez", "ini", "ler", "sen", "ová", "idis"];

const GRADES: &[&str] = &["Senior", "Junior", "Lead", "Principal", "Associate"];

const JOBS: &[&str] = &[
    "Engineer",
    "Adviser",
    "Accountant",
    "Analyst",
    "Specialist",
    "Counsel",
];

const DEPARTMENTS: &[&str] = &[
    "Finance",
    "Legal",
    "Cloud Operations",
    "Field Service",
    "Sales",
    "Réseau",
];

const SKILLS: &[&str] = &[
    "Billing",
    "Cloud licences",
    "SAP",
    "VPN",
    "Contracts",
    "Returns",
    "Hardware",
    "Mobile",
    "C++",
    "Tax",
    "Payroll",
    "Warranty",
];
