//! The way to a STUN or TURN server, measured as sound would travel it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::time::{interval, timeout};

use super::framing::MAGIC_COOKIE;
use super::reach::ReachError;
use crate::IceServer;
use crate::quality::{PATIENCE, Path, Requests};

const EVERY: Duration = Duration::from_millis(20);
/// Octets of a request: as a packet of Opus with what is around it.
const SIZE: usize = 160;
const HEADER: usize = 20;
/// An attribute that means nothing: its number is one of those that a server passes over if it does not
/// know them (RFC 8489 section 14), where PADDING (RFC 5780) is one that it would have to know.
const FILLER: [u8; 2] = [0x80, 0x26];

/// Sends `count` binding requests (RFC 8489) over UDP, one every 20 ms and as long as packets of speech,
/// and looks at what comes back: what the network does to them it would do to sound. Nothing is left
/// behind at the server. Takes `count` times 20 ms, and 0.6 s for the last answers.
///
/// # Errors
/// The server's name has no address, or the system lets nothing be sent.
pub async fn measure(server: &IceServer, count: usize) -> Result<Path, ReachError> {
    let looked_up = timeout(
        Duration::from_secs(3),
        tokio::net::lookup_host(server.authority()),
    );
    let address = match looked_up.await {
        Ok(Ok(mut addresses)) => addresses.next().ok_or(ReachError::Name)?,
        _ => return Err(ReachError::Name),
    };
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(address).await?;
    let start = Instant::now();
    let key: [u8; 8] = rand::random();
    let mut requests = Requests::default();
    let mut next = interval(EVERY);
    let mut buffer = [0; 1_500];
    let mut sent = 0;
    let mut last = start;
    while sent < count || (!requests.all_answered() && last.elapsed() < PATIENCE) {
        tokio::select! {
            _ = next.tick() => {
                if sent < count {
                    let number = requests.sent(start.elapsed());
                    // What the network refuses is lost, as sound would be.
                    let _ = socket.send(&request(key, number as u32)).await;
                    sent += 1;
                    last = Instant::now();
                }
            }
            length = socket.recv(&mut buffer) => {
                // An error is an answer to an earlier packet: nobody is there.
                let Ok(length) = length else { continue };
                if let Some(number) = answer(&buffer[..length], key) {
                    requests.answered(number as usize, start.elapsed());
                }
            }
        }
    }
    Ok(requests.path())
}

fn request(key: [u8; 8], number: u32) -> Vec<u8> {
    let mut request = vec![0x00, 0x01];
    request.extend(((SIZE - HEADER) as u16).to_be_bytes());
    request.extend(MAGIC_COOKIE);
    request.extend(key);
    request.extend(number.to_be_bytes());
    request.extend(FILLER);
    request.extend(((SIZE - HEADER - 4) as u16).to_be_bytes());
    request.resize(SIZE, 0);
    request
}

/// The number of the request that this answers, whether by success or by error.
fn answer(message: &[u8], key: [u8; 8]) -> Option<u32> {
    let answers = message.first()? & 0xc1 == 0x01 && message.get(8..16)? == key;
    let number = message.get(16..20)?.try_into().ok()?;
    answers.then(|| u32::from_be_bytes(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_binding_request_as_long_as_speech_and_known_again() {
        let key = [7; 8];
        let sent = request(key, 513);
        assert_eq!(sent.len(), 160);
        // Type, length and cookie as RFC 8489 section 5 has them; what follows is one attribute.
        assert_eq!(sent[..8], [0, 1, 0, 140, 0x21, 0x12, 0xa4, 0x42]);
        assert_eq!(sent[20..24], [0x80, 0x26, 0, 136]);
        assert_eq!(answer(&sent, key), None, "a request is no answer");
        let mut answered = sent;
        answered[0] = 0x01;
        assert_eq!(answer(&answered, key), Some(513));
        assert_eq!(answer(&answered, [8; 8]), None);
        assert_eq!(answer(&answered[..18], key), None);
        assert_eq!(answer(&[], key), None);
    }

    #[tokio::test]
    async fn what_is_not_answered_is_lost() {
        let server = UdpSocket::bind("127.0.0.1:0").await.expect("bound");
        let address = server.local_addr().expect("bound");
        let answering = async {
            let mut request = [0; 1_500];
            for number in 0.. {
                let (length, from) = server.recv_from(&mut request).await.expect("asked");
                request[0] = 0x01;
                if number % 4 != 3 {
                    let sent = server.send_to(&request[..length], from).await;
                    sent.expect("sent");
                }
            }
        };
        let asked = IceServer::new(&format!("stun:{address}"), None, None).expect("usable");
        let path = tokio::select! {
            path = measure(&asked, 12) => path.expect("sent"),
            () = answering => unreachable!("it answers for ever"),
        };
        assert_eq!((path.sent, path.answered), (12, 9));
        assert!(
            path.round_trip_ms.is_some() && path.loss_percent() == 25.0,
            "{path:?}"
        );
    }
}
