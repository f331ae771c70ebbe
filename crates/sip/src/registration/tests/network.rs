//! Other edges, and other networks.

use super::*;

impl Bench {
    fn unfit(&mut self) -> Option<Option<u32>> {
        let unfit = |c: &Command| match c {
            Command::Unfit { after_s } => Some(*after_s),
            _ => None,
        };
        self.take(unfit).pop()
    }

    fn check_asked(&mut self) -> bool {
        !self
            .take(|c| matches!(c, Command::Check).then_some(()))
            .is_empty()
    }

    /// How long it is until the next attempt, as told.
    fn waits(&mut self) -> Duration {
        match self.reported()[..] {
            [.., RegistrationState::Waiting { retry_in_ms, .. }] => {
                Duration::from_millis(retry_in_ms)
            }
            ref other => panic!("{other:?}"),
        }
    }
}

#[test]
fn with_another_edge_nobody_waits_for_long() {
    let mut t = Bench::registered();
    t.machine.set_elsewhere(true);
    for _ in 0..10 {
        t.event(Event::Disconnected(FlowError::Closed));
        let waits = t.waits();
        assert!((100..=500).contains(&waits.as_millis()), "{waits:?}");
        t.advance_to_timeout();
        assert!(t.connect_asked());
        t.connected();
        t.sent();
        t.answer(200, vec![]);
        t.out.clear();
    }
    // The last one: as ever.
    t.machine.set_elsewhere(false);
    t.event(Event::Disconnected(FlowError::Closed));
    assert!(t.waits() >= Duration::from_millis(500));
}

#[test]
fn an_edge_that_does_not_answer_or_has_no_capacity_is_left() {
    let mut t = Bench::connected_new();
    t.sent();
    t.machine.set_elsewhere(true);
    t.advance_to_timeout();
    assert_eq!(t.unfit(), Some(None));
    assert!(t.disconnect_asked());
    t.advance_to_timeout();
    assert!(t.connect_asked());
    // Three seconds must do where there is another.
    let connected = t.now;
    t.connected();
    t.sent();
    assert_eq!(t.machine.poll_timeout(), Some(connected + 3 * SECOND));
    t.answer(503, vec![Header::RetryAfter("60".into())]);
    assert_eq!(t.unfit(), Some(Some(60)));
    assert!(t.disconnect_asked());
    assert!(t.waits() <= Duration::from_millis(500));
    // Other errors are the account's, wherever it goes.
    t.advance_to_timeout();
    t.connected();
    t.sent();
    t.answer(500, vec![]);
    assert_eq!(t.unfit(), None);
    assert!(!t.disconnect_asked());
    // And with nowhere to go, it stays.
    t.machine.set_elsewhere(false);
    t.advance_to_timeout();
    t.sent();
    t.answer(503, vec![Header::RetryAfter("60".into())]);
    assert!(!t.disconnect_asked());
    assert!(t.waits() >= 60 * SECOND);
}

#[test]
fn a_better_flow_is_registered_over_without_a_word() {
    let mut t = Bench::registered();
    t.event(Event::Moved(Local {
        via: "SIP/2.0/TLS 192.0.2.9:5".into(),
        contact: "sip:alice@192.0.2.9:5;transport=tls".into(),
    }));
    let register = t.sent();
    assert!(value(&register, "Via").starts_with("SIP/2.0/TLS 192.0.2.9:5;"));
    assert!(value(&register, "Contact").contains("192.0.2.9:5"));
    assert!(t.machine.is_registered());
    t.answer(200, vec![]);
    assert_eq!(t.reported(), []);
    assert!(t.recovered(), "dialogs tell where we are");
}

#[test]
fn a_flow_that_died_with_its_network_is_made_again_at_once() {
    let mut t = Bench::registered();
    t.event(Event::NetworkChanged);
    assert!(t.check_asked() && t.nothing_sent());
    // It is well: nothing else happens, and much later a break is a break.
    t.now += 5 * SECOND;
    t.event(Event::Disconnected(FlowError::Closed));
    t.waits();
    t.advance_to_timeout();
    assert!(t.connect_asked());
    t.connected();
    t.sent();
    t.answer(200, vec![]);
    t.out.clear();
    t.event(Event::NetworkChanged);
    t.now += SECOND;
    assert!(t.machine.hurries(t.now));
    t.event(Event::Disconnected(FlowError::Dead));
    assert_eq!(t.reported(), [RegistrationState::Connecting]);
    assert!(t.connect_asked());
    // Not there yet: as ever, from the shortest wait on.
    t.event(Event::Disconnected(FlowError::Closed));
    let waits = t.waits();
    assert!(waits <= SECOND, "{waits:?}");
    t.event(Event::NetworkChanged);
    assert!(t.connect_asked(), "now there may be one");
    t.connected();
    t.sent();
    t.answer(200, vec![]);
    assert!(t.recovered());
}

#[test]
fn where_keepalives_tell_nothing_a_register_does() {
    let mut t = Bench::registered();
    t.event(Event::NetworkChanged);
    t.event(Event::Unchecked);
    t.sent();
    assert_eq!(t.machine.poll_timeout(), Some(t.now + SECOND));
    t.advance_to_timeout();
    assert_eq!(t.unfit(), None, "the server is not at fault");
    assert!(t.disconnect_asked() && t.connect_asked());
    // Answered, it lives.
    t.connected();
    t.sent();
    t.answer(200, vec![]);
    t.event(Event::NetworkChanged);
    t.event(Event::Unchecked);
    t.sent();
    t.out.clear();
    t.answer(200, vec![]);
    assert_eq!(t.reported(), []);
    assert!(!t.disconnect_asked());
}

#[test]
fn a_dial_by_the_old_network_is_begun_again() {
    let mut t = Bench::new();
    t.event(Event::NetworkChanged);
    assert!(t.out.is_empty(), "not started");
    t.event(Event::Start);
    assert!(t.connect_asked());
    t.event(Event::NetworkChanged);
    assert!(t.connect_asked());
    // A password that is refused stays so.
    t.connected();
    t.sent();
    t.answer(401, vec![challenge("n", "")]);
    t.sent();
    t.answer(403, vec![]);
    t.event(Event::Disconnected(FlowError::Closed));
    t.out.clear();
    t.event(Event::NetworkChanged);
    assert!(t.out.is_empty());
}
