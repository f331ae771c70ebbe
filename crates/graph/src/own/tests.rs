use proptest::prelude::*;

use super::*;
use crate::presence::Availability;

const GRANTED: Event = Event::Granted {
    set: true,
    read: true,
};

fn shows(activity: Activity, now: Instant) -> Event {
    Event::Read(Ok(Presence {
        availability: Availability::Busy,
        activity,
        out_of_office: None,
        status_message: None,
        sequence_number: String::new(),
        read_at: now,
    }))
}

/// An agent at work, with a clock.
struct Day {
    now: Instant,
    own: Own,
}

impl Day {
    fn new() -> Self {
        Self {
            now: Instant::now(),
            own: Own::new(true, 1, 7),
        }
    }

    fn take(&mut self, event: Event) -> Vec<Command> {
        self.own.handle(self.now, event)
    }

    fn shows(&mut self, activity: Activity) -> Vec<Command> {
        let event = shows(activity, self.now);
        self.take(event)
    }

    /// Lets time pass until it is due; how much, in seconds, and what is to be done.
    fn pass(&mut self) -> (u64, Vec<Command>) {
        let due = self.own.poll_timeout().expect("something is due");
        let passed = due.saturating_duration_since(self.now).as_secs();
        self.now = due.max(self.now);
        (passed, self.take(Event::Timeout))
    }

    /// Until something is written; what, and when, in seconds from here.
    fn written(&mut self) -> (u64, Command) {
        let begun = self.now;
        loop {
            let (_, commands) = self.pass();
            let seconds = self.now.duration_since(begun).as_secs();
            for command in commands {
                match command {
                    Command::Set | Command::Clear => return (seconds, command),
                    Command::Read => drop(self.shows(Activity::InACall)),
                    Command::Changed => {}
                }
            }
            assert!(seconds < 3600, "nothing is written in an hour");
        }
    }

    /// Signed in, and a call of ours is shown.
    fn in_call() -> Self {
        let mut day = Self::new();
        assert_eq!(day.take(GRANTED), []);
        assert_eq!(day.take(Event::InCall(true)), [Command::Read]);
        assert_eq!(
            day.shows(Activity::Nothing),
            [Command::Set, Command::Changed]
        );
        assert_eq!(day.take(Event::Written(Ok(()))), []);
        day
    }
}

#[test]
fn a_call_is_shown_renewed_and_taken_back() {
    let mut day = Day::in_call();
    assert_eq!(day.written(), (240, Command::Set));
    day.take(Event::Written(Ok(())));
    assert_eq!(day.written(), (240, Command::Set));
    day.take(Event::Written(Ok(())));
    assert_eq!(day.take(Event::InCall(false)), [Command::Clear]);
    assert!(day.own.is_set());
    assert_eq!(day.take(Event::Written(Ok(()))), []);
    assert!(!day.own.is_set());
    assert_eq!(day.own.poll_timeout(), None);
}

#[test]
fn whoever_waits_for_a_reading_is_not_due() {
    let mut day = Day::in_call();
    assert_eq!(day.written(), (240, Command::Set));
    day.take(Event::Written(Err(Failure::NotGranted)));
    assert_eq!(day.take(GRANTED), [Command::Read]);
    assert_eq!(day.own.poll_timeout(), None);
    let commands = day.shows(Activity::Nothing);
    assert!(commands.contains(&Command::Set));
}

#[test]
fn a_call_that_ends_while_it_is_being_shown_is_taken_back_then() {
    let mut day = Day::new();
    day.take(GRANTED);
    day.take(Event::InCall(true));
    day.shows(Activity::Nothing);
    assert_eq!(day.take(Event::InCall(false)), []);
    assert_eq!(day.take(Event::Written(Ok(()))), [Command::Clear]);
    // The next one begins before that is answered.
    assert_eq!(day.take(Event::InCall(true)), []);
    assert_eq!(day.take(Event::Written(Ok(()))), [Command::Set]);
}

