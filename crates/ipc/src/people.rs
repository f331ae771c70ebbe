use std::time::{Instant, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use warmline_desk::{
    CallId, Desk,
    experts::{
        Availability, Blocked, CardState, Consent, DialledAs, People, Presence, Ranked, Unlocks,
        WhoMayConsent,
    },
    number,
    office::{PeopleView, SentCard},
};

use crate::{
    presence::{UiDoing, UiReason, doing, out_of_office, reason},
    presenter::{millis, said},
};

/// What the panel of experts shows, complete each time, on a channel of its own: it is sent while the
/// panel is to be seen ([`UiAction::LookAtPeople`](crate::UiAction::LookAtPeople)) and only when it looks
/// different.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiPeople {
    /// When this was taken, on the clock of [`UiSnapshot::now_ms`](crate::UiSnapshot::now_ms).
    pub now_ms: u64,
    /// Whose experts these are, where the agent serves several customers.
    pub customer: Option<String>,
    /// The directory has not been read yet.
    pub loading: bool,
    /// Why there is nobody, or nothing new. What is known is shown all the same.
    pub blocked: Option<UiBlocked>,
    /// The customer's call that the agent has in hand: experts are consulted about it.
    pub call: Option<u32>,
    /// Those who suit that call best, the best first.
    pub best: Vec<UiPerson>,
    /// Those that the agent has marked.
    pub favourites: Vec<UiPerson>,
    /// Those whom the agent has called last.
    pub recent: Vec<UiPerson>,
    /// How many there are in all who match the search.
    pub total: u32,
    /// The place in that list of the first of [`UiPeople::rows`].
    pub first: u32,
    /// The part of that list that was asked for.
    pub rows: Vec<UiPerson>,
    /// What the tenant has not granted, and what it would unlock.
    pub ladder: Vec<UiConsent>,
}

/// Why nothing new can be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiBlocked {
    /// What is the matter, and what the page offers.
    pub kind: UiBlockedKind,
    /// When it goes on by itself.
    pub until_ms: Option<u64>,
}

/// What a [`UiBlocked`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiBlockedKind {
    /// This profile has no sign-in: experts are called by number.
    NoSignIn,
    /// Nobody is signed in: offer to.
    SignedOut,
    /// The tenant has not granted to see people: offer to ask.
    NoConsent,
    /// The network or Microsoft does not answer.
    Offline,
    /// Microsoft wants fewer requests.
    Throttled,
    /// What Microsoft answers cannot be read.
    Broken,
    /// This cloud has no presence; people are shown without.
    NoPresence,
}

/// Somebody who may help.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiPerson {
    /// Names them in a [`UiAction`](crate::UiAction).
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Title and department, as far as known.
    pub title: Option<String>,
    /// What they know.
    pub skills: Vec<String>,
    /// The badge.
    pub presence: UiPresence,
    /// The same in more detail.
    pub doing: UiDoing,
    /// What they leave word of while they are out of office.
    pub out_of_office: Option<String>,
    /// When presence was read, on the clock of [`UiPeople::now_ms`]; shown as an age.
    pub as_of_ms: Option<u64>,
    /// What they say of themselves in Teams.
    pub status_message: Option<String>,
    /// The number to call, as people write it; none if they cannot be called.
    pub number: Option<String>,
    /// Whether the number is the one that Teams answers; otherwise it is shown as unverified.
    pub number_verified: bool,
    /// The IANA name of their time zone, where it is known: the page shows their time of day where it is not
    /// the agent's.
    pub time_zone: Option<String>,
    /// When their next meeting begins, milliseconds since 1970 (UTC).
    pub next_meeting_unix_ms: Option<u64>,
    /// What speaks for and against them, in a few words each, the weightiest first.
    pub reasons: Vec<UiReason>,
    /// Whether the agent has marked them.
    pub favourite: bool,
    /// A `data:` URL, if they have a photo.
    pub photo: Option<String>,
}

/// People are never printed.
impl std::fmt::Debug for UiPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "‹pii› {:?}", self.presence)
    }
}

/// The badge of somebody's presence.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiPresence {
    /// Free.
    Available,
    /// Away, or soon back.
    Away,
    /// Busy.
    Busy,
    /// Not to be disturbed.
    DoNotDisturb,
    /// Out of office.
    OutOfOffice,
    /// Offline.
    Offline,
    /// Not known.
    #[default]
    Unknown,
}

