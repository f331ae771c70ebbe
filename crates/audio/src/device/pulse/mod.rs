//! PulseAudio, and PipeWire in its place, spoken over their native socket.
//!
//! cpal has a PulseAudio host too, but it asks the server for its timing at each callback and
//! clears a megabyte at each read: a third of a phone's whole processor time. Here each stream has
//! a connection of its own: a speaker's is served by a thread that only moves sound, a microphone's is
//! read by the sound thread. A further connection is told when devices come and go, so that nobody has
//! to poll.

mod audible;
mod changes;
mod connection;
mod microphone;
mod speaker;

use std::ffi::{CStr, CString};
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, Thread};

use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::protocol::{
    ChannelMap, Command, CreatePlaybackStreamReply, CreateRecordStreamReply, PlaybackStreamParams,
    Prop, Props, RecordStreamParams, SampleFormat, SampleSpec, ServerInfo, SinkInfoList,
    SourceInfoList,
};

use super::bell::Audibility;
use super::ring::{Capture, Clock, Playout, StreamCounters, capture_ring, playout_ring};
use super::{Alarm, DeviceError, DeviceInfo, Devices, Moved, Opened, SoundSystem, StreamId};
use crate::frame::SAMPLE_RATE;
use changes::Changes;
use connection::Connection;
use microphone::Reader;
use speaker::{Buffer, Learnt};

/// Put before the server's names, as cpal does, so that ids tell their system.
pub(super) const ID_PREFIX: &str = "pulseaudio:";

/// How much of a microphone the server is to send at once, in samples. It must not go evenly into the 480 of
/// a tick: when a piece came is not known, only by which tick it had come, so the fill would stand for a
/// minute and then jump by a whole piece, and what is no drift would be corrected as one. So each tick meets
/// the pieces at another of 19 places, and the mean over a second is right to an eighth of a ms.
const CAPTURE_FRAGMENT: u32 = 228;

/// A 32 bit float.
const SAMPLE: usize = 4;

/// A connected server.
pub(super) struct Pulse {
    control: Connection,
    changes: Option<Changes>,
    learnt: Learnt,
}

impl Pulse {
    /// Connects to the user's server. With an alarm, that is woken when devices change.
    pub(super) fn connect(alarm: Option<Alarm>) -> Result<Self, DeviceError> {
        let control = Connection::open()?;
        let changes = alarm.and_then(|alarm| match Changes::watch(alarm) {
            Ok(changes) => Some(changes),
            Err(error) => {
                tracing::debug!(%error, "the sound server does not tell of changes");
                None
            }
        });
        Ok(Self {
            control,
            changes,
            learnt: Learnt::default(),
        })
    }
}

impl SoundSystem for Pulse {
    fn devices(&mut self) -> Result<Devices, DeviceError> {
        let server: ServerInfo = self.control.ask(&Command::GetServerInfo)?;
        let sinks: SinkInfoList = self.control.ask(&Command::GetSinkInfoList)?;
        let sources: SourceInfoList = self.control.ask(&Command::GetSourceInfoList)?;
        let info =
            |name: &CString, description: &Option<CString>, default: &Option<CString>| DeviceInfo {
                id: id_of(name),
                name: description
                    .as_ref()
                    .unwrap_or(name)
                    .to_string_lossy()
                    .into_owned(),
                is_default: default.as_ref() == Some(name),
                is_monitor: false,
            };
        let mut inputs: Vec<DeviceInfo> = sources
            .iter()
            .map(|source| DeviceInfo {
                is_monitor: source.monitor_of_sink_index.is_some(),
                ..info(
                    &source.name,
                    &source.description,
                    &server.default_source_name,
                )
            })
            .collect();
        inputs.sort_by_key(|input| input.is_monitor);
        let outputs = sinks
            .iter()
            .map(|sink| info(&sink.name, &sink.description, &server.default_sink_name))
            .collect();
        Ok(Devices {
            host: "PulseAudio".into(),
            inputs,
            outputs,
        })
    }

    fn open_capture(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
    ) -> Result<Opened<Capture>, DeviceError> {
        let mut connection = Connection::open()?;
        let reply: CreateRecordStreamReply =
            connection.ask(&Command::CreateRecordStream(RecordStreamParams {
                sample_spec: sample_spec(),
                channel_map: ChannelMap::mono(),
                source_name: Some(server_name(device)?),
                buffer_attr: BufferAttr {
                    fragment_size: CAPTURE_FRAGMENT * SAMPLE as u32,
                    ..BufferAttr::default()
                },
                flags: flags(),
                props: properties("Call"),
                ..RecordStreamParams::default()
            }))?;
        let (mut feed, mut end, counters) = capture_ring(SAMPLE_RATE, Clock::Device);
        let moved = Moved::default();
        let (reader, mut notes) = Reader::new(&mut connection, reply.channel)
            .map_err(|error| DeviceError::System(error.to_string()))?;
        let stream = Stream::start("audio-mic", connection, alarm, &counters, {
            let shift = Shift::new(&moved, alarm);
            move |connection, closing| microphone::watch(connection, &mut notes, &shift, closing)
        })?;
        let mut reader = reader.watched_by(stream.thread());
        end.fetched_by(Box::new(move || reader.fetch(&mut feed)));
        Ok(Opened {
            stream: Box::new(stream),
            id: Some(StreamId(reply.stream_index)),
            end,
            counters,
            moved,
        })
    }

