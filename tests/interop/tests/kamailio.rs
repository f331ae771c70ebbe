//! Calls between the phone and a person at a browser: JsSIP in Chromium, by way of a Kamailio that
//! registers both and stays in every dialog.
#![cfg(target_os = "linux")]

use std::time::Duration;

use warmline_interop::{Browser, Digest, Kamailio, Kind, Lab, Person, Phone, Result, test};

const LIMIT: Duration = Duration::from_secs(10);

/// The phone says 440 Hz at -20 dBFS, the browser 1000 Hz at -26 dBFS.
fn meet(lab: &Lab, kamailio: &Kamailio, server: &str) -> Result<(Phone, Browser)> {
    let mut browser = lab.browser(Person::EXPERT, &kamailio.wss())?;
    browser.say(1000.0, -26.0)?;
    let tone = lab.tone(440.0, -20.0, 60.0)?;
    let phone = lab.phone(server).says(&tone).registered()?;
    Ok((phone, browser))
}

fn each_hears_the_other(phone: &mut Phone, browser: &mut Browser) -> Result<()> {
    browser.hears(440.0, -20.0)?;
    phone.hears(1000.0, -26.0)
}

/// The phone calls, the browser answers.
fn call(phone: &mut Phone, browser: &mut Browser) -> Result<()> {
    phone.dial(Person::EXPERT.number)?;
    let incoming = browser.wait("incoming", LIMIT)?;
    assert!(
        incoming["from"]
            .as_str()
            .is_some_and(|from| from.contains(Person::AGENT.number)),
        "{incoming}"
    );
    phone.wait("ringing", |kind| (*kind == Kind::Ringing).then_some(()))?;
    browser.tell("answer")?;
    phone.wait_active()?;
    browser.wait("active", LIMIT)?;
    Ok(())
}

/// Registers, is reachable, signs off, and is not.
fn registers(digest: Digest, server: impl Fn(&Kamailio) -> String) {
    test(|lab| {
        let kamailio = lab.kamailio(digest)?;
        let mut phone = lab.phone(&server(&kamailio)).start()?;
        let expires = phone.wait("registered", |kind| match kind {
            Kind::Registered { expires_s, .. } => Some(*expires_s),
            _ => None,
        })?;
        assert!(
            (30..=600).contains(&expires),
            "the registrar grants 30 to 600 s, not {expires}"
        );
        phone.quit()?;
        assert_eq!(
            kamailio.trunk()?.invite(Person::AGENT, "")?,
            404,
            "nobody is there after quit"
        );
        Ok(())
    });
}

#[test]
fn registers_with_md5_over_websocket() {
    registers(Digest::Md5, Kamailio::wss);
}

#[test]
fn registers_with_sha_256_over_websocket() {
    registers(Digest::Sha256, Kamailio::wss);
}

#[test]
fn registers_with_md5_over_tls() {
    registers(Digest::Md5, Kamailio::sips);
}

#[test]
fn registers_with_sha_256_over_tls() {
    registers(Digest::Sha256, Kamailio::sips);
}

#[test]
fn the_phone_calls_and_either_side_holds() {
    test(|lab| {
        let kamailio = lab.kamailio(Digest::Md5)?;
        let (mut phone, mut browser) = meet(lab, &kamailio, &kamailio.wss())?;
        call(&mut phone, &mut browser)?;
        each_hears_the_other(&mut phone, &mut browser)?;

        phone.hold()?;
        phone.wait_held("me")?;
        assert_eq!(browser.wait("held", LIMIT)?["by"], "remote");
        browser.hears_hold_music()?;
        phone.hears_silence()?;
        phone.resume()?;
        phone.wait_active()?;
        browser.wait("resumed", LIMIT)?;
        each_hears_the_other(&mut phone, &mut browser)?;

        browser.tell("hold")?;
        phone.wait_held("peer")?;
        browser.wait("held", LIMIT)?;
        phone.hears_silence()?;
        browser.tell("resume")?;
        phone.wait_active()?;
        each_hears_the_other(&mut phone, &mut browser)?;

        let stats = phone.stats()?;
        assert_eq!(stats.codec.as_deref(), Some("opus"));
        assert_eq!(stats.lost, 0, "{stats:?}");
        let theirs = browser.stats()?;
        assert_eq!(theirs["lost"], 0, "{theirs}");
        let received = theirs["received"].as_u64().unwrap_or_default();
        assert!(
            received > 0 && received <= phone.stats()?.sent,
            "Chromium got {theirs}, we sent {stats:?}"
        );

        phone.hang_up()?;
        assert_eq!(phone.wait_ended()?.0.code, "hung_up");
        assert_eq!(browser.wait("ended", LIMIT)?["by"], "remote");
        phone.quit().map(drop)
    });
}

