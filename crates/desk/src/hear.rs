//! Takes in what SIP, media and sound report.

use std::{sync::Arc, time::Duration};

use tracing::{error, info, warn};
use warmline_call::{
    Call, CallId, Cause, EndedBy as CallEndedBy, Event, Hold, MediaEvent as CallMedia,
    MediaFailure, Party, SipEvent as CallSip, State, Suspicion,
};
use warmline_journal::StepKind;
use warmline_media::{
    Direction, Greeting, MediaError, MediaEvent,
    quality::{Microphone, Reading},
    sdp::{Negotiation, Peer},
};
use warmline_sip::{
    EndCause, EndedBy, Invite, NameAddr, RegistrationState, SavedDialog, SipEvent, SipRequest,
    redact::Pii,
};

use crate::{
    error::{DeskError, ErrorCode},
    event::{DeskEvent, DeviceState},
    leg::media_fork,
    lines::LineId,
    media::{Job, Report},
    run::{Running, call_of, dialog},
    snapshot::Registration,
    words,
};

impl Running {
    pub(crate) fn sip(&mut self, line: LineId, event: SipEvent) {
        match event {
            SipEvent::Registration(state) => self.registration(line, &state),
            SipEvent::TokenWanted(_) => {
                info!(%line, "another access token is wanted");
                self.tell(DeskEvent::TokenWanted(line));
            }
            SipEvent::Incoming { dialog, invite } => self.incoming(call_of(dialog), *invite),
            SipEvent::Ringing { dialog, status, .. } => self.feed_sip(CallSip::Ringing {
                call: call_of(dialog),
                status,
            }),
            SipEvent::Early { dialog, fork, sdp } => {
                let call = call_of(dialog);
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.sdp.early = Some((media_fork(fork), sdp));
                }
                self.feed_sip(CallSip::Early { call, fork: fork.0 });
            }
            SipEvent::Answered { dialog, fork, sdp } => {
                let call = call_of(dialog);
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.sdp.answer = Some((media_fork(fork), sdp));
                }
                self.feed_sip(CallSip::Answered { call, fork: fork.0 });
            }
            SipEvent::Confirmed { .. } => {}
            SipEvent::Ended { dialog, cause } => self.ended(call_of(dialog), &cause),
            SipEvent::Reoffered { dialog, offer } => {
                let call = call_of(dialog);
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.sdp.reoffer = Some(offer);
                }
                self.feed_sip(CallSip::Reoffered(call));
            }
            SipEvent::ReofferAnswered { dialog, sdp } => {
                let call = call_of(dialog);
                if !self.ask(call, Job::UseReofferAnswer(sdp)) {
                    self.feed_sip(CallSip::ReofferRefused { call, status: 488 });
                }
            }
            SipEvent::ReofferRefused { dialog, status } => {
                let call = call_of(dialog);
                // The session is closed already if this is not taken.
                let _ = self.ask(call, Job::Withdraw);
                self.feed_sip(CallSip::ReofferRefused { call, status });
                if status == 408 {
                    let replacement = self.lines.new_call(line);
                    self.feed_sip(CallSip::Unreachable { call, replacement });
                }
            }
            SipEvent::ReofferCancelled { dialog } => {
                let call = call_of(dialog);
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.sdp.asked = false;
                }
                // The session is closed already if this is not taken.
                let _ = self.ask(call, Job::Withdraw);
                self.feed_sip(CallSip::ReofferClosed(call));
            }
            SipEvent::AckedWithAnswer { dialog, sdp } => self.acked(call_of(dialog), sdp),
            SipEvent::Dtmf { dialog, digit, .. } => {
                self.tell(DeskEvent::Dtmf(call_of(dialog), digit));
            }
            SipEvent::InfoAnswered { dialog, status } => {
                self.info_answered(call_of(dialog), status);
            }
            SipEvent::Redirected {
                dialog, contacts, ..
            } => {
                if let Some(leg) = self.legs.get_mut(&call_of(dialog)) {
                    let list = contacts.join(", ");
                    leg.notes.detail = Some(Pii::new(format!("It goes to {list} now.")));
                }
            }
            SipEvent::Saved { dialog, saved } => self.saved(call_of(dialog), *saved),
            SipEvent::ReferAnswered {
                dialog,
                refer,
                status,
                subscribed,
                ..
            } => self.refer_answered(call_of(dialog), refer.0, status, subscribed),
            SipEvent::ReferProgress {
                dialog,
                refer,
                status,
                terminated,
            } => self.refer_progress(call_of(dialog), refer.0, status, terminated),
            SipEvent::Referred {
                dialog,
                refer,
                refer_to,
                replaces,
                referred_by,
            } => {
                let headers = [("Replaces", replaces), ("Referred-By", referred_by)];
                let headers = headers
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?)));
                self.referred(call_of(dialog), refer.0, refer_to, headers.collect());
            }
            // Answers to what the desk never asks, and what a later version may add.
            SipEvent::OptionsAnswered { .. } | SipEvent::Stopped => {}
            _ => {}
        }
    }

    pub(crate) fn report(&mut self, call: CallId, report: Report) {
        match report {
            Report::Ready(Ok(sdp)) => {
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.sdp.ours = Some(sdp);
                }
                self.feed(Event::Media(CallMedia::Ready(call)));
            }
            Report::Ready(Err(error)) | Report::AnswerUsed(Err(error)) => {
                self.session_failed(call, &error);
            }
            Report::AnswerUsed(Ok(())) => {}
            Report::Reoffer(Ok(offer)) => self.lines.send(
                call,
                SipRequest::Reoffer {
                    dialog: dialog(call),
                    offer,
                },
            ),
            Report::Reoffer(Err(error)) => {
                let status = status_of(&error);
                self.feed_sip(CallSip::ReofferRefused { call, status });
            }
            Report::ReofferUsed(Ok(())) => self.feed_sip(CallSip::ReofferAccepted(call)),
            Report::ReofferUsed(Err(error)) => {
                warn!(%call, %error, "the answer to our new offer is of no use");
                self.feed_sip(CallSip::ReofferRefused { call, status: 488 });
            }
            Report::ReofferAnswer(answer) => {
                let answer = answer.map_err(|error| status_of(&error));
                self.lines.send(
                    call,
                    SipRequest::AnswerReoffer {
                        dialog: dialog(call),
                        answer,
                    },
                );
                self.feed_sip(CallSip::ReofferClosed(call));
            }
            Report::OfferAsked(Ok(offer)) => {
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.sdp.asked = true;
                }
                self.lines.send(
                    call,
                    SipRequest::AnswerReoffer {
                        dialog: dialog(call),
                        answer: Ok(offer),
                    },
                );
            }
            Report::OfferAsked(Err(error)) => {
                self.refuse_reoffer(call, status_of(&error));
                self.feed_sip(CallSip::ReofferClosed(call));
            }
            Report::AskedAnswerUsed(used) => {
                if let Err(error) = used {
                    warn!(%call, %error, "the answer to the offer asked for is of no use");
                }
                self.feed_sip(CallSip::ReofferClosed(call));
            }
            Report::Event(event) => self.session_event(call, event),
            Report::Recording(id, status) => self.recording_stands(call, id, status),
        }
    }

    /// Reads what every call and the engine count, and judges how it sounds.
    pub(crate) fn read_statistics(&mut self) {
        let engine = self.machines.engine.stats();
        let microphone = match self.state.microphone.state {
            DeviceState::InUse | DeviceState::StandIn => {
                Microphone::Level(self.machines.engine.levels().input)
            }
            _ if self.no_microphone => Microphone::Missing,
            DeviceState::Lost | DeviceState::Denied | DeviceState::Closed | DeviceState::None => {
                Microphone::Unknown
            }
        };
        let at = tokio::time::Instant::now().into_std();
        for call in self.phone.calls() {
            let Some(leg) = self.legs.get_mut(&call.id()) else {
                continue;
            };
            let Some(media) = &leg.media else { continue };
            let stats = media.session.stats();
            let before = leg.notes.stats.replace(stats);
            let broken_before = before.map_or(0, |before| before.leg.broken);
            if stats.leg.broken > broken_before {
                error!(call = %call.id(), times = stats.leg.broken, "the sound of a call broke, and was built anew");
            }
            let answered = call.state() == State::Established;
            leg.notes.quality = leg.monitor.read(Reading {
                at,
                stats,
                engine,
                microphone,
                muted: call.muted(),
                connected: call.connected(),
                flows: answered && call.hold() == Hold::No && !call.remote_hold(),
            });
        }
    }

    fn registration(&mut self, id: LineId, state: &RegistrationState) {
        let age = self.age();
        let Some(line) = self.lines.get_mut(id) else {
            return;
        };
        let view = match state {
            RegistrationState::Connecting => Registration::Connecting,
            RegistrationState::Registering => Registration::Registering,
            RegistrationState::Registered { expires_s } => {
                info!(line = %id, expires_s, "registered");
                line.registered_before = true;
                Registration::Registered {
                    expires_s: *expires_s,
                }
            }
            RegistrationState::Waiting { retry_in_ms, error } => {
                let error = words::registration(error, line.registered_before);
                warn!(line = %id, code = error.code.as_str(), retry_in_ms, "not registered");
                Registration::Waiting {
                    retry_at: age + Duration::from_millis(*retry_in_ms),
                    error,
                }
            }
            RegistrationState::Refused { error } => {
                let error = words::registration(error, line.registered_before);
                warn!(
                    line = %id,
                    code = error.code.as_str(),
                    "not registered, and not trying again"
                );
                Registration::Refused { error }
            }
            RegistrationState::Unregistered => Registration::Unregistered,
            _ => return,
        };
        if line.registration != view {
            line.registration = view.clone();
            self.publish();
            match view {
                Registration::Registered { .. } => {
                    self.moved(id);
                    self.take_up(id);
                }
                _ => self.not_moved_yet(id),
            }
            self.tell(DeskEvent::Registration(id, view));
        }
    }

    fn incoming(&mut self, call: CallId, mut invite: Invite) {
        let offer = invite.offer.take();
        let replaces = invite.replaces.map(call_of);
        let from = caller(&invite);
        // It rings already, for another call: how that is heard holds for this one.
        let ringing = self
            .phone
            .calls()
            .filter(|other| other.state() == State::Incoming);
        let ring = ringing.filter_map(|other| self.legs.get(&other.id()));
        let ring = ring.filter_map(|leg| leg.notes.ring.clone()).next();
        let leg = self.legs.entry(call).or_default();
        leg.notes.ring = ring;
        leg.notes.invite = Some(Arc::new(invite));
        let check = offer.as_deref().map(|offer| {
            let peer = Peer::parse(offer)?;
            let config = &self.lines.of(call).media;
            Negotiation::new(&config.codecs, config.ptime_ms, 0).check_offer(&peer)
        });
        leg.sdp.offer = offer;
        let mut unacceptable = None;
        if let Some(Err(error)) = check {
            info!(%call, %error, "the offer cannot be accepted");
            leg.notes.detail = Some(Pii::new(error.to_string()));
            unacceptable = Some(words::media_failure(&error));
        }
        self.feed_sip(CallSip::Invited {
            call,
            from,
            unacceptable,
            replaces,
        });
    }

    /// The dialog of a call has come about, or is another now: for the process after this one.
    fn saved(&mut self, call: CallId, saved: SavedDialog) {
        if let Some(leg) = self.legs.get_mut(&call) {
            leg.saved = Some(saved);
        }
        self.keep_calls();
    }

    fn refer_answered(&mut self, call: CallId, refer: u32, status: u16, subscribed: bool) {
        if (200..300).contains(&status) {
            self.keep_step(call, StepKind::Accepted);
        }
        self.feed_sip(CallSip::ReferAnswered {
            call,
            refer,
            status,
            subscribed,
        });
    }

    fn refer_progress(&mut self, call: CallId, refer: u32, status: u16, terminated: bool) {
        let leg = self.legs.get_mut(&call);
        if leg.is_some_and(|leg| leg.told.replace((refer, status)) != Some((refer, status))) {
            self.keep_step(call, StepKind::Progress { status });
        }
        self.feed_sip(CallSip::ReferProgress {
            call,
            refer,
            status,
            terminated,
        });
    }

    fn referred(&mut self, call: CallId, refer: u32, to: NameAddr, headers: Vec<(String, String)>) {
        // The calls take one at a time.
        let asked = |call: &Call| call.referral().is_some();
        let pending = self.phone.call(call).is_some_and(asked);
        if let Some(leg) = self.legs.get_mut(&call).filter(|_| !pending) {
            leg.referral = Some((refer, headers));
        }
        let to = Party {
            name: to.display_name,
            address: to.uri,
        };
        let new = self.lines.new_call(self.lines.of(call).id);
        self.feed_sip(CallSip::Referred {
            call,
            refer,
            to,
            new,
        });
    }

    fn ended(&mut self, call: CallId, cause: &EndCause) {
        if let Some(leg) = self.legs.get_mut(&call) {
            leg.notes.status = cause.status;
            // What the far end writes is its own; what we write says more than the status.
            if cause.by != EndedBy::Remote && leg.notes.detail.is_none() {
                leg.notes.detail = Some(Pii::new(cause.reason.clone()));
            }
        }
        let cause = Cause {
            by: match cause.by {
                EndedBy::Local => CallEndedBy::Local,
                EndedBy::Remote => CallEndedBy::Remote,
                EndedBy::Network => CallEndedBy::Network,
            },
            status: cause.status,
            reason_status: cause.reason_status,
            q850: cause.q850.and_then(|value| u8::try_from(value).ok()),
        };
        self.feed_sip(CallSip::Ended { call, cause });
    }

    fn acked(&mut self, call: CallId, sdp: String) {
        let Some(leg) = self.legs.get_mut(&call) else {
            return;
        };
        let job = if std::mem::take(&mut leg.sdp.asked) {
            Job::UseAskedAnswer(sdp)
        } else {
            Job::UseAnswer(Default::default(), sdp)
        };
        if !self.ask(call, job) {
            self.feed(Event::Media(CallMedia::Failed(
                call,
                MediaFailure::Internal,
            )));
        }
    }

    fn info_answered(&mut self, call: CallId, status: u16) {
        let Some(leg) = self.legs.get_mut(&call) else {
            return;
        };
        if let Some(digit) = leg.info.answered() {
            self.send_info(call, digit);
        }
        if status >= 300 {
            let what = format!("The other phone does not take digits: it answered {status}.");
            let error = DeskError::new(ErrorCode::DtmfFailed, what, "Tell your administrator.");
            self.tell_error(Some(call), error);
        }
    }

    fn session_failed(&mut self, call: CallId, error: &MediaError) {
        warn!(%call, %error, "media");
        if let Some(leg) = self.legs.get_mut(&call) {
            leg.notes.detail = Some(Pii::new(error.to_string()));
        }
        let failure = words::media_failure(error);
        self.feed(Event::Media(CallMedia::Failed(call, failure)));
    }

    fn session_event(&mut self, call: CallId, event: MediaEvent) {
        let event = match event {
            MediaEvent::Connected => CallMedia::Connected(call),
            MediaEvent::Disconnected => CallMedia::Disconnected(call),
            MediaEvent::Failed { reason } => {
                warn!(%call, %reason, "media");
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.notes.detail = Some(Pii::new(reason));
                }
                CallMedia::Failed(call, MediaFailure::NoConnection)
            }
            MediaEvent::FirstAudio => {
                if let Some(leg) = self.legs.get_mut(&call) {
                    leg.notes
                        .first_audio
                        .get_or_insert_with(tokio::time::Instant::now);
                }
                CallMedia::FirstAudio(call)
            }
            MediaEvent::Dtmf(digit) => return self.tell(DeskEvent::Dtmf(call, digit)),
            MediaEvent::Gap { ms } => return self.sound_is_back(call, Duration::from_millis(ms)),
            MediaEvent::Greeting(sign) => CallMedia::Suspicious(
                call,
                match sign {
                    Greeting::LongSpeech => Suspicion::LongSpeech,
                    Greeting::Beep => Suspicion::Beep,
                },
            ),
            MediaEvent::RemoteDirection(direction) => {
                let held = matches!(direction, Direction::SendOnly | Direction::Inactive);
                CallMedia::RemoteHold(call, held)
            }
        };
        self.feed(Event::Media(event));
    }

    fn sound_is_back(&mut self, call: CallId, gap: Duration) {
        info!(%call, ms = gap.as_millis() as u64, "sound again");
        if let Some(leg) = self.legs.get_mut(&call) {
            let longest = leg.notes.longest_gap.get_or_insert(gap);
            *longest = gap.max(*longest);
        }
        self.pending.push(DeskEvent::Gap(call, gap));
        self.publish();
    }

    fn feed_sip(&mut self, event: CallSip) {
        self.feed(Event::Sip(event));
    }
}

/// Who calls: the identity the network vouches for (RFC 3325), else what the caller says.
fn caller(invite: &Invite) -> Party {
    let who = invite.asserted_identity.first().unwrap_or(&invite.from);
    let said = who
        .display_name
        .as_ref()
        .or(invite.from.display_name.as_ref());
    // Many servers repeat the number as the name.
    let user = who.uri.split_once(':').map_or("", |(_, rest)| rest);
    let user = user.split('@').next().unwrap_or_default();
    Party {
        name: said
            .map(|name| name.trim())
            .filter(|name| !name.is_empty() && *name != user)
            .map(str::to_owned),
        address: who.uri.clone(),
    }
}

/// The status that refuses an offer which media could not deal with.
fn status_of(error: &MediaError) -> u16 {
    match error {
        MediaError::NotAcceptable { .. } | MediaError::Malformed(_) => 488,
        // Our own offer was not settled yet.
        MediaError::WrongState(_) => 491,
        _ => 500,
    }
}
