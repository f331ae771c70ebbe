//! What each media session has been told.

use warmline_call::{MediaCommand, MediaEvent, State};

use super::{Kept, World, keeps};

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Session {
    pub(super) open: bool,
    opened: u32,
    pub(super) ready: bool,
    /// It had a path once.
    pub(super) connected: bool,
    pub(super) heard: bool,
    pub(super) sending: bool,
    pub(super) muted: bool,
    pub(super) mixed: bool,
    pub(super) music: bool,
    greeted: bool,
}

impl Session {
    /// The agent's voice gets out on it.
    pub(super) fn speaks(&self) -> bool {
        self.sending && !self.muted
    }
}

impl World {
    pub(super) fn note_media_event(&mut self, event: &MediaEvent) {
        match event {
            MediaEvent::Ready(call) => {
                if let Some(session) = self.sessions.get_mut(call) {
                    session.ready = true;
                }
            }
            MediaEvent::Connected(call) => {
                if let Some(session) = self.sessions.get_mut(call) {
                    session.connected = true;
                }
            }
            MediaEvent::Failed(..)
            | MediaEvent::Disconnected(_)
            | MediaEvent::FirstAudio(_)
            | MediaEvent::RemoteHold(..)
            | MediaEvent::Suspicious(..) => {}
        }
    }

    pub(super) fn note_media(&mut self, command: &MediaCommand) -> Kept {
        let call = match command {
            MediaCommand::Open(call)
            | MediaCommand::UseEarly { call, .. }
            | MediaCommand::UseAnswer { call, .. }
            | MediaCommand::Flow { call, .. }
            | MediaCommand::Mute(call, _)
            | MediaCommand::Mix(call, _)
            | MediaCommand::Volume(call, _)
            | MediaCommand::Silence(call, _)
            | MediaCommand::Music(call, _)
            | MediaCommand::WatchGreeting(call)
            | MediaCommand::Dtmf(call, _)
            | MediaCommand::Close(call) => *call,
        };
        let strict = self.strict;
        let session = self.sessions.entry(call).or_default();
        if let MediaCommand::Open(_) = command {
            let opened = session.opened + 1;
            keeps!(
                NothingLeft,
                !session.open && (opened == 1 || !strict),
                "opened twice: {call}"
            );
            *session = Session {
                open: true,
                opened,
                ..Session::default()
            };
            return Ok(());
        }
        keeps!(NothingLeft, session.open, "{command:?} on a closed session");
        match command {
            MediaCommand::Flow { heard, sending, .. } => {
                session.heard = *heard;
                session.sending = *sending;
            }
            MediaCommand::Mute(_, on) => session.muted = *on,
            MediaCommand::Mix(_, on) => session.mixed = *on,
            MediaCommand::Music(_, on) => session.music = *on,
            MediaCommand::Close(_) => {
                *session = Session {
                    opened: session.opened,
                    ..Session::default()
                };
            }
            MediaCommand::Dtmf(..) => {
                keeps!(OneHeard, session.heard, "digits into a held call");
            }
            MediaCommand::UseAnswer { .. } => {
                keeps!(NothingLeft, session.ready, "an answer to no offer");
            }
            MediaCommand::Volume(..)
            | MediaCommand::Silence(..)
            | MediaCommand::WatchGreeting(_)
            | MediaCommand::Open(_)
            | MediaCommand::UseEarly { .. } => {}
        }
        Ok(())
    }

    /// A call is greeted once, by nothing else that sounds, and both can hear each other.
    pub(super) fn note_greeting(&mut self) -> Kept {
        let tone = self.tone;
        keeps!(OneHeard, tone.is_none(), "a greeting over {tone:?}");
        let focus = self.phone.focus().and_then(|id| self.phone.call(id));
        let call = focus.filter(|call| call.state() == State::Established && call.connected());
        let session = call.and_then(|call| self.sessions.get_mut(&call.id()));
        let Some(session) = session.filter(|session| session.heard && session.sending) else {
            keeps!(OneHeard, false, "a greeting to nobody");
            return Ok(());
        };
        keeps!(OneHeard, !session.greeted, "greeted twice");
        session.greeted = true;
        Ok(())
    }
}
