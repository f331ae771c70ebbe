//! An agent of a provider serves several customers: a line for each, at a server of its own.

use std::{path::Path, time::Duration};

use tokio::time::timeout;
use warmline_desk::{
    CallId, DeskConfig, DeskEvent, Done, ErrorCode, LineId, Party, Profile, Registration,
    UserAction, journal::Journal,
};
use warmline_media::Fork;

use crate::{
    peer::{self, AGENT, CUSTOMER, Dialog, Message, PATIENCE, Peer, Phone, Telephone},
    recovery::Mortal,
};

const CONTACT: LineId = LineId(0);
const HARBOUR: LineId = LineId(1);

/// A phone with a line at each of two servers.
struct Two {
    contact: Peer,
    harbour: Peer,
    phone: Phone,
    _folder: tempfile::TempDir,
}

impl Two {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut DeskConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (contact, harbour) = (Peer::start().await, Peer::start().await);
        let mut config = config(contact.port, harbour.port, folder.path());
        change(&mut config);
        let phone = Phone::of(warmline_desk::start(config).unwrap()).await;
        registered(&phone, 2).await;
        Self {
            contact,
            harbour,
            phone,
            _folder: folder,
        }
    }

    async fn dial(&self, to: &str, line: Option<LineId>) -> CallId {
        let to = to.to_owned();
        match self.phone.desk.send(UserAction::Dial { to, line }).await {
            Ok(Done::Dialing(call)) => call,
            other => panic!("{other:?}"),
        }
    }

    async fn ask(&self, action: UserAction) {
        assert_eq!(self.phone.desk.send(action).await.unwrap(), Done::Accepted);
    }

    fn line_of(&self, call: CallId) -> LineId {
        let snapshot = self.phone.desk.snapshot();
        snapshot.borrow().call(call).expect("a call").line
    }

    /// A customer of each is in a call; that of the first one is held.
    async fn both_talking(&mut self) -> ([CallId; 2], [Telephone; 2]) {
        let first = called(&mut self.phone, &mut self.contact).await;
        let telephone = Telephone::new();
        let offer = telephone.session.offer().await.unwrap();
        let mut dialog = self.harbour.invite(Some(&offer), "");
        let call = incoming(&mut self.phone).await;
        self.ask(UserAction::Answer(call)).await;
        held(&mut self.contact, &first.1).await;
        let ok = self.harbour.response(200).await;
        dialog.answered(&ok);
        let used = telephone.session.set_answer(Fork(0), &ok.body).await;
        used.unwrap();
        self.harbour.ack(&dialog, None);
        self.phone.until(|e| *e == DeskEvent::Active(call)).await;
        ([first.0, call], [first.1, telephone])
    }
}

/// The first server's line and the second one's.
fn config(contact: u16, harbour: u16, folder: &Path) -> DeskConfig {
    let first = peer::config(contact, folder);
    let text = format!(
        "server = \"ws://127.0.0.1:{harbour}/\"\naor = \"sip:{AGENT}@harbour.example\"\n\
         customer = \"Harbour AG\"\ncountry = \"DE\"\npassword_file = \"password.txt\"\n"
    );
    let second = Profile::parse(&text, folder).unwrap();
    let second = DeskConfig::from_profile(&second).unwrap();
    let mut config = first;
    config.lines.extend(second.lines);
    config.lines[0].customer = Some("Contact GmbH".into());
    config
}

async fn registered(phone: &Phone, lines: usize) {
    let mut snapshot = phone.desk.snapshot();
    let all = snapshot.wait_for(|snapshot| {
        let is = |state: &Registration| matches!(state, Registration::Registered { .. });
        let registered = snapshot.lines.iter().filter(|l| is(&l.registration));
        registered.count() == lines
    });
    timeout(PATIENCE, all)
        .await
        .expect("they register")
        .unwrap();
}

async fn incoming(phone: &mut Phone) -> CallId {
    match phone.until(|e| matches!(e, DeskEvent::Incoming(_))).await {
        DeskEvent::Incoming(call) => call.id,
        _ => unreachable!("just matched"),
    }
}

/// Somebody calls, and the agent has answered.
async fn called(phone: &mut Phone, peer: &mut Peer) -> (CallId, Telephone, Dialog) {
    let telephone = Telephone::new();
    let offer = telephone.session.offer().await.unwrap();
    let mut dialog = peer.invite(Some(&offer), "");
    let call = incoming(phone).await;
    phone.desk.send(UserAction::Answer(call)).await.unwrap();
    let ok = peer.response(200).await;
    dialog.answered(&ok);
    let used = telephone.session.set_answer(Fork(0), &ok.body).await;
    used.unwrap();
    peer.ack(&dialog, None);
    phone.until(|e| *e == DeskEvent::Active(call)).await;
    (call, telephone, dialog)
}

