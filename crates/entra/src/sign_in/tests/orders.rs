//! Whatever happens in whatever order.

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;
use serde_json::json;

use super::rig::{Done, Rig, form, scopes};
use crate::{
    forge::Forge,
    scope::Scope,
    sign_in::{Event, KeepError, Method, Question, RequestId, Wanted},
    state::State,
    tokens::AccessToken,
};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    SignIn,
    DeviceCode,
    OpenPage,
    Cancel,
    SignOut,
    Ask,
    Graph,
    Provider,
    /// The last token that was handed out is refused.
    Refuse {
        challenged: bool,
    },
    /// The oldest question is answered, or the newest.
    Answer {
        newest: bool,
        how: How,
    },
    ComeBack {
        refused: bool,
    },
    Vault {
        slow: bool,
        broken: bool,
    },
    Wait(u16),
}

#[derive(Clone, Copy, Debug)]
enum How {
    Well,
    Silence,
    Nonsense,
    No,
    Expired,
    Pending,
}

fn step() -> impl Strategy<Value = Step> {
    let how = prop_oneof![
        8 => Just(How::Well),
        1 => Just(How::Silence),
        1 => Just(How::Nonsense),
        1 => Just(How::No),
        1 => Just(How::Expired),
        1 => Just(How::Pending),
    ];
    prop_oneof![
        3 => Just(Step::SignIn),
        1 => Just(Step::DeviceCode),
        1 => Just(Step::OpenPage),
        1 => Just(Step::Cancel),
        1 => Just(Step::SignOut),
        1 => Just(Step::Ask),
        3 => Just(Step::Graph),
        3 => Just(Step::Provider),
        2 => any::<bool>().prop_map(|challenged| Step::Refuse { challenged }),
        12 => (any::<bool>(), how).prop_map(|(newest, how)| Step::Answer { newest, how }),
        4 => prop::bool::weighted(0.2).prop_map(|refused| Step::ComeBack { refused }),
        2 => (any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(slow, broken)| Step::Vault { slow, broken }),
        4 => (0_u16..4_000).prop_map(Step::Wait),
    ]
}

/// A rig, and what must be true of it at all times.
struct Watched {
    rig: Rig,
    /// Refresh tokens that were exchanged for others.
    spent: BTreeSet<String>,
    /// The refresh token that was kept last, and those before it.
    kept: Option<String>,
    replaced: BTreeSet<String>,
    /// Refreshes under way, not those that were given up.
    current: BTreeSet<RequestId>,
    /// Access tokens of sign-ins that are over.
    over: BTreeSet<String>,
    handed_out: Vec<AccessToken>,
}

impl Watched {
    fn new(kept: bool) -> Self {
        Self {
            rig: if kept { Rig::kept() } else { Rig::new() },
            spent: BTreeSet::new(),
            kept: None,
            replaced: BTreeSet::new(),
            current: BTreeSet::new(),
            over: BTreeSet::new(),
            handed_out: Vec::new(),
        }
    }

    fn take(&mut self, step: &Step) {
        let rig = &mut self.rig;
        match step {
            Step::SignIn => rig.tell(Event::SignIn(Method::Browser)),
            Step::DeviceCode => rig.tell(Event::SignIn(Method::DeviceCode)),
            Step::OpenPage => rig.tell(Event::OpenPage),
            Step::Cancel => rig.tell(Event::Cancel),
            Step::SignOut => {
                rig.tell(Event::SignOut);
                self.signed_out();
            }
            Step::Ask => rig.tell(Event::Ask(scopes(&[Scope::PresenceReadAll]))),
            Step::Graph => drop(rig.ask_graph()),
            Step::Provider => drop(rig.ask(Wanted::Provider)),
            Step::Refuse { challenged } => {
                let claims = "eyJhY2Nlc3NfdG9rZW4iOnt9fQ".to_owned();
                if let Some(token) = self.handed_out.last().cloned() {
                    let claims = challenged.then_some(claims);
                    rig.tell(Event::Refused { token, claims });
                }
            }
            Step::Answer { newest, how } => self.answer(*newest, *how),
            Step::ComeBack { refused } => {
                if rig.listens() {
                    match refused {
                        true => rig.come_back_refused("access_denied", ""),
                        false => rig.come_back(),
                    }
                }
            }
            Step::Vault { slow, broken } => {
                rig.vault_error = broken.then_some(KeepError::Disk);
                rig.slow_vault = *slow;
                if !slow {
                    rig.do_errands();
                }
            }
            Step::Wait(seconds) => rig.wait(Duration::from_secs((*seconds).into())),
        }
        self.watch();
    }

