//! A figure is revised when it changed itself: its state, its number and the list of its revisions agree, now and as of then.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{DEVICES, HOUR, INSTALLED, MEASURED, MINUTE, MOVED, START, Square};
use proptest::prelude::*;
use smartpole_model::UtcMillis;
use smartpole_pipeline::Scope;
use smartpole_store::{State, Step, Store, Wanted, Window};
use smartpole_window::Aggregates;

/// Everything that is asked about, and from when on: P1, its zones, a device that moves, and one that stays.
fn questions(square: &Square) -> Vec<(Scope, &'static str, Step, i64)> {
    let scopes =
        [square.device("d1"), square.device("d3"), square.pole("P1"), square.zone("markt"), square.zone("stadt")];
    let steps =
        [(Step::Quarter, START), (Step::Hour, START), (Step::Day, START - 48 * HOUR), (Step::Week, START - 192 * HOUR)];
    let all = scopes.into_iter().flat_map(|scope| MEASURED.map(|property| (scope, property)));
    all.flat_map(|(scope, property)| steps.map(|(step, from)| (scope, property, step, from))).collect()
}

fn wanted((scope, property, step, from): (Scope, &str, Step, i64), to: i64, as_of: Option<i64>) -> Wanted {
    let (from, to, as_of) = (UtcMillis(from), UtcMillis(to), as_of.map(UtcMillis));
    Wanted { scope, property: common::number(property), channel: None, from, to, step, as_of }
}

/// Whether the numbers of all windows are those of their lists, whose items change something, and those of a question about then. A minute
/// passes meanwhile.
fn agree(square: &mut Square, now: i64) -> Result<(), TestCaseError> {
    let asked = questions(square);
    let ask = |square: &Square, question, as_of| square.queries.windows(&wanted(question, now, as_of)).unwrap();
    let known: Vec<Vec<Window>> = asked.iter().map(|question| ask(square, *question, None)).collect();
    for ((scope, property, step, _), windows) in asked.iter().zip(&known) {
        for window in windows {
            let question = wanted((*scope, *property, *step, window.start.0), now, None);
            let listed = square.queries.revised(&question, 0, 10_000).unwrap();
            prop_assert_eq!(window.revision as usize, listed.all, "{:?} {:?}", question, window);
            prop_assert_eq!(window.state == State::Corrected, listed.all > 0 && window.state != State::Open);
            let mut by_readings = listed.items.iter().filter(|item| item.reason.code() != "registry");
            prop_assert!(by_readings.all(|item| item.former != item.after), "{:?} {:?}", question, listed.items);
        }
    }
    square.tick(now + 2 * MINUTE);
    square.commit();
    for (question, windows) in asked.iter().zip(&known) {
        let said = |windows: &[Window]| -> Vec<_> {
            windows.iter().map(|window| (window.start, window.aggregate, window.revision)).collect()
        };
        prop_assert_eq!(said(&ask(square, *question, Some(now + MINUTE))), said(windows), "{:?} as of then", question);
    }
    Ok(())
}

/// Minutes from the last report, how late, which device, what it measured.
type Report = (i64, i64, usize, Vec<(usize, i64)>);

fn reports() -> impl Strategy<Value = Vec<Report>> {
    let delay = prop_oneof![3 => Just(0i64), 1 => 0..600i64];
    let values = prop::collection::vec((0..3usize, 0..40i64), 1..3);
    prop::collection::vec((0..9i64, delay, 0..3usize, values), 1..90)
}

/// Folds reports, committing after some; the instant after the last one.
fn fold(square: &mut Square, reports: &[Report], commits: &[usize]) -> i64 {
    let mut now = START;
    for (at, (later, delay, device, values)) in reports.iter().enumerate() {
        now += later * MINUTE;
        let values: Vec<(&str, i64)> = values.iter().map(|(property, value)| (MEASURED[*property], *value)).collect();
        square.report(DEVICES[*device], (now - delay * MINUTE).max(START), now, &values);
        if commits.contains(&(at % 17)) {
            square.commit();
        }
    }
    now
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_window_has_as_many_revisions_as_its_list_however_late_data_of_several_properties_come(
        reports in reports(),
        commits in prop::collection::vec(0..17usize, 0..6),
    ) {
        let mut square = Square::new();
        let now = fold(&mut square, &reports, &commits);
        square.commit();
        agree(&mut square, now)?;
    }

    #[test]
    fn so_it_has_after_a_registry_moved_a_device(
        before in reports(),
        after in reports(),
        commits in prop::collection::vec(0..17usize, 0..6),
    ) {
        let mut square = Square::new();
        let then = fold(&mut square, &before, &commits).max(MOVED);
        square.commit();
        square.register("id,pole,profile\nd1,P2,station\nd2,P2,station\nd3,P1,station\n", then + 5 * MINUTE);
        square.commit();
        let mut now = then + 10 * MINUTE;
        for (later, delay, device, values) in &after {
            now += later * MINUTE;
            let values: Vec<(&str, i64)> = values.iter().map(|(at, value)| (MEASURED[*at], *value)).collect();
            square.report(DEVICES[*device], (now - delay * MINUTE).max(START), now, &values);
        }
        square.commit();
        agree(&mut square, now)?;
    }
}

/// An hour of two properties of one device, closed.
fn an_hour() -> (Square, i64) {
    let mut square = Square::new();
    for device in DEVICES {
        square.run(device, START, START + 3 * HOUR, &[("pm2_5", 10), ("people_in", 1)]);
    }
    square.commit();
    (square, START + 3 * HOUR)
}

