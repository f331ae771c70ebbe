//! The WebSocket handshake with the sub-protocol `sip` (RFC 7118 §4).

use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::header::{
    HeaderValue, SEC_WEBSOCKET_PROTOCOL, USER_AGENT,
};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, error::UrlError};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::{FlowError, Stream, broken};
use crate::uri::{ServerUri, Transport};
use crate::wire::{MAX_BODY, MAX_HEAD};

/// A WebSocket over whatever leads to the server.
pub(crate) type WebSocket = WebSocketStream<Box<dyn Stream>>;

pub(super) async fn upgrade(
    stream: Box<dyn Stream>,
    server: &ServerUri,
    user_agent: &str,
) -> Result<WebSocket, FlowError> {
    let scheme = if server.transport() == Transport::Ws {
        "ws"
    } else {
        "wss"
    };
    let url = format!("{scheme}://{}{}", server.authority(), server.path());
    let mut request = url.into_client_request().map_err(|error| refusal(&error))?;
    request
        .headers_mut()
        .insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SIP));
    if let Ok(agent) = HeaderValue::from_str(user_agent) {
        request.headers_mut().insert(USER_AGENT, agent);
    }
    // The library's own buffers are made for bulk: SIP needs a few kilobytes.
    let config = WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .write_buffer_size(0)
        .max_message_size(Some(4 * (MAX_HEAD + MAX_BODY)))
        .max_frame_size(Some(4 * (MAX_HEAD + MAX_BODY)));
    let (socket, response) = client_async_with_config(request, stream, Some(config))
        .await
        .map_err(|error| refusal(&error))?;
    let chosen = response
        .headers()
        .get(SEC_WEBSOCKET_PROTOCOL)
        .map(HeaderValue::as_bytes);
    if chosen != Some(SIP.as_bytes()) {
        return Err(FlowError::NoSipSubprotocol);
    }
    Ok(socket)
}

/// What a WebSocket error means.
pub(crate) fn refusal(error: &Error) -> FlowError {
    match error {
        Error::Http(response) => FlowError::NotWebSocket {
            status: Some(response.status().as_u16()),
        },
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
            FlowError::NoSipSubprotocol
        }
        Error::Io(error) => broken(error),
        Error::ConnectionClosed | Error::AlreadyClosed => FlowError::Closed,
        Error::Protocol(
            ProtocolError::HandshakeIncomplete | ProtocolError::ResetWithoutClosingHandshake,
        ) => FlowError::Closed,
        Error::Url(UrlError::TlsFeatureNotEnabled) | Error::Protocol(_) | Error::HttpFormat(_) => {
            FlowError::NotWebSocket { status: None }
        }
        other => FlowError::Broken {
            detail: other.to_string(),
        },
    }
}

const SIP: &str = "sip";
