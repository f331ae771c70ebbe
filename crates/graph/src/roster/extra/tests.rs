use std::time::Duration;

use warmline_entra::Scope;
use warmline_redact::Pii;

use crate::{
    ask::{Ask, Failure, Told},
    event::Event,
    look::{CallInHand, Look},
    person::PersonId,
    presence::Availability,
    roster::stage::{Stage, WITH_GROUPS, config, id, person, shown},
};

/// Three experts who carry a tag, and a call about billing. The directory may be asked what they know.
fn stage() -> Stage {
    let mut stage = Stage::new(&config());
    stage.grant(&[WITH_GROUPS, &[Scope::TeamworkTagRead, Scope::UserReadAll]].concat());
    let topic = vec!["Billing".into()];
    stage.tell(Event::Look(Look {
        call: Some(CallInHand { topic }),
        ..shown()
    }));
    stage
}

fn knows(skills: &[&str]) -> Result<Told, Failure> {
    let skills = skills.iter().map(|skill| Pii::from(*skill));
    Ok(Told::Skills(skills.collect()))
}

/// So much time passes, and all that is asked is answered, of skills with this. Whose skills were asked for.
fn pass(
    stage: &mut Stage,
    seconds: u64,
    told: impl Fn(&PersonId) -> Result<Told, Failure>,
) -> Vec<PersonId> {
    let mut whom = Vec::new();
    for _ in 0..seconds {
        while let Some((_, ask)) = stage.open.first().cloned() {
            match ask {
                Ask::Members { .. } => stage.answer(Ok(Told::Members {
                    people: vec![person(1, "Ali"), person(2, "Mia"), person(3, "Nadia")],
                    next: None,
                })),
                Ask::Tagged { .. } => stage.answer(Ok(Told::Tagged {
                    skill: "Returns".into(),
                    ids: vec![id(1), id(2), id(3)],
                    next: None,
                })),
                Ask::Skills(next) => {
                    stage.answer(told(&next));
                    whom.push(next);
                }
                _ => stage.answer_presences(Availability::Available, "A1"),
            }
        }
        stage.pass_s(1);
    }
    whom
}

fn best(stage: &Stage) -> Vec<PersonId> {
    let people = stage.people();
    let best = people.best.iter();
    best.map(|ranked| ranked.person.id.clone()).collect()
}

fn skills(stage: &Stage, whom: u32) -> Vec<Pii<String>> {
    let whom = stage.roster.person(&id(whom)).unwrap();
    whom.skills.clone()
}

#[test]
fn skills_are_asked_for_one_at_a_time_and_rank_and_are_found_when_they_come() {
    let mut stage = stage();
    let whom = pass(&mut stage, 60, |whom| match *whom == id(3) {
        true => knows(&["Billing", "returns"]),
        false => knows(&[]),
    });
    assert_eq!(whom, [id(1), id(2), id(3)], "the best first, each once");
    assert_eq!(best(&stage), [id(3), id(1), id(2)]);
    assert_eq!(skills(&stage, 3), ["Billing".into(), "returns".into()]);
    assert_eq!(skills(&stage, 1), ["Returns".into()], "by the tag");
    stage.tell(Event::Look(Look {
        search: "billing".into(),
        ..shown()
    }));
    let found = stage.people().all;
    assert_eq!((found.total, &found.people[0].person.id), (1, &id(3)));
}

#[test]
fn skills_are_kept_for_a_day_and_when_the_group_is_read_again() {
    let mut stage = stage();
    pass(&mut stage, 10, |_| knows(&["Billing"]));
    stage.tell(Event::Look(Look::default()));
    stage.pass(Duration::from_secs(23 * 3_600));
    stage.tell(Event::Look(shown()));
    let reading = |ask: &Ask| matches!(ask, Ask::Members { .. });
    assert!(stage.open.iter().any(|(_, ask)| reading(ask)));
    assert!(pass(&mut stage, 60, |_| knows(&[])).is_empty());
    assert_eq!(skills(&stage, 1), ["Billing".into(), "Returns".into()]);
    let whom = pass(&mut stage, 3_600, |_| knows(&["Refunds"]));
    assert_eq!(whom.len(), 3);
    assert_eq!(skills(&stage, 1), ["Refunds".into(), "Returns".into()]);
}

#[test]
fn one_whose_skills_cannot_be_told_does_not_keep_the_others_waiting() {
    let mut stage = stage();
    let whom = pass(&mut stage, 120, |whom| match *whom == id(1) {
        true => Err(Failure::Broken),
        false => knows(&["Billing"]),
    });
    assert_eq!(whom, [id(1), id(2), id(3)]);
    assert_eq!(best(&stage), [id(2), id(3), id(1)]);
    let whom = pass(&mut stage, 3 * 3_600, |_| Err(Failure::NotThere));
    assert_eq!(whom, [id(1)], "an hour later, and then tomorrow");
    assert_eq!(skills(&stage, 1), ["Returns".into()]);
}

#[test]
fn what_is_not_granted_is_not_asked_for() {
    let mut refused = stage();
    let whom = pass(&mut refused, 600, |_| Err(Failure::NotGranted));
    assert_eq!(whom, [id(1)], "the answer is the same for everybody");
    refused.grant(WITH_GROUPS);
    assert!(pass(&mut refused, 600, |_| knows(&[])).is_empty());
}
