//! One phone that runs: the desk, and what it looks like.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{broadcast, watch},
    task::spawn_blocking,
};
use warmline_desk::{
    Desk, DeskConfig, DeskError, DeskEvent, DeviceRole, Profile, Snapshot, UserAction,
    journal::{Journal, Remembered},
    log::LogHealth,
    office::OfficeView,
    policy::{Device, Settings},
    profile::DesktopPolicy,
};

use crate::{LookBack, Presenter, UiSnapshot};

/// A desk that runs, and what the pages are shown of it.
pub struct Phone {
    /// Its handle.
    pub desk: Desk,
    /// What of the desktop is not the agent's to say.
    pub policy: DesktopPolicy,
    presenter: Presenter,
    snapshot: watch::Receiver<Snapshot>,
    events: broadcast::Receiver<DeskEvent>,
    recents: watch::Receiver<Arc<[Remembered]>>,
    started: Instant,
}

/// What has become of a phone.
pub enum PhoneNews {
    /// It looks different.
    Changed,
    /// It has stopped.
    Stopped,
}

impl Phone {
    /// Starts a phone with a line for each of these profiles, on the devices of these settings, which
    /// remembers its calls in `journal`. A password may have to be asked of the agent's keychain, so this
    /// may take long. The agent hears of a `log` that loses lines.
    ///
    /// # Errors
    /// The profile cannot be used, or there is no password for it.
    pub async fn start(
        profiles: Arc<[Profile]>,
        settings: Settings,
        journal: Journal,
        log: Option<LogHealth>,
    ) -> Result<Self, DeskError> {
        let lines = profiles.clone();
        let read = spawn_blocking(move || DeskConfig::from_profiles(&lines));
        let mut config = read.await.expect("reading a profile does not panic")?;
        config.log = log;
        let mut recents = journal.recents();
        // What is there already is news too.
        recents.mark_changed();
        config.journal = Some(journal);
        let desk = warmline_desk::start(config.with_settings(&settings).with_headset())?;
        Ok(Self {
            policy: profiles[0].desktop.clone(),
            presenter: Presenter::of_lines(&profiles[0], &profiles[1..]),
            snapshot: desk.snapshot(),
            events: desk.events(),
            recents,
            desk,
            started: Instant::now(),
        })
    }

    /// Waits until there is something new to show.
    pub async fn news(&mut self) -> PhoneNews {
        // The agent may also look at the levels without a call.
        let live = self.has_calls() || self.snapshot.borrow().devices.is_some();
        tokio::select! {
            changed = self.snapshot.changed() => {
                if changed.is_err() || self.snapshot.borrow_and_update().stopped {
                    PhoneNews::Stopped
                } else {
                    PhoneNews::Changed
                }
            }
            event = self.events.recv() => match event {
                Ok(DeskEvent::Error { error, .. }) => {
                    self.tell(&error);
                    PhoneNews::Changed
                }
                Ok(DeskEvent::Stopped) | Err(broadcast::error::RecvError::Closed) => PhoneNews::Stopped,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => PhoneNews::Changed,
            },
            // A journal that has ended has said its last.
            Ok(()) = self.recents.changed() => {
                let recents = self.recents.borrow_and_update().clone();
                self.presenter.look_back_on(&recents);
                PhoneNews::Changed
            }
            // Levels are in no snapshot: they change all the time.
            () = tokio::time::sleep(LEVEL_SHOWN), if live => PhoneNews::Changed,
        }
    }

    /// The agent is to see this for a while.
    pub fn tell(&mut self, error: &DeskError) {
        let at = self.snapshot.borrow().at;
        self.presenter.fault(at, error);
    }

    /// What the pages show now.
    pub fn present(&mut self, closing: bool, office: Option<&OfficeView>) -> UiSnapshot {
        let levels = self.desk.levels();
        self.presenter
            .present(&self.snapshot.borrow(), levels, closing, office)
    }

    /// The calls that are over.
    pub fn look_back(&self) -> Option<LookBack> {
        let journal = self.desk.journal()?.clone();
        Some(self.presenter.look_back(journal))
    }

    /// One of the devices the agent looks at, to be remembered.
    pub fn device(&self, role: DeviceRole, id: &str) -> Option<Device> {
        let snapshot = self.snapshot.borrow();
        let listed = snapshot.devices.as_ref()?;
        let listed = match role {
            DeviceRole::Microphone => &listed.inputs,
            DeviceRole::Speaker | DeviceRole::Ringer => &listed.outputs,
        };
        let found = listed.iter().find(|device| device.id == id)?;
        Some(Device {
            id: found.id.clone(),
            name: Some(found.name.clone()),
        })
    }

    /// How long it has been running.
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether anybody would be lost if the phone stopped now.
    pub fn has_calls(&self) -> bool {
        self.snapshot
            .borrow()
            .calls
            .iter()
            .any(|call| call.ending.is_none())
    }

    /// Ends all calls, un-registers and stops.
    pub async fn quit(self) {
        let quit = self.desk.send(UserAction::Quit);
        if tokio::time::timeout(FAREWELL, quit).await.is_err() {
            tracing::warn!("the server did not say farewell in time");
        }
    }
}

/// Often enough for the eye to take the meter for the voice.
const LEVEL_SHOWN: Duration = Duration::from_millis(150);

/// A server that does not answer must not keep the window: later than the desk's own limits, which
/// are four seconds for the server and then two for the sound.
const FAREWELL: Duration = Duration::from_secs(7);
