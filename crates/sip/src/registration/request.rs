//! What a REGISTER says, and what its 200 grants.

use rsipstack::sip::{Header, Method, Response};

use super::{Command, Registration};
use crate::capabilities;
use crate::headers;
use crate::invite::NameAddr;
use crate::message;

impl Registration {
    pub(super) fn send(&mut self, expires_s: u32, out: &mut Vec<Command>) {
        let Some(local) = &self.local else { return };
        self.seq += 1;
        let settings = &self.settings;
        let mut request = message::request(
            Method::Register,
            &settings.registrar,
            &settings.from,
            &settings.to,
            &settings.call_id,
        );
        message::stamp(&mut request, self.seq, local, &mut self.rng);
        let outbound = if self.outbound { ";reg-id=1" } else { "" };
        let contact = format!(
            "<{}>;+sip.instance=\"{}\"{outbound};expires={expires_s}",
            local.contact, settings.instance
        );
        request.headers.extend(vec![
            Header::Contact(contact.into()),
            Header::Expires(expires_s.into()),
            Header::Supported(
                if self.outbound {
                    capabilities::SUPPORTED_REGISTER
                } else {
                    "path"
                }
                .into(),
            ),
            Header::Allow(capabilities::ALLOW.into()),
            Header::UserAgent(settings.user_agent.as_str().into()),
        ]);
        self.auth.sign(&mut request, &mut self.rng);
        out.push(Command::Send(Box::new(request)));
    }

    /// The lifetime of our own binding among all that the 200 lists (RFC 3261 §10.2.4).
    pub(super) fn granted(&self, response: &Response) -> u32 {
        let contacts: Vec<NameAddr> = headers::list(&response.headers, "Contact")
            .into_iter()
            .filter_map(NameAddr::parse)
            .collect();
        let own_uri = self.local.as_ref().map(|l| l.contact.as_str());
        let own = contacts
            .iter()
            .find(|c| {
                c.param("+sip.instance")
                    .is_some_and(|i| i.eq_ignore_ascii_case(&self.settings.instance))
            })
            .or_else(|| contacts.iter().find(|c| Some(c.uri.as_str()) == own_uri));
        own.and_then(|c| c.param("expires").and_then(headers::number))
            .or_else(|| headers::get(&response.headers, "Expires").and_then(headers::number))
            .unwrap_or(self.expires_s)
    }
}
