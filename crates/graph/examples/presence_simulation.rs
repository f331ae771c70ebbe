//! A tenant's agents at work, in virtual time: how often they ask Graph for presence, and how old what they
//! look at is. Prints a table in Markdown, or JSON with `--json`; a number plays only that plan.
//!
//! Each agent is a real `Roster`; Graph is played, with the budget that all of them share.

#![allow(clippy::print_stdout, reason = "it is a program that prints")]

#[path = "presence_simulation/agent.rs"]
mod agent;
#[path = "presence_simulation/graph.rs"]
mod graph;
#[path = "presence_simulation/run.rs"]
mod run;
#[path = "presence_simulation/tally.rs"]
mod tally;

use run::{Plan, run};
use tally::Report;

fn main() {
    let one = std::env::args().find_map(|argument| argument.parse::<usize>().ok());
    let plans = PLANS.iter().enumerate();
    let plans = plans.filter(|(place, _)| one.is_none_or(|one| one == *place));
    let reports: Vec<Report> = plans.map(|(_, plan)| run(plan)).collect();
    if std::env::args().any(|argument| argument == "--json") {
        let reports: Vec<serde_json::Value> = reports.iter().map(Report::json).collect();
        println!("{}", serde_json::Value::from(reports));
    } else {
        println!("{}", Report::table(&reports));
    }
}

const PLANS: &[Plan] = &[
    Plan {
        name: "500 agents",
        agents: 500,
        weight: 2,
        outage: false,
        idle: false,
    },
    Plan {
        name: "5,000 agents",
        agents: 5_000,
        weight: 10,
        outage: false,
        idle: false,
    },
    Plan {
        name: "500 agents, all panels open at once",
        agents: 500,
        weight: 2,
        outage: true,
        idle: false,
    },
    Plan {
        name: "5,000 agents, all panels open at once",
        agents: 5_000,
        weight: 10,
        outage: true,
        idle: false,
    },
    Plan {
        name: "500 idle agents",
        agents: 500,
        weight: 2,
        outage: false,
        idle: true,
    },
];