#[test]
fn the_browser_calls_and_hangs_up() {
    test(|lab| {
        let kamailio = lab.kamailio(Digest::Md5)?;
        let (mut phone, mut browser) = meet(lab, &kamailio, &kamailio.wss())?;
        browser.call(Person::AGENT.number)?;
        let (_, from) = phone.wait_incoming()?;
        assert_eq!(from.name.as_deref(), Some(Person::EXPERT.name));
        assert_eq!(from.number.as_deref(), Some(Person::EXPERT.number));
        browser.wait("ringing", LIMIT)?;
        phone.answer()?;
        phone.wait_active()?;
        browser.wait("active", LIMIT)?;
        each_hears_the_other(&mut phone, &mut browser)?;
        browser.tell("hangup")?;
        assert_eq!(phone.wait_ended()?.0.code, "remote_hung_up");
        browser.wait("ended", LIMIT)?;

        browser.call(Person::AGENT.number)?;
        phone.wait_incoming()?;
        phone.reject(486)?;
        assert_eq!(browser.wait("ended", LIMIT)?["status"], 486);

        browser.call(Person::AGENT.number)?;
        phone.wait_incoming()?;
        browser.tell("hangup")?;
        phone.wait("the caller to give up", |kind| match kind {
            Kind::Ended { reason, .. } => (reason.code == "caller_gave_up").then_some(()),
            _ => None,
        })?;

        phone.dial(Person::EXPERT.number)?;
        browser.wait("incoming", LIMIT)?;
        browser.reject(603)?;
        let (reason, status) = phone.wait_ended()?;
        assert_eq!((reason.code.as_str(), status), ("declined", Some(603)));
        phone.quit().map(drop)
    });
}

/// Over TLS the phone has an address, but behind a NAT nobody can reach it: requests in a dialog must
/// come back by the connection.
#[test]
fn the_phone_calls_over_tls() {
    test(|lab| {
        let kamailio = lab.kamailio(Digest::Sha256)?;
        let mut phone = lab
            .phone(&kamailio.sips())
            .says(&lab.tone(440.0, -20.0, 60.0)?)
            .registered()?;
        let mut other = lab
            .phone(&kamailio.wss())
            .person(Person::COLLEAGUE)
            .says(&lab.tone(700.0, -24.0, 60.0)?)
            .registered()?;
        phone.dial(Person::COLLEAGUE.number)?;
        other.wait_incoming()?;
        other.answer()?;
        other.wait_active()?;
        phone.wait_active()?;
        other.hears(440.0, -20.0)?;
        phone.hears(700.0, -24.0)?;
        other.hold()?;
        phone.wait_held("peer")?;
        other.resume()?;
        phone.wait_active()?;
        phone.hears(700.0, -24.0)?;
        other.hang_up()?;
        assert_eq!(phone.wait_ended()?.0.code, "remote_hung_up");
        phone.quit()?;
        other.quit().map(drop)
    });
}

#[test]
fn a_call_outlives_the_registrar() {
    test(|lab| {
        let mut kamailio = lab.kamailio(Digest::Md5)?;
        let (mut phone, mut browser) = meet(lab, &kamailio, &kamailio.wss())?;
        call(&mut phone, &mut browser)?;
        each_hears_the_other(&mut phone, &mut browser)?;
        kamailio.kill();
        let (reason, retry) = phone.wait_unregistered()?;
        assert_eq!(reason.code, "connection_lost");
        assert!(retry.is_some(), "it tries again");
        each_hears_the_other(&mut phone, &mut browser)?;
        kamailio.restart()?;
        let back = |kind: &Kind| matches!(kind, Kind::Registered { .. }).then_some(());
        phone.wait_for("registered again", Duration::from_secs(30), |event| {
            back(&event.kind)
        })?;
        each_hears_the_other(&mut phone, &mut browser)?;
        assert_eq!(phone.count(|kind| matches!(kind, Kind::Ended { .. })), 0);
        phone.quit().map(drop)
    });
}
