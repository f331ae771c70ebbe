//! The agent hears themselves as the microphone does: some seconds of it, then the same on the speaker.

use std::time::Duration;

use tokio::time::sleep;
use warmline_audio::Trial;

/// Takes what the microphone hears, and then plays it. The devices are open for as long as this goes on.
pub(crate) async fn hear(mut trial: Trial) {
    let mut heard = Vec::new();
    // The first sound of a device that wakes is a click.
    sleep(SETTLE).await;
    trial.take(&mut heard);
    heard.clear();
    for _ in 0..STEPS {
        sleep(STEP).await;
        trial.take(&mut heard);
    }
    trial.play(&heard);
    sleep(STEP * STEPS + SETTLE).await;
}

const SETTLE: Duration = Duration::from_millis(400);
/// Three seconds, in steps after which the microphone has lost nothing yet.
const STEP: Duration = Duration::from_millis(500);
const STEPS: u32 = 6;
