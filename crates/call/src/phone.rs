use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{
    command::{Command, HoldFailure, MediaCommand, Notice, SipCommand},
    event::{Event, MediaEvent, SipEvent},
    glare::Jitter,
    hold::{Offer, Outcome},
    party::Party,
    reason::{Cause, EndReason, MediaFailure},
    sound::Sounds,
    state::{Call, CallId, Direction, Flow, Leg, State},
};

/// What can be set about the calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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
        }
    }
}

/// All calls of one agent.
#[derive(Clone, Debug)]
pub struct Phone {
    pub(crate) config: PhoneConfig,
    pub(crate) calls: BTreeMap<CallId, Call>,
    focus: Option<CallId>,
    sounds: Sounds,
    jitter: Jitter,
}

impl Phone {
    /// A phone without calls.
    pub fn new(config: PhoneConfig) -> Self {
        Self {
            config,
            calls: BTreeMap::new(),
            focus: None,
            sounds: Sounds::default(),
            jitter: Jitter::new(config.seed),
        }
    }

    /// Take in `event` at `now` and say what must be done about it, in order.
    pub fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        match event {
            Event::User(action) => self.act(now, action, &mut commands),
            Event::Sip(event) => self.sip(now, event, &mut commands),
            Event::Media(event) => self.media(now, event, &mut commands),
            Event::Timeout => self.timeout(now, &mut commands),
        }
        self.settle(now, &mut commands);
        commands
    }

    /// When [`Event::Timeout`] is next due, if ever.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let calls = self.calls.values().filter_map(Call::poll_timeout);
        calls.chain(self.sounds.poll_timeout()).min()
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

    /// The call that has the agent's ears and voice, if any.
    pub fn focus(&self) -> Option<CallId> {
        self.focus
    }

    fn sip(&mut self, now: Instant, event: SipEvent, commands: &mut Vec<Command>) {
        match event {
            SipEvent::Invited {
                call,
                from,
                unacceptable,
            } => self.invited(now, call, from, unacceptable, commands),
            SipEvent::Ringing { call, status } => self.ringing(call, status),
            SipEvent::Early { call, fork } => {
                if self.alive(call, Leg::Calling).is_some() {
                    commands.push(Command::Media(MediaCommand::UseEarly { call, fork }));
                }
            }
            SipEvent::Answered { call, fork } => self.answered(now, call, fork, commands),
            SipEvent::Ended { call, cause } => self.peer_ended(now, call, cause, commands),
            SipEvent::Reoffered(id) => {
                let Some(call) = self.calls.get_mut(&id) else {
                    return;
                };
                commands.push(Command::Sip(match call.negotiation.offered() {
                    Ok(()) => SipCommand::AnswerReoffer(id),
                    Err(status) => SipCommand::RefuseReoffer { call: id, status },
                }));
            }
            SipEvent::ReofferClosed(id) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.negotiation.offer_closed();
                }
            }
            SipEvent::ReofferAccepted(id) => {
                if let Some(call) = self.calls.get_mut(&id) {
                    call.negotiation.accepted();
                }
            }
            SipEvent::ReofferRefused { call, status } => {
                self.reoffer_refused(now, call, status, commands);
            }
        }
    }

    fn media(&mut self, now: Instant, event: MediaEvent, commands: &mut Vec<Command>) {
        match event {
            MediaEvent::Ready(id) => self.media_ready(now, id, commands),
            MediaEvent::Failed(id, MediaFailure::NoConnection)
                if self
                    .alive(id, Leg::Confirmed)
                    .is_some_and(|call| call.path.failed(now)) => {}
            MediaEvent::Failed(id, failure) => {
                let reason = EndReason::MediaFailed(failure);
                self.end(now, id, reason, failure.status(), commands);
            }
            MediaEvent::Connected(id) => {
                if let Some(call) = self.calls.get_mut(&id).filter(|call| call.live()) {
                    call.path.connected();
                }
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
        }
    }

    fn timeout(&mut self, now: Instant, commands: &mut Vec<Command>) {
        let due = |call: &&Call| call.deadline.is_some_and(|at| at <= now);
        let due: Vec<CallId> = self.calls.values().filter(due).map(|c| c.id).collect();
        for id in due {
            match self.calls[&id].state {
                State::Ended(_) => {
                    self.calls.remove(&id);
                }
                State::Incoming => self.end(now, id, EndReason::Missed, 480, commands),
                State::Answering => self.end(now, id, MEDIA_TOO_SLOW, 500, commands),
                State::Dialing if self.calls[&id].leg == Leg::Unsent => {
                    self.end(now, id, MEDIA_TOO_SLOW, 500, commands);
                }
                State::Dialing | State::Ringing { .. } | State::Established => {
                    self.end(now, id, EndReason::NoAnswer, 480, commands);
                }
            }
        }
    }

    fn invited(
        &mut self,
        now: Instant,
        id: CallId,
        from: Party,
        unacceptable: Option<MediaFailure>,
        commands: &mut Vec<Command>,
    ) {
        if self.calls.contains_key(&id) {
            return;
        }
        if self.live() >= self.config.max_calls {
            let refusal = SipCommand::Reject {
                call: id,
                status: 486,
            };
            commands.push(Command::Sip(refusal));
            return;
        }
        let mut call = Call::new(id, Direction::Incoming, from, now);
        call.deadline = Some(now + self.config.ring_for);
        self.calls.insert(id, call);
        match unacceptable {
            Some(failure) => {
                let reason = EndReason::MediaFailed(failure);
                self.end(now, id, reason, failure.status(), commands);
            }
            None => commands.push(Command::Sip(SipCommand::Ring(id))),
        }
    }

    fn ringing(&mut self, id: CallId, status: u16) {
        // 181 to 183 say that something happens, not that anybody is alerted
        // (RFC 3261 §21.1); only 180 is worth a ringback tone.
        if let Some(call) = self.alive(id, Leg::Calling)
            && call.state == State::Dialing
            && status == 180
        {
            call.state = State::Ringing { early_media: false };
        }
    }

    fn answered(&mut self, now: Instant, id: CallId, fork: u32, commands: &mut Vec<Command>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match call.leg {
            Leg::Calling => {
                commands.push(Command::Media(MediaCommand::UseAnswer { call: id, fork }));
                self.establish(now, id);
            }
            // The 200 crossed our CANCEL: the far end believes to be in a call.
            Leg::Cancelling => {
                call.leg = Leg::Gone;
                call.deadline = Some(now + self.config.keep_ended);
                commands.push(Command::Sip(SipCommand::Bye(id)));
            }
            Leg::Unsent | Leg::Called | Leg::Confirmed | Leg::Gone => {}
        }
    }

    fn peer_ended(&mut self, now: Instant, id: CallId, cause: Cause, commands: &mut Vec<Command>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let established = call.leg == Leg::Confirmed;
        let reason = EndReason::from_cause(cause, call.direction, established);
        // Whatever the leg was due as a farewell is no longer due.
        call.leg = Leg::Gone;
        if call.live() {
            self.end(now, id, reason, 480, commands);
        }
    }

    fn reoffer_refused(
        &mut self,
        now: Instant,
        id: CallId,
        status: u16,
        commands: &mut Vec<Command>,
    ) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match call.negotiation.refused(now, status, &mut self.jitter) {
            Outcome::Settled => {}
            Outcome::DialogGone => self.end(now, id, EndReason::CallLost, 480, commands),
            Outcome::GivenUp { hold, failure } => self.hold_failed(id, hold, failure, commands),
        }
    }

    /// The peer will not be held or taken back: the session stays as it was
    /// (RFC 3261 §14.1). A call that cannot be held stays silent on our side:
    /// the agent who pressed Hold must not be on the air again unasked.
    fn hold_failed(
        &mut self,
        id: CallId,
        hold: bool,
        failure: HoldFailure,
        commands: &mut Vec<Command>,
    ) {
        if !hold && let Some(call) = self.calls.get_mut(&id) {
            call.negotiation.want(true);
            self.focus = self.focus.filter(|focus| *focus != id);
        }
        commands.push(Command::Notice(Notice::HoldFailed {
            call: id,
            hold,
            failure,
        }));
    }

    fn media_ready(&mut self, now: Instant, id: CallId, commands: &mut Vec<Command>) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match (call.state, call.leg) {
            (State::Answering, Leg::Called) => {
                commands.push(Command::Sip(SipCommand::Accept(id)));
                self.establish(now, id);
            }
            (State::Dialing, Leg::Unsent) => {
                call.leg = Leg::Calling;
                call.deadline = Some(now + self.config.no_answer);
                let to = call.party.clone();
                commands.push(Command::Sip(SipCommand::Invite { call: id, to }));
            }
            _ => {}
        }
    }

    fn establish(&mut self, now: Instant, id: CallId) {
        let focused = self.focus == Some(id);
        if let Some(call) = self.calls.get_mut(&id) {
            call.state = State::Established;
            call.leg = Leg::Confirmed;
            call.answered = Some(now);
            call.deadline = None;
            call.negotiation.open();
            // The agent has gone on to another call while this one was under way.
            call.negotiation.want(!focused);
        }
    }

    /// End a live call, with the farewell its leg is due (`status` if that is a
    /// refusal), and close what was open.
    pub(crate) fn end(
        &mut self,
        now: Instant,
        id: CallId,
        reason: EndReason,
        status: u16,
        commands: &mut Vec<Command>,
    ) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.live()) else {
            return;
        };
        let farewell = match call.leg {
            Leg::Called => Some(SipCommand::Reject { call: id, status }),
            Leg::Calling => Some(SipCommand::Cancel(id)),
            Leg::Confirmed => Some(SipCommand::Bye(id)),
            Leg::Unsent | Leg::Cancelling | Leg::Gone => None,
        };
        commands.extend(farewell.map(Command::Sip));
        let linger = if call.leg == Leg::Calling {
            call.leg = Leg::Cancelling;
            self.config.keep_ended.max(CANCEL_LINGERS)
        } else {
            call.leg = Leg::Gone;
            self.config.keep_ended
        };
        call.state = State::Ended(reason);
        call.ended = Some(now);
        call.deadline = Some(now + linger);
        call.negotiation.close();
        call.path.close();
        if call.media.take().is_some() {
            commands.push(Command::Media(MediaCommand::Close(id)));
        }
        if self.focus == Some(id) {
            self.focus = None;
            let lasts = self.config.farewell_tone;
            self.sounds.say_farewell(now, reason, lasts);
        }
    }

    /// Give `id` the agent's ears and voice; whoever had them is held.
    pub(crate) fn take_focus(&mut self, id: CallId) {
        if self.focus != Some(id) {
            self.drop_focus();
            self.focus = Some(id);
        }
    }

    /// Give nobody the agent's ears and voice.
    pub(crate) fn drop_focus(&mut self) {
        let holder = self.focus.take().and_then(|id| self.calls.get_mut(&id));
        if let Some(call) = holder
            && call.state == State::Established
        {
            call.negotiation.want(true);
        }
    }

    pub(crate) fn open_media(&mut self, now: Instant, id: CallId, commands: &mut Vec<Command>) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.deadline = Some(now + self.config.media_ready);
            call.media = Some(Flow::default());
            commands.push(Command::Media(MediaCommand::Open(id)));
        }
    }

    pub(crate) fn live(&self) -> usize {
        self.calls.values().filter(|call| call.live()).count()
    }

    /// Bring offers, sound flow, tones and memory in line with the calls.
    fn settle(&mut self, now: Instant, commands: &mut Vec<Command>) {
        for call in self.calls.values_mut() {
            let restart = call.leg == Leg::Confirmed && call.path.wants_restart(now);
            let offer = call.negotiation.next_offer(now, restart);
            if restart {
                match offer {
                    Some(_) => call.path.restarts(now),
                    None => call.path.put_off(now),
                }
            }
            if let Some(Offer { hold, restart }) = offer {
                commands.push(Command::Sip(SipCommand::Reoffer {
                    call: call.id,
                    hold,
                    restart,
                }));
            }
        }
        // Off before on: not even between two commands are two calls heard.
        for on in [false, true] {
            for call in self.calls.values_mut() {
                let heard = self.focus == Some(call.id);
                if heard == on {
                    settle_flow(call, heard, commands);
                }
            }
        }
        let calls = self.calls.values();
        self.sounds.settle(now, calls, self.focus, commands);
        self.greet(commands);
        self.forget();
    }

    /// Tell the agent, once for each call, that they are on it.
    fn greet(&mut self, commands: &mut Vec<Command>) {
        let focus = self.focus.and_then(|id| self.calls.get_mut(&id));
        if let Some(call) = focus
            && call.state == State::Established
            && call.path.is_up()
            && !std::mem::replace(&mut call.greeted, true)
        {
            self.sounds.greet(commands);
        }
    }

    /// Keep no more than [`ENDED_KEPT`] ended calls, however many come in.
    fn forget(&mut self) {
        let over = |call: &&Call| !call.live() && call.leg == Leg::Gone;
        let mut ended: Vec<_> = self
            .calls
            .values()
            .filter(over)
            .map(|call| (call.dismissed, call.ended, call.id))
            .collect();
        ended.sort_by_key(|(dismissed, at, id)| (!dismissed, *at, *id));
        let dismissed = ended.iter().filter(|(dismissed, ..)| *dismissed).count();
        let surplus = ended.len().saturating_sub(ENDED_KEPT).max(dismissed);
        for (_, _, id) in &ended[..surplus] {
            self.calls.remove(id);
        }
    }

    fn alive(&mut self, id: CallId, leg: Leg) -> Option<&mut Call> {
        let call = self.calls.get_mut(&id)?;
        (call.live() && call.leg == leg).then_some(call)
    }
}

fn settle_flow(call: &mut Call, heard: bool, commands: &mut Vec<Command>) {
    let Some(flow) = &mut call.media else {
        return;
    };
    // Nobody has agreed to hear the agent before the answer.
    let sending = heard && call.state == State::Established;
    let muted = call.muted;
    // Before the flow, so that not a word gets out.
    if flow.muted != muted {
        commands.push(Command::Media(MediaCommand::Mute(call.id, muted)));
    }
    let flowed = (flow.heard, flow.sending) == (heard, sending);
    *flow = Flow {
        heard,
        sending,
        muted,
    };
    if !flowed {
        commands.push(Command::Media(MediaCommand::Flow {
            call: call.id,
            heard,
            sending,
        }));
    }
}

/// How long a 200 may still cross a CANCEL: twice the 32 s (64·T1) for which a
/// peer repeats it (RFC 3261 §13.3.1.4).
const CANCEL_LINGERS: Duration = Duration::from_secs(64);

/// Why a call ends whose media is not [ready](PhoneConfig::media_ready) in time.
const MEDIA_TOO_SLOW: EndReason = EndReason::MediaFailed(MediaFailure::Internal);

/// How many ended calls are kept at most.
const ENDED_KEPT: usize = 32;
