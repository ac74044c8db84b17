//! As of an earlier minute a question has the answer that it had then.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{DEVICES, HOUR, MEASURED, MINUTE, START, Square};
use smartpole_model::UtcMillis;
use smartpole_pipeline::Scope;
use smartpole_store::{State, Step, Wanted, Window};

/// What a window says; how settled it is depends on the clock, whether it was open or corrected on what was known.
type Said = (i64, i64, i64, i64, i64, i32, u32, bool);

fn said(window: &Window) -> Said {
    let aggregate = window.aggregate;
    let open = window.state == State::Open;
    (
        window.start.0,
        aggregate.count,
        aggregate.sum,
        aggregate.min,
        aggregate.max,
        aggregate.excluded,
        window.revision,
        open,
    )
}

fn questions(square: &Square) -> Vec<(Scope, &'static str, Step)> {
    let devices = DEVICES.iter().filter(|id| square.fold.read().unwrap().device_no(id).is_some());
    let scopes: Vec<Scope> =
        devices.map(|id| square.device(id)).chain([square.pole("P1"), square.zone("markt")]).collect();
    let mut questions = Vec::new();
    for scope in scopes {
        for property in MEASURED {
            questions.extend([Step::Quarter, Step::Hour, Step::Day, Step::Week].map(|step| (scope, property, step)));
        }
    }
    questions
}

/// Answers to all questions about the last hours and the days.
fn answers(square: &Square, now: i64, as_of: Option<i64>) -> Vec<Vec<Said>> {
    answers_from(START - 192 * HOUR, square, now, as_of)
}

fn answers_from(from: i64, square: &Square, now: i64, as_of: Option<i64>) -> Vec<Vec<Said>> {
    let ask = |(scope, property, step): (Scope, &str, Step)| {
        let found = match as_of {
            None => square.windows(scope, property, step, from, now),
            Some(as_of) => square.windows_as_of(as_of, scope, property, step, from, now),
        };
        found.iter().map(said).collect()
    };
    questions(square).into_iter().map(ask).collect()
}

#[test]
fn a_question_as_of_then_has_the_answer_of_then() {
    let (mut square, mut dice) = (Square::new(), 11u64);
    let mut throw = move |sides: i64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as i64 % sides
    };
    let mut then = Vec::new();
    for now in (START..START + 20 * HOUR).step_by(4 * MINUTE as usize) {
        if throw(25) == 0 {
            square.tick(now); // a window waits by the clock
            then.push((now, answers(&square, now, None)));
        }
        let delay = if throw(4) == 0 { throw(8 * 60) * MINUTE } else { 0 };
        let measured = (now - delay).max(START);
        let (device, property) = (DEVICES[throw(3) as usize], MEASURED[throw(3) as usize]);
        square.report(device, measured, now, &[(property, throw(50))]);
        if throw(6) == 0 {
            square.commit();
        }
    }
    assert!(then.len() > 5);
    // with blocks and revisions in memory, and with all of them in the file
    for _ in 0..2 {
        for (now, known) in &then {
            let again = answers(&square, *now, Some(*now));
            for ((question, known), again) in questions(&square).into_iter().zip(known).zip(again) {
                assert_eq!(again, *known, "{question:?} as of {} minutes", (now - START) / MINUTE);
            }
        }
        square.commit();
    }
    let end = START + 20 * HOUR;
    assert_eq!(answers(&square, end, Some(end - 3 * MINUTE)), answers(&square, end, None), "as of now");
}

#[test]
fn what_should_have_come_by_a_minute_stays_though_nothing_had_been_received_since() {
    let mut square = Square::new();
    let as_of = START + 50 * MINUTE;
    square.run("d3", START, as_of - 2_000, &[("temperature", 5)]);
    square.report("d3", as_of - 2_000, as_of - 2_000, &[("temperature", 5)]);
    let ask = |square: &Square| {
        let steps = [Step::Quarter, Step::Hour, Step::Day];
        let of = |step| square.windows_as_of(as_of, square.pole("P1"), "temperature", step, START, as_of);
        let found: Vec<Window> = steps.into_iter().flat_map(of).collect();
        found.iter().map(|window| (said(window), window.expected)).collect::<Vec<_>>()
    };
    square.commit();
    let before = ask(&square);
    assert!(before.iter().any(|(.., expected)| *expected == 10), "{before:?}");
    square.report("d3", as_of + 1_000, as_of + 1_000, &[("temperature", 5)]);
    assert_eq!(ask(&square), before);
}

