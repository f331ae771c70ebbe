use proptest::prelude::*;

use super::*;

/// A sound system in virtual time: what there is, and how each device answers.
struct World {
    now: Instant,
    post: Post,
    devices: Vec<DeviceInfo>,
    refuses: Vec<(String, Refusal)>,
    tells: bool,
    /// As the supervisor has it.
    open: Option<String>,
    said: Vec<AudioEvent>,
    opens: usize,
}

impl World {
    fn new(tells: bool, preferences: &[&str]) -> Self {
        let preferences = preferences.iter().map(|id| choice(id)).collect();
        Self {
            now: Instant::now(),
            post: Post::new(Role::Output, preferences),
            devices: Vec::new(),
            refuses: Vec::new(),
            tells,
            open: None,
            said: Vec::new(),
            opens: 0,
        }
    }

    fn tell(&mut self, event: Event<'_>) {
        let mut commands = self.post.handle(self.now, event);
        let mut steps = 0;
        while !commands.is_empty() {
            steps += 1;
            assert!(steps < 200, "it goes round in circles: {commands:?}");
            let command = commands.remove(0);
            let more = match command {
                Command::Tell(event) => {
                    self.said.push(event);
                    continue;
                }
                Command::Close => {
                    self.open = None;
                    continue;
                }
                Command::List => {
                    let listed = Event::Listed(&self.devices, self.tells);
                    self.post.handle(self.now, listed)
                }
                Command::Open(device) => {
                    self.opens += 1;
                    let there = self.devices.iter().any(|known| known.id == device.id);
                    assert!(there, "{} was never listed", device.id);
                    let refusal = self.refuses.iter().find(|(id, _)| *id == device.id);
                    match refusal.map(|(_, why)| why.clone()) {
                        Some(why) => self.post.handle(self.now, Event::Refused(why)),
                        None => {
                            self.open = Some(device.id);
                            self.post.handle(self.now, Event::Opened)
                        }
                    }
                }
            };
            commands.extend(more);
        }
    }

    /// Lets time pass, and every timer with it.
    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.post.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.tell(Event::Time);
        }
        self.now = end;
    }

    fn plug(&mut self, id: &str) {
        if !self.devices.iter().any(|known| known.id == id) {
            self.devices.push(device(id, self.devices.is_empty()));
        }
        self.note_change();
    }

    fn unplug(&mut self, id: &str) {
        self.devices.retain(|device| device.id != id);
        if let Some(first) = self.devices.first_mut() {
            first.is_default = true;
        }
        if self.open.as_deref() == Some(id) {
            self.open = None;
            self.tell(Event::Lost(Fault::Gone));
        }
        self.note_change();
    }

    fn note_change(&mut self) {
        if self.tells {
            self.tell(Event::Changed);
        }
    }

    fn names(&self, of: fn(&AudioEvent) -> Option<&str>) -> Vec<&str> {
        self.said.iter().filter_map(of).collect()
    }
}

fn choice(id: &str) -> DeviceChoice {
    DeviceChoice {
        id: Some(id.into()),
        name: None,
    }
}

fn device(id: &str, is_default: bool) -> DeviceInfo {
    DeviceInfo {
        id: id.into(),
        name: format!("The {id}"),
        is_default,
        is_monitor: false,
    }
}

fn refused(event: &AudioEvent) -> Option<&str> {
    match event {
        AudioEvent::DeviceRefused { name, .. } => Some(name),
        _ => None,
    }
}

fn none(event: &AudioEvent) -> Option<&str> {
    match event {
        AudioEvent::NoDevice { reason, .. } => Some(reason),
        _ => None,
    }
}

#[test]
fn the_best_that_is_there_serves_and_a_better_one_that_comes_back_is_taken_in_mid_call() {
    for tells in [true, false] {
        let mut world = World::new(tells, &["headset", "dock"]);
        world.plug("laptop");
        world.tell(Event::Needed(true));
        assert_eq!(world.open.as_deref(), Some("laptop"));
        for (plug, id, serves) in [
            (true, "dock", "dock"),
            (true, "headset", "headset"),
            (false, "headset", "dock"),
            (false, "dock", "laptop"),
            (true, "headset", "headset"),
        ] {
            if plug {
                world.plug(id);
            } else {
                world.unplug(id);
            }
            world.wait(Duration::from_secs(1));
            assert_eq!(world.open.as_deref(), Some(serves), "after {id}, {plug}");
        }
        assert_eq!(world.names(none), Vec::<&str>::new());
    }
}

