use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Doing, Result};
use crate::ports;

/// A wire between a phone and its server that can be cut: TCP, passed on byte by byte.
pub struct Wire {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cut: bool,
    ends: Vec<TcpStream>,
    gone: bool,
}

impl Wire {
    /// A wire to this port of this machine.
    pub fn to(server: u16) -> Result<Wire> {
        let port = ports::free();
        let listener = TcpListener::bind(("127.0.0.1", port)).doing("laying a wire")?;
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        // Ends when it is dropped, which connects once more.
        std::thread::spawn(move || {
            for phone in listener.incoming().map_while(std::result::Result::ok) {
                if lock(&shared).gone {
                    break;
                }
                let _ = pass_on(phone, server, &shared);
            }
        });
        Ok(Wire { port, state })
    }

    /// The port that the phone connects to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts it: what is connected is disconnected, and nobody connects any more.
    pub fn cut(&self) {
        let mut state = lock(&self.state);
        state.cut = true;
        for end in state.ends.drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Mends it: who wants may connect again.
    pub fn mend(&self) {
        lock(&self.state).cut = false;
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.cut();
        lock(&self.state).gone = true;
        let here = SocketAddr::from(([127, 0, 0, 1], self.port));
        let _ = TcpStream::connect_timeout(&here, Duration::from_secs(1));
    }
}

fn pass_on(phone: TcpStream, server: u16, state: &Mutex<State>) -> std::io::Result<()> {
    if lock(state).cut {
        // Dropped, it is closed.
        return Ok(());
    }
    let server = TcpStream::connect(("127.0.0.1", server))?;
    for (from, to) in [(&phone, &server), (&server, &phone)] {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        // Ends with either end of the connection.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    lock(state).ends.extend([phone, server]);
    Ok(())
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    // A list of sockets is whole whoever has panicked.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
