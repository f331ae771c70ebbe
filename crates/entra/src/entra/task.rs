use std::{
    collections::BTreeMap,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet, spawn_blocking},
};
use url::Url;
use warmline_redact::{Pii, Secret};

use crate::{
    config::Opener,
    http::Http,
    loopback::Loopback,
    sign_in::{AskerId, Command, Event, Kept, Question, RequestId, SignIn, Wanted},
    state::{State, Why},
    tokens::{AccessToken, TokenError},
    vault::Vault,
};

/// What somebody wants.
#[derive(Debug)]
pub(super) enum Order {
    /// That this be handled.
    Event(Event),
    /// A token.
    Token {
        wanted: Wanted,
        answer: oneshot::Sender<Result<AccessToken, TokenError>>,
    },
    /// To sign out, and to know when.
    SignOut(oneshot::Sender<()>),
}

/// The one that owns the machine.
pub(super) struct Task {
    machine: SignIn,
    http: Option<Http>,
    opener: Opener,
    state: watch::Sender<State>,
    events: mpsc::UnboundedSender<Event>,
    happened: mpsc::UnboundedReceiver<Event>,
    errands: mpsc::UnboundedSender<Errand>,
    /// Keeps what is to be kept, one errand after the other.
    keeper: JoinHandle<()>,
    /// Questions, ports and pages under way.
    work: JoinSet<()>,
    /// Open ports, and how to tell the browser how it went: dropped, the port is closed.
    ports: BTreeMap<RequestId, oneshot::Sender<Result<(), Why>>>,
    askers: BTreeMap<AskerId, oneshot::Sender<Result<AccessToken, TokenError>>>,
    asked: u64,
    /// Those who wait until nothing is kept, by the wipe that they wait for.
    leaving: BTreeMap<RequestId, oneshot::Sender<()>>,
}

/// Something for the vault to do.
enum Errand {
    Load(RequestId),
    Keep(RequestId, Kept),
    Wipe(RequestId),
}

impl Task {
    pub(super) fn new(
        machine: SignIn,
        http: Option<Http>,
        vault: Vault,
        opener: Opener,
        state: watch::Sender<State>,
    ) -> Self {
        let (events, happened) = mpsc::unbounded_channel();
        let (errands, received) = mpsc::unbounded_channel();
        Self {
            machine,
            http,
            opener,
            state,
            keeper: tokio::spawn(keep(vault, received, events.clone())),
            events,
            happened,
            errands,
            work: JoinSet::new(),
            ports: BTreeMap::new(),
            askers: BTreeMap::new(),
            asked: 0,
            leaving: BTreeMap::new(),
        }
    }

