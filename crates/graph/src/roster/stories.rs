use std::time::Duration;

use warmline_entra::Scope;
use warmline_redact::Pii;

use super::stage::{BASIC, Stage, WITH_GROUPS, config, id, person, shown};
use crate::{
    ask::{Answer, Ask, Failure, Page, RequestId, Told},
    config::Config,
    event::{Event, Past},
    look::{CallInHand, Look},
    people::{Blocked, Reason},
    person::{Dialable, DialledAs, Person},
    presence::Availability,
};

fn few() -> Vec<Person> {
    vec![person(1, "Nadia"), person(2, "Ali"), person(3, "Mia")]
}

fn names(people: &[crate::people::Ranked]) -> Vec<&str> {
    let names = people.iter().map(|ranked| ranked.person.name.expose());
    names.map(String::as_str).collect()
}

fn call_about(topic: &str) -> Option<CallInHand> {
    let topic = vec![topic.into()];
    Some(CallInHand { topic })
}

#[test]
fn the_panel_opens_and_presence_is_asked_for_at_once() {
    let mut stage = Stage::with(few());
    stage.pass_s(3_600);
    assert!(stage.open.is_empty(), "nobody looks, so nobody asks");
    stage.show();
    assert_eq!(stage.presences(), [id(2), id(3), id(1)]);
    stage.answer_presences(Availability::Busy, "A1");
    let people = stage.people();
    assert_eq!(names(&people.all.people), ["Ali", "Mia", "Nadia"]);
    for ranked in &people.all.people {
        let presence = ranked.presence.as_ref().unwrap();
        assert_eq!(presence.availability, Availability::Busy);
        assert_eq!(presence.read_at, stage.now);
    }
    // It closes and opens again: what was read just now is good enough.
    stage.tell(Event::Look(Look::default()));
    stage.show();
    assert!(stage.open.is_empty());
    stage.tell(Event::Look(Look::default()));
    stage.pass_s(3_600);
    assert!(stage.open.is_empty(), "nobody looks any more");
}

#[test]
fn a_consult_is_looked_at_more_often_than_the_panel_and_a_hidden_panel_less() {
    let asked = |look: Look| {
        let mut stage = Stage::with(few());
        stage.tell(Event::Look(look));
        let mut asked = 0;
        for _ in 0..600 {
            while !stage.open.is_empty() {
                stage.answer_presences(Availability::Available, "A1");
                asked += 1;
            }
            stage.pass_s(1);
        }
        asked
    };
    let panel = shown();
    let consult = Look {
        consulting: Some(id(3)),
        call: call_about("Billing"),
        ..shown()
    };
    let call = Look {
        call: call_about("Billing"),
        ..Look::default()
    };
    let [consult, panel, call] = [consult, panel, call].map(asked);
    assert!((200..=400).contains(&consult), "{consult}");
    assert!((90..=150).contains(&panel), "{panel}");
    assert!((30..=50).contains(&call), "{call}");
}

#[test]
fn the_consulted_one_is_asked_for_first_then_the_best_and_then_the_rows() {
    let mut people: Vec<Person> = (0..900).map(|n| person(n, &format!("N{n:03}"))).collect();
    people[700].skills = vec!["Billing".into()];
    people[800].skills = vec!["Billing".into()];
    let mut stage = Stage::with(people);
    stage.tell(Event::Favourite(id(600), true));
    stage.tell(Event::Look(Look {
        call: call_about("Billing"),
        consulting: Some(id(850)),
        first: 20,
        ..shown()
    }));
    let ids = stage.presences();
    assert_eq!(ids.len(), 650, "the rest of a request is for others");
    assert_eq!(ids[0..3], [id(850), id(700), id(800)]);
    assert!(ids[3..10].contains(&id(600)));
    assert_eq!(ids[10..19], [21, 22, 23, 24, 25, 26, 27, 28, 29].map(id));
    stage.answer_presences(Availability::Available, "A1");
    stage.pass_s(3);
    let next = stage.presences();
    assert_eq!(next[0], id(850));
    assert_eq!(next.len(), 900 - 650 + 19, "then those who were left out");
}

