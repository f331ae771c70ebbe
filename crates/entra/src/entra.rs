//! Carries out what a [`SignIn`] decides. One task owns it; everybody else holds an [`Entra`].

mod task;

use async_trait::async_trait;
use rand::{SeedableRng as _, rngs::StdRng};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    config::Config,
    http::Http,
    scope::Scopes,
    sign_in::{Event, Method, Settings, SignIn, Wanted},
    state::State,
    tokens::{AccessToken, Audience, TokenError, Tokens},
    vault::Vault,
};
use task::{Order, Task};

/// The sign-in to one tenant, for whoever shows it and whoever needs a token. When the last of them is
/// dropped it ends; what is kept stays. A watch of its [`State`] closes when everything is put away: another
/// one for the same tenant and application must not begin before that.
#[derive(Clone, Debug)]
pub struct Entra {
    orders: mpsc::UnboundedSender<Order>,
    state: watch::Receiver<State>,
}

/// Begins to look for what is kept, on the current tokio runtime.
///
/// # Panics
/// There is no runtime, or no rustls provider has been installed.
pub fn start(config: Config) -> Entra {
    let machine = SignIn::new(Settings::new(&config), StdRng::from_rng(&mut rand::rng()));
    let (orders, received) = mpsc::unbounded_channel();
    let (said, state) = watch::channel(State::Starting);
    let task = Task::new(
        machine,
        Http::new(config.extra_ca.as_deref()),
        Vault::new(&config),
        config.opener,
        said,
    );
    tokio::spawn(task.run(received));
    Entra { orders, state }
}

impl Entra {
    /// How it stands, now and from now on.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// The agent signs in, in the browser.
    pub fn sign_in(&self) {
        self.tell(Event::SignIn(Method::Browser));
    }

    /// The agent signs in by a code, in place of the browser, if policy lets them.
    pub fn use_device_code(&self) {
        self.tell(Event::SignIn(Method::DeviceCode));
    }

    /// Shows the page again.
    pub fn open_page(&self) {
        self.tell(Event::OpenPage);
    }

    /// The agent does not want to sign in any more, or not to be asked. Whoever is signed in stays so.
    pub fn cancel(&self) {
        self.tell(Event::Cancel);
    }

    /// Forgets whoever is signed in, and everything that is kept of them. Nobody gets a token from now on;
    /// returns when the keychain and the disk hold nothing any more, or cannot be made to: then the state
    /// says so.
    pub async fn sign_out(&self) {
        let (done, wiped) = oneshot::channel();
        let _ = self.orders.send(Order::SignOut(done));
        // Dropped: the runtime ends, and with it everything in memory.
        let _ = wiped.await;
    }

    /// Asks the agent, in the browser, to grant this too. What comes of it stands in the state. Nothing
    /// happens while something else is asked, while nobody is signed in, or if it is granted already.
    pub fn ask(&self, scopes: Scopes) {
        self.tell(Event::Ask(scopes));
    }

    fn tell(&self, event: Event) {
        // Without a task the runtime ends; nobody is there to see what becomes of it.
        let _ = self.orders.send(Order::Event(event));
    }
}

#[async_trait]
impl Tokens for Entra {
    async fn token(&self, audience: Audience<'_>) -> Result<AccessToken, TokenError> {
        let wanted = match audience {
            Audience::Graph(scopes) => Wanted::Graph(scopes.to_vec()),
            Audience::Provider => Wanted::Provider,
        };
        let (answer, answered) = oneshot::channel();
        let _ = self.orders.send(Order::Token { wanted, answer });
        answered.await.unwrap_or(Err(TokenError::SignedOut))
    }

    async fn refused(&self, token: &AccessToken, claims: Option<&str>) {
        // In order with whatever this asker asks next.
        self.tell(Event::Refused {
            token: token.clone(),
            claims: claims.map(str::to_owned),
        });
    }
}

#[cfg(test)]
mod tests;
