/// Where a Microsoft cloud is. Every one of them is configuration: hosts differ between clouds, change,
/// and Microsoft's pages do not always agree on them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cloud {
    /// Origin of the identity provider, without a path: `https://login.microsoftonline.com`.
    pub authority: String,
    /// Base of Microsoft Graph, with the version: `https://graph.microsoft.com/v1.0`.
    pub graph: String,
}

impl Cloud {
    /// One of Microsoft's, by the name IT writes into the profile: `public`, `gcc-high`, `dod`, `china`
    /// (21Vianet, which has no presence).
    ///
    /// Source: Microsoft Entra "National clouds", Microsoft Graph "National cloud deployments".
    pub fn named(name: &str) -> Option<Self> {
        let (_, authority, graph) = NAMED.iter().find(|(known, ..)| *known == name)?;
        Some(Self {
            authority: (*authority).to_owned(),
            graph: (*graph).to_owned(),
        })
    }

    /// The names that [`Cloud::named`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, ..)| *name)
    }
}

/// Name, authority, Graph.
const NAMED: &[(&str, &str, &str)] = &[
    (
        "public",
        "https://login.microsoftonline.com",
        "https://graph.microsoft.com/v1.0",
    ),
    (
        "gcc-high",
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us/v1.0",
    ),
    (
        "dod",
        "https://login.microsoftonline.us",
        "https://dod-graph.microsoft.us/v1.0",
    ),
    (
        "china",
        "https://login.partner.microsoftonline.cn",
        "https://microsoftgraph.chinacloudapi.cn/v1.0",
    ),
];