#[test]
fn an_hour_of_which_some_is_still_open_has_all_of_it() {
    let mut square = Square::new();
    for now in (START..START + 50 * MINUTE).step_by(MINUTE as usize) {
        square.report("d3", now, now, &[("temperature", 5)]);
        square.commit();
    }
    let (now, pole) = (START + 50 * MINUTE, square.pole("P1"));
    let known = square.windows(pole, "temperature", Step::Hour, START, now);
    assert_eq!(known[0].aggregate.count, 50);
    square.report("d3", now, now, &[("temperature", 9)]);
    square.report("d3", now + 2 * MINUTE, now + 2 * MINUTE, &[("temperature", 9)]);
    for _ in 0..2 {
        let then = square.windows_as_of(now, pole, "temperature", Step::Hour, START, now);
        assert_eq!(then.iter().map(said).collect::<Vec<_>>(), known.iter().map(said).collect::<Vec<_>>());
        square.commit();
    }
}

#[test]
fn an_hour_that_begins_in_the_span_has_its_first_and_last_quarter_though_the_span_ends_before() {
    for minute in [5, 50] {
        let (mut square, now) = (Square::new(), START + minute * MINUTE);
        square.report("d3", now, now, &[("temperature", 5)]);
        square.report("d3", now + 2 * MINUTE, now + 2 * MINUTE, &[("temperature", 9)]);
        let (places, to) = ([square.device("d3"), square.pole("P1"), square.zone("markt")], START + 20 * MINUTE);
        for _ in 0..2 {
            for scope in places {
                for (step, from) in [(Step::Hour, START), (Step::Day, START - 24 * HOUR)] {
                    let then = square.windows_as_of(now + MINUTE, scope, "temperature", step, from, to);
                    assert_eq!(then.iter().map(|window| window.aggregate.sum).collect::<Vec<_>>(), [5], "{step:?}");
                }
            }
            square.commit();
        }
    }
}

#[test]
fn hours_and_days_say_what_they_said_while_blocks_are_in_memory_and_others_beside_them_change() {
    let (mut square, known) = (Square::new(), START + 5 * HOUR + 21 * MINUTE);
    for device in DEVICES {
        square.run(device, START, known, &[("temperature", 10), ("people_in", 1)]);
    }
    square.commit();
    // days as a whole, and from the middle of one on
    let ask = |square: &Square, as_of| {
        [START - 192 * HOUR, START + 3 * HOUR].map(|from| answers_from(from, square, known, as_of))
    };
    let before = ask(&square, None);
    // of an hour that was over, and of the one that was not
    for (hours, minutes) in [(1, 16), (2, 31), (3, 5 * 60 + 1), (4, 5 * 60 + 19)] {
        let measured = START + minutes * MINUTE + 30_000;
        square.report("d3", measured, known + hours * HOUR, &[("temperature", 90), ("people_in", 7)]);
        assert_eq!(ask(&square, Some(known)), before, "minute {minutes} in memory");
        if hours % 2 == 0 {
            square.commit();
            assert_eq!(ask(&square, Some(known)), before, "minute {minutes} in the file");
        }
    }
    assert_ne!(ask(&square, None), before);
}

#[test]
fn more_quarters_than_are_looked_at_together_say_what_they_said() {
    let (mut square, known) = (Square::new(), START + 2 * HOUR);
    for device in DEVICES {
        square.run(device, START, known, &[("temperature", 10)]);
    }
    square.commit();
    let quarters = |square: &Square, days: i64, as_of| {
        let from = START - days * 24 * HOUR;
        let places = [square.device("d3"), square.pole("P1"), square.zone("markt")];
        places.map(|scope| match as_of {
            None => square.windows(scope, "temperature", Step::Quarter, from, known),
            Some(as_of) => square.windows_as_of(as_of, scope, "temperature", Step::Quarter, from, known),
        })
    };
    let said = |found: [Vec<Window>; 3]| found.map(|windows| windows.iter().map(said).collect::<Vec<_>>());
    let before = said(quarters(&square, 1, None));
    square.report("d3", START + 20 * MINUTE + 30_000, known + HOUR, &[("temperature", 90)]);
    square.commit();
    for days in [1, 150] {
        assert_eq!(said(quarters(&square, days, Some(known))), before, "{days} days");
    }
    assert_ne!(said(quarters(&square, 1, None)), before);
}

