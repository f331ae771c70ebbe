use std::time::{Instant, SystemTime};

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn place() -> Place {
    Place::new("https://graph.microsoft.com/v1.0").unwrap()
}

fn now() -> Moment {
    Moment {
        instant: Instant::now(),
        // 2026-11-30T00:00:00Z
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_996_800),
    }
}

fn told(presence: Value) -> Presence {
    let body = json!({ "value": [presence] }).to_string();
    let listed = list(&place(), body.as_bytes(), presence_of).unwrap();
    listed.entries.into_iter().next().unwrap().1
}

fn presence_of(told: ToldPresence) -> Option<(PersonId, Presence)> {
    presence(told, now())
}

#[test]
fn people_are_read_with_what_is_there() {
    let body = json!({ "value": [
        {
            "id": "AB-1", "displayName": "Nadia\u{202e} \n Osei", "jobTitle": "Advisor", "department": "",
            "mail": null, "userPrincipalName": "nadia@contact.example",
            "businessPhones": ["030 5550100", "+49 30 5550101"], "skills": ["Billing", "billing", " "],
        },
        { "id": "cd-2", "displayName": "Jun Park" },
        { "id": "not an id", "displayName": "X" },
        { "id": "ef-3", "displayName": null },
        { "displayName": "Nobody" },
        7,
    ], "@odata.nextLink": "https://graph.microsoft.com/v1.0/groups/1/x?$skiptoken=2" });
    let listed = people(&place(), body.to_string().as_bytes(), true).unwrap();
    assert_eq!(listed.entries.len(), 2);
    let nadia = &listed.entries[0];
    assert_eq!(nadia.id.as_str(), "ab-1");
    assert_eq!(nadia.name.expose(), "Nadia Osei");
    assert_eq!(nadia.title.as_ref().unwrap().expose(), "Advisor");
    assert_eq!(nadia.department, None);
    assert_eq!(
        nadia.mail.as_ref().unwrap().expose(),
        "nadia@contact.example"
    );
    assert_eq!(nadia.skills, [Pii::from("Billing")]);
    let dialable = nadia.dialable.as_ref().unwrap();
    assert_eq!(dialable.number.expose(), "+49305550101");
    assert_eq!(dialable.dialled_as, DialledAs::Directory);
    assert!(nadia.expert && listed.next.is_some());
    assert_eq!(listed.entries[1].dialable, None);
}

#[test]
fn skills_are_few_and_short_and_each_is_there_once() {
    let many: Vec<String> = (0..60).map(|n| format!("Skill {n}")).collect();
    let long = "x".repeat(101);
    let told = [vec![" ".to_owned(), long, "Skill\n0".to_owned()], many].concat();
    let read = skills(json!({ "skills": told }).to_string().as_bytes()).unwrap();
    assert_eq!(read.len(), 50);
    assert_eq!(read[0].expose().chars().count(), 100);
    assert_eq!(read[1..3], ["Skill 0".into(), "Skill 1".into()]);
    for nothing in [json!({ "skills": null }), json!({ "id": "a1" })] {
        assert_eq!(skills(nothing.to_string().as_bytes()), Ok(Vec::new()));
    }
    assert_eq!(skills(b"{\"skills\":7}"), Err(Failure::Broken));
}

