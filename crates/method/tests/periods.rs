//! Periods, days and levels on any instant and any levels, beside plain second ways to them.

use jiff::{ToSpan, civil::Date};
use proptest::prelude::*;
use smartpole_method::{
    calendar::{self, date_and_hour, day, easter, public_holiday},
    compare::{Anchor, anchored, last_year},
    heat,
    noise::{Part, Period, day_figure, period_level},
};
use smartpole_model::UtcMillis;
use smartpole_window::energy;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Any instant of 2020 to 2039.
fn instant() -> impl Strategy<Value = UtcMillis> {
    (1_577_836_800_000i64..2_208_988_800_000).prop_map(UtcMillis)
}

fn date() -> impl Strategy<Value = Date> {
    instant().prop_map(|time| date_and_hour(time).0)
}

/// Levels of 30.0 to 110.0 dB and the minutes for which they hold, 9 hours at least.
fn stretches() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((300i64..=1_100, 5i64..=60), 108..200)
}

fn parts(stretches: &[(i64, i64)]) -> impl Iterator<Item = Part> {
    let part = |(tenths, minutes): &(i64, i64)| Part {
        energy: energy::of_tenths(*tenths) * minutes,
        count: *minutes,
        duration_ms: minutes * MINUTE_MS,
    };
    stretches.iter().map(part)
}

/// 10 lg of the mean of 10^(L/10), weighted, in decibels.
fn energy_mean(levels: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let (sum, weight) = levels
        .into_iter()
        .fold((0.0, 0.0), |(sum, weight), (level, of)| (sum + of * 10f64.powf(level / 10.0), weight + of));
    10.0 * (sum / weight).log10()
}

proptest! {
    #[test]
    fn every_instant_is_in_one_period_of_noise_and_its_span_holds_it(time in instant()) {
        let (date, period) = Period::of(time);
        prop_assert!(period.span(date).holds(time));
        let around = [-1, 0, 1].map(|days: i64| date.saturating_add(days.days()));
        let holding = around.iter().flat_map(|date| Period::ALL.map(|period| period.span(*date)));
        prop_assert_eq!(holding.filter(|span| span.holds(time)).count(), 1);
    }

    #[test]
    fn every_instant_is_in_one_day_week_month_and_year(time in instant()) {
        let date = date_and_hour(time).0;
        prop_assert!(day(date).holds(time));
        for period in [calendar::Period::Week, calendar::Period::Month, calendar::Period::Year] {
            let span = period.span(date);
            prop_assert!(span.holds(time));
            prop_assert_eq!(period.span(date_and_hour(span.to).0).from, span.to);
        }
        prop_assert_eq!(day(date).to, day(date.saturating_add(1.day())).from);
    }

    #[test]
    fn a_level_is_within_a_tenth_of_that_of_floating_point_whatever_the_order(stretches in stretches()) {
        let date = "2026-07-10".parse().unwrap();
        let level = period_level(Period::Day, date, parts(&stretches));
        let backwards: Vec<_> = stretches.iter().rev().copied().collect();
        prop_assert_eq!(level, period_level(Period::Day, date, parts(&backwards)));
        let exact = energy_mean(stretches.iter().map(|(tenths, minutes)| (*tenths as f64 / 10.0, *minutes as f64)));
        prop_assert!((level.tenths.unwrap() as f64 - 10.0 * exact).abs() < 0.6, "{:?} beside {exact}", level.tenths);
    }

    #[test]
    fn a_day_figure_is_that_of_the_formula(levels in prop::array::uniform3(300i64..=1_100)) {
        let known = levels.map(|tenths| {
            let part = Part { energy: energy::of_tenths(tenths), count: 1, duration_ms: 24 * HOUR_MS };
            period_level(Period::Day, "2026-07-10".parse().unwrap(), [part])
        });
        let [day, evening, night] = levels.map(|tenths| tenths as f64 / 10.0);
        let exact = energy_mean([(day, 12.0), (evening + 5.0, 4.0), (night + 10.0, 8.0)]);
        let figure = day_figure(known[0], known[1], known[2]).unwrap();
        prop_assert!((figure as f64 - 10.0 * exact).abs() < 0.6, "{figure} beside {exact}");
    }

    #[test]
    fn the_year_before_is_met_on_the_same_weekday_a_year_ago(date in date()) {
        let before = last_year(date).unwrap();
        prop_assert_eq!(before.weekday(), date.weekday());
        prop_assert!(matches!(before.until(date).unwrap().get_days(), 364 | 371));
    }

    #[test]
    fn a_day_and_its_partner_are_as_far_from_easter_and_movable_holidays_meet_holidays(date in date()) {
        let before = anchored(date, Anchor::Easter).unwrap();
        let distance = |date: Date, year| easter(year).unwrap().until(date).unwrap().get_days();
        prop_assert_eq!(distance(date, date.year()), distance(before, date.year() - 1));
        if [-2, 1, 39, 50, 60].contains(&distance(date, date.year())) {
            prop_assert!(public_holiday(date).is_some() && public_holiday(before).is_some());
        }
    }

    #[test]
    fn a_night_is_tropical_just_if_its_lowest_value_is_20_degrees(minima in prop::array::uniform12(190i64..230)) {
        let date: Date = "2026-07-02".parse().unwrap();
        let start = heat::night(date).from;
        let hour = |(n, min): (i64, i64)| heat::Hour { start: start.plus(n * HOUR_MS), min, max: min, count: 1, expected: 1 };
        let hours: Vec<_> = (0..).zip(minima).map(hour).collect();
        prop_assert_eq!(heat::is_tropical_night(date, 1, &hours), Some(minima.iter().all(|min| *min >= 200)));
    }
}
