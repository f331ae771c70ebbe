//! Where and who, as a person writes it: `wss://…` or `sips:…`, a proxy, an address of record.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::redact::Secret;

/// How SIP reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// SIP over secure WebSocket (RFC 7118).
    Wss,
    /// SIP over plain WebSocket; only to this machine.
    Ws,
    /// SIP over TLS.
    Tls,
}

/// `wss://host[:port][/path]`, `sips:host[:port]`, or `ws://` to this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUri {
    transport: Transport,
    host: String,
    port: u16,
    /// The port was written, and not supplied.
    has_port: bool,
    path: String,
}

impl ServerUri {
    /// How SIP reaches the server.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Host name or IP address (IPv6 without brackets); the name the certificate must have.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the port was written. Without one, SRV records of the name may give another (RFC 3263 §4.2).
    pub fn has_port(&self) -> bool {
        self.has_port
    }

    /// Path and query of a WebSocket URI, starting with `/`; `/` for TLS.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `host:port`, with brackets round an IPv6 address.
    pub fn authority(&self) -> String {
        authority(&self.host, self.port)
    }
}

impl From<ServerUri> for Vec<ServerUri> {
    /// The only one.
    fn from(server: ServerUri) -> Self {
        vec![server]
    }
}

impl FromStr for ServerUri {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        let (transport, rest, default_port) = if lower.starts_with("wss://") {
            (Transport::Wss, &text[6..], 443)
        } else if lower.starts_with("ws://") {
            (Transport::Ws, &text[5..], 80)
        } else if lower.starts_with("sips://") {
            (Transport::Tls, &text[7..], 5061)
        } else if lower.starts_with("sips:") {
            (Transport::Tls, &text[5..], 5061)
        } else {
            return Err(AccountError::ServerScheme);
        };
        let split = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(split);
        if authority.contains('@') || tail.contains('#') {
            return Err(AccountError::ServerUri);
        }
        let (host, port) = host_port(authority).ok_or(AccountError::ServerUri)?;
        let path = match (transport, tail) {
            (Transport::Tls, "" | "/") => "/".to_owned(),
            (Transport::Tls, _) => return Err(AccountError::ServerUri),
            (_, "") => "/".to_owned(),
            (_, tail) if tail.starts_with('?') => format!("/{tail}"),
            (_, tail) => tail.to_owned(),
        };
        if !path.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(AccountError::ServerUri);
        }
        if transport == Transport::Ws && !is_loopback(&host) {
            return Err(AccountError::PlainWebSocket);
        }
        Ok(Self {
            transport,
            host,
            port: port.unwrap_or(default_port),
            has_port: port.is_some(),
            path,
        })
    }
}

/// With the port it stands for: to be read by people. Read back, that port counts as written.
impl fmt::Display for ServerUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transport {
            Transport::Wss => write!(f, "wss://{}{}", self.authority(), self.path),
            Transport::Ws => write!(f, "ws://{}{}", self.authority(), self.path),
            Transport::Tls => write!(f, "sips:{}", self.authority()),
        }
    }
}

/// `http://[user:password@]host[:port]`: an HTTP proxy that tunnels by `CONNECT`.
#[derive(Clone, Debug)]
pub struct ProxyUri {
    host: String,
    port: u16,
    credentials: Option<Secret<(String, String)>>,
}

impl ProxyUri {
    /// Host name or IP address of the proxy.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port of the proxy.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// User and password for HTTP Basic authentication (RFC 7617).
    pub fn credentials(&self) -> Option<&(String, String)> {
        self.credentials.as_ref().map(Secret::expose)
    }

    /// The same proxy with user and password.
    pub fn with_credentials(
        mut self,
        user: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        self.credentials = Some(Secret::new((user.into(), password.into())));
        self
    }
}

impl FromStr for ProxyUri {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return Err(AccountError::ProxyUri),
            None => text,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (userinfo, authority) = match rest.rsplit_once('@') {
            Some((userinfo, authority)) => (Some(userinfo), authority),
            None => (None, rest),
        };
        let (host, port) = host_port(authority).ok_or(AccountError::ProxyUri)?;
        let port = port.unwrap_or(8080);
        let credentials = match userinfo {
            None => None,
            Some(userinfo) => {
                let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
                let decode = |text| percent_decode(text).ok_or(AccountError::ProxyUri);
                Some(Secret::new((decode(user)?, decode(password)?)))
            }
        };
        Ok(Self {
            host,
            port,
            credentials,
        })
    }
}

/// An address of record, `sip:user@domain`.
#[derive(Clone, PartialEq, Eq)]
pub struct Aor {
    user: String,
    domain: String,
}

impl Aor {
    /// The user part, as written.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The domain, with a port if one was written.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// `sip:user@domain`.
    pub fn uri(&self) -> String {
        format!("sip:{}@{}", self.user, self.domain)
    }
}

impl fmt::Debug for Aor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹pii›")
    }
}

impl FromStr for Aor {
    type Err = AccountError;

