//! A headset's buttons: what is pressed is asked of the phone as a click would, and what is lit is what the
//! phone does.

use tokio::sync::{mpsc, watch};
use tracing::{debug, info, warn};
use warmline_call::State;
use warmline_headset::{Headsets, PhoneState, Preferred, Refusal, Status, Wish};

use crate::{
    press::{Hands, Press},
    run::Running,
    snapshot::{DeviceView, HeadsetState, HeadsetView, Snapshot},
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
                if let Err(error) = self.press(press(wish)) {
                    self.tell_error(None, error);
                }
            }
            Heard::Status(status) => self.state.headset = view(status),
        }
    }
}

/// What a headset shows of a phone.
fn phone_state(snapshot: &Snapshot) -> PhoneState {
    let hands = Hands::of(snapshot);
    PhoneState {
        ringing: snapshot
            .calls
            .iter()
            .any(|call| call.state == State::Incoming),
        talking: hands.talking(),
        holding: hands.holding(),
        muted: hands.muted() == Some(true),
    }
}

fn press(wish: Wish) -> Press {
    match wish {
        Wish::Answer => Press::Answer,
        Wish::Reject => Press::Reject,
        Wish::HangUp => Press::HangUp,
        Wish::ToggleHold => Press::ToggleHold,
        Wish::Mute(muted) => Press::Mute(muted),
    }
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
    use warmline_call::Hold;

    use super::*;
    use crate::{
        press::tests::{CUSTOMER, EXPERT, NEXT, call, snapshot},
        snapshot::CallView,
    };

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
}
