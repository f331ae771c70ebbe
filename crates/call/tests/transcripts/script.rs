//! A phone, the time, and a transcript of what happens.

use std::time::Instant;

use warmline_call::{
    CallId, Cause, Command, EndReason, Event, Hold, MediaEvent, Party, Phone, PhoneConfig,
    RecoverBy, SipEvent, State, UserAction,
};

pub(crate) const A: CallId = CallId::new(1);
pub(crate) const B: CallId = CallId::new(2);
pub(crate) const C: CallId = CallId::new(3);

pub(crate) fn party() -> Party {
    Party::new("sip:+15550100@example.org")
}

pub(crate) fn dial(call: u64) -> UserAction {
    UserAction::Dial {
        call: CallId::new(call),
        to: party(),
    }
}

pub(crate) fn invited(call: u64) -> SipEvent {
    SipEvent::Invited {
        call: CallId::new(call),
        from: party(),
        unacceptable: None,
        replaces: None,
    }
}

pub(crate) fn ringing(call: u64, status: u16) -> SipEvent {
    SipEvent::Ringing {
        call: CallId::new(call),
        status,
    }
}

pub(crate) fn early(call: u64, fork: u32) -> SipEvent {
    SipEvent::Early {
        call: CallId::new(call),
        fork,
    }
}

pub(crate) fn answered(call: u64, fork: u32) -> SipEvent {
    SipEvent::Answered {
        call: CallId::new(call),
        fork,
    }
}

pub(crate) fn refused(call: u64, status: u16) -> SipEvent {
    SipEvent::ReofferRefused {
        call: CallId::new(call),
        status,
    }
}

pub(crate) fn ended(call: u64, status: Option<u16>) -> SipEvent {
    SipEvent::Ended {
        call: CallId::new(call),
        cause: Cause {
            status,
            ..Cause::default()
        },
    }
}

/// The answer to the first REFER or a later one.
pub(crate) fn refer_answered(call: u64, refer: u32, status: u16) -> SipEvent {
    SipEvent::ReferAnswered {
        call: CallId::new(call),
        refer,
        status,
        subscribed: (200..300).contains(&status),
    }
}

/// A NOTIFY; the last one from 200 on.
pub(crate) fn notified(call: u64, refer: u32, status: u16) -> SipEvent {
    SipEvent::ReferProgress {
        call: CallId::new(call),
        refer,
        status,
        terminated: status >= 200,
    }
}

pub(crate) fn complete(customer: u64) -> UserAction {
    UserAction::Complete {
        customer: CallId::new(customer),
        sure: false,
    }
}

pub(crate) fn merge(call: u64, with: u64) -> UserAction {
    UserAction::Merge {
        call: CallId::new(call),
        with: CallId::new(with),
        focus: Some(CallId::new(9)),
    }
}

/// A phone, the time, and what has happened so far.
pub(crate) struct Script {
    pub(crate) phone: Phone,
    pub(crate) now: Instant,
    log: String,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(set: impl FnOnce(&mut PhoneConfig)) -> Self {
        let mut config = PhoneConfig {
            seed: 42,
            hold_music: false,
            recover_by: RecoverBy::Reinvite,
            ..PhoneConfig::default()
        };
        set(&mut config);
        Self {
            phone: Phone::new(config),
            now: Instant::now(),
            log: String::new(),
        }
    }

    /// An answered call that we made.
    pub(crate) fn established(call: u64) -> Self {
        let mut script = Self::new();
        script.user(dial(call));
        script.media(MediaEvent::Ready(CallId::new(call)));
        script.sip(answered(call, 1));
        script.forget();
        script
    }

    /// An answered call that came in.
    pub(crate) fn established_incoming(call: u64) -> Self {
        let mut script = Self::new();
        script.customer(call);
        script
    }

    /// A customer at 1 on hold, and an expert at 2 to whom the agent talks.
    pub(crate) fn consulting() -> Self {
        let mut script = Self::established_incoming(1);
        script.consult(1, 2);
        script
    }

