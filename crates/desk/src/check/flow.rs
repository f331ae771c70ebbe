//! What happens when in a check. Pure: told the time, and handed what the microphone hears.

use std::time::{Duration, Instant};

use warmline_audio::measure::{LONGEST_ECHO_MS, sweep};

/// What the agent is asked to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Prompt {
    /// Be silent: the background is measured.
    BeQuiet,
    /// Stay silent: a tone plays, and its echo is looked for.
    StayQuiet,
    /// Say something.
    Speak,
    /// Listen: what was said is played back.
    Listen,
}

impl Prompt {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::BeQuiet => "Please be quiet for a moment.",
            Self::StayQuiet => "You should hear a rising tone. Stay quiet.",
            Self::Speak => "Now speak as you do to a customer: who you are, and how you can help.",
            Self::Listen => "And this is how you sound.",
        }
    }
}

/// What a check is told.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// What the microphone has given since the last time, 48 kHz.
    Heard(&'a [f32]),
    /// The microphone in use, or that there is none.
    Microphone(Option<String>),
    /// The speaker in use, or that there is none.
    Speaker(Option<String>),
}

/// What a check wants to happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The agent is to be told.
    Say(Prompt),
    /// This is to be played, 48 kHz.
    Play(Vec<f32>),
    /// It is over.
    Done(Box<Heard>),
}

/// What was heard in a check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// The microphone's name; none if there is none.
    pub microphone: Option<String>,
    /// The speaker's name; none if there is none.
    pub speaker: Option<String>,
    /// While the agent was silent.
    pub quiet: Vec<f32>,
    /// What was played.
    pub played: Vec<f32>,
    /// From when it was played.
    pub echo: Vec<f32>,
    /// While the agent spoke.
    pub spoken: Vec<f32>,
}

/// One check, from the first moment to the last.
#[derive(Debug)]
pub struct Flow {
    phase: Phase,
    until: Instant,
    heard: Heard,
    /// Whether anything was said of the two devices.
    microphone_told: bool,
    speaker_told: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    Opening,
    Settling,
    Quiet,
    Tone,
    Speaking,
    Playing,
    Over,
}

impl Flow {
    /// Begins now.
    pub fn new(now: Instant) -> Self {
        Self {
            phase: Phase::Opening,
            until: now + OPEN_WITHIN,
            heard: Heard::default(),
            microphone_told: false,
            speaker_told: false,
        }
    }

    /// When it wants to be told of the time, if nothing else happens.
    pub fn poll_timeout(&self) -> Option<Instant> {
        (self.phase != Phase::Over).then_some(self.until)
    }

    /// Takes an event.
    pub fn handle(&mut self, now: Instant, event: Event<'_>) -> Vec<Command> {
        match event {
            Event::Microphone(name) => {
                self.microphone_told = true;
                self.heard.microphone = name;
            }
            Event::Speaker(name) => {
                self.speaker_told = true;
                self.heard.speaker = name;
            }
            Event::Heard(sound) => match self.phase {
                Phase::Quiet => self.heard.quiet.extend_from_slice(sound),
                Phase::Tone => self.heard.echo.extend_from_slice(sound),
                Phase::Speaking => self.heard.spoken.extend_from_slice(sound),
                Phase::Opening | Phase::Settling | Phase::Playing | Phase::Over => {}
            },
        }
        let opened = self.phase == Phase::Opening && self.microphone_told && self.speaker_told;
        if self.phase != Phase::Over && (opened || now >= self.until) {
            return self.go_on(now);
        }
        Vec::new()
    }

