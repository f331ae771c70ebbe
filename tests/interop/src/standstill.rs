use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Watches whether the machine itself stands still, as a virtual one does while its host is busy
/// elsewhere: no phone can be judged by what it sounded like meanwhile.
pub struct StandstillWatch {
    over: Arc<AtomicBool>,
    watcher: JoinHandle<Duration>,
}

impl StandstillWatch {
    /// Watches from now on.
    pub fn start() -> StandstillWatch {
        let over = Arc::new(AtomicBool::new(false));
        let watcher = std::thread::spawn({
            let over = over.clone();
            move || watch(&over)
        });
        StandstillWatch { over, watcher }
    }

    /// How long it stood still at a stretch, at most.
    ///
    /// # Panics
    /// If the watcher has, which does nothing but sleep.
    pub fn longest(self) -> Duration {
        self.over.store(true, Ordering::Relaxed);
        self.watcher.join().expect("the watcher does not panic")
    }
}

fn watch(over: &AtomicBool) -> Duration {
    // SAFETY: a system call without memory, for this thread alone. Where it is refused, what other
    // programs take is taken for the machine's.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, -20) };
    let mut longest = Duration::ZERO;
    while !over.load(Ordering::Relaxed) {
        let start = Instant::now();
        std::thread::sleep(NAP);
        longest = longest.max(start.elapsed().saturating_sub(NAP));
    }
    longest
}

const NAP: Duration = Duration::from_millis(2);
