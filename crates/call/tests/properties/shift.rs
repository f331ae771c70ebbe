//! With peers that keep to the protocol, whatever fails, nobody is lost and nothing stays open.

use std::time::Duration;

use proptest::prelude::*;

use crate::world::{Broken, Tally, World};

/// A seed of the settings, who is there at the beginning, what happens after which pause, and whether
/// answers cross our last CANCELs.
pub(crate) type Sequence = (u64, u8, Vec<(u32, u64)>, bool);

pub(crate) fn sequences() -> impl Strategy<Value = Sequence> {
    let steps = prop::collection::vec((any::<u32>(), pause()), 0..60);
    (any::<u64>(), any::<u8>(), steps, any::<bool>())
}

pub(crate) fn play((seed, opening, steps, crossing): Sequence) -> Result<Tally, Broken> {
    World::play(seed, true, |world| {
        world.open_shop(opening)?;
        for (pick, pause_ms) in steps {
            world.pass(Duration::from_millis(pause_ms))?;
            world.step(pick)?;
        }
        world.close_shop(crossing)
    })
}

/// Mostly things follow upon each other; now and then a timer runs out.
fn pause() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0u64..500, 1 => 0u64..5_000, 1 => 0u64..40_000]
}
