//! The devices that ring beside the ring's own, and the proof that something does: carries out what
//! the [`Bell`] decides.

use std::collections::VecDeque;
use std::time::Instant;

use super::{Made, Supervisor};
use crate::device::bell::{Audibility, Bell, Command, Event, MOST_RINGERS};
use crate::device::watch::Running;
use crate::device::{DeviceInfo, Output};
use crate::sound;
use crate::{Refusal, Role};

/// The bell, and what was opened for it: the ring's own device has the first place at the sound
/// thread, these have the others.
pub(super) struct Ringing {
    bell: Bell,
    others: [Option<(DeviceInfo, Running)>; MOST_RINGERS - 1],
}

impl Ringing {
    pub(super) fn new(output: &Output) -> Self {
        let mut ringing = Self {
            bell: Bell::default(),
            others: [const { None }; MOST_RINGERS - 1],
        };
        ringing.choose(output);
        ringing
    }

    pub(super) fn choose(&mut self, output: &Output) {
        let everywhere = *output == Output::Everywhere;
        // It answers nothing: it holds from the next ring on.
        self.bell
            .handle(Instant::now(), Event::Everywhere(everywhere));
    }

    fn place(&self, id: &str) -> Option<usize> {
        let is_it = |other: &Option<(DeviceInfo, Running)>| {
            other.as_ref().is_some_and(|(device, _)| device.id == id)
        };
        self.others.iter().position(is_it)
    }
}

impl Supervisor {
    /// Rings where it is to ring; gives when to look again.
    pub(super) fn attend_ringing(&mut self, changed: bool) -> Option<Instant> {
        let rings = self.ring.is_for_devices() && self.is_wanted(Role::Ring);
        self.bell(Event::Rings(rings));
        let next = self.ringing.bell.poll_timeout();
        if next.is_some() {
            let now = Instant::now();
            let main = self.ring.post.device().cloned();
            self.bell(Event::Main(main.as_ref()));
            for place in 0..self.ringing.others.len() {
                let other = &mut self.ringing.others[place];
                let lost = other.take_if(|(_, running)| {
                    running.fault(now).is_some() || running.moved().is_some()
                });
                if let Some((device, running)) = lost {
                    self.empty(place, running);
                    self.bell(Event::Closed(&device.id, None));
                }
            }
            if changed {
                self.bell(Event::Changed);
            }
            if next.is_some_and(|at| now >= at) {
                self.bell(Event::Time);
            }
        }
        self.ringing.bell.poll_timeout()
    }

    /// Lets go of all devices beside the ring's own.
    pub(super) fn silence_others(&mut self) {
        for place in 0..self.ringing.others.len() {
            if let Some((_, running)) = self.ringing.others[place].take() {
                self.empty(place, running);
            }
        }
    }

    /// Tells the bell, and does what it says until it has nothing more to say.
    fn bell(&mut self, event: Event<'_>) {
        let mut commands = VecDeque::from(self.ringing.bell.handle(Instant::now(), event));
        while let Some(command) = commands.pop_front() {
            let more = match command {
                Command::Tell(event) => {
                    self.tell(event);
                    continue;
                }
                Command::Close(id) => {
                    if let Some(place) = self.ringing.place(&id)
                        && let Some((_, running)) = self.ringing.others[place].take()
                    {
                        self.empty(place, running);
                    }
                    continue;
                }
                Command::List => {
                    // None is an answer too.
                    let devices = self.list().unwrap_or_default().outputs;
                    self.answer(Event::Listed(&devices))
                }
                Command::Open(device) => match self.ring_on(&device) {
                    Ok(()) => self.answer(Event::Opened(&device.id)),
                    Err(refusal) => self.answer(Event::Closed(&device.id, Some(refusal))),
                },
                Command::Look(id) => match self.look_at(&id) {
                    Some((taken, audibility)) => self.answer(Event::Seen(&id, taken, audibility)),
                    None => continue,
                },
            };
            commands.extend(more);
        }
    }

    fn answer(&mut self, event: Event<'_>) -> Vec<Command> {
        self.ringing.bell.handle(Instant::now(), event)
    }

    /// Rings on one more device.
    fn ring_on(&mut self, device: &DeviceInfo) -> Result<(), Refusal> {
        let full = || Refusal::Failed("too many devices ring".into());
        let free = self.ringing.others.iter().position(Option::is_none);
        let place = free.ok_or_else(full)?;
        let Made::Playout(opened) = self.open_device(Role::Ring, device)? else {
            return Err(Refusal::Failed("it is no speaker".into()));
        };
        let (running, end) = Running::of(opened, false, Instant::now());
        let command = sound::Command::RingPlayout(place + 1, Some(end));
        if self.commands.send(command).is_err() {
            running.close();
            return Err(Refusal::Failed("the sound thread is stuck".into()));
        }
        self.ringing.others[place] = Some((device.clone(), running));
        Ok(())
    }

    /// What a ringing device has taken, and whether it is heard.
    fn look_at(&mut self, id: &str) -> Option<(u64, Audibility)> {
        let main = self.ring.post.device().filter(|device| device.id == id);
        let (device, running) = match (main, &self.ring.running) {
            (Some(device), Some(running)) => (device, running),
            _ => {
                let place = self.ringing.place(id)?;
                let (device, running) = self.ringing.others[place].as_ref()?;
                (device, running)
            }
        };
        let taken = running.taken();
        if self.shared.faders.gains().ring == 0.0 {
            return Some((taken, Audibility::TurnedDown));
        }
        let (device, stream) = (device.clone(), running.id);
        let audibility = self.connected().map_or(Audibility::Audible, |system| {
            system.audibility(&device, stream)
        });
        Some((taken, audibility))
    }

    /// Takes the place from the sound thread.
    fn empty(&mut self, place: usize, running: Running) {
        let _ = self
            .commands
            .send(sound::Command::RingPlayout(place + 1, None));
        running.close();
    }
}
