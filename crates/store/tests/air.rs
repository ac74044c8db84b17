//! Hours of air at the poles of a street: sensors side by side, corrected and not, moved, silent, late.

mod common;

use common::{
    HOUR, MINUTE,
    street::{DAY, MOVED, Street},
};
use smartpole_method::{
    air::{Mean, Pollutant},
    index::{Index, Site},
};
use smartpole_model::{Flag, PropertyNo, UtcMillis};
use smartpole_pipeline::Scope;
use smartpole_store::{PoleAir, State, Step, Wanted};

/// The mean of an hour, as text, and whether an index may use it.
fn hour(air: &PoleAir, pollutant: Pollutant, start: i64) -> Option<(String, bool)> {
    let hour = air.hour(pollutant, UtcMillis(start))?;
    Some((hour.mean?.to_string(), !hour.uncorrected))
}

fn corrected(mean: &str) -> Option<(String, bool)> {
    Some((mean.to_owned(), true))
}

#[test]
fn a_day_is_the_mean_of_its_hours_and_not_of_its_readings() {
    // 720 readings of 10 and 72 of 40 have the mean 12.7; 39. BImSchV, annex 11 A asks for that of the hourly means
    let mut street = Street::new();
    for start in (0..24).map(|hour| DAY + hour * HOUR) {
        let (every, value) = if start < DAY + 12 * HOUR { (MINUTE, "10") } else { (10 * MINUTE, "40") };
        street.run("s1", start, start + HOUR, every, &[("pm10", value)]);
    }
    for _ in 0..2 {
        let air = street.air("P1", DAY, DAY + 24 * HOUR);
        let day = air.pollutants[&Pollutant::Pm10].means.day(UtcMillis(DAY));
        assert_eq!((day.mean, day.valid), (Some(Mean(25_000_000)), 24));
        street.commit();
    }
}

#[test]
fn particles_that_nothing_corrected_have_a_mean_and_no_index() {
    let mut street = Street::new();
    street.run("raw", DAY, DAY + HOUR, 10 * MINUTE, &[("pm2_5", "60")]);
    street.run("s1", DAY, DAY + HOUR, 10 * MINUTE, &[("pm2_5", "60")]);
    let (raw, calibrated) = (street.air("P3", DAY, DAY + HOUR), street.air("P1", DAY, DAY + HOUR));
    assert_eq!(hour(&raw, Pollutant::Pm2_5, DAY), Some(("60".to_owned(), false)));
    assert_eq!(hour(&calibrated, Pollutant::Pm2_5, DAY), corrected("60"));
    let answer = raw.answer(Index::UbaLqi2025, UtcMillis(DAY));
    assert_eq!((answer.class, answer.uncorrected), (None, vec![Pollutant::Pm2_5]));
    let answer = calibrated.answer(Index::UbaLqi2025, UtcMillis(DAY));
    assert_eq!((answer.class, answer.uncorrected), (Some(4), vec![]));
    let now = street.queries.air(&[street.pole("P3"), street.pole("P1")]).unwrap();
    assert_eq!(now[0], None);
    let air = now[1].as_ref().unwrap();
    assert_eq!((air.class, air.worst, air.hour, air.count, air.expected), (4, "pm2_5", UtcMillis(DAY), 6, 6));
    assert_eq!(air.missing, ["pm10", "no2", "o3", "so2"]);
}

#[test]
fn a_gas_needs_no_correction() {
    let mut street = Street::new();
    street.run("raw", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "11")]);
    assert_eq!(street.air("P3", DAY, DAY + HOUR).answer(Index::UbaLqi2025, UtcMillis(DAY)).class, Some(1));
}

#[test]
fn one_uncorrected_hour_of_24_costs_the_former_index_its_particles() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + 24 * HOUR, 10 * MINUTE, &[("pm2_5", "12")]);
    let former = |street: &Street| {
        let air = street.air("P1", DAY, DAY + 24 * HOUR);
        air.answer(Index::UbaLqiFormer, UtcMillis(DAY + 23 * HOUR)).classes
    };
    assert_eq!(former(&street), [(Pollutant::Pm2_5, 1)]);
    street.run("old", DAY + 9 * HOUR, DAY + 10 * HOUR, 10 * MINUTE, &[("pm2_5", "12")]);
    assert_eq!(former(&street), []);
}

