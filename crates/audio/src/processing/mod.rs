//! What is done to the agent's voice between microphone and calls, and what is noticed about it.
//!
//! Made of the parts of sonora, the WebRTC audio processing in Rust, and of nnnoiseless, on 16 kHz: see
//! [`chain`] for the order. A part that panics costs nobody a frame.

mod bands;
mod chain;
mod echo;
mod gain;
mod high_pass;
mod notice;
mod processor;
mod speech;
#[cfg(test)]
mod tests;
mod voice;

pub(crate) use notice::{Noticed, Reported};
pub(crate) use processor::Processor;
pub(crate) use voice::{Microphone, Voice};

/// What is done to the microphone's sound before it is sent. What does nothing costs nothing; echo
/// cancelling delays the voice by 6 ms, noise suppression by 6 ms ([`Moderate`](NoiseSuppression::Moderate))
/// or 10 ms ([`Strong`](NoiseSuppression::Strong)), and any of them by 1.25 ms more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processing {
    /// Takes out what the speaker plays.
    pub echo_cancellation: bool,
    /// Takes out what is no voice.
    pub noise_suppression: NoiseSuppression,
    /// Raises a soft voice, by 30 dB at most, so that each agent is about as loud as the next.
    pub automatic_gain: bool,
    /// Takes out what is below 80 Hz: rumble, hum, knocks on the table. Echo cancelling always does.
    pub high_pass: bool,
    /// Whether a WAV file in the microphone's place is processed too.
    pub files: bool,
}

impl Default for Processing {
    fn default() -> Self {
        Self {
            echo_cancellation: true,
            noise_suppression: NoiseSuppression::Moderate,
            automatic_gain: true,
            high_pass: true,
            files: false,
        }
    }
}

impl Processing {
    /// The microphone as it is.
    pub const OFF: Self = Self {
        echo_cancellation: false,
        noise_suppression: NoiseSuppression::Off,
        automatic_gain: false,
        high_pass: false,
        files: false,
    };

    /// Whether anything is done to the sound.
    fn does_something(self) -> bool {
        self.echo_cancellation
            || self.noise_suppression != NoiseSuppression::Off
            || self.automatic_gain
            || self.high_pass
    }
}

/// How much noise is taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoiseSuppression {
    /// None.
    Off,
    /// Steady noise, by some 12 dB: a fan, a street.
    #[default]
    Moderate,
    /// All that is no voice, by a neural network, at some cost to the voice and the processor: keys,
    /// dishes.
    Strong,
}
