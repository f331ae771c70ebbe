//! Transfer within a call (RFC 3515, RFC 4488): our REFER and what they tell of it, and theirs.

use std::time::{Duration, Instant};

use rsipstack::sip::{Header, Method, Request, Response};

use super::incoming::dialog_headers;
use super::{Call, Purpose, Sent, Stage};
use crate::agent::{ReferId, SipEvent};
use crate::line::Line;
use crate::message;
use crate::refer::{self, Referral};
use crate::replaces::Replaces;
use crate::target::target;
use crate::transactions::ServerId;

/// A REFER of ours, kept after its answer for the NOTIFYs that follow, and before.
#[derive(Debug)]
pub(super) struct Referring {
    id: ReferId,
    leg: usize,
    /// Sequence numbers it was sent with, by which a NOTIFY may name it.
    seqs: Vec<u32>,
    standing: Standing,
    /// The last status told.
    told: u16,
    /// Number of the NOTIFY that told it.
    heard: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// No answer yet.
    Asked,
    /// No answer will come: it may have arrived all the same.
    Unknown,
    Subscribed,
    /// They will tell no more.
    Done,
    /// They never will.
    Refused,
}

/// A REFER of theirs, until it is refused or the last word is said.
#[derive(Debug)]
pub(super) struct Referred {
    id: ReferId,
    leg: usize,
    /// What is still to be answered.
    asked: Option<(ServerId, Request)>,
    subscribes: bool,
    /// The first of its dialog has no `id` in its NOTIFYs (RFC 3515 §2.4.6).
    first: bool,
    /// When to decline it if the desk has said nothing; then, when the subscription ends.
    until: Instant,
}

impl Call {
    /// Asks the other side to call somebody else.
    pub(crate) fn refer(
        &mut self,
        line: &mut Line,
        now: Instant,
        refer: ReferId,
        refer_to: &str,
        replaces: Option<Replaces>,
    ) {
        if self.referring.iter().any(|known| known.id == refer) {
            return;
        }
        let Stage::Talking(at) = self.stage else {
            return self.refused(line, refer, 481);
        };
        let domain = line.aor.domain();
        let uri = match refer_to.split_once(':') {
            // Only SIP URIs have headers (RFC 3261 §19.1.1).
            Some((scheme, number)) if replaces.is_some() && scheme.eq_ignore_ascii_case("tel") => {
                target(number, domain)
            }
            _ => target(refer_to, domain),
        };
        let Some(mut uri) = uri else {
            return self.refused(line, refer, 400);
        };
        if let Some(replaces) = replaces {
            uri.push_str(&format!("?Replaces={}", replaces.escaped()));
        }
        let mut request =
            self.legs[at]
                .dialog
                .request(Method::Refer, &line.local.contact, &line.user_agent);
        request.headers.extend(vec![
            Header::ReferTo(format!("<{uri}>").into()),
            Header::ReferredBy(format!("<{}>", line.aor.uri()).into()),
        ]);
        if self.referring.len() >= MAX_REFERS {
            self.referring.remove(0);
        }
        self.referring.push(Referring {
            id: refer,
            leg: at,
            seqs: Vec::new(),
            standing: Standing::Asked,
            told: 100,
            heard: None,
        });
        self.send(line, now, at, request, Purpose::Refer(refer));
    }

    /// A dialog of this call is one that our other party can be asked to replace.
    pub(crate) fn replacement(&self) -> Option<Replaces> {
        match self.stage {
            Stage::Talking(at) => Some(self.legs[at].dialog.as_replaced_there()),
            Stage::Calling | Stage::Ringing(_) | Stage::Over => None,
        }
    }

    /// Says that no REFER has gone out, and why.
    pub(crate) fn refused(&self, line: &mut Line, refer: ReferId, status: u16) {
        self.answered_refer(line, refer, status, false, false);
    }

    fn answered_refer(
        &self,
        line: &mut Line,
        refer: ReferId,
        status: u16,
        sent: bool,
        subscribed: bool,
    ) {
        self.tell(
            line,
            SipEvent::ReferAnswered {
                dialog: self.key,
                refer,
                status,
                sent,
                subscribed,
            },
        );
    }

    /// Our REFER goes out with this number.
    pub(super) fn referring_as(&mut self, refer: ReferId, seq: u32) {
        if let Some(referring) = self.referring.iter_mut().find(|r| r.id == refer) {
            referring.seqs.push(seq);
        }
    }

    /// The final answer to our REFER.
    pub(super) fn refer_answered(&mut self, line: &mut Line, refer: ReferId, response: &Response) {
        let status = response.status_code.code();
        let accepted = (200..300).contains(&status);
        let subscribed = accepted && !refer::is_unsubscribed(&response.headers);
        if let Some(referring) = self.standing(refer, Standing::Asked) {
            referring.standing = match status {
                _ if subscribed => Standing::Subscribed,
                408 => Standing::Unknown,
                _ => Standing::Refused,
            };
        }
        self.answered_refer(line, refer, status, true, subscribed);
    }

