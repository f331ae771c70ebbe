use warmline_desk::{
    Invite, NameAddr,
    told::{FactKind, Told, line},
};

use crate::{
    party::{Agent, is_withheld, name, short, shown},
    snapshot::{UiDetail, UiDetailKind, UiDetailName as Name, UiDivertedFor},
};

/// What an INVITE says that an agent would want to read before answering, the most telling first;
/// `told` is what its contact centre wrote into it.
pub(crate) fn details(invite: &Invite, told: &Told, agent: &Agent) -> Vec<UiDetail> {
    let mut details = Details::default();
    details.facts(told, FactKind::Queue);
    if let Some(subject) = &invite.subject {
        details.named(Name::About, subject);
    }
    details.facts(told, FactKind::Subject);
    for (by, why) in passed_on_by(invite) {
        if let Some(by) = name(by, agent) {
            details.add(UiDetail {
                why,
                ..named(Name::PassedOnBy, &by)
            });
        }
    }
    if let Some((urgent, says)) = urgency(invite) {
        details.named(urgent, says);
    }
    if short(&invite.to.uri, agent) != agent.user {
        let called = shown(&invite.to.uri, agent);
        let called = match name(&invite.to, agent) {
            Some(name) if name != called => format!("{name}, {called}"),
            _ => called,
        };
        details.named(Name::TheyCalled, &called);
    }
    if let Some(given) = given_number(invite, agent) {
        details.named(Name::TheyGive, &given);
    }
    details.facts(told, FactKind::Other);
    if let Some(organization) = invite.header("Organization") {
        details.named(Name::Organization, organization);
    }
    for value in &invite.call_info {
        if let Some(link) = link(value) {
            details.named(Name::Link, link);
        }
    }
    details.0.truncate(MOST);
    details.0
}

#[derive(Default)]
struct Details(Vec<UiDetail>);

impl Details {
    fn facts(&mut self, told: &Told, kind: FactKind) {
        let shown_as = match kind {
            FactKind::Queue => UiDetailKind::Queue,
            FactKind::Subject => UiDetailKind::Subject,
            FactKind::Other => UiDetailKind::Other,
        };
        for fact in told.facts.iter().filter(|fact| fact.kind == kind) {
            self.add(UiDetail {
                kind: shown_as,
                named: None,
                label: fact.label.clone(),
                value: fact.value.clone(),
                why: None,
            });
        }
    }

    fn named(&mut self, name: Name, value: &str) {
        self.add(named(name, value));
    }

    fn add(&mut self, detail: UiDetail) {
        let value = line(&detail.value);
        // The same queue is often written twice, under two names.
        let known = self.0.iter().any(|known| {
            let same = (known.named, &known.label) == (detail.named, &detail.label);
            let twice = known.kind == detail.kind && detail.kind != UiDetailKind::Other;
            known.value == value && known.why == detail.why && (same || twice)
        });
        if !value.is_empty() && !known {
            self.0.push(UiDetail { value, ..detail });
        }
    }
}

fn named(name: Name, value: &str) -> UiDetail {
    UiDetail {
        kind: match name {
            Name::About => UiDetailKind::Subject,
            Name::PassedOnBy => UiDetailKind::Diverted,
            Name::Urgent
            | Name::Emergency
            | Name::TheyCalled
            | Name::TheyGive
            | Name::Organization
            | Name::Link => UiDetailKind::Other,
        },
        named: Some(name),
        label: String::new(),
        value: value.to_owned(),
        why: None,
    }
}

/// Who sent the call on and why, the last one first. History-Info ends with us, so its last entry is
/// nobody who did.
fn passed_on_by(invite: &Invite) -> Vec<(&NameAddr, Option<UiDivertedFor>)> {
    if !invite.diversion.is_empty() {
        let diversion = invite.diversion.iter();
        return diversion
            .map(|by| (by, by.param("reason").and_then(diversion_reason)))
            .collect();
    }
    let history = invite.history_info.windows(2).rev();
    history
        .map(|entries| (&entries[0], history_cause(&entries[0], &entries[1])))
        .collect()
}

/// RFC 5806 §4.
fn diversion_reason(reason: &str) -> Option<UiDivertedFor> {
    let reasons = [
        ("user-busy", UiDivertedFor::Busy),
        ("no-answer", UiDivertedFor::NoAnswer),
        ("unavailable", UiDivertedFor::NotReachable),
        ("out-of-service", UiDivertedFor::OutOfService),
        ("time-of-day", UiDivertedFor::TimeOfDay),
        ("do-not-disturb", UiDivertedFor::DoNotDisturb),
        ("away", UiDivertedFor::Away),
    ];
    let known = reasons
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(reason));
    known.map(|(_, why)| *why)
}

/// The cause stands in the entry that the call was sent on to (RFC 4458, RFC 7544), or as a Reason in
/// the one that sent it (RFC 7044 §10.2).
fn history_cause(from: &NameAddr, to: &NameAddr) -> Option<UiDivertedFor> {
    let in_target = to.uri.split([';', '?']).find_map(|parameter| {
        let (name, cause) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("cause").then_some(cause)
    });
    let in_reason = || {
        let uri = from.uri.to_ascii_lowercase();
        let (_, reason) = uri.split_once("reason=sip")?;
        let (_, cause) = reason
            .split_once("cause%3d")
            .or(reason.split_once("cause="))?;
        cause.get(..3).map(str::to_owned)
    };
    let cause = in_target.map(str::to_owned).or_else(in_reason)?;
    Some(match cause.as_str() {
        "404" => UiDivertedFor::Unknown,
        "408" => UiDivertedFor::NoAnswer,
        "480" | "503" => UiDivertedFor::NotReachable,
        "486" | "600" => UiDivertedFor::Busy,
        "603" => UiDivertedFor::Declined,
        _ => return None,
    })
}

