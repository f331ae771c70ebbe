//! Headsets in virtual time: what they send by themselves, what hands do to them, and a phone that
//! does what its agent wants.

mod orders;
mod world;

use std::time::Duration;

use super::*;
use crate::vectors::{EPOS, JABRA, PAIR, POLY};
use world::{Style, World};

const SECOND: Duration = Duration::from_secs(1);
const TALKING: PhoneState = PhoneState {
    ringing: false,
    talking: true,
    holding: false,
    muted: false,
};
const RINGING: PhoneState = PhoneState {
    ringing: true,
    talking: false,
    holding: false,
    muted: false,
};

#[test]
fn a_call_is_answered_muted_and_hung_up_on_every_kind_of_headset() {
    for style in Style::ALL {
        let mut world = World::new(style);
        world.phone_does(RINGING);
        assert!(world.device.lights.ring, "{style:?}");
        world.wait(SECOND);
        assert_eq!(world.press_hook(), [Wish::Answer], "{style:?}");
        assert_eq!(world.device.lights, lit(|l| l.off_hook = true), "{style:?}");
        world.wait(5 * SECOND);
        for muted in [true, false, true] {
            assert_eq!(world.press_mute(), [Wish::Mute(muted)], "{style:?}");
            assert_eq!(world.device.lights.mute, muted, "{style:?}");
            world.wait(2 * SECOND);
        }
        assert_eq!(world.press_hook(), [Wish::HangUp], "{style:?}");
        world.wait(5 * SECOND);
        assert_eq!(world.device.lights, Lights::default(), "{style:?}");
        assert_eq!(world.buttons.poll_timeout(), None);
    }
}

#[test]
fn a_call_that_begins_in_the_window_opens_the_link_and_is_hung_up_by_the_button() {
    for style in Style::ALL {
        let mut world = World::new(style);
        world.phone_does(TALKING);
        assert!(world.device.lights.off_hook, "{style:?}");
        // What the headset repeats when its link is up is nobody's wish.
        world.wait(5 * SECOND);
        assert_eq!(world.wishes, []);
        assert_eq!(world.press_hook(), [Wish::HangUp], "{style:?}");
        world.wait(5 * SECOND);
        assert_eq!(world.device.lights, Lights::default());
    }
}

#[test]
fn who_mutes_in_the_window_is_shown_so_and_unmutes_by_the_button() {
    for style in Style::ALL {
        let mut world = World::new(style);
        world.phone_does(TALKING);
        world.wait(5 * SECOND);
        world.phone_does(PhoneState {
            muted: true,
            ..TALKING
        });
        assert!(world.device.lights.mute);
        world.wait(SECOND);
        assert_eq!(world.wishes, [], "{style:?}");
        assert_eq!(world.press_mute(), [Wish::Mute(false)], "{style:?}");
        world.wait(SECOND);
        assert!(!world.device.lights.mute);
    }
}

#[test]
fn a_mute_press_is_answered_though_the_phone_does_nothing() {
    for style in Style::ALL {
        let mut world = World::new(style);
        world.phone_does(TALKING);
        world.wait(5 * SECOND);
        world.obeys = false;
        world.press_mute();
        let before = world.writes;
        world.wait(SECOND);
        assert!(world.writes > before, "{style:?} would lock its button");
        // How things are is what the phone says.
        assert!(!world.device.lights.mute);
        assert!(!world.device.is_muted(), "{style:?}");
        assert_eq!(world.buttons.poll_timeout(), None, "{style:?}");
    }
}

#[test]
fn an_answer_that_does_not_come_about_lets_the_headset_ring_on() {
    let mut world = World::new(Style::JABRA);
    world.obeys = false;
    world.phone_does(RINGING);
    assert_eq!(world.press_hook(), [Wish::Answer]);
    world.wait(3 * SECOND);
    assert!(!world.device.hook, "it went back on the hook");
    assert_eq!(world.press_hook(), [Wish::Answer]);
}

