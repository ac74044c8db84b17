//! What the other rules find, and how alerts come and go.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod town;

use expect_test::expect;
use proptest::prelude::*;
use smartpole_alert::{
    BatteryFacts, DiskFacts, DriftFacts, Facts, Figure, HourFacts, JumpFacts, SourceFacts, TargetFacts, Traffic, Watch,
    evaluate,
};
use smartpole_model::{
    PropertyNo,
    registry::{AlertRule, AlertRules, AlertSeverity, Battery, LimitValue},
};

use town::{Town, found, run};

fn rule<T>(when: T) -> AlertRule<T> {
    AlertRule { severity: AlertSeverity::Watch, open_after: 1, close_after: 1, when }
}

#[test]
fn each_rule_finds_what_it_is_for() {
    let mut town = Town::new();
    let device = town.device("a1");
    device.stuck = vec!["pm2_5".to_owned()];
    device.messages = Some(100);
    device.clock_offset_s = Some(-300);
    device.today = Traffic { messages: 100, refused: 20 };
    device.spare_part = Some("SPS30".to_owned());
    let battery =
        BatteryFacts { property: PropertyNo(7), id: "battery_level".to_owned(), level: 12, decimals: 0, days_left: 9 };
    device.batteries = vec![battery];
    let jumped = town::at("2026-11-29T20:15:00Z");
    device.jumps =
        vec![JumpFacts { property: "people_in_total".to_owned(), at: jumped, jumps: 1, left_out: 2_147_483_648 }];
    let pole = &mut town.facts.poles[2];
    pole.drift = vec![DriftFacts { property: "pm2_5".to_owned(), valid: 24, marked: 12 }];
    let start = town::at("2026-11-29T19:00:00Z");
    pole.hours = vec![HourFacts { property: PropertyNo(1), id: "pm2_5".to_owned(), start, value: 5_001, decimals: 2 }];
    let since = town::at("2026-11-29T20:00:00Z");
    let traffic = Traffic { messages: 1_000, refused: 300 };
    town.facts.sources = vec![SourceFacts { name: "broker".to_owned(), connected: false, since, traffic }];
    town.facts.targets = vec![TargetFacts { name: "city".to_owned(), lag_s: 900, pending_messages: 4 }];
    town.facts.disk = Some(DiskFacts { free: 1 << 30, size: 100 << 30 });
    let rules = AlertRules {
        battery: vec![rule(Battery { property: PropertyNo(7), empty: 5, days_left: 30, weeks: 4 })],
        limit_value: vec![rule(LimitValue { property: PropertyNo(1), above: 5_000 })],
        ..AlertRules::default()
    };
    expect![[r#"
        source_lost source broker Bad:  at , check_network
        battery device a1 Bad: a1 at A, replace_battery
        drift pole C Bad:  at C, clean
        stuck device a1 Bad: a1 at A, replace_sensor
        counter_jump device a1 Bad: a1 at A, check_counter
        flood device a1 Bad: a1 at A, watch
        clock device a1 Bad: a1 at A, fix_clock
        quarantine_share device a1 Bad: a1 at A, fix_mapping
        quarantine_share source broker Bad:  at , fix_mapping
        target_lag target city Bad:  at , check_network
        disk service disk Bad:  at , make_room
        limit_value pole C Bad:  at C, watch"#]]
    .assert_eq(&found(&town.facts, &rules));
    let of = |property: &str| {
        let found = evaluate(&town.facts, &rules, &Watch::default());
        found.into_iter().find(|one| one.key.property == property).unwrap()
    };
    let (battery, jump) = (of("battery_level"), of("people_in_total"));
    assert_eq!((jump.since, &jump.figures["left_out"]), (Some(jumped), &Figure::Whole(2_147_483_648)));
    assert_eq!(battery.figures["days_left"], Figure::Whole(9));
    assert_eq!((battery.next_step.part.as_deref(), battery.next_step.trip), (Some("SPS30"), true));
}

#[test]
fn close_below_a_limit_nothing_is_found_and_nothing_closes() {
    let share = |refused| {
        let mut town = Town::new();
        town.device("a1").today = Traffic { messages: 100, refused };
        found(&town.facts, &AlertRules::default())
    };
    assert_eq!(share(17), "");
    assert!(share(18).contains("Unclear") && share(19).contains("Unclear") && share(20).contains("Bad"));
    let mut town = Town::new();
    town.device("a1").today = Traffic { messages: 19, refused: 19 };
    assert_eq!(found(&town.facts, &AlertRules::default()), "", "too few to judge");
}

#[test]
fn an_alert_opens_and_closes_after_so_many_evaluations_in_a_row() {
    let (mut watch, rules) = (Watch::default(), AlertRules::default());
    let with = |lag_s| {
        let targets = vec![TargetFacts { name: "city".to_owned(), lag_s, pending_messages: 1 }];
        Facts { targets, ..Facts::default() }
    };
    assert!(run(&mut watch, &mut with(900), &rules, 4).is_empty());
    assert!(run(&mut watch, &mut with(0), &rules, 1).is_empty(), "begins again");
    assert_eq!(run(&mut watch, &mut with(900), &rules, 5), ["opened target_lag city"]);
    assert!(run(&mut watch, &mut with(900), &rules, 50).is_empty(), "told once");
    assert!(run(&mut watch, &mut with(0), &rules, 4).is_empty());
    assert!(run(&mut watch, &mut with(950), &rules, 1).is_empty());
    assert_eq!(run(&mut watch, &mut with(0), &rules, 5), ["closed target_lag city"]);
}

#[test]
fn an_open_alert_is_not_opened_again_after_a_restart() {
    let rules = AlertRules::default();
    let mut facts = Facts {
        targets: vec![TargetFacts { name: "city".to_owned(), lag_s: 900, pending_messages: 1 }],
        ..Facts::default()
    };
    let open = evaluate(&facts, &rules, &Watch::default()).remove(0).key;
    let mut watch = Watch::resume([(open, 5)], []);
    assert!(run(&mut watch, &mut facts, &rules, 10).is_empty());
    facts.targets.clear();
    assert_eq!(run(&mut watch, &mut facts, &rules, 5), ["closed target_lag city"]);
}

proptest! {
    #[test]
    fn nothing_flaps_at_a_limit(lags in proptest::collection::vec(811i64..1_000, 1..200)) {
        let (mut watch, rules) = (Watch::default(), AlertRules::default());
        let mut told = Vec::new();
        for lag_s in lags {
            let targets = vec![TargetFacts { name: "city".to_owned(), lag_s, pending_messages: 1 }];
            told.extend(run(&mut watch, &mut Facts { targets, ..Facts::default() }, &rules, 1));
        }
        prop_assert!(told.len() <= 1, "{told:?}");
    }
}
