//! How somebody talks: when they speak, wait, hold and hang up. Pure.

use std::time::{Duration, Instant};

/// What somebody brings along.
#[derive(Clone, Debug, Default)]
pub(super) struct Manners {
    /// How many lines they have.
    pub(super) lines: usize,
    /// Whether they ask when nobody has spoken for long.
    pub(super) asks: bool,
    /// Whether they say farewell and hang up.
    pub(super) leaves: bool,
    /// Who called waits for the other one's greeting; who was called speaks first.
    pub(super) speaks_first: bool,
    /// After the last line they put the other side on hold for so long.
    pub(super) holds: Option<Duration>,
    /// So long nobody says anything, and the next line comes; twice as long after the last line.
    pub(super) waits: Duration,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The call stands.
    Answered,
    /// The other side began to speak (`true`) or fell silent.
    Heard(bool),
    /// What was to be said has been said.
    Said,
    /// The other side put us on hold (`true`) or took us back.
    Held(bool),
    /// Time has passed.
    Timeout,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Say something.
    Say(Cue),
    /// Stop in the middle of the sentence.
    Hush,
    /// Put the other side on hold, with music (`true`), or take it back.
    Hold(bool),
    /// Hang up.
    HangUp,
}

/// Something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// One of the lines.
    Line(usize),
    /// "Are you still there?"
    StillThere,
    /// "Goodbye."
    Farewell,
}

/// One conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    manners: Manners,
    /// The line to say next.
    next: usize,
    turn: Turn,
    heard: bool,
    held: bool,
    /// The other side has spoken since our last line began.
    replied: bool,
    /// We have asked whether they are still there since.
    asked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The call does not stand yet.
    Before,
    /// We speak.
    Ours(Cue),
    /// We wait for the other side; speak at the latest then.
    Theirs(Instant),
    /// We hold them, until then.
    Away(Instant),
    /// They hold us; if we held them before, until then.
    OnHold(Option<Instant>),
    /// All is said; hang up then.
    Leaving(Instant),
    /// It is over.
    Over,
}

impl Conversation {
    pub(super) fn new(manners: Manners) -> Self {
        Self {
            manners,
            next: 0,
            turn: Turn::Before,
            heard: false,
            held: false,
            replied: false,
            asked: false,
        }
    }

    pub(super) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        match event {
            Event::Answered if self.turn == Turn::Before => {
                let wait = if self.manners.speaks_first {
                    PAUSE
                } else {
                    GREETING
                };
                self.turn = Turn::Theirs(now + wait);
                Vec::new()
            }
            Event::Answered => Vec::new(),
            Event::Heard(speaking) => {
                self.heard = speaking;
                self.replied |= speaking;
                if let Turn::Theirs(_) = self.turn {
                    // They speak: we wait for their end. They have spoken: a breath, then it is our turn.
                    let wait = if speaking {
                        LONG_SPEECH
                    } else if self.next < self.manners.lines || self.manners.leaves {
                        PAUSE
                    } else {
                        self.silence()
                    };
                    self.turn = Turn::Theirs(now + wait);
                }
                Vec::new()
            }
            Event::Said => self.said(now),
            Event::Held(held) => self.hold(now, held),
            Event::Timeout => match self.turn {
                Turn::Theirs(due) if now >= due => self.speak(now),
                Turn::Away(due) if now >= due => {
                    self.turn = Turn::Theirs(now + PAUSE);
                    vec![Command::Hold(false)]
                }
                Turn::Leaving(due) if now >= due => {
                    self.turn = Turn::Over;
                    vec![Command::HangUp]
                }
                _ => Vec::new(),
            },
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match self.turn {
            Turn::Theirs(due) | Turn::Away(due) | Turn::Leaving(due) => Some(due),
            Turn::Before | Turn::Ours(_) | Turn::OnHold(_) | Turn::Over => None,
        }
    }

    fn speak(&mut self, now: Instant) -> Vec<Command> {
        let cue = if self.next < self.manners.lines {
            self.next += 1;
            (self.replied, self.asked) = (self.heard, false);
            Cue::Line(self.next - 1)
        } else if self.manners.leaves && (self.replied || self.asked || !self.manners.asks) {
            Cue::Farewell
        } else if self.manners.asks {
            self.asked = true;
            Cue::StillThere
        } else {
            self.turn = Turn::Theirs(now + self.silence());
            return Vec::new();
        };
        self.turn = Turn::Ours(cue);
        vec![Command::Say(cue)]
    }

