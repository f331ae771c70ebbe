//! One thing going wrong at one step of a transfer, and what comes of it.

use std::fmt;
use std::time::Duration;

use warmline_interop::hearing::together;
use warmline_interop::{Command, Ears, Fault, Kind, Person, Phase, Phone, Result, Trio, Voice};

/// Where a transfer stands when it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The expert's phone rings.
    Calling,
    /// The agent talks with the expert, the customer waits.
    Consulting,
    /// The agent is with the customer again, the expert waits.
    Swapped,
    /// The agent has completed; the PBX has accepted and not said more.
    Completing,
    /// The agent has sent the customer on without asking the expert.
    Blind,
}

/// What happens then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The PBX does this to the transfer.
    Pbx(Fault),
    ExpertHangsUp,
    CustomerHangsUp,
    PbxDies,
    WireIsCut,
    PhoneIsKilled,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) step: Step,
    pub(crate) trouble: Trouble,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// What the agent was told of the transfer since, and by which code.
    pub(crate) told: Vec<String>,
    /// What customer, expert and agent hear once nothing changes any more.
    pub(crate) heard: [Vec<Voice>; 3],
    pub(crate) customer: Ending,
    /// The customer's longest silence, in whole seconds rounded up.
    pub(crate) silence_s: u32,
}

/// Where the customer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Expert,
    Agent,
    HungUp,
    /// The PBX has called the agent for them.
    CalledBack,
    /// The PBX that held the call has died.
    Pbx,
    Lost,
}

impl Case {
    /// All there are.
    pub(crate) fn all() -> Vec<Case> {
        let mut cases = Vec::new();
        for step in [Step::Completing, Step::Blind] {
            for fault in FAULTS {
                cases.push(Case {
                    step,
                    trouble: Trouble::Pbx(fault),
                });
            }
        }
        for trouble in [
            Trouble::ExpertHangsUp,
            Trouble::CustomerHangsUp,
            Trouble::WireIsCut,
            Trouble::PhoneIsKilled,
            Trouble::PbxDies,
        ] {
            for step in [
                Step::Calling,
                Step::Consulting,
                Step::Swapped,
                Step::Completing,
                Step::Blind,
            ] {
                cases.push(Case { step, trouble });
            }
        }
        cases
    }

    /// The agent's phone is killed and started again.
    pub(crate) fn is_started_again(self) -> bool {
        self.trouble == Trouble::PhoneIsKilled
    }

    /// Whether what the agent is told depends on which of two messages comes first: the PBX's word
    /// about the transfer, or the end of the call or of the connection that it would come by.
    pub(crate) fn is_a_race(self) -> bool {
        match (self.step, self.trouble) {
            (Step::Blind, Trouble::Pbx(fault)) => {
                matches!(fault, Fault::None | Fault::Silenced | Fault::Unsubscribed)
            }
            (Step::Blind, _) | (Step::Completing, Trouble::WireIsCut) => true,
            _ => false,
        }
    }

    /// Plays it through.
    pub(crate) fn play(self, trio: &mut Trio) -> Result<Outcome> {
        let mut agent = trio.agent()?;
        let call = trio.customer_calls(&mut agent)?;
        self.go_to_step(trio, &mut agent, call)?;
        let mut ears = trio.ears(&agent);
        let mut told = Vec::new();
        self.happen(trio, &mut agent, &mut ears, &mut told)?;
        self.wait_for_news(&mut agent, &mut told);
        let heard = ears.settled(SETTLED);
        let silence_s = ears.customer.longest_silence().ceil() as u32;
        let customer = self.ending(trio, &mut agent, call, &heard);
        trio.part(agent)?;
        Ok(Outcome {
            told,
            heard,
            customer,
            silence_s,
        })
    }

