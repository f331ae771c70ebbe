/// How each version of the file is made of the one before.
pub(super) const VERSIONS: [&str; 1] = ["
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
"];
