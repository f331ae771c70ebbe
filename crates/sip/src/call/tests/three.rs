//! An agent, a customer and an expert, each a user agent of their own: attended transfers, complete,
//! refused, and in any order that messages can take.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use rsipstack::sip::{Method, Request, Response};

use crate::agent::{DialogKey, EndedBy, ReferId, SipEvent, SipRequest};
use crate::core::Input;
use crate::far_end::{ANSWER, FarEnd, OFFER, value};
use crate::line::Output;
use crate::message;
use crate::transactions::{ClientId, ServerId};

const AGENT: usize = 0;
const CUSTOMER: usize = 1;
const EXPERT: usize = 2;
const NAMES: [&str; 3] = ["agent", "customer", "expert"];

/// Keys of the calls that each of them has made; those that have come start at 1000.
const MADE: DialogKey = DialogKey(1);
const MADE_FOR_REFER: DialogKey = DialogKey(2);
const CAME: DialogKey = DialogKey(1000);
const CAME_TO_REPLACE: DialogKey = DialogKey(1001);
const REFER: ReferId = ReferId(1);

/// What those who are asked make of it.
#[derive(Clone, Copy, Debug)]
struct Will {
    /// The customer's answer to the REFER.
    referred: u16,
    /// The expert's to the INVITE: 200, a refusal, or none.
    replacing: Option<u16>,
}

const WILLING: Will = Will {
    referred: 202,
    replacing: Some(200),
};

struct Person {
    t: FarEnd,
    said: Vec<SipEvent>,
    talking: BTreeSet<DialogKey>,
    /// Their requests, to answer and to acknowledge: who sent them, and as what.
    served: BTreeMap<ServerId, (usize, ClientId, Request)>,
}

enum Parcel {
    Request(ClientId, Box<Request>),
    Ack(Box<Request>),
    Response(ClientId, Method, Box<Response>),
}

struct Three {
    people: [Person; 3],
    /// What is on its way, from whom to whom: in order.
    links: BTreeMap<(usize, usize), VecDeque<Parcel>>,
    will: Will,
}

impl Three {
    /// The customer has called the agent, and the agent the expert.
    fn consulting(will: Will) -> Self {
        let person = |who: usize| {
            let mut t = FarEnd::named(NAMES[who], who as u64);
            t.feed(Input::Start);
            t.register();
            t.out.clear();
            Person {
                t,
                said: vec![],
                talking: BTreeSet::new(),
                served: BTreeMap::new(),
            }
        };
        let mut three = Self {
            people: [person(AGENT), person(CUSTOMER), person(EXPERT)],
            links: BTreeMap::new(),
            will,
        };
        for (from, to) in [(CUSTOMER, AGENT), (AGENT, EXPERT)] {
            three.ask(
                from,
                SipRequest::Invite {
                    dialog: MADE,
                    to: NAMES[to].into(),
                    offer: OFFER.into(),
                    headers: vec![],
                },
            );
            three.settle();
        }
        assert!(three.has(AGENT, &[MADE, CAME]));
        three
    }

    fn transfer(&mut self) {
        self.ask(
            AGENT,
            SipRequest::Refer {
                dialog: CAME,
                refer: REFER,
                refer_to: NAMES[EXPERT].into(),
                replaces: Some(MADE),
            },
        );
    }

    fn ask(&mut self, who: usize, request: SipRequest) {
        self.people[who].t.ask(request);
        self.collect(who);
    }

    fn feed(&mut self, who: usize, input: Input) {
        self.people[who].t.feed(input);
        self.collect(who);
    }

    /// Puts what somebody has to say on its way, and has their desk hear what is said.
    fn collect(&mut self, who: usize) {
        for output in std::mem::take(&mut self.people[who].t.out) {
            match output {
                Output::Send(id, request) => {
                    let to = addressee(&request);
                    self.post(who, to, Parcel::Request(id, request));
                }
                Output::SendDirectly(ack) => {
                    let to = addressee(&ack);
                    self.post(who, to, Parcel::Ack(ack));
                }
                Output::Respond(server, response) => {
                    let (to, id, request) = &self.people[who].served[&server];
                    let (to, parcel) = (*to, Parcel::Response(*id, request.method, response));
                    self.post(who, to, parcel);
                }
                Output::Emit(event) => self.heard(who, event),
                other => panic!("{other:?}"),
            }
        }
    }

    fn post(&mut self, from: usize, to: usize, parcel: Parcel) {
        self.links.entry((from, to)).or_default().push_back(parcel);
    }

