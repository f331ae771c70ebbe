//! When RTCP is sent, and what it says (RFC 3550 section 6).

use std::time::{Duration, Instant};

use rand::RngExt;
use rtc::rtcp::Packet;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::source_description::{
    SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem,
};

use crate::sdp::Agreed;
use crate::statistics::{NtpClock, Reception, ReceptionReport, Transmission};

/// Mean time between RTCP packets where the profile allows early ones (RFC 4585 section 3.5): some
/// 100 octets in 2 s are less than 1 % of a call's bandwidth.
const EARLY_INTERVAL: Duration = Duration::from_secs(2);
/// Mean time between RTCP packets elsewhere (RFC 3550 section 6.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// The first report is sent sooner, so that a short call has one.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);

/// The RTCP of one session.
#[derive(Debug)]
pub(crate) struct Rtcp {
    cname: String,
    allowed: bool,
    peer_sends: bool,
    interval: Duration,
    due: Option<Instant>,
    packets_reported: u64,
}

impl Default for Rtcp {
    fn default() -> Self {
        Rtcp {
            // Random for each call, so that calls cannot be told to be of one person (RFC 7022
            // section 4.2).
            cname: format!("{:016x}", rand::random::<u64>()),
            allowed: false,
            peer_sends: false,
            interval: INTERVAL,
            due: None,
            packets_reported: 0,
        }
    }
}

impl Rtcp {
    /// Takes what was agreed on: whether RTCP is sent, and how often.
    pub(crate) fn agree(&mut self, agreed: &Agreed) {
        self.allow(agreed.rtcp);
        self.interval = if agreed.early_rtcp {
            EARLY_INTERVAL
        } else {
            INTERVAL
        };
    }

    pub(crate) fn allow(&mut self, allowed: bool) {
        self.allowed = allowed;
    }

    /// What is sent comes from another source now.
    pub(crate) fn restart(&mut self) {
        self.packets_reported = 0;
    }

    /// Nothing is sent until the transport asks again.
    pub(crate) fn stop(&mut self) {
        self.due = None;
    }

    /// The peer has sent RTCP, whether or not it said it would on this port.
    pub(crate) fn on_received(&mut self) {
        self.peer_sends = true;
    }

    /// When the next packet is due.
    pub(crate) fn due(&mut self, now: Instant) -> Instant {
        *self.due.get_or_insert_with(|| now + spread(FIRST_INTERVAL))
    }

    /// Whether a packet is due and may be sent. Starts the next interval.
    pub(crate) fn take_turn(&mut self, now: Instant) -> bool {
        if self.due.is_none_or(|due| due > now) {
            return false;
        }
        self.due = Some(now + spread(self.interval));
        self.allowed || self.peer_sends
    }

    /// The compound packet to send now: a sender report if there was something sent since the one
    /// before, else a receiver report (section 6.4), and the name (section 6.5).
    pub(crate) fn packet(
        &mut self,
        now: Instant,
        clock: &NtpClock,
        transmission: &mut Transmission,
        reception: &mut Reception,
    ) -> Vec<Box<dyn Packet>> {
        let ssrc = transmission.ssrc();
        let reports: Vec<_> = reception.report(now).iter().map(write_report).collect();
        let is_sender = transmission.packets() > self.packets_reported;
        self.packets_reported = transmission.packets();
        let info = is_sender.then(|| transmission.report(now, clock)).flatten();
        let report: Box<dyn Packet> = match info {
            Some(info) => Box::new(SenderReport {
                ssrc,
                ntp_time: info.ntp,
                rtp_time: info.timestamp,
                packet_count: info.packets,
                octet_count: info.octets,
                reports,
                ..SenderReport::default()
            }),
            None => Box::new(ReceiverReport {
                ssrc,
                reports,
                ..ReceiverReport::default()
            }),
        };
        let name = SourceDescription {
            chunks: vec![SourceDescriptionChunk {
                source: ssrc,
                items: vec![SourceDescriptionItem {
                    sdes_type: SdesType::SdesCname,
                    text: self.cname.clone().into(),
                }],
            }],
        };
        vec![report, Box::new(name)]
    }
}

/// A report of the peer. Its loss has 24 bits with sign, which rtc-rtcp hands over without.
pub(crate) fn read_report(report: &reception_report::ReceptionReport) -> ReceptionReport {
    ReceptionReport {
        ssrc: report.ssrc,
        fraction_lost: report.fraction_lost,
        lost: (report.total_lost << 8) as i32 >> 8,
        highest_sequence_number: report.last_sequence_number,
        jitter: report.jitter,
        last_sender_report: report.last_sender_report,
        delay: report.delay,
    }
}

