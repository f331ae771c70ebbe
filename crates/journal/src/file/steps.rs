//! The steps of transfers, as rows: each belongs to a call that stands or to one that is over, and
//! goes with it.

use rusqlite::{
    Connection, Row, params,
    types::{FromSqlError, Type},
};

use super::column::signed;
use crate::step::{Step, StepKind};

/// Adds a step to a call that is over.
pub(super) fn add_to_past(connection: &Connection, past: i64, step: &Step) -> rusqlite::Result<()> {
    add(connection, None, Some(past), step)
}

/// Adds a step to a call that stands.
pub(super) fn add_to_open(connection: &Connection, open: i64, step: &Step) -> rusqlite::Result<()> {
    add(connection, Some(open), None, step)
}

/// The steps of a call that is over, the first one first.
pub(super) fn of_past(connection: &Connection, past: i64) -> rusqlite::Result<Vec<Step>> {
    let mut query = connection.prepare(
        "SELECT at_unix_ms, kind, other, status, why FROM steps WHERE past = ?1 ORDER BY id",
    )?;
    query.query_map([past], step)?.collect()
}

/// The steps of a call that stands, the first one first.
pub(super) fn of_open(connection: &Connection, open: i64) -> rusqlite::Result<Vec<Step>> {
    let mut query = connection.prepare(
        "SELECT at_unix_ms, kind, other, status, why FROM steps WHERE open = ?1 ORDER BY id",
    )?;
    query.query_map([open], step)?.collect()
}

fn add(
    connection: &Connection,
    open: Option<i64>,
    past: Option<i64>,
    step: &Step,
) -> rusqlite::Result<()> {
    let (other, status, why) = match &step.kind {
        StepKind::Called { other } | StepKind::Answered { other } | StepKind::Asked { other } => {
            (Some(other), None, None)
        }
        StepKind::Progress { status } => (None, Some(*status), None),
        StepKind::Failed { status, why } => (None, *status, Some(why)),
        StepKind::Accepted | StepKind::Done | StepKind::Merged | StepKind::Recovered => {
            (None, None, None)
        }
    };
    connection.execute(
        "INSERT INTO steps (open, past, at_unix_ms, kind, other, status, why)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            open,
            past,
            signed(step.at_unix_ms),
            step.kind.code(),
            other,
            status,
            why
        ],
    )?;
    Ok(())
}

fn step(row: &Row<'_>) -> rusqlite::Result<Step> {
    let kind: String = row.get(1)?;
    let kind = match kind.as_str() {
        "called" => StepKind::Called { other: row.get(2)? },
        "answered" => StepKind::Answered { other: row.get(2)? },
        "asked" => StepKind::Asked { other: row.get(2)? },
        "accepted" => StepKind::Accepted,
        "progress" => StepKind::Progress {
            status: row.get(3)?,
        },
        "done" => StepKind::Done,
        "failed" => StepKind::Failed {
            status: row.get(3)?,
            why: row.get(4)?,
        },
        "merged" => StepKind::Merged,
        "recovered" => StepKind::Recovered,
        _ => {
            let error = FromSqlError::InvalidType.into();
            return Err(rusqlite::Error::FromSqlConversionFailure(
                1,
                Type::Text,
                error,
            ));
        }
    };
    Ok(Step {
        at_unix_ms: row.get::<_, i64>(0)?.unsigned_abs(),
        kind,
    })
}
