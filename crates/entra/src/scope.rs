use std::collections::BTreeSet;

/// A set of delegated permissions.
pub type Scopes = BTreeSet<Scope>;

/// A delegated permission of Microsoft Graph that Warmline has a use for; each is asked for when its use
/// first comes up. Source: Microsoft Graph permissions reference.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// Who the agent is.
    UserRead,
    /// Names, photos and addresses of others; search for them.
    UserReadBasicAll,
    /// Presence of others.
    PresenceReadAll,
    /// The agent's own presence, set.
    PresenceReadWrite,
    /// A chat, begun.
    ChatCreate,
    /// A message, sent.
    ChatMessageSend,
    /// Chats, read: an expert's reply.
    ChatRead,
    /// When others are free.
    CalendarsRead,
    /// Who belongs to a group.
    GroupMemberReadBasicAll,
    /// Teams tags, which say what somebody knows.
    TeamworkTagRead,
    /// The number by which Teams can be called.
    TeamsUserConfigurationReadAll,
    /// Titles, departments and skills of others.
    UserReadAll,
}

/// Who may grant a permission, by Microsoft's defaults; a tenant may ask for an administrator always.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WhoMayConsent {
    /// The agent.
    Agent,
    /// An administrator of the tenant.
    Administrator,
}

/// What a rung unlocks for the agent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unlocks {
    /// Who the agent is.
    You,
    /// The experts, and who of them is free.
    Presence,
    /// An expert gets to know in Teams who is calling and why, and can reply.
    Chat,
    /// Teams shows that the agent is in a call.
    OwnPresence,
    /// When an expert's next meeting begins.
    Meetings,
    /// The provider's experts, with title, department and skills.
    Directory,
    /// Teams tags count as skills.
    Tags,
    /// The number that Teams knows an expert by.
    Numbers,
}

/// One rung of the consent ladder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Consent {
    /// What is granted together.
    pub scopes: &'static [Scope],
    /// What it unlocks.
    pub unlocks: Unlocks,
    /// Who may grant it.
    pub by: WhoMayConsent,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::UserRead,
        Self::UserReadBasicAll,
        Self::PresenceReadAll,
        Self::PresenceReadWrite,
        Self::ChatCreate,
        Self::ChatMessageSend,
        Self::ChatRead,
        Self::CalendarsRead,
        Self::GroupMemberReadBasicAll,
        Self::TeamworkTagRead,
        Self::TeamsUserConfigurationReadAll,
        Self::UserReadAll,
    ];

    /// The one of this name, however it is capitalised.
    pub fn named(name: &str) -> Option<Self> {
        let is = |scope: &Self| scope.as_str().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(is)
    }

    /// As Graph writes it: `Presence.Read.All`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserRead => "User.Read",
            Self::UserReadBasicAll => "User.ReadBasic.All",
            Self::PresenceReadAll => "Presence.Read.All",
            Self::PresenceReadWrite => "Presence.ReadWrite",
            Self::ChatCreate => "Chat.Create",
            Self::ChatMessageSend => "ChatMessage.Send",
            Self::ChatRead => "Chat.Read",
            Self::CalendarsRead => "Calendars.Read",
            Self::GroupMemberReadBasicAll => "GroupMember.ReadBasic.All",
            Self::TeamworkTagRead => "TeamworkTag.Read",
            Self::TeamsUserConfigurationReadAll => "TeamsUserConfiguration.Read.All",
            Self::UserReadAll => "User.Read.All",
        }
    }
}

impl Consent {
    /// The ladder, from what everybody needs to what only some tenants grant.
    pub const LADDER: &'static [Self] = &[
        Self {
            scopes: &[Scope::UserRead],
            unlocks: Unlocks::You,
            by: WhoMayConsent::Agent,
        },
        Self {
            scopes: &[Scope::UserReadBasicAll, Scope::PresenceReadAll],
            unlocks: Unlocks::Presence,
            by: WhoMayConsent::Agent,
        },
        Self {
            scopes: &[Scope::ChatCreate, Scope::ChatMessageSend, Scope::ChatRead],
            unlocks: Unlocks::Chat,
            by: WhoMayConsent::Agent,
        },
        Self {
            scopes: &[Scope::PresenceReadWrite],
            unlocks: Unlocks::OwnPresence,
            by: WhoMayConsent::Agent,
        },
        Self {
            scopes: &[Scope::CalendarsRead],
            unlocks: Unlocks::Meetings,
            by: WhoMayConsent::Agent,
        },
        Self {
            scopes: &[Scope::GroupMemberReadBasicAll, Scope::UserReadAll],
            unlocks: Unlocks::Directory,
            by: WhoMayConsent::Administrator,
        },
        Self {
            scopes: &[Scope::TeamworkTagRead],
            unlocks: Unlocks::Tags,
            by: WhoMayConsent::Administrator,
        },
        Self {
            scopes: &[Scope::TeamsUserConfigurationReadAll],
            unlocks: Unlocks::Numbers,
            by: WhoMayConsent::Administrator,
        },
    ];
}