    /// Delivers the next message on one of the ways; `false` if there is none on any.
    fn deliver(&mut self, pick: usize) -> bool {
        self.links.retain(|_, parcels| !parcels.is_empty());
        if self.links.is_empty() {
            return false;
        }
        let at = pick % self.links.len();
        let (&(from, to), parcels) = self.links.iter_mut().nth(at).unwrap();
        let parcel = parcels.pop_front().unwrap();
        match parcel {
            Parcel::Request(id, request) if request.method == Method::Cancel => {
                let branch = value(&request.headers, "Via").to_owned();
                let served = self.people[to].served.iter();
                let mut of = served.filter(|(_, (_, _, r))| value(&r.headers, "Via") == branch);
                let server = of.next().map(|(server, _)| *server).unwrap();
                let ok = Box::new(message::response(&request, 200, "", Some("x")));
                self.post(to, from, Parcel::Response(id, Method::Cancel, ok));
                self.feed(to, Input::Followed(server, request));
            }
            Parcel::Request(id, request) => {
                let person = &mut self.people[to];
                let server = person.t.next_server();
                person.served.insert(server, (from, id, (*request).clone()));
                self.feed(to, Input::Request(server, request));
            }
            Parcel::Ack(ack) => {
                let key = |r: &Request| (value(&r.headers, "Call-ID").to_owned(), message::cseq(r));
                let served = self.people[to].served.iter();
                let invite = served
                    .filter(|(_, (_, _, r))| r.method == Method::Invite && key(r) == key(&ack));
                let server = invite.map(|(server, _)| *server).next().unwrap();
                self.feed(to, Input::Followed(server, ack));
                self.feed(to, Input::ServerDone(server));
            }
            Parcel::Response(id, method, response) => {
                let status = response.status_code.code();
                self.feed(to, Input::Response(id, response));
                if status >= 300 || (status >= 200 && method != Method::Invite) {
                    self.feed(to, Input::ClientDone(id));
                }
            }
        }
        true
    }

    fn settle(&mut self) {
        while self.deliver(0) {}
    }

    /// What a desk does about it.
    fn heard(&mut self, who: usize, event: SipEvent) {
        self.people[who].said.push(event.clone());
        let will = self.will;
        match event {
            SipEvent::Incoming { dialog, invite } => {
                let status = match invite.replaces {
                    Some(_) => will.replacing,
                    None => Some(200),
                };
                assert_eq!(invite.replaces.is_some(), invite.referred_by.is_some());
                self.ask(who, SipRequest::Ring { dialog });
                match status {
                    Some(200) => {
                        let sdp = ANSWER.to_owned();
                        self.ask(who, SipRequest::Accept { dialog, sdp });
                    }
                    Some(status) => self.ask(
                        who,
                        SipRequest::Reject {
                            dialog,
                            status,
                            reason: None,
                        },
                    ),
                    None => {}
                }
            }
            SipEvent::Answered { dialog, .. } => {
                self.people[who].talking.insert(dialog);
                if dialog == MADE_FOR_REFER {
                    self.report(200);
                }
            }
            SipEvent::Confirmed { dialog } => drop(self.people[who].talking.insert(dialog)),
            SipEvent::Ringing { dialog, .. } if dialog == MADE_FOR_REFER => self.report(180),
            SipEvent::Ended { dialog, cause } => {
                self.people[who].talking.remove(&dialog);
                if dialog == MADE_FOR_REFER {
                    self.report(cause.status.unwrap_or(487));
                }
            }
            SipEvent::Referred {
                dialog,
                refer,
                refer_to,
                replaces,
                referred_by,
            } => {
                let status = will.referred;
                self.ask(
                    who,
                    SipRequest::AnswerRefer {
                        dialog,
                        refer,
                        status,
                    },
                );
                if status < 300 {
                    let replaces = replaces.expect("an attended transfer");
                    let referred_by = referred_by.expect("a transferor who says so");
                    self.ask(
                        who,
                        SipRequest::Invite {
                            dialog: MADE_FOR_REFER,
                            to: refer_to.uri,
                            offer: OFFER.into(),
                            headers: vec![
                                ("Replaces".into(), replaces),
                                ("Referred-By".into(), referred_by),
                            ],
                        },
                    );
                }
            }
            SipEvent::ReferProgress { status: 200, .. } => {
                self.ask(AGENT, SipRequest::Bye { dialog: CAME });
            }
            _ => {}
        }
    }

    /// The customer tells the agent what has come of it.
    fn report(&mut self, status: u16) {
        let referred = self.people[CUSTOMER].said.iter();
        let mut refers = referred.rev().filter_map(|event| match event {
            SipEvent::Referred { refer, .. } => Some(*refer),
            _ => None,
        });
        let refer = refers.next().expect("a referral");
        self.ask(
            CUSTOMER,
            SipRequest::NotifyRefer {
                dialog: MADE,
                refer,
                status,
                reason: None,
                last: status >= 200,
            },
        );
    }

    fn has(&self, who: usize, calls: &[DialogKey]) -> bool {
        self.people[who].talking.iter().eq(calls)
    }

    /// Whether all is as before the transfer.
    fn is_consulting(&self) -> bool {
        self.has(AGENT, &[MADE, CAME]) && self.has(CUSTOMER, &[MADE]) && self.has(EXPERT, &[CAME])
    }

    /// Whether customer and expert talk, and the agent is out of it.
    fn is_transferred(&self) -> bool {
        self.has(AGENT, &[])
            && self.has(CUSTOMER, &[MADE_FOR_REFER])
            && self.has(EXPERT, &[CAME_TO_REPLACE])
    }

