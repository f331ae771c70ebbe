//! Which device serves a role: decided from what was asked for, what there is, and what failed.
//!
//! A pure machine. It is told the time, what became of each device it wanted opened, and what the
//! sound system lists; it answers with what to do. The best device that is there is used, and a
//! better one that comes back is taken at once, also in mid-call.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::choice::{Rank, best_first, rank};
use super::lapse::Lapses;
use super::{DeviceChoice, DeviceInfo};
use crate::{AudioEvent, Refusal, Role};

/// A device stays open this long after it was last needed.
const LINGER: Duration = Duration::from_secs(1);
/// Notices of changes come in bursts: so long is waited for more while something is open.
const BURST: Duration = Duration::from_millis(60);
/// A device that changes under its stream (its rate, a headset's way of speaking) is left alone for
/// so long before it is looked at again, and for so long at most while it goes on changing.
const SETTLE: Duration = Duration::from_millis(350);
const SETTLE_MOST: Duration = Duration::from_millis(1_000);
/// One that changes so often within the time given is lost.
const UNSETTLED: usize = 3;
const UNSETTLED_WITHIN: Duration = Duration::from_secs(5);
/// Where nobody tells of changes, how often to look for a better device.
const LOOK: Duration = Duration::from_millis(800);
/// Waits between tries when nothing can be opened.
const FIRST_RETRY: Duration = Duration::from_millis(250);
const LAST_RETRY: Duration = Duration::from_secs(4);

/// What the machine is told.
#[derive(Clone, Debug)]
pub(super) enum Event<'a> {
    /// Whether anybody needs a device. Told again and again, it is no news.
    Needed(bool),
    /// What is asked for, the most wanted first; nothing is the system's default.
    Prefer(Vec<DeviceChoice>),
    /// Devices or defaults may have changed.
    Changed,
    /// The devices there are, and whether the system tells of changes to them.
    Listed(&'a [DeviceInfo], bool),
    /// They cannot be listed.
    Unlisted(String),
    /// The device that was wanted is open.
    Opened,
    /// It is not.
    Refused(Refusal),
    /// The open stream has ended or is of no more use.
    Lost(Fault),
    /// The system has moved the stream to the device of this id.
    Moved(String),
    /// It is the time that was asked for.
    Time,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// List the devices.
    List,
    /// Open this one, and let go of the one before only then.
    Open(DeviceInfo),
    /// Let go of the open one.
    Close,
    /// Tell the owner of the engine.
    Tell(AudioEvent),
}

/// What is wrong with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It has ended.
    Gone,
    /// It calls back no more.
    Silent,
    /// The device is there, but its stream must be built anew: its rate changed, for example.
    Invalidated,
}

/// One role.
#[derive(Debug)]
pub(super) struct Post {
    role: Role,
    preferences: Vec<DeviceChoice>,
    needed: bool,
    /// Until when what is open stays so without need.
    lingers: Option<Instant>,
    open: Option<Seat>,
    opening: Option<Seat>,
    /// Refused since the devices were last listed with nothing open.
    refused: Vec<String>,
    /// How the last one refused, and which that was.
    last_refusal: Option<(String, Refusal)>,
    lapses: Lapses,
    /// Where the system has moved the stream to, until the devices are listed.
    moved: Option<String>,
    /// The default one when they were listed last.
    default: Option<String>,
    /// The streams that had to be built anew, when, and until when to wait at most.
    invalidated: Vec<Instant>,
    settles: Option<Instant>,
    list_at: Option<Instant>,
    wait: Duration,
    /// The last thing said about this role, so that it is said once.
    announced: Option<AudioEvent>,
}

/// A device in use.
#[derive(Clone, Debug)]
struct Seat {
    device: DeviceInfo,
    rank: Rank,
    /// Somebody moved the sound here by hand: it stays.
    pinned: bool,
}

impl Post {
    pub(super) fn new(role: Role, preferences: Vec<DeviceChoice>) -> Self {
        Self {
            role,
            preferences,
            needed: false,
            lingers: None,
            open: None,
            opening: None,
            refused: Vec::new(),
            last_refusal: None,
            lapses: Lapses::default(),
            moved: None,
            default: None,
            invalidated: Vec::new(),
            settles: None,
            list_at: None,
            wait: FIRST_RETRY,
            announced: None,
        }
    }

    /// Takes in what happened; gives what to do about it, in this order.
    pub(super) fn handle(&mut self, now: Instant, event: Event<'_>) -> Vec<Command> {
        match event {
            Event::Needed(needed) => self.need(now, needed),
            Event::Prefer(preferences) => self.prefer(now, preferences),
            Event::Changed => self.changed(now),
            Event::Listed(devices, told) => self.listed(now, devices, told),
            Event::Unlisted(reason) => self.unlisted(now, reason),
            Event::Opened => self.opened(now),
            Event::Refused(refusal) => self.refused(now, refusal),
            Event::Lost(fault) => self.lost(now, fault),
            Event::Moved(id) => {
                self.moved = Some(id);
                self.list()
            }
            Event::Time => self.time(now),
        }
    }

