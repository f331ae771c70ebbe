//! Somebody in the contact centre: a user agent of their own, a voice, and manners.
//!
//! A person is a SIP and WebRTC peer like any other: `sip` and `media` over a real connection. One task
//! each; what they do and notice comes out as [`Deed`]s.

mod conversation;
mod deed;
mod mouth;
mod role;
mod story;
mod talk;
mod transfer;
mod voicemail;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep_until};
use warmline_media::{Direction, Fork, MediaError, MediaEvent};
use warmline_sip::{
    Account, DialogKey, EndedBy, Invite, RegistrationState, SipEvent, SipRequest, UserAgent,
};

use crate::scenario::Manner;
use story::story;
use talk::{Talk, Wish};
use transfer::Referred;

pub(crate) use role::Role;

pub use deed::Deed;
pub use talk::Hears;

/// Runs a person. Who has a number to call does so and leaves after it; everybody else stays.
pub(crate) async fn run(
    role: Role,
    account: Account,
    calls: Option<String>,
    deeds: mpsc::Sender<Deed>,
) {
    let domain = account.aor.domain().to_owned();
    let (agent, mut events) = UserAgent::start(account);
    let (media_in, mut media) = mpsc::channel(64);
    let mut person = Person {
        role,
        domain,
        agent,
        deeds,
        media: media_in,
        talks: BTreeMap::new(),
        ringing: BTreeMap::new(),
        referred: None,
        patience: None,
        hears: None,
        leaves: calls.is_some(),
        calls,
    };
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = person.poll_timeout();
        tokio::select! {
            event = events.recv() => match event {
                Some(SipEvent::Stopped) | None => return,
                Some(event) => person.sip(event).await,
            },
            Some((dialog, event)) = media.recv() => person.media(dialog, &event).await,
            _ = look.tick(), if !person.talks.is_empty() => person.look().await,
            () = until(due) => person.timeout().await,
        }
    }
}

struct Person {
    role: Role,
    domain: String,
    agent: UserAgent,
    deeds: mpsc::Sender<Deed>,
    media: mpsc::Sender<(DialogKey, MediaEvent)>,
    talks: BTreeMap<DialogKey, Talk>,
    /// Calls that ring here: when to do what.
    ringing: BTreeMap<DialogKey, Ringing>,
    /// A transfer under way: the call it was asked for in, and the one made for it.
    referred: Option<Referred>,
    /// When a call of ours that nobody answers is given up.
    patience: Option<(DialogKey, Instant)>,
    hears: Option<Hears>,
    /// The number to call once registered.
    calls: Option<String>,
    /// Whether to leave after the last call.
    leaves: bool,
}

struct Ringing {
    since: Instant,
    at: Instant,
    offer: Option<String>,
    /// The voicemail box answers in their place.
    voicemail: bool,
}

impl Person {
    fn poll_timeout(&self) -> Option<Instant> {
        let rings = self.ringing.values().map(|ringing| ringing.at);
        rings.chain(self.patience.map(|(_, at)| at)).min()
    }

    async fn timeout(&mut self) {
        let now = Instant::now();
        let due: Vec<_> = self
            .ringing
            .iter()
            .filter(|(_, r)| now >= r.at)
            .map(|(dialog, _)| *dialog)
            .collect();
        for dialog in due {
            match self.ringing.remove(&dialog) {
                // Whoever called may be gone without a word.
                Some(ringing) if ringing.since + LONGEST_RING <= now => self.reject(dialog, 480),
                Some(ringing) => self.answer(dialog, ringing).await,
                None => {}
            }
        }
        if let Some((dialog, _)) = self.patience.take_if(|(_, at)| now >= *at) {
            self.agent.send(SipRequest::Cancel { dialog });
        }
    }

    /// Calls a number, and tells on the way what a contact centre tells.
    async fn call(&mut self, number: &str) {
        let (headers, patience) = match &self.role {
            Role::Customer(customer) => (story(customer, &self.domain), customer.patience),
            _ => (Vec::new(), PATIENCE),
        };
        let to = format!("sip:{number}@{}", self.domain);
        match self.invite(to, headers, patience).await {
            Some(_) => self.tell(Deed::Calls).await,
            // The next customer may have more luck.
            None => self.agent.send(SipRequest::Shutdown),
        }
    }

    /// Calls, and gives up if nobody answers for so long.
    async fn invite(
        &mut self,
        to: String,
        headers: Vec<(String, String)>,
        patience: Duration,
    ) -> Option<DialogKey> {
        let dialog = self.agent.next_dialog();
        let talk = self.talk(dialog, false)?;
        match talk.session.offer().await {
            Ok(offer) => {
                self.talks.insert(dialog, talk);
                self.patience = Some((dialog, Instant::now() + patience));
                self.agent.send(SipRequest::Invite {
                    dialog,
                    to,
                    offer,
                    headers,
                });
                Some(dialog)
            }
            Err(error) => {
                tracing::warn!(%error, "somebody in practice cannot call");
                None
            }
        }
    }

