//! An embedded contact centre on loopback: a SIP exchange over secure WebSocket, customers who call
//! with a story and speak, experts who answer or do not. For practice, the demo and fast tests.
//!
//! [`Practice::start`] plays a [`Scenario`]. Everybody in it is a peer like any other, by `sip` and
//! `media`; the phone under test knows nothing of it but a profile.

mod authority;
mod centre;
mod exchange;
mod music;
mod office;
mod person;
mod place;
mod practice;
mod scenario;
mod shift;
mod voices;

pub use centre::{Centre, CentreError};
pub use office::{Office, Order, OrderError, agree};
pub use person::{Deed, Hears};
pub use place::Place;
pub use practice::{Practice, PracticeError};
pub use scenario::{
    Agent, Customer, Expert, Lines, Manner, Pace, Profile, Scenario, ScenarioError, Status,
    Transfer,
};
pub use voices::{Recording, VoiceError};
