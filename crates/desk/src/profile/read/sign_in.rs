//! `[sign_in]`: where the agent signs in.

use std::path::Path;

use toml::de::DeTable;
use url::{Host, Url};
use warmline_entra::Cloud;

use super::{Table, Text, quoted, wrong};
use crate::{error::DeskError, profile::access::SignInProfile};

/// What a profile says of a sign-in; none if it describes the phone itself. A text that is no TOML is
/// left to whoever reads the phone.
pub(crate) fn sign_in(text: &str, folder: &Path) -> Result<Option<SignInProfile>, DeskError> {
    let Ok(root) = DeTable::parse(text) else {
        return Ok(None);
    };
    let root = Table {
        text,
        table: root.get_ref(),
        at: None,
    };
    let Some(table) = root.table("sign_in")? else {
        return Ok(None);
    };
    if root.table.keys().len() > 1 {
        let others = root.table.keys().filter(|key| key.get_ref() != "sign_in");
        let at = others.map(|key| key.span()).min_by_key(|at| at.start);
        return Err(wrong(
            text,
            at.unwrap_or_default(),
            "beside `[sign_in]` nothing else is read.",
            "The provider describes the phone: remove the rest, or remove `[sign_in]`.",
        ));
    }
    table.only(KEYS)?;
    Ok(Some(SignInProfile {
        cloud: cloud(&table)?,
        tenant: word(&table, "tenant", TENANT_ADVICE)?,
        client_id: word(&table, "client_id", CLIENT_ADVICE)?,
        provisioning: table.required("provisioning", PROVISIONING_ADVICE)?.url()?,
        provider_scope: word(&table, "provider_scope", SCOPE_ADVICE)?,
        device_code: table.switch("device_code")?.unwrap_or(false),
        ca_file: table.string("ca_file")?.map(|path| folder.join(path.value)),
    }))
}

fn cloud(table: &Table<'_>) -> Result<Cloud, DeskError> {
    let named = table.string("cloud")?;
    match (named, table.string("authority")?, table.string("graph")?) {
        (Some(name), None, None) => Cloud::named(name.value).ok_or_else(|| {
            let known: Vec<&str> = Cloud::names().collect();
            name.wrong(
                "this is not a cloud.",
                &format!(
                    "Known are {}; another one is given by `authority` and `graph`.",
                    quoted(&known)
                ),
            )
        }),
        (None, Some(authority), Some(graph)) => Ok(Cloud {
            authority: trimmed(authority.url()?),
            graph: trimmed(graph.url()?),
        }),
        (None, None, None) => {
            Cloud::named("public").ok_or_else(|| table.missing("cloud", CLOUD_ADVICE))
        }
        (Some(name), ..) => Err(name.wrong("`cloud` stands beside another one.", CLOUD_ADVICE)),
        (None, Some(_), None) => Err(table.missing("graph", CLOUD_ADVICE)),
        (None, None, Some(_)) => Err(table.missing("authority", CLOUD_ADVICE)),
    }
}

/// A text that goes into a URL or a form as it is.
fn word(table: &Table<'_>, key: &str, advice: &str) -> Result<String, DeskError> {
    let text = table.required(key, advice)?;
    if text.value.contains(char::is_whitespace) {
        return Err(text.wrong(&format!("`{key}` has a blank in it."), advice));
    }
    Ok(text.owned())
}

fn trimmed(url: Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

impl Text<'_> {
    /// A URL that tokens may go to: HTTPS, or on this machine alone.
    fn url(&self) -> Result<Url, DeskError> {
        let url = Url::parse(self.value)
            .map_err(|error| self.wrong(&format!("this is not a URL: {error}."), URL_ADVICE))?;
        let own = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && own) {
            return Err(self.wrong("tokens do not go over an open connection.", URL_ADVICE));
        }
        Ok(url)
    }
}

const KEYS: &[&str] = &[
    "cloud",
    "authority",
    "graph",
    "tenant",
    "client_id",
    "provisioning",
    "provider_scope",
    "device_code",
    "ca_file",
];
const CLOUD_ADVICE: &str =
    "Write for example cloud = \"public\", or both of `authority` and `graph`.";
const TENANT_ADVICE: &str =
    "Write the tenant's id or a domain of it, for example tenant = \"contact.example\".";
const CLIENT_ADVICE: &str = "Write the application (client) id that Warmline is registered with.";
const PROVISIONING_ADVICE: &str =
    "Write for example provisioning = \"https://phones.example.com/v1/phone\".";
const SCOPE_ADVICE: &str =
    "Write for example provider_scope = \"api://phones.example.com/Phone.Read\".";
const URL_ADVICE: &str = "Write an address that begins with https://.";

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[sign_in]\ntenant = \"contact.example\"\nclient_id = \"7d9\"\n\
        provisioning = \"https://phones.example.com/v1/phone\"\nprovider_scope = \"api://phones/Phone.Read\"\n";

    #[test]
    fn the_public_cloud_unless_another_one_is_named() {
        let read = sign_in(GOOD, Path::new("/etc")).unwrap().unwrap();
        assert_eq!(Some(read.cloud), Cloud::named("public"));
        assert!(!read.device_code);
        let text =
            format!("{GOOD}cloud = \"gcc-high\"\ndevice_code = true\nca_file = \"ca.pem\"\n");
        let read = sign_in(&text, Path::new("/etc")).unwrap().unwrap();
        assert_eq!(read.cloud.authority, "https://login.microsoftonline.us");
        assert!(read.device_code);
        assert_eq!(read.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
        let own = "authority = \"http://127.0.0.1:81/\"\ngraph = \"http://localhost:82/v1.0/\"\n";
        let read = sign_in(&format!("{GOOD}{own}"), Path::new(""))
            .unwrap()
            .unwrap();
        assert_eq!(read.cloud.graph, "http://localhost:82/v1.0");
    }

    #[test]
    fn a_phone_is_no_sign_in() {
        assert_eq!(sign_in("server = \"wss://a\"\n", Path::new("")), Ok(None));
        assert_eq!(sign_in("no toml", Path::new("")), Ok(None));
    }

    #[test]
    fn whoever_needs_a_phone_is_told_that_this_is_a_sign_in() {
        let error = crate::profile::Profile::parse(GOOD, Path::new("")).unwrap_err();
        assert!(error.what.contains("asks for a sign-in"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (more, says) in [
            ("cloud = \"moon\"\n", "Line 6: this is not a cloud."),
            ("cluod = \"public\"\n", "Line 6: `cluod` is not known."),
            (
                "graph = \"https://graph.example\"\n",
                "`authority` is missing.",
            ),
            ("device_code = \"yes\"\n", "`device_code`"),
            (
                "authority = \"http://login.example\"\ngraph = \"https://g.example\"\n",
                "Line 6: tokens do not go over an open connection.",
            ),
        ] {
            let error = sign_in(&format!("{GOOD}{more}"), Path::new("")).unwrap_err();
            assert!(error.what.contains(says), "{error}");
            assert!(!error.advice.is_empty(), "{error}");
        }
        let both = format!("aor = \"sip:1@a.example\"\n{GOOD}");
        let error = sign_in(&both, Path::new("")).unwrap_err();
        assert!(error.what.starts_with("Line 1:"), "{error}");
        let blank = GOOD.replace("7d9", "7 9");
        assert!(
            sign_in(&blank, Path::new(""))
                .unwrap_err()
                .what
                .contains("blank")
        );
    }
}
