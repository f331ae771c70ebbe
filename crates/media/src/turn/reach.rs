//! Whether a STUN or TURN server can be reached, and how soon it answers.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use rustls::CertificateError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use super::StreamServer;
use super::connection::connect;
use super::framing::{Framing, MAGIC_COOKIE};
use crate::address::one_of_each_family;
use crate::{IceServer, IceTransport, Trust};

/// Time between a request over UDP and its repetition (RFC 8489 section 6.2.1 begins with as much).
const REPEAT: Duration = Duration::from_millis(500);
const BINDING: [u8; 2] = [0x00, 0x01];
const ALLOCATE: [u8; 2] = [0x00, 0x03];
/// REQUESTED-TRANSPORT: UDP (RFC 8656 section 18.7).
const REQUESTED_UDP: [u8; 8] = [0x00, 0x19, 0x00, 0x04, 17, 0, 0, 0];
const TRANSACTION: std::ops::Range<usize> = 8..20;

/// Why a server cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReachError {
    /// The name has no address.
    #[error("its name has no address")]
    Name,
    /// No answer in time.
    #[error("no answer")]
    Silent,
    /// Nobody listens there.
    #[error("refused")]
    Refused,
    /// Its certificate cannot be trusted.
    #[error("its certificate {0}")]
    Certificate(&'static str),
    /// Somebody else answers: a web server, or a proxy that lets nothing else pass.
    #[error("who answers is no TURN server")]
    NotTurn,
    /// What the operating system says.
    #[error("{0}")]
    Other(String),
}