    /// Reads `sip:user@domain`, `sips:user@domain` or `user@domain`.
    fn from_str(text: &str) -> Result<Self, AccountError> {
        let text = text.trim();
        let rest = match text.split_once(':') {
            Some((scheme, rest))
                if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") =>
            {
                rest
            }
            _ => text,
        };
        let (user, domain) = rest.rsplit_once('@').ok_or(AccountError::Aor)?;
        let user_ok = !user.is_empty() && user.bytes().all(is_user_byte);
        if !user_ok || host_port(domain).is_none() {
            return Err(AccountError::Aor);
        }
        Ok(Self {
            user: user.to_owned(),
            domain: domain.to_owned(),
        })
    }
}

/// Why an account cannot be used as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Neither `wss://` nor `sips:`.
    #[error("the server must be given as wss://host/path or sips:host")]
    ServerScheme,
    /// Host, port or path cannot be read.
    #[error("the server address cannot be read")]
    ServerUri,
    /// `ws://` to another machine.
    #[error("plain ws:// is only allowed to this machine; use wss://")]
    PlainWebSocket,
    /// The proxy cannot be read.
    #[error("the proxy must be given as http://host:port")]
    ProxyUri,
    /// Not `sip:user@domain`.
    #[error("the address must be given as sip:user@domain")]
    Aor,
}

pub(crate) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

fn host_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (
            host,
            rest.strip_prefix(':')
                .or(if rest.is_empty() { Some("") } else { None })?,
        )
    } else {
        let (host, port) = text.split_once(':').unwrap_or((text, ""));
        let valid = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        if host.is_empty() || !host.bytes().all(valid) {
            return None;
        }
        (host, port)
    };
    let port = match port {
        "" => None,
        digits => Some(digits.parse().ok().filter(|&p| p != 0)?),
    };
    Some((host.to_ascii_lowercase(), port))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The bytes RFC 3261 §25.1 allows in a user part.
fn is_user_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/%".contains(&b)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Result<ServerUri, AccountError> {
        text.parse()
    }

    #[test]
    fn server_uris_are_read_with_their_default_ports() {
        use Transport::{Tls, Ws, Wss};
        for (text, shown, transport, has_port) in [
            ("wss://a.example", "wss://a.example:443/", Wss, false),
            ("wss://a.example:443/", "wss://a.example:443/", Wss, true),
            (
                "wss://A.example:743/ws?a=1",
                "wss://a.example:743/ws?a=1",
                Wss,
                true,
            ),
            (
                "WSS://[2001:db8::1]/sip",
                "wss://[2001:db8::1]:443/sip",
                Wss,
                false,
            ),
            ("sips:a.example", "sips:a.example:5061", Tls, false),
            ("sips:[::1]:15061", "sips:[::1]:15061", Tls, true),
            ("ws://127.0.0.1:88/ws", "ws://127.0.0.1:88/ws", Ws, true),
        ] {
            let uri = server(text).unwrap();
            assert_eq!(uri.to_string(), shown);
            assert_eq!((uri.transport(), uri.has_port()), (transport, has_port));
            assert_eq!(server(shown).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn plain_websocket_leaves_this_machine_never() {
        assert_eq!(
            server("ws://sbc.example.com/"),
            Err(AccountError::PlainWebSocket)
        );
        assert_eq!(server("ws://192.0.2.1/"), Err(AccountError::PlainWebSocket));
        assert_eq!(
            server("ws://127.0.0.1.example.com/"),
            Err(AccountError::PlainWebSocket)
        );
        assert!(server("ws://[::1]:8080/").is_ok());
        assert!(server("ws://localhost:8080/").is_ok());
    }

    #[test]
    fn nonsense_servers_are_refused() {
        for text in ["https://x", "sip:x", "x", ""] {
            assert_eq!(server(text), Err(AccountError::ServerScheme), "{text}");
        }
        for text in [
            "wss://",
            "wss://a:0/",
            "wss://a:99999",
            "wss://u@h/",
            "wss://h/\r\nX: y",
            "sips:h/path",
            "wss://[zz]/",
            "wss://h#f",
        ] {
            assert_eq!(server(text), Err(AccountError::ServerUri), "{text}");
        }
    }

    #[test]
    fn proxies_carry_decoded_credentials_and_hide_them() {
        let proxy: ProxyUri = "http://me:p%40ss@proxy.example.com:3128".parse().unwrap();
        assert_eq!((proxy.host(), proxy.port()), ("proxy.example.com", 3128));
        assert_eq!(
            proxy.credentials(),
            Some(&("me".to_owned(), "p@ss".to_owned()))
        );
        assert!(!format!("{proxy:?}").contains("p@ss"));
        assert_eq!("proxy".parse::<ProxyUri>().unwrap().port(), 8080);
        assert!("socks5://proxy".parse::<ProxyUri>().is_err());
    }

    #[test]
    fn addresses_of_record_keep_their_parts_and_hide_them() {
        let aor: Aor = "sip:alice@example.com:5070".parse().unwrap();
        assert_eq!((aor.user(), aor.domain()), ("alice", "example.com:5070"));
        assert_eq!(
            "alice@example.com".parse::<Aor>().unwrap().uri(),
            "sip:alice@example.com"
        );
        assert_eq!(format!("{aor:?}"), "‹pii›");
        for text in [
            "alice",
            "sip:@example.com",
            "sip:al ice@example.com",
            "sip:a@",
            "sip:a\r\nb@c",
        ] {
            assert!(text.parse::<Aor>().is_err(), "{text}");
        }
    }
}