#[test]
fn a_device_that_another_program_has_is_said_once_and_taken_when_it_is_free() {
    let mut world = World::new(true, &["headset"]);
    world.plug("laptop");
    world.plug("headset");
    world.refuses.push(("headset".into(), Refusal::InUse));
    world.tell(Event::Needed(true));
    assert_eq!(world.open.as_deref(), Some("laptop"));
    world.wait(Duration::from_secs(30));
    assert_eq!(world.names(refused), ["The headset"]);
    assert!((5..10).contains(&world.opens), "{} tries", world.opens);
    // Nor is it said in the next call.
    world.tell(Event::Needed(false));
    world.wait(Duration::from_secs(600));
    world.tell(Event::Needed(true));
    assert_eq!(world.open.as_deref(), Some("laptop"));
    assert_eq!(world.names(refused), ["The headset"]);
    world.refuses.clear();
    world.wait(Duration::from_secs(8));
    assert_eq!(world.open.as_deref(), Some("headset"));
}

#[test]
fn that_a_device_is_closed_is_said_and_what_is_used_the_next_time() {
    let mut world = World::new(true, &[]);
    world.plug("laptop");
    let used = AudioEvent::DeviceChanged {
        role: Role::Output,
        name: "The laptop".into(),
        preferred: true,
    };
    let closed = AudioEvent::DeviceClosed {
        role: Role::Output,
        name: "The laptop".into(),
    };
    for _ in 0..2 {
        world.tell(Event::Needed(true));
        world.wait(Duration::from_secs(60));
        world.tell(Event::Needed(false));
        world.wait(LINGER);
        assert_eq!(world.said, [used.clone(), closed.clone()]);
        world.said.clear();
    }
    // Without any, whoever needs one hears of it too.
    world.unplug("laptop");
    for _ in 0..2 {
        world.tell(Event::Needed(true));
        world.wait(Duration::from_secs(60));
        world.tell(Event::Needed(false));
        world.wait(LINGER);
        assert_eq!(world.names(none), ["there is no such device"]);
        world.said.clear();
    }
}

#[test]
fn why_a_device_refused_is_not_said_once_it_is_gone() {
    let mut world = World::new(true, &["headset"]);
    world.plug("laptop");
    world.plug("headset");
    world.refuses.push(("headset".into(), Refusal::InUse));
    world.tell(Event::Needed(true));
    assert_eq!(world.open.as_deref(), Some("laptop"));
    world.unplug("headset");
    world.unplug("laptop");
    assert_eq!(world.names(none), ["there is no such device"]);
}

#[test]
fn a_headset_that_changes_its_way_of_speaking_is_left_alone_and_built_anew() {
    let mut world = World::new(true, &["headset"]);
    world.plug("laptop");
    world.plug("headset");
    world.tell(Event::Needed(true));
    let (opens, said) = (world.opens, world.said.len());
    world.open = None;
    world.tell(Event::Lost(Fault::Invalidated));
    for _ in 0..3 {
        world.wait(Duration::from_millis(150));
        world.note_change();
        assert_eq!(world.opens, opens, "it is left alone while it changes");
    }
    world.wait(SETTLE);
    assert_eq!(world.open.as_deref(), Some("headset"));
    assert_eq!(world.said.len(), said, "nothing has changed for the owner");
    // One that never comes to rest is given up.
    for _ in 1..UNSETTLED {
        world.open = None;
        world.tell(Event::Lost(Fault::Invalidated));
        world.wait(SETTLE);
    }
    assert_eq!(world.open.as_deref(), Some("laptop"));
}

#[test]
fn without_any_device_it_is_said_once_and_looked_for_ever_less_often() {
    let mut world = World::new(false, &[]);
    world.tell(Event::Needed(true));
    world.wait(Duration::from_secs(60));
    assert_eq!(world.names(none), ["there is no such device"]);
    world.plug("headset");
    world.wait(LAST_RETRY);
    assert_eq!(world.open.as_deref(), Some("headset"));
}

#[test]
fn a_microphone_that_is_not_allowed_says_how_to_allow_it() {
    let mut world = World::new(true, &[]);
    world.plug("laptop");
    world.refuses.push(("laptop".into(), Refusal::NotAllowed));
    world.tell(Event::Needed(true));
    let AudioEvent::NoDevice { refusal, .. } = &world.said[0] else {
        panic!("{:?}", world.said);
    };
    let refusal = refusal.as_ref().expect("one is there");
    assert_eq!(*refusal, Refusal::NotAllowed);
    assert!(!refusal.advice(Role::Input).is_empty());
}

#[test]
fn sound_that_was_moved_by_hand_stays_there() {
    let mut world = World::new(true, &["headset"]);
    world.plug("laptop");
    world.plug("headset");
    world.tell(Event::Needed(true));
    world.open = Some("laptop".into());
    world.tell(Event::Moved("laptop".into()));
    world.note_change();
    world.wait(Duration::from_secs(5));
    assert_eq!(world.open.as_deref(), Some("laptop"));
    // A server that moves all to what has just become the default means nothing by it.
    world.plug("dock");
    for device in &mut world.devices {
        device.is_default = device.id == "dock";
    }
    world.open = Some("dock".into());
    world.tell(Event::Moved("dock".into()));
    assert_eq!(world.open.as_deref(), Some("headset"));
    world.open = Some("laptop".into());
    world.tell(Event::Moved("laptop".into()));
    // Until somebody chooses anew.
    world.tell(Event::Prefer(vec![choice("headset")]));
    assert_eq!(world.open.as_deref(), Some("headset"));
}

