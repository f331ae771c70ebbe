//! A desktop on which one window is opened and watched.

use std::process::Command;
use std::time::{Duration, Instant};

use warmline_interop::signalling::Clock;
use warmline_interop::{Lab, LabError, Pipes, Process, Pulse, Result};
use warmline_ui_tests::{Desktop, Scheme, quiet_room};

use crate::name::Name;
use crate::screen::{Change, Frame, Part, Screen};

/// Whether what paints has its programs compiled from before, as on every day but the first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shaders {
    Cached,
    Cold,
}

/// Where windows are opened.
pub(crate) struct Place<'lab> {
    lab: &'lab Lab,
    /// The same for everything that is timed here.
    pub(crate) clock: Clock,
    pub(crate) screen: Screen,
    pub(crate) desktop: Desktop,
    pub(crate) pulse: Pulse,
    shaders: Shaders,
    /// No microphone is quite still.
    _room: Process,
}

/// A window that is there.
pub(crate) struct Started {
    pub(crate) process: Process,
    pub(crate) title: &'static str,
    pub(crate) part: Part,
    /// When its program was started, since 1970.
    pub(crate) at: Duration,
    pub(crate) drawn_ms: f64,
    pub(crate) complete_ms: f64,
}

impl<'lab> Place<'lab> {
    pub(crate) fn new(lab: &'lab Lab, shaders: Shaders) -> Result<Self> {
        let pulse = lab.pulse()?;
        let room = pulse.say(&quiet_room(lab)?)?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        // It would be seen in a window that is still empty.
        desktop.pointer_away()?;
        Ok(Self {
            lab,
            clock: Clock::now(),
            screen: Screen::open(&desktop.screen())?,
            desktop,
            pulse,
            shaders,
            _room: room,
        })
    }

    /// Starts a program and ends it again, for what it does once for each user.
    pub(crate) fn make_at_home(&self, name: Name, mut command: Command) -> Result<()> {
        command.envs(self.desktop.environment());
        let process = Process::start("first-start", command, Pipes::None, self.lab.dir())?;
        std::thread::sleep(name.patience());
        drop(process);
        std::thread::sleep(FAREWELL);
        Ok(())
    }

    /// Starts a program and watches until its window has come to rest.
    pub(crate) fn start(&self, name: Name, mut command: Command) -> Result<Started> {
        command.envs(self.desktop.environment());
        if self.shaders == Shaders::Cold {
            command.env("MESA_SHADER_CACHE_DIR", self.lab.dir().join("shaders"));
        }
        let watch = self.screen.watch(None);
        let start = Instant::now();
        let process = Process::start("window", command, Pipes::None, self.lab.dir())?;
        std::thread::sleep(name.patience());
        let changes = watch.end();
        let title = name.title();
        let (left, top, width, height) = self.desktop.place_of(title)?;
        // The frame is the desktop's.
        let part = Part {
            left: left + EDGE,
            top: top + EDGE,
            width: width.saturating_sub(2 * EDGE),
            height: height.saturating_sub(2 * EDGE),
        };
        let part = part.on(&self.screen);
        let ms = |change: &Change| (change.at - start).as_secs_f64() * 1000.0;
        let nothing = || failed("the window shows nothing");
        // After the last one that was not so: while the desktop puts a window on the screen, much is seen.
        let since = |not_so: &dyn Fn(&Frame) -> bool| {
            let not_so = |change: &Change| change.frame.as_ref().is_none_or(not_so);
            let last = changes.iter().rposition(not_so);
            changes.get(last.map_or(0, |index| index + 1))
        };
        let end = self.screen.frame();
        let drawn = since(&|frame| !frame.shows_something(part));
        let complete = since(&|frame| frame.apart(&end, part) > NOTHING);
        Ok(Started {
            process,
            title,
            part,
            at: self.clock.since_1970(start),
            drawn_ms: ms(drawn.ok_or_else(nothing)?),
            complete_ms: ms(complete.ok_or_else(nothing)?),
        })
    }
}

pub(crate) fn io(doing: &str, source: std::io::Error) -> LabError {
    LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}

pub(crate) fn failed(reason: &str) -> LabError {
    LabError::Refused {
        name: "bench".to_owned(),
        reason: reason.to_owned(),
    }
}

/// Pixels on each side of a window: xdotool counts the bar of the title twice.
const EDGE: usize = 24;
/// The share by which two frames of the same differ at most.
const NOTHING: f64 = 0.002;
/// For what a program has left behind to end.
const FAREWELL: Duration = Duration::from_secs(2);
