//! Being called: their INVITE, from 100 to our final answer (RFC 3261 §13.3, RFC 3262).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rand::RngExt as _;
use rsipstack::sip::{Header, Request, Response};

use super::{Call, EndCause, Leg, Stage, Unacked};
use crate::agent::{DialogKey, ForkId, SipEvent};
use crate::body;
use crate::capabilities;
use crate::dialog::Dialog;
use crate::headers;
use crate::invite::Invite;
use crate::line::Line;
use crate::message;
use crate::timers::{MIN_SE, SessionTimer};
use crate::transactions::ServerId;

/// Their INVITE until we answer it finally.
#[derive(Debug)]
pub(super) struct Ringing {
    pub(super) server: ServerId,
    pub(super) request: Request,
    tag: String,
    /// They left the offer to us.
    delayed: bool,
    next_rseq: u32,
    /// The reliable provisional response that waits for its PRACK; one at a time (RFC 3262 §3).
    reliable: Option<Reliable>,
    waiting: VecDeque<(u16, Option<String>)>,
    /// What to accept with, once a reliable response with a session description is acknowledged.
    accept: Option<String>,
    /// A session description has gone out, and arrived if it went reliably.
    described: Described,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Described {
    No,
    Unreliably,
    Reliably,
}

/// Which reliable response of ours a PRACK acknowledges (RFC 3262 §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rack {
    rseq: u32,
    cseq: u32,
}

impl Rack {
    fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_whitespace();
        let mut number = || words.next()?.parse().ok();
        Some(Self {
            rseq: number()?,
            cseq: number()?,
        })
    }
}

#[derive(Debug)]
struct Reliable {
    rack: Rack,
    response: Response,
    description: bool,
    repeat_at: Instant,
    interval: Duration,
    give_up_at: Instant,
}

impl Call {
    /// Takes a new INVITE; `None` if it is answered already, with a refusal.
    pub(crate) fn incoming(
        line: &mut Line,
        key: DialogKey,
        server: ServerId,
        request: Request,
        replaces: Option<DialogKey>,
    ) -> Option<Self> {
        let offer = match body::sdp(&request.headers, &request.body) {
            Ok(offer) => offer,
            Err(body::Unsupported) => {
                line.refuse(
                    server,
                    &request,
                    415,
                    vec![Header::Accept(capabilities::ACCEPT.into())],
                );
                return None;
            }
        };
        if SessionTimer::too_small(&request.headers) {
            line.refuse(
                server,
                &request,
                422,
                vec![Header::MinSE(MIN_SE.to_string().into())],
            );
            return None;
        }
        let tag = message::token(&mut line.rng);
        let Some(dialog) = Dialog::from_request(&request, &tag, line.authenticator()) else {
            line.refuse(server, &request, 400, Vec::new());
            return None;
        };
        line.respond(server, message::response(&request, 100, "", None));
        let invite = Invite::from_request(&request, offer.clone(), replaces);
        let ringing = Ringing {
            server,
            request,
            tag,
            delayed: offer.is_none(),
            next_rseq: line.rng.random_range(1..1 << 30),
            reliable: None,
            waiting: VecDeque::new(),
            accept: None,
            described: Described::No,
        };
        let mut call = Self::new(key, Stage::Ringing(Box::new(ringing)), line);
        call.legs.push(Leg {
            fork: ForkId(0),
            dialog,
            rseq: None,
            early_sdp: None,
            answered: false,
            hung_up: false,
        });
        call.remote_sdp = offer.unwrap_or_default();
        call.set_replaces(replaces);
        line.emit(SipEvent::Incoming {
            dialog: key,
            invite: Box::new(invite),
        });
        Some(call)
    }

    pub(super) fn ring(&mut self, line: &mut Line, now: Instant) {
        if let Stage::Ringing(ringing) = &mut self.stage {
            ringing.provisional(line, now, 180, None);
        }
    }

    pub(super) fn progress(&mut self, line: &mut Line, now: Instant, answer: String) {
        if let Stage::Ringing(ringing) = &mut self.stage {
            self.local_sdp.clone_from(&answer);
            ringing.provisional(line, now, 183, Some(answer));
        }
    }

    pub(super) fn accept(&mut self, line: &mut Line, now: Instant, sdp: String) {
        let Stage::Ringing(ringing) = &mut self.stage else {
            return;
        };
        if ringing.reliable.as_ref().is_some_and(|r| r.description) {
            // RFC 3262 §3: no 2xx before the description in the 1xx is acknowledged.
            ringing.accept = Some(sdp);
            return;
        }
        let described = ringing.described;
        let mut response = message::response(&ringing.request, 200, "", Some(&ringing.tag));
        let (timer, session) = SessionTimer::from_request(&ringing.request.headers, self.wish, now);
        response.headers.extend(dialog_headers(line));
        response.headers.extend(session);
        if described != Described::Reliably {
            message::set_body(
                &mut response.headers,
                &mut response.body,
                capabilities::ACCEPT,
                &sdp,
            );
        }
        let offered = ringing.delayed && described != Described::Reliably;
        let server = ringing.server;
        self.local_sdp = sdp;
        self.session = Some(timer);
        self.unpracked = ringing.reliable.take().map(|reliable| reliable.rack);
        self.unacked = Some(Unacked {
            server,
            leg: 0,
            offered,
            initial: true,
            bye: false,
        });
        self.stage = Stage::Talking(0);
        self.save(line);
        line.respond(server, response);
    }