/// A rung of the consent ladder that is not granted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiConsent {
    /// Names it in [`UiAction::AskConsent`](crate::UiAction::AskConsent).
    pub rung: u32,
    /// What it unlocks.
    pub unlocks: UiUnlocks,
    /// The permissions as Microsoft calls them, for an administrator.
    pub permissions: Vec<String>,
    /// Whether an administrator must grant it; otherwise the agent can.
    pub by_administrator: bool,
}

/// What a rung unlocks.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiUnlocks {
    /// Who the agent is.
    You,
    /// The experts, and who of them is free.
    Presence,
    /// An expert is told in Teams of a call, and can reply.
    Chat,
    /// Teams shows that the agent is in a call.
    OwnPresence,
    /// When an expert's next meeting begins.
    Meetings,
    /// The provider's experts, with title, department and skills.
    Directory,
    /// Teams tags as skills.
    Tags,
    /// The number that Teams knows an expert by.
    Numbers,
}

/// What an expert was told about a call, and what they said.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiCard {
    /// How far it is.
    pub state: UiCardState,
    /// What the expert replied last.
    pub reply: Option<String>,
    /// The text that was sent, to be looked at.
    pub text: String,
}

/// People are never printed.
impl std::fmt::Debug for UiCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} ‹pii›", self.state)
    }
}

/// How far a card is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiCardState {
    /// On the way.
    Sending,
    /// In the expert's chat.
    Sent,
    /// Teams did not say whether it is.
    Unsure,
    /// It could not be sent; the call goes on all the same.
    Failed,
}

/// What the agent writes down about a call; an expert is told of it.
#[derive(Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiNote {
    /// What was tried so far.
    pub tried: String,
    /// Anything else.
    pub note: String,
}

/// People are never printed.
impl std::fmt::Debug for UiNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹pii›")
    }
}

/// Makes what the panel shows of what the office says. Remembers what is shown, so that only news is sent.
#[derive(Debug, Default)]
pub struct PeoplePresenter(Option<UiPeople>);

impl PeoplePresenter {
    /// What the panel is to show, if that is news: by the clock and the rules for numbers of the phone that
    /// runs. There is no view in a profile without a sign-in.
    pub fn present(&mut self, view: Option<&PeopleView>, desk: Option<&Desk>) -> Option<UiPeople> {
        let people = match view {
            Some(view) => people(view, Instant::now(), desk),
            None => no_sign_in(),
        };
        let shown = self.0.as_mut();
        // Time passes by itself.
        let same = shown.is_some_and(|shown| {
            shown.now_ms = people.now_ms;
            *shown == people
        });
        if same {
            return None;
        }
        self.0 = Some(people.clone());
        Some(people)
    }
}

fn people(view: &PeopleView, now: Instant, desk: Option<&Desk>) -> UiPeople {
    let shown = Shown { now, desk };
    let all = |people: &[Ranked]| people.iter().map(|one| shown.person(one)).collect();
    let People {
        blocked,
        loading,
        best,
        favourites,
        recent,
        all: part,
        ladder,
    } = &*view.people;
    UiPeople {
        now_ms: shown.clock(now),
        customer: view.customer.clone(),
        loading: *loading,
        blocked: blocked.map(|why| shown.blocked(why)),
        call: view.call.map(number_of),
        best: all(best),
        favourites: all(favourites),
        recent: all(recent),
        total: count(part.total),
        first: count(part.first),
        rows: all(&part.people),
        ladder: ladder.iter().map(consent).collect(),
    }
}

fn no_sign_in() -> UiPeople {
    UiPeople {
        blocked: Some(UiBlocked {
            kind: UiBlockedKind::NoSignIn,
            until_ms: None,
        }),
        ..UiPeople::default()
    }
}

/// What an expert was told of a call.
pub(crate) fn card(sent: &SentCard) -> UiCard {
    let (state, reply) = match &sent.card.state {
        CardState::Sending => (UiCardState::Sending, None),
        CardState::Unsure { reply } => (UiCardState::Unsure, reply.as_ref()),
        CardState::Sent { reply } => (UiCardState::Sent, reply.as_ref()),
        CardState::Failed(_) => (UiCardState::Failed, None),
    };
    UiCard {
        state,
        reply: reply.map(|reply| reply.expose().clone()),
        text: sent.card.text.expose().clone(),
    }
}

fn number_of(call: CallId) -> u32 {
    u32::try_from(call.get()).unwrap_or(u32::MAX)
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// When, and by what phone, people are shown.
struct Shown<'a> {
    now: Instant,
    desk: Option<&'a Desk>,
}