    async fn sip(&mut self, event: SipEvent) {
        match event {
            SipEvent::Registration(RegistrationState::Registered { .. }) => {
                self.tell(Deed::Registered).await;
                if let Some(number) = self.calls.take() {
                    self.call(&number).await;
                }
            }
            SipEvent::Incoming { dialog, invite } => self.called(dialog, *invite).await,
            SipEvent::Ringing { dialog, status, .. } => {
                self.progress(dialog, status);
                self.tell(Deed::Rings).await;
            }
            SipEvent::Early { dialog, fork, sdp } => {
                if let Some(talk) = self.talks.get(&dialog) {
                    let fork = Fork(fork.0.into());
                    if let Err(error) = talk.session.set_early_answer(fork, &sdp).await {
                        tracing::debug!(%error, "early media that nobody here understands");
                    }
                }
            }
            SipEvent::Answered { dialog, fork, sdp } => {
                self.take_answer(dialog, Fork(fork.0.into()), &sdp).await;
                self.stands(dialog).await;
            }
            SipEvent::AckedWithAnswer { dialog, sdp } => {
                self.take_answer(dialog, Fork(0), &sdp).await;
            }
            SipEvent::ReofferAnswered { dialog, sdp } => {
                self.take_answer(dialog, Fork(0), &sdp).await;
                if let Some(talk) = self.talks.get_mut(&dialog) {
                    talk.offer_agreed();
                }
            }
            SipEvent::Confirmed { dialog } => self.stands(dialog).await,
            SipEvent::Reoffered { dialog, offer } => self.reoffered(dialog, offer).await,
            SipEvent::ReofferRefused { dialog, .. } | SipEvent::ReofferCancelled { dialog } => {
                if let Some(talk) = self.talks.get_mut(&dialog) {
                    talk.session.withdraw_offer().await;
                    talk.offer_failed(Instant::now());
                }
            }
            SipEvent::Dtmf { dialog, digit, .. } => {
                self.tell(Deed::Digit(digit)).await;
                let wishes = self.talks.get_mut(&dialog).map(|talk| talk.digit(digit));
                self.grant(dialog, wishes.unwrap_or_default()).await;
            }
            SipEvent::Referred {
                dialog,
                refer,
                refer_to,
                replaces,
                referred_by,
            } => {
                self.referred(dialog, refer, refer_to.uri, replaces, referred_by)
                    .await
            }
            SipEvent::Ended { dialog, cause } => {
                if let Some(referred) = self.referred.take_if(|referred| referred.call == dialog) {
                    let status = cause.status.unwrap_or(480);
                    self.notify(&referred, status, true);
                    self.tell(Deed::Transferred(status)).await;
                }
                self.patience.take_if(|(waiting, _)| *waiting == dialog);
                let rang = self.ringing.remove(&dialog).is_some();
                if let Some(talk) = self.talks.remove(&dialog) {
                    talk.close().await;
                } else if !rang {
                    // A call that we turned away.
                    return;
                }
                self.hears = None;
                let by_me = cause.by == EndedBy::Local;
                let status = cause.status;
                self.tell(Deed::Ended { by_me, status }).await;
                if self.leaves && self.talks.is_empty() {
                    self.agent.send(SipRequest::Shutdown);
                }
            }
            _ => {}
        }
    }

    /// Somebody calls: who may be called does what is their manner.
    async fn called(&mut self, dialog: DialogKey, invite: Invite) {
        let now = Instant::now();
        if invite.replaces.is_some() {
            // The other one of a transfer: it takes the place of the call that stands.
            let offer = invite.offer;
            return self
                .answer(
                    dialog,
                    Ringing {
                        since: now,
                        at: now,
                        offer,
                        voicemail: false,
                    },
                )
                .await;
        }
        self.tell(Deed::IsCalled).await;
        let manner = match &self.role {
            Role::Expert(expert) => expert.manner,
            Role::Customer(_) => Manner::Busy,
            Role::Echo | Role::Music | Role::Voicemail => Manner::Answers(Duration::ZERO),
        };
        // People talk to one at a time, lines to everybody.
        let person = matches!(self.role, Role::Customer(_) | Role::Expert(_));
        if person && !(self.talks.is_empty() && self.ringing.is_empty()) {
            return self.reject(dialog, 486);
        }
        let (wait, voicemail) = match manner {
            Manner::Busy => return self.reject(dialog, 486),
            Manner::Declines => return self.reject(dialog, 603),
            Manner::Answers(wait) => (wait, false),
            Manner::Away(wait) => (wait, true),
            Manner::Silent => (LONGEST_RING, false),
        };
        let wait = wait.min(LONGEST_RING);
        let ringing = Ringing {
            since: now,
            at: now + wait,
            offer: invite.offer,
            voicemail,
        };
        if wait.is_zero() {
            // As an auto attendant does: 200 without 180.
            return self.answer(dialog, ringing).await;
        }
        self.agent.send(SipRequest::Ring { dialog });
        self.ringing.insert(dialog, ringing);
    }

