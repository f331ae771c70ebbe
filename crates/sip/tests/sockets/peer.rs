//! A server whose every move the test makes: it accepts, reads, and writes SIP over WSS, WS or TLS.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use warmline_sip::ServerUri;

/// Longer than anything takes that goes well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Wss,
    Ws,
    Tls,
}

pub(crate) struct Server {
    pub(crate) listener: TcpListener,
    kind: Kind,
    tls: Option<Arc<ServerConfig>>,
}

impl Server {
    pub(crate) async fn start(kind: Kind, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::start_at(kind, tls, 0).await
    }

    /// At a port where another has been.
    pub(crate) async fn start_at(kind: Kind, tls: Option<Arc<ServerConfig>>, port: u16) -> Self {
        Self {
            listener: TcpListener::bind(("127.0.0.1", port)).await.unwrap(),
            kind,
            tls,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub(crate) fn uri(&self) -> ServerUri {
        let port = self.port();
        match self.kind {
            Kind::Wss => format!("wss://localhost:{port}/sip"),
            Kind::Ws => format!("ws://127.0.0.1:{port}/sip"),
            Kind::Tls => format!("sips:localhost:{port}"),
        }
        .parse()
        .unwrap()
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        timeout(PATIENCE, self.listener.accept())
            .await
            .expect("a connection")
            .unwrap()
            .0
    }

    pub(crate) async fn accept(&self) -> Link {
        let tcp = self.tcp().await;
        self.over(tcp).await
    }

    /// Speaks on over a connection that has been accepted already.
    pub(crate) async fn over(&self, tcp: TcpStream) -> Link {
        let stream: Box<dyn Stream> = match &self.tls {
            Some(tls) => Box::new(
                TlsAcceptor::from(Arc::clone(tls))
                    .accept(tcp)
                    .await
                    .unwrap(),
            ),
            None => Box::new(tcp),
        };
        if self.kind == Kind::Tls {
            return Link {
                carrier: Carrier::Stream(stream),
                buffer: Vec::new(),
            };
        }
        #[expect(clippy::result_large_err, reason = "the library's own signature")]
        let choose =
            |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
                assert_eq!(request.uri().path(), "/sip");
                assert_eq!(
                    request.headers().get("sec-websocket-protocol").unwrap(),
                    "sip"
                );
                response
                    .headers_mut()
                    .insert("sec-websocket-protocol", HeaderValue::from_static("sip"));
                Ok(response)
            };
        let socket = accept_hdr_async(stream, choose).await.unwrap();
        Link {
            carrier: Carrier::WebSocket(Box::new(socket)),
            buffer: Vec::new(),
        }
    }
}

/// One connection of the agent's.
pub(crate) struct Link {
    carrier: Carrier,
    buffer: Vec<u8>,
}

enum Carrier {
    WebSocket(Box<WebSocketStream<Box<dyn Stream>>>),
    Stream(Box<dyn Stream>),
}

impl Link {
    pub(crate) async fn send(&mut self, message: impl Into<Vec<u8>>) {
        let bytes = message.into();
        match &mut self.carrier {
            Carrier::WebSocket(socket) => {
                let frame = match String::from_utf8(bytes) {
                    Ok(text) => Frame::text(text),
                    Err(error) => Frame::binary(error.into_bytes()),
                };
                socket.send(frame).await.unwrap();
            }
            Carrier::Stream(stream) => {
                stream.write_all(&bytes).await.unwrap();
                stream.flush().await.unwrap();
            }
        }
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Message {
        timeout(PATIENCE, self.read())
            .await
            .expect("a message in time")
            .expect("an open connection")
    }

    /// The next message, which has to begin like this.
    #[track_caller]
    pub(crate) fn expect<'a>(&'a mut self, start: &'a str) -> impl Future<Output = Message> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let message = self.next().await;
            assert!(
                message.start.starts_with(start),
                "expected {start} at {place}, got {message:?}"
            );
            message
        }
    }

    /// The agent has closed the connection.
    pub(crate) async fn closed(&mut self) {
        assert!(
            timeout(PATIENCE, self.read())
                .await
                .expect("the end in time")
                .is_none()
        );
    }

    /// Nothing comes for a while.
    pub(crate) async fn quiet(&mut self, time: Duration) {
        if let Ok(Some(message)) = timeout(time, self.read()).await {
            panic!("{message:?}");
        }
    }

    /// Answers the REGISTER that comes next.
    pub(crate) async fn register(&mut self) -> Message {
        let register = self.expect("REGISTER ").await;
        self.send(register.reply("200 OK", "Expires: 600\r\n", ""))
            .await;
        register
    }

    async fn read(&mut self) -> Option<Message> {
        loop {
            match &mut self.carrier {
                Carrier::WebSocket(socket) => match socket.next().await? {
                    Ok(Frame::Text(text)) => return Some(Message::read(text.as_bytes())),
                    Ok(Frame::Binary(bytes)) => return Some(Message::read(&bytes)),
                    Ok(Frame::Close(_)) | Err(_) => return None,
                    Ok(_) => {}
                },
                Carrier::Stream(stream) => {
                    while self.buffer.starts_with(b"\r\n") {
                        self.buffer.drain(..2);
                    }
                    if let Some(end) = whole(&self.buffer) {
                        let message: Vec<u8> = self.buffer.drain(..end).collect();
                        return Some(Message::read(&message));
                    }
                    let mut piece = [0; 4096];
                    let read = stream.read(&mut piece).await.unwrap_or(0);
                    if read == 0 {
                        return None;
                    }
                    self.buffer.extend_from_slice(&piece[..read]);
                }
            }
        }
    }