    fn answer(&mut self, newest: bool, how: How) {
        let rig = &mut self.rig;
        if rig.questions.is_empty() {
            return;
        }
        let at = if newest { rig.questions.len() - 1 } else { 0 };
        let (request, question) = rig.questions.remove(at);
        let error = |error: &str| json!({ "error": error }).to_string();
        match how {
            How::Well => self.answer_well(request, &question),
            How::Silence => rig.answered(request, None),
            How::Nonsense => rig.reply(request, 200, "<html>"),
            How::No => rig.reply(request, 400, error("invalid_client")),
            How::Expired => rig.reply(request, 400, error("invalid_grant")),
            How::Pending => rig.reply(request, 400, error("authorization_pending")),
        }
    }

    fn answer_well(&mut self, request: RequestId, question: &Question) {
        let rig = &mut self.rig;
        let body = match question {
            Question::Get(url) if url.path().ends_with("/keys") => {
                json!({ "keys": [Forge::issuer().key()] })
            }
            Question::Get(_) => super::rig::discovery(),
            Question::Post(url, _) if url.path().ends_with("/devicecode") => json!({
                "device_code": "device", "user_code": "code", "expires_in": 900,
                "verification_uri": "https://login.example.com/device",
            }),
            Question::Post(..) => {
                let form = form(question);
                if rig.machine.refresh_awaits(request) {
                    self.spent.insert(form["refresh_token"].clone());
                }
                let mut tokens = rig.tokens(&form["scope"]);
                let claims = rig.claims(rig.nonce());
                tokens["id_token"] = Forge::issuer().sign(&claims).into();
                tokens
            }
        };
        rig.reply(request, 200, body.to_string());
    }

    fn signed_out(&mut self) {
        self.over.extend(
            self.handed_out
                .drain(..)
                .map(|token| token.expose().to_owned()),
        );
        self.current.clear();
    }

    fn watch(&mut self) {
        // Every token goes to somebody who may have it.
        for token in self.rig.handed_out.drain(..) {
            assert!(!self.over.contains(&token), "a token outlives its sign-in");
            self.handed_out.push(AccessToken::new(token));
        }
        if matches!(self.rig.machine.state(), State::SignedOut { .. }) {
            assert_eq!(self.rig.machine.poll_timeout(), None);
            self.signed_out();
        }
        // One refresh at a time, and always by the newest refresh token.
        let refreshes: Vec<_> = self
            .rig
            .questions
            .iter()
            .filter(|(request, question)| {
                self.rig.machine.refresh_awaits(*request) && matches!(question, Question::Post(..))
            })
            .collect();
        assert!(refreshes.len() <= 1);
        for (request, question) in refreshes {
            let token = form(question)["refresh_token"].clone();
            if self.current.insert(*request) {
                let spent = self.spent.contains(&token) || self.replaced.contains(&token);
                assert!(!spent, "{token} has been replaced");
            }
        }
        // What has been replaced is never kept again.
        for done in self.rig.done.drain(..) {
            if let Done::Kept(token) = done {
                assert!(!self.replaced.contains(&token), "{token} is kept again");
                let before = self.kept.replace(token.clone());
                self.replaced
                    .extend(before.filter(|before| *before != token));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_lost_leaked_or_doubled(kept in any::<bool>(), steps in prop::collection::vec(step(), 1..80)) {
        let mut watched = Watched::new(kept);
        for step in &steps {
            watched.take(step);
        }
        // Nothing hangs: where everybody answers, or nobody comes back, it comes to an end.
        watched.take(&Step::Vault { slow: false, broken: false });
        for _ in 0..5 {
            watched.take(&Step::Wait(600));
            while !watched.rig.questions.is_empty() {
                watched.take(&Step::Answer { newest: false, how: How::Well });
            }
        }
        prop_assert_eq!(watched.rig.unanswered(), 0);
        let settled = watched.rig.machine.state();
        prop_assert!(matches!(settled, State::SignedIn { .. } | State::SignedOut { .. }), "{:?}", settled);
        // Nobody gets a token after signing out.
        watched.take(&Step::SignOut);
        prop_assert_eq!(watched.rig.machine.state(), State::SignedOut { why: None });
        prop_assert!(watched.rig.vault.is_none());
        while !watched.rig.questions.is_empty() {
            watched.answer(false, How::Well);
        }
        let asker = watched.rig.ask_graph();
        prop_assert!(watched.rig.got(asker).unwrap().is_err());
        prop_assert!(watched.rig.vault.is_none() && watched.rig.machine.poll_timeout().is_none());
    }
}
