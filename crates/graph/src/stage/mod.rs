//! For tests: a Graph that says what it is told to, over HTTP/1.1 on loopback, and tokens to go with it.

mod server;
mod tokens;

use warmline_entra::Cloud;

pub(crate) use server::{Seen, Server, Speech};
pub(crate) use tokens::Purse;

use crate::config::{CardPolicy, Config};

/// A tenant with one group, at this server.
pub(crate) fn config(server: &Server) -> Config {
    Config {
        cloud: Cloud {
            authority: "https://login.example".to_owned(),
            graph: server.base(),
        },
        groups: vec!["9a0b".to_owned()],
        tags: Vec::new(),
        agents: 1,
        card: Some(CardPolicy::default()),
        share_presence: true,
        client_id: "b1f7".to_owned(),
        extra_ca: None,
        seed: 7,
    }
}

/// What the app does once at start.
pub(crate) fn provide_tls() {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
