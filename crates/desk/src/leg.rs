//! What the desk keeps of one call between SIP and media: the SDP on its way, the session, and
//! what to show.

use std::collections::VecDeque;

use warmline_journal::OpenCall;
use warmline_media::{Fork, quality::Monitor};
use warmline_sip::{ForkId, SavedDialog};

use crate::{media::Media, recording::Recorded, view::Notes};

/// One call between SIP and media.
#[derive(Debug, Default)]
pub(crate) struct Leg {
    /// The session, while there is one.
    pub(crate) media: Option<Media>,
    pub(crate) sdp: Sdp,
    pub(crate) notes: Notes,
    /// How it sounds, second by second.
    pub(crate) monitor: Monitor,
    pub(crate) info: InfoDigits,
    /// The dialog as another process can take it up.
    pub(crate) saved: Option<SavedDialog>,
    /// It is of an earlier run, and the user agent does not know it yet.
    pub(crate) unrestored: bool,
    /// What was last written down of the call.
    pub(crate) kept: Option<OpenCall>,
    /// The last word on a REFER of ours that was written down: its number, and the status.
    pub(crate) told: Option<(u32, u16)>,
    pub(crate) recorded: Recorded,
    /// What the peer's last REFER asks our INVITE to carry: its number, and the headers.
    pub(crate) referral: Option<(u32, Vec<(String, String)>)>,
}

impl Leg {
    /// The headers that the peer's REFER asks for.
    pub(crate) fn asked(&self, refer: u32) -> Vec<(String, String)> {
        let referral = self
            .referral
            .as_ref()
            .filter(|(number, _)| *number == refer);
        referral.map_or_else(Vec::new, |(_, headers)| headers.clone())
    }
}

/// Session descriptions that one side has given and the other has not taken yet.
#[derive(Default)]
pub(crate) struct Sdp {
    /// The offer of the INVITE that came in.
    pub(crate) offer: Option<String>,
    /// Ours, to go with the INVITE or the 200.
    pub(crate) ours: Option<String>,
    /// The newest early answer.
    pub(crate) early: Option<(Fork, String)>,
    /// The final answer.
    pub(crate) answer: Option<(Fork, String)>,
    /// The peer's new offer, or (`None` inside) its wish that we make one.
    pub(crate) reoffer: Option<Option<String>>,
    /// We made the new offer that the peer asked for; its answer comes with the ACK.
    pub(crate) asked: bool,
}

/// Digits on their way by SIP INFO, one after the other so that they arrive in order.
#[derive(Debug, Default)]
pub(crate) struct InfoDigits {
    waiting: VecDeque<char>,
    under_way: bool,
}

impl InfoDigits {
    /// Takes a digit. The digit to send now, if none is under way.
    pub(crate) fn push(&mut self, digit: char) -> Option<char> {
        self.waiting.push_back(digit);
        self.next_unless_busy()
    }

    /// The digit under way has been answered. The one to send now, if any.
    pub(crate) fn answered(&mut self) -> Option<char> {
        self.under_way = false;
        self.next_unless_busy()
    }

    fn next_unless_busy(&mut self) -> Option<char> {
        if self.under_way {
            return None;
        }
        let digit = self.waiting.pop_front();
        self.under_way = digit.is_some();
        digit
    }
}

// A session description holds addresses and keys.
impl std::fmt::Debug for Sdp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sdp").finish_non_exhaustive()
    }
}

/// The same branch, as media names it.
pub(crate) fn media_fork(fork: ForkId) -> Fork {
    Fork(u64::from(fork.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_by_info_go_one_after_the_other() {
        let mut digits = InfoDigits::default();
        assert_eq!(digits.push('1'), Some('1'));
        assert_eq!(digits.push('2'), None);
        assert_eq!(digits.push('3'), None);
        assert_eq!(digits.answered(), Some('2'));
        assert_eq!(digits.answered(), Some('3'));
        assert_eq!(digits.answered(), None);
        assert_eq!(digits.push('4'), Some('4'));
    }
}
