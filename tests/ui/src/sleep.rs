//! Who puts the machine to sleep (systemd-logind), and whoever keeps it from that.

use std::{
    io::{PipeReader, Read as _},
    os::fd,
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    time::Duration,
};

use tokio::runtime::Runtime;
use warmline_interop::Result;
use zbus::{Connection, connection, interface, zvariant::OwnedFd};

use crate::desktop::{Desktop, refused};

/// Puts nothing to sleep, and is asked not to.
pub struct Sleep {
    _runtime: Runtime,
    _connection: Connection,
    asked: Receiver<Blocker>,
}

/// Who keeps the machine awake, for as long as they hold their end.
pub struct Blocker {
    /// From what: `idle:sleep`.
    pub what: String,
    /// Their name.
    pub who: String,
    /// Why.
    pub why: String,
    /// `block` or `delay`.
    pub mode: String,
    gone: Receiver<()>,
}

impl Sleep {
    /// Begins, on the desktop's own bus: programs ask it if it is the bus of the system to them.
    ///
    /// # Errors
    /// The bus refuses.
    pub fn start(desktop: &Desktop) -> Result<Self> {
        let failed = |error: String| refused("sleep", error);
        let runtime = Runtime::new().map_err(|error| failed(error.to_string()))?;
        let (asks, asked) = channel();
        let started = runtime.block_on(async {
            connection::Builder::address(desktop.bus().as_str())?
                .serve_at("/org/freedesktop/login1", Manager { asks })?
                .name("org.freedesktop.login1")?
                .build()
                .await
        });
        Ok(Self {
            _connection: started.map_err(|error: zbus::Error| failed(error.to_string()))?,
            _runtime: runtime,
            asked,
        })
    }

    /// Whether nobody has asked since.
    pub fn is_let_alone(&self) -> bool {
        matches!(self.asked.try_recv(), Err(TryRecvError::Empty))
    }

    /// Waits until somebody asks.
    ///
    /// # Errors
    /// Nobody does, in time.
    pub fn is_asked(&self) -> Result<Blocker> {
        let late = |_| refused("sleep", "nobody keeps the machine awake");
        self.asked.recv_timeout(LIMIT).map_err(late)
    }
}

impl Blocker {
    /// Whether they hold on.
    pub fn holds(&self) -> bool {
        matches!(self.gone.try_recv(), Err(TryRecvError::Empty))
    }

    /// Waits until they let go.
    ///
    /// # Errors
    /// They do not, in time.
    pub fn lets_go(&self) -> Result<()> {
        let late = |_| refused("sleep", "the machine is kept awake for ever");
        self.gone.recv_timeout(LIMIT).map_err(late)
    }
}

struct Manager {
    asks: Sender<Blocker>,
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn inhibit(
        &self,
        what: String,
        who: String,
        why: String,
        mode: String,
    ) -> zbus::fdo::Result<OwnedFd> {
        let failed = |error: std::io::Error| zbus::fdo::Error::Failed(error.to_string());
        let (end, held) = std::io::pipe().map_err(failed)?;
        let (goes, gone) = channel();
        std::thread::spawn(move || goes_with(end, &goes));
        // The test may be over.
        let _ = self.asks.send(Blocker {
            what,
            who,
            why,
            mode,
            gone,
        });
        Ok(fd::OwnedFd::from(held).into())
    }
}

/// The other end is closed when the last one who has it closes it.
fn goes_with(mut end: PipeReader, goes: &Sender<()>) {
    let _ = end.read_to_end(&mut Vec::new());
    let _ = goes.send(());
}

const LIMIT: Duration = Duration::from_secs(30);
