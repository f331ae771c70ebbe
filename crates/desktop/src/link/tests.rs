use proptest::prelude::*;

use super::*;

fn read(link: &str) -> Result<String, Refused> {
    DialRequest::read(link).map(|request| request.text)
}

#[test]
fn each_scheme_is_known_by_its_name_and_to_the_bundle_of_macos() {
    let bundle = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src-tauri/Info.plist");
    let bundle = std::fs::read_to_string(bundle).expect("a file");
    for scheme in Scheme::ALL {
        let name = scheme.name();
        assert!(Scheme::of(&name.to_uppercase()).is_some(), "{name}");
        assert!(
            bundle.contains(&format!("<string>{name}</string>")),
            "{name}"
        );
    }
}

#[test]
fn honest_links_are_read_as_what_a_person_would_have_typed() {
    for (link, text) in [
        ("tel:+49-30-901820", "+4930901820"),
        ("TEL:+49%2030%20901820", "+4930901820"),
        ("tel://+4930901820/", "+4930901820"),
        ("tel:(030)901.820", "030901820"),
        ("tel:+4930901820;ext=12", "+4930901820;ext=12"),
        ("tel:901820;phone-context=+49-30", "+4930901820"),
        ("tel:7042;phone-context=example.com", "7042"),
        ("tel:112", "112"),
        ("sip:robin@example.com", "sip:robin@example.com"),
        (
            "sips:robin@example.com:5061;transport=tcp",
            "sips:robin@example.com:5061",
        ),
        (
            "sip:+4930901820@example.com;user=phone",
            "sip:+4930901820@example.com",
        ),
        (
            "sip:robin@[2001:db8::1]:5060",
            "sip:robin@[2001:db8::1]:5060",
        ),
        ("sip:3000", "3000"),
        ("callto:+49 30 901820", "+4930901820"),
        ("callto://+4930901820", "+4930901820"),
        ("callto:sip:robin@example.com", "sip:robin@example.com"),
        (
            "callto:robin@example.com:5070",
            "sip:robin@example.com:5070",
        ),
        ("callto:tel:+4930901820", "+4930901820"),
    ] {
        assert_eq!(read(link).as_deref(), Ok(text), "{link}");
    }
}

#[test]
fn what_asks_for_more_than_a_call_is_refused_as_a_whole() {
    for link in [
        "sip:robin@example.com?Subject=hello",
        "sip:robin@example.com?body=hello",
        "sip:robin@example.com?Replaces=1%3Bto-tag%3D2",
        "sip:robin@example.com;method=REFER",
        "sip:robin@example.com;METHOD=MESSAGE",
        "sip:robin@example.com;%6dethod=REFER",
        "sip:robin:secret@example.com",
        "sip:robin;day=tuesday@example.com",
        "tel:+4930901820?body=hello",
        "tel:+4930901820;method=MESSAGE",
        "callto:robin?call",
    ] {
        assert_eq!(read(link), Err(Refused::More), "{link}");
    }
}

#[test]
fn what_is_no_number_and_no_address_is_refused() {
    for (link, why) in [
        ("https://example.com/", Refused::Scheme),
        ("javascript:alert(1)", Refused::Scheme),
        ("file:///etc/passwd", Refused::Scheme),
        ("--profile=/tmp/evil.toml", Refused::Scheme),
        ("+4930901820", Refused::Scheme),
        ("", Refused::Scheme),
        ("tel:", Refused::Nobody),
        ("tel:+", Refused::Nobody),
        ("tel:0800FLOWERS", Refused::Nobody),
        ("tel:+49*21#", Refused::Nobody),
        ("tel:%2549", Refused::Nobody),
        ("tel:49;ext=1;ext=abc", Refused::Nobody),
        ("tel:49\r\nRoute: <sip:evil>", Refused::Characters),
        ("tel:49%0d%0aRoute:", Refused::Characters),
        ("tel:4\u{200b}9", Refused::Characters),
        ("tel:٤٩", Refused::Characters),
        ("tel:49%", Refused::Characters),
        ("tel:49%+1", Refused::Characters),
        ("sip:@example.com", Refused::Nobody),
        ("sip:robin@", Refused::Nobody),
        ("sip:robin@-example.com", Refused::Nobody),
        ("sip:robin@example..com", Refused::Nobody),
        ("sip:robin@example.com:0", Refused::Nobody),
        ("sip:robin@example.com:99999", Refused::Nobody),
        ("sip:robin@example.com:+5060", Refused::Nobody),
        ("sip:robin@[::1", Refused::Nobody),
        ("sip:<robin>@example.com", Refused::Nobody),
        ("sip:robin%40evil.example@example.com", Refused::Nobody),
        ("callto:callto:49", Refused::Nobody),
    ] {
        assert_eq!(read(link), Err(why), "{link}");
    }
    let long = format!("tel:{}", "1".repeat(LONGEST));
    assert_eq!(read(&long), Err(Refused::TooLong));
    assert_eq!(read(&long[..40]), Err(Refused::Nobody));
}

