use std::{io, time::Instant};

use tokio::task::JoinSet;
use warmline_desk::{
    Desk, DeskError, Rejection, UserAction,
    number::Number,
    policy::Shortcuts,
    press::Press,
    profile::{DesktopPolicy, LinkVerdict},
};

use crate::{
    arrangement::{Arranged, Standing},
    attention::{Attention, Button, Command, Event},
    awake::Awake,
    clipboard,
    door::{Door, Knock},
    link::{DialRequest, Refused},
    login::Login,
    notice::Notices,
    opener::Opener,
    phone::{CallNumber, PhoneNow, Stage},
    place::{Kept, Places, Seen},
    program::Program,
    request::{AskedBy, Question, Request},
    shortcut::{self, Conflict, Deed, Plan, Pressing},
    tongue::Tongue,
    tray::{Item, Tray},
    trouble,
};

/// Everything around the phone at once: it is shown what the phone is like, does what the system can be asked
/// for from any thread, and says what the window and the phone have to do.
#[derive(Debug)]
pub struct Desktop {
    attention: Attention,
    /// The agent wants to be left alone: each phone that runs is told.
    do_not_disturb: bool,
    notices: Notices,
    awake: Awake,
    pressing: Option<Pressing>,
    door: Option<Door>,
    place: Kept,
    phone: PhoneNow,
    policy: DesktopPolicy,
    request: Option<Request>,
    /// What the agent is asked about it.
    question: Option<Question>,
    /// The clipboard, while it is read.
    copied: JoinSet<Option<String>>,
    /// Whether the phone starts when the agent logs in.
    login: Arranged<Login>,
    /// Whether it opens the links of other programs.
    opener: Arranged<Opener>,
    /// What the agent is to be told, at the next occasion.
    untold: Vec<DeskError>,
    /// The shortcuts that the system was last asked for, and what is wrong with some.
    plan: Plan,
    wrong: Vec<(Deed, Conflict)>,
    /// The agent presses keys that are to be a shortcut, which must not do what they did so far.
    records_keys: bool,
    tray: Option<Tray>,
    tongue: Tongue,
}

/// Something about the desktop has happened, or the agent wants it to.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The answer to a question.
    Dial {
        /// The number that was asked about: an answer never means another one.
        to: String,
        /// Whether to call it.
        really: bool,
    },
    /// The agent wants to call the number that they have copied.
    CallCopied,
    /// The agent wants to be left alone, or no longer.
    DoNotDisturb(bool),
    /// The phone is to start when the agent logs in, or no longer.
    StartAtLogin(bool),
    /// The phone is to open the links of other programs, or no longer.
    OpenLinks(bool),
    /// A shortcut is to be these keys, or none: whoever keeps the settings sees to that.
    Shortcut(Deed, Option<String>),
    /// The agent presses keys that are to be a shortcut, or no longer.
    RecordingKeys(bool),
    /// The window speaks another language: so is what stands outside of it.
    Speak(Box<Tongue>),
    /// These shortcuts do not work.
    Wrong(Vec<(Deed, Conflict)>),
    /// The agent has chosen something in the tray.
    Chosen(Item),
    /// The agent works in the window, or no longer does.
    Focused(bool),
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
    /// The agent is to be told that something came to nothing.
    Tell(DeskError),
    /// The agent is to see this page of the system's settings.
    Show(String),
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
    /// Whether it opens the links of other programs; none where only the system can be asked for that.
    pub opens_links: Option<Standing>,
    /// That is not the agent's to say.
    pub links_managed: bool,
    /// There may be no shortcuts.
    pub no_shortcuts: bool,
    /// What is wrong with some of them.
    pub wrong: Vec<(Deed, Conflict)>,
    /// What the agent is asked: whether to call a number that they have not typed.
    pub request: Option<Question>,
}

impl Desktop {
    /// Where the window was seen last in each of its shapes.
    pub fn places(&self) -> Places {
        self.place.places()
    }

    /// The window, or the bar that it is now, is here.
    pub fn seen(&mut self, seen: Seen, is_bar: bool) {
        self.place.seen(seen, is_bar);
    }