#[test]
fn the_default_is_followed_and_a_choice_that_is_not_there_is_told() {
    let mut world = World::new(true, &[]);
    world.plug("laptop");
    world.plug("headset");
    world.tell(Event::Needed(true));
    for device in &mut world.devices {
        device.is_default = device.id == "headset";
    }
    world.note_change();
    world.wait(BURST);
    assert_eq!(world.open.as_deref(), Some("headset"));
    world.tell(Event::Prefer(vec![choice("dock")]));
    let stands_in = AudioEvent::DeviceChanged {
        role: Role::Output,
        name: "The headset".into(),
        preferred: false,
    };
    assert_eq!(world.said.last(), Some(&stands_in));
}

#[derive(Clone, Debug)]
enum Happening {
    Plug(usize),
    Unplug(usize),
    Refuse(usize, bool),
    Default(usize),
    Fault(usize),
    Need(bool),
    Prefer(Vec<usize>),
    Wait(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (0..4_usize).prop_map(Happening::Plug),
        (0..4_usize).prop_map(Happening::Unplug),
        ((0..4_usize), any::<bool>()).prop_map(|(n, on)| Happening::Refuse(n, on)),
        (0..4_usize).prop_map(Happening::Default),
        (0..3_usize).prop_map(Happening::Fault),
        prop::bool::weighted(0.8).prop_map(Happening::Need),
        prop::collection::vec(0..5_usize, 0..4).prop_map(Happening::Prefer),
        (0..3_000_u64).prop_map(Happening::Wait),
    ]
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "nowhere"];

impl World {
    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Plug(n) => self.plug(NAMES[n]),
            Happening::Unplug(n) => self.unplug(NAMES[n]),
            Happening::Refuse(n, on) => {
                self.refuses.retain(|(id, _)| id != NAMES[n]);
                if on {
                    self.refuses.push((NAMES[n].into(), Refusal::InUse));
                }
            }
            Happening::Default(n) => {
                for device in &mut self.devices {
                    device.is_default = device.id == NAMES[n];
                }
                self.note_change();
            }
            Happening::Fault(n) => {
                if self.open.take().is_some() {
                    let fault = [Fault::Gone, Fault::Silent, Fault::Invalidated][n];
                    self.tell(Event::Lost(fault));
                }
            }
            Happening::Need(needed) => self.tell(Event::Needed(needed)),
            Happening::Prefer(list) => {
                let list = list.into_iter().map(|n| choice(NAMES[n])).collect();
                self.tell(Event::Prefer(list));
            }
            Happening::Wait(ms) => self.wait(Duration::from_millis(ms)),
        }
    }

    /// The best rank of all that can be opened.
    fn best(&self) -> Option<Rank> {
        let order = best_first(&self.post.preferences, &self.devices);
        let refuses = |id: &str| {
            let refuses = self.refuses.iter().any(|(known, _)| known == id);
            refuses && self.open.as_deref() != Some(id)
        };
        let mut usable = order.into_iter().filter(|(d, _)| !refuses(&d.id));
        usable.next().map(|(_, rank)| rank)
    }
}

proptest! {
    #[test]
    fn whatever_happens_the_best_serves_soon_and_nothing_is_tried_without_end(
        tells: bool,
        happenings in prop::collection::vec(happening(), 1..60),
    ) {
        let mut world = World::new(tells, &["a", "b"]);
        let begun = world.now;
        for happening in happenings {
            world.happens(happening);
            prop_assert_eq!(world.post.device().map(|d| &d.id), world.open.as_ref());
        }
        world.tell(Event::Needed(true));
        // As long as a device that failed is passed over at most.
        world.wait(Duration::from_secs(10));
        let rank = world.open.as_ref().and_then(|id| {
            let device = world.devices.iter().find(|device| device.id == *id)?;
            Some(rank(device, &world.post.preferences, &world.devices))
        });
        prop_assert_eq!(rank, world.best(), "{:?} of {:?}", world.open, world.devices);
        let seconds = (world.now - begun).as_secs() as usize;
        prop_assert!(world.opens < 8 * (seconds + 60), "{} in {} s", world.opens, seconds);
        world.tell(Event::Needed(false));
        world.wait(LINGER);
        prop_assert_eq!(&world.open, &None);
        prop_assert_eq!(world.post.poll_timeout(), None);
    }
}
