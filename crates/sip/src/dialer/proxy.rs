//! A tunnel through an HTTP proxy by `CONNECT` (RFC 9110 §9.3.6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{FlowError, broken};
use crate::uri::ProxyUri;

/// Asks the proxy for a way to `target` (`host:port`); the proxy resolves the name.
pub(super) async fn tunnel(
    tcp: &mut TcpStream,
    proxy: &ProxyUri,
    target: &str,
    user_agent: &str,
) -> Result<(), FlowError> {
    let mut request =
        format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: {user_agent}\r\n");
    if let Some((user, password)) = proxy.credentials() {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        request.push_str(&format!("Proxy-Authorization: Basic {credentials}\r\n"));
    }
    request.push_str("\r\n");
    tcp.write_all(request.as_bytes())
        .await
        .map_err(|e| broken(&e))?;
    let answer = head(tcp).await?;
    match status(&answer) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(FlowError::Proxy { status }),
        None => Err(FlowError::NotAProxy),
    }
}

/// Reads up to the empty line, and not a byte further: what follows belongs to the tunnel.
async fn head(tcp: &mut TcpStream) -> Result<Vec<u8>, FlowError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_HEAD {
            return Err(FlowError::NotAProxy);
        }
        head.push(tcp.read_u8().await.map_err(|e| broken(&e))?);
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|&b| b == b'\r').next()?).ok()?;
    line.strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()
}

const MAX_HEAD: usize = 16 * 1024;
