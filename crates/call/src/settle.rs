//! After every event: offers, sound, tones and memory are brought in line with the calls.

use std::time::Instant;

use crate::{
    command::{Command, MediaCommand, SipCommand},
    hold::Offer,
    phone::Phone,
    state::{Call, CallId, Flow, Leg, State},
};

impl Phone {
    /// Bring offers, sound flow, tones and memory in line with the calls.
    pub(crate) fn settle(&mut self, now: Instant, commands: &mut Vec<Command>) {
        for call in self.calls.values_mut() {
            let waits = call.state == State::Established && call.negotiation.wanted();
            call.held_since = call.held_since.or(Some(now)).filter(|_| waits);
            let restart = call.leg == Leg::Confirmed && call.path.wants_restart(now);
            let offer = call.negotiation.next_offer(now, restart);
            if restart {
                match offer {
                    Some(_) => call.path.restarts(now),
                    None => call.path.put_off(now),
                }
            }
            if let Some(Offer { hold, restart }) = offer {
                commands.push(Command::Sip(SipCommand::Reoffer {
                    call: call.id,
                    hold,
                    restart,
                }));
            }
        }
        // Off before on: not even between two commands are two calls heard.
        let (ids, music): (Vec<CallId>, bool) =
            (self.calls.keys().copied().collect(), self.config.hold_music);
        for on in [false, true] {
            for id in &ids {
                let (heard, grouped) = (self.in_focus(*id), self.grouped(*id));
                if let Some(call) = self.calls.get_mut(id).filter(|_| heard == on) {
                    settle_flow(call, heard, grouped, music, commands);
                }
            }
        }
        let calls = self.calls.values();
        self.sounds.settle(now, calls, self.focus, commands);
        self.greet(commands);
        self.forget();
    }

    /// Tell the agent, once for each call, that they are on it.
    fn greet(&mut self, commands: &mut Vec<Command>) {
        let focus = self.focus.and_then(|id| self.calls.get_mut(&id));
        if let Some(call) = focus
            && call.state == State::Established
            && call.path.is_up()
            && !std::mem::replace(&mut call.greeted, true)
        {
            self.sounds.greet(commands);
        }
    }

    /// Keep no more than [`ENDED_KEPT`] ended calls, however many come in.
    fn forget(&mut self) {
        let over = |call: &&Call| !call.live() && call.leg == Leg::Gone;
        let mut ended: Vec<_> = self
            .calls
            .values()
            .filter(over)
            .map(|call| (call.dismissed, call.ended, call.id))
            .collect();
        ended.sort_by_key(|(dismissed, at, id)| (!dismissed, *at, *id));
        let dismissed = ended.iter().filter(|(dismissed, ..)| *dismissed).count();
        let surplus = ended.len().saturating_sub(ENDED_KEPT).max(dismissed);
        for (_, _, id) in &ended[..surplus] {
            self.calls.remove(id);
            self.expert_forgotten(*id);
        }
    }
}

fn settle_flow(
    call: &mut Call,
    heard: bool,
    grouped: bool,
    hold_music: bool,
    commands: &mut Vec<Command>,
) {
    let Some(flow) = &mut call.media else {
        return;
    };
    let established = call.state == State::Established;
    let now = Flow {
        heard,
        // Nobody has agreed to hear the agent before the answer.
        sending: established && (heard || grouped),
        // A group goes on without the agent.
        muted: call.muted || (grouped && !heard),
        mixed: established && grouped,
        silenced: call.silenced,
        music: established && hold_music && call.negotiation.wanted(),
        volume: call.volume,
    };
    let before = std::mem::replace(flow, now);
    let id = call.id;
    let mut media = |command| commands.push(Command::Media(command));
    // Off before the flow and on after it, so that not a word gets out.
    if now.muted && !before.muted {
        media(MediaCommand::Mute(id, true));
    }
    if before.silenced != now.silenced {
        media(MediaCommand::Silence(id, now.silenced));
    }
    if before.volume != now.volume {
        media(MediaCommand::Volume(id, now.volume));
    }
    if before.mixed && !now.mixed {
        media(MediaCommand::Mix(id, false));
    }
    if before.music && !now.music {
        media(MediaCommand::Music(id, false));
    }
    if (before.heard, before.sending) != (now.heard, now.sending) {
        media(MediaCommand::Flow {
            call: id,
            heard: now.heard,
            sending: now.sending,
        });
    }
    if before.muted && !now.muted {
        media(MediaCommand::Mute(id, false));
    }
    if now.music && !before.music {
        media(MediaCommand::Music(id, true));
    }
    if now.mixed && !before.mixed {
        media(MediaCommand::Mix(id, true));
    }
}

/// How many ended calls are kept at most.
const ENDED_KEPT: usize = 32;
