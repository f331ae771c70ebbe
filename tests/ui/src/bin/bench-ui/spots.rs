//! Where in a window the agent presses Mute, and where it then says so.

use std::time::Duration;

use serde_json::Value;
use warmline_interop::{Lab, Person, Result, number};
use warmline_ui_tests::{Desktop, Scheme, Setup, Window, quiet_room};

use crate::name::Name;
use crate::place::failed;
use crate::screen::Part;

/// Pixels of what a window shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spots {
    /// Where Mute is to be pressed.
    pub(crate) mute: (usize, usize),
    /// What changes once the call is muted. The button does before, by being pressed.
    pub(crate) says: Part,
}

impl Spots {
    /// Those of a window in a call; none where nothing is known of them from outside.
    pub(crate) fn of(name: Name) -> Result<Option<Self>> {
        match name {
            Name::Warmline => warmline().map(Some),
            // As `tests/interop/lab/jssip/phone/phone.html` has them.
            Name::Jssip => Ok(Some(Self {
                mute: (76, 312),
                says: Part {
                    left: 36,
                    top: 352,
                    width: 300,
                    height: 24,
                },
            })),
            Name::Hello | Name::Linphone => Ok(None),
        }
    }
}

/// Asks the page in a call like those that are measured. It is asked in none of these.
fn warmline() -> Result<Spots> {
    let lab = Lab::new()?;
    let mut asterisk = lab.asterisk()?;
    let pulse = lab.pulse()?;
    let _room = pulse.say(&quiet_room(&lab)?)?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let window = Setup::new(&lab, &desktop).profile(&asterisk)?.open()?;
    window.is_reachable()?;
    asterisk.call(Person::AGENT, Person::COLLEAGUE, number::MUSIC)?;
    window.press("Answer")?;
    window.sees_call("In call")?;
    std::thread::sleep(SETTLE);
    let (left, top, width, height) = rectangle(&window, "Mute")?;
    window.press("Mute")?;
    window.sees(MUTED)?;
    let says = rectangle(&window, MUTED)?;
    Ok(Spots {
        mute: (left + width / 2, top + height / 2),
        says: Part {
            left: says.0,
            top: says.1,
            width: says.2,
            height: says.3,
        },
    })
}

/// Where the smallest element is that says this and nothing else: left, top, width, height.
fn rectangle(window: &Window, words: &str) -> Result<(usize, usize, usize, usize)> {
    let script = "const seen = [...document.querySelectorAll('body *')] \
                    .filter((element) => element.textContent.trim() === arguments[0]) \
                    .map((element) => element.getBoundingClientRect()) \
                    .filter(({ width, height }) => width > 1 && height > 1) \
                    .sort((a, b) => a.width * a.height - b.width * b.height)[0]; \
                  return seen === undefined ? [] : [seen.left, seen.top, seen.width, seen.height].map(Math.round)";
    let found = window.driver().script(script, &[words.into()])?;
    let pixel = |index: usize| found.get(index).and_then(Value::as_u64);
    let all = (pixel(0), pixel(1), pixel(2), pixel(3));
    let (Some(left), Some(top), Some(width), Some(height)) = all else {
        return Err(failed(&format!("nothing in the window says {words:?}")));
    };
    Ok((left as usize, top as usize, width as usize, height as usize))
}

const MUTED: &str = "Muted: they cannot hear you";
/// Until everything that is told of a call has its place.
const SETTLE: Duration = Duration::from_secs(5);
