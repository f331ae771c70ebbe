use proptest::prelude::*;

use super::*;

fn id(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn chat() -> ChatId {
    ChatId::for_tests("19:x")
}

fn begun() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000)
}

fn at(seconds: u64) -> SystemTime {
    begun() + Duration::from_secs(seconds)
}

fn said(by: &str, seconds: u64, text: &str) -> Message {
    Message {
        by: id(by),
        at: at(seconds),
        text: Pii::from(text),
    }
}

fn opened() -> Event {
    Event::Opened(Ok(Chat {
        id: chat(),
        opened: Some(at(0)),
    }))
}

fn offline(perhaps_done: bool) -> Trouble {
    Trouble {
        failure: Failure::Offline,
        perhaps_done,
    }
}

fn throttled(seconds: Option<u64>) -> Trouble {
    Trouble::surely(Failure::Throttled {
        retry_after: seconds.map(Duration::from_secs),
    })
}

/// An errand that has come as far as writing the card.
struct Desk {
    now: Instant,
    errand: Errand,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self {
            now: Instant::now(),
            errand: Errand::new(id("e"), "Ada calls\nAbout: Invoice", begun()),
        };
        assert_eq!(desk.take(Event::Begin), [Command::AskAgent]);
        desk
    }

    fn writing() -> Self {
        let mut desk = Self::new();
        let open = Command::Open {
            agent: id("a"),
            expert: id("e"),
        };
        assert_eq!(desk.take(Event::Agent(Ok(id("a")))), [open]);
        assert_eq!(desk.take(opened()), [Command::Post(chat())]);
        desk
    }

    fn take(&mut self, event: Event) -> Vec<Command> {
        self.errand.handle(self.now, event)
    }

    /// Lets time pass until it is due; how much, in seconds, and what is to be done.
    fn pass(&mut self) -> (u64, Vec<Command>) {
        let due = self.errand.poll_timeout().expect("something is due");
        let passed = due.duration_since(self.now).as_secs();
        self.now = due;
        (passed, self.take(Event::Timeout))
    }

    fn listens(&mut self) -> u64 {
        let (passed, commands) = self.pass();
        assert_eq!(commands, [Command::Listen(chat())]);
        passed
    }
}

#[test]
fn a_card_is_sent_and_the_last_reply_is_shown() {
    let mut desk = Desk::writing();
    assert_eq!(
        desk.take(Event::Posted(Ok(Some(at(10))))),
        [Command::Changed]
    );
    assert_eq!(*desk.errand.state(), CardState::Sent { reply: None });
    assert_eq!(desk.listens(), 5);
    let heard = vec![
        said("e", 9, "hello, last week"),
        said("a", 12, "are you there?"),
        said("e", 15, "can't"),
        said("e", 14, "2 min"),
        said("x", 16, "me!"),
    ];
    assert_eq!(desk.take(Event::Heard(Ok(heard))), [Command::Changed]);
    let reply = Some(Pii::from("can't"));
    assert_eq!(*desk.errand.state(), CardState::Sent { reply });
    // It was taken back, or has left the list: what was read was read.
    desk.listens();
    assert_eq!(desk.take(Event::Heard(Ok(Vec::new()))), []);
}

#[test]
fn it_listens_often_at_first_and_goes_on_through_trouble() {
    let mut desk = Desk::writing();
    desk.take(Event::Posted(Ok(Some(at(10)))));
    let mut pauses = Vec::new();
    for _ in 0..14 {
        pauses.push(desk.listens());
        assert_eq!(desk.take(Event::Heard(Ok(Vec::new()))), []);
    }
    assert_eq!(pauses, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 15, 15]);
    for (trouble, pause) in [
        (offline(true), 15),
        (throttled(Some(40)), 40),
        (throttled(Some(1)), 15),
        (throttled(None), 15),
        (Trouble::surely(Failure::NotThere), 15),
    ] {
        desk.listens();
        assert_eq!(desk.take(Event::Heard(Err(trouble))), []);
        let due = desk.errand.poll_timeout().unwrap();
        assert_eq!(due.duration_since(desk.now).as_secs(), pause);
    }
    desk.listens();
    let denied = Trouble::surely(Failure::NotGranted);
    assert_eq!(desk.take(Event::Heard(Err(denied))), []);
    assert!(desk.errand.is_over());
    assert_eq!(*desk.errand.state(), CardState::Sent { reply: None });
}

#[test]
fn what_surely_did_not_happen_is_tried_once_more() {
    let mut desk = Desk::new();
    assert_eq!(desk.take(Event::Agent(Err(offline(false)))), []);
    assert_eq!(desk.pass(), (2, vec![Command::AskAgent]));
    assert_eq!(
        desk.take(Event::Agent(Err(offline(false)))),
        [Command::Changed]
    );
    assert_eq!(*desk.errand.state(), CardState::Failed(Failure::Offline));
    assert!(desk.errand.is_over());

    let mut desk = Desk::writing();
    assert_eq!(desk.take(Event::Posted(Err(throttled(Some(7))))), []);
    assert_eq!(desk.pass(), (7, vec![Command::Post(chat())]));
    desk.take(Event::Posted(Ok(Some(at(20)))));
    assert_eq!(*desk.errand.state(), CardState::Sent { reply: None });

    for trouble in [
        throttled(Some(300)),
        Trouble::surely(Failure::NotGranted),
        Trouble::surely(Failure::SignedOut),
        Trouble::surely(Failure::Broken),
    ] {
        let mut desk = Desk::writing();
        assert_eq!(desk.take(Event::Posted(Err(trouble))), [Command::Changed]);
        assert_eq!(*desk.errand.state(), CardState::Failed(trouble.failure));
    }
}

