//! A network that loses, delays, reorders and doubles packets, the same way for the same seed.

/// What a network does to packets. Times are in ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    /// Delay of a packet that nothing befalls.
    pub base: f64,
    /// Deviation of a normal delay, of which the amount is added to each packet by itself: packets
    /// overtake each other.
    pub jitter: f64,
    /// Packets take so much longer or shorter at most, each value as likely as any other: what the relay
    /// of the bench beside other phones does.
    pub spread: f64,
    /// Share of packets lost, 0 to 1.
    pub loss: f64,
    /// Packets lost in a row, on average (Gilbert's model): 1 is independent loss.
    pub burst: f64,
    /// Always so many are lost in a row, in place of a number that varies.
    pub even_bursts: bool,
    /// Everything stands still so often, and then comes at once.
    pub stall_every: Option<f64>,
    /// For how long it stands still.
    pub stall_for: f64,
    /// Share of packets that come later by what overtakes them, 0 to 1, and by how much.
    pub late: f64,
    /// By how much those come later.
    pub late_by: f64,
    /// Share of packets that come twice, 0 to 1.
    pub doubled: f64,
    /// How much faster the receiver's clock runs than the sender's, in millionths.
    pub drift_ppm: f64,
}

impl Default for Network {
    /// 40 ms, and nothing else.
    fn default() -> Self {
        Self {
            base: 40.0,
            jitter: 0.0,
            spread: 0.0,
            loss: 0.0,
            burst: 1.0,
            even_bursts: false,
            stall_every: None,
            stall_for: 0.0,
            late: 0.0,
            late_by: 0.0,
            doubled: 0.0,
            drift_ppm: 0.0,
        }
    }
}

/// A network at work.
#[derive(Clone, Debug)]
pub struct Path {
    network: Network,
    chance: Chance,
    spread: Chance,
    losing: bool,
    /// How many more are lost of a burst of a fixed length.
    left: u32,
    /// When what stood still last may arrive, so that a queue keeps its order.
    queued_until: f64,
}

impl Path {
    /// The network from the start, with its luck.
    pub fn new(network: Network, seed: u64) -> Self {
        Self {
            network,
            chance: Chance::new(seed),
            spread: Chance::new(!seed),
            losing: false,
            left: 0,
            queued_until: 0.0,
        }
    }

    /// When a packet that is sent at `now` arrives: not at all, once or twice.
    pub fn send(&mut self, now: f64) -> [Option<f64>; 2] {
        let network = self.network;
        // As many draws for each packet, so that one change of the conditions changes nothing else.
        let [loss, late, doubled] = [(); 3].map(|()| self.chance.next());
        let jitter = self.chance.normal().abs() * network.jitter;
        let spread = (2.0 * self.spread.next() - 1.0) * network.spread;
        if self.loses(loss) {
            return [None, None];
        }
        let mut arrives = now + network.base + jitter + spread;
        if late < network.late {
            arrives += network.late_by;
        }
        if let Some(every) = network.stall_every {
            let since = arrives % every;
            if arrives > every && since < network.stall_for {
                arrives += network.stall_for - since;
                self.queued_until = self.queued_until.max(arrives);
            }
            // What stood still goes first.
            if arrives <= self.queued_until {
                arrives = self.queued_until + 0.2;
                self.queued_until = arrives;
            }
        }
        let again = (doubled < network.doubled).then_some(arrives + 1.0);
        [Some(arrives), again]
    }

    fn loses(&mut self, chance: f64) -> bool {
        let Network {
            loss,
            burst,
            even_bursts,
            ..
        } = self.network;
        self.losing = if burst <= 1.0 {
            chance < loss
        } else if even_bursts {
            if self.left == 0 && chance < loss / (loss + burst * (1.0 - loss)) {
                self.left = burst as u32;
            }
            let losing = self.left > 0;
            self.left = self.left.saturating_sub(1);
            losing
        } else if self.losing {
            chance >= 1.0 / burst
        } else {
            // So often does a burst begin that the share is right.
            chance < loss / (1.0 - loss) / burst
        };
        self.losing
    }
}

/// Numbers that look random and are the same on every machine (splitmix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 up to 1.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal, mean 0, deviation 1 (Box and Muller's method).
    pub fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.next(), self.next());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loses_as_much_as_was_asked_for_in_bursts_as_long() {
        for (loss, burst, even_bursts) in [
            (0.05, 1.0, false),
            (0.2, 1.0, false),
            (0.1, 4.0, false),
            (0.2, 4.0, false),
            (0.1, 4.0, true),
        ] {
            let network = Network {
                loss,
                burst,
                even_bursts,
                ..Network::default()
            };
            let mut path = Path::new(network, 5);
            let lost: Vec<bool> = (0..100_000)
                .map(|n| path.send(20.0 * f64::from(n))[0].is_none())
                .collect();
            let share = lost.iter().filter(|lost| **lost).count() as f64 / 100_000.0;
            assert!((share - loss).abs() < 0.01, "{share} of {loss}");
            let bursts = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count();
            let mean = share * 100_000.0 / bursts as f64;
            let independent = 1.0 / (1.0 - loss);
            let wanted = if burst > 1.0 { burst } else { independent };
            assert!((mean - wanted).abs() < 0.2, "{mean} in a row for {wanted}");
        }
    }

    #[test]
    fn a_relay_spreads_its_delays_evenly_and_loses_four_in_a_row() {
        let network = Network {
            loss: 0.1,
            burst: 4.0,
            even_bursts: true,
            spread: 30.0,
            ..Network::default()
        };
        let mut path = Path::new(network, 5);
        let (mut late, mut row) = ([0; 6], 0);
        for n in 0..100_000 {
            let sent = 20.0 * f64::from(n);
            match path.send(sent)[0] {
                Some(arrives) => {
                    late[((arrives - sent - 10.0) / 10.0) as usize] += 1;
                    assert_eq!(row % 4, 0, "so many lost in a row");
                    row = 0;
                }
                None => row += 1,
            }
        }
        let evenly = 15_000 - 500..=15_000 + 500;
        assert!(late.iter().all(|count| evenly.contains(count)), "{late:?}");
    }

    #[test]
    fn what_stood_still_comes_in_order() {
        let network = Network {
            stall_every: Some(1_000.0),
            stall_for: 200.0,
            ..Network::default()
        };
        let mut path = Path::new(network, 1);
        let arrivals: Vec<f64> = (0..500)
            .map(|n| path.send(20.0 * f64::from(n))[0].expect("nothing is lost"))
            .collect();
        assert!(arrivals.is_sorted());
        let latest = arrivals
            .iter()
            .zip(0..)
            .map(|(at, n)| at - 20.0 * f64::from(n));
        let latest = latest.fold(0.0, f64::max);
        assert!((220.0..=242.0).contains(&latest), "{latest}");
    }

    #[test]
    fn the_same_seed_is_the_same_network() {
        let network = Network {
            jitter: 30.0,
            loss: 0.1,
            doubled: 0.1,
            ..Network::default()
        };
        let run = |seed| {
            let mut path = Path::new(network, seed);
            (0..100)
                .map(|n| path.send(f64::from(n)))
                .collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }
}
