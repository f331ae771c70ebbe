//! Who is where.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::ConnectionId;
use super::digest::{Claim, challenge};
use super::message::{Message, Start, parameter, uri_of, user_of};

/// Registrations: the phones of each user, the newest last. A new call goes to the newest that is there.
#[derive(Debug)]
pub(super) struct Registrar {
    realm: String,
    rng: StdRng,
    /// Nonces given out and how often each was used, oldest first.
    nonces: VecDeque<(String, u32)>,
    bindings: BTreeMap<String, Vec<Binding>>,
}

#[derive(Debug)]
struct Binding {
    /// None once the connection is lost: they may come back in the middle of a call.
    connection: Option<ConnectionId>,
    contact: String,
    /// The same phone at every start (RFC 5626 §4.1).
    instance: Option<String>,
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

/// Where the phone with a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    On(ConnectionId),
    /// It was here and may come back.
    Lost,
    /// Nobody has this contact.
    Unknown,
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
        let Some(password) = users.get(&user) else {
            return refused(request.answer(404, "Not Found", super::TAG));
        };
        let claim = request.header("Authorization").and_then(Claim::parse);
        let proven = claim.filter(|claim| self.proves(claim, request, &user, password));
        match proven {
            Some(claim) if self.is_fresh(&claim) => self.bind(now, from, request, user),
            // The password is right; what it was hashed with is old, or was heard before.
            Some(_) => refused(self.challenge(request, true)),
            None => refused(self.challenge(request, false)),
        }
    }

    fn proves(&self, claim: &Claim, request: &Message, user: &str, password: &str) -> bool {
        let Start::Request { method, uri } = &request.start else {
            return false;
        };
        claim.proves((method, uri), user, &self.realm, password)
    }

    /// Whether the nonce is ours, and its count higher than before: a replay is not.
    fn is_fresh(&mut self, claim: &Claim) -> bool {
        let mut nonces = self.nonces.iter_mut();
        let Some((_, count)) = nonces.find(|(nonce, _)| *nonce == claim.nonce) else {
            return false;
        };
        let fresh = claim.count > *count;
        *count = claim.count.max(*count);
        fresh
    }

    fn challenge(&mut self, request: &Message, stale: bool) -> Message {
        let mut answer = request.answer(401, "Unauthorized", super::TAG);
        let nonce = format!("{:032x}", self.rng.random::<u128>());
        let value = challenge(&self.realm, &nonce, stale);
        answer.headers.push(("WWW-Authenticate".to_owned(), value));
        self.nonces.push_back((nonce, 0));
        if self.nonces.len() > NONCES {
            self.nonces.pop_front();
        }
        answer
    }

    fn bind(
        &mut self,
        now: Instant,
        from: ConnectionId,
        request: &Message,
        user: String,
    ) -> Answer {
        let header = request.header("Expires");
        let contacts = request.values("Contact");
        if contacts.contains(&"*") && (contacts.len() > 1 || header != Some("0")) {
            return refused(request.answer(400, "Bad Contact", super::TAG));
        }
        let phones = self.bindings.entry(user.clone()).or_default();
        for contact in contacts {
            let expires = parameter(contact, "expires").or(header);
            let expires = expires
                .and_then(|s| s.parse::<u32>().ok())
                .unwrap_or(LONGEST_S)
                .min(LONGEST_S);
            let uri = uri_of(contact);
            if contact == "*" {
                phones.clear();
            } else if expires == 0 {
                // An old connection that says farewell does not take the new one along.
                phones.retain(|phone| {
                    place(&phone.contact) != place(uri)
                        || phone.connection.is_some_and(|on| on != from)
                });
            } else {
                let new = Binding {
                    connection: Some(from),
                    contact: uri.to_owned(),
                    instance: parameter(contact, "+sip.instance").map(str::to_owned),
                    until: now + Duration::from_secs(expires.into()),
                };
                match phones.iter_mut().find(|phone| phone.is_same(&new)) {
                    Some(phone) => *phone = new,
                    None => phones.push(new),
                }
                if phones.len() > PHONES {
                    phones.remove(0);
                }
            }
        }
        let mut answer = request.answer(200, "OK", super::TAG);
        for phone in phones.iter() {
            let left = phone.until.saturating_duration_since(now).as_secs();
            let mut contact = format!("<{}>;expires={left}", phone.contact);
            if let Some(instance) = &phone.instance {
                contact.push_str(&format!(";+sip.instance=\"{instance}\""));
            }
            answer.headers.push(("Contact".to_owned(), contact));
        }
        Answer {
            reachable: self.by_user(&user).is_some(),
            message: answer,
            user: Some(user),
        }
    }

    /// Where a user's newest phone is, and its contact.
    pub(super) fn by_user(&self, user: &str) -> Option<(ConnectionId, String)> {
        let phones = self.bindings.get(user)?.iter().rev();
        phones
            .filter_map(|phone| Some((phone.connection?, phone.contact.clone())))
            .next()
    }

    /// Where the phone with this contact is.
    pub(super) fn by_contact(&self, contact: &str) -> Whereabouts {
        let mut phones = self.bindings.values().flatten();
        match phones.find(|phone| place(&phone.contact) == place(contact)) {
            Some(phone) => phone.connection.map_or(Whereabouts::Lost, Whereabouts::On),
            None => Whereabouts::Unknown,
        }
    }

    /// A connection is gone; gives the users who cannot be called any more.
    pub(super) fn closed(&mut self, connection: ConnectionId) -> Vec<String> {
        self.change(|phones| {
            for phone in phones {
                phone.connection.take_if(|on| *on == connection);
            }
        })
    }

    /// Forgets who has not renewed; gives the users who cannot be called any more.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<String> {
        self.change(|phones| phones.retain(|phone| phone.until > now))
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let phones = self.bindings.values().flatten();
        phones.map(|phone| phone.until).min()
    }

    fn change(&mut self, change: impl Fn(&mut Vec<Binding>)) -> Vec<String> {
        let there = |phones: &[Binding]| phones.iter().any(|phone| phone.connection.is_some());
        let mut gone = Vec::new();
        for (user, phones) in &mut self.bindings {
            let before = there(phones);
            change(phones);
            if before && !there(phones) {
                gone.push(user.clone());
            }
        }
        self.bindings.retain(|_, phones| !phones.is_empty());
        gone
    }
}

impl Binding {
    /// Whether it is the same phone: one that was started again has another contact (RFC 5626 §6).
    fn is_same(&self, new: &Self) -> bool {
        let instance = self.instance.is_some() && self.instance == new.instance;
        instance || place(&self.contact) == place(&new.contact)
    }
}

fn refused(message: Message) -> Answer {
    Answer {
        message,
        user: None,
        reachable: false,
    }
}

/// User, host and port without parameters.
fn place(uri: &str) -> &str {
    uri.split(';').next().unwrap_or(uri)
}

const NONCES: usize = 1024;

/// Phones of one user; beyond them the oldest is forgotten.
const PHONES: usize = 8;

/// Longest registration granted, seconds.
const LONGEST_S: u32 = 600;
