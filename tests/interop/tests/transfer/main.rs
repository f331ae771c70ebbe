//! Nobody is ever lost: warm transfers between three people over a real PBX, and everything that can go
//! wrong with them.
#![cfg(target_os = "linux")]

mod case;
mod table;

use std::sync::Mutex;
use std::time::Duration;

use case::{Case, Ending, Outcome};
use warmline_interop::{Command, Lab, Phase, Result, Trio, test};

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

/// Every step with everything that can happen there.
#[test]
fn whatever_happens_the_customer_is_not_lost() {
    test(|lab| {
        let outcomes = play(lab, Case::all());
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