    /// Until nobody is there any more to want something.
    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        self.step(Event::Start);
        loop {
            let due = self
                .machine
                .poll_timeout()
                .map(tokio::time::Instant::from_std);
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.take(order),
                    None => break,
                },
                Some(event) = self.happened.recv() => self.step(event),
                () = sleep_until(due) => self.step(Event::Timeout),
                Some(_) = self.work.join_next() => {}
            }
        }
        // What has been said to be kept is kept, also when the phone ends at once.
        drop(self.errands);
        let _ = self.keeper.await;
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Event(event) => self.step(event),
            Order::Token { wanted, answer } => {
                self.asked += 1;
                let asker = AskerId(self.asked);
                self.askers.insert(asker, answer);
                self.step(Event::Token { asker, wanted });
            }
            Order::SignOut(done) => {
                let commands = self.machine.handle(Instant::now(), Event::SignOut);
                let wipe = commands.iter().rev().find_map(|command| match command {
                    Command::Wipe { request } => Some(*request),
                    _ => None,
                });
                if let Some(request) = wipe {
                    self.leaving.insert(request, done);
                }
                self.carry_out(commands);
            }
        }
    }

    fn step(&mut self, event: Event) {
        let wiped = match event {
            Event::Wiped { request, .. } => Some(request),
            _ => None,
        };
        let commands = self.machine.handle(Instant::now(), event);
        self.carry_out(commands);
        if let Some(done) = wiped.and_then(|request| self.leaving.remove(&request)) {
            // Whoever does not wait any more need not know.
            let _ = done.send(());
        }
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Load { request } => self.errand(Errand::Load(request)),
                Command::Keep { request, kept } => self.errand(Errand::Keep(request, kept)),
                Command::Wipe { request } => self.errand(Errand::Wipe(request)),
                Command::Ask { request, question } => self.ask(request, question),
                Command::Listen { listener, state } => self.listen(listener, state),
                Command::Finish { listener, result } => {
                    if let Some(verdict) = self.ports.remove(&listener) {
                        // A browser that is gone already need not be told.
                        let _ = verdict.send(result);
                    }
                }
                Command::StopListening { listener } => drop(self.ports.remove(&listener)),
                Command::Open { request, page } => self.open(request, page),
                Command::Answer { asker, result } => {
                    if let Some(answer) = self.askers.remove(&asker) {
                        // Whoever does not wait any more does without.
                        let _ = answer.send(result);
                    }
                }
            }
        }
        let state = self.machine.state();
        self.state.send_if_modified(|said| {
            let news = *said != state;
            *said = state;
            news
        });
    }

    fn errand(&self, errand: Errand) {
        self.errands
            .send(errand)
            .expect("the keeper lives as long as this does");
    }

    fn ask(&mut self, request: RequestId, question: Question) {
        let (http, events) = (self.http.clone(), self.events.clone());
        self.work.spawn(async move {
            let reply = match http {
                Some(http) => http.ask(question).await,
                None => None,
            };
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            let at = since.unwrap_or_default().as_secs();
            let _ = events.send(Event::Answered { request, at, reply });
        });
    }

    fn listen(&mut self, listener: RequestId, state: Secret<String>) {
        let events = self.events.clone();
        let (verdict, outcome) = oneshot::channel();
        self.work.spawn(async move {
            let Ok(loopback) = Loopback::open().await else {
                let _ = events.send(Event::NoPort { listener });
                return;
            };
            let port = loopback.port();
            let _ = events.send(Event::Listening { listener, port });
            let came = |redirect| {
                let _ = events.send(Event::Redirected { listener, redirect });
            };
            loopback.serve(state, came, outcome).await;
        });
        self.ports.insert(listener, verdict);
    }

    fn open(&mut self, request: RequestId, page: Pii<Url>) {
        let (opener, events) = (self.opener.clone(), self.events.clone());
        self.work.spawn_blocking(move || {
            let opened = match opener.open(page.expose()) {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(error = %error.kind(), "no browser can be started");
                    false
                }
            };
            let _ = events.send(Event::Opened { request, opened });
        });
    }
}

/// Does what the vault is there for, off the async threads: the keychain may ask the agent to unlock it.
async fn keep(
    mut vault: Vault,
    mut errands: mpsc::UnboundedReceiver<Errand>,
    events: mpsc::UnboundedSender<Event>,
) {
    while let Some(errand) = errands.recv().await {
        let done = spawn_blocking(move || {
            let event = run(&mut vault, errand);
            (vault, event)
        });
        // Only the end of the runtime stops it.
        let Ok((back, event)) = done.await else {
            return;
        };
        vault = back;
        let _ = events.send(event);
    }
}

fn run(vault: &mut Vault, errand: Errand) -> Event {
    match errand {
        Errand::Load(request) => Event::Loaded {
            request,
            result: vault.load(),
        },
        Errand::Keep(request, kept) => Event::Stored {
            request,
            result: vault.keep(&kept),
        },
        Errand::Wipe(request) => Event::Wiped {
            request,
            result: vault.wipe(),
        },
    }
}

async fn sleep_until(due: Option<tokio::time::Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
