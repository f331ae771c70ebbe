//! The phones that are measured, each with the sound server's devices and one codec.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use warmline_interop as lab;
use warmline_interop::{
    Asterisk, Kind, Lab, LabError, Person, Phone, Pipes, Process, Pulse, Result, Tree,
};

/// A codec to call with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Codec {
    Opus,
    Pcmu,
}

/// Which phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Name {
    Warmline,
    Baresip,
    Linphonec,
}

/// A phone that runs.
pub(crate) trait Client {
    fn pid(&self) -> u32;
    fn dial(&mut self, number: &str) -> Result<()>;
    fn hang_up(&mut self) -> Result<()>;
}

impl Name {
    pub(crate) const ALL: [Name; 3] = [Name::Warmline, Name::Baresip, Name::Linphonec];

    /// Who it registers as.
    pub(crate) fn person(self) -> Person {
        if self == Name::Warmline {
            Person::AGENT
        } else {
            Person::RIVAL
        }
    }

    /// How it reaches the PBX.
    pub(crate) fn transport(self) -> &'static str {
        match self {
            Name::Warmline => "SIP over WSS; ICE, DTLS-SRTP",
            Name::Baresip | Name::Linphonec => "SIP over UDP; plain RTP",
        }
    }

    /// How it reaches the sound server.
    pub(crate) fn sound(self) -> &'static str {
        match self {
            Name::Warmline => "PulseAudio",
            Name::Baresip => "ALSA's pulse plug-in",
            Name::Linphonec => "libpulse",
        }
    }

    /// Starts it. `Ok(None)` if it is not installed.
    pub(crate) fn start(
        self,
        codec: Codec,
        asterisk: &Asterisk,
        pulse: &Pulse,
        lab: &Lab,
    ) -> Result<Option<Box<dyn Client>>> {
        match self {
            Name::Warmline => warmline(codec, asterisk, pulse, lab),
            Name::Baresip => baresip(codec, asterisk, pulse, lab.dir()),
            Name::Linphonec => linphonec(codec, asterisk, pulse, lab.dir()),
        }
    }
}

struct Warmline(Phone);

fn warmline(
    codec: Codec,
    asterisk: &Asterisk,
    pulse: &Pulse,
    lab: &Lab,
) -> Result<Option<Box<dyn Client>>> {
    let codec = match codec {
        Codec::Opus => "opus",
        Codec::Pcmu => "pcmu",
    };
    let phone = lab
        .phone(&asterisk.wss())
        .codecs(&[codec])
        .devices(pulse)
        .start()?;
    Ok(Some(Box::new(Warmline(phone))))
}

impl Client for Warmline {
    fn pid(&self) -> u32 {
        self.0.pid()
    }

    fn dial(&mut self, number: &str) -> Result<()> {
        self.0.tell(lab::Command::Dial {
            to: number.to_owned(),
            line: None,
        })
    }

    fn hang_up(&mut self) -> Result<()> {
        self.0.tell(lab::Command::Hangup { call: None })?;
        self.0.wait("ended", |kind| {
            matches!(kind, Kind::Ended { .. }).then_some(())
        })
    }
}

struct Baresip {
    process: Process,
    control: u16,
    domain: String,
}

fn baresip(
    codec: Codec,
    asterisk: &Asterisk,
    pulse: &Pulse,
    dir: &Path,
) -> Result<Option<Box<dyn Client>>> {
    let Some(tree) = Tree::find(&["baresip"], "usr/bin/baresip") else {
        return Ok(None);
    };
    let dir = dir.join("baresip");
    std::fs::create_dir_all(&dir).map_err(|source| io("making baresip's folder", source))?;
    let control = lab::free_port();
    let modules = tree.root().join("usr/lib/baresip/modules");
    let config = format!(
        "poll_method epoll\nsip_listen 127.0.0.1:{sip}\naudio_player alsa,default\naudio_source alsa,default\n\
         audio_alert alsa,default\naudio_channels 1\n\
         module_path {modules}\nmodule opus.so\nmodule g711.so\nmodule alsa.so\nmodule_tmp account.so\n\
         module_app menu.so\nmodule_app ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{control}\n",
        sip = lab::free_port(),
        modules = modules.display(),
    );
    let person = Name::Baresip.person();
    let domain = format!("127.0.0.1:{}", asterisk.sip_port());
    let codec = match codec {
        Codec::Opus => "opus/48000/2",
        Codec::Pcmu => "PCMU/8000/1",
    };
    let account = format!(
        "<sip:{}@{domain};transport=udp>;auth_user={};auth_pass={};audio_codecs={codec};regint=600\n",
        person.number, person.number, person.password
    );
    write(&dir.join("config"), &config)?;
    write(&dir.join("accounts"), &account)?;
    write(&dir.join("contacts"), "")?;
    // Its ALSA is the tree's, and so are the plug-ins that fit it.
    write(
        &dir.join("asound.conf"),
        "pcm.default { type pulse }\nctl.default { type pulse }\npcm.!default { type pulse }\n",
    )?;
    let mut command = tree.command("usr/bin/baresip");
    command
        .arg("-f")
        .arg(&dir)
        .env("ALSA_PLUGIN_DIR", tree.libraries().join("alsa-lib"));
    pulse.lend(&mut command);
    command
        .env("ALSA_CONFIG_PATH", dir.join("asound.conf"))
        .env("HOME", &dir);
    let process = Process::start("baresip", command, Pipes::None, &dir)?;
    Ok(Some(Box::new(Baresip {
        process,
        control,
        domain,
    })))
}

