//! What the page must not do, tried in the real web view. Whoever gets a script into it all the same finds nothing to
//! run it by, nothing to load, nowhere to go, and no command but those that the pages need.
#![cfg(target_os = "linux")]

use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};
use warmline_interop::{Asterisk, Lab, LabError, Pulse, Result, test};
use warmline_ui_tests::{Desktop, Practice, Scheme, Setup, Window, people};

/// A window that is reachable at a PBX.
struct Shift {
    window: Window,
    _asterisk: Asterisk,
    _desktop: Desktop,
    _pulse: Pulse,
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
        _pulse: pulse,
    })
}

/// What the page is answered when it asks for a command with these arguments: `allowed`, or `refused`.
fn invoke(window: &Window, command: &str, arguments: &Value) -> Result<Value> {
    window.driver().async_script(
        "const [command, given, done] = arguments; \
         window.__TAURI_INTERNALS__.invoke(command, given).then(() => done('allowed'), () => done('refused'))",
        &[command.into(), arguments.clone()],
    )
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
        Ok(())
    });
}

#[test]
fn the_page_can_frame_send_play_and_connect_to_nothing() {
    test(|lab| {
        let shift = shift(lab)?;
        let blocked = shift.window.driver().async_script(
            "const done = arguments[arguments.length - 1]; const seen = new Set(); const ran = []; \
             const away = 'https://example.invalid/'; \
             document.addEventListener('securitypolicyviolation', (e) => seen.add(e.effectiveDirective)); \
             const add = (name, values) => { \
               const element = Object.assign(document.createElement(name), values); \
               document.body.append(element); return element; }; \
             const attempt = (deed) => { try { deed(); } catch { /* That is how it should be. */ } }; \
             add('iframe', { src: away }); \
             add('link', { rel: 'stylesheet', href: away + 'x.css' }); \
             add('script', { src: away + 'x.js' }); \
             add('audio', { src: away + 'x.mp3' }).load(); \
             add('base', { href: away }); \
             attempt(() => new WebSocket('wss://example.invalid/')); \
             attempt(() => new EventSource(away)); \
             attempt(() => navigator.sendBeacon(away, 'x')); \
             attempt(() => new FontFace('x', `url(${away}x.woff2)`).load().catch(() => {})); \
             attempt(() => { \
               const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))); \
               worker.onmessage = () => ran.push('worker'); }); \
             add('form', { action: away, method: 'post' }).submit(); \
             setTimeout(() => done({ ran, seen: [...seen] }), 1000)",
            &[],
        )?;
        assert_eq!(blocked["ran"], json!([]));
        let seen: Vec<_> = blocked["seen"].as_array().into_iter().flatten().collect();
        for directive in [
            "base-uri",
            "connect-src",
            "font-src",
            "form-action",
            "frame-src",
            "media-src",
            "script-src-elem",
            "style-src-elem",
        ] {
            assert!(seen.contains(&&json!(directive)), "{directive}: {seen:?}");
        }
        shift.window.is_reachable()
    });
}

#[test]
fn no_text_becomes_a_program_and_nothing_that_all_objects_have_can_be_changed() {
    test(|lab| {
        let shift = shift(lab)?;
        let found = shift.window.driver().async_script(
            "const done = arguments[arguments.length - 1]; \
             const works = (deed) => { try { deed(); return true; } catch { return false; } }; \
             const found = { \
               eval: works(() => (0, eval)('1')), \
               func: works(() => new Function('return 1')()), \
               generator: works(() => Object.getPrototypeOf(function* () {}).constructor('yield 1')()), \
               tauri: '__TAURI__' in window, \
               frozen: Object.isFrozen(Object.prototype) }; \
             try { setTimeout('window.ran = true', 0); } catch { /* So much the better. */ } \
             setTimeout(() => done({ ...found, timer: window.ran === true }), 300)",
            &[],
        )?;
        let wanted = json!({
            "eval": false, "func": false, "generator": false, "timer": false,
            "tauri": false, "frozen": true,
        });
        assert_eq!(found, wanted);
        Ok(())
    });
}

