//! What a call lives through: the network changes, a server dies, the phone itself is killed.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use warmline_interop::{
    Command, Ear, Internetwork, Kind, Lab, Link, Phone, PhoneSetup, Result, Voice, number, test,
};

/// A phone on the agent's side, in a call with the PBX's Echo.
fn echo(phone: PhoneSetup<'_>, lab: &Lab, network: &Internetwork) -> Result<Phone> {
    let tone = lab.tone(Voice::Agent.hz(), -20.0, 120.0)?;
    let phone = phone.wrapper(&network.agents_side()).says(&tone);
    let mut phone = phone.registered()?;
    phone.call(number::ECHO)?;
    Ear::from_now("agent", phone.heard()).hears(&[Voice::Agent], LIMIT)?;
    Ok(phone)
}

/// Waits until a silence has come and gone, and gives its length.
fn gap(phone: &Phone, change: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let ear = Ear::from_now("agent", phone.heard());
    change()?;
    let start = Instant::now();
    // What is under way is heard for a moment yet.
    while ear.longest_silence() == 0.0 && start.elapsed() < UNHEARD {
        std::thread::sleep(Duration::from_millis(100));
    }
    ear.hears(&[Voice::Agent], LIMIT)?;
    Ok(ear.silence(Voice::Agent))
}

fn goes_on(phone: &mut Phone) {
    assert_eq!(
        phone.count(|kind| matches!(kind, Kind::Ended { .. })),
        0,
        "the call has ended"
    );
}

#[test]
fn an_address_that_moves_leaves_the_call() {
    test(|lab| {
        Internetwork::with(lab, |network| {
            let mut asterisk = lab.asterisk_at(Internetwork::SERVER)?;
            asterisk.ami().console("pjsip set logger on")?;
            let mut phone = echo(lab.phone(&asterisk.wss()), lab, network)?;
            let gap = gap(&phone, || network.renumber(Link::Wired, 3))?;
            goes_on(&mut phone);
            assert!(gap < SOON, "{gap:?}");
            phone.quit().map(drop)
        })
    });
}

#[test]
fn a_call_moves_from_the_wire_to_wi_fi() {
    test(|lab| {
        Internetwork::with(lab, |network| {
            let mut asterisk = lab.asterisk_at(Internetwork::SERVER)?;
            asterisk.ami().console("pjsip set logger on")?;
            let mut phone = echo(lab.phone(&asterisk.wss()), lab, network)?;
            network.plug_in(Link::WiFi)?;
            let gap = gap(&phone, || network.unplug(Link::Wired))?;
            goes_on(&mut phone);
            assert!(gap < SOON, "{gap:?}");
            phone.quit().map(drop)
        })
    });
}

#[test]
fn a_server_that_dies_is_stood_in_for() {
    test(|lab| {
        Internetwork::with(lab, |network| {
            let mut asterisk = lab.asterisk_at(Internetwork::SERVER)?;
            asterisk.ami().console("pjsip set logger on")?;
            let addresses = [Internetwork::SERVER, Internetwork::SECOND_SERVER];
            let [mut first, second] = lab.edges(&asterisk, addresses)?;
            let phone = lab.phone(&first.wss()).or(&second.wss());
            let mut phone = echo(phone, lab, network)?;
            let ear = Ear::from_now("agent", phone.heard());
            first.kill();
            let died = Instant::now();
            phone.wait_for("registered with the second", LIMIT, |event| {
                matches!(event.kind, Kind::Registered { .. }).then_some(())
            })?;
            let registered = died.elapsed();
            assert!(registered < Duration::from_secs(5), "{registered:?}");
            // The sound never went by the edge.
            std::thread::sleep(Duration::from_secs(2));
            assert!(ear.silence(Voice::Agent) < Duration::from_millis(300));
            goes_on(&mut phone);
            phone.hang_up()?;
            phone.wait_ended()?;
            asterisk.ami().wait("the end of the call", LIMIT, |event| {
                event.name() == "Hangup"
            })?;
            phone.quit().map(drop)
        })
    });
}

#[test]
fn a_killed_phone_takes_its_call_up_again() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        asterisk.ami().console("pjsip set logger on")?;
        let tone = lab.tone(Voice::Agent.hz(), -20.0, 120.0)?;
        let journal = lab.dir().join("journal");
        let phone = || {
            let phone = lab.phone(&asterisk.wss()).says(&tone);
            phone.option("--journal").option(&journal)
        };
        let mut killed = phone().registered()?;
        killed.call(number::ECHO)?;
        Ear::from_now("agent", killed.heard()).hears(&[Voice::Agent], LIMIT)?;
        killed.kill();
        let mut again = phone().start()?;
        let started = Instant::now();
        again.wait("the call that was left", |kind| {
            matches!(kind, Kind::Recoverable { .. }).then_some(())
        })?;
        again.tell(Command::Recover)?;
        Ear::from_now("agent", again.heard()).hears(&[Voice::Agent], LIMIT)?;
        let heard = started.elapsed();
        assert!(heard < SOON, "{heard:?}");
        again.hang_up()?;
        again.wait_ended()?;
        again.quit().map(drop)
    });
}

/// Nobody hangs up who hears nothing for so long. What is reached is a figure of the benchmarks'.
const SOON: Duration = Duration::from_secs(6);
/// However long a network takes, nobody waits longer than this.
const LIMIT: Duration = Duration::from_secs(60);
/// As long as it may take until a silence begins.
const UNHEARD: Duration = Duration::from_secs(5);
