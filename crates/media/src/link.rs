//! Which ways to which ends a session has: one in use, and while an offer of ours is answered by
//! several forks, one to each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::address;
use crate::rtp::RtpSession;
use crate::sdp::{LocalTransport, PeerTransport, Setup, stack};
use crate::task::Task;
use crate::transport::{Identity, Route, Transport};
use crate::{Fork, MediaConfig, MediaError};

/// Most forks that are held at once. Beyond, the one heard longest ago is let go.
const MAX_LINKS: usize = 4;
/// Time that STUN and TURN servers have to answer however long it took to look up their names.
const LEAST_GATHERING: Duration = Duration::from_millis(300);

/// A transport, with what both ends said of it.
pub(crate) struct Link {
    pub(crate) transport: Transport,
    pub(crate) local: LocalTransport,
    pub(crate) peer: Option<PeerTransport>,
    fork: Option<Fork>,
    _reporter: Task,
}

/// The links of a session. The last is in use.
pub(crate) struct Links {
    config: MediaConfig,
    rtp: Arc<RtpSession>,
    routes: watch::Sender<Option<Route>>,
    links: Vec<Link>,
}

impl Links {
    pub(crate) fn new(config: &MediaConfig, rtp: Arc<RtpSession>) -> Links {
        Links {
            config: config.clone(),
            rtp,
            routes: watch::Sender::new(None),
            links: Vec::new(),
        }
    }

    /// Where packets go, now and from now on.
    pub(crate) fn routes(&self) -> watch::Receiver<Option<Route>> {
        self.routes.subscribe()
    }

    /// The link in use.
    pub(crate) fn current(&mut self) -> Option<&mut Link> {
        self.links.last_mut()
    }

    /// A link of its own that starts as the offerer. It is not in use yet.
    pub(crate) async fn offer_anew(&self) -> Result<Link, MediaError> {
        self.offer(Identity::new()?).await
    }

    /// A link of its own that answers an offer. It is not in use yet.
    pub(crate) async fn answer_anew(&self, there: &PeerTransport) -> Result<Link, MediaError> {
        let transport = self.transport(Identity::new()?).await?;
        let local = transport.answer(there).await?;
        let mut link = self.link(transport, local);
        link.peer = Some(there.clone());
        Ok(link)
    }

    /// Puts a link in the place of all there are.
    pub(crate) async fn replace(&mut self, link: Link) {
        let before = std::mem::take(&mut self.links);
        self.use_link(link);
        for link in before {
            link.transport.close().await;
        }
    }

    /// Takes an answer to the offer of the link in use, perhaps of another end than its own: of
    /// `fork`, or in an established call of no fork in particular. With `restarted` it answers an
    /// ICE restart.
    pub(crate) async fn take_answer(
        &mut self,
        there: &PeerTransport,
        fork: Option<Fork>,
        restarted: bool,
        last: bool,
    ) -> Result<(), MediaError> {
        let leads_there = |link: &Link| link.peer.as_ref().is_some_and(|peer| peer.is_same(there));
        let known = self.links.iter().position(leads_there);
        if let Some(index) = known.filter(|_| !restarted) {
            let link = self.links.remove(index);
            self.use_link(link);
        } else {
            let current = self.links.last();
            let current = current.ok_or(MediaError::WrongState("nothing was offered"))?;
            let same_fork = fork.is_none() || fork == current.fork;
            match Step::to(current.peer.as_ref(), there, same_fork, restarted) {
                Step::Connect => {}
                // Nothing is new on our side: the stack wants an offer before an answer.
                Step::Follow => drop(current.transport.offer(false).await?),
                Step::Elsewhere if last => self.succeed().await?,
                Step::Elsewhere => self.add_sibling().await?,
            }
            let link = self.links.last_mut().expect("there is one by now");
            link.transport.set_answer(there).await?;
            if link.peer.is_none() {
                link.local.role = stack::role(there.setup);
            }
            link.peer = Some(there.clone());
            link.fork = fork;
        }
        if last {
            self.close_others().await;
        }
        Ok(())
    }

    /// The fork that the link in use leads to has won.
    pub(crate) async fn settle(&mut self, fork: Fork) -> Result<(), MediaError> {
        let current = self.links.last();
        if current.is_none_or(|link| link.fork != Some(fork)) {
            return Err(MediaError::WrongState("another fork was agreed with"));
        }
        self.close_others().await;
        Ok(())
    }

    /// Ends all links.
    pub(crate) async fn close(&mut self) {
        self.routes.send_replace(None);
        for link in self.links.drain(..) {
            link.transport.close().await;
        }
    }

    async fn close_others(&mut self) {
        let current = self.links.pop();
        for link in self.links.drain(..) {
            link.transport.close().await;
        }
        self.links.extend(current);
    }

    /// Another way beside those there are, to another fork: same certificate and credentials, but
    /// on ports of its own, since a socket cannot serve two ICE agents. The fork has not heard of
    /// these ports and learns of them from our checks.
    async fn add_sibling(&mut self) -> Result<(), MediaError> {
        if self.links.len() == MAX_LINKS {
            // Not the first: it has the ports that were offered.
            let oldest = self.links.remove(1);
            oldest.transport.close().await;
        }
        let link = self.original().expect("something was offered");
        let identity = link.transport.identity(&link.local).on_any_port();
        let link = self.offer(identity).await?;
        self.use_link(link);
        Ok(())
    }