/// Asks a server for an answer, a TURN server for the refusal of an allocation without credentials
/// (RFC 8656 section 7.3): nothing is left behind there. How long it took, over TCP and TLS with
/// the connection; the look-up of the name does not count.
///
/// # Errors
/// There was none within `limit`.
pub async fn reach(
    server: &IceServer,
    trust: &Trust,
    limit: Duration,
) -> Result<Duration, ReachError> {
    let found = timeout(limit, tokio::net::lookup_host(server.authority())).await;
    let Ok(Ok(addresses)) = found else {
        return Err(ReachError::Name);
    };
    // Of two families, one is enough.
    let mut asked = JoinSet::new();
    for address in one_of_each_family(addresses) {
        let (server, trust) = (server.clone(), trust.clone());
        asked.spawn(async move {
            let answered = timeout(limit, ask(&server, address, &trust)).await;
            answered.unwrap_or(Err(ReachError::Silent))
        });
    }
    let mut outcome = Err(ReachError::Name);
    while let Some(answered) = asked.join_next().await {
        outcome = answered.expect("asking does not panic");
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

async fn ask(
    server: &IceServer,
    address: SocketAddr,
    trust: &Trust,
) -> Result<Duration, ReachError> {
    let request = request(server.is_turn());
    let start = Instant::now();
    if server.transport() == IceTransport::Udp {
        over_udp(address, &request).await?;
    } else {
        over_stream(&StreamServer::new(server, address, trust, 0), &request).await?;
    }
    Ok(start.elapsed())
}

async fn over_udp(address: SocketAddr, request: &[u8]) -> Result<(), ReachError> {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(address).await?;
    let mut repeat = interval(REPEAT);
    let mut buffer = [0; 1_500];
    loop {
        tokio::select! {
            _ = repeat.tick() => {
                // What the network refuses now it may let pass later; until then it is silent.
                let _ = socket.send(request).await;
            }
            length = socket.recv(&mut buffer) => {
                if answers(&buffer[..length?], request) {
                    return Ok(());
                }
            }
        }
    }
}

async fn over_stream(server: &StreamServer, request: &[u8]) -> Result<(), ReachError> {
    let mut stream = connect(server, Ipv4Addr::UNSPECIFIED.into()).await?;
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut framing = Framing::default();
    let mut buffer = [0; 1_500];
    loop {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Err(ReachError::NotTurn);
        }
        framing.push(&buffer[..length]);
        while let Some(message) = framing.take().map_err(|_| ReachError::NotTurn)? {
            if answers(&message, request) {
                return Ok(());
            }
        }
    }
}

fn request(turn: bool) -> Vec<u8> {
    let (kind, body) = if turn {
        (ALLOCATE, &REQUESTED_UDP[..])
    } else {
        (BINDING, &[][..])
    };
    let mut request = kind.to_vec();
    request.extend((body.len() as u16).to_be_bytes());
    request.extend(MAGIC_COOKIE);
    request.extend(rand::random::<[u8; 12]>());
    request.extend(body);
    request
}

/// Whether it is a response (RFC 8489 section 5: class 0b10 or 0b11) to this request.
fn answers(message: &[u8], request: &[u8]) -> bool {
    message.first().is_some_and(|byte| byte & 0xc1 == 0x01)
        && message.get(TRANSACTION) == request.get(TRANSACTION)
}

impl From<io::Error> for ReachError {
    fn from(error: io::Error) -> ReachError {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
        match (error.kind(), tls) {
            (_, Some(rustls::Error::InvalidCertificate(certificate))) => {
                ReachError::Certificate(match certificate {
                    CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                        "has expired"
                    }
                    CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                        "is not valid yet"
                    }
                    CertificateError::NotValidForName
                    | CertificateError::NotValidForNameContext { .. } => "is for another name",
                    CertificateError::Revoked => "is revoked",
                    _ => "is not of an authority that is trusted here",
                })
            }
            // It speaks, but no TLS.
            (_, Some(rustls::Error::InvalidMessage(_))) => ReachError::NotTurn,
            (io::ErrorKind::ConnectionRefused, _) => ReachError::Refused,
            (io::ErrorKind::TimedOut, _) => ReachError::Silent,
            _ => ReachError::Other(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    fn server(url: &str) -> IceServer {
        let credential = || Some("x".to_owned());
        IceServer::new(url, credential(), credential()).expect("usable")
    }

    /// The answer to a request, whatever it asks.
    fn answer(request: &[u8]) -> Vec<u8> {
        let mut answer = vec![0x01, request[1] | 0x10, 0, 0];
        answer.extend(&request[4..20]);
        answer
    }

    #[tokio::test]
    async fn who_answers_is_reached() {
        let udp = UdpSocket::bind("127.0.0.1:0").await.expect("bound");
        let udp_address = udp.local_addr().expect("bound");
        let tcp = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let tcp_address = tcp.local_addr().expect("bound");
        tokio::spawn(async move {
            let mut request = [0; 100];
            let (length, from) = udp.recv_from(&mut request).await.expect("asked");
            udp.send_to(&answer(&request[..length]), from)
                .await
                .expect("sent");
        });
        tokio::spawn(async move {
            let (mut stream, _) = tcp.accept().await.expect("connected");
            let mut request = [0; 28];
            stream.read_exact(&mut request).await.expect("asked");
            // Somebody else's comes first.
            let mut stranger = answer(&request);
            stranger[9] ^= 1;
            stream.write_all(&stranger).await.expect("sent");
            stream.write_all(&answer(&request)).await.expect("sent");
            let _ = stream.read(&mut request).await;
        });
        let stun = server(&format!("stun:{udp_address}"));
        let turn = server(&format!("turn:{tcp_address}?transport=tcp"));
        for server in [stun, turn] {
            let reached = reach(&server, &Trust::default(), LIMIT).await;
            assert!(reached.is_ok_and(|time| time < LIMIT), "{server}");
        }
    }

    #[tokio::test]
    async fn who_does_not_is_said_in_words() {
        let deaf = UdpSocket::bind("127.0.0.1:0").await.expect("bound");
        let web = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let [deaf_address, web_address, closed_address] =
            [deaf.local_addr(), web.local_addr(), closed.local_addr()]
                .map(|address| address.expect("bound"));
        drop(closed);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = web.accept().await {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            }
        });
        let short = Duration::from_millis(50);
        for (url, limit, expected) in [
            (format!("turn:{deaf_address}"), short, ReachError::Silent),
            (
                format!("turn:{web_address}?transport=tcp"),
                LIMIT,
                ReachError::NotTurn,
            ),
            (format!("turns:{web_address}"), LIMIT, ReachError::NotTurn),
            (
                format!("turn:{closed_address}?transport=tcp"),
                LIMIT,
                ReachError::Refused,
            ),
            ("stun:nobody.invalid".to_owned(), LIMIT, ReachError::Name),
        ] {
            let reached = reach(&server(&url), &Trust::default(), limit).await;
            assert_eq!(reached, Err(expected), "{url}");
        }
    }
}
