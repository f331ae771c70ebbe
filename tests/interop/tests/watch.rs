//! Whether the desk notices that its machine has moved, in a network of the test's own.
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Duration;

use tokio::time::timeout;
use warmline_desk::network::{Change, Watch, watch};
use warmline_interop::{Internetwork, LabError, Result, test};

fn ip(words: &str) -> Result<()> {
    let output = Command::new("ip").args(words.split(' ')).output();
    let output = output.map_err(|source| LabError::Io {
        doing: "running ip".to_owned(),
        source,
    })?;
    assert!(output.status.success(), "ip {words}: {output:?}");
    Ok(())
}

async fn told(watch: &mut Watch, after: &str, change: Change) {
    let told = timeout(LIMIT, watch.changed()).await;
    assert_eq!(told, Ok(change), "after {after}");
}

#[test]
fn addresses_that_come_and_go_are_told_of_and_noise_is_not() {
    test(|lab| {
        Internetwork::with(lab, |_network| {
            // On this thread alone, as it is this thread that is in there.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut watch = watch();
                // What it is to see as its beginning.
                assert!(timeout(QUIET, watch.changed()).await.is_err());
                for noise in [
                    "address add 127.0.0.9/8 dev lo",
                    "address add 169.254.7.7/16 dev eth0",
                    "link add idle type veth peer name idler",
                ] {
                    ip(noise)?;
                }
                assert!(timeout(QUIET, watch.changed()).await.is_err());
                for (words, change) in [
                    ("address add 10.77.0.77/24 dev eth0", Change::MoreAddresses),
                    ("address del 10.77.0.77/24 dev eth0", Change::Addresses),
                    // It keeps its addresses, which nobody can reach any more.
                    ("link set eth0 down", Change::Addresses),
                    ("link set eth0 up", Change::MoreAddresses),
                ] {
                    ip(words)?;
                    told(&mut watch, words, change).await;
                }
                assert!(timeout(QUIET, watch.changed()).await.is_err());
                Ok(())
            })
        })
    });
}

/// Longer than it takes to look at the addresses again.
const QUIET: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_secs(10);
