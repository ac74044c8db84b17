//! Changes of values that are in a block already, and the block as it was before.

use smartpole_model::{Flags, Series, UtcMillis};

use crate::{Block, Row, RowValue, Superseded, block::Flagged};

impl Block {
    /// Sets the remarks of a value; `false` if it is not there or has them already.
    pub fn set_flags(&mut self, event_time: UtcMillis, series: Series, flags: Flags) -> bool {
        let mut found = None;
        let mut row = 0;
        self.each_row(|known| {
            if known.event_time == event_time && found.is_none() {
                let position = known.values.iter().position(|value| value.series == series);
                found = position.map(|position| (row, position as u16, known.values[position].flags));
            }
            row += 1;
        });
        let Some((row, position, _)) = found.filter(|(.., former)| *former != flags) else { return false };
        let at = self.flagged.partition_point(|known| (known.row, known.position) < (row, position));
        let known = self.flagged.get(at).is_some_and(|known| (known.row, known.position) == (row, position));
        let new = (!flags.is_empty()).then_some(Flagged { row, position, flags });
        self.flagged.splice(at..at + usize::from(known), new);
        true
    }

    /// Puts another value and its remarks in the place of one, or says that it is superseded. The former stays beside it as known until
    /// `until`. `false` if it is not there or is so already.
    pub fn replace(&mut self, event_time: UtcMillis, new: RowValue, until: UtcMillis) -> bool {
        let mut former = None;
        let changed = self.edit(event_time, new.series, |value| {
            let is_other = value.value != new.value || value.is_superseded() != new.is_superseded();
            former = is_other.then_some(*value);
            *value = new;
        });
        if let Some(former) = former {
            let superseded = &mut self.replays.get_or_insert_default().superseded;
            superseded.push(Superseded { event_time, until, former });
            superseded.sort_by_key(|gone| (gone.event_time, gone.former.series, gone.until));
        }
        changed
    }

    /// The readings that had been received before an instant, with the values that were known then; without anchors.
    #[must_use]
    pub fn as_of(&self, instant: UtcMillis) -> Self {
        let mut rows = self.rows();
        rows.retain(|row| row.received_at < instant);
        for gone in self.superseded().iter().rev().filter(|gone| gone.until >= instant) {
            let values =
                rows.iter_mut().filter(|row| row.event_time == gone.event_time).flat_map(|row| &mut row.values);
            for value in values.filter(|value| value.series == gone.former.series) {
                *value = gone.former;
            }
        }
        Self::from_rows(self.quarter, Vec::new(), &rows)
    }

    /// The rows as they first came, and what was put in the place of their values since, each with when, in that order.
    pub fn history(&self) -> (Vec<Row>, Vec<(Row, UtcMillis)>) {
        let (mut rows, mut later) = (self.rows(), Vec::new());
        for row in &mut rows {
            let head = Row { values: Vec::new(), ..row.clone() };
            for value in &mut row.values {
                let mut now = *value;
                let of_value =
                    |gone: &&Superseded| gone.event_time == head.event_time && gone.former.series == now.series;
                for gone in self.superseded().iter().filter(of_value).rev().copied().collect::<Vec<_>>() {
                    later.push((Row { values: vec![now], ..head.clone() }, gone.until));
                    now = gone.former;
                }
                *value = now;
            }
        }
        later.sort_by_key(|(row, until)| (*until, row.event_time));
        (rows, later)
    }

    fn edit(&mut self, event_time: UtcMillis, series: Series, change: impl FnOnce(&mut RowValue)) -> bool {
        let mut rows = self.rows();
        let values = rows.iter_mut().filter(|row| row.event_time == event_time).flat_map(|row| &mut row.values);
        let Some(value) = values.into_iter().find(|value| value.series == series) else { return false };
        let former = *value;
        change(value);
        if *value == former {
            return false;
        }
        self.set_rows(&rows);
        true
    }

    pub(crate) fn set_rows(&mut self, rows: &[Row]) {
        let (anchors, replays) = (std::mem::take(&mut self.anchors), self.replays.take());
        *self = Self { replays, ..Self::from_rows(self.quarter, anchors, rows) };
    }
}
