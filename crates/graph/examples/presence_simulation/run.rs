use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant, SystemTime},
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use warmline_entra::{Cloud, Scope};
use warmline_graph::{Answer, Command, Config, Event, Look, RequestId, Roster};

use crate::{
    agent::Agent,
    graph::Graph,
    tally::{Counts, Report, Tally},
};

/// A tenant on one day.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) agents: u32,
    /// Each agent that is played stands for so many who do the same at the same time, which strains the
    /// budget more than if each did as they liked: 5,000 directories of 2,000 people do not fit into memory.
    pub(crate) weight: u64,
    /// Halfway through, everybody's panel opens in the same second, and stays open.
    pub(crate) outage: bool,
    /// Nobody has calls.
    pub(crate) idle: bool,
}

/// Play it.
pub(crate) fn run(plan: &Plan) -> Report {
    let mut stage = Stage::new(plan);
    while let Some(Reverse((at, _, next))) = stage.events.pop()
        && at < LASTS
    {
        stage.play(at, next);
    }
    let name = plan.name;
    let tally = stage.tally;
    Report { name, tally }
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Next {
    /// An agent does something else.
    Turn(usize),
    /// A roster's time-out.
    Timeout(usize),
    /// The answer to a request, which is in [`Stage::answers`].
    Answer(usize, usize),
    /// An expert does something else.
    Expert,
    /// Look at all screens.
    Sample,
    /// This agent's panel opened two seconds ago.
    Opened(usize),
    /// All panels open.
    AllOpen,
}

struct Stage<'a> {
    plan: &'a Plan,
    start: Instant,
    rng: StdRng,
    graph: Graph,
    seats: Vec<Seat>,
    answers: Vec<Option<(RequestId, Answer)>>,
    free: Vec<usize>,
    events: BinaryHeap<Reverse<(Duration, u64, Next)>>,
    /// Events of one instant come in the order in which they were made.
    count: u64,
    tally: Tally,
    all_open: bool,
}

struct Seat {
    agent: Agent,
    roster: Roster,
    look: Look,
    /// The time-out that stands in the queue.
    wake: Option<Duration>,
}

impl<'a> Stage<'a> {
    fn new(plan: &'a Plan) -> Self {
        let start = Instant::now();
        let mut rng = StdRng::seed_from_u64(20_261_130);
        let graph = Graph::new(EXPERTS, &mut rng);
        let seats = u64::from(plan.agents) / plan.weight;
        let mut stage = Self {
            plan,
            start,
            graph,
            seats: Vec::new(),
            answers: Vec::new(),
            free: Vec::new(),
            events: BinaryHeap::new(),
            count: 0,
            tally: Tally::default(),
            all_open: false,
            rng,
        };
        stage.tally.hours = f64::from(plan.agents) * (LASTS - WARM_UP).as_secs_f64() / 3_600.0;
        let windows = (LASTS - WARM_UP).as_secs() / 30;
        stage.tally.presences = Counts::new(windows as usize);
        stage.tally.skills = Counts::new(windows as usize);
        for seed in 0..seats {
            let roster = Roster::new(&config(plan.agents, seed), start, SystemTime::UNIX_EPOCH);
            let seat = stage.seats.len();
            stage.seats.push(Seat {
                agent: Agent::new(plan.idle),
                roster,
                look: Look::default(),
                wake: None,
            });
            // The shift begins within five minutes.
            let comes = Duration::from_secs(stage.rng.random_range(0..300));
            stage.later(comes, Next::Turn(seat));
        }
        stage.later(Duration::from_secs(1), Next::Expert);
        stage.later(WARM_UP, Next::Sample);
        if plan.outage {
            stage.later(OUTAGE, Next::AllOpen);
        }
        stage
    }

    fn play(&mut self, at: Duration, next: Next) {
        match next {
            Next::Turn(seat) => self.turn(at, seat),
            Next::Timeout(seat) => {
                if self.seats[seat].wake == Some(at) {
                    self.seats[seat].wake = None;
                    self.tell(at, seat, Event::Timeout);
                }
            }
            Next::Answer(seat, place) => {
                self.free.push(place);
                if let Some((id, answer)) = self.answers[place].take() {
                    self.tell(at, seat, Event::Answered(id, answer));
                }
            }
            Next::Expert => {
                // Each does something else every quarter of an hour.
                self.graph.change(&mut self.rng);
                self.later(at + Duration::from_secs(900) / EXPERTS as u32, Next::Expert);
            }
            Next::Sample => {
                for seat in 0..self.seats.len() {
                    self.sample(at, seat);
                }
                self.later(at + Duration::from_secs(5), Next::Sample);
            }
            Next::Opened(seat) => self.opened(at, seat),
            Next::AllOpen => {
                self.all_open = true;
                for seat in 0..self.seats.len() {
                    let mut look = self.seats[seat].look.clone();
                    look.visible = true;
                    self.look(at, seat, look);
                }
            }
        }
    }

