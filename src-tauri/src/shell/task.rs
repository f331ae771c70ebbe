//! The task: what happens, in the order in which it happens.

mod appearance;
mod wishes;

use std::time::{Duration, Instant};

use tauri::{AppHandle, async_runtime::spawn_blocking};
use tokio::sync::mpsc;
use warmline_desk::{
    DeskError, DeviceRole, ErrorCode, Input, Kept, Loudness, Output, Restarts, UserAction, choices,
    journal::Journal, log::LogHealth, policy::Voice, terminated,
};
use warmline_desktop::{Desktop, News, errands::Errands, last_way_out, shortcut};
use warmline_ipc::{
    EVERYWHERE, Open, Phone, PhoneNews, UiAccount, UiError, UiSnapshot, first_run::Profile,
};
use warmline_practice::Centre;

use super::{
    Ask, Logged, Practise, Set, Shown,
    beginning::{Beginning, Begun, NoPhone, Starting, stand_in, until_started},
};
use appearance::Appearance;

use crate::{
    history,
    office::{self, Panel},
    page::Page,
    tray,
    web_process::Loss,
    window,
};

/// The task.
pub(super) struct Task {
    app: AppHandle,
    desktop: Desktop,
    tray: Option<tray::Shown>,
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
    appearance: Appearance,
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
    shown: Shown,
    /// What was asked by a shortcut or a link, for which no page waits.
    errands: Errands,
}

impl Task {
    pub(super) fn new(
        app: AppHandle,
        desktop: Desktop,
        profile: Profile,
        practise: Option<Practise>,
        logged: Logged,
        shown: Shown,
    ) -> Self {
        Self {
            app,
            desktop,
            tray: None,
            errands: Errands::default(),
            settings: Kept::beside(profile.path()),
            appearance: Appearance::new(logged.folder),
            profile,
            practise,
            centre: None,
            journal: None,
            log: logged.health,
            untold: logged.trouble.into_iter().collect(),
            looking: false,
            office: None,
            panel: Panel::default(),
            phone: None,
            starting: None,
            restarts: Restarts::default(),
            account: UiAccount::Starting,
            page: Page::default(),
            closing: None,
            shown,
        }
    }

    /// Works until the program is to end, and then ends it.
    pub(super) async fn run(mut self, mut asked: mpsc::UnboundedReceiver<Ask>) {
        if let Err(error) = self.settings.read().await {
            tracing::warn!(code = error.code.as_str(), "settings not read");
            self.untold.push(error);
        }
        self.start_phone(Duration::ZERO);
        let mut terminated = std::pin::pin!(terminated());
        loop {
            tokio::select! {
                ask = asked.recv() => if ask.is_none_or(|ask| self.carry_out(ask)) {
                    break;
                },
                started = until_started(&mut self.starting) => self.started(started),
                () = office::changed(&mut self.office) => self.office_changed(),
                news = next(&mut self.phone) => self.hear(news),
                error = self.settings.keep() => self.untold.push(error),
                error = self.errands.failed() => self.untold.push(error),
                wishes = self.desktop.pressed() => self.grant(wishes),
                loss = self.page.due() => {
                    // The same window loads its page again as it is.
                    if matches!(loss, Loss::View) {
                        self.appearance.begin_anew();
                    }
                    window::load_again(&self.app, loss);
                }
                () = &mut terminated => break,
            }
            self.show();
        }
        window::hide(&self.app);
        self.desktop.close();
        last_way_out::leave_in_any_case();
        if let Some(phone) = self.phone.take() {
            phone.quit().await;
        }
        self.settings.finish().await;
        let _door = self.desktop.finish().await;
        if let Some(journal) = self.journal.take() {
            let finished = spawn_blocking(move || journal.finish());
            finished.await.expect("writing the journal does not panic");
        }
        // The end of the program finds nothing left to end.
        self.shown.desk.send_replace(None);
        self.app.exit(0);
    }

