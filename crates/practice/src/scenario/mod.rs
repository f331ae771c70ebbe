//! What happens in a practice: who calls, with what story, and who can help. Read from TOML.

mod read;

use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::voices::Recording;

/// A scenario that has been read and makes sense.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Who calls when is drawn from it: the same seed gives the same order and pauses.
    pub seed: u64,
    /// Who practises.
    pub agent: Agent,
    /// When customers call.
    pub pace: Pace,
    /// Who calls, in order; drawn by chance once all have called, if [`Pace::repeat`] says so.
    pub customers: Vec<Customer>,
    /// Who can help.
    pub experts: Vec<Expert>,
    /// Numbers that are not people.
    pub lines: Lines,
    /// How many more work here, who are seen in Teams and do not answer calls.
    pub colleagues: usize,
}

/// Who practises.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Name.
    pub name: String,
    /// E.164 number, which customers call.
    pub number: String,
}

/// When customers call.
#[derive(Clone, Debug)]
pub struct Pace {
    /// From when the agent can be reached to the first call.
    pub first_call: Duration,
    /// From the end of a call to the next.
    pub next_call: RangeInclusive<Duration>,
    /// How likely another customer calls while one is being served, 0 to 1.
    pub second_call: f64,
    /// Whether customers call again once all have called.
    pub repeat: bool,
}

/// Somebody who calls.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Name, shown beside the number.
    pub name: String,
    /// E.164 number.
    pub number: String,
    /// The queue they waited in.
    pub queue: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// How long they had waited when the call comes.
    pub waited: Option<Duration>,
    /// Who passed the call on: the number that was dialled first.
    pub passed_on_by: Option<String>,
    /// User-to-User data, by key.
    pub data: Vec<(String, String)>,
    /// How long it rings before they give up.
    pub patience: Duration,
    /// How long they wait for an answer to what they said.
    pub waits: Duration,
    /// What they say, one at a time.
    pub says: Vec<Recording>,
    /// What they say when nobody has spoken for long.
    pub still_there: Option<Recording>,
    /// What they say before they hang up; without it they never do.
    pub farewell: Option<Recording>,
    /// What becomes of a transfer.
    pub transfer: Transfer,
}

/// What becomes of an attended transfer (REFER, RFC 3515).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// It is carried out, with progress.
    Accepted,
    /// It is refused with this SIP status.
    Refused(u16),
    /// It is accepted and never heard of again.
    Silent,
}

/// Somebody who can help.
#[derive(Clone, Debug)]
pub struct Expert {
    /// Name.
    pub name: String,
    /// E.164 number.
    pub number: String,
    /// Short number.
    pub extension: Option<String>,
    /// What they do when called.
    pub manner: Manner,
    /// What they say, one at a time.
    pub says: Vec<Recording>,
    /// After the last they put the agent on hold for so long, with music.
    pub holds: Option<Duration>,
    /// How long they wait for an answer to what they said.
    pub waits: Duration,
    /// What the directory and Teams say of them.
    pub profile: Profile,
}

/// What the directory and Teams say of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Job title.
    pub title: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// What they know; each is a Teams tag too.
    pub skills: Vec<String>,
    /// How Teams shows them as long as they are in no call here; without it that changes as the day goes.
    pub presence: Option<Status>,
    /// What they say of themselves.
    pub status_message: Option<String>,
    /// What they say while they are out of office.
    pub out_of_office: Option<String>,
    /// From the start to their next meeting.
    pub next_meeting: Option<Duration>,
    /// What they write back in Teams; without it what fits their manner, and nothing if it is empty.
    pub reply: Option<String>,
    /// Whether Teams knows them by their number; else it stands in the directory alone.
    pub verified_number: bool,
    /// Whether the agent has marked them before.
    pub favourite: bool,
}

/// How Teams shows somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Each is the word of Microsoft Graph.
pub enum Status {
    Available,
    AvailableIdle,
    Away,
    BeRightBack,
    Busy,
    InACall,
    InAMeeting,
    Presenting,
    DoNotDisturb,
    Focusing,
    OutOfOffice,
    OffWork,
    Offline,
}

/// What somebody does when called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Answers after ringing for so long.
    Answers(Duration),
    /// Is on the telephone: 486.
    Busy,
    /// Turns every call away: 603.
    Declines,
    /// Lets it ring for so long, then the voicemail box answers.
    Away(Duration),
    /// Lets it ring.
    Silent,
}

/// Numbers that are not people.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Repeats what it hears.
    pub echo: Option<String>,
    /// Plays music.
    pub music: Option<String>,
    /// Takes a message at once, without ringing.
    pub voicemail: Option<String>,
}

/// Why a scenario cannot be used.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("The scenario {path} cannot be read: {reason}.")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It says something that cannot be.
    #[error("The scenario cannot be used. {0}")]
    Invalid(String),
}

impl Scenario {
    /// The one that is built in: a morning in a small contact centre.
    pub fn built_in() -> Self {
        Self::parse(MORNING, None).expect("a test reads it")
    }

    /// Reads a scenario; recordings it names may lie beside it.
    ///
    /// # Errors
    /// The file cannot be read, or says something that cannot be.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let text = fs::read_to_string(path).map_err(|error| ScenarioError::Unreadable {
            path: path.to_owned(),
            reason: match error.kind() {
                io::ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => error.to_string(),
            },
        })?;
        Self::parse(&text, path.parent())
    }

    /// Reads the text of a scenario. The message of an error names the line, or whom it is about.
    ///
    /// # Errors
    /// Not TOML, a key that is not known, a value that does not fit, or one that is missing.
    pub fn parse(text: &str, folder: Option<&Path>) -> Result<Self, ScenarioError> {
        read::scenario(text, folder).map_err(ScenarioError::Invalid)
    }
}

impl Status {
    /// All of them, each with its availability and activity in Graph.
    pub(crate) const ALL: [(Self, &str, &str); 13] = [
        (Self::Available, "Available", "Available"),
        (Self::AvailableIdle, "AvailableIdle", "Inactive"),
        (Self::Away, "Away", "Away"),
        (Self::BeRightBack, "BeRightBack", "BeRightBack"),
        (Self::Busy, "Busy", "Busy"),
        (Self::InACall, "Busy", "InACall"),
        (Self::InAMeeting, "Busy", "InAMeeting"),
        (Self::Presenting, "DoNotDisturb", "Presenting"),
        (Self::DoNotDisturb, "DoNotDisturb", "DoNotDisturb"),
        (Self::Focusing, "DoNotDisturb", "Focusing"),
        (Self::OutOfOffice, "Away", "OutOfOffice"),
        (Self::OffWork, "Offline", "OffWork"),
        (Self::Offline, "Offline", "Offline"),
    ];

    /// The one that is written so, in any case of letters: the activity in Graph, or the availability
    /// where that says more.
    pub(crate) fn named(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, availability, activity)| {
            let word_of_it = match *activity {
                "Inactive" => availability,
                activity => activity,
            };
            word_of_it.eq_ignore_ascii_case(word)
        });
        found.map(|(status, ..)| *status)
    }

    /// Availability and activity as Graph has them.
    pub(crate) fn in_graph(self) -> (&'static str, &'static str) {
        let found = Self::ALL.iter().find(|(status, ..)| *status == self);
        found.map_or(("PresenceUnknown", "PresenceUnknown"), |(_, a, b)| (a, b))
    }
}

const MORNING: &str = include_str!("../../scenarios/morning.toml");
