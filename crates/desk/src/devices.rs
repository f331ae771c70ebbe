//! What the engine tells of its devices, and of where the ring is heard.

use std::sync::Arc;

use tracing::{info, warn};
use warmline_audio::{AudioEvent, Refusal, RingFault, RingProof, Role};
use warmline_call::State;

use crate::{
    error::{DeskError, ErrorCode},
    event::{DeskEvent, DeviceRole, DeviceState},
    run::Running,
    snapshot::DeviceView,
};

impl Running {
    pub(crate) fn audio(&mut self, event: AudioEvent) {
        self.check_hears(&event);
        match event {
            AudioEvent::DeviceLost { role, name, reason } => {
                warn!(?role, %reason, "sound device lost");
                self.device(role, Some(name), DeviceState::Lost);
            }
            AudioEvent::DeviceChanged {
                role,
                name,
                preferred,
            } => {
                info!(?role, preferred, "sound device in use");
                self.no_microphone &= role != Role::Input;
                let state = if preferred {
                    DeviceState::InUse
                } else {
                    DeviceState::StandIn
                };
                self.device(role, Some(name), state);
            }
            AudioEvent::DeviceClosed { role, name } => {
                self.device(role, Some(name), DeviceState::Closed);
            }
            AudioEvent::NoDevice {
                role,
                reason,
                refusal,
            } => self.no_device(role, &reason, refusal),
            AudioEvent::DeviceRefused { role, name, why } => {
                warn!(?role, %why, "a sound device cannot be used");
                if let Some(error) = refused(role, &name, &why) {
                    self.tell_error(None, error);
                }
            }
            AudioEvent::RingProof(proof) => self.ring_proof(proof),
            // The last list may come after the agent has looked away.
            AudioEvent::Devices(devices) => {
                self.state.devices = self.looking.then(|| Arc::new(devices));
            }
            // Where there is still something to do about it, the desk has left.
            AudioEvent::WavEnded | AudioEvent::Broken => {}
            AudioEvent::MutedSpeech => {
                self.state.spoke_muted_at = Some(self.age());
                self.pending.push(DeskEvent::SpokeMuted);
            }
            AudioEvent::SilentMicrophone(silent) => {
                warn!(silent, "the microphone is silent, or no longer");
                self.state.microphone_silent = silent;
                self.pending.push(DeskEvent::MicrophoneSilent(silent));
            }
            AudioEvent::WavFailed { path, reason, .. } => {
                warn!(%reason, "a WAV file in the place of a device broke off");
                let what = format!("The sound file {} broke off: {reason}.", path.display());
                let error = DeskError::new(ErrorCode::SoundFile, what, "The call goes on.");
                self.tell_error(None, error);
            }
        }
    }

    /// The agent hears of it once, however often a device is needed.
    fn no_device(&mut self, role: Role, reason: &str, refusal: Option<Refusal>) {
        self.no_microphone |= role == Role::Input;
        let state = match refusal {
            Some(Refusal::NotAllowed) => DeviceState::Denied,
            Some(Refusal::Asking | Refusal::InUse | Refusal::Failed(_)) | None => DeviceState::None,
        };
        let view = self.view(role);
        if (view.state, &view.refusal) == (state, &refusal) {
            return;
        }
        warn!(?role, %reason, "no sound device");
        self.device(role, None, state);
        self.view(role).refusal.clone_from(&refusal);
        self.tell_error(None, none(role, refusal));
    }

    fn device(&mut self, role: Role, name: Option<String>, state: DeviceState) {
        let view = self.view(role);
        view.name.clone_from(&name);
        view.state = state;
        view.refusal = None;
        self.publish();
        let role = match role {
            Role::Input => DeviceRole::Microphone,
            Role::Output => DeviceRole::Speaker,
            Role::Ring => DeviceRole::Ringer,
        };
        self.tell(DeskEvent::Device { role, name, state });
    }

    fn view(&mut self, role: Role) -> &mut DeviceView {
        match role {
            Role::Input => &mut self.state.microphone,
            Role::Output => &mut self.state.speaker,
            Role::Ring => &mut self.state.ringer,
        }
    }

    /// Whether a ring is heard is remembered of every call that rings.
    fn ring_proof(&mut self, proof: RingProof) {
        let heard_on = proof.heard_on.len();
        let faults: Vec<&RingFault> = proof.not_heard.iter().map(|(_, why)| why).collect();
        if heard_on > 0 && faults.is_empty() {
            info!(heard_on, "the ring is heard");
        } else {
            warn!(
                heard_on,
                ?faults,
                "the ring is not heard where it should be"
            );
        }
        let words = ring_words(&proof);
        for call in self.phone.calls().filter(|c| c.state() == State::Incoming) {
            if let Some(leg) = self.legs.get_mut(&call.id()) {
                leg.notes.ring = Some(words.clone());
            }
        }
        // Without any device, that has been said; and who turned it down wants it so.
        let unwanted = faults.iter().any(|fault| **fault != RingFault::TurnedDown);
        if heard_on == 0 && unwanted {
            let what = format!("Your ring cannot be heard. {words}");
            let advice = "Calls show in the window. Choose another device to ring on, or make this \
                          one heard again.";
            self.tell_error(None, DeskError::new(ErrorCode::RingUnheard, what, advice));
        }
        self.publish();
        self.tell(DeskEvent::Ring(proof));
    }
}

