//! Calls with a PBX: Asterisk over secure WebSocket.
#![cfg(target_os = "linux")]

use std::time::Duration;

use warmline_interop::{AmiEvent, Asterisk, Kind, Lab, Person, Phone, Result, number, test};

/// A phone that says 440 Hz at -20 dBFS and has registered with a new PBX.
fn office(lab: &Lab) -> Result<(Asterisk, Phone)> {
    office_with(lab, &[])
}

fn office_with(lab: &Lab, codecs: &[&str]) -> Result<(Asterisk, Phone)> {
    let asterisk = lab.asterisk()?;
    let tone = lab.tone(440.0, -20.0, 60.0)?;
    let phone = lab
        .phone(&asterisk.wss())
        .codecs(codecs)
        .says(&tone)
        .registered()?;
    Ok((asterisk, phone))
}

const LIMIT: Duration = Duration::from_secs(10);

/// Waits until a channel of the agent's is gone; the cause (Q.850).
fn hung_up(asterisk: &mut Asterisk) -> Result<String> {
    let event = asterisk.ami().wait("the end of the call", LIMIT, |event| {
        event.name() == "Hangup" && is_agents(event)
    })?;
    Ok(event.get("Cause").to_owned())
}

fn is_agents(event: &AmiEvent) -> bool {
    event.get("Channel").contains(Person::AGENT.number)
}

fn echo_in(codec: &str) {
    test(|lab| {
        let (mut asterisk, mut phone) = office_with(lab, &[codec])?;
        phone.call(number::ECHO)?;
        phone.hears(440.0, -20.0)?;
        let stats = phone.stats()?;
        assert_eq!(stats.codec.as_deref(), Some(codec));
        assert!(stats.sent > 10 && stats.received > 10, "{stats:?}");
        assert_eq!(stats.lost, 0);
        let channels = asterisk.ami().console("core show channels verbose")?;
        assert!(channels.contains("Echo"), "{channels}");
        phone.hang_up()?;
        assert_eq!(phone.wait_ended()?.0.code, "hung_up");
        hung_up(&mut asterisk)?;
        phone.quit().map(drop)
    });
}

#[test]
fn echo_in_opus() {
    echo_in("opus");
}

#[test]
fn echo_in_g722() {
    echo_in("g722");
}

#[test]
fn echo_in_pcmu() {
    echo_in("pcmu");
}

#[test]
fn echo_in_pcma() {
    echo_in("pcma");
}

#[test]
fn music_on_hold_is_heard() {
    test(|lab| {
        let (_asterisk, mut phone) = office(lab)?;
        phone.call(number::MUSIC)?;
        phone.hears(660.0, -20.0)?;
        phone.since_told("the first sound", |event| event.kind == Kind::FirstAudio)?;
        phone.quit().map(drop)
    });
}

#[test]
fn early_media_is_heard_before_the_answer() {
    test(|lab| {
        let (_asterisk, mut phone) = office(lab)?;
        phone.dial(number::EARLY)?;
        phone.wait("early media", |kind| (*kind == Kind::Early).then_some(()))?;
        phone.hears(620.0, -20.0)?;
        assert_eq!(phone.count(|kind| *kind == Kind::Active), 0);
        phone.wait_active()?;
        phone.hears(440.0, -20.0)?;
        phone.quit().map(drop)
    });
}

#[test]
fn digits_reach_the_pbx() {
    test(|lab| {
        let (mut asterisk, mut phone) = office(lab)?;
        phone.call(number::DIGITS)?;
        phone.dtmf("19*#")?;
        // `#` ends what the PBX reads; it is not among the digits.
        let event = asterisk.ami().wait("the digits", LIMIT, |event| {
            event.get("UserEvent") == "Digits"
        })?;
        assert_eq!(event.get("Digits"), "19*");
        phone.quit().map(drop)
    });
}

#[test]
fn a_busy_number_is_busy() {
    test(|lab| {
        let (_asterisk, mut phone) = office(lab)?;
        phone.dial(number::BUSY)?;
        let (reason, status) = phone.wait_ended()?;
        assert_eq!((reason.code.as_str(), status), ("busy", Some(486)));
        phone.quit().map(drop)
    });
}

#[test]
fn nobody_answers() {
    test(|lab| {
        let (_asterisk, mut phone) = office(lab)?;
        phone.dial(number::NO_ANSWER)?;
        phone.wait("ringing", |kind| (*kind == Kind::Ringing).then_some(()))?;
        let (reason, status) = phone.wait_ended()?;
        assert_eq!((reason.code.as_str(), status), ("no_answer", Some(480)));
        phone.quit().map(drop)
    });
}

#[test]
fn a_number_that_nobody_has_is_not_found() {
    test(|lab| {
        let (_asterisk, mut phone) = office(lab)?;
        phone.dial(number::NOBODY)?;
        let (reason, status) = phone.wait_ended()?;
        assert_eq!((reason.code.as_str(), status), ("not_found", Some(404)));
        phone.quit().map(drop)
    });
}

