use super::*;
use crate::vectors::ARRAY;

/// A kind of headset: its descriptor, and what that does not say of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    name: &'static str,
    descriptor: &'static [u8],
    hook: Way,
    mute: Way,
    /// How long it takes to repeat what it was told, if it does.
    echo: Option<Duration>,
}

/// What becomes of a contact that is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It stays where it was put, by hand or by the host.
    Stays,
    /// On while it is pressed.
    Springs,
}

impl Style {
    pub(super) const JABRA: Self = Self {
        name: "JABRA",
        descriptor: JABRA,
        hook: Way::Stays,
        mute: Way::Springs,
        echo: Some(Duration::from_millis(40)),
    };
    pub(super) const POLY: Self = Self {
        name: "POLY",
        descriptor: POLY,
        echo: Some(Duration::from_millis(2_500)),
        ..Self::JABRA
    };
    pub(super) const EPOS: Self = Self {
        name: "EPOS",
        descriptor: EPOS,
        hook: Way::Stays,
        mute: Way::Stays,
        echo: Some(Duration::from_millis(300)),
    };
    /// It has the descriptor of one that stays.
    pub(super) const SPRING: Self = Self {
        name: "SPRING",
        descriptor: POLY,
        hook: Way::Springs,
        mute: Way::Springs,
        echo: None,
    };
    /// The same, and mute as well.
    const MUTE_SPRING: Self = Self {
        name: "MUTE_SPRING",
        descriptor: EPOS,
        ..Self::SPRING
    };
    pub(super) const ALL: [Self; 5] = [
        Self::JABRA,
        Self::POLY,
        Self::EPOS,
        Self::SPRING,
        Self::MUTE_SPRING,
    ];
    /// Keys, and no lights.
    pub(super) const KEYS: Self = Self {
        name: "KEYS",
        descriptor: ARRAY,
        ..Self::SPRING
    };

    pub(super) fn hook_is_switch(self) -> bool {
        self.hook == Way::Stays
    }
}

impl std::fmt::Debug for Style {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A headset.
pub(super) struct Device {
    pub(super) style: Style,
    pub(super) hook: bool,
    mute: bool,
    pub(super) lights: Lights,
    /// Another button that is down.
    down: Option<Control>,
    /// How long who presses a button keeps it down.
    pub(super) held: Duration,
    /// When its hook and its mute get to be what they were told to be.
    hook_at: Option<Instant>,
    mute_at: Option<Instant>,
}

impl Device {
    pub(super) fn is_muted(&self) -> bool {
        self.style.mute == Way::Stays && self.mute
    }

    fn report(&self) -> Vec<u8> {
        let is = |control| u8::from(self.down == Some(control));
        let (hook, mute) = (u8::from(self.hook), u8::from(self.mute));
        match self.style.descriptor {
            JABRA => {
                let more = is(Control::Busy) << 1
                    | is(Control::Flash) << 3
                    | is(Control::Redial) << 4
                    | is(Control::Reject) << 5;
                vec![2, hook | mute << 2 | more, 0]
            }
            POLY => vec![8, hook | mute << 1 | is(Control::Flash) << 2],
            EPOS => vec![hook | mute << 1 | is(Control::Drop) << 2],
            ARRAY => vec![5, hook | (mute * 2) << 4],
            other => panic!("no such style: {other:02x?}"),
        }
    }

    fn takes(&mut self, now: Instant, report: &[u8]) {
        let (id, bits) = (report[0], report[1]);
        let is = |bit: u8| bits >> bit & 1 == 1;
        let lights = &mut self.lights;
        match (self.style.descriptor, id) {
            (JABRA, 2) => {
                (lights.off_hook, lights.mute) = (is(0), is(1));
                (lights.ring, lights.hold) = (is(2), is(3));
            }
            (POLY, 0x09) => lights.off_hook = is(0),
            (POLY, 0x17) => lights.mute = is(0),
            (POLY, 0x18) => lights.ring = is(0),
            (EPOS, 0) => (lights.off_hook, lights.ring, lights.mute) = (is(0), is(1), is(2)),
            other => panic!("no such report: {other:02x?}"),
        }
        let at = self.style.echo.map(|echo| now + echo);
        if self.style.hook == Way::Stays {
            let at = at.filter(|_| self.hook != self.lights.off_hook);
            self.hook_at = at.map(|at| self.hook_at.unwrap_or(at));
        }
        if self.style.mute == Way::Stays {
            let at = at.filter(|_| self.mute != self.lights.mute);
            self.mute_at = at.map(|at| self.mute_at.unwrap_or(at));
        }
    }

