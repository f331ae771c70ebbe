//! The errand of one card: into the expert's chat once, and then listening for what they say.

use std::time::{Duration, Instant, SystemTime};

use warmline_redact::Pii;

use super::CardState;
use crate::{
    ask::Failure,
    client::{Chat, ChatId, Message, Trouble},
    person::PersonId,
    words,
};

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// It may begin.
    Begin,
    /// Who the agent is.
    Agent(Result<PersonId, Trouble>),
    /// The chat of the two.
    Opened(Result<Chat, Trouble>),
    /// The card was written into it, then.
    Posted(Result<Option<SystemTime>, Trouble>),
    /// What was written in it last.
    Heard(Result<Vec<Message>, Trouble>),
    /// It is due.
    Timeout,
}

/// What is to be done. One at a time; each is answered by an event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Command {
    /// Ask who the agent is.
    AskAgent,
    /// Open the chat of these.
    Open { agent: PersonId, expert: PersonId },
    /// Write the card into it.
    Post(ChatId),
    /// Read what was written in it.
    Listen(ChatId),
    /// The state is another one.
    Changed,
}

/// One card on its way.
#[derive(Debug)]
pub(crate) struct Errand {
    expert: PersonId,
    /// As it is found again among messages.
    text: String,
    begun: SystemTime,
    step: Step,
    state: CardState,
    agent: Option<PersonId>,
    chat: Option<Chat>,
    /// What the expert writes after this is a reply.
    since: Option<SystemTime>,
    /// The one retry is used up.
    retried: bool,
    listened: u32,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Step {
    New,
    /// A command is being carried out.
    Doing(Command),
    /// It is carried out then.
    Waiting(Instant, Command),
    Over,
}

impl Errand {
    /// `begun` is what the clock on the wall shows, for a Graph that does not tell its own.
    pub(crate) fn new(expert: PersonId, text: &str, begun: SystemTime) -> Self {
        Self {
            expert,
            text: words::tidy(text, COMPARED),
            begun,
            step: Step::New,
            state: CardState::Sending,
            agent: None,
            chat: None,
            since: None,
            retried: false,
            listened: 0,
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let doing = match &self.step {
            Step::Doing(command) => Some(command.clone()),
            _ => None,
        };
        match (event, doing) {
            (Event::Begin, _) if self.step == Step::New => self.carry_out(Command::AskAgent),
            (Event::Agent(Ok(agent)), Some(Command::AskAgent)) => {
                self.agent = Some(agent.clone());
                let expert = self.expert.clone();
                self.carry_out(Command::Open { agent, expert })
            }
            (Event::Opened(Ok(chat)), Some(Command::Open { .. })) => {
                let id = chat.id.clone();
                self.chat = Some(chat);
                self.carry_out(Command::Post(id))
            }
            (Event::Posted(Ok(at)), Some(Command::Post(chat))) => {
                self.since = at.or_else(|| self.opened());
                self.listen_later(now, FIRST_LISTENS, chat);
                self.turn(CardState::Sent { reply: None })
            }
            // It may be there already, and is not sent again: it is looked for.
            (Event::Posted(Err(trouble)), Some(Command::Post(chat))) if trouble.perhaps_done => {
                self.since = self.opened();
                self.listen_later(now, SOON, chat);
                self.turn(CardState::Unsure { reply: None })
            }
            (Event::Agent(Err(trouble)), Some(command @ Command::AskAgent))
            | (Event::Opened(Err(trouble)), Some(command @ Command::Open { .. }))
            | (Event::Posted(Err(trouble)), Some(command @ Command::Post(_))) => {
                self.try_again(now, trouble.failure, command)
            }
            (Event::Heard(heard), Some(Command::Listen(chat))) => self.heard(now, heard, chat),
            (Event::Timeout, _) => match &self.step {
                Step::Waiting(due, command) if now >= *due => {
                    let command = command.clone();
                    self.carry_out(command)
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.step {
            Step::Waiting(due, _) => Some(due),
            Step::New | Step::Doing(_) | Step::Over => None,
        }
    }

    pub(crate) fn state(&self) -> &CardState {
        &self.state
    }

    /// Whether nothing more will come of it.
    pub(crate) fn is_over(&self) -> bool {
        self.step == Step::Over
    }

    fn carry_out(&mut self, command: Command) -> Vec<Command> {
        self.step = Step::Doing(command.clone());
        vec![command]
    }

    fn turn(&mut self, state: CardState) -> Vec<Command> {
        if self.state == state {
            return Vec::new();
        }
        self.state = state;
        vec![Command::Changed]
    }

    fn try_again(&mut self, now: Instant, failure: Failure, command: Command) -> Vec<Command> {
        let pause = match failure {
            Failure::Offline => Some(SOON),
            Failure::Throttled { retry_after } => Some(retry_after.unwrap_or(FIRST_LISTENS)),
            _ => None,
        };
        // A card that comes when the consult is long under way helps nobody.
        match pause.filter(|pause| !self.retried && *pause <= LONGEST_PAUSE) {
            Some(pause) => {
                self.retried = true;
                self.step = Step::Waiting(now + pause, command);
                Vec::new()
            }
            None => {
                self.step = Step::Over;
                self.turn(CardState::Failed(failure))
            }
        }
    }

    fn listen_later(&mut self, now: Instant, pause: Duration, chat: ChatId) {
        self.step = Step::Waiting(now + pause, Command::Listen(chat));
    }

    fn heard(
        &mut self,
        now: Instant,
        heard: Result<Vec<Message>, Trouble>,
        chat: ChatId,
    ) -> Vec<Command> {
        self.listened += 1;
        let usual = if self.listened < FAST_LISTENS {
            FIRST_LISTENS
        } else {
            LATER_LISTENS
        };
        let (pause, messages) = match heard {
            Ok(messages) => (usual, messages),
            // The tenant lets Warmline write and not read.
            Err(trouble) if trouble.failure == Failure::NotGranted => {
                self.step = Step::Over;
                return Vec::new();
            }
            Err(Trouble {
                failure: Failure::Throttled { retry_after },
                ..
            }) => (
                retry_after.unwrap_or(LATER_LISTENS).max(LATER_LISTENS),
                Vec::new(),
            ),
            Err(_) => (LATER_LISTENS, Vec::new()),
        };
        self.listen_later(now, pause, chat);
        let state = self.state_by(&messages);
        self.turn(state)
    }

    fn state_by(&mut self, messages: &[Message]) -> CardState {
        let mut found = matches!(self.state, CardState::Sent { .. });
        if !found && let Some(ours) = self.ours(messages) {
            self.since = Some(ours);
            found = true;
        }
        let reply = messages
            .iter()
            .filter(|message| message.by == self.expert)
            .filter(|message| self.since.is_some_and(|since| message.at > since))
            .max_by_key(|message| message.at)
            .map(|message| message.text.clone())
            .or_else(|| self.reply().cloned());
        if found {
            CardState::Sent { reply }
        } else {
            CardState::Unsure { reply }
        }
    }

    /// When the card was written into the chat, if it is among these.
    fn ours(&self, messages: &[Message]) -> Option<SystemTime> {
        let since = self.opened()?;
        messages
            .iter()
            .filter(|message| Some(&message.by) == self.agent.as_ref() && message.at >= since)
            .filter(|message| *message.text.expose() == self.text)
            .map(|message| message.at)
            .min()
    }

    fn opened(&self) -> Option<SystemTime> {
        let told = self.chat.as_ref().and_then(|chat| chat.opened);
        told.or_else(|| self.begun.checked_sub(SKEW))
    }

    fn reply(&self) -> Option<&Pii<String>> {
        match &self.state {
            CardState::Sent { reply } | CardState::Unsure { reply } => reply.as_ref(),
            CardState::Sending | CardState::Failed(_) => None,
        }
    }
}

/// Before what failed is tried once more, and before a card of which nothing is known is looked for.
const SOON: Duration = Duration::from_secs(2);
/// Between two looks into the chat, at first and later.
const FIRST_LISTENS: Duration = Duration::from_secs(5);
const LATER_LISTENS: Duration = Duration::from_secs(15);
/// How many looks are fast: a minute's.
const FAST_LISTENS: u32 = 12;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How far apart our clock and Graph's may be.
const SKEW: Duration = Duration::from_secs(60);
/// As much of a message as is read.
const COMPARED: usize = 280;

#[cfg(test)]
mod tests;
