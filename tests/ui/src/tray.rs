//! What shows the icons of programs in a panel (StatusNotifierItem) and their menus (com.canonical.dbusmenu), and who
//! looks at them and presses.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};

use tokio::runtime::Runtime;
use warmline_interop::Result;
use zbus::{
    Connection, connection, interface,
    message::Header,
    zvariant::{OwnedValue, Value},
};

use crate::desktop::{Desktop, refused};

/// A panel that shows icons.
pub struct Panel {
    runtime: Runtime,
    connection: Connection,
    come: Receiver<(String, String)>,
}

/// An icon in it.
pub struct Icon<'a> {
    panel: &'a Panel,
    /// Whose it is on the bus.
    program: String,
    path: String,
}

/// One entry of its menu.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    id: i32,
    /// What stands there.
    pub words: String,
    /// Whether it can be chosen.
    pub enabled: bool,
    /// Whether it is ticked.
    pub ticked: bool,
}

impl Panel {
    /// Begins to show them.
    ///
    /// # Errors
    /// The bus refuses, or somebody else shows them.
    pub fn start(desktop: &Desktop) -> Result<Self> {
        let runtime = Runtime::new().map_err(|error| refused(NAME, error.to_string()))?;
        let (comes, come) = channel();
        let watcher = Watcher { comes };
        let started = runtime.block_on(async {
            connection::Builder::address(desktop.bus().as_str())?
                .serve_at("/StatusNotifierWatcher", watcher)?
                .name(NAME)?
                .build()
                .await
        });
        Ok(Self {
            connection: started.map_err(|error: zbus::Error| refused(NAME, error.to_string()))?,
            runtime,
            come,
        })
    }

    /// Waits for the next icon.
    ///
    /// # Errors
    /// None comes in time.
    pub fn icon(&self) -> Result<Icon<'_>> {
        let late = |_| refused("panel", "no icon comes");
        let (program, path) = self.come.recv_timeout(LIMIT).map_err(late)?;
        Ok(Icon {
            panel: self,
            program,
            path,
        })
    }
}

impl Icon<'_> {
    /// A text of the icon's own, as `Title`.
    ///
    /// # Errors
    /// The program does not answer, or has none of this name.
    pub fn text(&self, name: &str) -> Result<String> {
        let of = ("org.kde.StatusNotifierItem", name);
        let properties = "org.freedesktop.DBus.Properties";
        let said: OwnedValue = self.ask(&self.path, properties, "Get", &of)?;
        match &*said {
            Value::Str(text) => Ok(text.to_string()),
            Value::ObjectPath(path) => Ok(path.to_string()),
            other => Err(refused("icon", format!("its {name} is {other:?}"))),
        }
    }

    /// The entries of its menu, from top to bottom.
    ///
    /// # Errors
    /// The program does not answer.
    pub fn menu(&self) -> Result<Vec<Entry>> {
        type Layout = (
            u32,
            (
                i32,
                std::collections::HashMap<String, OwnedValue>,
                Vec<OwnedValue>,
            ),
        );
        let all = (0_i32, -1_i32, Vec::<&str>::new());
        let layout: Layout = self.ask(&self.text("Menu")?, MENU, "GetLayout", &all)?;
        let (_, (_, _, entries)) = layout;
        Ok(entries.iter().filter_map(|entry| entry_of(entry)).collect())
    }

    /// Whether there is an entry in its menu that says this, can be chosen or not, and is ticked or not.
    pub fn has(&self, words: &str, enabled: bool, ticked: bool) -> bool {
        let is = |entry: &Entry| {
            entry.words == words && (entry.enabled, entry.ticked) == (enabled, ticked)
        };
        self.menu().is_ok_and(|menu| menu.iter().any(is))
    }

    /// Chooses the entry of its menu that says this.
    ///
    /// # Errors
    /// There is none that can be chosen.
    pub fn choose(&self, words: &str) -> Result<()> {
        let menu = self.menu()?;
        let said = |entry: &&Entry| entry.words == words && entry.enabled;
        let Some(entry) = menu.iter().find(said) else {
            return Err(refused("menu", format!("no {words:?} in {menu:?}")));
        };
        let event = (entry.id, "clicked", Value::from(0_i32), 0_u32);
        self.ask(&self.text("Menu")?, MENU, "Event", &event)
    }

    fn ask<A, B>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<A>
    where
        A: for<'d> zbus::zvariant::DynamicDeserialize<'d>,
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let failed = |error: zbus::Error| refused(&self.path, format!("{method}: {error}"));
        let (program, connection) = (Some(self.program.as_str()), &self.panel.connection);
        let asked = connection.call_method(program, path, Some(interface), method, body);
        let answer = self.panel.runtime.block_on(asked).map_err(failed)?;
        answer.body().deserialize().map_err(failed)
    }
}

/// What the menu says of one entry: its id, what it is like, and what is below it. What is not said is as usual.
fn entry_of(said: &Value<'_>) -> Option<Entry> {
    let Value::Structure(said) = said else {
        return None;
    };
    let [Value::I32(id), Value::Dict(like), _] = said.fields() else {
        return None;
    };
    let mut entry = Entry {
        id: *id,
        words: String::new(),
        enabled: true,
        ticked: false,
    };
    for (name, value) in like.iter() {
        let (Value::Str(name), Value::Value(value)) = (name, value) else {
            continue;
        };
        match (name.as_str(), &**value) {
            ("label", Value::Str(words)) => entry.words = words.to_string(),
            ("enabled", Value::Bool(enabled)) => entry.enabled = *enabled,
            ("toggle-state", Value::I32(state)) => entry.ticked = *state == 1,
            _ => {}
        }
    }
    Some(entry)
}

struct Watcher {
    comes: Sender<(String, String)>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// By name on the bus or, as Ayatana's library does, by path.
    fn register_status_notifier_item(&self, item: String, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string);
        let icon = if item.starts_with('/') {
            (sender.unwrap_or_default(), item)
        } else {
            (item, "/StatusNotifierItem".to_owned())
        };
        // The test may be over.
        let _ = self.comes.send(icon);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

const NAME: &str = "org.kde.StatusNotifierWatcher";
const MENU: &str = "com.canonical.dbusmenu";
const LIMIT: Duration = Duration::from_secs(30);
