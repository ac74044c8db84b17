use smartpole_pipeline::Cuts;

use super::*;
use crate::{
    Sent,
    commit::tests::store,
    retention::tests::{NEVER, blocks, checkpoint, kept, nothing},
};

const TARGET: &str = "city";

/// Four days of two devices, of which the second one measures persons; the first three days are due.
struct Held {
    _dir: tempfile::TempDir,
    store: Store,
    batch: u64,
}

impl Held {
    fn new(cuts: Cuts) -> Self {
        let (dir, store) = store();
        store.set_targets(&[TARGET.to_owned()]).unwrap();
        store.hold(Some(TARGET)).unwrap();
        let mut held = Self { _dir: dir, store, batch: 0 };
        for day in 0..4 {
            held.commit(|batch| blocks(batch, day * QUARTERS..(day + 1) * QUARTERS, 2));
        }
        held.commit(|batch| checkpoint(batch, 40, cuts, &[1]));
        held
    }

    /// All is due before the fourth day.
    fn whole() -> Self {
        Self::new(Cuts { raw: Quarter(3 * QUARTERS), personal: Quarter(3 * QUARTERS), quarters: NEVER })
    }

    fn commit(&mut self, changes: impl Fn(u64) -> Changes) {
        self.batch += 1;
        self.store.commit(&changes(self.batch)).unwrap();
    }

    fn send_all(&self) {
        self.store.note_sent(TARGET, &Sent { batch: self.batch, ..Sent::default() }).unwrap();
    }

    fn due(&self) -> Vec<Due> {
        self.store.due(10).unwrap()
    }

    fn of(&self, day: i32) -> Due {
        *self.due().iter().find(|due| due.day == day).unwrap()
    }

    /// Blocks with rows by day, after commits enough for all that may go.
    fn left(&mut self) -> [i64; 4] {
        (0..8).for_each(|_| self.commit(nothing));
        [0, 1, 2, 3].map(|day| {
            let sql = "SELECT count(*) FROM block WHERE rows <> x'' AND quarter / 96 = ?1";
            self.store.writer().query_row(sql, [day], |row| row.get(0)).unwrap()
        })
    }
}

#[test]
fn readings_stay_until_the_target_has_them_day_by_day() {
    let mut held = Held::whole();
    assert_eq!((held.left(), held.due()), ([192; 4], vec![]), "nothing was sent yet");
    held.send_all();
    let days: Vec<_> = held.due().iter().map(|due| (due.day, due.batch, due.aside)).collect();
    assert_eq!(days, [(0, 1, false), (1, 2, false), (2, 3, false)]);
    assert!(held.store.confirm(&held.of(0)).unwrap());
    assert_eq!(held.left(), [0, 192, 192, 192]);
    assert!(held.store.confirm(&held.of(2)).unwrap());
    assert_eq!(held.left(), [0, 192, 192, 192], "in order");
    assert!(held.store.confirm(&held.of(1)).unwrap());
    assert_eq!(held.left(), [0, 0, 0, 192]);
    assert_eq!((held.due(), held.store.held_days().unwrap()), (vec![], 0));
}

#[test]
fn a_day_that_was_set_aside_holds_no_other_up_and_goes_when_it_is_confirmed() {
    let mut held = Held::whole();
    held.send_all();
    held.store.set_aside(&held.of(0)).unwrap();
    assert_eq!(
        held.due().iter().map(|due| (due.day, due.aside)).collect::<Vec<_>>(),
        [(1, false), (2, false), (0, true)]
    );
    for day in [1, 2] {
        assert!(held.store.confirm(&held.of(day)).unwrap());
    }
    assert_eq!((held.left(), held.store.held_days().unwrap()), ([192, 0, 0, 192], 1));
    assert!(held.store.confirm(&held.of(0)).unwrap());
    assert_eq!((held.left(), held.due()), ([0, 0, 0, 192], vec![]));
}

