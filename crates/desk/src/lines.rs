//! The phone's lines: each registers by itself, and has the calls that come and go by it.

use std::{fmt, future::poll_fn, task::Poll};

use tokio::{sync::mpsc::Receiver, time::Instant};
use warmline_call::CallId;
use warmline_media::MediaConfig;
use warmline_sip::{SipEvent, SipRequest, UserAgent, redact::Pii};

use crate::{
    config::LineConfig,
    number::Country,
    profile::RecordingPolicy,
    run::{Moving, call_of},
    snapshot::{LineView, Registration},
};

/// Names a line, in the order of [`DeskConfig::lines`](crate::DeskConfig::lines).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LineId(pub u32);

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One line that runs.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: LineId,
    pub(crate) agent: UserAgent,
    pub(crate) media: MediaConfig,
    pub(crate) country: Option<Country>,
    /// The address of record: names the line to a later run.
    pub(crate) address: Pii<String>,
    customer: Option<String>,
    /// How its calls are recorded, if they may be.
    pub(crate) recording: Option<RecordingPolicy>,
    pub(crate) registration: Registration,
    /// Its profile has proved right: the server has taken us once.
    pub(crate) registered_before: bool,
    /// The network is another one, and its calls do not know yet.
    pub(crate) moving: Option<Moving>,
    /// Its user agent has stopped.
    stopped: bool,
}

/// All lines. A call's line is told by its id: see [`UserAgent::start_among`].
#[derive(Debug)]
pub(crate) struct Lines(Vec<Line>);

impl Lines {
    /// Starts to register every line, on the current Tokio runtime.
    pub(crate) fn start(configs: Vec<LineConfig>) -> (Self, Vec<Reports>) {
        let of = configs.len() as u64;
        let started = configs.into_iter().zip(0u32..).map(|(config, which)| {
            let address = Pii::new(config.account.aor.uri());
            let (agent, events) = UserAgent::start_among(config.account, which.into(), of);
            let line = Line {
                id: LineId(which),
                agent,
                media: config.media,
                country: config.country,
                address,
                customer: config.customer,
                recording: config.recording,
                registration: Registration::Connecting,
                registered_before: false,
                moving: None,
                stopped: false,
            };
            (line, Reports(LineId(which), events))
        });
        let (lines, reports) = started.unzip();
        (Self(lines), reports)
    }

    pub(crate) fn get(&self, id: LineId) -> Option<&Line> {
        self.0.get(id.0 as usize)
    }

    pub(crate) fn get_mut(&mut self, id: LineId) -> Option<&mut Line> {
        self.0.get_mut(id.0 as usize)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Line> {
        self.0.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Line> {
        self.0.iter_mut()
    }

    /// The line of a call.
    pub(crate) fn of(&self, call: CallId) -> &Line {
        // There is at least one, or there would be no call.
        &self.0[of(call, self.0.len())]
    }

    /// The line with this address of record; the first one if none is written down.
    pub(crate) fn at(&self, address: Option<&str>) -> Option<&Line> {
        match address {
            Some(address) => self.0.iter().find(|line| line.address.expose() == address),
            None => self.0.first(),
        }
    }

    /// A new call by this line.
    pub(crate) fn new_call(&self, line: LineId) -> CallId {
        let line = self.get(line).unwrap_or(&self.0[0]);
        call_of(line.agent.next_dialog())
    }

    /// Asks the user agent of the call's line.
    pub(crate) fn send(&self, call: CallId, request: SipRequest) {
        self.of(call).agent.send(request);
    }

    /// Asks the user agents of all lines.
    pub(crate) fn send_all(&self, request: &SipRequest) {
        for line in &self.0 {
            line.agent.send(request.clone());
        }
    }

    /// A line's user agent has stopped. True if that was the last one.
    pub(crate) fn stopped(&mut self, id: LineId) -> bool {
        if let Some(line) = self.get_mut(id) {
            line.stopped = true;
        }
        self.0.iter().all(|line| line.stopped)
    }

    /// By when a connection has shown that it is well.
    pub(crate) fn moving(&self) -> Option<Instant> {
        let due = |line: &Line| line.moving.and_then(|moving| moving.due);
        self.0.iter().filter_map(due).min()
    }

    pub(crate) fn views(&self) -> Vec<LineView> {
        let view = |line: &Line| LineView {
            id: line.id,
            customer: line.customer.clone(),
            address: line.address.clone(),
            registration: line.registration.clone(),
        };
        self.0.iter().map(view).collect()
    }
}

impl Drop for Lines {
    /// A phone that panics hangs up on nobody: the next one takes up its calls.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.send_all(&SipRequest::Leave);
        }
    }
}

