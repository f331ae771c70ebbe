use std::time::Duration;

use rand::SeedableRng as _;

use super::*;

const DOMAIN: &str = "practice.example";
const AGENT: ConnectionId = ConnectionId(1);
const CUSTOMER: ConnectionId = ConnectionId(2);

struct House {
    exchange: Exchange,
    now: Instant,
}

impl House {
    fn new() -> Self {
        let users = [
            ("+493023125100", "one"),
            ("+493023125177", "two"),
            ("+493023125201", "three"),
        ];
        let directory = Directory {
            users: users
                .map(|(user, password)| (user.to_owned(), password.to_owned()))
                .into(),
            aliases: [("201".to_owned(), "+493023125201".to_owned())].into(),
        };
        Self {
            exchange: Exchange::new(
                DOMAIN,
                "127.0.0.1:4443",
                directory,
                StdRng::seed_from_u64(1),
            ),
            now: Instant::now(),
        }
    }

    fn gets(&mut self, from: ConnectionId, text: &str) -> Vec<Command> {
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        self.exchange.handle(self.now, Event::Received(from, text))
    }

    fn register(&mut self, from: ConnectionId, user: &str, password: &str) -> Vec<Command> {
        let contact = format!("Contact: <sip:me@{user}.invalid;transport=ws>;expires=120\n");
        self.sends_register(from, user, password, &contact)
    }

    fn unregister(&mut self, from: ConnectionId, user: &str, password: &str) -> Vec<Command> {
        let contact = format!("Contact: <sip:me@{user}.invalid;transport=ws>;expires=0\n");
        self.sends_register(from, user, password, &contact)
    }

    /// Registers with these `Contact` and `Expires` lines, after the challenge.
    fn sends_register(
        &mut self,
        from: ConnectionId,
        user: &str,
        password: &str,
        lines: &str,
    ) -> Vec<Command> {
        let challenged = self.gets(from, &register(user, ""));
        let header = authorization(user, password, &nonce(&challenged));
        self.gets(from, &register(user, &format!("{lines}{header}")))
    }

    /// Agent and customer, registered.
    fn with_two() -> Self {
        let mut house = Self::new();
        house.register(AGENT, "+493023125100", "one");
        house.register(CUSTOMER, "+493023125177", "two");
        house
    }
}

