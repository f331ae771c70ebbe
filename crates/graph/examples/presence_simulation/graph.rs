use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use rand::{RngExt as _, rngs::StdRng};
use warmline_graph::{
    Activity, Answer, Ask, Availability, Dialable, DialledAs, Failure, Person, PersonId, Presence,
    Told,
};

/// Graph, with the budget of one tenant: 1,500 requests in any 30 s.
pub(crate) struct Graph {
    people: Vec<Person>,
    places: HashMap<PersonId, usize>,
    presences: Vec<(Availability, u64)>,
    /// When requests were let through, and how many.
    taken: VecDeque<(Duration, u64)>,
    in_window: u64,
}

impl Graph {
    pub(crate) fn new(experts: usize, rng: &mut StdRng) -> Self {
        let people: Vec<Person> = (0..experts).map(|n| person(n, rng)).collect();
        let places = people.iter().enumerate();
        Self {
            places: places.map(|(place, it)| (it.id.clone(), place)).collect(),
            presences: people.iter().map(|_| (draw(rng), 1)).collect(),
            people,
            taken: VecDeque::new(),
            in_window: 0,
        }
    }

    pub(crate) fn people(&self) -> &[Person] {
        &self.people
    }

    /// One of them does something else now.
    pub(crate) fn change(&mut self, rng: &mut StdRng) {
        let place = rng.random_range(0..self.presences.len());
        let (availability, sequence) = &mut self.presences[place];
        (*availability, *sequence) = (draw(rng), *sequence + 1);
    }

    /// What it says to `weight` agents who ask the same at one time.
    pub(crate) fn answer(
        &mut self,
        at: Duration,
        read_at: Instant,
        weight: u64,
        ask: &Ask,
    ) -> Answer {
        // Photos and skills have budgets of their own.
        if !matches!(ask, Ask::Presences(_)) {
            let told = self.tell(read_at, ask);
            return Answer { told, used: None };
        }
        while let Some((taken, count)) = self.taken.front()
            && at.saturating_sub(*taken) >= WINDOW
        {
            self.in_window -= count;
            self.taken.pop_front();
        }
        if self.in_window + weight > BUDGET {
            let first = self.taken.front().map_or(at, |(taken, _)| *taken);
            let wait = (first + WINDOW).saturating_sub(at).as_secs() + 1;
            let retry_after = Some(Duration::from_secs(wait));
            return Answer {
                told: Err(Failure::Throttled { retry_after }),
                used: Some(1.0),
            };
        }
        self.taken.push_back((at, weight));
        self.in_window += weight;
        let used = self.in_window as f32 / BUDGET as f32;
        Answer {
            told: self.tell(read_at, ask),
            used: Some(used).filter(|used| *used >= 0.8),
        }
    }

    fn tell(&self, read_at: Instant, ask: &Ask) -> Result<Told, Failure> {
        match ask {
            Ask::Members { .. } => Ok(Told::Members {
                people: self.people.clone(),
                next: None,
            }),
            Ask::Presences(ids) => {
                let presence = |id: &PersonId| {
                    let (availability, sequence) = self.presences[*self.places.get(id)?];
                    let presence = Presence {
                        availability,
                        activity: Activity::Nothing,
                        out_of_office: None,
                        status_message: None,
                        sequence_number: format!("A{sequence:010}"),
                        read_at,
                    };
                    Some((id.clone(), presence))
                };
                Ok(Told::Presences(ids.iter().filter_map(presence).collect()))
            }
            Ask::Skills(id) => {
                let place = self.places.get(id).ok_or(Failure::NotThere)?;
                Ok(Told::Skills(self.people[*place].skills.clone()))
            }
            _ => Err(Failure::NotThere),
        }
    }
}

fn person(number: usize, rng: &mut StdRng) -> Person {
    let id = PersonId::new(&format!("{number:08x}-0000-4000-8000-000000000000"));
    let skill = format!("Skill {}", rng.random_range(0..SKILLS));
    Person {
        id: id.unwrap_or_else(|| unreachable!("hexadecimal digits and dashes fit")),
        name: format!("Expert {number:05}").into(),
        title: None,
        department: None,
        mail: None,
        skills: vec![skill.into()],
        dialable: Some(Dialable {
            number: format!("+4930{number:06}").into(),
            dialled_as: DialledAs::Teams,
        }),
        time_zone: None,
        expert: true,
    }
}

fn draw(rng: &mut StdRng) -> Availability {
    match rng.random_range(0..100) {
        0..35 => Availability::Available,
        35..60 => Availability::Busy,
        60..68 => Availability::DoNotDisturb,
        68..85 => Availability::Away,
        _ => Availability::Offline,
    }
}

/// Things that experts know.
pub(crate) const SKILLS: u32 = 40;

const BUDGET: u64 = 1_500;

const WINDOW: Duration = Duration::from_secs(30);
