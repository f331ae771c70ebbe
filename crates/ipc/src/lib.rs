//! Owns what crosses to the window's pages: snapshots and errors out, actions in.
//!
//! The types are written once, here. Their TypeScript is committed as `ui/src/ipc/bindings.ts`; a
//! test fails when it is stale. A [`Presenter`] makes the pages' snapshots of the desk's. What happened
//! crosses as an enum with its values, which the pages say in their language. The texts that cross are
//! names, numbers and what a server said, and English for who looks after the phone: the pages show them
//! as they come, and never decide by reading one.

mod action;
#[cfg(test)]
mod bindings;
mod call;
mod check;
mod desktop;
mod details;
mod devices;
mod ending;
mod error;
pub mod first_run;
mod history;
mod limits;
mod number;
mod office;
mod party;
mod people;
mod phone;
mod presence;
mod presenter;
mod quality;
mod recent;
mod recording;
mod registration;
mod settings;
mod sign_in;
mod snapshot;
mod sound;
mod transfer;

pub use action::{Asked, UiAction, UiRejection};
pub use check::{UiCheck, UiCheckStep, UiFinding, UiSubject, UiTold, UiVerdict};
pub use desktop::{
    UiAskedBy, UiConflict, UiDeed, UiDesktop, UiDialRequest, UiOpenLinks, UiShortcut, UiTongue,
};
pub use devices::EVERYWHERE;
pub use ending::{UiEndReason, UiEnding};
pub use error::{UiError, UiErrorCode};
pub use history::{LookBack, UiFilter, UiFound, UiPlace, UiSearch};
pub use number::{UiNumber, UiNumberKind};
pub use office::Open;
pub use people::{
    PeoplePresenter, UiBlocked, UiBlockedKind, UiCard, UiCardState, UiConsent, UiNote, UiPeople,
    UiPerson, UiPresence, UiUnlocks,
};
pub use phone::{Phone, PhoneNews};
pub use presence::{UiDoing, UiReason};
pub use presenter::Presenter;
pub use quality::{
    UiAlarm, UiDelay, UiDelayPart, UiDelayPlace, UiFigures, UiQuality, UiQualityLevel,
    UiSoundTrouble,
};
pub use recent::{
    UiHow, UiOutcome, UiRecent, UiStep, UiStepKind, UiTransferOutcome, UiTransferred,
};
pub use recording::{UiRecord, UiRecording, UiRecordingFailure, UiRecordingState};
pub use settings::{UiAbout, UiMode, UiTextSize, UiTheme, UiWindow, UiWindowSetting, WindowAsk};
pub use sign_in::{UiLine, UiSignIn, UiSignInState, UiSignInWhy};
pub use snapshot::{
    UiAccount, UiCall, UiCallState, UiDetail, UiDetailKind, UiDetailName, UiDirection,
    UiDivertedFor, UiFirstRun, UiHold, UiKeeps, UiNotice, UiNoticeKind, UiParty, UiProblem,
    UiProblemKind, UiReachability, UiRegistration, UiShown, UiSnapshot,
};
pub use sound::{
    UiDevice, UiDeviceChoice, UiDeviceChoices, UiDeviceRole, UiDeviceState, UiHeadset,
    UiHeadsetState, UiLoudness, UiNoiseSuppression, UiSound, UiVoice, UiVoicePart,
};
pub use transfer::{
    UiGroup, UiHears, UiRecovery, UiReferral, UiSuspicion, UiTalkingTo, UiTransfer,
    UiTransferPhase, UiTransferTrouble,
};
