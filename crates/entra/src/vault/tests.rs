use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

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
    fn inside(&self) -> Result<std::sync::MutexGuard<'_, Inside>, KeychainError> {
        let mut inside = self.0.lock().unwrap();
        inside.asked += 1;
        inside.error.map_or(Ok(inside), Err)
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Secret<Vec<u8>>>, KeychainError> {
        Ok(self.inside()?.held.get(name).cloned().map(Secret::new))
    }

    pub(super) fn store(&self, name: &str, secret: &Secret<Vec<u8>>) -> Result<(), KeychainError> {
        self.inside()?
            .held
            .insert(name.to_owned(), secret.expose().clone());
        Ok(())
    }

    pub(super) fn forget(&self, name: &str) -> Result<(), KeychainError> {
        self.inside()?.held.remove(name);
        Ok(())
    }
}
