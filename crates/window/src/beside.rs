//! What lies beside a block: the nearest totals of a counter, and whether its device was switched on between.
//!
//! For those who have all readings at hand; the fold tells its blocks of each total as it comes ([`crate::link_total`]).

use smartpole_model::{PropertyNo, Quarter, Series, UtcMillis};

use crate::{Anchor, Row, Total, counter::MAX_GAP_MS};

/// A counter whose totals are looked for.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "it holds a function, and lives for one look")]
pub struct Sought<'a> {
    /// The totals' series.
    pub series: Series,
    /// A row's total that counts, if it has one.
    pub total: &'a dyn Fn(&Row) -> Option<Total>,
    /// The property by which devices say that they were switched on.
    pub power_up: Option<PropertyNo>,
}

/// The nearest total on one side of a block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside {
    total: Option<Total>,
    /// Whether the device was switched on between the total and the block.
    powered_up: bool,
}

impl Sought<'_> {
    fn power_ups<'r>(&self, rows: &'r [Row]) -> impl Iterator<Item = UtcMillis> + use<'r> {
        let power_up = self.power_up;
        let says_so = move |row: &&Row| row.values.iter().any(|value| value.is_power_up(power_up));
        rows.iter().filter(says_so).map(|row| row.event_time)
    }
}

impl Beside {
    /// Whether there is no total.
    pub fn is_none(&self) -> bool {
        self.total.is_none()
    }

    /// Looks for the nearest total before (`step` −1) or after (1) the quarter `home`, in so many quarters; `rows` gives those of one,
    /// in event order.
    ///
    /// # Errors
    /// Those of `rows`.
    pub fn find<E>(
        sought: Sought<'_>,
        (home, step): (Quarter, i32),
        furthest: i32,
        mut rows: impl FnMut(Quarter) -> Result<Vec<Row>, E>,
    ) -> Result<Self, E> {
        let mut power_ups = Vec::new();
        for distance in 1..=furthest {
            let rows = rows(Quarter(home.0 + step * distance))?;
            power_ups.extend(sought.power_ups(&rows));
            let mut totals = rows.iter().filter_map(sought.total);
            let found = if step < 0 { totals.next_back() } else { totals.next() };
            if let Some(total) = found {
                // at the instant of a total it was switched on before the total was read
                let between = |at: &UtcMillis| if step < 0 { total.at < *at } else { *at <= total.at };
                return Ok(Self { total: Some(total), powered_up: power_ups.iter().any(between) });
            }
        }
        Ok(Self::default())
    }

    /// What a block of these rows knows of the totals beside it.
    pub fn anchor(sought: Sought<'_>, before: Self, own: &[Row], after: Self) -> Anchor {
        let totals: Vec<Total> = own.iter().filter_map(sought.total).collect();
        let (first, last) = (totals.first().copied(), totals.last().copied());
        let own = |between: &dyn Fn(UtcMillis) -> bool| sought.power_ups(own).any(between);
        let (power_up_before, power_up_after) = match (first, last) {
            (Some(first), Some(last)) => {
                (before.powered_up || own(&|at| at <= first.at), after.powered_up || own(&|at| last.at < at))
            }
            _ => {
                let between = before.powered_up || after.powered_up || own(&|_| true);
                (between, between)
            }
        };
        let near = |earlier: Option<Total>, later: Option<Total>| {
            earlier.zip(later).is_some_and(|(earlier, later)| later.at.since(earlier.at) <= MAX_GAP_MS)
        };
        let earlier = before.total.filter(|_| near(before.total, first.or(after.total)));
        let later = after.total.filter(|_| near(last.or(before.total), after.total));
        Anchor {
            series: sought.series,
            before: earlier,
            after: later,
            power_up_before: power_up_before && earlier.is_some(),
            power_up_after: power_up_after && later.is_some(),
        }
    }
}
