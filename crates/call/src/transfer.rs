//! From one click to the word of the server: a customer, an expert, and what becomes of the two.
//!
//! A transfer has happened when the server says so (NOTIFY with 2xx, RFC 3515 §2.4.4), and not
//! before: its 202 only says that it has understood. Until then, and whatever fails, the agent has
//! both people.

use std::time::{Duration, Instant};

use crate::{
    command::{Command, MediaCommand, Notice, Refusal, SipCommand},
    party::Party,
    phone::Phone,
    reason::EndReason,
    state::{Call, CallId, State, Suspicion},
};

/// A customer on the way to somebody else.
#[derive(Clone, Debug)]
pub struct Transfer {
    customer: CallId,
    expert: Option<CallId>,
    to: Party,
    how: How,
    phase: Phase,
    /// When it completes by itself.
    completes_at: Option<Instant>,
    /// When the server has been silent for too long.
    deadline: Option<Instant>,
    /// The REFER under way, or the last one.
    refer: u32,
    /// The server has understood what it is asked.
    accepted: bool,
    /// The server tells nothing more (RFC 4488): what it does to the calls has to do.
    untold: bool,
    trouble: Option<TransferReason>,
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
    pub(crate) fn consult(
        &mut self,
        now: Instant,
        transfer: Transfer,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let (customer, expert) = (transfer.customer, transfer.expert);
        self.free(customer)?;
        let (Some(expert), to) = (expert, transfer.to.clone()) else {
            return Err(Refusal::NotConsulting);
        };
        self.dial(now, expert, to, None, commands)?;
        self.transfers.push(transfer);
        self.say(
            customer,
            Some(expert),
            TransferNews::Calling,
            None,
            commands,
        );
        Ok(())
    }

    pub(crate) fn blind(
        &mut self,
        now: Instant,
        customer: CallId,
        to: Party,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        self.free(customer)?;
        if self.grouped(customer) {
            return Err(Refusal::Grouped);
        }
        // Music for the customer, and no word of the agent into another ear.
        if self.focus == Some(customer) {
            self.drop_focus();
        }
        self.transfers
            .push(Transfer::new(customer, None, to, How::Blind));
        self.ask(now, customer, commands);
        Ok(())
    }

    pub(crate) fn swap(&mut self, customer: CallId) -> Result<(), Refusal> {
        let (expert, phase) = self.consultation(customer)?;
        if phase == Phase::Completing {
            return Err(Refusal::Transferring);
        }
        let to = if self.focus == Some(customer) {
            expert
        } else {
            customer
        };
        self.talk_to(to);
        self.keep_consulting(customer)
    }

    pub(crate) fn back(
        &mut self,
        now: Instant,
        customer: CallId,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let (expert, phase) = self.consultation(customer)?;
        if phase == Phase::Completing {
            return Err(Refusal::Transferring);
        }
        self.transfers.retain(|t| t.customer != customer);
        self.say(
            customer,
            Some(expert),
            TransferNews::Over,
            Some(TransferReason::Back),
            commands,
        );
        let reason = match self.calls.get(&expert).map(|call| call.state) {
            Some(State::Established) => EndReason::HungUp,
            _ => EndReason::Cancelled,
        };
        self.end(now, expert, reason, 480, commands);
        self.talk_to(customer);
        Ok(())
    }

    pub(crate) fn complete(
        &mut self,
        now: Instant,
        customer: CallId,
        sure: bool,
        commands: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        let (expert, phase) = self.consultation(customer)?;
        match phase {
            Phase::Calling => return Err(Refusal::ExpertNotThere),
            Phase::Completing => return Err(Refusal::Transferring),
            Phase::Consulting => {}
        }
        if self.established(customer)?.recovering() || self.established(expert)?.recovering() {
            return Err(Refusal::NotEstablished);
        }
        if let Some(suspicion) = self.calls.get(&expert).and_then(|call| call.suspicion)
            && !sure
        {
            return Err(Refusal::MaybeMachine(suspicion));
        }
        self.ask(now, customer, commands);
        Ok(())
    }

