//! One call's media.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Mutex, mpsc};
use warmline_audio::{Engine, Greeting, RecordingId};

use crate::leg::{LegSlot, pump};
use crate::link::{Link, Links};
use crate::rtp::RtpSession;
use crate::sdp::{Agreed, Negotiation, Peer};
use crate::task::Task;
use crate::{Direction, DtmfError, MediaConfig, MediaError, Stats};

/// Events that wait to be taken.
const EVENTS: usize = 64;
/// Early answers that are remembered.
const MAX_FORKS: usize = 16;

/// One call's media. Clones share it; it closes when the last is dropped.
///
/// # Forks
/// A forked INVITE may be answered by several ends. The newest answer is the one that is heard; an
/// answer that names an end we are connected to changes nothing, so forks that the server anchors
/// cost nothing. For another end, another transport is made that passes for the one that was
/// offered (same certificate, same ICE credentials): after an early answer beside the others, so
/// that any of them may still win, on ports that the fork learns from our checks; after the final
/// answer in their place, on the ports that were offered.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

/// Which of several answers to one offer (a forked INVITE, RFC 3261 section 16.7) is meant. Any
/// number, as long as different forks have different ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fork(pub u64);

/// Something that happened to a session unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaEvent {
    /// Packets can flow: ICE found a path and DTLS is up. Again after each ICE restart.
    Connected,
    /// The path is broken; it may heal by itself. An ICE restart may help.
    Disconnected,
    /// The path is broken for good, or never came about.
    Failed {
        /// Why, in words.
        reason: String,
    },
    /// The first packet of sound has come.
    FirstAudio,
    /// Packets of the peer come again, after none had come for more than 600 ms although it was to
    /// send: not while one end had put the other on hold, nor before the final answer.
    Gap {
        /// The time without packets.
        ms: u64,
    },
    /// The peer pressed a key (RFC 4733). Once per key.
    Dtmf(char),
    /// Signs that a machine has answered, asked for by [`Session::watch_greeting`]. Each at most once
    /// every time it is asked for.
    Greeting(Greeting),
    /// The peer's own direction has changed: `SendOnly` and `Inactive` mean it has put us on
    /// hold.
    RemoteDirection(Direction),
}

struct Shared {
    engine: Engine,
    rtp: Arc<RtpSession>,
    leg: LegSlot,
    state: Mutex<State>,
}

struct State {
    negotiation: Negotiation,
    links: Links,
    /// Takes the place of the link in use if our offer is answered.
    replacement: Option<Link>,
    early: Vec<(Fork, Peer)>,
    restarting: bool,
    /// From the first offer to its final answer: answers are those of forks.
    forking: bool,
    told: Direction,
    pump: Option<Task>,
    closed: bool,
}

impl Session {
    /// Makes a session; nothing touches the network before the first offer or answer. At most 64
    /// events wait to be taken, later ones are lost.
    pub fn new(config: &MediaConfig, engine: Engine) -> (Session, mpsc::Receiver<MediaEvent>) {
        let (events, receiver) = mpsc::channel(EVENTS);
        let rtp = Arc::new(RtpSession::new(events));
        let session_id = rand::random::<u64>() >> 2;
        let shared = Shared {
            engine,
            rtp: rtp.clone(),
            leg: LegSlot::default(),
            state: Mutex::new(State {
                negotiation: Negotiation::new(&config.codecs, config.ptime_ms, session_id)
                    .with_dtx(config.dtx),
                links: Links::new(config, rtp),
                replacement: None,
                early: Vec::new(),
                restarting: false,
                forking: false,
                told: Direction::SendRecv,
                pump: None,
                closed: false,
            }),
        };
        let session = Session {
            shared: Arc::new(shared),
        };
        (session, receiver)
    }

    /// The first offer, with candidates (not trickled).
    ///
    /// # Errors
    /// No address, the WebRTC stack refuses, or something was negotiated before.
    pub async fn offer(&self) -> Result<String, MediaError> {
        let shared = &*self.shared;
        let mut state = shared.state.lock().await;
        state.check_open()?;
        if state.links.current().is_some() {
            return Err(MediaError::WrongState("there was an offer before"));
        }
        let link = state.links.offer_anew().await?;
        let text = state.negotiation.offer(Direction::SendRecv, &link.local)?;
        state.links.replace(link).await;
        state.forking = true;
        Ok(text)
    }

    /// The answer to the peer's offer: the first one or any later one (hold, resume, refresh, new
    /// address).
    ///
    /// # Errors
    /// [`MediaError::NotAcceptable`] and [`MediaError::Malformed`] mean 488; what was negotiated
    /// before then still holds. [`MediaError::WrongState`] if our own offer is unanswered (glare).
    pub async fn answer(&self, offer: &str) -> Result<String, MediaError> {
        let shared = &*self.shared;
        let mut state = shared.state.lock().await;
        state.check_open()?;
        let peer = Peer::parse(offer)?;
        state.negotiation.check_offer(&peer)?;
        let there = &peer.transport;
        let state = &mut *state;
        let local = match state.links.current() {
            Some(link) if link.continues(there) => link.local.clone(),
            Some(link) if link.can_restart(there) => {
                // The association goes on, and so does our part in it.
                let role = link.local.role;
                link.local = link.transport.answer(there).await?;
                link.local.role = role;
                link.peer = Some(there.clone());
                link.local.clone()
            }
            _ => {
                let link = state.links.answer_anew(there).await?;
                let local = link.local.clone();
                state.links.replace(link).await;
                local
            }
        };
        let (text, agreed) = state.negotiation.answer(&peer, &local)?;
        shared.agree(state, &agreed)?;
        Ok(text)
    }

