use proptest::prelude::*;

use super::*;

fn knock(link: &str) -> Knock {
    Knock {
        link: Some(link.to_owned()),
        token: None,
    }
}

async fn first(profile: &Path, folder: &Path) -> Door {
    match enter_in(folder, profile, &Knock::default()).await {
        Ok(Entry::First(door)) => door,
        other => panic!("not first: {other:?}"),
    }
}

#[tokio::test]
async fn the_second_hands_its_link_over_and_the_first_hears_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.toml");
    let mut door = first(&profile, folder.path()).await;
    let link = knock("tel:+4930901820");
    let second = enter_in(folder.path(), &profile, &link).await;
    assert!(matches!(second, Ok(Entry::Told)), "{second:?}");
    assert!(door.knocked().await == link);
}

#[tokio::test]
async fn a_link_of_any_length_is_heard_and_refused_with_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.toml");
    let mut door = first(&profile, folder.path()).await;
    let long = Knock {
        link: Some(format!("tel:+4930901820{}", "0".repeat(100_000))),
        token: Some("t".repeat(100_000)),
    };
    let second = enter_in(folder.path(), &profile, &long).await;
    assert!(matches!(second, Ok(Entry::Told)), "{second:?}");
    let heard = door.knocked().await;
    assert!(matches!(heard.request(), Some(Err(Refused::TooLong))));
    assert_eq!(heard.token, None);
}

#[tokio::test]
async fn phones_with_other_profiles_run_beside_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let _one = first(&folder.path().join("one.toml"), folder.path()).await;
    let _other = first(&folder.path().join("other.toml"), folder.path()).await;
}

#[tokio::test]
async fn a_profile_is_the_same_by_whatever_way_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.toml");
    std::fs::write(&profile, "").expect("written");
    let _door = first(&profile, folder.path()).await;
    let roundabout = folder.path().join(".").join("profile.toml");
    let second = enter_in(folder.path(), &roundabout, &Knock::default()).await;
    assert!(matches!(second, Ok(Entry::Told)), "{second:?}");
}

#[tokio::test]
async fn who_comes_while_the_first_is_about_to_end_waits_and_is_first_then() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile.toml");
    let mut door = first(&profile, folder.path()).await;
    door.close();
    let (path, place) = (profile.clone(), folder.path().to_owned());
    let mut second = JoinSet::new();
    second.spawn(async move { enter_in(&place, &path, &Knock::default()).await });
    assert!(
        timeout(AGAIN, second.join_next()).await.is_err(),
        "it waits"
    );
    drop(door);
    let entered = second.join_next().await.expect("it was started");
    let entered = entered.expect("it does not panic");
    assert!(matches!(entered, Ok(Entry::First(_))), "{entered:?}");
}

#[test]
fn a_knock_is_read_as_it_was_written_and_never_shows_whom_it_is_about() {
    for knock in [
        Knock::default(),
        knock("sip:robin@example.com"),
        Knock {
            link: Some("tel:112".into()),
            token: Some("token-1".into()),
        },
    ] {
        assert!(Knock::read(&knock.write()) == Some(knock));
    }
    assert_eq!(format!("{:?}", knock("tel:112")), "Knock(link: true)");
}

proptest! {
    #[test]
    fn a_link_with_lines_of_its_own_says_nothing_else(
        link in prop_oneof![any::<String>(), "[ -~\n]{400,3000}"],
        token in prop_oneof![any::<String>(), "[ -~\n]{900,3000}"],
    ) {
        let knock = Knock { link: Some(link), token: Some(token) };
        let text = knock.write();
        prop_assert_eq!(text.matches('\n').count(), LINES);
        prop_assert!(text.len() <= LONGEST);
        prop_assert!(Knock::read(&text).is_some());
    }

    #[test]
    fn no_text_does_harm(text: String) {
        let _ = Knock::read(&text);
    }
}