    fn said(&mut self, now: Instant) -> Vec<Command> {
        let Turn::Ours(cue) = self.turn else {
            return Vec::new();
        };
        if cue == Cue::Farewell {
            self.turn = Turn::Leaving(now + LAST);
            return Vec::new();
        }
        let last = self.next == self.manners.lines;
        if let Some(holds) = self.manners.holds.take_if(|_| last) {
            self.turn = Turn::Away(now + holds);
            return vec![Command::Hold(true)];
        }
        let wait = if self.heard {
            LONG_SPEECH
        } else if last {
            self.silence()
        } else {
            self.manners.waits
        };
        self.turn = Turn::Theirs(now + wait);
        Vec::new()
    }

    fn hold(&mut self, now: Instant, held: bool) -> Vec<Command> {
        if self.held == held || matches!(self.turn, Turn::Before | Turn::Leaving(_) | Turn::Over) {
            return Vec::new();
        }
        self.held = held;
        let mut commands = Vec::new();
        if held {
            if let Turn::Ours(cue) = self.turn {
                // The sentence was cut off: it is said again.
                match cue {
                    Cue::Line(line) => self.next = line,
                    Cue::StillThere => self.asked = false,
                    Cue::Farewell => {}
                }
                commands.push(Command::Hush);
            }
            let away = match self.turn {
                Turn::Away(due) => Some(due),
                _ => None,
            };
            self.turn = Turn::OnHold(away);
        } else {
            self.turn = match self.turn {
                Turn::OnHold(Some(due)) => Turn::Away(due),
                _ => Turn::Theirs(now + GREETING),
            };
        }
        commands
    }

    /// So long nobody says anything after the last line.
    fn silence(&self) -> Duration {
        self.manners.waits * 2
    }
}

/// Who called waits so long for a greeting.
const GREETING: Duration = Duration::from_millis(2_500);

/// Between their last word and our first.
const PAUSE: Duration = Duration::from_millis(900);

/// From the last word to hanging up: it has to arrive.
const LAST: Duration = Duration::from_millis(600);