#[test]
fn what_comes_of_a_day_takes_its_confirmation_back_and_is_waited_for() {
    let mut held = Held::whole();
    held.send_all();
    let early = held.of(1);
    held.commit(|batch| blocks(batch, 100..101, 1));
    assert!(!held.store.confirm(&early).unwrap(), "something came since it was asked about");
    assert!(held.due().iter().all(|due| due.day != 1), "the target has to be sent it first");
    held.send_all();
    for day in [1, 2] {
        assert!(held.store.confirm(&held.of(day)).unwrap());
    }
    held.commit(|batch| blocks(batch, 100..101, 1));
    held.send_all();
    assert!(held.store.confirm(&held.of(0)).unwrap());
    assert_eq!(held.left(), [0, 192, 192, 192]);
    assert!(held.store.confirm(&held.of(1)).unwrap());
    assert_eq!(held.left(), [0, 0, 0, 192]);
}

#[test]
fn a_day_that_was_set_aside_and_gets_more_while_it_goes_is_asked_about_again_from_its_beginning() {
    let mut held = Held::whole();
    held.send_all();
    held.store.set_aside(&held.of(0)).unwrap();
    assert!(held.store.confirm(&held.of(0)).unwrap());
    held.commit(|batch| blocks(batch, 3..4, 1));
    assert_eq!(held.left()[0], 192);
    held.send_all();
    assert!(held.store.confirm(&held.of(0)).unwrap());
    assert_eq!(held.left()[0], 0);
}

#[test]
fn what_was_confirmed_to_a_process_before_is_asked_about_again() {
    let mut held = Held::whole();
    held.send_all();
    assert!(held.store.confirm(&held.of(1)).unwrap());
    held.store.set_aside(&held.of(0)).unwrap();
    held.store.hold(Some(TARGET)).unwrap();
    assert_eq!(held.left(), [192; 4]);
    assert_eq!(held.due().iter().map(|due| due.day).collect::<Vec<_>>(), [1, 2, 0]);
}

#[test]
fn without_a_hold_all_goes_by_its_age_what_was_set_aside_too() {
    let mut held = Held::whole();
    held.send_all();
    held.store.set_aside(&held.of(0)).unwrap();
    for day in [1, 2] {
        assert!(held.store.confirm(&held.of(day)).unwrap());
    }
    assert_eq!(held.left(), [192, 0, 0, 192]);
    held.store.hold(None).unwrap();
    assert_eq!((held.left(), held.due()), ([0, 0, 0, 192], vec![]));
}

#[test]
fn of_persons_a_day_goes_sooner_and_of_the_rest_it_is_asked_about_once_more() {
    let cuts = |raw: i32| Cuts { raw: Quarter(raw * QUARTERS), personal: Quarter(3 * QUARTERS), quarters: NEVER };
    let mut held = Held::new(cuts(0));
    held.send_all();
    held.store.set_aside(&held.of(2)).unwrap();
    for day in [0, 1] {
        assert!(held.store.confirm(&held.of(day)).unwrap());
    }
    assert_eq!(held.left(), [96, 96, 192, 192]);
    assert!(held.store.confirm(&held.of(2)).unwrap());
    assert_eq!((held.left(), held.due()), ([96, 96, 96, 192], vec![]));
    assert_eq!((kept(&held.store, "0").0, kept(&held.store, "1").0), (4 * 96, 96));
    for day in 41..44 {
        held.commit(|batch| checkpoint(batch, day, cuts(2), &[1]));
    }
    assert_eq!(held.left(), [96, 96, 96, 192]);
    assert_eq!(held.due().iter().map(|due| due.day).collect::<Vec<_>>(), [0, 1]);
    for day in [0, 1] {
        assert!(held.store.confirm(&held.of(day)).unwrap());
    }
    assert_eq!((held.left(), held.due()), ([0, 0, 96, 192], vec![]));
}
