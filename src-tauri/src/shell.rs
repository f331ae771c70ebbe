//! One task that owns the phone and the page that watches it; everyone else holds a [`Shell`].

mod beginning;
mod task;

use std::{path::PathBuf, time::Duration};

use tauri::{AppHandle, ipc::Channel};
use tokio::sync::{mpsc, oneshot, watch};
use warmline_desk::{
    Desk, DeskError, DeviceRole, Loudness, Reply, UserAction, log::LogHealth, office::Office,
    policy::Voice,
};
use warmline_desktop::{
    Desktop, News,
    door::Door,
    place::{Kept, Seen},
    program::Program,
};
use warmline_ipc::{LookBack, UiError, UiPeople, UiShown, WindowAsk, first_run::Profile};

use crate::web_process::Loss;

use task::Task;

/// A handle on the task.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    asks: mpsc::UnboundedSender<Ask>,
    desk: watch::Receiver<Option<Desk>>,
    office: watch::Receiver<Option<Office>>,
}

impl Shell {
    /// Starts the task; it reads the profile, or opens practice, and starts the phone at once.
    pub(crate) fn start(
        app: AppHandle,
        profile: Profile,
        practise: Option<Practise>,
        logged: Logged,
        (place, door): (Kept, Option<Door>),
    ) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        let (desk_sender, desk) = watch::channel(None);
        let (office_sender, office) = watch::channel(None);
        let shown = Shown {
            desk: desk_sender,
            office: office_sender,
        };
        // The desktop begins in the runtime.
        tauri::async_runtime::spawn(async move {
            let program = Program::of_this(profile.path(), profile.named().is_some());
            let desktop = Desktop::start(place, door, program);
            let task = Task::new(app, desktop, profile, practise, logged, shown);
            task.run(asked).await;
        });
        Self { asks, desk, office }
    }

    /// The phone, if one runs.
    pub(crate) fn desk(&self) -> Option<Desk> {
        self.desk.borrow().clone()
    }

    /// The office, if the profile asks for a sign-in.
    pub(crate) fn office(&self) -> Option<Office> {
        self.office.borrow().clone()
    }

    /// Shows a page's panel of experts everything from now on.
    pub(crate) fn watch_people(&self, panel: Channel<UiPeople>) {
        self.ask(Ask::WatchPeople(panel));
    }

    /// Shows a page everything from now on.
    pub(crate) fn watch(&self, page: Channel<UiShown>) {
        self.ask(Ask::Watch(page));
    }

    /// The page has died with the process that showed it.
    pub(crate) fn page_lost(&self, loss: Loss) {
        self.ask(Ask::PageLost(loss));
    }

    /// The page shows the sound devices, or no longer does.
    pub(crate) fn look_at_sound(&self, looking: bool) {
        self.ask(Ask::LookAtSound(looking));
    }

    /// Uses another device and remembers it; without an id, the system's default.
    pub(crate) async fn choose_device(
        &self,
        role: DeviceRole,
        id: Option<String>,
    ) -> Result<(), UiError> {
        self.set(|asked| Ask::ChooseDevice(role, id, asked)).await
    }

    /// Makes something louder or softer and remembers it.
    pub(crate) async fn set_loudness(&self, of: Loudness, percent: u8) -> Result<(), UiError> {
        self.set(|asked| Ask::SetLoudness(of, percent, asked)).await
    }

    /// Does this to the agent's voice too and remembers it.
    pub(crate) async fn set_voice(&self, change: Voice) -> Result<(), UiError> {
        self.set(|asked| Ask::SetVoice(change, asked)).await
    }

    /// The calls that are over, if a phone runs.
    pub(crate) async fn look_back(&self) -> Option<LookBack> {
        let (asked, answer) = oneshot::channel();
        self.ask(Ask::LookBack(asked));
        answer.await.ok()?
    }

    /// Something about the desktop has happened.
    pub(crate) fn desktop(&self, news: News) {
        self.ask(Ask::Desktop(news));
    }

    /// The window is here now.
    pub(crate) fn seen(&self, seen: Seen) {
        self.ask(Ask::Seen(seen));
    }

    /// Does something to the window itself.
    pub(crate) async fn appear(&self, ask: WindowAsk) -> Result<(), UiError> {
        let (asked, answer) = oneshot::channel();
        self.ask(Ask::Window(ask, asked));
        answer.await.map_err(|_| UiError::no_phone())?
    }

    /// Reads the profile again, if no phone runs.
    pub(crate) fn read_profile(&self) {
        self.ask(Ask::ReadProfile);
    }

    /// Begins practice, or goes back to the profile, if no phone runs.
    pub(crate) fn practise(&self, on: bool) {
        self.ask(Ask::Practise(on));
    }

    /// The agent wants the window closed.
    pub(crate) fn close_asked(&self) {
        self.ask(Ask::CloseAsked);
    }

    /// The agent's answer to whether the window may close and end the calls.
    pub(crate) fn close(&self, really: bool) {
        self.ask(Ask::Close(really));
    }

    /// The program ends now, and not because the task has left: the system ends the session, or the
    /// window was taken away. Whoever is on the phone is told, if that can be done quickly.
    pub(crate) fn say_farewell(&self) {
        let Some(desk) = self.desk() else {
            return;
        };
        tracing::info!("the program is ended from outside");
        let quit = desk.send(UserAction::Quit);
        let in_time = async { tokio::time::timeout(AT_ONCE, quit).await.is_ok() };
        if !tauri::async_runtime::block_on(in_time) {
            tracing::warn!("there was no time to say farewell");
        }
        if let Some(journal) = desk.journal() {
            journal.finish();
        }
    }

    async fn set(&self, ask: impl FnOnce(oneshot::Sender<Set>) -> Ask) -> Result<(), UiError> {
        let (asked, set) = oneshot::channel();
        self.ask(ask(asked));
        let reply = set.await.map_err(|_| UiError::no_phone())??;
        reply.await?;
        Ok(())
    }

    fn ask(&self, ask: Ask) {
        // The task ends with the program only.
        let _ = self.asks.send(ask);
    }
}

enum Ask {
    Watch(Channel<UiShown>),
    WatchPeople(Channel<UiPeople>),
    PageLost(Loss),
    LookAtSound(bool),
    LookBack(oneshot::Sender<Option<LookBack>>),
    ChooseDevice(DeviceRole, Option<String>, oneshot::Sender<Set>),
    SetLoudness(Loudness, u8, oneshot::Sender<Set>),
    SetVoice(Voice, oneshot::Sender<Set>),
    Desktop(News),
    Seen(Seen),
    Window(WindowAsk, oneshot::Sender<Result<(), UiError>>),
    ReadProfile,
    Practise(bool),
    CloseAsked,
    Close(bool),
}

/// What came of setting something: the desk's answer to come.
type Set = Result<Reply, UiError>;

/// That the agent practises, and on what scenario; the built-in one if on none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Practise(pub(crate) Option<PathBuf>);

/// The log, or why there is none.
pub(crate) struct Logged {
    pub(crate) health: Option<LogHealth>,
    pub(crate) trouble: Option<DeskError>,
    /// Where its file is.
    pub(crate) folder: Option<PathBuf>,
}

/// What holders of a [`Shell`] see of what the task owns.
struct Shown {
    desk: watch::Sender<Option<Desk>>,
    office: watch::Sender<Option<Office>>,
}

/// A system that ends the session waits for nobody for long.
const AT_ONCE: Duration = Duration::from_secs(2);
