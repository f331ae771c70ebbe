//! `Replaces` (RFC 3891): the dialog that a new call is to take the place of; and `Target-Dialog` (RFC 4538).

use std::fmt;
use std::str::FromStr;

use crate::headers;

/// The value of a `Replaces` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaces {
    pub(crate) call_id: String,
    /// The tag of the party that gets the header.
    pub(crate) to_tag: String,
    /// The tag of the party that is replaced.
    pub(crate) from_tag: String,
    /// Only a call that is not answered yet may be replaced.
    pub(crate) early_only: bool,
}

/// What a `Replaces` header should be and is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a Replaces header names no dialog")]
pub(crate) struct MalformedReplaces;

impl Replaces {
    /// The header's value as part of a URI: `sip:bob@example.com?Replaces=…` (RFC 3261 §19.1.1).
    pub(crate) fn escaped(&self) -> String {
        let mut escaped = String::new();
        for b in self.to_string().bytes() {
            if b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b) {
                escaped.push(char::from(b));
            } else {
                escaped.push_str(&format!("%{b:02X}"));
            }
        }
        escaped
    }
}

impl FromStr for Replaces {
    type Err = MalformedReplaces;

    fn from_str(value: &str) -> Result<Self, MalformedReplaces> {
        let (call_id, to_tag, from_tag) = dialog(value, "to-tag", "from-tag")?;
        let early_only = headers::params(value)
            .iter()
            .any(|(n, _)| n.eq_ignore_ascii_case("early-only"));
        Ok(Self {
            call_id,
            to_tag,
            from_tag,
            early_only,
        })
    }
}

/// The value of a `Target-Dialog` header (RFC 4538): a dialog that its sender knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetDialog {
    pub(crate) call_id: String,
    /// Of the party that gets the header, as the RFC has it.
    pub(crate) local_tag: String,
    pub(crate) remote_tag: String,
}

impl FromStr for TargetDialog {
    type Err = MalformedReplaces;

    fn from_str(value: &str) -> Result<Self, MalformedReplaces> {
        let (call_id, local_tag, remote_tag) = dialog(value, "local-tag", "remote-tag")?;
        Ok(Self {
            call_id,
            local_tag,
            remote_tag,
        })
    }
}

/// `Call-ID;one=…;other=…`, in whatever order.
fn dialog(
    value: &str,
    one: &str,
    other: &str,
) -> Result<(String, String, String), MalformedReplaces> {
    let (call_id, rest) = value.split_once(';').ok_or(MalformedReplaces)?;
    let params = headers::params(rest);
    // Each tag once, and not empty.
    let tag = |name: &str| {
        let mut values = params
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_deref().unwrap_or_default());
        match (values.next(), values.next()) {
            (Some(tag), None) if headers::is_token(tag) => Ok(tag.to_owned()),
            _ => Err(MalformedReplaces),
        }
    };
    let call_id = call_id.trim();
    let nonsense = |c: char| c.is_whitespace() || c.is_control() || c == ',';
    if call_id.is_empty() || call_id.contains(nonsense) {
        return Err(MalformedReplaces);
    }
    Ok((call_id.to_owned(), tag(one)?, tag(other)?))
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            call_id,
            to_tag,
            from_tag,
            early_only,
        } = self;
        write!(f, "{call_id};to-tag={to_tag};from-tag={from_tag}")?;
        f.write_str(if *early_only { ";early-only" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_is_read_and_written() {
        let text = "98732@sip.example.com ;from-tag=r33th4x0r; to-tag=ff87ff";
        let replaces: Replaces = text.parse().unwrap();
        assert_eq!(
            replaces.to_string(),
            "98732@sip.example.com;to-tag=ff87ff;from-tag=r33th4x0r"
        );
        assert!(!replaces.early_only);
        let early: Replaces = "12;Early-Only;to-tag=1;from-tag=2;x=y".parse().unwrap();
        assert_eq!(early.to_string(), "12;to-tag=1;from-tag=2;early-only");
    }

    #[test]
    fn what_names_no_dialog_is_malformed() {
        for text in [
            "",
            "12",
            "12;to-tag=1",
            "12;from-tag=1",
            "12;to-tag=;from-tag=1",
            "12;to-tag=1;to-tag=2;from-tag=3",
            ";to-tag=1;from-tag=2",
            "1 2;to-tag=1;from-tag=2",
            "12;to-tag=a b;from-tag=2",
            "12;to-tag=1;from-tag=2\r\nX: y",
            "12;to-tag=1;from-tag=2, 34;to-tag=1;from-tag=2",
        ] {
            assert_eq!(text.parse::<Replaces>(), Err(MalformedReplaces), "{text}");
        }
    }

    #[test]
    fn in_a_uri_nothing_of_it_means_anything() {
        let replaces = Replaces {
            call_id: "a?b&c@[::1]:5/%41+ü".into(),
            to_tag: "t+1".into(),
            from_tag: "f%2".into(),
            early_only: false,
        };
        assert_eq!(
            replaces.escaped(),
            "a%3Fb%26c%40%5B%3A%3A1%5D%3A5%2F%2541%2B%C3%BC%3Bto-tag%3Dt%2B1%3Bfrom-tag%3Df%252"
        );
        assert_eq!(
            headers::percent_decode(&replaces.escaped()),
            replaces.to_string()
        );
    }
}
