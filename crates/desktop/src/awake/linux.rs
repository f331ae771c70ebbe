//! An inhibitor lock of systemd-logind, which desktops that put a machine to sleep by themselves go by, too.

use bus::ManagerProxy;
use zbus::{Connection, zvariant::OwnedFd};

use super::REASON;

/// What the macro writes is more than is used, and public.
#[allow(dead_code, unreachable_pub)]
mod bus {
    use zbus::{proxy, zvariant::OwnedFd};

    #[proxy(
        interface = "org.freedesktop.login1.Manager",
        default_service = "org.freedesktop.login1",
        default_path = "/org/freedesktop/login1",
        gen_blocking = false
    )]
    pub(super) trait Manager {
        fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;
    }
}

/// Let go when dropped.
pub(super) struct Held {
    _lock: OwnedFd,
}

impl Held {
    pub(super) async fn take() -> zbus::Result<Self> {
        let connection = Connection::system().await?;
        let manager = ManagerProxy::new(&connection).await?;
        let lock = manager
            .inhibit("idle:sleep", "Warmline", REASON, "block")
            .await?;
        Ok(Self { _lock: lock })
    }
}
