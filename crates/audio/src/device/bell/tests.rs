use proptest::prelude::*;

use super::*;

/// Speakers in virtual time: what there is, and how each of them is.
struct World {
    now: Instant,
    bell: Bell,
    speakers: Vec<Speaker>,
    main: Option<String>,
    open: Vec<String>,
    said: Vec<RingProof>,
}

struct Speaker {
    info: DeviceInfo,
    audibility: Audibility,
    opens: bool,
    /// Whether it takes what it is given, and what it has taken.
    plays: bool,
    taken: u64,
}

impl World {
    fn new(speakers: &[&str]) -> Self {
        let speakers = speakers.iter().map(|id| Speaker {
            info: DeviceInfo {
                id: (*id).into(),
                name: format!("The {id}"),
                is_default: false,
                is_monitor: false,
            },
            audibility: Audibility::Audible,
            opens: true,
            plays: true,
            taken: 77_000,
        });
        Self {
            now: Instant::now(),
            bell: Bell::default(),
            speakers: speakers.collect(),
            main: None,
            open: Vec::new(),
            said: Vec::new(),
        }
    }

    fn speaker(&mut self, id: &str) -> &mut Speaker {
        let mut speakers = self.speakers.iter_mut();
        speakers.find(|s| s.info.id == id).expect("it is there")
    }

    /// It rings, and the post has this device open.
    fn rings_on(&mut self, main: Option<&str>) {
        self.main = main.map(str::to_owned);
        self.tell(Event::Rings(true));
    }

    fn tell(&mut self, event: Event<'_>) {
        self.step(event);
        let main = self.main.clone();
        let main = main.map(|id| self.speaker(&id).info.clone());
        self.step(Event::Main(main.as_ref()));
    }

    fn step(&mut self, event: Event<'_>) {
        let mut commands = self.bell.handle(self.now, event);
        while !commands.is_empty() {
            let now = self.now;
            let more = match commands.remove(0) {
                Command::Tell(AudioEvent::RingProof(proof)) => {
                    self.said.push(proof);
                    continue;
                }
                Command::Tell(other) => panic!("{other:?}"),
                Command::Close(id) => {
                    let place = self.open.iter().position(|open| *open == id);
                    self.open.remove(place.expect("it is open"));
                    continue;
                }
                Command::List => {
                    let infos: Vec<_> = self.speakers.iter().map(|s| s.info.clone()).collect();
                    self.bell.handle(now, Event::Listed(&infos))
                }
                Command::Open(device) => {
                    assert_ne!(self.main.as_ref(), Some(&device.id), "the post rings on it");
                    assert!(!self.open.contains(&device.id), "it is open already");
                    if self.speaker(&device.id).opens {
                        self.open.push(device.id.clone());
                        self.bell.handle(now, Event::Opened(&device.id))
                    } else {
                        let refusal = Some(Refusal::InUse);
                        self.bell.handle(now, Event::Closed(&device.id, refusal))
                    }
                }
                Command::Look(id) => {
                    let speaker = self.speaker(&id);
                    let seen = Event::Seen(&id, speaker.taken, speaker.audibility);
                    self.bell.handle(now, seen)
                }
            };
            commands.extend(more);
        }
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.bell.poll_timeout().filter(|at| *at <= end) {
            self.pass(at.saturating_duration_since(self.now));
            self.tell(Event::Time);
        }
        self.pass(end - self.now);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        for speaker in self.speakers.iter_mut().filter(|s| s.plays) {
            speaker.taken += 48 * time.as_millis() as u64;
        }
    }

    fn heard(&self) -> Vec<&str> {
        let last = self.said.last().expect("something was told");
        last.heard_on.iter().map(String::as_str).collect()
    }

