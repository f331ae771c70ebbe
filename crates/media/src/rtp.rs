//! The RTP session of a call (RFC 3550): everything between the audio leg and SRTP.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rand::RngExt;
use rtc::rtcp;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp;
use tokio::sync::mpsc;
use warmline_audio::{Codec, Greeting, LegControl, PacketSink, PeerReport};

use crate::rtcp::Rtcp;
use crate::sdp::{Agreed, Content, Format};
use crate::statistics::{Gaps, NtpClock, Reception, Stats, Transmission};
use crate::telephone_event::TelephoneEvents;
use crate::{Direction, MediaEvent};

/// The RTP session of a call. It outlives transports and legs, which come and go within a call.
#[derive(Debug)]
pub(crate) struct RtpSession {
    state: Mutex<State>,
    events: mpsc::Sender<MediaEvent>,
}

#[derive(Debug)]
struct State {
    clock: NtpClock,
    reception: Reception,
    gaps: Gaps,
    /// Whether packets of the peer are to come: nobody is on hold.
    expects: bool,
    transmission: Option<Transmission>,
    sequence_number: u16,
    sent_before: u64,
    formats: Vec<Format>,
    telephone_events: TelephoneEvents,
    audio_heard: bool,
    received_octets: u64,
    bandwidth_hz: Option<u32>,
    says_silence: bool,
    /// Told since they were asked for: a leg that takes the place of another begins to listen anew.
    greetings: Vec<Greeting>,
    receives: bool,
    leg: Option<(PacketSink, LegControl)>,
    rtcp: Rtcp,
}

impl RtpSession {
    pub(crate) fn new(events: mpsc::Sender<MediaEvent>) -> RtpSession {
        RtpSession {
            state: Mutex::new(State {
                clock: NtpClock::new(Instant::now(), SystemTime::now()),
                reception: Reception::default(),
                gaps: Gaps::default(),
                expects: true,
                transmission: None,
                sequence_number: 0,
                sent_before: 0,
                formats: Vec::new(),
                telephone_events: TelephoneEvents::default(),
                audio_heard: false,
                received_octets: 0,
                bandwidth_hz: None,
                says_silence: false,
                greetings: Vec::new(),
                receives: true,
                leg: None,
                rtcp: Rtcp::default(),
            }),
            events,
        }
    }

    /// Takes what was agreed on: payload types, and whether and how often RTCP is sent.
    pub(crate) fn agree(&self, agreed: &Agreed) {
        let mut state = self.state();
        state.formats.clone_from(&agreed.receive);
        state.rtcp.agree(agreed);
        let receives = agreed.direction.receives();
        if receives && !state.receives {
            state.reception.forgive_gap();
        }
        state.receives = receives;
        state.expects = receives && agreed.peer_direction == Direction::SendRecv;
    }

    /// What came so far does not belong to the conversation: no gap parts it from what comes.
    pub(crate) fn forget_gap(&self) {
        self.state().gaps.forget();
    }

    /// Puts another leg in the place of the one before. What it sends goes out as a new source, as
    /// its timestamps begin anew and may have another clock.
    pub(crate) fn set_leg(&self, sink: PacketSink, control: LegControl, clock_rate: u32) {
        let mut random = rand::rng();
        let ssrc = random.random();
        // Below 2¹⁵, as RFC 3711 section 3.3.1 advises: a packet lost at the start must not let the
        // ends disagree about the first wrap.
        let sequence_number = random.random_range(0..0x8000);
        let mut state = self.state();
        if let Some(transmission) = &state.transmission {
            state.sent_before += transmission.packets();
        }
        state.transmission = Some(Transmission::new(ssrc, clock_rate));
        state.sequence_number = sequence_number;
        state.rtcp.restart();
        state.leg = Some((sink, control));
    }

    /// Signs of a machine are asked for; those that were told before are told again.
    pub(crate) fn expect_greeting(&self) {
        self.state().greetings.clear();
    }