    fn go_to_step(self, trio: &mut Trio, agent: &mut Phone, call: u64) -> Result<()> {
        let fault = match self.trouble {
            Trouble::Pbx(fault) => fault,
            // So that there is time for something to happen.
            _ if self.step == Step::Completing => Fault::Swallowed,
            _ => Fault::None,
        };
        trio.edge.fault(fault)?;
        if self.step == Step::Blind {
            agent.tell(Command::Transfer {
                call: Some(call),
                to: Person::SPECIALIST.number.to_owned(),
                blind: true,
            })?;
            // The PBX calls the expert by itself, if it gets to hear of it.
            return match fault {
                Fault::None => trio.expert.rings(),
                Fault::Silenced | Fault::Unsubscribed => trio.expert.answer(),
                _ => Ok(()),
            };
        }
        trio.expert_rings(agent, call)?;
        if self.step == Step::Calling {
            return Ok(());
        }
        trio.expert_answers(agent)?;
        agent.since_told("consulting", is(Phase::Consulting))?;
        match self.step {
            Step::Calling | Step::Blind | Step::Consulting => Ok(()),
            Step::Swapped => {
                agent.tell(Command::Swap { call: Some(call) })?;
                let ears = trio.ears(agent);
                ears.customer.hears(&[Voice::Agent], LIMIT)?;
                ears.expert.hears(&[Voice::Music], LIMIT)
            }
            Step::Completing => {
                agent.tell(Command::Complete {
                    call: Some(call),
                    sure: true,
                })?;
                agent
                    .since_told("completing", is(Phase::Completing))
                    .map(drop)
            }
        }
    }

    fn happen(
        self,
        trio: &mut Trio,
        agent: &mut Phone,
        ears: &mut Ears,
        told: &mut Vec<String>,
    ) -> Result<()> {
        match self.trouble {
            Trouble::Pbx(Fault::None) if self.step == Step::Blind => trio.expert.talk(),
            Trouble::Pbx(_) => Ok(()),
            Trouble::ExpertHangsUp => trio.expert.hang_up(),
            Trouble::CustomerHangsUp => trio.customer.hang_up(),
            Trouble::PbxDies => trio.asterisk.restart(),
            Trouble::WireIsCut => {
                trio.wire.cut();
                agent.wait_unregistered()?;
                trio.wire.mend();
                agent.wait("registered again", |kind| {
                    matches!(kind, Kind::Registered { .. }).then_some(())
                })?;
                self.expert_answers_at_last(trio)
            }
            Trouble::PhoneIsKilled => {
                agent.kill();
                *agent = trio.agent_again()?;
                ears.agent = trio.ears(agent).agent;
                agent.since_told("the calls that were left", |event| {
                    matches!(event.kind, Kind::Recoverable { .. })
                })?;
                agent.tell(Command::Recover)?;
                let again = agent.since_told("the call again", |event| {
                    event.kind == Kind::Active || matches!(event.kind, Kind::Held { .. })
                });
                told.push(match again {
                    Ok(_) => "recovered".to_owned(),
                    Err(_) => "not recovered".to_owned(),
                });
                self.expert_answers_at_last(trio)
            }
        }
    }

    /// Whom the PBX calls for the customer takes their time.
    fn expert_answers_at_last(self, trio: &mut Trio) -> Result<()> {
        match self.step {
            Step::Blind => trio.expert.talk(),
            _ => Ok(()),
        }
    }

    /// Notes what the agent is told of the transfer, up to the last word of it.
    fn wait_for_news(self, agent: &mut Phone, told: &mut Vec<String>) {
        let limit = match (self.step, self.trouble) {
            // The phone gives the PBX half a minute.
            (Step::Completing | Step::Blind, _) => Duration::from_secs(40),
            (_, Trouble::ExpertHangsUp | Trouble::CustomerHangsUp | Trouble::PbxDies) => LIMIT,
            _ => Duration::from_secs(2),
        };
        if self.trouble == Trouble::PhoneIsKilled {
            return;
        }
        let last = agent
            .since_told_within("the last word", limit, |event| match &event.kind {
                Kind::Transfer { phase, .. } => LAST_WORDS.contains(phase),
                _ => false,
            })
            .ok();
        told.push(match last.map(|event| event.kind) {
            Some(Kind::Transfer {
                phase,
                reason: Some(reason),
                ..
            }) => format!("{} ({})", name(phase), reason.code),
            Some(Kind::Transfer { phase, .. }) => name(phase).to_owned(),
            _ => "nothing".to_owned(),
        });
    }

