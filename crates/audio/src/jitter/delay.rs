//! How late packets come, and hence how long to hold them.

/// Delays within which the buffer's aim stays, in µs.
const LEAST: i64 = 6_000;
const MOST: i64 = 400_000;

/// Delays are counted in steps of so many µs; the last step holds all that are longer.
const STEP: i64 = 2_000;
const STEPS: usize = (MOST / STEP) as usize + 1;

/// What is added to the delay found: as much as the delay may lie below its aim, less half a step.
const SPARE: i64 = 2_000;

/// Packets remembered, on average: some 10 s at 20 ms.
const REMEMBERED: f32 = 512.0;
/// How much weight the first packets have together, so that one of them is not taken for half of all.
const DOUBT: f32 = 24.0;

/// What it is worth to have one more packet of a hundred in time, in ms of delay: by the E-model (ITU-T
/// G.107) a lost percent costs Opus and G.711 about 4 points, and a ms of delay 0.024.
const WORTH: f32 = 100.0;
/// From here on it costs about five times as much: with what the network and the devices take, people
/// begin to speak into each other's words (177 ms in the E-model). In µs.
const BURDEN: i64 = 110_000;
const BURDENED: i64 = 5;

/// Over this time at least, nothing is held for longer than the slowest packet took, in µs; and what is
/// granted beyond it.
const CALM: i64 = 4_000_000;
const CALM_SPARE: i64 = 4_000;

/// Over this time lateness says whether an underrun comes of late packets: all that a burst brings.
const LATELY: i64 = 500_000;

/// How long the fastest packet is remembered, at least, in µs.
const BASE_WINDOW: i64 = 4_000_000;

/// What an underrun that stands alone adds to the least aim, at most, in µs. One that follows
/// another this soon is no accident: what was missing is added to the aim. What was learnt is kept for as
/// long, and twice as long, up to the most, each time it was forgotten too soon.
const UNDERRUN_STEP: i64 = 4_000;
const UNDERRUN_AGAIN: i64 = 6_000_000;
const UNDERRUN_AGAIN_MOST: i64 = 60_000_000;
/// How far underruns lift the aim over what the packets say, at most, and what is taken back per
/// second once there was none for a while, in µs.
const UNDERRUN_MOST: i64 = 60_000;
const UNDERRUN_DECAY: i64 = 2_000;

/// What is added when waiting for repair, in µs: as much as the delay may lie below its aim.
const REPAIR_SPARE: i64 = 6_000;
/// Packets without error correction after which none is expected any more.
const REPAIR_BELIEVED: u32 = 100;

/// Share of lost packets above which waiting for repair pays.
const LOSS_WORTH_REPAIR: f32 = 0.01;

