use proptest::prelude::*;

use super::*;

const OPTIONS: &str = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\n\
    To: <sip:a@b>\r\nCall-ID: i\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

fn request(text: &str) -> Request {
    match decode(text.as_bytes()) {
        Inbound::Message(SipMessage::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

fn refusal(text: &str) -> (u16, String) {
    match decode(text.as_bytes()) {
        Inbound::Refused(refusal) => (
            refusal.status,
            String::from_utf8(refusal.reply.unwrap_or_default()).unwrap(),
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_read_is_written_again() {
    let request = request(OPTIONS);
    assert_eq!(encode(SipMessage::Request(request)), OPTIONS.as_bytes());
}

#[test]
fn blanks_the_grammar_allows_do_not_hide_tags_and_branches() {
    let odd = OPTIONS
        .replace(
            "Via: SIP/2.0/TLS h;branch=z9hG4bK1",
            "v : SIP / 2.0\r\n /TLS   h ; branch =\r\n\tz9hG4bK1 ; x , SIP/2.0/UDP y",
        )
        .replace(
            "From: <sip:c@d>;tag=1",
            "f: \"a <b> ; tag = 2\" <sip:c@d> ;\r\n  tag  = 1",
        );
    let request = request(&odd);
    assert_eq!(
        headers::get(&request.headers, "Via"),
        Some("SIP/2.0/TLS h;branch=z9hG4bK1;x, SIP/2.0/UDP y")
    );
    assert_eq!(
        headers::get(&request.headers, "From"),
        Some("\"a ‹b› ; tag = 2\" <sip:c@d>;tag=1")
    );
}

#[test]
fn latin_1_is_read_and_control_characters_are_not_echoed() {
    let mut bytes = OPTIONS.replace("To: ", "To: \"J@rg\" ").into_bytes();
    let at = bytes.iter().position(|&b| b == b'J').unwrap() + 1;
    bytes[at] = 0xf6;
    let Inbound::Message(SipMessage::Request(request)) = decode(&bytes) else {
        panic!()
    };
    assert_eq!(
        headers::get(&request.headers, "To"),
        Some("\"Jörg\" <sip:a@b>")
    );
    let (status, reply) = refusal(
        &OPTIONS
            .replace("Call-ID: i", "Call-ID: i\rX: y\0")
            .replace(" OPTIONS\r", " BYE\r"),
    );
    assert_eq!(status, 400);
    assert!(reply.contains("Call-ID: i X: y\r\n"), "{reply:?}");
}

#[test]
fn a_refusal_names_its_request_and_nothing_else_is_answered() {
    let (status, reply) = refusal(&OPTIONS.replace("OPTIONS", "PING"));
    assert_eq!(status, 501);
    assert_eq!(
        reply,
        format!(
            "SIP/2.0 501 Not Implemented\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>;tag=refused\r\n\
             Call-ID: i\r\nCSeq: 1 PING\r\nAllow: {ALLOW}\r\nContent-Length: 0\r\n\r\n"
        )
    );
    for silent in [
        OPTIONS
            .replace("OPTIONS", "ACK")
            .replace("CSeq: 1", "CSeq: x"),
        OPTIONS.replace("Via", "Vio"),
        OPTIONS.replace("OPTIONS sip:a@b SIP/2.0", "SIP/2.0 99 Low"),
        OPTIONS
            .replace("OPTIONS sip:a@b SIP/2.0", "SIP/2.0 200 OK")
            .replace("h;branch", "h;a=1, SIP/2.0/UDP i;branch"),
        "nonsense".to_owned(),
    ] {
        assert_eq!(refusal(&silent).1, "", "{silent}");
    }
}

#[test]
fn a_peer_without_tags_gets_none_back() {
    let request = request(&OPTIONS.replace("<sip:c@d>;tag=1", "sip:c@d;x=y"));
    assert!(headers::tag(headers::get(&request.headers, "From").unwrap()).is_some());
    let text = String::from_utf8(encode(SipMessage::Request(request))).unwrap();
    assert!(text.contains("From: <sip:c@d>;x=y\r\n"), "{text}");
}

#[test]
fn a_request_uri_is_kept_to_the_letter() {
    for uri in [
        "sip:b%6Fb;x=1@h:5;transport=wS?",
        "sips:[2001:db8::1];lr",
        "tel:+1-555;ext=2",
    ] {
        let text = OPTIONS.replace("sip:a@b SIP", &format!("{} SIP", uri.trim_end_matches('?')));
        assert_eq!(request(&text).uri.to_string(), uri.trim_end_matches('?'));
    }
    assert_eq!(
        refusal(&OPTIONS.replace("sip:a@b SIP", "sip:a@b?X=y SIP")).0,
        400
    );
    assert_eq!(
        refusal(&OPTIONS.replace("sip:a@b SIP", "mailto:a@b SIP")).0,
        416
    );
}

#[test]
fn what_is_too_large_is_refused_from_its_head() {
    let body = "x".repeat(MAX_BODY + 1);
    let large = OPTIONS.replace(
        "Content-Length: 0",
        &format!("Content-Length: {}", body.len()),
    );
    let (status, reply) = refusal(&(large.clone() + &body));
    assert_eq!(status, 513);
    assert!(
        reply
            .starts_with("SIP/2.0 513 Message Too Large\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\n")
    );
    let Inbound::Refused(same) = refuse_large(large.as_bytes()) else {
        panic!()
    };
    assert_eq!(same.reply, Some(reply.into_bytes()));
    let long = OPTIONS.replace(
        "Call-ID",
        &format!("X: {}\r\nCall-ID", "y".repeat(MAX_HEAD)),
    );
    assert_eq!(refusal(&long).0, 513);
}

#[test]
fn statuses_keep_words_of_their_own() {
    assert_eq!(status(486, "").text(), "Busy Here");
    assert_eq!(
        status(486, "Gone\r\nfishing").to_string(),
        "486 Gone  fishing"
    );
    assert_eq!(status(499, "").to_string(), "499 Refused");
}

proptest! {
    /// Whatever comes, reading it does not panic, and what is answered is one whole response.
    #[test]
    fn any_mutilation_is_survived(
        at in 0usize..400,
        cut in 0usize..40,
        with in proptest::collection::vec(any::<u8>(), 0..40),
        crlf: bool,
    ) {
        let invite = OPTIONS.replace("OPTIONS", "INVITE");
        let mut bytes = invite.into_bytes();
        let from = at.min(bytes.len());
        let to = (from + cut).min(bytes.len());
        bytes.splice(from..to, with);
        if crlf {
            bytes.splice(from..from, *b"\r\n");
        }
        if let Inbound::Refused(Refusal { reply: Some(reply), .. }) = decode(&bytes) {
            let text = String::from_utf8(reply).unwrap();
            prop_assert!(text.starts_with("SIP/2.0 "));
            prop_assert_eq!(text.matches("\r\n\r\n").count(), 1);
        }
    }
}