    fn go_on(&mut self, now: Instant) -> Vec<Command> {
        let (phase, lasts, commands) = match self.phase {
            // The first sound of a device that wakes is a click.
            Phase::Opening => (Phase::Settling, SETTLE, vec![Command::Say(Prompt::BeQuiet)]),
            Phase::Settling => (Phase::Quiet, QUIET, Vec::new()),
            Phase::Quiet => {
                self.heard.played = sweep();
                let commands = vec![
                    Command::Say(Prompt::StayQuiet),
                    Command::Play(self.heard.played.clone()),
                ];
                let longest = Duration::from_millis(LONGEST_ECHO_MS as u64);
                (Phase::Tone, TONE + longest, commands)
            }
            Phase::Tone => (Phase::Speaking, SPEAK, vec![Command::Say(Prompt::Speak)]),
            Phase::Speaking => (
                Phase::Playing,
                SPEAK + SETTLE,
                vec![
                    Command::Say(Prompt::Listen),
                    Command::Play(self.heard.spoken.clone()),
                ],
            ),
            Phase::Playing | Phase::Over => {
                let heard = Box::new(std::mem::take(&mut self.heard));
                (Phase::Over, Duration::ZERO, vec![Command::Done(heard)])
            }
        };
        self.phase = phase;
        self.until = now + lasts;
        commands
    }
}

/// Devices that are not open by then are missing.
const OPEN_WITHIN: Duration = Duration::from_secs(3);
const SETTLE: Duration = Duration::from_millis(400);
const QUIET: Duration = Duration::from_millis(1_500);
/// The sweep, and some for the devices' clocks.
const TONE: Duration = Duration::from_millis(900);
const SPEAK: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lets a check happen with a microphone that hears `level`, in steps of so many ms; what it asked
    /// for and when, and what it heard.
    fn happened(
        steps: impl IntoIterator<Item = u64>,
        devices: bool,
    ) -> (Vec<(u64, String)>, Heard) {
        let start = Instant::now();
        let mut flow = Flow::new(start);
        let mut asked = Vec::new();
        let mut at = 0;
        let mut before = 0;
        for step in steps {
            at += step;
            let now = start + Duration::from_millis(at);
            let sound = vec![0.1; (at - before) as usize * 48];
            before = at;
            let mut events = vec![Event::Heard(&sound)];
            if devices && at >= 200 {
                events.push(Event::Microphone(Some("Headset".into())));
                events.push(Event::Speaker(Some("Headset".into())));
            }
            for event in events {
                for command in flow.handle(now, event) {
                    match command {
                        Command::Say(prompt) => asked.push((at, format!("{prompt:?}"))),
                        Command::Play(sound) => {
                            asked.push((at, format!("{} ms", sound.len() / 48)))
                        }
                        Command::Done(heard) => {
                            assert_eq!(flow.poll_timeout(), None);
                            return (asked, *heard);
                        }
                    }
                }
            }
        }
        panic!("it has no end: {asked:?}");
    }

    #[test]
    fn it_goes_from_silence_by_a_tone_to_speech_and_back_in_ten_seconds() {
        let (asked, heard) = happened([20; 1_000], true);
        let asked: Vec<_> = asked
            .iter()
            .map(|(at, what)| (*at, what.as_str()))
            .collect();
        assert_eq!(
            asked,
            [
                (200, "BeQuiet"),
                (2_100, "StayQuiet"),
                (2_100, "800 ms"),
                (3_700, "Speak"),
                (6_700, "Listen"),
                (6_700, "3000 ms"),
            ]
        );
        assert_eq!(heard.microphone.as_deref(), Some("Headset"));
        assert_eq!(heard.quiet.len(), 48 * 1_500);
        assert_eq!(heard.echo.len(), 48 * 1_600);
        assert_eq!(heard.played, sweep());
    }

    #[test]
    fn devices_that_never_come_are_not_waited_for() {
        let (asked, heard) = happened([20; 1_000], false);
        assert_eq!(asked[0], (3_000, "BeQuiet".into()));
        assert_eq!((heard.microphone, heard.speaker), (None, None));
    }

    proptest! {
        #[test]
        fn however_late_it_is_told_all_of_it_happens_once(
            steps in prop::collection::vec(1_u64..3_000, 60..200),
        ) {
            let endless = steps.into_iter().chain(std::iter::repeat(500)).take(2_000);
            let (asked, heard) = happened(endless, true);
            let asked: Vec<_> = asked.into_iter().map(|(_, what)| what).collect();
            prop_assert_eq!(asked.len(), 6);
            prop_assert!(asked.iter().filter(|what| *what == "Speak").count() == 1);
            prop_assert!(!heard.spoken.is_empty() && !heard.quiet.is_empty());
        }
    }
}
