use std::io::Write;
use std::net::SocketAddrV4;
use std::process::{ChildStdin, Command};

use crate::error::{Doing, Result};
use crate::ports;
use crate::process::{Pipes, Process};

use super::{Client, Codec, Ground, Name, Settings, installed, output, write};

pub(super) fn settings(settings: Settings) -> &'static str {
    match settings {
        Settings::Best => {
            "adaptive jitter compensation and rate control, useinbandfec=1, echo canceller off"
        }
        Settings::Default => "its own, echo canceller on",
    }
}

/// What Debian calls it.
pub(super) fn version() -> String {
    output(Command::new("dpkg-query").args(["-W", "-f", "${Version}", "linphone-cli"]))
}

pub(super) fn start(
    codec: Codec,
    settings: Settings,
    ground: &Ground<'_>,
) -> Result<Option<Box<dyn Client>>> {
    let Some(program) = installed("linphonec") else {
        return Ok(None);
    };
    let dir = ground.lab.dir().join("linphonec");
    std::fs::create_dir_all(dir.join(".local/share/linphone"))
        .doing("making linphonec's folder")?;
    write(
        &dir.join("linphonerc"),
        &config(codec, settings, ground.asterisk.sip()),
    )?;
    let mut command = Command::new(program);
    command
        .arg("-c")
        .arg(dir.join("linphonerc"))
        .env("HOME", &dir);
    ground.pulse.lend(&mut command);
    // Without it libpulse leaves the sound server's speaker its two seconds of buffer.
    command.current_dir(&dir).env("PULSE_LATENCY_MSEC", "20");
    let mut process = Process::start("linphonec", ground.there(&command), Pipes::Input, &dir)?;
    let stdin = process.stdin();
    Ok(Some(Box::new(Linphonec {
        process,
        stdin,
        domain: ground.asterisk.sip(),
    })))
}

/// What it is told of itself. Linphone Desktop reads the same.
pub(super) fn config(codec: Codec, settings: Settings, domain: SocketAddrV4) -> String {
    let person = Name::Linphonec.person();
    let (rtp, net, sound) = match settings {
        Settings::Best => (
            "audio_adaptive_jitt_comp_enabled=1\n",
            "adaptive_rate_control=1\n",
            "echocancellation=0\n",
        ),
        Settings::Default => ("", "", ""),
    };
    let mut config = format!(
        "[sip]\nsip_port={sip}\nsip_tcp_port=0\nsip_tls_port=0\ndefault_proxy=0\nguess_hostname=1\nmedia_encryption=none\nipv6=0\n\n\
         [rtp]\naudio_rtp_port={port}\n{rtp}\n\
         [net]\nmtu=0\nfirewall_policy=0\n{net}\n\
         [video]\nenabled=0\ncapture=0\ndisplay=0\nautomatically_initiate=0\nautomatically_accept=0\n\n\
         [sound]\nplayback_dev_id=PulseAudio Unknown: Speaker\ncapture_dev_id=PulseAudio Unknown: Microphone\nringer_dev_id=PulseAudio Unknown: Speaker\n\
         {sound}mic_gain_db=0\nplayback_gain_db=0\nremote_ring=\n\n\
         [auth_info_0]\nusername={user}\npasswd={password}\nrealm=asterisk\n\n\
         [proxy_0]\nreg_proxy=<sip:{domain};transport=udp>\nreg_identity=sip:{user}@{domain}\nreg_expires=600\nreg_sendregister=1\npublish=0\n\n",
        sip = ports::free(),
        port = ports::free(),
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
        let fec = match (settings, *mime) {
            (Settings::Best, "opus") => "recv_fmtp=useinbandfec=1\n",
            _ => "",
        };
        config += &format!(
            "[audio_codec_{index}]\nmime={mime}\nrate={rate}\nchannels={channels}\nenabled={enabled}\n{fec}\n"
        );
    }
    config
}

struct Linphonec {
    process: Process,
    stdin: ChildStdin,
    domain: SocketAddrV4,
}

impl Linphonec {
    fn tell(&mut self, line: &str) -> Result<()> {
        writeln!(self.stdin, "{line}").doing("telling linphonec")
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
