//! One window, one run: started cold on a desktop of its own, watched, called, clicked in.

use std::path::Path;
use std::time::{Duration, Instant};

use warmline_interop::rivals::Ground;
use warmline_interop::signalling;
use warmline_interop::{Asterisk, Lab, Person, Result, cost, number, sound};

use crate::name::{Answers, Name, Rings};
use crate::place::{Place, Shaders, Started};
use crate::screen::Part;
use crate::spots::Spots;

/// What one run of a window showed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) drawn_ms: f64,
    pub(crate) complete_ms: f64,
    pub(crate) pss_idle_mb: f64,
    pub(crate) cpu_idle_s_per_min: f64,
    /// None of a window that is no phone.
    pub(crate) phone: Option<PhoneRun>,
}

/// What a phone showed besides. What did not show is not there.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhoneRun {
    pub(crate) registered_ms: Option<f64>,
    pub(crate) card_ms: Vec<f64>,
    pub(crate) click_ms: Vec<f64>,
    pub(crate) pss_call_mb: f64,
    pub(crate) cpu_call_s_per_min: f64,
}

/// Measures a window. `Ok(None)` if it is not installed.
pub(crate) fn run(
    name: Name,
    idle: Duration,
    shaders: Shaders,
    spots: Option<Spots>,
) -> Result<Option<Run>> {
    let lab = Lab::new()?;
    let mut asterisk = lab.asterisk()?;
    asterisk.ami().console("pjsip set logger on")?;
    let place = Place::new(&lab, shaders)?;
    let command = || {
        name.command(&Ground {
            lab: &lab,
            asterisk: &asterisk,
            pulse: &place.pulse,
            network: None,
        })
    };
    if name.makes_itself_at_home() {
        let Some(first) = command()? else {
            return Ok(None);
        };
        place.make_at_home(name, first)?;
    }
    let Some(command) = command()? else {
        return Ok(None);
    };
    let started = place.start(name, command)?;
    let mut run = at_rest(&started, idle);
    if let Some(person) = name.person() {
        let mut phone = PhoneRun {
            registered_ms: signalling::registered(&asterisk.log(), started.at)
                .map(|registered| ms(registered.saturating_sub(started.at))),
            ..PhoneRun::default()
        };
        speech(&asterisk.sounds().join("programme.wav16"))?;
        let mut called = Called {
            name,
            person,
            place: &place,
            started: &started,
            asterisk: &mut asterisk,
        };
        called.is_called(&mut phone)?;
        called.talks(&mut phone)?;
        if let Some(spots) = spots {
            phone.click_ms = called.mutes(spots)?;
        }
        run.phone = Some(phone);
    }
    Ok(Some(run))
}

/// What a window costs that nobody touches.
fn at_rest(started: &Started, idle: Duration) -> Run {
    let pid = started.process.pid();
    Run {
        drawn_ms: started.drawn_ms,
        complete_ms: started.complete_ms,
        cpu_idle_s_per_min: cpu_per_minute(pid, idle),
        pss_idle_mb: cost::pss_mb(pid),
        phone: None,
    }
}

/// A phone that somebody calls.
struct Called<'run, 'lab> {
    name: Name,
    person: Person,
    place: &'run Place<'lab>,
    started: &'run Started,
    asterisk: &'run mut Asterisk,
}

impl Called<'_, '_> {
    /// Customers call and give up, one after the other; the last one goes on ringing.
    fn is_called(&mut self, phone: &mut PhoneRun) -> Result<()> {
        for number in 1..=CALLS {
            phone.card_ms.extend(self.rings()?);
            if number < CALLS {
                self.asterisk.hang_up(self.person)?;
                self.asterisk
                    .ami()
                    .wait("the end of the call", ANSWERED, |event| {
                        event.name() == "Hangup"
                    })?;
                std::thread::sleep(BETWEEN);
            }
        }
        Ok(())
    }

