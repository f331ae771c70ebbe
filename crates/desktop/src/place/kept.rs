use std::{
    fs, io,
    path::{Path, PathBuf},
};

use warmline_desk::AtRest;

use super::{Place, Places, Seen};

/// The places of the window, and the file beside the settings that keeps it. It is nothing that anybody would
/// miss: what cannot be read or written is passed over.
#[derive(Debug)]
pub struct Kept {
    path: PathBuf,
    places: Places,
    at_rest: AtRest,
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
            places: text
                .and_then(|text| toml::from_str(&text).ok())
                .unwrap_or_default(),
            at_rest: AtRest::default(),
        }
    }

    /// Where the window was left, if it has been.
    pub fn places(&self) -> Places {
        self.places
    }

    /// The window, or the bar that it is now, has been moved, or sized, or put away.
    pub fn seen(&mut self, seen: Seen, is_bar: bool) {
        let Places { whole, bar } = &mut self.places;
        let kept = if is_bar { bar } else { whole };
        let place = Place::of(seen, *kept);
        if place != *kept {
            *kept = place;
            self.at_rest.changed();
        }
    }

    /// Stores what has changed, for as long as it is waited for. It never comes back.
    pub async fn keep(&mut self) {
        let store = || storing(&self.path, self.places);
        loop {
            let error = self.at_rest.keep(store).await;
            tracing::warn!(%error, "where the window is cannot be kept");
        }
    }

    /// Stores what is not stored yet, before the end.
    pub async fn finish(self) {
        let store = storing(&self.path, self.places);
        if let Err(error) = self.at_rest.finish(store).await {
            tracing::warn!(%error, "where the window is cannot be kept");
        }
    }
}

fn storing(path: &Path, places: Places) -> impl FnOnce() -> io::Result<()> + use<> {
    let path = path.to_owned();
    move || write(&path, &places)
}

/// Whole or not at all.
fn write(path: &Path, places: &Places) -> io::Result<()> {
    let text = toml::to_string(places).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension("toml.new");
    fs::write(&draft, text)?;
    fs::rename(&draft, path)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        assert_eq!(kept.places(), Places::default());
        kept.seen(seen(-500), false);
        kept.seen(seen(-400), false);
        kept.seen(seen(90), true);
        kept.finish().await;
        let Places { whole, bar } = Kept::beside(&profile).places();
        assert_eq!(whole.map(|place| place.x), Some(-400));
        assert_eq!(bar.map(|place| place.x), Some(90));
    }

    #[test]
    fn a_file_from_before_there_was_a_bar_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("window.toml");
        fs::write(&file, "x = 7\ny = -8\nwidth = 420\nheight = 720\n").expect("written");
        let Places { whole, bar } = Kept::beside(&folder.path().join("profile.toml")).places();
        assert_eq!(whole.map(|place| (place.x, place.y)), Some((7, -8)));
        assert_eq!(bar, None);
    }

    #[tokio::test]
    async fn it_is_stored_while_the_phone_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let profile = folder.path().join("profile.toml");
        let mut kept = Kept::beside(&profile);
        kept.seen(seen(7), false);
        let kept_on = tokio::time::timeout(Duration::from_secs(3), kept.keep()).await;
        assert!(kept_on.is_err(), "it never comes back");
        let whole = Kept::beside(&profile).places().whole;
        assert_eq!(whole.map(|place| place.x), Some(7));
    }

    #[test]
    fn a_broken_file_is_no_place_and_a_profile_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let broken = folder.path().join("window.toml");
        fs::write(&broken, "x = \"left\"").expect("written");
        assert_eq!(
            Kept::beside(&folder.path().join("profile.toml")).places(),
            Places::default()
        );
        assert_ne!(Kept::beside(&broken).path, broken);
    }
}
