//! The agent under test.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use warmline_sip::{
    Account, DialogKey, EndCause, Invite, RegistrationError, RegistrationState, SipEvent,
    SipRequest, UserAgent,
};

use crate::authority::Authority;
use crate::peer::{Kind, Link, PATIENCE, Server};

pub(crate) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
pub(crate) const ANSWER: &str = "v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n";

pub(crate) struct Bench {
    pub(crate) agent: UserAgent,
    pub(crate) events: mpsc::Receiver<SipEvent>,
}

/// Quick to fail and quick to try again.
pub(crate) fn account(server: &Server, authority: Option<&Authority>) -> Account {
    let mut account = Account::new(
        vec![server.uri()],
        "sip:alice@example.com".parse().unwrap(),
        "secret-pw",
        "00000000-0000-1000-8000-000a95a0e128",
    );
    account.extra_ca = authority.map(Authority::pem);
    account.timing.connect = Duration::from_secs(2);
    account.timing.register = Duration::from_secs(2);
    account.timing.retry_first = Duration::from_millis(40);
    account.timing.retry_max = Duration::from_millis(80);
    account.timing.t1 = Duration::from_millis(50);
    account
}

impl Bench {
    pub(crate) fn start(account: Account) -> Self {
        let (agent, events) = UserAgent::start(account);
        Self { agent, events }
    }

    /// An agent, registered over its first connection.
    pub(crate) async fn registered(kind: Kind) -> (Self, Link, Server, Authority) {
        let authority = Authority::new();
        let tls = (kind != Kind::Ws).then(|| authority.server());
        let server = Server::start(kind, tls).await;
        let mut bench = Self::start(account(&server, Some(&authority)));
        let mut link = server.accept().await;
        link.register().await;
        bench.until_registered().await;
        (bench, link, server, authority)
    }

    /// The next event but those for a process that comes after.
    pub(crate) async fn event(&mut self) -> SipEvent {
        loop {
            let event = timeout(PATIENCE, self.events.recv())
                .await
                .expect("an event in time")
                .expect("a running agent");
            if !matches!(event, SipEvent::Saved { .. }) {
                return event;
            }
        }
    }

    pub(crate) async fn until_registered(&mut self) {
        let registered = async {
            while !matches!(
                self.event().await,
                SipEvent::Registration(RegistrationState::Registered { .. })
            ) {}
        };
        timeout(PATIENCE, registered)
            .await
            .expect("a registration in time");
    }

    /// The first failure of the registration.
    pub(crate) async fn failure(&mut self) -> RegistrationError {
        loop {
            match self.event().await {
                SipEvent::Registration(
                    RegistrationState::Waiting { error, .. } | RegistrationState::Refused { error },
                ) => {
                    return error;
                }
                SipEvent::Registration(
                    RegistrationState::Connecting | RegistrationState::Registering,
                ) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) async fn incoming(&mut self) -> (DialogKey, Box<Invite>) {
        match self.event().await {
            SipEvent::Incoming { dialog, invite } => (dialog, invite),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn ended(&mut self) -> EndCause {
        match self.event().await {
            SipEvent::Ended { cause, .. } => cause,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn call(&self) -> DialogKey {
        let dialog = self.agent.next_dialog();
        self.agent.send(SipRequest::Invite {
            dialog,
            to: "bob".into(),
            offer: OFFER.into(),
            headers: Vec::new(),
        });
        dialog
    }

    pub(crate) fn ask(&self, request: SipRequest) {
        self.agent.send(request);
    }
}
