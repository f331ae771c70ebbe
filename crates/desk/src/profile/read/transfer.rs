//! `[transfer]`: how customers are handed over.

use std::{ops::RangeInclusive, time::Duration};

use toml::de::DeValue;
use warmline_call::{RecoverBy, Referrals};

use super::{Table, wrong};
use crate::{error::DeskError, number, profile::Transfer};

pub(super) fn read(root: &Table<'_>) -> Result<Transfer, DeskError> {
    let Some(table) = root.table("transfer")? else {
        return Ok(Transfer::default());
    };
    table.only(KEYS)?;
    Ok(Transfer {
        complete_on_answer: table
            .whole_number("complete_on_answer_s", COMPLETE_ON_ANSWER)?
            .map(Duration::from_secs),
        referrals: referrals(&table)?,
        conference: conference(&table)?,
        recover_by: recover_by(&table)?,
        hold_music: table.switch("hold_music")?.unwrap_or(true),
    })
}

fn referrals(table: &Table<'_>) -> Result<Referrals, DeskError> {
    match table.string("referrals")? {
        None => Ok(Referrals::default()),
        Some(policy) => match policy.value {
            "decline" => Ok(Referrals::Decline),
            "ask" => Ok(Referrals::Ask),
            "follow" => Ok(Referrals::Follow),
            _ => Err(policy.wrong("this is not a policy.", REFERRALS_ADVICE)),
        },
    }
}

fn recover_by(table: &Table<'_>) -> Result<RecoverBy, DeskError> {
    match table.string("recover_by")? {
        None => Ok(RecoverBy::default()),
        Some(way) => match way.value {
            "replaces" => Ok(RecoverBy::Replaces),
            "reinvite" => Ok(RecoverBy::Reinvite),
            _ => Err(way.wrong("this is not a way.", RECOVER_ADVICE)),
        },
    }
}

fn conference(table: &Table<'_>) -> Result<Option<String>, DeskError> {
    let Some(address) = table.string("conference")? else {
        return Ok(None);
    };
    let to = number::read(address.value, None).to;
    if to.is_empty() {
        return Err(address.wrong("this is not an address to call.", CONFERENCE_ADVICE));
    }
    Ok(Some(to))
}

impl<'a> Table<'a> {
    pub(super) fn table(&self, key: &str) -> Result<Option<Table<'a>>, DeskError> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let DeValue::Table(table) = value.get_ref() else {
            let what = format!("`{key}` must be a table.");
            return Err(self.wrong(key, &what, &format!("Begin it with a line `[{key}]`.")));
        };
        Ok(Some(Table {
            text: self.text,
            table,
            at: Some(value.span()),
        }))
    }

    pub(super) fn whole_number(
        &self,
        key: &str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, DeskError> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok(),
            _ => None,
        };
        let fits = number.filter(|number| range.contains(number));
        fits.map(Some).ok_or_else(|| {
            let (first, last) = (range.start(), range.end());
            let what = format!("`{key}` must be a whole number from {first} to {last}.");
            wrong(self.text, value.span(), &what, "Write it without quotes.")
        })
    }

    pub(super) fn switch(&self, key: &str) -> Result<Option<bool>, DeskError> {
        match self.table.get(key).map(|value| value.get_ref()) {
            None => Ok(None),
            Some(DeValue::Boolean(on)) => Ok(Some(*on)),
            Some(_) => {
                let what = format!("`{key}` must be true or false.");
                Err(self.wrong(key, &what, "Write it without quotes."))
            }
        }
    }
}

const KEYS: &[&str] = &[
    "complete_on_answer_s",
    "referrals",
    "conference",
    "recover_by",
    "hold_music",
];

/// In seconds: time to hear that it is a person, and not so long that nobody waits for it.
const COMPLETE_ON_ANSWER: RangeInclusive<u64> = 1..=60;

const RECOVER_ADVICE: &str = "Choose from \"replaces\" and \"reinvite\".";
const REFERRALS_ADVICE: &str = "Choose from \"decline\", \"ask\" and \"follow\".";
const CONFERENCE_ADVICE: &str = "Write the number or the address of the conference, for example \"sip:conference@example.com\".";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::profile::Profile;

    fn transfer(text: &str) -> Result<Transfer, DeskError> {
        let text = format!(
            "server = \"wss://sbc.example/ws\"\naor = \"sip:2001@example.com\"\n\
             password_file = \"p\"\n{text}"
        );
        Profile::parse(&text, Path::new("")).map(|profile| profile.transfer)
    }

    #[test]
    fn how_customers_are_handed_over_is_read() {
        assert_eq!(transfer("").unwrap(), Transfer::default());
        let read = transfer(
            "[transfer]\ncomplete_on_answer_s = 5\nreferrals = \"follow\"\n\
             conference = \"sip:3000@example.com\"\nrecover_by = \"reinvite\"\nhold_music = false\n",
        );
        let expected = Transfer {
            complete_on_answer: Some(Duration::from_secs(5)),
            referrals: Referrals::Follow,
            conference: Some("sip:3000@example.com".into()),
            recover_by: RecoverBy::Reinvite,
            hold_music: false,
        };
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_would_be_right() {
        for (line, says) in [
            (
                "complete_on_answer_s = 0",
                "Line 5: `complete_on_answer_s` must be a whole number from 1 to 60.",
            ),
            ("complete_on_answer_s = \"5\"", "without quotes"),
            (
                "referrals = \"maybe\"",
                "\"decline\", \"ask\" and \"follow\"",
            ),
            ("conference = \"a b c\"", "address of the conference"),
            ("recover_by = \"x\"", "\"replaces\" and \"reinvite\""),
            ("hold_music = 1", "must be true or false"),
            (
                "complete_on_anser_s = 5",
                "Did you mean `complete_on_answer_s`?",
            ),
        ] {
            let error = transfer(&format!("[transfer]\n{line}\n")).unwrap_err();
            assert!(error.message().contains(says), "{line}: {error}");
        }
        let error = transfer("transfer = 5\n").unwrap_err();
        assert!(error.message().contains("[transfer]"), "{error}");
    }
}
