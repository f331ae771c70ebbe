//! Lets the window's pages call the commands named here, and nothing else.

use std::{env, fs, path::Path};

fn main() {
    stand_in_for_pages();
    let commands = tauri_build::AppManifest::new().commands(&[
        "act",
        "export_calls",
        "read_number",
        "search_calls",
        "watch",
        "watch_people",
    ]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    tauri_build::try_build(attributes).expect("the window's configuration is sound");
}

/// The pages are built by npm. Where they are not, the crate still compiles, so that everything else
/// can be checked without Node; the window then says what is missing.
fn stand_in_for_pages() {
    let index = Path::new("../ui/dist/index.html");
    println!("cargo::rerun-if-changed=../ui/dist");
    if index.exists() {
        return;
    }
    assert!(
        env::var("PROFILE").as_deref() != Ok("release"),
        "ui/dist is missing: run `./dev build`"
    );
    println!(
        "cargo::warning=ui/dist is missing: the window will be empty. Run `npm ci && npm run build` in ui/"
    );
    fs::create_dir_all("../ui/dist").expect("the folder for the pages can be made");
    fs::write(index, "<!doctype html><title>Warmline</title><p>The pages are not built: run <code>npm ci &amp;&amp; npm run build</code> in <code>ui/</code>.\n")
        .expect("a page can be written");
}
