//! Calls of a whole desk with a scripted far end on this machine: real SIP, real SDP, real sound.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod errors;
mod history;
mod hold;
mod incoming;
mod lines;
mod outgoing;
#[path = "../peer/mod.rs"]
mod peer;
mod recording;
mod recovery;
mod scene;
mod sound;
mod transfer;
