//! Within the dialog: their requests, the answers to ours, and the session's time.

use std::time::Instant;

use rsipstack::sip::{Header, Method, Request, Response};

use super::{Call, EndCause, Purpose, Stage};
use crate::agent::SipEvent;
use crate::body;
use crate::capabilities;
use crate::headers;
use crate::line::Line;
use crate::message;
use crate::timers::{SessionDue, SessionTimer};
use crate::transactions::ServerId;

impl Call {
    /// A request of the other side within one of our dialogs.
    pub(crate) fn received(
        &mut self,
        line: &mut Line,
        now: Instant,
        server: ServerId,
        request: Request,
    ) {
        let tag = |name| {
            headers::get(&request.headers, name)
                .and_then(headers::tag)
                .unwrap_or_default()
        };
        let (call_id, local, remote) = (
            headers::get(&request.headers, "Call-ID").unwrap_or_default(),
            tag("To"),
            tag("From"),
        );
        let Some(at) = self
            .legs
            .iter()
            .position(|leg| leg.dialog.owns(call_id, &local, &remote))
        else {
            line.refuse(server, &request, 481, Vec::new());
            return;
        };
        // What NOTIFYs tell has an order of its own, and one that comes late is no fault.
        let in_order = self.legs[at].dialog.in_order(&request);
        if !in_order && request.method != Method::Notify {
            line.refuse(server, &request, 500, Vec::new());
            return;
        }
        if let Some(missing) = capabilities::missing(&request) {
            line.refuse(
                server,
                &request,
                420,
                vec![Header::Unsupported(missing.into())],
            );
            return;
        }
        match request.method {
            Method::Bye => self.hung_up(line, now, at, server, &request),
            Method::Options => {
                let mut response = message::response(&request, 200, "", None);
                response.headers.extend(capabilities::headers());
                line.respond(server, response);
            }
            Method::PRack => self.pracked(line, now, server, &request),
            // A digit of a fork that another has won over is nobody's.
            Method::Info if self.has_lost(at) => line.refuse(server, &request, 481, Vec::new()),
            Method::Info => self.informed(line, server, &request),
            Method::Notify => self.notified(line, at, server, &request),
            _ if self.is_over() || self.has_lost(at) => {
                line.refuse(server, &request, 481, Vec::new());
            }
            Method::Invite | Method::Update => self.reoffered(line, now, at, server, request),
            Method::Refer => self.asked_to_refer(line, now, at, server, request),
            Method::Ack
            | Method::Cancel
            | Method::Message
            | Method::Publish
            | Method::Register
            | Method::Subscribe => {
                line.refuse(
                    server,
                    &request,
                    405,
                    vec![Header::Allow(capabilities::ALLOW.into())],
                );
            }
        }
    }

    /// The ACK of a 2xx of ours, or a CANCEL.
    pub(crate) fn followed(
        &mut self,
        line: &mut Line,
        now: Instant,
        server: ServerId,
        request: &Request,
    ) {
        if request.method == Method::Cancel {
            if self
                .asked
                .as_ref()
                .is_some_and(|(asked, _)| *asked == server)
            {
                if let Some((server, invite)) = self.asked.take() {
                    line.respond(server, message::response(&invite, 487, "", None));
                    let offer = body::sdp(&invite.headers, &invite.body);
                    if matches!(offer, Ok(None)) {
                        line.emit(SipEvent::ReofferCancelled { dialog: self.key });
                    }
                }
            } else {
                self.cancelled(line, now, request);
            }
            return;
        }
        let Some(unacked) = self.unacked.take_if(|unacked| unacked.server == server) else {
            return;
        };
        if unacked.bye {
            self.bye(line, now, unacked.leg, None);
            return;
        }
        if unacked.offered {
            match body::sdp(&request.headers, &request.body).ok().flatten() {
                Some(sdp) => {
                    self.remote_sdp.clone_from(&sdp);
                    line.emit(SipEvent::AckedWithAnswer {
                        dialog: self.key,
                        sdp,
                    });
                }
                None => {
                    self.bye(
                        line,
                        now,
                        unacked.leg,
                        Some("SIP;cause=488;text=\"No answer in ACK\""),
                    );
                    self.end(
                        line,
                        now,
                        EndCause::silence(line, "the other side did not answer our offer"),
                    );
                    return;
                }
            }
        }
        if unacked.initial {
            line.emit(SipEvent::Confirmed { dialog: self.key });
        }
    }

    /// A request of theirs is finished. If it was an INVITE whose 200 nobody has acknowledged,
    /// so is the call (RFC 3261 §13.3.1.4).
    pub(crate) fn server_done(&mut self, line: &mut Line, now: Instant, server: ServerId) {
        let Some(unacked) = self.unacked.take_if(|unacked| unacked.server == server) else {
            return;
        };
        self.bye(line, now, unacked.leg, None);
        self.end(
            line,
            now,
            EndCause::silence(line, "the other side did not acknowledge our answer"),
        );
    }

