//! The far end of a call, scripted: a SIP server that speaks WebSocket on this machine, and a
//! telephone behind it with a real media session.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses a part of it; what fails here fails the test"
)]

use std::{path::Path, time::Duration};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message as Frame,
        handshake::server::{ErrorResponse, Request, Response},
    },
};
use warmline_desk::{Desk, DeskConfig, DeskEvent, EngineConfig, Profile, Registration};
use warmline_media::{Codec, MediaConfig, MediaEvent, Session};

/// Who calls and who is called; must not show in any log.
pub(crate) const AGENT: &str = "+15550142001";
pub(crate) const CUSTOMER: &str = "+15550177123";
pub(crate) const CUSTOMER_NAME: &str = "Quentin Testperson";
pub(crate) const PASSWORD: &str = "correct-horse-battery";

/// One SIP message, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Message {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let start = lines.next().unwrap_or_default().to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').expect("a header");
            (name.trim().to_ascii_lowercase(), value.trim().to_owned())
        };
        Self {
            start,
            headers: lines.map(header).collect(),
            body: body.to_owned(),
        }
    }

    /// The method of a request; nothing for a response.
    pub(crate) fn method(&self) -> Option<&str> {
        let first = self.start.split(' ').next()?;
        (first != "SIP/2.0").then_some(first)
    }

    /// The status of a response; nothing for a request.
    pub(crate) fn status(&self) -> Option<u16> {
        self.start.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map_or_else(|| panic!("no {name} in {}", self.start), |(_, v)| v)
    }

    fn uri_of_contact(&self) -> String {
        let contact = self.header("contact");
        let start = contact.find('<').map_or(0, |at| at + 1);
        let end = contact.find('>').unwrap_or(contact.len());
        contact[start..end].to_owned()
    }
}

/// A SIP server with one telephone behind it.
pub(crate) struct Peer {
    pub(crate) port: u16,
    from_desk: mpsc::UnboundedReceiver<Message>,
    to_desk: mpsc::UnboundedSender<String>,
    branches: u32,
}

