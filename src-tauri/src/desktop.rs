//! What the task has to do with the desktop: links, the tray, shortcuts, start at login.

use std::path::Path;

use tauri::{
    AppHandle, Manager, Wry,
    image::Image,
    menu::{CheckMenuItem, Menu, MenuItem, MenuItemKind},
    tray::{TrayIcon, TrayIconBuilder},
};
use warmline_desk::{
    policy::Shortcuts,
    profile::{DesktopPolicy, LinkVerdict},
};
use warmline_desktop::{
    Desktop, Wish,
    door::{Door, Knock},
    link::DialRequest,
    login::Login,
    place::{Kept, Seen},
    shortcut::{self, Conflict, Deed, Plan},
    tray::{self, Item, Tray},
};
use warmline_ipc::{DesktopAsk, UiDesktop, UiSnapshot, shortcuts_set};

use crate::{phone::Phone, shell::Shell};

/// What the task hears of the desktop.
pub(crate) enum News {
    Asked(DesktopAsk),
    Chosen(Item),
    Focused(bool),
    Seen(Seen),
    Knocked(Knock),
    Wrong(Vec<(Deed, Conflict)>),
}

/// The desktop around the phone.
pub(crate) struct Around {
    app: AppHandle,
    pub(crate) desktop: Desktop,
    pub(crate) door: Option<Door>,
    pub(crate) place: Kept,
    /// What a link asks for, until the agent or policy has said something.
    request: Option<DialRequest>,
    policy: DesktopPolicy,
    login: Option<Login>,
    starts: bool,
    /// The shortcuts that the system was last asked for, and what is wrong with some.
    plan: Plan,
    wrong: Vec<(Deed, Conflict)>,
    tray: Option<(TrayIcon, Vec<MenuItemKind<Wry>>)>,
}

impl Around {
    /// In a Tokio runtime. `named` is the profile of the command line.
    pub(crate) fn new(
        app: AppHandle,
        place: Kept,
        door: Option<Door>,
        named: Option<&Path>,
    ) -> Self {
        let login = Login::of_this_program(named);
        let login = login
            .inspect_err(|error| tracing::warn!(%error, "no start at login"))
            .ok();
        Self {
            app,
            desktop: Desktop::start(),
            door,
            place,
            request: None,
            policy: DesktopPolicy::default(),
            starts: login.as_ref().is_some_and(Login::is_on),
            login,
            plan: Plan::default(),
            wrong: Vec::new(),
            tray: None,
        }
    }

    /// Waits until the agent presses something outside the window, or starts the program again.
    pub(crate) async fn next(&mut self) -> Vec<Wish> {
        let knock = tokio::select! {
            wishes = self.desktop.pressed() => return wishes,
            knock = knocked(&mut self.door) => knock,
            () = self.place.keep() => return Vec::new(),
        };
        self.hear(News::Knocked(knock))
    }

    /// What is to be done about it; shortcuts are the settings'.
    pub(crate) fn hear(&mut self, news: News) -> Vec<Wish> {
        match news {
            News::Asked(DesktopAsk::Dial(really)) => {
                let request = self.request.take().filter(|_| really);
                return request.map(Wish::Dial).into_iter().collect();
            }
            News::Asked(DesktopAsk::DoNotDisturb(on)) => {
                return self.desktop.set_do_not_disturb(on);
            }
            News::Asked(DesktopAsk::StartAtLogin(on)) => {
                if self.policy.start_at_login.is_none() {
                    self.start_at_login(on);
                }
            }
            News::Asked(DesktopAsk::Shortcut(..)) => {}
            News::Chosen(item) => return self.desktop.chosen(item),
            News::Focused(focused) => return self.desktop.focused(focused),
            News::Seen(seen) => self.place.seen(seen),
            News::Knocked(knock) => {
                match knock.request() {
                    Some(Ok(request)) => self.request = Some(request),
                    Some(Err(refused)) => tracing::warn!(%refused, "a link leads nowhere"),
                    None => {}
                }
                return vec![Wish::Open(knock.token)];
            }
            News::Wrong(wrong) => self.wrong = wrong,
        }
        Vec::new()
    }