    /// No answer will come to our REFER, which has gone out or has not.
    pub(super) fn refer_unanswered(
        &mut self,
        line: &mut Line,
        refer: ReferId,
        status: u16,
        sent: bool,
    ) {
        if let Some(referring) = self.standing(refer, Standing::Asked) {
            referring.standing = if sent {
                Standing::Unknown
            } else {
                Standing::Refused
            };
        }
        self.answered_refer(line, refer, status, sent, false);
    }

    /// A NOTIFY: what has come of a REFER of ours, in whatever order. It may come before the answer
    /// to the REFER, and after the call.
    pub(super) fn notified(
        &mut self,
        line: &mut Line,
        leg: usize,
        server: ServerId,
        request: &Request,
    ) {
        let about = refer::event(&request.headers);
        let Some(at) = about.and_then(|id| self.subscription(leg, id)) else {
            line.refuse(server, request, 481, Vec::new());
            return;
        };
        let told = refer::status(&request.headers, &request.body);
        let answer = if told.is_ok() { 200 } else { 400 };
        line.respond(server, message::response(request, answer, "", None));
        let (status, terminated) = (told.ok().flatten(), refer::is_terminated(&request.headers));
        let seq = message::cseq(request);
        let referring = &mut self.referring[at];
        let late = referring.heard.is_some_and(|heard| seq < heard);
        if late || referring.standing == Standing::Done || (status.is_none() && !terminated) {
            return;
        }
        referring.heard = Some(seq);
        referring.told = status.unwrap_or(referring.told);
        if terminated {
            referring.standing = Standing::Done;
        }
        let (refer, status) = (referring.id, referring.told);
        self.tell(
            line,
            SipEvent::ReferProgress {
                dialog: self.key,
                refer,
                status,
                terminated,
            },
        );
    }

    /// Which of our REFERs a NOTIFY is about. Without an id it is the first (RFC 3515 §2.4.6) that
    /// they have accepted; they may not know of those that got lost.
    fn subscription(&self, leg: usize, id: Option<u32>) -> Option<usize> {
        let here = |r: &&Referring| r.leg == leg && r.standing != Standing::Refused;
        let find = |wanted: &dyn Fn(&Referring) -> bool| {
            self.referring.iter().position(|r| here(&r) && wanted(r))
        };
        let open = |r: &Referring| r.standing != Standing::Done;
        if let Some(id) = id {
            if let Some(at) = find(&|r| r.seqs.contains(&id)) {
                return Some(at);
            }
            // Somebody between us counts otherwise: clear only where there is one.
            if self
                .referring
                .iter()
                .filter(here)
                .filter(|r| open(r))
                .count()
                > 1
            {
                return None;
            }
        }
        find(&|r| r.standing == Standing::Subscribed)
            .or_else(|| self.referring.iter().rposition(|r| here(&r) && open(r)))
            .or_else(|| self.referring.iter().rposition(|r| here(&r)))
    }

    fn standing(&mut self, refer: ReferId, standing: Standing) -> Option<&mut Referring> {
        self.referring
            .iter_mut()
            .find(|r| r.id == refer && r.standing == standing)
    }

    /// A REFER of the other side.
    pub(super) fn asked_to_refer(
        &mut self,
        line: &mut Line,
        now: Instant,
        leg: usize,
        server: ServerId,
        request: Request,
    ) {
        let Stage::Talking(_) = self.stage else {
            // Whom we do not talk with yet cannot send us elsewhere.
            line.refuse(server, &request, 403, Vec::new());
            return;
        };
        let first = !self.was_referred;
        self.was_referred = true;
        let id = ReferId(message::cseq(&request));
        self.take_referral(line, now, leg, server, request, id, first);
    }

    #[expect(clippy::too_many_arguments, reason = "all of them different")]
    pub(super) fn take_referral(
        &mut self,
        line: &mut Line,
        now: Instant,
        leg: usize,
        server: ServerId,
        request: Request,
        id: ReferId,
        first: bool,
    ) {
        let referral = match Referral::read(&request) {
            Ok(referral) => referral,
            Err(status) => {
                line.refuse(server, &request, status, Vec::new());
                return;
            }
        };
        // Subscriptions that have run out without a last word.
        self.referred.retain(|r| r.asked.is_some() || now < r.until);
        if self.referred.len() >= MAX_REFERS {
            line.refuse(server, &request, 486, Vec::new());
            return;
        }
        self.referred.push(Referred {
            id,
            leg,
            asked: Some((server, request)),
            subscribes: referral.subscribes,
            first,
            // Before they give it up themselves (RFC 4320).
            until: now + line.transaction_timeout() / 2,
        });
        line.emit(SipEvent::Referred {
            dialog: self.key,
            refer: id,
            refer_to: referral.to,
            replaces: referral.replaces,
            referred_by: referral.referred_by,
        });
    }

