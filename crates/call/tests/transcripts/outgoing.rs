//! Calls that the agent makes.

use warmline_call::{Digit, EndReason, MediaEvent, UserAction};

use crate::script::{A, Script, answered, dial, early, ended, ringing};

#[test]
fn the_agent_calls_and_hears_ringback_then_early_media_then_the_answer() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(ringing(1, 183));
    desk.sip(ringing(1, 180));
    desk.sip(early(1, 1));
    desk.media(MediaEvent::FirstAudio(A));
    desk.sip(ringing(1, 180));
    desk.sip(early(1, 2));
    desk.sip(answered(1, 2));
    desk.user(UserAction::Dtmf(A, Digit::parse_all("1#").unwrap()));
    desk.user(UserAction::Hangup(A));
    desk.reads(
        "
        > Dial(1)
            Media Open(1)
            Media Flow(1): heard
        > Ready(1)
            Invite(1)
        > Ringing(1, 183)
        > Ringing(1, 180)
            Tone Ringback
        > Early(1, fork 1)
            Media UseEarly(1, fork 1)
        > FirstAudio(1)
            Tone off
        > Ringing(1, 180)
        > Early(1, fork 2)
            Media UseEarly(1, fork 2)
        > Answered(1, fork 2)
            Media UseAnswer(1, fork 2)
            Media Flow(1): heard, sending
        > Dtmf(1)
            Media Dtmf(1)
            Media Dtmf(1)
        > Hangup(1)
            Bye(1)
            Media Close(1)
        ",
    );
}

#[test]
fn early_media_is_no_connection_yet_and_the_answer_is() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(ringing(1, 180));
    desk.sip(early(1, 1));
    desk.forget();
    desk.media(MediaEvent::Connected(A));
    desk.sip(answered(1, 1));
    desk.media(MediaEvent::Disconnected(A));
    desk.media(MediaEvent::Connected(A));
    desk.reads(
        "
        > Connected(1)
        > Answered(1, fork 1)
            Media UseAnswer(1, fork 1)
            Media Flow(1): heard, sending
            Tone off
            Cue connected
        > Disconnected(1)
        > Connected(1)
        ",
    );
}

#[test]
fn busy_is_heard_and_said() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(ringing(1, 180));
    desk.forget();
    desk.sip(ended(1, Some(486)));
    desk.wait();
    desk.reads(
        "
        > Ended(1)
            Media Close(1)
            Tone Busy
        > Timeout after 3 s
            Tone off
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Busy);
    assert_eq!(EndReason::Busy.words(), "The line is busy.");
}

#[test]
fn giving_up_cancels_and_a_crossing_200_is_hung_up_at_once() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(ringing(1, 180));
    desk.forget();
    desk.user(UserAction::Hangup(A));
    desk.user(UserAction::Dismiss(A));
    desk.sip(answered(1, 1));
    desk.sip(answered(1, 1));
    desk.reads(
        "
        > Hangup(1)
            Cancel(1)
            Media Close(1)
            Tone off
        > Dismiss(1)
        > Answered(1, fork 1)
            Bye(1)
        > Answered(1, fork 1)
        ",
    );
    assert_eq!(desk.phone.poll_timeout(), None, "nothing is left of it");
}

#[test]
fn giving_up_before_the_invite_is_sent_tells_nobody() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.forget();
    desk.user(UserAction::Hangup(A));
    desk.media(MediaEvent::Ready(A));
    desk.reads(
        "
        > Hangup(1)
            Media Close(1)
        > Ready(1)
        ",
    );
    assert_eq!(desk.reason(1), EndReason::Cancelled);
}

#[test]
fn nobody_answers_in_time() {
    let mut desk = Script::new();
    desk.user(dial(1));
    desk.media(MediaEvent::Ready(A));
    desk.sip(ringing(1, 180));
    desk.forget();
    desk.wait();
    desk.reads(
        "
        > Timeout after 90 s
            Cancel(1)
            Media Close(1)
            Tone Ended
        ",
    );
    assert_eq!(desk.reason(1), EndReason::NoAnswer);
}
