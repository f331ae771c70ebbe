//! What is to be seen, taken from the memory that the X server paints into: nothing is asked of the
//! window, and no web view says of itself that it has painted.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use warmline_interop::Result;

use crate::place::{failed, io};

/// The screen of a desktop.
#[derive(Clone)]
pub(crate) struct Screen {
    file: Arc<File>,
    /// Where the pixels begin.
    offset: u64,
    /// Bytes in a row; four a pixel.
    line: usize,
    height: usize,
}

/// A part of the screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) left: usize,
    pub(crate) top: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// Every fourth row of the screen at one moment: no letter is lower. Rows that have not changed are those of
/// the frame before.
#[derive(Clone, PartialEq)]
pub(crate) struct Frame {
    rows: Vec<Arc<Vec<u8>>>,
}

/// The screen has changed.
#[derive(Clone)]
pub(crate) struct Change {
    /// When that was seen.
    pub(crate) at: Instant,
    /// Which share of the part changed, 0 to 1.
    pub(crate) share: f64,
    /// What is seen since; not of later changes, which would fill the memory.
    pub(crate) frame: Option<Frame>,
}

/// Somebody who looks at the screen all the time.
pub(crate) struct Watch {
    enough: Arc<AtomicBool>,
    looks: JoinHandle<Vec<Change>>,
}

impl Screen {
    /// Opens the file of `Xvfb -fbdir`: the XWD format, whose numbers are big-endian words.
    pub(crate) fn open(file: &Path) -> Result<Self> {
        let file = File::open(file).map_err(|source| io("opening the screen", source))?;
        let mut head = [0; 100];
        file.read_exact_at(&mut head, 0)
            .map_err(|source| io("reading the screen", source))?;
        let word = |index: usize| {
            let bytes = head[index * 4..index * 4 + 4].try_into();
            bytes.map_or(0, u32::from_be_bytes)
        };
        let (size, height, bits) = (word(0), word(5), word(11));
        let (line, colours) = (word(12), word(19));
        if bits != 32 {
            return Err(failed(&format!("a pixel of the screen has {bits} bits")));
        }
        Ok(Self {
            file: Arc::new(file),
            offset: u64::from(size) + u64::from(colours) * COLOUR,
            line: line as usize,
            height: height as usize,
        })
    }

    /// What is to be seen now.
    pub(crate) fn frame(&self) -> Frame {
        let row = |y: usize| {
            let mut row = vec![0; self.line];
            // A server that has ended shows black.
            let at = self.offset + (y * self.line) as u64;
            let _ = self.file.read_exact_at(&mut row, at);
            Arc::new(row)
        };
        Frame {
            rows: (0..self.height).step_by(STEP).map(row).collect(),
        }
    }

    /// Looks from now on. `part` is what shares of change refer to; all if there is none.
    pub(crate) fn watch(&self, part: Option<Part>) -> Watch {
        let (screen, enough) = (self.clone(), Arc::new(AtomicBool::new(false)));
        let part = part.unwrap_or(Part {
            left: 0,
            top: 0,
            width: self.line / 4,
            height: self.height,
        });
        let stop = enough.clone();
        let looks = std::thread::spawn(move || {
            let mut changes: Vec<Change> = Vec::new();
            let mut before = screen.frame();
            let mut kept = 0;
            while !stop.load(Ordering::Relaxed) {
                let mut frame = screen.frame();
                let changed = frame.share_with(&before);
                if changed > 0 {
                    kept += changed;
                    changes.push(Change {
                        at: Instant::now(),
                        share: before.apart(&frame, part),
                        frame: (kept < KEPT).then(|| frame.clone()),
                    });
                    before = frame;
                }
                std::thread::sleep(LOOK);
            }
            changes
        });
        Watch { enough, looks }
    }
}

impl Part {
    /// As much of it as is on the screen.
    pub(crate) fn on(self, screen: &Screen) -> Self {
        let (width, height) = (screen.line / 4, screen.height);
        let (left, top) = (self.left.min(width), self.top.min(height));
        Self {
            left,
            top,
            width: self.width.min(width - left),
            height: self.height.min(height - top),
        }
    }
}

