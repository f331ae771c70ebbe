//! One call of one person: its media, its mouth, and what they mean to say.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use warmline_audio::{AudioError, Engine};
use warmline_media::{Codec, Direction, MediaConfig, MediaError, MediaEvent, Session};
use warmline_sip::DialogKey;

use super::conversation::{Command, Conversation, Cue, Event};
use super::mouth::Mouth;
use super::voicemail::{self, Voicemail};
use crate::voices::Recording;

/// What somebody does in a call.
#[derive(Debug)]
pub(super) enum Part {
    Talks {
        conversation: Conversation,
        words: Words,
    },
    Echoes {
        greeting: Option<Recording>,
    },
    PlaysMusic,
    TakesMessages(Voicemail),
}

/// Recordings to say.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) lines: Vec<Recording>,
    pub(super) still_there: Option<Recording>,
    pub(super) farewell: Option<Recording>,
}

/// What a talk wants of its person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Hold the other side, or take it back: an offer is to be sent.
    Offer(Direction),
    HangUp,
    /// A line is being said.
    Said(usize),
}

pub(super) struct Talk {
    pub(super) session: Session,
    mouth: Mouth,
    part: Part,
    answered: bool,
    held: bool,
    speaking: bool,
    loud_until: Option<Instant>,
    said: u64,
    // The engine lives as long as the talk.
    _engine: Engine,
    _media: AbortOnDropHandle<()>,
}

