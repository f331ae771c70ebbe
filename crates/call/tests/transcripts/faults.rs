//! What fails, and what cannot be done.

use warmline_call::{
    Cause, Digit, EndReason, EndedBy, Event, Hold, MediaEvent, MediaFailure, Rejection, SipEvent,
    UserAction,
};

use crate::script::{A, Script, dial, early, refused};

#[test]
fn media_that_never_gets_through_hangs_up_and_says_why() {
    let mut desk = Script::established(1);
    desk.media(MediaEvent::Failed(A, MediaFailure::NoConnection));
    desk.reads(
        "
        > Failed(1)
            Bye(1)
            Media Close(1)
            Tone Congestion
        ",
    );
    assert!(desk.reason(1).advice().contains("firewall"));
}

#[test]
fn a_path_that_is_lost_is_looked_for_again_and_the_call_stays() {
    let mut desk = Script::established(1);
    desk.media(MediaEvent::Connected(A));
    desk.media(MediaEvent::Disconnected(A));
    desk.wait();
    // No answer by now: the server is behind the same network.
    desk.sip(SipEvent::ReofferRefused {
        call: A,
        status: 503,
    });
    desk.media(MediaEvent::Failed(A, MediaFailure::NoConnection));
    desk.wait();
    desk.sip(SipEvent::ReofferRefused {
        call: A,
        status: 408,
    });
    desk.wait();
    desk.sip(SipEvent::ReofferAccepted(A));
    desk.media(MediaEvent::Connected(A));
    desk.reads(
        "
        > Connected(1)
            Cue connected
        > Disconnected(1)
        > Timeout after 2 s
            Reoffer(1) resume, ICE restart
        > ReofferRefused(1, 503)
        > Failed(1)
        > Timeout after 4 s
            Reoffer(1) resume, ICE restart
        > ReofferRefused(1, 408)
        > Timeout after 8 s
            Reoffer(1) resume, ICE restart
        > ReofferAccepted(1)
        > Connected(1)
        ",
    );
    let call = desk.phone.call(A).unwrap();
    assert!(call.connected() && call.hold() == Hold::No);
    assert_eq!(desk.phone.poll_timeout(), None);
}

#[test]
fn early_media_that_loses_its_path_waits_for_the_answer() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(early(1, 1));
    desk.media(MediaEvent::Connected(A));
    desk.media(MediaEvent::Disconnected(A));
    // The only time-out is that nobody answers.
    desk.wait();
    assert_eq!(desk.reason(1), EndReason::NoAnswer);
}

#[test]
fn a_path_that_heals_by_itself_costs_no_offer() {
    let mut desk = Script::established(1);
    desk.media(MediaEvent::Connected(A));
    desk.media(MediaEvent::Disconnected(A));
    desk.media(MediaEvent::Connected(A));
    assert_eq!(desk.phone.poll_timeout(), None);
}

#[test]
fn a_lost_network_ends_the_call_without_a_farewell() {
    let mut desk = Script::established(1);
    desk.sip(SipEvent::Ended {
        call: A,
        cause: Cause {
            by: EndedBy::Network,
            ..Cause::default()
        },
    });
    desk.reads(
        "
        > Ended(1)
            Media Close(1)
            Tone Ended
        ",
    );
    assert_eq!(desk.reason(1), EndReason::NetworkLost);
}

#[test]
fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let mut desk = Script::new();
    desk.user(UserAction::Answer(A));
    desk.user(dial(1));
    desk.user(dial(1));
    desk.user(UserAction::Answer(A));
    desk.user(UserAction::Hold(A));
    desk.user(UserAction::Resume(A));
    desk.user(UserAction::Dtmf(A, Digit::parse_all("5").unwrap()));
    desk.user(UserAction::Dismiss(A));
    desk.user(UserAction::Hangup(A));
    desk.user(UserAction::Hangup(A));
    desk.user(UserAction::Mute(A, true));
    desk.user(UserAction::Reject(A, Rejection::Busy));
    desk.user(UserAction::Dismiss(A));
    desk.user(UserAction::Hangup(A));
    desk.reads(
        "
        > Answer(1)
            Refused(1): NoSuchCall
        > Dial(1)
            Media Open(1)
            Media Flow(1): heard
        > Dial(1)
            Refused(1): IdInUse
        > Answer(1)
            Refused(1): NotRinging
        > Hold(1)
            Refused(1): NotEstablished
        > Resume(1)
            Refused(1): NotEstablished
        > Dtmf(1)
            Refused(1): NotEstablished
        > Dismiss(1)
            Refused(1): NotEnded
        > Hangup(1)
            Media Close(1)
        > Hangup(1)
        > Mute(1, true)
            Refused(1): Ended
        > Reject(1, Busy)
            Refused(1): Ended
        > Dismiss(1)
        > Hangup(1)
            Refused(1): NoSuchCall
        ",
    );
}

#[test]
fn on_another_network_each_call_looks_for_another_way_at_once_and_once() {
    let mut desk = Script::established(1);
    desk.media(MediaEvent::Connected(A));
    desk.forget();
    desk.feed(Event::NetworkChanged {
        calls: vec![A],
        lost: false,
    });
    assert_eq!(desk.phone.poll_timeout(), None);
    desk.forget();
    desk.feed(Event::NetworkChanged {
        calls: vec![A],
        lost: true,
    });
    desk.sip(refused(1, 488));
    desk.reads(
        "
        > NetworkChanged
            Reoffer(1) resume, ICE restart
        > ReofferRefused(1, 488)
        ",
    );
    // The way that is there is kept.
    assert_eq!(desk.phone.poll_timeout(), None);
    desk.feed(Event::NetworkChanged {
        calls: vec![A],
        lost: true,
    });
    desk.media(MediaEvent::Failed(A, MediaFailure::NoConnection));
    desk.sip(SipEvent::ReofferAccepted(A));
    assert!(
        desk.phone.poll_timeout().is_some(),
        "it is looked for again"
    );
}