    /// When it wants to be told the time; none if that changes nothing.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        earlier(self.list_at, self.lingers)
    }

    /// The device in use.
    pub(super) fn device(&self) -> Option<&DeviceInfo> {
        self.open.as_ref().map(|seat| &seat.device)
    }

    fn need(&mut self, now: Instant, needed: bool) -> Vec<Command> {
        if std::mem::replace(&mut self.needed, needed) == needed {
            return Vec::new();
        }
        if !needed {
            self.lingers = Some(now + LINGER);
            return Vec::new();
        }
        self.lingers = None;
        if self.open.is_some() || self.settles.is_some() {
            return Vec::new();
        }
        self.wait = FIRST_RETRY;
        // Whoever needs one now is told what becomes of it.
        self.announced = None;
        self.list()
    }

    fn prefer(&mut self, now: Instant, preferences: Vec<DeviceChoice>) -> Vec<Command> {
        self.preferences = preferences;
        self.announced = None;
        self.lapses.forgive();
        self.wait = FIRST_RETRY;
        self.settles = None;
        if let Some(open) = &mut self.open {
            open.pinned = false;
            // Anything is better than what served another wish, until it is ranked again.
            open.rank = Rank::Any;
        }
        if self.is_kept(now) {
            self.list()
        } else {
            Vec::new()
        }
    }

    fn changed(&mut self, now: Instant) -> Vec<Command> {
        if !self.is_kept(now) {
            return Vec::new();
        }
        if let Some(most) = self.settles {
            self.list_at = Some((now + SETTLE).min(most));
            return Vec::new();
        }
        if self.open.is_none() {
            return self.list();
        }
        let then = now + BURST;
        self.list_at = Some(self.list_at.map_or(then, |at| at.min(then)));
        Vec::new()
    }

    fn listed(&mut self, now: Instant, devices: &[DeviceInfo], told: bool) -> Vec<Command> {
        self.list_at = None;
        self.lapses.seen(devices);
        let there = |id: &str| devices.iter().any(|device| device.id == id);
        self.last_refusal.take_if(|(id, _)| !there(id));
        let mut commands = Vec::new();
        if let Some(id) = self.moved.take() {
            self.follow(devices, &id, &mut commands);
        }
        let default = devices.iter().find(|device| device.is_default);
        self.default = default.map(|device| device.id.clone());
        if self.opening.is_some() || !self.is_kept(now) {
            return commands;
        }
        self.settles = None;
        if let Some(open) = &mut self.open {
            let known = devices.iter().find(|device| device.id == open.device.id);
            open.rank = known.map_or(Rank::Any, |device| rank(device, &self.preferences, devices));
        }
        let order = best_first(&self.preferences, devices);
        let lapsed = |id: &str| self.lapses.lasts(id, now);
        match &self.open {
            Some(open) => {
                let better = order
                    .iter()
                    .find(|(device, rank)| *rank < open.rank && !lapsed(&device.id));
                if let Some((device, rank)) = better.filter(|_| !open.pinned) {
                    commands.push(self.try_out(device, *rank));
                    return commands;
                }
                let again = self.lapses.ends(now, |id| {
                    order
                        .iter()
                        .any(|(d, rank)| d.id == id && *rank < open.rank)
                });
                let look = (!told && open.rank != Rank::Chosen(0)).then(|| now + LOOK);
                self.list_at = earlier(again, look);
                self.announce(&mut commands);
            }
            None => {
                // One that failed just now is tried last, for it may be the only one.
                let untried =
                    |(device, _): &&(DeviceInfo, Rank)| !self.refused.contains(&device.id);
                let next = order.iter().filter(untried);
                let next = next.min_by_key(|(device, rank)| (lapsed(&device.id), *rank));
                match next {
                    Some((device, rank)) => commands.push(self.try_out(device, *rank)),
                    None => self.none(now, "there is no such device".into(), &mut commands),
                }
            }
        }
        commands
    }

    fn unlisted(&mut self, now: Instant, reason: String) -> Vec<Command> {
        self.list_at = None;
        let mut commands = Vec::new();
        if self.open.is_some() {
            self.list_at = Some(now + LOOK);
        } else if self.is_kept(now) {
            self.none(now, reason, &mut commands);
        }
        commands
    }

    fn opened(&mut self, now: Instant) -> Vec<Command> {
        let Some(seat) = self.opening.take() else {
            return Vec::new();
        };
        self.refused.clear();
        self.last_refusal = None;
        self.lapses.opened(&seat.device.id);
        self.wait = FIRST_RETRY;
        self.open = Some(seat);
        // What is better may be there by now, and what failed may be tried again.
        self.list_at = Some(now + BURST);
        let mut commands = Vec::new();
        self.announce(&mut commands);
        commands
    }

    fn refused(&mut self, now: Instant, refusal: Refusal) -> Vec<Command> {
        let Some(seat) = self.opening.take() else {
            return Vec::new();
        };
        let id = seat.device.id;
        let told_before = self.lapses.failed(&id, now, Some(&refusal));
        self.last_refusal = Some((id.clone(), refusal.clone()));
        let mut commands = Vec::new();
        if !told_before && matches!(seat.rank, Rank::Chosen(_)) {
            commands.push(Command::Tell(AudioEvent::DeviceRefused {
                role: self.role,
                name: seat.device.name,
                why: refusal,
            }));
        }
        if self.open.is_none() {
            self.refused.push(id);
        }
        commands.extend(self.list());
        commands
    }

    fn lost(&mut self, now: Instant, fault: Fault) -> Vec<Command> {
        let Some(seat) = self.open.take() else {
            return Vec::new();
        };
        let mut commands = Vec::new();
        self.invalidated
            .retain(|then| now.saturating_duration_since(*then) < UNSETTLED_WITHIN);
        if fault == Fault::Invalidated {
            self.invalidated.push(now);
            if self.invalidated.len() < UNSETTLED {
                self.settles = Some(now + SETTLE_MOST);
                self.list_at = Some(now + SETTLE);
                return commands;
            }
            self.invalidated.clear();
        }
        self.lapses.failed(&seat.device.id, now, None);
        self.announced = None;
        let reason = match fault {
            Fault::Gone => "the device went away",
            Fault::Silent => "the device fell silent",
            Fault::Invalidated => "the device does not come to rest",
        };
        commands.push(Command::Tell(AudioEvent::DeviceLost {
            role: self.role,
            name: seat.device.name,
            reason: reason.into(),
        }));
        commands.extend(self.list());
        commands
    }

    /// Takes note that the system has moved the stream by itself.
    fn follow(&mut self, devices: &[DeviceInfo], id: &str, commands: &mut Vec<Command>) {
        let role = self.role;
        let Some(device) = devices.iter().find(|device| device.id == id) else {
            return;
        };
        let Some(open) = self.open.as_mut().filter(|open| open.device.id != id) else {
            return;
        };
        // Moved away from a device that is still there: somebody wanted that, so it stays. But some
        // servers move everything to what has just become the default.
        let there = devices.iter().any(|known| known.id == open.device.id);
        let follows = device.is_default && self.default.as_ref() != Some(&device.id);
        let old = std::mem::replace(&mut open.device, device.clone());
        open.pinned = there && !follows;
        if !there {
            commands.push(Command::Tell(AudioEvent::DeviceLost {
                role,
                name: old.name,
                reason: "the device went away".into(),
            }));
            if device.is_monitor {
                // The last microphone is gone, and callers are not to hear themselves.
                self.open = None;
                self.announced = None;
                commands.push(Command::Close);
                return;
            }
        }
        open.rank = rank(device, &self.preferences, devices);
        self.announce(commands);
    }

    /// Says which device is in use, unless that was said last.
    fn announce(&mut self, commands: &mut Vec<Command>) {
        let Some(seat) = &self.open else { return };
        // Whether it is what was asked for, as opposed to a stand-in.
        let preferred = seat.pinned
            || seat.rank == Rank::Chosen(0)
            || (self.preferences.is_empty() && seat.rank == Rank::Default);
        let event = AudioEvent::DeviceChanged {
            role: self.role,
            name: seat.device.name.clone(),
            preferred,
        };
        if self.announced.as_ref() != Some(&event) {
            self.announced = Some(event.clone());
            commands.push(Command::Tell(event));
        }
    }

    /// Nothing can be opened: says so once, and tries again later.
    fn none(&mut self, now: Instant, reason: String, commands: &mut Vec<Command>) {
        self.refused.clear();
        self.list_at = Some(now + self.wait);
        self.wait = (self.wait * 2).min(LAST_RETRY);
        let refusal = self.last_refusal.take().map(|(_, refusal)| refusal);
        let reason = match &refusal {
            Some(refusal) => refusal.to_string(),
            None => reason,
        };
        let event = AudioEvent::NoDevice {
            role: self.role,
            reason,
            refusal,
        };
        if self.announced.as_ref() != Some(&event) {
            self.announced = Some(event.clone());
            commands.push(Command::Tell(event));
        }
    }

    fn time(&mut self, now: Instant) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.lingers.is_some_and(|until| now >= until) {
            self.lingers = None;
            self.list_at = None;
            self.settles = None;
            self.refused.clear();
            if let Some(seat) = self.open.take() {
                self.announced = None;
                commands.push(Command::Close);
                commands.push(Command::Tell(AudioEvent::DeviceClosed {
                    role: self.role,
                    name: seat.device.name,
                }));
            }
        }
        if self.list_at.is_some_and(|at| now >= at) {
            commands.extend(self.list());
        }
        commands
    }

    fn try_out(&mut self, device: &DeviceInfo, rank: Rank) -> Command {
        self.opening = Some(Seat {
            device: device.clone(),
            rank,
            pinned: false,
        });
        Command::Open(device.clone())
    }

    fn list(&mut self) -> Vec<Command> {
        self.list_at = None;
        vec![Command::List]
    }

    /// Whether a device is to be open now.
    fn is_kept(&self, now: Instant) -> bool {
        self.needed || self.lingers.is_some_and(|until| now < until)
    }
}

/// The earlier of two times that may never come.
pub(super) fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
