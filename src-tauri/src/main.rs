//! The window: shows the pages in `ui/`, hands them the phone's snapshots, and carries out what
//! they ask for. Everything else is `warmline-desk`'s.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod first_run;
mod history;
mod last_way_out;
#[cfg(target_os = "macos")]
mod menu;
mod office;
mod page;
mod phone;
mod practice;
mod shell;
mod web_process;
mod window;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use tauri::{Manager, RunEvent};
use warmline_desk::log;

use crate::shell::{Practise, Shell};

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
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = log::start(log::LogConfig {
        file: arguments.log,
        level: std::env::var("WARMLINE_LOG").unwrap_or_else(|_| "info".to_owned()),
        max_bytes: LOG_BYTES,
    });
    // A log that cannot be written is no reason not to take calls, but the agent is told.
    let (mut log, no_log) = match log {
        Ok(log) => (Some(log), None),
        Err(error) => (None, Some(error)),
    };
    let health = log.as_ref().map(log::Log::health);
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
            let profile = match arguments.profile {
                Some(file) => first_run::Profile::Named(file),
                None => first_run::Profile::Default(first_run::default_path(app.handle())?),
            };
            let practise = arguments.practice.map(Practise);
            let shell = Shell::start(app.handle().clone(), profile, practise, health, no_log);
            app.manage(shell);
            window::open(app.handle())?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(move |app, event| {
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
