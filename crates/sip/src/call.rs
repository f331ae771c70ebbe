//! One call: an INVITE usage with all its forks, from the first request to the last response.
//!
//! Pure: it is told the time, what came, and what the desk wants, and puts what is to be done on
//! the [`Line`]. It outlives its `Ended` event until its transactions are done: a BYE may still be
//! challenged, a late 200 of a cancelled call still has to be acknowledged and hung up.

mod cause;
mod incoming;
mod offer;
mod outgoing;
mod replacing;
mod restoring;
mod sending;
mod talking;
mod targeted;
mod transfer;

use std::time::Instant;

use rsipstack::sip::{Header, Method, Request, Response};

use crate::agent::{DialogKey, EndCause, ForkId, SipEvent, SipRequest};
use crate::dialog::Dialog;
use crate::edges::Edge;
use crate::headers;
use crate::line::Line;
use crate::saved::SavedDialog;
use crate::timers::{SessionTimer, SessionWish};
use crate::transactions::{ClientId, ServerId};

use incoming::{Rack, Ringing};
use outgoing::Invitation;
use restoring::Resuming;
use sending::{GRACE, Purpose, Sent};
use transfer::{Referred, Referring};

pub(crate) use replacing::Replacing;

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    key: DialogKey,
    stage: Stage,
    /// Our INVITE, until its transaction is done.
    invitation: Option<Invitation>,
    /// One for each fork that has answered; one for an incoming call.
    legs: Vec<Leg>,
    /// Requests of ours within the dialogs, and what they are for.
    sent: Vec<Sent>,
    /// Their INVITE or UPDATE with an offer (or without) that the desk has to answer.
    asked: Option<(ServerId, Request)>,
    /// Our 2xx to an INVITE of theirs that is not acknowledged yet.
    unacked: Option<Unacked>,
    /// Our reliable provisional response whose PRACK our 200 may have crossed.
    unpracked: Option<Rack>,
    /// Our REFERs, and theirs.
    referring: Vec<Referring>,
    referred: Vec<Referred>,
    was_referred: bool,
    /// The call that this one is to take the place of.
    replaces: Option<DialogKey>,
    /// The call that takes this one's place: our 200 to it has gone out.
    replaced_by: Option<DialogKey>,
    session: Option<SessionTimer>,
    /// When to try a refresh again that has failed.
    refresh_at: Option<Instant>,
    /// The edge that requests go by, and whether none has had a 2xx since it is another than before: the
    /// dialog's route may lead through one that is dead.
    edge: Option<Edge>,
    unproven: bool,
    wish: SessionWish,
    local_sdp: String,
    remote_sdp: String,
    /// What was last told for the next process.
    saved: Option<Box<SavedDialog>>,
    /// Restored, and the other side has not answered us yet.
    resuming: Option<Resuming>,
    /// When to give up what is still open after the end, or waits for a flow.
    deadline: Option<Instant>,
}

#[derive(Debug)]
enum Stage {
    /// Ours, not answered yet.
    Calling,
    /// Theirs, not answered yet.
    Ringing(Box<Ringing>),
    /// Answered, with this leg.
    Talking(usize),
    Over,
}

/// A dialog of this call.
#[derive(Debug)]
struct Leg {
    fork: ForkId,
    dialog: Dialog,
    /// The last reliable provisional response from there: number of the INVITE, and `RSeq`.
    rseq: Option<(u32, u32)>,
    early_sdp: Option<String>,
    /// The offer of the INVITE has its answer by a reliable response (RFC 3262 §5).
    answered: bool,
    /// BYE has been sent, or has come.
    hung_up: bool,
}

#[derive(Debug)]
struct Unacked {
    server: ServerId,
    /// Which dialog.
    leg: usize,
    /// The 2xx carried our offer: the ACK carries the answer.
    offered: bool,
    /// It answered the INVITE that began the call.
    initial: bool,
    /// Hang up as soon as it is acknowledged (RFC 3261 §15).
    bye: bool,
}

impl Call {
    fn new(key: DialogKey, stage: Stage, line: &Line) -> Self {
        Self {
            key,
            stage,
            invitation: None,
            legs: Vec::new(),
            sent: Vec::new(),
            asked: None,
            unacked: None,
            unpracked: None,
            referring: Vec::new(),
            referred: Vec::new(),
            was_referred: false,
            replaces: None,
            replaced_by: None,
            session: None,
            refresh_at: None,
            edge: line.edge,
            unproven: false,
            wish: line.wish,
            local_sdp: String::new(),
            remote_sdp: String::new(),
            saved: None,
            resuming: None,
            deadline: None,
        }
    }