    fn turn(&mut self, at: Duration, seat: usize) {
        if self.seats[seat].look.rows == 0 {
            let scopes = [
                Scope::UserReadBasicAll,
                Scope::PresenceReadAll,
                Scope::GroupMemberReadBasicAll,
                Scope::UserReadAll,
            ];
            self.tell(at, seat, Event::Granted(scopes.into_iter().collect()));
        }
        let people = self.graph.people();
        let (mut look, stint) = self.seats[seat].agent.next(at, people, &mut self.rng);
        look.visible |= self.all_open;
        self.look(at, seat, look);
        self.later(at + stint, Next::Turn(seat));
    }

    fn look(&mut self, at: Duration, seat: usize, look: Look) {
        if look.visible && !self.seats[seat].look.visible && at >= WARM_UP {
            self.later(at + Duration::from_secs(2), Next::Opened(seat));
        }
        self.seats[seat].look = look.clone();
        self.tell(at, seat, Event::Look(look));
    }

    fn tell(&mut self, at: Duration, seat: usize, event: Event) {
        let commands = self.seats[seat].roster.handle(self.start + at, event);
        for command in commands {
            if let Command::Ask(id, ask) = command {
                let latency = Duration::from_millis(self.rng.random_range(100..200));
                let read_at = self.start + at;
                let answer = self.graph.answer(at, read_at, self.plan.weight, &ask);
                if at >= WARM_UP {
                    let window = (at - WARM_UP).as_secs() as usize / 30;
                    self.tally.count(window, &ask, &answer, self.plan.weight);
                }
                let place = self.free.pop().unwrap_or(self.answers.len());
                self.answers
                    .resize_with(self.answers.len().max(place + 1), || None);
                self.answers[place] = Some((id, answer));
                self.later(at + latency, Next::Answer(seat, place));
            }
        }
        let wake = self.seats[seat].roster.poll_timeout();
        // The clock of the queue ticks in whole microseconds: never too early.
        let wake = wake.map(|wake| (wake - self.start).max(at));
        if wake != self.seats[seat].wake {
            self.seats[seat].wake = wake;
            if let Some(wake) = wake {
                self.later(wake, Next::Timeout(seat));
            }
        }
    }

    fn sample(&mut self, at: Duration, seat: usize) {
        let Seat { roster, look, .. } = &self.seats[seat];
        if !look.visible {
            return;
        }
        let now = self.start + at;
        let people = roster.people(now);
        for ranked in people.best.iter().chain(&people.all.people) {
            match &ranked.presence {
                Some(presence) => {
                    let age = now.saturating_duration_since(presence.read_at);
                    self.tally.seen.add(age.as_secs_f64());
                    if look.consulting.as_ref() == Some(&ranked.person.id) {
                        self.tally.consulted.add(age.as_secs_f64());
                    }
                }
                None => self.tally.unread += 1,
            }
        }
    }

    fn opened(&mut self, at: Duration, seat: usize) {
        let Seat { roster, look, .. } = &self.seats[seat];
        if look.visible {
            let now = self.start + at;
            let people = roster.people(now);
            let shown = people.best.iter().chain(&people.all.people);
            for presence in shown.filter_map(|ranked| ranked.presence.as_ref()) {
                let age = now.saturating_duration_since(presence.read_at);
                self.tally.opened.add(age.as_secs_f64());
            }
        }
    }

    fn later(&mut self, at: Duration, next: Next) {
        self.count += 1;
        self.events.push(Reverse((at, self.count, next)));
    }
}

fn config(agents: u32, seed: u64) -> Config {
    Config {
        cloud: Cloud {
            authority: String::new(),
            graph: String::new(),
        },
        groups: vec!["experts".to_owned()],
        tags: Vec::new(),
        agents,
        card: None,
        share_presence: false,
        client_id: String::new(),
        extra_ca: None,
        seed,
    }
}

const EXPERTS: usize = 2_000;

/// Not counted: the shift begins.
const WARM_UP: Duration = Duration::from_secs(600);

const OUTAGE: Duration = Duration::from_secs(900);

const LASTS: Duration = Duration::from_secs(1_500);
