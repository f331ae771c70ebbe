//! Devices through cpal: WASAPI on Windows, CoreAudio on macOS, ALSA on Linux where no sound
//! server runs.
//!
//! What cpal leaves out is around this, in a module for each system. Streams are opened on a device
//! of their own and stay there when the default changes: the supervisor looks for that.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Data, ErrorKind, FromSample, SampleFormat, SizedSample, StreamConfig,
    SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange,
};

use super::bell::Audibility;
use super::ring::{
    Capture, CaptureFeed, Clock, Playout, PlayoutFeed, StreamCounters, capture_ring, playout_ring,
};
use super::{Alarm, DeviceError, DeviceInfo, Devices, Moved, Opened, SoundSystem, StreamId};
use crate::frame::SAMPLE_RATE;

/// How long a sound system may take to open a stream.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);

/// One of cpal's hosts.
pub(super) struct CpalHost {
    host: cpal::Host,
}

impl CpalHost {
    pub(super) fn new(host: cpal::Host) -> Self {
        Self { host }
    }

    fn find(&self, id: &str) -> Result<cpal::Device, DeviceError> {
        self.host
            .devices()
            .map_err(system_error)?
            .find(|device| device.id().is_ok_and(|known| known.to_string() == id))
            .ok_or_else(|| DeviceError::Device("the device is not there".into()))
    }
}

impl SoundSystem for CpalHost {
    fn devices(&mut self) -> Result<Devices, DeviceError> {
        let id_of = |device: Option<cpal::Device>| Some(device?.id().ok()?.to_string());
        let default_input = id_of(self.host.default_input_device());
        let default_output = id_of(self.host.default_output_device());
        let mut devices = Devices {
            host: self.host.id().name().to_owned(),
            ..Devices::default()
        };
        for device in self.host.devices().map_err(system_error)? {
            let (Ok(id), Ok(description)) = (device.id(), device.description()) else {
                continue;
            };
            let id = id.to_string();
            if !is_device(&id) {
                continue;
            }
            let info = |default: &Option<String>| DeviceInfo {
                is_default: default.as_ref() == Some(&id),
                id: id.clone(),
                name: description.name().to_owned(),
                is_monitor: false,
            };
            if device.supports_input() {
                devices.inputs.push(info(&default_input));
            }
            if device.supports_output() {
                devices.outputs.push(info(&default_output));
            }
        }
        Ok(devices)
    }

    fn open_capture(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
    ) -> Result<Opened<Capture>, DeviceError> {
        let device = self.find(&device.id)?;
        let supported = device.default_input_config().map_err(device_error)?;
        let ranges = device.supported_input_configs().map_err(device_error)?;
        let supported = at_48_khz(supported, ranges);
        let (mut feed, end, counters) = capture_ring(supported.sample_rate(), Clock::Device);
        let channels = usize::from(supported.channels());
        let format = supported.sample_format();
        let stream = device
            .build_input_stream_raw(
                ten_ms(&supported),
                format,
                move |data, _| capture(data, channels, &mut feed),
                on_error(&counters, alarm),
                Some(OPEN_TIMEOUT),
            )
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(device_error)?;
        Ok(Opened {
            stream: Box::new(stream),
            id: None,
            end,
            counters,
            moved: Moved::default(),
        })
    }

    fn open_playout(
        &mut self,
        device: &DeviceInfo,
        alarm: &Alarm,
        sound_thread: Option<Thread>,
    ) -> Result<Opened<Playout>, DeviceError> {
        let device = self.find(&device.id)?;
        let supported = device.default_output_config().map_err(device_error)?;
        let ranges = device.supported_output_configs().map_err(device_error)?;
        let supported = at_48_khz(supported, ranges);
        let (mut feed, end, counters) =
            playout_ring(supported.sample_rate(), Clock::Device, sound_thread);
        let channels = usize::from(supported.channels());
        let format = supported.sample_format();
        let stream = device
            .build_output_stream_raw(
                ten_ms(&supported),
                format,
                move |data, _| play(data, channels, &mut feed),
                on_error(&counters, alarm),
                Some(OPEN_TIMEOUT),
            )
            .and_then(|stream| stream.play().map(|()| stream))
            .map_err(device_error)?;
        Ok(Opened {
            stream: Box::new(stream),
            id: None,
            end,
            counters,
            moved: Moved::default(),
        })
    }

    fn audibility(&mut self, _: &DeviceInfo, _: Option<StreamId>) -> Audibility {
        Audibility::Audible
    }

    fn tells_changes(&self) -> bool {
        false
    }

    fn has_changed(&mut self) -> bool {
        false
    }
}

/// ALSA lists the converters of its configuration beside the cards, on a machine without any too:
/// nobody speaks into those.
fn is_device(id: &str) -> bool {
    let Some(pcm) = id.strip_prefix("alsa:") else {
        return true;
    };
    matches!(pcm, "default" | "pipewire") || pcm.contains("CARD=") || pcm.contains("hw:")
}

/// The default configuration, at 48 kHz if the device can.
fn at_48_khz(
    default: SupportedStreamConfig,
    ranges: impl Iterator<Item = SupportedStreamConfigRange>,
) -> SupportedStreamConfig {
    if default.sample_rate() == SAMPLE_RATE {
        return default;
    }
    ranges
        .filter(|range| {
            range.channels() == default.channels()
                && range.sample_format() == default.sample_format()
        })
        .find_map(|range| range.try_with_sample_rate(SAMPLE_RATE))
        .unwrap_or(default)
}

