use proptest::prelude::*;

use super::*;

fn country(code: &str) -> Option<Country> {
    (!code.is_empty()).then(|| code.parse().expect("a country"))
}

/// Kind, what is dialled and what is shown.
fn reading(text: &str, code: &str) -> (Kind, String, String) {
    let Number {
        kind, to, shown, ..
    } = read(text, country(code));
    (kind, to, shown)
}

#[track_caller]
fn is(text: &str, code: &str, kind: Kind, to: &str, shown: &str) {
    assert_eq!(
        reading(text, code),
        (kind, to.to_owned(), shown.to_owned()),
        "{text:?} in {code:?}"
    );
}

#[test]
fn a_number_of_the_telephone_network_is_dialled_in_its_e164_form() {
    for (text, code, to, shown) in [
        ("030 901820", "DE", "+4930901820", "+49 30 901820"),
        (" 030/90 18-20 ", "DE", "+4930901820", "+49 30 901820"),
        ("+49 (0)30 901820", "", "+4930901820", "+49 30 901820"),
        ("(+49) 30 901820", "US", "+4930901820", "+49 30 901820"),
        ("0049 30 901820", "DE", "+4930901820", "+49 30 901820"),
        ("011 49 30 901820", "US", "+4930901820", "+49 30 901820"),
        ("(650) 253-0000", "US", "+16502530000", "+1 650-253-0000"),
        ("1 650 253 0000", "US", "+16502530000", "+1 650-253-0000"),
        ("020 8366 1177", "GB", "+442083661177", "+44 20 8366 1177"),
        ("06 6981 2345", "IT", "+390669812345", "+39 06 6981 2345"),
        ("98765 43210", "IN", "+919876543210", "+91 98765 43210"),
        ("1300 975 707", "AU", "+611300975707", "+61 1300 975 707"),
        ("+800 1234 5678", "", "+80012345678", "+800 1234 5678"),
        (
            "\u{202a}+49\u{a0}30\u{2011}901820\u{202c}",
            "",
            "+4930901820",
            "+49 30 901820",
        ),
        (
            "＋４９ ３０ ９０１８２０",
            "",
            "+4930901820",
            "+49 30 901820",
        ),
    ] {
        is(text, code, Kind::Telephone, to, shown);
    }
    assert_eq!(read("+49 30 901820", None).region.as_deref(), Some("DE"));
    assert_eq!(read("+1 416 555 1234", None).region.as_deref(), Some("CA"));
}

#[test]
fn a_tel_uri_is_read_as_its_number() {
    is(
        "tel:+49-30-901820",
        "",
        Kind::Telephone,
        "+4930901820",
        "+49 30 901820",
    );
    is(
        "TEL:%2B49%2030%20901820",
        "",
        Kind::Telephone,
        "+4930901820",
        "+49 30 901820",
    );
    is(
        "tel:30901820;phone-context=+49",
        "US",
        Kind::Telephone,
        "+4930901820",
        "+49 30 901820",
    );
    is(
        "tel:2001;phone-context=pbx.example",
        "DE",
        Kind::Extension,
        "2001",
        "2001",
    );
    is(
        "tel:+4930901820;ext=12",
        "",
        Kind::Telephone,
        "+4930901820",
        "+49 30 901820 ext. 12",
    );
    is("tel:sales", "DE", Kind::Words, "", "tel:sales");
}

#[test]
fn an_extension_behind_a_number_is_shown_and_left_to_the_keypad() {
    for text in [
        "030 901820 ext. 12",
        "030 901820x12",
        "+49 30 901820;ext=12",
        "030 901820, extension 12",
    ] {
        is(
            text,
            "DE",
            Kind::Telephone,
            "+4930901820",
            "+49 30 901820 ext. 12",
        );
    }
}

#[test]
fn numbers_and_codes_of_the_pbx_are_dialled_as_typed() {
    for code in ["", "DE", "US", "NU"] {
        for text in [
            "2001",
            "7",
            "600",
            "201234",
            "*97",
            "*21*2002#",
            "#31#+4930901820",
        ] {
            is(text, code, Kind::Extension, text, text);
        }
    }
    is("20 01", "DE", Kind::Extension, "2001", "2001");
}

