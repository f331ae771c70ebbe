//! Building requests and responses, outside and inside of dialogs.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rsipstack::sip::{Header, Headers, Method, Request, Response, Version};

use crate::wire;

/// How every branch of ours starts (RFC 3261 §8.1.1.7), and none that the transaction layer makes.
pub(crate) const BRANCH: &str = "z9hG4bKwl";

/// Our end of the current flow, as messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    /// Protocol and sent-by of `Via`: `SIP/2.0/WSS df7jal23ls0d.invalid`.
    pub(crate) via: String,
    /// URI of `Contact`.
    pub(crate) contact: String,
}

/// A request without `Via` and `CSeq`: those come with [`stamp`] at each sending.
pub(crate) fn request(method: Method, uri: &str, from: &str, to: &str, call_id: &str) -> Request {
    let headers = vec![
        Header::MaxForwards(70.into()),
        Header::From(from.into()),
        Header::To(to.into()),
        Header::CallId(call_id.into()),
    ];
    Request {
        method,
        uri: wire::verbatim(uri),
        version: Version::V2,
        headers: headers.into(),
        body: Vec::new(),
    }
}

/// Gives a request a new branch and this sequence number, in place of earlier ones.
pub(crate) fn stamp(request: &mut Request, seq: u32, local: &Local, rng: &mut StdRng) {
    request
        .headers
        .retain(|h| !matches!(h, Header::Via(_) | Header::CSeq(_)));
    let branch = format!("{};branch={BRANCH}{};rport", local.via, token(rng));
    request
        .headers
        .push_front(Header::CSeq(format!("{seq} {}", request.method).into()));
    request.headers.push_front(Header::Via(branch.into()));
}

/// The CANCEL for an INVITE as it was sent (RFC 3261 §9.1).
pub(crate) fn cancel(invite: &Request) -> Request {
    let mut headers: Headers = invite
        .headers
        .iter()
        .filter(|h| {
            matches!(
                h,
                Header::Via(_)
                    | Header::MaxForwards(_)
                    | Header::From(_)
                    | Header::To(_)
                    | Header::CallId(_)
                    | Header::Route(_)
            )
        })
        .cloned()
        .collect::<Vec<_>>()
        .into();
    headers.push(Header::CSeq(format!("{} CANCEL", cseq(invite)).into()));
    Request {
        method: Method::Cancel,
        uri: invite.uri.clone(),
        version: Version::V2,
        headers,
        body: Vec::new(),
    }
}

/// The sequence number of a request; 0 for one without (the reader lets none through).
pub(crate) fn cseq(request: &Request) -> u32 {
    crate::headers::get(&request.headers, "CSeq")
        .and_then(crate::headers::number)
        .unwrap_or(0)
}

/// A response with what RFC 3261 §8.2.6 copies from the request, its `To` tagged with `tag`.
pub(crate) fn response(
    request: &Request,
    status: u16,
    reason: &str,
    tag: Option<&str>,
) -> Response {
    let mut headers = Headers::default();
    for header in request.headers.iter() {
        match header {
            Header::Via(_) | Header::From(_) | Header::CallId(_) | Header::CSeq(_) => {
                headers.push(header.clone())
            }
            Header::To(to) => headers.push(match (crate::headers::tag(to.value()), tag) {
                (None, Some(tag)) => Header::To(format!("{};tag={tag}", to.value()).into()),
                _ => header.clone(),
            }),
            // A dialog's route set is made of them (§12.1.1).
            Header::RecordRoute(_) if (101..300).contains(&status) => headers.push(header.clone()),
            Header::Timestamp(_) if status == 100 => headers.push(header.clone()),
            _ => {}
        }
    }
    Response {
        status_code: wire::status(status, reason),
        wire_reason: None,
        version: Version::V2,
        headers,
        body: Vec::new(),
    }
}

/// Puts a body on a message, with its type and length.
pub(crate) fn set_body(
    headers: &mut Headers,
    body: &mut Vec<u8>,
    content_type: &str,
    content: &str,
) {
    headers.retain(|h| !matches!(h, Header::ContentType(_) | Header::ContentLength(_)));
    headers.push(Header::ContentType(content_type.into()));
    *body = content.as_bytes().to_vec();
}

/// A random token with 96 bits: tag, branch, Call-ID.
pub(crate) fn token(rng: &mut StdRng) -> String {
    format!("{:024x}", rng.random::<u128>() >> 32)
}
