//! Hours that are read by the week say what they say one by one.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{DEVICES, HOUR, MEASURED, Square};
use rusqlite::Connection;
use smartpole_pipeline::Scope;
use smartpole_store::{Queries, Step, Store, Window};

/// 2026-04-02T00:00:00Z, a Thursday, as 1970-01-01 was: a week begins.
const FIRST: i64 = 1_775_088_000_000;
const DAY: i64 = 24 * HOUR;

/// `d1` moves from P1 to P3, earlier or later.
fn installed(moved: &str) -> String {
    format!(
        "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd1,P3,station,{moved},,\nd2,P2,station,,,\nd3,P1,station,,,\n"
    )
}

fn city_file(square: &Square) -> Connection {
    Connection::open(square.dir().join(smartpole_store::FILE)).unwrap()
}

fn count(square: &Square, table: &str) -> i64 {
    city_file(square).query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// A noise that is the same in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % sides
    }

    /// Reports an hour of some device, one in six late by up to two weeks.
    fn report(&mut self, square: &mut Square, now: i64) {
        let delay = if self.throw(6) == 0 { self.throw(14 * 24) * HOUR } else { 0 };
        let measured = (now - delay).max(FIRST) + self.throw(60) * 60_000 - HOUR;
        let values = MEASURED.map(|property| (property, self.throw(60)));
        let some = 1 + self.throw(3) as usize;
        square.report(DEVICES[self.throw(3) as usize], measured, now, &values[..some]);
    }
}

/// Answers about all of the time, some of them as of an earlier instant.
fn answers(square: &Square, now: i64, dice: &mut Dice) -> Vec<Vec<Window>> {
    let mut answers = Vec::new();
    let as_of = [now - DAY, now - dice.throw(25) * DAY, now - dice.throw(25 * 24) * HOUR];
    // the span begins and ends within weeks
    let (from, to) = (FIRST + dice.throw(9 * 24) * HOUR, now + HOUR - dice.throw(9 * 24) * HOUR);
    for scope in [square.pole("P1"), square.pole("P2"), square.zone("markt"), square.zone("stadt")] {
        for property in MEASURED {
            for step in [Step::Hour, Step::Day, Step::Week] {
                answers.push(square.windows(scope, property, step, FIRST - DAY, now + DAY));
                answers.push(square.windows(scope, property, step, from, to));
                answers.extend(as_of.map(|as_of| square.windows_as_of(as_of, scope, property, step, from, now)));
            }
        }
    }
    answers
}

/// The same answers with copies, with what was summed up for them, and by one who was never asked, without copies.
fn check(square: &mut Square, now: i64, dice: &Dice) {
    let with = answers(square, now, &mut Dice(dice.0));
    let again = answers(square, now, &mut Dice(dice.0));
    let file = city_file(square);
    file.execute("UPDATE week SET property = -2 WHERE property = -1", []).unwrap();
    let asked = forget(square);
    let without = answers(square, now, &mut Dice(dice.0));
    square.queries = asked;
    file.execute("UPDATE week SET property = -1 WHERE property = -2", []).unwrap();
    assert!(with.iter().any(|windows| !windows.is_empty()));
    for ((with, again), without) in with.iter().zip(&again).zip(&without) {
        assert_eq!((with, again), (without, without));
    }
}

/// From here on questions go to one who was never asked; the one before is given back.
fn forget(square: &mut Square) -> Queries {
    let fresh = square.never_asked();
    std::mem::replace(&mut square.queries, fresh)
}

#[test]
fn weeks_say_what_their_hours_say_whatever_comes_late_and_whatever_registries_change() {
    for seed in 0..2 {
        let (mut square, mut dice) = (Square::new(), Dice(seed));
        let (mut withdrawn, mut copied) = (0, 0);
        for hour in 0..26 * 24 {
            let now = FIRST + hour * HOUR;
            dice.report(&mut square, now);
            if dice.throw(8) == 0 {
                let before = count(&square, "week WHERE property = -1");
                square.commit();
                copied = count(&square, "week WHERE property = -1");
                withdrawn += i64::from(copied < before);
            }
            match hour {
                400 => square.register(&installed("2026-04-09T06:00:00Z"), now),
                500 => square.register(&installed("2026-04-17T06:00:00Z"), now),
                _ if dice.throw(150) == 0 && hour > 24 => check(&mut square, now, &dice),
                _ => {}
            }
        }
        square.commit();
        check(&mut square, FIRST + 26 * DAY, &dice);
        assert!(withdrawn > 0 && copied > 5, "{withdrawn} commits withdrew copies, {copied} are there");
    }
}

