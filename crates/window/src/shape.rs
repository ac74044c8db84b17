//! Which values rows have, kept once for all rows that have the same.

use smartpole_model::{Series, TimeSource};

use crate::{Block, RowValue};

/// Which series a row has, and whose clock it goes by: rows of one firmware share one shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) time_source: TimeSource,
    /// Indices into [`Block::series`].
    pub(crate) members: Vec<u16>,
}

impl Block {
    pub(crate) fn shape_of(&mut self, time_source: TimeSource, values: &[RowValue]) -> usize {
        let fits = |shape: &Shape| {
            shape.time_source == time_source
                && shape.members.len() == values.len()
                && shape
                    .members
                    .iter()
                    .zip(values)
                    .all(|(member, value)| self.series[usize::from(*member)] == value.series)
        };
        if let Some(known) = self.shapes.iter().position(fits) {
            return known;
        }
        if self.series.is_empty() {
            self.series.reserve_exact(values.len());
            self.last.values.reserve_exact(values.len());
        }
        let members = values.iter().map(|value| self.series_index(value.series)).collect();
        self.shapes.reserve_exact(1); // one shape a firmware: a fleet's open blocks have no room to spare
        self.shapes.push(Shape { time_source, members });
        self.shapes.len() - 1
    }

    fn series_index(&mut self, series: Series) -> u16 {
        let known = self.series.iter().position(|known| *known == series);
        let index = known.unwrap_or_else(|| {
            self.series.push(series);
            self.last.values.push(0);
            self.series.len() - 1
        });
        index as u16
    }
}
