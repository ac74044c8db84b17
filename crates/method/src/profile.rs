//! A week by its hours: how many pass in an hour of a weekday, on average.
//!
//! ```text
//! hours of a zone, with gaps ──► Cell of weekday or holiday × hour: sums, hours that are known, hours there were ──► mean
//! ```
//!
//! All by the clock of Europe/Berlin. Of the two hours from 2 in October both count, of the missing one in March there is none. A public
//! holiday is like no weekday, so it has a row of its own, or is left out. An hour that is not known in full is in no mean: it would
//! be too small by what is missing.

use jiff::civil::{Date, Weekday};
use smartpole_model::{UtcMillis, weekday_word};

use crate::{
    calendar::{date_and_hour, public_holiday},
    compare::is_covered,
};

/// Hours of a day.
const HOURS: usize = 24;

/// A kind of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A weekday that is no public holiday.
    Weekday(Weekday),
    /// A public holiday, whatever weekday it is.
    Holiday,
}

/// Numbers of an hour or sums of several: in, out, both; none where nothing is known.
pub type Counts = [Option<i64>; 3];

/// What is known of an hour in which there were counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// First instant.
    pub start: UtcMillis,
    /// How many passed.
    pub counts: Counts,
    /// Reports that came.
    pub count: i64,
    /// Reports that should have come.
    pub expected: i64,
}

/// An hour of a kind of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The kind of day.
    pub row: Row,
    /// The hour that the clock shows, 0 to 23.
    pub hour: i8,
    /// How many passed in the hours that are known.
    pub sums: Counts,
    /// How many hours are known: at least 90 % of their reports came.
    pub hours: i64,
    /// How many hours there were.
    pub of: i64,
    /// Reports that came, of all these hours.
    pub count: i64,
    /// Reports that should have come.
    pub expected: i64,
}

impl Row {
    /// In the order of tables: Monday to Sunday, then holidays.
    pub const ALL: [Self; 8] = [
        Self::Weekday(Weekday::Monday),
        Self::Weekday(Weekday::Tuesday),
        Self::Weekday(Weekday::Wednesday),
        Self::Weekday(Weekday::Thursday),
        Self::Weekday(Weekday::Friday),
        Self::Weekday(Weekday::Saturday),
        Self::Weekday(Weekday::Sunday),
        Self::Holiday,
    ];

    /// The kind of a date.
    pub fn of(date: Date) -> Self {
        if public_holiday(date).is_some() { Self::Holiday } else { Self::Weekday(date.weekday()) }
    }

    /// The word of interfaces.
    pub fn id(self) -> &'static str {
        match self {
            Self::Weekday(weekday) => weekday_word(weekday),
            Self::Holiday => "holiday",
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Weekday(weekday) => usize::from(weekday.to_monday_zero_offset().unsigned_abs()),
            Self::Holiday => Self::ALL.len() - 1,
        }
    }
}

impl Cell {
    fn new(row: Row, hour: i8) -> Self {
        Self { row, hour, sums: [None; 3], hours: 0, of: 0, count: 0, expected: 0 }
    }

    fn add(&mut self, hour: &Hour) {
        self.of += 1;
        self.count += hour.count.min(hour.expected);
        self.expected += hour.expected;
        if is_covered(hour.count, hour.expected) && hour.counts.iter().any(Option::is_some) {
            self.hours += 1;
            for (sum, count) in self.sums.iter_mut().zip(hour.counts) {
                *sum = [*sum, count].into_iter().flatten().reduce(i64::saturating_add);
            }
        }
    }

    /// Means of the hours that are known, in tenths, rounded half up.
    pub fn mean_tenths(&self) -> Counts {
        self.sums.map(|sum| mean_tenths(sum?, self.hours))
    }
}

/// The mean of so many, in tenths, rounded half up; of a sum that is not negative.
pub fn mean_tenths(sum: i64, of: i64) -> Option<i64> {
    let (sum, of) = (i128::from(sum), i128::from(of));
    let tenths = (20 * sum + of).checked_div(2 * of)?;
    i64::try_from(tenths).ok()
}

/// The cells of all rows and hours, row by row.
pub fn profile(hours: impl IntoIterator<Item = Hour>) -> Vec<Cell> {
    let row = |row: Row| (0..HOURS as i8).map(move |hour| Cell::new(row, hour));
    let mut cells: Vec<Cell> = Row::ALL.into_iter().flat_map(row).collect();
    for hour in hours {
        let (date, clock) = date_and_hour(hour.start);
        let at = Row::of(date).index() * HOURS + usize::from(clock.unsigned_abs());
        if let Some(cell) = cells.get_mut(at) {
            cell.add(&hour);
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(start: &str, count: i64) -> Hour {
        let counts = [Some(count), None, Some(count)];
        Hour { start: start.parse().unwrap(), counts, count: 9, expected: 10 }
    }

    /// Cells in which there were hours: row, hour, mean of both in tenths, hours known of all.
    fn shown(hours: &[Hour]) -> String {
        let cells = profile(hours.iter().copied());
        assert_eq!(cells.len(), 192);
        let there = cells.iter().filter(|cell| cell.of > 0);
        let show = |cell: &Cell| {
            let mean = cell.mean_tenths()[2].map_or("-".to_owned(), |mean| mean.to_string());
            format!("{} {} {mean} {}/{}", cell.row.id(), cell.hour, cell.hours, cell.of)
        };
        there.map(show).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn hours_of_a_weekday_have_a_mean() {
        let saturdays = [hour("2026-11-21T13:00:00Z", 10), hour("2026-11-28T13:00:00Z", 11)];
        assert_eq!(shown(&saturdays), "saturday 14 105 2/2");
        let summer =
            [hour("2026-07-04T12:00:00Z", 1), hour("2026-11-21T13:00:00Z", 0), hour("2026-11-28T13:00:00Z", 0)];
        assert_eq!(shown(&summer), "saturday 14 3 3/3", "by the clock; a third is 0.3");
    }

    #[test]
    fn an_hour_of_which_less_than_nine_tenths_came_is_in_no_mean_but_counted() {
        let thin = Hour { count: 8, ..hour("2026-11-28T13:00:00Z", 2) };
        assert_eq!(shown(&[hour("2026-11-21T13:00:00Z", 10), thin]), "saturday 14 100 1/2");
        assert_eq!(shown(&[thin]), "saturday 14 - 0/1", "missing is not zero");
        let silent = Hour { counts: [None; 3], ..hour("2026-11-28T13:00:00Z", 0) };
        assert_eq!(shown(&[silent]), "saturday 14 - 0/1");
    }

    #[test]
    fn public_holidays_have_a_row_of_their_own() {
        // Allerheiligen 2026 is a Sunday
        let hours = [hour("2026-11-01T13:00:00Z", 4), hour("2026-11-08T13:00:00Z", 8)];
        assert_eq!(shown(&hours), "sunday 14 80 1/1; holiday 14 40 1/1");
    }

    #[test]
    fn two_o_clock_counts_twice_in_october() {
        let hours = [hour("2026-10-25T00:00:00Z", 4), hour("2026-10-25T01:00:00Z", 8)];
        assert_eq!(shown(&hours), "sunday 2 60 2/2");
    }
}
