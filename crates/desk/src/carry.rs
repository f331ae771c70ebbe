//! Carries out what the calls command.

use tracing::debug;
use warmline_audio::Tone as AudioTone;
use warmline_call::{
    CallId, Command, Digit, Direction as CallDirection, Event, Hold, MediaCommand,
    MediaEvent as CallMedia, MediaFailure, Notice, SipCommand, SipEvent as CallSip, SoundCommand,
};
use warmline_media::{Direction, DtmfError};
use warmline_sip::SipRequest;

use crate::{
    error::{DeskError, ErrorCode},
    line::{Job, Line},
    run::{Running, dialog},
    words,
};

impl Running {
    /// Does what the phone wants done. Nothing here waits; what takes time reports back.
    pub(crate) fn carry_out(&mut self, command: Command) {
        debug!(?command);
        match command {
            Command::Sip(command) => self.carry_out_sip(command),
            Command::Media(command) => self.carry_out_media(command),
            Command::Sound(SoundCommand::Ring(on)) => self.ring(on),
            Command::Sound(SoundCommand::Tone(tone)) => self.tone(tone),
            Command::Sound(SoundCommand::Connected) => {
                self.machines.engine.tone(Some(AudioTone::Connected));
            }
            Command::Notice(Notice::Refused { refusal, .. }) => {
                self.refusal = Some(words::refusal(refusal));
            }
            Command::Notice(Notice::HoldFailed {
                call,
                hold,
                failure,
            }) => self.tell_error(Some(call), words::hold_failed(hold, failure)),
        }
    }

    fn carry_out_sip(&mut self, command: SipCommand) {
        match command {
            SipCommand::Invite { call, to } => {
                let offer = self.legs.get_mut(&call).and_then(|leg| leg.sdp.ours.take());
                let Some(offer) = offer else {
                    return self.media_failed(call, MediaFailure::Internal);
                };
                self.machines.agent.send(SipRequest::Invite {
                    dialog: dialog(call),
                    to: to.address,
                    offer,
                    headers: Vec::new(),
                });
            }
            SipCommand::Ring(call) => self.machines.agent.send(SipRequest::Ring {
                dialog: dialog(call),
            }),
            SipCommand::Accept(call) => {
                let sdp = self.legs.get_mut(&call).and_then(|leg| leg.sdp.ours.take());
                let Some(sdp) = sdp else {
                    return self.media_failed(call, MediaFailure::Internal);
                };
                self.machines.agent.send(SipRequest::Accept {
                    dialog: dialog(call),
                    sdp,
                });
            }
            SipCommand::Reject { call, status } => self.machines.agent.send(SipRequest::Reject {
                dialog: dialog(call),
                status,
                reason: None,
            }),
            SipCommand::Cancel(call) => self.machines.agent.send(SipRequest::Cancel {
                dialog: dialog(call),
            }),
            SipCommand::Bye(call) => self.machines.agent.send(SipRequest::Bye {
                dialog: dialog(call),
            }),
            SipCommand::Reoffer {
                call,
                hold,
                restart,
            } => {
                let direction = if hold {
                    Direction::SendOnly
                } else {
                    Direction::SendRecv
                };
                if !self.ask(call, Job::Reoffer { direction, restart }) {
                    let refused = CallSip::ReofferRefused { call, status: 488 };
                    self.outcomes.push_back(Event::Sip(refused));
                }
            }
            SipCommand::AnswerReoffer(call) => self.answer_reoffer(call),
            SipCommand::RefuseReoffer { call, status } => self.refuse_reoffer(call, status),
        }
    }

    fn answer_reoffer(&mut self, call: CallId) {
        let offer = self
            .legs
            .get_mut(&call)
            .and_then(|leg| leg.sdp.reoffer.take());
        let job = match offer {
            Some(Some(offer)) => Job::AnswerReoffer(offer),
            // What the peer has agreed to, not what it is yet to agree to.
            _ => Job::OfferAsked(match self.phone.call(call).map(|call| call.hold()) {
                Some(Hold::Held | Hold::Resuming) => Direction::SendOnly,
                _ => Direction::SendRecv,
            }),
        };
        if !self.ask(call, job) {
            self.refuse_reoffer(call, 488);
            self.outcomes
                .push_back(Event::Sip(CallSip::ReofferClosed(call)));
        }
    }

    pub(crate) fn refuse_reoffer(&mut self, call: CallId, status: u16) {
        self.machines.agent.send(SipRequest::AnswerReoffer {
            dialog: dialog(call),
            answer: Err(status),
        });
    }

