//! The user agent's interface: a handle to send requests to, and the events that come of them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use crate::account::Account;
use crate::invite::Invite;
use crate::registration::RegistrationState;
use crate::run;

/// One account's user agent: connects, registers, and keeps itself registered until
/// [`SipRequest::Shutdown`]. A cloneable handle; dropping the last one shuts the agent down.
#[derive(Clone, Debug)]
pub struct UserAgent {
    requests: mpsc::UnboundedSender<SipRequest>,
    dialogs: Arc<AtomicU64>,
}

impl UserAgent {
    /// Starts the agent on the current Tokio runtime. Events end after [`SipEvent::Stopped`].
    pub fn start(account: Account) -> (UserAgent, mpsc::Receiver<SipEvent>) {
        let (requests, inbox) = mpsc::unbounded_channel();
        let (events, outbox) = mpsc::channel(EVENT_QUEUE);
        let dialogs = Arc::new(AtomicU64::new(1));
        // Ends by itself once it has shut down, as it does when the last handle or the receiver goes.
        tokio::spawn(run::run(account, Arc::clone(&dialogs), inbox, events));
        (UserAgent { requests, dialogs }, outbox)
    }

    /// A fresh id for an outgoing call.
    pub fn next_dialog(&self) -> DialogKey {
        DialogKey(self.dialogs.fetch_add(1, Ordering::Relaxed))
    }

    /// Asks for something; never blocks. What comes of it is an event.
    pub fn send(&self, request: SipRequest) {
        // The agent has stopped: it said so by `Stopped`, and there is nobody left to tell.
        let _ = self.requests.send(request);
    }
}

/// Our id of one INVITE usage; all forks of one outgoing INVITE share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialogKey(pub u64);

/// One branch of a forked outgoing INVITE: each `To` tag has its own (RFC 3261 §12.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ForkId(pub u32);

/// What a user agent can be asked to do.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SipRequest {
    /// Call `to`: a SIP or `tel:` URI, or a number or name in our own domain.
    /// `headers` are added as given; any with a line break, or that SIP itself owns, refuse the call.
    Invite {
        /// Id for the call, from [`UserAgent::next_dialog`].
        dialog: DialogKey,
        /// Whom to call.
        to: String,
        /// SDP offer.
        offer: String,
        /// Further headers.
        headers: Vec<(String, String)>,
    },
    /// Say 180 Ringing to an incoming call.
    Ring {
        /// The call.
        dialog: DialogKey,
    },
    /// Say 183 with an SDP answer to an incoming call: early media.
    Progress {
        /// The call.
        dialog: DialogKey,
        /// SDP answer.
        answer: String,
    },
    /// Answer an incoming call with 200. `sdp` is the answer, or our offer if the INVITE had none.
    Accept {
        /// The call.
        dialog: DialogKey,
        /// SDP answer or offer.
        sdp: String,
    },
    /// Refuse an incoming call with a final status, 300 to 699.
    Reject {
        /// The call.
        dialog: DialogKey,
        /// SIP status.
        status: u16,
        /// Reason phrase; the standard one if none.
        reason: Option<String>,
    },
    /// Give an outgoing call up that is not answered yet.
    Cancel {
        /// The call.
        dialog: DialogKey,
    },
    /// Hang up.
    Bye {
        /// The call.
        dialog: DialogKey,
    },
    /// Offer a new session: re-INVITE in an answered call, UPDATE before that.
    Reoffer {
        /// The call.
        dialog: DialogKey,
        /// SDP offer.
        offer: String,
    },
    /// Answer [`SipEvent::Reoffered`]: SDP, or the status to refuse with (488).
    AnswerReoffer {
        /// The call.
        dialog: DialogKey,
        /// SDP, or a refusing status.
        answer: Result<String, u16>,
    },
    /// Send one DTMF digit by INFO (`application/dtmf-relay`). Outcome: [`SipEvent::InfoAnswered`].
    InfoDtmf {
        /// The call.
        dialog: DialogKey,
        /// 0-9, A-D, * or #.
        digit: char,
        /// Length in ms.
        duration_ms: u32,
    },
    /// Ask `to` for its capabilities; our own server if `None`. Outcome: [`SipEvent::OptionsAnswered`].
    Options {
        /// Handed back with the outcome.
        id: u64,
        /// Whom to ask.
        to: Option<String>,
    },
    /// Register now: the network has changed, or the user asks to try again.
    Register,
    /// End all calls, un-register, close the flow. Ends with [`SipEvent::Stopped`].
    Shutdown,
}

