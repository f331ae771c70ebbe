//! Registration by access token.

use tokio::sync::watch;

use super::*;
use crate::redact::Secret;

type Renew = watch::Sender<Option<Secret<String>>>;

fn with_token(token: Option<&str>) -> (Renew, Bench) {
    let (renew, token) = watch::channel(token.map(Secret::from));
    let mut t = Bench::with(Credentials::Token(token), 1);
    t.event(Event::Start);
    assert!(t.connect_asked());
    t.connected();
    t.reported();
    (renew, t)
}

fn renewed(renew: &Renew, t: &mut Bench, token: &str) {
    renew.send_replace(Some(token.into()));
    t.event(Event::NewToken);
}

fn bearer(error: &str) -> Header {
    Header::WwwAuthenticate(format!("Bearer realm=\"r\", scope=\"sip\"{error}").into())
}

fn wanted(t: &mut Bench) -> Vec<TokenWanted> {
    t.take(|c| match c {
        Command::TokenWanted(wanted) => Some(wanted.clone()),
        _ => None,
    })
}

fn authorization(request: &Request) -> Option<&str> {
    headers::get(&request.headers, "Authorization")
}

#[test]
fn it_registers_by_token_and_sends_it_ahead_from_then_on() {
    let (renew, mut t) = with_token(Some("one"));
    assert_eq!(authorization(&t.sent()), None, "nobody has asked");
    t.answer(401, vec![bearer(""), challenge("n", "")]);
    assert_eq!(authorization(&t.sent()), Some("Bearer one"));
    t.answer(200, vec![]);
    assert!(matches!(
        t.reported()[..],
        [RegistrationState::Registered { .. }]
    ));
    // A registration that stands is not touched by another token; its refresh carries it.
    renewed(&renew, &mut t, "two");
    t.advance_to_timeout();
    assert_eq!(authorization(&t.sent()), Some("Bearer two"));
    t.answer(200, vec![]);
    assert!(t.reported().is_empty() && wanted(&mut t).is_empty());
    t.event(Event::Shutdown);
    assert_eq!(authorization(&t.sent()), Some("Bearer two"));
}

#[test]
fn a_refused_token_is_told_of_and_the_next_one_is_tried_at_once() {
    let (renew, mut t) = with_token(Some("old"));
    t.sent();
    t.answer(401, vec![bearer("")]);
    t.sent();
    t.answer(401, vec![bearer(", error=\"invalid_token\"")]);
    assert!(matches!(
        t.reported()[..],
        [RegistrationState::Refused {
            error: RegistrationError::TokenRefused { status: 401, .. }
        }]
    ));
    let [wanted] = &wanted(&mut t)[..] else {
        panic!("it is told of once");
    };
    assert!(wanted.refused);
    assert_eq!(wanted.scope.as_deref(), Some("sip"));
    assert_eq!(t.machine.poll_timeout(), None, "not with the same token");
    assert!(!t.disconnect_asked(), "a call may be going on");

    renewed(&renew, &mut t, "new");
    assert_eq!(authorization(&t.sent()), Some("Bearer new"));
    t.answer(200, vec![]);
    assert!(matches!(
        t.reported()[..],
        [.., RegistrationState::Registered { .. }]
    ));
}

#[test]
fn a_token_that_runs_out_between_refreshes_is_replaced() {
    let (renew, mut t) = with_token(Some("one"));
    t.sent();
    t.answer(401, vec![bearer("")]);
    t.sent();
    t.answer(200, vec![]);
    t.out.clear();
    t.advance_to_timeout();
    t.sent();
    // Renewed while the server was at it: no word to anybody.
    renewed(&renew, &mut t, "two");
    t.answer(401, vec![bearer(", error=\"invalid_token\"")]);
    assert_eq!(authorization(&t.sent()), Some("Bearer two"));
    assert!(wanted(&mut t).is_empty());
    // Not renewed in time.
    renewed(&renew, &mut t, "three");
    t.answer(200, vec![]);
    t.advance_to_timeout();
    t.sent();
    t.answer(401, vec![bearer("")]);
    assert_eq!(wanted(&mut t).len(), 1);
}

#[test]
fn a_403_is_about_the_token_that_was_never_right() {
    let (renew, mut t) = with_token(Some("one"));
    t.sent();
    t.answer(401, vec![bearer("")]);
    t.sent();
    renewed(&renew, &mut t, "two");
    t.answer(403, vec![]);
    assert_eq!(authorization(&t.sent()), Some("Bearer two"), "at once");
    // That one was sent unasked: it may be refused for another reason, and is asked for first next time.
    t.answer(403, vec![]);
    t.reported();
    t.advance_to_timeout();
    assert_eq!(authorization(&t.sent()), None);
    t.answer(401, vec![bearer("")]);
    assert_eq!(authorization(&t.sent()), Some("Bearer two"));
    t.answer(403, vec![]);
    assert!(matches!(
        t.reported()[..],
        [
            ..,
            RegistrationState::Refused {
                error: RegistrationError::TokenRefused { status: 403, .. }
            }
        ]
    ));
    assert_eq!(wanted(&mut t).len(), 1);
}

#[test]
fn without_a_token_it_waits_for_one_also_over_a_lost_flow() {
    let (renew, mut t) = with_token(None);
    t.sent();
    t.answer(401, vec![bearer("")]);
    assert!(matches!(
        t.reported()[..],
        [RegistrationState::Refused {
            error: RegistrationError::NoToken
        }]
    ));
    assert!(!wanted(&mut t)[0].refused);
    t.event(Event::Disconnected(FlowError::Closed));
    renewed(&renew, &mut t, "one");
    assert!(t.connect_asked());
    t.connected();
    assert_eq!(authorization(&t.sent()), Some("Bearer one"));
}

#[test]
fn a_server_for_tokens_only_says_so_to_a_password() {
    let mut t = Bench::connected_new();
    t.sent();
    t.answer(401, vec![bearer("")]);
    assert!(matches!(
        t.reported()[..],
        [
            ..,
            RegistrationState::Waiting {
                error: RegistrationError::TokenOnly,
                ..
            }
        ]
    ));
    assert!(wanted(&mut t).is_empty());
}
