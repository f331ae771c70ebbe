//! Devices that failed, and until when each is tried only after all others.

use std::time::{Duration, Instant};

use super::DeviceInfo;
use crate::Refusal;

/// For how long a device is passed over, at first and at most.
const FIRST: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(8);
/// One that has done well for so long since has a clean slate.
const FORGOTTEN: Duration = Duration::from_secs(10);

/// Who failed.
#[derive(Debug, Default)]
pub(super) struct Lapses(Vec<Lapse>);

#[derive(Debug)]
struct Lapse {
    id: String,
    until: Instant,
    wait: Duration,
    why: Option<Refusal>,
}

impl Lapses {
    /// Takes note; says whether it refused for the same reason the last time, however long ago.
    pub(super) fn failed(&mut self, id: &str, now: Instant, why: Option<&Refusal>) -> bool {
        if let Some(lapse) = self.0.iter_mut().find(|lapse| lapse.id == id) {
            let forgotten = now >= lapse.until + FORGOTTEN;
            lapse.wait = if forgotten {
                FIRST
            } else {
                (lapse.wait * 2).min(MOST)
            };
            lapse.until = now + lapse.wait;
            let same = lapse.why.as_ref() == why;
            lapse.why = why.cloned();
            return same;
        }
        self.0.push(Lapse {
            id: id.to_owned(),
            until: now + FIRST,
            wait: FIRST,
            why: why.cloned(),
        });
        false
    }

    /// It no longer refuses.
    pub(super) fn opened(&mut self, id: &str) {
        if let Some(lapse) = self.0.iter_mut().find(|lapse| lapse.id == id) {
            lapse.why = None;
        }
    }

    /// One that was gone in the meantime has been plugged in anew.
    pub(super) fn seen(&mut self, devices: &[DeviceInfo]) {
        self.0
            .retain(|lapse| devices.iter().any(|device| device.id == lapse.id));
    }

    pub(super) fn forgive(&mut self) {
        self.0.clear();
    }

    /// Whether this one is to be passed over now.
    pub(super) fn lasts(&self, id: &str, now: Instant) -> bool {
        self.0
            .iter()
            .any(|lapse| lapse.id == id && now < lapse.until)
    }

    /// When the first of those is to be passed over no more.
    pub(super) fn ends(&self, now: Instant, of: impl Fn(&str) -> bool) -> Option<Instant> {
        let lasting = self.0.iter().filter(|lapse| now < lapse.until);
        lasting
            .filter(|lapse| of(&lapse.id))
            .map(|lapse| lapse.until)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_again_is_passed_over_longer_up_to_a_bound() {
        let mut lapses = Lapses::default();
        let mut now = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..7 {
            lapses.failed("a", now, None);
            let ends = lapses.ends(now, |_| true).expect("it lasts");
            waits.push((ends - now).as_millis());
            now = ends;
            assert!(!lapses.lasts("a", now));
        }
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        lapses.failed("a", now + MOST + FORGOTTEN, None);
        let ends = lapses.ends(now, |_| true).expect("it lasts");
        assert_eq!(ends - now, MOST + FORGOTTEN + FIRST, "long ago");
    }

    #[test]
    fn who_is_plugged_in_anew_has_a_clean_slate() {
        let mut lapses = Lapses::default();
        let now = Instant::now();
        lapses.failed("a", now, Some(&Refusal::InUse));
        assert!(lapses.failed("a", now, Some(&Refusal::InUse)), "the same");
        assert!(!lapses.failed("a", now, Some(&Refusal::NotAllowed)));
        lapses.seen(&[]);
        assert!(!lapses.lasts("a", now));
    }

    #[test]
    fn why_one_refused_is_known_until_that_changes() {
        let mut lapses = Lapses::default();
        let (now, hour) = (Instant::now(), Duration::from_secs(3_600));
        let mut refuses = |hours, why: Refusal| lapses.failed("a", now + hour * hours, Some(&why));
        assert!(!refuses(0, Refusal::InUse));
        assert!(refuses(1, Refusal::InUse));
        assert!(!refuses(2, Refusal::NotAllowed));
        assert!(refuses(3, Refusal::NotAllowed));
        lapses.opened("a");
        assert!(!lapses.failed("a", now + hour * 4, Some(&Refusal::NotAllowed)));
    }
}
