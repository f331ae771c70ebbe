//! The order of edges, in virtual time.

use proptest::prelude::*;
use rand::SeedableRng as _;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

struct Bench {
    edges: Edges,
    now: Instant,
    out: Vec<Command>,
}

fn target(server: usize, priority: u16, weight: u16, hosts: &[u8]) -> Target {
    let address = |host: &u8| SocketAddr::from(([192, 0, 2, *host], 443));
    Target {
        server,
        priority,
        weight,
        addresses: hosts.iter().map(address).collect(),
    }
}

/// Two servers, A and B, with one address each.
fn two() -> Vec<Target> {
    vec![target(0, 0, 0, &[1]), target(1, 0, 0, &[2])]
}

impl Bench {
    fn new(seed: u64) -> Self {
        Self {
            edges: Edges::new(&Timing::default(), StdRng::seed_from_u64(seed)),
            now: Instant::now(),
            out: Vec::new(),
        }
    }

    /// With a flow to the best of them.
    fn up(targets: Vec<Target>) -> Self {
        let mut t = Self::new(1);
        t.event(Event::Wanted);
        t.found(targets);
        t.dialled();
        t.event(Event::Connected);
        t
    }

    fn event(&mut self, event: Event) {
        self.out.extend(self.edges.handle(self.now, event));
    }

    #[track_caller]
    fn found(&mut self, targets: Vec<Target>) {
        assert!(matches!(self.out[..], [Command::Find]), "{:?}", self.out);
        self.out.clear();
        self.event(Event::Found(targets));
    }

    /// The last byte of the address that is dialled, and how long it may take.
    #[track_caller]
    fn dialled(&mut self) -> (u8, Duration) {
        match self.out[..] {
            [Command::Dial(dial) | Command::Prepare(dial)] => {
                self.out.clear();
                (host(dial.edge), dial.patience)
            }
            _ => panic!("{:?}", self.out),
        }
    }

    fn refused(&mut self) {
        let address = "192.0.2.1:443".into();
        self.event(Event::Failed(FlowError::Refused { address }));
    }

    fn current(&self) -> u8 {
        host(self.edges.current().unwrap())
    }

    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.edges.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            let before = self.out.len();
            self.event(Event::Timeout);
            assert!(self.out.len() > before, "a time-out without a cause");
        }
        self.now = until;
    }
}

fn host(edge: Edge) -> u8 {
    match edge.address.ip() {
        std::net::IpAddr::V4(ip) => ip.octets()[3],
        std::net::IpAddr::V6(_) => 0,
    }
}

#[test]
fn the_next_is_tried_at_once_and_every_one_before_giving_up() {
    let mut t = Bench::new(1);
    t.event(Event::Wanted);
    t.found(vec![
        target(1, 0, 0, &[3]),
        target(0, 20, 0, &[2]),
        target(0, 10, 0, &[1, 9]),
    ]);
    assert_eq!(t.dialled(), (1, NEXT));
    t.refused();
    assert_eq!(t.dialled(), (9, NEXT));
    t.event(Event::Failed(FlowError::NoSipSubprotocol));
    assert_eq!(t.dialled(), (2, NEXT));
    t.refused();
    assert_eq!(t.dialled(), (3, Duration::from_secs(6)));
    t.refused();
    // Told is what the one said that got furthest.
    assert!(matches!(
        t.out[..],
        [Command::GiveUp(FlowError::NoSipSubprotocol)]
    ));
    t.out.clear();
    // All rest: names are looked up again, and the one that rests least is first.
    assert!(!t.edges.has_other(t.now));
    t.event(Event::Wanted);
    t.found(vec![target(0, 0, 0, &[1])]);
    assert_eq!(t.dialled(), (1, Duration::from_secs(6)));
}

#[test]
fn a_dead_flow_leads_to_the_next_without_asking_for_names() {
    let mut t = Bench::up(two());
    assert_eq!(t.current(), 1);
    assert!(t.edges.has_other(t.now));
    t.event(Event::Unfit { after_s: None });
    assert!(t.edges.has_other(t.now));
    t.event(Event::Wanted);
    assert_eq!(t.dialled(), (2, NEXT));
    t.event(Event::Connected);
    assert!(!t.edges.has_other(t.now), "A rests");
    t.event(Event::Unfit { after_s: Some(60) });
    t.event(Event::Wanted);
    t.found(two());
    assert_eq!(t.dialled().0, 1, "it rests less long");
}

