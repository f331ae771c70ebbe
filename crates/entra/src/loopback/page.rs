use crate::state::Why;

/// What a visitor is shown. Nothing of it comes from whoever asked.
#[derive(Debug)]
pub(super) enum Page {
    /// How the sign-in went.
    Outcome(Result<(), Why>),
    /// The sign-in is over, however it went.
    Over,
    /// There is nothing at this address.
    Nothing,
    /// That was no question.
    Bad,
}

impl Page {
    /// The whole of an HTTP response.
    pub(super) fn response(&self) -> String {
        let status = match self {
            Self::Outcome(_) | Self::Over => "200 OK",
            Self::Nothing => "404 Not Found",
            Self::Bad => "400 Bad Request",
        };
        let words = self.words();
        let body = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Warmline</title>\
             <style>body{{font:1.1rem system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}}\
             @media(prefers-color-scheme:dark){{body{{background:#1b1b1b;color:#eee}}}}</style></head>\
             <body><h1>Warmline</h1><p>{words}</p></body></html>"
        );
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Outcome(Ok(())) => {
                "You are signed in. You can close this tab and go back to Warmline."
            }
            Self::Outcome(Err(why)) => failed(why),
            Self::Over => "This sign-in is over. You can close this tab and go back to Warmline.",
            Self::Nothing => "There is nothing here.",
            Self::Bad => "That cannot be answered.",
        }
    }
}

fn failed(why: &Why) -> &'static str {
    match why {
        Why::NeedsAdministrator => {
            "You are not signed in: an administrator of your organisation has to allow Warmline first."
        }
        Why::Denied => "You are not signed in: it was refused.",
        Why::Unreachable => {
            "You are not signed in: the answer could not be exchanged, since the sign-in service \
             cannot be reached. Go back to Warmline and try again."
        }
        Why::NotTrusted => "You are not signed in: the answer was not meant for Warmline.",
        Why::Keychain(_) => {
            "You are not signed in: the keychain of this computer cannot be used. Go back to Warmline."
        }
        Why::Disk => "You are not signed in: the sign-in cannot be kept on this computer.",
        Why::Expired | Why::TookTooLong | Why::Refused(_) | Why::NoPort => {
            "You are not signed in. Go back to Warmline and try again."
        }
    }
}
