//! What is remembered of a call that is over.

use std::time::{SystemTime, UNIX_EPOCH};

use tracing::info;
use warmline_call::{CallId, Direction, EndReason};
use warmline_journal::{self as journal, Outcome, PastCall, TransferOutcome, Trouble};

use crate::{
    error::{DeskError, ErrorCode},
    run::Running,
    snapshot::CallView,
    told,
    view::call_view,
};

/// `call` as the journal remembers it; none as long as it goes on.
pub(crate) fn past_call(call: &CallView) -> Option<PastCall> {
    let ending = call.ending.as_ref()?;
    let outcome = outcome(call.direction, call.answered_at.is_some(), ending.reason);
    let as_meant = matches!(ending.reason, EndReason::HungUp | EndReason::RemoteHungUp);
    Some(PastCall {
        direction: match call.direction {
            Direction::Incoming => journal::Direction::Incoming,
            Direction::Outgoing => journal::Direction::Outgoing,
        },
        name: call.party.name.clone(),
        address: call.party.address.clone(),
        queue: call
            .invite
            .as_deref()
            .and_then(|invite| told::queue(invite, call.began)),
        began_unix_ms: unix_ms(call.began),
        talked_s: call
            .answered_at
            .map(|answered| ending.at.saturating_sub(answered).as_secs()),
        outcome,
        // Who hung up first is of no interest the day after.
        words: match &call.handed {
            Some(handed) if handed.outcome == TransferOutcome::Done => "Handed over.".to_owned(),
            _ if outcome == Outcome::Answered && as_meant => "Answered.".to_owned(),
            _ => ending.reason.words().to_owned(),
        },
        status: match ending.reason {
            EndReason::DoNotDisturb => Some(journal::UNDISTURBED),
            _ => ending.status,
        },
        transfer: call.handed.clone(),
        longest_gap_ms: call.longest_gap.map(|gap| gap.as_millis() as u64),
        ring: call.ring.clone(),
        recordings: call.recordings.clone(),
    })
}

/// What the agent is told of a journal that cannot do its work.
pub(crate) fn trouble(trouble: &Trouble) -> DeskError {
    DeskError::new(
        ErrorCode::HistoryUnusable,
        trouble.words(),
        trouble.advice(),
    )
}

fn outcome(direction: Direction, talked: bool, reason: EndReason) -> Outcome {
    if talked {
        return Outcome::Answered;
    }
    match reason {
        EndReason::AnsweredElsewhere => Outcome::Answered,
        EndReason::Rejected => Outcome::Declined,
        EndReason::NotAcceptable
        | EndReason::CallLost
        | EndReason::ServerFailure
        | EndReason::NetworkLost
        | EndReason::MediaFailed(_) => Outcome::Failed,
        EndReason::HungUp
        | EndReason::RemoteHungUp
        | EndReason::Cancelled
        | EndReason::CallerGaveUp
        | EndReason::Missed
        | EndReason::DoNotDisturb
        | EndReason::Busy
        | EndReason::Declined
        | EndReason::NoAnswer
        | EndReason::Unavailable
        | EndReason::NotFound
        | EndReason::InvalidAddress
        | EndReason::NotAllowed
        | EndReason::Redirected
        | EndReason::NoResponse
        | EndReason::Congestion
        | EndReason::Transferred
        | EndReason::Replaced
        | EndReason::Refused { .. } => match direction {
            Direction::Incoming => Outcome::Missed,
            Direction::Outgoing => Outcome::NotReached,
        },
    }
}

impl Running {
    /// A call was refused before the agent could see it: they find it when they look back.
    pub(crate) fn remember_unseen(&mut self, call: CallId) {
        info!(%call, "refused: the agent does not want to be disturbed");
        let Some(of) = self.phone.call(call) else {
            return;
        };
        let leg = self.legs.entry(call).or_default();
        leg.notes.began.get_or_insert_with(SystemTime::now);
        let line = self.lines.of(call).id;
        let view = call_view(of, line, &leg.notes, self.epoch);
        if let Some((journal, past)) = self.journal().zip(past_call(&view)) {
            journal.remember(past);
        }
    }
}

