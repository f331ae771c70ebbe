use std::time::Instant;

use serde::Serialize;
use warmline_desk::experts::{Activity, Availability, Presence, Reason};

use crate::presenter::said;

/// What speaks for somebody, or against.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "why", rename_all = "camelCase")]
pub enum UiReason {
    /// They know what the call is about.
    Knows {
        /// This skill of theirs.
        skill: String,
    },
    /// They are free.
    Free,
    /// They may be reached, although not at their desk or busy.
    MaybeReached,
    /// They are away, or not to be disturbed.
    NotNow,
    /// They have no number.
    NoNumber,
    /// Their number may lead elsewhere.
    UnverifiedNumber,
    /// They were called today already.
    CalledToday {
        /// So often.
        times: u32,
    },
    /// They are in a meeting.
    InMeeting,
    /// They soon are.
    MeetingSoon {
        /// In so long.
        minutes: u32,
    },
    /// Nobody knows how they are now.
    OldNews {
        /// For so long.
        minutes: u32,
    },
}

/// People are never printed.
impl std::fmt::Debug for UiReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹pii›")
    }
}

/// What somebody does, as far as Teams says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiDoing {
    /// Free.
    Available,
    /// Free, and not at the keyboard.
    AvailableIdle,
    /// Away.
    Away,
    /// Soon back.
    BeRightBack,
    /// Busy.
    Busy,
    /// Busy, and not at the keyboard.
    BusyIdle,
    /// Not to be disturbed.
    DoNotDisturb,
    /// Offline.
    Offline,
    /// On the phone.
    InACall,
    /// On the phone with several.
    InAConferenceCall,
    /// In a meeting.
    InAMeeting,
    /// Shows something to others.
    Presenting,
    /// Only what is urgent.
    UrgentOnly,
    /// Wants to work in peace.
    Focusing,
    /// Out of office.
    OutOfOffice,
    /// Not at work now.
    OffWork,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// What they do.
pub(crate) fn doing(presence: &Presence) -> UiDoing {
    if presence.out_of_office.is_some() {
        return UiDoing::OutOfOffice;
    }
    match presence.activity {
        Activity::InACall => UiDoing::InACall,
        Activity::InAConferenceCall => UiDoing::InAConferenceCall,
        Activity::InAMeeting => UiDoing::InAMeeting,
        Activity::Presenting => UiDoing::Presenting,
        Activity::UrgentInterruptionsOnly => UiDoing::UrgentOnly,
        Activity::Focusing => UiDoing::Focusing,
        Activity::OutOfOffice => UiDoing::OutOfOffice,
        Activity::OffWork => UiDoing::OffWork,
        Activity::Nothing => match presence.availability {
            Availability::Available => UiDoing::Available,
            Availability::AvailableIdle => UiDoing::AvailableIdle,
            Availability::Away => UiDoing::Away,
            Availability::BeRightBack => UiDoing::BeRightBack,
            Availability::Busy => UiDoing::Busy,
            Availability::BusyIdle => UiDoing::BusyIdle,
            Availability::DoNotDisturb => UiDoing::DoNotDisturb,
            Availability::Offline => UiDoing::Offline,
            Availability::Unknown => UiDoing::Unknown,
        },
    }
}

/// What they leave word of.
pub(crate) fn out_of_office(presence: &Presence) -> Option<String> {
    let out = presence.out_of_office.as_ref()?;
    said(out.message.expose().trim())
}

/// What speaks for them or against, `now`.
pub(crate) fn reason(why: &Reason, now: Instant) -> UiReason {
    let whole = |minutes: u64| u32::try_from(minutes).unwrap_or(u32::MAX);
    match why {
        Reason::Knows(skill) => UiReason::Knows {
            skill: skill.expose().clone(),
        },
        Reason::Free => UiReason::Free,
        Reason::MaybeReached => UiReason::MaybeReached,
        Reason::NotNow => UiReason::NotNow,
        Reason::NoNumber => UiReason::NoNumber,
        Reason::UnverifiedNumber => UiReason::UnverifiedNumber,
        Reason::CalledToday(times) => UiReason::CalledToday { times: *times },
        Reason::MeetingSoon(left) if left.is_zero() => UiReason::InMeeting,
        Reason::MeetingSoon(left) => UiReason::MeetingSoon {
            minutes: whole(left.as_secs().div_ceil(60)),
        },
        Reason::OldNews(since) => UiReason::OldNews {
            minutes: whole((now.saturating_duration_since(*since).as_secs() / 60).max(1)),
        },
    }
}