    /// Becomes what it was told to be; whether that is news.
    fn follow(&mut self, now: Instant) -> bool {
        let hook = self.hook_at.take_if(|at| *at <= now);
        let mute = self.mute_at.take_if(|at| *at <= now);
        if hook.is_some() {
            self.hook = self.lights.off_hook;
        }
        if mute.is_some() {
            self.mute = self.lights.mute;
        }
        hook.or(mute).is_some()
    }
}

/// A headset, its machine and a phone.
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) buttons: Buttons,
    pub(super) device: Device,
    pub(super) phone: PhoneState,
    /// Whether the phone does what is wished.
    pub(super) obeys: bool,
    /// What was wished since somebody asked last.
    pub(super) wishes: Vec<Wish>,
    pub(super) elsewhere: Vec<bool>,
    pub(super) writes: usize,
    /// What is sent now is by hand.
    by_hand: bool,
}

impl World {
    pub(super) fn new(style: Style) -> Self {
        let mut world = Self {
            now: Instant::now(),
            buttons: Buttons::default(),
            device: Device {
                style,
                hook: false,
                mute: false,
                lights: Lights::default(),
                down: None,
                held: Duration::from_millis(80),
                hook_at: None,
                mute_at: None,
            },
            phone: PhoneState::default(),
            obeys: true,
            wishes: Vec::new(),
            elsewhere: Vec::new(),
            writes: 0,
            by_hand: false,
        };
        let layout = Layout::read(style.descriptor).unwrap();
        world.tell(Event::Attached(layout));
        world
    }

    pub(super) fn phone_does(&mut self, phone: PhoneState) {
        self.phone = phone;
        self.tell(Event::Phone(phone));
    }

    pub(super) fn tell(&mut self, event: Event) {
        let mut events = vec![event];
        while !events.is_empty() {
            for command in self.buttons.handle(self.now, events.remove(0)) {
                match command {
                    Command::Write(report) => {
                        self.writes += 1;
                        self.device.takes(self.now, &report);
                    }
                    Command::Wish(wish) => {
                        assert!(self.by_hand, "{wish:?} is nobody's wish");
                        self.wishes.push(wish);
                        if self.obeys {
                            self.obey(wish);
                            events.push(Event::Phone(self.phone));
                        }
                    }
                    Command::InUseElsewhere(elsewhere) => self.elsewhere.push(elsewhere),
                }
            }
        }
    }

    fn obey(&mut self, wish: Wish) {
        let phone = &mut self.phone;
        match wish {
            Wish::Answer => {
                phone.holding |= phone.talking;
                (phone.ringing, phone.talking) = (false, true);
            }
            Wish::Reject => phone.ringing = false,
            Wish::HangUp => (phone.talking, phone.muted) = (false, false),
            Wish::ToggleHold => {
                // With one of each they change places.
                if phone.talking != phone.holding {
                    std::mem::swap(&mut phone.talking, &mut phone.holding);
                }
            }
            Wish::Mute(muted) => phone.muted = muted,
        }
    }

    pub(super) fn device_sends(&mut self) {
        self.tell(Event::Report(self.device.report()));
    }

    pub(super) fn press_hook(&mut self) -> Vec<Wish> {
        self.by_hand(|device, down| match device.style.hook {
            Way::Stays if down => {
                // Hands are faster.
                device.hook_at = None;
                device.hook = !device.hook;
            }
            Way::Stays => {}
            Way::Springs => device.hook = down,
        })
    }

    pub(super) fn press_mute(&mut self) -> Vec<Wish> {
        self.by_hand(|device, down| match device.style.mute {
            Way::Stays if down => {
                device.mute_at = None;
                device.mute = !device.mute;
            }
            Way::Stays => {}
            Way::Springs => device.mute = down,
        })
    }

    pub(super) fn press(&mut self, control: Control) -> Vec<Wish> {
        self.by_hand(|device, down| device.down = down.then_some(control))
    }

    fn by_hand(&mut self, change: impl Fn(&mut Device, bool)) -> Vec<Wish> {
        self.wishes.clear();
        for down in [true, false] {
            change(&mut self.device, down);
            self.by_hand = true;
            self.device_sends();
            self.by_hand = false;
            if down {
                self.wait(self.device.held);
            }
        }
        std::mem::take(&mut self.wishes)
    }

    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let timeout = self.buttons.poll_timeout().into_iter();
            let next = timeout
                .chain(self.device.hook_at)
                .chain(self.device.mute_at)
                .min();
            let Some(next) = next.filter(|at| *at <= end) else {
                break;
            };
            self.now = self.now.max(next);
            if self.device.follow(self.now) {
                self.device_sends();
            }
            self.tell(Event::Timeout);
        }
        self.now = end;
    }
}
