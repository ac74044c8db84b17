//! What a device measured next to an instant.

use smartpole_model::{DeviceNo, Quarter, UtcMillis};
use smartpole_window::Row;

use crate::{Error, Queries, queries::Snapshot};

/// Quarters of an hour that are looked through on each side: two days.
const QUARTERS: i32 = 2 * 96;

/// A device's values around an instant, by event time; values of one instant are one row, whatever messages brought them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The last at the instant or within two days before it.
    pub before: Option<Row>,
    /// The first within two days after it.
    pub after: Option<Row>,
}

impl Queries {
    /// What a device measured around an instant.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn neighbours(&self, device: DeviceNo, at: UtcMillis) -> Result<Neighbours, Error> {
        let at_quarter = at.quarter().0;
        let (first, last) = (at_quarter.saturating_sub(QUARTERS), at_quarter.saturating_add(QUARTERS));
        let (from, to) = (Quarter(first), Quarter(last.saturating_add(1)));
        let ((), snapshot) = self.snapshot(|_| ((), vec![device], from, to))?;
        let mut back = (first..=at_quarter).rev();
        let before = find(&snapshot, device, &mut back, |row| row.event_time <= at, |rows| rows.last().cloned())?;
        let mut on = at_quarter..=last;
        let after = find(&snapshot, device, &mut on, |row| row.event_time > at, |rows| rows.first().cloned())?;
        self.done(snapshot);
        Ok(Neighbours { before, after })
    }

    /// What counts of a device at exactly an instant.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn row_at(&self, device: DeviceNo, at: UtcMillis) -> Result<Option<Row>, Error> {
        let quarter = at.quarter();
        let ((), snapshot) = self.snapshot(|_| ((), vec![device], quarter, Quarter(quarter.0.saturating_add(1))))?;
        let mut here = std::iter::once(quarter.0);
        let row = find(&snapshot, device, &mut here, |row| row.event_time == at, |rows| rows.first().cloned())?;
        self.done(snapshot);
        Ok(row)
    }
}

/// The row that `pick` takes of the first block, quarter by quarter, that has rows which fit, with all values of its instant.
fn find(
    snapshot: &Snapshot,
    device: DeviceNo,
    quarters: &mut dyn Iterator<Item = i32>,
    fits: impl Fn(&Row) -> bool,
    pick: impl Fn(&[Row]) -> Option<Row>,
) -> Result<Option<Row>, Error> {
    for quarter in quarters.map(Quarter) {
        let Some(block) = snapshot.block(quarter, device)? else { continue };
        let rows: Vec<Row> = block.rows().into_iter().filter(&fits).collect();
        if let Some(picked) = pick(&rows) {
            let same = rows.into_iter().filter(|row| row.event_time == picked.event_time);
            let values = same.flat_map(|row| row.values).collect();
            return Ok(Some(Row { values, ..picked }));
        }
    }
    Ok(None)
}
