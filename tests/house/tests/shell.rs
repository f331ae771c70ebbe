//! What stands around the pages stays narrow: the policy of their contents, the capability of the window, the
//! commands, and what the pages themselves are made of.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use warmline_house::{files, root};

#[test]
fn the_pages_policy_allows_what_is_in_the_program_and_nothing_else() {
    let config = json_of("src-tauri/tauri.conf.json");
    let security = &config["app"]["security"];
    assert_eq!(
        security["csp"],
        json!({
            "default-src": "'self'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' data:",
            "font-src": "'self'",
            "connect-src": "ipc: http://ipc.localhost",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        })
    );
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["capabilities"], json!(["main"]));
    let known = BTreeSet::from(["csp", "freezePrototype", "capabilities"]);
    let set: BTreeSet<_> = keys(security).collect();
    assert_eq!(set, known, "anything else weakens one of these");
    // A window of the configuration's, a server for the pages, or a global object would be a way in.
    assert_eq!(config["app"]["windows"], json!([]));
    assert_eq!(config["app"]["withGlobalTauri"], Value::Null);
    assert_eq!(config["build"], json!({ "frontendDist": "../ui/dist" }));
}

#[test]
fn the_window_may_ask_for_the_commands_that_there_are_and_for_nothing_else() {
    let build = text_of("src-tauri/build.rs");
    let (_, after) = build
        .split_once(".commands(&[")
        .expect("a list of commands");
    let (list, _) = after.split_once(']').expect("its end");
    let commands: BTreeSet<String> = list
        .split(',')
        .map(|word| word.trim().trim_matches('"').to_owned())
        .filter(|word| !word.is_empty())
        .collect();

    let main = text_of("src-tauri/src/main.rs");
    let (_, after) = main
        .split_once("tauri::generate_handler![")
        .expect("a list of handlers");
    let (list, _) = after.split_once(']').expect("its end");
    let handlers: BTreeSet<String> = list
        .split(',')
        .filter_map(|word| word.trim().rsplit("::").next())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    assert_eq!(handlers, commands, "main.rs and build.rs");

    let folder = root().join("src-tauri/capabilities");
    let capabilities = files(&folder, &["json", "toml"]).expect("the capabilities can be read");
    assert_eq!(capabilities, [folder.join("main.json")]);
    let capability = json_of("src-tauri/capabilities/main.json");
    let granted: BTreeSet<_> = capability["permissions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let wanted: Vec<String> = commands
        .iter()
        .map(|command| format!("allow-{}", command.replace('_', "-")))
        .collect();
    let wanted: BTreeSet<_> = wanted.iter().map(String::as_str).collect();
    assert_eq!(granted, wanted);
    // Neither for pages from elsewhere, nor for other windows.
    let known = BTreeSet::from([
        "$schema",
        "identifier",
        "description",
        "windows",
        "permissions",
    ]);
    assert_eq!(keys(&capability).collect::<BTreeSet<_>>(), known);
    assert_eq!(capability["windows"], json!(["main", "main-again"]));
}

#[test]
fn the_pages_make_no_program_of_text_and_take_nothing_from_elsewhere() {
    let mut wrong = Vec::new();
    let source = root().join("ui/src");
    for file in files(&source, &[".ts", ".tsx"]).expect("ui/src can be read") {
        if file.to_string_lossy().contains(".test.") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("source is UTF-8");
        for made in [
            "eval(",
            "new Function",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "dangerouslySetInnerHTML",
            "document.write",
            "srcdoc",
            "createContextualFragment",
            "setAttribute(\"on",
            "javascript:",
        ] {
            if text.contains(made) {
                wrong.push(format!("{}: {made}", file.display()));
            }
        }
    }
    let page = text_of("ui/index.html");
    for away in [
        "http:",
        "https:",
        "//cdn",
        " style=",
        " onload=",
        " onclick=",
        "<style",
    ] {
        if page.contains(away) {
            wrong.push(format!("ui/index.html: {away}"));
        }
    }
    // The one script has a source.
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<script type=\"module\" src=\"/src/main.tsx\"></script>"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn keys(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
        .map(String::as_str)
}

fn json_of(file: &str) -> Value {
    serde_json::from_str(&text_of(file)).expect("JSON")
}

fn text_of(file: &str) -> String {
    fs::read_to_string(root().join(Path::new(file))).expect("a file of the checkout")
}
