//! One task that owns the phone and the page that watches it; everyone else holds a [`Shell`].

use std::{
    path::PathBuf,
    pin::Pin,
    time::{Duration, Instant},
};

use tauri::{AppHandle, async_runtime::spawn_blocking, ipc::Channel};
use tokio::sync::{mpsc, oneshot, watch};
use warmline_desk::{
    Desk, DeskError, DeviceChoice, DeviceRole, ErrorCode, Input, Kept, Loudness, Output, Reply,
    Restarts, UserAction, journal::Journal, log::LogHealth, office::Office, profile::Access,
    terminated,
};
use warmline_ipc::{UiAccount, UiError, UiPeople, UiProblem, UiSnapshot};

use crate::{
    first_run::Profile,
    history, last_way_out,
    office::{self, Open, Panel},
    page::Page,
    phone::{News, Phone},
    practice::Centre,
    web_process::Loss,
    window,
};

/// A handle on the task.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    asks: mpsc::UnboundedSender<Ask>,
    desk: watch::Receiver<Option<Desk>>,
    office: watch::Receiver<Option<Office>>,
}

impl Shell {
    /// Starts the task; it reads the profile, or opens practice, and starts the phone at once. `no_log`
    /// is why there is no log whose health could be watched.
    pub(crate) fn start(
        app: AppHandle,
        profile: Profile,
        practise: Option<Practise>,
        log: Option<LogHealth>,
        no_log: Option<DeskError>,
    ) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        let (desk_sender, desk) = watch::channel(None);
        let (office_sender, office) = watch::channel(None);
        let task = Task {
            app,
            settings: Kept::beside(profile.path()),
            profile,
            practise,
            centre: None,
            journal: None,
            log,
            untold: no_log.into_iter().collect(),
            looking: false,
            office: None,
            panel: Panel::default(),
            phone: None,
            starting: None,
            restarts: Restarts::default(),
            account: UiAccount::Starting,
            page: Page::default(),
            closing: None,
            desk: desk_sender,
            open: office_sender,
        };
        tauri::async_runtime::spawn(task.run(asked));
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
    pub(crate) fn watch(&self, page: Channel<UiSnapshot>) {
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
    Watch(Channel<UiSnapshot>),
    WatchPeople(Channel<UiPeople>),
    PageLost(Loss),
    LookAtSound(bool),
    ChooseDevice(DeviceRole, Option<String>, oneshot::Sender<Set>),
    SetLoudness(Loudness, u8, oneshot::Sender<Set>),
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

struct Task {
    app: AppHandle,
    profile: Profile,
    practise: Option<Practise>,
    /// Where the agent practises.
    centre: Option<Centre>,
    /// Where real calls are remembered, once a phone has been started for some.
    journal: Option<Journal>,
    log: Option<LogHealth>,
    /// What the agent is told as soon as there are a phone and a page to tell it.
    untold: Vec<DeskError>,
    settings: Kept,
    /// The page shows the sound devices.
    looking: bool,
    /// Where the agent signs in, if the profile asks for it.
    office: Option<Open>,
    panel: Panel,
    phone: Option<Phone>,
    /// A phone under way. The keychain may wait for the agent, and the window must not.
    starting: Option<Starting>,
    restarts: Restarts,
    /// What is shown as long as no phone runs.
    account: UiAccount,
    page: Page,
    /// Since when the agent is asked whether the window may close.
    closing: Option<Instant>,
    desk: watch::Sender<Option<Desk>>,
    open: watch::Sender<Option<Office>>,
}

impl Task {
    async fn run(mut self, mut asked: mpsc::UnboundedReceiver<Ask>) {
        if let Err(error) = self.settings.read().await {
            tracing::warn!(code = error.code.as_str(), "settings not read");
            self.untold.push(error);
        }
        self.start_phone(Duration::ZERO);
        let mut terminated = std::pin::pin!(terminated());
        loop {
            let leave = tokio::select! {
                ask = asked.recv() => match ask {
                    Some(ask) => self.carry_out(ask),
                    None => true,
                },
                started = until_started(&mut self.starting) => {
                    self.started(started);
                    false
                }
                () = office::changed(&mut self.office) => {
                    self.office_changed();
                    false
                }
                news = next(&mut self.phone) => {
                    self.hear(news);
                    false
                }
                error = self.settings.keep() => {
                    self.untold.push(error);
                    false
                }
                loss = self.page.due() => {
                    window::load_again(&self.app, loss);
                    false
                }
                () = &mut terminated => true,
            };
            if leave {
                break;
            }
            self.show();
        }
        window::hide(&self.app);
        last_way_out::leave_in_any_case();
        if let Some(phone) = self.phone.take() {
            phone.quit().await;
        }
        self.settings.finish().await;
        if let Some(journal) = self.journal.take() {
            let finished = spawn_blocking(move || journal.finish());
            finished.await.expect("writing the journal does not panic");
        }
        // The end of the program finds nothing left to end.
        self.desk.send_replace(None);
        self.app.exit(0);
    }

    /// Whether to leave.
    fn carry_out(&mut self, ask: Ask) -> bool {
        match ask {
            Ask::Watch(page) => {
                self.page.watch(page);
                // A page that is new, or loaded again, shows no devices yet.
                self.look_at_sound(false);
                self.name_window();
            }
            Ask::WatchPeople(panel) => self.panel.watch(panel),
            Ask::PageLost(loss) => {
                self.page.lost(loss);
                self.look_at_sound(false);
                self.name_window();
            }
            Ask::LookAtSound(looking) => self.look_at_sound(looking),
            Ask::ChooseDevice(role, id, asked) => {
                // Who asked may have gone.
                let _ = asked.send(self.choose_device(role, id));
            }
            Ask::SetLoudness(of, percent, asked) => {
                let _ = asked.send(self.set_loudness(of, percent));
            }
            Ask::ReadProfile => self.begin_anew(),
            Ask::Practise(on) => {
                if self.phone.is_none() && self.starting.is_none() {
                    // A scenario that could not be played is read again.
                    self.practise = on.then(|| self.practise.take().unwrap_or_default());
                    self.begin_anew();
                }
            }
            Ask::CloseAsked => {
                let calls = self.phone.as_ref().is_some_and(Phone::has_calls);
                // Without a page there is nobody who could ask the agent. One that comes back asks then;
                // whoever still wants to leave after a while has seen no question.
                let unheard = self
                    .closing
                    .is_some_and(|asked| asked.elapsed() >= PATIENCE);
                let asks = self.page.is_there() || self.page.comes_back();
                if !calls || !asks || unheard {
                    return true;
                }
                self.closing.get_or_insert_with(Instant::now);
                window::bring_up(&self.app);
            }
            Ask::Close(really) => {
                self.closing = None;
                return really;
            }
        }
        false
    }

    /// The microphone is open for as long as the agent looks at it, and no longer.
    fn look_at_sound(&mut self, looking: bool) {
        self.looking = looking;
        if let Some(phone) = &self.phone {
            drop(phone.desk.send(UserAction::LookAtSound(looking)));
        }
    }

    fn choose_device(&mut self, role: DeviceRole, id: Option<String>) -> Set {
        let phone = self.phone.as_ref().ok_or_else(UiError::no_phone)?;
        let device = match id {
            Some(id) => Some(phone.device(role, &id).ok_or_else(device_gone)?),
            None => None,
        };
        self.settings.choose(role, device.clone());
        let choice = device.map(|device| DeviceChoice {
            id: Some(device.id),
            name: device.name,
        });
        let output = |choice| Option::map_or(choice, Output::Default, Output::Device);
        Ok(phone.desk.send(match role {
            DeviceRole::Microphone => {
                UserAction::SetInput(choice.map_or(Input::Default, Input::Device))
            }
            DeviceRole::Speaker => UserAction::SetOutput(output(choice)),
            DeviceRole::Ringer => UserAction::SetRingOutput(output(choice)),
        }))
    }

    fn set_loudness(&mut self, of: Loudness, percent: u8) -> Set {
        let phone = self.phone.as_ref().ok_or_else(UiError::no_phone)?;
        self.settings.set_loudness(of, percent);
        Ok(phone.desk.send(UserAction::SetVolume(of, percent)))
    }

    /// By what the profile says now.
    fn begin_anew(&mut self) {
        if self.phone.is_none() && self.starting.is_none() {
            self.open.send_replace(None);
            self.office = None;
            self.start_phone(Duration::ZERO);
        }
    }

    /// Starts a phone after a while, unless one runs or is under way.
    fn start_phone(&mut self, wait: Duration) {
        if self.phone.is_none() && self.starting.is_none() {
            let provided = self.office.as_ref().map(Open::profiles);
            if let Some(None) = provided {
                self.account = UiAccount::SignIn;
                return;
            }
            self.account = UiAccount::Starting;
            let open = self
                .centre
                .as_ref()
                .map(|centre| centre.profile().to_owned());
            let to_open = self.practise.clone().filter(|_| open.is_none());
            let profile = open.unwrap_or_else(|| self.profile.path().to_owned());
            let (settings, log) = (self.settings.now().clone(), self.log.clone());
            let journal = self.journal();
            let opener = self.centre.as_ref().map(Centre::opener);
            self.starting = Some(Box::pin(async move {
                tokio::time::sleep(wait).await;
                let start = |profiles| async {
                    let phone = Phone::start(profiles, settings.clone(), journal, log).await;
                    phone.map(Box::new).map_err(NoPhone::Desk)
                };
                if let Some(Some(profiles)) = provided {
                    return Ok(Begun::Phone(start(profiles).await?, None));
                }
                let centre = match to_open {
                    Some(Practise(scenario)) => {
                        Some(Centre::open(scenario).await.map_err(NoPhone::Practice)?)
                    }
                    None => None,
                };
                let profile = centre
                    .as_ref()
                    .map_or(profile, |centre| centre.profile().to_owned());
                let opener = centre.as_ref().map(Centre::opener).or(opener);
                let read = spawn_blocking(move || Access::load(&profile)).await;
                let access = read.expect("reading a profile does not panic");
                Ok(match access.map_err(NoPhone::Desk)? {
                    Access::Phone(profile) => Begun::Phone(start([*profile].into()).await?, centre),
                    Access::SignIn(sign_in) => {
                        let office = Open::begin(*sign_in, &settings, opener);
                        Begun::Office(Box::new(office.map_err(NoPhone::Desk)?), centre)
                    }
                })
            }));
        }
    }

    /// The agent has signed in or out, or somebody's presence is another one.
    fn office_changed(&mut self) {
        let Some(office) = &self.office else {
            return;
        };
        if self.centre.is_none() {
            self.settings.mark(office.favourites());
        }
        self.start_phone(Duration::ZERO);
        self.leave_phone();
    }

    /// Whoever has signed out has no phone any more, once nobody is on it.
    fn leave_phone(&mut self) {
        let signed_out = self
            .office
            .as_ref()
            .is_some_and(|office| office.profiles().is_none());
        let idle = |phone: &mut Phone| signed_out && !phone.has_calls();
        if let Some(phone) = self.phone.take_if(idle) {
            self.desk.send_replace(None);
            self.account = UiAccount::SignIn;
            self.starting = Some(Box::pin(async {
                phone.quit().await;
                Ok(Begun::Nothing)
            }));
        }
    }

    /// Practice calls are nobody's history.
    fn journal(&mut self) -> Journal {
        if self.practise.is_some() {
            return Journal::in_memory();
        }
        let app = &self.app;
        let journal = self.journal.get_or_insert_with(|| history::open(app));
        journal.clone()
    }

    fn started(&mut self, started: Result<Begun, NoPhone>) {
        self.starting = None;
        match started {
            Ok(Begun::Phone(phone, centre)) => {
                self.entered(centre);
                if let Some(open) = &self.office {
                    open.office.attend(phone.desk.clone());
                }
                self.desk.send_replace(Some(phone.desk.clone()));
                self.phone = Some(*phone);
                self.look_at_sound(self.looking);
            }
            Ok(Begun::Office(office, centre)) => {
                self.entered(centre);
                self.open.send_replace(Some(office.office.clone()));
                self.office = Some(*office);
                self.start_phone(Duration::ZERO);
            }
            Ok(Begun::Nothing) => self.start_phone(Duration::ZERO),
            Err(NoPhone::Desk(error)) => {
                tracing::warn!(
                    code = error.code.as_str(),
                    "no phone: the profile cannot be used"
                );
                self.account = UiAccount::FirstRun(self.profile.first_run(&error));
            }
            Err(NoPhone::Practice(problem)) => {
                tracing::warn!("no phone: practice cannot begin");
                self.account = UiAccount::FirstRun(self.profile.no_practice(problem));
            }
        }
    }

    fn entered(&mut self, centre: Option<Centre>) {
        if centre.is_some() {
            self.centre = centre;
            self.name_window();
        }
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Changed => self.leave_phone(),
            News::Incoming => window::draw_attention(&self.app),
            News::Stopped => {
                self.desk.send_replace(None);
                let ran = self.phone.take().map(|phone| phone.age());
                let wait = self.restarts.wait_after(ran.unwrap_or_default());
                tracing::error!(
                    ?wait,
                    "the phone has stopped by itself and is started again"
                );
                self.start_phone(wait);
            }
        }
    }

    /// Sends the page what it does not show yet; forgets a page that is gone.
    fn show(&mut self) {
        let office = self.office.as_ref().map(Open::view);
        let now = match &mut self.phone {
            Some(phone) => {
                // The last call may end while the agent is still asked.
                if !phone.has_calls() {
                    self.closing = None;
                }
                if self.page.is_there() {
                    for error in self.untold.drain(..) {
                        phone.tell(&error);
                    }
                }
                phone.present(self.closing.is_some(), office.as_deref())
            }
            None => UiSnapshot::without_phone(self.account.clone(), office.as_deref()),
        };
        let desk = self.phone.as_ref().map(|phone| &phone.desk);
        self.panel.show(self.office.as_ref(), desk);
        if !self.page.show(now) {
            self.look_at_sound(false);
        }
    }

    /// Without a page, the title is all there is to tell the agent by.
    fn name_window(&self) {
        window::set_title(
            &self.app,
            if self.page.is_in_trouble() {
                "Warmline: your calls go on, the window is coming back"
            } else if self.centre.is_some() {
                "Warmline practice"
            } else {
                "Warmline"
            },
        );
    }
}

fn device_gone() -> UiError {
    UiError::from(DeskError::new(
        ErrorCode::NotNow,
        "This device is no longer there.",
        "Choose another one, or plug it in again.",
    ))
}

/// What has begun, and the practice that it was opened for.
enum Begun {
    Phone(Box<Phone>, Option<Centre>),
    Office(Box<Open>, Option<Centre>),
    /// What was there has ended.
    Nothing,
}

/// Why there is no phone.
enum NoPhone {
    Desk(DeskError),
    Practice(UiProblem),
}

type Starting = Pin<Box<dyn Future<Output = Result<Begun, NoPhone>> + Send>>;

async fn until_started(starting: &mut Option<Starting>) -> Result<Begun, NoPhone> {
    match starting {
        Some(starting) => starting.await,
        None => std::future::pending().await,
    }
}

async fn next(phone: &mut Option<Phone>) -> News {
    match phone {
        Some(phone) => phone.news().await,
        None => std::future::pending().await,
    }
}

/// Closing twice by a nervous finger is no wish to hang up.
const PATIENCE: Duration = Duration::from_secs(2);

/// A system that ends the session waits for nobody for long.
const AT_ONCE: Duration = Duration::from_secs(2);
