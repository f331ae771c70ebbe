use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::{Url, form_urlencoded};

use crate::forge::{self, Forge};

pub(super) const TENANT: &str = "11111111-2222-3333-4444-555555555555";
pub(super) const CLIENT: &str = "client";

/// An identity provider that lets everybody in, and forgets every refresh token that was used. A code is
/// what the page asked for.
pub(super) struct Provider {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Inside {
    asked: Vec<Form>,
    issued: u64,
    revoked: bool,
}

pub(super) type Form = BTreeMap<String, String>;

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::<Mutex<Inside>>::default();
        let shared = Arc::clone(&inside);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, address, &shared).await;
            }
        });
        Self {
            address,
            inside,
            task,
        }
    }

    pub(super) fn authority(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked of the token endpoint.
    pub(super) fn asked(&self) -> Vec<Form> {
        self.inside.lock().unwrap().asked.clone()
    }

    /// No refresh token is good any more.
    pub(super) fn revoke(&self) {
        self.inside.lock().unwrap().revoked = true;
    }

    /// Where somebody who signs in on this page is sent.
    pub(super) fn sign_in(page: &Url) -> Url {
        let asked: Form = page.query_pairs().into_owned().collect();
        assert_eq!(asked["client_id"], CLIENT);
        let code = json!({ "nonce": asked["nonce"], "challenge": asked["code_challenge"] });
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        back.query_pairs_mut()
            .append_pair("code", &code.to_string())
            .append_pair("state", &asked["state"]);
        back
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, address: SocketAddr, inside: &Mutex<Inside>) {
    let Some((path, body)) = read(&mut stream).await else {
        return;
    };
    let at = format!("http://{address}/{TENANT}");
    let (status, answer) = match path.strip_prefix(&format!("/{TENANT}")) {
        Some("/v2.0/.well-known/openid-configuration") => (200, discovery(&at)),
        Some("/discovery/v2.0/keys") => (200, json!({ "keys": [Forge::issuer().key()] })),
        Some("/oauth2/v2.0/token") => {
            let form = form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect();
            inside.lock().unwrap().token(form, &at)
        }
        _ => (404, json!({})),
    };
    let answer = answer.to_string();
    let response = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    );
    let _ = stream.write_all(response.as_bytes()).await;
}

impl Inside {
    fn token(&mut self, form: Form, at: &str) -> (u16, Value) {
        let refused = (400, json!({ "error": "invalid_grant" }));
        self.asked.push(form.clone());
        assert_eq!(form["client_id"], CLIENT);
        let nonce = match form["grant_type"].as_str() {
            "authorization_code" => {
                let code: Value = serde_json::from_str(&form["code"]).unwrap();
                let digest = digest(&SHA256, form["code_verifier"].as_bytes());
                if code["challenge"] != forge::encode(digest.as_ref()) {
                    return refused;
                }
                Some(code["nonce"].clone())
            }
            _ if self.revoked || form["refresh_token"] != format!("refresh-{}", self.issued) => {
                return refused;
            }
            _ => None,
        };
        self.issued += 1;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let claims = json!({
            "iss": format!("{at}/v2.0"), "aud": CLIENT, "exp": now + 3_600, "iat": now, "nonce": nonce,
            "tid": TENANT, "oid": "object", "name": "Robin Adeyemi",
            "preferred_username": "robin@contact.example",
        });
        let answer = json!({
            "token_type": "Bearer", "access_token": format!("access-{}", self.issued),
            "refresh_token": format!("refresh-{}", self.issued), "expires_in": 3_600,
            "scope": form["scope"], "id_token": Forge::issuer().sign(&claims),
        });
        (200, answer)
    }
}

fn discovery(at: &str) -> Value {
    json!({
        "issuer": format!("{at}/v2.0"),
        "authorization_endpoint": format!("{at}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{at}/oauth2/v2.0/token"),
        "jwks_uri": format!("{at}/discovery/v2.0/keys"),
    })
}

/// A request's path and body.
async fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is = name.eq_ignore_ascii_case("content-length");
                is.then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                let path = head.split(' ').nth(1)?.to_owned();
                return Some((path, body.to_owned()));
            }
        }
        let mut piece = [0; 4_096];
        let count = stream.read(&mut piece).await.ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&piece[..count]);
    }
}
