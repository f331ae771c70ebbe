use std::time::Duration;

use serde_json::json;

use super::rig::{Done, Rig, config, form};
use crate::{
    sign_in::{Event, Method, Question},
    state::{State, Way, Why},
};

fn shown(rig: &mut Rig) {
    rig.tell(Event::SignIn(Method::DeviceCode));
    rig.discover();
    show(rig);
}

fn show(rig: &mut Rig) {
    let (request, question) = rig.question();
    let Question::Post(url, _) = &question else {
        panic!("{question:?}");
    };
    assert!(url.path().ends_with("/oauth2/v2.0/devicecode"));
    let form = form(&question);
    assert_eq!(form["client_id"], "client");
    assert_eq!(
        form["scope"],
        "openid profile offline_access User.Read api://provider/Phone.Read"
    );
    let body = json!({
        "device_code": "device", "user_code": "ABCD-EFGH", "expires_in": 900, "interval": 5,
        "verification_uri": "https://login.example.com/device",
    });
    rig.reply(request, 200, body.to_string());
}

fn pending(rig: &mut Rig, error: &str) {
    rig.refuse(error, "");
}

#[test]
fn the_code_is_shown_and_asked_after_as_often_as_the_provider_wants() {
    let mut rig = Rig::new();
    shown(&mut rig);
    let State::SigningIn {
        way: Way::DeviceCode {
            page,
            code,
            expires_in,
        },
        ..
    } = rig.machine.state()
    else {
        panic!("{:?}", rig.machine.state());
    };
    assert_eq!(page.expose().as_str(), "https://login.example.com/device");
    assert_eq!(code.expose(), "ABCD-EFGH");
    assert_eq!(expires_in, Duration::from_secs(900));

    rig.wait(Duration::from_secs(4));
    assert!(rig.questions.is_empty());
    rig.wait(Duration::from_secs(1));
    pending(&mut rig, "authorization_pending");
    rig.wait(Duration::from_secs(5));
    pending(&mut rig, "slow_down");
    rig.wait(Duration::from_secs(9));
    assert!(rig.questions.is_empty());
    rig.wait(Duration::from_secs(1));
    // Nobody answers: asked less often still.
    rig.silence();
    rig.wait(Duration::from_secs(14));
    assert!(rig.questions.is_empty());
    rig.wait(Duration::from_secs(1));
    let form = rig.exchange();
    assert_eq!(
        form["grant_type"],
        "urn:ietf:params:oauth:grant-type:device_code"
    );
    assert_eq!(form["device_code"], "device");
    rig.give_keys();
    assert!(matches!(rig.machine.state(), State::SignedIn { .. }));
    assert_eq!(rig.done, [Done::Kept("refresh-1".into())]);
    assert_eq!(rig.graph_token().expose(), "access-1");
}

#[test]
fn a_code_that_runs_out_or_is_refused_is_said() {
    for (error, why) in [
        ("expired_token", Why::TookTooLong),
        ("access_denied", Why::Denied),
        ("authorization_declined", Why::Denied),
        ("invalid_grant", Why::Refused("invalid_grant".into())),
    ] {
        let mut rig = Rig::new();
        shown(&mut rig);
        rig.wait(Duration::from_secs(5));
        pending(&mut rig, error);
        assert_eq!(rig.machine.state(), State::SignedOut { why: Some(why) });
    }
    let mut rig = Rig::new();
    shown(&mut rig);
    for _ in 0..179 {
        rig.wait(Duration::from_secs(5));
        pending(&mut rig, "authorization_pending");
    }
    rig.wait(Duration::from_secs(5));
    let why = Some(Why::TookTooLong);
    assert_eq!(rig.machine.state(), State::SignedOut { why });
}

#[test]
fn where_policy_forbids_it_there_is_no_code() {
    let mut rig = Rig::with(&config(false), None);
    rig.tell(Event::SignIn(Method::DeviceCode));
    assert_eq!(rig.machine.state(), State::SignedOut { why: None });
    assert!(rig.questions.is_empty());
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.tell(Event::SignIn(Method::DeviceCode));
    assert!(matches!(
        rig.machine.state(),
        State::SigningIn {
            way: Way::Browser { .. },
            ..
        }
    ));
}

#[test]
fn a_code_takes_the_place_of_the_browser_and_the_other_way_round() {
    let mut rig = Rig::new();
    rig.tell(Event::SignIn(Method::Browser));
    rig.discover();
    rig.tell(Event::SignIn(Method::DeviceCode));
    assert_eq!(rig.done, [Done::Listened, Done::Opened, Done::Stopped]);
    show(&mut rig);
    assert!(matches!(
        rig.machine.state(),
        State::SigningIn {
            way: Way::DeviceCode { .. },
            ..
        }
    ));
    rig.tell(Event::SignIn(Method::Browser));
    assert!(matches!(
        rig.machine.state(),
        State::SigningIn {
            way: Way::Browser { .. },
            ..
        }
    ));
    // The code that was given up is not asked after.
    rig.wait(Duration::from_secs(60));
    assert!(rig.questions.is_empty());
    rig.come_back();
    rig.tell(Event::SignIn(Method::DeviceCode));
    assert!(matches!(
        rig.machine.state(),
        State::SigningIn {
            way: Way::Finishing,
            ..
        }
    ));
}
