//! Call-progress tones and DTMF feedback: two oscillators, a cadence, no clicks.

use std::f32::consts::TAU;

use crate::frame::{Frame, SAMPLE_RATE, samples};

/// A region whose call-progress tones are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Region {
    /// Most of Europe (ETSI TR 101 041-2; 425 Hz).
    #[default]
    Europe,
    /// North America (GR-506).
    NorthAmerica,
    /// United Kingdom (SIN 350).
    UnitedKingdom,
    /// Japan.
    Japan,
    /// Korea.
    Korea,
}

/// A tone the agent hears in the headset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The far end rings.
    Ringback,
    /// The far end is busy.
    Busy,
    /// The network could not put the call through.
    Congestion,
    /// Another call comes in during a call. Plays once.
    CallWaiting,
    /// The call has ended. Plays once.
    Ended,
    /// Local feedback for a DTMF digit (0-9, *, #, A-D). Plays once, 120 ms.
    Dtmf(char),
}

/// What a tone is made of: frequencies in Hz (the second may be 0) and on/off times in ms.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Score {
    hertz: [f32; 2],
    cadence: &'static [(u16, u16)],
    repeats: bool,
}

/// Plays one tone at a time.
#[derive(Debug)]
pub(crate) struct TonePlayer {
    region: Region,
    score: Option<Score>,
    /// What plays once this one has faded.
    next: Option<Option<Score>>,
    /// Samples since the tone began.
    at: usize,
    /// 0 to 1, moving towards 1 while playing and 0 while another waits.
    gain: f32,
}

impl TonePlayer {
    pub(crate) fn new(region: Region) -> Self {
        Self {
            region,
            score: None,
            next: None,
            at: 0,
            gain: 0.0,
        }
    }

    /// Replaces what plays, after a fade of 5 ms.
    pub(crate) fn set(&mut self, tone: Option<Tone>) {
        self.next = Some(tone.and_then(|tone| score(self.region, tone)));
    }

    /// Whether anything plays or is about to.
    pub(crate) fn is_playing(&self) -> bool {
        self.score.is_some() || matches!(self.next, Some(Some(_)))
    }

    /// Adds the tone to `mix`, each of its oscillators at `volume`/2 of full scale.
    pub(crate) fn add(&mut self, mix: &mut Frame, volume: f32) {
        for sample in mix {
            if self.next.is_some() && self.gain <= 0.0 {
                self.score = self.next.take().flatten();
                self.at = 0;
            }
            let Some(score) = self.score else {
                self.gain = 0.0;
                if self.next.is_some() {
                    continue;
                }
                return;
            };
            let step = if self.next.is_some() {
                -RAMP_STEP
            } else {
                RAMP_STEP
            };
            self.gain = (self.gain + step).clamp(0.0, 1.0);
            let Some(envelope) = score.envelope(self.at) else {
                self.score = None;
                continue;
            };
            if envelope > 0.0 {
                let time = self.at as f32 / SAMPLE_RATE as f32;
                let wave: f32 = score
                    .hertz
                    .iter()
                    .filter(|hertz| **hertz > 0.0)
                    // The fraction keeps the sine's argument small, hence exact.
                    .map(|hertz| ((hertz * time).fract() * TAU).sin())
                    .sum();
                *sample += wave * 0.5 * volume * envelope * self.gain;
            }
            self.at += 1;
            if score.repeats && self.at >= score.period() {
                self.at = 0;
            }
        }
    }
}

impl Score {
    /// Length of the whole cadence in samples.
    fn period(&self) -> usize {
        self.cadence
            .iter()
            .map(|(on, off)| samples(usize::from(on + off)))
            .sum()
    }

    /// How loud at a moment, with soft edges; `None` after the end.
    fn envelope(&self, at: usize) -> Option<f32> {
        let mut start = 0;
        for (on, off) in self.cadence {
            let end = start + samples(usize::from(*on));
            let next = end + samples(usize::from(*off));
            if at < end {
                let edge = (at - start).min(end - at) as f32 * RAMP_STEP;
                return Some(edge.min(1.0));
            }
            if at < next {
                return Some(0.0);
            }
            start = next;
        }
        None
    }
}

/// Makes edges of 5 ms.
const RAMP_STEP: f32 = 1.0 / samples(5) as f32;

