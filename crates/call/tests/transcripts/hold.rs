//! Hold, resume, and two sides that offer at once.

use warmline_call::{Digit, EndReason, Hold, MediaEvent, SipEvent, UserAction};

use crate::script::{A, Script, refused};

#[test]
fn hold_and_resume() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    assert_eq!(desk.hold(1), Hold::Holding);
    desk.sip(SipEvent::ReofferAccepted(A));
    assert_eq!(desk.hold(1), Hold::Held);
    desk.user(UserAction::Dtmf(A, Digit::parse_all("1").unwrap()));
    desk.user(UserAction::Hold(A));
    desk.user(UserAction::Resume(A));
    assert_eq!(desk.hold(1), Hold::Resuming);
    desk.sip(SipEvent::ReofferAccepted(A));
    assert_eq!(desk.hold(1), Hold::No);
    desk.reads(
        "
        > Hold(1)
            Reoffer(1) hold
            Media Flow(1): silent
        > ReofferAccepted(1)
        > Dtmf(1)
            Refused(1): OnHold
        > Hold(1)
            Refused(1): OnHold
        > Resume(1)
            Reoffer(1) resume
            Media Flow(1): heard, sending
        > ReofferAccepted(1)
        ",
    );
}

#[test]
fn changing_ones_mind_waits_for_the_offer_under_way() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    desk.user(UserAction::Resume(A));
    desk.user(UserAction::Hold(A));
    desk.user(UserAction::Resume(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.reads(
        "
        > Hold(1)
            Reoffer(1) hold
            Media Flow(1): silent
        > Resume(1)
            Media Flow(1): heard, sending
        > Hold(1)
            Media Flow(1): silent
        > Resume(1)
            Media Flow(1): heard, sending
        > ReofferAccepted(1)
            Reoffer(1) resume
        > ReofferAccepted(1)
        ",
    );
    assert_eq!(desk.hold(1), Hold::No);
}

#[test]
fn glare_waits_as_the_rfc_says_and_tries_again() {
    // The caller owns the Call-ID and waits longer.
    for (mut desk, low, high) in [
        (Script::established(1), 2100, 4000),
        (Script::established_incoming(1), 0, 2000),
    ] {
        desk.user(UserAction::Hold(A));
        desk.sip(refused(1, 491));
        let wait = desk.phone.poll_timeout().unwrap() - desk.now;
        assert!((low..=high).contains(&wait.as_millis()), "{wait:?}");
        // The peer's own offer comes through in the meantime.
        desk.sip(SipEvent::Reoffered(A));
        desk.forget();
        desk.wait();
        desk.sip(SipEvent::ReofferClosed(A));
        desk.sip(SipEvent::ReofferAccepted(A));
        assert_eq!(
            desk.text().lines().skip(1).collect::<Vec<_>>(),
            [
                "> ReofferClosed(1)",
                "    Reoffer(1) hold",
                "> ReofferAccepted(1)"
            ],
            "not while the peer's offer is open"
        );
        assert_eq!(desk.hold(1), Hold::Held);
    }
}

#[test]
fn glare_without_end_is_given_up_and_said() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    desk.sip(refused(1, 491));
    for _ in 0..4 {
        desk.wait();
        desk.forget();
        desk.sip(refused(1, 491));
    }
    desk.wait();
    let first: Vec<String> = desk.text().lines().take(2).map(str::to_owned).collect();
    assert_eq!(
        first,
        [
            "> ReofferRefused(1, 491)",
            "    HoldFailed(1): hold, Glare { attempts: 5 }"
        ]
    );
    assert_eq!(desk.hold(1), Hold::LocalOnly);
    assert_eq!(
        desk.phone.focus(),
        None,
        "who pressed Hold is not on the air"
    );
    assert_eq!(desk.phone.poll_timeout(), None);
    desk.forget();
    desk.user(UserAction::Resume(A));
    desk.reads(
        "
        > Resume(1)
            Media Flow(1): heard, sending
        ",
    );
    assert_eq!(desk.hold(1), Hold::No);
}

