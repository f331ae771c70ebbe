//! What a codec does to speech, and how well it stands loss: equipment impairment factors.

use warmline_audio::Codec;

use super::emodel::{Scale, effective};

/// A codec as the E-model sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coding {
    /// The scale of what follows.
    pub scale: Scale,
    /// Equipment impairment factor without loss.
    pub ie: f64,
    /// Packet-loss robustness factor.
    pub bpl: f64,
}

impl Coding {
    /// A codec as this phone decodes it, with concealment; its rate in kbit/s and its bandwidth in Hz
    /// where they are known, which only Opus changes.
    ///
    /// - G.711: Ie 0, Bpl 25.1, from ITU-T G.113 Appendix I: with a concealment that repeats pitch
    ///   periods, as ours does.
    /// - G.722 at 64 kbit/s: Ie,WB 13 from G.113 Table IV.1. G.113 has no Bpl for it with our
    ///   concealment; assumed is 4.6, the middle one of the three that its Table IV.4 has, which are
    ///   those of AMR-WB.
    /// - Opus: ITU-T has no figures. Those of Al-Ahmadi, Počta and Melvin for Opus in superwideband at
    ///   variable rate and random loss, estimated by P.863 on the scale of G.107.2, 14 to 40 kbit/s;
    ///   between two rates of theirs a straight line, beyond them the last. EVS, which G.113 Appendix V
    ///   has, is alike: 10.8 and 10.3 at 16.4 kbit/s, 8.7 and 9.3 at 32. Opus that carries no more than a
    ///   wideband signal is taken to lack what G.113 Appendix V has between the two scales: some 19.
    pub fn of(codec: Codec, kbit_s: Option<f64>, bandwidth_hz: Option<u32>) -> Coding {
        match codec {
            Codec::Pcmu | Codec::Pcma => Coding {
                scale: Scale::Narrowband,
                ie: 0.0,
                bpl: 25.1,
            },
            Codec::G722 => Coding {
                scale: Scale::Wideband,
                ie: 13.0,
                bpl: 4.6,
            },
            Codec::Opus => {
                let opus = opus(kbit_s.unwrap_or(UNKNOWN_RATE));
                let is_narrower = bandwidth_hz.is_some_and(|hz| hz <= WIDEBAND_HZ);
                Coding {
                    ie: opus.ie.max(if is_narrower { WIDEBAND_IE } else { 0.0 }),
                    ..opus
                }
            }
        }
    }

    /// Ie-eff: what codec and loss take off R together.
    pub(super) fn impairment(&self, loss_percent: f64, burst_ratio: f64) -> f64 {
        let most = match self.scale {
            Scale::Narrowband | Scale::Wideband => 95.0,
            Scale::Fullband => 132.0,
        };
        effective(most, self.ie, self.bpl, loss_percent, burst_ratio)
    }
}

fn opus(kbit_s: f64) -> Coding {
    let last = OPUS[OPUS.len() - 1];
    let above = OPUS.iter().position(|(rate, _, _)| *rate >= kbit_s);
    let (ie, bpl) = match above {
        Some(0) => (OPUS[0].1, OPUS[0].2),
        Some(above) => {
            let (low, high) = (OPUS[above - 1], OPUS[above]);
            let share = (kbit_s - low.0) / (high.0 - low.0);
            let between = |low: f64, high: f64| low + (high - low) * share;
            (between(low.1, high.1), between(low.2, high.2))
        }
        None => (last.1, last.2),
    };
    Coding {
        scale: Scale::Fullband,
        ie,
        bpl,
    }
}

/// Of Opus in kbit/s, as long as none was measured: what this phone sends, and most others about.
const UNKNOWN_RATE: f64 = 40.0;

/// What a signal of so many Hz lacks on the fullband scale.
const WIDEBAND_HZ: u32 = 8_000;
const WIDEBAND_IE: f64 = 19.0;

/// Opus: kbit/s, Ie,FB, Bpl,FB.
const OPUS: [(f64, f64, f64); 11] = [
    (14.0, 38.06, 16.51),
    (15.0, 34.12, 15.00),
    (16.0, 30.16, 11.83),
    (19.0, 23.81, 10.67),
    (22.0, 20.22, 10.47),
    (25.0, 20.21, 11.28),
    (28.0, 18.48, 10.63),
    (31.0, 16.83, 10.44),
    (34.0, 14.76, 10.12),
    (37.0, 12.08, 10.38),
    (40.0, 10.67, 9.79),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opus_is_better_the_more_bits_it_has() {
        let of = |kbit_s| Coding::of(Codec::Opus, Some(kbit_s), None);
        assert_eq!((of(8.0).ie, of(8.0).bpl), (38.06, 16.51));
        assert_eq!((of(40.0).ie, of(64.0).ie), (10.67, 10.67));
        assert_eq!(Coding::of(Codec::Opus, None, Some(20_000)), of(56.0));
        let half_way = of(17.5);
        assert!((half_way.ie - 26.985).abs() < 1e-9, "{half_way:?}");
        let each: Vec<f64> = (80..600)
            .map(|tenth| of(f64::from(tenth) / 10.0).ie)
            .collect();
        assert!(each.is_sorted_by(|one, next| one >= next), "{each:?}");
    }

    #[test]
    fn what_a_codec_lacks_in_band_shows_on_the_wider_scale() {
        // G.113 Appendix V: Ie,FB is some 19 above Ie,WB. G.722 so would be rated 32 there, and Opus is
        // better than that from 16 kbit/s on.
        let g722 = Coding::of(Codec::G722, None, None);
        assert_eq!((g722.scale, g722.ie), (Scale::Wideband, 13.0));
        let opus = |kbit_s, hz| Coding::of(Codec::Opus, Some(kbit_s), Some(hz)).ie;
        assert!(opus(16.0, 20_000) < g722.ie + 19.0);
        assert_eq!((opus(48.0, 8_000), opus(16.0, 8_000)), (19.0, 30.16));
    }
}
