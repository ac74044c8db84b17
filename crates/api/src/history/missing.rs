//! Readings that sums were made of and that are nowhere any more: a bucket may keep points for a shorter time than we keep sums, or may
//! have been deleted and made again.

use serde::Serialize;
use smartpole_model::{Kind, ObservedProperty, Series};
use smartpole_store::Sealed;
use smartpole_window::{Aggregate, Row};
use utoipa::ToSchema;

use crate::Parts;

/// Readings that were counted and are nowhere any more.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Missing {
    /// How many, within the time of this answer; at least, of counts.
    pub(crate) readings: u64,
    /// Why, as far as is known.
    pub(crate) reason: String,
}

/// Which readings are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought<'a> {
    pub(crate) property: &'a ObservedProperty,
    /// One channel; all if it is none.
    pub(crate) channel: Option<u8>,
}

impl Missing {
    /// So many; none if that is none.
    pub(crate) fn new(parts: &Parts, readings: u64) -> Option<Self> {
        let history = parts.history.as_ref().filter(|_| readings > 0)?;
        let reason = format!(
            "InfluxDB target {} has no more of them: it keeps points for a shorter time, or they were deleted there",
            history.name()
        );
        Some(Self { readings, reason })
    }
}

impl Sought<'_> {
    /// How many a block was made of, beyond those that were found.
    pub(crate) fn missing(self, parts: &Parts, block: &Sealed, found: usize) -> u64 {
        (self.counted(parts, block) - found as i64).max(0).unsigned_abs()
    }

    /// How many of them there are in a block.
    pub(crate) fn found(self, rows: &[Row]) -> usize {
        let own = |series: Series| series.property == self.property.number && self.has(series);
        rows.iter().flat_map(|row| &row.values).filter(|value| own(value.series)).count()
    }

    /// How many a block was made of, at least. Of totals those are known that count; of what its device also tells in another way (counts
    /// by totals and one by one, a gas by ppb) nothing is.
    fn counted(self, parts: &Parts, block: &Sealed) -> i64 {
        let fold = parts.fold();
        let own = self.property.number;
        let is_total = self.property.kind == Kind::TotalCount;
        let number = if is_total { self.property.counts } else { Some(own) };
        let other_way = |property: &ObservedProperty| {
            let makes = property.counts == Some(own) || property.converts.is_some_and(|(to, _)| to == own);
            makes || (is_total && Some(property.number) == number)
        };
        let sent = fold.latest(block.device).iter().map(|latest| latest.series.property);
        let catalogue = &fold.inputs().registry.properties;
        if sent.filter_map(|number| catalogue.get(number)).any(other_way) {
            return 0;
        }
        let fits = |series: Series| Some(series.property) == number && self.has(series);
        let readings = |of: &Aggregate| if is_total { of.count } else { of.count + i64::from(of.excluded) };
        block.aggregates.0.iter().filter(|(series, _)| fits(*series)).map(|(_, of)| readings(of)).sum()
    }

    fn has(self, series: Series) -> bool {
        self.channel.is_none_or(|channel| channel == series.channel)
    }
}
