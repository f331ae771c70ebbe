//! How late packets come, and hence how long to hold them.

/// Delays within which the buffer's aim stays, in µs.
const LEAST: i64 = 10_000;
const MOST: i64 = 400_000;

/// Share of packets that must come in time, in thousandths.
const IN_TIME: usize = 970;
/// The same for the packet that repairs a lost one.
const REPAIR_IN_TIME: usize = 900;

/// Packets remembered: some 5 s at 20 ms.
const REMEMBERED: usize = 256;

/// How long the fastest packet is remembered, at least, in µs.
const BASE_WINDOW: i64 = 4_000_000;

/// What an underrun that stands alone adds to the least aim, at most, in µs. One that follows
/// another this soon is no accident: what was missing is added to the aim, or to a delay of which
/// more would be a burden.
const UNDERRUN_STEP: i64 = 4_000;
const UNDERRUN_AGAIN: i64 = 6_000_000;
const BURDEN: i64 = 100_000;
/// How far underruns lift the aim over what the packets say, at most, and what is taken back per
/// second once there was none for a while, in µs.
const UNDERRUN_MOST: i64 = 60_000;
const UNDERRUN_DECAY: i64 = 2_000;

/// What is added when waiting for repair, in µs: as much as the delay may lie below its aim.
const REPAIR_SPARE: i64 = 6_000;
/// Packets without error correction after which none is expected any more.
const REPAIR_BELIEVED: u32 = 100;

/// Share of lost packets above which waiting for repair pays, in thousandths.
const LOSS_WORTH_REPAIR: u64 = 10;

/// Learns from arrivals. Times are µs on the caller's clock; transit is arrival minus RTP time, so
/// only its differences mean anything.
#[derive(Debug)]
pub(super) struct DelayEstimator {
    transits: [i64; REMEMBERED],
    count: usize,
    next: usize,
    /// The smallest transit of the current window and of the one before.
    base: Option<[i64; 2]>,
    window_start: i64,
    /// The least aim, as underruns have taught it.
    floor: i64,
    underran_at: Option<i64>,
    floor_sank_at: i64,
    target: i64,
    /// Received and lost packets, both fading, times 1000.
    received: u64,
    lost: u64,
    /// Length of a packet in µs if the next one can repair it, and for how many packets more that
    /// is believed: pauses in speech are not protected, but they end.
    repair: i64,
    repair_believed: u32,
    /// How far behind what carries it a spare lies, in µs, and for how many packets more it is believed
    /// that they come.
    spare: i64,
    spare_believed: u32,
}

impl DelayEstimator {
    pub(super) fn new() -> Self {
        Self {
            transits: [0; REMEMBERED],
            count: 0,
            next: 0,
            base: None,
            window_start: 0,
            floor: 0,
            underran_at: None,
            floor_sank_at: 0,
            target: 2 * LEAST,
            received: 0,
            lost: 0,
            repair: 0,
            repair_believed: 0,
            spare: 0,
            spare_believed: 0,
        }
    }

    /// Forgets the clock relation, after a pause or a new stream, but not what underruns taught.
    pub(super) fn restart(&mut self) {
        self.count = 0;
        self.next = 0;
        self.base = None;
    }

    /// Takes note of an arrival.
    pub(super) fn arrived(&mut self, now: i64, transit: i64) {
        self.transits[self.next] = transit;
        self.next = (self.next + 1) % REMEMBERED;
        self.count = (self.count + 1).min(REMEMBERED);
        match &mut self.base {
            None => {
                self.base = Some([transit; 2]);
                self.window_start = now;
            }
            Some([current, before]) => {
                if now - self.window_start > BASE_WINDOW {
                    *before = *current;
                    *current = transit;
                    self.window_start = now;
                }
                *current = (*current).min(transit);
            }
        }
        if self.has_underrun_lately(now) {
            self.floor_sank_at = now;
        }
        let seconds = (now - self.floor_sank_at) / 1_000_000;
        if seconds > 0 {
            self.floor = (self.floor - seconds * UNDERRUN_DECAY).max(0);
            self.floor_sank_at = now;
        }
        self.received = self.received * 255 / 256 + 1_000;
        self.lost = self.lost * 255 / 256;
        self.aim();
    }

    /// Takes note of packets that never came in time.
    pub(super) fn missed(&mut self, packets: u64) {
        self.lost += packets.min(8) * 1_000;
    }

    /// Takes note of a packet that came `late` µs after it was needed, though in order.
    pub(super) fn underran(&mut self, now: i64, late: i64) {
        self.floor = if self.has_underrun_lately(now) {
            self.target.min(BURDEN) + late.clamp(0, UNDERRUN_MOST)
        } else {
            self.floor.max(LEAST) + late.clamp(0, UNDERRUN_STEP)
        };
        self.underran_at = Some(now);
        self.aim();
    }

