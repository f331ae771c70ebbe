//! Examines everything a call needs, one thing after the other, and says what is right, what is
//! wrong and what to do.

mod servers;

use std::{path::Path, time::Duration};

use tokio::time::timeout;
use warmline_audio::{Engine, EngineConfig};
use warmline_media::{IceServer, MediaConfig, Session};
use warmline_sip::Transport;

use crate::{
    DeskConfig, DeskError, DeskEvent, ErrorCode, Profile, Registration, UserAction,
    check::Told,
    config::no_line,
    desk::{devices, start},
};

/// What was looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    /// The profile file and what it names.
    Profile,
    /// The server's name.
    ServerName,
    /// TCP to the server, through the proxy if there is one.
    Connection,
    /// The server's certificate.
    Tls,
    /// Signing in.
    Registration,
    /// The STUN and TURN servers, over UDP, TCP and TLS: whether the network blocks one of these.
    Servers,
    /// UDP for sound: addresses of our own, STUN and TURN.
    Ice,
    /// Devices to speak into.
    Microphone,
    /// Devices to hear with.
    Speaker,
    /// How the agent comes over: of a [check](crate::check).
    Voice,
    /// What else the microphone hears: of a check.
    Background,
    /// Whether the microphone hears the speaker: of a check.
    Echo,
    /// Loss, jitter and round trip on the way to a server: of a check.
    Path,
}

impl Subject {
    /// As programs and people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::ServerName => "server name",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Registration => "registration",
            Self::Servers => "stun and turn",
            Self::Ice => "udp and ice",
            Self::Microphone => "microphone",
            Self::Speaker => "speaker",
            Self::Voice => "voice",
            Self::Background => "background",
            Self::Echo => "echo",
            Self::Path => "network",
        }
    }
}

/// How it looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// As it should be.
    Right,
    /// Works, but not in every network or for every call.
    Doubtful,
    /// Calls will not work.
    Wrong,
    /// Could not be tried, because something before it is wrong.
    NotTried,
}

impl Verdict {
    /// As programs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Doubtful => "doubtful",
            Self::Wrong => "wrong",
            Self::NotTried => "not_tried",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// What.
    pub subject: Subject,
    /// How it looks.
    pub verdict: Verdict,
    /// What was found, for a person.
    pub found: String,
    /// What to do; empty if nothing.
    pub advice: String,
    /// The same for who says it in another language; none of what only who mends it reads.
    pub told: Option<Told>,
}

impl Finding {
    pub(crate) fn new(subject: Subject, verdict: Verdict, found: impl Into<String>) -> Self {
        Self {
            subject,
            verdict,
            found: found.into(),
            advice: String::new(),
            told: None,
        }
    }

    fn wrong(subject: Subject, error: &DeskError) -> Self {
        Self {
            advice: error.advice.clone(),
            ..Self::new(subject, Verdict::Wrong, error.what.clone())
        }
    }

    pub(crate) fn told(mut self, told: Told) -> Self {
        self.told = Some(told);
        self
    }

    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }
}

/// Examines the profile, the way to the server, the sign-in, UDP and the devices. Takes some seconds.
pub async fn examine(profile: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let path = profile.to_owned();
    let configured = tokio::task::spawn_blocking(move || {
        Profile::load(&path).and_then(|profile| DeskConfig::from_profile(&profile))
    })
    .await
    .expect("reading a profile does not panic");
    match configured {
        Ok(config) => {
            findings.push(Finding::new(
                Subject::Profile,
                Verdict::Right,
                "it can be read, and there is a password",
            ));
            findings.extend(server(&config).await);
            for line in &config.lines {
                findings.push(servers::look(&line.media).await);
                findings.push(ice(&line.media).await);
            }
        }
        Err(error) => {
            findings.push(Finding::wrong(Subject::Profile, &error));
            findings.extend(not_tried(&[
                Subject::ServerName,
                Subject::Connection,
                Subject::Tls,
                Subject::Registration,
                Subject::Servers,
                Subject::Ice,
            ]));
        }
    }
    let listed = tokio::task::spawn_blocking(devices)
        .await
        .expect("listing devices does not panic");
    match listed {
        Ok(listed) => {
            findings.push(device(Subject::Microphone, &listed.inputs));
            findings.push(device(Subject::Speaker, &listed.outputs));
        }
        Err(error) => {
            findings.push(Finding::wrong(Subject::Microphone, &error));
            findings.push(Finding::wrong(Subject::Speaker, &error));
        }
    }
    findings
}

/// Whether the STUN and TURN servers answer, and the network lets UDP pass: what can be known before
/// a shift without a call, on the first line. Takes at most 3 s.
pub async fn stun_and_turn(config: &DeskConfig) -> Finding {
    match config.lines.first() {
        Some(line) => servers::look(&line.media).await,
        None => Finding::wrong(Subject::Servers, &no_line()),
    }
}

