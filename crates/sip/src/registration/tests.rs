//! The machine against scripted servers and against random orders of events, in virtual time.

use rand::SeedableRng as _;
use rsipstack::sip::{Header, Headers, StatusCode};

use super::*;
use crate::account::{Credentials, Timing};
use crate::message;

mod network;
mod random;
mod token;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn registers_answers_the_challenge_and_refreshes_before_expiry() {
    let mut t = Bench::new();
    t.event(Event::Start);
    assert_eq!(t.reported(), [RegistrationState::Connecting]);
    assert!(t.connect_asked());
    t.connected();
    assert_eq!(t.reported(), [RegistrationState::Registering]);
    let first = t.sent();
    assert_eq!(first.uri.to_string(), "sip:example.com");
    assert_eq!(value(&first, "Expires"), "600");
    assert_eq!(value(&first, "Supported"), "path, outbound");
    assert_eq!(value(&first, "User-Agent"), "WarmRoute: <sip:evil>");
    assert!(value(&first, "Via").starts_with("SIP/2.0/WSS abc.invalid;branch=z9hG4bK"));
    assert_eq!(
        value(&first, "Contact"),
        "<sip:alice@abc.invalid;transport=ws>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\";reg-id=1;expires=600"
    );
    assert_eq!(headers::get(&first.headers, "Authorization"), None);

    t.answer(
        401,
        vec![Header::WwwAuthenticate(
            "Digest realm=\"r\",nonce=\"n\",algorithm=SHA-256,qop=\"auth\"".into(),
        )],
    );
    let second = t.sent();
    assert!(value(&second, "Authorization").contains("nc=00000001"));
    assert_eq!(value(&second, "Call-ID"), value(&first, "Call-ID"));
    assert_eq!(value(&second, "CSeq"), "2 REGISTER");
    assert_ne!(value(&second, "Via"), value(&first, "Via"));

    t.answer(200, vec![
        Header::Contact("<sip:other@x>;expires=30, <sip:alice@1.2.3.4:5>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>\";reg-id=1;expires=120".into()),
        Header::ServiceRoute("<sip:edge.example.com;lr>, <sip:core.example.com;lr>".into()),
    ]);
    assert_eq!(
        t.reported(),
        [RegistrationState::Registered { expires_s: 120 }]
    );
    assert!(t.recovered());
    assert_eq!(
        t.machine.service_route(),
        ["<sip:edge.example.com;lr>", "<sip:core.example.com;lr>"]
    );

    let refresh = t.machine.poll_timeout().unwrap() - t.now;
    assert!(
        refresh >= 90 * SECOND && refresh <= 108 * SECOND,
        "{refresh:?}"
    );
    t.advance_to_timeout();
    let third = t.sent();
    assert!(
        value(&third, "Authorization").contains("nc=00000002"),
        "answers without being asked again"
    );
    t.answer(200, vec![Header::Expires(60.into())]);
    assert_eq!(t.reported(), [], "a refresh that succeeds is no news");
    assert!(!t.recovered());
}

#[test]
fn a_stale_nonce_is_answered_and_a_refused_password_stops() {
    let mut t = Bench::registered();
    t.advance_to_timeout();
    t.sent();
    // The old nonce has run out: some servers say `stale`, some do not.
    t.answer(401, vec![challenge("new", "")]);
    assert!(value(&t.sent(), "Authorization").contains("nonce=\"new\""));
    t.answer(401, vec![challenge("newer", ",stale=true")]);
    assert!(value(&t.sent(), "Authorization").contains("nonce=\"newer\""));
    t.answer(401, vec![challenge("newest", "")]);
    assert!(matches!(
        t.reported()[..],
        [RegistrationState::Refused {
            error: RegistrationError::Credentials { status: 401, .. }
        }]
    ));
    assert_eq!(t.machine.poll_timeout(), None);
    assert!(
        !t.disconnect_asked(),
        "a call may be going on over this flow"
    );

    // Somebody asks: once more from the start.
    t.event(Event::RegisterNow);
    assert_eq!(headers::get(&t.sent().headers, "Authorization"), None);
    t.answer(401, vec![challenge("n", "")]);
    t.sent();
    t.answer(403, vec![]);
    assert!(matches!(
        t.reported()[..],
        [
            ..,
            RegistrationState::Refused {
                error: RegistrationError::Credentials { status: 403, .. }
            }
        ]
    ));
}

