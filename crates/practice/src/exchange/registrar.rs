//! Who is where.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::ConnectionId;
use super::digest::{Claim, challenge};
use super::message::{Message, parameter, uri_of, user_of};

/// Registrations, the newest phone of each user: an agent has one.
#[derive(Debug)]
pub(super) struct Registrar {
    realm: String,
    rng: StdRng,
    /// Nonces given out, oldest first.
    nonces: VecDeque<String>,
    bindings: BTreeMap<String, Binding>,
}

#[derive(Debug)]
struct Binding {
    connection: ConnectionId,
    contact: String,
    until: Instant,
}

/// What a REGISTER gets.
pub(super) struct Answer {
    pub(super) message: Message,
    /// Whose it was, once they have proved it.
    pub(super) user: Option<String>,
    /// Whether they can be called now.
    pub(super) reachable: bool,
}

impl Registrar {
    pub(super) fn new(realm: &str, rng: StdRng) -> Self {
        Self {
            realm: realm.to_owned(),
            rng,
            nonces: VecDeque::new(),
            bindings: BTreeMap::new(),
        }
    }

    pub(super) fn register(
        &mut self,
        now: Instant,
        from: ConnectionId,
        request: &Message,
        users: &BTreeMap<String, String>,
    ) -> Answer {
        let user = user_of(uri_of(request.header("To").unwrap_or_default()));
        let refused = |message| Answer {
            message,
            user: None,
            reachable: false,
        };
        let Some(password) = users.get(&user) else {
            return refused(request.answer(404, "Not Found", super::TAG));
        };
        let claim = request.header("Authorization").and_then(Claim::parse);
        let stale = match &claim {
            Some(claim) if !claim.proves("REGISTER", &user, &self.realm, password) => false,
            Some(claim) if self.nonces.contains(&claim.nonce) => {
                return self.bind(now, from, request, user);
            }
            Some(_) => true,
            None => false,
        };
        let mut answer = request.answer(401, "Unauthorized", super::TAG);
        let nonce = format!("{:032x}", self.rng.random::<u128>());
        answer.headers.push((
            "WWW-Authenticate".to_owned(),
            challenge(&self.realm, &nonce, stale),
        ));
        self.nonces.push_back(nonce);
        if self.nonces.len() > NONCES {
            self.nonces.pop_front();
        }
        refused(answer)
    }

    fn bind(
        &mut self,
        now: Instant,
        from: ConnectionId,
        request: &Message,
        user: String,
    ) -> Answer {
        let mut answer = request.answer(200, "OK", super::TAG);
        let contact = request.header("Contact").unwrap_or_default();
        let asked = parameter(contact, "expires").or(request.header("Expires"));
        let expires = asked
            .and_then(|s| s.parse::<u32>().ok())
            .unwrap_or(LONGEST_S)
            .min(LONGEST_S);
        if expires == 0 {
            // Another phone of the same user that says farewell does not take this one along.
            if self
                .bindings
                .get(&user)
                .is_some_and(|binding| binding.connection == from)
            {
                self.bindings.remove(&user);
            }
        } else if !contact.is_empty() {
            let binding = Binding {
                connection: from,
                contact: uri_of(contact).to_owned(),
                until: now + Duration::from_secs(expires.into()),
            };
            self.bindings.insert(user.clone(), binding);
        }
        if let Some(binding) = self.bindings.get(&user) {
            let left = binding.until.saturating_duration_since(now).as_secs();
            let contact = format!("<{}>;expires={left}", binding.contact);
            answer.headers.push(("Contact".to_owned(), contact));
        }
        Answer {
            reachable: self.bindings.contains_key(&user),
            message: answer,
            user: Some(user),
        }
    }

    /// Where a user is, and their contact.
    pub(super) fn by_user(&self, user: &str) -> Option<(ConnectionId, String)> {
        let binding = self.bindings.get(user)?;
        Some((binding.connection, binding.contact.clone()))
    }

    /// Where the phone with this contact is.
    pub(super) fn by_contact(&self, contact: &str) -> Option<(ConnectionId, String)> {
        let place = place(contact);
        let mut bindings = self.bindings.values();
        let binding = bindings.find(|binding| self::place(&binding.contact) == place)?;
        Some((binding.connection, contact.to_owned()))
    }

    pub(super) fn knows_contact(&self, contact: &str) -> bool {
        self.by_contact(contact).is_some()
    }

    /// Takes a connection out; gives the users who cannot be called any more.
    pub(super) fn closed(&mut self, connection: ConnectionId) -> Vec<String> {
        self.remove(|binding| binding.connection == connection)
    }

    pub(super) fn expire(&mut self, now: Instant) -> Vec<String> {
        self.remove(|binding| binding.until <= now)
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.bindings.values().map(|binding| binding.until).min()
    }

    fn remove(&mut self, gone: impl Fn(&Binding) -> bool) -> Vec<String> {
        let removed = self.bindings.extract_if(.., |_, binding| gone(binding));
        removed.map(|(user, _)| user).collect()
    }
}

/// User, host and port without parameters.
fn place(uri: &str) -> &str {
    uri.split(';').next().unwrap_or(uri)
}

const NONCES: usize = 1024;

/// Longest registration granted, seconds.
const LONGEST_S: u32 = 600;
