//! How a phone begins, or the office where the agent signs in: what may take its time.

use std::{path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use tauri::async_runtime::spawn_blocking;
use warmline_desk::{
    DeskError, Profile, journal::Journal, log::LogHealth, policy::Settings, profile::Access,
    sign_in::Opener,
};
use warmline_ipc::{Open, Phone, UiProblem, UiProblemKind};
use warmline_practice::{Centre, CentreError, agree};

use super::Practise;

/// What a beginning needs.
pub(super) struct Beginning {
    pub(super) wait: Duration,
    /// What the provider says of the phone, if it has.
    pub(super) provided: Option<Arc<[Profile]>>,
    /// The practice to be opened first, with a profile of its own.
    pub(super) to_open: Option<Practise>,
    pub(super) profile: PathBuf,
    /// Who stands in for the browser in practice.
    pub(super) opener: Option<Opener>,
    pub(super) settings: Settings,
    pub(super) journal: Journal,
    pub(super) log: Option<LogHealth>,
}

impl Beginning {
    /// Begins, after the wait.
    pub(super) async fn begin(self) -> Result<Begun, NoPhone> {
        tokio::time::sleep(self.wait).await;
        if let Some(profiles) = &self.provided {
            return Ok(Begun::Phone(self.phone(profiles.clone()).await?, None));
        }
        let centre = match &self.to_open {
            Some(Practise(scenario)) => {
                let opened = Centre::open(scenario.clone()).await;
                Some(opened.map_err(|error| NoPhone::Practice(problem(&error)))?)
            }
            None => None,
        };
        let opened = centre.as_ref();
        let profile = opened.map_or(&*self.profile, Centre::profile).to_owned();
        let read = spawn_blocking(move || Access::load(&profile)).await;
        let access = read.expect("reading a profile does not panic");
        Ok(match access.map_err(NoPhone::Desk)? {
            Access::Phone(profile) => Begun::Phone(self.phone([*profile].into()).await?, centre),
            Access::SignIn(sign_in) => {
                let opener = opened.map(|_| stand_in()).or(self.opener);
                let browser = Opener::new(|page| open::that_detached(page.as_str()));
                let office = Open::begin(*sign_in, &self.settings, opener, browser);
                Begun::Office(Box::new(office.map_err(NoPhone::Desk)?), centre)
            }
        })
    }

    async fn phone(&self, profiles: Arc<[Profile]>) -> Result<Box<Phone>, NoPhone> {
        let (journal, log) = (self.journal.clone(), self.log.clone());
        let phone = Phone::start(profiles, self.settings.clone(), journal, log).await;
        phone.map(Box::new).map_err(NoPhone::Desk)
    }
}

/// Who agrees to the sign-in in the place of a browser: practice has no account.
pub(super) fn stand_in() -> Opener {
    Opener::new(agree)
}

fn problem(error: &CentreError) -> UiProblem {
    let advice = match error {
        CentreError::Scenario(_) => MEND,
        CentreError::Practice(_) | CentreError::Folder(_) => AGAIN,
    };
    UiProblem {
        kind: UiProblemKind::Practice,
        words: error.to_string(),
        advice: Some(advice.to_owned()),
    }
}

const MEND: &str = "Mend the scenario and try again; docs/practice.md says what may stand in it.";
const AGAIN: &str = "Try again. If it keeps happening, tell your administrator.";

/// What has begun, and the practice that it was opened for.
pub(super) enum Begun {
    Phone(Box<Phone>, Option<Centre>),
    Office(Box<Open>, Option<Centre>),
    /// What was there has ended.
    Nothing,
}

/// Why there is no phone.
pub(super) enum NoPhone {
    Desk(DeskError),
    Practice(UiProblem),
}

pub(super) type Starting = Pin<Box<dyn Future<Output = Result<Begun, NoPhone>> + Send>>;

/// What came of what is under way, if anything is.
pub(super) async fn until_started(starting: &mut Option<Starting>) -> Result<Begun, NoPhone> {
    match starting {
        Some(starting) => starting.await,
        None => std::future::pending().await,
    }
}