impl Frame {
    /// Takes the rows of the frame before where they are the same. How many are not.
    fn share_with(&mut self, before: &Self) -> usize {
        let mut changed = 0;
        for (row, before) in self.rows.iter_mut().zip(&before.rows) {
            if row == before {
                *row = before.clone();
            } else {
                changed += 1;
            }
        }
        changed
    }

    /// Whether this part has letters or a picture: their edges have many shades. A window that is still
    /// empty, or only half on the screen, has a few.
    pub(crate) fn shows_something(&self, part: Part) -> bool {
        let mut shades: Vec<&[u8]> = Vec::with_capacity(SHADES);
        for pixel in self.pixels(part) {
            if !shades.contains(&pixel) {
                shades.push(pixel);
            }
            if shades.len() == SHADES {
                return true;
            }
        }
        false
    }

    /// Which share of this part differs, 0 to 1.
    pub(crate) fn apart(&self, other: &Self, part: Part) -> f64 {
        let pairs = || self.pixels(part).zip(other.pixels(part));
        let count = pairs().filter(|(one, two)| one != two).count();
        count as f64 / pairs().count().max(1) as f64
    }

    fn pixels(&self, part: Part) -> impl Iterator<Item = &[u8]> {
        let rows = part.top.div_ceil(STEP)..(part.top + part.height).div_ceil(STEP);
        let rows = self.rows.get(rows).unwrap_or_default();
        rows.iter()
            .flat_map(move |row| row[part.left * 4..(part.left + part.width) * 4].chunks_exact(4))
    }
}

impl Watch {
    /// Ends, and tells what was seen.
    pub(crate) fn end(self) -> Vec<Change> {
        self.enough.store(true, Ordering::Relaxed);
        self.looks.join().expect("who only looks does not panic")
    }
}

/// So many shades are no empty window.
const SHADES: usize = 8;
/// Rows from one that is looked at to the next.
const STEP: usize = 4;
/// Rows that have changed, of which five kilobytes each are kept. What comes later is counted only.
const KEPT: usize = 60_000;
/// A fifth of a frame at 50 Hz.
const LOOK: Duration = Duration::from_millis(4);
/// Bytes of an entry in the table of colours.
const COLOUR: u64 = 12;

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Part = Part {
        left: 1,
        top: 4,
        width: 2,
        height: 8,
    };

    fn frame(fill: &[u8]) -> Frame {
        let row = |shade: &u8| [vec![9; 4], vec![*shade; 8], vec![7; 4]].concat();
        Frame {
            rows: fill.iter().map(row).map(Arc::new).collect(),
        }
    }

    #[test]
    fn only_what_lies_in_the_part_counts() {
        assert_eq!(frame(&[0, 5, 5, 0]).apart(&frame(&[3, 5, 6, 3]), PART), 0.5);
    }

    #[test]
    fn a_window_that_is_half_on_the_screen_shows_nothing_yet() {
        let rows: Vec<u8> = (0..12).collect();
        let all = Part { height: 40, ..PART };
        assert!(frame(&rows).shows_something(all));
        assert!(!frame(&rows).shows_something(PART));
    }

    #[test]
    fn rows_that_are_the_same_are_kept_once() {
        let before = frame(&[1, 2, 3]);
        let mut after = frame(&[1, 5, 3]);
        assert_eq!(after.share_with(&before), 1);
        assert!(Arc::ptr_eq(&after.rows[0], &before.rows[0]));
        assert!(after == frame(&[1, 5, 3]));
    }

    #[test]
    fn a_screen_is_read_as_the_server_writes_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("screen");
        let mut words = [0_u32; 25];
        (words[0], words[5], words[11], words[12], words[19]) = (100, 8, 32, 8, 1);
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend([0; 12]);
        bytes.extend((0..8).flat_map(|row| [row; 8]));
        std::fs::write(&file, bytes).expect("written");
        let screen = Screen::open(&file).expect("a screen");
        assert_eq!(
            screen.frame().rows,
            [vec![0_u8; 8], vec![4; 8]].map(Arc::new)
        );
    }
}
