//! A phone in a test, on an engine whose events the test tells.

use std::path::Path;

use tokio::sync::mpsc;
use warmline_audio::{AudioEvent, Engine, EngineConfig};
use warmline_journal::Journal;

use crate::{
    desk::{Desk, made},
    peer::{self, Peer, Phone},
    run::{Inbox, Running},
};

/// A phone that remembers its calls in this folder, registered with the peer, and where to tell it what its
/// engine says.
pub(crate) async fn phone(peer: &Peer, folder: &Path) -> (Phone, mpsc::Sender<AudioEvent>) {
    let ((desk, running, inbox), tells) = parts(peer.port, folder);
    tokio::spawn(running.run(inbox));
    (Phone::of(desk).await, tells)
}

/// A phone that does nothing by itself, with no server to register with.
pub(crate) fn still(folder: &Path) -> Running {
    let ((_, running, _), _) = parts(9, folder);
    running
}

/// The journal of a phone in this folder.
pub(crate) fn journal(folder: &Path) -> Journal {
    Journal::open(folder.join("history.db"))
}

fn parts(port: u16, folder: &Path) -> ((Desk, Running, Inbox), mpsc::Sender<AudioEvent>) {
    let mut config = peer::config(port, folder);
    config.journal = Some(journal(folder));
    let (engine, _) = Engine::start(EngineConfig::silent()).expect("starts");
    let (tells, audio) = mpsc::channel(16);
    (made(engine, audio, config), tells)
}
