use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[test]
fn an_action_reads_as_the_page_writes_it() {
    let action: UiAction =
        serde_json::from_str(r#"{"do":"reject","call":3,"with":"busy"}"#).expect("the page's JSON");
    assert_eq!(
        action,
        UiAction::Reject {
            call: 3,
            with: UiRejection::Busy
        }
    );
}

#[test]
fn what_has_two_words_is_written_as_pages_write_it() {
    let action: UiAction =
        serde_json::from_str(r#"{"do":"callPerson","person":"7","call":1,"handOver":true}"#)
            .expect("the page's JSON");
    assert_eq!(
        action,
        UiAction::CallPerson {
            person: "7".into(),
            call: Some(1),
            hand_over: true
        }
    );
}

#[test]
fn printing_an_action_shows_no_number_and_no_digit() {
    let dial = UiAction::Dial {
        to: "+15551234".into(),
        line: None,
    };
    let dtmf = UiAction::Dtmf {
        call: 1,
        digits: "987".into(),
    };
    assert_eq!(format!("{dial:?} {dtmf:?}"), "Dial Dtmf(1)");
}

#[test]
fn what_is_no_language_is_none() {
    let language = |tag: &str| {
        let language = Some(tag.to_owned());
        match (UiAction::SetLanguage { language }).asked() {
            Ok(Asked::Window(WindowAsk::Language(language))) => language,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(language("de").as_deref(), Some("de"));
    assert_eq!(language("zh-Hant-TW").as_deref(), Some("zh-Hant-TW"));
    for nonsense in ["", "d", "../../x", "de\n", "é", &"a".repeat(36)] {
        assert_eq!(language(nonsense), None, "{nonsense}");
    }
}

/// What stands in no word of ours.
const SAID: &str = "+4930555999";

/// A field as a page of ours has it, or as no page has.
fn field() -> impl Strategy<Value = (String, Value)> {
    let names = vec![
        "call",
        "to",
        "line",
        "with",
        "digits",
        "sure",
        "percent",
        "on",
        "what",
        "really",
        "recent",
        "looking",
        "role",
        "id",
        "of",
        "shown",
        "search",
        "first",
        "rows",
        "person",
        "handOver",
        "tried",
        "note",
        "tenant",
        "deviceCode",
        "rung",
        "mode",
        "language",
        "theme",
        "deed",
        "keys",
    ];
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (0..300_u64).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(|text| Value::from(text + SAID)),
        prop::sample::select(vec![
            "busy", "speaker", "calls", "off", "compact", "dark", "mute", "start"
        ])
        .prop_map(Value::from),
        Just(json!([])),
        Just(json!({ "to": SAID })),
    ];
    (prop::sample::select(names).prop_map(str::to_owned), value)
}

proptest! {
    #[test]
    fn no_text_of_a_page_does_harm(text: String) {
        let _ = serde_json::from_str::<UiAction>(&text);
    }

    #[test]
    fn what_a_page_sends_is_an_action_or_refused_and_never_printed(
        name in prop::sample::select(NAMES.to_vec()),
        fields in prop::collection::vec(field(), 0..5),
    ) {
        let mut action: serde_json::Map<String, Value> = fields.into_iter().collect();
        action.insert("do".to_owned(), name.into());
        let read = serde_json::from_value::<UiAction>(Value::Object(action));
        if let Ok(action) = read {
            let printed = format!("{action:?}");
            prop_assert!(!printed.contains(SAID), "{}", printed);
            drop(action.asked());
        }
    }
}

const NAMES: [&str; 60] = [
    "dial",
    "answer",
    "reject",
    "hangUp",
    "hold",
    "resume",
    "mute",
    "unmute",
    "dtmf",
    "dismiss",
    "consult",
    "handOver",
    "blindTransfer",
    "swap",
    "back",
    "complete",
    "keepConsulting",
    "merge",
    "leave",
    "setPersonVolume",
    "silence",
    "record",
    "follow",
    "recover",
    "forget",
    "lookAtSound",
    "chooseDevice",
    "tryDevice",
    "setLoudness",
    "setVoice",
    "lookAtPeople",
    "favourite",
    "callPerson",
    "note",
    "signIn",
    "openSignInPage",
    "cancelSignIn",
    "signOut",
    "askConsent",
    "provision",
    "register",
    "readProfile",
    "practise",
    "setMode",
    "setAlwaysOnTop",
    "setLanguage",
    "speak",
    "setTheme",
    "setTextSize",
    "checkSound",
    "firstStepsDone",
    "openLogFolder",
    "answerDialRequest",
    "callCopied",
    "setDoNotDisturb",
    "startAtLogin",
    "openLinks",
    "setShortcut",
    "recordKeys",
    "close",
];