    async fn answer(&mut self, dialog: DialogKey, ringing: Ringing) {
        let Some(talk) = self.talk(dialog, ringing.voicemail) else {
            return self.reject(dialog, 500);
        };
        let sdp = match &ringing.offer {
            Some(offer) => talk.answer(offer).await,
            None => talk.session.offer().await,
        };
        match sdp {
            Ok(sdp) => {
                self.talks.insert(dialog, talk);
                self.agent.send(SipRequest::Accept { dialog, sdp });
            }
            Err(error) => {
                tracing::warn!(%error, "somebody in practice cannot answer");
                self.reject(dialog, 488);
            }
        }
    }

    fn reject(&self, dialog: DialogKey, status: u16) {
        self.agent.send(SipRequest::Reject {
            dialog,
            status,
            reason: None,
        });
    }

    /// Whoever cannot take the answer cannot talk.
    async fn take_answer(&self, dialog: DialogKey, fork: Fork, sdp: &str) {
        let Some(talk) = self.talks.get(&dialog) else {
            return;
        };
        if let Err(error) = talk.session.set_answer(fork, sdp).await {
            tracing::warn!(%error, "somebody in practice cannot take an answer");
            self.agent.send(SipRequest::Bye { dialog });
        }
    }

    async fn stands(&mut self, dialog: DialogKey) {
        self.patience.take_if(|(waiting, _)| *waiting == dialog);
        let Some(talk) = self.talks.get_mut(&dialog) else {
            return;
        };
        let wishes = talk.answered(Instant::now());
        self.tell(Deed::Talks).await;
        self.grant(dialog, wishes).await;
        if let Some(referred) = self.referred.take_if(|referred| referred.call == dialog) {
            // As a PBX does: who transferred is told, and let go.
            self.notify(&referred, 200, true);
            self.tell(Deed::Transferred(200)).await;
            self.agent.send(SipRequest::Bye {
                dialog: referred.by,
            });
        }
    }

    async fn reoffered(&mut self, dialog: DialogKey, offer: Option<String>) {
        let Some(talk) = self.talks.get(&dialog) else {
            return;
        };
        let answer = match &offer {
            Some(offer) => talk.session.answer(offer).await,
            None => talk.session.offer_all(Direction::SendRecv).await,
        };
        let answer = answer.map_err(|error| {
            tracing::warn!(%error, "somebody in practice cannot take an offer");
            match error {
                MediaError::WrongState(_) => 491,
                _ => 488,
            }
        });
        self.agent
            .send(SipRequest::AnswerReoffer { dialog, answer });
    }

    async fn media(&mut self, dialog: DialogKey, event: &MediaEvent) {
        if let MediaEvent::Dtmf(digit) = event {
            self.tell(Deed::Digit(*digit)).await;
        }
        let wishes = self
            .talks
            .get_mut(&dialog)
            .map(|talk| talk.media(Instant::now(), event));
        self.grant(dialog, wishes.unwrap_or_default()).await;
        self.listen().await;
    }

    async fn look(&mut self) {
        let now = Instant::now();
        let mut wishes = Vec::new();
        for (dialog, talk) in &mut self.talks {
            wishes.push((*dialog, talk.look(now)));
        }
        for (dialog, wishes) in wishes {
            self.grant(dialog, wishes).await;
        }
        self.listen().await;
    }

    /// Tells when they hear something else in the newest call.
    async fn listen(&mut self) {
        let hears = self.talks.values().next_back().and_then(Talk::hears);
        if hears != self.hears {
            self.hears = hears;
            if let Some(hears) = hears {
                self.tell(Deed::Hears(hears)).await;
            }
        }
    }

    async fn grant(&mut self, dialog: DialogKey, wishes: Vec<Wish>) {
        for wish in wishes {
            match wish {
                Wish::HangUp => self.agent.send(SipRequest::Bye { dialog }),
                Wish::Says(line) => self.tell(Deed::Says(line)).await,
                Wish::Said => self.tell(Deed::Said).await,
                Wish::Offer(direction) => {
                    let Some(talk) = self.talks.get_mut(&dialog) else {
                        continue;
                    };
                    match talk.session.reoffer(direction, false).await {
                        Ok(offer) => self.agent.send(SipRequest::Reoffer { dialog, offer }),
                        Err(error) => {
                            tracing::debug!(%error, "no offer now");
                            talk.offer_failed(Instant::now());
                        }
                    }
                }
            }
        }
    }

    fn talk(&self, dialog: DialogKey, voicemail: bool) -> Option<Talk> {
        let part = if voicemail {
            Role::Voicemail.part()
        } else {
            self.role.part()
        };
        let talk = Talk::new(dialog, part, self.media.clone());
        talk.inspect_err(|error| tracing::warn!(%error, "somebody in practice has no voice"))
            .ok()
    }

    async fn tell(&self, deed: Deed) {
        // Nobody listens any more: practice ends.
        let _ = self.deeds.send(deed).await;
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// How often they look whether somebody speaks.
const LOOK: Duration = Duration::from_millis(50);

/// How long others than customers let it ring.
const PATIENCE: Duration = Duration::from_secs(60);

/// It rings no longer than that, as in any network (RFC 3261 §13.3.1.1).
const LONGEST_RING: Duration = Duration::from_secs(180);
