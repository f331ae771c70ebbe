//! Looking for calls.

use proptest::prelude::*;
use tokio::sync::oneshot;

use super::*;
use crate::{
    past_call::Direction,
    search::{Filter, Place, Query},
};

impl Desk {
    fn search(&mut self, query: Query) -> Found {
        let (answer, mut found) = oneshot::channel();
        let searching = Searching::new(query, answer);
        self.writer.searches.push_back(searching);
        while !self.writer.searches.is_empty() {
            self.writer.search_on();
        }
        found.try_recv().expect("every search is answered")
    }

    /// All pages of what is found, by what the calls are told apart by.
    fn found(&mut self, text: &str, filter: Filter, most: usize) -> Vec<u64> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let query = Query {
                text: text.into(),
                filter,
                after,
                most,
            };
            let found = self.search(query);
            assert!(found.calls.len() <= most);
            all.extend(found.calls.iter().map(|of| of.call.began_unix_ms - NOW_MS));
            let last = found.calls.last().filter(|_| found.more);
            let Some(last) = last else {
                return all;
            };
            after = Some(Place {
                began_unix_ms: last.call.began_unix_ms,
                id: last.id,
            });
        }
    }
}

#[test]
fn all_calls_are_found_also_those_that_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    for n in 0..350 {
        desk.writer.remember(PastCall::example(n), None, Vec::new());
    }
    desk.settle();
    let all: Vec<_> = (0..350).rev().collect();
    assert_eq!(desk.found("", Filter::All, 50), all);
    assert_eq!(desk.found("customer 7", Filter::All, 50).len(), 62);
    assert_eq!(desk.found("30 000 007", Filter::Incoming, 50), [7]);
    assert_eq!(desk.found("", Filter::Missed, 50), [] as [u64; 0]);
    assert_eq!(desk.found("", Filter::Transferred, 50).len(), 350);
    drop(desk);
    let mut again = Desk::open(&folder);
    assert_eq!(again.found("", Filter::All, 50), all);
}

#[test]
fn a_call_that_was_found_can_be_forgotten_and_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    for n in 0..150 {
        desk.remember(n);
    }
    let oldest = || Query {
        text: "30 000 003".into(),
        most: 1,
        ..Query::default()
    };
    let found = desk.search(oldest());
    assert_eq!(found, desk.search(oldest()));
    desk.forget(Some(found.calls[0].id));
    assert_eq!(desk.search(oldest()), Found::default());
    assert_eq!(rows(&folder), 149);
    // The list goes on behind a call that is gone.
    let after = Some(Place {
        began_unix_ms: NOW_MS + 3,
        id: found.calls[0].id,
    });
    let rest = desk.search(Query {
        after,
        most: 50,
        ..Query::default()
    });
    assert_eq!(rest.calls.len(), 3);
}

#[test]
fn without_a_file_what_is_in_memory_is_found() {
    let mut desk = Desk::new(None);
    for n in 0..20 {
        desk.remember(n);
    }
    assert_eq!(desk.found("", Filter::All, 7).len(), 20);
    assert_eq!(desk.found("expert 13", Filter::All, 7), [13]);
}

#[test]
fn nothing_is_forgotten_before_it_is_said_what_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder);
    desk.remember(1);
    drop(desk);
    let later = NOW_MS + 200 * DAY_MS;
    let mut desk = Desk::open(&folder);
    desk.writer.retention = None;
    desk.writer.settle(later);
    assert_eq!(desk.found("", Filter::All, 50), [1]);
    let year = Retention {
        age: Duration::from_secs(365 * 24 * 60 * 60),
        calls: 10,
    };
    desk.writer.keep_for(year, later);
    desk.writer.settle(later);
    assert_eq!(rows(&folder), 1);
    // A day after it became too old, without any call.
    let too_late = NOW_MS + 366 * DAY_MS;
    desk.writer.age(too_late);
    desk.writer.settle(too_late);
    assert_eq!(rows(&folder), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_search_finds_what_a_plain_filter_finds(
        made in prop::collection::vec((0_u64..6, any::<bool>(), "[a-cäé]{0,3}"), 0..130),
        text in "[a-cäé]{0,2}",
        filter in prop::sample::select(vec![Filter::All, Filter::Incoming, Filter::Outgoing, Filter::Transferred]),
        most in 1_usize..60,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = Desk::open(&folder);
        let mut naive = Vec::new();
        for (began, incoming, name) in made {
            let direction = if incoming { Direction::Incoming } else { Direction::Outgoing };
            let call = PastCall {
                direction,
                name: Some(name.clone()),
                began_unix_ms: NOW_MS + began,
                // Nothing else is to have one of these letters.
                address: "1".into(),
                queue: None,
                words: "x".into(),
                ring: None,
                transfer: None,
                ..PastCall::example(0)
            };
            desk.writer.remember(call, None, Vec::new());
            let plain = |text: &str| text.replace('ä', "a").replace('é', "e");
            let taken = match filter {
                Filter::Incoming => incoming,
                Filter::Outgoing => !incoming,
                Filter::Transferred | Filter::Missed => false,
                Filter::All => true,
            };
            if taken && plain(&name).contains(&plain(&text)) {
                naive.push(began);
            }
        }
        desk.settle();
        naive.sort_unstable();
        naive.reverse();
        prop_assert_eq!(desk.found(&text, filter, most), naive);
    }
}
