use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::error::{LabError, Result};
use crate::people::Person;
use crate::process::{Pipes, Process};
use crate::{place, ports};

/// A STUN and TURN server: coturn on 127.0.0.1. It relays from this machine's own address, as Asterisk
/// is to be found there alone.
pub struct Turn {
    process: Process,
    dir: PathBuf,
    port: u16,
}

impl Turn {
    pub(crate) fn start(dir: &Path) -> Result<Turn> {
        let port = ports::free();
        Ok(Turn {
            process: Turn::run(dir, port)?,
            dir: dir.to_owned(),
            port,
        })
    }

    /// Ends it without a word to anyone. What it relayed is gone.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again, on the same port.
    pub fn restart(&mut self) -> Result<()> {
        self.process = Turn::run(&self.dir, self.port)?;
        Ok(())
    }

    fn run(dir: &Path, port: u16) -> Result<Process> {
        let (first, last) = ports::free_range(20);
        let mut command = Command::new(place::program("coturn", &["turnserver"])?);
        command
            .args(["-n", "--lt-cred-mech", "--no-tls", "--no-dtls", "--no-cli"])
            .arg("--listening-ip=127.0.0.1")
            .arg(format!("--relay-ip={}", own_address()))
            .args(["--allow-loopback-peers", "--log-file=stdout", "--verbose"])
            .arg(format!("--listening-port={port}"))
            .arg(format!("--min-port={first}"))
            .arg(format!("--max-port={last}"))
            .arg(format!("--realm={}", Person::DOMAIN))
            .arg(format!("--user={USERNAME}:{CREDENTIAL}"))
            .arg(format!("--userdb={}", dir.join("turn.db").display()))
            .arg(format!("--pidfile={}", dir.join("turn.pid").display()));
        let mut process = Process::start("turn", command, Pipes::None, dir)?;
        process.ready_when(Duration::from_secs(10), || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        Ok(process)
    }

    /// The lines of a profile that name it, with this credential in a variable of the environment.
    pub fn profile(&self, variable: &str) -> String {
        format!(
            "[[ice_servers]]\nurls = [\"turn:127.0.0.1:{}\"]\nusername = \"{USERNAME}\"\ncredential_env = \"{variable}\"\n",
            self.port
        )
    }

    /// The credential it takes.
    pub fn credential(&self) -> &'static str {
        CREDENTIAL
    }

    /// How many allocations it has made (RFC 8656 §7), by its log.
    pub fn allocations(&self) -> Result<usize> {
        let log = std::fs::read_to_string(self.process.log()).map_err(|source| LabError::Io {
            doing: "reading coturn's log".to_owned(),
            source,
        })?;
        Ok(log.matches("ALLOCATE processed, success").count())
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
