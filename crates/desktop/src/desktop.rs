use tokio::task::JoinSet;
use warmline_desk::{
    Desk, Rejection, UserAction,
    number::Number,
    policy::Shortcuts,
    profile::{DesktopPolicy, LinkVerdict, Links},
};

use crate::{
    attention::{Attention, Button, Command, Event},
    awake::Awake,
    clipboard,
    door::{Door, Knock},
    link::DialRequest,
    login::Login,
    notice::Notices,
    phone::{CallNumber, PhoneNow, Stage},
    place::{Kept, Seen},
    shortcut::{self, Conflict, Deed, Plan, Pressing},
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
    door: Option<Door>,
    place: Kept,
    phone: PhoneNow,
    policy: DesktopPolicy,
    /// What a link asks for, until the agent or policy has said something.
    request: Option<DialRequest>,
    /// The agent has copied it: what policy says of links does not count.
    by_agent: bool,
    /// The clipboard, while it is read.
    copied: JoinSet<Option<String>>,
    login: Option<Login>,
    starts: bool,
    /// The shortcuts that the system was last asked for, and what is wrong with some.
    plan: Plan,
    wrong: Vec<(Deed, Conflict)>,
    /// The agent presses keys that are to be a shortcut, which must not do what they did so far.
    records_keys: bool,
    tray: Option<Tray>,
}

/// Something about the desktop has happened, or the agent wants it to.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Whether to call whom a link has named.
    Dial(bool),
    /// The agent wants to call the number that they have copied.
    CallCopied,
    /// The agent wants to be left alone, or no longer.
    DoNotDisturb(bool),
    /// The phone is to start when the agent logs in, or no longer.
    StartAtLogin(bool),
    /// A shortcut is to be these keys, or none: whoever keeps the settings sees to that.
    Shortcut(Deed, Option<String>),
    /// The agent presses keys that are to be a shortcut, or no longer.
    RecordingKeys(bool),
    /// These shortcuts do not work.
    Wrong(Vec<(Deed, Conflict)>),
    /// The agent has chosen something in the tray.
    Chosen(Item),
    /// The agent works in the window, or no longer does.
    Focused(bool),
    /// The window is here now.
    Seen(Seen),
    /// The program was started again, or with a link.
    Knocked(Knock),
}

/// What is left to whoever has the window and the phone.
#[derive(Clone, Debug, PartialEq)]
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
    /// The shortcuts are to be these: see [`grab`](crate::shortcut::grab).
    Grab(Plan),
    /// The phone is to do this.
    Do(UserAction),
    /// Call the best expert about this call.
    Consult(CallNumber),
    /// Close the phone; it may ask first.
    Quit,
}

/// What the agent sees of the desktop.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DesktopView {
    /// Callers are told that the agent is busy.
    pub do_not_disturb: bool,
    /// The phone starts when the agent logs in.
    pub starts: bool,
    /// That is not the agent's to say.
    pub start_managed: bool,
    /// There may be no shortcuts.
    pub no_shortcuts: bool,
    /// What is wrong with some of them.
    pub wrong: Vec<(Deed, Conflict)>,
    /// Whom a link asks to call.
    pub request: Option<Number>,
}

impl Desktop {
    /// Around a phone that is not there yet. In a Tokio runtime.
    pub fn start(place: Kept, door: Option<Door>, login: Option<Login>) -> Self {
        Self {
            attention: Attention::default(),
            notices: Notices::start(),
            awake: Awake::start(),
            pressing: Pressing::start(),
            door,
            place,
            phone: PhoneNow::default(),
            policy: DesktopPolicy::default(),
            request: None,
            by_agent: false,
            copied: JoinSet::new(),
            starts: login.as_ref().is_some_and(Login::is_on),
            login,
            plan: Plan::default(),
            wrong: Vec::new(),
            records_keys: false,
            tray: None,
        }
    }

    /// The phone is like this now, and the agent has set these shortcuts. `managed` is what the profile says of
    /// the desktop, and the desk that reads numbers by it, if there is one.
    pub fn look(
        &mut self,
        phone: PhoneNow,
        set: &Shortcuts,
        managed: Option<(&DesktopPolicy, &Desk)>,
    ) -> (DesktopView, Vec<Wish>) {
        let mut wishes = self.look_at(phone);
        let mut asks = None;
        if let Some((policy, desk)) = managed {
            if self.policy != *policy {
                self.policy = policy.clone();
            }
            if let Some(request) = &self.request {
                let number = desk.read_number(request.text());
                let links = if self.by_agent {
                    Links::Ask
                } else {
                    policy.links
                };
                match links.verdict(&number, request.is_plain_number()) {
                    LinkVerdict::Ask => asks = Some(number),
                    LinkVerdict::Dial => wishes.extend(self.request.take().map(dial)),
                    LinkVerdict::Drop => self.request = None,
                }
            }
        }
        if let Some(on) = self.policy.start_at_login.filter(|on| *on != self.starts) {
            self.start_at_login(on);
        }
        let plan = if self.policy.no_shortcuts || self.records_keys {
            Plan::default()
        } else {
            Plan::of(shortcut::set(set))
        };
        if plan != self.plan {
            self.plan = plan.clone();
            wishes.push(Wish::Grab(plan));
        }
        let view = DesktopView {
            do_not_disturb: self.attention.do_not_disturb(),
            starts: self.starts,
            start_managed: self.policy.start_at_login.is_some(),
            no_shortcuts: self.policy.no_shortcuts,
            wrong: self.wrong.clone(),
            request: asks,
        };
        (view, wishes)
    }

