//! Transfers as the desk tells of them.

use tracing::info;
use warmline_call::{CallId, How, TransferNews, TransferReason};
use warmline_journal::{self as journal, StepKind, TransferOutcome, Transferred};

use crate::{event::DeskEvent, run::Running, snapshot::GroupView};

impl Running {
    /// A transfer has come a step further.
    pub(crate) fn transfer_news(
        &mut self,
        customer: CallId,
        expert: Option<CallId>,
        news: TransferNews,
        reason: Option<TransferReason>,
    ) {
        info!(
            call = %customer,
            expert = expert.map(CallId::get),
            news = news.code(),
            reason = reason.map(TransferReason::code),
            status = reason.and_then(TransferReason::status),
            "transfer"
        );
        if news == TransferNews::Merged {
            self.merged_instead = reason;
        }
        self.write_down(customer, expert, news, reason);
        self.pending.push(DeskEvent::Transfer {
            customer,
            expert,
            news,
            reason,
        });
        self.publish();
    }

    /// What the history will tell of it, and what is left of it if the program dies now.
    fn write_down(
        &mut self,
        customer: CallId,
        expert: Option<CallId>,
        news: TransferNews,
        reason: Option<TransferReason>,
    ) {
        let transfer = self.phone.transfers().find(|t| t.customer() == customer);
        let of_expert = || Some(self.phone.call(expert?)?.party());
        let to = transfer.map(|t| t.to()).or_else(of_expert).cloned();
        let other = to.as_ref().map(|to| to.address.clone()).unwrap_or_default();
        let step = match news {
            TransferNews::Calling => Some(StepKind::Called { other }),
            TransferNews::Consulting if reason.is_none() => Some(StepKind::Answered { other }),
            TransferNews::Consulting => None,
            TransferNews::Completing => Some(StepKind::Asked { other }),
            TransferNews::Done if reason == Some(TransferReason::Unsaid) => None,
            TransferNews::Done => Some(StepKind::Done),
            TransferNews::Merged => Some(StepKind::Merged),
            TransferNews::Failed => Some(StepKind::Failed {
                status: reason.and_then(TransferReason::status),
                why: reason.map_or("", TransferReason::code).to_owned(),
            }),
            TransferNews::Over => None,
        };
        if let Some(step) = step {
            self.keep_step(customer, step);
        }
        let how = transfer.map(|transfer| match transfer.how() {
            How::Consult | How::HandOver => journal::How::Warm,
            How::Blind => journal::How::Blind,
            How::Conference | How::Leave => journal::How::Group,
        });
        let Some(leg) = self.legs.get_mut(&customer) else {
            return;
        };
        let outcome = match (news, reason) {
            (_, Some(TransferReason::Unsaid)) => TransferOutcome::Unknown,
            (TransferNews::Done, _) => TransferOutcome::Done,
            (TransferNews::Failed, _) => TransferOutcome::Failed,
            (TransferNews::Completing, _) => TransferOutcome::Unknown,
            _ => return,
        };
        match (&mut leg.notes.handed, to, how) {
            // The transfer itself is gone when its end is told.
            (Some(handed), _, None) => handed.outcome = outcome,
            (handed, Some(to), how) => {
                *handed = Some(Transferred {
                    to_name: to.name,
                    to_address: to.address,
                    how: how.unwrap_or(journal::How::Blind),
                    outcome,
                });
            }
            (None, None, _) => {}
            (Some(handed), None, Some(_)) => handed.outcome = outcome,
        }
    }

    /// Those who hear each other by way of this phone.
    pub(crate) fn group_view(&self) -> Option<GroupView> {
        let members = self.phone.group();
        (!members.is_empty()).then(|| GroupView {
            members: members.to_vec(),
            instead: self.merged_instead,
        })
    }
}
