use std::net::{Ipv4Addr, SocketAddrV4};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::ami::Ami;
use crate::certificate::Certificate;
use crate::error::{Doing, LabError, Result};
use crate::people::Person;
use crate::process::{Pipes, Process};
use crate::tree::Tree;
use crate::{place, ports, sound, template};

/// Numbers that a test dials. The dial plan is `lab/asterisk/extensions.conf`.
pub mod number {
    /// Says back what it hears.
    pub const ECHO: &str = "4930555600";
    /// 1000 Hz at -20 dBFS, for ever.
    pub const MILLIWATT: &str = "4930555601";
    /// Music on hold: 660 Hz at -20 dBFS, for ever.
    pub const MUSIC: &str = "4930555602";
    /// Rings for three seconds, then gives up: 480.
    pub const NO_ANSWER: &str = "4930555604";
    /// Is busy: 486.
    pub const BUSY: &str = "4930555605";
    /// Three seconds of 620 Hz at -20 dBFS before it answers, then [`ECHO`].
    pub const EARLY: &str = "4930555606";
    /// Tells the manager four digits: the user event `Digits`.
    pub const DIGITS: &str = "4930555607";
    /// Rings for a minute.
    pub const RINGS: &str = "4930555610";
    /// Answers and is silent.
    pub const SILENCE: &str = "4930555611";
    /// Plays `programme.wav16` of its folder of sounds, once.
    pub const PROGRAMME: &str = "4930555630";
    /// Records what it hears into `said.wav16` of that folder, through a jitter buffer of its own.
    pub const RECORDER: &str = "4930555631";
    /// Nobody has this number: 404.
    pub const NOBODY: &str = "4930555999";
}

/// A PBX: Asterisk with WSS, TLS and UDP, accounts for everyone in the lab, and a manager interface.
pub struct Asterisk {
    process: Option<Process>,
    tree: Tree,
    dir: PathBuf,
    address: Ipv4Addr,
    ports: Ports,
    ami: Option<Ami>,
}

struct Ports {
    wss: u16,
    tls: u16,
    sip: u16,
    ami: u16,
    media: RangeInclusive<u16>,
}

impl Asterisk {
    pub(crate) fn start(
        dir: &Path,
        certificate: &Certificate,
        address: Ipv4Addr,
    ) -> Result<Asterisk> {
        let missing = || LabError::Missing {
            what: "Asterisk",
            place: place::installed().join("sid"),
        };
        let tree = Tree::find(&["sid", "distribution"], PROGRAM).ok_or_else(missing)?;
        let dir = place::own_folder(dir, "asterisk")?;
        for part in ["etc", "lib/keys", "spool", "run", "log"] {
            std::fs::create_dir_all(dir.join(part)).doing("making Asterisk's folders")?;
        }
        let sounds = dir.join("sounds");
        write_sounds(&sounds)?;
        let (rtp_start, rtp_end) = ports::free_range(40);
        let ports = Ports {
            wss: ports::free(),
            tls: ports::free(),
            sip: ports::free(),
            ami: ports::free(),
            media: rtp_start..=rtp_end,
        };
        template::fill_all(
            &place::sources().join("asterisk"),
            &dir.join("etc"),
            &[
                ("dir", dir.display().to_string()),
                (
                    "modules",
                    tree.libraries()
                        .join("asterisk/modules")
                        .display()
                        .to_string(),
                ),
                (
                    "share",
                    tree.root().join("usr/share/asterisk").display().to_string(),
                ),
                ("sounds", sounds.display().to_string()),
                ("address", address.to_string()),
                ("certificate", certificate.file.display().to_string()),
                ("key", certificate.key.display().to_string()),
                ("http_port", ports::free().to_string()),
                ("wss_port", ports.wss.to_string()),
                ("tls_port", ports.tls.to_string()),
                ("sip_port", ports.sip.to_string()),
                ("manager_port", ports.ami.to_string()),
                ("rtp_start", rtp_start.to_string()),
                ("rtp_end", rtp_end.to_string()),
            ],
        )?;
        std::fs::write(dir.join("etc/accounts.conf"), accounts())
            .doing("writing Asterisk's accounts")?;
        let mut asterisk = Asterisk {
            process: None,
            tree,
            dir,
            address,
            ports,
            ami: None,
        };
        asterisk.restart()?;
        Ok(asterisk)
    }

