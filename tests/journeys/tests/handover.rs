//! The whole phone hands a customer over in the practice contact centre.

use warmline_desk::{CallId, DeskEvent, Done, EndReason, TransferNews, TransferReason, UserAction};
use warmline_journeys::{NADIA, Shift, maria_and_nadia};
use warmline_practice::{Deed, Hears};

/// Maria is on hold, and Nadia is asked.
async fn consulting(scenario: &str) -> (Shift, CallId, CallId) {
    let mut shift = Shift::begin(scenario).await;
    let customer = shift.rings().await;
    shift.answers(customer).await;
    let expert = consults(&mut shift, customer, NADIA).await;
    is_told(&mut shift, TransferNews::Consulting).await;
    (shift, customer, expert)
}

async fn consults(shift: &mut Shift, customer: CallId, to: &str) -> CallId {
    let consult = UserAction::Consult {
        customer,
        to: to.to_owned(),
        hand_over: false,
    };
    match shift.act(consult).await {
        Done::Dialing(expert) => expert,
        done => panic!("{done:?}"),
    }
}

async fn completes(shift: &mut Shift, customer: CallId) {
    let sure = false;
    shift.act(UserAction::Complete { customer, sure }).await;
}

async fn is_told(shift: &mut Shift, wanted: TransferNews) -> Option<TransferReason> {
    let told =
        |event: &DeskEvent| matches!(event, DeskEvent::Transfer { news, .. } if *news == wanted);
    match shift.until(told).await {
        DeskEvent::Transfer { reason, .. } => reason,
        _ => unreachable!("only such an event is waited for"),
    }
}

async fn ends(shift: &mut Shift, wanted: CallId) -> EndReason {
    let end = |event: &DeskEvent| matches!(event, DeskEvent::Ended { call, .. } if *call == wanted);
    match shift.until(end).await {
        DeskEvent::Ended { reason, .. } => reason,
        _ => unreachable!("only such an event is waited for"),
    }
}

#[tokio::test]
async fn a_customer_is_handed_over_and_talks_with_the_expert() {
    let (mut shift, customer, expert) = consulting(&maria_and_nadia("\"accepted\"")).await;
    shift.does("Maria Keller", Deed::Hears(Hears::Held)).await;
    completes(&mut shift, customer).await;
    assert_eq!(is_told(&mut shift, TransferNews::Done).await, None);
    assert_eq!(ends(&mut shift, customer).await, EndReason::Transferred);
    assert_eq!(ends(&mut shift, expert).await, EndReason::Transferred);
    shift.does("Maria Keller", Deed::Transferred(200)).await;
    shift.does("Nadia Haddad", Deed::Hears(Hears::Speech)).await;
}

#[tokio::test]
async fn a_server_that_transfers_no_calls_is_done_without() {
    let (mut shift, customer, expert) = consulting(&maria_and_nadia("603")).await;
    completes(&mut shift, customer).await;
    let reason = is_told(&mut shift, TransferNews::Merged).await;
    assert_eq!(reason, Some(TransferReason::NotSupported { status: 603 }));
    let group = shift.desk.snapshot().borrow().group.clone();
    assert_eq!(group.expect("a group").members, [customer, expert]);
    // The expert says something to the customer.
    shift.does("Maria Keller", Deed::Hears(Hears::Speech)).await;
}

#[tokio::test]
async fn voicemail_is_asked_about_first() {
    let mut shift = Shift::begin(&maria_and_nadia("\"accepted\"")).await;
    let customer = shift.rings().await;
    shift.answers(customer).await;
    let voicemail = consults(&mut shift, customer, "903").await;
    let reason = loop {
        if let Some(reason) = is_told(&mut shift, TransferNews::Consulting).await {
            break reason;
        }
    };
    assert!(matches!(reason, TransferReason::MaybeMachine(_)));
    let sure = false;
    let complete = UserAction::Complete { customer, sure };
    let refused = shift
        .desk
        .send(complete)
        .await
        .expect_err("it is asked first");
    assert_eq!(refused.code.as_str(), "maybe_machine");
    shift.act(UserAction::Back(customer)).await;
    assert_eq!(ends(&mut shift, voicemail).await, EndReason::HungUp);
}