    pub(crate) fn keep_consulting(&mut self, customer: CallId) -> Result<(), Refusal> {
        let transfer = self.transfer_mut(customer).ok_or(Refusal::NotConsulting)?;
        transfer.completes_at = None;
        // Nor later, if the expert has not answered yet.
        if transfer.how == How::HandOver {
            transfer.how = How::Consult;
        }
        Ok(())
    }

    /// The expert has answered.
    pub(crate) fn expert_answered(
        &mut self,
        now: Instant,
        expert: CallId,
        commands: &mut Vec<Command>,
    ) {
        let after = self.config.complete_on_answer;
        let Some(transfer) = self.transfers.iter_mut().find(|t| {
            t.expert == Some(expert) && t.phase == Phase::Calling && t.how != How::Conference
        }) else {
            return;
        };
        transfer.phase = Phase::Consulting;
        let customer = transfer.customer;
        if transfer.how == How::HandOver {
            transfer.completes_at = after.map(|after| now + after);
        }
        self.say(
            customer,
            Some(expert),
            TransferNews::Consulting,
            None,
            commands,
        );
        commands.push(Command::Media(MediaCommand::WatchGreeting(expert)));
        let at_once = |call: &&Call| {
            let within = |sent| now.saturating_duration_since(sent) <= AT_ONCE;
            !call.rang && call.invited.is_some_and(within)
        };
        if self.calls.get(&expert).filter(at_once).is_some() {
            self.suspicious(expert, Suspicion::AnsweredAtOnce, commands);
        }
    }

    /// The far end may be a machine. It is said, and nothing is done by itself any more.
    pub(crate) fn suspicious(
        &mut self,
        expert: CallId,
        suspicion: Suspicion,
        commands: &mut Vec<Command>,
    ) {
        let Some(transfer) = self
            .transfers
            .iter_mut()
            .find(|t| t.expert == Some(expert) && t.phase == Phase::Consulting)
        else {
            return;
        };
        transfer.completes_at = None;
        let customer = transfer.customer;
        if let Some(call) = self.calls.get_mut(&expert) {
            call.suspicion = Some(suspicion);
        }
        self.say(
            customer,
            Some(expert),
            TransferNews::Consulting,
            Some(TransferReason::MaybeMachine(suspicion)),
            commands,
        );
    }

    pub(crate) fn refer_answered(
        &mut self,
        now: Instant,
        customer: CallId,
        refer: u32,
        status: u16,
        subscribed: bool,
        commands: &mut Vec<Command>,
    ) {
        let word = now + self.config.transfer_word;
        let Some(transfer) = self.completing(customer, refer) else {
            return;
        };
        match status {
            200..300 => {
                transfer.accepted = true;
                transfer.untold = !subscribed;
                transfer.deadline = Some(word);
            }
            405 | 501 | 603 => self.merge_instead(now, customer, status, commands),
            408 | 503 => self.failed(now, customer, TransferReason::ConnectionLost, commands),
            status => self.failed(now, customer, TransferReason::Refused { status }, commands),
        }
    }

    pub(crate) fn refer_progress(
        &mut self,
        now: Instant,
        customer: CallId,
        refer: u32,
        status: u16,
        terminated: bool,
        commands: &mut Vec<Command>,
    ) {
        let word = now + self.config.transfer_word;
        match self.completing(customer, refer) {
            Some(_) if (200..300).contains(&status) => {
                self.done(now, customer, refer, None, commands);
            }
            Some(_) if status >= 300 => {
                let reason = TransferReason::NotConnected { status };
                self.failed(now, customer, reason, commands);
            }
            Some(_) if terminated => self.failed(now, customer, TransferReason::NoWord, commands),
            Some(transfer) => transfer.deadline = Some(word),
            None if (200..300).contains(&status) => self.late_word(now, customer, refer, commands),
            None => {}
        }
    }

    /// Everything of transfers that is due.
    pub(crate) fn transfers_due(&mut self, now: Instant, commands: &mut Vec<Command>) {
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let of = |due: &dyn Fn(&Transfer) -> bool, all: &[Transfer]| -> Vec<CallId> {
            let all = all.iter().filter(|t| due(t));
            all.map(|t| t.customer).collect()
        };
        for customer in of(&|t| due(t.completes_at), &self.transfers) {
            // If it cannot be done now, the agent sees both people and the button.
            if let Some(transfer) = self.transfer_mut(customer) {
                transfer.completes_at = None;
            }
            let _ = self.complete(now, customer, false, commands);
        }
        for customer in of(&|t| due(t.deadline), &self.transfers) {
            self.failed(now, customer, TransferReason::NoWord, commands);
        }
    }

