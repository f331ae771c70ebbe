//! Records calls, where the policy of their line allows it. Without it nothing here touches a file.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, SystemTime},
};

use tracing::{info, warn};
use warmline_audio::{
    Recording, RecordingConfig, RecordingFailure, RecordingId, RecordingState, RecordingStatus,
    tidy_recordings,
};
use warmline_call::{CallId, How, Refusal, State, Transfer};

use crate::{
    action::{Done, Record},
    error::{DeskError, ErrorCode},
    lines::Line,
    media::Report,
    profile::RecordingStart,
    run::Running,
    snapshot::{CallView, RecordingView},
    words,
};

/// What the desk knows of the recordings of one call.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    now: Option<Now>,
    /// Why the last one could not go on.
    failed: Option<RecordingFailure>,
    /// The files so far, by the recordings they are of.
    files: Vec<(RecordingId, String)>,
    /// Policy has had its recording of this call.
    begun: bool,
    /// It is, or was, with an expert for whom a customer waits.
    consult: bool,
}

/// The recording under way.
#[derive(Debug)]
struct Now {
    recording: Recording,
    state: RecordingState,
    paused: bool,
    /// The agent knows that the disk is too slow.
    lost_told: bool,
}

impl Recorded {
    /// The call has no sound any more.
    pub(crate) fn end(&mut self) {
        self.now = None;
    }

    /// Shows it, as the line's policy lets it be.
    pub(crate) fn show(&self, line: &Line, view: &mut CallView) {
        view.recordings = self.files.iter().map(|(_, file)| file.clone()).collect();
        view.recording_stays = is_always(line);
        view.recording = match &self.now {
            None if !self.is_allowed(line) => RecordingView::NotAllowed,
            Some(Now { paused: true, .. }) => RecordingView::Paused,
            Some(now) => match now.state {
                RecordingState::Opening | RecordingState::Announcing => RecordingView::Announcing,
                RecordingState::On | RecordingState::Paused => RecordingView::On,
                RecordingState::Waiting => RecordingView::Waiting,
                RecordingState::Saved | RecordingState::Failed(_) => RecordingView::Off,
            },
            None => match &self.failed {
                Some(failure) => RecordingView::Failed {
                    failure: failure.clone(),
                    why: failed(failure).what,
                },
                None => RecordingView::Off,
            },
        };
    }

    fn is_allowed(&self, line: &Line) -> bool {
        let policy = line.recording.as_ref();
        policy.is_some_and(|policy| policy.consults || !self.consult)
    }

    fn keep_name(&mut self, id: RecordingId, file: String) {
        match self.files.iter_mut().find(|(of, _)| *of == id) {
            Some((_, name)) => *name = file,
            None => self.files.push((id, file)),
        }
    }
}

impl Running {
    pub(crate) fn record(&mut self, call: CallId, what: Record) -> Result<Done, DeskError> {
        let leg = self.legs.get_mut(&call);
        let leg = leg.ok_or_else(|| words::refusal(Refusal::NoSuchCall))?;
        let line = self.lines.of(call);
        // What is under way can be paused and stopped, whatever the call has become meanwhile.
        if leg.recorded.now.is_none() && !leg.recorded.is_allowed(line) {
            return Err(not_allowed(
                leg.recorded.consult && line.recording.is_some(),
            ));
        }
        match (what, &mut leg.recorded.now) {
            (Record::Start, None) => {
                let established = |call| self.phone.call(call).map(|call| call.state());
                if established(call) != Some(State::Established) {
                    return Err(words::refusal(Refusal::NotEstablished));
                }
                self.begin_recording(call)?;
            }
            (Record::Start, Some(_)) => return Err(not_now("This call is recorded already.")),
            (_, None) => return Err(not_now("This call is not recorded.")),
            (Record::Pause | Record::Resume, Some(now)) => {
                now.paused = what == Record::Pause;
                now.recording.set_paused(now.paused);
            }
            (Record::Stop, Some(_)) if is_always(line) => {
                return Err(DeskError::new(
                    ErrorCode::RecordingNotAllowed,
                    "Every call on this line is recorded.",
                    "You can pause the recording, but not stop it.",
                ));
            }
            (Record::Stop, Some(_)) => {
                leg.recorded.end();
                if let Some(media) = &leg.media {
                    media.session.set_recorded(None);
                }
            }
        }
        self.publish();
        Ok(Done::Accepted)
    }

    /// Begins the recordings that policy wants, once for each call.
    pub(crate) fn record_as_policy_says(&mut self) {
        let consults =
            |transfer: &&Transfer| matches!(transfer.how(), How::Consult | How::HandOver);
        for transfer in self.phone.transfers().filter(consults) {
            // Whoever is consulted once stays an expert, also in a group with the customer.
            let leg = transfer.expert().and_then(|call| self.legs.get_mut(&call));
            if let Some(leg) = leg {
                leg.recorded.consult = true;
            }
        }
        let wanted = |call: &CallId| {
            let line = self.lines.of(*call);
            let recorded = self.legs.get(call).map(|leg| &leg.recorded);
            is_always(line)
                && recorded.is_some_and(|recorded| recorded.is_allowed(line) && !recorded.begun)
        };
        let talking = |call: &&warmline_call::Call| {
            call.state() == State::Established && call.connected() && !call.recovering()
        };
        let calls = self.phone.calls().filter(talking).map(|call| call.id());
        for call in calls.filter(wanted).collect::<Vec<_>>() {
            if let Some(leg) = self.legs.get_mut(&call) {
                leg.recorded.begun = true;
            }
            if let Err(error) = self.begin_recording(call) {
                self.tell_error(Some(call), error);
            }
        }
    }

