//! Who calls whom in the lab. Numbers, names and passwords are such as occur nowhere by chance, so that
//! finding one in a log proves a leak.

/// Someone with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user part of the address of record, and what others dial.
    pub number: &'static str,
    /// The display name.
    pub name: &'static str,
    /// The password, for either server.
    pub password: &'static str,
}

impl Person {
    /// The agent whose phone is tested.
    pub const AGENT: Person = Person {
        number: "4930555201",
        name: "Ottilie Zwiebelfisch",
        password: "Mondkalb-4930555201",
    };
    /// The agent's colleague.
    pub const COLLEAGUE: Person = Person {
        number: "4930555202",
        name: "Adalbert Quittenbaum",
        password: "Mondkalb-4930555202",
    };
    /// The one at the browser.
    pub const EXPERT: Person = Person {
        number: "4930555203",
        name: "Rosalinde Haferkorn",
        password: "Mondkalb-4930555203",
    };
    /// Who has a plain SIP phone: a peer to measure beside.
    pub const RIVAL: Person = Person {
        number: "4930555101",
        name: "Leberecht Mauersegler",
        password: "Mondkalb-4930555101",
    };

    /// Who calls the contact centre, by a plain SIP phone.
    pub const CUSTOMER: Person = Person {
        number: "4930555102",
        name: "Walpurga Sauerampfer",
        password: "Mondkalb-4930555102",
    };
    /// The expert who has a plain SIP phone.
    pub const SPECIALIST: Person = Person {
        number: "4930555103",
        name: "Hieronymus Blaukraut",
        password: "Mondkalb-4930555103",
    };

    /// An agent with a plain account: for a user agent without sound, which no WebRTC can be expected of.
    pub const TRAINEE: Person = Person {
        number: "4930555104",
        name: "Kunigunde Schnabeltier",
        password: "Mondkalb-4930555104",
    };

    pub(crate) const ALL: [Person; 7] = [
        Person::AGENT,
        Person::COLLEAGUE,
        Person::EXPERT,
        Person::RIVAL,
        Person::CUSTOMER,
        Person::SPECIALIST,
        Person::TRAINEE,
    ];

    /// Whether the phone is a plain SIP phone: UDP, and RTP without encryption.
    pub(crate) fn is_plain(&self) -> bool {
        self.number.starts_with("49305551")
    }

    /// What every password begins with; the number follows. Kamailio makes it up from that.
    pub(crate) const PASSWORD_PREFIX: &str = "Mondkalb-";
    /// What every number in the lab begins with.
    pub(crate) const NUMBER_PREFIX: &str = "4930555";
    /// The domain of the lab.
    pub const DOMAIN: &str = "warmline.test";

    /// The address of record.
    pub fn aor(&self) -> String {
        format!("sip:{}@{}", self.number, Person::DOMAIN)
    }
}
