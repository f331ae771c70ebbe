//! A phone at work: its agent, the server, customers, experts and media sessions do what they like,
//! and its own account of legs, sessions and sounds is kept from events and commands alone.

mod choices;
mod legs;
mod promises;
mod sessions;
mod tally;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use proptest::test_runner::TestCaseError;
use warmline_call::{
    Call, CallId, Command, Event, Party, Phone, PhoneConfig, RecoverBy, Referrals, SipEvent,
    SoundCommand, State, Tone, UserAction,
};

use legs::Leg;
use sessions::Session;
pub(crate) use tally::Tally;

/// What the phone promises, and has not kept.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) how: String,
}

/// What the phone promises in whatever order things happen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Promise {
    /// A person whom nobody let go is on a call that is shown and can be talked to.
    NobodyLost,
    /// Every leg gets its one farewell, and nothing after it.
    NoLegOrphaned,
    /// One call has the agent's ears and voice, or one group; who waits hears music.
    OneHeard,
    /// There are never two offers at once in a dialog.
    OneOffer,
    /// Nothing outlives its reason, and time-outs are spent.
    NothingLeft,
}

impl From<Broken> for TestCaseError {
    fn from(broken: Broken) -> Self {
        Self::fail(format!("{:?}: {}", broken.promise, broken.how))
    }
}

pub(crate) type Kept = Result<(), Broken>;

/// Breaks off unless the promise is kept.
macro_rules! keeps {
    ($promise:ident, $holds:expr, $($how:tt)+) => {
        if !$holds {
            return Err($crate::world::Broken {
                promise: $crate::world::Promise::$promise,
                how: format!($($how)+),
            });
        }
    };
}
use keeps;

pub(crate) struct World {
    phone: Phone,
    config: PhoneConfig,
    /// How many ids were handed in: none is used twice.
    spent: u64,
    /// Peers keep to the protocol, so the account of the legs must come out.
    strict: bool,
    now: Instant,
    legs: BTreeMap<CallId, Leg>,
    sessions: BTreeMap<CallId, Session>,
    ring: bool,
    tone: Option<Tone>,
    /// What was handed in and when, the last of it now; and the expert of the customer whom it names.
    events: Vec<(Duration, Event)>,
    began: Instant,
    event: Event,
    expert: Option<CallId>,
    /// The group before that.
    group: Vec<CallId>,
    /// Who rang before that, and nobody had answered.
    ringing: Vec<CallId>,
    tally: Tally,
}

impl World {
    /// Plays one sequence of events with peers that keep to the protocol, or with nobody who does.
    pub(crate) fn play(
        seed: u64,
        strict: bool,
        sequence: impl FnOnce(&mut Self) -> Kept,
    ) -> Result<Tally, Broken> {
        let mut world = Self::new(seed, strict);
        match sequence(&mut world) {
            Ok(()) => Ok(Tally {
                sequences: 1,
                ..world.tally
            }),
            Err(mut broken) => {
                for (at, event) in &world.events {
                    broken.how += &format!("\n  {:>9.3} s  {event:?}", at.as_secs_f64());
                }
                Err(broken)
            }
        }
    }

