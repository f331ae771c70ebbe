use warmline_desk::{
    CallView, Direction, Hold, State,
    told::{Told, told},
};

use crate::{
    details::details,
    ending::ending,
    party::{Agent, party},
    people::UiNote,
    presenter::millis,
    quality::UiQuality,
    recording::recording,
    snapshot::{UiCall, UiCallState, UiDirection, UiHold},
    transfer::UiReferral,
};

/// A call as the pages show it.
pub(crate) fn call(view: &CallView, agent: &Agent, quality: Option<UiQuality>) -> UiCall {
    let invite = view.invite.as_deref();
    let told = invite.map_or_else(Told::default, |invite| told(invite, view.began));
    UiCall {
        id: u32::try_from(view.id.get()).unwrap_or(u32::MAX),
        direction: match view.direction {
            Direction::Incoming => UiDirection::Incoming,
            Direction::Outgoing => UiDirection::Outgoing,
        },
        state: state(view),
        party: party(&view.party, agent),
        customer: None,
        note: UiNote {
            tried: view.note.tried.expose().clone(),
            note: view.note.note.expose().clone(),
        },
        details: invite.map_or_else(Vec::new, |invite| details(invite, &told, agent)),
        started_at_ms: millis(view.started_at),
        answered_at_ms: view.answered_at.map(millis),
        waited_ms: told.waited.map(millis),
        muted: view.muted,
        hold: match view.hold {
            Hold::No => UiHold::Off,
            Hold::Holding => UiHold::Holding,
            Hold::Held => UiHold::Held,
            Hold::Resuming => UiHold::Resuming,
            Hold::LocalOnly => UiHold::LocalOnly,
        },
        held_since_ms: view.held_since.map(millis),
        held_by_them: view.remote_hold,
        heard: view.heard,
        quality: quality.filter(|_| view.ending.is_none()),
        volume_percent: view.volume_percent,
        silenced: view.silenced,
        recording: recording(view),
        suspicion: view.suspicion.map(Into::into),
        referral: view.referral.as_ref().map(|referral| UiReferral {
            to: party(&referral.to, agent),
            until_ms: millis(referral.until),
        }),
        recovering: view.recovering,
        interrupted: interrupted(view),
        longest_gap_ms: view.longest_gap.map(millis),
        dtmf_sent: view.dtmf_sent.expose().clone(),
        ending: view.ending.as_ref().map(ending),
    }
}

/// Sound has been there, and is not.
fn interrupted(view: &CallView) -> bool {
    view.state == State::Established && !view.connected && view.first_audio_at.is_some()
}

fn state(view: &CallView) -> UiCallState {
    match view.state {
        State::Incoming | State::Ringing { early_media: false } => UiCallState::Ringing,
        State::Ringing { early_media: true } => UiCallState::Early,
        State::Dialing => UiCallState::Calling,
        State::Answering => UiCallState::Connecting,
        State::Established if view.connected => UiCallState::Active,
        State::Established if view.first_audio_at.is_none() => UiCallState::Connecting,
        // The sound path is interrupted: the call is up all the same, and its quality says so.
        State::Established => UiCallState::Active,
        State::Ended(_) => UiCallState::Ended,
    }
}