#[test]
fn a_card_that_may_have_been_sent_is_looked_for_and_never_sent_again() {
    let mut desk = Desk::writing();
    assert_eq!(
        desk.take(Event::Posted(Err(offline(true)))),
        [Command::Changed]
    );
    assert_eq!(*desk.errand.state(), CardState::Unsure { reply: None });
    assert_eq!(desk.listens(), 2);
    let before = vec![said("a", 0, "something else"), said("e", 3, "what is it?")];
    desk.take(Event::Heard(Ok(before)));
    let reply = Some(Pii::from("what is it?"));
    assert_eq!(
        *desk.errand.state(),
        CardState::Unsure {
            reply: reply.clone()
        }
    );
    desk.listens();
    let found = vec![
        said("a", 4, "Ada calls About: Invoice"),
        said("e", 3, "what is it?"),
    ];
    assert_eq!(desk.take(Event::Heard(Ok(found))), [Command::Changed]);
    assert_eq!(*desk.errand.state(), CardState::Sent { reply });
}

#[test]
fn a_graph_without_a_clock_is_believed_by_ours() {
    let mut desk = Desk::new();
    desk.take(Event::Agent(Ok(id("a"))));
    desk.take(Event::Opened(Ok(Chat {
        id: chat(),
        opened: None,
    })));
    desk.take(Event::Posted(Ok(None)));
    desk.listens();
    let heard = vec![said("e", 1, "2 min")];
    desk.take(Event::Heard(Ok(heard)));
    let reply = Some(Pii::from("2 min"));
    assert_eq!(*desk.errand.state(), CardState::Sent { reply });
}

fn any_trouble() -> impl Strategy<Value = Trouble> {
    let failure = prop_oneof![
        Just(Failure::Offline),
        Just(Failure::Broken),
        Just(Failure::NotGranted),
        Just(Failure::NotThere),
        Just(Failure::SignedOut),
        prop::option::of(0..90_u64).prop_map(|seconds| Failure::Throttled {
            retry_after: seconds.map(Duration::from_secs)
        }),
    ];
    (failure, any::<bool>()).prop_map(|(failure, perhaps_done)| Trouble {
        failure,
        perhaps_done,
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    let message = (
        prop::sample::select(vec!["a", "e", "x"]),
        0..60_u64,
        "[a-c]{1,3}",
    );
    let messages = prop::collection::vec(message, 0..4).prop_map(|messages| {
        let said = messages.iter().map(|(by, at, text)| said(by, *at, text));
        said.collect::<Vec<_>>()
    });
    prop_oneof![
        2 => Just(Event::Begin),
        2 => Just(Event::Agent(Ok(id("a")))),
        2 => Just(opened()),
        1 => any_trouble().prop_map(|trouble| Event::Agent(Err(trouble))),
        1 => any_trouble().prop_map(|trouble| Event::Opened(Err(trouble))),
        2 => prop::option::of(0..60_u64).prop_map(|seconds| Event::Posted(Ok(seconds.map(at)))),
        2 => any_trouble().prop_map(|trouble| Event::Posted(Err(trouble))),
        2 => messages.prop_map(|messages| Event::Heard(Ok(messages))),
        1 => any_trouble().prop_map(|trouble| Event::Heard(Err(trouble))),
        4 => Just(Event::Timeout),
    ]
}

proptest! {
    /// In whatever order things happen, the card is written at most once without Graph having said for sure
    /// that it was not, at most twice in all, and a state that was settled is not unsettled.
    #[test]
    fn a_card_is_never_sent_twice(events in prop::collection::vec((any_event(), 0..20_u64), 0..60)) {
        let mut now = Instant::now();
        let mut errand = Errand::new(id("e"), "abc", begun());
        let mut doing: Option<Command> = None;
        let (mut written, mut open_to_retry) = (0, true);
        for (event, seconds) in events {
            now += Duration::from_secs(seconds);
            // What does not answer what was asked is out of order and does nothing.
            let answers = matches!(
                (&event, &doing),
                (Event::Agent(_), Some(Command::AskAgent))
                    | (Event::Opened(_), Some(Command::Open { .. }))
                    | (Event::Posted(_), Some(Command::Post(_)))
                    | (Event::Heard(_), Some(Command::Listen(_)))
            );
            if answers {
                doing = None;
            }
            if let (true, Event::Posted(result)) = (answers, &event) {
                open_to_retry = result.as_ref().is_err_and(|trouble| !trouble.perhaps_done);
            }
            let was_failed = matches!(errand.state(), CardState::Failed(_));
            let was_sent = matches!(errand.state(), CardState::Sent { .. });
            for command in errand.handle(now, event) {
                if command == Command::Changed {
                    continue;
                }
                prop_assert!(doing.is_none(), "one at a time");
                if let Command::Post(_) = command {
                    written += 1;
                    prop_assert!(open_to_retry);
                    open_to_retry = false;
                }
                doing = Some(command);
            }
            prop_assert!(written <= 2);
            prop_assert!(!was_failed || errand.is_over());
            let is_sent = matches!(errand.state(), CardState::Sent { .. });
            prop_assert!(!was_sent || is_sent);
            prop_assert!(errand.poll_timeout().is_none() || doing.is_none());
        }
    }
}