#[test]
fn nothing_is_shown_unless_it_may_be() {
    for (share, set) in [(false, true), (true, false)] {
        let mut own = Own::new(share, 1, 7);
        let now = Instant::now();
        own.handle(now, Event::Granted { set, read: false });
        assert_eq!(own.handle(now, Event::InCall(true)), []);
        assert_eq!(own.poll_timeout(), None);
    }
    let mut day = Day::in_call();
    day.written();
    // It is taken from the tenant's grants.
    assert_eq!(day.take(Event::Written(Err(Failure::NotGranted))), []);
    assert_eq!(day.take(Event::InCall(false)), []);
    assert!(!day.own.is_set());
}

#[test]
fn failures_are_tried_again_later_and_later_until_it_has_run_out() {
    let mut day = Day::in_call();
    assert_eq!(day.take(Event::InCall(false)), [Command::Clear]);
    let mut pauses = Vec::new();
    loop {
        day.take(Event::Written(Err(Failure::Offline)));
        let (passed, commands) = day.pass();
        if commands.is_empty() {
            break;
        }
        assert_eq!(commands, [Command::Clear]);
        pauses.push(passed);
    }
    assert!(pauses.len() > 4, "{pauses:?}");
    assert!(pauses.is_sorted() && pauses[0] >= 5, "{pauses:?}");
    assert!(!day.own.is_set());
    assert_eq!(day.own.poll_timeout(), None);
}

#[test]
fn whoever_wants_silence_gets_it() {
    let mut day = Day::in_call();
    day.written();
    let retry_after = Some(Duration::from_secs(90));
    day.take(Event::Written(Err(Failure::Throttled { retry_after })));
    let (seconds, command) = day.written();
    assert_eq!(command, Command::Set);
    assert!((90..110).contains(&seconds), "{seconds}");
}

#[test]
fn a_call_of_teams_is_told_from_ours_where_that_can_be_known() {
    // Before ours is shown, a call is one of Teams.
    let mut day = Day::new();
    day.take(GRANTED);
    day.take(Event::InCall(true));
    assert_eq!(
        day.shows(Activity::InACall),
        [Command::Set, Command::Changed]
    );
    assert!(day.own.teams_call());
    day.take(Event::Written(Ok(())));
    // While ours is shown, a call may be ours: what was known stays.
    day.pass();
    day.shows(Activity::InACall);
    assert!(day.own.teams_call());

    let mut day = Day::in_call();
    day.pass();
    day.shows(Activity::InACall);
    assert!(!day.own.teams_call());
    // A conference is none of ours.
    day.pass();
    day.shows(Activity::InAConferenceCall);
    assert!(day.own.teams_call());
    day.pass();
    day.shows(Activity::Nothing);
    assert!(!day.own.teams_call());
    // Ours was just taken back: Teams may not have noticed everywhere.
    day.take(Event::Visible(true));
    day.take(Event::InCall(false));
    day.take(Event::Written(Ok(())));
    day.own.handle(day.now, shows(Activity::InACall, day.now));
    assert!(!day.own.teams_call());
    day.now += SETTLES_AFTER;
    assert_eq!(day.shows(Activity::InACall), [Command::Changed]);
    assert!(day.own.teams_call());
}

#[test]
fn presence_is_read_while_somebody_looks_and_rarely_where_there_are_many_agents() {
    let mut own = Own::new(true, 5_000, 7);
    let start = Instant::now();
    let read = Event::Granted {
        set: false,
        read: true,
    };
    assert_eq!(own.handle(start, read), []);
    assert_eq!(own.handle(start, Event::Visible(true)), [Command::Read]);
    let changed = own.handle(start, shows(Activity::Nothing, start));
    assert_eq!(changed, [Command::Changed]);
    let pause = own.poll_timeout().unwrap().duration_since(start).as_secs();
    assert!((1_000..=1_200).contains(&pause), "{pause}");
    own.handle(start, Event::Visible(false));
    assert_eq!(own.poll_timeout(), None);
    assert_eq!(own.handle(start, Event::SignedOut), [Command::Changed]);
    assert_eq!(own.presence(), None);
}

