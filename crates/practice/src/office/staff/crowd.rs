//! Colleagues who are only seen: their names, what they do and what they know, drawn from a seed.

use std::collections::BTreeSet;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};

use crate::scenario::{Profile, Scenario, Status};

/// One of them.
pub(super) struct One {
    pub(super) name: String,
    pub(super) number: Option<String>,
    pub(super) profile: Profile,
    pub(super) photo: bool,
}

/// As many as the scenario wants; the same for the same seed.
pub(super) fn of(scenario: &Scenario) -> Vec<One> {
    // Two things that are drawn from one seed must not go alike.
    let mut rng = StdRng::seed_from_u64(scenario.seed ^ 0x00C0_FFEE);
    let mut names: BTreeSet<String> = scenario.experts.iter().map(|e| e.name.clone()).collect();
    names.insert(scenario.agent.name.clone());
    let taken = scenario.experts.iter().map(|expert| &expert.number);
    let taken: BTreeSet<_> = taken.chain([&scenario.agent.number]).collect();
    let taken_too = scenario.customers.iter().map(|customer| &customer.number);
    let taken: BTreeSet<_> = taken.into_iter().chain(taken_too).cloned().collect();
    let mut numbers = (0..1_000)
        .flat_map(|n| NUMBERS.iter().map(move |prefix| format!("{prefix}{n:03}")))
        .filter(|number| !taken.contains(number));
    let mut crowd = Vec::new();
    for _ in 0..scenario.colleagues {
        let name = name(&mut rng, &mut names);
        let (department, titles, skills) = DEPARTMENTS.choose(&mut rng).unwrap_or(&DEPARTMENTS[0]);
        let mut skills: Vec<String> = skills.iter().map(|skill| (*skill).to_owned()).collect();
        skills.shuffle(&mut rng);
        skills.truncate(rng.random_range(0..=2));
        let away = rng.random_bool(0.04);
        let minutes = rng.random_range(5..180);
        crowd.push(One {
            name,
            // Not everybody can be called.
            number: numbers.next().filter(|_| rng.random_bool(0.92)),
            photo: rng.random_bool(0.6),
            profile: Profile {
                title: titles.choose(&mut rng).map(|title| (*title).to_owned()),
                department: Some((*department).to_owned()),
                skills,
                presence: away.then_some(Status::OutOfOffice),
                status_message: rng
                    .random_bool(0.15)
                    .then(|| MESSAGES.choose(&mut rng).map(|text| (*text).to_owned()))
                    .flatten(),
                out_of_office: away.then(|| "Back on Monday.".to_owned()),
                next_meeting: rng
                    .random_bool(0.5)
                    .then(|| Duration::from_secs(60 * minutes)),
                reply: None,
                verified_number: rng.random_bool(0.85),
                favourite: false,
            },
        });
    }
    crowd
}

/// A name that nobody has yet.
fn name(rng: &mut StdRng, names: &mut BTreeSet<String>) -> String {
    loop {
        // Names go together as people do: mostly, and not always.
        let (given, family) = NAMES.choose(rng).unwrap_or(&NAMES[0]);
        let other = match rng.random_bool(0.85) {
            true => family,
            false => NAMES.choose(rng).map_or(family, |(_, family)| family),
        };
        let (Some(given), Some(family)) = (given.choose(rng), other.choose(rng)) else {
            continue;
        };
        let second = match rng.random_bool(0.15) || names.len() > 1_500 {
            true => other.choose(rng).filter(|second| *second != family),
            false => None,
        };
        let name = match second {
            Some(second) => format!("{given} {family}-{second}"),
            None => format!("{given} {family}"),
        };
        if names.insert(name.clone()) {
            return name;
        }
    }
}

/// A name as it stands in an address: `jose.alvarez`.
pub(super) fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.to_lowercase().chars() {
        let folded = match letter {
            'ä' | 'æ' => "ae",
            'ö' | 'ø' => "oe",
            'ü' => "ue",
            'ß' => "ss",
            'á' | 'à' | 'â' | 'ã' | 'å' | 'ą' | 'ả' | 'ạ' | 'ầ' | 'ấ' => "a",
            'ç' | 'č' | 'ć' => "c",
            'đ' => "d",
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' | 'ễ' => "e",
            'í' | 'î' | 'ı' | 'ï' => "i",
            'ł' => "l",
            'ñ' | 'ń' => "n",
            'ó' | 'ô' | 'õ' | 'ỗ' | 'ơ' => "o",
            'ř' => "r",
            'š' | 'ş' | 'ś' => "s",
            'ú' | 'ù' | 'û' | 'ů' | 'ũ' | 'ư' => "u",
            'ý' => "y",
            'ž' | 'ż' | 'ź' => "z",
            'ğ' => "g",
            ' ' => ".",
            'a'..='z' | '0'..='9' | '-' => {
                plain.push(letter);
                continue;
            }
            _ => "",
        };
        plain.push_str(folded);
    }
    match plain.is_empty() {
        true => "somebody".to_owned(),
        false => plain,
    }
}