/// RFC 3261 §20.26; what is normal need not be said.
fn urgency(invite: &Invite) -> Option<(Name, &'static str)> {
    let priority = invite.header("Priority")?.trim();
    [(Name::Emergency, "emergency"), (Name::Urgent, "urgent")]
        .into_iter()
        .find(|(_, says)| says.eq_ignore_ascii_case(priority))
}

/// The number that the caller gives, where the network vouches for another one (RFC 3325).
fn given_number(invite: &Invite, agent: &Agent) -> Option<String> {
    let vouched_for = invite.asserted_identity.first()?;
    let given = shown(&invite.from.uri, agent);
    let new = !given.is_empty()
        && !is_withheld(&invite.from.uri)
        && invite
            .asserted_identity
            .iter()
            .all(|identity| shown(&identity.uri, agent) != given);
    (new && vouched_for.uri != invite.from.uri).then_some(given)
}

/// A page about the caller or the call (RFC 3261 §20.9); not a picture, nor how a phone is to ring.
fn link(value: &str) -> Option<&str> {
    let (_, behind) = value.split_once('<')?;
    let (link, parameters) = behind.split_once('>')?;
    let purpose = parameters
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("purpose="))
        .map(str::trim);
    let page = ["https://", "http://"].iter().any(|scheme| {
        let start = link.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    (page && matches!(purpose, None | Some("info" | "card"))).then_some(link)
}

/// What fits beside a ringing call.
const MOST: usize = 8;

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use warmline_desk::told::told;

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
        details(invite, &told(invite, UNIX_EPOCH), &Agent::example())
            .iter()
            .map(|detail| {
                let UiDetail {
                    named, label, why, ..
                } = detail;
                let name = named.map_or_else(|| label.clone(), |name| format!("{name:?}"));
                let why = why.map(|why| format!(" ({why:?})")).unwrap_or_default();
                format!("{name}: {}{why}", detail.value)
            })
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
                "PassedOnBy: +49 30 555",
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
        assert_eq!(lines(&invite), ["PassedOnBy: +49302", "PassedOnBy: +49301"]);
    }

    #[test]
    fn the_number_that_was_called_is_told_when_it_is_not_ours() {
        let mut invite = invite(&[]);
        invite.to = address("sip:+49800100@contact.example");
        assert_eq!(lines(&invite), ["TheyCalled: +49800100"]);
    }

    #[test]
    fn it_is_said_why_the_call_was_passed_on() {
        let mut by = address("sip:+4930901820@pbx.example");
        by.params = vec![("reason".into(), Some("user-busy".into()))];
        let mut with_diversion = invite(&[]);
        with_diversion.diversion = vec![by];
        assert_eq!(lines(&with_diversion), ["PassedOnBy: +49 30 901820 (Busy)"]);

        let mut with_history = invite(&[]);
        with_history.history_info = vec![
            address("sip:2002@contact.example?Reason=SIP%3Bcause%3D480"),
            address("sip:2003@contact.example"),
            address("sip:2001@contact.example;cause=408"),
        ];
        assert_eq!(
            lines(&with_history),
            [
                "PassedOnBy: 2003 (NoAnswer)",
                "PassedOnBy: 2002 (NotReachable)",
            ]
        );
    }

    #[test]
    fn what_user_to_user_data_says_stands_where_it_belongs() {
        let data = "vip=1;tier=1;queue=Sales;topic=Renewal;encoding=ascii";
        let invite = invite(&[("X-Queue", "Sales"), ("User-to-User", data)]);
        assert_eq!(
            lines(&invite),
            ["Queue: Sales", "Topic: Renewal", "VIP: 1", "Tier: 1"]
        );
    }

    #[test]
    fn a_number_other_than_the_one_vouched_for_is_shown() {
        let mut invite = invite(&[]);
        invite.from = address("sip:+498003569377@pbx.example");
        invite.asserted_identity = vec![address("sip:+4930901820@pbx.example")];
        assert_eq!(lines(&invite), ["TheyGive: +49 800 3569377"]);
        invite.from = address("tel:+49-30-901820");
        assert!(lines(&invite).is_empty(), "the same in another form");
        invite.from = address("sip:anonymous@anonymous.invalid");
        assert!(lines(&invite).is_empty());
    }

    #[test]
    fn urgency_and_pages_are_told_and_what_is_for_phones_is_not() {
        let mut invite = invite(&[("Priority", "urgent"), ("Organization", "Example Ltd")]);
        invite.call_info = vec![
            "<https://crm.example/77>;purpose=info".into(),
            "<https://crm.example/face.png>;purpose=icon".into(),
            "<sip:pbx.example>;answer-after=0".into(),
            "<javascript:alert(1)>".into(),
        ];
        invite.alert_info = vec!["<http://pbx.example/ring.wav>".into()];
        assert_eq!(
            lines(&invite),
            [
                "Urgent: urgent",
                "Organization: Example Ltd",
                "Link: https://crm.example/77",
            ]
        );
        invite.headers = vec![("Priority".into(), "normal".into())];
        invite.call_info.clear();
        assert!(lines(&invite).is_empty());
    }
}
