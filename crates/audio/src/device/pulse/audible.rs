//! Whether a speaker can be heard: neither it nor our stream on it is muted or turned down.

use pulseaudio::protocol::{ChannelVolume, Command, GetSinkInfo, SinkInfo, SinkInputInfo, Volume};

use super::connection::Connection;
use super::server_name;
use crate::device::bell::Audibility;
use crate::device::{DeviceInfo, StreamId};

/// Asks the server of a speaker and of our stream on it. What it does not say counts as heard.
pub(super) fn on(
    control: &mut Connection,
    device: &DeviceInfo,
    stream: Option<StreamId>,
) -> Audibility {
    let Ok(name) = server_name(device) else {
        return Audibility::Audible;
    };
    let sink = Command::GetSinkInfo(GetSinkInfo {
        index: None,
        name: Some(name),
    });
    if let Ok(sink) = control.ask::<SinkInfo>(&sink)
        && let Some(fault) = fault(sink.muted, &sink.cvolume)
    {
        return fault;
    }
    // The desktop's mixer has a fader for every program too, and remembers it.
    if let Some(StreamId(index)) = stream
        && let Ok(input) = control.ask::<SinkInputInfo>(&Command::GetSinkInputInfo(index))
        && let Some(fault) = fault(input.muted, &input.cvolume)
    {
        return fault;
    }
    Audibility::Audible
}

fn fault(muted: bool, volume: &ChannelVolume) -> Option<Audibility> {
    let channels = volume.channels();
    if muted {
        Some(Audibility::Muted)
    } else if !channels.is_empty() && channels.iter().all(|v| *v == Volume::MUTED) {
        Some(Audibility::VolumeZero)
    } else {
        None
    }
}