#[test]
fn a_code_and_an_address_are_no_plain_numbers() {
    let plain = |link| DialRequest::read(link).map(|request| request.is_plain_number());
    assert_eq!(plain("tel:+4930901820;ext=3"), Ok(true));
    assert_eq!(plain("tel:*21*0900123456%23"), Ok(false));
    assert_eq!(plain("callto:*72"), Ok(false));
    assert_eq!(plain("sip:robin@example.com"), Ok(false));
}

#[test]
fn what_is_copied_is_a_link_or_a_text_as_it_would_be_typed() {
    let copied = |text| DialRequest::copied(text).map(|request| (request.text, request.plain));
    let typed = |text: &str| Ok((text.to_owned(), false));
    assert_eq!(copied("  030 901820\n"), typed("030 901820"));
    assert_eq!(
        copied("+49\u{a0}30\u{a0}901820"),
        typed("+49\u{a0}30\u{a0}901820")
    );
    // As contacts give it away, and as somebody does who wants it read backwards.
    assert_eq!(
        copied("\u{202a}+49 30 901820\u{202c}"),
        typed("+49 30 901820")
    );
    assert_eq!(copied("030\u{202e}028109"), typed("030028109"));
    assert_eq!(copied("robin@example.com"), typed("robin@example.com"));
    assert_eq!(copied("tel:+4930901820"), typed("+4930901820"));
    let long = "1".repeat(LONGEST + 1);
    for (text, why) in [
        ("", Refused::Nobody),
        ("030\n901820", Refused::Characters),
        ("tel:030\n901820", Refused::Characters),
        ("sip:robin@example.com?Subject=x", Refused::More),
        (long.as_str(), Refused::TooLong),
    ] {
        assert_eq!(copied(text), Err(why), "{text}");
    }
}

#[test]
fn printing_a_request_shows_nobody() {
    let request = DialRequest::read("tel:+4930901820").expect("a link");
    assert_eq!(format!("{request:?}"), "DialRequest ‹pii›");
}

/// What a link could be made of to do harm.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "tel:",
        "sip:",
        "sips:",
        "callto:",
        "//",
        "+",
        "49",
        "*",
        "#",
        "%23",
        "%0a",
        "%25",
        "%",
        ";",
        "=",
        "ext",
        "phone-context",
        "method",
        "@",
        "example.com",
        "?",
        "&",
        "body=",
        "[::1]",
        ":5060",
        " ",
        "\n",
        "\0",
        "é",
        "<",
        "\"",
        "'",
        "\\",
        "..",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Whatever comes through has nothing in it but who is to be called.
fn harmless(link: &str) -> Result<(), TestCaseError> {
    let Ok(request) = DialRequest::read(link) else {
        return Ok(());
    };
    let text = request.text();
    prop_assert!(
        link.len() <= LONGEST && !text.is_empty() && text.len() <= link.len() + 4,
        "{}",
        text
    );
    prop_assert!(
        !text.contains(['%', '?', '<', '>', '"', '\\', ' ', '&']),
        "{}",
        text
    );
    prop_assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);
    let address = text.strip_prefix("sips:").or(text.strip_prefix("sip:"));
    match address {
        Some(address) => {
            prop_assert_eq!(address.matches('@').count(), 1);
            prop_assert!(!address.contains([';', '=']), "{}", text);
            prop_assert!(!request.is_plain_number());
        }
        None => {
            let (digits, extension) = text.split_once(";ext=").unwrap_or((text, "1"));
            let digits = digits.strip_prefix('+').unwrap_or(digits);
            prop_assert!(
                digits
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b"*#".contains(&b))
            );
            prop_assert!(extension.bytes().all(|b| b.is_ascii_digit()));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_text_comes_through_with_anything_else(link: String) {
        harmless(&link)?;
    }

    #[test]
    fn no_bytes_behind_a_scheme_do(
        scheme in prop::sample::select(vec!["tel:", "sip:", "sips:", "callto:"]),
        bytes: Vec<u8>,
    ) {
        harmless(&format!("{scheme}{}", String::from_utf8_lossy(&bytes)))?;
    }

    #[test]
    fn no_pieces_of_links_do(link in pieces()) {
        harmless(&link)?;
    }

    #[test]
    fn what_was_read_is_read_as_the_same_again(link in pieces()) {
        if let Ok(request) = DialRequest::read(&link) {
            let text = request.text();
            let link = match text.starts_with("sip") {
                true => text.to_owned(),
                false => format!("tel:{}", text.replace('#', "%23")),
            };
            let again = DialRequest::read(&link);
            prop_assert_eq!(again.as_ref().map(DialRequest::text), Ok(text));
        }
    }
}
