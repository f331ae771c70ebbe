//! The whole contact centre: exchange, people, and the shift that lets customers call.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc};
use tokio::task::{self, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::AbortOnDropHandle;
use warmline_sip::{Account, Aor, ServerUri};

use crate::authority::Identity;
use crate::exchange::{Directory, Exchange, Server};
use crate::person::{self, Deed, Role};
use crate::scenario::Scenario;
use crate::shift::{Call, Event, Shift};

/// A contact centre that runs, on this machine alone. It ends when dropped.
#[derive(Debug)]
pub struct Practice {
    agent: AgentAccount,
    deeds: broadcast::Sender<(String, Deed)>,
    // In this order: the people go before the exchange.
    _people: AbortOnDropHandle<()>,
    _server: Server,
}

/// What the agent's phone has to know.
#[derive(Clone)]
struct AgentAccount {
    server: String,
    aor: String,
    name: String,
    password: String,
    authority: String,
}

/// Why practice cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// No address on loopback.
    #[error("The practice contact centre cannot open a port on this machine: {0}.")]
    Port(#[source] io::Error),
    /// The port that phones know is taken.
    #[error(
        "The practice contact centre cannot open port {port}, where it was before: {source}. If it is not running already, delete the file \"place\" in its folder; phones then need the new profile."
    )]
    Taken {
        /// Which.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// No certificate.
    #[error("The practice contact centre cannot make its certificate: {0}.")]
    Certificate(String),
    /// A file that a phone needs cannot be written or read.
    #[error("{path} cannot be used for practice: {source}.")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The scenario names something that SIP cannot carry.
    #[error("The scenario cannot be used: {0}.")]
    Address(String),
}

/// Where practice runs, for those who want it at the same place again.
#[derive(Clone, Default)]
pub struct Place {
    port: u16,
    identity: Option<Identity>,
    password: Option<String>,
}

impl Practice {
    /// Starts on a free port with an authority and a password that are good for this time only.
    ///
    /// # Errors
    /// No port, or no certificate.
    pub async fn start(scenario: Scenario) -> Result<Self, PracticeError> {
        Self::start_at(scenario, &Place::default()).await
    }

    /// Starts at a place, as phones know it from before.
    ///
    /// # Errors
    /// The port is taken, or there is no certificate.
    pub async fn start_at(scenario: Scenario, place: &Place) -> Result<Self, PracticeError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, place.port)).await;
        let listener = listener.map_err(|source| match place.port {
            0 => PracticeError::Port(source),
            port => PracticeError::Taken { port, source },
        })?;
        let identity = match &place.identity {
            Some(identity) => identity.clone(),
            None => Identity::new()?,
        };
        let tls = TlsAcceptor::from(identity.tls()?);
        let password = place.password.clone().unwrap_or_else(secret);
        let (cast, directory) = cast(&scenario, &password);
        let rng = StdRng::from_rng(&mut rand::rng());
        let server = Server::start(listener, tls, |address| {
            Exchange::new(DOMAIN, &address.to_string(), directory, rng)
        });
        let server = server.map_err(PracticeError::Port)?;
        let url = format!("wss://{}/", server.address());
        let (deeds, _) = broadcast::channel(DEEDS);
        let mut people = People {
            server: url
                .parse()
                .map_err(|error| PracticeError::Address(format!("{error}")))?,
            authority: identity.authority.clone(),
            instances: StdRng::seed_from_u64(scenario.seed),
            agent: scenario.agent.number.clone(),
            deeds: deeds.clone(),
            tasks: JoinSet::new(),
            names: HashMap::new(),
        };
        let mut customers = Vec::new();
        for member in cast {
            match member.role {
                Role::Customer(_) => customers.push(member),
                _ => people.start(&member, None)?,
            }
        }
        let shift = Shift::new(scenario.pace, customers.len(), scenario.seed);
        let reachable = server.reachable();
        let agent = AgentAccount {
            server: url,
            aor: format!("sip:{}@{DOMAIN}", scenario.agent.number),
            name: scenario.agent.name,
            password,
            authority: identity.authority,
        };
        Ok(Self {
            agent,
            deeds,
            _people: AbortOnDropHandle::new(tokio::spawn(people.run(shift, customers, reachable))),
            _server: server,
        })
    }

    /// What everybody does from now on: who, by name, and what.
    pub fn deeds(&self) -> broadcast::Receiver<(String, Deed)> {
        self.deeds.subscribe()
    }

    /// Writes a profile for the agent's phone into a folder, which is made if it is not there, and
    /// gives its path. The password in it opens this contact centre and nothing else.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_profile(&self, folder: &Path) -> Result<PathBuf, PracticeError> {
        let AgentAccount {
            server,
            aor,
            name,
            password,
            authority,
        } = &self.agent;
        let name = toml::Value::from(name.as_str());
        let profile = format!(
            "# Written by Warmline's practice contact centre. Good for as long as it runs.\n\
             server = \"{server}\"\naor = \"{aor}\"\ndisplay_name = {name}\n\
             ca_file = \"{AUTHORITY}\"\npassword_file = \"{PASSWORD}\"\n"
        );
        make_folder(folder)?;
        write(&folder.join(AUTHORITY), authority)?;
        write(&folder.join(PASSWORD), &format!("{password}\n"))?;
        let path = folder.join(PROFILE);
        write(&path, &profile)?;
        Ok(path)
    }
}

