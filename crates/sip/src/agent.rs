//! The user agent's interface: a handle to send requests to, and the events that come of them.

mod shown;

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::account::Account;
use crate::bearer::TokenWanted;
use crate::invite::{Invite, NameAddr};
use crate::numbers::Numbers;
use crate::registration::RegistrationState;
use crate::run;
use crate::saved::SavedDialog;

/// One account's user agent: connects, registers, and keeps itself registered until
/// [`SipRequest::Shutdown`]. A cloneable handle; dropping the last one shuts the agent down.
#[derive(Clone, Debug)]
pub struct UserAgent {
    requests: mpsc::UnboundedSender<SipRequest>,
    dialogs: Arc<Numbers>,
}

impl UserAgent {
    /// Starts the agent on the current Tokio runtime. Events end after [`SipEvent::Stopped`].
    pub fn start(account: Account) -> (UserAgent, mpsc::Receiver<SipEvent>) {
        Self::start_among(account, 0, 1)
    }

    /// The same for one of several agents in a program: no two of them have calls with the same id, and
    /// the agent of a call is told by it. This is number `which` of so many (`of`), counted from 0: its
    /// calls are those whose id less one leaves `which` when divided by `of`.
    pub fn start_among(
        account: Account,
        which: u64,
        of: u64,
    ) -> (UserAgent, mpsc::Receiver<SipEvent>) {
        let (requests, inbox) = mpsc::unbounded_channel();
        let (events, outbox) = mpsc::channel(EVENT_QUEUE);
        let dialogs = Arc::new(Numbers::new(which + 1, of.max(1)));
        // Ends by itself once it has shut down, as it does when the last handle or the receiver goes.
        tokio::spawn(run::run(account, Arc::clone(&dialogs), inbox, events));
        (UserAgent { requests, dialogs }, outbox)
    }

    /// A fresh id for an outgoing call.
    pub fn next_dialog(&self) -> DialogKey {
        self.dialogs.next()
    }

    /// Calls of an earlier process have ids up to this one: new ones come after it. To be told right
    /// after [`Self::start`], before anybody can call; [`SipRequest::Restore`] does it by itself.
    pub fn reserve(&self, last: DialogKey) {
        self.dialogs.reserve(last);
    }

