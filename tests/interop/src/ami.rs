//! AMI, Asterisk's Manager Interface: how a test sees and steers the PBX.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use crate::error::{Doing, LabError, Result};

/// A connection to the manager interface. Events are kept until asked for.
pub struct Ami {
    stream: BufReader<TcpStream>,
    unread: String,
    events: Vec<AmiEvent>,
    next: usize,
    actions: u32,
}

/// An event, or the response to an action: names and values.
#[derive(Clone, Debug)]
pub struct AmiEvent {
    fields: Vec<(String, String)>,
    /// When the harness read it.
    pub at: Instant,
}

impl AmiEvent {
    /// What happened: `Hangup`, `DTMFEnd` … Empty for a response.
    pub fn name(&self) -> &str {
        self.get("Event")
    }

    /// A field's value; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }
}

impl AmiEvent {
    /// For a test that waited in vain; nothing for what no test waits for.
    fn summary(&self) -> Option<String> {
        if [
            "TestEvent",
            "VarSet",
            "RTCPSent",
            "RTCPReceived",
            "ChallengeSent",
        ]
        .contains(&self.name())
        {
            return None;
        }
        let shown = [
            "Channel",
            "Exten",
            "Application",
            "Cause",
            "Digit",
            "UserEvent",
            "ContactStatus",
        ];
        let fields = shown
            .iter()
            .filter(|field| !self.get(field).is_empty())
            .map(|field| format!(" {field}={}", self.get(field)));
        Some(format!("{}{}", self.name(), fields.collect::<String>()))
    }
}

impl Ami {
    pub(crate) fn connect(address: Ipv4Addr, port: u16) -> Result<Ami> {
        let stream =
            TcpStream::connect((address, port)).doing("connecting to Asterisk's manager")?;
        stream
            .set_read_timeout(Some(POLL))
            .doing("setting a time limit")?;
        let mut ami = Ami {
            stream: BufReader::new(stream),
            unread: String::new(),
            events: Vec::new(),
            next: 0,
            actions: 0,
        };
        let credentials = [
            ("Username", "lab".to_owned()),
            ("Secret", "lab".to_owned()),
            ("Events", "on".to_owned()),
        ];
        ami.action("Login", &credentials)?;
        Ok(ami)
    }

    /// Asks for something and waits for the response.
    ///
    /// # Errors
    /// [`LabError::Refused`] if the response is not a success.
    pub fn action(&mut self, action: &str, fields: &[(&str, String)]) -> Result<AmiEvent> {
        self.actions += 1;
        let id = self.actions.to_string();
        let mut text = format!("Action: {action}\r\nActionID: {id}\r\n");
        for (name, value) in fields {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        self.stream
            .get_mut()
            .write_all(text.as_bytes())
            .doing("writing to Asterisk's manager")?;
        let from = self.events.len();
        let is_response =
            |event: &AmiEvent| !event.get("Response").is_empty() && event.get("ActionID") == id;
        let response = self.wait_from(from, action, LIMIT, is_response)?.1;
        match response.get("Response") {
            "Success" => Ok(response),
            _ => Err(LabError::Refused {
                name: format!("{action} {fields:?}"),
                reason: format!("{:?}", response.fields),
            }),
        }
    }

    /// Runs a command of Asterisk's console and gives what it prints.
    pub fn console(&mut self, command: &str) -> Result<String> {
        let response = self.action("Command", &[("Command", command.to_owned())])?;
        let lines: Vec<_> = response
            .fields
            .iter()
            .filter(|(name, _)| name == "Output")
            .map(|(_, line)| line.as_str())
            .collect();
        Ok(lines.join("\n"))
    }

    /// The first event after the one waited for last that `matches`.
    pub fn wait(
        &mut self,
        awaited: &str,
        limit: Duration,
        matches: impl Fn(&AmiEvent) -> bool,
    ) -> Result<AmiEvent> {
        let (index, event) = self.wait_from(self.next, awaited, limit, matches)?;
        self.next = index + 1;
        Ok(event)
    }

    /// How many events from the start on `match`, after listening for so long.
    pub fn count_for(
        &mut self,
        time: Duration,
        matches: impl Fn(&AmiEvent) -> bool,
    ) -> Result<usize> {
        let start = Instant::now();
        while start.elapsed() < time {
            self.read()?;
        }
        Ok(self.events.iter().filter(|event| matches(event)).count())
    }

    /// Forgets what happened so far: [`Ami::wait`] starts from now.
    pub fn from_now(&mut self) {
        while matches!(self.read(), Ok(true)) {}
        self.next = self.events.len();
    }

    fn wait_from(
        &mut self,
        from: usize,
        awaited: &str,
        limit: Duration,
        matches: impl Fn(&AmiEvent) -> bool,
    ) -> Result<(usize, AmiEvent)> {
        let start = Instant::now();
        let mut seen = from;
        loop {
            while let Some(event) = self.events.get(seen) {
                if matches(event) {
                    return Ok((seen, event.clone()));
                }
                seen += 1;
            }
            if start.elapsed() > limit {
                let seen = self.events[from..].iter().filter_map(AmiEvent::summary);
                let seen: Vec<_> = seen.collect();
                return Err(LabError::TimedOut {
                    name: "Asterisk's manager".to_owned(),
                    awaited: awaited.to_owned(),
                    limit,
                    seen: seen.join("\n"),
                });
            }
            self.read()?;
        }
    }

    /// Reads one event, or nothing for [`POLL`]. Whether there was one.
    fn read(&mut self) -> Result<bool> {
        loop {
            match self.stream.read_line(&mut self.unread) {
                Ok(0) => {
                    return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
                        .doing("reading Asterisk's manager");
                }
                Ok(_) if self.unread.ends_with("\r\n\r\n") || self.unread == "\r\n" => {
                    let text = std::mem::take(&mut self.unread);
                    let fields = text
                        .lines()
                        .filter_map(|line| line.split_once(':'))
                        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                        .collect();
                    self.events.push(AmiEvent {
                        fields,
                        at: Instant::now(),
                    });
                    return Ok(true);
                }
                Ok(_) => {}
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) =>
                {
                    return Ok(false);
                }
                Err(error) => return Err(error).doing("reading Asterisk's manager"),
            }
        }
    }
}

const POLL: Duration = Duration::from_millis(20);
const LIMIT: Duration = Duration::from_secs(10);
