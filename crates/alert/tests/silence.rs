//! Whose fault silence is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod town;

use expect_test::{Expect, expect};
use smartpole_alert::{Cause, CauseKind, Facts, GatewayFacts, Watch};
use smartpole_model::registry::{AlertRules, DayTime, PowerOff};

use town::{Town, at, found};

#[track_caller]
fn check(town: &Town, expected: &Expect) {
    expected.assert_eq(&found(&town.facts, &AlertRules::default()));
}

#[test]
fn a_device_is_silent_after_four_intervals_and_a_quarter_of_an_hour_at_least() {
    let mut town = Town::new();
    town.silent("a1", 899);
    town.silent("b1", 900);
    town.device("b2").interval_s = 600;
    town.silent("b2", 2_399);
    check(&town, &expect!["silent device b1 Bad: b1 at B, visit"]);
}

#[test]
fn what_never_spoke_has_not_fallen_silent() {
    let mut town = Town::new();
    town.silent("a1", 9_000);
    town.device("a1").last_received_at = None;
    check(&town, &expect![""]);
}

#[test]
fn devices_behind_a_silent_gateway_are_one_alert() {
    let mut town = Town::new();
    town.gateway_silent(0, 1_000);
    for id in ["a1", "a2", "b1"] {
        town.silent(id, 1_000);
    }
    check(&town, &expect!["gateway_silent gateway g0 Bad: a1 a2 b1 at A B, check_power"]);
}

#[test]
fn a_silent_gateway_is_told_of_before_its_devices_are() {
    let mut town = Town::new();
    town.gateway_silent(0, 300);
    check(&town, &expect!["gateway_silent gateway g0 Bad:  at , check_power"]);
}