    /// Starts it (again), on the same ports. What it knew of calls and registrations is lost.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        let mut command = self.tree.command(PROGRAM);
        command
            .args(["-f", "-n", "-C"])
            .arg(self.dir.join("etc/asterisk.conf"))
            .env("TZ", "UTC");
        let mut process = Process::start(
            &place::name_of(&self.dir),
            command,
            Pipes::None,
            self.dir.parent().unwrap_or(&self.dir),
        )?;
        process.run_first();
        let mut ami = None;
        process.ready_when(START, || {
            ami = Ami::connect(self.address, self.ports.ami).ok();
            ami.is_some()
        })?;
        let mut ami = ami.expect("ready means connected");
        ami.wait("FullyBooted", START, |event| event.name() == "FullyBooted")?;
        // It says that it is booted before its console knows every command.
        process.ready_when(START, || {
            ami.console("core show version").is_ok()
                && listens(self.address, self.ports.wss)
                && listens(self.address, self.ports.tls)
        })?;
        self.process = Some(process);
        self.ami = Some(ami);
        Ok(())
    }

    /// Ends it without a word to anyone, as a crash would.
    pub fn kill(&mut self) {
        self.ami = None;
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Where a WebRTC phone registers.
    pub fn wss(&self) -> String {
        let host = place::host(self.address);
        format!("wss://{host}:{}/ws", self.ports.wss)
    }

    /// Where a phone registers over TLS.
    pub fn sips(&self) -> String {
        format!("sips:{}:{}", place::host(self.address), self.ports.tls)
    }

    /// Where a plain SIP phone registers, over UDP on 127.0.0.1.
    pub fn sip_port(&self) -> u16 {
        self.ports.sip
    }

    /// The same with the address: where an edge finds it.
    pub fn sip(&self) -> SocketAddrV4 {
        SocketAddrV4::new(self.address, self.ports.sip)
    }

    /// The UDP ports that it sends and takes sound at.
    pub fn media_ports(&self) -> RangeInclusive<u16> {
        self.ports.media.clone()
    }

    /// The folder with the sounds that it plays, and those that it records.
    pub fn sounds(&self) -> PathBuf {
        self.dir.join("sounds")
    }

    /// The connection to the manager interface: events from the start on.
    ///
    /// # Panics
    /// While it is killed.
    pub fn ami(&mut self) -> &mut Ami {
        self.ami.as_mut().expect("it runs")
    }

    /// The log with one line a message: seconds since 1970 with milliseconds in brackets first.
    pub fn log(&self) -> PathBuf {
        self.dir.join("log/full")
    }

    /// Calls `to`'s phone and puts it through to `number` when it is answered. The one who calls is
    /// `from`.
    pub fn call(&mut self, to: Person, from: Person, number: &str) -> Result<()> {
        let fields = [
            ("Channel", format!("PJSIP/{}", to.number)),
            ("Context", "lab".to_owned()),
            ("Exten", number.to_owned()),
            ("Priority", "1".to_owned()),
            ("CallerID", format!("\"{}\" <{}>", from.name, from.number)),
            ("Timeout", "30000".to_owned()),
            ("Async", "true".to_owned()),
        ];
        self.ami().action("Originate", &fields).map(drop)
    }

    /// Hangs up every call of `person`, from the PBX's side.
    pub fn hang_up(&mut self, person: Person) -> Result<()> {
        let channel = format!("/^PJSIP/{}-.*/", person.number);
        self.ami()
            .action("Hangup", &[("Channel", channel)])
            .map(drop)
    }
}

// It takes a second to end politely, and has nothing to lose.
impl Drop for Asterisk {
    fn drop(&mut self) {
        self.kill();
    }
}

fn accounts() -> String {
    Person::ALL
        .iter()
        .map(|person| {
            let Person {
                number,
                name,
                password,
            } = person;
            let kind = if person.is_plain() {
                "plain"
            } else {
                "webrtc"
            };
            // linphonec does not know its own address. Behind an edge the address is the edge's to know.
            let rewrites = *person == Person::RIVAL;
            let contact = if rewrites { "rewrite_contact=yes\n" } else { "" };
            format!(
                "[{number}]({kind})\nauth={number}\naors={number}\ncallerid=\"{name}\" <{number}>\n{contact}\
                 [{number}](location)\n[{number}](digest)\nusername={number}\npassword={password}\n"
            )
        })
        .collect()
}

fn write_sounds(dir: &Path) -> Result<()> {
    // As long as to be heard without a seam in any test: a file begins anew when it is through.
    for (file, hz, seconds) in [
        ("milliwatt/tone", 1000.0, 60.0),
        ("music/tone", 660.0, 60.0),
        ("early", 620.0, 3.0),
    ] {
        let file = dir.join(file).with_extension("wav");
        std::fs::create_dir_all(file.parent().unwrap_or(dir)).doing("making folders for sounds")?;
        sound::write(&file, 8000, &sound::tone(8000, hz, -20.0, seconds))?;
    }
    Ok(())
}

fn listens(address: Ipv4Addr, port: u16) -> bool {
    std::net::TcpStream::connect((address, port)).is_ok()
}

/// Where it lies in its tree.
const PROGRAM: &str = "usr/sbin/asterisk";
const START: Duration = Duration::from_secs(20);
