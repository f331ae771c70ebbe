//! The far end and the desk of many calls, who keep the rules in sight: for random orders.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rsipstack::sip::{Header, Headers, Method, Request};

use crate::agent::{DialogKey, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, Peer, value};
use crate::headers;
use crate::line::Output;
use crate::message;
use crate::transactions::{ClientId, ServerId};

/// The session that some answers in these tests set, and what those without are taken for.
const SHORT: Duration = Duration::from_secs(90);
const UNTIMED: Duration = Duration::from_secs(1800);

pub(super) struct World {
    pub(super) t: FarEnd,
    pub(super) clients: BTreeMap<ClientId, Request>,
    pub(super) servers: BTreeMap<ServerId, Server>,
    pub(super) peers: Vec<Peer>,
    pub(super) keys: Vec<DialogKey>,
    pub(super) ended: BTreeSet<DialogKey>,
    /// Dialogs with a 2xx to their INVITE, and how long they live without a refresh.
    pub(super) answered: BTreeMap<Dialog, Duration>,
    /// Dialogs with a BYE, from either side.
    pub(super) hung_up: BTreeSet<Dialog>,
    pub(super) violations: Vec<String>,
    /// Every event, and every NOTIFY of ours.
    pub(super) told: Vec<SipEvent>,
    pub(super) notifies: Vec<Request>,
    /// What stood until the end, and is hung up then.
    pub(super) finishing: BTreeSet<DialogKey>,
    pub(super) up: bool,
    pub(super) broken_at: Instant,
    dialling: bool,
    pub(super) next: u64,
}

/// `Call-ID`, our tag, and theirs.
pub(super) type Dialog = (String, String, String);

fn dialog(of: &Headers, ours: &str, theirs: &str) -> Dialog {
    let tag = |name| headers::tag(value(of, name)).unwrap_or_default();
    (value(of, "Call-ID").to_owned(), tag(ours), tag(theirs))
}

pub(super) struct Server {
    pub(super) request: Request,
    pub(super) answered: bool,
    acked: bool,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
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
            told: vec![],
            notifies: vec![],
            finishing: BTreeSet::new(),
            up: true,
            broken_at: now,
            dialling: false,
            next: 0,
        }
    }

    pub(super) fn call(&mut self) {
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

    pub(super) fn request(&mut self, request: Request) {
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

    pub(super) fn ask(&mut self, what: u8, call: usize) {
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

    pub(super) fn answer(&mut self, n: usize, status: u16, fork: u8, reliable: bool) {
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

    pub(super) fn theirs(&mut self, n: usize, what: u8) {
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

    pub(super) fn ack(&mut self, n: usize) {
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
    pub(super) fn drain(&mut self) {
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
                    if request.method == Method::Notify {
                        self.notifies.push((*request).clone());
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
                Output::Emit(event) => {
                    self.event(&event);
                    self.told.push(event);
                }
                Output::Connect => self.dialling = true,
                Output::Disconnect => {
                    self.up = false;
                    self.broken_at = self.t.now;
                    self.dialling = false;
                    lost.extend(std::mem::take(&mut self.clients).into_keys());
                }
                Output::SendDirectly(_)
                | Output::Stopped
                | Output::Dial(_)
                | Output::Prepare(_)
                | Output::Check
                | Output::Switch
                | Output::Discard => {}
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

    pub(super) fn wait(&mut self, time: Duration) {
        let until = self.t.now + time;
        while self.t.core.poll_timeout().is_some_and(|at| at <= until) {
            self.t.advance();
            self.drain();
        }
        self.t.now = until;
    }

    pub(super) fn recover(&mut self) {
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
            | SipEvent::Saved { dialog, .. }
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
            SipEvent::Registration(_)
            | SipEvent::TokenWanted(_)
            | SipEvent::OptionsAnswered { .. }
            | SipEvent::Stopped => {
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

    pub(super) fn check(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.violations.is_empty(), "{:?}", self.violations);
        Ok(())
    }

    /// Hangs everything up, lets every transaction run out, and waits.
    pub(super) fn finish(&mut self) {
        for dialog in self.keys.clone() {
            if !self.ended.contains(&dialog) {
                self.finishing.insert(dialog);
            }
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
