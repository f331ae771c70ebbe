use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What is asked for.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Target {
    /// `GET /`, with this after the question mark.
    Root { query: String },
    /// Anything else.
    Other,
}

/// Reads the head of one HTTP/1.1 request. None if it is none.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Target> {
    let mut head = Vec::new();
    let mut piece = [0; 2_048];
    while !ends(&head) {
        let count = stream.read(&mut piece).await.ok()?;
        if count == 0 || head.len() + count > MOST {
            return None;
        }
        head.extend_from_slice(&piece[..count]);
    }
    target(&head)
}

fn target(head: &[u8]) -> Option<Target> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let mut words = str::from_utf8(line).ok()?.trim_end().split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !version.starts_with("HTTP/1.") {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some(match (method, path) {
        ("GET", "/") => Target::Root {
            query: query.to_owned(),
        },
        _ => Target::Other,
    })
}

fn ends(head: &[u8]) -> bool {
    let blank = |end: &[u8]| head.windows(end.len()).any(|bytes| bytes == end);
    blank(b"\r\n\r\n") || blank(b"\n\n")
}

/// Bytes: a code may have some thousands, and so may the cookies of whatever else runs on localhost.
const MOST: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_root_is_asked_for_in_the_one_way_that_counts() {
        let root = |query: &str| {
            Some(Target::Root {
                query: query.to_owned(),
            })
        };
        assert_eq!(
            target(b"GET /?a=b&c HTTP/1.1\r\nHost: x\r\n\r\n"),
            root("a=b&c")
        );
        assert_eq!(target(b"GET / HTTP/1.0\n\n"), root(""));
        for other in [
            "POST /?a HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "HEAD / HTTP/1.1",
        ] {
            assert_eq!(target(other.as_bytes()), Some(Target::Other), "{other}");
        }
        for none in [
            "",
            "GET /",
            "GET / HTTP/2",
            "GET / x HTTP/1.1",
            "\x16\x03\x01",
            "GET  / HTTP/1.1",
        ] {
            assert_eq!(target(none.as_bytes()), None, "{none:?}");
        }
        assert_eq!(target(&[0xff, 0xfe, b'\n']), None);
    }
}
