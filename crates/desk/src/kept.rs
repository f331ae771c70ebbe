//! What the agent has set, and the file beside the profile that keeps it.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::task::spawn_blocking;
use warmline_policy::{self as policy, Device, Percent, Settings, Shortcuts, Voice, Window};

use crate::{AtRest, DeskError, DeviceRole, ErrorCode, Loudness};

/// The agent's settings.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    settings: Settings,
    at_rest: AtRest,
}

impl Kept {
    /// Those beside this profile, which are yet to be [read](Kept::read).
    pub fn beside(profile: &Path) -> Self {
        let path = profile.with_file_name("settings.toml");
        Self {
            // A profile of that name must not be written over.
            path: if path == profile {
                profile.with_file_name("settings.user.toml")
            } else {
                path
            },
            settings: Settings::default(),
            at_rest: AtRest::default(),
        }
    }

    /// Reads them; the defaults hold where they are of no use.
    ///
    /// # Errors
    /// They cannot be read, or are none.
    pub async fn read(&mut self) -> Result<(), DeskError> {
        let path = self.path.clone();
        let read = spawn_blocking(move || policy::load(&path)).await;
        let read = read.expect("reading settings does not panic");
        self.settings = read.map_err(|problem| {
            DeskError::new(
                ErrorCode::SettingsInvalid,
                format!(
                    "What you had set cannot be read from {}: {problem}.",
                    self.path.display()
                ),
                "Devices and loudness are the usual ones. Set them again; the file is put aside.",
            )
        })?;
        Ok(())
    }

    /// What holds now.
    pub fn now(&self) -> &Settings {
        &self.settings
    }

    /// The agent has chosen a device, which comes before those chosen earlier, or the system's
    /// default, which is what none means. What is wanted now, in this order.
    pub fn choose(&mut self, role: DeviceRole, device: Option<Device>) -> &[Device] {
        self.changed();
        let sound = &mut self.settings.sound;
        let wanted = match role {
            DeviceRole::Microphone => &mut sound.microphone,
            DeviceRole::Speaker => &mut sound.speaker,
            DeviceRole::Ringer => {
                sound.ring_everywhere = false;
                &mut sound.ringer
            }
        };
        match device {
            Some(device) => policy::prefer(wanted, device),
            None => wanted.clear(),
        }
        wanted
    }

    /// The agent wants all devices to ring.
    pub fn ring_everywhere(&mut self) {
        self.settings.sound.ring_everywhere = true;
        self.changed();
    }

    /// The agent has marked these experts.
    pub fn mark(&mut self, favourites: Vec<String>) {
        if self.settings.experts.favourites != favourites {
            self.settings.experts.favourites = favourites;
            self.changed();
        }
    }

    /// The agent has set these shortcuts.
    pub fn set_shortcuts(&mut self, shortcuts: Shortcuts) {
        self.settings.shortcuts = shortcuts;
        self.changed();
    }

    /// The agent has set something of the window.
    pub fn set_window(&mut self, set: impl FnOnce(&mut Window)) {
        set(&mut self.settings.window);
        self.changed();
    }

    /// The agent has made something louder or softer.
    pub fn set_loudness(&mut self, of: Loudness, percent: u8) {
        let sound = &mut self.settings.sound;
        *match of {
            Loudness::Calls => &mut sound.calls,
            Loudness::Tones => &mut sound.tones,
            Loudness::Ring => &mut sound.ring,
        } = Some(Percent::at_most_100(percent));
        self.changed();
    }

    /// The agent has said something of the own voice: what is wanted of it now.
    pub fn set_voice(&mut self, change: Voice) -> Voice {
        let sound = &mut self.settings.sound;
        let wanted = change.or(sound.voice());
        sound.echo_cancellation = wanted.echo_cancellation;
        sound.noise_suppression = wanted.noise_suppression;
        sound.automatic_gain = wanted.automatic_gain;
        sound.high_pass = wanted.high_pass;
        self.changed();
        wanted
    }

