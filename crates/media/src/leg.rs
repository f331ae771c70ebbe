//! The audio leg of a session, and the switches that outlive it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use warmline_audio::{Engine, LegConfig, LegControl, PacketSource, RecordingId};

use crate::rtp::RtpSession;
use crate::sdp::Agreed;
use crate::transport::Route;
use crate::{Direction, DtmfError, MediaError};

/// The leg as it was negotiated last, and how its switches stand.
#[derive(Debug, Default)]
pub(crate) struct LegSlot {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    switches: Switches,
    agreed: Option<Agreed>,
    leg: Option<LegControl>,
}

/// What the session's owner has set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Switches {
    pub(crate) heard: bool,
    pub(crate) sending: bool,
    pub(crate) muted: bool,
    pub(crate) mixed: bool,
    pub(crate) volume: u8,
    pub(crate) silenced: bool,
    pub(crate) music: bool,
    pub(crate) watches_greeting: bool,
    pub(crate) recorded: Option<RecordingId>,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            heard: false,
            sending: false,
            muted: false,
            mixed: false,
            volume: 100,
            silenced: false,
            music: false,
            watches_greeting: false,
            recorded: None,
        }
    }
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
            comfort_noise: agreed.comfort_noise,
            ptime_ms: agreed.ptime_ms,
            first_timestamp: rand::random(),
            opus: agreed.opus,
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

    /// Changes switches, of this leg and of those that take its place.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Switches)) {
        let mut state = self.state();
        change(&mut state.switches);
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
            let switches = self.switches;
            leg.set_heard(switches.heard);
            leg.set_muted(switches.muted);
            leg.set_mixed(switches.mixed);
            leg.set_volume(switches.volume);
            leg.set_silenced(switches.silenced);
            leg.watch_greeting(switches.watches_greeting);
            leg.set_recorded(switches.recorded);
            let sends = direction.is_some_and(Direction::sends);
            leg.set_music(switches.music && sends);
            leg.set_sending(switches.sending && sends);
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
        && one.comfort_noise == other.comfort_noise
        && one.ptime_ms == other.ptime_ms
        && one.opus == other.opus
}
