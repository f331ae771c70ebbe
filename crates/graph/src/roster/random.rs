//! Whatever happens, in whatever order: what a roster never does.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use proptest::{collection::vec, prelude::*, sample::Index};
use warmline_entra::{Scope, Scopes};

use super::stage::{Stage, config, id, person};
use crate::{
    ask::{Answer, Ask, Failure, Page, RequestId, Told},
    event::{Event, Past},
    look::{CallInHand, Look},
    person::{Dialable, DialledAs, PersonId},
    presence::Availability,
};

#[derive(Clone, Debug)]
enum Step {
    Grant(u8),
    SignOut,
    Look {
        visible: bool,
        call: Option<bool>,
        consulting: Option<u32>,
        search: String,
        first: usize,
        rows: usize,
    },
    Answer(Index, Said),
    /// To a question that is not open.
    AnswerNobody(u64),
    Wait(u32),
    Due,
    Woke,
    Clock(u32),
    Favourite(u32, bool),
    Called(u32),
    Remembered(u32),
}

#[derive(Clone, Debug)]
enum Said {
    /// What was asked, of people from this one on; of presence, with sequence numbers from this one on.
    Well {
        from: u32,
        more: bool,
    },
    /// What belongs to another question.
    Beside,
    Failed(Failure),
}

fn step() -> impl Strategy<Value = Step> {
    let look = (
        prop::bool::weighted(0.7),
        prop::option::of(any::<bool>()),
        prop::option::weighted(0.2, 0..PEOPLE),
        "[a-c]{0,3}",
        0..30_usize,
        0..300_usize,
    )
        .prop_map(
            |(visible, call, consulting, search, first, rows)| Step::Look {
                visible,
                call,
                consulting,
                search,
                first,
                rows,
            },
        );
    prop_oneof![
        1 => any::<u8>().prop_map(Step::Grant),
        1 => Just(Step::SignOut),
        4 => look,
        12 => (any::<Index>(), said()).prop_map(|(which, said)| Step::Answer(which, said)),
        1 => (0..60_u64).prop_map(Step::AnswerNobody),
        4 => (0..100_000_u32).prop_map(Step::Wait),
        8 => Just(Step::Due),
        1 => Just(Step::Woke),
        1 => any::<u32>().prop_map(Step::Clock),
        1 => (0..PEOPLE, any::<bool>()).prop_map(|(who, marked)| Step::Favourite(who, marked)),
        1 => (0..PEOPLE).prop_map(Step::Called),
        1 => (0..PEOPLE).prop_map(Step::Remembered),
    ]
}

fn said() -> impl Strategy<Value = Said> {
    let failure = prop_oneof![
        Just(Failure::SignedOut),
        Just(Failure::NotGranted),
        Just(Failure::NotThere),
        prop::option::of(0..400_u64).prop_map(|wait| Failure::Throttled {
            retry_after: wait.map(Duration::from_secs),
        }),
        Just(Failure::Throttled {
            retry_after: Some(Duration::MAX)
        }),
        Just(Failure::Offline),
        Just(Failure::Broken),
    ];
    prop_oneof![
        8 => (0..PEOPLE, prop::bool::weighted(0.2)).prop_map(|(from, more)| Said::Well { from, more }),
        1 => Just(Said::Beside),
        4 => failure.prop_map(Said::Failed),
    ]
}

/// What must be true, kept beside the roster.
struct Witness {
    stage: Stage,
    look: Look,
    granted: Option<Scopes>,
    /// Of each kind: until when Graph wants silence.
    silent: HashMap<&'static str, Instant>,
    /// Asked by somebody who is not signed in any more, or may do something else now.
    stale: Vec<RequestId>,
    /// The greatest sequence number that was told of each.
    newest: HashMap<PersonId, u32>,
}

impl Witness {
    fn new() -> Self {
        let mut stage = Stage::new(&config());
        stage.photos = true;
        Self {
            stage,
            look: Look::default(),
            granted: None,
            silent: HashMap::new(),
            stale: Vec::new(),
            newest: HashMap::new(),
        }
    }

