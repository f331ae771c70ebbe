//! Notifications of the system for calls that come in, with Answer and Reject where it has buttons.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "linux.rs")]
mod system;

use tokio::{sync::mpsc, task::JoinSet};

use crate::{attention::Button, phone::CallNumber, tongue::Tongue};

/// The notifications that stand, and what is pressed on them.
#[derive(Debug)]
pub struct Notices {
    asks: mpsc::UnboundedSender<Ask>,
    pressed: mpsc::UnboundedReceiver<Pressed>,
    // Ends with them.
    _keeper: JoinSet<()>,
}

/// What was pressed, on the notification of which call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pressed {
    /// Whose notification.
    pub call: CallNumber,
    /// What.
    pub button: Button,
    /// By which a Wayland desktop knows that the agent wants to see the window.
    pub token: Option<String>,
}

impl Notices {
    /// None yet. In a Tokio runtime.
    pub fn start() -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        let (press, pressed) = mpsc::unbounded_channel();
        let mut keeper = JoinSet::new();
        keeper.spawn(system::run(asked, press));
        Self {
            asks,
            pressed,
            _keeper: keeper,
        }
    }

    /// Shows one of a call from this person, in these words.
    pub fn show(&self, call: CallNumber, who: &str, tongue: &Tongue) {
        let ask = Ask::Show {
            call,
            who: one_line(who),
            tongue: Box::new(tongue.clone()),
        };
        // Where the system has no notifications, nobody listens.
        let _ = self.asks.send(ask);
    }

    /// Takes that of a call away.
    pub fn withdraw(&self, call: CallNumber) {
        let _ = self.asks.send(Ask::Withdraw(call));
    }

    /// Waits until something is pressed.
    pub async fn pressed(&mut self) -> Pressed {
        match self.pressed.recv().await {
            Some(pressed) => pressed,
            None => std::future::pending().await,
        }
    }
}

/// What is wanted of the system.
#[cfg_attr(target_os = "macos", allow(dead_code))] // It shows nothing yet.
enum Ask {
    Show {
        call: CallNumber,
        who: String,
        tongue: Box<Tongue>,
    },
    Withdraw(CallNumber),
}

/// A name comes from outside: it is neither many lines, nor a book, nor does it turn around what is beside it.
pub(crate) fn one_line(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = text.chars().filter(|c| !c.is_control() && !turns(*c));
    kept.take(LONGEST).collect()
}

/// What a notification has room for, characters.
const LONGEST: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(one_line("Robin\r\nAdeyemi\u{202e}"), "RobinAdeyemi");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), LONGEST);
    }
}