#[test]
fn the_directory_is_read_page_by_page_and_tags_are_skills() {
    let mut stage = Stage::new(&config());
    assert_eq!(stage.people().blocked, Some(Blocked::SignedOut));
    let mut scopes = WITH_GROUPS.to_vec();
    scopes.push(Scope::TeamworkTagRead);
    stage.grant(&scopes);
    assert!(stage.people().loading);
    let next = Some(Page("2".to_owned()));
    let people = vec![person(1, "Nadia")];
    stage.answer(Ok(Told::Members {
        people,
        next: next.clone(),
    }));
    assert_eq!(
        names(&stage.people().all.people),
        Vec::<&str>::new(),
        "nothing is to be seen"
    );
    let group = "group".to_owned();
    assert_eq!(stage.open[0].1, Ask::Members { group, page: next });
    // The network is gone for a moment: the same page is asked for again.
    stage.answer(Err(Failure::Offline));
    stage.pass_s(5);
    let people = vec![person(2, "Ali")];
    stage.answer(Ok(Told::Members { people, next: None }));
    let skill: Pii<String> = "Billing".into();
    let ids = vec![id(2), id(9)];
    stage.answer(Ok(Told::Tagged {
        skill,
        ids,
        next: None,
    }));
    assert!(!stage.people().loading);
    assert_eq!(
        stage.roster.person(&id(2)).unwrap().skills,
        ["Billing".into()]
    );
    // Of one who carries the tag only the id is known.
    stage.show();
    let these = stage
        .open
        .iter()
        .find(|(_, ask)| matches!(ask, Ask::These(_)));
    let (these, Ask::These(ids)) = these.cloned().unwrap() else {
        panic!("{these:?}")
    };
    assert_eq!(ids, [id(9)]);
    let told = Ok(Told::Found(vec![person(9, "Zed")]));
    stage.tell(Event::Answered(these, Answer { told, used: None }));
    assert_eq!(names(&stage.people().all.people), ["Ali", "Nadia", "Zed"]);
    let zed = stage.roster.person(&id(9)).unwrap();
    assert!(zed.expert && zed.skills == ["Billing".into()]);
}

#[test]
fn who_leaves_the_group_is_no_expert_any_more() {
    let mut stage = Stage::with(few());
    stage.show();
    stage.answer_presences(Availability::Available, "A1");
    let mut left = 0;
    for _ in 0..6 * 3_600 {
        while let Some((_, ask)) = stage.open.first() {
            if let Ask::Members { .. } = ask {
                let people = vec![person(2, "Ali Baker")];
                stage.answer(Ok(Told::Members { people, next: None }));
                left += 1;
            } else {
                stage.answer_presences(Availability::Available, "A1");
            }
        }
        stage.pass_s(1);
    }
    assert_eq!(left, 1, "every few hours");
    assert_eq!(names(&stage.people().all.people), ["Ali Baker"]);
    assert!(
        !stage.roster.person(&id(1)).unwrap().expert,
        "known all the same"
    );
}

#[test]
fn an_older_presence_never_takes_the_place_of_a_newer_one() {
    let mut stage = Stage::with(few());
    stage.show();
    stage.answer_presences(Availability::Available, "A10");
    let read_at = stage.now;
    stage.pass_s(10);
    stage.answer_presences(Availability::Busy, "A9");
    let presence = stage.people().all.people[0].presence.clone().unwrap();
    assert_eq!(presence.availability, Availability::Available);
    assert_eq!(presence.read_at, read_at, "its age is its own");
    stage.pass_s(10);
    stage.answer_presences(Availability::Busy, "A11");
    let presence = stage.people().all.people[0].presence.clone().unwrap();
    assert_eq!(presence.availability, Availability::Busy);
}

#[test]
fn graph_wants_silence_and_gets_it() {
    let mut stage = Stage::with(few());
    stage.show();
    stage.answer_presences(Availability::Available, "A1");
    stage.pass_s(10);
    let retry_after = Some(Duration::from_secs(40));
    stage.answer(Err(Failure::Throttled { retry_after }));
    let people = stage.people();
    let Some(Blocked::Throttled(until)) = people.blocked else {
        panic!("{:?}", people.blocked)
    };
    assert!(until >= stage.now + Duration::from_secs(40));
    assert!(
        people.all.people[0].presence.is_some(),
        "what is known stays"
    );
    // Neither a new call nor another sign-in shortens it.
    stage.tell(Event::SignedOut);
    stage.grant(BASIC);
    stage.tell(Event::Woke);
    let look = Look {
        call: call_about("Billing"),
        consulting: Some(id(1)),
        ..shown()
    };
    stage.tell(Event::Look(look));
    stage.pass_s(39);
    assert!(
        !stage
            .open
            .iter()
            .any(|(_, ask)| matches!(ask, Ask::Presences(_)))
    );
    stage.pass_s(60);
    stage.answer_presences(Availability::Busy, "A2");
    assert_eq!(stage.people().blocked, None);
}

