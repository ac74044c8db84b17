//! One window as it is answered and shown live.

use serde::{Deserialize, Serialize};
use smartpole_model::{Flags, Kind, Mean, ObservedProperty, UtcMillis};
use smartpole_store::State;
use smartpole_window::Aggregate;
use utoipa::ToSchema;

use crate::{
    csv::Cell,
    export::{
        Column,
        Kind::{Instant, Local, Number, Text, Whole},
    },
    number::{self, Exact},
    scope::ScopeName,
};

/// Of windows, whose they are and of what.
pub(crate) const COLUMNS: [Column; 18] = [
    Text.named("scope_kind"),
    Text.named("scope"),
    Text.named("property"),
    Text.named("unit"),
    Instant.named("start"),
    Local.named("start_local"),
    Instant.named("end"),
    Local.named("end_local"),
    Number.named("mean"),
    Number.named("min"),
    Number.named("max"),
    Number.named("sum"),
    Whole.named("count"),
    Whole.named("expected"),
    Number.named("coverage"),
    Text.named("state"),
    Whole.named("revision"),
    Text.named("flags"),
];

/// What a window says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Window {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) start: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) end: UtcMillis,
    /// Mean of the values, at one decimal more than theirs; of a zone the mean of its poles' means. Null for counts and where there is none.
    /// Of days and longer windows, too, it is of all values, each of the same weight: no statutory mean of air, which is one of hourly
    /// means; `/api/v1/air/days` has that.
    #[schema(value_type = Option<f64>)]
    pub(crate) mean: Option<Exact>,
    /// The smallest value; null for counts and where there is none.
    #[schema(value_type = Option<f64>)]
    pub(crate) min: Option<Exact>,
    /// The largest value; null for counts and where there is none.
    #[schema(value_type = Option<f64>)]
    pub(crate) max: Option<Exact>,
    /// Sum of the values; for counts, how many passed. Null where nothing is known, which is not zero.
    #[schema(value_type = Option<f64>)]
    pub(crate) sum: Option<Exact>,
    /// Readings that count.
    pub(crate) count: i64,
    /// Readings there should be by now, by the reporting intervals.
    pub(crate) expected: i64,
    /// `count` of `expected`, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    pub(crate) coverage: Exact,
    /// How settled it is.
    pub(crate) state: WindowState,
    /// How often what it says of the property was changed after it was closed, each channel by itself: as many changes as
    /// `/api/v1/revisions` lists.
    pub(crate) revision: u32,
    /// Remarks of its readings.
    #[schema(value_type = Vec<String>)]
    pub(crate) flags: Flags,
    /// The figure that `aggregate` names; absent where none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, required = false)]
    pub(crate) value: Option<Option<Exact>>,
}

/// A figure of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Aggregation {
    /// Of levels.
    Mean,
    /// Of levels.
    Min,
    /// Of levels.
    Max,
    /// Of the values; of counts how many passed.
    Sum,
    /// Readings that count.
    Count,
}

/// How settled a window is; of several windows taken together, the first that one of them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WindowState {
    /// Readings are still to come.
    Open,
    /// Changed after it was closed.
    Corrected,
    /// Closed within the last day.
    Provisional,
    /// Closed for longer than a day.
    Final,
}

impl From<State> for WindowState {
    fn from(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Provisional => Self::Provisional,
            State::Final => Self::Final,
            State::Corrected => Self::Corrected,
        }
    }
}