    fn play(&mut self, step: Step) {
        let stage = &mut self.stage;
        match step {
            Step::Grant(bits) => {
                let scopes = SCOPES
                    .iter()
                    .zip(0..)
                    .filter(|(_, bit)| bits & (1 << bit) != 0);
                let scopes: Scopes = scopes.map(|(scope, _)| *scope).collect();
                if self.granted.as_ref() != Some(&scopes) {
                    self.stale.extend(stage.open.iter().map(|(id, _)| *id));
                }
                self.granted = Some(scopes.clone());
                self.tell(Event::Granted(scopes));
            }
            Step::SignOut => {
                self.stale.extend(stage.open.iter().map(|(id, _)| *id));
                self.granted = None;
                self.tell(Event::SignedOut);
            }
            Step::Look {
                visible,
                call,
                consulting,
                search,
                first,
                rows,
            } => {
                let call = call.map(|about| CallInHand {
                    topic: about.then(|| "Billing".into()).into_iter().collect(),
                });
                let search = search.into();
                let consulting = consulting.map(id);
                self.look = Look {
                    visible,
                    call,
                    consulting,
                    search,
                    first,
                    rows,
                };
                self.tell(Event::Look(self.look.clone()));
            }
            Step::Answer(which, said) => {
                if !stage.open.is_empty() {
                    let (id, ask) = stage.open.remove(which.index(stage.open.len()));
                    self.answer(id, &ask, said);
                }
            }
            Step::AnswerNobody(number) => {
                let id = RequestId(number);
                if stage.open.iter().all(|(open, _)| *open != id) {
                    let told = Ok(Told::Found(vec![person(PEOPLE + 1, "Nobody")]));
                    self.tell(Event::Answered(id, Answer { told, used: None }));
                    let nobody = crate::roster::stage::id(PEOPLE + 1);
                    assert!(self.stage.roster.person(&nobody).is_none());
                }
            }
            Step::Wait(millis) => {
                self.stage.now += Duration::from_millis(u64::from(millis));
                self.tell(Event::Timeout);
            }
            Step::Due => {
                if let Some(due) = stage.roster.poll_timeout() {
                    stage.now = due;
                    self.tell(Event::Timeout);
                }
            }
            Step::Woke => self.tell(Event::Woke),
            Step::Clock(seconds) => {
                let wall = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into());
                self.tell(Event::Clock(wall));
            }
            Step::Favourite(who, marked) => self.tell(Event::Favourite(id(who), marked)),
            Step::Called(who) => self.tell(Event::Called(id(who))),
            Step::Remembered(who) => {
                let number = person(who, "").dialable.unwrap().number;
                let called_at = self.stage.wall;
                let past = Past {
                    number,
                    called_at,
                    today: who,
                };
                self.tell(Event::Remembered(vec![past]));
            }
        }
    }

    fn answer(&mut self, request: RequestId, ask: &Ask, said: Said) {
        let used = Some(1.1).filter(|_| matches!(said, Said::Beside));
        let told = match said {
            Said::Well { from, more } => Ok(self.well(request, ask, from, more)),
            Said::Beside => Ok(match ask {
                Ask::Photo(_) => Told::Number(None),
                _ => Told::Photo(None),
            }),
            Said::Failed(failure) => {
                if let Failure::Throttled { retry_after } = failure {
                    let wait = retry_after
                        .unwrap_or_default()
                        .min(Duration::from_secs(86_400));
                    let until = self.silent.entry(kind(ask)).or_insert(self.stage.now);
                    *until = (*until).max(self.stage.now + wait);
                }
                Err(failure)
            }
        };
        self.tell(Event::Answered(request, Answer { told, used }));
    }

    fn well(&mut self, request: RequestId, ask: &Ask, from: u32, more: bool) -> Told {
        let next = more.then(|| Page("more".to_owned()));
        let some = from..PEOPLE.min(from + 20);
        let people = some.clone().map(|n| {
            let mut person = person(n, ["Ada", "Bea", "Abc"][n as usize % 3]);
            person.skills = vec![["Billing", "Cloud"][n as usize % 2].into()];
            person
        });
        match ask {
            Ask::Members { .. } => Told::Members {
                people: people.collect(),
                next,
            },
            Ask::Tagged { .. } => {
                let ids = some.map(id).collect();
                Told::Tagged {
                    skill: "Billing".into(),
                    ids,
                    next,
                }
            }
            Ask::These(_) | Ask::Search(_) => Told::Found(people.collect()),
            Ask::Presences(ids) => {
                let told = ids.iter().zip(0..).filter(|(_, n)| n % 5 != 0);
                let told: Vec<(PersonId, u32)> =
                    told.map(|(id, n)| (id.clone(), from + n)).collect();
                if !self.stale.contains(&request) {
                    for (id, sequence) in &told {
                        let newest = self.newest.entry(id.clone()).or_default();
                        *newest = (*newest).max(*sequence);
                    }
                }
                let presence = |sequence: u32| {
                    self.stage
                        .presence(Availability::Available, &format!("A{sequence}"))
                };
                let told = told.into_iter();
                Told::Presences(
                    told.map(|(id, sequence)| (id, presence(sequence)))
                        .collect(),
                )
            }
            Ask::Meetings(people) => {
                let meeting = Some(self.stage.wall).filter(|_| more);
                Told::Meetings(
                    people
                        .iter()
                        .map(|person| (person.id.clone(), meeting))
                        .collect(),
                )
            }
            Ask::Number(_) => {
                let number = "+44111".into();
                let dialled_as = DialledAs::Teams;
                Told::Number(more.then_some(Dialable { number, dialled_as }))
            }
            Ask::Skills(_) => {
                let skills = ["billing", "Cloud", "Returns"]
                    .into_iter()
                    .take(from as usize % 4);
                Told::Skills(skills.map(Into::into).collect())
            }
            Ask::Photo(_) => Told::Photo(more.then(|| [1].into())),
        }
    }

    fn tell(&mut self, event: Event) {
        let before = self.stage.open.len();
        let people = self.stage.people();
        let changes = self.stage.changes;
        // It holds itself that no time-out is due at once.
        self.stage.tell(event);
        for (_, ask) in &self.stage.open[before..] {
            self.allowed(ask);
        }
        let mut kinds: Vec<&str> = self.stage.open.iter().map(|(_, ask)| kind(ask)).collect();
        kinds.sort_unstable();
        let count = kinds.len();
        kinds.dedup();
        assert_eq!(kinds.len(), count, "one of each kind at a time");
        let now = self.stage.people();
        // Time alone changes words of age, and is not told by itself.
        if self.stage.changes == changes && people.all.total != now.all.total {
            panic!("the panel did not hear of it");
        }
        let lists = [&now.best, &now.favourites, &now.recent, &now.all.people];
        assert!(now.best.len() <= 8 && now.recent.len() <= 8 && now.all.people.len() <= 200);
        for ranked in lists.into_iter().flatten() {
            let newest = self.newest.get(&ranked.person.id);
            let shown = ranked
                .presence
                .as_ref()
                .map(|presence| &*presence.sequence_number);
            assert_eq!(shown, newest.map(|newest| format!("A{newest}")).as_deref());
            let skills = ranked.person.skills.iter();
            let mut skills: Vec<String> = skills.map(|it| it.expose().to_lowercase()).collect();
            let count = skills.len();
            skills.sort_unstable();
            skills.dedup();
            assert_eq!(skills.len(), count, "each skill once");
        }
    }

    /// Whether this may be asked now.
    fn allowed(&self, ask: &Ask) {
        let granted = self.granted.as_ref().expect("somebody is signed in");
        let silent = self.silent.get(kind(ask));
        assert!(
            silent.is_none_or(|until| *until <= self.stage.now),
            "{ask:?} in silence"
        );
        let looking = self.look.visible || self.look.call.is_some();
        let of_the_directory = matches!(ask, Ask::Members { .. } | Ask::Tagged { .. });
        assert!(looking || of_the_directory, "{ask:?} though nobody looks");
        let scope = match ask {
            Ask::Members { .. } => Some(Scope::GroupMemberReadBasicAll),
            Ask::Tagged { .. } => Some(Scope::TeamworkTagRead),
            Ask::These(ids) => {
                assert!((1..=15).contains(&ids.len()));
                Some(Scope::UserReadBasicAll)
            }
            Ask::Presences(ids) => {
                assert!((1..=650).contains(&ids.len()));
                Some(Scope::PresenceReadAll)
            }
            Ask::Search(text) => {
                assert!(text.expose().len() >= 2 && self.look.visible);
                Some(Scope::UserReadBasicAll)
            }
            Ask::Meetings(people) => {
                assert!((1..=20).contains(&people.len()));
                Some(Scope::CalendarsRead)
            }
            Ask::Number(_) => Some(Scope::TeamsUserConfigurationReadAll),
            Ask::Skills(_) => Some(Scope::UserReadAll),
            Ask::Photo(_) => Some(Scope::UserReadBasicAll),
        };
        assert!(
            scope.is_none_or(|scope| granted.contains(&scope)),
            "{ask:?} is not granted"
        );
    }
}

fn kind(ask: &Ask) -> &'static str {
    match ask {
        Ask::Members { .. } | Ask::Tagged { .. } | Ask::These(_) => "directory",
        Ask::Presences(_) => "presence",
        Ask::Search(_) => "search",
        Ask::Meetings(_) => "meetings",
        Ask::Number(_) => "number",
        Ask::Skills(_) => "skills",
        Ask::Photo(_) => "photo",
    }
}

proptest! {
    #[test]
    fn whatever_happens(steps in vec(step(), 1..150)) {
        let mut witness = Witness::new();
        for step in steps {
            witness.play(step);
        }
    }
}

/// Who there are.
const PEOPLE: u32 = 60;

const SCOPES: &[Scope] = &[
    Scope::UserReadBasicAll,
    Scope::PresenceReadAll,
    Scope::GroupMemberReadBasicAll,
    Scope::TeamworkTagRead,
    Scope::TeamsUserConfigurationReadAll,
    Scope::CalendarsRead,
    Scope::UserReadAll,
];
