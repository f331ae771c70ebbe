//! One phone for one profile: the second start raises the window of the first and hands over its link.
//!
//! Whoever opens the door first keeps it until the program ends. Phones with other profiles have other
//! doors, and practice has none, so all of these run beside each other.

#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "unix.rs")]
mod system;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::link::{DialRequest, LONGEST as LONGEST_LINK, Refused};

/// What a program that is started again wants of the one that runs.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Knock {
    /// The link it was started with, unread: who opens the door trusts nobody.
    pub link: Option<String>,
    /// By which the desktop knows that the agent wants to see the window: the token of the startup
    /// notification or of XDG activation, which Wayland shows no window without.
    pub token: Option<String>,
}

impl Knock {
    /// What the link asks for, if there is one.
    pub fn request(&self) -> Option<Result<DialRequest, Refused>> {
        self.link.as_deref().map(DialRequest::read)
    }

    /// What is said at the door is heard in any case: it never takes more than [`LONGEST`].
    fn write(&self) -> String {
        let line = |text: &str| text.replace(['\r', '\n'], " ");
        let link = match self.link.as_deref() {
            // Who opens finds it as much too long, and says so. Cut off it might be another number.
            Some(link) if link.len() > LONGEST_LINK => "-".repeat(LONGEST_LINK + 1),
            link => line(link.unwrap_or_default()),
        };
        // Without its token the window may come up behind others, which is better than not at all.
        let token = self.token.as_deref();
        let token = token.filter(|token| token.len() <= LONGEST_TOKEN);
        format!("{HELLO}\n{link}\n{}\n", line(token.unwrap_or_default()))
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut next = || lines.next().map(str::to_owned);
        if next()? != HELLO {
            return None;
        }
        let (link, token) = (next()?, next()?);
        let said = |text: String| (!text.is_empty()).then_some(text);
        Some(Self {
            link: said(link),
            token: said(token),
        })
    }
}

/// Who comes in.
#[derive(Debug)]
pub enum Entry {
    /// The first one: the phone may start, and keeps the door for as long as it runs.
    First(Door),
    /// Another one runs and has been told: this program has nothing left to do.
    Told,
}

/// The door of a phone that runs. It is free for the next one when this is dropped.
#[derive(Debug)]
pub struct Door {
    knocks: mpsc::Receiver<Knock>,
    // Ends with the door.
    _keeper: JoinSet<()>,
}

impl Door {
    /// Waits until somebody knocks; for ever, once it is closed.
    pub async fn knocked(&mut self) -> Knock {
        match self.knocks.recv().await {
            Some(knock) => knock,
            None => std::future::pending().await,
        }
    }

    /// Answers nobody any more, for the phone is about to end: who knocks waits until it has.
    pub fn close(&mut self) {
        self.knocks.close();
    }
}

/// Opens the door for this profile, or knocks if somebody else has it. Waits for one that is about to end.
///
/// # Errors
/// Another phone runs and does not answer ([`io::ErrorKind::TimedOut`]), or there is no place for a door.
pub async fn enter(profile: &Path, knock: &Knock) -> io::Result<Entry> {
    // Of this user alone, on this machine, and gone when the session ends, where there is such a folder.
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let session = session.filter(|folder| folder.is_absolute());
    let folder = session
        .map(|folder| folder.join("warmline"))
        .or_else(warmline_desk::state_folder)
        .ok_or(io::ErrorKind::NotFound)?;
    enter_in(&folder, profile, knock).await
}

async fn enter_in(folder: &Path, profile: &Path, knock: &Knock) -> io::Result<Entry> {
    let place = Place::of(profile, folder);
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(listener) = system::Listener::open(&place)? {
            return Ok(Entry::First(keep(listener)));
        }
        match timeout(ANSWER, tell(&place, knock)).await {
            Ok(Ok(())) => return Ok(Entry::Told),
            Ok(Err(error)) => tracing::debug!(%error, "the phone that runs cannot be told"),
            Err(_) => tracing::debug!("the phone that runs does not answer"),
        }
        if Instant::now() >= until {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "Warmline runs already and does not answer",
            ));
        }
        sleep(AGAIN).await;
    }
}

