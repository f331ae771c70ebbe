use serde::Serialize;
use warmline_desk::{
    CallView, State, Stats,
    quality::{Alarm, Budget, Cause, Quality, Rating, Trouble},
};

/// How the sound is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiQuality {
    /// The verdict.
    pub level: UiQualityLevel,
    /// What it suffers from, if it does.
    pub trouble: Option<UiSoundTrouble>,
    /// The figures behind it, for who wants them.
    pub figures: UiFigures,
    /// What people would think of what the agent hears, 1 to 4.5, once that can be said (ITU-T G.107).
    pub mos: Option<f64>,
    /// The same of what the other end hears, as far as it reports.
    pub mos_there: Option<f64>,
    /// How long a word takes from mouth to ear.
    pub delay: UiDelay,
    /// Alarms that stand.
    pub alarms: Vec<UiAlarm>,
}

/// How long a word takes from mouth to ear, and where the time goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDelay {
    /// All of it in ms, as far as it is known.
    pub ms: u32,
    /// The parts of it, on the way from mouth to ear.
    pub parts: Vec<UiDelayPart>,
}

/// One part of the way from mouth to ear.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiDelayPart {
    /// Which.
    pub place: UiDelayPlace,
    /// How long it takes in ms; none while that is not known.
    pub ms: Option<u32>,
}

/// The verdict on a call's sound.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiQualityLevel {
    /// Nothing to hear of the network.
    Good,
    /// Now and then a word suffers.
    Fair,
    /// Hard to follow.
    Poor,
}

/// What the sound of a call suffers from. Nothing that is told elsewhere on the card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiSoundTrouble {
    /// Too long from mouth to ear, most of it on the way.
    LongWay,
    /// The same, most of it on this computer.
    LongHere,
    /// Their phone sends at odd times.
    FarUneven,
    /// What goes to them comes at odd times.
    UnevenUp,
    /// What they send comes at odd times.
    UnevenDown,
    /// The agent's microphone breaks off again and again.
    MicrophoneBreaks,
    /// Sound is lost on the way to them.
    LossUp,
    /// Sound is lost on the way to the agent.
    LossDown,
    /// This computer is too busy.
    Busy,
    /// Nothing arrives from them.
    FarSilent,
}

/// The figures behind a verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiFigures {
    /// The codec's name.
    pub codec: Option<String>,
    /// How much of what was sent to the agent is lost; none if nothing was.
    pub lost_percent: Option<f64>,
    /// How unevenly it arrives.
    pub jitter_ms: u32,
    /// How long it takes there and back, once that is known.
    pub round_trip_ms: Option<u32>,
}

/// A part of the way from mouth to ear.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDelayPlace {
    /// The microphone.
    Microphone,
    /// Making packets.
    Encoding,
    /// The network, one way.
    Network,
    /// The other end waits longer for a packet to be full.
    LongerPackets,
    /// Waiting for what comes late.
    JitterBuffer,
    /// The speaker.
    Speaker,
}

/// A figure that is worse than calls should have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiAlarm {
    /// Jitter above 30 ms.
    Jitter,
    /// Round trip above 400 ms.
    RoundTrip,
    /// Quality below 3.
    Mos,
    /// More than 1 % lost.
    Loss,
    /// More than 3 % lost for seconds.
    LastingLoss,
    /// Nothing arrives.
    NothingReceived,
    /// Nothing goes out.
    NothingSent,
    /// The microphone hears no change.
    ConstantMicrophone,
}

/// How a call sounds; none while there is nothing to say, or no way for any sound, which the card
/// says itself.
pub(crate) fn quality(call: &CallView) -> Option<UiQuality> {
    let (Some(stats), Some(quality), State::Established) = (&call.stats, &call.quality, call.state)
    else {
        return None;
    };
    if !call.connected {
        return None;
    }
    let mos = |rating: Option<Rating>| rating.map(|rating| (rating.mos * 10.0).round() / 10.0);
    let trouble = told(quality);
    Some(UiQuality {
        level: match trouble {
            Some((_, true)) => UiQualityLevel::Poor,
            Some((_, false)) => UiQualityLevel::Fair,
            None => UiQualityLevel::Good,
        },
        trouble: trouble.map(|(trouble, _)| trouble),
        figures: figures(stats),
        mos: mos(quality.heard),
        mos_there: mos(quality.said),
        delay: delay(&quality.budget),
        alarms: quality.alarms.iter().copied().map(UiAlarm::from).collect(),
    })
}

/// What it suffers from, and whether badly.
fn told(quality: &Quality) -> Option<(UiSoundTrouble, bool)> {
    let Trouble { cause, severe } = quality.trouble?;
    let trouble = match cause {
        Cause::LongWay => UiSoundTrouble::LongWay,
        Cause::LongHere => UiSoundTrouble::LongHere,
        Cause::FarUneven => UiSoundTrouble::FarUneven,
        Cause::UnevenUp => UiSoundTrouble::UnevenUp,
        Cause::UnevenDown => UiSoundTrouble::UnevenDown,
        Cause::MicrophoneBreaks => UiSoundTrouble::MicrophoneBreaks,
        Cause::LossUp => UiSoundTrouble::LossUp,
        Cause::LossDown => UiSoundTrouble::LossDown,
        Cause::Busy => UiSoundTrouble::Busy,
        Cause::FarSilent => UiSoundTrouble::FarSilent,
        Cause::MicrophoneSilent | Cause::NoMicrophone | Cause::NoWay => return None,
    };
    Some((trouble, severe))
}