    /// Around a phone that is not there yet. In a Tokio runtime.
    pub fn start(place: Kept, door: Option<Door>, program: io::Result<Program>) -> Self {
        let (login, opener) = match program {
            Ok(program) => (Login::of(program.clone()), Opener::of(program)),
            Err(error) => (Err(error.kind().into()), Err(error)),
        };
        Self {
            attention: Attention::default(),
            do_not_disturb: false,
            notices: Notices::start(),
            awake: Awake::start(),
            pressing: Pressing::start(),
            door,
            place,
            phone: PhoneNow::default(),
            policy: DesktopPolicy::default(),
            request: None,
            question: None,
            copied: JoinSet::new(),
            login: Arranged::new(login),
            opener: Arranged::new(opener),
            untold: Vec::new(),
            plan: Plan::default(),
            wrong: Vec::new(),
            records_keys: false,
            tray: None,
            tongue: Tongue::default(),
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
        // A phone that is new, as after a fault, knows nothing of it yet.
        let wanted = Some(self.do_not_disturb);
        if self.phone.do_not_disturb.is_some() && self.phone.do_not_disturb != wanted {
            let quiet = UserAction::DoNotDisturb(self.do_not_disturb);
            wishes.push(Wish::Do(quiet));
        }
        self.question = None;
        if let Some((policy, desk)) = managed {
            if self.policy != *policy {
                self.policy = policy.clone();
            }
            wishes.extend(self.ask(Instant::now(), |text| desk.read_number(text)));
        }
        let (start, links) = (self.policy.start_at_login, self.policy.opens_links());
        self.untold.extend(self.login.by_policy(start));
        self.untold.extend(self.opener.by_policy(links));
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
            do_not_disturb: self.do_not_disturb,
            starts: self.login.standing() == Some(Standing::On),
            start_managed: start.is_some(),
            opens_links: self.opener.standing(),
            links_managed: links.is_some(),
            no_shortcuts: self.policy.no_shortcuts,
            wrong: self.wrong.clone(),
            request: self.question.clone(),
        };
        (view, wishes)
    }