/// Registers for real; how far that came tells which step failed.
async fn server(config: &DeskConfig) -> Vec<Finding> {
    let silent = DeskConfig {
        audio: EngineConfig::silent(),
        // The phone that the doctor is asked about may be running.
        ..config.clone().beside_another()
    };
    let lines = config.lines.iter();
    let mut servers = lines.flat_map(|line| &line.account.servers);
    let encrypted = servers.all(|server| server.transport() != Transport::Ws);
    let outcome = match start(silent) {
        Ok(desk) => {
            let mut events = desk.events();
            let snapshot = desk.snapshot();
            let settled = async {
                loop {
                    let state = snapshot.borrow().registration.clone();
                    match state {
                        Registration::Registered { expires_s } => return Ok(expires_s),
                        Registration::Waiting { error, .. } | Registration::Refused { error } => {
                            return Err(error);
                        }
                        Registration::Connecting
                        | Registration::Registering
                        | Registration::Unregistered => {}
                    }
                    if matches!(events.recv().await, Ok(DeskEvent::Stopped)) {
                        return Err(silence_of_the_server());
                    }
                }
            };
            let outcome = timeout(PATIENCE, settled)
                .await
                .unwrap_or_else(|_| Err(silence_of_the_server()));
            let _ = timeout(PATIENCE, desk.send(UserAction::Quit)).await;
            outcome
        }
        Err(error) => Err(error),
    };
    steps(outcome, encrypted)
}

/// The steps to a registration in order: right up to the one that `outcome` says failed.
fn steps(outcome: Result<u32, DeskError>, encrypted: bool) -> Vec<Finding> {
    let certificate = if encrypted {
        "the server's certificate is valid and trusted"
    } else {
        "not needed: the server is on this computer"
    };
    let right = [
        (Subject::ServerName, "it has an address"),
        (Subject::Connection, "the server can be reached"),
        (Subject::Tls, certificate),
    ];
    let failed_at = outcome.as_ref().err().map(|error| match error.code {
        ErrorCode::ServerUnknown => 0,
        ErrorCode::ServerUnreachable | ErrorCode::ProxyRefused => 1,
        ErrorCode::TlsUntrusted
        | ErrorCode::TlsExpired
        | ErrorCode::TlsWrongName
        | ErrorCode::CaFileInvalid => 2,
        // Silent, or gone again, once there was a connection.
        _ => 3,
    });
    let mut findings = Vec::new();
    for (step, (subject, found)) in right.into_iter().enumerate() {
        match (&outcome, failed_at) {
            (Err(error), Some(failed)) if step == failed => {
                findings.push(Finding::wrong(subject, error));
            }
            (_, Some(failed)) if step > failed => findings.extend(not_tried(&[subject])),
            _ => findings.push(Finding::new(subject, Verdict::Right, found)),
        }
    }
    findings.push(match (outcome, failed_at) {
        (Ok(expires_s), _) => Finding::new(
            Subject::Registration,
            Verdict::Right,
            format!("the server registers us for {expires_s} s"),
        ),
        (Err(error), Some(3)) => Finding::wrong(Subject::Registration, &error),
        (Err(_), _) => {
            return findings
                .into_iter()
                .chain(not_tried(&[Subject::Registration]))
                .collect();
        }
    });
    findings
}

/// Gathers ICE candidates as a call would and looks at what came.
async fn ice(media: &MediaConfig) -> Finding {
    let gathered = async {
        let (engine, _events) =
            Engine::start(EngineConfig::silent()).map_err(|error| error.to_string())?;
        let (session, _events) = Session::new(media, engine);
        let offer = session.offer().await.map_err(|error| error.to_string())?;
        session.close().await;
        Ok::<_, String>(Candidates::of(&offer))
    };
    match timeout(PATIENCE, gathered).await {
        Ok(Ok(candidates)) => candidates.finding(&media.ice_servers),
        Ok(Err(what)) => Finding::new(Subject::Ice, Verdict::Wrong, what)
            .advise("Check the network connection and the firewall of this computer."),
        Err(_) => Finding::new(
            Subject::Ice,
            Verdict::Wrong,
            "gathering addresses took too long",
        )
        .advise("Check the ice_servers of the profile."),
    }
}

/// How many candidates of each type an offer has (RFC 8839 §5.1).
#[derive(Debug, Default, PartialEq, Eq)]
struct Candidates {
    host: usize,
    reflexive: usize,
    relay: usize,
}

impl Candidates {
    fn of(sdp: &str) -> Self {
        let count = |kind: &str| {
            sdp.lines()
                .filter(|line| line.starts_with("a=candidate:"))
                .filter(|line| line.split_whitespace().any(|word| word == kind))
                .count()
        };
        Self {
            host: count("host"),
            reflexive: count("srflx"),
            relay: count("relay"),
        }
    }

