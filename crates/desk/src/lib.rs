//! The whole phone without a window: runs the machines of calls, SIP, media and
//! sound, and carries out their commands.
//!
//! [`start`] runs one task that owns every machine. Everybody else holds a
//! [`Desk`]: actions go in through [`Desk::send`], the state comes out as a
//! [`Snapshot`] in a watch, and what happened as a stream of [`DeskEvent`]s.
//! A [`Profile`] says who the agent is and where the server; [`log`] writes a
//! log that holds neither people nor secrets.

// The far end of the tests is written for those outside.
#[cfg(test)]
extern crate self as warmline_desk;

mod action;
mod ask;
mod at_rest;
mod carry;
pub mod check;
mod checking;
mod config;
mod desk;
mod devices;
pub mod doctor;
mod error;
mod event;
mod headset;
mod hear;
mod history;
mod kept;
mod keychain;
mod leaving;
mod leg;
mod lines;
pub mod log;
mod media;
pub mod network;
pub mod number;
pub mod office;
pub mod press;
pub mod profile;
mod recording;
mod recovery;
mod restarts;
mod run;
mod snapshot;
mod sound;
mod termination;
pub mod told;
mod transfer;
mod view;
mod words;

#[cfg(test)]
#[path = "../tests/peer/mod.rs"]
mod peer;
#[cfg(test)]
mod stage;

pub use action::{Done, Record, Reply, UserAction};
pub use at_rest::AtRest;
pub use config::{DeskConfig, LineConfig};
pub use desk::{Desk, devices, start};
pub use error::{DeskError, ErrorCode};
pub use event::{DeskEvent, DeviceRole, DeviceState, Holder, Loudness};
pub use kept::Kept;
pub use lines::LineId;
pub use profile::{Profile, instance::state_folder};
pub use restarts::Restarts;
pub use snapshot::{
    CallView, CheckView, DeviceView, Ending, GroupView, HeadsetState, HeadsetView, LineView, Note,
    RecordingView, RecoveryView, ReferralView, Registration, Snapshot, TransferView,
};
pub use sound::choices;
pub use termination::terminated;

/// Who can help, as Microsoft Graph tells it.
pub mod experts {
    pub use warmline_entra::{Consent, Scope, Unlocks, WhoMayConsent};
    pub use warmline_graph::*;
}

/// Signing in with Microsoft Entra ID.
pub mod sign_in {
    pub use warmline_entra::keychain::{KeychainError, START as KEYCHAIN_START};
    pub use warmline_entra::{Account, Keeping, Opener, State, Way, Why};
}

pub use warmline_audio::{
    Announcement, DeviceChoice, DeviceInfo, Devices, EngineConfig, EngineStats, Input, Levels,
    NoiseSuppression, Output, Processing, RecordingFailure, RecordingFormat, Refusal, Region,
    RingFault, RingProof, Role, Volumes,
};
pub use warmline_call::{
    CallId, Direction, EndReason, Hold, How, MediaFailure, Party, Phase, PhoneConfig, Referrals,
    Rejection, State, Suspicion, TransferNews, TransferReason,
};
pub use warmline_journal as journal;
pub use warmline_media::{Codec, Stats, quality};
pub use warmline_policy as policy;
pub use warmline_sip::{
    Invite, NameAddr, Token,
    redact::{Pii, Secret},
};
