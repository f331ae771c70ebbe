//! By a code that is typed in elsewhere (RFC 8628).

use std::time::{Duration, Instant};

use super::{Attempt, Seen, Step};
use crate::sign_in::{
    Command, Reply, SignIn,
    answer::{self, DeviceCode, Refusal},
};

impl SignIn {
    pub(super) fn show_code(&mut self, now: Instant, code: DeviceCode) {
        if let Some(attempt) = &mut self.attempt {
            attempt.step = Step::ByCode {
                next: now + code.interval,
                until: now + code.expires_in,
                request: None,
                code,
            };
        }
    }

    /// RFC 8628 §3.5: five seconds longer each time that it is asked for.
    fn slower(&mut self, now: Instant, slower: bool) {
        if let Some(Attempt {
            step: Step::ByCode { code, next, .. },
            ..
        }) = &mut self.attempt
        {
            if slower {
                code.interval += SLOWER;
            }
            *next = now + code.interval;
        }
    }

    /// What has become of the code.
    pub(super) fn code_answered(
        &mut self,
        now: Instant,
        at: u64,
        reply: Option<&Reply>,
        out: &mut Vec<Command>,
    ) -> Result<(), Refusal> {
        match answer::grant(reply) {
            Ok(grant) => self.check(now, at, grant, Seen::Before, out),
            Err(Refusal::Pending { slower }) => self.slower(now, slower),
            // RFC 8628 §3.5: whoever cannot be reached is asked less often.
            Err(Refusal::Unreachable(_)) => self.slower(now, true),
            Err(refusal) => return Err(refusal),
        }
        Ok(())
    }

    /// Asks what has become of the code, if it is time to.
    pub(super) fn poll(&mut self, now: Instant, out: &mut Vec<Command>) {
        let asked = self.next();
        if let Some(Attempt {
            step:
                Step::ByCode {
                    code,
                    next,
                    request: request @ None,
                    ..
                },
            ..
        }) = &mut self.attempt
            && now >= *next
        {
            *request = Some(asked);
            let own = vec![
                (
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:device_code".to_owned(),
                ),
                ("device_code", code.device_code.expose().clone()),
            ];
            self.exchange(asked, own, out);
        }
    }
}

/// RFC 8628 §3.5.
const SLOWER: Duration = Duration::from_secs(5);
