//! Whether the ring is heard: proof for every ring, and other devices where there is none.
//!
//! A pure machine beside the [`Post`](super::post::Post) of the ring device. At each ring it wants
//! to know of that device that it is there, that neither it nor this program is muted on it, and
//! that it takes the samples it is given. If it cannot know that, or the ring is to be heard
//! everywhere, all other devices ring too.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::DeviceInfo;
use crate::{AudioEvent, Refusal, RingFault, RingProof};

/// Devices that can ring at once: the one of the post and those beside it.
pub(crate) const MOST_RINGERS: usize = 8;

/// How often the ringing devices are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// A device that took nothing for so long since it was opened does not ring.
const PROOF: Duration = Duration::from_millis(600);
/// Samples it must have taken: more than any buffer that is filled before it begins.
const PROVEN: u64 = 4_000;
/// A ring without any device for so long has none.
const NO_DEVICE: Duration = Duration::from_millis(500);
/// By then it is told what is known.
const VERDICT: Duration = Duration::from_secs(2);
/// A device that was refused, for another program has it perhaps, is tried again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// Devices stay open so long after the ring, so that it does not end with a click.
const LINGER: Duration = Duration::from_millis(300);

/// Whether a device lets what is played on it be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audibility {
    /// It does, or nobody knows.
    Audible,
    /// The device, or this program on it, is muted.
    Muted,
    /// The device's volume, or that of this program on it, is nothing.
    VolumeZero,
    /// The ring's own volume is nothing: that is the agent's will.
    TurnedDown,
}

