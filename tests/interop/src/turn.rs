use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::certificate::Certificate;
use crate::error::{LabError, Result};
use crate::people::Person;
use crate::place::Lab;
use crate::process::{Pipes, Process};
use crate::{place, ports};

/// A STUN and TURN server: coturn. It relays from this machine's own address, as Asterisk
/// is to be found there alone.
pub struct Turn {
    process: Process,
    dir: PathBuf,
    place: Place,
}

/// What a phone reaches a TURN server over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

/// Where it listens, and for what.
#[derive(Clone, Debug)]
struct Place {
    address: Ipv4Addr,
    udp: bool,
    port: u16,
    tls: Option<(u16, Certificate)>,
}

impl Turn {
    pub(crate) fn start(dir: &Path) -> Result<Turn> {
        Turn::listening(dir, Ipv4Addr::LOCALHOST, true, None)
    }

    /// One at this address that phones reach over UDP, TCP and TLS, with the lab's good certificate.
    pub fn over_all(lab: &Lab, address: Ipv4Addr) -> Result<Turn> {
        Turn::listening(lab.dir(), address, true, Some(lab.certificate()))
    }

    /// One on 127.0.0.1 that phones reach over TCP and TLS only.
    pub fn without_udp(lab: &Lab) -> Result<Turn> {
        let certificate = lab.certificate();
        Turn::listening(lab.dir(), Ipv4Addr::LOCALHOST, false, Some(certificate))
    }

    fn listening(
        dir: &Path,
        address: Ipv4Addr,
        udp: bool,
        certificate: Option<&Certificate>,
    ) -> Result<Turn> {
        let place = Place {
            address,
            udp,
            port: ports::free(),
            tls: certificate.map(|certificate| (ports::free(), certificate.clone())),
        };
        Ok(Turn {
            process: place.run(dir)?,
            dir: dir.to_owned(),
            place,
        })
    }

    /// Ends it without a word to anyone. What it relayed is gone.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, on the same ports.
    pub fn restart(&mut self) -> Result<()> {
        self.process = self.place.run(&self.dir)?;
        Ok(())
    }

    /// The lines of a profile that name it over UDP, with this credential in a variable of the
    /// environment.
    pub fn profile(&self, variable: &str) -> String {
        self.profile_over(&[Over::Udp], variable)
    }

    /// The lines of a profile that name it over these.
    pub fn profile_over(&self, over: &[Over], variable: &str) -> String {
        let urls: Vec<_> = over.iter().map(|over| self.url(*over)).collect();
        format!(
            "[[ice_servers]]\nurls = {urls:?}\nusername = \"{USERNAME}\"\ncredential_env = \"{variable}\"\n"
        )
    }

    /// Its URL (RFC 7065).
    ///
    /// # Panics
    /// It was started without TLS.
    pub fn url(&self, over: Over) -> String {
        let Place { address, port, .. } = self.place;
        match over {
            Over::Udp => format!("turn:{address}:{port}"),
            Over::Tcp => format!("turn:{address}:{port}?transport=tcp"),
            Over::Tls => {
                let (port, _) = self.place.tls.as_ref().expect("it speaks TLS");
                format!("turns:{address}:{port}")
            }
        }
    }

    /// The credential it takes.
    pub fn credential(&self) -> &'static str {
        CREDENTIAL
    }

    /// How many allocations it has made (RFC 8656 §7), by its log.
    pub fn allocations(&self) -> Result<usize> {
        self.count("ALLOCATE processed, success")
    }

    /// Waits until it has taken back this many allocations.
    pub fn wait_released(&mut self, count: usize) -> Result<()> {
        let log = self.process.log().to_owned();
        self.process.ready_when(Duration::from_secs(10), || {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            said.matches("delete: realm=").count() >= count
        })
    }

    fn count(&self, what: &str) -> Result<usize> {
        let log = std::fs::read_to_string(self.process.log()).map_err(|source| LabError::Io {
            doing: "reading coturn's log".to_owned(),
            source,
        })?;
        Ok(log.matches(what).count())
    }
}

impl Place {
    fn run(&self, dir: &Path) -> Result<Process> {
        let (first, last) = ports::free_range(20);
        let mut command = Command::new(place::program("coturn", &["turnserver"])?);
        command
            .args(["-n", "--lt-cred-mech", "--no-dtls", "--no-cli"])
            .arg(format!("--listening-ip={}", self.address))
            .arg(format!("--relay-ip={}", own_address()))
            .args(["--allow-loopback-peers", "--log-file=stdout", "--verbose"])
            .arg(format!("--listening-port={}", self.port))
            .arg(format!("--min-port={first}"))
            .arg(format!("--max-port={last}"))
            .arg(format!("--realm={}", Person::DOMAIN))
            .arg(format!("--user={USERNAME}:{CREDENTIAL}"))
            .arg(format!("--userdb={}", dir.join("turn.db").display()))
            .arg(format!("--pidfile={}", dir.join("turn.pid").display()));
        if !self.udp {
            command.arg("--no-udp");
        }
        match &self.tls {
            None => {
                command.arg("--no-tls");
            }
            Some((port, certificate)) => {
                command
                    .arg(format!("--tls-listening-port={port}"))
                    .arg(format!("--cert={}", certificate.file.display()))
                    .arg(format!("--pkey={}", certificate.key.display()));
            }
        }
        let mut process = Process::start("turn", command, Pipes::None, dir)?;
        let mut to_listen = vec![self.port];
        to_listen.extend(self.tls.as_ref().map(|(port, _)| *port));
        process.ready_when(Duration::from_secs(10), || {
            let listens = |port: &u16| std::net::TcpStream::connect((self.address, *port)).is_ok();
            to_listen.iter().all(listens)
        })?;
        Ok(process)
    }
}

/// The address from which this machine would speak to others; nothing is sent.
fn own_address() -> IpAddr {
    UdpSocket::bind("0.0.0.0:0")
        .and_then(|socket| {
            socket.connect("192.0.2.1:9")?;
            socket.local_addr()
        })
        .map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip())
}

const USERNAME: &str = "agent";
const CREDENTIAL: &str = "turn-credential-8431";