    fn new(seed: u64, strict: bool) -> Self {
        let config = PhoneConfig {
            seed,
            max_calls: MOST_CALLS,
            complete_on_answer: (seed & 1 == 0).then_some(Duration::from_secs(5)),
            hold_music: seed & 2 == 0,
            conference: (seed & 12 == 0).then(Party::default),
            referrals: match (seed >> 4) % 3 {
                0 => Referrals::Decline,
                1 => Referrals::Ask,
                _ => Referrals::Follow,
            },
            recover_by: RecoverBy::Reinvite,
            ..PhoneConfig::default()
        };
        let now = Instant::now();
        Self {
            phone: Phone::new(config.clone()),
            config,
            spent: 0,
            strict,
            now,
            events: Vec::new(),
            began: now,
            legs: BTreeMap::new(),
            sessions: BTreeMap::new(),
            ring: false,
            tone: None,
            event: Event::Timeout,
            expert: None,
            group: Vec::new(),
            ringing: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Let time pass, handing in every time-out when it is due.
    pub(crate) fn pass(&mut self, pause: Duration) -> Kept {
        let until = self.now + pause;
        while let Some(due) = self.phone.poll_timeout().filter(|due| *due <= until) {
            keeps!(NothingLeft, due >= self.now, "a time-out in the past");
            self.now = due;
            self.hand_in(Event::Timeout)?;
            let next = self.phone.poll_timeout();
            keeps!(
                NothingLeft,
                next.is_none_or(|at| at > self.now),
                "a time-out that is not spent"
            );
        }
        self.now = until;
        Ok(())
    }

    pub(crate) fn hand_in(&mut self, event: Event) -> Kept {
        self.tally.events += 1;
        let of = |customer| move |t: &&warmline_call::Transfer| t.customer() == customer;
        self.expert = match &event {
            Event::User(UserAction::Back(customer)) => self
                .phone
                .transfers()
                .find(of(*customer))
                .and_then(|t| t.expert()),
            _ => None,
        };
        self.group.clear();
        self.group.extend_from_slice(self.phone.group());
        let rings = |call: &&Call| call.state() == State::Incoming;
        self.ringing.clear();
        self.ringing
            .extend(self.phone.calls().filter(rings).map(Call::id));
        self.note_event(&event);
        self.event = event.clone();
        self.events.push((self.now - self.began, event.clone()));
        for command in self.phone.handle(self.now, event) {
            self.note_command(&command)?;
            self.nobody_else_is_heard()?;
        }
        self.promises_are_kept()
    }

    /// Everybody is talked to, then everything is hung up; every farewell is confirmed (or crossed),
    /// and nothing is left.
    pub(crate) fn close_shop(&mut self, crossing: bool) -> Kept {
        self.everybody_can_be_talked_to()?;
        let calls: Vec<CallId> = self.phone.calls().map(|call| call.id()).collect();
        for call in calls {
            self.hand_in(Event::User(UserAction::Hangup(call)))?;
        }
        let cancelled = self.legs.iter().filter(|(_, leg)| leg.waits_for_answer());
        let cancelled: Vec<CallId> = cancelled.map(|(call, _)| *call).collect();
        for call in cancelled.into_iter().filter(|_| crossing) {
            self.hand_in(Event::Sip(SipEvent::Answered { call, fork: 0 }))?;
        }
        self.pass(Duration::from_secs(600))?;
        self.nothing_is_left()
    }

    fn note_event(&mut self, event: &Event) {
        match event {
            Event::Sip(event) => self.note_sip_event(event),
            Event::Media(event) => self.note_media_event(event),
            Event::Restored(restored) => {
                self.tally.restored += 1;
                let leg = Leg::restored(restored.replacement);
                self.legs.insert(restored.call, leg);
            }
            Event::User(_) | Event::NetworkChanged { .. } | Event::Timeout => {}
        }
    }

    fn note_command(&mut self, command: &Command) -> Kept {
        match command {
            Command::Sip(command) => self.note_sip(command),
            Command::Media(command) => self.note_media(command),
            Command::Sound(SoundCommand::Ring(on)) => {
                keeps!(NothingLeft, self.ring != *on, "said twice: ring {on}");
                self.ring = *on;
                Ok(())
            }
            Command::Sound(SoundCommand::Tone(tone)) => {
                keeps!(NothingLeft, self.tone != *tone, "said twice: {tone:?}");
                self.tone = *tone;
                Ok(())
            }
            Command::Sound(SoundCommand::Connected) => self.note_greeting(),
            Command::Notice(notice) => {
                self.tally.note(notice);
                Ok(())
            }
        }
    }
}

/// How many calls the agent may have.
const MOST_CALLS: usize = 5;
