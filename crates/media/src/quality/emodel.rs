//! The E-model: from what is known of a connection to how people would judge it.
//!
//! ITU-T G.107 (narrowband), with all its parameters but delay, loss and codec at their defaults
//! (Table 3 there: a quiet room, a good handset, no echo worth mention), G.107.1 (wideband) and
//! G.107.2 (fullband), of which the parts are used that a phone can know. Figures are for planning
//! and for comparing a call with another, never for what this person thinks of this call: the
//! Recommendations say so themselves.

use super::coding::Coding;

/// Which band a connection carries, and so on which scale it is judged. A telephone's best and a
/// fullband connection's best are both 4.5: scales are not to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 300 to 3,400 Hz, ITU-T G.107: R up to 93.2 without any delay.
    Narrowband,
    /// 50 to 7,000 Hz, ITU-T G.107.1: R up to 129.
    Wideband,
    /// 20 to 20,000 Hz, ITU-T G.107.2: R up to 148.
    Fullband,
}

impl Scale {
    /// R of the scale by R of the narrowband scale (Annex A of G.107.1 and of G.107.2).
    pub fn width(self) -> f64 {
        match self {
            Scale::Narrowband => 1.0,
            Scale::Wideband => 1.29,
            Scale::Fullband => 1.48,
        }
    }
}

/// What a connection is like, one way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// What the codec does to speech, and how well it stands loss.
    pub coding: Coding,
    /// Packets whose sound was neither received in time nor repaired, in percent.
    pub loss_percent: f64,
    /// How much longer losses last than random ones would, at least 1 (G.107 section 7.5).
    pub burst_ratio: f64,
    /// From mouth to ear, in ms.
    pub delay_ms: f64,
}

/// What the E-model says of a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating {
    /// The transmission rating factor, on its scale.
    pub r: f64,
    /// The mean opinion to expect, conversational, 1 to 4.5.
    pub mos: f64,
    /// The scale of both.
    pub scale: Scale,
    /// What of R is taken by loss, and by delay.
    pub lost: f64,
    /// See [`Rating::lost`].
    pub late: f64,
}

/// How people would judge a connection.
pub fn rate(conditions: &Conditions) -> Rating {
    let Conditions {
        coding,
        loss_percent,
        burst_ratio,
        delay_ms,
    } = *conditions;
    let delay = delay_ms.max(0.0);
    let equipment = coding.impairment(loss_percent, burst_ratio);
    let scale = coding.scale;
    let (best, late) = match scale {
        Scale::Narrowband => (narrowband(0.0), narrowband(0.0) - narrowband(delay)),
        // G.107.1 and G.107.2 leave the simultaneous impairments at 0. Without echo only pure delay
        // is left of the delay impairment, as wide as the scale (G.107.2 section 7.4; G.107.1 is
        // taken to be like it).
        Scale::Wideband => (129.0, scale.width() * pure_delay(delay)),
        Scale::Fullband => (148.0, scale.width() * pure_delay(delay)),
    };
    let r = best - late - equipment;
    Rating {
        r,
        mos: opinion(r / scale.width()),
        scale,
        lost: equipment - coding.ie,
        late,
    }
}

/// The mean opinion score of a narrowband R (G.107 Annex B).
pub fn opinion(r: f64) -> f64 {
    if r >= 100.0 {
        return 4.5;
    }
    let r = r.max(0.0);
    // The polynomial dips below 1 for R under 6.5.
    (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0)
}

/// Ie-eff of G.107 section 7.5 (and G.107.1, G.107.2): `most` is 95, fullband 132.
pub(super) fn effective(most: f64, ie: f64, bpl: f64, loss_percent: f64, burst_ratio: f64) -> f64 {
    let loss = loss_percent.clamp(0.0, 100.0);
    ie + (most - ie) * loss / (loss / burst_ratio.max(1.0) + bpl)
}

/// R of G.711 without loss at a one-way delay in ms, all else at the defaults of G.107.
fn narrowband(delay: f64) -> f64 {
    let noise = noise();
    let ro = 15.0 - 1.5 * (SLR + noise);
    ro - simultaneous(ro, noise, delay) - delay_impairment(ro, noise, delay)
}

/// No: the sum of all noise, in dBm0p (section 7.2).
fn noise() -> f64 {
    let olr = SLR + RLR;
    let send_room = PS - SLR - DS - 100.0 + 0.004 * (PS - olr - DS - 14.0).powi(2);
    let pre = PR + 10.0 * (1.0 + power((10.0 - LSTR) / 10.0)).log10();
    let receive_room = RLR - 121.0 + pre + 0.008 * (pre - 35.0).powi(2);
    let floor = NFOR + RLR;
    let sum: f64 = [NC, send_room, receive_room, floor]
        .map(|level| power(level / 10.0))
        .iter()
        .sum();
    10.0 * sum.log10()
}

