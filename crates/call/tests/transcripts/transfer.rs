//! A customer is handed over; or it fails, and the agent still has both.

use warmline_call::{EndReason, MediaEvent, Phase, SipEvent, TransferReason, UserAction};

use crate::script::{
    A, B, C, Script, answered, complete, ended, invited, notified, party, refer_answered,
};

#[test]
fn a_warm_transfer_lets_go_when_the_server_says_that_the_two_are_connected() {
    let mut desk = Script::consulting();
    desk.user(complete(1));
    desk.sip(refer_answered(1, 1, 202));
    desk.sip(notified(1, 1, 100));
    desk.sip(notified(1, 1, 200));
    desk.reads(
        "
        > Complete(1)
            Transfer(1, 2) Completing
            Refer(1) replacing 2
        > ReferAnswered(1, 202)
        > ReferProgress(1, 100)
        > ReferProgress(1, 200, last)
            Transfer(1, 2) Done
            Bye(1)
            Media Close(1)
            Bye(2)
            Media Close(2)
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Transferred);
    assert_eq!(desk.reason(2), EndReason::Transferred);
}

#[test]
fn a_server_that_takes_the_experts_leg_first_is_waited_for() {
    let mut desk = Script::completing();
    desk.sip(refer_answered(1, 1, 202));
    desk.sip(ended(2, None));
    desk.user(UserAction::Dismiss(B));
    desk.sip(notified(1, 1, 200));
    desk.reads(
        "
        > ReferAnswered(1, 202)
        > Ended(2)
            Media Close(2)
            Tone Ended
        > Dismiss(2)
        > ReferProgress(1, 200, last)
            Transfer(1, 2) Done
            Bye(1)
            Media Close(1)
        ",
    );

    // No word follows: who knows where the customer is is the customer.
    let mut desk = Script::completing();
    desk.sip(refer_answered(1, 1, 202));
    desk.sip(ended(2, None));
    desk.wait();
    desk.wait();
    desk.reads(
        "
        > ReferAnswered(1, 202)
        > Ended(2)
            Media Close(2)
            Tone Ended
        > Timeout after 3 s
            Tone off
        > Timeout after 7 s
            Transfer(1, 2) Failed: NoWord
        ",
    );
    desk.user(UserAction::Resume(A));
    assert!(desk.talks_to(1));
}

#[test]
fn a_server_that_does_not_transfer_has_all_merged_here() {
    for status in [405, 501, 603] {
        let mut desk = Script::completing();
        desk.sip(refer_answered(1, 1, status));
        desk.reads(&format!(
            "
            > ReferAnswered(1, {status}, untold)
                Transfer(1, 2) Failed: NotSupported {{ status: {status} }}
                Transfer(1, 2) Merged: NotSupported {{ status: {status} }}
                Reoffer(1) resume
                Media Flow(1): heard, sending
                Media Mix(1)
                Media Mix(2)
            "
        ));
        assert!(desk.talks_to(1) && desk.talks_to(2));
        assert_eq!(desk.phone.group(), [A, B]);
        assert_eq!(desk.phone.transfers().count(), 0);
    }
}

#[test]
fn all_are_merged_without_an_agent_who_is_on_another_call_by_then() {
    let mut desk = Script::completing();
    desk.customer(3);
    desk.sip(refer_answered(1, 1, 405));
    desk.reads(
        "
        > ReferAnswered(1, 405, untold)
            Transfer(1, 2) Failed: NotSupported { status: 405 }
            Transfer(1, 2) Merged: NotSupported { status: 405 }
            Reoffer(1) resume
            Media Mute(1)
            Media Flow(1): sending
            Media Mix(1)
            Media Mute(2)
            Media Flow(2): sending
            Media Mix(2)
        ",
    );
    assert!(desk.talks_to(3) && !desk.talks_to(1));
}

#[test]
fn nobody_is_merged_with_an_expert_who_is_gone() {
    let mut desk = Script::completing();
    desk.sip(ended(2, None));
    desk.forget();
    desk.sip(refer_answered(1, 1, 603));
    desk.reads(
        "
        > ReferAnswered(1, 603, untold)
            Transfer(1, 2) Failed: Refused { status: 603 }
        ",
    );
    assert!(desk.phone.group().is_empty());
}