    /// Somebody calls: how long it takes from the INVITE until that is to be seen, if it is.
    fn rings(&mut self) -> Result<Option<f64>> {
        let (part, much) = match self.name.rings() {
            Rings::InTheWindow(share) => (Some(self.started.part), share),
            Rings::Anywhere(share) => (None, share),
        };
        let clock = self.place.clock;
        let watch = self.place.screen.watch(part);
        let before = clock.since_1970(Instant::now());
        self.asterisk.ami().from_now();
        self.asterisk
            .call(self.person, Person::COLLEAGUE, number::PROGRAMME)?;
        std::thread::sleep(CARD);
        let changes = watch.end();
        let Some(invite) = signalling::sent_invite(&self.asterisk.log(), before) else {
            return Ok(None);
        };
        let mut seen = changes.iter().filter(|change| change.share > much);
        let seen = seen.find_map(|change| clock.since_1970(change.at).checked_sub(invite));
        Ok(seen.map(ms))
    }

    /// The call that rings is taken, and the customer speaks.
    fn talks(&mut self, phone: &mut PhoneRun) -> Result<()> {
        match self.name.answers() {
            Answers::To(keys) => self.place.desktop.press(keys)?,
            Answers::ByItself => {}
        }
        self.asterisk
            .ami()
            .wait("an answered call", ANSWERED, |event| {
                event.name() == "Newexten" && event.get("Application") == "Playback"
            })?;
        let pid = self.started.process.pid();
        std::thread::sleep(SETTLE);
        phone.cpu_call_s_per_min = cpu_per_minute(pid, IN_CALL);
        phone.pss_call_mb = cost::pss_mb(pid);
        Ok(())
    }

    /// The agent presses Mute, and presses it again: how long it takes from the click until the window says
    /// that nobody hears them, or no longer does.
    fn mutes(&mut self, spots: Spots) -> Result<Vec<f64>> {
        let (desktop, screen) = (&self.place.desktop, &self.place.screen);
        let (left, top) = desktop.origin_of(self.started.title)?;
        let says = Part {
            left: left + spots.says.left,
            top: top + spots.says.top,
            ..spots.says
        };
        let says = says.on(screen);
        desktop.point_at(self.started.title, spots.mute)?;
        // What the pointer itself changes.
        std::thread::sleep(SETTLE);
        let mut shown = Vec::new();
        for _ in 0..CLICKS {
            let watch = screen.watch(Some(says));
            desktop.click()?;
            let clicked = Instant::now();
            std::thread::sleep(CARD);
            let changes = watch.end();
            let said = changes.iter().find(|change| change.share > SAID);
            shown.extend(said.map(|change| ms(change.at.saturating_duration_since(clicked))));
        }
        Ok(shown)
    }
}

/// What the customer says, for longer than anybody listens.
fn speech(file: &Path) -> Result<()> {
    let sentence = sound::Sound::read(&sound::sentence())?;
    let times = (SPEECH.as_secs_f64() / sentence.seconds()).ceil() as usize;
    sound::write(file, sentence.rate, &sentence.samples.repeat(times))
}

fn cpu_per_minute(pid: u32, during: Duration) -> f64 {
    let (start, before) = (Instant::now(), cost::cpu(pid));
    std::thread::sleep(during);
    let used = cost::cpu(pid).saturating_sub(before);
    used.as_secs_f64() * 60.0 / start.elapsed().as_secs_f64()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

const CALLS: usize = 5;
const CLICKS: usize = 4;
/// Longer than a card, or what a click changes, takes; shorter than Linphone waits before it answers.
const CARD: Duration = Duration::from_millis(1500);
/// So that a card that goes is not taken for one that comes.
const BETWEEN: Duration = Duration::from_secs(2);
const ANSWERED: Duration = Duration::from_secs(15);
/// So that what an answer leaves behind is not measured.
const SETTLE: Duration = Duration::from_secs(5);
const IN_CALL: Duration = Duration::from_secs(20);
const SPEECH: Duration = Duration::from_secs(90);
/// The share of a line of text that other words in it change at least.
const SAID: f64 = 0.02;
