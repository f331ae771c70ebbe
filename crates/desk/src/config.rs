//! What the phone is told before it starts: its lines, and what all of them share.

use std::net::IpAddr;

use warmline_audio::{EngineConfig, Processing};
use warmline_call::{Party, PhoneConfig};
use warmline_journal::{Journal, Retention};
use warmline_media::{MediaConfig, Trust};
use warmline_policy::{Settings, Voice};
use warmline_sip::Account;

use crate::{
    error::{DeskError, ErrorCode},
    log::LogHealth,
    number::Country,
    profile::{Profile, RecordingPolicy, instance},
    sound,
};

/// Everything the desk runs on.
#[derive(Clone, Debug)]
pub struct DeskConfig {
    /// The lines, at least one. Calls go out by the first one unless another is asked for.
    pub lines: Vec<LineConfig>,
    /// Devices, and what is done to the agent's voice.
    pub audio: EngineConfig,
    /// What of that the profile says, so that the agent cannot change it.
    pub voice: Voice,
    /// Whether a headset's buttons are taken.
    pub headset: bool,
    /// Waiting times of the calls.
    pub phone: PhoneConfig,
    /// Tells when the [log](crate::log) loses lines, so that the agent hears of it.
    pub log: Option<LogHealth>,
    /// Where calls that are over are remembered; nowhere without one.
    pub journal: Option<Journal>,
    /// How long they are.
    pub history: Retention,
}

/// One line: a registration of its own, for a customer of the provider if there are several.
#[derive(Clone, Debug)]
pub struct LineConfig {
    /// The SIP account. No two lines have the same address of record.
    pub account: Account,
    /// Codecs, STUN and TURN.
    pub media: MediaConfig,
    /// By whose rules a number without `+` is dialled.
    pub country: Option<Country>,
    /// Whose line it is, to be shown.
    pub customer: Option<String>,
    /// How its calls are recorded, if they may be.
    pub recording: Option<RecordingPolicy>,
}

impl DeskConfig {
    /// What `profile` says, with the default sound devices. Reads the password and
    /// the CA file; may take a moment, and may ask the agent to unlock the keychain:
    /// not for an async thread.
    ///
    /// # Errors
    /// The password cannot be had, or a file that the profile names cannot be read.
    pub fn from_profile(profile: &Profile) -> Result<Self, DeskError> {
        Self::from_profiles(std::slice::from_ref(profile))
    }

    /// One line for each profile. How customers are handed over is that of the first one; calls that are
    /// over are kept as long as all of them allow. Takes as long as [`DeskConfig::from_profile`] for each.
    ///
    /// # Errors
    /// As for one; or there is none, or two have the same address.
    pub fn from_profiles(profiles: &[Profile]) -> Result<Self, DeskError> {
        let Some(first) = profiles.first() else {
            return Err(no_line());
        };
        for (at, profile) in profiles.iter().enumerate() {
            if profiles[..at].iter().any(|p| p.aor == profile.aor) {
                return Err(DeskError::new(
                    ErrorCode::ProfileInvalid,
                    "Two lines have the same address.",
                    "Give each line an `aor` of its own.",
                ));
            }
        }
        let lines = profiles.iter().map(LineConfig::from_profile);
        let phone = PhoneConfig {
            seed: rand::random(),
            complete_on_answer: first.transfer.complete_on_answer,
            referrals: first.transfer.referrals,
            conference: first.transfer.conference.clone().map(Party::new),
            recover_by: first.transfer.recover_by,
            hold_music: first.transfer.hold_music,
            ..PhoneConfig::default()
        };
        Ok(Self {
            lines: lines.collect::<Result<_, _>>()?,
            audio: EngineConfig {
                processing: sound::processing(first.voice, Processing::default()),
                ..EngineConfig::default()
            },
            voice: first.voice,
            headset: false,
            phone,
            log: None,
            journal: None,
            history: Profile::history_of(first, profiles),
        })
    }

    /// With the devices and volumes that the agent has set, and what else of the sound is the agent's to
    /// say.
    #[must_use]
    pub fn with_settings(mut self, settings: &Settings) -> Self {
        sound::apply(&settings.sound, self.voice, &mut self.audio);
        self
    }

    /// With the buttons of the agent's headset. One program should have them.
    #[must_use]
    pub fn with_headset(self) -> Self {
        Self {
            headset: true,
            ..self
        }
    }

    /// The same accounts as a phone of its own: at a registrar that knows phones apart by their
    /// instance (RFC 5626) it does not take the place of one that runs.
    #[must_use]
    pub fn beside_another(mut self) -> Self {
        let instance = instance::random();
        for line in &mut self.lines {
            line.account.instance.clone_from(&instance);
        }
        self
    }
}

impl LineConfig {
    /// What `profile` says of one line.
    fn from_profile(profile: &Profile) -> Result<Self, DeskError> {
        let host = profile.server().host();
        let address = host.parse::<IpAddr>();
        let account = profile.account()?;
        let trust = account.extra_ca.clone();
        let media = MediaConfig {
            ice_servers: profile.ice_servers()?,
            trust: trust.map_or_else(Trust::default, Trust::with_extra_ca),
            codecs: profile.codecs.clone(),
            relay_only: profile.relay_only,
            dtx: profile.dtx,
            loopback: host == "localhost" || address.is_ok_and(|ip| ip.is_loopback()),
            ..MediaConfig::default()
        };
        Ok(Self {
            account,
            media,
            country: profile.country,
            customer: profile.customer.clone(),
            recording: profile.recording.clone(),
        })
    }
}

/// Without a line there is no phone.
pub(crate) fn no_line() -> DeskError {
    DeskError::new(
        ErrorCode::ProfileInvalid,
        "There is no line to call by.",
        "Tell your administrator.",
    )
}
