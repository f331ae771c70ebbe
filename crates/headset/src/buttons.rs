//! What the agent wants, by the headset's buttons, and what its lights show: a pure machine that is
//! told the time, what the phone does and what the headset sends.
//!
//! How things are is what the phone says. The headset is told of it whenever a call is up, after
//! each press at the latest, and left alone otherwise: another program may use it then.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use crate::contact::{Contact, Patience, Stroke};
use crate::layout::{Control, Layout, Lights};

/// What the phone does, as far as a headset is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhoneState {
    /// Somebody calls, and waits for an answer.
    pub ringing: bool,
    /// There is a call that the agent hears, or that the agent has begun or answered.
    pub talking: bool,
    /// There is a call on hold.
    pub holding: bool,
    /// The microphone is muted.
    pub muted: bool,
}

/// What the agent wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    /// Take the call that rings; one that is heard goes on hold.
    Answer,
    /// Turn away the call that rings.
    Reject,
    /// End the call that is heard.
    HangUp,
    /// Put the call that is heard on hold, or take back the one that is.
    ToggleHold,
    /// Mute the microphone, or no more.
    Mute(bool),
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// There is a headset, open.
    Attached(Layout),
    /// It is gone.
    Detached,
    /// It sent this.
    Report(Vec<u8>),
    /// The phone does this now.
    Phone(PhoneState),
    /// Time has passed.
    Timeout,
    /// It is given back.
    Released,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Send this report to the headset.
    Write(Vec<u8>),
    /// Tell the desk what the agent wants.
    Wish(Wish),
    /// Tell the desk that another program has a call on the headset, or no more.
    InUseElsewhere(bool),
}

/// The buttons and lights of the headset.
#[derive(Debug, Default)]
pub(crate) struct Buttons {
    phone: PhoneState,
    headset: Option<Headset>,
}

#[derive(Debug)]
struct Headset {
    layout: Layout,
    hook: Option<Contact>,
    mute: Option<Contact>,
    /// Buttons that are down.
    down: Vec<Control>,
    /// When something last came of the hook or of a button.
    used: Option<Instant>,
    /// As it was told last.
    shown: Lights,
    /// Since when it is off the hook, though no call of ours is up.
    elsewhere: Option<Instant>,
    /// The desk knows of it.
    told_elsewhere: bool,
}

impl Buttons {
    /// Takes one event; the commands are to be carried out in order before the next.
    pub(crate) fn handle(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let mut out = Vec::new();
        match event {
            Event::Attached(layout) => self.headset = Some(Headset::new(layout)),
            Event::Detached => self.detach(&mut out),
            Event::Report(report) => self.report(now, &report, &mut out),
            Event::Phone(phone) if phone == self.phone => {}
            Event::Phone(phone) => {
                self.phone = phone;
                // This is what whoever pressed something has waited for.
                if let Some(headset) = &mut self.headset {
                    headset.hasten(now);
                }
            }
            Event::Timeout => {}
            Event::Released => {
                if let Some(headset) = &mut self.headset {
                    headset.light(now, Lights::default(), false, &mut out);
                }
                self.detach(&mut out);
            }
        }
        self.show(now, &mut out);
        out
    }

    /// When to send [`Event::Timeout`] next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let headset = self.headset.as_ref()?;
        let tell = headset.elsewhere.filter(|_| !headset.told_elsewhere);
        let tell = tell.map(|since| since + ELSEWHERE);
        headset.answer_by().into_iter().chain(tell).min()
    }

    fn detach(&mut self, out: &mut Vec<Command>) {
        let gone = self.headset.take();
        if gone.is_some_and(|gone| gone.told_elsewhere) {
            out.push(Command::InUseElsewhere(false));
        }
    }

    fn report(&mut self, now: Instant, report: &[u8], out: &mut Vec<Command>) {
        let Some(headset) = &mut self.headset else {
            return;
        };
        for (control, value) in headset.layout.values(report) {
            let wish = match control {
                Control::Hook => headset.hook(now, value, self.phone),
                Control::Mute => headset.mute(now, value, self.phone),
                Control::Flash | Control::Drop | Control::Reject => {
                    headset.button(now, control, value, self.phone)
                }
                // A number dialled by accident is a stranger called, and a loudspeaker is no
                // headset's. What its own second line does is the headset's affair.
                Control::Redial | Control::Speaker | Control::Busy => None,
            };
            out.extend(wish.map(Command::Wish));
        }
    }

    /// Lets the headset show what is, where it does not, and answers those who have waited.
    fn show(&mut self, now: Instant, out: &mut Vec<Command>) {
        let Some(headset) = &mut self.headset else {
            return;
        };
        if self.phone.is_off_hook() {
            headset.elsewhere = None;
        }
        let elsewhere = headset.elsewhere;
        let tell = elsewhere.is_some_and(|since| now >= since + ELSEWHERE);
        if tell != headset.told_elsewhere {
            headset.told_elsewhere = tell;
            out.push(Command::InUseElsewhere(tell));
        }
        let ours = self.phone.is_off_hook() || (self.phone.ringing && elsewhere.is_none());
        let lights = if ours {
            self.phone.lights()
        } else {
            Lights::default()
        };
        if !ours {
            headset.leave();
        }
        // All of it, when somebody waits, and when a call begins: it may have been muted before.
        let waits = headset.answer_by().is_some_and(|at| now >= at);
        let begins = lights.off_hook && !headset.shown.off_hook;
        headset.light(now, lights, waits || begins, out);
    }
}

impl PhoneState {
    fn is_off_hook(self) -> bool {
        self.talking || self.holding
    }

