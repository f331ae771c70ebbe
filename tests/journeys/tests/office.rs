//! An agent signs in, sees the experts, brings one in prepared, and is signed out in the middle of it.

use std::time::Duration;

use warmline_desk::{
    DeskEvent, TransferNews, UserAction,
    experts::{Activity, Availability, Blocked, CardState, Consent, Ranked, Reason, Scope},
    office::{OfficeAsk, PhoneView},
    sign_in::{State, Why},
};
use warmline_journeys::{OfficeShift, name};
use warmline_practice::Order;

const DAY: &str = r#"
seed = 7
[agent]
name = "Robin Adeyemi"
number = "+49 30 23125 100"
[pace]
first_call_s = 1
second_call = 0
repeat = false
answer_s = 0.2
[[customer]]
name = "Tom Okafor"
number = "+44 20 7946 0142"
queue = "Billing"
topic = "Charged twice in October"
says = ["tom-2"]
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
extension = "201"
department = "Finance"
skills = ["Billing"]
presence = "available"
reply = "2 min"
after_s = 0.3
says = ["nadia-1"]
[[expert]]
name = "Jonas Weber"
number = "+49 30 23125 204"
skills = ["Billing"]
presence = "doNotDisturb"
manner = "busy"
[[expert]]
name = "Ingrid Solberg"
number = "+49 30 23125 203"
skills = ["Returns"]
presence = "available"
"#;