/// Numbers up to their last three digits. All are reserved for fiction, in Germany (Bundesnetzagentur) and
/// the United Kingdom (Ofcom): nobody has them.
const NUMBERS: &[&str] = &[
    "+493023125",
    "+496990009",
    "+494066969",
    "+492214710",
    "+498999998",
    "+442079460",
    "+441134960",
    "+441214960",
    "+441314960",
    "+441614960",
];

type Names = (&'static [&'static str], &'static [&'static str]);

/// Given names and family names that go together.
#[rustfmt::skip]
const NAMES: &[Names] = &[
    (&["Anna", "Felix", "Greta", "Jürgen", "Katharina", "Lukas", "Mareike", "Moritz", "Sabine", "Thorsten"],
     &["Becker", "Fuchs", "Günther", "Hoffmann", "Krämer", "Lehmann", "Neumann", "Schäfer", "Vogt", "Zimmermann"]),
    (&["Alice", "Ben", "Charlotte", "Edward", "Gareth", "Harriet", "Imogen", "Oliver", "Rhys", "Siobhan"],
     &["Ashworth", "Byrne", "Clarke", "Davies", "Ellison", "Hughes", "Murray", "O'Neill", "Pritchard", "Whitfield"]),
    (&["Amara", "Chidi", "Efua", "Kofi", "Kwame", "Ngozi", "Oluwaseun", "Sade", "Tendai", "Zola"],
     &["Abara", "Adebayo", "Boateng", "Dlamini", "Eze", "Mensah", "Moyo", "Nwosu", "Okonkwo", "Sarpong"]),
    (&["Aarav", "Ananya", "Deepak", "Ishaan", "Kavya", "Lakshmi", "Meera", "Rohan", "Sanjay", "Vidya"],
     &["Banerjee", "Chandra", "Desai", "Iyer", "Kulkarni", "Menon", "Patel", "Reddy", "Sharma", "Verma"]),
    (&["Aylin", "Burak", "Cem", "Defne", "Elif", "Emre", "Leyla", "Mehmet", "Selin", "Yusuf"],
     &["Aksoy", "Çelik", "Demir", "Erdoğan", "Kaya", "Öztürk", "Polat", "Şahin", "Yıldız", "Yılmaz"]),
    (&["Agnieszka", "Bartosz", "Jakub", "Kinga", "Łukasz", "Magda", "Piotr", "Tomasz", "Wojciech", "Zofia"],
     &["Dąbrowska", "Kamiński", "Kowalczyk", "Lewandowska", "Mazur", "Nowak", "Pawlak", "Sikora", "Wójcik", "Zając"]),
    (&["Alejandro", "Camila", "Diego", "Elena", "Inés", "Javier", "Lucía", "Mateo", "Rocío", "Sofía"],
     &["Álvarez", "Castillo", "Domínguez", "García", "Herrera", "Ibáñez", "Muñoz", "Ortega", "Romero", "Vargas"]),
    (&["Chen", "Fang", "Hao", "Jing", "Lei", "Mei", "Ning", "Wei", "Xin", "Yan"],
     &["Chang", "Guo", "Huang", "Liang", "Lin", "Tang", "Wang", "Xu", "Zhao", "Zhou"]),
    (&["Akira", "Emi", "Haruka", "Kenji", "Mio", "Naoki", "Ren", "Sakura", "Takumi", "Yuki"],
     &["Aoki", "Fujita", "Hayashi", "Inoue", "Kato", "Mori", "Nakamura", "Sato", "Tanaka", "Yamada"]),
    (&["Amir", "Dalia", "Farah", "Hassan", "Karim", "Layla", "Mariam", "Omar", "Salma", "Tariq"],
     &["Abbas", "Darwish", "Farouk", "Hamdan", "Khalil", "Mansour", "Nasser", "Qasim", "Saleh", "Zidan"]),
    (&["Astrid", "Björn", "Elin", "Frida", "Henrik", "Kirsten", "Lars", "Nils", "Sigrid", "Søren"],
     &["Andersson", "Berg", "Dahl", "Eriksen", "Holm", "Jørgensen", "Lund", "Nyström", "Sørensen", "Åberg"]),
    (&["Adèle", "Baptiste", "Chloé", "Émile", "Hélène", "Julien", "Margaux", "Noémie", "Rémi", "Théo"],
     &["Blanchard", "Chevalier", "Dubois", "Fournier", "Girard", "Lefèvre", "Mercier", "Moreau", "Perrin", "Rousseau"]),
    (&["Chiara", "Davide", "Elisa", "Federico", "Giulia", "Luca", "Matteo", "Paola", "Stefano", "Valentina"],
     &["Bianchi", "Conti", "De Luca", "Ferrari", "Galli", "Lombardi", "Moretti", "Ricci", "Romano", "Villa"]),
    (&["Bảo", "Giang", "Hạnh", "Linh", "Mai", "Minh", "Nam", "Quang", "Thảo", "Tuấn"],
     &["Bùi", "Dương", "Đỗ", "Hoàng", "Lê", "Ngô", "Nguyễn", "Phạm", "Trần", "Vũ"]),
    (&["Beatriz", "Caio", "Fernanda", "Gustavo", "Joana", "Larissa", "Miguel", "Rafael", "Tiago", "Vitória"],
     &["Almeida", "Barbosa", "Carvalho", "Fonseca", "Gonçalves", "Magalhães", "Pereira", "Santos", "Silva", "Teixeira"]),
    (&["Ana", "Dragan", "Goran", "Ivana", "Jelena", "Luka", "Marko", "Milica", "Nikola", "Vesna"],
     &["Babić", "Horvat", "Jovanović", "Kovač", "Marković", "Novak", "Petrović", "Radić", "Vuković", "Zorić"]),
];

