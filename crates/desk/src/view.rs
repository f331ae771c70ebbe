//! What others see of the phone: snapshots, and the events that lie between two of them.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;
use warmline_call::{Call, Hold, State, Transfer};
use warmline_journal::Transferred;
use warmline_media::{
    Stats,
    quality::{Alarm, Quality},
};
use warmline_sip::{Invite, redact::Pii};

use crate::{
    event::{DeskEvent, Holder},
    lines::LineId,
    snapshot::{CallView, Ending, Note, RecordingView, ReferralView, TransferView},
};

/// What the desk knows about a call besides what the calls themselves know.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// On the clock on the wall.
    pub(crate) began: Option<SystemTime>,
    pub(crate) invite: Option<Arc<Invite>>,
    pub(crate) first_audio: Option<Instant>,
    pub(crate) longest_gap: Option<Duration>,
    pub(crate) ring: Option<String>,
    pub(crate) handed: Option<Transferred>,
    pub(crate) note: Note,
    pub(crate) dtmf_sent: String,
    pub(crate) stats: Option<Stats>,
    pub(crate) quality: Option<Quality>,
    pub(crate) status: Option<u16>,
    pub(crate) detail: Option<Pii<String>>,
}

/// The call as others see it; times count from `epoch`.
pub(crate) fn call_view(call: &Call, line: LineId, notes: &Notes, epoch: Instant) -> CallView {
    let since = |at: std::time::Instant| at.saturating_duration_since(epoch.into_std());
    CallView {
        id: call.id(),
        line,
        direction: call.direction(),
        state: call.state(),
        party: call.party().clone(),
        invite: notes.invite.clone(),
        hold: call.hold(),
        held_since: call.held_since().map(since),
        remote_hold: call.remote_hold(),
        muted: call.muted(),
        heard: call.heard(),
        music: call.music(),
        connected: call.connected(),
        began: notes.began.unwrap_or_else(SystemTime::now),
        started_at: since(call.started()),
        answered_at: call.answered().map(since),
        first_audio_at: notes
            .first_audio
            .map(|at| at.saturating_duration_since(epoch)),
        volume_percent: call.volume(),
        silenced: call.silenced(),
        suspicion: call.suspicion(),
        referral: call.referral().map(|referral| ReferralView {
            to: referral.to.clone(),
            until: since(referral.until),
        }),
        recovering: call.recovering(),
        longest_gap: notes.longest_gap,
        ring: notes.ring.clone(),
        recording: RecordingView::NotAllowed,
        recording_stays: false,
        recordings: Vec::new(),
        handed: notes.handed.clone(),
        note: notes.note.clone(),
        dtmf_sent: Pii::new(notes.dtmf_sent.clone()),
        stats: notes.stats,
        quality: notes.quality.clone(),
        ending: call.end_reason().map(|reason| Ending {
            reason,
            status: notes.status,
            detail: notes.detail.clone(),
            at: call.ended().map_or(Duration::ZERO, since),
        }),
    }
}

/// The transfer as others see it.
pub(crate) fn transfer_view(transfer: &Transfer, epoch: Instant) -> TransferView {
    let since = |at: std::time::Instant| at.saturating_duration_since(epoch.into_std());
    TransferView {
        customer: transfer.customer(),
        expert: transfer.expert(),
        to: transfer.to().clone(),
        how: transfer.how(),
        phase: transfer.phase(),
        completes_at: transfer.completes_at().map(since),
        trouble: transfer.trouble(),
    }
}

/// What happened to a call between `before` (none: it is new) and `now`.
pub(crate) fn between(before: Option<&CallView>, now: &CallView) -> Vec<DeskEvent> {
    let id = now.id;
    let mut events = Vec::new();
    let Some(before) = before else {
        // It was told of when it began, and is to be told of when it goes on.
        if now.recovering {
            return events;
        }
        // One that has taken another's place is answered already, and goes on.
        if now.state == State::Established {
            events.push(if held(now) {
                DeskEvent::Held(id, Holder::Me)
            } else {
                DeskEvent::Active(id)
            });
            return events;
        }
        events.push(match now.direction {
            warmline_call::Direction::Incoming => DeskEvent::Incoming(Box::new(now.clone())),
            warmline_call::Direction::Outgoing => DeskEvent::Dialing(Box::new(now.clone())),
        });
        events.extend(ended(now));
        return events;
    };
    if before.recovering && !now.recovering && now.ending.is_none() {
        events.push(if held(now) {
            DeskEvent::Held(id, Holder::Me)
        } else {
            DeskEvent::Active(id)
        });
    }
    if before.muted != now.muted {
        events.push(DeskEvent::Muted(id, now.muted));
    }
    if before.state != now.state {
        match now.state {
            State::Ringing { early_media: false } => events.push(DeskEvent::Ringing(id)),
            State::Ringing { early_media: true } => events.push(DeskEvent::Early(id)),
            State::Established if !held(now) => events.push(DeskEvent::Active(id)),
            State::Established | State::Incoming | State::Answering | State::Dialing => {}
            State::Ended(_) => {}
        }
    }
    if now.ending.is_none() {
        if before.connected != now.connected {
            events.push(DeskEvent::Connected(id, now.connected));
        }
        if before.first_audio_at.is_none() && now.first_audio_at.is_some() {
            events.push(DeskEvent::FirstAudio(id));
        }
        if !held(before) && held(now) {
            events.push(DeskEvent::Held(id, Holder::Me));
        }
        let was_away = matches!(before.hold, Hold::Held | Hold::Resuming | Hold::LocalOnly);
        if was_away && now.hold == Hold::No {
            events.push(DeskEvent::Active(id));
        }
        for alarm in Alarm::ALL {
            let raised = stands(now, alarm);
            if raised != stands(before, alarm) {
                events.push(DeskEvent::Alarm {
                    call: id,
                    alarm,
                    raised,
                });
            }
        }
        if before.recording != now.recording {
            events.push(DeskEvent::Recording(id, now.recording.clone()));
        }
        if before.referral.is_none() && now.referral.is_some() {
            events.push(DeskEvent::Referred(id));
        }
        if !before.remote_hold && now.remote_hold {
            events.push(DeskEvent::Held(id, Holder::Peer));
        }
        if before.remote_hold && !now.remote_hold {
            events.push(DeskEvent::Unheld(id));
        }
    }
    if before.ending.is_none() {
        events.extend(ended(now));
    }
    events
}

fn stands(call: &CallView, alarm: Alarm) -> bool {
    let quality = call.quality.as_ref();
    quality.is_some_and(|quality| quality.alarms.contains(&alarm))
}

/// Whether the agent has nothing to do with the call for now: the peer agreed, or will not.
fn held(call: &CallView) -> bool {
    matches!(call.hold, Hold::Held | Hold::LocalOnly)
}

fn ended(call: &CallView) -> Option<DeskEvent> {
    call.ending.as_ref().map(|ending| DeskEvent::Ended {
        call: call.id,
        reason: ending.reason,
        status: ending.status,
    })
}
