//! The server is asked to connect two people (REFER), and says what has come of it, or does not.

use std::time::{Duration, Instant};

use crate::{
    command::{Command, SipCommand},
    phone::Phone,
    reason::EndReason,
    state::{Call, CallId},
    transfer::{How, Phase, Transfer, TransferNews, TransferReason},
};

impl Phone {
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
            let expert = self.transfer_of(customer).and_then(|t| t.expert);
            let talking = expert.is_some_and(|expert| self.in_focus(expert));
            if let Some(transfer) = self.transfer_mut(customer) {
                transfer.completes_at = None;
            }
            // Not behind the back of an agent who is on another call. If it cannot be done now, they see
            // both people and the button.
            if talking {
                let _ = self.complete(now, customer, false, commands);
            }
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
}

/// How long the word may take once the expert's call with us is replaced, or has ended.
const EXPERT_REPLACED: Duration = Duration::from_secs(10);
