//! What goes wrong: certificates, passwords, servers, devices, disks. Each is a clear error, no crash,
//! and nothing is lost.
#![cfg(target_os = "linux")]

use std::time::Duration;

use warmline_interop::{Digest, Kind, Person, number, test};

const LIMIT: Duration = Duration::from_secs(30);

fn registered_again(phone: &mut warmline_interop::Phone) -> warmline_interop::Result<()> {
    phone.wait_for("registered again", LIMIT, |event| {
        matches!(event.kind, Kind::Registered { .. }).then_some(())
    })
}

#[test]
fn a_certificate_of_a_stranger_is_refused() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        for ca_file in [Some(lab.stranger_ca_file()?), None] {
            let mut phone = lab.phone(&asterisk.wss()).ca_file(ca_file).start()?;
            let (reason, retry) = phone.wait_unregistered()?;
            assert_eq!(reason.code, "tls_untrusted", "{reason:?}");
            assert!(retry.is_some(), "certificates are renewed: it tries again");
            phone.quit()?;
        }
        Ok(())
    });
}

#[test]
fn an_expired_certificate_is_refused() {
    test(|lab| {
        let asterisk = lab.asterisk_with(&lab.expired_certificate()?)?;
        for server in [asterisk.wss(), asterisk.sips()] {
            let mut phone = lab.phone(&server).start()?;
            assert_eq!(phone.wait_unregistered()?.0.code, "tls_expired");
            phone.quit()?;
        }
        Ok(())
    });
}

#[test]
fn a_certificate_for_another_machine_is_refused() {
    test(|lab| {
        let asterisk = lab.asterisk_with(&lab.wrong_name_certificate()?)?;
        for server in [asterisk.wss(), asterisk.sips()] {
            let mut phone = lab.phone(&server).start()?;
            assert_eq!(phone.wait_unregistered()?.0.code, "tls_wrong_name");
            phone.quit()?;
        }
        Ok(())
    });
}

/// The one thing that stops it: trying on would lock the account.
#[test]
fn a_wrong_password_stops_it() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let mut phone = lab
            .phone(&asterisk.wss())
            .password("Mondkalb-but-wrong")
            .start()?;
        let (reason, retry) = phone.wait_unregistered()?;
        assert_eq!(
            (reason.code.as_str(), retry),
            ("password_refused", None),
            "{reason:?}"
        );
        // Time for another attempt, if there were to be one.
        let attempts = asterisk.ami().count_for(Duration::from_secs(5), |event| {
            event.name() == "ChallengeResponseFailed"
        })?;
        assert!(attempts <= 1, "{attempts} attempts with the wrong password");
        assert!(phone.is_alive());
        phone.quit().map(drop)
    });
}

#[test]
fn a_server_that_is_not_there_is_waited_for() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        asterisk.kill();
        let mut phone = lab.phone(&asterisk.wss()).start()?;
        let (reason, retry) = phone.wait_unregistered()?;
        assert_eq!(reason.code, "server_unreachable", "{reason:?}");
        assert!(retry.is_some());
        asterisk.restart()?;
        registered_again(&mut phone)?;
        phone.call(number::ECHO)?;
        phone.quit().map(drop)
    });
}

#[test]
fn a_server_that_goes_is_waited_for() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let mut phone = lab.phone(&asterisk.wss()).registered()?;
        asterisk.kill();
        let (reason, retry) = phone.wait_unregistered()?;
        assert_eq!(reason.code, "connection_lost", "{reason:?}");
        assert!(retry.is_some());
        asterisk.restart()?;
        registered_again(&mut phone)?;
        phone.call(number::ECHO)?;
        phone.quit().map(drop)
    });
}

#[test]
fn a_name_that_is_no_server_is_said_to_be_unknown() {
    test(|lab| {
        let mut phone = lab.phone("wss://nobody.warmline.invalid/ws").start()?;
        let (reason, retry) = phone.wait_unregistered()?;
        assert_eq!(reason.code, "server_unknown", "{reason:?}");
        assert!(retry.is_some());
        phone.quit().map(drop)
    });
}

#[test]
fn a_web_server_is_no_sip_server() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let mut phone = lab
            .phone(&asterisk.wss().replace("/ws", "/elsewhere"))
            .start()?;
        let (reason, _) = phone.wait_unregistered()?;
        assert_eq!(reason.code, "not_a_sip_server", "{reason:?}");
        phone.quit().map(drop)
    });
}

