//! The one task that owns the office.

use std::{collections::BTreeMap, future::pending, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::{broadcast::error::RecvError, mpsc, oneshot, watch},
    task::JoinSet,
    time::{Instant, sleep_until},
};
use warmline_call::CallId;
use warmline_entra::{Config as EntraConfig, Consent, Entra, State, WhoMayConsent};
use warmline_graph::{CardView, Config as GraphConfig, Experts, People, PersonId};
use warmline_journal::Remembered;
use warmline_sip::redact::Pii;

use super::{
    Office, OfficeAsk, OfficeConfig, OfficeView, PeopleView, PhoneView, SentCard, SignInView,
    bearer::Bearer,
    looking::Looking,
    provisioning::{self, NotProvisioned, Policy, Provisioned, Tenant},
};
use crate::{
    Desk, DeskEvent,
    error::{DeskError, ErrorCode},
    network,
    profile::{Auth, Profile},
    snapshot::Snapshot,
};

/// What reaches the office from outside.
#[derive(Debug)]
pub(super) enum Inbox {
    Desk(Desk),
    Ask(OfficeAsk, oneshot::Sender<Result<(), DeskError>>),
}

/// What the sign-ins and the experts of a tenant say.
enum News {
    SignIn(usize, State),
    People(usize, Arc<People>),
    TeamsCall(bool),
    Card,
    TokenWanted,
}

pub(super) struct Running {
    pub(super) config: OfficeConfig,
    client: reqwest::Client,
    extra_ca: Option<Vec<u8>>,
    /// The agent's own first.
    pub(super) tenants: Vec<TenantAt>,
    /// Which tenant the experts of each line are of.
    pub(super) lines: Vec<usize>,
    pub(super) profiles: Arc<[Profile]>,
    pub(super) policy: Policy,
    phone: PhoneView,
    /// As soon as somebody is signed in.
    asks_for_all: bool,
    fetching: Option<Fetching>,
    /// When the provider is asked again by itself, and how often it was.
    again: Option<Instant>,
    tries: u32,
    pub(super) desk: Option<Desk>,
    pub(super) snapshot: Option<watch::Receiver<Snapshot>>,
    pub(super) recents: Option<watch::Receiver<Arc<[Remembered]>>>,
    pub(super) look: Looking,
    pub(super) cards: BTreeMap<CallId, Sending>,
    /// Who is consulted about which customer's call.
    pub(super) consulted: BTreeMap<CallId, (PersonId, Pii<String>)>,
    pub(super) favourites: Vec<PersonId>,
    in_teams_call: bool,
    bearer: Bearer,
    news_in: mpsc::Sender<News>,
    /// What carries news here; each ends with what it listens to.
    pub(super) listeners: JoinSet<()>,
    view: watch::Sender<Arc<OfficeView>>,
    people: watch::Sender<PeopleView>,
}

/// A tenant that the agent serves.
pub(super) struct TenantAt {
    tenant: Tenant,
    pub(super) customer: Option<String>,
    pub(super) entra: Entra,
    pub(super) state: State,
    pub(super) experts: Option<Experts>,
    pub(super) people: Arc<People>,
    device_code: bool,
}

/// A card on its way, or there.
pub(super) struct Sending {
    pub(super) to: Pii<String>,
    pub(super) card: watch::Receiver<CardView>,
}

type Fetching = Pin<Box<dyn Future<Output = Result<Provisioned, NotProvisioned>> + Send>>;

pub(super) fn open(config: OfficeConfig) -> Result<Office, DeskError> {
    // The one provider of the whole program; it may have been installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let extra_ca = config.sign_in.extra_ca()?;
    let client = client(extra_ca.as_deref())?;
    let (asks, asked) = mpsc::channel(ASKS);
    let (news_in, news) = mpsc::channel(NEWS);
    let tenant = Tenant {
        cloud: config.sign_in.cloud.clone(),
        tenant: config.sign_in.tenant.clone(),
        client_id: config.sign_in.client_id.clone(),
    };
    let device_code = config.sign_in.device_code;
    let (people, people_watched) = watch::channel(PeopleView::default());
    let favourites = config.favourites.clone();
    let (view, view_watched) = watch::channel(Arc::new(OfficeView {
        sign_ins: Vec::new(),
        phone: PhoneView::None,
        cards: BTreeMap::new(),
        asked: BTreeMap::new(),
        in_teams_call: false,
        favourites: favourites.clone(),
    }));
    let mut running = Running {
        config,
        client,
        extra_ca,
        tenants: Vec::new(),
        lines: Vec::new(),
        profiles: Arc::new([]),
        policy: Policy::default(),
        phone: PhoneView::None,
        asks_for_all: false,
        fetching: None,
        again: None,
        tries: 0,
        desk: None,
        snapshot: None,
        recents: None,
        look: Looking::default(),
        cards: BTreeMap::new(),
        consulted: BTreeMap::new(),
        favourites,
        in_teams_call: false,
        bearer: Bearer::new(),
        news_in,
        listeners: JoinSet::new(),
        view,
        people,
    };
    running.serve(tenant, None, device_code);
    running.publish();
    // Ends with the last handle.
    tokio::spawn(running.run(asked, news));
    Ok(Office {
        asks,
        view: view_watched,
        people: people_watched,
    })
}

