//! Replacing (RFC 3891): a call of theirs that takes the place of another of ours.
//!
//! The old call is hung up once the new one is confirmed, not before: until there is an ACK, nobody
//! can know that the new one will stand.

use std::time::Instant;

use super::{Call, Stage};
use crate::agent::DialogKey;
use crate::line::Line;
use crate::replaces::Replaces;

/// How far a call has come that is to replace another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replacing {
    /// Our 200 is on its way.
    Accepted,
    Confirmed,
    /// Nothing has come of it.
    Failed,
}

impl Call {
    /// Whether a new call may replace this one, or the status to refuse it with; `None` if it means
    /// another.
    pub(crate) fn replaceable(&self, replaces: &Replaces) -> Option<Result<(), u16>> {
        let at = self
            .legs
            .iter()
            .position(|leg| leg.dialog.is_replaced_by(replaces))?;
        Some(match self.stage {
            _ if self.legs[at].hung_up => Err(603),
            Stage::Over => Err(603),
            Stage::Talking(leg) if leg != at => Err(603),
            Stage::Talking(_) if replaces.early_only => Err(486),
            Stage::Talking(_) | Stage::Calling => Ok(()),
            // Early, and not ours to give away.
            Stage::Ringing(_) => Err(481),
        })
    }

    /// The dialogs of this call, as a later `Replaces` would name them to us.
    pub(crate) fn names(&self) -> impl Iterator<Item = Replaces> {
        self.legs.iter().map(|leg| leg.dialog.as_replaced_here())
    }

    /// This call is to take that one's place.
    pub(crate) fn set_replaces(&mut self, old: Option<DialogKey>) {
        self.replaces = old;
    }

    /// Which call is replaced by this one, if there is news of that.
    pub(crate) fn replacing(&self) -> Option<(DialogKey, Replacing)> {
        let how = match self.stage {
            Stage::Calling | Stage::Ringing(_) => return None,
            Stage::Talking(_) if self.unacked.as_ref().is_some_and(|u| u.initial) => {
                Replacing::Accepted
            }
            Stage::Talking(_) => Replacing::Confirmed,
            Stage::Over => Replacing::Failed,
        };
        self.replaces.map(|old| (old, how))
    }

    /// What that other call has come to, which is to take this one's place.
    pub(crate) fn replaced(
        &mut self,
        line: &mut Line,
        now: Instant,
        by: DialogKey,
        how: Replacing,
    ) {
        match how {
            Replacing::Accepted => self.replaced_by = Some(by),
            Replacing::Confirmed => {
                self.replaced_by = Some(by);
                self.hang_up(line, now);
            }
            Replacing::Failed => {
                self.replaced_by.take_if(|known| *known == by);
            }
        }
    }
}
