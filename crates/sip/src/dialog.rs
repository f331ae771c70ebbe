//! A dialog (RFC 3261 §12): who talks to whom, by which way, and in which order.

use rsipstack::sip::{Header, Method, Request, Response};

use crate::capabilities;
use crate::digest::Authenticator;
use crate::headers;
use crate::invite::NameAddr;
use crate::message;
use crate::replaces::{Replaces, TargetDialog};
use crate::saved::{SavedDialog, SavedSession};

/// One dialog, early or confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    call_id: String,
    local: String,
    remote: String,
    local_tag: String,
    remote_tag: String,
    target: String,
    routes: Vec<String>,
    local_seq: u32,
    remote_seq: Option<u32>,
    /// Whether the other side takes UPDATE; known once it has said what it allows.
    pub(crate) allows_update: bool,
    caller: bool,
    /// What servers on the way have asked of requests in this dialog.
    pub(crate) auth: Authenticator,
}

impl Dialog {
    /// The dialog that a response with a `To` tag makes for our INVITE (§12.1.2).
    pub(crate) fn from_response(
        invite: &Request,
        response: &Response,
        auth: Authenticator,
    ) -> Option<Self> {
        let remote = headers::get(&response.headers, "To")?;
        let local = headers::get(&invite.headers, "From")?;
        let mut routes: Vec<String> = headers::list(&response.headers, "Record-Route")
            .into_iter()
            .map(str::to_owned)
            .collect();
        routes.reverse();
        let mut dialog = Self {
            call_id: headers::get(&invite.headers, "Call-ID")?.to_owned(),
            local: local.to_owned(),
            remote: remote.to_owned(),
            local_tag: headers::tag(local)?,
            remote_tag: headers::tag(remote)?,
            target: contact(&response.headers).unwrap_or_else(|| invite.uri.to_string()),
            routes,
            local_seq: message::cseq(invite),
            remote_seq: None,
            allows_update: false,
            caller: true,
            auth,
        };
        dialog.learn(&response.headers);
        Some(dialog)
    }

    /// The dialog that our answer makes for an incoming INVITE (§12.1.1); `None` without tags.
    pub(crate) fn from_request(
        invite: &Request,
        local_tag: &str,
        auth: Authenticator,
    ) -> Option<Self> {
        let remote = headers::get(&invite.headers, "From")?;
        let local = headers::get(&invite.headers, "To")?;
        let mut dialog = Self {
            call_id: headers::get(&invite.headers, "Call-ID")?.to_owned(),
            local: format!("{local};tag={local_tag}"),
            remote: remote.to_owned(),
            local_tag: local_tag.to_owned(),
            remote_tag: headers::tag(remote)?,
            // RFC 2543 callers may leave Contact out: then they are where they say they are.
            target: contact(&invite.headers).or_else(|| NameAddr::parse(remote).map(|a| a.uri))?,
            routes: headers::list(&invite.headers, "Record-Route")
                .into_iter()
                .map(str::to_owned)
                .collect(),
            local_seq: 0,
            remote_seq: Some(message::cseq(invite)),
            allows_update: false,
            caller: false,
            auth,
        };
        dialog.learn(&invite.headers);
        Some(dialog)
    }

    /// A dialog of a process that is no more; `None` if what is left of it cannot be read.
    pub(crate) fn restored(saved: &SavedDialog, auth: Authenticator) -> Option<Self> {
        let saved = Some(saved).filter(|saved| saved.is_whole())?.clone();
        Some(Self {
            local_tag: headers::tag(&saved.local)?,
            remote_tag: headers::tag(&saved.remote)?,
            call_id: saved.call_id,
            local: saved.local,
            remote: saved.remote,
            target: saved.target,
            routes: saved.routes,
            local_seq: saved.local_seq + SEQ_LEAP,
            remote_seq: saved.remote_seq,
            allows_update: saved.allows_update,
            caller: saved.caller,
            auth,
        })
    }

    /// What [`Self::restored`] needs.
    pub(crate) fn saved(&self, session: Option<SavedSession>) -> SavedDialog {
        SavedDialog {
            call_id: self.call_id.clone(),
            local: self.local.clone(),
            remote: self.remote.clone(),
            target: self.target.clone(),
            routes: self.routes.clone(),
            local_seq: self.local_seq,
            remote_seq: self.remote_seq,
            caller: self.caller,
            allows_update: self.allows_update,
            session,
        }
    }

    /// Whether a dialog restored from this would do. Their numbers need not be the latest: an older one
    /// only lets a request through that has come too late. Nor need ours, within the leap.
    pub(crate) fn is_saved_in(&self, saved: &SavedDialog, session: Option<SavedSession>) -> bool {
        (&self.target, &self.routes, self.allows_update, session)
            == (
                &saved.target,
                &saved.routes,
                saved.allows_update,
                saved.session,
            )
            && self.local_seq < saved.local_seq + SEQ_LEAP / 2
    }

