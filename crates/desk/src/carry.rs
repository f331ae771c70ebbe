//! Carries out what the calls command.

use tracing::debug;
use warmline_audio::Tone as AudioTone;
use warmline_call::{
    Because, CallId, Command, Digit, Direction as CallDirection, Event, Hold, MediaCommand,
    MediaEvent as CallMedia, MediaFailure, Notice, SipCommand, SipEvent as CallSip, SoundCommand,
};
use warmline_media::{Direction, DtmfError, Session};
use warmline_sip::{ReferId, SipRequest};

use crate::{
    error::{DeskError, ErrorCode},
    media::{Job, Media},
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
            Command::Notice(Notice::Undisturbed(call)) => self.remember_unseen(call),
            Command::Notice(Notice::Transfer {
                customer,
                expert,
                news,
                reason,
            }) => self.transfer_news(customer, expert, news, reason),
        }
    }

    fn carry_out_sip(&mut self, command: SipCommand) {
        match command {
            SipCommand::Invite { call, to, because } => {
                let offer = self.legs.get_mut(&call).and_then(|leg| leg.sdp.ours.take());
                let Some(offer) = offer else {
                    return self.media_failed(call, MediaFailure::Internal);
                };
                let (to, headers) = self.addressed(to.address, because);
                self.lines.send(
                    call,
                    SipRequest::Invite {
                        dialog: dialog(call),
                        to,
                        offer,
                        headers,
                    },
                );
            }
            SipCommand::Ring(call) => self.lines.send(
                call,
                SipRequest::Ring {
                    dialog: dialog(call),
                },
            ),
            SipCommand::Accept(call) => {
                let sdp = self.legs.get_mut(&call).and_then(|leg| leg.sdp.ours.take());
                let Some(sdp) = sdp else {
                    return self.media_failed(call, MediaFailure::Internal);
                };
                self.lines.send(
                    call,
                    SipRequest::Accept {
                        dialog: dialog(call),
                        sdp,
                    },
                );
            }
            SipCommand::Reject { call, status } => self.lines.send(
                call,
                SipRequest::Reject {
                    dialog: dialog(call),
                    status,
                    reason: None,
                },
            ),
            SipCommand::Cancel(call) => self.lines.send(
                call,
                SipRequest::Cancel {
                    dialog: dialog(call),
                },
            ),
            SipCommand::Bye(call) => self.bye(call),
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
            SipCommand::Restore(call) => self.restore(call),
            SipCommand::Refer {
                call,
                refer,
                to,
                replaces,
            } => self.lines.send(
                call,
                SipRequest::Refer {
                    dialog: dialog(call),
                    refer: ReferId(refer),
                    refer_to: to.address,
                    replaces: replaces.map(dialog),
                },
            ),
            SipCommand::AnswerRefer {
                call,
                refer,
                status,
            } => self.lines.send(
                call,
                SipRequest::AnswerRefer {
                    dialog: dialog(call),
                    refer: ReferId(refer),
                    status,
                },
            ),
            SipCommand::NotifyRefer {
                call,
                refer,
                status,
            } => self.lines.send(
                call,
                SipRequest::NotifyRefer {
                    dialog: dialog(call),
                    refer: ReferId(refer),
                    status,
                    reason: None,
                    last: status >= 200,
                },
            ),
        }
    }

    /// Where an INVITE goes that refers to another call, and its headers.
    fn addressed(&self, to: String, because: Option<Because>) -> (String, Vec<(String, String)>) {
        match because {
            None => (to, Vec::new()),
            Some(Because::Referred { call, refer }) => {
                let leg = self.legs.get(&call);
                (to, leg.map_or_else(Vec::new, |leg| leg.asked(refer)))
            }
            Some(Because::Replaces(old)) => {
                match self.legs.get(&old).and_then(|leg| leg.saved.as_ref()) {
                    Some(saved) => (
                        saved.remote_uri(),
                        vec![("Replaces".to_owned(), saved.replaces())],
                    ),
                    None => (to, Vec::new()),
                }
            }
        }
    }

    fn bye(&mut self, call: CallId) {
        let leg = self.legs.get(&call).filter(|leg| leg.unrestored);
        let dialog = dialog(call);
        self.lines.send(
            call,
            match leg.and_then(|leg| leg.saved.clone()) {
                Some(saved) => SipRequest::Farewell {
                    dialog,
                    saved: Box::new(saved),
                },
                None => SipRequest::Bye { dialog },
            },
        );
    }

    fn restore(&mut self, call: CallId) {
        let leg = self.legs.get_mut(&call);
        let parts = leg.and_then(|leg| {
            let offer = leg.sdp.ours.take()?;
            leg.unrestored = false;
            Some((leg.saved.clone()?, offer))
        });
        let Some((saved, offer)) = parts else {
            return self.media_failed(call, MediaFailure::Internal);
        };
        self.lines.send(
            call,
            SipRequest::Restore {
                dialog: dialog(call),
                saved: Box::new(saved),
                offer,
            },
        );
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
        self.lines.send(
            call,
            SipRequest::AnswerReoffer {
                dialog: dialog(call),
                answer: Err(status),
            },
        );
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
            } => self.with_session(call, |session| {
                session.set_heard(heard);
                session.set_sending(sending);
            }),
            MediaCommand::Mute(call, on) => self.with_session(call, |s| s.set_muted(on)),
            MediaCommand::Mix(call, on) => self.with_session(call, |s| s.set_mixed(on)),
            MediaCommand::Volume(call, percent) => {
                self.with_session(call, |s| s.set_volume(percent));
            }
            MediaCommand::Silence(call, on) => self.with_session(call, |s| s.set_silenced(on)),
            MediaCommand::Music(call, on) => self.with_session(call, |s| s.set_music(on)),
            MediaCommand::WatchGreeting(call) => {
                self.with_session(call, |s| s.watch_greeting(true));
            }
            MediaCommand::Dtmf(call, digit) => self.send_digit(call, digit),
            MediaCommand::Close(call) => {
                if let Some(leg) = self.legs.get_mut(&call)
                    && let Some(media) = leg.media.take()
                {
                    // The last statistics are those of the whole call.
                    leg.notes.stats = Some(media.session.stats());
                    leg.recorded.end();
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
        let media = Media::open(
            call,
            &self.lines.of(call).media,
            self.machines.engine.clone(),
            self.machines.reports.clone(),
            &mut self.tasks,
        );
        let job = match leg.sdp.offer.take() {
            Some(offer) if !outgoing => Job::Answer(offer),
            // An INVITE without an offer leaves it to us.
            _ => Job::Offer,
        };
        let asked = media.ask(job);
        leg.media = Some(media);
        if !asked {
            self.media_failed(call, MediaFailure::Internal);
        }
    }

    fn send_digit(&mut self, call: CallId, digit: Digit) {
        let digit = digit.get();
        let Some(leg) = self.legs.get_mut(&call) else {
            return;
        };
        let Some(media) = &leg.media else {
            return;
        };
        match media.session.dtmf(digit, DIGIT_MS) {
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
        self.lines.send(
            call,
            SipRequest::InfoDtmf {
                dialog: dialog(call),
                digit,
                duration_ms: DIGIT_MS,
            },
        );
    }

    fn with_session(&self, call: CallId, set: impl FnOnce(&Session)) {
        if let Some(media) = self.media(call) {
            set(&media.session);
        }
    }

    pub(crate) fn media(&self, call: CallId) -> Option<&Media> {
        self.legs.get(&call).and_then(|leg| leg.media.as_ref())
    }

    /// Has the call's session do `job`. False if it cannot.
    #[must_use]
    pub(crate) fn ask(&self, call: CallId, job: Job) -> bool {
        self.media(call).is_some_and(|media| media.ask(job))
    }

    pub(crate) fn media_failed(&mut self, call: CallId, failure: MediaFailure) {
        self.outcomes
            .push_back(Event::Media(CallMedia::Failed(call, failure)));
    }
}

/// Length of a digit: long enough for every receiver (ITU-T Q.24 asks for 40 ms), short enough to
/// key a card number in.
const DIGIT_MS: u32 = 100;
