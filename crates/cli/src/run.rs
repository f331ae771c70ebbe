//! `warmline-cli run`: JSON commands in, JSON events out.

use std::{
    io::{self, BufRead},
    process::ExitCode,
    thread,
};

use tokio::sync::{broadcast::error::RecvError, mpsc};
use warmline_desk::{
    CallId, CallView, Desk, DeskError, DeskEvent, Done, ErrorCode, Hold, LineId, Record, Rejection,
    Snapshot, State, TransferView, UserAction, terminated,
};

use crate::{
    printer::Printer,
    protocol::{Command, Event, PROTOCOL, Reason, Recorded, Request},
    view,
};

/// Serves stdin until `quit`, its end, or the desk stops.
pub(crate) async fn run(desk: Desk) -> ExitCode {
    let printer = Printer::new();
    let snapshot = desk.snapshot();
    let mut events = desk.events();
    let mut lines = stdin();
    let mut interrupted = std::pin::pin!(terminated());
    printer.print(
        None,
        Event::Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION"),
        },
    );
    // What was there before we listened.
    if let Some(recoverable) = view::recoverable(&snapshot.borrow()) {
        printer.print(None, recoverable);
    }
    let mut stopping = false;
    loop {
        tokio::select! {
            event = events.recv() => match event {
                // Without being asked to it stops when it cannot go on, with calls to be taken up again.
                Ok(DeskEvent::Stopped) | Err(RecvError::Closed) => {
                    return if stopping { ExitCode::SUCCESS } else { ExitCode::FAILURE };
                }
                Ok(event) => {
                    let seen = view::event(&event, &snapshot.borrow());
                    if let Some((call, event)) = seen {
                        printer.print(call, event);
                    }
                }
                Err(RecvError::Lagged(_)) => {}
            },
            line = lines.recv(), if !stopping => match line.map(|line| read(&line)) {
                Some(Ok(request)) => {
                    stopping = request.command == Command::Quit;
                    carry_out(&desk, &printer, request).await;
                }
                Some(Err(error)) => printer.print(None, error),
                None => {
                    stopping = true;
                    drop(desk.send(UserAction::Quit));
                }
            },
            () = &mut interrupted, if !stopping => {
                stopping = true;
                drop(desk.send(UserAction::Quit));
            }
        }
    }
}

