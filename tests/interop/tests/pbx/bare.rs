//! The agent's user agent alone: `crates/sip` at the edge, without a phone around it and without sound.

use std::net::UdpSocket;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver;
use warmline_interop::{Edge, Lab, LabError, Person, Result};
use warmline_sip::{
    Account, DialogKey, ReferId, RegistrationState, SavedDialog, ServerUri, SipEvent, SipRequest,
    UserAgent,
};

pub(crate) struct Bare {
    runtime: Runtime,
    agent: UserAgent,
    events: Receiver<SipEvent>,
    seen: Vec<SipEvent>,
    sound: UdpSocket,
    refers: u32,
    offers: u32,
}

impl Bare {
    /// Registers, by a plain account: nobody but a WebRTC phone could speak with the others.
    pub(crate) fn registered(lab: &Lab, edge: &Edge) -> Result<Bare> {
        let person = Person::TRAINEE;
        let server: ServerUri = edge.wss().parse().expect("an address of the lab's");
        let mut account = Account::new(
            server,
            person.aor().parse().expect("an address of the lab's"),
            person.password.to_owned(),
            "00000000-0000-4000-8000-000000000001",
        );
        account.extra_ca = Some(std::fs::read(lab.ca_file()).expect("the lab has written it"));
        let runtime = Runtime::new().expect("a runtime");
        let (agent, events) = {
            let _entered = runtime.enter();
            UserAgent::start(account)
        };
        let mut bare = Bare {
            runtime,
            agent,
            events,
            seen: Vec::new(),
            sound: UdpSocket::bind("127.0.0.1:0").expect("a free port"),
            refers: 0,
            offers: 0,
        };
        bare.wait("registered", |event| {
            matches!(
                event,
                SipEvent::Registration(RegistrationState::Registered { .. })
            )
            .then_some(())
        })?;
        Ok(bare)
    }

    /// Takes the call that comes in.
    pub(crate) fn answer(&mut self) -> Result<DialogKey> {
        let dialog = self.wait("a call", |event| match event {
            SipEvent::Incoming { dialog, .. } => Some(*dialog),
            _ => None,
        })?;
        let sdp = self.sdp("sendrecv");
        self.agent.send(SipRequest::Accept { dialog, sdp });
        self.wait("the ACK", |event| {
            matches!(event, SipEvent::Confirmed { dialog: of } if *of == dialog).then_some(())
        })?;
        Ok(dialog)
    }

    /// Calls a number.
    pub(crate) fn dial(&mut self, number: &str) -> DialogKey {
        self.invite(number, Vec::new())
    }

    /// Calls in the place of a call that another user agent has (RFC 3891).
    pub(crate) fn dial_for(&mut self, saved: &SavedDialog) -> DialogKey {
        let headers = vec![("Replaces".to_owned(), saved.replaces())];
        // Asterisk asks first whether anybody has the number, and only then for Replaces: its own Contact,
        // `asterisk@…`, is nobody.
        self.invite(&saved.remote_uri(), headers)
    }

    fn invite(&mut self, to: &str, headers: Vec<(String, String)>) -> DialogKey {
        let dialog = self.agent.next_dialog();
        let offer = self.sdp("sendrecv");
        self.agent.send(SipRequest::Invite {
            dialog,
            to: to.to_owned(),
            offer,
            headers,
        });
        dialog
    }

    /// A call as it is written down.
    pub(crate) fn saved(&mut self, call: DialogKey) -> Result<SavedDialog> {
        self.wait("the call written down", |event| match event {
            SipEvent::Saved { dialog, saved } if *dialog == call => Some((**saved).clone()),
            _ => None,
        })
    }

    /// Waits until it is answered.
    pub(crate) fn answered(&mut self, dialog: DialogKey) -> Result<()> {
        self.wait("the answer", |event| {
            matches!(event, SipEvent::Answered { dialog: of, .. } if *of == dialog).then_some(())
        })
    }

    /// Puts a call on hold.
    pub(crate) fn hold(&mut self, dialog: DialogKey) -> Result<()> {
        let offer = self.sdp("sendonly");
        self.agent.send(SipRequest::Reoffer { dialog, offer });
        self.wait("the answer to the hold", |event| {
            matches!(event, SipEvent::ReofferAnswered { dialog: of, .. } if *of == dialog)
                .then_some(())
        })
    }

    /// Ends a call.
    pub(crate) fn hang_up(&mut self, dialog: DialogKey) {
        self.agent.send(SipRequest::Bye { dialog });
    }

    /// Sends a REFER; the status and whether NOTIFYs are to come.
    pub(crate) fn refer(
        &mut self,
        dialog: DialogKey,
        to: &str,
        replaces: Option<DialogKey>,
    ) -> Result<(u16, bool)> {
        self.refers += 1;
        let id = ReferId(self.refers);
        self.agent.send(SipRequest::Refer {
            dialog,
            refer: id,
            refer_to: to.to_owned(),
            replaces,
        });
        self.wait("the answer to REFER", |event| match event {
            SipEvent::ReferAnswered {
                refer,
                status,
                subscribed,
                ..
            } if *refer == id => Some((*status, *subscribed)),
            _ => None,
        })
    }

    /// The last word about the last REFER.
    pub(crate) fn outcome(&mut self) -> Result<u16> {
        let id = ReferId(self.refers);
        self.wait("the last NOTIFY", |event| match event {
            SipEvent::ReferProgress {
                refer,
                status,
                terminated: true,
                ..
            } if *refer == id => Some(*status),
            _ => None,
        })
    }

    /// Waits until a call has ended, by the other side.
    pub(crate) fn ended(&mut self, dialog: DialogKey) -> Result<()> {
        self.wait("the end", |event| {
            matches!(event, SipEvent::Ended { dialog: of, .. } if *of == dialog).then_some(())
        })
    }

    /// Whether anything of this kind comes in so long.
    pub(crate) fn comes(&mut self, time: Duration, wanted: impl Fn(&SipEvent) -> bool) -> bool {
        self.take(time, |event| wanted(event).then_some(()))
            .is_some()
    }

    fn wait<T>(&mut self, awaited: &str, pick: impl Fn(&SipEvent) -> Option<T>) -> Result<T> {
        self.take(LIMIT, pick).ok_or_else(|| LabError::TimedOut {
            name: "the user agent".to_owned(),
            awaited: awaited.to_owned(),
            limit: LIMIT,
            seen: format!("{:#?}", self.seen),
        })
    }

    /// The first event that `pick` makes something of, and that was not taken yet.
    fn take<T>(&mut self, limit: Duration, pick: impl Fn(&SipEvent) -> Option<T>) -> Option<T> {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            if let Some(at) = self.seen.iter().position(|event| pick(event).is_some()) {
                return pick(&self.seen.remove(at));
            }
            let next = self
                .runtime
                .block_on(async { tokio::time::timeout_at(deadline, self.events.recv()).await });
            self.seen.push(next.ok().flatten()?);
        }
    }

    fn sdp(&mut self, direction: &str) -> String {
        self.offers += 1;
        let port = self.sound.local_addr().map_or(9, |address| address.port());
        format!(
            "v=0\r\no=- 1 {} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na={direction}\r\n",
            self.offers
        )
    }
}

const LIMIT: Duration = Duration::from_secs(10);