    /// The same, and the REFER is out.
    pub(crate) fn completing() -> Self {
        let mut script = Self::consulting();
        script.user(complete(1));
        script.forget();
        script
    }

    /// 1 and 2 and the agent hear each other.
    pub(crate) fn grouped() -> Self {
        let mut script = Self::consulting();
        script.user(merge(1, 2));
        script.sip(SipEvent::ReofferAccepted(A));
        script.forget();
        script
    }

    /// A customer calls and is answered.
    pub(crate) fn customer(&mut self, call: u64) {
        self.sip(invited(call));
        self.user(UserAction::Answer(CallId::new(call)));
        self.media(MediaEvent::Ready(CallId::new(call)));
        self.forget();
    }

    /// An expert is called, and answers after having been rung.
    pub(crate) fn consult(&mut self, customer: u64, expert: u64) {
        let id = CallId::new(expert);
        self.user(UserAction::Consult {
            customer: CallId::new(customer),
            expert: id,
            to: party(),
            hand_over: false,
        });
        self.media(MediaEvent::Ready(id));
        self.sip(SipEvent::ReofferAccepted(CallId::new(customer)));
        self.sip(ringing(expert, 180));
        self.sip(answered(expert, 1));
        self.forget();
    }

    pub(crate) fn user(&mut self, action: UserAction) {
        self.feed(Event::User(action));
    }

    pub(crate) fn sip(&mut self, event: SipEvent) {
        self.feed(Event::Sip(event));
    }

    pub(crate) fn media(&mut self, event: MediaEvent) {
        self.feed(Event::Media(event));
    }

    /// Let the time pass until the next time-out, and hand it in.
    pub(crate) fn wait(&mut self) {
        let due = self.phone.poll_timeout().expect("nothing to wait for");
        let waited = due - self.now;
        self.now = due;
        self.log += &format!("> Timeout after {} s\n", waited.as_secs_f32());
        self.commands(Event::Timeout);
        assert!(self.phone.poll_timeout().is_none_or(|at| at > self.now));
    }

    pub(crate) fn feed(&mut self, event: Event) {
        self.log += &format!("> {}\n", written(&event));
        self.commands(event);
    }

    pub(crate) fn commands(&mut self, event: Event) {
        for command in self.phone.handle(self.now, event) {
            self.log += &format!("    {}\n", spelled(&command));
        }
    }

    pub(crate) fn forget(&mut self) {
        self.log.clear();
    }

    pub(crate) fn text(&self) -> &str {
        &self.log
    }

    pub(crate) fn last_event(&self) -> String {
        let line = self.log.lines().rfind(|line| line.starts_with('>'));
        line.unwrap_or_default()[2..].to_owned()
    }

    #[track_caller]
    pub(crate) fn reads(&self, expected: &str) {
        let indent = expected.lines().find(|line| !line.trim().is_empty());
        let indent = indent.map_or(0, |line| line.len() - line.trim_start().len());
        let expected: String = expected
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| format!("{}\n", line[indent.min(line.len())..].trim_end()))
            .collect();
        assert!(
            self.log == expected,
            "happened:\n{}\nexpected:\n{expected}",
            self.log
        );
    }

    pub(crate) fn state(&self, call: u64) -> Option<State> {
        self.phone.call(CallId::new(call)).map(|call| call.state())
    }

    #[track_caller]
    pub(crate) fn reason(&self, call: u64) -> EndReason {
        let call = self.phone.call(CallId::new(call)).expect("the call");
        call.end_reason().expect("an ended call")
    }

    /// Whether the agent and this person hear each other.
    pub(crate) fn talks_to(&self, call: u64) -> bool {
        let call = self.phone.call(CallId::new(call)).expect("the call");
        call.heard() && call.sending()
    }

    #[track_caller]
    pub(crate) fn hold(&self, call: u64) -> Hold {
        let call = self.phone.call(CallId::new(call)).expect("the call");
        call.hold()
    }
}

