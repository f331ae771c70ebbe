//! Transfer between calls: one named in the REFER of another, one in the place of another (RFC 3891).

use std::collections::VecDeque;
use std::time::Instant;

use rsipstack::sip::Request;

use super::Core;
use crate::agent::{DialogKey, ReferId};
use crate::call::{Call, Replacing};
use crate::headers;
use crate::replaces::{Replaces, TargetDialog};
use crate::transactions::ServerId;

/// Dialogs that are no more, for those who have not heard of it.
#[derive(Debug, Default)]
pub(super) struct Gone(VecDeque<Replaces>);

impl Gone {
    pub(super) fn add(&mut self, call: &Call) {
        for name in call.names() {
            if self.0.len() >= MAX_GONE {
                self.0.pop_front();
            }
            self.0.push_back(name);
        }
    }

    fn has(&self, replaces: &Replaces) -> bool {
        self.0.iter().any(|gone| {
            (&gone.call_id, &gone.to_tag, &gone.from_tag)
                == (&replaces.call_id, &replaces.to_tag, &replaces.from_tag)
        })
    }
}

impl Core {
    /// Refers the other side of a call to somebody; with `replaces` to the other side of that call.
    pub(super) fn refer(
        &mut self,
        now: Instant,
        dialog: DialogKey,
        refer: ReferId,
        refer_to: &str,
        replaces: Option<DialogKey>,
    ) {
        let replaced = replaces.map(|key| {
            let call = self.calls.get(&key).filter(|_| key != dialog);
            call.and_then(Call::replacement)
        });
        let Some(call) = self.calls.get_mut(&dialog) else {
            return;
        };
        match replaced {
            Some(None) => call.refused(&mut self.line, refer, 481),
            Some(replaced) => call.refer(&mut self.line, now, refer, refer_to, replaced),
            None => call.refer(&mut self.line, now, refer, refer_to, None),
        }
    }

    /// The call that a new INVITE wants to replace, if it wants that; or the status to refuse it with.
    pub(super) fn to_be_replaced(&self, invite: &Request) -> Result<Option<DialogKey>, u16> {
        if headers::get(&invite.headers, "Replaces").is_none() {
            return Ok(None);
        }
        let replaces: Replaces = match headers::list(&invite.headers, "Replaces")[..] {
            [_] if headers::get(&invite.headers, "Join").is_some() => return Err(400),
            [value] => value.parse().map_err(|_| 400_u16)?,
            _ => return Err(400),
        };
        let found = self
            .calls
            .iter()
            .find_map(|(key, call)| Some((*key, call.replaceable(&replaces)?)));
        match found {
            Some((key, Ok(()))) => Ok(Some(key)),
            Some((_, Err(status))) => Err(status),
            None if self.gone.has(&replaces) => Err(603),
            None => Err(481),
        }
    }

    /// A REFER outside of dialogs counts as one in the call that its `Target-Dialog` names (RFC 4538 §4). Whom we
    /// do not talk with cannot make us call.
    pub(super) fn referred(&mut self, now: Instant, server: ServerId, refer: Request) {
        let target = match headers::list(&refer.headers, "Target-Dialog")[..] {
            [] => Err(403),
            [value] => value.parse::<TargetDialog>().map_err(|_| 400),
            _ => Err(400),
        };
        let found = target.and_then(|target| {
            let mut calls = self.calls.values_mut();
            calls.find(|call| call.is_targeted(&target)).ok_or(403)
        });
        match found {
            Ok(call) => call.asked_from_outside(&mut self.line, now, server, refer),
            Err(status) => self.line.refuse(server, &refer, status, Vec::new()),
        }
    }

    /// Hangs up what is replaced.
    pub(super) fn replace(&mut self, now: Instant) {
        let news: Vec<_> = self
            .calls
            .iter()
            .filter_map(|(new, call)| Some((*new, call.replacing()?)))
            .collect();
        for (new, (old, how)) in news {
            if let Some(call) = self.calls.get_mut(&old) {
                call.replaced(&mut self.line, now, new, how);
            }
            if how != Replacing::Accepted
                && let Some(call) = self.calls.get_mut(&new)
            {
                call.set_replaces(None);
            }
        }
    }
}

/// More ended calls than anybody may still want to replace.
const MAX_GONE: usize = 64;