#[test]
fn a_call_is_cancelled_while_it_rings() {
    test(|lab| {
        let (mut asterisk, mut phone) = office(lab)?;
        phone.dial(number::RINGS)?;
        phone.wait("ringing", |kind| (*kind == Kind::Ringing).then_some(()))?;
        phone.hang_up()?;
        assert_eq!(phone.wait_ended()?.0.code, "cancelled");
        hung_up(&mut asterisk)?;
        phone.quit().map(drop)
    });
}

#[test]
fn a_call_is_held_and_taken_back() {
    test(|lab| {
        let (mut asterisk, mut phone) = office(lab)?;
        phone.call(number::MILLIWATT)?;
        phone.hears(1000.0, -20.0)?;
        for _ in 0..2 {
            phone.hold()?;
            phone.wait_held("me")?;
            asterisk
                .ami()
                .wait("the hold", LIMIT, |event| event.name() == "Hold")?;
            phone.hears_silence()?;
            phone.resume()?;
            phone.wait_active()?;
            asterisk.ami().wait("the end of the hold", LIMIT, |event| {
                event.name() == "Unhold"
            })?;
            phone.hears(1000.0, -20.0)?;
        }
        phone.quit().map(drop)
    });
}

#[test]
fn the_pbx_hangs_up() {
    test(|lab| {
        let (mut asterisk, mut phone) = office(lab)?;
        phone.call(number::SILENCE)?;
        asterisk.hang_up(Person::AGENT)?;
        assert_eq!(phone.wait_ended()?.0.code, "remote_hung_up");
        phone.quit().map(drop)
    });
}

#[test]
fn a_call_comes_in() {
    test(|lab| {
        let (mut asterisk, mut phone) = office(lab)?;
        asterisk.call(Person::AGENT, Person::COLLEAGUE, number::MILLIWATT)?;
        let (_, from) = phone.wait_incoming()?;
        assert_eq!(from.name.as_deref(), Some(Person::COLLEAGUE.name));
        assert_eq!(from.number.as_deref(), Some(Person::COLLEAGUE.number));
        phone.answer()?;
        phone.wait_active()?;
        phone.hears(1000.0, -20.0)?;
        phone.hang_up()?;
        assert_eq!(phone.wait_ended()?.0.code, "hung_up");
        hung_up(&mut asterisk)?;
        phone.quit().map(drop)
    });
}

fn refused(status: u16, cause: &str) {
    test(|lab| {
        let (mut asterisk, mut phone) = office(lab)?;
        asterisk.call(Person::AGENT, Person::COLLEAGUE, number::MILLIWATT)?;
        phone.wait_incoming()?;
        phone.reject(status)?;
        assert_eq!(phone.wait_ended()?.0.code, "rejected");
        assert_eq!(
            hung_up(&mut asterisk)?,
            cause,
            "the cause (Q.850) that the PBX makes of {status}"
        );
        phone.quit().map(drop)
    });
}

#[test]
fn a_call_is_refused_as_busy() {
    refused(486, "17");
}

#[test]
fn a_call_is_declined() {
    refused(603, "21");
}

#[test]
fn a_caller_gives_up() {
    test(|lab| {
        let (mut asterisk, mut phone) = office(lab)?;
        asterisk.call(Person::AGENT, Person::COLLEAGUE, number::MILLIWATT)?;
        phone.wait_incoming()?;
        asterisk.hang_up(Person::AGENT)?;
        assert_eq!(phone.wait_ended()?.0.code, "caller_gave_up");
        phone.quit().map(drop)
    });
}

/// Waits, in either order, until one call is held and the other heard, since the last command.
fn swapped(phone: &mut Phone, held: u64, heard: u64) -> Result<()> {
    phone.since_told("one call is held", |event| {
        matches!(event.kind, Kind::Held { .. }) && event.call == Some(held)
    })?;
    phone.since_told("the other is heard", |event| {
        event.kind == Kind::Active && event.call == Some(heard)
    })?;
    Ok(())
}

#[test]
fn two_calls_are_swapped() {
    test(|lab| {
        use warmline_interop::Command::{Hangup, Resume};
        let (mut asterisk, mut phone) = office(lab)?;
        let first = phone.call(number::MILLIWATT)?;
        phone.hears(1000.0, -20.0)?;

        asterisk.call(Person::AGENT, Person::COLLEAGUE, number::MUSIC)?;
        let waiting = |kind: &Kind| matches!(kind, Kind::Incoming { waiting: true, .. });
        let event = phone.event("a second call", LIMIT, |event| waiting(&event.kind))?;
        let second = event.call.expect("a call has a number");
        assert_ne!(first, second);
        phone.answer()?;
        swapped(&mut phone, first, second)?;
        phone.hears(660.0, -20.0)?;

        phone.tell(Resume { call: Some(first) })?;
        swapped(&mut phone, second, first)?;
        phone.hears(1000.0, -20.0)?;

        phone.tell(Resume { call: Some(second) })?;
        swapped(&mut phone, first, second)?;
        phone.hears(660.0, -20.0)?;

        for call in [first, second] {
            phone.tell(Hangup { call: Some(call) })?;
            phone.event("its end", LIMIT, |event| {
                matches!(event.kind, Kind::Ended { .. }) && event.call == Some(call)
            })?;
            hung_up(&mut asterisk)?;
        }
        phone.quit().map(drop)
    });
}
