//! Whole calls as they happen: each event (`>`) with the commands it gives.

#![allow(
    clippy::disallowed_methods,
    reason = "tests pick the time they hand in"
)]

use std::time::{Duration, Instant};

use warmline_call::{
    CallId, Cause, Command, Digit, EndReason, EndedBy, Event, Hold, MediaEvent, MediaFailure,
    Party, Phone, PhoneConfig, Rejection, SipEvent, State, UserAction,
};

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
    for status in [408, 481] {
        let mut desk = Script::established(1);
        desk.user(UserAction::Hold(A));
        desk.forget();
        desk.sip(refused(1, status));
        desk.reads(&format!(
            "
            > ReofferRefused(1, {status})
                Bye(1)
                Media Close(1)
            "
        ));
        assert_eq!(desk.reason(1), EndReason::NoResponse);
    }
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
            Media Flow(1): heard
        > Hold(1)
            Reoffer(1) hold
            Media Flow(1): silent
        > ReofferAccepted(1)
        > Resume(1)
            Reoffer(1) resume
            Media Flow(1): heard
        > ReofferAccepted(1)
        > Mute(1, false)
            Media Flow(1): heard, sending
        ",
    );
}

#[test]
fn lost_media_hangs_up_and_says_why() {
    let mut desk = Script::established(1);
    desk.media(MediaEvent::Disconnected(A));
    desk.media(MediaEvent::Failed(A, MediaFailure::NoConnection));
    desk.reads(
        "
        > Disconnected(1)
        > Failed(1)
            Bye(1)
            Media Close(1)
            Tone Congestion
        ",
    );
    assert!(desk.reason(1).advice().contains("firewall"));
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

// ---------------------------------------------------------------------------

const A: CallId = CallId::new(1);
const B: CallId = CallId::new(2);

fn party() -> Party {
    Party::new("sip:+15550100@example.org")
}

fn dial(call: u64) -> UserAction {
    UserAction::Dial {
        call: CallId::new(call),
        to: party(),
    }
}

fn invited(call: u64) -> SipEvent {
    SipEvent::Invited {
        call: CallId::new(call),
        from: party(),
        unacceptable: None,
    }
}

fn ringing(call: u64, status: u16) -> SipEvent {
    SipEvent::Ringing {
        call: CallId::new(call),
        status,
    }
}

fn early(call: u64, fork: u32) -> SipEvent {
    SipEvent::Early {
        call: CallId::new(call),
        fork,
    }
}

fn answered(call: u64, fork: u32) -> SipEvent {
    SipEvent::Answered {
        call: CallId::new(call),
        fork,
    }
}

fn refused(call: u64, status: u16) -> SipEvent {
    SipEvent::ReofferRefused {
        call: CallId::new(call),
        status,
    }
}

fn ended(call: u64, status: Option<u16>) -> SipEvent {
    SipEvent::Ended {
        call: CallId::new(call),
        cause: Cause {
            status,
            ..Cause::default()
        },
    }
}

/// A phone, the time, and what has happened so far.
struct Script {
    phone: Phone,
    now: Instant,
    log: String,
}

impl Script {
    fn new() -> Self {
        Self {
            phone: Phone::new(PhoneConfig {
                seed: 42,
                ..PhoneConfig::default()
            }),
            now: Instant::now(),
            log: String::new(),
        }
    }

    /// An answered call that we made.
    fn established(call: u64) -> Self {
        let mut script = Self::new();
        script.user(dial(call));
        script.media(MediaEvent::Ready(CallId::new(call)));
        script.sip(answered(call, 1));
        script.forget();
        script
    }

    /// An answered call that came in.
    fn established_incoming(call: u64) -> Self {
        let mut script = Self::new();
        script.sip(invited(call));
        script.user(UserAction::Answer(CallId::new(call)));
        script.media(MediaEvent::Ready(CallId::new(call)));
        script.forget();
        script
    }

    fn user(&mut self, action: UserAction) {
        self.feed(Event::User(action));
    }

    fn sip(&mut self, event: SipEvent) {
        self.feed(Event::Sip(event));
    }

    fn media(&mut self, event: MediaEvent) {
        self.feed(Event::Media(event));
    }

    /// Let the time pass until the next time-out, and hand it in.
    fn wait(&mut self) {
        let due = self.phone.poll_timeout().expect("nothing to wait for");
        let waited = due - self.now;
        self.now = due;
        self.log += &format!("> Timeout after {} s\n", waited.as_secs_f32());
        self.commands(Event::Timeout);
        assert!(self.phone.poll_timeout().is_none_or(|at| at > self.now));
    }

    fn feed(&mut self, event: Event) {
        self.log += &format!("> {}\n", written(&event));
        self.commands(event);
    }

    fn commands(&mut self, event: Event) {
        for command in self.phone.handle(self.now, event) {
            self.log += &format!("    {}\n", spelled(&command));
        }
    }

    fn forget(&mut self) {
        self.log.clear();
    }

    fn text(&self) -> &str {
        &self.log
    }

    fn last_event(&self) -> String {
        let line = self.log.lines().rfind(|line| line.starts_with('>'));
        line.unwrap_or_default()[2..].to_owned()
    }

    #[track_caller]
    fn reads(&self, expected: &str) {
        let indent = expected.lines().find(|line| !line.trim().is_empty());
        let indent = indent.map_or(0, |line| line.len() - line.trim_start().len());
        let expected: String = expected
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| format!("{}\n", line[indent.min(line.len())..].trim_end()))
            .collect();
        assert!(
            self.log == expected,
            "happened:\n{}\nexpected:\n{expected}",
            self.log
        );
    }

    fn state(&self, call: u64) -> Option<State> {
        self.phone.call(CallId::new(call)).map(|call| call.state())
    }

    #[track_caller]
    fn reason(&self, call: u64) -> EndReason {
        let call = self.phone.call(CallId::new(call)).expect("the call");
        call.end_reason().expect("an ended call")
    }

    #[track_caller]
    fn hold(&self, call: u64) -> Hold {
        let call = self.phone.call(CallId::new(call)).expect("the call");
        call.hold()
    }
}