#[test]
fn the_network_comes_back_and_so_does_presence() {
    let mut stage = Stage::with(few());
    stage.show();
    let mut waits = Vec::new();
    for _ in 0..10 {
        stage.answer(Err(Failure::Offline));
        let from = stage.now;
        while stage.open.is_empty() {
            stage.pass(Duration::from_millis(100));
        }
        waits.push((stage.now - from).as_secs_f32());
    }
    assert_eq!(stage.people().blocked, Some(Blocked::Offline));
    assert!(waits[0] <= 5.1 && waits[9] >= 29.0, "{waits:?}");
    assert!(
        waits.iter().all(|wait| (1.9..=60.1).contains(wait)),
        "{waits:?}"
    );
    stage.answer(Err(Failure::Offline));
    stage.tell(Event::Woke);
    stage.pass_s(4);
    stage.answer_presences(Availability::Available, "A1");
    assert_eq!(stage.people().blocked, None);
}

#[test]
fn what_the_tenant_has_not_granted_is_not_asked_for() {
    let mut stage = Stage::new(&config());
    stage.grant(&[Scope::UserReadBasicAll]);
    stage.show();
    stage.pass_s(600);
    assert!(stage.open.is_empty());
    let people = stage.people();
    assert_eq!(people.blocked, Some(Blocked::NoConsent));
    let presence = people
        .ladder
        .iter()
        .any(|rung| rung.scopes.contains(&Scope::PresenceReadAll));
    assert!(presence && !people.loading);
}

#[test]
fn graph_refuses_presence_until_there_is_consent() {
    let mut stage = Stage::with(few());
    stage.show();
    stage.answer(Err(Failure::NotGranted));
    stage.pass_s(24 * 3_600);
    let presence = |stage: &Stage| {
        stage
            .open
            .iter()
            .any(|(_, ask)| matches!(ask, Ask::Presences(_)))
    };
    assert!(!presence(&stage));
    assert_eq!(stage.people().blocked, Some(Blocked::NoConsent));
    stage.grant(BASIC);
    assert!(presence(&stage));
}

#[test]
fn a_cloud_without_presence_is_asked_again_tomorrow() {
    let mut stage = Stage::with(few());
    stage.show();
    stage.answer(Err(Failure::NotThere));
    stage.pass_s(3 * 3_600);
    assert!(stage.open.is_empty());
    assert_eq!(stage.people().blocked, Some(Blocked::NoPresence));
    assert_eq!(stage.people().all.total, 3);
}

#[test]
fn a_search_waits_for_a_pause_in_typing_and_is_made_once() {
    let mut stage = Stage::with(few());
    let typed = |text: &str| {
        Event::Look(Look {
            search: text.into(),
            ..shown()
        })
    };
    let searches = |stage: &Stage| -> Vec<RequestId> {
        let searches = stage
            .open
            .iter()
            .filter(|(_, ask)| matches!(ask, Ask::Search(_)));
        searches.map(|(id, _)| *id).collect()
    };
    for text in ["n", "no", "nor"] {
        stage.tell(typed(text));
        stage.pass(Duration::from_millis(200));
        assert!(searches(&stage).is_empty());
    }
    stage.pass(Duration::from_millis(50));
    let search = searches(&stage)[0];
    assert_eq!(stage.people().all.total, 0);
    let told = Ok(Told::Found(vec![person(7, "Nora")]));
    stage.open.retain(|(id, _)| *id != search);
    stage.tell(Event::Answered(search, Answer { told, used: None }));
    assert_eq!(names(&stage.people().all.people), ["Nora"]);
    stage.tell(typed(""));
    assert_eq!(stage.people().all.total, 3, "she is no expert of theirs");
    stage.tell(typed("nor"));
    stage.pass_s(2);
    assert!(searches(&stage).is_empty());
}

#[test]
fn without_groups_the_experts_are_those_whom_a_search_found() {
    let config = Config {
        groups: Vec::new(),
        tags: Vec::new(),
        ..config()
    };
    let mut stage = Stage::new(&config);
    stage.grant(BASIC);
    stage.tell(Event::Look(Look {
        search: "ali".into(),
        ..shown()
    }));
    stage.pass_s(1);
    stage.answer(Ok(Told::Found(few())));
    let call = call_about("Billing");
    stage.tell(Event::Look(Look { call, ..shown() }));
    let people = stage.people();
    assert_eq!(people.all.total, 3);
    assert_eq!(names(&people.best), ["Ali", "Mia", "Nadia"]);
}