#[test]
fn a_second_call_is_answered_and_never_costs_the_first() {
    for style in Style::ALL {
        let mut world = World::new(style);
        world.phone_does(TALKING);
        world.wait(5 * SECOND);
        world.phone_does(PhoneState {
            ringing: true,
            ..TALKING
        });
        assert_eq!(
            world.device.lights,
            lit(|l| (l.off_hook, l.ring) = (true, true))
        );
        world.wait(SECOND);
        assert_eq!(world.press_hook(), [Wish::Answer], "{style:?}");
        world.wait(5 * SECOND);
        // One talks, one is on hold, and the link is open again.
        assert_eq!(
            world.phone,
            PhoneState {
                holding: true,
                ..TALKING
            }
        );
        assert_eq!(world.device.lights, lit(|l| l.off_hook = true));
        if style.hook_is_switch() {
            assert!(world.device.hook, "{style:?}");
        }
        assert_eq!(world.press_hook(), [Wish::HangUp]);
        world.wait(5 * SECOND);
        // The other is not hung up on unheard.
        assert!(world.device.lights.off_hook);
        assert_eq!(world.device.lights.hold, style == Style::JABRA);
        assert_eq!(world.press_hook(), [Wish::ToggleHold]);
        world.wait(SECOND);
        assert_eq!(world.phone, TALKING);
    }
}

#[test]
fn flash_holds_and_takes_back_and_the_seventh_button_turns_away() {
    let mut world = World::new(Style::JABRA);
    world.phone_does(RINGING);
    assert_eq!(world.press(Control::Flash), []);
    assert_eq!(world.press(Control::Reject), [Wish::Reject]);
    world.wait(SECOND);
    assert_eq!(world.device.lights, Lights::default());
    assert_eq!(world.press(Control::Reject), []);
    world.phone_does(TALKING);
    world.wait(5 * SECOND);
    assert_eq!(world.press(Control::Flash), [Wish::ToggleHold]);
    assert!(world.device.lights.hold);
    world.wait(SECOND);
    assert_eq!(world.press(Control::Flash), [Wish::ToggleHold]);
    world.wait(SECOND);
    assert_eq!(world.press(Control::Redial), []);
    assert_eq!(world.press(Control::Busy), []);
}

#[test]
fn drop_hangs_up_what_is_heard_and_turns_away_what_rings() {
    let mut world = World::new(Style::EPOS);
    world.phone_does(RINGING);
    assert_eq!(world.press(Control::Drop), [Wish::Reject]);
    world.phone_does(PhoneState {
        ringing: true,
        ..TALKING
    });
    world.wait(5 * SECOND);
    assert_eq!(world.press(Control::Drop), [Wish::HangUp]);
}

#[test]
fn another_programs_call_is_left_alone_and_said() {
    let mut world = World::new(Style::JABRA);
    // Somebody else has taken it off the hook, and it says so.
    world.device.hook = true;
    world.device_sends();
    world.wait(5 * SECOND);
    assert_eq!(world.elsewhere, [true]);
    // It does not ring: that would take the other call's link down.
    world.phone_does(RINGING);
    assert_eq!(world.writes, 0);
    assert_eq!(world.press_hook(), [], "this ends the other call");
    assert_eq!(world.elsewhere, [true, false]);
    assert!(world.device.lights.ring);
    world.wait(SECOND);
    assert_eq!(world.press_hook(), [Wish::Answer]);
}

#[test]
fn nothing_is_written_while_nothing_is_up() {
    for style in Style::ALL {
        let mut world = World::new(style);
        assert_eq!(world.press_hook(), [], "{style:?}");
        assert_eq!(world.press_mute(), [], "{style:?}");
        world.wait(5 * SECOND);
        world.phone_does(PhoneState {
            muted: true,
            ..PhoneState::default()
        });
        world.wait(5 * SECOND);
        assert_eq!(world.writes, 0);
    }
}

