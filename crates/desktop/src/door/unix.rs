//! A lock says who is first, and a socket beside it is where to knock. A lock is let go by the system when
//! its holder dies, however that comes about; a socket stays behind and is put aside.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

use tokio::net::{UnixListener, UnixStream};

use super::Place;

#[derive(Debug)]
pub(super) struct Listener {
    socket: UnixListener,
    // Held until the end.
    _lock: File,
}

impl Listener {
    /// None if somebody else has it.
    pub(super) fn open(place: &Place) -> io::Result<Option<Self>> {
        DirBuilder::new()
            .recursive(true)
            .mode(OURS_ALONE)
            .create(&place.folder)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(OUR_FILE)
            .open(place.path("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let socket = place.path("door");
        match std::fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Some(Self {
            socket: UnixListener::bind(socket)?,
            _lock: lock,
        }))
    }

    pub(super) async fn accept(&mut self) -> io::Result<UnixStream> {
        let (stream, _) = self.socket.accept().await?;
        Ok(stream)
    }
}

pub(super) async fn connect(place: &Place) -> io::Result<UnixStream> {
    UnixStream::connect(place.path("door")).await
}

impl Place {
    fn path(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }
}

const OURS_ALONE: u32 = 0o700;
const OUR_FILE: u32 = 0o600;
