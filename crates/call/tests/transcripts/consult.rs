//! An expert is asked about a customer, before anybody is handed over.

use std::time::Duration;

use warmline_call::{EndReason, How, MediaEvent, Phase, Suspicion, UserAction};

use crate::script::{A, B, C, Script, answered, complete, ended, invited, party, ringing};

#[test]
fn the_customer_is_held_while_the_expert_is_called_and_both_can_be_talked_to() {
    let mut desk = Script::established_incoming(1);
    desk.user(hand_over(false));
    desk.media(MediaEvent::Ready(B));
    desk.sip(ringing(2, 180));
    desk.user(complete(1));
    desk.sip(answered(2, 1));
    desk.user(UserAction::Swap(A));
    desk.user(UserAction::Swap(A));
    desk.user(UserAction::Back(A));
    desk.reads(
        "
        > Consult(1, 2)
            Media Open(2)
            Transfer(1, 2) Calling
            Reoffer(1) hold
            Media Flow(1): silent
            Media Flow(2): heard
        > Ready(2)
            Invite(2)
        > Ringing(2, 180)
            Tone Ringback
        > Complete(1)
            Refused(1): ExpertNotThere
        > Answered(2, fork 1)
            Media UseAnswer(2, fork 1)
            Transfer(1, 2) Consulting
            Media WatchGreeting(2)
            Media Flow(2): heard, sending
            Tone off
        > Swap(1)
            Reoffer(2) hold
            Media Flow(2): silent
            Media Flow(1): heard, sending
        > Swap(1)
            Media Flow(1): silent
            Media Flow(2): heard, sending
        > Back(1)
            Transfer(1, 2) Over: Back
            Bye(2)
            Media Close(2)
            Media Flow(1): heard, sending
        ",
    );
    assert_eq!(desk.reason(2), EndReason::HungUp);
    assert!(desk.talks_to(1));
    assert_eq!(desk.phone.transfers().count(), 0);
}

#[test]
fn going_back_while_the_expert_is_rung_cancels_that() {
    let mut desk = Script::established_incoming(1);
    desk.user(hand_over(false));
    desk.media(MediaEvent::Ready(B));
    desk.forget();
    desk.user(UserAction::Back(A));
    desk.reads(
        "
        > Back(1)
            Transfer(1, 2) Over: Back
            Cancel(2)
            Media Close(2)
            Media Flow(1): heard, sending
        ",
    );
}

#[test]
fn an_expert_who_does_not_answer_or_hangs_up_leaves_the_customer_to_the_agent() {
    let mut desk = Script::established_incoming(1);
    desk.user(hand_over(false));
    desk.media(MediaEvent::Ready(B));
    desk.forget();
    desk.sip(ended(2, Some(486)));
    desk.reads(
        "
        > Ended(2)
            Media Close(2)
            Transfer(1, 2) Over: ExpertGone(Busy)
            Tone Busy
        ",
    );
    desk.user(UserAction::Resume(A));
    assert!(desk.talks_to(1));

    let mut desk = Script::consulting();
    desk.sip(ended(2, None));
    desk.reads(
        "
        > Ended(2)
            Media Close(2)
            Transfer(1, 2) Over: ExpertGone(RemoteHungUp)
            Tone Ended
        ",
    );
    desk.user(UserAction::Resume(A));
    assert!(desk.talks_to(1));
}

#[test]
fn a_customer_who_hangs_up_leaves_the_expert_to_the_agent() {
    let mut desk = Script::consulting();
    desk.sip(ended(1, None));
    desk.reads(
        "
        > Ended(1)
            Media Close(1)
            Transfer(1, 2) Over: CustomerGone(RemoteHungUp)
        ",
    );
    assert!(desk.talks_to(2));
}

#[test]
fn a_hand_over_completes_by_itself_some_time_after_the_answer() {
    let mut desk = handing_over();
    desk.sip(answered(2, 1));
    desk.wait();
    desk.reads(
        "
        > Answered(2, fork 1)
            Media UseAnswer(2, fork 1)
            Transfer(1, 2) Consulting
            Media WatchGreeting(2)
            Media Flow(2): heard, sending
            Tone off
        > Timeout after 5 s
            Transfer(1, 2) Completing
            Refer(1) replacing 2
        ",
    );
}

