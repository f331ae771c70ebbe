//! What agent, server, customers, experts and media sessions could do now.

use warmline_call::{
    Call, CallId, Cause, Digit, Direction, EndedBy, Event, Hold, MediaEvent, MediaFailure, Party,
    Rejection, Restored, SipEvent, State, Suspicion, UserAction,
};

use super::{Kept, World, legs::Leg};

impl World {
    /// Somebody does something: who and what is in `pick`.
    pub(crate) fn step(&mut self, pick: u32) -> Kept {
        let (who, what) = (pick % 16, (pick / 16) as usize);
        let mut choices = Vec::new();
        match who {
            0 => self.newcomers(&mut choices),
            1..5 => self.agent(&mut choices),
            5..12 => self.peers(&mut choices),
            _ => self.media(&mut choices),
        }
        if choices.is_empty() {
            self.newcomers(&mut choices);
        }
        self.spent += 2;
        let event = choices.swap_remove(what % choices.len());
        self.hand_in(event)
    }

    /// A shift does not begin with nobody: customers, experts and groups that are there already.
    pub(crate) fn open_shop(&mut self, opening: u8) -> Kept {
        let opening = opening % 8;
        if opening >= 1 {
            let customer = self.customer()?;
            if opening >= 3 {
                let expert = self.expert(customer, opening == 4)?;
                match opening {
                    5 => self.user(UserAction::Complete {
                        customer,
                        sure: true,
                    })?,
                    6 => self.merge(customer, expert)?,
                    7 => {
                        self.merge(customer, expert)?;
                        let other = self.customer()?;
                        self.merge(customer, other)?;
                    }
                    _ => {}
                }
            }
        }
        if opening == 2 {
            self.customer()?;
        }
        Ok(())
    }

    fn new_id(&mut self) -> CallId {
        self.spent += 2;
        CallId::new(self.spent)
    }

    fn user(&mut self, action: UserAction) -> Kept {
        self.hand_in(Event::User(action))
    }

    fn customer(&mut self) -> Result<CallId, super::Broken> {
        let call = self.new_id();
        self.hand_in(Event::Sip(invited(call, None)))?;
        self.user(UserAction::Answer(call))?;
        self.hand_in(Event::Media(MediaEvent::Ready(call)))?;
        self.hand_in(Event::Media(MediaEvent::Connected(call)))?;
        Ok(call)
    }

    fn expert(&mut self, customer: CallId, hand_over: bool) -> Result<CallId, super::Broken> {
        let expert = self.new_id();
        self.user(UserAction::Consult {
            customer,
            expert,
            to: Party::default(),
            hand_over,
        })?;
        self.hand_in(Event::Media(MediaEvent::Ready(expert)))?;
        let (call, status) = (expert, 180);
        self.hand_in(Event::Sip(SipEvent::Ringing { call, status }))?;
        self.hand_in(Event::Sip(SipEvent::Answered { call, fork: 1 }))?;
        self.hand_in(Event::Media(MediaEvent::Connected(expert)))?;
        Ok(expert)
    }

    fn merge(&mut self, call: CallId, with: CallId) -> Kept {
        let focus = Some(self.new_id());
        self.user(UserAction::Merge { call, with, focus })
    }

    /// Who was not there before: calls in and out, and those of an earlier run.
    fn newcomers(&self, choices: &mut Vec<Event>) {
        let new = CallId::new(self.spent + 2);
        choices.extend([
            Event::User(UserAction::Dial {
                call: new,
                to: Party::default(),
            }),
            Event::Sip(invited(new, None)),
            Event::User(UserAction::DoNotDisturb(true)),
            Event::NetworkChanged {
                calls: self.legs.keys().copied().collect(),
                lost: true,
            },
        ]);
        let standing = || self.legs.iter().filter(|(_, leg)| leg.stands());
        for (old, _) in standing() {
            choices.push(Event::Sip(invited(new, Some(*old))));
        }
        if self.tally.restored < 4 {
            let restored = |held, consults_for, group_with| {
                Event::Restored(Restored {
                    call: new,
                    replacement: CallId::new(self.spent + 3),
                    direction: Direction::Incoming,
                    party: Party::default(),
                    started: self.now,
                    answered: self.now,
                    held,
                    muted: false,
                    consults_for,
                    group_with,
                })
            };
            choices.extend([restored(false, None, None), restored(true, None, None)]);
            for (other, _) in standing().filter(|(_, leg)| leg.of_earlier_run) {
                let of_them = |t: &warmline_call::Transfer| {
                    t.customer() == *other || t.expert() == Some(*other)
                };
                if !self.phone.transfers().any(of_them) {
                    choices.push(restored(false, Some(*other), None));
                }
                choices.push(restored(false, None, Some(*other)));
            }
        }
    }

    fn agent(&self, choices: &mut Vec<Event>) {
        let new = CallId::new(self.spent + 2);
        let user = |action| Event::User(action);
        if self.phone.do_not_disturb() {
            choices.push(user(UserAction::DoNotDisturb(false)));
        }
        for call in self.phone.calls() {
            let id = call.id();
            match call.state() {
                State::Incoming => choices.extend([
                    user(UserAction::Answer(id)),
                    user(UserAction::Answer(id)),
                    user(UserAction::Reject(id, Rejection::Busy)),
                ]),
                State::Answering | State::Dialing | State::Ringing { .. } => {
                    choices.push(user(UserAction::Hangup(id)));
                }
                State::Established => {
                    choices.extend(self.buttons(call, new).into_iter().map(user));
                }
                State::Ended(_) => choices.push(user(UserAction::Dismiss(id))),
            }
        }
        for transfer in self.phone.transfers() {
            let customer = transfer.customer();
            choices.extend([
                user(UserAction::Swap(customer)),
                user(UserAction::Back(customer)),
                user(UserAction::Complete {
                    customer,
                    sure: false,
                }),
                user(UserAction::Complete {
                    customer,
                    sure: true,
                }),
                user(UserAction::KeepConsulting(customer)),
            ]);
            if let Some(with) = transfer.expert() {
                choices.push(user(UserAction::Merge {
                    call: customer,
                    with,
                    focus: Some(new),
                }));
            }
        }
    }

