//! Statutory means, in the rules' own examples. Sources: 39. BImSchV, § 1 no. 13 and annex 11 A; Directive (EU) 2024/2881, annex V.

use proptest::prelude::*;
use smartpole_method::air::{Average, Hour, HourlyMeans, Mean, Regime};
use smartpole_model::UtcMillis;

const HOUR_MS: i64 = 3_600_000;
/// Midnight of 2026-11-29 in CET.
const DAY: &str = "2026-11-28T23:00:00Z";

fn at(text: &str) -> UtcMillis {
    text.parse().expect("a time of this file")
}

/// Hours with one reading each, `(hours since DAY, µg/m³)`.
fn hours(values: impl IntoIterator<Item = (i64, i64)>) -> HourlyMeans {
    let hour = |(hour, value)| (at(DAY).plus(hour * HOUR_MS), Hour { sum: value, count: 1, expected: 1 });
    HourlyMeans::new(0, values.into_iter().map(hour))
}

fn shown(average: Average) -> String {
    let mean = average.mean.map_or_else(|| "none".to_owned(), |mean| mean.to_string());
    format!("{mean} from {} of {}, needs {}", average.valid, average.of, average.needed)
}

#[test]
fn a_day_is_the_mean_of_its_hours_and_not_of_their_readings() {
    // Twelve hours of 60 readings of 10 and twelve of 6 readings of 40: pooled it would be 12.7.
    let dense = (0..12).map(|hour| (hour, Hour { sum: 60 * 1_000, count: 60, expected: 60 }));
    let sparse = (12..24).map(|hour| (hour, Hour { sum: 6 * 4_000, count: 6, expected: 6 }));
    let means = HourlyMeans::new(2, dense.chain(sparse).map(|(hour, window)| (at(DAY).plus(hour * HOUR_MS), window)));
    assert_eq!(shown(means.day(at(DAY))), "25 from 24 of 24, needs 18");
    assert_eq!(Mean::of(12 * 60 * 1_000 + 12 * 6 * 4_000, 12 * 66, 2).unwrap().to_string(), "12.727273");
}

#[test]
fn a_day_needs_18_hours() {
    assert_eq!(shown(hours((0..18).map(|hour| (hour, 10))).day(at(DAY))), "10 from 18 of 24, needs 18");
    assert_eq!(shown(hours((0..17).map(|hour| (hour, 10))).day(at(DAY))), "none from 17 of 24, needs 18");
}

#[test]
fn an_hour_below_75_per_cent_is_no_part_of_a_day() {
    let window = |hour, count| (at(DAY).plus(hour * HOUR_MS), Hour { sum: 10 * count, count, expected: 6 });
    let means = |count| HourlyMeans::new(0, (0..17).map(|hour| window(hour, 6)).chain([window(17, count)]));
    assert_eq!(shown(means(5).day(at(DAY))), "10 from 18 of 24, needs 18");
    assert_eq!(shown(means(4).day(at(DAY))), "none from 17 of 24, needs 18");
    assert_eq!(
        (means(5).hour(at("2026-11-29T16:59:59Z")), means(4).hour(at("2026-11-29T16:59:59Z"))),
        (Some(Mean(10_000_000)), None)
    );
}

#[test]
fn a_day_is_a_cet_day_in_summer_too() {
    let hour = |time: &str, value| (at(time), Hour { sum: value, count: 1, expected: 1 });
    let night = [hour("2026-06-30T22:00:00Z", 1_000), hour("2026-07-01T23:00:00Z", 1_000)];
    let inside =
        (0..24).map(|n| (at("2026-06-30T23:00:00Z").plus(n * HOUR_MS), Hour { sum: 7, count: 1, expected: 1 }));
    let means = HourlyMeans::new(0, night.into_iter().chain(inside));
    assert_eq!(shown(means.day(at("2026-07-01T12:00:00Z"))), "7 from 24 of 24, needs 18");
}

#[test]
fn eight_hours_need_six() {
    let end = at(DAY).plus(8 * HOUR_MS);
    assert_eq!(shown(hours((2..8).map(|hour| (hour, hour))).rolling_8h(end)), "4.5 from 6 of 8, needs 6");
    assert_eq!(shown(hours((3..8).map(|hour| (hour, hour))).rolling_8h(end)), "none from 5 of 8, needs 6");
    assert_eq!(shown(hours((-1..9).map(|hour| (hour, hour))).rolling_8h(end)), "3.5 from 8 of 8, needs 6");
}

