//! The document: what may stand in it, and what it makes of the phone.

use std::time::Duration;

use serde::Deserialize;
use warmline_audio::{Announcement, RecordingFormat};
use warmline_call::{RecoverBy, Referrals};
use warmline_entra::Cloud;
use warmline_graph::{CardPolicy, TeamTag};
use warmline_journal::Retention;
use warmline_media::Codec;
use warmline_policy::{NoiseSuppression, Voice};
use warmline_sip::{Aor, ServerUri, Token, redact::Secret};

use super::{NotProvisioned, desktop::DesktopSaid, unreadable};
use crate::{
    number::Country,
    profile::{
        Auth, DAY, IceEntry, KEEP_CALLS, KEEP_DAYS, Profile, RecordingPolicy, RecordingStart,
        SecretSource, Transfer, every_codec, in_own_folder, kept,
    },
};

/// Everything the provider says.
#[derive(Clone, Debug)]
pub(in crate::office) struct Provisioned {
    /// The lines, at least one: the first is the agent's own.
    pub(in crate::office) lines: Vec<Line>,
    pub(in crate::office) policy: Policy,
}

/// One line, and whose customers call on it.
#[derive(Clone, Debug)]
pub(in crate::office) struct Line {
    pub(in crate::office) profile: Profile,
    /// Where its experts are; none for the tenant that the agent has signed in to.
    pub(in crate::office) tenant: Option<Tenant>,
    pub(in crate::office) experts: Option<Experts>,
}

/// Another tenant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::office) struct Tenant {
    pub(in crate::office) cloud: Cloud,
    pub(in crate::office) tenant: String,
    pub(in crate::office) client_id: String,
}

/// Who the experts of a line are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::office) struct Experts {
    pub(in crate::office) groups: Vec<String>,
    pub(in crate::office) tags: Vec<TeamTag>,
    /// How many agents share the tenant's budget of requests.
    pub(in crate::office) agents: u32,
}

/// What the provider lets agents do.
#[derive(Clone, Debug, Default)]
pub(in crate::office) struct Policy {
    pub(in crate::office) device_code: bool,
    pub(in crate::office) experts_of_other_customers: bool,
    pub(in crate::office) share_presence: bool,
    pub(in crate::office) card: Option<CardPolicy>,
}

/// Reads the document. `bearer` is the token of those lines whose server takes one.
pub(in crate::office) fn read(json: &[u8], bearer: &Token) -> Result<Provisioned, NotProvisioned> {
    let document: Document = serde_json::from_slice(json).map_err(|error| {
        // The message may quote a value: where it stands says enough.
        unreadable(&format!(
            "line {}, column {} is not as it should be",
            error.line(),
            error.column()
        ))
    })?;
    if document.version != 1 {
        return Err(unreadable(
            "it is of a version that this Warmline does not know",
        ));
    }
    if document.lines.is_empty() {
        return Err(unreadable("it has no line"));
    }
    let name = document.agent.map(|agent| agent.name);
    let lines = document.lines.into_iter().enumerate();
    let lines = lines.map(|(n, line)| {
        line.read(name.as_deref(), bearer)
            .map_err(|why| unreadable(&format!("line {} of the phone: {why}", n + 1)))
    });
    let policy = document.policy.unwrap_or_default();
    Ok(Provisioned {
        lines: lines.collect::<Result<_, _>>()?,
        policy: Policy {
            device_code: policy.device_code,
            experts_of_other_customers: policy.experts_of_other_customers,
            share_presence: policy.share_teams_presence,
            card: policy.card.map(|card| {
                let default = CardPolicy::default();
                CardPolicy {
                    template: card.template.unwrap_or(default.template),
                    redact_numbers: card.redact_numbers.unwrap_or(default.redact_numbers),
                    redact_digits: card.redact_digits.unwrap_or(default.redact_digits),
                }
            }),
        },
    })
}

#[derive(Deserialize)]
struct Document {
    version: u32,
    agent: Option<AgentSaid>,
    lines: Vec<LineSaid>,
    policy: Option<PolicySaid>,
}

