//! Which of several edge servers to use (RFC 3263 §4.2, RFC 2782): pure, told the time.
//!
//! Configured servers go by their place in the list, those of one name by priority and weight of its SRV
//! records, and every address is tried. One that fails (connection refused or broken, no answer, 503) goes
//! to the back for a while: 15 to 30 s at first, twice as long each time, at most 10 min. While another is
//! left, an attempt gets 2 s.
//!
//! The way back to a better edge is looked for once its rest is over, and only while no call stands: a
//! call's route set names the edge it came by, and moving puts it at risk for nothing. The new flow
//! is made first, and the old one kept until after the REGISTER over the new one, so that nobody who
//! calls in between is lost.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::account::Timing;
use crate::dialer::FlowError;
use crate::timers::Backoff;

/// One way to a configured server, as its name or an SRV record of it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Place of the server in the account's list.
    pub(crate) server: usize,
    /// Lower comes first; the same for all without SRV.
    pub(crate) priority: u16,
    /// Share among those of the same priority.
    pub(crate) weight: u16,
    pub(crate) addresses: Vec<SocketAddr>,
}

/// One address of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) server: usize,
    pub(crate) address: SocketAddr,
}

/// A connection to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dial {
    pub(crate) edge: Edge,
    /// For all handshakes together.
    pub(crate) patience: Duration,
    /// There are others: a dead flow has to be noticed soon.
    pub(crate) several: bool,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A flow is wanted, in place of any there is or under way.
    Wanted,
    /// The addresses of the servers.
    Found(Vec<Target>),
    /// No server has any.
    NotFound(FlowError),
    /// The connection of [`Command::Dial`] is up.
    Connected,
    /// It cannot be made.
    Failed(FlowError),
    /// The flow is dead or of no use; that server may have said for how long, seconds.
    Unfit { after_s: Option<u32> },
    /// The flow is dropped, and nothing was wrong with it.
    Dropped,
    /// The connection of [`Command::Prepare`] is up.
    Prepared,
    /// It cannot be made.
    NotPrepared,
    /// What has failed before may do here, and names may have other addresses.
    NetworkChanged,
    /// Time has passed.
    Timeout,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Look the servers' names up.
    Find,
    /// Make a connection, in place of any there is or under way.
    Dial(Dial),
    /// There is none to be had.
    GiveUp(FlowError),
    /// Make a connection beside the flow there is.
    Prepare(Dial),
    /// Let what is prepared take the flow's place.
    Switch,
    /// Drop what is prepared.
    Discard,
}

/// All edges of an account.
#[derive(Debug)]
pub(crate) struct Edges {
    state: State,
    /// Best first, each with how good it is.
    known: Vec<(Level, Edge)>,
    /// Addresses are those of another network.
    stale: bool,
    rests: BTreeMap<Edge, Rest>,
    preparing: Option<Edge>,
    /// Calls stand: no way back now.
    busy: bool,
    connect: Duration,
    /// First rest of one that has failed.
    rest: Duration,
    rng: StdRng,
}

/// Place in the list, and priority: edges of one level are as good as each other.
type Level = (usize, u16);

#[derive(Debug)]
enum State {
    Idle,
    Finding,
    Dialling {
        edge: Edge,
        queue: VecDeque<Edge>,
        failure: Option<FlowError>,
    },
    Up {
        edge: Edge,
        since: Instant,
    },
}

#[derive(Debug)]
struct Rest {
    until: Instant,
    backoff: Backoff,
}

impl Edges {
    pub(crate) fn new(timing: &Timing, rng: StdRng) -> Self {
        Self {
            state: State::Idle,
            known: Vec::new(),
            stale: false,
            rests: BTreeMap::new(),
            preparing: None,
            busy: false,
            connect: timing.connect,
            rest: timing.edge_rest,
            rng,
        }
    }

