use proptest::prelude::*;

use super::*;

const LAPTOP: Monitor = Monitor {
    x: 0,
    y: 25,
    width: 1920,
    height: 1055,
    scale: 1.0,
};

/// To the left of the laptop, with twice the pixels.
const SHARP: Monitor = Monitor {
    x: -3840,
    y: -200,
    width: 3840,
    height: 2120,
    scale: 2.0,
};

fn place(x: i32, y: i32) -> Place {
    Place {
        x,
        y,
        width: 420,
        height: 720,
        maximized: false,
    }
}

#[test]
fn where_it_fits_it_goes_where_it_was() {
    let on = place(1000, 100).on(&[LAPTOP, SHARP]);
    let expected = Rectangle {
        x: 1000,
        y: 100,
        width: 420,
        height: 720,
    };
    assert_eq!(on, Some(expected));
    let on = place(-3000, -100).on(&[LAPTOP, SHARP]).expect("monitors");
    assert_eq!((on.x, on.y, on.width, on.height), (-3000, -100, 840, 1440));
}

#[test]
fn when_its_monitor_is_gone_it_is_in_the_middle_of_the_main_one() {
    let on = place(-3000, -100).on(&[LAPTOP]).expect("a monitor");
    assert_eq!((on.x, on.y), ((1920 - 436) / 2, 25 + (1055 - 760) / 2));
    assert_eq!((on.width, on.height), (420, 720));
}

#[test]
fn what_hangs_over_an_edge_is_brought_in() {
    let on = place(1800, 900).on(&[LAPTOP]).expect("a monitor");
    assert_eq!((on.x, on.y), (1920 - 436, 25 + 1055 - 760));
    // Its title bar would be under the panel.
    let on = place(100, -30).on(&[LAPTOP]).expect("a monitor");
    assert_eq!((on.x, on.y), (100, 25));
}

#[test]
fn another_scale_changes_pixels_and_not_how_large_it_looks() {
    let scaled = Monitor {
        scale: 1.5,
        ..LAPTOP
    };
    let on = place(100, 100).on(&[scaled]).expect("a monitor");
    assert_eq!((on.width, on.height), (630, 1055 - 60));
    assert_eq!(on.y, 25, "all of it is on the monitor");
}

#[test]
fn without_a_monitor_it_goes_nowhere_in_particular() {
    assert_eq!(place(0, 0).on(&[]), None);
}

#[test]
fn what_the_agent_has_not_chosen_is_not_remembered() {
    let seen = Seen {
        x: 10,
        y: 20,
        width: 840,
        height: 1440,
        scale: 2.0,
        maximized: false,
        minimized: false,
    };
    let normal = Place::of(seen, None);
    assert_eq!(normal, Some(place(10, 20)));
    let away = Seen {
        x: -32_000,
        y: -32_000,
        minimized: true,
        ..seen
    };
    assert_eq!(Place::of(away, normal), normal);
    let filling = Seen {
        x: 0,
        y: 0,
        width: 3840,
        height: 2160,
        maximized: true,
        ..seen
    };
    let filled = Place::of(filling, normal).expect("a place");
    assert!(filled.maximized && (filled.x, filled.width) == (10, 420));
    assert_eq!(Place::of(seen, Some(filled)), normal);
}

fn monitor() -> impl Strategy<Value = Monitor> {
    let edge = -10_000..10_000_i32;
    let scale = prop::sample::select(vec![1.0, 1.25, 1.5, 2.0, 3.0, f64::NAN, 0.0]);
    (edge.clone(), edge, 200..8_000_u32, 200..5_000_u32, scale).prop_map(
        |(x, y, width, height, scale)| Monitor {
            x,
            y,
            width,
            height,
            scale,
        },
    )
}

proptest! {
    #[test]
    fn it_is_wholly_on_one_monitor(
        (x, y, width, height) in any::<(i32, i32, u32, u32)>(),
        monitors in prop::collection::vec(monitor(), 1..5),
    ) {
        let place = Place { x, y, width, height, maximized: false };
        let on = place.on(&monitors).expect("there are monitors");
        let inside = |monitor: &Monitor| {
            let end = |start: i32, length: u32| i64::from(start) + i64::from(length);
            on.x >= monitor.x
                && on.y >= monitor.y
                && end(on.x, on.width) <= end(monitor.x, monitor.width)
                && end(on.y, on.height) <= end(monitor.y, monitor.height)
        };
        prop_assert!(monitors.iter().any(inside), "{:?}", on);
    }

    #[test]
    fn where_it_was_put_it_stays(x in -10_000..10_000_i32, y in -10_000..10_000_i32, monitor in monitor()) {
        let first = place(x, y).on(&[monitor]).expect("a monitor");
        let again = place(first.x, first.y).on(&[monitor]).expect("a monitor");
        prop_assert_eq!(first, again);
    }
}
