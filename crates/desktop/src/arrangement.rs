//! What the system does with the phone once it has been asked to, and keeps: the agent asks for it, or policy. The
//! system's own settings may say otherwise at any time, so that it is asked and never remembered.

use std::io;

use warmline_desk::DeskError;

/// Something of that kind.
pub(crate) trait Arrangement {
    /// How the system has it now.
    fn standing(&self) -> Standing;

    /// Asks the system for it, or to leave it.
    fn set(&self, on: bool) -> io::Result<()>;

    /// What the agent is told where the system does not do it, or goes on to.
    fn trouble(on: bool, why: &io::Error) -> DeskError;
}

/// How the system has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Not at all.
    Off,
    /// It knows of it, and lets nobody but the agent choose it, who has chosen something else or nothing yet.
    Offered,
    /// So it does.
    On,
}

/// One arrangement, as the system said last that it stands.
#[derive(Debug)]
pub(crate) struct Arranged<T> {
    with: io::Result<T>,
    standing: Standing,
    /// What policy last said, which is tried once.
    told: Option<bool>,
}

impl<T: Arrangement> Arranged<T> {
    /// With a system, or none that could be asked.
    pub(crate) fn new(with: io::Result<T>) -> Self {
        let mut arranged = Self {
            with,
            standing: Standing::Off,
            told: None,
        };
        arranged.look();
        arranged
    }

    /// How it stands; none where the system has no such thing for a program to ask for.
    pub(crate) fn standing(&self) -> Option<Standing> {
        let never = |error: &io::Error| error.kind() == io::ErrorKind::Unsupported;
        (!self.with.as_ref().is_err_and(never)).then_some(self.standing)
    }

    /// With whom, if the system can be asked.
    pub(crate) fn with(&self) -> Option<&T> {
        self.with.as_ref().ok()
    }

    /// Asks the system how it stands.
    pub(crate) fn look(&mut self) {
        self.standing = self.with().map_or(Standing::Off, T::standing);
    }

    /// Policy says this, or nothing. What the agent is to be told of it.
    pub(crate) fn by_policy(&mut self, says: Option<bool>) -> Option<DeskError> {
        let standing = self.standing()?;
        let on = says.filter(|on| *on != (standing != Standing::Off) && says != self.told)?;
        self.told = says;
        self.set(on)
    }

    /// Sees to it. What the agent is to be told of it.
    pub(crate) fn set(&mut self, on: bool) -> Option<DeskError> {
        let set = match &self.with {
            Ok(with) => with.set(on),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        self.look();
        let done = set.and_then(|()| {
            if (self.standing != Standing::Off) == on {
                Ok(())
            } else {
                Err(io::Error::other("another program keeps it"))
            }
        });
        let error = done.err()?;
        tracing::warn!(%error, on, "the system was asked in vain");
        Some(T::trouble(on, &error))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::trouble;

    /// A system that may not do what it is asked for.
    struct System {
        standing: Cell<Standing>,
        stubborn: bool,
        asked: Cell<u32>,
    }

    impl Arrangement for System {
        fn standing(&self) -> Standing {
            self.standing.get()
        }

        fn set(&self, on: bool) -> io::Result<()> {
            self.asked.set(self.asked.get() + 1);
            if !self.stubborn {
                self.standing
                    .set(if on { Standing::On } else { Standing::Off });
            }
            Ok(())
        }

        fn trouble(on: bool, why: &io::Error) -> DeskError {
            trouble::links(on, why)
        }
    }

    fn with(standing: Standing, stubborn: bool) -> Arranged<System> {
        Arranged::new(Ok(System {
            standing: Cell::new(standing),
            stubborn,
            asked: Cell::new(0),
        }))
    }

    fn asked(arranged: &Arranged<System>) -> u32 {
        arranged.with().map_or(0, |system| system.asked.get())
    }

    #[test]
    fn what_the_system_says_counts_and_not_what_it_was_asked_for() {
        let mut arranged = with(Standing::Off, true);
        let told = arranged.set(true).map(|error| error.message());
        assert!(told.is_some_and(|words| words.contains("another program")));
        assert_eq!(arranged.standing(), Some(Standing::Off));
        let mut arranged = with(Standing::Off, false);
        assert!(arranged.set(true).is_none());
        let system = arranged.with().expect("there is one");
        // Another program has taken it since.
        system.standing.set(Standing::Off);
        arranged.look();
        assert_eq!(arranged.standing(), Some(Standing::Off));
    }

    #[test]
    fn policy_is_tried_once_and_only_where_it_stands_otherwise() {
        let mut arranged = with(Standing::Off, true);
        assert!(arranged.by_policy(None).is_none());
        assert!(arranged.by_policy(Some(false)).is_none());
        assert_eq!(asked(&arranged), 0);
        assert!(arranged.by_policy(Some(true)).is_some());
        assert!(arranged.by_policy(Some(true)).is_none());
        assert_eq!(asked(&arranged), 1);
        // More than to offer it nobody can do.
        let mut arranged = with(Standing::Offered, true);
        assert!(arranged.by_policy(Some(true)).is_none());
        assert_eq!(asked(&arranged), 0);
    }

    #[test]
    fn where_the_system_has_no_such_thing_policy_is_no_trouble() {
        let none: io::Result<System> = Err(io::ErrorKind::Unsupported.into());
        let mut arranged = Arranged::new(none);
        assert_eq!(arranged.standing(), None);
        assert!(arranged.by_policy(Some(true)).is_none());
        assert!(arranged.set(true).is_some());
        let broken: io::Result<System> = Err(io::ErrorKind::NotFound.into());
        let mut arranged = Arranged::new(broken);
        assert_eq!(arranged.standing(), Some(Standing::Off));
        assert!(arranged.by_policy(Some(true)).is_some());
    }
}
