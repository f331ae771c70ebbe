//! Every state of the window as a picture in `docs/screens`, held against the one that is there.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::json;
use warmline_interop::{Lab, Result};

use crate::{
    desktop::{Scheme, make, refused},
    picture::Picture,
    window::{Window, repository},
};

/// The pictures of one run. `WARMLINE_SCREENS` takes them anew; otherwise they are compared.
pub struct Screens {
    scheme: Scheme,
    retake: bool,
    /// Where what differs is put.
    dir: PathBuf,
    faults: Vec<String>,
}

/// What has the keyboard while a picture is taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Focus {
    /// Nothing: a ring of focus would be where nobody looks.
    Nowhere,
    /// What has it now: without it what is shown would close.
    Kept,
}

impl Screens {
    /// For a desktop of these colours.
    pub fn new(lab: &Lab, scheme: Scheme) -> Self {
        Self {
            scheme,
            retake: std::env::var_os("WARMLINE_SCREENS").is_some(),
            dir: lab.dir().join("screens"),
            faults: Vec::new(),
        }
    }

    /// Looks at the window: it must be accessible as it is painted, and look as it does in
    /// `docs/screens/NAME-light.png` or `-dark.png`. What does not is told at the end.
    ///
    /// # Errors
    /// The web view is gone, or the disk refuses.
    pub fn look(&mut self, window: &Window, name: &str) -> Result<()> {
        self.look_with(window, name, Focus::Nowhere)
    }

    /// The same with the keyboard elsewhere.
    ///
    /// # Errors
    /// The web view is gone, or the disk refuses.
    pub fn look_with(&mut self, window: &Window, name: &str, focus: Focus) -> Result<()> {
        let name = match self.scheme {
            Scheme::Light => format!("{name}-light"),
            Scheme::Dark => format!("{name}-dark"),
        };
        let committed = repository().join(format!("docs/screens/{name}.png"));
        if self.retake {
            make(committed.parent().unwrap_or(Path::new(".")))?;
            at_rest(window, focus)?.write(&committed)?;
        } else {
            self.compare(window, &name, &committed, focus)?;
        }
        let faults = window.accessibility_faults()?;
        let faults = faults.iter().map(|fault| format!("{name}: {fault}"));
        self.faults.extend(faults);
        Ok(())
    }

    /// Tells what differed.
    ///
    /// # Errors
    /// Something did.
    pub fn finish(self) -> Result<()> {
        if self.faults.is_empty() {
            return Ok(());
        }
        let faults = self.faults.join("\n");
        let advice = "Where it is meant, take the pictures anew: \
                      WARMLINE_SCREENS=1 cargo test -p warmline-ui-tests --test screens";
        Err(refused("screens", format!("\n{faults}\n{advice}")))
    }

    /// Looks again for a while: something may be on its way.
    fn compare(
        &mut self,
        window: &Window,
        name: &str,
        committed: &Path,
        focus: Focus,
    ) -> Result<()> {
        let Some(wanted) = Picture::read(committed)? else {
            self.faults
                .push(format!("{name}: {} is missing", committed.display()));
            return Ok(());
        };
        let start = Instant::now();
        loop {
            let seen = take(window, focus)?;
            let difference = wanted.difference(&seen);
            if difference
                .as_ref()
                .is_some_and(|difference| difference.is_slight())
            {
                return Ok(());
            }
            if start.elapsed() < LIMIT {
                continue;
            }
            make(&self.dir)?;
            seen.write(&self.dir.join(format!("{name}.png")))?;
            let fault = match difference {
                None => format!(
                    "{}×{} pixels instead of {}×{}",
                    seen.width, seen.height, wanted.width, wanted.height
                ),
                Some(difference) => {
                    let file = self.dir.join(format!("{name}-difference.png"));
                    difference.shown.write(&file)?;
                    format!(
                        "{:.2} % differ, {:.1} % in the worst part: {}",
                        difference.share * 100.0,
                        difference.worst_part * 100.0,
                        file.display()
                    )
                }
            };
            self.faults.push(format!("{name}: {fault}"));
            return Ok(());
        }
    }
}

/// A picture that is the same twice.
fn at_rest(window: &Window, focus: Focus) -> Result<Picture> {
    let start = Instant::now();
    let mut before = take(window, focus)?;
    loop {
        let now = take(window, focus)?;
        if now == before {
            return Ok(now);
        }
        if start.elapsed() > LIMIT {
            return Err(refused("screens", "the window does not come to rest"));
        }
        before = now;
    }
}

fn take(window: &Window, focus: Focus) -> Result<Picture> {
    // The pointer would leave a button lit.
    window.driver().point_at(1, 1)?;
    window
        .driver()
        .async_script(STILL, &[json!(focus == Focus::Kept)])?;
    let picture = Picture::decode(&window.driver().screenshot()?);
    window
        .driver()
        .script("window.heldStill.disconnect()", &[])?;
    picture
}

const STILL: &str = include_str!("still.js");
/// Longer than anything takes to come to rest.
const LIMIT: Duration = Duration::from_secs(10);
