//! A headset's buttons: what is pressed is asked of the phone as a click would, and what is lit is what the
//! phone does.

use tokio::sync::{mpsc, watch};
use tracing::{debug, info, warn};
use warmline_call::{CallId, Hold, Rejection, State, UserAction as CallAction};
use warmline_headset::{Headsets, PhoneState, Preferred, Refusal, Status, Wish};

use crate::{
    run::Running,
    snapshot::{CallView, DeviceView, HeadsetState, HeadsetView, Snapshot},
};

/// What is lit, and by which headset.
pub(crate) struct Lights {
    headsets: Headsets,
    shown: PhoneState,
    speaker: Option<String>,
}

/// What is pressed, and on what.
pub(crate) struct Presses {
    wishes: mpsc::Receiver<Wish>,
    status: watch::Receiver<Status>,
}

/// What a headset has to say.
pub(crate) enum Heard {
    Wish(Wish),
    Status(Status),
}

/// Takes the buttons of the headset that `speaker` belongs to, or else of the first that there is. Nothing
/// where the system has no way to them.
pub(crate) fn open(speaker: &DeviceView) -> Option<(Lights, Presses)> {
    let preferred = Preferred {
        name: speaker.name.clone(),
        ..Preferred::default()
    };
    match Headsets::open(preferred) {
        Ok((headsets, wishes)) => {
            let status = headsets.status();
            let lights = Lights {
                headsets,
                shown: PhoneState::default(),
                speaker: speaker.name.clone(),
            };
            Some((lights, Presses { wishes, status }))
        }
        Err(error) => {
            debug!(%error, "no headset's buttons on this system");
            None
        }
    }
}

/// What the headset says next; without one nothing ever comes.
pub(crate) async fn next(presses: &mut Option<Presses>) -> Heard {
    if let Some(Presses { wishes, status }) = presses {
        tokio::select! {
            Some(wish) = wishes.recv() => return Heard::Wish(wish),
            Ok(()) = status.changed() => return Heard::Status(status.borrow_and_update().clone()),
            else => {}
        }
    }
    std::future::pending().await
}

impl Lights {
    /// Lets the headset show what the phone does.
    pub(crate) fn show(&mut self, snapshot: &Snapshot) {
        let phone = phone_state(snapshot);
        if phone != self.shown {
            self.shown = phone;
            self.headsets.tell(phone);
        }
        if snapshot.speaker.name != self.speaker {
            self.speaker.clone_from(&snapshot.speaker.name);
            self.headsets.prefer(Preferred {
                name: self.speaker.clone(),
                ..Preferred::default()
            });
        }
    }
}

impl Running {
    pub(crate) fn headset(&mut self, heard: Heard) {
        match heard {
            Heard::Wish(wish) => {
                info!(?wish, "a headset's button");
                for action in actions(&self.state, wish) {
                    if let Err(error) = self.phone(action) {
                        self.tell_error(None, error);
                    }
                }
            }
            Heard::Status(status) => self.state.headset = view(status),
        }
    }
}

/// What a headset shows of a phone.
fn phone_state(snapshot: &Snapshot) -> PhoneState {
    let calls = || snapshot.calls.iter();
    let heard = || calls().filter(|call| is_spoken(call));
    PhoneState {
        ringing: calls().any(|call| call.state == State::Incoming),
        talking: calls().any(|call| is_begun(call) || is_spoken(call)),
        holding: calls().any(is_on_hold),
        muted: heard().next().is_some() && heard().all(|call| call.muted),
    }
}

/// What the phone is asked for by a wish.
fn actions(snapshot: &Snapshot, wish: Wish) -> Vec<CallAction> {
    let calls = || snapshot.calls.iter();
    let one = |of: Option<CallId>, action: fn(CallId) -> CallAction| of.map(action);
    let ringing = calls().find(|call| call.state == State::Incoming);
    let ringing = ringing.map(|call| call.id);
    let spoken = || calls().filter(|call| is_spoken(call));
    let in_group = |call: &CallView| {
        let group = snapshot.group.as_ref();
        group.is_some_and(|group| group.members.contains(&call.id))
    };
    let action = match wish {
        Wish::Answer => one(ringing, CallAction::Answer),
        Wish::Reject => one(ringing, |call| CallAction::Reject(call, Rejection::Busy)),
        Wish::HangUp => match spoken().next().or_else(|| calls().find(|c| is_begun(c))) {
            // People of a group go on without the agent, who can come back: nobody is hung up on whom a
            // single button cannot name.
            Some(call) if in_group(call) => Some(CallAction::Hold(call.id)),
            Some(call) => Some(CallAction::Hangup(call.id)),
            None => None,
        },
        Wish::ToggleHold => match spoken().next() {
            Some(call) => Some(turn_away(snapshot, call.id)),
            None => {
                let held = calls().rev().find(|call| is_on_hold(call));
                one(held.map(|call| call.id), CallAction::Resume)
            }
        },
        Wish::Mute(muted) => {
            let mute = |call: &CallView| CallAction::Mute(call.id, muted);
            return spoken().map(mute).collect();
        }
    };
    action.into_iter().collect()
}

/// Off the call that is heard: to the other one of customer and expert, or to nobody.
fn turn_away(snapshot: &Snapshot, call: CallId) -> CallAction {
    let consulted = snapshot.transfers.iter().find(|transfer| {
        let expert = transfer.expert.and_then(|expert| snapshot.call(expert));
        let answered = expert.is_some_and(|expert| expert.state == State::Established);
        answered && (transfer.customer == call || transfer.expert == Some(call))
    });
    match consulted {
        Some(transfer) => CallAction::Swap(transfer.customer),
        None => CallAction::Hold(call),
    }
}