    /// What the desk asks of this call.
    pub(crate) fn ask(&mut self, line: &mut Line, now: Instant, request: SipRequest) {
        match request {
            SipRequest::Ring { .. } => self.ring(line, now),
            SipRequest::Progress { answer, .. } => self.progress(line, now, answer),
            SipRequest::Accept { sdp, .. } => self.accept(line, now, sdp),
            SipRequest::Reject { status, reason, .. } => {
                self.reject(line, now, status, reason.as_deref().unwrap_or(""))
            }
            SipRequest::Cancel { .. } | SipRequest::Bye { .. } => self.hang_up(line, now),
            SipRequest::Reoffer { offer, .. } => self.reoffer(line, now, offer),
            SipRequest::AnswerReoffer { answer, .. } => self.answer_reoffer(line, now, answer),
            SipRequest::InfoDtmf {
                digit, duration_ms, ..
            } => self.info(line, now, digit, duration_ms),
            SipRequest::AnswerRefer { refer, status, .. } => {
                self.answer_refer(line, now, refer, status);
            }
            SipRequest::NotifyRefer {
                refer,
                status,
                reason,
                last,
                ..
            } => self.notify_refer(
                line,
                now,
                refer,
                status,
                reason.as_deref().unwrap_or(""),
                last,
            ),
            SipRequest::Invite { .. }
            | SipRequest::Restore { .. }
            | SipRequest::Farewell { .. }
            | SipRequest::Refer { .. }
            | SipRequest::Options { .. }
            | SipRequest::Register
            | SipRequest::NetworkChanged
            | SipRequest::Shutdown
            | SipRequest::Leave => {}
        }
    }

    /// Whether a request within a dialog is for this call.
    pub(crate) fn owns(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> bool {
        self.legs
            .iter()
            .any(|leg| leg.dialog.owns(call_id, local_tag, remote_tag))
    }

    /// Whether a dialog with this tag of ours may still come of our INVITE.
    pub(crate) fn awaits(&self, call_id: &str, local_tag: &str) -> bool {
        let invitation = self.invitation.as_ref();
        matches!(self.stage, Stage::Calling)
            && invitation.is_some_and(|invitation| invitation.begins(call_id, local_tag))
    }

    /// Whether a request of ours belongs to this call.
    pub(crate) fn sent(&self, id: ClientId) -> bool {
        self.invitation.as_ref().is_some_and(|i| i.id == Some(id))
            || self.sent.iter().any(|s| s.id == Some(id))
    }

    /// Whether this call has that request of theirs to answer, or its ACK to await.
    pub(crate) fn serves(&self, id: ServerId) -> bool {
        matches!(&self.stage, Stage::Ringing(ringing) if ringing.server == id)
            || self.asked.as_ref().is_some_and(|(server, _)| *server == id)
            || self
                .unacked
                .as_ref()
                .is_some_and(|unacked| unacked.server == id)
    }

    /// Whether this is the same INVITE come by another way (RFC 3261 §8.2.2.2: 482).
    pub(crate) fn is_merged(&self, invite: &Request) -> bool {
        let Stage::Ringing(ringing) = &self.stage else {
            return false;
        };
        let same = |name| {
            headers::get(&ringing.request.headers, name) == headers::get(&invite.headers, name)
        };
        same("Call-ID") && same("CSeq") && same("From")
    }

    /// A response to a request of ours.
    pub(crate) fn response(
        &mut self,
        line: &mut Line,
        now: Instant,
        id: ClientId,
        response: &Response,
    ) {
        if self.invitation.as_ref().is_some_and(|i| i.id == Some(id)) {
            self.invited(line, now, response);
        } else if let Some(at) = self.sent.iter().position(|s| s.id == Some(id)) {
            self.answered(line, now, at, response);
        }
    }

    /// A request of ours is finished: nothing more will come for it.
    pub(crate) fn client_done(&mut self, line: &mut Line, now: Instant, id: ClientId) {
        if self.invitation.as_ref().is_some_and(|i| i.id == Some(id)) {
            self.invitation = None;
            if matches!(self.stage, Stage::Calling) {
                self.end(line, now, EndCause::network("no answer"));
            }
        }
        if let Some(at) = self.sent.iter().position(|s| s.id == Some(id))
            && let Purpose::Refer(refer) = self.sent.remove(at).purpose
        {
            self.refer_unanswered(line, refer, 408, true);
        }
    }

    /// The flow broke before this request of ours was answered.
    pub(crate) fn lost(&mut self, line: &mut Line, now: Instant, id: ClientId) {
        if self.invitation.as_ref().is_some_and(|i| i.id == Some(id)) {
            self.lost_invitation(line, now);
        } else if let Some(at) = self.sent.iter().position(|s| s.id == Some(id)) {
            self.lost_request(line, now, at);
        }
    }

    /// There is a flow again: sends what could not be sent. A server that does not register us
    /// still has to hear that a call is over.
    pub(crate) fn connected(&mut self, line: &mut Line, now: Instant) {
        let parked: Vec<usize> = (0..self.sent.len())
            .filter(|&at| self.sent[at].id.is_none())
            .collect();
        if parked.is_empty() {
            return;
        }
        // How long to wait for a flow; from here on, for an answer.
        self.deadline = None;
        for at in parked {
            self.transmit(line, now, at);
        }
    }

    /// Registered over a new flow: tells the other side, by a refresh of the session, where we can
    /// be reached now.
    pub(crate) fn recovered(&mut self, line: &mut Line, now: Instant) {
        // Who is being restored tells it by an offer.
        if matches!(self.stage, Stage::Talking(_)) && !self.is_resuming() {
            self.refresh(line, now);
        }
    }

    /// Does what is due.
    pub(crate) fn timeout(&mut self, line: &mut Line, now: Instant) {
        if matches!(self.stage, Stage::Ringing(_)) {
            self.repeat_reliable(line, now);
        }
        self.decline_refers(line, now);
        self.session_due(line, now);
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.give_up(line, now);
        }
    }

