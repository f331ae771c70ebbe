//! Calls against a scripted far end, in virtual time.

mod incoming;
mod orders;
mod outgoing;
mod talking;
