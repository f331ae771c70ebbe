use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    fold::{initials, spelled_out},
    person::{Dialable, DialledAs},
    roster::stage::person,
};

fn find(people: &[Person], typed: &str) -> Vec<String> {
    let mut index = Index::default();
    for (slot, person) in (0..).zip(people) {
        index.put(slot, None, person);
    }
    let found = index.find(&Query::new(typed), |_| 0);
    let name = |slot: u32| people[slot as usize].name.expose().clone();
    found.into_iter().map(name).collect()
}

fn house() -> Vec<Person> {
    let mut people = vec![
        person(1, "Zoë Müller"),
        person(2, "Hanna Zoellner"),
        person(3, "Bo O’Brien"),
        person(4, "김민수"),
        person(5, "佐藤 花子"),
        person(6, "Jean-Luc Moreau"),
    ];
    people[1].skills = vec!["Billing".into()];
    people[2].title = Some("Billing lead".into());
    people[2].dialable = Some(Dialable {
        number: "+493012345".into(),
        dialled_as: DialledAs::Teams,
    });
    people[5].department = Some("Réseau".into());
    people
}

#[test]
fn names_are_found_by_their_beginnings_and_by_parts() {
    assert_eq!(find(&house(), "zo"), ["Zoë Müller", "Hanna Zoellner"]);
    assert_eq!(find(&house(), "MULLER"), ["Zoë Müller"]);
    assert_eq!(find(&house(), "mueller zoe"), ["Zoë Müller"]);
    assert_eq!(find(&house(), "anna"), ["Hanna Zoellner"]);
    assert_eq!(find(&house(), "obri"), ["Bo O’Brien"]);
    assert_eq!(find(&house(), "luc"), ["Jean-Luc Moreau"]);
    assert!(find(&house(), "nobody").is_empty());
}

#[test]
fn all_words_must_match_wherever_they_stand() {
    assert_eq!(find(&house(), "billing"), ["Bo O’Brien", "Hanna Zoellner"]);
    assert_eq!(find(&house(), "bil han"), ["Hanna Zoellner"]);
    assert_eq!(find(&house(), "reseau"), ["Jean-Luc Moreau"]);
    assert!(find(&house(), "billing moreau").is_empty());
}

#[test]
fn numbers_are_found_as_people_write_them() {
    for typed in ["+49 30 123", "0049301", "030 12", "12345", "(030) 1"] {
        assert_eq!(find(&house(), typed), ["Bo O’Brien"], "{typed}");
    }
    assert!(find(&house(), "5432").is_empty());
}

#[test]
fn hangul_and_han_are_found_within_words() {
    for typed in ["민수", "김ㅁ", "ㄱㅁㅅ", "ㅁㅅ", "기"] {
        assert_eq!(find(&house(), typed), ["김민수"], "{typed}");
    }
    assert_eq!(find(&house(), "藤"), ["佐藤 花子"]);
    assert_eq!(find(&house(), "花 佐"), ["佐藤 花子"]);
}

#[test]
fn the_beginning_of_a_name_comes_before_other_words_and_parts() {
    let mut people = vec![
        person(1, "Fabian Orlan"),
        person(2, "Adam Lane"),
        person(3, "Lana Petrova"),
        person(4, "Zita Green"),
        person(5, "Yan Green"),
    ];
    people[3].skills = vec!["LAN".into()];
    people[4].skills = vec!["WLAN".into()];
    assert_eq!(
        find(&people, "lan"),
        [
            "Lana Petrova",
            "Adam Lane",
            "Zita Green",
            "Fabian Orlan",
            "Yan Green"
        ]
    );
}

#[test]
fn among_equal_matches_the_freer_come_first() {
    let people = [person(1, "Ann A"), person(2, "Ann B"), person(3, "Ann C")];
    let mut index = Index::default();
    for (slot, person) in (0..).zip(&people) {
        index.put(slot, None, person);
    }
    let class = |slot: u32| [4, 1, 0][slot as usize];
    assert_eq!(index.find(&Query::new("ann"), class), [2, 1, 0]);
}

#[test]
fn only_names_of_two_letters_are_worth_a_question() {
    assert!(Query::new("an").is_for_directory());
    assert!(!Query::new("a").is_for_directory());
    assert!(!Query::new("+49 30").is_for_directory());
    assert!(Query::new(" … ").is_empty());
}

/// Few letters, so that they meet.
fn name() -> impl Strategy<Value = String> {
    "[a-cAÄç]{1,4}( [a-cé김민ㄱ]{1,3}){0,2}"
}

