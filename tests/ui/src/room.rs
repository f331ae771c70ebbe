//! The room that the window is in: what comes out of its speaker, and what its microphone hears.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use warmline_interop::{Lab, LabError, Pulse, Result, Room, sound};

/// Listens to the room, again and again.
pub struct Ears<'a>(pub &'a Pulse);

impl Ears<'_> {
    /// Listens until the speaker gives this tone at about this level.
    ///
    /// # Errors
    /// It does not, in time.
    pub fn hear(&self, hz: f64, dbfs: f64) -> Result<()> {
        self.listen(&format!("{hz} Hz at {dbfs} dBFS"), |room| {
            hears(room, hz, dbfs)
        })
    }

    /// Listens until the speaker is silent.
    ///
    /// # Errors
    /// It is not, in time.
    pub fn hear_nothing(&self) -> Result<()> {
        self.listen("silence", hears_nothing)
    }

    fn listen(&self, awaited: &str, right: impl Fn(&Room) -> bool) -> Result<()> {
        let start = Instant::now();
        loop {
            let recorder = self.0.record()?;
            std::thread::sleep(STRETCH);
            let room = recorder.finish();
            if right(&room) {
                return Ok(());
            }
            if start.elapsed() > LIMIT {
                let end = room.speaker.last(LISTEN);
                return Err(LabError::TimedOut {
                    name: "what the agent heard".to_owned(),
                    awaited: awaited.to_owned(),
                    limit: LIMIT,
                    seen: format!("{:?}, {:.1} dBFS in all", end.loudest(), end.level()),
                });
            }
        }
    }
}

/// Whether the end of the recording is this tone. How pure it is, other tests measure: here a machine
/// that paints a window beside may cost a packet.
pub fn hears(room: &Room, hz: f64, dbfs: f64) -> bool {
    let end = room.speaker.last(LISTEN);
    (end.level() - dbfs).abs() < 3.0 && end.level_at(hz) > dbfs - 6.0
}

/// A WAV file of half an hour of a quiet room: soft noise that comes and goes, as no microphone without
/// anybody before it is quite still.
///
/// # Errors
/// It cannot be written.
pub fn quiet_room(lab: &Lab) -> Result<PathBuf> {
    let mut state = 1_u32;
    let mut noise = |amplitude: f64| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (amplitude * (f64::from(state >> 8) / f64::from(1 << 23) - 1.0)).round() as i16
    };
    let mut sound = Vec::new();
    for amplitude in [60.0, 30.0, 45.0] {
        sound.extend((0..RATE).map(|_| noise(amplitude)));
    }
    let file = lab.dir().join("quiet-room.wav");
    sound::write(&file, RATE, &sound.repeat(600))?;
    Ok(file)
}

/// Whether the end of the recording is silence.
pub fn hears_nothing(room: &Room) -> bool {
    room.speaker.last(LISTEN).level() < -60.0
}

/// Pulls out the microphone that was there from the start.
///
/// # Errors
/// The sound server refuses.
pub fn take_microphone(pulse: &Pulse) -> Result<()> {
    let pactl = |words: &[&str]| {
        let output = pulse.pactl().args(words).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let doing = |source| LabError::Io {
        doing: "pulling out the microphone".to_owned(),
        source,
    };
    let modules = pactl(&["list", "short", "modules"]).map_err(doing)?;
    let module = modules
        .lines()
        .find(|line| line.contains("source_name=microphone"))
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or_default();
    pactl(&["unload-module", module]).map(drop).map_err(doing)
}

/// Recorded at once, and looked at: the rest is the way from change to speaker.
const STRETCH: Duration = Duration::from_millis(1200);
const LISTEN: f64 = 0.5;
const RATE: u32 = 8_000;
const LIMIT: Duration = Duration::from_secs(30);
