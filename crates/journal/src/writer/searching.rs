//! Looking for calls, some hundred at a time, so that calls that stand never wait for it.

use tokio::sync::oneshot;

use super::Writer;
use crate::{
    file::{Fault, signed},
    past_call::{PastCall, Remembered},
    search::{Found, Place, Query, Sieve},
};

/// A search under way.
#[derive(Debug)]
pub(super) struct Searching {
    sieve: Sieve,
    after: Option<Place>,
    most: usize,
    /// How far it has come in the file: beginning and row.
    reached: Option<(i64, i64)>,
    found: Found,
    answer: oneshot::Sender<Found>,
}

/// A call of the file with its row and its steps.
type Row = (i64, PastCall, Vec<crate::step::Step>);

impl Searching {
    pub(super) fn new(query: Query, answer: oneshot::Sender<Found>) -> Self {
        Self {
            sieve: Sieve::new(&query),
            after: query.after,
            most: query.most,
            reached: None,
            found: Found::default(),
            answer,
        }
    }

    /// Takes a call in, if there is room.
    fn add(&mut self, call: Remembered) {
        if self.found.calls.len() < self.most {
            self.found.calls.push(call);
        } else {
            self.found.more = true;
        }
    }
}

impl Writer {
    /// Goes on with the search that has waited longest, for a moment.
    pub(super) fn search_on(&mut self) {
        let Some(mut search) = self.searches.pop_front() else {
            return;
        };
        // Whoever asked may have typed on.
        if search.answer.is_closed() {
            return;
        }
        let done = match self.look_in_file(&mut search) {
            Ok(Some(done)) => done,
            Ok(None) => self.look_in_memory(&mut search),
            Err(fault) => {
                tracing::debug!(%fault, "the history is searched as far as it is in memory");
                self.look_in_memory(&mut search)
            }
        };
        if done {
            let _ = search.answer.send(search.found);
        } else {
            self.searches.push_front(search);
        }
    }

    /// Looks through some calls of the file, and says whether that was all; none while the file is not what
    /// it should be.
    fn look_in_file(&mut self, search: &mut Searching) -> Result<Option<bool>, Fault> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        if !self.loaded || !self.owed.is_empty() {
            return Ok(None);
        }
        let from = search.reached.unwrap_or_else(|| self.place(search.after));
        let read = file.after(from, AT_ONCE)?;
        let last = read.len() < AT_ONCE;
        search.reached = read
            .last()
            .map(|(row, call)| (signed(call.began_unix_ms), *row));
        let mut taken: Vec<Row> = Vec::new();
        for (row, call) in read {
            if search.sieve.takes(&call) {
                taken.push((row, call, file.steps(row)?));
            }
        }
        for (row, call, steps) in taken {
            let id = self.name(row);
            search.add(Remembered { id, call, steps });
        }
        Ok(Some(last || search.found.more))
    }

    fn look_in_memory(&self, search: &mut Searching) -> bool {
        let began = |entry: &super::Entry| entry.remembered.call.began_unix_ms;
        let from = search.after.map_or(0, |place| {
            let same = |entry: &super::Entry| entry.remembered.id == place.id;
            match self.past.iter().position(same) {
                Some(at) => at + 1,
                None => self
                    .past
                    .partition_point(|entry| began(entry) >= place.began_unix_ms),
            }
        });
        search.found = Found::default();
        for entry in &self.past[from..] {
            if search.sieve.takes(&entry.remembered.call) {
                search.add(entry.remembered.clone());
            }
        }
        true
    }

    /// Where in the file a call is that was found before. Behind one that is gone, what is older goes on.
    fn place(&self, after: Option<Place>) -> (i64, i64) {
        let Some(place) = after else {
            return (i64::MAX, i64::MAX);
        };
        let shown = self.past.iter().find(|of| of.remembered.id == place.id);
        let row = shown.and_then(|entry| entry.row).or_else(|| {
            let mut named = self.named.iter();
            named.find(|(_, id)| **id == place.id).map(|(row, _)| *row)
        });
        (signed(place.began_unix_ms), row.unwrap_or(0))
    }

    /// What the call in this row is named by, for as long as the program runs.
    fn name(&mut self, row: i64) -> u64 {
        if let Some(entry) = self.past.iter().find(|entry| entry.row == Some(row)) {
            return entry.remembered.id;
        }
        *self.named.entry(row).or_insert_with(|| {
            let id = self.next_id;
            self.next_id += 1;
            id
        })
    }
}

/// Calls looked at before those that stand have their turn: less than a millisecond's work.
const AT_ONCE: usize = 100;
