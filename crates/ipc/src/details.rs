use warmline_desk::{
    Invite, NameAddr,
    told::{is_queue, label, line},
};

use crate::{
    party::{Agent, name, short, shown},
    snapshot::{UiDetail, UiDetailKind},
};

/// What an INVITE says that an agent would want to read before answering, the most telling first.
pub(crate) fn details(invite: &Invite, agent: &Agent) -> Vec<UiDetail> {
    let mut details = Vec::new();
    let mut add = |kind, label: &str, value: &str| {
        let value = line(value);
        if !value.is_empty() && !details.iter().any(|d: &UiDetail| d.value == value) {
            details.push(UiDetail {
                kind,
                label: label.to_owned(),
                value,
            });
        }
    };
    let extensions: Vec<_> = invite
        .headers
        .iter()
        .filter_map(|(header, value)| Some((label(header)?, value)))
        .collect();
    for (label, value) in &extensions {
        if is_queue(label) {
            add(UiDetailKind::Queue, label, value);
        }
    }
    if let Some(subject) = &invite.subject {
        add(UiDetailKind::Subject, "About", subject);
    }
    for by in passed_on_by(invite) {
        if let Some(by) = name(by, agent) {
            add(UiDetailKind::Diverted, "Passed on by", &by);
        }
    }
    if short(&invite.to.uri, agent) != agent.user {
        add(
            UiDetailKind::Other,
            "They called",
            &shown(&invite.to.uri, agent),
        );
    }
    for (label, value) in &extensions {
        if !is_queue(label) {
            add(UiDetailKind::Other, label, value);
        }
    }
    for value in &invite.user_to_user {
        add(UiDetailKind::Other, "Data", &user_to_user(value));
    }
    for value in &invite.call_info {
        let link = value.split(['<', '>']).nth(1).unwrap_or(value);
        add(UiDetailKind::Other, "Link", link);
    }
    details.truncate(MOST);
    details
}

/// Who sent the call on, the last one first. History-Info ends with us, so its last entry says nothing.
fn passed_on_by(invite: &Invite) -> impl Iterator<Item = &NameAddr> {
    let history = &invite.history_info;
    let before_us = history.get(..history.len().saturating_sub(1));
    let history = before_us.unwrap_or_default().iter().rev();
    let history = history.take(if invite.diversion.is_empty() {
        usize::MAX
    } else {
        0
    });
    invite.diversion.iter().chain(history)
}

/// RFC 7433: hexadecimal unless the parameters say otherwise. Shown as text if it is one.
fn user_to_user(value: &str) -> String {
    let mut parts = value.split(';').map(str::trim);
    let data = parts.next().unwrap_or_default().trim_matches('"');
    let hexadecimal = parts.all(|part| {
        part.split_once('=').is_none_or(|(name, encoding)| {
            !name.trim().eq_ignore_ascii_case("encoding")
                || encoding.trim().eq_ignore_ascii_case("hex")
        })
    });
    let bytes = || -> Option<Vec<u8>> {
        let digits = data.as_bytes();
        let pairs = digits.chunks_exact(2);
        (pairs.remainder().is_empty() && !digits.is_empty()).then_some(())?;
        pairs
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
            .collect()
    };
    let text = hexadecimal
        .then(bytes)
        .flatten()
        // The first octet may be a protocol discriminator (ITU-T Q.931 §4.5.30).
        .map(|bytes| bytes.into_iter().skip_while(|b| *b < 0x20).collect())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
    text.unwrap_or_else(|| data.to_owned())
}

/// What fits beside a ringing call.
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> NameAddr {
        NameAddr {
            uri: text.into(),
            ..NameAddr::default()
        }
    }

    fn invite(headers: &[(&str, &str)]) -> Invite {
        Invite {
            to: address("sip:2001@contact.example"),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            ..Invite::default()
        }
    }

    fn lines(invite: &Invite) -> Vec<String> {
        details(invite, &Agent::example())
            .iter()
            .map(|detail| format!("{}: {}", detail.label, detail.value))
            .collect()
    }

    #[test]
    fn queue_and_subject_come_first_and_machines_are_left_out() {
        let mut invite = invite(&[
            ("X-Asterisk-HangupCause", "16"),
            ("X-Customer-Number", "C-77"),
            ("x-queue-name", "Support"),
            ("Via", "SIP/2.0/WSS x"),
        ]);
        invite.subject = Some("Invoice 4711".into());
        invite.diversion = vec![address("sip:+4930555@pbx.example")];
        assert_eq!(
            lines(&invite),
            [
                "Queue name: Support",
                "About: Invoice 4711",
                "Passed on by: +49 30 555",
                "Customer number: C-77",
            ]
        );
    }

    #[test]
    fn history_names_who_passed_the_call_on_but_not_us() {
        let mut invite = invite(&[]);
        invite.history_info = vec![
            address("sip:+49301@pbx.example"),
            address("sip:+49302@pbx.example"),
            address("sip:2001@contact.example"),
        ];
        assert_eq!(
            lines(&invite),
            ["Passed on by: +49302", "Passed on by: +49301"]
        );
    }

    #[test]
    fn the_number_that_was_called_is_told_when_it_is_not_ours() {
        let mut invite = invite(&[]);
        invite.to = address("sip:+49800100@contact.example");
        assert_eq!(lines(&invite), ["They called: +49800100"]);
    }

    #[test]
    fn user_to_user_is_read_as_text_where_it_is_text() {
        for (value, shown) in [
            ("5469636b65742034;encoding=hex", "Ticket 4"),
            ("045469636b6574", "Ticket"),
            ("fffe;encoding=hex", "fffe"),
            ("\"plain\";encoding=ascii", "plain"),
            ("abc", "abc"),
        ] {
            assert_eq!(user_to_user(value), shown);
        }
    }
}
