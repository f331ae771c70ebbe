//! Offers after the first (RFC 3264, RFC 3311, RFC 6141): one at a time, from either side.

use std::time::{Duration, Instant};

use rand::RngExt as _;
use rsipstack::sip::{Header, Method, Request, Response};

use super::incoming::dialog_headers;
use super::{Call, EndCause, Purpose, Stage, Unacked};
use crate::agent::{EndedBy, SipEvent};
use crate::body;
use crate::capabilities;
use crate::line::Line;
use crate::message;
use crate::timers::{MIN_SE, SessionTimer};
use crate::transactions::ServerId;

impl Call {
    /// The desk offers a new session: by re-INVITE when the call is answered, by UPDATE before.
    pub(super) fn reoffer(&mut self, line: &mut Line, now: Instant, offer: String) {
        let dialog = self.key;
        let refused = |status| SipEvent::ReofferRefused { dialog, status };
        let (at, method) = match self.stage {
            Stage::Talking(at) => (at, Method::Invite),
            Stage::Over => return,
            // Before the answer only where the first offer has its answer, reliably (RFC 3311 §5.1).
            Stage::Calling | Stage::Ringing(_) => {
                match self.legs.iter().rposition(|leg| leg.answered) {
                    Some(at) if self.legs[at].dialog.allows_update => (at, Method::Update),
                    _ => return line.emit(refused(491)),
                }
            }
        };
        let Some(offer) = self.resume_with(offer) else {
            return;
        };
        if self.asked.is_some() || self.unacked.is_some() || self.offering() {
            return line.emit(refused(491));
        }
        self.offer(line, now, at, method, &offer);
    }

    /// Sends an offer of ours; none may be under way.
    pub(super) fn offer(
        &mut self,
        line: &mut Line,
        now: Instant,
        at: usize,
        method: Method,
        offer: &str,
    ) {
        let mut request =
            self.legs[at]
                .dialog
                .request(method, &line.local.contact, &line.user_agent);
        self.wish.write(
            &mut request.headers,
            self.session.as_ref().map(SessionTimer::refresher),
        );
        message::set_body(
            &mut request.headers,
            &mut request.body,
            capabilities::ACCEPT,
            offer,
        );
        self.send(line, now, at, request, Purpose::Reoffer);
    }

    /// The desk answers an offer of the other side, or makes the offer it was asked for.
    pub(super) fn answer_reoffer(
        &mut self,
        line: &mut Line,
        now: Instant,
        answer: Result<String, u16>,
    ) {
        let Some((server, request)) = self.asked.take() else {
            return;
        };
        let sdp = match answer {
            Ok(sdp) => sdp,
            Err(status) => {
                let status = if (300..700).contains(&status) {
                    status
                } else {
                    488
                };
                line.respond(server, message::response(&request, status, "", None));
                return;
            }
        };
        let offer = body::sdp(&request.headers, &request.body).ok().flatten();
        let mut response = self.success(line, now, &request);
        message::set_body(
            &mut response.headers,
            &mut response.body,
            capabilities::ACCEPT,
            &sdp,
        );
        line.respond(server, response);
        self.local_sdp = sdp;
        if request.method == Method::Invite
            && let Stage::Talking(leg) = self.stage
        {
            // An offer that has overtaken the ACK of our first 200 confirms the call in its stead.
            let initial = self.unacked.as_ref().is_some_and(|u| u.initial);
            self.unacked = Some(Unacked {
                server,
                leg,
                offered: offer.is_none(),
                initial,
                bye: false,
            });
        }
        if let Some(offer) = offer {
            self.remote_sdp = offer;
        }
        self.give_way(line);
    }

    /// An INVITE or UPDATE of the other side within the dialog.
    pub(super) fn reoffered(
        &mut self,
        line: &mut Line,
        now: Instant,
        at: usize,
        server: ServerId,
        request: Request,
    ) {
        let offer = match body::sdp(&request.headers, &request.body) {
            Ok(offer) => offer,
            Err(body::Unsupported) => {
                line.refuse(
                    server,
                    &request,
                    415,
                    vec![Header::Accept(capabilities::ACCEPT.into())],
                );
                return;
            }
        };
        if SessionTimer::too_small(&request.headers) {
            line.refuse(
                server,
                &request,
                422,
                vec![Header::MinSE(MIN_SE.to_string().into())],
            );
            return;
        }
        let invite = request.method == Method::Invite;
        if !invite && offer.is_none() {
            // An UPDATE without an offer keeps the session alive and says where they are.
            self.legs[at].dialog.refresh_target(&request.headers);
            let response = self.success(line, now, &request);
            line.respond(server, response);
            return;
        }
        let early = invite || !self.legs[at].answered;
        if self.asked.is_some() || matches!(self.stage, Stage::Ringing(_)) && early {
            // Theirs before is not answered yet (RFC 3261 §14.2, RFC 3311 §5.2).
            let seconds: u32 = line.rng.random_range(0..=10);
            line.refuse(
                server,
                &request,
                500,
                vec![Header::RetryAfter(seconds.to_string().into())],
            );
            return;
        }
        if self.offering() || matches!(self.stage, Stage::Calling) && early {
            line.refuse(server, &request, 491, Vec::new());
            return;
        }
        self.legs[at].dialog.refresh_target(&request.headers);
        if invite {
            line.respond(server, message::response(&request, 100, "", None));
        }
        self.asked = Some((server, request));
        line.emit(SipEvent::Reoffered {
            dialog: self.key,
            offer,
        });
    }