    /// Where the customer is, after the agent has done what there is to do.
    fn ending(
        self,
        trio: &mut Trio,
        agent: &mut Phone,
        call: u64,
        heard: &[Vec<Voice>; 3],
    ) -> Ending {
        if self.trouble == Trouble::CustomerHangsUp {
            return Ending::HungUp;
        }
        let customers = &heard[0];
        if customers.contains(&Voice::Agent) {
            return Ending::Agent;
        }
        if customers.contains(&Voice::Expert) {
            return Ending::Expert;
        }
        let ear = trio.ears(agent).customer;
        // After a crash the call may go on by another number.
        let call = (self.trouble != Trouble::PhoneIsKilled).then_some(call);
        // The PBX may have given the customer back by a call of its own.
        if self.step == Step::Blind
            && agent.answer().is_ok()
            && ear.hears(&[Voice::Agent], RETURN).is_ok()
        {
            return Ending::CalledBack;
        }
        for command in [Command::Back { call }, Command::Resume { call: None }] {
            if agent.tell(command).is_ok() && ear.hears(&[Voice::Agent], RETURN).is_ok() {
                return Ending::Agent;
            }
        }
        match self.trouble {
            Trouble::PbxDies => Ending::Pbx,
            _ => Ending::Lost,
        }
    }
}

fn is(wanted: Phase) -> impl Fn(&warmline_interop::Event) -> bool {
    move |event| matches!(&event.kind, Kind::Transfer { phase, .. } if *phase == wanted)
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Calling => "calling",
        Phase::Consulting => "consulting",
        Phase::Completing => "completing",
        Phase::Done => "done",
        Phase::Failed => "failed",
        Phase::Merged => "merged",
        Phase::Over => "over",
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.step {
            Step::Calling => "the expert's phone rings",
            Step::Consulting => "agent and expert talk, the customer waits",
            Step::Swapped => "agent and customer talk, the expert waits",
            Step::Completing => "the transfer is completed",
            Step::Blind => "the customer is sent on blindly",
        })?;
        f.write_str(" | ")?;
        match self.trouble {
            Trouble::Pbx(Fault::None) => f.write_str("nothing"),
            Trouble::Pbx(Fault::Refused(status)) => write!(f, "REFER is refused: {status}"),
            Trouble::Pbx(Fault::Swallowed) => f.write_str("202, and not a word more"),
            Trouble::Pbx(Fault::Notified(status)) => write!(f, "202, then NOTIFY {status}"),
            Trouble::Pbx(Fault::Silenced) => f.write_str("the PBX does it, its NOTIFYs are lost"),
            Trouble::Pbx(Fault::Unsubscribed) => {
                f.write_str("the PBX does it, and says `Refer-Sub: false`")
            }
            Trouble::ExpertHangsUp => f.write_str("the expert hangs up"),
            Trouble::CustomerHangsUp => f.write_str("the customer hangs up"),
            Trouble::PbxDies => f.write_str("the PBX dies and starts again"),
            Trouble::WireIsCut => f.write_str("the agent's connection is cut, and comes back"),
            Trouble::PhoneIsKilled => f.write_str("the agent's phone is killed, and started again"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [customer, expert, agent] = &self.heard;
        write!(
            f,
            "{} | {} | {} | {}",
            together(customer),
            together(expert),
            together(agent),
            match self.customer {
                Ending::Expert => "with the expert",
                Ending::Agent => "with the agent",
                Ending::CalledBack => "with the agent, called back by the PBX",
                Ending::HungUp => "hung up",
                Ending::Pbx => "lost with the PBX",
                Ending::Lost => "**lost**",
            }
        )
    }
}

const FAULTS: [Fault; 11] = [
    Fault::None,
    Fault::Refused(403),
    Fault::Refused(405),
    Fault::Refused(501),
    Fault::Refused(503),
    Fault::Refused(603),
    Fault::Swallowed,
    Fault::Notified(486),
    Fault::Notified(503),
    Fault::Silenced,
    Fault::Unsubscribed,
];
const LAST_WORDS: [Phase; 4] = [Phase::Done, Phase::Failed, Phase::Merged, Phase::Over];
const LIMIT: Duration = Duration::from_secs(10);
const SETTLED: Duration = Duration::from_secs(12);
const RETURN: Duration = Duration::from_secs(4);