#[test]
fn a_group_whose_members_have_no_names_is_not_granted() {
    let body = br#"{"value":[{"id":"a1","displayName":null},{"id":"b2"}]}"#;
    let failure = people(&place(), body, true).err();
    assert_eq!(failure, Some(Failure::NotGranted));
    assert!(
        people(&place(), br#"{"value":[]}"#, true)
            .unwrap()
            .entries
            .is_empty()
    );
}

#[test]
fn half_a_list_is_no_list() {
    for body in [
        "",
        "[]",
        "{}",
        "<html>",
        r#"{"value":null}"#,
        r#"{"value":[{"id":7}]}"#,
        r#"{"value":[],"@odata.nextLink":"https://elsewhere.example/v1.0/x"}"#,
        r#"{"value":[],"@odata.nextLink":7}"#,
    ] {
        let failure = people(&place(), body.as_bytes(), true).err();
        assert_eq!(failure, Some(Failure::Broken), "{body}");
    }
}

#[test]
fn presence_is_read_in_any_case_of_letters_and_what_is_new_is_unknown() {
    for (availability, activity, wanted) in [
        (
            "Available",
            "InACall",
            (Availability::Available, Activity::InACall),
        ),
        (
            "doNotDisturb",
            "presenting",
            (Availability::DoNotDisturb, Activity::Presenting),
        ),
        (
            "BUSYIDLE",
            "inAConferenceCall",
            (Availability::BusyIdle, Activity::InAConferenceCall),
        ),
        (
            "PresenceUnknown",
            "PresenceUnknown",
            (Availability::Unknown, Activity::Nothing),
        ),
        (
            "Levitating",
            "Dreaming",
            (Availability::Unknown, Activity::Nothing),
        ),
        (
            "availableIdle",
            "focusing",
            (Availability::AvailableIdle, Activity::Focusing),
        ),
    ] {
        let read = told(json!({ "id": "a1", "availability": availability, "activity": activity }));
        assert_eq!((read.availability, read.activity), wanted);
    }
    let least = told(json!({ "id": "a1", "availability": null }));
    assert_eq!(least.availability, Availability::Unknown);
    assert_eq!(least.sequence_number, "");
}

#[test]
fn what_people_say_of_themselves_is_text_and_runs_out() {
    let said = |expiry: Value| {
        told(json!({
            "id": "a1", "sequenceNumber": "A0637842",
            "outOfOfficeSettings": { "isOutOfOffice": true, "message": "<p>Back &amp; well</p><p>on Monday</p>" },
            "statusMessage": {
                "message": { "contentType": "text", "content": "at <desk> 3\n" },
                "expiryDateTime": expiry,
            },
        }))
    };
    let read = said(Value::Null);
    assert_eq!(read.status_message.unwrap().expose(), "at <desk> 3");
    assert_eq!(
        read.out_of_office.unwrap().message.expose(),
        "Back & well on Monday"
    );
    assert_eq!(read.sequence_number, "A0637842");
    let until =
        |date: &str, zone: &str| said(json!({ "dateTime": date, "timeZone": zone })).status_message;
    assert_eq!(until("2026-11-29T23:59:59.0000000", "UTC"), None);
    assert!(until("2026-11-30T00:00:01.0000000", "UTC").is_some());
    // It may not be over yet in the west.
    assert!(until("2026-11-29T23:59:59.0000000", "Pacific Standard Time").is_some());
    assert_eq!(until("2026-11-29T11:00:00", "Pacific Standard Time"), None);
    let at_work = told(json!({
        "id": "a1", "outOfOfficeSettings": { "isOutOfOffice": false, "message": "x" },
    }));
    assert_eq!(at_work.out_of_office, None);
}

#[test]
fn the_primary_number_of_teams_comes_first_and_without_a_voice_there_is_none() {
    let number = |body: Value| teams_number(body.to_string().as_bytes()).unwrap();
    let numbers = json!([
        { "telephoneNumber": "+15550000002", "assignmentCategory": "private" },
        { "telephoneNumber": "tel:+15550000001", "assignmentCategory": "Primary" },
    ]);
    let found =
        number(json!({ "isEnterpriseVoiceEnabled": true, "telephoneNumbers": numbers })).unwrap();
    assert_eq!(found.number.expose(), "+15550000001");
    assert_eq!(found.dialled_as, DialledAs::Teams);
    assert_eq!(
        number(json!({ "isEnterpriseVoiceEnabled": false, "telephoneNumbers": numbers })),
        None
    );
    assert_eq!(number(json!({ "telephoneNumbers": [] })), None);
    assert_eq!(number(json!({})), None);
    assert!(teams_number(b"[]x").is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let names = prop::sample::select(vec![
            "value",
            "id",
            "displayName",
            "businessPhones",
            "skills",
            "availability",
            "statusMessage",
            "message",
            "content",
            "contentType",
            "expiryDateTime",
            "dateTime",
            "timeZone",
            "mail",
            "telephoneNumbers",
            "telephoneNumber",
            "outOfOfficeSettings",
            "@odata.nextLink",
            "userId",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6).prop_map(|map| map
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_does_harm(answer in any_json()) {
        let body = answer.to_string();
        for body in [body.clone(), format!("{{\"value\":[{body}]}}")] {
            let body = body.as_bytes();
            if let Ok(listed) = people(&place(), body, true) {
                for person in listed.entries {
                    prop_assert!((1..=256).contains(&person.name.expose().chars().count()));
                }
                prop_assert!(listed.next.is_none_or(|Page(link)| place().link(&link).is_some()));
            }
            if let Ok(listed) = list(&place(), body, presence_of) {
                for (_, presence) in listed.entries {
                    let said = presence.status_message.map_or(0, |said| said.expose().chars().count());
                    prop_assert!(said <= LONGEST_MESSAGE);
                }
            }
            if let Ok(skills) = skills(body) {
                let lengths = skills.iter().map(|skill| skill.expose().chars().count());
                prop_assert!(skills.len() <= 50 && lengths.into_iter().all(|it| (1..=100).contains(&it)));
            }
            let _ = (teams_number(body), tag_name(body), own_presence(body, now()));
        }
    }

    #[test]
    fn no_text_does_harm(text in "\\PC{0,60}") {
        let body = text.as_bytes();
        let _ = (people(&place(), body, true), teams_number(body), tag_name(body));
        let _ = (availability(&text), activity(&text), address(Some(text)));
    }
}
