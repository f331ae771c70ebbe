//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, value_parser};

/// The Warmline phone without a window.
#[derive(Debug, Parser)]
#[command(name = "warmline-cli", version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// Write the log to this file, of bounded size, instead of stderr.
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Be a phone: JSON commands on stdin, JSON events on stdout (docs/cli.md).
    Run {
        /// The profile, TOML (docs/cli.md); several times for several lines.
        #[arg(long = "profile", value_name = "FILE", required = true)]
        profiles: Vec<PathBuf>,
        #[command(flatten)]
        sound: Sound,
        /// Keep calls in this file (SQLite): they can be taken up again after a crash (`recover`).
        #[arg(long, value_name = "FILE")]
        journal: Option<PathBuf>,
    },
    /// Call somebody, talk for some seconds, hang up.
    Call {
        /// A number, `user@host` or `sip:` address.
        to: String,
        #[command(flatten)]
        profile: Profile,
        #[command(flatten)]
        sound: Sound,
        #[command(flatten)]
        talk: Talk,
    },
    /// Wait for one call and take it.
    Answer {
        #[command(flatten)]
        profile: Profile,
        #[command(flatten)]
        sound: Sound,
        #[command(flatten)]
        talk: Talk,
    },
    /// Register, say for how long, un-register.
    Register {
        #[command(flatten)]
        profile: Profile,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List microphones and speakers.
    Devices {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check server, network and devices: what is right, what is wrong, what to do.
    Doctor {
        #[command(flatten)]
        profile: Profile,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Ten seconds before a shift: speak, hear yourself, and see what the network does to sound.
    Check {
        #[command(flatten)]
        profile: Profile,
        /// Microphone: an id or a name from `devices`, `wav:FILE` or `silent`.
        #[arg(long, value_name = "DEVICE")]
        mic: Option<String>,
        /// Speaker: an id or a name from `devices`, `wav:FILE` or `silent`.
        #[arg(long, value_name = "DEVICE")]
        speaker: Option<String>,
        /// Print JSON, and say nothing meanwhile.
        #[arg(long)]
        json: bool,
    },
    /// Ask for the password and put it into the system's keychain.
    Password {
        #[command(flatten)]
        profile: Profile,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Profile {
    /// The profile, TOML (docs/cli.md).
    #[arg(long = "profile", value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Sound {
    /// Microphone: an id or a name from `devices`, `wav:FILE` or `silent`. Several: the first that is
    /// there.
    #[arg(long, value_name = "DEVICE")]
    pub mic: Vec<String>,
    /// Speaker: an id or a name from `devices`, `wav:FILE` or `silent`. Several: the first that is
    /// there.
    #[arg(long, value_name = "DEVICE")]
    pub speaker: Vec<String>,
    /// What rings: as `--speaker`, which it follows unless said, or `everywhere`.
    #[arg(long, value_name = "DEVICE")]
    pub ringer: Vec<String>,
    /// Process the sound of a `wav:` microphone too, as the profile's `[sound]` says.
    #[arg(long)]
    pub process_wav: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Talk {
    /// How long to talk once the call is up.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = value_parser!(u64).range(..=MOST_SECONDS))]
    pub seconds: u64,
    /// Print the events as JSON lines.
    #[arg(long)]
    pub json: bool,
}

/// A day.
const MOST_SECONDS: u64 = 86_400;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
