//! The networks that are measured, by name.

use crate::network::Network;

/// A network with its name.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// How it is called on the command line and in tables.
    pub name: &'static str,
    /// What it does.
    pub network: Network,
}

/// All of them. The base delay is 40 ms throughout. What begins with `relay` is as in the bench beside
/// other phones.
pub fn conditions() -> Vec<Condition> {
    let lossy = |loss, burst, jitter| Network {
        loss,
        burst,
        jitter,
        ..Network::default()
    };
    let relay = |loss, burst| Network {
        spread: 30.0,
        loss,
        burst,
        even_bursts: true,
        ..Network::default()
    };
    let of = |name, network| Condition { name, network };
    vec![
        of("clean", Network::default()),
        of("jitter-30", lossy(0.0, 1.0, 30.0)),
        of("loss-5", lossy(0.05, 1.0, 30.0)),
        of("loss-10", lossy(0.10, 1.0, 30.0)),
        of("loss-20", lossy(0.20, 1.0, 30.0)),
        of("calm-loss-10", lossy(0.10, 1.0, 5.0)),
        of("bursts-10", lossy(0.10, 4.0, 5.0)),
        of("bursts-20", lossy(0.20, 4.0, 5.0)),
        of("relay-jitter", relay(0.0, 1.0)),
        of("relay-5", relay(0.05, 1.0)),
        of("relay-10", relay(0.10, 1.0)),
        of("relay-20", relay(0.20, 1.0)),
        of("relay-bursts-10", relay(0.10, 4.0)),
        of("relay-bursts-20", relay(0.20, 4.0)),
        of(
            "spikes-200",
            Network {
                jitter: 5.0,
                stall_every: Some(5_000.0),
                stall_for: 200.0,
                ..Network::default()
            },
        ),
        of(
            "stalls-60",
            Network {
                jitter: 3.0,
                stall_every: Some(730.0),
                stall_for: 60.0,
                ..Network::default()
            },
        ),
        of(
            "drift-300",
            Network {
                jitter: 5.0,
                drift_ppm: 300.0,
                ..Network::default()
            },
        ),
    ]
}
