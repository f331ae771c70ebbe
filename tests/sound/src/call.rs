//! One call, judged one way: microphone, engine, network, engine, headset.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use warmline_audio::{
    AudioError, Codec, CodecSpec, EncodedPacket, LegConfig, LegStats, OpusSettings, Payload,
    PeerReport, Rehearsal,
};

use crate::network::{Network, Path};

/// Samples in 10 ms.
const FRAME: usize = 480;
/// How often the receiver tells the sender what it loses, in ms: as the media session does at first,
/// and then.
const FIRST_REPORT: f64 = 1_000.0;
const REPORT: f64 = 2_000.0;

/// What came out of a call.
#[derive(Clone, Debug)]
pub struct Heard {
    /// 48 kHz, beginning with the sample that was played when the first one had been spoken.
    pub sound: Vec<f32>,
    /// The sender's counters in the end.
    pub sender: LegStats,
    /// The receiver's counters in the end.
    pub receiver: LegStats,
    /// The receiver's gauges after each 10 ms.
    pub gauges: Vec<Gauges>,
    /// Bytes of payload sent.
    pub bytes: usize,
}

/// What the receiver's buffer did at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// How long the fastest packets are held, in ms.
    pub delay_ms: u32,
    /// How long they should be, in ms.
    pub target_ms: u32,
    /// What has been made up so far, in ms.
    pub concealed_ms: u64,
}

/// Who hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A phone of ours: what it sends back says what it loses, besides reports every 2 s.
    Ours,
    /// Another's, of which the reports are all that is known, as behind an SBC that transcodes.
    Anothers,
}

/// Calls `peer` across `network`, which lets all through the other way, and says `spoken` (48 kHz). What is
/// heard is 500 ms longer.
///
/// # Errors
/// The codec will not start.
pub fn call(
    spoken: &[f32],
    codec: Codec,
    network: Network,
    peer: Peer,
    seed: u64,
) -> Result<Heard, AudioError> {
    let (mut near, mut far) = (Rehearsal::new(), Rehearsal::new());
    let mut speaks = near.open_leg(config(codec))?;
    let mut hears = far.open_leg(config(codec))?;
    speaks.control.set_sending(true);
    hears.control.set_heard(true);
    hears.control.set_sending(peer == Peer::Ours);

    let mut path = Path::new(network, seed);
    // Where in the sender's 10 ms the receiver's tick falls.
    let phase = (seed % 10) as f64 + 0.3;
    let step = 10.0 / (1.0 + network.drift_ppm / 1e6);
    let start = Instant::now();
    let at = |ms: f64| start + Duration::from_nanos((ms * 1e6) as u64);
    let mut on_the_way = BinaryHeap::new();
    let mut on_the_way_back = VecDeque::new();
    let (mut sequence, mut bytes, mut gauges) = (0_u16, 0, Vec::new());
    let mut back = 0_u16;
    let mut reports = Reports::new();
    let mut sound = Vec::with_capacity(spoken.len() + 25_000);
    let mut ticks = 0_u32;
    let frames = spoken.chunks(FRAME).map(Some);
    let after = std::iter::repeat_n(None, 50);
    for (n, frame) in frames.chain(after).enumerate() {
        // The frame's last sample is spoken now.
        let now = 10.0 * (n + 1) as f64;
        let mut microphone = [0.0; FRAME];
        if let Some(frame) = frame {
            microphone[..frame.len()].copy_from_slice(frame);
        }
        if let Some(fraction_lost) = reports.arrived(now) {
            speaks.control.report(PeerReport {
                fraction_lost,
                jitter_ms: hears.control.stats().jitter_ms,
                round_trip_ms: Some(2.0 * network.base as f32),
            });
        }
        while on_the_way_back
            .front()
            .is_some_and(|(arrives, _)| *arrives <= now)
        {
            let Some((arrives, packet)) = on_the_way_back.pop_front() else {
                break;
            };
            let packet: EncodedPacket = packet;
            speaks.sink.push_at(
                at(arrives),
                back,
                packet.timestamp,
                packet.payload_type,
                &packet.payload,
            );
            back = back.wrapping_add(1);
        }
        near.tick(at(now), &microphone);
        while let Some(packet) = speaks.source.try_recv() {
            bytes += packet.payload.len();
            for arrives in path.send(now).into_iter().flatten() {
                on_the_way.push(Reverse(OnTheWay {
                    arrives_us: (arrives * 1_000.0) as u64,
                    sequence,
                    packet: packet.clone(),
                }));
            }
            sequence = sequence.wrapping_add(1);
        }
        loop {
            let tick = phase + step * f64::from(ticks);
            if tick > now {
                break;
            }
            while on_the_way
                .peek()
                .is_some_and(|Reverse(next)| next.arrives_us as f64 <= tick * 1_000.0)
            {
                let Some(Reverse(next)) = on_the_way.pop() else {
                    break;
                };
                reports.received(next.sequence);
                let packet = next.packet;
                hears.sink.push_at(
                    start + Duration::from_micros(next.arrives_us),
                    next.sequence,
                    packet.timestamp,
                    packet.payload_type,
                    &packet.payload,
                );
            }
            sound.extend(far.tick(at(tick), &[0.0; FRAME]));
            while let Some(packet) = hears.source.try_recv() {
                on_the_way_back.push_back((tick + network.base, packet));
            }
            let stats = hears.control.stats();
            gauges.push(Gauges {
                delay_ms: stats.delay_ms,
                target_ms: stats.target_ms,
                concealed_ms: stats.concealed_ms,
            });
            reports.tick(tick, network.base);
            ticks += 1;
        }
    }
    // The receiver's first sample was played at `phase`.
    let mut aligned = vec![0.0; (phase * 48.0) as usize];
    aligned.append(&mut sound);
    Ok(Heard {
        sound: aligned,
        sender: speaks.control.stats(),
        receiver: hears.control.stats(),
        gauges,
        bytes,
    })
}