#[test]
fn a_hand_over_waits_for_the_agent_who_keeps_consulting_before_the_answer_or_after() {
    let mut desk = handing_over();
    desk.user(UserAction::KeepConsulting(A));
    desk.sip(answered(2, 1));
    assert_eq!(desk.phone.poll_timeout(), None);
    assert_eq!(desk.phone.transfers().next().unwrap().how(), How::Consult);

    let mut desk = handing_over();
    desk.sip(answered(2, 1));
    desk.user(UserAction::KeepConsulting(A));
    assert_eq!(desk.phone.poll_timeout(), None);

    // Who talks to the customer while the expert is rung has changed their mind.
    let mut desk = handing_over();
    desk.user(UserAction::Swap(A));
    desk.sip(answered(2, 1));
    assert_eq!(desk.phone.poll_timeout(), None);
    assert!(desk.talks_to(1));
}

#[test]
fn a_hand_over_does_not_complete_behind_the_back_of_an_agent_on_another_call() {
    let mut desk = handing_over();
    desk.sip(answered(2, 1));
    desk.sip(invited(3));
    desk.user(UserAction::Answer(C));
    desk.media(MediaEvent::Ready(C));
    desk.forget();
    desk.wait();
    desk.reads("> Timeout after 5 s");
}

#[test]
fn a_hand_over_to_what_may_be_voicemail_asks_first() {
    let mut desk = handing_over();
    desk.sip(answered(2, 1));
    desk.media(MediaEvent::Suspicious(B, Suspicion::Beep));
    assert_eq!(desk.phone.poll_timeout(), None);
    desk.user(complete(1));
    desk.user(UserAction::Complete {
        customer: A,
        sure: true,
    });
    desk.reads(
        "
        > Answered(2, fork 1)
            Media UseAnswer(2, fork 1)
            Transfer(1, 2) Consulting
            Media WatchGreeting(2)
            Media Flow(2): heard, sending
            Tone off
        > Suspicious(2, Beep)
            Transfer(1, 2) Consulting: MaybeMachine(Beep)
        > Complete(1)
            Refused(1): MaybeMachine(Beep)
        > Complete(1, sure)
            Transfer(1, 2) Completing
            Refer(1) replacing 2
        ",
    );
}

#[test]
fn an_answer_at_once_and_without_ringing_is_suspicious() {
    for (pause_ms, status, suspicion) in [
        (0, None, Some(Suspicion::AnsweredAtOnce)),
        (300, Some(183), Some(Suspicion::AnsweredAtOnce)),
        (301, None, None),
        (0, Some(180), None),
    ] {
        let mut desk = Script::established_incoming(1);
        desk.user(hand_over(false));
        desk.media(MediaEvent::Ready(B));
        if let Some(status) = status {
            desk.sip(ringing(2, status));
        }
        desk.now += Duration::from_millis(pause_ms);
        desk.forget();
        desk.sip(answered(2, 1));
        assert_eq!(desk.phone.call(B).unwrap().suspicion(), suspicion);
        let says = desk.text().contains("MaybeMachine(AnsweredAtOnce)");
        assert_eq!(says, suspicion.is_some());
    }
}

#[test]
fn another_call_may_be_answered_while_consulting() {
    let mut desk = Script::consulting();
    desk.sip(invited(3));
    desk.user(UserAction::Answer(C));
    desk.media(MediaEvent::Ready(C));
    assert!(desk.talks_to(3) && !desk.talks_to(1) && !desk.talks_to(2));
    desk.user(UserAction::Swap(A));
    assert!(desk.talks_to(1) && !desk.talks_to(3));
    let transfer = desk.phone.transfers().next().unwrap();
    assert_eq!(transfer.phase(), Phase::Consulting);
}

fn hand_over(hand_over: bool) -> UserAction {
    UserAction::Consult {
        customer: A,
        expert: B,
        to: party(),
        hand_over,
    }
}

/// The expert is rung, and it completes by itself 5 s after the answer.
fn handing_over() -> Script {
    let mut desk = Script::with(|config| config.complete_on_answer = Some(Duration::from_secs(5)));
    desk.customer(1);
    desk.user(hand_over(true));
    desk.media(MediaEvent::Ready(B));
    desk.sip(ringing(2, 180));
    desk.forget();
    desk
}
