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
    Says(usize),
    /// What was being said has been said.
    Said,
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
    /// Since when no packets can flow.
    lost: Option<Instant>,
    offer: Offer,
    // The engine lives as long as the talk.
    _engine: Engine,
    _media: AbortOnDropHandle<()>,
}

/// What becomes of our own wish to hold, or to take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offer {
    /// It stands, or there was none.
    Agreed,
    /// It is on its way.
    Sent(Direction),
    /// The other side had one of its own, say: again then.
    Again(Direction, Instant),
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
            lost: None,
            offer: Offer::Agreed,
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
                // A clone, so that the sound thread never drops the last one.
                match greeting.clone() {
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
            MediaEvent::Disconnected | MediaEvent::Failed { .. } => {
                self.lost.get_or_insert(now);
                Vec::new()
            }
            MediaEvent::Connected => {
                self.lost = None;
                Vec::new()
            }
            MediaEvent::FirstAudio | MediaEvent::Greeting(_) | MediaEvent::Gap { .. } => Vec::new(),
        }
    }

    /// Our offer to hold or to take back is agreed on.
    pub(super) fn offer_agreed(&mut self) {
        if let Offer::Sent(_) = self.offer {
            self.offer = Offer::Agreed;
        }
    }

    /// It could not be made, or was refused (RFC 3261 §14.1): the other side first, then we again.
    pub(super) fn offer_failed(&mut self, now: Instant) {
        if let Offer::Sent(direction) = self.offer {
            self.offer = Offer::Again(direction, now + AGAIN);
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
        let mut wishes = Vec::new();
        if self.lost.take_if(|since| now >= *since + LOST).is_some() {
            // Whoever hears nothing at all hangs up, as people do.
            wishes.push(Wish::HangUp);
        }
        if !self.answered {
            return wishes;
        }
        if let Offer::Again(direction, at) = self.offer
            && now >= at
        {
            wishes.push(self.offer.begin(direction));
        }
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
            wishes.push(Wish::Said);
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

    /// What the other side lets them hear, once the call stands.
    pub(super) fn hears(&self) -> Option<Hears> {
        self.answered.then_some(if self.held {
            Hears::Held
        } else if self.speaking {
            Hears::Speech
        } else {
            Hears::Silence
        })
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
                        wishes.push(Wish::Says(n));
                    }
                }
                Command::Hush => self.mouth.silence(),
                Command::Hold(true) => {
                    self.mouth.music();
                    wishes.push(self.offer.begin(Direction::SendOnly));
                }
                Command::Hold(false) => {
                    self.mouth.silence();
                    wishes.push(self.offer.begin(Direction::SendRecv));
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

impl Offer {
    fn begin(&mut self, direction: Direction) -> Wish {
        *self = Self::Sent(direction);
        Wish::Offer(direction)
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

/// So long without a way to each other ends a call.
const LOST: Duration = Duration::from_secs(20);

/// From an offer that met another to the next: who was called waits two seconds at most (RFC 3261 §14.1).
const AGAIN: Duration = Duration::from_secs(1);

/// Louder than a quiet room.
const SPEECH_DBFS: f32 = -45.0;

/// A pause shorter than this does not end a sentence.
const BETWEEN_WORDS: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::super::conversation::Manners;
    use super::*;

    /// A call in which only time passes by itself.
    fn talk(part: Part) -> (Talk, Instant) {
        let (reports, _) = mpsc::channel(1);
        let talk = Talk::new(DialogKey(1), part, reports).expect("a voice");
        (talk, Instant::now())
    }

    #[tokio::test]
    async fn whoever_hears_nothing_for_long_hangs_up() {
        let (mut talk, start) = talk(Part::PlaysMusic);
        let at = |s: u64| start + Duration::from_secs(s);
        assert_eq!(talk.media(start, &MediaEvent::Disconnected), []);
        talk.media(at(10), &MediaEvent::Connected);
        assert_eq!(talk.look(at(60)), []);
        talk.media(at(100), &MediaEvent::Disconnected);
        let reason = String::new();
        talk.media(at(110), &MediaEvent::Failed { reason });
        assert_eq!(talk.look(at(119)), []);
        assert_eq!(talk.look(at(120)), [Wish::HangUp]);
        assert_eq!(talk.look(at(121)), [], "once");
    }

    #[tokio::test]
    async fn an_offer_that_meets_another_comes_again() {
        let manners = Manners {
            holds: Some(Duration::from_secs(8)),
            ..Manners::default()
        };
        let (mut talk, start) = talk(Part::Talks {
            conversation: Conversation::new(manners),
            words: Words::default(),
        });
        talk.answered(start);
        assert_eq!(
            talk.carry_out(vec![Command::Hold(true)]),
            [Wish::Offer(Direction::SendOnly)]
        );
        talk.offer_failed(start);
        assert_eq!(talk.look(start), []);
        assert_eq!(talk.look(start + AGAIN), [Wish::Offer(Direction::SendOnly)]);
        talk.offer_agreed();
        talk.offer_failed(start);
        assert_eq!(talk.look(start + AGAIN), [], "it stands");
    }
}
