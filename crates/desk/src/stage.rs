//! A phone in a test, on an engine whose events the test tells.

use std::path::Path;

use tokio::sync::mpsc;
use warmline_audio::{AudioEvent, Engine, EngineConfig};
use warmline_journal::Journal;

use crate::{
    desk::start_on,
    peer::{self, Peer, Phone},
};

/// A phone that remembers its calls in this folder, registered with the peer, and where to tell it what its
/// engine says.
pub(crate) async fn phone(peer: &Peer, folder: &Path) -> (Phone, mpsc::Sender<AudioEvent>) {
    let mut config = peer::config(peer.port, folder);
    config.journal = Some(journal(folder));
    let (engine, _) = Engine::start(EngineConfig::silent()).expect("starts");
    let (tells, audio) = mpsc::channel(16);
    (Phone::of(start_on(engine, audio, config)).await, tells)
}

/// The journal of a phone in this folder.
pub(crate) fn journal(folder: &Path) -> Journal {
    Journal::open(folder.join("history.db"))
}