/// An event in short.
fn written(event: &Event) -> String {
    match event {
        Event::User(action) => match action {
            UserAction::Dial { call, .. } => format!("Dial({call})"),
            UserAction::Answer(call) => format!("Answer({call})"),
            UserAction::Reject(call, how) => format!("Reject({call}, {how:?})"),
            UserAction::Hangup(call) => format!("Hangup({call})"),
            UserAction::Hold(call) => format!("Hold({call})"),
            UserAction::Resume(call) => format!("Resume({call})"),
            UserAction::Mute(call, muted) => format!("Mute({call}, {muted})"),
            UserAction::Dtmf(call, _) => format!("Dtmf({call})"),
            UserAction::Dismiss(call) => format!("Dismiss({call})"),
        },
        Event::Sip(event) => match event {
            SipEvent::Invited { call, .. } => format!("Invited({call})"),
            SipEvent::Ringing { call, status } => format!("Ringing({call}, {status})"),
            SipEvent::Early { call, fork } => format!("Early({call}, fork {fork})"),
            SipEvent::Answered { call, fork } => format!("Answered({call}, fork {fork})"),
            SipEvent::Ended { call, .. } => format!("Ended({call})"),
            SipEvent::Reoffered(call) => format!("Reoffered({call})"),
            SipEvent::ReofferClosed(call) => format!("ReofferClosed({call})"),
            SipEvent::ReofferAccepted(call) => format!("ReofferAccepted({call})"),
            SipEvent::ReofferRefused { call, status } => {
                format!("ReofferRefused({call}, {status})")
            }
        },
        Event::Media(event) => match event {
            MediaEvent::Ready(call) => format!("Ready({call})"),
            MediaEvent::Failed(call, _) => format!("Failed({call})"),
            MediaEvent::Connected(call) => format!("Connected({call})"),
            MediaEvent::Disconnected(call) => format!("Disconnected({call})"),
            MediaEvent::FirstAudio(call) => format!("FirstAudio({call})"),
            MediaEvent::RemoteHold(call, held) => format!("RemoteHold({call}, {held})"),
        },
        Event::Timeout => "Timeout".to_owned(),
    }
}

/// A command in short.
fn spelled(command: &Command) -> String {
    use warmline_call::{MediaCommand as M, Notice as N, SipCommand as S, SoundCommand as P};
    match command {
        Command::Sip(command) => match command {
            S::Invite { call, .. } => format!("Invite({call})"),
            S::Ring(call) => format!("Ring({call})"),
            S::Accept(call) => format!("Accept({call})"),
            S::Reject { call, status } => format!("Reject({call}) {status}"),
            S::Cancel(call) => format!("Cancel({call})"),
            S::Bye(call) => format!("Bye({call})"),
            S::Reoffer { call, hold: true } => format!("Reoffer({call}) hold"),
            S::Reoffer { call, hold: false } => format!("Reoffer({call}) resume"),
            S::AnswerReoffer(call) => format!("AnswerReoffer({call})"),
            S::RefuseReoffer { call, status } => format!("RefuseReoffer({call}) {status}"),
        },
        Command::Media(command) => match command {
            M::Open(call) => format!("Media Open({call})"),
            M::UseEarly { call, fork } => format!("Media UseEarly({call}, fork {fork})"),
            M::UseAnswer { call, fork } => format!("Media UseAnswer({call}, fork {fork})"),
            M::Flow {
                call,
                heard,
                sending,
            } => match (heard, sending) {
                (true, true) => format!("Media Flow({call}): heard, sending"),
                (true, false) => format!("Media Flow({call}): heard"),
                (false, true) => format!("Media Flow({call}): sending"),
                (false, false) => format!("Media Flow({call}): silent"),
            },
            M::Dtmf(call, _) => format!("Media Dtmf({call})"),
            M::Close(call) => format!("Media Close({call})"),
        },
        Command::Sound(P::Ring(true)) => "Ringer on".to_owned(),
        Command::Sound(P::Ring(false)) => "Ringer off".to_owned(),
        Command::Sound(P::Tone(Some(tone))) => format!("Tone {tone:?}"),
        Command::Sound(P::Tone(None)) => "Tone off".to_owned(),
        Command::Notice(N::Refused { call, refusal }) => format!("Refused({call}): {refusal:?}"),
        Command::Notice(N::HoldFailed {
            call,
            hold,
            failure,
        }) => {
            let what = if *hold { "hold" } else { "resume" };
            format!("HoldFailed({call}): {what}, {failure:?}")
        }
    }
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