    /// Stores what has changed, for as long as it is waited for; comes back when that fails.
    pub async fn keep(&mut self) -> DeskError {
        let store = || storing(&self.path, &self.settings);
        let error = self.at_rest.keep(store).await;
        self.not_kept(&error)
    }

    /// Stores what is not stored yet, before the end.
    pub async fn finish(self) {
        let store = storing(&self.path, &self.settings);
        if let Err(error) = self.at_rest.finish(store).await {
            tracing::warn!(%error, "settings not stored");
        }
    }

    fn changed(&mut self) {
        self.at_rest.changed();
    }

    fn not_kept(&self, error: &io::Error) -> DeskError {
        tracing::warn!(%error, "settings not stored");
        DeskError::new(
            ErrorCode::SettingsNotKept,
            format!("What you have set cannot be kept: {error}."),
            format!(
                "It holds until Warmline is closed. Check that {} can be written.",
                self.path.display()
            ),
        )
    }
}

fn storing(path: &Path, settings: &Settings) -> impl FnOnce() -> io::Result<()> + use<> {
    let (path, settings) = (path.to_owned(), settings.clone());
    move || policy::store(&path, &settings)
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use tokio::time::timeout;

    use super::*;

    /// By then it has come to rest.
    const RESTS: Duration = Duration::from_millis(500);

    async fn again(profile: &Path) -> Settings {
        let mut kept = Kept::beside(profile);
        kept.read().await.expect("readable");
        kept.settings
    }

    #[tokio::test]
    async fn what_is_set_survives_a_restart_and_the_default_can_be_taken_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let profile = folder.path().join("profile.toml");
        let mut kept = Kept::beside(&profile);
        kept.read().await.expect("none is no problem");
        let headset = Device {
            id: "headset".into(),
            name: Some("Headset".into()),
        };
        kept.choose(DeviceRole::Speaker, Some(headset.clone()));
        kept.choose(DeviceRole::Ringer, Some(headset.clone()));
        kept.ring_everywhere();
        kept.choose(DeviceRole::Ringer, None);
        kept.set_loudness(Loudness::Ring, 20);
        let voice = |echo, gain| Voice {
            echo_cancellation: echo,
            automatic_gain: gain,
            ..Voice::default()
        };
        kept.set_voice(voice(Some(false), None));
        kept.set_voice(voice(None, Some(false)));
        kept.finish().await;
        let sound = again(&profile).await.sound;
        assert_eq!(sound.voice(), voice(Some(false), Some(false)));
        assert_eq!((sound.speaker, sound.ringer), (vec![headset], vec![]));
        assert!(!sound.ring_everywhere);
        assert_eq!(sound.ring.map(Percent::get), Some(20));
    }

    #[tokio::test]
    async fn it_is_stored_while_the_phone_runs_and_failing_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let profile = folder.path().join("profile.toml");
        let mut kept = Kept::beside(&profile);
        kept.set_loudness(Loudness::Calls, 60);
        let failed = timeout(RESTS * 4, kept.keep()).await;
        assert!(failed.is_err(), "nothing is told");
        assert_eq!(
            again(&profile).await.sound.calls.map(Percent::get),
            Some(60)
        );

        // Where the folder should be is a file.
        let mut kept = Kept::beside(&folder.path().join("settings.toml/profile.toml"));
        kept.set_loudness(Loudness::Calls, 60);
        let failed = timeout(RESTS * 40, kept.keep()).await;
        let failed = failed.expect("it is told");
        assert_eq!(failed.code, ErrorCode::SettingsNotKept);
    }

    #[tokio::test]
    async fn broken_settings_are_told_of_and_the_defaults_hold() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        fs::write(&path, "[sound]\nring = 1000\n").expect("written");
        let mut kept = Kept::beside(&folder.path().join("profile.toml"));
        let told = kept.read().await.expect_err("it is broken");
        assert!(told.what.contains("settings.toml: line 2: "), "{told}");
        assert_eq!(*kept.now(), Settings::default());
    }

    #[test]
    fn a_profile_is_never_taken_for_settings() {
        let profile = Path::new("/somewhere/settings.toml");
        assert_ne!(Kept::beside(profile).path, profile);
    }
}
