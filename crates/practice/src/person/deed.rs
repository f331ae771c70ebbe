//! What people do and notice: what the program prints and the tests read.

use super::talk::Hears;

/// What a person does or notices; also what the tests read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Can be called.
    Registered,
    /// Calls.
    Calls,
    /// Is being called.
    IsCalled,
    /// Their call rings.
    Rings,
    /// A call of theirs stands.
    Talks,
    /// Says a line, counted from 0.
    Says(usize),
    /// Has said it, or another recording, to the end.
    Said,
    /// Hears something else than before.
    Hears(Hears),
    /// A key was pressed at the other end.
    Digit(char),
    /// Was asked by REFER to call somebody else, and answered with this SIP status.
    Referred(u16),
    /// The call asked for by REFER has come to this SIP status.
    Transferred(u16),
    /// A call is over.
    Ended {
        /// Whether they hung up themselves.
        by_me: bool,
        /// SIP status, if one ended it.
        status: Option<u16>,
    },
    /// Reads this in Teams.
    Reads(String),
    /// The agent: is signed in at the identity provider.
    SignsIn,
    /// The agent: has signed out there.
    SignsOut,
    /// The agent: Teams shows this activity because the phone said so; `Cleared` when it takes it back.
    Shows(String),
}