#[test]
fn a_device_that_a_registry_moved_counted_for_its_former_pole_until_then() {
    let (mut square, known) = (Square::new(), START + 3 * HOUR);
    square.run("d1", START, known, &[("temperature", 10)]);
    square.run("d2", START, known, &[("temperature", 20)]);
    square.run("d3", START, known, &[("temperature", 40)]);
    square.commit();
    let places = [square.pole("P1"), square.pole("P2"), square.zone("markt"), square.zone("stadt")];
    let asked = |square: &Square, as_of| {
        let ask = |scope| match as_of {
            None => square.windows(scope, "temperature", Step::Hour, START, known),
            Some(as_of) => square.windows_as_of(as_of, scope, "temperature", Step::Hour, START, known),
        };
        let sums = places.map(ask).map(|found| found.iter().map(|w| (w.aggregate.sum, w.mean)).collect::<Vec<_>>());
        sums.to_vec()
    };
    let days = |square: &Square, as_of| {
        let ask = |scope| square.windows_as_of(as_of, scope, "temperature", Step::Day, START - 24 * HOUR, known);
        places.map(ask).map(|found| found.iter().map(said).collect::<Vec<_>>())
    };
    let before = asked(&square, None);
    assert_eq!(before[0], vec![(12 * 50, Some(25.0)); 3]);
    let days_before = days(&square, known);

    // d1 hung at P2 all the time
    square.register("id,pole,profile\nd1,P2,station\nd2,P2,station\nd3,P1,station\n", known + HOUR);
    square.commit();
    let after = asked(&square, None);
    assert_eq!((after[0][0], after[1][0]), ((12 * 40, Some(40.0)), (12 * 30, Some(15.0))));
    assert_eq!(asked(&square, Some(known)), before, "then nobody knew");
    assert_eq!(days(&square, known), days_before);
    assert_eq!(asked(&square, Some(known + 2 * HOUR)), after);
    // and then all three of them at P3, so that nothing is left of P1 and P2
    square.register("id,pole,profile\nd1,P3,station\nd2,P3,station\nd3,P3,station\n", known + 3 * HOUR);
    square.commit();
    let left = |place: usize| asked(&square, None)[place].iter().map(|(sum, mean)| (*sum, *mean)).collect::<Vec<_>>();
    assert_eq!((left(0), left(1)), (vec![(0, None); 3], vec![(0, None); 3]), "nothing, which was something");
    assert_eq!(asked(&square, Some(known)), before);
    assert_eq!(asked(&square, Some(known + 2 * HOUR)), after);
    square.run("d2", known + 3 * HOUR, known + 4 * HOUR, &[("temperature", 20)]);
    square.report("d1", START + MINUTE, known + 4 * HOUR, &[("temperature", 3)]);
    square.commit();
    assert_eq!(asked(&square, Some(known)), before);
    assert_eq!(asked(&square, Some(known + 2 * HOUR)), after);
}