/// Many more, whose presence changes as the day goes.
const COLLEAGUES: &str = "[directory]\npeople = 40\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_expert_is_found_told_and_given_the_customer() {
    let mut shift = OfficeShift::begin(DAY).await;
    let office = shift.practice.office().clone();
    shift.looks("").await;
    let all = shift
        .people_are(|view| {
            let people = &view.people;
            people.all.total == 3 && people.all.people.iter().all(|one| one.presence.is_some())
        })
        .await;
    assert_eq!(all.people.blocked, None);
    assert!(all.people.best.is_empty(), "nobody calls yet");

    let call = shift.answers().await;
    let view = shift
        .people_are(|view| view.call == Some(call) && view.people.best.len() >= 3)
        .await;
    let best = &view.people.best;
    assert_eq!(name(&best[0]), "Nadia Haddad", "free, and knows billing");
    let knows = |why: &Reason| matches!(why, Reason::Knows(skill) if skill.expose() == "Billing");
    assert!(best[0].reasons.iter().any(knows), "{:?}", best[0].reasons);
    let jonas = best.iter().position(|one| name(one) == "Jonas Weber");
    assert!(jonas.is_none_or(|at| at > 0));

    // Teams hears of the call by and by.
    let busy = async {
        while office.presence_set().is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        office.presence_set()
    };
    let set = tokio::time::timeout(Duration::from_secs(20), busy).await;
    let set = set.expect("Teams is told of the call");
    assert_eq!(set, Some(("Busy".to_owned(), "InACall".to_owned())));

    shift
        .act(UserAction::Note {
            call,
            tried: "Looked up both invoices".to_owned(),
            note: "Card 4111 1111 1111 1111, wants it today".to_owned(),
        })
        .await;
    let nadia = best[0].person.id.clone();
    shift
        .asks(OfficeAsk::Call {
            person: nadia.as_str().to_owned().into(),
            about: Some(call),
            hand_over: false,
        })
        .await;
    let told = shift
        .office_is(|view| {
            let card = view.cards.get(&call);
            card.is_some_and(|sent| {
                matches!(&sent.card.state, CardState::Sent { reply: Some(reply) } if reply.expose() == "2 min")
            })
        })
        .await;
    assert_eq!(told.cards[&call].to.expose(), "Nadia Haddad");
    let messages = office.messages_to("Nadia Haddad");
    assert_eq!(messages.len(), 1, "{messages:?}");
    for part in [
        "Tom Okafor",
        "Billing",
        "Charged twice",
        "Looked up both invoices",
        "today",
    ] {
        assert!(messages[0].contains(part), "{part} in {}", messages[0]);
    }
    assert!(!messages[0].contains("4111"), "{}", messages[0]);

    shift.until(consults).await;
    shift
        .act(UserAction::Complete {
            customer: call,
            sure: true,
        })
        .await;
    shift
        .until(|event| {
            matches!(
                event,
                DeskEvent::Transfer {
                    news: TransferNews::Done,
                    ..
                }
            )
        })
        .await;
    shift.office_is(|view| view.cards.is_empty()).await;
    shift
        .people_are(|view| {
            let mut recent = view.people.recent.iter();
            view.call.is_none() && recent.any(|one| one.person.id == nadia)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_out_in_a_call_keeps_the_call_and_signs_in_again() {
    let mut shift = OfficeShift::begin(DAY).await;
    let office = shift.practice.office().clone();
    shift.looks("").await;
    let call = shift.answers().await;
    office.obey(Order::Revoke).expect("an order");
    // Something is asked of Graph, and refused.
    shift.looks("nad").await;
    shift
        .office_is(|view| {
            matches!(
                view.sign_ins[0].state,
                State::SignedOut {
                    why: Some(Why::Expired)
                }
            )
        })
        .await;
    shift
        .people_are(|view| view.people.blocked == Some(Blocked::SignedOut))
        .await;
    let snapshot = shift.desk.snapshot().borrow().clone();
    assert!(
        snapshot
            .call(call)
            .is_some_and(|call| call.ending.is_none()),
        "the call goes on"
    );
    let view = shift.office.view().borrow().clone();
    assert!(
        matches!(view.phone, PhoneView::Ready(_)),
        "so does the phone"
    );

    shift
        .asks(OfficeAsk::SignIn {
            tenant: 0,
            device_code: false,
        })
        .await;
    shift
        .office_is(|view| matches!(view.sign_ins[0].state, State::SignedIn { .. }))
        .await;
    shift
        .people_are(|view| view.people.blocked.is_none() && view.people.all.total > 0)
        .await;

    shift.act(UserAction::Hangup(call)).await;
    shift.asks(OfficeAsk::SignOut(0)).await;
    shift
        .office_is(|view| matches!(view.phone, PhoneView::None))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_graph_refuses_is_said_and_passes() {
    let mut shift = OfficeShift::begin(&format!("{DAY}{COLLEAGUES}")).await;
    let office = shift.practice.office().clone();
    shift.looks("").await;
    shift
        .people_are(|view| view.people.all.total > 40 && view.people.blocked.is_none())
        .await;
    office
        .obey(Order::Challenge { asks: false })
        .expect("an order");
    office
        .obey(Order::Presence {
            who: "Ingrid Solberg".to_owned(),
            presence: "inACall".to_owned(),
        })
        .expect("an order");
    // The challenge is answered in silence: presence goes on.
    shift
        .people_are(|view| {
            let mut all = view.people.all.people.iter();
            all.any(|one| {
                name(one) == "Ingrid Solberg"
                    && one.presence.as_ref().is_some_and(|presence| {
                        presence.availability == Availability::Busy
                            && presence.activity == Activity::InACall
                    })
            })
        })
        .await;
    office
        .obey(Order::Throttle { s: 3, says: true })
        .expect("an order");
    shift
        .people_are(|view| matches!(view.people.blocked, Some(Blocked::Throttled(_))))
        .await;
    shift.people_are(|view| view.people.blocked.is_none()).await;
    office.obey(Order::Down { down: true }).expect("an order");
    shift
        .people_are(|view| view.people.blocked == Some(Blocked::Offline))
        .await;
    office.obey(Order::Down { down: false }).expect("an order");
    let back = shift.people_are(|view| view.people.blocked.is_none()).await;
    assert!(back.people.all.total > 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_without_a_phone_is_said_in_words() {
    let mut shift = OfficeShift::begin(DAY).await;
    let office = shift.practice.office().clone();
    shift.asks(OfficeAsk::SignOut(0)).await;
    shift
        .office_is(|view| matches!(view.phone, PhoneView::None))
        .await;
    for (status, says) in [
        (404, "has no phone"),
        (403, "does not let"),
        (503, "out of order"),
    ] {
        office
            .obey(Order::Phone {
                refuses: Some(status),
            })
            .expect("an order");
        let ask = match status {
            404 => OfficeAsk::SignIn {
                tenant: 0,
                device_code: false,
            },
            _ => OfficeAsk::Provision,
        };
        shift.asks(ask).await;
        let view = shift
            .office_is(
                |view| matches!(&view.phone, PhoneView::Failed(error) if error.what.contains(says)),
            )
            .await;
        assert!(matches!(view.sign_ins[0].state, State::SignedIn { .. }));
    }
    office
        .obey(Order::Phone { refuses: None })
        .expect("an order");
    // By itself: the last refusal passes.
    shift
        .office_is(|view| matches!(view.phone, PhoneView::Ready(_)))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_granted_is_left_out_until_the_agent_asks_for_it() {
    let mut shift = OfficeShift::begin_with_little(DAY).await;
    shift.looks("").await;
    let view = shift
        .people_are(|view| view.people.blocked == Some(Blocked::NoConsent))
        .await;
    let rung = Consent::LADDER
        .iter()
        .position(|rung| rung.scopes.contains(&Scope::PresenceReadAll))
        .expect("presence is on the ladder");
    assert!(view.people.ladder.contains(&Consent::LADDER[rung]));
    shift.asks(OfficeAsk::Consent(rung)).await;
    let view = shift
        .people_are(|view| {
            let mut all = view.people.all.people.iter();
            view.people.blocked.is_none() && all.any(|one| one.presence.is_some())
        })
        .await;
    assert!(!view.people.ladder.contains(&Consent::LADDER[rung]));
}

#[tokio::test(flavor = "multi_thread")]
async fn experts_of_one_customer_are_not_offered_for_a_call_of_another() {
    let home = DAY.replace("first_call_s = 1", "first_call_s = 600");
    let other = DAY
        .replace("23125 100", "23125 101")
        .replace("23125 20", "23125 30")
        .replace("Nadia Haddad", "Sofia Marino")
        .replace("Tom Okafor", "Walter Brandt");
    let (mut shift, fabrikam) = OfficeShift::begin_for_two(&home, &other).await;
    shift.looks("Nadia").await;
    let is_nadia = |one: &&Ranked| name(one) == "Nadia Haddad";
    let at_home = shift
        .people_are(|view| view.people.all.people.iter().any(|one| is_nadia(&one)))
        .await;
    let nadia = at_home.people.all.people.iter().find(is_nadia);
    let nadia = nadia.expect("she is at home").person.id.clone();
    shift.looks("").await;
    shift
        .asks(OfficeAsk::SignIn {
            tenant: 1,
            device_code: false,
        })
        .await;
    let view = shift
        .office_is(|view| matches!(view.sign_ins[1].state, State::SignedIn { .. }))
        .await;
    assert_eq!(view.sign_ins[1].customer.as_deref(), Some("Fabrikam"));

    let call = shift.answers().await;
    let snapshot = shift.desk.snapshot().borrow().clone();
    let line = snapshot.call(call).expect("it is up").line;
    let customer = snapshot.line(line).and_then(|line| line.customer.clone());
    assert_eq!(customer.as_deref(), Some("Fabrikam"));
    let rung = Consent::LADDER
        .iter()
        .position(|rung| rung.scopes.contains(&Scope::PresenceReadAll))
        .expect("presence is on the ladder");
    shift.asks(OfficeAsk::Consent(rung)).await;
    let theirs = shift
        .people_are(|view| {
            let first = view.people.best.first().map(name);
            view.customer.as_deref() == Some("Fabrikam") && first == Some("Sofia Marino")
        })
        .await;
    let everybody = theirs.people.best.iter().chain(&theirs.people.all.people);
    assert!(everybody.clone().all(|one| one.person.id != nadia));
    let refused = shift
        .office
        .ask(OfficeAsk::Call {
            person: nadia.as_str().to_owned().into(),
            about: Some(call),
            hand_over: false,
        })
        .await;
    let refused = refused.expect_err("she is no expert of theirs");
    assert!(
        refused.what.contains("no expert of this customer"),
        "{refused}"
    );

    // Their own is called by their line, in their own exchange.
    shift
        .asks(OfficeAsk::Call {
            person: theirs.people.best[0].person.id.as_str().to_owned().into(),
            about: Some(call),
            hand_over: false,
        })
        .await;
    shift.until(consults).await;
    drop(fabrikam);
}

/// The expert has answered, and the customer waits.
fn consults(event: &DeskEvent) -> bool {
    matches!(
        event,
        DeskEvent::Transfer {
            news: TransferNews::Consulting,
            ..
        }
    )
}
