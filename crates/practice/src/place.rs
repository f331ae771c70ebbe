//! Where practice runs, and the files that make it the same place again.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;

use rand::RngExt as _;

use crate::PracticeError;
use crate::authority::Identity;

/// Where practice runs, for those who want it at the same place again.
#[derive(Clone, Default)]
pub struct Place {
    pub(crate) port: u16,
    /// Where the office is.
    pub(crate) office: u16,
    pub(crate) identity: Option<Identity>,
    pub(crate) password: Option<String>,
}

impl Place {
    /// The place that a folder remembers, or a new one that it will: the same ports, authority and
    /// password each time, so that phones find practice again after it was stopped.
    ///
    /// # Errors
    /// A file in the folder cannot be read or written.
    pub fn remembered(folder: &Path) -> Result<Self, PracticeError> {
        make_folder(folder)?;
        let path = folder.join(PLACE);
        if path.exists() {
            let text = fs::read_to_string(&path).map_err(|source| file(&path, source))?;
            if let Some(place) = Self::parse(&text) {
                return Ok(place);
            }
        }
        let listener = || std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        // Both at once, so that they are two.
        let free = listener().and_then(|one| Ok((one.local_addr()?, listener()?.local_addr()?)));
        let (exchange, office) = free.map_err(PracticeError::Port)?;
        let (port, office) = (exchange.port(), office.port());
        let (password, identity) = (secret(), Identity::new()?);
        let text = format!(
            "{port} {office}\n{password}\n{}{SEPARATOR}{}",
            identity.authority, identity.certificate_and_key
        );
        write(&path, &text)?;
        Ok(Self {
            port,
            office,
            identity: Some(identity),
            password: Some(password),
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (ports, rest) = text.split_once('\n')?;
        // One of before there was an office has none: it gets any.
        let (port, office) = ports.split_once(' ').unwrap_or((ports, "0"));
        let (password, rest) = rest.split_once('\n')?;
        let (authority, certificate_and_key) = rest.split_once(SEPARATOR)?;
        Some(Self {
            port: port.parse().ok()?,
            office: office.parse().ok()?,
            password: Some(password.to_owned()),
            identity: Some(Identity {
                authority: authority.to_owned(),
                certificate_and_key: certificate_and_key.to_owned(),
            }),
        })
    }
}

/// A random UUID (RFC 9562, version 4) of these bits.
pub(crate) fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// 128 bits that nobody can guess.
pub(crate) fn secret() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

pub(crate) fn make_folder(folder: &Path) -> Result<(), PracticeError> {
    fs::create_dir_all(folder).map_err(|source| file(folder, source))
}

/// For this user's eyes only, also where others could read what was there before; whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), PracticeError> {
    let new = path.with_extension("new");
    // Left by a start that was cut off: a file that is opened keeps the rights it has.
    let _ = fs::remove_file(&new);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&new)
        .and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()))
        .and_then(|()| fs::rename(&new, path));
    written.map_err(|source| file(path, source))
}

pub(crate) fn file(path: &Path, source: io::Error) -> PracticeError {
    PracticeError::File {
        path: path.to_owned(),
        source,
    }
}

pub(crate) const PLACE: &str = "place";
const SEPARATOR: &str = "\n--\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Place::remembered(folder.path()).expect("made");
        let again = Place::remembered(folder.path()).expect("read");
        let parts = |place: &Place| {
            let identity = place.identity.clone().expect("one");
            (
                (place.port, place.office),
                place.password.clone(),
                identity.authority,
                identity.certificate_and_key,
            )
        };
        assert_eq!(parts(&first), parts(&again));
        assert_ne!(first.port, first.office);
        let text = fs::read_to_string(folder.path().join(PLACE)).expect("there");
        let (ports, rest) = text.split_once('\n').expect("lines");
        let old = format!("{}\n{rest}", ports.split(' ').next().expect("one"));
        let old = Place::parse(&old).expect("as it was before");
        assert_eq!((old.port, old.office), (first.port, 0));
        fs::write(folder.path().join(PLACE), "nonsense").expect("writes");
        let anew = Place::remembered(folder.path()).expect("made anew");
        assert_ne!(anew.password, first.password);
    }

    #[test]
    fn an_id_of_a_phone_is_a_uuid() {
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
    }
}
