use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use tempfile::TempDir;

use super::*;

/// A keychain that does as it is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Keychain(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    held: BTreeMap<String, Vec<u8>>,
    error: Option<KeychainError>,
    asked: usize,
}

impl Keychain {
    pub(super) fn read(&self, name: &str) -> Result<Option<Secret<Vec<u8>>>, KeychainError> {
        Ok(self.asked()?.held.get(name).cloned().map(Secret::new))
    }

    pub(super) fn store(&self, name: &str, secret: &Secret<Vec<u8>>) -> Result<(), KeychainError> {
        let secret = secret.expose().clone();
        self.asked()?.held.insert(name.to_owned(), secret);
        Ok(())
    }

    pub(super) fn forget(&self, name: &str) -> Result<(), KeychainError> {
        self.asked()?.held.remove(name);
        Ok(())
    }

    fn asked(&self) -> Result<MutexGuard<'_, Inside>, KeychainError> {
        let mut inside = self.0.lock().unwrap();
        inside.asked += 1;
        inside.error.map_or(Ok(inside), Err)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }
}

/// A disk and a keychain.
struct Place {
    dir: TempDir,
    keychain: Keychain,
}

impl Place {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            keychain: Keychain::default(),
        }
    }

    /// As after a start of the program.
    fn vault(&self) -> Vault {
        self.vault_of("entra:tenant:client")
    }

    fn vault_of(&self, name: &str) -> Vault {
        Vault(super::Place::Folder {
            name: name.to_owned(),
            file: file_of(self.dir.path(), name),
            keychain: super::Keychain::Test(self.keychain.clone()),
            key: None,
        })
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn is_empty(&self) -> bool {
        self.files().is_empty() && self.keychain.inside().held.is_empty()
    }
}

fn kept(token: &str) -> Kept {
    Kept {
        refresh_token: token.into(),
        account: Account {
            id: "object".into(),
            tenant: "tenant".to_owned(),
            name: "Robin Adeyemi".into(),
            username: "robin@contact.example".into(),
        },
        granted: [Scope::UserRead, Scope::PresenceReadAll].into(),
    }
}

/// What the vault gives back, if anything.
fn token(vault: &mut Vault) -> Option<String> {
    let kept = vault.load().unwrap()?;
    Some(kept.refresh_token.expose().clone())
}

#[test]
fn a_token_of_any_length_outlives_the_program_by_a_key_of_32_bytes() {
    for length in [1, 4_096, 20_000] {
        let place = Place::new();
        let long = "0".repeat(length);
        place.vault().keep(&kept(&long)).unwrap();
        let loaded = place.vault().load().unwrap().unwrap();
        assert_eq!(loaded.refresh_token.expose(), &long);
        assert_eq!(loaded.account, kept("").account);
        assert_eq!(loaded.granted, kept("").granted);
        let inside = place.keychain.inside();
        assert_eq!(inside.held.values().map(Vec::len).collect::<Vec<_>>(), [32]);
        assert_eq!(
            inside.held.keys().collect::<Vec<_>>(),
            ["entra:tenant:client"]
        );
    }
}

