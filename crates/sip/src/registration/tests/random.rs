//! Events in any order.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Connected,
    Lost,
    Answer(u16, usize),
    FlowNeeded,
    FlowNeededNow,
    RegisterNow,
    NetworkChanged,
    Unchecked,
    Elsewhere(bool),
    Moved,
    Shutdown,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Connected),
        2 => Just(Step::Lost),
        8 => (prop_oneof![Just(100u16), Just(200), Just(200), Just(401), Just(407), Just(403), Just(423), Just(439), Just(503), Just(404), Just(302)], 0usize..4)
            .prop_map(|(status, n)| Step::Answer(status, n)),
        2 => Just(Step::FlowNeeded),
        1 => Just(Step::FlowNeededNow),
        2 => Just(Step::RegisterNow),
        1 => Just(Step::NetworkChanged),
        1 => Just(Step::Unchecked),
        1 => any::<bool>().prop_map(Step::Elsewhere),
        1 => Just(Step::Moved),
        1 => Just(Step::Shutdown),
        6 => (0u64..4000).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    /// Whatever happens in whatever order: REGISTERs go only over a flow, numbered upward, one flow
    /// is asked for at a time, the machine always has a next move unless it was refused or stopped,
    /// and once stopped it stays silent.
    #[test]
    fn the_machine_never_gets_stuck_and_never_speaks_out_of_turn(steps in steps(), seed: u64) {
        let mut t = Bench::seeded(seed);
        t.event(Event::Start);
        let (mut flow, mut dialling, mut stopped, mut refused, mut seq) = (false, false, false, false, 0);
        for step in steps.into_iter().chain([Step::Wait(1)]) {
            for command in std::mem::take(&mut t.out) {
                prop_assert!(!stopped, "{command:?} after the end");
                match command {
                    Command::Connect => { dialling = true; flow = false; }
                    Command::Disconnect => { dialling = false; flow = false; }
                    Command::Send(request) => {
                        prop_assert!(flow && !refused);
                        let next = message::cseq(&request);
                        prop_assert!(next > seq);
                        seq = next;
                    }
                    Command::Report(RegistrationState::Refused { .. }) => refused = true,
                    Command::Report(RegistrationState::Connecting) => refused = false,
                    Command::Report(RegistrationState::Waiting { retry_in_ms, .. }) => prop_assert!(retry_in_ms <= 3_660_000),
                    Command::Report(_) | Command::TokenWanted(_) | Command::Recovered | Command::Unfit { .. } | Command::Check => {}
                    Command::Stopped => stopped = true,
                }
            }
            prop_assert!(
                dialling || refused || stopped || t.machine.poll_timeout().is_some(),
                "stuck in {:?}", t.machine.phase
            );
            match step {
                Step::Connected if dialling => { dialling = false; flow = true; t.event(Event::Connected(local())); }
                Step::Lost if dialling || flow => { dialling = false; flow = false; t.event(Event::Disconnected(FlowError::Closed)); }
                Step::Connected | Step::Lost => {}
                Step::Answer(status, n) => t.answer(status, odd_headers(n)),
                Step::FlowNeeded => t.event(Event::FlowNeeded),
                Step::FlowNeededNow => t.event(Event::FlowNeededNow),
                Step::RegisterNow => { refused = false; t.event(Event::RegisterNow); }
                Step::NetworkChanged => t.event(Event::NetworkChanged),
                Step::Unchecked => t.event(Event::Unchecked),
                Step::Elsewhere(is) => t.machine.set_elsewhere(is),
                Step::Moved if flow && !dialling => t.event(Event::Moved(local())),
                Step::Moved => {}
                Step::Shutdown => t.event(Event::Shutdown),
                Step::Wait(seconds) => { t.now += Duration::from_secs(seconds); t.event(Event::Timeout); }
            }
        }
    }
}

fn odd_headers(n: usize) -> Vec<Header> {
    match n {
        0 => vec![],
        1 => vec![
            challenge("n", ""),
            Header::MinExpires("900".into()),
            Header::RetryAfter("7".into()),
        ],
        2 => vec![
            challenge("m", ",stale=true"),
            Header::MinExpires("x".into()),
            Header::Expires(0.into()),
        ],
        _ => vec![
            Header::RetryAfter("4294967295".into()),
            Header::Contact("*".into()),
            Header::Expires("4294967295".into()),
        ],
    }
}
