use std::fmt;

/// Who is at the other end. Its `Debug` form shows nobody, so that it cannot
/// reach a log by accident.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Party {
    /// The name the other end goes by, if known.
    pub name: Option<String>,
    /// The address to dial: a SIP URI or a number.
    pub address: String,
}

impl Party {
    /// Somebody of whom only the address is known.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            name: None,
            address: address.into(),
        }
    }
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Party(‹pii›)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nobody() {
        let party = Party {
            name: Some("Ada Example".into()),
            address: "sip:+15550100@example.org".into(),
        };
        assert_eq!(format!("{party:?}"), "Party(‹pii›)");
    }
}
