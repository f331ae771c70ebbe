//! What the machines below report, as a person should read it.

use warmline_audio::AudioError;
use warmline_call::{HoldFailure, MediaFailure, Refusal};
use warmline_media::MediaError;
use warmline_sip::{FlowError, RegistrationError, TlsError};

use crate::error::{DeskError, ErrorCode};

/// Why we are not registered. If we were `before`, the profile is right and something else is wrong.
pub(crate) fn registration(error: &RegistrationError, before: bool) -> DeskError {
    match error {
        RegistrationError::Flow(
            error @ (FlowError::Dns { .. }
            | FlowError::Refused { .. }
            | FlowError::Unreachable { .. }),
        ) if before => DeskError {
            advice: "The phone tries again by itself. Check the network connection; \
                     if it stays so, tell your administrator."
                .to_owned(),
            ..flow(error)
        },
        RegistrationError::Flow(error) => flow(error),
        RegistrationError::Credentials { .. } => DeskError::new(
            ErrorCode::PasswordRefused,
            "The server does not accept the user name or the password.",
            "Check `aor`, `auth_user` and the stored password.",
        ),
        RegistrationError::TokenRefused { .. } => DeskError::new(
            ErrorCode::TokenRefused,
            "The server does not accept your sign-in for this line.",
            "The phone tries again with a new one. If it stays so, tell your administrator.",
        ),
        RegistrationError::NoToken => DeskError::new(
            ErrorCode::TokenRefused,
            "The server wants to know that you are signed in.",
            "Sign in.",
        ),
        RegistrationError::TokenOnly => DeskError::new(
            ErrorCode::TokenOnly,
            "The server takes no password: it asks for an access token.",
            "Tell your administrator: the line has to be provisioned with sign-in.",
        ),
        RegistrationError::TokenInTheClear => DeskError::new(
            ErrorCode::TokenOnly,
            "An access token is sent over an encrypted connection only.",
            "Use `wss:` or `sips:` for the server.",
        ),
        RegistrationError::NoAnswer => DeskError::new(
            ErrorCode::ServerSilent,
            "The server takes the connection but does not answer.",
            "The phone tries again. If it stays so, tell your administrator.",
        ),
        error => DeskError::new(
            ErrorCode::ServerRefused,
            sentence(&error.to_string()),
            "Tell your administrator.",
        ),
    }
}

fn flow(error: &FlowError) -> DeskError {
    let (code, advice) = match error {
        FlowError::Dns { .. } => (
            ErrorCode::ServerUnknown,
            "Check `server` in the profile and the network connection.",
        ),
        FlowError::Refused { .. } => (
            ErrorCode::ServerUnreachable,
            "Check `server` in the profile, its port above all.",
        ),
        FlowError::Unreachable { .. } => (
            ErrorCode::ServerUnreachable,
            "Check the network connection, and whether a firewall or a proxy is in the way.",
        ),
        FlowError::Proxy { status: 407 } => (
            ErrorCode::ProxyRefused,
            "The proxy wants a user name and a password: see `proxy` in the profile.",
        ),
        FlowError::Proxy { .. } | FlowError::NotAProxy => {
            (ErrorCode::ProxyRefused, "Check `proxy` in the profile.")
        }
        FlowError::Tls(error) => tls(error),
        FlowError::NotWebSocket { .. } | FlowError::NoSipSubprotocol => (
            ErrorCode::NotASipServer,
            "Check `server` in the profile: port and path must be those for SIP over WebSocket.",
        ),
        FlowError::CaFile => (ErrorCode::CaFileInvalid, "Check `ca_file` in the profile."),
        _ => (
            ErrorCode::ConnectionLost,
            "The phone connects again by itself.",
        ),
    };
    DeskError::new(code, sentence(&error.to_string()), advice)
}

fn tls(error: &TlsError) -> (ErrorCode, &'static str) {
    match error {
        TlsError::UnknownCa => (
            ErrorCode::TlsUntrusted,
            "If the company has an authority of its own, name its certificate as `ca_file`.",
        ),
        TlsError::Expired => (
            ErrorCode::TlsExpired,
            "Check this computer's clock. If it is right, tell your administrator.",
        ),
        TlsError::WrongName => (
            ErrorCode::TlsWrongName,
            "Use the server's name as it stands in its certificate.",
        ),
        _ => (ErrorCode::TlsUntrusted, "Tell your administrator."),
    }
}

