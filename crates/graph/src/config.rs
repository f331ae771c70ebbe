use warmline_entra::Cloud;

/// What the experts of one tenant are read by.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where Graph is.
    pub cloud: Cloud,
    /// Object ids of the groups whose members are the experts. Without any, and without tags, experts are
    /// those that a search finds.
    pub groups: Vec<String>,
    /// Teams tags that say what their members know.
    pub tags: Vec<TeamTag>,
    /// How many agents share the tenant's budget of requests, as the provider reckons.
    pub agents: u32,
    /// What an expert is told about a call, if anything.
    pub card: Option<CardPolicy>,
    /// Whether Teams is told that the agent is in a call.
    pub share_presence: bool,
    /// Id of the client, as which presence is set.
    pub client_id: String,
    /// Certificate authorities trusted besides the system's own, PEM.
    pub extra_ca: Option<Vec<u8>>,
    /// For jitter.
    pub seed: u64,
}

/// A Teams tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TeamTag {
    /// Id of the team.
    pub team: String,
    /// Id of the tag in it.
    pub tag: String,
}

/// What an expert is told about a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CardPolicy {
    /// The text, with `{customer}`, `{number}`, `{queue}`, `{topic}`, `{tried}`, `{note}` and `{agent}`
    /// where these go. A line whose places are all empty is left out.
    pub template: String,
    /// Digits of numbers are shown up to the last four only.
    pub redact_numbers: bool,
    /// Runs of 12 or more digits (cards, accounts) are taken out of whatever the agent writes.
    pub redact_digits: bool,
}

impl Default for CardPolicy {
    fn default() -> Self {
        Self {
            template: "{agent} is about to call you with a customer.\n\
                       Customer: {customer} {number}\n\
                       Queue: {queue}\n\
                       About: {topic}\n\
                       Tried so far: {tried}\n\
                       Note: {note}"
                .to_owned(),
            redact_numbers: false,
            redact_digits: true,
        }
    }
}
