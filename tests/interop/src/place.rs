//! Where the lab is: what is installed, the folder of this test, and whose turn it is.

use std::fs::File;
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::asterisk::Asterisk;
use crate::browser::Browser;
use crate::certificate::{Authority, Certificate, Flaw};
use crate::edge::Edge;
use crate::error::{Doing, LabError, Result};
use crate::handset::Handset;
use crate::hearing::Voice;
use crate::kamailio::{Digest, Kamailio};
use crate::people::Person;
use crate::prism::Prism;
use crate::pulse::Pulse;
use crate::setup::PhoneSetup;
use crate::turn::Turn;
use crate::{sound, trunk};

/// Runs a test in a lab of its own, one at a time on the whole machine: the peers measure sound, and
/// two cores carry no second call beside. When the test is through, the logs of every phone it used
/// are searched for what no log may hold.
///
/// # Panics
/// When the test fails. The lab's folder, with all logs, is then kept and named. (`WARMLINE_KEEP=1`
/// keeps it in any case.)
pub fn test(body: impl FnOnce(&Lab) -> Result<()>) {
    let lab = Lab::new().unwrap_or_else(|error| panic!("{error}"));
    let result = body(&lab).and_then(|()| lab.search_logs());
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// A lab: a folder, an authority for certificates, and the peers that were asked for.
pub struct Lab {
    dir: TempDir,
    authority: Authority,
    certificate: Certificate,
    phones: AtomicUsize,
    phone_logs: Mutex<Vec<PathBuf>>,
    _turn: File,
}

impl Lab {
    /// Waits for its turn and makes an empty lab.
    ///
    /// # Errors
    /// [`LabError::Missing`] if `lab/setup` has not run.
    pub fn new() -> Result<Lab> {
        let turn = take_turn()?;
        // Short, because Asterisk's control socket lies below it and a socket's path is.
        let dir = tempfile::Builder::new()
            .prefix("warmline-")
            .tempdir()
            .doing("making a folder for the lab")?;
        let authority = Authority::new(dir.path(), "authority")?;
        let certificate = authority.sign(dir.path(), "server", Flaw::None)?;
        Ok(Lab {
            dir,
            authority,
            certificate,
            phones: AtomicUsize::new(0),
            phone_logs: Mutex::default(),
            _turn: turn,
        })
    }

    /// The folder of this lab. Gone with it, unless the test fails.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The certificate of the authority that signs the servers', PEM.
    pub fn ca_file(&self) -> &Path {
        &self.authority.file
    }

    /// The certificate of an authority that signs nothing here, PEM.
    pub fn stranger_ca_file(&self) -> Result<PathBuf> {
        Ok(Authority::new(self.dir(), "stranger")?.file)
    }

    /// A good certificate for `localhost`, 127.0.0.1 and the servers of a [`crate::Internetwork`].
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// A certificate that ran out yesterday.
    pub fn expired_certificate(&self) -> Result<Certificate> {
        self.authority.sign(self.dir(), "expired", Flaw::Expired)
    }

    /// A certificate for another machine.
    pub fn wrong_name_certificate(&self) -> Result<Certificate> {
        self.authority
            .sign(self.dir(), "wrong-name", Flaw::WrongName)
    }

    /// An Asterisk with a good certificate.
    pub fn asterisk(&self) -> Result<Asterisk> {
        Asterisk::start(self.dir(), &self.certificate, Ipv4Addr::LOCALHOST)
    }

    /// An Asterisk with this certificate.
    pub fn asterisk_with(&self, certificate: &Certificate) -> Result<Asterisk> {
        Asterisk::start(self.dir(), certificate, Ipv4Addr::LOCALHOST)
    }

    /// An Asterisk that is to be found at this address alone.
    pub fn asterisk_at(&self, address: Ipv4Addr) -> Result<Asterisk> {
        Asterisk::start(self.dir(), &self.certificate, address)
    }

    /// A Kamailio with a good certificate.
    pub fn kamailio(&self, digest: Digest) -> Result<Kamailio> {
        Kamailio::start(self.dir(), &self.certificate, digest)
    }

    /// The edge in front of this PBX, which can be told to fail.
    pub fn edge(&self, asterisk: &Asterisk) -> Result<Edge> {
        Edge::start(self.dir(), &self.certificate, asterisk.sip())
    }

    /// Two edges of one cluster in front of this PBX, at these addresses: each takes the other's calls.
    pub fn edges(&self, asterisk: &Asterisk, addresses: [Ipv4Addr; 2]) -> Result<[Edge; 2]> {
        Edge::pair(self.dir(), &self.certificate, asterisk.sip(), addresses)
    }

    /// A person at a plain SIP phone with this voice, registered with this PBX.
    pub fn handset(&self, person: Person, asterisk: &Asterisk, voice: Voice) -> Result<Handset> {
        Handset::start(self.dir(), person, asterisk.sip(), voice)
    }

    /// A STUN and TURN server.
    pub fn turn(&self) -> Result<Turn> {
        Turn::start(self.dir())
    }

    /// JsSIP in Chromium, registered at the server with this `wss://` address.
    pub fn browser(&self, person: Person, server: &str) -> Result<Browser> {
        Browser::start(self.dir(), person, server)
    }

    /// Prism, which answers by this OpenAPI document.
    pub fn prism(&self, document: &Path) -> Result<Prism> {
        Prism::mock(self.dir(), document)
    }

    /// Prism in front of the server of this address, which is held against this OpenAPI document.
    pub fn prism_before(&self, upstream: &str, document: &Path) -> Result<Prism> {
        Prism::proxy(self.dir(), document, upstream)
    }

    /// A sound server without a sound card.
    pub fn pulse(&self) -> Result<Pulse> {
        Pulse::start(self.dir())
    }

    /// A phone of the agent's at `server` (`wss://…` or `sips:…`), not started yet.
    pub fn phone(&self, server: &str) -> PhoneSetup<'_> {
        PhoneSetup::new(self, server)
    }

    /// A WAV file of a tone: 16 kHz, mono, 16 bit.
    pub fn tone(&self, hz: f64, dbfs: f64, seconds: f64) -> Result<PathBuf> {
        let file = self.dir().join(format!("tone-{hz}-{dbfs}-{seconds}.wav"));
        // Somebody may be saying it already.
        let _one = self.logs();
        if !file.exists() {
            sound::write(&file, 16_000, &sound::tone(16_000, hz, dbfs, seconds))?;
        }
        Ok(file)
    }

    /// A WAV file of the sentence of [`sound::sentence`] after two seconds of silence, and a second
    /// after it: time for a call to come up.
    pub fn speech(&self) -> Result<PathBuf> {
        let sentence = sound::Sound::read(&sound::sentence())?;
        let silence = |seconds: usize| std::iter::repeat_n(0, seconds * sentence.rate as usize);
        let samples: Vec<i16> = silence(2)
            .chain(sentence.samples.iter().copied())
            .chain(silence(1))
            .collect();
        let file = self.dir().join("speech.wav");
        sound::write(&file, sentence.rate, &samples)?;
        Ok(file)
    }

    /// The number and log prefix of the next phone.
    pub(crate) fn next_phone(&self) -> String {
        let number = self.phones.fetch_add(1, Ordering::Relaxed) + 1;
        format!("phone-{number}")
    }

    /// Has a log searched when the test is through.
    pub(crate) fn search_later(&self, log: PathBuf) {
        self.logs().push(log);
    }

    fn logs(&self) -> std::sync::MutexGuard<'_, Vec<PathBuf>> {
        // A list of paths is whole whoever has panicked.
        self.phone_logs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn search_logs(&self) -> Result<()> {
        for log in self.logs().iter().filter(|log| log.exists()) {
            let text = std::fs::read(log).doing("reading a phone's log")?;
            for line in String::from_utf8_lossy(&text).lines() {
                if let Some(what) = leaked(line) {
                    return Err(LabError::Leaked {
                        log: log.clone(),
                        what,
                        line: line.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() || std::env::var_os("WARMLINE_KEEP").is_some() {
            self.dir.disable_cleanup(true);
            let _ = std::io::Write::write_fmt(
                &mut std::io::stderr(),
                format_args!("the lab's logs are kept in {}\n", self.dir().display()),
            );
        }
    }
}

/// A new folder of this name in a lab's folder, with a number behind the name if there is one already.
pub(crate) fn own_folder(dir: &Path, name: &str) -> Result<PathBuf> {
    let mut number = 1;
    loop {
        let folder = match number {
            1 => dir.join(name),
            _ => dir.join(format!("{name}-{number}")),
        };
        match std::fs::create_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            result => return result.doing("making a peer's folder").map(|()| folder),
        }
    }
}

/// What a phone calls this address: the machine itself by its name, as people do.
pub(crate) fn host(address: Ipv4Addr) -> String {
    if address.is_loopback() {
        "localhost".to_owned()
    } else {
        address.to_string()
    }
}

/// What the peer with this folder is called.
pub(crate) fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The folder that `lab/setup` fills.
pub(crate) fn installed() -> PathBuf {
    let cache = || {
        std::env::var_os("XDG_CACHE_HOME")
            .filter(|dir| !dir.is_empty())
            .map(PathBuf::from)
    };
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    match std::env::var_os("WARMLINE_LAB").filter(|dir| !dir.is_empty()) {
        Some(lab) => lab.into(),
        None => cache()
            .or_else(home)
            .unwrap_or_else(|| "/var/cache".into())
            .join("warmline-lab"),
    }
}

/// The folder with the configurations, `tests/interop/lab`.
pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lab")
}

/// The first program of these names that the `PATH`, or a folder for servers, has.
pub(crate) fn program(what: &'static str, names: &[&str]) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
        .ok_or_else(|| LabError::Missing {
            what,
            place: "the PATH".into(),
        })
}

/// The browser, which may be called what the machine's owner says.
pub(crate) fn chromium() -> Result<PathBuf> {
    match std::env::var_os("WARMLINE_CHROMIUM").filter(|file| !file.is_empty()) {
        Some(file) => Ok(file.into()),
        None => program(
            "Chromium",
            &["chromium", "google-chrome-stable", "google-chrome"],
        ),
    }
}

fn take_turn() -> Result<File> {
    let dir = installed();
    if !dir.is_dir() {
        return Err(LabError::Missing {
            what: "the lab",
            place: dir,
        });
    }
    let file = dir.join("turn.lock");
    let turn = File::options()
        .create(true)
        .append(true)
        .open(&file)
        .doing(format!("opening {}", file.display()))?;
    // SAFETY: a system call on a descriptor that `turn` keeps open. The lock goes with the descriptor,
    // also when the test is killed.
    if unsafe { libc::flock(turn.as_raw_fd(), libc::LOCK_EX) } != 0 {
        return Err(std::io::Error::last_os_error()).doing("waiting for the lab");
    }
    Ok(turn)
}

/// What a log line gives away, if anything.
fn leaked(line: &str) -> Option<&'static str> {
    let people = || Person::ALL.iter();
    if line.contains(Person::PASSWORD_PREFIX) {
        Some("a password")
    } else if line.contains(Person::NUMBER_PREFIX) {
        Some("a number")
    } else if people().any(|person| person.name.split(' ').any(|name| line.contains(name)))
        || line.contains(trunk::CALLER)
    {
        Some("a name")
    } else if SECRETS
        .iter()
        .any(|word| line.to_ascii_lowercase().contains(word))
    {
        Some("a credential or a body")
    } else {
        None
    }
}

/// Words that stand in messages and session descriptions and nowhere else.
const SECRETS: [&str; 7] = [
    "digest username",
    "response=\"",
    "a=ice-pwd",
    "a=ice-ufrag",
    "a=candidate",
    "a=fingerprint",
    "m=audio",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_is_seen() {
        assert_eq!(leaked("INFO registered, for 600 s"), None);
        assert_eq!(leaked("INFO calling sip:4930555600@x"), Some("a number"));
        assert_eq!(leaked("password Mondkalb-1"), Some("a password"));
        assert_eq!(leaked("from \"Rosalinde H.\""), Some("a name"));
        assert_eq!(
            leaked("Authorization: Digest username=\"x\""),
            Some("a credential or a body")
        );
        assert_eq!(leaked("A=ICE-PWD:x"), Some("a credential or a body"));
    }
}
