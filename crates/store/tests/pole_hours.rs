//! Hours of a pole: of sound levels, of sensors side by side, and as of an earlier minute.

mod common;

use common::{
    HOUR, MINUTE,
    street::{DAY, Street},
};
use smartpole_method::air::Mean;
use smartpole_model::{Flags, UtcMillis};
use smartpole_store::{PoleHour, PoleHours, State};

#[test]
fn sound_levels_are_summed_up_by_their_energies() {
    let mut street = Street::new();
    for (at, level) in [(0, "60"), (10, "60"), (20, "60"), (30, "70"), (40, "70"), (50, "70")] {
        street.report("s1", DAY + at * MINUTE, DAY + at * MINUTE, &[("noise_laeq", level)]);
    }
    let noise = |street: &Street| street.hours("P1", "noise_laeq", DAY, DAY + HOUR, None)[&UtcMillis(DAY)];
    let hour = noise(&street);
    // 10 lg ((10^6 + 10^7) / 2) = 67.4
    assert_eq!((hour.mean, hour.sum, hour.count), (Some(Mean(67_400_000)), 3 * 1_000_000 + 3 * 10_000_000, 6));
    assert_eq!((hour.min, hour.max, hour.covered_ms), (600, 700, HOUR));
    street.run("s2", DAY, DAY + HOUR, 10 * MINUTE, &[("noise_laeq", "50")]);
    // 10 lg ((5.5 · 10^6 + 10^5) / 2) = 64.5
    assert_eq!(noise(&street).mean, Some(Mean(64_500_000)));
}

#[test]
fn an_hour_is_covered_as_its_best_sensor_covers_it() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "10")]);
    street.run("s2", DAY, DAY + 20 * MINUTE, 10 * MINUTE, &[("no2", "10")]);
    street.run("s2", DAY + HOUR, DAY + 80 * MINUTE, 10 * MINUTE, &[("no2", "10")]);
    let hours = street.hours("P1", "no2", DAY, DAY + 2 * HOUR, None);
    let said: Vec<_> = hours.values().map(|hour| (hour.count, hour.expected, hour.covered_ms)).collect();
    assert_eq!(said, [(8, 6, HOUR), (2, 12, HOUR / 3)]);
    street.run("s1", DAY + 2 * HOUR, DAY + 3 * HOUR, MINUTE, &[("no2", "10")]);
    let busy = street.hours("P1", "no2", DAY + 2 * HOUR, DAY + 3 * HOUR, None);
    assert_eq!(busy[&UtcMillis(DAY + 2 * HOUR)].covered_ms, HOUR, "more than was expected covers no more");
}

/// All that is asked of a street, hour by hour.
fn answers(street: &Street, until: i64, as_of: Option<i64>) -> Vec<(String, PoleHour)> {
    let from = DAY - HOUR;
    let mut said = Vec::new();
    // of open blocks remarks that hang on other readings are those of now
    let mut add = |of: String, hours: &PoleHours| {
        said.extend(
            hours.iter().map(|(start, hour)| (format!("{of} {start}"), PoleHour { flags: Flags::NONE, ..*hour })),
        );
    };
    for pole in ["P1", "P2", "P3"] {
        for (pollutant, known) in &street.air_as_of(pole, from, until, as_of).pollutants {
            add(format!("{pole} {}", pollutant.id()), &known.hours);
        }
        add(format!("{pole} noise"), &street.hours(pole, "noise_laeq", from, until, as_of));
    }
    said
}

#[track_caller]
fn check(street: &Street, now: i64, known: &[(String, PoleHour)]) {
    let again = answers(street, now, Some(now));
    let differ: Vec<_> = again.iter().zip(known).filter(|(again, known)| again != known).collect();
    assert!(differ.is_empty() && again.len() == known.len(), "as of {} minutes {differ:#?}", (now - DAY) / MINUTE);
}

