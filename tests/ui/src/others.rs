//! What else is on the desktop: another program that the agent types into, and what shows notifications.

use std::{
    collections::HashMap,
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};

use tokio::runtime::Runtime;
use warmline_interop::Result;
use x11rb::{
    COPY_FROM_PARENT,
    connection::Connection as _,
    protocol::{
        Event,
        xproto::{
            AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, GrabMode, ModMask,
            WindowClass,
        },
    },
    rust_connection::RustConnection,
};
use zbus::{Connection, connection, interface, zvariant::Value};

use crate::desktop::{Desktop, refused, until};

/// Another program, whose window fills a part of the screen.
pub struct Other {
    connection: RustConnection,
    root: u32,
    window: u32,
}

impl Other {
    /// Opens it, and gives it the keyboard.
    ///
    /// # Errors
    /// The display or the window manager refuses.
    pub fn open(desktop: &Desktop) -> Result<Self> {
        let failed = |error: String| refused("another program", error);
        let (connection, screen) = RustConnection::connect(Some(&desktop.display()))
            .map_err(|error| failed(error.to_string()))?;
        let root = connection.setup().roots[screen].root;
        let opened = || -> std::result::Result<u32, x11rb::errors::ReplyOrIdError> {
            let window = connection.generate_id()?;
            let aux = CreateWindowAux::new().event_mask(EventMask::KEY_PRESS);
            connection.create_window(
                COPY_FROM_PARENT as u8,
                window,
                root,
                0,
                0,
                800,
                600,
                0,
                WindowClass::INPUT_OUTPUT,
                COPY_FROM_PARENT,
                &aux,
            )?;
            connection.map_window(window)?;
            connection.flush()?;
            Ok(window)
        };
        let window = opened().map_err(|error| failed(error.to_string()))?;
        let other = Self {
            connection,
            root,
            window,
        };
        until("the keyboard in another program", || other.has_keyboard())?;
        Ok(other)
    }

    /// Whether the agent types into it.
    pub fn has_keyboard(&self) -> bool {
        let asked = self.connection.get_input_focus();
        let focus = asked.ok().and_then(|asked| asked.reply().ok());
        focus.is_some_and(|focus| focus.focus == self.window)
    }

    /// How many keys were pressed in it since this was asked last.
    pub fn typed(&self) -> usize {
        let events = std::iter::from_fn(|| self.connection.poll_for_event().ok().flatten());
        events
            .filter(|event| matches!(event, Event::KeyPress(_)))
            .count()
    }

    /// Whether another window stands above it.
    pub fn is_covered(&self) -> bool {
        let stacking = || {
            let name = b"_NET_CLIENT_LIST_STACKING";
            let atom = self.connection.intern_atom(false, name).ok()?;
            let atom = atom.reply().ok()?.atom;
            let kind = AtomEnum::WINDOW;
            let list = self
                .connection
                .get_property(false, self.root, atom, kind, 0, 64);
            let list = list.ok()?.reply().ok()?;
            // From the lowest to the highest.
            list.value32()?.last()
        };
        stacking().is_some_and(|highest| highest != self.window)
    }

    /// Takes Ctrl+Shift+F9 for itself, wherever it is pressed.
    ///
    /// # Errors
    /// Somebody else has it.
    pub fn takes_f9(&self) -> Result<()> {
        let keys = ModMask::CONTROL | ModMask::SHIFT;
        let mode = GrabMode::ASYNC;
        let asked = self
            .connection
            .grab_key(false, self.root, keys, F9, mode, mode);
        asked
            .map_err(|error| refused("Ctrl+Shift+F9", error.to_string()))?
            .check()
            .map_err(|error| refused("Ctrl+Shift+F9", error.to_string()))
    }
}

/// The key on the keyboard that every X server without one has.
const F9: u8 = 75;

