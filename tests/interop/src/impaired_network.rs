//! A network that can be made bad: servers on one side, a phone on the other, and between them a relay
//! in this process. Whatever a phone is made of, its packets go this way.
//!
//! ```text
//! servers 10.77.0.1 ── tun ── relay ── tun ── phone 10.77.1.2
//! ```

use std::fs::File;
use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::asterisk::Asterisk;
use crate::error::{Doing, Result};
use crate::impairment::Impairment;
use crate::internetwork::{at, leave_the_networks_that_are, namespace, sh};
use crate::place::Lab;
use crate::process::Process;
use crate::relay::{Direction, Passed, Relay};

/// Servers and a phone with a relay between them. It is gone with the test.
pub struct ImpairedNetwork {
    phone: Process,
    shared: Arc<Shared>,
    relaying: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    relay: Mutex<Relay>,
    over: AtomicBool,
}

impl ImpairedNetwork {
    /// The servers' address.
    pub const SERVER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
    /// The phone's.
    pub const PHONE: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 2);

    /// Runs `body` among the servers of a new network: what it starts belongs there. A phone is sent to
    /// the other side by [`ImpairedNetwork::phones_side`]. Nothing suffers yet.
    ///
    /// # Errors
    /// [`crate::LabError::Refused`] where this user may not make networks.
    ///
    /// # Panics
    /// When `body` does.
    pub fn with<T: Send>(
        lab: &Lab,
        body: impl FnOnce(&ImpairedNetwork) -> Result<T> + Send,
    ) -> Result<T> {
        // A thread of its own: it cannot come back from the namespace, and its peers end with it.
        std::thread::scope(|scope| {
            let inside = scope.spawn(|| {
                leave_the_networks_that_are()?;
                body(&ImpairedNetwork::new(lab)?)
            });
            inside
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn new(lab: &Lab) -> Result<ImpairedNetwork> {
        let phone = namespace(lab, "phone-network")?;
        let servers_end = tun("phones")?;
        let phones_end = tun_in(phone.pid(), "eth0")?;
        sh(&[
            "ip link set lo up",
            &format!("ip address add {}/24 dev phones", Self::SERVER),
            "ip link set phones up",
            "ip route add 10.77.1.0/24 dev phones",
        ])?;
        at(
            phone.pid(),
            &[
                "ip link set lo up",
                &format!("ip address add {}/24 dev eth0", Self::PHONE),
                "ip link set eth0 up",
                "ip route add default dev eth0",
            ],
        )?;
        let shared = Arc::<Shared>::default();
        let relaying = std::thread::spawn({
            let shared = shared.clone();
            move || relay(&shared, servers_end, phones_end)
        });
        Ok(ImpairedNetwork {
            phone,
            shared,
            relaying: Some(relaying),
        })
    }

    /// The words before a command that is to run on the phone's side.
    pub fn phones_side(&self) -> [String; 2] {
        [
            "nsenter".to_owned(),
            format!("--net=/proc/{}/ns/net", self.phone.pid()),
        ]
    }

    /// From now on the media of this PBX suffers so, up (from the phone) and down (to the phone).
    /// Signalling never does.
    pub fn impair(&self, asterisk: &Asterisk, up: Option<Impairment>, down: Option<Impairment>) {
        self.shared.relay().impair(asterisk.media_ports(), up, down);
    }

    /// What went through since then.
    pub fn passed(&self) -> Passed {
        self.shared.relay().passed()
    }
}

impl Drop for ImpairedNetwork {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        if let Some(relaying) = self.relaying.take() {
            let _ = relaying.join();
        }
    }
}

impl Shared {
    fn relay(&self) -> MutexGuard<'_, Relay> {
        // No step of a relay can leave it half done.
        self.relay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes packets on until it is over.
fn relay(shared: &Shared, mut servers_end: File, mut phones_end: File) {
    // SAFETY: a system call without memory, for this thread alone. It may be refused; then packets are
    // late when the machine is busy.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, -15) };
    let mut buffer = [0; 65_536];
    while !shared.over.load(Ordering::Relaxed) {
        let due = shared.relay().poll_timeout();
        let wait = due.map_or(LOOK, |due| {
            due.saturating_duration_since(Instant::now()).min(LOOK)
        });
        wait_for(&servers_end, &phones_end, wait);
        for (end, direction) in [
            (&mut servers_end, Direction::Down),
            (&mut phones_end, Direction::Up),
        ] {
            while let Ok(length @ 1..) = end.read(&mut buffer) {
                let packet = buffer[..length].to_vec();
                shared.relay().take(Instant::now(), direction, packet);
            }
        }
        loop {
            let given = shared.relay().give(Instant::now());
            let Some((direction, packet)) = given else {
                break;
            };
            let end = match direction {
                Direction::Up => &mut servers_end,
                Direction::Down => &mut phones_end,
            };
            // What the kernel does not take (IPv6, a link that is going down) is lost, as on any wire.
            let _ = end.write(&packet);
        }
    }
}

/// Until a packet comes in at either end, or for so long.
fn wait_for(servers_end: &File, phones_end: &File, wait: Duration) {
    let mut ends = [servers_end, phones_end].map(|end| libc::pollfd {
        fd: end.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    });
    let wait = libc::timespec {
        tv_sec: 0,
        tv_nsec: wait.subsec_nanos().into(),
    };
    // SAFETY: the array and the time outlive the call, and the descriptors are open.
    unsafe { libc::ppoll(ends.as_mut_ptr(), 2, &wait, std::ptr::null()) };
}

/// The harness's end of a new network link in this thread's namespace. It goes with the file.
fn tun(name: &str) -> Result<File> {
    let doing = || format!("making the link {name}");
    let file = File::options()
        .read(true)
        .write(true)
        .open("/dev/net/tun")
        .doing(doing())?;
    // SAFETY: all of it is numbers, for which zero is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
    // SAFETY: the request outlives both calls, and its name ends with a zero.
    let done = unsafe {
        libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF, &request) == 0
            && libc::fcntl(file.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) == 0
    };
    if done {
        Ok(file)
    } else {
        Err(std::io::Error::last_os_error()).doing(doing())
    }
}

/// The same in the namespace of another process.
fn tun_in(pid: u32, name: &str) -> Result<File> {
    let namespace = File::open(format!("/proc/{pid}/ns/net")).doing("opening a namespace")?;
    let entering = std::thread::scope(|scope| {
        let inside = scope.spawn(|| {
            // SAFETY: a system call without memory, for this thread alone, which ends right after.
            if unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) } != 0 {
                return Err(std::io::Error::last_os_error()).doing("entering a namespace");
            }
            tun(name)
        });
        inside.join()
    });
    entering.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// How often it is looked whether all is over.
const LOOK: Duration = Duration::from_millis(100);
