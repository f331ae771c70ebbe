//! What is done to hand a call over, step by step.

use std::fmt;

use crate::past_call::{How, TransferOutcome, Transferred};

/// One step of handing a customer's call over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// When, milliseconds since 1970 (UTC).
    pub at_unix_ms: u64,
    /// What was done or happened.
    pub kind: StepKind,
}

/// What was done or happened. Its `Debug` form shows nobody.
#[derive(Clone, Eq, PartialEq)]
pub enum StepKind {
    /// The other person is about to be called.
    Called {
        /// Their address.
        other: String,
    },
    /// They answered.
    Answered {
        /// Their address.
        other: String,
    },
    /// A REFER is about to go out (RFC 3515).
    Asked {
        /// Whom it refers to.
        other: String,
    },
    /// The REFER was answered with `202`: nothing is won yet.
    Accepted,
    /// A NOTIFY told how far it is (RFC 3515 §2.4.5).
    Progress {
        /// The SIP status in it.
        status: u16,
    },
    /// A NOTIFY told that the call is theirs.
    Done,
    /// The transfer failed: the agent has both people.
    Failed {
        /// The SIP status that said so, if one did.
        status: Option<u16>,
        /// Why, as a code: never a person.
        why: String,
    },
    /// Customer, expert and agent were brought together.
    Merged,
    /// The call was taken up again after a crash.
    Recovered,
}

impl StepKind {
    /// The step as a word, which is how the file and the log have it.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Called { .. } => "called",
            Self::Answered { .. } => "answered",
            Self::Asked { .. } => "asked",
            Self::Accepted => "accepted",
            Self::Progress { .. } => "progress",
            Self::Done => "done",
            Self::Failed { .. } => "failed",
            Self::Merged => "merged",
            Self::Recovered => "recovered",
        }
    }
}

/// What the steps tell of a transfer whose end nobody saw; none if there was no REFER.
pub(crate) fn transferred(steps: &[Step]) -> Option<Transferred> {
    let of = |step: &Step| match &step.kind {
        StepKind::Asked { other } => Some(other.clone()),
        _ => None,
    };
    let (at, to_address) = steps
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, step)| Some((at, of(step)?)))?;
    let (before, after) = steps.split_at(at);
    let spoken =
        |step: &Step| matches!(&step.kind, StepKind::Answered { other } if *other == to_address);
    let how = if before.iter().any(|step| step.kind == StepKind::Merged) {
        How::Group
    } else if before.iter().any(spoken) {
        How::Warm
    } else {
        How::Blind
    };
    let outcome = after.iter().rev().find_map(|step| match step.kind {
        StepKind::Done => Some(TransferOutcome::Done),
        StepKind::Failed { .. } => Some(TransferOutcome::Failed),
        _ => None,
    });
    Some(Transferred {
        to_name: None,
        to_address,
        how,
        outcome: outcome.unwrap_or(TransferOutcome::Unknown),
    })
}

impl fmt::Debug for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const EXPERT: &str = "sip:+4989000001@sbc.example";

    pub(crate) fn step(n: u64, kind: StepKind) -> Step {
        Step {
            at_unix_ms: crate::writer::tests::NOW_MS + n,
            kind,
        }
    }

    /// One step of each kind.
    pub(crate) fn every_kind() -> Vec<Step> {
        let other = || EXPERT.to_owned();
        let kinds = [
            StepKind::Called { other: other() },
            StepKind::Answered { other: other() },
            StepKind::Asked { other: other() },
            StepKind::Accepted,
            StepKind::Progress { status: 180 },
            StepKind::Done,
            StepKind::Failed {
                status: Some(503),
                why: "refused".into(),
            },
            StepKind::Failed {
                status: None,
                why: "no_progress".into(),
            },
            StepKind::Merged,
            StepKind::Recovered,
        ];
        let numbered = (0..).zip(kinds);
        numbered.map(|(n, kind)| step(n, kind)).collect()
    }

    #[test]
    fn printing_steps_shows_nobody() {
        let printed = format!("{:?}", every_kind());
        assert!(
            printed.contains("asked") && !printed.contains("4989"),
            "{printed}"
        );
    }

    #[test]
    fn what_became_of_a_transfer_is_read_from_its_steps() {
        use StepKind::{Accepted, Answered, Asked, Called, Done, Failed, Merged};
        let to = |other: &str| other.to_owned();
        let called = || Called { other: to(EXPERT) };
        let answered = || Answered { other: to(EXPERT) };
        let asked = || Asked { other: to(EXPERT) };
        let failed = || Failed {
            status: None,
            why: "refused".into(),
        };
        for (kinds, expected) in [
            (vec![called(), answered()], None),
            (vec![asked()], Some((How::Blind, TransferOutcome::Unknown))),
            // Called and gone again: the REFER then was unannounced.
            (
                vec![called(), asked()],
                Some((How::Blind, TransferOutcome::Unknown)),
            ),
            (
                vec![called(), answered(), asked(), Accepted],
                Some((How::Warm, TransferOutcome::Unknown)),
            ),
            (
                vec![called(), answered(), asked(), failed()],
                Some((How::Warm, TransferOutcome::Failed)),
            ),
            (
                vec![called(), answered(), asked(), failed(), asked(), Accepted],
                Some((How::Warm, TransferOutcome::Unknown)),
            ),
            (
                vec![called(), answered(), Merged, asked(), Done],
                Some((How::Group, TransferOutcome::Done)),
            ),
        ] {
            let steps: Vec<_> = kinds.into_iter().map(|kind| step(0, kind)).collect();
            let read = transferred(&steps);
            assert!(read.as_ref().is_none_or(|read| read.to_address == EXPERT));
            assert_eq!(
                read.map(|read| (read.how, read.outcome)),
                expected,
                "{steps:?}"
            );
        }
    }
}
