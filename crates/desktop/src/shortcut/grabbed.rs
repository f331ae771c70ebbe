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
        if plan.good.is_empty() {
            // With it ends what it listens with, and gives all keys back.
            *manager = None;
            return (Vec::new(), plan.bad.clone());
        }
        match &*manager {
            Some(manager) => {
                if let Err(error) = give_back(manager, &before) {
                    tracing::warn!(%error, "shortcuts cannot be given back");
                }
            }
            None if on_wayland() => {}
            None => {
                *manager = GlobalHotKeyManager::new()
                    .inspect_err(|error| tracing::warn!(%error, "the desktop has no shortcuts"))
                    .ok();
            }
        }
        match &*manager {
            Some(manager) => register(manager, plan),
            None => (Vec::new(), none(plan)),
        }
    });
    *lock() = grabbed;
    bad
}

type Grabbed = Vec<(Deed, HotKey)>;
type Wrong = Vec<(Deed, Conflict)>;

/// In one question, as in [`register`]: on X11 each takes up to 50 ms, in which the event loop stands.
fn give_back(manager: &GlobalHotKeyManager, grabbed: &Grabbed) -> global_hotkey::Result<()> {
    let keys: Vec<HotKey> = grabbed.iter().map(|(_, keys)| *keys).collect();
    manager.unregister_all(&keys)
}

fn register(manager: &GlobalHotKeyManager, plan: &Plan) -> (Grabbed, Wrong) {
    let keys: Vec<HotKey> = plan.good.iter().map(|(_, keys)| *keys).collect();
    if manager.register_all(&keys).is_ok() {
        return (plan.good.clone(), plan.bad.clone());
    }
    // It does not tell all that others have: each is asked for by itself. What was not taken cannot be given
    // back.
    let _ = give_back(manager, &plan.good);
    let (mut grabbed, mut bad) = (Vec::new(), plan.bad.clone());
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

fn none(plan: &Plan) -> Wrong {
    let mut bad = plan.bad.clone();
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
