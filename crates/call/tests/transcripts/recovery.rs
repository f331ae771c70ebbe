//! Calls whose place others take, and those of an earlier run.

use warmline_call::{
    CallId, Direction, EndReason, Event, Hold, MediaEvent, MediaFailure, RecoverBy, Restored,
    SipEvent, UserAction,
};

use crate::script::{A, B, C, Script, answered, complete, ended, notified, party, refused};

#[test]
fn another_call_takes_the_place_of_the_one_in_focus() {
    let mut desk = Script::established_incoming(1);
    desk.user(UserAction::Mute(A, true));
    desk.forget();
    desk.sip(replacing(2, 1));
    desk.media(MediaEvent::Ready(B));
    desk.media(MediaEvent::Connected(B));
    desk.reads(
        "
        > Invited(2)
            Media Open(2)
        > Ready(2)
            Accept(2)
            Reoffer(1) hold
            Media Flow(1): silent
            Media Mute(2)
            Media Flow(2): heard, sending
        > Connected(2)
            Bye(1)
            Media Close(1)
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Replaced);
    assert_eq!(desk.phone.focus(), Some(B));
}

#[test]
fn until_the_new_leg_carries_sound_the_old_one_is_kept() {
    let mut desk = Script::established_incoming(1);
    desk.sip(replacing(2, 1));
    desk.media(MediaEvent::Ready(B));
    desk.forget();
    desk.media(MediaEvent::Failed(B, MediaFailure::NoConnection));
    desk.reads(
        "
        > Failed(2)
            Bye(2)
            Media Close(2)
            Media Flow(1): heard, sending
        ",
    );
    assert!(desk.talks_to(1));

    // The agent hangs up on the person, not on a leg.
    let mut desk = Script::established_incoming(1);
    desk.sip(replacing(2, 1));
    desk.media(MediaEvent::Ready(B));
    desk.forget();
    desk.user(UserAction::Hangup(B));
    desk.reads(
        "
        > Hangup(2)
            Bye(2)
            Media Close(2)
            Bye(1)
            Media Close(1)
        ",
    );
}

#[test]
fn an_old_leg_that_the_agent_has_sent_elsewhere_is_not_given_a_second_transfer() {
    let blind = |customer| UserAction::BlindTransfer {
        customer,
        to: party(),
    };
    let mut desk = Script::established_incoming(1);
    desk.sip(replacing(2, 1));
    desk.media(MediaEvent::Ready(B));
    desk.user(blind(B));
    desk.user(blind(A));
    desk.forget();
    desk.sip(ended(2, None));
    desk.reads(
        "
        > Ended(2)
            Media Close(2)
            Transfer(2) Over: CustomerGone(RemoteHungUp)
            Media Flow(1): heard, sending
        ",
    );
    let customers: Vec<CallId> = desk.phone.transfers().map(|t| t.customer()).collect();
    assert_eq!(customers, [A]);
}

#[test]
fn another_call_takes_an_experts_place_and_the_customer_is_handed_to_it() {
    let mut desk = Script::consulting();
    desk.sip(replacing(3, 2));
    desk.media(MediaEvent::Ready(C));
    desk.sip(ended(2, None));
    desk.user(complete(1));
    desk.sip(notified(1, 1, 200));
    desk.reads(
        "
        > Invited(3)
            Media Open(3)
        > Ready(3)
            Accept(3)
            Reoffer(2) hold
            Media Flow(2): silent
            Media Flow(3): heard, sending
        > Ended(2)
            Media Close(2)
        > Complete(1)
            Transfer(1, 3) Completing
            Refer(1) replacing 3
        > ReferProgress(1, 200, last)
            Transfer(1, 3) Done
            Bye(1)
            Media Close(1)
            Bye(3)
            Media Close(3)
        ",
    );
}

#[test]
fn another_call_takes_a_place_in_the_group() {
    let mut desk = Script::grouped();
    desk.sip(replacing(3, 2));
    desk.media(MediaEvent::Ready(C));
    desk.media(MediaEvent::Connected(C));
    desk.reads(
        "
        > Invited(3)
            Media Open(3)
        > Ready(3)
            Accept(3)
            Reoffer(2) hold
            Media Unmix(2)
            Media Flow(2): silent
            Media Flow(3): heard, sending
            Media Mix(3)
        > Connected(3)
            Bye(2)
            Media Close(2)
        ",
    );
    assert_eq!(desk.phone.group(), [A, C]);
}