impl Place {
    /// The place that a folder remembers, or a new one that it will: the same port, authority and
    /// password each time, so that phones find practice again after it was stopped.
    ///
    /// # Errors
    /// A file in the folder cannot be read or written.
    pub fn remembered(folder: &Path) -> Result<Self, PracticeError> {
        make_folder(folder)?;
        let path = folder.join(PLACE);
        if path.exists() {
            let text = fs::read_to_string(&path).map_err(|source| file(&path, source))?;
            if let Some(place) = Self::parse(&text) {
                return Ok(place);
            }
        }
        let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr());
        let (port, password, identity) = (
            port.map_err(PracticeError::Port)?.port(),
            secret(),
            Identity::new()?,
        );
        let text = format!(
            "{port}\n{password}\n{}{SEPARATOR}{}",
            identity.authority, identity.certificate_and_key
        );
        write(&path, &text)?;
        Ok(Self {
            port,
            identity: Some(identity),
            password: Some(password),
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (port, rest) = text.split_once('\n')?;
        let (password, rest) = rest.split_once('\n')?;
        let (authority, certificate_and_key) = rest.split_once(SEPARATOR)?;
        Some(Self {
            port: port.parse().ok()?,
            password: Some(password.to_owned()),
            identity: Some(Identity {
                authority: authority.to_owned(),
                certificate_and_key: certificate_and_key.to_owned(),
            }),
        })
    }
}

/// Names no secret.
impl std::fmt::Debug for AgentAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentAccount")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// Somebody to be played.
struct Member {
    name: String,
    user: String,
    password: String,
    role: Role,
}

/// Everybody but the agent, and the directory of all.
fn cast(scenario: &Scenario, agent_password: &str) -> (Vec<Member>, Directory) {
    let mut directory = Directory::default();
    directory
        .users
        .insert(scenario.agent.number.clone(), agent_password.to_owned());
    let mut cast = Vec::new();
    let mut add = |name: &str, user: &str, role: Role| {
        cast.push(Member {
            name: name.to_owned(),
            user: user.to_owned(),
            password: secret(),
            role,
        });
    };
    for customer in &scenario.customers {
        add(
            &customer.name,
            &customer.number,
            Role::Customer(Box::new(customer.clone())),
        );
    }
    for expert in &scenario.experts {
        add(
            &expert.name,
            &expert.number,
            Role::Expert(Box::new(expert.clone())),
        );
        if let Some(extension) = &expert.extension {
            directory
                .aliases
                .insert(extension.clone(), expert.number.clone());
        }
    }
    let lines = &scenario.lines;
    for (name, number, role) in [
        ("Echo", &lines.echo, Role::Echo),
        ("Music", &lines.music, Role::Music),
        ("Voicemail", &lines.voicemail, Role::Voicemail),
    ] {
        if let Some(number) = number {
            add(name, number, role);
        }
    }
    directory.users.extend(
        cast.iter()
            .map(|member| (member.user.clone(), member.password.clone())),
    );
    (cast, directory)
}

/// The people, and what they need to be one.
struct People {
    server: ServerUri,
    authority: String,
    /// Where ids of their phones come from.
    instances: StdRng,
    /// The number customers call.
    agent: String,
    deeds: broadcast::Sender<(String, Deed)>,
    tasks: JoinSet<()>,
    /// Whose task is which: the user part.
    names: HashMap<task::Id, String>,
}

impl People {
    /// Customers call as the shift says; the others are there already.
    async fn run(
        mut self,
        mut shift: Shift,
        customers: Vec<Member>,
        mut reachable: tokio::sync::watch::Receiver<Vec<String>>,
    ) {
        let known: BTreeMap<String, usize> = customers
            .iter()
            .enumerate()
            .map(|(n, member)| (member.user.clone(), n))
            .collect();
        loop {
            let due = shift.poll_timeout();
            let event = tokio::select! {
                changed = reachable.changed() => match changed {
                    Ok(()) => Event::Reachable(reachable.borrow_and_update().contains(&self.agent)),
                    Err(_) => return,
                },
                Some(left) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => {
                    let id = match left {
                        Ok((id, ())) => id,
                        Err(error) => {
                            tracing::error!(%error, "somebody in practice has failed");
                            error.id()
                        }
                    };
                    match self.names.remove(&id).and_then(|user| known.get(&user)) {
                        Some(customer) => Event::Ended(*customer),
                        None => continue,
                    }
                }
                () = until(due) => Event::Timeout,
            };
            let mut events = VecDeque::from([event]);
            while let Some(event) = events.pop_front() {
                for Call(customer) in shift.handle(Instant::now(), event) {
                    let agent = self.agent.clone();
                    if let Err(error) = self.start(&customers[customer], Some(agent)) {
                        tracing::warn!(%error, "a customer cannot call");
                        events.push_back(Event::Ended(customer));
                    }
                }
            }
        }
    }