    /// An answer in a provisional response (early media). May be given several times and for
    /// several forks; the newest is heard.
    ///
    /// # Errors
    /// As [`Session::set_answer`].
    pub async fn set_early_answer(&self, fork: Fork, answer: &str) -> Result<(), MediaError> {
        self.take_answer(fork, Some(answer), false).await
    }

    /// The final answer to our offer or re-offer. It may come from another fork than the early
    /// media did.
    ///
    /// # Errors
    /// The answer cannot be read or does not fit the offer; nothing was offered.
    pub async fn set_answer(&self, fork: Fork, answer: &str) -> Result<(), MediaError> {
        self.take_answer(fork, Some(answer), true).await
    }

    /// The final response had no description: the fork's early answer is the answer (RFC 6337
    /// section 3.1.1).
    ///
    /// # Errors
    /// The fork gave no early answer.
    pub async fn confirm_early_answer(&self, fork: Fork) -> Result<(), MediaError> {
        self.take_answer(fork, None, true).await
    }

    /// A new offer within the call: hold (`SendOnly` or `Inactive`), resume (`SendRecv`), and with
    /// `restart` an ICE restart (RFC 8839 section 4.4.1.1) to move to another network path. A
    /// restart gives up the path in use at once.
    ///
    /// # Errors
    /// Nothing was negotiated yet, an offer is unanswered, or the WebRTC stack refuses.
    pub async fn reoffer(&self, direction: Direction, restart: bool) -> Result<String, MediaError> {
        let shared = &*self.shared;
        let mut state = shared.state.lock().await;
        state.check_open()?;
        if state.negotiation.is_waiting() {
            return Err(MediaError::WrongState("our offer is not answered yet"));
        }
        let state = &mut *state;
        let Some(link) = state.links.current() else {
            return Err(MediaError::WrongState("nothing was negotiated yet"));
        };
        if !restart {
            return state.negotiation.offer(direction, &link.local);
        }
        if link.transport.is_pinned() {
            let link = state.links.offer_anew().await?;
            let text = state.negotiation.offer(direction, &link.local)?;
            state.replacement = Some(link);
            return Ok(text);
        }
        let role = link.local.role;
        link.local = link.transport.offer(true).await?;
        link.local.role = role;
        state.restarting = true;
        state.negotiation.offer(direction, &link.local)
    }

    /// An offer of all codecs within the call: what a re-INVITE without an offer asks for (RFC 3261
    /// section 14.2). The answer may be someone else's.
    ///
    /// # Errors
    /// Nothing was negotiated yet, or an offer is unanswered.
    pub async fn offer_all(&self, direction: Direction) -> Result<String, MediaError> {
        let mut state = self.shared.state.lock().await;
        state.check_open()?;
        let state = &mut *state;
        let Some(link) = state.links.current() else {
            return Err(MediaError::WrongState("nothing was negotiated yet"));
        };
        state.negotiation.offer_all(direction, &link.local)
    }

    /// The peer refused our re-offer (or it met its own: 491): what was negotiated before holds.
    /// After an ICE restart nothing does: the session has failed.
    pub async fn withdraw_offer(&self) {
        let mut state = self.shared.state.lock().await;
        state.negotiation.withdraw();
        if let Some(link) = state.replacement.take() {
            link.transport.close().await;
        }
        if std::mem::take(&mut state.restarting) {
            self.shared.rtp.tell(MediaEvent::Failed {
                reason: "the peer refused to restart the connection".to_owned(),
            });
        }
    }

    /// Whether the call is mixed into the speaker. Starts off.
    pub fn set_heard(&self, heard: bool) {
        self.shared.leg.set(|switches| switches.heard = heard);
    }

    /// Whether sound is sent. Starts off. Packets flow only if the negotiated direction allows it.
    pub fn set_sending(&self, sending: bool) {
        self.shared.leg.set(|switches| switches.sending = sending);
    }

    /// Whether silence is sent in place of the microphone. Starts off. Packets and digits go on.
    pub fn set_muted(&self, muted: bool) {
        self.shared.leg.set(|switches| switches.muted = muted);
    }

    /// Whether the call takes part in its engine's group call: its people hear those of all other mixed
    /// calls, and they hear them, beside the agent. Starts off. See
    /// [`LegControl::set_mixed`](warmline_audio::LegControl::set_mixed).
    pub fn set_mixed(&self, mixed: bool) {
        self.shared.leg.set(|switches| switches.mixed = mixed);
    }

