//! REFERs and fragments as they come.

use proptest::prelude::*;
use rsipstack::sip::headers::make_header;

use super::*;
use crate::far_end::parse;

fn refer(more: &str) -> Request {
    parse(&format!(
        "REFER sip:alice@x.invalid SIP/2.0\r\nVia: SIP/2.0/WSS p;branch=z9hG4bK1\r\nFrom: <sip:bob@example.com>;tag=b\r\n\
         To: <sip:alice@example.com>;tag=a\r\nCall-ID: c\r\nCSeq: 1 REFER\r\nContact: <sip:b@b>\r\n{more}Content-Length: 0\r\n\r\n"
    ))
}

fn with(name: &str, value: &str) -> Headers {
    vec![make_header(name, value.to_owned())].into()
}

#[test]
fn a_referral_names_whom_to_call_and_what_to_replace() {
    let read = Referral::read(&refer(
        "r: \"Eve\" <sip:eve@example.com;method=INVITE;transport=ws?Replaces=12%40h%3Bto-tag%3D1%3Bfrom-tag%3D2&Route=%3Csip:evil%3E>\r\n\
         b: <sip:bob@example.com>;x=\"y\"\r\nRefer-Sub: false\r\n",
    ))
    .unwrap();
    assert_eq!(read.to.display_name.as_deref(), Some("Eve"));
    assert_eq!(read.to.uri, "sip:eve@example.com;transport=ws");
    assert_eq!(read.replaces.as_deref(), Some("12@h;to-tag=1;from-tag=2"));
    assert_eq!(
        read.referred_by.as_deref(),
        Some("<sip:bob@example.com>;x=\"y\"")
    );
    assert!(!read.subscribes);
    let plain = Referral::read(&refer("Refer-To: tel:+1555\r\n")).unwrap();
    assert_eq!((plain.to.uri.as_str(), plain.replaces), ("tel:+1555", None));
    assert!(plain.subscribes);
}

#[test]
fn what_cannot_be_called_is_refused() {
    for (more, status) in [
        ("", 400),
        ("Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n", 400),
        ("Refer-To: <sip:a@b>, <sip:c@d>\r\n", 400),
        ("Refer-To: nobody\r\n", 400),
        ("Refer-To: <sip:a@b?Replaces=12>\r\n", 400),
        (
            "Refer-To: <sip:a@b?Replaces=1%3Bto-tag%3D1%3Bfrom-tag%3D2&replaces=1%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n",
            400,
        ),
        (
            "Refer-To: <sip:a@b?Replaces=1%3Bto-tag%3D1%3Bfrom-tag%3D2%0D%0AX:y>\r\n",
            400,
        ),
        ("Refer-To: <https://example.com/>\r\n", 416),
        ("Refer-To: <sip:a@b;method=BYE>\r\n", 501),
    ] {
        assert_eq!(Referral::read(&refer(more)), Err(status), "{more}");
    }
}

#[test]
fn fragments_are_read_by_their_first_line() {
    let of = |kind: &str, body: &str| status(&with("Content-Type", kind), body.as_bytes());
    for (kind, body, told) in [
        ("message/sipfrag", "SIP/2.0 200 OK\r\n", Ok(Some(200))),
        (
            "Message/SIPfrag;version=2.0",
            "SIP/2.0 100 Trying",
            Ok(Some(100)),
        ),
        (
            "message/sipfrag ; version=2.0",
            "\r\nsip/2.0 603\r\nTo: x\r\n\r\n",
            Ok(Some(603)),
        ),
        ("message/sipfrag", "", Ok(None)),
        ("message/sipfrag", "SIP/2.0 OK", Err(NoFragment)),
        ("message/sipfrag", "SIP/2.0 99 Low", Err(NoFragment)),
        ("message/sipfrag", "SIP/2.0 700 High", Err(NoFragment)),
        ("message/sipfrag", "SIP/2.0 +20 Odd", Err(NoFragment)),
        ("message/sipfrag", "INVITE sip:a@b SIP/2.0", Err(NoFragment)),
        ("message/sipfrag", "\u{0}\u{1}", Err(NoFragment)),
        ("text/plain", "SIP/2.0 200 OK", Err(NoFragment)),
    ] {
        assert_eq!(of(kind, body), told, "{kind}: {body}");
    }
    assert_eq!(
        status(&Headers::default(), b"SIP/2.0 200 OK"),
        Err(NoFragment)
    );
    assert_eq!(fragment(180, ""), "SIP/2.0 180 Ringing\r\n");
    assert_eq!(fragment(486, "Not\r\nnow"), "SIP/2.0 486 Not  now\r\n");
}

#[test]
fn events_and_their_state_are_read() {
    for (value, about) in [
        ("refer", Some(None)),
        ("Refer ; id=93809824", Some(Some(93_809_824))),
        ("refer;ID=7;x", Some(Some(7))),
        ("refer;id=x", Some(None)),
        ("message-summary", None),
        ("", None),
    ] {
        assert_eq!(event(&with("Event", value)), about, "{value}");
    }
    assert_eq!(event(&with("o", "refer;id=2")), Some(Some(2)));
    assert_eq!(event(&Headers::default()), None);
    for (value, over) in [
        ("active;expires=60", false),
        ("pending", false),
        ("", false),
        ("terminated;reason=noresource", true),
        ("Terminated", true),
        ("active;expires=0", true),
    ] {
        assert_eq!(
            is_terminated(&with("Subscription-State", value)),
            over,
            "{value}"
        );
    }
}

proptest! {
    /// Whatever is written there, it is read or refused, and what is read is safe to call with.
    #[test]
    fn nothing_that_comes_does_harm(to in "[ -~]{0,40}", asked in "[ -~%]{0,40}", body in "(SIP/2.0 )?\\PC{0,20}") {
        for to in [to.clone(), format!("<sip:a@b?Replaces={asked}>"), format!("sip:{to}?{asked}")] {
            if let Ok(read) = Referral::read(&refer(&format!("Refer-To: {to}\r\nReferred-By: {asked}\r\n"))) {
                prop_assert!(!read.to.uri.contains('?'));
                for (name, value) in [("Replaces", read.replaces), ("Referred-By", read.referred_by)] {
                    prop_assert!(value.is_none_or(|value| headers::check_own(name, &value).is_ok()));
                }
            }
        }
        if let Ok(Some(status)) = status(&with("Content-Type", "message/sipfrag"), body.as_bytes()) {
            prop_assert!((100..700).contains(&status));
        }
    }
}
