//! The way to the supervisor: what it starts with, and what it is asked later.

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::Thread;

use super::{Input, Output};
use crate::AudioError;

/// What the owner of the engine chose.
pub(crate) struct Choices {
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) ring: Output,
}

impl Choices {
    /// Finds out early whether files can be used.
    pub(crate) fn check(&self) -> Result<(), AudioError> {
        self.input.check()?;
        self.output.check()?;
        self.ring.check()
    }
}

/// What the supervisor is asked to do.
pub(crate) enum Request {
    Input(Input),
    Output(Output),
    Ring(Output),
    Stop,
}

/// The way to the supervisor, from any thread but the sound thread.
#[derive(Default)]
pub(crate) struct Mailbox {
    requests: Mutex<VecDeque<Request>>,
    thread: OnceLock<Thread>,
}

impl Mailbox {
    /// Requests are few and made by people, so this queue needs no bound.
    pub(crate) fn send(&self, request: Request) {
        self.lock().push_back(request);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    pub(crate) fn set_thread(&self, thread: Thread) {
        thread.unpark();
        let _ = self.thread.set(thread);
    }

    pub(crate) fn take(&self) -> Option<Request> {
        self.lock().pop_front()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
