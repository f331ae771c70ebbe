use std::path::PathBuf;

/// Why calls are not remembered as they should be. Calls themselves go on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// The file cannot be read or written now. It is tried again; until then the calls of this session
    /// are kept in memory.
    Unwritable(Cause),
    /// The file was damaged. It lies here now, and a new one is begun.
    Damaged {
        /// Where.
        moved_to: PathBuf,
    },
    /// A newer version has written the file. It is left alone.
    Newer,
}

/// What stands in the way of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cause {
    /// There is no room.
    DiskFull,
    /// Another program holds it.
    InUse,
    /// It may not be written.
    ReadOnly,
    /// It cannot be opened.
    NotThere,
    /// Something else, as the system says it.
    Other(String),
}

impl Trouble {
    /// What is the matter, in a sentence or two.
    pub fn words(&self) -> String {
        match self {
            Self::Unwritable(cause) => {
                let why = match cause {
                    Cause::DiskFull => "the disk is full",
                    Cause::InUse => "another program is using it",
                    Cause::ReadOnly => "it may not be written",
                    Cause::NotThere => "its file cannot be opened",
                    Cause::Other(why) => why,
                };
                format!("The call history cannot be saved: {why}. Calls go on without it.")
            }
            Self::Damaged { moved_to } => format!(
                "The call history was damaged. A new one is begun; the old one is {}.",
                moved_to.display()
            ),
            Self::Newer => {
                "The call history was written by a newer version of Warmline and is not \
                            used. Calls go on without it."
                    .to_owned()
            }
        }
    }

    /// What to do about it; may be empty.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unwritable(Cause::DiskFull) => "Make room on the disk.",
            Self::Unwritable(Cause::InUse) => "Close Warmline where it runs a second time.",
            Self::Unwritable(_) => "Tell your administrator.",
            Self::Damaged { .. } => "Tell your administrator if you need the old one.",
            Self::Newer => "Update Warmline.",
        }
    }
}

impl Cause {
    /// Whether a file that is open may stay so.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Self::DiskFull | Self::InUse)
    }
}