#[test]
fn a_sensor_that_was_first_heard_later_was_not_expected_then() {
    let mut street = Street::new();
    // too little for a mean, which would be expected of its own sensors alone
    street.run("s1", DAY, DAY + HOUR, 15 * MINUTE, &[("no2", "10")]);
    street.report("s1", DAY + HOUR, DAY + HOUR, &[("no2", "10")]);
    let known = answers(&street, DAY + HOUR, None);
    assert_eq!(known[0].1.expected, 6);
    for device in ["s1", "s2"] {
        street.run(device, DAY + 2 * HOUR, DAY + 60 * HOUR, 20 * MINUTE, &[("no2", "10"), ("no2/1", "10")]);
    }
    for _ in 0..2 {
        let then = answers(&street, DAY + HOUR, Some(DAY + HOUR + MINUTE));
        assert_eq!(then, known);
        street.commit();
    }
    assert_eq!(answers(&street, DAY + HOUR, Some(DAY + 58 * HOUR))[0].1.expected, 24, "ever heard of by then");
}

#[test]
fn hours_as_of_then_are_the_answer_of_then() {
    let (mut street, mut dice) = (Street::new(), 5u64);
    let mut throw = move |sides: i64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as i64 % sides
    };
    // what is expected hangs on the sensors that were ever heard of
    for device in ["s1", "s2", "s3", "mover", "raw"] {
        street.report(device, DAY, DAY, &[("pm10", "20"), ("no2", "10"), ("noise_laeq", "50")]);
    }
    let mut then = Vec::new();
    for now in (DAY + MINUTE..DAY + 20 * HOUR).step_by(3 * MINUTE as usize) {
        if throw(25) == 0 {
            then.push((now, answers(&street, now, None)));
            street.commit(); // as the service does once a second
        }
        let delay = if throw(4) == 0 { throw(8 * 60) * MINUTE } else { 0 };
        let device = ["s1", "s2", "s3", "mover", "raw"][throw(5) as usize];
        let (property, value) = (["pm10", "no2", "noise_laeq"][throw(3) as usize], (30 + throw(50)).to_string());
        street.report(device, (now - delay).max(DAY), now, &[(property, &value)]);
        if throw(6) == 0 {
            street.commit();
        }
        // soon after, when some of it is still open or not committed
        if let Some((then, known)) = then.last().filter(|(then, _)| (1..HOUR).contains(&(now - then))) {
            check(&street, *then, known);
        }
    }
    street.commit();
    assert!(then.len() > 5);
    for (now, known) in then {
        check(&street, now, &known);
    }
}

/// `mover` was at P3 from the beginning.
const MOVER: [(&str, &str); 1] =
    [("mover,P2,station,\nmover,P3,station,2026-11-25T09:45:00Z\n", "mover,P3,station,\n")];

#[test]
fn hours_as_of_then_are_of_the_poles_where_devices_hung_for_the_registry_of_then() {
    let mut street = Street::new();
    for device in ["s3", "mover", "raw"] {
        street.run(device, DAY, DAY + 2 * HOUR, 10 * MINUTE, &[("no2", if device == "s3" { "10" } else { "30" })]);
    }
    let (then, now) = (DAY + 2 * HOUR, DAY + 3 * HOUR);
    street.report("s3", then, then, &[("no2", "10")]);
    let known = answers(&street, then, None);
    street.change(&MOVER, then + 20 * MINUTE);
    street.report("s3", now, now, &[("no2", "10")]);
    street.commit();
    check(&street, then, &known);
    let hour = |pole: &str, as_of: Option<i64>| street.hours(pole, "no2", DAY, DAY + HOUR, as_of)[&UtcMillis(DAY)];
    let told = |pole, as_of| (hour(pole, as_of).mean, hour(pole, as_of).state, hour(pole, as_of).revision);
    let of = |no2: i64| Some(Mean(no2 * 1_000_000));
    assert_eq!(told("P2", Some(then)), (of(20), State::Provisional, 0), "both of them");
    assert_eq!(told("P2", None), (of(10), State::Corrected, 4), "the registry took one away, block by block");
    assert_eq!(told("P3", Some(then)), (of(30), State::Provisional, 0));
    assert_eq!((told("P3", None).1, told("P3", None).2), (State::Corrected, 4), "and brought it here");
    assert_eq!((hour("P2", Some(then)).expected, hour("P2", None).expected), (12, 6));
}

