//! What the server tells unasked: that devices come and go, and that they are louder or softer.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pulseaudio::protocol::{Command, SubscriptionMask};

use super::connection::Connection;
use crate::device::{Alarm, DeviceError};

/// Listens for devices that come and go.
pub(super) struct Changes {
    pub(super) seen: Arc<AtomicBool>,
    socket: UnixStream,
}

impl Changes {
    pub(super) fn watch(alarm: Alarm) -> Result<Self, DeviceError> {
        let mut connection = Connection::open()?;
        connection.tell(&Command::Subscribe(
            SubscriptionMask::SINK | SubscriptionMask::SOURCE | SubscriptionMask::SERVER,
        ))?;
        let failed = |error: io::Error| DeviceError::System(error.to_string());
        let socket = connection.socket().try_clone().map_err(failed)?;
        socket.set_read_timeout(None).map_err(failed)?;
        let seen = Arc::new(AtomicBool::new(false));
        std::thread::Builder::new()
            .name("audio-changes".into())
            .spawn({
                let seen = seen.clone();
                move || {
                    let mut message = Vec::new();
                    // The end of the connection is a change too: the server has gone.
                    loop {
                        let read = connection.read_message(&mut message);
                        seen.store(true, Ordering::Release);
                        alarm.wake();
                        if read.is_err() {
                            break;
                        }
                    }
                }
            })
            .map_err(failed)?;
        Ok(Self { seen, socket })
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        // Ends the thread, which owns nothing else.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}
