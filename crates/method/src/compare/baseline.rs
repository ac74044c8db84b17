//! The last four comparable days, and what a gap would have held by them.

use jiff::{ToSpan, civil::Date};
use smartpole_model::UtcMillis;

use crate::calendar::{SundayOpenings, date_and_hour, is_school_holiday, public_holiday, same_hour, special_day};

/// How many days make a baseline.
pub const BASELINE_DAYS: usize = 4;

/// How many weeks back they are looked for: the first weeks of the summer holidays find the last ones of Easter, and nothing is
/// compared with the other half of the year.
pub const BASELINE_WEEKS: i32 = 26;

/// The last four comparable days, the latest first.
pub type Baseline = [Date; BASELINE_DAYS];

/// Why there is no baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoBaseline {
    /// The day itself is a public holiday or a special day: none is like it.
    UnlikeOthers,
    /// It is not known whether the day is in the school holidays.
    SchoolHolidaysUnknown,
    /// Fewer than four days of the last 26 weeks are comparable.
    TooFewDays,
}

impl NoBaseline {
    /// The word of interfaces.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnlikeOthers => "unlike_others",
            Self::SchoolHolidaysUnknown => "school_holidays_unknown",
            Self::TooFewDays => "too_few_days",
        }
    }

    /// The reason in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::UnlikeOthers => "the day is a public holiday or a special day: no other is like it",
            Self::SchoolHolidaysUnknown => "it is not known here whether the day is in the school holidays",
            Self::TooFewDays => "fewer than four comparable days of the last 26 weeks were covered well enough",
        }
    }
}

/// A value that nobody counted. Whoever shows it flags it as an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The mean of the four counts, rounded half away from zero.
    pub count: i64,
    /// The days it is made of.
    pub days: Baseline,
}

/// The last four days before `date` of the same weekday that are comparable: no public holiday or special day, a Sunday opening
/// and in the school holidays just as `date` is, and for which `has_data`.
///
/// # Errors
/// Why there are none.
pub fn baseline(
    date: Date,
    openings: &SundayOpenings,
    has_data: impl Fn(Date) -> bool,
) -> Result<Baseline, NoBaseline> {
    let is_unlike = |day: Date| public_holiday(day).is_some() || special_day(day).is_some();
    if is_unlike(date) {
        return Err(NoBaseline::UnlikeOthers);
    }
    let is_open = openings.holds(date);
    let in_school_holidays = is_school_holiday(date).ok_or(NoBaseline::SchoolHolidaysUnknown)?;
    let is_alike = |day: Date| openings.holds(day) == is_open && is_school_holiday(day) == Some(in_school_holidays);
    let before = (1..=BASELINE_WEEKS).filter_map(|weeks| date.checked_sub(weeks.weeks()).ok());
    let comparable = before.filter(|day| !is_unlike(*day) && is_alike(*day) && has_data(*day));
    let days: Vec<Date> = comparable.take(BASELINE_DAYS).collect();
    Baseline::try_from(days).map_err(|_| NoBaseline::TooFewDays)
}