#[test]
fn a_second_sensor_that_dies_does_not_cost_the_pole_its_hour() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + 2 * HOUR, 10 * MINUTE, &[("pm10", "10")]);
    street.run("s2", DAY, DAY + HOUR, 10 * MINUTE, &[("pm10", "20")]);
    let air = street.air("P1", DAY, DAY + 2 * HOUR);
    assert_eq!(hour(&air, Pollutant::Pm10, DAY), corrected("15"));
    assert_eq!(hour(&air, Pollutant::Pm10, DAY + HOUR), corrected("10"));
    let silent = air.hour(Pollutant::Pm10, UtcMillis(DAY + HOUR)).unwrap();
    assert_eq!((silent.came, silent.expected), (6, 6), "its coverage is that of the sensor it is made of");
    let both = air.hour(Pollutant::Pm10, UtcMillis(DAY)).unwrap();
    assert_eq!((both.came, both.expected), (12, 12));
    street.run("s1", DAY + 2 * HOUR, DAY + 2 * HOUR + 40 * MINUTE, 10 * MINUTE, &[("pm10", "10")]);
    let air = street.air("P1", DAY + 2 * HOUR, DAY + 3 * HOUR);
    let none = air.hour(Pollutant::Pm10, UtcMillis(DAY + 2 * HOUR)).unwrap();
    assert_eq!((none.mean, none.came, none.expected), (None, 4, 12), "without a mean it is that of all");
}

#[test]
fn sensors_weigh_alike_however_often_they_report() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + HOUR, 10 * MINUTE, &[("pm10", "10")]);
    street.run("s2", DAY, DAY + HOUR, MINUTE, &[("pm10", "40")]);
    assert_eq!(hour(&street.air("P1", DAY, DAY + HOUR), Pollutant::Pm10, DAY), corrected("25"));
}

#[test]
fn channels_are_sensors_of_their_own() {
    let mut street = Street::new();
    street.run("s3", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "10"), ("no2/1", "30")]);
    street.run("s3", DAY + HOUR, DAY + 2 * HOUR, 10 * MINUTE, &[("no2", "10")]);
    let air = street.air("P2", DAY, DAY + 2 * HOUR);
    assert_eq!(hour(&air, Pollutant::No2, DAY), corrected("20"));
    assert_eq!(hour(&air, Pollutant::No2, DAY + HOUR), corrected("10"));
}

#[test]
fn an_hour_needs_three_quarters_of_what_a_full_one_brings() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + 40 * MINUTE, 10 * MINUTE, &[("no2", "50")]);
    assert_eq!(street.queries.air(&[street.pole("P1")]).unwrap(), [None], "4 of 6, all that could come by now");
    street.run("s1", DAY + 40 * MINUTE, DAY + 50 * MINUTE, 10 * MINUTE, &[("no2", "50")]);
    let air = street.queries.air(&[street.pole("P1")]).unwrap().remove(0).unwrap();
    assert_eq!((air.class, air.hour, air.count, air.expected), (2, UtcMillis(DAY), 5, 6), "while the hour runs");
}

#[test]
fn the_air_now_is_at_most_three_hours_before_the_running_one() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "50")]);
    let heard = |street: &Street| street.queries.air(&[street.pole("P1")]).unwrap()[0].is_some();
    street.run("s3", DAY + 4 * HOUR - MINUTE, DAY + 4 * HOUR, 10 * MINUTE, &[("no2", "50")]);
    assert!(heard(&street));
    street.run("s3", DAY + 4 * HOUR, DAY + 4 * HOUR + MINUTE, 10 * MINUTE, &[("no2", "50")]);
    assert!(!heard(&street));
}

#[test]
fn an_hour_in_which_a_sensor_moved_is_of_the_pole_where_three_quarters_of_it_were() {
    let mut street = Street::new();
    let start = MOVED - 45 * MINUTE;
    street.run("mover", start - HOUR, start + 2 * HOUR, 10 * MINUTE, &[("no2", "50")]);
    for _ in 0..2 {
        let means = |pole: &str| {
            let air = street.air(pole, start - HOUR, start + 2 * HOUR);
            [-HOUR, 0, HOUR].map(|after| hour(&air, Pollutant::No2, start + after).is_some())
        };
        assert_eq!((means("P2"), means("P3")), ([true, true, false], [false, false, true]));
        street.commit();
    }
}

#[test]
fn gases_told_in_ppb_are_means_of_mass() {
    let mut street = Street::new();
    street.run("s3", DAY, DAY + 50 * MINUTE, 10 * MINUTE, &[("no2_ppb", "10")]);
    let air = street.air("P2", DAY, DAY + HOUR);
    assert_eq!(hour(&air, Pollutant::No2, DAY), corrected("19.1"), "10 ppb × 1.913, at the resolution of no2");
    assert_eq!(air.hour(Pollutant::No2, UtcMillis(DAY)).map(|hour| (hour.count, hour.expected)), Some((5, 6)));
}

