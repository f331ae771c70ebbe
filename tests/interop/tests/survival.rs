//! What a call lives through: the network changes, a server dies. In networks of the test's own.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use warmline_interop::{Internetwork, Kind, Lab, Link, Phone, Result, number, sound::Sound, test};

/// A phone on the agent's side, which says 440 Hz, in a call with the PBX's Echo.
fn echo(lab: &Lab, network: &Internetwork, server: &str) -> Result<Phone> {
    let tone = lab.tone(440.0, -20.0, 120.0)?;
    let mut phone = lab
        .phone(server)
        .wrapper(&network.agents_side())
        .says(&tone)
        .registered()?;
    phone.call(number::ECHO)?;
    phone.hears(440.0, -20.0)?;
    Ok(phone)
}

/// Waits until the sound is there again for a second, and gives how long it was not, from now on.
fn gap(phone: &Phone) -> Result<Duration> {
    let file = phone.heard().to_owned();
    let from = Sound::read(&file)?.seconds();
    let start = Instant::now();
    while start.elapsed() < LIMIT + Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(100));
        let sound = Sound::read(&file)?;
        let since = sound.part(from, sound.seconds());
        // Tenths of a second with the tone in them.
        let tenths = (since.seconds() * 10.0) as u32;
        let heard: Vec<bool> = (0..tenths)
            .map(|n| f64::from(n) / 10.0)
            .map(|at| since.part(at, at + 0.1).level_at(440.0) > -30.0)
            .collect();
        let silent = heard.iter().filter(|heard| !**heard).count();
        if heard.len() > 30 && heard.iter().rev().take(10).all(|heard| *heard) {
            return Ok(Duration::from_millis(silent as u64 * 100));
        }
    }
    Ok(Duration::MAX)
}

#[test]
fn an_address_that_moves_leaves_the_call() {
    test(|lab| {
        Internetwork::with(lab, |network| {
            let asterisk = lab.asterisk_at(Internetwork::SERVER)?;
            let mut phone = echo(lab, network, &asterisk.wss())?;
            network.renumber(Link::Wired, 3)?;
            let gap = gap(&phone)?;
            assert!(gap < LIMIT, "{gap:?}");
            assert_eq!(phone.count(|kind| matches!(kind, Kind::Ended { .. })), 0);
            phone.quit().map(drop)
        })
    });
}

/// However long a network takes, nobody waits longer than this.
const LIMIT: Duration = Duration::from_secs(60);