#[test]
fn the_page_leads_nowhere_else() {
    test(|lab| {
        let shift = shift(lab)?;
        let server = TcpListener::bind("127.0.0.1:0");
        let server = server.map_err(|source| io("opening a port", source))?;
        server
            .set_nonblocking(true)
            .map_err(|source| io("setting up a port", source))?;
        let port = server.local_addr().map(|address| address.port());
        let here = format!("http://localhost:{}/", port.unwrap_or_default());
        for address in [
            here.as_str(),
            "https://example.invalid/",
            "http://tauri.localhost/",
            "file:///etc/hostname",
            "data:text/html,<h1>Welcome</h1>",
            "javascript:document.body.replaceChildren()",
        ] {
            let go = "location.href = arguments[0]";
            shift.window.driver().script(go, &[address.into()])?;
            std::thread::sleep(A_WHILE);
            let at = shift.window.driver().script("return location.href", &[])?;
            let at = at.as_str().unwrap_or_default();
            assert!(at.starts_with("tauri://localhost"), "{address}: {at}");
            shift.window.is_reachable()?;
        }
        let opens = "return window.open('https://example.invalid/') === null";
        assert_eq!(shift.window.driver().script(opens, &[])?, true);
        assert!(server.accept().is_err(), "somebody has come to {here}");
        Ok(())
    });
}

#[test]
fn no_command_is_there_but_those_of_the_pages() {
    test(|lab| {
        let shift = shift(lab)?;
        let window = &shift.window;
        for (command, arguments) in [
            ("plugin:window|close", json!({})),
            (
                "plugin:window|set_title",
                json!({ "label": "main", "value": "x" }),
            ),
            (
                "plugin:webview|create_webview_window",
                json!({ "options": { "label": "other", "url": "https://example.invalid/" } }),
            ),
            (
                "plugin:event|emit",
                json!({ "event": "x", "payload": null }),
            ),
            (
                "plugin:event|listen",
                json!({ "event": "x", "target": { "kind": "Any" }, "handler": 1 }),
            ),
            ("plugin:path|resolve_directory", json!({ "directory": 21 })),
            ("plugin:app|version", json!({})),
            ("plugin:image|from_path", json!({ "path": "/etc/hostname" })),
            ("plugin:menu|new", json!({ "kind": "Menu", "handler": 1 })),
            ("plugin:tray|new", json!({ "options": {}, "handler": 1 })),
            ("plugin:resources|close", json!({ "rid": 0 })),
            (
                "plugin:shell|execute",
                json!({ "program": "sh", "args": ["-c", "true"] }),
            ),
            (
                "plugin:fs|read_text_file",
                json!({ "path": "/etc/hostname" }),
            ),
            ("plugin:web-process|anything", json!({})),
            ("say_farewell", json!({})),
        ] {
            assert_eq!(invoke(window, command, &arguments)?, "refused", "{command}");
        }
        // Whoever has only the address of a command, and not the key that the window was given, is not let in.
        let status = window.driver().async_script(
            "const done = arguments[arguments.length - 1]; \
             fetch('ipc://localhost/read_number', { \
               method: 'POST', body: JSON.stringify({ text: '201' }), \
               headers: { 'Content-Type': 'application/json', 'Tauri-Callback': '1', 'Tauri-Error': '2' } }) \
               .then((answer) => done(answer.ok), () => done(false))",
            &[],
        )?;
        assert_eq!(status, false);
        Ok(())
    });
}

