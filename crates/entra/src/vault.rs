//! What outlives the program: a file that is sealed by a key of 32 bytes in the OS keychain.
//!
//! Why not the refresh token itself, in one keychain entry or in several: a Windows credential holds 2,560
//! bytes, and refresh tokens have been seen with more. In pieces they would be written one after the other,
//! and whoever is killed in between has kept neither the old one nor the new. One file is replaced whole
//! or not at all, the key is written once, and whoever takes the file alone has noise.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::Rng as _;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey},
    digest::{SHA256, digest},
};
use serde::{Deserialize, Serialize};
use warmline_redact::Secret;

use crate::{
    config::{Config, Keeping},
    keychain::{self, KeychainError},
    scope::Scope,
    sign_in::{KeepError, Kept},
    state::Account,
};

/// Where the sign-in to one tenant is kept. Whatever is damaged, or has lost its half, is nothing.
///
/// Everything here may ask the agent to unlock the keychain: not for an async thread.
#[derive(Debug)]
pub(crate) struct Vault(Place);

#[derive(Debug)]
enum Place {
    Nowhere,
    Folder {
        /// Of the key in the keychain.
        name: String,
        file: PathBuf,
        keychain: Keychain,
        /// Once it is known: the keychain is not asked, nor unlocked, for every refresh.
        key: Option<Key>,
    },
}

/// A keychain, or a test's.
#[derive(Debug)]
enum Keychain {
    System,
    #[cfg(test)]
    Test(tests::Keychain),
}

type Key = Secret<[u8; KEY_LEN]>;

impl Vault {
    /// The one of this tenant and application.
    pub(crate) fn new(config: &Config) -> Self {
        Self(match &config.keeping {
            Keeping::Nowhere => Place::Nowhere,
            Keeping::Keychain(folder) => {
                let name = format!("entra:{}:{}", config.tenant, config.client_id);
                Place::Folder {
                    file: file_of(folder, &name),
                    name,
                    keychain: Keychain::System,
                    key: None,
                }
            }
        })
    }

    /// What is kept, if anything.
    ///
    /// # Errors
    /// The keychain does not do it.
    pub(crate) fn load(&mut self) -> Result<Option<Kept>, KeepError> {
        let Place::Folder {
            name,
            file,
            keychain,
            key,
        } = &mut self.0
        else {
            return Ok(None);
        };
        let found = keychain.read(name)?;
        let sealed = fs::read(&*file).ok();
        let opened = match (found.clone(), &sealed) {
            (Some(found), Some(sealed)) => open(&found, name, sealed),
            _ => None,
        };
        *key = found;
        if opened.is_none() && (sealed.is_some() || key.is_some()) {
            tracing::warn!("what was kept of the sign-in is of no use any more");
            self.wipe()?;
        }
        Ok(opened)
    }

    /// Keeps this, and nothing that was kept before: if it cannot be, then nothing.
    ///
    /// # Errors
    /// The keychain does not do it, or the file cannot be written.
    pub(crate) fn keep(&mut self, kept: &Kept) -> Result<(), KeepError> {
        let Place::Folder {
            name,
            file,
            keychain,
            key,
        } = &mut self.0
        else {
            return Ok(());
        };
        let known = match key.take() {
            Some(known) => known,
            None => keychain.key(name)?,
        };
        let known = key.insert(known);
        let result = write(file, &seal(known, name, kept));
        if let Err(error) = &result {
            tracing::warn!(error = %error.kind(), "the sign-in cannot be written down");
            // A refresh token that has been replaced may be one too many.
            let _ = remove(file);
        }
        result.map_err(|_| KeepError::Disk)
    }

    /// Keeps nothing.
    ///
    /// # Errors
    /// The file cannot be removed, or the keychain does not do it: the key is then of no use to anybody,
    /// since there is nothing that it opens.
    pub(crate) fn wipe(&mut self) -> Result<(), KeepError> {
        let Place::Folder {
            name,
            file,
            keychain,
            key,
        } = &mut self.0
        else {
            return Ok(());
        };
        *key = None;
        let removed = remove(file);
        let forgotten = keychain.forget(name);
        removed.map_err(|_| KeepError::Disk)?;
        Ok(forgotten?)
    }
}

