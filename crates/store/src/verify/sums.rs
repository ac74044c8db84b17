//! The ledger's sums over all time, where its hours are compared in part.

use std::collections::BTreeSet;

use rusqlite::Connection;
use smartpole_pipeline::Counts;

use super::{Difference, Scratch, View, words};
use crate::{Error, error::sqlite};

/// Compares the sum of each entry: what is stored with what the checkpoint held and the fold has added.
pub(super) fn compare(view: &View, scratch: &Scratch, report: &mut impl FnMut(Difference)) -> Result<(), Error> {
    let Some(since) = &scratch.since else { return Ok(()) };
    let stored = sums(&view.connection)?;
    let mut folded = sums(&scratch.store.writer())?;
    for (entry, n) in &since.ledger.0 {
        *folded.0.entry(*entry).or_default() += n;
    }
    let entries: BTreeSet<u16> = stored.0.keys().chain(folded.0.keys()).copied().collect();
    for entry in entries {
        let sum = |counts: &Counts| counts.0.get(&entry).map(u64::to_string);
        let (is, must) = (sum(&stored), sum(&folded));
        if is != must {
            let key = format!("sum over all time, {}", words::entry(i64::from(entry)));
            report(Difference { table: "ledger_source", key, stored: is, folded: must });
        }
    }
    Ok(())
}

fn sums(connection: &Connection) -> Result<Counts, Error> {
    let doing = sqlite("sum the ledger up");
    let sql = "SELECT entry, sum(n) FROM ledger_source GROUP BY entry";
    let mut statement = connection.prepare(sql).map_err(&doing)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())));
    rows.map_err(&doing)?.collect::<rusqlite::Result<_>>().map(Counts).map_err(&doing)
}
