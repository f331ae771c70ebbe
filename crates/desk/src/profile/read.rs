mod desktop;
mod history;
mod recording;
mod sign_in;
mod sound;
mod transfer;

use std::{ops::Range, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use warmline_media::{Codec, IceServer};
use warmline_sip::{AccountError, Aor, ProxyUri, ServerUri};

use super::{Auth, IceEntry, Profile, SecretSource};
use crate::{
    error::{DeskError, ErrorCode},
    number::{Country, UnknownCountry},
};

pub(crate) use history::{KEEP_CALLS, kept};
pub(crate) use recording::{DAY, KEEP_DAYS, in_own_folder};
pub(super) use sign_in::sign_in;

/// Reads the text of a profile.
pub(super) fn profile(text: &str, folder: &Path) -> Result<Profile, DeskError> {
    let root = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        wrong(
            text,
            at,
            &format!("this is not TOML: {}.", error.message()),
            "",
        )
    })?;
    let root = Table {
        text,
        table: root.get_ref(),
        at: None,
    };
    root.refuse(
        "password",
        "A password does not belong into the profile.",
        PASSWORD_ADVICE,
    )?;
    root.refuse(
        "sign_in",
        "This profile asks for a sign-in, which only the window has.",
        "Open it in the window, or describe the phone itself.",
    )?;
    root.only(KEYS)?;

    let folder = |path: &str| folder.join(path);
    let aor = root
        .required("aor", AOR_ADVICE)?
        .parsed::<Aor>(AOR_ADVICE)?;
    Ok(Profile {
        servers: servers(&root)?,
        country: country(&root, &aor)?,
        aor,
        customer: root.string("customer")?.map(Text::owned),
        display_name: root.string("display_name")?.map(Text::owned),
        auth_user: root.string("auth_user")?.map(Text::owned),
        ca_file: root.string("ca_file")?.map(|path| folder(path.value)),
        ca_certificates: None,
        proxy: match root.string("proxy")? {
            Some(uri) => Some(uri.parsed::<ProxyUri>(PROXY_ADVICE)?),
            None => None,
        },
        codecs: codecs(&root)?,
        ice_servers: ice_servers(&root, &folder)?,
        relay_only: relay_only(&root)?,
        transfer: transfer::read(&root)?,
        recording: recording::read(&root, &folder)?,
        history: history::read(&root)?,
        voice: sound::voice(&root)?,
        dtx: sound::dtx(&root)?,
        desktop: desktop::read(&root)?,
        auth: Auth::Digest,
        password: secret(&root, "password", &folder)?.unwrap_or(SecretSource::Keychain),
    })
}

/// The server, or several: the first is preferred.
fn servers(root: &Table<'_>) -> Result<Vec<ServerUri>, DeskError> {
    let Some(texts) = root.strings("server")?.filter(|texts| !texts.is_empty()) else {
        return Err(root.missing("server", SERVER_ADVICE));
    };
    let mut servers: Vec<ServerUri> = Vec::new();
    for text in texts {
        let server = text.parsed(SERVER_ADVICE)?;
        if servers.contains(&server) {
            return Err(text.wrong("this server is named twice.", "Name each server once."));
        }
        servers.push(server);
    }
    Ok(servers)
}

fn country(root: &Table<'_>, aor: &Aor) -> Result<Option<Country>, DeskError> {
    match root.string("country")? {
        None => Ok(Country::of_number(aor.user())),
        Some(code) => match code.value.parse() {
            Ok(country) => Ok(Some(country)),
            Err(UnknownCountry) => {
                Err(code.wrong("this is not the code of a country.", COUNTRY_ADVICE))
            }
        },
    }
}

/// Where nobody says which.
pub(crate) fn every_codec() -> Vec<Codec> {
    CODECS.iter().map(|(_, codec)| *codec).collect()
}

fn codecs(root: &Table<'_>) -> Result<Vec<Codec>, DeskError> {
    let Some(names) = root.strings("codecs")? else {
        return Ok(every_codec());
    };
    let mut codecs = Vec::new();
    for name in names {
        let known = CODECS.iter().find(|(known, _)| *known == name.value);
        let Some((_, codec)) = known else {
            let what = format!("`{}` is not a codec this phone has.", name.value);
            return Err(name.wrong(&what, CODECS_ADVICE));
        };
        if codecs.contains(codec) {
            let what = format!("`{}` is named twice.", name.value);
            return Err(name.wrong(&what, "Name each codec once, the best first."));
        }
        codecs.push(*codec);
    }
    if codecs.is_empty() {
        return Err(root.wrong("codecs", "`codecs` is empty.", CODECS_ADVICE));
    }
    Ok(codecs)
}

