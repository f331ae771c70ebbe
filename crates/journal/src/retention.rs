use std::time::Duration;

/// How long calls that are over are kept, and how many.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retention {
    /// Older ones are forgotten.
    pub age: Duration,
    /// Of more than so many, the oldest are forgotten.
    pub calls: usize,
}

impl Retention {
    /// What both allow: where several say, nobody's limit is passed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            age: self.age.min(other.age),
            calls: self.calls.min(other.calls),
        }
    }

    /// When the oldest call began that is still kept, Unix milliseconds.
    pub(crate) fn oldest_ms(self, now_ms: u64) -> u64 {
        let age = u64::try_from(self.age.as_millis()).unwrap_or(u64::MAX);
        now_ms.saturating_sub(age)
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            age: Duration::from_secs(90 * 24 * 60 * 60),
            calls: 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_the_stricter_limits_hold() {
        let short = Retention {
            age: Duration::from_secs(60),
            calls: 5000,
        };
        let both = short.and(Retention::default());
        assert_eq!((both.age, both.calls), (Duration::from_secs(60), 1000));
        assert_eq!(both.oldest_ms(61_000), 1_000);
        assert_eq!(Retention::default().oldest_ms(5), 0);
    }
}
