use serde::{Deserialize, Serialize};
use warmline_desk::{CallView, Record, RecordingView};

/// How the recording of a call stands, where it may be recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiRecording {
    /// What it does.
    pub state: UiRecordingState,
    /// The same in a few words.
    pub words: String,
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
    let (state, words) = match &view.recording {
        _ if view.ending.is_some() => return None,
        RecordingView::NotAllowed => return None,
        RecordingView::Off => (State::Off, "Not recorded"),
        RecordingView::Announcing => (State::Announcing, "Recording is being announced"),
        RecordingView::On => (State::On, "Recording"),
        RecordingView::Waiting => (State::Waiting, "Recording goes on when you talk again"),
        RecordingView::Paused => (State::Paused, "Recording paused"),
        RecordingView::Failed { why } => (State::Failed, why.as_str()),
    };
    Some(UiRecording {
        state,
        words: words.to_owned(),
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
        assert_eq!(recording(&view).expect("it is allowed").words, "Recording");
        view.ending = Some(Ending {
            reason: EndReason::HungUp,
            status: None,
            detail: None,
            at: std::time::Duration::ZERO,
        });
        assert_eq!(recording(&view), None);
    }

    #[test]
    fn what_went_wrong_is_said_as_the_desk_says_it() {
        let mut view = call();
        let why = "The call is no longer recorded: the disk is full.";
        view.recording = RecordingView::Failed { why: why.into() };
        let shown = recording(&view).expect("it is allowed");
        assert_eq!(
            (shown.state, shown.words.as_str()),
            (UiRecordingState::Failed, why)
        );
    }
}
