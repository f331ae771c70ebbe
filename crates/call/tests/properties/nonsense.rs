//! Events that make no sense at all neither break the machine nor let two calls be heard.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use warmline_call::{
    CallId, Cause, Digit, Direction, EndedBy, Event, MediaEvent, MediaFailure, Party, Rejection,
    Restored, SipEvent, Suspicion, UserAction,
};

use crate::world::{Broken, Tally, World};

pub(crate) type Sequence = (u64, Vec<(Event, u64)>);

pub(crate) fn sequences() -> impl Strategy<Value = Sequence> {
    let step = (event(), 0u64..20_000);
    (any::<u64>(), prop::collection::vec(step, 0..80))
}

pub(crate) fn play((seed, steps): Sequence) -> Result<Tally, Broken> {
    World::play(seed, false, |world| {
        for (event, pause_ms) in steps {
            world.pass(Duration::from_millis(pause_ms))?;
            world.hand_in(event)?;
        }
        Ok(())
    })
}

// Few ids, so that events meet; more than `max_calls`, so that calls come and go.
fn id() -> impl Strategy<Value = CallId> {
    (0u64..10).prop_map(CallId::new)
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => user().prop_map(Event::User),
        3 => transfer().prop_map(Event::User),
        5 => sip().prop_map(Event::Sip),
        2 => refer().prop_map(Event::Sip),
        4 => media().prop_map(Event::Media),
        1 => restored().prop_map(Event::Restored),
        1 => prop::collection::vec(id(), 0..4).prop_map(|calls| Event::NetworkChanged { calls, lost: true }),
        1 => Just(Event::Timeout),
    ]
}

fn user() -> impl Strategy<Value = UserAction> {
    prop_oneof![
        3 => id().prop_map(|call| UserAction::Dial { call, to: Party::default() }),
        3 => id().prop_map(UserAction::Answer),
        1 => (id(), any::<bool>()).prop_map(|(call, busy)| {
            UserAction::Reject(call, if busy { Rejection::Busy } else { Rejection::Decline })
        }),
        1 => id().prop_map(UserAction::Hangup),
        1 => any::<bool>().prop_map(UserAction::DoNotDisturb),
        3 => id().prop_map(UserAction::Hold),
        3 => id().prop_map(UserAction::Resume),
        1 => (id(), any::<bool>()).prop_map(|(call, muted)| UserAction::Mute(call, muted)),
        1 => id().prop_map(|call| UserAction::Dtmf(call, Digit::new('5').into_iter().collect())),
        1 => id().prop_map(UserAction::Dismiss),
        1 => (id(), any::<u8>()).prop_map(|(call, percent)| UserAction::Volume(call, percent)),
        1 => (id(), any::<bool>()).prop_map(|(call, on)| UserAction::Silence(call, on)),
    ]
}

fn transfer() -> impl Strategy<Value = UserAction> {
    prop_oneof![
        3 => (id(), id(), any::<bool>()).prop_map(|(customer, expert, hand_over)| {
            UserAction::Consult { customer, expert, to: Party::default(), hand_over }
        }),
        1 => id().prop_map(|customer| UserAction::BlindTransfer { customer, to: Party::default() }),
        1 => id().prop_map(UserAction::Swap),
        1 => id().prop_map(UserAction::Back),
        3 => (id(), any::<bool>()).prop_map(|(customer, sure)| {
            UserAction::Complete { customer, sure }
        }),
        1 => id().prop_map(UserAction::KeepConsulting),
        4 => (id(), id(), prop::option::of(id())).prop_map(|(call, with, focus)| {
            UserAction::Merge { call, with, focus }
        }),
        1 => id().prop_map(UserAction::Leave),
        1 => (id(), id()).prop_map(|(call, new)| UserAction::Follow { call, new }),
        1 => id().prop_map(UserAction::DoNotFollow),
    ]
}

fn sip() -> impl Strategy<Value = SipEvent> {
    let unacceptable = prop::option::weighted(0.1, failure());
    let replaces = prop::option::weighted(0.3, id());
    prop_oneof![
        4 => (id(), unacceptable, replaces).prop_map(|(call, unacceptable, replaces)| {
            SipEvent::Invited { call, from: Party::default(), unacceptable, replaces }
        }),
        2 => (id(), 180u16..184).prop_map(|(call, status)| SipEvent::Ringing { call, status }),
        1 => (id(), 0u32..3).prop_map(|(call, fork)| SipEvent::Early { call, fork }),
        4 => (id(), 0u32..3).prop_map(|(call, fork)| SipEvent::Answered { call, fork }),
        1 => (id(), cause()).prop_map(|(call, cause)| SipEvent::Ended { call, cause }),
        2 => id().prop_map(SipEvent::Reoffered),
        3 => id().prop_map(SipEvent::ReofferClosed),
        3 => id().prop_map(SipEvent::ReofferAccepted),
        3 => (id(), prop::sample::select(vec![491, 488, 481, 500]))
            .prop_map(|(call, status)| SipEvent::ReofferRefused { call, status }),
        1 => (id(), id()).prop_map(|(call, replacement)| {
            SipEvent::Unreachable { call, replacement }
        }),
    ]
}

fn refer() -> impl Strategy<Value = SipEvent> {
    let answers = prop::sample::select(vec![200, 202, 403, 405, 408, 603, 503]);
    let told = prop::sample::select(vec![100, 180, 200, 404, 503]);
    prop_oneof![
        2 => (id(), 0u32..8, answers, any::<bool>()).prop_map(|(call, refer, status, subscribed)| {
            SipEvent::ReferAnswered { call, refer, status, subscribed }
        }),
        3 => (id(), 0u32..8, told, any::<bool>()).prop_map(|(call, refer, status, terminated)| {
            SipEvent::ReferProgress { call, refer, status, terminated }
        }),
        1 => (id(), 0u32..8, id()).prop_map(|(call, refer, new)| {
            SipEvent::Referred { call, refer, to: Party::default(), new }
        }),
    ]
}

fn media() -> impl Strategy<Value = MediaEvent> {
    prop_oneof![
        8 => id().prop_map(MediaEvent::Ready),
        1 => (id(), failure()).prop_map(|(call, failure)| MediaEvent::Failed(call, failure)),
        1 => id().prop_map(MediaEvent::Connected),
        1 => id().prop_map(MediaEvent::Disconnected),
        2 => id().prop_map(MediaEvent::FirstAudio),
        1 => (id(), any::<bool>()).prop_map(|(call, held)| MediaEvent::RemoteHold(call, held)),
        1 => id().prop_map(|call| MediaEvent::Suspicious(call, Suspicion::Beep)),
    ]
}

fn restored() -> impl Strategy<Value = Restored> {
    let other = || prop::option::of(id());
    (id(), id(), any::<[bool; 2]>(), other(), other()).prop_map(
        |(call, replacement, [held, muted], consults_for, group_with)| {
            let long_ago = Instant::now();
            Restored {
                call,
                replacement,
                direction: Direction::Incoming,
                party: Party::default(),
                started: long_ago,
                answered: long_ago,
                held,
                muted,
                consults_for,
                group_with,
            }
        },
    )
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