fn authorization(user: &str, password: &str, nonce: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let hash = |text: String| -> String {
        Sha256::digest(text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    let (a1, a2) = (
        hash(format!("{user}:{DOMAIN}:{password}")),
        hash(format!("REGISTER:sip:{DOMAIN}")),
    );
    let response = hash(format!("{a1}:{nonce}:00000001:c:auth:{a2}"));
    format!(
        "Authorization: Digest username=\"{user}\", realm=\"{DOMAIN}\", nonce=\"{nonce}\", uri=\"sip:{DOMAIN}\", \
         response=\"{response}\", algorithm=SHA-256, qop=auth, cnonce=\"c\", nc=00000001\n"
    )
}

/// Of the challenge that was sent.
fn nonce(challenged: &[Command]) -> String {
    let (_, challenge) = sent(challenged, 0);
    let challenge = challenge.header("WWW-Authenticate").expect("a challenge");
    let nonce = challenge.split("nonce=\"").nth(1).expect("a nonce");
    nonce.split('"').next().unwrap_or_default().to_owned()
}

fn register(user: &str, more: &str) -> String {
    format!(
        "REGISTER sip:{DOMAIN} SIP/2.0\nVia: SIP/2.0/WSS r.invalid;branch=z9hG4bKr\nFrom: <sip:{user}@{DOMAIN}>;tag=r\n\
         To: <sip:{user}@{DOMAIN}>\nCall-ID: r\nCSeq: 1 REGISTER\n{more}Content-Length: 0\n\n"
    )
}

fn request(method: &str, uri: &str, to_tag: &str, more: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\nVia: SIP/2.0/WSS c.invalid;branch=z9hG4bKc\nMax-Forwards: 70\nFrom: <sip:+493023125177@{DOMAIN}>;tag=f\n\
         To: <sip:+493023125100@{DOMAIN}>{to_tag}\nCall-ID: c\nCSeq: 1 {method}\n{more}Content-Length: 0\n\n"
    )
}

#[track_caller]
fn sent(commands: &[Command], at: usize) -> (ConnectionId, Message) {
    let mut sends = commands.iter().filter_map(|command| match command {
        Command::Send(to, text) => Some((*to, Message::parse(text).expect("a message"))),
        Command::Reachable(..) => None,
    });
    sends
        .nth(at)
        .unwrap_or_else(|| panic!("not sent: {commands:?}"))
}

fn status(message: &Message) -> u16 {
    match message.start {
        Start::Response { status, .. } => status,
        Start::Request { .. } => panic!("a request"),
    }
}

#[test]
fn only_who_knows_the_password_is_registered() {
    let mut house = House::new();
    let refused = house.register(AGENT, "+493023125100", "wrong");
    assert_eq!(status(&sent(&refused, 0).1), 401);
    let stranger = house.gets(AGENT, &register("+4911111", ""));
    assert_eq!(status(&sent(&stranger, 0).1), 404);
    let taken = house.register(AGENT, "+493023125100", "one");
    let (to, answer) = sent(&taken, 0);
    assert_eq!((to, status(&answer)), (AGENT, 200));
    assert_eq!(
        answer.header("Contact"),
        Some("<sip:me@+493023125100.invalid;transport=ws>;expires=120")
    );
    assert!(taken.contains(&Command::Reachable("+493023125100".to_owned(), true)));
}

#[test]
fn a_nonce_that_is_not_ours_is_stale() {
    let mut house = House::new();
    let header = authorization("+493023125100", "one", "old");
    let answered = house.gets(AGENT, &register("+493023125100", &header));
    let (_, answer) = sent(&answered, 0);
    assert_eq!(status(&answer), 401);
    assert!(
        answer
            .header("WWW-Authenticate")
            .is_some_and(|challenge| challenge.contains("stale=true"))
    );
}

#[test]
fn a_call_goes_to_the_contact_and_its_answers_come_back() {
    let mut house = House::with_two();
    let invited = house.gets(
        CUSTOMER,
        &request(
            "INVITE",
            "sip:+49-30-23125-100@practice.example",
            "",
            "P-Asserted-Identity: <sip:ceo@x>\n",
        ),
    );
    let (to, invite) = sent(&invited, 0);
    assert_eq!(to, AGENT);
    assert_eq!(
        invite.start,
        Start::Request {
            method: "INVITE".to_owned(),
            uri: "sip:me@+493023125100.invalid;transport=ws".to_owned()
        }
    );
    assert_eq!(invite.header("Max-Forwards"), Some("69"));
    assert_eq!(
        invite.header("Record-Route"),
        Some("<sip:127.0.0.1:4443;transport=ws;lr>")
    );
    assert_eq!(
        invite.header("P-Asserted-Identity"),
        Some("<sip:+493023125177@practice.example>")
    );
    let answered = house.gets(AGENT, &invite.answer(180, "Ringing", "t").to_text());
    let (to, ringing) = sent(&answered, 0);
    assert_eq!((to, status(&ringing)), (CUSTOMER, 180));
    assert_eq!(
        ringing.header("Via"),
        Some("SIP/2.0/WSS c.invalid;branch=z9hG4bKc")
    );

    let cancelled = house.gets(
        CUSTOMER,
        &request("CANCEL", "sip:+493023125100@practice.example", "", ""),
    );
    let (_, cancel) = sent(&cancelled, 0);
    assert_eq!(
        cancel.header("Via"),
        invite.header("Via"),
        "CANCEL has the branch of its INVITE"
    );
}

#[test]
fn a_request_in_a_dialog_finds_a_phone_that_has_come_back_elsewhere() {
    let mut house = House::with_two();
    house.exchange.handle(house.now, Event::Closed(AGENT));
    let lost = house.gets(
        CUSTOMER,
        &request(
            "BYE",
            "sip:me@+493023125100.invalid;transport=ws",
            ";tag=t",
            "",
        ),
    );
    assert_eq!(status(&sent(&lost, 0).1), 480, "it may come back");
    house.register(ConnectionId(9), "+493023125100", "one");
    let route = "Route: <sip:127.0.0.1:4443;transport=ws;lr>\n";
    let found = house.gets(
        CUSTOMER,
        &request(
            "BYE",
            "sip:me@+493023125100.invalid;transport=ws",
            ";tag=t",
            route,
        ),
    );
    let (to, bye) = sent(&found, 0);
    assert_eq!(to, ConnectionId(9));
    assert_eq!(
        (bye.header("Route"), bye.header("Record-Route")),
        (None, None)
    );
}

#[test]
fn whoever_talks_to_a_phone_that_is_gone_for_good_is_told() {
    let mut house = House::with_two();
    house.unregister(AGENT, "+493023125100", "one");
    let hold = request(
        "INVITE",
        "sip:me@+493023125100.invalid;transport=ws",
        ";tag=t",
        "",
    );
    let answered = house.gets(CUSTOMER, &hold);
    assert_eq!(status(&sent(&answered, 0).1), 481);
}

#[test]
fn a_phone_that_is_started_again_takes_the_place_of_itself() {
    let mut house = House::with_two();
    let phone =
        |host: &str| format!("Contact: <sip:me@{host}.invalid>;+sip.instance=\"<urn:uuid:1>\"\n");
    house.sends_register(AGENT, "+493023125100", "one", &phone("before"));
    house.exchange.handle(house.now, Event::Closed(AGENT));
    let again = house.sends_register(ConnectionId(9), "+493023125100", "one", &phone("after"));
    let (_, answer) = sent(&again, 0);
    // The first phone of this number has no instance: it may still come back.
    let contacts = [
        "<sip:me@+493023125100.invalid;transport=ws>;expires=120",
        "<sip:me@after.invalid>;expires=600;+sip.instance=\"<urn:uuid:1>\"",
    ];
    assert_eq!(answer.values("Contact"), contacts);
    let bye = house.gets(
        CUSTOMER,
        &request("BYE", "sip:me@before.invalid", ";tag=t", ""),
    );
    assert_eq!(status(&sent(&bye, 0).1), 481);
}

#[test]
fn two_phones_of_a_user_get_the_answers_to_their_own_calls() {
    let mut house = House::with_two();
    let other = ConnectionId(9);
    let contact = "Contact: <sip:other@y.invalid>\n";
    house.sends_register(other, "+493023125177", "two", contact);
    let invited = house.gets(
        CUSTOMER,
        &request("INVITE", "sip:+493023125100@practice.example", "", ""),
    );
    let (_, invite) = sent(&invited, 0);
    let answered = house.gets(AGENT, &invite.answer(200, "OK", "t").to_text());
    assert_eq!(sent(&answered, 0).0, CUSTOMER);
    // A new call rings at the newest; in a dialog each has its own.
    let mut to =
        |uri: &str, tag: &str| sent(&house.gets(AGENT, &request("INVITE", uri, tag, "")), 0).0;
    assert_eq!(to("sip:+493023125177@practice.example", ""), other);
    let first = "sip:me@+493023125177.invalid;transport=ws";
    assert_eq!(to(first, ";tag=f"), CUSTOMER);
    let gone = house.exchange.handle(house.now, Event::Closed(other));
    assert_eq!(gone, [], "the first can still be called");
}

#[test]
fn a_caller_that_has_come_back_elsewhere_can_still_cancel() {
    let mut house = House::with_two();
    let call = |method| request(method, "sip:+493023125100@practice.example", "", "");
    let invited = house.gets(CUSTOMER, &call("INVITE"));
    house.exchange.handle(house.now, Event::Closed(CUSTOMER));
    house.register(ConnectionId(9), "+493023125177", "two");
    let cancelled = house.gets(ConnectionId(9), &call("CANCEL"));
    let branch = |commands: &[Command]| {
        let (_, message) = sent(commands, 0);
        let via = message.header("Via").expect("one").to_owned();
        parameter(&via, "branch").map(str::to_owned)
    };
    assert_eq!(branch(&cancelled), branch(&invited));
}

#[test]
fn the_acks_of_a_refusal_and_of_an_answer_find_their_way() {
    let mut house = House::with_two();
    let invited = house.gets(
        CUSTOMER,
        &request("INVITE", "sip:+493023125100@practice.example", "", ""),
    );
    let (_, invite) = sent(&invited, 0);
    // Of a refusal: where the INVITE went, in its transaction (RFC 3261 §17.1.1.3).
    let refused = request("ACK", "sip:+493023125100@practice.example", ";tag=t", "");
    let (to, ack) = sent(&house.gets(CUSTOMER, &refused), 0);
    assert_eq!((to, ack.header("Via")), (AGENT, invite.header("Via")));
    // Of an answer: to the contact, by a transaction of its own.
    let answered = request(
        "ACK",
        "sip:me@+493023125100.invalid;transport=ws",
        ";tag=t",
        "Route: <sip:127.0.0.1:4443;transport=ws;lr>, <sip:127.0.0.1:44430;lr>\n",
    );
    let (to, ack) = sent(
        &house.gets(CUSTOMER, &answered.replace("z9hG4bKc", "z9hG4bKd")),
        0,
    );
    assert_eq!(to, AGENT);
    assert_ne!(ack.header("Via"), invite.header("Via"));
    assert_eq!(ack.header("Route"), Some("<sip:127.0.0.1:44430;lr>"));
}

#[test]
fn an_answer_that_nobody_asked_for_goes_nowhere() {
    let mut house = House::with_two();
    let invited = house.gets(
        CUSTOMER,
        &request("INVITE", "sip:+493023125100@practice.example", "", ""),
    );
    let (_, invite) = sent(&invited, 0);
    let answer = invite.answer(200, "OK", "t").to_text();
    assert_eq!(house.gets(ConnectionId(7), &answer), [], "of a stranger");
    for broken in [
        answer.replace("127.0.0.1:4443;branch", "127.0.0.1:44431;branch"),
        answer.replace(";wl=", ";wl=x"),
    ] {
        assert_eq!(house.gets(AGENT, &broken), []);
    }
}

#[test]
fn keepalives_are_answered_and_nonsense_is_not() {
    let mut house = House::new();
    let pong = house.gets(AGENT, "\r\n\r\n");
    assert_eq!(pong, [Command::Send(AGENT, "\r\n".to_owned())]);
    for text in ["", "\r\n", "hello", "INVITE sip:x SIP/2.0\r\n\r\n"] {
        assert_eq!(house.gets(AGENT, text), [], "{text:?}");
    }
}

#[test]
fn an_answer_finds_a_caller_that_has_come_back_elsewhere() {
    let mut house = House::with_two();
    let invited = house.gets(
        CUSTOMER,
        &request("INVITE", "sip:+493023125100@practice.example", "", ""),
    );
    let (_, invite) = sent(&invited, 0);
    house.exchange.handle(house.now, Event::Closed(CUSTOMER));
    house.register(ConnectionId(9), "+493023125177", "two");
    let answered = house.gets(AGENT, &invite.answer(200, "OK", "t").to_text());
    assert_eq!(sent(&answered, 0).0, ConnectionId(9));
}

#[test]
fn whoever_cannot_be_called_is_refused_in_the_right_way() {
    let mut house = House::with_two();
    let mut call =
        |uri: &str| status(&sent(&house.gets(CUSTOMER, &request("INVITE", uri, "", "")), 0).1);
    assert_eq!(
        call("sip:201@practice.example"),
        480,
        "an extension of somebody who is away"
    );
    assert_eq!(call("sip:999@practice.example"), 404);
    let stranger = house.gets(
        ConnectionId(7),
        &request("INVITE", "sip:+493023125100@practice.example", "", ""),
    );
    assert_eq!(status(&sent(&stranger, 0).1), 403);
    let looping =
        request("INVITE", "sip:+493023125100@practice.example", "", "").replace("70", "0");
    assert_eq!(status(&sent(&house.gets(CUSTOMER, &looping), 0).1), 483);
    assert_eq!(
        house.gets(
            CUSTOMER,
            &request("ACK", "sip:999@practice.example", ";tag=x", "")
        ),
        []
    );
    let asked = house.gets(
        ConnectionId(7),
        &request("OPTIONS", "sip:practice.example", "", ""),
    );
    assert_eq!(status(&sent(&asked, 0).1), 200);
}

#[test]
fn a_registration_that_is_not_renewed_ends() {
    let mut house = House::with_two();
    let due = house.exchange.poll_timeout().expect("two are registered");
    assert_eq!(due, house.now + Duration::from_secs(120));
    let gone = house.exchange.expire(due);
    assert_eq!(gone.len(), 2);
    assert!(gone.contains(&Command::Reachable("+493023125177".to_owned(), false)));
    assert_eq!(house.exchange.poll_timeout(), None);
}

#[test]
fn an_un_register_of_an_old_connection_leaves_the_new_one() {
    let mut house = House::with_two();
    house.register(ConnectionId(9), "+493023125100", "one");
    let reachable = Command::Reachable("+493023125100".to_owned(), true);
    let answered = house.unregister(AGENT, "+493023125100", "one");
    assert!(answered.contains(&reachable));
    let answered = house.unregister(ConnectionId(9), "+493023125100", "one");
    assert!(!answered.contains(&reachable));
}

#[test]
fn a_register_that_is_heard_again_registers_nobody() {
    let mut house = House::new();
    let challenged = house.gets(AGENT, &register("+493023125100", ""));
    let header = authorization("+493023125100", "one", &nonce(&challenged));
    let text = register(
        "+493023125100",
        &format!("Contact: <sip:me@x.invalid>\n{header}"),
    );
    assert_eq!(status(&sent(&house.gets(AGENT, &text), 0).1), 200);
    let again = house.gets(ConnectionId(7), &text);
    let (_, answer) = sent(&again, 0);
    assert_eq!(status(&answer), 401);
    let challenge = answer.header("WWW-Authenticate").expect("a challenge");
    assert!(challenge.contains("stale=true"), "{challenge}");
    // Nor does a password for one request open another.
    let elsewhere = text.replace("REGISTER sip:", "REGISTER sip:x@");
    let refused = house.gets(AGENT, &elsewhere);
    let (_, answer) = sent(&refused, 0);
    assert!(
        !answer
            .header("WWW-Authenticate")
            .expect("a challenge")
            .contains("stale")
    );
}

#[test]
fn all_contacts_of_a_register_are_taken_and_a_star_takes_them_away() {
    let mut house = House::new();
    let (user, password) = ("+493023125100", "one");
    let mut registers = |lines: &str| {
        let commands = house.sends_register(AGENT, user, password, lines);
        let (_, answer) = sent(&commands, 0);
        let reachable = commands
            .iter()
            .any(|command| matches!(command, Command::Reachable(_, true)));
        let contacts: Vec<String> = answer
            .values("Contact")
            .into_iter()
            .map(str::to_owned)
            .collect();
        (status(&answer), contacts.join(" "), reachable)
    };
    let (a, b) = ("<sip:a@x>;expires=60", "<sip:b@x>;expires=30");
    let both = format!("Contact: {a}, <sip:b@x>\nExpires: 30\n");
    assert_eq!(registers(&both), (200, format!("{a} {b}"), true));
    assert_eq!(
        registers("Expires: 0\n"),
        (200, format!("{a} {b}"), true),
        "a question"
    );
    let swap = "Contact: <sip:a@x>;expires=0\nm: <sip:c@x>;expires=9\n";
    assert_eq!(registers(swap).1, format!("{b} <sip:c@x>;expires=9"));
    for wrong in [
        "Contact: *\n",
        "Contact: *\nExpires: 5\n",
        "Contact: *, <sip:b@x>\nExpires: 0\n",
    ] {
        assert_eq!(registers(wrong), (400, String::new(), false), "{wrong}");
    }
    assert_eq!(
        registers("Contact: *\nExpires: 0\n"),
        (200, String::new(), false)
    );
    let many: String = (0..9).map(|n| format!("Contact: <sip:{n}@x>\n")).collect();
    assert_eq!(registers(&many).1.split(' ').count(), 8);
}
