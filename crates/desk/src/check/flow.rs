//! What happens when in a check. Pure: told the time, and handed what the microphone hears.

use std::time::{Duration, Instant};

use warmline_audio::{
    Refusal,
    measure::{LONGEST_ECHO_MS, sweep},
};

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
    /// There is none, or one that cannot be used, and why.
    NoMicrophone(Option<Refusal>),
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
    /// Why a microphone that is there cannot be used.
    pub refusal: Option<Refusal>,
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

    /// The same where the microphone could not be used before, which holds unless something else is said of it.
    pub fn remembering(mut self, refusal: Option<Refusal>) -> Self {
        self.heard.refusal = refusal;
        self
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
                self.heard.refusal = None;
            }
            Event::NoMicrophone(refusal) => {
                self.microphone_told = true;
                self.heard.microphone = None;
                self.heard.refusal = refusal;
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

    /// Goes on to what the devices that there are allow.
    fn go_on(&mut self, now: Instant) -> Vec<Command> {
        let microphone = self.heard.microphone.is_some();
        let speaker = self.heard.speaker.is_some();
        self.phase = match self.phase {
            // The first sound of a device that wakes is a click.
            Phase::Opening if microphone || speaker => Phase::Settling,
            Phase::Settling if microphone => Phase::Quiet,
            Phase::Settling | Phase::Quiet if speaker => Phase::Tone,
            Phase::Quiet | Phase::Tone if microphone => Phase::Speaking,
            Phase::Speaking if speaker => Phase::Playing,
            _ => Phase::Over,
        };
        let (lasts, commands) = match self.phase {
            Phase::Opening => (OPEN_WITHIN, Vec::new()),
            Phase::Settling => (SETTLE, vec![Command::Say(Prompt::BeQuiet)]),
            Phase::Quiet => (QUIET, Vec::new()),
            Phase::Tone => {
                self.heard.played = sweep();
                let longest = Duration::from_millis(LONGEST_ECHO_MS as u64);
                let play = Command::Play(self.heard.played.clone());
                (TONE + longest, vec![Command::Say(Prompt::StayQuiet), play])
            }
            Phase::Speaking => (SPEAK, vec![Command::Say(Prompt::Speak)]),
            Phase::Playing => {
                let play = Command::Play(self.heard.spoken.clone());
                (SPEAK + SETTLE, vec![Command::Say(Prompt::Listen), play])
            }
            Phase::Over => {
                let heard = Box::new(std::mem::take(&mut self.heard));
                (Duration::ZERO, vec![Command::Done(heard)])
            }
        };
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
        [microphone, speaker]: [bool; 2],
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
            let mut events = Vec::new();
            let there = |there: bool| there.then(|| "Headset".to_owned());
            if (microphone || speaker) && at >= 200 {
                events.push(Event::Microphone(there(microphone)));
                events.push(Event::Speaker(there(speaker)));
            }
            for event in events.into_iter().chain([Event::Heard(&sound)]) {
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
        let (asked, heard) = happened([20; 1_000], [true; 2]);
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
    fn nobody_is_asked_for_what_the_devices_cannot_do() {
        let asked = |devices| {
            let (asked, heard) = happened([20; 1_000], devices);
            let says = asked.into_iter().map(|(_, what)| what);
            (says.collect::<Vec<_>>().join(" "), heard)
        };
        let (said, heard) = asked([false; 2]);
        assert_eq!((said.as_str(), heard), ("", Heard::default()));
        let (said, heard) = asked([true, false]);
        assert_eq!((said.as_str(), heard.played.len()), ("BeQuiet Speak", 0));
        assert_eq!(heard.spoken.len(), 48 * 3_000);
        let (said, heard) = asked([false, true]);
        assert_eq!(said, "BeQuiet StayQuiet 800 ms");
        assert!(heard.spoken.is_empty());
    }

    #[test]
    fn a_refusal_that_is_remembered_holds_unless_something_else_is_said() {
        let start = Instant::now();
        for (said, refusal) in [
            (vec![], Some(Refusal::InUse)),
            (vec![Event::NoMicrophone(None)], None),
        ] {
            let mut flow = Flow::new(start).remembering(Some(Refusal::InUse));
            for event in said {
                flow.handle(start, event);
            }
            let done = flow.handle(start + OPEN_WITHIN, Event::Heard(&[]));
            let [Command::Done(heard)] = &done[..] else {
                panic!("{done:?}");
            };
            assert_eq!(heard.refusal, refusal);
        }
    }

    #[test]
    fn devices_that_are_told_of_at_the_very_end_count() {
        let late = [9, 2_991].into_iter().chain([20; 1_000]);
        let (asked, _) = happened(late, [true; 2]);
        assert_eq!(asked.len(), 6, "{asked:?}");
    }

    proptest! {
        #[test]
        fn however_late_it_is_told_all_of_it_happens_once(
            steps in prop::collection::vec(1_u64..3_000, 60..200),
        ) {
            let endless = steps.into_iter().chain(std::iter::repeat(500)).take(2_000);
            let (asked, heard) = happened(endless, [true; 2]);
            let asked: Vec<_> = asked.into_iter().map(|(_, what)| what).collect();
            prop_assert_eq!(asked.len(), 6);
            prop_assert!(asked.iter().filter(|what| *what == "Speak").count() == 1);
            prop_assert!(!heard.spoken.is_empty() && !heard.quiet.is_empty());
        }
    }
}
