//! That the benchmark of sound measures, in a short run of one phone.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

#[test]
fn a_phone_is_measured_on_a_bad_network_once() {
    let folder = tempfile::tempdir().expect("a folder for the results");
    let report = measure(folder.path());
    let row = &report["rows"][0];
    assert_eq!(row["phone"], "warmline", "{report}");
    assert_eq!(row["failed"], Value::Null, "{report}");
    let median = |figure: &str| row[figure]["median"].as_f64().unwrap_or(f64::NAN);
    // The relay has lost a tenth, in bursts, and delayed the rest by 40 ms in the middle.
    assert!((6.0..14.0).contains(&median("lost_percent")), "{row}");
    assert!((40.0..900.0).contains(&median("trip_ms")), "{row}");
    assert!((1.0..4.3).contains(&median("pesq")), "{row}");
    assert!(median("cpu_s_per_min") > 0.0, "{row}");
    assert!(median("pss_mb") > 1.0, "{row}");

    let lines = || {
        let text = std::fs::read_to_string(folder.path().join("sound.jsonl"));
        text.expect("the results").lines().count()
    };
    let before = lines();
    assert_eq!(measure(folder.path())["rows"], report["rows"]);
    assert_eq!(lines(), before, "what was measured is not measured again");
}

fn measure(folder: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_bench-sound"))
        .args(["--parts", "best", "--phones", "warmline"])
        .args(["--conditions", "burst10", "--afresh", "no", "--folder"])
        .arg(folder)
        .env("WARMLINE_BENCH_QUICK", "1")
        .stderr(Stdio::inherit())
        .output()
        .expect("the benchmark");
    assert!(output.status.success(), "{:?}", output.status);
    serde_json::from_slice(&output.stdout).expect("JSON")
}
