//! The flow to the server: made, lost, supervised, and registered over.

use std::net::SocketAddr;
use std::time::Instant;

use super::{Core, Probe};
use crate::agent::SipEvent;
use crate::dialer::FlowError;
use crate::edges;
use crate::line::Output;
use crate::registration::{self, Command};
use crate::transactions::ClientId;
use crate::uri::Transport;

impl Core {
    /// Gives the registration an event and carries out what it wants.
    pub(super) fn register(&mut self, now: Instant, event: registration::Event) {
        self.registration.set_elsewhere(self.edges.has_other(now));
        for command in self.registration.handle(now, event) {
            match command {
                Command::Connect => {
                    self.line.up = false;
                    self.edge(now, edges::Event::Wanted);
                }
                Command::Disconnect => {
                    self.line.up = false;
                    self.probe = None;
                    self.line.out.push(Output::Disconnect);
                    self.edge(now, edges::Event::Dropped);
                }
                Command::Check => self.line.out.push(Output::Check),
                Command::Unfit { after_s } => self.edge(now, edges::Event::Unfit { after_s }),
                Command::Send(request) => {
                    if let Some(old) = self.register.take() {
                        self.line.out.push(Output::Abandon(old));
                    }
                    self.register = Some(self.line.send_stamped(*request));
                }
                Command::Report(state) => self.line.emit(SipEvent::Registration(state)),
                Command::TokenWanted(wanted) => self.line.emit(SipEvent::TokenWanted(wanted)),
                Command::Recovered => {
                    for call in self.calls.values_mut() {
                        call.recovered(&mut self.line, now);
                    }
                }
                Command::Stopped => {
                    self.line.emit(SipEvent::Stopped);
                    self.line.out.push(Output::Stopped);
                }
            }
        }
        self.line.service_route = self.registration.service_route().to_vec();
        self.line.registered = self.registration.is_registered();
    }

    /// Gives the edges an event and carries out what they want.
    pub(super) fn edge(&mut self, now: Instant, event: edges::Event) {
        for command in self.edges.handle(now, event) {
            match command {
                edges::Command::Find => self.line.out.push(Output::Connect),
                edges::Command::Dial(dial) => self.line.out.push(Output::Dial(dial)),
                edges::Command::GiveUp(error) => {
                    self.register(now, registration::Event::Disconnected(error));
                }
                edges::Command::Prepare(dial) => self.line.out.push(Output::Prepare(dial)),
                edges::Command::Switch => self.line.out.push(Output::Switch),
                edges::Command::Discard => self.line.out.push(Output::Discard),
            }
        }
    }

    pub(super) fn connected(&mut self, now: Instant, address: SocketAddr) {
        self.edge(now, edges::Event::Connected);
        self.here(address);
        self.line.up = true;
        let local = self.line.local.clone();
        self.register(now, registration::Event::Connected(local));
        if self.line.up {
            for call in self.calls.values_mut() {
                call.connected(&mut self.line, now);
            }
        }
    }

    /// A connection to a better edge is up, beside the flow there is.
    pub(super) fn prepared(&mut self, now: Instant, address: SocketAddr) {
        let before = self.edges.current();
        self.edge(now, edges::Event::Prepared);
        if self.edges.current() != before {
            self.probe = None;
            self.here(address);
            let local = self.line.local.clone();
            self.register(now, registration::Event::Moved(local));
        }
    }

    /// Interfaces or addresses are others, or the machine has slept.
    pub(super) fn network_changed(&mut self, now: Instant) {
        self.edge(now, edges::Event::NetworkChanged);
        self.register(now, registration::Event::NetworkChanged);
    }

    /// The flow broke, and with it went these requests.
    pub(super) fn broke(&mut self, now: Instant, error: FlowError, lost: Vec<ClientId>) {
        self.flow_gone(now, lost);
        let blameless = self.registration.hurries(now);
        self.edge(
            now,
            if blameless {
                edges::Event::Dropped
            } else {
                edges::Event::Unfit { after_s: None }
            },
        );
        self.register(now, registration::Event::Disconnected(error));
    }

    pub(super) fn flow_gone(&mut self, now: Instant, lost: Vec<ClientId>) {
        self.line.up = false;
        self.probe = None;
        for id in lost {
            if self.register == Some(id) {
                self.register = None;
            } else if let Some(id) = self.options.remove(&id) {
                self.line
                    .emit(SipEvent::OptionsAnswered { id, status: None });
            } else if let Some(call) = self.calls.values_mut().find(|call| call.sent(id)) {
                call.lost(&mut self.line, now, id);
            }
        }
    }

    /// Asks a server that answers no keepalives for a sign of life, or has had none.
    pub(super) fn probe(&mut self, now: Instant) {
        match self.probe {
            Some(Probe::Next(at)) if now >= at => {
                let id = self.send_options(None);
                self.probe = id.map(|id| Probe::Sent(id, now + self.timing.pong));
            }
            Some(Probe::Sent(id, at)) if now >= at => {
                self.line.out.push(Output::Abandon(id));
                self.line.out.push(Output::Disconnect);
                self.line.up = false;
                self.probe = None;
                self.edge(now, edges::Event::Unfit { after_s: None });
                self.register(now, registration::Event::Disconnected(FlowError::Dead));
            }
            _ => {}
        }
    }

    /// How messages name our end of this flow.
    fn here(&mut self, address: SocketAddr) {
        self.line.edge = self.edges.current();
        let server = self.line.edge.map_or(0, |edge| edge.server);
        let transport = self.transports.get(server).copied();
        self.line
            .move_to(transport.unwrap_or(Transport::Wss), address);
    }
}
