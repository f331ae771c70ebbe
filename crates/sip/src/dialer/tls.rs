//! TLS: rustls with ring; the operating system's judgement of certificates, and further authorities.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, Error};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{FlowError, TlsError, broken};

/// Trusts what the operating system trusts, and every certificate in `extra_ca` (PEM).
pub(super) fn config(extra_ca: Option<&[u8]>) -> Result<Arc<ClientConfig>, FlowError> {
    let extra: Vec<CertificateDer<'static>> = match extra_ca {
        None => Vec::new(),
        Some(pem) => {
            let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
                .collect::<Result<_, _>>()
                .map_err(|_| FlowError::CaFile)?;
            if found.is_empty() {
                return Err(FlowError::CaFile);
            }
            found
        }
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(
        |error| match error {
            Error::InvalidCertificate(_) => FlowError::CaFile,
            other => FlowError::Tls(fault(&other)),
        },
    )?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FlowError::Tls(fault(&error)))?
        // Named so for verifiers that check less; this one checks what the system checks, and the name.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

pub(super) async fn handshake(
    config: Arc<ClientConfig>,
    host: &str,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, FlowError> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| FlowError::Tls(TlsError::WrongName))?;
    TlsConnector::from(config)
        .connect(name, tcp)
        .await
        .map_err(|error| broken(&error))
}

/// What a TLS error means to somebody who has to mend it.
pub(super) fn fault(error: &Error) -> TlsError {
    let Error::InvalidCertificate(certificate) = error else {
        return TlsError::Handshake(error.to_string());
    };
    match certificate {
        // A bad signature: issued under a known authority's name, but not by its key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsError::UnknownCa,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TlsError::Expired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsError::WrongName
        }
        CertificateError::Revoked => TlsError::Revoked,
        other => TlsError::Certificate(other.to_string()),
    }
}
