//! Registers, waits a while, un-registers:
//! `SIP_PASSWORD=… register wss://host:port/ sip:user@domain [CA.pem] [SECONDS]`.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use warmline_sip::{
    Account, RegistrationState, Secret, SipEvent, SipRequest, UserAgent, quiet_filter,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = tracing_subscriber::EnvFilter::new(format!("info,{}", quiet_filter()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, aor, ..] = &arguments[..] else {
        return Err("usage: register SERVER AOR [CA.pem] [SECONDS]".into());
    };
    let password = Secret::from(std::env::var("SIP_PASSWORD")?);
    let mut account = Account::new(
        vec![server.parse()?],
        aor.parse()?,
        password,
        "00000000-0000-1000-8000-000a95a0e128",
    );
    if let Some(file) = arguments.get(2) {
        account.extra_ca = Some(std::fs::read(file)?);
    }
    let stay = Duration::from_secs(arguments.get(3).map_or(Ok(0), |s| s.parse())?);

    let start = Instant::now();
    let (agent, mut events) = UserAgent::start(account);
    while let Some(event) = events.recv().await {
        println!("{:7.1} ms {event:?}", start.elapsed().as_secs_f64() * 1e3);
        match event {
            SipEvent::Registration(RegistrationState::Registered { .. }) => {
                let agent = agent.clone();
                tokio::time::sleep(stay).await;
                agent.send(SipRequest::Options { id: 1, to: None });
            }
            SipEvent::OptionsAnswered { .. }
            | SipEvent::Registration(RegistrationState::Refused { .. }) => {
                agent.send(SipRequest::Shutdown);
            }
            _ => {}
        }
    }
    Ok(())
}