#[test]
fn closing_puts_the_lights_out_and_so_does_nothing_else() {
    let mut world = World::new(Style::POLY);
    world.phone_does(PhoneState {
        muted: true,
        ..TALKING
    });
    world.tell(Event::Released);
    assert_eq!(world.device.lights, Lights::default());
    let writes = world.writes;
    world.wait(5 * SECOND);
    world.tell(Event::Released);
    assert_eq!(world.writes, writes);
}

#[test]
fn a_headset_that_comes_in_the_middle_of_a_call_is_told_of_it() {
    for (descriptor, reports) in [(JABRA, 1), (POLY, 3), (EPOS, 1), (PAIR, 1)] {
        let mut buttons = Buttons::default();
        let now = Instant::now();
        assert_eq!(buttons.handle(now, Event::Phone(TALKING)), []);
        let layout = Layout::read(descriptor).unwrap();
        let told = buttons.handle(now, Event::Attached(layout));
        assert_eq!(told.len(), reports);
        assert_eq!(buttons.handle(now, Event::Detached), []);
        assert_eq!(buttons.handle(now, Event::Phone(RINGING)), []);
    }
}

#[test]
fn the_report_that_opens_the_link_is_the_first() {
    let mut buttons = Buttons::default();
    let now = Instant::now();
    let layout = Layout::read(POLY).unwrap();
    buttons.handle(now, Event::Attached(layout));
    let told = buttons.handle(now, Event::Phone(TALKING));
    assert_eq!(told[0], Command::Write(vec![9, 1]));
}

#[test]
fn a_press_that_is_held_long_answers_once() {
    let mut world = World::new(Style::SPRING);
    world.phone_does(RINGING);
    world.device.held = Duration::from_millis(600);
    assert_eq!(world.press_hook(), [Wish::Answer]);
    world.wait(5 * SECOND);
    assert_eq!(world.phone, TALKING);
    assert_eq!(world.press_hook(), [Wish::HangUp]);
}

#[test]
fn keys_for_on_and_for_off_are_told_apart() {
    let mut buttons = Buttons::default();
    let mut now = Instant::now();
    let layout = Layout::read(PAIR).unwrap();
    buttons.handle(now, Event::Attached(layout));
    let mut wishes = |buttons: &mut Buttons, event| {
        now += SECOND;
        let mut told = buttons.handle(now, event);
        told.retain(|command| matches!(command, Command::Wish(_)));
        told
    };
    let [on, off, none] = [0b01, 0b11, 0b00].map(|hook| Event::Report(vec![hook]));
    wishes(&mut buttons, Event::Phone(RINGING));
    // Off is no answer, and on counts once, however long it is held.
    assert_eq!(wishes(&mut buttons, off.clone()), []);
    assert_eq!(wishes(&mut buttons, none.clone()), []);
    assert_eq!(
        wishes(&mut buttons, on.clone()),
        [Command::Wish(Wish::Answer)]
    );
    assert_eq!(wishes(&mut buttons, on.clone()), []);
    assert_eq!(wishes(&mut buttons, none.clone()), []);
    wishes(&mut buttons, Event::Phone(TALKING));
    wishes(&mut buttons, Event::Timeout);
    assert_eq!(wishes(&mut buttons, on), [], "it is answered already");
    wishes(&mut buttons, none);
    assert_eq!(wishes(&mut buttons, off), [Command::Wish(Wish::HangUp)]);
}

#[test]
fn keys_alone_do_without_lights() {
    let mut world = World::new(Style::KEYS);
    world.phone_does(RINGING);
    assert_eq!(world.press_hook(), [Wish::Answer]);
    world.wait(2 * SECOND);
    assert_eq!(world.press_mute(), [Wish::Mute(true)]);
    assert_eq!(world.press_hook(), [Wish::HangUp]);
    assert_eq!(world.writes, 0);
}

fn lit(set: impl FnOnce(&mut Lights)) -> Lights {
    let mut lights = Lights::default();
    set(&mut lights);
    lights
}
