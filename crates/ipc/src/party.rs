use warmline_desk::{
    NameAddr, Party,
    number::{self, Country, Kind},
};

use crate::snapshot::UiParty;

/// Who the agent is: needed to tell what of an address goes without saying.
#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) name: Option<String>,
    pub(crate) user: String,
    pub(crate) domain: String,
    pub(crate) server: String,
    pub(crate) country: Option<Country>,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹pii›")
    }
}

/// Somebody as the pages show them.
pub(crate) fn party(party: &Party, agent: &Agent) -> UiParty {
    let name = party.name.as_deref().map(str::trim);
    let name = name.filter(|name| !name.is_empty());
    if is_withheld(&party.address) {
        return UiParty {
            name: name.filter(|name| !is_withheld(name)).map(str::to_owned),
            number: "Number withheld".to_owned(),
            address: String::new(),
        };
    }
    let number = short(&party.address, agent);
    UiParty {
        name: name.filter(|name| *name != number).map(str::to_owned),
        number: written(number, agent),
        address: party.address.clone(),
    }
}

/// Somebody named in a header: by name, else by number.
pub(crate) fn name(address: &NameAddr, agent: &Agent) -> Option<String> {
    let named = address
        .display_name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned);
    named.or_else(|| Some(shown(&address.uri, agent)).filter(|number| !number.is_empty()))
}

/// Whether an address says only that there is none to see (RFC 3323 §4.1.1.3).
pub(crate) fn is_withheld(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let user = lower.split_once(':').map_or(&*lower, |(_, rest)| rest);
    let user = user.split(['@', ';']).next().unwrap_or_default();
    lower.contains("@anonymous.invalid")
        || ["anonymous", "restricted", "unavailable", "unknown"].contains(&user)
}

/// An address as [`short`] as it can be, numbers of the telephone network as people write them.
pub(crate) fn shown(address: &str, agent: &Agent) -> String {
    written(short(address, agent), agent)
}

fn written(short: String, agent: &Agent) -> String {
    let read = number::read(&short, agent.country);
    if read.kind == Kind::Telephone {
        read.shown
    } else {
        short
    }
}

/// An address without what goes without saying: scheme, parameters, our own domain, and any domain
/// behind a telephone number.
pub(crate) fn short(address: &str, agent: &Agent) -> String {
    let bare = ["sip:", "sips:", "tel:"]
        .iter()
        .find_map(|scheme| {
            let (head, rest) = address.split_at_checked(scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then_some(rest)
        })
        .unwrap_or(address);
    let bare = bare.split([';', '?', '>']).next().unwrap_or(bare);
    let Some((user, host)) = bare.rsplit_once('@') else {
        return bare.to_owned();
    };
    let ours = host.eq_ignore_ascii_case(&agent.domain) || host.eq_ignore_ascii_case(&agent.server);
    if ours || is_number(user) {
        user.to_owned()
    } else {
        bare.to_owned()
    }
}

fn is_number(user: &str) -> bool {
    !user.is_empty()
        && user
            .chars()
            .all(|c| c.is_ascii_digit() || "+-.()*#".contains(c))
}

#[cfg(test)]
impl Agent {
    pub(crate) fn example() -> Self {
        Self {
            name: Some("Robin Adeyemi".into()),
            user: "2001".into(),
            domain: "contact.example".into(),
            server: "sbc.contact.example".into(),
            country: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_as_short_as_it_can_be_told_apart() {
        for (address, shown) in [
            ("sip:+49305550@pbx.example;user=phone", "+49305550"),
            ("sip:mina@contact.example", "mina"),
            ("SIP:mina@sbc.contact.example", "mina"),
            ("sips:mina@elsewhere.example", "mina@elsewhere.example"),
            ("tel:+1-555-0100;ext=7", "+1-555-0100"),
            ("2002", "2002"),
            ("sip:contact.example", "contact.example"),
            ("é", "é"),
        ] {
            assert_eq!(short(address, &Agent::example()), shown);
        }
    }

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        let german = Agent {
            country: "DE".parse().ok(),
            ..Agent::example()
        };
        for (address, as_written) in [
            ("sip:+4930901820@pbx.example;user=phone", "+49 30 901820"),
            ("sip:030901820@pbx.example", "+49 30 901820"),
            ("sip:2002@contact.example", "2002"),
            ("sip:112@contact.example", "112"),
            ("sip:mina@elsewhere.example", "mina@elsewhere.example"),
        ] {
            assert_eq!(shown(address, &german), as_written);
        }
    }

    #[test]
    fn who_withholds_the_number_cannot_be_called_back() {
        for address in [
            "sip:anonymous@anonymous.invalid",
            "sip:Anonymous@pbx.example;user=phone",
            "sip:2002@anonymous.invalid",
        ] {
            let caller = Party {
                name: Some("Anonymous".into()),
                address: address.into(),
            };
            let shown = party(&caller, &Agent::example());
            assert_eq!((shown.name, &*shown.number), (None, "Number withheld"));
            assert_eq!(shown.address, "");
        }
    }

    #[test]
    fn a_name_that_repeats_the_number_is_no_name() {
        let caller = Party {
            name: Some("2002".into()),
            address: "sip:2002@contact.example".into(),
        };
        let shown = party(&caller, &Agent::example());
        assert_eq!(shown.name, None);
        assert_eq!(shown.number, "2002");
        assert_eq!(shown.address, "sip:2002@contact.example");
    }
}