#[test]
fn a_403_that_is_not_about_the_password_is_tried_again() {
    // Nobody has asked for a password.
    let mut t = Bench::connected_new();
    t.sent();
    t.answer(403, vec![]);
    t.assert_waiting_after_403();
    t.sent();
    // Asked for one since, and failed for another reason: what it carries now may be too old.
    t.answer(401, vec![challenge("n", "")]);
    t.sent();
    t.answer(503, vec![]);
    t.reported();
    t.advance_to_timeout();
    assert!(value(&t.sent(), "Authorization").contains("nonce=\"n\""));
    t.answer(403, vec![]);
    t.assert_waiting_after_403();
    assert_eq!(headers::get(&t.sent().headers, "Authorization"), None);
}

#[test]
fn a_403_to_a_password_that_was_right_before_is_tried_again() {
    let mut t = Bench::registered();
    t.advance_to_timeout();
    t.sent();
    t.answer(403, vec![]);
    t.assert_waiting_after_403();
    // The answer to a fresh challenge is forbidden as well: still not the password.
    t.sent();
    t.answer(401, vec![challenge("m", "")]);
    t.sent();
    t.answer(403, vec![]);
    t.assert_waiting_after_403();
    // The password has been changed meanwhile.
    t.sent();
    for _ in 0..2 {
        t.answer(401, vec![challenge("o", "")]);
    }
    assert!(matches!(
        t.reported()[..],
        [
            ..,
            RegistrationState::Refused {
                error: RegistrationError::Credentials { status: 401, .. }
            }
        ]
    ));
}

#[test]
fn a_refused_registration_still_makes_a_flow_for_calls() {
    let mut t = Bench::connected_new();
    for _ in 0..2 {
        t.sent();
        t.answer(401, vec![challenge("n", "")]);
    }
    t.event(Event::FlowNeeded);
    assert_eq!(t.machine.poll_timeout(), None, "there is one");
    t.event(Event::Disconnected(FlowError::Dead));
    assert_eq!(t.machine.poll_timeout(), None, "nobody needs one");
    t.reported();
    for _ in 0..2 {
        t.event(Event::FlowNeeded);
        t.advance_to_timeout();
        assert!(t.connect_asked());
        t.event(Event::Disconnected(FlowError::Dead));
    }
    t.event(Event::FlowNeeded);
    t.advance_to_timeout();
    assert!(t.connect_asked());
    t.connected();
    assert!(t.recovered());
    assert!(t.nothing_sent() && t.reported().is_empty());
    t.event(Event::RegisterNow);
    t.sent();
}

#[test]
fn a_lifetime_too_brief_is_lengthened_within_reason() {
    let mut t = Bench::connected_new();
    t.sent();
    t.answer(423, vec![Header::MinExpires("1800".into())]);
    assert_eq!(value(&t.sent(), "Expires"), "1800");
    t.answer(423, vec![Header::MinExpires("3600".into())]);
    assert_eq!(value(&t.sent(), "Expires"), "3600");
    t.answer(423, vec![Header::MinExpires("7200".into())]);
    assert!(
        t.nothing_sent(),
        "a server that keeps raising is not followed for ever"
    );
    assert!(matches!(
        t.reported()[..],
        [
            ..,
            RegistrationState::Waiting {
                error: RegistrationError::Status { status: 423, .. },
                ..
            }
        ]
    ));
}

