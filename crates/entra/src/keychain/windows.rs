//! Windows: Credential Manager.

use std::sync::Arc;

use keyring_core::Result;
use windows_native_keyring_store::Store;

pub(super) fn open() -> Result<Arc<Store>> {
    Store::new()
}

/// What to do where it does not answer.
pub const START: &str = "Sign in to Windows again and try again.";
