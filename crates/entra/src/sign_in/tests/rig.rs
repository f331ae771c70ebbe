mod answers;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rand::{SeedableRng as _, rngs::StdRng};
use url::Url;

use crate::{
    cloud::Cloud,
    config::{Config, Keeping, Opener},
    scope::{Scope, Scopes},
    sign_in::{
        AskerId, Command, Event, KeepError, Kept, Method, Question, RequestId, Settings, SignIn,
        Wanted,
    },
    state::{Account, State},
    tokens::{AccessToken, TokenError},
};

pub(super) use answers::{discovery, form};

pub(super) const TENANT: &str = "11111111-2222-3333-4444-555555555555";
pub(super) const AUTHORITY: &str = "https://login.example.com";
/// The time of day at which everything begins.
const DAY: u64 = 1_800_000_000;

/// The machine, and everybody around it.
pub(super) struct Rig {
    pub(super) machine: SignIn,
    pub(super) now: Instant,
    start: Instant,
    /// What it has asked of the identity provider, unanswered.
    pub(super) questions: Vec<(RequestId, Question)>,
    /// What it has told others to do, except for what follows.
    pub(super) done: Vec<Done>,
    /// Whoever waits for a token, and what they got.
    answers: BTreeMap<AskerId, Result<String, TokenError>>,
    /// Tokens that were handed out, in order.
    pub(super) handed_out: Vec<String>,
    /// What is kept.
    pub(super) vault: Option<Kept>,
    /// What the vault says from now on.
    pub(super) vault_error: Option<KeepError>,
    /// What the vault has been told to do and has not done yet, if it is slow.
    errands: Vec<Command>,
    pub(super) slow_vault: bool,
    listener: Option<RequestId>,
    page: Option<Url>,
    asked: u64,
    issued: u64,
}

/// What was done to the world outside.
#[derive(Debug, PartialEq)]
pub(super) enum Done {
    Listened,
    Opened,
    Finished(bool),
    Stopped,
    Kept(String),
    Wiped,
}

pub(super) fn config(device_code: bool) -> Config {
    Config {
        cloud: Cloud {
            authority: AUTHORITY.to_owned(),
            graph: "https://graph.example.com/v1.0".to_owned(),
        },
        tenant: TENANT.to_owned(),
        client_id: "client".to_owned(),
        provider_scope: Some("api://provider/Phone.Read".to_owned()),
        device_code,
        keeping: Keeping::Nowhere,
        opener: Opener::new(|_| Ok(())),
        extra_ca: None,
    }
}

pub(super) fn account() -> Account {
    Account {
        id: "object".into(),
        tenant: TENANT.to_owned(),
        name: "Robin Adeyemi".into(),
        username: "robin@contact.example".into(),
    }
}

pub(super) fn scopes(scopes: &[Scope]) -> Scopes {
    scopes.iter().copied().collect()
}

impl Rig {
    /// Nobody has ever signed in.
    pub(super) fn new() -> Self {
        Self::with(&config(true), None)
    }

    /// Somebody had signed in before.
    pub(super) fn kept() -> Self {
        let kept = Kept {
            refresh_token: "refresh-0".into(),
            account: account(),
            granted: scopes(&[Scope::UserRead]),
        };
        Self::with(&config(true), Some(kept))
    }

    pub(super) fn with(config: &Config, vault: Option<Kept>) -> Self {
        let now = Instant::now();
        let mut rig = Self {
            machine: SignIn::new(Settings::new(config), StdRng::seed_from_u64(7)),
            now,
            start: now,
            questions: Vec::new(),
            done: Vec::new(),
            answers: BTreeMap::new(),
            handed_out: Vec::new(),
            vault,
            vault_error: None,
            errands: Vec::new(),
            slow_vault: false,
            listener: None,
            page: None,
            asked: 0,
            issued: 0,
        };
        assert_eq!(rig.machine.state(), State::Starting);
        rig.tell(Event::Start);
        rig
    }

    /// Somebody is signed in, by the browser.
    pub(super) fn signed_in() -> Self {
        let mut rig = Self::new();
        rig.sign_in();
        rig.done.clear();
        rig
    }

