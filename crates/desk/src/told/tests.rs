use std::time::UNIX_EPOCH;

use proptest::prelude::*;

use super::*;

/// 25 November 2026, 10:00:00 UTC.
fn ten() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_600_800)
}

fn invite(headers: &[(&str, &str)]) -> Invite {
    Invite {
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        ..Invite::default()
    }
}

fn facts(name: &str, value: &str) -> Vec<String> {
    told(&invite(&[(name, value)]), ten())
        .facts
        .iter()
        .map(|fact| format!("{}: {}", fact.label, fact.value))
        .collect()
}

fn waited_s(name: &str, value: &str) -> Option<u64> {
    let told = told(&invite(&[(name, value)]), ten());
    assert_eq!(
        told.waited.is_none(),
        !told.facts.is_empty(),
        "a wait or a fact"
    );
    told.waited.map(|waited| waited.as_secs())
}

#[test]
fn the_wait_is_read_in_every_way_it_is_written() {
    for (name, value) in [
        ("X-Queue-Wait", "75"),
        ("x-wait-time", " 75.4 "),
        ("X-Queue-Time", "1:15"),
        ("X-QEHOLDTIME", "75"),
        ("X-Hold-Time", "0:01:15"),
        ("X-Wait-Time", "75 s"),
        ("X-Wait-Time", "1m15s"),
        ("X-Wait-Time", "1 minute, 15 seconds"),
        ("X-Wait", "PT1M15S"),
        ("X-Queue-Wait-Ms", "75000"),
        ("X-Wait-Minutes", "1.25"),
        ("X-Waiting-Since", "2026-11-25T09:58:45Z"),
        ("X-Waiting-Since", "2026-11-25 10:58:45.000+01:00"),
        ("X-Waiting-Since", "1795600725"),
        ("X-queue_join_time", "1795600725000"),
        ("X-cc_queue_joined_epoch", "1795600725"),
        ("X-Queue-Time", "1795600725000000"),
        ("User-to-User", "queue_wait=75;encoding=ascii"),
        ("User-to-User", "\"{\\\"waitTime\\\":75}\";encoding=ascii"),
    ] {
        assert_eq!(waited_s(name, value), Some(75), "{name}: {value}");
    }
}

#[test]
fn what_is_no_wait_stays_a_fact() {
    for (name, value) in [
        ("X-Estimated-Wait-Time", "300"),
        ("X-Max-Wait-Time", "300"),
        ("X-Waiter", "Ada"),
        ("X-Wait-Time", "long"),
        ("X-Wait-Time", "1:2:3:4"),
        ("X-Wait-Time", "9999999"),
        ("X-Waiting-Since", "10:00"),
        ("X-Waiting-Since", "2026-11-25T11:00:00Z"),
        ("X-Waiting-Since", "2026-13-45T11:00:00Z"),
        ("X-Waiting-Since", "2026-11-25T09:58:45"),
        ("X-Queue-Join-Time", "1"),
    ] {
        assert_eq!(waited_s(name, value), None, "{name}: {value}");
    }
}

#[test]
fn headers_are_labelled_for_people_and_those_for_machines_left_out() {
    assert_eq!(
        facts("X-Customer-Number", "C-77"),
        ["Customer number: C-77"]
    );
    assert_eq!(facts("x-customerId", "77"), ["Customer ID: 77"]);
    assert_eq!(
        facts("X-cc_queue", "support@default"),
        ["Queue: support@default"]
    );
    for (name, value) in [
        ("X-Asterisk-HangupCause", "16"),
        ("X-Genesys-CallUUID", "4BOKLLA3VH66JF112M1CC9VHKS14F0KP"),
        ("X-Session", "3f6cbada-ffd6-428d-aa61-ee783ddad25b"),
        ("X-Trace", "0af7651916cd43dd8448eb211c80319c"),
        ("X-", "nothing"),
        ("X-Note", " \r\n "),
        ("Via", "SIP/2.0/WSS x"),
    ] {
        assert!(facts(name, value).is_empty(), "{name}: {value}");
    }
}

#[test]
fn a_queue_is_known_by_its_name_and_not_by_its_figures() {
    let called = |headers: &[(&str, &str)]| queue(&invite(headers), ten());
    assert_eq!(
        called(&[("X-Queue-Position", "3"), ("X-Queue-Name", "Support")]).as_deref(),
        Some("Support")
    );
    assert_eq!(
        called(&[("X-Skill", "Spanish")]).as_deref(),
        Some("Spanish")
    );
    assert_eq!(
        called(&[("User-to-User", "queue=Sales&reason=renewal;encoding=ascii")]).as_deref(),
        Some("Sales")
    );
    assert_eq!(
        called(&[("X-Queue", "3f6cbada-ffd6-428d-aa61-ee783ddad25b")]),
        None
    );
    assert_eq!(called(&[("X-Queue-Wait", "12")]), None);
}