impl Running {
    async fn run(mut self, mut asked: mpsc::Receiver<Inbox>, mut news: mpsc::Receiver<News>) {
        let mut network = network::watch();
        loop {
            tokio::select! {
                _ = network.changed() => self.woke(),
                message = asked.recv() => match message {
                    Some(Inbox::Desk(desk)) => self.attend(desk),
                    Some(Inbox::Ask(ask, answer)) => {
                        let done = self.ask(ask).await;
                        // Who asked may have gone.
                        let _ = answer.send(done);
                    }
                    None => break,
                },
                Some(news) = news.recv() => self.hear(news),
                provisioned = until_there(&mut self.fetching) => {
                    self.fetching = None;
                    self.provisioned(provisioned);
                }
                () = until(self.again), if self.again.is_some() => self.fetch(),
                going_on = changed(&mut self.snapshot) => match going_on {
                    true => self.look_again(),
                    false => {
                        self.snapshot = None;
                        self.desk = None;
                        self.look_again();
                    }
                },
                going_on = changed(&mut self.recents) => match going_on {
                    true => self.remember(),
                    false => self.recents = None,
                },
                Some(ended) = self.listeners.join_next() => {
                    if ended.is_err_and(|error| error.is_panic()) {
                        tracing::error!("a listener of the office has failed");
                    }
                }
            }
            self.publish();
        }
    }

    /// What is shown may be hours old, and what could not be had may be there on this network.
    fn woke(&mut self) {
        for experts in self
            .tenants
            .iter()
            .filter_map(|tenant| tenant.experts.as_ref())
        {
            experts.woke();
        }
        if self.again.is_some() {
            self.fetch();
        }
    }

    /// Opens the sign-in of a tenant, unless it is open.
    fn serve(&mut self, tenant: Tenant, customer: Option<String>, device_code: bool) -> usize {
        if let Some(at) = self.tenants.iter().position(|known| known.tenant == tenant) {
            let known = &mut self.tenants[at];
            known.customer = known.customer.take().or(customer);
            return at;
        }
        let at = self.tenants.len();
        let home = at == 0;
        let entra = warmline_entra::start(EntraConfig {
            cloud: tenant.cloud.clone(),
            tenant: tenant.tenant.clone(),
            client_id: tenant.client_id.clone(),
            provider_scope: home.then(|| self.config.sign_in.provider_scope.clone()),
            device_code,
            keeping: self.config.keeping.clone(),
            opener: self.config.opener.clone(),
            extra_ca: self.extra_ca.clone(),
        });
        let state = self.listen(entra.state(), move |state| News::SignIn(at, state));
        self.tenants.push(TenantAt {
            tenant,
            customer,
            entra,
            state: State::Starting,
            experts: None,
            people: Arc::default(),
            device_code,
        });
        // It may have got somewhere already.
        self.signed(at, state);
        at
    }

