use std::time::Instant;

use warmline_redact::Pii;

/// Somebody's presence, as Teams told it last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Presence {
    /// Whether they can be disturbed.
    pub availability: Availability,
    /// What they do.
    pub activity: Activity,
    /// That they are out of office.
    pub out_of_office: Option<OutOfOffice>,
    /// What they say of themselves.
    pub status_message: Option<Pii<String>>,
    /// Orders two of one person, as texts: the greater one is newer. Empty where the cloud gives none.
    pub sequence_number: String,
    /// When it was read.
    pub read_at: Instant,
}

/// That somebody is out of office.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutOfOffice {
    /// What they wrote.
    pub message: Pii<String>,
}

/// Whether somebody can be disturbed: an open list, of which these are known. Read in any case of letters
/// (`Available`, `available`); everything else is [`Availability::Unknown`].
///
/// Source: Microsoft Graph, presence resource type.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Availability {
    /// Available.
    Available,
    /// Available, and not at the keyboard.
    AvailableIdle,
    /// Away.
    Away,
    /// Be right back.
    BeRightBack,
    /// Busy.
    Busy,
    /// Busy, and not at the keyboard.
    BusyIdle,
    /// Do not disturb.
    DoNotDisturb,
    /// Offline.
    Offline,
    /// Not told, or a value that is not known.
    #[default]
    Unknown,
}

/// What somebody does: an open list, as [`Availability`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Activity {
    /// In a call.
    InACall,
    /// In a conference call.
    InAConferenceCall,
    /// In a meeting.
    InAMeeting,
    /// Presenting.
    Presenting,
    /// Urgent interruptions only.
    UrgentInterruptionsOnly,
    /// Focusing.
    Focusing,
    /// Out of office.
    OutOfOffice,
    /// Not at work now.
    OffWork,
    /// Nothing that says more than the availability.
    #[default]
    Nothing,
}
