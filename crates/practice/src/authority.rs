//! The certificate of the exchange, and the throw-away authority that vouches for it.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::PracticeError;

/// A certificate for this machine's loopback, with its key. The key of the authority is forgotten
/// as soon as it has signed: nobody can make another certificate that it vouches for.
#[derive(Clone)]
pub(crate) struct Identity {
    /// The authority's certificate, PEM: what a phone has to trust.
    pub(crate) authority: String,
    /// The exchange's certificate and key, PEM.
    pub(crate) certificate_and_key: String,
}

impl Identity {
    pub(crate) fn new() -> Result<Self, PracticeError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Warmline practice authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let mut params = CertificateParams::new(names)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "Warmline practice exchange");
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &authority)?;
        Ok(Self {
            authority: authority.pem(),
            certificate_and_key: certificate.pem() + &key.serialize_pem(),
        })
    }

    /// TLS for the exchange.
    pub(crate) fn tls(&self) -> Result<Arc<ServerConfig>, PracticeError> {
        let pem = self.certificate_and_key.as_bytes();
        let chain = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| PracticeError::Certificate(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(pem);
        let key = key.map_err(|error| PracticeError::Certificate(error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| PracticeError::Certificate(error.to_string()))?;
        Ok(Arc::new(config))
    }
}

impl From<rcgen::Error> for PracticeError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_has_an_authority_of_its_own() {
        let (one, other) = (
            Identity::new().expect("made"),
            Identity::new().expect("made"),
        );
        assert_ne!(one.authority, other.authority);
        assert!(one.tls().is_ok());
        let broken = Identity {
            certificate_and_key: "nonsense".to_owned(),
            ..one
        };
        assert!(matches!(broken.tls(), Err(PracticeError::Certificate(_))));
    }
}