    /// A response to a request of ours within a dialog.
    pub(super) fn answered(
        &mut self,
        line: &mut Line,
        now: Instant,
        at: usize,
        response: &Response,
    ) {
        let status = response.status_code.code();
        let sent = &mut self.sent[at];
        let leg = sent.leg;
        if let Some(ack) = &sent.ack {
            // Our ACK got lost on the way: again.
            if (200..300).contains(&status) {
                line.out
                    .push(crate::line::Output::SendDirectly(ack.clone()));
            }
            return;
        }
        if status < 200 {
            if sent.request.method == Method::Invite && status > 100 {
                let _ = self.take_reliable(line, now, leg, response);
            }
            return;
        }
        if sent.purpose != Purpose::Cancel {
            let dialog = &mut self.legs[leg].dialog;
            let challenged = matches!(status, 401 | 407)
                && match dialog.auth.challenged(response, &mut sent.attempt) {
                    Ok(()) => true,
                    Err(failure) => {
                        line.unauthorized(failure);
                        false
                    }
                };
            let lengthened = status == 422 && self.wish.too_small(&response.headers);
            if lengthened {
                let refresher = self.session.as_ref().map(SessionTimer::refresher);
                self.wish.write(&mut sent.request.headers, refresher);
            }
            if challenged || lengthened {
                if self.is_outdated(at) {
                    self.sent.remove(at);
                } else {
                    self.transmit(line, now, at);
                }
                return;
            }
        }
        if (200..300).contains(&status) {
            self.unproven = false;
        }
        let purpose = self.sent[at].purpose;
        match purpose {
            Purpose::Bye | Purpose::Cancel | Purpose::Prack => drop(self.sent.remove(at)),
            Purpose::Info => {
                self.sent.remove(at);
                self.tell(
                    line,
                    SipEvent::InfoAnswered {
                        dialog: self.key,
                        status,
                    },
                );
            }
            // Whatever comes of it: the call stays as it is.
            Purpose::Refer(refer) => {
                self.sent.remove(at);
                self.refer_answered(line, refer, response);
            }
            Purpose::Notify(refer) | Purpose::LastNotify(refer) => {
                self.sent.remove(at);
                self.notify_answered(refer, status);
            }
            Purpose::Reoffer | Purpose::Refresh => self.reoffer_answered(line, now, at, response),
        }
        let fatal = matches!(purpose, Purpose::Info | Purpose::Reoffer | Purpose::Refresh);
        // By another way than before, silence shows that the way is none, and not that they are gone.
        let gone = status == 481 || status == 408 && !self.unproven;
        if fatal && gone && matches!(self.stage, Stage::Talking(_)) {
            self.dialog_is_gone(line, now, leg, response);
        }
    }

    /// Sends one DTMF digit.
    pub(super) fn info(&mut self, line: &mut Line, now: Instant, digit: char, duration_ms: u32) {
        let digit = digit.to_ascii_uppercase();
        let Stage::Talking(at) = self.stage else {
            return;
        };
        if !body::is_digit(digit) {
            self.tell(
                line,
                SipEvent::InfoAnswered {
                    dialog: self.key,
                    status: 400,
                },
            );
            return;
        }
        let mut request =
            self.legs[at]
                .dialog
                .request(Method::Info, &line.local.contact, &line.user_agent);
        let content = body::dtmf_relay(digit, duration_ms);
        message::set_body(
            &mut request.headers,
            &mut request.body,
            "application/dtmf-relay",
            &content,
        );
        self.send(line, now, at, request, Purpose::Info);
    }

    /// Refreshes the session, or ends one that nobody has refreshed.
    pub(super) fn session_due(&mut self, line: &mut Line, now: Instant) {
        let Stage::Talking(leg) = self.stage else {
            return;
        };
        if self.refresh_at.take_if(|at| now >= *at).is_some() {
            self.refresh(line, now);
        }
        match self.session.as_mut().and_then(|session| session.due(now)) {
            None => {}
            Some(SessionDue::Refresh) => self.refresh(line, now),
            Some(SessionDue::Expired) => {
                self.bye(
                    line,
                    now,
                    leg,
                    Some("SIP;cause=408;text=\"Session expired\""),
                );
                self.end(
                    line,
                    now,
                    EndCause::silence(line, "the session expired: the other side fell silent"),
                );
            }
        }
    }

    /// Whether another fork has won the call that this leg rang for (RFC 3261 §13.2.2.4).
    fn has_lost(&self, at: usize) -> bool {
        matches!(self.stage, Stage::Talking(leg) if leg != at)
    }

    fn hung_up(
        &mut self,
        line: &mut Line,
        now: Instant,
        at: usize,
        server: ServerId,
        request: &Request,
    ) {
        line.respond(server, message::response(request, 200, "", None));
        if self.has_lost(at) {
            self.legs[at].hung_up = true;
            return;
        }
        match &self.stage {
            Stage::Ringing(ringing) => {
                line.respond(
                    ringing.server,
                    message::response(&ringing.request, 487, "", None),
                );
                self.end(line, now, EndCause::request(request));
            }
            Stage::Talking(_) => {
                self.legs[at].hung_up = true;
                self.unacked = None;
                self.end(line, now, EndCause::request(request));
            }
            // A BYE that crosses ours: the one that waits for their ACK is void.
            Stage::Over => {
                self.legs[at].hung_up = true;
                self.unacked.take_if(|unacked| unacked.leg == at);
            }
            // A fork that gives up.
            Stage::Calling => {}
        }
    }

    fn informed(&mut self, line: &mut Line, server: ServerId, request: &Request) {
        if headers::get(&request.headers, "Info-Package").is_some() {
            // RFC 6086 §4.2.2: we take none.
            line.refuse(
                server,
                request,
                469,
                vec![Header::Other("Recv-Info".into(), String::new())],
            );
            return;
        }
        if request.body.is_empty() {
            line.respond(server, message::response(request, 200, "", None));
            return;
        }
        match body::dtmf(&request.headers, &request.body) {
            Ok((digit, duration_ms)) => {
                line.respond(server, message::response(request, 200, "", None));
                if !self.is_over() {
                    self.tell(
                        line,
                        SipEvent::Dtmf {
                            dialog: self.key,
                            digit,
                            duration_ms,
                        },
                    );
                }
            }
            Err(body::Unsupported) => {
                line.refuse(
                    server,
                    request,
                    415,
                    vec![Header::Accept(capabilities::ACCEPT_INFO.into())],
                );
            }
        }
    }
}