impl Shown<'_> {
    /// That of [`UiSnapshot::now_ms`](crate::UiSnapshot::now_ms).
    fn clock(&self, at: Instant) -> u64 {
        self.desk.map_or(0, |desk| millis(desk.since_start(at)))
    }

    fn number(&self, number: &str) -> String {
        match self.desk {
            Some(desk) => desk.read_number(number).shown,
            None => number::read(number, None).shown,
        }
    }

    fn person(&self, ranked: &Ranked) -> UiPerson {
        let person = &ranked.person;
        let title = [&person.title, &person.department].into_iter().flatten();
        let title: Vec<&str> = title.map(|text| text.expose().as_str()).collect();
        let presence = ranked.presence.as_ref();
        let number = person.dialable.as_ref();
        UiPerson {
            id: person.id.as_str().to_owned(),
            name: person.name.expose().clone(),
            title: said(&title.join(" · ")),
            skills: person
                .skills
                .iter()
                .map(|skill| skill.expose().clone())
                .collect(),
            presence: presence.map_or(UiPresence::Unknown, badge),
            doing: presence.map_or(UiDoing::Unknown, doing),
            out_of_office: presence.and_then(out_of_office),
            as_of_ms: presence.map(|presence| self.clock(presence.read_at)),
            status_message: presence
                .and_then(|presence| presence.status_message.as_ref())
                .map(|message| message.expose().clone()),
            number: number.map(|number| self.number(number.number.expose())),
            number_verified: number.is_some_and(|number| number.dialled_as == DialledAs::Teams),
            time_zone: person.time_zone.clone(),
            next_meeting_unix_ms: ranked.next_meeting.map(unix_ms),
            reasons: ranked
                .reasons
                .iter()
                .map(|why| reason(why, self.now))
                .collect(),
            favourite: ranked.favourite,
            photo: ranked.photo.as_deref().map(photo),
        }
    }

    fn blocked(&self, why: Blocked) -> UiBlocked {
        UiBlocked {
            kind: match why {
                Blocked::SignedOut => UiBlockedKind::SignedOut,
                Blocked::NoConsent => UiBlockedKind::NoConsent,
                Blocked::Offline => UiBlockedKind::Offline,
                Blocked::Throttled(_) => UiBlockedKind::Throttled,
                Blocked::Broken => UiBlockedKind::Broken,
                Blocked::NoPresence => UiBlockedKind::NoPresence,
            },
            until_ms: match why {
                Blocked::Throttled(until) => Some(self.clock(until)),
                _ => None,
            },
        }
    }
}

fn unix_ms(time: SystemTime) -> u64 {
    millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Graph gives JPEG, seldom PNG.
fn photo(bytes: &[u8]) -> String {
    let kind = if bytes.starts_with(b"\x89PNG") {
        "png"
    } else {
        "jpeg"
    };
    format!("data:image/{kind};base64,{}", STANDARD.encode(bytes))
}

fn badge(presence: &Presence) -> UiPresence {
    if presence.out_of_office.is_some() && presence.availability != Availability::Available {
        return UiPresence::OutOfOffice;
    }
    match presence.availability {
        Availability::Available | Availability::AvailableIdle => UiPresence::Available,
        Availability::Away | Availability::BeRightBack => UiPresence::Away,
        Availability::Busy | Availability::BusyIdle => UiPresence::Busy,
        Availability::DoNotDisturb => UiPresence::DoNotDisturb,
        Availability::Offline => UiPresence::Offline,
        Availability::Unknown => UiPresence::Unknown,
    }
}

fn consent(missing: &Consent) -> UiConsent {
    let rung = Consent::LADDER.iter().position(|rung| rung == missing);
    UiConsent {
        rung: rung.map_or(u32::MAX, count),
        unlocks: match missing.unlocks {
            Unlocks::You => UiUnlocks::You,
            Unlocks::Presence => UiUnlocks::Presence,
            Unlocks::Chat => UiUnlocks::Chat,
            Unlocks::OwnPresence => UiUnlocks::OwnPresence,
            Unlocks::Meetings => UiUnlocks::Meetings,
            Unlocks::Directory => UiUnlocks::Directory,
            Unlocks::Tags => UiUnlocks::Tags,
            Unlocks::Numbers => UiUnlocks::Numbers,
        },
        permissions: missing
            .scopes
            .iter()
            .map(|scope| scope.as_str().to_owned())
            .collect(),
        by_administrator: missing.by == WhoMayConsent::Administrator,
    }
}
