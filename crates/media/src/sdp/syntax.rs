//! The grammar of RFC 8866, as far as anyone can agree on it.

/// Most bytes a description may have. Real ones stay under 10,000.
const MAX_BYTES: usize = 64 * 1024;
/// Most lines a description may have.
const MAX_LINES: usize = 1_000;
/// Most media sections a description may have.
const MAX_SECTIONS: usize = 32;

/// Why something is not a session description.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SyntaxError {
    /// Too large to look at.
    #[error("more than {0}")]
    TooLarge(&'static str),
    /// A line that cannot be read.
    #[error("line {line}: {what}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
}

/// A description taken apart, borrowing from its text. Order is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description<'a> {
    /// The `o=` line's value, if there was one.
    pub origin: Option<&'a str>,
    /// Address in the session's `c=` line.
    pub connection: Option<&'a str>,
    /// The session's `a=` lines.
    pub attributes: Vec<Attribute<'a>>,
    /// The `m=` sections.
    pub media: Vec<Media<'a>>,
}

/// One `m=` section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media<'a> {
    /// `audio`, `video`, …
    pub kind: &'a str,
    /// 0 refuses the section, or takes it away.
    pub port: u16,
    /// Such as `UDP/TLS/RTP/SAVPF`.
    pub protocol: &'a str,
    /// Payload types, or what the protocol has in their place.
    pub formats: Vec<&'a str>,
    /// Address in the section's own `c=` line.
    pub connection: Option<&'a str>,
    /// The section's `a=` lines.
    pub attributes: Vec<Attribute<'a>>,
}

/// One `a=` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// What stands before the first colon.
    pub name: &'a str,
    /// What stands after it, without spaces around; empty if there is no colon.
    pub value: &'a str,
}

impl<'a> Description<'a> {
    /// Reads a description. Unknown lines and empty lines are passed over; lines may end in CRLF
    /// or LF.
    ///
    /// # Errors
    /// Too large, not beginning with `v=0`, a line that is not `x=…` or has control
    /// characters in it, or an `m=` or `c=` line that
    /// cannot be read.
    pub fn parse(text: &'a str) -> Result<Description<'a>, SyntaxError> {
        if text.len() > MAX_BYTES {
            return Err(SyntaxError::TooLarge("64 KiB"));
        }
        let mut description = Description::default();
        let mut begun = false;
        for (index, line) in text.split('\n').enumerate() {
            let error = |what| SyntaxError::Line {
                line: index + 1,
                what,
            };
            if index >= MAX_LINES {
                return Err(SyntaxError::TooLarge("1,000 lines"));
            }
            let line = line.trim_end();
            if line.contains(['\r', '\0']) {
                return Err(error("a control character"));
            }
            if line.is_empty() {
                continue;
            }
            let (kind, value) = line
                .split_once('=')
                .filter(|(kind, _)| kind.len() == 1)
                .ok_or_else(|| error("not of the form x=…"))?;
            if !begun {
                if (kind, value.trim()) != ("v", "0") {
                    return Err(error("a session description begins with v=0"));
                }
                begun = true;
            }
            match kind {
                "o" => description.origin = Some(value),
                "m" => {
                    if description.media.len() == MAX_SECTIONS {
                        return Err(SyntaxError::TooLarge("32 media sections"));
                    }
                    let media = parse_media(value).ok_or_else(|| error("not a media line"))?;
                    description.media.push(media);
                }
                "c" => {
                    let address =
                        parse_connection(value).ok_or_else(|| error("not a connection line"))?;
                    match description.media.last_mut() {
                        Some(media) => media.connection = Some(address),
                        None => description.connection = Some(address),
                    }
                }
                "a" => {
                    let (name, value) = value.split_once(':').unwrap_or((value, ""));
                    let attribute = Attribute {
                        name: name.trim(),
                        value: value.trim(),
                    };
                    match description.media.last_mut() {
                        Some(media) => media.attributes.push(attribute),
                        None => description.attributes.push(attribute),
                    }
                }
                _ => {}
            }
        }
        if begun {
            Ok(description)
        } else {
            Err(SyntaxError::Line {
                line: 1,
                what: "empty",
            })
        }
    }

    /// Values of an attribute in a section, or else at session level.
    pub fn values<'s>(
        &'s self,
        media: &'s Media<'a>,
        name: &'static str,
    ) -> impl Iterator<Item = &'a str> + 's {
        let own = media.values(name).next().is_some();
        let attributes = if own {
            &media.attributes
        } else {
            &self.attributes
        };
        attributes
            .iter()
            .filter(move |attribute| attribute.is(name))
            .map(|attribute| attribute.value)
    }