    /// Whether to leave.
    fn carry_out(&mut self, ask: Ask) -> bool {
        match ask {
            Ask::Watch(page) => {
                self.page.watch(page);
                self.show_nothing_yet();
            }
            Ask::WatchPeople(panel) => self.panel.watch(panel),
            Ask::PageLost(loss) => {
                self.page.lost(loss);
                self.show_nothing_yet();
            }
            Ask::LookAtSound(looking) => self.look_at_sound(looking),
            Ask::LookBack(asked) => {
                let _ = asked.send(self.phone.as_ref().and_then(Phone::look_back));
            }
            Ask::ChooseDevice(role, id, asked) => {
                // Who asked may have gone.
                let _ = asked.send(self.choose_device(role, id));
            }
            Ask::SetLoudness(of, percent, asked) => {
                let _ = asked.send(self.set_loudness(of, percent));
            }
            Ask::SetVoice(change, asked) => {
                let _ = asked.send(self.set_voice(change));
            }
            Ask::Desktop(news) => {
                if let News::Shortcut(deed, keys) = &news {
                    let set = self.settings.now().shortcuts.clone();
                    let set = shortcut::with(set, *deed, keys.as_deref());
                    self.settings.set_shortcuts(set);
                }
                let wishes = self.desktop.hear(news);
                self.grant(wishes);
            }
            Ask::Seen(seen) => self.desktop.seen(seen, self.appearance.is_compact()),
            Ask::Window(ask, asked) => {
                let _ = asked.send(self.appear(ask));
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

    /// A page that is new, loaded again or gone shows no devices, and no keys are pressed on it.
    fn show_nothing_yet(&mut self) {
        self.look_at_sound(false);
        self.desktop.hear(News::RecordingKeys(false));
        self.name_window();
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
        if role == DeviceRole::Ringer && id.as_deref() == Some(EVERYWHERE) {
            self.settings.ring_everywhere();
            return Ok(phone
                .desk
                .send(UserAction::SetRingOutput(Output::Everywhere)));
        }
        let device = match id {
            Some(id) => Some(phone.device(role, &id).ok_or_else(device_gone)?),
            None => None,
        };
        let wanted = choices(self.settings.choose(role, device));
        Ok(phone.desk.send(match role {
            DeviceRole::Microphone => UserAction::SetInput(Input::Devices(wanted)),
            DeviceRole::Speaker => UserAction::SetOutput(Output::Devices(wanted)),
            DeviceRole::Ringer => UserAction::SetRingOutput(Output::Devices(wanted)),
        }))
    }

    fn set_loudness(&mut self, of: Loudness, percent: u8) -> Set {
        let phone = self.phone.as_ref().ok_or_else(UiError::no_phone)?;
        self.settings.set_loudness(of, percent);
        Ok(phone.desk.send(UserAction::SetVolume(of, percent)))
    }

    fn set_voice(&mut self, change: Voice) -> Set {
        let phone = self.phone.as_ref().ok_or_else(UiError::no_phone)?;
        let wanted = self.settings.set_voice(change);
        Ok(phone.desk.send(UserAction::SetVoice(wanted)))
    }

    /// By what the profile says now.
    fn begin_anew(&mut self) {
        if self.phone.is_none() && self.starting.is_none() {
            self.shown.office.send_replace(None);
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
            let open = self.centre.as_ref();
            let beginning = Beginning {
                wait,
                provided: provided.flatten(),
                to_open: self.practise.clone().filter(|_| open.is_none()),
                profile: open.map_or(self.profile.path(), Centre::profile).to_owned(),
                opener: open.map(|_| stand_in()),
                settings: self.settings.now().clone(),
                log: self.log.clone(),
                journal: self.journal(),
            };
            self.starting = Some(Box::pin(beginning.begin()));
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
            self.shown.desk.send_replace(None);
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
                self.shown.desk.send_replace(Some(phone.desk.clone()));
                self.phone = Some(*phone);
                self.look_at_sound(self.looking);
            }
            Ok(Begun::Office(office, centre)) => {
                self.entered(centre);
                self.shown.office.send_replace(Some(office.office.clone()));
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

    fn hear(&mut self, news: PhoneNews) {
        match news {
            PhoneNews::Changed => self.leave_phone(),
            PhoneNews::Stopped => {
                self.shown.desk.send_replace(None);
                // Calls that it has left are found when the history is opened anew.
                if let Some(journal) = self.journal.take() {
                    journal.finish();
                }
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
        let mut now = match &mut self.phone {
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
            None => {
                UiSnapshot::without_phone(self.account.clone(), office.as_deref(), &self.untold)
            }
        };
        let phone = self.phone.as_ref();
        let set = &self.settings.now().shortcuts;
        let managed = phone.map(|phone| (&phone.policy, &phone.desk));
        let desk = phone.map(|phone| &phone.desk);
        let (view, wishes) = self.desktop.look(now.phone_now(desk), set, managed);
        now.on_desktop(view, set);
        let policy = phone.map(|phone| &phone.policy);
        let set = &self.settings.now().window;
        let signed_in = matches!(now.account, UiAccount::SignedIn(_));
        now.window = self.appearance.view(set, policy, signed_in);
        self.appearance
            .show(&self.app, &now.window, self.desktop.places());
        self.panel.show(self.office.as_ref(), desk);
        if !self.page.show(now) {
            self.look_at_sound(false);
        }
        self.grant(wishes);
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

async fn next(phone: &mut Option<Phone>) -> PhoneNews {
    match phone {
        Some(phone) => phone.news().await,
        None => std::future::pending().await,
    }
}

/// Closing twice by a nervous finger is no wish to hang up.
const PATIENCE: Duration = Duration::from_secs(2);
