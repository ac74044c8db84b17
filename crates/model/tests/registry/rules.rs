//! What is asked of values.

use expect_test::expect;
use smartpole_model::registry::{Peer, QualityRules, Registry, Spike, is_input};

use crate::fixture::{PROPERTIES, check, files, parse};

/// The rules for a property of devices of a profile.
fn of(registry: &Registry, property: &str, profile: &str) -> QualityRules {
    registry.quality_rules(registry.properties.by_id(property).unwrap().number, profile)
}

#[track_caller]
fn registry(rules: &str) -> Registry {
    parse(&files(&[("rules.toml", rules)])).registry
}

const RULES: &str = r#"
[[rule]]
property = "pm2_5"
stuck = 6
spike = { neighbours = 7, deviations = 4.5, least = 2.5 }
step = 100
warming_up_s = 60
uncalibrated = true
peer = { radius_m = 1500, least_poles = 4, deviations = 5, least = 0 }

[[rule]]
properties = ["pm2_5", "people_in"]
profile = "counter"
stuck = 16
"#;

#[test]
fn numbers_are_kept_at_the_resolution_of_their_property() {
    assert_eq!(
        of(&registry(RULES), "pm2_5", "station"),
        QualityRules {
            stuck: Some(6),
            spike: Some(Spike { neighbours: 7, deviations_milli: 4_500, least: 250 }),
            step: Some(10_000),
            warming_up_s: 60,
            uncalibrated: true,
            peer: Some(Peer { radius_m: 1_500, least_poles: 4, deviations_milli: 5_000, least: 0 }),
        }
    );
}

#[test]
fn a_rule_for_a_profile_takes_the_place_of_the_general_one() {
    let registry = registry(RULES);
    let stuck = QualityRules { stuck: Some(16), ..QualityRules::default() };
    assert_eq!(of(&registry, "pm2_5", "counter"), stuck);
    assert_eq!(of(&registry, "people_in", "counter"), stuck);
    assert_eq!(of(&registry, "people_in", "station"), QualityRules::default());
}

#[test]
fn without_the_file_the_defaults_hold_for_what_the_catalogue_has_and_they_suit() {
    assert!(is_input("rules.toml"));
    let defaults = parse(&files(&[])).registry;
    assert_eq!((of(&defaults, "pm2_5", "station").stuck, defaults.rules.len()), (Some(6), 1));
    // 10^9 at two decimals does not fit into 32 bits
    let wide = PROPERTIES.replacen("max = 1000", "max = 1000000000", 1);
    assert!(parse(&files(&[("properties.toml", &wide)])).registry.rules.is_empty());
    assert!(registry("# none\n").rules.is_empty());
}

const BROKEN: &str = r#"
[[rule]]
property = "pm25"
stuck = 1
spike = { neighbours = 6, deviations = 0, least = -1 }
step = 0
warming_up = 60
peer = { radius_m = 0, least_poles = 2, deviations = 100.001, least = 0.001 }

[[rule]]
stuck = 17

[[rule]]
property = "pm2_5"
profile = "statoin"
step = 0.005
spike = { neighbours = 17 }
uncalibrated = "yes"

[[rule]]
property = "pm2_5"

[[rule]]
properties = ["people_in", "pm2_5", "people_in"]
"#;

#[test]
fn mistakes_in_rules_are_reported_together() {
    check(
        &[("rules.toml", BROKEN)],
        &expect![[r#"
        rules.toml:3: property: unknown property `pm25`
          hint: did you mean `pm2_5`?
        rules.toml:4: stuck: 1 is out of bounds
          hint: use 2 to 16
        rules.toml:5: deviations: 0 is out of bounds
          hint: use more than 0 and at most 100
        rules.toml:5: least: -1 is below 0
          hint: use the smallest difference that means something
        rules.toml:5: neighbours: 6 is even
          hint: use an odd number, whose median is one of the values
        rules.toml:6: step: 0 is not above 0
          hint: use the largest difference that is usual
        rules.toml:7: warming_up: unknown key `warming_up`
          hint: did you mean `warming_up_s`?
        rules.toml:8: deviations: 100.001 is out of bounds
          hint: use more than 0 and at most 100
        rules.toml:8: least_poles: 2 is out of bounds
          hint: use 3 to 255
        rules.toml:8: radius_m: 0 is out of bounds
          hint: use 1 to 50000
        rules.toml:10: property: `property` is missing
          hint: add `property = "…"` or `properties = ["…"]`
        rules.toml:11: stuck: 17 is out of bounds
          hint: use 2 to 16
        rules.toml:15: profile: unknown profile `statoin`
          hint: did you mean `station`?
        rules.toml:16: step: 0.005 is no value of `pm2_5`, which has 2 decimals
          hint: write it like `step = 1`
        rules.toml:17: deviations: `deviations` is missing
          hint: add `deviations = 0.5`
        rules.toml:17: least: `least` is missing
          hint: add `least = 0.5`
        rules.toml:17: neighbours: 17 is out of bounds
          hint: use 3 to 15
        rules.toml:18: uncalibrated: expected true or false, found the text "yes"
          hint: write it like `uncalibrated = true`
        rules.toml:23: profile: `people_in` has the rule of line 23 already
          hint: write one rule for each property and profile
        rules.toml:23: profile: `pm2_5` has the rule of line 20 already
          hint: write one rule for each property and profile
    "#]],
    );
}

#[test]
fn a_property_has_only_rules_that_mean_something_for_its_kind_and_range() {
    let rules = r#"
[[rule]]
property = "people_in_total"
stuck = 6

[[rule]]
property = "people_in"
uncalibrated = true

[[rule]]
property = "pm2_5"
step = 5
"#;
    let wide = PROPERTIES.replacen("max = 1000", "max = 21474836.48", 1);
    check(
        &[("rules.toml", rules), ("properties.toml", &wide)],
        &expect![[r#"
            rules.toml:4: stuck: `people_in_total` is a total, which only grows: it has no such rule
              hint: remove it, or write a rule for other properties
            rules.toml:8: uncalibrated: `people_in` is a count, which cannot be calibrated
              hint: remove it, or write a rule for other properties
            rules.toml:12: step: values from `min` to `max` of `pm2_5` do not fit into 32 bits at its resolution
              hint: remove it, or write a rule for other properties
        "#]],
    );
    let just_fits = PROPERTIES.replacen("max = 1000", "max = 21474836.47", 1);
    let sound =
        "[[rule]]\nproperty = \"pm2_5\"\nstep = 5\n[[rule]]\nproperty = \"people_in_total\"\nwarming_up_s = 60\n";
    parse(&files(&[("rules.toml", sound), ("properties.toml", &just_fits)]));
}
