//! Values that must not be read in a log: people ([`Pii`]) and secrets ([`Secret`]).
//!
//! Both print a fixed word instead of their content, so that a `{:?}` anywhere
//! can give nothing away. Reading the value takes a named call.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// Something that names a person: a number, an address, a display name, a message body.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Marks `value` as personal.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for use; not for a log.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Gives the value up.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl From<String> for Pii<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Pii<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹pii›")
    }
}

/// A password or another credential. Not comparable in constant time: only stored and sent.
#[derive(Clone, Default)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Marks `value` as secret.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for use; not for a log.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹secret›")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_people_nor_secrets() {
        let shown = format!(
            "{:?} {:?} {:?}",
            Pii::from("+15551234567"),
            Secret::from("hunter2"),
            Some(Pii::new(vec![1, 2, 3])),
        );
        assert_eq!(shown, "‹pii› ‹secret› Some(‹pii›)");
    }
}
