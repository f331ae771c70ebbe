//! The notifications of freedesktop.org, version 1.2 of their specification, by D-Bus.

use std::{collections::HashMap, future::pending, time::Duration};

use futures_util::StreamExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use zbus::{Connection, zvariant::Value};

use bus::{ActionInvokedStream, ActivationTokenStream, NotificationsProxy};

use super::{Ask, Pressed};
use crate::{attention::Button, phone::CallNumber, tongue::Tongue};

/// What the macro writes is more than is used, and public.
#[allow(dead_code, unreachable_pub)]
mod bus {
    use std::collections::HashMap;

    use zbus::{proxy, zvariant::Value};

    #[proxy(
        interface = "org.freedesktop.Notifications",
        default_service = "org.freedesktop.Notifications",
        default_path = "/org/freedesktop/Notifications",
        gen_blocking = false
    )]
    pub(super) trait Notifications {
        #[allow(clippy::too_many_arguments)] // As many as the specification has.
        fn notify(
            &self,
            app_name: &str,
            replaces_id: u32,
            app_icon: &str,
            summary: &str,
            body: &str,
            actions: &[&str],
            hints: HashMap<&str, Value<'_>>,
            expire_timeout: i32,
        ) -> zbus::Result<u32>;

        fn close_notification(&self, id: u32) -> zbus::Result<()>;

        #[zbus(signal)]
        fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;

        #[zbus(signal)]
        fn activation_token(&self, id: u32, activation_token: String) -> zbus::Result<()>;
    }
}

/// Works until nobody wants anything any more, and takes away what stands then.
pub(super) async fn run(mut asked: UnboundedReceiver<Ask>, press: UnboundedSender<Pressed>) {
    let mut notices: Option<Notices> = None;
    loop {
        let ask = tokio::select! {
            biased;
            pressed = next(&mut notices) => {
                let _ = press.send(pressed);
                continue;
            }
            ask = asked.recv() => ask,
        };
        match ask {
            Some(Ask::Show { call, who, tongue }) => {
                // The desktop may have none yet, or none any more, and calls come in all the same.
                if let Err(error) = show(&mut notices, call, &who, &tongue).await {
                    tracing::warn!(%error, "a call has no notification");
                    notices.take_if(|notices| notices.standing.is_empty());
                }
            }
            Some(Ask::Withdraw(call)) => {
                if let Some(notices) = &mut notices {
                    notices.withdraw(call).await;
                }
            }
            None => break,
        }
    }
    if let Some(mut notices) = notices {
        for call in notices.standing.keys().copied().collect::<Vec<_>>() {
            notices.withdraw(call).await;
        }
    }
}

async fn next(notices: &mut Option<Notices>) -> Pressed {
    match notices {
        Some(notices) => notices.pressed().await,
        None => pending().await,
    }
}

async fn show(
    notices: &mut Option<Notices>,
    call: CallNumber,
    who: &str,
    tongue: &Tongue,
) -> zbus::Result<()> {
    let notices = match notices {
        Some(notices) => notices,
        None => notices.insert(in_time(Notices::open()).await?),
    };
    let before = notices.standing.get(&call).copied();
    let id = in_time(notify(&notices.desktop, before, who, tongue)).await?;
    notices.standing.insert(call, id);
    Ok(())
}

/// The desktop's notifications, and which of them are ours.
struct Notices {
    desktop: NotificationsProxy<'static>,
    invoked: ActionInvokedStream,
    tokens: ActivationTokenStream,
    standing: HashMap<CallNumber, u32>,
    /// It comes before the action that it is for.
    token: Option<(u32, String)>,
}

impl Notices {
    async fn open() -> zbus::Result<Self> {
        let connection = Connection::session().await?;
        let desktop = NotificationsProxy::new(&connection).await?;
        Ok(Self {
            invoked: desktop.receive_action_invoked().await?,
            tokens: desktop.receive_activation_token().await?,
            desktop,
            standing: HashMap::new(),
            token: None,
        })
    }

    /// Waits until the agent presses a button.
    async fn pressed(&mut self) -> Pressed {
        loop {
            tokio::select! {
                biased;
                Some(signal) = self.tokens.next() => {
                    if let Ok(args) = signal.args() {
                        self.token = Some((args.id, args.activation_token.clone()));
                    }
                }
                Some(signal) = self.invoked.next() => {
                    if let Ok(args) = signal.args()
                        && let Some(pressed) = self.meant(args.id, &args.action_key)
                    {
                        return pressed;
                    }
                }
                // The desktop's bus is gone.
                else => pending().await,
            }
        }
    }

    /// All programs hear of all notifications.
    fn meant(&mut self, id: u32, action: &str) -> Option<Pressed> {
        let (call, _) = self.standing.iter().find(|(_, of)| **of == id)?;
        let button = match action {
            "answer" => Button::Answer,
            "reject" => Button::Reject,
            "default" => Button::Open,
            _ => return None,
        };
        let token = self.token.take().filter(|(of, _)| *of == id);
        Some(Pressed {
            call: *call,
            button,
            token: token.map(|(_, token)| token),
        })
    }

    async fn withdraw(&mut self, call: CallNumber) {
        if let Some(id) = self.standing.remove(&call)
            && let Err(error) = in_time(self.desktop.close_notification(id)).await
        {
            // The agent may have closed it.
            tracing::debug!(%error, "a notification is gone already");
        }
    }
}

/// A desktop that hangs keeps nobody.
async fn in_time<T>(answer: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    let late = |_| zbus::Error::Failure("no answer in time".to_owned());
    tokio::time::timeout(LIMIT, answer).await.map_err(late)?
}

async fn notify(
    desktop: &NotificationsProxy<'_>,
    before: Option<u32>,
    who: &str,
    tongue: &Tongue,
) -> zbus::Result<u32> {
    let hints = HashMap::from([
        ("urgency", Value::from(CRITICAL)),
        ("category", Value::from("call.incoming")),
        // The phone rings by itself.
        ("suppress-sound", Value::from(true)),
    ]);
    let Tongue {
        open,
        incoming,
        answer,
        reject,
        ..
    } = tongue;
    let actions: [&str; 6] = ["default", open, "answer", answer, "reject", reject];
    let replaces = before.unwrap_or_default();
    // Who calls stands in the summary: in the body some desktops would read markup.
    desktop
        .notify(
            "Warmline", replaces, "warmline", who, incoming, &actions, hints, NEVER,
        )
        .await
}

/// Of the three there are: it stays until it is taken away.
const CRITICAL: u8 = 2;

/// Longer than any desktop takes that works.
const LIMIT: Duration = Duration::from_secs(2);

/// It does not expire by itself.
const NEVER: i32 = 0;
