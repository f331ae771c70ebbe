//! What must hold in whatever order things happen.

#![allow(
    clippy::disallowed_methods,
    reason = "tests pick the time they hand in"
)]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use warmline_call::{
    Call, CallId, Cause, Command, Digit, EndedBy, Event, Hold, MediaCommand, MediaEvent,
    MediaFailure, Party, Phone, PhoneConfig, Rejection, SipCommand, SipEvent, SoundCommand, State,
    Tone, UserAction,
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Events that make no sense at all neither break the machine nor let two calls be heard.
    #[test]
    fn nonsense_does_no_harm(seed: u64, steps in prop::collection::vec((event(), 0u64..20_000), 0..120)) {
        let mut world = World::new(seed, false);
        for (event, pause_ms) in steps {
            world.pass(Duration::from_millis(pause_ms))?;
            world.hand_in(event)?;
        }
    }

    /// With peers that keep to the protocol, nobody is left on the line and nothing stays open.
    #[test]
    fn no_leg_is_lost_and_nothing_stays_open(
        seed: u64,
        steps in prop::collection::vec((any::<prop::sample::Index>(), pause()), 0..80),
        crossing: bool,
    ) {
        let mut world = World::new(seed, true);
        for (pick, pause_ms) in steps {
            world.pass(Duration::from_millis(pause_ms))?;
            let choices = world.choices();
            world.hand_in(choices[pick.index(choices.len())].clone())?;
        }
        world.close_shop(crossing)?;
    }
}

