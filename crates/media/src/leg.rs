//! The audio leg of a session, and the switches that outlive it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use warmline_audio::{Engine, LegConfig, LegControl, PacketSource};

use crate::rtp::RtpSession;
use crate::sdp::Agreed;
use crate::transport::Route;
use crate::{Direction, DtmfError, MediaError};

/// The leg as it was negotiated last, and whether it is heard and sends.
#[derive(Debug, Default)]
pub(crate) struct LegSlot {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    heard: bool,
    sending: bool,
    muted: bool,
    agreed: Option<Agreed>,
    leg: Option<LegControl>,
}

impl LegSlot {
    /// Takes what was agreed on. If what is sent or received has changed, another leg takes the
    /// place of the one before, and its packets are the result.
    pub(crate) fn agree(
        &self,
        engine: &Engine,
        rtp: &RtpSession,
        agreed: &Agreed,
    ) -> Result<Option<PacketSource>, MediaError> {
        let mut state = self.state();
        let same =
            state.leg.is_some() && state.agreed.as_ref().is_some_and(|a| speaks_as(a, agreed));
        state.agreed = Some(agreed.clone());
        rtp.agree(agreed);
        if same {
            state.apply();
            return Ok(None);
        }
        // The one before goes first: the engine has room for a few only.
        state.leg = None;
        rtp.close();
        let leg = engine.open_leg(LegConfig {
            send: agreed.send,
            receive: agreed.payloads(),
            telephone_event: agreed.telephone_event,
            ptime_ms: agreed.ptime_ms,
            first_timestamp: rand::random(),
        })?;
        rtp.set_leg(
            leg.sink,
            leg.control.clone(),
            agreed.send.codec.clock_rate(),
        );
        state.leg = Some(leg.control);
        state.apply();
        Ok(Some(leg.source))
    }

    /// What was agreed on last.
    pub(crate) fn agreed(&self) -> Option<Agreed> {
        self.state().agreed.clone()
    }

    pub(crate) fn set_heard(&self, heard: bool) {
        let mut state = self.state();
        state.heard = heard;
        state.apply();
    }

    pub(crate) fn set_sending(&self, sending: bool) {
        let mut state = self.state();
        state.sending = sending;
        state.apply();
    }

    pub(crate) fn set_muted(&self, muted: bool) {
        let mut state = self.state();
        state.muted = muted;
        state.apply();
    }

    pub(crate) fn dtmf(&self, digit: char, duration_ms: u32) -> Result<(), DtmfError> {
        let state = self.state();
        let agreed = state.agreed.as_ref();
        match &state.leg {
            Some(leg) if agreed.is_some_and(|agreed| agreed.telephone_event.is_some()) => {
                Ok(leg.dtmf(digit, duration_ms)?)
            }
            _ => Err(DtmfError::NotNegotiated),
        }
    }

    /// Lets go of the leg.
    pub(crate) fn close(&self, rtp: &RtpSession) {
        self.state().leg = None;
        rtp.close();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn apply(&self) {
        if let Some(leg) = &self.leg {
            let direction = self.agreed.as_ref().map(|agreed| agreed.direction);
            leg.set_heard(self.heard);
            leg.set_muted(self.muted);
            leg.set_sending(self.sending && direction.is_some_and(Direction::sends));
        }
    }
}

/// Carries packets from the leg to whatever transport there is, until the leg ends.
pub(crate) async fn pump(mut source: PacketSource, routes: watch::Receiver<Option<Route>>) {
    while let Some(packet) = source.recv().await {
        let route = routes.borrow().clone();
        // Before there is a way the packets have nowhere to go: sound is not kept for later.
        if let Some(route) = route
            && route.is_open()
        {
            route.send(packet).await;
        }
    }
}

/// Whether a leg made for one serves the other.
fn speaks_as(one: &Agreed, other: &Agreed) -> bool {
    one.send == other.send
        && one.receive == other.receive
        && one.telephone_event == other.telephone_event
        && one.ptime_ms == other.ptime_ms
}