fn figures(stats: &Stats) -> UiFigures {
    let lost = stats.lost.max(0) as f64;
    let all = stats.received as f64 + lost;
    let percent = |part: f64| (part * 1000.0).round() / 10.0;
    UiFigures {
        codec: stats.codec.map(|codec| format!("{codec:?}")),
        lost_percent: (all > 0.0).then(|| percent(lost / all)),
        jitter_ms: whole(stats.jitter_ms),
        round_trip_ms: stats.round_trip_ms.map(whole),
    }
}

fn delay(budget: &Budget) -> UiDelay {
    let part = |place, ms: Option<f64>| UiDelayPart {
        place,
        ms: ms.map(whole),
    };
    let mut parts = vec![
        part(UiDelayPlace::Microphone, Some(budget.capture_ms)),
        part(UiDelayPlace::Encoding, Some(budget.encode_ms)),
        part(UiDelayPlace::Network, budget.network_ms),
    ];
    if budget.far_ms > 0.0 {
        parts.push(part(UiDelayPlace::LongerPackets, Some(budget.far_ms)));
    }
    parts.push(part(UiDelayPlace::JitterBuffer, Some(budget.buffer_ms)));
    parts.push(part(UiDelayPlace::Speaker, Some(budget.playout_ms)));
    UiDelay {
        ms: whole(budget.mouth_to_ear_ms()),
        parts,
    }
}

fn whole(ms: f64) -> u32 {
    ms.round().max(0.0) as u32
}

impl From<Alarm> for UiAlarm {
    fn from(alarm: Alarm) -> Self {
        match alarm {
            Alarm::Jitter => Self::Jitter,
            Alarm::RoundTrip => Self::RoundTrip,
            Alarm::Mos => Self::Mos,
            Alarm::Loss => Self::Loss,
            Alarm::LastingLoss => Self::LastingLoss,
            Alarm::NothingReceived => Self::NothingReceived,
            Alarm::NothingSent => Self::NothingSent,
            Alarm::ConstantMicrophone => Self::ConstantMicrophone,
        }
    }
}

#[cfg(test)]
mod tests {
    use warmline_desk::{
        Codec,
        quality::{Scale, Trouble},
    };

    use super::*;
    use crate::presenter::tests::call;

    fn rated(mos: f64) -> Option<Rating> {
        Some(Rating {
            r: 90.0,
            mos,
            scale: Scale::Narrowband,
            lost: 0.0,
            late: 0.0,
        })
    }

    fn view(mos: f64, trouble: Option<(Cause, bool)>) -> CallView {
        CallView {
            state: State::Established,
            connected: true,
            stats: Some(Stats {
                codec: Some(Codec::Opus),
                received: 95,
                lost: 5,
                jitter_ms: 12.4,
                ..Stats::default()
            }),
            quality: Some(Quality {
                heard: rated(mos),
                said: None,
                budget: Budget {
                    capture_ms: 20.4,
                    encode_ms: 26.5,
                    network_ms: None,
                    far_ms: 0.0,
                    buffer_ms: 40.0,
                    playout_ms: 20.0,
                },
                trouble: trouble.map(|(cause, severe)| Trouble { cause, severe }),
                alarms: vec![Alarm::Loss],
            }),
            ..call()
        }
    }

    fn said(trouble: Option<(Cause, bool)>) -> (UiQualityLevel, Option<UiSoundTrouble>) {
        let quality = quality(&view(4.3, trouble)).expect("something to say");
        (quality.level, quality.trouble)
    }

    #[test]
    fn trouble_is_told_unless_it_is_told_elsewhere() {
        use UiQualityLevel::*;
        assert_eq!(said(None), (Good, None));
        assert_eq!(said(Some((Cause::MicrophoneSilent, true))), (Good, None));
        let loss = Some(UiSoundTrouble::LossUp);
        assert_eq!(said(Some((Cause::LossUp, false))), (Fair, loss));
        assert_eq!(said(Some((Cause::LossUp, true))), (Poor, loss));
    }

    #[test]
    fn figures_and_the_delay_are_there_for_who_wants_them() {
        let quality = quality(&view(4.34, None)).expect("something to say");
        let figures = UiFigures {
            codec: Some("Opus".into()),
            lost_percent: Some(5.0),
            jitter_ms: 12,
            round_trip_ms: None,
        };
        assert_eq!(quality.figures, figures);
        assert_eq!((quality.mos, quality.mos_there), (Some(4.3), None));
        assert_eq!(quality.alarms, [UiAlarm::Loss]);
        assert_eq!(quality.delay.ms, 107);
        let parts = quality.delay.parts.iter();
        let parts: Vec<_> = parts.map(|part| (part.place, part.ms)).collect();
        assert_eq!(
            parts,
            [
                (UiDelayPlace::Microphone, Some(20)),
                (UiDelayPlace::Encoding, Some(27)),
                (UiDelayPlace::Network, None),
                (UiDelayPlace::JitterBuffer, Some(40)),
                (UiDelayPlace::Speaker, Some(20)),
            ]
        );
    }

    #[test]
    fn nothing_is_said_of_a_call_that_is_not_up() {
        let ringing = CallView {
            state: State::Incoming,
            ..view(4.3, None)
        };
        assert_eq!(quality(&ringing), None);
        let interrupted = CallView {
            connected: false,
            ..view(4.3, Some((Cause::NoWay, true)))
        };
        assert_eq!(quality(&interrupted), None);
        let unjudged = CallView {
            quality: None,
            ..view(4.3, None)
        };
        assert_eq!(quality(&unjudged), None);
    }
}
