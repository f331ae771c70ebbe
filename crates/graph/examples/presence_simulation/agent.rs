use std::time::Duration;

use rand::{RngExt as _, rngs::StdRng};
use warmline_graph::{CallInHand, Look, Person};

use crate::graph::SKILLS;

/// What an agent does: calls, and in six tenths of their time a look at the panel, sometimes a consultation.
pub(crate) struct Agent {
    look: Look,
    /// When the call is over, if one is up.
    call_ends: Option<Duration>,
    /// Never gets a call.
    idle: bool,
}

impl Agent {
    pub(crate) fn new(idle: bool) -> Self {
        let look = Look {
            rows: ROWS,
            ..Look::default()
        };
        Self {
            look,
            call_ends: None,
            idle,
        }
    }

    /// What they look at now, and until when.
    pub(crate) fn next(
        &mut self,
        at: Duration,
        people: &[Person],
        rng: &mut StdRng,
    ) -> (Look, Duration) {
        if self.idle {
            return (self.look.clone(), Duration::from_secs(600));
        }
        let stint = match self.call_ends {
            None => {
                let topic = format!("Queue of Skill {}", rng.random_range(0..SKILLS));
                let topic = vec![topic.into()];
                self.call_ends = Some(at + drawn(rng, CALL));
                self.look.call = Some(CallInHand { topic });
                // A call begins with the panel as often open as it is on the whole.
                self.look.visible = rng.random_bool(VISIBLE);
                drawn(rng, if self.look.visible { SEEN } else { HIDDEN })
            }
            Some(ends) if ends <= at => {
                self.call_ends = None;
                (self.look.call, self.look.consulting) = (None, None);
                self.look.visible = false;
                drawn(rng, PAUSE)
            }
            Some(_) if self.look.visible => {
                self.look.consulting = None;
                self.look.visible = false;
                drawn(rng, HIDDEN)
            }
            Some(_) => {
                self.look.visible = true;
                self.look.first = match rng.random_bool(0.5) {
                    true => 0,
                    false => rng.random_range(0..people.len() - ROWS),
                };
                let consults = rng.random_bool(CONSULTS);
                // Ids and names are in one order.
                let whom = &people[self.look.first + rng.random_range(0..ROWS)];
                self.look.consulting = consults.then(|| whom.id.clone());
                drawn(rng, SEEN)
            }
        };
        let ends = self.call_ends.unwrap_or(Duration::MAX);
        let left = ends.saturating_sub(at).max(Duration::from_millis(1));
        (self.look.clone(), stint.min(left))
    }
}

/// Around a mean: most shorter, few much longer.
fn drawn(rng: &mut StdRng, mean: f64) -> Duration {
    let share: f64 = rng.random_range(f64::EPSILON..1.0);
    Duration::from_secs_f64((mean * -share.ln()).clamp(mean / 10.0, mean * 6.0))
}

/// Rows of the panel.
const ROWS: usize = 20;

/// Means in seconds: a call, the pause until the next, the panel in and out of sight.
const CALL: f64 = 300.0;
const PAUSE: f64 = 75.0;
const SEEN: f64 = 60.0;
const HIDDEN: f64 = 40.0;

/// How much of a call the panel is to be seen.
const VISIBLE: f64 = 0.6;

/// How often an agent who looks consults somebody.
const CONSULTS: f64 = 0.15;
