//! What sequences have come to: a test of things that never happen proves nothing.

use warmline_call::{Notice, TransferNews};

/// How often things happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) sequences: u64,
    pub(crate) events: u64,
    pub(crate) consulted: u64,
    pub(crate) asked: u64,
    pub(crate) handed_over: u64,
    pub(crate) failed: u64,
    pub(crate) merged: u64,
    pub(crate) restored: u64,
}

impl Tally {
    pub(super) fn note(&mut self, notice: &Notice) {
        let Notice::Transfer { news, .. } = notice else {
            return;
        };
        match news {
            TransferNews::Consulting => self.consulted += 1,
            TransferNews::Completing => self.asked += 1,
            TransferNews::Done => self.handed_over += 1,
            TransferNews::Failed => self.failed += 1,
            TransferNews::Merged => self.merged += 1,
            TransferNews::Calling | TransferNews::Over => {}
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.sequences += other.sequences;
        self.events += other.events;
        self.consulted += other.consulted;
        self.asked += other.asked;
        self.handed_over += other.handed_over;
        self.failed += other.failed;
        self.merged += other.merged;
        self.restored += other.restored;
    }
}
