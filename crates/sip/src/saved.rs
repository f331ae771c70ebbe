//! A confirmed dialog as it is written down, for a process that comes after this one (RFC 3261 §12).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::headers;
use crate::invite::NameAddr;
use crate::replaces::Replaces;
use crate::wire::NO_TAG;

/// All that a dialog is: who talks to whom, by which way, and in which order. It holds no credentials
/// and no keys, but people: keep it where the call's history is kept. JSON by serde; what a later
/// version adds is optional.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDialog {
    pub(crate) call_id: String,
    /// `From` of our requests, with our tag.
    pub(crate) local: String,
    /// `To` of our requests, with their tag.
    pub(crate) remote: String,
    pub(crate) target: String,
    /// Route set, in the order of our requests.
    pub(crate) routes: Vec<String>,
    pub(crate) local_seq: u32,
    pub(crate) remote_seq: Option<u32>,
    /// Whether we made the first call.
    pub(crate) caller: bool,
    #[serde(default)]
    pub(crate) allows_update: bool,
    #[serde(default)]
    pub(crate) session: Option<SavedSession>,
}

/// What a session timer has agreed on (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedSession {
    pub(crate) interval_s: u32,
    /// Whether refreshing is ours to do.
    pub(crate) ours: bool,
}

impl SavedDialog {
    /// The value of a `Replaces` header (RFC 3891) that names this dialog to the other side: for a new
    /// INVITE to them, where they no longer take requests within the dialog.
    pub fn replaces(&self) -> String {
        let tag = |of: &str| headers::tag(of).unwrap_or_default();
        Replaces::there(&self.call_id, &tag(&self.local), &tag(&self.remote)).to_string()
    }

    /// The URI of the other side's `Contact`: where that INVITE goes, so that it finds the same device.
    pub fn remote_target(&self) -> &str {
        &self.target
    }

    /// Who the other side is: the URI of its `From` or `To`.
    pub fn remote_uri(&self) -> String {
        NameAddr::parse(&self.remote).map_or_else(String::new, |address| address.uri)
    }

    /// The Call-ID.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// Whether it can be a dialog again: what comes from a disk may be damaged, and must not become
    /// headers of its own.
    pub(crate) fn is_whole(&self) -> bool {
        let Self {
            call_id,
            local,
            remote,
            target,
            routes,
            ..
        } = self;
        let texts = [call_id, local, remote, target].into_iter().chain(routes);
        let plain = |text: &String| !text.is_empty() && !text.contains(char::is_control);
        let route = |route: &String| NameAddr::parse(route).is_some();
        texts.into_iter().all(plain)
            && !call_id.contains(char::is_whitespace)
            && [local, remote].iter().all(|of| headers::tag(of).is_some())
            && NameAddr::parse(&format!("<{target}>")).is_some_and(|is| is.uri == *target)
            && routes.iter().all(route)
            && self.local_seq < MAX_SEQ
    }
}

impl Replaces {
    /// A dialog of ours as a `Replaces` names it to the other side: the tags change their places.
    pub(crate) fn there(call_id: &str, local_tag: &str, remote_tag: &str) -> Self {
        // RFC 3891 §3: a peer without a tag has the tag 0.
        let remote = if remote_tag == NO_TAG {
            "0"
        } else {
            remote_tag
        };
        Self {
            call_id: call_id.to_owned(),
            to_tag: remote.to_owned(),
            from_tag: local_tag.to_owned(),
            early_only: false,
        }
    }
}

impl fmt::Debug for SavedDialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedDialog")
            .field("routes", &self.routes.len())
            .field("caller", &self.caller)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// Sequence numbers end at 2³¹ (RFC 3261 §8.1.1.5); well below there is room for every restart.
const MAX_SEQ: u32 = 1 << 30;
