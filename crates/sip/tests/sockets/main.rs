//! The user agent over real sockets on this machine, against scripted servers.

mod authority;
mod bench;
mod calling;
mod dialling;
mod keeping;
mod peer;
mod registering;
mod torture;
