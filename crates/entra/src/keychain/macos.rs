//! macOS: Keychain Services.

use std::sync::Arc;

use apple_native_keyring_store::keychain::Store;
use keyring_core::Result;

pub(super) fn open() -> Result<Arc<Store>> {
    Store::new()
}

/// What to do where it does not answer.
pub const START: &str = "Open Keychain Access, unlock the login keychain and try again.";
