//! A table that is written row by row and taken piece by piece, without memory of its own for a cell: exports have millions.

use std::mem;

use super::{Cell, Dialect, clock::Clock, harmless};

/// A table of which pieces are taken while it grows.
pub(crate) struct Ongoing {
    written: Vec<u8>,
    dialect: Dialect,
    /// Of each column.
    clocks: Vec<Clocks>,
}

/// In UTC, and by the clock of Europe/Berlin.
#[derive(Default)]
struct Clocks {
    utc: Clock,
    local: Clock,
}

impl Ongoing {
    /// A table with its header row.
    pub(crate) fn new<'a>(dialect: Dialect, columns: impl Iterator<Item = &'a str>) -> Self {
        let (written, clocks) = (dialect.start().into(), Vec::new());
        let mut table = Self { written, dialect, clocks };
        table.row(&columns.map(Cell::from).collect::<Vec<_>>());
        table
    }

    /// Adds a row, of two cells at least.
    pub(crate) fn row(&mut self, row: &[Cell<'_>]) {
        self.clocks.resize_with(row.len().max(self.clocks.len()), Clocks::default);
        let Self { written, dialect, clocks } = self;
        for (cell, clocks) in row.iter().zip(clocks) {
            put(written, *dialect, cell, clocks);
            written.push(dialect.delimiter());
        }
        written.pop();
        written.extend_from_slice(b"\r\n");
    }

    /// What was written since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        // a little more, as a piece that grows beyond it is copied
        let next = Vec::with_capacity(self.written.len() / 8 * 9);
        mem::replace(&mut self.written, next)
    }
}

fn put(written: &mut Vec<u8>, dialect: Dialect, cell: &Cell<'_>, clocks: &mut Clocks) {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) if is_plain(text) => written.extend_from_slice(text.as_bytes()),
        Cell::Text(text) => quoted(written, &harmless::text(text), dialect.delimiter()),
        Cell::Number(number) => {
            let text = number.text();
            let comma = |digit: &u8| if *digit == b'.' { b',' } else { *digit };
            match dialect {
                Dialect::Rfc4180 => written.extend_from_slice(text.as_bytes()),
                Dialect::ExcelDe => written.extend(text.as_bytes().iter().map(comma)),
            }
        }
        Cell::Utc(time) => clocks.utc.utc(*time, written),
        Cell::Local(time) => clocks.local.local(*time, dialect, written),
        other => quoted(written, &dialect.show(other), dialect.delimiter()),
    }
}

/// Whether words are neither quoted nor begin a formula, in whatever dialect.
fn is_plain(text: &str) -> bool {
    let begins = |byte: &u8| matches!(byte, b'=' | b'+' | b'-' | b'@') || !byte.is_ascii();
    !text.as_bytes().first().is_some_and(begins) && !text.bytes().any(|byte| SEPARATES[usize::from(byte)])
}

/// Bytes that end a cell, or may.
const SEPARATES: [bool; 256] = {
    let (mut all, some, mut at) = ([false; 256], b",;\t\r\n\"'", 0);
    while at < some.len() {
        all[some[at] as usize] = true;
        at += 1;
    }
    all
};

/// A cell by RFC 4180: in quotes if it holds a quote, a delimiter or a line end.
fn quoted(written: &mut Vec<u8>, text: &str, delimiter: u8) {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\r' | b'\n') || byte == delimiter) {
        return written.extend_from_slice(text.as_bytes());
    }
    written.push(b'"');
    for byte in text.bytes() {
        written.push(byte);
        if byte == b'"' {
            written.push(byte);
        }
    }
    written.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use smartpole_model::{Decimal, UtcMillis};

    use super::*;
    use crate::csv::Writer;

    fn cell() -> impl Strategy<Value = Cell<'static>> {
        // 1893 to 2100, near each other, and any time
        let instant = || {
            prop_oneof![
                -2_400_000_000_000_i64..4_102_444_800_000,
                1_774_740_000_000..1_774_750_000_000_i64,
                Just(1_774_745_999_999_i64),
                any::<i64>(),
            ]
        };
        let words = prop_oneof!["[-=+@,;'\"\t\r\n a=＝ö]{0,8}", any::<String>(), "[a-z0-9_]{0,9}"];
        prop_oneof![
            Just(Cell::Empty),
            words.prop_map(|words| Cell::Text(words.into())),
            (any::<i64>(), 0..19_u8).prop_map(|(mantissa, decimals)| Cell::Number(Decimal { mantissa, decimals })),
            (-1_000..1_000_i64, 0..4_u8).prop_map(|(mantissa, decimals)| Cell::Number(Decimal { mantissa, decimals })),
            (-180.0..180.0).prop_map(Cell::Degrees),
            any::<bool>().prop_map(Cell::Bool),
            instant().prop_map(|time| Cell::Utc(UtcMillis(time))),
            instant().prop_map(|time| Cell::Local(UtcMillis(time))),
            Just(Cell::Date("2026-11-28")),
        ]
    }

    #[test]
    fn a_table_in_pieces_has_the_bytes_of_any_other_table() {
        let rows = prop::collection::vec([cell(), cell(), cell()], 0..12);
        let dialects = prop_oneof![Just(Dialect::Rfc4180), Just(Dialect::ExcelDe)];
        proptest!(|(rows in rows, dialect in dialects)| {
            let mut table = Ongoing::new(dialect, ["a", "b", "c"].into_iter());
            let mut pieces = Vec::new();
            for row in &rows {
                table.row(row);
                pieces.extend(table.take());
            }
            pieces.extend(table.take());
            let mut whole = Writer::new(dialect);
            whole.table(["a", "b", "c"], rows).unwrap();
            let whole = whole.csv.into_inner().unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&pieces), String::from_utf8_lossy(&whole));
        });
    }
}
