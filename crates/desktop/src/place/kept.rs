use std::{
    fs,
    future::pending,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep_until},
};

use super::{Place, Seen};

/// The place of the window, and the file beside the settings that keeps it. It is nothing that anybody would
/// miss: what cannot be read or written is passed over.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    place: Option<Place>,
    /// When to store what has changed.
    due: Option<Instant>,
    storing: Option<JoinHandle<()>>,
}

impl Kept {
    /// That of the phone with this profile. Reads a file of a few lines.
    pub fn beside(profile: &Path) -> Self {
        let path = profile.with_file_name("window.toml");
        // A profile of that name must not be written over.
        let path = if path == profile {
            profile.with_file_name("window.place.toml")
        } else {
            path
        };
        let text = fs::read_to_string(&path).ok();
        Self {
            path,
            place: text.and_then(|text| toml::from_str(&text).ok()),
            due: None,
            storing: None,
        }
    }

    /// Where the window was left, if it has been.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// The window has been moved, or sized, or put away.
    pub fn seen(&mut self, seen: Seen) {
        let place = Place::of(seen, self.place);
        if place != self.place {
            self.place = place;
            self.due = Some(Instant::now() + AT_REST);
        }
    }

    /// Stores what has changed, for as long as it is waited for. It never comes back.
    pub async fn keep(&mut self) {
        loop {
            self.stored().await;
            match self.due {
                Some(due) => sleep_until(due).await,
                None => pending().await,
            }
            self.store();
        }
    }

    /// Stores what is not stored yet, before the end.
    pub async fn finish(mut self) {
        self.stored().await;
        if self.due.is_some() {
            self.store();
            self.stored().await;
        }
    }

    async fn stored(&mut self) {
        if let Some(storing) = &mut self.storing {
            let stored = storing.await;
            self.storing = None;
            stored.expect("storing a place does not panic");
        }
    }

    fn store(&mut self) {
        self.due = None;
        let Some(place) = self.place else {
            return;
        };
        let path = self.path.clone();
        self.storing = Some(spawn_blocking(move || {
            if let Err(error) = write(&path, &place) {
                tracing::warn!(%error, "where the window is cannot be kept");
            }
        }));
    }
}

/// Whole or not at all.
fn write(path: &Path, place: &Place) -> io::Result<()> {
    let text = toml::to_string(place).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension("toml.new");
    fs::write(&draft, text)?;
    fs::rename(&draft, path)
}

/// A window that is dragged is stored when it has come to rest.
const AT_REST: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(x: i32) -> Seen {
        Seen {
            x,
            y: 40,
            width: 420,
            height: 720,
            scale: 1.0,
            maximized: false,
            minimized: false,
        }
    }

    #[tokio::test]
    async fn where_it_was_left_survives_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let profile = folder.path().join("deep").join("profile.toml");
        let mut kept = Kept::beside(&profile);
        assert_eq!(kept.place(), None);
        kept.seen(seen(-500));
        kept.seen(seen(-400));
        kept.finish().await;
        let again = Kept::beside(&profile);
        assert_eq!(again.place().map(|place| place.x), Some(-400));
    }

    #[tokio::test]
    async fn it_is_stored_while_the_phone_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let profile = folder.path().join("profile.toml");
        let mut kept = Kept::beside(&profile);
        kept.seen(seen(7));
        let kept_on = tokio::time::timeout(AT_REST * 6, kept.keep()).await;
        assert!(kept_on.is_err(), "it never comes back");
        assert_eq!(Kept::beside(&profile).place().map(|place| place.x), Some(7));
    }

    #[test]
    fn a_broken_file_is_no_place_and_a_profile_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let broken = folder.path().join("window.toml");
        fs::write(&broken, "x = \"left\"").expect("written");
        assert_eq!(
            Kept::beside(&folder.path().join("profile.toml")).place(),
            None
        );
        assert_ne!(Kept::beside(&broken).path, broken);
    }
}