#[test]
fn the_way_back_is_prepared_once_the_rest_is_over() {
    let mut t = Bench::up(two());
    t.event(Event::Unfit { after_s: None });
    t.event(Event::Wanted);
    t.dialled();
    t.event(Event::Connected);
    t.wait(14 * SECOND);
    assert!(t.out.is_empty());
    t.wait(16 * SECOND);
    assert_eq!(t.dialled(), (1, NEXT));
    assert_eq!(t.edges.poll_timeout(), None, "one at a time");
    // Not back yet: twice as long.
    t.event(Event::NotPrepared);
    t.wait(29 * SECOND);
    assert!(t.out.is_empty());
    t.wait(31 * SECOND);
    t.dialled();
    t.event(Event::Prepared);
    assert!(matches!(t.out[..], [Command::Switch]));
    assert_eq!(t.current(), 1);
    assert_eq!(t.edges.poll_timeout(), None, "there is no better one");
}

#[test]
fn nobody_moves_while_a_call_stands() {
    let mut t = Bench::up(two());
    t.event(Event::Unfit { after_s: None });
    t.event(Event::Wanted);
    t.dialled();
    t.event(Event::Connected);
    t.edges.set_busy(true);
    t.wait(Duration::from_secs(3600));
    assert!(t.out.is_empty());
    t.edges.set_busy(false);
    t.wait(SECOND);
    t.dialled();
    // Somebody calls while the better edge is being dialled.
    t.edges.set_busy(true);
    t.event(Event::Prepared);
    assert!(matches!(t.out[..], [Command::Discard]));
    assert_eq!(t.current(), 2);
    t.out.clear();
    t.edges.set_busy(false);
    t.wait(10 * SECOND);
    assert_eq!(t.dialled().0, 1);
    // What was prepared is void where the flow breaks meanwhile.
    t.event(Event::Unfit { after_s: None });
    t.event(Event::Wanted);
    assert_eq!(t.dialled().0, 1);
    t.event(Event::Prepared);
    assert!(matches!(t.out[..], [Command::Discard]));
}

#[test]
fn a_server_that_says_for_how_long_is_left_alone_that_long() {
    let mut t = Bench::up(two());
    t.event(Event::Unfit { after_s: Some(120) });
    t.event(Event::Wanted);
    t.dialled();
    t.event(Event::Connected);
    t.wait(119 * SECOND);
    assert!(t.out.is_empty());
    t.wait(SECOND);
    assert_eq!(t.dialled().0, 1);
}

#[test]
fn equals_share_by_weight_and_are_no_reason_to_move() {
    let mut first = [0_u32; 4];
    for seed in 0..400 {
        let mut t = Bench::new(seed);
        t.event(Event::Wanted);
        t.found(vec![
            target(0, 5, 30, &[1]),
            target(0, 5, 10, &[2]),
            target(0, 5, 0, &[3]),
        ]);
        let mut order = vec![t.dialled().0];
        first[usize::from(order[0])] += 1;
        for _ in 0..2 {
            t.refused();
            order.push(t.dialled().0);
        }
        order.sort_unstable();
        assert_eq!(order, [1, 2, 3]);
        t.event(Event::Connected);
        assert_eq!(t.edges.poll_timeout(), None);
    }
    assert!((240..=350).contains(&first[1]), "{first:?}");
    assert!(first[3] < 30, "{first:?}");
}

#[test]
fn of_two_versions_of_ip_one_edge_does_not_become_two() {
    let v6 = SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], 443));
    let mut one = target(0, 0, 0, &[1]);
    one.addresses.push(v6);
    for (targets, several) in [
        (vec![one], false),
        (vec![target(0, 0, 0, &[1, 2])], true),
        (two(), true),
    ] {
        let mut t = Bench::new(1);
        t.event(Event::Wanted);
        t.found(targets);
        assert!(
            matches!(t.out[..], [Command::Dial(dial)] if dial.several == several),
            "{:?}",
            t.out
        );
    }
}

#[test]
fn a_new_network_is_a_new_beginning() {
    let mut t = Bench::up(two());
    t.event(Event::Unfit { after_s: None });
    t.event(Event::NetworkChanged);
    t.event(Event::Wanted);
    assert!(matches!(t.out[..], [Command::Find]));
    t.out.clear();
    // No name server there: what was known will do.
    let host = "sbc.example.com".into();
    t.event(Event::NotFound(FlowError::Dns { host }));
    assert_eq!(t.dialled().0, 1);
}

