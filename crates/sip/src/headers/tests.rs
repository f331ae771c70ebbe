use super::*;

#[test]
fn lists_split_outside_quotes_and_brackets_only() {
    let value = r#""Smith, J\"o" <sip:a,b@x>;q=1, <sip:c@y>,, tel:+1"#;
    assert_eq!(
        split(value, b','),
        [r#""Smith, J\"o" <sip:a,b@x>;q=1"#, "<sip:c@y>", "tel:+1"]
    );
    assert!(split("", b',').is_empty());
}

#[test]
fn addresses_are_read_in_every_form() {
    let a = NameAddr::parse(r#""J. \"R\" Smith" <sip:j@example.com;user=phone>;tag=x;a="b;c""#)
        .unwrap();
    assert_eq!(a.display_name.as_deref(), Some(r#"J. "R" Smith"#));
    assert_eq!(a.uri, "sip:j@example.com;user=phone");
    assert_eq!(a.param("TAG"), Some("x"));
    assert_eq!(a.param("a"), Some("b;c"));
    let a = NameAddr::parse("sip:c8oqz84zk7z@privacy.org;tag=hyh8").unwrap();
    assert_eq!(
        (a.uri.as_str(), a.param("tag")),
        ("sip:c8oqz84zk7z@privacy.org", Some("hyh8"))
    );
    let a = NameAddr::parse("Bob Jones<tel:+1555;ext=2>").unwrap();
    assert_eq!(
        (a.display_name.as_deref(), a.user().as_deref()),
        (Some("Bob Jones"), Some("+1555"))
    );
    let a = NameAddr::parse("<sip:1%32;phone-context=x:pw@h>").unwrap();
    assert_eq!(a.user().as_deref(), Some("12"));
}

#[test]
fn broken_addresses_are_refused() {
    for value in [
        "",
        "\"Mr. J <sip:j@x>",
        "<sip:j@x",
        "nobody",
        "<sip:a b@x>",
        "<:x>",
        "<sip:j@x> junk",
        "\"a\" \"b",
    ] {
        assert_eq!(NameAddr::parse(value), None, "{value}");
    }
}

#[test]
fn own_headers_are_checked() {
    assert_eq!(check_own("X-Case", "4711 \"a\""), Ok(()));
    assert_eq!(check_own("Subject", "grüße"), Ok(()));
    assert_eq!(check_own("X-Case", "1\r\nVia: x"), Err(HeaderError::Value));
    assert_eq!(check_own("X-Case", "1\nVia: x"), Err(HeaderError::Value));
    assert_eq!(check_own("X-Case", "1\0"), Err(HeaderError::Value));
    assert_eq!(check_own("X Case", "1"), Err(HeaderError::Name));
    assert_eq!(check_own("X:\r\nVia", "1"), Err(HeaderError::Name));
    assert_eq!(check_own("", "1"), Err(HeaderError::Name));
    for name in ["via", "CONTACT", "m", "Route", "cseq", "Authorization"] {
        assert_eq!(check_own(name, "1"), Err(HeaderError::Owned), "{name}");
    }
}

#[test]
fn quoting_is_undone_by_unquoting() {
    let text = r#"a "b" \c, <d>"#;
    assert_eq!(unquote(&quote(text)), text);
    assert_eq!(quote("a\r\nb"), "\"a  b\"");
}

#[test]
fn numbers_stop_at_what_follows() {
    assert_eq!(number(" 120 (in a meeting)"), Some(120));
    assert_eq!(number("18000;duration=3600"), Some(18000));
    assert_eq!(number("99999999999"), None);
    assert_eq!(number("soon"), None);
}