    pub(super) fn sign_in(&mut self) {
        self.tell(Event::SignIn(Method::Browser));
        self.discover();
        self.come_back();
        self.exchange();
        self.give_keys();
        assert!(matches!(self.machine.state(), State::SignedIn { .. }));
    }

    pub(super) fn tell(&mut self, event: Event) {
        let commands = self.machine.handle(self.now, event);
        self.carry_out(commands);
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Load { .. } | Command::Keep { .. } | Command::Wipe { .. } => {
                    self.errands.push(command);
                }
                Command::Ask { request, question } => self.questions.push((request, question)),
                Command::Listen { listener, state } => {
                    assert_eq!(state.expose().len(), 43);
                    assert_eq!(self.listener, None, "one port at a time");
                    self.listener = Some(listener);
                    self.done.push(Done::Listened);
                    self.tell(Event::Listening {
                        listener,
                        port: 4711,
                    });
                }
                Command::Finish { listener, result } => {
                    assert_eq!(self.listener.take(), Some(listener));
                    self.done.push(Done::Finished(result.is_ok()));
                }
                Command::StopListening { listener } => {
                    assert_eq!(self.listener.take(), Some(listener));
                    self.done.push(Done::Stopped);
                }
                Command::Open { request, page } => {
                    self.page = Some(page.expose().clone());
                    self.done.push(Done::Opened);
                    self.tell(Event::Opened {
                        request,
                        opened: true,
                    });
                }
                Command::Answer { asker, result } => {
                    let result = result.map(|token| token.expose().to_owned());
                    self.handed_out.extend(result.iter().cloned());
                    assert_eq!(self.answers.insert(asker, result), None, "answered twice");
                }
            }
        }
        if !self.slow_vault {
            self.do_errands();
        }
    }

    /// The vault does what it has been told.
    pub(super) fn do_errands(&mut self) {
        for errand in std::mem::take(&mut self.errands) {
            let outcome = self.vault_error.map_or(Ok(()), Err);
            let event = match errand {
                Command::Load { request } => Event::Loaded {
                    request,
                    result: outcome.map(|()| self.vault.clone()),
                },
                Command::Keep { request, kept } => {
                    // What cannot be replaced is removed.
                    self.vault = None;
                    if outcome.is_ok() {
                        self.done
                            .push(Done::Kept(kept.refresh_token.expose().clone()));
                        self.vault = Some(kept);
                    }
                    Event::Stored {
                        request,
                        result: outcome,
                    }
                }
                Command::Wipe { request } => {
                    if outcome.is_ok() {
                        self.done.push(Done::Wiped);
                        self.vault = None;
                    }
                    Event::Wiped {
                        request,
                        result: outcome,
                    }
                }
                _ => continue,
            };
            self.tell(event);
        }
    }

    /// Time passes, and whatever was due in it happens when it was.
    pub(super) fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.machine.poll_timeout().filter(|due| *due <= until) {
            assert!(
                due >= self.now || !self.questions.is_empty(),
                "due before now"
            );
            self.now = self.now.max(due);
            let before = self.machine.poll_timeout();
            self.tell(Event::Timeout);
            if self.machine.poll_timeout() == before {
                panic!("it is told the time and does not move on: {before:?}");
            }
        }
        self.now = until;
    }

    /// The one question that is unanswered.
    pub(super) fn question(&mut self) -> (RequestId, Question) {
        assert_eq!(self.questions.len(), 1, "{:?}", self.questions);
        self.questions.remove(0)
    }

    /// Somebody asks for a token.
    pub(super) fn ask(&mut self, wanted: Wanted) -> AskerId {
        self.asked += 1;
        let asker = AskerId(self.asked);
        self.tell(Event::Token { asker, wanted });
        asker
    }

    pub(super) fn ask_graph(&mut self) -> AskerId {
        self.ask(Wanted::Graph(vec![Scope::UserRead]))
    }

    /// What somebody got, if it is known.
    pub(super) fn got(&self, asker: AskerId) -> Option<Result<&str, TokenError>> {
        let answer = self.answers.get(&asker)?;
        Some(answer.as_ref().map(String::as_str).map_err(|error| *error))
    }

    /// The token of whoever asks for Graph's, which is there.
    pub(super) fn graph_token(&mut self) -> AccessToken {
        let asker = self.ask_graph();
        AccessToken::new(self.got(asker).unwrap().unwrap())
    }
}
