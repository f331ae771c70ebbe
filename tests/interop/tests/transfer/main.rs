//! Nobody is ever lost: warm transfers between three people over a real PBX, and everything that can go
//! wrong with them.
#![cfg(target_os = "linux")]

mod case;
mod table;

use std::sync::Mutex;
use std::time::Duration;

use case::{Case, Ending, Outcome};
use warmline_interop::{Command, Lab, Person, Phase, Result, Trio, Voice, test};

/// Customer and expert hear each other when the agent has left.
#[test]
fn a_warm_transfer_connects_customer_and_expert() {
    test(|lab| {
        let mut trio = Trio::meet(lab)?;
        let mut agent = trio.agent()?;
        let call = trio.customer_calls(&mut agent)?;
        trio.expert_rings(&mut agent, call)?;
        trio.expert_answers(&mut agent)?;
        let call = Some(call);
        agent.tell(Command::Complete { call, sure: false })?;
        agent.wait_transfer(Phase::Done, LIMIT)?;
        trio.ears(&agent).are_connected(LIMIT)?;
        agent.quit()?;
        trio.expert.hang_up()?;
        trio.customer.is_hung_up(LIMIT)
    });
}

/// One click: when a person has answered, it completes by itself.
#[test]
fn one_click_completes_by_itself() {
    test(|lab| {
        let mut trio = Trio::meet(lab)?;
        trio.profile_lines("[transfer]\ncomplete_on_answer_s = 1\n");
        let mut agent = trio.agent()?;
        let call = trio.customer_calls(&mut agent)?;
        agent.tell(Command::Transfer {
            call: Some(call),
            to: Person::SPECIALIST.number.to_owned(),
            blind: false,
        })?;
        // A person takes a moment; who answers at once may be a machine, and is not handed a customer.
        trio.expert.rings()?;
        std::thread::sleep(Duration::from_millis(700));
        trio.expert.talk()?;
        agent.wait_transfer(Phase::Done, LIMIT)?;
        trio.ears(&agent).are_connected(LIMIT)?;
        agent.quit()?;
        trio.expert.hang_up()?;
        trio.customer.is_hung_up(LIMIT)
    });
}

/// The agent mixes all three, and leaves the two to each other.
#[test]
fn all_three_talk_and_the_agent_leaves() {
    test(|lab| {
        let mut trio = Trio::meet(lab)?;
        let mut agent = trio.agent()?;
        let call = trio.customer_calls(&mut agent)?;
        trio.expert_rings(&mut agent, call)?;
        trio.expert_answers(&mut agent)?;
        agent.tell(Command::Merge { call: Some(call) })?;
        let ears = trio.ears(&agent);
        ears.customer.hears(&[Voice::Agent, Voice::Expert], LIMIT)?;
        ears.expert.hears(&[Voice::Agent, Voice::Customer], LIMIT)?;
        ears.agent.hears(&[Voice::Customer, Voice::Expert], LIMIT)?;
        agent.tell(Command::Leave)?;
        agent.wait_transfer(Phase::Done, LIMIT)?;
        trio.ears(&agent).are_connected(LIMIT)?;
        agent.quit()?;
        trio.customer.hang_up()?;
        trio.expert.is_hung_up(LIMIT)
    });
}

/// Merged by the server: customer and expert are sent to its conference, where the agent is.
#[test]
fn a_conference_of_the_server_takes_all_three() {
    test(|lab| {
        let mut trio = Trio::meet(lab)?;
        trio.profile_lines("[transfer]\nconference = \"620\"\n");
        let mut agent = trio.agent()?;
        let call = trio.customer_calls(&mut agent)?;
        trio.expert_rings(&mut agent, call)?;
        trio.expert_answers(&mut agent)?;
        agent.tell(Command::Merge { call: Some(call) })?;
        let ears = trio.ears(&agent);
        ears.customer.hears(&[Voice::Agent, Voice::Expert], LIMIT)?;
        ears.expert.hears(&[Voice::Agent, Voice::Customer], LIMIT)?;
        ears.agent.hears(&[Voice::Customer, Voice::Expert], LIMIT)?;
        // The conference goes on without the agent.
        agent.quit()?;
        ears.customer.hears(&[Voice::Expert], LIMIT)?;
        trio.customer.hang_up()?;
        trio.expert.hang_up()
    });
}

