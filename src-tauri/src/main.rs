//! The window: shows the pages in `ui/`, hands them the phone's snapshots, and carries out what
//! they ask for. Everything else is `warmline-desk`'s.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod history;
#[cfg(target_os = "macos")]
mod menu;
mod office;
mod page;
mod shell;
mod tray;
mod web_process;
mod window;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use tauri::{Manager, RunEvent, async_runtime::block_on};
use warmline_desk::log;
use warmline_desktop::{
    News,
    door::{self, Entry, Knock},
    place::Kept,
};
use warmline_ipc::first_run;

use crate::shell::{Logged, Practise, Shell};

/// The Warmline softphone.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The profile, TOML. Unless given: warmline/profile.toml in the folder for settings of this system.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// Practise on a contact centre inside, without an account or a server: the built-in scenario, or one
    /// of your own, TOML (docs/practice.md).
    #[arg(long, value_name = "SCENARIO")]
    practice: Option<Option<PathBuf>>,
    /// Write the log to this file, of bounded size, instead of stderr.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Whom to call: a link of `tel:`, `sip:`, `sips:` or `callto:`. The phone that runs takes it.
    #[arg(value_name = "LINK")]
    link: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // GTK takes the one out of the environment.
    let token = ["XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"];
    let knock = Knock {
        link: arguments.link,
        token: token.into_iter().find_map(|name| std::env::var(name).ok()),
    };
    // Without a folder in front of it, it is in the one that the program was started in.
    let folder = arguments.log.as_deref().and_then(|file| {
        let file = std::path::absolute(file).ok()?;
        Some(file.parent()?.to_owned())
    });
    let profile = match arguments.profile {
        Some(file) => first_run::Profile::Named(file),
        None => {
            let settings = dirs::config_dir().unwrap_or_default();
            first_run::Profile::Default(first_run::default_path(&settings))
        }
    };
    let practise = arguments.practice.map(Practise);
    // Practice runs beside a phone. Whoever finds one that runs has nothing to open, and no log to write.
    let entered = match practise {
        None => block_on(door::enter(profile.path(), &knock)).map(Some),
        Some(_) => Ok(None),
    };
    if let Ok(Some(Entry::Told)) = entered {
        return ExitCode::SUCCESS;
    }
    let log = log::start(log::LogConfig {
        file: arguments.log,
        level: std::env::var("WARMLINE_LOG").unwrap_or_else(|_| "info".to_owned()),
        max_bytes: LOG_BYTES,
    });
    // A log that cannot be written is no reason not to take calls, but the agent is told.
    let (mut log, trouble) = match log {
        Ok(log) => (Some(log), None),
        Err(error) => (None, Some(error)),
    };
    let logged = Logged {
        health: log.as_ref().map(log::Log::health),
        trouble,
        folder,
    };
    let door = match entered {
        Ok(Some(Entry::First(door))) => Some(door),
        Ok(_) => None,
        // Two phones may disturb each other; none is worse.
        Err(error) => {
            tracing::warn!(%error, "this may not be the only phone");
            None
        }
    };
    let builder = web_process::watched(tauri::Builder::default());
    #[cfg(target_os = "macos")]
    let builder = builder.menu(menu::menu).on_menu_event(menu::on_event);
    let app = builder
        .invoke_handler(tauri::generate_handler![
            commands::history::export_calls,
            commands::history::search_calls,
            commands::phone::act,
            commands::phone::read_number,
            commands::phone::watch,
            commands::phone::watch_people
        ])
        .on_window_event(window::on_event)
        .setup(move |app| {
            let place = Kept::beside(profile.path());
            let left = place.places().whole;
            let around = (place, door);
            let shell = Shell::start(app.handle().clone(), profile, practise, logged, around);
            app.manage(shell.clone());
            window::open(app.handle(), left)?;
            if knock.link.is_some() {
                shell.desktop(News::Knocked(knock));
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(move |app, event| {
                #[cfg(target_os = "macos")]
                if let (RunEvent::Opened { urls }, Some(shell)) = (&event, app.try_state::<Shell>())
                {
                    for url in urls {
                        let link = Some(url.to_string());
                        shell.desktop(News::Knocked(Knock { link, token: None }));
                    }
                }
                if let RunEvent::Exit = event {
                    if let Some(shell) = app.try_state::<Shell>() {
                        shell.say_farewell();
                    }
                    tracing::info!("the window is closed");
                    // The event loop ends the program itself and never comes back.
                    drop(log.take());
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "the window cannot be opened");
            ExitCode::FAILURE
        }
    }
}

/// A log file is turned over at this size; two are kept.
const LOG_BYTES: u64 = 10 * 1024 * 1024;
