//! Noise of a day: levels only, never what is said.
//!
//! ```text
//! Parts {sum of energies, count, duration} of a period ──► PeriodLevel {tenths of dB, covered, length} ──► day_figure of three
//! ```
//!
//! Periods are those of the 34. BImSchV, § 2: day 06–18, evening 18–22, night 22–06, by the clock of Europe/Berlin. So a day of
//! noise begins at 06 and ends with the night that follows its evening; on two days a year that night has 7 or 9 hours.
//!
//! - Levels are not averaged, their energies are, each for as long as it lasted ([`smartpole_window::energy`], no floats).
//! - The figure of a day is called "Tageswert, kein Kartierungs-LDEN": the LDEN of a noise map is computed for a year from
//!   traffic, at 4 m before façades (34. BImSchV, § 5), and is never measured at a lamp post.

use jiff::{ToSpan, civil::Date};
use smartpole_model::UtcMillis;
use smartpole_window::energy;

use crate::calendar::{Span, date_and_hour, local_hour};

/// A period of a day of noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// 06–18.
    Day,
    /// 18–22.
    Evening,
    /// 22–06 of the next date.
    Night,
}

impl Period {
    /// In the order of the day.
    pub const ALL: [Self; 3] = [Self::Day, Self::Evening, Self::Night];

    /// The word of files and interfaces.
    pub fn id(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Evening => "evening",
            Self::Night => "night",
        }
    }

    /// The period that holds an instant, and the date it belongs to: the early hours belong to the date before.
    pub fn of(time: UtcMillis) -> (Date, Self) {
        let (date, hour) = date_and_hour(time);
        match hour {
            0..6 => (date.saturating_sub(1.day()), Self::Night),
            6..18 => (date, Self::Day),
            18..22 => (date, Self::Evening),
            _ => (date, Self::Night),
        }
    }

    /// Its instants on a date.
    pub fn span(self, date: Date) -> Span {
        let (from, to) = match self {
            Self::Day => (local_hour(date, 6), local_hour(date, 18)),
            Self::Evening => (local_hour(date, 18), local_hour(date, 22)),
            Self::Night => (local_hour(date, 22), local_hour(date.saturating_add(1.day()), 6)),
        };
        Span { from, to }
    }

    /// Hours of it in the formula of LDEN, whatever the clocks do (34. BImSchV, § 2; Directive 2002/49/EC, annex I).
    fn weight(self) -> i64 {
        match self {
            Self::Day => 12,
            Self::Evening => 4,
            Self::Night => 8,
        }
    }

    /// Tenths of a decibel that are added to it in the formula of LDEN (same sources): 5 dB in the evening, 10 dB at night.
    fn penalty(self) -> i64 {
        match self {
            Self::Day => 0,
            Self::Evening => 50,
            Self::Night => 100,
        }
    }
}

/// The days of noise that begin, at 06, in a span.
pub fn days(within: Span) -> impl Iterator<Item = Date> {
    let (first, _) = Period::of(within.from);
    let dates = std::iter::successors(Some(first), |date| date.checked_add(1.day()).ok());
    let begin = |date: &Date| Period::Day.span(*date).from;
    dates.skip_while(move |date| begin(date) < within.from).take_while(move |date| begin(date) < within.to)
}

/// The instants of a day of noise, from 06 to 06.
pub fn day_span(date: Date) -> Span {
    Span { from: Period::Day.span(date).from, to: Period::Night.span(date).to }
}

/// A stretch of time with levels: a window of a quarter or an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Sum of the energies of its levels ([`energy::of_level`]).
    pub energy: i64,
    /// How many levels.
    pub count: i64,
    /// How long they stand for, in milliseconds: the window's length times its coverage.
    pub duration_ms: i64,
}

/// What is known of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodLevel {
    /// LAeq in tenths of a decibel, if enough of the period is covered.
    pub tenths: Option<i64>,
    /// Milliseconds with levels, at most the length.
    pub covered_ms: i64,
    /// Milliseconds of the period.
    pub length_ms: i64,
}

