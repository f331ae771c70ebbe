//! What the desk says, in the words of the protocol; and what is said to people.

use std::io::{self, Write};

use warmline_desk::{
    CallId, CallView, Codec, DeskError, DeskEvent, DeviceRole, DeviceState, Holder, LineId,
    RecordingView, Registration, Snapshot, Stats, TransferReason,
    quality::{Budget, Quality, Rating},
};

use crate::protocol::{By, Delay, Event, Party, Reason, Stats as Figures, Unheard};

/// A line for a person on stdout.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// An error for a person on stderr.
pub(crate) fn complain(error: &DeskError) {
    let _ = writeln!(io::stderr(), "warmline-cli: {error}");
}

/// What an event of the desk is on the wire; some are for the window only.
pub(crate) fn event(event: &DeskEvent, snapshot: &Snapshot) -> Option<(Option<CallId>, Event)> {
    Some(match event {
        DeskEvent::Registration(line, state) => (None, registration(*line, state, snapshot)?),
        DeskEvent::Incoming(call) => (Some(call.id), incoming(call, snapshot)),
        // Printed with the reply to `dial`, which knows its `id`.
        DeskEvent::Dialing(_) | DeskEvent::Stopped => return None,
        // No profile from a file has tokens.
        DeskEvent::TokenWanted(_) => return None,
        DeskEvent::Ringing(call) => (Some(*call), Event::Ringing),
        DeskEvent::Early(call) => (Some(*call), Event::Early),
        DeskEvent::Active(call) | DeskEvent::Unheld(call) => (Some(*call), Event::Active),
        DeskEvent::FirstAudio(call) => (Some(*call), Event::FirstAudio),
        DeskEvent::Held(call, holder) => {
            let by = match holder {
                Holder::Me => By::Me,
                Holder::Peer => By::Peer,
            };
            (Some(*call), Event::Held { by })
        }
        DeskEvent::Muted(call, muted) => (Some(*call), Event::Muted { muted: *muted }),
        DeskEvent::Connected(call, up) => (Some(*call), Event::Media { connected: *up }),
        DeskEvent::Dtmf(call, digit) => (Some(*call), Event::Dtmf { digit: *digit }),
        DeskEvent::Ended {
            call,
            reason,
            status,
        } => {
            let view = snapshot.call(*call);
            let ended = Event::Ended {
                reason: Reason {
                    code: reason.code().to_owned(),
                    message: sentence(&[reason.words(), reason.advice()]),
                },
                status: *status,
                duration_ms: view.and_then(duration_ms).unwrap_or(0),
            };
            (Some(*call), ended)
        }
        DeskEvent::Transfer {
            customer,
            expert,
            news,
            reason,
        } => {
            let transfer = Event::Transfer {
                phase: news.code(),
                expert: expert.map(CallId::get),
                reason: reason.map(|reason| Reason {
                    code: reason.code().to_owned(),
                    message: sentence(&[reason.words(), reason.advice()]),
                }),
                status: reason.and_then(TransferReason::status),
            };
            (Some(*customer), transfer)
        }
        DeskEvent::Referred(call) => {
            let asked = snapshot.call(*call)?.referral.as_ref()?;
            let to = number(&asked.to.address);
            (Some(*call), Event::Referred { to })
        }
        DeskEvent::Recoverable => (None, recoverable(snapshot)?),
        DeskEvent::Recording(call, state) => {
            let files = snapshot.call(*call).map(|call| call.recordings.clone());
            (Some(*call), recording(state, files.unwrap_or_default()))
        }
        DeskEvent::Gap(call, time) => {
            let ms = time.as_millis() as u64;
            (Some(*call), Event::Gap { ms })
        }
        DeskEvent::Alarm {
            call,
            alarm,
            raised,
        } => {
            let alarm = alarm.as_str();
            let raised = *raised;
            (Some(*call), Event::Alarm { alarm, raised })
        }
        DeskEvent::Device { role, name, state } => {
            let device = Event::Device {
                role: match role {
                    DeviceRole::Microphone => "microphone",
                    DeviceRole::Speaker => "speaker",
                    DeviceRole::Ringer => "ringer",
                },
                name: name.clone(),
                state: match state {
                    DeviceState::InUse => "in_use",
                    DeviceState::StandIn => "stand_in",
                    DeviceState::Lost => "lost",
                    DeviceState::Denied => "denied",
                    DeviceState::Closed => "closed",
                    DeviceState::None => "none",
                },
            };
            (None, device)
        }
        DeskEvent::Ring(proof) => {
            let not_heard = proof.not_heard.iter().map(|(name, why)| Unheard {
                name: name.clone(),
                reason: why.to_string(),
            });
            let ring = Event::Ring {
                heard_on: proof.heard_on.clone(),
                not_heard: not_heard.collect(),
            };
            (None, ring)
        }
        DeskEvent::SpokeMuted => (None, Event::SpokeMuted),
        DeskEvent::MicrophoneSilent(silent) => {
            let silent = *silent;
            (None, Event::MicrophoneSilent { silent })
        }
        DeskEvent::Error { call, error } => (*call, failure(error, None)),
    })
}

