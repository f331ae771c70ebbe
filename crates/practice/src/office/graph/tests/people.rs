//! People, tags, numbers and photos.

use super::*;

#[test]
fn what_is_seen_of_people_is_what_was_granted() {
    let (mut trial, token) = signed_in();
    let nadia = id(&mut trial, "Nadia Haddad");
    let path = format!("/users/{nadia}?$select=id,displayName,jobTitle,businessPhones,skills,mail");
    let full = body(&get(&mut trial, &token, &path));
    assert_eq!(full["jobTitle"], "Head of billing");
    assert_eq!(full["businessPhones"], json!(["+49 (30) 23125201"]));
    assert_eq!(full["skills"], json!(["Billing", "Refunds"]));
    let scopes = vec!["User.Read.All".to_owned()];
    trial
        .state
        .obey(trial.now, Order::Refuse { scopes })
        .expect("done");
    let basic = body(&get(&mut trial, &token, &path));
    assert_eq!(basic["displayName"], "Nadia Haddad");
    assert_eq!(
        (&basic["jobTitle"], &basic["businessPhones"]),
        (&Value::Null, &json!([]))
    );
    let me = body(&get(
        &mut trial,
        &token,
        "/me?$select=id,jobTitle,userPrincipalName",
    ));
    assert_eq!(
        (&me["jobTitle"], &me["userPrincipalName"]),
        (&json!("Agent"), &json!("robin.adeyemi@practice.example"))
    );
    let scopes = vec!["User.Read.All".to_owned(), "User.ReadBasic.All".to_owned()];
    trial
        .state
        .obey(trial.now, Order::Refuse { scopes })
        .expect("done");
    let path = members(&trial, &[("$count", "true"), ("$top", "1")]);
    let least = body(&eventual(&mut trial, &token, &path));
    assert_eq!(
        (&least["value"][0]["id"], &least["value"][0]["displayName"]),
        (&json!(nadia), &Value::Null)
    );
    is(
        &get(&mut trial, &token, "/users/somebody@practice.example"),
        403,
        "Authorization_RequestDenied",
    );
}

#[test]
fn skills_are_told_of_one_person_at_a_time() {
    let (mut trial, token) = signed_in();
    let nadia = id(&mut trial, "Nadia Haddad");
    let one = get(
        &mut trial,
        &token,
        &format!("/users/{nadia}?$select=skills"),
    );
    assert_eq!(body(&one)["skills"], json!(["Billing", "Refunds"]));
    assert!(body(&one).get("displayName").is_none());
    let of_nobody = "/users/00000000-0000-4000-8000-000000000000?$select=skills";
    let nobody = get(&mut trial, &token, of_nobody);
    is(&nobody, 404, "Request_ResourceNotFound");
    let filter = format!("id in ('{nadia}')");
    let lists = [
        with_query("/users", &[("$select", "id,skills")]),
        with_query("/users", &[("$filter", &filter), ("$select", "skills")]),
        with_query(
            "/users",
            &[("$search", "\"displayName:nad\""), ("$select", "skills")],
        ),
        members(&trial, &[("$count", "true"), ("$select", "skills")]),
    ];
    for list in lists {
        is(&eventual(&mut trial, &token, &list), 400, "NotSupported");
    }
}

#[test]
fn people_are_found_by_what_is_typed_and_by_their_ids() {
    let (mut trial, token) = signed_in();
    let search = |text: &str| {
        with_query(
            "/users",
            &[("$search", text), ("$select", "id,displayName")],
        )
    };
    is(
        &get(&mut trial, &token, &search("\"displayName:nad\"")),
        400,
        "Request_UnsupportedQuery",
    );
    let names = |answer: Answer| -> Vec<String> {
        let found = body(&answer);
        let found = found["value"].as_array().expect("a list").iter();
        found
            .map(|one| one["displayName"].as_str().expect("a name").to_owned())
            .collect()
    };
    let found = names(eventual(
        &mut trial,
        &token,
        &search("\"displayName:HAD nad\""),
    ));
    assert_eq!(found, ["Nadia Haddad"]);
    let found = names(eventual(
        &mut trial,
        &token,
        &search("\"displayName:zzz\" OR \"mail:jonas.w\""),
    ));
    assert_eq!(found, ["Jonas Weber"]);
    is(
        &eventual(&mut trial, &token, &search("nadia")),
        400,
        "Request_BadRequest",
    );
    let (nadia, jonas) = (
        id(&mut trial, "Nadia Haddad"),
        id(&mut trial, "Jonas Weber"),
    );
    let filter = format!("id in ('{}','{jonas}','unknown')", nadia.to_uppercase());
    let path = with_query("/users", &[("$filter", &filter)]);
    assert_eq!(
        names(get(&mut trial, &token, &path)),
        ["Nadia Haddad", "Jonas Weber"]
    );
}

#[test]
fn a_tag_has_a_name_and_members() {
    let (mut trial, token) = signed_in();
    let team = trial.state.staff.team.clone();
    let tags = body(&get(&mut trial, &token, &format!("/teams/{team}/tags")));
    let tags = tags["value"].as_array().expect("a list").clone();
    let refunds = tags
        .iter()
        .find(|tag| tag["displayName"] == "Refunds")
        .expect("one");
    let path = format!(
        "/teams/{team}/tags/{}",
        refunds["id"].as_str().expect("an id")
    );
    assert_eq!(
        body(&get(
            &mut trial,
            &token,
            &format!("{path}?$select=id,displayName")
        ))["displayName"],
        "Refunds"
    );
    let members = body(&get(&mut trial, &token, &format!("{path}/members")));
    assert_eq!(
        members["value"][0]["userId"],
        json!(id(&mut trial, "Nadia Haddad"))
    );
    assert_eq!(members["value"][0]["tenantId"], TENANT);
    is(
        &get(&mut trial, &token, &format!("/teams/{team}/tags/x")),
        404,
        "Request_ResourceNotFound",
    );
    is(
        &get(&mut trial, &token, "/teams/x/tags"),
        404,
        "Request_ResourceNotFound",
    );
}

#[test]
fn teams_knows_a_number_or_does_not() {
    let (mut trial, token) = signed_in();
    for (who, numbers) in [
        (
            "Nadia Haddad",
            json!([{ "telephoneNumber": "+493023125201", "assignmentCategory": "primary" }]),
        ),
        ("Jonas Weber", json!([])),
    ] {
        let path = format!("/admin/teams/userConfigurations/{}", id(&mut trial, who));
        let told = body(&get(&mut trial, &token, &path));
        assert_eq!(told["telephoneNumbers"], numbers);
        assert_eq!(
            told["isEnterpriseVoiceEnabled"],
            json!(numbers != json!([]))
        );
    }
}

#[test]
fn some_have_a_photo() {
    let (mut trial, token) = signed_in();
    let ids: Vec<_> = trial
        .state
        .staff
        .experts
        .iter()
        .map(|one| (one.id.clone(), one.photo))
        .collect();
    let (with, without) = (
        ids.iter().find(|(_, photo)| *photo),
        ids.iter().find(|(_, photo)| !photo),
    );
    let path = |one: Option<&(String, bool)>| {
        format!("/users/{}/photos/48x48/$value", one.expect("one").0)
    };
    let photo = get(&mut trial, &token, &path(with));
    assert_eq!(header(&photo, "Content-Type"), Some("image/png"));
    assert!(photo.body.starts_with(b"\x89PNG"));
    is(
        &get(&mut trial, &token, &path(without)),
        404,
        "ImageNotFound",
    );
}
