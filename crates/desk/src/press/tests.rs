use std::time::{Duration, SystemTime};

use warmline_audio::{Processing, Volumes};
use warmline_call::{Direction, How, Party, Phase};
use warmline_policy::Voice;

use super::*;
use crate::{
    lines::LineId,
    snapshot::{DeviceView, GroupView, Note, RecordingView, Registration, TransferView},
};

pub(crate) const CUSTOMER: CallId = CallId::new(1);
pub(crate) const EXPERT: CallId = CallId::new(2);
pub(crate) const NEXT: CallId = CallId::new(3);

pub(crate) fn call(id: CallId, state: State, hold: Hold) -> CallView {
    CallView {
        id,
        line: LineId::default(),
        direction: Direction::Incoming,
        state,
        party: Party::new("sip:someone@example.com"),
        invite: None,
        hold,
        held_since: None,
        remote_hold: false,
        muted: false,
        heard: hold == Hold::No,
        music: false,
        connected: true,
        began: SystemTime::UNIX_EPOCH,
        started_at: Duration::ZERO,
        answered_at: None,
        first_audio_at: None,
        volume_percent: 100,
        silenced: false,
        suspicion: None,
        referral: None,
        recovering: false,
        longest_gap: None,
        ring: None,
        recording: RecordingView::NotAllowed,
        recording_stays: false,
        recordings: Vec::new(),
        handed: None,
        note: Note::default(),
        dtmf_sent: String::new().into(),
        stats: None,
        quality: None,
        ending: None,
    }
}

pub(crate) fn snapshot(calls: Vec<CallView>) -> Snapshot {
    let device = DeviceView {
        name: None,
        state: crate::DeviceState::None,
        refusal: None,
        chosen: None,
        everywhere: false,
    };
    Snapshot {
        at: Duration::ZERO,
        registration: Registration::Connecting,
        lines: Vec::new(),
        calls,
        focus: None,
        do_not_disturb: false,
        transfers: Vec::new(),
        group: None,
        recovery: None,
        microphone: device.clone(),
        speaker: device.clone(),
        ringer: device,
        headset: None,
        volumes: Volumes::default(),
        processing: Processing::default(),
        managed_voice: Voice::default(),
        spoke_muted_at: None,
        microphone_silent: false,
        check: None,
        devices: None,
        stopped: false,
    }
}

#[test]
fn a_press_means_the_call_that_it_can_only_mean() {
    let incoming = call(NEXT, State::Incoming, Hold::No);
    let talking = call(CUSTOMER, State::Established, Hold::No);
    let held = call(CUSTOMER, State::Established, Hold::Held);
    let ask = |calls: &[&CallView], press| {
        let calls = calls.iter().map(|call| (*call).clone()).collect();
        Hands::of(&snapshot(calls)).meant(press)
    };
    let both = [&talking, &incoming];
    assert_eq!(ask(&both, Press::Answer), [CallAction::Answer(NEXT)]);
    let busy = CallAction::Reject(NEXT, Rejection::Busy);
    assert_eq!(ask(&both, Press::Reject), [busy]);
    assert_eq!(ask(&both, Press::HangUp), [CallAction::Hangup(CUSTOMER)]);
    assert_eq!(ask(&both, Press::ToggleHold), [CallAction::Hold(CUSTOMER)]);
    let mute = CallAction::Mute(CUSTOMER, true);
    assert_eq!(ask(&both, Press::Mute(true)), [mute]);
    let held = [&held];
    assert_eq!(
        ask(&held, Press::ToggleHold),
        [CallAction::Resume(CUSTOMER)]
    );
    // Nobody whom the agent does not hear is hung up on or muted.
    assert_eq!(ask(&held, Press::HangUp), []);
    assert_eq!(ask(&held, Press::Mute(true)), []);
    assert_eq!(ask(&[], Press::Answer), []);
}

