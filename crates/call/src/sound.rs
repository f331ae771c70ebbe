use std::time::{Duration, Instant};

use crate::{
    command::{Command, SoundCommand, Tone},
    reason::EndReason,
    state::{Call, CallId, State},
};

/// What ringer and speaker play. It is worked out afresh from the calls after
/// every event, so that no sound outlives its reason.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sounds {
    ring: bool,
    tone: Option<Tone>,
    farewell: Option<(Tone, Instant)>,
}

impl Sounds {
    /// The call the agent was on has ended without their doing: tell the ear.
    pub(crate) fn say_farewell(&mut self, now: Instant, reason: EndReason, lasts: Duration) {
        self.farewell = tone_of(reason).map(|tone| (tone, now + lasts));
    }

    /// The commands that bring what plays in line with `calls`.
    pub(crate) fn settle<'a>(
        &mut self,
        now: Instant,
        calls: impl Iterator<Item = &'a Call>,
        focus: Option<CallId>,
        commands: &mut Vec<Command>,
    ) {
        let (mut incoming, mut engaged, mut ringback) = (false, false, false);
        for call in calls {
            match call.state {
                State::Incoming => incoming = true,
                State::Answering | State::Dialing | State::Established => engaged = true,
                State::Ringing { early_media } => {
                    engaged = true;
                    ringback |= focus == Some(call.id) && !early_media;
                }
                State::Ended(_) => {}
            }
        }
        if focus.is_some() || self.farewell.is_some_and(|(_, until)| until <= now) {
            self.farewell = None;
        }

        let ring = incoming && !engaged;
        if ring != self.ring {
            self.ring = ring;
            commands.push(Command::Sound(SoundCommand::Ring(ring)));
        }
        let tone = if incoming && engaged {
            Some(Tone::CallWaiting)
        } else if ringback {
            Some(Tone::Ringback)
        } else {
            self.farewell.map(|(tone, _)| tone)
        };
        if tone != self.tone {
            self.tone = tone;
            commands.push(Command::Sound(SoundCommand::Tone(tone)));
        }
    }

    /// The agent and the far end hear each other for the first time: say so, unless a tone has more
    /// to say.
    pub(crate) fn greet(&self, commands: &mut Vec<Command>) {
        if self.tone.is_none() {
            commands.push(Command::Sound(SoundCommand::Connected));
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.farewell.map(|(_, until)| until)
    }
}

fn tone_of(reason: EndReason) -> Option<Tone> {
    match reason {
        EndReason::Busy | EndReason::Declined => Some(Tone::Busy),
        EndReason::RemoteHungUp
        | EndReason::NetworkLost
        | EndReason::CallLost
        | EndReason::NoAnswer => Some(Tone::Ended),
        EndReason::MediaFailed(_)
        | EndReason::Unavailable
        | EndReason::NotFound
        | EndReason::InvalidAddress
        | EndReason::NotAllowed
        | EndReason::Redirected
        | EndReason::NotAcceptable
        | EndReason::NoResponse
        | EndReason::ServerFailure
        | EndReason::Congestion
        | EndReason::Refused { .. } => Some(Tone::Congestion),
        EndReason::HungUp
        | EndReason::Cancelled
        | EndReason::CallerGaveUp
        | EndReason::AnsweredElsewhere
        | EndReason::Rejected
        | EndReason::DoNotDisturb
        | EndReason::Missed
        | EndReason::Transferred
        | EndReason::Replaced => None,
    }
}