/// Whoever speaks longer is interrupted.
const LONG_SPEECH: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Played {
        conversation: Conversation,
        now: Instant,
    }

    impl Played {
        fn new(manners: Manners) -> Self {
            let mut played = Self {
                conversation: Conversation::new(manners),
                now: Instant::now(),
            };
            assert_eq!(played.gets(Event::Answered), []);
            played
        }

        fn gets(&mut self, event: Event) -> Vec<Command> {
            self.conversation.handle(self.now, event)
        }

        /// Lets time pass until something is done.
        fn waits(&mut self) -> (Duration, Vec<Command>) {
            let start = self.now;
            for _ in 0..10 {
                self.now = self.conversation.poll_timeout().expect("a time");
                let commands = self.gets(Event::Timeout);
                if !commands.is_empty() {
                    return (self.now - start, commands);
                }
            }
            panic!("nothing happens");
        }
    }

    fn customer() -> Manners {
        Manners {
            lines: 2,
            asks: true,
            leaves: true,
            waits: WAITS,
            ..Manners::default()
        }
    }

    const WAITS: Duration = Duration::from_secs(7);
    const SILENCE: Duration = Duration::from_secs(14);

    #[test]
    fn a_caller_waits_for_the_greeting_and_speaks_after_it() {
        let mut customer = Played::new(customer());
        assert_eq!(customer.gets(Event::Heard(true)), []);
        customer.now += Duration::from_secs(4);
        assert_eq!(customer.gets(Event::Timeout), []);
        customer.gets(Event::Heard(false));
        assert_eq!(customer.waits(), (PAUSE, vec![Command::Say(Cue::Line(0))]));
    }

    #[test]
    fn who_is_not_greeted_speaks_all_the_same_to_the_last_line_and_leaves() {
        let mut customer = Played::new(customer());
        assert_eq!(
            customer.waits(),
            (GREETING, vec![Command::Say(Cue::Line(0))])
        );
        customer.gets(Event::Said);
        assert_eq!(customer.waits(), (WAITS, vec![Command::Say(Cue::Line(1))]));
        customer.gets(Event::Said);
        for cue in [Cue::StillThere, Cue::Farewell] {
            assert_eq!(customer.waits(), (SILENCE, vec![Command::Say(cue)]));
            assert_eq!(customer.gets(Event::Said), []);
        }
        assert_eq!(customer.waits(), (LAST, vec![Command::HangUp]));
        assert_eq!(customer.conversation.poll_timeout(), None);
    }

    #[test]
    fn whoever_is_answered_after_the_last_line_thanks_and_leaves() {
        let mut customer = Played::new(Manners {
            lines: 1,
            ..customer()
        });
        customer.waits();
        customer.gets(Event::Said);
        customer.gets(Event::Heard(true));
        customer.now += Duration::from_secs(3);
        customer.gets(Event::Heard(false));
        assert_eq!(customer.waits(), (PAUSE, vec![Command::Say(Cue::Farewell)]));
    }

    #[test]
    fn whoever_has_nothing_left_to_say_does_not_interrupt() {
        let mut stays = Played::new(Manners {
            leaves: false,
            lines: 0,
            ..customer()
        });
        stays.gets(Event::Heard(true));
        stays.gets(Event::Heard(false));
        assert_eq!(
            stays.waits(),
            (SILENCE, vec![Command::Say(Cue::StillThere)])
        );
    }

    #[test]
    fn who_has_no_farewell_asks_and_stays() {
        let mut stays = Played::new(Manners {
            leaves: false,
            lines: 0,
            ..customer()
        });
        for _ in 0..3 {
            assert_eq!(stays.waits().1, [Command::Say(Cue::StillThere)]);
            stays.gets(Event::Said);
        }
    }

    #[test]
    fn a_sentence_that_hold_cuts_off_is_said_again() {
        let mut customer = Played::new(customer());
        customer.waits();
        assert_eq!(customer.gets(Event::Held(true)), [Command::Hush]);
        assert_eq!(customer.gets(Event::Held(true)), []);
        assert_eq!(customer.conversation.poll_timeout(), None);
        customer.now += Duration::from_secs(600);
        customer.gets(Event::Held(false));
        assert_eq!(
            customer.waits(),
            (GREETING, vec![Command::Say(Cue::Line(0))])
        );
    }

    #[test]
    fn an_expert_speaks_first_holds_once_and_comes_back() {
        let mut expert = Played::new(Manners {
            lines: 1,
            speaks_first: true,
            holds: Some(Duration::from_secs(8)),
            leaves: false,
            ..customer()
        });
        assert_eq!(expert.waits(), (PAUSE, vec![Command::Say(Cue::Line(0))]));
        assert_eq!(expert.gets(Event::Said), [Command::Hold(true)]);
        assert_eq!(
            expert.waits(),
            (Duration::from_secs(8), vec![Command::Hold(false)])
        );
        expert.waits();
        assert_eq!(expert.gets(Event::Said), [], "only once");
    }

    #[test]
    fn who_is_held_while_holding_takes_the_other_back_in_the_end() {
        for (meanwhile, left) in [(2, 6), (20, 0)] {
            let mut expert = Played::new(Manners {
                lines: 1,
                speaks_first: true,
                holds: Some(Duration::from_secs(8)),
                ..Manners::default()
            });
            expert.waits();
            expert.gets(Event::Said);
            assert_eq!(expert.gets(Event::Held(true)), []);
            expert.now += Duration::from_secs(meanwhile);
            assert_eq!(expert.conversation.poll_timeout(), None);
            assert_eq!(expert.gets(Event::Held(false)), []);
            let due = expert.conversation.poll_timeout().expect("a time");
            let wait = due.saturating_duration_since(expert.now);
            assert_eq!(wait, Duration::from_secs(left));
            expert.now = expert.now.max(due);
            assert_eq!(expert.gets(Event::Timeout), [Command::Hold(false)]);
        }
    }

    proptest! {
        #[test]
        fn every_line_is_said_in_order_and_nothing_after_the_farewell(
            events in proptest::collection::vec((0_u8..6, 0_u64..40_000), 0..200),
            lines in 0_usize..4,
        ) {
            let mut played = Played::new(Manners { lines, ..customer() });
            let (mut highest, mut over) = (0, false);
            for (event, ms) in events {
                played.now += Duration::from_millis(ms);
                let event = match event {
                    0 => Event::Heard(true),
                    1 => Event::Heard(false),
                    2 => Event::Said,
                    3 => Event::Held(true),
                    4 => Event::Held(false),
                    _ => Event::Timeout,
                };
                for command in played.gets(event) {
                    prop_assert!(!over, "{command:?} after the end");
                    match command {
                        Command::Say(Cue::Line(line)) => {
                            prop_assert!(line <= highest && line < lines);
                            highest = highest.max(line + 1);
                        }
                        Command::Say(Cue::Farewell) => prop_assert_eq!(highest, lines),
                        Command::HangUp => over = true,
                        _ => {}
                    }
                }
            }
        }
    }
}
