//! What the agent has copied in another program (ICCCM, selections).

use std::thread::JoinHandle;

use warmline_interop::Result;
use x11rb::{
    CURRENT_TIME,
    connection::Connection as _,
    errors::ReplyOrIdError,
    protocol::{
        Event,
        xproto::{
            Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask,
            PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window,
            WindowClass,
        },
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

use crate::desktop::{Desktop, refused};

/// Something copied, until this is dropped.
pub struct Copied {
    owner: Option<JoinHandle<()>>,
    connection: RustConnection,
    window: Window,
}

impl Copied {
    /// Copies a text in a program that is there for that alone.
    ///
    /// # Errors
    /// The display refuses.
    pub fn text(desktop: &Desktop, text: &str) -> Result<Self> {
        let failed = |error: String| refused("clipboard", error);
        let connect = || RustConnection::connect(Some(&desktop.display()));
        let (connection, screen) = connect().map_err(|error| failed(error.to_string()))?;
        let (owner, _) = connect().map_err(|error| failed(error.to_string()))?;
        let root = connection.setup().roots[screen].root;
        let window = own(&owner, root).map_err(|error| failed(error.to_string()))?;
        let text = text.to_owned();
        let owner = std::thread::spawn(move || {
            // Whoever asks then gets nothing, and the test says so.
            let _ = serve(&owner, &text);
        });
        Ok(Self {
            owner: Some(owner),
            connection,
            window,
        })
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let done = ClientMessageEvent::new(32, self.window, AtomEnum::NONE, [0; 5]);
        let told = self
            .connection
            .send_event(false, self.window, EventMask::NO_EVENT, done);
        // Without a display there is nobody to wait for.
        if told.is_ok_and(|told| told.check().is_ok())
            && let Some(owner) = self.owner.take()
        {
            let _ = owner.join();
        }
    }
}

/// A window that has the clipboard.
fn own(connection: &RustConnection, root: Window) -> std::result::Result<Window, ReplyOrIdError> {
    let window = connection.generate_id()?;
    let aux = CreateWindowAux::new();
    let class = WindowClass::INPUT_ONLY;
    connection.create_window(0, window, root, 0, 0, 1, 1, 0, class, 0, &aux)?;
    let clipboard = atom(connection, b"CLIPBOARD")?;
    connection.set_selection_owner(window, clipboard, CURRENT_TIME)?;
    // Nobody asks before it is so.
    connection.get_selection_owner(clipboard)?.reply()?;
    Ok(window)
}

/// Gives the text to whoever asks, until it is told that this is over.
fn serve(connection: &RustConnection, text: &str) -> std::result::Result<(), ReplyOrIdError> {
    let (targets, utf8) = (
        atom(connection, b"TARGETS")?,
        atom(connection, b"UTF8_STRING")?,
    );
    loop {
        let asked = match connection.wait_for_event()? {
            Event::SelectionRequest(asked) => asked,
            Event::ClientMessage(_) | Event::SelectionClear(_) => return Ok(()),
            _ => continue,
        };
        let SelectionRequestEvent {
            requestor,
            property,
            target,
            ..
        } = asked;
        let given = if target == utf8 {
            connection.change_property8(
                PropMode::REPLACE,
                requestor,
                property,
                utf8,
                text.as_bytes(),
            )?;
            property
        } else if target == targets {
            let kind = AtomEnum::ATOM;
            connection.change_property32(
                PropMode::REPLACE,
                requestor,
                property,
                kind,
                &[targets, utf8],
            )?;
            property
        } else {
            AtomEnum::NONE.into()
        };
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor,
            selection: asked.selection,
            target,
            property: given,
        };
        connection.send_event(false, requestor, EventMask::NO_EVENT, answer)?;
        connection.flush()?;
    }
}

fn atom(connection: &RustConnection, name: &[u8]) -> std::result::Result<Atom, ReplyOrIdError> {
    Ok(connection.intern_atom(false, name)?.reply()?.atom)
}
