//! Random orders of everything that can happen to calls.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rsipstack::sip::{Header, Headers, Method, Request};

use crate::agent::{DialogKey, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, invite, value};
use crate::headers;
use crate::line::Output;
use crate::message;
use crate::transactions::{ClientId, ServerId};

#[derive(Clone, Debug)]
enum Step {
    Call,
    /// Call, and be answered by the second of two forks.
    Forked,
    Called(u8),
    Ask(u8, usize),
    /// Answer one of our open requests: which, with what status, from which fork.
    Answer(usize, u16, u8, bool),
    /// A request within a dialog: which dialog, which method.
    Theirs(usize, u8),
    /// A re-INVITE in a dialog that the desk answers at once: they owe an ACK.
    Owing(usize),
    Cancel(usize),
    Ack(usize),
    ServerDone(usize),
    Break,
    Recover,
    Wait(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let status = prop_oneof![
        Just(100u16),
        Just(180),
        Just(183),
        Just(200),
        Just(200),
        Just(200),
        Just(302),
        Just(401),
        Just(422),
        Just(481),
        Just(486),
        Just(487),
        Just(491),
        Just(503)
    ];
    let step = prop_oneof![
        3 => Just(Step::Call),
        2 => Just(Step::Forked),
        3 => (0u8..4).prop_map(Step::Called),
        10 => (0u8..10, 0usize..4).prop_map(|(what, call)| Step::Ask(what, call)),
        14 => (0usize..6, status, 0u8..3, any::<bool>()).prop_map(|(n, s, f, r)| Step::Answer(n, s, f, r)),
        6 => (0usize..6, 0u8..7).prop_map(|(dialog, what)| Step::Theirs(dialog, what)),
        3 => (0usize..6).prop_map(Step::Owing),
        2 => (0usize..4).prop_map(Step::Cancel),
        4 => (0usize..6).prop_map(Step::Ack),
        1 => (0usize..6).prop_map(Step::ServerDone),
        1 => Just(Step::Break),
        2 => Just(Step::Recover),
        3 => (0u32..400).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Every call ends once and is silent after; every request of theirs gets one final response
    /// at most, and all but open INVITEs get it; every dialog that was answered is hung up by one
    /// side; and in the end nothing is remembered.
    #[test]
    fn no_call_is_lost_orphaned_or_ended_twice(steps in steps(), seed: u64) {
        let mut w = World::new(seed);
        for step in steps {
            w.step(step);
            w.check()?;
        }
        w.finish();
        w.check()?;
        prop_assert_eq!(w.t.core.calls(), 0);
        let open: Vec<_> = w.servers.values().filter(|s| !s.answered).map(|s| s.request.method).collect();
        prop_assert!(open.is_empty(), "unanswered: {:?}", open);
        let on_the_line: Vec<_> = w.answered.keys().filter(|d| !w.hung_up.contains(d)).collect();
        prop_assert!(on_the_line.is_empty(), "left on the line: {:?}", on_the_line);
    }
}

/// The session that some answers in these tests set, and what those without are taken for.
const SHORT: Duration = Duration::from_secs(90);
const UNTIMED: Duration = Duration::from_secs(1800);

struct World {
    t: FarEnd,
    clients: BTreeMap<ClientId, Request>,
    servers: BTreeMap<ServerId, Server>,
    peers: Vec<Peer>,
    keys: Vec<DialogKey>,
    ended: BTreeSet<DialogKey>,
    /// Dialogs with a 2xx to their INVITE, and how long they live without a refresh.
    answered: BTreeMap<Dialog, Duration>,
    /// Dialogs with a BYE, from either side.
    hung_up: BTreeSet<Dialog>,
    violations: Vec<String>,
    up: bool,
    broken_at: Instant,
    dialling: bool,
    next: u64,
}

/// `Call-ID`, our tag, and theirs.
type Dialog = (String, String, String);

fn dialog(of: &Headers, ours: &str, theirs: &str) -> Dialog {
    let tag = |name| headers::tag(value(of, name)).unwrap_or_default();
    (value(of, "Call-ID").to_owned(), tag(ours), tag(theirs))
}

struct Server {
    request: Request,
    answered: bool,
    acked: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut t = FarEnd::seeded(seed);
        t.feed(Input::Start);
        t.register();
        t.out.clear();
        let now = t.now;
        Self {
            t,
            clients: BTreeMap::new(),
            servers: BTreeMap::new(),
            peers: vec![],
            keys: vec![],
            ended: BTreeSet::new(),
            answered: BTreeMap::new(),
            hung_up: BTreeSet::new(),
            violations: vec![],
            up: true,
            broken_at: now,
            dialling: false,
            next: 0,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Call => self.call(),
            Step::Forked => {
                self.call();
                self.drain();
                for (status, fork) in [(180, 0), (200, 1)] {
                    let newest = self.clients.len().saturating_sub(1);
                    self.answer(newest, status, fork, false);
                    self.drain();
                }
            }
            Step::Called(kind) => {
                self.next += 1;
                let (more, sdp) = match kind {
                    0 => ("Require: 100rel\r\n", OFFER),
                    1 => (
                        "Supported: 100rel, timer\r\nSession-Expires: 120\r\n",
                        OFFER,
                    ),
                    2 => ("", ""),
                    _ => ("Allow: INVITE, UPDATE\r\n", OFFER),
                };
                let mut request = invite(more, sdp);
                request
                    .headers
                    .unique_push(Header::CallId(format!("call{}", self.next).into()));
                self.request(request);
            }
            Step::Ask(what, call) => self.ask(what, call),
            Step::Answer(n, status, fork, reliable) => self.answer(n, status, fork, reliable),
            Step::Theirs(n, what) => self.theirs(n, what),
            Step::Owing(n) => {
                self.theirs(n, 1);
                self.drain();
                for call in 0..self.keys.len() {
                    self.ask(8, call);
                }
            }
            Step::Cancel(n) => {
                let open: Vec<_> = self
                    .servers
                    .iter()
                    .filter(|(_, s)| s.request.method == Method::Invite && !s.answered)
                    .map(|(id, s)| (*id, s.request.clone()))
                    .collect();
                if let Some((id, request)) = open.get(n) {
                    self.t
                        .feed(Input::Followed(*id, Box::new(message::cancel(request))));
                }
            }
            Step::Ack(n) => self.ack(n),
            Step::ServerDone(n) => {
                let done: Vec<_> = self
                    .servers
                    .iter()
                    .filter(|(_, s)| s.answered)
                    .map(|(id, _)| *id)
                    .collect();
                if let Some(id) = done.get(n) {
                    self.t.feed(Input::ServerDone(*id));
                }
            }
            Step::Break if self.up => {
                self.up = false;
                self.broken_at = self.t.now;
                let lost: Vec<_> = std::mem::take(&mut self.clients).into_keys().collect();
                self.t.break_flow(&lost);
            }
            Step::Recover if !self.up => self.recover(),
            Step::Break | Step::Recover => {}
            Step::Wait(seconds) => self.wait(Duration::from_secs(seconds.into())),
        }
        self.drain();
    }

    fn call(&mut self) {
        self.next += 1;
        let dialog = DialogKey(self.next);
        self.keys.push(dialog);
        self.t.ask(SipRequest::Invite {
            dialog,
            to: "bob".into(),
            offer: OFFER.into(),
            headers: vec![],
        });
    }

    fn request(&mut self, request: Request) {
        let server = self.t.incoming(request.clone());
        self.servers.insert(
            server,
            Server {
                request,
                answered: false,
                acked: false,
            },
        );
    }

    fn ask(&mut self, what: u8, call: usize) {
        let Some(&dialog) = self.keys.get(call) else {
            return;
        };
        self.t.ask(match what {
            0 => SipRequest::Ring { dialog },
            1 => SipRequest::Progress {
                dialog,
                answer: ANSWER.into(),
            },
            2 | 3 => SipRequest::Accept {
                dialog,
                sdp: ANSWER.into(),
            },
            4 => SipRequest::Reject {
                dialog,
                status: 486,
                reason: None,
            },
            5 => SipRequest::Cancel { dialog },
            6 => SipRequest::Bye { dialog },
            7 => SipRequest::Reoffer {
                dialog,
                offer: OFFER.into(),
            },
            8 => SipRequest::AnswerReoffer {
                dialog,
                answer: Ok(ANSWER.into()),
            },
            _ => SipRequest::InfoDtmf {
                dialog,
                digit: '1',
                duration_ms: 100,
            },
        });
    }

    fn answer(&mut self, n: usize, status: u16, fork: u8, reliable: bool) {
        let Some((&id, request)) = self.clients.iter().nth(n) else {
            return;
        };
        let request = request.clone();
        let tag = format!("t{fork}");
        let mut more = match status {
            401 => vec![Header::WwwAuthenticate(
                "Digest realm=\"r\",nonce=\"n\",stale=true".into(),
            )],
            422 => vec![Header::MinSE("500".into())],
            180 | 183 if reliable => {
                vec![Header::Require("100rel".into()), Header::RSeq("1".into())]
            }
            200 if reliable => {
                let role = if fork == 0 { "uac" } else { "uas" };
                vec![Header::SessionExpires(
                    format!("90;refresher={role}").into(),
                )]
            }
            _ => vec![],
        };
        more.push(Header::Allow("INVITE, UPDATE, PRACK".into()));
        let sdp = if status == 180 || request.method == Method::Bye {
            ""
        } else {
            ANSWER
        };
        let first = headers::tag(value(&request.headers, "To")).is_none();
        if (101..300).contains(&status) && request.method == Method::Invite && first {
            self.meet(Peer::called(&request, &tag));
        }
        if (200..300).contains(&status) {
            let mut dialog = dialog(&request.headers, "From", "To");
            if first {
                dialog.2.clone_from(&tag);
            }
            if request.method == Method::Invite && first {
                self.answered.entry(dialog.clone()).or_insert(UNTIMED);
            }
            if let Some(session) = self.answered.get_mut(&dialog).filter(|_| reliable) {
                *session = SHORT;
            }
        }
        self.t.respond(id, &request, status, Some(&tag), more, sdp);
        // A 2xx to an INVITE may be followed by others; everything else final ends the transaction.
        if status >= 200 && !(request.method == Method::Invite && status < 300) {
            self.clients.remove(&id);
            self.drain();
            self.t.feed(Input::ClientDone(id));
        }
    }

    fn meet(&mut self, peer: Peer) {
        if !self.peers.iter().any(|known| known.is(&peer)) {
            self.peers.push(peer);
        }
    }

    fn theirs(&mut self, n: usize, what: u8) {
        let Some(peer) = self.peers.get_mut(n) else {
            return;
        };
        let request = match what {
            0 => peer.request("BYE", "", ""),
            1 => peer.request("INVITE", "", OFFER),
            2 => peer.request("INVITE", "", ""),
            3 => peer.request("UPDATE", "", OFFER),
            4 => peer.request("UPDATE", "", ""),
            5 => peer.request("PRACK", "RAck: 1 1 INVITE\r\n", ""),
            _ => peer.request("OPTIONS", "", ""),
        };
        self.request(request);
    }

    fn ack(&mut self, n: usize) {
        let waiting: Vec<_> = self
            .servers
            .iter()
            .filter(|(_, s)| s.answered && !s.acked && s.request.method == Method::Invite)
            .map(|(id, _)| *id)
            .collect();
        let Some(id) = waiting.get(n) else { return };
        let Some(server) = self.servers.get_mut(id) else {
            return;
        };
        server.acked = true;
        let mut ack = server.request.clone();
        ack.method = Method::Ack;
        message::set_body(&mut ack.headers, &mut ack.body, "application/sdp", ANSWER);
        self.t.feed(Input::Followed(*id, Box::new(ack)));
        self.drain();
        self.t.feed(Input::ServerDone(*id));
    }

    /// Takes in what the core has put out, and watches the rules.
    fn drain(&mut self) {
        let (mut registers, mut lost) = (Vec::new(), Vec::new());
        for output in std::mem::take(&mut self.t.out) {
            match output {
                Output::Send(id, request) if request.method == Method::Register => {
                    registers.push((id, request))
                }
                Output::Send(id, request) => {
                    if request.method == Method::Bye {
                        self.hung_up.insert(dialog(&request.headers, "From", "To"));
                    }
                    if !self.up {
                        self.violations
                            .push(format!("{} without a flow", request.method));
                    }
                    self.clients.insert(id, *request);
                }
                Output::Abandon(id) => drop(self.clients.remove(&id)),
                Output::Respond(id, response) => {
                    let code = response.status_code.code();
                    let server = self.servers.get_mut(&id).expect("a request that was made");
                    if server.answered {
                        self.violations
                            .push(format!("{code} after a final response"));
                    }
                    if code >= 200 {
                        server.answered = true;
                        let dialog = dialog(&response.headers, "To", "From");
                        match server.request.method {
                            Method::Invite if code < 300 => {
                                let session = headers::get(&response.headers, "Session-Expires")
                                    .and_then(headers::number)
                                    .expect("a session timer, as always from us");
                                let session = Duration::from_secs(session.into());
                                let known = self.answered.entry(dialog).or_insert(session);
                                *known = session.min(*known);
                                self.meet(Peer::caller(&response));
                            }
                            Method::Bye if code < 300 => drop(self.hung_up.insert(dialog)),
                            _ => {}
                        }
                    }
                }
                Output::Emit(event) => self.event(&event),
                Output::Connect => self.dialling = true,
                Output::Disconnect => {
                    self.up = false;
                    self.broken_at = self.t.now;
                    self.dialling = false;
                    lost.extend(std::mem::take(&mut self.clients).into_keys());
                }
                Output::SendDirectly(_) | Output::Stopped => {}
            }
        }
        if !lost.is_empty() {
            self.t.feed(Input::Dropped(lost));
        }
        for (id, register) in registers {
            self.t.finish(id, &register, 200);
        }
        if !self.t.out.is_empty() {
            self.drain();
        }
    }

    fn wait(&mut self, time: Duration) {
        let until = self.t.now + time;
        while self.t.core.poll_timeout().is_some_and(|at| at <= until) {
            self.t.advance();
            self.drain();
        }
        self.t.now = until;
    }

    fn recover(&mut self) {
        while !self.dialling {
            self.t.advance();
            self.drain();
        }
        // By now their session timers have ended what we could not.
        let outage = self.t.now - self.broken_at;
        let expired = self
            .answered
            .iter()
            .filter(|(_, session)| **session <= outage);
        self.hung_up
            .extend(expired.map(|(dialog, _)| dialog.clone()));
        self.dialling = false;
        self.up = true;
        self.t
            .feed(Input::Connected("192.0.2.1:4711".parse().unwrap()));
    }

    fn event(&mut self, event: &SipEvent) {
        let dialog = match event {
            SipEvent::Incoming { dialog, .. } => {
                self.keys.push(*dialog);
                *dialog
            }
            SipEvent::Ringing { dialog, .. }
            | SipEvent::Early { dialog, .. }
            | SipEvent::Answered { dialog, .. }
            | SipEvent::Confirmed { dialog }
            | SipEvent::Ended { dialog, .. }
            | SipEvent::Reoffered { dialog, .. }
            | SipEvent::ReofferAnswered { dialog, .. }
            | SipEvent::ReofferRefused { dialog, .. }
            | SipEvent::ReofferCancelled { dialog }
            | SipEvent::AckedWithAnswer { dialog, .. }
            | SipEvent::Dtmf { dialog, .. }
            | SipEvent::InfoAnswered { dialog, .. }
            | SipEvent::ReferAnswered { dialog, .. }
            | SipEvent::ReferProgress { dialog, .. }
            | SipEvent::Referred { dialog, .. }
            | SipEvent::Redirected { dialog, .. } => *dialog,
            SipEvent::Registration(_) | SipEvent::OptionsAnswered { .. } | SipEvent::Stopped => {
                return;
            }
        };
        if self.ended.contains(&dialog) {
            self.violations.push(format!("{event:?} after the end"));
        }
        if matches!(event, SipEvent::Ended { .. }) {
            self.ended.insert(dialog);
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.violations.is_empty(), "{:?}", self.violations);
        Ok(())
    }

    /// Hangs everything up, lets every transaction run out, and waits.
    fn finish(&mut self) {
        for dialog in self.keys.clone() {
            self.t.ask(SipRequest::Bye { dialog });
            self.drain();
        }
        for _ in 0..4 {
            if !self.up {
                self.recover();
                self.drain();
            }
            for (id, request) in std::mem::take(&mut self.clients) {
                self.t.respond(id, &request, 408, None, vec![], "");
                self.drain();
                self.t.feed(Input::ClientDone(id));
                self.drain();
            }
            for id in self.servers.keys().copied().collect::<Vec<_>>() {
                self.t.feed(Input::ServerDone(id));
                self.drain();
            }
            self.wait(Duration::from_secs(40));
        }
        for key in &self.keys {
            if !self.ended.contains(key) {
                self.violations.push(format!("{key:?} never ended"));
            }
        }
    }
}
