//! What was heard in a check, judged: what is right, what is not, and what to do. Pure.

use warmline_audio::{
    Codec, Refusal, Role,
    measure::{Echo, clipped, echo, noise_floor_dbfs, speech_level_dbfs},
};
use warmline_media::quality::{Coding, Conditions, Path, rate};

use super::{Heard, Told};
use crate::doctor::{Finding, Subject, Verdict};

/// The figures of a check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Level of the background, dBFS.
    pub floor_dbfs: f32,
    /// Level of the agent's voice, dBFS; none if nobody spoke.
    pub speech_dbfs: Option<f32>,
    /// Share of the time in which it was cut off.
    pub clipped: f32,
    /// What of the speaker the microphone hears.
    pub echo: Option<Echo>,
}

impl Measured {
    /// Measures what was heard.
    pub fn of(heard: &Heard) -> Self {
        let floor_dbfs = noise_floor_dbfs(&heard.quiet).unwrap_or(SILENCE_DBFS);
        Self {
            floor_dbfs,
            speech_dbfs: speech_level_dbfs(&heard.spoken, floor_dbfs),
            clipped: clipped(&heard.spoken),
            echo: echo(&heard.played, &heard.echo, floor_dbfs),
        }
    }
}

/// What is to be said of the sound.
pub(super) fn judge(heard: &Heard) -> Vec<Finding> {
    let measured = Measured::of(heard);
    let there = |subject, name: &Option<String>, refusal: Option<&Refusal>| match (name, refusal) {
        (Some(name), _) => Finding::new(subject, Verdict::Right, name.clone())
            .told(Told::Device { name: name.clone() }),
        (None, Some(why)) => {
            Finding::new(subject, Verdict::Wrong, format!("it cannot be used: {why}"))
                .advise(why.advice(Role::Input))
        }
        (None, None) => Finding::new(subject, Verdict::Wrong, "there is none")
            .advise("Plug in a headset, or look at the system's sound settings.")
            .told(Told::NoDevice),
    };
    let mut findings = vec![
        there(
            Subject::Microphone,
            &heard.microphone,
            heard.refusal.as_ref(),
        ),
        there(Subject::Speaker, &heard.speaker, None),
    ];
    if heard.microphone.is_some() {
        findings.push(voice(&measured));
        findings.push(background(&measured));
        if heard.speaker.is_some() {
            findings.push(back(&measured));
        }
    }
    findings
}

fn voice(measured: &Measured) -> Finding {
    let finding = |verdict, found: String| Finding::new(Subject::Voice, verdict, found);
    let Some(level) = measured.speech_dbfs else {
        if measured.floor_dbfs <= DEAD_DBFS {
            return finding(
                Verdict::Wrong,
                "the microphone gives nothing but digital silence".into(),
            )
            .advise(
                "Look for a mute switch on the headset, and whether the system lets Warmline use the \
                 microphone.",
            )
            .told(Told::DigitalSilence);
        }
        return finding(Verdict::Wrong, "no voice was heard".into())
            .advise(
                "Speak when you are asked to. If you did, choose another microphone, or turn this one \
                 up in the system's sound settings.",
            )
            .told(Told::NoVoice);
    };
    let dbfs = level.round() as i32;
    let found = format!("your voice is at {level:.0} dBFS");
    if measured.clipped > CUT_OFF {
        let percent = measured.clipped * 100.0;
        finding(
            Verdict::Doubtful,
            format!("{found}, and cut off {percent:.0} % of the time"),
        )
        .advise(
            "Turn the microphone down in the system's sound settings, or move it from your mouth.",
        )
        .told(Told::CutOff {
            dbfs,
            percent: percent.round() as u32,
        })
    } else if level < SOFT_DBFS {
        finding(Verdict::Doubtful, format!("{found}: that is soft"))
            .advise(
                "Turn the microphone up in the system's sound settings, or move it nearer to your \
                 mouth.",
            )
            .told(Told::SoftVoice { dbfs })
    } else if level > LOUD_DBFS {
        finding(Verdict::Doubtful, format!("{found}: that is loud"))
            .advise("Turn the microphone down in the system's sound settings.")
            .told(Told::LoudVoice { dbfs })
    } else {
        finding(Verdict::Right, found).told(Told::Voice { dbfs })
    }
}