#[test]
fn user_to_user_data_becomes_one_fact_a_key() {
    let expected = ["Customer name: Ada", "Reason: Invoice 4711"];
    let hex = |text: &str| text.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let pairs = "customer_name=Ada;reason=Invoice 4711";
    for value in [
        hex(pairs),
        format!("{};encoding=hex", hex(pairs)),
        format!("04{};encoding=hex;purpose=isdn-uui", hex(pairs)),
        format!("{};encoding=hex;pd=04", hex(pairs)),
        format!(
            "00C8{:02X}{}FA080019001038F725B3;encoding=hex",
            pairs.len(),
            hex(pairs)
        ),
        format!("{pairs};encoding=ascii"),
        format!("\"{pairs}\";encoding=ascii"),
        format!(
            "{};encoding=ascii",
            pairs.replace('=', "%3D").replace(';', "%3B")
        ),
        "Y3VzdG9tZXJfbmFtZT1BZGE7cmVhc29uPUludm9pY2UgNDcxMQ==;encoding=base64".to_owned(),
        "Y3VzdG9tZXJfbmFtZT1BZGE7cmVhc29uPUludm9pY2UgNDcxMQ".to_owned(),
        hex("Customer name: Ada\nReason: Invoice 4711\n"),
        hex("customerName=Ada&reason=Invoice 4711"),
        "customerName=Ada,reason=Invoice 4711".to_owned(),
        "{\"customer\":{\"name\":\"Ada\"},\"reason\":\"Invoice 4711\",\"x\":null}".to_owned(),
    ] {
        assert_eq!(facts("User-to-User", &value), expected, "{value}");
    }
}

#[test]
fn user_to_user_data_without_keys_is_shown_as_text_if_it_is_some() {
    for (value, shown) in [
        ("5469636b65742034;encoding=hex", "Data: Ticket 4"),
        ("045469636b6574", "Data: Ticket"),
        ("\"plain\";encoding=ascii", "Data: plain"),
        ("abc", "Data: abc"),
        ("4711", "Data: 4711"),
        (
            "https://crm.example/?id=5&x=1;encoding=ascii",
            "Data: https://crm.example/?id=5&x=1",
        ),
        ("\"note: hello, world\"", "Note: hello, world"),
        ("{\"tags\":[\"gold\",2],\"vip\":true}", "Tags: gold, 2"),
    ] {
        assert_eq!(facts("User-to-User", value)[0], shown, "{value}");
    }
    for machines in [
        "fffe;encoding=hex",
        "00FA080019001038F725B3;encoding=hex",
        "",
        ";encoding=hex",
    ] {
        assert!(facts("User-to-User", machines).is_empty(), "{machines}");
    }
}

#[test]
fn a_subject_is_told_from_other_facts() {
    let kinds = |name| told(&invite(&[(name, "renewal")]), ten()).facts[0].kind;
    assert_eq!(kinds("X-Topic"), FactKind::Subject);
    assert_eq!(kinds("X-Call-Reason"), FactKind::Subject);
    assert_eq!(kinds("X-Transfer-Reason"), FactKind::Other);
}

#[test]
fn hostile_data_stays_small() {
    assert_eq!(
        line(&format!("a\u{7}b{}", "x".repeat(500))).chars().count(),
        LONGEST
    );
    assert!(facts("User-to-User", &"61".repeat(100_000)).is_empty());
    let many: String = (0..500).map(|n| format!("k{n}=v;")).collect();
    assert!(facts("User-to-User", &format!("{many}encoding=ascii")).len() <= MOST_FACTS);
    let deep = "{\"a\":".repeat(600) + "1" + &"}".repeat(600);
    assert!(facts("User-to-User", &deep).len() <= 1);
    let long = format!("X-{}", "n".repeat(5_000));
    assert!(facts(&long, "v")[0].len() < 100);
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_panic_or_fill_the_card(
        name in prop_oneof![
            Just("User-to-User".to_owned()),
            Just("X-Waiting-Since".to_owned()),
            Just("X-Wait-Time".to_owned()),
            "X-.{0,60}",
            ".{0,10}",
        ],
        value in prop_oneof![
            ".{0,200}",
            "[0-9a-fA-F]{0,200}(;encoding=[a-z0-9]{0,6})?",
            "[0-9:.TPZHMS+-]{0,30}",
            "[a-z=;&,:{}\"\\\\% ]{0,80}",
        ],
    ) {
        let told = told(&invite(&[(&name, &value)]), ten());
        prop_assert!(told.facts.len() <= MOST_FACTS);
        for fact in &told.facts {
            prop_assert!(fact.value.chars().count() <= LONGEST && !fact.label.is_empty());
            prop_assert!(!fact.value.chars().any(char::is_control));
        }
        if let Some(waited) = told.waited {
            prop_assert!(waited <= Duration::from_secs(24 * 60 * 60));
        }
    }
}
