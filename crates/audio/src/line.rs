use crate::frame::FRAME;

/// A program on an engine in the place of microphone and speaker
/// ([`Engine::start_on_line`](crate::Engine::start_on_line)): a voice that is played, an echo.
pub trait Line: Send {
    /// 10 ms at 48 kHz mono, samples from -1 to 1. `heard` is what a speaker would have played just
    /// before; `said`, silent so far, goes to all legs that send. Called by the sound thread: it must
    /// not wait or allocate.
    fn tick(&mut self, heard: &[f32; FRAME], said: &mut [f32; FRAME]);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use rtrb::RingBuffer;

    use super::*;
    use crate::engine::Shared;
    use crate::sound::Sound;
    use crate::tone::{Region, Tone};

    /// Says what it heard, and notes how loud it was.
    struct Parrot(Arc<std::sync::Mutex<Vec<f32>>>);

    impl Line for Parrot {
        fn tick(&mut self, heard: &[f32; FRAME], said: &mut [f32; FRAME]) {
            let loudest = heard
                .iter()
                .fold(0.0_f32, |most, sample| most.max(sample.abs()));
            self.0.lock().expect("no panic").push(loudest);
            *said = *heard;
        }
    }

    #[test]
    fn a_line_hears_what_was_played_and_is_measured_as_it_speaks() {
        let (_commands, commanded) = RingBuffer::new(4);
        let (leaving, _leftovers) = RingBuffer::new(4);
        let shared = Arc::new(Shared::default());
        let heard = Arc::default();
        let line: Box<dyn Line> = Box::new(Parrot(Arc::clone(&heard)));
        let sound = Sound::new(
            Arc::clone(&shared),
            commanded,
            leaving,
            None,
            Region::Europe,
        );
        let mut sound = sound.on_line(Some(line));
        shared.tone.ask(Some(Tone::Busy));
        for _ in 0..20 {
            sound.obey();
            sound.tick(Instant::now());
        }
        let heard = heard.lock().expect("no panic");
        assert_eq!(heard.len(), 20);
        assert_eq!(heard[0], 0.0, "nothing was played before the first tick");
        assert!(heard[10] > 0.1, "{heard:?}");
        assert!(shared.level.peak_dbfs() > -20.0);
    }
}