impl Talk {
    /// Makes ready to call or be called; media events go to `reports` with the dialog.
    pub(super) fn new(
        dialog: DialogKey,
        part: Part,
        reports: mpsc::Sender<(DialogKey, MediaEvent)>,
    ) -> Result<Self, AudioError> {
        let mouth = Mouth::default();
        let engine = Engine::start_on_line(mouth.line())?;
        let config = MediaConfig {
            loopback: true,
            codecs: vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma],
            ..MediaConfig::default()
        };
        let (session, mut events) = Session::new(&config, engine.clone());
        let media = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if reports.send((dialog, event)).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            session,
            mouth,
            part,
            answered: false,
            held: false,
            speaking: false,
            loud_until: None,
            said: 0,
            _engine: engine,
            _media: AbortOnDropHandle::new(media),
        })
    }

    /// The other side's offer, answered.
    pub(super) async fn answer(&self, offer: &str) -> Result<String, MediaError> {
        self.session.answer(offer).await
    }

    /// The call stands.
    pub(super) fn answered(&mut self, now: Instant) -> Vec<Wish> {
        if std::mem::replace(&mut self.answered, true) {
            return Vec::new();
        }
        self.session.set_sending(true);
        self.session.set_heard(true);
        match &mut self.part {
            Part::Talks { conversation, .. } => {
                let commands = conversation.handle(now, Event::Answered);
                self.carry_out(commands)
            }
            Part::Echoes { greeting } => {
                match greeting.take() {
                    Some(greeting) => self.mouth.say(greeting),
                    None => self.mouth.echo(),
                }
                Vec::new()
            }
            Part::PlaysMusic => {
                self.mouth.music();
                Vec::new()
            }
            Part::TakesMessages(voicemail) => {
                let command = voicemail.handle(voicemail::Event::Answered);
                self.take_message(command)
            }
        }
    }

    /// What the session has to say.
    pub(super) fn media(&mut self, now: Instant, event: &MediaEvent) -> Vec<Wish> {
        match event {
            MediaEvent::RemoteDirection(direction) => {
                self.held = matches!(direction, Direction::SendOnly | Direction::Inactive);
                let held = self.held;
                self.converse(now, Event::Held(held))
            }
            MediaEvent::Dtmf(digit) => self.digit(*digit),
            _ => Vec::new(),
        }
    }

    /// The other side pressed a key.
    pub(super) fn digit(&mut self, digit: char) -> Vec<Wish> {
        let Part::TakesMessages(voicemail) = &mut self.part else {
            return Vec::new();
        };
        let command = voicemail.handle(voicemail::Event::Digit(digit));
        self.take_message(command)
    }

    /// To be called often: looks whether somebody speaks and whether all has been said.
    pub(super) fn look(&mut self, now: Instant) -> Vec<Wish> {
        if !self.answered {
            return Vec::new();
        }
        let mut wishes = Vec::new();
        if self.mouth.heard_dbfs() > SPEECH_DBFS {
            self.loud_until = Some(now + BETWEEN_WORDS);
        }
        let speaking = self.loud_until.is_some_and(|until| now < until);
        if speaking != self.speaking {
            self.speaking = speaking;
            wishes.extend(self.converse(now, Event::Heard(speaking)));
        }
        if self.said != self.mouth.said() {
            self.said = self.mouth.said();
            match &mut self.part {
                Part::Talks { .. } => wishes.extend(self.converse(now, Event::Said)),
                Part::Echoes { .. } => self.mouth.echo(),
                Part::PlaysMusic => {}
                Part::TakesMessages(voicemail) => {
                    let command = voicemail.handle(voicemail::Event::Said);
                    wishes.extend(self.take_message(command));
                }
            }
        }
        if let Part::Talks { conversation, .. } = &self.part
            && conversation.poll_timeout().is_some_and(|due| now >= due)
        {
            wishes.extend(self.converse(now, Event::Timeout));
        }
        wishes
    }

    /// What the other side lets them hear.
    pub(super) fn hears(&self) -> Hears {
        if self.held {
            Hears::Held
        } else if self.speaking {
            Hears::Speech
        } else {
            Hears::Silence
        }
    }

    pub(super) async fn close(self) {
        self.session.close().await;
    }

    fn converse(&mut self, now: Instant, event: Event) -> Vec<Wish> {
        let Part::Talks { conversation, .. } = &mut self.part else {
            return Vec::new();
        };
        let commands = conversation.handle(now, event);
        self.carry_out(commands)
    }

    fn carry_out(&mut self, commands: Vec<Command>) -> Vec<Wish> {
        let Part::Talks { words, .. } = &self.part else {
            return Vec::new();
        };
        let mut wishes = Vec::new();
        for command in commands {
            match command {
                Command::Say(cue) => {
                    let recording = match cue {
                        Cue::Line(n) => words.lines.get(n),
                        Cue::StillThere => words.still_there.as_ref(),
                        Cue::Farewell => words.farewell.as_ref(),
                    };
                    if let Some(recording) = recording {
                        self.mouth.say(recording.clone());
                    }
                    if let Cue::Line(n) = cue {
                        wishes.push(Wish::Said(n));
                    }
                }
                Command::Hush => self.mouth.silence(),
                Command::Hold(true) => {
                    self.mouth.music();
                    wishes.push(Wish::Offer(Direction::SendOnly));
                }
                Command::Hold(false) => {
                    self.mouth.silence();
                    wishes.push(Wish::Offer(Direction::SendRecv));
                }
                Command::HangUp => wishes.push(Wish::HangUp),
            }
        }
        wishes
    }

    fn take_message(&mut self, command: Option<voicemail::Command>) -> Vec<Wish> {
        let Part::TakesMessages(voicemail) = &mut self.part else {
            return Vec::new();
        };
        match command {
            None => {}
            Some(voicemail::Command::Say(recording)) => self.mouth.say(recording),
            Some(voicemail::Command::Beep) => self.mouth.beep(),
            Some(voicemail::Command::Record) => self.mouth.record(),
            Some(voicemail::Command::Keep) => {
                let message = self.mouth.recorded();
                let command = voicemail.handle(voicemail::Event::Taken(message));
                return self.take_message(command);
            }
        }
        Vec::new()
    }
}

/// What somebody in a call hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// Nobody speaks.
    Silence,
    /// Somebody speaks.
    Speech,
    /// They are on hold: the exchange would play its music to them.
    Held,
}

/// Louder than a quiet room.
const SPEECH_DBFS: f32 = -45.0;

/// A pause shorter than this does not end a sentence.
const BETWEEN_WORDS: Duration = Duration::from_millis(500);