#[test]
fn what_replaces_nothing_rings() {
    let mut desk = Script::new();
    desk.sip(replacing(2, 1));
    desk.reads(
        "
        > Invited(2)
            Ring(2)
            Ringer on
        ",
    );
}

#[test]
fn a_call_of_an_earlier_run_is_taken_up() {
    let mut desk = Script::new();
    desk.feed(restored(1, None));
    assert!(desk.phone.call(A).unwrap().recovering());
    desk.media(MediaEvent::Ready(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.media(MediaEvent::Connected(A));
    desk.reads(
        "
        > Restored(1)
            Media Open(1)
            Media Flow(1): heard, sending
        > Ready(1)
            Restore(1)
        > ReofferAccepted(1)
        > Connected(1)
        ",
    );
    assert!(desk.talks_to(1) && !desk.phone.call(A).unwrap().recovering());
    assert_eq!(desk.phone.poll_timeout(), None);
}

#[test]
fn a_call_that_the_server_does_not_know_is_over() {
    let mut desk = Script::new();
    desk.feed(restored(1, None));
    desk.media(MediaEvent::Ready(A));
    desk.forget();
    desk.sip(refused(1, 481));
    desk.reads(
        "
        > ReofferRefused(1, 481)
            Bye(1)
            Media Close(1)
            Tone Ended
        ",
    );
    assert_eq!(desk.reason(1), EndReason::CallLost);
}

#[test]
fn a_call_that_is_refused_is_replaced_by_a_new_one() {
    let mut desk = Script::new();
    desk.feed(restored(1, None));
    desk.media(MediaEvent::Ready(A));
    desk.sip(refused(1, 488));
    desk.media(MediaEvent::Ready(CallId::new(101)));
    desk.sip(answered(101, 1));
    desk.sip(ended(1, None));
    desk.reads(
        "
        > Restored(1)
            Media Open(1)
            Media Flow(1): heard, sending
        > Ready(1)
            Restore(1)
        > ReofferRefused(1, 488)
            Media Open(101)
        > Ready(101)
            Invite(101) Replaces(CallId(1))
        > Answered(101, fork 1)
            Media UseAnswer(101, fork 1)
            Media Flow(1): silent
            Media Flow(101): heard, sending
        > Ended(1)
            Media Close(1)
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Replaced);
    assert!(desk.talks_to(101));
}

#[test]
fn a_call_that_can_be_had_neither_way_is_over() {
    let mut desk = Script::new();
    desk.feed(restored(1, None));
    desk.media(MediaEvent::Ready(A));
    desk.sip(refused(1, 488));
    desk.media(MediaEvent::Ready(CallId::new(101)));
    desk.forget();
    desk.sip(ended(101, Some(481)));
    desk.reads(
        "
        > Ended(101)
            Media Close(101)
            Bye(1)
            Media Close(1)
            Tone Ended
        ",
    );
    assert_eq!(desk.reason(1), EndReason::CallLost);
}

#[test]
fn a_consultation_of_an_earlier_run_goes_on() {
    let mut desk = Script::new();
    let Event::Restored(mut customer) = restored(1, None) else {
        unreachable!("it is one")
    };
    customer.held = true;
    desk.feed(Event::Restored(customer));
    desk.feed(restored(2, Some(A)));
    desk.user(complete(1));
    for call in [A, B] {
        desk.media(MediaEvent::Ready(call));
        desk.sip(SipEvent::ReofferAccepted(call));
    }
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.user(complete(1));
    desk.reads(
        "
        > Restored(1)
            Media Open(1)
        > Restored(2)
            Media Open(2)
            Media Flow(2): heard, sending
        > Complete(1)
            Refused(1): NotEstablished
        > Ready(1)
            Restore(1)
        > ReofferAccepted(1)
            Reoffer(1) hold
        > Ready(2)
            Restore(2)
        > ReofferAccepted(2)
        > ReofferAccepted(1)
        > Complete(1)
            Transfer(1, 2) Completing
            Refer(1) replacing 2
        ",
    );
    assert_eq!(desk.hold(1), Hold::Held);
    assert!(desk.talks_to(2));
}

#[test]
fn a_call_whose_dialog_leads_over_a_dead_server_goes_on_by_another_way() {
    let mut desk = Script::established_incoming(1);
    desk.media(MediaEvent::Connected(A));
    desk.forget();
    let unreachable = || SipEvent::Unreachable {
        call: A,
        replacement: B,
    };
    desk.sip(unreachable());
    assert!(desk.phone.call(B).expect("a call").is_hidden());
    // Once is enough.
    desk.sip(unreachable());
    desk.media(MediaEvent::Ready(B));
    desk.sip(answered(2, 1));
    desk.media(MediaEvent::Connected(B));
    desk.reads(
        "
        > Unreachable(1)
            Media Open(2)
        > Unreachable(1)
        > Ready(2)
            Invite(2) Replaces(CallId(1))
        > Answered(2, fork 1)
            Media UseAnswer(2, fork 1)
            Reoffer(1) hold
            Media Flow(1): silent
            Media Flow(2): heard, sending
        > Connected(2)
            Bye(1)
            Media Close(1)
        ",
    );
    assert!(!desk.phone.call(B).expect("a call").is_hidden());
}

#[test]
fn where_no_other_way_is_had_the_sound_that_is_there_is_kept() {
    let mut desk = Script::established_incoming(1);
    desk.media(MediaEvent::Connected(A));
    desk.sip(SipEvent::Unreachable {
        call: A,
        replacement: B,
    });
    desk.media(MediaEvent::Ready(B));
    desk.sip(ended(2, Some(481)));
    assert!(desk.talks_to(1));
}

/// Some servers hang up on a second DTLS association within a call: a new call in its place comes first.
#[test]
fn a_call_of_an_earlier_run_goes_on_as_a_new_one() {
    let mut desk = Script::with(|config| config.recover_by = RecoverBy::Replaces);
    desk.feed(restored(1, None));
    let new = CallId::new(101);
    assert!(desk.phone.call(A).expect("a call").recovering());
    desk.media(MediaEvent::Ready(new));
    desk.sip(answered(101, 1));
    desk.media(MediaEvent::Connected(new));
    desk.reads(
        "
        > Restored(1)
            Media Open(101)
        > Ready(101)
            Invite(101) Replaces(CallId(1))
        > Answered(101, fork 1)
            Media UseAnswer(101, fork 1)
            Media Flow(101): heard, sending
        > Connected(101)
            Bye(1)
        ",
    );
    let call = desk.phone.call(new).expect("a call");
    assert_eq!(call.direction(), Direction::Incoming);
    assert!(desk.talks_to(101));
    assert_eq!(desk.reason(1), EndReason::Replaced);
}

#[test]
fn where_it_cannot_be_replaced_its_dialog_is_taken_up() {
    let mut desk = Script::with(|config| config.recover_by = RecoverBy::Replaces);
    desk.feed(restored(1, None));
    desk.media(MediaEvent::Ready(CallId::new(101)));
    desk.forget();
    desk.sip(ended(101, Some(420)));
    desk.media(MediaEvent::Ready(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.reads(
        "
        > Ended(101)
            Media Close(101)
            Media Open(1)
            Media Flow(1): heard, sending
        > Ready(1)
            Restore(1)
        > ReofferAccepted(1)
        ",
    );
    assert!(desk.talks_to(1));

    // And where neither is had, there is nothing left.
    let mut desk = Script::with(|config| config.recover_by = RecoverBy::Replaces);
    desk.feed(restored(1, None));
    desk.media(MediaEvent::Ready(CallId::new(101)));
    desk.sip(ended(101, Some(481)));
    desk.media(MediaEvent::Ready(A));
    desk.sip(refused(1, 481));
    assert_eq!(desk.reason(1), EndReason::CallLost);
}

fn replacing(call: u64, old: u64) -> SipEvent {
    SipEvent::Invited {
        call: CallId::new(call),
        from: party(),
        unacceptable: None,
        replaces: Some(CallId::new(old)),
    }
}

fn restored(call: u64, consults_for: Option<CallId>) -> Event {
    let now = std::time::Instant::now();
    Event::Restored(Restored {
        call: CallId::new(call),
        replacement: CallId::new(100 + call),
        direction: Direction::Incoming,
        party: party(),
        started: now,
        answered: now,
        held: false,
        muted: false,
        consults_for,
        group_with: None,
    })
}
