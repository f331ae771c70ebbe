//! A connection to the sound server: questions, answers, and what it sends by itself.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CommandReply, DESCRIPTOR_SIZE, Descriptor, MAX_VERSION,
    Prop, Props, ProtocolError, PulseError, SetClientNameReply, TagStructReader,
};

use crate::device::DeviceError;

/// How long the server may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Longest message believed, in bytes.
const LONGEST_MESSAGE: usize = 4 << 20;

/// One authenticated connection.
pub(super) struct Connection {
    pub(super) reader: BufReader<UnixStream>,
    version: u16,
    sequence: u32,
}

impl Connection {
    pub(super) fn open() -> Result<Self, DeviceError> {
        let path = pulseaudio::socket_path_from_env()
            .ok_or_else(|| DeviceError::System("no sound server is running".into()))?;
        let socket = UnixStream::connect(&path).map_err(|error| {
            DeviceError::System(format!("the sound server does not answer: {error}"))
        })?;
        let timeouts = socket
            .set_read_timeout(Some(ANSWER_TIMEOUT))
            .and_then(|()| socket.set_write_timeout(Some(ANSWER_TIMEOUT)));
        timeouts.map_err(|error| DeviceError::System(error.to_string()))?;
        let mut connection = Self::over(socket);
        let auth: AuthReply = connection.ask(&Command::Auth(AuthParams {
            version: MAX_VERSION,
            supports_shm: false,
            supports_memfd: false,
            cookie: cookie(),
        }))?;
        connection.version = MAX_VERSION.min(auth.version);
        let _: SetClientNameReply = connection.ask(&Command::SetClientName(client()))?;
        Ok(connection)
    }

    pub(super) fn over(socket: UnixStream) -> Self {
        Self {
            reader: BufReader::with_capacity(16 * 1024, socket),
            version: MAX_VERSION,
            sequence: 0,
        }
    }

    pub(super) fn socket(&mut self) -> &mut UnixStream {
        self.reader.get_mut()
    }

    /// Sends a command and waits for its answer.
    pub(super) fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, DeviceError> {
        let message = self.exchange(command)?;
        let mut cursor = Cursor::new(message.as_slice());
        // Past the answer's own head, which `exchange` has looked at.
        Command::read_tag_prefixed(&mut cursor, self.version).map_err(protocol_error)?;
        TagStructReader::new(&mut cursor, self.version)
            .read()
            .map_err(protocol_error)
    }

    /// Sends a command and waits until it is acknowledged.
    pub(super) fn tell(&mut self, command: &Command) -> Result<(), DeviceError> {
        self.exchange(command).map(drop)
    }

    /// Sends a command whose answer is passed over with whatever else comes.
    pub(super) fn send(&mut self, command: &Command) -> io::Result<()> {
        let (sequence, version) = (self.sequence, self.version);
        self.sequence += 1;
        let written = protocol::write_command_message(self.socket(), sequence, command, version);
        written.map_err(|error| io::Error::other(error.to_string()))
    }

    fn exchange(&mut self, command: &Command) -> Result<Vec<u8>, DeviceError> {
        let sequence = self.sequence;
        self.sequence += 1;
        let version = self.version;
        protocol::write_command_message(self.socket(), sequence, command, version)
            .map_err(protocol_error)?;
        let mut message = Vec::new();
        loop {
            let descriptor = self.read_message(&mut message).map_err(|error| {
                DeviceError::System(format!("the sound server does not answer: {error}"))
            })?;
            if descriptor.channel != u32::MAX {
                continue;
            }
            let read = Command::read_tag_prefixed(&mut Cursor::new(message.as_slice()), version);
            match read.map_err(protocol_error)? {
                (answered, Command::Reply) if answered == sequence => return Ok(message),
                (answered, Command::Error(error)) if answered == sequence => {
                    return Err(refused(&error));
                }
                _ => {}
            }
        }
    }

    /// Reads one message of any kind into `message`.
    pub(super) fn read_message(&mut self, message: &mut Vec<u8>) -> io::Result<Descriptor> {
        let mut header = [0; DESCRIPTOR_SIZE];
        self.reader.read_exact(&mut header)?;
        let descriptor = protocol::read_descriptor(&mut header.as_slice())
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let length = descriptor.length as usize;
        if length > LONGEST_MESSAGE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        message.resize(length, 0);
        self.reader.read_exact(message)?;
        Ok(descriptor)
    }

    /// A command the server sent by itself; `None` if it makes no sense.
    pub(super) fn parse(&self, message: &[u8]) -> Option<Command> {
        let mut reader = message;
        let reader: &mut dyn BufRead = &mut reader;
        Command::read_tag_prefixed(&mut { reader }, self.version)
            .ok()
            .map(|(_, command)| command)
    }
}

/// The server's secret. A server that lets every user in still wants one of the right length.
fn cookie() -> Vec<u8> {
    pulseaudio::cookie_path_from_env()
        .and_then(|path: PathBuf| std::fs::read(path).ok())
        .unwrap_or_else(|| vec![0; 256])
}

fn client() -> Props {
    let mut props = Props::new();
    props.set(Prop::ApplicationName, c"Warmline");
    props.set(Prop::ApplicationIconName, c"warmline");
    props
}

fn protocol_error(error: ProtocolError) -> DeviceError {
    match error {
        ProtocolError::ServerError(error) => refused(&error),
        other => DeviceError::System(format!("the sound server: {other}")),
    }
}

fn refused(error: &PulseError) -> DeviceError {
    let words = format!("the sound server says: {error}");
    match error {
        PulseError::Busy => DeviceError::InUse(words),
        PulseError::AccessDenied => DeviceError::NotAllowed(words),
        _ => DeviceError::Device(words),
    }
}
