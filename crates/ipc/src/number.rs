use serde::Serialize;
use warmline_desk::number::{Kind, Number};

/// What a text in the call box means, read while it is being typed.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiNumber {
    /// What kind of thing it is.
    pub kind: UiNumberKind,
    /// What would be dialled; empty if it cannot be.
    pub to: String,
    /// The same as people write it: `+49 30 901820`.
    pub shown: String,
    /// Where a number of the telephone network belongs, by ISO 3166-1: `DE`; `001` for nowhere in particular.
    pub region: Option<String>,
}

/// People are never printed.
impl std::fmt::Debug for UiNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} ‹pii›", self.kind)
    }
}

impl From<Number> for UiNumber {
    fn from(number: Number) -> Self {
        Self {
            kind: match number.kind {
                Kind::Words => UiNumberKind::Nothing,
                Kind::Telephone => UiNumberKind::Telephone,
                Kind::Extension => UiNumberKind::Extension,
                Kind::Address => UiNumberKind::Address,
                Kind::Unfinished => UiNumberKind::Unfinished,
            },
            to: number.to,
            shown: number.shown,
            region: number.region,
        }
    }
}

/// What kind of thing can be dialled.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiNumberKind {
    /// Nothing yet, or words to search for; a single word can be dialled, as a name of our own domain.
    Nothing,
    /// A valid number of the telephone network, dialled in its E.164 form.
    Telephone,
    /// A number of the PBX, dialled as typed.
    Extension,
    /// A SIP address or `user@host`.
    Address,
    /// Begins like a number of the telephone network and is none (yet): dialled as typed.
    Unfinished,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_crosses_with_its_kind_and_its_country() {
        let country = "DE".parse().ok();
        let shown = UiNumber::from(warmline_desk::number::read("030 901820", country));
        assert_eq!(shown.kind, UiNumberKind::Telephone);
        assert_eq!(shown.to, "+4930901820");
        assert_eq!(shown.shown, "+49 30 901820");
        assert_eq!(shown.region.as_deref(), Some("DE"));
        assert_eq!(format!("{shown:?}"), "Telephone ‹pii›");
    }
}
