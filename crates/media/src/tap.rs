//! Where RTP leaves and enters the WebRTC stack.
//!
//! An interceptor of webrtc sees every packet between SRTP and the tracks. This one is the only one
//! in the chain. What is received ends here: the tracks above would take a stream only by an SSRC
//! or payload type they know, bind it for good, and drop what comes after (a peer that changes its
//! SSRC in mid-call, which is every transfer, would fall silent); and they would queue 256 packets
//! and log an error for each one more. What is sent gets its header here, and RTCP is made here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rtc::interceptor::{AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::sansio::Protocol;
use rtc::shared::TransportContext;
use rtc::shared::error::Error;

use crate::rtp::RtpSession;

/// The interceptor.
pub(crate) struct Tap {
    rtp: Arc<RtpSession>,
    open: Arc<AtomicBool>,
    outgoing: VecDeque<TaggedPacket>,
}

impl Tap {
    /// Lets packets through as long as `open` says so: of several transports to forks, one is
    /// heard.
    pub(crate) fn new(rtp: Arc<RtpSession>, open: Arc<AtomicBool>) -> Tap {
        Tap {
            rtp,
            open,
            outgoing: VecDeque::new(),
        }
    }
}

impl Tap {
    fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        if !self.is_open() {
            return Ok(());
        }
        match &message.message.packet {
            Packet::Rtp(packet) => self.rtp.on_rtp(message.now, packet),
            Packet::Rtcp(packets) => self.rtp.on_rtcp(message.now, packets),
            _ => {}
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        None
    }

    fn handle_write(&mut self, mut message: TaggedPacket) -> Result<(), Error> {
        if self.is_open()
            && let Packet::Rtp(packet) = &mut message.message.packet
            && self.rtp.on_send(message.now, packet)
        {
            self.outgoing.push_back(message);
        }
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outgoing.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.is_open()
            && let Some(packets) = self.rtp.take_rtcp(now)
        {
            self.outgoing.push_back(TaggedPacket {
                now,
                transport: TransportContext::default(),
                message: AttributedPacket::new(Packet::Rtcp(packets)),
            });
        }
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.is_open().then(|| self.rtp.rtcp_due(Instant::now()))
    }
}

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
