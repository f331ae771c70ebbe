//! When which customer calls. Pure; all chance comes from a seed.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::scenario::Pace;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The agent can be called now, or no longer.
    Reachable(bool),
    /// This customer's call is over, however it went.
    Ended(usize),
    /// Time has passed.
    Timeout,
}

/// Let this customer call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call(pub(crate) usize);

/// The plan of a shift.
#[derive(Debug)]
pub(crate) struct Shift {
    pace: Pace,
    customers: usize,
    rng: StdRng,
    reachable: bool,
    /// Customers who have called, from the first on.
    called: usize,
    up: BTreeSet<usize>,
    next: Option<Instant>,
    /// The first call has its own time.
    begun: bool,
}

impl Shift {
    pub(crate) fn new(pace: Pace, customers: usize, seed: u64) -> Self {
        Self {
            pace,
            customers,
            rng: StdRng::seed_from_u64(seed),
            reachable: false,
            called: 0,
            up: BTreeSet::new(),
            next: None,
            begun: false,
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Call> {
        match event {
            Event::Reachable(reachable) => {
                self.reachable = reachable;
                if reachable && !self.begun {
                    self.begun = true;
                    self.next = Some(now + self.pace.first_call);
                }
            }
            Event::Ended(customer) => {
                self.up.remove(&customer);
                if self.up.is_empty() {
                    self.next = Some(now + self.draw(self.pace.next_call.clone()));
                }
            }
            Event::Timeout => {}
        }
        // Nobody calls an agent who is not there; they do as soon as the agent is back.
        let due = self.reachable && self.next.is_some_and(|at| now >= at);
        let Some(customer) = due.then(|| self.choose()).flatten() else {
            return Vec::new();
        };
        self.up.insert(customer);
        let second = self.up.len() == 1 && self.rng.random_bool(self.pace.second_call);
        self.next = second.then(|| now + self.draw(SECOND));
        vec![Call(customer)]
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.next.filter(|_| self.reachable)
    }

    fn choose(&mut self) -> Option<usize> {
        self.next = None;
        if self.called < self.customers {
            self.called += 1;
            return Some(self.called - 1);
        }
        let free: Vec<usize> = (0..self.customers)
            .filter(|n| !self.up.contains(n))
            .collect();
        if !self.pace.repeat || free.is_empty() {
            return None;
        }
        Some(free[self.rng.random_range(0..free.len())])
    }

    fn draw(&mut self, range: RangeInclusive<Duration>) -> Duration {
        let (least, most) = (range.start().as_secs_f64(), range.end().as_secs_f64());
        Duration::from_secs_f64(self.rng.random_range(least..=most))
    }
}

/// How long after the first call the second one comes.
const SECOND: RangeInclusive<Duration> = Duration::from_secs(15)..=Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pace(second_call: f64, repeat: bool) -> Pace {
        Pace {
            first_call: Duration::from_secs(10),
            next_call: Duration::from_secs(8)..=Duration::from_secs(20),
            second_call,
            repeat,
        }
    }

    /// Who calls, and when: each call is over after 60 s.
    fn day(seed: u64, second_call: f64, repeat: bool) -> Vec<(u64, usize)> {
        let start = Instant::now();
        let mut shift = Shift::new(pace(second_call, repeat), 3, seed);
        let mut calls = Vec::new();
        let mut ends: Vec<(Instant, usize)> = Vec::new();
        let mut take = |now: Instant, got: Vec<Call>, ends: &mut Vec<(Instant, usize)>| {
            for Call(customer) in got {
                calls.push(((now - start).as_millis() as u64, customer));
                ends.push((now + Duration::from_secs(60), customer));
            }
        };
        take(
            start,
            shift.handle(start, Event::Reachable(true)),
            &mut ends,
        );
        for _ in 0..40 {
            ends.sort();
            let end = ends.first().copied();
            let due = shift.poll_timeout();
            match (due, end) {
                (Some(due), end) if end.is_none_or(|(at, _)| due <= at) => {
                    take(due, shift.handle(due, Event::Timeout), &mut ends)
                }
                (_, Some((at, customer))) => {
                    ends.remove(0);
                    take(at, shift.handle(at, Event::Ended(customer)), &mut ends);
                }
                (_, None) => break,
            }
        }
        calls
    }

    #[test]
    fn customers_call_in_order_and_then_by_chance_that_a_seed_repeats() {
        let calls = day(7, 0.0, true);
        assert_eq!(calls[0], (10_000, 0));
        assert_eq!(
            calls
                .iter()
                .map(|(_, who)| *who)
                .take(3)
                .collect::<Vec<_>>(),
            [0, 1, 2]
        );
        for pair in calls.windows(2) {
            let pause = pair[1].0 - pair[0].0 - 60_000;
            assert!((8_000..=20_000).contains(&pause), "{pause}");
        }
        assert!(calls.len() > 10);
        assert_eq!(calls, day(7, 0.0, true));
        assert_ne!(calls, day(8, 0.0, true));
    }

    #[test]
    fn without_repeat_the_day_ends() {
        assert_eq!(day(7, 0.0, false).len(), 3);
    }

    #[test]
    fn a_second_customer_may_call_meanwhile_and_never_a_third() {
        let calls = day(7, 1.0, true);
        let second = calls[1].0 - calls[0].0;
        assert!((15_000..=30_000).contains(&second), "{second}");
        for (at, _) in &calls {
            let up = calls
                .iter()
                .filter(|(began, _)| began <= at && at - began < 60_000)
                .count();
            assert!(up <= 2);
        }
    }

    #[test]
    fn nobody_calls_an_agent_who_is_away() {
        let start = Instant::now();
        let at = |s: u64| start + Duration::from_secs(s);
        let mut shift = Shift::new(pace(0.0, true), 2, 1);
        assert_eq!(shift.poll_timeout(), None);
        assert_eq!(shift.handle(start, Event::Reachable(true)), []);
        assert_eq!(shift.handle(at(5), Event::Reachable(false)), []);
        assert_eq!(shift.poll_timeout(), None);
        assert_eq!(shift.handle(at(20), Event::Timeout), []);
        assert_eq!(shift.handle(at(30), Event::Reachable(true)), [Call(0)]);
    }

    proptest! {
        #[test]
        fn nobody_calls_twice_at_once(events in proptest::collection::vec((0_u8..4, 0_usize..3, 0_u64..30), 0..200), seed in any::<u64>()) {
            let mut now = Instant::now();
            let mut shift = Shift::new(pace(0.5, true), 3, seed);
            let mut up = BTreeSet::new();
            for (event, customer, s) in events {
                now += Duration::from_secs(s);
                let event = match event {
                    0 => Event::Reachable(customer > 0),
                    1 if up.remove(&customer) => Event::Ended(customer),
                    _ => Event::Timeout,
                };
                for Call(customer) in shift.handle(now, event) {
                    prop_assert!(up.insert(customer));
                }
                prop_assert!(up.len() <= 2);
            }
        }
    }
}