#[test]
fn a_refused_resume_leaves_the_call_held() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.user(UserAction::Resume(A));
    desk.forget();
    desk.sip(refused(1, 500));
    desk.reads(
        "
        > ReofferRefused(1, 500)
            HoldFailed(1): resume, Refused { status: 500 }
            Media Flow(1): silent
        ",
    );
    assert_eq!(desk.hold(1), Hold::Held);
    assert_eq!(desk.phone.focus(), None);
}

#[test]
fn a_refused_hold_that_is_no_longer_wanted_says_nothing() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    desk.user(UserAction::Resume(A));
    desk.forget();
    desk.sip(refused(1, 488));
    desk.reads("> ReofferRefused(1, 488)");
    assert_eq!(desk.hold(1), Hold::No);
}

#[test]
fn a_dialog_that_the_peer_has_forgotten_is_hung_up() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    desk.forget();
    desk.sip(refused(1, 481));
    desk.reads(
        "
        > ReofferRefused(1, 481)
            Bye(1)
            Media Close(1)
        ",
    );
    assert_eq!(desk.reason(1), EndReason::CallLost);
}

#[test]
fn silence_within_the_dialog_hangs_up_on_nobody() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    desk.sip(refused(1, 408));
    assert_eq!(desk.hold(1), Hold::LocalOnly);
}

#[test]
fn the_peers_offers_are_answered_one_at_a_time() {
    let mut desk = Script::established(1);
    desk.sip(SipEvent::Reoffered(A));
    desk.sip(SipEvent::Reoffered(A));
    desk.user(UserAction::Hold(A));
    desk.sip(SipEvent::ReofferClosed(A));
    desk.sip(SipEvent::Reoffered(A));
    desk.reads(
        "
        > Reoffered(1)
            AnswerReoffer(1)
        > Reoffered(1)
            RefuseReoffer(1) 500
        > Hold(1)
            Media Flow(1): silent
        > ReofferClosed(1)
            Reoffer(1) hold
        > Reoffered(1)
            RefuseReoffer(1) 491
        ",
    );
}

/// The connection breaks while the hold is under way: perhaps the peer holds.
#[test]
fn a_hold_of_which_nobody_knows_is_taken_back_all_the_same() {
    let mut desk = Script::established(1);
    desk.user(UserAction::Hold(A));
    desk.sip(SipEvent::ReofferRefused {
        call: A,
        status: 503,
    });
    desk.user(UserAction::Resume(A));
    assert_eq!(desk.phone.call(A).unwrap().hold(), Hold::Resuming);
    desk.sip(SipEvent::ReofferAccepted(A));
    assert_eq!(desk.phone.call(A).unwrap().hold(), Hold::No);
    desk.reads(
        "
        > Hold(1)
            Reoffer(1) hold
            Media Flow(1): silent
        > ReofferRefused(1, 503)
            HoldFailed(1): hold, Refused { status: 503 }
        > Resume(1)
            Reoffer(1) resume
            Media Flow(1): heard, sending
        > ReofferAccepted(1)
        ",
    );
}

#[test]
fn the_peer_holds_us_and_mute_survives_hold() {
    let mut desk = Script::established(1);
    desk.media(MediaEvent::RemoteHold(A, true));
    assert!(desk.phone.call(A).unwrap().remote_hold());
    desk.media(MediaEvent::RemoteHold(A, false));
    desk.user(UserAction::Mute(A, true));
    desk.user(UserAction::Hold(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.user(UserAction::Resume(A));
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.user(UserAction::Mute(A, false));
    desk.reads(
        "
        > RemoteHold(1, true)
        > RemoteHold(1, false)
        > Mute(1, true)
            Media Mute(1)
        > Hold(1)
            Reoffer(1) hold
            Media Flow(1): silent
        > ReofferAccepted(1)
        > Resume(1)
            Reoffer(1) resume
            Media Flow(1): heard, sending
        > ReofferAccepted(1)
        > Mute(1, false)
            Media Unmute(1)
        ",
    );
}
