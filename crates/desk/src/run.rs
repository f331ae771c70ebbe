//! The one task that owns every machine.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    sync::{broadcast, mpsc, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use tracing::{error, info};
use warmline_audio::{AudioEvent, Engine};
use warmline_call::{
    CallId, Event, Phone, PhoneConfig, Refusal, State, Tone, TransferReason,
    UserAction as CallAction,
};
use warmline_journal::{Journal, Trouble, Unfinished};
use warmline_sip::{DialogKey, SipEvent, SipRequest};

use crate::{
    action::{Done, UserAction},
    checking::{self, Checking},
    desk::{Answer, Sound},
    error::{DeskError, ErrorCode},
    event::DeskEvent,
    headset, history,
    leaving::Stopping,
    leg::Leg,
    lines::{self, LineId, Lines},
    log::LogHealth,
    media::Report,
    network::{Change, Watch},
    recovery::{Left, LeftCall, TakenUp},
    snapshot::{Note, Snapshot},
    view::{between, call_view, transfer_view},
    words,
};

/// Everything that reaches the desk.
pub(crate) struct Inbox {
    pub(crate) actions: mpsc::Receiver<(UserAction, Answer)>,
    pub(crate) sip: Vec<lines::Reports>,
    pub(crate) audio: mpsc::Receiver<AudioEvent>,
    pub(crate) reports: mpsc::Receiver<(CallId, Report)>,
    pub(crate) log: Option<LogHealth>,
    pub(crate) journal: Option<watch::Receiver<Option<Trouble>>>,
    pub(crate) unfinished: Option<watch::Receiver<Arc<[Unfinished]>>>,
    pub(crate) network: Watch,
    pub(crate) headset: Option<headset::Presses>,
}

/// What the desk commands.
pub(crate) struct Machines {
    pub(crate) engine: Engine,
    /// Where sessions report to.
    pub(crate) reports: mpsc::Sender<(CallId, Report)>,
    pub(crate) lights: Option<headset::Lights>,
}

/// Where the desk shows itself.
pub(crate) struct Outlets {
    pub(crate) snapshot: watch::Sender<Snapshot>,
    pub(crate) events: broadcast::Sender<DeskEvent>,
    pub(crate) sound: Sound,
    pub(crate) journal: Option<Journal>,
}

/// The calls, the machines they command, and what lies between them.
pub(crate) struct Running {
    pub(crate) phone: Phone,
    pub(crate) lines: Lines,
    pub(crate) machines: Machines,
    pub(crate) legs: BTreeMap<CallId, Leg>,
    /// The sessions' tasks; each ends when its leg is dropped.
    pub(crate) tasks: JoinSet<()>,
    /// What carrying out a command has brought about, to be handed to the phone next.
    pub(crate) outcomes: VecDeque<Event>,
    /// Why the action at hand was refused.
    pub(crate) refusal: Option<DeskError>,
    /// The tone of the calls that plays in the headset.
    pub(crate) tone: Option<Tone>,
    /// Until when the ring device is tried.
    pub(crate) trial: Option<Instant>,
    /// The check of the sound that goes on.
    pub(crate) checking: Option<Checking>,
    /// There is no microphone at all.
    pub(crate) no_microphone: bool,
    /// The agent looks at the sound devices.
    pub(crate) looking: bool,
    /// To be told with the next snapshot, and before what it shows by itself.
    pub(crate) pending: Vec<DeskEvent>,
    /// Calls that an earlier run left.
    pub(crate) left: Option<Left>,
    /// Those that are to be taken up as soon as there is a server for their line.
    pub(crate) to_take_up: Vec<LeftCall>,
    /// Those that are taken up.
    pub(crate) taken_up: Vec<TakenUp>,
    /// Keys of those that are dealt with.
    pub(crate) left_before: Vec<u64>,
    /// Why there is a group, if the server would not transfer.
    pub(crate) merged_instead: Option<TransferReason>,
    pub(crate) state: Snapshot,
    pub(crate) epoch: Instant,
    pub(crate) outlets: Outlets,
    pub(crate) stopping: Option<Stopping>,
}

/// The network is another one. The connection to the server comes first: an offer that goes out on a
/// dead one blocks the dialog for half a minute at the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moving {
    lost: bool,
    /// By when the connection has shown that it is well; none while it is made anew.
    pub(crate) due: Option<Instant>,
}

