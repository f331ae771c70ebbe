//! The user agent over real sockets on this machine, against scripted servers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authority;
mod bench;
mod calling;
mod dialling;
mod edges;
mod keeping;
mod peer;
mod registering;
mod torture;
mod transferring;
