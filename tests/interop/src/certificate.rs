//! Certificates: an authority of the lab's own, and what it signs, good and bad.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

use crate::error::{Doing, Result};

/// A certificate authority that only the lab trusts.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, PEM: what a phone's `ca_file` names.
    pub file: PathBuf,
}

/// A server's certificate and key, as PEM files.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub file: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// What is wrong with a certificate, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    Expired,
    WrongName,
}

impl Authority {
    /// Makes an authority whose certificate is `dir/name.pem`.
    pub(crate) fn new(dir: &Path, name: &str) -> Result<Authority> {
        let key = generate()?;
        let mut params = parameters(&[], Flaw::None)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(
            rcgen::DnType::CommonName,
            format!("{name} of the Warmline lab"),
        );
        let certificate = params
            .self_signed(&key)
            .map_err(std::io::Error::other)
            .doing("signing a certificate")?;
        let file = dir.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).doing("writing a certificate")?;
        Ok(Authority {
            issuer: Issuer::new(params, key),
            file,
        })
    }

    /// Signs a certificate for this machine, as `dir/name.pem` and `dir/name.key`.
    pub(crate) fn sign(&self, dir: &Path, name: &str, flaw: Flaw) -> Result<Certificate> {
        let key = generate()?;
        let names: &[&str] = match flaw {
            Flaw::WrongName => &["elsewhere.test"],
            Flaw::None | Flaw::Expired => {
                // the last two in a network of a test's own
                &["localhost", "127.0.0.1", "10.77.0.1", "10.77.0.2"]
            }
        };
        let mut params = parameters(names, flaw)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, names[0]);
        let certificate = params
            .signed_by(&key, &self.issuer)
            .map_err(std::io::Error::other)
            .doing("signing a certificate")?;
        let made = Certificate {
            file: dir.join(format!("{name}.pem")),
            key: dir.join(format!("{name}.key")),
        };
        std::fs::write(&made.file, certificate.pem()).doing("writing a certificate")?;
        std::fs::write(&made.key, key.serialize_pem()).doing("writing a key")?;
        Ok(made)
    }
}

fn generate() -> Result<KeyPair> {
    KeyPair::generate()
        .map_err(std::io::Error::other)
        .doing("making a key")
}

fn parameters(names: &[&str], flaw: Flaw) -> Result<CertificateParams> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names)
        .map_err(std::io::Error::other)
        .doing("naming a certificate")?;
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::days(10);
    params.not_after = if flaw == Flaw::Expired {
        now - Duration::days(1)
    } else {
        now + Duration::days(10)
    };
    Ok(params)
}