/// Where a ring was heard and where not, in sentences.
fn ring_words(proof: &RingProof) -> String {
    if proof.heard_on.is_empty() && proof.not_heard.is_empty() {
        return "There was no device to ring on.".into();
    }
    let mut sentences = Vec::new();
    if !proof.heard_on.is_empty() {
        sentences.push(format!("It rang on {}.", proof.heard_on.join(", ")));
    }
    for (name, why) in &proof.not_heard {
        sentences.push(format!("Not on {name}: {why}."));
    }
    sentences.join(" ")
}

/// There is no device that can be used.
fn none(role: Role, refusal: Option<Refusal>) -> DeskError {
    if role == Role::Input && refusal == Some(Refusal::NotAllowed) {
        return DeskError::new(
            ErrorCode::MicrophoneDenied,
            "The system does not let Warmline use the microphone: nobody hears you.",
            Refusal::NotAllowed.advice(role),
        );
    }
    let (code, what) = match role {
        Role::Input => (
            ErrorCode::NoMicrophone,
            "There is no microphone: nobody hears you.",
        ),
        Role::Output => (
            ErrorCode::NoSpeaker,
            "There is no headset or speaker: you hear nobody.",
        ),
        Role::Ring => (ErrorCode::NoRinger, "There is no device to ring on."),
    };
    if refusal == Some(Refusal::Asking) {
        let what = "The system asks whether Warmline may use the microphone: nobody hears you yet.";
        return DeskError::new(code, what, Refusal::Asking.advice(role));
    }
    if refusal == Some(Refusal::InUse) {
        let what = format!("{what} Another program uses the only one there is.");
        return DeskError::new(code, what, Refusal::InUse.advice(role));
    }
    DeskError::new(code, what, "Plug one in; it is used at once.")
}

/// One that was asked for is there and cannot be used; another one may stand in.
fn refused(role: Role, name: &str, why: &Refusal) -> Option<DeskError> {
    match why {
        Refusal::InUse => {
            let what = format!("Another program uses {name}.");
            Some(DeskError::new(
                ErrorCode::DeviceInUse,
                what,
                why.advice(role),
            ))
        }
        // Of what is not allowed and of what is broken, it is told if no other stands in.
        Refusal::NotAllowed | Refusal::Asking | Refusal::Failed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{peer::Peer, stage};

    #[tokio::test]
    async fn a_device_that_nobody_needs_is_closed_and_one_that_is_missing_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let peer = Peer::start().await;
        let (mut phone, engine) = stage::phone(&peer, folder.path()).await;
        let role = Role::Input;
        let used = AudioEvent::DeviceChanged {
            role,
            name: "Headset".into(),
            preferred: true,
        };
        let closed = AudioEvent::DeviceClosed {
            role,
            name: "Headset".into(),
        };
        let missing = |refusal: Refusal| AudioEvent::NoDevice {
            role,
            reason: refusal.to_string(),
            refusal: Some(refusal),
        };
        for event in [
            used,
            closed,
            missing(Refusal::InUse),
            missing(Refusal::InUse),
            missing(Refusal::NotAllowed),
            missing(Refusal::NotAllowed),
            AudioEvent::MutedSpeech,
        ] {
            engine.send(event).await.unwrap();
        }
        let mut states = Vec::new();
        let mut errors = Vec::new();
        loop {
            match phone.events.recv().await.unwrap() {
                DeskEvent::Device { name, state, .. } => states.push((name.is_some(), state)),
                DeskEvent::Error { error, .. } => errors.push(error.code),
                DeskEvent::SpokeMuted => break,
                _ => {}
            }
        }
        let expected = [
            (true, DeviceState::InUse),
            (true, DeviceState::Closed),
            (false, DeviceState::None),
            (false, DeviceState::Denied),
        ];
        assert_eq!(states, expected);
        let expected = [ErrorCode::NoMicrophone, ErrorCode::MicrophoneDenied];
        assert_eq!(errors, expected);
        let microphone = phone.desk.snapshot().borrow().microphone.clone();
        assert_eq!(microphone.refusal, Some(Refusal::NotAllowed));
    }

    #[test]
    fn it_is_said_where_a_ring_was_heard_and_why_not_elsewhere() {
        let headset = ("Headset".to_owned(), RingFault::Muted);
        for (heard_on, not_heard, words) in [
            (vec!["Headset"], vec![], "It rang on Headset."),
            (
                vec!["Dock", "Laptop"],
                vec![headset.clone()],
                "It rang on Dock, Laptop. Not on Headset: it is muted.",
            ),
            (vec![], vec![headset], "Not on Headset: it is muted."),
            (vec![], vec![], "There was no device to ring on."),
        ] {
            let heard_on = heard_on.into_iter().map(str::to_owned).collect();
            let proof = RingProof {
                heard_on,
                not_heard,
            };
            assert_eq!(ring_words(&proof), words);
        }
    }

    #[test]
    fn what_the_agent_can_do_about_a_refusal_is_said() {
        let denied = none(Role::Input, Some(Refusal::NotAllowed));
        assert_eq!(denied.code, ErrorCode::MicrophoneDenied);
        assert!(!denied.advice.is_empty());
        let none_there = none(Role::Input, None);
        assert_eq!(none_there.code, ErrorCode::NoMicrophone);
        let taken = none(Role::Output, Some(Refusal::InUse));
        assert!(taken.what.contains("Another program"), "{taken}");
        let taken = refused(Role::Input, "Headset", &Refusal::InUse).expect("it is told");
        assert_eq!(taken.what, "Another program uses Headset.");
    }
}
