//! The calls that stand, as rows, and the runs of the program they belong to.
//!
//! A row with `left_unix_ms` is a call that a run left open. It then belongs to the run that found it,
//! and its key is its row: keys of runs may be the same, rows are not.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    Fault,
    column::{named, signed, text_of},
    steps,
};
use crate::{
    open_call::{OpenCall, Unfinished},
    past_call::Direction,
    seat::Seat,
    step::Step,
};

/// Whether the file has heard of a run.
pub(super) fn knows(connection: &Connection, run: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?1)";
    connection.query_row(sql, [run], |row| row.get(0))
}

/// A sign of life.
pub(super) fn alive(
    connection: &Connection,
    run: i64,
    seat: i64,
    now_ms: u64,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO runs (id, seat, alive_unix_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET alive_unix_ms = excluded.alive_unix_ms",
        params![run, seat, signed(now_ms)],
    )?;
    Ok(())
}

/// Adds a call, or brings it up to date.
pub(super) fn keep(connection: &Connection, run: i64, call: &OpenCall) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO open_calls
         (run, key, direction, name, address, queue, began_unix_ms, answered_unix_ms, held, muted,
          consults_for, dialog, grouped, line)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (run, key) WHERE left_unix_ms IS NULL DO UPDATE SET
             direction = excluded.direction, name = excluded.name, address = excluded.address,
             queue = excluded.queue, began_unix_ms = excluded.began_unix_ms,
             answered_unix_ms = excluded.answered_unix_ms, held = excluded.held,
             muted = excluded.muted, consults_for = excluded.consults_for,
             dialog = excluded.dialog, grouped = excluded.grouped,
             line = excluded.line",
        params![
            run,
            call.key.cast_signed(),
            text_of(call.direction, &Direction::ALL),
            call.name,
            call.address,
            call.queue,
            signed(call.began_unix_ms),
            call.answered_unix_ms.map(signed),
            call.held,
            call.muted,
            call.consults_for.map(u64::cast_signed),
            call.dialog,
            call.grouped,
            call.line,
        ],
    )?;
    Ok(())
}

/// Adds a step to a call of this run.
pub(super) fn step(
    connection: &Connection,
    run: i64,
    key: u64,
    step: &Step,
) -> rusqlite::Result<()> {
    let row = connection
        .query_row(
            "SELECT id FROM open_calls WHERE run = ?1 AND key = ?2 AND left_unix_ms IS NULL",
            params![run, key.cast_signed()],
            |row| row.get(0),
        )
        .optional()?;
    row.map_or(Ok(()), |row| steps::add_to_open(connection, row, step))
}

/// Removes a call of this run.
pub(super) fn close(connection: &Connection, run: i64, key: u64) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM open_calls WHERE run = ?1 AND key = ?2 AND left_unix_ms IS NULL",
        params![run, key.cast_signed()],
    )?;
    Ok(())
}

/// Removes a call that was left open.
pub(super) fn give_up(connection: &Connection, run: i64, left: u64) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM open_calls WHERE run = ?1 AND id = ?2 AND left_unix_ms IS NOT NULL",
        params![run, left.cast_signed()],
    )?;
    Ok(())
}

/// Makes the calls of all runs that have ended this one's: they are unfinished. Says whether calls of a
/// run that has not stand too. `connection` is a transaction, so that two programs that start at once do
/// not find the same ones.
pub(super) fn claim(
    connection: &Connection,
    path: &Path,
    run: i64,
    own: &Seat,
) -> Result<bool, Fault> {
    let mut query = connection.prepare(
        "SELECT seat, count(open_calls.id) FROM runs LEFT JOIN open_calls ON run = runs.id
         WHERE runs.id <> ?1 GROUP BY seat",
    )?;
    let seats = query.query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut others = false;
    for (number, calls) in seats.collect::<Result<Vec<(i64, i64)>, _>>()? {
        // What was written from our own seat before us is from a run that has ended.
        let vacant = if number == own.number() {
            None
        } else {
            match Seat::take_this(path, number)? {
                None => {
                    others |= calls > 0;
                    continue;
                }
                vacant => vacant,
            }
        };
        claim_seat(connection, run, number)?;
        // Until now nobody could sit down there.
        drop(vacant);
    }
    Ok(others)
}

/// The calls that this run has found left open, the oldest first.
pub(super) fn unfinished(connection: &Connection, run: i64) -> rusqlite::Result<Vec<Unfinished>> {
    let mut query = connection.prepare(
        "SELECT key, direction, name, address, queue, began_unix_ms, answered_unix_ms, held, muted,
                consults_for, dialog, grouped, line, left_unix_ms
         FROM open_calls WHERE run = ?1 AND left_unix_ms IS NOT NULL ORDER BY began_unix_ms, id",
    )?;
    let rows = query.query_map([run], |row| {
        let call = open_call(row)?;
        let steps = steps::of_open(connection, call.key.cast_signed())?;
        Ok(Unfinished {
            call,
            left_unix_ms: row.get::<_, i64>(13)?.unsigned_abs(),
            steps,
        })
    })?;
    rows.collect()
}

fn claim_seat(connection: &Connection, run: i64, seat: i64) -> rusqlite::Result<()> {
    let values = params![run, seat];
    connection.execute(
        "UPDATE open_calls SET consults_for =
             (SELECT customer.id FROM open_calls AS customer
              WHERE customer.run = open_calls.run AND customer.key = open_calls.consults_for
              AND customer.left_unix_ms IS NULL)
         WHERE left_unix_ms IS NULL AND run IN (SELECT id FROM runs WHERE seat = ?2 AND id <> ?1)",
        values,
    )?;
    connection.execute(
        "UPDATE open_calls SET
             left_unix_ms = coalesce(left_unix_ms,
                                     (SELECT alive_unix_ms FROM runs WHERE id = open_calls.run)),
             key = id, run = ?1
         WHERE run IN (SELECT id FROM runs WHERE seat = ?2 AND id <> ?1)",
        values,
    )?;
    connection.execute("DELETE FROM runs WHERE seat = ?2 AND id <> ?1", values)?;
    Ok(())
}

fn open_call(row: &Row<'_>) -> rusqlite::Result<OpenCall> {
    Ok(OpenCall {
        key: row.get::<_, i64>(0)?.cast_unsigned(),
        direction: named(row, 1, &Direction::ALL)?,
        name: row.get(2)?,
        address: row.get(3)?,
        queue: row.get(4)?,
        began_unix_ms: row.get::<_, i64>(5)?.unsigned_abs(),
        answered_unix_ms: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
        held: row.get(7)?,
        muted: row.get(8)?,
        consults_for: row.get::<_, Option<i64>>(9)?.map(i64::cast_unsigned),
        dialog: row.get(10)?,
        grouped: row.get(11)?,
        line: row.get(12)?,
    })
}
