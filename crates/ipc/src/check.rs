use serde::Serialize;
use warmline_desk::{
    CheckView,
    check::{Prompt, Told},
    doctor::{Finding, Subject, Verdict},
};

/// The check before a shift: speak, hear yourself, and know whether the network carries sound.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum UiCheck {
    /// It goes on.
    Running {
        /// What the agent is to do.
        step: UiCheckStep,
    },
    /// It is over.
    Over {
        /// What was found.
        findings: Vec<UiFinding>,
    },
}

/// What the agent is to do in a check.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiCheckStep {
    /// Wait: the devices are opened.
    Wait,
    /// Be silent: the background is measured.
    BeQuiet,
    /// Stay silent: a tone plays, and its echo is looked for.
    StayQuiet,
    /// Say something.
    Speak,
    /// Listen: what was said is played back.
    Listen,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiFinding {
    /// What.
    pub subject: UiSubject,
    /// How it looks.
    pub verdict: UiVerdict,
    /// What was found; none of what only who mends it reads.
    pub told: Option<UiTold>,
    /// The same in English.
    pub found: String,
    /// What to do about it, in English, if there is anything.
    pub advice: Option<String>,
}

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum UiTold {
    /// This device is used.
    Device {
        /// Its name.
        name: String,
    },
    /// There is none.
    NoDevice,
    /// The microphone gives nothing but digital silence.
    DigitalSilence,
    /// Nobody spoke, or too softly.
    NoVoice,
    /// The agent's voice is as it should be.
    Voice {
        /// Its level.
        dbfs: i32,
    },
    /// It is soft.
    SoftVoice {
        /// Its level.
        dbfs: i32,
    },
    /// It is loud.
    LoudVoice {
        /// Its level.
        dbfs: i32,
    },
    /// It is cut off.
    CutOff {
        /// Its level.
        dbfs: i32,
        /// So much of the time.
        percent: u32,
    },
    /// What else the microphone hears.
    Background {
        /// Its level.
        dbfs: i32,
        /// How far below the voice that is, if somebody spoke.
        below_db: Option<i32>,
        /// Customers hear it.
        disturbs: bool,
    },
    /// The microphone does not hear the speaker.
    NoEcho,
    /// It does.
    Echo {
        /// So much softer.
        softer_db: i32,
        /// So much later.
        later_ms: u32,
        /// Customers may hear themselves.
        disturbs: bool,
    },
    /// The way to a server.
    Path {
        /// Which.
        host: String,
        /// There and back.
        round_trip_ms: u32,
        /// How unevenly.
        jitter_ms: f64,
        /// How much was lost.
        loss_percent: u32,
        /// The quality to be expected, of 4.5.
        mos: f64,
        /// It is a poor one.
        poor: bool,
    },
    /// The server answered nothing.
    NoAnswer {
        /// Which.
        host: String,
    },
    /// There is no server to measure the way to.
    NoServer,
}

impl From<&Told> for UiTold {
    fn from(told: &Told) -> Self {
        let tenths = |tenths: u32| f64::from(tenths) / 10.0;
        match told.clone() {
            Told::Device { name } => Self::Device { name },
            Told::NoDevice => Self::NoDevice,
            Told::DigitalSilence => Self::DigitalSilence,
            Told::NoVoice => Self::NoVoice,
            Told::Voice { dbfs } => Self::Voice { dbfs },
            Told::SoftVoice { dbfs } => Self::SoftVoice { dbfs },
            Told::LoudVoice { dbfs } => Self::LoudVoice { dbfs },
            Told::CutOff { dbfs, percent } => Self::CutOff { dbfs, percent },
            Told::Background {
                dbfs,
                below_db,
                disturbs,
            } => Self::Background {
                dbfs,
                below_db,
                disturbs,
            },
            Told::NoEcho => Self::NoEcho,
            Told::Echo {
                softer_db,
                later_ms,
                disturbs,
            } => Self::Echo {
                softer_db,
                later_ms,
                disturbs,
            },
            Told::Path {
                host,
                round_trip_ms,
                jitter_tenths,
                loss_percent,
                mos_tenths,
                poor,
            } => Self::Path {
                host,
                round_trip_ms,
                jitter_ms: tenths(jitter_tenths),
                loss_percent,
                mos: tenths(mos_tenths),
                poor,
            },
            Told::NoAnswer { host } => Self::NoAnswer { host },
            Told::NoServer => Self::NoServer,
        }
    }
}

/// What a check looks at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiSubject {
    /// The device to speak into.
    Microphone,
    /// The device to hear with.
    Speaker,
    /// How the agent comes over.
    Voice,
    /// What else the microphone hears.
    Background,
    /// Whether the microphone hears the speaker.
    Echo,
    /// Loss, jitter and round trip to a server.
    Network,
}

/// How it looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiVerdict {
    /// As it should be.
    Right,
    /// Works, but not for every call.
    Doubtful,
    /// Calls will not work.
    Wrong,
    /// Could not be tried.
    NotTried,
}

impl UiCheck {
    pub(crate) fn of(view: &CheckView) -> Self {
        let asks = |step| Self::Running { step };
        match view {
            CheckView::Opening => asks(UiCheckStep::Wait),
            CheckView::Asks(Prompt::BeQuiet) => asks(UiCheckStep::BeQuiet),
            CheckView::Asks(Prompt::StayQuiet) => asks(UiCheckStep::StayQuiet),
            CheckView::Asks(Prompt::Speak) => asks(UiCheckStep::Speak),
            CheckView::Asks(Prompt::Listen) => asks(UiCheckStep::Listen),
            CheckView::Over(findings) => Self::Over {
                findings: findings.iter().filter_map(UiFinding::of).collect(),
            },
        }
    }
}

impl UiFinding {
    /// None for what no check looks at.
    fn of(finding: &Finding) -> Option<Self> {
        Some(Self {
            subject: match finding.subject {
                Subject::Microphone => UiSubject::Microphone,
                Subject::Speaker => UiSubject::Speaker,
                Subject::Voice => UiSubject::Voice,
                Subject::Background => UiSubject::Background,
                Subject::Echo => UiSubject::Echo,
                Subject::Path => UiSubject::Network,
                Subject::Profile
                | Subject::ServerName
                | Subject::Connection
                | Subject::Tls
                | Subject::Registration
                | Subject::Servers
                | Subject::Ice => return None,
            },
            verdict: match finding.verdict {
                Verdict::Right => UiVerdict::Right,
                Verdict::Doubtful => UiVerdict::Doubtful,
                Verdict::Wrong => UiVerdict::Wrong,
                Verdict::NotTried => UiVerdict::NotTried,
            },
            told: finding.told.as_ref().map(UiTold::from),
            found: finding.found.clone(),
            advice: Some(finding.advice.clone()).filter(|advice| !advice.is_empty()),
        })
    }
}
