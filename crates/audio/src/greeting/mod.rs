//! Tells a machine that answered from a person, by how it greets. Pure.

mod line;

#[cfg(test)]
mod tests;

use crate::frame::{Frame, mean_square};

use line::Line;

/// What was heard after the answer that machines do and people seldom: a sign, not a proof.
///
/// The far end is listened to for 30 s at most, from its first packet after
/// [`LegControl::watch_greeting`](crate::LegControl::watch_greeting), and each is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Greeting {
    /// The far end began to speak within 1.5 s and has gone on for 6 s, without a pause of more than
    /// 0.7 s, while the agent said nothing. Speech is whatever is louder than -50 dBFS, than 8 dB above
    /// the softest moment of the last 1.5 s, and than 20 dB below the loudest so far (others in the
    /// room), for at least two fifths of the time. The agent says something by 0.2 s in all above
    /// -40 dBFS that is sent on this leg.
    LongSpeech,
    /// A single tone, then silence: 350 to 2,000 Hz, steady within 20 Hz and 6 dB for 150 ms to 2 s,
    /// one line with more than nine tenths of the energy, above -35 dBFS (RMS); then 0.6 s below
    /// -50 dBFS or 25 dB below the tone. Two tones at once (DTMF) are none, nor is one of 400 to
    /// 480 Hz for more than 0.7 s, since that is how telephones ring, nor busy tones, which come
    /// again too soon.
    Beep,
}

/// Listens to one leg.
#[derive(Debug)]
pub(crate) struct GreetingWatch {
    /// Ticks listened to.
    ticks: u32,
    /// The last 20 ms at 8 kHz.
    window: [f32; line::WINDOW],
    speech: Speech,
    beep: Beep,
}

impl GreetingWatch {
    pub(crate) fn new() -> Self {
        Self {
            ticks: 0,
            window: [0.0; line::WINDOW],
            speech: Speech::new(),
            beep: Beep::Nothing,
        }
    }

    /// Takes 10 ms of what was received, and whether the agent spoke meanwhile.
    pub(crate) fn listen(&mut self, sound: &Frame, agent_speaks: bool) -> Option<Greeting> {
        if self.ticks >= LONGEST_WATCH {
            return None;
        }
        self.ticks += 1;
        self.window.copy_within(line::HOP.., 0);
        let latest = &mut self.window[line::WINDOW - line::HOP..];
        // Averaging six samples is filter enough for what is looked for.
        for (slot, group) in latest.iter_mut().zip(sound.as_chunks::<6>().0) {
            *slot = group.iter().sum::<f32>() / 6.0;
        }
        let power = mean_square(latest);
        let spoken = self.speech.listen(power, agent_speaks);
        let line = match self.beep {
            Beep::Told => None,
            _ => line::strongest(&self.window),
        };
        let beeped = self.beep.listen(power, line);
        // Speech is told while it goes on, a tone when it has been silent for long: never both.
        spoken.or(beeped)
    }
}

/// Whether the agent speaks in these 10 ms of what is sent.
pub(crate) fn is_spoken(sound: &Frame) -> bool {
    mean_square(sound) > AGENT_SPEAKS
}

/// Follows the far end's first utterance.
#[derive(Debug)]
struct Speech {
    tick: u32,
    /// Power, smoothed over some 50 ms.
    power: f32,
    /// The loudest moment so far.
    loudest: f32,
    /// The softest moment in each of the last 100 ms, the present one last.
    softest: [f32; BLOCKS],
    utterance: Option<Utterance>,
    agent_ticks: u32,
    /// Nothing that comes now can be a long greeting.
    decided: bool,
}

#[derive(Clone, Copy, Debug)]
struct Utterance {
    began: u32,
    last_loud: u32,
    loud_ticks: u32,
}

impl Speech {
    fn new() -> Self {
        Self {
            tick: 0,
            power: 0.0,
            loudest: 0.0,
            softest: [f32::INFINITY; BLOCKS],
            utterance: None,
            agent_ticks: 0,
            decided: false,
        }
    }

    fn listen(&mut self, power: f32, agent_speaks: bool) -> Option<Greeting> {
        if self.decided {
            return None;
        }
        self.tick += 1;
        self.agent_ticks += u32::from(agent_speaks);
        if self.agent_ticks >= AGENT_TICKS {
            self.decided = true;
            return None;
        }
        let loud = self.is_loud(power);
        let Some(mut utterance) = self.utterance else {
            if loud {
                self.utterance = Some(Utterance {
                    began: self.tick,
                    last_loud: self.tick,
                    loud_ticks: 1,
                });
            }
            self.decided = !loud && self.tick > LATEST_BEGIN;
            return None;
        };
        if loud {
            utterance.last_loud = self.tick;
            utterance.loud_ticks += 1;
        }
        self.utterance = Some(utterance);
        if self.tick - utterance.last_loud > LONGEST_PAUSE {
            // A click or a breath was no utterance; one that has ended was a person's.
            self.decided = utterance.loud_ticks >= SHORTEST_UTTERANCE;
            self.utterance = None;
            return None;
        }
        let length = utterance.last_loud - utterance.began;
        if length < LONG_SPEECH {
            return None;
        }
        self.decided = true;
        (utterance.loud_ticks * 5 >= length * 2).then_some(Greeting::LongSpeech)
    }