/// Is: what comes together with speech: loudness, sidetone, quantising (section 7.3).
fn simultaneous(ro: f64, noise: f64, delay: f64) -> f64 {
    let x = SLR + RLR + 0.2 * (64.0 + noise - RLR);
    let loudness = 20.0 * (norm(x / 8.0, 8.0) - x / 8.0);
    let quantised = 37.0 - 15.0 * QDU.log10();
    let g = 1.07 + 0.258 * quantised + 0.0602 * quantised.powi(2);
    let y = (ro - 100.0) / 15.0 + 46.0 / 8.4 - g / 9.0;
    let z = 46.0 / 30.0 - g / 40.0;
    let quantising = 15.0 * (1.0 + power(y) + power(z)).log10();
    loudness + sidetone(delay) + quantising
}

/// Ist of section 7.3.
fn sidetone(delay: f64) -> f64 {
    let echo = power(-STMR / 10.0) + (-delay / 4.0).exp() * power(-TELR / 10.0);
    let stmro = -10.0 * echo.log10();
    12.0 * norm((stmro - 13.0) / 6.0, 8.0)
        - 28.0 * norm((stmro + 1.0) / 19.4, 35.0)
        - 13.0 * norm((stmro - 3.0) / 33.0, 13.0)
        + 29.0
}

/// Id: the talker's echo, the listener's, and pure delay (section 7.4).
fn delay_impairment(ro: f64, noise: f64, delay: f64) -> f64 {
    talker_echo(noise, delay) + listener_echo(ro, delay) + pure_delay(delay)
}

/// Idte, for a sidetone between 9 and 20 dB.
fn talker_echo(noise: f64, delay: f64) -> f64 {
    if delay < 1.0 {
        return 0.0;
    }
    let terv = TELR - 40.0 * ((1.0 + delay / 10.0) / (1.0 + delay / 150.0)).log10()
        + 6.0 * (-0.3 * delay.powi(2)).exp();
    let re = 80.0 + 2.5 * (terv - 14.0);
    let roe = -1.5 * (noise - RLR);
    let half = (roe - re) / 2.0;
    (half + (half.powi(2) + 100.0).sqrt() - 1.0) * (1.0 - (-delay).exp())
}

/// Idle; its round trip is twice the delay.
fn listener_echo(ro: f64, delay: f64) -> f64 {
    let rle = 10.5 * (WEPL + 7.0) * (2.0 * delay + 1.0).powf(-0.25);
    let half = (ro - rle) / 2.0;
    half + (half.powi(2) + 169.0).sqrt()
}

/// Idd, for people who talk with each other as they do on the telephone (sT = 1, mT = 100 ms).
fn pure_delay(delay: f64) -> f64 {
    if delay <= 100.0 {
        return 0.0;
    }
    let x = (delay / 100.0).log2();
    25.0 * (norm(x, 6.0) - 3.0 * norm(x / 3.0, 6.0) + 2.0)
}

/// `(1 + xⁿ)^(1/n)`. Negative x occur with even n only, but for the sidetone's, far from 0.
fn norm(x: f64, n: f64) -> f64 {
    (1.0 + x.abs().powf(n)).powf(1.0 / n)
}

fn power(exponent: f64) -> f64 {
    10.0_f64.powf(exponent)
}