    /// The phone looks like this; the page is to see of the desktop what it has to.
    pub(crate) fn show(
        &mut self,
        now: &mut UiSnapshot,
        phone: Option<&Phone>,
        set: &Shortcuts,
    ) -> Vec<Wish> {
        let mut wishes = self.desktop.look(now.phone_now());
        if let Some(phone) = phone {
            self.policy = phone.policy;
            if let Some(request) = &self.request {
                let number = phone.desk.read_number(request.text());
                match self
                    .policy
                    .links
                    .verdict(&number, request.is_plain_number())
                {
                    LinkVerdict::Ask => now.dial_request = Some(number.into()),
                    LinkVerdict::Dial => wishes.extend(self.request.take().map(Wish::Dial)),
                    LinkVerdict::Drop => self.request = None,
                }
            }
        }
        if let Some(on) = self.policy.start_at_login.filter(|on| *on != self.starts) {
            self.start_at_login(on);
        }
        self.grab(set);
        now.desktop = UiDesktop {
            do_not_disturb: self.desktop.do_not_disturb(),
            start_at_login: self.starts,
            start_managed: self.policy.start_at_login.is_some(),
            shortcuts: Vec::new(),
        };
        if !self.policy.no_shortcuts {
            now.desktop.set_shortcuts(set, &self.wrong);
        }
        wishes
    }

    fn start_at_login(&mut self, on: bool) {
        if let Some(login) = &self.login
            && let Err(error) = login.set(on)
        {
            tracing::warn!(%error, on, "start at login cannot be set");
            // Policy is not tried again all the time.
            self.login = None;
        }
        self.starts = on && self.login.is_some();
    }

    /// Takes the keys of these shortcuts, if that is news.
    fn grab(&mut self, set: &Shortcuts) {
        let plan = match self.policy.no_shortcuts {
            true => Plan::default(),
            false => Plan::of(shortcuts_set(set)),
        };
        if plan == self.plan {
            return;
        }
        self.plan = plan.clone();
        let app = self.app.clone();
        let grabbing = self.app.run_on_main_thread(move || {
            let wrong = shortcut::grab(&plan);
            app.state::<Shell>().desktop(News::Wrong(wrong));
        });
        if let Err(error) = grabbing {
            tracing::warn!(%error, "shortcuts cannot be set");
        }
    }

    /// Shows the tray like this, where the system has one.
    pub(crate) fn show_tray(&mut self, tray: &Tray) {
        if !tray::is_there() {
            return;
        }
        if let Err(error) = self.try_tray(tray) {
            tracing::warn!(%error, "the tray cannot be shown");
        }
    }

    fn try_tray(&mut self, tray: &Tray) -> tauri::Result<()> {
        let (icon, items) = match self.tray.take() {
            Some(made) => made,
            None => make(&self.app, tray)?,
        };
        for (item, entry) in items.iter().zip(&tray.entries) {
            match item {
                MenuItemKind::Check(item) => {
                    item.set_enabled(entry.enabled)?;
                    item.set_checked(entry.ticked.unwrap_or_default())?;
                }
                MenuItemKind::MenuItem(item) => {
                    item.set_enabled(entry.enabled)?;
                    item.set_text(entry.words)?;
                }
                MenuItemKind::Submenu(_) | MenuItemKind::Predefined(_) | MenuItemKind::Icon(_) => {}
            }
        }
        if let Some(plain) = self.app.default_window_icon() {
            let (width, height) = (plain.width(), plain.height());
            let painted = tray.state.painted(plain.rgba(), width as usize);
            icon.set_icon(Some(Image::new_owned(painted, width, height)))?;
        }
        icon.set_tooltip(Some(format!("Warmline: {}", tray.state.words())))?;
        self.tray = Some((icon, items));
        Ok(())
    }
}

fn make(app: &AppHandle, tray: &Tray) -> tauri::Result<(TrayIcon, Vec<MenuItemKind<Wry>>)> {
    let menu = Menu::new(app)?;
    let mut items = Vec::new();
    for entry in &tray.entries {
        let (id, words, enabled) = (entry.item.id(), entry.words, entry.enabled);
        let none = None::<&str>;
        let item = match entry.ticked {
            Some(on) => {
                MenuItemKind::Check(CheckMenuItem::with_id(app, id, words, enabled, on, none)?)
            }
            None => MenuItemKind::MenuItem(MenuItem::with_id(app, id, words, enabled, none)?),
        };
        menu.append(&item)?;
        items.push(item);
    }
    let icon = TrayIconBuilder::with_id("warmline").menu(&menu);
    let icon = icon.on_menu_event(|app, event| {
        if let Some(item) = Item::of(event.id().as_ref()) {
            app.state::<Shell>().desktop(News::Chosen(item));
        }
    });
    Ok((icon.build(app)?, items))
}

async fn knocked(door: &mut Option<Door>) -> Knock {
    match door {
        Some(door) => door.knocked().await,
        None => std::future::pending().await,
    }
}
