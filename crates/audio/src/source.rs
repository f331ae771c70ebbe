//! What a leg has to send, as an async queue.

use bytes::Bytes;

/// One RTP payload ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedPacket {
    /// RTP payload type: the codec's, or that of telephone events.
    pub payload_type: u8,
    /// RTP timestamp in units of the codec's clock rate, from the count of samples captured.
    pub timestamp: u32,
    /// RTP marker bit: first packet of a talk spurt or of a telephone event.
    pub marker: bool,
    /// The payload.
    pub payload: Bytes,
}

/// The packets a leg has to send, in order.
#[derive(Debug)]
pub struct PacketSource {}

impl PacketSource {
    /// Waits for the next packet. `None` once the leg or the engine has ended. Cancel safe.
    ///
    /// The queue holds 32 packets (640 ms); when nobody takes them, the newest is dropped and
    /// counted in [`LegStats::send_overflow`](crate::LegStats::send_overflow).
    pub async fn recv(&mut self) -> Option<EncodedPacket> {
        unimplemented!()
    }
}