    /// How long recordings stay in a folder; without end if none. Where lines share one nothing goes sooner
    /// than each of them wants.
    fn kept_in(&self, folder: &Path) -> Option<Duration> {
        let policies = self.lines.iter().filter_map(|line| line.recording.as_ref());
        let there = policies.filter(|policy| policy.folder == folder);
        let keep: Option<Vec<Duration>> = there.map(|policy| policy.keep).collect();
        keep?.into_iter().max()
    }

    fn begin_recording(&mut self, call: CallId) -> Result<(), DeskError> {
        let policy = self.lines.of(call).recording.as_ref();
        let keep = policy.and_then(|policy| self.kept_in(&policy.folder));
        let leg = self.legs.get_mut(&call);
        let policy = self.lines.of(call).recording.as_ref();
        let Some((leg, policy)) = leg.zip(policy) else {
            return Err(not_allowed(false));
        };
        let Some(media) = &leg.media else {
            return Err(words::refusal(Refusal::NotEstablished));
        };
        let config = RecordingConfig {
            folder: policy.folder.clone(),
            format: policy.format,
            announce: policy.announce.clone(),
            keep,
            began: SystemTime::now(),
            call: call.get(),
        };
        let recording = self.machines.engine.record(config);
        let recording = recording.map_err(|error| words::sound(&error))?;
        let id = recording.id();
        media.session.set_recorded(Some(id));
        let mut status = recording.status();
        let reports = self.machines.reports.clone();
        // It ends with the file, so that the desk does not stop before that is finished.
        self.tasks.spawn(async move {
            loop {
                let now = status.borrow_and_update().clone();
                // When nobody listens any more, the file is finished all the same.
                let _ = reports.send((call, Report::Recording(id, now))).await;
                if status.changed().await.is_err() {
                    return;
                }
            }
        });
        leg.recorded.failed = None;
        leg.recorded.now = Some(Now {
            recording,
            state: RecordingState::Opening,
            paused: false,
            lost_told: false,
        });
        info!(%call, "recorded from now on");
        Ok(())
    }

    pub(crate) fn recording_stands(
        &mut self,
        call: CallId,
        id: RecordingId,
        status: RecordingStatus,
    ) {
        let Some(leg) = self.legs.get_mut(&call) else {
            return;
        };
        let recorded = &mut leg.recorded;
        if let Some(file) = status.file {
            recorded.keep_name(id, file);
        }
        let now = recorded.now.as_mut();
        let now = now.filter(|now| now.recording.id() == id);
        let is_now = now.is_some();
        let mut tell = None;
        if let Some(now) = now {
            if status.lost_ms > 0 && !std::mem::replace(&mut now.lost_told, true) {
                warn!(%call, "the disk is too slow for the recording");
                tell = Some(lost());
            }
            now.state = status.state.clone();
        }
        if let RecordingState::Failed(failure) = status.state {
            warn!(%call, %failure, "the recording could not go on");
            tell = Some(failed(&failure));
            if is_now {
                recorded.end();
                recorded.failed = Some(failure);
                if let Some(media) = &leg.media {
                    media.session.set_recorded(None);
                }
            }
        }
        self.publish();
        if let Some(error) = tell {
            self.tell_error(Some(call), error);
        }
    }

    /// Finishes what an earlier run has left, and removes what is too old.
    pub(crate) fn tidy_recordings(&mut self) {
        let policies = self.lines.iter().filter_map(|line| line.recording.as_ref());
        let folders: BTreeSet<_> = policies.map(|policy| policy.folder.clone()).collect();
        for folder in folders {
            let keep = self.kept_in(&folder);
            self.tasks.spawn_blocking(move || {
                match tidy_recordings(&folder, keep, SystemTime::now()) {
                    Ok(finished) if finished.is_empty() => {}
                    Ok(finished) => info!(
                        count = finished.len(),
                        "recordings that were left are finished"
                    ),
                    Err(error) => warn!(%error, "the folder of recordings cannot be looked at"),
                }
            });
        }
    }
}

/// Whether policy wants every call on the line recorded.
fn is_always(line: &Line) -> bool {
    let policy = line.recording.as_ref();
    policy.is_some_and(|policy| policy.start == RecordingStart::Always)
}

fn not_allowed(consult: bool) -> DeskError {
    let what = if consult {
        "Calls with experts are not recorded on this line."
    } else {
        "Recording is not allowed on this line."
    };
    DeskError::new(
        ErrorCode::RecordingNotAllowed,
        what,
        "Your administrator decides that.",
    )
}

fn not_now(what: &str) -> DeskError {
    DeskError::new(ErrorCode::NotNow, what, "")
}

fn lost() -> DeskError {
    DeskError::new(
        ErrorCode::RecordingFailed,
        "The disk is too slow for the recording: some of it is missing.",
        "The recording and the call go on. Tell your administrator.",
    )
}

/// Why a recording could not go on, and that the call does.
fn failed(failure: &RecordingFailure) -> DeskError {
    let what = match failure {
        RecordingFailure::DiskFull => {
            "The call is no longer recorded: the disk is full.".to_owned()
        }
        RecordingFailure::FolderGone => {
            "The call is not recorded: the folder for recordings is not there.".to_owned()
        }
        RecordingFailure::NotPermitted => {
            "The call is not recorded: the folder for recordings may not be written.".to_owned()
        }
        RecordingFailure::TooLong => {
            "The call is no longer recorded: the file is as long as it can be.".to_owned()
        }
        RecordingFailure::Sentence(_) => {
            "The call is not recorded: the sentence that announces it cannot be played.".to_owned()
        }
        RecordingFailure::Other(why) => format!("The call is no longer recorded: {why}."),
    };
    DeskError::new(
        ErrorCode::RecordingFailed,
        what,
        "The call goes on, and what was recorded is kept. Tell your administrator.",
    )
}