type Department = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// Departments with the titles in them and what is known there. The queues of the built-in scenario are
/// among it.
const DEPARTMENTS: &[Department] = &[
    (
        "Finance",
        &["Accountant", "Billing specialist", "Head of receivables"],
        &["Billing", "Refunds", "Payments", "Dunning"],
    ),
    (
        "Logistics",
        &["Dispatcher", "Customs clerk", "Depot lead"],
        &["Deliveries", "Parcel tracking", "Customs", "Returns"],
    ),
    (
        "Network operations",
        &["Network engineer", "Field technician", "Shift lead"],
        &["Technical support", "Internet", "Routers", "Outages"],
    ),
    (
        "Customer care",
        &["Case manager", "Team lead", "Quality coach"],
        &["Complaints", "Returns", "Contracts"],
    ),
    (
        "Sales",
        &["Account manager", "Key account manager", "Sales engineer"],
        &["Contracts", "Offers", "Cancellations"],
    ),
    (
        "Legal",
        &["Counsel", "Data protection officer"],
        &["Contracts", "Privacy"],
    ),
    (
        "Product",
        &["Product manager", "Designer", "Support engineer"],
        &["Technical support", "Apps", "Accounts"],
    ),
];

const MESSAGES: &[&str] = &[
    "Working from home today",
    "Please write before you call",
    "In the depot until noon",
    "Month-end: short answers only",
    "Happy to help with anything about routers",
    "Half day, back tomorrow",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_a_name_has_its_place_in_an_address() {
        assert_eq!(plain("Łukasz Wójcik"), "lukasz.wojcik");
        assert_eq!(plain("Søren O'Neill"), "soeren.oneill");
        assert_eq!(plain("山田"), "somebody");
        for (given, family) in NAMES {
            for name in given.iter().chain(*family) {
                let letters = name.chars().filter(|letter| *letter != '\'').count();
                assert!(plain(name).len() >= letters, "{name}");
            }
        }
    }

    #[test]
    fn nobody_here_has_the_number_of_somebody_real() {
        let mut scenario = Scenario::built_in();
        scenario.colleagues = 5_000;
        let crowd = of(&scenario);
        assert_eq!(crowd.len(), 5_000);
        for one in &crowd {
            let Some(number) = &one.number else { continue };
            assert!(NUMBERS.iter().any(|prefix| number.starts_with(prefix)));
            assert!(
                scenario
                    .experts
                    .iter()
                    .all(|expert| expert.number != *number)
            );
        }
    }
}