    /// The 2xx to our INVITE: it, not an earlier response, says which way requests go (§13.2.2.4).
    pub(crate) fn confirm(&mut self, response: &Response) {
        self.routes = headers::list(&response.headers, "Record-Route")
            .into_iter()
            .map(str::to_owned)
            .collect();
        self.routes.reverse();
        self.refresh_target(&response.headers);
    }

    /// Whether a request from the other side belongs here.
    pub(crate) fn owns(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> bool {
        self.call_id == call_id && self.local_tag == local_tag && self.remote_tag == remote_tag
    }

    /// This dialog as a `Replaces` names it to the other side: the tags change their places.
    pub(crate) fn as_replaced_there(&self) -> Replaces {
        Replaces::there(&self.call_id, &self.local_tag, &self.remote_tag)
    }

    /// This dialog as a `Replaces` names it to us.
    pub(crate) fn as_replaced_here(&self) -> Replaces {
        let Replaces {
            call_id,
            to_tag: from_tag,
            from_tag: to_tag,
            early_only,
        } = self.as_replaced_there();
        Replaces {
            call_id,
            to_tag,
            from_tag,
            early_only,
        }
    }

    /// Whether a `Replaces` that has come to us means this dialog.
    pub(crate) fn is_replaced_by(&self, replaces: &Replaces) -> bool {
        let here = self.as_replaced_here();
        (&here.call_id, &here.to_tag, &here.from_tag)
            == (&replaces.call_id, &replaces.to_tag, &replaces.from_tag)
    }

    /// Whether a `Target-Dialog` that has come to us means this dialog. Its senders differ on whose tag is the
    /// local one; both together are known to nobody else, in either order.
    pub(crate) fn is_target(&self, target: &TargetDialog) -> bool {
        let Replaces {
            call_id,
            to_tag,
            from_tag,
            ..
        } = self.as_replaced_here();
        let named = (&target.local_tag, &target.remote_tag);
        call_id == target.call_id
            && (named == (&to_tag, &from_tag) || named == (&from_tag, &to_tag))
    }

    /// Whether we made the first call: the owner of the Call-ID (§14.1).
    pub(crate) fn is_caller(&self) -> bool {
        self.caller
    }

    pub(crate) fn remote_tag(&self) -> &str {
        &self.remote_tag
    }

    /// Takes a request's place in the order; `false` for one that comes too late (§12.2.2: 500).
    pub(crate) fn in_order(&mut self, request: &Request) -> bool {
        let seq = message::cseq(request);
        if self.remote_seq.is_some_and(|last| seq < last) {
            return false;
        }
        self.remote_seq = Some(seq);
        true
    }

    /// Where the other side is now (§12.2: INVITE and UPDATE, and their 2xx), and what it can do.
    pub(crate) fn refresh_target(&mut self, headers: &rsipstack::sip::Headers) {
        if let Some(target) = contact(headers) {
            self.target = target;
        }
        self.learn(headers);
    }

    /// The next sequence number.
    pub(crate) fn next_seq(&mut self) -> u32 {
        self.local_seq += 1;
        self.local_seq
    }

    /// A request of ours (§12.2.1.1), still to be stamped.
    pub(crate) fn request(&self, method: Method, contact: &str, user_agent: &str) -> Request {
        let mut uri = self.target.as_str();
        let mut routes: Vec<&str> = self.routes.iter().map(String::as_str).collect();
        let last_hop = format!("<{uri}>");
        // A strict router (RFC 2543) wants itself as Request-URI and the target as last route.
        let strict = routes
            .first()
            .and_then(|first| NameAddr::parse(first))
            .filter(|first| !is_loose(&first.uri));
        if let Some(first) = &strict {
            uri = &first.uri;
            routes.remove(0);
            routes.push(&last_hop);
        }
        let mut request = message::request(method, uri, &self.local, &self.remote, &self.call_id);
        for route in routes {
            request.headers.push(Header::Route(route.into()));
        }
        // Requests that say where we are (§12.2, RFC 3515 §2.2, RFC 6665 §4.1.4).
        if matches!(
            method,
            Method::Invite | Method::Update | Method::Refer | Method::Notify
        ) {
            request
                .headers
                .push(Header::Contact(format!("<{contact}>").into()));
        }
        if matches!(method, Method::Invite | Method::Update | Method::Refer) {
            request
                .headers
                .push(Header::Allow(capabilities::ALLOW.into()));
            request
                .headers
                .push(Header::Supported(capabilities::SUPPORTED.into()));
        }
        request.headers.push(Header::UserAgent(user_agent.into()));
        request
    }

    /// The ACK of a 2xx to `invite` (§13.2.2.4): its number, its credentials, a place of its own.
    pub(crate) fn ack(&self, invite: &Request, user_agent: &str) -> Request {
        let mut ack = self.request(Method::Ack, "", user_agent);
        let credentials = invite
            .headers
            .iter()
            .filter(|h| matches!(h, Header::Authorization(_) | Header::ProxyAuthorization(_)));
        ack.headers.extend(credentials.cloned().collect());
        ack
    }

    fn learn(&mut self, headers: &rsipstack::sip::Headers) {
        if headers::get(headers, "Allow").is_some() {
            self.allows_update = headers::has_token(headers, "Allow", "UPDATE");
        }
    }
}

/// How far ahead of the saved number a restored dialog goes on. The process that is no more may have
/// sent requests that are not written down, and a number that comes again is refused (§12.2.2: 500);
/// gaps are no error. It saves anew after half as many, so none can be out of reach.
const SEQ_LEAP: u32 = 1000;

/// The URI of the first `Contact`.
fn contact(headers: &rsipstack::sip::Headers) -> Option<String> {
    headers::list(headers, "Contact")
        .first()
        .and_then(|value| NameAddr::parse(value))
        .map(|contact| contact.uri)
}

fn is_loose(uri: &str) -> bool {
    uri.split(';').skip(1).any(|param| {
        param
            .split(['=', '?'])
            .next()
            .is_some_and(|n| n.eq_ignore_ascii_case("lr"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::wire::{self, Inbound};

    fn parse(text: &str) -> rsipstack::sip::SipMessage {
        match wire::decode(text.replace('\n', "\r\n").as_bytes()) {
            Inbound::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    fn request(text: &str) -> Request {
        Request::try_from(parse(text)).unwrap()
    }

    fn auth() -> Authenticator {
        Authenticator::new(&Account::new(
            vec!["wss://sbc.example.com/".parse().unwrap()],
            "sip:a@example.com".parse().unwrap(),
            "b",
            "00000000-0000-1000-8000-000a95a0e128",
        ))
    }

    const INVITE: &str = "INVITE sip:bob@example.com SIP/2.0\nVia: SIP/2.0/WSS x.invalid;branch=z9hG4bKwl1\nFrom: \"A\" <sip:alice@example.com>;tag=f\n\
        To: <sip:bob@example.com>\nCall-ID: c\nCSeq: 7 INVITE\nContact: <sip:alice@x.invalid;transport=ws>\nRecord-Route: <sip:p1;lr>\nRecord-Route: <sip:p2;lr>, <sip:p3;lr>\n\
        Authorization: Digest x=\"y\"\n\n";

    #[test]
    fn a_caller_routes_by_the_record_backwards_and_keeps_targets_verbatim() {
        let response = Response::try_from(parse(
            "SIP/2.0 200 OK\nVia: SIP/2.0/WSS x.invalid;branch=z9hG4bKwl1\nFrom: \"A\" <sip:alice@example.com>;tag=f\nTo: <sip:bob@example.com>;tag=t\n\
             Call-ID: c\nCSeq: 7 INVITE\nContact: \"B\" <sip:b%6Fb;x=1@h:5;transport=ws;ob>;q=1\nAllow: INVITE, update\nRecord-Route: <sip:p1;lr>,<sip:p2;lr=on>\n\n",
        ))
        .unwrap();
        let mut dialog = Dialog::from_response(&request(INVITE), &response, auth()).unwrap();
        assert!(dialog.allows_update && dialog.owns("c", "f", "t") && !dialog.owns("c", "t", "f"));
        let bye = dialog.request(Method::Bye, "sip:me", "ua");
        assert_eq!(bye.uri.to_string(), "sip:b%6Fb;x=1@h:5;transport=ws;ob");
        assert_eq!(
            headers::list(&bye.headers, "Route"),
            ["<sip:p2;lr=on>", "<sip:p1;lr>"]
        );
        assert_eq!(dialog.next_seq(), 8);
        let ack = dialog.ack(&request(INVITE), "ua");
        assert_eq!(
            headers::get(&ack.headers, "Authorization"),
            Some("Digest x=\"y\"")
        );
        assert_eq!(
            headers::get(&ack.headers, "To"),
            Some("<sip:bob@example.com>;tag=t")
        );
    }

    #[test]
    fn a_called_party_routes_by_the_record_and_watches_the_order() {
        let mut dialog = Dialog::from_request(&request(INVITE), "mine", auth()).unwrap();
        assert!(dialog.owns("c", "mine", "f"));
        let bye = dialog.request(Method::Bye, "", "ua");
        assert_eq!(
            headers::list(&bye.headers, "Route"),
            ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"]
        );
        assert_eq!(
            headers::get(&bye.headers, "From"),
            Some("<sip:bob@example.com>;tag=mine")
        );
        assert!(!dialog.in_order(&request(&INVITE.replace("7 INVITE", "6 INVITE"))));
        assert!(dialog.in_order(&request(&INVITE.replace("7 INVITE", "9 INVITE"))));
        assert!(!dialog.in_order(&request(&INVITE.replace("7 INVITE", "8 INVITE"))));
    }

    #[test]
    fn strict_routers_get_what_they_want() {
        let invite = request(&INVITE.replace("<sip:p1;lr>", "<sip:old.example>"));
        let dialog = Dialog::from_request(&invite, "mine", auth()).unwrap();
        let bye = dialog.request(Method::Bye, "", "ua");
        assert_eq!(bye.uri.to_string(), "sip:old.example");
        assert_eq!(
            headers::list(&bye.headers, "Route"),
            [
                "<sip:p2;lr>",
                "<sip:p3;lr>",
                "<sip:alice@x.invalid;transport=ws>"
            ]
        );
    }
}
