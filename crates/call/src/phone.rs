use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{
    command::Command,
    event::{Event, MediaEvent},
    glare::Jitter,
    party::Party,
    reason::{EndReason, MediaFailure},
    recovery::RecoverBy,
    referral::Referrals,
    sound::Sounds,
    state::{Call, CallId, Leg, State},
    transfer::Transfer,
};

/// What can be set about the calls.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PhoneConfig {
    /// Seed of the waits after glare; must differ from phone to phone.
    pub seed: u64,
    /// How long an incoming call rings before it is refused with 480.
    pub ring_for: Duration,
    /// How long the far end may ring before our call is cancelled.
    pub no_answer: Duration,
    /// How long media may take to prepare an offer or an answer.
    pub media_ready: Duration,
    /// How long busy, congestion and ended tones play.
    pub farewell_tone: Duration,
    /// How long an ended call is kept unless dismissed.
    pub keep_ended: Duration,
    /// How many calls there may be at once; more are refused with 486.
    pub max_calls: usize,
    /// How long after the expert's answer a hand-over completes by itself; never without.
    pub complete_on_answer: Option<Duration>,
    /// How long the server may say nothing while it transfers a call.
    pub transfer_word: Duration,
    /// What is done about a peer's REFER.
    pub referrals: Referrals,
    /// The server's conference, into which people are merged; here without one.
    pub conference: Option<Party>,
    /// What is tried first to take a call of an earlier run up.
    pub recover_by: RecoverBy,
    /// Whether those on hold hear music of this phone. Servers that have their own drop it.
    pub hold_music: bool,
}

impl Default for PhoneConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            ring_for: Duration::from_secs(60),
            no_answer: Duration::from_secs(90),
            media_ready: Duration::from_secs(15),
            farewell_tone: Duration::from_secs(3),
            keep_ended: Duration::from_secs(60),
            max_calls: 8,
            complete_on_answer: None,
            transfer_word: Duration::from_secs(30),
            referrals: Referrals::default(),
            conference: None,
            recover_by: RecoverBy::default(),
            hold_music: true,
        }
    }
}

/// All calls of one agent.
#[derive(Clone, Debug)]
pub struct Phone {
    pub(crate) config: PhoneConfig,
    pub(crate) calls: BTreeMap<CallId, Call>,
    pub(crate) focus: Option<CallId>,
    /// Calls that come in are refused.
    pub(crate) do_not_disturb: bool,
    pub(crate) group: Vec<CallId>,
    pub(crate) transfers: Vec<Transfer>,
    /// REFERs sent so far.
    pub(crate) refers: u32,
    pub(crate) sounds: Sounds,
    pub(crate) jitter: Jitter,
}

impl Phone {
    /// A phone without calls.
    pub fn new(config: PhoneConfig) -> Self {
        Self {
            jitter: Jitter::new(config.seed),
            config,
            calls: BTreeMap::new(),
            focus: None,
            do_not_disturb: false,
            group: Vec::new(),
            transfers: Vec::new(),
            refers: 0,
            sounds: Sounds::default(),
        }
    }