/// Without a microphone and a speaker a call is still a call: it says what is missing and goes on.
#[test]
fn a_call_goes_on_without_devices() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let mut phone = lab.phone(&asterisk.wss()).default_devices().registered()?;
        phone.call(number::MILLIWATT)?;
        phone.since_told("no speaker", |event| {
            matches!(&event.kind, Kind::Device { role, state, .. } if role == "speaker" && state == "none")
        })?;
        phone.since_told("no microphone", |event| {
            matches!(&event.kind, Kind::Device { role, state, .. } if role == "microphone" && state == "none")
        })?;
        let before = phone.stats()?;
        std::thread::sleep(Duration::from_secs(1));
        let after = phone.stats()?;
        assert!(
            after.sent >= before.sent + 40,
            "it sends on: {before:?}, {after:?}"
        );
        assert!(
            after.received >= before.received + 40,
            "it receives on: {before:?}, {after:?}"
        );
        asterisk.hang_up(Person::AGENT)?;
        assert_eq!(phone.wait_ended()?.0.code, "remote_hung_up");
        phone.quit().map(drop)
    });
}

/// Offers that cannot work, each refused at once with a 488, and one that can: the phone still rings.
#[test]
fn a_broken_offer_is_refused_and_the_next_call_rings() {
    test(|lab| {
        let kamailio = lab.kamailio(Digest::Md5)?;
        let mut phone = lab.phone(&kamailio.wss()).registered()?;
        let trunk = kamailio.trunk()?;
        for (what, offer) in BROKEN_OFFERS {
            let status = trunk.invite(Person::AGENT, offer)?;
            assert!([400, 488].contains(&status), "{what}: {status}");
        }
        // Who tried is told, with the reason, but nothing rang.
        let refused = |kind: &Kind| matches!(kind, Kind::Ended { reason, .. } if reason.code == "not_acceptable");
        phone.since_told("a refused call", |event| refused(&event.kind))?;
        assert!(phone.is_alive());
        assert_eq!(trunk.cancelled_invite(Person::AGENT, GOOD_OFFER)?, 487);
        phone.wait("the caller to give up", |kind| match kind {
            Kind::Ended { reason, .. } => (reason.code == "caller_gave_up").then_some(()),
            _ => None,
        })?;
        phone.quit().map(drop)
    });
}

#[test]
fn a_full_disk_costs_log_lines_and_no_call() {
    test(|lab| {
        let mut asterisk = lab.asterisk()?;
        let disk = lab.dir().join("small-disk");
        std::fs::create_dir(&disk).expect("a folder");
        let log = disk.join("phone.log");
        // A disk of 64 KB that only the phone and its children see, full but for a page.
        let script = "mount -t tmpfs -o size=64k tmpfs \"$0\" || { echo 'this test needs to mount a tmpfs' >&2; exit 77; }\n\
                      head -c 61440 /dev/zero > \"$0/ballast\"; exec \"$@\"";
        let disk = disk.display().to_string();
        let unshare: &[&str] = if is_root() {
            &["unshare", "--mount"]
        } else {
            &["unshare", "--mount", "--map-root-user"]
        };
        let words = [unshare, &["sh", "-c", script, &disk]].concat();
        let mut phone = lab
            .phone(&asterisk.wss())
            .environment("WARMLINE_LOG", "debug")
            .option("--log")
            .option(&log)
            .wrapper(&words)
            .registered()?;
        for _ in 0..5 {
            phone.call(number::MILLIWATT)?;
            phone.hang_up()?;
            phone.wait_ended()?;
        }
        phone.call(number::MILLIWATT)?;
        phone.hears(1000.0, -20.0)?;
        assert_eq!(
            phone.count(|kind| matches!(kind, Kind::Error { code, .. } if code == "log_full")),
            1,
            "it says so, once"
        );
        asterisk.hang_up(Person::AGENT)?;
        assert_eq!(phone.wait_ended()?.0.code, "remote_hung_up");
        phone.quit().map(drop)
    });
}

fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("\nUid:\t0\t"))
}

const BROKEN_OFFERS: [(&str, &str); 9] = [
    ("no SDP at all", "hello"),
    ("nothing but a version", "v=0\r\n"),
    ("an empty line", "\r\n"),
    (
        "a port beyond all ports",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 99999999999999999999 UDP/TLS/RTP/SAVPF 0\r\n",
    ),
    (
        "letters for numbers",
        "v=zero\r\no=- one 1 IN IP4 127.0.0.1\r\ns=-\r\nt=x y\r\nm=audio nine UDP/TLS/RTP/SAVPF zero\r\n",
    ),
    (
        "no media",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n",
    ),
    (
        "plain RTP",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n",
    ),
    (
        "no codec in common",
        concat!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n",
            "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n",
            "m=audio 40000 UDP/TLS/RTP/SAVPF 18\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:18 G729/8000\r\n",
        ),
    ),
    (
        "a fingerprint that is none",
        concat!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n",
            "a=fingerprint:sha-256 zz\r\nm=audio 40000 UDP/TLS/RTP/SAVPF 0\r\na=setup:actpass\r\na=rtcp-mux\r\n",
        ),
    ),
];

const GOOD_OFFER: &str = concat!(
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n",
    "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n",
    "m=audio 40000 UDP/TLS/RTP/SAVPF 0 101\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n",
    "a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host\r\n",
);