#[derive(Clone, Debug)]
enum Step {
    Type(String),
    Erase,
    Clear,
    Change(prop::sample::Index, String, String),
    Presence(prop::sample::Index, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let who = any::<prop::sample::Index>;
    prop_oneof![
        6 => "[a-cé김민ㄱ ]{1,2}".prop_map(Step::Type),
        2 => Just(Step::Erase),
        1 => Just(Step::Clear),
        1 => (who(), name(), "[a-c]{1,3}( [a-c#]{1,3}){0,1}").prop_map(|(who, name, skill)| Step::Change(who, name, skill)),
        1 => (who(), 0..5_u8).prop_map(|(who, class)| Step::Presence(who, class)),
    ]
}

/// Whom a search finds, and in which order, said as plainly as can be.
fn plain(people: &[Person], classes: &[u8], query: &Query) -> Vec<u32> {
    let kind = |person: &Person, word: &str| {
        let name = fold(person.name.expose());
        let spelled = spelled_out(person.name.expose()).unwrap_or_default();
        let of_name = format!("{name} {spelled} {}", initials(&name));
        let skills: Vec<String> = person.skills.iter().map(|it| fold(it.expose())).collect();
        let of_name = of_name.split_whitespace().enumerate();
        let of_name = of_name.filter_map(|(place, its)| match its.find(word)? {
            0 if place == 0 => Some(0),
            0 => Some(1),
            _ => Some(3),
        });
        let others = skills.iter().flat_map(|skill| skill.split_whitespace());
        let others = others.filter_map(|its| match its.find(word)? {
            0 => Some(2),
            _ => Some(4),
        });
        of_name.chain(others).min()
    };
    let mut found: Vec<(u32, u8, String, u32)> = Vec::new();
    for (slot, person) in (0..).zip(people) {
        let kinds = query.words.iter().map(|word| kind(person, word));
        if let Some(sum) = kinds.sum::<Option<u32>>() {
            let name = fold(person.name.expose());
            found.push((sum, classes[slot as usize], name, slot));
        }
    }
    found.sort();
    found.into_iter().map(|(.., slot)| slot).collect()
}

proptest! {
    #[test]
    fn what_is_typed_on_finds_what_it_finds_at_once(
        names in prop::collection::vec(name(), 1..60),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut people: Vec<Person> = (0..).zip(&names).map(|(n, name)| person(n, name)).collect();
        let mut classes = vec![0_u8; people.len()];
        let mut index = Index::default();
        for (slot, person) in (0..).zip(&people) {
            index.put(slot, None, person);
        }
        let mut typed = String::new();
        for step in steps {
            match step {
                Step::Type(letters) => typed.push_str(&letters),
                Step::Erase => drop(typed.pop()),
                Step::Clear => typed.clear(),
                Step::Change(who, name, skill) => {
                    let slot = who.index(people.len());
                    let before = people[slot].clone();
                    people[slot].name = name.into();
                    people[slot].skills = vec![skill.into()];
                    index.put(slot as u32, Some(&before), &people[slot]);
                }
                Step::Presence(who, class) => {
                    let slot = who.index(people.len());
                    classes[slot] = class;
                    index.unrate(slot as u32);
                }
            }
            let query = Query::new(&typed);
            let mut fresh = Index::default();
            for (slot, person) in (0..).zip(&people) {
                fresh.put(slot, None, person);
            }
            let class = |slot: u32| classes[slot as usize];
            let found = index.find(&query, class);
            prop_assert_eq!(&found, &fresh.find(&query, class));
            prop_assert_eq!(&found, &plain(&people, &classes, &query));
        }
    }

    #[test]
    fn it_finds_whoever_a_plain_look_finds(
        names in prop::collection::vec(name(), 1..60),
        renamed in prop::collection::vec((any::<prop::sample::Index>(), name()), 0..60),
        typed in "[a-cäé김민]{1,2}( [a-c]{1,2}){0,1}",
    ) {
        let mut people: Vec<Person> = (0..).zip(&names).map(|(n, name)| person(n, name)).collect();
        let mut index = Index::default();
        for (slot, person) in (0..).zip(&people) {
            index.put(slot, None, person);
        }
        for (who, name) in renamed {
            let slot = who.index(people.len());
            let before = people[slot].clone();
            people[slot].name = name.into();
            index.put(slot as u32, Some(&before), &people[slot]);
        }
        let everybody: Vec<u32> = index.all().collect();
        prop_assert_eq!(everybody.len(), people.len());
        let folded: Vec<String> = everybody.iter().map(|slot| fold(people[*slot as usize].name.expose())).collect();
        prop_assert!(folded.is_sorted());
        let words = fold(&typed);
        let matches = |person: &Person| {
            let name = fold(person.name.expose());
            let spelled = spelled_out(person.name.expose()).unwrap_or_default();
            let initials = initials(&name);
            words.split(' ').all(|word| {
                let within = |text: &str| text.split(' ').any(|its| its.contains(word));
                within(&name) || within(&spelled) || initials.contains(word)
            })
        };
        let plain: BTreeSet<u32> = (0..).zip(&people).filter(|(_, it)| matches(it)).map(|(slot, _)| slot).collect();
        let found: BTreeSet<u32> = index.find(&Query::new(&typed), |_| 0).into_iter().collect();
        prop_assert_eq!(found, plain);
    }
}

#[test]
fn many_shelves_keep_the_order() {
    let mut index = Index::default();
    let people: Vec<Person> = (0..5_000)
        .map(|n| person(n, &format!("N{:04}", (n * 7_919) % 5_000)))
        .collect();
    for (slot, person) in (0..).zip(&people) {
        index.put(slot, None, person);
    }
    let names: Vec<&String> = index
        .all()
        .map(|slot| people[slot as usize].name.expose())
        .collect();
    assert_eq!(names.len(), 5_000);
    assert!(names.is_sorted());
    assert_eq!(index.find(&Query::new("n12"), |_| 0).len(), 100);
}