    fn start(&mut self, member: &Member, calls: Option<String>) -> Result<(), PracticeError> {
        let aor = format!("sip:{}@{DOMAIN}", member.user);
        let aor: Aor = aor
            .parse()
            .map_err(|error| PracticeError::Address(format!("{error}")))?;
        let instance = uuid(self.instances.random());
        let mut account = Account::new(self.server.clone(), aor, member.password.clone(), instance);
        account.display_name = Some(member.name.clone().into());
        account.extra_ca = Some(self.authority.clone().into_bytes());
        "Warmline practice".clone_into(&mut account.user_agent);
        let (told, mut deeds) = mpsc::channel(64);
        let (role, name) = (member.role.clone(), member.name.clone());
        let all = self.deeds.clone();
        let task = self.tasks.spawn(async move {
            let telling = async {
                while let Some(deed) = deeds.recv().await {
                    tracing::debug!(?deed, "in practice");
                    // Nobody may be listening.
                    let _ = all.send((name.clone(), deed));
                }
            };
            tokio::join!(person::run(role, account, calls, told), telling);
        });
        self.names.insert(task.id(), member.user.clone());
        Ok(())
    }
}

/// A random UUID (RFC 9562, version 4) of these bits.
fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// 128 bits that nobody can guess.
fn secret() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

fn make_folder(folder: &Path) -> Result<(), PracticeError> {
    fs::create_dir_all(folder).map_err(|source| file(folder, source))
}

/// For this user's eyes only, also where others could read what was there before; whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), PracticeError> {
    let new = path.with_extension("new");
    // Left by a start that was cut off: a file that is opened keeps the rights it has.
    let _ = fs::remove_file(&new);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&new)
        .and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()))
        .and_then(|()| fs::rename(&new, path));
    written.map_err(|source| file(path, source))
}

fn file(path: &Path, source: io::Error) -> PracticeError {
    PracticeError::File {
        path: path.to_owned(),
        source,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// Reserved for examples (RFC 2606).
const DOMAIN: &str = "practice.example";
const PROFILE: &str = "profile.toml";
const AUTHORITY: &str = "authority.pem";
const PASSWORD: &str = "password.txt";
const PLACE: &str = "place";
const SEPARATOR: &str = "\n--\n";

/// Deeds kept for slow listeners.
const DEEDS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Place::remembered(folder.path()).expect("made");
        let again = Place::remembered(folder.path()).expect("read");
        let parts = |place: &Place| {
            let identity = place.identity.clone().expect("one");
            (
                place.port,
                place.password.clone(),
                identity.authority,
                identity.certificate_and_key,
            )
        };
        assert_eq!(parts(&first), parts(&again));
        fs::write(folder.path().join(PLACE), "nonsense").expect("writes");
        let anew = Place::remembered(folder.path()).expect("made anew");
        assert_ne!(anew.password, first.password);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_secret_is_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let all = [PROFILE, AUTHORITY, PASSWORD, PLACE];
        for name in all {
            fs::write(folder.path().join(name), "of somebody").expect("writes");
        }
        let place = Place::remembered(folder.path()).expect("made anew");
        let scenario =
            Scenario::parse("[agent]\nname = \"R\"\nnumber = \"+49 30 23125 100\"", None);
        let practice = Practice::start_at(scenario.expect("one"), &place).await;
        let practice = practice.expect("it starts");
        practice.write_profile(folder.path()).expect("writes");
        for name in all {
            let file = fs::metadata(folder.path().join(name)).expect("there");
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
        }
        let files = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(files, all.len(), "nothing else is left");
        let again = Practice::start_at(Scenario::built_in(), &place).await;
        let error = again.expect_err("it runs already").to_string();
        assert!(error.contains(&place.port.to_string()), "{error}");
        let shown = format!("{practice:?}");
        let password = place.password.expect("one");
        assert!(!shown.contains(&password), "{shown}");
    }

    #[test]
    fn an_id_of_a_phone_is_a_uuid() {
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
    }
}
