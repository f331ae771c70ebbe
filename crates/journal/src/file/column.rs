//! How values stand in a column.

use rusqlite::{
    Row,
    types::{FromSqlError, Type},
};

pub(super) fn text_of<T: Copy + PartialEq>(value: T, all: &[(T, &'static str)]) -> &'static str {
    let known = all.iter().find(|(known, _)| *known == value);
    known.map_or("", |(_, text)| text)
}

pub(super) fn named<T: Copy>(
    row: &Row<'_>,
    column: usize,
    all: &[(T, &str)],
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    let known = all.iter().find(|(_, known)| *known == text);
    known.map(|(value, _)| *value).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            Type::Text,
            FromSqlError::InvalidType.into(),
        )
    })
}

pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