    /// The answer to an offer or refresh of ours; 401, 422 and their like are dealt with already.
    pub(super) fn reoffer_answered(
        &mut self,
        line: &mut Line,
        now: Instant,
        at: usize,
        response: &Response,
    ) {
        let status = response.status_code.code();
        if !(200..300).contains(&status) {
            let sent = self.sent.remove(at);
            match sent.purpose {
                Purpose::Refresh => self.refresh_failed(line, now, &sent.request, response),
                _ => self.tell(
                    line,
                    SipEvent::ReofferRefused {
                        dialog: self.key,
                        status,
                    },
                ),
            }
            return;
        }
        let sent = &mut self.sent[at];
        let dialog = &mut self.legs[sent.leg].dialog;
        dialog.refresh_target(&response.headers);
        if sent.request.method == Method::Invite {
            let mut ack = dialog.ack(&sent.request, &line.user_agent);
            line.send_ack(&mut ack, message::cseq(&sent.request));
            sent.ack = Some(Box::new(ack));
        }
        let (purpose, request) = (sent.purpose, sent.request.clone());
        if request.method != Method::Invite {
            self.sent.remove(at);
        }
        if matches!(self.stage, Stage::Over) {
            return;
        }
        self.session = SessionTimer::from_response(&response.headers, now);
        self.refresh_at = None;
        let answer = body::sdp(&response.headers, &response.body).ok().flatten();
        match (purpose, answer) {
            (Purpose::Reoffer, Some(sdp)) => {
                self.local_sdp = String::from_utf8_lossy(&request.body).into_owned();
                self.remote_sdp.clone_from(&sdp);
                line.emit(SipEvent::ReofferAnswered {
                    dialog: self.key,
                    sdp,
                });
            }
            (Purpose::Reoffer, None) => self.tell(
                line,
                SipEvent::ReofferRefused {
                    dialog: self.key,
                    status: 488,
                },
            ),
            // A refresh that brings another answer than before is news after all.
            (_, Some(sdp)) if sdp != self.remote_sdp => {
                self.remote_sdp.clone_from(&sdp);
                line.emit(SipEvent::ReofferAnswered {
                    dialog: self.key,
                    sdp,
                });
            }
            _ => {}
        }
    }

    /// Keeps the session alive: UPDATE without an offer where they take it, else a re-INVITE
    /// with the description they know.
    pub(super) fn refresh(&mut self, line: &mut Line, now: Instant) {
        let Stage::Talking(at) = self.stage else {
            return;
        };
        let open = |purpose| move |s: &super::Sent| s.purpose == purpose && s.ack.is_none();
        if self.sent.iter().any(open(Purpose::Refresh)) || self.is_resuming() {
            return;
        }
        if self.sent.iter().any(open(Purpose::Reoffer)) {
            // It refreshes as well; if it fails, there is still time.
            self.refresh_at = Some(now + RETRY_REFRESH);
            return;
        }
        let update = self.legs[at].dialog.allows_update;
        if !update && (self.asked.is_some() || self.unacked.is_some()) {
            // Their INVITE under way refreshes as well; if it fails, there is still time.
            self.refresh_at = Some(now + RETRY_REFRESH);
            return;
        }
        let method = if update {
            Method::Update
        } else {
            Method::Invite
        };
        let mut request =
            self.legs[at]
                .dialog
                .request(method, &line.local.contact, &line.user_agent);
        let refresher = self.session.as_ref().map(SessionTimer::refresher);
        self.wish.write(&mut request.headers, refresher);
        if !update {
            message::set_body(
                &mut request.headers,
                &mut request.body,
                capabilities::ACCEPT,
                &self.local_sdp,
            );
        }
        self.send(line, now, at, request, Purpose::Refresh);
    }

    fn refresh_failed(
        &mut self,
        line: &mut Line,
        now: Instant,
        request: &Request,
        response: &Response,
    ) {
        let Stage::Talking(at) = self.stage else {
            return;
        };
        match response.status_code.code() {
            // They said they would and do not: then by re-INVITE.
            405 | 501 if request.method == Method::Update => {
                self.legs[at].dialog.allows_update = false;
                self.refresh(line, now);
            }
            491 => {
                // RFC 3261 §14.1: the caller waits longer than the called, so that one goes first.
                let caller = self.legs[at].dialog.is_caller();
                let wait = if caller {
                    line.rng.random_range(2100..=4000)
                } else {
                    line.rng.random_range(0..=2000)
                };
                self.refresh_at = Some(now + Duration::from_millis(wait));
            }
            _ => self.refresh_at = Some(now + RETRY_REFRESH),
        }
    }

    /// Whether an offer of ours waits for its answer.
    pub(super) fn offering(&self) -> bool {
        let open = |s: &super::Sent| s.ack.is_none() && !s.request.body.is_empty();
        self.sent
            .iter()
            .any(|s| matches!(s.purpose, Purpose::Reoffer | Purpose::Refresh) && open(s))
    }

    /// A 2xx to an INVITE or UPDATE of theirs, the session's time set anew.
    fn success(&mut self, line: &mut Line, now: Instant, request: &Request) -> Response {
        let mut response = message::response(request, 200, "", None);
        response.headers.extend(dialog_headers(line));
        if matches!(self.stage, Stage::Talking(_)) {
            let (timer, session) = SessionTimer::from_request(&request.headers, self.wish, now);
            self.session = Some(timer);
            response.headers.extend(session);
        }
        response
    }

    /// Ends the call because the other side no longer knows it.
    pub(super) fn dialog_is_gone(
        &mut self,
        line: &mut Line,
        now: Instant,
        at: usize,
        response: &Response,
    ) {
        self.bye(line, now, at, None);
        let by = if response.status_code.code() == 408 {
            EndedBy::Network
        } else {
            EndedBy::Remote
        };
        self.end(
            line,
            now,
            EndCause {
                by,
                ..EndCause::response(response)
            },
        );
    }
}

pub(super) const RETRY_REFRESH: Duration = Duration::from_secs(5);