    /// Lets go of the leg.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.leg = None;
        state.rtcp.stop();
    }

    /// Takes a packet that was received.
    pub(crate) fn on_rtp(&self, now: Instant, packet: &rtp::Packet) {
        let header = &packet.header;
        let mut state = self.state();
        let content = state
            .formats
            .iter()
            .find(|format| format.payload_type == header.payload_type)
            .map(|format| format.content);
        let clock_rate = match content {
            Some(Content::Audio(codec)) => Some(codec.clock_rate()),
            Some(Content::ComfortNoise) => Some(8_000),
            Some(Content::TelephoneEvent { .. }) | None => None,
        };
        let usable = state.reception.on_packet(
            now,
            header.ssrc,
            header.sequence_number,
            header.timestamp,
            clock_rate,
        );
        if !usable {
            return;
        }
        state.received_octets += packet.payload.len() as u64;
        state.bandwidth_hz = match content {
            Some(Content::Audio(Codec::Opus)) => {
                packet.payload.first().map(|toc| bandwidth_hz(*toc))
            }
            _ => None,
        };
        state.says_silence = content == Some(Content::ComfortNoise);
        let gap = state.gap(now, content == Some(Content::ComfortNoise));
        let mut event = None;
        match content {
            Some(Content::TelephoneEvent { .. }) => {
                let key = state.telephone_events.on_packet(
                    header.ssrc,
                    header.timestamp,
                    &packet.payload,
                );
                event = key.map(MediaEvent::Dtmf);
            }
            Some(Content::Audio(_)) if !state.audio_heard => {
                state.audio_heard = true;
                event = Some(MediaEvent::FirstAudio);
            }
            _ => {}
        }
        if let Some((sink, _)) = &mut state.leg {
            sink.set_source(header.ssrc);
            sink.push(
                header.sequence_number,
                header.timestamp,
                header.payload_type,
                &packet.payload,
            );
        }
        let greeting = state.take_greeting();
        drop(state);
        for event in [gap, event, greeting].into_iter().flatten() {
            self.tell(event);
        }
    }

    /// Takes a compound RTCP packet that was received.
    pub(crate) fn on_rtcp(&self, now: Instant, packets: &[Box<dyn rtcp::Packet>]) {
        let mut state = self.state();
        let state = &mut *state;
        state.rtcp.on_received();
        for packet in packets {
            let packet = packet.as_any();
            if let Some(report) = packet.downcast_ref::<SenderReport>() {
                state
                    .reception
                    .on_sender_report(now, report.ssrc, report.ntp_time);
                state.on_reception_reports(now, &report.reports);
            } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
                state.on_reception_reports(now, &report.reports);
            }
        }
    }

    /// Makes a packet that is about to be sent one of this session's. Its sequence number holds the
    /// payload type so far: see [`crate::transport`]. False: there is nothing to send it from.
    pub(crate) fn on_send(&self, now: Instant, packet: &mut rtp::Packet) -> bool {
        let mut state = self.state();
        // Asked here as well: a far end may send nothing in the silence after a beep.
        if let Some(greeting) = state.take_greeting() {
            self.tell(greeting);
        }
        let state = &mut *state;
        let Some(transmission) = &mut state.transmission else {
            return false;
        };
        let header = &mut packet.header;
        header.payload_type = (header.sequence_number & 0x7f) as u8;
        header.ssrc = transmission.ssrc();
        header.sequence_number = state.sequence_number;
        state.sequence_number = state.sequence_number.wrapping_add(1);
        transmission.on_packet(now, header.timestamp, packet.payload.len());
        true
    }

    /// When the next RTCP packet is due. The transport asks as soon as it is up.
    pub(crate) fn rtcp_due(&self, now: Instant) -> Instant {
        self.state().rtcp.due(now)
    }

    /// The RTCP packet that is due, if one is and may be sent.
    pub(crate) fn take_rtcp(&self, now: Instant) -> Option<Vec<Box<dyn rtcp::Packet>>> {
        let mut state = self.state();
        let state = &mut *state;
        if !state.rtcp.take_turn(now) {
            return None;
        }
        let transmission = state.transmission.as_mut()?;
        Some(
            state
                .rtcp
                .packet(now, &state.clock, transmission, &mut state.reception),
        )
    }

    /// The statistics now, as far as RTP knows.
    pub(crate) fn stats(&self, now: Instant) -> Stats {
        let state = self.state();
        let transmission = state.transmission.as_ref();
        let remote = transmission.and_then(|transmission| transmission.remote(now));
        let (loss_runs, lost_in_runs) = state.reception.loss_runs();
        Stats {
            remote_packet_ms: state.reception.packet_ms(),
            sent: state.sent_before + transmission.map_or(0, Transmission::packets),
            received: state.reception.received(),
            lost: state.reception.lost(),
            received_octets: state.received_octets,
            remote_bandwidth_hz: state.bandwidth_hz,
            loss_runs,
            lost_in_runs,
            remote_says_silence: state.says_silence,
            longest_gap_ms: milliseconds(state.gaps.longest()),
            jitter_ms: state.reception.jitter_ms(),
            round_trip_ms: remote.and_then(|remote| remote.round_trip_ms),
            remote_lost: remote.map(|remote| remote.lost),
            remote_fraction_lost: remote.map(|remote| remote.fraction_lost),
            remote_jitter_ms: remote.map(|remote| remote.jitter_ms),
            leg: state
                .leg
                .as_ref()
                .map(|(_, control)| control.stats())
                .unwrap_or_default(),
            ..Stats::default()
        }
    }

    /// Tells the session's owner, unless it has stopped listening.
    pub(crate) fn tell(&self, event: MediaEvent) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.events.try_send(event) {
            tracing::warn!("a media event is lost: nobody takes them");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here is left half done by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What is to be told of the time without packets that a packet ends.
    fn gap(&mut self, now: Instant, says_silence: bool) -> Option<MediaEvent> {
        let gap = self.gaps.on_packet(now);
        if !self.expects || says_silence {
            // The next packet may come whenever it likes.
            self.gaps.forget();
        }
        Some(MediaEvent::Gap {
            ms: milliseconds(gap?),
        })
    }

    /// What the leg has found out about the greeting, if that is news.
    fn take_greeting(&mut self) -> Option<MediaEvent> {
        let (_, control) = self.leg.as_ref()?;
        let greeting = control.take_greeting()?;
        if self.greetings.contains(&greeting) {
            return None;
        }
        self.greetings.push(greeting);
        Some(MediaEvent::Greeting(greeting))
    }

    fn on_reception_reports(
        &mut self,
        now: Instant,
        reports: &[rtcp::reception_report::ReceptionReport],
    ) {
        let Some(transmission) = &mut self.transmission else {
            return;
        };
        let ssrc = transmission.ssrc();
        for report in reports.iter().filter(|report| report.ssrc == ssrc) {
            transmission.on_reception_report(now, &self.clock, &crate::rtcp::read_report(report));
            if let (Some((_, control)), Some(remote)) = (&self.leg, transmission.remote(now)) {
                control.report(PeerReport {
                    fraction_lost: remote.fraction_lost as f32,
                    jitter_ms: remote.jitter_ms as f32,
                    round_trip_ms: remote.round_trip_ms.map(|trip| trip as f32),
                });
            }
        }
    }
}