    /// What the watch holds; later values come as news.
    fn listen<T: Clone + Send + Sync + 'static>(
        &mut self,
        mut watch: watch::Receiver<T>,
        news: impl Fn(T) -> News + Send + 'static,
    ) -> T {
        let now = watch.borrow_and_update().clone();
        let news_in = self.news_in.clone();
        self.listeners.spawn(async move {
            while watch.changed().await.is_ok() {
                let value = watch.borrow_and_update().clone();
                if news_in.send(news(value)).await.is_err() {
                    return;
                }
            }
        });
        now
    }

    fn hear(&mut self, news: News) {
        match news {
            News::SignIn(at, state) => self.signed(at, state),
            News::People(at, people) => self.tenants[at].people = people,
            News::TeamsCall(up) => self.in_teams_call = up,
            // It is read when the view is made.
            News::Card => {}
            News::TokenWanted => self.bearer.refused(),
        }
    }

    fn signed(&mut self, at: usize, state: State) {
        let tenant = &mut self.tenants[at];
        let granted = match &state {
            State::SignedIn { granted, .. } => Some(Some(granted.clone())),
            // Nothing is lost while more is being asked for.
            State::SigningIn { more, .. } if !more.is_empty() => None,
            State::Starting | State::SignedOut { .. } | State::SigningIn { .. } => Some(None),
        };
        if let (Some(experts), Some(granted)) = (&tenant.experts, granted) {
            experts.granted(granted);
        }
        let before = std::mem::replace(&mut tenant.state, state);
        if at != 0 {
            return;
        }
        match &self.tenants[0].state {
            State::SignedIn { granted, .. } => {
                if std::mem::take(&mut self.asks_for_all) {
                    let all = Consent::LADDER
                        .iter()
                        .filter(|rung| rung.by == WhoMayConsent::Agent);
                    let all = all.flat_map(|rung| rung.scopes).copied();
                    self.tenants[0]
                        .entra
                        .ask(all.filter(|scope| !granted.contains(scope)).collect());
                }
                if matches!(self.phone, PhoneView::None) {
                    self.fetch();
                }
            }
            // The agent wanted it so: the phone goes as soon as nobody is on it. Whoever was signed out
            // otherwise keeps the phone: the PBX knows them still.
            State::SignedOut { why: None } if !matches!(before, State::Starting) => {
                self.phone = PhoneView::None;
                self.fetching = None;
                self.again = None;
            }
            State::SignedOut { why: None } if self.config.at_once => {
                self.config.at_once = false;
                self.asks_for_all = true;
                self.tenants[0].entra.sign_in();
            }
            State::Starting | State::SignedOut { .. } | State::SigningIn { .. } => {}
        }
    }

    /// Asks the provider for the phone.
    pub(super) fn fetch(&mut self) {
        self.again = None;
        if !matches!(self.phone, PhoneView::Ready(_)) {
            self.phone = PhoneView::Fetching;
        }
        let (client, url) = (
            self.client.clone(),
            self.config.sign_in.provisioning.clone(),
        );
        let entra = self.tenants[0].entra.clone();
        let bearer = self.bearer.token();
        self.fetching = Some(Box::pin(async move {
            provisioning::fetch(&client, &url, &entra, &bearer).await
        }));
    }

    fn provisioned(&mut self, provisioned: Result<Provisioned, NotProvisioned>) {
        let Provisioned { lines, policy } = match provisioned {
            Ok(provisioned) => provisioned,
            Err(NotProvisioned { error, passes }) => {
                tracing::warn!(passes, "the provider gives no phone");
                if passes {
                    self.again = Some(Instant::now() + wait(self.tries));
                    self.tries += 1;
                }
                if !matches!(self.phone, PhoneView::Ready(_)) {
                    self.phone = PhoneView::Failed(error);
                }
                return;
            }
        };
        self.tries = 0;
        self.policy = policy;
        self.lines.clear();
        let several = lines.len() > 1;
        let mut profiles = Vec::new();
        for line in lines {
            let customer = line.profile.customer.clone().filter(|_| several);
            let home = self.tenants[0].tenant.clone();
            let device_code = self.policy.device_code;
            let at = self.serve(line.tenant.unwrap_or(home), customer, device_code);
            if let Some(experts) = line.experts {
                self.employ(at, experts);
            }
            self.lines.push(at);
            profiles.push(line.profile);
        }
        if profiles
            .iter()
            .any(|profile| matches!(profile.auth, Auth::Bearer(_)))
        {
            let entra = self.tenants[0].entra.clone();
            if let Some(keeping) = self.bearer.keep_fresh(entra) {
                self.listeners.spawn(keeping);
            }
        }
        self.profiles = profiles.into();
        self.phone = PhoneView::Ready(self.profiles.clone());
        self.look_again();
    }

    /// Reads the experts of a tenant from now on.
    fn employ(&mut self, at: usize, experts: provisioning::Experts) {
        let tenant = &self.tenants[at];
        if tenant.experts.is_some() {
            return;
        }
        let config = GraphConfig {
            cloud: tenant.tenant.cloud.clone(),
            groups: experts.groups,
            tags: experts.tags,
            agents: experts.agents,
            card: self.policy.card.clone(),
            share_presence: self.policy.share_presence && at == 0,
            client_id: tenant.tenant.client_id.clone(),
            extra_ca: self.extra_ca.clone(),
            seed: rand::random(),
        };
        let experts = warmline_graph::start(config, Arc::new(tenant.entra.clone()));
        if let State::SignedIn { granted, .. } = &tenant.state {
            experts.granted(Some(granted.clone()));
        }
        for favourite in &self.favourites {
            experts.favourite(favourite.clone(), true);
        }
        let people = self.listen(experts.people(), move |people| News::People(at, people));
        if at == 0 {
            self.in_teams_call = self.listen(experts.teams_call(), News::TeamsCall);
        }
        let tenant = &mut self.tenants[at];
        tenant.people = people;
        tenant.experts = Some(experts);
        self.remember();
    }

    fn attend(&mut self, desk: Desk) {
        self.snapshot = Some(desk.snapshot());
        self.recents = desk.journal().map(|journal| journal.recents());
        let (mut events, news_in) = (desk.events(), self.news_in.clone());
        self.listeners.spawn(async move {
            loop {
                match events.recv().await {
                    Ok(DeskEvent::TokenWanted(_)) => {
                        if news_in.send(News::TokenWanted).await.is_err() {
                            return;
                        }
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        self.desk = Some(desk);
        self.remember();
        self.look_again();
    }

    pub(super) fn send_card(
        &mut self,
        customer: CallId,
        to: Pii<String>,
        card: watch::Receiver<CardView>,
    ) {
        let watched = card.clone();
        self.listen(watched, |_| News::Card);
        self.cards.insert(customer, Sending { to, card });
    }

    fn publish(&mut self) {
        let sign_ins = self.tenants.iter().map(|tenant| SignInView {
            customer: tenant.customer.clone(),
            state: tenant.state.clone(),
            device_code: tenant.device_code,
        });
        let cards = self.cards.iter().map(|(customer, sending)| {
            let card = sending.card.borrow().clone();
            let to = sending.to.clone();
            (*customer, SentCard { to, card })
        });
        let asked = self.consulted.iter();
        let asked = asked.map(|(customer, (_, name))| (*customer, name.clone()));
        let view = OfficeView {
            sign_ins: sign_ins.collect(),
            phone: self.phone.clone(),
            cards: cards.collect(),
            asked: asked.collect(),
            in_teams_call: self.in_teams_call,
            favourites: self.favourites.clone(),
        };
        self.view.send_replace(Arc::new(view));
        if self.look.shown {
            let people = self.shown_people();
            self.people.send_if_modified(|shown| {
                let news = shown.customer != people.customer
                    || shown.call != people.call
                    || !Arc::ptr_eq(&shown.people, &people.people);
                if news {
                    *shown = people;
                }
                news
            });
        }
    }
}

/// What is said of an office that is closed.
pub(super) fn closed() -> DeskError {
    DeskError::new(ErrorCode::Stopped, "Warmline is closing.", "")
}

fn client(extra_ca: Option<&[u8]>) -> Result<reqwest::Client, DeskError> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .redirect(reqwest::redirect::Policy::none());
    if let Some(pem) = extra_ca {
        let authorities = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| no_ca())?;
        for authority in authorities {
            builder = builder.add_root_certificate(authority);
        }
    }
    builder.build().map_err(|_| no_ca())
}

fn no_ca() -> DeskError {
    DeskError::new(
        ErrorCode::CaFileInvalid,
        "The CA file that the profile names holds no certificate that can be used.",
        "Check `ca_file` in the profile: PEM.",
    )
}

/// How long the provider is left alone after so many tries.
fn wait(tries: u32) -> Duration {
    let longest = Duration::from_secs(60);
    let wait = Duration::from_secs(2) * 2u32.pow(tries.min(5));
    wait.min(longest).mul_f64(rand::random_range(0.8..1.2))
}

async fn until_there(fetching: &mut Option<Fetching>) -> Result<Provisioned, NotProvisioned> {
    match fetching {
        Some(fetching) => fetching.await,
        None => pending().await,
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

/// Waits for another value; false if there will be none.
async fn changed<T>(watch: &mut Option<watch::Receiver<T>>) -> bool {
    match watch {
        Some(watch) => watch.changed().await.is_ok(),
        None => pending().await,
    }
}

/// What may wait to be read.
const ASKS: usize = 64;
const NEWS: usize = 64;
/// The provider is given so long to take the connection, and to answer.
const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(30);
