//! Calls over bad networks in virtual time, with the engine's own code and without devices: what is heard
//! of what was said, how late, and how much of it was made up.

pub mod call;
pub mod condition;
pub mod network;
pub mod score;
pub mod speech;