/// The bandwidth of an Opus packet by its first octet (RFC 6716 section 3.1).
fn bandwidth_hz(toc: u8) -> u32 {
    match toc >> 3 {
        0..=3 | 16..=19 => 4_000,
        4..=7 => 6_000,
        8..=11 | 20..=23 => 8_000,
        12 | 13 | 24..=27 => 12_000,
        _ => 20_000,
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use warmline_audio::Codec;

    use super::*;

    fn session() -> (RtpSession, mpsc::Receiver<MediaEvent>) {
        let (events, receiver) = mpsc::channel(8);
        let session = RtpSession::new(events);
        let mut state = session.state();
        state.formats = Format::offered(&[Codec::Opus, Codec::Pcmu], true);
        state.transmission = Some(Transmission::new(77, 48_000));
        state.rtcp.allow(true);
        drop(state);
        (session, receiver)
    }

    fn packet(sequence_number: u16, payload_type: u8, payload: &'static [u8]) -> rtp::Packet {
        rtp::Packet {
            header: rtp::Header {
                version: 2,
                payload_type,
                sequence_number,
                timestamp: u32::from(sequence_number) * 960,
                ssrc: 5,
                ..rtp::Header::default()
            },
            payload: payload.into(),
        }
    }

    #[test]
    fn the_first_audio_is_told_once_and_events_are_keys() {
        let (session, mut events) = session();
        let now = Instant::now();
        session.on_rtp(now, &packet(1, 110, &[9, 0x0a, 0, 160]));
        session.on_rtp(now, &packet(2, 13, &[40]));
        session.on_rtp(now, &packet(3, 111, &[0; 8]));
        session.on_rtp(now, &packet(4, 0, &[0; 160]));
        session.on_rtp(now, &packet(5, 99, &[0; 8]));
        assert_eq!(events.try_recv(), Ok(MediaEvent::Dtmf('9')));
        assert_eq!(events.try_recv(), Ok(MediaEvent::FirstAudio));
        assert!(events.try_recv().is_err());
        assert_eq!(session.stats(Instant::now()).received, 5);
    }

    #[test]
    fn a_gap_is_told_once_it_is_over_and_silence_that_was_said_is_none() {
        let (session, mut events) = session();
        let start = Instant::now();
        let came = |ms, number, payload_type| {
            let at = start + Duration::from_millis(ms);
            session.on_rtp(at, &packet(number, payload_type, &[0; 8]));
        };
        came(0, 1, 111);
        came(1_500, 2, 111);
        // Comfort noise, and nothing more until it talks again.
        came(1_520, 3, 13);
        came(9_000, 4, 111);
        assert_eq!(events.try_recv(), Ok(MediaEvent::FirstAudio));
        assert_eq!(events.try_recv(), Ok(MediaEvent::Gap { ms: 1_500 }));
        session.forget_gap();
        came(20_000, 5, 111);
        // On hold a stray packet or two may still come.
        session.state().expects = false;
        came(20_020, 6, 111);
        session.state().expects = true;
        came(40_000, 7, 111);
        assert!(events.try_recv().is_err());
        assert_eq!(session.stats(Instant::now()).longest_gap_ms, 1_500);
    }

    #[test]
    fn packets_are_numbered_when_they_are_sent() {
        let (session, _events) = session();
        let now = Instant::now();
        let first = session.state().sequence_number;
        for n in 0..3u16 {
            let mut sent = packet(101, 127, &[0; 4]);
            assert!(session.on_send(now, &mut sent));
            assert_eq!(sent.header.payload_type, 101);
            assert_eq!(sent.header.sequence_number, first.wrapping_add(n));
            assert_eq!(sent.header.ssrc, 77);
        }
        assert_eq!(session.stats(Instant::now()).sent, 3);
    }

    #[test]
    fn a_negative_loss_survives_24_bits() {
        let (session, _events) = session();
        let now = Instant::now();
        for _ in 0..3 {
            session.on_rtp(now, &packet(1, 111, &[0; 8]));
        }
        let due = session.rtcp_due(now);
        let packets = session.take_rtcp(due).expect("due");
        let report = packets[0].as_any().downcast_ref::<ReceiverReport>();
        let mut block = report.expect("a receiver").reports[0].clone();
        assert_eq!(block.total_lost, 0x00ff_fffe);
        block.ssrc = 77;
        session.on_rtcp(
            due,
            &[Box::new(ReceiverReport {
                ssrc: 5,
                reports: vec![block],
                ..ReceiverReport::default()
            })],
        );
        assert_eq!(session.stats(Instant::now()).remote_lost, Some(-2));
    }
}
