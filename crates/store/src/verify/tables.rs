//! The tables that are a function of the journal, and which of their rows a fold from a checkpoint must give.

use rusqlite::{Row, types::Value};

use smartpole_model::DeviceNo;
use smartpole_pipeline::Fold;

use super::{scratch::Since, sides, sides::Texts, words, words::Words};

/// A table to compare.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Key columns first, in order of the key.
    pub(super) sql: &'static str,
    pub(super) keys: usize,
    /// Which rows are compared of a fold from the beginning …
    pub(super) whole: Asked,
    /// … and of one from a checkpoint.
    pub(super) asked: fn(&Since, &Row<'_>) -> rusqlite::Result<Asked>,
    /// What of a row may be gone by now, as far as the fold has got.
    pub(super) gone: fn(&Fold, &Row<'_>) -> rusqlite::Result<Gone>,
    /// A key in words.
    pub(super) key: fn(&Words<'_>, &[Value]) -> String,
    /// In what a row differs, in words: as stored and as folded.
    pub(super) words: Pair,
}

type Pair = fn(&Words<'_>, Option<&[Value]>, Option<&[Value]>) -> Texts;

/// Whether a row is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The fold must give it, and nothing else in its place.
    Always,
    /// If the fold gives it: it may be from before the checkpoint.
    IfFolded,
    /// If both have it.
    IfBoth,
    /// It is from before the checkpoint, or in part.
    Never,
}

/// What a store may have let go of, sooner or later than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// Nothing.
    None,
    /// The last column.
    Last,
    /// The row.
    Row,
}

fn none(_: &Fold, _: &Row<'_>) -> rusqlite::Result<Gone> {
    Ok(Gone::None)
}

/// Of rows whose first column is a quarter.
fn of_quarters(fold: &Fold, row: &Row<'_>) -> rusqlite::Result<Gone> {
    Ok(if row.get::<_, i32>(0)? < fold.cuts().quarters.0 { Gone::Row } else { Gone::None })
}

fn of_blocks(fold: &Fold, row: &Row<'_>) -> rusqlite::Result<Gone> {
    let sealed = row.get::<_, i32>(0)? < fold.sealed_to(DeviceNo(row.get(1)?)).0;
    Ok(match of_quarters(fold, row)? {
        Gone::None if sealed => Gone::Last,
        gone => gone,
    })
}

/// Name of the table of blocks.
pub(super) const BLOCK: &str = "block";

fn all(_: &Since, _: &Row<'_>) -> rusqlite::Result<Asked> {
    Ok(Asked::Always)
}

/// Rows of after the checkpoint are compared.
fn after(later: bool, otherwise: Asked) -> rusqlite::Result<Asked> {
    Ok(if later { Asked::Always } else { otherwise })
}

pub(super) const ALL: [Table; 16] = [
    Table {
        name: "cursor",
        sql: "SELECT id, received_at, inputs FROM cursor",
        keys: 1,
        whole: Asked::Always,
        asked: all,
        gone: none,
        key: |_, _| "where the fold is".to_owned(),
        words: sides::cursor,
    },
    Table {
        name: "name",
        sql: "SELECT kind, number, id FROM name ORDER BY kind, number",
        keys: 2,
        whole: Asked::Always,
        asked: all,
        gone: none,
        key: |_, key| words::numbered(key),
        words: sides::plain,
    },
    Table {
        name: BLOCK,
        sql: "SELECT id >> 32, id & 0xffffffff, revision, revised_minute, closed_minute, aggregates, rows FROM block
              ORDER BY id",
        keys: 2,
        whole: Asked::Always,
        asked: |since, row| {
            let revised = row.get::<_, i64>(3)? > since.minute();
            after(revised || !since.was_closed(row.get(0)?, row.get(1)?), Asked::IfFolded)
        },
        gone: of_blocks,
        key: |words, key| words.block(key),
        words: sides::block,
    },
    Table {
        name: "revision",
        sql: "SELECT quarter, device, revision, minute, reason, former FROM revision
              ORDER BY quarter, device, revision",
        keys: 3,
        whole: Asked::Always,
        asked: |since, row| {
            let later = row.get::<_, i64>(3)? > since.minute();
            after(later || !since.was_closed(row.get(0)?, row.get(1)?), Asked::IfFolded)
        },
        gone: of_quarters,
        key: |words, key| words.revision(key),
        words: sides::revision,
    },
    Table {
        name: "moved",
        sql: "SELECT quarter, device, minute, former, open FROM moved ORDER BY quarter, device, minute",
        keys: 3,
        whole: Asked::Always,
        asked: |since, row| after(row.get::<_, i64>(2)? > since.minute(), Asked::IfFolded),
        gone: of_quarters,
        key: |words, key| format!("{}, moved in minute {}", words.block(key), words::int(key, 2)),
        words: sides::packed,
    },
    Table {
        name: "rollup",
        sql: "SELECT level, scope, number, start, minute, aggregates FROM rollup
              ORDER BY level, scope, number, start",
        keys: 4,
        whole: Asked::Always,
        asked: |since, row| after(row.get::<_, i64>(3)? >= since.whole_from.start().0, Asked::Never),
        gone: none,
        key: |words, key| words.rollup(key),
        words: sides::rollup,
    },
    Table {
        name: "ledger_source",
        // what a replay took away again leaves a row of 0, if it was committed before
        sql: "SELECT hour, source, entry, n FROM ledger_source WHERE n <> 0 ORDER BY hour, source, entry",
        keys: 3,
        whole: Asked::Always,
        asked: |since, row| after(row.get::<_, i64>(0)? > i64::from(since.received_at.utc_hour()), Asked::Never),
        gone: none,
        key: |words, key| words.hour_of_source(key),
        words: sides::plain,
    },
    Table {
        name: "ledger_device",
        sql: "SELECT day, device, counts FROM ledger_device ORDER BY id",
        keys: 2,
        whole: Asked::Always,
        asked: |since, row| after(row.get::<_, i64>(0)? >= i64::from(since.received_at.utc_day()), Asked::IfFolded),
        gone: none,
        key: |words, key| words.day_of_device(key),
        words: sides::counts,
    },
    Table {
        name: "quarantine",
        sql: "SELECT seq, received_at, source, device, reason, detail, readings, verdict FROM quarantine ORDER BY seq",
        keys: 1,
        whole: Asked::Always,
        asked: |since, row| after(row.get::<_, i64>(0)?.unsigned_abs() > since.seq.0, Asked::Never),
        gone: none,
        key: |_, key| format!("message {}", words::int(key, 0)),
        words: sides::quarantine,
    },
    Table {
        name: "replay",
        sql: "SELECT id, ordered_at, instruction, next, done, effect FROM replay ORDER BY id",
        keys: 1,
        whole: Asked::Always,
        asked: |since, row| after(row.get::<_, i64>(0)?.unsigned_abs() > since.seq.0, Asked::IfFolded),
        gone: none,
        key: |_, key| format!("replay {}", words::int(key, 0)),
        words: sides::replay,
    },
    Table {
        name: "resettling",
        sql: "SELECT id, plan FROM resettling",
        keys: 1,
        whole: Asked::Always,
        asked: |_, _| Ok(Asked::IfFolded),
        gone: none,
        key: |_, _| "what is to be settled anew".to_owned(),
        words: sides::packed,
    },
    Table {
        name: "heard",
        sql: "SELECT device, property, channel, minute, is_heard FROM heard
              ORDER BY device, property, channel, minute",
        keys: 4,
        whole: Asked::Always,
        asked: |since, row| after(row.get::<_, i64>(3)? > since.minute(), Asked::IfFolded),
        gone: none,
        key: |words, key| words.heard(key),
        words: sides::heard,
    },
    Table {
        name: "lorawan",
        sql: "SELECT device, state FROM lorawan ORDER BY device",
        keys: 1,
        whole: Asked::Always,
        asked: all,
        gone: none,
        key: |words, key| words.device(words::int(key, 0)),
        words: sides::packed,
    },
    Table {
        name: "gateway",
        sql: "SELECT eui, state FROM gateway ORDER BY eui",
        keys: 1,
        whole: Asked::Always,
        asked: all,
        gone: none,
        key: |_, key| format!("gateway {:016x}", words::int(key, 0)),
        words: sides::packed,
    },
    Table {
        name: "tick",
        sql: "SELECT source, n FROM tick ORDER BY source",
        keys: 1,
        whole: Asked::Always,
        asked: all,
        gone: none,
        key: |words, key| words.source(words::int(key, 0)),
        words: sides::plain,
    },
    Table {
        name: "checkpoint",
        sql: "SELECT day, seq FROM checkpoint ORDER BY day",
        keys: 1,
        whole: Asked::IfBoth, // of several in one batch only the newest is kept
        asked: |_, _| Ok(Asked::IfBoth),
        gone: none,
        key: |_, key| words::day(words::int(key, 0)),
        words: sides::plain,
    },
];
