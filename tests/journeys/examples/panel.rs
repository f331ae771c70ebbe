//! How long the panel of experts takes, from being shown for the first time to presence of everybody who is to be
//! seen in it. On the practice contact centre, whose Graph answers from this machine: what is measured is
//! Warmline's own part. Prints JSON, the median in milliseconds.

use std::time::{Duration, Instant};

use warmline_desk::office::PeopleView;
use warmline_journeys::OfficeShift;

#[tokio::main]
async fn main() {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut shift = OfficeShift::begin(DAY).await;
        let start = Instant::now();
        shift.looks("").await;
        everybody_has_presence(&mut shift).await;
        times.push(start.elapsed());
    }
    let shown_ms = median(times);
    say(&format!(
        "{{ \"shown_ms\": {shown_ms}, \"rounds\": {ROUNDS} }}"
    ));
}

async fn everybody_has_presence(shift: &mut OfficeShift) {
    let known = |view: &PeopleView| {
        let all = &view.people.all;
        let seen = all.people.len() == 50;
        seen && all.people.iter().all(|one| one.presence.is_some())
    };
    shift.people_are(known).await;
}

fn median(mut times: Vec<Duration>) -> u128 {
    times.sort();
    times[times.len() / 2].as_millis()
}

#[allow(clippy::print_stdout, reason = "a program's answer")]
fn say(text: &str) {
    println!("{text}");
}

const ROUNDS: usize = 9;

const DAY: &str = r#"
seed = 7
[agent]
name = "Robin Adeyemi"
number = "+49 30 23125 100"
[pace]
first_call_s = 3
second_call = 0
repeat = false
answer_s = 0.2
[[customer]]
name = "Tom Okafor"
number = "+44 20 7946 0142"
queue = "Billing"
says = ["tom-2"]
[[expert]]
name = "Nadia Haddad"
number = "+49 30 23125 201"
skills = ["Billing"]
presence = "available"
[directory]
people = 300
"#;
