//! More than one call.

use std::time::Duration;

use warmline_call::{EndReason, Hold, MediaEvent, Phone, PhoneConfig, SipEvent, State, UserAction};

use crate::script::{A, B, Script, answered, dial, ended, invited, ringing};

#[test]
fn a_second_call_waits_and_answering_it_holds_the_first() {
    let mut desk = Script::established(1);
    desk.sip(invited(2));
    desk.user(UserAction::Answer(B));
    desk.media(MediaEvent::Ready(B));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.sip(ended(2, None));
    desk.user(UserAction::Resume(A));
    desk.reads(
        "
        > Invited(2)
            Ring(2)
            Tone CallWaiting
        > Answer(2)
            Media Open(2)
            Reoffer(1) hold
            Media Flow(1): silent
            Media Flow(2): heard
            Tone off
        > Ready(2)
            Accept(2)
            Media Flow(2): heard, sending
        > ReofferAccepted(1)
        > Ended(2)
            Media Close(2)
            Tone Ended
        > Resume(1)
            Reoffer(1) resume
            Media Flow(1): heard, sending
            Tone off
        ",
    );
}

#[test]
fn a_call_that_waits_is_heard_in_the_headset_and_rings_once_the_agent_is_free() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(ringing(1, 180));
    desk.forget();
    desk.sip(invited(2));
    desk.sip(ended(2, None));
    desk.sip(invited(3));
    desk.sip(ended(1, Some(486)));
    desk.wait();
    desk.reads(
        "
        > Invited(2)
            Ring(2)
            Tone CallWaiting
        > Ended(2)
            Tone Ringback
        > Invited(3)
            Ring(3)
            Tone CallWaiting
        > Ended(1)
            Media Close(1)
            Ringer on
            Tone Busy
        > Timeout after 3 s
            Tone off
        ",
    );
}

#[test]
fn each_call_is_greeted_once_and_not_over_one_that_waits() {
    let mut desk = Script::established(1);
    desk.media(MediaEvent::Connected(A));
    desk.sip(invited(2));
    desk.sip(invited(3));
    desk.user(UserAction::Answer(B));
    desk.media(MediaEvent::Ready(B));
    desk.forget();
    desk.media(MediaEvent::Connected(B));
    desk.sip(ended(3, None));
    desk.sip(ended(2, None));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.user(UserAction::Resume(A));
    desk.reads(
        "
        > Connected(2)
        > Ended(3)
            Tone off
        > Ended(2)
            Media Close(2)
            Tone Ended
        > ReofferAccepted(1)
        > Resume(1)
            Reoffer(1) resume
            Media Flow(1): heard, sending
            Tone off
        ",
    );
}

#[test]
fn an_outgoing_call_left_behind_is_held_as_soon_as_it_is_answered() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(invited(2));
    desk.user(UserAction::Answer(B));
    desk.media(MediaEvent::Ready(B));
    desk.forget();
    desk.sip(answered(1, 1));
    desk.reads(
        "
        > Answered(1, fork 1)
            Media UseAnswer(1, fork 1)
            Reoffer(1) hold
        ",
    );
    assert_eq!(desk.phone.focus(), Some(B));
    assert_eq!(desk.hold(1), Hold::Holding);
}

#[test]
fn ended_calls_are_forgotten_and_a_flood_is_bounded() {
    let mut desk = Script::established(1);
    desk.sip(ended(1, None));
    desk.wait();
    assert_eq!(desk.state(1), Some(State::Ended(EndReason::RemoteHungUp)));
    desk.wait();
    assert_eq!(desk.state(1), None);
    assert_eq!(desk.phone.poll_timeout(), None);

    for n in 10..1000 {
        desk.sip(invited(n));
        desk.sip(ended(n, None));
    }
    assert_eq!(desk.phone.calls().count(), 32);
    assert_eq!(desk.state(999), Some(State::Ended(EndReason::CallerGaveUp)));

    desk.forget();
    for n in 2000..2009 {
        desk.sip(invited(n));
    }
    assert!(
        desk.text()
            .ends_with("> Invited(2008)\n    Reject(2008) 486\n"),
        "more calls than there may be are turned away"
    );
}

#[test]
fn waiting_times_can_be_set() {
    let config = PhoneConfig {
        ring_for: Duration::from_secs(5),
        no_answer: Duration::from_secs(7),
        ..PhoneConfig::default()
    };
    let mut script = Script::new();
    script.phone = Phone::new(config);
    script.sip(invited(1));
    script.wait();
    assert!(script.text().contains("> Timeout after 5 s\n"));
    script.user(dial(2));
    script.media(MediaEvent::Ready(B));
    script.wait();
    assert!(script.text().contains("> Timeout after 7 s\n"));
}
