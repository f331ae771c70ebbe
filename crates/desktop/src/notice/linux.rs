//! The notifications of freedesktop.org, version 1.2 of their specification, by D-Bus.

use std::{collections::HashMap, future::pending};

use futures_util::StreamExt as _;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use zbus::{Connection, zvariant::Value};

use bus::NotificationsProxy;

use super::{ANSWER, Ask, Pressed, REJECT, TITLE};
use crate::{attention::Button, phone::CallNumber};

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
    // The desktop may have none, and calls come in all the same.
    if let Err(error) = serve(&mut asked, &press).await {
        tracing::warn!(%error, "the desktop shows no notifications");
        asked.close();
        pending().await
    }
}

async fn serve(
    asked: &mut UnboundedReceiver<Ask>,
    press: &UnboundedSender<Pressed>,
) -> zbus::Result<()> {
    let connection = Connection::session().await?;
    let desktop = NotificationsProxy::new(&connection).await?;
    let mut invoked = desktop.receive_action_invoked().await?;
    let mut tokens = desktop.receive_activation_token().await?;
    let mut standing: HashMap<CallNumber, u32> = HashMap::new();
    // It comes before the action that it is for.
    let mut token: Option<(u32, String)> = None;
    loop {
        tokio::select! {
            biased;
            Some(signal) = tokens.next() => {
                let args = signal.args()?;
                token = Some((args.id, args.activation_token.clone()));
            }
            Some(signal) = invoked.next() => {
                let args = signal.args()?;
                // All programs hear of all notifications.
                let of = standing.iter().find(|(_, id)| **id == args.id);
                let button = match args.action_key.as_str() {
                    "answer" => Some(Button::Answer),
                    "reject" => Some(Button::Reject),
                    "default" => Some(Button::Open),
                    _ => None,
                };
                if let (Some((call, id)), Some(button)) = (of, button) {
                    let token = token.take().filter(|(of, _)| of == id);
                    let _ = press.send(Pressed { call: *call, button, token: token.map(|(_, token)| token) });
                }
            }
            ask = asked.recv() => match ask {
                Some(Ask::Show { call, who }) => {
                    match show(&desktop, standing.get(&call).copied(), &who).await {
                        Ok(id) => {
                            standing.insert(call, id);
                        }
                        Err(error) => tracing::warn!(%error, "a call has no notification"),
                    }
                }
                Some(Ask::Withdraw(call)) => {
                    if let Some(id) = standing.remove(&call)
                        && let Err(error) = desktop.close_notification(id).await
                    {
                        // The agent may have closed it.
                        tracing::debug!(%error, "a notification is gone already");
                    }
                }
                None => return Ok(()),
            },
        }
    }
}

async fn show(
    desktop: &NotificationsProxy<'_>,
    before: Option<u32>,
    who: &str,
) -> zbus::Result<u32> {
    let hints = HashMap::from([
        ("urgency", Value::from(CRITICAL)),
        ("category", Value::from("call.incoming")),
        // The phone rings by itself.
        ("suppress-sound", Value::from(true)),
    ]);
    let actions = ["default", "Open", "answer", ANSWER, "reject", REJECT];
    let replaces = before.unwrap_or_default();
    // Who calls stands in the summary: in the body some desktops would read markup.
    desktop
        .notify(
            "Warmline", replaces, "warmline", who, TITLE, &actions, hints, NEVER,
        )
        .await
}

/// Of the three there are: it stays until it is taken away.
const CRITICAL: u8 = 2;

/// It does not expire by itself.
const NEVER: i32 = 0;
