//! What is said outside of the window, in the language that the window speaks.

use crate::notice::one_line;

/// The few words of tray and notifications. English until the window says others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tongue {
    /// Show the window.
    pub open: String,
    /// Call the number that the agent has copied.
    pub call_copied: String,
    /// Be left alone; also that the agent is.
    pub do_not_disturb: String,
    /// Mute the call.
    pub mute: String,
    /// End the call.
    pub hang_up: String,
    /// Close the phone.
    pub quit: String,
    /// Calls cannot come in.
    pub unreachable: String,
    /// They can.
    pub reachable: String,
    /// One rings.
    pub ringing: String,
    /// The agent is on the phone.
    pub talking: String,
    /// What a notification is of.
    pub incoming: String,
    /// Take the call.
    pub answer: String,
    /// Refuse it.
    pub reject: String,
}

impl Default for Tongue {
    fn default() -> Self {
        Self {
            open: "Open Warmline".into(),
            call_copied: "Call the copied number".into(),
            do_not_disturb: "Do not disturb".into(),
            mute: "Mute".into(),
            hang_up: "Hang up".into(),
            quit: "Quit Warmline".into(),
            unreachable: "Calls cannot come in".into(),
            reachable: "Ready for calls".into(),
            ringing: "A call is coming in".into(),
            talking: "In a call".into(),
            incoming: "Incoming call".into(),
            answer: "Answer".into(),
            reject: "Reject".into(),
        }
    }
}

impl Tongue {
    /// The same, each in one short line; what says nothing is said in English.
    pub fn in_lines(self) -> Self {
        let english = Self::default();
        let line = |said: String, english: String| {
            let said = one_line(said.trim());
            if said.is_empty() { english } else { said }
        };
        Self {
            open: line(self.open, english.open),
            call_copied: line(self.call_copied, english.call_copied),
            do_not_disturb: line(self.do_not_disturb, english.do_not_disturb),
            mute: line(self.mute, english.mute),
            hang_up: line(self.hang_up, english.hang_up),
            quit: line(self.quit, english.quit),
            unreachable: line(self.unreachable, english.unreachable),
            reachable: line(self.reachable, english.reachable),
            ringing: line(self.ringing, english.ringing),
            talking: line(self.talking, english.talking),
            incoming: line(self.incoming, english.incoming),
            answer: line(self.answer, english.answer),
            reject: line(self.reject, english.reject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_said_in_english_and_the_rest_in_a_line() {
        let german = Tongue {
            mute: "Stumm\nschalten".into(),
            quit: " \u{202e}".into(),
            ..Tongue::default()
        };
        let said = german.in_lines();
        assert_eq!(
            (&*said.mute, &*said.quit),
            ("Stummschalten", "Quit Warmline")
        );
    }
}
