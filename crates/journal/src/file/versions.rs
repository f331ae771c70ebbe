/// How each version of the file is made of the one before.
pub(super) const VERSIONS: [&str; 6] = [
    "
    CREATE TABLE calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        direction TEXT NOT NULL,
        name TEXT,
        address TEXT NOT NULL,
        queue TEXT,
        began_unix_ms INTEGER NOT NULL,
        talked_s INTEGER,
        outcome TEXT NOT NULL,
        words TEXT NOT NULL,
        status INTEGER
    ) STRICT;
    CREATE INDEX calls_by_beginning ON calls (began_unix_ms);
",
    "
    ALTER TABLE calls ADD COLUMN to_name TEXT;
    ALTER TABLE calls ADD COLUMN to_address TEXT;
    ALTER TABLE calls ADD COLUMN how TEXT;
    ALTER TABLE calls ADD COLUMN transferred TEXT;
    ALTER TABLE calls ADD COLUMN longest_gap_ms INTEGER;
",
    "
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        seat INTEGER NOT NULL,
        alive_unix_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE open_calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run INTEGER NOT NULL REFERENCES runs (id),
        key INTEGER NOT NULL,
        left_unix_ms INTEGER,
        direction TEXT NOT NULL,
        name TEXT,
        address TEXT NOT NULL,
        queue TEXT,
        began_unix_ms INTEGER NOT NULL,
        answered_unix_ms INTEGER,
        held INTEGER NOT NULL,
        muted INTEGER NOT NULL,
        consults_for INTEGER,
        dialog TEXT,
        grouped INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX open_calls_by_key ON open_calls (run, key) WHERE left_unix_ms IS NULL;
    CREATE TABLE steps (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        open INTEGER REFERENCES open_calls (id) ON DELETE CASCADE,
        past INTEGER REFERENCES calls (id) ON DELETE CASCADE,
        at_unix_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        other TEXT,
        status INTEGER,
        why TEXT
    ) STRICT;
    CREATE INDEX steps_of_open ON steps (open);
    CREATE INDEX steps_of_past ON steps (past);
",
    "
    ALTER TABLE open_calls ADD COLUMN line TEXT;
",
    "
    ALTER TABLE calls ADD COLUMN ring TEXT;
",
    "
    ALTER TABLE calls ADD COLUMN recordings TEXT;
",
];

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::{
        file::File,
        past_call::{Direction, Outcome, PastCall},
    };

    #[test]
    fn a_file_of_the_first_version_opens_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(VERSIONS[0]).unwrap();
        old.execute_batch(
            "INSERT INTO calls VALUES
                 (7, 'incoming', 'Mina', 'sip:mina@sbc.example', 'Support', 1000, 62, 'answered', 'Answered.', 200),
                 (9, 'outgoing', NULL, 'sip:+49301@sbc.example', NULL, 2000, NULL, 'not_reached', 'Busy.', 486);
             PRAGMA user_version = 1",
        )
        .unwrap();
        drop(old);

        let answered = PastCall {
            direction: Direction::Incoming,
            name: Some("Mina".into()),
            address: "sip:mina@sbc.example".into(),
            queue: Some("Support".into()),
            began_unix_ms: 1000,
            talked_s: Some(62),
            outcome: Outcome::Answered,
            words: "Answered.".into(),
            status: Some(200),
            transfer: None,
            longest_gap_ms: None,
            ring: None,
            recordings: Vec::new(),
        };
        let busy = PastCall {
            direction: Direction::Outgoing,
            name: None,
            address: "sip:+49301@sbc.example".into(),
            queue: None,
            began_unix_ms: 2000,
            talked_s: None,
            outcome: Outcome::NotReached,
            words: "Busy.".into(),
            status: Some(486),
            transfer: None,
            longest_gap_ms: None,
            ring: None,
            recordings: Vec::new(),
        };
        for _ in 0..2 {
            let file = File::open(&path, 0).unwrap();
            assert!(file.newest(10).unwrap() == [(9, busy.clone()), (7, answered.clone())]);
            let version: i64 = file
                .connection()
                .pragma_query_value(None, "user_version", |row| row.get(0))
                .unwrap();
            assert_eq!(version, VERSIONS.len() as i64);
        }
    }

    #[test]
    fn a_call_left_by_the_version_before_lines_is_found_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let old = Connection::open(&path).unwrap();
        for version in &VERSIONS[..3] {
            old.execute_batch(version).unwrap();
        }
        old.execute_batch(
            "INSERT INTO runs VALUES (1, 0, 5000);
             INSERT INTO open_calls VALUES (1, 1, 4, 5000, 'incoming', 'Mina', 'sip:mina@sbc.example', NULL,
                 1000, 2000, 0, 0, NULL, '{}', 0);
             PRAGMA user_version = 3",
        )
        .unwrap();
        drop(old);
        let file = File::open(&path, 0).unwrap();
        let line: Option<String> = file
            .connection()
            .query_row("SELECT line FROM open_calls WHERE key = 4", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(line, None);
    }
}
