//! Looking through the calls that are over: what pages ask for, and what they are answered.

use serde::{Deserialize, Serialize};
use warmline_desk::journal::{Filter, Found, Journal, Place, Query, TimeZone, csv};

use crate::{
    limits::LONGEST_SEARCH,
    party::Agent,
    recent::{UiRecent, recent},
};

/// What the agent looks for among all calls that are kept.
#[derive(Clone, Default, Deserialize, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiSearch {
    /// Words or a number; every call has an empty text.
    pub text: String,
    /// Of which calls.
    pub filter: UiFilter,
    /// Only what comes after this call; from the newest on without.
    pub after: Option<UiPlace>,
}

/// Which calls.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum UiFilter {
    /// Every one.
    #[default]
    All,
    /// Theirs, and nobody answered.
    Missed,
    /// They called.
    Incoming,
    /// We called.
    Outgoing,
    /// They were handed over, or were to be.
    Transferred,
}

/// Where a page of what was found ended: at a [`UiRecent`].
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiPlace {
    /// Its [`UiRecent::at_unix_ms`].
    pub at_unix_ms: u64,
    /// Its [`UiRecent::id`].
    pub id: u64,
}

/// A page of what was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct UiFound {
    /// The calls, the newest first; at most 50.
    pub recents: Vec<UiRecent>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

/// The calls of an agent that are over.
#[derive(Clone, Debug)]
pub struct LookBack {
    pub(crate) journal: Journal,
    pub(crate) agent: Agent,
}

impl LookBack {
    /// One page; none if the journal has ended.
    pub async fn search(&self, search: UiSearch) -> Option<UiFound> {
        let Found { calls, more } = self.journal.search(search.query(PAGE)).await?;
        let recents = calls.iter().map(|call| recent(call, &self.agent));
        Some(UiFound {
            recents: recents.collect(),
            more,
        })
    }

    /// All that is found as a table (CSV), with times of this computer's zone; none if the journal has ended.
    pub async fn table(&self, search: UiSearch) -> Option<String> {
        let mut query = search.query(PORTION);
        let mut all = Vec::new();
        loop {
            let Found { calls, more } = self.journal.search(query.clone()).await?;
            query.after = calls.last().map(|last| Place {
                began_unix_ms: last.call.began_unix_ms,
                id: last.id,
            });
            all.extend(calls);
            if !more {
                return Some(csv(&all, &TimeZone::system()));
            }
        }
    }
}

impl UiSearch {
    fn query(self, most: usize) -> Query {
        Query {
            text: self.text.chars().take(LONGEST_SEARCH).collect(),
            filter: match self.filter {
                UiFilter::All => Filter::All,
                UiFilter::Missed => Filter::Missed,
                UiFilter::Incoming => Filter::Incoming,
                UiFilter::Outgoing => Filter::Outgoing,
                UiFilter::Transferred => Filter::Transferred,
            },
            after: self.after.map(|place| Place {
                began_unix_ms: place.at_unix_ms,
                id: place.id,
            }),
            most,
        }
    }
}

/// What is looked for is never printed.
impl std::fmt::Debug for UiSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} after {:?} ‹pii›", self.filter, self.after)
    }
}

/// Calls on a page.
const PAGE: usize = 50;

/// Calls that the journal is asked for at a time where all are wanted.
const PORTION: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_reads_as_the_page_writes_it_and_prints_nobody() {
        let search: UiSearch = serde_json::from_str(
            r#"{"text":"Mina","filter":"transferred","after":{"atUnixMs":7,"id":3}}"#,
        )
        .expect("the page's JSON");
        assert!(!format!("{search:?}").contains("Mina"));
        let query = search.query(PAGE);
        assert_eq!((query.filter, query.most), (Filter::Transferred, 50));
        let place = query.after.expect("it was given");
        assert_eq!((place.began_unix_ms, place.id), (7, 3));
    }

    #[test]
    fn what_is_too_long_for_a_name_is_cut_off() {
        let search = UiSearch {
            text: "é".repeat(5000),
            ..UiSearch::default()
        };
        assert_eq!(search.query(PAGE).text.chars().count(), LONGEST_SEARCH);
    }
}
