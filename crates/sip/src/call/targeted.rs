//! A REFER outside of the dialog that it is about, which `Target-Dialog` names (RFC 4538): who knows its
//! Call-ID and tags is on its other side, or speaks for them.
//!
//! Our own REFERs go within their dialogs, which say as much by themselves (RFC 4538 §3), and which every
//! PBX understands; so they carry no `Target-Dialog`.

use std::time::Instant;

use rsipstack::sip::{Header, Request};

use super::{Call, Leg, Stage};
use crate::agent::{ForkId, ReferId};
use crate::dialog::Dialog;
use crate::headers;
use crate::line::Line;
use crate::message;
use crate::replaces::TargetDialog;
use crate::transactions::ServerId;

impl Call {
    /// Whether `Target-Dialog` names the dialog that this call stands by.
    pub(crate) fn is_targeted(&self, target: &TargetDialog) -> bool {
        match self.stage {
            Stage::Talking(at) => self.legs[at].dialog.is_target(target),
            Stage::Calling | Stage::Ringing(_) | Stage::Over => false,
        }
    }

    /// Takes such a REFER as one in this call. What we tell of it goes by the dialog that it makes itself.
    pub(crate) fn asked_from_outside(
        &mut self,
        line: &mut Line,
        now: Instant,
        server: ServerId,
        mut request: Request,
    ) {
        if self.legs.len() >= MAX_LEGS {
            line.refuse(server, &request, 486, Vec::new());
            return;
        }
        let tag = message::token(&mut line.rng);
        let Some(dialog) = Dialog::from_request(&request, &tag, line.authenticator()) else {
            line.refuse(server, &request, 400, Vec::new());
            return;
        };
        // Every answer to it carries our tag.
        let to = headers::get(&request.headers, "To").unwrap_or_default();
        let to = Header::To(format!("{to};tag={tag}").into());
        request.headers.unique_push(to);
        let id = ReferId(OUTSIDE + u32::try_from(self.legs.len()).unwrap_or(0));
        self.legs.push(Leg {
            fork: ForkId(0),
            dialog,
            rseq: None,
            early_sdp: None,
            answered: false,
            hung_up: false,
        });
        let leg = self.legs.len() - 1;
        self.take_referral(line, now, leg, server, request, id, true);
    }
}

/// Ids of such REFERs: those within the dialog have their sequence numbers, which end below.
const OUTSIDE: u32 = 1 << 31;

/// More dialogs than one call has in earnest.
const MAX_LEGS: usize = 64;
