//! What the desktop wishes, granted.

use tauri::Manager;
use warmline_desk::{CallId, Rejection, UserAction, office::OfficeAsk};
use warmline_desktop::{Wish, phone::CallNumber};

use super::Task;
use crate::{shell::Shell, window};

impl Task {
    /// What the desktop wishes of the window and of the phone. What comes of it is in the snapshots.
    pub(super) fn grant(&mut self, wishes: Vec<Wish>) {
        let id = |call: CallNumber| CallId::new(call.0);
        for wish in wishes {
            let action = match wish {
                Wish::ComeUp => {
                    window::come_up(&self.app);
                    continue;
                }
                Wish::Settle => {
                    window::settle(&self.app);
                    continue;
                }
                Wish::Open(token) => {
                    window::open_for(&self.app, token);
                    continue;
                }
                Wish::Tray(tray) => {
                    self.around.show_tray(&tray);
                    continue;
                }
                Wish::Quit => {
                    self.app.state::<Shell>().close_asked();
                    continue;
                }
                Wish::Consult(call) => {
                    self.consult(id(call));
                    continue;
                }
                Wish::Answer(call) => UserAction::Answer(id(call)),
                Wish::Reject(call) => UserAction::Reject(id(call), Rejection::Decline),
                Wish::Busy(call) => UserAction::Reject(id(call), Rejection::Busy),
                Wish::HangUp(call) => UserAction::Hangup(id(call)),
                Wish::Mute(call, on) => UserAction::Mute(id(call), on),
                Wish::Hold(call, true) => UserAction::Hold(id(call)),
                Wish::Hold(call, false) => UserAction::Resume(id(call)),
                Wish::Dial(request) => UserAction::Dial {
                    to: request.text().to_owned(),
                    line: None,
                },
            };
            if let Some(phone) = &self.phone {
                drop(phone.desk.send(action));
            }
        }
    }

    /// Asks the office as the page would; it may take a while to answer.
    fn consult(&mut self, call: CallId) {
        let Some((office, best)) = self
            .office
            .as_ref()
            .and_then(|open| Some((open.office.clone(), open.best()?)))
        else {
            return;
        };
        while self.errands.try_join_next().is_some() {}
        self.errands.spawn(async move {
            let ask = OfficeAsk::Call {
                person: best.into(),
                about: Some(call),
                hand_over: false,
            };
            if let Err(error) = office.ask(ask).await {
                tracing::warn!(code = error.code.as_str(), "no expert by shortcut");
            }
        });
    }
}
