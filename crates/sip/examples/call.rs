//! Calls without sound, to see how a server takes it: call, hold, resume, one digit, hang up.
//! `SIP_PASSWORD=… call wss://host:port/ sip:user@domain TO [CA.pem]`; without `TO` (`-`) it waits and answers.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use tokio::time::sleep;
use warmline_sip::{
    Account, RegistrationState, Secret, SipEvent, SipRequest, UserAgent, quiet_filter,
};

fn sdp(version: u32, direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\n"
    )
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = tracing_subscriber::EnvFilter::new(format!("info,{}", quiet_filter()));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, aor, to, ..] = &arguments[..] else {
        return Err("usage: call SERVER AOR TO [CA.pem]".into());
    };
    let password = Secret::from(std::env::var("SIP_PASSWORD")?);
    let mut account = Account::new(
        vec![server.parse()?],
        aor.parse()?,
        password,
        "00000000-0000-1000-8000-000a95a0e129",
    );
    if let Some(file) = arguments.get(3) {
        account.extra_ca = Some(std::fs::read(file)?);
    }

    let (agent, mut events) = UserAgent::start(account);
    let (mut start, mut step) = (Instant::now(), 0);
    while let Some(event) = events.recv().await {
        println!("{:7.1} ms {event:?}", start.elapsed().as_secs_f64() * 1e3);
        match event {
            SipEvent::Registration(RegistrationState::Registered { .. }) if to != "-" => {
                start = Instant::now();
                let (dialog, offer) = (agent.next_dialog(), sdp(1, "sendrecv"));
                agent.send(SipRequest::Invite {
                    dialog,
                    to: to.clone(),
                    offer,
                    headers: Vec::new(),
                });
            }
            SipEvent::Incoming { dialog, .. } => {
                agent.send(SipRequest::Ring { dialog });
                sleep(Duration::from_millis(300)).await;
                agent.send(SipRequest::Accept {
                    dialog,
                    sdp: sdp(1, "sendrecv"),
                });
            }
            SipEvent::Reoffered { dialog, .. } => {
                agent.send(SipRequest::AnswerReoffer {
                    dialog,
                    answer: Ok(sdp(2, "recvonly")),
                });
            }
            SipEvent::Answered { dialog, .. } | SipEvent::ReofferAnswered { dialog, .. }
                if step < 2 =>
            {
                sleep(Duration::from_millis(300)).await;
                step += 1;
                let offer = sdp(1 + step, if step == 1 { "sendonly" } else { "sendrecv" });
                agent.send(SipRequest::Reoffer { dialog, offer });
            }
            SipEvent::ReofferAnswered { dialog, .. } => {
                agent.send(SipRequest::InfoDtmf {
                    dialog,
                    digit: '5',
                    duration_ms: 160,
                });
            }
            SipEvent::InfoAnswered { dialog, .. } => agent.send(SipRequest::Bye { dialog }),
            SipEvent::Ended { cause, .. } => {
                println!("           because: {}", cause.reason);
                sleep(Duration::from_millis(200)).await;
                agent.send(SipRequest::Shutdown);
            }
            SipEvent::Registration(RegistrationState::Refused { .. }) => {
                agent.send(SipRequest::Shutdown)
            }
            _ => {}
        }
    }
    Ok(())
}