impl Running {
    pub(crate) fn new(
        config: PhoneConfig,
        lines: Lines,
        machines: Machines,
        outlets: Outlets,
        epoch: Instant,
    ) -> Self {
        let state = outlets.snapshot.borrow().clone();
        Self {
            phone: Phone::new(config),
            lines,
            machines,
            legs: BTreeMap::new(),
            tasks: JoinSet::new(),
            outcomes: VecDeque::new(),
            refusal: None,
            tone: None,
            trial: None,
            checking: None,
            no_microphone: false,
            looking: false,
            pending: Vec::new(),
            left: None,
            to_take_up: Vec::new(),
            taken_up: Vec::new(),
            left_before: Vec::new(),
            merged_instead: None,
            state,
            epoch,
            outlets,
            stopping: None,
        }
    }

    /// Runs until the agent quits, the last handle is gone, or the user agents have stopped; or until the
    /// sound is broken, and then without a word to anybody: whoever starts anew takes up the calls.
    pub(crate) async fn run(self, mut inbox: Inbox) {
        // A panic lets go of the lines before it lets go of what they report to.
        let mut running = self;
        running.work(&mut inbox).await;
        running.finish(inbox).await;
    }

    async fn work(&mut self, inbox: &mut Inbox) {
        self.tidy_recordings();
        let mut second = interval(STATISTICS);
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut open = true;
        loop {
            let due = self.phone.poll_timeout().map(Instant::from_std);
            let stop_by = self.stopping.as_ref().map(|stopping| stopping.by);
            let talking = self.phone.calls().any(|c| c.state() == State::Established);
            let moving = self.lines.moving();
            let recover_by = self.left.as_ref().map(|left| left.until);
            tokio::select! {
                action = inbox.actions.recv(), if open => match action {
                    Some((action, answer)) => self.act(action, answer),
                    None => {
                        open = false;
                        self.stop(None);
                    }
                },
                (line, event) = lines::next(&mut inbox.sip) => match event {
                    Some(SipEvent::Stopped) | None => {
                        if self.lines.stopped(line) {
                            break;
                        }
                    }
                    Some(event) => self.sip(line, event),
                },
                Some((call, report)) = inbox.reports.recv() => self.report(call, report),
                Some(event) = inbox.audio.recv() => {
                    if event == AudioEvent::Broken && self.stopping.is_none() {
                        self.abandon();
                        break;
                    }
                    self.audio(event);
                }
                () = until(due), if due.is_some() => self.feed(Event::Timeout),
                _ = second.tick(), if talking => {
                    self.read_statistics();
                    self.sign_of_life();
                }
                change = inbox.network.changed() => self.network_changed(change),
                heard = headset::next(&mut inbox.headset) => self.headset(heard),
                () = until(moving), if moving.is_some() => self.all_moved(),
                Some(unfinished) = news(&mut inbox.unfinished) => self.left(&unfinished),
                () = until(recover_by), if recover_by.is_some() => {
                    // Nobody has decided in time.
                    let _ = self.recover(false);
                }
                Some(ended) = self.tasks.join_next() => {
                    if let Err(error) = ended && error.is_panic() {
                        error!("a media task has failed");
                    }
                }
                Some(Some(trouble)) = news(&mut inbox.log) => self.tell_error(None, trouble),
                Some(Some(trouble)) = news(&mut inbox.journal) => {
                    self.tell_error(None, history::trouble(&trouble));
                }
                () = until(self.trial), if self.trial.is_some() => self.end_trial(),
                progress = checking::progress(&mut self.checking) => self.checked(progress),
                () = until(stop_by), if stop_by.is_some() => break,
            }
            self.publish();
        }
    }

    /// Hands `event` to the phone and carries out what comes of it, until nothing more does.
    pub(crate) fn feed(&mut self, event: Event) {
        self.outcomes.push_back(event);
        while let Some(event) = self.outcomes.pop_front() {
            let commands = self.phone.handle(Instant::now().into_std(), event);
            // What is about to be done is known to whoever comes after us.
            self.keep_calls();
            for command in commands {
                self.carry_out(command);
            }
            self.record_as_policy_says();
            self.check_gives_way();
            self.publish();
        }
    }

