//! The whole contact centre: exchange, people, and the shift that lets customers call.

use std::collections::{BTreeMap, HashMap, VecDeque};
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
use crate::office::{Line, Office, numbers_of_colleagues};
use crate::person::{self, Deed, Role};
use crate::place::{Place, make_folder, secret, uuid, write};
use crate::scenario::Scenario;
use crate::shift::{Call, Event, Shift};

/// A contact centre that runs, on this machine alone. It ends when dropped.
#[derive(Debug)]
pub struct Practice {
    agent: AgentAccount,
    deeds: broadcast::Sender<(String, Deed)>,
    office: Office,
    // In this order: the people go before the exchange.
    _office: AbortOnDropHandle<()>,
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
        let listener = listen(place.port).await?;
        let office = listen(place.office).await?;
        let identity = match &place.identity {
            Some(identity) => identity.clone(),
            None => Identity::new()?,
        };
        let tls = TlsAcceptor::from(identity.tls()?);
        let password = place.password.clone().unwrap_or_else(secret);
        let (cast, mut directory) = cast(&scenario, &password);
        let colleagues = numbers_of_colleagues(&scenario).into_iter();
        let absent = colleagues.map(|number| (number, secret()));
        directory.users.extend(absent);
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
        let shift = Shift::new(scenario.pace.clone(), customers.len(), scenario.seed);
        let reachable = server.reachable();
        let agent = AgentAccount {
            server: url,
            aor: format!("sip:{}@{DOMAIN}", scenario.agent.number),
            name: scenario.agent.name.clone(),
            password,
            authority: identity.authority,
        };
        let line = Line {
            server: &agent.server,
            aor: &agent.aor,
            name: &agent.name,
            number: &scenario.agent.number,
            password: &agent.password,
            authority: &agent.authority,
        };
        let opened = Office::open(office, &scenario, &line, deeds.clone());
        let (office, office_task) = opened.map_err(PracticeError::Port)?;
        Ok(Self {
            agent,
            deeds,
            office,
            _office: office_task,
            _people: AbortOnDropHandle::new(tokio::spawn(people.run(shift, customers, reachable))),
            _server: server,
        })
    }

    /// What everybody does from now on: who, by name, and what.
    pub fn deeds(&self) -> broadcast::Receiver<(String, Deed)> {
        self.deeds.subscribe()
    }

    /// Who signs in, whom Graph knows, and where the phone comes from.
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// Writes a profile by which the agent signs in and is given the phone; gives its path. There is no
    /// secret in it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_sign_in_profile(&self, folder: &Path) -> Result<PathBuf, PracticeError> {
        let office = &self.office;
        let profile = format!(
            "# Written by Warmline's practice contact centre. Good for as long as it runs.\n\
             [sign_in]\nauthority = \"{}\"\ngraph = \"{}\"\ntenant = \"{}\"\nclient_id = \"{}\"\n\
             provisioning = \"{}\"\nprovider_scope = \"{}\"\n",
            office.authority(),
            office.graph(),
            office.tenant(),
            office.client_id(),
            office.provisioning(),
            office.provider_scope(),
        );
        make_folder(folder)?;
        let path = folder.join(SIGN_IN);
        write(&path, &profile)?;
        Ok(path)
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

async fn listen(port: u16) -> Result<TcpListener, PracticeError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map_err(|source| match port {
        0 => PracticeError::Port(source),
        port => PracticeError::Taken { port, source },
    })
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// Reserved for examples (RFC 2606).
pub(crate) const DOMAIN: &str = "practice.example";
const PROFILE: &str = "profile.toml";
const AUTHORITY: &str = "authority.pem";
const PASSWORD: &str = "password.txt";
const SIGN_IN: &str = "sign-in.toml";

/// Deeds kept for slow listeners.
const DEEDS: usize = 1024;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::place::PLACE;

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_secret_is_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let all = [PROFILE, AUTHORITY, PASSWORD, PLACE, SIGN_IN];
        for name in all {
            fs::write(folder.path().join(name), "of somebody").expect("writes");
        }
        let place = Place::remembered(folder.path()).expect("made anew");
        let scenario =
            Scenario::parse("[agent]\nname = \"R\"\nnumber = \"+49 30 23125 100\"", None);
        let practice = Practice::start_at(scenario.expect("one"), &place).await;
        let practice = practice.expect("it starts");
        practice.write_profile(folder.path()).expect("writes");
        let sign_in = practice.write_sign_in_profile(folder.path());
        let sign_in = fs::read_to_string(sign_in.expect("writes")).expect("there");
        let sign_in: toml::Table = sign_in.parse().expect("TOML");
        let authority = format!("http://127.0.0.1:{}", place.office);
        assert_eq!(sign_in["sign_in"]["authority"].as_str(), Some(&*authority));
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
}
