//! Sound by way of a TURN server: coturn.
#![cfg(target_os = "linux")]

use std::time::Duration;

use serde_json::Value;
use warmline_interop::{
    Event, Internetwork, Kind, Lab, LabError, Over, PhoneSetup, Turn, number, test,
};

const RELAY_ONLY: &str = "ice_transport_policy = \"relay\"\n";

fn phone<'lab>(
    lab: &'lab Lab,
    server: &str,
    turn: &Turn,
    policy: &str,
    credential: &str,
) -> PhoneSetup<'lab> {
    lab.phone(server)
        .profile_lines(&format!("{policy}{}", turn.profile("WARMLINE_TEST_TURN")))
        .environment("WARMLINE_TEST_TURN", credential)
}

/// A phone with a voice that knows this server over these.
fn phone_over<'lab>(
    lab: &'lab Lab,
    server: &str,
    turn: &Turn,
    policy: &str,
    over: &[Over],
) -> Result<PhoneSetup<'lab>, LabError> {
    let servers = turn.profile_over(over, "WARMLINE_TEST_TURN");
    Ok(lab
        .phone(server)
        .profile_lines(&format!("{policy}{servers}"))
        .environment("WARMLINE_TEST_TURN", turn.credential())
        .says(&lab.tone(440.0, -20.0, 120.0)?))
}

#[test]
fn a_call_is_relayed_where_nothing_else_is_allowed() {
    test(|lab| {
        let turn = lab.turn()?;
        let asterisk = lab.asterisk()?;
        let mut phone = phone(lab, &asterisk.wss(), &turn, RELAY_ONLY, turn.credential())
            .says(&lab.tone(440.0, -20.0, 60.0)?)
            .registered()?;
        phone.call(number::ECHO)?;
        phone.hears(440.0, -20.0)?;
        assert!(turn.allocations()? > 0);
        let stats = phone.stats()?;
        assert_eq!(stats.lost, 0, "{stats:?}");
        phone.quit().map(drop)
    });
}

#[test]
fn a_call_is_relayed_over_tcp() {
    relayed_over(Over::Tcp);
}

#[test]
fn a_call_is_relayed_over_tls() {
    relayed_over(Over::Tls);
}

fn relayed_over(over: Over) {
    test(|lab| {
        let mut turn = Turn::without_udp(lab)?;
        let asterisk = lab.asterisk()?;
        let phone = phone_over(lab, &asterisk.wss(), &turn, RELAY_ONLY, &[over])?;
        let mut phone = phone.registered()?;
        phone.call(number::ECHO)?;
        phone.hears(440.0, -20.0)?;
        let allocations = turn.allocations()?;
        assert!(allocations > 0);
        let stats = phone.stats()?;
        assert_eq!(stats.lost, 0, "{stats:?}");
        phone.quit()?;
        turn.wait_released(allocations)
    });
}

/// Where the network between agent and servers lets no UDP pass, sound takes the way that is left.
#[test]
fn a_call_has_sound_where_udp_is_blocked() {
    test(|lab| {
        Internetwork::with(lab, |network| {
            network.drop_udp(true)?;
            let turn = Turn::over_all(lab, Internetwork::SERVER)?;
            let asterisk = lab.asterisk_at(Internetwork::SERVER)?;
            let over = [Over::Udp, Over::Tcp];
            let phone = phone_over(lab, &asterisk.wss(), &turn, "", &over)?;
            let mut phone = phone.wrapper(&network.agents_side()).registered()?;
            phone.call(number::ECHO)?;
            phone.hears(440.0, -20.0)?;
            let stats = phone.stats()?;
            assert_eq!(stats.lost, 0, "{stats:?}");
            phone.quit().map(drop)
        })
    });
}

/// As when the network changes: the way the sound took is gone, and another one is there later.
#[test]
fn a_call_outlives_the_way_its_sound_took() {
    outlives(Over::Udp);
}

/// The connection to the server is lost, and with it the allocation.
#[test]
fn a_call_outlives_a_connection_to_the_server() {
    outlives(Over::Tcp);
}

