//! What is kept, over restarts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

use smartpole_alert::{Cause, CauseKind, Facts, TargetFacts, Watch};
use smartpole_alerting::{Alert, Asked, Book, NewMaintenance, NewVisit, Word};
use smartpole_model::{
    UtcMillis,
    registry::{AlertRules, AlertTargets},
};

const MINUTE: i64 = 60_000;

fn facts(minute: i64, lag_s: i64) -> Facts {
    let targets = vec![TargetFacts { name: "city".to_owned(), lag_s, pending_messages: 3 }];
    Facts { now: UtcMillis(minute * MINUTE), targets, ..Facts::default() }
}

/// Evaluates and notes some minutes.
fn run(book: &Book, watch: &mut Watch, minutes: std::ops::Range<i64>, lag_s: i64) {
    for minute in minutes {
        let facts = facts(minute, lag_s);
        let changes = watch.step(&facts, &AlertRules::default());
        book.note(&changes, &AlertTargets::default(), facts.now).unwrap();
    }
}

fn all(book: &Book) -> Vec<Alert> {
    book.alerts(Asked { closed: true, since: UtcMillis(0), before: i64::MAX, limit: 10 }).unwrap()
}

#[test]
fn an_alert_goes_on_over_a_restart_without_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let book = Book::open(dir.path()).unwrap();
    run(&book, &mut book.watch(UtcMillis(0)).unwrap(), 100..107, 900);
    let opened = all(&book).remove(0);
    assert_eq!((opened.until, opened.said.figures["lag_s"].as_i64()), (None, Some(900)));
    drop(book);

    let book = Book::open(dir.path()).unwrap();
    let mut watch = book.watch(UtcMillis(107 * MINUTE)).unwrap();
    run(&book, &mut watch, 107..120, 1_000);
    let goes_on = all(&book);
    assert_eq!((goes_on.len(), goes_on[0].id, goes_on[0].since), (1, opened.id, opened.since));
    assert_eq!(goes_on[0].said.figures["lag_s"].as_i64(), Some(1_000), "it says how it is now");

    run(&book, &mut watch, 120..125, 0);
    assert_eq!(all(&book)[0].until, Some(UtcMillis(124 * MINUTE)));
    run(&book, &mut watch, 125..130, 900);
    assert_eq!(all(&book).len(), 2, "a new one");
    let open = book.alerts(Asked { closed: false, since: UtcMillis(0), before: i64::MAX, limit: 10 }).unwrap();
    assert!(open.len() == 1 && open[0].until.is_none());
    let older = book.alerts(Asked { closed: true, since: UtcMillis(0), before: open[0].id, limit: 10 }).unwrap();
    assert_eq!(older.len(), 1);
}

#[test]
fn what_operators_say_stays() {
    let dir = tempfile::tempdir().unwrap();
    let book = Book::open(dir.path()).unwrap();
    run(&book, &mut Watch::default(), 0..6, 900);
    let id = all(&book)[0].id;
    let word = Word::new("127.0.0.1", UtcMillis(7), "we know");
    assert!(book.acknowledge(id, &word).unwrap() && book.mute(id, Some(UtcMillis(99))).unwrap());
    assert!(!book.acknowledge(id + 1, &word).unwrap() && !book.mute(id + 1, None).unwrap());
    let book = Book::open(dir.path()).unwrap();
    let alert = book.alert(id).unwrap().unwrap();
    assert_eq!((alert.acknowledged, alert.muted_until), (Some(word), Some(UtcMillis(99))));
    assert_eq!(book.alert(id + 1).unwrap(), None);
}

#[test]
fn maintenance_holds_from_its_beginning_until_before_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let book = Book::open(dir.path()).unwrap();
    let cause = Cause::new(CauseKind::SwitchPoint, "S 0101");
    let new = NewMaintenance {
        cause: cause.clone(),
        from: UtcMillis(10),
        to: UtcMillis(20),
        note: "cable".to_owned(),
        by: "me".to_owned(),
    };
    let id = book.add_maintenance(&new).unwrap();
    let at = |time| book.maintained(UtcMillis(time)).unwrap().contains(&cause);
    assert_eq!([at(9), at(10), at(19), at(20)], [false, true, true, false]);
    assert_eq!(book.maintenance().unwrap()[0].of, new);
    assert!(book.remove_maintenance(id).unwrap() && !book.remove_maintenance(id).unwrap());
    assert!(!at(15));
}

#[test]
fn visits_are_listed_by_pole_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let book = Book::open(dir.path()).unwrap();
    for (pole, at) in [("A", 1), ("B", 2), ("A", 3)] {
        let visit = NewVisit {
            pole: pole.to_owned(),
            at: UtcMillis(at),
            note: "cleaned".to_owned(),
            part: None,
            by: "me".to_owned(),
        };
        book.add_visit(&visit).unwrap();
    }
    let times = |pole| book.visits(pole).unwrap().iter().map(|visit| visit.of.at.0).collect::<Vec<_>>();
    assert_eq!((times(Some("A")), times(None)), (vec![3, 1], vec![3, 2, 1]));
}

#[test]
fn a_copy_is_the_file_as_it_is_while_somebody_writes() {
    let (dir, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(!smartpole_alerting::copy(dir.path(), to.path()).unwrap(), "there is none");
    let book = Book::open(dir.path()).unwrap();
    run(&book, &mut Watch::default(), 0..6, 900);
    assert!(smartpole_alerting::copy(dir.path(), to.path()).unwrap());
    assert_eq!(all(&Book::open(to.path()).unwrap()), all(&book));
    assert!(smartpole_alerting::copy(dir.path(), to.path()).is_err(), "nothing is written over");
}