#[test]
fn without_any_address_it_is_said() {
    let mut t = Bench::new(1);
    t.event(Event::Wanted);
    t.out.clear();
    let host = "sbc.example.com".into();
    t.event(Event::NotFound(FlowError::Dns { host }));
    assert!(matches!(
        t.out[..],
        [Command::GiveUp(FlowError::Dns { .. })]
    ));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Wanted,
    Answer(bool),
    Unfit(Option<u32>),
    Prepared(bool),
    Busy(bool),
    NetworkChanged,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Wanted),
        any::<bool>().prop_map(Step::Answer),
        any::<bool>().prop_map(Step::Answer),
        proptest::option::of(0..1000_u32).prop_map(Step::Unfit),
        any::<bool>().prop_map(Step::Prepared),
        any::<bool>().prop_map(Step::Busy),
        Just(Step::NetworkChanged),
        (0..100_000_u64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 0..80)
}

fn servers() -> Vec<Target> {
    vec![
        target(0, 1, 1, &[1, 2]),
        target(0, 2, 0, &[3]),
        target(1, 0, 0, &[4]),
    ]
}

proptest! {
    #[test]
    fn no_edge_is_left_out_and_the_best_is_found_again(steps in steps(), seed: u64) {
        let mut t = Bench::new(seed);
        let (mut dialling, mut preparing, mut busy) = (None::<Edge>, false, false);
        let mut round: Vec<Edge> = Vec::new();
        for step in steps {
            let (mut unfit, rests): (Option<Edge>, Vec<Edge>) =
                (None, t.edges.rests.keys().filter(|e| t.edges.rests_at(t.now, e)).copied().collect());
            match step {
                Step::Wanted => {
                    (dialling, preparing) = (None, false);
                    t.event(Event::Wanted);
                }
                Step::Answer(_) if dialling.is_none() => continue,
                Step::Answer(true) => {
                    prop_assert_eq!(t.edges.current(), None);
                    t.event(Event::Connected);
                    prop_assert_eq!(t.edges.current(), dialling.take());
                }
                Step::Answer(false) => {
                    dialling = None;
                    t.refused();
                }
                Step::Unfit(after_s) => {
                    unfit = t.edges.current();
                    (dialling, preparing) = (None, false);
                    t.event(Event::Unfit { after_s });
                }
                Step::Prepared(_) if !preparing => continue,
                Step::Prepared(up) => {
                    preparing = false;
                    t.event(if up { Event::Prepared } else { Event::NotPrepared });
                }
                Step::Busy(is) => {
                    busy = is;
                    t.edges.set_busy(is);
                }
                Step::NetworkChanged => t.event(Event::NetworkChanged),
                Step::Wait(ms) => t.wait(Duration::from_millis(ms)),
            }
            if let Some(edge) = unfit {
                prop_assert!(t.edges.rests_at(t.now, &edge));
            }
            let mut out = std::mem::take(&mut t.out);
            if matches!(out[..], [Command::Find]) {
                t.event(Event::Found(servers()));
                out = std::mem::take(&mut t.out);
            }
            for command in out {
                match command {
                    Command::Find => prop_assert!(false, "asked twice"),
                    Command::Dial(dial) => {
                        if !matches!(step, Step::Answer(false)) {
                            round.clear();
                        }
                        prop_assert!(!round.contains(&dial.edge), "twice in one round");
                        // Those that rest wait for those that do not.
                        if rests.contains(&dial.edge) && matches!(step, Step::Answer(false)) {
                            let fresh = t.edges.known.iter().any(|(_, e)| !round.contains(e) && !rests.contains(e));
                            prop_assert!(!fresh);
                        }
                        round.push(dial.edge);
                        dialling = Some(dial.edge);
                    }
                    Command::GiveUp(_) => prop_assert_eq!(round.len(), 4, "somebody was left out"),
                    Command::Prepare(dial) => {
                        prop_assert!(!busy && !preparing && dialling.is_none());
                        let better = t.edges.better_than(t.edges.current().unwrap()).any(|e| *e == dial.edge);
                        prop_assert!(better);
                        preparing = true;
                    }
                    Command::Switch => prop_assert!(!busy && t.edges.current().is_some()),
                    Command::Discard => {}
                }
            }
        }
        // Everything works again, and nobody is on the telephone: back at the best.
        t.edges.set_busy(false);
        t.event(Event::Wanted);
        if matches!(t.out[..], [Command::Find]) {
            t.out.clear();
            t.event(Event::Found(servers()));
        }
        t.out.clear();
        t.event(Event::Connected);
        while let Some(at) = t.edges.poll_timeout() {
            t.now = t.now.max(at);
            t.event(Event::Timeout);
            t.event(Event::Prepared);
            t.out.clear();
        }
        let best = t.edges.known.iter().map(|(level, _)| *level).min();
        let current = t.edges.current();
        let level = t.edges.known.iter().find(|(_, e)| Some(*e) == current).map(|(level, _)| *level);
        prop_assert_eq!(level, best);
    }
}
