//! Datagrams on their way between the WebRTC stack and a stream.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::framing::carries_data;

/// A datagram, with the server it goes to or comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Datagram {
    pub(crate) server: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// Datagrams that wait for one reader. Nobody who puts one in ever waits: when there are too many,
/// the oldest sound goes, as it is late anyway, and only where there is none the oldest request.
#[derive(Debug)]
pub(super) struct Queue {
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Datagram>,
    reader: Option<Waker>,
}

impl Queue {
    /// One that holds at most `limit` datagrams.
    pub(super) fn new(limit: usize) -> Queue {
        Queue {
            limit,
            state: Mutex::default(),
        }
    }

    pub(super) fn push(&self, datagram: Datagram) {
        let mut state = self.state();
        if !carries_data(&datagram.bytes) && state.waiting.contains(&datagram) {
            // The stack repeats a request, as it should over UDP; the first has not even left.
            return;
        }
        if state.waiting.len() >= self.limit {
            let late = state
                .waiting
                .iter()
                .position(|waiting| carries_data(&waiting.bytes));
            state.waiting.remove(late.unwrap_or(0));
        }
        state.waiting.push_back(datagram);
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// The datagram that waits longest.
    pub(super) fn poll_pop(&self, cx: &mut Context<'_>) -> Poll<Datagram> {
        let mut state = self.state();
        match state.waiting.pop_front() {
            Some(datagram) => Poll::Ready(datagram),
            None => {
                state.reader = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// The datagram that waits longest, once there is one.
    pub(super) async fn pop(&self) -> Datagram {
        poll_fn(|cx| self.poll_pop(cx)).await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datagram(kind: u8, number: u8) -> Datagram {
        Datagram {
            server: SocketAddr::from(([240, 0, 0, 1], 1)),
            bytes: vec![kind, 0, 0, number],
        }
    }

    async fn drained(queue: &Queue, count: usize) -> Vec<(u8, u8)> {
        let mut found = Vec::new();
        for _ in 0..count {
            let datagram = queue.pop().await;
            found.push((datagram.bytes[0], datagram.bytes[3]));
        }
        assert_eq!(queue.state().waiting.len(), 0);
        found
    }

    #[tokio::test]
    async fn late_sound_makes_room_and_requests_stay() {
        let queue = Queue::new(3);
        for datagram in [
            datagram(0, 1),
            datagram(0x40, 2),
            datagram(0x40, 3),
            datagram(0x40, 4),
            datagram(0, 5),
        ] {
            queue.push(datagram);
        }
        assert_eq!(drained(&queue, 3).await, [(0, 1), (0x40, 4), (0, 5)]);
        for number in 0..9 {
            queue.push(datagram(0, number));
        }
        assert_eq!(drained(&queue, 3).await, [(0, 6), (0, 7), (0, 8)]);
    }

    #[tokio::test]
    async fn a_request_that_waits_is_not_repeated() {
        let queue = Queue::new(8);
        for datagram in [
            datagram(0, 1),
            datagram(0, 1),
            datagram(0x40, 1),
            datagram(0x40, 1),
        ] {
            queue.push(datagram);
        }
        let expected = [(0, 1), (0x40, 1), (0x40, 1)];
        assert_eq!(drained(&queue, 3).await, expected);
    }

    #[tokio::test]
    async fn the_reader_is_woken() {
        let queue = std::sync::Arc::new(Queue::new(8));
        let reader = queue.clone();
        let reading = tokio::spawn(async move { reader.pop().await });
        tokio::task::yield_now().await;
        queue.push(datagram(0, 7));
        assert_eq!(reading.await.expect("finished"), datagram(0, 7));
    }
}
