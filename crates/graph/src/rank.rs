//! Who suits a call best, and why. Pure, whole numbers only: the same people rank the same everywhere.

#[cfg(test)]
mod tests;
mod topic;

use std::time::{Duration, Instant};

use warmline_redact::Pii;

use crate::{
    people::Reason,
    person::DialledAs,
    presence::{Activity, Availability, Presence},
};

pub(crate) use topic::Topic;

/// What speaks for somebody, and against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    /// What Teams told last.
    pub(crate) presence: Option<&'a Presence>,
    /// Which of their skills the call is about, where it is about anything.
    pub(crate) knows: Knows<'a>,
    /// Where their number came from, if they have one.
    pub(crate) dialled_as: Option<DialledAs>,
    /// Calls sent to them today.
    pub(crate) today: u32,
    /// How long until their next meeting, if one is known.
    pub(crate) meeting_in: Option<Duration>,
}

/// What somebody knows of what a call is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Knows<'a> {
    /// The call is about nothing that is known.
    NoTopic,
    /// These skills of theirs: two are told at most, and more than two count as two.
    Skills([Option<&'a Pii<String>>; 2]),
}

/// The greater, the better.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Merit {
    dialable: bool,
    weight: u64,
}

impl Case<'_> {
    /// How well they suit. Without a number they come last, whatever else speaks for them; nobody is left out.
    pub(crate) fn merit(&self, now: Instant) -> Merit {
        let factors = [
            freedom(self.presence),
            self.knows.factor(),
            self.dialled_as.map_or(ONE, trust),
            load(self.today),
            quiet(self.meeting_in),
            freshness(self.presence, now),
        ];
        // Six factors of a thousand at most: below 2^60.
        Merit {
            dialable: self.dialled_as.is_some(),
            weight: factors.into_iter().map(u64::from).product(),
        }
    }

    /// Why, the weightiest first.
    pub(crate) fn reasons(&self, now: Instant) -> Vec<Reason> {
        let mut reasons: Vec<(u32, Reason)> = Vec::new();
        if self.dialled_as.is_none() {
            reasons.push((u32::MAX, Reason::NoNumber));
        }
        if let Knows::Skills(skills) = self.knows {
            let weight = ratio(KNOWS[1], KNOWS[0]);
            let told = skills.into_iter().flatten();
            reasons.extend(told.map(|skill| (weight, Reason::Knows(skill.clone()))));
        }
        let (freedom, unknown) = (freedom(self.presence), self.presence.is_none());
        match freedom {
            _ if unknown || freedom == UNKNOWN => {}
            FREE.. => reasons.push((ratio(freedom, UNKNOWN), Reason::Free)),
            MAYBE.. => reasons.push((ratio(UNKNOWN, freedom), Reason::MaybeReached)),
            _ => reasons.push((ratio(UNKNOWN, freedom), Reason::NotNow)),
        }
        if let Some(DialledAs::Directory) = self.dialled_as {
            let weight = ratio(ONE, trust(DialledAs::Directory));
            reasons.push((weight, Reason::UnverifiedNumber));
        }
        if self.today > 0 {
            let weight = ratio(ONE, load(self.today));
            reasons.push((weight, Reason::CalledToday(self.today)));
        }
        if let Some(meeting_in) = self.meeting_in.filter(|it| *it < SOON) {
            // Whole minutes: the panel does not change with every second.
            let minutes = Duration::from_secs(meeting_in.as_secs() / 60 * 60);
            let weight = ratio(ONE, quiet(Some(meeting_in)));
            reasons.push((weight, Reason::MeetingSoon(minutes)));
        }
        if let Some(presence) = self.presence
            && now.saturating_duration_since(presence.read_at) >= OLD
        {
            let weight = ratio(ONE, freshness(self.presence, now));
            reasons.push((weight, Reason::OldNews(presence.read_at)));
        }
        reasons.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        reasons.into_iter().map(|(_, reason)| reason).collect()
    }
}

/// The order in which a search shows those who match equally: the lower, the freer; below eight.
pub(crate) fn class(presence: Option<&Presence>) -> u8 {
    match freedom(presence) {
        FREE.. => 0,
        UNKNOWN.. => 1,
        AWAY.. => 2,
        MAYBE.. => 3,
        _ => 4,
    }
}

impl Knows<'_> {
    fn factor(self) -> u32 {
        match self {
            Self::NoTopic => ONE,
            Self::Skills(skills) => KNOWS[skills.iter().flatten().count()],
        }
    }
}

/// How free somebody is. Nobody knows is better than to know that they are busy, and worse than free.
fn freedom(presence: Option<&Presence>) -> u32 {
    let Some(presence) = presence else {
        return UNKNOWN;
    };
    let free = match presence.availability {
        Availability::Available => ONE,
        Availability::AvailableIdle => FREE,
        Availability::Unknown => UNKNOWN,
        Availability::BeRightBack => 380,
        Availability::Away => AWAY,
        Availability::BusyIdle => 280,
        Availability::Busy => MAYBE,
        Availability::DoNotDisturb => 80,
        Availability::Offline => 60,
    };
    // What they do can only make them less free than they say.
    let most = match presence.activity {
        Activity::Presenting | Activity::UrgentInterruptionsOnly => 80,
        Activity::OffWork => 60,
        Activity::OutOfOffice => 40,
        Activity::InACall
        | Activity::InAConferenceCall
        | Activity::InAMeeting
        | Activity::Focusing
        | Activity::Nothing => ONE,
    };
    match presence.out_of_office {
        Some(_) => free.min(most).min(40),
        None => free.min(most),
    }
}

fn trust(dialled_as: DialledAs) -> u32 {
    match dialled_as {
        DialledAs::Teams => ONE,
        DialledAs::Directory => 800,
    }
}

/// Each call of today makes the next one a little less likely.
fn load(today: u32) -> u32 {
    ONE * 5 / (5 + today.min(100))
}

fn quiet(meeting_in: Option<Duration>) -> u32 {
    match meeting_in.map(|it| it.as_secs() / 60) {
        None | Some(20..) => ONE,
        Some(10..) => 800,
        Some(5..) => 600,
        Some(_) => 400,
    }
}

/// Full for a minute, and down to six tenths in ten.
fn freshness(presence: Option<&Presence>, now: Instant) -> u32 {
    let Some(presence) = presence else {
        return ONE;
    };
    let age = now.saturating_duration_since(presence.read_at).as_secs();
    ONE - (age.clamp(60, 600) - 60) as u32 * 400 / 540
}

/// By how much the one is more than the other, in thousandths.
fn ratio(more: u32, less: u32) -> u32 {
    more * ONE / less
}

const ONE: u32 = 1_000;

/// Free from here on.
const FREE: u32 = 900;

const UNKNOWN: u32 = 400;

const AWAY: u32 = 320;

/// Perhaps reached from here on.
const MAYBE: u32 = 250;

/// Who knows nothing of it, one thing, more than one.
const KNOWS: [u32; 3] = [300, 900, 1_000];

/// A meeting that is worth a word.
const SOON: Duration = Duration::from_secs(20 * 60);

/// Presence that is worth a word for its age.
const OLD: Duration = Duration::from_secs(5 * 60);