    /// What the agent has heard of the transfer.
    fn outcome(&self) -> Vec<(u16, bool)> {
        let said = self.people[AGENT].said.iter();
        said.filter_map(|event| match event {
            SipEvent::ReferAnswered {
                status, subscribed, ..
            } => Some((*status, *subscribed)),
            SipEvent::ReferProgress {
                status, terminated, ..
            } => Some((*status, *terminated)),
            _ => None,
        })
        .collect()
    }
}

fn addressee(request: &Request) -> usize {
    let uri = request.uri.to_string();
    NAMES
        .iter()
        .position(|name| uri.starts_with(&format!("sip:{name}@")))
        .unwrap_or_else(|| panic!("{uri}"))
}

#[test]
fn an_attended_transfer_brings_customer_and_expert_together() {
    let mut three = Three::consulting(WILLING);
    three.transfer();
    three.settle();
    assert!(three.is_transferred());
    assert_eq!(
        three.outcome(),
        [(202, true), (100, false), (180, false), (200, true)]
    );
    let ended = |who: usize, which| {
        let mut said = three.people[who].said.iter();
        said.find_map(|event| match event {
            SipEvent::Ended { dialog, cause } if *dialog == which => Some(cause.clone()),
            _ => None,
        })
        .unwrap()
    };
    let replaced = ended(EXPERT, CAME);
    assert_eq!(
        (replaced.by, replaced.replaced_by),
        (EndedBy::Local, Some(CAME_TO_REPLACE))
    );
    assert_eq!(ended(AGENT, MADE).by, EndedBy::Remote);
    assert_eq!(ended(AGENT, CAME).by, EndedBy::Local);
    assert_eq!(ended(CUSTOMER, MADE).by, EndedBy::Remote);
}

#[test]
fn a_transfer_that_is_refused_leaves_everybody_where_they_are() {
    let refusals = [
        (
            Will {
                referred: 603,
                ..WILLING
            },
            vec![(603, false)],
        ),
        (
            Will {
                replacing: Some(486),
                ..WILLING
            },
            vec![(202, true), (100, false), (180, false), (486, true)],
        ),
    ];
    for (will, outcome) in refusals {
        let mut three = Three::consulting(will);
        three.transfer();
        three.settle();
        assert_eq!(three.outcome(), outcome);
        assert!(three.is_consulting());
    }
}

#[test]
fn a_customer_who_gives_the_new_call_up_is_back_with_the_agent() {
    let mut three = Three::consulting(Will {
        replacing: None,
        ..WILLING
    });
    three.transfer();
    three.settle();
    three.ask(
        CUSTOMER,
        SipRequest::Cancel {
            dialog: MADE_FOR_REFER,
        },
    );
    three.settle();
    assert_eq!(three.outcome().last(), Some(&(487, true)));
    assert!(three.is_consulting());
}

#[test]
fn an_expert_who_has_left_is_not_called_again() {
    let mut three = Three::consulting(WILLING);
    three.transfer();
    three.ask(EXPERT, SipRequest::Bye { dialog: CAME });
    three.settle();
    assert_eq!(three.outcome().last(), Some(&(603, true)));
    assert!(three.has(AGENT, &[CAME]) && three.has(CUSTOMER, &[MADE]));
    assert!(three.has(EXPERT, &[]));
    // And again, now that it is known: there is nobody to refer to.
    three.ask(
        AGENT,
        SipRequest::Refer {
            dialog: CAME,
            refer: ReferId(2),
            refer_to: NAMES[EXPERT].into(),
            replaces: Some(MADE),
        },
    );
    assert_eq!(three.outcome().last(), Some(&(481, false)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// However the messages between the three overtake each other: customer and expert always have
    /// somebody, and in the end it is each other, or the agent for both.
    #[test]
    fn nobody_is_lost_in_any_order(
        picks in proptest::collection::vec(0usize..6, 0..120),
        referred in prop_oneof![3 => Just(202u16), 1 => Just(403)],
        replacing in prop_oneof![3 => Just(200u16), 1 => Just(603)],
        give_up in proptest::option::of(0usize..60),
    ) {
        let will = Will { referred, replacing: Some(replacing) };
        let mut three = Three::consulting(will);
        three.transfer();
        for (n, pick) in picks.into_iter().chain(std::iter::repeat(0)).enumerate() {
            if Some(n) == give_up {
                three.ask(CUSTOMER, SipRequest::Cancel { dialog: MADE_FOR_REFER });
            }
            if !three.deliver(pick) {
                break;
            }
            for who in [CUSTOMER, EXPERT] {
                let alone = three.people[who].talking.is_empty();
                // Who hangs up on purpose may be.
                prop_assert!(!alone || give_up.is_some_and(|at| at <= n), "{} is alone", NAMES[who]);
            }
        }
        if give_up.is_none() {
            prop_assert_eq!(three.is_transferred(), referred < 300 && replacing == 200);
            prop_assert!(three.is_transferred() || three.is_consulting());
        }
    }
}