/// Send and receive loudness ratings, dB (all of these: G.107 Table 3).
const SLR: f64 = 8.0;
const RLR: f64 = 2.0;
/// Sidetone masking and listener's sidetone ratings, dB.
const STMR: f64 = 15.0;
const LSTR: f64 = 18.0;
/// D-value of the telephone at the send side.
const DS: f64 = 3.0;
/// Talker echo loudness rating and weighted echo path loss, dB.
const TELR: f64 = 65.0;
const WEPL: f64 = 110.0;
/// Quantising distortion units.
const QDU: f64 = 1.0;
/// Circuit noise, dBm0p, and noise floor at the receive side, dBmp.
const NC: f64 = -70.0;
const NFOR: f64 = -64.0;
/// Room noise at the send and the receive side, dB(A).
const PS: f64 = 35.0;
const PR: f64 = 35.0;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use warmline_audio::Codec;

    use super::*;

    fn conditions(codec: Codec) -> Conditions {
        Conditions {
            coding: Coding::of(codec, None, None),
            loss_percent: 0.0,
            burst_ratio: 1.0,
            delay_ms: 0.0,
        }
    }

    fn close(one: f64, other: f64, by: f64) -> bool {
        (one - other).abs() <= by
    }

    #[test]
    fn the_defaults_of_g_107_give_93_2() {
        // G.107 section 7.7: with all parameters at their defaults R = 93.2; Annex B: MOS 4.41.
        let best = rate(&conditions(Codec::Pcmu));
        assert!(close(best.r, 93.2, 0.05), "{best:?}");
        assert!(close(best.mos, 4.41, 0.005), "{best:?}");
        assert_eq!(best.scale, Scale::Narrowband);
    }

    #[test]
    fn opinions_are_those_of_the_provisional_guide() {
        // G.107 Table B.1: lower limits of R and of MOS.
        for (r, mos) in [
            (90.0, 4.34),
            (80.0, 4.03),
            (70.0, 3.60),
            (60.0, 3.10),
            (50.0, 2.58),
        ] {
            assert!(close(opinion(r), mos, 0.01), "{r}: {}", opinion(r));
        }
        assert_eq!((opinion(-5.0), opinion(100.0)), (1.0, 4.5));
        assert_eq!((opinion(3.0), opinion(130.0)), (1.0, 4.5));
    }

    #[test]
    fn delay_costs_what_the_reduced_e_model_says() {
        // Cole and Rosenbluth, "Voice over IP performance monitoring" (2001), reduced section 7.4 at
        // its defaults to 0.024 d, and 0.11 (d - 177.3) more above 177.3 ms: a fit within some three R.
        for d in (0..=400).step_by(20).map(f64::from) {
            let reduced = 93.2 - 0.024 * d - 0.11 * (d - 177.3_f64).max(0.0);
            assert!(
                close(narrowband(d), reduced, 3.5),
                "{d}: {} {reduced}",
                narrowband(d)
            );
        }
    }

    #[test]
    fn pure_delay_begins_at_100_ms() {
        assert_eq!(pure_delay(100.0), 0.0);
        // Section 7.4 at X = 1 (200 ms) and X = 2 (400 ms).
        let at_200 =
            25.0 * (2.0_f64.powf(1.0 / 6.0) - 3.0 * (1.0 + 3.0_f64.powi(-6)).powf(1.0 / 6.0) + 2.0);
        assert!(close(pure_delay(200.0), at_200, 1e-9));
        assert!(close(at_200, 3.04, 0.01), "{at_200}");
        assert!(close(pure_delay(400.0), 24.1, 0.1), "{}", pure_delay(400.0));
    }

    #[test]
    fn random_loss_of_g_711_is_that_of_the_older_table() {
        // G.113 (02/2001) Table I.3, G.711 with concealment, random loss; the formula that came after
        // it (G.107 section 7.5 with Bpl 25.1) runs within 3 of it.
        for (loss, ie) in [
            (1.0, 5.0),
            (2.0, 7.0),
            (3.0, 10.0),
            (5.0, 15.0),
            (7.0, 20.0),
            (10.0, 25.0),
        ] {
            let got = effective(95.0, 0.0, 25.1, loss, 1.0);
            assert!(close(got, ie, 3.0), "{loss} %: {got}");
        }
    }

    #[test]
    fn wider_scales_end_where_theirs_do() {
        // G.107.1 and G.107.2 Annex A: R is brought to the narrowband scale before it is an opinion.
        let wideband = rate(&conditions(Codec::G722));
        assert_eq!((wideband.scale, wideband.r), (Scale::Wideband, 116.0));
        // Ie,WB = 13 (as AMR-WB at 12.65 kbit/s in G.113 Table IV.1): R = 116.
        assert!(close(wideband.mos, 4.34, 0.005), "{wideband:?}");
        let fullband = rate(&conditions(Codec::Opus));
        assert_eq!(fullband.scale, Scale::Fullband);
        assert!(fullband.r < 148.0 && fullband.mos > 4.3, "{fullband:?}");
    }

    #[test]
    fn bursts_are_worse_than_the_same_loss_at_random() {
        // G.107 section 7.5 at 2 % with BurstR 2, as in its own formula, by hand.
        let got = effective(95.0, 0.0, 25.1, 2.0, 2.0);
        assert!(close(got, 95.0 * 2.0 / 26.1, 1e-9));
    }

    fn codec() -> impl Strategy<Value = Codec> {
        prop_oneof![
            Just(Codec::Opus),
            Just(Codec::G722),
            Just(Codec::Pcmu),
            Just(Codec::Pcma)
        ]
    }

    proptest! {
        #[test]
        fn more_trouble_is_never_better(
            codec in codec(),
            kbit_s in prop::option::of(0.0_f64..600.0),
            loss in 0.0_f64..100.0, more_loss in 0.0_f64..50.0,
            burst in 1.0_f64..20.0, more_burst in 0.0_f64..20.0,
            delay in 0.0_f64..3_000.0, more_delay in 0.0_f64..3_000.0,
        ) {
            let one = Conditions {
                coding: Coding::of(codec, kbit_s, None),
                loss_percent: loss,
                burst_ratio: burst,
                delay_ms: delay,
            };
            let best = rate(&one);
            prop_assert!((1.0..=4.5).contains(&best.mos), "{best:?}");
            for worse in [
                Conditions { loss_percent: loss + more_loss, ..one },
                Conditions { burst_ratio: burst + more_burst, ..one },
                Conditions { delay_ms: delay + more_delay, ..one },
            ] {
                let rated = rate(&worse);
                // The sidetone term of G.107 wavers by a hundredth within the first ms.
                prop_assert!(rated.r <= best.r + 0.02, "{one:?} {worse:?}");
                prop_assert!(rated.mos <= best.mos + 0.001, "{one:?} {worse:?}");
            }
        }

        #[test]
        fn an_opinion_never_falls_as_r_rises(r in -50.0_f64..200.0, more in 0.0_f64..50.0) {
            prop_assert!(opinion(r + more) >= opinion(r));
        }
    }
}