#[test]
fn a_week_is_copied_two_days_after_its_end_and_again_after_a_change() {
    let mut square = Square::new();
    let copies = |square: &Square| (count(square, "week WHERE property = -1 AND scope = 2"), count(square, "week_due"));
    square.report("d2", FIRST + HOUR, FIRST + HOUR, &[("pm2_5", 10)]);
    square.report("d2", FIRST + 9 * DAY - HOUR, FIRST + 9 * DAY - HOUR, &[("pm2_5", 10)]);
    square.commit();
    assert_eq!(copies(&square), (0, 3), "P2, markt, stadt");
    square.report("d2", FIRST + 9 * DAY, FIRST + 9 * DAY, &[("pm2_5", 10)]);
    square.commit();
    assert_eq!(copies(&square).0, 1);
    let sum = |square: &Square| {
        let windows = square.windows(square.pole("P2"), "pm2_5", Step::Hour, FIRST, FIRST + DAY);
        windows.iter().map(|window| window.aggregate.sum).sum::<i64>()
    };
    assert_eq!(sum(&square), 10);
    square.report("d2", FIRST + 2 * HOUR, FIRST + 10 * DAY, &[("pm2_5", 30)]);
    assert_eq!(sum(&square), 40, "in memory");
    square.commit();
    assert_eq!((sum(&square), copies(&square).0), (40, 1), "in the file, and copied once more");
}

#[test]
fn a_week_of_a_zone_is_summed_up_once_until_one_of_its_hours_changes() {
    let mut square = Square::new();
    for (device, hour) in [("d1", 1), ("d2", 1), ("d1", 9 * 24), ("d2", 9 * 24 + 1)] {
        square.report(device, FIRST + hour * HOUR, FIRST + hour * HOUR, &[("pm2_5", 10)]);
        square.commit();
    }
    let sum = |square: &Square| {
        let windows = square.windows(square.zone("stadt"), "pm2_5", Step::Hour, FIRST, FIRST + 9 * DAY);
        windows.iter().map(|window| window.aggregate.sum).sum::<i64>()
    };
    let hide = "UPDATE week SET number = -number; UPDATE rollup SET number = -number";
    assert_eq!(sum(&square), 20);
    city_file(&square).execute_batch(hide).unwrap();
    assert_eq!(sum(&square), 20, "nobody looks at its hours");
    let asked = forget(&mut square);
    assert_eq!(sum(&square), 0, "one who was not asked before does");
    square.queries = asked;
    city_file(&square).execute_batch(hide).unwrap();
    square.report("d2", FIRST + 2 * HOUR, FIRST + 10 * DAY, &[("pm2_5", 30)]);
    assert_eq!(sum(&square), 50, "in memory");
    square.commit();
    assert_eq!(sum(&square), 50, "in the file");
    square.report("d2", FIRST + 3 * HOUR, FIRST + 10 * DAY, &[("pm2_5", 30)]);
    square.commit();
    assert_eq!(sum(&square), 80, "once more");
}

#[test]
fn a_file_of_a_former_program_gets_its_copies_little_by_little() {
    let mut square = Square::new();
    for week in 0..12 {
        square.report("d1", FIRST + week * 7 * DAY, FIRST + week * 7 * DAY, &[("pm2_5", 10)]);
    }
    square.commit();
    let former: Vec<Window> = year(&square, square.zone("stadt"));
    city_file(&square)
        .execute_batch("DROP TABLE week; DROP TABLE week_due; DROP TABLE week_changed; DROP TABLE heard; PRAGMA user_version = 7;
                 ALTER TABLE rollup ADD COLUMN revision INTEGER NOT NULL DEFAULT 0; ALTER TABLE moved DROP COLUMN open;")
        .unwrap();
    square.store = Store::open(square.dir()).unwrap();
    let mut copied = Vec::new();
    for minute in 0..12 {
        square.report("d3", FIRST + 84 * DAY, FIRST + 84 * DAY + minute * 60_000, &[("temperature", minute)]);
        square.commit();
        copied.push(count(&square, "week WHERE property = -1"));
        assert_eq!(year(&square, square.zone("stadt")), former);
    }
    assert!(copied[0] < copied[11] && copied[11] == 22, "{copied:?}");
}

fn year(square: &Square, scope: Scope) -> Vec<Window> {
    square.windows(scope, "pm2_5", Step::Hour, FIRST - DAY, FIRST + 76 * DAY)
}