/// What shows notifications on a desktop (freedesktop.org's specification 1.2), and who looks at them.
pub struct Notifications {
    runtime: Runtime,
    connection: Connection,
    shown: Receiver<Shown>,
    closed: Receiver<u32>,
}

/// A notification.
#[derive(Debug, Eq, PartialEq)]
pub struct Shown {
    /// What it is called by.
    pub id: u32,
    /// Its first line.
    pub summary: String,
    /// What can be pressed, and how it is named.
    pub buttons: Vec<(String, String)>,
    /// Whether it stays until it is taken away, above what is less urgent.
    pub stays: bool,
}

impl Notifications {
    /// Begins to show them.
    ///
    /// # Errors
    /// The bus refuses, or somebody else shows them.
    pub fn start(desktop: &Desktop) -> Result<Self> {
        let failed = |error: String| refused("notifications", error);
        let runtime = Runtime::new().map_err(|error| failed(error.to_string()))?;
        let (show, shown) = channel();
        let (close, closed) = channel();
        let daemon = Daemon {
            last: 0,
            show,
            close,
        };
        let started = runtime.block_on(async {
            connection::Builder::address(desktop.bus().as_str())?
                .serve_at(PATH, daemon)?
                .name(NAME)?
                .build()
                .await
        });
        Ok(Self {
            connection: started.map_err(|error: zbus::Error| failed(error.to_string()))?,
            runtime,
            shown,
            closed,
        })
    }

    /// Waits for the next one.
    ///
    /// # Errors
    /// None comes in time.
    pub fn shown(&self) -> Result<Shown> {
        let late = |_| refused("notifications", "none is shown");
        self.shown.recv_timeout(LIMIT).map_err(late)
    }

    /// Waits until the next one is taken away.
    ///
    /// # Errors
    /// None is, in time.
    pub fn closed(&self) -> Result<u32> {
        let late = |_| refused("notifications", "none is taken away");
        self.closed.recv_timeout(LIMIT).map_err(late)
    }

    /// Presses a button.
    ///
    /// # Errors
    /// The bus refuses.
    pub fn press(&self, id: u32, button: &str) -> Result<()> {
        self.tell("ActionInvoked", &(id, button))
    }

    /// Tells all programs what is none of the specification's.
    ///
    /// # Errors
    /// The bus refuses.
    pub fn talk_nonsense(&self) -> Result<()> {
        self.tell("ActionInvoked", &("answer", vec![1_u8], true))?;
        self.tell("ActivationToken", &7_u64)
    }

    fn tell<B>(&self, signal: &str, body: &B) -> Result<()>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let nobody = None::<zbus::names::BusName<'_>>;
        let told = self
            .connection
            .emit_signal(nobody, PATH, NAME, signal, body);
        let failed = |error: zbus::Error| refused("notifications", error.to_string());
        self.runtime.block_on(told).map_err(failed)
    }
}

struct Daemon {
    last: u32,
    show: Sender<Shown>,
    close: Sender<u32>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    #[allow(clippy::too_many_arguments)] // As many as the specification has.
    fn notify(
        &mut self,
        _app_name: String,
        replaces_id: u32,
        _app_icon: String,
        summary: String,
        _body: String,
        actions: Vec<String>,
        hints: HashMap<String, Value<'_>>,
        expire_timeout: i32,
    ) -> u32 {
        self.last += 1;
        let id = if replaces_id == 0 {
            self.last
        } else {
            replaces_id
        };
        let buttons = actions.chunks_exact(2);
        // The test may be over.
        let _ = self.show.send(Shown {
            id,
            summary,
            buttons: buttons
                .map(|pair| (pair[0].clone(), pair[1].clone()))
                .collect(),
            stays: expire_timeout == 0 && hints.get("urgency") == Some(&Value::from(2_u8)),
        });
        id
    }

    fn close_notification(&mut self, id: u32) {
        let _ = self.close.send(id);
    }
}

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const LIMIT: Duration = Duration::from_secs(30);
