//! The exchange: a registrar (RFC 3261 §10) and a stateless proxy (§16.11) for everybody here. Pure.
//!
//! Whoever registers is reached by the connection they registered on (RFC 5626, RFC 7118), also
//! in the middle of a call after they have come back on another.

mod digest;
mod message;
mod registrar;
mod server;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Instant;

use rand::rngs::StdRng;

use message::{Message, Start, host_of, parameter, uri_of, user_of};
use registrar::{Registrar, Whereabouts};

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
    /// Whose connection it is.
    owners: BTreeMap<ConnectionId, String>,
    commands: Vec<Command>,
}

impl Exchange {
    pub(crate) fn new(domain: &str, address: &str, directory: Directory, rng: StdRng) -> Self {
        Self {
            domain: domain.to_owned(),
            address: address.to_owned(),
            directory,
            registrar: Registrar::new(domain, rng),
            owners: BTreeMap::new(),
            commands: Vec::new(),
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        match event {
            // A keepalive wants an answer (RFC 5626 §4.4.1).
            Event::Received(from, text) if text == PING => {
                self.commands.push(Command::Send(from, PONG.to_owned()));
            }
            Event::Received(from, text) => match Message::parse(&text) {
                Some(message) if message.method().is_some() => self.request(now, from, message),
                Some(message) => self.response(from, message),
                // It is no SIP.
                None => {}
            },
            Event::Closed(connection) => {
                self.owners.remove(&connection);
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
        let needed = ["Via", "From", "To", "Call-ID", "CSeq"];
        if needed.iter().any(|name| request.header(name).is_none()) {
            return;
        }
        if method == "REGISTER" {
            return self.register(now, from, &request);
        }
        let place = self.registrar.by_contact(&uri);
        let to_us = user_of(&uri).is_empty() && place == Whereabouts::Unknown;
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
            .map_or(Some(71), |hops| hops.parse::<u8>().ok());
        match hops {
            None => return self.refuse(from, &request, 400, "Bad Max-Forwards"),
            Some(0) => return self.refuse(from, &request, 483, "Too Many Hops"),
            Some(hops) => set(&mut request, "Max-Forwards", (hops - 1).to_string()),
        }
        if request
            .header("Route")
            .is_some_and(|route| host_of(uri_of(route)) == self.address)
        {
            request.take_first("Route");
        }
        let new = request
            .header("To")
            .is_some_and(|to| parameter(to, "tag").is_none());
        let to = match self.find(place, &uri) {
            Ok((to, contact)) => {
                request.start = Start::Request {
                    method: method.clone(),
                    uri: contact,
                };
                to
            }
            // Its phone is gone for good: who still talks to it has to know (§12.2.1.2).
            Err(404) if !new => return self.refuse(from, &request, 481, "Call Does Not Exist"),
            Err(404) => return self.refuse(from, &request, 404, "Not Found"),
            Err(status) => return self.refuse(from, &request, status, "Temporarily Unavailable"),
        };
        if new && DIALOGS.contains(&method.as_str()) {
            let route = format!("<sip:{};transport=ws;lr>", self.address);
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
        let via = self.via(from, &sender, &request);
        request.put_first("Via", via);
        self.send(to, &request);
    }

    /// Where a request goes, and the contact it is for: within a dialog it names that, a new one names
    /// the user. Else the status it is refused with.
    fn find(&self, place: Whereabouts, uri: &str) -> Result<(ConnectionId, String), u16> {
        match place {
            Whereabouts::On(connection) => return Ok((connection, uri.to_owned())),
            Whereabouts::Lost => return Err(480),
            Whereabouts::Unknown => {}
        }
        let user = user_of(uri);
        let user = self.directory.aliases.get(&user).unwrap_or(&user);
        let known = self.directory.users.contains_key(user);
        let found = self.registrar.by_user(user);
        found.ok_or(if known { 480 } else { 404 })
    }

    /// Its branch is the same for the same request (§16.11), so that CANCEL and ACK find the INVITE, also
    /// from another connection; the rest says where the answer goes.
    fn via(&self, from: ConnectionId, sender: &str, request: &Message) -> String {
        let via = request.header("Via").unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        parameter(via, "branch").hash(&mut hasher);
        via.split(';').next().hash(&mut hasher);
        sender.hash(&mut hasher);
        let user = self.directory.users.keys().position(|user| user == sender);
        format!(
            "SIP/2.0/WSS {};branch=z9hG4bK{:016x};{BACK}={}-{}",
            self.address,
            hasher.finish(),
            from.0,
            user.unwrap_or_default()
        )
    }

    fn response(&mut self, from: ConnectionId, mut response: Message) {
        let Some(via) = response.take_first("Via") else {
            return;
        };
        let ours = via
            .split(';')
            .next()
            .and_then(|by| by.split_whitespace().last())
            .is_some_and(|by| by == self.address);
        let back = parameter(&via, BACK).and_then(|back| {
            let (connection, user) = back.split_once('-')?;
            Some((connection.parse().ok()?, user.parse::<usize>().ok()?))
        });
        let (Some((asked, user)), true, true) = (back, ours, self.owners.contains_key(&from))
        else {
            return;
        };
        // They may have come back on another connection since.
        let asked = ConnectionId(asked);
        let to = if self.owners.contains_key(&asked) {
            Some(asked)
        } else {
            let user = self.directory.users.keys().nth(user);
            let mut theirs = self.owners.iter().rev();
            theirs
                .find(|(_, owner)| Some(*owner) == user)
                .map(|(connection, _)| *connection)
        };
        if let Some(to) = to {
            self.send(to, &response);
        }
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

/// The parameter of our `Via` that leads back: connection and user of who asked.
const BACK: &str = "wl";

/// What forms dialogs that we stay in.
const DIALOGS: [&str; 3] = ["INVITE", "REFER", "SUBSCRIBE"];

const PING: &str = "\r\n\r\n";
const PONG: &str = "\r\n";
const TAG: &str = "exchange";
const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, REGISTER";

#[cfg(test)]
mod tests;
