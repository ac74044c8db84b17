//! A zone that is drawn anew: its levels are revised as its counts are, and each instant has its own answer.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::collections::BTreeMap;

use common::{HOUR, MINUTE, START, Square, TEXTS, Texts, ZONES};
use smartpole_model::UtcMillis;
use smartpole_store::{State, Step, Wanted, Window};

/// Of each step: sum, mean and revision of the window, and how many revisions its list has, now or as of then.
type Told = Vec<(i64, Option<f64>, u32)>;

#[test]
fn a_zone_drawn_anew_is_a_revision_of_its_levels_as_it_is_of_its_counts_and_each_instant_has_its_own() {
    let (mut square, known) = (Square::new(), START + 3 * HOUR);
    square.run("d2", START, known, &[("temperature", 20), ("people_in", 2)]);
    square.run("d3", START, known, &[("temperature", 40), ("people_in", 1)]);
    square.report("d2", START + MINUTE, known + HOUR, &[("temperature", 20), ("people_in", 7)]);
    square.commit();
    let markt = square.zone("markt");
    let wanted = |property, (step, from), as_of: Option<i64>| {
        let (property, from, to) = (common::number(property), UtcMillis(from), UtcMillis(from + 1));
        Wanted { scope: markt, property, channel: None, from, to, step, as_of: as_of.map(UtcMillis) }
    };
    let steps =
        [(Step::Quarter, START), (Step::Hour, START), (Step::Hour, START + HOUR), (Step::Day, START - 22 * HOUR)];
    let asked = |square: &Square, property, as_of| -> Told {
        let window = |step| square.queries.windows(&wanted(property, step, as_of)).unwrap().pop();
        steps
            .into_iter()
            .map(|step| window(step).map_or((0, None, 0), |it| (it.aggregate.sum, it.mean, it.revision)))
            .collect()
    };
    let listed = |square: &Square, property| -> Vec<usize> {
        steps.map(|step| square.queries.revised(&wanted(property, step, None), 0, 10).unwrap().all).to_vec()
    };
    let revisions = |told: &Told| told.iter().map(|(.., revision)| *revision as usize).collect::<Vec<_>>();
    let with = |poles: &str| ZONES.replacen(r#"["P1","P2"]"#, poles, 1);
    let mut history = Vec::new();
    let mut at = known + 2 * HOUR;
    for poles in ["", r#"["P1"]"#, r#"["P1","P3"]"#, r#"["P2","P1"]"#, r#"["P3"]"#] {
        if !poles.is_empty() {
            square.redraw(Texts { zones: &with(poles), ..TEXTS }, at);
        }
        square.report("d1", at + MINUTE, at + MINUTE, &[("temperature", 1)]);
        square.commit();
        let (levels, counts) = (asked(&square, "temperature", None), asked(&square, "people_in", None));
        assert_eq!(revisions(&levels), revisions(&counts), "{poles}: levels as counts");
        assert_eq!(listed(&square, "temperature"), revisions(&levels), "{poles}: their list");
        assert_eq!(listed(&square, "people_in"), revisions(&counts), "{poles}: their list");
        at += HOUR;
        history.push((at - 30 * MINUTE, levels, counts));
    }
    let first = |at: usize| (history[at].1[0], history[at].1[3].2);
    assert_eq!(first(0), ((4 * 20 + 3 * 40, Some(30.0), 1), 1));
    assert_eq!(first(1), ((3 * 40, Some(40.0), 2), 9), "a pole left it, with the revision of its own");
    assert_eq!(first(3).0.0, first(0).0.0, "it came back");
    for scope in [square.zone("stadt"), square.pole("P2")] {
        let hour = |property| square.window(scope, property, Step::Hour, START).map(|window| window.revision);
        assert_eq!((hour("temperature"), hour("people_in")), (Some(1), Some(1)), "nothing of it changed by that");
    }
    for (then, levels, counts) in &history {
        assert_eq!(asked(&square, "temperature", Some(*then)), *levels);
        assert_eq!(asked(&square, "people_in", Some(*then)), *counts);
    }
}

/// A town of which anything may be redrawn at any time.
struct Town {
    square: Square,
    dice: u64,
    now: i64,
    markt: [bool; 3],
    devices: [usize; 3],
}

impl Town {
    fn throw(&mut self, sides: i64) -> i64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) as i64 % sides
    }

    fn redraw(&mut self) {
        match self.throw(2) {
            0 => {
                let pole = self.throw(3) as usize;
                self.markt[pole] ^= true;
                self.markt[(pole + 1) % 3] |= self.markt == [false; 3];
            }
            _ => {
                let (device, pole) = (self.throw(3) as usize, self.throw(3) as usize);
                self.devices[device] = pole;
            }
        }
        let named = (1..).zip(self.markt).filter(|(_, is_in)| *is_in).map(|(pole, _)| format!("\"P{pole}\""));
        let zones = ZONES.replacen(r#"["P1","P2"]"#, &format!("[{}]", named.collect::<Vec<_>>().join(",")), 1);
        let devices: String =
            (1..).zip(self.devices).map(|(at, pole)| format!("d{at},P{},station\n", pole + 1)).collect();
        let devices = format!("id,pole,profile\n{devices}");
        self.square.redraw(Texts { zones: &zones, devices: &devices, ..TEXTS }, self.now);
    }

    fn report(&mut self) {
        let (device, late) = (self.throw(3) + 1, if self.throw(3) == 0 { self.throw(180) } else { 0 });
        let at = (self.now - late * MINUTE).max(START + HOUR);
        let values = [("temperature", self.throw(3)), ("people_in", self.throw(4))];
        self.square.report(&format!("d{device}"), at, self.now, &values);
    }

    /// What all windows of zones and poles say.
    fn told(&self, as_of: Option<i64>) -> Vec<(Wanted, Window)> {
        let square = &self.square;
        let scopes = [square.zone("markt"), square.zone("stadt"), square.pole("P1"), square.pole("P3")];
        let of = |(scope, property, (step, from))| {
            let (property, from, to) = (common::number(property), UtcMillis(from), UtcMillis(START + 6 * HOUR));
            let wanted = Wanted { scope, property, channel: None, from, to, step, as_of: as_of.map(UtcMillis) };
            let windows = square.queries.windows(&wanted).unwrap().into_iter();
            windows.map(move |window| (Wanted { from: window.start, ..wanted }, window))
        };
        let each = scopes.into_iter().flat_map(|scope| ["temperature", "people_in"].map(|property| (scope, property)));
        let steps = [(Step::Quarter, START), (Step::Hour, START), (Step::Day, START - 24 * HOUR)];
        each.flat_map(|(scope, property)| steps.map(|step| (scope, property, step))).flat_map(of).collect()
    }

    fn listed(&self, wanted: &Wanted) -> usize {
        self.square.queries.revised(wanted, 0, 0).unwrap().all
    }
}