#[test]
fn in_a_consultation_hold_swaps_and_hanging_up_is_for_who_is_heard() {
    let mut snapshot = snapshot(vec![
        call(CUSTOMER, State::Established, Hold::Held),
        call(EXPERT, State::Established, Hold::No),
    ]);
    snapshot.transfers.push(TransferView {
        customer: CUSTOMER,
        expert: Some(EXPERT),
        to: Party::new("sip:expert@example.com"),
        how: How::Consult,
        phase: Phase::Consulting,
        completes_at: None,
        trouble: None,
    });
    let swap = Hands::of(&snapshot).meant(Press::ToggleHold);
    assert_eq!(swap, [CallAction::Swap(CUSTOMER)]);
    let hangup = Hands::of(&snapshot).meant(Press::HangUp);
    assert_eq!(hangup, [CallAction::Hangup(EXPERT)]);
}

/// Customer and expert hear each other; `focus` says whom the agent hears.
fn group(focus: Option<CallId>, other: Option<CallView>) -> Snapshot {
    let mut calls = vec![
        call(CUSTOMER, State::Established, Hold::No),
        call(EXPERT, State::Established, Hold::No),
    ];
    calls.extend(other);
    let mut snapshot = snapshot(calls);
    snapshot.focus = focus;
    snapshot.group = Some(GroupView {
        members: vec![CUSTOMER, EXPERT],
        instead: None,
    });
    snapshot
}

#[test]
fn nobody_of_a_group_is_hung_up_on() {
    let snapshot = group(Some(EXPERT), None);
    let hands = Hands::of(&snapshot);
    assert_eq!(hands.heard(), Some(CUSTOMER));
    for press in [Press::HangUp, Press::HangUpOrReject, Press::ToggleHold] {
        assert_eq!(hands.meant(press), [CallAction::Hold(CUSTOMER)]);
    }
    assert_eq!(hands.meant(Press::Mute(true)).len(), 2);
}

#[test]
fn whoever_is_away_from_a_group_comes_back_to_it_by_the_same_button() {
    let snapshot = group(None, None);
    let hands = Hands::of(&snapshot);
    assert_eq!((hands.heard(), hands.muted()), (None, None));
    assert!(hands.holding() && !hands.talking());
    assert_eq!(hands.meant(Press::HangUpOrReject), []);
    assert_eq!(hands.meant(Press::ToggleMute), []);
    let back = hands.meant(Press::ToggleHold);
    assert_eq!(back, [CallAction::Resume(EXPERT)]);
}

#[test]
fn a_group_that_the_agent_is_away_from_does_not_stand_before_the_call_that_is_heard() {
    let heard = call(NEXT, State::Established, Hold::No);
    let snapshot = group(Some(NEXT), Some(heard));
    let hands = Hands::of(&snapshot);
    assert_eq!(hands.heard(), Some(NEXT));
    assert_eq!(hands.meant(Press::HangUp), [CallAction::Hangup(NEXT)]);
    assert_eq!(hands.meant(Press::ToggleHold), [CallAction::Hold(NEXT)]);
    assert_eq!(
        hands.meant(Press::ToggleMute),
        [CallAction::Mute(NEXT, true)]
    );
}

#[test]
fn with_a_customer_on_hold_what_rings_is_refused_and_the_customer_stays() {
    let held = call(CUSTOMER, State::Established, Hold::Held);
    let here_only = call(EXPERT, State::Established, Hold::LocalOnly);
    let incoming = call(NEXT, State::Incoming, Hold::No);
    let busy = snapshot(vec![held.clone(), here_only.clone(), incoming]);
    let refuse = CallAction::Reject(NEXT, Rejection::Busy);
    assert_eq!(Hands::of(&busy).meant(Press::HangUpOrReject), [refuse]);
    assert_eq!(Hands::of(&busy).meant(Press::HangUp), []);
    let quiet = snapshot(vec![held, here_only]);
    assert_eq!(Hands::of(&quiet).meant(Press::HangUpOrReject), []);
}

#[test]
fn a_call_under_way_can_be_given_up_and_muted() {
    let held = call(CUSTOMER, State::Established, Hold::Held);
    let dialled = call(EXPERT, State::Dialing, Hold::No);
    let snapshot = snapshot(vec![held, dialled]);
    let hands = Hands::of(&snapshot);
    assert_eq!((hands.heard(), hands.muted()), (None, Some(false)));
    assert!(hands.talking());
    assert_eq!(hands.meant(Press::HangUp), [CallAction::Hangup(EXPERT)]);
    let mute = hands.meant(Press::ToggleMute);
    assert_eq!(mute, [CallAction::Mute(EXPERT, true)]);
}
