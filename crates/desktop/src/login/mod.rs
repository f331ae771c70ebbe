//! Whether the phone starts when the agent logs in. The system keeps that, so that an administrator and the
//! system's own settings see the same.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(target_os = "macos", windows)), path = "linux.rs")]
mod system;

use std::{
    env, io,
    path::{Path, PathBuf},
};

/// What is to be started.
#[derive(Clone, Debug)]
pub struct Login {
    program: PathBuf,
    profile: Option<PathBuf>,
}

impl Login {
    /// This program, with this profile if it was started with one.
    ///
    /// # Errors
    /// The system does not say where the program is.
    pub fn of_this_program(profile: Option<&Path>) -> io::Result<Self> {
        // An AppImage runs from a folder that is gone afterwards.
        let program = match env::var_os("APPIMAGE") {
            Some(image) => image.into(),
            None => env::current_exe()?,
        };
        Ok(Self {
            program,
            profile: profile.map(std::path::absolute).transpose()?,
        })
    }

    /// Whether it starts.
    pub fn is_on(&self) -> bool {
        system::is_on()
    }

    /// Lets it start, or no longer.
    ///
    /// # Errors
    /// The system keeps no such thing for this agent, or a path is none that it can keep.
    pub fn set(&self, on: bool) -> io::Result<()> {
        if on {
            system::turn_on(&self.command()?)
        } else {
            system::turn_off()
        }
    }

    /// The program and what it is started with.
    fn command(&self) -> io::Result<Vec<String>> {
        let text = |path: &Path| {
            let text = path.to_str().filter(|text| !text.contains(['\r', '\n']));
            let text = text.ok_or(io::ErrorKind::InvalidFilename);
            text.map(str::to_owned).map_err(io::Error::from)
        };
        let mut command = vec![text(&self.program)?];
        if let Some(profile) = &self.profile {
            command.push("--profile".to_owned());
            command.push(text(profile)?);
        }
        Ok(command)
    }
}