    /// Takes one event; the commands are to be carried out in order before the next.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let mut out = Vec::new();
        match event {
            Event::Wanted => self.wanted(now, &mut out),
            Event::Found(targets) if matches!(self.state, State::Finding) => {
                self.learn(targets);
                self.begin(now, &mut out);
            }
            Event::NotFound(error) if matches!(self.state, State::Finding) => {
                if self.known.is_empty() {
                    self.state = State::Idle;
                    out.push(Command::GiveUp(error));
                } else {
                    // Better an old address than none.
                    self.begin(now, &mut out);
                }
            }
            Event::Found(_) | Event::NotFound(_) => {}
            Event::Connected => {
                if let State::Dialling { edge, .. } = self.state {
                    self.state = State::Up { edge, since: now };
                }
            }
            Event::Failed(error) => self.failed(now, error, &mut out),
            Event::Unfit { after_s } => self.unfit(now, after_s),
            Event::Dropped => self.state = State::Idle,
            Event::Prepared => self.prepared(now, &mut out),
            Event::NotPrepared => {
                if let Some(edge) = self.preparing.take() {
                    self.rest(now, edge, None);
                }
            }
            Event::NetworkChanged => {
                self.rests.clear();
                self.stale = true;
            }
            Event::Timeout => self.look_back(now, &mut out),
        }
        out
    }

    /// When to send [`Event::Timeout`] next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let State::Up { edge, since } = self.state else {
            return None;
        };
        if self.busy || self.preparing.is_some() {
            return None;
        }
        let rested = |edge: &Edge| self.rests.get(edge).map(|rest| rest.until);
        // A flow has to stand for a while before a better one is looked for.
        let settled = since + self.rest / 3;
        self.better_than(edge)
            .map(|better| rested(better).map_or(settled, |until| until.max(settled)))
            .min()
    }

    /// The edge of the flow there is.
    pub(crate) fn current(&self) -> Option<Edge> {
        match self.state {
            State::Up { edge, .. } => Some(edge),
            State::Idle | State::Finding | State::Dialling { .. } => None,
        }
    }

    /// Whether another edge is worth trying now.
    pub(crate) fn has_other(&self, now: Instant) -> bool {
        let current = self.current();
        let other = |edge: &Edge| Some(*edge) != current && !self.rests_at(now, edge);
        self.known.iter().any(|(_, edge)| other(edge))
    }

    /// Whether calls stand.
    pub(crate) fn set_busy(&mut self, busy: bool) {
        self.busy = busy;
    }

    fn wanted(&mut self, now: Instant, out: &mut Vec<Command>) {
        self.preparing = None;
        self.state = State::Idle;
        if !self.stale && self.has_other(now) {
            // Names can wait: whoever asks a name server now may wait for that one.
            self.begin(now, out);
        } else {
            self.state = State::Finding;
            out.push(Command::Find);
        }
    }

    /// Tries every edge, from the best that does not rest to the one that rests longest.
    fn begin(&mut self, now: Instant, out: &mut Vec<Command>) {
        let mut order: Vec<Edge> = self.known.iter().map(|(_, edge)| *edge).collect();
        order.sort_by_key(|edge| {
            self.rests
                .get(edge)
                .map(|rest| rest.until)
                .filter(|until| now < *until)
        });
        self.next(order.into(), None, out);
    }

    fn next(
        &mut self,
        mut queue: VecDeque<Edge>,
        failure: Option<FlowError>,
        out: &mut Vec<Command>,
    ) {
        let Some(edge) = queue.pop_front() else {
            self.state = State::Idle;
            out.push(Command::GiveUp(failure.unwrap_or(FlowError::NoServer)));
            return;
        };
        let dial = self.dial(edge, queue.is_empty());
        self.state = State::Dialling {
            edge,
            queue,
            failure,
        };
        out.push(Command::Dial(dial));
    }

    fn dial(&self, edge: Edge, last: bool) -> Dial {
        let patience = if last {
            self.connect
        } else {
            self.connect.min(NEXT)
        };
        Dial {
            edge,
            patience,
            several: self.several(),
        }
    }

    /// IPv4 and IPv6 of one machine are two addresses, but no two edges.
    fn several(&self) -> bool {
        let edges = || self.known.iter().map(|(_, edge)| edge);
        let servers = edges().any(|edge| edge.server != self.known[0].1.server);
        let v4 = edges().filter(|edge| edge.address.is_ipv4()).count();
        servers || v4 > 1 || self.known.len() - v4 > 1
    }

    fn failed(&mut self, now: Instant, error: FlowError, out: &mut Vec<Command>) {
        let State::Dialling { edge, .. } = self.state else {
            return;
        };
        self.rest(now, edge, None);
        let State::Dialling { queue, failure, .. } =
            std::mem::replace(&mut self.state, State::Idle)
        else {
            return;
        };
        // The error of the one that got furthest is told.
        let far =
            |e: &FlowError| !matches!(e, FlowError::Refused { .. } | FlowError::Unreachable { .. });
        let failure = match failure {
            Some(known) if far(&known) && !far(&error) => known,
            _ => error,
        };
        self.next(queue, Some(failure), out);
    }

    fn unfit(&mut self, now: Instant, after_s: Option<u32>) {
        if let State::Up { edge, since } = self.state {
            if now.saturating_duration_since(since) >= PROVEN {
                self.rests.remove(&edge);
            }
            self.rest(now, edge, after_s);
        }
        self.state = State::Idle;
    }

    fn rest(&mut self, now: Instant, edge: Edge, after_s: Option<u32>) {
        let (first, max) = (self.rest, self.rest * 20);
        let rest = self.rests.entry(edge).or_insert_with(|| Rest {
            until: now,
            backoff: Backoff::new(first, max),
        });
        let asked = Duration::from_secs(after_s.unwrap_or(0).into()).min(LONGEST);
        rest.until = now + rest.backoff.next(&mut self.rng).max(asked);
    }

    fn rests_at(&self, now: Instant, edge: &Edge) -> bool {
        self.rests.get(edge).is_some_and(|rest| now < rest.until)
    }

    /// Those of a better level than that of this edge.
    fn better_than(&self, edge: Edge) -> impl Iterator<Item = &Edge> {
        let level = self
            .known
            .iter()
            .find(|(_, known)| *known == edge)
            .map(|(level, _)| *level);
        self.known
            .iter()
            .filter(move |(other, _)| level.is_some_and(|level| *other < level))
            .map(|(_, better)| better)
    }

    /// Looks whether a better edge is back.
    fn look_back(&mut self, now: Instant, out: &mut Vec<Command>) {
        let State::Up { edge, .. } = self.state else {
            return;
        };
        if self.poll_timeout().is_none_or(|at| now < at) {
            return;
        }
        let rested = self
            .better_than(edge)
            .find(|better| !self.rests_at(now, better));
        if let Some(better) = rested.copied() {
            self.preparing = Some(better);
            out.push(Command::Prepare(self.dial(better, false)));
        }
    }

    fn prepared(&mut self, now: Instant, out: &mut Vec<Command>) {
        let edge = self.preparing.take();
        match (edge, &self.state) {
            (Some(edge), State::Up { .. }) if !self.busy => {
                self.state = State::Up { edge, since: now };
                out.push(Command::Switch);
            }
            // Somebody has called meanwhile: another time.
            (_, State::Up { edge, .. }) => {
                self.state = State::Up {
                    edge: *edge,
                    since: now,
                };
                out.push(Command::Discard);
            }
            _ => out.push(Command::Discard),
        }
    }

    /// Puts the addresses in order: by server and priority, and among equals by chance and weight.
    fn learn(&mut self, mut targets: Vec<Target>) {
        self.stale = false;
        self.known.clear();
        targets.sort_by_key(|target| (target.server, target.priority));
        while let Some(first) = targets.first() {
            let level = (first.server, first.priority);
            let equals = targets.partition_point(|t| (t.server, t.priority) == level);
            let mut equals: Vec<Target> = targets.drain(..equals).collect();
            while !equals.is_empty() {
                let target = equals.remove(self.draw(&equals));
                for address in target.addresses {
                    let edge = Edge {
                        server: target.server,
                        address,
                    };
                    if !self.known.iter().any(|(_, known)| *known == edge) {
                        self.known.push((level, edge));
                    }
                }
            }
        }
        let known = &self.known;
        self.rests
            .retain(|edge, _| known.iter().any(|(_, k)| k == edge));
    }

    /// RFC 2782: each is drawn by its share of the weights; those of weight 0 seldom.
    fn draw(&mut self, equals: &[Target]) -> usize {
        let total: u32 = equals.iter().map(|target| u32::from(target.weight)).sum();
        if total == 0 {
            return self.rng.random_range(0..equals.len());
        }
        let mut left = self.rng.random_range(0..=total);
        // Those of weight 0 stand first, as the RFC wants: only a draw of 0 means one of them.
        if left == 0 {
            return equals.iter().position(|t| t.weight == 0).unwrap_or(0);
        }
        for (at, target) in equals.iter().enumerate() {
            let weight = u32::from(target.weight);
            if left <= weight {
                return at;
            }
            left -= weight;
        }
        0
    }
}

/// How long an attempt may take while there is another edge to try.
const NEXT: Duration = Duration::from_secs(2);

/// The longest that a server may ask to be left alone.
const LONGEST: Duration = Duration::from_secs(3600);

/// How long a flow has to stand before earlier failures of its edge are forgotten.
const PROVEN: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests;
