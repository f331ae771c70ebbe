//! Imports run one way: what `cargo metadata` says is held against the picture in ARCHITECTURE.md.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;
use warmline_house::{files, root};

/// Each package of ours, and those of ours it may stand on.
const ALLOWED: &[(&str, &[&str])] = &[
    ("warmline-call", &[]),
    ("warmline-redact", &[]),
    ("warmline-entra", &["warmline-redact"]),
    ("warmline-graph", &["warmline-entra", "warmline-redact"]),
    ("warmline-sip", &["warmline-redact"]),
    ("warmline-audio", &[]),
    ("warmline-headset", &[]),
    ("warmline-journal", &[]),
    ("warmline-policy", &[]),
    ("warmline-media", &["warmline-audio"]),
    (
        "warmline-desk",
        &[
            "warmline-call",
            "warmline-sip",
            "warmline-media",
            "warmline-audio",
            "warmline-headset",
            "warmline-journal",
            "warmline-policy",
            "warmline-entra",
            "warmline-graph",
        ],
    ),
    ("warmline-desktop", &["warmline-desk"]),
    ("warmline-ipc", &["warmline-desk", "warmline-desktop"]),
    ("warmline-cli", &["warmline-desk"]),
    (
        "warmline-practice",
        &["warmline-sip", "warmline-media", "warmline-audio"],
    ),
    (
        "warmline",
        &[
            "warmline-ipc",
            "warmline-desk",
            "warmline-desktop",
            "warmline-practice",
        ],
    ),
    ("warmline-house", &[]),
    (
        "warmline-journeys",
        &[
            "warmline-desk",
            "warmline-practice",
            "warmline-sip",
            "warmline-media",
            "warmline-audio",
        ],
    ),
    ("warmline-sound-tests", &["warmline-audio"]),
    ("warmline-interop", &["warmline-desk", "warmline-sip"]),
    (
        "warmline-ui-tests",
        &["warmline-interop", "warmline-practice"],
    ),
];

#[test]
fn every_package_stands_only_on_those_below_it() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata failed");
    let metadata: Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(
        packages.len(),
        ALLOWED.len(),
        "a package is missing from the picture, or gone"
    );
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let Some(may) = allowed.get(name) else {
            wrong.push(format!("{name} is not in the picture"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            // Tests may lean on anything of ours: they are not shipped.
            if dependency["kind"] == "dev" || dependency["path"].is_null() {
                continue;
            }
            let on = dependency["name"].as_str().expect("a name");
            if !may.contains(&on) {
                wrong.push(format!("{name} imports {on}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports against the picture:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn only_the_host_folder_knows_tauri() {
    let source = root().join("ui/src");
    let mut wrong = Vec::new();
    for file in files(&source, &[".ts", ".tsx"]).expect("ui/src can be read") {
        let text = std::fs::read_to_string(&file).expect("source is UTF-8");
        if text.contains("@tauri-apps/") && !file.starts_with(source.join("host")) {
            wrong.push(file);
        }
    }
    assert!(
        wrong.is_empty(),
        "these import @tauri-apps outside ui/src/host: {wrong:?}"
    );
}

#[test]
fn the_window_stays_thin_and_the_architecture_short() {
    let lines = |file| {
        std::fs::read_to_string(file)
            .expect("UTF-8")
            .lines()
            .count()
    };
    let window: usize = files(&root().join("src-tauri"), &[".rs"])
        .expect("src-tauri can be read")
        .into_iter()
        // What the benchmark measures beside the window is no part of it.
        .filter(|file| !file.starts_with(root().join("src-tauri/examples")))
        .map(lines)
        .sum();
    assert!(window < 2_000, "src-tauri has {window} lines");
    let architecture = lines(root().join("ARCHITECTURE.md"));
    assert!(
        architecture < 150,
        "ARCHITECTURE.md has {architecture} lines"
    );
}