    fn act(&mut self, action: UserAction, answer: Answer) {
        if self.stopping.is_some() && action != UserAction::Quit {
            let error = DeskError::new(ErrorCode::Stopped, "The phone is stopping.", "");
            let _ = answer.send(Err(error));
            return;
        }
        let done = match action {
            UserAction::Quit => return self.stop(Some(answer)),
            UserAction::Dial { to, line } => self.dial(&to, line),
            UserAction::Answer(call) => self.phone(CallAction::Answer(call)),
            UserAction::Reject(call, how) => self.phone(CallAction::Reject(call, how)),
            UserAction::DoNotDisturb(on) => self.phone(CallAction::DoNotDisturb(on)),
            UserAction::Hangup(call) => self.phone(CallAction::Hangup(call)),
            UserAction::Hold(call) => self.phone(CallAction::Hold(call)),
            UserAction::Resume(call) => self.phone(CallAction::Resume(call)),
            UserAction::Mute(call, muted) => self.phone(CallAction::Mute(call, muted)),
            UserAction::Dtmf(call, digits) => self.dtmf(call, &digits),
            UserAction::Press(press) => self.press(press),
            UserAction::Dismiss(call) => self.phone(CallAction::Dismiss(call)),
            UserAction::Note { call, tried, note } => self.note(call, tried, note),
            UserAction::Consult {
                customer,
                to,
                hand_over,
            } => self.consult(customer, &to, hand_over),
            UserAction::BlindTransfer { customer, to } => self.blind_transfer(customer, &to),
            UserAction::Swap(call) => self.phone(CallAction::Swap(call)),
            UserAction::Back(call) => self.phone(CallAction::Back(call)),
            UserAction::Complete { customer, sure } => self.complete(customer, sure),
            UserAction::KeepConsulting(call) => self.phone(CallAction::KeepConsulting(call)),
            UserAction::Merge(call, with) => self.merge(call, with),
            UserAction::Leave(call) => self.leave(call),
            UserAction::PersonVolume(call, percent) => {
                self.phone(CallAction::Volume(call, percent))
            }
            UserAction::Silence(call, on) => self.phone(CallAction::Silence(call, on)),
            UserAction::Record(call, what) => self.record(call, what),
            UserAction::Follow(call, true) => self.follow(call),
            UserAction::Follow(call, false) => self.phone(CallAction::DoNotFollow(call)),
            UserAction::Recover(really) => self.recover(really),
            UserAction::Stats(call) => self.statistics_of(call),
            UserAction::Register => {
                self.lines.send_all(&SipRequest::Register);
                Ok(Done::Accepted)
            }
            UserAction::SetInput(input) => self.set_input(input),
            UserAction::SetOutput(output) => self.set_output(output),
            UserAction::SetRingOutput(output) => self.set_ring_output(output),
            UserAction::SetVolume(of, percent) => self.set_volume(of, percent),
            UserAction::SetVoice(wanted) => self.set_voice(wanted),
            UserAction::LookAtSound(looking) => self.look_at_sound(looking),
            UserAction::TryDevice(role) => self.try_device(role),
            UserAction::CheckSound(true) => self.begin_check(),
            UserAction::CheckSound(false) => {
                self.end_check();
                Ok(Done::Accepted)
            }
        };
        // Who asked may not care.
        let _ = answer.send(done);
    }

    /// Has the phone do it, and says whether it did.
    pub(crate) fn phone(&mut self, action: CallAction) -> Result<Done, DeskError> {
        self.refusal = None;
        self.feed(Event::User(action));
        self.refusal.take().map_or(Ok(Done::Accepted), Err)
    }

    fn note(&mut self, call: CallId, tried: String, note: String) -> Result<Done, DeskError> {
        let leg = self
            .legs
            .get_mut(&call)
            .ok_or_else(|| words::refusal(Refusal::NoSuchCall))?;
        leg.notes.note = Note {
            tried: tried.into(),
            note: note.into(),
        };
        // Whoever asks next, as the expert's card does, finds it.
        self.publish();
        Ok(Done::Accepted)
    }

    /// The connection to the server is looked at, and each call looks for another way of its sound.
    fn network_changed(&mut self, change: Change) {
        info!(?change, "the network is another one");
        self.lines.send_all(&SipRequest::NetworkChanged);
        let due = Some(Instant::now() + FLOW_CHECKED);
        for line in self.lines.iter_mut() {
            let before = line.moving.is_some_and(|moving| moving.lost);
            let lost = change != Change::MoreAddresses || before;
            line.moving = Some(Moving { lost, due });
        }
    }

    /// The connection to a line's server is well, or there is a new one: its calls can offer another way.
    pub(crate) fn moved(&mut self, id: LineId) {
        let line = self.lines.get_mut(id);
        if let Some(Moving { lost, .. }) = line.and_then(|line| line.moving.take()) {
            let calls = self.phone.calls().map(|call| call.id());
            let calls = calls.filter(|call| self.lines.of(*call).id == id).collect();
            self.feed(Event::NetworkChanged { calls, lost });
        }
    }

