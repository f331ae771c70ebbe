//! The bundle says in its `Info.plist` what it opens, and the agent chooses in the settings of the system, which has
//! no way back for a program that would choose for them.

use std::io;

use super::Entry;
use crate::arrangement::Standing;

/// There are none.
#[derive(Clone, Debug)]
pub(super) enum Entries {}

impl Entries {
    pub(super) fn of_this_agent() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn standing(&self, _entry: &Entry) -> Standing {
        match *self {}
    }

    pub(super) fn write(&self, _entry: &Entry) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn remove(&self, _name: &str) -> io::Result<()> {
        match *self {}
    }

    pub(super) fn choice(&self, _name: &str) -> Option<String> {
        match *self {}
    }
}

pub(super) const NAME: &str = "app.warmline.links";
