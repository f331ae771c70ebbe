//! Notices that this machine has moved to another network, or woken from sleep.
//!
//! The operating system says that an address has come or gone (netlink, `NotifyIpInterfaceChange`,
//! SystemConfiguration: all by if-watch). That is taken as a hint to look at the addresses anew, and
//! every two seconds they are looked at without one: a Linux link that is unplugged keeps its address.

mod changes;

use std::{
    io,
    net::IpAddr,
    time::{Duration, Instant, SystemTime},
};

use futures_util::StreamExt;
use if_addrs::{IfOperStatus, Interface};
use if_watch::tokio::IfWatcher;
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep_until},
};
use tracing::{debug, info};

use changes::{Addresses, Changes, Event, TICK};

/// What has changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// Addresses of this machine are gone, and others may have come: another network, a cable, Wi-Fi,
    /// VPN. Whether that touches a connection, its local address tells.
    Addresses,
    /// Addresses have come, and none is gone: what works goes on working.
    MoreAddresses,
    /// The machine has slept, or stood still for more than ten seconds: connections may be dead
    /// without a word.
    Woke,
}

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watch {
    changes: mpsc::Receiver<Change>,
    task: JoinHandle<()>,
}

/// Begins to watch, on the current Tokio runtime.
pub fn watch() -> Watch {
    let (tell, changes) = mpsc::channel(UNTOLD);
    Watch {
        changes,
        task: tokio::spawn(run(tell)),
    }
}

impl Watch {
    /// The next change. Changes within 300 ms are one. Cancel safe.
    pub async fn changed(&mut self) -> Change {
        match self.changes.recv().await {
            Some(change) => change,
            // Its task ends with it, or with the runtime.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(tell: mpsc::Sender<Change>) {
    // Before the first look: what changes meanwhile is not to be missed.
    let mut watcher = IfWatcher::new()
        .inspect_err(|error| debug!(%error, "addresses are only looked at every two seconds"))
        .ok();
    let mut changes = Changes::new(addresses().unwrap_or_default());
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = changes.poll_timeout();
        let events = tokio::select! {
            () = hint(&mut watcher) => vec![look()],
            _ = tick.tick() => vec![Some(Event::Clock(wall())), look()],
            () = until(due) => vec![Some(Event::Timeout)],
        };
        for event in events.into_iter().flatten() {
            let Some(change) = changes.handle(Instant::now(), event) else {
                continue;
            };
            info!(?change, "network");
            // Nobody has taken the ones before: they say as much.
            let _ = tell.try_send(change);
        }
    }
}

/// The system says that an address has come or gone. Never, if it cannot.
async fn hint(watcher: &mut Option<IfWatcher>) {
    if let Some(hints) = watcher
        && let Some(Err(error)) = hints.next().await
    {
        debug!(%error, "addresses are only looked at every two seconds from now on");
        *watcher = None;
    }
    if watcher.is_none() {
        std::future::pending().await
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

fn look() -> Option<Event> {
    addresses()
        .inspect_err(|error| debug!(%error, "the addresses cannot be read"))
        .map(Event::Addresses)
        .ok()
}

fn wall() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

fn addresses() -> io::Result<Addresses> {
    let interfaces = if_addrs::get_if_addrs()?;
    Ok(interfaces.iter().filter_map(usable).collect())
}

/// An address that others can reach: its interface works, and it is neither loopback nor link-local.
fn usable(interface: &Interface) -> Option<IpAddr> {
    let ip = interface.ip();
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    let usable = interface.oper_status == IfOperStatus::Up && !ip.is_loopback() && !link_local;
    usable.then_some(ip)
}

/// Changes that wait to be taken.
const UNTOLD: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_told_of_a_network_that_is_as_it_was() {
        let mut watch = watch();
        let told = tokio::time::timeout(Duration::from_millis(500), watch.changed());
        assert!(told.await.is_err());
    }

    #[test]
    fn own_addresses_are_those_that_others_can_reach() {
        let found = addresses().unwrap();
        assert!(found.iter().all(|ip| !ip.is_loopback()));
    }
}
