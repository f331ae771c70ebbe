//! What the agent asks for, where it takes more than handing it to the calls.

use warmline_call::{CallId, Digit, Party, Refusal, Transfer, UserAction as CallAction};

use crate::{
    action::Done,
    error::{DeskError, ErrorCode},
    lines::LineId,
    number,
    run::Running,
    words,
};

impl Running {
    pub(crate) fn dial(&mut self, to: &str, line: Option<LineId>) -> Result<Done, DeskError> {
        let line = line.unwrap_or_default();
        if self.lines.get(line).is_none() {
            return Err(DeskError::new(
                ErrorCode::NoSuchLine,
                "There is no such line.",
                "Choose one of the lines that are shown.",
            ));
        }
        let to = self.party(to, line)?;
        let call = self.lines.new_call(line);
        self.phone(CallAction::Dial { call, to })?;
        Ok(Done::Dialing(call))
    }

    pub(crate) fn consult(
        &mut self,
        customer: CallId,
        to: &str,
        hand_over: bool,
    ) -> Result<Done, DeskError> {
        // The expert is called as the customer is talked to: by the server that can connect the two.
        let line = self.lines.of(customer).id;
        let to = self.party(to, line)?;
        let expert = self.lines.new_call(line);
        self.phone(CallAction::Consult {
            customer,
            expert,
            to,
            hand_over,
        })?;
        Ok(Done::Dialing(expert))
    }

    pub(crate) fn blind_transfer(&mut self, customer: CallId, to: &str) -> Result<Done, DeskError> {
        let to = self.party(to, self.lines.of(customer).id)?;
        self.phone(CallAction::BlindTransfer { customer, to })
    }

    pub(crate) fn merge(&mut self, call: CallId, with: CallId) -> Result<Done, DeskError> {
        let line = self.lines.of(call).id;
        let together = self.lines.of(with).id == line;
        let focus = together.then(|| self.lines.new_call(line));
        self.merged_instead = None;
        self.phone(CallAction::Merge { call, with, focus })
    }

    /// Connects customer and expert, where one server has both.
    pub(crate) fn complete(&mut self, customer: CallId, sure: bool) -> Result<Done, DeskError> {
        let of = |transfer: &&Transfer| transfer.customer() == customer;
        let transfer = self.phone.transfers().find(of);
        let expert = transfer.and_then(Transfer::expert);
        self.on_one_line(expert.into_iter().chain([customer]))?;
        self.phone(CallAction::Complete { customer, sure })
    }

    pub(crate) fn leave(&mut self, call: CallId) -> Result<Done, DeskError> {
        let group = self.phone.group();
        let members = group.iter().filter(|_| group.contains(&call));
        self.on_one_line(members.copied())?;
        self.phone(CallAction::Leave(call))
    }

    /// A server knows the calls of its own line alone: it cannot connect one of them with another's
    /// (RFC 3891), and the customers of two lines are not each other's business.
    fn on_one_line(&self, calls: impl IntoIterator<Item = CallId>) -> Result<(), DeskError> {
        let mut lines = calls.into_iter().map(|call| self.lines.of(call).id);
        let first = lines.next();
        if lines.all(|line| Some(line) == first) {
            return Ok(());
        }
        Err(DeskError::new(
            ErrorCode::AcrossLines,
            "These calls are on different lines: no phone system can connect them.",
            "Merged on this phone they hear each other: stay on the line until they are done.",
        ))
    }

    pub(crate) fn follow(&mut self, call: CallId) -> Result<Done, DeskError> {
        let new = self.lines.new_call(self.lines.of(call).id);
        self.phone(CallAction::Follow { call, new })?;
        Ok(Done::Dialing(new))
    }

    /// Somebody to call, as typed.
    fn party(&self, typed: &str, line: LineId) -> Result<Party, DeskError> {
        let country = self.lines.get(line).and_then(|line| line.country);
        let to = number::read(typed, country).to;
        if to.is_empty() {
            return Err(DeskError::new(
                ErrorCode::BadNumber,
                "This is not a number that can be called.",
                "Type one number, name@host or sip:name@host.",
            ));
        }
        Ok(Party::new(to))
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
        let open = leg.and_then(|leg| leg.media.as_ref());
        let stats = open
            .map(|media| media.session.stats())
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
