use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::process::Command;
use std::time::Duration;

use crate::error::{Doing, Result};
use crate::ports;
use crate::process::{Pipes, Process};
use crate::tree::Tree;

use super::{Client, Codec, Ground, Name, Settings, output, write};

pub(super) fn settings(settings: Settings) -> &'static str {
    match settings {
        Settings::Best => {
            "jitter_buffer_type adaptive, jitter_buffer_delay 2-20; opus_inbandfec yes, opus_packet_loss 10; module plc"
        }
        Settings::Default => "its own: a fixed jitter buffer of 5 to 10 packets, no FEC",
    }
}

/// What baresip calls itself.
pub(super) fn version() -> String {
    let Some(tree) = Tree::find(&["baresip"], PROGRAM) else {
        return String::new();
    };
    output(tree.command(PROGRAM).arg("-h"))
        .split_whitespace()
        .find_map(|word| word.strip_prefix('v'))
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn start(
    codec: Codec,
    settings: Settings,
    ground: &Ground<'_>,
) -> Result<Option<Box<dyn Client>>> {
    let Some(tree) = Tree::find(&["baresip"], PROGRAM) else {
        return Ok(None);
    };
    let dir = ground.lab.dir().join("baresip");
    std::fs::create_dir_all(&dir).doing("making baresip's folder")?;
    let address = ground.address();
    let control = ports::free();
    let modules = tree.root().join("usr/lib/baresip/modules");
    let mut config = format!(
        "poll_method epoll\nsip_listen {address}:{sip}\naudio_player alsa,default\naudio_source alsa,default\n\
         audio_alert alsa,default\naudio_channels 1\n\
         module_path {modules}\nmodule opus.so\nmodule g711.so\nmodule alsa.so\nmodule_tmp account.so\n\
         module_app menu.so\nmodule_app ctrl_tcp.so\nctrl_tcp_listen {address}:{control}\n",
        sip = ports::free(),
        modules = modules.display(),
    );
    if settings == Settings::Best {
        config += "jitter_buffer_type adaptive\njitter_buffer_delay 2-20\n\
                   opus_inbandfec yes\nopus_packet_loss 10\nmodule plc.so\n";
    }
    let person = Name::Baresip.person();
    let domain = ground.asterisk.sip();
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
    let mut command: Command = tree.command(PROGRAM);
    command
        .arg("-f")
        .arg(&dir)
        .env("ALSA_PLUGIN_DIR", tree.libraries().join("alsa-lib"));
    ground.pulse.lend(&mut command);
    command
        .env("ALSA_CONFIG_PATH", dir.join("asound.conf"))
        .env("HOME", &dir);
    let process = Process::start("baresip", ground.there(&command), Pipes::None, &dir)?;
    Ok(Some(Box::new(Baresip {
        process,
        control: (address, control),
        domain,
    })))
}

struct Baresip {
    process: Process,
    control: (Ipv4Addr, u16),
    domain: SocketAddrV4,
}

impl Baresip {
    /// Sends a command as a netstring of JSON and reads until something comes back.
    fn tell(&mut self, command: &str, params: &str) -> Result<()> {
        let doing = || format!("telling baresip {command}");
        let mut stream = TcpStream::connect(self.control).doing(doing())?;
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .doing(doing())?;
        let text = serde_json::json!({"command": command, "params": params}).to_string();
        write!(stream, "{}:{text},", text.len()).doing(doing())?;
        stream.read(&mut [0; 1024]).doing(doing())?;
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

/// Where it lies in its tree.
const PROGRAM: &str = "usr/bin/baresip";
