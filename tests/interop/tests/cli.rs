//! What `warmline-cli` does besides `run`, and what `run` bears.
#![cfg(target_os = "linux")]

use std::time::Duration;

use warmline_interop::{Asterisk, Digest, Kind, Outcome, Person, Result, number, test};

#[test]
fn register_says_for_how_long() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let errand = lab.phone(&asterisk.wss()).errand(&["register"])?;
        let outcome = errand.finish()?;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(outcome.said.starts_with("Registered for "), "{outcome:?}");
        let refused = lab.phone(&asterisk.wss()).password("wrong");
        let outcome = refused.errand(&["register", "--json"])?.finish()?;
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        let said = &outcome.events("unregistered")[0];
        assert_eq!(said["reason"]["code"], "password_refused", "{said}");
        Ok(())
    });
}

#[test]
fn call_dials_talks_and_hangs_up() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let call = |number| {
            let words = ["call", number, "--seconds", "2", "--json"];
            lab.phone(&asterisk.wss()).errand(&words)?.finish()
        };
        let outcome = call(number::MILLIWATT)?;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.events("active").len(), 1, "{outcome:?}");
        assert_eq!(
            outcome.events("ended")[0]["reason"]["code"],
            "hung_up",
            "{outcome:?}"
        );
        let stats = &outcome.events("stats")[0];
        assert!(stats["received"].as_u64() > Some(50), "{stats}");
        let busy = call(number::BUSY)?;
        assert_eq!(busy.code, Some(1), "{busy:?}");
        assert_eq!(
            busy.events("ended")[0]["reason"]["code"],
            "busy",
            "{busy:?}"
        );
        Ok(())
    });
}

#[test]
fn answer_takes_one_call() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let words = ["answer", "--seconds", "1", "--json"];
        let errand = lab.phone(&asterisk.wss()).errand(&words)?;
        is_registered(&mut asterisk)?;
        asterisk.call(Person::AGENT, Person::COLLEAGUE, number::ECHO)?;
        let outcome = errand.finish()?;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let from = &outcome.events("incoming")[0]["from"];
        assert_eq!(from["number"], Person::COLLEAGUE.number, "{outcome:?}");
        assert_eq!(outcome.events("active").len(), 1, "{outcome:?}");
        Ok(())
    });
}

#[test]
fn devices_lists_what_there_is() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let pulse = lab.pulse()?;
        let list = |words: &[&str]| {
            let phone = lab.phone(&asterisk.wss()).devices(&pulse);
            phone.errand(words)?.finish()
        };
        let outcome = list(&["devices", "--json"])?;
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let text = outcome.said.clone();
        assert!(
            text.contains("Microphone") && text.contains("Speaker"),
            "{text}"
        );
        assert!(outcome.json()[0].is_object(), "{text}");
        let people = list(&["devices"])?;
        assert!(people.said.contains("Microphone"), "{people:?}");
        let none = lab.phone(&asterisk.wss()).errand(&["devices"])?;
        let none = none.finish()?;
        assert!(none.said.contains("none: plug one in"), "{none:?}");
        Ok(())
    });
}

/// The verdicts of a doctor, by subject.
fn verdict(outcome: &Outcome, subject: &str) -> String {
    let report = &outcome.json()[0];
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let finding = findings.iter().find(|f| f["subject"] == subject);
    finding.map_or_else(String::new, |f| {
        f["verdict"].as_str().unwrap_or_default().to_owned()
    })
}

