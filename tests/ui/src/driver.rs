//! A client of WebKitWebDriver (W3C WebDriver), as much of it as the tests need.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    time::Duration,
};

use base64::Engine as _;
use serde_json::{Value, json};
use warmline_interop::{Pipes, Process, Result, free_port};

use crate::{
    desktop::{Desktop, io, refused, until},
    window::repository,
};

/// A session with one web view.
pub struct Driver {
    port: u16,
    session: String,
    process: Process,
}

impl Driver {
    /// Starts `program` with `arguments` on `desktop` and takes hold of its web view.
    ///
    /// # Errors
    /// WebKitWebDriver is missing, or the program shows no web view.
    pub fn start(
        dir: &Path,
        desktop: &Desktop,
        program: &Path,
        arguments: &[String],
        environment: &[(&'static str, String)],
    ) -> Result<Self> {
        let wanted = json!({ "binary": program, "args": arguments });
        let environment = desktop
            .environment()
            .chain(
                environment
                    .iter()
                    .map(|(name, value)| (*name, value.clone())),
            )
            .chain([("TAURI_WEBVIEW_AUTOMATION", "true".to_owned())]);
        Self::begin(dir, &[], environment, wanted)
    }

    /// Starts a browser of the web view's engine on `desktop`.
    ///
    /// # Errors
    /// WebKitWebDriver is missing, or the browser does not come up.
    pub fn browse(dir: &Path, desktop: &Desktop, browser: &Path) -> Result<Self> {
        let wanted = json!({ "binary": browser, "args": ["--automation"] });
        Self::begin(dir, &[], desktop.environment(), wanted)
    }

    /// Opens another page.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn go(&self, address: &str) -> Result<()> {
        self.post("/url", &json!({ "url": address })).map(drop)
    }

    /// Turns to the page in this frame: scripts and searches mean it from now on.
    ///
    /// # Errors
    /// It is gone.
    pub fn enter_frame(&self, frame: &Element) -> Result<()> {
        let id = json!({ "element-6066-11e4-a52e-4f735466cecf": frame.0 });
        self.post("/frame", &json!({ "id": id })).map(drop)
    }

    /// Turns back to the page itself.
    ///
    /// # Errors
    /// The web view is gone.
    pub fn leave_frame(&self) -> Result<()> {
        self.post("/frame", &json!({ "id": null })).map(drop)
    }

    /// Takes hold anew of the web view of a program that was started by another driver: a driver lets go
    /// for good of one whose web process has died.
    ///
    /// # Errors
    /// The program has no web view that could be held.
    pub fn on(dir: &Path, program: u32) -> Result<Self> {
        let environment = std::fs::read_to_string(format!("/proc/{program}/environ"))
            .map_err(|source| io("reading what a program was told", source))?;
        let server = environment
            .split('\0')
            .find_map(|variable| variable.strip_prefix("WEBKIT_INSPECTOR_SERVER="))
            .ok_or_else(|| refused("program", "no driver has started it"))?;
        Self::begin(
            dir,
            &[format!("--target={server}")],
            [].into_iter(),
            json!({}),
        )
    }

    fn begin(
        dir: &Path,
        arguments: &[String],
        environment: impl Iterator<Item = (&'static str, String)>,
        browser: Value,
    ) -> Result<Self> {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .args(arguments)
            .envs(environment);
        let process = Process::start("web-driver", command, Pipes::None, dir)?;
        until("WebDriver", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        let mut driver = Self {
            port,
            session: String::new(),
            process,
        };
        let wanted = json!({
            "capabilities": { "alwaysMatch": {
                "webkitgtk:browserOptions": browser,
            } }
        });
        let session = driver.request("POST", "/session", Some(&wanted))?;
        session["sessionId"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut driver.session);
        Ok(driver)
    }

    /// What a script gives back.
    ///
    /// # Errors
    /// It throws.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post(
            "/execute/sync",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// What a script hands to the function that is its last argument.
    ///
    /// # Errors
    /// It throws, or hands over nothing in time.
    pub fn async_script(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post(
            "/execute/async",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// The first element of this XPath, if there is one.
    pub fn find(&self, xpath: &str) -> Option<Element> {
        let found = self.post("/element", &json!({ "using": "xpath", "value": xpath }));
        let id = found
            .ok()?
            .as_object()?
            .values()
            .next()?
            .as_str()?
            .to_owned();
        Some(Element(id))
    }

    /// Clicks in the middle of an element with the pointer.
    ///
    /// # Errors
    /// Something else lies over it, or it is gone.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("/element/{}/click", element.0), &json!({}))
            .map(drop)
    }

    /// Moves the pointer there, in pixels of the page.
    ///
    /// # Errors
    /// The web view is gone.
    pub fn point_at(&self, x: u32, y: u32) -> Result<()> {
        // A click by element leaves the pointer where this device does not know it: it has to move.
        let to = |x| json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y });
        let mouse = json!({
            "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" },
            "actions": [to(x + 1), to(x)],
        });
        self.post("/actions", &json!({ "actions": [mouse] }))
            .map(drop)
    }

    /// Types, with modifiers held: `Control`, `Shift`.
    ///
    /// # Errors
    /// The web view is gone.
    pub fn keys(&self, held: &[char], typed: &str) -> Result<()> {
        let mut actions = Vec::new();
        let mut key = |kind: &str, key: char| actions.push(json!({ "type": kind, "value": key }));
        held.iter().for_each(|c| key("keyDown", *c));
        for c in typed.chars() {
            key("keyDown", c);
            key("keyUp", c);
        }
        held.iter().rev().for_each(|c| key("keyUp", *c));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("/actions", &json!({ "actions": [keyboard] }))
            .map(drop)
    }

    /// What axe-core finds wrong with the page as it is painted, contrast included. Left out is what
    /// keeps the keyboard inside a dialog: it hands on the focus that axe-core sees it take.
    ///
    /// # Errors
    /// The web view is gone, or axe-core is not installed (`npm ci` in `ui/`).
    pub fn accessibility_faults(&self) -> Result<Vec<String>> {
        let file = repository().join("ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(file).map_err(|source| io("reading axe-core", source))?;
        // A tooltip belongs to its control, wherever it is drawn: it needs no landmark of its own.
        // Wrapped, so that it is no inline script in the eyes of the content security policy.
        self.script(&format!("{axe}; window.axe = axe;"), &[])?;
        // What a dialog hides from readers it shows again up to 250 ms after it has closed, and axe names a fault
        // where an attribute goes while it looks. So it does of a button that fades in as a press begins to count:
        // what is gone a second later was none.
        let faults = self.async_script(
            "const done = arguments[arguments.length - 1]; \
             const settled = new Promise((settle) => { \
               let quiet = setTimeout(settle, 300); \
               const watch = new MutationObserver(() => { clearTimeout(quiet); quiet = setTimeout(settle, 300); }); \
               watch.observe(document, { subtree: true, attributeFilter: ['aria-hidden'] }); \
               setTimeout(settle, 3000); \
             }); \
             axe.configure({ checks: [{ id: 'region', options: { regionMatcher: \
               'dialog, [role=dialog], [role=alertdialog], [role=tooltip], svg' } }] }); \
             const look = () => axe.run({ exclude: ['[data-tabster-dummy]'] }, \
                                        { resultTypes: ['violations'], rules: { 'document-title': { enabled: true }, 'target-size': { enabled: true } } }); \
             const again = () => new Promise((wait) => setTimeout(wait, 1000)).then(look); \
             settled.then(look).then((r) => r.violations.length === 0 ? r : again()).then( \
               (r) => done(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | '))), \
               (e) => done(['axe: ' + e]))",
            &[],
        )?;
        let faults = faults.as_array().cloned().unwrap_or_default();
        Ok(faults
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }

    /// What the web view shows, PNG.
    ///
    /// # Errors
    /// The web view is gone.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        let png = self.request(
            "GET",
            &format!("/session/{}/screenshot", self.session),
            None,
        )?;
        base64::engine::general_purpose::STANDARD
            .decode(png.as_str().unwrap_or_default())
            .map_err(|error| refused("screenshot", error.to_string()))
    }

    /// The driver's process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The process id of the program.
    ///
    /// # Errors
    /// It does not run.
    pub fn program(&self) -> Result<u32> {
        children(self.process.pid())
            .first()
            .copied()
            .ok_or_else(|| refused("WebDriver", "it has started no program"))
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.request(
            "POST",
            &format!("/session/{}{path}", self.session),
            Some(body),
        )
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let exchange = || -> std::io::Result<Vec<u8>> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(ANSWER))?;
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer)?;
            Ok(answer)
        };
        let answer = exchange().map_err(|source| io("asking WebDriver", source))?;
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut answer: Value = serde_json::from_str(body)
            .map_err(|error| refused("WebDriver", format!("{error}: {head}")))?;
        let value = answer["value"].take();
        if head.split(' ').nth(1) == Some("200") {
            Ok(value)
        } else {
            Err(refused(path, value["message"].as_str().unwrap_or(body)))
        }
    }
}

/// Who was started by this process and still runs.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"));
    let mut children = Vec::new();
    for thread in threads.into_iter().flatten().flatten() {
        let list = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        children.extend(
            list.split_whitespace()
                .filter_map(|pid| pid.parse::<u32>().ok()),
        );
    }
    children.retain(|child| runs(*child));
    children
}

/// Whether there is such a process, dead ones that nobody has fetched apart.
pub(crate) fn runs(pid: u32) -> bool {
    // The name, in brackets, may hold anything; the state follows it.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.trim_start().starts_with(['Z', 'X']))
    })
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(String);

/// Starting the program takes longest.
const ANSWER: Duration = Duration::from_secs(60);