    /// A call has ended: what that means to the transfers it is part of.
    pub(crate) fn transfers_after(
        &mut self,
        now: Instant,
        ended: CallId,
        reason: EndReason,
        commands: &mut Vec<Command>,
    ) {
        let part = |t: &&Transfer| t.customer == ended || t.expert == Some(ended);
        let of_it: Vec<CallId> = self
            .transfers
            .iter()
            .filter(part)
            .map(|t| t.customer)
            .collect();
        for customer in of_it {
            self.transfer_after(now, customer, ended, reason, commands);
        }
    }

    fn transfer_after(
        &mut self,
        now: Instant,
        customer: CallId,
        ended: CallId,
        reason: EndReason,
        commands: &mut Vec<Command>,
    ) {
        let Some(transfer) = self.transfer_mut(customer) else {
            return;
        };
        let (expert, how) = (transfer.expert, transfer.how);
        let (accepted, untold) = (transfer.accepted, transfer.untold);
        let of_customer = customer == ended;
        let completing = transfer.phase == Phase::Completing;
        if completing && !of_customer && how != How::Conference {
            // That is how a server begins: the customer takes this call's place. Word follows.
            let soon = now + EXPERT_REPLACED;
            transfer.deadline = transfer.deadline.map(|at| at.min(soon));
            return;
        }
        let expert_lives = expert
            .and_then(|id| self.calls.get(&id))
            .is_some_and(Call::live);
        let both_gone = completing && !expert_lives;
        let (news, reason) = match (of_customer, both_gone) {
            (true, true) if untold => (TransferNews::Done, TransferReason::Unsaid),
            (true, true) if how != How::Blind || accepted => {
                (TransferNews::Over, TransferReason::Unsaid)
            }
            (true, _) => (TransferNews::Over, TransferReason::CustomerGone(reason)),
            (false, _) => (TransferNews::Over, TransferReason::ExpertGone(reason)),
        };
        self.transfers.retain(|t| t.customer != customer);
        self.say(customer, expert, news, Some(reason), commands);
    }

    /// Send REFER, and wait for the server's word.
    pub(crate) fn ask(&mut self, now: Instant, customer: CallId, commands: &mut Vec<Command>) {
        let word = now + self.config.transfer_word;
        self.refers += 1;
        let refer = self.refers;
        let Some(transfer) = self.transfer_mut(customer) else {
            return;
        };
        transfer.phase = Phase::Completing;
        transfer.completes_at = None;
        transfer.deadline = Some(word);
        transfer.refer = refer;
        transfer.accepted = false;
        transfer.untold = false;
        transfer.trouble = None;
        let (to, expert) = (transfer.to.clone(), transfer.expert);
        let replaces = expert.filter(|_| transfer.how != How::Conference);
        if let Some(call) = self.calls.get_mut(&customer) {
            call.refers.push((refer, replaces));
        }
        self.say(customer, expert, TransferNews::Completing, None, commands);
        commands.push(Command::Sip(SipCommand::Refer {
            call: customer,
            refer,
            to,
            replaces,
        }));
    }

    /// The server has connected the two of this REFER: let go of both. Whom it does not concern, the
    /// agent keeps: the conference, or an expert who was asked since.
    fn done(
        &mut self,
        now: Instant,
        customer: CallId,
        refer: u32,
        reason: Option<TransferReason>,
        commands: &mut Vec<Command>,
    ) {
        let replaced = self.replaced_by(customer, refer).flatten();
        let expert = self.transfer_of(customer).and_then(|t| t.expert);
        let expert = replaced.or(expert);
        self.transfers.retain(|t| t.customer != customer);
        self.say(customer, expert, TransferNews::Done, reason, commands);
        self.end(now, customer, EndReason::Transferred, 480, commands);
        if let Some(replaced) = replaced {
            self.end(now, replaced, EndReason::Transferred, 480, commands);
        }
    }