/// Runs a phone, and keeps its own account of legs, media and sounds from the commands alone.
struct World {
    phone: Phone,
    /// How many events were handed in: an id that is never used twice.
    spent: u64,
    /// Peers keep to the protocol, so the account of the legs must come out.
    strict: bool,
    now: Instant,
    legs: BTreeMap<CallId, Leg>,
    media: BTreeMap<CallId, Media>,
    ring: bool,
    tone: Option<Tone>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Leg {
    outgoing: bool,
    answered: bool,
    /// When CANCEL was sent.
    cancelled: Option<Instant>,
    farewells: u32,
    ended_by_peer: bool,
    /// Whose offer is open.
    ours: bool,
    theirs: bool,
}

impl Leg {
    /// What a peer may do on this leg now.
    fn choices(&self, call: CallId) -> Vec<SipEvent> {
        let mut choices = vec![SipEvent::Ended {
            call,
            cause: Cause {
                status: (!self.answered).then_some(486),
                ..Cause::default()
            },
        }];
        if self.outgoing && !self.answered {
            choices.extend([
                SipEvent::Ringing { call, status: 180 },
                SipEvent::Early { call, fork: 1 },
                SipEvent::Answered { call, fork: 1 },
                SipEvent::Answered { call, fork: 2 },
            ]);
        }
        if self.answered && self.farewells == 0 && !self.theirs {
            choices.push(SipEvent::Reoffered(call));
        }
        if self.theirs {
            choices.push(SipEvent::ReofferClosed(call));
        }
        if self.ours {
            choices.push(SipEvent::ReofferAccepted(call));
            choices.extend([491, 488, 481].map(|status| SipEvent::ReofferRefused { call, status }));
        }
        choices
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Media {
    open: bool,
    opened: u32,
    ready: bool,
    heard: bool,
    sending: bool,
    muted: bool,
    greeted: bool,
}

impl Media {
    /// What the session may report now.
    fn choices(&self, call: CallId) -> Vec<MediaEvent> {
        if !self.ready {
            return vec![
                MediaEvent::Ready(call),
                MediaEvent::Ready(call),
                MediaEvent::Ready(call),
                MediaEvent::Failed(call, MediaFailure::NotAcceptable),
            ];
        }
        vec![
            MediaEvent::Connected(call),
            MediaEvent::FirstAudio(call),
            MediaEvent::RemoteHold(call, true),
            MediaEvent::Failed(call, MediaFailure::NoConnection),
        ]
    }
}

impl World {
    fn new(seed: u64, strict: bool) -> Self {
        let config = PhoneConfig {
            seed,
            max_calls: 4,
            ..PhoneConfig::default()
        };
        Self {
            phone: Phone::new(config),
            spent: 0,
            strict,
            now: Instant::now(),
            legs: BTreeMap::new(),
            media: BTreeMap::new(),
            ring: false,
            tone: None,
        }
    }

    /// Let time pass, handing in every time-out when it is due.
    fn pass(&mut self, pause: Duration) -> Result<(), TestCaseError> {
        let until = self.now + pause;
        while let Some(due) = self.phone.poll_timeout().filter(|due| *due <= until) {
            prop_assert!(due >= self.now, "a time-out in the past");
            self.now = due;
            self.hand_in(Event::Timeout)?;
            prop_assert!(
                self.phone.poll_timeout().is_none_or(|at| at > self.now),
                "a time-out that is not spent"
            );
        }
        self.now = until;
        Ok(())
    }

    fn hand_in(&mut self, event: Event) -> Result<(), TestCaseError> {
        self.spent += 1;
        self.note_event(&event);
        for command in self.phone.handle(self.now, event) {
            self.note_command(&command)?;
            self.at_most_one_is_heard()?;
        }
        self.sounds_have_their_reason()?;
        self.only_the_focus_is_not_held()?;
        self.no_voice_gets_out_while_muted()?;
        let live = self
            .phone
            .calls()
            .filter(|call| call.end_reason().is_none());
        prop_assert!(live.count() <= 4);
        Ok(())
    }

    /// What the agent, the peers and the media sessions could do now, a new call among it.
    fn choices(&self) -> Vec<Event> {
        let new = CallId::new(self.spent);
        let mut choices = vec![
            Event::User(UserAction::Dial {
                call: new,
                to: Party::default(),
            }),
            Event::Sip(SipEvent::Invited {
                call: new,
                from: Party::default(),
                unacceptable: None,
                replaces: None,
            }),
        ];
        for call in self.phone.calls() {
            let (id, held) = (call.id(), call.hold() != Hold::No);
            choices.extend(
                match call.state() {
                    State::Incoming => vec![
                        UserAction::Answer(id),
                        UserAction::Answer(id),
                        UserAction::Reject(id, Rejection::Busy),
                    ],
                    State::Answering | State::Dialing | State::Ringing { .. } => {
                        vec![UserAction::Hangup(id)]
                    }
                    State::Established => vec![
                        UserAction::Hold(id),
                        UserAction::Resume(id),
                        UserAction::Mute(id, !call.muted()),
                        UserAction::Dtmf(id, Digit::new('5').into_iter().collect()),
                        UserAction::Hangup(id),
                    ],
                    State::Ended(_) => vec![UserAction::Dismiss(id)],
                }
                .into_iter()
                .map(Event::User),
            );
            // A second press of the same button.
            if held {
                choices.push(Event::User(UserAction::Hold(id)));
            }
        }
        for (id, leg) in self.legs.iter().filter(|(_, leg)| !leg.ended_by_peer) {
            choices.extend(leg.choices(*id).into_iter().map(Event::Sip));
        }
        for (id, media) in self.media.iter().filter(|(_, media)| media.open) {
            choices.extend(media.choices(*id).into_iter().map(Event::Media));
        }
        choices
    }

    fn note_event(&mut self, event: &Event) {
        match event {
            Event::Sip(SipEvent::Invited { call, .. }) => {
                self.legs.entry(*call).or_default();
            }
            Event::Sip(SipEvent::Answered { call, .. }) => {
                if let Some(leg) = self.legs.get_mut(call) {
                    leg.answered = true;
                    // A 200 that crossed the CANCEL undoes that farewell.
                    if leg.cancelled.is_some_and(|at| self.now < at + CROSSING) {
                        leg.farewells = 0;
                    }
                }
            }
            Event::Sip(SipEvent::Ended { call, .. }) => {
                if let Some(leg) = self.legs.get_mut(call) {
                    leg.ended_by_peer = true;
                }
            }
            Event::Sip(SipEvent::ReofferClosed(call)) => {
                if let Some(leg) = self.legs.get_mut(call) {
                    leg.theirs = false;
                }
            }
            Event::Sip(SipEvent::ReofferAccepted(call) | SipEvent::ReofferRefused { call, .. }) => {
                if let Some(leg) = self.legs.get_mut(call) {
                    leg.ours = false;
                }
            }
            Event::Media(MediaEvent::Ready(call)) => {
                if let Some(media) = self.media.get_mut(call) {
                    media.ready = true;
                }
            }
            _ => {}
        }
    }

    fn note_command(&mut self, command: &Command) -> Result<(), TestCaseError> {
        match command {
            Command::Sip(command) if self.strict => self.note_sip(command),
            Command::Sip(_) => Ok(()),
            Command::Media(command) => self.note_media(command),
            Command::Sound(SoundCommand::Ring(on)) => {
                prop_assert_ne!(self.ring, *on, "said twice");
                self.ring = *on;
                Ok(())
            }
            Command::Sound(SoundCommand::Tone(tone)) => {
                prop_assert_ne!(self.tone, *tone, "said twice");
                self.tone = *tone;
                Ok(())
            }
            Command::Sound(SoundCommand::Connected) => self.note_greeting(),
            Command::Notice(_) => Ok(()),
        }
    }

    /// A call is greeted once, by nothing else that sounds, and both can hear each other.
    fn note_greeting(&mut self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.tone, None);
        let focus = self.phone.focus().and_then(|id| self.phone.call(id));
        let Some(call) = focus else {
            return Err(TestCaseError::fail("a greeting to nobody"));
        };
        prop_assert!(call.state() == State::Established && call.connected());
        let media = self.media.get_mut(&call.id()).expect("it is open");
        prop_assert!(media.heard && media.sending);
        prop_assert!(!media.greeted, "greeted twice");
        media.greeted = true;
        Ok(())
    }

    fn note_sip(&mut self, command: &SipCommand) -> Result<(), TestCaseError> {
        let (call, farewell) = match command {
            SipCommand::Invite { call, .. } => {
                let leg = Leg {
                    outgoing: true,
                    ..Leg::default()
                };
                prop_assert!(self.legs.insert(*call, leg).is_none(), "invited twice");
                return Ok(());
            }
            SipCommand::Reject { call, .. } => (call, true),
            SipCommand::Cancel(call) | SipCommand::Bye(call) => (call, true),
            SipCommand::Ring(call)
            | SipCommand::Accept(call)
            | SipCommand::Reoffer { call, .. }
            | SipCommand::AnswerReoffer(call) => (call, false),
            // An answer to whatever the peer thinks there is.
            SipCommand::RefuseReoffer { .. } => return Ok(()),
            SipCommand::Restore(call)
            | SipCommand::Refer { call, .. }
            | SipCommand::AnswerRefer { call, .. }
            | SipCommand::NotifyRefer { call, .. } => (call, false),
        };
        let Some(leg) = self.legs.get_mut(call) else {
            return Err(TestCaseError::fail(format!("{command:?} without a leg")));
        };
        prop_assert!(!leg.ended_by_peer, "{command:?} after the peer's end");
        match command {
            SipCommand::Cancel(_) => {
                prop_assert!(leg.outgoing && !leg.answered);
                leg.cancelled = Some(self.now);
            }
            SipCommand::Reject { .. } => prop_assert!(!leg.outgoing && !leg.answered),
            SipCommand::Bye(_) => prop_assert!(leg.answered),
            SipCommand::Accept(_) => {
                prop_assert!(!leg.outgoing && !leg.answered);
                leg.answered = true;
            }
            SipCommand::Reoffer { .. } => {
                prop_assert!(
                    leg.answered && !leg.ours && !leg.theirs,
                    "two offers at once"
                );
                leg.ours = true;
            }
            SipCommand::AnswerReoffer(_) => {
                prop_assert!(
                    leg.answered && !leg.ours && !leg.theirs,
                    "two offers at once"
                );
                leg.theirs = true;
            }
            SipCommand::Restore(_)
            | SipCommand::Refer { .. }
            | SipCommand::AnswerRefer { .. }
            | SipCommand::NotifyRefer { .. }
            | SipCommand::Ring(_)
            | SipCommand::Invite { .. }
            | SipCommand::RefuseReoffer { .. } => {}
        }
        prop_assert_eq!(leg.farewells, 0, "{:?} after a farewell", command);
        leg.farewells += u32::from(farewell);
        Ok(())
    }

    fn note_media(&mut self, command: &MediaCommand) -> Result<(), TestCaseError> {
        let call = match command {
            MediaCommand::Open(call)
            | MediaCommand::UseEarly { call, .. }
            | MediaCommand::UseAnswer { call, .. }
            | MediaCommand::Flow { call, .. }
            | MediaCommand::Mute(call, _)
            | MediaCommand::Mix(call, _)
            | MediaCommand::Volume(call, _)
            | MediaCommand::Silence(call, _)
            | MediaCommand::Music(call, _)
            | MediaCommand::WatchGreeting(call)
            | MediaCommand::Dtmf(call, _)
            | MediaCommand::Close(call) => *call,
        };
        let strict = self.strict;
        let media = self.media.entry(call).or_default();
        if let MediaCommand::Open(_) = command {
            media.opened += 1;
            prop_assert!(
                !media.open && (media.opened == 1 || !strict),
                "opened twice"
            );
            media.open = true;
            media.greeted = false;
            return Ok(());
        }
        prop_assert!(media.open, "{command:?} on a closed session");
        match command {
            MediaCommand::Flow { heard, sending, .. } => {
                media.heard = *heard;
                media.sending = *sending;
            }
            MediaCommand::Mute(_, muted) => media.muted = *muted,
            MediaCommand::Close(_) => {
                media.open = false;
                media.heard = false;
                media.sending = false;
                media.muted = false;
            }
            MediaCommand::Dtmf(..) => prop_assert!(media.heard, "digits into a held call"),
            MediaCommand::Mix(..)
            | MediaCommand::Volume(..)
            | MediaCommand::Silence(..)
            | MediaCommand::Music(..)
            | MediaCommand::WatchGreeting(_)
            | MediaCommand::Open(_)
            | MediaCommand::UseEarly { .. } => {}
            MediaCommand::UseAnswer { .. } => prop_assert!(media.ready),
        }
        Ok(())
    }

    fn at_most_one_is_heard(&self) -> Result<(), TestCaseError> {
        let open = || self.media.values();
        prop_assert!(
            open().filter(|m| m.heard).count() <= 1,
            "two calls are heard"
        );
        prop_assert!(
            open().filter(|m| m.sending).count() <= 1,
            "two calls hear us"
        );
        prop_assert!(open().all(|m| m.heard || !m.sending), "sending unheard");
        Ok(())
    }

    fn no_voice_gets_out_while_muted(&self) -> Result<(), TestCaseError> {
        for call in self.phone.calls() {
            let media = self.media.get(&call.id()).copied().unwrap_or_default();
            prop_assert!(!media.open || media.muted == call.muted(), "{:?}", call);
            prop_assert_eq!(call.sending(), media.sending && !media.muted);
        }
        Ok(())
    }

    fn only_the_focus_is_not_held(&self) -> Result<(), TestCaseError> {
        let established = |call: &&Call| call.state() == State::Established;
        for call in self.phone.calls().filter(established) {
            let in_focus = self.phone.focus() == Some(call.id());
            let free = matches!(call.hold(), Hold::No | Hold::Resuming);
            prop_assert_eq!(in_focus, free, "{:?}", call);
            prop_assert_eq!(in_focus, call.heard());
        }
        Ok(())
    }

    fn sounds_have_their_reason(&self) -> Result<(), TestCaseError> {
        let any = |test: fn(State) -> bool| self.phone.calls().any(|call| test(call.state()));
        let incoming = any(|state| state == State::Incoming);
        prop_assert!(!self.ring || incoming, "ringing for nobody");
        prop_assert!(
            !incoming || self.ring || self.tone == Some(Tone::CallWaiting),
            "nobody told the agent"
        );
        match self.tone {
            Some(Tone::Ringback) => {
                let ringing = any(|state| matches!(state, State::Ringing { .. }));
                prop_assert!(ringing, "ringback for nobody");
            }
            Some(Tone::CallWaiting) => prop_assert!(incoming),
            Some(Tone::Busy | Tone::Congestion | Tone::Ended) => {
                prop_assert_eq!(self.phone.focus(), None);
            }
            None => {}
        }
        Ok(())
    }

    /// Hang up everything, let every farewell be confirmed (or crossed), and look round.
    fn close_shop(&mut self, crossing: bool) -> Result<(), TestCaseError> {
        let calls: Vec<CallId> = self.phone.calls().map(|call| call.id()).collect();
        for call in calls {
            self.hand_in(Event::User(UserAction::Hangup(call)))?;
        }
        let cancelled = |leg: &Leg| leg.cancelled.is_some() && !leg.answered && !leg.ended_by_peer;
        let legs = self.legs.iter().filter(|(_, leg)| cancelled(leg));
        let cancelled: Vec<CallId> = legs.map(|(call, _)| *call).collect();
        for call in cancelled {
            if crossing {
                self.hand_in(Event::Sip(SipEvent::Answered { call, fork: 0 }))?;
            }
        }
        self.pass(Duration::from_secs(600))?;

        for (call, leg) in &self.legs {
            prop_assert!(
                leg.ended_by_peer || leg.farewells == 1,
                "leg {call} is orphaned: {leg:?}"
            );
        }
        prop_assert!(
            self.media.values().all(|media| !media.open),
            "media is left open"
        );
        prop_assert!(!self.ring && self.tone.is_none(), "something still sounds");
        prop_assert_eq!(
            self.phone.calls().count(),
            0,
            "something is remembered for ever"
        );
        prop_assert_eq!(self.phone.poll_timeout(), None);
        Ok(())
    }
}

/// How long after a CANCEL a 200 is still answered by BYE.
const CROSSING: Duration = Duration::from_secs(64);

/// Mostly things follow upon each other; now and then a timer runs out.
fn pause() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0u64..500, 1 => 0u64..5_000, 1 => 0u64..100_000]
}

