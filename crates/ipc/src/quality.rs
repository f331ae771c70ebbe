use warmline_desk::{
    CallView, State, Stats,
    quality::{Alarm, Budget, Cause, Quality, Rating, Trouble},
};

use crate::snapshot::{UiDelay, UiDelayPart, UiQuality, UiQualityLevel};

/// How a call sounds, in words; none while there is nothing to say, or no way for any sound, which the card
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
    let alarms = quality
        .alarms
        .iter()
        .map(|alarm| in_words(*alarm).to_owned());
    Some(UiQuality {
        level: level(quality),
        words: words(quality).to_owned(),
        figures: figures(stats),
        mos: mos(quality.heard),
        mos_there: mos(quality.said),
        delay: delay(&quality.budget),
        alarms: alarms.collect(),
    })
}

fn level(quality: &Quality) -> UiQualityLevel {
    match told(quality) {
        Some((Trouble { severe: true, .. }, _)) => UiQualityLevel::Poor,
        Some(_) => UiQualityLevel::Fair,
        None => UiQualityLevel::Good,
    }
}

fn words(quality: &Quality) -> &'static str {
    told(quality).map_or("Clear sound", |(_, words)| words)
}

fn told(quality: &Quality) -> Option<(Trouble, &'static str)> {
    let trouble = quality.trouble?;
    Some((trouble, of_trouble(trouble)?))
}

/// Nothing of what is told elsewhere on the card.
fn of_trouble(trouble: Trouble) -> Option<&'static str> {
    Some(match (trouble.cause, trouble.severe) {
        (Cause::LongWay, _) => "Long delay in the network: let them finish",
        (Cause::LongHere, _) => "Long delay on this computer: let them finish",
        (Cause::FarUneven, _) => "Their phone sends unevenly: you may miss a word",
        (Cause::UnevenUp, _) => "The network delays your words unevenly",
        (Cause::UnevenDown, _) => "The network delays their words unevenly",
        (Cause::MicrophoneSilent | Cause::NoMicrophone | Cause::NoWay, _) => return None,
        (Cause::MicrophoneBreaks, false) => "Your microphone drops out now and then",
        (Cause::MicrophoneBreaks, true) => "Your microphone drops out: plug it in anew",
        (Cause::LossUp, false) => "They may miss a word now and then",
        (Cause::LossUp, true) => "Your sound breaks up on the way to them",
        (Cause::LossDown, false) => "You may miss a word now and then",
        (Cause::LossDown, true) => "Their sound breaks up on the way to you",
        (Cause::Busy, false) => "This computer is busy: sound suffers now and then",
        (Cause::Busy, true) => "This computer is too busy: close other programs",
        (Cause::FarSilent, _) => "Nothing arrives from the other end",
    })
}

fn figures(stats: &Stats) -> String {
    let mut parts = Vec::new();
    if let Some(codec) = stats.codec {
        parts.push(format!("{codec:?}"));
    }
    let all = stats.received as f64 + stats.lost.max(0) as f64;
    if all > 0.0 {
        let percent = stats.lost.max(0) as f64 / all * 100.0;
        parts.push(format!("{percent:.1} % lost"));
    }
    parts.push(format!("jitter {:.0} ms", stats.jitter_ms));
    if let Some(ms) = stats.round_trip_ms {
        parts.push(format!("round trip {ms:.0} ms"));
    }
    parts.join(", ")
}

fn delay(budget: &Budget) -> UiDelay {
    let whole = |ms: f64| ms.round().max(0.0) as u32;
    let part = |label: &str, ms: Option<f64>| UiDelayPart {
        label: label.to_owned(),
        ms: ms.map(whole),
    };
    let mut parts = vec![
        part("Microphone", Some(budget.capture_ms)),
        part("Encoding", Some(budget.encode_ms)),
        part("Network, one way", budget.network_ms),
    ];
    if budget.far_ms > 0.0 {
        parts.push(part("Their longer packets", Some(budget.far_ms)));
    }
    parts.push(part("Jitter buffer", Some(budget.buffer_ms)));
    parts.push(part("Speaker", Some(budget.playout_ms)));
    UiDelay {
        ms: whole(budget.mouth_to_ear_ms()),
        parts,
    }
}

fn in_words(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::Jitter => "Jitter above 30 ms",
        Alarm::RoundTrip => "Round trip above 400 ms",
        Alarm::Mos => "Quality below 3",
        Alarm::Loss => "More than 1 % lost",
        Alarm::LastingLoss => "More than 3 % lost for seconds",
        Alarm::NothingReceived => "Nothing arrives",
        Alarm::NothingSent => "Nothing goes out",
        Alarm::ConstantMicrophone => "The microphone hears no change",
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

    fn said(mos: f64, trouble: Option<(Cause, bool)>) -> (UiQualityLevel, String) {
        let quality = quality(&view(mos, trouble)).expect("something to say");
        (quality.level, quality.words)
    }

    #[test]
    fn trouble_is_told_in_words_and_colour() {
        use UiQualityLevel::*;
        assert_eq!(said(4.3, None), (Good, "Clear sound".into()));
        let elsewhere = said(4.3, Some((Cause::MicrophoneSilent, true)));
        assert_eq!(elsewhere, (Good, "Clear sound".into()));
        assert_eq!(said(4.3, Some((Cause::LossUp, false))).0, Fair);
        let severe = said(4.3, Some((Cause::LossUp, true)));
        let words = "Your sound breaks up on the way to them";
        assert_eq!(severe, (Poor, words.into()));
    }

    #[test]
    fn figures_and_the_delay_are_there_for_who_wants_them() {
        let quality = quality(&view(4.34, None)).expect("something to say");
        assert_eq!(quality.figures, "Opus, 5.0 % lost, jitter 12 ms");
        assert_eq!((quality.mos, quality.mos_there), (Some(4.3), None));
        assert_eq!(quality.alarms, ["More than 1 % lost"]);
        assert_eq!(quality.delay.ms, 107);
        let parts = quality
            .delay
            .parts
            .iter()
            .map(|part| (part.label.as_str(), part.ms));
        assert_eq!(
            parts.collect::<Vec<_>>(),
            [
                ("Microphone", Some(20)),
                ("Encoding", Some(27)),
                ("Network, one way", None),
                ("Jitter buffer", Some(40)),
                ("Speaker", Some(20)),
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
