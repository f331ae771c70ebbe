//! `warmline-practice`: the practice contact centre as a program of its own, for trainers who try a
//! scenario and for tests that stop and start it under a phone.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::broadcast::error::RecvError;
use tracing_subscriber::EnvFilter;
use warmline_practice::{Deed, Hears, Office, Order, Place, Practice, Scenario};
use warmline_sip::quiet_filter;

/// Runs a practice contact centre on this machine until it is stopped.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// What is played; the built-in morning if not given.
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Where the profiles for the phone are written. The folder remembers ports, authority and password:
    /// start again with it, and phones find practice again.
    #[arg(long, required_unless_present = "check")]
    folder: Option<PathBuf>,
    /// Only say whether the scenario can be played.
    #[arg(long)]
    check: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // What others log of whole messages stays out, whatever is asked for: ours last, so that it wins.
    let asked = std::env::var("WARMLINE_LOG").unwrap_or_else(|_| "warn".to_owned());
    let filter = EnvFilter::new(format!("{asked},{}", quiet_filter()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&json!({ "error": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let scenario = match &arguments.scenario {
        Some(path) => Scenario::load(path)?,
        None => Scenario::built_in(),
    };
    let Some(folder) = arguments.folder.filter(|_| !arguments.check) else {
        let (customers, experts) = (scenario.customers.len(), scenario.experts.len());
        say(&json!({ "scenario": "good", "customers": customers, "experts": experts }));
        return Ok(());
    };
    let place = Place::remembered(&folder)?;
    let practice = Practice::start_at(scenario, &place).await?;
    let mut deeds = practice.deeds();
    let profile = practice.write_profile(&folder)?;
    let sign_in = practice.write_sign_in_profile(&folder)?;
    say(&json!({
        "ready": profile.display().to_string(), "signIn": sign_in.display().to_string(),
    }));
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    let mut listens = true;
    loop {
        tokio::select! {
            deed = deeds.recv() => match deed {
                Ok((who, deed)) => say(&line(&who, &deed)),
                Err(RecvError::Lagged(missed)) => say(&json!({ "missed": missed })),
                Err(RecvError::Closed) => return Ok(()),
            },
            order = orders.next_line(), if listens => match order {
                Ok(Some(order)) => say(&carry_out(practice.office(), &order)),
                // Nobody is at the other end, as when it was started by a desktop.
                Ok(None) | Err(_) => listens = false,
            },
        }
    }
}

/// Carries out a line of JSON, and says that it is done or why not.
fn carry_out(office: &Office, order: &str) -> Value {
    let done = serde_json::from_str::<Order>(order)
        .map_err(|error| error.to_string())
        .and_then(|order| office.obey(order).map_err(|error| error.to_string()));
    match done {
        Ok(()) => json!({ "done": order }),
        Err(error) => json!({ "refused": order, "why": error }),
    }
}

/// One line of JSON for each thing that happens. People here are invented: their names may be printed.
fn line(who: &str, deed: &Deed) -> Value {
    let (event, detail) = match deed {
        Deed::Registered => ("registered", Value::Null),
        Deed::Calls => ("calls", Value::Null),
        Deed::IsCalled => ("isCalled", Value::Null),
        Deed::Rings => ("rings", Value::Null),
        Deed::Talks => ("talks", Value::Null),
        Deed::Says(line) => ("says", json!(line)),
        Deed::Said => ("said", Value::Null),
        Deed::Hears(Hears::Silence) => ("hears", json!("silence")),
        Deed::Hears(Hears::Speech) => ("hears", json!("speech")),
        Deed::Hears(Hears::Held) => ("hears", json!("hold")),
        Deed::Digit(digit) => ("digit", json!(digit)),
        Deed::Referred(status) => ("referred", json!(status)),
        Deed::Transferred(status) => ("transferred", json!(status)),
        Deed::Reads(text) => ("reads", json!(text)),
        Deed::SignsIn => ("signsIn", Value::Null),
        Deed::SignsOut => ("signsOut", Value::Null),
        Deed::Shows(activity) => ("shows", json!(activity)),
        Deed::Ended { by_me, status } => ("ended", json!({ "byMe": by_me, "status": status })),
    };
    json!({ "who": who, "event": event, "detail": detail })
}

fn say(value: &Value) {
    // Whoever read it has gone; practice goes on.
    let _ = writeln!(std::io::stdout(), "{value}");
}
