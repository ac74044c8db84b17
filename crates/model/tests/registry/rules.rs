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
properties = ["pm2_5"]
stuck = 6
spike = { neighbours = 7, deviations = 4.5, least = 2.5 }
step = 100
warming_up_s = 60
uncalibrated = true
peer = { radius_m = 1500, least_poles = 4, deviations = 5, least = 0 }

[[rule]]
properties = ["pm2_5", "people_in"]
profiles = ["counter"]
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
properties = ["pm25"]
stuck = 1
spike = { neighbours = 6, deviations = 0, least = -1 }
step = 0
warming_up = 60
peer = { radius_m = 0, least_poles = 2, deviations = 100.001, least = 0.001 }

[[rule]]
stuck = 17

[[rule]]
properties = ["pm2_5"]
profiles = ["statoin"]
step = 0.005
spike = { neighbours = 17 }
uncalibrated = "yes"

[[rule]]
properties = ["pm2_5"]

[[rule]]
properties = ["people_in", "pm2_5", "people_in"]
"#;

#[test]
fn mistakes_in_rules_are_reported_together() {
    check(
        &[("rules.toml", BROKEN)],
        &expect![[r#"
            rules.toml:3: properties: unknown property `pm25`
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
            rules.toml:10: properties: `properties` is missing
              hint: add `properties = ["…"]`
            rules.toml:11: stuck: 17 is out of bounds
              hint: use 2 to 16
            rules.toml:15: profiles: unknown profile `statoin`
              hint: did you mean `station`?
            rules.toml:16: step: 0.005 does not fit the resolution of `pm2_5`, 2 decimals
              hint: use fewer decimals or a smaller number, or write a rule for it alone
            rules.toml:17: deviations: `deviations` is missing
              hint: add `deviations = 0.5`
            rules.toml:17: least: `least` is missing
              hint: add `least = 0.5`
            rules.toml:17: neighbours: 17 is out of bounds
              hint: use 3 to 15
            rules.toml:18: uncalibrated: expected true or false, found the text "yes"
              hint: write it like `uncalibrated = true`
            rules.toml:21: properties: the rule asks nothing
              hint: add one of stuck, spike, step, warming_up_s, uncalibrated, peer, or remove the rule
            rules.toml:24: properties: `people_in` has the rule of line 23 already
              hint: write one rule for each property and profile
            rules.toml:24: properties: `pm2_5` has the rule of line 20 already
              hint: write one rule for each property and profile
            rules.toml:24: properties: the rule asks nothing
              hint: add one of stuck, spike, step, warming_up_s, uncalibrated, peer, or remove the rule
        "#]],
    );
}

#[test]
fn a_rule_that_asks_nothing_is_an_oversight_and_one_that_says_no_is_none() {
    check(
        &[("rules.toml", "[[rule]]\nproperties = []\nprofiles = []\nstuck = 6\n")],
        &expect![[r#"
        rules.toml:2: properties: a rule for no property
          hint: name them, or remove the rule
        rules.toml:3: profiles: a rule for no profile
          hint: name them, or remove `profiles` for all others
    "#]],
    );
    let no = of(&registry("[[rule]]\nproperties = [\"pm2_5\"]\nuncalibrated = false\n"), "pm2_5", "station");
    assert_eq!(no, QualityRules::default());
}

/// Rules look back three hours (`RULES_LOOK_BACK_S`): an earlier power-up is out of sight.
#[test]
fn warming_up_lasts_no_longer_than_rules_look_back() {
    let rules = |seconds: u32| format!("[[rule]]\nproperties = [\"pm2_5\"]\nwarming_up_s = {seconds}\n");
    assert_eq!(of(&registry(&rules(10_800)), "pm2_5", "station").warming_up_s, 10_800);
    check(
        &[("rules.toml", &rules(10_801))],
        &expect![[r#"
        rules.toml:3: warming_up_s: 10801 is out of bounds
          hint: use 0 to 10800
    "#]],
    );
}

#[test]
fn each_bound_of_a_rule_is_still_within_it() {
    for (neighbours, stuck) in [(3, 2), (15, 16)] {
        let rules = format!(
            "[[rule]]\nproperties = [\"pm2_5\"]\nstuck = {stuck}\nstep = 0.010\n\
             spike = {{ neighbours = {neighbours}, deviations = 0.001, least = 0 }}\n\
             peer = {{ radius_m = 1, least_poles = 3, deviations = 100, least = 0 }}\n"
        );
        let rules = of(&registry(&rules), "pm2_5", "station");
        assert_eq!((rules.stuck, rules.step), (Some(stuck), Some(1)), "0.010 is 0.01 at two decimals");
        assert_eq!(rules.spike, Some(Spike { neighbours, deviations_milli: 1, least: 0 }));
        assert_eq!(rules.peer, Some(Peer { radius_m: 1, least_poles: 3, deviations_milli: 100_000, least: 0 }));
    }
}

/// CO in whole mg/m³ has no 1.2: that part is left out, not rounded to something that nobody chose.
#[test]
fn defaults_leave_out_what_does_not_fit_a_coarser_resolution() {
    let coarse = PROPERTIES.replacen("\"pm2_5\"", "\"co\"", 1).replacen("decimals = 2", "decimals = 0", 1);
    let coarse = coarse.replacen("sentinels = [-1, 6553.5]", "", 1);
    let station =
        "name = \"Station\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\nexpected = [\"co\"]\n";
    let files = files(&[("properties.toml", &coarse), ("profiles/station.toml", station)]);
    let rules = of(&parse(&files).registry, "co", "station");
    assert_eq!((rules.spike, rules.peer, rules.step, rules.stuck), (None, None, Some(12), Some(6)));
}

#[test]
fn a_property_has_only_rules_that_mean_something_for_its_kind_and_range() {
    let rules = r#"
[[rule]]
properties = ["people_in_total"]
stuck = 6

[[rule]]
properties = ["people_in"]
uncalibrated = true

[[rule]]
properties = ["pm2_5"]
step = 5

[[rule]]
properties = ["people_in_total"]
profiles = ["counter"]
warming_up_s = 60
"#;
    let wide = PROPERTIES.replacen("max = 1000", "max = 21474836.48", 1);
    check(
        &[("rules.toml", rules), ("properties.toml", &wide)],
        &expect![[r#"
            rules.toml:4: stuck: `people_in_total` is a total, which is judged by its differences
              hint: remove it, or write a rule for other properties
            rules.toml:8: uncalibrated: `people_in` is a count, which cannot be calibrated
              hint: remove it, or write a rule for other properties
            rules.toml:12: step: values from `min` to `max` of `pm2_5` do not fit into 32 bits at its resolution
              hint: remove it, or write a rule for other properties
            rules.toml:17: warming_up_s: `people_in_total` is a total, which is judged by its differences
              hint: remove it, or write a rule for other properties
        "#]],
    );
    let just_fits = PROPERTIES.replacen("max = 1000", "max = 21474836.47", 1);
    let sound = "[[rule]]\nproperties = [\"pm2_5\"]\nstep = 5\n";
    parse(&files(&[("rules.toml", sound), ("properties.toml", &just_fits)]));
}