    fn finding(&self, servers: &[IceServer]) -> Finding {
        let found = format!(
            "{} addresses of this computer, {} seen by STUN, {} relayed by TURN",
            self.host, self.reflexive, self.relay
        );
        if self.host + self.relay == 0 {
            Finding::new(Subject::Ice, Verdict::Wrong, found)
                .advise("This computer has no network address that UDP could use.")
        } else if self.relay == 0 && servers.iter().any(IceServer::is_turn) {
            Finding::new(Subject::Ice, Verdict::Doubtful, found).advise(
                "The TURN server gives no relay: check its `username` and credential in the profile, \
                 and whether UDP to it is blocked. Calls work only where UDP can go directly.",
            )
        } else if !servers.is_empty() && self.reflexive + self.relay == 0 {
            Finding::new(Subject::Ice, Verdict::Doubtful, found).advise(
                "The STUN servers of the profile do not answer: UDP may be blocked. \
                 Calls work only if the SBC can reach this computer directly.",
            )
        } else {
            Finding::new(Subject::Ice, Verdict::Right, found)
        }
    }
}

fn device(subject: Subject, devices: &[warmline_audio::DeviceInfo]) -> Finding {
    match devices
        .iter()
        .find(|device| device.is_default)
        .or(devices.first())
    {
        Some(device) => Finding::new(
            subject,
            Verdict::Right,
            format!("{} found; default: {}", devices.len(), device.name),
        ),
        None => Finding::new(subject, Verdict::Wrong, "there is none")
            .advise("Plug in a headset, or look at the system's sound settings."),
    }
}

fn not_tried(subjects: &[Subject]) -> Vec<Finding> {
    subjects
        .iter()
        .map(|subject| Finding::new(*subject, Verdict::NotTried, "not tried"))
        .collect()
}

fn silence_of_the_server() -> DeskError {
    DeskError::new(
        ErrorCode::ServerUnreachable,
        "The server did not answer in time.",
        "Check the server's address and the network connection.",
    )
}

/// For each thing that waits for somebody else.
const PATIENCE: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(outcome: Result<u32, DeskError>) -> Vec<Verdict> {
        steps(outcome, true)
            .into_iter()
            .map(|finding| finding.verdict)
            .collect()
    }

    #[test]
    fn what_comes_before_a_fault_is_right_and_what_comes_after_was_not_tried() {
        use Verdict::{NotTried, Right, Wrong};
        let failed = |code| Err(DeskError::new(code, "what", "advice"));
        assert_eq!(verdicts(Ok(600)), [Right, Right, Right, Right]);
        assert_eq!(
            verdicts(failed(ErrorCode::ServerUnknown)),
            [Wrong, NotTried, NotTried, NotTried]
        );
        assert_eq!(
            verdicts(failed(ErrorCode::ServerUnreachable)),
            [Right, Wrong, NotTried, NotTried]
        );
        assert_eq!(
            verdicts(failed(ErrorCode::TlsExpired)),
            [Right, Right, Wrong, NotTried]
        );
        for code in [
            ErrorCode::PasswordRefused,
            ErrorCode::ServerSilent,
            ErrorCode::ConnectionLost,
        ] {
            assert_eq!(verdicts(failed(code)), [Right, Right, Right, Wrong]);
        }
        let found = |encrypted| steps(Ok(600), encrypted)[2].found.clone();
        assert!(found(true).contains("trusted") && !found(false).contains("trusted"));
    }

    #[test]
    fn candidates_are_counted_by_type() {
        let sdp = "v=0\r\n\
            a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n\
            a=candidate:2 1 udp 1694498815 198.51.100.1 5000 typ srflx raddr 192.0.2.1 rport 5000\r\n";
        let candidates = Candidates::of(sdp);
        assert_eq!(
            candidates,
            Candidates {
                host: 1,
                reflexive: 1,
                relay: 0
            }
        );
        let server = |url: &str| {
            let name = || Some("agent".to_owned());
            vec![IceServer::new(url, name(), name()).unwrap()]
        };
        let stun = server("stun:stun.example.com");
        assert_eq!(candidates.finding(&stun).verdict, Verdict::Right);
        let turn = candidates.finding(&server("turn:turn.example.com"));
        assert_eq!(turn.verdict, Verdict::Doubtful);
        assert!(turn.advice.contains("credential"), "{turn:?}");
        let blocked = Candidates {
            host: 1,
            ..Candidates::default()
        };
        assert_eq!(blocked.finding(&stun).verdict, Verdict::Doubtful);
        assert_eq!(blocked.finding(&[]).verdict, Verdict::Right);
        assert_eq!(Candidates::default().finding(&[]).verdict, Verdict::Wrong);
    }
}