/// The level of `period` on `date` from its parts: the level of their mean energy, weighted by duration, if they cover 75 % of it.
///
/// The law has no such bound, as nothing is measured for its maps; it is the one of hours of air (39. BImSchV, annex 11 A).
pub fn period_level(period: Period, date: Date, parts: impl IntoIterator<Item = Part>) -> PeriodLevel {
    let length_ms = period.span(date).millis();
    let heard = parts.into_iter().filter(|part| part.count > 0 && part.duration_ms > 0 && part.energy >= 0);
    let add = |(energy, duration): (i128, i128), part: Part| {
        (energy + thousandths(part) * i128::from(part.duration_ms), duration + i128::from(part.duration_ms))
    };
    let (sum, duration) = heard.fold((0, 0), add);
    let covered_ms = i64::try_from(duration).unwrap_or(i64::MAX).min(length_ms);
    let enough = covered_ms > 0 && 4 * i128::from(covered_ms) >= 3 * i128::from(length_ms);
    let tenths = || energy::mean_tenths(i64::try_from((sum + duration / 2) / duration).unwrap_or(i64::MAX), 1_000);
    PeriodLevel { tenths: if enough { tenths() } else { None }, covered_ms, length_ms }
}

/// Mean energy of a part in thousandths: at 10 dB, where energies are small whole numbers, still exact to a hundredth of a decibel.
fn thousandths(part: Part) -> i128 {
    let count = i128::from(part.count);
    (i128::from(part.energy) * 1_000 + count / 2) / count
}