impl Window {
    /// Its row of a table, with whose it is and of what.
    pub(crate) fn cells<'a>(
        &self,
        scope: &'a ScopeName,
        property: &'a str,
        unit: &'a str,
    ) -> [Cell<'a>; COLUMNS.len()] {
        let ([start, start_local], [end, end_local]) = (Cell::instant(self.start), Cell::instant(self.end));
        [
            Cell::word(&scope.kind),
            scope.id.as_str().into(),
            property.into(),
            unit.into(),
            start,
            start_local,
            end,
            end_local,
            self.mean.into(),
            self.min.into(),
            self.max.into(),
            self.sum.into(),
            self.count.into(),
            self.expected.into(),
            self.coverage.into(),
            Cell::word(&self.state),
            self.revision.into(),
            self.flags.into(),
        ]
    }

    pub(crate) fn new(property: &ObservedProperty, window: &smartpole_store::Window) -> Self {
        let smartpole_store::Window { start, end, aggregate, mean, expected, state, revision } = *window;
        let Aggregate { count, sum, min, max, .. } = aggregate;
        let is_level = property.kind != Kind::IntervalCount && count > 0;
        let level = |value| is_level.then(|| Exact::value(property, value));
        Self {
            start,
            end,
            mean: mean.filter(|_| is_level).map(|mean| Exact::mean(property, mean)),
            min: level(min),
            max: level(max),
            // energies of sound levels are summed, and are none of the property's numbers
            sum: (property.mean == Mean::Arithmetic && aggregate.knows_sum()).then(|| Exact::value(property, sum)),
            count,
            expected,
            coverage: number::share(count, expected),
            state: state.into(),
            revision,
            flags: aggregate.remarks(),
            value: None,
        }
    }

    /// The same with one of its figures as its value.
    pub(crate) fn with_value(self, of: Aggregation) -> Self {
        let value = match of {
            Aggregation::Mean => self.mean,
            Aggregation::Min => self.min,
            Aggregation::Max => self.max,
            Aggregation::Sum => self.sum,
            Aggregation::Count => Some(number::decimal(self.count, 0)),
        };
        Self { value: Some(value), ..self }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::number::tests::property;

    #[track_caller]
    fn check(kind: Kind, (count, sum, min, max): (i64, i64, i64, i64), expect: &Expect) {
        let property = ObservedProperty { kind, ..property(2) };
        let aggregate = Aggregate { count, sum, min, max, ..Aggregate::default() };
        let (start, end) = (UtcMillis(0), UtcMillis(900_000));
        let mean = (count > 0).then(|| sum as f64 / count as f64);
        let window =
            smartpole_store::Window { start, end, aggregate, mean, expected: 15, state: State::Final, revision: 0 };
        expect.assert_eq(&serde_json::to_string(&Window::new(&property, &window)).unwrap());
    }

    #[test]
    fn levels_have_extremes_and_counts_have_sums_and_silence_is_not_zero() {
        check(
            Kind::Gauge,
            (3, 2_200, 700, 800),
            &expect![[
                r#"{"start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:15:00Z","mean":7.333,"min":7,"max":8,"sum":22,"count":3,"expected":15,"coverage":0.2,"state":"final","revision":0,"flags":[]}"#
            ]],
        );
        check(
            Kind::IntervalCount,
            (15, 4_200, 0, 0),
            &expect![[
                r#"{"start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:15:00Z","mean":null,"min":null,"max":null,"sum":42,"count":15,"expected":15,"coverage":1,"state":"final","revision":0,"flags":[]}"#
            ]],
        );
        check(
            Kind::IntervalCount,
            (15, 0, 0, 0),
            &expect![[
                r#"{"start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:15:00Z","mean":null,"min":null,"max":null,"sum":0,"count":15,"expected":15,"coverage":1,"state":"final","revision":0,"flags":[]}"#
            ]],
        );
        check(
            Kind::IntervalCount,
            (0, 300, 0, 0),
            &expect![[
                r#"{"start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:15:00Z","mean":null,"min":null,"max":null,"sum":3,"count":0,"expected":15,"coverage":0,"state":"final","revision":0,"flags":[]}"#
            ]],
        );
        check(
            Kind::Gauge,
            (0, 0, 0, 0),
            &expect![[
                r#"{"start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:15:00Z","mean":null,"min":null,"max":null,"sum":null,"count":0,"expected":15,"coverage":0,"state":"final","revision":0,"flags":[]}"#
            ]],
        );
    }
}
