use std::time::{Duration, Instant};

use crate::ask::Failure;

/// What is good to have of somebody, and of which Graph tells one person's at a time: kept for a day.
#[derive(Debug, Default)]
pub(crate) struct Extra<T> {
    /// The last that was told.
    pub(crate) told: T,
    /// When it is to be asked for again; none if it was not asked for yet.
    again: Option<Instant>,
}

impl<T: Default> Extra<T> {
    /// It is to be asked for.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.again.is_none_or(|at| at <= now)
    }

    pub(crate) fn told(&mut self, now: Instant, told: T) {
        self.told = told;
        self.again = Some(now + DAY);
    }

    pub(crate) fn failed(&mut self, now: Instant, failure: Failure) {
        match failure {
            Failure::NotThere => self.told(now, T::default()),
            // Graph cannot tell it of this one, as of somebody whom SharePoint does not know: the others are
            // not kept waiting.
            Failure::Broken => self.again = Some(now + HOUR),
            // It is nothing about them, and asked for again when the lane opens.
            Failure::SignedOut
            | Failure::NotGranted
            | Failure::Throttled { .. }
            | Failure::Offline => {}
        }
    }
}

const HOUR: Duration = Duration::from_secs(3_600);

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[cfg(test)]
mod tests;
