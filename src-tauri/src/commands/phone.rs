use tauri::{State, ipc::Channel};
use warmline_desk::{ErrorCode, UserAction, number};
use warmline_ipc::{Asked, UiAction, UiError, UiNumber, UiPeople, UiShown};

use crate::shell::Shell;

/// Sends the page every snapshot, beginning with the present one, for as long as the page lives.
#[tauri::command]
pub(crate) fn watch(shell: State<'_, Shell>, channel: Channel<UiShown>) {
    shell.watch(channel);
}

/// Sends the page what its panel of experts shows, for as long as the page lives.
#[tauri::command]
pub(crate) fn watch_people(shell: State<'_, Shell>, channel: Channel<UiPeople>) {
    shell.watch_people(channel);
}

/// Does what the agent asked for. Success says only that it was understood: what comes of it is in
/// the snapshots.
#[tauri::command]
pub(crate) async fn act(shell: State<'_, Shell>, action: UiAction) -> Result<(), UiError> {
    match action.asked()? {
        Asked::Desk(action) => {
            let desk = shell.desk().ok_or_else(UiError::no_phone)?;
            let dismissing = matches!(action, UserAction::Dismiss(_));
            match desk.send(action).await {
                // A card that is already gone is what was wanted: the phone forgets old calls itself.
                Err(error) if dismissing && error.code == ErrorCode::NoSuchCall => {}
                answer => drop(answer?),
            }
        }
        Asked::LookAtSound(looking) => shell.look_at_sound(looking),
        Asked::ChooseDevice(role, id) => shell.choose_device(role, id).await?,
        Asked::SetLoudness(of, percent) => shell.set_loudness(of, percent).await?,
        Asked::SetVoice(change) => shell.set_voice(change).await?,
        Asked::Forget(recent) => {
            let desk = shell.desk().ok_or_else(UiError::no_phone)?;
            if let Some(journal) = desk.journal() {
                journal.forget(recent);
            }
        }
        Asked::Office(ask) => {
            // A page that shows no experts asks in vain.
            if let Some(office) = shell.office() {
                office.ask(ask).await?;
            }
        }
        Asked::Desktop(ask) => shell.desktop(ask),
        Asked::Practise(on) => shell.practise(on),
        Asked::ReadProfile => shell.read_profile(),
        Asked::Window(ask) => shell.appear(ask).await?,
        Asked::Close(really) => shell.close(really),
    }
    Ok(())
}

/// What a text in the call box means, while it is being typed. Costs some microseconds.
#[tauri::command]
pub(crate) fn read_number(shell: State<'_, Shell>, text: &str) -> UiNumber {
    let number = match shell.desk() {
        Some(desk) => desk.read_number(text),
        None => number::read(text, None),
    };
    number.into()
}