#[test]
fn an_emergency_number_is_never_rewritten() {
    for region in PHONE_NUMBER_UTIL.get_supported_regions() {
        let country = region.as_region_str().parse::<Country>().ok();
        for number in [
            "112", "110", "911", "999", "000", "111", "113", "115", "117", "118", "119", "122",
            "190", "192", "193", "995", "10111", "116117", "116123", "118118",
        ] {
            assert_eq!(read(number, country).to, number, "in {region}");
        }
    }
}

#[test]
fn what_is_not_a_whole_number_is_dialled_as_typed() {
    for (text, code, to) in [
        // Without a country nobody can tell.
        ("030 901820", "", "030901820"),
        ("0049 30 901820", "", "004930901820"),
        // Berlin's without its prefix may be a number of the PBX; so may one that begins with 49.
        ("30 901820", "DE", "30901820"),
        ("49 30 901820", "DE", "4930901820"),
        ("+49", "DE", "+49"),
        ("+15550177123", "", "+15550177123"),
        ("030", "DE", "030"),
        ("2001001", "DE", "2001001"),
    ] {
        is(text, code, Kind::Unfinished, to, to);
    }
}

#[test]
fn addresses_stay_as_they_are() {
    is(
        "sip:+4930901820@sbc.example;user=phone",
        "DE",
        Kind::Address,
        "sip:+4930901820@sbc.example;user=phone",
        "+4930901820@sbc.example;user=phone",
    );
    is(
        "mina@contact.example",
        "",
        Kind::Address,
        "mina@contact.example",
        "mina@contact.example",
    );
    is(
        "SIPS:pbx.example",
        "",
        Kind::Address,
        "SIPS:pbx.example",
        "pbx.example",
    );
    for text in [
        "mina@",
        "@contact.example",
        "sip:",
        "Mina <mina@contact.example>",
        "a b@c",
    ] {
        is(text, "", Kind::Words, "", text);
    }
}

#[test]
fn letters_are_a_number_only_where_such_numbers_are_given_out() {
    is(
        "0800 FLOWERS",
        "DE",
        Kind::Telephone,
        "+498003569377",
        "+49 800 3569377",
    );
    is(
        "1-800-FLOWERS",
        "US",
        Kind::Telephone,
        "+18003569377",
        "+1 800-356-9377",
    );
    is(
        "+1 800 flowers",
        "",
        Kind::Telephone,
        "+18003569377",
        "+1 800-356-9377",
    );
    // Somebody's number and name.
    is("030 901820 anna", "DE", Kind::Words, "", "030 901820 anna");
    is("0800 FLOWERS", "", Kind::Words, "", "0800 FLOWERS");
}

#[test]
fn words_are_a_name_of_our_own_domain_or_nothing_to_dial() {
    is("mina", "DE", Kind::Words, "mina", "mina");
    is("conf-7", "DE", Kind::Words, "conf-7", "conf-7");
    for text in ["anna meier", "+", "a\u{7}b", "12+34", "()", "call me: 12"] {
        is(text, "DE", Kind::Words, "", text);
    }
    is("  ", "DE", Kind::Words, "", "");
    assert_eq!(read(&"1".repeat(300), None).to, "");
}

#[test]
fn printing_a_number_shows_nobody() {
    assert_eq!(
        format!("{:?}", read("+49 30 901820", None)),
        "Telephone ‹pii›"
    );
}

/// Texts near to numbers, and any text at all.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[+0-9 ()./*#-]{0,20}",
        "(tel:|sip:|)[+]?[0-9 %;=a-z.@x-]{0,30}",
        "(0|00|\\+)?[1-9][0-9 ]{4,14}( ?(ext|x|;ext=)[0-9]{1,5})?",
        ".{0,40}",
    ]
}

proptest! {
    #[test]
    fn reading_never_panics_and_what_is_dialled_reads_as_itself(
        text in typed(),
        code in prop_oneof![Just(""), Just("DE"), Just("US"), Just("IT"), Just("IN"), Just("RU"), Just("NU")],
    ) {
        let country = country(code);
        let once = read(&text, country);
        let again = read(&once.to, country);
        prop_assert_eq!(&again.to, &once.to);
        if !once.to.is_empty() {
            prop_assert_eq!(again.kind, once.kind);
        }
        if once.kind == Kind::Telephone {
            prop_assert_eq!(read(&once.to, None), again, "E.164 means the same everywhere");
            prop_assert_eq!(read(&once.shown, None).to, once.to, "and so does what is shown");
        }
    }
}