fn ice_servers(
    root: &Table<'_>,
    folder: &dyn Fn(&str) -> std::path::PathBuf,
) -> Result<Vec<IceEntry>, DeskError> {
    let mut entries = Vec::new();
    for table in root.tables("ice_servers")? {
        table.refuse(
            "credential",
            "A credential does not belong into the profile.",
            "Name `credential_env` or `credential_file` instead.",
        )?;
        table.only(ICE_KEYS)?;
        let Some(urls) = table.strings("urls")? else {
            let at = table.at.clone().unwrap_or_default();
            return Err(wrong(root.text, at, "`urls` is missing.", ICE_ADVICE));
        };
        let username = table.string("username")?;
        let credential = secret(&table, "credential", folder)?;
        for url in &urls {
            // Whether the URL can be used does not depend on what the secret is.
            let secret = credential.as_ref().map(|_| String::new());
            let username = username.as_ref().map(|name| name.value.to_owned());
            if let Err(error) = IceServer::new(url.value, username, secret) {
                return Err(url.wrong(&format!("{error}."), ICE_ADVICE));
            }
        }
        entries.push(IceEntry {
            urls: urls.into_iter().map(Text::owned).collect(),
            username: username.map(Text::owned),
            credential,
        });
    }
    Ok(entries)
}

/// As W3C WebRTC names it.
fn relay_only(root: &Table<'_>) -> Result<bool, DeskError> {
    match root.string("ice_transport_policy")? {
        None => Ok(false),
        Some(policy) => match policy.value {
            "all" => Ok(false),
            "relay" => Ok(true),
            _ => Err(policy.wrong("this is not a policy.", POLICY_ADVICE)),
        },
    }
}

/// `NAME_env` or `NAME_file`, not both.
fn secret(
    table: &Table<'_>,
    name: &str,
    folder: &dyn Fn(&str) -> std::path::PathBuf,
) -> Result<Option<SecretSource>, DeskError> {
    let (env, file) = (format!("{name}_env"), format!("{name}_file"));
    match (table.string(&env)?, table.string(&file)?) {
        (Some(variable), None) => Ok(Some(SecretSource::Env(variable.owned()))),
        (None, Some(path)) => Ok(Some(SecretSource::File(folder(path.value)))),
        (None, None) => Ok(None),
        (Some(_), Some(path)) => {
            let what = format!("`{env}` and `{file}` are both there.");
            Err(path.wrong(&what, "Keep one of them."))
        }
    }
}

/// A table of the profile, with where it stands.
struct Table<'a> {
    text: &'a str,
    table: &'a DeTable<'a>,
    at: Option<Range<usize>>,
}

/// A text of the profile, with where it stands.
struct Text<'a> {
    text: &'a str,
    at: Range<usize>,
    value: &'a str,
}

impl<'a> Table<'a> {
    /// Refuses every key that is not in `known`.
    fn only(&self, known: &[&str]) -> Result<(), DeskError> {
        // A table is sorted by key; the first mistake in the text is the one to name.
        let unknown = self
            .table
            .keys()
            .filter(|key| !known.contains(&key.get_ref().as_ref()));
        let Some(key) = unknown.min_by_key(|key| key.span().start) else {
            return Ok(());
        };
        let name = key.get_ref();
        let near = known
            .iter()
            .map(|known| (distance(name, known), *known))
            .min();
        let advice = match near {
            Some((distance, near)) if distance <= 2 => format!("Did you mean `{near}`?"),
            _ => format!("Known are {}.", quoted(known)),
        };
        Err(wrong(
            self.text,
            key.span(),
            &format!("`{name}` is not known."),
            &advice,
        ))
    }

    fn refuse(&self, key: &str, what: &str, advice: &str) -> Result<(), DeskError> {
        match self.table.get_key_value(key) {
            Some((key, _)) => Err(wrong(self.text, key.span(), what, advice)),
            None => Ok(()),
        }
    }

