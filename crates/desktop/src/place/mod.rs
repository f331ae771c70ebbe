//! Where the window was, and where it can be now: monitors come and go, and change their scale.

mod kept;

use serde::{Deserialize, Serialize};

pub use kept::Kept;

/// Where the agent has left the window.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Place {
    /// Left edge of its frame, physical pixels of the desktop, which may be negative.
    pub x: i32,
    /// Top edge of its frame.
    pub y: i32,
    /// Width inside the frame, logical pixels: it looks as large on a monitor of another scale.
    pub width: u32,
    /// Height inside the frame.
    pub height: u32,
    /// Whether it fills its monitor. The rest is where it goes when it no longer does.
    #[serde(default)]
    pub maximized: bool,
}

/// Where the agent has left the window in each of its shapes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Places {
    /// All of it.
    #[serde(flatten)]
    pub whole: Option<Place>,
    /// A bar with the call at hand.
    pub bar: Option<Place>,
}

/// How the window is seen to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Left edge of its frame, physical pixels.
    pub x: i32,
    /// Top edge of its frame.
    pub y: i32,
    /// Width inside the frame, physical pixels.
    pub width: u32,
    /// Height inside the frame.
    pub height: u32,
    /// Physical pixels of a logical one.
    pub scale: f64,
    /// Whether it fills its monitor.
    pub maximized: bool,
    /// Whether it is put away.
    pub minimized: bool,
}

/// What of a monitor is free for windows: without task bar, dock and panels. Physical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Monitor {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Physical pixels of a logical one.
    pub scale: f64,
}

/// Where to put the window, physical pixels: the position of its frame, and the size inside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rectangle {
    /// Left edge of its frame.
    pub x: i32,
    /// Top edge of its frame.
    pub y: i32,
    /// Width inside the frame.
    pub width: u32,
    /// Height inside the frame.
    pub height: u32,
}

impl Place {
    /// What to remember of what is seen, `before` being what was remembered last. Nothing new, if the
    /// window is where no agent has put it.
    pub fn of(seen: Seen, before: Option<Self>) -> Option<Self> {
        let maximized = |place: Self| Self {
            maximized: true,
            ..place
        };
        // A window that is put away is far off the desktop, on Windows.
        if seen.minimized || seen.width == 0 || seen.height == 0 {
            return before;
        }
        let logical = |pixels: u32| (f64::from(pixels) / scale(seen.scale)).round() as u32;
        let now = Self {
            x: seen.x,
            y: seen.y,
            width: logical(seen.width),
            height: logical(seen.height),
            maximized: false,
        };
        Some(match seen.maximized {
            true => maximized(before.unwrap_or(now)),
            false => now,
        })
    }

    /// Where the window goes on these monitors, the first of which is the main one, so that all of it can
    /// be reached. Not anywhere in particular, if there is no monitor.
    pub fn on(self, monitors: &[Monitor]) -> Option<Rectangle> {
        // The monitor that it was on most, as large as it would be there. Without any, the main one.
        let shared = monitors.iter().map(|monitor| {
            let size = Size::on(self, monitor);
            overlap(self.x, size.outer_width, monitor.x, monitor.width)
                * overlap(self.y, size.outer_height, monitor.y, monitor.height)
        });
        let best = monitors.iter().zip(shared);
        let (monitor, shared) =
            best.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        let size = Size::on(self, monitor);
        let edge = |wanted: i32, start: i32, room: u32, needed: u32| {
            let start = i64::from(start);
            let spare = i64::from(room) - i64::from(needed);
            let edge = match shared {
                0 => start + spare / 2,
                _ => i64::from(wanted).clamp(start, start + spare.max(0)),
            };
            // Both ends of what it was clamped to are pixels of a desktop, or next to one.
            i32::try_from(edge).unwrap_or(wanted)
        };
        Some(Rectangle {
            x: edge(self.x, monitor.x, monitor.width, size.outer_width),
            y: edge(self.y, monitor.y, monitor.height, size.outer_height),
            width: size.width,
            height: size.height,
        })
    }
}

/// How large a window becomes on a monitor, physical pixels.
struct Size {
    width: u32,
    height: u32,
    outer_width: u32,
    outer_height: u32,
}

impl Size {
    fn on(place: Place, monitor: &Monitor) -> Self {
        let physical = |logical: u32| (f64::from(logical) * scale(monitor.scale)).round() as u32;
        let fitting = |logical: u32, frame: u32, room: u32| {
            let frame = physical(frame).min(room);
            let inner = physical(logical).min(room - frame);
            (inner, inner + frame)
        };
        let (width, outer_width) = fitting(place.width, FRAME_WIDTH, monitor.width);
        let (height, outer_height) = fitting(place.height, FRAME_HEIGHT, monitor.height);
        Self {
            width,
            height,
            outer_width,
            outer_height,
        }
    }
}

/// How much two stretches have in common.
fn overlap(start: i32, length: u32, other: i32, other_length: u32) -> u64 {
    let end = |start: i32, length: u32| i64::from(start) + i64::from(length);
    let common = end(start, length).min(end(other, other_length)) - i64::from(start.max(other));
    u64::try_from(common).unwrap_or(0)
}

/// A driver that says nonsense makes no window vanish.
fn scale(said: f64) -> f64 {
    if said.is_finite() {
        said.clamp(0.5, 8.0)
    } else {
        1.0
    }
}

/// What a title bar and borders take at most, logical pixels: no system says before the window is there.
const FRAME_WIDTH: u32 = 16;
const FRAME_HEIGHT: u32 = 40;

#[cfg(test)]
mod tests;