    /// When to call [`Self::timeout`] next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let ringing = match &self.stage {
            Stage::Ringing(ringing) => ringing.poll_timeout(),
            _ => None,
        };
        let session = match self.stage {
            Stage::Talking(_) => self.session.as_ref().map(SessionTimer::poll_timeout),
            _ => None,
        };
        [
            ringing,
            session,
            self.refer_due(),
            self.resume_due(),
            self.refresh_at,
            self.deadline,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether nothing is left to do: the call can be forgotten.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Over)
            && self.invitation.is_none()
            && self.sent.is_empty()
            && self.unacked.is_none()
    }

    /// Whether somebody is on the line, or does not know yet that nobody is.
    pub(crate) fn needs_flow(&self) -> bool {
        matches!(self.stage, Stage::Talking(_)) || self.sent.iter().any(|s| s.id.is_none())
    }

    /// Whether the other side knows that the call is over: nothing of ours waits for an answer.
    pub(crate) fn is_quiet(&self) -> bool {
        let waiting = |s: &Sent| s.ack.is_none() && s.id.is_some();
        let cancelling = self
            .invitation
            .as_ref()
            .is_some_and(Invitation::is_to_be_cancelled);
        self.is_over() && !self.sent.iter().any(waiting) && self.unacked.is_none() && !cancelling
    }

    /// Whether `Ended` has been said.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Ends the call from our side, by whatever its stage calls for.
    pub(crate) fn hang_up(&mut self, line: &mut Line, now: Instant) {
        match self.stage {
            Stage::Calling => {
                self.cancel(line, now);
                self.end(line, now, EndCause::local("cancelled"));
            }
            Stage::Ringing(_) => self.reject(line, now, 480, ""),
            Stage::Talking(leg) => {
                self.bye(line, now, leg, None);
                self.end(line, now, EndCause::local("hung up"));
            }
            Stage::Over => {}
        }
    }

    /// Says that the call is over, and sets a limit to what is left of it.
    fn end(&mut self, line: &mut Line, now: Instant, mut cause: EndCause) {
        if matches!(self.stage, Stage::Over) {
            return;
        }
        if let Some((server, request)) = self.asked.take() {
            let status = if request.method == Method::Invite {
                487
            } else {
                481
            };
            line.refuse(server, &request, status, Vec::new());
        }
        self.end_refers(line);
        cause.replaced_by = self.replaced_by;
        self.stage = Stage::Over;
        self.refresh_at = None;
        self.keep_until(now + line.transaction_timeout() + GRACE);
        line.emit(SipEvent::Ended {
            dialog: self.key,
            cause,
        });
    }

    /// Tells the desk, unless the call is over: `Ended` is the last word.
    fn tell(&self, line: &mut Line, event: SipEvent) {
        if !self.is_over() {
            line.emit(event);
        }
    }

    /// Sends BYE on a leg; once the other side has acknowledged our 200, if it has not (§15).
    fn bye(&mut self, line: &mut Line, now: Instant, leg: usize, reason: Option<&str>) {
        if let Some(unacked) = self.unacked.as_mut().filter(|u| u.leg == leg) {
            unacked.bye = true;
            return;
        }
        self.legs[leg].hung_up = true;
        let mut request =
            self.legs[leg]
                .dialog
                .request(Method::Bye, &line.local.contact, &line.user_agent);
        if let Some(reason) = reason {
            request.headers.push(Header::Reason(reason.into()));
        }
        self.send(line, now, leg, request, Purpose::Bye);
    }
}

#[cfg(test)]
mod tests;