impl Peer {
    /// Starts the server. It registers whoever shows a digest, and leaves the rest to the test.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (received, from_desk) = mpsc::unbounded_channel();
        let (to_desk, mut outgoing) = mpsc::unbounded_channel::<String>();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, &received, &mut outgoing).await;
            }
        });
        Self {
            port,
            from_desk,
            to_desk,
            branches: 0,
        }
    }

    /// The next message that the desk sends.
    pub(crate) async fn next(&mut self) -> Message {
        let next = timeout(PATIENCE, self.from_desk.recv()).await;
        next.expect("the desk sends nothing").expect("a connection")
    }

    /// The next request, which must be this one.
    pub(crate) async fn request(&mut self, method: &'static str) -> Message {
        let message = self.next().await;
        assert_eq!(message.method(), Some(method), "{}", message.start);
        message
    }

    /// The next response, which must be this one; provisional ones are passed over.
    pub(crate) async fn response(&mut self, status: u16) -> Message {
        loop {
            let message = self.next().await;
            match message.status() {
                Some(passed) if passed < 200 && passed != status => {}
                _ => {
                    assert_eq!(message.status(), Some(status), "{}", message.start);
                    return message;
                }
            }
        }
    }

    /// Nothing may come for a while.
    pub(crate) async fn silence(&mut self) {
        let next = timeout(Duration::from_millis(300), self.from_desk.recv()).await;
        assert!(
            next.is_err(),
            "{:?}",
            next.unwrap().map(|message| message.start)
        );
    }

    /// Answers a request.
    pub(crate) fn respond(&self, request: &Message, status: u16, tag: &str, sdp: Option<&str>) {
        self.respond_with(request, status, tag, "", sdp);
    }

    /// Answers a request, with further headers (each ended by CRLF).
    pub(crate) fn respond_with(
        &self,
        request: &Message,
        status: u16,
        tag: &str,
        more: &str,
        sdp: Option<&str>,
    ) {
        let copied: String = request
            .headers
            .iter()
            .filter(|(name, _)| ["via", "from", "call-id", "cseq"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let to = request.header("to");
        let to = if to.contains(";tag=") || status == 100 {
            to.to_owned()
        } else {
            format!("{to};tag={tag}")
        };
        let body = sdp.unwrap_or_default();
        let kind = sdp.map_or("", |_| "Content-Type: application/sdp\r\n");
        self.send(format!(
            "SIP/2.0 {status} Whatever\r\n{copied}To: {to}\r\n\
             Contact: <sip:far@127.0.0.1:{};transport=ws>\r\n\
             {more}{kind}Content-Length: {}\r\n\r\n{body}",
            self.port,
            body.len(),
        ));
    }

    /// Calls the desk.
    pub(crate) fn invite(&mut self, sdp: Option<&str>, more: &str) -> Dialog {
        let dialog = Dialog {
            call_id: format!("c{}@far.example", self.branch()),
            ours: format!("\"{CUSTOMER_NAME}\" <sip:{CUSTOMER}@far.example>;tag=far1"),
            theirs: format!("<sip:{AGENT}@far.example>"),
            target: format!("sip:{AGENT}@far.example"),
            cseq: 1,
        };
        let kind = sdp.map_or("", |_| "Content-Type: application/sdp\r\n");
        let more = format!(
            "Contact: <sip:far@127.0.0.1:{};transport=ws>\r\n{more}{kind}",
            self.port
        );
        self.send_in(&dialog, "INVITE", 1, &more, sdp.unwrap_or_default());
        dialog
    }

    /// Sends a request within a dialog, other than ACK and CANCEL.
    pub(crate) fn ask(&mut self, dialog: &mut Dialog, method: &str, more: &str, body: &str) {
        dialog.cseq += 1;
        let contact = format!(
            "Contact: <sip:far@127.0.0.1:{};transport=ws>\r\n",
            self.port
        );
        self.send_in(
            dialog,
            method,
            dialog.cseq,
            &format!("{contact}{more}"),
            body,
        );
    }

    /// Sends a new offer.
    pub(crate) fn reinvite(&mut self, dialog: &mut Dialog, sdp: &str) {
        self.ask(dialog, "INVITE", "Content-Type: application/sdp\r\n", sdp);
    }

    /// Acknowledges the answer to the newest INVITE of this side.
    pub(crate) fn ack(&mut self, dialog: &Dialog, sdp: Option<&str>) {
        let kind = sdp.map_or("", |_| "Content-Type: application/sdp\r\n");
        self.send_in(dialog, "ACK", dialog.cseq, kind, sdp.unwrap_or_default());
    }

    /// Gives up the INVITE just sent.
    pub(crate) fn cancel(&mut self, dialog: &Dialog, more: &str) {
        self.send_again(dialog, "CANCEL", dialog.cseq, more, "");
    }

    fn send_in(&mut self, dialog: &Dialog, method: &str, cseq: u32, more: &str, body: &str) {
        self.branch();
        self.send_again(dialog, method, cseq, more, body);
    }

    /// By the branch of the request before.
    fn send_again(&self, dialog: &Dialog, method: &str, cseq: u32, more: &str, body: &str) {
        let branch = self.branches;
        self.send(format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/WS far.invalid;branch=z9hG4bK{branch}\r\n\
             Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} {method}\r\n\
             {more}Content-Length: {}\r\n\r\n{body}",
            dialog.target,
            dialog.ours,
            dialog.theirs,
            dialog.call_id,
            body.len(),
        ));
    }

    fn branch(&mut self) -> u32 {
        self.branches += 1;
        self.branches
    }

    fn send(&self, text: String) {
        self.to_desk.send(text).expect("a connection");
    }
}

/// A call as the far end knows it.
pub(crate) struct Dialog {
    call_id: String,
    ours: String,
    theirs: String,
    target: String,
    cseq: u32,
}

impl Dialog {
    /// The dialog that answering `invite` with `tag` makes.
    pub(crate) fn answering(invite: &Message, tag: &str) -> Self {
        Self {
            call_id: invite.header("call-id").to_owned(),
            ours: format!("{};tag={tag}", invite.header("to")),
            theirs: invite.header("from").to_owned(),
            target: invite.uri_of_contact(),
            cseq: 100,
        }
    }

    pub(crate) fn call_id(&self) -> &str {
        &self.call_id
    }

    /// Takes over what the desk's answer says.
    pub(crate) fn answered(&mut self, response: &Message) {
        self.theirs = response.header("to").to_owned();
        if response.status().is_some_and(|status| status < 300) {
            self.target = response.uri_of_contact();
        }
    }
}

/// A telephone at the far end: sends and takes real sound.
pub(crate) struct Telephone {
    pub(crate) session: Session,
    pub(crate) events: mpsc::Receiver<MediaEvent>,
    _engine: warmline_audio::Engine,
}

impl Telephone {
    pub(crate) fn new() -> Self {
        let (engine, _) = warmline_audio::Engine::start(EngineConfig::silent()).unwrap();
        let config = MediaConfig {
            loopback: true,
            codecs: vec![Codec::Pcmu],
            ..MediaConfig::default()
        };
        let (session, events) = Session::new(&config, engine.clone());
        session.set_sending(true);
        Self {
            session,
            events,
            _engine: engine,
        }
    }

