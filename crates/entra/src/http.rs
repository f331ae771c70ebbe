use std::time::Duration;

use reqwest::{Certificate, Client, Response, header::RETRY_AFTER, redirect::Policy};
use warmline_redact::Secret;

use crate::sign_in::{Question, Reply};

/// Speaks to the identity provider, by way of the system's proxies and trusting its roots.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client);

impl Http {
    /// One that trusts these authorities too, PEM. What of them cannot be read is left out.
    pub(crate) fn new(extra_ca: Option<&[u8]>) -> Option<Self> {
        let extra = extra_ca.map(Certificate::from_pem_bundle);
        let extra = extra.and_then(|read| {
            read.inspect_err(|error| tracing::warn!(%error, "an authority cannot be read"))
                .ok()
        });
        let client = Client::builder()
            .tls_certs_merge(extra.unwrap_or_default())
            // A form with a code or a token in it goes where discovery says, and nowhere else.
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .build();
        client
            .inspect_err(|error| tracing::warn!(%error, "no HTTP"))
            .ok()
            .map(Self)
    }

    /// Asks; none if there is no answer, or one that is too long.
    pub(crate) async fn ask(&self, question: Question) -> Option<Reply> {
        let request = match question {
            Question::Get(url) => self.0.get(url),
            Question::Post(url, form) => self.0.post(url).form(form.expose()),
        };
        let response = request.header("Accept", "application/json").send().await;
        let response = response.map_err(|error| {
            // Its address may name a tenant, and its source what was sent.
            let error = error.without_url();
            tracing::warn!(
                timeout = error.is_timeout(),
                connect = error.is_connect(),
                "the identity provider does not answer"
            );
        });
        read(response.ok()?).await
    }
}

async fn read(mut response: Response) -> Option<Reply> {
    let status = response.status().as_u16();
    let seconds = |text: &str| text.trim().parse().ok().map(Duration::from_secs);
    let retry_after = response.headers().get(RETRY_AFTER);
    let retry_after = retry_after.and_then(|value| seconds(value.to_str().ok()?));
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.ok()? {
        if body.len() + piece.len() > MOST {
            tracing::warn!("an answer of the identity provider is too long");
            return None;
        }
        body.extend_from_slice(&piece);
    }
    Some(Reply {
        status,
        body: Secret::new(body),
        retry_after,
    })
}

const CONNECT: Duration = Duration::from_secs(10);

/// For an answer, from asking to its end.
const WHOLE: Duration = Duration::from_secs(30);

/// Bytes of an answer; the longest real one, a tenant's keys, has some twenty thousand.
const MOST: usize = 1 << 20;

#[cfg(test)]
mod tests;
