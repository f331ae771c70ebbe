//! How long the panel of experts takes: from being shown to presence of everybody in it, and from a call to
//! those who suit it best. On the practice contact centre, whose Graph answers from this machine: what is
//! measured is Warmline's own part. Prints JSON, in milliseconds.

use std::time::{Duration, Instant};

use warmline_desk::{UserAction, office::OfficeAsk};
use warmline_journeys::OfficeShift;

#[tokio::main]
async fn main() {
    let (mut first, mut again, mut best) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut shift = OfficeShift::begin(DAY).await;
        let start = Instant::now();
        shift.looks("").await;
        everybody_has_presence(&mut shift).await;
        first.push(start.elapsed());

        shift.asks(hidden()).await;
        let start = Instant::now();
        shift.looks("").await;
        everybody_has_presence(&mut shift).await;
        again.push(start.elapsed());

        let call = shift.answers().await;
        let start = Instant::now();
        let ranked = |view: &warmline_desk::office::PeopleView| {
            view.call == Some(call) && !view.people.best.is_empty()
        };
        shift.people_are(ranked).await;
        best.push(start.elapsed());
        shift.act(UserAction::Hangup(call)).await;
    }
    let figures = [
        ("shown_first", first),
        ("shown_again", again),
        ("best_for_a_call", best),
    ];
    let figures = figures.map(|(name, times)| format!("\"{name}\": {}", median(times)));
    say(&format!(
        "{{ {}, \"rounds\": {ROUNDS} }}",
        figures.join(", ")
    ));
}

async fn everybody_has_presence(shift: &mut OfficeShift) {
    let known = |view: &warmline_desk::office::PeopleView| {
        let all = &view.people.all;
        all.total > 300 && all.people.iter().all(|one| one.presence.is_some())
    };
    shift.people_are(known).await;
}

fn hidden() -> OfficeAsk {
    OfficeAsk::Look {
        shown: false,
        search: String::new().into(),
        first: 0,
        rows: 0,
    }
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