    /// How loud the agent and the others in a group hear this call, from 0 (silent) by 100 (as it comes,
    /// the start) to 200 % (+12 dB).
    pub fn set_volume(&self, percent: u8) {
        self.shared.leg.set(|switches| switches.volume = percent);
    }

    /// Whether nobody hears this call, neither the agent nor the others. Packets flow. Starts off.
    pub fn set_silenced(&self, silenced: bool) {
        self.shared.leg.set(|switches| switches.silenced = silenced);
    }

    /// Whether soft music is sent in place of the microphone: for a peer that waits and would hear
    /// silence. Packets flow while it plays, also if nothing else is sent, as long as the negotiated
    /// direction allows it. Starts off.
    pub fn set_music(&self, on: bool) {
        self.shared.leg.set(|switches| switches.music = on);
    }

    /// Whether to listen for signs that a machine has answered, which come as [`MediaEvent::Greeting`].
    /// To be turned on when the call is answered, not before; it is over by itself after 30 s. Starts
    /// off.
    pub fn watch_greeting(&self, on: bool) {
        if on {
            self.shared.rtp.expect_greeting();
        }
        let leg = &self.shared.leg;
        leg.set(|switches| switches.watches_greeting = on);
    }

    /// Whether a recording of the engine takes what is said in the call. Starts off. See
    /// [`LegControl::set_recorded`](warmline_audio::LegControl::set_recorded).
    pub fn set_recorded(&self, by: Option<RecordingId>) {
        self.shared.leg.set(|switches| switches.recorded = by);
    }

    /// Sends a digit (0-9, *, #, A-D) of `duration_ms` as a telephone event (RFC 4733).
    ///
    /// # Errors
    /// [`DtmfError::NotNegotiated`]: use SIP INFO.
    pub fn dtmf(&self, digit: char, duration_ms: u32) -> Result<(), DtmfError> {
        self.shared.leg.dtmf(digit, duration_ms)
    }

    /// The session's statistics now.
    pub fn stats(&self) -> Stats {
        let agreed = self.shared.leg.agreed();
        Stats {
            codec: agreed.as_ref().map(|agreed| agreed.send.codec),
            packet_ms: agreed.as_ref().map(|agreed| agreed.ptime_ms),
            telephone_events: agreed.is_some_and(|agreed| agreed.telephone_event.is_some()),
            ..self.shared.rtp.stats(Instant::now())
        }
    }

    /// Ends the session and gives back what it held (sockets, relay allocations, the audio leg).
    pub async fn close(&self) {
        let shared = &*self.shared;
        let mut state = shared.state.lock().await;
        state.closed = true;
        shared.leg.close(&shared.rtp);
        state.pump = None;
        state.links.close().await;
        if let Some(link) = state.replacement.take() {
            link.transport.close().await;
        }
    }

    async fn take_answer(
        &self,
        fork: Fork,
        answer: Option<&str>,
        last: bool,
    ) -> Result<(), MediaError> {
        let shared = &*self.shared;
        let mut state = shared.state.lock().await;
        state.check_open()?;
        let peer = match answer {
            Some(answer) => Peer::parse(answer)?,
            None => {
                let mut early = state.early.iter();
                let known = early.find(|(known, _)| *known == fork);
                let (_, peer) =
                    known.ok_or(MediaError::WrongState("the fork gave no early answer"))?;
                peer.clone()
            }
        };
        if state.forking && last && !state.negotiation.is_offering() {
            // The early dialog has gone on (UPDATE, RFC 3311) to another description since.
            state.links.settle(fork).await?;
            shared.rtp.forget_gap();
            state.forking = false;
            return Ok(());
        }
        let agreed = state.negotiation.accept(&peer, last)?;
        if last {
            state.early.clear();
        } else {
            state.early.retain(|(known, _)| *known != fork);
            if state.early.len() < MAX_FORKS {
                state.early.push((fork, peer.clone()));
            }
        }
        if let Some(link) = state.replacement.take() {
            state.links.replace(link).await;
        }
        let restarted = std::mem::take(&mut state.restarting);
        if state.forking && last {
            // Before, it rang: whoever played that is not who talks now.
            shared.rtp.forget_gap();
        }
        let fork = state.forking.then_some(fork);
        state.forking &= !last;
        let links = &mut state.links;
        links
            .take_answer(&peer.transport, fork, restarted, last)
            .await?;
        shared.agree(&mut state, &agreed)
    }
}

impl Shared {
    /// Carries out what was agreed on.
    fn agree(&self, state: &mut State, agreed: &Agreed) -> Result<(), MediaError> {
        let source = self.leg.agree(&self.engine, &self.rtp, agreed)?;
        if let Some(source) = source {
            state.pump = Some(Task::spawn(pump(source, state.links.routes())));
        }
        if state.told != agreed.peer_direction {
            state.told = agreed.peer_direction;
            self.rtp
                .tell(MediaEvent::RemoteDirection(agreed.peer_direction));
        }
        Ok(())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The stack may hold on to the RTP session a little longer; the leg goes now.
        self.leg.close(&self.rtp);
    }
}

impl State {
    fn check_open(&self) -> Result<(), MediaError> {
        if self.closed {
            return Err(MediaError::WrongState("the session is closed"));
        }
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
