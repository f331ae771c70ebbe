//! A shift that begins with a sign-in: the agent, their phone and the experts.

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{
    sync::{broadcast::Receiver, watch},
    time::timeout,
};
use warmline_desk::{
    CallId, Desk, DeskConfig, DeskEvent, EngineConfig, Registration, UserAction,
    experts::Ranked,
    office::{Office, OfficeAsk, OfficeConfig, OfficeView, PeopleView, PhoneView},
    profile::Access,
    sign_in::{Keeping, Opener},
};
use warmline_practice::{Place, Practice, Scenario, agree};

/// A contact centre, and an agent who signs in to it.
pub struct OfficeShift {
    /// The sign-in and the experts.
    pub office: Office,
    /// The phone that the provider has described.
    pub desk: Desk,
    /// It ends with the shift.
    pub practice: Practice,
    events: Receiver<DeskEvent>,
    view: watch::Receiver<Arc<OfficeView>>,
    people: watch::Receiver<PeopleView>,
    _folder: TempDir,
}

impl OfficeShift {
    /// Begins: the agent is signed in and registered.
    pub async fn begin(scenario: &str) -> Self {
        let scenario = Scenario::parse(scenario, None).unwrap_or_else(|error| panic!("{error}"));
        let practice = Practice::start_at(scenario, &Place::default()).await;
        Self::at(practice.unwrap_or_else(|error| panic!("{error}")), true).await
    }

    /// Begins for two customers: each has a line, a tenant and experts of its own.
    pub async fn begin_for_two(first: &str, second: &str) -> (Self, Practice) {
        let open = async |scenario| {
            let scenario = Scenario::parse(scenario, None);
            let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
            let practice = Practice::start_at(scenario, &Place::default()).await;
            practice.unwrap_or_else(|error| panic!("{error}"))
        };
        let (home, other) = (open(first).await, open(second).await);
        home.office().also_serves("Fabrikam", other.office());
        (Self::at(home, true).await, other)
    }

    /// The same, and the agent has granted nothing yet but to be known.
    pub async fn begin_with_little(scenario: &str) -> Self {
        let scenario = Scenario::parse(scenario, None).unwrap_or_else(|error| panic!("{error}"));
        let practice = Practice::start_at(scenario, &Place::default()).await;
        Self::at(practice.unwrap_or_else(|error| panic!("{error}")), false).await
    }

    async fn at(practice: Practice, grants_all: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let profile = practice.write_sign_in_profile(folder.path());
        let profile = profile.unwrap_or_else(|error| panic!("{error}"));
        let Ok(Access::SignIn(sign_in)) = Access::load(&profile) else {
            panic!("{} is no sign-in", profile.display());
        };
        let office = Office::open(OfficeConfig {
            sign_in: *sign_in,
            keeping: Keeping::Nowhere,
            opener: Opener::new(agree),
            at_once: grants_all,
            favourites: Vec::new(),
        });
        let office = office.unwrap_or_else(|error| panic!("{error}"));
        let mut view = office.view();
        if !grants_all {
            let sign_in = OfficeAsk::SignIn {
                tenant: 0,
                device_code: false,
            };
            let asked = office.ask(sign_in).await;
            asked.unwrap_or_else(|error| panic!("{error}"));
        }
        let provided = timeout(
            PATIENCE,
            view.wait_for(|view| matches!(view.phone, PhoneView::Ready(_))),
        );
        let provided = provided.await.expect("in time").expect("an office").clone();
        let PhoneView::Ready(profiles) = &provided.phone else {
            unreachable!("only a phone is waited for");
        };
        let mut config =
            DeskConfig::from_profiles(profiles).unwrap_or_else(|error| panic!("{error}"));
        config.audio = EngineConfig::silent();
        let desk = warmline_desk::start(config).unwrap_or_else(|error| panic!("{error}"));
        office.attend(desk.clone());
        let mut shift = Self {
            events: desk.events(),
            view: office.view(),
            people: office.people(),
            office,
            desk,
            practice,
            _folder: folder,
        };
        shift
            .until(|event| {
                matches!(
                    event,
                    DeskEvent::Registration(_, Registration::Registered { .. })
                )
            })
            .await;
        shift
    }

    /// Waits for an event of the phone and passes over the others.
    ///
    /// # Panics
    /// It does not come.
    pub async fn until(&mut self, wanted: impl Fn(&DeskEvent) -> bool) -> DeskEvent {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("an event");
                if wanted(&event) {
                    return event;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("in time")
    }

    /// Waits for a customer, answers, and gives their call.
    pub async fn answers(&mut self) -> CallId {
        let rings = |event: &DeskEvent| matches!(event, DeskEvent::Incoming(_));
        let DeskEvent::Incoming(call) = self.until(rings).await else {
            unreachable!("only such an event is waited for");
        };
        self.act(UserAction::Answer(call.id)).await;
        self.until(|event| *event == DeskEvent::FirstAudio(call.id))
            .await;
        call.id
    }

    /// Does something that must be possible.
    pub async fn act(&mut self, action: UserAction) {
        let done = self.desk.send(action).await;
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Asks the office for something that must be possible.
    pub async fn asks(&mut self, ask: OfficeAsk) {
        let done = self.office.ask(ask).await;
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Looks at the panel, with this in its search.
    pub async fn looks(&mut self, search: &str) {
        self.asks(OfficeAsk::Look {
            shown: true,
            search: search.to_owned().into(),
            first: 0,
            rows: 50,
        })
        .await;
    }

    /// Waits until the office is so.
    pub async fn office_is(&mut self, so: impl Fn(&OfficeView) -> bool) -> Arc<OfficeView> {
        let view = timeout(PATIENCE, self.view.wait_for(|view| so(view))).await;
        match view {
            Ok(view) => view.expect("an office").clone(),
            Err(_) => panic!("{:?}", self.office.view().borrow()),
        }
    }

    /// Waits until the panel is so.
    pub async fn people_are(&mut self, so: impl Fn(&PeopleView) -> bool) -> PeopleView {
        let people = timeout(PATIENCE, self.people.wait_for(|people| so(people))).await;
        match people {
            Ok(people) => people.expect("an office").clone(),
            Err(_) => panic!("{:?}", self.office.people().borrow()),
        }
    }
}

/// The name of somebody who is shown.
pub fn name(ranked: &Ranked) -> &str {
    ranked.person.name.expose()
}

/// Longer than anything here takes: after several failures in a row a roster is silent for up to a minute.
const PATIENCE: Duration = Duration::from_secs(90);
