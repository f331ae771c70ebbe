//! The one task that owns the roster, the agent's own presence and the cards on their way, and carries out
//! what they want. The only place where time passes.

mod deliver;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use tokio::{
    sync::{OnceCell, mpsc, watch},
    task::JoinSet,
    time::{sleep_until, timeout},
};
use warmline_entra::{Scope, Scopes, Tokens};

use crate::{
    ask::{Answer, Failure, RequestId},
    card::{Card, CardState, CardView},
    client::{Graph, Trouble},
    clock::Moment,
    config::Config,
    event::{Command, Event},
    experts::{Experts, Wish},
    own::{self, Own},
    people::People,
    person::{Person, PersonId},
    presence::Presence,
    roster::Roster,
};

/// Begins to read the experts of one tenant. Nothing is asked before somebody is signed in
/// ([`Experts::granted`]) and something is looked at. To be called in a tokio runtime, after the process's
/// TLS provider is installed.
pub fn start(config: Config, tokens: Arc<dyn Tokens>) -> Experts {
    let (wishes, inbox) = mpsc::unbounded_channel();
    let (people, shown) = watch::channel(Arc::<People>::default());
    let (own_sender, own) = watch::channel(None);
    let (teams_call_sender, teams_call) = watch::channel(false);
    let (seen, known) = watch::channel(HashMap::new());
    let now = Moment::now();
    let running = Running {
        graph: Graph::new(&config, tokens),
        roster: Roster::new(&config, now.instant, now.wall),
        own: Own::new(config.share_presence, config.agents, config.seed),
        config,
        agent: Arc::default(),
        told: now,
        asked: JoinSet::new(),
        deeds: JoinSet::new(),
        cards: JoinSet::new(),
        outlets: Outlets {
            people,
            seen,
            own: own_sender,
            teams_call: teams_call_sender,
        },
    };
    tokio::spawn(running.run(inbox));
    Experts {
        wishes,
        people: shown,
        known,
        own,
        teams_call,
    }
}

struct Running {
    config: Config,
    graph: Graph,
    roster: Roster,
    own: Own,
    /// Who the agent is, asked once for each sign-in.
    agent: Arc<OnceCell<PersonId>>,
    /// When the roster was told the time last.
    told: Moment,
    asked: JoinSet<(RequestId, Answer)>,
    deeds: JoinSet<own::Event>,
    cards: JoinSet<()>,
    outlets: Outlets,
}

struct Outlets {
    people: watch::Sender<Arc<People>>,
    /// Everybody who was shown lately: what the agent clicks on may just have gone from the list.
    seen: watch::Sender<HashMap<PersonId, Arc<Person>>>,
    own: watch::Sender<Option<Presence>>,
    teams_call: watch::Sender<bool>,
}

