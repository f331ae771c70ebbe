//! What an INVITE tells an agent: contact centres write it into headers of their own.

use warmline_sip::Invite;

/// The queue or skill that the caller waited in.
pub fn queue(invite: &Invite) -> Option<String> {
    let named = |(header, value): &(String, String)| {
        let label = label(header)?;
        let value = line(value);
        (is_queue(&label) && !value.is_empty()).then_some(value)
    };
    invite.headers.iter().find_map(named)
}

/// `X-Customer-Number` → `Customer number`; none for headers that machines write for machines.
pub fn label(header: &str) -> Option<String> {
    let (prefix, rest) = header.split_at_checked(2)?;
    if !prefix.eq_ignore_ascii_case("x-") {
        return None;
    }
    let lower = rest.to_ascii_lowercase();
    if MACHINES.iter().any(|machine| lower.starts_with(machine)) {
        return None;
    }
    let words = lower.replace(['-', '_'], " ");
    let mut letters = words.chars();
    let first = letters.next()?;
    Some(first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// Whether a label names a queue.
pub fn is_queue(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    ["queue", "skill"].iter().any(|word| label.contains(word))
}

/// One line, of bounded length.
pub fn line(value: &str) -> String {
    let mut line: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST + 1)
        .collect();
    if line.chars().count() > LONGEST {
        line = line.chars().take(LONGEST - 1).collect::<String>() + "…";
    }
    line.trim().to_owned()
}

/// What session border controllers and PBXs write for each other: beginnings, in lower case.
const MACHINES: [&str; 6] = ["asterisk", "fs-", "ms-", "cid", "auth", "oracle"];

/// Characters of one value.
const LONGEST: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_header_stays_one_short_line() {
        let shown = line(&format!("a\u{7}b{}", "x".repeat(500)));
        assert!(shown.starts_with("a b"));
        assert_eq!(shown.chars().count(), LONGEST);
    }
}
