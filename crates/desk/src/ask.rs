//! What the agent asks for, where it takes more than handing it to the calls.

use warmline_call::{CallId, Digit, Party, Refusal, UserAction as CallAction};

use crate::{
    action::Done,
    error::{DeskError, ErrorCode},
    number,
    run::{Running, call_of},
    words,
};

impl Running {
    pub(crate) fn dial(&mut self, to: &str) -> Result<Done, DeskError> {
        let to = self.party(to)?;
        let call = self.new_call();
        self.phone(CallAction::Dial { call, to })?;
        Ok(Done::Dialing(call))
    }

    pub(crate) fn consult(
        &mut self,
        customer: CallId,
        to: &str,
        hand_over: bool,
    ) -> Result<Done, DeskError> {
        let to = self.party(to)?;
        let expert = self.new_call();
        self.phone(CallAction::Consult {
            customer,
            expert,
            to,
            hand_over,
        })?;
        Ok(Done::Dialing(expert))
    }

    pub(crate) fn blind_transfer(&mut self, customer: CallId, to: &str) -> Result<Done, DeskError> {
        let to = self.party(to)?;
        self.phone(CallAction::BlindTransfer { customer, to })
    }

    pub(crate) fn merge(&mut self, call: CallId, with: CallId) -> Result<Done, DeskError> {
        let focus = self.new_call();
        self.merged_instead = None;
        self.phone(CallAction::Merge { call, with, focus })
    }

    pub(crate) fn follow(&mut self, call: CallId) -> Result<Done, DeskError> {
        let new = self.new_call();
        self.phone(CallAction::Follow { call, new })?;
        Ok(Done::Dialing(new))
    }

    /// Somebody to call, as typed.
    fn party(&self, typed: &str) -> Result<Party, DeskError> {
        let to = number::read(typed, self.country).to;
        if to.is_empty() {
            return Err(DeskError::new(
                ErrorCode::BadNumber,
                "This is not a number that can be called.",
                "Type one number, name@host or sip:name@host.",
            ));
        }
        Ok(Party::new(to))
    }

    pub(crate) fn new_call(&self) -> CallId {
        call_of(self.machines.agent.next_dialog())
    }

    pub(crate) fn dtmf(&mut self, call: CallId, digits: &str) -> Result<Done, DeskError> {
        let bad = |what: String, advice: &str| DeskError::new(ErrorCode::BadDigit, what, advice);
        let digits = Digit::parse_all(digits).map_err(|c| {
            bad(
                format!("`{c}` is not a digit."),
                "Use 0 to 9, *, # and A to D.",
            )
        })?;
        if digits.is_empty() || digits.len() > MOST_DIGITS {
            let what = format!("From 1 to {MOST_DIGITS} digits can be sent at once.");
            return Err(bad(what, "Send them in parts."));
        }
        self.phone(CallAction::Dtmf(call, digits))
    }

    pub(crate) fn statistics_of(&mut self, call: CallId) -> Result<Done, DeskError> {
        let leg = self.legs.get(&call);
        let open = leg.and_then(|leg| leg.line.as_ref());
        let stats = open
            .map(|line| line.session.stats())
            .or(leg.and_then(|leg| leg.notes.stats));
        match (leg, stats) {
            (_, Some(stats)) => Ok(Done::Stats(Box::new(stats))),
            (Some(_), None) => Err(DeskError::new(
                ErrorCode::NotNow,
                "This call has had no sound yet.",
                "",
            )),
            (None, None) => Err(words::refusal(Refusal::NoSuchCall)),
        }
    }
}

/// As many digits as media keeps waiting.
const MOST_DIGITS: usize = 32;
