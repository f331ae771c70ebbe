use std::path::PathBuf;

use super::*;

const LEAST: &str = "server = \"wss://sbc.example.com/ws\"\naor = \"sip:2001@example.com\"\n";

fn read(text: &str) -> Result<Profile, DeskError> {
    profile(text, Path::new("/etc/warmline"))
}

/// What is said about `LEAST` with `more` after it.
#[track_caller]
fn complaint(more: &str) -> String {
    let error = read(&format!("{LEAST}{more}")).expect_err("a mistake");
    assert_eq!(error.code, ErrorCode::ProfileInvalid);
    error.message()
}

#[test]
fn the_least_profile_has_sensible_defaults() {
    let profile = read(LEAST).unwrap();
    assert_eq!(profile.server().to_string(), "wss://sbc.example.com:443/ws");
    assert_eq!(profile.aor.uri(), "sip:2001@example.com");
    assert!(matches!(profile.password, SecretSource::Keychain));
    assert!(matches!(profile.auth, Auth::Digest) && profile.customer.is_none());
    assert_eq!(
        profile.codecs,
        [Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma]
    );
    assert!(profile.ice_servers.is_empty() && profile.proxy.is_none());
}

#[test]
fn a_full_profile_is_read_whole() {
    let profile = read(
        r#"
        server = "sips:sbc.example.com"
        aor = "sip:2001@example.com"
        customer = "Contact GmbH"
        display_name = "Ada"
        auth_user = "a2001"
        ca_file = "ca.pem"
        proxy = "http://proxy.example.com:3128"
        codecs = ["pcma", "opus"]
        password_file = "secret.txt"

        [[ice_servers]]
        urls = "stun:stun.example.com:3478"

        [[ice_servers]]
        urls = [
            "turn:turn.example.com:3478",
            "turn:turn.example.com?transport=tcp",
            "turns:turn.example.com",
        ]
        username = "agent"
        credential_env = "TURN_PASSWORD"
        "#,
    )
    .unwrap();
    assert_eq!(profile.customer.as_deref(), Some("Contact GmbH"));
    assert_eq!(profile.display_name.as_deref(), Some("Ada"));
    assert_eq!(profile.auth_user.as_deref(), Some("a2001"));
    assert_eq!(profile.ca_file, Some(PathBuf::from("/etc/warmline/ca.pem")));
    assert_eq!(profile.proxy.unwrap().port(), 3128);
    assert_eq!(profile.codecs, [Codec::Pcma, Codec::Opus]);
    let SecretSource::File(secret) = &profile.password else {
        panic!("a file");
    };
    assert_eq!(secret, Path::new("/etc/warmline/secret.txt"));
    assert_eq!(profile.ice_servers.len(), 2);
    let Some(SecretSource::Env(name)) = &profile.ice_servers[1].credential else {
        panic!("a variable");
    };
    assert_eq!(name, "TURN_PASSWORD");
}

#[test]
fn sound_may_be_kept_to_relays() {
    assert!(!read(LEAST).unwrap().relay_only);
    let relay = format!("{LEAST}ice_transport_policy = \"relay\"\n");
    assert!(read(&relay).unwrap().relay_only);
    let text = complaint("ice_transport_policy = \"turn\"\n");
    assert!(text.contains("\"all\" and \"relay\""), "{text}");
}

#[test]
fn a_misspelt_key_is_named_with_its_line_and_its_neighbour() {
    assert_eq!(
        complaint("\n# a comment\ncafile = \"x\"\n"),
        "Line 5: `cafile` is not known. Did you mean `ca_file`?"
    );
    assert_eq!(
        complaint("[[ice_servers]]\nurl = \"stun:a\"\n"),
        "Line 4: `url` is not known. Did you mean `urls`?"
    );
    let far = complaint("ringtone = \"x\"\n");
    assert!(
        far.starts_with("Line 3: `ringtone` is not known. Known are `server`, `aor`,"),
        "{far}"
    );
}

#[test]
fn a_password_in_the_profile_is_refused_and_not_repeated() {
    let text = complaint("password = \"hunter2\"\n");
    assert!(
        text.starts_with("Line 3: A password does not belong"),
        "{text}"
    );
    assert!(text.contains("warmline-cli password") && !text.contains("hunter2"));
    let text = complaint("[[ice_servers]]\nurls = \"turn:a\"\ncredential = \"hunter2\"\n");
    assert!(text.starts_with("Line 5: A credential does not"), "{text}");
    assert!(text.contains("credential_env") && !text.contains("hunter2"));
}

#[test]
fn values_that_do_not_fit_are_refused_with_what_would_be_right() {
    for (more, begins, says) in [
        (
            "auth_user = 2001",
            "Line 3: `auth_user` must be text, not integer.",
            "quotes",
        ),
        (
            "auth_user = \" \"",
            "Line 3: `auth_user` is empty.",
            "remove the line",
        ),
        (
            "codecs = [\"g729\"]",
            "Line 3: `g729` is not a codec",
            "\"opus\"",
        ),
        (
            "codecs = [\"opus\", \"opus\"]",
            "Line 3: `opus` is named twice.",
            "once",
        ),
        ("codecs = []", "Line 3: `codecs` is empty.", "\"opus\""),
        (
            "proxy = \"socks://p\"",
            "Line 3: ",
            "http://proxy.example.com",
        ),
        (
            "ice_servers = \"stun:a\"",
            "Line 3: `ice_servers` must be a list",
            "[[ice_servers]]",
        ),
        ("[[ice_servers]]", "Line 3: `urls` is missing.", "stun:"),
        ("[[ice_servers]]\nurls = \"http://a\"", "Line 4: ", "stun:"),
        (
            "[[ice_servers]]\nurls = \"turn:a\"",
            "Line 4: ",
            "credential_env",
        ),
        (
            "[[ice_servers]]\nurls = \"turns:a\"",
            "Line 4: ",
            "credential_env",
        ),
        (
            "[[ice_servers]]\nurls = \"stuns:a\"",
            "Line 4: ",
            "turns:host",
        ),
        (
            "password_env = \"A\"\npassword_file = \"b\"",
            "Line 4: `password_env` and",
            "one",
        ),
        (
            "server = \"wss://b\"",
            "Line 3: this is not TOML:",
            "duplicate key",
        ),
        ("codecs = [", "Line 3: this is not TOML:", ""),
    ] {
        let text = complaint(more);
        assert!(text.starts_with(begins), "{more}: {text}");
        assert!(text.contains(says), "{more}: {text}");
    }
}