    /// Another way in the place of all there are, with the ports that were offered.
    async fn succeed(&mut self) -> Result<(), MediaError> {
        let link = self.original().expect("something was offered");
        let identity = link.transport.identity(&link.local);
        self.close().await;
        let link = match self.offer(identity.clone()).await {
            Ok(link) => link,
            // Someone took the ports: others will do.
            Err(_) => self.offer(identity.on_any_port()).await?,
        };
        self.use_link(link);
        Ok(())
    }

    /// The link whose ports were offered.
    fn original(&self) -> Option<&Link> {
        let mut links = self.links.iter();
        links
            .find(|link| !link.transport.is_pinned())
            .or(self.links.last())
    }

    fn use_link(&mut self, link: Link) {
        for other in &self.links {
            other.transport.set_open(false);
        }
        link.transport.set_open(true);
        self.routes.send_replace(Some(link.transport.route()));
        self.links.push(link);
    }

    async fn offer(&self, identity: Identity) -> Result<Link, MediaError> {
        let transport = self.transport(identity).await?;
        let local = transport.offer(false).await?;
        Ok(self.link(transport, local))
    }

    async fn transport(&self, identity: Identity) -> Result<Transport, MediaError> {
        let limit = self.config.gathering_limit;
        let start = Instant::now();
        let servers = address::look_up(&self.config, limit).await;
        // What the names took is no longer there for the servers themselves.
        let rest = limit.saturating_sub(start.elapsed()).max(LEAST_GATHERING);
        Transport::new(&self.config, servers, rest, self.rtp.clone(), identity).await
    }

    fn link(&self, transport: Transport, local: LocalTransport) -> Link {
        let reporter = transport.reporter(self.rtp.clone());
        Link {
            _reporter: Task::spawn(reporter.run()),
            transport,
            local,
            peer: None,
            fork: None,
        }
    }
}

impl Link {
    /// Whether an offer speaks of the association we have (RFC 8842 section 4).
    pub(crate) fn continues(&self, there: &PeerTransport) -> bool {
        let same = self.peer.as_ref().is_some_and(|peer| peer.is_same(there));
        same && self.suits(there)
    }

    /// Whether an offer restarts ICE under the association we have.
    pub(crate) fn can_restart(&self, there: &PeerTransport) -> bool {
        let peer = self.peer.as_ref();
        peer.is_some_and(|peer| peer.fingerprint == there.fingerprint)
            && self.suits(there)
            && !self.transport.is_pinned()
    }

    /// Whether the part in the handshake that an offer leaves us is the one we have.
    fn suits(&self, there: &PeerTransport) -> bool {
        there.setup == Setup::ActPass || stack::role(there.setup) == self.local.role
    }
}

/// How a link comes to the end that an answer names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The link waits for just this answer.
    Connect,
    /// The same end has other ICE credentials now, without a restart of ours.
    Follow,
    /// It takes another link.
    Elsewhere,
}

impl Step {
    /// From an answer before, if there was one, to this one.
    ///
    /// The same certificate is the same DTLS association (RFC 8842 section 4), with exceptions:
    /// gateways have one certificate for all calls, so another fork is another association, and so
    /// is another place where ICE was not restarted. Some give other ICE credentials with each
    /// answer, which they should not, without going anywhere.
    fn to(
        before: Option<&PeerTransport>,
        there: &PeerTransport,
        same_fork: bool,
        restarted: bool,
    ) -> Step {
        let Some(before) = before else {
            return Step::Connect;
        };
        if before.fingerprint != there.fingerprint || !same_fork {
            Step::Elsewhere
        } else if restarted {
            Step::Connect
        } else if before.shares_address_with(there) {
            Step::Follow
        } else {
            Step::Elsewhere
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Candidate;

    fn peer(ufrag: &str, fingerprint: &str, port: u16) -> PeerTransport {
        let candidate = format!("1 1 udp 9 198.51.100.7 {port} typ host");
        PeerTransport {
            ufrag: ufrag.to_owned(),
            pwd: "p".to_owned(),
            ice_lite: false,
            fingerprint: fingerprint.to_owned(),
            setup: Setup::Active,
            candidates: Candidate::parse(&candidate).into_iter().collect(),
        }
    }

    #[test]
    fn an_answer_is_followed_where_it_leads() {
        let before = peer("a", "AB", 4_000);
        let step =
            |there, same_fork, restarted| Step::to(Some(&before), &there, same_fork, restarted);
        assert_eq!(Step::to(None, &before, true, false), Step::Connect);
        assert_eq!(step(peer("b", "AB", 5_000), true, true), Step::Connect);
        assert_eq!(step(peer("b", "AB", 4_000), true, false), Step::Follow);
        assert_eq!(step(peer("b", "AB", 5_000), true, false), Step::Elsewhere);
        assert_eq!(step(peer("b", "AB", 4_000), false, false), Step::Elsewhere);
        assert_eq!(step(peer("b", "CD", 4_000), true, true), Step::Elsewhere);
    }
}