fn config(codec: Codec) -> LegConfig {
    let payload_type = match codec {
        Codec::Opus => 111,
        Codec::G722 => 9,
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
    };
    LegConfig {
        send: CodecSpec {
            codec,
            payload_type,
        },
        receive: vec![(payload_type, Payload::Audio(codec))],
        comfort_noise: None,
        opus: OpusSettings::default(),
        telephone_event: None,
        ptime_ms: 20,
        first_timestamp: 0,
    }
}

/// A packet in the network; the earliest first.
#[derive(Debug, PartialEq, Eq)]
struct OnTheWay {
    arrives_us: u64,
    sequence: u16,
    packet: EncodedPacket,
}

impl Ord for OnTheWay {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.arrives_us, self.sequence).cmp(&(other.arrives_us, other.sequence))
    }
}

impl PartialOrd for OnTheWay {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What RTCP would do: the share lost since the last report (RFC 3550 appendix A.3).
#[derive(Debug)]
struct Reports {
    due: f64,
    highest: Option<u16>,
    reported: Option<u16>,
    received: u32,
    on_the_way: Option<(f64, f32)>,
}

impl Reports {
    fn new() -> Self {
        Self {
            due: FIRST_REPORT,
            highest: None,
            reported: None,
            received: 0,
            on_the_way: None,
        }
    }

    fn received(&mut self, sequence: u16) {
        self.received += 1;
        let ahead = |highest: u16| sequence.wrapping_sub(highest) as i16 > 0;
        if self.highest.is_none_or(ahead) {
            self.highest = Some(sequence);
        }
    }

    fn tick(&mut self, now: f64, delay: f64) {
        let Some(highest) = self.highest else { return };
        if now < self.due {
            return;
        }
        let expected = match self.reported {
            Some(reported) => u32::from(highest.wrapping_sub(reported)),
            None => u32::from(highest) + 1,
        };
        let lost = expected.saturating_sub(self.received);
        let fraction = lost as f32 / expected.max(1) as f32;
        self.on_the_way = Some((now + delay, fraction));
        self.reported = self.highest;
        self.received = 0;
        self.due = now + REPORT;
    }

    fn arrived(&mut self, now: f64) -> Option<f32> {
        let (arrives, fraction) = self.on_the_way?;
        if now < arrives {
            return None;
        }
        self.on_the_way = None;
        Some(fraction)
    }
}
