//! The agent's calls: what state each is in and what must happen next.
//!
//! [`Phone`] performs no I/O, reads no clock and holds no SDP. Feed it an
//! [`Event`], carry out every [`Command`] it returns in the order given, and
//! feed back what came of them. When [`Phone::poll_timeout`] comes, feed it
//! [`Event::Timeout`].
//!
//! One call is one SIP dialog usage (with all the forks of one INVITE) and one
//! media session; all three go by the same [`CallId`], which the caller picks.
//! At most one call has the agent's ears and voice, the one in [focus](Phone::focus); or a
//! [group](Phone::group) of calls whose people hear each other.
//!
//! A [`Transfer`] holds a customer and an expert together until the server says that it has
//! connected them. Whatever fails before that, both are still the agent's.

mod action;
mod command;
mod consult;
mod event;
mod glare;
mod group;
mod handover;
mod hold;
mod life;
mod party;
mod path;
mod phone;
mod quiet;
mod reason;
mod recovery;
mod referral;
mod settle;
mod sound;
mod state;
mod transfer;

pub use command::{
    Because, Command, HoldFailure, MediaCommand, Notice, Refusal, SipCommand, SoundCommand, Tone,
};
pub use event::{Digit, Event, MediaEvent, Rejection, Restored, SipEvent, UserAction};
pub use party::Party;
pub use phone::{Phone, PhoneConfig};
pub use reason::{Cause, EndReason, EndedBy, MediaFailure};
pub use recovery::RecoverBy;
pub use referral::Referrals;
pub use state::{Call, CallId, Direction, Hold, Referral, State, Suspicion};
pub use transfer::{How, Phase, Transfer, TransferNews, TransferReason};
