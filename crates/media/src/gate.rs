//! Keeps DTLS waiting until ICE is ready for it.
//!
//! A peer that is the DTLS client starts its handshake as soon as a connectivity check succeeds,
//! which is before the pair is nominated. webrtc 0.21.1 drops what comes until then, and the peer
//! tries again after a second (RFC 6347 section 4.2.4.1): each call would begin with a second of
//! silence. So the sockets hand over such packets only when there is a nominated pair.
//!
//! TURN over TCP and TLS happens in these sockets, too: [`crate::turn`].

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime,
    TokioRuntime, Transmit,
};

use crate::turn::{Datagram, StreamServer, Streams};

/// First bytes of DTLS records (RFC 7983 section 7).
const DTLS: std::ops::RangeInclusive<u8> = 20..=63;
/// Packets kept. A handshake's first flight is one or two.
const MAX_HELD: usize = 8;

/// Shut at first, then open for good.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    open: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
}

impl Gate {
    /// Lets DTLS through.
    pub(crate) fn open(&self) {
        self.open.store(true, Ordering::Release);
        for waker in self.waiting().drain(..) {
            waker.wake();
        }
    }

    fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    fn wake_later(&self, waker: &Waker) {
        let mut waiting = self.waiting();
        if !waiting.iter().any(|known| known.will_wake(waker)) {
            waiting.push(waker.clone());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The Tokio runtime with gated UDP sockets, which reach some servers over TCP and TLS.
#[derive(Debug)]
pub(crate) struct GatedRuntime {
    gate: Arc<Gate>,
    servers: Arc<[StreamServer]>,
}

impl GatedRuntime {
    pub(crate) fn new(gate: Arc<Gate>, servers: Vec<StreamServer>) -> GatedRuntime {
        GatedRuntime {
            gate,
            servers: servers.into(),
        }
    }
}

impl Runtime for GatedRuntime {
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let local = socket.local_addr()?.ip();
        Ok(Arc::new(GatedSocket {
            socket: TokioRuntime.wrap_udp_socket(socket)?,
            streams: Streams::new(self.servers.clone(), local),
            gate: self.gate.clone(),
            any_held: AtomicBool::new(false),
            held: Mutex::default(),
        }))
    }

    fn wrap_tcp_listener(
        &self,
        listener: std::net::TcpListener,
    ) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(listener)
    }

    fn connect_tcp<'a>(
        &'a self,
        address: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = io::Result<Arc<dyn AsyncTcpStream>>> + Send + 'a>> {
        TokioRuntime.connect_tcp(address)
    }

    fn resolve_host<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        TokioRuntime.resolve_host(host)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        TokioRuntime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }

    fn yield_now(&self) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        TokioRuntime.yield_now()
    }
}

/// A socket that keeps DTLS to itself while the gate is shut.
struct GatedSocket {
    socket: Arc<dyn AsyncUdpSocket>,
    streams: Streams,
    gate: Arc<Gate>,
    any_held: AtomicBool,
    held: Mutex<VecDeque<(Vec<u8>, RecvMeta)>>,
}

impl GatedSocket {
    fn held(&self) -> MutexGuard<'_, VecDeque<(Vec<u8>, RecvMeta)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, packet: &[u8], meta: RecvMeta) {
        let mut held = self.held();
        if held.len() < MAX_HELD {
            held.push_back((packet.to_vec(), meta));
            self.any_held.store(true, Ordering::Relaxed);
        }
    }

    /// Gives back what was held, oldest first.
    fn release(&self, buffer: &mut [u8], meta: &mut RecvMeta) -> bool {
        let mut held = self.held();
        let Some((packet, known)) = held.pop_front() else {
            return false;
        };
        self.any_held.store(!held.is_empty(), Ordering::Relaxed);
        let length = packet.len().min(buffer.len());
        buffer[..length].copy_from_slice(&packet[..length]);
        *meta = known;
        meta.len = length;
        true
    }
}

