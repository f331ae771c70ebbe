//! What the desktop wishes, granted.

use tauri::{AppHandle, Manager};
use warmline_desk::{CallId, office::OfficeAsk};
use warmline_desktop::{
    News, Wish,
    shortcut::{self, Plan},
    trouble,
};

use super::Task;
use crate::{shell::Shell, tray, window};

impl Task {
    /// What the desktop wishes of the window and of the phone. What comes of it is in the snapshots; what is
    /// refused the agent is told.
    pub(super) fn grant(&mut self, wishes: Vec<Wish>) {
        for wish in wishes {
            match wish {
                Wish::ComeUp => window::come_up(&self.app),
                Wish::Settle => {
                    window::settle(&self.app);
                    self.appearance.settled(&self.app);
                }
                Wish::Open(token) => window::open_for(&self.app, token),
                Wish::Tray(tray) => tray::show(&self.app, &mut self.tray, &tray),
                Wish::Grab(plan) => grab(&self.app, plan),
                Wish::Tell(error) => self.untold.push(error),
                Wish::Show(page) => {
                    if let Err(error) = open::that_detached(page) {
                        tracing::warn!(%error, "the system's settings cannot be shown");
                    }
                }
                Wish::Consult(call) => self.consult(call.id()),
                Wish::Quit => self.app.state::<Shell>().close_asked(),
                Wish::Do(action) => {
                    if let Some(phone) = &self.phone {
                        let reply = phone.desk.send(action);
                        self.errands.run(async { reply.await.map(drop) });
                    }
                }
            }
        }
    }

    /// Asks the office as the page would; it may take a while to answer.
    fn consult(&mut self, call: CallId) {
        let open = self.office.as_ref();
        let Some((open, best)) = open.and_then(|open| Some((open, open.best()?))) else {
            return self.untold.push(trouble::no_expert());
        };
        let office = open.office.clone();
        let ask = OfficeAsk::Call {
            person: best.into(),
            about: Some(call),
            hand_over: false,
        };
        self.errands.run(async move { office.ask(ask).await });
    }
}

/// Takes the keys of these shortcuts, on the thread that the system tells of them.
fn grab(app: &AppHandle, plan: Plan) {
    let shell = app.clone();
    let grabbing = app.run_on_main_thread(move || {
        let wrong = shortcut::grab(&plan);
        shell.state::<Shell>().desktop(News::Wrong(wrong));
    });
    if let Err(error) = grabbing {
        tracing::warn!(%error, "shortcuts cannot be set");
    }
}
