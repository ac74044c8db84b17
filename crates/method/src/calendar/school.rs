//! School holidays of North Rhine-Westphalia: data, as ministers decide them.

use std::{ops::RangeInclusive, sync::LazyLock};

use jiff::civil::Date;
use serde::Deserialize;

/// First and last year that are known, the last one to the end of its summer holidays.
pub const SCHOOL_YEARS: (i16, i16) = (2025, 2029);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    known_from: String,
    known_to: String,
    holidays: Vec<(String, String)>,
}

#[derive(Debug)]
struct Holidays {
    known: RangeInclusive<Date>,
    ranges: Vec<RangeInclusive<Date>>,
}

static HOLIDAYS: LazyLock<Option<Holidays>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("school_holidays_nrw.toml")).ok()?;
    let ranges = file.holidays.iter().map(|(first, last)| range(first, last)).collect::<Option<_>>()?;
    Some(Holidays { known: range(&file.known_from, &file.known_to)?, ranges })
});

fn range(first: &str, last: &str) -> Option<RangeInclusive<Date>> {
    Some(first.parse().ok()?..=last.parse().ok()?)
}

/// Whether a date is in the school holidays; `None` where they are not known.
pub fn is_school_holiday(date: Date) -> Option<bool> {
    let holidays = HOLIDAYS.as_ref()?;
    holidays.known.contains(&date).then(|| holidays.ranges.iter().any(|range| range.contains(&date)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> Option<bool> {
        is_school_holiday(text.parse().unwrap())
    }

    #[test]
    fn holidays_have_their_first_and_last_day() {
        assert_eq!(
            ["2026-07-19", "2026-07-20", "2026-09-01", "2026-09-02"].map(is),
            [Some(false), Some(true), Some(true), Some(false)]
        );
        assert_eq!(["2025-12-31", "2026-01-01", "2026-01-07"].map(is), [Some(true), Some(true), Some(false)]);
        assert_eq!(["2027-05-17", "2027-05-18", "2027-05-19"].map(is), [Some(false), Some(true), Some(false)]);
    }

    #[test]
    fn beyond_the_data_nothing_is_known() {
        assert_eq!(
            ["2024-12-31", "2025-01-01", "2029-08-14", "2029-08-15"].map(is),
            [None, Some(true), Some(true), None]
        );
    }

    #[test]
    fn ranges_are_in_order_and_apart_in_the_years_that_are_named() {
        let holidays = HOLIDAYS.as_ref().unwrap();
        assert!(holidays.ranges.iter().all(|range| range.start() <= range.end()));
        assert!(holidays.ranges.windows(2).all(|two| two[0].end() < two[1].start()));
        assert_eq!((holidays.known.start().year(), holidays.known.end().year()), SCHOOL_YEARS);
        assert_eq!(holidays.ranges.len(), 23);
    }
}
