use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::certificate::Certificate;
use crate::error::{Doing, LabError, Result};
use crate::people::Person;
use crate::process::{Pipes, Process};
use crate::trunk::Trunk;
use crate::{place, ports, template};

/// Which digest a registrar asks for (RFC 7616, RFC 8760).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// `algorithm=MD5`
    Md5,
    /// `algorithm=SHA-256`
    Sha256,
}

/// A registrar and proxy: Kamailio with WSS and TLS, and a trunk over UDP.
pub struct Kamailio {
    process: Option<Process>,
    dir: PathBuf,
    wss_port: u16,
    sip_port: u16,
}

impl Kamailio {
    pub(crate) fn start(dir: &Path, certificate: &Certificate, digest: Digest) -> Result<Kamailio> {
        let dir = dir.join("kamailio");
        std::fs::create_dir_all(&dir).doing("making Kamailio's folder")?;
        let (wss_port, sip_port) = (ports::free(), ports::free());
        let algorithm = match digest {
            Digest::Md5 => "MD5",
            Digest::Sha256 => "SHA-256",
        };
        template::fill_all(
            &place::sources().join("kamailio"),
            &dir,
            &[
                ("modules", modules()?.display().to_string()),
                ("algorithm", algorithm.to_owned()),
                ("domain", Person::DOMAIN.to_owned()),
                ("password_prefix", Person::PASSWORD_PREFIX.to_owned()),
                ("sip_port", sip_port.to_string()),
                ("ws_port", ports::free().to_string()),
                ("tls_port", wss_port.to_string()),
                ("tls_cfg", dir.join("tls.cfg").display().to_string()),
                ("certificate", certificate.file.display().to_string()),
                ("key", certificate.key.display().to_string()),
                ("min_expires", "30".to_owned()),
                ("max_expires", "600".to_owned()),
            ],
        )?;
        let mut kamailio = Kamailio {
            process: None,
            dir,
            wss_port,
            sip_port,
        };
        kamailio.restart()?;
        Ok(kamailio)
    }

    /// Starts it (again), on the same ports. It knows nobody any more.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        let mut command = Command::new(place::program("Kamailio", &["kamailio"])?);
        command
            .args(["-DD", "-E", "-m", "32", "-M", "8", "-f"])
            .arg(self.dir.join("kamailio.cfg"))
            .arg("-Y")
            .arg(&self.dir);
        let mut process = Process::start(
            "kamailio",
            command,
            Pipes::None,
            self.dir.parent().unwrap_or(&self.dir),
        )?;
        let trunk = self.trunk()?;
        process.ready_when(Duration::from_secs(10), || {
            trunk.options().is_ok_and(|status| status == 200)
                && std::net::TcpStream::connect(("127.0.0.1", self.wss_port)).is_ok()
        })?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends it without a word to anyone, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Where a phone registers over secure WebSocket.
    pub fn wss(&self) -> String {
        format!("wss://localhost:{}/ws", self.wss_port)
    }

    /// Where a phone registers over TLS.
    pub fn sips(&self) -> String {
        format!("sips:localhost:{}", self.wss_port)
    }

    /// A line from outside, over UDP, by which a test sends an INVITE of its own making.
    pub fn trunk(&self) -> Result<Trunk> {
        Trunk::connect(self.sip_port)
    }
}

pub(crate) fn modules() -> Result<PathBuf> {
    std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("kamailio/modules"))
        .find(|dir| dir.join("websocket.so").is_file())
        .ok_or_else(|| LabError::Missing {
            what: "Kamailio's WebSocket module",
            place: "/usr/lib".into(),
        })
}
