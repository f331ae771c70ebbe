use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::Notify,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Below the base, escapes as they came.
    pub(crate) path: String,
    /// Escapes undone.
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// What the server says.
#[derive(Clone, Debug)]
pub(crate) enum Speech {
    /// This status, these headers, this body.
    Full(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// As much of a 200 as this, of a body that was announced as longer.
    Cut(Vec<u8>),
    /// A 200 whose body does not end, in chunks.
    Endless,
    /// Nothing, and the connection stays.
    Silence,
    /// Nothing, and the connection goes.
    Gone,
}

impl Speech {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self::Full(status, Vec::new(), body.to_string().into_bytes())
    }

    pub(crate) fn with(status: u16, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Self::Full(status, headers.collect(), b"{}".to_vec())
    }
}

type Script = Box<dyn Fn(&Seen) -> Speech + Send + Sync>;

/// A Graph at a port of its own. Gone when dropped.
pub(crate) struct Server {
    scheme: &'static str,
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    more: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(script: impl Fn(&Seen) -> Speech + Send + Sync + 'static) -> Self {
        Self::listen(None, Box::new(script)).await
    }

    /// Says the same to everybody, over TLS with this certificate.
    pub(crate) async fn secure(tls: TlsAcceptor, speech: Speech) -> Self {
        Self::listen(Some(tls), Box::new(move |_| speech.clone())).await
    }

    async fn listen(tls: Option<TlsAcceptor>, script: Script) -> Self {
        super::provide_tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let heard = Heard::default();
        Self {
            scheme: if tls.is_some() { "https" } else { "http" },
            port: listener.local_addr().unwrap().port(),
            seen: heard.seen.clone(),
            more: heard.more.clone(),
            task: tokio::spawn(accept(listener, tls, Arc::new(script), heard)),
        }
    }

    /// Says the same to everybody.
    pub(crate) async fn saying(speech: Speech) -> Self {
        Self::start(move |_| speech.clone()).await
    }

    pub(crate) fn base(&self) -> String {
        format!("{}://127.0.0.1:{}/v1.0", self.scheme, self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until a request satisfies this, and gives it.
    pub(crate) async fn until(&self, wanted: impl Fn(&Seen) -> bool) -> Seen {
        loop {
            let more = self.more.notified();
            if let Some(seen) = self.seen().into_iter().find(&wanted) {
                return seen;
            }
            more.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone, Default)]
struct Heard {
    seen: Arc<Mutex<Vec<Seen>>>,
    more: Arc<Notify>,
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    script: Arc<Script>,
    heard: Heard,
) {
    let mut held = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, script, heard) = (tls.clone(), script.clone(), heard.clone());
        held.spawn(async move {
            match tls {
                None => serve(stream, &script, &heard).await,
                Some(tls) => {
                    // Whoever does not trust us says no more.
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, &script, &heard).await;
                    }
                }
            }
        });
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, script: &Script, heard: &Heard) {
    let Some(request) = request(&mut stream).await else {
        return;
    };
    let speech = script(&request);
    heard.seen.lock().unwrap().push(request);
    heard.more.notify_waiters();
    speak(stream, speech).await;
}

async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(Seen {
        method,
        path: path.strip_prefix("/v1.0").unwrap_or(path).to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers,
        body: serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default(),
    })
}

async fn speak(mut stream: impl AsyncRead + AsyncWrite + Unpin, speech: Speech) {
    let head = |status: u16, rest: &str| {
        format!(
            "HTTP/1.1 {status} So\r\ncontent-type: application/json\r\nconnection: close\r\n{rest}\r\n"
        )
    };
    // Whoever does not listen to the end is not missed.
    match speech {
        Speech::Full(status, headers, body) => {
            let mut rest = format!("content-length: {}\r\n", body.len());
            for (name, value) in headers {
                rest += &format!("{name}: {value}\r\n");
            }
            let _ = stream.write_all(head(status, &rest).as_bytes()).await;
            let _ = stream.write_all(&body).await;
        }
        Speech::Cut(body) => {
            let rest = format!("content-length: {}\r\n", body.len() + 100);
            let _ = stream.write_all(head(200, &rest).as_bytes()).await;
            let _ = stream.write_all(&body).await;
        }
        Speech::Endless => {
            let rest = "transfer-encoding: chunked\r\n";
            let _ = stream.write_all(head(200, rest).as_bytes()).await;
            let chunk = format!("{:x}\r\n{}\r\n", 65_536, " ".repeat(65_536));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {}
        }
        Speech::Silence => {
            // Until the other side goes.
            let _ = stream.read_u8().await;
        }
        Speech::Gone => {}
    }
    let _ = stream.shutdown().await;
}
