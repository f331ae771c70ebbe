//! A thin client of Microsoft Graph v1.0: one function for each thing that is asked, exactly as Graph has
//! it. What is asked, when, and what follows from it is decided elsewhere.
//!
//! The log learns what kind of request it was, its status and how long it took: never an address (they
//! hold ids), a body or a token.

mod calendar;
mod chat;
mod deeds;
mod place;
mod questions;
mod read;
mod wire;

use std::{sync::Arc, time::Duration};

use reqwest::{Certificate, Client, Method, redirect::Policy};
use serde_json::Value;
use tracing::error;
use url::Url;
use warmline_entra::{Scope, Tokens};

use self::{
    place::Place,
    wire::{Heard, Priority, Reply, Request, Wire},
};
use crate::{ask::Failure, config::Config};

pub use self::{
    chat::{Chat, ChatId, Message},
    wire::Trouble,
};

/// Microsoft Graph, asked for one agent.
#[derive(Clone)]
pub struct Graph {
    /// None if what is configured is not an address that a token may be sent to.
    place: Option<Place>,
    wire: Wire,
}

impl Graph {
    /// Needs the process's TLS provider to be installed.
    pub fn new(config: &Config, tokens: Arc<dyn Tokens>) -> Self {
        Self::within(config, tokens, LIMIT)
    }

    fn within(config: &Config, tokens: Arc<dyn Tokens>, limit: Duration) -> Self {
        let place = Place::new(&config.cloud.graph);
        if place.is_none() {
            error!("what is configured as Microsoft Graph is no HTTPS address");
        }
        let here = place.as_ref().is_some_and(Place::is_here);
        let client = client(here, config.extra_ca.as_deref(), limit)
            .inspect_err(|error| error!(%error, "no HTTP client for Microsoft Graph"))
            .ok();
        Self {
            place,
            wire: Wire {
                client,
                tokens,
                limit,
            },
        }
    }

    async fn ask(&self, request: Request, used: &mut Option<f32>) -> Result<Reply, Failure> {
        let Heard { reply, used: told } = self.wire.carry(request).await;
        *used = told.or(*used);
        reply.map_err(|trouble| trouble.failure)
    }

    async fn say(&self, request: Request) -> Result<Reply, Trouble> {
        self.wire.carry(request).await.reply
    }

    fn place(&self) -> Result<&Place, Trouble> {
        self.place.as_ref().ok_or(Trouble::surely(Failure::Broken))
    }
}

fn client(here: bool, extra_ca: Option<&[u8]>, limit: Duration) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!("Warmline/", env!("CARGO_PKG_VERSION")))
        // Graph does not redirect what we ask, and a token must not be carried elsewhere.
        .redirect(Policy::none())
        .https_only(!here)
        .connect_timeout(limit / 3)
        .read_timeout(limit / 2)
        .pool_max_idle_per_host(4);
    if here {
        builder = builder.no_proxy();
    }
    if let Some(pem) = extra_ca {
        builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
    }
    builder.build()
}

fn get(
    kind: &'static str,
    url: Url,
    scopes: &'static [Scope],
    priority: Priority,
    limit: usize,
) -> Request {
    Request {
        kind,
        method: Method::GET,
        url,
        scopes,
        priority,
        limit,
        body: None,
        accept: JSON,
        headers: &[],
    }
}

fn post(kind: &'static str, url: Url, scopes: &'static [Scope], body: Value) -> Request {
    Request {
        kind,
        method: Method::POST,
        url,
        scopes,
        priority: Priority::High,
        limit: SMALL,
        body: Some(body),
        accept: JSON,
        headers: &[],
    }
}

/// For a token, and for each try of a request.
const LIMIT: Duration = Duration::from_secs(30);
/// The largest list: 999 people, or 650 presences with what they wrote.
const PAGE: usize = 4 * 1024 * 1024;
/// The largest answer about one thing: a person, a photo of 48 by 48, a message of ours.
const SMALL: usize = 256 * 1024;
const JSON: &str = "application/json";

#[cfg(test)]
mod tests;
