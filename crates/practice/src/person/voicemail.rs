//! A voicemail box: greeting, tone, message, and the message again at the press of a key. Pure.

use crate::voices::Recording;

/// One call to the box.
#[derive(Debug)]
pub(super) struct Voicemail {
    greeting: Option<Recording>,
    menu: Option<Recording>,
    message: Option<Recording>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Before,
    Greeting,
    Beep,
    Recording,
    Menu,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    /// The call stands.
    Answered,
    /// What was to be said has been said.
    Said,
    /// The caller pressed a key.
    Digit(char),
    /// The message that was taken down, if anything was said.
    Taken(Option<Recording>),
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    /// Say something.
    Say(Recording),
    /// Give the tone.
    Beep,
    /// Take down what is said.
    Record,
    /// End taking down; the message comes as [`Event::Taken`].
    Keep,
}

impl Voicemail {
    pub(super) fn new(greeting: Option<Recording>, menu: Option<Recording>) -> Self {
        Self {
            greeting,
            menu,
            message: None,
            stage: Stage::Before,
        }
    }

    pub(super) fn handle(&mut self, event: Event) -> Option<Command> {
        match (self.stage, event) {
            (Stage::Before, Event::Answered) => match self.greeting.clone() {
                Some(greeting) => {
                    self.stage = Stage::Greeting;
                    Some(Command::Say(greeting))
                }
                None => self.beep(),
            },
            // Who knows the greeting skips it.
            (Stage::Greeting, Event::Said | Event::Digit(_)) => self.beep(),
            (Stage::Beep, Event::Said) => {
                self.stage = Stage::Recording;
                Some(Command::Record)
            }
            (Stage::Recording, Event::Digit('#')) => Some(Command::Keep),
            (Stage::Recording, Event::Taken(message)) => {
                self.message = message;
                self.stage = Stage::Menu;
                self.menu.clone().map(Command::Say)
            }
            (Stage::Menu, Event::Digit('1')) => self.message.clone().map(Command::Say),
            _ => None,
        }
    }

    fn beep(&mut self) -> Option<Command> {
        self.stage = Stage::Beep;
        Some(Command::Beep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_after_the_tone_and_given_back_at_the_press_of_a_key() {
        let (greeting, menu, message): (Recording, Recording, Recording) =
            (vec![0.1].into(), vec![0.2].into(), vec![0.3].into());
        let mut box_ = Voicemail::new(Some(greeting.clone()), Some(menu.clone()));
        assert_eq!(box_.handle(Event::Digit('1')), None);
        assert_eq!(box_.handle(Event::Answered), Some(Command::Say(greeting)));
        assert_eq!(box_.handle(Event::Said), Some(Command::Beep));
        assert_eq!(box_.handle(Event::Said), Some(Command::Record));
        assert_eq!(box_.handle(Event::Digit('1')), None);
        assert_eq!(box_.handle(Event::Digit('#')), Some(Command::Keep));
        assert_eq!(
            box_.handle(Event::Taken(Some(message.clone()))),
            Some(Command::Say(menu))
        );
        for _ in 0..2 {
            assert_eq!(
                box_.handle(Event::Digit('1')),
                Some(Command::Say(message.clone()))
            );
            assert_eq!(box_.handle(Event::Said), None);
        }
    }

    #[test]
    fn whoever_says_nothing_leaves_nothing() {
        let mut box_ = Voicemail::new(None, None);
        assert_eq!(box_.handle(Event::Answered), Some(Command::Beep));
        box_.handle(Event::Said);
        box_.handle(Event::Digit('#'));
        assert_eq!(box_.handle(Event::Taken(None)), None);
        assert_eq!(box_.handle(Event::Digit('1')), None);
    }
}