/// The same between browsers: JsSIP in Chromium, over WebRTC.
#[test]
fn browsers_are_connected_as_well() {
    test(|lab| {
        let asterisk = lab.asterisk()?;
        let edge = lab.edge(&asterisk)?;
        let mut customer = lab.browser(Person::COLLEAGUE, &asterisk.wss())?;
        let mut expert = lab.browser(Person::EXPERT, &asterisk.wss())?;
        customer.say(Voice::Customer.hz(), -20.0)?;
        expert.say(Voice::Expert.hz(), -20.0)?;
        let tone = lab.tone(Voice::Agent.hz(), -20.0, 120.0)?;
        let mut agent = lab.phone(&edge.wss()).says(&tone).registered()?;
        customer.call(Person::AGENT.number)?;
        let (call, _) = agent.wait_incoming()?;
        agent.answer()?;
        customer.wait("active", LIMIT)?;
        customer.hears(Voice::Agent.hz(), -20.0)?;
        let call = Some(call);
        let to = Person::EXPERT.number.to_owned();
        agent.tell(Command::Consult { call, to })?;
        expert.wait("incoming", LIMIT)?;
        expert.tell("answer")?;
        expert.wait("active", LIMIT)?;
        expert.hears(Voice::Agent.hz(), -20.0)?;
        customer.hears(Voice::Music.hz(), -20.0)?;
        agent.tell(Command::Complete { call, sure: true })?;
        agent.wait_transfer(Phase::Done, LIMIT)?;
        agent.quit()?;
        customer.hears(Voice::Expert.hz(), -20.0)?;
        expert.hears(Voice::Customer.hz(), -20.0)?;
        expert.tell("hangup")?;
        customer.wait("ended", LIMIT).map(drop)
    });
}

/// Every step with everything that can happen there.
#[test]
fn whatever_happens_the_customer_is_not_lost() {
    test(|lab| {
        // Some of them, for whoever looks into one: `WARMLINE_CASES="hangs up"`.
        let only = std::env::var("WARMLINE_CASES").unwrap_or_default();
        let mut cases = Case::all();
        cases.retain(|case| case.to_string().contains(&only));
        let outcomes = play(lab, cases);

        let lost: Vec<_> = outcomes
            .iter()
            .filter(|(_, outcome)| outcome.customer == Ending::Lost)
            .map(|(case, outcome)| format!("{case} | {outcome}"))
            .collect();
        let differences = table::differences(&outcomes);
        assert!(
            differences.is_empty(),
            "docs/transfer-faults.md:\n{}",
            differences.join("\n")
        );
        assert!(lost.is_empty(), "lost:\n{}", lost.join("\n"));
        Ok(())
    });
}

/// Plays cases, some at a time: they wait most of the time. In the order in which they came.
fn play(lab: &Lab, cases: Vec<Case>) -> Vec<(Case, Outcome)> {
    let count = cases.len();
    let waiting = Mutex::new(cases.into_iter().enumerate());
    let played = Mutex::new(Vec::with_capacity(count));
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                let mut trio = None;
                loop {
                    let next = waiting.lock().expect("nobody panics with it").next();
                    let Some((index, case)) = next else { break };
                    let outcome = play_one(lab, &mut trio, case);
                    let mut played = played.lock().expect("nobody panics with it");
                    played.push((index, case, outcome));
                }
            });
        }
    });
    let mut played = played.into_inner().expect("all have ended");
    played.sort_by_key(|(index, ..)| *index);
    let failed: Vec<_> = played
        .iter()
        .filter_map(|(_, case, outcome)| Some(format!("{case}: {}", outcome.as_ref().err()?)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    played
        .into_iter()
        .filter_map(|(_, case, outcome)| Some((case, outcome.ok()?)))
        .collect()
}

/// With servers that are there already; with new ones after something has not worked.
fn play_one<'lab>(lab: &'lab Lab, trio: &mut Option<Trio<'lab>>, case: Case) -> Result<Outcome> {
    let mut all = match trio.take() {
        Some(all) => all,
        None => Trio::meet(lab)?,
    };
    let outcome = case.play(&mut all)?;
    *trio = Some(all);
    Ok(outcome)
}

const LANES: usize = 4;
const LIMIT: Duration = Duration::from_secs(10);