fn name(Wanted { scope, property, step, from, .. }: &Wanted) -> String {
    format!("{scope:?} {property:?} {step:?} {}", (from.0 - START) / MINUTE)
}

/// What an answer of any time says of a window.
fn said((wanted, Window { aggregate, mean, revision, .. }): &(Wanted, Window)) -> String {
    format!("{}: {} {mean:?} {revision}", name(wanted), aggregate.sum)
}

#[test]
fn whatever_is_redrawn_no_window_changes_without_a_revision_which_is_in_its_list_and_as_of_then() {
    // in 345 a zone loses a pole whose blocks are open in the batch in which it was made anew
    for seed in (0..19).chain([345]) {
        let mut town =
            Town { square: Square::new(), dice: seed, now: START, markt: [true, true, false], devices: [0, 1, 0] };
        let (mut history, mut closed) = (Vec::new(), BTreeMap::new());
        town.square.report("d1", START, START, &[("temperature", 1)]);
        town.now = START + HOUR;
        for _ in 0..60 {
            town.now += (1 + town.throw(8)) * MINUTE;
            match town.throw(12) {
                0 => town.redraw(),
                _ => town.report(),
            }
            if town.throw(6) == 0 {
                town.square.commit();
                town.now += MINUTE;
                town.square.report("d1", town.now, town.now, &[("temperature", 1)]);
                town.square.commit();
                town.now += MINUTE;
                let told = town.told(None);
                for (wanted, window) in &told {
                    assert_eq!(town.listed(wanted), window.revision as usize, "seed {seed}: {wanted:?}");
                    let told = (window.revision, window.aggregate.sum, window.mean);
                    let before = (window.state != State::Open).then(|| closed.insert(name(wanted), told)).flatten();
                    let before = before.filter(|(revision, ..)| *revision >= window.revision);
                    assert!(before.is_none_or(|before| before == told), "seed {seed}: {before:?} {told:?} {wanted:?}");
                }
                history.push((town.now, told.iter().map(said).collect::<Vec<_>>()));
            }
        }
        for (then, told) in history {
            let again: Vec<String> = town.told(Some(then)).iter().map(said).collect();
            assert_eq!(again, told, "seed {seed}, as of {}", (then - START) / MINUTE);
        }
    }
}

#[test]
fn what_a_pole_lost_is_told_as_it_was_when_it_left_whatever_became_of_it_elsewhere() {
    let (mut square, known) = (Square::new(), START + 3 * HOUR);
    square.run("d2", START, known, &[("people_in", 2)]);
    square.run("d3", START, known, &[("people_in", 1)]);
    square.commit();
    let devices = "id,pole,profile\nd1,P1,station\nd2,P1,station\nd3,P1,station\n";
    square.redraw(Texts { devices, ..TEXTS }, known + HOUR);
    square.report("d2", START + MINUTE, known + 2 * HOUR, &[("people_in", 7)]);
    square.commit();
    let of = |pole: &str| {
        let (property, from) = (common::number("people_in"), UtcMillis(START));
        let (scope, channel, step) = (square.pole(pole), None, Step::Quarter);
        let wanted = Wanted { scope, property, channel, from, to: from, step, as_of: None };
        let revised = square.queries.revised(&wanted, 0, 10).unwrap().items;
        revised.iter().map(|one| (one.former.aggregate.sum, one.after.aggregate.sum)).collect::<Vec<_>>()
    };
    assert_eq!(of("P2"), [(6, 0)]);
    assert_eq!(of("P1"), [(3, 9), (9, 16)]);
}