/// Where the door of a profile is.
struct Place {
    #[cfg(not(windows))]
    folder: PathBuf,
    name: String,
}

impl Place {
    fn of(profile: &Path, folder: &Path) -> Self {
        let hash = hash_of(profile);
        // Pipes of Windows have one name space for all users.
        let whose = fnv(folder.as_os_str().as_encoded_bytes());
        Self {
            #[cfg(not(windows))]
            folder: folder.to_owned(),
            name: if cfg!(windows) {
                format!("warmline-{whose:016x}-{hash:016x}")
            } else {
                format!("warmline-{hash:016x}")
            },
        }
    }
}

/// What names a profile: by whatever way it is written it is the same one, also if there is none yet.
pub(crate) fn hash_of(profile: &Path) -> u64 {
    let profile = profile
        .canonicalize()
        .or_else(|_| std::path::absolute(profile))
        .unwrap_or_else(|_| profile.to_owned());
    fnv(profile.as_os_str().as_encoded_bytes())
}

/// FNV-1a: the same in every version of this program, and nobody gains by a collision.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn keep(mut listener: system::Listener) -> Door {
    let (heard, knocks) = mpsc::channel(WAITING);
    let mut keeper = JoinSet::new();
    keeper.spawn(async move {
        loop {
            match listener.accept().await {
                Ok(mut stream) => {
                    // One at a time: whoever says nothing is shown out soon.
                    let answered = timeout(ANSWER, answer(&mut stream, &heard)).await;
                    if !matches!(answered, Ok(Ok(()))) {
                        tracing::debug!("somebody knocked and said nothing that makes sense");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "nobody can knock for a while");
                    sleep(AGAIN).await;
                }
            }
        }
    });
    Door {
        knocks,
        _keeper: keeper,
    }
}

/// Hears one out, and says so.
async fn answer(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    heard: &mpsc::Sender<Knock>,
) -> io::Result<()> {
    let mut text = Vec::new();
    while text.iter().filter(|byte| **byte == b'\n').count() < LINES {
        let mut some = [0; 512];
        let read = stream.read(&mut some).await?;
        if read == 0 || text.len() + read > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        text.extend_from_slice(&some[..read]);
    }
    let knock = std::str::from_utf8(&text).ok().and_then(Knock::read);
    let knock = knock.ok_or(io::ErrorKind::InvalidData)?;
    if heard.send(knock).await.is_ok() {
        stream.write_all(HEARD).await?;
        stream.flush().await?;
        // Windows forgets what was written when the pipe is closed before it is read.
        let _ = stream.read(&mut [0]).await;
    }
    Ok(())
}

/// Knocks, and waits to be heard.
async fn tell(place: &Place, knock: &Knock) -> io::Result<()> {
    let mut stream = system::connect(place).await?;
    stream.write_all(knock.write().as_bytes()).await?;
    stream.flush().await?;
    let mut said = [0; HEARD.len()];
    stream.read_exact(&mut said).await?;
    if said == *HEARD {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

// A link says who is called.
impl fmt::Debug for Knock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Knock(link: {})", self.link.is_some())
    }
}

/// What makes sure that both mean the same by a line.
const HELLO: &str = "warmline 1";

/// In what is said: the greeting, the link, the token.
const LINES: usize = 3;

const HEARD: &[u8; 6] = b"heard\n";

/// A link, a token, and what is around them, bytes.
const LONGEST: usize = 2_048;

/// Desktops give some 40 to 200 bytes.
const LONGEST_TOKEN: usize = 1_024;

/// Knocks that nobody has looked at yet. A nervous finger clicks some links.
const WAITING: usize = 8;

/// A program on the same machine answers at once, or is about to end.
const ANSWER: Duration = Duration::from_secs(2);

const AGAIN: Duration = Duration::from_millis(200);

/// Longer than a phone takes to say farewell, which ends in any case after some 11 s.
const PATIENCE: Duration = Duration::from_secs(13);

#[cfg(test)]
mod tests;
