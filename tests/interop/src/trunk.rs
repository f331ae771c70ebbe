//! A line from outside: SIP over UDP by hand, for messages that no decent peer would send.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Doing, LabError, Result};
use crate::people::Person;

/// A UDP socket that speaks to Kamailio.
pub struct Trunk {
    socket: UdpSocket,
}

impl Trunk {
    pub(crate) fn connect(port: u16) -> Result<Trunk> {
        let socket = UdpSocket::bind("127.0.0.1:0").doing("opening a trunk")?;
        socket
            .connect(("127.0.0.1", port))
            .doing("opening a trunk")?;
        socket
            .set_read_timeout(Some(Duration::from_millis(200)))
            .doing("opening a trunk")?;
        Ok(Trunk { socket })
    }

    /// Asks the proxy itself whether it is there. The status it answers with.
    pub(crate) fn options(&self) -> Result<u16> {
        let message = self.request("OPTIONS", None, &next_call(), "");
        self.send(&message)?;
        self.status(Duration::from_millis(200), |_| true)
    }

    /// Calls `person` with this body as the offer, and gives the final status. For calls that are
    /// refused: one that is answered is left to itself.
    ///
    /// # Errors
    /// [`LabError::Refused`] if it rings before it is refused.
    pub fn invite(&self, person: Person, offer: &str) -> Result<u16> {
        let call = next_call();
        self.send(&self.request("INVITE", Some(person), &call, offer))?;
        match self.status(LIMIT, |status| status >= 180)? {
            ringing @ ..200 => {
                let reason = format!("{ringing} before the refusal");
                Err(LabError::Refused {
                    name: "trunk".to_owned(),
                    reason,
                })
            }
            status => self.acknowledge(person, &call, status),
        }
    }

    /// Calls `person` and gives up when it rings. The final status: 487.
    pub fn cancelled_invite(&self, person: Person, offer: &str) -> Result<u16> {
        let call = next_call();
        self.send(&self.request("INVITE", Some(person), &call, offer))?;
        self.status(LIMIT, |status| status == 180)?;
        self.send(&self.request("CANCEL", Some(person), &call, ""))?;
        self.status(LIMIT, |status| status == 200)?;
        let status = self.status(LIMIT, |status| status >= 200)?;
        self.acknowledge(person, &call, status)
    }

    fn acknowledge(&self, person: Person, call: &str, status: u16) -> Result<u16> {
        if status >= 300 {
            self.send(&self.request("ACK", Some(person), call, ""))?;
        }
        Ok(status)
    }

    fn send(&self, message: &str) -> Result<()> {
        self.socket
            .send(message.as_bytes())
            .doing("sending on the trunk")
            .map(drop)
    }

    fn status(&self, limit: Duration, wanted: impl Fn(u16) -> bool) -> Result<u16> {
        let start = Instant::now();
        let mut buffer = [0; 65536];
        while start.elapsed() <= limit {
            let Ok(length) = self.socket.recv(&mut buffer) else {
                continue;
            };
            let text = String::from_utf8_lossy(&buffer[..length]);
            let status = text
                .strip_prefix("SIP/2.0 ")
                .and_then(|rest| rest.get(..3))
                .and_then(|code| code.parse().ok());
            if let Some(status) = status.filter(|status| wanted(*status)) {
                return Ok(status);
            }
        }
        Err(LabError::TimedOut {
            name: "trunk".to_owned(),
            awaited: "answer".to_owned(),
            limit,
            seen: String::new(),
        })
    }

    fn request(&self, method: &str, to: Option<Person>, call: &str, body: &str) -> String {
        let port = self.socket.local_addr().map_or(0, |address| address.port());
        let user = to
            .map(|person| format!("{}@", person.number))
            .unwrap_or_default();
        let uri = format!("sip:{user}{}", Person::DOMAIN);
        let content = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-{port}-{call};rport\r\n\
             Max-Forwards: 70\r\n\
             From: \"{CALLER}\" <sip:4930555777@{domain}>;tag={port}-{call}\r\n\
             To: <{uri}>\r\n\
             Call-ID: {port}-{call}@trunk.test\r\n\
             CSeq: 1 {method}\r\n\
             Contact: <sip:trunk@127.0.0.1:{port}>\r\n\
             {content}Content-Length: {length}\r\n\r\n{body}",
            domain = Person::DOMAIN,
            length = body.len(),
        )
    }
}

fn next_call() -> String {
    static CALL: AtomicU32 = AtomicU32::new(1);
    CALL.fetch_add(1, Ordering::Relaxed).to_string()
}

const LIMIT: Duration = Duration::from_secs(10);
/// The name that the trunk's calls come from.
pub(crate) const CALLER: &str = "Wendelin Kuckuckslichtnelke";
