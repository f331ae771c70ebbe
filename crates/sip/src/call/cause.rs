//! Why a call ended, from what ended it.

use rsipstack::sip::{Headers, Request, Response};

use crate::agent::{EndCause, EndedBy};
use crate::headers;
use crate::line::Line;
use crate::wire;

impl EndCause {
    /// We ended it.
    pub(crate) fn local(reason: &str) -> Self {
        Self {
            status: None,
            reason: reason.to_owned(),
            reason_status: None,
            q850: None,
            by: EndedBy::Local,
            warning: None,
            replaced_by: None,
        }
    }

    /// Something between us ended it.
    pub(super) fn network(reason: &str) -> Self {
        Self {
            by: EndedBy::Network,
            ..Self::local(reason)
        }
    }

    /// Nothing came of what we were owed: the other side's doing, unless the connection is gone.
    pub(super) fn silence(line: &Line, reason: &str) -> Self {
        Self {
            status: line.up.then_some(408),
            ..Self::network(reason)
        }
    }

    /// A final response ended it.
    pub(super) fn response(response: &Response) -> Self {
        let said = read_reason(&response.headers);
        let warning = headers::get(&response.headers, "Warning").map(|warning| {
            // `399 host "text"`: the text is what people can read.
            let mut words = warning.splitn(3, ' ');
            headers::unquote(words.nth(2).unwrap_or(warning).trim())
        });
        Self {
            status: Some(response.status_code.code()),
            reason: wire::reason(response).to_owned(),
            reason_status: said.status,
            q850: said.q850,
            by: EndedBy::Remote,
            warning,
            replaced_by: None,
        }
    }

    /// A BYE or CANCEL ended it.
    pub(super) fn request(request: &Request) -> Self {
        let said = read_reason(&request.headers);
        Self {
            status: None,
            reason: said.text,
            reason_status: said.status,
            q850: said.q850,
            by: EndedBy::Remote,
            warning: None,
            replaced_by: None,
        }
    }
}

/// `Reason` headers (RFC 3326).
#[derive(Debug, Default)]
struct Said {
    status: Option<u16>,
    q850: Option<u16>,
    text: String,
}

fn read_reason(headers: &Headers) -> Said {
    let mut said = Said::default();
    for value in headers::list(headers, "Reason") {
        let (protocol, rest) = value.split_once(';').unwrap_or((value, ""));
        let params = headers::params(rest);
        let field = |name: &str| {
            params
                .iter()
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .and_then(|(_, v)| v.clone())
        };
        let cause = field("cause").and_then(|c| c.trim().parse().ok());
        match protocol.trim().to_ascii_uppercase().as_str() {
            "Q.850" => said.q850 = cause,
            "SIP" => said.status = cause,
            _ => continue,
        }
        if said.text.is_empty() {
            said.text = field("text").unwrap_or_default();
        }
    }
    said
}
