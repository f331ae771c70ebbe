//! Free ports. They are taken outside the range from which the system gives ports to clients, so that
//! none is lost between finding it free and a peer binding it.

use std::net::{TcpListener, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

/// A port that is free for TCP and for UDP on 127.0.0.1.
pub fn free() -> u16 {
    free_range(1).0
}

/// `count` neighbouring ports, free for TCP and for UDP; the first is even. First and last.
pub(crate) fn free_range(count: u16) -> (u16, u16) {
    for _ in 0..1000 {
        let first = candidate();
        let Some(last) = first
            .checked_add(count - 1)
            .filter(|last| *last <= *RANGE.end())
        else {
            continue;
        };
        if (first..=last).all(is_free) {
            return (first, last);
        }
    }
    panic!("no {count} free ports in {RANGE:?}");
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("0.0.0.0", port)).is_ok()
}

/// Walks the range from a start that differs between processes, so that ports are not reused at once.
fn candidate() -> u16 {
    static STEP: AtomicU32 = AtomicU32::new(0);
    let step = STEP.fetch_add(1, Ordering::Relaxed);
    let size = u32::from(RANGE.end() - RANGE.start());
    let offset =
        (std::process::id().wrapping_mul(2_654_435_761) >> 8).wrapping_add(step * 7) % size;
    // even, as an RTP range begins
    (RANGE.start() + u16::try_from(offset).expect("less than the range")) & !1
}

const RANGE: RangeInclusive<u16> = 10_000..=31_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_given_out() {
        let (first, last) = free_range(20);
        assert_eq!((first % 2, last - first), (0, 19));
        let _taken = UdpSocket::bind(("0.0.0.0", first + 3)).unwrap();
        assert!(!is_free(first + 3));
        assert!(is_free(first + 4));
    }
}