    /// Take in `event` at `now` and say what must be done about it, in order.
    pub fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        match event {
            Event::User(action) => self.act(now, action, &mut commands),
            Event::Sip(event) => self.sip(now, event, &mut commands),
            Event::Media(event) => self.media(now, event, &mut commands),
            Event::Restored(restored) => self.restored(now, restored, &mut commands),
            Event::NetworkChanged { calls, lost } => {
                let touched = |call: &&mut Call| call.live() && calls.contains(&call.id);
                for call in self.calls.values_mut().filter(touched) {
                    if lost || !call.path.is_up() {
                        call.path.look_again(now);
                    }
                }
            }
            Event::Timeout => self.timeout(now, &mut commands),
        }
        self.settle(now, &mut commands);
        commands
    }

    /// When [`Event::Timeout`] is next due, if ever.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let calls = self.calls.values().filter_map(Call::poll_timeout);
        let transfers = self.transfers.iter().filter_map(Transfer::poll_timeout);
        calls
            .chain(transfers)
            .chain(self.sounds.poll_timeout())
            .min()
    }

    /// All calls in the order of their ids, ended ones until they are dismissed
    /// or [`PhoneConfig::keep_ended`] is over.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.values().filter(|call| !call.dismissed)
    }

    /// One call.
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.get(&id).filter(|call| !call.dismissed)
    }

    /// Customers on the way to somebody else, in the order in which that began.
    pub fn transfers(&self) -> impl Iterator<Item = &Transfer> {
        self.transfers.iter()
    }

    /// The call that has the agent's ears and voice, if any; or any of the [group](Self::group) that
    /// has.
    pub fn focus(&self) -> Option<CallId> {
        self.focus
    }

    fn media(&mut self, now: Instant, event: MediaEvent, commands: &mut Vec<Command>) {
        match event {
            MediaEvent::Ready(id) => self.media_ready(now, id, commands),
            MediaEvent::Failed(id, MediaFailure::NoConnection)
                if self
                    .calls
                    .get_mut(&id)
                    .filter(|call| call.state == State::Established)
                    .is_some_and(|call| call.path.failed(now)) => {}
            MediaEvent::Failed(id, failure) => {
                let reason = EndReason::MediaFailed(failure);
                self.end(now, id, reason, failure.status(), commands);
            }
            MediaEvent::Connected(id) => {
                if let Some(call) = self.calls.get_mut(&id).filter(|call| call.live()) {
                    call.path.connected();
                }
                self.place_taken(now, id, commands);
            }
            MediaEvent::Disconnected(id) => {
                if let Some(call) = self.calls.get_mut(&id).filter(|call| call.live()) {
                    call.path.disconnected(now);
                }
            }
            MediaEvent::FirstAudio(id) => {
                if let Some(call) = self.alive(id, Leg::Calling) {
                    call.state = State::Ringing { early_media: true };
                }
            }
            MediaEvent::RemoteHold(id, held) => {
                if let Some(call) = self.alive(id, Leg::Confirmed) {
                    call.remote_hold = held;
                }
            }
            MediaEvent::Suspicious(id, suspicion) => self.suspicious(id, suspicion, commands),
        }
    }

    fn timeout(&mut self, now: Instant, commands: &mut Vec<Command>) {
        let due = |call: &&Call| call.deadline.is_some_and(|at| at <= now);
        let due: Vec<CallId> = self.calls.values().filter(due).map(|c| c.id).collect();
        for id in due {
            match self.calls[&id].state {
                State::Ended(_) => {
                    self.calls.remove(&id);
                    self.expert_forgotten(id);
                }
                State::Incoming => self.end(now, id, EndReason::Missed, 480, commands),
                State::Answering => self.end(now, id, MEDIA_TOO_SLOW, 500, commands),
                State::Dialing if self.calls[&id].leg == Leg::Unsent => {
                    self.end(now, id, MEDIA_TOO_SLOW, 500, commands);
                }
                State::Established => self.end(now, id, MEDIA_TOO_SLOW, 500, commands),
                State::Dialing | State::Ringing { .. } => {
                    self.end(now, id, EndReason::NoAnswer, 480, commands);
                }
            }
        }
        self.referrals_due(now, commands);
        self.transfers_due(now, commands);
    }

    /// Give `id` the agent's ears and voice; whoever had them is held.
    pub(crate) fn take_focus(&mut self, id: CallId) {
        if !self.in_focus(id) {
            self.drop_focus();
            self.focus = Some(id);
        }
    }

    /// Give nobody the agent's ears and voice. A group goes on by itself.
    pub(crate) fn drop_focus(&mut self) {
        let holder = self.focus.take().filter(|id| !self.grouped(*id));
        if let Some(call) = holder.and_then(|id| self.calls.get_mut(&id))
            && call.state == State::Established
        {
            call.negotiation.want(true);
        }
    }

    pub(crate) fn live(&self) -> usize {
        self.calls.values().filter(|call| call.live()).count()
    }
}

/// Why a call ends whose media is not [ready](PhoneConfig::media_ready) in time.
const MEDIA_TOO_SLOW: EndReason = EndReason::MediaFailed(MediaFailure::Internal);