/// Why an action was refused.
pub(crate) fn refusal(refusal: Refusal) -> DeskError {
    let code = match refusal {
        Refusal::NoSuchCall => ErrorCode::NoSuchCall,
        Refusal::IdInUse
        | Refusal::TooManyCalls
        | Refusal::NotRinging
        | Refusal::NotEstablished
        | Refusal::OnHold
        | Refusal::NotOnHold
        | Refusal::Ended
        | Refusal::NotEnded
        | Refusal::Transferring
        | Refusal::Consulting
        | Refusal::NotConsulting
        | Refusal::ExpertNotThere
        | Refusal::Grouped
        | Refusal::NotGrouped
        | Refusal::GroupFull
        | Refusal::TooManyToLeave
        | Refusal::NothingAsked => ErrorCode::NotNow,
        Refusal::MaybeMachine(_) => ErrorCode::MaybeMachine,
    };
    DeskError::new(code, refusal.words(), "")
}

/// Why the far end could not be held or taken back.
pub(crate) fn hold_failed(hold: bool, failure: HoldFailure) -> DeskError {
    let (what, advice) = if hold {
        (
            "The other phone cannot be put on hold",
            "It hears silence until you resume.",
        )
    } else {
        ("The call cannot be taken back from hold", "Try again.")
    };
    let why = match failure {
        HoldFailure::Glare { attempts } => format!("both sides asked at once, {attempts} times"),
        HoldFailure::Refused { status } => format!("it answered {status}"),
    };
    DeskError::new(ErrorCode::HoldFailed, format!("{what}: {why}."), advice)
}

/// Why a device or a file for it cannot be used.
pub(crate) fn sound(error: &AudioError) -> DeskError {
    let (code, advice) = match error {
        AudioError::Wav { .. } => (ErrorCode::SoundFile, "Check the file."),
        AudioError::NoSoundSystem(_) => (
            ErrorCode::NoSpeaker,
            "Check that this computer's sound system is running.",
        ),
        _ => (ErrorCode::NoSpeaker, "Start the phone again."),
    };
    DeskError::new(code, sentence(&error.to_string()), advice)
}

/// Why there can be no sound, as the calls know it.
pub(crate) fn media_failure(error: &MediaError) -> MediaFailure {
    match error {
        MediaError::NotAcceptable { .. } | MediaError::Malformed(_) => MediaFailure::NotAcceptable,
        _ => MediaFailure::Internal,
    }
}

/// `text` with a capital in front and a full stop behind.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    let mut sentence: String = first.chain(chars).collect();
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_to_connect_says_what_and_what_to_do() {
        let host = || "sbc.example.com".to_owned();
        for (error, code, says) in [
            (
                FlowError::Dns { host: host() },
                "server_unknown",
                "sbc.example.com",
            ),
            (
                FlowError::Refused { address: host() },
                "server_unreachable",
                "its port",
            ),
            (
                FlowError::Proxy { status: 407 },
                "proxy_refused",
                "user name",
            ),
            (FlowError::NotAProxy, "proxy_refused", "`proxy`"),
            (
                FlowError::Tls(TlsError::UnknownCa),
                "tls_untrusted",
                "`ca_file`",
            ),
            (FlowError::Tls(TlsError::Expired), "tls_expired", "clock"),
            (
                FlowError::Tls(TlsError::WrongName),
                "tls_wrong_name",
                "certificate",
            ),
            (FlowError::NoSipSubprotocol, "not_a_sip_server", "path"),
            (FlowError::CaFile, "ca_file_invalid", "`ca_file`"),
            (FlowError::Closed, "connection_lost", "again"),
        ] {
            let told = registration(&RegistrationError::Flow(error.clone()), false);
            assert_eq!(told.code.as_str(), code, "{error:?}");
            assert!(told.message().contains(says), "{error:?}: {told}");
            assert!(told.what.starts_with(char::is_uppercase), "{told}");
            assert!(
                told.what.ends_with('.') && told.advice.ends_with('.'),
                "{told}"
            );
        }
    }

    #[test]
    fn a_profile_that_has_worked_is_not_blamed() {
        let address = "sbc.example.com".to_owned();
        let refused = RegistrationError::Flow(FlowError::Refused { address });
        let told = registration(&refused, true);
        assert_eq!(told.code, ErrorCode::ServerUnreachable);
        assert!(!told.advice.contains("profile"), "{told}");
        assert_eq!(told.what, registration(&refused, false).what);
    }

    #[test]
    fn a_wrong_password_is_told_from_another_refusal() {
        let status = 403;
        let reason = "Forbidden".to_owned();
        let wrong = RegistrationError::Credentials {
            status,
            reason: reason.clone(),
        };
        assert_eq!(registration(&wrong, true).code, ErrorCode::PasswordRefused);
        let other = registration(&RegistrationError::Status { status, reason }, true);
        assert_eq!(other.code, ErrorCode::ServerRefused);
        assert!(other.what.contains("403 Forbidden"));
    }
}