#[test]
fn whatever_else_fails_the_agent_has_both() {
    for (told, reason) in [
        (
            refer_answered(1, 1, 403),
            TransferReason::Refused { status: 403 },
        ),
        (
            refer_answered(1, 1, 500),
            TransferReason::Refused { status: 500 },
        ),
        (
            refer_answered(1, 1, 606),
            TransferReason::Refused { status: 606 },
        ),
        (refer_answered(1, 1, 408), TransferReason::ConnectionLost),
        (refer_answered(1, 1, 503), TransferReason::ConnectionLost),
        (
            notified(1, 1, 302),
            TransferReason::NotConnected { status: 302 },
        ),
        (
            notified(1, 1, 486),
            TransferReason::NotConnected { status: 486 },
        ),
        (
            notified(1, 1, 503),
            TransferReason::NotConnected { status: 503 },
        ),
        (
            notified(1, 1, 603),
            TransferReason::NotConnected { status: 603 },
        ),
        (
            SipEvent::ReferProgress {
                call: A,
                refer: 1,
                status: 100,
                terminated: true,
            },
            TransferReason::NoWord,
        ),
    ] {
        let mut desk = Script::completing();
        desk.sip(told);
        let name = desk.last_event();
        desk.reads(&format!(
            "
            > {name}
                Transfer(1, 2) Failed: {reason:?}
            "
        ));
        let transfer = desk.phone.transfers().next().unwrap();
        assert_eq!(transfer.phase(), Phase::Consulting);
        assert_eq!(transfer.trouble(), Some(reason));
        assert!(desk.talks_to(2));
        desk.user(UserAction::Swap(A));
        assert!(desk.talks_to(1));
        desk.forget();
        desk.user(complete(1));
        assert!(desk.text().contains("Refer(1) replacing 2"), "once more");
    }
}

#[test]
fn a_server_that_says_nothing_for_30_s_is_not_waited_for() {
    let mut desk = Script::completing();
    desk.wait();
    desk.user(complete(1));
    desk.sip(refer_answered(1, 2, 202));
    desk.wait();
    desk.reads(
        "
        > Timeout after 30 s
            Transfer(1, 2) Failed: NoWord
        > Complete(1)
            Transfer(1, 2) Completing
            Refer(1) replacing 2
        > ReferAnswered(1, 202)
        > Timeout after 30 s
            Transfer(1, 2) Failed: NoWord
        ",
    );
    assert_eq!(desk.phone.poll_timeout(), None);
}

#[test]
fn a_server_that_tells_nothing_is_judged_by_what_it_does() {
    let untold = SipEvent::ReferAnswered {
        call: A,
        refer: 1,
        status: 202,
        subscribed: false,
    };
    let mut desk = Script::completing();
    desk.sip(untold.clone());
    desk.sip(ended(2, None));
    desk.sip(ended(1, None));
    desk.reads(
        "
        > ReferAnswered(1, 202, untold)
        > Ended(2)
            Media Close(2)
            Tone Ended
        > Ended(1)
            Media Close(1)
            Transfer(1, 2) Done: Unsaid
        ",
    );

    let mut desk = Script::completing();
    desk.sip(untold);
    desk.wait();
    desk.reads(
        "
        > ReferAnswered(1, 202, untold)
        > Timeout after 30 s
            Transfer(1, 2) Failed: NoWord
        ",
    );
    assert!(desk.talks_to(2));
}

#[test]
fn a_customer_who_hangs_up_meanwhile_leaves_the_expert() {
    let mut desk = Script::completing();
    desk.sip(refer_answered(1, 1, 202));
    desk.sip(ended(1, None));
    desk.reads(
        "
        > ReferAnswered(1, 202)
        > Ended(1)
            Media Close(1)
            Transfer(1, 2) Over: CustomerGone(RemoteHungUp)
        ",
    );
    assert!(desk.talks_to(2));
}

#[test]
fn a_late_word_lets_go_of_a_customer_on_hold() {
    let mut desk = Script::completing();
    desk.wait();
    desk.forget();
    desk.sip(notified(1, 1, 200));
    desk.reads(
        "
        > ReferProgress(1, 200, last)
            Transfer(1, 2) Done: Late
            Bye(1)
            Media Close(1)
            Bye(2)
            Media Close(2)
        ",
    );
}

