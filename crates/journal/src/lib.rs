//! Owns what must outlive a crash: now the calls that are over, in an SQLite file that only the agent
//! may read.
//!
//! A [`Journal`] never holds a call up and never fails one: a thread of its own does all reading and
//! writing, keeps in memory what cannot be written yet, and says what is the matter once.

mod file;
mod journal;
mod past_call;
mod trouble;
mod writer;

pub use journal::{Journal, MOST_SHOWN};
pub use past_call::{Direction, How, Outcome, PastCall, Remembered, TransferOutcome, Transferred};
pub use trouble::{Cause, Trouble};
