//! Where the browser comes back to (RFC 8252 §7.3): a port of this machine that answers one question.

mod page;
mod request;

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use ring::digest::{SHA256, digest};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::timeout,
};
use url::form_urlencoded;
use warmline_redact::Secret;

use crate::{sign_in::Redirect, state::Why};
use page::Page;
use request::Target;

/// A port that is open.
#[derive(Debug)]
pub(crate) struct Loopback {
    v4: TcpListener,
    /// Some machines have none.
    v6: Option<TcpListener>,
    port: u16,
}

impl Loopback {
    /// Opens one free port at both addresses of `localhost`.
    ///
    /// # Errors
    /// There is none.
    pub(crate) async fn open() -> io::Result<Self> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = v4.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                Ok(v6) => {
                    let v6 = Some(v6);
                    return Ok(Self { v4, v6, port });
                }
                // Somebody else has it there: they would get the code.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = Some(error),
                Err(_) => {
                    let v6 = None;
                    return Ok(Self { v4, v6, port });
                }
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the browser to come back with `state`, hands over what it came with, closes the port, and
    /// tells the browser how it went. Whoever else asks is told that there is nothing here. Ends when the
    /// other end of `outcome` is dropped, whether the browser has come back or not.
    pub(crate) async fn serve(
        self,
        state: Secret<String>,
        came: impl FnOnce(Redirect),
        mut outcome: oneshot::Receiver<Result<(), Why>>,
    ) {
        let (found, mut founds) = mpsc::channel(1);
        let mut visitors = JoinSet::new();
        let (redirect, browser) = loop {
            let visitor = tokio::select! {
                visitor = self.v4.accept() => visitor,
                visitor = accept(self.v6.as_ref()) => visitor,
                Some(found) = founds.recv() => break found,
                _ = &mut outcome => return,
                Some(_) = visitors.join_next(), if !visitors.is_empty() => continue,
            };
            match visitor {
                Ok((stream, from)) if from.ip().is_loopback() && visitors.len() < MOST_VISITORS => {
                    visitors.spawn(welcome(stream, state.clone(), found.clone()));
                }
                Ok(_) => {}
                // Out of descriptors, most likely: whoever is being answered gives some back.
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        };
        let Self { v4, v6, .. } = self;
        drop((v4, v6, visitors));
        came(redirect);
        let page = match timeout(VERDICT, outcome).await {
            Ok(Ok(result)) => Page::Outcome(result),
            Ok(Err(_)) | Err(_) => Page::Over,
        };
        answer(browser, page).await;
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

/// Reads what a visitor asks for. The browser is handed over and not answered yet.
async fn welcome(
    mut stream: TcpStream,
    state: Secret<String>,
    found: mpsc::Sender<(Redirect, TcpStream)>,
) {
    let read = timeout(READ, request::read(&mut stream)).await;
    let target = match read {
        Ok(Some(target)) => target,
        Ok(None) => return answer(stream, Page::Bad).await,
        Err(_) => return,
    };
    match target {
        Target::Root { query } => match redirect(&query, state.expose()) {
            Some(redirect) => {
                // One is enough; a second one finds the port closed.
                let _ = found.send((redirect, stream)).await;
            }
            None => answer(stream, Page::Nothing).await,
        },
        Target::Other => answer(stream, Page::Nothing).await,
    }
}

async fn answer(mut stream: TcpStream, page: Page) {
    let told = async {
        stream.write_all(page.response().as_bytes()).await?;
        stream.shutdown().await
    };
    let _ = timeout(READ, told).await;
}

/// What the browser came back with, if it is for this sign-in.
fn redirect(query: &str, state: &str) -> Option<Redirect> {
    let one = |name: &str| {
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        let value = values.next().map(|(_, value)| value.into_owned());
        value.filter(|value| !value.is_empty() && values.next().is_none())
    };
    let came = one("state")?;
    // Of the digests: how long it takes to tell two of them apart says nothing about the state.
    let digest = |text: &str| digest(&SHA256, text.as_bytes());
    if digest(&came).as_ref() != digest(state).as_ref() {
        return None;
    }
    match (one("code"), one("error")) {
        (Some(code), None) => Some(Redirect::Code(code.into())),
        (_, Some(error)) => Some(Redirect::Refused {
            error,
            description: one("error_description").unwrap_or_default().into(),
        }),
        (None, None) => None,
    }
}

/// How often another port is tried where one is taken at one of the addresses.
const ATTEMPTS: usize = 16;

/// Visitors at once; a browser opens two or three connections.
const MOST_VISITORS: usize = 16;

/// How long a visitor may take to say what it wants, or to take an answer.
const READ: Duration = Duration::from_secs(5);

/// How long the browser waits to be told how it went.
const VERDICT: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests;
