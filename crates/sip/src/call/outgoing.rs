//! Calling: our INVITE, its forks, and the ways it can end (RFC 3261 §13.2, RFC 3262).

use std::time::Instant;

use rsipstack::sip::{Header, Method, Request, Response};

use super::{Call, EndCause, Leg, Purpose, Stage};
use crate::agent::{DialogKey, EndedBy, ForkId, SipEvent};
use crate::body;
use crate::capabilities;
use crate::dialog::Dialog;
use crate::digest::{Attempt, Authenticator};
use crate::headers;
use crate::invite::NameAddr;
use crate::line::Line;
use crate::message;
use crate::target::target;
use crate::timers::SessionTimer;
use crate::transactions::ClientId;

/// Our INVITE while its transaction lives.
#[derive(Debug)]
pub(super) struct Invitation {
    /// `None` once the flow that carried it is gone.
    pub(super) id: Option<ClientId>,
    request: Request,
    seq: u32,
    auth: Authenticator,
    attempt: Attempt,
    /// The server has it: from here on it can be cancelled (§9.1).
    proceeding: bool,
    cancel: Cancel,
    next_fork: u32,
}

impl Invitation {
    /// Whether dialogs that come of it have this Call-ID and this tag of ours.
    pub(super) fn begins(&self, call_id: &str, local_tag: &str) -> bool {
        let get = |name| headers::get(&self.request.headers, name);
        let tag = get("From").and_then(headers::tag);
        get("Call-ID") == Some(call_id) && tag.is_some_and(|tag| tag == local_tag)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cancel {
    No,
    /// As soon as there is a provisional response.
    Wanted,
    Sent,
}

impl Invitation {
    /// Whether a CANCEL waits for the server to have the INVITE.
    pub(super) fn is_to_be_cancelled(&self) -> bool {
        self.cancel == Cancel::Wanted
    }
}

impl Call {
    /// Calls `to`. What is wrong with the request itself ends the call at once.
    pub(crate) fn outgoing(
        line: &mut Line,
        now: Instant,
        key: DialogKey,
        to: &str,
        offer: String,
        own: &[(String, String)],
    ) -> Self {
        let mut call = Self::new(key, Stage::Calling, line);
        let Some(target) = target(to, line.aor.domain()) else {
            call.end(
                line,
                now,
                EndCause::local("this cannot be called: no number and no address"),
            );
            return call;
        };
        if let Some(error) = own
            .iter()
            .find_map(|(name, value)| headers::check_own(name, value).err())
        {
            call.end(line, now, EndCause::local(&error.to_string()));
            return call;
        }
        let replacing = own
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("Replaces"))
            .count();
        if replacing > 1 {
            call.end(line, now, EndCause::local("only one call can be replaced"));
            return call;
        }
        if !line.up {
            call.end(line, now, EndCause::network("no connection to the server"));
            return call;
        }
        let (from, call_id) = (line.from(), message::token(&mut line.rng));
        let mut request = message::request(
            Method::Invite,
            &target,
            &from,
            &format!("<{target}>"),
            &call_id,
        );
        request.headers.extend(
            line.service_route
                .iter()
                .map(|route| Header::Route(route.as_str().into()))
                .collect(),
        );
        request.headers.extend(vec![
            Header::Contact(format!("<{};ob>", line.local.contact).into()),
            Header::Supported(capabilities::SUPPORTED.into()),
            Header::Allow(capabilities::ALLOW.into()),
            Header::Accept(capabilities::ACCEPT.into()),
            Header::UserAgent(line.user_agent.as_str().into()),
        ]);
        if replacing > 0 {
            // Who cannot replace has to say so, and not to ring for a call that is another (RFC 3891 §4).
            request.headers.push(Header::Require("replaces".into()));
        }
        call.wish.write(&mut request.headers, None);
        for (name, value) in own {
            request
                .headers
                .push(rsipstack::sip::headers::make_header(name, value.clone()));
        }
        message::set_body(
            &mut request.headers,
            &mut request.body,
            capabilities::ACCEPT,
            &offer,
        );
        call.local_sdp = offer;
        let mut auth = line.authenticator();
        let id = line.send(&mut request, 1, &mut auth);
        call.invitation = Some(Invitation {
            id: Some(id),
            request,
            seq: 1,
            auth,
            attempt: Attempt::default(),
            proceeding: false,
            cancel: Cancel::No,
            next_fork: 1,
        });
        call
    }

    /// A response to our INVITE.
    pub(super) fn invited(&mut self, line: &mut Line, now: Instant, response: &Response) {
        let status = response.status_code.code();
        if let Some(invitation) = &mut self.invitation {
            invitation.proceeding = true;
        }
        match status {
            100 => self.cancel_if_wanted(line, now),
            101..=199 => {
                self.cancel_if_wanted(line, now);
                if matches!(self.stage, Stage::Calling) {
                    self.provisional(line, now, response);
                }
            }
            200..=299 => self.accepted(line, now, response),
            _ if !matches!(self.stage, Stage::Calling) => {}
            401 | 407 => self.challenged(line, now, response),
            422 if self.wish.too_small(&response.headers) => {
                let wish = self.wish;
                if let Some(invitation) = &mut self.invitation {
                    wish.write(&mut invitation.request.headers, None);
                }
                self.invite_again(line);
            }
            300..=399 => {
                self.redirected(line, response);
                self.end(line, now, EndCause::response(response));
            }
            408 if headers::get(&response.headers, "To")
                .and_then(headers::tag)
                .is_none() =>
            {
                // Made by our own transaction layer, or by a proxy that heard nothing either.
                self.end(
                    line,
                    now,
                    EndCause {
                        by: EndedBy::Network,
                        ..EndCause::response(response)
                    },
                );
            }
            _ => self.end(line, now, EndCause::response(response)),
        }
    }

    /// Gives our INVITE up: CANCEL now, or as soon as the server has it.
    pub(super) fn cancel(&mut self, line: &mut Line, now: Instant) {
        if let Some(invitation) = &mut self.invitation
            && invitation.cancel == Cancel::No
        {
            invitation.cancel = Cancel::Wanted;
        }
        self.cancel_if_wanted(line, now);
    }

    /// The flow broke while our INVITE was on its way: no answer can reach us any more. A server that
    /// has it may be ringing somewhere: that is ended with a CANCEL over the next flow.
    pub(super) fn lost_invitation(&mut self, line: &mut Line, now: Instant) {
        let Some(mut invitation) = self.invitation.take() else {
            return;
        };
        if matches!(self.stage, Stage::Talking(_)) {
            return;
        }
        invitation.id = None;
        if invitation.cancel != Cancel::Sent {
            let request = message::cancel(&invitation.request);
            self.send(line, now, 0, request, Purpose::Cancel);
        }
        self.end(
            line,
            now,
            EndCause::network("the connection to the server broke"),
        );
    }

    fn cancel_if_wanted(&mut self, line: &mut Line, now: Instant) {
        let Some(invitation) = &mut self.invitation else {
            return;
        };
        if invitation.cancel == Cancel::Wanted && invitation.proceeding {
            invitation.cancel = Cancel::Sent;
            let request = message::cancel(&invitation.request);
            self.send(line, now, 0, request, Purpose::Cancel);
        }
    }

    fn provisional(&mut self, line: &mut Line, now: Instant, response: &Response) {
        let status = response.status_code.code();
        let Some(at) = self.fork(response) else {
            // No tag, no dialog: still, something rings.
            line.emit(SipEvent::Ringing {
                dialog: self.key,
                fork: ForkId(0),
                status,
            });
            return;
        };
        let reliable = match self.take_reliable(line, now, at, response) {
            Ok(reliable) => reliable,
            Err(OutOfOrder) => return,
        };
        let leg = &mut self.legs[at];
        let sdp = body::sdp(&response.headers, &response.body).ok().flatten();
        // A 180 says that somebody is alerted, and whether sound comes with it only its packets
        // show (RFC 3960 section 3.2).
        if status == 180 || sdp.is_none() {
            line.emit(SipEvent::Ringing {
                dialog: self.key,
                fork: leg.fork,
                status,
            });
        }
        if let Some(sdp) = sdp {
            leg.answered |= reliable;
            let news = leg.early_sdp.as_ref() != Some(&sdp);
            leg.early_sdp = Some(sdp.clone());
            if news {
                line.emit(SipEvent::Early {
                    dialog: self.key,
                    fork: leg.fork,
                    sdp,
                });
            }
        }
    }

    /// Acknowledges a reliable provisional response with PRACK, if it is the next in order.
    pub(super) fn take_reliable(
        &mut self,
        line: &mut Line,
        now: Instant,
        at: usize,
        response: &Response,
    ) -> Result<bool, OutOfOrder> {
        let rseq = headers::get(&response.headers, "RSeq").and_then(headers::number);
        let Some(rseq) =
            rseq.filter(|_| headers::has_token(&response.headers, "Require", "100rel"))
        else {
            return Ok(false);
        };
        let cseq = headers::get(&response.headers, "CSeq").unwrap_or_default();
        let invite = headers::number(cseq).unwrap_or_default();
        let leg = &mut self.legs[at];
        // Each INVITE has an order of its own.
        let last = leg.rseq.filter(|(of, _)| *of == invite);
        if last.is_some_and(|(_, last)| rseq != last.wrapping_add(1)) {
            return Err(OutOfOrder);
        }
        leg.rseq = Some((invite, rseq));
        let mut prack = leg
            .dialog
            .request(Method::PRack, &line.local.contact, &line.user_agent);
        prack
            .headers
            .push(Header::RAck(format!("{rseq} {cseq}").into()));
        self.send(line, now, at, prack, Purpose::Prack);
        Ok(true)
    }

    fn accepted(&mut self, line: &mut Line, now: Instant, response: &Response) {
        let Some(at) = self.fork(response) else {
            return;
        };
        let Some(invitation) = &self.invitation else {
            return;
        };
        let seq = invitation.seq;
        let talking = match self.stage {
            Stage::Talking(leg) => Some(leg),
            _ => None,
        };
        if talking != Some(at) {
            // The 2xx, not an earlier 1xx, says which way requests go from here on (§13.2.2.4).
            self.legs[at].dialog.confirm(response);
        }
        let mut ack = self.legs[at]
            .dialog
            .ack(&invitation.request, &line.user_agent);
        line.send_ack(&mut ack, seq);
        match self.stage {
            Stage::Talking(leg) if leg == at => {}
            Stage::Calling => self.established(line, now, at, response),
            // Too late: another fork was quicker, or we have given up (§13.2.2.4).
            _ if self.legs[at].hung_up => {}
            _ => self.bye(line, now, at, None),
        }
    }

    fn established(&mut self, line: &mut Line, now: Instant, at: usize, response: &Response) {
        let leg = &self.legs[at];
        let answer = match body::sdp(&response.headers, &response.body) {
            // An answer that has come reliably before holds; a 2xx cannot change it (RFC 6337 §2.2).
            _ if leg.answered => leg.early_sdp.clone(),
            Ok(Some(sdp)) => Some(sdp),
            Ok(None) | Err(_) => leg.early_sdp.clone(),
        };
        let fork = leg.fork;
        self.stage = Stage::Talking(at);
        let Some(sdp) = answer else {
            self.bye(
                line,
                now,
                at,
                Some("SIP;cause=488;text=\"No session description\""),
            );
            let reason = "the other side answered without a session description";
            self.end(
                line,
                now,
                EndCause {
                    status: Some(488),
                    ..EndCause::network(reason)
                },
            );
            return;
        };
        self.session = SessionTimer::from_response(&response.headers, now);
        self.remote_sdp.clone_from(&sdp);
        self.save(line);
        line.emit(SipEvent::Answered {
            dialog: self.key,
            fork,
            sdp,
        });
    }

    fn challenged(&mut self, line: &mut Line, now: Instant, response: &Response) {
        let Some(invitation) = &mut self.invitation else {
            return;
        };
        match invitation
            .auth
            .challenged(response, &mut invitation.attempt)
        {
            Ok(()) => self.invite_again(line),
            Err(failure) => {
                line.unauthorized(failure);
                self.end(line, now, EndCause::response(response));
            }
        }
    }

    /// Sends the INVITE again, changed: the same call, the next number.
    fn invite_again(&mut self, line: &mut Line) {
        let Some(invitation) = &mut self.invitation else {
            return;
        };
        invitation.seq += 1;
        invitation.proceeding = false;
        let id = line.send(
            &mut invitation.request,
            invitation.seq,
            &mut invitation.auth,
        );
        invitation.id = Some(id);
        // Early dialogs of the refused one are no more (a proxy may have sent some before it).
        self.sent.retain(|s| s.purpose == Purpose::Cancel);
        self.legs.clear();
    }

    fn redirected(&mut self, line: &mut Line, response: &Response) {
        let mut contacts: Vec<NameAddr> = headers::list(&response.headers, "Contact")
            .into_iter()
            .filter_map(NameAddr::parse)
            .collect();
        let wanted = |c: &NameAddr| {
            c.param("q")
                .and_then(|q| q.trim().parse::<f32>().ok())
                .unwrap_or(1.0)
        };
        contacts.sort_by(|a, b| wanted(b).total_cmp(&wanted(a)));
        line.emit(SipEvent::Redirected {
            dialog: self.key,
            status: response.status_code.code(),
            contacts: contacts.into_iter().map(|c| c.uri).collect(),
        });
    }

    /// The leg of the fork that a response comes from; a new one for a new tag.
    fn fork(&mut self, response: &Response) -> Option<usize> {
        let tag = headers::get(&response.headers, "To").and_then(headers::tag)?;
        if let Some(at) = self
            .legs
            .iter()
            .position(|leg| leg.dialog.remote_tag() == tag)
        {
            return Some(at);
        }
        let invitation = self.invitation.as_mut()?;
        // What has been answered has to be acknowledged, however many there are.
        if response.status_code.code() < 200 && self.legs.len() >= MAX_FORKS {
            return None;
        }
        let dialog = Dialog::from_response(&invitation.request, response, invitation.auth.clone())?;
        let fork = ForkId(invitation.next_fork);
        invitation.next_fork += 1;
        self.legs.push(Leg {
            fork,
            dialog,
            rseq: None,
            early_sdp: None,
            answered: false,
            hung_up: false,
        });
        Some(self.legs.len() - 1)
    }
}

/// A reliable response that has come before, or too early.
#[derive(Debug)]
pub(super) struct OutOfOrder;

/// More ringing forks of one call than any proxy makes in earnest.
const MAX_FORKS: usize = 32;