/// What the machine is told.
#[derive(Clone, Debug)]
pub(super) enum Event<'a> {
    /// Whether it rings. Told again and again, it is no news.
    Rings(bool),
    /// Whether all devices are to ring.
    Everywhere(bool),
    /// The device that the post has open, if any. Told again and again, it is no news.
    Main(Option<&'a DeviceInfo>),
    /// Devices, or how loud they are, may have changed.
    Changed,
    /// The devices there are.
    Listed(&'a [DeviceInfo]),
    /// The device of this id is open.
    Opened(&'a str),
    /// It is not, or no more.
    Closed(&'a str, Option<Refusal>),
    /// How a ringing device looks: samples it has taken since it was opened, and what is heard.
    Seen(&'a str, u64, Audibility),
    /// It is the time that was asked for.
    Time,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// List the devices.
    List,
    /// Open this one too.
    Open(DeviceInfo),
    /// Let go of one that was opened for this machine.
    Close(String),
    /// Look at a ringing device, the post's or another.
    Look(String),
    /// Tell the owner of the engine.
    Tell(AudioEvent),
}

/// All that rings.
#[derive(Debug, Default)]
pub(super) struct Bell {
    everywhere: bool,
    ring: Option<Ring>,
}

/// One ring, from its beginning until its devices are let go.
#[derive(Debug)]
struct Ring {
    since: Instant,
    ends: Option<Instant>,
    look_at: Instant,
    main: Option<String>,
    ringers: Vec<Ringer>,
    /// Whether all devices are to ring, and whether that has begun: after the post's.
    everywhere: bool,
    wide: bool,
    told: Option<RingProof>,
}

/// A device that rings, is to ring, or was to.
#[derive(Debug)]
struct Ringer {
    device: DeviceInfo,
    /// When it was opened or refused last.
    since: Instant,
    /// What it had taken when it was first looked at.
    base: Option<u64>,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Opening,
    /// It is open, and nothing is proven.
    Waiting,
    Heard,
    Unheard(RingFault),
    /// It is not open.
    Closed(RingFault),
}

impl Bell {
    /// Takes in what happened; gives what to do about it, in this order.
    pub(super) fn handle(&mut self, now: Instant, event: Event<'_>) -> Vec<Command> {
        let mut commands = Vec::new();
        match event {
            Event::Rings(true) => self.begin(now, &mut commands),
            Event::Rings(false) => {
                if let Some(ring) = &mut self.ring {
                    ring.ends.get_or_insert(now + LINGER);
                }
                return commands;
            }
            Event::Everywhere(everywhere) => {
                self.everywhere = everywhere;
                return commands;
            }
            Event::Time => self.time(now, &mut commands),
            _ => {}
        }
        let Some(ring) = self.ring.as_mut().filter(|ring| ring.ends.is_none()) else {
            return commands;
        };
        match event {
            Event::Main(device) => ring.main(now, device, &mut commands),
            Event::Changed => {
                ring.look(now, &mut commands);
                if ring.wide {
                    commands.push(Command::List);
                }
            }
            Event::Listed(devices) => ring.listed(now, devices, &mut commands),
            Event::Opened(id) => {
                if let Some(ringer) = ring.ringer(id) {
                    (ringer.state, ringer.since) = (State::Waiting, now);
                    commands.push(Command::Look(id.to_owned()));
                }
            }
            Event::Closed(id, refusal) => {
                if let Some(ringer) = ring.ringer(id) {
                    let fault = refusal.map_or(RingFault::Lost, RingFault::Refused);
                    (ringer.state, ringer.since) = (State::Closed(fault), now);
                }
            }
            Event::Seen(id, taken, audibility) => ring.seen(now, id, taken, audibility),
            Event::Rings(_) | Event::Everywhere(_) | Event::Time => {}
        }
        ring.judge(now, &mut commands);
        commands
    }

    /// When it wants to be told the time; none if that changes nothing.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let ring = self.ring.as_ref()?;
        Some(ring.ends.unwrap_or(ring.look_at))
    }

    fn begin(&mut self, now: Instant, commands: &mut Vec<Command>) {
        if self.ring.as_ref().is_some_and(|ring| ring.ends.is_none()) {
            return;
        }
        // What still lingers from the ring before is let go: everything is proven anew.
        self.end(commands);
        self.ring = Some(Ring {
            since: now,
            ends: None,
            look_at: now + LOOK,
            main: None,
            ringers: Vec::new(),
            everywhere: self.everywhere,
            wide: false,
            told: None,
        });
    }

    fn time(&mut self, now: Instant, commands: &mut Vec<Command>) {
        let Some(ring) = &mut self.ring else { return };
        match ring.ends {
            Some(ends) if now >= ends => self.end(commands),
            None if now >= ring.look_at => ring.look(now, commands),
            _ => {}
        }
    }

    fn end(&mut self, commands: &mut Vec<Command>) {
        let Some(ring) = self.ring.take() else { return };
        let others = ring.ringers.into_iter().filter(|ringer| {
            ring.main.as_ref() != Some(&ringer.device.id)
                && !matches!(ringer.state, State::Closed(_))
        });
        commands.extend(others.map(|ringer| Command::Close(ringer.device.id)));
    }
}

impl Ring {
    /// Takes note of the device that the post has open.
    fn main(&mut self, now: Instant, device: Option<&DeviceInfo>, commands: &mut Vec<Command>) {
        if self.main.as_deref() == device.map(|device| device.id.as_str()) {
            return;
        }
        if let Some(old) = self.main.take()
            && let Some(ringer) = self.ringer(&old)
        {
            ringer.state = State::Closed(RingFault::Lost);
        }
        let Some(device) = device else { return };
        self.main = Some(device.id.clone());
        let before = self.ringers.iter().position(|r| r.device.id == device.id);
        if let Some(place) = before {
            let ringer = self.ringers.remove(place);
            if !matches!(ringer.state, State::Closed(_)) {
                // The post rings on it now.
                commands.push(Command::Close(ringer.device.id));
            }
        }
        self.ringers.push(Ringer::new(device, now, State::Waiting));
        commands.push(Command::Look(device.id.clone()));
    }

    /// Opens what is to ring beside the post's device, and forgets what is gone.
    fn listed(&mut self, now: Instant, devices: &[DeviceInfo], commands: &mut Vec<Command>) {
        let main = self.main.clone();
        self.ringers.retain(|ringer| {
            let there = devices.iter().any(|device| device.id == ringer.device.id);
            there
                || !matches!(ringer.state, State::Closed(_))
                || main.as_ref() == Some(&ringer.device.id)
        });
        if !self.wide {
            return;
        }
        for device in devices.iter().filter(|device| !device.is_monitor) {
            // One place is the post's.
            let open = |ringer: &&Ringer| !matches!(ringer.state, State::Closed(_));
            let others = self.ringers.iter().filter(open);
            let others = others
                .filter(|r| main.as_ref() != Some(&r.device.id))
                .count();
            let known = self.ringers.iter().any(|r| r.device.id == device.id);
            if !known && others + 1 < MOST_RINGERS {
                self.ringers.push(Ringer::new(device, now, State::Opening));
                commands.push(Command::Open(device.clone()));
            }
        }
    }

    fn look(&mut self, now: Instant, commands: &mut Vec<Command>) {
        self.look_at = now + LOOK;
        let open = self
            .ringers
            .iter()
            .filter(|ringer| !matches!(ringer.state, State::Opening | State::Closed(_)));
        commands.extend(open.map(|ringer| Command::Look(ringer.device.id.clone())));
        let again = self.ringers.iter().filter(|ringer| {
            matches!(ringer.state, State::Closed(RingFault::Refused(_)))
                && self.main.as_ref() != Some(&ringer.device.id)
                && now >= ringer.since + AGAIN
        });
        commands.extend(again.map(|ringer| Command::Open(ringer.device.clone())));
    }

    fn seen(&mut self, now: Instant, id: &str, taken: u64, audibility: Audibility) {
        let Some(ringer) = self.ringer(id) else {
            return;
        };
        if matches!(ringer.state, State::Opening | State::Closed(_)) {
            return;
        }
        let base = *ringer.base.get_or_insert(taken);
        ringer.state = match audibility {
            Audibility::Muted => State::Unheard(RingFault::Muted),
            Audibility::VolumeZero => State::Unheard(RingFault::VolumeZero),
            Audibility::TurnedDown => State::Unheard(RingFault::TurnedDown),
            Audibility::Audible if taken.saturating_sub(base) >= PROVEN => State::Heard,
            Audibility::Audible if now < ringer.since + PROOF => State::Waiting,
            Audibility::Audible => State::Unheard(RingFault::NotRendered),
        };
    }

    /// Lets others ring where the post's device does not, and tells what is known.
    fn judge(&mut self, now: Instant, commands: &mut Vec<Command>) {
        let late = now >= self.since + NO_DEVICE;
        let main = self.main.clone();
        let main = self
            .ringers
            .iter()
            .find(|r| Some(&r.device.id) == main.as_ref());
        let state = main.map(|ringer| &ringer.state);
        let fails = match state {
            None => late,
            Some(State::Unheard(fault)) => *fault != RingFault::TurnedDown,
            Some(_) => false,
        };
        let no_main = state.is_none();
        if (fails || (self.everywhere && !no_main)) && !self.wide {
            self.wide = true;
            commands.push(Command::List);
            return;
        }
        let open = |ringer: &Ringer| matches!(ringer.state, State::Opening | State::Waiting);
        let settled = !self.ringers.iter().any(open) && (late || !no_main);
        if !settled && now < self.since + VERDICT {
            return;
        }
        let proof = self.proof();
        if self.told.as_ref() != Some(&proof) {
            self.told = Some(proof.clone());
            commands.push(Command::Tell(AudioEvent::RingProof(proof)));
        }
    }

    fn proof(&self) -> RingProof {
        let mut proof = RingProof::default();
        for ringer in &self.ringers {
            let name = ringer.device.name.clone();
            match &ringer.state {
                State::Heard => proof.heard_on.push(name),
                State::Unheard(fault) | State::Closed(fault) => {
                    proof.not_heard.push((name, fault.clone()));
                }
                State::Opening | State::Waiting => {
                    proof.not_heard.push((name, RingFault::NotRendered));
                }
            }
        }
        proof
    }

    fn ringer(&mut self, id: &str) -> Option<&mut Ringer> {
        self.ringers
            .iter_mut()
            .find(|ringer| ringer.device.id == id)
    }
}

impl Ringer {
    fn new(device: &DeviceInfo, now: Instant, state: State) -> Self {
        Self {
            device: device.clone(),
            since: now,
            base: None,
            state,
        }
    }
}