#[test]
fn an_hour_of_dust_is_not_revised_by_a_late_count_of_its_device() {
    let (mut square, now) = an_hour();
    square.report("d1", START + 2 * MINUTE, now, &[("people_in", 3)]);
    for _ in 0..2 {
        for scope in [square.device("d1"), square.pole("P1"), square.zone("markt")] {
            for (step, start) in [(Step::Quarter, START), (Step::Hour, START), (Step::Day, START - 22 * HOUR)] {
                let window = |property, start| square.window(scope, property, step, start).unwrap();
                assert_eq!(window("people_in", start).revision, 1, "{scope:?} {step:?}");
                let air = if step == Step::Day { START - 22 * HOUR } else { start };
                let dust = square.windows(scope, "pm2_5", step, air - 2 * HOUR, air + 2 * HOUR);
                assert!(dust.iter().all(|window| window.revision == 0 && window.state != State::Corrected), "{dust:?}");
            }
        }
        square.commit();
    }
}

#[test]
fn what_came_and_went_within_a_minute_of_receipt_is_no_revision_wherever_a_batch_ends() {
    for commits in [false, true] {
        let (mut square, now) = an_hour();
        let calibrated = common::Texts {
            calibrations: "device,property,channel,from,to,offset,gain\nd1,pm2_5,0,,,5,1\n",
            ..common::TEXTS
        };
        for (n, files) in (0..).zip([calibrated, common::TEXTS]) {
            square.redraw(files, now + HOUR + n);
            if commits {
                square.commit();
            }
        }
        square.commit();
        let hour = square.window(square.device("d1"), "pm2_5", Step::Hour, START).unwrap();
        assert_eq!((hour.aggregate.sum, hour.revision), (12 * 10, 0), "{commits}");
        agree(&mut square, now).unwrap();
    }
}

#[test]
fn a_block_that_was_open_when_it_moved_is_no_revision_in_the_list_nor_as_of_then() {
    let mut square = Square::new();
    square.run("d1", START, START + 50 * MINUTE, &[("temperature", 10)]);
    square.commit();
    square.register(&INSTALLED.replace("d1,P1,station,,,\n", "d1,P2,station,,,\n"), START + 50 * MINUTE);
    square.run("d1", START + 50 * MINUTE, START + 3 * HOUR, &[("temperature", 10)]);
    square.commit();
    let question = (square.pole("P2"), "temperature", Step::Hour, START);
    let (now, to) = (START + 3 * HOUR, START + HOUR);
    let live = square.queries.windows(&wanted(question, to, None)).unwrap()[0];
    let then = square.queries.windows(&wanted(question, to, Some(now))).unwrap()[0];
    let listed = square.queries.revised(&wanted(question, to, None), 0, 10).unwrap().all;
    // two blocks were closed, two were open
    assert_eq!((live.revision, then.revision, listed), (2, 2, 2));
}

/// The file as a program had written it that counted revisions of blocks, of hours and days together.
fn written_before(square: &Square) {
    let file = rusqlite::Connection::open(square.dir().join(smartpole_store::FILE)).unwrap();
    for (table, column) in [("block", "aggregates"), ("revision", "former"), ("rollup", "aggregates")] {
        let mut read = file.prepare(&format!("SELECT DISTINCT {column} FROM {table} WHERE {column} <> x''")).unwrap();
        let packed: Vec<Vec<u8>> = read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for packed in packed {
            let mut all = Aggregates::unpack(&packed).unwrap();
            all.0.iter_mut().for_each(|(_, aggregate)| aggregate.revisions = 0);
            let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
            file.execute(&sql, rusqlite::params![packed, all.pack()]).unwrap();
        }
    }
    file.execute_batch(
        "ALTER TABLE rollup ADD COLUMN revision INTEGER NOT NULL DEFAULT 7; ALTER TABLE moved DROP COLUMN open;
         DROP TABLE heard; PRAGMA user_version = 10;",
    )
    .unwrap();
}

#[test]
fn quarters_of_a_former_program_are_told_apart_by_property_and_hours_keep_their_number() {
    let (mut square, now) = an_hour();
    for (at, property) in [(2, "people_in"), (3, "pm2_5"), (4, "people_in"), (80, "pm2_5")] {
        square.report("d1", START + at * MINUTE, now + at * MINUTE, &[(property, 3)]);
        square.commit();
    }
    let told = |square: &Square, step| {
        let scopes = [square.device("d1"), square.pole("P1")].into_iter();
        let of = |scope, property| square.windows(scope, property, step, START, now);
        let all = scopes.flat_map(|scope| ["pm2_5", "people_in"].map(|property| of(scope, property)));
        all.map(|windows| windows.iter().map(|window| window.revision).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let quarters = told(&square, Step::Quarter);
    assert_eq!((quarters[0][0], quarters[1][0]), (1, 2));
    written_before(&square);
    square.store = Store::open(square.dir()).unwrap();
    assert_eq!(told(&square, Step::Quarter), quarters);
    assert_eq!(told(&square, Step::Hour), vec![vec![7; 3]; 4]);
    square.report("d1", START + 6 * MINUTE, now + HOUR, &[("pm2_5", 3)]);
    square.commit();
    assert_eq!((told(&square, Step::Hour)[0][0], told(&square, Step::Hour)[1][0]), (8, 7));
}
