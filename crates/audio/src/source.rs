//! What a leg has to send, as an async queue.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::codec::MAX_SENT_PAYLOAD;

/// Packets that wait to be taken: 640 ms at 20 ms.
const QUEUE: usize = 32;

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
pub struct PacketSource {
    ring: Consumer<SentPacket>,
    signal: Arc<Signal>,
}

impl PacketSource {
    /// Waits for the next packet. `None` once the leg or the engine has ended. Cancel safe.
    ///
    /// The queue holds 32 packets (640 ms at 20 ms); when nobody takes them, the newest is dropped
    /// and counted in [`LegStats::send_overflow`](crate::LegStats::send_overflow).
    pub async fn recv(&mut self) -> Option<EncodedPacket> {
        poll_fn(|context| {
            if let Some(packet) = self.try_recv() {
                return Poll::Ready(Some(packet));
            }
            self.signal.waker.register(context.waker());
            // Closed is read before the last look, so that no packet before it is lost.
            let closed = self.signal.closed.load(Ordering::Acquire);
            match self.try_recv() {
                Some(packet) => Poll::Ready(Some(packet)),
                None if closed => Poll::Ready(None),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// The next packet, if there is one now.
    pub fn try_recv(&mut self) -> Option<EncodedPacket> {
        let packet = self.ring.pop().ok()?;
        Some(EncodedPacket {
            payload_type: packet.payload_type,
            timestamp: packet.timestamp,
            marker: packet.marker,
            payload: Bytes::copy_from_slice(packet.payload()),
        })
    }
}

/// A packet on its way between the threads.
#[derive(Debug)]
pub(crate) struct SentPacket {
    pub(crate) payload_type: u8,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) length: usize,
    pub(crate) data: [u8; MAX_SENT_PAYLOAD],
}

impl SentPacket {
    fn payload(&self) -> &[u8] {
        &self.data[..self.length]
    }
}

/// The sound thread's end.
#[derive(Debug)]
pub(crate) struct PacketFeed {
    ring: Producer<SentPacket>,
    signal: Arc<Signal>,
}

impl PacketFeed {
    /// Queues a packet and wakes who waits for it; false if the queue is full.
    pub(crate) fn push(&mut self, packet: SentPacket) -> bool {
        let taken = self.ring.push(packet).is_ok();
        self.signal.waker.wake();
        taken
    }
}

impl Drop for PacketFeed {
    fn drop(&mut self) {
        self.signal.closed.store(true, Ordering::Release);
        self.signal.waker.wake();
    }
}

/// Both ends of a new queue.
pub(crate) fn packet_queue() -> (PacketFeed, PacketSource) {
    let (producer, consumer) = RingBuffer::new(QUEUE);
    let signal = Arc::new(Signal::default());
    let feed = PacketFeed {
        ring: producer,
        signal: signal.clone(),
    };
    let source = PacketSource {
        ring: consumer,
        signal,
    };
    (feed, source)
}

#[derive(Debug, Default)]
struct Signal {
    waker: AtomicWaker,
    closed: AtomicBool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(timestamp: u32) -> SentPacket {
        SentPacket {
            payload_type: 0,
            timestamp,
            marker: false,
            length: 1,
            data: [7; MAX_SENT_PAYLOAD],
        }
    }

    #[tokio::test]
    async fn gives_packets_in_order_then_the_end() {
        let (mut feed, mut source) = packet_queue();
        let reader = tokio::spawn(async move {
            let mut seen = Vec::new();
            while let Some(packet) = source.recv().await {
                assert_eq!(packet.payload, [7].as_slice());
                seen.push(packet.timestamp);
            }
            seen
        });
        for n in 0..100 {
            while !feed.push(packet(n)) {
                tokio::task::yield_now().await;
            }
            if n % 10 == 0 {
                tokio::task::yield_now().await;
            }
        }
        drop(feed);
        assert_eq!(
            reader.await.expect("no panic"),
            (0..100).collect::<Vec<_>>()
        );
    }

    #[tokio::test]
    async fn a_full_queue_refuses_the_newest() {
        let (mut feed, mut source) = packet_queue();
        for n in 0..QUEUE as u32 {
            assert!(feed.push(packet(n)));
        }
        assert!(!feed.push(packet(999)));
        assert_eq!(source.recv().await.map(|p| p.timestamp), Some(0));
    }
}
