//! The exchange: a registrar (RFC 3261 §10) and a stateless proxy (§16.11) for everybody here. Pure.
//!
//! Whoever registers is reached by the connection they registered on (RFC 5626, RFC 7118), also
//! in the middle of a call after they have come back on another.

mod digest;
mod message;
mod registrar;
mod server;

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Instant;

use rand::rngs::StdRng;

use message::{Message, Start, parameter, uri_of, user_of};
use registrar::Registrar;

pub(crate) use server::Server;

/// A connection to the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A text came.
    Received(ConnectionId, String),
    /// A connection is gone.
    Closed(ConnectionId),
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Send a text; to a connection that is gone, it is lost.
    Send(ConnectionId, String),
    /// This user can be called now, or no longer.
    Reachable(String, bool),
}

/// Who may register, and what else they are called by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    /// User parts with their passwords.
    pub(crate) users: BTreeMap<String, String>,
    /// Extensions and other names, with the user part they stand for.
    pub(crate) aliases: BTreeMap<String, String>,
}

/// All state of the exchange.
#[derive(Debug)]
pub(crate) struct Exchange {
    domain: String,
    /// `host:port` of the exchange, as it stands in `Via` and `Record-Route`.
    address: String,
    directory: Directory,
    registrar: Registrar,
    /// Whose connection it is or was.
    owners: HashMap<ConnectionId, String>,
    commands: Vec<Command>,
}

impl Exchange {
    pub(crate) fn new(domain: &str, address: &str, directory: Directory, rng: StdRng) -> Self {
        Self {
            domain: domain.to_owned(),
            address: address.to_owned(),
            directory,
            registrar: Registrar::new(domain, rng),
            owners: HashMap::new(),
            commands: Vec::new(),
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        match event {
            Event::Received(from, text) => match Message::parse(&text) {
                Some(message) if message.method().is_some() => self.request(now, from, message),
                Some(message) => self.response(message),
                // Keepalives, and what is no SIP.
                None => {}
            },
            Event::Closed(connection) => {
                for user in self.registrar.closed(connection) {
                    self.commands.push(Command::Reachable(user, false));
                }
            }
        }
        std::mem::take(&mut self.commands)
    }

    /// When to call [`Exchange::expire`] next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.registrar.poll_timeout()
    }

    /// Forgets registrations that were not renewed.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<Command> {
        let gone = self.registrar.expire(now).into_iter();
        gone.map(|user| Command::Reachable(user, false)).collect()
    }

    fn request(&mut self, now: Instant, from: ConnectionId, mut request: Message) {
        let Start::Request { method, uri } = request.start.clone() else {
            return;
        };
        if request.header("Via").is_none() || request.header("CSeq").is_none() {
            return;
        }
        if method == "REGISTER" {
            return self.register(now, from, &request);
        }
        let to_us = user_of(&uri).is_empty() && !self.registrar.knows_contact(&uri);
        if method == "OPTIONS" && to_us {
            let mut answer = request.answer(200, "OK", TAG);
            answer.headers.push(("Allow".to_owned(), ALLOW.to_owned()));
            return self.send(from, &answer);
        }
        let Some(sender) = self.owners.get(&from).cloned() else {
            return self.refuse(from, &request, 403, "Register first");
        };
        let hops = request
            .header("Max-Forwards")
            .map_or(Some(70), |hops| hops.parse::<u8>().ok());
        match hops {
            None => return self.refuse(from, &request, 400, "Bad Max-Forwards"),
            Some(0) => return self.refuse(from, &request, 483, "Too Many Hops"),
            Some(hops) => set(&mut request, "Max-Forwards", (hops - 1).to_string()),
        }
        if request
            .header("Route")
            .is_some_and(|route| uri_of(route).contains(&self.address))
        {
            request.take_first("Route");
        }
        // Within a dialog a request names the contact; a new one names the user.
        let contact = self.registrar.by_contact(&uri);
        let user = user_of(&uri);
        let user = self.directory.aliases.get(&user).cloned().unwrap_or(user);
        let Some((to, contact)) = contact.or_else(|| self.registrar.by_user(&user)) else {
            let known = self.directory.users.contains_key(&user);
            let (status, reason) = if known {
                (480, "Temporarily Unavailable")
            } else {
                (404, "Not Found")
            };
            return self.refuse(from, &request, status, reason);
        };
        if let Start::Request { uri, .. } = &mut request.start {
            *uri = contact;
        }
        let dialog_forming = request
            .header("To")
            .is_some_and(|to| parameter(to, "tag").is_none());
        if method == "INVITE" && dialog_forming {
            let route = format!("<sip:{};transport=wss;lr>", self.address);
            request.put_first("Record-Route", route);
            // In this house, whoever has registered is who they are (RFC 3325).
            request
                .headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("P-Asserted-Identity"));
            let asserted = format!("<sip:{sender}@{}>", self.domain);
            request
                .headers
                .push(("P-Asserted-Identity".to_owned(), asserted));
        }
        let branch = self.branch(from, &request);
        request.put_first(
            "Via",
            format!("SIP/2.0/WSS {};branch={branch}", self.address),
        );
        self.send(to, &request);
    }

    /// The same for the same request (§16.11), so that CANCEL and ACK find the INVITE; and it says
    /// where the answer goes.
    fn branch(&self, from: ConnectionId, request: &Message) -> String {
        let via = request.header("Via").unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        parameter(via, "branch").hash(&mut hasher);
        via.split(';').next().hash(&mut hasher);
        format!("{MAGIC}{}-{:016x}", from.0, hasher.finish())
    }

    fn response(&mut self, mut response: Message) {
        let Some(via) = response.take_first("Via") else {
            return;
        };
        let ours = via
            .split(';')
            .next()
            .is_some_and(|by| by.ends_with(&self.address));
        let asked = parameter(&via, "branch")
            .and_then(|branch| branch.strip_prefix(MAGIC)?.split('-').next()?.parse().ok())
            .map(ConnectionId);
        let (Some(asked), true) = (asked, ours) else {
            return;
        };
        // They may have come back on another connection since.
        let now_at = self
            .owners
            .get(&asked)
            .and_then(|user| self.registrar.by_user(user));
        let to = now_at.map_or(asked, |(connection, _)| connection);
        self.send(to, &response);
    }

    fn register(&mut self, now: Instant, from: ConnectionId, request: &Message) {
        let answer = self
            .registrar
            .register(now, from, request, &self.directory.users);
        if let Some(user) = answer.user {
            self.owners.insert(from, user.clone());
            self.commands
                .push(Command::Reachable(user, answer.reachable));
        }
        self.send(from, &answer.message);
    }

    fn refuse(&mut self, to: ConnectionId, request: &Message, status: u16, reason: &str) {
        if request.method() != Some("ACK") {
            self.send(to, &request.answer(status, reason, TAG));
        }
    }

    fn send(&mut self, to: ConnectionId, message: &Message) {
        self.commands.push(Command::Send(to, message.to_text()));
    }
}

fn set(message: &mut Message, name: &str, value: String) {
    message
        .headers
        .retain(|(have, _)| !have.eq_ignore_ascii_case(name));
    message.headers.push((name.to_owned(), value));
}

const MAGIC: &str = "z9hG4bK-wl-";
const TAG: &str = "exchange";
const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, REGISTER";

#[cfg(test)]
mod tests;