#[test]
fn the_file_says_nothing_and_never_the_same_twice() {
    let place = Place::new();
    let mut vault = place.vault();
    let mut seen = Vec::new();
    for _ in 0..3 {
        vault.keep(&kept("a refresh token")).unwrap();
        let [file] = &place.files()[..] else {
            panic!("one file");
        };
        let bytes = fs::read(file).unwrap();
        for word in ["refresh", "Robin", "object", "User.Read"] {
            assert!(
                !bytes
                    .windows(word.len())
                    .any(|part| part == word.as_bytes())
            );
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        seen.push(bytes);
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[test]
fn a_new_token_takes_the_place_of_the_old_one_and_the_keychain_is_asked_once() {
    let place = Place::new();
    let mut vault = place.vault();
    vault.keep(&kept("old")).unwrap();
    let asked = place.keychain.inside().asked;
    place.keychain.inside().error = Some(KeychainError::Locked);
    vault.keep(&kept("new")).unwrap();
    place.keychain.inside().error = None;
    assert_eq!(place.keychain.inside().asked, asked);
    assert_eq!(token(&mut place.vault()).as_deref(), Some("new"));
    assert_eq!(place.files().len(), 1);
}

#[test]
fn damage_of_any_kind_is_nothing_kept_and_wiped() {
    let change = |change: &dyn Fn(&mut Vec<u8>)| {
        let place = Place::new();
        place.vault().keep(&kept("token")).unwrap();
        let file = place.files().remove(0);
        let mut bytes = fs::read(&file).unwrap();
        change(&mut bytes);
        fs::write(&file, bytes).unwrap();
        assert_eq!(token(&mut place.vault()), None);
        assert!(place.is_empty());
    };
    change(&|bytes| bytes[0] = 2);
    change(&|bytes| bytes[5] ^= 1);
    change(&|bytes| *bytes.last_mut().unwrap() ^= 1);
    change(&|bytes| bytes.truncate(20));
    change(&|bytes| bytes.truncate(3));
    change(&Vec::clear);
}

#[test]
fn one_half_without_the_other_is_nothing_kept() {
    let place = Place::new();
    place.vault().keep(&kept("token")).unwrap();
    fs::remove_file(place.files().remove(0)).unwrap();
    assert_eq!(token(&mut place.vault()), None);
    assert!(place.is_empty());

    place.vault().keep(&kept("token")).unwrap();
    place.keychain.inside().held.clear();
    assert_eq!(token(&mut place.vault()), None);
    assert!(place.is_empty());

    for wrong in [vec![0; 32], vec![0; 31], Vec::new()] {
        place.vault().keep(&kept("token")).unwrap();
        *place.keychain.inside().held.values_mut().next().unwrap() = wrong;
        assert_eq!(token(&mut place.vault()), None);
        assert!(place.is_empty());
    }
}

#[test]
fn the_file_of_another_tenant_does_not_open() {
    let place = Place::new();
    place.vault().keep(&kept("token")).unwrap();
    let key = place.keychain.inside().held["entra:tenant:client"].clone();
    let file = place.files().remove(0);
    fs::copy(file, file_of(place.dir.path(), "entra:other:client")).unwrap();
    place
        .keychain
        .inside()
        .held
        .insert("entra:other:client".to_owned(), key);
    assert_eq!(token(&mut place.vault_of("entra:other:client")), None);
    assert_eq!(token(&mut place.vault()).as_deref(), Some("token"));
}

#[test]
fn a_keychain_that_does_not_do_it_is_said_and_nothing_is_lost() {
    let place = Place::new();
    place.vault().keep(&kept("token")).unwrap();
    for error in [
        KeychainError::Missing,
        KeychainError::Locked,
        KeychainError::Unusable,
    ] {
        place.keychain.inside().error = Some(error);
        let said = Err(KeepError::Keychain(error));
        assert_eq!(place.vault().load().map(|_| ()), said);
        assert_eq!(place.vault().keep(&kept("x")), said);
        assert_eq!(place.files().len(), 1);
    }
    place.keychain.inside().error = None;
    assert_eq!(token(&mut place.vault()).as_deref(), Some("token"));
}

#[test]
fn what_is_wiped_is_gone_also_where_the_keychain_does_not_help() {
    let place = Place::new();
    let mut vault = place.vault();
    vault.keep(&kept("token")).unwrap();
    vault.wipe().unwrap();
    assert!(place.is_empty());
    vault.wipe().unwrap();

    vault.keep(&kept("token")).unwrap();
    place.keychain.inside().error = Some(KeychainError::Locked);
    assert_eq!(
        vault.wipe(),
        Err(KeepError::Keychain(KeychainError::Locked))
    );
    assert_eq!(place.files(), [] as [PathBuf; 0]);
}

#[test]
fn an_old_token_is_not_kept_where_the_new_one_cannot_be() {
    let place = Place::new();
    let mut vault = place.vault();
    vault.keep(&kept("old")).unwrap();
    // Nothing can be written here: a folder stands where the new file would.
    let blocks = file_of(place.dir.path(), "entra:tenant:client").with_extension("new");
    fs::create_dir(&blocks).unwrap();
    assert_eq!(vault.keep(&kept("new")), Err(KeepError::Disk));
    fs::remove_dir(blocks).unwrap();
    assert_eq!(place.files(), [] as [PathBuf; 0]);
    vault.keep(&kept("new")).unwrap();
    assert_eq!(token(&mut place.vault()).as_deref(), Some("new"));
}

#[test]
fn where_nothing_is_to_be_kept_nothing_is() {
    let mut vault = Vault(super::Place::Nowhere);
    vault.keep(&kept("token")).unwrap();
    assert_eq!(token(&mut vault), None);
    vault.wipe().unwrap();
}