#[test]
fn failures_back_off_and_respect_retry_after() {
    let mut t = Bench::connected_new();
    t.sent();
    t.answer(503, vec![Header::RetryAfter("30 (maintenance)".into())]);
    let wait = t.machine.poll_timeout().unwrap() - t.now;
    assert!(wait >= 30 * SECOND && wait <= 31 * SECOND, "{wait:?}");
    t.reported();
    t.advance_to_timeout();
    assert!(!t.connect_asked(), "the flow is still good");
    t.sent();
    t.answer(500, vec![]);
    let wait = t.machine.poll_timeout().unwrap() - t.now;
    assert!(wait >= SECOND && wait <= 2 * SECOND, "{wait:?}");
}

#[test]
fn a_lost_flow_is_made_again_and_registered_over() {
    let mut t = Bench::registered();
    t.event(Event::Disconnected(FlowError::Dead));
    assert!(matches!(
        t.reported()[..],
        [RegistrationState::Waiting {
            error: RegistrationError::Flow(FlowError::Dead),
            ..
        }]
    ));
    t.advance_to_timeout();
    assert!(t.connect_asked());
    t.event(Event::Disconnected(FlowError::Refused {
        address: "192.0.2.1:443".into(),
    }));
    t.advance_to_timeout();
    t.connected();
    t.sent();
    t.answer(200, vec![]);
    assert!(t.recovered());
}

#[test]
fn a_server_that_does_not_answer_costs_the_flow() {
    let mut t = Bench::connected_new();
    t.sent();
    t.reported();
    t.advance_to_timeout();
    assert!(t.disconnect_asked());
    assert!(matches!(
        t.reported()[..],
        [RegistrationState::Waiting {
            error: RegistrationError::NoAnswer,
            ..
        }]
    ));
    t.advance_to_timeout();
    assert!(t.connect_asked());
}

#[test]
fn register_now_probes_the_flow_with_less_patience() {
    let mut t = Bench::registered();
    t.event(Event::RegisterNow);
    t.sent();
    assert_eq!(
        t.machine.poll_timeout().unwrap() - t.now,
        Timing::default().pong
    );
    t.advance_to_timeout();
    assert!(t.disconnect_asked());
    t.reported();
    t.event(Event::RegisterNow);
    assert!(t.connect_asked(), "does not wait for the back-off");
}

#[test]
fn a_hop_without_outbound_is_registered_over_without_it() {
    let mut t = Bench::connected_new();
    t.sent();
    t.answer(439, vec![]);
    let again = t.sent();
    assert!(
        !value(&again, "Contact").contains("reg-id")
            && value(&again, "Contact").contains("+sip.instance")
    );
    assert_eq!(value(&again, "Supported"), "path");
}

#[test]
fn shutdown_unregisters_and_stops_even_without_an_answer() {
    let mut t = Bench::registered();
    t.event(Event::Shutdown);
    let last = t.sent();
    assert_eq!(value(&last, "Expires"), "0");
    assert!(value(&last, "Contact").ends_with(";expires=0"));
    t.answer(401, vec![challenge("new", "")]);
    assert_eq!(value(&t.sent(), "Expires"), "0");
    t.answer(200, vec![]);
    assert_eq!(t.reported(), [RegistrationState::Unregistered]);
    assert!(t.stopped());

    let mut t = Bench::registered();
    t.event(Event::Shutdown);
    t.advance_to_timeout();
    assert!(t.stopped());

    let mut t = Bench::new();
    t.event(Event::Start);
    t.event(Event::Shutdown);
    assert!(t.stopped());
}

#[test]
fn a_challenge_nobody_knows_is_tried_again_later() {
    let mut t = Bench::connected_new();
    t.sent();
    t.answer(
        401,
        vec![Header::WwwAuthenticate("Basic realm=\"x\"".into())],
    );
    assert!(matches!(
        t.reported()[..],
        [
            ..,
            RegistrationState::Waiting {
                error: RegistrationError::Challenge,
                ..
            }
        ]
    ));
}

struct Bench {
    machine: Registration,
    now: Instant,
    out: Vec<Command>,
}

impl Bench {
    fn new() -> Self {
        Self::seeded(1)
    }

    fn seeded(seed: u64) -> Self {
        Self::with("pw", seed)
    }

