//! `call`, `answer` and `register`: one thing, then the end.

use std::{future::pending, process::ExitCode, time::Duration};

use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, sleep_until},
};
use warmline_desk::{
    CallId, CallView, Desk, DeskEvent, Done, EndReason, LineId, Registration, UserAction,
    terminated,
};

use crate::{arguments::Talk, printer::Printer, protocol::Event, view};

/// Dials, talks, hangs up.
pub(crate) async fn call(desk: Desk, to: String, talk: Talk) -> ExitCode {
    serve(desk, Purpose::Call { to }, talk).await
}

/// Takes the first call that comes in.
pub(crate) async fn answer(desk: Desk, talk: Talk) -> ExitCode {
    serve(desk, Purpose::Answer, talk).await
}

/// Registers and un-registers.
pub(crate) async fn register(desk: Desk, json: bool) -> ExitCode {
    serve(desk, Purpose::Register, Talk { seconds: 0, json }).await
}

enum Purpose {
    Call { to: String },
    Answer,
    Register,
}

async fn serve(desk: Desk, purpose: Purpose, talk: Talk) -> ExitCode {
    let report = Report {
        printer: Printer::new(),
        json: talk.json,
    };
    let snapshot = desk.snapshot();
    let mut events = desk.events();
    let mut interrupted = std::pin::pin!(terminated());
    let mut ours: Option<CallId> = None;
    let mut hang_up_at: Option<Instant> = None;
    let mut code = ExitCode::SUCCESS;
    let mut asked = false;
    let mut stopping = false;
    // What happened before we listened is in the snapshot.
    let mut missed = Some(DeskEvent::Registration(
        LineId::default(),
        snapshot.borrow().registration.clone(),
    ));
    loop {
        let event = tokio::select! {
            biased;
            event = async { missed.take().expect("the branch is on only while there is one") }, if missed.is_some() => event,
            event = events.recv() => match event {
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return code,
            },
            () = until(hang_up_at) => {
                hang_up_at = None;
                if let Some(call) = ours {
                    drop(desk.send(UserAction::Hangup(call)));
                }
                continue;
            }
            () = &mut interrupted, if !stopping => {
                stopping = true;
                code = ExitCode::FAILURE;
                drop(desk.send(UserAction::Quit));
                continue;
            }
        };
        let seen = view::event(&event, &snapshot.borrow());
        if let Some((call, line)) = seen {
            report.tell(call, line);
        }
        let mut done = false;
        match &event {
            DeskEvent::Stopped => return code,
            DeskEvent::Registration(_, Registration::Registered { .. }) if !asked => {
                asked = true;
                match &purpose {
                    Purpose::Register => done = true,
                    Purpose::Answer => {}
                    Purpose::Call { to } => {
                        match desk
                            .send(UserAction::Dial {
                                to: to.clone(),
                                line: None,
                            })
                            .await
                        {
                            Ok(Done::Dialing(call)) => {
                                ours = Some(call);
                                report.tell(
                                    ours,
                                    Event::Dialing {
                                        to: to.clone(),
                                        id: None,
                                        line: None,
                                    },
                                );
                            }
                            Ok(_) => {}
                            Err(error) => {
                                report.tell(None, view::failure(&error, None));
                                code = ExitCode::FAILURE;
                                done = true;
                            }
                        }
                    }
                }
            }
            DeskEvent::Registration(
                _,
                Registration::Waiting { .. } | Registration::Refused { .. },
            ) if ours.is_none() => {
                code = ExitCode::FAILURE;
                done = true;
            }
            DeskEvent::Incoming(call) if matches!(purpose, Purpose::Answer) && ours.is_none() => {
                ours = Some(call.id);
                drop(desk.send(UserAction::Answer(call.id)));
            }
            DeskEvent::Active(call) if Some(*call) == ours && hang_up_at.is_none() => {
                hang_up_at = Some(Instant::now() + Duration::from_secs(talk.seconds));
            }
            DeskEvent::Ended { call, reason, .. } if Some(*call) == ours => {
                if let Some(view) = snapshot.borrow().call(*call) {
                    report.sum_up(&desk, view);
                }
                if !matches!(reason, EndReason::HungUp | EndReason::RemoteHungUp) {
                    code = ExitCode::FAILURE;
                }
                done = true;
            }
            _ => {}
        }
        if done && !stopping {
            stopping = true;
            drop(desk.send(UserAction::Quit));
        }
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

/// Tells a program or a person what happens.
struct Report {
    printer: Printer,
    json: bool,
}

impl Report {
    fn tell(&self, call: Option<CallId>, event: Event) {
        if self.json {
            return self.printer.print(call, event);
        }
        let text = match event {
            Event::Registered { expires_s, .. } => format!("Registered for {expires_s} s."),
            Event::Unregistered { reason, .. } => reason.message,
            Event::Dialing { to, .. } => format!("Calling {to} …"),
            Event::Incoming { from, .. } => format!("{} {} calls.", from.name, from.number)
                .trim()
                .to_owned(),
            Event::Ringing => "It rings.".to_owned(),
            Event::Early => "Sound before the answer.".to_owned(),
            Event::Active => "The call is up.".to_owned(),
            Event::Ended { reason, .. } => reason.message,
            Event::Error { reason, .. } => reason.message,
            Event::Device {
                role,
                state: state @ ("lost" | "none" | "stand_in"),
                name,
            } => format!("The {role}: {state} {}", name.unwrap_or_default()),
            _ => return,
        };
        view::say(&text);
    }

    /// The last figures of a call.
    fn sum_up(&self, desk: &Desk, call: &CallView) {
        let Some(stats) = &call.stats else { return };
        if self.json {
            let line = view::figures(stats, call.quality.as_ref(), desk.microphone_dbfs());
            return self.printer.print(Some(call.id), line);
        }
        view::say(&format!(
            "{} packets sent, {} received, {} lost; jitter {:.1} ms; round trip {}.",
            stats.sent,
            stats.received,
            stats.lost,
            stats.jitter_ms,
            stats
                .round_trip_ms
                .map_or("not known".to_owned(), |ms| format!("{ms:.0} ms")),
        ));
    }
}