/// Learns from arrivals. Times are µs on the caller's clock; transit is arrival minus RTP time, so
/// only its differences mean anything.
#[derive(Debug)]
pub(super) struct DelayEstimator {
    /// Share of packets by how much later than the fastest they came.
    shares: Box<[f32; STEPS]>,
    /// Packets counted, up to those remembered.
    weight: f32,
    /// The smallest transit of the current window and of the one before.
    base: Option<[i64; 2]>,
    window_start: i64,
    /// The largest delay of the current window and of those before.
    slowest: [i64; 3],
    calm_start: i64,
    /// How late packets have just been, and when they were.
    lately: i64,
    lately_at: i64,
    /// The least aim, as underruns have taught it, and how high it was.
    floor: i64,
    taught: i64,
    underran_at: Option<i64>,
    /// How long what they have taught is kept.
    hold: i64,
    floor_sank_at: i64,
    target: i64,
    /// Share of packets that were not there in time.
    lost: f32,
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
            shares: Box::new([0.0; STEPS]),
            weight: 0.0,
            base: None,
            window_start: 0,
            slowest: [0; 3],
            calm_start: 0,
            lately: 0,
            lately_at: 0,
            floor: 0,
            taught: 0,
            underran_at: None,
            hold: UNDERRUN_AGAIN,
            floor_sank_at: 0,
            target: 20_000,
            lost: 0.0,
            repair: 0,
            repair_believed: 0,
            spare: 0,
            spare_believed: 0,
        }
    }

    /// Forgets the clock relation, after a pause or a new stream, but not how the network was.
    pub(super) fn restart(&mut self) {
        self.base = None;
        self.weight = self.weight.min(DOUBT);
    }

    /// Takes note of an arrival.
    pub(super) fn arrived(&mut self, now: i64, transit: i64) {
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
        let late = transit - self.base().unwrap_or(transit);
        self.count(late);
        if late >= self.lately || now - self.lately_at > LATELY {
            (self.lately, self.lately_at) = (late, now);
        }
        if now - self.calm_start > CALM {
            self.slowest.rotate_right(1);
            self.slowest[0] = late;
            self.calm_start = now;
        }
        self.slowest[0] = self.slowest[0].max(late);
        if self.has_underrun_lately(now) {
            self.floor_sank_at = now;
        }
        let seconds = (now - self.floor_sank_at) / 1_000_000;
        if seconds > 0 {
            self.floor = (self.floor - seconds * UNDERRUN_DECAY).max(0);
            self.floor_sank_at = now;
        }
        self.lost *= 1.0 - 1.0 / 256.0;
        self.aim();
    }

    /// Takes note of packets that never came in time.
    pub(super) fn missed(&mut self, packets: u64) {
        for _ in 0..packets.min(8) {
            self.lost += (1.0 - self.lost) / 256.0;
        }
    }

    /// Takes note that a packet that was missed has come after all: it is no loss, and how late it was the
    /// arrivals say.
    pub(super) fn came_late(&mut self) {
        self.lost = (self.lost - (1.0 - self.lost) / 256.0).max(0.0);
    }

    /// Takes note of a packet that came `late` µs after it was needed, though in order. If it was not
    /// late by what arrivals say, sound is taken in another rhythm than they: that is learnt here.
    pub(super) fn underran(&mut self, now: i64, late: i64) {
        if self.lately > self.target {
            return;
        }
        let since = self.underran_at.map_or(i64::MAX, |at| now - at);
        if since < self.hold {
            self.floor = self.target.min(BURDEN) + late.clamp(0, UNDERRUN_MOST);
        } else {
            if since / 4 < self.hold {
                self.hold = (2 * self.hold).min(UNDERRUN_AGAIN_MOST);
            } else {
                (self.hold, self.taught) = (UNDERRUN_AGAIN, 0);
            }
            let before = self.floor.max(self.taught).max(LEAST);
            self.floor = before + late.clamp(0, UNDERRUN_STEP);
        }
        self.taught = self.floor;
        self.underran_at = Some(now);
        self.aim();
    }

    fn has_underrun_lately(&self, now: i64) -> bool {
        self.underran_at.is_some_and(|at| now - at < self.hold)
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

    /// Whether a packet that is not there so many µs after the fastest would have been is lost, more likely
    /// than late.
    pub(super) fn is_lost(&self, late: i64) -> bool {
        let step = usize::try_from(late / STEP).unwrap_or(0).min(STEPS);
        let later: f32 = self.shares[step..].iter().sum();
        (1.0 - self.lost) * later <= self.lost
    }

    fn count(&mut self, late: i64) {
        self.weight = (self.weight + 1.0).min(REMEMBERED);
        let share = 1.0 / (self.weight + DOUBT).min(REMEMBERED);
        for old in self.shares.iter_mut() {
            *old *= 1.0 - share;
        }
        let step = usize::try_from(late / STEP).unwrap_or(0).min(STEPS - 1);
        self.shares[step] += share;
    }

    /// Finds the delay from which on more of it would cost more than the packets it brings in time.
    fn aim(&mut self) {
        let repair = if self.lost > LOSS_WORTH_REPAIR {
            self.repair.max(self.spare)
        } else {
            0
        };
        let ahead = usize::try_from((repair + REPAIR_SPARE / 2) / STEP).unwrap_or(0);
        // What share comes later than each step.
        let mut later = [0.0; STEPS];
        for step in (1..STEPS).rev() {
            later[step - 1] = later[step] + self.shares[step];
        }
        let cost = |step: usize| {
            let unrepaired = match (repair > 0, step.checked_sub(ahead)) {
                (true, Some(then)) => self.lost * later[then],
                (true, None) => self.lost,
                (false, _) => 0.0,
            };
            let missing = (1.0 - self.lost) * later[step] + unrepaired;
            let delay = step as i64 * STEP;
            let burden = delay + (BURDENED - 1) * (delay - BURDEN).max(0);
            burden as f32 / 1_000.0 + 100.0 * WORTH * missing
        };
        let (mut best, mut least) = (0, cost(0));
        for step in 1..STEPS {
            let cost = cost(step);
            if cost < least {
                (best, least) = (step, cost);
            }
        }
        let slowest = self.slowest.into_iter().max().unwrap_or(0);
        let calm = slowest + CALM_SPARE;
        let calm = if repair > 0 {
            calm + repair + REPAIR_SPARE
        } else {
            calm
        };
        let wanted = ((best as i64 + 1) * STEP + SPARE).min(calm);
        self.floor = self.floor.min(wanted + UNDERRUN_MOST);
        self.taught = self.taught.min(wanted + UNDERRUN_MOST);
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
        assert!((40_000..=54_000).contains(&high), "{high}");
        feed(&mut estimator, 400, |_| 0);
        feed(&mut estimator, 800, |_| 0);
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
    fn what_is_later_than_packets_come_is_lost() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |n| (n * 7_919) % 60_000);
        estimator.missed(8);
        assert!(!estimator.is_lost(10_000));
        assert!(estimator.is_lost(62_000));
        // As long as none was, all are late.
        let mut without_loss = DelayEstimator::new();
        feed(&mut without_loss, 0, |n| (n * 7_919) % 60_000);
        assert!(!without_loss.is_lost(56_000));
        assert!(without_loss.is_lost(500_000));
    }

    #[test]
    fn a_route_that_became_longer_is_accepted_after_a_while() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |_| 0);
        feed(&mut estimator, 400, |_| 80_000);
        feed(&mut estimator, 800, |_| 80_000);
        feed(&mut estimator, 1_200, |_| 80_000);
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
    fn what_is_forgotten_too_soon_is_kept_for_longer() {
        let mut estimator = DelayEstimator::new();
        // Sound is taken in such a rhythm that it runs dry whenever less than 30 ms are aimed for.
        let (mut underran, mut now) = (Vec::new(), 0);
        while now < 600_000_000 {
            now += 20_000;
            estimator.arrived(now, 0);
            if estimator.target() < 30_000 {
                estimator.underran(now, 30_000 - estimator.target());
                underran.push(now);
            }
        }
        let late = underran.iter().filter(|at| **at > 120_000_000).count();
        assert!((1..=16).contains(&late), "{late} in 8 min: {underran:?}");
    }

    #[test]
    fn what_comes_rarely_is_not_worth_a_long_delay() {
        let mut estimator = DelayEstimator::new();
        // One packet of 400 is late by 90 ms.
        feed(&mut estimator, 0, |_| 0);
        feed(&mut estimator, 400, |n| if n == 500 { 90_000 } else { 0 });
        let rare = estimator.target();
        assert!(rare <= 20_000, "{rare}");
        feed(
            &mut estimator,
            800,
            |n| if n % 20 == 0 { 90_000 } else { 0 },
        );
        let often = estimator.target();
        assert!((90_000..=96_000).contains(&often), "{often}");
    }

    #[test]
    fn packets_sent_again_are_waited_for_if_there_are_many() {
        let mut estimator = DelayEstimator::new();
        for n in 0..800 {
            let again = if n % 10 == 0 { 40_000 } else { 0 };
            estimator.arrived(n * 20_000 + again, again);
        }
        let target = estimator.target();
        assert!((40_000..=46_000).contains(&target), "{target}");
    }

    #[test]
    fn the_aim_never_leaves_its_bounds() {
        let mut estimator = DelayEstimator::new();
        feed(&mut estimator, 0, |n| (n % 3) * 150_000);
        assert!((300_000..=MOST).contains(&estimator.target()));
        // What comes later than anything can be held is not waited for.
        feed(&mut estimator, 400, |n| (n % 3) * 2_000_000);
        assert!((LEAST..=MOST).contains(&estimator.target()));
        for _ in 0..1_000 {
            estimator.underran(0, i64::MAX);
            assert!((LEAST..=MOST).contains(&estimator.target()));
        }
    }
}
