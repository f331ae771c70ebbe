//! Three people: a customer and an expert at plain SIP phones, and between them the agent at the phone
//! that is tested, behind an edge, with a wire to it that can be cut.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::asterisk::Asterisk;
use crate::edge::{Edge, Fault};
use crate::error::Result;
use crate::handset::Handset;
use crate::hearing::{Ear, Voice};
use crate::people::Person;
use crate::phone::Phone;
use crate::place::{self, Lab};
use crate::protocol::{Command, Kind};
use crate::wire::Wire;

/// The servers, and the people at them.
pub struct Trio<'lab> {
    lab: &'lab Lab,
    /// The PBX that holds the calls.
    pub asterisk: Asterisk,
    /// What the agent connects to.
    pub edge: Edge,
    /// The agent's connection to it.
    pub wire: Wire,
    /// Who calls.
    pub customer: Handset,
    /// Who is consulted.
    pub expert: Handset,
    profile: String,
    home: PathBuf,
}

/// What each of the three has heard from some moment on.
#[derive(Clone, Debug)]
pub struct Ears {
    /// The customer's.
    pub customer: Ear,
    /// The expert's.
    pub expert: Ear,
    /// The agent's.
    pub agent: Ear,
}

impl<'lab> Trio<'lab> {
    /// Starts the servers, and the customer's and the expert's phones.
    pub fn meet(lab: &'lab Lab) -> Result<Trio<'lab>> {
        let mut asterisk = lab.asterisk()?;
        asterisk.ami().console("pjsip set logger on")?;
        let edge = lab.edge(&asterisk)?;
        Ok(Trio {
            lab,
            wire: Wire::to(edge.port())?,
            customer: lab.handset(Person::CUSTOMER, &asterisk, Voice::Customer)?,
            expert: lab.handset(Person::SPECIALIST, &asterisk, Voice::Expert)?,
            profile: String::new(),
            home: place::own_folder(lab.dir(), "home")?,
            asterisk,
            edge,
        })
    }

    /// Further lines of the agent's profile, from the next start of the phone on.
    pub fn profile_lines(&mut self, lines: &str) {
        lines.clone_into(&mut self.profile);
    }

    /// The agent's phone, registered: a new one that knows of nothing.
    pub fn agent(&mut self) -> Result<Phone> {
        self.home = place::own_folder(self.lab.dir(), "home")?;
        self.agent_again()
    }

    /// The phone that the agent had before, started again.
    pub fn agent_again(&self) -> Result<Phone> {
        let tone = self.lab.tone(Voice::Agent.hz(), -20.0, 180.0)?;
        self.lab
            .phone(&format!("wss://localhost:{}/ws", self.wire.port()))
            .home(&self.home)
            .option("--journal")
            .option(self.home.join("journal"))
            .profile_lines(&self.profile)
            .says(&tone)
            .registered()
    }

    /// The customer calls, and the agent takes the call; its number.
    pub fn customer_calls(&mut self, agent: &mut Phone) -> Result<u64> {
        self.customer.call(Person::AGENT.number)?;
        let (call, _) = agent.wait_incoming()?;
        agent.answer()?;
        agent.wait_active()?;
        self.customer.talks()?;
        Ear::from_now("agent", agent.heard()).hears(&[Voice::Customer], LIMIT)?;
        Ear::from_now("customer", &self.customer.heard()).hears(&[Voice::Agent], LIMIT)?;
        Ok(call)
    }

    /// The agent consults the expert, whose phone rings.
    pub fn expert_rings(&mut self, agent: &mut Phone, call: u64) -> Result<()> {
        agent.tell(Command::Consult {
            call: Some(call),
            to: Person::SPECIALIST.number.to_owned(),
        })?;
        agent.since_told("the expert's call", |event| {
            matches!(event.kind, Kind::Dialing { .. })
        })?;
        self.expert.rings()
    }

    /// The expert answers; the customer hears music meanwhile.
    pub fn expert_answers(&mut self, agent: &mut Phone) -> Result<()> {
        self.expert.talk()?;
        let ears = self.ears(agent);
        ears.agent.hears(&[Voice::Expert], LIMIT)?;
        ears.expert.hears(&[Voice::Agent], LIMIT)?;
        ears.customer.hears(&[Voice::Music], LIMIT)
    }

    /// What each hears from now on.
    pub fn ears(&self, agent: &Phone) -> Ears {
        Ears {
            customer: Ear::from_now("customer", &self.customer.heard()),
            expert: Ear::from_now("expert", &self.expert.heard()),
            agent: Ear::from_now("agent", agent.heard()),
        }
    }

    /// Everybody hangs up, and nothing is faulty any more.
    pub fn part(&mut self, agent: Phone) -> Result<()> {
        drop(agent);
        self.wire.mend();
        self.edge.fault(Fault::None)?;
        for handset in [&mut self.customer, &mut self.expert] {
            handset.be_idle()?;
        }
        self.asterisk.ami().console("channel request hangup all")?;
        Ok(())
    }
}

impl Ears {
    /// Customer and expert hear each other and nobody else.
    pub fn are_connected(&self, limit: Duration) -> Result<()> {
        self.customer.hears(&[Voice::Expert], limit)?;
        self.expert.hears(&[Voice::Customer], limit)
    }

    /// Waits until nothing has changed for a while in what the three hear, and gives it: what the
    /// customer, the expert and the agent hear.
    pub fn settled(&self, limit: Duration) -> [Vec<Voice>; 3] {
        let start = Instant::now();
        let three = [&self.customer, &self.expert, &self.agent];
        let mut since = Instant::now();
        let mut last = three.map(Ear::now);
        loop {
            std::thread::sleep(Duration::from_millis(100));
            let now = three.map(Ear::now);
            if now != last {
                (since, last) = (Instant::now(), now);
            }
            if since.elapsed() > UNCHANGED || start.elapsed() > limit {
                return last;
            }
        }
    }
}

const LIMIT: Duration = Duration::from_secs(10);
/// What is not changed for so long stays.
const UNCHANGED: Duration = Duration::from_millis(2500);