/// The table. Sources: ITU-T E.180 supplement 2, and those at [`Region`].
fn score(region: Region, tone: Tone) -> Option<Score> {
    use Region::{Europe, Japan, Korea, NorthAmerica, UnitedKingdom};
    let (hertz, cadence, repeats): ([f32; 2], &'static [(u16, u16)], bool) = match (tone, region) {
        (Tone::Ringback, Europe) => ([425.0, 0.0], &[(1_000, 4_000)], true),
        (Tone::Ringback, NorthAmerica) => ([440.0, 480.0], &[(2_000, 4_000)], true),
        (Tone::Ringback, UnitedKingdom) => ([400.0, 450.0], &[(400, 200), (400, 2_000)], true),
        // 400 Hz modulated with 16 Hz is these two.
        (Tone::Ringback, Japan) => ([384.0, 416.0], &[(1_000, 2_000)], true),
        (Tone::Ringback, Korea) => ([440.0, 480.0], &[(1_000, 2_000)], true),

        (Tone::Busy, Europe) => ([425.0, 0.0], &[(500, 500)], true),
        (Tone::Busy, NorthAmerica | Korea) => ([480.0, 620.0], &[(500, 500)], true),
        (Tone::Busy, UnitedKingdom) => ([400.0, 0.0], &[(375, 375)], true),
        (Tone::Busy, Japan) => ([400.0, 0.0], &[(500, 500)], true),

        (Tone::Congestion, Europe) => ([425.0, 0.0], &[(200, 200)], true),
        (Tone::Congestion, NorthAmerica) => ([480.0, 620.0], &[(250, 250)], true),
        (Tone::Congestion, UnitedKingdom) => ([400.0, 0.0], &[(400, 350), (225, 525)], true),
        (Tone::Congestion, Japan) => ([400.0, 0.0], &[(250, 250)], true),
        (Tone::Congestion, Korea) => ([480.0, 620.0], &[(300, 200)], true),

        (Tone::CallWaiting, Europe) => ([425.0, 0.0], &[(200, 200), (200, 0)], false),
        (Tone::CallWaiting, NorthAmerica) => ([440.0, 0.0], &[(300, 0)], false),
        (Tone::CallWaiting, UnitedKingdom) => ([400.0, 0.0], &[(100, 100), (100, 0)], false),
        (Tone::CallWaiting, Japan) => ([400.0, 0.0], &[(100, 100), (100, 0)], false),
        (Tone::CallWaiting, Korea) => ([350.0, 440.0], &[(250, 250), (250, 0)], false),

        (Tone::Ended, region) => {
            let busy = score(region, Tone::Busy)?;
            (busy.hertz, &[(200, 150), (200, 150), (200, 0)], false)
        }
        (Tone::Dtmf(digit), _) => (dtmf_frequencies(digit)?, &[(120, 0)], false),
    };
    Some(Score {
        hertz,
        cadence,
        repeats,
    })
}

/// Row and column of the keypad in Hz (ITU-T Q.23).
fn dtmf_frequencies(digit: char) -> Option<[f32; 2]> {
    const KEYS: [&str; 4] = ["123A", "456B", "789C", "*0#D"];
    const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
    let digit = digit.to_ascii_uppercase();
    KEYS.iter().zip(ROWS).find_map(|(keys, row)| {
        let column = keys.find(digit)?;
        Some([row, COLUMNS[column]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::mean_square;

    const REGIONS: [Region; 5] = [
        Region::Europe,
        Region::NorthAmerica,
        Region::UnitedKingdom,
        Region::Japan,
        Region::Korea,
    ];

    fn play(player: &mut TonePlayer, frames: usize) -> Vec<f32> {
        (0..frames)
            .flat_map(|_| {
                let mut frame = [0.0; 480];
                player.add(&mut frame, 0.5);
                frame
            })
            .collect()
    }

    /// Power at one frequency relative to all power.
    fn share(sound: &[f32], hertz: f32) -> f32 {
        let (mut s, mut c) = (0.0_f64, 0.0_f64);
        for (n, x) in sound.iter().enumerate() {
            let phase = f64::from(hertz) * n as f64 / 48_000.0 * std::f64::consts::TAU;
            s += f64::from(*x) * phase.sin();
            c += f64::from(*x) * phase.cos();
        }
        let n = sound.len() as f64;
        (2.0 * (s * s + c * c) / n / n / f64::from(mean_square(sound))) as f32
    }

    #[test]
    fn every_tone_of_every_region_sounds_and_never_clicks() {
        for region in REGIONS {
            for tone in [
                Tone::Ringback,
                Tone::Busy,
                Tone::Congestion,
                Tone::CallWaiting,
                Tone::Ended,
                Tone::Dtmf('5'),
            ] {
                let mut player = TonePlayer::new(region);
                player.set(Some(tone));
                let sound = play(&mut player, 500);
                assert!(mean_square(&sound) > 1e-4, "{region:?} {tone:?}");
                let step = sound
                    .windows(2)
                    .map(|w| (w[1] - w[0]).abs())
                    .fold(0.0, f32::max);
                // The steepest sine here, 1633 Hz plus 941 Hz at a quarter scale, moves by 0.09.
                assert!(step < 0.1, "{region:?} {tone:?}: a step of {step}");
            }
        }
    }

    #[test]
    fn ringback_has_the_frequencies_and_cadence_of_the_region() {
        let mut player = TonePlayer::new(Region::NorthAmerica);
        player.set(Some(Tone::Ringback));
        let sound = play(&mut player, 800);
        let on = &sound[4_800..91_200];
        assert!(share(on, 440.0) > 0.48 && share(on, 480.0) > 0.48);
        assert!(
            sound[96_000..288_000].iter().all(|s| *s == 0.0),
            "off from 2 s to 6 s"
        );
        assert!(
            mean_square(&sound[290_000..310_000]) > 0.01,
            "on again after 6 s"
        );
    }

    #[test]
    fn digits_are_the_two_frequencies_of_the_keypad() {
        for (digit, row, column) in [
            ('1', 697.0, 1_209.0),
            ('#', 941.0, 1_477.0),
            ('d', 941.0, 1_633.0),
        ] {
            let mut player = TonePlayer::new(Region::Europe);
            player.set(Some(Tone::Dtmf(digit)));
            let sound = play(&mut player, 12);
            let steady = &sound[480..4_800];
            assert!(
                share(steady, row) > 0.4 && share(steady, column) > 0.4,
                "{digit}"
            );
            assert!(!player.is_playing() || play(&mut player, 2).iter().all(|s| s.abs() < 0.01));
        }
        assert_eq!(dtmf_frequencies('x'), None);
    }

    #[test]
    fn stopping_fades_and_then_nothing_plays() {
        let mut player = TonePlayer::new(Region::Europe);
        player.set(Some(Tone::Busy));
        play(&mut player, 20);
        player.set(None);
        let sound = play(&mut player, 2);
        assert!(mean_square(&sound[..240]) > 0.0);
        assert!(sound[480..].iter().all(|s| *s == 0.0));
        assert!(!player.is_playing());
    }
}