    fn lights(self) -> Lights {
        Lights {
            off_hook: self.is_off_hook(),
            ring: self.ringing,
            mute: self.muted && self.is_off_hook(),
            hold: self.holding && !self.talking,
        }
    }
}

impl Headset {
    fn new(layout: Layout) -> Self {
        let contact = |control, patience| {
            let action = layout.action(control);
            action.map(|action| Contact::new(action, patience))
        };
        Self {
            hook: contact(Control::Hook, HOOK),
            mute: contact(Control::Mute, MUTE),
            down: Vec::new(),
            used: None,
            shown: Lights::default(),
            elsewhere: None,
            told_elsewhere: false,
            layout,
        }
    }

    fn hook(&mut self, now: Instant, value: i64, phone: PhoneState) -> Option<Wish> {
        let contact = self.hook.as_mut()?;
        let stroke = contact.report(now, value)?;
        let off_hook = phone.is_off_hook();
        if !off_hook && !phone.ringing {
            let lifted = stroke == Stroke::To(true) && contact.is_switch();
            self.elsewhere = lifted.then_some(now);
            return None;
        }
        if !off_hook && stroke == Stroke::To(false) {
            // A call of another program's has ended.
            self.elsewhere = None;
            return None;
        }
        if off_hook && stroke == Stroke::To(true) {
            // A radio link that took long.
            return None;
        }
        let wish = if phone.ringing {
            // Also in a call: nobody who talks with a customer loses them to the next one.
            Wish::Answer
        } else if phone.talking {
            Wish::HangUp
        } else {
            // A customer on hold is not hung up on by a press that cannot be heard.
            Wish::ToggleHold
        };
        self.use_once(now)?;
        let contact = self.hook.as_mut()?;
        contact.used();
        if stroke == Stroke::To(false) && wish != Wish::HangUp {
            // It goes on: the headset opens its link again at once.
            contact.hasten(now);
        }
        Some(wish)
    }

    fn mute(&mut self, now: Instant, value: i64, phone: PhoneState) -> Option<Wish> {
        let contact = self.mute.as_mut()?;
        let stroke = contact.report(now, value)?;
        let muted = match stroke {
            Stroke::To(muted) => muted,
            Stroke::Press => !phone.muted,
        };
        if !phone.is_off_hook() || muted == phone.muted {
            return None;
        }
        contact.used();
        Some(Wish::Mute(muted))
    }

    fn button(
        &mut self,
        now: Instant,
        control: Control,
        value: i64,
        phone: PhoneState,
    ) -> Option<Wish> {
        let was_down = self.down.contains(&control);
        self.down.retain(|down| *down != control);
        if value <= 0 {
            return None;
        }
        self.down.push(control);
        if was_down {
            return None;
        }
        let wish = match control {
            Control::Flash if phone.is_off_hook() && phone.ringing => Wish::Answer,
            Control::Flash if phone.is_off_hook() => Wish::ToggleHold,
            Control::Drop if phone.talking => Wish::HangUp,
            Control::Drop | Control::Reject if phone.ringing => Wish::Reject,
            _ => return None,
        };
        self.use_once(now)?;
        Some(wish)
    }

    /// Of what is told twice, or in two ways, the first counts.
    fn use_once(&mut self, now: Instant) -> Option<()> {
        if self.used.is_some_and(|used| now < used + ONCE) {
            return None;
        }
        self.used = Some(now);
        Some(())
    }

    fn light(&mut self, now: Instant, lights: Lights, all: bool, out: &mut Vec<Command>) {
        let before = self.layout.reports(self.shown);
        let reports = self.layout.reports(lights).into_iter();
        let reports = reports.zip(before).filter(|(new, old)| all || new != old);
        out.extend(reports.map(|(report, _)| Command::Write(report)));
        let shown = std::mem::replace(&mut self.shown, lights);
        for (contact, on, was_on) in [
            (&mut self.hook, lights.off_hook, shown.off_hook),
            (&mut self.mute, lights.mute, shown.mute),
        ] {
            if let Some(contact) = contact
                && (all || on != was_on)
            {
                contact.wrote(now, on, on != was_on);
            }
        }
    }

    fn contacts(&mut self) -> impl Iterator<Item = &mut Contact> {
        self.hook.iter_mut().chain(&mut self.mute)
    }

    fn answer_by(&self) -> Option<Instant> {
        let contacts = self.hook.iter().chain(&self.mute);
        contacts.filter_map(Contact::answer_by).min()
    }

    fn hasten(&mut self, now: Instant) {
        for contact in self.contacts() {
            contact.hasten(now);
        }
    }

    fn leave(&mut self) {
        for contact in self.contacts() {
            contact.leave();
        }
    }
}

/// The phone has as long to answer a call before a headset that waits for it is told that it rings
/// still; some wait two seconds before they go back on the hook by themselves.
const HOOK: Patience = Patience {
    // A headset without a cord says that it is off the hook when its radio link is up.
    settle: Duration::from_secs(3),
    echo: Duration::from_secs(1),
    answer: Duration::from_secs(1),
    spring: Duration::from_millis(700),
};

/// Some headsets that nobody answers lock their mute button.
const MUTE: Patience = Patience {
    settle: Duration::from_secs(1),
    echo: Duration::from_millis(250),
    answer: Duration::from_millis(250),
    spring: Duration::from_millis(300),
};

const ONCE: Duration = Duration::from_millis(300);
/// Who presses a button for nothing is off the hook for two seconds.
const ELSEWHERE: Duration = Duration::from_secs(3);
