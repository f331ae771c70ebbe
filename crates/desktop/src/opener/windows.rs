//! A program that Windows offers for links, by the agent's own part of the registry. Which one opens them Windows
//! lets nobody but the agent choose.

use std::{io, ptr};

use windows_sys::Win32::UI::Shell::{SHCNE_ASSOCCHANGED, SHCNF_IDLIST, SHChangeNotify};

use super::Entry;
use crate::{arrangement::Standing, link, registry};

/// The agent's entries.
#[derive(Clone, Debug)]
pub(super) struct Entries;

impl Entries {
    pub(super) fn of_this_agent() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn standing(&self, entry: &Entry) -> Standing {
        let name = &*entry.name;
        let offered = registry::has(&command_key(name), "", &command_line(entry))
            && registry::has(REGISTERED, name, &capabilities(name));
        let chosen = |scheme: &str| {
            let key = format!(r"{CHOICES}\{scheme}\UserChoice");
            registry::has(&key, "ProgId", name)
        };
        match (offered, link::schemes().all(chosen)) {
            (false, _) => Standing::Off,
            (true, false) => Standing::Offered,
            (true, true) => Standing::On,
        }
    }

    /// Writes this entry, in the place of what it said.
    pub(super) fn write(&self, entry: &Entry) -> io::Result<()> {
        let name = &*entry.name;
        let class = class(name);
        registry::set(&class, "", "Phone link")?;
        registry::set(&class, "URL Protocol", "")?;
        registry::set(&command_key(name), "", &command_line(entry))?;
        let capabilities = capabilities(name);
        registry::set(&capabilities, "ApplicationName", &entry.title)?;
        registry::set(&capabilities, "ApplicationDescription", DESCRIPTION)?;
        let associations = format!(r"{capabilities}\URLAssociations");
        for scheme in link::schemes() {
            registry::set(&associations, scheme, name)?;
        }
        // Last, so that what is offered is whole.
        registry::set(REGISTERED, name, &capabilities)?;
        tell();
        Ok(())
    }

    /// Takes it away; it is no error that there is none.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        registry::remove(REGISTERED, name)?;
        registry::remove_tree(&ours(name))?;
        registry::remove_tree(&class(name))?;
        tell();
        Ok(())
    }

    pub(super) fn choice(&self, name: &str) -> Option<String> {
        Some(format!("ms-settings:defaultapps?registeredAppUser={name}"))
    }
}

fn command_line(entry: &Entry) -> String {
    // What follows `--` is never read as an option.
    format!("{} -- \"%1\"", registry::command_line(&entry.command))
}

fn class(name: &str) -> String {
    format!(r"Software\Classes\{name}")
}

fn command_key(name: &str) -> String {
    format!(r"{}\shell\open\command", class(name))
}

fn ours(name: &str) -> String {
    format!(r"Software\Warmline\{name}")
}

fn capabilities(name: &str) -> String {
    format!(r"{}\Capabilities", ours(name))
}

/// Programs that run look again at who opens what.
fn tell() {
    // SAFETY: this event has no items.
    unsafe {
        SHChangeNotify(
            SHCNE_ASSOCCHANGED as i32,
            SHCNF_IDLIST,
            ptr::null(),
            ptr::null(),
        );
    }
}

const REGISTERED: &str = r"Software\RegisteredApplications";
const CHOICES: &str = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations";
const DESCRIPTION: &str = "Calls the numbers of phone links";
/// With an id behind it no longer than a ProgID may be.
pub(super) const NAME: &str = "Warmline.Links";
