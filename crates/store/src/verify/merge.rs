//! Two tables side by side, row by row in the order of their keys.

use std::cmp::Ordering;

use rusqlite::{
    Row, Statement,
    types::{Value, ValueRef},
};
use smartpole_pipeline::Fold;

use super::{
    Difference, Scratch, View,
    scratch::Since,
    tables::{Asked, Gone, Table},
    words::Words,
};
use crate::{Error, error::sqlite};

/// Compares a table, and says how many rows were.
pub(super) fn compare(
    table: &Table,
    view: &View,
    scratch: &Scratch,
    fold: &Fold,
    report: &mut impl FnMut(Difference),
) -> Result<u64, Error> {
    let words = Words(fold);
    let doing = sqlite("compare a table");
    let writer = scratch.store.writer();
    let mut stored = view.connection.prepare(table.sql).map_err(&doing)?;
    let mut folded = writer.prepare(table.sql).map_err(&doing)?;
    let mut differs = |key: &[Value], stored: Option<&[Value]>, folded: Option<&[Value]>| {
        let (stored, folded) = (table.words)(&words, stored, folded);
        report(Difference { table: table.name, key: (table.key)(&words, key), stored, folded });
    };
    walk(table, (scratch.since.as_ref(), fold), &mut stored, &mut folded, &mut differs).map_err(&doing)
}

/// What is called with a row that differs: its key, what is stored and what is folded.
type Differs<'a> = dyn FnMut(&[Value], Option<&[Value]>, Option<&[Value]>) + 'a;

fn walk(
    table: &Table,
    (since, fold): (Option<&Since>, &Fold),
    stored: &mut Statement<'_>,
    folded: &mut Statement<'_>,
    differs: &mut Differs<'_>,
) -> rusqlite::Result<u64> {
    let columns = stored.column_count();
    let (mut all_stored, mut all_folded) = (stored.query([])?, folded.query([])?);
    let (mut kept, mut made) = (all_stored.next()?, all_folded.next()?);
    let asked = |row: &Row<'_>| since.map_or(Ok(table.whole), |since| (table.asked)(since, row));
    let mut compared = 0;
    loop {
        let order = match (kept, made) {
            (None, None) => return Ok(compared),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(kept), Some(made)) => order(table.keys, kept, made)?,
        };
        // a row that both have is asked for by what is stored
        let row = if order == Ordering::Greater { made } else { kept };
        let gone = row.map_or(Ok(Gone::None), |row| (table.gone)(fold, row))?;
        let wanted = row.filter(|_| gone != Gone::Row).map_or(Ok(Asked::Never), asked)?;
        let columns = columns - usize::from(gone == Gone::Last);
        let (left, right) = (kept.filter(|_| order.is_le()), made.filter(|_| order.is_ge()));
        let is_compared = match wanted {
            Asked::Always => true,
            Asked::IfFolded => right.is_some(),
            Asked::IfBoth => order.is_eq(),
            Asked::Never => false,
        };
        if is_compared {
            compared += 1;
            if !same(columns, left, right)? {
                let (left, right) = (values(columns, left)?, values(columns, right)?);
                let key = left.as_ref().or(right.as_ref()).map_or(&[][..], |row| &row[..table.keys]);
                let rest = |row: &'_ Option<Vec<Value>>| row.as_ref().map(|row| row[table.keys..].to_vec());
                differs(key, rest(&left).as_deref(), rest(&right).as_deref());
            }
        }
        if order.is_le() {
            kept = all_stored.next()?;
        }
        if order.is_ge() {
            made = all_folded.next()?;
        }
    }
}

/// Keys are integers.
fn order(keys: usize, stored: &Row<'_>, folded: &Row<'_>) -> rusqlite::Result<Ordering> {
    for column in 0..keys {
        let order = stored.get::<_, i64>(column)?.cmp(&folded.get::<_, i64>(column)?);
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn same(columns: usize, stored: Option<&Row<'_>>, folded: Option<&Row<'_>>) -> rusqlite::Result<bool> {
    let (Some(stored), Some(folded)) = (stored, folded) else { return Ok(false) };
    for column in 0..columns {
        let (stored, folded): (ValueRef<'_>, ValueRef<'_>) = (stored.get_ref(column)?, folded.get_ref(column)?);
        if stored != folded {
            return Ok(false);
        }
    }
    Ok(true)
}

fn values(columns: usize, row: Option<&Row<'_>>) -> rusqlite::Result<Option<Vec<Value>>> {
    row.map(|row| (0..columns).map(|column| row.get(column)).collect()).transpose()
}