fn recording(state: &RecordingView, files: Vec<String>) -> Event {
    let (state, message) = match state {
        RecordingView::NotAllowed => ("not_allowed", None),
        RecordingView::Off => ("off", None),
        RecordingView::Announcing => ("announcing", None),
        RecordingView::On => ("on", None),
        RecordingView::Waiting => ("waiting", None),
        RecordingView::Paused => ("paused", None),
        RecordingView::Failed { why, .. } => ("failed", Some(why.clone())),
    };
    Event::Recording {
        state,
        message,
        files,
    }
}

/// An error, with the `id` of the command that caused it.
pub(crate) fn failure(error: &DeskError, id: Option<String>) -> Event {
    Event::Error {
        reason: reason(error),
        id,
    }
}

/// The counters of a call, and how it sounds.
pub(crate) fn figures(stats: &Stats, quality: Option<&Quality>, microphone_dbfs: f32) -> Event {
    let mos = |rating: Option<Rating>| rating.map(|rating| rounded(rating.mos, 100.0));
    let trouble = quality.and_then(|quality| quality.trouble);
    Event::Stats(Box::new(Figures {
        codec: stats.codec.map(codec_name),
        sent: stats.sent,
        received: stats.received,
        lost: stats.lost,
        jitter_ms: stats.jitter_ms,
        round_trip_ms: stats.round_trip_ms,
        remote_lost: stats.remote_lost,
        remote_jitter_ms: stats.remote_jitter_ms,
        buffer_ms: stats.leg.buffer_ms,
        concealed_ms: stats.leg.concealed_ms,
        microphone_dbfs: microphone_dbfs.into(),
        mos: quality.and_then(|quality| mos(quality.heard)),
        remote_mos: quality.and_then(|quality| mos(quality.said)),
        delay: quality.map(|quality| delay(&quality.budget)),
        trouble: trouble.map(|trouble| trouble.cause.as_str()),
        culprit: trouble.map(|trouble| trouble.culprit().as_str()),
        alarms: quality.map_or_else(Vec::new, |quality| {
            quality.alarms.iter().map(|alarm| alarm.as_str()).collect()
        }),
    }))
}

fn delay(budget: &Budget) -> Delay {
    let ms = |ms: f64| rounded(ms, 10.0);
    Delay {
        mouth_to_ear_ms: ms(budget.mouth_to_ear_ms()),
        capture_ms: ms(budget.capture_ms),
        encode_ms: ms(budget.encode_ms),
        network_ms: budget.network_ms.map(ms),
        far_ms: ms(budget.far_ms),
        buffer_ms: ms(budget.buffer_ms),
        playout_ms: ms(budget.playout_ms),
    }
}

/// To as many parts of one as `to`.
fn rounded(value: f64, to: f64) -> f64 {
    (value * to).round() / to
}

/// As the profile writes it.
fn codec_name(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "opus",
        Codec::G722 => "g722",
        Codec::Pcmu => "pcmu",
        Codec::Pcma => "pcma",
    }
}