    /// What is to be done about it.
    pub fn hear(&mut self, news: News) -> Vec<Wish> {
        match news {
            News::Dial { to, really } => {
                let asked = self.question.take_if(|question| question.number.to == to);
                if asked.is_some() {
                    self.request = None;
                }
                return asked.filter(|_| really).map(dial).into_iter().collect();
            }
            News::CallCopied => {
                self.copied.spawn(clipboard::text());
            }
            News::DoNotDisturb(on) => {
                self.do_not_disturb = on;
                return self.show_tray().into_iter().collect();
            }
            News::StartAtLogin(on) if self.policy.start_at_login.is_none() => {
                self.untold.extend(self.login.set(on));
            }
            News::OpenLinks(on) => return self.open_links(on).into_iter().collect(),
            News::StartAtLogin(_) | News::Shortcut(..) => {}
            News::RecordingKeys(on) => self.records_keys = on,
            News::Speak(tongue) => {
                self.tongue = tongue.in_lines();
                return self.show_tray().into_iter().collect();
            }
            News::Wrong(wrong) => self.wrong = wrong,
            News::Chosen(item) => return self.chosen(item),
            News::Focused(focused) => {
                // Whoever comes back may come from the system's settings.
                if focused {
                    self.login.look();
                    self.opener.look();
                }
                return self.happened(Event::Focused(focused));
            }
            News::Knocked(knock) => {
                match knock.request() {
                    Some(Ok(to)) => self.requested(to, AskedBy::Link),
                    Some(Err(why)) => {
                        tracing::warn!(%why, "a link leads nowhere");
                        self.untold.push(trouble::refused(why, false));
                    }
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

    /// Somebody is to be called whom the agent has not typed.
    fn requested(&mut self, to: DialRequest, by: AskedBy) {
        let at = Instant::now();
        self.request = Some(Request { to, by, at });
    }

    /// Asks the agent about it, or calls at once, as policy says; `read` reads a number as the call box does.
    fn ask(&mut self, now: Instant, read: impl Fn(&str) -> Number) -> Option<Wish> {
        let request = self.request.as_ref()?;
        let (number, by) = (read(request.to.text()), request.by);
        let busy = !self.phone.calls.is_empty();
        let verdict = request.verdict(now, self.policy.links, &number, busy);
        let question = Question { number, by };
        if verdict == LinkVerdict::Ask {
            self.question = Some(question);
            return None;
        }
        self.request = None;
        if verdict == LinkVerdict::Dial {
            return Some(dial(question));
        }
        self.untold.push(match (by, question.number.to.is_empty()) {
            (AskedBy::Clipboard, _) => trouble::no_number(),
            (AskedBy::Link, true) => trouble::refused(Refused::Nobody, false),
            (AskedBy::Link, false) => trouble::links_off(),
        });
        None
    }

    /// As far as policy leaves it to the agent; and where the system does, they are shown where to choose.
    fn open_links(&mut self, on: bool) -> Option<Wish> {
        let said = self.policy.opens_links();
        if said.is_none() {
            self.untold.extend(self.opener.set(on));
        }
        let theirs = self.opener.standing() == Some(Standing::Offered);
        if !on || said == Some(false) || !theirs {
            return None;
        }
        self.opener.with()?.choice().map(Wish::Show)
    }

    fn chosen(&mut self, item: Item) -> Vec<Wish> {
        match item {
            Item::Open | Item::State => vec![Wish::Open(None)],
            Item::CallCopied => self.hear(News::CallCopied),
            Item::DoNotDisturb => self.hear(News::DoNotDisturb(!self.do_not_disturb)),
            Item::Mute => self.done(Deed::Mute),
            Item::HangUp => vec![press(Press::HangUp)],
            Item::Quit => vec![Wish::Quit],
        }
    }

    /// Waits until the agent presses something outside the window, or starts the program again, or is to be told
    /// something.
    pub async fn pressed(&mut self) -> Vec<Wish> {
        if !self.untold.is_empty() {
            return self.untold.drain(..).map(Wish::Tell).collect();
        }
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
            Some(Ok(to)) => self.requested(to, AskedBy::Clipboard),
            Some(Err(why)) => {
                tracing::info!(%why, "what was copied is nobody to call");
                self.untold.push(trouble::refused(why, true));
            }
            None => self.untold.push(trouble::nothing_copied()),
        }
        vec![Wish::Open(None)]
    }

    /// What is done by a shortcut. What a press means is the desk's to say, when it gets there.
    fn done(&self, deed: Deed) -> Vec<Wish> {
        match deed {
            Deed::Answer => vec![press(Press::Answer)],
            Deed::HangUp => vec![press(Press::HangUpOrReject)],
            Deed::Mute => vec![press(Press::ToggleMute)],
            Deed::Hold => vec![press(Press::ToggleHold)],
            Deed::Consult => {
                let heard = self.phone.at_hand.heard;
                heard.map(Wish::Consult).into_iter().collect()
            }
        }
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
                        self.notices.show(call, &who.who, &self.tongue);
                    }
                }
                Command::Withdraw(call) => self.notices.withdraw(call),
                Command::Answer(call) => wishes.push(answer(call)),
                Command::Reject(call) => wishes.push(decline(call)),
                Command::Open => wishes.push(Wish::Open(None)),
            }
        }
        wishes.extend(self.show_tray());
        wishes
    }

    fn show_tray(&mut self) -> Option<Wish> {
        let tray = Tray::of(&self.phone, self.do_not_disturb, &self.tongue);
        if self.tray.as_ref() == Some(&tray) {
            return None;
        }
        self.tray = Some(tray.clone());
        Some(Wish::Tray(tray))
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

/// What was seen is what is dialled.
fn dial(Question { number, .. }: Question) -> Wish {
    Wish::Do(UserAction::Dial {
        to: number.to,
        line: None,
    })
}

fn answer(call: CallNumber) -> Wish {
    Wish::Do(UserAction::Answer(call.id()))
}

/// As the window's own button does: somebody else may take the call.
fn decline(call: CallNumber) -> Wish {
    Wish::Do(UserAction::Reject(call.id(), Rejection::Busy))
}

fn press(press: Press) -> Wish {
    Wish::Do(UserAction::Press(press))
}

#[cfg(test)]
mod tests;
