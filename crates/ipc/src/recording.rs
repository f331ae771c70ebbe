use serde::{Deserialize, Serialize};
use warmline_desk::{CallView, Record, RecordingFailure, RecordingView};

/// How the recording of a call stands, where it may be recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiRecording {
    /// What it does.
    pub state: UiRecordingState,
    /// Why it could not go on, if it could not.
    pub failure: Option<UiRecordingFailure>,
    /// Policy wants it: it can be paused, not stopped.
    pub stays: bool,
}

/// What a recording does.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiRecordingState {
    /// There is none.
    Off,
    /// All are told that there will be one.
    Announcing,
    /// It records.
    On,
    /// It goes on by itself when the agent hears the call again.
    Waiting,
    /// The agent has paused it.
    Paused,
    /// It could not go on; another one may be tried.
    Failed,
}

/// Why a recording could not go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiRecordingFailure {
    /// The disk is full.
    DiskFull,
    /// The folder is not there.
    FolderGone,
    /// The folder may not be written.
    NotPermitted,
    /// The file is as long as it can be.
    TooLong,
    /// The sentence that announces it cannot be played.
    Announcement,
    /// Something else.
    Other,
}

/// What is to become of a recording.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiRecord {
    /// Begin it.
    Start,
    /// Keep nothing of what is said from now on.
    Pause,
    /// Go on.
    Resume,
    /// End it.
    Stop,
}

impl From<&RecordingFailure> for UiRecordingFailure {
    fn from(failure: &RecordingFailure) -> Self {
        match failure {
            RecordingFailure::DiskFull => Self::DiskFull,
            RecordingFailure::FolderGone => Self::FolderGone,
            RecordingFailure::NotPermitted => Self::NotPermitted,
            RecordingFailure::TooLong => Self::TooLong,
            RecordingFailure::Sentence(_) => Self::Announcement,
            RecordingFailure::Other(_) => Self::Other,
        }
    }
}

impl From<UiRecord> for Record {
    fn from(what: UiRecord) -> Self {
        match what {
            UiRecord::Start => Self::Start,
            UiRecord::Pause => Self::Pause,
            UiRecord::Resume => Self::Resume,
            UiRecord::Stop => Self::Stop,
        }
    }
}

/// The recording of a call as the pages show it; none where there may be none, or the call is over.
pub(crate) fn recording(view: &CallView) -> Option<UiRecording> {
    use UiRecordingState as State;
    let (state, failure) = match &view.recording {
        _ if view.ending.is_some() => return None,
        RecordingView::NotAllowed => return None,
        RecordingView::Off => (State::Off, None),
        RecordingView::Announcing => (State::Announcing, None),
        RecordingView::On => (State::On, None),
        RecordingView::Waiting => (State::Waiting, None),
        RecordingView::Paused => (State::Paused, None),
        RecordingView::Failed { failure, .. } => (State::Failed, Some(failure.into())),
    };
    Some(UiRecording {
        state,
        failure,
        stays: view.recording_stays,
    })
}

#[cfg(test)]
mod tests {
    use warmline_desk::{EndReason, Ending};

    use super::*;
    use crate::presenter::tests::call;

    #[test]
    fn nothing_is_shown_where_nothing_may_be_recorded() {
        let mut view = call();
        assert_eq!(recording(&view), None);
        view.recording = RecordingView::On;
        let shown = recording(&view).expect("it is allowed");
        assert_eq!(shown.state, UiRecordingState::On);
        view.ending = Some(Ending {
            reason: EndReason::HungUp,
            status: None,
            detail: None,
            at: std::time::Duration::ZERO,
        });
        assert_eq!(recording(&view), None);
    }

    #[test]
    fn what_went_wrong_is_told() {
        let mut view = call();
        view.recording = RecordingView::Failed {
            failure: RecordingFailure::DiskFull,
            why: "The call is no longer recorded: the disk is full.".into(),
        };
        let shown = recording(&view).expect("it is allowed");
        assert_eq!(shown.state, UiRecordingState::Failed);
        assert_eq!(shown.failure, Some(UiRecordingFailure::DiskFull));
    }
}