#[test]
fn doctor_names_what_is_wrong() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let mut asterisk = lab.asterisk()?;
        let words = ["doctor", "--json"];
        let well = lab.phone(&asterisk.wss()).devices(&pulse).errand(&words)?;
        let well = well.finish()?;
        assert_eq!(well.code, Some(0), "{well:?}");
        for subject in [
            "profile",
            "server name",
            "connection",
            "tls",
            "registration",
            "udp and ice",
            "microphone",
            "speaker",
        ] {
            assert_eq!(verdict(&well, subject), "right", "{subject}: {well:?}");
        }

        let phone = lab.phone(&asterisk.wss()).devices(&pulse).password("no");
        let refused = phone.errand(&words)?.finish()?;
        assert_eq!(refused.code, Some(1));
        assert_eq!(verdict(&refused, "tls"), "right", "{refused:?}");
        assert_eq!(verdict(&refused, "registration"), "wrong", "{refused:?}");

        let phone = lab.phone(&asterisk.wss()).devices(&pulse);
        let stranger = phone.ca_file(Some(lab.stranger_ca_file()?));
        let untrusted = stranger.errand(&words)?.finish()?;
        assert_eq!(verdict(&untrusted, "connection"), "right", "{untrusted:?}");
        assert_eq!(verdict(&untrusted, "tls"), "wrong", "{untrusted:?}");
        assert_eq!(verdict(&untrusted, "registration"), "not_tried");

        asterisk.kill();
        // No sound server either.
        let gone = lab.phone(&asterisk.wss()).errand(&words)?.finish()?;
        assert_eq!(verdict(&gone, "server name"), "right", "{gone:?}");
        assert_eq!(verdict(&gone, "connection"), "wrong", "{gone:?}");
        assert_eq!(verdict(&gone, "microphone"), "wrong", "{gone:?}");
        Ok(())
    });
}

/// Kamailio knows phones apart by their instance: a doctor beside a phone does not take its place.
#[test]
fn a_doctor_leaves_the_phone_that_runs_reachable() {
    test(|lab| {
        let kamailio = lab.kamailio(Digest::Md5)?;
        let mut phone = lab.phone(&kamailio.wss()).registered()?;
        let doctor = lab.phone(&kamailio.wss()).errand(&["doctor", "--json"])?;
        let outcome = doctor.finish()?;
        assert_eq!(verdict(&outcome, "registration"), "right", "{outcome:?}");
        let mut other = lab
            .phone(&kamailio.wss())
            .person(Person::COLLEAGUE)
            .registered()?;
        other.dial(Person::AGENT.number)?;
        phone.wait_incoming()?;
        other.quit()?;
        phone.quit().map(drop)
    });
}

#[test]
fn a_system_that_shuts_down_hangs_up_and_signs_off() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let mut phone = lab.phone(&asterisk.wss()).registered()?;
        phone.call(number::ECHO)?;
        phone.terminate();
        let (reason, _) = phone.wait_ended()?;
        assert_eq!(reason.code, "hung_up");
        assert_eq!(phone.wait_exit()?, 0);
        let channels = asterisk.ami().console("core show channels count")?;
        assert!(channels.contains("0 active channels"), "{channels}");
        let contacts = asterisk.ami().console("pjsip show contacts")?;
        assert!(!contacts.contains(Person::AGENT.number), "{contacts}");
        Ok(())
    });
}

#[test]
fn a_line_that_is_no_text_is_a_bad_command_and_the_call_goes_on() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let tone = lab.tone(440.0, -20.0, 30.0)?;
        let mut phone = lab.phone(&asterisk.wss()).says(&tone).registered()?;
        phone.call(number::ECHO)?;
        for line in [
            &b"\xff\xfe{"[..],
            b"{\"cmd\":\"fly\",\"id\":\"7\"}",
            b"",
            b"[[[[[[",
        ] {
            phone.tell_bytes(line)?;
            phone.wait("a refusal", |kind| match kind {
                Kind::Error { code, .. } => (code == "bad_command").then_some(()),
                _ => None,
            })?;
        }
        phone.hears(440.0, -20.0)?;
        phone.quit().map(drop)
    });
}

fn is_registered(asterisk: &mut Asterisk) -> Result<()> {
    let registered = |event: &warmline_interop::AmiEvent| {
        event.name() == "ContactStatus" && event.get("AOR") == Person::AGENT.number
    };
    asterisk
        .ami()
        .wait("a registration", Duration::from_secs(10), registered)
        .map(drop)
}