impl AsyncUdpSocket for GatedSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let contents = transmit.contents;
        // As one datagram, or as several of this size.
        let size = transmit.segment_size.unwrap_or(contents.len()).max(1);
        let mut datagrams = contents.chunks(size);
        if datagrams.all(|datagram| self.streams.send(transmit.destination, datagram))
            && !contents.is_empty()
        {
            return Poll::Ready(Ok(contents.len()));
        }
        self.socket.poll_send(cx, transmit)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        if let (Some(buffer), Some(meta)) = (buffers.first_mut(), meta.first_mut())
            && let Poll::Ready(datagram) = self.streams.poll_receive(cx)
        {
            *meta = received(&datagram, buffer);
            return Poll::Ready(Ok(1));
        }
        if self.gate.is_open() {
            if self.any_held.load(Ordering::Relaxed)
                && let (Some(buffer), Some(meta)) = (buffers.first_mut(), meta.first_mut())
                && self.release(buffer, meta)
            {
                return Poll::Ready(Ok(1));
            }
            return self.socket.poll_recv(cx, buffers, meta);
        }
        // One packet at a time: it is before the call, there is no hurry.
        let (Some(buffer), Some(first)) = (buffers.first_mut(), meta.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        loop {
            let mut one = [IoSliceMut::new(buffer)];
            let received = self
                .socket
                .poll_recv(cx, &mut one, std::slice::from_mut(first));
            match received {
                Poll::Ready(Ok(1)) if buffer.first().is_some_and(|byte| DTLS.contains(byte)) => {
                    let length = first.len.min(buffer.len());
                    self.hold(&buffer[..length], *first);
                }
                Poll::Pending => {
                    self.gate.wake_later(cx.waker());
                    // It may have been opened meanwhile, before there was anyone to wake.
                    if self.gate.is_open() && self.any_held.load(Ordering::Relaxed) {
                        cx.waker().wake_by_ref();
                    }
                    return Poll::Pending;
                }
                other => return other,
            }
        }
    }

    fn max_gso_segments(&self) -> usize {
        self.socket.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.socket.max_gro_segments()
    }
}

/// Puts what came from a server into the stack's buffer.
fn received(datagram: &Datagram, buffer: &mut [u8]) -> RecvMeta {
    // The stack's buffers have room for what a network carries; of more, as of UDP, there is the
    // beginning.
    let length = datagram.bytes.len().min(buffer.len());
    buffer[..length].copy_from_slice(&datagram.bytes[..length]);
    let mut meta = RecvMeta::default();
    meta.addr = datagram.server;
    meta.len = length;
    meta.stride = length.max(1);
    meta
}

impl fmt::Debug for GatedSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatedSocket").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn dtls_waits_for_the_gate_and_nothing_else_does() {
        let gate = Arc::new(Gate::default());
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("bound");
        let address = socket.local_addr().expect("bound");
        let socket = GatedRuntime::new(gate.clone(), vec![]).wrap_udp_socket(socket);
        let socket = socket.expect("wrapped");
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").expect("bound");
        let send = |bytes: &[u8]| peer.send_to(bytes, address).expect("sent");
        send(&[22, 254, 253]);
        send(&[0, 1]);
        send(&[20, 7]);
        let mut buffer = [0; 1_500];
        let (length, from) = socket.recv_from(&mut buffer).await.expect("received");
        assert_eq!(&buffer[..length], [0, 1]);
        assert_eq!(from, peer.local_addr().expect("bound"));
        let next = socket.clone();
        let waiting = tokio::spawn(async move {
            let mut buffer = [0; 1_500];
            let (length, _) = next.recv_from(&mut buffer).await.expect("received");
            buffer[..length].to_vec()
        });
        tokio::task::yield_now().await;
        gate.open();
        assert_eq!(waiting.await.expect("finished"), [22, 254, 253]);
        for expected in [&[20, 7][..], &[22, 1], &[128, 0]] {
            if expected != [20, 7] {
                send(expected);
            }
            let (length, _) = socket.recv_from(&mut buffer).await.expect("received");
            assert_eq!(&buffer[..length], expected);
        }
    }

    #[tokio::test]
    async fn no_more_is_held_than_a_handshake_needs() {
        let gate = Arc::new(Gate::default());
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("bound");
        let address = socket.local_addr().expect("bound");
        let socket = GatedRuntime::new(gate.clone(), vec![]).wrap_udp_socket(socket);
        let socket = socket.expect("wrapped");
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").expect("bound");
        for number in 0..20 {
            peer.send_to(&[22, number], address).expect("sent");
        }
        peer.send_to(&[0], address).expect("sent");
        let mut buffer = [0; 1_500];
        let (length, _) = socket.recv_from(&mut buffer).await.expect("received");
        assert_eq!(&buffer[..length], [0]);
        gate.open();
        peer.send_to(&[1], address).expect("sent");
        let mut seen = Vec::new();
        loop {
            let (_, _) = socket.recv_from(&mut buffer).await.expect("received");
            if buffer[0] == 1 {
                break;
            }
            seen.push(buffer[1]);
        }
        assert_eq!(seen, (0..MAX_HELD as u8).collect::<Vec<_>>());
    }
}
