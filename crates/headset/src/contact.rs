//! One contact of a headset, the hook's or mute's: what of its reports was done by hand, and what
//! only repeats what it was told.

use std::time::{Duration, Instant};

use crate::layout::Action;

/// What was done by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// It was taken to this state.
    To(bool),
    /// It was pressed.
    Press,
}

/// A contact, as the device tells of it.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    action: Action,
    patience: Patience,
    /// What the device told last.
    value: i64,
    rise: Option<Rise>,
    /// As it was told last.
    told: bool,
    /// What we wrote and the device has not repeated yet.
    owed: Vec<(Instant, bool)>,
    /// By when somebody who used it is answered, if only by telling the device how things are.
    answer_by: Option<Instant>,
    /// Whether what has the form of a switch goes back by itself, as far as that has shown.
    springs: Option<bool>,
}

/// How long what takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// A switch has repeated by then what we wrote.
    pub(crate) settle: Duration,
    /// So has a button; what it repeats cannot be told from a press but by this time.
    pub(crate) echo: Duration,
    /// The device is answered after this at the latest.
    pub(crate) answer: Duration,
    /// What goes back within this has a spring: nobody changes their mind as fast.
    pub(crate) spring: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Rise {
    at: Instant,
    /// It was what we wrote.
    owed: bool,
    /// Something came of it.
    used: bool,
}

impl Contact {
    pub(crate) fn new(action: Action, patience: Patience) -> Self {
        Self {
            action,
            patience,
            value: 0,
            rise: None,
            told: false,
            owed: Vec::new(),
            answer_by: None,
            springs: None,
        }
    }

    /// Takes what a report says of it.
    pub(crate) fn report(&mut self, now: Instant, value: i64) -> Option<Stroke> {
        let before = std::mem::replace(&mut self.value, value);
        let on = value > 0;
        let edge = on != (before > 0);
        let stroke = if self.action == Action::Pair {
            // Each value but 0 is a press of its own.
            let stroke = (value != 0 && value != before).then_some(Stroke::To(on));
            stroke.filter(|_| !self.is_owed(now, on))
        } else if !edge {
            None
        } else if on {
            self.rises(now)
        } else {
            self.falls(now)
        };
        // Who repeats something old is told again, too.
        if stroke.is_some() || (edge && self.action == Action::Switch && on != self.told) {
            self.answer_by = Some(now + self.patience.answer);
        }
        stroke
    }

    /// Whether it tells a state, so that it shows what others do with the device.
    pub(crate) fn is_switch(&self) -> bool {
        self.action == Action::Switch && self.springs != Some(true)
    }

    /// Something came of the stroke.
    pub(crate) fn used(&mut self) {
        if let Some(rise) = &mut self.rise {
            rise.used = true;
        }
    }

    /// The device was told that it is so, which may be no news.
    pub(crate) fn wrote(&mut self, now: Instant, on: bool, news: bool) {
        self.answer_by = None;
        self.told = on;
        let owes = if self.action == Action::Switch {
            // What is there already has nothing to repeat.
            (self.value > 0) != on || !self.owed.is_empty()
        } else {
            news
        };
        if owes {
            self.owed.retain(|(_, owed)| *owed != on);
            self.owed.push((now, on));
        }
    }

    /// Who waits for an answer has it at once.
    pub(crate) fn hasten(&mut self, now: Instant) {
        self.answer_by = self.answer_by.map(|_| now);
    }

    /// Nobody is to be answered.
    pub(crate) fn leave(&mut self) {
        self.answer_by = None;
    }

    /// By when to write how things are.
    pub(crate) fn answer_by(&self) -> Option<Instant> {
        self.answer_by
    }

    fn rises(&mut self, now: Instant) -> Option<Stroke> {
        let owed = self.is_owed(now, true);
        self.rise = Some(Rise {
            at: now,
            owed,
            used: false,
        });
        let stroke = if self.is_switch() {
            Stroke::To(true)
        } else {
            Stroke::Press
        };
        (!owed).then_some(stroke)
    }

    fn falls(&mut self, now: Instant) -> Option<Stroke> {
        if self.action != Action::Switch {
            return None;
        }
        let rise = self.rise.take();
        let held = rise.map(|rise| now.saturating_duration_since(rise.at));
        let short = held.is_some_and(|held| held < self.patience.spring);
        if held.is_some_and(|held| held >= STAYS) {
            self.springs = Some(false);
        } else if self.springs == Some(true) && rise.is_some_and(|rise| rise.owed) && !short {
            // It stays where we put it, and was used in a hurry before.
            self.springs = None;
        }
        if self.is_owed(now, false) {
            return None;
        }
        match (self.springs, rise) {
            // What was taken for our own was a press, or it had not come back.
            (Some(true), Some(rise)) => (rise.owed && short).then_some(Stroke::Press),
            // All that was to come of the press has come of it.
            (None, Some(rise)) if rise.used && short => {
                self.springs = Some(true);
                None
            }
            _ => Some(Stroke::To(false)),
        }
    }

    /// Whether the device owes this; then it, and what was to come before, is paid. The debts of
    /// what has the form of a button are paid by time alone: its presses all look the same.
    fn is_owed(&mut self, now: Instant, on: bool) -> bool {
        let Patience { settle, echo, .. } = self.patience;
        let is_button = self.action != Action::Switch;
        let patience = if is_button { echo } else { settle };
        self.owed.retain(|(since, _)| now < *since + patience);
        if is_button {
            return !self.owed.is_empty();
        }
        let place = self.owed.iter().position(|(_, owed)| *owed == on);
        if let Some(place) = place {
            self.owed.drain(..=place);
        }
        place.is_some()
    }
}

/// What stays on for this has no spring.
const STAYS: Duration = Duration::from_secs(4);