    /// Whether these 10 ms stand out from what is there all the time.
    fn is_loud(&mut self, power: f32) -> bool {
        self.power += (power - self.power) * 0.3;
        if self.tick.is_multiple_of(BLOCK) {
            self.softest.copy_within(1.., 0);
            self.softest[BLOCKS - 1] = f32::INFINITY;
        }
        let now = &mut self.softest[BLOCKS - 1];
        // The first moments come from a smoothing that begins in silence.
        *now = now.min(self.power.max(power));
        let floor = self.softest.iter().copied().fold(f32::INFINITY, f32::min);
        self.loudest = self.loudest.max(self.power);
        let least = SILENCE.max(floor * ABOVE_FLOOR);
        self.power > least.max(self.loudest * BELOW_VOICE)
    }
}

/// Follows one tone and the silence after it.
#[derive(Debug)]
enum Beep {
    Nothing,
    Tone { first: Line, ticks: u32 },
    Ended { power: f32, ticks: u32 },
    Told,
}

impl Beep {
    fn listen(&mut self, power: f32, line: Option<Line>) -> Option<Greeting> {
        match *self {
            Beep::Told => {}
            Beep::Nothing => self.begin(line),
            Beep::Tone { first, ticks } => {
                if line.is_some_and(|line| line.goes_on_from(first)) {
                    let ticks = ticks + 1;
                    *self = Beep::Tone { first, ticks };
                } else if is_beep(first, ticks) {
                    let power = first.power;
                    *self = Beep::Ended { power, ticks: 0 };
                } else {
                    self.begin(line);
                }
            }
            Beep::Ended {
                power: tone,
                ticks: since,
            } => {
                // What the codec draws out belongs to the tone.
                let silent = power < SILENCE.max(tone * BELOW_TONE);
                if !silent && since >= DYING_AWAY {
                    self.begin(line);
                } else if since >= DYING_AWAY + SILENCE_AFTER {
                    *self = Beep::Told;
                    return Some(Greeting::Beep);
                } else {
                    let ticks = since + 1;
                    *self = Beep::Ended { power: tone, ticks };
                }
            }
        }
        None
    }

    fn begin(&mut self, line: Option<Line>) {
        *self = match line {
            Some(first) => Beep::Tone { first, ticks: 1 },
            None => Beep::Nothing,
        };
    }
}

/// Whether a tone of so many windows is of the right length for its pitch.
fn is_beep(tone: Line, ticks: u32) -> bool {
    let longest = if (RINGING.0..=RINGING.1).contains(&tone.hertz) {
        LONGEST_RINGING
    } else {
        LONGEST_BEEP
    };
    (SHORTEST_BEEP..=longest).contains(&ticks)
}

// In ticks of 10 ms:
const LONGEST_WATCH: u32 = 3_000;
const LATEST_BEGIN: u32 = 150;
const LONG_SPEECH: u32 = 600;
const LONGEST_PAUSE: u32 = 70;
const SHORTEST_UTTERANCE: u32 = 15;
const AGENT_TICKS: u32 = 20;
/// A window is 20 ms, and those at the ends, and what a codec does to them, do not count.
const SHORTEST_BEEP: u32 = 12;
const LONGEST_BEEP: u32 = 200;
const LONGEST_RINGING: u32 = 70;
const DYING_AWAY: u32 = 6;
const SILENCE_AFTER: u32 = 60;
const BLOCK: u32 = 10;
/// 1.5 s.
const BLOCKS: usize = 15;

// In mean squares of full scale, and ratios of them:
/// -40 dBFS.
const AGENT_SPEAKS: f32 = 1e-4;
/// -50 dBFS.
const SILENCE: f32 = 1e-5;
/// 8 dB.
const ABOVE_FLOOR: f32 = 6.3;
/// -20 dB.
const BELOW_VOICE: f32 = 1e-2;
/// -25 dB.
const BELOW_TONE: f32 = 3.2e-3;

/// Where call-progress tones of one frequency are, in Hz.
const RINGING: (f32, f32) = (395.0, 485.0);
