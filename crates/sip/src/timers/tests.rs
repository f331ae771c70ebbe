use rand::SeedableRng as _;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn backoff_doubles_with_jitter_up_to_its_limit_forever() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut backoff = Backoff::new(SECOND, 60 * SECOND);
    for n in 0..100u32 {
        let full = (SECOND * 2u32.pow(n.min(10))).min(60 * SECOND);
        let wait = backoff.next(&mut rng);
        assert!(wait >= full / 2 && wait <= full, "{n}: {wait:?}");
    }
    backoff.reset();
    assert!(backoff.next(&mut rng) <= SECOND);
}

#[test]
fn the_refresher_refreshes_at_half_time_and_gives_up_at_the_end() {
    let now = Instant::now();
    let mut timer = SessionTimer::from_response(&expires("200;refresher=uac"), now).unwrap();
    assert_eq!(timer.refresher(), Side::Local);
    assert_eq!(timer.poll_timeout(), now + 100 * SECOND);
    assert_eq!(timer.due(now + 99 * SECOND), None);
    assert_eq!(timer.due(now + 100 * SECOND), Some(SessionDue::Refresh));
    assert_eq!(timer.due(now + 101 * SECOND), None);
    assert_eq!(timer.poll_timeout(), now + 200 * SECOND);
    assert_eq!(timer.due(now + 200 * SECOND), Some(SessionDue::Expired));
}

#[test]
fn a_session_the_other_side_does_not_refresh_ends_before_its_time() {
    let now = Instant::now();
    let mut timer = SessionTimer::from_response(&expires("90;refresher=uas"), now).unwrap();
    assert_eq!(timer.poll_timeout(), now + 60 * SECOND);
    assert_eq!(timer.due(now + 59 * SECOND), None);
    assert_eq!(timer.due(now + 60 * SECOND), Some(SessionDue::Expired));
    let timer = SessionTimer::from_response(&expires("1800;refresher=uas"), now).unwrap();
    assert_eq!(timer.poll_timeout(), now + 1768 * SECOND);
    assert_eq!(SessionTimer::from_response(&Headers::default(), now), None);
}

/// RFC 4028 §9, table 2.
#[test]
fn as_called_party_the_refresher_follows_the_table() {
    let now = Instant::now();
    let wish = SessionWish::new(1800);
    for (supported, asked, side, expected) in [
        (true, "300", Side::Remote, "300;refresher=uac"),
        (true, "300;refresher=uac", Side::Remote, "300;refresher=uac"),
        (true, "300;refresher=uas", Side::Local, "300;refresher=uas"),
        (false, "300", Side::Local, "300;refresher=uas"),
        (true, "7200", Side::Remote, "1800;refresher=uac"),
        (true, "", Side::Local, "1800;refresher=uas"),
        (false, "", Side::Local, "1800;refresher=uas"),
    ] {
        let mut headers = if asked.is_empty() {
            Headers::default()
        } else {
            expires(asked)
        };
        if supported {
            headers.push(Header::Supported("100rel, timer".into()));
        }
        let (timer, answer) = SessionTimer::from_request(&headers, wish, now);
        assert_eq!(timer.refresher(), side, "{supported} {asked}");
        assert_eq!(answer[0].value(), expected);
        assert_eq!(
            answer.len() == 2,
            side == Side::Remote,
            "Require: timer only for a peer that refreshes"
        );
    }
}

#[test]
fn a_422_raises_the_wish_once_for_each_new_minimum() {
    let mut wish = SessionWish::new(120);
    let min = |s: &str| Headers::from(vec![Header::MinSE(s.into())]);
    assert!(wish.too_small(&min("300")));
    assert_eq!(
        wish,
        SessionWish {
            expires_s: 300,
            min_s: 300
        }
    );
    assert!(!wish.too_small(&min("300")));
    assert!(!wish.too_small(&min("4000000000")));
    assert!(!wish.too_small(&Headers::default()));
    let mut headers = Headers::default();
    wish.write(&mut headers, Some(Side::Remote));
    assert_eq!(
        headers.to_string(),
        "Session-Expires: 300;refresher=uas\r\nMin-SE: 300\r\n"
    );
}

#[test]
fn too_short_intervals_are_refused_only_to_those_who_understand() {
    let mut short = expires("60");
    assert!(!SessionTimer::too_small(&short));
    short.push(Header::Supported("timer".into()));
    assert!(SessionTimer::too_small(&short));
    let (timer, _) =
        SessionTimer::from_request(&expires("60"), SessionWish::new(1800), Instant::now());
    assert_eq!(timer.interval, Duration::from_secs(90));
}

fn expires(value: &str) -> Headers {
    vec![Header::SessionExpires(value.into())].into()
}
