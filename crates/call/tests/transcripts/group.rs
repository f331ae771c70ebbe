//! People who hear each other by way of this phone, or by way of the server.

use warmline_call::{CallId, EndReason, How, MediaEvent, Party, SipEvent, UserAction};

use crate::script::{A, B, C, Script, answered, ended, invited, merge, notified, refer_answered};

#[test]
fn customer_and_expert_are_merged_and_a_third_joins() {
    let mut desk = Script::consulting();
    desk.user(merge(1, 2));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.sip(invited(3));
    desk.user(UserAction::Answer(C));
    desk.media(MediaEvent::Ready(C));
    desk.user(merge(1, 3));
    desk.reads(
        "
        > Merge(1, 2)
            Transfer(1, 2) Merged
            Reoffer(1) resume
            Media Flow(1): heard, sending
            Media Mix(1)
            Media Mix(2)
        > ReofferAccepted(1)
        > Invited(3)
            Ring(3)
            Tone CallWaiting
        > Answer(3)
            Media Open(3)
            Media Mute(1)
            Media Flow(1): sending
            Media Mute(2)
            Media Flow(2): sending
            Media Flow(3): heard
            Tone off
        > Ready(3)
            Accept(3)
            Media Flow(3): heard, sending
        > Merge(1, 3)
            Transfer(1, 3) Merged
            Media Flow(1): heard, sending
            Media Unmute(1)
            Media Flow(2): heard, sending
            Media Unmute(2)
            Media Mix(3)
        ",
    );
    assert_eq!(desk.phone.group(), [A, B, C]);
    assert!(desk.talks_to(1) && desk.talks_to(2) && desk.talks_to(3));
}

#[test]
fn an_agent_who_mutes_or_is_muted_is_so_to_the_whole_group() {
    let mut desk = Script::grouped();
    desk.user(UserAction::Mute(B, true));
    desk.user(UserAction::Silence(A, true));
    desk.user(UserAction::Volume(A, 250));
    desk.user(UserAction::Silence(A, false));
    desk.user(UserAction::Mute(A, false));
    desk.reads(
        "
        > Mute(2, true)
            Media Mute(1)
            Media Mute(2)
        > Silence(1, true)
            Media Silence(1, true)
        > Volume(1, 250)
            Media Volume(1, 200)
        > Silence(1, false)
            Media Silence(1, false)
        > Mute(1, false)
            Media Unmute(1)
            Media Unmute(2)
        ",
    );

    // Who talked muted to one is not on the air to both.
    let mut desk = Script::consulting();
    desk.user(UserAction::Mute(B, true));
    desk.user(merge(1, 2));
    assert!(desk.phone.calls().all(|call| call.muted()));
}

#[test]
fn a_group_goes_on_while_the_agent_is_away() {
    let mut desk = Script::grouped();
    desk.sip(invited(3));
    desk.user(UserAction::Answer(C));
    desk.media(MediaEvent::Ready(C));
    desk.user(UserAction::Resume(A));
    desk.reads(
        "
        > Invited(3)
            Ring(3)
            Tone CallWaiting
        > Answer(3)
            Media Open(3)
            Media Mute(1)
            Media Flow(1): sending
            Media Mute(2)
            Media Flow(2): sending
            Media Flow(3): heard
            Tone off
        > Ready(3)
            Accept(3)
            Media Flow(3): heard, sending
        > Resume(1)
            Reoffer(3) hold
            Media Flow(3): silent
            Media Flow(1): heard, sending
            Media Unmute(1)
            Media Flow(2): heard, sending
            Media Unmute(2)
        ",
    );
}

#[test]
fn who_is_removed_is_hung_up_and_one_alone_is_an_ordinary_call() {
    let mut desk = Script::grouped();
    desk.user(UserAction::Hangup(B));
    desk.reads(
        "
        > Hangup(2)
            Bye(2)
            Media Close(2)
            Media Unmix(1)
        ",
    );
    assert!(desk.phone.group().is_empty() && desk.talks_to(1));

    // With the agent elsewhere, who is left is on hold.
    let mut desk = Script::grouped();
    desk.customer(3);
    desk.sip(ended(2, None));
    desk.reads(
        "
        > Ended(2)
            Media Close(2)
            Reoffer(1) hold
            Media Unmix(1)
            Media Flow(1): silent
            Media Unmute(1)
        ",
    );
    assert!(desk.talks_to(3) && !desk.talks_to(1));
}

