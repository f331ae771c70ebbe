//! Everything that the office knows, and who answers what. Pure.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::office::graph::{self, Graph};
use crate::office::http::{Answer, Request};
use crate::office::identity::{self, Account, Identity, Names};
use crate::office::provisioning::{Line, Provisioning};
use crate::office::staff::Staff;
use crate::office::{Order, OrderError};
use crate::person::Deed;
use crate::scenario::{Scenario, Status};

/// All of it.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) identity: Identity,
    pub(crate) graph: Graph,
    pub(crate) provisioning: Provisioning,
    pub(crate) staff: Staff,
    /// Whom requests may be addressed to: no page of the web can pretend to be us.
    hosts: [String; 2],
    /// How long an answer takes.
    pub(crate) slow: Duration,
    /// Whether there is none at all.
    down: watch::Sender<bool>,
}

impl State {
    pub(crate) fn new(scenario: &Scenario, names: Names, line: &Line<'_>, now: SystemTime) -> Self {
        let (down, _) = watch::channel(false);
        let staff = Staff::of(scenario, now);
        let agent = Account {
            id: staff.agent.id.clone(),
            name: staff.agent.name.clone(),
            username: staff.agent.username.clone(),
        };
        let host = names.origin.trim_start_matches("http://").to_owned();
        let port = host.rsplit(':').next().unwrap_or_default();
        let hosts = [format!("localhost:{port}"), host.clone()];
        let identity = Identity::new(names, agent);
        Self {
            graph: Graph::new(&identity, now),
            provisioning: Provisioning::new(line, &staff),
            identity,
            staff,
            hosts,
            slow: Duration::ZERO,
            down,
        }
    }

    /// Answers one request, and says what became known by it.
    pub(crate) fn answer(
        &mut self,
        now: SystemTime,
        request: &Request,
    ) -> (Answer, Vec<(String, Deed)>) {
        let host = request.header("host").unwrap_or_default();
        if !self.hosts.iter().any(|known| known == host) {
            return (Answer::empty(421), Vec::new());
        }
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let answer = match &path[..] {
            ["v1.0", rest @ ..] => {
                self.graph
                    .answer(now, rest, request, &self.identity, &mut self.staff)
            }
            ["provisioning", "v1", "phone"] => {
                self.provisioning.answer(now, request, &self.identity)
            }
            [tenant, rest @ ..] => self.identity.answer(now, tenant, rest, request),
            [] => Answer::empty(404),
        };
        (answer, self.news())
    }

    fn news(&mut self) -> Vec<(String, Deed)> {
        let agent = &self.staff.agent.name;
        let signed = self.identity.news.drain(..).map(|news| match news {
            identity::News::SignedIn => Deed::SignsIn,
            identity::News::SignedOut => Deed::SignsOut,
        });
        let mut deeds: Vec<_> = signed.map(|deed| (agent.clone(), deed)).collect();
        deeds.extend(self.graph.news.drain(..).map(|news| match news {
            graph::News::Reads(who, text) => (who, Deed::Reads(text)),
            graph::News::Shows(activity) => (agent.clone(), Deed::Shows(activity)),
        }));
        deeds
    }

    /// Whether nobody answers, now and whenever that changes.
    pub(crate) fn down(&self) -> watch::Receiver<bool> {
        self.down.subscribe()
    }

    /// Does what it is told.
    pub(crate) fn obey(&mut self, now: SystemTime, order: Order) -> Result<(), OrderError> {
        match order {
            Order::Revoke => self.identity.revoke(),
            Order::Expire => self.identity.expire(),
            Order::Challenge { asks } => self.identity.challenge(now, asks),
            Order::Refuse { scopes } => self.identity.refuse(scopes),
            Order::Slow { ms } => self.slow = Duration::from_millis(ms),
            Order::Down { down } => drop(self.down.send_replace(down)),
            Order::Fail { status } => self.graph.fails = status,
            Order::Throttle { s, says } => {
                self.graph.throttled = Some((now + Duration::from_secs(s), says));
            }
            Order::Phone { refuses } => self.provisioning.refuses = refuses,
            Order::TeamsCall { up } => self.graph.teams_calls(up, now),
            Order::Presence { who, presence } => {
                let status = Status::named(&presence).ok_or(OrderError::NoPresence)?;
                let one = self.staff.named(&who).ok_or(OrderError::Nobody)?;
                one.becomes(status, now);
            }
            Order::Reply { who, text } => {
                let one = self.staff.named(&who).ok_or(OrderError::Nobody)?;
                one.reply = Some(text).filter(|text| !text.is_empty());
            }
        }
        Ok(())
    }
}