#[test]
fn an_hour_in_which_a_device_moved_is_each_pole_s_quarters_of_it() {
    let mut square = Square::new();
    // 2026-03-28T21:00:00Z is START
    let installed = "id,pole,profile,from\nd1,P1,station,\nd1,P2,station,2026-03-28T21:30:00Z\nd3,P1,station,\n";
    square.register(installed, START);
    square.run("d1", START, START + 2 * HOUR, &[("temperature", 10)]);
    square.run("d3", START, START + 2 * HOUR, &[("temperature", 40)]);
    square.commit();
    let places = [square.pole("P1"), square.pole("P2"), square.zone("markt")];
    let (from, known) = (START - 24 * HOUR, START + 2 * HOUR);
    let asked = |square: &Square, as_of| {
        let ask = |(scope, step)| match as_of {
            None => square.windows(scope, "temperature", step, from, known),
            Some(as_of) => square.windows_as_of(as_of, scope, "temperature", step, from, known),
        };
        let all = places.iter().flat_map(|scope| [(*scope, Step::Hour), (*scope, Step::Day)]);
        all.map(ask).map(|found| found.iter().map(said).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let before = asked(&square, None);
    assert_eq!((before[0][0].2, before[2][0].2), (12 * 40 + 6 * 10, 6 * 10), "half of the hour at each pole");
    square.report("d1", START + 2 * MINUTE, known + HOUR, &[("temperature", 30)]);
    square.report("d1", START + 32 * MINUTE, known + HOUR, &[("temperature", 30)]);
    square.commit();
    assert_eq!(asked(&square, None)[2][0].2, 6 * 10 + 30);
    assert_eq!(asked(&square, Some(known)), before);
}

#[test]
fn a_window_tells_that_a_registry_took_a_device_away_and_what_it_said_before() {
    let (mut square, known) = (Square::new(), START + 3 * HOUR);
    square.run("d1", START, known, &[("temperature", 10)]);
    square.run("d3", START, known, &[("temperature", 40)]);
    square.commit();
    square.register("id,pole,profile\nd1,P2,station\nd2,P2,station\nd3,P1,station\n", known + HOUR);
    square.commit();
    let revised = |scope, step, start| {
        let from = UtcMillis(start);
        let property = common::number("temperature");
        let wanted = Wanted { scope, property, channel: None, from, to: from, step, as_of: None };
        let revised = square.queries.revised(&wanted, 0, 10).unwrap();
        let said =
            revised.items.iter().map(|one| (one.reason.code(), one.former.aggregate.sum, one.after.aggregate.sum));
        (revised.all, said.collect::<Vec<_>>())
    };
    let (left, joined) = (square.pole("P1"), square.pole("P2"));
    // each of the four blocks came or went
    let hour =
        |from: i64, by: i64| (0..4).map(|n| ("registry", from + n * by, from + (n + 1) * by)).collect::<Vec<_>>();
    assert_eq!(revised(left, Step::Hour, START), (4, hour(12 * 50, -30)));
    assert_eq!(revised(joined, Step::Hour, START), (4, hour(0, 30)));
    assert_eq!(revised(left, Step::Quarter, START), (1, vec![("registry", 3 * 50, 3 * 40)]));
    let (all, items) = revised(left, Step::Day, START - 22 * HOUR);
    assert_eq!(
        (all, items[0], items[7].2),
        (8, ("registry", 24 * 50, 24 * 50 - 30), 24 * 40),
        "two hours before midnight"
    );
    assert_eq!(revised(square.device("d1"), Step::Hour, START), (0, vec![]));
}

#[test]
fn a_quarter_that_held_only_a_share_of_a_difference_and_was_open_is_part_of_the_answer() {
    let mut square = Square::new();
    let device = square.device(DEVICES[0]);
    for (minute, total) in [(40, 100), (88, 172)] {
        square.report(DEVICES[0], START + minute * MINUTE, START + minute * MINUTE, &[("people_in_total", total)]);
    }
    let then = START + 89 * MINUTE;
    let known = square.windows(device, "people_in", Step::Quarter, START, then);
    assert_eq!(known.iter().map(|window| window.aggregate.sum).collect::<Vec<_>>(), [7, 23, 22, 20]);
    square.report(DEVICES[0], START + 200 * MINUTE, START + 200 * MINUTE, &[("people_in_total", 300)]);
    square.commit();
    let again = square.windows_as_of(then, device, "people_in", Step::Quarter, START, then);
    assert_eq!(again.iter().map(said).collect::<Vec<_>>(), known.iter().map(said).collect::<Vec<_>>());
}

#[test]
fn a_move_within_a_zone_is_a_revision_of_its_levels_then_and_in_their_list_and_none_of_its_counts() {
    let mut square = Square::new();
    square.run("d2", START, START + 3 * HOUR, &[("people_in", 4), ("temperature", 4)]);
    square.commit();
    let elsewhere = "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd1,P3,station,2026-03-29T06:00:00Z,,\n\
                     d2,P1,station,,,\nd3,P1,station,,,\n";
    square.register(elsewhere, START + 4 * HOUR);
    let then = START + 4 * HOUR + 10 * MINUTE;
    square.report("d2", then, then, &[("people_in", 1)]);
    square.commit();
    let scopes = [square.zone("markt"), square.pole("P1"), square.pole("P2"), square.device("d2")];
    let hour = |square: &Square, scope: Scope, property: &str, as_of: Option<i64>| {
        let (from, to) = (UtcMillis(START), UtcMillis(START + HOUR));
        let (property, channel, step) = (common::number(property), None, Step::Hour);
        let wanted = Wanted { scope, property, channel, from, to, step, as_of: as_of.map(UtcMillis) };
        let windows = square.queries.windows(&wanted).unwrap();
        let listed = square.queries.revised(&wanted, 0, 10).unwrap().all as u32;
        (windows.first().map(|window| (window.aggregate.count, window.revision)), listed)
    };
    let plain = scopes.map(|scope| hour(&square, scope, "people_in", None));
    assert_eq!(plain[0], (Some((12, 0)), 0), "the zone counts what it counted");
    assert_eq!((plain[1], plain[3]), ((Some((12, 4)), 4), (Some((12, 0)), 0)), "its new pole, and itself");
    assert_eq!(plain[2], (Some((0, 4)), 4), "its former pole");
    let levels = hour(&square, scopes[0], "temperature", None);
    assert_eq!(levels, (Some((12, 4)), 4), "the zone, of each block: its poles weigh alike");
    assert_eq!(hour(&square, scopes[0], "temperature", Some(then + MINUTE)).0, levels.0);
    // what came later is not known then
    square.report("d2", START + 30 * MINUTE + 1, START + 6 * HOUR, &[("people_in", 9)]);
    square.commit();
    let again = scopes.map(|scope| hour(&square, scope, "people_in", Some(then + MINUTE)).0);
    let known = |at: usize| plain[at].0;
    assert_eq!(again, [known(0), known(1), known(2), known(3)]);
}