fn background(measured: &Measured) -> Finding {
    let floor = measured.floor_dbfs;
    let above = measured.speech_dbfs.map(|speech| speech - floor);
    let mut found = format!("the background is at {floor:.0} dBFS");
    if let Some(above) = above {
        found.push_str(&format!(", {above:.0} dB below your voice"));
    }
    let near = above.is_some_and(|above| above < CLEAR_DB);
    let disturbs = floor > NOISY_DBFS || near;
    let finding = if disturbs {
        Finding::new(Subject::Background, Verdict::Doubtful, found).advise(
            "Customers hear the room around you: move the microphone nearer to your mouth, or leave \
             noise suppression on.",
        )
    } else {
        Finding::new(Subject::Background, Verdict::Right, found)
    };
    finding.told(Told::Background {
        dbfs: floor.round() as i32,
        below_db: above.map(|above| above.round() as i32),
        disturbs,
    })
}

fn back(measured: &Measured) -> Finding {
    let Some(echo) = measured.echo else {
        return Finding::new(
            Subject::Echo,
            Verdict::Right,
            "the microphone does not hear the speaker",
        )
        .told(Told::NoEcho);
    };
    let softer = if echo.return_loss_db < 0.5 {
        "as loud as it is".to_owned()
    } else {
        format!("{:.0} dB softer", echo.return_loss_db)
    };
    let found = format!(
        "the microphone hears the speaker {softer}, {:.0} ms later",
        echo.delay_ms
    );
    let disturbs = echo.return_loss_db < LOUD_ECHO_DB;
    let finding = if disturbs {
        Finding::new(Subject::Echo, Verdict::Doubtful, found).advise(
            "Customers may hear themselves: use a headset, or turn the speaker down, and leave echo \
             cancelling on.",
        )
    } else {
        Finding::new(Subject::Echo, Verdict::Right, found)
    };
    finding.told(Told::Echo {
        softer_db: echo.return_loss_db.round() as i32,
        later_ms: echo.delay_ms.round() as u32,
        disturbs,
    })
}

/// What is to be said of the way to a server.
pub(super) fn path(host: &str, path: &Path) -> Finding {
    let finding = |verdict, found: String| Finding::new(Subject::Path, verdict, found);
    let Some(round_trip) = path.round_trip_ms else {
        return finding(
            Verdict::Doubtful,
            format!("{host} answered none of {} packets", path.sent),
        )
        .advise("`doctor` says what the network lets pass.")
        .told(Told::NoAnswer {
            host: host.to_owned(),
        });
    };
    let loss = path.loss_percent();
    // What ends and buffers take in a usual call, and two of the jitter besides.
    let delay_ms = round_trip / 2.0 + USUAL_MS + 2.0 * path.jitter_ms;
    let mos = rate(&Conditions {
        coding: Coding::of(Codec::Opus, None, None),
        loss_percent: loss,
        burst_ratio: 1.0,
        delay_ms,
    })
    .mos;
    let found = format!(
        "{host}: round trip {round_trip:.0} ms, jitter {:.1} ms, {loss:.0} % of {} packets lost: \
         quality {mos:.1} of 4.5 to be expected",
        path.jitter_ms, path.sent
    );
    // As in the alarms of a call; a single packet of a hundred is no news.
    let poor = loss > 1.0 || path.jitter_ms > 30.0 || round_trip > 400.0;
    let finding = if poor {
        finding(Verdict::Doubtful, found).advise(
            "Use a cable in place of Wi-Fi, and close what loads the network. If that does not help, \
             tell whoever runs it.",
        )
    } else {
        finding(Verdict::Right, found)
    };
    finding.told(Told::Path {
        host: host.to_owned(),
        round_trip_ms: round_trip.round() as u32,
        jitter_tenths: (path.jitter_ms * 10.0).round() as u32,
        loss_percent: loss.round() as u32,
        mos_tenths: (mos * 10.0).round() as u32,
        poor,
    })
}

const SILENCE_DBFS: f32 = -100.0;

/// No microphone in a room is as silent.
const DEAD_DBFS: f32 = -95.0;

/// ITU-T P.56 speech is best sent at -26 dBov (G.711 and the codecs' tests are made for that). Gain
/// control makes up for some 14 dB less; above -12 peaks are cut off.
const SOFT_DBFS: f32 = -40.0;
const LOUD_DBFS: f32 = -12.0;
const CUT_OFF: f32 = 0.01;

const NOISY_DBFS: f32 = -45.0;
const CLEAR_DB: f32 = 20.0;