#[test]
fn the_first_eight_hours_of_a_day_begin_at_17_and_the_last_end_at_24() {
    // 39. BImSchV, § 1 no. 13. Only the windows that end in the day count, each whole.
    let base = |special: i64| hours((-12..30).map(move |hour| (hour, if hour == special { 90 } else { 10 })));
    let maximum = |special| base(special).max_8h(at(DAY)).mean.unwrap().to_string();
    assert_eq!(maximum(-7), "20", "17:00 to 18:00 of the day before is in the first window");
    assert_eq!(maximum(-8), "10", "16:00 to 17:00 of the day before is not");
    assert_eq!(maximum(23), "20", "23:00 to 24:00 is in the last window");
    assert_eq!(maximum(24), "10", "0:00 to 1:00 of the next day is not");
}

#[test]
fn the_largest_eight_hours_of_a_day_need_18_of_24_windows() {
    // Hours from 0:00 on: the window that ends at 6:00 is the first with six of them, the one that ends at 24:00 is the 19th.
    assert_eq!(shown(hours((0..24).map(|hour| (hour, 10))).max_8h(at(DAY))), "10 from 19 of 24, needs 18");
    assert_eq!(shown(hours((1..24).map(|hour| (hour, 10))).max_8h(at(DAY))), "10 from 18 of 24, needs 18");
    assert_eq!(shown(hours((2..24).map(|hour| (hour, 10))).max_8h(at(DAY))), "none from 17 of 24, needs 18");
}

#[test]
fn a_year_needs_90_per_cent_by_one_regime_and_85_by_the_other() {
    let first = (at("2025-12-31T23:00:00Z").since(at(DAY))) / HOUR_MS;
    let year = |n: i64, regime| shown(hours((first..first + n).map(|hour| (hour, 8))).year(2026, regime).unwrap());
    assert_eq!(year(7_884, Regime::Bimschv39), "8 from 7884 of 8760, needs 7884");
    assert_eq!(year(7_883, Regime::Bimschv39), "none from 7883 of 8760, needs 7884");
    assert_eq!(year(7_446, Regime::Directive2024), "8 from 7446 of 8760, needs 7446");
    assert_eq!(year(7_445, Regime::Directive2024), "none from 7445 of 8760, needs 7446");
    assert_eq!(hours([]).year(i16::MAX, Regime::Bimschv39), None);
}

#[test]
fn the_ends_of_the_calendar_do_no_harm() {
    // The years −9999 and 9999.
    for time in [UtcMillis(-377_705_023_201_000), UtcMillis(253_402_207_200_999)] {
        let means = HourlyMeans::new(2, [(time, Hour { sum: 100, count: 1, expected: 1 })]);
        assert_eq!(means.hour(time), Some(Mean(1_000_000)));
        assert_eq!((means.day(time).mean, means.max_8h(time).mean, means.rolling_8h(time).mean), (None, None, None));
    }
}

fn windows() -> impl Strategy<Value = Vec<(UtcMillis, Hour)>> {
    let window = (0i64..24, -5_000i64..100_000, 1i64..40)
        .prop_map(|(hour, sum, count)| (at(DAY).plus(hour * HOUR_MS), Hour { sum, count, expected: 30 }));
    prop::collection::vec(window, 0..60)
}

proptest! {
    #[test]
    fn means_do_not_depend_on_the_order_of_windows((one, other) in windows().prop_flat_map(|windows| (Just(windows.clone()), Just(windows).prop_shuffle()))) {
        prop_assert_eq!(HourlyMeans::new(2, one), HourlyMeans::new(2, other));
    }

    #[test]
    fn a_mean_lies_between_its_parts(windows in windows()) {
        let means = HourlyMeans::new(2, windows);
        let parts: Vec<Mean> = means.between(at(DAY), at(DAY).plus(24 * HOUR_MS)).map(|(_, mean)| mean).collect();
        let day = means.day(at(DAY));
        prop_assert_eq!(day.mean.is_some(), parts.len() >= 18);
        if let Some(mean) = day.mean {
            prop_assert!(parts.iter().min() <= Some(&mean) && Some(&mean) <= parts.iter().max());
        }
    }
}
