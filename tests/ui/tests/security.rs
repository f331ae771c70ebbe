//! What the page must not do, tried in the real web view. Whoever gets a script into it all the same finds nothing to
//! run it by, nothing to load, nowhere to go, and no command but those that the pages need.
#![cfg(target_os = "linux")]

use serde_json::json;
use warmline_interop::{Asterisk, Lab, Result, test};
use warmline_ui_tests::{Desktop, Scheme, Setup, Window};

/// A window that is reachable at a PBX.
struct Shift {
    window: Window,
    _asterisk: Asterisk,
    _desktop: Desktop,
}

fn shift(lab: &Lab) -> Result<Shift> {
    let asterisk = lab.asterisk()?;
    let pulse = lab.pulse()?;
    let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
    let window = Setup::new(lab, &desktop).profile(&asterisk)?.open()?;
    window.is_reachable()?;
    Ok(Shift {
        window,
        _asterisk: asterisk,
        _desktop: desktop,
    })
}

#[test]
fn the_page_can_run_and_load_nothing_of_others() {
    test(|lab| {
        let shift = shift(lab)?;
        let blocked = shift.window.driver().async_script(
            "const done = arguments[arguments.length - 1]; const seen = []; \
             document.addEventListener('securitypolicyviolation', (e) => seen.push(e.effectiveDirective)); \
             const script = document.createElement('script'); script.textContent = 'window.ran = true'; \
             const style = document.createElement('style'); style.textContent = 'p { color: red }'; \
             const image = new Image(); image.src = 'https://example.invalid/x.png'; \
             document.body.append(script, style, image); \
             fetch('https://example.invalid/').catch(() => {}); \
             setTimeout(() => done([window.ran === true, ...new Set(seen)].map(String).sort()), 500)",
            &[],
        )?;
        let blocked: Vec<_> = blocked.as_array().into_iter().flatten().collect();
        assert!(blocked.contains(&&json!("false")), "an inline script ran");
        for directive in [
            "connect-src",
            "img-src",
            "script-src-elem",
            "style-src-elem",
        ] {
            assert!(
                blocked.contains(&&json!(directive)),
                "{directive}: {blocked:?}"
            );
        }
        // Nothing but the two commands that the capability names.
        let refused = shift.window.driver().async_script(
            "const done = arguments[arguments.length - 1]; \
             window.__TAURI_INTERNALS__.invoke('plugin:window|close', {}) \
               .then(() => done('allowed'), () => done('refused'))",
            &[],
        )?;
        assert_eq!(refused, "refused");
        Ok(())
    });
}