/// With less of it echo cancelling (30 dB) does not reach the 46 dB that ITU-T G.131 asks for at long
/// delays.
const LOUD_ECHO_DB: f32 = 16.0;

const USUAL_MS: f64 = 90.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Measured {
        Measured {
            floor_dbfs: -65.0,
            speech_dbfs: Some(-27.0),
            clipped: 0.0,
            echo: None,
        }
    }

    #[test]
    fn a_good_headset_is_right() {
        for finding in [
            voice(&measured()),
            background(&measured()),
            back(&measured()),
        ] {
            assert_eq!(finding.verdict, Verdict::Right, "{finding:?}");
            assert_eq!(finding.advice, "");
        }
        assert_eq!(voice(&measured()).found, "your voice is at -27 dBFS");
        let room = "the background is at -65 dBFS, 38 dB below your voice";
        assert_eq!(background(&measured()).found, room);
    }

    #[test]
    fn each_fault_is_told_with_what_to_do() {
        let told = |finding: Finding, verdict, part: &str| {
            assert_eq!(finding.verdict, verdict, "{finding:?}");
            let all = format!("{} {}", finding.found, finding.advice);
            assert!(all.contains(part), "{all}");
            assert!(!finding.advice.is_empty(), "{finding:?}");
        };
        use Verdict::{Doubtful, Wrong};
        let of = |change: fn(&mut Measured)| {
            let mut measured = measured();
            change(&mut measured);
            measured
        };
        told(voice(&of(|m| m.speech_dbfs = None)), Wrong, "no voice");
        let dead = of(|m| {
            m.speech_dbfs = None;
            m.floor_dbfs = -100.0;
        });
        told(voice(&dead), Wrong, "digital silence");
        told(
            voice(&of(|m| m.speech_dbfs = Some(-48.0))),
            Doubtful,
            "Turn the microphone up",
        );
        told(voice(&of(|m| m.speech_dbfs = Some(-8.0))), Doubtful, "loud");
        told(voice(&of(|m| m.clipped = 0.2)), Doubtful, "cut off 20 %");
        told(
            background(&of(|m| m.floor_dbfs = -40.0)),
            Doubtful,
            "room around you",
        );
        told(
            background(&of(|m| m.speech_dbfs = Some(-50.0))),
            Doubtful,
            "15 dB below",
        );
        let echo = of(|m| {
            m.echo = Some(Echo {
                return_loss_db: 9.0,
                delay_ms: 80.0,
            });
        });
        told(back(&echo), Doubtful, "9 dB softer, 80 ms later");
        let loud = of(|m| {
            m.echo = Some(Echo {
                return_loss_db: -0.2,
                delay_ms: 45.0,
            });
        });
        told(back(&loud), Doubtful, "as loud as it is, 45 ms later");
    }

    #[test]
    fn without_devices_there_is_nothing_to_measure() {
        let findings = judge(&Heard::default());
        let verdicts = findings.iter().map(|f| (f.subject, f.verdict));
        assert_eq!(
            verdicts.collect::<Vec<_>>(),
            [
                (Subject::Microphone, Verdict::Wrong),
                (Subject::Speaker, Verdict::Wrong),
            ]
        );
        let deaf = Heard {
            microphone: Some("Headset".into()),
            speaker: Some("Headset".into()),
            ..Heard::default()
        };
        assert_eq!(judge(&deaf).len(), 5);
    }

    #[test]
    fn the_way_is_judged_as_a_call_would_be() {
        let way = |answered, trip, jitter_ms| {
            path(
                "stun.example.org",
                &Path {
                    sent: 100,
                    answered,
                    round_trip_ms: trip,
                    jitter_ms,
                },
            )
        };
        let good = way(100, Some(30.0), 1.2);
        assert_eq!(good.verdict, Verdict::Right);
        assert!(
            good.found.contains("round trip 30 ms, jitter 1.2 ms, 0 %"),
            "{good:?}"
        );
        assert_eq!(way(99, Some(30.0), 1.0).verdict, Verdict::Right);
        for poor in [
            way(95, Some(30.0), 1.0),
            way(100, Some(450.0), 1.0),
            way(100, Some(30.0), 40.0),
            way(0, None, 0.0),
        ] {
            assert_eq!(poor.verdict, Verdict::Doubtful, "{poor:?}");
            assert!(!poor.advice.is_empty());
        }
        assert!(way(0, None, 0.0).found.contains("none of 100"));
    }
}
