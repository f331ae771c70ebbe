use crate::{
    attention::{Attention, Button, Command, Event},
    awake::Awake,
    link::DialRequest,
    notice::Notices,
    phone::{CallNumber, PhoneNow, Stage},
    shortcut::{Deed, Pressing},
    tray::{Item, Tray},
};

/// Everything around the phone at once: it is shown what the phone is like, does what the system can be asked
/// for from any thread, and says what the window and the phone have to do.
#[derive(Debug)]
pub struct Desktop {
    attention: Attention,
    notices: Notices,
    awake: Awake,
    pressing: Option<Pressing>,
    phone: PhoneNow,
    tray: Option<Tray>,
}

/// What is left to whoever has the window and the phone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wish {
    /// The window before the others, without the keyboard: see
    /// [`come_up`](crate::attention::window::come_up).
    ComeUp,
    /// The window one among others: see [`settle`](crate::attention::window::settle).
    Settle,
    /// The window before the agent, who has asked for it, by this token of the desktop if there is one.
    Open(Option<String>),
    /// The tray is to look like this.
    Tray(Tray),
    /// Take a call.
    Answer(CallNumber),
    /// Refuse it: nobody here takes it.
    Reject(CallNumber),
    /// Refuse it: somebody else may.
    Busy(CallNumber),
    /// End it.
    HangUp(CallNumber),
    /// Mute it (`true`), or no longer.
    Mute(CallNumber, bool),
    /// Put it on hold (`true`), or go on.
    Hold(CallNumber, bool),
    /// Call the best expert about it.
    Consult(CallNumber),
    /// Call whom a link named, since the agent or policy says so.
    Dial(DialRequest),
    /// Close the phone; it may ask first.
    Quit,
}

impl Desktop {
    /// Around a phone that is not there yet. In a Tokio runtime.
    pub fn start() -> Self {
        Self {
            attention: Attention::default(),
            notices: Notices::start(),
            awake: Awake::start(),
            pressing: Pressing::start(),
            phone: PhoneNow::default(),
            tray: None,
        }
    }

    /// The phone is like this now.
    pub fn look(&mut self, phone: PhoneNow) -> Vec<Wish> {
        if phone == self.phone && self.tray.is_some() {
            return Vec::new();
        }
        self.phone = phone;
        let up = |stage| stage != Stage::Ringing;
        self.awake
            .keep(self.phone.calls.iter().any(|call| up(call.stage)));
        let ringing = self.phone.ringing().map(|call| call.number).collect();
        self.happened(Event::Ringing(ringing))
    }

    /// The agent works in the window, or no longer does.
    pub fn focused(&mut self, focused: bool) -> Vec<Wish> {
        self.happened(Event::Focused(focused))
    }

    /// The agent wants to be left alone, or no longer.
    pub fn set_do_not_disturb(&mut self, on: bool) -> Vec<Wish> {
        self.happened(Event::DoNotDisturb(on))
    }

    /// Whether the agent wants to be left alone.
    pub fn do_not_disturb(&self) -> bool {
        self.attention.do_not_disturb()
    }

    /// The agent has chosen something in the tray.
    pub fn chosen(&mut self, item: Item) -> Vec<Wish> {
        match item {
            Item::Open | Item::State => vec![Wish::Open(None)],
            Item::DoNotDisturb => self.set_do_not_disturb(!self.do_not_disturb()),
            Item::Mute => self.done(Deed::Mute),
            Item::HangUp => {
                let meant = self.phone.meant();
                meant
                    .map(|call| Wish::HangUp(call.number))
                    .into_iter()
                    .collect()
            }
            Item::Quit => vec![Wish::Quit],
        }
    }

    /// Waits until the agent presses something outside the window.
    pub async fn pressed(&mut self) -> Vec<Wish> {
        tokio::select! {
            pressed = self.notices.pressed() => {
                let token = pressed.token;
                let mut wishes = self.happened(Event::Pressed(pressed.call, pressed.button));
                for wish in &mut wishes {
                    if let Wish::Open(by) = wish {
                        *by = token.clone();
                    }
                }
                // Who takes a call wants to see what it is about.
                if pressed.button == Button::Answer && !wishes.is_empty() {
                    wishes.push(Wish::Open(token));
                }
                wishes
            }
            deed = shortcut(&mut self.pressing) => self.done(deed),
        }
    }

    fn done(&self, deed: Deed) -> Vec<Wish> {
        let meant = self.phone.meant();
        let ringing = self.phone.ringing().next();
        let wish = match deed {
            Deed::Answer => ringing.map(|call| Wish::Answer(call.number)),
            Deed::HangUp => meant
                .map(|call| Wish::HangUp(call.number))
                .or_else(|| ringing.map(|call| Wish::Busy(call.number))),
            Deed::Mute => meant.map(|call| Wish::Mute(call.number, !call.muted)),
            Deed::Hold => meant
                .filter(|call| call.stage == Stage::Talking)
                .map(|call| Wish::Hold(call.number, !call.held)),
            Deed::Consult => meant
                .filter(|call| call.stage == Stage::Talking)
                .map(|call| Wish::Consult(call.number)),
        };
        wish.into_iter().collect()
    }

    fn happened(&mut self, event: Event) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for command in self.attention.handle(event) {
            match command {
                Command::ComeUp => wishes.push(Wish::ComeUp),
                Command::Settle => wishes.push(Wish::Settle),
                Command::Notify(call) => {
                    let who = self.phone.calls.iter().find(|known| known.number == call);
                    if let Some(who) = who {
                        self.notices.show(call, &who.who);
                    }
                }
                Command::Withdraw(call) => self.notices.withdraw(call),
                Command::Busy(call) => wishes.push(Wish::Busy(call)),
                Command::Answer(call) => wishes.push(Wish::Answer(call)),
                Command::Reject(call) => wishes.push(Wish::Reject(call)),
                Command::Open => wishes.push(Wish::Open(None)),
            }
        }
        let tray = Tray::of(&self.phone, self.do_not_disturb());
        if self.tray.as_ref() != Some(&tray) {
            self.tray = Some(tray.clone());
            wishes.push(Wish::Tray(tray));
        }
        wishes
    }
}

/// What is pressed next; nothing, where another phone of this program hears it.
async fn shortcut(pressing: &mut Option<Pressing>) -> Deed {
    match pressing {
        Some(pressing) => pressing.pressed().await,
        None => std::future::pending().await,
    }
}