fn outlives(over: Over) {
    test(|lab| {
        let mut turn = lab.turn()?;
        let asterisk = lab.asterisk()?;
        let phone = phone_over(lab, &asterisk.wss(), &turn, RELAY_ONLY, &[over])?;
        let mut phone = phone.registered()?;
        phone.call(number::ECHO)?;
        phone.hears(440.0, -20.0)?;
        turn.kill();
        let is = |up: bool| {
            move |event: &Event| match event.kind {
                Kind::Media { connected } => (connected == up).then_some(()),
                _ => None,
            }
        };
        phone.wait_for("the interruption", LIMIT, is(false))?;
        turn.restart()?;
        phone.wait_for("sound again", LIMIT, is(true))?;
        phone.hears(440.0, -20.0)?;
        assert_eq!(phone.count(|kind| matches!(kind, Kind::Ended { .. })), 0);
        assert_eq!(phone.count(|kind| matches!(kind, Kind::Gap { .. })), 1);
        phone.quit().map(drop)
    });
}

#[test]
fn a_refused_credential_ends_the_call_in_words_where_only_relays_are_allowed() {
    test(|lab| {
        let turn = lab.turn()?;
        let asterisk = lab.asterisk()?;
        let mut phone = phone(lab, &asterisk.wss(), &turn, RELAY_ONLY, "wrong").registered()?;
        phone.dial(number::ECHO)?;
        let (reason, _) = phone.wait_ended()?;
        assert_eq!(reason.code, "media_failed", "{reason:?}");
        assert_eq!(turn.allocations()?, 0);
        assert_eq!(phone.count(|kind| *kind == Kind::Active), 0);
        phone.quit().map(drop)
    });
}

#[test]
fn doctor_tells_a_relay_from_none() {
    test(|lab| {
        let turn = lab.turn()?;
        let asterisk = lab.asterisk()?;
        let examined = |credential: &str| {
            let phone = phone(lab, &asterisk.wss(), &turn, "", credential);
            let outcome = phone.errand(&["doctor", "--json"])?.finish()?;
            let report = outcome.json().swap_remove(0);
            let findings = report["findings"].as_array().cloned().unwrap_or_default();
            let ice = findings.iter().find(|f| f["subject"] == "udp and ice");
            Ok(ice.cloned().unwrap_or_default())
        };
        let right = examined(turn.credential())?;
        assert_eq!(right["verdict"], "right", "{right}");
        let wrong = examined("wrong")?;
        assert_eq!(wrong["verdict"], "doubtful", "{wrong}");
        let advice = wrong["advice"].as_str().unwrap_or_default();
        assert!(advice.contains("credential"), "{wrong}");
        Ok(())
    });
}

/// What `doctor` says of the servers of a profile that names `turn` over these, with its exit code.
fn examined(phone: PhoneSetup<'_>) -> Result<(Option<i32>, Value), LabError> {
    let outcome = phone.errand(&["doctor", "--json"])?.finish()?;
    let report = outcome.json().swap_remove(0);
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let servers = findings.iter().find(|f| f["subject"] == "stun and turn");
    Ok((outcome.code, servers.cloned().unwrap_or_default()))
}

#[test]
fn doctor_says_that_udp_is_blocked_and_what_is_left() {
    test(|lab| {
        Internetwork::with(lab, |network| {
            let turn = Turn::over_all(lab, Internetwork::SERVER)?;
            let asterisk = lab.asterisk_at(Internetwork::SERVER)?;
            let examined = |over: &[Over]| {
                let phone = phone_over(lab, &asterisk.wss(), &turn, "", over)?;
                examined(phone.wrapper(&network.agents_side()))
            };
            let all = [Over::Udp, Over::Tcp, Over::Tls];
            let (_, open) = examined(&all)?;
            assert_eq!(open["verdict"], "right", "{open}");
            assert_eq!(open["found"].to_string().matches(" ms").count(), 3);

            network.drop_udp(true)?;
            let (_, through) = examined(&all)?;
            assert_eq!(through["verdict"], "doubtful", "{through}");
            let advice = through["advice"].as_str().unwrap_or_default();
            assert!(advice.contains("lets no UDP pass"), "{through}");
            assert!(advice.contains("by way of TURN over TCP"), "{through}");
            let (code, none) = examined(&[Over::Udp])?;
            assert_eq!(
                (code, &none["verdict"]),
                (Some(1), &"wrong".into()),
                "{none}"
            );
            let advice = none["advice"].as_str().unwrap_or_default();
            assert!(advice.contains(&turn.url(Over::Tcp)), "{none}");
            Ok(())
        })
    });
}

const LIMIT: Duration = Duration::from_secs(60);
