//! Calls that come in.

use warmline_call::{
    Cause, EndReason, MediaEvent, MediaFailure, Rejection, SipEvent, State, UserAction,
};

use crate::script::{A, B, Script, ended, invited, party};

#[test]
fn a_customer_calls_and_is_answered() {
    let mut desk = Script::new();
    desk.sip(invited(1));
    desk.user(UserAction::Answer(A));
    desk.media(MediaEvent::Ready(A));
    desk.media(MediaEvent::Connected(A));
    desk.sip(ended(1, None));
    desk.wait();
    desk.reads(
        "
        > Invited(1)
            Ring(1)
            Ringer on
        > Answer(1)
            Media Open(1)
            Media Flow(1): heard
            Ringer off
        > Ready(1)
            Accept(1)
            Media Flow(1): heard, sending
        > Connected(1)
            Cue connected
        > Ended(1)
            Media Close(1)
            Tone Ended
        > Timeout after 3 s
            Tone off
        ",
    );
    assert_eq!(
        desk.state(1),
        Some(State::Ended(EndReason::RemoteHungUp)),
        "the ended call is shown for a while"
    );
}

#[test]
fn an_unanswerable_offer_never_rings() {
    let mut desk = Script::new();
    desk.sip(SipEvent::Invited {
        call: A,
        from: party(),
        unacceptable: Some(MediaFailure::NotAcceptable),
        replaces: None,
    });
    desk.reads(
        "
        > Invited(1)
            Reject(1) 488
        ",
    );
    assert_eq!(
        desk.reason(1),
        EndReason::MediaFailed(MediaFailure::NotAcceptable)
    );
}

#[test]
fn turning_away_says_busy_or_decline_and_hanging_up_says_busy() {
    for (action, status) in [
        (UserAction::Reject(A, Rejection::Busy), 486),
        (UserAction::Reject(A, Rejection::Decline), 603),
        (UserAction::Hangup(A), 486),
    ] {
        let mut desk = Script::new();
        desk.sip(invited(1));
        desk.forget();
        desk.user(action);
        let name = desk.last_event();
        desk.reads(&format!(
            "
            > {name}
                Reject(1) {status}
                Ringer off
            "
        ));
        assert_eq!(desk.reason(1), EndReason::Rejected);
    }
}

#[test]
fn media_that_fails_while_answering_refuses_the_call() {
    let mut desk = Script::new();
    desk.sip(invited(1));
    desk.user(UserAction::Answer(A));
    desk.forget();
    desk.media(MediaEvent::Failed(A, MediaFailure::NotAcceptable));
    desk.reads(
        "
        > Failed(1)
            Reject(1) 488
            Media Close(1)
            Tone Congestion
        ",
    );
}

#[test]
fn media_that_never_gets_ready_ends_the_call() {
    let mut desk = Script::new();
    desk.sip(invited(1));
    desk.user(UserAction::Answer(A));
    desk.forget();
    desk.wait();
    desk.reads(
        "
        > Timeout after 15 s
            Reject(1) 500
            Media Close(1)
            Tone Congestion
        ",
    );
}

#[test]
fn a_call_that_rings_out_is_missed() {
    let mut desk = Script::new();
    desk.sip(invited(1));
    desk.forget();
    desk.wait();
    desk.reads(
        "
        > Timeout after 60 s
            Reject(1) 480
            Ringer off
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Missed);
}

#[test]
fn a_caller_who_gives_up_stops_the_ringer() {
    let mut desk = Script::new();
    desk.sip(invited(1));
    desk.forget();
    desk.sip(SipEvent::Ended {
        call: A,
        cause: Cause {
            reason_status: Some(200),
            ..Cause::default()
        },
    });
    desk.reads(
        "
        > Ended(1)
            Ringer off
        ",
    );
    assert_eq!(desk.reason(1), EndReason::AnsweredElsewhere);
}

#[test]
fn whoever_is_not_to_be_disturbed_sees_and_hears_nothing_of_a_call() {
    let mut desk = Script::new();
    desk.user(UserAction::DoNotDisturb(true));
    desk.sip(invited(1));
    assert!(desk.phone.do_not_disturb());
    let refused = desk.phone.call(A).expect("until it is written down");
    assert!(refused.is_hidden());
    assert_eq!(refused.end_reason(), Some(EndReason::DoNotDisturb));
    desk.wait();
    assert!(desk.phone.call(A).is_none());
    desk.user(UserAction::DoNotDisturb(false));
    desk.sip(invited(2));
    desk.reads(
        "
        > DoNotDisturb(true)
        > Invited(1)
            Reject(1) 486
            Undisturbed(1)
        > Timeout after 0 s
        > DoNotDisturb(false)
        > Invited(2)
            Ring(2)
            Ringer on
        ",
    );
}

#[test]
fn what_rings_is_refused_as_soon_as_the_agent_is_not_to_be_disturbed() {
    let mut desk = Script::new();
    desk.sip(invited(1));
    desk.user(UserAction::Answer(A));
    desk.media(MediaEvent::Ready(A));
    desk.sip(invited(2));
    desk.forget();
    desk.user(UserAction::DoNotDisturb(true));
    desk.reads(
        "
        > DoNotDisturb(true)
            Reject(2) 486
            Tone off
        ",
    );
    assert_eq!(desk.reason(2), EndReason::DoNotDisturb);
    assert_eq!(desk.state(1), Some(State::Established), "who talks goes on");
    let seen = desk.phone.call(B).map(warmline_call::Call::is_hidden);
    assert_eq!(seen, Some(false));
}

#[test]
fn a_call_in_the_place_of_one_that_stands_comes_through() {
    let mut desk = Script::new();
    desk.sip(invited(1));
    desk.user(UserAction::Answer(A));
    desk.media(MediaEvent::Ready(A));
    desk.user(UserAction::DoNotDisturb(true));
    desk.sip(SipEvent::Invited {
        call: B,
        from: party(),
        unacceptable: None,
        replaces: Some(A),
    });
    assert_eq!(desk.state(2), Some(State::Answering));
}
