//! The peer asks us to call somebody else.

use warmline_call::{CallId, MediaEvent, Referrals, SipEvent, UserAction};

use crate::script::{A, B, Script, answered, ended, party, ringing};

#[test]
fn the_agent_is_asked_and_who_asked_is_told_what_comes_of_it() {
    let mut desk = Script::established_incoming(1);
    desk.sip(referred(1));
    assert!(desk.phone.call(A).unwrap().referral().is_some());
    desk.user(UserAction::Follow { call: A, new: B });
    desk.media(MediaEvent::Ready(B));
    desk.sip(ringing(2, 180));
    desk.sip(ringing(2, 180));
    desk.sip(answered(2, 1));
    desk.reads(
        "
        > Referred(1, 2)
        > Follow(1, 2)
            Media Open(2)
            AnswerRefer(1) 202
            Reoffer(1) hold
            Media Flow(1): silent
            Media Flow(2): heard
        > Ready(2)
            Invite(2) Referred { call: CallId(1), refer: 1 }
        > Ringing(2, 180)
            NotifyRefer(1) 180
            Tone Ringback
        > Ringing(2, 180)
        > Answered(2, fork 1)
            Media UseAnswer(2, fork 1)
            NotifyRefer(1) 200
            Media Flow(2): heard, sending
            Tone off
        ",
    );
}

#[test]
fn the_agent_declines_or_does_not_decide() {
    let mut desk = Script::established_incoming(1);
    desk.sip(referred(1));
    desk.sip(referred(2));
    desk.user(UserAction::DoNotFollow(A));
    desk.user(UserAction::Follow { call: A, new: B });
    desk.sip(referred(3));
    desk.wait();
    desk.reads(
        "
        > Referred(1, 2)
        > Referred(1, 2)
            AnswerRefer(1) 603
        > DoNotFollow(1)
            AnswerRefer(1) 603
        > Follow(1, 2)
            Refused(1): NothingAsked
        > Referred(1, 2)
        > Timeout after 15 s
            AnswerRefer(1) 603
        ",
    );
}

#[test]
fn by_policy_it_is_declined_or_done() {
    let mut desk = Script::with(|config| config.referrals = Referrals::Decline);
    desk.customer(1);
    desk.sip(referred(1));
    desk.reads(
        "
        > Referred(1, 2)
            AnswerRefer(1) 603
        ",
    );

    let mut desk = Script::with(|config| config.referrals = Referrals::Follow);
    desk.customer(1);
    desk.sip(referred(1));
    desk.media(MediaEvent::Ready(B));
    desk.sip(ended(2, Some(486)));
    desk.reads(
        "
        > Referred(1, 2)
            Media Open(2)
            AnswerRefer(1) 202
            Reoffer(1) hold
            Media Flow(1): silent
            Media Flow(2): heard
        > Ready(2)
            Invite(2) Referred { call: CallId(1), refer: 1 }
        > Ended(2)
            NotifyRefer(1) 486
            Media Close(2)
            Tone Busy
        ",
    );
}

#[test]
fn a_call_that_never_gets_as_far_as_its_invite_is_told_of_too() {
    for end in [UserAction::Hangup(B), UserAction::Hangup(A)] {
        let mut desk = Script::with(|config| config.referrals = Referrals::Follow);
        desk.customer(1);
        desk.sip(referred(1));
        desk.forget();
        let told = end == UserAction::Hangup(B);
        desk.user(end);
        assert_eq!(desk.text().contains("NotifyRefer(1) 487"), told);
    }
}

#[test]
fn before_the_answer_there_is_nobody_to_follow() {
    let mut desk = Script::new();
    desk.sip(crate::script::invited(1));
    desk.forget();
    desk.sip(referred(1));
    desk.reads(
        "
        > Referred(1, 2)
            AnswerRefer(1) 603
        ",
    );
}

fn referred(refer: u32) -> SipEvent {
    SipEvent::Referred {
        call: A,
        refer,
        to: party(),
        new: CallId::new(2),
    }
}