    /// What is to be done about it.
    pub fn hear(&mut self, news: News) -> Vec<Wish> {
        match news {
            News::Dial(really) => {
                let request = self.request.take().filter(|_| really);
                return request.map(dial).into_iter().collect();
            }
            News::CallCopied => {
                self.copied.spawn(clipboard::text());
            }
            News::DoNotDisturb(on) => return self.happened(Event::DoNotDisturb(on)),
            News::StartAtLogin(on) if self.policy.start_at_login.is_none() => {
                self.start_at_login(on);
            }
            News::StartAtLogin(_) | News::Shortcut(..) => {}
            News::RecordingKeys(on) => self.records_keys = on,
            News::Wrong(wrong) => self.wrong = wrong,
            News::Chosen(item) => return self.chosen(item),
            News::Focused(focused) => return self.happened(Event::Focused(focused)),
            News::Seen(seen) => self.place.seen(seen),
            News::Knocked(knock) => {
                match knock.request() {
                    Some(Ok(request)) => {
                        self.request = Some(request);
                        self.by_agent = false;
                    }
                    Some(Err(refused)) => tracing::warn!(%refused, "a link leads nowhere"),
                    None => {}
                }
                return vec![Wish::Open(knock.token)];
            }
        }
        Vec::new()
    }

    /// The phone is about to end: whoever starts the program again waits until it has.
    pub fn close(&mut self) {
        if let Some(door) = &mut self.door {
            door.close();
        }
    }

    /// Keeps what is not kept yet, before the end. The door stays shut until then.
    pub async fn finish(self) -> Option<Door> {
        self.place.finish().await;
        self.door
    }

    fn look_at(&mut self, phone: PhoneNow) -> Vec<Wish> {
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

    fn start_at_login(&mut self, on: bool) {
        let Some(login) = &self.login else {
            return;
        };
        match login.set(on) {
            Ok(()) => self.starts = on,
            Err(error) => {
                tracing::warn!(%error, on, "start at login cannot be set");
                // Policy is not tried again all the time.
                self.login = None;
            }
        }
    }

    fn chosen(&mut self, item: Item) -> Vec<Wish> {
        match item {
            Item::Open | Item::State => vec![Wish::Open(None)],
            Item::CallCopied => self.hear(News::CallCopied),
            Item::DoNotDisturb => {
                let on = !self.attention.do_not_disturb();
                self.happened(Event::DoNotDisturb(on))
            }
            Item::Mute => self.done(Deed::Mute),
            Item::HangUp => {
                let meant = self.phone.meant();
                meant.map(|call| hang_up(call.number)).into_iter().collect()
            }
            Item::Quit => vec![Wish::Quit],
        }
    }

    /// Waits until the agent presses something outside the window, or starts the program again.
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
            deed = pressed(&mut self.pressing) => self.done(deed),
            knock = knocked(&mut self.door) => self.hear(News::Knocked(knock)),
            Some(copied) = self.copied.join_next() => {
                self.copied(copied.ok().flatten())
            }
            () = self.place.keep() => Vec::new(),
        }
    }

    /// The agent is asked in any case: they may have copied something else since.
    fn copied(&mut self, text: Option<String>) -> Vec<Wish> {
        match text.as_deref().map(DialRequest::copied) {
            Some(Ok(request)) => {
                self.request = Some(request);
                self.by_agent = true;
            }
            Some(Err(refused)) => tracing::info!(%refused, "what was copied is nobody to call"),
            None => {}
        }
        vec![Wish::Open(None)]
    }

    fn done(&self, deed: Deed) -> Vec<Wish> {
        let meant = self.phone.meant();
        let ringing = self.phone.ringing().next();
        let wish = match deed {
            Deed::Answer => ringing.map(|call| answer(call.number)),
            Deed::HangUp => meant
                .map(|call| hang_up(call.number))
                .or_else(|| ringing.map(|call| busy(call.number))),
            Deed::Mute => {
                meant.map(|call| Wish::Do(UserAction::Mute(call.number.id(), !call.muted)))
            }
            Deed::Hold => meant
                .filter(|call| call.stage == Stage::Talking)
                .map(|call| hold(call.number, !call.held)),
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
                Command::Busy(call) => wishes.push(busy(call)),
                Command::Answer(call) => wishes.push(answer(call)),
                Command::Reject(call) => wishes.push(reject(call, Rejection::Decline)),
                Command::Open => wishes.push(Wish::Open(None)),
            }
        }
        let tray = Tray::of(&self.phone, self.attention.do_not_disturb());
        if self.tray.as_ref() != Some(&tray) {
            self.tray = Some(tray.clone());
            wishes.push(Wish::Tray(tray));
        }
        wishes
    }
}

/// What is pressed next; nothing, where another phone of this program hears it.
async fn pressed(pressing: &mut Option<Pressing>) -> Deed {
    match pressing {
        Some(pressing) => pressing.pressed().await,
        None => std::future::pending().await,
    }
}

async fn knocked(door: &mut Option<Door>) -> Knock {
    match door {
        Some(door) => door.knocked().await,
        None => std::future::pending().await,
    }
}

fn dial(request: DialRequest) -> Wish {
    Wish::Do(UserAction::Dial {
        to: request.text().to_owned(),
        line: None,
    })
}

fn answer(call: CallNumber) -> Wish {
    Wish::Do(UserAction::Answer(call.id()))
}

fn busy(call: CallNumber) -> Wish {
    reject(call, Rejection::Busy)
}

fn reject(call: CallNumber, with: Rejection) -> Wish {
    Wish::Do(UserAction::Reject(call.id(), with))
}

fn hang_up(call: CallNumber) -> Wish {
    Wish::Do(UserAction::Hangup(call.id()))
}

fn hold(call: CallNumber, on: bool) -> Wish {
    Wish::Do(if on {
        UserAction::Hold(call.id())
    } else {
        UserAction::Resume(call.id())
    })
}

#[cfg(test)]
mod tests;