fn event() -> impl Strategy<Value = Event> {
    // Few ids, so that events meet; more than `max_calls`, so that calls come and go.
    let id = || (0u64..10).prop_map(CallId::new);
    let user = prop_oneof![
        3 => id().prop_map(|call| UserAction::Dial { call, to: Party::default() }),
        3 => id().prop_map(UserAction::Answer),
        1 => (id(), any::<bool>()).prop_map(|(call, busy)| {
            UserAction::Reject(call, if busy { Rejection::Busy } else { Rejection::Decline })
        }),
        1 => id().prop_map(UserAction::Hangup),
        3 => id().prop_map(UserAction::Hold),
        3 => id().prop_map(UserAction::Resume),
        1 => (id(), any::<bool>()).prop_map(|(call, muted)| UserAction::Mute(call, muted)),
        1 => id().prop_map(|call| UserAction::Dtmf(call, Digit::new('5').into_iter().collect())),
        1 => id().prop_map(UserAction::Dismiss),
    ];
    let sip = prop_oneof![
        4 => (id(), prop::option::weighted(0.1, failure())).prop_map(|(call, unacceptable)| {
            SipEvent::Invited { call, from: Party::default(), unacceptable, replaces: None }
        }),
        2 => (id(), 180u16..184).prop_map(|(call, status)| SipEvent::Ringing { call, status }),
        1 => (id(), 0u32..3).prop_map(|(call, fork)| SipEvent::Early { call, fork }),
        4 => (id(), 0u32..3).prop_map(|(call, fork)| SipEvent::Answered { call, fork }),
        1 => (id(), cause()).prop_map(|(call, cause)| SipEvent::Ended { call, cause }),
        2 => id().prop_map(SipEvent::Reoffered),
        3 => id().prop_map(SipEvent::ReofferClosed),
        3 => id().prop_map(SipEvent::ReofferAccepted),
        3 => (id(), prop_oneof![Just(491), Just(488), Just(481), Just(500)])
            .prop_map(|(call, status)| SipEvent::ReofferRefused { call, status }),
    ];
    let media = prop_oneof![
        8 => id().prop_map(MediaEvent::Ready),
        1 => (id(), failure()).prop_map(|(call, failure)| MediaEvent::Failed(call, failure)),
        1 => id().prop_map(MediaEvent::Connected),
        1 => id().prop_map(MediaEvent::Disconnected),
        2 => id().prop_map(MediaEvent::FirstAudio),
        1 => (id(), any::<bool>()).prop_map(|(call, held)| MediaEvent::RemoteHold(call, held)),
    ];
    prop_oneof![
        5 => user.prop_map(Event::User),
        6 => sip.prop_map(Event::Sip),
        4 => media.prop_map(Event::Media),
        1 => Just(Event::Timeout),
    ]
}

fn failure() -> impl Strategy<Value = MediaFailure> {
    prop_oneof![
        Just(MediaFailure::NotAcceptable),
        Just(MediaFailure::NoConnection),
        Just(MediaFailure::Internal),
    ]
}

fn cause() -> impl Strategy<Value = Cause> {
    let by = prop_oneof![
        Just(EndedBy::Remote),
        Just(EndedBy::Local),
        Just(EndedBy::Network)
    ];
    (
        by,
        prop::option::of(300u16..700),
        prop::option::of(0u8..128),
    )
        .prop_map(|(by, status, q850)| Cause {
            by,
            status,
            reason_status: None,
            q850,
        })
}
