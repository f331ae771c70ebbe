//! One connection to a TURN server, over TCP or TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

use super::framing::{Framing, carries_data, on_stream};
use super::queue::{Datagram, Queue};
use super::{StreamServer, Tls};

/// How long a connection may take to come up, TLS included. The stack gives up on a server after 8 s.
const CONNECT_LIMIT: Duration = Duration::from_secs(8);
/// Time between a connection that ended and the next.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes that the operating system may keep of what is sent (doubled on Linux, where each small
/// packet counts as a kilobyte: about a second of sound). More would be sent all the same when a
/// network that stood still goes on, long after it was said.
const SEND_BUFFER: u32 = 32 * 1024;
const READ_BUFFER: usize = 4 * 1024;

/// A connected stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Carries what comes from the stack to the server and back, for as long as the socket lives that
/// it serves.
///
/// An allocation is that of its connection and ends with it (RFC 8656 section 3.1): a connection
/// that is lost is made anew, but not until the stack asks the server something, and sound has no
/// way until then. What the stack asks about the allocation it had is refused there; that it has no
/// path any more ICE finds by its own checks, and a restart of it allocates anew.
pub(super) async fn run(
    server: StreamServer,
    local: IpAddr,
    outgoing: Arc<Queue>,
    incoming: Arc<Queue>,
) {
    loop {
        let first = loop {
            let datagram = outgoing.pop().await;
            if !carries_data(&datagram.bytes) {
                break datagram;
            }
        };
        match connect(&server, local).await {
            Ok(stream) => {
                let end = carry(stream, first, &outgoing, &incoming).await;
                tracing::info!(server = ?server.ice, error = %end, "a connection to a TURN server ended");
            }
            // Of an address that has no way to the server this is as it should be.
            Err(error) => {
                tracing::info!(server = ?server.ice, %error, "no connection to a TURN server");
            }
        }
        sleep(PAUSE).await;
    }
}

/// Connects from the address that the stack's socket has, so that a relay belongs to the network
/// that its candidate names.
pub(super) async fn connect(server: &StreamServer, local: IpAddr) -> io::Result<Box<dyn Stream>> {
    let connected = timeout(CONNECT_LIMIT, async {
        let tcp = match server.address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if !local.is_unspecified() {
            tcp.bind(SocketAddr::new(local, 0))?;
        }
        tcp.set_nodelay(true)?;
        tcp.set_send_buffer_size(SEND_BUFFER)?;
        let tcp = tcp.connect(server.address).await?;
        let Some(Tls { trust, name }) = &server.tls else {
            return Ok(Box::new(tcp) as Box<dyn Stream>);
        };
        let name = ServerName::try_from(name.clone())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let config = trust.config().await.map_err(io::Error::other)?;
        let tls = TlsConnector::from(config).connect(name, tcp).await?;
        Ok(Box::new(tls) as Box<dyn Stream>)
    });
    connected
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Runs until the connection ends; why it did.
async fn carry(
    stream: Box<dyn Stream>,
    first: Datagram,
    outgoing: &Queue,
    incoming: &Queue,
) -> io::Error {
    let from = first.server;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let send = async {
        let mut next = first;
        loop {
            if let Some(message) = on_stream(&next.bytes) {
                writer.write_all(&message).await?;
                writer.flush().await?;
            }
            next = outgoing.pop().await;
        }
    };
    let receive = async {
        let mut framing = Framing::default();
        let mut buffer = [0; READ_BUFFER];
        loop {
            let length = reader.read(&mut buffer).await?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            framing.push(&buffer[..length]);
            while let Some(bytes) = framing.take().map_err(io::Error::other)? {
                incoming.push(Datagram {
                    server: from,
                    bytes,
                });
            }
        }
    };
    let ended: io::Result<std::convert::Infallible> = tokio::select! {
        ended = send => ended,
        ended = receive => ended,
    };
    match ended {
        Err(error) => error,
        Ok(never) => match never {},
    }
}
