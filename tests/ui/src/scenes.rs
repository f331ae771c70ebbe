//! The pages alone, in the web view's engine: every scene that they can be shown while they are being made, in a
//! window of any size and in any language, the invented ones included.

use std::{net::TcpStream, path::Path, process::Command};

use serde_json::Value;
use warmline_interop::{Lab, LabError, Pipes, Process, Result, free_port};

use crate::{
    Desktop, Driver,
    desktop::{refused, until},
    window::repository,
};

/// A browser of the web view's engine with the pages.
pub struct Scenes {
    driver: Driver,
    server: Process,
    port: u16,
}

/// Where a scene is shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// BCP 47 tag; `en-XA` is longer than any language, `ar-XB` runs from right to left.
    pub language: &'static str,
    /// Width and height, pixels of the page.
    pub size: (u32, u32),
}

impl Scenes {
    /// Serves the pages and opens the browser.
    ///
    /// # Errors
    /// One of both does not come up.
    pub fn open(lab: &Lab, desktop: &Desktop) -> Result<Self> {
        let ui = repository().join("ui");
        let port = free_port();
        let mut server = Command::new("node");
        server.arg(ui.join("node_modules/vite/bin/vite.js"));
        server.args(["--host", "127.0.0.1", "--strictPort", "--port"]);
        server.arg(port.to_string()).current_dir(ui);
        let server = Process::start("pages", server, Pipes::None, lab.dir())?;
        until("the pages", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        let browser = browser().ok_or_else(|| refused("MiniBrowser", "it is not installed"))?;
        let driver = Driver::browse(lab.dir(), desktop, &browser)?;
        let scenes = Self {
            driver,
            server,
            port,
        };
        scenes.begin()?;
        Ok(scenes)
    }

    /// Around the frame that the scenes are shown in, which may be smaller than any window.
    fn begin(&self) -> Result<()> {
        // Some page of the same origin.
        let page = format!("http://127.0.0.1:{}/@vite/client", self.port);
        self.driver.go(&page)?;
        let script = "document.documentElement.innerHTML = '<body></body>'; \
                      document.body.style.margin = 0";
        self.driver.script(script, &[]).map(drop)
    }

    /// The names of the scenes, and whether each is a bar.
    ///
    /// # Errors
    /// The pages cannot be read.
    pub fn names(&self) -> Result<Vec<(String, bool)>> {
        self.driver.leave_frame()?;
        let script = "const done = arguments[0]; \
                      import('/src/host/fake/scenes.ts').then( \
                        ({ scenes }) => done(Object.entries(scenes).map(([name, { window }]) => [name, window.mode === 'compact'])), \
                        (error) => done(String(error)))";
        let said = self.driver.async_script(script, &[])?;
        let names = said.as_array().into_iter().flatten();
        let names: Vec<_> = names
            .filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].as_bool()?)))
            .collect();
        if names.is_empty() {
            return Err(refused("scenes", said.to_string()));
        }
        Ok(names)
    }

    /// Shows a scene, as soon as all of it stands.
    ///
    /// # Errors
    /// It does not come to rest.
    pub fn show(&self, name: &str, View { language, size }: View) -> Result<()> {
        self.driver.leave_frame()?;
        let script = "const [address, width, height] = arguments; \
                      const frame = document.createElement('iframe'); \
                      Object.assign(frame.style, { border: 0, width: `${width}px`, height: `${height}px` }); \
                      frame.src = address; \
                      document.body.replaceChildren(frame)";
        let address = format!("/?scene={name}&lang={language}");
        let arguments = [Value::from(address), size.0.into(), size.1.into()];
        self.driver.script(script, &arguments)?;
        let frame = self.driver.find("//iframe");
        let frame = frame.ok_or_else(|| refused(name, "it has no frame"))?;
        self.driver.enter_frame(&frame)?;
        let mut seen = String::new();
        let stands = until(name, || {
            let text = "return document.getElementById('root')?.innerText ?? ''";
            let text = self.driver.script(text, &[]).ok();
            seen = text
                .and_then(|text| text.as_str().map(str::to_owned))
                .unwrap_or_default();
            seen.len() > A_FEW_WORDS
        });
        stands.map_err(|_| LabError::NotReady {
            name: name.to_owned(),
            reason: format!("it shows {seen:?} only"),
            log: std::fs::read_to_string(self.server.log()).unwrap_or_default(),
        })?;
        self.comes_to_rest()
    }

    /// Presses keys that show something more, wherever they are pressed.
    ///
    /// # Errors
    /// They show nothing.
    pub fn press(&self, key: &str, code: &str, shift: bool) -> Result<()> {
        let script = "const [key, code, shiftKey] = arguments; \
                      window.dispatchEvent(new KeyboardEvent('keydown', { key, code, shiftKey, ctrlKey: true, bubbles: true }))";
        let shown = "return document.body.querySelectorAll('*').length";
        let before = self.driver.script(shown, &[])?;
        self.driver
            .script(script, &[key.into(), code.into(), shift.into()])?;
        until(&format!("what {key} shows"), || {
            let now = self.driver.script(shown, &[]).ok();
            now.and_then(|now| now.as_u64()) > before.as_u64()
        })?;
        self.comes_to_rest()
    }

    /// Turns to each tab of a dialog in turn, and looks.
    ///
    /// # Errors
    /// There is none, or looking fails.
    pub fn each_tab(&self, mut look: impl FnMut(&str) -> Result<()>) -> Result<()> {
        let tabs = "return [...document.querySelectorAll('[role=dialog] [role=tab]')].map((tab) => tab.textContent)";
        let tabs = self.driver.script(tabs, &[])?;
        let tabs = tabs.as_array().cloned().unwrap_or_default();
        if tabs.is_empty() {
            return Err(refused("dialog", "it has no tabs"));
        }
        for (at, tab) in tabs.iter().enumerate() {
            let script =
                "document.querySelectorAll('[role=dialog] [role=tab]')[arguments[0]].click()";
            self.driver.script(script, &[at.into()])?;
            self.comes_to_rest()?;
            look(tab.as_str().unwrap_or_default())?;
        }
        Ok(())
    }

    /// What of it cannot be read or reached, a line each.
    ///
    /// # Errors
    /// The page is gone.
    pub fn clipped(&self) -> Result<Vec<String>> {
        let faults = self.driver.script(include_str!("clipping.js"), &[])?;
        let faults = faults.as_array().into_iter().flatten();
        Ok(faults
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }

    /// What axe-core finds wrong with it.
    ///
    /// # Errors
    /// The page is gone, or axe-core is not installed.
    pub fn accessibility_faults(&self) -> Result<Vec<String>> {
        self.driver.accessibility_faults()
    }

    /// Waits until nothing comes or goes any more, fonts included.
    fn comes_to_rest(&self) -> Result<()> {
        let script = "const done = arguments[0]; \
                      let quiet; \
                      const settle = () => { watch.disconnect(); document.fonts.ready.then(() => requestAnimationFrame(() => done())); }; \
                      const watch = new MutationObserver(() => { clearTimeout(quiet); quiet = setTimeout(settle, 120); }); \
                      quiet = setTimeout(settle, 120); \
                      setTimeout(settle, 3000); \
                      watch.observe(document, { subtree: true, childList: true, attributes: true }); \
                      document.getAnimations().forEach((animation) => { if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish(); })";
        self.driver.async_script(script, &[]).map(drop)
    }
}

/// It comes with the library, in a folder of this machine's kind.
fn browser() -> Option<std::path::PathBuf> {
    let kinds = std::fs::read_dir("/usr/lib").ok()?;
    let mut found = kinds
        .flatten()
        .map(|kind| kind.path().join("webkit2gtk-4.1/MiniBrowser"))
        .chain([Path::new("/usr/libexec/webkit2gtk-4.1/MiniBrowser").to_owned()]);
    found.find(|browser| browser.exists())
}

/// Letters; less is what a page shows that is still being read.
const A_FEW_WORDS: usize = 15;