#[test]
fn a_late_word_takes_no_customer_away_from_an_agent_who_talks_to_them() {
    let mut desk = Script::completing();
    desk.wait();
    desk.user(UserAction::Swap(A));
    desk.forget();
    desk.sip(notified(1, 1, 200));
    desk.reads(
        "
        > ReferProgress(1, 200, last)
            Transfer(1, 2) Failed: Late
        ",
    );
    assert!(desk.talks_to(1));
}

#[test]
fn a_late_word_about_one_expert_does_not_let_go_of_the_next() {
    let mut desk = Script::completing();
    desk.wait();
    desk.user(UserAction::Back(A));
    desk.consult(1, 3);
    desk.sip(notified(1, 1, 200));
    desk.reads(
        "
        > ReferProgress(1, 200, last)
            Transfer(1, 2) Done: Late
            Bye(1)
            Media Close(1)
        ",
    );
    assert!(desk.talks_to(3));
    // A word about no REFER of ours lets go of nobody.
    let mut desk = Script::consulting();
    desk.sip(notified(1, 7, 200));
    desk.reads("> ReferProgress(1, 200, last)");
}

#[test]
fn blind_transfer_and_its_failure() {
    let blind = || UserAction::BlindTransfer {
        customer: A,
        to: party(),
    };
    let mut desk = Script::established_incoming(1);
    desk.user(blind());
    desk.sip(refer_answered(1, 1, 202));
    desk.sip(notified(1, 1, 486));
    desk.user(blind());
    desk.sip(refer_answered(1, 2, 603));
    desk.user(blind());
    desk.sip(notified(1, 3, 200));
    desk.reads(
        "
        > BlindTransfer(1)
            Transfer(1) Completing
            Refer(1)
        > ReferAnswered(1, 202)
        > ReferProgress(1, 486, last)
            Transfer(1) Failed: NotConnected { status: 486 }
        > BlindTransfer(1)
            Transfer(1) Completing
            Refer(1)
        > ReferAnswered(1, 603, untold)
            Transfer(1) Failed: Refused { status: 603 }
        > BlindTransfer(1)
            Transfer(1) Completing
            Refer(1)
        > ReferProgress(1, 200, last)
            Transfer(1) Done
            Bye(1)
            Media Close(1)
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Transferred);
}

#[test]
fn what_is_being_transferred_is_left_alone() {
    let mut desk = Script::completing();
    desk.user(complete(1));
    desk.user(UserAction::Swap(A));
    desk.user(UserAction::Back(A));
    desk.user(crate::script::merge(1, 2));
    desk.user(UserAction::Consult {
        customer: A,
        expert: C,
        to: party(),
        hand_over: false,
    });
    desk.reads(
        "
        > Complete(1)
            Refused(1): Transferring
        > Swap(1)
            Refused(1): Transferring
        > Back(1)
            Refused(1): Transferring
        > Merge(1, 2)
            Refused(1): Transferring
        > Consult(1, 3)
            Refused(1): Transferring
        ",
    );
}

#[test]
fn an_agent_who_hangs_up_on_the_customer_meanwhile_has_hung_up() {
    let mut desk = Script::completing();
    desk.user(UserAction::Hangup(A));
    desk.reads(
        "
        > Hangup(1)
            Bye(1)
            Media Close(1)
            Transfer(1, 2) Over: CustomerGone(HungUp)
        ",
    );
    desk.sip(invited(3));
    desk.sip(answered(2, 1));
    desk.media(MediaEvent::Connected(B));
    assert!(desk.talks_to(2));
}

#[test]
fn hold_music_plays_as_long_as_somebody_waits() {
    let mut desk = Script::with(|config| config.hold_music = true);
    desk.customer(1);
    desk.user(UserAction::Hold(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.user(UserAction::Resume(A));
    desk.user(UserAction::BlindTransfer {
        customer: A,
        to: party(),
    });
    desk.sip(notified(1, 1, 404));
    desk.user(UserAction::Hangup(A));
    desk.reads(
        "
        > Hold(1)
            Reoffer(1) hold
            Media Flow(1): silent
            Media Music(1)
        > ReofferAccepted(1)
        > Resume(1)
            Reoffer(1) resume
            Media Music(1) off
            Media Flow(1): heard, sending
        > BlindTransfer(1)
            Transfer(1) Completing
            Refer(1)
        > ReferProgress(1, 404, last)
            Transfer(1) Failed: NotConnected { status: 404 }
        > Hangup(1)
            Bye(1)
            Media Close(1)
        ",
    );
}