/// An event in short.
fn written(event: &Event) -> String {
    match event {
        Event::User(action) => match action {
            UserAction::Dial { call, .. } => format!("Dial({call})"),
            UserAction::Answer(call) => format!("Answer({call})"),
            UserAction::Reject(call, how) => format!("Reject({call}, {how:?})"),
            UserAction::Hangup(call) => format!("Hangup({call})"),
            UserAction::Hold(call) => format!("Hold({call})"),
            UserAction::Resume(call) => format!("Resume({call})"),
            UserAction::Mute(call, muted) => format!("Mute({call}, {muted})"),
            UserAction::Dtmf(call, _) => format!("Dtmf({call})"),
            UserAction::Dismiss(call) => format!("Dismiss({call})"),
            UserAction::Consult {
                customer,
                expert,
                hand_over,
                ..
            } => {
                let what = if *hand_over { "HandOver" } else { "Consult" };
                format!("{what}({customer}, {expert})")
            }
            UserAction::BlindTransfer { customer, .. } => format!("BlindTransfer({customer})"),
            UserAction::Swap(call) => format!("Swap({call})"),
            UserAction::Back(call) => format!("Back({call})"),
            UserAction::Complete { customer, sure } => {
                let how = if *sure { ", sure" } else { "" };
                format!("Complete({customer}{how})")
            }
            UserAction::KeepConsulting(call) => format!("KeepConsulting({call})"),
            UserAction::Merge { call, with, .. } => format!("Merge({call}, {with})"),
            UserAction::Leave(call) => format!("Leave({call})"),
            UserAction::Volume(call, percent) => format!("Volume({call}, {percent})"),
            UserAction::Silence(call, on) => format!("Silence({call}, {on})"),
            UserAction::Follow { call, new } => format!("Follow({call}, {new})"),
            UserAction::DoNotFollow(call) => format!("DoNotFollow({call})"),
            UserAction::DoNotDisturb(on) => format!("DoNotDisturb({on})"),
        },
        Event::Sip(event) => match event {
            SipEvent::Invited { call, .. } => format!("Invited({call})"),
            SipEvent::Ringing { call, status } => format!("Ringing({call}, {status})"),
            SipEvent::Early { call, fork } => format!("Early({call}, fork {fork})"),
            SipEvent::Answered { call, fork } => format!("Answered({call}, fork {fork})"),
            SipEvent::Ended { call, .. } => format!("Ended({call})"),
            SipEvent::Reoffered(call) => format!("Reoffered({call})"),
            SipEvent::ReofferClosed(call) => format!("ReofferClosed({call})"),
            SipEvent::ReofferAccepted(call) => format!("ReofferAccepted({call})"),
            SipEvent::ReofferRefused { call, status } => {
                format!("ReofferRefused({call}, {status})")
            }
            SipEvent::Unreachable { call, .. } => format!("Unreachable({call})"),
            SipEvent::ReferAnswered {
                call,
                status,
                subscribed,
                ..
            } => {
                let told = if *subscribed { "" } else { ", untold" };
                format!("ReferAnswered({call}, {status}{told})")
            }
            SipEvent::ReferProgress {
                call,
                status,
                terminated,
                ..
            } => {
                let last = if *terminated { ", last" } else { "" };
                format!("ReferProgress({call}, {status}{last})")
            }
            SipEvent::Referred { call, new, .. } => format!("Referred({call}, {new})"),
        },
        Event::Media(event) => match event {
            MediaEvent::Ready(call) => format!("Ready({call})"),
            MediaEvent::Failed(call, _) => format!("Failed({call})"),
            MediaEvent::Connected(call) => format!("Connected({call})"),
            MediaEvent::Disconnected(call) => format!("Disconnected({call})"),
            MediaEvent::FirstAudio(call) => format!("FirstAudio({call})"),
            MediaEvent::RemoteHold(call, held) => format!("RemoteHold({call}, {held})"),
            MediaEvent::Suspicious(call, why) => format!("Suspicious({call}, {why:?})"),
        },
        Event::Restored(restored) => format!("Restored({})", restored.call),
        Event::NetworkChanged { .. } => "NetworkChanged".to_owned(),
        Event::Timeout => "Timeout".to_owned(),
    }
}