impl Keychain {
    fn read(&self, name: &str) -> Result<Option<Key>, KeychainError> {
        let secret = match self {
            Self::System => keychain::read(name)?,
            #[cfg(test)]
            Self::Test(keychain) => keychain.read(name)?,
        };
        let whole = |secret: Secret<Vec<u8>>| secret.expose()[..].try_into().ok().map(Secret::new);
        Ok(secret.and_then(whole))
    }

    /// The key, made if there is none.
    fn key(&self, name: &str) -> Result<Key, KeychainError> {
        if let Some(key) = self.read(name)? {
            return Ok(key);
        }
        let mut key = [0; KEY_LEN];
        rand::rng().fill_bytes(&mut key);
        let secret = Secret::new(key.to_vec());
        match self {
            Self::System => keychain::store(name, &secret)?,
            #[cfg(test)]
            Self::Test(keychain) => keychain.store(name, &secret)?,
        }
        Ok(Secret::new(key))
    }

    fn forget(&self, name: &str) -> Result<(), KeychainError> {
        match self {
            Self::System => keychain::forget(name),
            #[cfg(test)]
            Self::Test(keychain) => keychain.forget(name),
        }
    }
}

impl From<KeychainError> for KeepError {
    fn from(error: KeychainError) -> Self {
        Self::Keychain(error)
    }
}

/// Named by a digest: a tenant may be called what a file cannot.
fn file_of(folder: &Path, name: &str) -> PathBuf {
    let digest = digest(&SHA256, name.as_bytes());
    let short = BASE64_URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12]);
    folder.join(format!("sign-in-{short}.sealed"))
}

/// Version, nonce, and the rest sealed together with the name and the version.
fn seal(key: &Key, name: &str, kept: &Kept) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    rand::rng().fill_bytes(&mut nonce);
    let mut text = Stored::from(kept).to_json();
    cipher(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(name), &mut text)
        .expect("a refresh token is far from the 64 GiB that the cipher can seal");
    [&[VERSION], &nonce[..], &text].concat()
}

fn open(key: &Key, name: &str, sealed: &[u8]) -> Option<Kept> {
    let (version, sealed) = sealed.split_first()?;
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    if *version != VERSION || sealed.len() < MAX_TAG_LEN {
        return None;
    }
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = sealed.to_vec();
    let text = cipher(key)
        .open_in_place(nonce, aad(name), &mut text)
        .ok()?;
    serde_json::from_slice::<Stored>(text).ok().map(Kept::from)
}

fn cipher(key: &Key) -> LessSafeKey {
    let key = UnboundKey::new(&AES_256_GCM, key.expose());
    LessSafeKey::new(key.expect("the key is as long as the cipher wants it"))
}

fn aad(name: &str) -> Aad<Vec<u8>> {
    Aad::from([&[VERSION], name.as_bytes()].concat())
}

/// Whole or not at all, and for the agent's eyes only.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = file.with_extension("new");
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&beside)?;
    let written = new.write_all(bytes).and_then(|()| new.sync_all());
    drop(new);
    if let Err(error) = written.and_then(|()| fs::rename(&beside, file)) {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    // The name must last too. Only unix can sync a folder, and needs to.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[derive(Deserialize, Serialize)]
struct Stored {
    refresh_token: String,
    id: String,
    tenant: String,
    name: String,
    username: String,
    granted: Vec<String>,
}

impl Stored {
    fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text can always be written as JSON")
    }
}

impl From<&Kept> for Stored {
    fn from(kept: &Kept) -> Self {
        let Account {
            id,
            tenant,
            name,
            username,
        } = &kept.account;
        Self {
            refresh_token: kept.refresh_token.expose().clone(),
            id: id.expose().clone(),
            tenant: tenant.clone(),
            name: name.expose().clone(),
            username: username.expose().clone(),
            granted: kept
                .granted
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
        }
    }
}

impl From<Stored> for Kept {
    fn from(stored: Stored) -> Self {
        Self {
            refresh_token: stored.refresh_token.into(),
            account: Account {
                id: stored.id.into(),
                tenant: stored.tenant,
                name: stored.name.into(),
                username: stored.username.into(),
            },
            granted: stored
                .granted
                .iter()
                .filter_map(|name| Scope::named(name))
                .collect(),
        }
    }
}

const KEY_LEN: usize = 32;

/// Of the file.
const VERSION: u8 = 1;

#[cfg(test)]
mod tests;
