//! A named pipe: the system lets one program alone make its first instance, and takes it away when that
//! program ends. Tokio refuses other machines, and lets the one that is asked act for nobody.

use std::io;

use tokio::net::windows::named_pipe::{
    ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions,
};
use windows_sys::Win32::{
    Foundation::ERROR_ACCESS_DENIED,
    UI::WindowsAndMessaging::{ASFW_ANY, AllowSetForegroundWindow},
};

use super::Place;

#[derive(Debug)]
pub(super) struct Listener {
    name: String,
    /// Who comes next has this one.
    next: NamedPipeServer,
}

impl Listener {
    /// None if somebody else has it.
    pub(super) fn open(place: &Place) -> io::Result<Option<Self>> {
        let name = place.pipe();
        match ServerOptions::new().first_pipe_instance(true).create(&name) {
            Ok(next) => Ok(Some(Self { name, next })),
            Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED as i32) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn accept(&mut self) -> io::Result<NamedPipeServer> {
        self.next.connect().await?;
        // There is always one, or somebody else could take the name.
        let next = ServerOptions::new().create(&self.name)?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}

pub(super) async fn connect(place: &Place) -> io::Result<NamedPipeClient> {
    let stream = ClientOptions::new().open(place.pipe())?;
    // The agent has just started this program, so it may put a window in front, and lends that right to
    // the one that runs. It is no loss if the system says no.
    // SAFETY: a call without pointers.
    unsafe { AllowSetForegroundWindow(ASFW_ANY) };
    Ok(stream)
}

impl Place {
    fn pipe(&self) -> String {
        format!(r"\\.\pipe\{}", self.name)
    }
}
