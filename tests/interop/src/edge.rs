use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::certificate::Certificate;
use crate::error::{Doing, LabError, Result};
use crate::kamailio::modules;
use crate::people::Person;
use crate::process::{Pipes, Process};
use crate::{asterisk, place, ports, template};

/// A contact centre's edge: a Kamailio to which phones connect, in front of a PBX. On its way REFER and
/// NOTIFY (RFC 3515) can be made to fail.
pub struct Edge {
    process: Option<Process>,
    dir: PathBuf,
    address: Ipv4Addr,
    tls_port: u16,
}

/// What becomes of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done to it.
    None,
    /// REFER is refused with this status.
    Refused(u16),
    /// REFER is accepted (202), and nothing comes of it, nor a word.
    Swallowed,
    /// REFER is accepted, the transfer fails, and NOTIFY says so with this status.
    Notified(u16),
    /// The transfer is done, but no NOTIFY comes.
    Silenced,
    /// The transfer is done; the 202 says `Refer-Sub: false` (RFC 4488), so that no NOTIFY is to come.
    Unsubscribed,
}

#[derive(Clone, Copy)]
struct Ports {
    sip: u16,
    ws: u16,
    tls: u16,
}

impl Ports {
    fn free() -> Ports {
        Ports {
            sip: ports::free(),
            ws: ports::free(),
            tls: ports::free(),
        }
    }

    /// The names of an edge at this address, for another that stands in for it.
    fn aliases(self, address: Ipv4Addr) -> String {
        let Ports { sip, ws, tls } = self;
        format!("alias=udp:{address}:{sip}\nalias=tcp:{address}:{ws}\nalias=tls:{address}:{tls}")
    }
}

impl Edge {
    pub(crate) fn start(dir: &Path, certificate: &Certificate, pbx: SocketAddrV4) -> Result<Edge> {
        let ports = Ports::free();
        Edge::with(dir, certificate, pbx, *pbx.ip(), ports, "")
    }

    pub(crate) fn pair(
        dir: &Path,
        certificate: &Certificate,
        pbx: SocketAddrV4,
        [a, b]: [Ipv4Addr; 2],
    ) -> Result<[Edge; 2]> {
        let (ports, other) = (Ports::free(), Ports::free());
        Ok([
            Edge::with(dir, certificate, pbx, a, ports, &other.aliases(b))?,
            Edge::with(dir, certificate, pbx, b, other, &ports.aliases(a))?,
        ])
    }

    fn with(
        dir: &Path,
        certificate: &Certificate,
        pbx: SocketAddrV4,
        address: Ipv4Addr,
        ports: Ports,
        aliases: &str,
    ) -> Result<Edge> {
        let dir = place::own_folder(dir, "edge")?;
        template::fill_all(
            &place::sources().join("edge"),
            &dir,
            &[
                ("modules", modules()?.display().to_string()),
                ("address", address.to_string()),
                ("aliases", aliases.to_owned()),
                ("domain", Person::DOMAIN.to_owned()),
                ("nobody", asterisk::number::NOBODY.to_owned()),
                ("pbx", pbx.to_string()),
                ("sip_port", ports.sip.to_string()),
                ("ws_port", ports.ws.to_string()),
                ("tls_port", ports.tls.to_string()),
                ("tls_cfg", dir.join("tls.cfg").display().to_string()),
                ("certificate", certificate.file.display().to_string()),
                ("key", certificate.key.display().to_string()),
                ("control", dir.join("control").display().to_string()),
            ],
        )?;
        let mut edge = Edge {
            process: None,
            dir,
            address,
            tls_port: ports.tls,
        };
        edge.restart()?;
        Ok(edge)
    }

    /// Starts it (again), on the same ports and without a fault.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        let mut command = Command::new(place::program("Kamailio", &["kamailio"])?);
        command
            .args(["-DD", "-E", "-m", "32", "-M", "8", "-f"])
            .arg(self.dir.join("kamailio.cfg"))
            .arg("-Y")
            .arg(&self.dir);
        let mut process = Process::start(
            &place::name_of(&self.dir),
            command,
            Pipes::None,
            self.dir.parent().unwrap_or(&self.dir),
        )?;
        process.run_first();
        process.ready_when(Duration::from_secs(10), || {
            std::net::TcpStream::connect((self.address, self.tls_port)).is_ok()
                && self.ask("core.version", json!([])).is_ok()
        })?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends it without a word to anyone, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
        let _ = std::fs::remove_file(self.dir.join("control"));
    }

    /// Has transfers come out like this from now on.
    pub fn fault(&self, fault: Fault) -> Result<()> {
        self.ask("htable.flush", json!(["fault"]))?;
        let (key, value) = match fault {
            Fault::None => return Ok(()),
            Fault::Refused(status) => ("refuse", status.to_string()),
            Fault::Swallowed => ("swallow", "yes".to_owned()),
            Fault::Notified(status) => ("notify", status.to_string()),
            Fault::Silenced => ("silence", "yes".to_owned()),
            Fault::Unsubscribed => ("unsubscribe", "yes".to_owned()),
        };
        self.ask("htable.sets", json!(["fault", key, value]))
            .map(drop)
    }

    /// The port that phones connect to.
    pub fn port(&self) -> u16 {
        self.tls_port
    }

    /// Where a phone registers over secure WebSocket.
    pub fn wss(&self) -> String {
        format!("wss://{}:{}/ws", place::host(self.address), self.tls_port)
    }

    /// Where a phone registers over TLS.
    pub fn sips(&self) -> String {
        format!("sips:{}:{}", place::host(self.address), self.tls_port)
    }

    /// Calls a function of Kamailio's by JSON-RPC over a datagram socket.
    fn ask(&self, method: &str, params: Value) -> Result<Value> {
        let doing = || format!("asking the edge for {method}");
        let answers = self.dir.join("answers");
        let _ = std::fs::remove_file(&answers);
        let socket = UnixDatagram::bind(&answers).doing(doing())?;
        socket
            .set_read_timeout(Some(Duration::from_secs(2)))
            .doing(doing())?;
        let question = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        socket
            .send_to(question.to_string().as_bytes(), self.dir.join("control"))
            .doing(doing())?;
        let mut buffer = [0; 65536];
        let length = socket.recv(&mut buffer).doing(doing())?;
        let answer: Value = serde_json::from_slice(&buffer[..length])
            .map_err(std::io::Error::other)
            .doing(doing())?;
        match answer.get("result") {
            Some(result) => Ok(result.clone()),
            None => Err(LabError::Refused {
                name: method.to_owned(),
                reason: answer.to_string(),
            }),
        }
    }
}