    /// The desk takes a REFER on, or refuses it.
    pub(super) fn answer_refer(
        &mut self,
        line: &mut Line,
        now: Instant,
        refer: ReferId,
        status: u16,
    ) {
        let Some(at) = self
            .referred
            .iter()
            .position(|r| r.id == refer && r.asked.is_some())
        else {
            return;
        };
        let Some((server, request)) = self.referred[at].asked.take() else {
            return;
        };
        if !(200..300).contains(&status) {
            let status = if (300..700).contains(&status) {
                status
            } else {
                603
            };
            self.referred.remove(at);
            line.respond(server, message::response(&request, status, "", None));
            return;
        }
        let mut response = message::response(&request, 202, "", None);
        response.headers.extend(dialog_headers(line));
        let subscribes = self.referred[at].subscribes;
        if !subscribes {
            response
                .headers
                .push(Header::Other("Refer-Sub".into(), "false".into()));
            self.referred.remove(at);
        }
        line.respond(server, response);
        if subscribes {
            self.referred[at].until = now + SUBSCRIPTION;
            self.notify_refer(line, now, refer, 100, "", false);
        }
    }

    /// Tells who referred us what has come of it.
    pub(super) fn notify_refer(
        &mut self,
        line: &mut Line,
        now: Instant,
        refer: ReferId,
        status: u16,
        reason: &str,
        last: bool,
    ) {
        let taken = |r: &Referred| r.id == refer && r.asked.is_none();
        let Some(at) = self.referred.iter().position(taken) else {
            return;
        };
        let Referred {
            leg, first, until, ..
        } = self.referred[at];
        let status = if (100..700).contains(&status) {
            status
        } else {
            500
        };
        let last = last || status >= 200;
        let purpose = if last {
            Purpose::LastNotify(refer)
        } else {
            Purpose::Notify(refer)
        };
        let event = if first {
            "refer".to_owned()
        } else {
            format!("refer;id={}", refer.0)
        };
        let state = if last {
            self.referred.remove(at);
            "terminated;reason=noresource".to_owned()
        } else {
            let left = until.saturating_duration_since(now).as_secs().max(1);
            format!("active;expires={left}")
        };
        let mut request =
            self.legs[leg]
                .dialog
                .request(Method::Notify, &line.local.contact, &line.user_agent);
        request.headers.extend(vec![
            Header::Event(event.into()),
            Header::SubscriptionState(state.into()),
        ]);
        message::set_body(
            &mut request.headers,
            &mut request.body,
            "message/sipfrag;version=2.0",
            &refer::fragment(status, reason),
        );
        self.send(line, now, leg, request, purpose);
    }

    /// Whether what this request tells has been told anew by a later one.
    pub(super) fn is_outdated(&self, at: usize) -> bool {
        let Purpose::Notify(refer) = self.sent[at].purpose else {
            return false;
        };
        let later = |s: &Sent| s.purpose == Purpose::Notify(refer);
        let goes_on = self.referred.iter().any(|r| r.id == refer);
        !goes_on || self.sent[at + 1..].iter().any(later)
    }

    /// The final answer to a NOTIFY of ours: a refusal ends the subscription (RFC 6665 §4.2.2).
    pub(super) fn notify_answered(&mut self, refer: ReferId, status: u16) {
        if status >= 300 {
            self.referred.retain(|r| r.id != refer || r.asked.is_some());
        }
    }

    /// When a REFER of theirs has to have its answer.
    pub(super) fn refer_due(&self) -> Option<Instant> {
        let unanswered = self.referred.iter().filter(|r| r.asked.is_some());
        unanswered.map(|r| r.until).min()
    }

    /// Declines what the desk has said nothing about.
    pub(super) fn decline_refers(&mut self, line: &mut Line, now: Instant) {
        while self.refer_due().is_some_and(|due| now >= due) {
            let due = |r: &&Referred| r.asked.is_some() && now >= r.until;
            if let Some(refer) = self.referred.iter().find(due).map(|r| r.id) {
                self.answer_refer(line, now, refer, 603);
            }
        }
    }

    /// The call is over, and with it what they have asked for within.
    pub(super) fn end_refers(&mut self, line: &mut Line) {
        for (server, request) in self.referred.drain(..).filter_map(|r| r.asked) {
            line.respond(server, message::response(&request, 481, "", None));
        }
        let tells = |s: &Sent| matches!(s.purpose, Purpose::Notify(_) | Purpose::LastNotify(_));
        self.sent.retain(|s| s.id.is_some() || !tells(s));
    }
}

/// REFERs of one call that are remembered: more than anybody makes in earnest.
const MAX_REFERS: usize = 8;

/// How long those who refer us may want to hear of it: longer than anything rings.
const SUBSCRIPTION: Duration = Duration::from_secs(600);
