//! Networks of a test's own: Linux network namespaces, joined by pairs of virtual Ethernet links.
//!
//! ```text
//! servers 10.77.0.1, 10.77.0.2 ── router ──┬── 10.77.1.0/24  wired  ┐
//!                                           └── 10.77.2.0/24  wi-fi  ┴ agent
//! ```

use std::net::Ipv4Addr;
use std::process::Command;
use std::time::Duration;

use crate::error::{Doing, LabError, Result};
use crate::place::Lab;
use crate::process::{Pipes, Process};

/// Networks with servers on one side and the agent's machine on the other. It is gone with the test.
pub struct Internetwork {
    router: Process,
    agent: Process,
}

/// One of the links that the agent's machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Preferred while it is up.
    Wired,
    /// Taken where the other is down.
    WiFi,
}

impl Internetwork {
    /// The first server's address: the PBX, and an edge.
    pub const SERVER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
    /// The second server's: another edge.
    pub const SECOND_SERVER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);

    /// Runs `body` among the servers of a new network: what it starts belongs there. The agent's phone
    /// is sent to the other side by [`Internetwork::agents_side`]. Of its links the wired one is up.
    ///
    /// # Errors
    /// [`LabError::Refused`] where this user may not make networks.
    ///
    /// # Panics
    /// When `body` does.
    pub fn with<T: Send>(
        lab: &Lab,
        body: impl FnOnce(&Internetwork) -> Result<T> + Send,
    ) -> Result<T> {
        // A thread of its own: it cannot come back from the namespace, and its peers end with it.
        std::thread::scope(|scope| {
            let inside = scope.spawn(|| {
                leave_the_networks_that_are()?;
                body(&Internetwork::new(lab)?)
            });
            inside
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn new(lab: &Lab) -> Result<Internetwork> {
        let network = Internetwork {
            router: namespace(lab, "router")?,
            agent: namespace(lab, "agent")?,
        };
        let (router, agent) = (network.router.pid(), network.agent.pid());
        sh(&[
            "ip link set lo up",
            &format!("ip link add eth0 type veth peer name servers netns {router}"),
            "ip address add 10.77.0.1/24 dev eth0",
            "ip address add 10.77.0.2/24 dev eth0",
            "ip link set eth0 up",
            "ip route add default via 10.77.0.254",
        ])?;
        at(
            router,
            &[
                "ip link set lo up",
                &format!("ip link add wired type veth peer name eth0 netns {agent}"),
                &format!("ip link add wi-fi type veth peer name wlan0 netns {agent}"),
                "ip address add 10.77.0.254/24 dev servers",
                "ip address add 10.77.1.1/24 dev wired",
                "ip address add 10.77.2.1/24 dev wi-fi",
                "for link in servers wired wi-fi; do ip link set $link up; done",
                "echo 1 > /proc/sys/net/ipv4/ip_forward",
            ],
        )?;
        at(agent, &["ip link set lo up"])?;
        network.join(Link::Wired, 2)?;
        Ok(network)
    }

    /// The words before a command that is to run on the agent's machine.
    pub fn agents_side(&self) -> [String; 2] {
        [
            "nsenter".to_owned(),
            format!("--net=/proc/{}/ns/net", self.agent.pid()),
        ]
    }

    /// Takes a link of the agent's down. Nobody is told but the machine itself.
    pub fn unplug(&self, link: Link) -> Result<()> {
        self.agent(&[&format!("ip link set {} down", link.name())])
    }

    /// Takes it up, with an address.
    pub fn plug_in(&self, link: Link) -> Result<()> {
        self.renumber(link, 2)
    }

    /// Gives a link another address in its network, 10.77.x.`host`, as a DHCP server may.
    pub fn renumber(&self, link: Link, host: u8) -> Result<()> {
        self.agent(&[&format!("ip address flush dev {}", link.name())])?;
        self.join(link, host)
    }

    /// Has the way between agent and servers lose all UDP, or no more.
    pub fn drop_udp(&self, drops: bool) -> Result<()> {
        let commands: &[&str] = if drops {
            &[
                "nft add table inet fault",
                "nft add chain inet fault forward '{ type filter hook forward priority 0; }'",
                "nft add rule inet fault forward meta l4proto udp drop",
            ]
        } else {
            &["nft delete table inet fault"]
        };
        at(self.router.pid(), commands)
    }

    fn join(&self, link: Link, host: u8) -> Result<()> {
        let (name, net) = (link.name(), link.net());
        self.agent(&[
            &format!("ip address add 10.77.{net}.{host}/24 dev {name}"),
            &format!("ip link set {name} up"),
            &link.route(),
        ])
    }

    fn agent(&self, commands: &[&str]) -> Result<()> {
        at(self.agent.pid(), commands)
    }
}

impl Link {
    fn name(self) -> &'static str {
        match self {
            Link::Wired => "eth0",
            Link::WiFi => "wlan0",
        }
    }

    fn net(self) -> u8 {
        match self {
            Link::Wired => 1,
            Link::WiFi => 2,
        }
    }

    fn route(self) -> String {
        let (name, net) = (self.name(), self.net());
        format!("ip route add default via 10.77.{net}.1 dev {name} metric {net}00")
    }
}

pub(crate) fn leave_the_networks_that_are() -> Result<()> {
    // SAFETY: a system call without memory, for this thread alone.
    if unsafe { libc::unshare(libc::CLONE_NEWNET) } == 0 {
        return Ok(());
    }
    Err(LabError::Refused {
        name: "network namespaces".to_owned(),
        reason: format!(
            "this test makes networks of its own, which this user may not ({}): run it as root",
            std::io::Error::last_os_error()
        ),
    })
}

/// A namespace of its own, held by a process that sleeps in it.
pub(crate) fn namespace(lab: &Lab, name: &str) -> Result<Process> {
    let mut command = Command::new("unshare");
    command.args(["--net", "sleep", "infinity"]);
    let mut process = Process::start(name, command, Pipes::None, lab.dir())?;
    let of = |pid: &str| std::fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    let (ours, pid) = (of("thread-self"), process.pid().to_string());
    process.ready_when(Duration::from_secs(5), || {
        let theirs = of(&pid);
        theirs.is_some() && theirs != ours
    })?;
    Ok(process)
}

/// Runs commands of a shell's in the network of this process.
pub(crate) fn at(namespace: u32, commands: &[&str]) -> Result<()> {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/proc/{namespace}/ns/net"));
    run(command, commands)
}

/// Runs commands of a shell's in this thread's network.
pub(crate) fn sh(commands: &[&str]) -> Result<()> {
    run(Command::new("env"), commands)
}

/// Runs commands of a shell's, behind the words that `command` has already.
fn run(mut command: Command, commands: &[&str]) -> Result<()> {
    let script = commands.join("\n");
    let output = command
        .args(["sh", "-ec", &script])
        .output()
        .doing("building a network")?;
    if output.status.success() {
        return Ok(());
    }
    Err(LabError::Refused {
        name: script,
        reason: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
