//! Profiles whose rules contradict each other.

use expect_test::expect;
use smartpole_model::Inputs;

use crate::fixture::{PROPERTIES, check, files, parse};

const HEAD: &str = "name = \"S\"\ninterval_s = 600\npayload_time = true\n";
const COUNTER: &str = "[counter]\nwidth_bits = 16\nmax_per_minute = 500\n";
const HUMIDITY: &str = "[humidity]\nkappa = 0.4\ncap = 95\n";

/// The catalogue of the fixture, a gas and its mass, and the humidity.
fn properties() -> String {
    let gauge = |id: &str, number: u16, unit: &str, more: &str| {
        format!(
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"-\"\nname_en = \"-\"\nunit = \"{unit}\"\n\
            kind = \"gauge\"\ndecimals = 1\nmin = 0\nmax = 100\ntheme = \"weather\"\n{more}"
        )
    };
    let gases =
        gauge("no2", 51, "ug/m3", "") + &gauge("no2_ppb", 61, "[ppb]", "converts_to = \"no2\"\nfactor = 1.913\n");
    format!("{PROPERTIES}{gases}{}", gauge("relative_humidity", 92, "%", ""))
}

/// A profile of a codec, which maps these properties with their units.
fn profile(codec: &str, expected: &[&str], mapped: &[(&str, &str)], more: &str) -> String {
    let mapping = mapped
        .iter()
        .map(|(id, unit)| format!("[[mapping]]\npath = \"{id}\"\nproperty = \"{id}\"\nunit = \"{unit}\"\n"));
    format!(
        "{HEAD}codec = \"{codec}\"\nsensing = \"tof\"\nexpected = {expected:?}\n{more}{}",
        mapping.collect::<String>()
    )
}