/// The agent puts somebody on hold.
async fn held(peer: &mut Peer, telephone: &Telephone) {
    let hold = peer.request("INVITE").await;
    assert!(hold.body.contains("a=sendonly\r\n"));
    let answer = telephone.session.answer(&hold.body).await.unwrap();
    peer.respond(&hold, 200, "x", Some(&answer));
    peer.request("ACK").await;
}

fn from(invite: &Message) -> &str {
    invite.header("from")
}

#[tokio::test]
async fn each_call_goes_by_the_line_asked_for_and_says_so() {
    let mut two = Two::new().await;
    let lines = two.phone.desk.snapshot().borrow().lines.clone();
    let customers: Vec<_> = lines.iter().map(|line| line.customer.as_deref()).collect();
    assert_eq!(customers, [Some("Contact GmbH"), Some("Harbour AG")]);
    assert_eq!(lines[1].id, HARBOUR);

    let call = two.dial(CUSTOMER, None).await;
    assert_eq!(two.line_of(call), CONTACT);
    let invite = two.contact.request("INVITE").await;
    assert!(from(&invite).contains("@far.example>"), "{}", from(&invite));
    two.contact.respond(&invite, 486, "a", None);
    two.contact.request("ACK").await;

    // By that line's number, and by the rules of its country.
    let call = two.dial("030 901820", Some(HARBOUR)).await;
    assert_eq!(two.line_of(call), HARBOUR);
    let invite = two.harbour.request("INVITE").await;
    assert!(
        from(&invite).contains("@harbour.example>"),
        "{}",
        from(&invite)
    );
    assert!(
        invite.start.contains("+4930901820@harbour.example"),
        "{}",
        invite.start
    );
    two.harbour.respond(&invite, 486, "a", None);
    two.harbour.request("ACK").await;
    let desk = &two.phone.desk;
    assert_eq!(desk.read_number("030 901820").to, "030901820");
    assert_eq!(
        desk.read_number_for("030 901820", HARBOUR).to,
        "+4930901820"
    );

    let nowhere = UserAction::Dial {
        to: CUSTOMER.into(),
        line: Some(LineId(2)),
    };
    let refused = two.phone.desk.send(nowhere).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoSuchLine);
    two.contact.silence().await;
    two.harbour.silence().await;
}

#[tokio::test]
async fn an_expert_is_called_by_the_customers_line() {
    let mut two = Two::new().await;
    let (customer, telephone, _) = called(&mut two.phone, &mut two.harbour).await;
    assert_eq!(two.line_of(customer), HARBOUR);
    let consult = UserAction::Consult {
        customer,
        to: "030 901820".into(),
        hand_over: false,
    };
    let Ok(Done::Dialing(expert)) = two.phone.desk.send(consult).await else {
        panic!("the expert is called");
    };
    assert_eq!(two.line_of(expert), HARBOUR);
    let mut invite = None;
    while invite.is_none() {
        let request = two.harbour.next().await;
        match request.method() {
            Some("INVITE") if request.body.contains("a=sendonly\r\n") => {
                let answer = telephone.session.answer(&request.body).await.unwrap();
                two.harbour.respond(&request, 200, "x", Some(&answer));
            }
            Some("INVITE") => invite = Some(request),
            Some("ACK") => {}
            other => panic!("{other:?} is not to come here"),
        }
    }
    let invite = invite.expect("the loop is over");
    assert!(from(&invite).contains("@harbour.example>"));
    assert!(invite.start.contains("+4930901820@"), "{}", invite.start);
    two.contact.silence().await;
}

#[tokio::test]
async fn calls_of_two_lines_are_merged_and_never_transferred_to_each_other() {
    // A conference of the first line's server is no place for the second one's customer.
    let mut two = Two::with(|config| {
        config.phone.conference = Some(Party::new("sip:conference@far.example"));
    })
    .await;
    let ([one, other], telephones) = two.both_talking().await;
    assert_eq!([two.line_of(one), two.line_of(other)], [CONTACT, HARBOUR]);
    two.ask(UserAction::Merge(other, one)).await;
    // The first one is taken back, and nobody is sent anywhere.
    let resume = two.contact.request("INVITE").await;
    assert!(resume.body.contains("a=sendrecv\r\n"));
    let answer = telephones[0].session.answer(&resume.body).await.unwrap();
    two.contact.respond(&resume, 200, "x", Some(&answer));
    two.contact.request("ACK").await;
    let group = two.phone.desk.snapshot().borrow().group.clone();
    assert_eq!(group.expect("a group").members, [other, one]);

    let refused = two.phone.desk.send(UserAction::Leave(one)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AcrossLines);
    assert!(refused.advice.contains("Merge"), "{refused}");
    two.contact.silence().await;
    two.harbour.silence().await;
    let group = two.phone.desk.snapshot().borrow().group.clone();
    assert!(group.is_some(), "they still hear each other");
}

