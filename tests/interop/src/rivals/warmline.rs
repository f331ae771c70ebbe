use crate::error::Result;
use crate::phone::Phone;
use crate::protocol::{Command, Kind};

use super::{Client, Codec, Ground, Settings};

pub(super) fn settings(settings: Settings) -> &'static str {
    match settings {
        Settings::Best => "its own, processing of the voice off",
        Settings::Default => "its own",
    }
}

pub(super) fn start(
    codec: Codec,
    settings: Settings,
    ground: &Ground<'_>,
) -> Result<Option<Box<dyn Client>>> {
    let codec = match codec {
        Codec::Opus => "opus",
        Codec::Pcmu => "pcmu",
    };
    let setup = ground
        .lab
        .phone(&ground.asterisk.wss())
        .codecs(&[codec])
        .devices(ground.pulse)
        .wrapper(&ground.wrapper());
    let setup = match settings {
        Settings::Best => setup.unprocessed(),
        Settings::Default => setup,
    };
    Ok(Some(Box::new(Warmline(setup.start()?))))
}

struct Warmline(Phone);

impl Client for Warmline {
    fn pid(&self) -> u32 {
        self.0.pid()
    }

    fn dial(&mut self, number: &str) -> Result<()> {
        self.0.tell(Command::Dial {
            to: number.to_owned(),
            line: None,
        })
    }

    fn hang_up(&mut self) -> Result<()> {
        self.0.tell(Command::Hangup { call: None })?;
        self.0.wait("ended", |kind| {
            matches!(kind, Kind::Ended { .. }).then_some(())
        })
    }
}
