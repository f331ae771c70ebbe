//! Owns what must outlive a crash: the calls that are over, and those that stand with what is being done
//! to hand them over, in an SQLite file that only the agent may read.
//!
//! A [`Journal`] never fails a call, and holds one up for a moment at most: a thread of its own does all
//! reading and writing, keeps in memory what cannot be written yet, and says what is the matter once.

mod export;
mod file;
mod fold;
mod journal;
mod open_call;
mod past_call;
mod retention;
mod search;
mod seat;
mod step;
mod trouble;
mod writer;

pub use export::{csv, save};
pub use jiff::tz::TimeZone;
pub use journal::{Journal, MOST_SHOWN};
pub use open_call::{Kept, OpenCall, Unfinished};
pub use past_call::{
    Direction, How, Outcome, PastCall, Remembered, TransferOutcome, Transferred, UNDISTURBED,
};
pub use retention::Retention;
pub use search::{Filter, Found, Place, Query};
pub use step::{Step, StepKind};
pub use trouble::{Cause, Trouble};
pub use writer::RECOVERABLE;