    /// Whose place was to be taken by a REFER, if it was sent.
    fn replaced_by(&self, customer: CallId, refer: u32) -> Option<Option<CallId>> {
        let call = self.calls.get(&customer)?;
        let sent = call.refers.iter().find(|(number, _)| *number == refer);
        sent.map(|(_, replaces)| *replaces)
    }

    /// It did not come about: back to consulting, if there is somebody to consult.
    fn failed(
        &mut self,
        _now: Instant,
        customer: CallId,
        reason: TransferReason,
        commands: &mut Vec<Command>,
    ) {
        let Some(transfer) = self.transfer_mut(customer) else {
            return;
        };
        transfer.phase = Phase::Consulting;
        transfer.deadline = None;
        transfer.trouble = Some(reason);
        let (expert, how) = (transfer.expert, transfer.how);
        let consults = expert
            .and_then(|id| self.calls.get(&id))
            .is_some_and(Call::live)
            && !matches!(how, How::Conference | How::Leave);
        if !consults {
            self.transfers.retain(|t| t.customer != customer);
        }
        self.say(
            customer,
            expert,
            TransferNews::Failed,
            Some(reason),
            commands,
        );
    }

    /// The server does not transfer calls: what it would do, the agent's phone does, if it can.
    fn merge_instead(
        &mut self,
        now: Instant,
        customer: CallId,
        status: u16,
        commands: &mut Vec<Command>,
    ) {
        let Some(transfer) = self.transfer_of(customer) else {
            return;
        };
        let (expert, how) = (transfer.expert, transfer.how);
        let there = expert.filter(|id| {
            matches!(how, How::Consult | How::HandOver)
                && self.calls.get(id).is_some_and(Call::live)
        });
        let merged = there.is_some_and(|expert| self.join(customer, expert).is_ok());
        let reason = match how {
            How::Leave => TransferReason::NotSupported { status },
            _ if merged => TransferReason::NotSupported { status },
            _ => TransferReason::Refused { status },
        };
        if !merged {
            return self.failed(now, customer, reason, commands);
        }
        for news in [TransferNews::Failed, TransferNews::Merged] {
            self.say(customer, expert, news, Some(reason), commands);
        }
    }

    /// The server says that it is done when we had stopped waiting. A customer who is on hold is
    /// with the expert now; one whom the agent talks to is not taken away on a stale word.
    fn late_word(
        &mut self,
        now: Instant,
        customer: CallId,
        refer: u32,
        commands: &mut Vec<Command>,
    ) {
        let Some(replaced) = self.replaced_by(customer, refer) else {
            return;
        };
        if !self.calls.get(&customer).is_some_and(Call::live) {
            return;
        }
        if self.in_focus(customer) || self.grouped(customer) {
            let (news, reason) = (TransferNews::Failed, Some(TransferReason::Late));
            self.say(customer, replaced, news, reason, commands);
        } else {
            self.done(now, customer, refer, Some(TransferReason::Late), commands);
        }
    }

    /// The transfer whose REFER this is, if its outcome is still awaited.
    fn completing(&mut self, customer: CallId, refer: u32) -> Option<&mut Transfer> {
        self.transfer_mut(customer)
            .filter(|t| t.phase == Phase::Completing && t.refer == refer)
    }

    pub(crate) fn transfer_of(&self, customer: CallId) -> Option<&Transfer> {
        self.transfers.iter().find(|t| t.customer == customer)
    }

    fn transfer_mut(&mut self, customer: CallId) -> Option<&mut Transfer> {
        self.transfers.iter_mut().find(|t| t.customer == customer)
    }

    /// Whether a call is being handed over at this moment.
    pub(crate) fn is_completing(&self, id: CallId) -> bool {
        let part = |t: &&Transfer| t.customer == id || t.expert == Some(id);
        let mut transfers = self.transfers.iter().filter(part);
        transfers.any(|t| t.phase == Phase::Completing)
    }

    /// The expert of a customer, and how far it is.
    fn consultation(&mut self, customer: CallId) -> Result<(CallId, Phase), Refusal> {
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

/// An answer without ringing within this time is one that no person gives.
const AT_ONCE: Duration = Duration::from_millis(300);

/// How long the word may take once the expert's call with us is replaced, or has ended.
const EXPERT_REPLACED: Duration = Duration::from_secs(10);