#[test]
fn what_the_page_sends_is_read_by_its_type_and_nonsense_does_no_harm() {
    test(|lab| {
        let shift = shift(lab)?;
        let window = &shift.window;
        for action in [
            json!(null),
            json!("dial"),
            json!({}),
            json!({ "do": "launch" }),
            json!({ "do": "dial" }),
            json!({ "do": "dial", "to": 112 }),
            json!({ "do": "dial", "to": ["112"] }),
            json!({ "do": "dial", "to": "112", "line": -1 }),
            json!({ "do": "answer", "call": -1 }),
            json!({ "do": "answer", "call": 4_294_967_296_u64 }),
            json!({ "do": "answer", "call": 1.5 }),
            json!({ "do": "answer", "call": "1" }),
            json!({ "do": "reject", "call": 1, "with": "anger" }),
            json!({ "do": "setPersonVolume", "call": 1, "percent": 256 }),
            json!({ "do": "setLoudness", "of": "everything", "percent": 50 }),
            json!({ "do": "chooseDevice", "role": "camera", "id": null }),
            json!({ "do": "setMode", "mode": "enormous" }),
            json!({ "do": "setTheme", "theme": 7 }),
            json!({ "do": "setShortcut", "deed": "format", "keys": "F13" }),
            json!({ "do": "close", "really": "yes" }),
        ] {
            let arguments = json!({ "action": action });
            assert_eq!(invoke(window, "act", &arguments)?, "refused", "{action}");
        }
        for (command, arguments) in [
            ("act", json!({})),
            ("read_number", json!({ "text": 5 })),
            ("search_calls", json!({ "search": 7 })),
            (
                "search_calls",
                json!({ "search": { "text": "x", "filter": "secret", "after": null } }),
            ),
            ("watch", json!({ "channel": "not one" })),
            ("watch_people", json!({ "channel": 1 })),
        ] {
            assert_eq!(invoke(window, command, &arguments)?, "refused", "{command}");
        }
        // Of the right type, and senseless.
        let long = "9".repeat(1_000_000);
        for action in [
            json!({ "do": "answer", "call": 4_294_967_295_u32 }),
            json!({ "do": "dtmf", "call": 1, "digits": "1;2" }),
            json!({ "do": "dial", "to": long }),
            json!({ "do": "dial", "to": "201\r\nRoute: <sip:example.invalid>" }),
            json!({ "do": "dial", "to": "201", "line": 7 }),
            json!({ "do": "note", "call": 9, "tried": long, "note": "\u{0}" }),
            json!({ "do": "forget", "recent": u64::from(u32::MAX) }),
            json!({ "do": "callPerson", "person": "../../x", "call": null, "handOver": false }),
            json!({ "do": "setLanguage", "language": "../../x" }),
            json!({ "do": "setShortcut", "deed": "mute", "keys": "\u{0}" }),
        ] {
            invoke(window, "act", &json!({ "action": action }))?;
        }
        window.is_reachable()?;
        for live in ["Calling", "Ringing there", "In call"] {
            let state = format!("//*[@data-testid='call-state'][.='{live}']");
            assert!(window.driver().find(&state).is_none(), "somebody is called");
        }
        assert_eq!(window.leaks()?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn what_a_caller_is_called_and_wants_is_text_whatever_stands_in_it() {
    test(|lab| {
        let scenario = [people::AGENT, people::AT_ONCE, EVE].concat();
        let practice = Practice::open(lab.dir(), &scenario)?;
        let pulse = lab.pulse()?;
        let desktop = Desktop::start(lab.dir(), Scheme::Light, &pulse)?;
        let window = Setup::new(lab, &desktop).on(&practice).open()?;
        for text in [
            "‹b›Eve‹/b›",
            "<img src=x onerror=window.ran=1>",
            "<script>window.ran=1</script>",
        ] {
            window.sees(text)?;
        }
        window.press("Decline")?;
        window.sees("You turned the call away")?;
        let found = window.driver().script(
            "return [window.ran ?? null, document.querySelectorAll('img, b, body script').length]",
            &[],
        )?;
        assert_eq!(found, json!([null, 0]));
        Ok(())
    });
}

fn io(doing: &str, source: std::io::Error) -> LabError {
    LabError::Io {
        doing: doing.to_owned(),
        source,
    }
}

/// Somebody who would like to be more than text.
const EVE: &str = r#"
[[customer]]
name = "<b>Eve</b>"
number = "+49 30 23125 177"
queue = "<img src=x onerror=window.ran=1>"
topic = "<script>window.ran=1</script>"
says = ["maria-2"]
"#;
/// Longer than a page takes to go somewhere.
const A_WHILE: Duration = Duration::from_millis(500);