#[test]
fn means_in_another_unit_meet_no_band() {
    let mut street = Street::new();
    street.run("s3", DAY, DAY + HOUR, 10 * MINUTE, &[("so2", "500"), ("o3", "30")]);
    let air = street.air("P2", DAY, DAY + HOUR);
    assert_eq!(air.pollutants.keys().copied().collect::<Vec<_>>(), [Pollutant::O3], "so2 is told in mg/m3 here");
}

#[test]
fn the_european_index_wants_particles_and_both_gases() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + HOUR, 10 * MINUTE, &[("pm2_5", "3"), ("no2", "3")]);
    street.run("s1", DAY + HOUR, DAY + 2 * HOUR, 10 * MINUTE, &[("pm2_5", "3"), ("no2", "3"), ("o3", "70")]);
    let air = street.air("P1", DAY, DAY + 2 * HOUR);
    let class = |start| air.answer(Index::EuropeanAqi2024(Site::Elsewhere), UtcMillis(start)).class;
    assert_eq!((class(DAY), class(DAY + HOUR)), (None, Some(2)));
}

#[test]
fn at_a_major_road_the_european_index_wants_no_ozone() {
    let mut street = Street::new();
    for device in ["s1", "n8"] {
        street.run(device, DAY, DAY + HOUR, 10 * MINUTE, &[("pm10", "3"), ("no2", "30")]);
    }
    let class = |pole: &str| {
        let air = street.air(pole, DAY, DAY + HOUR);
        air.indices().map(|index| air.answer(index, UtcMillis(DAY)).class)
    };
    assert_eq!(class("P1"), [Some(1), Some(1), None]);
    assert_eq!(class("P8"), [Some(1), Some(1), Some(3)]);
}

#[test]
fn late_readings_lead_to_the_same_means_and_are_told() {
    let (mut in_order, mut late) = (Street::new(), Street::new());
    late.report("n8", DAY - HOUR, DAY - HOUR, &[("pm10", "1")]);
    for (at, value) in (0..18).map(|n| (DAY + n * 10 * MINUTE, (n * 7 % 50).to_string())) {
        in_order.report("s1", at, at, &[("pm10", &value)]);
        if at < DAY + HOUR {
            continue;
        }
        late.report("s1", at, at, &[("pm10", &value)]);
    }
    late.commit();
    for n in (0..6).rev() {
        late.report("s1", DAY + n * 10 * MINUTE, DAY + 4 * HOUR, &[("pm10", &(n * 7 % 50).to_string())]);
    }
    let means = |street: &Street| street.air("P1", DAY, DAY + 3 * HOUR).pollutants[&Pollutant::Pm10].means.clone();
    for _ in 0..2 {
        assert_eq!(means(&late), means(&in_order));
        let air = late.air("P1", DAY, DAY + HOUR);
        let told = air.hour(Pollutant::Pm10, UtcMillis(DAY)).unwrap();
        assert_eq!((told.state, told.revision > 0), (State::Corrected, true));
        assert!(told.flags.contains(Flag::Corrected), "by its calibration");
        late.commit();
    }
}

#[test]
fn poles_are_answered_in_the_order_asked_and_unknown_ones_are_empty() {
    let mut street = Street::new();
    street.run("s1", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "1")]);
    street.run("s3", DAY, DAY + HOUR, 10 * MINUTE, &[("no2", "2")]);
    let poles = [street.pole("P2"), smartpole_model::PoleNo(999), street.pole("P1")];
    let answers = street.queries.air_hours(&poles, (UtcMillis(DAY), UtcMillis(DAY + HOUR)), None, |pole, air| {
        (pole, hour(&air, Pollutant::No2, DAY).map(|(mean, _)| mean))
    });
    let means = [Some("2".to_owned()), None, Some("1".to_owned())];
    assert_eq!(answers.unwrap(), poles.into_iter().zip(means).collect::<Vec<_>>());
}

#[test]
fn windows_of_a_gas_told_in_ppb_expect_its_readings() {
    let mut street = Street::new();
    street.run("s3", DAY, DAY + 30 * MINUTE, 10 * MINUTE, &[("no2_ppb", "10")]);
    street.report("s3", DAY + 70 * MINUTE, DAY + 70 * MINUTE, &[("pm2_5", "7")]);
    let (scope, step) = (Scope::Pole(street.pole("P2")), Step::Hour);
    let (from, to) = (UtcMillis(DAY), UtcMillis(DAY + HOUR));
    let wanted = Wanted { scope, property: PropertyNo(3), channel: None, from, to, step, as_of: None };
    let windows = street.queries.windows(&wanted).unwrap();
    assert_eq!(windows.iter().map(|window| (window.aggregate.count, window.expected)).collect::<Vec<_>>(), [(3, 6)]);
}