/// Asks for callbacks of 10 ms where the device lets itself be asked. What comes may be anything.
fn ten_ms(supported: &SupportedStreamConfig) -> StreamConfig {
    let buffer_size = match supported.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => {
            BufferSize::Fixed((supported.sample_rate() / 100).clamp(*min, *max))
        }
        SupportedBufferSize::Range { .. } | SupportedBufferSize::Unknown => BufferSize::Default,
    };
    StreamConfig {
        buffer_size,
        ..supported.config()
    }
}

/// The capture callback: copies and counts.
fn capture(data: &Data, channels: usize, feed: &mut CaptureFeed) {
    fn copy<T: SizedSample>(data: &Data, channels: usize, feed: &mut CaptureFeed)
    where
        f32: FromSample<T>,
    {
        let samples: &[T] = data.as_slice().unwrap_or_default();
        let mixed = channels.clamp(1, 2);
        feed.write(samples.len() / channels.max(1), |frame| {
            let start = frame * channels;
            let sum: f32 = samples[start..start + mixed]
                .iter()
                .map(|sample| sample.to_sample::<f32>())
                .sum();
            sum / mixed as f32
        });
    }
    match data.sample_format() {
        SampleFormat::F32 => copy::<f32>(data, channels, feed),
        SampleFormat::F64 => copy::<f64>(data, channels, feed),
        SampleFormat::I8 => copy::<i8>(data, channels, feed),
        SampleFormat::I16 => copy::<i16>(data, channels, feed),
        SampleFormat::I24 => copy::<cpal::I24>(data, channels, feed),
        SampleFormat::I32 => copy::<i32>(data, channels, feed),
        SampleFormat::I64 => copy::<i64>(data, channels, feed),
        SampleFormat::U8 => copy::<u8>(data, channels, feed),
        SampleFormat::U16 => copy::<u16>(data, channels, feed),
        SampleFormat::U24 => copy::<cpal::U24>(data, channels, feed),
        SampleFormat::U32 => copy::<u32>(data, channels, feed),
        SampleFormat::U64 => copy::<u64>(data, channels, feed),
        // One-bit streams: no device of a phone has them as its default.
        _ => {}
    }
}

/// The playout callback: copies and counts.
fn play(data: &mut Data, channels: usize, feed: &mut PlayoutFeed) {
    fn copy<T: SizedSample + FromSample<f32>>(
        data: &mut Data,
        channels: usize,
        feed: &mut PlayoutFeed,
    ) {
        let samples: &mut [T] = data.as_slice_mut().unwrap_or_default();
        // Left and right; further channels stay silent.
        let spread = channels.clamp(1, 2);
        feed.read(samples.len() / channels.max(1), |frame, sample| {
            let start = frame * channels;
            samples[start..start + spread].fill(T::from_sample(sample));
        });
    }
    match data.sample_format() {
        SampleFormat::F32 => copy::<f32>(data, channels, feed),
        SampleFormat::F64 => copy::<f64>(data, channels, feed),
        SampleFormat::I8 => copy::<i8>(data, channels, feed),
        SampleFormat::I16 => copy::<i16>(data, channels, feed),
        SampleFormat::I24 => copy::<cpal::I24>(data, channels, feed),
        SampleFormat::I32 => copy::<i32>(data, channels, feed),
        SampleFormat::I64 => copy::<i64>(data, channels, feed),
        SampleFormat::U8 => copy::<u8>(data, channels, feed),
        SampleFormat::U16 => copy::<u16>(data, channels, feed),
        SampleFormat::U24 => copy::<cpal::U24>(data, channels, feed),
        SampleFormat::U32 => copy::<u32>(data, channels, feed),
        SampleFormat::U64 => copy::<u64>(data, channels, feed),
        _ => {}
    }
}

/// Raises the alarm at errors that end the stream. No logging here: some systems call
/// this hundreds of times a second, from the callback's thread.
fn on_error(
    counters: &Arc<StreamCounters>,
    alarm: &Alarm,
) -> impl FnMut(cpal::Error) + Send + 'static {
    let (counters, alarm) = (counters.clone(), alarm.clone());
    move |error| {
        match error.kind() {
            ErrorKind::StreamInvalidated => {
                counters.invalidated.store(true, Ordering::Relaxed);
                alarm.failed(&counters);
            }
            // On Windows (AUDCLNT_E_DEVICE_INVALIDATED) also for a device whose format was changed
            // in the system's settings, and which is still there.
            ErrorKind::DeviceNotAvailable => {
                counters.invalidated.store(cfg!(windows), Ordering::Relaxed);
                alarm.failed(&counters);
            }
            ErrorKind::HostUnavailable => alarm.failed(&counters),
            // Underruns, refused priority, and what no one can classify: the watchdog sees
            // whether sound still flows.
            _ => {}
        }
    }
}

fn system_error(error: cpal::Error) -> DeviceError {
    DeviceError::System(error.to_string())
}

fn device_error(error: cpal::Error) -> DeviceError {
    let words = error.to_string();
    match error.kind() {
        ErrorKind::DeviceBusy => DeviceError::InUse(words),
        ErrorKind::PermissionDenied => DeviceError::NotAllowed(words),
        // Windows' privacy settings say no by an error that cpal has no kind for.
        _ if words.contains(ACCESS_DENIED) => DeviceError::NotAllowed(words),
        _ => DeviceError::Device(words),
    }
}

/// How the standard library ends the words for `E_ACCESSDENIED` (0x80070005), in any language.
const ACCESS_DENIED: &str = "(os error -2147024891)";

#[cfg(test)]
mod tests {
    use super::is_device;

    #[test]
    fn converters_are_no_devices() {
        assert!(is_device("alsa:hw:CARD=Headset,DEV=0") && is_device("alsa:default"));
        assert!(is_device("wasapi:{0.0.1.00000000}.{x}"));
        assert!(!is_device("alsa:null") && !is_device("alsa:lavrate"));
    }
}
