use std::{
    cell::RefCell,
    env,
    sync::{Mutex, MutexGuard, OnceLock},
};

use global_hotkey::{GlobalHotKeyEvent, GlobalHotKeyManager, HotKeyState, hotkey::HotKey};
use tokio::sync::mpsc;

use super::{Conflict, Deed, Plan};

/// What is pressed. There is one for the whole program.
#[derive(Debug)]
pub struct Pressing(mpsc::UnboundedReceiver<Deed>);

impl Pressing {
    /// None if somebody else has it.
    pub fn start() -> Option<Self> {
        let (press, pressed) = mpsc::unbounded_channel();
        let mut taken = false;
        PRESS.get_or_init(|| {
            taken = true;
            press
        });
        if !taken {
            return None;
        }
        GlobalHotKeyEvent::set_event_handler(Some(|event: GlobalHotKeyEvent| {
            if event.state != HotKeyState::Pressed {
                return;
            }
            let grabbed = lock();
            let deed = grabbed.iter().find(|(_, keys)| keys.id() == event.id);
            if let (Some((deed, _)), Some(press)) = (deed, PRESS.get()) {
                // The phone may be about to end.
                let _ = press.send(*deed);
            }
        }));
        Some(Self(pressed))
    }

    /// Waits until a shortcut is pressed.
    pub async fn pressed(&mut self) -> Deed {
        match self.0.recv().await {
            Some(deed) => deed,
            None => std::future::pending().await,
        }
    }
}

/// Takes these keys from all other programs, and gives those back that were taken before. What does not
/// work is in the answer, with why. On the main thread, which has the event loop that the system tells.
pub fn grab(plan: &Plan) -> Vec<(Deed, Conflict)> {
    // Not locked while the system is asked: its answer comes from the thread that tells of keys, which may
    // just be waiting to look at them.
    let before = std::mem::take(&mut *lock());
    let (grabbed, bad) = MANAGER.with_borrow_mut(|manager| {
        if let Some(manager) = &*manager {
            for (_, keys) in before {
                if let Err(error) = manager.unregister(keys) {
                    tracing::warn!(%error, "a shortcut cannot be given back");
                }
            }
        }
        let bad = plan.bad.clone();
        if plan.good.is_empty() {
            return (Vec::new(), bad);
        }
        if manager.is_none() && !on_wayland() {
            *manager = GlobalHotKeyManager::new()
                .inspect_err(|error| tracing::warn!(%error, "the desktop has no shortcuts"))
                .ok();
        }
        match &*manager {
            Some(manager) => register(manager, plan, bad),
            None => (Vec::new(), none(plan, bad)),
        }
    });
    *lock() = grabbed;
    bad
}

type Grabbed = Vec<(Deed, HotKey)>;
type Wrong = Vec<(Deed, Conflict)>;

fn register(manager: &GlobalHotKeyManager, plan: &Plan, mut bad: Wrong) -> (Grabbed, Wrong) {
    let mut grabbed = Vec::new();
    for (deed, keys) in &plan.good {
        match manager.register(*keys) {
            Ok(()) => grabbed.push((*deed, *keys)),
            Err(error) => {
                tracing::info!(?deed, %error, "a shortcut is taken");
                bad.push((*deed, Conflict::Taken));
            }
        }
    }
    (grabbed, bad)
}

fn none(plan: &Plan, mut bad: Wrong) -> Wrong {
    bad.extend(plan.good.iter().map(|(deed, _)| (*deed, Conflict::Desktop)));
    bad
}

fn lock() -> MutexGuard<'static, Grabbed> {
    GRABBED.lock().expect("nobody panics with it")
}

/// There the X server would tell of keys in its own windows only.
fn on_wayland() -> bool {
    cfg!(not(any(target_os = "macos", windows))) && env::var_os("WAYLAND_DISPLAY").is_some()
}

thread_local! {
    /// Bound to the thread that made it.
    static MANAGER: RefCell<Option<GlobalHotKeyManager>> = const { RefCell::new(None) };
}

static GRABBED: Mutex<Grabbed> = Mutex::new(Vec::new());
static PRESS: OnceLock<mpsc::UnboundedSender<Deed>> = OnceLock::new();