#[test]
fn what_is_expected_is_named_once_and_given_by_the_mapping() {
    let (mass, gas, total) = (("pm2_5", "ug/m3"), ("no2_ppb", "[ppb]"), ("people_in_total", "1"));
    check(
        &[
            ("properties.toml", &properties()),
            ("profiles/a.toml", &profile("object", &["pm2_5", "no2", "pm2_5"], &[mass], "")),
            ("profiles/b.toml", &profile("cayenne_lpp", &["no2_ppb"], &[mass], "")),
            ("profiles/c.toml", &profile("smartpole", &["pm2_5", "pm2_5"], &[], "")),
            ("profiles/made.toml", &profile("object", &["no2", "people_in"], &[gas, total], COUNTER)),
        ],
        &expect![[r#"
            profiles/a.toml:6: expected: `pm2_5` stands there twice
              hint: name it once
            profiles/a.toml:6: expected: no `[[mapping]]` gives `no2`, so that it never comes
              hint: add a `[[mapping]]` of `no2`, or take it out of `expected`
            profiles/b.toml:6: expected: no `[[mapping]]` gives `no2_ppb`, so that it never comes
              hint: add a `[[mapping]]` of `no2_ppb`, or take it out of `expected`
            profiles/c.toml:6: expected: `pm2_5` stands there twice
              hint: name it once
        "#]],
    );
}

#[test]
fn a_profile_with_totals_says_their_width_and_one_without_says_nothing_of_totals() {
    let (mass, total) = (("pm2_5", "ug/m3"), ("people_in_total", "1"));
    let of = |codec, expected| profile(codec, expected, &[], "");
    let counting = |codec, expected| profile(codec, expected, &[], COUNTER);
    check(
        &[
            ("profiles/a.toml", &profile("object", &[], &[mass], COUNTER)),
            ("profiles/b.toml", &counting("smartpole", &["people_in"])),
            ("profiles/c.toml", &counting("milesight_vs133", &["people_in"])),
            ("profiles/d.toml", &profile("object", &[], &[mass, total], "")),
            ("profiles/e.toml", &of("smartpole", &["people_in_total"])),
            ("profiles/f.toml", &of("imbuildings_people_counter", &["pm2_5"])),
            ("profiles/g.toml", &profile("object", &[], &[total], "[counter]\nmax_per_minute = 500\n")),
            ("profiles/sound1.toml", &counting("smartpole", &[])),
            ("profiles/sound2.toml", &counting("milesight_vs133", &["pm2_5"])),
            ("profiles/sound3.toml", &of("smartpole", &["people_in"])),
            ("profiles/sound4.toml", &of("milesight_vs133", &["people_in"])),
        ],
        &expect![[r#"
            profiles/a.toml:7: counter: it says how totals behave, and the profile maps none
              hint: remove `[counter]`, or add a `[[mapping]]` of the totals that the device sends
            profiles/b.toml:7: counter: it says how totals behave, and the profile expects none
              hint: remove `[counter]`, or add the totals that the device sends to `expected`
            profiles/c.toml:7: counter: it says how totals behave, and the profile expects none
              hint: remove `[counter]`, or add the totals that the device sends to `expected`
            profiles/d.toml:1: counter: totals come, and no `[counter]` says after how many bits they wrap
              hint: add `[counter]` with the device's `width_bits` and `max_per_minute`
            profiles/e.toml:1: counter: totals come, and no `[counter]` says after how many bits they wrap
              hint: add `[counter]` with the device's `width_bits` and `max_per_minute`
            profiles/f.toml:1: counter: totals come, and no `[counter]` says after how many bits they wrap
              hint: add `[counter]` with the device's `width_bits` and `max_per_minute`
            profiles/g.toml:7: width_bits: `width_bits` is missing
              hint: add `width_bits = 16`, or as many bits as the device counts in
        "#]],
    );
}

#[test]
fn masses_are_dried_only_where_the_profile_has_masses_and_the_humidity() {
    let (mass, humidity) = (("pm2_5", "ug/m3"), ("relative_humidity", "%"));
    check(
        &[
            ("properties.toml", &properties()),
            ("profiles/a.toml", &profile("object", &[], &[humidity], HUMIDITY)),
            ("profiles/b.toml", &profile("smartpole", &["relative_humidity", "no2"], &[], HUMIDITY)),
            ("profiles/c.toml", &profile("object", &[], &[mass], HUMIDITY)),
            ("profiles/sound1.toml", &profile("object", &["pm2_5"], &[mass, humidity], HUMIDITY)),
            ("profiles/sound2.toml", &profile("smartpole", &[], &[], HUMIDITY)),
        ],
        &expect![[r#"
            profiles/a.toml:7: humidity: it takes water out of particle masses, and the profile maps none
              hint: remove `[humidity]`, or add a `[[mapping]]` of a mass like `pm2_5`
            profiles/b.toml:7: humidity: it takes water out of particle masses, and the profile expects none
              hint: remove `[humidity]`, or add a mass like `pm2_5` to `expected`
            profiles/c.toml:7: humidity: it needs the humidity that the device measures, and the profile maps none
              hint: remove `[humidity]`, or add a `[[mapping]]` of `relative_humidity`
        "#]],
    );
}

#[test]
fn a_counter_whose_every_difference_may_be_a_wrap_more_is_refused() {
    let each = |interval_s: u32| {
        let counter = profile("smartpole", &["people_in_total"], &[], COUNTER);
        counter.replace("interval_s = 600", &format!("interval_s = {interval_s}"))
    };
    parse(&files(&[("profiles/a.toml", &each(262 * 60))]));
    check(
        &[("profiles/a.toml", &each(262 * 60 + 1)), ("profiles/b.toml", &each(86_400))],
        &expect![[r#"
        profiles/a.toml:7: counter: the device reports each 15721 s, and by max_per_minute 131500 can pass between: 16 bits wrap more than once in that, so that no difference of two totals says what passed
          hint: set the `width_bits`, `max_per_minute` and `interval_s` that are the device's
        profiles/b.toml:7: counter: the device reports each 86400 s, and by max_per_minute 720000 can pass between: 16 bits wrap more than once in that, so that no difference of two totals says what passed
          hint: set the `width_bits`, `max_per_minute` and `interval_s` that are the device's
    "#]],
    );
}

#[test]
fn a_part_that_cannot_be_read_is_no_contradiction() {
    let mapped = profile("object", &["pm2_5", "people_in_totl"], &[("pm25", "ug/m3")], &format!("{COUNTER}{HUMIDITY}"));
    check(
        &[("properties.toml", &properties()), ("profiles/a.toml", &mapped)],
        &expect![[r#"
        profiles/a.toml:6: expected: unknown property `people_in_totl`
          hint: did you mean `people_in_total`?
        profiles/a.toml:15: property: unknown property `pm25`
          hint: did you mean `pm2_5`?
    "#]],
    );
}

#[test]
fn a_registry_that_came_into_force_with_contradictions_stays_in_force() {
    let flawed = [
        profile("object", &["pm2_5", "pm2_5", "no2"], &[("pm2_5", "ug/m3")], &format!("{COUNTER}{HUMIDITY}")),
        profile("smartpole", &["people_in_total"], &[], ""),
        profile("smartpole", &["people_in_total"], &[], "[counter]\nresets_at = \"00:00\"\n"),
    ];
    let [a, b, c] = &flawed;
    let properties = properties();
    let former = [
        ("properties.toml", properties.as_str()),
        ("profiles/a.toml", a),
        ("profiles/b.toml", b),
        ("profiles/c.toml", c),
    ];
    assert_eq!(Inputs::parse(&files(&former)).unwrap_err().len(), 6);
    let kept = Inputs::parse_kept(files(&former)).unwrap().registry;
    assert_eq!((kept.profiles["b"].counter.width_bits, kept.profiles["c"].counter.width_bits), (32, 32), "as it was");
}
