//! The lab: real peers for the phone to talk to, each started for one test, on ports of its own, and
//! gone with it.
//!
//! [`test`] gives a test its [`Lab`]. The lab starts [`Asterisk`], [`Kamailio`], Chromium with JsSIP
//! ([`Browser`]), a private sound server ([`Pulse`]) and the phone itself ([`Phone`], a
//! `warmline-cli run`). A peer is handed out when it has proven that it is ready.
//! `lab/setup` installs them all.
#![cfg(target_os = "linux")]

mod ami;
mod asterisk;
mod browser;
mod certificate;
pub mod cost;
mod edge;
mod errand;
mod error;
pub mod figures;
mod handset;
pub mod hearing;
mod identity;
mod impaired_network;
mod impairment;
mod internetwork;
mod kamailio;
mod lines;
mod people;
mod phone;
mod place;
mod ports;
mod prism;
mod process;
mod protocol;
mod pulse;
mod relay;
pub mod rivals;
mod room;
pub mod session_bus;
mod setup;
pub mod signalling;
pub mod sound;
mod speech;
mod standstill;
mod template;
mod tree;
mod trio;
pub mod trip;
mod trunk;
mod turn;
mod wire;

pub use ami::{Ami, AmiEvent};
pub use asterisk::{Asterisk, number};
pub use browser::{Browser, Heard};
pub use certificate::{Authority, Certificate};
pub use edge::{Edge, Fault};
pub use errand::{Errand, Outcome};
pub use error::{LabError, Result};
pub use handset::Handset;
pub use hearing::{Ear, Voice};
pub use identity::{Agent, IdentityProvider, TokenRequest};
pub use impaired_network::ImpairedNetwork;
pub use impairment::{Carries, Fates, Impairment, Loss};
pub use internetwork::{Internetwork, Link};
pub use kamailio::{Digest, Kamailio};
pub use lines::{Line, Lines};
pub use people::Person;
pub use phone::Phone;
pub use place::{Lab, test};
pub use ports::free as free_port;
pub use prism::Prism;
pub use process::{Pipes, Process};
pub use protocol::{Caller, Command, Event, Kind, Phase, Reason, Stats};
pub use pulse::{PluggedIn, Pulse};
pub use relay::Passed;
pub use room::{Recorder, Room};
pub use setup::{PhoneSetup, UNPROCESSED};
pub use speech::{Band, Score, score, score_all};
pub use standstill::StandstillWatch;
pub use tree::Tree;
pub use trio::{Ears, Trio};
pub use trunk::Trunk;
pub use turn::{Over, Turn};
pub use wire::Wire;
