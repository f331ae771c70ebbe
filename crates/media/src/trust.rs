//! Whom connections under TLS trust.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;
use tokio::sync::OnceCell;

/// Whom TLS to TURN servers trusts: what the operating system trusts, and further authorities.
/// Clones share what was read from the system, which takes a moment the first time.
#[derive(Clone, Default)]
pub struct Trust {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    extra_ca: Option<Vec<u8>>,
    config: OnceCell<Arc<ClientConfig>>,
}

impl Trust {
    /// Trusts the authorities of a PEM file, too.
    pub fn with_extra_ca(pem: Vec<u8>) -> Trust {
        Trust {
            shared: Arc::new(Shared {
                extra_ca: Some(pem),
                config: OnceCell::new(),
            }),
        }
    }

    /// What a handshake needs. The name in the certificate is checked by it.
    pub(crate) async fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let make = || async {
            let shared = self.shared.clone();
            // Reads the operating system's roots from disk: not on the runtime's own threads.
            tokio::task::spawn_blocking(move || config(shared.extra_ca.as_deref()))
                .await
                .map_err(|error| rustls::Error::General(error.to_string()))?
        };
        self.shared.config.get_or_try_init(make).await.cloned()
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("extra_ca", &self.shared.extra_ca.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

fn config(extra_ca: Option<&[u8]>) -> Result<Arc<ClientConfig>, rustls::Error> {
    let extra = CertificateDer::pem_slice_iter(extra_ca.unwrap_or_default());
    let extra = extra
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| rustls::Error::General(format!("the CA file cannot be read: {error}")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, provider.clone())?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        // Named so for verifiers that check less; this one checks what the system checks, and the name.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}