/// Whether the agent has begun or answered it, and nobody talks yet.
fn is_begun(call: &CallView) -> bool {
    matches!(
        call.state,
        State::Answering | State::Dialing | State::Ringing { .. }
    )
}

/// Whether the agent talks there, or is about to again.
fn is_spoken(call: &CallView) -> bool {
    call.state == State::Established && matches!(call.hold, Hold::No | Hold::Resuming)
}

fn is_on_hold(call: &CallView) -> bool {
    call.state == State::Established && !is_spoken(call)
}

fn view(status: Status) -> Option<HeadsetView> {
    let state = match (&status.headset, status.refused) {
        (Some(_), _) if status.in_use_elsewhere => HeadsetState::InUseElsewhere,
        (Some(_), _) => HeadsetState::Works,
        (None, Some(Refusal::NotAllowed)) => HeadsetState::NotAllowed,
        (None, Some(Refusal::InUse)) => HeadsetState::Taken,
        (None, Some(Refusal::Failed(why))) => {
            warn!(%why, "a headset's buttons do not work");
            HeadsetState::Failed
        }
        (None, None) => return None,
    };
    let name = status.headset.map(|headset| headset.name);
    Some(HeadsetView { name, state })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use warmline_audio::{Processing, Volumes};
    use warmline_call::{Direction, How, Party, Phase};
    use warmline_policy::Voice;

    use super::*;
    use crate::{
        lines::LineId,
        snapshot::{GroupView, Note, RecordingView, Registration, TransferView},
    };

    const CUSTOMER: CallId = CallId::new(1);
    const EXPERT: CallId = CallId::new(2);
    const NEXT: CallId = CallId::new(3);

    fn call(id: CallId, state: State, hold: Hold) -> CallView {
        CallView {
            id,
            line: LineId::default(),
            direction: Direction::Incoming,
            state,
            party: Party::new("sip:someone@example.com"),
            invite: None,
            hold,
            remote_hold: false,
            muted: false,
            heard: hold == Hold::No,
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

    fn snapshot(calls: Vec<CallView>) -> Snapshot {
        let device = DeviceView {
            name: None,
            state: crate::DeviceState::None,
            chosen: None,
            everywhere: false,
        };
        Snapshot {
            at: Duration::ZERO,
            registration: Registration::Connecting,
            lines: Vec::new(),
            calls,
            focus: None,
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
            devices: None,
            stopped: false,
        }
    }

    #[test]
    fn what_the_phone_does_is_what_is_lit() {
        let lit = |calls| phone_state(&snapshot(calls));
        let all = |ringing, talking, holding, muted| PhoneState {
            ringing,
            talking,
            holding,
            muted,
        };
        let incoming = call(NEXT, State::Incoming, Hold::No);
        let held = call(CUSTOMER, State::Established, Hold::Held);
        let dialled = call(EXPERT, State::Dialing, Hold::No);
        let muted = CallView {
            muted: true,
            ..call(EXPERT, State::Established, Hold::No)
        };
        assert_eq!(lit(vec![]), PhoneState::default());
        assert_eq!(lit(vec![incoming.clone()]), all(true, false, false, false));
        let consult = vec![held.clone(), dialled];
        assert_eq!(lit(consult), all(false, true, true, false));
        let busy = vec![held, muted, incoming];
        assert_eq!(lit(busy), all(true, true, true, true));
    }

    #[test]
    fn a_press_means_the_call_that_it_can_only_mean() {
        let incoming = call(NEXT, State::Incoming, Hold::No);
        let talking = call(CUSTOMER, State::Established, Hold::No);
        let held = call(CUSTOMER, State::Established, Hold::Held);
        let ask = |calls: &[&CallView], wish| {
            let calls = calls.iter().map(|call| (*call).clone()).collect();
            actions(&snapshot(calls), wish)
        };
        let both = [&talking, &incoming];
        assert_eq!(ask(&both, Wish::Answer), [CallAction::Answer(NEXT)]);
        let busy = CallAction::Reject(NEXT, Rejection::Busy);
        assert_eq!(ask(&both, Wish::Reject), [busy]);
        assert_eq!(ask(&both, Wish::HangUp), [CallAction::Hangup(CUSTOMER)]);
        assert_eq!(ask(&both, Wish::ToggleHold), [CallAction::Hold(CUSTOMER)]);
        let mute = CallAction::Mute(CUSTOMER, true);
        assert_eq!(ask(&both, Wish::Mute(true)), [mute]);
        let held = [&held];
        assert_eq!(ask(&held, Wish::ToggleHold), [CallAction::Resume(CUSTOMER)]);
        // Nobody whom the agent does not hear is hung up on or muted.
        assert_eq!(ask(&held, Wish::HangUp), []);
        assert_eq!(ask(&held, Wish::Mute(true)), []);
        assert_eq!(ask(&[], Wish::Answer), []);
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
        let swap = actions(&snapshot, Wish::ToggleHold);
        assert_eq!(swap, [CallAction::Swap(CUSTOMER)]);
        let hangup = actions(&snapshot, Wish::HangUp);
        assert_eq!(hangup, [CallAction::Hangup(EXPERT)]);
    }

    #[test]
    fn nobody_of_a_group_is_hung_up_on() {
        let mut snapshot = snapshot(vec![
            call(CUSTOMER, State::Established, Hold::No),
            call(EXPERT, State::Established, Hold::No),
        ]);
        snapshot.group = Some(GroupView {
            members: vec![CUSTOMER, EXPERT],
            instead: None,
        });
        let away = actions(&snapshot, Wish::HangUp);
        assert_eq!(away, [CallAction::Hold(CUSTOMER)]);
        let muted = actions(&snapshot, Wish::Mute(true));
        assert_eq!(muted.len(), 2);
    }
}
