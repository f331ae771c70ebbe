//! The check before a shift, beside a phone that runs.

use std::{future::pending, sync::Arc};

use tokio::{sync::mpsc, task::JoinSet, time::Instant};
use tracing::error;
use warmline_audio::{AudioEvent, Refusal, Trial};
use warmline_call::State;
use warmline_media::MediaConfig;

use crate::{
    action::Done,
    check::{self, Event, Flow, Prompt},
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
    /// `known` is what the engine has said of the devices before, and `refusal` why a microphone could not be
    /// used then.
    fn start(
        trial: Trial,
        known: Vec<Event<'static>>,
        refusal: Option<Refusal>,
        media: Option<MediaConfig>,
    ) -> Self {
        let (devices, mut happened) = mpsc::channel(MOST);
        let (tell, prompts) = mpsc::channel(MOST);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut known = known;
            let devices = || {
                let mut events = std::mem::take(&mut known);
                while let Ok(event) = happened.try_recv() {
                    events.push(event);
                }
                events
            };
            let told = |prompt| {
                // There are fewer prompts than there is room.
                let _ = tell.try_send(prompt);
            };
            let flow = Flow::new(Instant::now().into_std()).remembering(refusal);
            check::on_devices(trial, flow, media.as_ref(), devices, told).await
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

/// The name of a device that is open or was given, for of that the engine says nothing more; of others it
/// says what becomes of them as soon as the check needs them.
fn known(view: &DeviceView) -> Option<String> {
    let name = view.name.clone();
    name.filter(|_| match view.state {
        DeviceState::InUse | DeviceState::StandIn | DeviceState::None => true,
        DeviceState::Lost | DeviceState::Denied | DeviceState::Closed => false,
    })
}

/// What a check comes to next.
pub(crate) async fn progress(checking: &mut Option<Checking>) -> Progress {
    match checking {
        Some(checking) => checking.progress().await,
        None => pending().await,
    }
}

impl Running {
    /// Begins a check, from the beginning if one goes on already. What is tried otherwise ends.
    pub(crate) fn begin_check(&mut self) -> Result<Done, DeskError> {
        if self.needs_devices() {
            return Err(DeskError::new(
                ErrorCode::NotNow,
                "You are in a call.",
                "Check your sound when it is over.",
            ));
        }
        self.end_trials();
        let trial = self.machines.engine.try_devices();
        let trial = trial.map_err(|error| words::sound(&error))?;
        let (microphone, speaker) = (&self.state.microphone, &self.state.speaker);
        let known_microphone = known(microphone).map(|name| Event::Microphone(Some(name)));
        let known_speaker = known(speaker).map(|name| Event::Speaker(Some(name)));
        let known = known_microphone.into_iter().chain(known_speaker).collect();
        let refusal = microphone.refusal.clone();
        let media = self.lines.iter().next().map(|line| line.media.clone());
        self.checking = Some(Checking::start(trial, known, refusal, media));
        self.state.check = Some(CheckView::Opening);
        Ok(Done::Accepted)
    }

    /// The agent has seen enough of it, or something else goes first.
    pub(crate) fn end_check(&mut self) {
        self.checking = None;
        self.state.check = None;
    }

    /// A call needs the devices, and the agent.
    pub(crate) fn check_gives_way(&mut self) {
        if self.state.check.is_some() && self.needs_devices() {
            self.end_check();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::DeviceRole, stage};

    #[tokio::test]
    async fn a_check_and_a_trial_end_each_other_and_the_end_of_the_phone_ends_both() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = stage::still(folder.path());
        let checks = |running: &Running| {
            assert_eq!(running.checking.is_some(), running.state.check.is_some());
            running.checking.is_some()
        };
        for role in [DeviceRole::Ringer, DeviceRole::Speaker] {
            running.try_device(role).unwrap();
            assert!(running.trial.is_some() || role == DeviceRole::Speaker);
            running.begin_check().unwrap();
            assert!(checks(&running) && running.trial.is_none());
            running.try_device(role).unwrap();
            assert!(!checks(&running));
        }
        running.begin_check().unwrap();
        running.stop(None);
        assert!(!checks(&running));
    }

    #[test]
    fn of_a_device_that_is_closed_or_missing_nothing_is_known_before_the_engine_says_it() {
        let of = |state| {
            let name = Some("Headset".into());
            let view = DeviceView {
                name,
                state,
                ..DeviceView::default()
            };
            known(&view).is_some()
        };
        let [open, given] = [DeviceState::InUse, DeviceState::None].map(of);
        assert!(open && given && of(DeviceState::StandIn));
        let unknown = [DeviceState::Closed, DeviceState::Denied, DeviceState::Lost];
        assert_eq!(unknown.map(of), [false; 3]);
        assert_eq!(known(&DeviceView::default()), None);
    }
}
