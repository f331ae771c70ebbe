//! Registration by access token (RFC 8898): what happens when it is refused, and when there is another.

use std::time::Instant;

use rsipstack::sip::Response;

use super::{Command, Phase, Registration, RegistrationError, RegistrationState};
use crate::bearer::TokenWanted;
use crate::wire;

impl Registration {
    /// The token is refused, or there is none.
    pub(super) fn token_refused(
        &mut self,
        wanted: TokenWanted,
        response: &Response,
        out: &mut Vec<Command>,
    ) {
        let error = if wanted.refused {
            RegistrationError::TokenRefused {
                status: response.status_code.code(),
                reason: wire::reason(response).to_owned(),
            }
        } else {
            RegistrationError::NoToken
        };
        self.give_up(error, out);
        out.push(Command::TokenWanted(wanted));
    }

    /// Nothing more is tried unless somebody asks, or brings another token.
    pub(super) fn give_up(&mut self, error: RegistrationError, out: &mut Vec<Command>) {
        // The flow stays: a call may be going on over it.
        self.phase = Phase::Refused;
        self.proven = false;
        out.push(Command::Report(RegistrationState::Refused { error }));
    }

    /// What is refused was another token; what is registered goes on until its time has come.
    pub(super) fn new_token(&mut self, now: Instant, out: &mut Vec<Command>) {
        match self.phase {
            Phase::Waiting { .. } if self.local.is_none() => {}
            Phase::Waiting { .. }
            | Phase::Refused
            | Phase::RefusedWaiting { .. }
            | Phase::RefusedConnecting => {
                self.backoff.reset();
                if self.local.is_some() {
                    self.begin(now, out);
                } else {
                    self.connect(out);
                }
            }
            Phase::Idle
            | Phase::Connecting
            | Phase::Registering { .. }
            | Phase::Registered { .. }
            | Phase::Refreshing { .. }
            | Phase::Unregistering { .. }
            | Phase::Stopped => {}
        }
    }
}