/// What the hour that begins with `hour_start` would have held: the mean of the same hour on the last four comparable days whose
/// hour `complete_count` knows in full. By the clock of Europe/Berlin; the second 2 o'clock of a long day is like the first.
///
/// # Errors
/// Why there is no baseline.
pub fn gap_estimate(
    hour_start: UtcMillis,
    openings: &SundayOpenings,
    complete_count: impl Fn(UtcMillis) -> Option<i64>,
) -> Result<Estimate, NoBaseline> {
    let (date, hour) = date_and_hour(hour_start);
    let count_of = |day: Date| same_hour(day, hour).and_then(&complete_count);
    let days = baseline(date, openings, |day| count_of(day).is_some())?;
    let sum: i128 = days.iter().filter_map(|day| count_of(*day)).map(i128::from).sum();
    let four = BASELINE_DAYS as i128;
    let mean = (2 * sum.abs() + four) / (2 * four) * sum.signum();
    Ok(Estimate { count: i64::try_from(mean).unwrap_or(i64::MAX), days })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::local_hour;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn days(text: &str, openings: &SundayOpenings) -> Result<String, NoBaseline> {
        baseline(date(text), openings, |_| true)
            .map(|days| days.map(|day| format!("{}.{}", day.day(), day.month())).join(" "))
    }

    fn none() -> SundayOpenings {
        SundayOpenings::default()
    }

    #[test]
    fn the_last_four_days_of_the_weekday_are_taken() {
        assert_eq!(days("2026-09-30", &none()).as_deref(), Ok("23.9 16.9 9.9 2.9"));
    }

    #[test]
    fn school_holidays_are_compared_with_school_holidays() {
        // North Rhine-Westphalia 2026: 30.3–11.4, 26.5, 20.7–1.9, 17.10–31.10
        assert_eq!(days("2026-09-09", &none()).as_deref(), Ok("2.9 15.7 8.7 1.7"));
        assert_eq!(days("2026-07-22", &none()).as_deref(), Err(&NoBaseline::TooFewDays), "only 1.4 and 8.4");
        assert_eq!(days("2026-08-05", &none()).as_deref(), Ok("29.7 22.7 8.4 1.4"));
    }

    #[test]
    fn holidays_special_days_and_sunday_openings_are_left_out_of_ordinary_days() {
        // Thursdays: 4.6. Fronleichnam, 14.5. Himmelfahrt
        assert_eq!(days("2026-06-11", &none()).as_deref(), Ok("28.5 21.5 7.5 30.4"));
        // Mondays: 16.2. Rosenmontag
        assert_eq!(days("2026-03-02", &none()).as_deref(), Ok("23.2 9.2 2.2 26.1"));
        let openings = SundayOpenings::from_iter([date("2026-09-13")]);
        assert_eq!(days("2026-10-04", &openings).as_deref(), Ok("27.9 20.9 6.9 19.7"));
        assert_eq!(days("2026-10-04", &none()).as_deref(), Ok("27.9 20.9 13.9 6.9"));
        assert_eq!(days("2026-10-03", &none()), Err(NoBaseline::UnlikeOthers));
        assert_eq!(days("2026-12-24", &none()), Err(NoBaseline::UnlikeOthers));
        assert_eq!(days("2031-05-05", &none()), Err(NoBaseline::SchoolHolidaysUnknown));
    }

    #[test]
    fn sunday_openings_are_compared_with_sunday_openings() {
        let openings = ["2026-05-03", "2026-06-07", "2026-07-05", "2026-09-06", "2026-10-04"];
        let openings: SundayOpenings = openings.into_iter().map(date).collect();
        assert_eq!(days("2026-10-04", &openings).as_deref(), Ok("6.9 5.7 7.6 3.5"));
        assert_eq!(days("2026-09-06", &openings), Err(NoBaseline::TooFewDays), "three before it");
    }

    #[test]
    fn a_gap_is_estimated_by_the_mean_of_four_such_hours() {
        let counts = |counts: [i64; 4]| {
            move |hour: UtcMillis| {
                let weeks = local_hour(date("2026-09-30"), 15).since(hour) / (7 * 86_400_000);
                counts.get(usize::try_from(weeks - 1).ok()?).copied()
            }
        };
        let at = local_hour(date("2026-09-30"), 15);
        let estimate = |four| gap_estimate(at, &none(), counts(four)).map(|estimate| estimate.count);
        assert_eq!(estimate([10, 11, 10, 10]), Ok(10), "10.25");
        assert_eq!(estimate([10, 11, 10, 11]), Ok(11), "10.5");
        let found = gap_estimate(at, &none(), counts([1, 2, 3, 4])).unwrap();
        assert_eq!((found.count, found.days[3]), (3, date("2026-09-02")));
    }

    #[test]
    fn days_without_that_hour_are_passed_over() {
        let at = local_hour(date("2026-09-30"), 15);
        let missing = local_hour(date("2026-09-23"), 15);
        let found = gap_estimate(at, &none(), |hour| (hour != missing).then_some(7)).unwrap();
        assert_eq!(found.days.map(|day| day.to_string()), ["2026-09-16", "2026-09-09", "2026-09-02", "2026-07-15"]);
        assert_eq!(gap_estimate(at, &none(), |_| None), Err(NoBaseline::TooFewDays));
        // Sundays at 2: on 29 March 2026 the clock never shows it; 5.4. is in the school holidays
        let found = gap_estimate(local_hour(date("2026-04-19"), 2), &none(), |_| Some(7)).unwrap();
        assert_eq!(found.days.map(|day| day.to_string()), ["2026-04-12", "2026-03-22", "2026-03-15", "2026-03-08"]);
    }
}