    /// Asks for something; never blocks. What comes of it is an event.
    pub fn send(&self, request: SipRequest) {
        if let SipRequest::Restore { dialog, .. } = &request {
            self.reserve(*dialog);
        }
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

/// One REFER within one call: ours as the desk has numbered it, theirs as we have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReferId(pub u32);

/// What a user agent can be asked to do.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SipRequest {
    /// Call `to`: a SIP or `tel:` URI, or a number or name in our own domain.
    /// `headers` are added as given; any with a line break, or that SIP itself owns, refuse the call.
    /// A call that a REFER asks for carries its `Replaces` and `Referred-By` so.
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
    /// Make an answered call of an earlier process again: it counts as confirmed, and `offer` goes out by
    /// re-INVITE at once, or as soon as there is a connection and, for as long as that may take the
    /// server, a registration. Outcome as for [`SipRequest::Reoffer`], but that 408 does not end the call
    /// before anything in it has had a 2xx. Where they know the dialog no longer or refuse, [`SavedDialog::replaces`] is
    /// another way. An offer of theirs that comes first is reported as
    /// always; if it is answered with SDP, ours is void ([`SipEvent::ReofferRefused`] with 491).
    Restore {
        /// The call's id: that of the earlier process, or another.
        dialog: DialogKey,
        /// As [`SipEvent::Saved`] last gave it.
        saved: Box<SavedDialog>,
        /// SDP offer.
        offer: String,
    },
    /// Hang up on the other side of a call of an earlier process that is not to be taken up: a BYE, as
    /// soon as there is a flow. Outcome: [`SipEvent::Ended`].
    Farewell {
        /// Id for it, from [`UserAgent::next_dialog`].
        dialog: DialogKey,
        /// As [`SipEvent::Saved`] last gave it.
        saved: Box<SavedDialog>,
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
    /// Ask the other side of an answered call to call somebody else (RFC 3515): a transfer.
    /// The call stays as it is. Outcome: [`SipEvent::ReferAnswered`], then [`SipEvent::ReferProgress`].
    Refer {
        /// The call.
        dialog: DialogKey,
        /// Handed back with the outcome; another one for each attempt in a call.
        refer: ReferId,
        /// Whom they shall call: as in [`SipRequest::Invite`].
        refer_to: String,
        /// Our own answered call with that person, which theirs takes the place of (RFC 3891).
        replaces: Option<DialogKey>,
    },
    /// Answer [`SipEvent::Referred`]: 2xx to take it on (sent as 202, and told of as 100 at once), else
    /// the refusal. Unanswered, it is declined after a while (603).
    AnswerRefer {
        /// The call.
        dialog: DialogKey,
        /// Which one.
        refer: ReferId,
        /// SIP status.
        status: u16,
    },
    /// Tell who referred us what has come of it; void where it is not taken on, or they want no word.
    NotifyRefer {
        /// The call.
        dialog: DialogKey,
        /// Which one.
        refer: ReferId,
        /// SIP status of the call that we have made for it.
        status: u16,
        /// Reason phrase; the standard one if none.
        reason: Option<String>,
        /// Whether this is the last word. A final status always is.
        last: bool,
    },
    /// Ask `to` for its capabilities; our own server if `None`. Outcome: [`SipEvent::OptionsAnswered`].
    Options {
        /// Handed back with the outcome.
        id: u64,
        /// Whom to ask.
        to: Option<String>,
    },
    /// Register now: the user asks to try again.
    Register,
    /// The operating system says that interfaces or addresses have changed, or the machine has woken. The flow is
    /// checked at once: if its address is gone, or nothing answers within 1 s, another is made without the usual
    /// wait, and registered over; if it is well, it stays. Only [`SipEvent::Registration`] tells of it.
    NetworkChanged,
    /// End all calls, un-register, close the flow. Ends with [`SipEvent::Stopped`].
    Shutdown,
    /// Stop at once and tell the other ends nothing: another agent takes up the calls
    /// ([`SipRequest::Restore`]). Ends with [`SipEvent::Stopped`].
    Leave,
}

/// What a user agent reports.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SipEvent {
    /// How registration stands; sent at every change.
    Registration(RegistrationState),
    /// A server refuses our access token, or there is none. To be answered by another one in
    /// [`Credentials::Token`](crate::Credentials::Token): registration then tries again at once.
    TokenWanted(TokenWanted),
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
    /// What [`SipRequest::Restore`] needs to make this call again in another process. Comes before
    /// [`SipEvent::Answered`], before our 200 to an incoming call, and whenever something has changed
    /// since that matters.
    Saved {
        /// The call.
        dialog: DialogKey,
        /// The latest, in place of any before.
        saved: Box<SavedDialog>,
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
    /// Our re-offer is refused; the session stays as it was. 491 is glare: try again a little later. After 481
    /// comes [`SipEvent::Ended`], and after 408, unless the call goes by another edge server than before: its route
    /// may lead through the dead one, and [`SavedDialog::replaces`] is the way round.
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
    /// The answer to our REFER. After a 2xx comes [`SipEvent::ReferProgress`], which may even come first.
    /// 408, and 503 for one that was sent, may also mean that nobody knows: progress that comes after them is true.
    /// A call that ends takes its REFERs along without a word.
    ReferAnswered {
        /// The call.
        dialog: DialogKey,
        /// As in the request.
        refer: ReferId,
        /// SIP status; 408 if none came, 503 without a connection, 481 if one of the calls does not stand.
        status: u16,
        /// Whether it has gone out. If not, the other side knows nothing of it, and never will.
        sent: bool,
        /// Whether progress will be told; not after a refusal, and not where they say so (RFC 4488).
        subscribed: bool,
    },
    /// What has come of our REFER so far, as the other side tells (a NOTIFY, RFC 3515 §2.4.4).
    ReferProgress {
        /// The call.
        dialog: DialogKey,
        /// As in the request.
        refer: ReferId,
        /// SIP status of the call that they make: below 200 on the way, 2xx if it stands.
        status: u16,
        /// Nothing more will be told. With a status below 200, how it ends stays unknown.
        terminated: bool,
    },
    /// The other side asks us to call somebody else, within the call or by a `Target-Dialog` that names it
    /// (RFC 4538). Answer by [`SipRequest::AnswerRefer`].
    Referred {
        /// The call it came in.
        dialog: DialogKey,
        /// Our id for it.
        refer: ReferId,
        /// Whom to call.
        refer_to: NameAddr,
        /// The `Replaces` header to call with, if any.
        replaces: Option<String>,
        /// The `Referred-By` header to call with, if any: who asks, as they say themselves.
        referred_by: Option<String>,
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
    /// The call that has taken this one's place, accepted by us (RFC 3891).
    pub replaced_by: Option<DialogKey>,
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

/// Events the desk has not taken yet; beyond this the agent waits for it.
const EVENT_QUEUE: usize = 256;
