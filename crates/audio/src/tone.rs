//! Call-progress tones, cues and DTMF feedback: two oscillators, a few notes, no clicks.

mod asked;

use std::f32::consts::TAU;

use crate::frame::{Frame, SAMPLE_RATE, samples};
use crate::volume::Gains;

pub(crate) use asked::{Asked, Told};

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
    /// Another call waits during a call: a short tone every few seconds. It is about as loud as a
    /// voice, and silent most of the time, so that no word is lost to it.
    CallWaiting,
    /// A call is connected: two soft notes upwards. Plays once.
    Connected,
    /// The call has ended: the notes of [`Tone::Connected`] downwards. Plays once.
    Ended,
    /// To hear which device it is, and how loud people are on it: three soft notes, at the volume of
    /// calls. Plays once.
    Sample,
    /// Local feedback for a DTMF digit (0-9, *, #, A-D). Plays once, 120 ms.
    Dtmf(char),
}

/// Frequencies in Hz (the second may be 0), and for how many ms they sound and then rest.
type Note = ([f32; 2], u16, u16);

/// What a tone is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Score {
    notes: &'static [Note],
    repeats: bool,
    touch: Touch,
    /// Share of the volume that it takes.
    strength: f32,
}

/// How a note goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Touch {
    /// As it began.
    Even,
    /// Dying away, as struck.
    Struck,
}

/// Plays one tone at a time.
#[derive(Debug)]
pub(crate) struct TonePlayer {
    region: Region,
    score: Option<(Tone, Score)>,
    /// What plays once this one has faded.
    next: Option<Option<(Tone, Score)>>,
    /// Samples since the tone began.
    at: usize,
    /// 0 to 1, moving towards 1 while playing and 0 while another waits.
    gain: f32,
    /// Moving towards the volume that is set.
    volume: f32,
}

impl TonePlayer {
    pub(crate) fn new(region: Region) -> Self {
        Self {
            region,
            score: None,
            next: None,
            at: 0,
            gain: 0.0,
            volume: 0.0,
        }
    }

    /// Replaces what plays, after a fade of 5 ms.
    pub(crate) fn set(&mut self, tone: Option<Tone>) {
        self.next = Some(tone.and_then(|tone| Some((tone, score(self.region, tone)?))));
    }

    /// Whether anything plays or is about to.
    pub(crate) fn is_playing(&self) -> bool {
        self.score.is_some() || matches!(self.next, Some(Some(_)))
    }

    /// Adds the tone to `mix`, each of its oscillators at half of full scale at full volume.
    pub(crate) fn add(&mut self, mix: &mut Frame, volumes: Gains) {
        let volume_of = |tone| match tone {
            Tone::Sample => volumes.calls,
            _ => volumes.tones,
        };
        for sample in mix {
            if self.next.is_some() && self.gain <= 0.0 {
                self.score = self.next.take().flatten();
                self.at = 0;
                self.volume = self.score.map_or(0.0, |(tone, _)| volume_of(tone));
            }
            let Some((tone, score)) = self.score else {
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
            self.volume += (volume_of(tone) - self.volume).clamp(-RAMP_STEP, RAMP_STEP);
            let Some((hertz, envelope)) = score.at(self.at) else {
                self.score = None;
                continue;
            };
            if envelope > 0.0 {
                let time = self.at as f32 / SAMPLE_RATE as f32;
                let wave: f32 = hertz
                    .iter()
                    .filter(|hertz| **hertz > 0.0)
                    // The fraction keeps the sine's argument small, hence exact.
                    .map(|hertz| ((hertz * time).fract() * TAU).sin())
                    .sum();
                *sample += wave * 0.5 * score.strength * self.volume * envelope * self.gain;
            }
            self.at += 1;
            if score.repeats && self.at >= score.period() {
                self.at = 0;
            }
        }
    }
}

impl Score {
    /// A tone of the telephone network: even notes, at full volume.
    const fn network(notes: &'static [Note], repeats: bool) -> Self {
        Self {
            notes,
            repeats,
            touch: Touch::Even,
            strength: 1.0,
        }
    }

    /// A sign of the phone's own: soft notes, once.
    const fn cue(notes: &'static [Note], strength: f32) -> Self {
        Self {
            notes,
            repeats: false,
            touch: Touch::Struck,
            strength,
        }
    }

    /// Length of all notes in samples.
    fn period(&self) -> usize {
        self.notes
            .iter()
            .map(|(_, on, off)| samples(usize::from(on + off)))
            .sum()
    }