#[tokio::test]
async fn a_line_without_a_server_does_not_disturb_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut contact = Peer::start().await;
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let config = config(contact.port, nobody, folder.path());
    let mut phone = Phone::of(warmline_desk::start(config).unwrap()).await;
    let mut snapshot = phone.desk.snapshot();
    let waits =
        snapshot.wait_for(|s| matches!(s.lines[1].registration, Registration::Waiting { .. }));
    timeout(PATIENCE, waits).await.unwrap().unwrap();
    let of_first = phone.desk.snapshot().borrow().registration.clone();
    assert!(matches!(of_first, Registration::Registered { .. }));

    let (call, telephone, _) = called(&mut phone, &mut contact).await;
    let to = CUSTOMER.to_owned();
    let by_dead_line = UserAction::Dial {
        to,
        line: Some(HARBOUR),
    };
    let Ok(Done::Dialing(dead)) = phone.desk.send(by_dead_line).await else {
        panic!("it is dialled");
    };
    held(&mut contact, &telephone).await;
    phone
        .until(|e| matches!(e, DeskEvent::Ended { call, .. } if *call == dead))
        .await;
    phone.desk.send(UserAction::Resume(call)).await.unwrap();
    let resume = contact.request("INVITE").await;
    let answer = telephone.session.answer(&resume.body).await.unwrap();
    contact.respond(&resume, 200, "x", Some(&answer));
    contact.request("ACK").await;

    let quit = phone.desk.send(UserAction::Quit);
    let bye = contact.request("BYE").await;
    contact.respond(&bye, 200, "x", None);
    timeout(Duration::from_secs(6), quit)
        .await
        .unwrap()
        .unwrap();
    let last = phone.desk.snapshot().borrow().clone();
    assert!(last.stopped);
    let off = |line: &warmline_desk::LineView| line.registration == Registration::Unregistered;
    assert!(last.lines.iter().all(off));
}

#[tokio::test]
async fn after_a_crash_a_call_is_taken_up_by_its_own_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mut contact, mut harbour) = (Peer::start().await, Peer::start().await);
    let ports = (contact.port, harbour.port);
    let config = |turned: bool| {
        let mut config = config(ports.0, ports.1, folder.path());
        if turned {
            config.lines.reverse();
        }
        config.journal = Some(Journal::open(folder.path().join("history.db")));
        config
    };
    let mut mortal = Mortal::start(config(false)).await;
    registered(&mortal.phone, 2).await;
    let (_, _telephone, dialog) = called(&mut mortal.phone, &mut harbour).await;
    mortal.dies();

    // It is the first line now.
    let mut phone = Phone::of(warmline_desk::start(config(true)).unwrap()).await;
    registered(&phone, 2).await;
    if phone.desk.snapshot().borrow().recovery.is_none() {
        phone.until(|e| *e == DeskEvent::Recoverable).await;
    }
    phone.desk.send(UserAction::Recover(true)).await.unwrap();
    let anew = harbour.request("INVITE").await;
    assert!(anew.header("replaces").starts_with(dialog.call_id()));
    assert!(from(&anew).contains("@harbour.example>"));
    contact.silence().await;
    let lines: Vec<_> = {
        let snapshot = phone.desk.snapshot();
        let calls = &snapshot.borrow().calls;
        calls.iter().map(|call| call.line).collect()
    };
    assert_eq!(lines, [LineId(0)]);
}

#[test]
fn two_lines_of_one_address_are_no_phone() {
    let folder = tempfile::tempdir().unwrap();
    let text = "server = \"wss://sbc.example/\"\naor = \"sip:2001@example.com\"\n";
    let profile = Profile::parse(text, folder.path()).unwrap();
    for profiles in [&[][..], &[profile.clone(), profile]] {
        let error = DeskConfig::from_profiles(profiles).unwrap_err();
        assert_eq!(error.code, ErrorCode::ProfileInvalid);
    }
}
