use serde::Serialize;
use warmline_desk::{
    CheckView,
    check::Prompt,
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
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiFinding {
    /// What.
    pub subject: UiSubject,
    /// How it looks.
    pub verdict: UiVerdict,
    /// What was found, in words.
    pub found: String,
    /// What to do about it, if there is anything.
    pub advice: Option<String>,
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
            found: finding.found.clone(),
            advice: Some(finding.advice.clone()).filter(|advice| !advice.is_empty()),
        })
    }
}
