//! The check before a shift, beside a phone that runs.

use std::{future::pending, sync::Arc};

use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Duration, Instant},
};
use tracing::error;
use warmline_audio::{AudioEvent, Trial};
use warmline_call::State;
use warmline_media::MediaConfig;

use crate::{
    action::Done,
    check::{self, Event, Prompt},
    doctor::Finding,
    error::{DeskError, ErrorCode},
    event::DeviceState,
    run::Running,
    snapshot::{CheckView, DeviceView},
    words,
};

/// A check that goes on. It ends when this is dropped.
pub(crate) struct Checking {
    task: JoinSet<Vec<Finding>>,
    prompts: mpsc::Receiver<Prompt>,
    devices: mpsc::Sender<Event<'static>>,
}

/// What there is to show of it.
pub(crate) enum Progress {
    Asks(Prompt),
    Over(Vec<Finding>),
    /// It has broken off.
    Failed,
}

impl Checking {
    /// `known` is what there is to be said of the devices unless they say otherwise themselves.
    fn start(trial: Trial, known: Vec<Event<'static>>, media: Option<MediaConfig>) -> Self {
        let (devices, mut happened) = mpsc::channel(MOST);
        let (tell, prompts) = mpsc::channel(MOST);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let begun = Instant::now();
            let mut known = known;
            let devices = || {
                let mut events: Vec<Event<'static>> = Vec::new();
                while let Ok(event) = happened.try_recv() {
                    known.retain(|known| !is_of_same(known, &event));
                    events.push(event);
                }
                // Those that are open already say nothing.
                if begun.elapsed() > SPEAK_WITHIN {
                    events.append(&mut known);
                }
                events
            };
            let told = |prompt| {
                // There are fewer prompts than there is room.
                let _ = tell.try_send(prompt);
            };
            check::on_devices(trial, media.as_ref(), devices, told).await
        });
        Self {
            task,
            prompts,
            devices,
        }
    }

    /// The engine says something of its devices.
    fn hear(&self, event: &AudioEvent) {
        if let Some(event) = check::of_device(event) {
            // A check that is over hears nothing; devices do not change so often.
            let _ = self.devices.try_send(event);
        }
    }

    async fn progress(&mut self) -> Progress {
        tokio::select! {
            biased;
            Some(prompt) = self.prompts.recv() => Progress::Asks(prompt),
            Some(done) = self.task.join_next() => match done {
                Ok(findings) => Progress::Over(findings),
                Err(error) => {
                    error!(panic = error.is_panic(), "the check of the sound has broken off");
                    Progress::Failed
                }
            },
            else => pending().await,
        }
    }
}

fn is_of_same(known: &Event<'_>, event: &Event<'_>) -> bool {
    let is_speaker = |event: &Event<'_>| matches!(event, Event::Speaker(_));
    is_speaker(known) == is_speaker(event)
}

/// What a check comes to next.
pub(crate) async fn progress(checking: &mut Option<Checking>) -> Progress {
    match checking {
        Some(checking) => checking.progress().await,
        None => pending().await,
    }
}

impl Running {
    /// Begins a check, from the beginning if one goes on already.
    pub(crate) fn begin_check(&mut self) -> Result<Done, DeskError> {
        if self.needs_devices() {
            return Err(DeskError::new(
                ErrorCode::NotNow,
                "You are in a call.",
                "Check your sound when it is over.",
            ));
        }
        let trial = self.machines.engine.try_devices();
        let trial = trial.map_err(|error| words::sound(&error))?;
        let named = |view: &DeviceView| {
            let there = view.state != DeviceState::Lost;
            view.name.clone().filter(|_| there)
        };
        let known = vec![
            Event::Microphone(named(&self.state.microphone)),
            Event::Speaker(named(&self.state.speaker)),
        ];
        let media = self.lines.iter().next().map(|line| line.media.clone());
        self.checking = Some(Checking::start(trial, known, media));
        self.state.check = Some(CheckView::Opening);
        Ok(Done::Accepted)
    }

    /// The agent has seen enough of it.
    pub(crate) fn end_check(&mut self) -> Result<Done, DeskError> {
        self.checking = None;
        self.state.check = None;
        Ok(Done::Accepted)
    }

    /// A call needs the devices, and the agent.
    pub(crate) fn check_gives_way(&mut self) {
        if self.state.check.is_some() && self.needs_devices() {
            let _ = self.end_check();
        }
    }

    pub(crate) fn check_hears(&self, event: &AudioEvent) {
        if let Some(checking) = &self.checking {
            checking.hear(event);
        }
    }

    pub(crate) fn checked(&mut self, progress: Progress) {
        self.state.check = match progress {
            Progress::Asks(prompt) => Some(CheckView::Asks(prompt)),
            Progress::Over(findings) => {
                self.checking = None;
                Some(CheckView::Over(Arc::from(findings)))
            }
            Progress::Failed => {
                self.checking = None;
                let what = "The check of your sound has broken off.";
                let error = DeskError::new(ErrorCode::NotNow, what, "Begin it again.");
                self.tell_error(None, error);
                None
            }
        };
    }

    fn needs_devices(&self) -> bool {
        let mut calls = self.phone.calls();
        calls.any(|call| !matches!(call.state(), State::Ended(_)))
    }
}

/// More than can be said before it is heard.
const MOST: usize = 16;
/// A device that is opened says so by then.
const SPEAK_WITHIN: Duration = Duration::from_millis(1_500);