    /// The connections that have had their time to show whether they are well have it.
    fn all_moved(&mut self) {
        let now = Instant::now();
        let moved = self.lines.iter().filter(|line| {
            let due = line.moving.and_then(|moving| moving.due);
            due.is_some_and(|due| due <= now)
        });
        for line in moved.map(|line| line.id).collect::<Vec<_>>() {
            self.moved(line);
        }
    }

    /// The connection is not there: what the calls of the line would offer would be lost.
    pub(crate) fn not_moved_yet(&mut self, id: LineId) {
        let line = self.lines.get_mut(id);
        if let Some(moving) = line.and_then(|line| line.moving.as_mut()) {
            moving.due = None;
        }
    }

    /// Brings snapshot and events in line with the machines.
    pub(crate) fn publish(&mut self) {
        let mut news = Vec::new();
        let mut calls = Vec::new();
        for call in self.phone.calls().filter(|c| !c.is_hidden()) {
            let leg = self.legs.entry(call.id()).or_default();
            leg.notes.began.get_or_insert_with(SystemTime::now);
            let line = self.lines.of(call.id()).id;
            let mut view = call_view(call, line, &leg.notes, self.epoch);
            leg.recorded.show(self.lines.of(call.id()), &mut view);
            let before = self.state.call(view.id);
            if before.is_none_or(|before| before.state != view.state) {
                info!(call = %view.id, line = %view.line, direction = ?view.direction, state = ?view.state, "call");
            }
            news.extend(between(before, &view));
            calls.push(view);
        }
        self.legs.retain(|id, _| self.phone.call(*id).is_some());
        self.state.calls = calls;
        self.state.lines = self.lines.views();
        if let Some(first) = self.state.lines.first() {
            self.state.registration = first.registration.clone();
        }
        self.state.focus = self.phone.focus();
        self.state.do_not_disturb = self.phone.do_not_disturb();
        let transfers = self.phone.transfers();
        self.state.transfers = transfers.map(|t| transfer_view(t, self.epoch)).collect();
        self.state.group = self.group_view();
        self.state.at = self.epoch.elapsed();
        let state = &self.state;
        if let Some(lights) = &mut self.machines.lights {
            lights.show(state);
        }
        self.outlets.snapshot.send_if_modified(|shown| {
            let same = Snapshot {
                at: state.at,
                ..shown.clone()
            } == *state;
            if !same {
                *shown = state.clone();
            }
            !same
        });
        for event in self.pending.drain(..).chain(news).collect::<Vec<_>>() {
            if let DeskEvent::Ended { call, .. } = event {
                self.remember(call);
            }
            self.tell(event);
        }
    }

    fn remember(&self, call: CallId) {
        let past = self.state.call(call).and_then(history::past_call);
        if let Some((journal, mut past)) = self.outlets.journal.as_ref().zip(past) {
            // The INVITE of a call that was taken up again is not there to say it.
            let kept = self.legs.get(&call).and_then(|leg| leg.kept.as_ref());
            past.queue = past
                .queue
                .or_else(|| kept.and_then(|kept| kept.queue.clone()));
            journal.close(call.get(), past);
        }
    }

    pub(crate) fn tell(&self, event: DeskEvent) {
        // Nobody may be listening.
        let _ = self.outlets.events.send(event);
    }

    pub(crate) fn tell_error(&self, call: Option<CallId>, error: DeskError) {
        info!(
            call = call.map(CallId::get),
            code = error.code.as_str(),
            "told the agent"
        );
        self.tell(DeskEvent::Error { call, error });
    }

    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.outlets.journal.as_ref()
    }

    /// When, counted from the start of the desk.
    pub(crate) fn since_start(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.epoch)
    }

    /// How long the desk has been running.
    pub(crate) fn age(&self) -> Duration {
        self.epoch.elapsed()
    }
}

/// The SIP dialog of a call; both go by the same number.
pub(crate) fn dialog(call: CallId) -> DialogKey {
    DialogKey(call.get())
}

/// The call of a SIP dialog.
pub(crate) fn call_of(dialog: DialogKey) -> CallId {
    CallId::new(dialog.0)
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// What a watch says next. None once it says nothing more; without a watch it never comes.
async fn news<T: Clone>(watch: &mut Option<watch::Receiver<T>>) -> Option<T> {
    match watch {
        Some(of) => {
            if of.changed().await.is_err() {
                *watch = None;
                return None;
            }
            Some(of.borrow_and_update().clone())
        }
        None => std::future::pending().await,
    }
}

/// How often statistics of established calls are read.
const STATISTICS: Duration = Duration::from_secs(1);

/// How long the user agent takes to see whether its connection is well.
const FLOW_CHECKED: Duration = Duration::from_millis(1_200);