fn registration(line: LineId, state: &Registration, snapshot: &Snapshot) -> Option<Event> {
    let line = shown(line, snapshot);
    Some(match state {
        Registration::Connecting | Registration::Registering => return None,
        Registration::Registered { expires_s } => Event::Registered {
            expires_s: *expires_s,
            line,
        },
        Registration::Waiting { retry_at, error } => Event::Unregistered {
            reason: reason(error),
            retry_in_ms: Some(retry_at.saturating_sub(snapshot.at).as_millis() as u64),
            line,
        },
        Registration::Refused { error } => Event::Unregistered {
            reason: reason(error),
            retry_in_ms: None,
            line,
        },
        Registration::Unregistered => Event::Unregistered {
            reason: Reason {
                code: "signed_off".to_owned(),
                message: "Signed off.".to_owned(),
            },
            retry_in_ms: None,
            line,
        },
    })
}

/// A telephone number without the domain that came with it, anybody else as `user@host`.
fn number(address: &str) -> String {
    let bare = ["sip:", "sips:", "tel:"]
        .iter()
        .find_map(|scheme| {
            let (head, rest) = address.split_at_checked(scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then_some(rest)
        })
        .unwrap_or(address);
    let bare = bare.split([';', '?', '>']).next().unwrap_or(bare);
    let user = bare.rsplit_once('@').map_or(bare, |(user, _)| user);
    let dialled = |c: char| c.is_ascii_digit() || "+-.()*#".contains(c);
    if !user.is_empty() && user.chars().all(dialled) {
        user.to_owned()
    } else {
        bare.to_owned()
    }
}

fn incoming(call: &CallView, snapshot: &Snapshot) -> Event {
    let invite = call.invite.as_deref();
    Event::Incoming {
        from: Party {
            name: call.party.name.clone().unwrap_or_default(),
            number: number(&call.party.address),
        },
        to: invite
            .map(|invite| invite.to.uri.clone())
            .unwrap_or_default(),
        headers: invite
            .map(|invite| invite.headers.clone())
            .unwrap_or_default(),
        waiting: snapshot
            .calls
            .iter()
            .any(|other| other.id != call.id && other.ending.is_none()),
        line: shown(call.line, snapshot),
    }
}

/// The line of a call, where there are several.
pub(crate) fn line_of(call: CallId, snapshot: &Snapshot) -> Option<u32> {
    shown(snapshot.call(call)?.line, snapshot)
}

fn shown(line: LineId, snapshot: &Snapshot) -> Option<u32> {
    (snapshot.lines.len() > 1).then_some(line.0)
}

/// The calls of an earlier run that can be taken up again.
pub(crate) fn recoverable(snapshot: &Snapshot) -> Option<Event> {
    let recovery = snapshot.recovery.as_ref()?;
    let party = |party: &warmline_desk::Party| Party {
        name: party.name.clone().unwrap_or_default(),
        number: number(&party.address),
    };
    Some(Event::Recoverable {
        calls: recovery.parties.iter().map(party).collect(),
        until_ms: recovery.until.as_millis() as u64,
    })
}

fn duration_ms(call: &CallView) -> Option<u64> {
    let end = call.ending.as_ref()?.at;
    Some(end.saturating_sub(call.answered_at?).as_millis() as u64)
}

fn reason(error: &DeskError) -> Reason {
    Reason {
        code: error.code.as_str().to_owned(),
        message: error.message(),
    }
}

fn sentence(parts: &[&str]) -> String {
    let said: Vec<_> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_without_the_domain_that_came_with_it() {
        for (address, shown) in [
            ("sip:+49305550@pbx.example;user=phone", "+49305550"),
            ("sips:mina@elsewhere.example", "mina@elsewhere.example"),
            ("tel:+1-555-0100;ext=7", "+1-555-0100"),
            ("2002", "2002"),
            ("sip:contact.example", "contact.example"),
        ] {
            assert_eq!(number(address), shown);
        }
    }
}
