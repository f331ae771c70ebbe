//! Somebody is to be called whom the agent has not typed: a link names them, or a copied text. Pure.

use std::time::{Duration, Instant};

use warmline_desk::{
    number::Number,
    profile::{LinkVerdict, Links},
};

use crate::link::DialRequest;

/// Where a number comes from that the agent has not typed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AskedBy {
    /// A link in another program.
    Link,
    /// The agent has copied it.
    Clipboard,
}

/// What the agent is asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// Whether to call this.
    pub number: Number,
    /// Where it comes from.
    pub by: AskedBy,
}

/// What waits until the agent or policy has said something.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) to: DialRequest,
    pub(crate) by: AskedBy,
    /// When it came.
    pub(crate) at: Instant,
}

impl Request {
    /// What is done about it, if it is to `number`; `busy` if there is a call.
    pub(crate) fn verdict(
        &self,
        now: Instant,
        links: Links,
        number: &Number,
        busy: bool,
    ) -> LinkVerdict {
        let links = match self.by {
            AskedBy::Link => links,
            // What policy says of links does not count.
            AskedBy::Clipboard => Links::Ask,
        };
        match links.verdict(number, self.to.is_plain_number()) {
            // Whoever clicked something else meanwhile, or talks to somebody, does not expect a call.
            LinkVerdict::Dial if busy || now.saturating_duration_since(self.at) > FRESH => {
                LinkVerdict::Ask
            }
            verdict => verdict,
        }
    }
}

/// As long as a phone takes to start, about; a sign-in takes longer.
const FRESH: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use warmline_desk::number;

    use super::*;

    #[test]
    fn only_a_link_that_has_just_come_is_dialled_at_once_and_in_no_call() {
        let at = Instant::now();
        let mut request = Request {
            to: DialRequest::read("tel:+4930901820").expect("a link"),
            by: AskedBy::Link,
            at,
        };
        let number = number::read(request.to.text(), None);
        let verdict = |request: &Request, after, busy| {
            let now = at + Duration::from_secs(after);
            request.verdict(now, Links::AtOnce, &number, busy)
        };
        assert_eq!(verdict(&request, 10, false), LinkVerdict::Dial);
        assert_eq!(verdict(&request, 11, false), LinkVerdict::Ask);
        assert_eq!(verdict(&request, 0, true), LinkVerdict::Ask);
        request.by = AskedBy::Clipboard;
        assert_eq!(verdict(&request, 0, false), LinkVerdict::Ask);
        let off = request.verdict(at, Links::Off, &number, false);
        assert_eq!(off, LinkVerdict::Ask, "the agent has copied it");
    }
}
