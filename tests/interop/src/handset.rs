use std::io::{Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::error::{Doing, LabError, Result};
use crate::hearing::Voice;
use crate::people::Person;
use crate::process::{Pipes, Process};
use crate::tree::Tree;
use crate::{place, ports, sound};

/// A person at a plain SIP phone: baresip, with a WAV file for a mouth and one for ears. One call at a
/// time; the recording begins anew with each.
pub struct Handset {
    process: Process,
    dir: PathBuf,
    control: TcpStream,
    said: Receiver<Value>,
    seen: Vec<String>,
    domain: SocketAddrV4,
}

impl Handset {
    pub(crate) fn start(
        dir: &Path,
        person: Person,
        registrar: SocketAddrV4,
        voice: Voice,
    ) -> Result<Handset> {
        let tree = Tree::find(&["baresip"], PROGRAM).ok_or_else(|| LabError::Missing {
            what: "baresip",
            place: place::installed().join("baresip"),
        })?;
        let dir = place::own_folder(dir, "handset")?;
        // The rate of the codec: baresip resamples no file.
        let says = dir.join("voice.wav");
        sound::write(&says, 8000, &sound::tone(8000, voice.hz(), -20.0, 180.0))?;
        let control = ports::free();
        let config = format!(
            "poll_method epoll\nsip_listen {address}:{sip}\naudio_channels 1\n\
             audio_source aufile,{says}\naudio_player aufile,{heard}\naudio_alert aufile,{silence}\n\
             module_path {modules}\nmodule g711.so\nmodule aufile.so\nmodule_tmp account.so\n\
             module_app menu.so\nmodule_app ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{control}\n",
            address = registrar.ip(),
            sip = ports::free(),
            says = says.display(),
            heard = dir.join("heard.wav").display(),
            silence = dir.join("alert.wav").display(),
            modules = tree.root().join("usr/lib/baresip/modules").display(),
        );
        let account = format!(
            "<sip:{number}@{registrar};transport=udp>;auth_user={number};auth_pass={password};\
             audio_codecs=PCMA/8000/1;regint=60\n",
            number = person.number,
            password = person.password,
        );
        for (file, text) in [
            ("config", config),
            ("accounts", account),
            ("contacts", String::new()),
        ] {
            std::fs::write(dir.join(file), text).doing("writing baresip's configuration")?;
        }
        let mut command = tree.command(PROGRAM);
        command.arg("-f").arg(&dir).env("HOME", &dir);
        let mut process = Process::start(
            &place::name_of(&dir),
            command,
            Pipes::None,
            dir.parent().unwrap_or(&dir),
        )?;
        process.run_first();
        let mut stream = None;
        process.ready_when(START, || {
            stream = TcpStream::connect(("127.0.0.1", control)).ok();
            stream.is_some()
        })?;
        let control = stream.expect("ready means connected");
        let reader = control.try_clone().doing("duplicating a socket")?;
        let (sender, said) = channel();
        // Ends with baresip, which closes the connection.
        std::thread::spawn(move || {
            let mut reader = std::io::BufReader::new(reader);
            while let Some(value) = netstring(&mut reader) {
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let mut handset = Handset {
            process,
            dir,
            control,
            said,
            seen: Vec::new(),
            domain: registrar,
        };
        handset.registered()?;
        Ok(handset)
    }

    /// Calls a person or a number.
    pub fn call(&mut self, number: &str) -> Result<()> {
        self.seen.clear();
        self.tell("dial", &format!("sip:{number}@{}", self.domain))
    }

    /// Waits until it rings.
    pub fn rings(&mut self) -> Result<()> {
        self.wait("CALL_INCOMING", LIMIT)
    }

    /// Waits until it rings, and takes the call.
    pub fn answer(&mut self) -> Result<()> {
        self.rings()?;
        self.talk()
    }

    /// Takes the call that rings.
    pub fn talk(&mut self) -> Result<()> {
        self.tell("accept", "")?;
        self.talks()
    }

    /// Waits until a call is up.
    pub fn talks(&mut self) -> Result<()> {
        self.wait("CALL_ESTABLISHED", LIMIT)
    }

    /// Ends its call, or refuses the one that rings.
    pub fn hang_up(&mut self) -> Result<()> {
        self.tell("hangup", "")
    }

    /// Waits until the other side has ended the call.
    pub fn is_hung_up(&mut self, limit: Duration) -> Result<()> {
        self.wait("CALL_CLOSED", limit)
    }

    /// Whether its call has ended, as far as it has said.
    pub fn has_ended(&mut self) -> bool {
        self.seen.extend(self.said.try_iter().filter_map(event));
        self.seen.iter().any(|seen| seen == "CALL_CLOSED")
    }

    /// Ends whatever call there is.
    pub(crate) fn be_idle(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            self.tell("hangup", "")?;
            self.tell("listcalls", "")?;
            // Two commands, two answers.
            let calls = self.answered(LIMIT)? + &self.answered(LIMIT)?;
            if !calls.contains("sip:") {
                self.seen.clear();
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(self.process.not_ready("its call does not end"))
    }

    /// What it has heard in its call: a recording that grows.
    pub fn heard(&self) -> PathBuf {
        self.dir.join("heard.wav")
    }

    /// What it prints.
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    fn registered(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            self.tell("reginfo", "")?;
            if self.answered(LIMIT)?.contains("OK") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(self.process.not_ready("it has not registered"))
    }

    /// The next answer to a command; events meanwhile are kept.
    fn answered(&mut self, limit: Duration) -> Result<String> {
        let deadline = Instant::now() + limit;
        loop {
            match self
                .said
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(value) if value["response"] == true => {
                    return Ok(value["data"].as_str().unwrap_or_default().to_owned());
                }
                Ok(value) => self.seen.extend(event(value)),
                Err(_) => return Err(self.process.not_ready("it answers no command")),
            }
        }
    }

    /// Waits for an event that was not waited for yet.
    fn wait(&mut self, awaited: &str, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(at) = self.seen.iter().position(|seen| seen == awaited) {
                self.seen.drain(..=at);
                return Ok(());
            }
            match self
                .said
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(value) => self.seen.extend(event(value)),
                Err(_) => {
                    return Err(LabError::TimedOut {
                        name: self.process.name().to_owned(),
                        awaited: awaited.to_owned(),
                        limit,
                        seen: format!("{:?}\n{}", self.seen, self.process.log_tail()),
                    });
                }
            }
        }
    }

    /// Sends a command as a netstring of JSON.
    fn tell(&mut self, command: &str, params: &str) -> Result<()> {
        let text = json!({"command": command, "params": params}).to_string();
        write!(self.control, "{}:{text},", text.len()).doing(format!("telling baresip {command}"))
    }
}

/// The name of an event; nothing for an answer.
fn event(value: Value) -> Option<String> {
    (value["event"] == true).then(|| value["type"].as_str().unwrap_or_default().to_owned())
}

/// Reads `12:{"a": "b"},`.
fn netstring(reader: &mut impl Read) -> Option<Value> {
    let mut byte = [0];
    let mut length = 0;
    loop {
        reader.read_exact(&mut byte).ok()?;
        match byte[0] {
            digit @ b'0'..=b'9' => length = length * 10 + usize::from(digit - b'0'),
            _ => break,
        }
    }
    let mut text = vec![0; length + 1];
    reader.read_exact(&mut text).ok()?;
    text.pop();
    serde_json::from_slice(&text).ok()
}

/// Where it lies in its tree.
const PROGRAM: &str = "usr/bin/baresip";
const START: Duration = Duration::from_secs(10);
const LIMIT: Duration = Duration::from_secs(10);