/// Lines of stdin, read by a thread of their own: a blocked read cannot be cancelled.
fn stdin() -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(16);
    thread::spawn(move || {
        // As bytes: a line that is no text is a bad command, and not the end.
        for line in io::stdin().lock().split(b'\n').map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn read(line: &[u8]) -> Result<Request, Event> {
    serde_json::from_slice(line).map_err(|error| {
        let fields = serde_json::from_slice::<serde_json::Value>(line).unwrap_or_default();
        Event::Error {
            reason: Reason {
                code: "bad_command".to_owned(),
                message: format!("This line is not a command: {error}."),
            },
            id: fields["id"].as_str().map(str::to_owned),
        }
    })
}

async fn carry_out(desk: &Desk, printer: &Printer, request: Request) {
    let Request { id, command } = request;
    let action = action(&command, &desk.snapshot().borrow());
    let (call, action) = match action {
        Ok(action) => action,
        Err(error) => return printer.print(None, view::failure(&error, id)),
    };
    let reply = desk.send(action);
    if command == Command::Quit {
        return;
    }
    match (reply.await, command) {
        (
            Ok(Done::Dialing(call)),
            Command::Dial { to, .. } | Command::Consult { to, .. } | Command::Transfer { to, .. },
        ) => {
            let line = view::line_of(call, &desk.snapshot().borrow());
            printer.print(Some(call), Event::Dialing { to, id, line });
        }
        (Ok(Done::Stats(stats)), _) => {
            let snapshot = desk.snapshot().borrow().clone();
            let quality = call.and_then(|call| snapshot.call(call)?.quality.as_ref());
            let line = view::figures(&stats, quality, desk.microphone_dbfs());
            printer.print(call, line);
        }
        (Ok(_), _) => {}
        (Err(error), _) => printer.print(call, view::failure(&error, id)),
    }
}

/// What the command asks of the desk, and of which call.
fn action(
    command: &Command,
    snapshot: &Snapshot,
) -> Result<(Option<CallId>, UserAction), DeskError> {
    let on = |call: &Option<u64>, fits: fn(&CallView) -> bool| match call {
        Some(number) => Ok(CallId::new(*number)),
        None => meant(snapshot, fits).ok_or_else(no_such_call),
    };
    let incoming = |call: &CallView| call.state == State::Incoming;
    let held = |call: &CallView| call.hold != Hold::No;
    let answered = |call: &CallView| call.state == State::Established;
    let referred = |call: &CallView| call.referral.is_some();
    let any = |_: &CallView| true;
    Ok(match command {
        Command::Dial { to, line } => {
            let (to, line) = (to.clone(), line.map(LineId));
            (None, UserAction::Dial { to, line })
        }
        Command::Quit => (None, UserAction::Quit),
        Command::Answer { call } => about(on(call, incoming)?, UserAction::Answer),
        Command::Reject { call, status } => {
            let rejection = rejection(*status)?;
            about(on(call, incoming)?, |id| UserAction::Reject(id, rejection))
        }
        Command::Hangup { call } => about(on(call, any)?, UserAction::Hangup),
        Command::Hold { call } => about(on(call, any)?, UserAction::Hold),
        Command::Resume { call } => about(on(call, held)?, UserAction::Resume),
        Command::Mute { call } => about(on(call, any)?, |id| UserAction::Mute(id, true)),
        Command::Unmute { call } => about(on(call, any)?, |id| UserAction::Mute(id, false)),
        Command::Dtmf { call, digits } => {
            about(on(call, any)?, |id| UserAction::Dtmf(id, digits.clone()))
        }
        Command::Stats { call } => about(on(call, any)?, UserAction::Stats),
        Command::Consult { call, to } => about(on(call, answered)?, |customer| {
            let (to, hand_over) = (to.clone(), false);
            UserAction::Consult {
                customer,
                to,
                hand_over,
            }
        }),
        Command::Transfer { call, to, blind } => about(on(call, answered)?, |customer| {
            let to = to.clone();
            if *blind {
                return UserAction::BlindTransfer { customer, to };
            }
            UserAction::Consult {
                customer,
                to,
                hand_over: true,
            }
        }),
        Command::Swap { call } => about(customer(call, snapshot)?, UserAction::Swap),
        Command::Back { call } => about(customer(call, snapshot)?, UserAction::Back),
        Command::Complete { call, sure } => {
            about(customer(call, snapshot)?, |customer| UserAction::Complete {
                customer,
                sure: *sure,
            })
        }
        Command::Merge { call, with } => {
            let call = customer(call, snapshot).or_else(|_| on(call, answered))?;
            let expert = snapshot.transfers.iter().find(|t| t.customer == call);
            let with = with.map(CallId::new).or(expert.and_then(|t| t.expert));
            let with = with.ok_or_else(no_such_call)?;
            about(call, |call| UserAction::Merge(call, with))
        }
        Command::Leave { call } => {
            let member = snapshot.group.as_ref().map(|group| group.members[0]);
            let call = call.map(CallId::new).or(member).ok_or_else(no_such_call)?;
            about(call, UserAction::Leave)
        }
        Command::Record { call, what } => about(on(call, answered)?, |call| {
            let what = match what {
                Recorded::Start => Record::Start,
                Recorded::Pause => Record::Pause,
                Recorded::Resume => Record::Resume,
                Recorded::Stop => Record::Stop,
            };
            UserAction::Record(call, what)
        }),
        Command::Follow { call } => about(on(call, referred)?, |id| UserAction::Follow(id, true)),
        Command::Decline { call } => about(on(call, referred)?, |id| UserAction::Follow(id, false)),
        Command::Recover { really } => (None, UserAction::Recover(*really)),
    })
}

/// The customer of a transfer: the one named, else of that whose customer or expert is heard, else of
/// the newest.
fn customer(call: &Option<u64>, snapshot: &Snapshot) -> Result<CallId, DeskError> {
    let heard = |transfer: &&TransferView| {
        let focus = snapshot.focus.is_some();
        focus && [Some(transfer.customer), transfer.expert].contains(&snapshot.focus)
    };
    let meant = || {
        let heard = snapshot.transfers.iter().find(heard);
        let transfer = heard.or(snapshot.transfers.last());
        transfer.map(|transfer| transfer.customer)
    };
    let named = call.map(CallId::new);
    named.or_else(meant).ok_or_else(no_such_call)
}

fn about(call: CallId, action: impl FnOnce(CallId) -> UserAction) -> (Option<CallId>, UserAction) {
    (Some(call), action(call))
}

/// The call that a command without one means: the one in focus if it fits, else the newest that does.
fn meant(snapshot: &Snapshot, fits: fn(&CallView) -> bool) -> Option<CallId> {
    let live = |call: &&CallView| call.ending.is_none() && fits(call);
    let focused = snapshot.focus.and_then(|id| snapshot.call(id)).filter(live);
    focused
        .or_else(|| snapshot.calls.iter().rev().find(live))
        .map(|call| call.id)
}

fn rejection(status: Option<u16>) -> Result<Rejection, DeskError> {
    match status {
        None | Some(486) => Ok(Rejection::Busy),
        Some(603) => Ok(Rejection::Decline),
        Some(other) => Err(DeskError::new(
            ErrorCode::NotNow,
            format!("A call cannot be refused with {other}."),
            "Use 486 (busy) or 603 (declined).",
        )),
    }
}

fn no_such_call() -> DeskError {
    DeskError::new(
        ErrorCode::NoSuchCall,
        "There is no call that this could be about.",
        "",
    )
}