    fn required(&self, key: &str, advice: &str) -> Result<Text<'a>, DeskError> {
        self.string(key)?.ok_or_else(|| self.missing(key, advice))
    }

    fn missing(&self, key: &str, advice: &str) -> DeskError {
        let what = format!("`{key}` is missing.");
        DeskError::new(ErrorCode::ProfileInvalid, what, advice)
    }

    fn string(&self, key: &str) -> Result<Option<Text<'a>>, DeskError> {
        self.table
            .get(key)
            .map(|value| self.text_of(key, value))
            .transpose()
    }

    /// A list of texts, or one text alone.
    fn strings(&self, key: &str) -> Result<Option<Vec<Text<'a>>>, DeskError> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let texts = match value.get_ref() {
            DeValue::Array(values) => values.iter().map(|v| self.text_of(key, v)).collect(),
            _ => self.text_of(key, value).map(|text| vec![text]),
        };
        texts.map(Some)
    }

    fn tables(&self, key: &str) -> Result<Vec<Table<'a>>, DeskError> {
        let Some(value) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let advice = format!("Begin each with a line `[[{key}]]`.");
        let DeValue::Array(values) = value.get_ref() else {
            let what = format!("`{key}` must be a list of tables.");
            return Err(wrong(self.text, value.span(), &what, &advice));
        };
        let table = |value: &'a Spanned<DeValue<'a>>| match value.get_ref() {
            DeValue::Table(table) => Ok(Table {
                text: self.text,
                table,
                at: Some(value.span()),
            }),
            _ => {
                let what = format!("`{key}` must be a list of tables.");
                Err(wrong(self.text, value.span(), &what, &advice))
            }
        };
        values.iter().map(table).collect()
    }

    fn text_of(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Result<Text<'a>, DeskError> {
        let DeValue::String(inner) = value.get_ref() else {
            let what = format!("`{key}` must be text, not {}.", value.get_ref().type_str());
            return Err(wrong(self.text, value.span(), &what, "Put it in quotes."));
        };
        if inner.trim().is_empty() {
            let what = format!("`{key}` is empty.");
            return Err(wrong(
                self.text,
                value.span(),
                &what,
                "Fill it in or remove the line.",
            ));
        }
        Ok(Text {
            text: self.text,
            at: value.span(),
            value: inner,
        })
    }

    fn wrong(&self, key: &str, what: &str, advice: &str) -> DeskError {
        let at = self.table.get(key).map_or(0..0, |value| value.span());
        wrong(self.text, at, what, advice)
    }
}

impl Text<'_> {
    fn owned(self) -> String {
        self.value.to_owned()
    }

    fn parsed<T: std::str::FromStr<Err = AccountError>>(
        &self,
        advice: &str,
    ) -> Result<T, DeskError> {
        self.value
            .parse()
            .map_err(|error: AccountError| self.wrong(&format!("{error}."), advice))
    }

    fn wrong(&self, what: &str, advice: &str) -> DeskError {
        wrong(self.text, self.at.clone(), what, advice)
    }
}

/// What is wrong at `at`. The value itself is not shown: it may be a person or a secret.
fn wrong(text: &str, at: Range<usize>, what: &str, advice: &str) -> DeskError {
    let line = text[..at.start.min(text.len())].matches('\n').count() + 1;
    DeskError::new(
        ErrorCode::ProfileInvalid,
        format!("Line {line}: {what}"),
        advice,
    )
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// How many letters must be added, taken away or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

const KEYS: &[&str] = &[
    "server",
    "aor",
    "country",
    "customer",
    "display_name",
    "auth_user",
    "ca_file",
    "proxy",
    "codecs",
    "ice_servers",
    "ice_transport_policy",
    "transfer",
    "recording",
    "history",
    "sound",
    "links",
    "desktop",
    "password_env",
    "password_file",
];

const ICE_KEYS: &[&str] = &["urls", "username", "credential_env", "credential_file"];

const CODECS: &[(&str, Codec)] = &[
    ("opus", Codec::Opus),
    ("g722", Codec::G722),
    ("pcmu", Codec::Pcmu),
    ("pcma", Codec::Pcma),
];

const SERVER_ADVICE: &str = "Write for example server = \"wss://sbc.example.com/ws\" or server = \"sips:sbc.example.com\"; \
    several as [\"wss://a.example.com/ws\", \"wss://b.example.com/ws\"].";
const AOR_ADVICE: &str = "Write for example aor = \"sip:2001@example.com\".";
const COUNTRY_ADVICE: &str = "Write two letters as of ISO 3166-1, for example country = \"DE\".";
const PROXY_ADVICE: &str = "Write for example proxy = \"http://proxy.example.com:3128\".";
const CODECS_ADVICE: &str = "Choose from \"opus\", \"g722\", \"pcmu\", \"pcma\".";
const ICE_ADVICE: &str = "Write for example urls = [\"stun:stun.example.com\"], or \
    [\"turn:turn.example.com\", \"turns:turn.example.com\"] with `username` and `credential_env` or \
    `credential_file`.";
const POLICY_ADVICE: &str =
    "Choose from \"all\" and \"relay\" (sound by way of the TURN servers alone).";
const PASSWORD_ADVICE: &str = "Remove the line, and store the password with `warmline-cli password`, \
    or name `password_env` or `password_file`.";

#[cfg(test)]
mod tests;
