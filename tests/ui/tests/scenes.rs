//! Every scene of the pages in the engine of the web view: nothing is cut off in words longer than any language's,
//! in the narrowest window and from right to left, and axe-core finds nothing wrong.
#![cfg(target_os = "linux")]

use warmline_interop::{Lab, Result, test};
use warmline_ui_tests::{Desktop, Scenes, Scheme, View};

#[test]
fn nothing_is_cut_off_in_the_narrowest_window_from_right_to_left() {
    test(|lab| {
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Dark, &pulse)?;
        let scenes = Scenes::open(lab, &desktop)?;
        let mut faults = Vec::new();
        for (name, _) in scenes.names()? {
            let view = View {
                language: "ar-XB",
                size: NARROW,
            };
            scenes.show(&name, view)?;
            let found = scenes.clipped()?;
            faults.extend(found.iter().map(|fault| format!("{name}: {fault}")));
        }
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
        Ok(())
    });
}

#[test]
fn nothing_is_cut_off_in_longer_words_and_all_is_accessible() {
    test(every_scene);
}

fn every_scene(lab: &Lab) -> Result<()> {
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let scenes = Scenes::open(lab, &desktop)?;
    let language = "en-XA";
    let mut faults = Vec::new();
    let mut look = |name: &str| -> Result<()> {
        let mut found = scenes.clipped()?;
        found.extend(scenes.accessibility_faults()?);
        faults.extend(found.iter().map(|fault| format!("{name}: {fault}")));
        Ok(())
    };
    for (name, is_bar) in scenes.names()? {
        let size = if is_bar { BAR } else { USUAL };
        scenes.show(&name, View { language, size })?;
        look(&name)?;
    }
    let usual = View {
        language,
        size: USUAL,
    };
    for scene in ["active", "managedWindow", "globalKeys"] {
        scenes.show(scene, usual)?;
        scenes.press(",", "Comma", false)?;
        scenes.each_tab(|tab| look(&format!("settings of {scene}, {tab}")))?;
    }
    for (layer, key, code, shift) in [
        ("palette", " ", "Space", true),
        ("sound", "L", "KeyL", true),
        ("keypad", "K", "KeyK", true),
        ("transfer", "T", "KeyT", true),
    ] {
        scenes.show("active", usual)?;
        scenes.press(key, code, shift)?;
        look(layer)?;
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    Ok(())
}

// Pixels, as the window begins and as small as a page may get: what is 1280 wide, four times as large.
const USUAL: (u32, u32) = (420, 720);
const BAR: (u32, u32) = (460, 132);
const NARROW: (u32, u32) = (320, 480);