/// What a user agent reports.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SipEvent {
    /// How registration stands; sent at every change.
    Registration(RegistrationState),
    /// Somebody calls.
    Incoming {
        /// The new call.
        dialog: DialogKey,
        /// What the INVITE says.
        invite: Box<Invite>,
    },
    /// A provisional answer to our INVITE without SDP: 180, 181, 182, 183, 199; or a 180 with SDP,
    /// whose [`SipEvent::Early`] comes next.
    Ringing {
        /// The call.
        dialog: DialogKey,
        /// Which branch.
        fork: ForkId,
        /// SIP status.
        status: u16,
    },
    /// Early media: the SDP answer of one branch.
    Early {
        /// The call.
        dialog: DialogKey,
        /// Which branch.
        fork: ForkId,
        /// SDP answer.
        sdp: String,
    },
    /// Our call is answered, by this branch; the others are gone. `sdp` is always that branch's answer,
    /// also when it came earlier.
    Answered {
        /// The call.
        dialog: DialogKey,
        /// Which branch.
        fork: ForkId,
        /// SDP answer.
        sdp: String,
    },
    /// The caller has our 200: an incoming call stands (ACK received).
    Confirmed {
        /// The call.
        dialog: DialogKey,
    },
    /// The call is over; the last event with this id.
    Ended {
        /// The call.
        dialog: DialogKey,
        /// Why.
        cause: EndCause,
    },
    /// The other side offers a new session, or asks for our offer (`None`).
    /// Answer by [`SipRequest::AnswerReoffer`].
    Reoffered {
        /// The call.
        dialog: DialogKey,
        /// SDP offer, if any.
        offer: Option<String>,
    },
    /// Our re-offer is accepted.
    ReofferAnswered {
        /// The call.
        dialog: DialogKey,
        /// SDP answer.
        sdp: String,
    },
    /// Our re-offer is refused; the session stays as it was. 491 is glare: try again a little later.
    ReofferRefused {
        /// The call.
        dialog: DialogKey,
        /// SIP status.
        status: u16,
    },
    /// They gave up the new offer that they had left to us: nobody will answer it.
    ReofferCancelled {
        /// The call.
        dialog: DialogKey,
    },
    /// The other side's answer to our offer in a 200, come with the ACK.
    AckedWithAnswer {
        /// The call.
        dialog: DialogKey,
        /// SDP answer.
        sdp: String,
    },
    /// A DTMF digit came by INFO.
    Dtmf {
        /// The call.
        dialog: DialogKey,
        /// 0-9, A-D, * or #.
        digit: char,
        /// Length in ms, if said.
        duration_ms: Option<u32>,
    },
    /// The answer to our INFO.
    InfoAnswered {
        /// The call.
        dialog: DialogKey,
        /// SIP status; 408 if none came.
        status: u16,
    },
    /// Our call is redirected (3xx). Not followed: the caller decides. [`SipEvent::Ended`] comes next.
    Redirected {
        /// The call.
        dialog: DialogKey,
        /// SIP status.
        status: u16,
        /// URIs, most wanted first.
        contacts: Vec<String>,
    },
    /// The answer to our OPTIONS.
    OptionsAnswered {
        /// As in the request.
        id: u64,
        /// SIP status; `None` without a connection.
        status: Option<u16>,
    },
    /// The agent has shut down; no event follows.
    Stopped,
}

/// Why a call ended.
#[derive(Clone, PartialEq, Eq)]
pub struct EndCause {
    /// Final SIP status, if a response ended it; 408 for one that is missing, though the connection
    /// is good; 503 for a call we can make no more of.
    pub status: Option<u16>,
    /// In words: the reason phrase or `Reason` text of the other side, or ours.
    pub reason: String,
    /// Status of a `Reason: SIP` header (RFC 3326): 200 where the call was answered elsewhere.
    pub reason_status: Option<u16>,
    /// Cause value of a `Reason: Q.850` header (RFC 3326): 16 normal, 17 busy, 21 rejected …
    pub q850: Option<u16>,
    /// Who ended it.
    pub by: EndedBy,
    /// Text of a `Warning` header (RFC 3261 §20.43).
    pub warning: Option<String>,
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// We did.
    Local,
    /// The other side, or a server for it.
    Remote,
    /// Nobody: the connection, a missing answer, an expired session.
    Network,
}

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
            AnswerReoffer { dialog, answer } => write!(
                f,
                "AnswerReoffer({}, {:?})",
                dialog.0,
                answer.as_ref().map(|_| ())
            ),
            InfoDtmf { dialog, .. } => write!(f, "InfoDtmf({})", dialog.0),
            Options { id, .. } => write!(f, "Options({id})"),
            Register => f.write_str("Register"),
            Shutdown => f.write_str("Shutdown"),
        }
    }
}

impl fmt::Debug for SipEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SipEvent::*;
        match self {
            Registration(state) => write!(f, "Registration({state:?})"),
            Incoming { dialog, invite } => write!(f, "Incoming({}, {invite:?})", dialog.0),
            Ringing {
                dialog,
                fork,
                status,
            } => write!(f, "Ringing({}, {}, {status})", dialog.0, fork.0),
            Early { dialog, fork, .. } => write!(f, "Early({}, {})", dialog.0, fork.0),
            Answered { dialog, fork, .. } => write!(f, "Answered({}, {})", dialog.0, fork.0),
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
            .finish_non_exhaustive()
    }
}

/// Events the desk has not taken yet; beyond this the agent waits for it.
const EVENT_QUEUE: usize = 256;
