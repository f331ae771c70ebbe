//! The office beside the exchange: who signs in and gets tokens, whom Microsoft Graph knows, and where the
//! agent's phone comes from. Plain HTTP on loopback, for practice alone.

mod clock;
mod graph;
mod http;
mod identity;
mod ids;
mod provisioning;
mod server;
mod staff;
mod state;
#[cfg(test)]
mod trial;
mod visitor;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_util::task::AbortOnDropHandle;

use crate::person::Deed;
use crate::scenario::Scenario;
use identity::Names;
use state::State;

pub use visitor::agree;

pub(crate) use provisioning::Line;
pub(crate) use staff::numbers_of_colleagues;

/// The office of a practice that runs: where it is, and how it can be made to go wrong.
#[derive(Clone)]
pub struct Office {
    origin: String,
    tenant: String,
    client: String,
    /// Nobody waits while it is held.
    state: Arc<Mutex<State>>,
}

/// What the office is told by whoever runs it. As JSON it is `{"office": "down", "down": true}`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "office", rename_all = "camelCase", deny_unknown_fields)]
pub enum Order {
    /// Every token that was given is dead, as after a change of the password.
    Revoke,
    /// Every access token has ended, as after an hour.
    Expire,
    /// Graph refuses all tokens of before until the phone comes with the claims it is told (continuous
    /// access evaluation).
    Challenge {
        /// Only the agent at the keyboard can answer; else a refresh does.
        #[serde(default)]
        asks: bool,
    },
    /// The tenant grants these to nobody, and everything else again.
    Refuse {
        /// As Graph writes them.
        scopes: Vec<String>,
    },
    /// Every answer takes so long.
    Slow {
        /// Milliseconds; 0 ends it.
        ms: u64,
    },
    /// Nobody answers: connections are closed.
    Down {
        /// False ends it.
        down: bool,
    },
    /// Graph answers everything with this status.
    Fail {
        /// None ends it.
        status: Option<u16>,
    },
    /// Graph has had too many requests (429).
    Throttle {
        /// For so many seconds.
        s: u64,
        /// Whether it says for how long.
        #[serde(default)]
        says: bool,
    },
    /// The provisioning service refuses: 403, 404 for no phone, 503 and others for being broken.
    Phone {
        /// None ends it.
        refuses: Option<u16>,
    },
    /// Teams itself has a call with the agent.
    TeamsCall {
        /// False ends it.
        up: bool,
    },
    /// Teams shows somebody so from now on.
    Presence {
        /// By name.
        who: String,
        /// A word of a scenario's `presence`.
        presence: String,
    },
    /// Somebody writes this back from now on.
    Reply {
        /// By name.
        who: String,
        /// Nothing, if it is empty.
        text: String,
    },
}

/// Why an order cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Nobody is called so.
    #[error("Nobody here is called so.")]
    Nobody,
    /// There is no such presence.
    #[error("There is no such presence.")]
    NoPresence,
}

impl Office {
    /// Opens at a listener; it ends with the handle.
    pub(crate) fn open(
        listener: TcpListener,
        scenario: &Scenario,
        line: &Line<'_>,
        deeds: broadcast::Sender<(String, Deed)>,
    ) -> io::Result<(Self, AbortOnDropHandle<()>)> {
        let address: SocketAddr = listener.local_addr()?;
        let origin = format!("http://{address}");
        // Each practice is a tenant of its own, and the same one each time at the same place.
        let (tenant, client) = (
            ids::guid(&["tenant", line.password]),
            ids::guid(&["client", line.password]),
        );
        let names = Names {
            origin: origin.clone(),
            tenant: tenant.clone(),
            client: client.clone(),
        };
        let state = State::new(scenario, names, line, SystemTime::now());
        let state = Arc::new(Mutex::new(state));
        let task = tokio::spawn(server::run(listener, state.clone(), deeds));
        let office = Self {
            origin,
            tenant,
            client,
            state,
        };
        Ok((office, AbortOnDropHandle::new(task)))
    }

    /// Origin of the identity provider: `http://127.0.0.1:port`.
    pub fn authority(&self) -> &str {
        &self.origin
    }

    /// Base of Graph, with the version.
    pub fn graph(&self) -> String {
        format!("{}/v1.0", self.origin)
    }

    /// Id of the tenant.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Id of the client that is registered for the phone.
    pub fn client_id(&self) -> &str {
        &self.client
    }

    /// Where the agent's phone is fetched.
    pub fn provisioning(&self) -> String {
        format!("{}/provisioning/v1/phone", self.origin)
    }

    /// The scope of the provider's services.
    pub fn provider_scope(&self) -> &'static str {
        identity::PROVIDER_SCOPE
    }

    /// Does what it is told, from the next request on.
    ///
    /// # Errors
    /// It names somebody or something that is not here.
    pub fn obey(&self, order: Order) -> Result<(), OrderError> {
        self.state().obey(SystemTime::now(), order)
    }

    /// The directory's id of somebody, by name.
    pub fn person(&self, name: &str) -> Option<String> {
        self.state().staff.named(name).map(|one| one.id.clone())
    }

    /// Ids of those whom the scenario calls favourites.
    pub fn favourites(&self) -> Vec<String> {
        let state = self.state();
        let experts = state.staff.experts.iter();
        let marked = experts.filter(|one| one.profile.favourite);
        marked.map(|one| one.id.clone()).collect()
    }

    /// What somebody was sent in Teams, by name.
    pub fn messages_to(&self, name: &str) -> Vec<String> {
        let id = self.person(name).unwrap_or_default();
        self.state().graph.messages_to(&id)
    }

    /// Availability and activity that the phone has set for the agent, as long as they are good.
    pub fn presence_set(&self) -> Option<(String, String)> {
        self.state().graph.shown(SystemTime::now())
    }

    /// How many requests Graph has had.
    pub fn graph_requests(&self) -> u64 {
        self.state().graph.requests
    }

    /// The agent's phone has one more line: that of another practice, whose people are of its tenant.
    pub fn also_serves(&self, customer: &str, other: &Self) {
        let mut line = other.state().provisioning.line();
        line["id"] = json!(customer.to_lowercase().replace(' ', "-"));
        line["customer"] = json!(customer);
        line["tenant"] = json!({
            "cloud": { "authority": other.authority(), "graph": other.graph() },
            "tenant": other.tenant(), "clientId": other.client_id(),
        });
        self.state().provisioning.add(line);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Names no secret.
impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// What a request that went wrong has left is as good as any other state.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
