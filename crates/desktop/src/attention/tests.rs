use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const ONE: CallNumber = CallNumber(1);
const OTHER: CallNumber = CallNumber(2);

fn ringing(calls: &[CallNumber]) -> Event {
    Event::Ringing(calls.to_vec())
}

#[test]
fn a_call_brings_the_window_up_and_its_end_lets_it_down() {
    let mut attention = Attention::default();
    let commands = attention.handle(ringing(&[ONE]));
    assert_eq!(commands, [Command::ComeUp, Command::Notify(ONE)]);
    assert_eq!(attention.handle(ringing(&[ONE])), []);
    let commands = attention.handle(ringing(&[]));
    assert_eq!(commands, [Command::Withdraw(ONE), Command::Settle]);
}

#[test]
fn a_second_call_keeps_it_up_until_both_are_decided() {
    let mut attention = Attention::default();
    attention.handle(ringing(&[ONE]));
    let commands = attention.handle(ringing(&[ONE, OTHER]));
    assert_eq!(commands, [Command::ComeUp, Command::Notify(OTHER)]);
    assert_eq!(
        attention.handle(ringing(&[OTHER])),
        [Command::Withdraw(ONE)]
    );
}

#[test]
fn whoever_looks_at_the_window_gets_no_notification() {
    let mut attention = Attention::default();
    attention.handle(Event::Focused(true));
    assert_eq!(attention.handle(ringing(&[ONE])), [Command::ComeUp]);
    attention.handle(Event::Focused(false));
    attention.handle(ringing(&[ONE, OTHER]));
    let commands = attention.handle(Event::Focused(true));
    assert_eq!(commands, [Command::Withdraw(OTHER)]);
}

#[test]
fn a_button_means_the_call_it_stands_for_and_no_other() {
    let mut attention = Attention::default();
    attention.handle(ringing(&[ONE]));
    let pressed = |button| Event::Pressed(ONE, button);
    assert_eq!(
        attention.handle(pressed(Button::Answer)),
        [Command::Answer(ONE)]
    );
    assert_eq!(
        attention.handle(pressed(Button::Reject)),
        [Command::Reject(ONE)]
    );
    attention.handle(ringing(&[OTHER]));
    assert_eq!(attention.handle(pressed(Button::Answer)), []);
    assert_eq!(attention.handle(pressed(Button::Open)), [Command::Open]);
}

fn event() -> impl Strategy<Value = Event> {
    let call = || (0..4_u64).prop_map(CallNumber);
    let button = prop::sample::select(vec![Button::Answer, Button::Reject, Button::Open]);
    prop_oneof![
        prop::collection::btree_set(call(), 0..4)
            .prop_map(|calls| Event::Ringing(calls.into_iter().collect())),
        any::<bool>().prop_map(Event::Focused),
        (call(), button).prop_map(|(call, button)| Event::Pressed(call, button)),
    ]
}

proptest! {
    #[test]
    fn nothing_stays_behind(events in prop::collection::vec(event(), 0..40)) {
        let mut attention = Attention::default();
        let (mut up, mut rings) = (false, BTreeSet::new());
        let mut notified = BTreeSet::new();
        for event in events {
            match &event {
                Event::Ringing(now) => rings = now.iter().copied().collect(),
                Event::Focused(_) | Event::Pressed(..) => {}
            }
            for command in attention.handle(event) {
                match command {
                    Command::ComeUp => up = true,
                    Command::Settle => {
                        prop_assert!(up);
                        up = false;
                    }
                    Command::Notify(call) => prop_assert!(notified.insert(call)),
                    Command::Withdraw(call) => prop_assert!(notified.remove(&call)),
                    Command::Answer(call) | Command::Reject(call) => {
                        prop_assert!(rings.contains(&call));
                    }
                    Command::Open => {}
                }
            }
            prop_assert!(notified.is_subset(&rings));
            prop_assert!(!up || !rings.is_empty());
        }
    }
}