    /// What sounds at a moment and how loud, with soft edges; `None` after the end.
    fn at(&self, at: usize) -> Option<([f32; 2], f32)> {
        let mut start = 0;
        for (hertz, on, off) in self.notes {
            let end = start + samples(usize::from(*on));
            let next = end + samples(usize::from(*off));
            if at < end {
                let edge = ((at - start).min(end - at) as f32 * RAMP_STEP).min(1.0);
                let seconds = (at - start) as f32 / SAMPLE_RATE as f32;
                let envelope = match self.touch {
                    Touch::Even => edge,
                    Touch::Struck => edge * (-DECAY * seconds).exp(),
                };
                return Some((*hertz, envelope));
            }
            if at < next {
                return Some((*hertz, 0.0));
            }
            start = next;
        }
        None
    }
}

/// Makes edges of 5 ms.
const RAMP_STEP: f32 = 1.0 / samples(5) as f32;

/// How fast a struck note dies away, per second: to a tenth after a quarter of a second.
const DECAY: f32 = 9.0;

/// Share of the volume for a tone over voices: with the volume as it starts, its level is -21 dBFS,
/// a little above that of speech (some -26 dBFS, ITU-T P.56).
const OVER_VOICES: f32 = 0.5;

/// Share of the volume for what should be noticed and not startle.
const GENTLE: f32 = 0.6;

/// Share of the volume of calls that makes a sample as loud as a voice.
const AS_A_VOICE: f32 = 0.35;

/// The table. Sources: ITU-T E.180 supplement 2, and those at [`Region`]. Call waiting is repeated
/// every 4 to 10 s by region.
fn score(region: Region, tone: Tone) -> Option<Score> {
    use Region::{Europe, Japan, Korea, NorthAmerica, UnitedKingdom};
    let (notes, repeats): (&'static [Note], bool) = match (tone, region) {
        (Tone::Ringback, Europe) => (&[([425.0, 0.0], 1_000, 4_000)], true),
        (Tone::Ringback, NorthAmerica) => (&[([440.0, 480.0], 2_000, 4_000)], true),
        (Tone::Ringback, UnitedKingdom) => (
            &[([400.0, 450.0], 400, 200), ([400.0, 450.0], 400, 2_000)],
            true,
        ),
        // 400 Hz modulated with 16 Hz is these two.
        (Tone::Ringback, Japan) => (&[([384.0, 416.0], 1_000, 2_000)], true),
        (Tone::Ringback, Korea) => (&[([440.0, 480.0], 1_000, 2_000)], true),

        (Tone::Busy, Europe) => (&[([425.0, 0.0], 500, 500)], true),
        (Tone::Busy, NorthAmerica | Korea) => (&[([480.0, 620.0], 500, 500)], true),
        (Tone::Busy, UnitedKingdom) => (&[([400.0, 0.0], 375, 375)], true),
        (Tone::Busy, Japan) => (&[([400.0, 0.0], 500, 500)], true),

        (Tone::Congestion, Europe) => (&[([425.0, 0.0], 200, 200)], true),
        (Tone::Congestion, NorthAmerica) => (&[([480.0, 620.0], 250, 250)], true),
        (Tone::Congestion, UnitedKingdom) => {
            (&[([400.0, 0.0], 400, 350), ([400.0, 0.0], 225, 525)], true)
        }
        (Tone::Congestion, Japan) => (&[([400.0, 0.0], 250, 250)], true),
        (Tone::Congestion, Korea) => (&[([480.0, 620.0], 300, 200)], true),

        (Tone::CallWaiting, region) => {
            let notes: &'static [Note] = match region {
                Europe => &[([425.0, 0.0], 200, 200), ([425.0, 0.0], 200, 9_400)],
                NorthAmerica => &[([440.0, 0.0], 300, 9_700)],
                UnitedKingdom | Japan => &[([400.0, 0.0], 100, 100), ([400.0, 0.0], 100, 4_700)],
                Korea => &[([350.0, 440.0], 250, 250), ([350.0, 440.0], 250, 3_250)],
            };
            return Some(Score {
                strength: OVER_VOICES,
                ..Score::network(notes, true)
            });
        }
        // Of the ring tone's figure, as is all that the phone says itself.
        (Tone::Connected, _) => {
            const UP: &[Note] = &[([659.26, 0.0], 100, 0), ([987.77, 0.0], 250, 0)];
            return Some(Score::cue(UP, GENTLE));
        }
        (Tone::Ended, _) => {
            const DOWN: &[Note] = &[([987.77, 0.0], 100, 0), ([659.26, 0.0], 250, 0)];
            return Some(Score::cue(DOWN, GENTLE));
        }
        (Tone::Sample, _) => {
            // A device that is closed takes a moment to open.
            const FIGURE: &[Note] = &[
                ([0.0, 0.0], 0, 300),
                ([659.26, 0.0], 200, 0),
                ([830.61, 0.0], 200, 0),
                ([987.77, 0.0], 400, 0),
            ];
            return Some(Score::cue(FIGURE, AS_A_VOICE));
        }
        (Tone::Dtmf(digit), _) => (key_notes(digit)?, false),
    };
    Some(Score::network(notes, repeats))
}

