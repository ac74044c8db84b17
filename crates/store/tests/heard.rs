//! What was expected of a device, and whether it was expected at all, is a matter of what had been received by then.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{HOUR, MINUTE, START, Square, number, street};
use smartpole_model::{Flag, Flags, Series, UtcMillis};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_store::{Step, Store, Stretch, WantedFrozen, Window};
use smartpole_window::{Aggregate, Aggregates, Level};
use street::{DAY, Street};

/// Windows of the places of a zone and what its counters should have sent, as of an instant.
fn answers(square: &Square, as_of: i64) -> (Vec<Window>, Vec<i64>) {
    let places = [square.device("d2"), square.pole("P2"), square.zone("markt")];
    let steps = [Step::Quarter, Step::Hour, Step::Day];
    let of = |(scope, step)| square.windows_as_of(as_of, scope, "people_in", step, START, START + 4 * HOUR);
    let windows = places.iter().flat_map(|scope| steps.map(|step| (*scope, step))).flat_map(of);
    (windows.collect(), places.map(|scope| expected(square, scope, as_of)).into())
}

fn expected(square: &Square, scope: Scope, as_of: i64) -> i64 {
    let counters = square.queries.counters(scope, (&[number("people_in")], None), Some(UtcMillis(as_of))).unwrap();
    let span: [Stretch; 1] = [(UtcMillis(START), UtcMillis(START + HOUR))];
    counters.expected(&span)
}

/// Two hours of `d3`; `d2` hangs there and was never heard. What is asked as of now is asked of them before `d2` hands its history over.
fn handed_over(property: &str) -> (Square, i64, (Vec<Window>, Vec<i64>)) {
    let (mut square, now) = (Square::new(), START + 2 * HOUR);
    square.run("d3", START, now, &[("people_in", 2)]);
    square.tick(now);
    square.commit();
    let before = answers(&square, now);
    for at in (START..now).step_by(5 * MINUTE as usize) {
        square.report("d2", at, now + 1_000, &[(property, at / MINUTE % 1_000)]);
    }
    square.tick(now + MINUTE);
    (square, now, before)
}

#[test]
fn a_counter_that_hands_over_its_history_was_not_expected_before() {
    for property in ["people_in", "people_in_total"] {
        let (square, now, before) = handed_over(property);
        assert_eq!(before.1, [0, 0, 12]);
        // in memory, under way, in the file without the fold's knowing, and committed
        for step in 0..4 {
            assert_eq!(answers(&square, now), before, "{property} {step}");
            assert_eq!(answers(&square, now + MINUTE).1, [12, 12, 24], "{property} {step}");
            match step {
                0 => square.commit_untold(),
                1 => drop(square.take()),
                2 => square.fold.write().unwrap().committed(),
                _ => {}
            }
        }
    }
}

#[test]
fn what_a_device_is_heard_of_is_noted_once_however_often_the_service_is_killed() {
    let (square, now, before) = handed_over("people_in");
    square.commit();
    *square.fold.write().unwrap() = square.restored();
    let mut square = square;
    square.report("d2", now + 2 * MINUTE, now + 2 * MINUTE, &[("people_in", 1)]);
    assert_eq!(square.fold.read().unwrap().heard_lately(), []);
    square.report("d2", now + 3 * MINUTE, now + 3 * MINUTE, &[("noise", 1)]);
    assert_eq!(square.fold.read().unwrap().heard_lately().len(), 1);
    square.commit();
    assert_eq!(answers(&square, now), before);
}

#[test]
fn public_coverage_is_of_counters_that_had_been_heard_when_the_figure_was_first_shown() {
    let mut square = Square::new();
    square.run("d3", START, START + 5 * HOUR, &[("people_in", 2)]);
    square.commit();
    let property = number("people_in");
    let (from, to) = (UtcMillis(START).quarter(), UtcMillis(START + HOUR).quarter());
    let wanted = WantedFrozen { poles: &[0, 1], properties: [property, property], from, to };
    let before = square.queries.frozen(&wanted).unwrap().quarters;
    assert_eq!((before[0].counters, before[0].measuring), (1, 1));
    square.run("d2", START + 5 * HOUR, START + 6 * HOUR, &[("people_in", 1)]);
    square.commit();
    assert_eq!(square.queries.frozen(&wanted).unwrap().quarters, before);
}

#[test]
fn a_sensor_that_hands_over_its_history_was_expected_of_no_pole_nor_beside_another_before() {
    let (mut street, now) = (Street::new(), DAY + 2 * HOUR);
    for device in ["s1", "s3", "n4"] {
        street.run(device, DAY, now, 10 * MINUTE, &[("no2", "10")]);
    }
    street.tick(now);
    street.commit();
    let ask = |street: &Street| {
        let hours = |pole| street.hours(pole, "no2", DAY, now, Some(now));
        (["P1", "P5"].map(hours), street.peers("P1", "no2", DAY, now, Some(now)))
    };
    let before = ask(&street);
    assert_eq!(before.1.as_ref().unwrap().around.len(), 2);
    for (device, gas) in [("s2", "no2_ppb"), ("n5", "no2")] {
        for at in (DAY..now).step_by(30 * MINUTE as usize) {
            street.report(device, at, now + 1_000, &[(gas, "20")]);
        }
    }
    street.tick(now + MINUTE);
    for _ in 0..2 {
        assert_eq!(ask(&street), before);
        street.commit();
    }
    assert_eq!(street.peers("P1", "no2", DAY, now, None).unwrap().around.len(), 3);
}

#[test]
fn of_a_file_of_a_former_program_it_is_told_from_hours_from_open_blocks_and_from_the_newest_readings() {
    let mut square = Square::new();
    square.run("d1", START + 2 * HOUR, START + 4 * HOUR, &[("pm2_5", 3), ("temperature", 3)]);
    square.run("d1", START + 4 * HOUR, START + 5 * HOUR, &[("people_in_total", 7)]);
    square.commit();
    square.report("d3", START + 5 * HOUR, START + 5 * HOUR + 3 * MINUTE, &[("noise", 50)]);
    square.commit();
    let file = rusqlite::Connection::open(square.dir().join(smartpole_store::FILE)).unwrap();
    // a mapping was mended before: of what was noise all is superseded
    let superseded = Aggregate { excluded: 3, flags: Flags::NONE.with(Flag::Superseded), ..Aggregate::default() };
    let was_noise = Aggregates(vec![(Series { property: number("noise"), channel: 0 }, superseded)]).pack();
    let device = square.number(NameKind::Device, "d1");
    let sql = "INSERT INTO rollup(level, scope, number, start, aggregates) VALUES (?1, 1, ?2, ?3, ?4)";
    file.execute(sql, rusqlite::params![Level::Day as u8, device, START - 93 * HOUR, was_noise]).unwrap();
    file.execute_batch("DROP TABLE heard; PRAGMA user_version = 11").unwrap();
    Store::open(square.dir()).unwrap();
    let sql = "SELECT name.id, property, minute - ?1 FROM heard JOIN name ON name.kind = 1 AND name.number = device
               ORDER BY name.id, property";
    let mut rows = file.prepare(sql).unwrap();
    let rows = rows.query_map([START / MINUTE], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let rows: Vec<(String, u16, i64)> = rows.unwrap().map(Result::unwrap).collect();
    let told = |device: &str, property, minute| (device.to_owned(), number(property).0, minute);
    let expected = [
        told("d1", "pm2_5", 120),
        told("d1", "temperature", 120),
        told("d1", "people_in", 240),
        told("d1", "people_in_total", 240),
        told("d3", "noise", 303),
    ];
    assert_eq!(rows, expected);
}
