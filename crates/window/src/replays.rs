//! What replays did to the readings of a block.

use smartpole_model::{Series, UtcMillis};

use crate::{Block, NewRow, Row, RowValue};

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replays {
    /// By event time, series and when.
    pub(crate) superseded: Vec<Superseded>,
    /// By event time and series.
    pub(crate) origins: Vec<Origin>,
}

/// When the message of a reading was received, if that is not when the reading became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// When it was measured.
    pub event_time: UtcMillis,
    /// What.
    pub series: Series,
    /// When its message was received.
    pub received_at: UtcMillis,
}

/// A value that a replay replaced or gave up: `as_of` a time before that it still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// When it was measured.
    pub event_time: UtcMillis,
    /// Until when it was known so, by receipt time.
    pub until: UtcMillis,
    /// What was known.
    pub former: RowValue,
}

impl Block {
    /// Values that a replay replaced or gave up, by event time, series and when.
    pub fn superseded(&self) -> &[Superseded] {
        self.replays.as_ref().map_or(&[], |replays| &replays.superseded)
    }

    /// When messages were received whose readings became known by a replay, by event time and series.
    pub fn origins(&self) -> &[Origin] {
        self.replays.as_ref().map_or(&[], |replays| &replays.origins)
    }

    /// When the message of a reading was received.
    pub fn received_at(&self, row: &NewRow<'_>, series: Series) -> UtcMillis {
        let is_it = |origin: &&Origin| (origin.event_time, origin.series) == (row.event_time, series);
        self.origins().iter().find(is_it).map_or(row.received_at, |origin| origin.received_at)
    }

    /// The readings of [`Block::origins`] as rows of one value, each with when its message was received.
    pub fn of_origins(&self) -> Vec<(Row, UtcMillis)> {
        let rows = self.rows();
        let reading = |origin: &Origin| {
            let at = |row: &&Row| row.event_time == origin.event_time;
            rows.iter().filter(at).find_map(|row| {
                let value = *row.values.iter().find(|value| value.series == origin.series)?;
                Some((Row { values: vec![value], ..row.clone() }, origin.received_at))
            })
        };
        self.origins().iter().filter_map(reading).collect()
    }

    /// Notes when the message of a reading was received; `false` if that is known.
    pub fn set_origin(&mut self, origin: Origin) -> bool {
        if self.origins().contains(&origin) {
            return false;
        }
        let origins = &mut self.replays.get_or_insert_default().origins;
        let key = |origin: &Origin| (origin.event_time, origin.series);
        let at = origins.partition_point(|known| key(known) < key(&origin));
        let known = origins.get(at).is_some_and(|known| key(known) == key(&origin));
        origins.splice(at..at + usize::from(known), [origin]);
        true
    }
}
