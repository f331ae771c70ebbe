//! How requests and events look in a log: no person, number or body.

use std::fmt;

use super::{EndCause, SipEvent, SipRequest};

impl fmt::Debug for SipRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SipRequest::*;
        match self {
            Invite { dialog, .. } => write!(f, "Invite({})", dialog.0),
            Ring { dialog } => write!(f, "Ring({})", dialog.0),
            Progress { dialog, .. } => write!(f, "Progress({})", dialog.0),
            Accept { dialog, .. } => write!(f, "Accept({})", dialog.0),
            Reject { dialog, status, .. } => write!(f, "Reject({}, {status})", dialog.0),
            Cancel { dialog } => write!(f, "Cancel({})", dialog.0),
            Bye { dialog } => write!(f, "Bye({})", dialog.0),
            Reoffer { dialog, .. } => write!(f, "Reoffer({})", dialog.0),
            Farewell { dialog, .. } => write!(f, "Farewell({})", dialog.0),
            Restore { dialog, .. } => write!(f, "Restore({})", dialog.0),
            AnswerReoffer { dialog, answer } => write!(
                f,
                "AnswerReoffer({}, {:?})",
                dialog.0,
                answer.as_ref().map(|_| ())
            ),
            InfoDtmf { dialog, .. } => write!(f, "InfoDtmf({})", dialog.0),
            Refer {
                dialog,
                refer,
                replaces,
                ..
            } => write!(f, "Refer({}, {}, {replaces:?})", dialog.0, refer.0),
            AnswerRefer {
                dialog,
                refer,
                status,
            } => write!(f, "AnswerRefer({}, {}, {status})", dialog.0, refer.0),
            NotifyRefer {
                dialog,
                refer,
                status,
                last,
                ..
            } => write!(
                f,
                "NotifyRefer({}, {}, {status}, last: {last})",
                dialog.0, refer.0
            ),
            Options { id, .. } => write!(f, "Options({id})"),
            NetworkChanged => f.write_str("NetworkChanged"),
            Register => f.write_str("Register"),
            Shutdown => f.write_str("Shutdown"),
            Leave => f.write_str("Leave"),
        }
    }
}

impl fmt::Debug for SipEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SipEvent::*;
        match self {
            Registration(state) => write!(f, "Registration({state:?})"),
            TokenWanted(wanted) => write!(f, "TokenWanted(refused: {})", wanted.refused),
            Incoming { dialog, invite } => write!(f, "Incoming({}, {invite:?})", dialog.0),
            Ringing {
                dialog,
                fork,
                status,
            } => write!(f, "Ringing({}, {}, {status})", dialog.0, fork.0),
            Early { dialog, fork, .. } => write!(f, "Early({}, {})", dialog.0, fork.0),
            Answered { dialog, fork, .. } => write!(f, "Answered({}, {})", dialog.0, fork.0),
            Saved { dialog, .. } => write!(f, "Saved({})", dialog.0),
            Confirmed { dialog } => write!(f, "Confirmed({})", dialog.0),
            Ended { dialog, cause } => write!(f, "Ended({}, {cause:?})", dialog.0),
            Reoffered { dialog, offer } => {
                write!(f, "Reoffered({}, offer: {})", dialog.0, offer.is_some())
            }
            ReofferAnswered { dialog, .. } => write!(f, "ReofferAnswered({})", dialog.0),
            ReofferRefused { dialog, status } => {
                write!(f, "ReofferRefused({}, {status})", dialog.0)
            }
            ReofferCancelled { dialog } => write!(f, "ReofferCancelled({})", dialog.0),
            AckedWithAnswer { dialog, .. } => write!(f, "AckedWithAnswer({})", dialog.0),
            Dtmf { dialog, .. } => write!(f, "Dtmf({})", dialog.0),
            InfoAnswered { dialog, status } => write!(f, "InfoAnswered({}, {status})", dialog.0),
            ReferAnswered {
                dialog,
                refer,
                status,
                sent,
                subscribed,
            } => write!(
                f,
                "ReferAnswered({}, {}, {status}, sent: {sent}, subscribed: {subscribed})",
                dialog.0, refer.0
            ),
            ReferProgress {
                dialog,
                refer,
                status,
                terminated,
            } => write!(
                f,
                "ReferProgress({}, {}, {status}, terminated: {terminated})",
                dialog.0, refer.0
            ),
            Referred {
                dialog,
                refer,
                replaces,
                ..
            } => write!(
                f,
                "Referred({}, {}, replaces: {})",
                dialog.0,
                refer.0,
                replaces.is_some()
            ),
            Redirected {
                dialog,
                status,
                contacts,
            } => write!(f, "Redirected({}, {status}, {})", dialog.0, contacts.len()),
            OptionsAnswered { id, status } => write!(f, "OptionsAnswered({id}, {status:?})"),
            Stopped => f.write_str("Stopped"),
        }
    }
}

impl fmt::Debug for EndCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text is the other side's and may name a person.
        f.debug_struct("EndCause")
            .field("status", &self.status)
            .field("reason_status", &self.reason_status)
            .field("q850", &self.q850)
            .field("by", &self.by)
            .field("replaced_by", &self.replaced_by)
            .finish_non_exhaustive()
    }
}