/// A command in short.
fn spelled(command: &Command) -> String {
    use warmline_call::{MediaCommand as M, Notice as N, SipCommand as S, SoundCommand as P};
    match command {
        Command::Sip(command) => match command {
            S::Invite { call, because, .. } => match because {
                None => format!("Invite({call})"),
                Some(because) => format!("Invite({call}) {because:?}"),
            },
            S::Ring(call) => format!("Ring({call})"),
            S::Accept(call) => format!("Accept({call})"),
            S::Reject { call, status } => format!("Reject({call}) {status}"),
            S::Cancel(call) => format!("Cancel({call})"),
            S::Bye(call) => format!("Bye({call})"),
            S::Reoffer {
                call,
                hold,
                restart,
            } => {
                let what = if *hold { "hold" } else { "resume" };
                let how = if *restart { ", ICE restart" } else { "" };
                format!("Reoffer({call}) {what}{how}")
            }
            S::AnswerReoffer(call) => format!("AnswerReoffer({call})"),
            S::RefuseReoffer { call, status } => format!("RefuseReoffer({call}) {status}"),
            S::Restore(call) => format!("Restore({call})"),
            S::Refer { call, replaces, .. } => match replaces {
                None => format!("Refer({call})"),
                Some(other) => format!("Refer({call}) replacing {other}"),
            },
            S::AnswerRefer { call, status, .. } => format!("AnswerRefer({call}) {status}"),
            S::NotifyRefer { call, status, .. } => format!("NotifyRefer({call}) {status}"),
        },
        Command::Media(command) => match command {
            M::Open(call) => format!("Media Open({call})"),
            M::UseEarly { call, fork } => format!("Media UseEarly({call}, fork {fork})"),
            M::UseAnswer { call, fork } => format!("Media UseAnswer({call}, fork {fork})"),
            M::Flow {
                call,
                heard,
                sending,
            } => match (heard, sending) {
                (true, true) => format!("Media Flow({call}): heard, sending"),
                (true, false) => format!("Media Flow({call}): heard"),
                (false, true) => format!("Media Flow({call}): sending"),
                (false, false) => format!("Media Flow({call}): silent"),
            },
            M::Mute(call, true) => format!("Media Mute({call})"),
            M::Mute(call, false) => format!("Media Unmute({call})"),
            M::Mix(call, true) => format!("Media Mix({call})"),
            M::Mix(call, false) => format!("Media Unmix({call})"),
            M::Volume(call, percent) => format!("Media Volume({call}, {percent})"),
            M::Silence(call, on) => format!("Media Silence({call}, {on})"),
            M::Music(call, true) => format!("Media Music({call})"),
            M::Music(call, false) => format!("Media Music({call}) off"),
            M::WatchGreeting(call) => format!("Media WatchGreeting({call})"),
            M::Dtmf(call, _) => format!("Media Dtmf({call})"),
            M::Close(call) => format!("Media Close({call})"),
        },
        Command::Sound(P::Ring(true)) => "Ringer on".to_owned(),
        Command::Sound(P::Ring(false)) => "Ringer off".to_owned(),
        Command::Sound(P::Tone(Some(tone))) => format!("Tone {tone:?}"),
        Command::Sound(P::Tone(None)) => "Tone off".to_owned(),
        Command::Sound(P::Connected) => "Cue connected".to_owned(),
        Command::Notice(N::Refused { call, refusal }) => format!("Refused({call}): {refusal:?}"),
        Command::Notice(N::HoldFailed {
            call,
            hold,
            failure,
        }) => {
            let what = if *hold { "hold" } else { "resume" };
            format!("HoldFailed({call}): {what}, {failure:?}")
        }
        Command::Notice(N::Undisturbed(call)) => format!("Undisturbed({call})"),
        Command::Notice(N::Transfer {
            customer,
            expert,
            news,
            reason,
        }) => {
            let expert = expert.map_or_else(String::new, |expert| format!(", {expert}"));
            let why = reason.map_or_else(String::new, |reason| format!(": {reason:?}"));
            format!("Transfer({customer}{expert}) {news:?}{why}")
        }
    }
}
