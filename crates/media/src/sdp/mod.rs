//! Session descriptions (RFC 8866) and what is agreed by exchanging them (RFC 3264).

/// Which way media flows, as seen by whoever states it (RFC 8866 section 6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// Sends only. As an offer: puts the peer on hold.
    SendOnly,
    /// Receives only.
    RecvOnly,
    /// Neither way.
    Inactive,
}

/// Why something is not a session description.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SyntaxError {
    /// Too large to look at.
    #[error("{0} is over the limit")]
    TooLarge(&'static str),
    /// A line that cannot be read.
    #[error("line {line}: {what}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
}