#[test]
fn after_sleep_what_has_run_out_is_shown_again() {
    let mut day = Day::in_call();
    let commands = day.take(Event::Woke);
    assert!(commands.contains(&Command::Set) && commands.contains(&Command::Read));
}

fn any_failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(Failure::Offline),
        Just(Failure::Broken),
        Just(Failure::NotGranted),
        Just(Failure::NotThere),
        Just(Failure::SignedOut),
        prop::option::of(0..900_u64).prop_map(|seconds| Failure::Throttled {
            retry_after: seconds.map(Duration::from_secs)
        }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (any::<bool>(), any::<bool>()).prop_map(|(set, read)| Event::Granted { set, read }),
        Just(Event::SignedOut),
        any::<bool>().prop_map(Event::InCall),
        any::<bool>().prop_map(Event::Visible),
        Just(Event::Woke),
        Just(Event::Timeout),
    ]
}

/// What Graph does with the next request, and when it answers.
fn any_answer() -> impl Strategy<Value = (Option<Failure>, bool)> {
    (prop::option::weighted(0.3, any_failure()), any::<bool>())
}

/// Graph, and what it is asked.
struct Play {
    now: Instant,
    own: Own,
    writing: Option<Command>,
    reading: bool,
    may_set: bool,
    may_read: bool,
    /// Until when Graph shows ours.
    shown_until: Option<Instant>,
}

impl Play {
    fn take(&mut self, event: Event) {
        match event {
            Event::Granted { set, read } => (self.may_set, self.may_read) = (set, read),
            Event::SignedOut => (self.may_set, self.may_read) = (false, false),
            _ => {}
        }
        for command in self.own.handle(self.now, event) {
            match command {
                Command::Set | Command::Clear => {
                    assert!(self.writing.is_none() && self.may_set);
                    self.writing = Some(command);
                }
                Command::Read => {
                    assert!(!self.reading && self.may_read);
                    self.reading = true;
                }
                Command::Changed => {}
            }
        }
        let due = self.own.poll_timeout();
        assert!(due.is_none_or(|due| due > self.now), "what is due is done");
    }

    /// Answers what is asked. A failure may hide that it was done.
    fn answer(&mut self, failure: Option<Failure>) {
        if let Some(command) = self.writing.take() {
            if matches!(failure, None | Some(Failure::Offline)) {
                self.shown_until = (command == Command::Set).then(|| self.now + EXPIRES_AFTER);
            }
            self.take(Event::Written(failure.map_or(Ok(()), Err)));
        }
        if std::mem::take(&mut self.reading) {
            let read = shows(Activity::InACall, self.now);
            self.take(failure.map_or(read, |failure| Event::Read(Err(failure))));
        }
    }

    fn is_shown(&self) -> bool {
        self.shown_until.is_some_and(|until| until > self.now)
    }
}

proptest! {
    /// In whatever order things happen: one write and one read at a time, nothing without its grant, what is
    /// due lies ahead; a call is shown as soon as Graph lets us, and none is once there is none.
    #[test]
    fn nobody_is_left_busy(
        steps in prop::collection::vec((any_event(), any_answer(), 0..120_u64), 0..60)
    ) {
        let mut play = Play {
            now: Instant::now(),
            own: Own::new(true, 1, 7),
            writing: None,
            reading: false,
            may_set: false,
            may_read: false,
            shown_until: None,
        };
        for (event, (failure, later), seconds) in steps {
            play.take(event);
            if !later {
                play.answer(failure);
            }
            play.now += Duration::from_secs(seconds);
        }
        // Graph may have wanted silence: who signs in anew has none to keep.
        play.take(Event::SignedOut);
        for up in [true, false] {
            play.take(GRANTED);
            play.take(Event::InCall(up));
            play.take(Event::Visible(false));
            // A read, then the write; and what was under way before.
            for _ in 0..4 {
                play.answer(None);
            }
            prop_assert_eq!(play.is_shown(), up);
            prop_assert_eq!(play.own.is_set(), up);
        }
        prop_assert_eq!(play.own.poll_timeout(), None);
    }
}