#[test]
fn numbers_photos_and_meetings_are_asked_for_one_at_a_time_for_those_to_be_seen() {
    let mut people = few();
    for person in &mut people {
        person.dialable = None;
    }
    let mut stage = Stage::with(people);
    let mut scopes = WITH_GROUPS.to_vec();
    scopes.extend([Scope::TeamsUserConfigurationReadAll, Scope::CalendarsRead]);
    stage.grant(&scopes);
    stage.photos = true;
    stage.tell(Event::Look(Look {
        call: call_about(""),
        ..shown()
    }));
    assert_eq!(stage.people().best[0].reasons, [Reason::NoNumber]);
    let (mut numbers, mut photos, mut meetings) = (0, 0, 0);
    for _ in 0..290 {
        stage.pass_s(1);
        while let Some((_, ask)) = stage.open.first().cloned() {
            match ask {
                Ask::Members { .. } => stage.answer(Err(Failure::NotThere)),
                Ask::Number(whom) if whom == id(3) => {
                    numbers += 1;
                    let number = "+4930555".into();
                    let dialled_as = DialledAs::Teams;
                    stage.answer(Ok(Told::Number(Some(Dialable { number, dialled_as }))));
                }
                Ask::Number(_) => {
                    numbers += 1;
                    stage.answer(Err(Failure::NotThere));
                }
                Ask::Photo(_) => {
                    photos += 1;
                    stage.answer(Ok(Told::Photo(Some([1, 2].into()))));
                }
                Ask::Meetings(people) => {
                    meetings += 1;
                    assert_eq!(people.len(), 3);
                    let begins = stage.wall + Duration::from_secs(400);
                    stage.answer(Ok(Told::Meetings(vec![(id(3), Some(begins))])));
                }
                _ => stage.answer_presences(Availability::Available, "A1"),
            }
        }
    }
    assert_eq!((numbers, photos, meetings), (3, 3, 1));
    let best = &stage.people().best;
    assert_eq!(names(best), ["Mia", "Ali", "Nadia"], "she can be called");
    assert!(best[0].photo.is_some() && best[0].next_meeting.is_some());
    let soon = |reason: &Reason| matches!(reason, Reason::MeetingSoon(_));
    assert!(best[0].reasons.iter().any(soon));
}

#[test]
fn who_was_called_is_recent_and_ranks_lower() {
    let mut stage = Stage::with(few());
    let past = Past {
        number: "+44 201 00003".into(),
        called_at: stage.wall - Duration::from_secs(3_600),
        today: 2,
    };
    stage.tell(Event::Remembered(vec![past]));
    stage.tell(Event::Called(id(2)));
    stage.tell(Event::Look(Look {
        call: call_about("Billing"),
        ..shown()
    }));
    let people = stage.people();
    assert_eq!(names(&people.recent), ["Ali", "Mia"]);
    assert_eq!(names(&people.best), ["Nadia", "Ali", "Mia"]);
    assert_eq!(people.best[2].reasons, [Reason::CalledToday(2)]);
}

#[test]
fn the_panel_hears_of_a_change_and_only_of_a_change() {
    let mut stage = Stage::with(few());
    stage.tell(Event::Look(Look {
        first: 1,
        rows: 1,
        ..shown()
    }));
    stage.answer_presences(Availability::Available, "A1");
    let changes = stage.changes;
    stage.tell(Event::Look(Look {
        first: 1,
        rows: 1,
        ..shown()
    }));
    stage.tell(Event::Timeout);
    stage.tell(Event::Favourite(id(77), false));
    assert_eq!(stage.changes, changes);
    let told = Ok(Told::Photo(None));
    stage.tell(Event::Answered(
        RequestId(9_999),
        Answer { told, used: None },
    ));
    assert_eq!(stage.changes, changes, "nobody asked");
    stage.tell(Event::Favourite(id(1), true));
    assert_eq!(stage.changes, changes + 1);
    assert_eq!(names(&stage.people().favourites), ["Nadia"]);
}

#[test]
fn who_signs_out_keeps_what_is_known_and_gets_nothing_new() {
    let mut stage = Stage::with(few());
    stage.show();
    stage.answer_presences(Availability::Available, "A1");
    stage.pass_s(20);
    let ids = stage.presences();
    stage.tell(Event::SignedOut);
    let people = stage.people();
    assert_eq!(people.blocked, Some(Blocked::SignedOut));
    assert_eq!(people.all.total, 3);
    let presence = stage.presence(Availability::Busy, "A2");
    stage.answer(Ok(Told::Presences(vec![(ids[0].clone(), presence)])));
    let shown = stage.people().all.people[0].presence.clone().unwrap();
    assert_eq!(
        shown.availability,
        Availability::Available,
        "asked by another"
    );
    stage.pass_s(3_600);
    assert!(stage.open.is_empty());
}

#[test]
fn before_graph_refuses_it_is_asked_less() {
    let asked = |used: f32| {
        let mut stage = Stage::with(few());
        stage.show();
        let mut asked = 0;
        for _ in 0..300 {
            while !stage.open.is_empty() {
                let (id, _) = stage.open.remove(0);
                let told = Ok(Told::Presences(Vec::new()));
                stage.tell(Event::Answered(
                    id,
                    Answer {
                        told,
                        used: Some(used),
                    },
                ));
                asked += 1;
            }
            stage.pass_s(1);
        }
        asked
    };
    assert!(asked(0.9) * 2 < asked(0.5), "{} {}", asked(0.9), asked(0.5));
}
