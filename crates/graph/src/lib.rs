//! The experts, by Microsoft Graph: who they are, who of them is free, and a word to them in Teams.
//!
//! [`Roster`] is pure: it decides what to ask and when, within a budget that all agents of a tenant share,
//! and who suits a call best. [`start`] runs one task that owns it and a thin HTTP client; everybody else
//! holds [`Experts`]: what the agent looks at goes in, [`People`] come out in a watch.

mod ask;
mod card;
mod client;
mod clock;
mod config;
mod date;
mod event;
mod experts;
mod fold;
mod look;
mod number;
mod own;
mod people;
mod person;
mod presence;
mod rank;
mod roster;
mod run;
mod search;
#[cfg(test)]
mod stage;
mod words;

pub use ask::{Answer, Ask, Failure, Page, RequestId, Told};
pub use card::{Card, CardState, CardView};
pub use client::{Chat, ChatId, Graph, Message, Trouble};
pub use config::{CardPolicy, Config, TeamTag};
pub use event::{Command, Event, Past};
pub use experts::Experts;
pub use look::{CallInHand, Look};
pub use people::{Blocked, Part, People, Ranked, Reason};
pub use person::{Dialable, DialledAs, Person, PersonId};
pub use presence::{Activity, Availability, OutOfOffice, Presence};
pub use roster::Roster;
pub use run::start;
