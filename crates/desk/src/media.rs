//! One call's media: the session, and the task that does its slow work in order.

use tokio::{
    sync::{
        mpsc::{self, Receiver, Sender},
        oneshot,
    },
    task::JoinSet,
};
use warmline_audio::{Engine, RecordingId, RecordingStatus};
use warmline_call::CallId;
use warmline_media::{Direction, Fork, MediaConfig, MediaError, MediaEvent, Session};

/// A call's session and the way to its task.
#[derive(Debug)]
pub(crate) struct Media {
    /// For what takes no time: hearing, sending, digits, statistics.
    pub(crate) session: Session,
    jobs: Sender<Job>,
    /// Tells the task when this is dropped.
    _open: oneshot::Sender<()>,
}

/// What takes time and must happen in order.
pub(crate) enum Job {
    /// Make the first offer.
    Offer,
    /// Answer the first offer.
    Answer(String),
    /// The peer's answer in a provisional response.
    UseEarly(Fork, String),
    /// The peer's final answer to our first offer.
    UseAnswer(Fork, String),
    /// Make a new offer: to hold or resume, to move to another network path, or both.
    Reoffer { direction: Direction, restart: bool },
    /// The peer's answer to our new offer.
    UseReofferAnswer(String),
    /// The peer refused our new offer: what was agreed before stands.
    Withdraw,
    /// Answer the peer's new offer.
    AnswerReoffer(String),
    /// Make the new offer that the peer asks for.
    OfferAsked(Direction),
    /// The peer's answer to the offer that it had asked for.
    UseAskedAnswer(String),
}

/// What came of a [`Job`], or what the session reports unasked.
#[derive(Debug)]
pub(crate) enum Report {
    /// Of [`Job::Offer`] and [`Job::Answer`]: our SDP.
    Ready(Result<String, MediaError>),
    /// Of [`Job::UseAnswer`].
    AnswerUsed(Result<(), MediaError>),
    /// Of [`Job::Reoffer`]: our new offer.
    Reoffer(Result<String, MediaError>),
    /// Of [`Job::UseReofferAnswer`].
    ReofferUsed(Result<(), MediaError>),
    /// Of [`Job::AnswerReoffer`]: our answer.
    ReofferAnswer(Result<String, MediaError>),
    /// Of [`Job::OfferAsked`]: our offer; the peer's answer follows.
    OfferAsked(Result<String, MediaError>),
    /// Of [`Job::UseAskedAnswer`].
    AskedAnswerUsed(Result<(), MediaError>),
    /// Unasked.
    Event(MediaEvent),
    /// How a recording of the call stands.
    Recording(RecordingId, RecordingStatus),
}

impl Media {
    /// Opens a session for `call`. Its task, one of `tasks`, ends when it is dropped, after
    /// it has closed the session.
    pub(crate) fn open(
        call: CallId,
        config: &MediaConfig,
        engine: Engine,
        reports: Sender<(CallId, Report)>,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let (session, events) = Session::new(config, engine);
        let (jobs, inbox) = mpsc::channel(JOBS);
        let (open, closed) = oneshot::channel();
        let worker = Worker {
            call,
            session: session.clone(),
            reports,
        };
        tasks.spawn(worker.run(inbox, events, closed));
        Self {
            session,
            jobs,
            _open: open,
        }
    }

    /// Has `job` done after those before it. False if too many are waiting.
    #[must_use]
    pub(crate) fn ask(&self, job: Job) -> bool {
        self.jobs.try_send(job).is_ok()
    }
}

struct Worker {
    call: CallId,
    session: Session,
    reports: Sender<(CallId, Report)>,
}

impl Worker {
    async fn run(
        self,
        jobs: Receiver<Job>,
        events: Receiver<MediaEvent>,
        closed: oneshot::Receiver<()>,
    ) {
        tokio::select! {
            // What a job waits for, perhaps a STUN server, must not outlive the call.
            _ = closed => {}
            () = self.work_off(jobs) => {}
            () = self.pass_on(events) => {}
        }
        self.session.close().await;
    }

    async fn work_off(&self, mut jobs: Receiver<Job>) {
        while let Some(job) = jobs.recv().await {
            if let Some(report) = self.work(job).await {
                self.report(report).await;
            }
        }
    }

    async fn pass_on(&self, mut events: Receiver<MediaEvent>) {
        while let Some(event) = events.recv().await {
            self.report(Report::Event(event)).await;
        }
        // The session holds the other end for as long as it lives.
        std::future::pending::<()>().await;
    }

    async fn work(&self, job: Job) -> Option<Report> {
        let session = &self.session;
        let report = match job {
            Job::Offer => Report::Ready(session.offer().await),
            Job::Answer(offer) => Report::Ready(session.answer(&offer).await),
            Job::UseEarly(fork, sdp) => {
                // The final answer is still to come; until then there is nothing to hear.
                if let Err(error) = session.set_early_answer(fork, &sdp).await {
                    tracing::warn!(call = %self.call, %error, "early answer is of no use");
                }
                return None;
            }
            Job::UseAnswer(fork, sdp) => Report::AnswerUsed(session.set_answer(fork, &sdp).await),
            Job::Reoffer { direction, restart } => {
                Report::Reoffer(session.reoffer(direction, restart).await)
            }
            Job::UseReofferAnswer(sdp) => {
                let used = session.set_answer(Fork::default(), &sdp).await;
                if used.is_err() {
                    session.withdraw_offer().await;
                }
                Report::ReofferUsed(used)
            }
            Job::Withdraw => {
                session.withdraw_offer().await;
                return None;
            }
            Job::AnswerReoffer(offer) => Report::ReofferAnswer(session.answer(&offer).await),
            Job::OfferAsked(direction) => Report::OfferAsked(session.offer_all(direction).await),
            Job::UseAskedAnswer(sdp) => {
                let used = session.set_answer(Fork::default(), &sdp).await;
                if used.is_err() {
                    session.withdraw_offer().await;
                }
                Report::AskedAnswerUsed(used)
            }
        };
        Some(report)
    }

    async fn report(&self, report: Report) {
        // When nobody listens any more, the desk has stopped.
        let _ = self.reports.send((self.call, report)).await;
    }
}

/// Jobs that may wait. A call has one exchange of offer and answer at a time, so only a peer that
/// floods us with early answers gets here.
const JOBS: usize = 16;
