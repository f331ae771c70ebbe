//! `warmline-cli`: the whole phone on a command line, for IT, scripts, benchmarks and tests.
//! What it takes and prints is described in `docs/cli.md`.

mod arguments;
mod check;
mod doctor;
mod listing;
mod printer;
mod protocol;
mod run;
mod sound;
mod talk;
mod view;

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use warmline_desk::{
    Desk, DeskConfig, DeskError, EngineConfig, Profile, Secret,
    journal::Journal,
    log::{self, Log},
};

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = log::start(log::LogConfig {
        file: arguments.log.clone(),
        level: std::env::var("WARMLINE_LOG").unwrap_or_else(|_| "info".to_owned()),
        max_bytes: LOG_BYTES,
    });
    let outcome = log.and_then(|log| carry_out(arguments.command, &log));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            view::complain(&error);
            ExitCode::from(2)
        }
    }
}

fn carry_out(command: Command, log: &Log) -> Result<ExitCode, DeskError> {
    match command {
        Command::Run {
            profiles,
            sound,
            journal,
        } => {
            let mut config = configured(&profiles, Some(&sound), log)?;
            config.journal = journal.map(Journal::open);
            with_desk(config, run::run)
        }
        Command::Call {
            to,
            profile,
            sound,
            talk,
        } => {
            let config = configured(&[profile.file], Some(&sound), log)?.beside_another();
            with_desk(config, |desk| talk::call(desk, to, talk))
        }
        Command::Answer {
            profile,
            sound,
            talk,
        } => {
            let config = configured(&[profile.file], Some(&sound), log)?.beside_another();
            with_desk(config, |desk| talk::answer(desk, talk))
        }
        Command::Register { profile, json } => {
            let mut config = configured(&[profile.file], None, log)?.beside_another();
            config.audio = EngineConfig::silent();
            with_desk(config, |desk| talk::register(desk, json))
        }
        Command::Devices { json } => listing::devices(json),
        Command::Check {
            profile,
            mic,
            speaker,
            json,
        } => {
            let sound = arguments::Sound {
                mic: mic.into_iter().collect(),
                speaker: speaker.into_iter().collect(),
                ringer: Vec::new(),
                process_wav: false,
            };
            check::check(&configured(&[profile.file], Some(&sound), log)?, json)
        }
        Command::Doctor { profile, json } => doctor::doctor(&profile.file, json),
        Command::Password { profile } => store_password(&Profile::load(&profile.file)?),
    }
}

fn configured(
    profiles: &[PathBuf],
    sound: Option<&arguments::Sound>,
    log: &Log,
) -> Result<DeskConfig, DeskError> {
    let profiles = profiles.iter().map(|file| Profile::load(file));
    let profiles: Vec<_> = profiles.collect::<Result<_, _>>()?;
    let mut config = DeskConfig::from_profiles(&profiles)?;
    if let Some(sound) = sound {
        config.audio = sound::chosen(sound, config.audio.processing);
    }
    config.log = Some(log.health());
    Ok(config)
}

fn with_desk<F: Future<Output = ExitCode>>(
    config: DeskConfig,
    work: impl FnOnce(Desk) -> F,
) -> Result<ExitCode, DeskError> {
    let runtime = runtime();
    let code = runtime.block_on(async { Ok(work(warmline_desk::start(config)?).await) });
    // Somebody may still be reading stdin: that must not keep the program alive.
    runtime.shutdown_background();
    code
}

/// One thread is enough for a phone, and costs less than a pool: sound has its own thread.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system can make an event queue")
}

fn store_password(profile: &Profile) -> Result<ExitCode, DeskError> {
    let password = if io::stdin().is_terminal() {
        rpassword::prompt_password("Password: ")
    } else {
        io::read_to_string(io::stdin()).map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
    };
    let Some(password) = password.ok().filter(|password| !password.is_empty()) else {
        view::say("No password was given; nothing was changed.");
        return Ok(ExitCode::FAILURE);
    };
    profile.store_password(&Secret::new(password))?;
    view::say("The password is in the system's keychain.");
    Ok(ExitCode::SUCCESS)
}

/// A log file is turned over at this size; two are kept.
const LOG_BYTES: u64 = 10 * 1024 * 1024;