    pub(super) fn reject(&mut self, line: &mut Line, now: Instant, status: u16, reason: &str) {
        let Stage::Ringing(ringing) = &mut self.stage else {
            return;
        };
        let status = if (300..700).contains(&status) {
            status
        } else {
            480
        };
        let response = message::response(&ringing.request, status, reason, Some(&ringing.tag));
        line.respond(ringing.server, response);
        self.end(
            line,
            now,
            EndCause {
                status: Some(status),
                ..EndCause::local(reason)
            },
        );
    }

    /// CANCEL (answered already), or the end of their INVITE by other means.
    pub(super) fn cancelled(&mut self, line: &mut Line, now: Instant, cancel: &Request) {
        let Stage::Ringing(ringing) = &self.stage else {
            return;
        };
        line.respond(
            ringing.server,
            message::response(&ringing.request, 487, "", Some(&ringing.tag)),
        );
        self.end(line, now, EndCause::request(cancel));
    }

    /// PRACK for a reliable response of ours.
    pub(super) fn pracked(
        &mut self,
        line: &mut Line,
        now: Instant,
        server: ServerId,
        request: &Request,
    ) {
        let rack = headers::get(&request.headers, "RAck").and_then(Rack::parse);
        let Stage::Ringing(ringing) = &mut self.stage else {
            // One that our 200 has crossed (RFC 3262 §3); what carries an offer is not that.
            let crossed = self.unpracked.is_some() && rack == self.unpracked;
            let status = if !crossed || self.is_over() {
                481
            } else if !request.body.is_empty() {
                488
            } else {
                self.unpracked = None;
                200
            };
            line.respond(server, message::response(request, status, "", None));
            return;
        };
        let awaited = ringing.reliable.as_ref().map(|reliable| reliable.rack);
        if awaited.is_none() || rack != awaited {
            line.refuse(server, request, 481, Vec::new());
            return;
        }
        let answer = body::sdp(&request.headers, &request.body).ok().flatten();
        if answer.is_some() && !ringing.delayed {
            // A further offer in PRACK: legal, and made by nobody we know. The session stays as it is.
            line.refuse(server, request, 488, Vec::new());
        } else {
            line.respond(server, message::response(request, 200, "", None));
        }
        if let Some(reliable) = ringing.reliable.take()
            && reliable.description
        {
            ringing.described = Described::Reliably;
            if ringing.delayed
                && let Some(sdp) = answer
            {
                line.emit(SipEvent::AckedWithAnswer {
                    dialog: self.key,
                    sdp,
                });
            }
        }
        if let Some((status, description)) = ringing.waiting.pop_front() {
            ringing.provisional(line, now, status, description);
        }
        if let Some(sdp) = ringing.accept.take() {
            self.accept(line, now, sdp);
        }
    }

    /// Repeats a reliable response until it is acknowledged, or nobody does (RFC 3262 §3).
    pub(super) fn repeat_reliable(&mut self, line: &mut Line, now: Instant) {
        let Stage::Ringing(ringing) = &mut self.stage else {
            return;
        };
        let Some(reliable) = &mut ringing.reliable else {
            return;
        };
        if now >= reliable.give_up_at {
            line.respond(
                ringing.server,
                message::response(&ringing.request, 504, "", Some(&ringing.tag)),
            );
            let cause = EndCause::silence(line, "no PRACK from the caller");
            self.end(line, now, cause);
        } else if now >= reliable.repeat_at {
            reliable.interval *= 2;
            reliable.repeat_at = now + reliable.interval;
            line.respond(ringing.server, reliable.response.clone());
        }
    }
}

impl Ringing {
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.reliable
            .as_ref()
            .map(|r| r.repeat_at.min(r.give_up_at))
    }

    /// Sends a provisional response: reliably where they require it, and where it carries a
    /// description and they can.
    fn provisional(
        &mut self,
        line: &mut Line,
        now: Instant,
        status: u16,
        description: Option<String>,
    ) {
        let required = headers::has_token(&self.request.headers, "Require", "100rel");
        let possible = required || headers::has_token(&self.request.headers, "Supported", "100rel");
        let reliably = required || (possible && description.is_some());
        if reliably && self.reliable.is_some() {
            self.waiting.push_back((status, description));
            return;
        }
        let mut response = message::response(&self.request, status, "", Some(&self.tag));
        response.headers.extend(dialog_headers(line));
        if let Some(sdp) = &description {
            message::set_body(
                &mut response.headers,
                &mut response.body,
                capabilities::ACCEPT,
                sdp,
            );
        }
        if reliably {
            response.headers.push(Header::Require("100rel".into()));
            response
                .headers
                .push(Header::RSeq(self.next_rseq.to_string().into()));
            self.reliable = Some(Reliable {
                rack: Rack {
                    rseq: self.next_rseq,
                    cseq: message::cseq(&self.request),
                },
                response: response.clone(),
                description: description.is_some(),
                repeat_at: now + line.t1,
                interval: line.t1,
                give_up_at: now + line.transaction_timeout(),
            });
            self.next_rseq += 1;
        } else if description.is_some() {
            self.described = Described::Unreliably;
        }
        line.respond(self.server, response);
    }
}

/// What every response that makes or keeps a dialog says of us.
pub(super) fn dialog_headers(line: &Line) -> Vec<Header> {
    vec![
        Header::Contact(format!("<{}>", line.local.contact).into()),
        Header::Allow(capabilities::ALLOW.into()),
        Header::Supported(capabilities::SUPPORTED.into()),
    ]
}