#[test]
fn what_is_missing_or_no_address_is_said() {
    let error = |text| read(text).expect_err("a mistake").message();
    let missing = error("aor = \"sip:a@b.example\"");
    assert!(missing.starts_with("`server` is missing."), "{missing}");
    assert!(missing.contains("wss://"));
    let missing = error("server = \"wss://b.example\"");
    assert!(missing.starts_with("`aor` is missing."), "{missing}");
    let plain = error("server = \"ws://sbc.example.com\"\naor = \"sip:a@b.example\"");
    assert!(
        plain.starts_with("Line 1: plain ws:// is only allowed"),
        "{plain}"
    );
    let number = error("server = \"wss://b.example\"\naor = \"2001\"");
    assert!(
        number.starts_with("Line 2: ") && number.contains("sip:2001@"),
        "{number}"
    );
    assert!(!number.starts_with("Line 2: 2001"));
}

#[test]
fn a_missing_file_is_named() {
    let error = Profile::load(Path::new("/nowhere/agent.toml")).expect_err("no file");
    assert_eq!(error.code, ErrorCode::ProfileInvalid);
    assert!(error.message().contains("/nowhere/agent.toml"));
}

#[test]
fn the_file_is_named_before_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.toml");
    std::fs::write(&path, format!("{LEAST}servr = \"x\"\n")).unwrap();
    let error = Profile::load(&path).expect_err("a mistake").message();
    assert!(
        error.contains("agent.toml, line 3: `servr` is not known."),
        "{error}"
    );
}

#[test]
fn passwords_come_from_the_environment_or_the_first_line_of_a_file() {
    let aor: Aor = "sip:2001@example.com".parse().unwrap();
    let secret = |source: &SecretSource| source.read(&aor);
    // Cargo sets this one for its tests.
    let source = SecretSource::Env("CARGO_PKG_NAME".into());
    assert_eq!(secret(&source).unwrap().expose(), "warmline-desk");
    let error = secret(&SecretSource::Env("WARMLINE_NOT_SET".into())).expect_err("nothing there");
    assert_eq!(error.code, ErrorCode::PasswordMissing);
    assert!(error.message().contains("WARMLINE_NOT_SET"));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret.txt");
    let source = SecretSource::File(path.clone());
    assert_eq!(
        secret(&source).expect_err("no file").code,
        ErrorCode::PasswordMissing
    );
    std::fs::write(&path, "pass word \r\nsecond line\n").unwrap();
    assert_eq!(secret(&source).unwrap().expose(), "pass word ");
    std::fs::write(&path, "\n").unwrap();
    assert_eq!(
        secret(&source).expect_err("empty").code,
        ErrorCode::PasswordMissing
    );
}

#[test]
fn letters_between_two_words_are_counted() {
    assert_eq!(distance("server", "server"), 0);
    assert_eq!(distance("servr", "server"), 1);
    assert_eq!(distance("aro", "aor"), 2);
    assert_eq!(distance("", "aor"), 3);
}

#[test]
fn the_country_is_the_named_one_or_that_of_the_agents_number() {
    let name = |text: &str| read(text).unwrap().country.map(Country::name);
    assert_eq!(name(LEAST), None);
    assert_eq!(name(&format!("{LEAST}country = \"de\"")), Some("Germany"));
    let numbered = LEAST.replace("2001", "+41446681800");
    assert_eq!(name(&numbered), Some("Switzerland"));
    assert_eq!(
        name(&format!("{numbered}country = \"AT\"")),
        Some("Austria")
    );
    let wrong = complaint("country = \"Germany\"");
    assert!(wrong.starts_with("Line 3: "), "{wrong}");
    assert!(wrong.contains("country = \"DE\""), "{wrong}");
}

#[test]
fn several_servers_are_read_in_their_order() {
    let text = |server: &str| format!("server = {server}\naor = \"sip:2001@example.com\"\n");
    let read = |server: &str| Profile::parse(&text(server), Path::new(""));
    let profile = read("[\"wss://a.example/ws\", \"sips:b.example\"]").unwrap();
    let hosts: Vec<&str> = profile.servers.iter().map(|server| server.host()).collect();
    assert_eq!(hosts, ["a.example", "b.example"]);
    assert_eq!(profile.server().host(), "a.example");
    for (server, says) in [
        ("[]", "`server` is missing."),
        ("[\"wss://a.example\", \"wss://a.example\"]", "named twice"),
        ("[\"wss://a.example\", \"ftp://b.example\"]", "Line 1"),
    ] {
        let error = read(server).unwrap_err();
        assert!(error.message().contains(says), "{server}: {error}");
    }
}
