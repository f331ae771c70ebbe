//! What the thread knows of the calls that stand, and of those that were left open.

use std::time::Duration;

use super::{News, Owed, Standing, Writer};
use crate::{
    open_call::{OpenCall, Unfinished},
    past_call::PastCall,
    step::Step,
};

impl Writer {
    /// Takes in what happened to a call, and says whether it knows which one.
    pub(super) fn hear(&mut self, news: News) -> bool {
        match news {
            News::Keep(call) => self.keep(call),
            News::Step(key, step) => return self.step(key, step),
            News::Close(key, past) => self.close(key, past),
            News::TakeUp(left, call) => self.take_up(left, call),
        }
        true
    }

    /// Those of the unfinished calls with these keys are history.
    pub(super) fn give_up(&mut self, keys: &[u64]) {
        let given_up = |left: &mut Unfinished| keys.contains(&left.call.key);
        let given_up: Vec<_> = self.unfinished.extract_if(.., given_up).collect();
        for left in given_up {
            self.remember(left.interrupted(), None, left.steps);
            self.owe(Owed::GiveUp(left.call.key));
        }
    }

    /// Takes in what earlier runs left open. What nobody will wait for any more is history at once.
    pub(super) fn find(&mut self, mut unfinished: Vec<Unfinished>, now_ms: u64) {
        let keys: Vec<_> = unfinished.iter().map(|left| left.call.key).collect();
        for left in &mut unfinished {
            // The customer may have been given up, or taken up, without them.
            left.call.consults_for = left.call.consults_for.filter(|key| keys.contains(key));
        }
        let too_late = |left: &&Unfinished| {
            let ago = now_ms.saturating_sub(left.left_unix_ms);
            Duration::from_millis(ago) > RECOVERABLE
        };
        let too_late = unfinished.iter().filter(too_late);
        let too_late: Vec<_> = too_late.map(|left| left.call.key).collect();
        self.unfinished = unfinished;
        self.give_up(&too_late);
    }

    /// Another program had calls when this one began: it may have been about to end.
    pub(super) fn look_again(&mut self, now_ms: u64) {
        let Some(until_ms) = self.looks_until_ms else {
            return;
        };
        // Until all is written, the file has calls that were given up or taken up.
        if let (Some(path), Some(file), Some(seat), true) =
            (&self.path, &mut self.file, &self.seat, self.owed.is_empty())
        {
            match file.unfinished(path, seat) {
                Ok((unfinished, others)) => {
                    self.looks_until_ms = (others && now_ms < until_ms).then_some(until_ms);
                    return self.find(unfinished, now_ms);
                }
                Err(fault) => tracing::debug!(%fault, "no look at what others left"),
            }
        }
        self.looks_until_ms = (now_ms < until_ms).then_some(until_ms);
    }

    /// The file does not know what stands.
    pub(super) fn owe_all_that_stands(&mut self) {
        self.owed
            .retain(|owed| !matches!(owed, Owed::Keep(_) | Owed::Step(..)));
        for Standing { call, steps } in &self.standing {
            self.owed.push(Owed::Keep(call.key));
            self.owed
                .extend((0..steps.len()).map(|n| Owed::Step(call.key, n)));
        }
    }

    fn keep(&mut self, call: OpenCall) {
        self.owe(Owed::Keep(call.key));
        match self.standing.iter_mut().find(|of| of.call.key == call.key) {
            Some(standing) => standing.call = call,
            None => self.standing.push(Standing {
                call,
                steps: Vec::new(),
            }),
        }
    }

    fn step(&mut self, key: u64, step: Step) -> bool {
        if let Some(of) = self.standing.iter_mut().find(|of| of.call.key == key) {
            of.steps.push(step);
            let n = of.steps.len() - 1;
            self.owe(Owed::Step(key, n));
        } else if let Some(of) = self.past.iter_mut().find(|of| of.key == Some(key)) {
            // Word of a transfer may come when the customer's call is over.
            let steps = &mut of.remembered.steps;
            steps.push(step);
            let owed = Owed::AddStep(of.remembered.id, steps.len() - 1);
            // A call that is not written yet is written with its steps.
            if of.row.is_some() {
                self.owe(owed);
            }
        } else {
            tracing::warn!(
                step = step.kind.code(),
                "a step of a call that is not known is not kept"
            );
            return false;
        }
        true
    }

    fn close(&mut self, key: u64, past: PastCall) {
        let closed = self.standing.extract_if(.., |of| of.call.key == key).next();
        let steps = closed.map(|closed| closed.steps).unwrap_or_default();
        self.remember(past, Some(key), steps);
        self.owe(Owed::Close(key));
    }

    fn take_up(&mut self, left: u64, call: OpenCall) {
        let key = call.key;
        self.keep(call);
        let of = |of: &mut Unfinished| of.call.key == left;
        let taken = self.unfinished.extract_if(.., of).next();
        if let Some(taken) = taken {
            for step in taken.steps {
                self.step(key, step);
            }
            self.owe(Owed::GiveUp(left));
        }
    }
}

/// How long after the last sign of life a call may still be taken up. Later its other end has hung up,
/// and a PBX that did not hear from us has let go.
pub const RECOVERABLE: Duration = Duration::from_secs(60);
