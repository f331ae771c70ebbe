//! What a call that comes in does to the desktop: the window stands before the others and takes the keyboard
//! from nobody, and a notification offers the two buttons. Pure, but for [`window`].

#[cfg_attr(target_os = "macos", path = "window/macos.rs")]
#[cfg_attr(windows, path = "window/windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "window/linux.rs")]
pub mod window;

use std::collections::BTreeMap;

use crate::phone::CallNumber;

/// Something has happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// These calls ring here, and no others.
    Ringing(Vec<CallNumber>),
    /// The agent works in the window, or no longer does.
    Focused(bool),
    /// The agent has pressed something on a call's notification.
    Pressed(CallNumber, Button),
}

/// What can be pressed on a notification.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Button {
    /// Take the call.
    Answer,
    /// Refuse it.
    Reject,
    /// The notification itself: show the window.
    Open,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Command {
    /// The window comes before the others, without the keyboard, and stays there.
    ComeUp,
    /// The window is one among others again.
    Settle,
    /// Show a notification of this call.
    Notify(CallNumber),
    /// Take it away.
    Withdraw(CallNumber),
    /// Take the call.
    Answer(CallNumber),
    /// Refuse the call.
    Reject(CallNumber),
    /// Show the window, with the keyboard: the agent has asked for it.
    Open,
}

/// Knows what rings, and what has been done about it.
#[derive(Debug, Default)]
pub struct Attention {
    ringing: BTreeMap<CallNumber, Done>,
    focused: bool,
    /// The window stands before the others.
    up: bool,
}

/// What has been done about a call that rings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Done {
    /// The window came up, in which the agent was working.
    Shown,
    /// The same, and a notification stands.
    Notified,
}

impl Attention {
    /// What is to be done now.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        match event {
            Event::Ringing(now) => self.ring(&now),
            Event::Focused(focused) => {
                self.focused = focused;
                // Whoever looks at the window needs no notification.
                if focused {
                    self.withdraw_all()
                } else {
                    Vec::new()
                }
            }
            Event::Pressed(_, Button::Open) => vec![Command::Open],
            // A late press means no other call.
            Event::Pressed(call, _) if !self.ringing.contains_key(&call) => Vec::new(),
            Event::Pressed(call, Button::Answer) => vec![Command::Answer(call)],
            Event::Pressed(call, Button::Reject) => vec![Command::Reject(call)],
        }
    }

    fn ring(&mut self, now: &[CallNumber]) -> Vec<Command> {
        let mut commands = Vec::new();
        self.ringing.retain(|call, done| {
            let rings = now.contains(call);
            if !rings && *done == Done::Notified {
                commands.push(Command::Withdraw(*call));
            }
            rings
        });
        for call in now {
            if self.ringing.contains_key(call) {
                continue;
            }
            // Also if it is up already: the agent may have put another window before it.
            self.up = true;
            commands.push(Command::ComeUp);
            let done = if self.focused {
                Done::Shown
            } else {
                commands.push(Command::Notify(*call));
                Done::Notified
            };
            self.ringing.insert(*call, done);
        }
        // Back to normal, once there is nothing left to decide.
        if self.up && self.ringing.is_empty() {
            self.up = false;
            commands.push(Command::Settle);
        }
        commands
    }

    fn withdraw_all(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        for (call, done) in &mut self.ringing {
            if *done == Done::Notified {
                *done = Done::Shown;
                commands.push(Command::Withdraw(*call));
            }
        }
        commands
    }
}

#[cfg(test)]
mod tests;
