//! From one click to the word of the server: a customer, an expert, and what becomes of the two.
//!
//! A transfer has happened when the server says so (NOTIFY with 2xx, RFC 3515 §2.4.4), and not
//! before: its 202 only says that it has understood. Until then, and whatever fails, the agent has
//! both people.

use std::time::Instant;

use crate::{
    command::{Command, Notice, Refusal},
    party::Party,
    phone::Phone,
    reason::EndReason,
    state::{CallId, State, Suspicion},
};

/// A customer on the way to somebody else.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub(crate) customer: CallId,
    pub(crate) expert: Option<CallId>,
    pub(crate) to: Party,
    pub(crate) how: How,
    pub(crate) phase: Phase,
    /// When it completes by itself.
    pub(crate) completes_at: Option<Instant>,
    /// When the server has been silent for too long.
    pub(crate) deadline: Option<Instant>,
    /// The REFER under way, or the last one.
    pub(crate) refer: u32,
    /// The server has understood what it is asked.
    pub(crate) accepted: bool,
    /// The server tells nothing more (RFC 4488): what it does to the calls has to do.
    pub(crate) untold: bool,
    pub(crate) trouble: Option<TransferReason>,
}

/// What a transfer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// The agent talks with the expert first.
    Consult,
    /// The same, and it completes by itself some time after the expert has answered.
    HandOver,
    /// Without talking to anybody first.
    Blind,
    /// Into the server's conference, where the agent is too.
    Conference,
    /// The agent leaves a group to the two others.
    Leave,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// The expert is being called.
    Calling,
    /// The expert has answered.
    Consulting,
    /// REFER has gone out: the server's word is awaited.
    Completing,
}

/// A step of a transfer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransferNews {
    /// The expert is being called.
    Calling,
    /// The expert has answered.
    Consulting,
    /// REFER is about to go out.
    Completing,
    /// The server says that it is done: the agent has left.
    Done,
    /// It did not come about: the agent has everybody who was there before.
    Failed,
    /// All hear each other by way of this phone.
    Merged,
    /// It ended without: the expert or the customer is gone, or the agent went back.
    Over,
}

/// Why a transfer took that step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransferReason {
    /// The server will not transfer this call.
    Refused {
        /// With this status.
        status: u16,
    },
    /// The server does not transfer calls at all: the people were merged here.
    NotSupported {
        /// It said so with this status.
        status: u16,
    },
    /// The server tried, and could not connect the two.
    NotConnected {
        /// With this status.
        status: u16,
    },
    /// The server has said nothing for too long.
    NoWord,
    /// The connection to the server broke before it answered.
    ConnectionLost,
    /// The expert's call has ended.
    ExpertGone(EndReason),
    /// The customer's call has ended.
    CustomerGone(EndReason),
    /// The calls ended here before the server said whether it connected the two: it may have, or the
    /// customer has hung up.
    Unsaid,
    /// The agent went back to the customer.
    Back,
    /// The server said so after we had given up waiting.
    Late,
    /// The expert may be a machine: it does not complete by itself.
    MaybeMachine(Suspicion),
}

impl TransferNews {
    /// A short code for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Calling => "calling",
            Self::Consulting => "consulting",
            Self::Completing => "completing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Merged => "merged",
            Self::Over => "over",
        }
    }
}

impl TransferReason {
    /// What happened, as one sentence for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::Refused { .. } => "The phone system refused to transfer this call.",
            Self::NotSupported { .. } => {
                "The phone system does not transfer calls: you are all in one conversation now, \
                 by way of this phone."
            }
            Self::NotConnected { .. } => "The phone system could not connect the two.",
            Self::NoWord => "The phone system has not said whether the transfer worked.",
            Self::ConnectionLost => "The connection to the phone system broke during the transfer.",
            Self::ExpertGone(reason) => reason.of_expert(),
            Self::CustomerGone(_) => "The customer's call is over.",
            Self::Unsaid => {
                "The call ended here before the phone system said whether it was handed over."
            }
            Self::Back => "You went back to the customer.",
            Self::Late => "The phone system says, late, that it has connected customer and expert.",
            Self::MaybeMachine(suspicion) => suspicion.words(),
        }
    }

    /// What the person can do about it; empty if there is nothing to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Refused { .. } | Self::NotConnected { .. } => {
                "Try again, or merge: then all three of you hear each other."
            }
            Self::NotSupported { .. } => "Stay on the line until they are done.",
            Self::NoWord | Self::ConnectionLost => {
                "You still have the customer. Ask whether the expert is there, or try again."
            }
            Self::ExpertGone(_) => "You still have the customer.",
            Self::Unsaid => "Call the customer back if you are in doubt.",
            Self::Late => "Hang up when you are done.",
            Self::MaybeMachine(_) => "Listen before you hand the customer over.",
            Self::CustomerGone(_) | Self::Back => "",
        }
    }

    /// A short code for machines: lower-case words joined by underscores, never changed.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::NotSupported { .. } => "not_supported",
            Self::NotConnected { .. } => "not_connected",
            Self::NoWord => "no_word",
            Self::ConnectionLost => "connection_lost",
            Self::ExpertGone(_) => "expert_gone",
            Self::CustomerGone(_) => "customer_gone",
            Self::Unsaid => "unsaid",
            Self::Back => "back",
            Self::Late => "late",
            Self::MaybeMachine(suspicion) => suspicion.code(),
        }
    }

    /// The status that the server gave, if it gave one.
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Refused { status }
            | Self::NotSupported { status }
            | Self::NotConnected { status } => Some(status),
            _ => None,
        }
    }
}

