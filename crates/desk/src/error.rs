use std::fmt;

/// What went wrong: a code for programs, and what happened and what to do for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeskError {
    /// What a program may decide by.
    pub code: ErrorCode,
    /// What happened, in a sentence.
    pub what: String,
    /// What to do about it, in a sentence; may be empty.
    pub advice: String,
}

impl DeskError {
    /// An error.
    pub fn new(code: ErrorCode, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            advice: advice.into(),
        }
    }

    /// What happened and what to do, in one text.
    pub fn message(&self) -> String {
        [self.what.as_str(), self.advice.as_str()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl fmt::Display for DeskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for DeskError {}

/// What a program may decide by. [`ErrorCode::as_str`] never changes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ErrorCode {
    /// The profile cannot be read, or says something that cannot be.
    ProfileInvalid,
    /// There is no password where the profile says.
    PasswordMissing,
    /// The server refuses user name or password.
    PasswordRefused,
    /// The server refuses our access token, or there is none.
    TokenRefused,
    /// The server wants an access token, and we have a password, or no encrypted connection.
    TokenOnly,
    /// The system's keychain cannot be used.
    KeychainUnavailable,
    /// The file of certificate authorities cannot be used.
    CaFileInvalid,
    /// The server's name has no address.
    ServerUnknown,
    /// The server cannot be reached.
    ServerUnreachable,
    /// The server takes the connection and does not answer.
    ServerSilent,
    /// The proxy does not let us through.
    ProxyRefused,
    /// The server's certificate comes from an authority that is not trusted, or is otherwise not valid.
    TlsUntrusted,
    /// The server's certificate has expired.
    TlsExpired,
    /// The server's certificate is for another name.
    TlsWrongName,
    /// The server does not speak SIP over the chosen transport.
    NotASipServer,
    /// The server refuses to register us.
    ServerRefused,
    /// The connection broke.
    ConnectionLost,
    /// There is no such call.
    NoSuchCall,
    /// There is no such line.
    NoSuchLine,
    /// The calls are on different lines: they can be merged, and not transferred to each other.
    AcrossLines,
    /// The call is not in a state for that.
    NotNow,
    /// The expert may be a machine: ask the agent first.
    MaybeMachine,
    /// What was typed cannot be called.
    BadNumber,
    /// What was typed is no DTMF digit.
    BadDigit,
    /// The other end did not agree to hold or resume.
    HoldFailed,
    /// A digit did not reach the other end.
    DtmfFailed,
    /// There is no microphone.
    NoMicrophone,
    /// There is no speaker or headset.
    NoSpeaker,
    /// There is no device to ring on.
    NoRinger,
    /// The system does not let this program use the microphone.
    MicrophoneDenied,
    /// A device that was chosen is used by another program; another one stands in.
    DeviceInUse,
    /// The ring cannot be heard on any device.
    RingUnheard,
    /// A file that stands in for a device cannot be used.
    SoundFile,
    /// Policy does not allow this call to be recorded, or its recording to be stopped.
    RecordingNotAllowed,
    /// A recording could not be begun, broke off, or has a gap; the call goes on.
    RecordingFailed,
    /// The log can no longer be written; the phone goes on.
    LogFull,
    /// The log cannot be begun.
    LogUnusable,
    /// The agent's settings cannot be read, or say what cannot be; the defaults hold.
    SettingsInvalid,
    /// The agent's settings cannot be stored; they hold until the end.
    SettingsNotKept,
    /// Calls that are over cannot be remembered; the phone goes on.
    HistoryUnusable,
    /// The phone has stopped.
    Stopped,
}

impl ErrorCode {
    /// The code as programs write it: lower-case words joined by underscores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ProfileInvalid => "profile_invalid",
            Self::PasswordMissing => "password_missing",
            Self::PasswordRefused => "password_refused",
            Self::TokenRefused => "token_refused",
            Self::TokenOnly => "token_only",
            Self::KeychainUnavailable => "keychain_unavailable",
            Self::CaFileInvalid => "ca_file_invalid",
            Self::ServerUnknown => "server_unknown",
            Self::ServerUnreachable => "server_unreachable",
            Self::ServerSilent => "server_silent",
            Self::ProxyRefused => "proxy_refused",
            Self::TlsUntrusted => "tls_untrusted",
            Self::TlsExpired => "tls_expired",
            Self::TlsWrongName => "tls_wrong_name",
            Self::NotASipServer => "not_a_sip_server",
            Self::ServerRefused => "server_refused",
            Self::ConnectionLost => "connection_lost",
            Self::NoSuchCall => "no_such_call",
            Self::NoSuchLine => "no_such_line",
            Self::AcrossLines => "across_lines",
            Self::NotNow => "not_now",
            Self::MaybeMachine => "maybe_machine",
            Self::BadNumber => "bad_number",
            Self::BadDigit => "bad_digit",
            Self::HoldFailed => "hold_failed",
            Self::DtmfFailed => "dtmf_failed",
            Self::NoMicrophone => "no_microphone",
            Self::NoSpeaker => "no_speaker",
            Self::NoRinger => "no_ringer",
            Self::MicrophoneDenied => "microphone_denied",
            Self::DeviceInUse => "device_in_use",
            Self::RingUnheard => "ring_unheard",
            Self::SoundFile => "sound_file",
            Self::RecordingNotAllowed => "recording_not_allowed",
            Self::RecordingFailed => "recording_failed",
            Self::LogFull => "log_full",
            Self::LogUnusable => "log_unusable",
            Self::SettingsInvalid => "settings_invalid",
            Self::SettingsNotKept => "settings_not_kept",
            Self::HistoryUnusable => "history_unusable",
            Self::Stopped => "stopped",
        }
    }
}