    fn has_underrun_lately(&self, now: i64) -> bool {
        self.underran_at.is_some_and(|at| now - at < UNDERRUN_AGAIN)
    }

    /// Takes note of a packet that is played, and of its length in µs if it could have repaired
    /// the one before it.
    pub(super) fn plays(&mut self, repairs: Option<i64>) {
        match repairs {
            Some(length) => {
                self.repair = length;
                self.repair_believed = REPAIR_BELIEVED;
            }
            None if self.repair_believed > 0 => self.repair_believed -= 1,
            None => self.repair = 0,
        }
        match self.spare_believed.checked_sub(1) {
            Some(left) => self.spare_believed = left,
            None => self.spare = 0,
        }
    }

    /// Takes note that packets carry along what was sent this much before them, in µs.
    pub(super) fn carries_spares(&mut self, behind: i64) {
        self.spare = behind;
        self.spare_believed = REPAIR_BELIEVED;
    }

    /// The delay to aim for, in µs over the fastest packet's.
    pub(super) fn target(&self) -> i64 {
        self.target
    }

    /// Transit of the fastest recent packet.
    pub(super) fn base(&self) -> Option<i64> {
        self.base.map(|[current, before]| current.min(before))
    }

    fn aim(&mut self) {
        let Some(base) = self.base() else { return };
        let mut sorted = self.transits;
        let sorted = &mut sorted[..self.count];
        let mut late = |thousandths: usize| {
            let rank = (sorted.len() * thousandths / 1_000).min(sorted.len() - 1);
            (*sorted.select_nth_unstable(rank).1 - base).max(0)
        };
        let mut wanted = late(IN_TIME);
        let repair = self.repair.max(self.spare);
        if repair > 0 && self.lost * 1_000 > self.received * LOSS_WORTH_REPAIR {
            wanted = wanted.max(late(REPAIR_IN_TIME) + repair + REPAIR_SPARE);
        }
        self.floor = self.floor.min(wanted + UNDERRUN_MOST);
        self.target = wanted.max(self.floor).clamp(LEAST, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(estimator: &mut DelayEstimator, from: i64, jitter: impl Fn(i64) -> i64) {
        for n in from..from + 400 {
            let now = n * 20_000 + jitter(n);
            estimator.arrived(now, now - n * 20_000);
        }
    }

    #[test]
    fn a_steady_network_gets_the_least_delay() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |_| 35_000);
        assert_eq!(estimator.target(), LEAST);
        assert_eq!(estimator.base(), Some(35_000));
    }

    #[test]
    fn jitter_raises_the_aim_and_calm_lowers_it() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |n| (n * 7_919) % 50_000);
        let high = estimator.target();
        assert!((40_000..=50_000).contains(&high), "{high}");
        feed(&mut estimator, 400, |_| 0);
        assert_eq!(estimator.target(), LEAST);
    }

    #[test]
    fn loss_makes_room_for_repair_only_if_repair_is_there() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |_| 0);
        estimator.missed(8);
        feed(&mut estimator, 400, |_| 0);
        let mut with_repair = DelayEstimator::new();
        with_repair.plays(Some(20_000));
        for n in 0..400 {
            with_repair.arrived(n * 20_000, 0);
            if n % 20 == 0 {
                with_repair.missed(1);
            }
        }
        assert_eq!(estimator.target(), LEAST);
        assert!(with_repair.target() > 20_000);
    }

    #[test]
    fn a_route_that_became_longer_is_accepted_after_a_while() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |_| 0);
        feed(&mut estimator, 400, |_| 80_000);
        feed(&mut estimator, 800, |_| 80_000);
        assert_eq!(estimator.base(), Some(80_000));
        assert_eq!(estimator.target(), LEAST);
    }

    #[test]
    fn an_underrun_that_comes_again_is_learnt_from_and_then_forgotten() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |_| 0);
        estimator.underran(8_000_000, 30_000);
        assert_eq!(estimator.target(), LEAST + UNDERRUN_STEP);
        estimator.underran(9_000_000, 26_000);
        assert_eq!(estimator.target(), LEAST + UNDERRUN_STEP + 26_000);
        feed(&mut estimator, 450, |_| 0);
        assert!(estimator.target() > LEAST);
        feed(&mut estimator, 850, |_| 0);
        feed(&mut estimator, 1_250, |_| 0);
        assert_eq!(estimator.target(), LEAST);
    }

    #[test]
    fn the_aim_never_leaves_its_bounds() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |n| (n % 3) * 2_000_000);
        assert_eq!(estimator.target(), MOST);
        for _ in 0..1_000 {
            estimator.underran(0, i64::MAX);
        }
        assert_eq!(estimator.target(), MOST);
    }
}