    fn open_playout(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
        sound_thread: Option<Thread>,
    ) -> Result<Opened<Playout>, DeviceError> {
        let mut connection = Connection::open()?;
        let buffer = Buffer::new(&self.learnt);
        let reply: CreatePlaybackStreamReply =
            connection.ask(&Command::CreatePlaybackStream(PlaybackStreamParams {
                sample_spec: sample_spec(),
                channel_map: ChannelMap::mono(),
                sink_name: Some(server_name(device)?),
                buffer_attr: buffer.attributes(),
                flags: flags(),
                props: properties("Call"),
                ..PlaybackStreamParams::default()
            }))?;
        let (mut feed, end, counters) = playout_ring(SAMPLE_RATE, Clock::Device, sound_thread);
        let moved = Moved::default();
        let stream = Stream::start("audio-speaker", connection, alarm, &counters, {
            let shift = Shift::new(&moved, alarm);
            let first = reply.requested_bytes as usize;
            move |connection, _closing| {
                speaker::play(connection, reply.channel, first, &mut feed, buffer, &shift)
            }
        })?;
        Ok(Opened {
            stream: Box::new(stream),
            id: Some(StreamId(reply.stream_index)),
            end,
            counters,
            moved,
        })
    }

    fn audibility(&mut self, device: &DeviceInfo, stream: Option<StreamId>) -> Audibility {
        audible::on(&mut self.control, device, stream)
    }

    fn tells_changes(&self) -> bool {
        self.changes.is_some()
    }

    fn has_changed(&mut self) -> bool {
        self.changes
            .as_ref()
            .is_some_and(|changes| changes.seen.swap(false, Ordering::AcqRel))
    }
}

/// Tells the supervisor that the server has moved a stream: it does so when a device vanishes, or
/// when the user wants it in the desktop's mixer.
struct Shift {
    moved: Moved,
    alarm: Alarm,
}

impl Shift {
    fn new(moved: &Moved, alarm: &Alarm) -> Self {
        Self {
            moved: moved.clone(),
            alarm: alarm.clone(),
        }
    }

    fn to(&self, name: &CStr) {
        self.moved.to(id_of(name));
        self.alarm.wake();
    }
}

/// A stream's thread; dropping this ends it.
struct Stream {
    socket: UnixStream,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Stream {
    fn start(
        name: &str,
        mut connection: Connection,
        alarm: &Alarm,
        counters: &Arc<StreamCounters>,
        work: impl FnOnce(&mut Connection, &AtomicBool) -> io::Result<()> + Send + 'static,
    ) -> Result<Self, DeviceError> {
        let failed = |error: io::Error| DeviceError::System(error.to_string());
        let socket = connection.socket().try_clone().map_err(failed)?;
        // From here on, silence is no fault: a suspended device sends nothing.
        socket.set_read_timeout(None).map_err(failed)?;
        let closing = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn({
                let (closing, alarm, counters) = (closing.clone(), alarm.clone(), counters.clone());
                move || {
                    let ended = work(&mut connection, &closing);
                    if !closing.load(Ordering::Acquire) {
                        tracing::debug!(error = ?ended.err(), "the sound server ended a stream");
                        alarm.failed(&counters);
                    }
                }
            })
            .map_err(failed)?;
        Ok(Self {
            socket,
            closing,
            thread: Some(thread),
        })
    }

    /// Its thread.
    fn thread(&self) -> Option<Thread> {
        self.thread.as_ref().map(|thread| thread.thread().clone())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
        let _ = self.socket.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Says that this is a call, so that the desktop can turn music down.
fn properties(name: &str) -> Props {
    let mut props = Props::new();
    if let Ok(name) = CString::new(name) {
        props.set(Prop::MediaName, name);
    }
    props.set(Prop::MediaRole, c"phone");
    props
}

fn sample_spec() -> SampleSpec {
    SampleSpec {
        format: if cfg!(target_endian = "little") {
            SampleFormat::Float32Le
        } else {
            SampleFormat::Float32Be
        },
        channels: 1,
        sample_rate: SAMPLE_RATE,
    }
}

fn flags() -> StreamFlags {
    StreamFlags {
        // The whole way to the device is to be as short as asked, not only the server's buffer.
        adjust_latency: true,
        ..StreamFlags::default()
    }
}

fn id_of(name: &CStr) -> String {
    format!("{ID_PREFIX}{}", name.to_string_lossy())
}

fn server_name(device: &DeviceInfo) -> Result<CString, DeviceError> {
    let name = device.id.strip_prefix(ID_PREFIX).unwrap_or(&device.id);
    CString::new(name).map_err(|_| DeviceError::Device("the device's id is not one".into()))
}