#[derive(Deserialize)]
struct AgentSaid {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineSaid {
    customer: Option<String>,
    servers: Vec<String>,
    aor: String,
    display_name: Option<String>,
    country: Option<String>,
    auth: AuthSaid,
    ca_certificates: Option<String>,
    codecs: Option<Vec<CodecSaid>>,
    #[serde(default)]
    ice_servers: Vec<IceSaid>,
    #[serde(default)]
    relay_only: bool,
    transfer: Option<TransferSaid>,
    recording: Option<RecordingSaid>,
    history: Option<HistorySaid>,
    sound: Option<SoundSaid>,
    desktop: Option<DesktopSaid>,
    tenant: Option<TenantSaid>,
    experts: Option<ExpertsSaid>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum AuthSaid {
    Digest {
        user: Option<String>,
        password: Secret<String>,
    },
    Bearer,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum CodecSaid {
    Opus,
    G722,
    Pcmu,
    Pcma,
}

#[derive(Deserialize)]
struct IceSaid {
    urls: Vec<String>,
    username: Option<String>,
    credential: Option<Secret<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransferSaid {
    complete_on_answer_s: Option<u64>,
    referrals: Option<ReferralsSaid>,
    conference: Option<String>,
    recover_by: Option<RecoverSaid>,
    hold_music: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordingSaid {
    #[serde(default)]
    allowed: bool,
    format: Option<FormatSaid>,
    folder: Option<String>,
    start: Option<StartSaid>,
    announce: Option<AnnounceSaid>,
    sentence: Option<String>,
    #[serde(default)]
    consults: bool,
    keep_days: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HistorySaid {
    keep_days: Option<u64>,
    keep_calls: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum FormatSaid {
    Wav,
    Opus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum StartSaid {
    ByHand,
    Always,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum AnnounceSaid {
    Tone,
    Sentence,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SoundSaid {
    echo_cancellation: Option<bool>,
    noise_suppression: Option<NoiseSuppression>,
    automatic_gain: Option<bool>,
    high_pass: Option<bool>,
    #[serde(default)]
    dtx: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ReferralsSaid {
    Decline,
    Ask,
    Follow,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum RecoverSaid {
    Replaces,
    Reinvite,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TenantSaid {
    cloud: CloudSaid,
    tenant: String,
    client_id: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CloudSaid {
    Named(String),
    Own { authority: String, graph: String },
}

#[derive(Deserialize)]
struct ExpertsSaid {
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    tags: Vec<TagSaid>,
    agents: Option<u32>,
}

#[derive(Deserialize)]
struct TagSaid {
    team: String,
    tag: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PolicySaid {
    device_code: bool,
    experts_of_other_customers: bool,
    share_teams_presence: bool,
    card: Option<CardSaid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CardSaid {
    template: Option<String>,
    redact_numbers: Option<bool>,
    redact_digits: Option<bool>,
}

impl LineSaid {
    /// What is wrong is said without the value, which may be a person or a secret.
    fn read(self, agent: Option<&str>, bearer: &Token) -> Result<Line, &'static str> {
        let servers = self
            .servers
            .iter()
            .map(|server| server.parse::<ServerUri>());
        let servers = servers.collect::<Result<Vec<_>, _>>();
        let servers =
            servers.map_err(|_| "a server is not an address like wss://sbc.example.com/ws")?;
        if servers.is_empty() {
            return Err("it has no server");
        }
        let aor: Aor = self.aor.parse().map_err(|_| "`aor` is not a SIP address")?;
        let country = match &self.country {
            None => Country::of_number(aor.user()),
            Some(code) => Some(code.parse().map_err(|_| "`country` is not a country")?),
        };
        let (auth, auth_user, password) = match self.auth {
            AuthSaid::Digest { user, password } => {
                (Auth::Digest, user, SecretSource::Held(password))
            }
            AuthSaid::Bearer => (Auth::Bearer(bearer.clone()), None, SecretSource::Keychain),
        };
        let codecs = self
            .codecs
            .map(|codecs| codecs.into_iter().map(codec).collect());
        let tenant = self.tenant.map(TenantSaid::read).transpose()?;
        let recording = self.recording.map(RecordingSaid::read).transpose()?;
        let history = self.history.map(HistorySaid::read).transpose()?;
        let desktop = self.desktop.map(DesktopSaid::read);
        Ok(Line {
            profile: Profile {
                customer: self.customer,
                servers,
                country,
                aor,
                display_name: self.display_name.or(agent.map(str::to_owned)),
                auth,
                auth_user,
                ca_file: None,
                ca_certificates: self.ca_certificates,
                proxy: None,
                codecs: codecs.unwrap_or_else(every_codec),
                ice_servers: self.ice_servers.into_iter().map(IceSaid::read).collect(),
                relay_only: self.relay_only,
                transfer: self.transfer.map(TransferSaid::read).unwrap_or_default(),
                recording: recording.flatten(),
                history: history.unwrap_or_default(),
                dtx: self.sound.as_ref().is_some_and(|sound| sound.dtx),
                desktop: desktop.unwrap_or_default(),
                voice: self.sound.map(SoundSaid::read).unwrap_or_default(),
                password,
            },
            tenant,
            experts: self.experts.map(ExpertsSaid::read),
        })
    }
}

impl TransferSaid {
    fn read(self) -> Transfer {
        let default = Transfer::default();
        Transfer {
            complete_on_answer: self.complete_on_answer_s.map(Duration::from_secs),
            referrals: self.referrals.map_or(default.referrals, |said| match said {
                ReferralsSaid::Decline => Referrals::Decline,
                ReferralsSaid::Ask => Referrals::Ask,
                ReferralsSaid::Follow => Referrals::Follow,
            }),
            conference: self.conference,
            recover_by: self
                .recover_by
                .map_or(default.recover_by, |said| match said {
                    RecoverSaid::Replaces => RecoverBy::Replaces,
                    RecoverSaid::Reinvite => RecoverBy::Reinvite,
                }),
            hold_music: self.hold_music.unwrap_or(default.hold_music),
        }
    }
}

impl HistorySaid {
    fn read(self) -> Result<Retention, &'static str> {
        if self.keep_days.is_some_and(|n| !KEEP_DAYS.contains(&n)) {
            return Err("`keepDays` is not a number of days from 1 to 3650");
        }
        if self.keep_calls.is_some_and(|n| !KEEP_CALLS.contains(&n)) {
            return Err("`keepCalls` is not a number of calls from 1 to 20000");
        }
        Ok(kept(self.keep_days, self.keep_calls))
    }
}

impl RecordingSaid {
    fn read(self) -> Result<Option<RecordingPolicy>, &'static str> {
        let nowhere = "`recording` needs an absolute folder on this computer";
        let folder = match &self.folder {
            Some(folder) => in_own_folder(folder),
            None => RecordingPolicy::own_folder(),
        };
        let announce = match (self.announce, &self.sentence) {
            (Some(AnnounceSaid::Sentence), Some(path)) => {
                Announcement::Sentence(in_own_folder(path).ok_or(nowhere)?)
            }
            (Some(AnnounceSaid::Sentence), None) => return Err("`recording` has no sentence"),
            (_, Some(_)) => {
                return Err("`recording` has a `sentence`, and `announce` is not `sentence`");
            }
            (Some(AnnounceSaid::None), None) => Announcement::Nothing,
            (Some(AnnounceSaid::Tone) | None, None) => Announcement::Tone,
        };
        if self
            .keep_days
            .is_some_and(|days| !KEEP_DAYS.contains(&days))
        {
            return Err("`keepDays` is not a number of days from 1 to 3650");
        }
        let policy = RecordingPolicy {
            folder: folder.ok_or(nowhere)?,
            format: match self.format {
                Some(FormatSaid::Wav) => RecordingFormat::Wav,
                Some(FormatSaid::Opus) | None => RecordingFormat::Opus,
            },
            start: match self.start {
                Some(StartSaid::Always) => RecordingStart::Always,
                Some(StartSaid::ByHand) | None => RecordingStart::ByHand,
            },
            announce,
            consults: self.consults,
            keep: self.keep_days.map(|days| DAY * days as u32),
        };
        Ok(self.allowed.then_some(policy))
    }
}

impl SoundSaid {
    fn read(self) -> Voice {
        Voice {
            echo_cancellation: self.echo_cancellation,
            noise_suppression: self.noise_suppression,
            automatic_gain: self.automatic_gain,
            high_pass: self.high_pass,
        }
    }
}

impl IceSaid {
    fn read(self) -> IceEntry {
        IceEntry {
            urls: self.urls,
            username: self.username,
            credential: self.credential.map(SecretSource::Held),
        }
    }
}

impl TenantSaid {
    fn read(self) -> Result<Tenant, &'static str> {
        let cloud = match self.cloud {
            CloudSaid::Named(name) => Cloud::named(&name).ok_or("`cloud` is not one")?,
            CloudSaid::Own { authority, graph } => Cloud {
                authority: authority.trim_end_matches('/').to_owned(),
                graph: graph.trim_end_matches('/').to_owned(),
            },
        };
        Ok(Tenant {
            cloud,
            tenant: self.tenant,
            client_id: self.client_id,
        })
    }
}

impl ExpertsSaid {
    fn read(self) -> Experts {
        let tags = self.tags.into_iter();
        Experts {
            groups: self.groups,
            tags: tags
                .map(|TagSaid { team, tag }| TeamTag { team, tag })
                .collect(),
            agents: self.agents.unwrap_or(AGENTS),
        }
    }
}

fn codec(said: CodecSaid) -> Codec {
    match said {
        CodecSaid::Opus => Codec::Opus,
        CodecSaid::G722 => Codec::G722,
        CodecSaid::Pcmu => Codec::Pcmu,
        CodecSaid::Pcma => Codec::Pcma,
    }
}

/// Where the provider does not say how many agents it has.
const AGENTS: u32 = 200;

#[cfg(test)]
mod tests;
