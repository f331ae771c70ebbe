//! Whatever the phone and the agent do, in whatever order.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Phone(PhoneState),
    Hook,
    Mute,
    Flash,
    Obeys(bool),
    Again,
    Wait(u64),
}

fn phone() -> impl Strategy<Value = PhoneState> {
    let bits = any::<(bool, bool, bool, bool)>();
    bits.prop_map(|(ringing, talking, holding, muted)| PhoneState {
        ringing,
        talking,
        holding,
        muted,
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => phone().prop_map(Step::Phone),
        3 => Just(Step::Hook),
        2 => Just(Step::Mute),
        1 => Just(Step::Flash),
        1 => any::<bool>().prop_map(Step::Obeys),
        1 => Just(Step::Again),
        4 => (0..6_000_u64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..40)
}

/// What a headset shows of it in the end, of what it has.
fn expected(phone: PhoneState, style: Style, elsewhere: bool) -> Lights {
    let off_hook = phone.talking || phone.holding;
    Lights {
        off_hook,
        ring: phone.ringing && (off_hook || !elsewhere),
        mute: phone.muted && off_hook,
        hold: phone.holding && !phone.talking && style == Style::JABRA,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// [`World`] holds that no wish comes of what the headset repeats by itself: so nobody is ever
    /// hung up on by a write of ours.
    #[test]
    fn lights_are_what_the_phone_says_and_a_press_is_told_once(
        style in prop::sample::select(Style::ALL.to_vec()),
        held in 20..250_u64,
        steps in steps(),
    ) {
        let mut world = World::new(style);
        world.device.held = Duration::from_millis(held);
        for step in steps {
            match step {
                Step::Phone(phone) => world.phone_does(phone),
                Step::Hook => prop_assert!(world.press_hook().len() <= 1),
                Step::Mute => prop_assert!(world.press_mute().len() <= 1),
                Step::Flash => prop_assert!(world.press(Control::Flash).len() <= 1),
                Step::Obeys(obeys) => world.obeys = obeys,
                Step::Again => {
                    world.wishes.clear();
                    world.device_sends();
                    prop_assert_eq!(&world.wishes, &[], "it repeats itself");
                }
                Step::Wait(ms) => world.wait(Duration::from_millis(ms)),
            }
        }
        world.wait(10 * SECOND);
        let elsewhere = world.elsewhere.last() == Some(&true);
        prop_assert_eq!(world.device.lights, expected(world.phone, style, elsewhere));
        prop_assert_eq!(world.buttons.poll_timeout(), None, "nothing to do while nothing happens");
        if world.phone.talking {
            prop_assert_eq!(world.device.is_muted(), world.phone.muted && style == Style::EPOS);
        }
        world.tell(Event::Released);
        prop_assert_eq!(world.device.lights, Lights::default());
    }

    #[test]
    fn a_headset_without_lights_is_told_nothing(steps in steps()) {
        let mut world = World::new(Style::KEYS);
        for step in steps {
            match step {
                Step::Phone(phone) => world.phone_does(phone),
                Step::Hook => prop_assert!(world.press_hook().len() <= 1),
                Step::Mute => prop_assert!(world.press_mute().len() <= 1),
                Step::Wait(ms) => world.wait(Duration::from_millis(ms)),
                Step::Flash | Step::Obeys(_) | Step::Again => {}
            }
        }
        prop_assert_eq!(world.writes, 0);
    }

    #[test]
    fn whatever_a_headset_sends_the_machine_goes_on(
        which in 0..4_usize,
        reports in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..4), phone(), 0..2_000_u64),
            0..40,
        ),
    ) {
        let layout = Layout::read([JABRA, POLY, EPOS, PAIR][which]).unwrap();
        let mut now = Instant::now();
        let mut buttons = Buttons::default();
        buttons.handle(now, Event::Attached(layout));
        for (mut report, phone, ms) in reports {
            now += Duration::from_millis(ms);
            if let Some(id) = report.first_mut() {
                *id = [2, 8, *id, *id][which];
            }
            buttons.handle(now, Event::Phone(phone));
            buttons.handle(now, Event::Report(report));
            buttons.handle(now, Event::Timeout);
        }
    }
}
