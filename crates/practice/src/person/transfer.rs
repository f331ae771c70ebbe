//! Transfers asked for by REFER (RFC 3515), carried out as the person is minded.

use warmline_sip::{DialogKey, ReferId, SipRequest};

use super::{Deed, PATIENCE, Person, Role};
use crate::scenario;

pub(super) struct Referred {
    pub(super) by: DialogKey,
    pub(super) refer: ReferId,
    pub(super) call: DialogKey,
}

impl Person {
    /// The agent asks to call somebody else: an attended or blind transfer.
    pub(super) async fn referred(
        &mut self,
        by: DialogKey,
        refer: ReferId,
        to: String,
        replaces: Option<String>,
        referred_by: Option<String>,
    ) {
        let transfer = match &self.role {
            Role::Customer(customer) => customer.transfer,
            Role::Expert(_) => scenario::Transfer::Accepted,
            Role::Echo | Role::Music | Role::Voicemail => scenario::Transfer::Refused(603),
        };
        let busy = self.referred.is_some();
        let status = match transfer {
            _ if busy => 491,
            scenario::Transfer::Refused(status) => status,
            scenario::Transfer::Accepted | scenario::Transfer::Silent => 202,
        };
        self.agent.send(SipRequest::AnswerRefer {
            dialog: by,
            refer,
            status,
        });
        self.tell(Deed::Referred(status)).await;
        if status != 202 || transfer == scenario::Transfer::Silent {
            return;
        }
        let headers = [("Replaces", replaces), ("Referred-By", referred_by)];
        let headers = headers
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        match self.invite(to, headers.collect(), PATIENCE).await {
            Some(call) => self.referred = Some(Referred { by, refer, call }),
            None => self.notify(
                &Referred {
                    by,
                    refer,
                    call: by,
                },
                500,
                true,
            ),
        }
    }

    pub(super) fn progress(&self, dialog: DialogKey, status: u16) {
        if let Some(referred) = self
            .referred
            .as_ref()
            .filter(|referred| referred.call == dialog && status < 200)
        {
            self.notify(referred, status, false);
        }
    }

    pub(super) fn notify(&self, referred: &Referred, status: u16, last: bool) {
        self.agent.send(SipRequest::NotifyRefer {
            dialog: referred.by,
            refer: referred.refer,
            status,
            reason: None,
            last,
        });
    }
}