    fn carry_out_media(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::Open(call) => self.open(call),
            MediaCommand::UseEarly { call, .. } => {
                let early = self
                    .legs
                    .get_mut(&call)
                    .and_then(|leg| leg.sdp.early.take());
                if let Some((fork, sdp)) = early
                    && !self.ask(call, Job::UseEarly(fork, sdp))
                {
                    debug!(%call, "too many early answers; one is left out");
                }
            }
            MediaCommand::UseAnswer { call, .. } => {
                let answer = self
                    .legs
                    .get_mut(&call)
                    .and_then(|leg| leg.sdp.answer.take());
                let asked =
                    answer.is_some_and(|(fork, sdp)| self.ask(call, Job::UseAnswer(fork, sdp)));
                if !asked {
                    self.media_failed(call, MediaFailure::Internal);
                }
            }
            MediaCommand::Flow {
                call,
                heard,
                sending,
            } => {
                if let Some(line) = self.line(call) {
                    line.session.set_heard(heard);
                    line.session.set_sending(sending);
                }
            }
            MediaCommand::Mute(call, muted) => {
                if let Some(line) = self.line(call) {
                    line.session.set_muted(muted);
                }
            }
            MediaCommand::Dtmf(call, digit) => self.send_digit(call, digit),
            MediaCommand::Close(call) => {
                if let Some(leg) = self.legs.get_mut(&call)
                    && let Some(line) = leg.line.take()
                {
                    // The last statistics are those of the whole call.
                    leg.notes.stats = Some(line.session.stats());
                }
            }
        }
    }

    fn open(&mut self, call: CallId) {
        let outgoing = self
            .phone
            .call(call)
            .is_some_and(|call| call.direction() == CallDirection::Outgoing);
        let leg = self.legs.entry(call).or_default();
        let line = Line::open(
            call,
            &self.machines.media,
            self.machines.engine.clone(),
            self.machines.reports.clone(),
            &mut self.tasks,
        );
        let job = match leg.sdp.offer.take() {
            Some(offer) if !outgoing => Job::Answer(offer),
            // An INVITE without an offer leaves it to us.
            _ => Job::Offer,
        };
        let asked = line.ask(job);
        leg.line = Some(line);
        if !asked {
            self.media_failed(call, MediaFailure::Internal);
        }
    }

    fn send_digit(&mut self, call: CallId, digit: Digit) {
        let digit = digit.get();
        let Some(leg) = self.legs.get_mut(&call) else {
            return;
        };
        let Some(line) = &leg.line else {
            return;
        };
        match line.session.dtmf(digit, DIGIT_MS) {
            Ok(()) => {}
            Err(DtmfError::NotNegotiated) => {
                if let Some(digit) = leg.info.push(digit) {
                    self.send_info(call, digit);
                }
            }
            Err(error) => {
                debug!(%call, %error, "digit not sent");
                return self.tell_error(
                    Some(call),
                    DeskError::new(
                        ErrorCode::DtmfFailed,
                        "A digit could not be sent.",
                        "Send the digits more slowly.",
                    ),
                );
            }
        }
        if let Some(leg) = self.legs.get_mut(&call) {
            leg.notes.dtmf_sent.push(digit);
        }
        // The key is heard, unless a tone that says more is playing.
        if self.tone.is_none() {
            self.machines.engine.tone(Some(AudioTone::Dtmf(digit)));
        }
    }

    pub(crate) fn send_info(&mut self, call: CallId, digit: char) {
        self.machines.agent.send(SipRequest::InfoDtmf {
            dialog: dialog(call),
            digit,
            duration_ms: DIGIT_MS,
        });
    }

    pub(crate) fn line(&self, call: CallId) -> Option<&Line> {
        self.legs.get(&call).and_then(|leg| leg.line.as_ref())
    }

    /// Has the call's session do `job`. False if it cannot.
    #[must_use]
    pub(crate) fn ask(&self, call: CallId, job: Job) -> bool {
        self.line(call).is_some_and(|line| line.ask(job))
    }

    pub(crate) fn media_failed(&mut self, call: CallId, failure: MediaFailure) {
        self.outcomes
            .push_back(Event::Media(CallMedia::Failed(call, failure)));
    }
}

/// Length of a digit: long enough for every receiver (ITU-T Q.24 asks for 40 ms), short enough to
/// key a card number in.
const DIGIT_MS: u32 = 100;