#[test]
fn the_agent_leaves_the_group_to_the_two_others() {
    let mut desk = Script::grouped();
    desk.user(UserAction::Leave(B));
    desk.sip(refer_answered(1, 1, 202));
    desk.sip(notified(1, 1, 200));
    desk.reads(
        "
        > Leave(2)
            Transfer(1, 2) Completing
            Refer(1) replacing 2
        > ReferAnswered(1, 202)
        > ReferProgress(1, 200, last)
            Transfer(1, 2) Done
            Bye(1)
            Media Close(1)
            Bye(2)
            Media Close(2)
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Transferred);

    for told in [refer_answered(1, 1, 603), notified(1, 1, 503)] {
        let mut desk = Script::grouped();
        desk.user(UserAction::Leave(A));
        desk.sip(told);
        assert_eq!(desk.phone.group(), [A, B], "they stay together");
        assert!(desk.talks_to(1) && desk.talks_to(2));
        assert_eq!(desk.phone.transfers().count(), 0);
    }
}

#[test]
fn a_group_of_three_others_cannot_be_left_and_six_are_the_most() {
    let mut desk = Script::grouped();
    for n in 3..6 {
        desk.customer(n);
        desk.user(merge(1, n));
    }
    desk.customer(6);
    desk.user(UserAction::Leave(A));
    desk.user(merge(1, 2));
    desk.user(merge(1, 6));
    desk.reads(
        "
        > Leave(1)
            Refused(1): TooManyToLeave
        > Merge(1, 2)
            Refused(1): Grouped
        > Merge(1, 6)
            Refused(1): GroupFull
        ",
    );
}

#[test]
fn a_member_who_cannot_be_taken_back_is_out_and_on_hold() {
    let mut desk = Script::consulting();
    desk.user(merge(1, 2));
    desk.forget();
    desk.sip(crate::script::refused(1, 488));
    desk.reads(
        "
        > ReofferRefused(1, 488)
            HoldFailed(1): resume, Refused { status: 488 }
            Media Unmix(1)
            Media Flow(1): silent
            Media Unmix(2)
        ",
    );
    assert!(desk.talks_to(2));
}

#[test]
fn with_a_conference_of_the_server_both_are_sent_there() {
    let mut desk = with_conference();
    desk.user(merge(1, 2));
    desk.media(MediaEvent::Ready(CallId::new(9)));
    desk.sip(answered(9, 1));
    desk.sip(notified(1, 1, 200));
    desk.sip(notified(2, 2, 200));
    desk.reads(
        "
        > Merge(1, 2)
            Media Open(9)
            Reoffer(2) hold
            Media Flow(2): silent
            Media Flow(9): heard
        > Ready(9)
            Invite(9)
        > Answered(9, fork 1)
            Media UseAnswer(9, fork 1)
            Transfer(1, 9) Completing
            Refer(1)
            Transfer(2, 9) Completing
            Refer(2)
            Media Flow(9): heard, sending
        > ReferProgress(1, 200, last)
            Transfer(1, 9) Done
            Bye(1)
            Media Close(1)
        > ReferProgress(2, 200, last)
            Transfer(2, 9) Done
            Bye(2)
            Media Close(2)
        ",
    );
    assert!(desk.talks_to(9), "the agent stays");
}

#[test]
fn who_comes_later_is_sent_to_the_conference_that_stands() {
    let mut desk = with_conference();
    desk.user(merge(1, 2));
    desk.user(merge(1, 2));
    desk.media(MediaEvent::Ready(CallId::new(9)));
    desk.sip(answered(9, 1));
    desk.sip(notified(1, 1, 200));
    desk.sip(notified(2, 2, 200));
    desk.customer(3);
    desk.user(merge(9, 3));
    desk.reads(
        "
        > Merge(9, 3)
            Transfer(3, 9) Completing
            Refer(3)
        ",
    );
    let transfer = desk.phone.transfers().next().unwrap();
    assert_eq!((transfer.customer(), transfer.how()), (C, How::Conference));
}

#[test]
fn a_conference_that_cannot_be_had_costs_nobody() {
    let mut desk = with_conference();
    desk.user(merge(1, 1));
    desk.user(merge(1, 2));
    desk.forget();
    desk.sip(ended(9, Some(486)));
    desk.reads(
        "
        > Ended(9)
            Media Close(9)
            Transfer(1, 9) Over: ExpertGone(Busy)
            Transfer(2, 9) Over: ExpertGone(Busy)
            Tone Busy
        ",
    );
    assert_eq!(desk.phone.transfers().count(), 0);
    for call in [A, B] {
        desk.user(UserAction::Resume(call));
        assert!(desk.talks_to(call.get()));
    }
}

fn with_conference() -> Script {
    let mut desk = Script::with(|config| {
        config.conference = Some(Party::new("sip:conference@example.org"));
    });
    desk.customer(1);
    desk.consult(1, 2);
    desk
}
