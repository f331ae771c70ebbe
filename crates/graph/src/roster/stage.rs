//! A roster and a Graph that says what the test says, in virtual time.

use std::time::{Duration, Instant, SystemTime};

use warmline_entra::{Cloud, Scope, Scopes};

use super::Roster;
use crate::{
    ask::{Answer, Ask, Failure, RequestId, Told},
    config::{Config, TeamTag},
    event::{Command, Event},
    look::Look,
    people::People,
    person::{Dialable, DialledAs, Person, PersonId},
    presence::{Activity, Availability, Presence},
};

/// The `n`th person.
pub(crate) fn id(n: u32) -> PersonId {
    PersonId::new(&format!("{n:08x}-0000-4000-8000-000000000000")).unwrap()
}

/// The `n`th person, with a number that Teams answers.
pub(crate) fn person(n: u32, name: &str) -> Person {
    Person {
        id: id(n),
        name: name.into(),
        title: None,
        department: None,
        mail: Some(format!("p{n}@contoso.example").into()),
        skills: Vec::new(),
        dialable: Some(Dialable {
            number: format!("+44201{n:05}").into(),
            dialled_as: DialledAs::Teams,
        }),
        time_zone: None,
        expert: false,
    }
}

pub(crate) fn config() -> Config {
    Config {
        cloud: Cloud::named("public").unwrap(),
        groups: vec!["group".to_owned()],
        tags: vec![TeamTag {
            team: "team".to_owned(),
            tag: "tag".to_owned(),
        }],
        agents: 10,
        card: None,
        share_presence: false,
        client_id: String::new(),
        extra_ca: None,
        seed: 7,
    }
}

pub(crate) const BASIC: &[Scope] = &[Scope::UserReadBasicAll, Scope::PresenceReadAll];

pub(crate) const WITH_GROUPS: &[Scope] = &[
    Scope::UserReadBasicAll,
    Scope::PresenceReadAll,
    Scope::GroupMemberReadBasicAll,
];

pub(crate) struct Stage {
    pub(crate) roster: Roster,
    pub(crate) now: Instant,
    pub(crate) wall: SystemTime,
    /// What is asked and not answered.
    pub(crate) open: Vec<(RequestId, Ask)>,
    /// Photos are part of the story; otherwise nobody has one.
    pub(crate) photos: bool,
    /// How often the panel looked different.
    pub(crate) changes: u32,
}

impl Stage {
    pub(crate) fn new(config: &Config) -> Self {
        let now = Instant::now();
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        Self {
            roster: Roster::new(config, now, wall),
            now,
            wall,
            open: Vec::new(),
            photos: false,
            changes: 0,
        }
    }

    /// Signed in, and a group of these has been read.
    pub(crate) fn with(people: Vec<Person>) -> Self {
        let mut stage = Self::new(&config());
        stage.grant(WITH_GROUPS);
        let next = None;
        stage.answer(Ok(Told::Members { people, next }));
        assert!(stage.open.is_empty());
        stage
    }

    pub(crate) fn tell(&mut self, event: Event) {
        let mut none = Vec::new();
        for command in self.roster.handle(self.now, event) {
            match command {
                Command::Ask(id, Ask::Photo(_)) if !self.photos => none.push(id),
                Command::Ask(id, ask) => self.open.push((id, ask)),
                Command::Changed => self.changes += 1,
            }
        }
        for id in none {
            let told = Ok(Told::Photo(None));
            let used = None;
            self.tell(Event::Answered(id, Answer { told, used }));
        }
        let due = self.roster.poll_timeout();
        assert!(
            due.is_none_or(|due| due > self.now),
            "it is never due at once"
        );
    }

    pub(crate) fn grant(&mut self, scopes: &[Scope]) {
        let scopes: Scopes = scopes.iter().copied().collect();
        self.tell(Event::Granted(scopes));
    }

    /// The panel is to be seen, with ten rows.
    pub(crate) fn show(&mut self) {
        self.tell(Event::Look(shown()));
    }

    /// So much time passes, and with it every time-out.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.roster.poll_timeout().filter(|due| *due <= end) {
            self.now = due;
            self.tell(Event::Timeout);
        }
        self.now = end;
    }

    pub(crate) fn pass_s(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// What is asked, oldest first: it is answered.
    pub(crate) fn answer(&mut self, told: Result<Told, Failure>) {
        assert!(!self.open.is_empty(), "nothing was asked");
        let (id, _) = self.open.remove(0);
        let used = None;
        self.tell(Event::Answered(id, Answer { told, used }));
    }

    /// Everybody who is asked for is so.
    pub(crate) fn answer_presences(&mut self, availability: Availability, sequence: &str) {
        let ids = self.presences();
        let presence = self.presence(availability, sequence);
        let told = ids.into_iter().map(|id| (id, presence.clone())).collect();
        self.answer(Ok(Told::Presences(told)));
    }

    pub(crate) fn presence(&self, availability: Availability, sequence: &str) -> Presence {
        Presence {
            availability,
            activity: Activity::Nothing,
            out_of_office: None,
            status_message: None,
            sequence_number: sequence.to_owned(),
            read_at: self.now,
        }
    }

    /// Whose presence is asked for: by the oldest question, and there is one.
    pub(crate) fn presences(&self) -> Vec<PersonId> {
        match self.open.first() {
            Some((_, Ask::Presences(ids))) => ids.clone(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn people(&self) -> People {
        self.roster.people(self.now)
    }
}

pub(crate) fn shown() -> Look {
    Look {
        visible: true,
        rows: 10,
        ..Look::default()
    }
}