impl Baresip {
    /// Sends a command as a netstring of JSON and reads until something comes back.
    fn tell(&mut self, command: &str, params: &str) -> Result<()> {
        let doing = || format!("telling baresip {command}");
        let mut stream = TcpStream::connect(("127.0.0.1", self.control))
            .map_err(|source| io(&doing(), source))?;
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .map_err(|source| io(&doing(), source))?;
        let text = serde_json::json!({"command": command, "params": params}).to_string();
        write!(stream, "{}:{text},", text.len()).map_err(|source| io(&doing(), source))?;
        stream
            .read(&mut [0; 1024])
            .map_err(|source| io(&doing(), source))?;
        Ok(())
    }
}

impl Client for Baresip {
    fn pid(&self) -> u32 {
        self.process.pid()
    }

    fn dial(&mut self, number: &str) -> Result<()> {
        let to = format!("sip:{number}@{}", self.domain);
        self.tell("dial", &to)
    }

    fn hang_up(&mut self) -> Result<()> {
        self.tell("hangup", "")
    }
}

struct Linphonec {
    process: Process,
    stdin: ChildStdin,
    domain: String,
}

fn linphonec(
    codec: Codec,
    asterisk: &Asterisk,
    pulse: &Pulse,
    dir: &Path,
) -> Result<Option<Box<dyn Client>>> {
    let Some(program) = installed("linphonec") else {
        return Ok(None);
    };
    let dir = dir.join("linphonec");
    std::fs::create_dir_all(dir.join(".local/share/linphone"))
        .map_err(|source| io("making linphonec's folder", source))?;
    let person = Name::Linphonec.person();
    let domain = format!("127.0.0.1:{}", asterisk.sip_port());
    let mut config = format!(
        "[sip]\nsip_port={sip}\nsip_tcp_port=0\nsip_tls_port=0\ndefault_proxy=0\nguess_hostname=1\nmedia_encryption=none\nipv6=0\n\n\
         [rtp]\naudio_rtp_port={rtp}\n\n\
         [net]\nmtu=0\nfirewall_policy=0\n\n\
         [video]\nenabled=0\ncapture=0\ndisplay=0\nautomatically_initiate=0\nautomatically_accept=0\n\n\
         [sound]\nplayback_dev_id=PulseAudio Unknown: Speaker\ncapture_dev_id=PulseAudio Unknown: Microphone\nringer_dev_id=PulseAudio Unknown: Speaker\n\
         echocancellation=0\nmic_gain_db=0\nplayback_gain_db=0\nremote_ring=\n\n\
         [auth_info_0]\nusername={user}\npasswd={password}\nrealm=asterisk\n\n\
         [proxy_0]\nreg_proxy=<sip:{domain};transport=udp>\nreg_identity=sip:{user}@{domain}\nreg_expires=600\nreg_sendregister=1\npublish=0\n\n",
        sip = lab::free_port(),
        rtp = lab::free_port(),
        user = person.number,
        password = person.password,
    );
    let wanted = match codec {
        Codec::Opus => "opus",
        Codec::Pcmu => "PCMU",
    };
    let known = [
        ("opus", 48000, 2),
        ("speex", 16000, 1),
        ("speex", 8000, 1),
        ("PCMU", 8000, 1),
        ("PCMA", 8000, 1),
        ("GSM", 8000, 1),
        ("G722", 8000, 1),
    ];
    for (index, (mime, rate, channels)) in known.iter().enumerate() {
        let enabled = u8::from(*mime == wanted);
        config += &format!(
            "[audio_codec_{index}]\nmime={mime}\nrate={rate}\nchannels={channels}\nenabled={enabled}\n\n"
        );
    }
    write(&dir.join("linphonerc"), &config)?;
    let mut command = Command::new(program);
    command
        .arg("-c")
        .arg(dir.join("linphonerc"))
        .env("HOME", &dir);
    pulse.lend(&mut command);
    // Without it libpulse leaves the sound server's speaker its two seconds of buffer.
    command.current_dir(&dir).env("PULSE_LATENCY_MSEC", "20");
    let mut process = Process::start("linphonec", command, Pipes::Input, &dir)?;
    let stdin = process.stdin();
    Ok(Some(Box::new(Linphonec {
        process,
        stdin,
        domain,
    })))
}

impl Linphonec {
    fn tell(&mut self, line: &str) -> Result<()> {
        writeln!(self.stdin, "{line}").map_err(|source| io("telling linphonec", source))
    }
}

impl Client for Linphonec {
    fn pid(&self) -> u32 {
        self.process.pid()
    }

    fn dial(&mut self, number: &str) -> Result<()> {
        let line = format!("call sip:{number}@{}", self.domain);
        self.tell(&line)
    }

    fn hang_up(&mut self) -> Result<()> {
        self.tell("terminate")
    }
}

/// What baresip calls itself.
pub(crate) fn baresip_version() -> String {
    let Some(tree) = Tree::find(&["baresip"], "usr/bin/baresip") else {
        return String::new();
    };
    let output = tree.command("usr/bin/baresip").arg("-h").output();
    let text = output
        .map(|output| {
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
        })
        .unwrap_or_default();
    text.split_whitespace()
        .find_map(|word| word.strip_prefix('v'))
        .unwrap_or_default()
        .to_owned()
}

fn installed(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).map_err(|source| io("writing a configuration", source))
}

pub(crate) fn io(doing: &str, source: std::io::Error) -> LabError {
    LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}
