//! The token of lines whose server takes one in place of a password (RFC 8898).

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, watch};
use warmline_entra::{Audience, Entra, Tokens as _};
use warmline_sip::{Token, redact::Secret};

/// The token, and whoever keeps it fresh.
pub(super) struct Bearer {
    held: watch::Sender<Option<Secret<String>>>,
    wanted: Arc<Notify>,
    kept_fresh: bool,
}

impl Bearer {
    pub(super) fn new() -> Self {
        Self {
            held: watch::channel(None).0,
            wanted: Arc::default(),
            kept_fresh: false,
        }
    }

    /// The token as it is at any time, for the lines.
    pub(super) fn token(&self) -> Token {
        self.held.subscribe()
    }

    /// A server has refused the one there is.
    pub(super) fn refused(&self) {
        self.wanted.notify_one();
    }

    /// What keeps it fresh for as long as a line has it; none if something does already.
    pub(super) fn keep_fresh(&mut self, entra: Entra) -> Option<impl Future<Output = ()> + use<>> {
        if std::mem::replace(&mut self.kept_fresh, true) {
            return None;
        }
        Some(keep_fresh(self.held.clone(), self.wanted.clone(), entra))
    }
}

async fn keep_fresh(
    held: watch::Sender<Option<Secret<String>>>,
    wanted: Arc<Notify>,
    entra: Entra,
) {
    loop {
        let token = entra.token(Audience::Provider).await.ok();
        let now = token.as_ref().map(|token| token.expose().to_owned());
        held.send_if_modified(|before| {
            let news = before.as_ref().map(Secret::expose) != now.as_ref();
            *before = now.map(Secret::new);
            news
        });
        tokio::select! {
            () = wanted.notified() => {
                // A server that refuses every token must not make one a second.
                tokio::time::sleep(REST).await;
                if let Some(token) = token {
                    entra.refused(&token, None).await;
                }
            }
            () = tokio::time::sleep(RENEWED) => {}
        }
    }
}

/// Tokens live for an hour or more; a new one is there some minutes before that.
const RENEWED: Duration = Duration::from_secs(120);
const REST: Duration = Duration::from_secs(2);