/// The keys of a keypad, row by row (ITU-T Q.23).
const KEYS: &str = "123A456B789C*0#D";

/// What each of them sounds like.
static KEY_NOTES: [Note; 16] = {
    const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
    let mut notes = [([0.0; 2], 120, 0); 16];
    let mut key = 0;
    while key < 16 {
        notes[key].0 = [ROWS[key / 4], COLUMNS[key % 4]];
        key += 1;
    }
    notes
};

fn key_notes(digit: char) -> Option<&'static [Note]> {
    let key = KEYS.find(digit.to_ascii_uppercase())?;
    Some(&KEY_NOTES[key..=key])
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
                player.add(&mut frame, HALF);
                frame
            })
            .collect()
    }

    const HALF: Gains = Gains {
        calls: 0.5,
        tones: 0.5,
        ring: 0.0,
    };

    /// Power of each piece of 10 ms.
    fn powers(sound: &[f32]) -> Vec<f32> {
        sound.chunks(480).map(mean_square).collect()
    }

    fn largest_step(sound: &[f32]) -> f32 {
        let steps = sound.windows(2).map(|w| (w[1] - w[0]).abs());
        steps.fold(0.0, f32::max)
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
                Tone::Connected,
                Tone::Ended,
                Tone::Sample,
                Tone::Dtmf('5'),
            ] {
                let mut player = TonePlayer::new(region);
                player.set(Some(tone));
                let sound = play(&mut player, 500);
                let loudest = powers(&sound).into_iter().fold(0.0, f32::max);
                assert!(loudest > 1e-3, "{region:?} {tone:?}: {loudest}");
                let step = largest_step(&sound);
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
        assert_eq!(key_notes('x'), None);
    }

    #[test]
    fn a_call_that_waits_is_heard_again_and_again_and_leaves_room_for_words() {
        for region in REGIONS {
            let mut player = TonePlayer::new(region);
            player.set(Some(Tone::CallWaiting));
            let powers = powers(&play(&mut player, 3_000));
            let sounding = |power: &f32| *power > 1e-5;
            let share = powers.iter().filter(|p| sounding(p)).count() as f32 / 3_000.0;
            assert!((0.02..0.15).contains(&share), "{region:?}: {share}");
            let longest = powers.chunk_by(|a, b| sounding(a) == sounding(b));
            let longest = longest.map(|run| (sounding(&run[0]), run.len()));
            for (on, frames) in longest {
                let most = if on { 31 } else { 980 };
                assert!(frames <= most, "{region:?}: {on} for {frames} frames");
            }
            assert!(player.is_playing());
        }
    }

    #[test]
    fn the_end_is_the_beginning_downwards_and_both_die_away_within_half_a_second() {
        let sound_of = |tone| {
            let mut player = TonePlayer::new(Region::Europe);
            player.set(Some(tone));
            let sound = play(&mut player, 50);
            assert!(!player.is_playing(), "{tone:?}");
            sound
        };
        let (low, high) = (659.26, 987.77);
        for (tone, first, second) in [(Tone::Connected, low, high), (Tone::Ended, high, low)] {
            let sound = sound_of(tone);
            let (one, two) = (&sound[480..4_320], &sound[5_280..14_400]);
            assert!(
                share(one, first) > 0.7 && share(two, second) > 0.7,
                "{tone:?}"
            );
            let powers = powers(two);
            assert!(powers[0] > 10.0 * powers[powers.len() - 1], "{tone:?}");
            assert!(sound[17_280..].iter().all(|s| *s == 0.0));
        }
    }

    #[test]
    fn a_volume_is_followed_without_a_click_and_a_sample_goes_by_that_of_calls() {
        let mut player = TonePlayer::new(Region::Europe);
        player.set(Some(Tone::Busy));
        let mut sound = play(&mut player, 20);
        let (mut frame, silent) = ([0.0; 480], Gains { tones: 0.0, ..HALF });
        player.add(&mut frame, silent);
        sound.extend(frame);
        assert!(frame[0].abs() > 0.01 || frame[20].abs() > 0.01, "a ramp");
        assert!(frame[300..].iter().all(|s| *s == 0.0));
        // The steepest of 425 Hz at a quarter of full scale moves by 0.014.
        assert!(largest_step(&sound) < 0.016, "{}", largest_step(&sound));

        player.set(Some(Tone::Sample));
        let mut loudest = 0.0;
        for _ in 0..60 {
            frame.fill(0.0);
            player.add(&mut frame, silent);
            loudest = mean_square(&frame).max(loudest);
        }
        assert!(loudest > 1e-3, "{loudest}");
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
