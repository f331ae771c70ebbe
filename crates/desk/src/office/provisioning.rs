//! What the provider says the phone is: fetched with the agent's token, and read.
//!
//! `docs/provisioning.md` describes both.

use std::time::Duration;

use reqwest::{StatusCode, header};
use serde::Deserialize;
use warmline_call::{RecoverBy, Referrals};
use warmline_entra::{Audience, Cloud, TokenError, Tokens};
use warmline_graph::{CardPolicy, TeamTag};
use warmline_media::Codec;
use warmline_sip::{Aor, ServerUri, Token, redact::Secret};

use crate::{
    error::{DeskError, ErrorCode},
    number::Country,
    profile::{Auth, IceEntry, Profile, SecretSource, Transfer, every_codec},
};

/// Everything the provider says.
#[derive(Clone, Debug)]
pub(crate) struct Provisioned {
    /// The lines, at least one: the first is the agent's own.
    pub(crate) lines: Vec<Line>,
    pub(crate) policy: Policy,
}

/// One line, and whose customers call on it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) profile: Profile,
    /// Where its experts are; none for the tenant that the agent has signed in to.
    pub(crate) tenant: Option<Tenant>,
    pub(crate) experts: Option<Experts>,
}

/// Another tenant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Tenant {
    pub(crate) cloud: Cloud,
    pub(crate) tenant: String,
    pub(crate) client_id: String,
}

/// Who the experts of a line are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Experts {
    pub(crate) groups: Vec<String>,
    pub(crate) tags: Vec<TeamTag>,
    /// How many agents share the tenant's budget of requests.
    pub(crate) agents: u32,
}

/// What the provider lets agents do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) device_code: bool,
    pub(crate) experts_of_other_customers: bool,
    pub(crate) share_presence: bool,
    pub(crate) card: Option<CardPolicy>,
}

/// Why there is no phone yet.
#[derive(Clone, Debug)]
pub(crate) struct NotProvisioned {
    pub(crate) error: DeskError,
    /// It may be otherwise in a while.
    pub(crate) passes: bool,
}

/// Asks the provider.
pub(crate) async fn fetch(
    client: &reqwest::Client,
    url: &url::Url,
    tokens: &dyn Tokens,
    bearer: &Token,
) -> Result<Provisioned, NotProvisioned> {
    for last in [false, true] {
        let token = tokens.token(Audience::Provider).await.map_err(no_token)?;
        let request = client
            .get(url.clone())
            .bearer_auth(token.expose())
            .header(header::ACCEPT, "application/json");
        let answer = request.send().await.map_err(|_| no_answer())?;
        match answer.status() {
            StatusCode::UNAUTHORIZED if !last => {
                let claims = claims(answer.headers());
                tokens.refused(&token, claims.as_deref()).await;
            }
            status if status.is_success() => return read(&body(answer).await?, bearer),
            status => return Err(refused(status)),
        }
    }
    Err(refused(StatusCode::UNAUTHORIZED))
}

/// What a challenge asks for, as it stands in `WWW-Authenticate`.
fn claims(headers: &header::HeaderMap) -> Option<String> {
    let challenges = headers.get_all(header::WWW_AUTHENTICATE).iter();
    let texts = challenges.filter_map(|value| value.to_str().ok());
    texts
        .filter_map(|text| text.split_once("claims=\""))
        .find_map(|(_, rest)| rest.split_once('"').map(|(claims, _)| claims.to_owned()))
}

async fn body(mut answer: reqwest::Response) -> Result<Vec<u8>, NotProvisioned> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|_| no_answer())? {
        if body.len() + piece.len() > LARGEST {
            return Err(unreadable("it is larger than any description of a phone"));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// Reads the document. `bearer` is the token of those lines whose server takes one.
pub(crate) fn read(json: &[u8], bearer: &Token) -> Result<Provisioned, NotProvisioned> {
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

fn no_token(error: TokenError) -> NotProvisioned {
    let (what, advice, passes) = match error {
        TokenError::SignedOut => ("You are signed out.", "Sign in again.", false),
        TokenError::NotGranted(_) => (
            "Your organisation does not let Warmline fetch your phone.",
            "An administrator must grant the provider's permission.",
            false,
        ),
        TokenError::Unreachable => (
            "Microsoft's sign-in does not answer.",
            "Check the network; Warmline tries again by itself.",
            true,
        ),
    };
    not_provisioned(what, advice, passes)
}

fn no_answer() -> NotProvisioned {
    not_provisioned(
        "The provider's service that describes your phone does not answer.",
        "Check the network; Warmline tries again by itself.",
        true,
    )
}

fn refused(status: StatusCode) -> NotProvisioned {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => not_provisioned(
            "The provider does not let this account have a phone.",
            "Sign in with another account, or tell your administrator.",
            false,
        ),
        StatusCode::NOT_FOUND => not_provisioned(
            "The provider has no phone for this account.",
            "Tell your administrator, or sign in with another account.",
            false,
        ),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            not_provisioned(
                "The provider's service that describes your phone is out of order.",
                "Warmline tries again by itself.",
                true,
            )
        }
        _ => unreadable("the answer is not of this service"),
    }
}

fn unreadable(why: &str) -> NotProvisioned {
    not_provisioned(
        &format!("The provider's description of your phone cannot be used: {why}."),
        "Tell your administrator: docs/provisioning.md says what may stand in it.",
        false,
    )
}

fn not_provisioned(what: &str, advice: &str, passes: bool) -> NotProvisioned {
    NotProvisioned {
        error: DeskError::new(ErrorCode::ProfileInvalid, what, advice),
        passes,
    }
}

/// A description with certificates of several authorities has some tens of kilobytes.
const LARGEST: usize = 1024 * 1024;

/// Where the provider does not say how many agents it has.
const AGENTS: u32 = 200;