fn write_report(report: &ReceptionReport) -> reception_report::ReceptionReport {
    reception_report::ReceptionReport {
        ssrc: report.ssrc,
        fraction_lost: report.fraction_lost,
        total_lost: report.lost as u32 & 0x00ff_ffff,
        last_sequence_number: report.highest_sequence_number,
        jitter: report.jitter,
        last_sender_report: report.last_sender_report,
        delay: report.delay,
    }
}

/// A random time from half to one and a half times the mean, so that ends do not fall into step
/// (section 6.2).
fn spread(mean: Duration) -> Duration {
    mean.mul_f64(rand::rng().random_range(0.5..1.5))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    struct End {
        rtcp: Rtcp,
        clock: NtpClock,
        transmission: Transmission,
        reception: Reception,
    }

    impl End {
        fn new(start: Instant) -> End {
            let mut rtcp = Rtcp::default();
            rtcp.allow(true);
            End {
                rtcp,
                clock: NtpClock::new(start, SystemTime::UNIX_EPOCH),
                transmission: Transmission::new(77, 48_000),
                reception: Reception::default(),
            }
        }

        fn packet(&mut self, now: Instant) -> Vec<Box<dyn Packet>> {
            self.rtcp.packet(
                now,
                &self.clock,
                &mut self.transmission,
                &mut self.reception,
            )
        }
    }

    #[test]
    fn packets_come_when_due() {
        let start = Instant::now();
        let mut end = End::new(start);
        assert!(!end.rtcp.take_turn(start));
        let due = end.rtcp.due(start);
        assert!(due >= start + FIRST_INTERVAL / 2 && due <= start + FIRST_INTERVAL * 2);
        assert_eq!(end.rtcp.due(due), due);
        assert!(!end.rtcp.take_turn(start));
        assert!(end.rtcp.take_turn(due));
        let next = end.rtcp.due(due);
        assert!(next >= due + INTERVAL / 2 && next <= due + INTERVAL * 2);
        end.rtcp.stop();
        assert!(!end.rtcp.take_turn(next));
    }

    #[test]
    fn a_sender_reports_as_one_and_a_listener_as_the_other() {
        let start = Instant::now();
        let mut end = End::new(start);
        // Nothing sent or received: an empty receiver report and the name.
        let packets = end.packet(start);
        let report = packets[0].as_any().downcast_ref::<ReceiverReport>();
        assert_eq!(report.expect("a listener").reports, []);
        assert!(packets[1].as_any().is::<SourceDescription>());
        for sequence_number in [1, 3] {
            end.reception.on_packet(start, 5, sequence_number, 0, None);
        }
        end.transmission.on_packet(start, 1_000, 60);
        let packets = end.packet(start);
        let report = packets[0].as_any().downcast_ref::<SenderReport>();
        let report = report.expect("a sender");
        assert_eq!((report.ssrc, report.packet_count), (77, 1));
        assert_eq!(
            (report.reports[0].ssrc, report.reports[0].total_lost),
            (5, 1)
        );
        assert!(rtc::rtcp::packet::marshal(&packets).is_ok());
        // Nothing sent since: no sender any more.
        let packets = end.packet(start);
        assert!(packets[0].as_any().is::<ReceiverReport>());
    }

    #[test]
    fn a_negative_loss_survives_24_bits() {
        let start = Instant::now();
        let mut end = End::new(start);
        for _ in 0..3 {
            end.reception.on_packet(start, 5, 1, 0, None);
        }
        let report = end.reception.report(start).expect("received");
        let written = write_report(&report);
        assert_eq!(written.total_lost, 0x00ff_fffe);
        assert_eq!(read_report(&written), report);
        let packets: Vec<Box<dyn Packet>> = vec![Box::new(ReceiverReport {
            reports: vec![written],
            ..ReceiverReport::default()
        })];
        assert!(rtc::rtcp::packet::marshal(&packets).is_ok());
    }

    #[test]
    fn without_multiplexing_there_is_none_unless_the_peer_does_it() {
        let start = Instant::now();
        let mut end = End::new(start);
        end.rtcp.allow(false);
        let due = end.rtcp.due(start);
        assert!(!end.rtcp.take_turn(due));
        end.rtcp.on_received();
        let next = end.rtcp.due(due);
        assert!(end.rtcp.take_turn(next));
    }
}
