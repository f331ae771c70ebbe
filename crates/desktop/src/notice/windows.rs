//! Toasts, by the notification platform of Windows 10 and later. The platform asks for a name by which it
//! knows the program, which an installer or we ourselves write into the agent's part of the registry.

use std::collections::HashMap;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use windows::{
    Data::Xml::Dom::XmlDocument,
    Foundation::TypedEventHandler,
    UI::Notifications::{
        ToastActivatedEventArgs, ToastNotification, ToastNotificationManager, ToastNotifier,
    },
    core::{HSTRING, IInspectable, Interface as _, Ref, Result},
};

use super::{Ask, Pressed};
use crate::{attention::Button, phone::CallNumber, registry, tongue::Tongue};

/// Works until nobody wants anything any more.
pub(super) async fn run(mut asked: UnboundedReceiver<Ask>, press: UnboundedSender<Pressed>) {
    let named = registry::set(
        &format!(r"Software\Classes\AppUserModelId\{NAME}"),
        "DisplayName",
        "Warmline",
    );
    if let Err(error) = named {
        tracing::warn!(%error, "notifications may not be shown");
    }
    let mut standing: HashMap<CallNumber, ToastNotification> = HashMap::new();
    while let Some(ask) = asked.recv().await {
        let done = match ask {
            Ask::Show { call, who, tongue } => show(call, &who, &tongue, &press).map(|toast| {
                standing.insert(call, toast);
            }),
            Ask::Withdraw(call) => match standing.remove(&call) {
                Some(toast) => notifier().and_then(|notifier| notifier.Hide(&toast)),
                None => Ok(()),
            },
        };
        if let Err(error) = done {
            tracing::warn!(%error, "a notification cannot be shown or taken away");
        }
    }
}

fn notifier() -> Result<ToastNotifier> {
    ToastNotificationManager::CreateToastNotifierWithId(&HSTRING::from(NAME))
}

fn show(
    call: CallNumber,
    who: &str,
    tongue: &Tongue,
    press: &UnboundedSender<Pressed>,
) -> Result<ToastNotification> {
    let document = XmlDocument::new()?;
    document.LoadXml(&HSTRING::from(xml(who, tongue)))?;
    let toast = ToastNotification::CreateToastNotification(&document)?;
    let press = press.clone();
    let activated = move |_: Ref<ToastNotification>, args: Ref<IInspectable>| -> Result<()> {
        let args: ToastActivatedEventArgs = args.ok()?.cast()?;
        let button = match args.Arguments()?.to_string_lossy().as_str() {
            "answer" => Button::Answer,
            "reject" => Button::Reject,
            _ => Button::Open,
        };
        // The phone may be about to end.
        let _ = press.send(Pressed {
            call,
            button,
            token: None,
        });
        Ok(())
    };
    toast.Activated(&TypedEventHandler::new(activated))?;
    notifier()?.Show(&toast)?;
    Ok(toast)
}

/// Its sound is the phone's own ring.
fn xml(who: &str, tongue: &Tongue) -> String {
    let said: [&str; 4] = [who, &tongue.incoming, &tongue.answer, &tongue.reject];
    let [who, title, answer, reject] = said.map(escaped);
    format!(
        "<toast scenario=\"incomingCall\" launch=\"open\"><visual><binding template=\"ToastGeneric\">\
         <text>{who}</text><text>{title}</text></binding></visual><actions>\
         <action content=\"{answer}\" arguments=\"answer\"/>\
         <action content=\"{reject}\" arguments=\"reject\"/></actions><audio silent=\"true\"/></toast>"
    )
}

/// A name comes from outside and is no markup, nor is what a page says.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// By which Windows knows the program.
const NAME: &str = "app.warmline.phone";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        let xml = xml("<action content=\"&\"/>", &Tongue::default());
        let escaped = "&lt;action content=&quot;&amp;&quot;/&gt;";
        assert!(xml.contains(escaped), "{xml}");
    }
}