    fn with(credentials: impl Into<Credentials>, seed: u64) -> Self {
        let mut account = Account::new(
            vec!["wss://sbc.example.com/".parse().unwrap()],
            "sip:alice@example.com".parse().unwrap(),
            credentials,
            "00000000-0000-1000-8000-000A95A0E128\r\n",
        );
        account.user_agent = "Warm\r\nRoute: <sip:evil>".into();
        Self {
            machine: Registration::new(&account, StdRng::seed_from_u64(seed)),
            now: Instant::now(),
            out: Vec::new(),
        }
    }

    fn connected_new() -> Self {
        let mut t = Self::new();
        t.event(Event::Start);
        assert!(t.connect_asked());
        t.connected();
        t
    }

    fn registered() -> Self {
        let mut t = Self::connected_new();
        t.sent();
        t.answer(401, vec![challenge("n", "")]);
        t.sent();
        t.answer(200, vec![]);
        t.out.clear();
        t
    }

    fn event(&mut self, event: Event) {
        self.out.extend(self.machine.handle(self.now, event));
    }

    fn connected(&mut self) {
        self.event(Event::Connected(local()));
    }

    fn answer(&mut self, status: u16, headers: Vec<Header>) {
        let response = Response {
            status_code: StatusCode::from(status),
            headers: Headers::from(headers),
            ..Response::default()
        };
        self.event(Event::Answer(Box::new(response)));
    }

    /// A 403 is told as what it is; then the next attempt begins.
    fn assert_waiting_after_403(&mut self) {
        assert!(matches!(
            self.reported()[..],
            [
                ..,
                RegistrationState::Waiting {
                    error: RegistrationError::Status { status: 403, .. },
                    ..
                }
            ]
        ));
        self.advance_to_timeout();
    }

    fn advance_to_timeout(&mut self) {
        self.now = self.machine.poll_timeout().expect("something to wait for");
        self.event(Event::Timeout);
    }

    fn take<T>(&mut self, wanted: impl Fn(&Command) -> Option<T>) -> Vec<T> {
        let found = self.out.iter().filter_map(&wanted).collect();
        self.out.retain(|c| wanted(c).is_none());
        found
    }

    fn sent(&mut self) -> Request {
        let mut sent = self.take(|c| {
            if let Command::Send(r) = c {
                Some((**r).clone())
            } else {
                None
            }
        });
        assert_eq!(sent.len(), 1, "one REGISTER at a time");
        sent.remove(0)
    }

    fn nothing_sent(&self) -> bool {
        !self.out.iter().any(|c| matches!(c, Command::Send(_)))
    }

    fn reported(&mut self) -> Vec<RegistrationState> {
        self.take(|c| {
            if let Command::Report(state) = c {
                Some(state.clone())
            } else {
                None
            }
        })
    }

    fn connect_asked(&mut self) -> bool {
        !self
            .take(|c| matches!(c, Command::Connect).then_some(()))
            .is_empty()
    }

    fn disconnect_asked(&mut self) -> bool {
        !self
            .take(|c| matches!(c, Command::Disconnect).then_some(()))
            .is_empty()
    }

    fn recovered(&mut self) -> bool {
        !self
            .take(|c| matches!(c, Command::Recovered).then_some(()))
            .is_empty()
    }

    fn stopped(&mut self) -> bool {
        !self
            .take(|c| matches!(c, Command::Stopped).then_some(()))
            .is_empty()
    }
}

fn local() -> Local {
    Local {
        via: "SIP/2.0/WSS abc.invalid".into(),
        contact: "sip:alice@abc.invalid;transport=ws".into(),
    }
}

fn challenge(nonce: &str, more: &str) -> Header {
    Header::WwwAuthenticate(
        format!("Digest realm=\"r\",nonce=\"{nonce}\",qop=\"auth\"{more}").into(),
    )
}

fn value(request: &Request, name: &str) -> String {
    headers::get(&request.headers, name)
        .unwrap_or_else(|| panic!("no {name}"))
        .to_owned()
}