#[test]
fn devices_that_follow_each_other_within_an_hour_are_one_sensor() {
    let mut street = Street::new();
    let swap = "n4,P4,station,\nold4,P4,station,\nold4,P8,station,2026-11-25T00:15:00Z\nnew4,P4,station,2026-11-25T00:15:00Z\n";
    street.change(&[("n4,P4,station,\n", swap)], DAY + MINUTE);
    let (hour, swapped) = (DAY + HOUR, DAY + HOUR + 15 * MINUTE);
    street.run("old4", hour, swapped, 10 * MINUTE, &[("no2", "10")]);
    street.run("new4", swapped + 5 * MINUTE, hour + HOUR, 10 * MINUTE, &[("no2", "40")]);
    let found = street.hours("P4", "no2", hour, hour + HOUR, None)[&UtcMillis(hour)];
    assert_eq!((found.count, found.expected, found.covered_ms), (6, 6, HOUR));
    assert_eq!(found.mean, Some(Mean(30_000_000)));
    street.run("n4", hour, hour + HOUR, 10 * MINUTE, &[("no2", "50")]);
    let beside = street.hours("P4", "no2", hour, hour + HOUR, None)[&UtcMillis(hour)];
    assert_eq!((beside.expected, beside.mean), (12, Some(Mean(40_000_000))), "one beside them is another");
}

#[test]
fn an_hour_is_corrected_if_three_quarters_of_its_readings_are() {
    let mut street = Street::new();
    let hour = |n: i64| DAY + n * HOUR;
    for (n, dried) in [(0, 1), (1, 4), (2, 5), (3, 6)] {
        for at in 0..6 {
            let values: &[(&str, &str)] =
                if at < dried { &[("pm10", "20"), ("relative_humidity", "50")] } else { &[("pm10", "20")] };
            street.report("dry", hour(n) + at * 10 * MINUTE, hour(n) + at * 10 * MINUTE, values);
        }
    }
    street.report("dry", hour(5), hour(5), &[("pm10", "20")]);
    for _ in 0..2 {
        let hours = street.hours("P6", "pm10", hour(0), hour(4), None);
        let uncorrected: Vec<bool> = hours.values().map(|hour| hour.uncorrected).collect();
        assert_eq!(uncorrected, [true, true, false, false]);
        street.commit();
    }
}

#[test]
fn an_hour_of_two_sensors_is_corrected_if_three_quarters_of_the_readings_of_both_are() {
    let mut street = Street::new();
    let hour = |n: i64| DAY + n * HOUR;
    // the first is dried throughout, the second 3 or 2 times of 6: 9 or 8 of 12
    for (n, dried) in [(0, 3), (1, 2)] {
        for at in 0..6 {
            let (first, second) = (hour(n) + at * 10 * MINUTE, hour(n) + (at * 10 + 5) * MINUTE);
            street.report("dry", first, first, &[("pm10", "20"), ("relative_humidity", "50")]);
            let values: &[(&str, &str)] =
                if at < dried { &[("pm10/1", "20"), ("relative_humidity", "50")] } else { &[("pm10/1", "20")] };
            street.report("dry", second, second, values);
        }
    }
    street.report("dry", hour(4), hour(4), &[("pm10", "20")]);
    street.commit();
    let hours = street.hours("P6", "pm10", hour(0), hour(2), None);
    let told: Vec<_> = hours.values().map(|hour| (hour.count, hour.uncorrected)).collect();
    assert_eq!(told, [(12, false), (12, true)]);
}
