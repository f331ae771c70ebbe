//! Whole calls as they happen: each event (`>`) with the commands it gives.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests pick the time they hand in; what fails here fails the test"
)]

mod consult;
mod faults;
mod group;
mod hold;
mod incoming;
mod outgoing;
mod recovery;
mod referral;
mod script;
mod several;
mod transfer;