    /// What an answered call can be asked for, sense or not.
    fn buttons(&self, call: &Call, new: CallId) -> Vec<UserAction> {
        let id = call.id();
        let consult = |hand_over| UserAction::Consult {
            customer: id,
            expert: new,
            to: Party::default(),
            hand_over,
        };
        let mut buttons = vec![
            UserAction::Hold(id),
            UserAction::Resume(id),
            UserAction::Mute(id, !call.muted()),
            UserAction::Silence(id, !call.silenced()),
            UserAction::Volume(id, 50),
            UserAction::Dtmf(id, Digit::new('5').into_iter().collect()),
            UserAction::Hangup(id),
            consult(true),
            consult(false),
            UserAction::BlindTransfer {
                customer: id,
                to: Party::default(),
            },
            UserAction::Leave(id),
        ];
        if call.hold() != Hold::No {
            buttons.push(UserAction::Resume(id));
        }
        if call.referral().is_some() {
            buttons.push(UserAction::Follow { call: id, new });
            buttons.push(UserAction::DoNotFollow(id));
        }
        let other = self.phone.calls().find(|other| other.id() > id);
        if let Some(other) = other {
            buttons.push(UserAction::Merge {
                call: id,
                with: other.id(),
                focus: Some(new),
            });
        }
        buttons
    }

    fn peers(&self, choices: &mut Vec<Event>) {
        let spent = u32::try_from(self.spent).unwrap_or(u32::MAX);
        for (id, leg) in self.legs.iter().filter(|(_, leg)| !leg.ended_by_peer) {
            let mut sip = |event| choices.push(Event::Sip(event));
            leg.choices(*id, &mut sip);
            if leg.stands() {
                sip(SipEvent::Referred {
                    call: *id,
                    refer: spent,
                    to: Party::default(),
                    new: CallId::new(self.spent + 2),
                });
                sip(SipEvent::Unreachable {
                    call: *id,
                    replacement: CallId::new(self.spent + 2),
                });
            }
        }
    }

    fn media(&self, choices: &mut Vec<Event>) {
        for (id, session) in self.sessions.iter().filter(|(_, session)| session.open) {
            let call = *id;
            let mut media = |event| choices.push(Event::Media(event));
            if session.ready {
                media(MediaEvent::Connected(call));
                media(MediaEvent::Connected(call));
                media(MediaEvent::Disconnected(call));
                media(MediaEvent::FirstAudio(call));
                media(MediaEvent::RemoteHold(call, true));
                media(MediaEvent::Failed(call, MediaFailure::NoConnection));
                media(MediaEvent::Suspicious(call, Suspicion::Beep));
                media(MediaEvent::Suspicious(call, Suspicion::LongSpeech));
            } else {
                // Who waits for nothing else is not kept waiting.
                choices.extend((0..8).map(|_| Event::Media(MediaEvent::Ready(call))));
                let failure = MediaFailure::NotAcceptable;
                choices.push(Event::Media(MediaEvent::Failed(call, failure)));
            }
        }
    }
}

impl Leg {
    /// What peer and server may do on this leg now.
    fn choices(&self, call: CallId, sip: &mut impl FnMut(SipEvent)) {
        let cause = Cause {
            status: (!self.answered).then_some(486),
            by: EndedBy::Remote,
            ..Cause::default()
        };
        sip(SipEvent::Ended { call, cause });
        if self.outgoing && !self.answered {
            sip(SipEvent::Ringing { call, status: 180 });
            sip(SipEvent::Ringing { call, status: 183 });
            sip(SipEvent::Early { call, fork: 1 });
            for fork in [1, 1, 2] {
                sip(SipEvent::Answered { call, fork });
            }
        }
        if self.stands() && !self.theirs {
            sip(SipEvent::Reoffered(call));
        }
        if self.theirs {
            sip(SipEvent::ReofferClosed(call));
            sip(SipEvent::ReofferClosed(call));
        }
        if self.ours {
            for _ in 0..3 {
                sip(SipEvent::ReofferAccepted(call));
            }
            for status in [491, 488, 503, 481, 408] {
                sip(SipEvent::ReofferRefused { call, status });
            }
        }
        // Also of older ones: late, twice, in any order, or never.
        for (number, sent) in self.refers.iter().rev().take(3) {
            let refer = *number;
            if !sent.answered {
                let answers = [
                    (202, true),
                    (202, true),
                    (200, false),
                    (405, false),
                    (501, false),
                    (603, false),
                    (403, false),
                    (408, false),
                    (503, false),
                ];
                for (status, subscribed) in answers {
                    sip(SipEvent::ReferAnswered {
                        call,
                        refer,
                        status,
                        subscribed,
                    });
                }
            }
            for (status, terminated) in [
                (100, false),
                (180, false),
                (200, true),
                (200, true),
                (486, true),
                (503, true),
                (100, true),
            ] {
                sip(SipEvent::ReferProgress {
                    call,
                    refer,
                    status,
                    terminated,
                });
            }
        }
    }
}

fn invited(call: CallId, replaces: Option<CallId>) -> SipEvent {
    SipEvent::Invited {
        call,
        from: Party::default(),
        unacceptable: None,
        replaces,
    }
}