    /// The bytes that come next on a stream, as they are.
    pub(crate) async fn raw(&mut self) -> Vec<u8> {
        let Carrier::Stream(stream) = &mut self.carrier else {
            panic!("not a stream")
        };
        let mut piece = [0; 4096];
        let read = timeout(PATIENCE, stream.read(&mut piece))
            .await
            .expect("bytes in time")
            .unwrap();
        piece[..read].to_vec()
    }
}

fn whole(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let length: usize = Message::read(&buffer[..head])
        .header("Content-Length")
        .map_or(0, |l| l.parse().unwrap());
    (buffer.len() >= head + length).then_some(head + length)
}

/// A message as the agent wrote it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Message {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("the agent writes UTF-8");
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no end of headers in {text:?}"));
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap().to_owned();
        let headers = lines
            .map(|line| line.split_once(": ").unwrap_or((line, "")))
            .map(|(n, v)| (n.to_owned(), v.to_owned()));
        Self {
            start,
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> &str {
        self.header(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    pub(crate) fn status(&self) -> u16 {
        self.start.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn branch(&self) -> &str {
        self.get("Via")
            .split("branch=")
            .nth(1)
            .unwrap()
            .split([';', ','])
            .next()
            .unwrap()
    }

    /// A response, `To` tagged if it is not yet.
    pub(crate) fn reply(&self, status: &str, more: &str, body: &str) -> String {
        self.reply_as("peer", status, more, body)
    }

    /// A response of the fork with this tag.
    pub(crate) fn reply_as(&self, tag: &str, status: &str, more: &str, body: &str) -> String {
        let to = self.get("To");
        let to = if to.contains("tag=") || status.starts_with("100") {
            to.to_owned()
        } else {
            format!("{to};tag={tag}")
        };
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        format!(
            "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {to}\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: <sip:{tag}@192.0.2.7;transport=ws>\r\n{kind}{more}Content-Length: {}\r\n\r\n{body}",
            self.get("Via"),
            self.get("From"),
            self.get("Call-ID"),
            self.get("CSeq"),
            body.len(),
        )
    }
}

/// A dialog as the peer sees it.
pub(crate) struct Dialog {
    from: String,
    to: String,
    call_id: String,
    uri: String,
    pub(crate) seq: u32,
}

impl Dialog {
    /// Called by the agent's INVITE, answered with this tag.
    pub(crate) fn called(invite: &Message, tag: &str) -> Self {
        Self {
            from: format!("{};tag={tag}", invite.get("To")),
            to: invite.get("From").to_owned(),
            call_id: invite.get("Call-ID").to_owned(),
            uri: invite.get("Contact").trim_matches(['<', '>']).to_owned(),
            seq: 0,
        }
    }

    /// Our own call, answered by this response of the agent's.
    pub(crate) fn calling(response: &Message) -> Self {
        Self {
            from: response.get("From").to_owned(),
            to: response.get("To").to_owned(),
            call_id: response.get("Call-ID").to_owned(),
            uri: response.get("Contact").trim_matches(['<', '>']).to_owned(),
            seq: 1,
        }
    }

    pub(crate) fn request(&mut self, method: &str, more: &str, body: &str) -> String {
        if method != "ACK" {
            self.seq += 1;
        }
        let kind = if body.starts_with("v=0") {
            "Content-Type: application/sdp\r\n"
        } else {
            ""
        };
        format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/WSS peer.example.com;branch=z9hG4bKp{method}{}\r\nMax-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\n\
             Call-ID: {}\r\nCSeq: {} {method}\r\nContact: <sip:peer@192.0.2.7;transport=ws>\r\n{kind}{more}Content-Length: {}\r\n\r\n{body}",
            self.uri,
            self.seq,
            self.from,
            self.to,
            self.call_id,
            self.seq,
            body.len(),
        )
    }
}

/// An INVITE to the agent.
pub(crate) fn invite(call_id: &str, more: &str, sdp: &str) -> String {
    let kind = if sdp.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "INVITE sip:alice@agent.invalid SIP/2.0\r\nVia: SIP/2.0/WSS peer.example.com;branch=z9hG4bK{call_id}\r\nMax-Forwards: 70\r\n\
         From: \"Robert Zimmerman\" <sip:+15550123@example.com>;tag=peers\r\nTo: <sip:alice@example.com>\r\nCall-ID: {call_id}\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:peer@192.0.2.7;transport=ws>\r\n{kind}{more}Content-Length: {}\r\n\r\n{sdp}",
        sdp.len(),
    )
}

/// A CANCEL for the INVITE of [`invite`].
pub(crate) fn cancel(call_id: &str) -> String {
    invite(call_id, "", "")
        .replace("INVITE sip:", "CANCEL sip:")
        .replace("1 INVITE", "1 CANCEL")
}

pub(crate) fn options(n: usize) -> String {
    format!(
        "OPTIONS sip:alice@agent.invalid SIP/2.0\r\nVia: SIP/2.0/WSS peer.example.com;branch=z9hG4bKopt{n}\r\nMax-Forwards: 70\r\n\
         From: <sip:pbx@example.com>;tag=o\r\nTo: <sip:alice@example.com>\r\nCall-ID: options-{n}\r\nCSeq: {} OPTIONS\r\nContent-Length: 0\r\n\r\n",
        n + 1,
    )
}
