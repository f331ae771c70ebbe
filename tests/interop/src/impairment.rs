//! What a bad network does to sound, packet by packet and from a seed: the same for whoever is measured.

use std::time::Duration;

/// How bad a network is in one direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impairment {
    /// How long a packet is under way, in the middle.
    pub delay: Duration,
    /// Packets take so much longer or shorter at most, each value as likely as any other and each packet
    /// by itself: those that are sent closer together than that overtake each other.
    pub jitter: Duration,
    /// Which packets are lost.
    pub loss: Loss,
    /// What decides: the same seed, the same fates.
    pub seed: u64,
}

/// Which packets are lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// None.
    None,
    /// This share, each packet by itself.
    Random(f64),
    /// This share, always so many in a row.
    Bursts {
        /// Of all packets.
        share: f64,
        /// How many are lost in a row.
        length: u32,
    },
}

/// What a packet carries. Sound has fates of its own, so that the n-th packet of sound is lost or late
/// for every phone, however much else it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// RTP.
    Sound,
    /// What keeps the sound going: RTCP, STUN, DTLS.
    Control,
}

/// The fates of the packets of one direction, in the order in which they are sent.
#[derive(Clone, Debug)]
pub struct Fates {
    impairment: Impairment,
    sound: Stream,
    control: Stream,
}

impl Fates {
    /// From the first packet on.
    pub fn new(impairment: Impairment) -> Fates {
        Fates {
            impairment,
            sound: Stream::new(impairment.seed),
            control: Stream::new(!impairment.seed),
        }
    }

    /// How long the next packet is under way; `None` if it is lost.
    pub fn next(&mut self, carries: Carries) -> Option<Duration> {
        let Impairment {
            delay,
            jitter,
            loss,
            ..
        } = self.impairment;
        let stream = match carries {
            Carries::Sound => &mut self.sound,
            Carries::Control => &mut self.control,
        };
        // Drawn whether it is lost or not: the same delays with any loss.
        let late = jitter.mul_f64(2.0 * stream.delays.share());
        if stream.loses(loss) {
            None
        } else {
            Some((delay + late).saturating_sub(jitter))
        }
    }
}

#[derive(Clone, Debug)]
struct Stream {
    delays: Dice,
    losses: Dice,
    /// How many more are lost of a burst.
    left: u32,
}

impl Stream {
    fn new(seed: u64) -> Stream {
        Stream {
            delays: Dice(seed),
            losses: Dice(seed ^ 0x5bd1_e995_7f4a_7c15),
            left: 0,
        }
    }

    fn loses(&mut self, loss: Loss) -> bool {
        match loss {
            Loss::None => false,
            Loss::Random(share) => self.losses.share() < share,
            Loss::Bursts { share, length } => {
                if self.left == 0 {
                    // A burst of n begins at a packet with the chance q: of 1/q - 1 + n packets in the
                    // mean, n are lost.
                    let length_f = f64::from(length);
                    let begins = share / (share + length_f * (1.0 - share));
                    if self.losses.share() >= begins {
                        return false;
                    }
                    self.left = length;
                }
                self.left -= 1;
                true
            }
        }
    }
}

/// Random numbers (SplitMix64), the same on every machine and in every release.
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    /// From 0, below 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: usize = 200_000;

    fn with(loss: Loss, seed: u64) -> Impairment {
        Impairment {
            delay: Duration::from_millis(40),
            jitter: Duration::from_millis(30),
            loss,
            seed,
        }
    }

    fn sound(impairment: Impairment, count: usize) -> Vec<Option<Duration>> {
        let mut fates = Fates::new(impairment);
        (0..count).map(|_| fates.next(Carries::Sound)).collect()
    }

    fn lost(fates: &[Option<Duration>]) -> f64 {
        fates.iter().filter(|fate| fate.is_none()).count() as f64 / fates.len() as f64
    }

    #[test]
    fn a_seed_decides() {
        let loss = Loss::Random(0.1);
        let once = sound(with(loss, 1), 1000);
        assert_eq!(once, sound(with(loss, 1), 1000));
        assert_ne!(once, sound(with(loss, 2), 1000));
    }

    #[test]
    fn random_loss_has_its_rate_and_no_memory() {
        for rate in [0.05, 0.1, 0.2] {
            let fates = sound(with(Loss::Random(rate), 3), MANY);
            assert!((lost(&fates) - rate).abs() < 0.003, "{}", lost(&fates));
            // After a lost packet the next is lost as often as any.
            let after: Vec<_> = fates
                .windows(2)
                .filter(|pair| pair[0].is_none())
                .map(|pair| pair[1])
                .collect();
            assert!((lost(&after) - rate).abs() < 0.01, "{}", lost(&after));
        }
        assert_eq!(lost(&sound(with(Loss::None, 3), 1000)), 0.0);
    }

    #[test]
    fn bursts_have_their_rate_and_their_length() {
        for share in [0.1, 0.2] {
            let fates = sound(with(Loss::Bursts { share, length: 4 }, 4), MANY);
            assert!((lost(&fates) - share).abs() < 0.005, "{}", lost(&fates));
            let whole = fates.rsplitn(2, Option::is_some).last().unwrap_or_default();
            let bursts: Vec<usize> = whole
                .chunk_by(|a, b| a.is_none() == b.is_none())
                .filter(|run| run[0].is_none())
                .map(<[_]>::len)
                .collect();
            assert!(bursts.iter().all(|length| length % 4 == 0), "{share}");
            // Two bursts may touch, seldom.
            let alone = bursts.iter().filter(|length| **length == 4).count();
            assert!(alone * 10 > bursts.len() * 9, "{alone} of {}", bursts.len());
        }
    }

    #[test]
    fn delays_spread_evenly_about_the_middle() {
        let delays: Vec<f64> = sound(with(Loss::None, 5), MANY)
            .into_iter()
            .flatten()
            .map(|delay| delay.as_secs_f64() * 1000.0)
            .collect();
        assert!(delays.iter().all(|ms| (10.0..=70.0).contains(ms)));
        let mean = delays.iter().sum::<f64>() / delays.len() as f64;
        assert!((mean - 40.0).abs() < 0.2, "{mean}");
        for from in [10.0, 25.0, 40.0, 55.0] {
            let quarter = delays.iter().filter(|ms| (from..from + 15.0).contains(*ms));
            let share = quarter.count() as f64 / delays.len() as f64;
            assert!((share - 0.25).abs() < 0.005, "{share} from {from} ms");
        }
    }

    #[test]
    fn what_else_is_sent_changes_nothing_for_sound() {
        let impairment = with(Loss::Random(0.2), 6);
        let mut fates = Fates::new(impairment);
        let mixed: Vec<_> = (0..1000)
            .map(|n| {
                if n % 7 == 0 {
                    fates.next(Carries::Control);
                }
                fates.next(Carries::Sound)
            })
            .collect();
        assert_eq!(mixed, sound(impairment, 1000));
    }

    #[test]
    fn delays_are_the_same_with_any_loss() {
        let without = sound(with(Loss::None, 7), 1000);
        let lossy = sound(with(Loss::Random(0.2), 7), 1000);
        assert!(
            lossy
                .iter()
                .zip(&without)
                .all(|(a, b)| a.is_none() || a == b)
        );
    }
}