#[test]
fn a_device_that_fell_silent_long_before_its_gateway_has_a_cause_of_its_own() {
    let mut town = Town::new();
    town.gateway_silent(0, 1_000);
    town.silent("a1", 1_000);
    town.silent("b1", 5_000);
    check(
        &town,
        &expect![[r#"
            silent device b1 Bad: b1 at B, visit
            gateway_silent gateway g0 Bad: a1 at A, check_power"#]],
    );
}

#[test]
fn all_poles_of_a_switch_point_are_one_alert_and_so_is_the_gateway_that_hangs_on_it() {
    let mut town = Town::new();
    town.facts.gateways[0].switch_point = Some("S1".to_owned());
    town.gateway_silent(0, 1_000);
    for id in ["a1", "a2", "b1", "c1"] {
        town.silent(id, 1_000);
    }
    town.device("c1").gateway = Some(0);
    // b2 speaks MQTT: it shows that not the gateway alone is gone
    town.silent("b2", 1_000);
    check(&town, &expect!["switch_point_silent switch_point S1 Bad: a1 a2 b1 b2 c1 at A B C, check_power"]);
}

#[test]
fn a_switch_point_is_not_to_blame_if_all_its_poles_hang_on_a_silent_gateway_elsewhere() {
    let mut town = Town::new();
    town.device("b2").gateway = Some(0);
    town.gateway_silent(0, 1_000);
    for id in ["a1", "a2", "b1", "b2"] {
        town.silent(id, 1_000);
    }
    check(&town, &expect!["gateway_silent gateway g0 Bad: a1 a2 b1 b2 at A B, check_power"]);
}

#[test]
fn one_pole_that_speaks_clears_the_switch_point() {
    let mut town = Town::new();
    for id in ["a1", "a2", "b1"] {
        town.silent(id, 1_000);
    }
    check(
        &town,
        &expect![[r#"
            silent device a1 Bad: a1 at A, visit
            silent device a2 Bad: a2 at A, visit
            silent device b1 Bad: b1 at B, visit"#]],
    );
}

#[test]
fn nobody_is_silent_before_its_source_was_there_for_its_patience() {
    let mut town = Town::new();
    town.silent("a1", 5_000);
    town.device("a1").connected_s = 899;
    check(&town, &expect!["silent device a1 Unclear: a1 at A, visit"]);
    town.device("a1").connected_s = 900;
    check(&town, &expect!["silent device a1 Bad: a1 at A, visit"]);
    town.device("a1").connected_s = 0;
    town.gateway_silent(0, 1_000);
    town.facts.gateways[0].connected_s = 200;
    check(
        &town,
        &expect![[r#"
            silent device a1 Unclear: a1 at A, visit
            gateway_silent gateway g0 Unclear:  at , check_power"#]],
    );
}

#[test]
fn silence_of_lamps_without_power_by_plan_is_none() {
    let off = PowerOff {
        switch_points: vec!["S1".to_owned()],
        from: DayTime::Minute(7 * 60),
        to: DayTime::Minute(17 * 60),
        margin_min: 30,
    };
    let rules = AlertRules { power_off: vec![off], ..AlertRules::default() };
    let mut town = Town::new();
    for id in ["a1", "a2", "b1", "b2", "c1"] {
        town.silent(id, 4 * 3_600);
    }
    let mut at_time = |text: &str| {
        town.facts.now = at(text);
        found(&town.facts, &rules)
    };
    let by_day = at_time("2026-11-29T12:00:00Z");
    assert!(by_day.lines().all(|line| line.contains("Unclear") != line.contains("c1")), "c1 has power: {by_day}");
    let back = at_time("2026-11-29T16:44:59Z");
    assert!(
        back.lines().all(|line| line.contains("Unclear") != line.contains("c1")),
        "they have their patience: {back}"
    );
    expect![[r#"
        silent device c1 Bad: c1 at C, visit
        switch_point_silent switch_point S1 Bad: a1 a2 b1 b2 at A B, check_power"#]]
    .assert_eq(&at_time("2026-11-29T16:45:00Z"));
}

#[test]
fn where_somebody_works_silence_is_none() {
    let mut town = Town::new();
    town.silent("a1", 1_000);
    town.silent("b1", 1_000);
    town.facts.maintained.insert(Cause::new(CauseKind::Pole, "A"));
    check(
        &town,
        &expect![[r#"
            silent device a1 Unclear: a1 at A, visit
            silent device b1 Bad: b1 at B, visit"#]],
    );
}

#[test]
fn a_gateway_that_comes_back_leaves_its_devices_their_patience() {
    let mut town = Town::new();
    let (mut watch, rules) = (Watch::default(), AlertRules::default());
    town.gateway_silent(0, 1_000);
    town.silent("a1", 1_000);
    let opened = town::run(&mut watch, &mut town.facts, &rules, 2);
    assert_eq!(opened, ["opened gateway_silent g0"]);
    let mut told = Vec::new();
    for minute in 0..14 {
        town.gateways_heard();
        town.device("a1").silent_s += 60 * minute;
        told.extend(town::run(&mut watch, &mut town.facts, &rules, 1));
    }
    assert_eq!(told, ["closed gateway_silent g0"], "a1 has its quarter of an hour");
    for _ in 0..4 {
        town.gateways_heard();
        told.extend(town::run(&mut watch, &mut town.facts, &rules, 1));
    }
    assert_eq!(told, ["closed gateway_silent g0", "opened silent a1"], "it did not come back with it");
}

#[test]
fn a_silence_that_turns_out_to_be_of_something_larger_goes_on_there() {
    let mut town = Town::new();
    let (mut watch, rules) = (Watch::default(), AlertRules::default());
    town.facts.gateways[0].switch_point = Some("S1".to_owned());
    town.gateway_silent(0, 600);
    assert_eq!(town::run(&mut watch, &mut town.facts, &rules, 2), ["opened gateway_silent g0"]);
    town.gateway_silent(0, 1_000);
    for id in ["a1", "a2", "b1", "b2"] {
        town.silent(id, 1_000);
    }
    let told = town::run(&mut watch, &mut town.facts, &rules, 2);
    assert_eq!(told, ["closed gateway_silent g0 as part of S1", "opened switch_point_silent S1"]);
}

#[test]
fn the_order_of_lists_does_not_matter_and_a_device_has_one_cause() {
    town::for_random_towns(|town| {
        let found = found(&town.facts, &AlertRules::default());
        assert_eq!(found, self::found(&turned(&town.facts), &AlertRules::default()));
        town::assert_one_cause(&town.facts);
    });
}

/// The same facts, listed the other way round.
fn turned(facts: &Facts) -> Facts {
    let mut turned = facts.clone();
    let (poles, gateways) = (facts.poles.len(), facts.gateways.len());
    turned.poles.reverse();
    turned.gateways = facts.gateways.iter().rev().cloned().collect::<Vec<GatewayFacts>>();
    turned.devices.reverse();
    for device in &mut turned.devices {
        device.pole = poles - 1 - device.pole;
        device.gateway = device.gateway.map(|at| gateways - 1 - at);
    }
    turned
}