/// Milliseconds since 1970.
pub(crate) fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use warmline_call::{Hold, MediaFailure, Party, State};
    use warmline_sip::{Invite, redact::Pii};

    use super::*;
    use crate::{
        lines::LineId,
        snapshot::{Ending, RecordingView},
    };

    fn call(direction: Direction, answered: bool, reason: EndReason) -> CallView {
        CallView {
            id: CallId::new(1),
            line: LineId::default(),
            direction,
            state: State::Ended(reason),
            party: Party {
                name: Some("Mina".into()),
                address: "sip:mina@contact.example".into(),
            },
            invite: None,
            hold: Hold::No,
            held_since: None,
            remote_hold: false,
            muted: false,
            heard: false,
            music: false,
            connected: false,
            volume_percent: 100,
            silenced: false,
            suspicion: None,
            referral: None,
            recovering: false,
            longest_gap: None,
            ring: Some("It rang on Headset.".into()),
            recording: RecordingView::NotAllowed,
            recording_stays: false,
            recordings: vec!["x.opus".into()],
            handed: None,
            began: UNIX_EPOCH + Duration::from_millis(1_234),
            started_at: Duration::from_secs(10),
            answered_at: answered.then(|| Duration::from_secs(13)),
            first_audio_at: None,
            note: crate::snapshot::Note::default(),
            dtmf_sent: Pii::new(String::new()),
            stats: None,
            quality: None,
            ending: Some(Ending {
                reason,
                status: Some(200),
                detail: None,
                at: Duration::from_millis(75_900),
            }),
        }
    }

    #[test]
    fn a_call_is_remembered_with_who_when_and_how_long() {
        let mut view = call(Direction::Incoming, true, EndReason::RemoteHungUp);
        view.invite = Some(Arc::new(Invite {
            headers: vec![("X-Queue-Name".into(), "Support".into())],
            ..Invite::default()
        }));
        let past = past_call(&view).expect("it is over");
        let expected = PastCall {
            direction: journal::Direction::Incoming,
            name: Some("Mina".into()),
            address: "sip:mina@contact.example".into(),
            queue: Some("Support".into()),
            began_unix_ms: 1_234,
            talked_s: Some(62),
            outcome: Outcome::Answered,
            words: "Answered.".into(),
            status: Some(200),
            transfer: None,
            longest_gap_ms: None,
            ring: Some("It rang on Headset.".into()),
            recordings: vec!["x.opus".into()],
        };
        assert!(past == expected, "{} {}", past.words, past.began_unix_ms);
        view.ending = None;
        assert!(past_call(&view).is_none());
    }

    #[test]
    fn what_became_of_a_call_is_told_with_its_reason() {
        use Direction::{Incoming, Outgoing};
        let media = EndReason::MediaFailed(MediaFailure::NoConnection);
        for (direction, answered, reason, outcome, words) in [
            (
                Incoming,
                false,
                EndReason::CallerGaveUp,
                Outcome::Missed,
                "caller hung up",
            ),
            (
                Incoming,
                false,
                EndReason::Missed,
                Outcome::Missed,
                "missed",
            ),
            (
                Incoming,
                false,
                EndReason::DoNotDisturb,
                Outcome::Missed,
                "do not disturb was on",
            ),
            (
                Incoming,
                false,
                EndReason::AnsweredElsewhere,
                Outcome::Answered,
                "another phone",
            ),
            (
                Incoming,
                false,
                EndReason::Rejected,
                Outcome::Declined,
                "turned the call away",
            ),
            (
                Incoming,
                false,
                media,
                Outcome::Failed,
                "No sound connection",
            ),
            (
                Incoming,
                true,
                EndReason::NetworkLost,
                Outcome::Answered,
                "was lost",
            ),
            (
                Outgoing,
                true,
                EndReason::HungUp,
                Outcome::Answered,
                "Answered.",
            ),
            (
                Outgoing,
                false,
                EndReason::Busy,
                Outcome::NotReached,
                "busy",
            ),
            (
                Outgoing,
                false,
                EndReason::NoAnswer,
                Outcome::NotReached,
                "Nobody answered",
            ),
            (
                Outgoing,
                false,
                EndReason::Declined,
                Outcome::NotReached,
                "declined",
            ),
            (
                Outgoing,
                false,
                EndReason::Cancelled,
                Outcome::NotReached,
                "You hung up before",
            ),
            (
                Outgoing,
                false,
                EndReason::ServerFailure,
                Outcome::Failed,
                "could not put",
            ),
        ] {
            let past = past_call(&call(direction, answered, reason)).expect("it is over");
            assert_eq!(past.outcome, outcome, "{reason:?}");
            assert!(past.words.contains(words), "{reason:?}: {}", past.words);
            assert_eq!(past.talked_s.is_some(), answered);
            assert_eq!(past.undisturbed(), reason == EndReason::DoNotDisturb);
        }
    }
}
