//! How what is in memory gets into the file, and what an earlier session left there into memory.

use std::path::Path;

use super::{DYING_MS, Entry, Owed, Writer};
use crate::{
    file::{Change, Fault, File, move_aside},
    journal::MOST_SHOWN,
    past_call::Remembered,
    seat::Seat,
    trouble::Trouble,
};

impl Writer {
    /// Brings the file up to what memory has, if there is a file.
    pub(super) fn write(&mut self, now_ms: u64) -> Result<(), Fault> {
        let Some(path) = self.path.clone() else {
            self.owed.clear();
            return Ok(());
        };
        if self.file.is_some() && self.loaded && self.owed.is_empty() && !self.failing {
            return Ok(());
        }
        if self.file.is_none() {
            self.file = Some(self.sit_down(&path, now_ms)?);
        }
        self.pay(now_ms)?;
        if !self.loaded {
            self.load(&path, now_ms)?;
            if !self.owed.is_empty() {
                // Of what was left open, some is history now.
                self.pay(now_ms)?;
            }
        }
        Ok(())
    }

    /// Opens the file, as one of those who use it.
    fn sit_down(&mut self, path: &Path, now_ms: u64) -> Result<File, Fault> {
        let mut file = File::open(path, self.run)?;
        let seat = match &self.seat {
            Some(seat) => seat,
            None => self.seat.insert(Seat::take(path)?),
        };
        if file.join(seat, now_ms)? {
            self.owe_all_that_stands();
        }
        Ok(file)
    }

    /// Writes what is owed.
    fn pay(&mut self, now_ms: u64) -> Result<(), Fault> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let entry = |id: &u64| self.past.iter().find(|entry| entry.remembered.id == *id);
        let standing = |key: &u64| self.standing.iter().find(|of| of.call.key == *key);
        let (ids, changes): (Vec<_>, Vec<_>) = self
            .owed
            .iter()
            .filter_map(|owed| match owed {
                Owed::Add(id) => {
                    let of = &entry(id)?.remembered;
                    Some((*id, Change::Add(&of.call, &of.steps)))
                }
                Owed::AddStep(id, n) => {
                    let of = entry(id)?;
                    Some((0, Change::AddStep(of.row?, of.remembered.steps.get(*n)?)))
                }
                Owed::Remove(row) => Some((0, Change::Remove(*row))),
                Owed::RemoveAll => Some((0, Change::RemoveAll)),
                Owed::Keep(key) => Some((0, Change::Keep(&standing(key)?.call))),
                Owed::Step(key, n) => Some((0, Change::Step(*key, standing(key)?.steps.get(*n)?))),
                Owed::Close(key) => Some((0, Change::Close(*key))),
                Owed::GiveUp(left) => Some((0, Change::GiveUp(*left))),
                Owed::Age => Some((0, Change::Age)),
                Owed::Alive => Some((0, Change::Alive)),
            })
            .unzip();
        let changed = file.change(&changes, now_ms, self.retention)?;
        self.owed.clear();
        self.untidy |= changed.removed;
        for (id, row) in ids.into_iter().filter(|id| *id > 0).zip(changed.added) {
            if let Some(entry) = self.past.iter_mut().find(|entry| entry.remembered.id == id) {
                entry.row = Some(row);
            }
        }
        Ok(())
    }

    /// Learns what the file has of earlier sessions.
    fn load(&mut self, path: &Path, now_ms: u64) -> Result<(), Fault> {
        let Some((file, seat)) = self.file.as_mut().zip(self.seat.as_ref()) else {
            return Ok(());
        };
        let (unfinished, others) = file.unfinished(path, seat)?;
        self.looks_until_ms = others.then_some(now_ms + DYING_MS);
        let mut earlier = Vec::new();
        for (row, call) in file.newest(MOST_SHOWN)? {
            earlier.push((row, call, file.steps(row)?));
        }
        self.loaded = true;
        for (row, call, steps) in earlier.into_iter().rev() {
            if self.past.iter().any(|entry| entry.row == Some(row)) {
                continue;
            }
            let id = self.next_id;
            self.next_id += 1;
            self.insert(Entry {
                remembered: Remembered { id, call, steps },
                key: None,
                row: Some(row),
            });
        }
        self.find(unfinished, now_ms);
        Ok(())
    }

    /// The file is damaged: a new one takes what is still in memory.
    pub(super) fn begin_anew(&mut self, now_ms: u64) -> Result<(), Fault> {
        // It must be closed to be moved.
        self.file = None;
        let Some(path) = &self.path else {
            return Ok(());
        };
        let moved_to = move_aside(path)?;
        tracing::warn!("the history was damaged and is begun anew");
        self.loaded = true;
        self.named.clear();
        for entry in &mut self.past {
            entry.row = None;
        }
        let oldest_first = self.past.iter().rev();
        // What stands follows once the new file is there.
        self.owed = oldest_first
            .map(|entry| Owed::Add(entry.remembered.id))
            .collect();
        self.outlets
            .health
            .send_replace(Some(Trouble::Damaged { moved_to }));
        self.write(now_ms)
    }

    /// What is written and not shown need not be in memory; it keeps its name.
    pub(super) fn leave_to_file(&mut self) {
        let left = self.past.drain(MOST_SHOWN.min(self.past.len())..);
        let rows = left.filter_map(|entry| Some((entry.row?, entry.remembered.id)));
        self.named.extend(rows);
    }
}
