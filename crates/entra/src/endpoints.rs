use serde::Deserialize;
use url::Url;

/// Where the identity provider does what, as it says itself (OpenID Connect Discovery).
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub(crate) authorization: Url,
    pub(crate) token: Url,
    pub(crate) device_authorization: Option<Url>,
    pub(crate) keys: Url,
    /// The issuer of its ID tokens.
    pub(crate) issuer: String,
    /// The tenant's id, which every ID token must have.
    pub(crate) tenant: String,
}

impl Endpoints {
    /// Reads the document that `source` gave for `tenant`. None if it cannot be trusted: whatever it names
    /// must be on the same origin, since a document is no reason to send a code anywhere else.
    pub(crate) fn read(document: &[u8], source: &Url, tenant: &str) -> Option<Self> {
        let document: Document = serde_json::from_slice(document).ok()?;
        let own = |text: &str| {
            let url = Url::parse(text).ok()?;
            (url.origin() == source.origin() && url.fragment().is_none()).then_some(url)
        };
        let issuer = match document.issuer.contains(TEMPLATE) {
            // Everybody's document. It says of no tenant that it exists.
            true if is_guid(tenant) => document.issuer.replace(TEMPLATE, tenant),
            true => return None,
            false => document.issuer,
        };
        let of_issuer = Url::parse(&issuer).ok()?;
        let named = of_issuer.path_segments()?.next()?.to_owned();
        let tenant = if is_guid(tenant) {
            tenant.to_owned()
        } else {
            named
        };
        (!tenant.is_empty()).then_some(())?;
        Some(Self {
            authorization: own(&document.authorization_endpoint)?,
            token: own(&document.token_endpoint)?,
            device_authorization: match document.device_authorization_endpoint {
                Some(url) => Some(own(&url)?),
                None => None,
            },
            keys: own(&document.jwks_uri)?,
            issuer,
            tenant,
        })
    }
}

/// Whether this is a tenant's id and not a domain.
pub(crate) fn is_guid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    device_authorization_endpoint: Option<String>,
    jwks_uri: String,
}

/// Stands for the tenant in the documents of tenants that everybody shares.
const TEMPLATE: &str = "{tenantid}";

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    fn read(change: impl FnOnce(&mut serde_json::Value), tenant: &str) -> Option<Endpoints> {
        let source =
            Url::parse("https://login.example.com/x/v2.0/.well-known/openid-configuration")
                .unwrap();
        let mut document = serde_json::json!({
            "issuer": format!("https://login.example.com/{TENANT}/v2.0"),
            "authorization_endpoint": "https://login.example.com/x/oauth2/v2.0/authorize",
            "token_endpoint": "https://login.example.com/x/oauth2/v2.0/token",
            "device_authorization_endpoint": "https://login.example.com/x/oauth2/v2.0/devicecode",
            "jwks_uri": "https://login.example.com/x/discovery/v2.0/keys",
        });
        change(&mut document);
        Endpoints::read(document.to_string().as_bytes(), &source, tenant)
    }

    #[test]
    fn a_tenant_is_known_by_its_id_whatever_it_is_called() {
        assert_eq!(read(|_| (), TENANT).unwrap().tenant, TENANT);
        assert_eq!(read(|_| (), "contact.example").unwrap().tenant, TENANT);
        let template = |d: &mut serde_json::Value| {
            d["issuer"] = "https://login.example.com/{tenantid}/v2.0".into();
        };
        let read_of_template = read(template, TENANT).unwrap();
        assert_eq!(
            read_of_template.issuer,
            format!("https://login.example.com/{TENANT}/v2.0")
        );
        assert!(read(template, "contact.example").is_none());
    }

    #[test]
    fn nothing_is_sent_to_another_origin() {
        for (name, url) in [
            ("token_endpoint", "https://evil.example.com/token"),
            ("token_endpoint", "http://login.example.com/token"),
            (
                "authorization_endpoint",
                "https://login.example.com:444/authorize",
            ),
            ("jwks_uri", "file:///etc/keys"),
            (
                "device_authorization_endpoint",
                "https://evil.example.com/device",
            ),
        ] {
            assert!(
                read(|d| d[name] = url.into(), TENANT).is_none(),
                "{name} {url}"
            );
        }
        assert!(read(|d| drop(d["device_authorization_endpoint"].take()), TENANT).is_some());
        assert!(read(|d| drop(d["jwks_uri"].take()), TENANT).is_none());
    }
}
