//! An agent of a provider serves two customers: a line at each one's PBX, at the same time.
#![cfg(target_os = "linux")]

use std::ffi::OsString;
use std::time::Duration;

use warmline_interop::{Asterisk, Command, Kind, Lab, Person, Phone, Result, number, test};

/// The first line is the agent's, the second one goes by another number.
const NUMBERS: [Person; 2] = [Person::AGENT, Person::COLLEAGUE];

/// Two PBXs, and a phone with a line at each.
fn two_customers(lab: &Lab) -> Result<([Asterisk; 2], Phone)> {
    let pbxs = [lab.asterisk()?, lab.asterisk()?];
    let tone = lab.tone(440.0, -20.0, 60.0)?;
    let mut phone = lab
        .phone(&pbxs[0].wss())
        .profile_lines("customer = \"Contact GmbH\"\n")
        .says(&tone)
        .environment(PASSWORD, NUMBERS[1].password)
        .option("--profile")
        .option(second_line(lab, &pbxs[1]))
        .start()?;
    let mut lines = Vec::new();
    while lines.len() < 2 {
        lines.extend(phone.wait("registered", |kind| match kind {
            Kind::Registered { line, .. } => Some(*line),
            _ => None,
        })?);
    }
    lines.sort_unstable();
    assert_eq!(lines, [0, 1]);
    Ok((pbxs, phone))
}

fn second_line(lab: &Lab, pbx: &Asterisk) -> OsString {
    let file = lab.dir().join("second-line.toml");
    let text = format!(
        "server = \"{}\"\naor = \"{}\"\ncustomer = \"Harbour AG\"\nca_file = \"{}\"\n\
         password_env = \"{PASSWORD}\"\n",
        pbx.wss(),
        NUMBERS[1].aor(),
        lab.ca_file().display(),
    );
    std::fs::write(&file, text).expect("the profile is written");
    file.into()
}

/// The numbers that the PBX sees its calls come from.
fn callers(pbx: &mut Asterisk) -> Result<Vec<&'static str>> {
    let channels = pbx.ami().console("core show channels verbose")?;
    let seen = |person: &&Person| channels.contains(person.number);
    Ok(NUMBERS.iter().filter(seen).map(|p| p.number).collect())
}

#[test]
fn both_customers_have_their_call_by_their_own_line_and_one_pbx_dies() {
    test(|lab| {
        let ([mut contact, mut harbour], mut phone) = two_customers(lab)?;
        let first = phone.dial_by(None, number::MILLIWATT)?;
        phone.wait_active()?;
        phone.hears(1000.0, -20.0)?;
        assert_eq!(callers(&mut contact)?, [Person::AGENT.number]);
        assert!(callers(&mut harbour)?.is_empty());

        let second = phone.dial_by(Some(1), number::MUSIC)?;
        assert_ne!(first, second);
        phone.hears(660.0, -20.0)?;
        assert_eq!(callers(&mut contact)?, [Person::AGENT.number]);
        assert_eq!(callers(&mut harbour)?, [Person::COLLEAGUE.number]);

        // To and fro: whoever is not talked to is held, at whatever server.
        phone.tell(Command::Resume { call: Some(first) })?;
        phone.hears(1000.0, -20.0)?;
        phone.tell(Command::Resume { call: Some(second) })?;
        phone.hears(660.0, -20.0)?;
        phone.tell(Command::Resume { call: Some(first) })?;
        phone.hears(1000.0, -20.0)?;

        harbour.kill();
        let lost = phone.wait_for("the second line is lost", LONG, |event| match &event.kind {
            Kind::Unregistered { line, .. } => Some(*line),
            _ => None,
        })?;
        assert_eq!(lost, Some(1));
        phone.hears(1000.0, -20.0)?;
        phone.tell(Command::Hold { call: Some(first) })?;
        phone.wait_held("me")?;
        phone.tell(Command::Resume { call: Some(first) })?;
        phone.hears(1000.0, -20.0)?;
        assert_eq!(callers(&mut contact)?, [Person::AGENT.number]);

        // What comes back is registered at again.
        harbour.restart()?;
        let back = phone.wait_for("the second line is back", LONG, |event| match &event.kind {
            Kind::Registered { line, .. } => Some(*line),
            _ => None,
        })?;
        assert_eq!(back, Some(1));
        phone.quit().map(drop)
    });
}

/// Where the second line's password is.
const PASSWORD: &str = "WARMLINE_TEST_PASSWORD_OF_SECOND";

/// A dead connection is noticed within `ping + pong`.
const LONG: Duration = Duration::from_secs(60);
