//! The calls that are over, as rows.

use rusqlite::{Connection, Row, params};

use super::column::{named, signed, text_of};
use crate::{
    past_call::{Direction, How, Outcome, PastCall, TransferOutcome, Transferred},
    retention::Retention,
};

/// The newest calls with their rows, the newest first.
pub(super) fn newest(
    connection: &Connection,
    most: usize,
) -> rusqlite::Result<Vec<(i64, PastCall)>> {
    let mut query = connection.prepare(
        "SELECT id, direction, name, address, queue, began_unix_ms, talked_s, outcome, words, status,
                to_name, to_address, how, transferred, longest_gap_ms, ring, recordings
         FROM calls ORDER BY began_unix_ms DESC, id DESC LIMIT ?1",
    )?;
    let rows = query.query_map([most as i64], |row| Ok((row.get(0)?, past_call(row)?)))?;
    rows.collect()
}

/// The calls that follow a place in the list, given by beginning and row, with their rows, the newest first.
pub(super) fn after(
    connection: &Connection,
    (began, row): (i64, i64),
    most: usize,
) -> rusqlite::Result<Vec<(i64, PastCall)>> {
    let mut query = connection.prepare(
        "SELECT id, direction, name, address, queue, began_unix_ms, talked_s, outcome, words, status,
                to_name, to_address, how, transferred, longest_gap_ms, ring, recordings
         FROM calls WHERE began_unix_ms < ?1 OR (began_unix_ms = ?1 AND id < ?2)
         ORDER BY began_unix_ms DESC, id DESC LIMIT ?3",
    )?;
    let rows = query.query_map(params![began, row, most as i64], |row| {
        Ok((row.get(0)?, past_call(row)?))
    })?;
    rows.collect()
}

/// Adds a call and says where.
pub(super) fn add(connection: &Connection, call: &PastCall) -> rusqlite::Result<i64> {
    let transfer = call.transfer.as_ref();
    connection.execute(
        "INSERT INTO calls
         (direction, name, address, queue, began_unix_ms, talked_s, outcome, words, status,
          to_name, to_address, how, transferred, longest_gap_ms, ring, recordings)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            text_of(call.direction, &Direction::ALL),
            call.name,
            call.address,
            call.queue,
            signed(call.began_unix_ms),
            call.talked_s.map(signed),
            text_of(call.outcome, &Outcome::ALL),
            call.words,
            call.status,
            transfer.and_then(|transfer| transfer.to_name.as_deref()),
            transfer.map(|transfer| &transfer.to_address),
            transfer.map(|transfer| text_of(transfer.how, &How::ALL)),
            transfer.map(|transfer| text_of(transfer.outcome, &TransferOutcome::ALL)),
            call.longest_gap_ms.map(signed),
            call.ring,
            (!call.recordings.is_empty()).then(|| call.recordings.join("\n")),
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

/// Removes a call and says how many that were, as the next two do.
pub(super) fn remove(connection: &Connection, row: i64) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM calls WHERE id = ?1", [row])
}

pub(super) fn remove_all(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM calls", [])
}

/// What is too old or too much.
pub(super) fn remove_old(
    connection: &Connection,
    now_ms: u64,
    retention: Retention,
) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM calls WHERE began_unix_ms < ?1
         OR id NOT IN (SELECT id FROM calls ORDER BY began_unix_ms DESC, id DESC LIMIT ?2)",
        params![signed(retention.oldest_ms(now_ms)), retention.calls as i64],
    )
}

fn past_call(row: &Row<'_>) -> rusqlite::Result<PastCall> {
    Ok(PastCall {
        direction: named(row, 1, &Direction::ALL)?,
        name: row.get(2)?,
        address: row.get(3)?,
        queue: row.get(4)?,
        began_unix_ms: row.get::<_, i64>(5)?.unsigned_abs(),
        talked_s: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
        outcome: named(row, 7, &Outcome::ALL)?,
        words: row.get(8)?,
        status: row.get(9)?,
        transfer: transferred(row)?,
        longest_gap_ms: row.get::<_, Option<i64>>(14)?.map(i64::unsigned_abs),
        ring: row.get(15)?,
        recordings: recordings(row)?,
    })
}

fn transferred(row: &Row<'_>) -> rusqlite::Result<Option<Transferred>> {
    let Some(to_address) = row.get(11)? else {
        return Ok(None);
    };
    Ok(Some(Transferred {
        to_name: row.get(10)?,
        to_address,
        how: named(row, 12, &How::ALL)?,
        outcome: named(row, 13, &TransferOutcome::ALL)?,
    }))
}

/// One a line: no name of a file has two.
fn recordings(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    let lines: Option<String> = row.get(16)?;
    Ok(lines
        .iter()
        .flat_map(|l| l.lines())
        .map(str::to_owned)
        .collect())
}