    /// Address of a section: its own, or the session's.
    pub fn address(&self, media: &Media<'a>) -> Option<&'a str> {
        media.connection.or(self.connection)
    }
}

impl<'a> Media<'a> {
    /// Values of an attribute in this section.
    pub fn values<'s>(&'s self, name: &'static str) -> impl Iterator<Item = &'a str> + 's {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.is(name))
            .map(|attribute| attribute.value)
    }

    /// Whether this section has an attribute.
    pub fn has(&self, name: &'static str) -> bool {
        self.attributes.iter().any(|attribute| attribute.is(name))
    }
}

impl Attribute<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// `audio 30000/2 RTP/AVP 0 8`
fn parse_media(value: &str) -> Option<Media<'_>> {
    let mut words = value.split_ascii_whitespace();
    let kind = words.next()?;
    let port = words.next()?;
    let port = port.split_once('/').map_or(port, |(port, _)| port);
    Some(Media {
        kind,
        port: port.parse().ok()?,
        protocol: words.next()?,
        formats: words.collect(),
        ..Media::default()
    })
}

/// `IN IP4 198.51.100.7/127`
fn parse_connection(value: &str) -> Option<&str> {
    let address = value.split_ascii_whitespace().nth(2)?;
    Some(address.split_once('/').map_or(address, |(host, _)| host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_description_apart() {
        let text = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1/127\r\nt=0 0\r\n\
                    a=ice-lite\r\nm=audio 4000/1 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n\
                    m=video 0 RTP/AVP 31\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n";
        let description = Description::parse(text).expect("valid");
        assert_eq!(description.origin, Some("- 1 2 IN IP4 192.0.2.1"));
        assert_eq!(description.connection, Some("192.0.2.1"));
        assert_eq!(description.attributes.len(), 1);
        assert_eq!(description.media.len(), 2);
        let audio = &description.media[0];
        assert_eq!((audio.kind, audio.port), ("audio", 4000));
        assert_eq!(audio.protocol, "RTP/AVP");
        assert_eq!(audio.formats, ["0", "101"]);
        assert_eq!(description.address(audio), Some("192.0.2.1"));
        assert_eq!(
            audio.values("rtpmap").collect::<Vec<_>>(),
            ["101 telephone-event/8000"]
        );
        let video = &description.media[1];
        assert_eq!(description.address(video), Some("0.0.0.0"));
        assert!(video.has("inactive"));
    }

    #[test]
    fn a_section_speaks_before_the_session() {
        let text = "v=0\na=setup:active\na=Fingerprint:x\nm=audio 1 RTP/AVP 0\na=setup:passive\n";
        let description = Description::parse(text).expect("valid");
        let audio = &description.media[0];
        let setup: Vec<_> = description.values(audio, "setup").collect();
        assert_eq!(setup, ["passive"]);
        let fingerprint: Vec<_> = description.values(audio, "fingerprint").collect();
        assert_eq!(fingerprint, ["x"]);
    }

    #[test]
    fn tells_the_line_that_is_wrong() {
        let error = |text| Description::parse(text).expect_err("malformed");
        assert_eq!(error("").to_string(), "line 1: empty");
        assert_eq!(
            error("o=-\n").to_string(),
            "line 1: a session description begins with v=0"
        );
        assert_eq!(
            error("v=0\nhello\n").to_string(),
            "line 2: not of the form x=…"
        );
        assert_eq!(
            error("v=0\nm=audio 70000 RTP/AVP 0\n").to_string(),
            "line 2: not a media line"
        );
        assert_eq!(
            error("v=0\na=mid:a\rm=audio 1 RTP/AVP 0\n").to_string(),
            "line 2: a control character"
        );
        assert_eq!(
            error("v=0\nc=IN IP4\n").to_string(),
            "line 2: not a connection line"
        );
    }

    #[test]
    fn has_limits() {
        let long = format!("v=0\ns={}\n", "x".repeat(MAX_BYTES));
        assert_eq!(
            Description::parse(&long),
            Err(SyntaxError::TooLarge("64 KiB"))
        );
        let lines = format!("v=0\n{}", "a=x\n".repeat(MAX_LINES));
        assert_eq!(
            Description::parse(&lines),
            Err(SyntaxError::TooLarge("1,000 lines"))
        );
        let sections = format!("v=0\n{}", "m=audio 1 RTP/AVP 0\n".repeat(MAX_SECTIONS + 1));
        assert_eq!(
            Description::parse(&sections),
            Err(SyntaxError::TooLarge("32 media sections"))
        );
    }
}
