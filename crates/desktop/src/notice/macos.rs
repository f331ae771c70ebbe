//! The system shows notifications of signed programs alone, and hands their buttons to a delegate of the
//! program: there are none yet. The window comes before the others, and the icon in the dock bounces.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::{Ask, Pressed};

/// Works until nobody wants anything any more.
pub(super) async fn run(mut asked: UnboundedReceiver<Ask>, _press: UnboundedSender<Pressed>) {
    while let Some(ask) = asked.recv().await {
        match ask {
            Ask::Show { call, .. } | Ask::Withdraw(call) => {
                tracing::trace!(call = call.0, "no notifications here");
            }
        }
    }
}