    fn not_heard(&self) -> Vec<(&str, RingFault)> {
        let last = self.said.last().expect("something was told");
        let faults = last.not_heard.iter();
        faults
            .map(|(name, why)| (name.as_str(), why.clone()))
            .collect()
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_ring_that_is_heard_is_proven_once_and_nothing_else_rings() {
    let mut world = World::new(&["headset", "laptop"]);
    for _ in 0..3 {
        world.said.clear();
        world.rings_on(Some("headset"));
        assert!(
            world.said.is_empty(),
            "what it took before the ring proves nothing"
        );
        world.wait(5 * SECOND);
        assert_eq!(world.heard(), ["The headset"]);
        assert_eq!((world.not_heard(), world.said.len()), (vec![], 1));
        assert_eq!(world.open, Vec::<String>::new());
        world.tell(Event::Rings(false));
        world.wait(SECOND);
        assert_eq!(world.bell.poll_timeout(), None);
    }
}

#[test]
fn a_muted_device_lets_all_others_ring_and_says_why() {
    for (audibility, why) in [
        (Audibility::Muted, RingFault::Muted),
        (Audibility::VolumeZero, RingFault::VolumeZero),
    ] {
        let mut world = World::new(&["headset", "laptop", "dock"]);
        world.speaker("headset").audibility = audibility;
        world.speaker("dock").opens = false;
        world.rings_on(Some("headset"));
        assert_eq!(world.open, ["laptop"], "at once");
        world.wait(SECOND);
        assert_eq!(world.heard(), ["The laptop"]);
        let refused = RingFault::Refused(Refusal::InUse);
        assert_eq!(
            world.not_heard(),
            [("The headset", why), ("The dock", refused)]
        );
        assert_eq!(world.said.len(), 1);
        world.tell(Event::Rings(false));
        world.wait(LINGER);
        assert_eq!(world.open, Vec::<String>::new());
    }
}

#[test]
fn a_device_that_plays_nothing_is_found_out() {
    let mut world = World::new(&["headset", "laptop"]);
    world.speaker("headset").plays = false;
    world.rings_on(Some("headset"));
    world.wait(PROOF + LOOK);
    assert_eq!(world.open, ["laptop"]);
    world.wait(SECOND);
    assert_eq!(world.heard(), ["The laptop"]);
    assert_eq!(world.not_heard(), [("The headset", RingFault::NotRendered)]);
    // It was only slow to begin.
    world.speaker("headset").plays = true;
    world.wait(SECOND);
    assert_eq!(world.heard(), ["The headset", "The laptop"]);
}

#[test]
fn without_a_device_there_is_nothing_to_hear_it_on() {
    let mut world = World::new(&[]);
    world.rings_on(None);
    world.wait(3 * SECOND);
    assert_eq!((world.heard(), world.not_heard()), (vec![], vec![]));
    assert_eq!(world.said.len(), 1);
}

#[test]
fn who_turned_the_ring_down_is_not_overruled() {
    let mut world = World::new(&["headset", "laptop"]);
    world.speaker("headset").audibility = Audibility::TurnedDown;
    world.rings_on(Some("headset"));
    world.wait(3 * SECOND);
    assert_eq!(world.open, Vec::<String>::new());
    assert_eq!(world.not_heard(), [("The headset", RingFault::TurnedDown)]);
}

#[test]
fn everywhere_is_everywhere_also_on_what_is_plugged_in_meanwhile() {
    let mut world = World::new(&["headset", "laptop"]);
    world.tell(Event::Everywhere(true));
    world.rings_on(Some("headset"));
    assert_eq!(world.open, ["laptop"]);
    world.wait(SECOND);
    assert_eq!(world.heard(), ["The headset", "The laptop"]);
    let dock = World::new(&["dock"]).speakers.remove(0);
    world.speakers.push(dock);
    world.tell(Event::Changed);
    assert_eq!(world.open, ["laptop", "dock"]);
    world.wait(SECOND);
    assert_eq!(world.heard().len(), 3);
    // The post moves to one of the others: it does not ring twice there.
    world.main = Some("dock".into());
    world.tell(Event::Changed);
    assert!(!world.open.contains(&"dock".to_owned()));
}

#[test]
fn what_another_program_had_rings_once_it_is_free() {
    let mut world = World::new(&["headset", "laptop"]);
    world.tell(Event::Everywhere(true));
    world.speaker("laptop").opens = false;
    world.rings_on(Some("headset"));
    world.wait(3 * SECOND);
    let refused = RingFault::Refused(Refusal::InUse);
    assert_eq!(world.not_heard(), [("The laptop", refused)]);
    assert_eq!(world.said.len(), 1, "what is refused again is no news");
    world.speaker("laptop").opens = true;
    world.wait(2 * SECOND);
    assert_eq!(world.heard(), ["The headset", "The laptop"]);
    world.tell(Event::Rings(false));
    world.wait(LINGER);
    assert_eq!(world.open, Vec::<String>::new());
}

proptest! {
    #[test]
    fn a_ring_that_can_be_heard_anywhere_is_heard(
        how in prop::collection::vec((0..3_u8, any::<bool>(), any::<bool>()), 1..6),
        main in prop::option::of(0..6_usize),
    ) {
        const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
        let mut world = World::new(&NAMES[..how.len()]);
        for (speaker, (audibility, opens, plays)) in world.speakers.iter_mut().zip(&how) {
            speaker.audibility = match audibility {
                0 => Audibility::Muted,
                1 => Audibility::VolumeZero,
                _ => Audibility::Audible,
            };
            (speaker.opens, speaker.plays) = (*opens, *plays);
        }
        let main = main.filter(|n| *n < how.len()).map(|n| NAMES[n]);
        world.rings_on(main);
        world.wait(5 * SECOND);
        let good = |speaker: &Speaker| {
            let is_main = main == Some(speaker.info.id.as_str());
            speaker.audibility == Audibility::Audible && speaker.plays && (speaker.opens || is_main)
        };
        let can = world.speakers.iter().any(good);
        prop_assert_eq!(!world.heard().is_empty(), can);
        let named = world.heard().len() + world.not_heard().len();
        prop_assert!(named == 1 || named == how.len());
        world.tell(Event::Rings(false));
        world.wait(SECOND);
        prop_assert_eq!(world.open.len(), 0);
    }
}