    /// Waits until the session reports `wanted`.
    pub(crate) async fn hears(&mut self, wanted: MediaEvent) {
        let heard = async {
            while let Some(event) = self.events.recv().await {
                if event == wanted {
                    return;
                }
            }
            panic!("the session has ended");
        };
        timeout(PATIENCE, heard)
            .await
            .unwrap_or_else(|_| panic!("no {wanted:?}"));
    }
}

/// A desk on the peer's server, registered.
pub(crate) struct Phone {
    pub(crate) desk: Desk,
    pub(crate) events: tokio::sync::broadcast::Receiver<DeskEvent>,
}

impl Phone {
    pub(crate) async fn start(peer: &mut Peer, folder: &Path) -> Self {
        let config = config(peer.port, folder);
        Self::start_with(config).await
    }

    pub(crate) async fn start_with(config: DeskConfig) -> Self {
        Self::of(warmline_desk::start(config).unwrap()).await
    }

    /// A desk that was just started, once it is registered.
    pub(crate) async fn of(desk: Desk) -> Self {
        let events = desk.events();
        let mut snapshot = desk.snapshot();
        let registered = snapshot
            .wait_for(|snapshot| matches!(snapshot.registration, Registration::Registered { .. }));
        let registered = timeout(PATIENCE, registered).await;
        registered.expect("the desk does not register").unwrap();
        Self { desk, events }
    }

    /// Waits for an event, and passes over the others.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&DeskEvent) -> bool) -> DeskEvent {
        let mut passed = Vec::new();
        let found = async {
            loop {
                let event = self.events.recv().await.expect("an event");
                if wanted(&event) {
                    return event;
                }
                passed.push(event);
            }
        };
        let found = timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("not among {passed:#?}"))
    }
}

/// The profile of a desk on this port, read as a user's would be.
pub(crate) fn config(port: u16, folder: &Path) -> DeskConfig {
    let secret = folder.join("password.txt");
    std::fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
    let text = format!(
        "server = \"ws://127.0.0.1:{port}/\"\naor = \"sip:{AGENT}@far.example\"\n\
         password_file = \"password.txt\"\n"
    );
    let profile = Profile::parse(&text, folder).unwrap();
    let mut config = DeskConfig::from_profile(&profile).unwrap();
    config.audio = EngineConfig::silent();
    config
}

async fn serve(
    stream: TcpStream,
    received: &mpsc::UnboundedSender<Message>,
    outgoing: &mut mpsc::UnboundedReceiver<String>,
) {
    #[expect(clippy::result_large_err, reason = "the signature is the library's")]
    let speak_sip = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        let headers = response.headers_mut();
        headers.insert("Sec-WebSocket-Protocol", "sip".parse().unwrap());
        Ok(response)
    };
    let socket = accept_hdr_async(stream, speak_sip).await.unwrap();
    let (mut write, mut read) = socket.split();
    loop {
        let text = tokio::select! {
            frame = read.next() => match frame {
                Some(Ok(Frame::Text(text))) => {
                    let message = Message::parse(&text);
                    match message.method() {
                        Some("REGISTER") => register(&message),
                        _ => {
                            // The test may be over.
                            let _ = received.send(message);
                            continue;
                        }
                    }
                }
                Some(Ok(_)) => continue,
                _ => return,
            },
            Some(text) = outgoing.recv() => text,
        };
        if write.send(Frame::text(text)).await.is_err() {
            return;
        }
    }
}

fn register(request: &Message) -> String {
    let copied: String = request
        .headers
        .iter()
        .filter(|(name, _)| ["via", "from", "to", "call-id", "cseq"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let signed = request
        .headers
        .iter()
        .any(|(name, _)| name == "authorization");
    let (status, more) = if signed {
        let contact = request.header("contact");
        let contact = contact.split(";expires").next().unwrap_or_default();
        let expires = request.headers.iter().find(|(name, _)| name == "expires");
        let expires = expires.map_or("600", |(_, value)| value);
        (
            "200 OK",
            format!("Contact: {contact};expires={expires}\r\n"),
        )
    } else {
        let challenge = "WWW-Authenticate: Digest realm=\"far.example\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n";
        ("401 Unauthorized", challenge.to_owned())
    };
    format!("SIP/2.0 {status}\r\n{copied}{more}Content-Length: 0\r\n\r\n")
}

/// How long anything may take before a test has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);