impl Transfer {
    /// The customer's call.
    pub fn customer(&self) -> CallId {
        self.customer
    }

    /// The expert's call; none if nobody was asked first.
    pub fn expert(&self) -> Option<CallId> {
        self.expert
    }

    /// To whom.
    pub fn to(&self) -> &Party {
        &self.to
    }

    /// What it is.
    pub fn how(&self) -> How {
        self.how
    }

    /// How far it is.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// When it completes by itself, if it does.
    pub fn completes_at(&self) -> Option<Instant> {
        self.completes_at
    }

    /// Why the last attempt failed, if one did.
    pub fn trouble(&self) -> Option<TransferReason> {
        self.trouble
    }

    pub(crate) fn new(customer: CallId, expert: Option<CallId>, to: Party, how: How) -> Self {
        Self {
            customer,
            expert,
            to,
            how,
            phase: Phase::Calling,
            completes_at: None,
            deadline: None,
            refer: 0,
            accepted: false,
            untold: false,
            trouble: None,
        }
    }

    /// Customer and expert of an earlier run, who were talked to.
    pub(crate) fn restored(customer: CallId, expert: CallId, to: Party) -> Self {
        Self {
            phase: Phase::Consulting,
            ..Self::new(customer, Some(expert), to, How::Consult)
        }
    }

    /// `new` is in the place of `old`.
    pub(crate) fn rename(&mut self, old: CallId, new: CallId) {
        if self.customer == old {
            self.customer = new;
        }
        if self.expert == Some(old) {
            self.expert = Some(new);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.completes_at.into_iter().chain(self.deadline).min()
    }
}

impl Phone {
    /// The transfer whose REFER this is, if its outcome is still awaited.
    pub(crate) fn completing(&mut self, customer: CallId, refer: u32) -> Option<&mut Transfer> {
        self.transfer_mut(customer)
            .filter(|t| t.phase == Phase::Completing && t.refer == refer)
    }

    pub(crate) fn transfer_of(&self, customer: CallId) -> Option<&Transfer> {
        self.transfers.iter().find(|t| t.customer == customer)
    }

    pub(crate) fn transfer_mut(&mut self, customer: CallId) -> Option<&mut Transfer> {
        self.transfers.iter_mut().find(|t| t.customer == customer)
    }

    /// Whether a call is being handed over at this moment.
    pub(crate) fn is_completing(&self, id: CallId) -> bool {
        let part = |t: &&Transfer| t.customer == id || t.expert == Some(id);
        let mut transfers = self.transfers.iter().filter(part);
        transfers.any(|t| t.phase == Phase::Completing)
    }

    /// The expert of a customer, and how far it is.
    pub(crate) fn consultation(&mut self, customer: CallId) -> Result<(CallId, Phase), Refusal> {
        self.established(customer)?;
        let transfer = self.transfer_of(customer).ok_or(Refusal::NotConsulting)?;
        let expert = transfer.expert.filter(|_| transfer.how != How::Conference);
        match (expert, transfer.phase) {
            (None, Phase::Completing) => Err(Refusal::Transferring),
            (None, _) => Err(Refusal::NotConsulting),
            (Some(expert), phase) => Ok((expert, phase)),
        }
    }

    /// An answered call that no transfer has to do with.
    pub(crate) fn free(&mut self, id: CallId) -> Result<(), Refusal> {
        if self.established(id)?.recovering() {
            return Err(Refusal::NotEstablished);
        }
        if self.is_completing(id) {
            return Err(Refusal::Transferring);
        }
        if self.has_part(id) {
            return Err(Refusal::Consulting);
        }
        Ok(())
    }

    /// Whether a call is the customer's or the expert's of a transfer.
    pub(crate) fn has_part(&self, id: CallId) -> bool {
        let part = |t: &Transfer| t.customer == id || t.expert == Some(id);
        self.transfers.iter().any(part)
    }

    /// A call that is over is shown no longer, though the server has not said yet what became of it.
    pub(crate) fn expert_forgotten(&mut self, id: CallId) {
        for transfer in self.transfers.iter_mut() {
            transfer.expert = transfer.expert.filter(|expert| *expert != id);
        }
    }

    /// Give a call the agent's ears and voice, held or not, answered or not.
    pub(crate) fn talk_to(&mut self, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id).filter(|call| call.live()) {
            if call.state == State::Established {
                call.negotiation.want(false);
            }
            self.take_focus(id);
        }
    }

    pub(crate) fn say(
        &self,
        customer: CallId,
        expert: Option<CallId>,
        news: TransferNews,
        reason: Option<TransferReason>,
        commands: &mut Vec<Command>,
    ) {
        commands.push(Command::Notice(Notice::Transfer {
            customer,
            expert,
            news,
            reason,
        }));
    }
}
