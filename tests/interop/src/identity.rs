use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::{LabError, Result};
use crate::lines::Lines;
use crate::place;
use crate::process::{Pipes, Process};

/// A certified OpenID provider in the shape of Entra ID (`lab/oidc/oidc.mjs`). Everybody may sign in.
pub struct IdentityProvider {
    lines: Lines,
    authority: String,
}

/// What was asked of its token endpoint.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// `authorization_code`, `refresh_token` or a device code's.
    pub grant: String,
    /// Whether there were tokens.
    pub ok: bool,
    /// For what.
    pub scope: String,
    /// The `claims` parameter.
    pub claims: String,
}

/// An agent at a browser who signs in: headless Chromium (`lab/oidc/agent.mjs`).
#[derive(Clone, Debug)]
pub struct Agent {
    dir: PathBuf,
    /// The name to sign in with.
    account: String,
    /// Whether they consent.
    consents: bool,
}

impl IdentityProvider {
    /// The tenant that there is.
    pub const TENANT: &str = "6f0e6f6a-0000-4000-8000-00000000c0de";
    /// The application that is registered in it.
    pub const CLIENT: &str = "7a7a7a7a-0000-4000-8000-00000000cafe";
    /// The scope of the provider's own service.
    pub const PROVIDER_SCOPE: &str = "api://provider/Phone.Read";

    /// Starts one whose logs are in `dir`.
    ///
    /// # Errors
    /// `lab/setup` has not run, or it does not come up.
    pub fn start(dir: &Path) -> Result<Self> {
        let what = json!({
            "tenant": Self::TENANT,
            "client": Self::CLIENT,
            "scopes": ["User.Read", "Presence.Read.All", Self::PROVIDER_SCOPE],
        });
        let process = Process::start(
            "identity-provider",
            script("oidc.mjs", &what)?,
            Pipes::Both,
            dir,
        )?;
        let mut lines = Lines::new(process);
        let ready = event(&mut lines, "ready")?;
        let authority = text(&ready, "authority");
        Ok(Self { lines, authority })
    }

    /// Where it is: the authority of a sign-in.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// From now on no refresh token is good that was issued until now.
    ///
    /// # Errors
    /// It does not do it.
    pub fn revoke(&mut self) -> Result<()> {
        self.lines.send(&json!({ "cmd": "revoke" }))?;
        event(&mut self.lines, "revoked").map(drop)
    }

    /// From now on ID tokens are signed by a new key.
    ///
    /// # Errors
    /// It does not do it.
    pub fn rotate_key(&mut self) -> Result<()> {
        self.lines.send(&json!({ "cmd": "rotate" }))?;
        event(&mut self.lines, "rotated").map(drop)
    }

    /// The next thing asked of the token endpoint, after the one seen last.
    ///
    /// # Errors
    /// Nothing is.
    pub fn token_request(&mut self) -> Result<TokenRequest> {
        let request = event(&mut self.lines, "token")?;
        Ok(TokenRequest {
            grant: text(&request, "grant"),
            ok: request["ok"] == true,
            scope: text(&request, "scope"),
            claims: text(&request, "claims"),
        })
    }
}

impl Agent {
    /// One who signs in as `account`, and whose browser's logs are in `dir`.
    pub fn new(dir: &Path, account: &str) -> Self {
        Self {
            dir: dir.to_owned(),
            account: account.to_owned(),
            consents: true,
        }
    }

    /// The same, who does not consent to anything.
    #[must_use]
    pub fn who_declines(mut self) -> Self {
        self.consents = false;
        self
    }

    /// Signs in on this page, with the code that is shown elsewhere, if any; what they see in the end.
    ///
    /// # Errors
    /// The browser does not get that far.
    pub fn sign_in(&self, page: &str, code: Option<&str>) -> Result<String> {
        let what = json!({
            "chromium": place::chromium()?,
            "page": page,
            "account": self.account,
            "answer": if self.consents { "yes" } else { "no" },
            "code": code,
        });
        let mut command = script("agent.mjs", &what)?;
        command.env("HOME", &self.dir);
        let process = Process::start("agent", command, Pipes::Both, &self.dir)?;
        let mut lines = Lines::new(process);
        let shown = event(&mut lines, "shown")?;
        lines.process.wait(Duration::from_secs(5));
        Ok(text(&shown, "text"))
    }
}

fn script(name: &str, what: &Value) -> Result<Command> {
    let folder = place::sources().join("oidc");
    if !folder.join("node_modules/oidc-provider").is_dir() {
        return Err(LabError::Missing {
            what: "oidc-provider",
            place: folder,
        });
    }
    let mut command = Command::new(place::program("Node.js", &["node"])?);
    command.arg(folder.join(name)).arg(what.to_string());
    Ok(command)
}

fn event(lines: &mut Lines, name: &str) -> Result<Value> {
    let who = lines.process.name().to_owned();
    lines.wait(name, LIMIT, |line| {
        if line.value["event"] == "error" {
            let reason = text(&line.value, "message");
            let name = who.clone();
            return Some(Err(LabError::Refused { name, reason }));
        }
        (line.value["event"] == name).then(|| Ok(line.value.clone()))
    })?
}

fn text(event: &Value, field: &str) -> String {
    event[field].as_str().unwrap_or_default().to_owned()
}

const LIMIT: Duration = Duration::from_secs(60);