/// "Tageswert, kein Kartierungs-LDEN" in tenths of a decibel, if all three periods have a level:
/// 10 lg ((12 · 10^(L day/10) + 4 · 10^((L evening+5)/10) + 8 · 10^((L night+10)/10)) / 24) (34. BImSchV, § 2).
pub fn day_figure(day: PeriodLevel, evening: PeriodLevel, night: PeriodLevel) -> Option<i64> {
    let mut sum = 0i64;
    for (period, level) in Period::ALL.into_iter().zip([day, evening, night]) {
        sum = sum.saturating_add(period.weight() * energy::of_tenths(level.tenths? + period.penalty()));
    }
    energy::mean_tenths(sum, 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn hours(tenths: i64, hours: i64) -> Part {
        Part { energy: energy::of_tenths(tenths) * 7, count: 7, duration_ms: hours * HOUR_MS }
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn level(period: Period, day: &str, parts: &[Part]) -> Option<i64> {
        period_level(period, date(day), parts.iter().copied()).tenths
    }

    #[test]
    fn periods_go_by_the_clock_on_the_town_hall() {
        let of = |text: &str| {
            let (date, period) = Period::of(text.parse().unwrap());
            format!("{date} {period:?}")
        };
        // 34. BImSchV, § 2; winter is UTC+1, summer UTC+2
        assert_eq!(of("2026-01-10T04:59:59Z"), "2026-01-09 Night");
        assert_eq!(of("2026-01-10T05:00:00Z"), "2026-01-10 Day");
        assert_eq!(of("2026-07-10T15:59:59Z"), "2026-07-10 Day");
        assert_eq!(of("2026-07-10T16:00:00Z"), "2026-07-10 Evening");
        assert_eq!(of("2026-07-10T20:00:00Z"), "2026-07-10 Night");
        assert_eq!(of("2026-07-10T22:30:00Z"), "2026-07-10 Night");
    }

    #[test]
    fn periods_of_a_date_follow_each_other_and_nights_have_7_8_or_9_hours() {
        for (day, night) in [("2026-03-28", 7), ("2026-10-24", 9), ("2026-07-10", 8)] {
            let [first, second, third] = Period::ALL.map(|period| period.span(date(day)));
            let next = Period::Day.span(date(day).saturating_add(1.day()));
            assert_eq!((first.to, second.to, third.to), (second.from, third.from, next.from));
            assert_eq!([first, second, third].map(|span| span.millis() / HOUR_MS), [12, 4, night], "{day}");
        }
    }

    #[test]
    fn days_are_those_that_begin_at_six() {
        let begun = |from: &str, to: &str| -> Vec<String> {
            let within = Span { from: from.parse().unwrap(), to: to.parse().unwrap() };
            days(within).map(|date| date.to_string()).collect()
        };
        assert_eq!(begun("2026-01-10T05:00:00Z", "2026-01-11T05:00:00Z"), ["2026-01-10"]);
        assert_eq!(begun("2026-01-10T05:00:01Z", "2026-01-11T05:00:01Z"), ["2026-01-11"]);
        assert_eq!(begun("2026-01-10T06:00:00Z", "2026-01-10T20:00:00Z"), [""; 0]);
        assert_eq!(
            begun("2026-03-28T05:00:00Z", "2026-03-29T04:00:01Z"),
            ["2026-03-28", "2026-03-29"],
            "23 hours later"
        );
        assert_eq!(day_span(date("2026-03-28")).millis() / HOUR_MS, 23);
    }

    #[test]
    fn a_level_is_of_the_energy_weighted_by_duration() {
        let day = |parts: &[Part]| level(Period::Day, "2026-07-10", parts);
        assert_eq!(day(&[hours(600, 6), hours(700, 6)]), Some(674), "10 lg ((10^6 + 10^7) / 2)");
        assert_eq!(day(&[hours(600, 11), hours(700, 1)]), Some(624), "10 lg ((11 · 10^6 + 10^7) / 12) = 62.43");
        assert_eq!(day(&[hours(653, 12)]), Some(653));
        assert_eq!(day(&[hours(1_400, 12)]), Some(1_400));
    }

    #[test]
    fn many_levels_of_a_part_do_not_outweigh_a_longer_part() {
        let busy = Part { energy: energy::of_tenths(700) * 3_600, count: 3_600, duration_ms: HOUR_MS };
        assert_eq!(level(Period::Day, "2026-07-10", &[hours(600, 11), busy]), Some(624));
    }

    #[test]
    fn a_level_needs_three_quarters_of_its_period() {
        assert_eq!(level(Period::Day, "2026-07-10", &[hours(600, 9)]), Some(600));
        let short = Part { duration_ms: 9 * HOUR_MS - 1, ..hours(600, 9) };
        assert_eq!(level(Period::Day, "2026-07-10", &[short]), None);
        assert_eq!(level(Period::Night, "2026-03-28", &[hours(500, 6)]), Some(500), "6 of 7 hours");
        assert_eq!(level(Period::Night, "2026-10-24", &[hours(500, 6)]), None, "6 of 9 hours");
        assert_eq!(level(Period::Evening, "2026-07-10", &[]), None);
        assert_eq!(level(Period::Evening, "2026-07-10", &[Part { count: 0, ..hours(600, 4) }]), None, "no levels");
    }

    #[test]
    fn a_level_is_the_same_whatever_came_late() {
        let mut parts: Vec<Part> =
            (0..48).map(|n| Part { duration_ms: HOUR_MS / 4, ..hours(400 + 7 * n, 1) }).collect();
        let in_order = level(Period::Day, "2026-07-10", &parts);
        parts.reverse();
        parts.rotate_left(17);
        assert_eq!(level(Period::Day, "2026-07-10", &parts), in_order);
        assert_eq!(in_order, Some(644), "10 lg of the mean of 10^(4 + 0.07 n), n = 0 … 47, is 64.36");
    }

    #[test]
    fn the_day_figure_adds_5_decibels_in_the_evening_and_10_at_night() {
        let known = |tenths| PeriodLevel { tenths: Some(tenths), covered_ms: 1, length_ms: 1 };
        let figure = |day, evening, night| day_figure(known(day), known(evening), known(night));
        assert_eq!(figure(600, 550, 500), Some(600), "what is added makes all three 60 dB");
        assert_eq!(figure(600, 600, 600), Some(664), "10 lg ((12 + 4 · 3.1623 + 8 · 10) / 24) = 6.39");
        assert_eq!(figure(700, 650, 550), Some(689), "10 lg ((12 · 10^7 + 4 · 10^7 + 8 · 10^6.5) / 24) = 68.88");
        let unknown = PeriodLevel { tenths: None, covered_ms: 0, length_ms: 1 };
        assert_eq!(day_figure(known(600), unknown, known(500)), None);
    }
}
