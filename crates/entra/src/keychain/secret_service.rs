//! Linux and its like: whatever provides the Secret Service on the session bus.

use std::sync::Arc;

use keyring_core::Result;
use zbus_secret_service_keyring_store::Store;

pub(super) fn open() -> Result<Arc<Store>> {
    Store::new()
}

/// What to do where none answers.
pub const START: &str = "Start one (GNOME Keyring, KWallet or KeePassXC) and try again.";