/// What a line's user agent reports.
#[derive(Debug)]
pub(crate) struct Reports(LineId, Receiver<SipEvent>);

/// What any line reports next; `None` of one that reports nothing more, and is left out from then on.
/// Cancel safe. Never, once there is none.
pub(crate) async fn next(reports: &mut Vec<Reports>) -> (LineId, Option<SipEvent>) {
    poll_fn(|context| {
        for at in 0..reports.len() {
            let Reports(line, events) = &mut reports[at];
            let line = *line;
            if let Poll::Ready(event) = events.poll_recv(context) {
                // One that reports much does not keep the others waiting.
                let last = reports.remove(at);
                if event.is_some() {
                    reports.push(last);
                }
                return Poll::Ready((line, event));
            }
        }
        Poll::Pending
    })
    .await
}

fn of(call: CallId, lines: usize) -> usize {
    // Ids are counted from 1.
    (call.get().saturating_sub(1) % lines.max(1) as u64) as usize
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use tokio::sync::mpsc;
    use warmline_sip::RegistrationState;

    use super::*;
    use crate::peer::{self, CUSTOMER, Peer};

    #[tokio::test]
    async fn a_phone_that_panics_hangs_up_on_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let mut peer = Peer::start().await;
        let config = peer::config(peer.port, folder.path());
        let (lines, mut reports) = Lines::start(config.lines);
        loop {
            let (_, event) = next(&mut reports).await;
            let Some(SipEvent::Registration(state)) = event else {
                continue;
            };
            if matches!(state, RegistrationState::Registered { .. }) {
                break;
            }
        }
        let agent = &lines.0[0].agent;
        agent.send(SipRequest::Invite {
            dialog: agent.next_dialog(),
            to: CUSTOMER.to_owned(),
            offer: "v=0".to_owned(),
            headers: Vec::new(),
        });
        let invite = peer.request("INVITE").await;
        peer.respond(&invite, 200, "a", Some("v=0"));
        peer.request("ACK").await;
        let panicked = catch_unwind(AssertUnwindSafe(move || {
            let _lines = lines;
            panic!("as the test wants it");
        }));
        assert!(panicked.is_err());
        drop(reports);
        peer.silence().await;
    }

    #[test]
    fn the_id_of_a_call_tells_its_line() {
        let lines = |calls: [u64; 4], lines| calls.map(|call| of(CallId::new(call), lines));
        assert_eq!(lines([1, 2, 3, 4], 1), [0, 0, 0, 0]);
        assert_eq!(lines([1, 2, 3, 4], 3), [0, 1, 2, 0]);
        assert_eq!(lines([0, 0, 0, 0], 2), [0, 0, 0, 0]);
    }

    #[tokio::test]
    async fn lines_report_in_turn_and_one_that_ends_says_so_once() {
        let (one, from_one) = mpsc::channel(8);
        let (other, from_other) = mpsc::channel(8);
        let mut reports = vec![Reports(LineId(0), from_one), Reports(LineId(1), from_other)];
        for _ in 0..3 {
            one.send(SipEvent::Stopped).await.unwrap();
        }
        other.send(SipEvent::Stopped).await.unwrap();
        drop((one, other));
        let mut order = Vec::new();
        for _ in 0..6 {
            let (line, event) = next(&mut reports).await;
            order.push((line.0, event.is_some()));
        }
        assert_eq!(
            order,
            [
                (0, true),
                (1, true),
                (0, true),
                (1, false),
                (0, true),
                (0, false)
            ]
        );
        assert!(reports.is_empty());
    }
}