impl Running {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Wish>) {
        self.show();
        loop {
            let due = [self.roster.poll_timeout(), self.own.poll_timeout()];
            let due = due.into_iter().flatten().min();
            tokio::select! {
                wish = inbox.recv() => match wish {
                    Some(wish) => self.wish(wish),
                    None => break,
                },
                Some(Ok((id, answer))) = self.asked.join_next() => {
                    self.tell(Event::Answered(id, answer));
                }
                Some(Ok(event)) = self.deeds.join_next() => self.tell_own(event),
                Some(_) = self.cards.join_next() => {}
                () = pass(due) => {
                    self.tell(Event::Timeout);
                    self.tell_own(own::Event::Timeout);
                }
            }
        }
        if self.own.is_set() {
            // It would run out by itself, but later; nobody waits for it here.
            let _ = timeout(FAREWELL, self.graph.clear_busy(&self.config.client_id)).await;
        }
    }

    fn wish(&mut self, wish: Wish) {
        match wish {
            Wish::Granted(Some(scopes)) => {
                self.tell_own(may(&scopes));
                self.tell(Event::Granted(scopes));
            }
            Wish::Granted(None) => {
                // The next one to sign in may be somebody else.
                self.agent = Arc::default();
                self.tell_own(own::Event::SignedOut);
                self.tell(Event::SignedOut);
            }
            Wish::Look(look) => {
                self.tell_own(own::Event::Visible(look.visible));
                self.tell(Event::Look(look));
            }
            Wish::Remember(past) => self.tell(Event::Remembered(past)),
            Wish::Favourite(id, marked) => self.tell(Event::Favourite(id, marked)),
            Wish::Called(id) => self.tell(Event::Called(id)),
            Wish::Woke => {
                self.tell_own(own::Event::Woke);
                self.tell(Event::Woke);
            }
            Wish::InCall(up) => self.tell_own(own::Event::InCall(up)),
            Wish::Send(to, card, view) => self.send(to, &card, view),
        }
    }

    fn tell(&mut self, event: Event) {
        let now = Moment::now();
        // Meetings are on the clock of the wall, which may be set, or go on while the machine sleeps.
        if apart(self.told, now) > DRIFT {
            self.told = now;
            self.take(now.instant, Event::Clock(now.wall));
        }
        self.take(now.instant, event);
    }

    fn take(&mut self, now: Instant, event: Event) {
        for command in self.roster.handle(now, event) {
            match command {
                Command::Ask(id, ask) => {
                    let graph = self.graph.clone();
                    self.asked
                        .spawn(async move { (id, graph.answer(&ask).await) });
                }
                Command::Changed => self.show(),
            }
        }
    }

    fn tell_own(&mut self, event: own::Event) {
        for command in self.own.handle(Moment::now().instant, event) {
            let graph = self.graph.clone();
            let session = self.config.client_id.clone();
            match command {
                own::Command::Set => drop(self.deeds.spawn(async move {
                    own::Event::Written(done(graph.set_busy(&session, own::EXPIRY).await))
                })),
                own::Command::Clear => drop(self.deeds.spawn(async move {
                    own::Event::Written(done(graph.clear_busy(&session).await))
                })),
                own::Command::Read => drop(
                    self.deeds
                        .spawn(async move { own::Event::Read(done(graph.own_presence().await)) }),
                ),
                own::Command::Changed => {
                    let presence = self.own.presence().cloned();
                    self.outlets.own.send_if_modified(|shown| {
                        let new = *shown != presence;
                        *shown = presence;
                        new
                    });
                    let teams_call = self.own.teams_call();
                    self.outlets.teams_call.send_if_modified(|shown| {
                        std::mem::replace(shown, teams_call) != teams_call
                    });
                }
            }
        }
    }

    fn show(&self) {
        let people = self.roster.people(Moment::now().instant);
        self.outlets.seen.send_if_modified(|seen| {
            if seen.len() > MOST_SEEN {
                seen.clear();
            }
            for ranked in people.everybody() {
                seen.insert(ranked.person.id.clone(), ranked.person.clone());
            }
            // Nobody waits for it.
            false
        });
        self.outlets.people.send_if_modified(|shown| {
            let new = **shown != people;
            if new {
                *shown = Arc::new(people);
            }
            new
        });
    }

    fn send(&mut self, to: PersonId, card: &Card, view: watch::Sender<CardView>) {
        let policy = self.config.card.as_ref();
        let text = policy
            .map(|policy| card.text(policy))
            .filter(|text| !text.is_empty());
        let Some(text) = text else {
            view.send_modify(|view| view.state = CardState::Failed(Failure::NotGranted));
            return;
        };
        view.send_modify(|view| view.text = text.clone().into());
        let delivery = deliver::Delivery {
            graph: self.graph.clone(),
            agent: self.agent.clone(),
            view,
        };
        self.cards.spawn(delivery.run(to, text));
    }
}

/// Waits for this moment, or for ever without one.
async fn pass(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

fn may(scopes: &Scopes) -> own::Event {
    own::Event::Granted {
        set: scopes.contains(&Scope::PresenceReadWrite),
        read: scopes.contains(&Scope::PresenceReadAll),
    }
}

fn done<T>(result: Result<T, Trouble>) -> Result<T, Failure> {
    result.map_err(|trouble| trouble.failure)
}

/// By how much the clock on the wall has gone another way than time.
fn apart(then: Moment, now: Moment) -> Duration {
    let expected = then.wall + now.instant.saturating_duration_since(then.instant);
    let ahead = |a: SystemTime, b: SystemTime| a.duration_since(b).unwrap_or_default();
    ahead(now.wall, expected).max(ahead(expected, now.wall))
}

const MOST_SEEN: usize = 4_000;
const DRIFT: Duration = Duration::from_secs(1);
const FAREWELL: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
